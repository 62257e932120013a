/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-read-private.h"
#include "qd-policy-schema.h"
#include "qd-routing.h"

G_BEGIN_DECLS

#define QD_ROUTING_MAX_PORT 65535u

const QdPolicySchema *qd_routing_get_schema (void);
/* The sequence of policies that @document is or has; NULL: it is one policy, or none of it. */
const QdYamlNode *qd_routing_find_list (const QdYamlNode *document);

/* Takes @path. Adds what is wrong to the reader's findings. */
QdRoutingPolicy *qd_routing_policy_read (QdPolicyReader *reader, const QdYamlNode *map, guint document, char *path);
void qd_routing_policy_free (QdRoutingPolicy *self);

/* Whether it can match at all: not by ports of a protocol without any, nor from one address family to the other. */
gboolean qd_routing_match_is_possible (const QdRoutingMatch *self);
/* Adds what is to be said about policies beside one another; they are in the order in which they are asked. */
void qd_routing_compare_all (GPtrArray *policies, GPtrArray *findings);
/* Whether every flow that @b fits is one that @a fits. */
gboolean qd_routing_match_covers (const QdRoutingMatch *a, const QdRoutingMatch *b);
/* Whether some flow fits both; @flow, which may be NULL, is set to one. It borrows from both. */
gboolean qd_routing_match_meet (const QdRoutingMatch *a, const QdRoutingMatch *b, QdRoutingFlow *flow);
/* "tcp from 10.0.0.1 to 10.2.0.1, port 443". (transfer full) */
char *qd_routing_flow_to_text (const QdRoutingFlow *self);
gboolean qd_routing_protocol_has_ports (const char *protocol);

G_END_DECLS
