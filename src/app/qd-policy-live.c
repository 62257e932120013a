/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-live.h"

#include <string.h>

#include "qd-capability.h"
#include "qd-json.h"
#include "qd-policy-apply.h"

#define VERB "workloads.list"
#define LIST_VERB "policies.list"
/* Workloads come and go with deployments, not with packets. */
#define REFRESH_S 30
/* So often it is kept on the desk that nothing has changed. */
#define KEEP_US (300 * (gint64) G_USEC_PER_SEC)
/* A connection says something all the time; little of that is about this. */
#define PAUSE_MS 200
/* No more than that is kept on the desk. */
#define MAX_KEPT (8u * 1024u * 1024u)

struct _QdPolicyLive {
  GObject parent_instance;

  QdSession *session;
  QdHub *hub;
  gboolean active;
  char *connection, *name;   /* NULL: of nobody */
  GBytes *text;
  gint64 as_of, kept_at;
  gboolean online;
  char *fault;
  GCancellable *asking;      /* of what is on its way; NULL: nothing is */
  gboolean stored;           /* what the desk has of @connection was read, or newer was heard */
  gboolean listing;          /* its policies can be asked for */
  GStrv off;                 /* those that it has switched off; NULL: not heard of yet */
  gint64 policies_at;        /* QD_CONNECTION_POLICIES */
  gint64 off_at;             /* the same, when @off was asked for; -1: never */
  gboolean off_failed;       /* and there was no answer */
  GCancellable *asking_off;  /* NULL: that is not on its way */
  guint refresh_id, update_id;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (QdPolicyLive, qd_policy_live, G_TYPE_OBJECT)

static void
tell (QdPolicyLive *self)
{
  g_signal_emit (self, changed_signal, 0);
}

/* --- Kept on the desk ------------------------------------------------------------------------------ */

typedef struct { char *connection; GBytes *text; GStrv off; gint64 as_of; } Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_free (kept->connection);
  g_clear_pointer (&kept->text, g_bytes_unref);
  g_strfreev (kept->off);
  g_free (kept);
}

static void
pack_off (JsonObject *object, const char *const *off)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; off[i]; i++)
    json_array_add_string_element (array, off[i]);
  json_object_set_array_member (object, "off", array);
}

/* {"as_of_us":…,"text":"…","off":["…"]}, as text; large, so not on the main thread. */
static void
pack (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Kept *kept = data;
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = kept->text ? g_strndup (g_bytes_get_data (kept->text, NULL), g_bytes_get_size (kept->text)) : NULL;

  json_object_set_int_member (object, "as_of_us", kept->as_of);
  if (text)
    json_object_set_string_member (object, "text", text);
  if (kept->off)
    pack_off (object, (const char *const *) kept->off);
  g_task_return_pointer (task, qd_json_to_text (node, FALSE), g_free);
}

static void
packed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdPolicyLive *self = QD_POLICY_LIVE (source);
  const Kept *kept = g_task_get_task_data (G_TASK (result));
  g_autofree char *json = g_task_propagate_pointer (G_TASK (result), NULL), *key = qd_hub_dup_workloads_name (kept->connection);
  QdStore *store = self->hub ? qd_hub_get_store (self->hub) : NULL;

  /* Of a connection that was removed meanwhile nothing is kept. */
  if (store && json && qd_hub_get_driver (self->hub, kept->connection))
    qd_store_set_async (store, key, json, NULL, NULL);
}

static void
keep (QdPolicyLive *self)
{
  g_autoptr (GTask) task = NULL;
  Kept *kept;

  if (qd_hub_get_store (self->hub) == NULL || (self->text && g_bytes_get_size (self->text) > MAX_KEPT))
    return;
  self->kept_at = self->as_of;
  kept = g_new0 (Kept, 1);
  kept->connection = g_strdup (self->connection);
  kept->text = self->text ? g_bytes_ref (self->text) : NULL;
  kept->off = g_strdupv (self->off);
  kept->as_of = self->as_of;
  task = g_task_new (self, NULL, packed_cb, NULL);
  g_task_set_task_data (task, kept, kept_free);
  g_task_run_in_thread (task, pack);
}

