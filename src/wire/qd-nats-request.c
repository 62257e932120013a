/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nats.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-io.h"
#include "qd-nats-private.h"

#define DEFAULT_TIMEOUT_MS 5000
/* What was sent over a connection that broke since: its answer comes soon after there is one again, or never. */
#define AFTER_BREAK_MS 2000

/* Requests wait in a table, not in threads: one subscription of "<inbox>.*" takes all the answers,
 * so that fifty requests to a dead server are over after one time limit, not after fifty. */
struct _QdNatsRequests
{
  GHashTable *waiting;         /* id → Request */
  GHashTable *consumers;       /* name → Request that waits for its messages; both borrowed */
  char *inbox;
  natsSubscription *subscription;
  guint64 next_id;
};

typedef struct
{
  guint64 id;
  char *subject;
  char **headers;              /* names and values by turns, or NULL */
  GBytes *payload;
  char *consumer;              /* or NULL: one answer is all */
  gint64 until_us;
  guint timeout_ms;
  gboolean sent;
  QdNatsAnswerFunc func;
  QdNatsEachFunc each;
  gpointer data;
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_clear_pointer (&self->payload, g_bytes_unref);
  g_strfreev (self->headers);
  g_free (self->consumer);
  g_free (self->subject);
  g_free (self);
}

QdNatsRequests *
qd_nats_requests_new (void)
{
  QdNatsRequests *self = g_new0 (QdNatsRequests, 1);

  self->waiting = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, request_free);
  self->consumers = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
qd_nats_requests_free (QdNatsRequests *self)
{
  g_hash_table_unref (self->consumers);
  g_hash_table_unref (self->waiting);
  g_free (self->inbox);
  g_free (self);
}

/* Whoever is answered may ask anew, and what is asked then may answer others: lists of requests go by number. */
static GArray *
list_ids (QdNats *nats)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  gpointer request;

  g_hash_table_iter_init (&iter, nats->requests->waiting);
  while (g_hash_table_iter_next (&iter, NULL, &request))
    g_array_append_val (ids, ((Request *) request)->id);
  return ids;
}

static Request *
nth_request (QdNats *nats, GArray *ids, guint nth)
{
  return g_hash_table_lookup (nats->requests->waiting, &g_array_index (ids, guint64, nth));
}

static void
answer (QdNats *nats, Request *request, GBytes *payload, const GError *error)
{
  g_hash_table_steal (nats->requests->waiting, &request->id);
  if (request->consumer != NULL)
    g_hash_table_remove (nats->requests->consumers, request->consumer);
  request->func (nats, payload, error, request->data);
  request_free (request);
}

/* --- Answers ------------------------------------------------------------------------------- */

typedef struct
{
  QdNatsCommand command;
  guint64 id;
  char *consumer;              /* or NULL: an answer to the request @id */
  QdNatsDelivery delivery;
  GBytes *payload;
  gboolean nobody;
} Answer;

static void
drop_answer (QdNatsCommand *command)
{
  Answer *self = (Answer *) command;

  g_clear_pointer (&self->payload, g_bytes_unref);
  g_clear_pointer (&self->delivery.message, qd_nats_message_unref);
  g_free (self->consumer);
  g_free (self);
}

static void
run_answer (QdNats *nats, QdNatsCommand *command)
{
  Answer *self = (Answer *) command;
  Request *request = g_hash_table_lookup (nats->requests->waiting, &self->id);
  g_autoptr(GError) error = NULL;

  if (request == NULL)
    return;                    /* too late: it was told so */
  if (self->nobody)
    error = qd_nats_error (nats, NATS_NO_RESPONDERS, request->subject, _("nobody answers requests of this subject"));
  if (error == NULL && self->delivery.message != NULL && request->each != NULL && request->consumer == NULL)
    {
      request->each (nats, &self->delivery, request->data);
      g_clear_pointer (&self->payload, g_bytes_unref);
    }
  answer (nats, request, error ? NULL : self->payload, error);
}

static void
run_delivery (QdNats *nats, QdNatsCommand *command)
{
  Answer *self = (Answer *) command;
  Request *request = g_hash_table_lookup (nats->requests->consumers, self->consumer);

  if (request != NULL && !request->each (nats, &self->delivery, request->data))
    answer (nats, request, NULL, NULL);
}

/* A consumer's message comes under its own subject: whose it is stands in what it would be acknowledged by,
 * "$JS.ACK.STREAM.CONSUMER.delivered.seq.nth.time.pending", from newer servers with domain and account behind "ACK". */
