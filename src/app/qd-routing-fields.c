/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-fields.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-routing-words.h"

/* Where each field stands: within what, under which name. */
static const struct { const char *title, *parent, *member; } places[QD_ROUTING_N_AT] = {
  [QD_ROUTING_AT_NAME] = { N_("Name"), NULL, "name" },
  [QD_ROUTING_AT_PRIORITY] = { N_("Priority"), NULL, "priority" },
  [QD_ROUTING_AT_ENABLED] = { N_("Enabled"), NULL, "enabled" },
  [QD_ROUTING_AT_SRC_CIDR] = { N_("Source block"), "match", "src_cidr" },
  [QD_ROUTING_AT_DST_CIDR] = { N_("Destination block"), "match", "dst_cidr" },
  [QD_ROUTING_AT_SRC_PORT] = { N_("Source port"), "match", "src_port" },
  [QD_ROUTING_AT_DST_PORTS] = { N_("Destination ports"), "match", "dst_port_range" },
  [QD_ROUTING_AT_PROTOCOL] = { N_("Protocol"), "match", "protocol" },
  [QD_ROUTING_AT_CLASS] = { N_("Application class"), "match", "application_class" },
  [QD_ROUTING_AT_DSCP] = { N_("DSCP"), "match", "dscp" },
  [QD_ROUTING_AT_PREFERENCE] = { N_("Preference"), NULL, "path_preference" },
  [QD_ROUTING_AT_PRIMARY] = { N_("Primary path"), "failover", "primary" },
  [QD_ROUTING_AT_BACKUPS] = { N_("Backups"), "failover", "backups" },
  [QD_ROUTING_AT_THRESHOLD] = { N_("Fail over below score"), "failover", "threshold" },
  [QD_ROUTING_AT_FAILBACK] = { N_("Come back"), "failover", "failback" },
  [QD_ROUTING_AT_DELAY] = { N_("Delay in seconds"), "failover", "delay_s" },
};

const char *
qd_routing_at_get_title (QdRoutingAt at)
{
  return _(places[at].title);
}

/* --- Getting and setting ----------------------------------------------------------------------- */

JsonNode *
qd_routing_object_get (JsonObject *object, QdRoutingAt at)
{
  JsonObject *holder = places[at].parent ? qd_json_get_object (object, places[at].parent) : object;
  JsonNode *node = holder ? json_object_get_member (holder, places[at].member) : NULL;

  return node && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

void
qd_routing_object_set (JsonObject *object, QdRoutingAt at, JsonNode *node)
{
  JsonObject *holder = places[at].parent ? qd_json_get_object (object, places[at].parent) : object;

  if (holder == NULL)
    {
      holder = json_object_new ();
      json_object_set_object_member (object, places[at].parent, holder);
    }
  json_object_set_member (holder, places[at].member, node ? node : json_node_new (JSON_NODE_NULL));
}

/* What is written where nothing is said. */
static JsonNode *
default_of (QdRoutingAt at)
{
  JsonNode *node;

  switch (at)
    {
    case QD_ROUTING_AT_ENABLED:
    case QD_ROUTING_AT_FAILBACK:
      return json_node_init_boolean (json_node_alloc (), TRUE);
    case QD_ROUTING_AT_DELAY:
      return json_node_init_int (json_node_alloc (), 0);
    case QD_ROUTING_AT_BACKUPS:
      node = json_node_new (JSON_NODE_ARRAY);
      json_node_take_array (node, json_array_new ());
      return node;
    default:
      return NULL;
    }
}

/* Whole, so that what is changed in one is not changed in the other. */
static JsonNode *
copy_deep (JsonNode *node)
{
  g_autofree char *text = qd_json_to_text (node, FALSE);

  return json_from_string (text, NULL);
}

JsonObject *
qd_routing_object_normalize (JsonObject *object)
{
  JsonObject *whole = json_object_new ();

  for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
    {
      JsonNode *node = qd_routing_object_get (object, at);

      qd_routing_object_set (whole, at, node ? copy_deep (node) : default_of (at));
    }
  return whole;
}

JsonObject *
qd_routing_object_new (void)
{
  g_autoptr (JsonObject) nothing = json_object_new ();
  JsonObject *object = qd_routing_object_normalize (nothing);

  json_object_set_string_member (object, "name", "");
  json_object_set_int_member (object, "priority", 100);
  json_object_set_string_member (object, "path_preference", "LowestLatency");
  return object;
}

static void
take_json (JsonObject *object, const char *member, const char *text)
{
  JsonNode *node = text ? json_from_string (text, NULL) : NULL;

  if (node)
    json_object_set_member (object, member, node);
}

JsonObject *
qd_routing_object_of (QdEntity *policy)
{
  g_autoptr (JsonObject) object = json_object_new ();
  const char *name = qd_entity_get_string (policy, QD_FIELD_NAME), *preference = qd_entity_get_string (policy, QD_ROUTING_PREFERENCE);
  gint64 priority;
  double enabled;

  if (name)
    json_object_set_string_member (object, "name", name);
  if (qd_entity_get_int (policy, QD_ROUTING_PRIORITY, &priority))
    json_object_set_int_member (object, "priority", priority);
  if (qd_entity_get_double (policy, QD_ROUTING_ENABLED, &enabled))
    json_object_set_boolean_member (object, "enabled", enabled != 0);
  if (preference && *preference == '{')
    take_json (object, "path_preference", preference);
  else if (preference)
    json_object_set_string_member (object, "path_preference", preference);
  take_json (object, "match", qd_entity_get_string (policy, QD_ROUTING_MATCH));
  take_json (object, "failover", qd_entity_get_string (policy, QD_ROUTING_FAILOVER));
  return qd_routing_object_normalize (object);
}

char *
qd_routing_object_to_text (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = qd_json_to_text (node, TRUE);

  return g_strconcat (text, "\n", NULL);
}

/* --- Comparing ----------------------------------------------------------------------------------- */

static gboolean
get_number (JsonNode *node, double *number)
{
  GType type = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_INT64)
    *number = (double) json_node_get_int (node);
  else if (type == G_TYPE_DOUBLE)
    *number = json_node_get_double (node);
  else
    return FALSE;
  return TRUE;
}

