/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"

G_BEGIN_DECLS

/* What an action concerns, for scopes. A scope narrows what has a tenant or an environment, and nothing else. */
typedef struct {
  enum { QD_CONCERNS_NO_TENANT, QD_CONCERNS_SOME_TENANT /* which is not known yet */, QD_CONCERNS_TENANT, QD_CONCERNS_ALL_TENANTS } what;
  const char *tenant;   /* its id, of QD_CONCERNS_TENANT */
} QdConcern;

/* Whether who is signed in on @connection (a connection's entity) holds @permission for @concern. */
gboolean qd_permission_holds (QdEntity *connection, const char *permission, const QdConcern *concern, char **why);
/* Whether a JSON array of names, or of objects that have one, in @field of @connection covers @name; *@known is whether there is one. */
gboolean qd_permission_lists (QdEntity *connection, guint field, const char *name, gboolean *known);

G_END_DECLS
