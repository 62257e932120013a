/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-workbench-private.h"

/* So long after the last keystroke, but no longer than that after the first. */
#define PAUSE_MS 80

/* What a worker is given: it touches nothing else. */
typedef struct {
  GArray *texts;             /* QdAnalysisText, its members owned */
  QdPolicyOptions options;
  QdAnalysisLive live;       /* its members owned */
  QdAnalysis *previous;
  GCancellable *hurry;
  guint generation;
} Order;

static void
order_free (gpointer data)
{
  Order *self = data;

  g_array_unref (self->texts);
  g_free ((char *) self->live.name);
  g_clear_pointer (&self->live.text, g_bytes_unref);
  g_strfreev ((GStrv) self->live.off);
  g_clear_pointer (&self->previous, qd_analysis_unref);
  g_object_unref (self->hurry);
  g_free (self);
}

static Order *
order_new (QdWorkbench *self)
{
  Order *order = g_new0 (Order, 1);
  GListModel *documents = G_LIST_MODEL (self->documents);

  order->texts = g_array_new (FALSE, FALSE, sizeof (QdAnalysisText));
  g_array_set_clear_func (order->texts, (GDestroyNotify) qd_analysis_text_clear);
  order->options = self->options;
  order->live = (QdAnalysisLive) { g_strdup (self->live_name), self->live ? g_bytes_ref (self->live) : NULL, self->live_mode,
                                   (const char *const *) g_strdupv (self->live_off) };
  order->previous = self->analysis ? qd_analysis_ref (self->analysis) : NULL;
  order->hurry = g_object_ref (self->hurry);
  order->generation = self->generation;
  for (guint i = 0; i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (QdDocument) document = g_list_model_get_item (documents, i);
      GBytes *base = qd_document_get_base (document);
      const QdAnalysisText text = { g_strdup (qd_document_get_name (document)), g_bytes_ref (qd_document_get_mine (document)),
                                    base ? g_bytes_ref (base) : NULL };

      g_array_append_val (order->texts, text);
    }
  return order;
}

static void
analyse (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Order *order = data;
  QdAnalysis *analysis = qd_analysis_new_live ((const QdAnalysisText *) order->texts->data, order->texts->len, &order->live,
                                               &order->options, order->previous, order->hurry);

  /* Here, and not where the window lives, if ours is the last hold on it. */
  g_clear_pointer (&order->previous, qd_analysis_unref);
  g_task_return_pointer (task, analysis, (GDestroyNotify) qd_analysis_unref);
}

typedef struct { guint errors, warnings; } Count;

static void
count (GHashTable *counts, const char *name, QdPolicySeverity severity)
{
  Count *n = g_hash_table_lookup (counts, name);

  if (n == NULL)
    g_hash_table_insert (counts, (gpointer) name, n = g_new0 (Count, 1));
  n->errors += severity == QD_POLICY_ERROR;
  n->warnings += severity == QD_POLICY_WARNING;
}

static void
tell_counts (QdWorkbench *self)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  GPtrArray *faults = qd_analysis_get_faults (self->analysis);
  GPtrArray *findings = qd_analysis_get_findings (self->analysis);
  GListModel *documents = G_LIST_MODEL (self->documents);

  for (guint i = 0; i < faults->len; i++)
    count (counts, ((QdAnalysisFault *) faults->pdata[i])->name, QD_POLICY_ERROR);
  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = findings->pdata[i];

      if (finding->place.file)
        count (counts, qd_yaml_file_get_name (finding->place.file), finding->severity);
    }
  for (guint i = 0; i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (QdDocument) document = g_list_model_get_item (documents, i);
      const Count *n = g_hash_table_lookup (counts, qd_document_get_name (document));

      qd_document_set_counts (document, n ? n->errors : 0, n ? n->warnings : 0);
    }
}

static void
release (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  qd_analysis_unref (data);
  g_task_return_boolean (task, TRUE);
}

/* With thousands of workloads taking one apart costs frames: where nobody else holds it, a worker does it. Takes it. */
static void
release_elsewhere (QdAnalysis *analysis)
{
  g_autoptr (GTask) task = NULL;

  if (analysis == NULL)
    return;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_task_data (task, analysis, NULL);
  g_task_run_in_thread (task, release);
}

static void
analysed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdWorkbench *self = QD_WORKBENCH (source);
  Order *order = g_task_get_task_data (G_TASK (result));
  g_autoptr (QdAnalysis) analysis = g_task_propagate_pointer (G_TASK (result), NULL);
  gboolean again = self->analyse_again;

  self->analysing = self->analyse_again = FALSE;
  if (order->generation == self->generation && self->folder)
    {
      QdAnalysis *old = self->analysis;

      self->analysis = g_steal_pointer (&analysis);
      tell_counts (self);
      g_signal_emit_by_name (self, "analysed");
      release_elsewhere (old);
    }
  else
    release_elsewhere (g_steal_pointer (&analysis));
  if (again)
    qd_workbench_analyse_soon (self);
  g_object_notify (G_OBJECT (self), "analysing");
}

static gboolean
begin_cb (gpointer data)
{
  QdWorkbench *self = data;
  g_autoptr (GTask) task = NULL;

  self->analyse_id = 0;
  if (self->analysing)
    {
      self->analyse_again = TRUE;
      g_cancellable_cancel (self->hurry);
      return G_SOURCE_REMOVE;
    }
  self->analysing = TRUE;
  g_clear_object (&self->hurry);
  self->hurry = g_cancellable_new ();
  task = g_task_new (self, NULL, analysed_cb, NULL);
  g_task_set_task_data (task, order_new (self), order_free);
  g_task_run_in_thread (task, analyse);
  return G_SOURCE_REMOVE;
}

void
qd_workbench_analyse_soon (QdWorkbench *self)
{
  if (self->folder == NULL || self->analyse_id != 0)
    return;
  self->analyse_id = g_timeout_add (PAUSE_MS, begin_cb, self);
  g_object_notify (G_OBJECT (self), "analysing");
}

void
qd_workbench_analyse_forget (QdWorkbench *self)
{
  g_clear_handle_id (&self->analyse_id, g_source_remove);
  release_elsewhere (g_steal_pointer (&self->analysis));
  g_clear_object (&self->hurry);
  self->analyse_again = FALSE;
}

QdAnalysis *
qd_workbench_get_analysis (QdWorkbench *self)
{
  return self->analysis;
}

gboolean
qd_workbench_is_analysing (QdWorkbench *self)
{
  return self->analysing || self->analyse_id != 0;
}

void
qd_workbench_set_options (QdWorkbench *self, const QdPolicyOptions *options)
{
  self->options = *options;
  qd_workbench_analyse_soon (self);
}

void
qd_workbench_set_live (QdWorkbench *self, const QdAnalysisLive *live)
{
  GBytes *text = live->text;
  const char *const none[] = { NULL }, *const *off = live->off ? live->off : none;
  gboolean same = (text == self->live || (text && self->live && g_bytes_equal (text, self->live))) && (text == NULL || live->mode == self->live_mode);

  same = same && g_strv_equal (off, self->live_off ? (const char *const *) self->live_off : none);
  if (!g_set_str (&self->live_name, text ? live->name : NULL) && same)
    return;
  if (text)
    g_bytes_ref (text);
  g_clear_pointer (&self->live, g_bytes_unref);
  self->live = text;
  self->live_mode = live->mode;
  g_strfreev (self->live_off);
  self->live_off = g_strdupv ((GStrv) off);
  qd_workbench_analyse_soon (self);
}
