/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab-shard"
#include "config.h"

#include "lab-shard.h"

#include <string.h>

/*
 * Messages are pulled: one request at a time stands at the consumer, and its messages come to an inbox of the
 * tenant's own, so that unsubscribing from it takes the request back. The protocol is JetStream's:
 * $JS.API.CONSUMER.MSG.NEXT.<stream>.<consumer>, answered by messages whose reply subject
 * $JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>.<consumer sequence>.<time>.<pending> acknowledges them, and by
 * messages with a status and no payload: 100 it lives, 404 and 408 the request is over, 409 and 503 the consumer is not there.
 */
#define BATCH       256
#define EXPIRES_NS  (G_GINT64_CONSTANT (20) * 1000000000)
/* The library waits up to a minute for the server's word that no more will come. */
#define CLOSE_US    (2 * G_USEC_PER_SEC)
#define ACK_WAIT_NS (G_GINT64_CONSTANT (30) * 1000000000)

struct LabFeed
{
  gatomicrefcount refs;
  LabShard *shard;
  LabTenant *tenant;            /* the worker's; NULL: cut */
  natsSubscription *sub;
  char *inbox;
  gboolean closing;
  gint64 closing_at;
};

LabFeed *
lab_feed_ref (LabFeed *feed)
{
  g_atomic_ref_count_inc (&feed->refs);
  return feed;
}

void
lab_feed_unref (LabFeed *feed)
{
  if (!g_atomic_ref_count_dec (&feed->refs))
    return;
  g_free (feed->inbox);
  g_free (feed);
}

LabTenant *
lab_feed_tenant (const LabFeed *feed)
{
  return feed->tenant;
}

gboolean
lab_feed_is_closing (const LabFeed *feed)
{
  return feed->closing;
}

gboolean
lab_feed_is_late (const LabFeed *feed, gint64 now)
{
  return feed->closing && now - feed->closing_at > CLOSE_US;
}

static void
message_cb (natsConnection *connection, natsSubscription *sub, natsMsg *message, void *closure)
{
  LabFeed *feed = closure;
  LabItem *item = g_new0 (LabItem, 1);

  item->what = LAB_ITEM_MESSAGE;
  item->feed = lab_feed_ref (feed);
  item->message = message;
  lab_shard_post (feed->shard, item);
}

/* No callback comes after this one: the subscription's reference ends here. */
static void
complete_cb (void *closure)
{
  LabFeed *feed = closure;
  LabItem *item = g_new0 (LabItem, 1);

  item->what = LAB_ITEM_CLOSED;
  item->feed = feed;
  lab_shard_post (feed->shard, item);
}

/* The consumer, anew, from the message after the last that was processed. */
gboolean
lab_feed_renew (LabTenant *tenant)
{
  LabShard *shard = tenant->shard;
  jsConsumerConfig config;
  jsErrCode code = 0;
  natsStatus status;

  lab_feed_cut (tenant);
  js_DeleteConsumer (shard->js, shard->stream, tenant->consumer, NULL, &code);
  jsConsumerConfig_Init (&config);
  config.Durable = tenant->consumer;
  config.FilterSubject = tenant->filter;
  config.DeliverPolicy = js_DeliverByStartSequence;
  config.OptStartSeq = tenant->state.seq + 1;
  config.AckPolicy = js_AckExplicit;
  config.AckWait = ACK_WAIT_NS;
  config.MaxDeliver = -1;
  config.MaxAckPending = BATCH * 2;
  config.MaxWaiting = 8;
  status = js_AddConsumer (NULL, shard->js, shard->stream, &config, NULL, &code);
  if (status != NATS_OK)
    return FALSE;
  tenant->next = 1;
  tenant->broken = FALSE;
  tenant->stale = TRUE;
  tenant->heard_at = g_get_monotonic_time ();
  return TRUE;
}

gboolean
lab_feed_open (LabTenant *tenant)
{
  LabShard *shard = tenant->shard;
  LabFeed *feed = g_new0 (LabFeed, 1);
  natsInbox *inbox = NULL;
  natsStatus status;

  g_atomic_ref_count_init (&feed->refs);
  feed->shard = shard;
  status = natsInbox_Create (&inbox);
  feed->inbox = g_strdup (inbox);
  natsInbox_Destroy (inbox);
  if (status == NATS_OK)
    status = natsConnection_Subscribe (&feed->sub, shard->connection, feed->inbox, message_cb, feed);
  if (status == NATS_OK)
    status = natsSubscription_SetOnCompleteCB (feed->sub, complete_cb, lab_feed_ref (feed));
  if (status != NATS_OK)
    {
      natsSubscription_Destroy (feed->sub);
      lab_feed_unref (feed);
      return FALSE;
    }
  feed->tenant = tenant;
  tenant->feed = feed;
  tenant->wanted = 0;
  return TRUE;
}

void
lab_feed_pull (LabTenant *tenant)
{
  LabShard *shard = tenant->shard;
  g_autofree char *subject = g_strdup_printf ("$JS.API.CONSUMER.MSG.NEXT.%s.%s", shard->stream, tenant->consumer);
  /* In a cluster the server that has the consumer may die without a word. */
  gint64 beat = shard->dial.n_urls > 1 ? G_GINT64_CONSTANT (500000000) : EXPIRES_NS / 2;
  g_autofree char *body = g_strdup_printf ("{\"batch\":%d,\"expires\":%" G_GINT64_FORMAT ",\"idle_heartbeat\":%" G_GINT64_FORMAT "}",
                                           BATCH, EXPIRES_NS, beat);

  if (natsConnection_PublishRequestString (shard->connection, subject, tenant->feed->inbox, body) != NATS_OK)
    return;
  tenant->wanted = BATCH;
  tenant->heard_at = g_get_monotonic_time ();
}

void
lab_feed_close (LabTenant *tenant)
{
  tenant->feed->closing = TRUE;
  tenant->feed->closing_at = g_get_monotonic_time ();
  tenant->wanted = 0;
  if (natsSubscription_Drain (tenant->feed->sub) != NATS_OK)
    lab_feed_cut (tenant);
}

void
lab_feed_cut (LabTenant *tenant)
{
  LabFeed *feed = g_steal_pointer (&tenant->feed);

  tenant->wanted = 0;
  if (feed == NULL)
    return;
  feed->tenant = NULL;
  natsSubscription_Unsubscribe (feed->sub);
  natsSubscription_Destroy (g_steal_pointer (&feed->sub));
  lab_feed_unref (feed);
}

gboolean
lab_feed_numbers (natsMsg *message, guint64 *delivered, guint64 *stream, guint64 *consumer)
{
  const char *reply = natsMsg_GetReply (message);
  g_auto (GStrv) tokens = NULL;
  guint n, first;

  if (reply == NULL || !g_str_has_prefix (reply, "$JS.ACK."))
    return FALSE;
  tokens = g_strsplit (reply, ".", 16);
  n = g_strv_length (tokens);
  /* Since there are domains, two tokens more may stand before the stream's name. */
  first = n == 9 ? 4 : 6;
  return n >= 9 && g_ascii_string_to_unsigned (tokens[first], 10, 1, G_MAXUINT64, delivered, NULL) &&
         g_ascii_string_to_unsigned (tokens[first + 1], 10, 1, G_MAXUINT64, stream, NULL) &&
         g_ascii_string_to_unsigned (tokens[first + 2], 10, 1, G_MAXUINT64, consumer, NULL);
}
