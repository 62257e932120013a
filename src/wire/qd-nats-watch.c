/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nats.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "qd-nats-private.h"

/* How soon a watch notices that its connection is another one now, or that it should end. */
#define NEXT_MS 500

/*
 * Each watch has a thread of its own, as natsSubscription_NextMsg() blocks. A kvWatcher would do, but for its end: it asks the server to delete
 * the consumer, which blocks for seconds when the server has just died, by a name that nats.c 3.10 frees on another of its threads when the
 * consumer is made anew meanwhile.
 */
struct _QdNatsWatch
{
  QdNats *nats;                /* held */
  char *bucket;
  QdKvFunc func;
  gpointer data;
  GDestroyNotify destroy;
  GThread *thread;

  /* Under the lock of @nats. */
  gboolean stop;

  /* The thread's. */
  guint told_code;             /* 1 + the code of the error that was told last; 0: none */
};

static void
watch_free (QdNatsWatch *self)
{
  if (self->destroy != NULL)
    self->destroy (self->data);
  qd_nats_drop (self->nats);
  g_free (self->bucket);
  g_free (self);
}

/* --- The thread ---------------------------------------------------------------------------- */

/* Waits for a live connection and takes it for use; NULL when the watch must stop. */
static natsConnection *
acquire (QdNatsWatch *self, guint *generation)
{
  QdNats *nats = self->nats;
  natsConnection *nc = NULL;

  g_mutex_lock (&nats->lock);
  while (!self->stop && !(nats->nc != NULL && nats->live))
    g_cond_wait (&nats->changed, &nats->lock);
  if (!self->stop)
    {
      nc = nats->nc;
      *generation = nats->generation;
      nats->in_use++;
    }
  g_mutex_unlock (&nats->lock);
  return nc;
}

static void
release (QdNats *nats)
{
  g_mutex_lock (&nats->lock);
  nats->in_use--;
  g_cond_broadcast (&nats->changed);
  g_mutex_unlock (&nats->lock);
}

/* Waits before another attempt, or until the connection is another one. */
static void
rest (QdNatsWatch *self, guint generation, guint ms)
{
  QdNats *nats = self->nats;
  gint64 until = g_get_monotonic_time () + ms * (gint64) 1000;

  g_mutex_lock (&nats->lock);
  while (!self->stop && nats->generation == generation &&
         g_cond_wait_until (&nats->changed, &nats->lock, until))
    ;
  g_mutex_unlock (&nats->lock);
}

static gboolean
is_current (QdNatsWatch *self, guint generation)
{
  gboolean current;

  g_mutex_lock (&self->nats->lock);
  current = !self->stop && self->nats->generation == generation;
  g_mutex_unlock (&self->nats->lock);
  return current;
}

/* That what was there is told. */
static void
deliver_synced (QdNatsWatch *self)
{
  self->func (self->bucket, NULL, NULL, 0, 0, QD_KV_PUT, 0, NULL, self->data);
}

/* One revision of one key; @prefix is what subjects of the bucket begin with. Returns how many of what was there are still to come, or -1. */
static gint64
deliver (QdNatsWatch *self, natsMsg *message, const char *prefix)
{
  QdKvOperation operation = QD_KV_PUT;
  const char *subject = natsMsg_GetSubject (message), *what = NULL;
  jsMsgMetaData *meta = NULL;
  gint64 pending;

  if (!g_str_has_prefix (subject, prefix) || natsMsg_GetMetaData (&meta, message) != NATS_OK)
    return -1;
  if (natsMsgHeader_Get (message, "KV-Operation", &what) == NATS_OK && g_strcmp0 (what, "DEL") == 0)
    operation = QD_KV_DELETE;
  else if (g_strcmp0 (what, "PURGE") == 0)
    operation = QD_KV_PURGE;
  self->func (self->bucket, subject + strlen (prefix), natsMsg_GetData (message), (gsize) natsMsg_GetDataLength (message), meta->Sequence.Stream,
              operation, meta->Timestamp / 1000, NULL, self->data);
  pending = (gint64) meta->NumPending;
  jsMsgMetaData_Destroy (meta);
  return pending;
}

/* Tells an error, but not the same one over and over. */
static void
tell (QdNatsWatch *self, natsStatus s)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *what = g_strdup_printf (_("watching the bucket %s"), self->bucket);

  error = qd_nats_error (self->nats, s, what,
                         s == NATS_NOT_FOUND ? _("there is no such bucket") :
                         s == NATS_NO_RESPONDERS ? _("JetStream is not enabled there") : nats_GetLastError (NULL));
  if (self->told_code == (guint) error->code + 1)
    return;
  self->told_code = (guint) error->code + 1;
  self->func (self->bucket, NULL, NULL, 0, 0, QD_KV_PUT, 0, error, self->data);
}

static gboolean
is_stopped (QdNatsWatch *self)
{
  gboolean stop;

  g_mutex_lock (&self->nats->lock);
  stop = self->stop;
  g_mutex_unlock (&self->nats->lock);
  return stop;
}

