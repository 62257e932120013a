/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-patronus-routing.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-patronus-private.h"
#include "qd-routing-private.h"
#include "qd-yaml-edit.h"

#define HIGHEST 1000

#define refuse(self, node, code, ...) qd_patronus_say ((self), QD_POLICY_ERROR, (node), (code), __VA_ARGS__)
#define lose(self, node, code, ...) qd_patronus_say ((self), QD_POLICY_WARNING, (node), (code), __VA_ARGS__)
#define tell(self, node, code, ...) qd_patronus_say ((self), QD_POLICY_NOTE, (node), (code), __VA_ARGS__)

static const struct { const char *word; int number; } protocols[] = { { "icmp", 1 }, { "tcp", 6 }, { "udp", 17 } };

static gboolean
is_row (const QdYamlNode *node)
{
  return qd_yaml_node_get_type (node) == QD_YAML_MAP && qd_yaml_node_get (node, "match_rules") && !qd_yaml_node_get (node, "kind");
}

/* The sequence that a document is or has, where that has rows; NULL: none. */
static const QdYamlNode *
find_rows (const QdYamlNode *document)
{
  static const char *const keys[] = { "policies", "items" };
  const QdYamlNode *list = qd_yaml_node_get_type (document) == QD_YAML_SEQ ? document : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (keys) && list == NULL && !is_row (document); i++)
    if (qd_yaml_node_get_type (qd_yaml_node_get (document, keys[i])) == QD_YAML_SEQ)
      list = qd_yaml_node_get (document, keys[i]);
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    if (is_row (qd_yaml_node_get_item (list, i)))
      return list;
  return NULL;
}

gboolean
qd_patronus_routing_is_file (QdYamlFile *file)
{
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    {
      const QdYamlNode *document = qd_yaml_file_get_document (file, i);

      if (qd_routing_is_document (document) || is_row (document) || find_rows (document))
        return TRUE;
    }
  return FALSE;
}

static void
set_json (JsonObject *row, const char *name, JsonNode *value)
{
  g_autofree char *text = qd_json_to_text (value, FALSE);

  json_object_set_string_member (row, name, text);
  json_node_unref (value);
}

/* --- Into rows ---------------------------------------------------------------------------------------------------------- */

static void
set_text_or_null (JsonObject *map, const char *name, const char *text)
{
  if (text)
    json_object_set_string_member (map, name, text);
  else
    json_object_set_null_member (map, name);
}

static JsonNode *
write_match (const QdRoutingMatch *match)
{
  JsonObject *map = json_object_new ();
  JsonArray *range;

  set_text_or_null (map, "src_ip", match->src_cidr);
  set_text_or_null (map, "dst_ip", match->dst_cidr);
  if (match->src_port)
    json_object_set_int_member (map, "src_port", match->src_port);
  else
    json_object_set_null_member (map, "src_port");
  if (match->dst_first)
    {
      range = qd_patronus_add_array (map, "dst_port_range");
      json_array_add_int_element (range, match->dst_first);
      json_array_add_int_element (range, match->dst_last);
    }
  else
    json_object_set_null_member (map, "dst_port_range");
  json_object_set_null_member (map, "protocol");
  for (guint i = 0; match->protocol && i < G_N_ELEMENTS (protocols); i++)
    if (g_str_equal (match->protocol, protocols[i].word))
      json_object_set_int_member (map, "protocol", protocols[i].number);
  set_text_or_null (map, "application_class", match->application_class);
  return qd_patronus_wrap (map);
}

/* "latency" is as good as "latency_weight". */
static int
find_weight (const char *name)
{
  for (int i = 0; qd_routing_weight_names[i]; i++)
    {
      gsize bare = strlen (qd_routing_weight_names[i]) - strlen ("_weight");

      if (g_str_equal (name, qd_routing_weight_names[i]) || (strlen (name) == bare && strncmp (name, qd_routing_weight_names[i], bare) == 0))
        return i;
    }
  return -1;
}

