/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "qd-fleet.h"

G_BEGIN_DECLS

/* Many changes of policies as one job: by qd_policy_apply_async() alone. */
#define QD_POLICIES_APPLY "policies.apply"
/* Who lives on which shard: by qd-placement.h alone. */
#define QD_PLACEMENT_VIEW "placement.view"
#define QD_PLACEMENT_SET "placement.set"

/* What others' desks did, out of the streams of fleets: by qd-audit-show.h alone. */
#define QD_AUDIT_VIEW "audit.view"
#define QD_AUDIT_EXPORT "audit.export"

/* Moving a tenant from shard to shard: by qd-migration.h alone. */
#define QD_TENANT_MIGRATE "tenant.migrate"

/* The one table of what can be asked of a fleet, written from docs/permissions.md: verb, the feature an endpoint must offer, the
 * permission the signed-in role must have, whether it is high-impact. */
typedef struct {
  const char *verb;         /* "site.delete" */
  const char *title;        /* N_("Remove site") */
  const char *feature;      /* as in the connection's offers: "sites.write"; NULL: always offered */
  const char *permission;   /* as in /auth/me: "sdwan.sites.manage"; NULL: anybody's */
  const char *tenant;       /* the argument that names the tenant it is about ("tenant"; absent: all of them); NULL: about no tenant */
  gboolean high_impact;     /* needs a reason, and in production the name typed */
  gboolean query;           /* changes nothing: no job, no journal, allowed while production is locked */
  gboolean repeatable;      /* the server keeps its idempotency key: sending it again does it once */
  gboolean frozen;          /* waits until a freeze of all changes is lifted */
  gboolean engine;          /* a step of engines, which have guards of their own: never offered to people as a command */
} QdCapability;

const QdCapability *qd_capability_get (const char *verb);
const QdCapability *qd_capability_all (guint *n);
/* Whether @verb can be done on @connection now. When not, *@why says which half is missing, in words. */
gboolean qd_capability_allowed (QdFleet *fleet, const char *connection, const char *verb, char **why);
/* The same of what it will be sent with. */
gboolean qd_capability_allowed_on (QdFleet *fleet, const char *connection, const char *verb, JsonObject *args, char **why);
/* The half that is the role's: whether it allows @verb, of all tenants, as far as @connection has said; whatever else it offers. What is frozen
 * there is not allowed either. */
gboolean qd_capability_permitted (QdFleet *fleet, const char *connection, const char *verb, char **why);

G_END_DECLS
