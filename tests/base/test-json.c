/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <math.h>
#include <string.h>

#include "qd-json-copy.h"
#include "qd-json-scan.h"
#include "qd-json.h"

/* --- Random JSON --- */

static void
add_string (GString *out)
{
  static const char *pieces[] = { "a", "lat", "\\n", "\\u00e9", "\\ud83d\\ude00", "é", "→", "\\\"", "\\/", "0", " ", "{", "]" };

  g_string_append_c (out, '"');
  for (int i = g_test_rand_int_range (0, 6); i > 0; i--)
    g_string_append (out, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
  g_string_append_c (out, '"');
}

static void
add_number (GString *out)
{
  switch (g_test_rand_int_range (0, 4))
    {
    case 0:
      g_string_append_printf (out, "%d", g_test_rand_int ());
      break;
    case 1:
      g_string_append_printf (out, "%.*f", g_test_rand_int_range (1, 9), g_test_rand_double_range (-1000, 1000));
      break;
    case 2:
      {
        /* A whole number past 2^53 is kept as its digits, which json-glib does not do. */
        g_autofree char *text = g_strdup_printf ("%.17g", ldexp (g_test_rand_double (), g_test_rand_int_range (-200, 200)));

        g_string_append_printf (out, "%s%s", text, strpbrk (text, ".e") == NULL ? ".0" : "");
        break;
      }
    default:
      g_string_append_printf (out, "%de%d", g_test_rand_int_range (-9, 10), g_test_rand_int_range (-20, 20));
    }
}

static void
add_space (GString *out)
{
  static const char *spaces[] = { "", "", "", " ", "\n", "\t " };

  g_string_append (out, spaces[g_test_rand_int_range (0, G_N_ELEMENTS (spaces))]);
}

static void
add_value (GString *out, int depth)
{
  int kind = g_test_rand_int_range (0, depth > 0 ? 7 : 5), n = g_test_rand_int_range (0, 5);

  add_space (out);
  switch (kind)
    {
    case 0: g_string_append (out, "null"); break;
    case 1: g_string_append (out, g_test_rand_bit () ? "true" : "false"); break;
    case 2: case 3: add_number (out); break;
    case 4: add_string (out); break;
    default:
      g_string_append_c (out, kind == 5 ? '{' : '[');
      for (int i = 0; i < n; i++)
        {
          add_space (out);
          if (kind == 5)
            {
              g_string_append_printf (out, "\"k%d\"", i);
              add_space (out);
              g_string_append_c (out, ':');
            }
          add_value (out, depth - 1);
          g_string_append_c (out, i < n - 1 ? ',' : ' ');
        }
      g_string_append_c (out, kind == 5 ? '}' : ']');
    }
  add_space (out);
}

/* What the scanner sees must be what json-glib sees. */
static void
assert_same (const QdJsonSlice *slice, JsonNode *node)
{
  QdJsonIter iter;
  QdJsonSlice name, value;
  double number;
  guint n = 0;

  switch (slice->type)
    {
    case QD_JSON_OBJECT:
      qd_json_iter_init (&iter, slice);
      for (; qd_json_iter_next (&iter, &name, &value); n++)
        {
          g_autofree char *key = qd_json_slice_dup (&name);

          g_assert_true (qd_json_slice_is (&name, key));
          assert_same (&value, json_object_get_member (json_node_get_object (node), key));
        }
      g_assert_cmpuint (n, ==, json_object_get_size (json_node_get_object (node)));
      break;
    case QD_JSON_ARRAY:
      qd_json_iter_init (&iter, slice);
      for (; qd_json_iter_next (&iter, NULL, &value); n++)
        assert_same (&value, json_array_get_element (json_node_get_array (node), n));
      g_assert_cmpuint (n, ==, json_array_get_length (json_node_get_array (node)));
      break;
    case QD_JSON_STRING:
      {
        g_autofree char *text = qd_json_slice_dup (slice);

        g_assert_cmpstr (text, ==, json_node_get_string (node));
        break;
      }
    case QD_JSON_NUMBER:
      g_assert_true (qd_json_slice_get_number (slice, &number));
      g_assert_true (number == json_node_get_double (node));
      break;
    case QD_JSON_NULL:
      g_assert_true (JSON_NODE_HOLDS_NULL (node));
      break;
    default:
      g_assert_cmpint (json_node_get_boolean (node), ==, slice->type == QD_JSON_TRUE);
    }
}

static void
test_against_json_glib (void)
{
  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonParser) parser = json_parser_new ();
      QdJsonSlice slice;

      add_value (text, 4);
      g_assert_true (json_parser_load_from_data (parser, text->str, (gssize) text->len, &error));
      g_assert_no_error (error);
      g_assert_true (qd_json_slice_parse (&slice, text->str, text->len, &error));
      g_assert_no_error (error);
      assert_same (&slice, json_parser_get_root (parser));
      g_autoptr (JsonNode) node = qd_json_parse (text->str, (gssize) text->len, "random", &error);
      g_assert_no_error (error);
      if (!json_node_equal (node, json_parser_get_root (parser)))
        g_error ("read differently: %s", text->str);
    }
}

