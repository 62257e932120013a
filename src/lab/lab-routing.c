/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-documents.h"

#include <string.h>

#include "lab-json.h"
#include "lab-policy.h"

#define MAX_BACKUPS 16

/* Those that the lab's flows name, as objects. */
static const struct { const char *id, *json; } seeded[] = {
  { "policy-voip", "{'name':'VoIP and video','priority':10,'match':{'protocol':'udp','dst_port_range':'5060-32767','application_class':'voice','dscp':46},"
                   "'path_preference':'LowestLatency','failover':{'primary':null,'backups':[],'threshold':70,'failback':true,'delay_s':5}}" },
  { "policy-saas", "{'name':'Office applications','priority':20,'match':{'dst_port_range':'443','application_class':'saas'},'path_preference':'LowestPacketLoss'}" },
  { "policy-backup", "{'name':'Nightly backup','priority':30,'match':{'protocol':'tcp','dst_port_range':'873'},'path_preference':'LowestCost'}" },
  { "policy-bulk", "{'name':'Bulk transfer','priority':40,'match':{'protocol':'tcp','dst_port_range':'9000'},'path_preference':'HighestBandwidth'}" },
  { "policy-default", "{'name':'Default','priority':1000,'match':{},'path_preference':'LowestLatency'}" },
};

static gboolean
wrong (LabRequest *request, const char *pointer, const char *detail)
{
  lab_request_invalid (request, pointer, "%s", detail);
  return FALSE;
}

/* A member that is not there or null is as good as any. */
static JsonNode *
member (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

static gboolean
is_number_within (JsonObject *object, const char *name, double low, double high)
{
  JsonNode *node = member (object, name);
  double value = lab_json_get_double (object, name, low - 1);

  return node == NULL || (value >= low && value <= high);
}

static gboolean
is_text (JsonObject *object, const char *name, gsize max)
{
  const char *text = lab_json_get_string (object, name, NULL);

  return member (object, name) == NULL || (text != NULL && *text != '\0' && strlen (text) <= max);
}

/* "443" or "5060-5090". */
static gboolean
is_port_range (JsonObject *object)
{
  const char *text = lab_json_get_string (object, "dst_port_range", NULL);
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, "-", 2) : NULL;
  guint64 first, last;

  if (member (object, "dst_port_range") == NULL)
    return TRUE;
  if (parts == NULL || parts[0] == NULL || !g_ascii_string_to_unsigned (parts[0], 10, 1, 65535, &first, NULL))
    return FALSE;
  return parts[1] == NULL || (g_ascii_string_to_unsigned (parts[1], 10, 1, 65535, &last, NULL) && first <= last);
}

static gboolean
is_block (JsonObject *object, const char *name)
{
  const char *text = lab_json_get_string (object, name, NULL);
  LabCidr cidr;

  return member (object, name) == NULL || (text != NULL && lab_cidr_parse (text, &cidr));
}

static gboolean
check_match (LabRequest *request, JsonObject *object)
{
  static const char *const protocols[] = { "tcp", "udp", "icmp", NULL };
  JsonObject *match = lab_json_get_object (object, "match");
  const char *protocol = lab_json_get_string (match, "protocol", NULL);

  if (member (object, "match") != NULL && match == NULL)
    return wrong (request, "/match", "match must be an object");
  if (!is_block (match, "src_cidr") || !is_block (match, "dst_cidr"))
    return wrong (request, is_block (match, "src_cidr") ? "/match/dst_cidr" : "/match/src_cidr", "this must be a block such as 10.0.0.0/8");
  if (!is_number_within (match, "src_port", 1, 65535))
    return wrong (request, "/match/src_port", "a port is a number from 1 to 65535");
  if (!is_port_range (match))
    return wrong (request, "/match/dst_port_range", "this must be a text such as 443 or 5060-5090");
  if (member (match, "protocol") != NULL && (protocol == NULL || !g_strv_contains (protocols, protocol)))
    return wrong (request, "/match/protocol", "the protocol must be tcp, udp or icmp");
  if (!is_text (match, "application_class", 64))
    return wrong (request, "/match/application_class", "this must be a text of 1 to 64 bytes");
  if (!is_number_within (match, "dscp", 0, 63))
    return wrong (request, "/match/dscp", "dscp is a number from 0 to 63");
  return TRUE;
}

