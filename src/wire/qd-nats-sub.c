/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nats.h"

#include <glib/gi18n-lib.h>

#include "qd-nats-private.h"

#define PENDING_MESSAGES 65536
#define PENDING_BYTES (64 * 1024 * 1024)
/* How often the library's count is looked at while a subscription is slow. */
#define LOOK_US (100 * 1000)
/* So many looks at an empty queue without a new drop end it. A new drop begins it again. */
#define LOOKS_TO_REST 3

/* Held by the registry, and by each natsSubscription until that is complete. */
struct _QdNatsSub
{
  gatomicrefcount refs;
  char *subject;
  QdNatsMessageFunc func;
  gpointer data;
  GDestroyNotify destroy;
  int ended;                   /* atomic */

  /* Drops that nobody was told of yet; atomic. The library tells of a drop only when the one before it
   * was kept, and never how many: the worker counts, and whoever calls @func next tells. */
  guint untold;
  GMutex calling;              /* held while @func is called */

  natsSubscription *subscription;  /* (worker) */
  gint64 dropped;              /* (worker) of @subscription, as last seen */
  gint64 look_us;              /* (worker) when to look again; 0: it is not slow */
  guint looks;                 /* (worker) in a row that found nothing to wait for */
};

void
qd_nats_sub_unref (QdNatsSub *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_mutex_clear (&self->calling);
  g_free (self->subject);
  g_free (self);
}

static void
message_cb (natsConnection *nc, natsSubscription *subscription, natsMsg *msg, void *closure)
{
  QdNatsSub *self = closure;

  g_mutex_lock (&self->calling);
  if (G_LIKELY (!g_atomic_int_get (&self->ended)))
    {
      guint dropped = g_atomic_int_get (&self->untold) > 0 ? g_atomic_int_exchange (&self->untold, 0) : 0;

      self->func (natsMsg_GetSubject (msg), natsMsg_GetReply (msg), natsMsg_GetData (msg),
                  (gsize) natsMsg_GetDataLength (msg), dropped, self->data);
    }
  g_mutex_unlock (&self->calling);
  natsMsg_Destroy (msg);
}

/* --- Drops (worker) ------------------------------------------------------------------------ */

/* Returns: whether there were any since the last count */
static gboolean
count_drops (QdNatsSub *self)
{
  int64_t total = 0;
  gint64 fresh;

  if (self->subscription == NULL || natsSubscription_GetDropped (self->subscription, &total) != NATS_OK)
    return FALSE;
  fresh = total - self->dropped;
  self->dropped = total;
  if (fresh > 0)
    g_atomic_int_add (&self->untold, (guint) MIN (fresh, G_MAXINT));
  return fresh > 0;
}

static gboolean
queue_is_empty (QdNatsSub *self)
{
  int messages = 0, bytes = 0;

  return self->subscription == NULL ||
         natsSubscription_GetPending (self->subscription, &messages, &bytes) != NATS_OK || messages == 0;
}

/* No message may come for long that could tell it: it is told by itself. */
static void
tell_drops (QdNatsSub *self)
{
  guint dropped;

  /* Somebody is in the function just now: next time. */
  if (g_atomic_int_get (&self->untold) == 0 || !g_mutex_trylock (&self->calling))
    return;
  dropped = g_atomic_int_exchange (&self->untold, 0);
  if (dropped > 0 && !g_atomic_int_get (&self->ended))
    self->func (NULL, NULL, NULL, 0, dropped, self->data);
  g_mutex_unlock (&self->calling);
}

static void
look (QdNatsSub *self, gint64 now_us)
{
  gboolean rests = !count_drops (self) && queue_is_empty (self);

  if (rests)
    tell_drops (self);
  self->looks = rests && g_atomic_int_get (&self->untold) == 0 ? self->looks + 1 : 0;
  self->look_us = self->looks < LOOKS_TO_REST ? now_us + LOOK_US : 0;
}

gint64
qd_nats_subs_look (QdNats *nats)
{
  GHashTableIter iter;
  gpointer value;
  gint64 now_us = g_get_monotonic_time (), next_us = -1;

  g_hash_table_iter_init (&iter, nats->subs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      QdNatsSub *self = value;

      if (self->look_us > 0 && self->look_us <= now_us)
        look (self, now_us);
      if (self->look_us > 0)
        next_us = next_us < 0 ? self->look_us : MIN (next_us, self->look_us);
    }
  return next_us;
}

/* --- Attaching ----------------------------------------------------------------------------- */

static void
complete_cb (void *closure)
{
  qd_nats_sub_unref (closure);
}

static void
attach (QdNats *nats, QdNatsSub *self)
{
  natsStatus s;

  g_atomic_ref_count_inc (&self->refs);
  self->dropped = 0;
  s = natsConnection_Subscribe (&self->subscription, nats->nc, self->subject, message_cb, self);
  if (s == NATS_OK)
    {
      natsSubscription_SetPendingLimits (self->subscription, PENDING_MESSAGES, PENDING_BYTES);
      s = natsSubscription_SetOnCompleteCB (self->subscription, complete_cb, self);
    }
  if (s == NATS_OK)
    return;
  qd_nats_complain (nats, self->subject, qd_nats_error (nats, s, self->subject, nats_GetLastError (NULL)));
  /* Where there is a subscription without a word of its end, its reference is never given back. */
  if (self->subscription != NULL)
    natsSubscription_Destroy (g_steal_pointer (&self->subscription));
  else
    qd_nats_sub_unref (self);
}

