/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-hub.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <libdex.h>

#include "qd-audit-facts.h"
#include "qd-audit-private.h"
#include "qd-capability.h"
#include "qd-credentials.h"
#include "qd-endpoint-json.h"
#include "qd-hub-private.h"
#include "qd-job.h"
#include "qd-json.h"

#define MAX_UNLOCK_MINUTES 480

enum { CONNECTIONS_CHANGED, JOB_FINISHED, PASSWORD_NEEDED, LOADED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdHub, qd_hub, G_TYPE_OBJECT)

/* --- Connections ----------------------------------------------------------------------------- */

static void
connection_free (gpointer data)
{
  QdHubConnection *connection = data;

  g_clear_handle_id (&connection->lock_timer, g_source_remove);
  if (connection->driver)
    qd_driver_stop (connection->driver);
  g_clear_object (&connection->driver);
  g_clear_pointer (&connection->endpoint, qd_endpoint_free);
  g_free (connection);
}

QdHubConnection *
qd_hub_find_connection (QdHub *self, const char *id)
{
  return id ? g_hash_table_lookup (self->connections, id) : NULL;
}

void
qd_hub_start_driver (QdHub *self, QdHubConnection *connection)
{
  if (!self->stopped && (self->store == NULL || (self->started && !self->loading)))
    qd_driver_start (connection->driver);
}

void
qd_hub_put (QdHub *self, const QdEndpoint *endpoint, QdDriver *driver, gboolean saved)
{
  QdHubConnection *connection = g_new0 (QdHubConnection, 1);

  connection->hub = self;
  connection->endpoint = qd_endpoint_copy (endpoint);
  connection->driver = driver;
  connection->saved = saved;
  /* The old one of that id is stopped first, so that its last words do not come after the new one's. */
  g_hash_table_remove (self->connections, endpoint->id);
  g_hash_table_insert (self->connections, (char *) g_intern_string (endpoint->id), connection);
  qd_hub_start_driver (self, connection);
  g_signal_emit (self, signals[CONNECTIONS_CHANGED], 0);
}

void
qd_hub_adopt (QdHub *self, const QdEndpoint *endpoint, QdDriver *driver)
{
  qd_hub_put (self, endpoint, driver, FALSE);
}

const QdSink *
qd_hub_get_sink (QdHub *self)
{
  return &self->sink;
}

const char *
qd_hub_get_connection_name (QdHub *self, const char *id)
{
  QdHubConnection *connection = qd_hub_find_connection (self, id);

  return connection && connection->endpoint->name ? connection->endpoint->name : id;
}

/* Moves "user:password@" out of an address: what is saved and shown has no secret in it. */
static void
take_userinfo (QdEndpoint *endpoint)
{
  g_auto (GStrv) urls = g_strsplit (endpoint->url ? endpoint->url : "", ",", -1);

  for (guint i = 0; urls[i]; i++)
    {
      g_autoptr (GUri) uri = g_uri_parse (urls[i], G_URI_FLAGS_HAS_PASSWORD, NULL);
      char *bare;

      if (uri == NULL || g_uri_get_userinfo (uri) == NULL)
        continue;
      if (endpoint->user == NULL || *endpoint->user == '\0')
        g_set_str (&endpoint->user, g_uri_get_user (uri));
      if (endpoint->password == NULL)
        endpoint->password = g_strdup (g_uri_get_password (uri));
      bare = g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri),
                         g_uri_get_port (uri), g_uri_get_path (uri), g_uri_get_query (uri), NULL);
      g_free (urls[i]);
      urls[i] = bare;
    }
  g_free (endpoint->url);
  endpoint->url = g_strjoinv (",", urls);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!qd_store_set_finish (QD_STORE (source), result, &error))
    g_message ("The connections are not kept: %s", error->message);
}

