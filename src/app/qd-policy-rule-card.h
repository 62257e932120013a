/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-builder-private.h"

G_BEGIN_DECLS

/* One rule: what it allows in a sentence, whom that means now, and, unfolded, its peers and ports to change. It is dragged by its
 * handle, and moved with Alt and the arrow keys. */
#define QD_TYPE_POLICY_RULE_CARD (qd_policy_rule_card_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyRuleCard, qd_policy_rule_card, QD, POLICY_RULE_CARD, AdwBin)

GtkWidget *qd_policy_rule_card_new (QdPolicyBuilder *builder, QdPolicyDirection direction);
/* Shows rule @index of the policy that the builder shows, as it was read and as it is written. */
void qd_policy_rule_card_set (QdPolicyRuleCard *self, guint index, const QdPolicyRule *rule, const QdYamlNode *node);
/* Says anew which workloads are meant, where that is known by now. */
void qd_policy_rule_card_update_meant (QdPolicyRuleCard *self);
/* Whether that is what it shows, word for word. */
gboolean qd_policy_rule_card_shows (QdPolicyRuleCard *self, const QdPolicyRule *rule);
void qd_policy_rule_card_set_expanded (QdPolicyRuleCard *self, gboolean expanded);
gboolean qd_policy_rule_card_get_expanded (QdPolicyRuleCard *self);
/* Unfolds it, and puts the focus where a new rule is changed first. */
void qd_policy_rule_card_edit (QdPolicyRuleCard *self);

G_END_DECLS
