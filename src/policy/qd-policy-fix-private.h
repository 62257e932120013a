/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-world.h"

G_BEGIN_DECLS

/* Fixes, by what they do. Each returns NULL where the place is not found in its file, or cannot be mended there. */

/* The document, or the item of a list. */
QdPolicyFix *qd_policy_fix_remove_policy (const QdPolicy *policy);
/* Number @rule of its direction. Where that was the last one of egress, policyTypes are written: taking it away opens nothing. */
QdPolicyFix *qd_policy_fix_remove_rule (const QdPolicy *policy, QdPolicyDirection direction, guint rule);
/* All of a direction. */
QdPolicyFix *qd_policy_fix_remove_rules (const QdPolicy *policy, QdPolicyDirection direction);
/* Says what goes without saying: that it is about these directions, or that nobody may. */
QdPolicyFix *qd_policy_fix_write_types (const QdPolicy *policy, gboolean ingress, gboolean egress);
QdPolicyFix *qd_policy_fix_write_nobody (const QdPolicy *policy, QdPolicyDirection direction);
/* One more rule of egress. Takes @title and @rule. */
QdPolicyFix *qd_policy_fix_add_egress (const QdPolicy *policy, char *title, JsonNode *rule);
/* What is to be done about @finding, which a reader made, by its code. */
QdPolicyFix *qd_policy_fix_of_reader (const QdPolicyFinding *finding);

G_END_DECLS
