/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-finding.h"

#include <glib/gi18n.h>

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

/* What comes of it, and who says no. */
static const char *
verdict_of (const QdPolicyProof *self)
{
  if (self->allowed)
    return _("allowed");
  if (self->egress == self->ingress)
    return self->egress ? _("denied") : _("denied by egress and by ingress");
  return self->egress ? _("denied by ingress") : _("denied by egress");
}

char *
qd_policy_proof_to_text (const QdPolicyProof *self)
{
  return g_strdup_printf ("%s → %s, %s %u: %s", self->from, self->to, qd_protocol_to_string (self->protocol), self->port, verdict_of (self));
}

QdPolicyProof *
qd_policy_proof_copy (const QdPolicyProof *self)
{
  QdPolicyProof *copy = g_memdup2 (self, sizeof *self);

  copy->from = g_strdup (self->from);
  copy->to = g_strdup (self->to);
  return copy;
}

void
qd_policy_proof_free (QdPolicyProof *self)
{
  g_free (self->from);
  g_free (self->to);
  g_free (self);
}

QdPolicyFinding *
qd_policy_finding_copy (const QdPolicyFinding *finding)
{
  QdPolicyFinding *self = g_memdup2 (finding, sizeof *finding);

  self->message = g_strdup (finding->message);
  self->proof = finding->proof ? qd_policy_proof_copy (finding->proof) : NULL;
  self->fix = finding->fix ? qd_policy_fix_ref (finding->fix) : NULL;
  return self;
}

void
qd_policy_finding_free (QdPolicyFinding *self)
{
  g_free (self->message);
  g_clear_pointer (&self->proof, qd_policy_proof_free);
  g_clear_pointer (&self->fix, qd_policy_fix_unref);
  g_free (self);
}
