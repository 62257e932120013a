/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-capability.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-hub.h"
#include "qd-json.h"

static const QdCapability table[] = {
  { "site.create", N_("Register site"), "sites.write", "sdwan.sites.manage", FALSE, FALSE, TRUE },
  { "site.update", N_("Edit site"), "sites.write", "sdwan.sites.manage", FALSE, FALSE, FALSE },
  { "site.delete", N_("Remove site"), "sites.write", "sdwan.sites.delete", TRUE, FALSE, FALSE },
  { "routing.create", N_("Create routing policy"), "routing_policies.write", "sdwan.policies.manage", FALSE, FALSE, TRUE },
  { "routing.update", N_("Change routing policy"), "routing_policies.write", "sdwan.policies.manage", FALSE, FALSE, FALSE },
  { "routing.enable", N_("Switch routing policy on or off"), "routing_policies.write", "sdwan.policies.manage", FALSE, FALSE, FALSE },
  { "routing.delete", N_("Remove routing policy"), "routing_policies.write", "sdwan.policies.manage", TRUE, FALSE, FALSE },
  { "routing.get", N_("Look at routing policy"), "routing_policies", "sdwan.policies.view", FALSE, TRUE, TRUE },
  { "path.test", N_("Test path"), "paths.test", "sdwan.paths.test", FALSE, FALSE, TRUE },
  { "path.failover", N_("Fail over path"), "paths.failover", "sdwan.paths.failover", TRUE, FALSE, TRUE },
  { "flow.reevaluate", N_("Decide flow anew"), "flows.delete", "sdwan.flows.delete", FALSE, FALSE, FALSE },
  { "job.cancel", N_("Cancel job"), "jobs.cancel", "jobs.cancel", FALSE, FALSE, TRUE },
  { "job.get", N_("Look at job"), "jobs", "jobs.view", FALSE, TRUE, TRUE },
  { "path.history", N_("History of path"), "paths.history", "sdwan.paths.view", FALSE, TRUE, TRUE },
  { "flows.search", N_("Search flows"), "flows.search", "sdwan.flows.view", FALSE, TRUE, TRUE },
  { "flow.decision", N_("Why a flow goes where it goes"), "flows.decision", "sdwan.flows.view", FALSE, TRUE, TRUE },
  { "policies.list", N_("List policies"), "policies", "sdwan.policies.view", FALSE, TRUE, TRUE },
  { "policy.get", N_("Look at policy"), "policies", "sdwan.policies.view", FALSE, TRUE, TRUE },
  { "policy.simulate", N_("Ask what a policy does to flows"), "policies.simulate", "sdwan.policies.view", FALSE, TRUE, TRUE },
  { "workloads.list", N_("List workloads"), "workloads", "sdwan.policies.view", FALSE, TRUE, TRUE },
  { "policy.put", N_("Write policy"), "policies.write", "sdwan.policies.manage", FALSE, FALSE, FALSE },
  { "policy.enable", N_("Switch policy on or off"), "policies.write", "sdwan.policies.manage", FALSE, FALSE, FALSE },
  { "policy.delete", N_("Remove policy"), "policies.write", "sdwan.policies.manage", TRUE, FALSE, FALSE },
  { QD_POLICIES_APPLY, N_("Apply policies"), "policies.write", "sdwan.policies.manage", TRUE, FALSE, FALSE },
  { QD_TENANT_MIGRATE, N_("Move tenant"), "shards.drain", "scale.migrate", TRUE, FALSE, FALSE, TRUE },
  { QD_PLACEMENT_VIEW, N_("Look at placement"), "kv", "scale.view", FALSE, TRUE, TRUE, TRUE },
  { QD_PLACEMENT_SET, N_("Place tenants on shards"), "placement.write", "scale.migrate", TRUE, FALSE, FALSE, TRUE },
  { "kv.get", N_("Read entry of bucket"), "kv", NULL, FALSE, TRUE, TRUE, TRUE },
  { "kv.all", N_("Read bucket"), "kv", NULL, FALSE, TRUE, TRUE, TRUE },
  { "kv.history", N_("Read history of entry"), "kv", NULL, FALSE, TRUE, TRUE, TRUE },
  { "kv.put", N_("Write entry of bucket"), "kv.write", NULL, FALSE, FALSE, FALSE, TRUE },
  { "kv.delete", N_("Remove entry of bucket"), "kv.write", NULL, FALSE, FALSE, FALSE, TRUE },
  { "stream.info", N_("Look at stream"), "streams", NULL, FALSE, TRUE, TRUE, TRUE },
  { "stream.last", N_("Read last message of subject"), "streams", NULL, FALSE, TRUE, TRUE, TRUE },
  { "stream.read", N_("Read stream"), "streams", NULL, FALSE, TRUE, TRUE, TRUE },
  { "stream.publish", N_("Append to stream"), "streams.write", NULL, FALSE, FALSE, FALSE, TRUE },
  { "tenant.create", N_("Create tenant"), "tenants.write", "tenants.create", FALSE, FALSE, TRUE },
  { "tenant.update", N_("Change tenant"), "tenants.write", "tenants.update", FALSE, FALSE, FALSE },
  { "tenant.suspend", N_("Suspend tenant"), "tenants.write", "tenants.update", TRUE, FALSE, TRUE },
  { "tenant.resume", N_("Resume tenant"), "tenants.write", "tenants.update", TRUE, FALSE, TRUE },
  { "tenant.archive", N_("Archive tenant"), "tenants.write", "tenants.archive", TRUE, FALSE, TRUE },
  { "tenant.kill-switch", N_("Turn kill switch of tenant"), "tenants.write", "configs.apply", TRUE, FALSE, TRUE },
  { "tenant.get", N_("Look at tenant"), "tenants", "tenants.view", FALSE, TRUE, TRUE },
  { "shard.get", N_("Look at shard"), "shards", "scale.view", FALSE, TRUE, TRUE },
  { "shard.drain", N_("Drain"), "shards.drain", "scale.drain", TRUE, FALSE, TRUE },
  { "shard.resume", N_("Take work again"), "shards.resume", "scale.drain", FALSE, FALSE, TRUE },
  { "shard.reload", N_("Reload placement"), "shards.reload", "scale.migrate", FALSE, FALSE, TRUE },
  { "shard.warmup", N_("Warm up tenant"), "shards.warmup", "scale.migrate", FALSE, FALSE, TRUE },
  { "shard.replay", N_("Replay workflow"), "shards.replay", "ops.drain", TRUE, FALSE, TRUE },
  { "shard.rebuild", N_("Rebuild projection"), "shards.rebuild", "ops.drain", TRUE, FALSE, TRUE },
  { "freeze.set", N_("Freeze changes"), "scale.freeze", "scale.apply", TRUE, FALSE, FALSE },
  { "freeze.get", N_("Ask whether changes are frozen"), "scale.freeze", "scale.view", FALSE, TRUE, TRUE },
  { "auth.step-up", N_("Confirm who you are"), NULL, NULL, FALSE, TRUE, FALSE },
  { "auth.sign-in", N_("Sign in"), NULL, NULL, FALSE, TRUE, FALSE },
};

