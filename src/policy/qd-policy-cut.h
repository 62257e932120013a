/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-explain.h"

G_BEGIN_DECLS

/* A flow that was seen: who spoke to whom, on what, and how much. */
typedef struct {
  QdAddress src, dst;
  double bytes_a_day;      /* both ways; NAN: not known */
  guint16 port;
  guint8 protocol;         /* QdProtocol */
} QdPolicySeen;

/* Fills @self with what was written of a flow; the protocol in any case of letters. FALSE: no policy is about such a flow, for it has no address,
 * no port, or another protocol. What it carried is not known then. */
gboolean qd_policy_seen_parse (QdPolicySeen *self, const char *src, const char *dst, const char *protocol, guint64 port);
/* What went both ways, over the time in which it did (microseconds), as it would be in a day; NAN where no time passed. */
double qd_policy_bytes_a_day (guint64 sent, guint64 received, gint64 started_us, gint64 seen_us);

/* Whether @after keeps from passing what @before let pass. Any thread. */
gboolean qd_policy_seen_is_cut (const QdPolicySeen *self, QdPolicyEval *before, QdPolicyEval *after);
/* Why @eval lets it pass, or does not. (transfer full) */
QdPolicyExplanation *qd_policy_seen_explain (const QdPolicySeen *self, QdPolicyEval *eval);
/* "shop/web" where @eval knows a workload with that address, else the address. (transfer full) */
char *qd_policy_address_to_label (const QdAddress *address, QdPolicyEval *eval);

G_END_DECLS
