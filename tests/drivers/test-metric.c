/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fast decoder of metrics against the slow one, on generated frames. */
#include "config.h"

#include <string.h>

#include "qd-json.h"
#include "qd-metric.h"

static void
keep_cb (gpointer data, QdDelta *delta)
{
  g_ptr_array_add (data, delta);
}

static void
append_number (GString *out)
{
  switch (g_test_rand_int_range (0, 8))
    {
    case 0: g_string_append (out, "null"); break;
    case 1: g_string_append_printf (out, "%d", g_test_rand_int_range (-5, 5000)); break;
    case 2: g_string_append (out, "0"); break;
    case 3: g_string_append_printf (out, "%d.%de%d", g_test_rand_int_range (0, 9), g_test_rand_int_range (0, 99), g_test_rand_int_range (-3, 4)); break;
    case 4: g_string_append (out, "-0.0"); break;
    case 5: g_string_append (out, g_test_rand_bit () ? "true" : "\"12.5\""); break;
    default: g_string_append_printf (out, "%.3f", g_test_rand_double_range (0, 2000)); break;
    }
}

static void
append_space (GString *out)
{
  for (int n = g_test_rand_int_range (0, 3); n > 0; n--)
    g_string_append_c (out, " \t\n\r"[g_test_rand_int_range (0, 4)]);
}

static void
append_members (GString *out, const char *const *names, guint n_names)
{
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  for (guint i = 0; i < n_names; i++)
    {
      if (g_test_rand_int_range (0, 4) == 0)
        continue;
      if (!first)
        g_string_append_c (out, ',');
      first = FALSE;
      append_space (out);
      g_string_append_printf (out, "\"%s\"", names[i]);
      append_space (out);
      g_string_append_c (out, ':');
      append_space (out);
      if (g_str_equal (names[i], "pressure"))
        {
          g_string_append (out, "{\"memory\":1,\"cpu\":");
          append_number (out);
          g_string_append_c (out, '}');
        }
      else if (g_str_equal (names[i], "gpu"))
        g_string_append (out, g_test_rand_bit () ? "[{\"index\":0,\"name\":\"A \\\"b\\\" ü\"}]" : "null");
      else if (g_str_equal (names[i], "unknown"))
        g_string_append (out, "{\"latency_ms\":[1,{\"metrics\":{}}],\"x\":\"}\\\\\"}");
      else
        append_number (out);
    }
  g_string_append_c (out, '}');
}

static void
append_metric (GString *out, gboolean path, guint number)
{
  static const char *const of_path[] = { "latency_ms", "unknown", "jitter_ms", "packet_loss_pct", "bandwidth_mbps", "capacity_mbps", "mtu", "score" };
  static const char *const of_node[] = { "cpu_pct", "memory_pct", "unknown", "disk_pct", "net_rx_bps", "net_tx_bps", "pressure", "gpu", "uptime_s" };
  int order = g_test_rand_int_range (0, 3);

  g_string_append_printf (out, "{\"type\":\"%s\",\"timestamp\":\"2026-11-20T14:%02d:02%sZ\",", path ? "path_metric" : "node_metric",
                          g_test_rand_int_range (0, 60), g_test_rand_bit () ? ".123456789" : "");
  if (order == 0)
    g_string_append (out, "\"metrics\":"), path ? append_members (out, of_path, G_N_ELEMENTS (of_path)) : append_members (out, of_node, G_N_ELEMENTS (of_node)), g_string_append_c (out, ',');
  g_string_append_printf (out, "\"%s\":%s%u%s", path ? "path_id" : "node_id", g_test_rand_bit () ? "\"p-" : "\"", number, "\"");
  if (g_test_rand_bit ())
    g_string_append_printf (out, ",\"seq\":%d,\"sent_us\":%d", g_test_rand_int_range (0, 1 << 30), g_test_rand_int_range (1, 1 << 30));
  if (order != 0)
    g_string_append (out, ",\"metrics\":"), path ? append_members (out, of_path, G_N_ELEMENTS (of_path)) : append_members (out, of_node, G_N_ELEMENTS (of_node));
  g_string_append_c (out, '}');
}

static void
assert_same (QdDelta *fast, QdDelta *slow, const char *text)
{
  if (qd_delta_get_n_fields (fast) != qd_delta_get_n_fields (slow) || qd_delta_get_stamp (fast) != qd_delta_get_stamp (slow) ||
      qd_delta_get_sent (fast) != qd_delta_get_sent (slow))
    g_error ("%u fields, stamp %" G_GINT64_FORMAT "; slowly %u, %" G_GINT64_FORMAT ": %s", qd_delta_get_n_fields (fast),
             qd_delta_get_stamp (fast), qd_delta_get_n_fields (slow), qd_delta_get_stamp (slow), text);
  for (guint i = 0; i < qd_delta_get_n_fields (fast); i++)
    {
      guint field, other;
      const QdValue *value = qd_delta_get_nth (fast, i, &field);
      gboolean found = FALSE;

      for (guint k = 0; k < qd_delta_get_n_fields (slow) && !found; k++)
        {
          const QdValue *theirs = qd_delta_get_nth (slow, k, &other);

          found = other == field && (qd_value_equal (value, theirs) || value->type == QD_VALUE_JSON);
        }
      if (!found)
        g_error ("field %u differs: %s", field, text);
    }
}

