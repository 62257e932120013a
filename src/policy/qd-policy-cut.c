/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-cut.h"

#include <math.h>

#define DAY_US (86400.0 * G_USEC_PER_SEC)

gboolean
qd_policy_seen_parse (QdPolicySeen *self, const char *src, const char *dst, const char *protocol, guint64 port)
{
  g_autofree char *upper = protocol ? g_ascii_strup (protocol, -1) : NULL;
  QdProtocol number;

  if (src == NULL || dst == NULL || upper == NULL || port < QD_PORT_MIN || port > QD_PORT_MAX || !qd_protocol_parse (upper, &number) ||
      !qd_address_parse (src, &self->src) || !qd_address_parse (dst, &self->dst))
    return FALSE;
  self->port = (guint16) port;
  self->protocol = (guint8) number;
  self->bytes_a_day = NAN;
  return TRUE;
}

double
qd_policy_bytes_a_day (guint64 sent, guint64 received, gint64 started_us, gint64 seen_us)
{
  return seen_us > started_us ? ((double) sent + (double) received) / (double) (seen_us - started_us) * DAY_US : NAN;
}

static gboolean
may_pass (QdPolicyEval *eval, const QdPolicySeen *flow)
{
  return qd_port_set_contains (qd_policy_eval_get_addresses (eval, &flow->src, &flow->dst), (QdProtocol) flow->protocol, flow->port);
}

gboolean
qd_policy_seen_is_cut (const QdPolicySeen *self, QdPolicyEval *before, QdPolicyEval *after)
{
  return may_pass (before, self) && !may_pass (after, self);
}

char *
qd_policy_address_to_label (const QdAddress *address, QdPolicyEval *eval)
{
  const QdPolicyWorkload *workload = qd_policy_eval_get_workload (eval, qd_policy_eval_find_address (eval, address));

  return workload ? g_strdup_printf ("%s/%s", workload->namespace->name, workload->name) : qd_address_to_text (address);
}

QdPolicyExplanation *
qd_policy_seen_explain (const QdPolicySeen *self, QdPolicyEval *eval)
{
  g_autofree char *src = qd_policy_address_to_label (&self->src, eval), *dst = qd_policy_address_to_label (&self->dst, eval);
  const QdPolicyFlow flow = {
    .src = qd_policy_eval_find_address (eval, &self->src), .dst = qd_policy_eval_find_address (eval, &self->dst),
    .src_name = src, .dst_name = dst, .protocol = (QdProtocol) self->protocol, .port = self->port,
    .src_address = &self->src, .dst_address = &self->dst,
  };

  return qd_policy_explain (eval, &flow);
}
