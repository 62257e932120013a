/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-nats-replay.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-backoff.h"
#include "qd-io.h"
#include "qd-json.h"
#include "qd-wire-error.h"

#define AT_ONCE 32                /* messages asked for together */
#define MAX_MISSED 10000          /* as many as the model keeps: older ones would be thrown away at once */
/* JetStream's own numbers: no message found; the cluster has no leader just now. */
#define NO_MESSAGE 10037
#define NOT_NOW 10008
/* Where the permission is lacking there is silence; but silence is also what a busy server has. */
#define MAX_SILENCES 4
/* A stream keeps a message a little after its subscribers get it: what was dropped last may not be there
 * yet. So many more looks, this far apart, as long as they find something. */
#define MORE_LOOKS 5
#define MORE_LOOKS_MS 1000

typedef struct { QdNatsReplay *replay; guint nth; } Asked;

/* Where the requests of one catching up stand; touched by the connection's worker alone, but for what
 * the lock guards. */
struct _QdNatsReplay {
  gatomicrefcount refs;
  QdNats *nats;
  char *subject;
  QdNatsReplayEvents events;
  gpointer data;

  GMutex lock;                    /* the seven below */
  gboolean was_connected;
  gboolean running;
  gboolean again;                 /* something happened while it was running */
  gboolean missed;                /* something is to be fetched, not only the end to be noted */
  gboolean lost;                  /* something was: whether or not a stream kept it */
  guint more_looks;
  gint64 known;                   /* the stream's sequence up to which nothing is missing; -1 not known */

  gboolean fetching;              /* what was missed is being fetched */
  char *stream;
  gint64 next, last;              /* still to be fetched: first and last sequence */
  guint waiting;                  /* answers under way */
  JsonNode *answers[AT_ONCE];
  guint failed_at;                /* the first of them that did not come, */
  GError *error;                  /* and why */
  guint silences;                 /* one after another */
  QdBackoff backoff;
};

static void begin (QdNatsReplay *self);

QdNatsReplay *
qd_nats_replay_new (QdNats *nats, const char *subject, const QdNatsReplayEvents *events, gpointer data)
{
  QdNatsReplay *self = g_new0 (QdNatsReplay, 1);

  g_atomic_ref_count_init (&self->refs);
  self->nats = qd_nats_ref (nats);
  self->subject = g_strdup (subject);
  self->events = *events;
  self->data = data;
  g_mutex_init (&self->lock);
  self->known = -1;
  self->backoff = (QdBackoff) QD_BACKOFF_INIT;
  return self;
}

QdNatsReplay *
qd_nats_replay_ref (QdNatsReplay *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
forget_answers (QdNatsReplay *self)
{
  for (guint i = 0; i < AT_ONCE; i++)
    g_clear_pointer (&self->answers[i], json_node_unref);
}

void
qd_nats_replay_unref (QdNatsReplay *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  forget_answers (self);
  g_clear_error (&self->error);
  qd_nats_unref (self->nats);
  g_mutex_clear (&self->lock);
  g_free (self->subject);
  g_free (self->stream);
  g_free (self);
}

/* --- Asking ---------------------------------------------------------------------------------------- */

static void
ask (QdNatsReplay *self, const char *subject, const char *text, QdNatsReplyFunc func, gpointer data)
{
  g_autoptr (GBytes) payload = g_bytes_new (text, strlen (text));

  qd_nats_request (self->nats, subject, payload, 0, func, data);
}

/* JetStream's answer, or NULL with @error: it did not come, is no JSON, or says what went wrong.
 * @code: JetStream's own number for that, 0 when it has none. */
static JsonNode *
read_answer (QdNatsReplay *self, GBytes *payload, const GError *failure, gint64 *code, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object, *said;
  gsize length = 0;
  const char *text = payload ? g_bytes_get_data (payload, &length) : NULL;

  *code = 0;
  if (failure)
    {
      g_propagate_error (error, g_error_copy (failure));
      return NULL;
    }
  node = qd_json_parse (text ? text : "", (gssize) length, self->subject, error);
  if (node == NULL)
    return NULL;
  object = qd_json_object (node);
  said = object ? qd_json_get_object (object, "error") : NULL;
  if (object && said == NULL)
    return g_steal_pointer (&node);
  if (said)
    qd_json_get_int (said, "err_code", code);
  g_set_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, "%s: %s", self->subject,
               said ? qd_json_get_string (said, "description", "?") : "not an object");
  return NULL;
}

/* --- The end of a round ------------------------------------------------------------------------------ */

static gboolean
again_cb (gpointer data)
{
  begin (data);
  return G_SOURCE_REMOVE;
}