/* NULL: nothing is known. */
static GStrv
unpack_off (JsonObject *object)
{
  JsonArray *array = qd_json_get_array (object, "off");
  g_autoptr (GStrvBuilder) off = g_strv_builder_new ();

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonNode *key = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (key) && json_node_get_value_type (key) == G_TYPE_STRING)
        g_strv_builder_add (off, json_node_get_string (key));
    }
  return array ? g_strv_builder_end (off) : NULL;
}

static void
unpack (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (JsonNode) node = qd_json_parse (data, -1, "workloads", NULL);
  JsonObject *object = qd_json_object (node);
  const char *text = object ? qd_json_get_string (object, "text", NULL) : NULL;
  GStrv off = object ? unpack_off (object) : NULL;
  Kept *kept;

  if (text == NULL && off == NULL)
    {
      g_task_return_pointer (task, NULL, NULL);
      return;
    }
  kept = g_new0 (Kept, 1);
  qd_json_get_int (object, "as_of_us", &kept->as_of);
  kept->text = text ? g_bytes_new (text, strlen (text)) : NULL;
  kept->off = off;
  g_task_return_pointer (task, kept, kept_free);
}

/* @data: whose it is */
static void
unpacked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdPolicyLive *self = QD_POLICY_LIVE (source);
  g_autofree char *connection = data;
  Kept *kept = g_task_propagate_pointer (G_TASK (result), NULL);

  /* What the server said meanwhile is newer. */
  if (kept && g_strcmp0 (self->connection, connection) == 0)
    {
      if (self->text == NULL && kept->text)
        {
          self->text = g_bytes_ref (kept->text);
          self->as_of = kept->as_of;
        }
      if (self->off == NULL)
        self->off = g_steal_pointer (&kept->off);
      tell (self);
    }
  g_clear_pointer (&kept, kept_free);
}

typedef struct { QdPolicyLive *self; char *connection; } Getting;

static void
got_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Getting *getting = data;
  g_autoptr (QdPolicyLive) self = getting->self;
  g_autofree char *connection = getting->connection;
  char *json = qd_store_get_finish (QD_STORE (source), result, NULL);
  g_autoptr (GTask) task = NULL;

  g_free (getting);
  if (json == NULL || self->session == NULL)
    {
      g_free (json);
      return;
    }
  task = g_task_new (self, NULL, unpacked_cb, g_steal_pointer (&connection));
  g_task_set_task_data (task, json, g_free);
  g_task_run_in_thread (task, unpack);
}

static void
read_kept (QdPolicyLive *self)
{
  QdStore *store = qd_hub_get_store (self->hub);
  g_autofree char *key = qd_hub_dup_workloads_name (self->connection);
  Getting *getting;

  if (store == NULL || self->stored)
    return;
  self->stored = TRUE;
  getting = g_new (Getting, 1);
  *getting = (Getting) { g_object_ref (self), g_strdup (self->connection) };
  qd_store_get_async (store, key, got_cb, getting);
}

/* --- Asking ----------------------------------------------------------------------------------------- */

static void
take_text (QdPolicyLive *self, GBytes *text, const GError *error)
{
  gboolean same = text && self->text && g_bytes_equal (self->text, text);

  g_clear_object (&self->asking);
  g_set_str (&self->fault, error ? error->message : NULL);
  if (text)
    {
      self->as_of = g_get_real_time ();
      self->stored = TRUE;
      if (!same)
        {
          g_clear_pointer (&self->text, g_bytes_unref);
          self->text = g_bytes_ref (text);
        }
      if (!same || self->as_of - self->kept_at > KEEP_US)
        keep (self);
    }
  tell (self);
}

