/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet-stats.h"
#include "qd-hub.h"

G_BEGIN_DECLS

/**
 * QdTrend:
 *
 * How each figure of the overview went during the last hour: one point every twenty seconds, per
 * connection, for as long as the program runs, and kept in the store between runs. Emits ::changed
 * when points were added. Main thread.
 */
#define QD_TYPE_TREND (qd_trend_get_type ())
G_DECLARE_FINAL_TYPE (QdTrend, qd_trend, QD, TREND, GObject)

#define QD_TREND_POINTS 180
#define QD_TREND_STEP_S 20

/* The trend of @hub, one for all windows; borrowed. */
QdTrend *qd_trend_for_hub (QdHub *hub);
/* Copies the last hour into @points, oldest first, NAN where nothing was seen. @connection NULL: all. */
void qd_trend_get (QdTrend *self, const char *connection, QdStat stat, double points[QD_TREND_POINTS]);
/* The figure an hour ago (within two minutes), or NAN. */
double qd_trend_hour_ago (QdTrend *self, const char *connection, QdStat stat);

G_END_DECLS
