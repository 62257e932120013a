/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"

G_BEGIN_DECLS

/* A fleet is two connections, one that feeds the other: what either of them is, the fleet is. */

/* Whether the fleet of @connection is production. */
gboolean qd_hub_is_production (QdHub *self, const char *connection);
/* Which connections of that fleet are locked: (transfer full) (element-type utf8). */
GPtrArray *qd_hub_list_locked (QdHub *self, const char *connection);

G_END_DECLS