/* Cut, changed or prolonged anywhere, it is refused or read, by both alike, and never read beyond. */
static void
test_damaged (void)
{
  guint refused = 0;

  for (guint round = 0; round < 20000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      QdJsonSlice slice;

      add_value (text, 3);
      gsize at = (gsize) g_test_rand_int_range (0, (int) text->len);
      if (g_test_rand_bit ())
        g_string_truncate (text, at);
      else
        text->str[at] = (char) g_test_rand_int_range (0, 256);
      g_autofree char *exact = g_memdup2 (text->str, MAX (text->len, 1));
      g_autoptr (JsonNode) node = qd_json_parse (exact, (gssize) text->len, NULL, NULL);
      g_assert_cmpint (node != NULL, ==, qd_json_slice_parse (&slice, exact, text->len, NULL));
      refused += node == NULL;
    }
  g_assert_cmpuint (refused, >, 1000);
}

static void
test_refused (void)
{
  static const struct { const char *text; int code; const char *where; } cases[] = {
    { "", QD_JSON_ERROR_SYNTAX, "line 1, column 1" },
    { "{\"a\":1,}", QD_JSON_ERROR_SYNTAX, "line 1, column 8" },
    { "[1,\n 2,\n x]", QD_JSON_ERROR_SYNTAX, "line 3, column 2" },
    { "{'a':1}", QD_JSON_ERROR_SYNTAX, "column 2" },
    { "[1] 2", QD_JSON_ERROR_SYNTAX, "column 5" },
    { "NaN", QD_JSON_ERROR_SYNTAX, "column 1" },
    { "01", QD_JSON_ERROR_SYNTAX, "column 2" },
    { "1.", QD_JSON_ERROR_SYNTAX, "column 3" },
    { "-", QD_JSON_ERROR_SYNTAX, "column 2" },
    { "\"a", QD_JSON_ERROR_SYNTAX, "column 3" },
    { "\"\\x\"", QD_JSON_ERROR_SYNTAX, "column 3" },
    { "\"\\u12\"", QD_JSON_ERROR_SYNTAX, "column 3" },
    { "\"a\nb\"", QD_JSON_ERROR_SYNTAX, "column 3" },
    { "/* x */ 1", QD_JSON_ERROR_SYNTAX, "column 1" },
    { "\"a\xff\"", QD_JSON_ERROR_ENCODING, "column 3" },
    { "<html></html>", QD_JSON_ERROR_SYNTAX, "column 1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = qd_json_parse (cases[i].text, -1, "the answer", &error);

      g_test_message ("%s", cases[i].text);
      g_assert_null (node);
      g_assert_error (error, QD_JSON_ERROR, cases[i].code);
      g_assert_true (g_str_has_prefix (error->message, "the answer: "));
      g_assert_nonnull (strstr (error->message, cases[i].where));
    }
}

static void
test_deep_and_large (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < 1000000; i++)
    g_string_append_c (text, '[');
  g_assert_null (qd_json_parse (text->str, -1, NULL, &error));
  g_assert_error (error, QD_JSON_ERROR, QD_JSON_ERROR_TOO_DEEP);
  g_clear_error (&error);
  g_string_truncate (text, QD_JSON_MAX_DEPTH);
  for (guint i = 0; i < QD_JSON_MAX_DEPTH; i++)
    g_string_append_c (text, ']');
  node = qd_json_parse (text->str, -1, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (qd_json_parse ("x", (gssize) QD_JSON_MAX_BYTES + 1, NULL, &error));
  g_assert_error (error, QD_JSON_ERROR, QD_JSON_ERROR_TOO_LARGE);
}

static void
test_readers (void)
{
  static const char text[] =
    "{\"id\":18446744073709551615,\"seven\":7,\"text\":\"7\",\"null\":null,\"half\":0.5,\"huge\":1e999,\"yes\":true,"
    "\"edge\":9007199254740992,\"beyond\":9007199254740993,\"at\":\"2026-11-20T14:02:11.5Z\",\"unix\":1700000000.25,"
    "\"far\":1e300,\"nul\":\"a\\u0000b\",\"half pair\":\"\\ud800\",\"list\":{\"sites\":[1]},\"seven\":8}";
  g_autoptr (JsonNode) node = qd_json_parse (text, -1, NULL, NULL);
  JsonObject *object = qd_json_object (node);
  gint64 i = -1;
  double d = -1;

  g_autofree char *id = qd_json_dup_id (object, "id"), *seven = qd_json_dup_id (object, "seven"),
                  *same = qd_json_dup_id (object, "text"), *none = qd_json_dup_id (object, "null");
  g_assert_cmpstr (id, ==, "18446744073709551615");
  g_assert_cmpstr (seven, ==, "8");
  g_assert_cmpstr (same, ==, "7");
  g_assert_null (none);
  g_assert_false (qd_json_get_int (object, "id", &i));
  g_assert_false (qd_json_get_int (object, "text", &i));
  g_assert_false (qd_json_get_int (object, "half", &i));
  g_assert_cmpint (i, ==, -1);
  g_assert_true (qd_json_get_int (object, "edge", &i));
  g_assert_cmpint (i, ==, G_GINT64_CONSTANT (9007199254740992));
  g_assert_true (qd_json_get_int (object, "beyond", &i));
  g_assert_cmpint (i, ==, G_GINT64_CONSTANT (9007199254740993));
  g_assert_false (qd_json_get_number (object, "huge", &d));
  g_assert_false (qd_json_get_number (object, "null", &d));
  g_assert_false (qd_json_get_number (object, "absent", &d));
  g_assert_false (qd_json_get_number (NULL, "absent", &d));
  g_assert_true (qd_json_get_number (object, "half", &d));
  g_assert_cmpfloat (d, ==, 0.5);
  g_assert_true (qd_json_get_bool (object, "yes", FALSE));
  g_assert_true (qd_json_get_bool (object, "seven", TRUE));
  g_assert_cmpstr (qd_json_get_string (object, "seven", "none"), ==, "none");
  g_assert_cmpstr (qd_json_get_string (object, "nul", NULL), ==, "a\xef\xbf\xbd" "b");
  g_assert_cmpstr (qd_json_get_string (object, "half pair", NULL), ==, "\xef\xbf\xbd");
  g_assert_true (qd_json_get_time (object, "at", &i));
  g_assert_cmpint (i % G_USEC_PER_SEC, ==, 500000);
  g_assert_true (qd_json_get_time (object, "unix", &i));
  g_assert_cmpint (i, ==, G_GINT64_CONSTANT (1700000000250000));
  g_assert_false (qd_json_get_time (object, "far", &i));
  g_assert_null (qd_json_list (node, "sites"));
  g_assert_nonnull (qd_json_list (json_object_get_member (object, "list"), "sites"));
  g_assert_null (qd_json_array (NULL));
}

/* An array where an object is meant: whatever stood in the name before is not taken for one. */
static void
test_nameless (void)
{
  const char *text = "[1,[2],\"latency_ms\"]";
  QdJsonSlice whole, value, name;
  QdJsonIter iter;
  guint n = 0;

  g_assert_true (qd_json_slice_parse (&whole, text, strlen (text), NULL));
  qd_json_iter_init (&iter, &whole);
  name = (QdJsonSlice) { .text = "latency_ms", .length = 10, .type = QD_JSON_STRING };
  for (; qd_json_iter_next (&iter, &name, &value); n++)
    {
      g_assert_false (qd_json_slice_is (&name, "latency_ms"));
      name = (QdJsonSlice) { .text = "latency_ms", .length = 10, .type = QD_JSON_STRING };
    }
  g_assert_cmpuint (n, ==, 3);
}

/* What becomes of the one is nothing to the other, at any depth. */
static void
test_copy (void)
{
  const char *text = "{\"a\":{\"b\":[1,-2.5,\"x\",true,null,{\"c\":[]}]},\"n\":9007199254740993,\"e\":{},\"s\":\"\"}";
  g_autoptr (JsonNode) node = qd_json_parse (text, -1, "test", NULL), copy = qd_json_copy (node);
  g_autofree char *before = qd_json_to_text (node, FALSE), *same = qd_json_to_text (copy, FALSE), *after = NULL, *other = NULL;
  JsonObject *inner = qd_json_get_object (qd_json_object (node), "a");

  g_assert_cmpstr (same, ==, before);
  g_assert_true (json_node_equal (node, copy));
  json_array_add_int_element (qd_json_get_array (inner, "b"), 7);
  json_object_set_int_member (inner, "d", 1);
  json_object_remove_member (qd_json_object (node), "s");
  after = qd_json_to_text (copy, FALSE);
  other = qd_json_to_text (node, FALSE);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpstr (other, !=, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/json/against-json-glib", test_against_json_glib);
  g_test_add_func ("/base/json/damaged", test_damaged);
  g_test_add_func ("/base/json/refused", test_refused);
  g_test_add_func ("/base/json/deep-and-large", test_deep_and_large);
  g_test_add_func ("/base/json/readers", test_readers);
  g_test_add_func ("/base/json/nameless", test_nameless);
  g_test_add_func ("/base/json/copy", test_copy);
  return g_test_run ();
}