static gboolean
read_delivery (natsMsg *msg, Answer *self)
{
  const char *reply = natsMsg_GetReply (msg);
  g_auto(GStrv) part = NULL;
  guint n, at;

  if (reply == NULL || !g_str_has_prefix (reply, "$JS.ACK."))
    return FALSE;
  part = g_strsplit (reply, ".", -1);
  n = g_strv_length (part);
  at = n == 9 ? 3 : 5;
  if (n < 9 || n < at + 6)
    return FALSE;
  self->consumer = g_strdup (part[at]);
  self->delivery.nth = g_ascii_strtoull (part[at + 3], NULL, 10);
  self->delivery.pending = g_ascii_strtoull (part[at + 5], NULL, 10);
  self->delivery.message = qd_nats_message_new_for (msg, g_ascii_strtoull (part[at + 2], NULL, 10),
                                                    g_ascii_strtoll (part[at + 4], NULL, 10) / 1000);
  return TRUE;
}

static void
answer_cb (natsConnection *nc, natsSubscription *subscription, natsMsg *msg, void *closure)
{
  const char *id = strrchr (natsMsg_GetSubject (msg), '.');
  Answer *self = g_new0 (Answer, 1);
  const char *status = NULL;

  if (read_delivery (msg, self))
    self->command = (QdNatsCommand) { run_delivery, drop_answer };
  else
    {
      self->command = (QdNatsCommand) { run_answer, drop_answer };
      self->id = id ? g_ascii_strtoull (id + 1, NULL, 10) : 0;
      /* A status without a body: nobody is there, or a consumer has no more. */
      if (natsMsg_GetDataLength (msg) == 0 && natsMsgHeader_Get (msg, "Status", &status) == NATS_OK && status != NULL)
        self->nobody = g_str_equal (status, "503");
      if (status == NULL)
        self->delivery.message = qd_nats_message_new_for_direct (msg);
      self->payload = status ? g_bytes_new (status, strlen (status))
                             : g_bytes_new (natsMsg_GetData (msg), (gsize) natsMsg_GetDataLength (msg));
    }
  natsMsg_Destroy (msg);
  qd_nats_post (closure, &self->command);
}

static void
complete_cb (void *closure)
{
  qd_nats_drop (closure);
}

/* --- Sending ------------------------------------------------------------------------------- */

static natsStatus
transmit (QdNats *nats, Request *request)
{
  g_autofree char *reply = g_strdup_printf ("%s.%" G_GUINT64_FORMAT, nats->requests->inbox, request->id);
  natsMsg *msg = NULL;
  gsize length = 0;
  const char *bytes = request->payload ? g_bytes_get_data (request->payload, &length) : NULL;
  natsStatus s = length > G_MAXINT ? NATS_MAX_PAYLOAD
                                   : natsMsg_Create (&msg, request->subject, reply, bytes, (int) length);

  for (char **header = request->headers; s == NATS_OK && header != NULL && *header != NULL; header += 2)
    s = natsMsgHeader_Set (msg, header[0], header[1]);
  if (s == NATS_OK)
    s = natsConnection_PublishMsg (nats->nc, msg);
  natsMsg_Destroy (msg);
  return s;
}

static void
send_request (QdNats *nats, Request *request)
{
  natsStatus s = transmit (nats, request);
  g_autoptr(GError) error = NULL;

  request->sent = TRUE;
  if (s == NATS_OK)
    return;
  error = qd_nats_error (nats, s, request->subject, nats_GetLastError (NULL));
  answer (nats, request, NULL, error);
}

static void
send_waiting (QdNats *nats)
{
  g_autoptr(GArray) ids = list_ids (nats);

  for (guint i = 0; i < ids->len; i++)
    {
      Request *request = nth_request (nats, ids, i);

      if (request != NULL && !request->sent)
        send_request (nats, request);
    }
}

/* What the connection that broke may have swallowed. */
static void
hurry_sent (QdNats *nats)
{
  gint64 until = g_get_monotonic_time () + AFTER_BREAK_MS * (gint64) 1000;
  GHashTableIter iter;
  gpointer request;

  g_hash_table_iter_init (&iter, nats->requests->waiting);
  while (g_hash_table_iter_next (&iter, NULL, &request))
    if (((Request *) request)->sent)
      ((Request *) request)->until_us = MIN (((Request *) request)->until_us, until);
}

/* "_INBOX.ada.<what nobody else has>" */
static char *
make_inbox (QdNats *nats)
{
  g_autofree char *prefix = qd_nats_dup_inbox_prefix (nats), *unique = g_uuid_string_random ();

  return g_strdup_printf ("%s.%s", prefix, unique);
}

