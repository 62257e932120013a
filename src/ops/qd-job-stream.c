/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-job-stream.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-apart-private.h"
#include "qd-ask-private.h"
#include "qd-hub-private.h"
#include "qd-job-private.h"
#include "qd-json.h"
#include "qd-time.h"

#define SUBJECT "jobs."
#define ASK ".ask"
#define PAGE "500"
#define WRITE_TRIES 4

/* --- Records ----------------------------------------------------------------------------------------------------------------- */

QdJobRecord *
qd_job_record_new (const char *id)
{
  QdJobRecord *self = g_new0 (QdJobRecord, 1);

  self->id = g_strdup (id);
  self->json = json_object_new ();
  json_object_set_string_member (self->json, "id", id);
  return self;
}

QdJobRecord *
qd_job_record_from_message (JsonObject *message, GError **error)
{
  const char *subject = message ? qd_json_get_string (message, "subject", "") : "";
  const char *payload = message ? qd_json_get_string (message, "payload", NULL) : NULL;
  g_autoptr (JsonNode) node = NULL;
  QdJobRecord *self;
  gint64 seq;

  if (!g_str_has_prefix (subject, SUBJECT) || payload == NULL || !qd_json_get_int (message, "seq", &seq) || seq <= 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("“%s” of the stream %s is no job"), subject, QD_JOB_STREAM);
      return NULL;
    }
  node = qd_json_parse (payload, -1, subject, error);
  if (node == NULL)
    return NULL;
  if (qd_json_object (node) == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("“%s” of the stream %s is no job"), subject, QD_JOB_STREAM);
      return NULL;
    }
  self = g_new0 (QdJobRecord, 1);
  self->id = g_strdup (subject + strlen (SUBJECT));
  self->json = json_object_ref (qd_json_object (node));
  self->seq = seq;
  return self;
}

QdJobRecord *
qd_job_record_copy (const QdJobRecord *self)
{
  QdJobRecord *copy = g_new0 (QdJobRecord, 1);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), self->json);
  g_autofree char *text = qd_json_to_text (node, FALSE);
  g_autoptr (JsonNode) parsed = qd_json_parse (text, -1, self->id, NULL);

  copy->id = g_strdup (self->id);
  copy->json = json_object_ref (json_node_get_object (parsed));
  copy->seq = self->seq;
  return copy;
}

void
qd_job_record_free (QdJobRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  json_object_unref (self->json);
  g_free (self);
}

const char *
qd_job_record_get_state (const QdJobRecord *self)
{
  return qd_json_get_string (self->json, "state", "");
}

gboolean
qd_job_record_is_over (const QdJobRecord *self)
{
  return qd_job_has_ended (qd_job_record_get_state (self));
}

gboolean
qd_job_record_is_queued (const QdJobRecord *self)
{
  return g_str_equal (qd_job_record_get_state (self), "queued");
}

gboolean
qd_job_record_was_begun (const QdJobRecord *self)
{
  gint64 attempt;

  return !qd_json_get_int (self->json, "attempt", &attempt) || attempt > 0;
}

const char *
qd_job_record_get_batch (const QdJobRecord *self)
{
  JsonObject *batch = qd_json_get_object (self->json, "batch");

  return batch ? qd_json_get_string (batch, "id", NULL) : NULL;
}

char *
qd_job_record_dup_lease_key (const QdJobRecord *self)
{
  const char *batch = qd_job_record_get_batch (self);

  return batch && qd_job_record_is_queued (self) ? g_strconcat ("batch.", batch, NULL) : g_strdup (self->id);
}

static char *
record_to_payload (const QdJobRecord *self)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), self->json);

  return qd_json_to_text (node, FALSE);
}

/* --- Reading ----------------------------------------------------------------------------------------------------------------- */

QdJobRecord *
qd_job_stream_read (QdHub *hub, const char *nats, const char *id, GError **error)
{
  g_autofree char *subject = g_strconcat (SUBJECT, id, NULL);
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) answer = qd_ask (hub, nats, "stream.last", &cause, "stream", QD_JOB_STREAM, "subject", subject, NULL);

  if (answer)
    return qd_job_record_from_message (qd_json_object (answer), error);
  if (g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING, _("There is no job “%s” in the stream %s"), id, QD_JOB_STREAM);
  else
    g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}