/* NULL: none of the weights has a counterpart. */
static JsonNode *
write_preference (QdPatronusWork *self, const QdRoutingPolicy *policy)
{
  const QdYamlNode *custom = qd_yaml_node_get (qd_yaml_node_get (policy->place.node, "path_preference"), "custom");
  JsonObject *map, *weights;
  guint known = 0;

  if (policy->preference != QD_ROUTING_CUSTOM)
    return json_node_init_string (json_node_alloc (), qd_routing_preference_to_string (policy->preference));
  map = json_object_new ();
  weights = qd_patronus_add_object (map, "Custom");
  for (guint i = 0; qd_routing_weight_names[i]; i++)
    json_object_set_double_member (weights, qd_routing_weight_names[i], 0);
  for (guint i = 0; i < policy->weights->len; i++)
    {
      const QdRoutingWeight *weight = &g_array_index (policy->weights, QdRoutingWeight, i);
      int which = find_weight (weight->name);

      known += which >= 0;
      if (which >= 0)
        json_object_set_double_member (weights, qd_routing_weight_names[which], weight->weight);
      else
        lose (self, qd_yaml_node_get (custom, weight->name), "weight", _("Patronus has no weight “%s”"), weight->name);
    }
  if (known > 0)
    return qd_patronus_wrap (map);
  json_object_unref (map);
  return NULL;
}

/* FALSE: the row would fit more flows than the policy. */
static gboolean
can_be_matched (QdPatronusWork *self, const QdRoutingPolicy *policy)
{
  const QdYamlNode *match = qd_yaml_node_get (policy->place.node, "match");
  const char *class = policy->match.application_class;
  gboolean good = TRUE;

  if (policy->match.dscp >= 0)
    {
      lose (self, qd_yaml_node_get (match, "dscp"), "dscp", _("Patronus does not look at the mark of packets, and without it more flows would fit: the policy is left out"));
      good = FALSE;
    }
  if (class && !g_strv_contains (qd_routing_application_classes, class))
    {
      lose (self, qd_yaml_node_get (match, "application_class"), "application-class",
            _("Patronus has no class “%s”, and without it more flows would fit: the policy is left out"), class);
      good = FALSE;
    }
  return good;
}

static void
say_rest (QdPatronusWork *self, const QdRoutingPolicy *policy)
{
  const QdRoutingFailover *failover = &policy->failover;
  guint64 number;

  if (failover->primary || failover->backups[0] || !isnan (failover->threshold))
    lose (self, failover->place.node, "failover", _("Patronus keeps failover in a table of its own, and nothing says which routing policy it belongs to"));
  if (policy->priority > HIGHEST)
    lose (self, qd_yaml_node_get (policy->place.node, "priority"), "priority", _("Patronus has priorities of 0 to %d: this one is asked last, among others"), HIGHEST);
  if (policy->id && !g_ascii_string_to_unsigned (policy->id, 10, 0, G_MAXUINT64, &number, NULL))
    lose (self, qd_yaml_node_get (policy->place.node, "id"), "id", _("an id in Patronus is a number: it makes another"));
}

static void
write_policy (QdPatronusWork *self, const QdRoutingPolicy *policy)
{
  JsonNode *preference = can_be_matched (self, policy) ? write_preference (self, policy) : NULL;
  JsonObject *row;
  guint64 number;

  if (preference == NULL)
    return;
  row = json_object_new ();
  if (policy->id && g_ascii_string_to_unsigned (policy->id, 10, 0, G_MAXUINT64, &number, NULL))
    json_object_set_string_member (row, "policy_id", policy->id);
  json_object_set_string_member (row, "name", policy->name);
  json_object_set_int_member (row, "priority", HIGHEST - MIN (policy->priority, HIGHEST));
  set_json (row, "match_rules", write_match (&policy->match));
  set_json (row, "path_preference", preference);
  json_object_set_int_member (row, "enabled", policy->enabled);
  say_rest (self, policy);
  g_ptr_array_add (self->conversion->objects, qd_patronus_wrap (row));
}

/* What the reader says: errors end it, fields without effect are lost. */
static void
take_findings (QdPatronusWork *self, GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);

      if (finding->severity == QD_POLICY_ERROR || g_str_equal (finding->code, "unknown-field"))
        qd_patronus_take (self, finding->severity, finding);
    }
}

