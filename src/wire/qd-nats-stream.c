/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nats.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-nats-private.h"

/* Streams are asked by messages, as everything else here: nothing on the worker waits, so that one stream without a leader
 * delays no other. nats.c's js_* calls would. */

#define LIMIT_MS 10000
#define AGAIN_MS 250
#define MAX_HEADERS 32
/* What one request of a consumer brings: as many as are likely to have that many bytes, so that the client library need not drop any.
 * (A server asked for no more than so many bytes loses the message that would be too much, where it tells the last of each subject.) */
#define FIRST_ONCE 16
#define AT_ONCE 1000
#define AT_ONCE_BYTES (16 * 1024 * 1024)
#define CONSUMER_LIVES_NS G_GINT64_CONSTANT (30000000000)
/* A stream of no such name, and a sequence that no stream reaches: both make sure that nothing is stored. */
#define NO_SUCH_STREAM "quarterdeck-only-asks-whether-it-may"
#define NO_SUCH_SEQUENCE "4611686018427387904"

static gint64
limit_from_now (void)
{
  return g_get_monotonic_time () + LIMIT_MS * (gint64) 1000;
}

/* --- What may be asked for --------------------------------------------------------------------- */

static gboolean
is_stream (const char *name)
{
  return name != NULL && *name != '\0' && strlen (name) < 256 && g_utf8_validate (name, -1, NULL) &&
         strpbrk (name, " \t\r\n.*>/\\\"") == NULL;
}

/* @wild: "*" and ">" may stand for tokens. */
static gboolean
is_subject (const char *subject, gboolean wild)
{
  g_auto(GStrv) tokens = NULL;

  if (subject == NULL || *subject == '\0' || strlen (subject) > 1024 || !g_utf8_validate (subject, -1, NULL))
    return FALSE;
  for (const char *c = subject; *c; c++)
    if ((guchar) *c <= ' ' || *c == '"' || *c == '\\' || *c == 127 || (!wild && (*c == '*' || *c == '>')))
      return FALSE;
  tokens = g_strsplit (subject, ".", -1);
  for (guint i = 0; tokens[i] != NULL; i++)
    if (tokens[i][0] == '\0')
      return FALSE;
  return TRUE;
}

static gboolean
are_headers (const char *const *headers)
{
  guint n = 0;

  for (; headers != NULL && *headers != NULL; headers += 2, n++)
    {
      if (headers[1] == NULL || n == MAX_HEADERS || **headers == '\0')
        return FALSE;
      for (const char *c = headers[0]; *c; c++)
        if (*c <= ' ' || *c == ':' || *c >= 127)
          return FALSE;
      if (strpbrk (headers[1], "\r\n") != NULL)
        return FALSE;
    }
  return TRUE;
}

static GError *
invalid (QdNats *nats, const char *format, const char *word)
{
  g_autofree char *words = g_strdup_printf (format, word ? word : "");

  return g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID, "%s: %s", nats->place, words);
}

static GError *
check (QdNats *nats, const char *stream, const char *subject, gboolean wild)
{
  if (!is_stream (stream))
    return invalid (nats, _("“%s” is no name of a stream"), stream);
  if (subject != NULL && !is_subject (subject, wild))
    return invalid (nats, _("“%s” is no subject"), subject);
  return NULL;
}

/* --- Publishing ---------------------------------------------------------------------------------- */

typedef struct
{
  QdNats *nats;                /* held */
  char *stream, *subject;
  char **headers;
  GBytes *payload;
  gint64 until_us;
  QdNatsStoredFunc func;
  gpointer data;
} Publish;

static void
publish_done (Publish *self, guint64 seq, gboolean duplicate, const GError *error)
{
  self->func (seq, duplicate, error, self->data);
  g_bytes_unref (self->payload);
  g_strfreev (self->headers);
  g_free (self->stream);
  g_free (self->subject);
  qd_nats_drop (self->nats);
  g_free (self);
}

static void
publish_closed (gpointer data, const GError *error)
{
  publish_done (data, 0, FALSE, error);
}

static void run_publish (QdNats *nats, gpointer data);

