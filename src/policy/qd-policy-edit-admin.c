/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-edit.h"

#include <glib/gi18n.h>

#include "qd-policy-edit-private.h"
#include "qd-policy-read-private.h"

/* What only the policies of administrators say: where they stand among others, and what their rules do. */

const char *
qd_policy_kind_action (QdPolicyKind kind, QdPolicyAction action)
{
  if (action == QD_POLICY_ALLOW)
    return kind == QD_POLICY_CLUSTER_NETWORK ? "Accept" : "Allow";
  if (kind == QD_POLICY_NETWORK || (action == QD_POLICY_PASS && kind == QD_POLICY_BASELINE_ADMIN))
    return NULL;
  return action == QD_POLICY_DENY ? "Deny" : "Pass";
}

static gboolean
has_field (QdPolicyEdit *self, gboolean has)
{
  if (!has)
    qd_policy_edit_fail (self, _("A %s has no such field"), qd_policy_kind_to_string (self->kind));
  return has;
}

void
qd_policy_edit_set_tier (QdPolicyEdit *self, QdPolicyTier tier)
{
  JsonObject *spec = has_field (self, self->kind == QD_POLICY_CLUSTER_NETWORK) ? qd_policy_edit_spec (self) : NULL;

  if (spec != NULL)
    qd_policy_edit_put (spec, "tier", qd_policy_edit_string_node (tier == QD_POLICY_TIER_BASELINE ? "Baseline" : "Admin"), qd_policy_edit_spec_order);
}

void
qd_policy_edit_set_priority (QdPolicyEdit *self, const char *text)
{
  int priority = 0;
  GError *error = NULL;
  gboolean valid = qd_policy_check_priority (text, &priority, &error);
  JsonObject *spec = qd_policy_edit_allow (self, valid, error) &&
                     has_field (self, self->kind == QD_POLICY_CLUSTER_NETWORK || self->kind == QD_POLICY_ADMIN_NETWORK)
                       ? qd_policy_edit_spec (self) : NULL;

  if (spec != NULL)
    qd_policy_edit_put (spec, "priority", json_node_init_int (json_node_alloc (), priority), qd_policy_edit_spec_order);
}

void
qd_policy_edit_set_action (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, QdPolicyAction action)
{
  const char *word = qd_policy_kind_action (self->kind, action);
  JsonObject *object = has_field (self, self->kind != QD_POLICY_NETWORK && word != NULL) ? qd_policy_edit_rule (self, direction, rule) : NULL;

  if (object == NULL)
    return;
  if (action != QD_POLICY_ALLOW && qd_policy_edit_rule_has_peer (object, QD_PEER_FORM_DOMAINS))
    qd_policy_edit_fail (self, _("Only a rule whose action is %s may name domains: remove them first"),
                         qd_policy_kind_action (self->kind, QD_POLICY_ALLOW));
  else
    qd_policy_edit_put (object, "action", qd_policy_edit_string_node (word), qd_policy_edit_rule_order);
}

void
qd_policy_edit_set_rule_name (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, const char *name)
{
  GError *error = NULL;
  gboolean valid = qd_policy_check_rule_name (name, &error);
  JsonObject *object = qd_policy_edit_allow (self, valid, error) && has_field (self, self->kind != QD_POLICY_NETWORK)
                         ? qd_policy_edit_rule (self, direction, rule) : NULL;

  if (object == NULL)
    return;
  if (*name != '\0')
    qd_policy_edit_put (object, "name", qd_policy_edit_string_node (name), qd_policy_edit_rule_order);
  else if (json_object_has_member (object, "name"))
    json_object_remove_member (object, "name");
}
