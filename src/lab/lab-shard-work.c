/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab-shard"
#include "config.h"

#include "lab-shard.h"

#include <string.h>

#define STATES "SHARD_STATE"

#define SOON_US    (10 * 1000)
#define LATER_US   (1000 * 1000)
#define AWAY_US    (100 * 1000)
#define DIAL_US    (50 * 1000)
/* Away for as long, and what is kept is not safe with this shard. */
#define UNHEALTHY_US (3 * G_USEC_PER_SEC)
#define WIND_UP_US (1000 * 1000)
/* Tenants have their turns no longer than this, or one that takes longer: then who asks is answered, and the record is told. A server that is slow
 * to answer for each of many would keep all of that waiting. */
#define TURN_US    (200 * 1000)

#define WATCH_S         30
#define WATCH_CLUSTER_S 3

static void
free_item (LabItem *item)
{
  g_clear_pointer (&item->feed, lab_feed_unref);
  natsMsg_Destroy (item->message);
  g_clear_pointer (&item->ask, lab_ask_free);
  g_free (item->key);
  g_free (item->value);
  g_free (item);
}

void
lab_shard_post (LabShard *shard, LabItem *item)
{
  g_async_queue_push (shard->queue, item);
}

/* --- SHARD_STATE --- */

char *
lab_shard_read (LabShard *shard, const char *key, guint64 *revision, natsStatus *status)
{
  g_autofree char *subject = g_strdup_printf ("$KV." STATES ".%s", key);
  natsMsg *message = NULL;
  const char *operation = NULL;
  char *text;

  /* The stream's leader is asked: what another copy says may be of yesterday. */
  *revision = 0;
  *status = js_GetLastMsg (&message, shard->js, "KV_" STATES, subject, NULL, NULL);
  if (*status == NATS_NOT_FOUND)
    {
      *status = NATS_OK;
      return NULL;
    }
  if (*status != NATS_OK)
    {
      shard->storage_ok = FALSE;
      return NULL;
    }
  shard->storage_ok = TRUE;
  *revision = natsMsg_GetSequence (message);
  if (natsMsgHeader_Get (message, "KV-Operation", &operation) == NATS_OK && operation != NULL)
    text = g_strdup ("");
  else
    text = g_strndup (natsMsg_GetData (message), (gsize) natsMsg_GetDataLength (message));
  natsMsg_Destroy (message);
  return text;
}

gboolean
lab_shard_write (LabShard *shard, const char *key, const char *text, guint64 *over, gboolean *lost)
{
  g_autofree char *subject = g_strdup_printf ("$KV." STATES ".%s", key);
  g_autofree char *expected = over != NULL ? g_strdup_printf ("%" G_GUINT64_FORMAT, *over) : NULL;
  natsMsg *message = NULL;
  jsPubAck *ack = NULL;
  jsErrCode code = 0;
  natsStatus status = natsMsg_Create (&message, subject, NULL, text, (int) strlen (text));

  if (status == NATS_OK && expected != NULL)
    status = natsMsgHeader_Set (message, "Nats-Expected-Last-Subject-Sequence", expected);
  if (status == NATS_OK)
    status = js_PublishMsg (&ack, shard->js, message, NULL, &code);
  natsMsg_Destroy (message);
  if (lost != NULL)
    *lost = code == JSStreamWrongLastSequenceErr;
  if (status == NATS_OK && over != NULL)
    *over = ack->Sequence;
  shard->storage_ok = status == NATS_OK || code == JSStreamWrongLastSequenceErr;
  jsPubAck_Destroy (ack);
  return status == NATS_OK;
}

gboolean
lab_shard_set_draining (LabShard *shard, gboolean draining)
{
  g_autofree char *key = g_strdup_printf ("drain.%s", shard->config.id);

  if (!lab_shard_write (shard, key, draining ? "{\"draining\":true}" : "{\"draining\":false}", NULL, NULL))
    return FALSE;
  shard->draining = draining;
  return TRUE;
}

static gboolean
read_draining (LabShard *shard)
{
  g_autofree char *key = g_strdup_printf ("drain.%s", shard->config.id);
  natsStatus status = NATS_OK;
  guint64 revision;
  g_autofree char *text = lab_shard_read (shard, key, &revision, &status);

  shard->draining = text != NULL && strstr (text, "true") != NULL;
  return status == NATS_OK;
}

/* --- How much there is to do --- */

