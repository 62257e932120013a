/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-capability.h"

#include <glib/gi18n-lib.h>

#include "qd-freeze.h"
#include "qd-hub.h"
#include "qd-json.h"
#include "qd-permission.h"

static const QdCapability table[] = {
#include "qd-capability-table.h"
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

  if (row->feature == NULL || qd_permission_lists (connection, QD_CONNECTION_OFFERS, row->feature, &known))
    return TRUE;
  if (known)
    return refuse (why, g_strdup_printf (_("“%s” does not offer this: “%s” is not among what it can do"),
                                         name, _(row->title)));
  return refuse (why, g_strdup_printf (_("“%s” has not said yet what it offers"), name));
}

/* Of which tenant @args are. @args NULL: that is not known yet. */
static QdConcern
get_concern (const QdCapability *row, JsonObject *args)
{
  QdConcern concern = { QD_CONCERNS_NO_TENANT, NULL };

  if (row->tenant && args)
    concern.tenant = qd_json_get_string (args, row->tenant, NULL);
  if (row->tenant)
    concern.what = args == NULL ? QD_CONCERNS_SOME_TENANT : concern.tenant ? QD_CONCERNS_TENANT : QD_CONCERNS_ALL_TENANTS;
  return concern;
}

static gboolean
check_permitted (QdEntity *connection, const QdCapability *row, JsonObject *args, char **why)
{
  QdConcern concern = get_concern (row, args);

  return row->permission == NULL || qd_permission_holds (connection, row->permission, &concern, why);
}

static gboolean
check_thawed (QdEntity *connection, const QdCapability *row, char **why)
{
  g_autofree char *text = row->frozen ? qd_freeze_tell (connection) : NULL;

  return text == NULL || refuse (why, g_steal_pointer (&text));
}

gboolean
qd_capability_permitted (QdFleet *fleet, const char *connection, const char *verb, char **why)
{
  /* Of no tenant in particular: of all of them. */
  g_autoptr (JsonObject) nobody = json_object_new ();
  const QdCapability *row = qd_capability_get (verb);
  QdEntity *entity = connection ? qd_fleet_lookup (fleet, connection, QD_KIND_CONNECTION, connection) : NULL;

  if (why)
    *why = NULL;
  return row == NULL || entity == NULL || (check_permitted (entity, row, nobody, why) && check_thawed (entity, row, why));
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
  return qd_capability_allowed_on (fleet, connection, verb, NULL, why);
}

/**
 * qd_capability_allowed_on:
 * @fleet: the fleet that holds the connection
 * @connection: a connection's id
 * @verb: a verb of the table
 * @args: (nullable): what it will be sent with; %NULL where that is not known yet: then a permission for any tenant will do
 * @why: (out) (optional) (transfer full): what is missing, for people, when the answer is no
 *
 * As qd_capability_allowed(), and the permission has to reach the tenant that @args are about.
 *
 * Returns: %TRUE when it can
 */
gboolean
qd_capability_allowed_on (QdFleet *fleet, const char *connection, const char *verb, JsonObject *args, char **why)
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
  return check_offered (entity, row, why) && check_permitted (entity, row, args, why) && check_thawed (entity, row, why);
}
