/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-eval.h"

G_BEGIN_DECLS

/* One end of a flow: a pod, or an address outside. */
typedef struct {
  const char *name;
  const QdPolicyNamespace *namespace;
  const QdPolicyPod *pod;          /* NULL: outside */
  const QdAddressRange *range;     /* of what is outside: addresses that no policy tells apart */
  gboolean exempt;                 /* in its node's network, and seen as its node */
} QdPolicyWho;

/* Each answers why it is not so, in part of a sentence (transfer full); NULL: it is so. */
char *qd_policy_match_subject (const QdPolicy *policy, const QdPolicyWho *who);
char *qd_policy_match_peer (const QdPolicy *policy, const QdPolicyPeer *peer, const QdPolicyWho *who, const QdPolicyOptions *options);
char *qd_policy_match_ports (const QdPolicyRule *rule, const QdPolicyWho *destination, QdProtocol protocol, guint port);

G_END_DECLS
