/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-documents.h"

#include <string.h>

#include "lab-json.h"

#define MAX_DOCUMENTS 5000
#define MAX_DEPTH     64

struct LabDocuments
{
  const LabDocumentKind *kind;
  GPtrArray *all;               /* LabDocument; none ever leaves, so that cursors hold */
  GHashTable *by_id;            /* id → LabDocument */
};

static void
free_document (gpointer data)
{
  LabDocument *document = data;

  g_free (document->id);
  json_object_unref (document->object);
  g_free (document);
}

LabDocuments *
lab_documents_new (const LabDocumentKind *kind)
{
  LabDocuments *documents = g_new (LabDocuments, 1);

  documents->kind = kind;
  documents->all = g_ptr_array_new_with_free_func (free_document);
  documents->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  return documents;
}

void
lab_documents_free (LabDocuments *documents)
{
  g_hash_table_unref (documents->by_id);
  g_ptr_array_unref (documents->all);
  g_free (documents);
}

guint
lab_documents_count (const LabDocuments *documents)
{
  return documents->all->len;
}

const LabDocument *
lab_documents_at (const LabDocuments *documents, guint index)
{
  return g_ptr_array_index (documents->all, index);
}

static LabDocument *
find (const LabDocuments *documents, const char *id)
{
  return g_hash_table_lookup (documents->by_id, id);
}

static LabDocument *
add (LabDocuments *documents, const char *id)
{
  LabDocument *document = g_new0 (LabDocument, 1);

  document->id = g_strdup (id);
  document->object = json_object_new ();
  document->revision = 1;
  document->enabled = TRUE;
  g_ptr_array_add (documents->all, document);
  g_hash_table_insert (documents->by_id, document->id, document);
  return document;
}

static void
set_object (LabDocument *document, JsonObject *object)
{
  json_object_ref (object);
  json_object_unref (document->object);
  document->object = object;
}

void
lab_documents_seed (LabDocuments *documents, const char *id, JsonObject *object, gboolean enabled)
{
  LabDocument *document = add (documents, id);

  set_object (document, object);
  document->enabled = enabled;
}

/* --- Showing --- */

static char *
object_text (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, FALSE);
}

static void
write_document (LabServer *server, const LabDocuments *documents, GString *out, const char *key, const LabDocument *document)
{
  g_autofree char *text = object_text (document->object);
  g_autoptr (GString) whole = g_string_new (text);

  g_string_truncate (whole, whole->len - 1);
  lab_json_string (whole, "id", document->id);
  lab_json_int (whole, "revision", (gint64) document->revision);
  if (documents->kind->add_status != NULL)
    documents->kind->add_status (server, whole, document);
  lab_json_end (whole, '}');
  lab_json_raw (out, key, whole->str);
}

/* Which list a request is about, for callbacks that are given no more than the request. */
typedef struct
{
  LabDocuments *documents;
  LabDocument *document;
} Shown;

static void
represent (LabRequest *request, gpointer data)
{
  const Shown *shown = data;

  lab_request_etag (request, shown->document->revision);
  write_document (request->server, shown->documents, request->out, NULL, shown->document);
}

/* --- Lists --- */

/* LabList's functions get no data: the lab answers one list at a time, on one thread. */
static const LabDocuments *listed;

static void
write_listed (LabServer *server, GString *out, const char *key, guint index)
{
  write_document (server, listed, out, key, g_ptr_array_index (listed->all, index));
}

static int
compare_listed (const LabServer *server, guint a, guint b, guint key)
{
  const LabDocument *x = g_ptr_array_index (listed->all, a), *y = g_ptr_array_index (listed->all, b);

  if (key == 0)
    return strcmp (x->id, y->id);
  return x->changed_at < y->changed_at ? -1 : x->changed_at > y->changed_at;
}

static gboolean
is_visible (LabRequest *request, const LabDocuments *documents, const LabDocument *document)
{
  return documents->kind->visible == NULL || documents->kind->visible (request, document);
}

