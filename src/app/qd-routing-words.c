/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-words.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-routing.h"

#define MAX_WEIGHTS 32

const char *
qd_routing_path_name (QdFleet *fleet, const char *connection, const char *id)
{
  QdEntity *path = fleet ? qd_fleet_lookup (fleet, connection, QD_KIND_PATH, id) : NULL;

  return path ? qd_entity_get_name (path) : id;
}

/* --- Preference ------------------------------------------------------------------------------------ */

static char *
tell_weights (JsonObject *weights)
{
  g_autoptr (GString) text = g_string_new (NULL);
  JsonObjectIter iter;
  const char *name;
  guint n = 0;

  json_object_iter_init_ordered (&iter, weights);
  while (n < MAX_WEIGHTS && json_object_iter_next_ordered (&iter, &name, NULL))
    {
      double weight;
      g_autofree char *plain = g_str_has_suffix (name, "_weight") ? g_strndup (name, strlen (name) - strlen ("_weight")) : g_strdup (name);

      if (!qd_json_get_number (weights, name, &weight))
        continue;
      g_string_append_printf (text, "%s%s %g", n++ > 0 ? ", " : "", g_strdelimit (plain, "_", ' '), weight);
    }
  /* TRANSLATORS: how a path is chosen; what follows are names with their weights: "latency 3, loss 1.5" */
  return g_strdup_printf (_("By weight: %s"), text->str);
}

char *
qd_routing_tell_preference (JsonNode *node)
{
  JsonObject *object = node ? qd_json_object (node) : NULL;
  JsonObject *weights = object ? qd_json_get_object (object, "custom") : NULL;
  const char *word = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
  QdRoutingPreference preference;

  if (weights)
    return tell_weights (weights);
  if (word && qd_routing_preference_parse (word, &preference))
    return g_strdup (qd_routing_preference_get_title (preference));
  return word ? g_strdup (word) : node ? qd_json_to_text (node, FALSE) : g_strdup ("");
}

static JsonNode *
preference_node (const char *text)
{
  JsonNode *node = *text == '{' ? json_from_string (text, NULL) : NULL;

  return node ? node : json_node_init_string (json_node_alloc (), text);
}

/* --- Match ------------------------------------------------------------------------------------------ */

static guint
get_uint (JsonObject *object, const char *name, guint otherwise)
{
  gint64 number;

  return qd_json_get_int (object, name, &number) && number >= 0 && number <= G_MAXUINT16 ? (guint) number : otherwise;
}

static char *
tell_match_object (JsonObject *object)
{
  g_autoptr (JsonObject) empty = json_object_new ();
  QdRoutingMatch match = { 0 };
  const char *ports;

  if (object == NULL)
    object = empty;
  match.src_cidr = (char *) qd_json_get_string (object, "src_cidr", NULL);
  match.dst_cidr = (char *) qd_json_get_string (object, "dst_cidr", NULL);
  match.protocol = (char *) qd_json_get_string (object, "protocol", NULL);
  match.application_class = (char *) qd_json_get_string (object, "application_class", NULL);
  match.src_port = get_uint (object, "src_port", 0);
  match.dscp = (int) get_uint (object, "dscp", G_MAXUINT);
  ports = qd_json_get_string (object, "dst_port_range", "");
  if (!qd_routing_check_ports (ports, &match.dst_first, &match.dst_last, NULL))
    match.dst_first = match.dst_last = 0;
  return qd_routing_match_to_text (&match);
}

char *
qd_routing_tell_match (const char *match)
{
  g_autoptr (JsonNode) node = match ? json_from_string (match, NULL) : NULL;

  return tell_match_object (node ? qd_json_object (node) : NULL);
}

/* --- Failover --------------------------------------------------------------------------------------- */

static const char *
string_at (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "?";
}

/* "A", "A, then B". */
static char *
tell_backups (JsonObject *failover, QdFleet *fleet, const char *connection)
{
  JsonArray *backups = qd_json_get_array (failover, "backups");
  guint n = backups ? json_array_get_length (backups) : 0;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      const char *name = qd_routing_path_name (fleet, connection, string_at (backups, i));

      if (i == 0)
        g_string_append (text, name);
      else
        /* TRANSLATORS: stands behind the path before it: "A" ", then B" */
        g_string_append_printf (text, _(", then %s"), name);
    }
  return n > 0 ? g_strdup (text->str) : NULL;
}

