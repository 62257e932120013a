/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-finding.h"
#include "qd-policy-read-private.h"


char *
qd_policy_place_to_text (const QdPolicyPlace *self)
{
  QdYamlSpan span = { .line = 1, .column = 1 };

  if (self->node)
    span = qd_yaml_node_get_span (self->node);
  return g_strdup_printf ("%s:%u:%u", qd_yaml_file_get_name (self->file), span.line, span.column);
}

/* Takes @message. */
QdPolicyFinding *
qd_policy_finding_new (QdPolicySeverity severity, const char *code, const QdPolicyPlace *place, char *message)
{
  QdPolicyFinding *self = g_new0 (QdPolicyFinding, 1);

  self->severity = severity;
  self->code = code;
  self->message = message;
  self->place = *place;
  return self;
}

char *
qd_policy_finding_to_text (const QdPolicyFinding *self)
{
  g_autofree char *place = qd_policy_place_to_text (&self->place);

  return g_strdup_printf ("%s: %s", place, self->message);
}

void
qd_policy_finding_free (QdPolicyFinding *self)
{
  g_free (self->message);
  g_free (self);
}