void
qd_hub_save_connections (QdHub *self)
{
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  g_autofree char *json = NULL;

  if (self->store == NULL)
    return;
  /* Those that are kept are not known yet: writing now would lose them. */
  if (!self->read_connections)
    {
      self->save_pending = TRUE;
      return;
    }
  all = qd_hub_list_endpoints (self);
  for (guint i = 0; i < all->len; i++)
    {
      QdEndpoint *endpoint = g_ptr_array_index (all, i);

      if (qd_hub_find_connection (self, endpoint->id)->saved)
        g_ptr_array_add (kept, endpoint);
    }
  json = qd_endpoints_to_json (kept);
  qd_store_set_async (self->store, QD_HUB_CONNECTIONS, json, saved_cb, NULL);
}

static void
secret_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!qd_credentials_store_finish (result, &error))
    g_message ("A secret is kept for this session only: %s", error->message);
}

static void
store_secrets (const QdEndpoint *endpoint)
{
  const char *user = endpoint->user ? endpoint->user : "";

  if (endpoint->password)
    qd_credentials_store (endpoint->id, "password", user, endpoint->password, NULL, secret_stored_cb, NULL);
  if (endpoint->token)
    qd_credentials_store (endpoint->id, "api-key", user, endpoint->token, NULL, secret_stored_cb, NULL);
}

/* A connection that is kept is part of how this desk is set up. Its secrets are not. */
static void
tell_connection (QdHub *self, const QdEndpoint *endpoint, const char *what)
{
  g_autoptr (JsonObject) args = json_object_new ();

  json_object_set_string_member (args, "name", endpoint->name ? endpoint->name : "");
  json_object_set_string_member (args, "url", endpoint->url ? endpoint->url : "");
  json_object_set_string_member (args, "driver", endpoint->driver ? endpoint->driver : "");
  json_object_set_string_member (args, "environment", endpoint->environment ? endpoint->environment : "");
  qd_audit_tell (self->audit, endpoint->id, what, args, NULL, "succeeded", NULL);
}

/**
 * qd_hub_add:
 * @self: the hub
 * @endpoint: where it is and how to sign in; copied
 * @save: whether to keep it: the address in the store, the secrets in the keyring
 * @error: a #QdDriverError, for an address or a driver that cannot be
 *
 * Adds a connection, or replaces the one of the same id, and starts it. Returns at once.
 */
gboolean
qd_hub_add (QdHub *self, const QdEndpoint *endpoint, gboolean save, GError **error)
{
  g_autoptr (QdEndpoint) bare = NULL;
  QdDriver *driver;

  g_return_val_if_fail (QD_IS_HUB (self) && endpoint && endpoint->id, FALSE);
  if (g_str_equal (endpoint->id, QD_HUB_LOCAL))
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
                   _("A connection cannot have the id “%s”: choose another"), QD_HUB_LOCAL);
      return FALSE;
    }
  bare = qd_endpoint_copy (endpoint);
  take_userinfo (bare);
  driver = qd_driver_new_for_endpoint (bare, &self->sink, error);
  if (driver == NULL)
    return FALSE;
  qd_hub_put (self, bare, driver, save);
  if (save)
    {
      tell_connection (self, bare, "connection.add");
      qd_hub_save_connections (self);
      store_secrets (bare);
    }
  return TRUE;
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!qd_credentials_clear_finish (result, &error))
    g_message ("A secret may still be in the keyring: %s", error->message);
}

static void
forget_workloads (QdHub *self, const char *id)
{
  g_autofree char *name = qd_hub_dup_workloads_name (id);

  if (self->store)
    qd_store_set_async (self->store, name, NULL, NULL, NULL);
}

/**
 * qd_hub_dup_workloads_name:
 * @connection: a connection
 *
 * Returns: (transfer full): by which name the store keeps the last known workloads of it; they go when the connection is removed
 */
char *
qd_hub_dup_workloads_name (const char *connection)
{
  return g_strconcat ("policy-workloads:", connection, NULL);
}

