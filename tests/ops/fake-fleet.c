/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-fleet.h"

#include <string.h>

#include "qd-driver-private.h"
#include "qd-hub-private.h"
#include "qd-json.h"

typedef struct { char *value; guint64 revision; gboolean deleted; } Entry;
typedef struct { char *subject, *payload; guint64 seq; } Message;
typedef struct { char *id; gboolean accepting, warm; int in_flight, lag, count; } Tenant;
typedef struct { char *kind, *shard, *id; GHashTable *members, *tenants; int capacity; gboolean stuck; } Shard;

struct _FakeFleet {
  GHashTable *entries;      /* "BUCKET/KEY" → Entry */
  GPtrArray *messages;      /* Message */
  GHashTable *shards;       /* id → Shard */
  GHashTable *told;         /* "ID VERB TENANT" → number */
  GHashTable *puts;         /* bucket → number */
  guint64 revision;
  gboolean frozen;
  FakeFleetFunc func;
  gpointer data;
  char *lost_verb;
  guint n_lost;
  GPtrArray *drivers;       /* weak */
};

/* --- The drivers ------------------------------------------------------------------------------------- */

/* The driver is held by who asked until it is answered. */
typedef struct { QdDriver *driver; char *verb; JsonObject *args; GTask *task; } Waiting;

#define FLEET_TYPE_DRIVER (fleet_driver_get_type ())
G_DECLARE_FINAL_TYPE (FleetDriver, fleet_driver, FLEET, DRIVER, QdDriver)

struct _FleetDriver {
  QdDriver parent;
  FakeFleet *fleet;
  QdHub *hub;
  gboolean asleep;
  GPtrArray *waiting;
};

G_DEFINE_FINAL_TYPE (FleetDriver, fleet_driver, QD_TYPE_DRIVER)

static JsonNode *carry_out (FakeFleet *self, const char *verb, JsonObject *args, GError **error);

static gboolean
is_question (const char *verb)
{
  return g_str_has_suffix (verb, ".get") || g_str_has_suffix (verb, ".all") || g_str_has_suffix (verb, ".last") || g_str_has_suffix (verb, ".read");
}

static gboolean
answer_cb (gpointer data)
{
  Waiting *waiting = data;
  FleetDriver *driver = FLEET_DRIVER (waiting->driver);
  FakeFleet *fleet = driver->fleet;
  g_autoptr (GTask) task = waiting->task;
  GError *error = NULL;
  JsonNode *answer = NULL;

  if (fleet->func && !fleet->func (fleet, waiting->verb, waiting->args, !is_question (waiting->verb), fleet->data))
    error = g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE, "nobody answered");
  else
    answer = carry_out (fleet, waiting->verb, waiting->args, &error);
  if (fleet->n_lost > 0 && g_strcmp0 (fleet->lost_verb, waiting->verb) == 0)
    {
      fleet->n_lost--;
      g_clear_error (&error);
      g_clear_pointer (&answer, json_node_unref);
      error = g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE, "the answer was lost");
    }
  if (answer)
    g_task_return_pointer (task, answer, (GDestroyNotify) json_node_unref);
  else
    g_task_return_error (task, error);
  g_free (waiting->verb);
  json_object_unref (waiting->args);
  g_free (waiting);
  return G_SOURCE_REMOVE;
}

static void
fleet_driver_command (QdDriver *driver, const char *verb, JsonObject *args, GTask *task)
{
  FleetDriver *self = FLEET_DRIVER (driver);
  Waiting *waiting = g_new (Waiting, 1);

  *waiting = (Waiting) { driver, g_strdup (verb), json_object_ref (args), task };
  if (self->asleep)
    g_ptr_array_add (self->waiting, waiting);
  else
    g_idle_add_full (G_PRIORITY_DEFAULT, answer_cb, waiting, NULL);
}

static void
do_nothing (QdDriver *driver)
{
}

static void
fleet_driver_finalize (GObject *object)
{
  g_ptr_array_unref (FLEET_DRIVER (object)->waiting);
  G_OBJECT_CLASS (fleet_driver_parent_class)->finalize (object);
}

