/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-scale.h"

#include <string.h>

#include "lab-json.h"
#include "lab-load.h"
#include "lab-nats.h"
#include "lab-placement.h"
#include "lab-shards.h"
#include "lab-tenants.h"

/* A shard writes its record each 5 s: one that is three times as old is of a shard that is not there. */
#define RECORD_AGE_US (15 * G_USEC_PER_SEC)

typedef struct
{
  JsonObject *object;
  gint64 heard_at;              /* monotonic µs */
  gboolean down;
} Record;

typedef struct
{
  char *bucket, *key, *value;
  LabBucketWhat what;
} Heard;

struct LabScale
{
  LabServer *server;
  LabPlacement *placements[LAB_N_KINDS];
  GHashTable *records;          /* full id → Record */
  GPtrArray *tenants;           /* of the placements, sorted, with a NULL at its end; NULL: to be made anew */
  gboolean frozen;
  char *reason, *by;
  gint64 at;

  GMutex lock;
  GQueue heard;                 /* Heard */
  guint source;
};

static const struct { const char *name, *bucket; } kinds[LAB_N_KINDS] = {
  { "aggregate", "AGGREGATE_PLACEMENT" }, { "projection", "PROJECTION_PLACEMENT" }, { "runner", "RUNNER_PLACEMENT" },
};

const char *const lab_scale_buckets[] = { "AGGREGATE_PLACEMENT", "PROJECTION_PLACEMENT", "RUNNER_PLACEMENT", "SHARDS", NULL };

const char *
lab_kind_name (LabKind kind)
{
  return kinds[kind].name;
}

const char *
lab_kind_bucket (LabKind kind)
{
  return kinds[kind].bucket;
}

static void
free_record (gpointer data)
{
  Record *record = data;

  g_clear_pointer (&record->object, json_object_unref);
  g_free (record);
}

static void
free_heard (gpointer data)
{
  Heard *heard = data;

  g_free (heard->bucket);
  g_free (heard->key);
  g_free (heard->value);
  g_free (heard);
}

static void
load_freeze (const char *const *columns, int n, gpointer user_data)
{
  LabScale *scale = user_data;
  g_autoptr (JsonNode) root = columns[0] != NULL ? lab_json_parse (columns[0], strlen (columns[0]), NULL) : NULL;
  JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;

  if (object == NULL)
    return;
  scale->frozen = lab_json_get_bool (object, "frozen", FALSE);
  scale->reason = g_strdup (lab_json_get_string (object, "reason", NULL));
  scale->by = g_strdup (lab_json_get_string (object, "by", NULL));
  if (!lab_time_parse (lab_json_get_string (object, "at", ""), &scale->at))
    scale->at = 0;
}

LabScale *
lab_scale_new (LabServer *server)
{
  LabScale *scale = g_new0 (LabScale, 1);
  g_autoptr (GError) error = NULL;

  scale->server = server;
  for (guint i = 0; i < LAB_N_KINDS; i++)
    scale->placements[i] = lab_placement_new ();
  scale->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_record);
  g_mutex_init (&scale->lock);
  g_queue_init (&scale->heard);
  if (!lab_store_read (server->store, "SELECT value FROM meta WHERE key = 'freeze'", load_freeze, scale, &error))
    g_warning ("whether changes are frozen is not known: %s", error->message);
  return scale;
}

void
lab_scale_free (LabScale *scale)
{
  g_clear_handle_id (&scale->source, g_source_remove);
  g_queue_clear_full (&scale->heard, free_heard);
  g_mutex_clear (&scale->lock);
  for (guint i = 0; i < LAB_N_KINDS; i++)
    lab_placement_free (scale->placements[i]);
  g_hash_table_unref (scale->records);
  g_clear_pointer (&scale->tenants, g_ptr_array_unref);
  g_free (scale->reason);
  g_free (scale->by);
  g_free (scale);
}

/* --- What the buckets say --- */

static void
hear_record (LabScale *scale, const Heard *heard)
{
  g_autoptr (JsonNode) root = NULL;
  gint64 now = g_get_real_time (), as_of;
  Record *record;

  if (heard->what != LAB_BUCKET_PUT)
    return;
  root = lab_json_parse (heard->value, strlen (heard->value), NULL);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return;
  record = g_new0 (Record, 1);
  record->object = json_object_ref (json_node_get_object (root));
  /* A watch that begins anew tells old records, too. */
  record->heard_at = g_get_monotonic_time ();
  if (lab_time_parse (lab_json_get_string (record->object, "as_of", ""), &as_of) && as_of < now)
    record->heard_at -= now - as_of;
  record->down = g_strcmp0 (lab_json_get_string (record->object, "status", NULL), "down") == 0;
  g_hash_table_insert (scale->records, g_strdup (heard->key), record);
}

