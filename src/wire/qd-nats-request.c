/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nats.h"

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-nats-private.h"

#define DEFAULT_TIMEOUT_MS 5000
/* JetStream: "wrong last sequence". */
#define ERR_WRONG_LAST_SEQUENCE 10071

/* Requests wait in a table, not in threads: one subscription of "<inbox>.*" takes all the answers,
 * so that fifty requests to a dead server are over after one time limit, not after fifty. */
struct _QdNatsRequests
{
  GHashTable *waiting;         /* id → Request */
  natsInbox *inbox;
  natsSubscription *subscription;
  guint64 next_id;
};

typedef struct
{
  guint64 id;
  char *subject;
  guint64 expected;
  GBytes *payload;
  gint64 until_us;
  guint timeout_ms;
  gboolean sent;
  QdNatsAnswerFunc func;
  gpointer data;
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_clear_pointer (&self->payload, g_bytes_unref);
  g_free (self->subject);
  g_free (self);
}

QdNatsRequests *
qd_nats_requests_new (void)
{
  QdNatsRequests *self = g_new0 (QdNatsRequests, 1);

  self->waiting = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, request_free);
  return self;
}

void
qd_nats_requests_free (QdNatsRequests *self)
{
  g_hash_table_unref (self->waiting);
  natsInbox_Destroy (self->inbox);
  g_free (self);
}

static void
answer (QdNats *nats, Request *request, GBytes *payload, const GError *error)
{
  g_hash_table_steal (nats->requests->waiting, &request->id);
  request->func (nats, payload, error, request->data);
  request_free (request);
}

/* --- Answers ------------------------------------------------------------------------------- */

typedef struct
{
  QdNatsCommand command;
  guint64 id;
  GBytes *payload;
  gboolean nobody;
} Answer;

static void
drop_answer (QdNatsCommand *command)
{
  Answer *self = (Answer *) command;

  g_clear_pointer (&self->payload, g_bytes_unref);
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
  answer (nats, request, error ? NULL : self->payload, error);
}

static void
answer_cb (natsConnection *nc, natsSubscription *subscription, natsMsg *msg, void *closure)
{
  const char *id = strrchr (natsMsg_GetSubject (msg), '.');
  Answer *self = g_new0 (Answer, 1);
  const char *status = NULL;

  self->command = (QdNatsCommand) { run_answer, drop_answer };
  self->id = id ? g_ascii_strtoull (id + 1, NULL, 10) : 0;
  self->nobody = natsMsg_GetDataLength (msg) == 0 && natsMsgHeader_Get (msg, "Status", &status) == NATS_OK &&
                 g_strcmp0 (status, "503") == 0;
  self->payload = g_bytes_new (natsMsg_GetData (msg), (gsize) natsMsg_GetDataLength (msg));
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
  g_autofree char *expected = g_strdup_printf ("%" G_GUINT64_FORMAT, request->expected);
  natsMsg *msg = NULL;
  gsize length = 0;
  const char *bytes = request->payload ? g_bytes_get_data (request->payload, &length) : NULL;
  natsStatus s = length > G_MAXINT ? NATS_MAX_PAYLOAD
                                   : natsMsg_Create (&msg, request->subject, reply, bytes, (int) length);

  if (s == NATS_OK && request->expected != G_MAXUINT64)
    s = natsMsgHeader_Set (msg, "Nats-Expected-Last-Subject-Sequence", expected);
  if (s == NATS_OK)
    s = natsConnection_PublishMsg (nats->nc, msg);
  natsMsg_Destroy (msg);
  return s;
}

static void
send_waiting (QdNats *nats)
{
  g_autoptr(GList) all = g_hash_table_get_values (nats->requests->waiting);

  for (GList *l = all; l != NULL; l = l->next)
    {
      Request *request = l->data;
      natsStatus s;

      if (request->sent)
        continue;
      s = transmit (nats, request);
      request->sent = TRUE;
      if (s != NATS_OK)
        {
          g_autoptr(GError) error = qd_nats_error (nats, s, request->subject, nats_GetLastError (NULL));
          answer (nats, request, NULL, error);
        }
    }
}

void
qd_nats_requests_attach (QdNats *nats)
{
  QdNatsRequests *self = nats->requests;
  g_autofree char *subject = NULL;
  natsStatus s = NATS_OK;

  if (self->inbox == NULL)
    s = natsInbox_Create (&self->inbox);
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

gint64
qd_nats_requests_expire (QdNats *nats)
{
  g_autoptr(GList) all = NULL;
  gint64 now, next = -1;

  if (g_hash_table_size (nats->requests->waiting) == 0)
    return -1;
  all = g_hash_table_get_values (nats->requests->waiting);
  now = g_get_monotonic_time ();
  for (GList *l = all; l != NULL; l = l->next)
    {
      Request *request = l->data;
      g_autoptr(GError) error = NULL;

      if (request->until_us > now)
        {
          next = next < 0 ? request->until_us : MIN (next, request->until_us);
          continue;
        }
      error = g_error_new (QD_WIRE_ERROR, request->sent ? QD_WIRE_ERROR_TIMEOUT : QD_WIRE_ERROR_UNREACHABLE,
                           request->sent ? _("%s: %s: no answer within %u ms") : _("%s: %s: there was no connection for %u ms"),
                           nats->place, request->subject, request->timeout_ms);
      answer (nats, request, NULL, error);
    }
  return next;
}

void
qd_nats_requests_fail_all (QdNats *nats)
{
  g_autoptr(GList) all = g_hash_table_get_values (nats->requests->waiting);
  g_autoptr(GError) error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED, _("%s: closed"), nats->place);

  for (GList *l = all; l != NULL; l = l->next)
    answer (nats, l->data, NULL, error);
}