gboolean
qd_job_stream_has_moved (QdHub *hub, const char *nats, QdJobRecord *record)
{
  g_autoptr (QdJobRecord) now = qd_job_stream_read (hub, nats, record->id, NULL);

  if (now == NULL || now->seq == record->seq)
    return FALSE;
  json_object_unref (record->json);
  record->json = json_object_ref (now->json);
  record->seq = now->seq;
  return TRUE;
}

/* Some of what is in the stream, to be read on a worker. */
typedef struct { GHashTable *newest; JsonNode *answer; } Page;

/* Later ones take the place of earlier ones, at the end. */
static void
take_page (gpointer data)
{
  Page *self = data;
  JsonArray *items = qd_json_get_array (qd_json_object (self->answer), "items");

  for (guint i = 0; items && i < json_array_get_length (items); i++)
    {
      JsonObject *message = qd_json_object (json_array_get_element (items, i));
      const char *subject = message ? qd_json_get_string (message, "subject", "") : "";
      g_autoptr (GError) error = NULL;
      QdJobRecord *record;

      /* What is asked of a job has one more part. */
      if (strchr (subject + MIN (strlen (SUBJECT), strlen (subject)), '.'))
        continue;
      record = qd_job_record_from_message (message, &error);
      if (record)
        g_hash_table_replace (self->newest, record->id, record);
      else
        g_debug ("Left out of the jobs: %s", error->message);
    }
  g_clear_pointer (&self->answer, json_node_unref);
}

static int
compare_records (gconstpointer a, gconstpointer b)
{
  const QdJobRecord *one = *(QdJobRecord *const *) a, *two = *(QdJobRecord *const *) b;

  return one->seq < two->seq ? -1 : one->seq > two->seq;
}

static GPtrArray *
sorted (GHashTable *newest)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_job_record_free);
  GHashTableIter iter;
  gpointer record;

  g_hash_table_iter_init (&iter, newest);
  while (g_hash_table_iter_next (&iter, NULL, &record))
    {
      g_hash_table_iter_steal (&iter);
      g_ptr_array_add (records, record);
    }
  g_ptr_array_sort (records, compare_records);
  return records;
}

GPtrArray *
qd_job_stream_read_all (QdHub *hub, const char *nats, guint64 after, guint64 *last, GError **error)
{
  g_autoptr (GHashTable) newest = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) qd_job_record_free);
  gboolean more = TRUE;

  while (more)
    {
      g_autofree char *from = g_strdup_printf ("%" G_GUINT64_FORMAT, after);
      Page page = { newest, qd_ask (hub, nats, "stream.read", error, "stream", QD_JOB_STREAM, "subject", SUBJECT "*", "after", from, "limit", PAGE, NULL) };
      JsonObject *object = page.answer ? qd_json_object (page.answer) : NULL;
      gint64 seq = 0;

      if (object == NULL)
        {
          g_clear_pointer (&page.answer, json_node_unref);
          return NULL;
        }
      more = qd_json_get_int (object, "last_seq", &seq) && seq > (gint64) after && qd_json_get_bool (object, "more", FALSE);
      if (seq > (gint64) after)
        after = seq;
      qd_apart (take_page, &page);
    }
  if (last)
    *last = after;
  return sorted (newest);
}

/* --- Writing ----------------------------------------------------------------------------------------------------------------- */

static gboolean
take_seq (QdJobRecord *record, JsonNode *answer)
{
  JsonObject *object = answer ? qd_json_object (answer) : NULL;
  gint64 seq;

  if (object == NULL || !qd_json_get_int (object, "seq", &seq) || seq <= 0)
    return FALSE;
  record->seq = seq;
  return TRUE;
}

