/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records on their way into the streams of their fleets. The journal is the queue: where the last record of this desk is in a stream, there the
 * next one follows, and only there, because each is published over just the one before it. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-audit-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-hub-private.h"
#include "qd-job-private.h"
#include "qd-json.h"

#define PAGE 64
#define RETRY_S 30
/* Another program of this desk may publish at the same time. */
#define MAX_RACES 8

struct _QdAuditStreams {
  gatomicrefcount refs;
  QdAudit *audit;           /* borrowed; NULL once it has stopped */
  GHashTable *streams;      /* connection (interned) → Stream */
  guint retry_timer;
  GSignalGroup *connections;
};

/* One fleet's stream. */
typedef struct {
  const char *connection;   /* interned */
  char *fleet;              /* the connection that its live subjects are about, or NULL */
  gboolean live, busy, again;
  gboolean up;              /* it takes records */
  gboolean off;             /* it said that it does not; until it connects anew */
  gint64 cursor;            /* the last record of the journal that is dealt with; -1: not known */
  gint64 seq;               /* of the last record there */
  GHashTable *known;        /* hashes of what is there, where the journal does not go on from its last; else NULL */
  char *trouble, *doubt;
} Stream;

typedef struct { QdAuditStreams *streams; Stream *stream; } Run;

static void
stream_free (gpointer data)
{
  Stream *stream = data;

  g_free (stream->fleet);
  g_free (stream->trouble);
  g_free (stream->doubt);
  g_clear_pointer (&stream->known, g_hash_table_unref);
  g_free (stream);
}

static void
streams_unref (QdAuditStreams *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->streams);
  g_free (self);
}

static void
run_free (gpointer data)
{
  Run *run = data;

  streams_unref (run->streams);
  g_free (run);
}

static gboolean
is_live (QdHub *hub, const char *connection)
{
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (hub), connection, QD_KIND_CONNECTION, connection);

  return entity && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0;
}

/* --- Asking ------------------------------------------------------------------------------------------------------ */

/* In a fiber. Takes @args. An answer means that there still is an audit, too. */
static JsonNode *
ask (QdAuditStreams *self, const char *connection, const char *verb, JsonObject *args, GError **error)
{
  g_autoptr (JsonObject) owned = args;
  QdDriver *driver = self->audit ? qd_hub_get_driver (self->audit->hub, connection) : NULL;
  g_autoptr (DexPromise) promise = NULL;
  JsonNode *answer;

  if (driver == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
      return NULL;
    }
  promise = dex_promise_new ();
  qd_driver_command_async (driver, verb, owned, self->audit->cancellable, qd_job_answered_cb, dex_ref (promise));
  answer = dex_await_boxed (dex_ref (promise), error);
  if (answer == NULL || self->audit)
    return answer;
  /* It came, and the program ended, before anybody woke up to it. */
  json_node_unref (answer);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
  return NULL;
}

static JsonObject *
args_new (const char *subject)
{
  JsonObject *args = json_object_new ();

  json_object_set_string_member (args, "stream", QD_AUDIT_STREAM);
  json_object_set_string_member (args, "subject", subject);
  return args;
}

/* The last message of a subject: what it says of this desk's chain, or NULL, and its sequence; 0: there is none. FALSE with @error. */
static gboolean
ask_last (QdAuditStreams *self, const char *connection, const char *subject, gint64 *seq, QdAuditAnchor **anchor, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) answer = ask (self, connection, "stream.last", args_new (subject), &cause);
  JsonObject *object = answer ? qd_json_object (answer) : NULL;

  *seq = 0;
  *anchor = NULL;
  if (cause && !g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  if (object && qd_json_get_int (object, "seq", seq))
    *anchor = qd_audit_anchor_parse (qd_json_get_string (object, "payload", NULL), qd_hub_get_connection_name (self->audit->hub, connection));
  return TRUE;
}

