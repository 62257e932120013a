/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"

G_BEGIN_DECLS

/* By what sites and nodes are grouped: "kind", "location", "label:NAME"; "" by nothing. */

/* The name of the group of @entity; NULL when it is in none. (transfer full) */
char *qd_topology_group_of (QdEntity *entity, const char *group_by);
/* What the things of @connection (NULL: of all) can be grouped by, the usual first. (transfer full) (element-type utf8) */
GPtrArray *qd_topology_group_choices (QdFleet *fleet, const char *connection);
/* "Location", "Kind", "Label region": for people. (transfer full) */
char *qd_topology_group_title (const char *group_by);

G_END_DECLS
