/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-driver-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-decode.h"
#include "qd-io.h"
#include "qd-json.h"
#include "qd-metric.h"
#include "qd-nats-commands.h"
#include "qd-nats-monitor.h"
#include "qd-nats-replay.h"
#include "qd-nats.h"

#define PATIENCE_MS 2000
#define MAX_KV_VALUE (1024 * 1024)
#define PATHS "fleet.metrics.path.>"
#define NODES "fleet.metrics.node.>"
#define EVENTS "fleet.events.>"
/* What else can be wrong. */
#define MISSED "missed"
#define MONITORING "monitoring"

static const char *const buckets[] = { "AGGREGATE_PLACEMENT", "RUNNER_PLACEMENT", "PROJECTION_PLACEMENT",
                                       "CONFIG",              "DEFINITIONS",      "JOB_LEASES" };

/* What the threads of one connection share. Reference counted, atomic. */
typedef struct {
  gatomicrefcount refs;
  QdOutlet *outlet;
  const char *feeds;        /* interned: whose entities the live subjects are about */
  gint generation;          /* grows with each time the connection comes to life; atomic */
  gint dropped;             /* messages that the client library lost; atomic */
  QdNatsReplay *replay;     /* gives events that were missed; it borrows us, and is silent once the connection ends */

  GMutex lock;              /* the rest; held while the state is told, so that the last word is the last */
  gint waiting;             /* buckets, monitoring and probe that have not told their first yet */
  gboolean connected;
  gboolean monitored;       /* the monitoring has told its first */
  gboolean probed;          /* the probe has */
  char **features;          /* what the account may do, beside hearing */
  GHashTable *problems;     /* subject or other word → what is wrong with it */
} Shared;

/* One watched bucket; on the thread of its watch. */
typedef struct {
  Shared *shared;
  gint generation;
  gboolean told;            /* the initial values, or that there are none */
  GHashTable *seen;         /* keys told since the connection came to life */
  GHashTable *known;        /* keys that are in the model */
} Bucket;

#define QD_TYPE_NATS_DRIVER (qd_nats_driver_get_type ())
G_DECLARE_FINAL_TYPE (QdNatsDriver, qd_nats_driver, QD, NATS_DRIVER, QdDriver)

struct _QdNatsDriver {
  QdDriver parent_instance;
  QdNats *nats;
  QdNatsMonitor *monitor;
  QdHttp *monitor_http;
};

G_DEFINE_FINAL_TYPE (QdNatsDriver, qd_nats_driver, QD_TYPE_DRIVER)

static Shared *
shared_ref (Shared *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
shared_unref (gpointer data)
{
  Shared *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->replay, qd_nats_replay_unref);
  qd_outlet_unref (self->outlet);
  g_hash_table_unref (self->problems);
  g_strfreev (self->features);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* What is refused for good comes first. */
static const char *
first_problem (Shared *self)
{
  static const char *const order[] = { PATHS, NODES, EVENTS, MISSED, MONITORING };
  const char *problem = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (order) && problem == NULL; i++)
    problem = g_hash_table_lookup (self->problems, order[i]);
  return problem;
}

/* Live is who has told all that there was to begin with; it says what is missing all the same. */
static void
update_live (Shared *self)
{
  if (self->connected && self->waiting <= 0)
    qd_outlet_state (self->outlet, "live", first_problem (self));
}

static void
has_told (Shared *self)
{
  g_mutex_lock (&self->lock);
  self->waiting--;
  update_live (self);
  g_mutex_unlock (&self->lock);
}

/* @problem: or NULL, when it is over. */
static void
set_problem (Shared *self, const char *what, const char *problem)
{
  g_mutex_lock (&self->lock);
  if (problem)
    g_hash_table_replace (self->problems, g_strdup (what), g_strdup (problem));
  else
    g_hash_table_remove (self->problems, what);
  update_live (self);
  g_mutex_unlock (&self->lock);
}