static void
heard_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyLive) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = qd_policy_workloads_finish (QD_HUB (source), result, &error);

  /* It was let go of: of another connection, or there is no window any more. */
  if (self->asking && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    take_text (self, text, error);
}

static void
stop (GCancellable **asking)
{
  if (*asking)
    g_cancellable_cancel (*asking);
  g_clear_object (asking);
}

static void
ask (QdPolicyLive *self)
{
  if (!self->active || !self->online || self->asking)
    return;
  self->asking = g_cancellable_new ();
  qd_policy_workloads_async (self->hub, self->connection, self->asking, heard_cb, g_object_ref (self));
}

static void
take_off (QdPolicyLive *self, GStrv off)
{
  gboolean same = self->off && g_strv_equal ((const char *const *) self->off, (const char *const *) off);

  g_strfreev (self->off);
  self->off = off;
  if (same)
    return;
  self->stored = TRUE;
  keep (self);
  tell (self);
}

static void
off_heard_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyLive) self = data;
  g_autoptr (GError) error = NULL;
  GStrv off = qd_policy_off_finish (QD_HUB (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->asking_off != g_task_get_cancellable (G_TASK (result)))
    {
      g_strfreev (off);
      return;
    }
  g_clear_object (&self->asking_off);
  if (off)
    {
      take_off (self, off);
      return;
    }
  /* What was known before stands, and after a while it is asked again. */
  self->off_failed = TRUE;
  g_message ("Which policies %s has switched off could not be asked: %s", self->connection, error->message);
}

/* The server says that its policies are others than those that were asked about. */
static void
ask_off (QdPolicyLive *self)
{
  if (!self->active || !self->listing || self->off_at == self->policies_at)
    return;
  stop (&self->asking_off);
  self->off_at = self->policies_at;
  self->off_failed = FALSE;
  self->asking_off = g_cancellable_new ();
  qd_policy_off_async (self->hub, self->connection, self->asking_off, off_heard_cb, g_object_ref (self));
}


static gboolean
refresh_cb (gpointer data)
{
  QdPolicyLive *self = data;

  ask (self);
  if (self->off_failed)
    self->off_at = -1;
  ask_off (self);
  return G_SOURCE_CONTINUE;
}

/* --- Whose ------------------------------------------------------------------------------------------- */

/* The first that may have said something while it was there: what NATS carries are no workloads. */
static const char *
find_absent (QdPolicyLive *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_CONNECTION);

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      QdEntity *connection = qd_entity_list_peek (list, i);

      if (!qd_entity_is_paper (connection) && g_strcmp0 (qd_entity_get_string (connection, QD_CONNECTION_DRIVER), "nats") != 0)
        return qd_entity_get_id (connection);
    }
  return NULL;
}

/* One that is not there now may have been: its last copy says so. */
static const char *
find_connection (QdPolicyLive *self, gboolean *online)
{
  QdFleet *fleet = qd_session_get_fleet (self->session);
  const char *found = qd_session_find_connection (self->session, VERB);

  if (found == NULL)
    found = qd_session_find_connection (self->session, LIST_VERB);
  *online = found && qd_capability_allowed (fleet, found, VERB, NULL);
  if (found == NULL)
    found = self->text && qd_fleet_lookup (fleet, self->connection, QD_KIND_CONNECTION, self->connection) ? self->connection : find_absent (self);
  return found && !qd_connection_is_paper (found) ? found : NULL;
}

static void
forget (QdPolicyLive *self)
{
  stop (&self->asking);
  stop (&self->asking_off);
  g_clear_pointer (&self->text, g_bytes_unref);
  g_clear_pointer (&self->off, g_strfreev);
  g_clear_pointer (&self->fault, g_free);
  self->as_of = self->kept_at = 0;
  self->policies_at = 0;
  self->off_at = -1;
  self->off_failed = FALSE;
  self->stored = FALSE;
}