/* Nobody took the message, so that it is stored nowhere: is there no such stream, or does nobody lead it just now? */
static void
looked_cb (QdNats *nats, JsonObject *answer, const GError *error, gpointer data)
{
  Publish *self = data;
  g_autoptr(GError) own = NULL;

  if (answer != NULL && self->until_us - g_get_monotonic_time () > 2 * AGAIN_MS * (gint64) 1000)
    {
      qd_nats_do_later (nats, AGAIN_MS, run_publish, publish_closed, self);
      return;
    }
  if (answer != NULL)
    own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_BUSY, _("%s: nobody leads the stream %s just now"), nats->place, self->stream);
  else if (error->code == QD_WIRE_ERROR_NOT_FOUND)
    own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND, _("%s: there is no stream %s that takes %s"), nats->place, self->stream,
                       self->subject);
  else
    own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_BUSY, _("%s: nobody takes %s just now"), nats->place, self->subject);
  publish_done (self, 0, FALSE, own);
}

/* "wrong last sequence: 57": the sequence that is the last of the subject; 0 where it is not told. */
static guint64
told_sequence (JsonObject *said)
{
  const char *words = qd_json_get_string (said, "description", ""), *colon = strrchr (words, ':');
  guint64 seq = 0;

  return colon != NULL && g_ascii_string_to_unsigned (colon + 1 + strspn (colon + 1, " "), 10, 1, G_MAXINT64, &seq, NULL) ? seq : 0;
}

static void
published_cb (QdNats *nats, GBytes *payload, const GError *error, gpointer data)
{
  Publish *self = data;
  gsize length = 0;
  const char *text = payload ? g_bytes_get_data (payload, &length) : NULL;
  g_autoptr(JsonNode) node = text ? qd_json_parse (text, (gssize) length, self->subject, NULL) : NULL;
  JsonObject *object = node ? qd_json_object (node) : NULL;
  JsonObject *said = object ? qd_json_get_object (object, "error") : NULL;
  g_autofree char *what = g_strconcat ("STREAM.INFO.", self->stream, NULL);
  g_autoptr(GError) own = NULL;
  gint64 seq = 0;

  if (error != NULL && error->code == QD_WIRE_ERROR_NOT_FOUND)
    {
      qd_nats_api (nats, what, "", self->until_us, looked_cb, self);
      return;
    }
  if (error != NULL)
    own = g_error_copy (error);
  else if (said != NULL)
    {
      own = qd_nats_api_error (nats, self->subject, said);
      seq = own->code == QD_WIRE_ERROR_CONFLICT ? (gint64) told_sequence (said) : 0;
    }
  else if (object == NULL || !qd_json_get_int (object, "seq", &seq) || seq <= 0)
    own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, _("%s: the answer to storing %s is not JetStream's"), nats->place,
                       self->subject);
  publish_done (self, (guint64) seq, own == NULL && qd_json_get_bool (object, "duplicate", FALSE), own);
}

static void
run_publish (QdNats *nats, gpointer data)
{
  Publish *self = data;
  gint64 left_ms = (self->until_us - g_get_monotonic_time ()) / 1000;
  g_autoptr(GError) error = check (nats, self->stream, self->subject, FALSE);

  if (error == NULL && !are_headers ((const char *const *) self->headers))
    error = invalid (nats, _("the headers of %s cannot be sent"), self->subject);
  if (error != NULL)
    publish_done (self, 0, FALSE, error);
  else
    qd_nats_ask (nats, self->subject, (const char *const *) self->headers, self->payload, (guint) MAX (left_ms, 1), published_cb, self);
}

/* @headers, with what must be as it is for the message to be taken. */
static char **
add_expectations (const char *const *headers, const char *stream, guint64 expect_last)
{
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func (g_free);

  for (; headers != NULL && *headers != NULL; headers++)
    g_ptr_array_add (all, g_strdup (*headers));
  g_ptr_array_add (all, g_strdup ("Nats-Expected-Stream"));
  g_ptr_array_add (all, g_strdup (stream));
  if (expect_last != QD_NATS_ANY)
    {
      g_ptr_array_add (all, g_strdup ("Nats-Expected-Last-Subject-Sequence"));
      g_ptr_array_add (all, g_strdup_printf ("%" G_GUINT64_FORMAT, expect_last));
    }
  g_ptr_array_add (all, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&all), FALSE);
}

