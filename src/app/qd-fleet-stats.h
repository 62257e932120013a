/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"

G_BEGIN_DECLS

/* The figures that say how the fleet is. Each is derived from the lists when it is wanted. */
typedef enum {
  QD_STAT_SITES,        /* sites that are well */
  QD_STAT_PATHS,        /* paths that are up */
  QD_STAT_LATENCY,      /* median latency of the paths that have one, ms */
  QD_STAT_LOSS,         /* 95th percentile of packet loss, % */
  QD_STAT_THROUGHPUT,   /* sum over the paths, Mbit/s */
  QD_STAT_FLOWS,        /* active flows */
  QD_STAT_NODES,        /* nodes that are well */
  QD_STAT_EVENTS,       /* warnings and worse in the last hour */
  QD_N_STATS
} QdStat;

typedef struct {
  double values[QD_N_STATS];   /* NAN: absent, for want of data */
  guint totals[QD_N_STATS];    /* of how many, 0 where that says nothing */
} QdFleetStats;

/* Computes the figures of one connection, or of all with %NULL. A few milliseconds at most. */
void qd_fleet_stats_compute (QdFleet *fleet, const char *connection, QdFleetStats *stats);

typedef struct {
  const char *id;             /* for the saved order */
  const char *title;          /* N_() */
  const char *unit;           /* or NULL */
  const char *page;           /* where its card leads */
  guint decimals;
  gboolean more_is_worse;
} QdStatInfo;

const QdStatInfo *qd_stat_get_info (QdStat stat);

G_END_DECLS