static gboolean
publish (QdAuditStreams *self, const char *connection, const char *subject, const char *payload, const char *id, gint64 *seq, GError **error)
{
  JsonObject *args = args_new (subject);
  g_autofree char *expected = g_strdup_printf ("%" G_GINT64_FORMAT, *seq);
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) cause = NULL;
  JsonNode *current;
  JsonObject *object;

  json_object_set_string_member (args, "payload", payload);
  json_object_set_string_member (args, "message_id", id);
  json_object_set_string_member (args, "expect_last", expected);
  answer = ask (self, connection, "stream.publish", args, &cause);
  if (answer == NULL)
    {
      /* Who may not read there is told by this where the subject ends. */
      current = qd_driver_error_get_current (cause);
      if (current && qd_json_object (current))
        qd_json_get_int (qd_json_object (current), "seq", seq);
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  object = qd_json_object (answer);
  if (object && qd_json_get_int (object, "seq", seq))
    return TRUE;
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("The stream %s does not say where it put a record"), QD_AUDIT_STREAM);
  return FALSE;
}

/* --- Catching up --------------------------------------------------------------------------------------------------- */

/* What was done on other fleets is none of this one's business. */
static gboolean
is_of_fleet (Stream *stream, const char *line)
{
  g_autofree char *connection = qd_audit_line_dup (line, strlen (line), "connection");

  return g_strcmp0 (connection, stream->connection) == 0 || (stream->fleet && g_strcmp0 (connection, stream->fleet) == 0);
}

static gboolean
publish_line (QdAuditStreams *self, Stream *stream, const char *line, GError **error)
{
  g_autofree char *subject = NULL, *id = NULL;
  QdAuditLine parsed;

  if (self->audit == NULL || !qd_audit_line_parse (&parsed, line, strlen (line)))
    return self->audit != NULL;
  if (is_of_fleet (stream, line) && (stream->known == NULL || !g_hash_table_contains (stream->known, parsed.mark.hash)))
    {
      subject = g_strconcat ("audit.", self->audit->desk, NULL);
      id = g_strdup_printf ("%s-%" G_GINT64_FORMAT "-%.16s", self->audit->desk, parsed.mark.n, parsed.mark.hash);
      if (!publish (self, stream->connection, subject, line, id, &stream->seq, error))
        return FALSE;
    }
  stream->cursor = parsed.mark.n;
  return TRUE;
}

/* Takes a page of this desk's messages. The sequence to go on from; -1: there is no more, or @error. */
static gint64
learn_page (QdAuditStreams *self, Stream *stream, const char *subject, gint64 seq, GError **error)
{
  JsonObject *args = args_new (subject);
  g_autofree char *after = g_strdup_printf ("%" G_GINT64_FORMAT, seq);
  g_autoptr (JsonNode) answer = NULL;
  JsonArray *items;

  json_object_set_string_member (args, "after", after);
  answer = ask (self, stream->connection, "stream.read", args, error);
  items = answer && qd_json_object (answer) ? qd_json_get_array (qd_json_object (answer), "items") : NULL;
  if (items == NULL || json_array_get_length (items) == 0)
    return -1;
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = qd_json_object (json_array_get_element (items, i));
      QdAuditAnchor *record = item ? qd_audit_anchor_parse (qd_json_get_string (item, "payload", NULL), NULL) : NULL;
      gint64 at = 0;

      if (item && qd_json_get_int (item, "seq", &at))
        seq = MAX (seq, at);
      if (record)
        g_hash_table_add (stream->known, g_strdup (record->mark.hash));
      g_clear_pointer (&record, qd_audit_anchor_free);
    }
  return seq;
}