/* A member of the object or of its metadata, as text. */
static char *
member_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  JsonObject *metadata = lab_json_get_object (object, "metadata");

  if (node == NULL && metadata != NULL)
    node = json_object_get_member (metadata, name);
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return lab_json_node_text (node);
}

static gboolean
match_listed (LabRequest *request, guint index, gpointer data)
{
  const LabDocument *document = g_ptr_array_index (listed->all, index);
  const char *q = lab_request_query (request, "q"), *enabled = lab_request_query (request, "enabled");
  g_autofree char *text = NULL;

  if (document->removed || !is_visible (request, listed, document) || (enabled != NULL && g_str_equal (enabled, "true") != document->enabled))
    return FALSE;
  for (guint i = 0; listed->kind->filters[i] != NULL; i++)
    {
      const char *want = lab_request_query (request, listed->kind->filters[i]);
      g_autofree char *have = want != NULL ? member_text (document->object, listed->kind->filters[i]) : NULL;

      if (want != NULL && (have == NULL || g_ascii_strcasecmp (want, have) != 0))
        return FALSE;
    }
  if (q == NULL)
    return TRUE;
  text = object_text (document->object);
  return lab_text_contains (text, q);
}

void
lab_documents_list (LabRequest *request, LabDocuments *documents)
{
  static const char *const keys[] = { "id", "changed_at", NULL };
  LabList list = { .n = documents->all->len, .sort_keys = keys, .compare = compare_listed, .match = match_listed, .write = write_listed };

  listed = documents;
  lab_list_reply (request, &list);
}

static LabDocument *
find_asked (LabRequest *request, const LabDocuments *documents)
{
  LabDocument *document = find (documents, request->params[0]);

  if (document != NULL && !document->removed && is_visible (request, documents, document))
    return document;
  lab_request_problem (request, SOUP_STATUS_NOT_FOUND, "there is no %s at %s", request->params[0], documents->kind->path);
  return NULL;
}

const LabDocument *
lab_documents_lookup (const LabDocuments *documents, const char *id)
{
  const LabDocument *document = find (documents, id);

  return document != NULL && !document->removed ? document : NULL;
}

const LabDocument *
lab_documents_find (LabRequest *request, const LabDocuments *documents)
{
  return find_asked (request, documents);
}

void
lab_documents_get (LabRequest *request, LabDocuments *documents)
{
  Shown shown = { documents, find_asked (request, documents) };

  if (shown.document != NULL)
    represent (request, &shown);
}

/* --- Keeping --- */

static void
save (LabServer *server, const LabDocuments *documents, const LabDocument *document)
{
  g_autofree char *text = object_text (document->object);
  g_autoptr (GString) body = g_string_new (NULL);

  lab_json_begin (body, NULL, '{');
  lab_json_raw (body, "object", text);
  lab_json_bool (body, "enabled", document->enabled);
  lab_json_int (body, "revision", (gint64) document->revision);
  lab_json_int (body, "changed_at", document->changed_at);
  lab_json_end (body, '}');
  lab_batch_add (server->batch, documents->kind->insert, "sis", document->id, (gint64) document->removed, body->str);
}

static void
load_document (const char *const *columns, int n, gpointer user_data)
{
  LabDocuments *documents = user_data;
  g_autoptr (JsonNode) body = lab_json_parse (columns[2], strlen (columns[2]), NULL);
  LabDocument *document = find (documents, columns[0]);
  JsonObject *object = body != NULL && JSON_NODE_HOLDS_OBJECT (body) ? json_node_get_object (body) : NULL;

  if (lab_json_get_object (object, "object") == NULL)
    return;
  if (document == NULL)
    document = add (documents, columns[0]);
  set_object (document, lab_json_get_object (object, "object"));
  document->removed = columns[1][0] == '1';
  document->enabled = lab_json_get_bool (object, "enabled", TRUE);
  document->changed_at = lab_json_get_int (object, "changed_at", 0);
  document->revision = (guint64) lab_json_get_int (object, "revision", 1);
}