static void
follow (QdNatsWatch *self, natsSubscription *sub, const char *prefix, gboolean empty, guint generation)
{
  natsStatus s = NATS_OK;
  gboolean synced = empty;

  if (empty)
    deliver_synced (self);
  while ((s == NATS_OK || s == NATS_TIMEOUT) && is_current (self, generation))
    {
      natsMsg *message = NULL;

      s = natsSubscription_NextMsg (&message, sub, NEXT_MS);
      if (s == NATS_OK && !is_stopped (self) && deliver (self, message, prefix) == 0 && !synced)
        {
          synced = TRUE;
          deliver_synced (self);
        }
      natsMsg_Destroy (message);
    }
}

/* What subjects of the bucket begin with: a mirror has those of what it mirrors. NULL: the stream is no bucket. */
static char *
find_prefix (QdNatsWatch *self, const jsStreamConfig *config)
{
  const char *origin = config->Mirror != NULL ? config->Mirror->Name : NULL;

  if (config->MaxMsgsPerSubject < 1)
    return NULL;
  return g_strdup_printf ("$KV.%s.", origin != NULL && g_str_has_prefix (origin, "KV_") ? origin + strlen ("KV_") : self->bucket);
}

/* One life of the watch on one connection. Returns why it could not begin, or NATS_OK. */
static natsStatus
watch_once (QdNatsWatch *self, natsConnection *nc, guint generation, QdBackoff *backoff)
{
  g_autofree char *stream = g_strconcat ("KV_", self->bucket, NULL), *prefix = NULL, *subjects = NULL;
  jsCtx *js = NULL;
  jsStreamInfo *info = NULL;
  natsSubscription *sub = NULL;
  gboolean empty = FALSE;
  natsStatus s = natsConnection_JetStream (&js, nc, NULL);

  if (s == NATS_OK)
    s = js_GetStreamInfo (&info, js, stream, NULL, NULL);
  if (s == NATS_OK && (prefix = find_prefix (self, info->Config)) == NULL)
    s = NATS_INVALID_ARG;
  if (s == NATS_OK)
    {
      jsSubOptions options;

      empty = info->State.Msgs == 0;
      jsSubOptions_Init (&options);
      options.Stream = stream;
      options.Ordered = true;
      options.Config.DeliverPolicy = js_DeliverLastPerSubject;
      subjects = g_strconcat (prefix, ">", NULL);
      s = js_SubscribeSync (&sub, js, subjects, NULL, &options, NULL);
    }
  if (s == NATS_OK)
    {
      self->told_code = 0;
      qd_backoff_reset (backoff);
      follow (self, sub, prefix, empty, generation);
    }
  /* The server ends a consumer to which nobody listens. */
  natsSubscription_Destroy (sub);
  jsStreamInfo_Destroy (info);
  jsCtx_Destroy (js);
  return s;
}

static gpointer
watch_main (gpointer data)
{
  QdNatsWatch *self = data;
  QdBackoff backoff = QD_BACKOFF_INIT;
  natsConnection *nc;
  guint generation = 0;

  while ((nc = acquire (self, &generation)) != NULL)
    {
      natsStatus s = watch_once (self, nc, generation, &backoff);
      release (self->nats);
      if (s != NATS_OK && !is_stopped (self))
        tell (self, s);
      rest (self, generation, qd_backoff_next_ms (&backoff));
    }
  watch_free (self);
  nats_ReleaseThreadMemory ();
  return NULL;
}

/* --- The worker ---------------------------------------------------------------------------- */

/* Ends the watch, which frees itself. */
void
qd_nats_watch_stop (QdNatsWatch *self)
{
  QdNats *nats = qd_nats_hold (self->nats);
  GThread *thread = self->thread;

  g_mutex_lock (&nats->lock);
  self->stop = TRUE;
  g_cond_broadcast (&nats->changed);
  g_mutex_unlock (&nats->lock);
  g_thread_unref (thread);
  qd_nats_drop (nats);
}

typedef struct
{
  QdNatsCommand command;
  guint id;
  QdNatsWatch *watch;
} WatchCommand;

static void
drop_watch (QdNatsCommand *command)
{
  WatchCommand *self = (WatchCommand *) command;

  g_clear_pointer (&self->watch, watch_free);
  g_free (self);
}

static void
run_watch (QdNats *nats, QdNatsCommand *command)
{
  WatchCommand *self = (WatchCommand *) command;
  QdNatsWatch *watch = g_steal_pointer (&self->watch);

  g_hash_table_insert (nats->watches, GUINT_TO_POINTER (self->id), watch);
  watch->thread = g_thread_new ("qd-nats-watch", watch_main, watch);
}

/**
 * qd_nats_kv_watch:
 * @func: called on a thread of this watch, one entry at a time. It hears of an error, such as a
 *   bucket that does not exist, once; the watch goes on trying
 * @destroy: (nullable): frees @data after the last call of @func
 *
 * Returns: an id for qd_nats_unsubscribe()
 */
guint
qd_nats_kv_watch (QdNats *self, const char *bucket, QdKvFunc func, gpointer data, GDestroyNotify destroy)
{
  guint id = (guint) g_atomic_int_add (&self->next_id, 1) + 1;
  WatchCommand *command = g_new0 (WatchCommand, 1);

  command->command = (QdNatsCommand) { run_watch, drop_watch };
  command->id = id;
  command->watch = g_new0 (QdNatsWatch, 1);
  command->watch->nats = qd_nats_hold (self);
  command->watch->bucket = g_strdup (bucket);
  command->watch->func = func;
  command->watch->data = data;
  command->watch->destroy = destroy;
  qd_nats_post (self, &command->command);
  return id;
}