/* What is there now: TRUE when it is what was to be written. *@moved: it is something else than what was seen. */
static gboolean
was_written (QdHub *hub, const char *nats, const char *subject, QdJobRecord *record, const char *payload, gboolean *moved)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) answer = qd_ask (hub, nats, "stream.last", &cause, "stream", QD_JOB_STREAM, "subject", subject, NULL);
  JsonObject *there = answer ? qd_json_object (answer) : NULL;
  gint64 seq = 0;

  *moved = FALSE;
  if (there == NULL)
    {
      *moved = record->seq > 0 && g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
      return FALSE;
    }
  qd_json_get_int (there, "seq", &seq);
  if (g_strcmp0 (qd_json_get_string (there, "payload", NULL), payload) == 0)
    return take_seq (record, answer);
  *moved = (guint64) seq != record->seq;
  return FALSE;
}

static gboolean
refuse_other (const QdJobRecord *record, GError **error)
{
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT, _("Somebody else has gone on with job %s"), record->id);
  return FALSE;
}

gboolean
qd_job_stream_write (QdHub *hub, const char *nats, QdJobRecord *record, GError **error)
{
  g_autofree char *subject = g_strconcat (SUBJECT, record->id, NULL), *expect = g_strdup_printf ("%" G_GUINT64_FORMAT, record->seq);
  g_autofree char *payload = record_to_payload (record);
  g_autoptr (GError) cause = NULL;

  for (guint i = 0; i < WRITE_TRIES; i++)
    {
      g_autoptr (JsonNode) answer = NULL;
      gboolean moved;

      g_clear_error (&cause);
      answer = qd_ask (hub, nats, "stream.publish", &cause, "stream", QD_JOB_STREAM, "subject", subject, "payload", payload,
                                        "expect_last", expect, NULL);
      if (answer && take_seq (record, answer))
        return TRUE;
      if (cause && !g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT) && !qd_is_out_of_reach (cause))
        break;
      /* A refusal, too: of a try whose answer was lost there is another copy on the way. */
      if (was_written (hub, nats, subject, record, payload, &moved))
        return TRUE;
      if (moved)
        return refuse_other (record, error);
    }
  if (cause)
    g_propagate_error (error, g_steal_pointer (&cause));
  else
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE, _("Whether job %s was written is not known: the server does not answer"),
                 record->id);
  return FALSE;
}

/* --- Asking the owner -------------------------------------------------------------------------------------------------------- */

gboolean
qd_job_stream_ask (QdHub *hub, const char *nats, const char *id, const char *what, GError **error)
{
  g_autofree char *subject = g_strconcat (SUBJECT, id, ASK, NULL), *desk = qd_desk_name (), *at = qd_time_format_iso (g_get_real_time ());
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonNode) answer = NULL;
  JsonObject *object = json_object_new ();
  g_autofree char *payload = NULL;

  json_object_set_string_member (object, "ask", what);
  json_object_set_string_member (object, "desk", desk);
  json_object_set_string_member (object, "at", at);
  json_node_take_object (node, object);
  payload = qd_json_to_text (node, FALSE);
  answer = qd_ask (hub, nats, "stream.publish", error, "stream", QD_JOB_STREAM, "subject", subject, "payload", payload, NULL);
  return answer != NULL;
}

guint64
qd_job_stream_get_asked (QdHub *hub, const char *nats, const char *id, char **what, GError **error)
{
  g_autofree char *subject = g_strconcat (SUBJECT, id, ASK, NULL);
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) answer = qd_ask (hub, nats, "stream.last", &cause, "stream", QD_JOB_STREAM, "subject", subject, NULL);
  JsonObject *message = answer ? qd_json_object (answer) : NULL;
  const char *payload = message ? qd_json_get_string (message, "payload", NULL) : NULL;
  g_autoptr (JsonNode) node = payload ? qd_json_parse (payload, -1, subject, NULL) : NULL;
  gint64 seq = 0;

  if (what)
    *what = NULL;
  if (cause && !g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
    g_propagate_error (error, g_steal_pointer (&cause));
  if (message)
    qd_json_get_int (message, "seq", &seq);
  if (what && node && qd_json_object (node))
    *what = g_strdup (qd_json_get_string (qd_json_object (node), "ask", NULL));
  return MAX (seq, 0);
}