/**
 * qd_nats_stream_publish:
 * @headers: (nullable): names and values by turns, ended by %NULL
 * @payload: (nullable): the message
 * @expect_last: the sequence that the subject's last message must have: see the header
 *
 * Appends a message to a stream. While nobody leads the stream it is tried again; what was sent is never sent twice.
 */
void
qd_nats_stream_publish (QdNats *self, const char *stream, const char *subject, const char *const *headers, GBytes *payload,
                        guint64 expect_last, QdNatsStoredFunc func, gpointer data)
{
  Publish *publish = g_new0 (Publish, 1);

  publish->nats = qd_nats_hold (self);
  publish->stream = g_strdup (stream);
  publish->subject = g_strdup (subject);
  publish->headers = add_expectations (headers, stream, expect_last);
  publish->payload = payload ? g_bytes_ref (payload) : g_bytes_new (NULL, 0);
  publish->until_us = limit_from_now ();
  publish->func = func;
  publish->data = data;
  qd_nats_do (self, run_publish, publish_closed, publish);
}

/* --- Whether one may -------------------------------------------------------------------------------- */

typedef struct
{
  char *subject;
  QdNatsMayFunc func;
  gpointer data;
} May;

static void
may_done (May *self, const GError *error)
{
  self->func (error, self->data);
  g_free (self->subject);
  g_free (self);
}

static void
may_closed (gpointer data, const GError *error)
{
  may_done (data, error);
}

/* Any answer of a stream is a refusal of this message, which it got: so we may. */
static void
may_cb (QdNats *nats, GBytes *payload, const GError *error, gpointer data)
{
  may_done (data, error);
}

static void
run_may (QdNats *nats, gpointer data)
{
  static const char *const headers[] = { "Nats-Expected-Stream", NO_SUCH_STREAM,
                                         "Nats-Expected-Last-Subject-Sequence", NO_SUCH_SEQUENCE, NULL };
  May *self = data;

  qd_nats_ask (nats, self->subject, headers, NULL, 0, may_cb, self);
}

void
qd_nats_stream_may_publish (QdNats *self, const char *subject, QdNatsMayFunc func, gpointer data)
{
  May *may = g_new (May, 1);

  *may = (May) { g_strdup (subject), func, data };
  qd_nats_do (self, run_may, may_closed, may);
}

/* --- The last message of a subject, and what a stream says of itself ------------------------------------ */

typedef struct
{
  char *stream, *subject;
  gint64 until_us;
  QdNatsFoundFunc found;
  QdNatsInfoFunc info;
  gpointer data;
  GError *refusal;             /* of the leader, while it is asked for directly */
  QdNatsMessage *message;      /* that was got so */
} Look;

static void
look_done (Look *self, QdNatsMessage *message, const QdNatsStreamInfo *info, const GError *error)
{
  if (self->found != NULL)
    self->found (message, error, self->data);
  else
    self->info (info, error, self->data);
  g_clear_error (&self->refusal);
  g_clear_pointer (&self->message, qd_nats_message_unref);
  g_free (self->stream);
  g_free (self->subject);
  g_free (self);
}

static void
look_closed (gpointer data, const GError *error)
{
  look_done (data, NULL, NULL, error);
}

static gboolean
direct_message_cb (QdNats *nats, const QdNatsDelivery *delivery, gpointer data)
{
  ((Look *) data)->message = qd_nats_message_ref (delivery->message);
  return FALSE;
}

/* What may be got neither so nor so is refused in the words in which it was first. */
static void
direct_cb (QdNats *nats, GBytes *payload, const GError *error, gpointer data)
{
  Look *self = data;
  gsize length = 0;
  const char *status = payload ? g_bytes_get_data (payload, &length) : NULL;
  g_autoptr(GError) own = NULL;

  if (self->message == NULL && status != NULL && length == 3 && memcmp (status, "404", 3) == 0)
    /* As the leader says it. */
    own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND, "%s: %s: no message found", nats->place, self->subject);
  else if (self->message == NULL)
    own = g_error_copy (error && error->code != QD_WIRE_ERROR_NOT_FOUND ? error : self->refusal);
  look_done (self, self->message, NULL, own);
}