static int
compare_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

const char *const *
lab_scale_tenants (LabServer *server)
{
  LabScale *scale = server->scale;
  g_autoptr (GHashTable) seen = NULL;
  GHashTableIter iter;
  gpointer tenant;

  if (scale->tenants != NULL)
    return (const char *const *) scale->tenants->pdata;
  scale->tenants = g_ptr_array_new_with_free_func (g_free);
  seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < LAB_N_KINDS; i++)
    {
      g_hash_table_iter_init (&iter, lab_placement_table (scale->placements[i]));
      while (g_hash_table_iter_next (&iter, &tenant, NULL))
        if (g_hash_table_add (seen, tenant))
          g_ptr_array_add (scale->tenants, g_strdup (tenant));
    }
  g_ptr_array_sort (scale->tenants, compare_text);
  g_ptr_array_add (scale->tenants, NULL);
  return (const char *const *) scale->tenants->pdata;
}

static gboolean
hear_cb (gpointer user_data)
{
  LabScale *scale = user_data;
  gboolean moved = FALSE;
  GQueue heard;
  Heard *one;

  g_mutex_lock (&scale->lock);
  scale->source = 0;
  heard = scale->heard;
  g_queue_init (&scale->heard);
  g_mutex_unlock (&scale->lock);
  while ((one = g_queue_pop_head (&heard)) != NULL)
    {
      guint kind = 0;

      while (kind < LAB_N_KINDS && !g_str_equal (kinds[kind].bucket, one->bucket))
        kind++;
      if (kind < LAB_N_KINDS)
        moved |= lab_placement_hear (scale->placements[kind], one->what, one->key, one->value);
      else
        hear_record (scale, one);
      free_heard (one);
    }
  if (!moved)
    return G_SOURCE_REMOVE;
  g_clear_pointer (&scale->tenants, g_ptr_array_unref);
  lab_tenants_moved (scale->server);
  return G_SOURCE_REMOVE;
}

void
lab_scale_heard (const char *bucket, LabBucketWhat what, const char *key, const char *value, gpointer user_data)
{
  LabScale *scale = user_data;
  Heard *heard = g_new0 (Heard, 1);

  heard->bucket = g_strdup (bucket);
  heard->what = what;
  heard->key = g_strdup (key);
  heard->value = g_strdup (value);
  g_mutex_lock (&scale->lock);
  g_queue_push_tail (&scale->heard, heard);
  if (scale->source == 0)
    scale->source = g_idle_add_full (G_PRIORITY_DEFAULT, hear_cb, scale, NULL);
  g_mutex_unlock (&scale->lock);
}

const char *
lab_scale_placement (LabServer *server, LabKind kind, const char *tenant)
{
  return g_hash_table_lookup (lab_placement_table (server->scale->placements[kind]), tenant);
}

static gboolean
is_down (const Record *record)
{
  return record->down || g_get_monotonic_time () - record->heard_at > RECORD_AGE_US;
}

JsonObject *
lab_scale_record (LabServer *server, LabKind kind, const char *shard, gboolean *down)
{
  g_autofree char *id = g_strdup_printf ("%s.%s", kinds[kind].name, shard);
  const Record *record = g_hash_table_lookup (server->scale->records, id);

  if (down != NULL)
    *down = record == NULL || is_down (record);
  return record != NULL ? record->object : NULL;
}

JsonObject *
lab_scale_tenant (LabServer *server, LabKind kind, const char *tenant)
{
  const char *shard = lab_scale_placement (server, kind, tenant);
  JsonObject *record = shard != NULL ? lab_scale_record (server, kind, shard, NULL) : NULL;
  JsonArray *tenants = record != NULL ? lab_json_get_array (record, "tenants") : NULL;

  for (guint i = 0; tenants != NULL && i < json_array_get_length (tenants); i++)
    {
      JsonNode *node = json_array_get_element (tenants, i);

      if (JSON_NODE_HOLDS_OBJECT (node) &&
          g_strcmp0 (lab_json_get_string (json_node_get_object (node), "id", NULL), tenant) == 0)
        return json_node_get_object (node);
    }
  return NULL;
}

void
lab_scale_down (LabScale *scale, const char *id)
{
  Record *record = g_hash_table_lookup (scale->records, id);
  g_autofree char *subject = g_strdup_printf ("$KV.SHARDS.%s", id);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  char now[32];

  if (record == NULL)
    return;
  record->down = TRUE;
  lab_time_format (now, g_get_real_time ());
  json_object_set_string_member (record->object, "status", "down");
  json_object_set_string_member (record->object, "as_of", now);
  node = json_node_init_object (json_node_alloc (), record->object);
  text = lab_json_node_text (node);
  if (scale->server->nats != NULL)
    lab_nats_publish (scale->server->nats, subject, text);
}