static void
monitored_cb (const char *problem, gpointer data)
{
  Shared *self = data;
  gboolean first;

  set_problem (self, MONITORING, problem);
  g_mutex_lock (&self->lock);
  first = !self->monitored;
  self->monitored = TRUE;
  g_mutex_unlock (&self->lock);
  if (first)
    has_told (self);
  if (problem == NULL && qd_outlet_is_live (self->outlet))
    qd_outlet_fresh (self->outlet);
}

/* A server that is slow to tell its buckets has its subjects live all the same. */
static gboolean
patience_cb (gpointer data)
{
  Shared *self = data;

  g_mutex_lock (&self->lock);
  self->waiting = MIN (self->waiting, 0);
  update_live (self);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

/* --- Subjects ------------------------------------------------------------------------------------ */

/* The id is all that follows the prefix; what a subject cannot hold is percent-escaped in it. */
static void
take_metric (Shared *self, QdKind kind, const char *tail, const char *payload, gsize length)
{
  g_autofree char *id = strchr (tail, '%') ? g_uri_unescape_string (tail, NULL) : NULL;

  if (id == NULL && strlen (tail) > QD_DECODE_MAX_ID)
    return;
  qd_metric_take (self->outlet, self->feeds, kind, id ? id : tail, payload, length);
}

static void
note_dropped (Shared *self, guint64 dropped)
{
  if (dropped > 0 && g_atomic_int_add (&self->dropped, (gint) MIN (dropped, 1u << 20)) == 0)
    g_message ("NATS: %" G_GUINT64_FORMAT " messages came faster than they could be taken", dropped);
}

/* Of metrics the next sample makes good what was dropped. */
static void
path_cb (const char *subject, const char *reply, const char *payload, gsize length, guint64 dropped, gpointer data)
{
  note_dropped (data, dropped);
  if (subject)
    take_metric (data, QD_KIND_PATH, subject + strlen ("fleet.metrics.path."), payload, length);
}

static void
node_cb (const char *subject, const char *reply, const char *payload, gsize length, guint64 dropped, gpointer data)
{
  note_dropped (data, dropped);
  if (subject)
    take_metric (data, QD_KIND_NODE, subject + strlen ("fleet.metrics.node."), payload, length);
}

static void
take_event (const char *subject, const char *payload, gsize length, gpointer data)
{
  Shared *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = qd_json_parse (payload, (gssize) length, subject, &error);
  JsonObject *object = node ? qd_json_object (node) : NULL;
  QdDelta *delta;

  if (object == NULL)
    {
      g_message ("NATS %s: %s", subject, error ? error->message : "not an object");
      return;
    }
  delta = qd_decode (self->feeds, QD_KIND_EVENT, object, QD_DELTA_UPSERT);
  if (delta)
    qd_outlet_send (self->outlet, delta);
}

static void
event_cb (const char *subject, const char *reply, const char *payload, gsize length, guint64 dropped, gpointer data)
{
  Shared *self = data;

  note_dropped (self, dropped);
  if (dropped > 0)
    qd_nats_replay_missed (self->replay);
  if (subject)
    take_event (subject, payload, length, data);
}

/* Events that are gone for good are said to be. */
static void
replayed_cb (const GError *error, gpointer data)
{
  g_autofree char *text = error ? g_strdup_printf (_("Some events were missed: %s"), error->message) : NULL;

  set_problem (data, MISSED, text);
}

/* --- Buckets --------------------------------------------------------------------------------------- */

static Bucket *
bucket_new (Shared *shared)
{
  Bucket *self = g_new0 (Bucket, 1);

  self->shared = shared_ref (shared);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

static void
bucket_free (gpointer data)
{
  Bucket *self = data;

  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->known);
  shared_unref (self->shared);
  g_free (self);
}

static void
remove_entry (Bucket *self, const char *id)
{
  qd_outlet_remove (self->shared->outlet, QD_KIND_KV_ENTRY, id);
}

/* All initial values were told: what is known but was not among them is gone. */
static void
finish_initial (Bucket *self)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (self->seen, id))
      {
        remove_entry (self, id);
        g_hash_table_iter_remove (&iter);
      }
}