static void
fleet_driver_class_init (FleetDriverClass *klass)
{
  QdDriverClass *driver_class = QD_DRIVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fleet_driver_finalize;
  driver_class->start = driver_class->stop = driver_class->refresh = do_nothing;
  driver_class->command = fleet_driver_command;
}

static void
fleet_driver_init (FleetDriver *self)
{
  self->waiting = g_ptr_array_new ();
}

static void
add_driver (FakeFleet *self, QdHub *hub, const char *id, const char *kind, const char *feeds, const char *offers)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new (id, id, kind, "http://127.0.0.1:1");
  QdDriver *driver;
  QdDelta *delta;

  g_set_str (&endpoint->environment, "dev");
  endpoint->feeds = g_strdup (feeds);
  driver = qd_driver_construct (FLEET_TYPE_DRIVER, endpoint, qd_hub_get_sink (hub));
  FLEET_DRIVER (driver)->fleet = self;
  FLEET_DRIVER (driver)->hub = hub;
  g_ptr_array_add (self->drivers, driver);
  qd_hub_adopt (hub, endpoint, driver);
  delta = qd_delta_new (id, QD_KIND_CONNECTION, id, QD_DELTA_PATCH);
  qd_delta_set (delta, QD_CONNECTION_OFFERS, qd_value_json (offers));
  qd_delta_set (delta, QD_CONNECTION_PERMISSIONS, qd_value_json ("[\"scale.*\"]"));
  qd_delta_set (delta, QD_CONNECTION_ROLE, qd_value_string ("operator"));
  qd_delta_set (delta, QD_CONNECTION_USER, qd_value_string ("olga"));
  qd_drain_push (qd_hub_get_drain (hub), delta);
  qd_driver_send_state (driver, "live", NULL);
  qd_drain_flush (qd_hub_get_drain (hub));
}

void
fake_fleet_connect (FakeFleet *self, QdHub *hub)
{
  add_driver (self, hub, "control", "node-api", NULL, "[\"shards\",\"shards.drain\"]");
  add_driver (self, hub, "nats", "nats", "control", "[\"kv\",\"streams\"]");
}

void
fake_fleet_set_asleep (FakeFleet *self, QdHub *hub, gboolean asleep)
{
  for (guint i = 0; i < self->drivers->len; i++)
    {
      FleetDriver *driver = g_ptr_array_index (self->drivers, i);

      if (driver->hub != hub)
        continue;
      driver->asleep = asleep;
      for (guint k = 0; !asleep && k < driver->waiting->len; k++)
        g_idle_add_full (G_PRIORITY_DEFAULT, answer_cb, g_ptr_array_index (driver->waiting, k), NULL);
      if (!asleep)
        g_ptr_array_set_size (driver->waiting, 0);
    }
}

/* --- Buckets and the stream ---------------------------------------------------------------------------- */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->value);
  g_free (entry);
}

static void
count (GHashTable *table, const char *key)
{
  g_hash_table_replace (table, g_strdup (key), GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (table, key)) + 1));
}

static JsonNode *
take_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

static JsonObject *
entry_to_json (const char *path, const Entry *entry)
{
  const char *slash = strchr (path, '/');
  g_autofree char *bucket = g_strndup (path, slash - path);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "bucket", bucket);
  json_object_set_string_member (object, "key", slash + 1);
  json_object_set_string_member (object, "value", entry->deleted ? "" : entry->value);
  json_object_set_int_member (object, "revision", (gint64) entry->revision);
  json_object_set_string_member (object, "operation", entry->deleted ? "delete" : "put");
  return object;
}

static void
put (FakeFleet *self, const char *path, const char *value)
{
  Entry *entry = g_new0 (Entry, 1);

  *entry = (Entry) { g_strdup (value), ++self->revision, value == NULL };
  g_hash_table_replace (self->entries, g_strdup (path), entry);
}