/* --- The list --- */

/* All that there are: those of the lab's own, and those that somebody else wrote a record for. */
static GPtrArray *
all_ids (LabServer *server)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) others = g_ptr_array_new ();
  GHashTableIter iter;
  const char *id;
  gpointer key;

  for (guint i = 0; server->shards != NULL && (id = lab_shards_id (server->shards, i)) != NULL; i++)
    g_ptr_array_add (ids, g_strdup (id));
  g_hash_table_iter_init (&iter, server->scale->records);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_ptr_array_find_with_equal_func (ids, key, g_str_equal, NULL))
      g_ptr_array_add (others, key);
  g_ptr_array_sort (others, compare_text);
  for (guint i = 0; i < others->len; i++)
    g_ptr_array_add (ids, g_strdup (g_ptr_array_index (others, i)));
  return ids;
}

static void
write_first (GString *out, const char *key, const char *id, const char *status)
{
  const char *dot = strchr (id, '.');
  g_autofree char *kind = dot != NULL ? g_strndup (id, (gsize) (dot - id)) : NULL;

  lab_json_begin (out, key, '{');
  lab_json_string (out, "id", id);
  lab_json_string (out, "kind", kind);
  lab_json_string (out, "shard", dot != NULL ? dot + 1 : NULL);
  lab_json_null (out, "address");
  lab_json_string (out, "status", status);
  lab_json_null (out, "in_flight");
  lab_json_null (out, "lag");
  lab_json_begin (out, "tenants", '[');
  lab_json_end (out, ']');
  lab_json_null (out, "as_of");
  lab_json_end (out, '}');
}

/* The same record, with nothing of other tenants than @tenant in it. (transfer full) */
static JsonObject *
narrow (JsonObject *record, const char *tenant)
{
  JsonArray *all = lab_json_get_array (record, "tenants"), *some = json_array_new ();
  g_autoptr (GList) names = json_object_get_members (record);
  JsonObject *copy = json_object_new ();

  for (GList *l = names; l != NULL; l = l->next)
    json_object_set_member (copy, l->data, json_node_ref (json_object_get_member (record, l->data)));
  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    {
      JsonNode *node = json_array_get_element (all, i);

      if (JSON_NODE_HOLDS_OBJECT (node) && g_strcmp0 (lab_json_get_string (json_node_get_object (node), "id", NULL), tenant) == 0)
        json_array_add_element (some, json_node_ref (node));
    }
  json_object_set_array_member (copy, "tenants", some);
  return copy;
}

/* @only: the one tenant of whom it may tell; NULL: all. */
static void
write_shard (LabServer *server, GString *out, const char *key, const char *id, const char *only)
{
  Record *record = g_hash_table_lookup (server->scale->records, id);
  g_autoptr (JsonObject) narrowed = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (record == NULL)
    {
      write_first (out, key, id, "starting");
      return;
    }
  /* An old record is of a time that is over; what it says of its tenants is the last that is known. */
  if (is_down (record))
    json_object_set_string_member (record->object, "status", "down");
  narrowed = only != NULL ? narrow (record->object, only) : NULL;
  node = json_node_init_object (json_node_alloc (), narrowed != NULL ? narrowed : record->object);
  text = lab_json_node_text (node);
  lab_json_raw (out, key, text);
}

typedef struct
{
  GPtrArray *ids;
  const char *kind, *status, *q;
} ShardList;

/* The list whose page is being written: the list's functions know the server alone. */
static GPtrArray *listed;
static const char *listed_for;

static const char *
status_of (LabServer *server, const char *id)
{
  const Record *record = g_hash_table_lookup (server->scale->records, id);

  if (record == NULL)
    return "starting";
  return is_down (record) ? "down" : lab_json_get_string (record->object, "status", "starting");
}

static gboolean
match_shard (LabRequest *request, guint index, gpointer data)
{
  const ShardList *list = data;
  const char *id = g_ptr_array_index (list->ids, index);
  gsize length = list->kind != NULL ? strlen (list->kind) : 0;

  return (list->kind == NULL || (strncmp (id, list->kind, length) == 0 && id[length] == '.')) &&
         (list->status == NULL || g_str_equal (list->status, status_of (request->server, id))) &&
         (list->q == NULL || lab_text_contains (id, list->q));
}