static void
update (QdPolicyLive *self)
{
  gboolean online, was = self->online, was_listing = self->listing, changed;
  const char *connection = find_connection (self, &online);
  QdEntity *entity = connection ? qd_fleet_lookup (qd_session_get_fleet (self->session), connection, QD_KIND_CONNECTION, connection) : NULL;

  changed = g_set_str (&self->connection, connection);
  if (changed)
    forget (self);
  changed |= g_set_str (&self->name, entity ? qd_entity_get_name (entity) : connection);
  self->online = online;
  self->listing = entity && qd_capability_allowed (qd_session_get_fleet (self->session), connection, LIST_VERB, NULL);
  if (entity)
    qd_entity_get_int (entity, QD_CONNECTION_POLICIES, &self->policies_at);
  if (connection)
    read_kept (self);
  if (changed || online != was || self->listing != was_listing)
    tell (self);
  ask_off (self);
  /* It may be another one than when it was gone. */
  if (online && (changed || !was))
    ask (self);
}

static gboolean
update_cb (gpointer data)
{
  QdPolicyLive *self = data;

  self->update_id = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

static void
update_soon (QdPolicyLive *self)
{
  if (self->update_id == 0)
    self->update_id = g_timeout_add (PAUSE_MS, update_cb, self);
}

/* --- The object -------------------------------------------------------------------------------------- */

static void
qd_policy_live_dispose (GObject *object)
{
  QdPolicyLive *self = QD_POLICY_LIVE (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_handle_id (&self->update_id, g_source_remove);
  forget (self);
  g_clear_object (&self->session);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (qd_policy_live_parent_class)->dispose (object);
}

static void
qd_policy_live_finalize (GObject *object)
{
  QdPolicyLive *self = QD_POLICY_LIVE (object);

  g_free (self->connection);
  g_free (self->name);
  G_OBJECT_CLASS (qd_policy_live_parent_class)->finalize (object);
}

static void
qd_policy_live_class_init (QdPolicyLiveClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_live_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_policy_live_finalize;
  changed_signal = g_signal_new ("changed", QD_TYPE_POLICY_LIVE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_policy_live_init (QdPolicyLive *self)
{
}

QdPolicyLive *
qd_policy_live_new (QdSession *session)
{
  QdPolicyLive *self = g_object_new (QD_TYPE_POLICY_LIVE, NULL);
  QdEntityList *connections = qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_CONNECTION);

  self->session = g_object_ref (session);
  self->hub = g_object_ref (qd_session_get_hub (session));
  g_signal_connect_object (session, "notify::connection", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (update_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-updated", G_CALLBACK (update_soon), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}

void
qd_policy_live_set_active (QdPolicyLive *self, gboolean active)
{
  if (self->active == active)
    return;
  self->active = active;
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (!active)
    return;
  self->refresh_id = g_timeout_add_seconds (REFRESH_S, refresh_cb, self);
  ask (self);
  ask_off (self);
}

const char *
qd_policy_live_get_connection (QdPolicyLive *self)
{
  return self->connection;
}

const char *
qd_policy_live_get_name (QdPolicyLive *self)
{
  return self->connection ? self->name : NULL;
}

GBytes *
qd_policy_live_get_text (QdPolicyLive *self)
{
  return self->text;
}

const char *const *
qd_policy_live_get_off (QdPolicyLive *self)
{
  return (const char *const *) self->off;
}

gboolean
qd_policy_live_is_silent (QdPolicyLive *self)
{
  return self->listing && !self->online && self->text == NULL;
}

gint64
qd_policy_live_get_as_of (QdPolicyLive *self)
{
  return self->as_of;
}

gboolean
qd_policy_live_is_online (QdPolicyLive *self)
{
  return self->online;
}

const char *
qd_policy_live_get_fault (QdPolicyLive *self)
{
  return self->fault;
}