void
qd_nats_ask (QdNats *nats, const char *subject, guint64 expected, GBytes *payload, guint timeout_ms,
             QdNatsAnswerFunc func, gpointer data)
{
  Request *request = g_new0 (Request, 1);

  request->id = ++nats->requests->next_id;
  request->subject = g_strdup (subject);
  request->expected = expected;
  request->payload = payload ? g_bytes_ref (payload) : NULL;
  request->timeout_ms = timeout_ms ? timeout_ms : DEFAULT_TIMEOUT_MS;
  request->until_us = g_get_monotonic_time () + request->timeout_ms * (gint64) 1000;
  request->func = func;
  request->data = data;
  g_hash_table_insert (nats->requests->waiting, &request->id, request);
  if (nats->nc != NULL && nats->requests->subscription != NULL && qd_nats_get_state (nats) == QD_NATS_LIVE)
    send_waiting (nats);
}

/* --- Commands ------------------------------------------------------------------------------ */

/* What the caller asked for; told of exactly once, by ask_done(). */
typedef struct
{
  char *place;
  char *subject;               /* or of a put: */
  char *bucket, *key;
  GBytes *payload;
  guint64 expected;
  guint timeout_ms;
  QdNatsReplyFunc reply;
  QdKvRevisionFunc revision;
  gpointer data;
  gboolean second;             /* a create over a deleted key: tried with its revision */
} Ask;

static void
ask_free (Ask *self)
{
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_free (self->place);
  g_free (self->subject);
  g_free (self->bucket);
  g_free (self->key);
  g_free (self);
}

/* Tells the caller, who must hear of it exactly once, and frees. */
static void
ask_done (Ask *self, GBytes *payload, guint64 revision, const GError *error)
{
  if (self->reply != NULL)
    self->reply (payload, error, self->data);
  if (self->revision != NULL)
    self->revision (revision, error, self->data);
  ask_free (self);
}

typedef struct
{
  QdNatsCommand command;
  Ask *ask;                    /* until it is on its way */
} AskCommand;

static void
drop_ask (QdNatsCommand *command)
{
  AskCommand *self = (AskCommand *) command;
  g_autoptr(GError) error = NULL;

  if (self->ask != NULL)
    {
      error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED, _("%s: closed"), self->ask->place);
      ask_done (self->ask, NULL, 0, error);
    }
  g_free (self);
}

static void
ask_post (QdNats *nats, Ask *self, void (*run) (QdNats *, QdNatsCommand *))
{
  AskCommand *command = g_new (AskCommand, 1);

  *command = (AskCommand) { { run, drop_ask }, self };
  qd_nats_post (nats, &command->command);
}

static void
replied_cb (QdNats *nats, GBytes *payload, const GError *error, gpointer data)
{
  ask_done (data, payload, 0, error);
}

static void
run_request (QdNats *nats, QdNatsCommand *command)
{
  Ask *self = g_steal_pointer (&((AskCommand *) command)->ask);

  qd_nats_ask (nats, self->subject, G_MAXUINT64, self->payload, self->timeout_ms, replied_cb, self);
}

static Ask *
ask_new (QdNats *nats, GBytes *payload, gpointer data)
{
  Ask *self = g_new0 (Ask, 1);

  self->place = g_strdup (nats->place);
  self->payload = payload ? g_bytes_ref (payload) : NULL;
  self->data = data;
  return self;
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
  Ask *ask = ask_new (self, payload, data);

  ask->subject = g_strdup (subject);
  ask->timeout_ms = timeout_ms;
  ask->reply = func;
  ask_post (self, ask, run_request);
}

/* --- Putting into a bucket ------------------------------------------------------------------ */

static void put (QdNats *nats, Ask *self, guint64 expected);