/* Whoever may not ask the leader for any message may still be let have the last of this subject, from any server that has the stream. */
static void
ask_directly (QdNats *nats, Look *self, const GError *refusal)
{
  gint64 left_ms = (self->until_us - g_get_monotonic_time ()) / 1000;
  g_autofree char *subject = g_strdup_printf ("$JS.API.DIRECT.GET.%s.%s", self->stream, self->subject);

  self->refusal = g_error_copy (refusal);
  qd_nats_ask_message (nats, subject, (guint) MAX (left_ms, 1), direct_message_cb, direct_cb, self);
}

static void
last_cb (QdNats *nats, JsonObject *answer, const GError *error, gpointer data)
{
  Look *self = data;
  JsonObject *object = answer ? qd_json_get_object (answer, "message") : NULL;
  g_autoptr(QdNatsMessage) message = object ? qd_nats_message_new_for_json (object) : NULL;
  g_autoptr(GError) own = error ? g_error_copy (error) : NULL;

  if (error != NULL && error->code == QD_WIRE_ERROR_FORBIDDEN)
    {
      ask_directly (nats, self, error);
      return;
    }
  if (own == NULL && message == NULL)
    own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, _("%s: %s: the answer is not JetStream's: %s"), nats->place, self->stream,
                       _("not an object"));
  look_done (self, message, NULL, own);
}

/* (transfer full) the strings of @array. */
static char **
strings_of (JsonArray *array)
{
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_ptr_array_add (all, json_node_dup_string (node));
    }
  g_ptr_array_add (all, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&all), FALSE);
}

static void
info_cb (QdNats *nats, JsonObject *answer, const GError *error, gpointer data)
{
  Look *self = data;
  JsonObject *state = answer ? qd_json_get_object (answer, "state") : NULL;
  JsonObject *config = answer ? qd_json_get_object (answer, "config") : NULL;
  g_auto(GStrv) subjects = strings_of (config ? qd_json_get_array (config, "subjects") : NULL);
  gint64 first = 0, last = 0, messages = 0, bytes = 0, n = 0;
  g_autoptr(GError) own = error ? g_error_copy (error) : NULL;
  QdNatsStreamInfo info;

  if (own == NULL && (state == NULL || !qd_json_get_int (state, "last_seq", &last)))
    own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, _("%s: the stream %s does not say where it ends"), nats->place, self->stream);
  if (own == NULL)
    {
      qd_json_get_int (state, "first_seq", &first);
      qd_json_get_int (state, "messages", &messages);
      qd_json_get_int (state, "bytes", &bytes);
      qd_json_get_int (state, "num_subjects", &n);
    }
  info = (QdNatsStreamInfo) { (guint64) first, (guint64) last, (guint64) messages, (guint64) bytes, (guint64) n, subjects };
  look_done (self, NULL, own ? NULL : &info, own);
}

static void
run_look (QdNats *nats, gpointer data)
{
  Look *self = data;
  g_autoptr(GError) error = check (nats, self->stream, self->subject, FALSE);
  g_autofree char *what = g_strconcat (self->found ? "STREAM.MSG.GET." : "STREAM.INFO.", self->stream, NULL);
  g_autofree char *question = self->found ? g_strdup_printf ("{\"last_by_subj\":\"%s\"}", self->subject) : g_strdup ("");

  if (error == NULL && self->found && self->subject == NULL)
    error = invalid (nats, _("“%s” is no subject"), NULL);
  if (error != NULL)
    look_done (self, NULL, NULL, error);
  else
    qd_nats_api (nats, what, question, self->until_us, self->found ? last_cb : info_cb, self);
}

static void
look (QdNats *self, const char *stream, const char *subject, QdNatsFoundFunc found, QdNatsInfoFunc info, gpointer data)
{
  Look *job = g_new (Look, 1);

  *job = (Look) { g_strdup (stream), g_strdup (subject), limit_from_now (), found, info, data, NULL, NULL };
  qd_nats_do (self, run_look, look_closed, job);
}

/**
 * qd_nats_stream_last:
 *
 * The last message of a subject, from the stream's leader: what was stored before is seen. Who may not ask that one is answered by any server
 * that has the stream, which may be a moment behind.
 */
void
qd_nats_stream_last (QdNats *self, const char *stream, const char *subject, QdNatsFoundFunc func, gpointer data)
{
  look (self, stream, subject, func, NULL, data);
}

