/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-graph-data.h"

G_BEGIN_DECLS

/* "3 newly allowed, 1 newly denied", "nothing would change"; NULL where there is no before. (transfer full) */
char *qd_policy_graph_tell_changes (QdPolicyGraph *self);
/* "shop/web: 5 connections as before, 1 newly allowed". (transfer full) */
char *qd_policy_graph_describe_node (QdPolicyGraph *self, guint node);
/* Of one pair what the matrix says of it, of many how many there are and on which ports. (transfer full) */
char *qd_policy_graph_describe_line (QdPolicyGraph *self, guint line);
/* What a near line says of itself: "TCP 443", "+ TCP 80"; NULL: nothing, as every port may pass as before. (transfer full) */
char *qd_policy_graph_label_line (QdPolicyGraph *self, guint line);
/* What a node is called below its heading: "web", "web and 4 more", "shop (12)". (transfer full) */
char *qd_policy_graph_name_node (QdPolicyGraph *self, guint node);
/* "shop/web", "shop/web and 4 more", "shop". (transfer full) */
char *qd_policy_graph_name_whole (QdPolicyGraph *self, guint node);

/* The pair that stands for a line, and the port that tells: the first of what has changed, else of what may pass. FALSE: one of the two is not there
 * now. @port 0: every port is alike. */
gboolean qd_policy_graph_pick_flow (QdPolicyGraph *self, guint line, guint *src, guint *dst, QdProtocol *protocol, guint *port);

G_END_DECLS