static void
test_property (void)
{
  for (int round = 0; round < 5000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      gboolean path = g_test_rand_bit ();
      g_autoptr (QdDelta) fast = qd_delta_new ("c", path ? QD_KIND_PATH : QD_KIND_NODE, "x", QD_DELTA_UPDATE);
      g_autoptr (QdDelta) slow = qd_delta_new ("c", path ? QD_KIND_PATH : QD_KIND_NODE, "x", QD_DELTA_UPDATE);
      g_autoptr (GError) error = NULL;

      append_metric (text, path, round);
      g_assert_true (path ? qd_metric_decode_path (fast, text->str, text->len, &error) : qd_metric_decode_node (fast, text->str, text->len, &error));
      g_assert_no_error (error);
      g_assert_true (path ? qd_metric_decode_path_tree (slow, text->str, text->len, &error) : qd_metric_decode_node_tree (slow, text->str, text->len, &error));
      g_assert_no_error (error);
      assert_same (fast, slow, text->str);
    }
}

static void
test_batch (void)
{
  for (int round = 0; round < 100; round++)
    {
      g_autoptr (GString) text = g_string_new ("{\"type\":\"batch\",\"items\":[");
      g_autoptr (GPtrArray) deltas = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_delta_unref);
      const QdSink sink = { keep_cb, deltas };
      g_autoptr (QdOutlet) outlet = qd_outlet_new ("c", &sink);
      g_autoptr (GBytes) frame = NULL;
      g_autoptr (GError) error = NULL;
      guint n = g_test_rand_int_range (0, 500);

      for (guint i = 0; i < n; i++)
        {
          if (i > 0)
            g_string_append_c (text, ',');
          append_metric (text, i % 3 != 0, i);
        }
      g_string_append (text, "]}");
      frame = g_bytes_new (text->str, text->len);
      g_assert_true (qd_metric_take_frame (outlet, frame, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (deltas->len, ==, n);
      for (guint i = 0; i < n; i++)
        {
          QdDelta *delta = g_ptr_array_index (deltas, i);
          g_autofree char *suffix = g_strdup_printf ("%u", i);

          g_assert_true (g_str_has_suffix (qd_delta_get_key (delta)->id, suffix));
          g_assert_cmpint (qd_delta_get_key (delta)->kind, ==, i % 3 != 0 ? QD_KIND_PATH : QD_KIND_NODE);
          g_assert_cmpint (qd_delta_get_stamp (delta), >, 0);
          g_assert_true (qd_delta_decode (delta, &error));
          g_assert_no_error (error);
        }
    }
}

static void
test_odd (void)
{
  /* Nothing of this is a metric; only what is no JSON is an error. */
  static const struct { const char *text; gboolean ok; } odd[] = {
    { "", FALSE }, { "{", FALSE }, { "[]", TRUE }, { "{}", TRUE }, { "7", TRUE }, { "{\"items\":7}", TRUE }, { "{\"items\":[7,null,[],{}]}", TRUE },
    { "{\"path_id\":\"x\"}", TRUE }, { "{\"path_id\":null,\"metrics\":{}}", TRUE }, { "{\"path_id\":\"\",\"metrics\":{}}", TRUE },
    { "{\"metrics\":{\"latency_ms\":1}}", TRUE }, { "{\"path_id\":\"x\",\"metrics\":[]}", TRUE }, { "{\"path_id\":{},\"metrics\":{}}", TRUE },
  };
  g_autoptr (GPtrArray) deltas = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_delta_unref);
  const QdSink sink = { keep_cb, deltas };
  g_autoptr (QdOutlet) outlet = qd_outlet_new ("c", &sink);
  g_autoptr (GString) longer = g_string_new ("{\"path_id\":\"");

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr (GBytes) frame = g_bytes_new_static (odd[i].text, strlen (odd[i].text));
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (qd_metric_take_frame (outlet, frame, &error), ==, odd[i].ok);
      g_assert_true ((error == NULL) == odd[i].ok);
    }
  for (int i = 0; i < 4000; i++)
    g_string_append_c (longer, 'x');
  g_string_append (longer, "\",\"metrics\":{}}");
  {
    g_autoptr (GBytes) frame = g_bytes_new (longer->str, longer->len);

    g_assert_true (qd_metric_take_frame (outlet, frame, NULL));
  }
  g_assert_cmpuint (deltas->len, ==, 0);

  /* A number as an id is the same id. */
  {
    const char *text = "{\"type\":\"metrics\",\"path_id\":11529215046068469760,\"metrics\":{\"latency_ms\":1}}";
    g_autoptr (GBytes) frame = g_bytes_new_static (text, strlen (text));

    g_assert_true (qd_metric_take_frame (outlet, frame, NULL));
    g_assert_cmpuint (deltas->len, ==, 1);
    g_assert_cmpstr (qd_delta_get_key (g_ptr_array_index (deltas, 0))->id, ==, "11529215046068469760");
  }
}

static void
test_closed (void)
{
  g_autoptr (GPtrArray) deltas = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_delta_unref);
  const QdSink sink = { keep_cb, deltas };
  g_autoptr (QdOutlet) outlet = qd_outlet_new ("c", &sink);

  qd_outlet_state (outlet, "live", NULL);
  qd_outlet_state (outlet, "live", NULL);
  g_assert_cmpuint (deltas->len, ==, 1);
  g_assert_true (qd_outlet_is_live (outlet));
  qd_outlet_close (outlet);
  qd_metric_take (outlet, "c", QD_KIND_PATH, "1", "{}", 2);
  qd_outlet_state (outlet, "stale", "gone");
  g_assert_cmpuint (deltas->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/metric/property", test_property);
  g_test_add_func ("/drivers/metric/batch", test_batch);
  g_test_add_func ("/drivers/metric/odd", test_odd);
  g_test_add_func ("/drivers/metric/closed", test_closed);
  return g_test_run ();
}
