/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-bucket.h"

#include <openssl/crypto.h>

/* How soon a watch sees that it is to begin anew: kvWatcher_Next() cannot be woken. */
#define NEXT_MS  500
#define RETRY_MS 250

struct LabBucketWatch
{
  natsConnection *connection;
  char *bucket;
  guint again_s;
  LabBucketFunc func;
  gpointer data;
  GThread *thread;
  GMutex lock;
  GCond changed;
  gboolean stop, again;
};

static void
reconnected_cb (natsConnection *connection, void *closure)
{
  const LabDial *dial = closure;

  dial->again (dial->data);
}

/* The library writes to the standard error what calls answer anyway, or what ends by itself: that a server is away. */
static void
error_cb (natsConnection *connection, natsSubscription *sub, natsStatus status, void *closure)
{
  g_debug ("NATS: %s", natsStatus_GetText (status));
}

natsStatus
lab_dial (const LabDial *dial, natsConnection **connection)
{
  natsOptions *options = NULL;
  natsStatus status;

  /* Else OpenSSL takes itself apart as the process ends, under the feet of threads that still end. */
  OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
  status = natsOptions_Create (&options);
  if (status == NATS_OK)
    status = natsOptions_SetServers (options, (const char **) dial->urls, (int) dial->n_urls);
  if (status == NATS_OK)
    status = natsOptions_SetUserInfo (options, dial->user, dial->password);
  if (status == NATS_OK)
    status = natsOptions_SetName (options, dial->name);
  if (status == NATS_OK)
    status = natsOptions_SetMaxReconnect (options, -1);
  if (status == NATS_OK)
    status = natsOptions_SetReconnectWait (options, 100);
  if (status == NATS_OK)
    status = natsOptions_SetTimeout (options, 2000);
  if (status == NATS_OK)
    status = natsOptions_SetErrorHandler (options, error_cb, NULL);
  if (status == NATS_OK && dial->pooled)
    status = natsOptions_UseGlobalMessageDelivery (options, true);
  if (status == NATS_OK && dial->again != NULL)
    status = natsOptions_SetReconnectedCB (options, reconnected_cb, (void *) dial);
  if (status == NATS_OK)
    status = natsConnection_Connect (connection, options);
  natsOptions_Destroy (options);
  return status;
}

static void
deliver (LabBucketWatch *watch, kvEntry *entry)
{
  LabBucketWhat what = kvEntry_Operation (entry) == kvOp_Put ? LAB_BUCKET_PUT : LAB_BUCKET_GONE;
  g_autofree char *value = NULL;

  if (what == LAB_BUCKET_PUT)
    value = g_strndup (kvEntry_Value (entry), (gsize) kvEntry_ValueLen (entry));
  watch->func (watch->bucket, what, kvEntry_Key (entry), value, watch->data);
  kvEntry_Destroy (entry);
}

static gboolean
goes_on (LabBucketWatch *watch)
{
  gboolean on;

  g_mutex_lock (&watch->lock);
  on = !watch->stop && !watch->again;
  g_mutex_unlock (&watch->lock);
  return on;
}

/* One life of the watch. NATS_OK and NATS_TIMEOUT: it was told to end. */
static natsStatus
watch_once (LabBucketWatch *watch, kvStore *kv)
{
  gint64 until = g_get_monotonic_time () + watch->again_s * (gint64) G_USEC_PER_SEC;
  kvWatcher *watcher = NULL;
  natsStatus status = kvStore_WatchAll (&watcher, kv, NULL);

  if (status == NATS_OK)
    watch->func (watch->bucket, LAB_BUCKET_BEGIN, NULL, NULL, watch->data);
  while ((status == NATS_OK || status == NATS_TIMEOUT) && goes_on (watch) && g_get_monotonic_time () < until)
    {
      kvEntry *entry = NULL;

      status = kvWatcher_Next (&entry, watcher, NEXT_MS);
      if (status == NATS_OK && entry == NULL)
        watch->func (watch->bucket, LAB_BUCKET_SYNCED, NULL, NULL, watch->data);
      else if (status == NATS_OK)
        deliver (watch, entry);
    }
  kvWatcher_Destroy (watcher);
  return status;
}

/* FALSE when it is time to end. */
static gboolean
next_life (LabBucketWatch *watch, gboolean rest)
{
  gint64 until = g_get_monotonic_time () + RETRY_MS * 1000;
  gboolean on;

  g_mutex_lock (&watch->lock);
  while (rest && !watch->stop && g_cond_wait_until (&watch->changed, &watch->lock, until))
    ;
  watch->again = FALSE;
  on = !watch->stop;
  g_mutex_unlock (&watch->lock);
  return on;
}

static gpointer
watch_thread (gpointer data)
{
  LabBucketWatch *watch = data;
  gboolean rest = FALSE;

  while (next_life (watch, rest))
    {
      jsCtx *js = NULL;
      kvStore *kv = NULL;
      natsStatus status = natsConnection_JetStream (&js, watch->connection, NULL);

      if (status == NATS_OK)
        status = js_KeyValue (&kv, js, watch->bucket);
      if (status == NATS_OK)
        status = watch_once (watch, kv);
      rest = status != NATS_OK && status != NATS_TIMEOUT;
      kvStore_Destroy (kv);
      jsCtx_Destroy (js);
    }
  nats_ReleaseThreadMemory ();
  return NULL;
}

LabBucketWatch *
lab_bucket_watch_new (natsConnection *connection, const char *bucket, guint again_s, LabBucketFunc func, gpointer data)
{
  LabBucketWatch *watch = g_new0 (LabBucketWatch, 1);

  watch->connection = connection;
  watch->bucket = g_strdup (bucket);
  watch->again_s = again_s;
  watch->func = func;
  watch->data = data;
  g_mutex_init (&watch->lock);
  g_cond_init (&watch->changed);
  watch->thread = g_thread_new ("lab-bucket", watch_thread, watch);
  return watch;
}

void
lab_bucket_watch_again (LabBucketWatch *watch)
{
  g_mutex_lock (&watch->lock);
  watch->again = TRUE;
  g_cond_signal (&watch->changed);
  g_mutex_unlock (&watch->lock);
}

void
lab_bucket_watch_free (LabBucketWatch *watch)
{
  g_mutex_lock (&watch->lock);
  watch->stop = TRUE;
  g_cond_signal (&watch->changed);
  g_mutex_unlock (&watch->lock);
  g_thread_join (watch->thread);
  g_mutex_clear (&watch->lock);
  g_cond_clear (&watch->changed);
  g_free (watch->bucket);
  g_free (watch);
}