void
qd_nats_sub_detach (QdNatsSub *self)
{
  if (self->subscription == NULL)
    return;
  /* What its last drops were is told with the next message, or soon after. */
  if (count_drops (self))
    self->look_us = g_get_monotonic_time () + LOOK_US;
  natsSubscription_Destroy (g_steal_pointer (&self->subscription));
}

void
qd_nats_sub_attach_all (QdNats *self)
{
  GHashTableIter iter;
  gpointer sub;

  g_hash_table_iter_init (&iter, self->subs);
  while (g_hash_table_iter_next (&iter, NULL, &sub))
    attach (self, sub);
}

/* --- Commands ------------------------------------------------------------------------------ */

typedef struct
{
  QdNatsCommand command;
  guint id;
  QdNatsSub *sub;
  natsSubscription *slow;
  char *subject;
  GBytes *payload;
} SubCommand;

static void
drop_command (QdNatsCommand *command)
{
  SubCommand *self = (SubCommand *) command;

  g_clear_pointer (&self->sub, qd_nats_sub_unref);
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_free (self->subject);
  g_free (self);
}

static SubCommand *
command_new (void (*run) (QdNats *, QdNatsCommand *), guint id)
{
  SubCommand *self = g_new0 (SubCommand, 1);

  self->command.run = run;
  self->command.drop = drop_command;
  self->id = id;
  return self;
}

static void
run_subscribe (QdNats *nats, QdNatsCommand *command)
{
  SubCommand *self = (SubCommand *) command;
  QdNatsSub *sub = g_steal_pointer (&self->sub);

  g_hash_table_insert (nats->subs, GUINT_TO_POINTER (self->id), sub);
  if (nats->nc != NULL)
    attach (nats, sub);
}

static void
run_unsubscribe (QdNats *nats, QdNatsCommand *command)
{
  SubCommand *self = (SubCommand *) command;
  gpointer key = GUINT_TO_POINTER (self->id);
  QdNatsSub *sub = g_hash_table_lookup (nats->subs, key);
  QdNatsWatch *watch = g_hash_table_lookup (nats->watches, key);

  if (sub != NULL)
    {
      g_atomic_int_set (&sub->ended, 1);
      qd_nats_sub_detach (sub);
      g_hash_table_remove (nats->subs, key);
    }
  if (watch != NULL)
    {
      g_hash_table_steal (nats->watches, key);
      qd_nats_watch_stop (watch);
    }
}

static void
run_publish (QdNats *nats, QdNatsCommand *command)
{
  SubCommand *self = (SubCommand *) command;
  gsize length;
  gconstpointer bytes = g_bytes_get_data (self->payload, &length);
  natsStatus s = NATS_CONNECTION_DISCONNECTED;

  if (nats->nc != NULL)
    s = length > G_MAXINT ? NATS_MAX_PAYLOAD : natsConnection_Publish (nats->nc, self->subject, bytes, (int) length);
  if (s != NATS_OK)
    qd_nats_complain (nats, self->subject, qd_nats_error (nats, s, self->subject, _("the message was not sent")));
}

static void
run_slow (QdNats *nats, QdNatsCommand *command)
{
  SubCommand *self = (SubCommand *) command;
  GHashTableIter iter;
  gpointer sub;

  g_hash_table_iter_init (&iter, nats->subs);
  while (g_hash_table_iter_next (&iter, NULL, &sub))
    if (((QdNatsSub *) sub)->subscription == self->slow)
      {
        look (sub, g_get_monotonic_time ());
        ((QdNatsSub *) sub)->looks = 0;
      }
}

void
qd_nats_note_slow (QdNats *self, natsSubscription *subscription)
{
  SubCommand *command = command_new (run_slow, 0);

  command->slow = subscription;
  qd_nats_post (self, &command->command);
}

/**
 * qd_nats_subscribe:
 * @subject: may hold wildcards
 * @func: called one at a time, on threads of the connection. While it blocks, up to 65,536 messages
 *   or 64 MiB wait; what comes beyond is dropped, counted, and told with a later message, or alone
 *   where none comes
 * @destroy: (nullable): frees @data after the last call of @func
 *
 * Returns: an id for qd_nats_unsubscribe()
 */
guint
qd_nats_subscribe (QdNats *self, const char *subject, QdNatsMessageFunc func, gpointer data, GDestroyNotify destroy)
{
  guint id = (guint) g_atomic_int_add (&self->next_id, 1) + 1;
  SubCommand *command = command_new (run_subscribe, id);

  command->sub = g_new0 (QdNatsSub, 1);
  g_atomic_ref_count_init (&command->sub->refs);
  g_mutex_init (&command->sub->calling);
  command->sub->subject = g_strdup (subject);
  command->sub->func = func;
  command->sub->data = data;
  command->sub->destroy = destroy;
  qd_nats_post (self, &command->command);
  return id;
}

/**
 * qd_nats_unsubscribe:
 * @id: of a subscription or a watch
 *
 * Ends it soon: a call of its function may still be under way; its `destroy` tells when none is.
 */
void
qd_nats_unsubscribe (QdNats *self, guint id)
{
  qd_nats_post (self, &command_new (run_unsubscribe, id)->command);
}

/**
 * qd_nats_publish:
 *
 * Sends a message. While the connection reconnects, up to 1 MiB waits; what cannot be sent is told
 * by the callback for problems.
 */
void
qd_nats_publish (QdNats *self, const char *subject, GBytes *payload)
{
  SubCommand *command = command_new (run_publish, 0);

  command->subject = g_strdup (subject);
  command->payload = g_bytes_ref (payload);
  qd_nats_post (self, &command->command);
}