/* The last entry of the key, asked for when a create was refused: it may be a delete's marker. */
static void
last_cb (QdNats *nats, GBytes *payload, const GError *error, gpointer data)
{
  Ask *self = data;
  gsize length = 0;
  const char *text = payload ? g_bytes_get_data (payload, &length) : NULL;
  g_autoptr(JsonNode) node = text ? qd_json_parse (text, length, self->key, NULL) : NULL;
  JsonObject *object = node ? qd_json_object (node) : NULL;
  JsonObject *message = object ? qd_json_get_object (object, "message") : NULL;
  const char *encoded = message ? qd_json_get_string (message, "hdrs", NULL) : NULL;
  gsize n = 0;
  g_autofree guchar *headers = encoded ? g_base64_decode (encoded, &n) : NULL;
  g_autoptr(GError) conflict = NULL;
  gint64 seq = 0;

  if (message != NULL && qd_json_get_int (message, "seq", &seq) && seq > 0 && headers != NULL &&
      g_strstr_len ((char *) headers, (gssize) n, "KV-Operation:") != NULL)
    {
      self->second = TRUE;
      put (nats, self, (guint64) seq);
      return;
    }
  conflict = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT, _("%s: %s already exists in the bucket %s"), self->place,
                          self->key, self->bucket);
  ask_done (self, NULL, 0, conflict);
}

static void
ask_last (QdNats *nats, Ask *self)
{
  g_autofree char *subject = g_strdup_printf ("$JS.API.STREAM.MSG.GET.KV_%s", self->bucket);
  g_autofree char *text = g_strdup_printf ("{\"last_by_subj\":\"$KV.%s.%s\"}", self->bucket, self->key);
  g_autoptr(GBytes) payload = g_bytes_new (text, strlen (text));

  qd_nats_ask (nats, subject, G_MAXUINT64, payload, 0, last_cb, self);
}

static GError *
put_error (Ask *self, JsonObject *said)
{
  const char *words = qd_json_get_string (said, "description", _("refused"));
  gint64 number = 0, code = 0;

  qd_json_get_int (said, "err_code", &number);
  qd_json_get_int (said, "code", &code);
  if (number == ERR_WRONG_LAST_SEQUENCE)
    return g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT,
                        _("%s: %s in the bucket %s was changed by somebody else meanwhile: read it again (%s)"),
                        self->place, self->key, self->bucket, words);
  return g_error_new (QD_WIRE_ERROR, code == 404 ? QD_WIRE_ERROR_NOT_FOUND : code >= 500 ? QD_WIRE_ERROR_BUSY : QD_WIRE_ERROR_INVALID,
                      _("%s: %s in the bucket %s was not stored: %s"), self->place, self->key, self->bucket, words);
}

static void
put_cb (QdNats *nats, GBytes *payload, const GError *error, gpointer data)
{
  Ask *self = data;
  gsize length = 0;
  const char *text = payload ? g_bytes_get_data (payload, &length) : NULL;
  g_autoptr(JsonNode) node = text ? qd_json_parse (text, length, self->key, NULL) : NULL;
  JsonObject *object = node ? qd_json_object (node) : NULL;
  JsonObject *said = object ? qd_json_get_object (object, "error") : NULL;
  g_autoptr(GError) own = NULL;
  gint64 seq = 0;

  if (error != NULL)
    own = error->code == QD_WIRE_ERROR_NOT_FOUND
            ? g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND, _("%s: there is no bucket %s here"), self->place, self->bucket)
            : g_error_copy (error);
  else if (said != NULL)
    own = put_error (self, said);
  else if (object == NULL || !qd_json_get_int (object, "seq", &seq))
    own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, _("%s: the answer to storing %s in the bucket %s is not JetStream's"),
                       self->place, self->key, self->bucket);

  if (own != NULL && own->code == QD_WIRE_ERROR_CONFLICT && self->expected == 0 && !self->second)
    ask_last (nats, self);
  else
    ask_done (self, NULL, (guint64) seq, own);
}

static void
put (QdNats *nats, Ask *self, guint64 expected)
{
  g_autofree char *subject = g_strdup_printf ("$KV.%s.%s", self->bucket, self->key);

  qd_nats_ask (nats, subject, expected, self->payload, 0, put_cb, self);
}

/* What nats.c and the server allow in a key. */
static gboolean
is_key (const char *key)
{
  if (*key == '\0' || *key == '.' || g_str_has_suffix (key, "."))
    return FALSE;
  for (; *key; key++)
    if (!g_ascii_isalnum (*key) && strchr ("-/_=.", *key) == NULL)
      return FALSE;
  return TRUE;
}

static void
run_put (QdNats *nats, QdNatsCommand *command)
{
  Ask *self = g_steal_pointer (&((AskCommand *) command)->ask);
  g_autoptr(GError) error = NULL;

  if (is_key (self->key))
    {
      put (nats, self, self->expected);
      return;
    }
  error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID, _("%s: “%s” is no key of a bucket"), self->place, self->key);
  ask_done (self, NULL, 0, error);
}

/**
 * qd_nats_kv_put:
 * @value: (nullable): the bytes to store
 * @func: called exactly once, on the connection's worker, with the new revision
 *
 * Stores a value, if the key is still as @expected_revision says.
 */
void
qd_nats_kv_put (QdNats *self, const char *bucket, const char *key, GBytes *value, guint64 expected_revision, QdKvRevisionFunc func, gpointer data)
{
  Ask *ask = ask_new (self, value, data);

  ask->bucket = g_strdup (bucket);
  ask->key = g_strdup (key);
  ask->expected = expected_revision;
  ask->revision = func;
  ask_post (self, ask, run_put);
}
