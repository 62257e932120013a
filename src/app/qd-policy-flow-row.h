/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-policy-cut.h"

G_BEGIN_DECLS

/**
 * QdPolicyFlowRow:
 *
 * A flow that was seen and that a change would cut off, as a row of a list. Immutable.
 */
#define QD_TYPE_POLICY_FLOW_ROW (qd_policy_flow_row_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyFlowRow, qd_policy_flow_row, QD, POLICY_FLOW_ROW, GObject)

/* @src, @dst: as people call them. @why: in a sentence. */
QdPolicyFlowRow *qd_policy_flow_row_new (const QdPolicySeen *seen, const char *src, const char *dst, const char *why);
const QdPolicySeen *qd_policy_flow_row_get_seen (QdPolicyFlowRow *self);
const char *qd_policy_flow_row_get_why (QdPolicyFlowRow *self);
/* "shop/web → shop/db" and "5432/TCP" (transfer full) */
char *qd_policy_flow_row_dup_ends (QdPolicyFlowRow *self);
char *qd_policy_flow_row_dup_port (QdPolicyFlowRow *self);
/* "1.2 GB a day"; NULL: not known (transfer full) */
char *qd_policy_flow_row_dup_rate (QdPolicyFlowRow *self);
/* All of it in a line, as it is copied and read out. (transfer full) */
char *qd_policy_flow_row_dup_text (QdPolicyFlowRow *self);

G_END_DECLS
