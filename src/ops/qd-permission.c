/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-permission.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"

/* One element of a list: a string, or an object that holds a name and where it counts. */
typedef struct {
  const char *name, *scope, *scope_id;
} Held;

/* TRUE when @pattern is @name, "*", or a prefix of it that ends in ".*". */
static gboolean
covers (const char *pattern, const char *name)
{
  gsize length = strlen (pattern);

  if (g_str_equal (pattern, name) || g_str_equal (pattern, "*"))
    return TRUE;
  return length > 2 && g_str_has_suffix (pattern, ".*") && strncmp (pattern, name, length - 1) == 0;
}

static gboolean
read_held (JsonNode *node, Held *held)
{
  JsonObject *object = qd_json_object (node);

  *held = (Held) { NULL, NULL, NULL };
  if (object)
    {
      held->name = qd_json_get_string (object, "permission", qd_json_get_string (object, "name", NULL));
      held->scope = qd_json_get_string (object, "scope", NULL);
      held->scope_id = qd_json_get_string (object, "scope_id", NULL);
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    held->name = json_node_get_string (node);
  return held->name != NULL;
}

static JsonNode *
read_list (QdEntity *connection, guint field)
{
  const char *text = qd_entity_get_string (connection, field);
  JsonNode *node = text ? qd_json_parse (text, -1, "capabilities", NULL) : NULL;

  if (node && qd_json_array (node) == NULL)
    g_clear_pointer (&node, json_node_unref);
  return node;
}

/**
 * qd_permission_lists:
 * @connection: a connection's entity
 * @field: the field that holds the JSON array
 * @name: what is looked for
 * @known: (out): whether the field holds a list at all
 *
 * Returns: whether an element is @name, "*", or a prefix of it that ends in ".*", whatever its scope
 */
gboolean
qd_permission_lists (QdEntity *connection, guint field, const char *name, gboolean *known)
{
  g_autoptr (JsonNode) node = read_list (connection, field);
  JsonArray *array = qd_json_array (node);

  *known = array != NULL;
  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      Held held;

      if (read_held (json_array_get_element (array, i), &held) && covers (held.name, name))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_in_scope (const Held *held, QdEntity *connection, const QdConcern *concern)
{
  const char *environment = qd_entity_get_string (connection, QD_CONNECTION_ENVIRONMENT);

  if (held->scope == NULL || g_str_equal (held->scope, "global") || held->scope_id == NULL)
    return TRUE;
  /* Which environment it is may not have been said: then the server answers for itself. */
  if (g_str_equal (held->scope, "environment"))
    return environment == NULL || *environment == '\0' || g_str_equal (environment, held->scope_id);
  if (g_str_equal (held->scope, "tenant"))
    return concern->what == QD_CONCERNS_NO_TENANT || concern->what == QD_CONCERNS_SOME_TENANT ||
           (concern->what == QD_CONCERNS_TENANT && g_strcmp0 (concern->tenant, held->scope_id) == 0);
  /* A kind of scope that is not known: the server answers for itself. */
  return TRUE;
}

static char *
scope_words (const char *scope, const char *id)
{
  if (g_strcmp0 (scope, "tenant") == 0)
    return g_strdup_printf (_("in the tenant %s"), id);
  if (g_strcmp0 (scope, "environment") == 0)
    return g_strdup_printf (_("in the environment %s"), id);
  return g_strdup (_("everywhere"));
}

/* In which scope it is wanted. */
static char *
wanted_words (QdEntity *connection, const QdConcern *concern)
{
  const char *environment = qd_entity_get_string (connection, QD_CONNECTION_ENVIRONMENT);

  if (concern->what == QD_CONCERNS_TENANT)
    return scope_words ("tenant", concern->tenant);
  if (concern->what == QD_CONCERNS_ALL_TENANTS)
    return g_strdup (_("for all tenants"));
  if (environment && *environment)
    return scope_words ("environment", environment);
  return scope_words ("global", NULL);
}

/**
 * qd_permission_holds:
 * @connection: a connection's entity
 * @permission: "tenants.update"
 * @concern: what the action is about
 * @why: (out) (optional) (transfer full): which permission, in which scope, of which role, is missing
 *
 * A server that has no notion of permissions is asked, and answers for itself: then this is %TRUE.
 *
 * Returns: whether it is held
 */
gboolean
qd_permission_holds (QdEntity *connection, const char *permission, const QdConcern *concern, char **why)
{
  g_autoptr (JsonNode) node = read_list (connection, QD_CONNECTION_PERMISSIONS);
  JsonArray *array = qd_json_array (node);
  const char *role = qd_entity_get_string (connection, QD_CONNECTION_ROLE);
  g_autofree char *elsewhere = NULL, *wanted = NULL;

  if (array == NULL)
    return TRUE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      Held held;

      if (!read_held (json_array_get_element (array, i), &held) || !covers (held.name, permission))
        continue;
      if (is_in_scope (&held, connection, concern))
        return TRUE;
      if (elsewhere == NULL)
        elsewhere = scope_words (held.scope, held.scope_id);
    }
  if (why == NULL)
    return FALSE;
  wanted = wanted_words (connection, concern);
  if (elsewhere)
    *why = g_strdup_printf (_("Your role on “%s” (%s) has the permission %s %s only: this needs it %s"), qd_entity_get_name (connection),
                            role ? role : _("none"), permission, elsewhere, wanted);
  else
    *why = g_strdup_printf (_("Your role on “%s” (%s) does not allow this: it needs the permission %s, %s"), qd_entity_get_name (connection),
                            role ? role : _("none"), permission, wanted);
  return FALSE;
}