QdPatronusConversion *
qd_patronus_routing_export (QdYamlFile *file)
{
  QdPatronusWork self;
  g_autoptr (QdRoutingSet) set = qd_routing_set_new (&file, 1);
  GPtrArray *policies = qd_routing_set_get_policies (set);

  qd_patronus_work_begin (&self, file);
  take_findings (&self, qd_routing_set_get_findings (set));
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    if (!qd_routing_is_document (qd_yaml_file_get_document (file, i)) && !qd_policy_node_is_null (qd_yaml_file_get_document (file, i)))
      tell (&self, qd_yaml_file_get_document (file, i), "passed-over", _("this is passed over: it is no routing policy"));
  for (guint i = 0; i < policies->len && !qd_routing_set_is_invalid (set); i++)
    write_policy (&self, g_ptr_array_index (policies, i));
  self.conversion->list = policies->len > 1 || (policies->len == 1 && *((QdRoutingPolicy *) g_ptr_array_index (policies, 0))->path != '\0');
  qd_patronus_say_comments (&self);
  return qd_patronus_work_end (&self);
}

/* --- Out of rows ---------------------------------------------------------------------------------------------------------- */

static void
know (QdPatronusWork *self, const QdYamlNode *map, const char *const *keys)
{
  for (guint i = 0; i < qd_yaml_node_get_length (map); i++)
    if (!g_strv_contains (keys, qd_yaml_node_get_string (qd_yaml_node_get_key (map, i))))
      lose (self, qd_yaml_node_get_key (map, i), "unknown-field", _("“%s” is no field of this, and has no effect"),
            qd_yaml_node_get_string (qd_yaml_node_get_key (map, i)));
}

/* What a text of JSON says, or the value itself. NULL: it cannot be read, which was said. (transfer full) */
static JsonNode *
read_json (QdPatronusWork *self, const QdYamlNode *row, const char *name)
{
  const QdYamlNode *node = qd_yaml_node_get (row, name);
  const char *text = qd_yaml_node_get_string (node);
  g_autoptr (GError) error = NULL;
  JsonNode *value;

  if (qd_policy_node_is_null (node))
    {
      refuse (self, row, "required", _("“%s” is missing"), name);
      return NULL;
    }
  if (text == NULL)
    return qd_yaml_node_to_json (node);
  /* A bare word is no JSON, and what somebody writes by hand. */
  if (*text != '{' && *text != '"' && *text != '[')
    return json_node_init_string (json_node_alloc (), text);
  value = qd_json_parse (text, -1, name, &error);
  if (value == NULL)
    refuse (self, node, "json", _("this is no JSON: %s"), error->message);
  return value;
}

static gboolean
wrong (QdPatronusWork *self, const QdYamlNode *node, const char *name)
{
  refuse (self, node, "match-rules", _("“%s” has a value that cannot be read"), name);
  return FALSE;
}

static gboolean
read_address (QdPatronusWork *self, const QdYamlNode *node, JsonObject *rules, const char *name, JsonObject *match, const char *to)
{
  const char *text = qd_json_get_string (rules, name, NULL);
  QdAddressRange range;
  QdAddress address;
  g_autofree char *block = NULL;

  if (!json_object_has_member (rules, name) || JSON_NODE_HOLDS_NULL (json_object_get_member (rules, name)))
    return TRUE;
  if (text && qd_address_range_parse (text, &range))
    json_object_set_string_member (match, to, text);
  else if (text && qd_address_parse (text, &address))
    {
      block = g_strdup_printf ("%s/%u", text, address.family == 4 ? 32 : 128);
      json_object_set_string_member (match, to, block);
    }
  else
    return wrong (self, node, name);
  return TRUE;
}

static gboolean
read_number (JsonObject *rules, const char *name, gint64 max, gint64 *value)
{
  *value = -1;
  if (!json_object_has_member (rules, name) || JSON_NODE_HOLDS_NULL (json_object_get_member (rules, name)))
    return TRUE;
  return qd_json_get_int (rules, name, value) && *value >= 0 && *value <= max;
}