static JsonNode *
kv (FakeFleet *self, const char *verb, JsonObject *args, GError **error)
{
  const char *bucket = qd_json_get_string (args, "bucket", "");
  g_autofree char *path = g_strdup_printf ("%s/%s", bucket, qd_json_get_string (args, "key", ""));
  Entry *entry = g_hash_table_lookup (self->entries, path);
  guint64 over = g_ascii_strtoull (qd_json_get_string (args, "revision", "0"), NULL, 10);
  JsonObject *object = json_object_new ();

  if (g_str_equal (verb, "kv.get") && entry == NULL)
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING, "nothing there");
  else if (g_str_equal (verb, "kv.get"))
    {
      json_object_unref (object);
      return take_object (entry_to_json (path, entry));
    }
  else if (entry == NULL ? over != 0 : over == 0 ? !entry->deleted : over != entry->revision)
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT, "wrong last sequence");
  else
    {
      put (self, path, g_str_equal (verb, "kv.delete") ? NULL : qd_json_get_string (args, "value", ""));
      count (self->puts, bucket);
      json_object_set_int_member (object, "revision", (gint64) self->revision);
      return take_object (object);
    }
  json_object_unref (object);
  return NULL;
}

static JsonNode *
kv_all (FakeFleet *self, JsonObject *args)
{
  g_autofree char *prefix = g_strconcat (qd_json_get_string (args, "bucket", ""), "/", NULL);
  JsonObject *object = json_object_new ();
  JsonArray *items = json_array_new ();
  GHashTableIter iter;
  gpointer path, entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &path, &entry))
    if (g_str_has_prefix (path, prefix) && !((Entry *) entry)->deleted)
      json_array_add_object_element (items, entry_to_json (path, entry));
  json_object_set_array_member (object, "items", items);
  return take_object (object);
}

static void
message_free (gpointer data)
{
  Message *message = data;

  g_free (message->subject);
  g_free (message->payload);
  g_free (message);
}

static Message *
last_of (FakeFleet *self, const char *subject)
{
  for (guint i = self->messages->len; i-- > 0;)
    if (g_str_equal (((Message *) g_ptr_array_index (self->messages, i))->subject, subject))
      return g_ptr_array_index (self->messages, i);
  return NULL;
}

static JsonObject *
message_to_json (const Message *message)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "subject", message->subject);
  json_object_set_string_member (object, "payload", message->payload);
  json_object_set_int_member (object, "seq", (gint64) message->seq);
  return object;
}

static JsonNode *
publish (FakeFleet *self, JsonObject *args, GError **error)
{
  const char *subject = qd_json_get_string (args, "subject", ""), *expect = qd_json_get_string (args, "expect_last", NULL);
  Message *last = last_of (self, subject), *message;
  JsonObject *object;

  if (expect && g_ascii_strtoull (expect, NULL, 10) != (last ? last->seq : 0))
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT, "wrong last sequence");
      return NULL;
    }
  message = g_new (Message, 1);
  *message = (Message) { g_strdup (subject), g_strdup (qd_json_get_string (args, "payload", "")), self->messages->len + 1 };
  g_ptr_array_add (self->messages, message);
  object = json_object_new ();
  json_object_set_int_member (object, "seq", (gint64) message->seq);
  json_object_set_boolean_member (object, "duplicate", FALSE);
  return take_object (object);
}

static JsonNode *
read_stream (FakeFleet *self, JsonObject *args)
{
  guint64 after = g_ascii_strtoull (qd_json_get_string (args, "after", "0"), NULL, 10);
  guint64 limit = g_ascii_strtoull (qd_json_get_string (args, "limit", "1000"), NULL, 10), last = after;
  JsonObject *object = json_object_new ();
  JsonArray *items = json_array_new ();
  gboolean more = FALSE;

  for (guint i = 0; i < self->messages->len; i++)
    {
      Message *message = g_ptr_array_index (self->messages, i);

      if (message->seq <= after || strchr (message->subject + strlen ("jobs."), '.'))
        continue;
      if (json_array_get_length (items) == limit)
        {
          more = TRUE;
          break;
        }
      json_array_add_object_element (items, message_to_json (message));
      last = message->seq;
    }
  json_object_set_array_member (object, "items", items);
  json_object_set_int_member (object, "last_seq", (gint64) last);
  json_object_set_boolean_member (object, "more", more);
  return take_object (object);
}

/* --- Shards -------------------------------------------------------------------------------------------- */

static void
tenant_free (gpointer data)
{
  g_free (((Tenant *) data)->id);
  g_free (data);
}