static void
advance (LabShard *shard)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;

  for (gint64 i = 0; shard->second < second && i <= LAB_N_SECONDS; i++)
    shard->counted[(shard->second + 1 + i) % (LAB_N_SECONDS + 1)] = 0;
  shard->second = second;
}

void
lab_shard_count (LabShard *shard, guint n)
{
  advance (shard);
  shard->counted[shard->second % (LAB_N_SECONDS + 1)] += n;
}

/* Events a second over the last whole seconds. */
double
lab_shard_load (LabShard *shard)
{
  guint64 sum = 0;

  advance (shard);
  for (guint i = 1; i <= LAB_N_SECONDS; i++)
    sum += shard->counted[(shard->second + i) % (LAB_N_SECONDS + 1)];
  return (double) sum / LAB_N_SECONDS;
}

/* --- The thread --- */

static void
watch_cb (const char *bucket, LabBucketWhat what, const char *key, const char *value, gpointer data)
{
  LabItem *item = g_new0 (LabItem, 1);

  item->what = LAB_ITEM_PLACEMENT;
  item->heard = what;
  item->key = g_strdup (key);
  item->value = g_strdup (value);
  lab_shard_post (data, item);
}

static void
again_cb (gpointer data)
{
  LabItem *item = g_new0 (LabItem, 1);

  item->what = LAB_ITEM_AGAIN;
  lab_shard_post (data, item);
}

static void
break_all (LabShard *shard)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, shard->tenants);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((LabTenant *) value)->broken = ((LabTenant *) value)->owned;
}

static void
take_guise (LabShard *shard, const char *line)
{
  gboolean storage_bad;
  char *version;

  if (!lab_shard_guise_read (line, &version, &storage_bad))
    return;
  g_free (shard->config.version);
  shard->config.version = version;
  shard->config.storage_bad = storage_bad;
}

static void
take_item (LabShard *shard, LabItem *item)
{
  LabTenant *tenant = item->feed != NULL ? lab_feed_tenant (item->feed) : NULL;

  switch (item->what)
    {
    case LAB_ITEM_MESSAGE:
      if (tenant != NULL)
        lab_tenant_hear (tenant, g_steal_pointer (&item->message));
      break;
    case LAB_ITEM_CLOSED:
      if (tenant != NULL)
        lab_feed_cut (tenant);
      break;
    case LAB_ITEM_PLACEMENT:
      shard->moved |= lab_placement_hear (shard->placement, item->heard, item->key, item->value);
      shard->synced += item->heard == LAB_BUCKET_SYNCED;
      break;
    case LAB_ITEM_ASK:
      lab_asks_take (shard, g_steal_pointer (&item->ask));
      break;
    case LAB_ITEM_AGAIN:
      lab_bucket_watch_again (shard->watch);
      break_all (shard);
      break;
    case LAB_ITEM_GUISE:
      take_guise (shard, item->value);
      break;
    case LAB_ITEM_STOP:
      shard->stop = TRUE;
      break;
    }
  free_item (item);
}

/* Sets the tenants to what the bucket says. */
static void
settle (LabShard *shard)
{
  GHashTable *table = lab_placement_table (shard->placement);
  GHashTableIter iter;
  gpointer key, value;
  LabTenant *tenant;

  shard->moved = FALSE;
  g_hash_table_iter_init (&iter, shard->tenants);
  while (g_hash_table_iter_next (&iter, &key, &value))
    ((LabTenant *) value)->placed = g_strcmp0 (g_hash_table_lookup (table, key), shard->config.shard) == 0;
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      if (!g_str_equal (value, shard->config.shard) || g_hash_table_contains (shard->tenants, key))
        continue;
      if (!lab_placement_names (key))
        {
          g_message ("%s: \"%s\" cannot be a tenant's id, which is a token of a subject: left alone", shard->config.id, (const char *) key);
          continue;
        }
      tenant = lab_tenant_new (shard, key);
      tenant->placed = TRUE;
      g_hash_table_insert (shard->tenants, tenant->id, tenant);
    }
}

gboolean
lab_shard_is_away (LabShard *shard)
{
  return natsConnection_Status (shard->connection) != NATS_CONN_STATUS_CONNECTED;
}