void
qd_nats_requests_attach (QdNats *nats)
{
  QdNatsRequests *self = nats->requests;
  g_autofree char *subject = NULL;
  natsStatus s = NATS_OK;

  hurry_sent (nats);
  if (self->inbox == NULL)
    self->inbox = make_inbox (nats);
  if (s == NATS_OK && self->subscription == NULL)
    {
      subject = g_strdup_printf ("%s.*", self->inbox);
      s = natsConnection_Subscribe (&self->subscription, nats->nc, subject, answer_cb, qd_nats_hold (nats));
      if (s != NATS_OK)
        qd_nats_drop (nats);
      else
        natsSubscription_SetOnCompleteCB (self->subscription, complete_cb, nats);
    }
  if (s == NATS_OK)
    send_waiting (nats);
  else
    qd_nats_complain (nats, NULL, qd_nats_error (nats, s, _("requests"), nats_GetLastError (NULL)));
}

void
qd_nats_requests_detach (QdNats *nats)
{
  if (nats->requests->subscription != NULL)
    natsSubscription_Destroy (g_steal_pointer (&nats->requests->subscription));
}

static void
expire (QdNats *nats, Request *request)
{
  g_autoptr(GError) error =
    g_error_new (QD_WIRE_ERROR, request->sent ? QD_WIRE_ERROR_TIMEOUT : QD_WIRE_ERROR_UNREACHABLE,
                 request->sent ? _("%s: %s: no answer within %u ms") : _("%s: %s: there was no connection for %u ms"),
                 nats->place, request->subject, request->timeout_ms);

  answer (nats, request, NULL, error);
}

gint64
qd_nats_requests_expire (QdNats *nats)
{
  g_autoptr(GArray) ids = NULL;
  GHashTableIter iter;
  gpointer request;
  gint64 now, next = -1;

  if (g_hash_table_size (nats->requests->waiting) == 0)
    return -1;
  ids = list_ids (nats);
  now = g_get_monotonic_time ();
  for (guint i = 0; i < ids->len; i++)
    if ((request = nth_request (nats, ids, i)) != NULL && ((Request *) request)->until_us <= now)
      expire (nats, request);
  /* Those that were asked for just now among them. */
  g_hash_table_iter_init (&iter, nats->requests->waiting);
  while (g_hash_table_iter_next (&iter, NULL, &request))
    next = next < 0 ? ((Request *) request)->until_us : MIN (next, ((Request *) request)->until_us);
  return next;
}

void
qd_nats_requests_fail_all (QdNats *nats)
{
  g_autoptr(GError) error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED, _("%s: closed"), nats->place);

  while (g_hash_table_size (nats->requests->waiting) > 0)
    {
      g_autoptr(GArray) ids = list_ids (nats);

      answer (nats, nth_request (nats, ids, 0), NULL, error);
    }
}

/* The server does not let us publish to @subject, or, @cut, to what begins like that. */
void
qd_nats_requests_forbid (QdNats *nats, const char *subject, gboolean cut, const GError *error)
{
  g_autoptr(GArray) ids = list_ids (nats);

  for (guint i = 0; i < ids->len; i++)
    {
      Request *request = nth_request (nats, ids, i);

      if (request != NULL && request->sent && (cut ? g_str_has_prefix (request->subject, subject) : g_str_equal (request->subject, subject)))
        answer (nats, request, NULL, error);
    }
}

static Request *
add_request (QdNats *nats, const char *subject, const char *const *headers, GBytes *payload, guint timeout_ms,
             QdNatsAnswerFunc func, gpointer data)
{
  Request *request = g_new0 (Request, 1);

  request->id = ++nats->requests->next_id;
  request->subject = g_strdup (subject);
  request->headers = g_strdupv ((char **) headers);
  request->payload = payload ? g_bytes_ref (payload) : NULL;
  request->timeout_ms = timeout_ms ? timeout_ms : DEFAULT_TIMEOUT_MS;
  request->until_us = g_get_monotonic_time () + request->timeout_ms * (gint64) 1000;
  request->func = func;
  request->data = data;
  g_hash_table_insert (nats->requests->waiting, &request->id, request);
  return request;
}

static void
send_if_live (QdNats *nats, Request *request)
{
  if (nats->nc != NULL && nats->requests->subscription != NULL && qd_nats_get_state (nats) == QD_NATS_LIVE)
    send_request (nats, request);
}

