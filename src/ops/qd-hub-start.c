/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a hub begins: the saved connections, the last known state, the jobs that were left, and what
 * the keyring has for each connection. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-hub.h"

#include <libdex.h>

#include "qd-credentials.h"
#include "qd-endpoint-json.h"
#include "qd-hub-private.h"
#include "qd-job-desk-private.h"
#include "qd-job.h"

#define MAX_LOCAL_JOBS 200
#define KEYRING_PATIENCE_MS 3000
#define FRAME_MS 30

/* Looking up what one saved connection signs in with. */
typedef struct {
  QdHub *hub;
  QdEndpoint *endpoint;
  guint timer;
  guint purpose;
} Lookup;

static const char *const purposes[] = { "password", "api-key" };

static void look_up_next (Lookup *lookup);

static void
lookup_free (Lookup *lookup)
{
  g_clear_handle_id (&lookup->timer, g_source_remove);
  g_object_unref (lookup->hub);
  qd_endpoint_free (lookup->endpoint);
  g_free (lookup);
}

/* TRUE while the connection is still the one that the lookup is for. */
static gboolean
still_wanted (Lookup *lookup)
{
  QdHubConnection *connection = qd_hub_find_connection (lookup->hub, lookup->endpoint->id);

  return !lookup->hub->stopped && connection && connection->saved &&
         connection->endpoint->password == NULL && connection->endpoint->token == NULL;
}

/* The keyring may be waiting for its own password: meanwhile the connection says what it lacks. */
static gboolean
patience_cb (gpointer user_data)
{
  Lookup *lookup = user_data;

  lookup->timer = 0;
  if (still_wanted (lookup))
    qd_hub_start_driver (lookup->hub, qd_hub_find_connection (lookup->hub, lookup->endpoint->id));
  return G_SOURCE_REMOVE;
}

static void
lookups_done (Lookup *lookup)
{
  g_autoptr (GError) error = NULL;
  QdDriver *driver;

  if (!still_wanted (lookup))
    ;
  else if (lookup->endpoint->password == NULL && lookup->endpoint->token == NULL)
    qd_hub_start_driver (lookup->hub, qd_hub_find_connection (lookup->hub, lookup->endpoint->id));
  else if ((driver = qd_driver_new_for_endpoint (lookup->endpoint, &lookup->hub->sink, &error)))
    qd_hub_put (lookup->hub, lookup->endpoint, driver, TRUE);
  else
    g_warning ("Connection “%s”: %s", lookup->endpoint->name, error->message);
  lookup_free (lookup);
}

static void
lookup_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Lookup *lookup = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdCredential) credential = qd_credentials_lookup_finish (result, &error);

  if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_message ("The keyring does not give the secret of “%s”: %s", lookup->endpoint->name, error->message);
  if (credential && lookup->purpose == 0)
    {
      lookup->endpoint->password = g_strdup (credential->secret);
      if (credential->user && *credential->user)
        g_set_str (&lookup->endpoint->user, credential->user);
    }
  else if (credential)
    lookup->endpoint->token = g_strdup (credential->secret);
  lookup->purpose++;
  look_up_next (lookup);
}

static void
look_up_next (Lookup *lookup)
{
  if (lookup->purpose < G_N_ELEMENTS (purposes))
    qd_credentials_lookup (lookup->endpoint->id, purposes[lookup->purpose], lookup->hub->cancellable, lookup_cb, lookup);
  else
    lookups_done (lookup);
}

static void
look_up_secrets (QdHub *self, const QdEndpoint *endpoint)
{
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->hub = g_object_ref (self);
  lookup->endpoint = qd_endpoint_copy (endpoint);
  lookup->timer = g_timeout_add (KEYRING_PATIENCE_MS, patience_cb, lookup);
  look_up_next (lookup);
}

static void
get_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GError *error = NULL;
  char *text = qd_store_get_finish (QD_STORE (source), result, &error);

  if (error)
    dex_promise_reject (promise, error);
  else
    dex_promise_resolve_string (promise, text);
}