void
qd_nats_stream_info (QdNats *self, const char *stream, QdNatsInfoFunc func, gpointer data)
{
  look (self, stream, NULL, NULL, func, data);
}

/* --- Reading ------------------------------------------------------------------------------------------ */

typedef struct
{
  QdNats *nats;                /* held */
  char *stream, *subject;
  guint64 after;
  guint limit;
  gboolean last_each;
  gint64 until_us;
  QdNatsReadFunc func;
  gpointer data;

  GPtrArray *messages;
  gsize bytes;
  char *consumer;              /* or NULL */
  guint64 pending;             /* behind the last message */
  guint64 nth;                 /* how many the consumer has delivered */
  guint awaited, before;       /* of the request under way: how many may come, how many there were */
  gboolean gap;                /* one did not come */
} Read;

static void
read_free (Read *self)
{
  g_ptr_array_unref (self->messages);
  g_free (self->stream);
  g_free (self->subject);
  g_free (self->consumer);
  qd_nats_drop (self->nats);
  g_free (self);
}

static void
forget_cb (QdNats *nats, GBytes *payload, const GError *error, gpointer data)
{
}

/* A consumer that is not needed any more ends by itself too, where we may not end it. */
static void
forget_consumer (Read *self)
{
  g_autofree char *consumer = g_steal_pointer (&self->consumer);
  g_autofree char *subject = NULL;

  if (consumer == NULL)
    return;
  subject = g_strdup_printf ("$JS.API.CONSUMER.DELETE.%s.%s", self->stream, consumer);
  qd_nats_ask (self->nats, subject, NULL, NULL, 0, forget_cb, NULL);
}

static void
read_done (Read *self, const GError *error)
{
  self->func (error ? NULL : self->messages, error == NULL && self->pending > 0, error, self->data);
  read_free (self);
}

static void
read_closed (gpointer data, const GError *error)
{
  read_done (data, error);
}

static void
finish_read (Read *self)
{
  forget_consumer (self);
  read_done (self, NULL);
}

static void run_read (QdNats *nats, gpointer data);

/* Reading changes nothing: while there is time, it is begun again. */
static void
read_failed (Read *self, const GError *error)
{
  gboolean again = error->code == QD_WIRE_ERROR_TIMEOUT || error->code == QD_WIRE_ERROR_CLOSED ||
                   error->code == QD_WIRE_ERROR_BUSY || error->code == QD_WIRE_ERROR_UNREACHABLE;

  if (error->code != QD_WIRE_ERROR_CANCELLED)
    forget_consumer (self);
  if (again && self->until_us - g_get_monotonic_time () > AGAIN_MS * (gint64) 1000)
    qd_nats_do_later (self->nats, AGAIN_MS / 2, run_read, read_closed, self);
  else
    read_done (self, error);
}

static gboolean
each_cb (QdNats *nats, const QdNatsDelivery *delivery, gpointer data)
{
  Read *self = data;

  self->gap = delivery->nth != self->nth + 1;
  if (self->gap)
    return FALSE;
  self->nth++;
  self->pending = delivery->pending;
  self->bytes += g_bytes_get_size (delivery->message->payload);
  g_ptr_array_add (self->messages, qd_nats_message_ref (delivery->message));
  return --self->awaited > 0 && self->pending > 0;
}

static void pull (Read *self);

static void
pulled_cb (QdNats *nats, GBytes *payload, const GError *error, gpointer data)
{
  Read *self = data;
  gsize length = 0;
  const char *status = payload ? g_bytes_get_data (payload, &length) : NULL;
  g_autoptr(GError) own = NULL;

  if (error != NULL)
    {
      read_failed (self, error);
      return;
    }
  if (status != NULL && length == 3 && memcmp (status, "404", 3) == 0)
    self->pending = 0;         /* what there was is gone */
  else if (self->gap || self->messages->len == self->before)
    {
      own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CLOSED, _("%s: reading %s: messages were lost on the way"), nats->place, self->stream);
      read_failed (self, own);
      return;
    }
  if (self->pending == 0 || self->messages->len >= self->limit || self->bytes >= QD_NATS_MAX_READ)
    finish_read (self);
  else
    pull (self);
}