static void
shard_free (gpointer data)
{
  Shard *shard = data;

  g_free (shard->kind);
  g_free (shard->shard);
  g_free (shard->id);
  g_hash_table_unref (shard->members);
  g_hash_table_unref (shard->tenants);
  g_free (shard);
}

static JsonObject *
shard_to_json (Shard *shard)
{
  JsonObject *object = json_object_new ();
  JsonArray *tenants = json_array_new ();
  GHashTableIter iter;
  gpointer key, value;

  json_object_set_string_member (object, "id", shard->id);
  json_object_set_string_member (object, "kind", shard->kind);
  json_object_set_string_member (object, "shard", shard->shard);
  json_object_set_int_member (object, "capacity", shard->capacity);
  g_hash_table_iter_init (&iter, shard->members);
  while (g_hash_table_iter_next (&iter, &key, &value))
    json_object_set_string_member (object, key, value);
  g_hash_table_iter_init (&iter, shard->tenants);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      Tenant *tenant = value;
      JsonObject *one = json_object_new ();

      if (!tenant->accepting && !shard->stuck)
        tenant->in_flight = 0;
      json_object_set_string_member (one, "id", tenant->id);
      json_object_set_boolean_member (one, "accepting", tenant->accepting);
      json_object_set_boolean_member (one, "drained", !tenant->accepting && tenant->in_flight == 0);
      json_object_set_boolean_member (one, "warm", tenant->warm);
      json_object_set_int_member (one, "in_flight", tenant->in_flight);
      json_object_set_int_member (one, "lag", tenant->lag);
      json_object_set_int_member (one, "count", tenant->count);
      json_array_add_object_element (tenants, one);
    }
  json_object_set_array_member (object, "tenants", tenants);
  return object;
}

static const char *
bucket_of (const char *kind)
{
  return g_str_equal (kind, "aggregate") ? "AGGREGATE_PLACEMENT" : g_str_equal (kind, "runner") ? "RUNNER_PLACEMENT" : "PROJECTION_PLACEMENT";
}

char *
fake_fleet_get_place (FakeFleet *self, const char *kind, const char *tenant)
{
  g_autofree char *prefix = g_strconcat (bucket_of (kind), "/", NULL);
  GHashTableIter iter;
  gpointer path, value;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &path, &value))
    {
      Entry *entry = value;
      g_autoptr (JsonNode) node = NULL;

      if (!g_str_has_prefix (path, prefix) || entry->deleted)
        continue;
      if (*entry->value != '{' && g_str_equal ((char *) path + strlen (prefix), tenant))
        return g_strdup (entry->value);
      if (*entry->value != '{')
        continue;
      node = qd_json_parse (entry->value, -1, path, NULL);
      if (qd_json_get_string (json_node_get_object (node), tenant, NULL))
        return g_strdup (qd_json_get_string (json_node_get_object (node), tenant, NULL));
    }
  return NULL;
}

static Tenant *
give (Shard *shard, const char *id)
{
  Tenant *tenant = g_new0 (Tenant, 1);

  *tenant = (Tenant) { .id = g_strdup (id), .accepting = TRUE, .count = 100 };
  g_hash_table_replace (shard->tenants, tenant->id, tenant);
  return tenant;
}

/* What it has is what is placed on it. */
static void
reload (FakeFleet *self, Shard *shard)
{
  g_autoptr (GHashTable) all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->shards);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      GHashTableIter tenants;

      g_hash_table_iter_init (&tenants, ((Shard *) value)->tenants);
      while (g_str_equal (((Shard *) value)->kind, shard->kind) && g_hash_table_iter_next (&tenants, &key, NULL))
        g_hash_table_add (all, g_strdup (key));
    }
  g_hash_table_iter_init (&iter, all);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      g_autofree char *place = fake_fleet_get_place (self, shard->kind, key);

      if (g_strcmp0 (place, shard->shard) != 0)
        {
          /* It stays known until the other has it. */
          Tenant *tenant = g_hash_table_lookup (shard->tenants, key);

          if (tenant)
            tenant->accepting = FALSE;
        }
      else if (!g_hash_table_contains (shard->tenants, key))
        give (shard, key);
    }
}

