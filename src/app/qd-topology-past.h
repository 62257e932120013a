/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology-model.h"

G_BEGIN_DECLS

/**
 * QdTopologyPast:
 *
 * The last 24 hours as the desk saw them: which state everything had, from the recorded transitions,
 * and how good its paths were, from the samples of each minute. Emits ::changed when there is
 * something else to be seen.
 */
#define QD_TYPE_TOPOLOGY_PAST (qd_topology_past_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyPast, qd_topology_past, QD, TOPOLOGY_PAST, GObject)

#define QD_TOPOLOGY_PAST_MINUTES (24 * 60)

QdTopologyPast *qd_topology_past_new (QdSession *session);
/* Reads what was recorded, up to now. */
void qd_topology_past_load (QdTopologyPast *self);
/* What time is shown (µs since the epoch); 0: now, nothing of the past. */
void qd_topology_past_set_time (QdTopologyPast *self, gint64 at_us);
gint64 qd_topology_past_get_time (QdTopologyPast *self);
gboolean qd_topology_past_is_shown (QdTopologyPast *self);
/* FALSE: the desk did not look then, and what was is not known. */
gboolean qd_topology_past_is_recorded (QdTopologyPast *self, gint64 at_us);
/* The state that @entity had then; QD_STATUS_UNKNOWN where that is not known. */
QdStatus qd_topology_past_get_status (QdTopologyPast *self, QdEntity *entity);
/* How many of all in the session's connection had each status. */
void qd_topology_past_count (QdTopologyPast *self, QdTopologyCounts *counts);
/* @scene of @model as it was then. (transfer full) */
QdScene *qd_topology_past_dress (QdTopologyPast *self, QdTopologyModel *model, QdScene *scene);
/* "Showing 14:32, 3 h 12 min ago". (transfer full) */
char *qd_topology_past_describe (QdTopologyPast *self);

G_END_DECLS