/* What is there does not end with a record of this journal: the journal was cut off, or made anew. All that is not there follows. */
static gboolean
learn (QdAuditStreams *self, Stream *stream, const char *subject, GError **error)
{
  g_autoptr (GError) cause = NULL;
  gint64 seq = 0;

  g_clear_pointer (&stream->known, g_hash_table_unref);
  stream->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while (self->audit && seq >= 0 && cause == NULL)
    seq = learn_page (self, stream, subject, seq, &cause);
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* Whoever made the journal anew does not make the anchor anew: it stays what it was, and verifying says so. */
static void
doubt (QdAuditStreams *self, Stream *stream, const QdAuditAnchor *last)
{
  g_free (stream->doubt);
  stream->doubt = g_strdup_printf (_("“%s” knows another record %lld of this desk than the journal has: verify the chain"),
                                   qd_hub_get_connection_name (self->audit->hub, stream->connection), (long long) last->mark.n);
}

/* Where records may not be read, the anchor says how many of them are there; the sequence, that they follow, is told by a conflict. */
static gboolean
find_cursor_blindly (QdAuditStreams *self, Stream *stream, GError **error)
{
  g_autofree char *subject = g_strconcat ("audit.anchor.", self->audit->desk, NULL);
  g_autoptr (QdAuditAnchor) last = NULL;
  gint64 seq;

  if (!ask_last (self, stream->connection, subject, &seq, &last, error) || self->audit == NULL)
    return FALSE;
  if (last && !qd_audit_confirms (self->audit, last))
    {
      if (self->audit)
        doubt (self, stream, last);
      /* What is there cannot be told from what is not. */
      g_set_error_literal (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED, stream->doubt ? stream->doubt : _("Cancelled"));
      return FALSE;
    }
  stream->cursor = last ? last->mark.n : 0;
  return TRUE;
}

static gboolean
find_cursor (QdAuditStreams *self, Stream *stream, GError **error)
{
  g_autofree char *subject = g_strconcat ("audit.", self->audit->desk, NULL);
  g_autoptr (QdAuditAnchor) last = NULL;
  g_autoptr (GError) cause = NULL;
  gint64 cursor, seq;
  gboolean read = ask_last (self, stream->connection, subject, &seq, &last, &cause);

  g_clear_pointer (&stream->known, g_hash_table_unref);
  if (self->audit && g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED))
    return find_cursor_blindly (self, stream, error);
  if (!read || self->audit == NULL)
    {
      if (cause)
        g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  stream->seq = seq;
  cursor = last ? last->mark.n : 0;
  if (last && !qd_audit_confirms (self->audit, last))
    {
      cursor = 0;
      if (!learn (self, stream, subject, error))
        return FALSE;
    }
  stream->cursor = cursor;
  return TRUE;
}

/* Notes how long the chain is, over what was noted before. */
static gboolean
publish_anchor (QdAuditStreams *self, Stream *stream, GError **error)
{
  g_autofree char *subject = g_strconcat ("audit.anchor.", self->audit->desk, NULL), *text = NULL, *id = NULL;
  g_autoptr (QdAuditAnchor) last = NULL;
  gint64 seq;

  if (!ask_last (self, stream->connection, subject, &seq, &last, error))
    return FALSE;
  if (last && self->audit && !qd_audit_confirms (self->audit, last))
    {
      if (self->audit)
        doubt (self, stream, last);
      return TRUE;
    }
  if (self->audit)
    g_clear_pointer (&stream->doubt, g_free);
  if (self->audit == NULL || (last && last->mark.n >= self->audit->head.n))
    return TRUE;
  text = qd_audit_anchor_to_text (self->audit->desk, &self->audit->head);
  id = g_strdup_printf ("%s-anchor-%" G_GINT64_FORMAT, self->audit->desk, self->audit->head.n);
  return publish (self, stream->connection, subject, text, id, &seq, error);
}

static gboolean
catch_up (QdAuditStreams *self, Stream *stream, GError **error)
{
  if (stream->cursor < 0 && !find_cursor (self, stream, error))
    return FALSE;
  while (self->audit)
    {
      g_autoptr (GPtrArray) lines = qd_audit_await_after (self->audit, stream->cursor, PAGE, error);

      if (lines == NULL)
        return FALSE;
      if (lines->len == 0)
        break;
      for (guint i = 0; i < lines->len; i++)
        if (!publish_line (self, stream, lines->pdata[i], error))
          return FALSE;
    }
  return self->audit && publish_anchor (self, stream, error);
}

static gboolean
retry_cb (gpointer user_data)
{
  QdAuditStreams *self = user_data;

  self->retry_timer = 0;
  qd_audit_streams_wake (self);
  return G_SOURCE_REMOVE;
}

static void
take_failure (QdAuditStreams *self, Stream *stream, const GError *error)
{
  gboolean absent;

  stream->up = FALSE;
  stream->cursor = -1;
  absent = g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED) || g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  stream->off = absent || g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
  g_clear_pointer (&stream->trouble, g_free);
  /* Where there is no such stream, nothing waits for it. */
  if (absent)
    return;
  stream->trouble = g_strdup_printf (_("Records wait for “%s”: %s"), qd_hub_get_connection_name (self->audit->hub, stream->connection), error->message);
  g_debug ("%s", stream->trouble);
  if (!stream->off && self->retry_timer == 0)
    self->retry_timer = g_timeout_add_seconds (RETRY_S, retry_cb, self);
}

