/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include <glib/gi18n-lib.h>

#include "qd-workbench-private.h"

#define SETTLE_MS 250
/* Beyond these, changes are found when the window comes to the front again. */
#define MAX_MONITORS 256

/* --- Two changes to one text ------------------------------------------------------------------------ */

typedef struct { QdDocument *document; GBytes *base, *theirs; } Meeting;

static void
meeting_free (Meeting *self)
{
  g_object_unref (self->document);
  g_clear_pointer (&self->base, g_bytes_unref);
  g_bytes_unref (self->theirs);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Meeting, meeting_free)

static gboolean
is_equal (GBytes *a, GBytes *b)
{
  return a == b || (a && b && g_bytes_equal (a, b));
}

static void
merged_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdWorkbench *self = QD_WORKBENCH (source);
  g_autoptr (Meeting) meeting = data;
  g_autoptr (QdMerge) merged = qd_merge_finish (result, NULL);

  if (g_hash_table_lookup (self->by_name, qd_document_get_name (meeting->document)) != meeting->document)
    return;
  /* What the disk holds was learned anew meanwhile, by a save or a later look, and may be newer than @theirs. */
  if (qd_document_get_base (meeting->document) != meeting->base)
    {
      qd_workbench_rescan (self);
      return;
    }
  /* Somebody typed on meanwhile. */
  if (!qd_merge_was_of (result, qd_document_get_mine (meeting->document), meeting->theirs))
    {
      qd_workbench_meet (self, meeting->document, meeting->theirs);
      return;
    }
  if (merged && qd_merge_get_n_conflicts (merged) == 0)
    {
      g_autoptr (GBytes) text = qd_merge_get_text (merged, NULL);

      qd_document_set_theirs (meeting->document, FALSE, NULL);
      qd_workbench_rebase (self, meeting->document, meeting->theirs);
      qd_document_set_mine (meeting->document, text, FALSE);
      qd_workbench_keep_draft (self, meeting->document);
      qd_workbench_tell_merged (self, meeting->document);
    }
  /* Who compares just these two texts is not to be told that they are others. */
  else if (!qd_document_is_conflicted (meeting->document) || !is_equal (qd_document_get_theirs (meeting->document), meeting->theirs))
    qd_document_set_theirs (meeting->document, TRUE, meeting->theirs);
  qd_workbench_analyse_soon (self);
}

void
qd_workbench_meet (QdWorkbench *self, QdDocument *document, GBytes *theirs)
{
  GBytes *base = qd_document_get_base (document);
  Meeting *meeting;

  if (theirs == NULL)
    {
      qd_document_set_theirs (document, TRUE, NULL);
      return;
    }
  meeting = g_new (Meeting, 1);
  *meeting = (Meeting) { g_object_ref (document), base ? g_bytes_ref (base) : NULL, g_bytes_ref (theirs) };
  qd_merge_async (self, base, qd_document_get_mine (document), theirs, merged_cb, meeting);
}

/* --- What the disk holds ------------------------------------------------------------------------------ */

void
qd_workbench_rebase (QdWorkbench *self, QdDocument *document, GBytes *base)
{
  qd_document_set_base (document, base);
  self->scan_again = self->scanning;
}

/* @disk: NULL when it is gone. */
static void
update_document (QdWorkbench *self, QdDocument *document, GBytes *disk)
{
  GBytes *base = qd_document_get_base (document), *mine = qd_document_get_mine (document);

  if (is_equal (base, disk))
    {
      /* Others' change was taken back. */
      if (qd_document_is_conflicted (document))
        qd_document_set_theirs (document, FALSE, NULL);
      return;
    }
  if (disk && g_bytes_equal (mine, disk))
    {
      qd_document_set_theirs (document, FALSE, NULL);
      qd_workbench_rebase (self, document, disk);
      qd_workbench_keep_draft (self, document);
    }
  else if (qd_document_is_dirty (document))
    {
      if (!qd_document_is_conflicted (document) || !is_equal (qd_document_get_theirs (document), disk))
        qd_workbench_meet (self, document, disk);
    }
  else if (disk)
    {
      qd_workbench_rebase (self, document, disk);
      qd_document_set_mine (document, disk, FALSE);
    }
  else
    qd_workbench_drop (self, document);
}

/* What is new: all of it comes into the list together. */
static void
add_documents (QdWorkbench *self, QdWorkbenchLoad *load)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < load->names->len; i++)
    {
      const char *name = load->names->pdata[i];
      GBytes *disk = g_hash_table_lookup (load->texts, name);
      const QdDraft *draft = g_hash_table_lookup (load->drafts, name);

      if (!g_hash_table_contains (self->by_name, name))
        g_ptr_array_add (fresh, qd_document_new (name, draft ? draft->base : disk, draft ? draft->mine : disk));
    }
  qd_workbench_insert_all (self, fresh);
  for (guint i = 0; i < fresh->len; i++)
    {
      const char *name = qd_document_get_name (fresh->pdata[i]);

      if (g_hash_table_contains (load->drafts, name))
        update_document (self, fresh->pdata[i], g_hash_table_lookup (load->texts, name));
    }
}

