/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-job-return.h"

typedef struct { gpointer value; GDestroyNotify free; GError *error; } Both;

static void
both_free (gpointer data)
{
  Both *self = data;

  if (self->value)
    self->free (self->value);
  g_clear_error (&self->error);
  g_free (self);
}

void
qd_job_return_init (QdJobReturn *self, GTask *task)
{
  *self = (QdJobReturn) { .task = task };
  g_task_set_check_cancellable (task, FALSE);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer job)
{
  qd_job_cancel (job);
}

void
qd_job_return_follow (QdJobReturn *self, QdJob *job)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  if (cancellable)
    self->cancel_handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), job, NULL);
}

void
qd_job_return_give (QdJobReturn *self, gpointer value, GDestroyNotify free, const GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  Both *both = g_new (Both, 1);

  *both = (Both) { value, free, error ? g_error_copy (error) : NULL };
  if (task == NULL)
    {
      both_free (both);
      return;
    }
  if (self->cancel_handler)
    g_cancellable_disconnect (g_task_get_cancellable (task), self->cancel_handler);
  g_task_return_pointer (task, both, both_free);
}

gpointer
qd_job_return_finish (GAsyncResult *result, GError **error)
{
  Both *both = g_task_propagate_pointer (G_TASK (result), error);
  gpointer value;

  if (both == NULL)
    return NULL;
  value = g_steal_pointer (&both->value);
  if (both->error)
    g_propagate_error (error, g_steal_pointer (&both->error));
  both_free (both);
  return value;
}