static void
put_entry (Bucket *self, const char *id, const char *bucket, const char *key, const char *value, gsize length,
           guint64 revision, gint64 at_us)
{
  QdDelta *delta = qd_delta_new (qd_outlet_get_connection (self->shared->outlet), QD_KIND_KV_ENTRY, id, QD_DELTA_UPSERT);
  g_autofree char *text = g_utf8_make_valid (value ? value : "", MIN (length, MAX_KV_VALUE));
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision);

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (id));
  qd_delta_set (delta, QD_FIELD_REVISION, qd_value_string (number));
  qd_delta_set (delta, QD_KV_BUCKET, qd_value_string (bucket));
  qd_delta_set (delta, QD_KV_KEY, qd_value_string (key));
  qd_delta_set (delta, QD_KV_VALUE, qd_value_string (text));
  qd_delta_set (delta, QD_KV_REVISION, qd_value_int ((gint64) revision));
  qd_delta_set (delta, QD_KV_OPERATION, qd_value_string ("put"));
  if (at_us > 0)
    qd_delta_set (delta, QD_KV_AT, qd_value_time (at_us));
  qd_outlet_send (self->shared->outlet, delta);
}

static void
kv_cb (const char *bucket, const char *key, const char *value, gsize length, guint64 revision,
       QdKvOperation operation, gint64 at_us, const GError *error, gpointer data)
{
  Bucket *self = data;
  gint generation = g_atomic_int_get (&self->shared->generation);
  g_autofree char *id = NULL;

  if ((error || key == NULL) && !self->told)
    {
      self->told = TRUE;
      if (error == NULL)
        finish_initial (self);
      has_told (self->shared);
    }
  if (error)
    {
      /* A server without this bucket, or a user who may not see it: not offered. */
      g_debug ("%s", error->message);
      return;
    }
  if (generation != self->generation)
    {
      self->generation = generation;
      g_hash_table_remove_all (self->seen);
    }
  if (key == NULL)
    {
      finish_initial (self);
      return;
    }
  id = g_strdup_printf ("%s/%s", bucket, key);
  if (operation != QD_KV_PUT)
    {
      remove_entry (self, id);
      g_hash_table_remove (self->known, id);
      g_hash_table_remove (self->seen, id);
      return;
    }
  put_entry (self, id, bucket, key, value, length, revision, at_us);
  g_hash_table_add (self->known, g_strdup (id));
  g_hash_table_add (self->seen, g_steal_pointer (&id));
}

/* --- The connection ------------------------------------------------------------------------------------ */

/* A subject that may not be heard is not offered. */
static char *
make_offers (Shared *self)
{
  g_autoptr (JsonArray) offers = json_array_new ();
  g_autoptr (JsonNode) node = json_node_alloc ();

  g_mutex_lock (&self->lock);
  if (!g_hash_table_contains (self->problems, EVENTS))
    json_array_add_string_element (offers, "events");
  json_array_add_string_element (offers, "kv");
  if (!g_hash_table_contains (self->problems, PATHS) || !g_hash_table_contains (self->problems, NODES))
    json_array_add_string_element (offers, "metrics");
  for (char **feature = self->features; feature && *feature; feature++)
    json_array_add_string_element (offers, *feature);
  g_mutex_unlock (&self->lock);
  json_node_init_array (node, offers);
  return qd_json_to_text (node, FALSE);
}

static void
tell_offers (Shared *self)
{
  QdDelta *delta = qd_outlet_connection_delta (self->outlet);
  g_autofree char *offers = make_offers (self);

  qd_delta_set (delta, QD_CONNECTION_OFFERS, qd_value_json (offers));
  qd_outlet_send (self->outlet, delta);
}

static void
probed_cb (const char *const *features, gpointer data)
{
  Shared *self = data;
  gboolean first;

  g_mutex_lock (&self->lock);
  g_strfreev (self->features);
  self->features = g_strdupv ((char **) features);
  first = !self->probed;
  self->probed = TRUE;
  g_mutex_unlock (&self->lock);
  tell_offers (self);
  if (first)
    has_told (self);
}

