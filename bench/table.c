/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "qd-drain.h"
#include "qd-view.h"

/* table: what the list of 100,000 flows costs the main thread, without a widget: the first view, each
 * sort, each keystroke of a filter, and a tick of changes; beside what the bare machine needs for the
 * like (sorting as many doubles, searching as many strings). One JSON line a figure. */

#define FLOWS 100000
#define CHANGES 1000

static void
say (const char *figure, const char *detail, double ms, double floor_ms)
{
  g_print ("{\"figure\":\"%s\",\"detail\":\"%s\",\"ms\":%.3f,\"floor_ms\":%.3f}\n", figure, detail, ms, floor_ms);
}

static double
ms_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000.0;
}

static QdDelta *
flow_delta (guint i, QdDeltaOp op, guint seq)
{
  static const char *const protocols[] = { "tcp", "udp", "icmp" };
  static const char *const states[] = { "active", "idle", "blocked", "closed" };
  g_autofree char *id = g_strdup_printf ("tcp-10.%u.%u.%u-%u-192.0.2.%u-443", i >> 16, (i >> 8) & 255, i & 255, 1024 + i % 60000, i % 250);
  QdDelta *delta = qd_delta_new (g_intern_string ("bench"), QD_KIND_FLOW, id, op);
  g_autofree char *src = g_strdup_printf ("10.%u.%u.%u", i >> 16, (i >> 8) & 255, i & 255);
  g_autofree char *dst = g_strdup_printf ("192.0.2.%u", i % 250);
  g_autofree char *path = g_strdup_printf ("p-%05u", (i * 7919) % 10000);
  guint mixed = (i + seq) * 2654435761u;

  qd_delta_set (delta, QD_FLOW_BYTES_TX, qd_value_int (mixed % 1000000));
  qd_delta_set (delta, QD_FLOW_BYTES_RX, qd_value_int (mixed / 7 % 1000000));
  qd_delta_set (delta, QD_FLOW_STATE, qd_value_string (states[mixed % 4]));
  qd_delta_set (delta, QD_FLOW_LAST_SEEN, qd_value_time (1700000000000000 + (gint64) mixed * 1000 + seq));
  if (op == QD_DELTA_UPDATE)
    return delta;
  qd_delta_set (delta, QD_FLOW_SRC_IP, qd_value_string (src));
  qd_delta_set (delta, QD_FLOW_SRC_PORT, qd_value_int (1024 + i % 60000));
  qd_delta_set (delta, QD_FLOW_DST_IP, qd_value_string (dst));
  qd_delta_set (delta, QD_FLOW_DST_PORT, qd_value_int (443));
  qd_delta_set (delta, QD_FLOW_PROTOCOL, qd_value_string (protocols[i % 3]));
  qd_delta_set (delta, QD_FLOW_PATH, qd_value_string (path));
  qd_delta_set (delta, QD_FLOW_POLICY_NAME, qd_value_string (i % 5 ? "allow-web" : "allow-voice"));
  qd_delta_set (delta, QD_FLOW_STARTED_AT, qd_value_time (1700000000000000 + (gint64) i * 1000000));
  return delta;
}

static void
fill (QdFleet *fleet)
{
  qd_fleet_begin (fleet);
  for (guint i = 0; i < FLOWS; i++)
    {
      g_autoptr(QdDelta) delta = flow_delta (i, QD_DELTA_UPSERT, 0);
      qd_fleet_apply (fleet, delta);
    }
  qd_fleet_commit (fleet);
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
floor_sort (void)
{
  g_autofree double *values = g_new (double, FLOWS);
  gint64 start;

  for (guint i = 0; i < FLOWS; i++)
    values[i] = (double) (i * 2654435761u);
  start = g_get_monotonic_time ();
  qsort (values, FLOWS, sizeof *values, compare_doubles);
  return ms_since (start);
}

static double
floor_search (QdEntityList *list, const char *word)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  guint hits = 0;
  gint64 start;
  double ms;

  for (guint i = 0; i < FLOWS; i++)
    g_ptr_array_add (texts, g_strdup (qd_entity_get_id (qd_entity_list_peek (list, i))));
  start = g_get_monotonic_time ();
  for (guint i = 0; i < FLOWS; i++)
    hits += strstr (g_ptr_array_index (texts, i), word) != NULL;
  ms = ms_since (start);
  g_assert (hits <= FLOWS);
  return ms;
}