static void
update_documents (QdWorkbench *self, QdWorkbenchLoad *load)
{
  g_autoptr (GPtrArray) there = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->documents)); i++)
    g_ptr_array_add (there, g_list_model_get_item (G_LIST_MODEL (self->documents), i));
  for (guint i = 0; i < there->len; i++)
    update_document (self, there->pdata[i], g_hash_table_lookup (load->texts, qd_document_get_name (there->pdata[i])));
}

void
qd_workbench_take_load (QdWorkbench *self, QdWorkbenchLoad *load)
{
  g_clear_pointer (&self->workspace, qd_workspace_unref);
  self->workspace = qd_workspace_ref (load->workspace);
  g_clear_pointer (&self->texts, g_hash_table_unref);
  self->texts = g_hash_table_ref (load->texts);
  g_clear_pointer (&self->stamps, g_hash_table_unref);
  self->stamps = g_hash_table_ref (load->stamps);
  g_clear_pointer (&self->git, qd_git_status_free);
  self->git = g_steal_pointer (&load->git);
  update_documents (self, load);
  add_documents (self, load);
  for (guint i = 0; i < load->problems->len; i++)
    qd_workbench_tell_problem (self, load->problems->pdata[i]);
  qd_workbench_notify_git (self);
  qd_workbench_analyse_soon (self);
}

/* --- Again --------------------------------------------------------------------------------------------- */

typedef struct { char *folder; guint generation; GHashTable *texts, *stamps; } Scan;

static void
scan_free (gpointer data)
{
  Scan *self = data;

  g_free (self->folder);
  g_clear_pointer (&self->texts, g_hash_table_unref);
  g_clear_pointer (&self->stamps, g_hash_table_unref);
  g_free (self);
}

static void
scan (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Scan *order = data;
  GError *error = NULL;
  QdWorkbenchLoad *load = qd_workbench_load_new (order->folder, NULL, order->texts, order->stamps, NULL, &error);

  if (load)
    g_task_return_pointer (task, load, (GDestroyNotify) qd_workbench_load_free);
  else
    g_task_return_error (task, error);
}

static void
scanned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdWorkbench *self = QD_WORKBENCH (source);
  const Scan *done = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (QdWorkbenchLoad) load = g_task_propagate_pointer (G_TASK (result), &error);
  gboolean again = self->scan_again;

  /* Another folder's looks are another's. */
  if (done->generation != self->generation)
    return;
  self->scanning = self->scan_again = FALSE;
  if (self->n_saving > 0)
    return;
  if (again)
    qd_workbench_rescan (self);
  else if (load)
    {
      qd_workbench_take_load (self, load);
      qd_workbench_watch (self);
    }
  else
    qd_workbench_tell_problem (self, error->message);
}

void
qd_workbench_rescan (QdWorkbench *self)
{
  g_autoptr (GTask) task = NULL;
  Scan *order;

  if (self->folder == NULL || self->workspace == NULL)
    return;
  if (self->scanning)
    {
      self->scan_again = TRUE;
      return;
    }
  self->scanning = TRUE;
  order = g_new (Scan, 1);
  *order = (Scan) { g_strdup (self->folder), self->generation, self->texts ? g_hash_table_ref (self->texts) : NULL,
                    self->stamps ? g_hash_table_ref (self->stamps) : NULL };
  task = g_task_new (self, NULL, scanned_cb, NULL);
  g_task_set_task_data (task, order, scan_free);
  g_task_run_in_thread (task, scan);
}

static gboolean
rescan_cb (gpointer data)
{
  QdWorkbench *self = data;

  self->rescan_id = 0;
  qd_workbench_rescan (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (QdWorkbench *self)
{
  if (self->rescan_id == 0)
    self->rescan_id = g_timeout_add (SETTLE_MS, rescan_cb, self);
}

static void
unref_monitor (gpointer data)
{
  g_file_monitor_cancel (data);
  g_object_unref (data);
}

static gboolean
is_unwanted (gpointer path, gpointer monitor, gpointer wanted)
{
  return !g_hash_table_contains (wanted, path);
}

/* Where a folder cannot be watched, what changes in it is found when the window comes to the front again. */
static void
watch_folder (QdWorkbench *self, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFileMonitor *monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);

  if (monitor == NULL)
    return;
  g_signal_connect_object (monitor, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_hash_table_insert (self->monitors, g_strdup (path), monitor);
}

GHashTable *
qd_workbench_monitors_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_monitor);
}

/* The folder and every one below it that holds a document. */
void
qd_workbench_watch (QdWorkbench *self)
{
  g_autoptr (GHashTable) folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_add (folders, g_strdup (self->folder));
  g_hash_table_iter_init (&iter, self->by_name);
  while (g_hash_table_size (folders) < MAX_MONITORS && g_hash_table_iter_next (&iter, &name, NULL))
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_hash_table_add (folders, g_path_get_dirname (path));
    }
  g_hash_table_foreach_remove (self->monitors, is_unwanted, folders);
  g_hash_table_iter_init (&iter, folders);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (self->monitors, name))
      watch_folder (self, name);
}