static void
become_connected (Shared *self, QdNats *nats)
{
  gboolean first = g_atomic_int_add (&self->generation, 1) == 0;

  g_mutex_lock (&self->lock);
  /* What was not permitted may be now: the server says so again if it is not. */
  g_hash_table_remove (self->problems, PATHS);
  g_hash_table_remove (self->problems, NODES);
  g_hash_table_remove (self->problems, EVENTS);
  self->connected = TRUE;
  g_mutex_unlock (&self->lock);
  tell_offers (self);
  qd_nats_probe (nats, probed_cb, shared_ref (self), shared_unref);
  if (first)
    g_source_unref (qd_io_timeout_add (PATIENCE_MS, patience_cb, shared_ref (self), shared_unref));
  g_mutex_lock (&self->lock);
  update_live (self);
  g_mutex_unlock (&self->lock);
  qd_nats_replay_connected (self->replay);
}

static void
become_lost (Shared *self, const char *state, const char *why)
{
  g_mutex_lock (&self->lock);
  self->connected = FALSE;
  qd_outlet_state (self->outlet, state, why);
  g_mutex_unlock (&self->lock);
}

static void
state_cb (QdNats *nats, QdNatsState state, const GError *error, gpointer data)
{
  Shared *self = data;
  const char *why = error ? error->message : NULL;

  switch (state)
    {
    case QD_NATS_CONNECTING:
      become_lost (self, "connecting", why);
      break;
    case QD_NATS_LIVE:
      become_connected (self, nats);
      break;
    case QD_NATS_RECONNECTING:
      become_lost (self, g_atomic_int_get (&self->generation) > 0 ? "stale" : "connecting", why);
      break;
    case QD_NATS_REFUSED:
      become_lost (self, "refused", why);
      break;
    case QD_NATS_CLOSED:
    default:
      break;
    }
}

/* Of what else is not permitted, whoever asked hears by himself: a bucket that may not be read is not
 * offered. */
static void
problem_cb (QdNats *nats, const char *subject, const GError *error, gpointer data)
{
  static const char *const ours[] = { PATHS, NODES, EVENTS, NULL };

  if (subject == NULL || !g_strv_contains (ours, subject))
    return;
  set_problem (data, subject, error->message);
  tell_offers (data);
}

static Shared *
shared_new (QdNatsDriver *self)
{
  const QdEndpoint *endpoint = qd_driver_get_endpoint (QD_DRIVER (self));
  Shared *shared = g_new0 (Shared, 1);

  g_atomic_ref_count_init (&shared->refs);
  shared->outlet = qd_outlet_ref (qd_driver_get_outlet (QD_DRIVER (self)));
  shared->feeds = g_intern_string (endpoint->feeds ? endpoint->feeds : endpoint->id);
  g_mutex_init (&shared->lock);
  shared->problems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return shared;
}

typedef struct { QdNatsMonitor *monitor; void (*func) (QdNatsMonitor *); } Post;

static gboolean
post_cb (gpointer data)
{
  Post *post = data;

  post->func (post->monitor);
  qd_nats_monitor_unref (post->monitor);
  g_free (post);
  return G_SOURCE_REMOVE;
}

static void
post (QdNatsMonitor *monitor, void (*func) (QdNatsMonitor *))
{
  Post *self = g_new (Post, 1);

  *self = (Post) { qd_nats_monitor_ref (monitor), func };
  qd_io_invoke (post_cb, self, NULL);
}