/**
 * qd_hub_remove:
 * @self: the hub
 * @id: a connection
 *
 * Stops a connection and forgets it, what is known of it and its secrets.
 */
void
qd_hub_remove (QdHub *self, const char *id)
{
  g_autofree char *copy = g_strdup (id);
  gboolean saved;

  g_return_if_fail (QD_IS_HUB (self));
  if (qd_hub_find_connection (self, copy) == NULL)
    return;
  saved = qd_hub_find_connection (self, copy)->saved;
  if (saved)
    tell_connection (self, qd_hub_find_connection (self, copy)->endpoint, "connection.remove");
  /* Room in the queue first, so that the driver's thread is not waiting when it is told to stop. */
  qd_drain_flush (self->drain);
  g_hash_table_remove (self->connections, copy);
  qd_drain_flush (self->drain);
  qd_fleet_forget_connection (self->fleet, copy);
  forget_workloads (self, copy);
  if (saved)
    {
      qd_hub_save_connections (self);
      if (!qd_connection_is_paper (copy))
        qd_credentials_clear (copy, NULL, cleared_cb, NULL);
    }
  g_signal_emit (self, signals[CONNECTIONS_CHANGED], 0);
}

/**
 * qd_hub_rename:
 * @self: the hub
 * @id: a connection
 * @name: what people call it from now on
 *
 * Names a connection anew, without a break in what it does.
 */
void
qd_hub_rename (QdHub *self, const char *id, const char *name)
{
  QdHubConnection *connection = qd_hub_find_connection (self, id);
  QdDelta *delta;

  g_return_if_fail (QD_IS_HUB (self) && name != NULL);
  if (connection == NULL || !g_set_str (&connection->endpoint->name, name))
    return;
  delta = qd_delta_new (id, QD_KIND_CONNECTION, id, QD_DELTA_PATCH);
  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (name));
  qd_hub_apply (self, delta);
  if (connection->saved)
    qd_hub_save_connections (self);
  g_signal_emit (self, signals[CONNECTIONS_CHANGED], 0);
}

QdDriver *
qd_hub_get_driver (QdHub *self, const char *id)
{
  QdHubConnection *connection = qd_hub_find_connection (self, id);

  return connection ? connection->driver : NULL;
}

QdEndpoint *
qd_hub_dup_endpoint (QdHub *self, const char *id)
{
  QdHubConnection *connection = qd_hub_find_connection (self, id);

  return connection ? qd_endpoint_copy (connection->endpoint) : NULL;
}

static int
compare_endpoints (gconstpointer a, gconstpointer b)
{
  const QdEndpoint *one = *(QdEndpoint *const *) a, *two = *(QdEndpoint *const *) b;
  int order = g_utf8_collate (one->name ? one->name : "", two->name ? two->name : "");

  return order ? order : g_strcmp0 (one->id, two->id);
}

GPtrArray *
qd_hub_list_endpoints (QdHub *self)
{
  GPtrArray *endpoints = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (endpoints, ((QdHubConnection *) value)->endpoint);
  g_ptr_array_sort (endpoints, compare_endpoints);
  return endpoints;
}

void
qd_hub_refresh (QdHub *self, const char *id)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (id == NULL || g_str_equal (key, id))
      qd_driver_refresh (((QdHubConnection *) value)->driver);
}

/* --- Production ------------------------------------------------------------------------------ */

