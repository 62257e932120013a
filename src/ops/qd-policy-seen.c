/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-policy-seen.h"

gboolean
qd_policy_seen_read (QdEntity *flow, QdPolicySeen *seen)
{
  gint64 port = 0, sent, received;
  const QdValue *started = qd_entity_get (flow, QD_FLOW_STARTED_AT), *last = qd_entity_get (flow, QD_FLOW_LAST_SEEN);

  qd_entity_get_int (flow, QD_FLOW_DST_PORT, &port);
  if (port < 0 ||
      !qd_policy_seen_parse (seen, qd_entity_get_string (flow, QD_FLOW_SRC_IP), qd_entity_get_string (flow, QD_FLOW_DST_IP),
                             qd_entity_get_string (flow, QD_FLOW_PROTOCOL), (guint64) port))
    return FALSE;
  if (started->type == QD_VALUE_TIME && last->type == QD_VALUE_TIME && qd_entity_get_int (flow, QD_FLOW_BYTES_TX, &sent) &&
      qd_entity_get_int (flow, QD_FLOW_BYTES_RX, &received) && sent >= 0 && received >= 0)
    seen->bytes_a_day = qd_policy_bytes_a_day ((guint64) sent, (guint64) received, started->v.i, last->v.i);
  return TRUE;
}