void
lab_documents_load (LabServer *server, LabDocuments *documents)
{
  g_autoptr (GError) error = NULL;

  if (!lab_store_read (server->store, documents->kind->select, load_document, documents, &error))
    g_warning ("what was changed at %s is not known: %s", documents->kind->path, error->message);
}

/* Whoever listens is told what happened. */
static void
announce (LabServer *server, const LabDocuments *documents, const LabDocument *document, const char *what, const char *by, const char *reason)
{
  g_autofree char *type = g_strdup_printf ("%s_%s", documents->kind->noun, what);
  g_autofree char *id_name = g_strdup_printf ("%s_id", documents->kind->noun);
  g_autofree char *name = member_text (document->object, "name");
  g_autoptr (GString) data = g_string_new ("{");

  lab_json_string (data, id_name, document->id);
  lab_json_string (data, "name", name);
  lab_json_int (data, "revision", (gint64) document->revision);
  lab_json_string (data, "by", by);
  lab_json_string (data, "reason", reason);
  if (!document->removed)
    write_document (server, documents, data, documents->kind->noun, document);
  lab_json_end (data, '}');
  lab_events_emit (server, type, "info", document->id, data->str);
}

/* What happened, to the store and to whoever listens. */
static void
keep (LabServer *server, const LabDocuments *documents, LabDocument *document, const char *what, const char *by, const char *reason)
{
  document->changed_at = g_get_real_time ();
  save (server, documents, document);
  if (documents->kind->changed != NULL)
    documents->kind->changed (server);
  announce (server, documents, document, what, by, reason);
}

static void
tell (LabRequest *request, const LabDocuments *documents, LabDocument *document, const char *what)
{
  keep (request->server, documents, document, what, request->username, lab_request_reason (request));
}

void
lab_documents_set (LabServer *server, LabDocuments *documents, const LabDocument *document, JsonObject *object, const char *by, const char *reason)
{
  LabDocument *ours = find (documents, document->id);

  set_object (ours, object);
  ours->revision++;
  keep (server, documents, ours, "updated", by, reason);
}

void
lab_documents_announce (LabServer *server, LabDocuments *documents, const LabDocument *document)
{
  announce (server, documents, document, "updated", NULL, NULL);
}

/* --- Changing --- */

void
lab_request_invalid_error (LabRequest *request, const GError *error)
{
  const char *colon = strstr (error->message, ": ");
  g_autofree char *pointer = g_strndup (error->message, colon != NULL ? (gsize) (colon - error->message) : 0);

  lab_request_invalid (request, pointer, "%s", colon != NULL ? colon + 2 : error->message);
}

static gboolean
is_safe_id (const char *id)
{
  return *id != '\0' && strlen (id) <= 400 &&
         strspn (id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == strlen (id);
}

/* Objects all the way down, so that what a client goes on writing to is not what is kept. */
static JsonNode *
copy_deep (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);

  return json_from_string (text, NULL);
}

/* RFC 7396: what is null goes, objects are gone into, all else replaces. */
static void
merge_patch (JsonObject *into, JsonObject *patch, guint depth)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, patch);
  while (json_object_iter_next (&iter, &name, &value))
    {
      JsonObject *inner = lab_json_get_object (into, name);

      if (JSON_NODE_HOLDS_NULL (value))
        {
          if (json_object_has_member (into, name))
            json_object_remove_member (into, name);
        }
      else if (!JSON_NODE_HOLDS_OBJECT (value) || depth >= MAX_DEPTH)
        json_object_set_member (into, name, json_node_copy (value));
      else
        {
          if (inner == NULL)
            json_object_set_object_member (into, name, inner = json_object_new ());
          merge_patch (inner, json_node_get_object (value), depth + 1);
        }
    }
}

