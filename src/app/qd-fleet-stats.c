/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-fleet-stats.h"

#include <glib/gi18n.h>
#include <math.h>

static const QdStatInfo infos[QD_N_STATS] = {
  [QD_STAT_SITES] = { "sites", N_("Sites well"), NULL, "sites", 0, FALSE },
  [QD_STAT_PATHS] = { "paths", N_("Paths up"), NULL, "paths", 0, FALSE },
  [QD_STAT_LATENCY] = { "latency", N_("Median latency"), "ms", "paths", 1, TRUE },
  [QD_STAT_LOSS] = { "loss", N_("Packet loss (p95)"), "%", "paths", 2, TRUE },
  [QD_STAT_THROUGHPUT] = { "throughput", N_("Throughput"), "Mbit/s", "paths", 0, FALSE },
  [QD_STAT_FLOWS] = { "flows", N_("Active flows"), NULL, "flows", 0, FALSE },
  [QD_STAT_NODES] = { "nodes", N_("Nodes well"), NULL, "sites", 0, FALSE },
  [QD_STAT_EVENTS] = { "events", N_("Warnings in an hour"), NULL, "events", 0, TRUE },
};

const QdStatInfo *
qd_stat_get_info (QdStat stat)
{
  g_return_val_if_fail (stat < QD_N_STATS, NULL);

  return &infos[stat];
}

/* The @k-th smallest of @n numbers, in linear time: a sort would cost ten times as much, each second.
 * Moves them about. */
static double
select_nth (double *values, guint n, guint k)
{
  guint low = 0, high = n - 1;

  while (low < high)
    {
      double pivot = values[low + (high - low) / 2];
      guint i = low, j = high;

      for (;;)
        {
          while (values[i] < pivot)
            i++;
          while (pivot < values[j])
            j--;
          if (i >= j)
            break;
          double swap = values[i];
          values[i++] = values[j];
          values[j--] = swap;
        }
      /* now all up to j are at most the pivot, and all beyond at least */
      if (k <= j)
        high = j;
      else
        low = j + 1;
    }
  return values[low];
}

/* The value below which @fraction of @values lie; NAN when there is none. Moves them about. */
static double
quantile (GArray *values, double fraction)
{
  if (values->len == 0)
    return NAN;
  return select_nth ((double *) (gpointer) values->data, values->len, MIN (values->len - 1, (guint) floor (fraction * values->len)));
}

static void
count_well (QdFleet *fleet, QdKind kind, const char *connection, QdFleetStats *stats, QdStat stat)
{
  guint counts[QD_STATUS_DOWN + 1] = { 0 };
  guint total = 0;

  qd_fleet_count_status (fleet, kind, connection, counts);
  for (guint i = 0; i <= QD_STATUS_DOWN; i++)
    total += counts[i];
  stats->totals[stat] = total;
  /* Of what has no state at all, as in a drawing of lines and circles, none is well and none is not. */
  stats->values[stat] = total > counts[QD_STATUS_NONE] ? counts[QD_STATUS_WELL] : NAN;
}

static void
measure_paths (QdFleet *fleet, const char *connection, QdFleetStats *stats)
{
  QdEntityList *paths = qd_fleet_get_list (fleet, QD_KIND_PATH);
  guint n = qd_entity_list_get_length (paths);
  g_autoptr (GArray) latencies = g_array_sized_new (FALSE, FALSE, sizeof (double), n);
  g_autoptr (GArray) losses = g_array_sized_new (FALSE, FALSE, sizeof (double), n);
  double throughput = NAN;

  for (guint i = 0; i < n; i++)
    {
      QdEntity *path = qd_entity_list_peek (paths, i);
      double value;

      /* A path that is down carries nothing: its figures are not those of the traffic. */
      if (!qd_entity_belongs (path, connection) || qd_entity_get_status (path) == QD_STATUS_DOWN)
        continue;
      if (qd_entity_get_double (path, QD_PATH_LATENCY_MS, &value))
        g_array_append_val (latencies, value);
      if (qd_entity_get_double (path, QD_PATH_LOSS_PCT, &value))
        g_array_append_val (losses, value);
      if (qd_entity_get_double (path, QD_PATH_BANDWIDTH_MBPS, &value))
        throughput = (isnan (throughput) ? 0 : throughput) + value;
    }
  stats->values[QD_STAT_LATENCY] = quantile (latencies, 0.5);
  stats->values[QD_STAT_LOSS] = quantile (losses, 0.95);
  stats->values[QD_STAT_THROUGHPUT] = throughput;
}

static void
count_flows (QdFleet *fleet, const char *connection, QdFleetStats *stats)
{
  QdEntityList *flows = qd_fleet_get_list (fleet, QD_KIND_FLOW);
  guint n = qd_entity_list_get_length (flows);
  guint active = 0;

  for (guint i = 0; i < n; i++)
    {
      QdEntity *flow = qd_entity_list_peek (flows, i);

      if (!qd_entity_belongs (flow, connection))
        continue;
      stats->totals[QD_STAT_FLOWS]++;
      active += g_strcmp0 (qd_entity_get_string (flow, QD_FLOW_STATE), "active") == 0;
    }
  if (stats->totals[QD_STAT_FLOWS] > 0)
    stats->values[QD_STAT_FLOWS] = active;
}

static void
count_events (QdFleet *fleet, const char *connection, QdFleetStats *stats)
{
  QdEntityList *events = qd_fleet_get_list (fleet, QD_KIND_EVENT);
  guint n = qd_entity_list_get_length (events);
  gint64 from = g_get_real_time () - G_TIME_SPAN_HOUR;
  guint warnings = 0;

  for (guint i = 0; i < n; i++)
    {
      QdEntity *event = qd_entity_list_peek (events, i);
      const char *severity = qd_entity_get_string (event, QD_EVENT_SEVERITY);

      if (qd_entity_belongs (event, connection) && qd_entity_get (event, QD_EVENT_AT)->v.i >= from &&
          severity != NULL && !g_str_equal (severity, "info"))
        warnings++;
    }
  /* No event at all may mean that none is offered; a site makes the count mean something. */
  if ((n > 0 || stats->totals[QD_STAT_SITES] > 0) && !qd_connection_is_paper (connection))
    stats->values[QD_STAT_EVENTS] = warnings;
}

void
qd_fleet_stats_compute (QdFleet *fleet, const char *connection, QdFleetStats *stats)
{
  connection = connection != NULL ? g_intern_string (connection) : NULL;
  for (guint i = 0; i < QD_N_STATS; i++)
    {
      stats->values[i] = NAN;
      stats->totals[i] = 0;
    }
  count_well (fleet, QD_KIND_SITE, connection, stats, QD_STAT_SITES);
  count_well (fleet, QD_KIND_PATH, connection, stats, QD_STAT_PATHS);
  count_well (fleet, QD_KIND_NODE, connection, stats, QD_STAT_NODES);
  measure_paths (fleet, connection, stats);
  count_flows (fleet, connection, stats);
  count_events (fleet, connection, stats);
}