static JsonNode *
ask_shard (FakeFleet *self, const char *verb, JsonObject *args, GError **error)
{
  Shard *shard = g_hash_table_lookup (self->shards, qd_json_get_string (args, "id", ""));
  const char *id = qd_json_get_string (args, "tenant", NULL);
  Tenant *tenant = shard && id ? g_hash_table_lookup (shard->tenants, id) : NULL;
  g_autofree char *told = g_strdup_printf ("%s %s %s", shard ? shard->id : "", verb, id ? id : "");

  if (shard == NULL || (id && tenant == NULL))
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING, "no such shard or tenant");
      return NULL;
    }
  count (self->told, told);
  if (g_str_equal (verb, "shard.drain") || g_str_equal (verb, "shard.resume"))
    tenant->accepting = g_str_equal (verb, "shard.resume");
  else if (g_str_equal (verb, "shard.reload"))
    reload (self, shard);
  else if (g_str_equal (verb, "shard.warmup"))
    tenant->warm = !shard->stuck;
  return take_object (shard_to_json (shard));
}

static JsonNode *
carry_out (FakeFleet *self, const char *verb, JsonObject *args, GError **error)
{
  JsonObject *object;
  Message *message;

  if (g_str_equal (verb, "kv.all") && g_str_equal (qd_json_get_string (args, "bucket", ""), "SHARDS"))
    {
      GHashTableIter iter;
      gpointer shard;

      g_hash_table_iter_init (&iter, self->shards);
      while (g_hash_table_iter_next (&iter, NULL, &shard))
        {
          g_autofree char *path = g_strconcat ("SHARDS/", ((Shard *) shard)->id, NULL);
          g_autoptr (JsonNode) node = take_object (shard_to_json (shard));
          g_autofree char *text = qd_json_to_text (node, FALSE);

          put (self, path, text);
        }
    }
  if (g_str_equal (verb, "kv.all"))
    return kv_all (self, args);
  if (g_str_has_prefix (verb, "kv."))
    return kv (self, verb, args, error);
  if (g_str_equal (verb, "stream.publish"))
    return publish (self, args, error);
  if (g_str_equal (verb, "stream.read"))
    return read_stream (self, args);
  if (g_str_equal (verb, "stream.last"))
    {
      message = last_of (self, qd_json_get_string (args, "subject", ""));
      if (message)
        return take_object (message_to_json (message));
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING, "nothing there");
      return NULL;
    }
  if (g_str_has_prefix (verb, "shard."))
    return ask_shard (self, verb, args, error);
  if (g_str_equal (verb, "freeze.get"))
    {
      object = json_object_new ();
      json_object_set_boolean_member (object, "frozen", self->frozen);
      return take_object (object);
    }
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED, "%s is not offered", verb);
  return NULL;
}

/* --- For the test --------------------------------------------------------------------------------------- */

FakeFleet *
fake_fleet_new (void)
{
  FakeFleet *self = g_new0 (FakeFleet, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->messages = g_ptr_array_new_with_free_func (message_free);
  self->shards = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, shard_free);
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->puts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->drivers = g_ptr_array_new ();
  return self;
}

void
fake_fleet_free (FakeFleet *self)
{
  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->messages);
  g_hash_table_unref (self->shards);
  g_hash_table_unref (self->told);
  g_hash_table_unref (self->puts);
  g_ptr_array_unref (self->drivers);
  g_free (self->lost_verb);
  g_free (self);
}

guint
fake_fleet_lose_answers (FakeFleet *self, const char *verb, guint n)
{
  guint left = self->n_lost;

  g_set_str (&self->lost_verb, verb);
  self->n_lost = n;
  return left;
}

void
fake_fleet_set_func (FakeFleet *self, FakeFleetFunc func, gpointer data)
{
  self->func = func;
  self->data = data;
}

void
fake_fleet_add_shard (FakeFleet *self, const char *kind, const char *shard, int capacity)
{
  Shard *one = g_new0 (Shard, 1);

  *one = (Shard) { .kind = g_strdup (kind), .shard = g_strdup (shard), .id = g_strdup_printf ("%s.%s", kind, shard), .capacity = capacity };
  one->members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  one->tenants = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, tenant_free);
  g_hash_table_replace (self->shards, one->id, one);
  fake_fleet_set_shard (self, one->id, "status", "ready");
  fake_fleet_set_shard (self, one->id, "storage", "healthy");
  fake_fleet_set_shard (self, one->id, "version", "1.0");
}

