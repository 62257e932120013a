/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-csv.h"

#include "qd-table-text.h"

#define NEW_LINE "\r\n"

typedef struct {
  QdPolicyEnds *ends;
  GArray *rows, *columns;  /* NULL: a list of all */
} Writing;

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  qd_policy_ends_unref (writing->ends);
  g_clear_pointer (&writing->rows, g_array_unref);
  g_clear_pointer (&writing->columns, g_array_unref);
  g_free (writing);
}

static void
append_ports (GString *out, QdPolicyEnds *ends, guint src, guint dst, gboolean before)
{
  g_autofree char *ports = qd_policy_ends_dup_ports (ends, src, dst, before);

  g_string_append_c (out, ',');
  qd_table_text_append_csv (out, ports);
}

static void
append_pair (GString *out, QdPolicyEnds *ends, guint src, guint dst)
{
  QdPolicyCell cell = qd_policy_ends_get_cell (ends, src, dst);

  if (cell.state == QD_POLICY_CELL_OUTSIDE || (cell.state == QD_POLICY_CELL_NONE && cell.change == QD_POLICY_CELL_SAME))
    return;
  qd_table_text_append_csv (out, qd_policy_ends_get (ends, src)->text);
  g_string_append_c (out, ',');
  qd_table_text_append_csv (out, qd_policy_ends_get (ends, dst)->text);
  append_ports (out, ends, src, dst, FALSE);
  if (qd_policy_ends_has_before (ends))
    append_ports (out, ends, src, dst, TRUE);
  g_string_append (out, NEW_LINE);
}

static gboolean
write_list (GString *out, QdPolicyEnds *ends, GCancellable *cancellable)
{
  guint n = qd_policy_ends_get_n (ends);

  g_string_append (out, qd_policy_ends_has_before (ends) ? "from,to,connections,before" NEW_LINE : "from,to,connections" NEW_LINE);
  for (guint i = 0; i < n && !g_cancellable_is_cancelled (cancellable); i++)
    for (guint k = 0; k < n; k++)
      if (i != k)
        append_pair (out, ends, i, k);
  return !g_cancellable_is_cancelled (cancellable);
}

static gboolean
write_table (GString *out, const Writing *writing, GCancellable *cancellable)
{
  for (guint k = 0; k < writing->columns->len; k++)
    {
      g_string_append_c (out, ',');
      qd_table_text_append_csv (out, qd_policy_ends_get (writing->ends, g_array_index (writing->columns, guint, k))->text);
    }
  g_string_append (out, NEW_LINE);
  for (guint i = 0; i < writing->rows->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      guint src = g_array_index (writing->rows, guint, i);

      qd_table_text_append_csv (out, qd_policy_ends_get (writing->ends, src)->text);
      for (guint k = 0; k < writing->columns->len; k++)
        append_ports (out, writing->ends, src, g_array_index (writing->columns, guint, k), FALSE);
      g_string_append (out, NEW_LINE);
    }
  return !g_cancellable_is_cancelled (cancellable);
}

static void
write_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Writing *writing = data;
  GString *out = g_string_new (NULL);

  if (writing->rows != NULL ? write_table (out, writing, cancellable) : write_list (out, writing->ends, cancellable))
    {
      g_task_return_pointer (task, g_string_free_to_bytes (out), (GDestroyNotify) g_bytes_unref);
      return;
    }
  g_string_free (out, TRUE);
  g_task_return_error_if_cancelled (task);
}

static void
start (QdPolicyEnds *ends, GArray *rows, GArray *columns, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Writing *writing = g_new0 (Writing, 1);

  writing->ends = qd_policy_ends_ref (ends);
  writing->rows = rows != NULL ? g_array_ref (rows) : NULL;
  writing->columns = columns != NULL ? g_array_ref (columns) : NULL;
  g_task_set_task_data (task, writing, writing_free);
  g_task_run_in_thread (task, write_cb);
}

void
qd_policy_csv_list_async (QdPolicyEnds *ends, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  start (ends, NULL, NULL, cancellable, callback, user_data);
}

void
qd_policy_csv_table_async (QdPolicyEnds *ends, GArray *rows, GArray *columns, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  start (ends, rows, columns, cancellable, callback, user_data);
}

GBytes *
qd_policy_csv_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
