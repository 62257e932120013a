/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-world.h"

G_BEGIN_DECLS

/* What policies say, in the user's language. (transfer full) */

/* "app=web and tier in (a, b)"; of one that selects all "". */
char *qd_policy_say_selector (const QdSelector *selector);
/* "Pods with app=web in any namespace with team=shop". */
char *qd_policy_say_peer (const QdPolicyPeer *peer);
/* "TCP 8080", "every TCP port". */
char *qd_policy_say_port (const QdPolicyPort *port);
/* All of a rule: "Pods with app=web in this namespace, on TCP 8080". */
char *qd_policy_say_rule (const QdPolicyRule *rule);
/* "Isolated: only what is allowed here comes in", "Left alone". */
const char *qd_policy_say_isolation (const QdPolicy *policy, QdPolicyDirection direction);

G_END_DECLS