/* enabled stands in the object, or in its status, which is not kept but for that. */
static gboolean
take_enabled (LabRequest *request, JsonObject *object, gboolean *enabled)
{
  JsonObject *status = lab_json_get_object (object, "status"), *holder = object;
  JsonNode *node = json_object_get_member (object, "enabled");

  if (node == NULL && status != NULL)
    {
      holder = status;
      node = json_object_get_member (status, "enabled");
    }
  if (node != NULL && (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN))
    {
      lab_request_invalid (request, holder == status ? "/status/enabled" : "/enabled", "enabled must be true or false");
      return FALSE;
    }
  if (node != NULL)
    *enabled = json_node_get_boolean (node);
  return TRUE;
}

static void
take_off (JsonObject *object, const char *const *names)
{
  for (; names != NULL && *names != NULL; names++)
    if (json_object_has_member (object, *names))
      json_object_remove_member (object, *names);
}

static JsonObject *
copy_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autoptr (JsonNode) copy = copy_deep (node);

  return json_object_ref (json_node_get_object (copy));
}

JsonObject *
lab_documents_copy (const LabDocument *document)
{
  return copy_object (document->object);
}

/* The object that the request would leave: the body, or what is there with the body laid over it. What is the lab's to say
 * is taken off the body. NULL after having answered what is wrong. */
static JsonObject *
wanted_object (LabRequest *request, const LabDocuments *documents, const LabDocument *document, gboolean *enabled)
{
  static const char *const ours[] = { "id", "revision", "status", "reason", "enabled", NULL };
  g_autoptr (JsonObject) body = copy_object (request->object);
  JsonObject *object;

  if (!take_enabled (request, body, enabled))
    return NULL;
  take_off (body, ours);
  take_off (body, documents->kind->ours);
  if (document == NULL || !g_str_equal (request->route->method, "PATCH"))
    return g_steal_pointer (&body);
  object = copy_object (document->object);
  merge_patch (object, body, 0);
  return object;
}

static void
plan (LabRequest *request, LabDocuments *documents, const LabDocument *document, JsonObject *after, gboolean enabled, const char *step)
{
  g_autoptr (GString) before = g_string_new (NULL);
  g_autofree char *text = after != NULL ? object_text (after) : NULL;
  g_autofree char *path = g_strdup_printf ("%s/%s", strrchr (documents->kind->path, '/'), document != NULL ? document->id : "");

  if (document != NULL && !document->removed)
    write_document (request->server, documents, before, NULL, document);
  lab_request_plan (request, step, document != NULL ? document->id : "a new one", path, before->len > 0 ? before->str : NULL, text, NULL, NULL);
  if (documents->kind->warn != NULL)
    documents->kind->warn (request, document != NULL && !document->removed ? document : NULL, after, enabled);
}

void
lab_documents_plan (LabRequest *request, LabDocuments *documents, const LabDocument *document, JsonObject *after, const char *step,
                    const char *blocker_code, const char *blocker)
{
  g_autoptr (GString) before = g_string_new (NULL);
  g_autofree char *text = object_text (after);
  g_autofree char *path = g_strdup_printf ("%s/%s", strrchr (documents->kind->path, '/'), document->id);

  write_document (request->server, documents, before, NULL, document);
  lab_request_plan (request, step, document->id, path, before->str, text, blocker_code, blocker);
}

void
lab_documents_show (LabRequest *request, LabDocuments *documents, const LabDocument *document)
{
  Shown shown = { documents, find (documents, document->id) };

  represent (request, &shown);
}

static void
answer_created (LabRequest *request, LabDocuments *documents, LabDocument *document)
{
  g_autofree char *location = g_strdup_printf ("%s/%s", documents->kind->path, document->id);
  Shown shown = { documents, document };

  soup_message_headers_replace (soup_server_message_get_response_headers (request->message), "Location", location);
  represent (request, &shown);
  request->status = SOUP_STATUS_CREATED;
}