/* The saved connections take their places; one that was added meanwhile by hand stays. */
static void
await_connections (QdHub *self, GError **error)
{
  DexPromise *promise = dex_promise_new ();
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) endpoints = NULL;
  guint n_unreadable;

  qd_store_get_async (self->store, QD_HUB_CONNECTIONS, get_cb, dex_ref (promise));
  text = dex_await_string (DEX_FUTURE (promise), error);
  endpoints = qd_endpoints_from_json (text, &n_unreadable);
  if (n_unreadable > 0)
    g_message ("%u saved connections cannot be read and are left out", n_unreadable);
  for (guint i = 0; i < endpoints->len; i++)
    {
      QdEndpoint *endpoint = g_ptr_array_index (endpoints, i);
      g_autoptr (GError) cause = NULL;
      QdDriver *driver;

      if (qd_hub_find_connection (self, endpoint->id))
        continue;
      driver = qd_driver_new_for_endpoint (endpoint, &self->sink, &cause);
      if (driver)
        qd_hub_put (self, endpoint, driver, TRUE);
      else
        g_message ("Saved connection “%s” is left out: %s", endpoint->name, cause->message);
    }
}

static void
push_loaded (gpointer data, QdDelta *delta)
{
  qd_drain_push (data, delta);
}

static void
load_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GError *error = NULL;

  if (qd_store_load_finish (QD_STORE (source), result, NULL, NULL, &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    dex_promise_reject (promise, error);
}

/* Reading begins before anything else does, so that it goes on beside the building of a window. */
static DexFuture *
begin_last_state (QdHub *self)
{
  DexPromise *promise = dex_promise_new ();

  qd_store_load_async (self->store, push_loaded, self->drain, self->cancellable, load_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

/* What is kept of connections that are configured no more is not shown any more. */
static void
forget_strangers (QdHub *self)
{
  QdEntityList *list = qd_fleet_get_list (self->fleet, QD_KIND_CONNECTION);
  g_autoptr (GPtrArray) strangers = g_ptr_array_new ();

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      const char *id = qd_entity_get_connection (qd_entity_list_peek (list, i));

      if (qd_hub_find_connection (self, id) == NULL)
        g_ptr_array_add (strangers, (char *) id);
    }
  for (guint i = 0; i < strangers->len; i++)
    qd_fleet_forget_connection (self->fleet, g_ptr_array_index (strangers, i));
}

static void
unfinished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GError *error = NULL;
  GPtrArray *entries = qd_store_unfinished_finish (QD_STORE (source), result, &error);

  if (entries)
    dex_promise_resolve_boxed (promise, G_TYPE_PTR_ARRAY, entries);
  else
    dex_promise_reject (promise, error);
}

void
qd_hub_take_up_job (QdHub *self, GPtrArray *entries)
{
  QdJob *job = qd_job_new_resumed (self, entries);

  if (job)
    {
      g_hash_table_insert (self->jobs, g_strdup (qd_job_get_id (job)), job);
      qd_job_start (job);
    }
  else
    qd_job_tell_interrupted (self, entries);
}

static void
take_up_jobs (QdHub *self, GPtrArray *entries)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();

  for (guint i = 0; i < entries->len; i++)
    {
      QdJournalEntry *entry = g_ptr_array_index (entries, i);
      QdJournalEntry *next = i + 1 < entries->len ? g_ptr_array_index (entries, i + 1) : NULL;

      g_ptr_array_add (one, entry);
      if (next && g_str_equal (next->job, entry->job))
        continue;
      /* What another program works on is looked after while it does (qd-job-desk.h). */
      if (!qd_job_desk_is_at_work (one))
        qd_hub_take_up_job (self, one);
      g_ptr_array_set_size (one, 0);
    }
}

static void
await_unfinished (QdHub *self, GError **error)
{
  g_autoptr (DexPromise) promise = dex_promise_new ();

  qd_store_unfinished_async (self->store, unfinished_cb, dex_ref (promise));
  if (dex_await (dex_ref (promise), error))
    take_up_jobs (self, g_value_get_boxed (dex_future_get_value (DEX_FUTURE (promise), NULL)));
}

