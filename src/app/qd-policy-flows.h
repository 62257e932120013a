/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-flow-row.h"
#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdPolicyFlows:
 *
 * Which flows that the shown connection has seen a change of policies would cut off: a list of QdPolicyFlowRow, those that carry most first. The
 * fleet's flows are read in slices between frames, and asked about on a worker; the list is brought up to date while there is a change.
 * ::changed: the figures are others.
 */
#define QD_TYPE_POLICY_FLOWS (qd_policy_flows_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyFlows, qd_policy_flows, QD, POLICY_FLOWS, GObject)

QdPolicyFlows *qd_policy_flows_new (QdSession *session);
/* References are kept. Either NULL, or both the same: nothing changes, and nothing is looked at. */
void qd_policy_flows_set_evals (QdPolicyFlows *self, QdPolicyEval *before, QdPolicyEval *after);
/* Whether the list is of the evaluations that were set last. */
gboolean qd_policy_flows_is_known (QdPolicyFlows *self);
/* Of how many flows it is known, when they were read (microseconds, UTC), and what those that are cut off carry in a day. */
guint qd_policy_flows_get_n_seen (QdPolicyFlows *self);
gint64 qd_policy_flows_get_as_of (QdPolicyFlows *self);
double qd_policy_flows_get_bytes_a_day (QdPolicyFlows *self);
/* "This change cuts off 3 observed flows, 1.2 GB a day"; NULL: there is no change, no flow, or it is not known yet. (transfer full) */
char *qd_policy_flows_dup_sentence (QdPolicyFlows *self);
/* All of the list as CSV (RFC 4180), made on a worker. (transfer full) by finish */
void qd_policy_flows_csv_async (QdPolicyFlows *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *qd_policy_flows_csv_finish (GAsyncResult *result, GError **error);

/* What is cut off of one path. */
typedef struct {
  const QdKey *path;       /* as the flows call it: it may be one that the fleet does not know */
  guint n_cut, n_flows;    /* of its flows that are not blocked already, and how many of those there are */
  double bytes_a_day;      /* what those that are cut off carry, as far as it is known */
} QdPolicyCutPath;
/* The paths by which flows run that are cut off, those first that lose most. Borrowed, until ::changed. */
const QdPolicyCutPath *qd_policy_flows_get_paths (QdPolicyFlows *self, guint *n);
/* How many that are cut off name no path. */
guint qd_policy_flows_get_n_pathless (QdPolicyFlows *self);

G_END_DECLS