/* The id that a new object gets: what it is called, what the client wants, or one of the lab's. */
static char *
new_id (LabRequest *request, const LabDocuments *documents)
{
  char *id = documents->kind->make_id (request->object);
  const char *wanted = lab_json_get_string (request->object, "id", NULL);

  if (id != NULL || wanted == NULL)
    return id != NULL ? id : g_uuid_string_random ();
  if (is_safe_id (wanted))
    return g_strdup (wanted);
  lab_request_invalid (request, "/id", "an id is made of letters, digits, - _ and .");
  return NULL;
}

void
lab_documents_create (LabRequest *request, LabDocuments *documents)
{
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *id = NULL;
  gboolean enabled = TRUE;
  LabDocument *document;

  if (!lab_request_need_body (request))
    return;
  object = wanted_object (request, documents, NULL, &enabled);
  if (object == NULL || !documents->kind->check (request, object) || (id = new_id (request, documents)) == NULL)
    return;
  document = find (documents, id);
  if (document != NULL && !document->removed)
    {
      lab_request_problem (request, SOUP_STATUS_CONFLICT, "there is %s already: change it, or give another name", id);
      return;
    }
  if (document == NULL && documents->all->len >= MAX_DOCUMENTS)
    {
      lab_request_problem (request, SOUP_STATUS_INSUFFICIENT_STORAGE, "the lab has no room for more at %s", documents->kind->path);
      return;
    }
  if (request->dry_run)
    {
      plan (request, documents, document, object, enabled, "create it");
      return;
    }
  if (document == NULL)
    document = add (documents, id);
  else
    document->revision++;
  document->removed = FALSE;
  document->enabled = enabled;
  set_object (document, object);
  tell (request, documents, document, "created");
  answer_created (request, documents, document);
}

/* An object that is called otherwise is another one. */
static gboolean
keeps_its_id (LabRequest *request, const LabDocuments *documents, const LabDocument *document, JsonObject *object)
{
  g_autofree char *id = documents->kind->make_id (object);
  const char *given = lab_json_get_string (request->object, "id", document->id);

  if (g_str_equal (given, document->id) && (id == NULL || g_str_equal (id, document->id)))
    return TRUE;
  lab_request_invalid (request, id != NULL ? "/metadata/name" : "/id", "this is another one than %s: what it is called cannot change", document->id);
  return FALSE;
}

void
lab_documents_update (LabRequest *request, LabDocuments *documents)
{
  Shown shown = { documents, find_asked (request, documents) };
  LabDocument *document = shown.document;
  g_autoptr (JsonObject) object = NULL;
  gboolean enabled;

  if (document == NULL || !lab_request_need_body (request) ||
      !lab_request_if_match (request, document->revision, represent, &shown))
    return;
  enabled = document->enabled;
  object = wanted_object (request, documents, document, &enabled);
  if (object == NULL || !documents->kind->check (request, object) || !keeps_its_id (request, documents, document, object))
    return;
  if (request->dry_run)
    {
      plan (request, documents, document, object, enabled, "change it");
      return;
    }
  set_object (document, object);
  document->enabled = enabled;
  document->revision++;
  tell (request, documents, document, "updated");
  represent (request, &shown);
}

void
lab_documents_delete (LabRequest *request, LabDocuments *documents)
{
  Shown shown = { documents, find_asked (request, documents) };
  LabDocument *document = shown.document;

  if (document == NULL || !lab_request_if_match (request, document->revision, represent, &shown))
    return;
  if (request->dry_run)
    {
      plan (request, documents, document, NULL, document->enabled, "remove it");
      return;
    }
  if (lab_request_reason (request) == NULL)
    {
      lab_request_invalid (request, "/reason", "removing this needs a reason");
      return;
    }
  document->removed = TRUE;
  document->revision++;
  tell (request, documents, document, "removed");
  g_string_append (request->out, "{\"status\":\"removed\"}");
}