static double
figure (const LabServer *server, guint index, guint key)
{
  static const char *const names[] = { "id", "load", "in_flight", "lag" };
  const Record *record = g_hash_table_lookup (server->scale->records, g_ptr_array_index (listed, index));

  return record != NULL ? lab_json_get_double (record->object, names[key], -1) : -1;
}

static int
compare_shards (const LabServer *server, guint a, guint b, guint key)
{
  double x, y;

  if (key == 0)
    return strcmp (g_ptr_array_index (listed, a), g_ptr_array_index (listed, b));
  x = figure (server, a, key);
  y = figure (server, b, key);
  return x < y ? -1 : x > y;
}

static void
write_listed (LabServer *server, GString *out, const char *key, guint index)
{
  write_shard (server, out, key, g_ptr_array_index (listed, index), listed_for);
}

void
lab_scale_list (LabRequest *request)
{
  static const char *const keys[] = { "id", "load", "in_flight", "lag", NULL };
  g_autoptr (GPtrArray) ids = all_ids (request->server);
  ShardList filter = { ids, lab_request_query (request, "kind"), lab_request_query (request, "status"), lab_request_query (request, "q") };
  LabList list = { .n = ids->len, .sort_keys = keys, .compare = compare_shards, .match = match_shard, .write = write_listed, .data = &filter };

  listed = ids;
  listed_for = lab_request_tenant (request);
  lab_list_reply (request, &list);
  listed = NULL;
}

gboolean
lab_scale_exists (LabRequest *request)
{
  g_autoptr (GPtrArray) ids = all_ids (request->server);

  if (g_ptr_array_find_with_equal_func (ids, request->params[0], g_str_equal, NULL))
    return TRUE;
  lab_request_problem (request, SOUP_STATUS_NOT_FOUND, "there is no shard %s", request->params[0]);
  return FALSE;
}

void
lab_scale_get (LabRequest *request)
{
  if (lab_scale_exists (request))
    write_shard (request->server, request->out, NULL, request->params[0], lab_request_tenant (request));
}

/* --- Freeze --- */

static void
write_freeze (const LabScale *scale, GString *out)
{
  lab_json_begin (out, NULL, '{');
  lab_json_bool (out, "frozen", scale->frozen);
  lab_json_string (out, "reason", scale->reason);
  lab_json_string (out, "by", scale->by);
  lab_json_time (out, "at", scale->at);
  lab_json_end (out, '}');
}

gboolean
lab_scale_refuse_frozen (LabRequest *request, const char *action)
{
  static const char *const held[] = {
#include "lab-freeze-table.h"
    NULL
  };
  const LabScale *scale = request->server->scale;
  char since[32];

  if (!scale->frozen || !g_strv_contains (held, action))
    return FALSE;
  lab_time_format (since, scale->at);
  lab_request_problem (request, SOUP_STATUS_LOCKED, "all changes are frozen since %s by %s (%s): lift the freeze first", since,
                       scale->by != NULL ? scale->by : "nobody known", scale->reason != NULL ? scale->reason : "no reason given");
  return TRUE;
}

void
lab_scale_freeze_get (LabRequest *request)
{
  write_freeze (request->server->scale, request->out);
}

static void
plan_freeze (LabRequest *request, gboolean frozen)
{
  lab_request_plan (request, frozen ? "freeze" : "thaw", "scale", "/frozen", request->server->scale->frozen ? "true" : "false",
                    frozen ? "true" : "false", NULL, NULL);
}

void
lab_scale_freeze_put (LabRequest *request)
{
  LabScale *scale = request->server->scale;
  const char *reason = lab_request_reason (request);
  JsonNode *member;
  gboolean frozen;

  if (!lab_request_need_body (request))
    return;
  member = json_object_get_member (request->object, "frozen");
  if (member == NULL || !JSON_NODE_HOLDS_VALUE (member) || json_node_get_value_type (member) != G_TYPE_BOOLEAN)
    {
      lab_request_invalid (request, "/frozen", "frozen must be true or false");
      return;
    }
  frozen = json_node_get_boolean (member);
  if (reason == NULL && !request->dry_run)
    {
      lab_request_invalid (request, "/reason", "say why changes are to be %s", frozen ? "frozen" : "allowed again");
      return;
    }
  if (request->dry_run)
    {
      plan_freeze (request, frozen);
      return;
    }
  scale->at = g_get_real_time ();
  g_set_str (&scale->reason, reason);
  g_set_str (&scale->by, request->username);
  scale->frozen = frozen;
  write_freeze (scale, request->out);
  lab_batch_add (request->server->batch, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", "ss", "freeze", request->out->str);
  lab_events_emit (request->server, frozen ? "changes_frozen" : "changes_thawed", frozen ? "warning" : "info", "scale", request->out->str);
}