void
qd_nats_ask (QdNats *nats, const char *subject, const char *const *headers, GBytes *payload, guint timeout_ms,
             QdNatsAnswerFunc func, gpointer data)
{
  send_if_live (nats, add_request (nats, subject, headers, payload, timeout_ms, func, data));
}

void
qd_nats_ask_many (QdNats *nats, const char *subject, GBytes *payload, guint timeout_ms, const char *consumer,
                  QdNatsEachFunc each, QdNatsAnswerFunc func, gpointer data)
{
  Request *request = add_request (nats, subject, NULL, payload, timeout_ms, func, data);

  request->consumer = g_strdup (consumer);
  request->each = each;
  g_hash_table_insert (nats->requests->consumers, request->consumer, request);
  send_if_live (nats, request);
}

void
qd_nats_ask_message (QdNats *nats, const char *subject, guint timeout_ms, QdNatsEachFunc each, QdNatsAnswerFunc func, gpointer data)
{
  Request *request = add_request (nats, subject, NULL, NULL, timeout_ms, func, data);

  request->each = each;
  send_if_live (nats, request);
}

/* --- Work for the worker --------------------------------------------------------------------- */

typedef struct
{
  QdNatsCommand command;
  char *place;
  QdNatsDoFunc run;            /* NULL once it has run */
  QdNatsClosedFunc closed;
  gpointer data;
} Todo;

static void
run_todo (QdNats *nats, QdNatsCommand *command)
{
  Todo *self = (Todo *) command;
  QdNatsDoFunc run = g_steal_pointer (&self->run);

  run (nats, self->data);
}

static void
drop_todo (QdNatsCommand *command)
{
  Todo *self = (Todo *) command;
  g_autoptr(GError) error = NULL;

  if (self->run != NULL)
    {
      error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED, _("%s: closed"), self->place);
      self->closed (self->data, error);
    }
  g_free (self->place);
  g_free (self);
}

void
qd_nats_do (QdNats *nats, QdNatsDoFunc run, QdNatsClosedFunc closed, gpointer data)
{
  Todo *self = g_new (Todo, 1);

  *self = (Todo) { { run_todo, drop_todo }, g_strdup (nats->place), run, closed, data };
  qd_nats_post (nats, &self->command);
}

typedef struct
{
  QdNats *nats;                /* held */
  QdNatsDoFunc run;
  QdNatsClosedFunc closed;
  gpointer data;
} Later;

static gboolean
later_cb (gpointer data)
{
  Later *self = data;

  qd_nats_do (self->nats, self->run, self->closed, self->data);
  qd_nats_drop (self->nats);
  g_free (self);
  return G_SOURCE_REMOVE;
}

void
qd_nats_do_later (QdNats *nats, guint ms, QdNatsDoFunc run, QdNatsClosedFunc closed, gpointer data)
{
  Later *self = g_new (Later, 1);

  *self = (Later) { qd_nats_hold (nats), run, closed, data };
  g_source_unref (qd_io_timeout_add (ms, later_cb, self, NULL));
}

/* --- One question ------------------------------------------------------------------------------ */

typedef struct
{
  char *subject;
  GBytes *payload;
  guint timeout_ms;
  QdNatsReplyFunc reply;
  gpointer data;
} Ask;

static void
ask_done (gpointer data, GBytes *payload, const GError *error)
{
  Ask *self = data;

  self->reply (payload, error, self->data);
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_free (self->subject);
  g_free (self);
}

static void
ask_closed (gpointer data, const GError *error)
{
  ask_done (data, NULL, error);
}

static void
replied_cb (QdNats *nats, GBytes *payload, const GError *error, gpointer data)
{
  ask_done (data, payload, error);
}

static void
run_request (QdNats *nats, gpointer data)
{
  Ask *self = data;

  qd_nats_ask (nats, self->subject, NULL, self->payload, self->timeout_ms, replied_cb, self);
}

/**
 * qd_nats_request:
 * @payload: (nullable): what to ask
 * @timeout_ms: 0: 5,000
 * @func: called exactly once, on the connection's worker
 *
 * Asks and waits for one answer. A request made while there is no connection is sent when there is
 * one again, within its time.
 */
void
qd_nats_request (QdNats *self, const char *subject, GBytes *payload, guint timeout_ms, QdNatsReplyFunc func, gpointer data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->subject = g_strdup (subject);
  ask->payload = payload ? g_bytes_ref (payload) : NULL;
  ask->timeout_ms = timeout_ms;
  ask->reply = func;
  ask->data = data;
  qd_nats_do (self, run_request, ask_closed, ask);
}