/* One of the four words, or weights of one's own. */
static gboolean
check_preference (LabRequest *request, JsonObject *object)
{
  static const char *const words[] = { "LowestLatency", "HighestBandwidth", "LowestPacketLoss", "LowestCost", NULL };
  const char *text = lab_json_get_string (object, "path_preference", NULL);
  JsonObject *custom = lab_json_get_object (lab_json_get_object (object, "path_preference"), "custom");
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (text != NULL && g_strv_contains (words, text))
    return TRUE;
  if (custom == NULL || json_object_get_size (custom) == 0)
    return wrong (request, "/path_preference", "this must be LowestLatency, HighestBandwidth, LowestPacketLoss, LowestCost or {custom: {…weights}}");
  json_object_iter_init (&iter, custom);
  while (json_object_iter_next (&iter, &name, &value))
    if (!is_number_within (custom, name, 0, 1000) || member (custom, name) == NULL)
      return wrong (request, "/path_preference/custom", "a weight is a number from 0 to 1000");
  return TRUE;
}

static gboolean
is_path (LabRequest *request, JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
         lab_world_path (request->server->world, json_node_get_string (node)) != NULL;
}

/* No path twice, nor one that is not there. */
static gboolean
check_backups (LabRequest *request, JsonObject *failover)
{
  JsonArray *backups = lab_json_get_array (failover, "backups");
  const char *primary = lab_json_get_string (failover, "primary", "");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (member (failover, "backups") != NULL && (backups == NULL || json_array_get_length (backups) > MAX_BACKUPS))
    return wrong (request, "/failover/backups", "backups must be a list of at most 16 paths");
  g_hash_table_add (seen, (gpointer) primary);
  for (guint i = 0; backups != NULL && i < json_array_get_length (backups); i++)
    {
      JsonNode *node = json_array_get_element (backups, i);
      g_autofree char *pointer = g_strdup_printf ("/failover/backups/%u", i);

      if (!is_path (request, node))
        return wrong (request, pointer, "there is no such path");
      if (!g_hash_table_add (seen, (gpointer) json_node_get_string (node)))
        return wrong (request, pointer, "this path is named before");
    }
  return TRUE;
}

static gboolean
check_failover (LabRequest *request, JsonObject *object)
{
  JsonObject *failover = lab_json_get_object (object, "failover");
  JsonNode *primary = member (failover, "primary"), *failback = member (failover, "failback");

  if (member (object, "failover") != NULL && failover == NULL)
    return wrong (request, "/failover", "failover must be an object");
  if (primary != NULL && !is_path (request, primary))
    return wrong (request, "/failover/primary", "there is no such path");
  if (!check_backups (request, failover))
    return FALSE;
  if (!is_number_within (failover, "threshold", 0, 100))
    return wrong (request, "/failover/threshold", "the threshold is a score from 0 to 100");
  if (failback != NULL && (!JSON_NODE_HOLDS_VALUE (failback) || json_node_get_value_type (failback) != G_TYPE_BOOLEAN))
    return wrong (request, "/failover/failback", "failback is true or false");
  return is_number_within (failover, "delay_s", 0, 86400) || wrong (request, "/failover/delay_s", "the delay is 0 to 86400 seconds");
}

static void
default_null (JsonObject *object, const char *name)
{
  if (!json_object_has_member (object, name))
    json_object_set_null_member (object, name);
}

static JsonObject *
child (JsonObject *object, const char *name)
{
  if (lab_json_get_object (object, name) == NULL)
    json_object_set_object_member (object, name, json_object_new ());
  return lab_json_get_object (object, name);
}

