/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-audit-facts.h"

#include <string.h>

#include "qd-canonical.h"
#include "qd-json.h"

/* Of what was before and is after, each; and of a text. */
#define MAX_BYTES (32u * 1024u)
#define MAX_TEXT (4u * 1024u)
#define LEFT_OUT "(left out)"

/* --- Leaving out what is secret -------------------------------------------------------------------------------- */

static gboolean
is_secret (const char *name)
{
  static const char *const words[] = { "password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "api-key", "authorization",
                                       "credential", "private_key", "privatekey", "private-key", "cookie", "seed" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (lower, words[i]))
      return TRUE;
  return FALSE;
}

/* "https://ada:pw@host" says where, not who. */
static char *
clean_address (const char *text)
{
  static GRegex *regex;

  if (g_once_init_enter (&regex))
    g_once_init_leave (&regex, g_regex_new ("(://)[^/@\\s\"]+@", G_REGEX_OPTIMIZE, 0, NULL));
  if (strstr (text, "://") == NULL)
    return g_strdup (text);
  return g_regex_replace (regex, text, -1, 0, "\\1" LEFT_OUT "@", 0, NULL);
}

char *
qd_audit_clean_text (const char *text)
{
  g_autofree char *valid = text ? g_utf8_make_valid (text, -1) : NULL;
  g_autofree char *clean = valid ? clean_address (valid) : NULL;

  if (clean == NULL || strlen (clean) <= MAX_TEXT)
    return g_steal_pointer (&clean);
  return g_utf8_substring (clean, 0, g_utf8_pointer_to_offset (clean, g_utf8_find_prev_char (clean, clean + MAX_TEXT)));
}

static JsonNode *clean_node (JsonNode *node);

static void
clean_member (JsonObject *object, const char *name, JsonNode *node, gpointer into)
{
  if (is_secret (name) && !JSON_NODE_HOLDS_NULL (node))
    json_object_set_string_member (into, name, LEFT_OUT);
  else
    json_object_set_member (into, name, clean_node (node));
}

static JsonNode *
clean_array (JsonArray *array)
{
  g_autoptr (JsonArray) copy = json_array_sized_new (json_array_get_length (array));
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; i < json_array_get_length (array); i++)
    json_array_add_element (copy, clean_node (json_array_get_element (array, i)));
  json_node_set_array (node, copy);
  return node;
}

static JsonNode *
node_of_object (JsonObject *taken)
{
  g_autoptr (JsonObject) object = taken;

  return json_node_init_object (json_node_alloc (), object);
}

/* A text that is JSON is recorded as such, so that what is secret in it is found. */
static JsonNode *
clean_string (const char *text)
{
  g_autoptr (JsonNode) parsed = *text == '{' || *text == '[' ? qd_json_parse (text, -1, "value", NULL) : NULL;
  g_autofree char *clean = NULL;

  if (parsed)
    return clean_node (parsed);
  clean = clean_address (text);
  return json_node_init_string (json_node_alloc (), clean);
}

static JsonNode *
clean_node (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *copy = json_object_new ();

      json_object_foreach_member (json_node_get_object (node), clean_member, copy);
      return node_of_object (copy);
    }
  if (JSON_NODE_HOLDS_ARRAY (node))
    return clean_array (json_node_get_array (node));
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return clean_string (json_node_get_string (node));
  return json_node_copy (node);
}

JsonNode *
qd_audit_clean (JsonNode *node)
{
  g_autoptr (JsonNode) clean = node ? clean_node (node) : NULL;
  g_autofree char *text = NULL, *sum = NULL;
  JsonObject *told;

  if (clean == NULL)
    return NULL;
  text = qd_json_to_canonical (clean);
  if (strlen (text) <= MAX_BYTES)
    return g_steal_pointer (&clean);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  told = json_object_new ();
  json_object_set_int_member (told, "bytes", (gint64) strlen (text));
  json_object_set_string_member (told, "sha256", sum);
  return node_of_object (told);
}

/* --- What it is about ------------------------------------------------------------------------------------------ */

/* Says how it is to be done, not what. */
static gboolean
is_about_sending (const char *name)
{
  static const char *const names[] = { "id", "revision", "reason", "idempotency_key", "dry_run", "request_id", "message_id", "expect_last",
                                       "headers" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]))
      return TRUE;
  return FALSE;
}