static void
unref_cb (gpointer data)
{
  qd_nats_replay_unref (data);
}

static void
begin_later (QdNatsReplay *self, guint ms)
{
  g_source_unref (qd_io_timeout_add (ms, again_cb, qd_nats_replay_ref (self), unref_cb));
}

static gboolean
take_again (QdNatsReplay *self, gboolean keep)
{
  gboolean again;

  g_mutex_lock (&self->lock);
  again = self->again || keep;
  self->again = FALSE;
  self->running = again;
  g_mutex_unlock (&self->lock);
  return again;
}

/* All that was missing up to @known is there. @found: and something was. */
static void
succeed (QdNatsReplay *self, gint64 known, gboolean found)
{
  gboolean look_again;

  g_mutex_lock (&self->lock);
  /* A round that only looks where the stream ends has fetched nothing of what was missed before. */
  if (self->fetching || self->known < 0)
    self->known = known;
  self->lost = FALSE;
  if (self->fetching && !found)
    self->more_looks = 0;
  look_again = self->more_looks > 0 && !self->again;
  if (look_again)
    {
      self->more_looks--;
      self->missed = TRUE;
    }
  g_mutex_unlock (&self->lock);
  qd_backoff_reset (&self->backoff);
  if (self->fetching)
    self->events.done (NULL, self->data);
  self->fetching = FALSE;
  if (!take_again (self, look_again))
    return;
  if (look_again)
    begin_later (self, MORE_LOOKS_MS);
  else
    begin (self);
}

/* @lasting: trying again would end the same. */
static void
fail (QdNatsReplay *self, const GError *error, gboolean lasting)
{
  gboolean closed = g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED);
  gboolean no_stream = g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  gboolean missed, again, lost;

  g_debug ("%s: catching up: %s", self->subject, error->message);
  g_mutex_lock (&self->lock);
  missed = self->missed || self->fetching;
  lost = self->lost;
  /* What was asked for since may end otherwise: this answer may be of a connection that is no more. */
  again = self->again;
  self->missed = missed && (again || !lasting);
  self->lost = lost && self->missed;
  g_mutex_unlock (&self->lock);
  self->fetching = FALSE;
  if (closed)
    return;
  /* Where no stream keeps events, a connection that was away is not known to have missed any. */
  if (lasting && missed && !again && (lost || !no_stream))
    self->events.done (error, self->data);
  if (take_again (self, !lasting))
    begin_later (self, 1000 + qd_backoff_next_ms (&self->backoff));
}

/* --- Messages ----------------------------------------------------------------------------------------- */

static void ask_messages (QdNatsReplay *self);

/* Tells the message of the nth answer, unless an earlier answer told it: each asks for the first from
 * its sequence on, and where the stream has holes several find the same. */
static void
tell_message (QdNatsReplay *self, JsonNode *node)
{
  JsonObject *message = qd_json_get_object (qd_json_object (node), "message");
  const char *subject = message ? qd_json_get_string (message, "subject", NULL) : NULL;
  const char *encoded = message ? qd_json_get_string (message, "data", "") : NULL;
  g_autofree guchar *payload = NULL;
  gsize length = 0;
  gint64 seq;

  if (subject == NULL || !qd_json_get_int (message, "seq", &seq) || seq < self->next)
    return;
  self->next = seq + 1;
  payload = g_base64_decode (encoded, &length);
  self->events.message (subject, (const char *) payload, length, self->data);
}

static void
all_answered (QdNatsReplay *self)
{
  g_autoptr (GError) error = g_steal_pointer (&self->error);
  gint64 before = self->next;

  /* What comes after one that failed is fetched again with it. */
  for (guint i = 0; i < self->failed_at; i++)
    if (self->answers[i])
      tell_message (self, self->answers[i]);
  forget_answers (self);
  /* What was told need not be fetched again, should a later one fail. */
  g_mutex_lock (&self->lock);
  self->known = MAX (self->known, self->next - 1);
  g_mutex_unlock (&self->lock);
  if (error)
    fail (self, error, FALSE);
  else if (self->next > self->last || self->next == before)
    succeed (self, self->last, TRUE);
  else
    ask_messages (self);
}

static void
message_cb (GBytes *payload, const GError *failure, gpointer data)
{
  Asked *asked = data;
  g_autoptr (QdNatsReplay) self = asked->replay;
  g_autoptr (GError) error = NULL;
  gint64 code;

  self->answers[asked->nth] = read_answer (self, payload, failure, &code, &error);
  if (error && code != NO_MESSAGE && asked->nth < self->failed_at)
    {
      self->failed_at = asked->nth;
      g_clear_error (&self->error);
      self->error = g_steal_pointer (&error);
    }
  g_free (asked);
  if (--self->waiting == 0)
    all_answered (self);
}

