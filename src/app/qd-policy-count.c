/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-count.h"

void
qd_policy_count_free (QdPolicyCount *self)
{
  g_free (self->rows);
  g_free (self->columns);
  g_free (self);
}

static void
count_row (QdPolicyCount *self, QdPolicyEnds *ends, guint src)
{
  for (guint dst = 0; dst < qd_policy_ends_get_n (ends); dst++)
    {
      QdPolicyCell cell = qd_policy_ends_get_cell (ends, src, dst);

      if (cell.state == QD_POLICY_CELL_OUTSIDE)
        continue;
      if (src != dst)
        self->n[cell.change]++;
      if (cell.change != QD_POLICY_CELL_SAME)
        self->rows[src] = self->columns[dst] = TRUE;
    }
}

static void
count_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  QdPolicyEnds *ends = data;
  guint n = qd_policy_ends_get_n (ends);
  g_autoptr (QdPolicyCount) count = g_new0 (QdPolicyCount, 1);

  count->rows = g_new0 (guint8, n);
  count->columns = g_new0 (guint8, n);
  for (guint i = 0; i < n && !g_cancellable_is_cancelled (cancellable); i++)
    count_row (count, ends, i);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, g_steal_pointer (&count), (GDestroyNotify) qd_policy_count_free);
}

void
qd_policy_count_async (QdPolicyEnds *ends, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, qd_policy_ends_ref (ends), (GDestroyNotify) qd_policy_ends_unref);
  g_task_run_in_thread (task, count_cb);
}

QdPolicyCount *
qd_policy_count_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