void
fake_fleet_add_tenant (FakeFleet *self, const char *kind, const char *tenant, const char *shard, gboolean map)
{
  g_autofree char *id = g_strdup_printf ("%s.%s", kind, shard);
  g_autofree char *path = g_strdup_printf ("%s/%s", bucket_of (kind), map ? "map" : tenant);
  Entry *entry = g_hash_table_lookup (self->entries, path);
  g_autofree char *value = NULL;
  GHashTableIter iter;
  gpointer other;

  if (map)
    value = entry ? g_strdup_printf ("%.*s, \"%s\":\"%s\"}", (int) strlen (entry->value) - 1, entry->value, tenant, shard)
                  : g_strdup_printf ("{\"%s\":\"%s\"}", tenant, shard);
  put (self, path, map ? value : shard);
  g_hash_table_iter_init (&iter, self->shards);
  while (g_hash_table_iter_next (&iter, NULL, &other))
    if (g_str_equal (((Shard *) other)->kind, kind))
      g_hash_table_remove (((Shard *) other)->tenants, tenant);
  give (g_hash_table_lookup (self->shards, id), tenant)->warm = TRUE;
}

void
fake_fleet_set_shard (FakeFleet *self, const char *id, const char *member, const char *value)
{
  g_hash_table_replace (((Shard *) g_hash_table_lookup (self->shards, id))->members, g_strdup (member), g_strdup (value));
}

void
fake_fleet_set_tenant (FakeFleet *self, const char *id, const char *tenant, const char *member, int value)
{
  Tenant *one = g_hash_table_lookup (((Shard *) g_hash_table_lookup (self->shards, id))->tenants, tenant);

  if (g_str_equal (member, "lag"))
    one->lag = value;
  else
    one->in_flight = value;
}

void
fake_fleet_set_stuck (FakeFleet *self, const char *id, gboolean stuck)
{
  ((Shard *) g_hash_table_lookup (self->shards, id))->stuck = stuck;
}

void
fake_fleet_set_frozen (FakeFleet *self, gboolean frozen)
{
  self->frozen = frozen;
}

gboolean
fake_fleet_takes_work (FakeFleet *self, const char *id, const char *tenant)
{
  Tenant *one = g_hash_table_lookup (((Shard *) g_hash_table_lookup (self->shards, id))->tenants, tenant);

  return one && one->accepting;
}

guint
fake_fleet_get_n_told (FakeFleet *self, const char *id, const char *verb, const char *tenant)
{
  g_autofree char *key = g_strdup_printf ("%s %s %s", id, verb, tenant ? tenant : "");

  return GPOINTER_TO_UINT (g_hash_table_lookup (self->told, key));
}

guint
fake_fleet_get_n_puts (FakeFleet *self, const char *bucket)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->puts, bucket));
}

void
fake_fleet_put (FakeFleet *self, const char *bucket, const char *key, const char *value)
{
  g_autofree char *path = g_strdup_printf ("%s/%s", bucket, key);

  put (self, path, value);
}

static gboolean
is_lease (gpointer path, gpointer entry, gpointer data)
{
  return g_str_has_prefix (path, "JOB_LEASES/");
}

void
fake_fleet_expire_leases (FakeFleet *self)
{
  g_hash_table_foreach_remove (self->entries, is_lease, NULL);
}

guint
fake_fleet_get_n_leases (FakeFleet *self)
{
  GHashTableIter iter;
  gpointer path, entry;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &path, &entry))
    n += is_lease (path, entry, NULL) && !((Entry *) entry)->deleted;
  return n;
}

GPtrArray *
fake_fleet_list_payloads (FakeFleet *self, const char *subject)
{
  GPtrArray *payloads = g_ptr_array_new ();

  for (guint i = 0; i < self->messages->len; i++)
    {
      Message *message = g_ptr_array_index (self->messages, i);

      if (g_str_equal (message->subject, subject))
        g_ptr_array_add (payloads, message->payload);
    }
  return payloads;
}