static DexFuture *
stream_fiber (gpointer data)
{
  Run *run = data;
  QdAuditStreams *self = run->streams;
  Stream *stream = run->stream;
  g_autoptr (GError) error = NULL;
  guint races = 0;

  while (self->audit && stream->again)
    {
      stream->again = FALSE;
      g_clear_error (&error);
      if (catch_up (self, stream, &error) || error == NULL)
        {
          stream->up = TRUE;
          g_clear_pointer (&stream->trouble, g_free);
          continue;
        }
      /* Who was quicker published the same: where that ends is looked for anew. */
      stream->cursor = -1;
      stream->again = g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT) && ++races < MAX_RACES;
    }
  stream->busy = FALSE;
  if (self->audit == NULL)
    return dex_future_new_for_boolean (FALSE);
  if (error)
    take_failure (self, stream, error);
  qd_audit_changed (self->audit);
  return dex_future_new_for_boolean (error == NULL);
}

/* --- Waking -------------------------------------------------------------------------------------------------------- */

static void
wake_stream (QdAuditStreams *self, const QdEndpoint *endpoint)
{
  const char *id = g_intern_string (endpoint->id);
  Stream *stream = g_hash_table_lookup (self->streams, id);
  Run *run;

  if (stream == NULL)
    {
      stream = g_new0 (Stream, 1);
      stream->connection = id;
      stream->cursor = -1;
      g_hash_table_insert (self->streams, (gpointer) id, stream);
    }
  g_set_str (&stream->fleet, endpoint->feeds);
  stream->live = is_live (self->audit->hub, id);
  if (!stream->live)
    {
      stream->up = stream->off = FALSE;
      /* Who is at it goes by what it has found, and by the sequence that belongs to that. */
      if (!stream->busy)
        stream->cursor = -1;
      return;
    }
  if (stream->off)
    return;
  stream->again = TRUE;
  if (stream->busy)
    return;
  stream->busy = TRUE;
  run = g_new (Run, 1);
  g_atomic_ref_count_inc (&self->refs);
  *run = (Run) { self, stream };
  dex_future_disown (dex_scheduler_spawn (NULL, 0, stream_fiber, run, run_free));
}

void
qd_audit_streams_wake (QdAuditStreams *self)
{
  g_autoptr (GPtrArray) endpoints = NULL;

  if (self == NULL || self->audit == NULL || self->audit->desk == NULL)
    return;
  endpoints = qd_hub_list_endpoints (self->audit->hub);
  for (guint i = 0; i < endpoints->len; i++)
    if (g_strcmp0 (((QdEndpoint *) endpoints->pdata[i])->driver, "nats") == 0)
      wake_stream (self, endpoints->pdata[i]);
}