char *
qd_routing_tell_failover (QdFleet *fleet, const char *connection, const char *json)
{
  g_autoptr (JsonNode) node = json ? json_from_string (json, NULL) : NULL;
  JsonObject *failover = node ? qd_json_object (node) : NULL;
  g_autofree char *backups = failover ? tell_backups (failover, fleet, connection) : NULL;
  double threshold;

  if (failover == NULL)
    return g_strdup ("");
  if (!qd_json_get_number (failover, "threshold", &threshold))
    return backups ? g_steal_pointer (&backups) : g_strdup ("");
  if (backups == NULL)
    /* TRANSLATORS: below that score another path is taken */
    return g_strdup_printf (_("Below score %g"), threshold);
  return g_strdup_printf (_("Below score %g: %s"), threshold, backups);
}

char *
qd_routing_tell_field (QdFleet *fleet, QdEntity *policy, guint field)
{
  const char *text = qd_entity_get_string (policy, field);

  switch (field)
    {
    case QD_ROUTING_MATCH:
      return qd_routing_tell_match (text);
    case QD_ROUTING_PREFERENCE:
      {
        g_autoptr (JsonNode) node = text ? preference_node (text) : NULL;

        return qd_routing_tell_preference (node);
      }
    case QD_ROUTING_FAILOVER:
      return qd_routing_tell_failover (fleet, qd_entity_get_connection (policy), text);
    default:
      return NULL;
    }
}

/* --- The whole ---------------------------------------------------------------------------------------- */

static char *
sentence_of_preference (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "path_preference");
  const char *word = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
  g_autofree char *plain = NULL;
  QdRoutingPreference preference = QD_ROUTING_UNKNOWN;

  if (word)
    qd_routing_preference_parse (word, &preference);
  switch (preference)
    {
    case QD_ROUTING_LOWEST_LATENCY: return g_strdup (_("It takes the path with the lowest latency."));
    case QD_ROUTING_HIGHEST_BANDWIDTH: return g_strdup (_("It takes the path with the highest bandwidth."));
    case QD_ROUTING_LOWEST_PACKET_LOSS: return g_strdup (_("It takes the path with the lowest loss."));
    case QD_ROUTING_LOWEST_COST: return g_strdup (_("It takes the path with the lowest cost."));
    case QD_ROUTING_CUSTOM:
    case QD_ROUTING_UNKNOWN:
    default:
      plain = qd_routing_tell_preference (node);
      return *plain != '\0' ? g_strdup_printf ("%s.", plain) : g_strdup ("");
    }
}

static void
append_sentence (GString *text, const char *sentence)
{
  if (*sentence != '\0')
    g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", sentence);
}

static void
append_return (GString *text, JsonObject *failover)
{
  double delay = 0;
  g_autofree char *after = NULL;

  qd_json_get_number (failover, "delay_s", &delay);
  if (!qd_json_get_bool (failover, "failback", TRUE))
    append_sentence (text, _("It stays there until somebody changes it."));
  else if (delay > 0)
    {
      after = g_strdup_printf (_("It comes back after %g s."), delay);
      append_sentence (text, after);
    }
  else
    append_sentence (text, _("It comes back as soon as that path is good again."));
}

static void
append_failover (GString *text, JsonObject *failover, QdFleet *fleet, const char *connection)
{
  g_autofree char *backups = tell_backups (failover, fleet, connection), *first = NULL, *then = NULL;
  const char *primary = qd_json_get_string (failover, "primary", NULL);
  double threshold;

  if (primary)
    {
      first = g_strdup_printf (_("Its first path is %s."), qd_routing_path_name (fleet, connection, primary));
      append_sentence (text, first);
    }
  if (qd_json_get_number (failover, "threshold", &threshold))
    then = backups ? g_strdup_printf (_("Below a score of %g it fails over to %s."), threshold, backups)
                   : g_strdup_printf (_("Below a score of %g it fails over to the next best path."), threshold);
  else if (backups)
    then = g_strdup_printf (_("When its path is down it fails over to %s."), backups);
  if (then)
    {
      append_sentence (text, then);
      append_return (text, failover);
    }
}

char *
qd_routing_tell (JsonObject *object, QdFleet *fleet, const char *connection)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *match = tell_match_object (qd_json_get_object (object, "match")), *preference = sentence_of_preference (object);
  g_autofree char *of = g_strdup_printf (_("This policy is for %s."), match);
  JsonObject *failover = qd_json_get_object (object, "failover");

  if (!qd_json_get_bool (object, "enabled", TRUE))
    append_sentence (text, _("Switched off."));
  append_sentence (text, of);
  append_sentence (text, preference);
  if (failover)
    append_failover (text, failover, fleet, connection);
  return g_strdup (text->str);
}
