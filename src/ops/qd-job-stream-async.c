/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stream of jobs for those who are no fibers. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-job-stream.h"

#include <libdex.h>

#include "qd-lease.h"

typedef struct { char *nats, *id; } Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_free (self->nats);
  g_free (self->id);
  g_free (self);
}

/* A server that does not say who works on it leaves that open. */
static gboolean
has_no_owner (QdHub *hub, const char *nats, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdLeaseHolder) holder = qd_lease_look (hub, nats, key, &error);

  return error == NULL && (holder == NULL || holder->dead);
}

/* Those that wait in one batch are asked about once. */
static void
look_for_owner (QdHub *hub, const char *nats, QdJobRecord *record, GHashTable *known)
{
  g_autofree char *key = qd_job_record_is_over (record) ? NULL : qd_job_record_dup_lease_key (record);
  gpointer answer;

  if (key == NULL)
    return;
  if (!g_hash_table_lookup_extended (known, key, NULL, &answer))
    {
      answer = GINT_TO_POINTER (has_no_owner (hub, nats, key));
      g_hash_table_insert (known, g_strdup (key), answer);
    }
  record->interrupted = GPOINTER_TO_INT (answer) && !qd_job_stream_has_moved (hub, nats, record);
}

static DexFuture *
read_fiber (gpointer data)
{
  GTask *task = data;
  QdHub *hub = g_task_get_source_object (task);
  const Question *question = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gpointer answer;

  if (question->id)
    answer = qd_job_stream_read (hub, question->nats, question->id, &error);
  else
    answer = qd_job_stream_read_all (hub, question->nats, 0, NULL, &error);
  if (answer && question->id)
    look_for_owner (hub, question->nats, answer, known);
  for (guint i = 0; answer && question->id == NULL && i < ((GPtrArray *) answer)->len; i++)
    look_for_owner (hub, question->nats, g_ptr_array_index ((GPtrArray *) answer, i), known);
  if (answer)
    g_task_return_pointer (task, answer, question->id ? (GDestroyNotify) qd_job_record_free : (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
  return dex_future_new_for_boolean (TRUE);
}

static void
ask (QdHub *hub, const char *nats, const char *id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data, gpointer tag)
{
  GTask *task = g_task_new (hub, cancellable, callback, data);
  Question *question = g_new (Question, 1);

  *question = (Question) { g_strdup (nats), g_strdup (id) };
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, question, question_free);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, read_fiber, task, g_object_unref));
}

void
qd_job_stream_list_async (QdHub *hub, const char *nats, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  ask (hub, nats, NULL, cancellable, callback, data, qd_job_stream_list_async);
}

GPtrArray *
qd_job_stream_list_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
qd_job_stream_get_async (QdHub *hub, const char *nats, const char *id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  ask (hub, nats, id, cancellable, callback, data, qd_job_stream_get_async);
}

QdJobRecord *
qd_job_stream_get_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