/* How long to wait for the next turns, in µs. */
static gint64
turn_tenants (LabShard *shard)
{
  gint64 until = g_get_monotonic_time () + TURN_US;
  gboolean soon, all = TRUE;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, shard->tenants);
  while (all && g_hash_table_iter_next (&iter, NULL, &value))
    {
      LabTenant *tenant = value;

      if (tenant->round == shard->round)
        continue;
      if (!tenant->placed && (!tenant->owned || lab_tenant_is_quiet (tenant)))
        {
          g_hash_table_iter_remove (&iter);
          continue;
        }
      tenant->round = shard->round;
      shard->soon |= lab_tenant_turn (tenant, g_get_monotonic_time ());
      all = g_get_monotonic_time () < until;
    }
  if (!all)
    return 0;
  soon = shard->soon;
  shard->soon = FALSE;
  shard->round++;
  return soon ? SOON_US : LATER_US;
}

static void
set_ready (LabShard *shard)
{
  g_mutex_lock (&shard->lock);
  shard->ready = g_str_equal (lab_shard_status (shard), "ready");
  g_mutex_unlock (&shard->lock);
}

/* What is due; how long to wait for more, in µs. */
static gint64
turn (LabShard *shard)
{
  gint64 now = g_get_monotonic_time (), wait_us;

  if (lab_shard_is_away (shard))
    {
      if (shard->away_since == 0)
        shard->away_since = now;
      if (now - shard->away_since > UNHEALTHY_US)
        shard->storage_ok = FALSE;
      lab_asks_refuse (shard, 503, "NATS does not answer, where the tenants' messages and their state are: try again when it does");
      lab_shard_tell (shard, now);
      return AWAY_US;
    }
  shard->away_since = 0;
  if (shard->moved)
    settle (shard);
  wait_us = turn_tenants (shard);
  now = g_get_monotonic_time ();
  lab_asks_turn (shard, now);
  lab_shard_tell (shard, now);
  set_ready (shard);
  return shard->asks->len > 0 ? MIN (wait_us, SOON_US) : wait_us;
}

static void
take_items (LabShard *shard, gint64 wait_us)
{
  LabItem *item = g_async_queue_timeout_pop (shard->queue, (guint64) wait_us);

  for (; item != NULL; item = g_async_queue_try_pop (shard->queue))
    take_item (shard, item);
}

/* FALSE: it was told to end before it was there. */
static gboolean
begin (LabShard *shard)
{
  jsOptions options;

  while (!shard->stop && lab_dial (&shard->dial, &shard->connection) != NATS_OK)
    take_items (shard, DIAL_US);
  if (shard->stop)
    return FALSE;
  jsOptions_Init (&options);
  options.Wait = LAB_SHARD_ANSWER_MS;
  if (natsConnection_JetStream (&shard->js, shard->connection, &options) != NATS_OK)
    return FALSE;
  shard->watch = lab_bucket_watch_new (shard->connection, shard->config.bucket, shard->dial.n_urls > 1 ? WATCH_CLUSTER_S : WATCH_S,
                                       watch_cb, shard);
  while (!shard->stop && !read_draining (shard))
    take_items (shard, DIAL_US);
  return !shard->stop;
}

static gboolean
all_quiet (LabShard *shard)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, shard->tenants);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!lab_tenant_is_quiet (value))
      return FALSE;
  return TRUE;
}

/* What is on its way is processed and acknowledged; then it says that it goes. */
static void
wind_up (LabShard *shard)
{
  gint64 until = g_get_monotonic_time () + WIND_UP_US;

  while (!lab_shard_is_away (shard) && !all_quiet (shard) && g_get_monotonic_time () < until)
    {
      turn_tenants (shard);
      take_items (shard, SOON_US);
    }
  lab_asks_refuse (shard, 503, "the shard is ending");
  lab_shard_tell_down (shard);
  natsConnection_FlushTimeout (shard->connection, 500);
}

gpointer
lab_shard_work (gpointer data)
{
  LabShard *shard = data;

  shard->storage_ok = TRUE;
  shard->round = 1;
  shard->began_at = g_get_monotonic_time ();
  shard->dial.again = again_cb;
  shard->dial.data = shard;
  shard->placement = lab_placement_new ();
  shard->tenants = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, lab_tenant_free);
  shard->asks = g_ptr_array_new ();
  if (begin (shard))
    {
      gint64 wait_us = 0;

      while (!shard->stop)
        {
          take_items (shard, wait_us);
          wait_us = turn (shard);
        }
      wind_up (shard);
    }
  shard->ended (shard);
  return NULL;
}