static gboolean same_node (JsonNode *a, JsonNode *b);

static gboolean
same_object (JsonObject *a, JsonObject *b)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (json_object_get_size (a) != json_object_get_size (b))
    return FALSE;
  json_object_iter_init (&iter, a);
  while (json_object_iter_next (&iter, &name, &node))
    if (!json_object_has_member (b, name) || !same_node (node, json_object_get_member (b, name)))
      return FALSE;
  return TRUE;
}

/* 10 and 10.0 are one number; the order of members says nothing. */
static gboolean
same_node (JsonNode *a, JsonNode *b)
{
  g_autofree char *of_a = NULL, *of_b = NULL;
  double x, y;

  if (a == NULL || b == NULL)
    return a == b;
  if (get_number (a, &x) && get_number (b, &y))
    return x == y;
  if (JSON_NODE_HOLDS_OBJECT (a) && JSON_NODE_HOLDS_OBJECT (b))
    return same_object (json_node_get_object (a), json_node_get_object (b));
  of_a = qd_json_to_text (a, FALSE);
  of_b = qd_json_to_text (b, FALSE);
  return g_str_equal (of_a, of_b);
}

guint
qd_routing_object_diff (JsonObject *a, JsonObject *b)
{
  guint mask = 0;

  for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
    if (!same_node (qd_routing_object_get (a, at), qd_routing_object_get (b, at)))
      mask |= 1u << at;
  return mask;
}

/* Members that only the old one has go by a null. */
static JsonNode *
patch_of (JsonNode *before, JsonNode *after)
{
  JsonNode *patch;
  JsonObjectIter iter;
  const char *name;

  if (after == NULL)
    return NULL;
  patch = copy_deep (after);
  if (before == NULL || !JSON_NODE_HOLDS_OBJECT (before) || !JSON_NODE_HOLDS_OBJECT (patch))
    return patch;
  json_object_iter_init (&iter, json_node_get_object (before));
  while (json_object_iter_next (&iter, &name, NULL))
    {
      JsonNode *had = json_object_get_member (json_node_get_object (before), name);
      JsonNode *has = json_object_get_member (json_node_get_object (after), name);

      if (has == NULL)
        json_object_set_null_member (json_node_get_object (patch), name);
      else if (JSON_NODE_HOLDS_OBJECT (had) && JSON_NODE_HOLDS_OBJECT (has))
        json_object_set_member (json_node_get_object (patch), name, patch_of (had, has));
    }
  return patch;
}

JsonObject *
qd_routing_object_patch (JsonObject *before, JsonObject *after)
{
  guint changed = qd_routing_object_diff (before, after);
  JsonObject *patch = json_object_new ();

  for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
    if (changed & 1u << at)
      qd_routing_object_set (patch, at, patch_of (qd_routing_object_get (before, at), qd_routing_object_get (after, at)));
  return patch;
}

JsonObject *
qd_routing_object_merge (JsonObject *base, JsonObject *mine, JsonObject *theirs, guint *conflicts)
{
  JsonObject *merged = qd_routing_object_normalize (theirs);
  guint of_mine = qd_routing_object_diff (base, mine), of_theirs = qd_routing_object_diff (base, theirs);

  *conflicts = of_mine & of_theirs & qd_routing_object_diff (mine, theirs);
  for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
    if (of_mine & 1u << at)
      {
        JsonNode *node = qd_routing_object_get (mine, at);

        qd_routing_object_set (merged, at, node ? copy_deep (node) : NULL);
      }
  return merged;
}

/* --- Telling --------------------------------------------------------------------------------------- */

static char *
tell_list (JsonArray *array, QdFleet *fleet, const char *connection)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *id = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "?";

      g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", qd_routing_path_name (fleet, connection, id));
    }
  return text->len > 0 ? g_strdup (text->str) : g_strdup ("—");
}

char *
qd_routing_object_tell (JsonObject *object, QdRoutingAt at, QdFleet *fleet, const char *connection)
{
  JsonNode *node = qd_routing_object_get (object, at);
  const char *text = node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;

  if (node == NULL)
    return g_strdup ("—");
  if (at == QD_ROUTING_AT_PREFERENCE)
    return qd_routing_tell_preference (node);
  if (at == QD_ROUTING_AT_PRIMARY && text)
    return g_strdup (qd_routing_path_name (fleet, connection, text));
  if (JSON_NODE_HOLDS_ARRAY (node))
    return tell_list (json_node_get_array (node), fleet, connection);
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? _("Yes") : _("No"));
  return text ? g_strdup (text) : qd_json_to_text (node, FALSE);
}

char *
qd_routing_object_describe (JsonObject *before, JsonObject *after, QdFleet *fleet, const char *connection)
{
  guint changed = qd_routing_object_diff (before, after);
  GString *text = g_string_new (NULL);

  for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
    if (changed & 1u << at)
      {
        g_autofree char *old = qd_routing_object_tell (before, at, fleet, connection);
        g_autofree char *now = qd_routing_object_tell (after, at, fleet, connection);

        g_string_append_printf (text, "%s%s: %s → %s", text->len > 0 ? "\n" : "", qd_routing_at_get_title (at), old, now);
      }
  return g_string_free (text, FALSE);
}