static void
ask_messages (QdNatsReplay *self)
{
  g_autofree char *subject = g_strconcat ("$JS.API.STREAM.MSG.GET.", self->stream, NULL);
  guint n = (guint) MIN (AT_ONCE, self->last - self->next + 1);

  self->waiting = n;
  self->failed_at = AT_ONCE;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"seq\":%" G_GINT64_FORMAT ",\"next_by_subj\":\"%s\"}", self->next + i, self->subject);
      Asked *asked = g_new (Asked, 1);

      *asked = (Asked) { qd_nats_replay_ref (self), i };
      ask (self, subject, text, message_cb, asked);
    }
}

/* --- The stream --------------------------------------------------------------------------------------- */

static void
info_cb (GBytes *payload, const GError *failure, gpointer data)
{
  g_autoptr (QdNatsReplay) self = data;
  g_autoptr (GError) error = NULL;
  gint64 code, first = 0, known = 0;
  g_autoptr (JsonNode) node = read_answer (self, payload, failure, &code, &error);
  JsonObject *state = node ? qd_json_get_object (qd_json_object (node), "state") : NULL;

  if (state == NULL || !qd_json_get_int (state, "last_seq", &self->last))
    {
      if (error == NULL)
        error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, "%s: the stream %s does not say where it ends", self->subject, self->stream);
      fail (self, error, FALSE);
      return;
    }
  qd_json_get_int (state, "first_seq", &first);
  g_mutex_lock (&self->lock);
  known = self->known;
  self->fetching = self->missed;
  /* What was missed since this was asked may not be in the answer: the round after this fetches it. */
  self->missed = self->missed && self->again;
  g_mutex_unlock (&self->lock);
  /* A stream that ends before where we were is another one, made anew. */
  if (known > self->last)
    known = 0;
  /* What was lost before it was known where the stream ended: as far back as anybody looks. */
  self->next = MAX (MAX (known + 1, first), self->last - MAX_MISSED + 1);
  if (!self->fetching || self->next > self->last)
    succeed (self, self->last, FALSE);
  else
    ask_messages (self);
}

static void
names_cb (GBytes *payload, const GError *failure, gpointer data)
{
  g_autoptr (QdNatsReplay) self = data;
  g_autoptr (GError) error = NULL;
  gint64 code;
  g_autoptr (JsonNode) node = read_answer (self, payload, failure, &code, &error);
  JsonArray *streams = node ? qd_json_get_array (qd_json_object (node), "streams") : NULL;
  JsonNode *first = streams && json_array_get_length (streams) > 0 ? json_array_get_element (streams, 0) : NULL;
  const char *name = first && JSON_NODE_HOLDS_VALUE (first) ? json_node_get_string (first) : NULL;
  g_autofree char *subject = NULL;

  if (name == NULL)
    {
      gboolean silent = g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_TIMEOUT);
      gboolean lasting = error == NULL || (code != 0 && code != NOT_NOW) ||
                         g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND) ||
                         (silent && ++self->silences >= MAX_SILENCES);

      if (error == NULL)
        error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND, _("no stream keeps %s"), self->subject);
      fail (self, error, lasting);
      return;
    }
  self->silences = 0;
  g_set_str (&self->stream, name);
  subject = g_strconcat ("$JS.API.STREAM.INFO.", name, NULL);
  ask (self, subject, "", info_cb, qd_nats_replay_ref (self));
}

static void
begin (QdNatsReplay *self)
{
  g_autofree char *text = g_strdup_printf ("{\"subject\":\"%s\"}", self->subject);

  ask (self, "$JS.API.STREAM.NAMES", text, names_cb, qd_nats_replay_ref (self));
}

static void
begin_or_again (QdNatsReplay *self, gboolean missed, gboolean lost)
{
  gboolean start;

  g_mutex_lock (&self->lock);
  self->missed = self->missed || missed;
  self->lost = self->lost || lost;
  if (lost)
    self->more_looks = MORE_LOOKS;
  start = !self->running;
  self->running = TRUE;
  self->again = !start;
  g_mutex_unlock (&self->lock);
  if (start)
    begin (self);
}

void
qd_nats_replay_connected (QdNatsReplay *self)
{
  gboolean again;

  g_mutex_lock (&self->lock);
  again = self->was_connected;
  self->was_connected = TRUE;
  g_mutex_unlock (&self->lock);
  begin_or_again (self, again, FALSE);
}

void
qd_nats_replay_missed (QdNatsReplay *self)
{
  begin_or_again (self, TRUE, TRUE);
}