static gboolean
lock_cb (gpointer user_data)
{
  QdHubConnection *connection = user_data;

  connection->lock_timer = 0;
  qd_audit_tell (connection->hub->audit, connection->endpoint->id, "connection.lock", NULL, _("The time was up"), "succeeded", NULL);
  g_signal_emit (connection->hub, signals[CONNECTIONS_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

/**
 * qd_hub_unlock:
 * @self: the hub
 * @id: a connection
 * @minutes: for how long, at most eight hours; 0 locks it again
 *
 * Lets changes through to a production connection for a while. It does not outlive the program.
 */
void
qd_hub_unlock (QdHub *self, const char *id, guint minutes)
{
  QdHubConnection *connection = qd_hub_find_connection (self, id);
  g_autoptr (JsonObject) args = json_object_new ();

  if (connection == NULL)
    return;
  if (minutes > 0)
    json_object_set_int_member (args, "minutes", MIN (minutes, MAX_UNLOCK_MINUTES));
  if (minutes > 0 || connection->lock_timer)
    qd_audit_tell (self->audit, id, minutes > 0 ? "connection.unlock" : "connection.lock", args, NULL, "succeeded", NULL);
  g_clear_handle_id (&connection->lock_timer, g_source_remove);
  if (minutes > 0)
    connection->lock_timer = g_timeout_add_seconds (MIN (minutes, MAX_UNLOCK_MINUTES) * 60, lock_cb, connection);
  g_signal_emit (self, signals[CONNECTIONS_CHANGED], 0);
}

/* --- Jobs ------------------------------------------------------------------------------------ */

void
qd_hub_apply (QdHub *self, QdDelta *delta)
{
  qd_fleet_begin (self->fleet);
  qd_fleet_apply (self->fleet, delta);
  qd_fleet_commit (self->fleet);
  qd_delta_unref (delta);
}

void
qd_hub_job_ended (QdHub *self, const char *job_id)
{
  QdEntity *entity = qd_fleet_lookup (self->fleet, QD_HUB_LOCAL, QD_KIND_JOB, job_id);

  if (entity)
    g_signal_emit (self, signals[JOB_FINISHED], 0, entity);
  g_hash_table_remove (self->jobs, job_id);
}

gboolean
qd_hub_can_ask_password (QdHub *self)
{
  return g_signal_has_handler_pending (self, signals[PASSWORD_NEEDED], 0, FALSE);
}

void
qd_hub_ask_password (QdHub *self, const char *job_id, const char *wrong)
{
  QdEntity *entity = qd_fleet_lookup (self->fleet, QD_HUB_LOCAL, QD_KIND_JOB, job_id);

  if (entity)
    g_signal_emit (self, signals[PASSWORD_NEEDED], 0, entity, wrong);
}

void
qd_hub_confirm_job (QdHub *self, const char *job_id, const char *password)
{
  QdJob *job = g_hash_table_lookup (self->jobs, job_id);

  if (job)
    qd_job_confirm (job, password);
}

/* How the job ended is a record of its own. */
static void
tell_cancel (QdHub *self, QdJob *job)
{
  QdAuditFacts facts = { .what = "job.cancel", .outcome = "succeeded", .connection = qd_job_get_connection (job), .on = qd_job_get_id (job) };

  dex_future_disown (qd_audit_note (self->audit, &facts));
}

static void
wake_jobs_cb (QdHub *self)
{
  GHashTableIter iter;
  gpointer job;

  if (g_hash_table_size (self->jobs) == 0)
    return;
  g_hash_table_iter_init (&iter, self->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &job))
    qd_job_wake (job);
}

void
qd_hub_take_job (QdHub *self, QdJob *job)
{
  g_hash_table_insert (self->jobs, g_strdup (qd_job_get_id (job)), job);
  qd_job_start (job);
}

gboolean
qd_hub_is_at (QdHub *self, const char *job_id)
{
  return g_hash_table_contains (self->jobs, job_id);
}

/* Cancelling one of our own jobs is no job. */
static void
cancel_own (QdHub *self, JsonObject *args, GTask *task)
{
  const char *id = args ? qd_json_get_string (args, "id", NULL) : NULL;
  QdJob *job = id ? g_hash_table_lookup (self->jobs, id) : NULL;

  if (job)
    tell_cancel (self, job);
  if (job)
    {
      qd_job_cancel (job);
      g_task_return_pointer (task, json_node_init_object (json_node_alloc (), args), (GDestroyNotify) json_node_unref);
    }
  else
    g_task_return_new_error (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("The job has ended already"));
  g_object_unref (task);
}

/**
 * qd_hub_run:
 * @self: the hub
 * @connection: on which connection
 * @verb: what, from the capability table
 * @args: (nullable): as qd_driver_command_async() wants them; copied
 * @summary: (nullable): what people read: "Remove site HQ"
 * @reason: (nullable): why; needed where the impact is high
 * @cancellable: (nullable): as qd_hub_cancel_job()
 * @callback: called at the end, on the main context
 * @user_data: for @callback
 *
 * Carries out a verb: checks that it can be, journals it, sends it with an idempotency key, follows
 * the server's job to its end and journals that. A verb that changes nothing is only sent.
 *
 * Returns: (transfer full): the job's id; its entity is there when this returns, unless it was refused
 */
char *
qd_hub_run (QdHub *self, const char *connection, const char *verb, JsonObject *args, const char *summary,
            const char *reason, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  const QdCapability *row = qd_capability_get (verb);
  g_autofree char *id = g_uuid_string_random ();
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error;
  QdJob *job;

  g_task_set_source_tag (task, qd_hub_run);
  if (g_strcmp0 (connection, QD_HUB_LOCAL) == 0 && g_strcmp0 (verb, "job.cancel") == 0)
    {
      cancel_own (self, args, task);
      return g_steal_pointer (&id);
    }
  error = qd_hub_object (self, connection, row, verb, args, reason);
  if (error)
    qd_hub_refuse (self, task, connection, verb, args, reason, error);
  else if (row->query)
    qd_hub_ask (self, task, connection, verb, args, reason);
  else
    {
      job = qd_job_new (self, id, connection, row, args, summary, reason, task);
      qd_hub_take_job (self, job);
    }
  return g_steal_pointer (&id);
}

JsonNode *
qd_hub_run_finish (QdHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cancel_told_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_hub_run_finish (QD_HUB (source), result, &error);

  if (answer == NULL)
    g_message ("A job cannot be cancelled: %s", error->message);
}

/* A server's own job, begun by whomever: looked for on every connection. */
static void
cancel_servers_job (QdHub *self, const char *job_id)
{
  QdEntityList *jobs = qd_fleet_get_list (self->fleet, QD_KIND_JOB);

  for (guint i = 0; i < qd_entity_list_get_length (jobs); i++)
    {
      QdEntity *entity = qd_entity_list_peek (jobs, i);
      g_autoptr (JsonObject) args = NULL;
      g_autofree char *id = NULL;

      if (g_strcmp0 (qd_entity_get_id (entity), job_id) != 0 || !qd_hub_find_connection (self, qd_entity_get_connection (entity)))
        continue;
      args = json_object_new ();
      json_object_set_string_member (args, "id", job_id);
      id = qd_hub_run (self, qd_entity_get_connection (entity), "job.cancel", args, NULL, NULL, NULL,
                       cancel_told_cb, NULL);
      return;
    }
}

void
qd_hub_cancel_job (QdHub *self, const char *job_id)
{
  QdJob *job = g_hash_table_lookup (self->jobs, job_id);

  if (job)
    {
      tell_cancel (self, job);
      qd_job_cancel (job);
    }
  else
    cancel_servers_job (self, job_id);
}

/* --- Ending ---------------------------------------------------------------------------------- */

/**
 * qd_hub_stop:
 * @self: the hub
 *
 * Ends everything: jobs are let go (the journal knows them), drivers stopped, the store closed.
 */
void
qd_hub_stop (QdHub *self)
{
  GHashTableIter iter;
  gpointer job;

  if (self->stopped)
    return;
  self->stopped = TRUE;
  g_cancellable_cancel (self->cancellable);
  dex_promise_reject (self->ending, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled")));
  g_hash_table_iter_init (&iter, self->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &job))
    qd_job_abandon (job);
  g_hash_table_remove_all (self->jobs);
  if (self->audit)
    qd_audit_stop (self->audit);
  qd_drain_flush (self->drain);
  qd_drain_close (self->drain);
  g_hash_table_remove_all (self->connections);
  if (self->store)
    qd_store_close (self->store);
}

/* --- The type -------------------------------------------------------------------------------- */

static void
sink_delta (gpointer data, QdDelta *delta)
{
  qd_drain_push (data, delta);
}

static void
qd_hub_dispose (GObject *object)
{
  QdHub *self = QD_HUB (object);

  qd_hub_stop (self);
  G_OBJECT_CLASS (qd_hub_parent_class)->dispose (object);
}

static void
qd_hub_finalize (GObject *object)
{
  QdHub *self = QD_HUB (object);

  g_clear_pointer (&self->connections, g_hash_table_unref);
  g_clear_pointer (&self->jobs, g_hash_table_unref);
  g_clear_pointer (&self->owned, g_hash_table_unref);
  g_clear_pointer (&self->news, g_hash_table_unref);
  g_clear_pointer (&self->told, g_hash_table_unref);
  dex_clear (&self->ending);
  g_free (self->journal);
  g_clear_object (&self->audit);
  g_clear_object (&self->drain);
  g_clear_object (&self->fleet);
  g_clear_object (&self->store);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (qd_hub_parent_class)->finalize (object);
}

static void
qd_hub_class_init (QdHubClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = qd_hub_dispose;
  object_class->finalize = qd_hub_finalize;

  signals[CONNECTIONS_CHANGED] = g_signal_new ("connections-changed", QD_TYPE_HUB, G_SIGNAL_RUN_LAST, 0,
                                               NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[JOB_FINISHED] = g_signal_new ("job-finished", QD_TYPE_HUB, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, QD_TYPE_ENTITY);
  signals[PASSWORD_NEEDED] = g_signal_new ("password-needed", QD_TYPE_HUB, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 2, QD_TYPE_ENTITY, G_TYPE_STRING);
  signals[LOADED] = g_signal_new ("loaded", QD_TYPE_HUB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_hub_init (QdHub *self)
{
  dex_init ();
  self->cancellable = g_cancellable_new ();
  self->connections = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, connection_free);
  self->jobs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) qd_job_unref);
  self->owned = g_hash_table_new (g_str_hash, g_str_equal);
  self->news = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->ending = dex_promise_new ();
  self->fleet = qd_fleet_new ();
  self->drain = qd_drain_new (self->fleet);
  self->sink = (QdSink) { .delta = sink_delta, .data = self->drain };
}

/**
 * qd_hub_new:
 * @store: (nullable): where things are kept; %NULL keeps nothing
 *
 * Returns: (transfer full): a hub without connections. Main thread only.
 */
QdHub *
qd_hub_new (QdStore *store)
{
  QdHub *self = g_object_new (QD_TYPE_HUB, NULL);
  QdEntityList *jobs = qd_fleet_get_list (self->fleet, QD_KIND_JOB);

  g_set_object (&self->store, store);
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (wake_jobs_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (jobs, "items-updated", G_CALLBACK (wake_jobs_cb), self, G_CONNECT_SWAPPED);
  return self;
}

QdFleet *
qd_hub_get_fleet (QdHub *self)
{
  return self->fleet;
}

QdDrain *
qd_hub_get_drain (QdHub *self)
{
  return self->drain;
}

QdStore *
qd_hub_get_store (QdHub *self)
{
  return self->store;
}

/**
 * qd_hub_keep_audit:
 * @self: the hub
 * @path: the journal, which is made when there is something to record
 *
 * From now on each action and refusal is recorded, durably before its outcome is told.
 */
void
qd_hub_keep_audit (QdHub *self, const char *path)
{
  g_return_if_fail (QD_IS_HUB (self) && path != NULL && self->audit == NULL);
  self->audit = qd_audit_new (self, path);
}

QdAudit *
qd_hub_get_audit (QdHub *self)
{
  return self->audit;
}