/**
 * qd_capability_all:
 * @n: (out): how many there are
 *
 * Returns: (transfer none): the whole table
 */
const QdCapability *
qd_capability_all (guint *n)
{
  *n = G_N_ELEMENTS (table);
  return table;
}

/**
 * qd_capability_get:
 * @verb: "site.delete"
 *
 * Returns: (transfer none) (nullable): its row, or %NULL for a verb that does not exist
 */
const QdCapability *
qd_capability_get (const char *verb)
{
  for (guint i = 0; verb && i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].verb, verb))
      return &table[i];
  return NULL;
}

/* TRUE when @pattern is @name, "*", or a prefix of it that ends in ".*". */
static gboolean
covers (const char *pattern, const char *name)
{
  gsize length = strlen (pattern);

  if (g_str_equal (pattern, name) || g_str_equal (pattern, "*"))
    return TRUE;
  return length > 2 && g_str_has_suffix (pattern, ".*") && strncmp (pattern, name, length - 1) == 0;
}

/* A list of names is strings, or objects that hold one and its scope. */
static const char *
element_name (JsonArray *array, guint nth)
{
  JsonNode *node = json_array_get_element (array, nth);
  JsonObject *object = qd_json_object (node);

  if (object)
    return qd_json_get_string (object, "permission", qd_json_get_string (object, "name", NULL));
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_get_string (node);
  return NULL;
}