static void
qd_nats_driver_start (QdDriver *driver)
{
  static const QdNatsEvents events = { state_cb, problem_cb };
  static const QdNatsReplayEvents replay_events = { take_event, replayed_cb };
  QdNatsDriver *self = QD_NATS_DRIVER (driver);
  const QdEndpoint *endpoint = qd_driver_get_endpoint (driver);
  g_autofree char *name = g_strdup_printf ("Quarterdeck %s", endpoint->name ? endpoint->name : "");
  const QdNatsOptions options = {
    .url = endpoint->url, .user = endpoint->user, .password = endpoint->password,
    .token = endpoint->token, .ca_file = endpoint->ca_file, .name = name,
  };
  Shared *shared = shared_new (self);

  shared->waiting = G_N_ELEMENTS (buckets) + 1 + (self->monitor_http ? 1 : 0);
  /* Under the lock, so that no state is told before the rest is there. */
  g_mutex_lock (&shared->lock);
  self->nats = qd_nats_new (&options, &events, shared_ref (shared), shared_unref);
  shared->replay = qd_nats_replay_new (self->nats, EVENTS, &replay_events, shared);
  g_mutex_unlock (&shared->lock);
  qd_nats_subscribe (self->nats, PATHS, path_cb, shared_ref (shared), shared_unref);
  qd_nats_subscribe (self->nats, NODES, node_cb, shared_ref (shared), shared_unref);
  qd_nats_subscribe (self->nats, EVENTS, event_cb, shared_ref (shared), shared_unref);
  for (guint i = 0; i < G_N_ELEMENTS (buckets); i++)
    qd_nats_kv_watch (self->nats, buckets[i], kv_cb, bucket_new (shared), bucket_free);
  if (self->monitor_http)
    {
      self->monitor = qd_nats_monitor_new (qd_driver_get_outlet (driver), self->monitor_http, monitored_cb,
                                           shared_ref (shared), shared_unref);
      post (self->monitor, qd_nats_monitor_start);
    }
  shared_unref (shared);
}

static void
qd_nats_driver_stop (QdDriver *driver)
{
  QdNatsDriver *self = QD_NATS_DRIVER (driver);

  if (self->monitor)
    post (self->monitor, qd_nats_monitor_stop);
  g_clear_pointer (&self->monitor, qd_nats_monitor_unref);
  if (self->nats)
    qd_nats_close (self->nats);
  g_clear_pointer (&self->nats, qd_nats_unref);
}

static void
qd_nats_driver_refresh (QdDriver *driver)
{
  QdNatsDriver *self = QD_NATS_DRIVER (driver);

  if (self->monitor)
    post (self->monitor, qd_nats_monitor_refresh);
}

static void
qd_nats_driver_command (QdDriver *driver, const char *verb, JsonObject *args, GTask *task)
{
  if (qd_nats_command (QD_NATS_DRIVER (driver)->nats, verb, args, task))
    return;
  g_task_return_new_error (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED,
                           _("%s is a NATS connection: it does not offer “%s”"),
                           qd_driver_get_endpoint (driver)->url, verb);
  g_object_unref (task);
}

static void
qd_nats_driver_finalize (GObject *object)
{
  g_clear_pointer (&QD_NATS_DRIVER (object)->monitor_http, qd_http_unref);
  G_OBJECT_CLASS (qd_nats_driver_parent_class)->finalize (object);
}

static void
qd_nats_driver_class_init (QdNatsDriverClass *klass)
{
  QdDriverClass *driver_class = QD_DRIVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qd_nats_driver_finalize;
  driver_class->start = qd_nats_driver_start;
  driver_class->stop = qd_nats_driver_stop;
  driver_class->refresh = qd_nats_driver_refresh;
  driver_class->command = qd_nats_driver_command;
}

static void
qd_nats_driver_init (QdNatsDriver *self)
{
}

QdDriver *
qd_nats_driver_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error)
{
  g_autoptr (QdHttp) http = NULL;
  QdDriver *self;

  if (endpoint->monitor_url && *endpoint->monitor_url &&
      !(http = qd_driver_make_http (endpoint, endpoint->monitor_url, error)))
    return NULL;
  self = qd_driver_construct (QD_TYPE_NATS_DRIVER, endpoint, sink);
  QD_NATS_DRIVER (self)->monitor_http = g_steal_pointer (&http);
  return self;
}