/* Only what is live now and was not is news: a connection says something every second. */
static void
connections_cb (QdAuditStreams *self)
{
  g_autoptr (GPtrArray) endpoints = qd_hub_list_endpoints (self->audit->hub);
  gboolean news = FALSE;

  for (guint i = 0; i < endpoints->len && !news; i++)
    {
      const QdEndpoint *endpoint = endpoints->pdata[i];
      Stream *stream = g_hash_table_lookup (self->streams, g_intern_string (endpoint->id));
      gboolean live = is_live (self->audit->hub, endpoint->id);

      news = g_strcmp0 (endpoint->driver, "nats") == 0 && live != (stream && stream->live);
    }
  if (news)
    qd_audit_streams_wake (self);
}

QdAuditStreams *
qd_audit_streams_new (QdAudit *audit)
{
  QdAuditStreams *self = g_new0 (QdAuditStreams, 1);

  g_atomic_ref_count_init (&self->refs);
  self->audit = audit;
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
  self->connections = g_signal_group_new (QD_TYPE_ENTITY_LIST);
  g_signal_group_connect_swapped (self->connections, "items-updated", G_CALLBACK (connections_cb), self);
  g_signal_group_connect_swapped (self->connections, "items-changed", G_CALLBACK (connections_cb), self);
  g_signal_group_set_target (self->connections, qd_fleet_get_list (qd_hub_get_fleet (audit->hub), QD_KIND_CONNECTION));
  return self;
}

void
qd_audit_streams_free (QdAuditStreams *self)
{
  self->audit = NULL;
  g_clear_object (&self->connections);
  g_clear_handle_id (&self->retry_timer, g_source_remove);
  streams_unref (self);
}

/* --- What is asked of them ------------------------------------------------------------------------------------------ */

gboolean
qd_audit_streams_is_up (QdAuditStreams *self)
{
  GHashTableIter iter;
  gpointer stream;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &stream))
    if (((Stream *) stream)->up)
      return TRUE;
  return FALSE;
}

char *
qd_audit_streams_dup_trouble (QdAuditStreams *self)
{
  GHashTableIter iter;
  gpointer stream;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &stream))
    if (((Stream *) stream)->trouble || ((Stream *) stream)->doubt)
      return g_strdup (((Stream *) stream)->trouble ? ((Stream *) stream)->trouble : ((Stream *) stream)->doubt);
  return NULL;
}

/* What the stream's last record says, and what was noted beside it. */
static void
collect_from (QdAuditStreams *self, const char *connection, GPtrArray *anchors)
{
  static const char *const subjects[] = { "audit.", "audit.anchor." };

  for (guint i = 0; i < G_N_ELEMENTS (subjects) && self->audit; i++)
    {
      g_autofree char *subject = g_strconcat (subjects[i], self->audit->desk, NULL);
      g_autoptr (GError) error = NULL;
      QdAuditAnchor *anchor = NULL;
      gint64 seq;

      if (!ask_last (self, connection, subject, &seq, &anchor, &error))
        g_debug ("%s: %s", subject, error->message);
      else if (anchor)
        g_ptr_array_add (anchors, anchor);
    }
}

void
qd_audit_streams_collect (QdAuditStreams *self, GPtrArray *anchors)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) endpoints = NULL;

  if (self == NULL || self->audit == NULL || self->audit->desk == NULL)
    return;
  g_atomic_ref_count_inc (&self->refs);
  endpoints = qd_hub_list_endpoints (self->audit->hub);
  for (guint i = 0; i < endpoints->len; i++)
    {
      const QdEndpoint *endpoint = endpoints->pdata[i];

      if (g_strcmp0 (endpoint->driver, "nats") == 0 && is_live (self->audit->hub, endpoint->id))
        g_ptr_array_add (names, (gpointer) g_intern_string (endpoint->id));
    }
  for (guint i = 0; i < names->len && self->audit; i++)
    collect_from (self, names->pdata[i], anchors);
  streams_unref (self);
}