/* Every field is there, so that clients need not guess. */
static void
complete (JsonObject *object)
{
  static const char *const of_match[] = { "src_cidr", "dst_cidr", "src_port", "dst_port_range", "protocol", "application_class", "dscp" };
  JsonObject *match = child (object, "match"), *failover = child (object, "failover");

  for (guint i = 0; i < G_N_ELEMENTS (of_match); i++)
    default_null (match, of_match[i]);
  default_null (failover, "primary");
  if (lab_json_get_array (failover, "backups") == NULL)
    json_object_set_array_member (failover, "backups", json_array_new ());
  default_null (failover, "threshold");
  if (member (failover, "failback") == NULL)
    json_object_set_boolean_member (failover, "failback", TRUE);
  if (member (failover, "delay_s") == NULL)
    json_object_set_int_member (failover, "delay_s", 0);
}

static gboolean
check_routing (LabRequest *request, JsonObject *object)
{
  JsonNode *priority = member (object, "priority");

  if (member (object, "name") == NULL || !is_text (object, "name", 128))
    return wrong (request, "/name", "a routing policy needs a name of 1 to 128 bytes");
  if (priority == NULL || lab_json_get_int (object, "priority", -1) < 0 || lab_json_get_int (object, "priority", -1) > 65535)
    return wrong (request, "/priority", "a priority is a whole number from 0 to 65535; the lowest is asked first");
  if (!check_match (request, object) || !check_preference (request, object) || !check_failover (request, object))
    return FALSE;
  complete (object);
  return TRUE;
}

static char *
no_id (JsonObject *object)
{
  return NULL;
}

static void
add_enabled (LabServer *server, GString *out, const LabDocument *document)
{
  lab_json_bool (out, "enabled", document->enabled);
}

/* Which of two is asked first says the priority; where that is one, nothing does. */
static void
warn_of_priority (LabRequest *request, const LabDocument *before, JsonObject *after, gboolean enabled)
{
  LabDocuments *documents = request->server->routing;
  gint64 priority = lab_json_get_int (after, "priority", -1);

  for (guint i = 0; after != NULL && enabled && i < lab_documents_count (documents); i++)
    {
      const LabDocument *other = lab_documents_at (documents, i);
      g_autofree char *text = NULL;

      if (other == before || other->removed || !other->enabled || lab_json_get_int (other->object, "priority", -1) != priority)
        continue;
      text = g_strdup_printf ("%s has priority %d too: which of them is asked first is left open", lab_json_get_string (other->object, "name", other->id), (int) priority);
      lab_request_warn (request, text);
    }
}

static const char *const routing_filters[] = { "name", "path_preference", NULL };

static const LabDocumentKind routing_kind = {
  .path = "/api/v1/routing-policies",
  .noun = "routing_policy",
  .insert = "INSERT OR REPLACE INTO routing_policies (id, removed, body) VALUES (?, ?, ?)",
  .select = "SELECT id, removed, body FROM routing_policies",
  .filters = routing_filters,
  .check = check_routing,
  .make_id = no_id,
  .add_status = add_enabled,
  .warn = warn_of_priority,
};

void
lab_routing_new (LabServer *server)
{
  server->routing = lab_documents_new (&routing_kind);
  for (guint i = 0; i < G_N_ELEMENTS (seeded); i++)
    {
      g_autofree char *text = g_strdelimit (g_strdup (seeded[i].json), "'", '"');
      g_autoptr (JsonNode) node = lab_json_parse (text, strlen (text), NULL);
      g_autofree char *copy = lab_json_node_text (node);
      g_autoptr (JsonNode) mutable = json_from_string (copy, NULL);

      complete (json_node_get_object (mutable));
      lab_documents_seed (server->routing, seeded[i].id, json_node_get_object (mutable), TRUE);
    }
  lab_documents_load (server, server->routing);
}

void
lab_routing_list (LabRequest *request)
{
  lab_documents_list (request, request->server->routing);
}

void
lab_routing_get (LabRequest *request)
{
  lab_documents_get (request, request->server->routing);
}

void
lab_routing_create (LabRequest *request)
{
  lab_documents_create (request, request->server->routing);
}

void
lab_routing_update (LabRequest *request)
{
  lab_documents_update (request, request->server->routing);
}

void
lab_routing_delete (LabRequest *request)
{
  lab_documents_delete (request, request->server->routing);
}