static void
bench_sorts (QdEntityList *list, double floor_ms)
{
  const QdSchema *schema = qd_schema_get (QD_KIND_FLOW);
  g_autoptr(QdView) view = qd_view_new (list);

  for (guint field = 0; field < schema->n_fields; field++)
    for (guint descending = 0; descending < 2; descending++)
      {
        gint64 start;

        if (schema->fields[field].title == NULL)
          continue;
        start = g_get_monotonic_time ();
        qd_view_set_sort (view, field, descending);
        say ("sort", schema->fields[field].id, ms_since (start), floor_ms);
      }
}

/* Between the opening of a table and the first keystroke, the main loop runs idle. */
static void
bench_warming (void)
{
  gint64 start = g_get_monotonic_time (), longest = 0;

  while (g_main_context_pending (NULL))
    {
      gint64 before = g_get_monotonic_time ();

      g_main_context_iteration (NULL, FALSE);
      longest = MAX (longest, g_get_monotonic_time () - before);
    }
  say ("warming", "all", ms_since (start), 0);
  say ("warming", "longest slice", (double) longest / 1000.0, 0);
}

static void
bench_filter (QdEntityList *list)
{
  static const char *const words[] = { "192.0.2.17", "p-0423", "voice active", "udp -closed", "bytes_tx>500000", "10.1.2" };
  g_autoptr(QdView) view = qd_view_new (list);

  qd_view_set_sort (view, QD_FLOW_BYTES_TX, TRUE);
  bench_warming ();
  for (guint w = 0; w < G_N_ELEMENTS (words); w++)
    {
      gsize n = strlen (words[w]);
      double floor_ms = floor_search (list, words[w]);

      /* Typed, then erased. */
      for (gsize k = 1; k <= 2 * n; k++)
        {
          g_autofree char *text = g_strndup (words[w], k <= n ? k : 2 * n - k);
          g_autoptr(QdFilter) filter = NULL;
          gint64 start = g_get_monotonic_time ();

          filter = qd_filter_new (text, NULL, 0);
          qd_view_set_filter (view, *text ? filter : NULL);
          say ("filter", words[w], ms_since (start), floor_ms);
        }
    }
}

static void
bench_changes (QdFleet *fleet, QdEntityList *list)
{
  static const guint fields[] = { QD_FLOW_BYTES_TX, QD_FLOW_SRC_IP, QD_FLOW_STATE };

  for (guint f = 0; f < G_N_ELEMENTS (fields); f++)
    {
      g_autoptr(QdView) view = qd_view_new (list);

      qd_view_set_sort (view, fields[f], TRUE);
      for (guint tick = 0; tick < 60; tick++)
        {
          /* A sixtieth of a second's changes, as a frame brings them. */
          guint n = CHANGES / 60;
          gint64 start = g_get_monotonic_time ();

          qd_fleet_begin (fleet);
          for (guint i = 0; i < n; i++)
            {
              g_autoptr(QdDelta) delta = flow_delta ((tick * n + i) * 7919 % FLOWS, QD_DELTA_UPDATE, tick + 1);
              qd_fleet_apply (fleet, delta);
            }
          qd_fleet_commit (fleet);
          say ("changes-per-frame", qd_schema_get (QD_KIND_FLOW)->fields[fields[f]].id, ms_since (start), 0);
        }
    }
}

int
main (int argc, char **argv)
{
  g_autoptr(QdFleet) fleet = qd_fleet_new ();
  QdEntityList *list = qd_fleet_get_list (fleet, QD_KIND_FLOW);
  double floor_ms = floor_sort ();
  gint64 start;

  fill (fleet);
  {
    g_autoptr(QdView) view = NULL;

    start = g_get_monotonic_time ();
    view = qd_view_new (list);
    qd_view_set_sort (view, QD_FLOW_BYTES_TX, TRUE);
    for (guint i = 0; i < 40; i++)
      g_assert (qd_view_peek (view, i) != NULL);
    say ("first-rows", "view", ms_since (start), floor_ms);
  }
  bench_sorts (list, floor_ms);
  bench_filter (list);
  bench_changes (fleet, list);
  return 0;
}