static void
pull (Read *self)
{
  gint64 left_ms = (self->until_us - g_get_monotonic_time ()) / 1000;
  g_autofree char *subject = g_strdup_printf ("$JS.API.CONSUMER.MSG.NEXT.%s.%s", self->stream, self->consumer);
  g_autofree char *text = NULL;
  g_autoptr(GBytes) payload = NULL;
  guint once = self->messages->len == 0 ? FIRST_ONCE : (guint) (AT_ONCE_BYTES / (self->bytes / self->messages->len + 1));

  self->awaited = (guint) MIN (MIN (CLAMP (once, FIRST_ONCE, AT_ONCE), self->limit - self->messages->len), self->pending);
  self->before = self->messages->len;
  text = g_strdup_printf ("{\"batch\":%u,\"no_wait\":true}", self->awaited);
  payload = g_bytes_new (text, strlen (text));
  qd_nats_ask_many (self->nats, subject, payload, (guint) MAX (left_ms, 1), self->consumer, each_cb, pulled_cb, self);
}

static void
created_cb (QdNats *nats, JsonObject *answer, const GError *error, gpointer data)
{
  Read *self = data;
  const char *name = answer ? qd_json_get_string (answer, "name", NULL) : NULL;
  gint64 pending = 0;
  g_autoptr(GError) own = NULL;

  if (error == NULL && (name == NULL || !qd_json_get_int (answer, "num_pending", &pending)))
    own = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, _("%s: %s: the answer is not JetStream's: %s"), nats->place, self->stream,
                       _("not an object"));
  if (error != NULL || own != NULL)
    {
      read_done (self, error ? error : own);
      return;
    }
  self->consumer = g_strdup (name);
  self->pending = (guint64) MAX (pending, 0);
  if (self->pending == 0)
    finish_read (self);
  else
    pull (self);
}

static void
run_read (QdNats *nats, gpointer data)
{
  Read *self = data;
  g_autoptr(GError) error = check (nats, self->stream, self->subject, TRUE);
  g_autofree char *what = g_strconcat ("CONSUMER.CREATE.", self->stream, NULL);
  g_autofree char *start = NULL;
  g_autofree char *question = NULL;

  if (error != NULL)
    {
      read_done (self, error);
      return;
    }
  g_ptr_array_set_size (self->messages, 0);
  self->bytes = 0;
  self->nth = 0;
  self->gap = FALSE;
  start = self->last_each  ? g_strdup ("\"deliver_policy\":\"last_per_subject\"")
          : self->after > 0 ? g_strdup_printf ("\"deliver_policy\":\"by_start_sequence\",\"opt_start_seq\":%" G_GUINT64_FORMAT, self->after + 1)
                            : g_strdup ("\"deliver_policy\":\"all\"");
  question = g_strdup_printf ("{\"stream_name\":\"%s\",\"config\":{%s,\"ack_policy\":\"none\",\"replay_policy\":\"instant\","
                              "\"filter_subject\":\"%s\",\"mem_storage\":true,\"num_replicas\":1,"
                              "\"inactive_threshold\":%" G_GINT64_FORMAT "}}",
                              self->stream, start, self->subject, CONSUMER_LIVES_NS);
  qd_nats_api (nats, what, question, self->until_us, created_cb, self);
}

/**
 * qd_nats_stream_read:
 * @subject: (nullable): whose messages, with wildcards; %NULL: all
 * @after: only what comes behind this sequence; 0: from the beginning. Not with @last_each
 * @limit: how many at most; 0: 1,000
 *
 * Reads what is in a stream now, by a consumer of its own that leaves nothing behind.
 */
void
qd_nats_stream_read (QdNats *self, const char *stream, const char *subject, guint64 after, guint limit, gboolean last_each,
                     QdNatsReadFunc func, gpointer data)
{
  Read *job = g_new0 (Read, 1);

  job->nats = qd_nats_hold (self);
  job->stream = g_strdup (stream);
  job->subject = g_strdup (subject ? subject : ">");
  job->after = after;
  job->limit = limit ? limit : AT_ONCE;
  job->last_each = last_each;
  job->until_us = limit_from_now ();
  job->func = func;
  job->data = data;
  job->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_nats_message_unref);
  qd_nats_do (self, run_read, read_closed, job);
}
