/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"

#include "qd-audit-log.h"

#include <glib/gi18n-lib.h>

struct _QdAuditLog {
  GObject parent;
  char *path;
  GThreadPool *writer;    /* one thread; NULL once closed */
};

/* What a task is about; not all of it for each. */
typedef struct {
  char *path;
  JsonObject *record;
  GPtrArray *anchors;
  QdAuditLimits limits;
  QdAuditMark mark;
  gint64 after;
  guint limit;
} Job;

static guint appended_signal;

G_DEFINE_FINAL_TYPE (QdAuditLog, qd_audit_log, G_TYPE_OBJECT)

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->path);
  g_clear_pointer (&job->record, json_object_unref);
  g_clear_pointer (&job->anchors, g_ptr_array_unref);
  g_free (job);
}

static GTask *
begin (QdAuditLog *self, gpointer tag, Job **job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  *job = g_new0 (Job, 1);
  (*job)->path = g_strdup (self->path);
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, *job, job_free);
  return task;
}

/* --- Writing --------------------------------------------------------------------------------------------------- */

static gboolean
tell_appended_cb (gpointer self)
{
  g_signal_emit (self, appended_signal, 0);
  return G_SOURCE_REMOVE;
}

static void
write_thread (gpointer data, gpointer unused)
{
  g_autoptr (GTask) task = data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  if (qd_audit_journal_append (job->path, job->record, &job->mark, &error))
    {
      g_idle_add_full (G_PRIORITY_DEFAULT, tell_appended_cb, g_object_ref (g_task_get_source_object (task)), g_object_unref);
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_error (task, error);
}

void
qd_audit_log_append_async (QdAuditLog *self, JsonObject *record, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (QD_IS_AUDIT_LOG (self) && record != NULL);
  task = begin (self, qd_audit_log_append_async, &job, NULL, callback, user_data);
  job->record = json_object_ref (record);
  if (self->writer)
    g_thread_pool_push (self->writer, g_steal_pointer (&task), NULL);
  else
    g_task_return_new_error (task, QD_AUDIT_ERROR, QD_AUDIT_ERROR_FAILED, _("The audit journal is closed"));
}

gboolean
qd_audit_log_append_finish (QdAuditLog *self, GAsyncResult *result, QdAuditMark *mark, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  if (mark)
    *mark = ((Job *) g_task_get_task_data (G_TASK (result)))->mark;
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
retain_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  gint64 n = 0;

  if (!qd_audit_journal_retain (job->path, &job->limits, g_get_real_time (), job->record, &n, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  if (n > 0)
    g_idle_add_full (G_PRIORITY_DEFAULT, tell_appended_cb, g_object_ref (source), g_object_unref);
  g_task_return_int (task, n);
}

void
qd_audit_log_retain_async (QdAuditLog *self, const QdAuditLimits *limits, JsonObject *record, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job;
  g_autoptr (GTask) task = begin (self, qd_audit_log_retain_async, &job, NULL, callback, user_data);

  job->limits = *limits;
  job->record = json_object_ref (record);
  g_task_run_in_thread (task, retain_thread);
}

gint64
qd_audit_log_retain_finish (QdAuditLog *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);
  return g_task_propagate_int (G_TASK (result), error);
}

/* --- Reading --------------------------------------------------------------------------------------------------- */

static void
verify_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  QdAuditVerdict *verdict = qd_audit_verify (job->path, job->anchors, cancellable, &error);

  if (verdict)
    g_task_return_pointer (task, verdict, (GDestroyNotify) qd_audit_verdict_free);
  else
    g_task_return_error (task, error);
}

void
qd_audit_log_verify_async (QdAuditLog *self, GPtrArray *anchors, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job;
  g_autoptr (GTask) task = begin (self, qd_audit_log_verify_async, &job, cancellable, callback, user_data);

  job->anchors = anchors ? g_ptr_array_ref (anchors) : NULL;
  g_task_run_in_thread (task, verify_thread);
}

QdAuditVerdict *
qd_audit_log_verify_finish (QdAuditLog *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
after_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  GPtrArray *lines = qd_audit_journal_after (job->path, job->after, job->limit, &error);

  if (lines)
    g_task_return_pointer (task, lines, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
qd_audit_log_after_async (QdAuditLog *self, gint64 after, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job;
  g_autoptr (GTask) task = begin (self, qd_audit_log_after_async, &job, cancellable, callback, user_data);

  job->after = after;
  job->limit = limit;
  g_task_run_in_thread (task, after_thread);
}

GPtrArray *
qd_audit_log_after_finish (QdAuditLog *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
desk_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  char *desk = qd_audit_journal_dup_desk (job->path, &job->mark, &error);

  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, desk, g_free);
}

void
qd_audit_log_desk_async (QdAuditLog *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job;
  g_autoptr (GTask) task = begin (self, qd_audit_log_desk_async, &job, cancellable, callback, user_data);

  g_task_run_in_thread (task, desk_thread);
}

char *
qd_audit_log_desk_finish (QdAuditLog *self, GAsyncResult *result, QdAuditMark *head, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  if (head)
    *head = ((Job *) g_task_get_task_data (G_TASK (result)))->mark;
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- The type -------------------------------------------------------------------------------------------------- */

void
qd_audit_log_close (QdAuditLog *self)
{
  GThreadPool *writer = g_steal_pointer (&self->writer);

  if (writer)
    g_thread_pool_free (writer, FALSE, TRUE);
}

static void
qd_audit_log_dispose (GObject *object)
{
  qd_audit_log_close (QD_AUDIT_LOG (object));
  G_OBJECT_CLASS (qd_audit_log_parent_class)->dispose (object);
}

static void
qd_audit_log_finalize (GObject *object)
{
  g_free (QD_AUDIT_LOG (object)->path);
  G_OBJECT_CLASS (qd_audit_log_parent_class)->finalize (object);
}

static void
qd_audit_log_class_init (QdAuditLogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = qd_audit_log_dispose;
  object_class->finalize = qd_audit_log_finalize;
  appended_signal = g_signal_new ("appended", QD_TYPE_AUDIT_LOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_audit_log_init (QdAuditLog *self)
{
  self->writer = g_thread_pool_new (write_thread, NULL, 1, TRUE, NULL);
}

QdAuditLog *
qd_audit_log_new (const char *path)
{
  QdAuditLog *self = g_object_new (QD_TYPE_AUDIT_LOG, NULL);

  self->path = g_strdup (path);
  return self;
}

const char *
qd_audit_log_get_path (QdAuditLog *self)
{
  return self->path;
}