static char *
dup_on (const char *verb, JsonObject *args)
{
  static const char *const names[] = { "id", "tenant", "name" };
  const char *bucket = qd_json_get_string (args, "bucket", NULL), *key = qd_json_get_string (args, "key", NULL);

  if (bucket && key)
    return g_strdup_printf ("%s/%s", bucket, key);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char *id = qd_json_dup_id (args, names[i]);

      if (id && *id)
        return id;
      g_free (id);
    }
  return g_strdup (qd_json_get_string (args, "subject", NULL));
}

/* "site.delete" is about a site, "kv.put" about an entry. */
static QdEntity *
find_thing (QdFleet *fleet, const char *connection, const char *verb, const char *on)
{
  g_autofree char *word = g_strndup (verb, strcspn (verb, "."));
  int kind = g_str_equal (word, "kv") ? QD_KIND_KV_ENTRY : qd_schema_find_kind (word);

  return kind >= 0 && on && connection ? qd_fleet_lookup (fleet, connection, (QdKind) kind, on) : NULL;
}

static JsonObject *
dup_thing (QdEntity *entity)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;

  qd_entity_add_json (entity, builder);
  root = json_builder_get_root (builder);
  object = json_object_ref (json_node_get_object (root));
  json_object_remove_member (object, "connection");
  return object;
}

static void
copy_content (JsonObject *object, const char *name, JsonNode *node, gpointer into)
{
  if (!is_about_sending (name))
    json_object_set_member (into, name, json_node_copy (node));
}

/* The arguments that are no more than where and how: what is to be. */
static JsonObject *
dup_content (JsonObject *args)
{
  JsonObject *content = json_object_new (), *inner = qd_json_get_object (args, "changes");

  json_object_foreach_member (inner ? inner : args, copy_content, content);
  return content;
}

/* What some actions change goes without saying, or by another name. */
static void
add_implied (const char *verb, JsonObject *after)
{
  static const struct { const char *verb, *member, *value, *argument; } implied[] = {
    { "tenant.suspend", "status_text", "suspended", NULL }, { "tenant.resume", "status_text", "active", NULL },
    { "tenant.archive", "status_text", "archived", NULL },  { "tenant.kill-switch", "kill_switch", NULL, "enabled" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (implied); i++)
    {
      JsonNode *said = implied[i].argument ? json_object_get_member (after, implied[i].argument) : NULL;

      if (!g_str_equal (implied[i].verb, verb))
        continue;
      if (implied[i].value)
        json_object_set_string_member (after, implied[i].member, implied[i].value);
      if (said)
        {
          json_object_set_member (after, implied[i].member, json_node_copy (said));
          json_object_remove_member (after, implied[i].argument);
        }
    }
}

/* Of what was, only what is touched; where that is nothing that is known, the state it was in. */
static void
keep_changed (JsonObject *before, JsonObject *after)
{
  g_autoptr (GList) names = json_object_get_members (before);
  g_autofree char *state = g_strdup (qd_json_get_string (before, "status_text", NULL));

  for (GList *l = names; l; l = l->next)
    if (!json_object_has_member (after, l->data))
      json_object_remove_member (before, l->data);
  if (state && json_object_get_size (before) == 0)
    json_object_set_string_member (before, "status_text", state);
}

/* @taken as what is recorded; NULL when there is nothing in it. */
static JsonNode *
clean_object (JsonObject *taken)
{
  g_autoptr (JsonNode) node = NULL;

  if (taken == NULL || json_object_get_size (taken) == 0)
    {
      g_clear_pointer (&taken, json_object_unref);
      return NULL;
    }
  node = node_of_object (taken);
  return qd_audit_clean (node);
}

void
qd_audit_subject_init (QdAuditSubject *self, QdFleet *fleet, const char *connection, const char *verb, JsonObject *args)
{
  g_autoptr (JsonObject) none = json_object_new ();
  gboolean removes = g_str_has_suffix (verb, ".delete");
  JsonObject *before, *after;
  QdEntity *entity;

  *self = (QdAuditSubject) { 0 };
  args = args ? args : none;
  self->on = dup_on (verb, args);
  /* Whoever signs in has nothing but secrets to say. */
  if (g_str_has_prefix (verb, "auth."))
    return;
  entity = find_thing (fleet, connection, verb, self->on);
  before = entity ? dup_thing (entity) : NULL;
  after = removes ? NULL : dup_content (args);
  if (after)
    add_implied (verb, after);
  if (before && after)
    keep_changed (before, after);
  self->before = clean_object (before);
  self->after = clean_object (after);
}

void
qd_audit_subject_clear (QdAuditSubject *self)
{
  g_clear_pointer (&self->on, g_free);
  g_clear_pointer (&self->before, json_node_unref);
  g_clear_pointer (&self->after, json_node_unref);
}