/* Whether the JSON array of names in @field holds @name; *@known is whether the field is there. */
static gboolean
field_holds (QdEntity *connection, guint field, const char *name, gboolean *known)
{
  const char *text = qd_entity_get_string (connection, field);
  g_autoptr (JsonNode) node = text ? qd_json_parse (text, -1, "capabilities", NULL) : NULL;
  JsonArray *array = qd_json_array (node);

  *known = array != NULL;
  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      const char *element = element_name (array, i);

      if (element && covers (element, name))
        return TRUE;
    }
  return FALSE;
}

static gboolean
refuse (char **why, char *text)
{
  if (why)
    *why = text;
  else
    g_free (text);
  return FALSE;
}

static gboolean
check_offered (QdEntity *connection, const QdCapability *row, char **why)
{
  const char *name = qd_entity_get_name (connection);
  gboolean known;

  if (row->feature == NULL || field_holds (connection, QD_CONNECTION_OFFERS, row->feature, &known))
    return TRUE;
  if (known)
    return refuse (why, g_strdup_printf (_("“%s” does not offer this: “%s” is not among what it can do"),
                                         name, _(row->title)));
  return refuse (why, g_strdup_printf (_("“%s” has not said yet what it offers"), name));
}

static gboolean
check_permitted (QdEntity *connection, const QdCapability *row, char **why)
{
  const char *role = qd_entity_get_string (connection, QD_CONNECTION_ROLE);
  gboolean known;

  /* A server that has no notion of permissions is asked, and answers for itself. */
  if (row->permission == NULL ||
      field_holds (connection, QD_CONNECTION_PERMISSIONS, row->permission, &known) || !known)
    return TRUE;
  return refuse (why, g_strdup_printf (_("Your role on “%s” (%s) does not allow this: it needs the permission %s"),
                                       qd_entity_get_name (connection), role ? role : _("none"),
                                       row->permission));
}

gboolean
qd_capability_permitted (QdFleet *fleet, const char *connection, const char *verb, char **why)
{
  const QdCapability *row = qd_capability_get (verb);
  QdEntity *entity = connection ? qd_fleet_lookup (fleet, connection, QD_KIND_CONNECTION, connection) : NULL;

  if (why)
    *why = NULL;
  return row == NULL || entity == NULL || check_permitted (entity, row, why);
}

/**
 * qd_capability_allowed:
 * @fleet: the fleet that holds the connection
 * @connection: a connection's id
 * @verb: a verb of the table
 * @why: (out) (optional) (transfer full): what is missing, for people, when the answer is no
 *
 * Whether @verb can be done on @connection now: it is live, its endpoint offers the feature, and the
 * signed-in role has the permission. Cheap enough to ask whenever a control is drawn.
 *
 * Returns: %TRUE when it can
 */
gboolean
qd_capability_allowed (QdFleet *fleet, const char *connection, const char *verb, char **why)
{
  const QdCapability *row = qd_capability_get (verb);
  QdEntity *entity = NULL;
  const char *state;

  if (why)
    *why = NULL;
  if (row == NULL)
    return refuse (why, g_strdup_printf (_("There is no such action as “%s”"), verb ? verb : ""));
  /* Our own jobs are cancelled here, whatever is connected. */
  if (g_strcmp0 (connection, QD_HUB_LOCAL) == 0 && g_str_equal (verb, "job.cancel"))
    return TRUE;
  if (connection)
    entity = qd_fleet_lookup (fleet, connection, QD_KIND_CONNECTION, connection);
  if (entity == NULL)
    return refuse (why, g_strdup (_("There is no such connection: add it first")));
  if (qd_connection_is_paper (connection))
    return refuse (why, g_strdup_printf (_("“%s” is on paper: there is no server behind it"), qd_entity_get_name (entity)));
  state = qd_entity_get_string (entity, QD_CONNECTION_STATE);
  if (g_strcmp0 (state, "live") != 0 && row->feature != NULL)
    {
      const char *detail = qd_entity_get_string (entity, QD_CONNECTION_DETAIL);

      return refuse (why, g_strdup_printf (_("“%s” is not connected now (%s)"), qd_entity_get_name (entity),
                                           detail && *detail ? detail : state ? state : _("off")));
    }
  return check_offered (entity, row, why) && check_permitted (entity, row, why);
}