static gboolean
read_ports (QdPatronusWork *self, const QdYamlNode *node, JsonObject *rules, JsonObject *match)
{
  JsonArray *range = qd_json_get_array (rules, "dst_port_range");
  gint64 port, ends[2];
  g_autofree char *text = NULL;

  if (!read_number (rules, "src_port", 65535, &port) || port == 0)
    return wrong (self, node, "src_port");
  if (port > 0)
    json_object_set_int_member (match, "src_port", port);
  if (range == NULL)
    return !json_object_has_member (rules, "dst_port_range") || JSON_NODE_HOLDS_NULL (json_object_get_member (rules, "dst_port_range")) ||
           wrong (self, node, "dst_port_range");
  if (json_array_get_length (range) != 2)
    return wrong (self, node, "dst_port_range");
  for (guint i = 0; i < 2; i++)
    {
      JsonNode *end = json_array_get_element (range, i);

      ends[i] = JSON_NODE_HOLDS_VALUE (end) && json_node_get_value_type (end) == G_TYPE_INT64 ? json_node_get_int (end) : 0;
    }
  if (ends[0] < 1 || ends[1] < ends[0] || ends[1] > 65535)
    return wrong (self, node, "dst_port_range");
  text = ends[0] == ends[1] ? g_strdup_printf ("%" G_GINT64_FORMAT, ends[0]) : g_strdup_printf ("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, ends[0], ends[1]);
  json_object_set_string_member (match, "dst_port_range", text);
  return TRUE;
}

/* FALSE: it asks for what the node API has no word for, and is left out; or it is wrong. */
static gboolean
read_match (QdPatronusWork *self, const QdYamlNode *node, JsonObject *rules, JsonObject *match)
{
  static const char *const known[] = { "src_ip", "dst_ip", "src_port", "dst_port_range", "protocol", "application_class", NULL };
  const char *class = qd_json_get_string (rules, "application_class", NULL);
  JsonObjectIter iter;
  const char *name;
  gint64 protocol;

  json_object_iter_init (&iter, rules);
  while (json_object_iter_next (&iter, &name, NULL))
    if (!g_strv_contains (known, name))
      lose (self, node, "unknown-field", _("“%s” is no field of this, and has no effect"), name);
  if (!read_address (self, node, rules, "src_ip", match, "src_cidr") || !read_address (self, node, rules, "dst_ip", match, "dst_cidr") ||
      !read_ports (self, node, rules, match))
    return FALSE;
  if (class && *class && strlen (class) <= 64)
    json_object_set_string_member (match, "application_class", class);
  else if (json_object_has_member (rules, "application_class") && !JSON_NODE_HOLDS_NULL (json_object_get_member (rules, "application_class")))
    return wrong (self, node, "application_class");
  if (!read_number (rules, "protocol", 255, &protocol))
    return wrong (self, node, "protocol");
  for (guint i = 0; i < G_N_ELEMENTS (protocols); i++)
    if (protocols[i].number == protocol)
      json_object_set_string_member (match, "protocol", protocols[i].word);
  if (protocol < 0 || json_object_has_member (match, "protocol"))
    return TRUE;
  lose (self, node, "protocol", _("the node API has no protocol %d, and without it more flows would fit: the policy is left out"), (int) protocol);
  return FALSE;
}

/* (transfer full); NULL: it is none, which was said. */
static JsonNode *
read_preference (QdPatronusWork *self, const QdYamlNode *node, JsonNode *value)
{
  JsonObject *map = qd_json_object (value), *weights = map ? qd_json_get_object (map, "Custom") : NULL, *made, *custom;
  const char *word = JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING ? json_node_get_string (value) : NULL;
  QdRoutingPreference preference;
  guint known = 0;

  if (word && qd_routing_preference_parse (word, &preference) && preference != QD_ROUTING_CUSTOM)
    return json_node_copy (value);
  if (weights)
    {
      made = json_object_new ();
      custom = qd_patronus_add_object (made, "custom");
      for (guint i = 0; qd_routing_weight_names[i]; i++)
        {
          double weight;

          if (!qd_json_get_number (weights, qd_routing_weight_names[i], &weight) || weight < 0 || weight > 1000)
            continue;
          json_object_set_double_member (custom, qd_routing_weight_names[i], weight);
          known++;
        }
      if (known == json_object_get_size (weights) && known > 0)
        return qd_patronus_wrap (made);
      json_object_unref (made);
    }
  refuse (self, node, "preference", _("“%s” is LowestLatency, HighestBandwidth, LowestPacketLoss, LowestCost or, below “Custom”, the five weights"), "path_preference");
  return NULL;
}

static void
read_standing (QdPatronusWork *self, const QdYamlNode *row, JsonObject *made)
{
  const QdYamlNode *id = qd_yaml_node_get (row, "policy_id"), *enabled = qd_yaml_node_get (row, "enabled"), *priority = qd_yaml_node_get (row, "priority");
  const char *name = qd_yaml_node_get_string (qd_yaml_node_get (row, "name"));
  gint64 number = 1;
  gboolean on = TRUE;

  if (!qd_policy_node_is_null (id) && qd_yaml_node_get_text (id) && *qd_yaml_node_get_text (id))
    json_object_set_string_member (made, "id", qd_yaml_node_get_text (id));
  if (name && *name && strlen (name) <= 128)
    json_object_set_string_member (made, "name", name);
  else
    refuse (self, row, "name", _("“%s” has 1 to %d bytes"), "name", 128);
  if (!qd_yaml_node_get_int (priority, &number) || number < 0)
    refuse (self, priority ? priority : row, "priority", _("a priority is a whole number from 0 to %u"), HIGHEST);
  else if (number > HIGHEST)
    lose (self, priority, "priority", _("above %d, priorities are one: this one is asked first, among others"), HIGHEST);
  json_object_set_int_member (made, "priority", HIGHEST - CLAMP (number, 0, HIGHEST));
  if (!qd_yaml_node_get_bool (enabled, &on) && qd_yaml_node_get_int (enabled, &number))
    on = number != 0;
  json_object_set_boolean_member (made, "enabled", on);
}

static void
read_row (QdPatronusWork *self, const QdYamlNode *row)
{
  static const char *const known[] = { "policy_id", "name", "priority", "match_rules", "path_preference", "enabled", NULL };
  g_autoptr (JsonNode) rules = NULL, preference = NULL;
  g_autoptr (JsonObject) made = NULL;
  JsonNode *chosen;

  if (!is_row (row))
    {
      refuse (self, row, "shape", _("this is no routing policy of Patronus: it has no “match_rules”"));
      return;
    }
  know (self, row, known);
  rules = read_json (self, row, "match_rules");
  preference = read_json (self, row, "path_preference");
  made = json_object_new ();
  read_standing (self, row, made);
  if (rules == NULL || preference == NULL)
    return;
  if (!JSON_NODE_HOLDS_OBJECT (rules))
    {
      wrong (self, qd_yaml_node_get (row, "match_rules"), "match_rules");
      return;
    }
  chosen = read_preference (self, qd_yaml_node_get (row, "path_preference"), preference);
  if (!read_match (self, qd_yaml_node_get (row, "match_rules"), json_node_get_object (rules), qd_patronus_add_object (made, "match")) || chosen == NULL)
    {
      g_clear_pointer (&chosen, json_node_unref);
      return;
    }
  json_object_set_member (made, "path_preference", chosen);
  g_ptr_array_add (self->conversion->objects, qd_patronus_wrap (g_steal_pointer (&made)));
}

QdPatronusConversion *
qd_patronus_routing_import (QdYamlFile *file)
{
  QdPatronusWork self;

  qd_patronus_work_begin (&self, file);
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    {
      const QdYamlNode *document = qd_yaml_file_get_document (file, i), *list = find_rows (document);

      if (list == NULL && !qd_policy_node_is_null (document))
        read_row (&self, document);
      self.conversion->list |= list != NULL;
      for (guint k = 0; k < qd_yaml_node_get_length (list); k++)
        read_row (&self, qd_yaml_node_get_item (list, k));
    }
  self.conversion->list |= self.conversion->objects->len > 1;
  qd_patronus_say_comments (&self);
  return qd_patronus_work_end (&self);
}