/* Only so many of our own finished jobs are kept. */
static void
trim_local_jobs (QdHub *self)
{
  QdEntityList *list = qd_fleet_get_list (self->fleet, QD_KIND_JOB);
  guint n_local = 0;

  qd_fleet_begin (self->fleet);
  for (guint i = qd_entity_list_get_length (list); i-- > 0;)
    {
      QdEntity *entity = qd_entity_list_peek (list, i);
      g_autoptr (QdDelta) delta = NULL;

      if (!g_str_equal (qd_entity_get_connection (entity), QD_HUB_LOCAL) || ++n_local <= MAX_LOCAL_JOBS ||
          g_hash_table_contains (self->jobs, qd_entity_get_id (entity)))
        continue;
      delta = qd_delta_new (QD_HUB_LOCAL, QD_KIND_JOB, qd_entity_get_id (entity), QD_DELTA_REMOVE);
      qd_fleet_apply (self->fleet, delta);
    }
  qd_fleet_commit (self->fleet);
}

static void
start_drivers (QdHub *self)
{
  g_autoptr (GPtrArray) endpoints = qd_hub_list_endpoints (self);

  for (guint i = 0; i < endpoints->len; i++)
    {
      QdEndpoint *endpoint = g_ptr_array_index (endpoints, i);
      QdHubConnection *connection = qd_hub_find_connection (self, endpoint->id);

      /* Paper has no secrets. */
      if (connection->saved && !qd_connection_is_paper (endpoint->id) && endpoint->password == NULL && endpoint->token == NULL)
        look_up_secrets (self, endpoint);
      else
        qd_hub_start_driver (self, connection);
    }
}

static gboolean
frame_cb (gpointer promise)
{
  dex_promise_resolve_boolean (promise, TRUE);
  return G_SOURCE_REMOVE;
}

/* What is read is painted before anything goes on: a moment, in which a frame that is asked for begins, and then until
 * nothing of more weight is to be done. */
static void
await_frame (void)
{
  DexPromise *promise = dex_promise_new ();

  g_timeout_add_full (G_PRIORITY_LOW, FRAME_MS, frame_cb, dex_ref (promise), dex_unref);
  dex_await (DEX_FUTURE (promise), NULL);
}

static DexFuture *
start_fiber (gpointer data)
{
  GTask *task = data;
  QdHub *self = g_task_get_source_object (task);
  GError *error = NULL;

  await_connections (self, &error);
  /* Of a file that was damaged nothing is left that could be lost. */
  self->read_connections = error == NULL || g_error_matches (error, QD_STORE_ERROR, QD_STORE_ERROR_CORRUPT);
  if (self->save_pending)
    qd_hub_save_connections (self);
  if (error == NULL)
    dex_await (dex_ref (self->last_state), &error);
  dex_clear (&self->last_state);
  qd_drain_flush (self->drain);
  self->loading = FALSE;
  if (!self->stopped)
    {
      qd_store_record (self->store, self->fleet);
      forget_strangers (self);
      g_signal_emit_by_name (self, "loaded");
      await_frame ();
    }
  if (error == NULL && !self->stopped)
    await_unfinished (self, &error);
  if (!self->stopped)
    {
      trim_local_jobs (self);
      start_drivers (self);
      qd_hub_watch_desk (self);
      g_signal_emit_by_name (self, "connections-changed");
    }
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  return dex_future_new_for_boolean (TRUE);
}

/**
 * qd_hub_start_async:
 * @self: the hub
 * @cancellable: (nullable): stops waiting
 * @callback: called on the main context once the last known state is in the fleet
 * @user_data: for @callback
 *
 * Reads the configured connections and the last known state from the store, takes up or tells of
 * the jobs that the run before this one did not end, then starts the drivers, each as soon as the
 * keyring has answered for it. A store that cannot be read is an error, but the hub runs.
 */
void
qd_hub_start_async (QdHub *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, qd_hub_start_async);
  if (self->store == NULL || self->started)
    {
      self->started = TRUE;
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  self->started = TRUE;
  self->loading = TRUE;
  self->last_state = begin_last_state (self);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, start_fiber, task, g_object_unref));
}

gboolean
qd_hub_start_finish (QdHub *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
qd_hub_is_loading (QdHub *self)
{
  return self->loading;
}
