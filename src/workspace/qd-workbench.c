/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-workbench.h"


#include <glib/gi18n-lib.h>

#include "qd-workbench-private.h"

G_DEFINE_FINAL_TYPE (QdWorkbench, qd_workbench, G_TYPE_OBJECT)

enum { PROP_FOLDER = 1, PROP_LOADING, PROP_ANALYSING, PROP_GIT, N_PROPS };
enum { ANALYSED, PROBLEM, MERGED, N_SIGNALS };

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

void
qd_workbench_tell_problem (QdWorkbench *self, const char *problem)
{
  g_signal_emit (self, signals[PROBLEM], 0, problem);
}

void
qd_workbench_tell_merged (QdWorkbench *self, QdDocument *document)
{
  g_signal_emit (self, signals[MERGED], 0, document);
}

void
qd_workbench_notify_git (QdWorkbench *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GIT]);
}

/* --- Documents -------------------------------------------------------------------------------------- */

static int
compare_documents (gconstpointer a, gconstpointer b, gpointer data)
{
  return qd_workbench_compare_names (qd_document_get_name ((QdDocument *) a), qd_document_get_name ((QdDocument *) b));
}

void
qd_workbench_insert (QdWorkbench *self, QdDocument *document)
{
  g_list_store_insert_sorted (self->documents, document, compare_documents, NULL);
  g_hash_table_insert (self->by_name, (gpointer) qd_document_get_name (document), document);
}

void
qd_workbench_insert_all (QdWorkbench *self, GPtrArray *documents)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->documents)) > 0)
    {
      for (guint i = 0; i < documents->len; i++)
        qd_workbench_insert (self, documents->pdata[i]);
      return;
    }
  for (guint i = 0; i < documents->len; i++)
    g_hash_table_insert (self->by_name, (gpointer) qd_document_get_name (documents->pdata[i]), documents->pdata[i]);
  g_list_store_splice (self->documents, 0, 0, documents->pdata, documents->len);
}

void
qd_workbench_drop (QdWorkbench *self, QdDocument *document)
{
  guint position;

  g_hash_table_remove (self->by_name, qd_document_get_name (document));
  if (g_list_store_find (self->documents, document, &position))
    g_list_store_remove (self->documents, position);
}

void
qd_workbench_keep_draft (QdWorkbench *self, QdDocument *document)
{
  g_autofree char *key = qd_workbench_draft_key (self->folder, qd_document_get_name (document));

  if (qd_document_is_dirty (document))
    qd_drafts_put (self->drafts, key, qd_document_get_base (document), qd_document_get_mine (document));
  else
    qd_drafts_remove (self->drafts, key);
}

GListModel *
qd_workbench_get_documents (QdWorkbench *self)
{
  return G_LIST_MODEL (self->documents);
}

QdDocument *
qd_workbench_find (QdWorkbench *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

QdDocument *
qd_workbench_add (QdWorkbench *self, const char *name, GBytes *text, GError **error)
{
  g_autoptr (QdDocument) document = NULL;

  g_return_val_if_fail (self->workspace != NULL, NULL);
  if (!qd_workspace_check_name (name, error))
    return NULL;
  if (g_hash_table_contains (self->by_name, name))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("There is a file “%s” already"), name);
      return NULL;
    }
  document = qd_document_new (name, NULL, text);
  qd_workbench_insert (self, document);
  qd_workbench_keep_draft (self, document);
  qd_workbench_analyse_soon (self);
  return document;
}

static void
take_text (QdWorkbench *self, QdDocument *document, GBytes *mine, gboolean typed)
{
  if (g_bytes_equal (qd_document_get_mine (document), mine))
    return;
  qd_document_set_mine (document, mine, typed);
  qd_workbench_keep_draft (self, document);
  qd_workbench_analyse_soon (self);
}

void
qd_workbench_set_text (QdWorkbench *self, QdDocument *document, GBytes *mine)
{
  take_text (self, document, mine, TRUE);
}

void
qd_workbench_put_text (QdWorkbench *self, QdDocument *document, GBytes *mine)
{
  take_text (self, document, mine, FALSE);
}

void
qd_workbench_revert (QdWorkbench *self, QdDocument *document)
{
  g_autoptr (QdDocument) held = g_object_ref (document);
  GBytes *disk = qd_document_is_conflicted (document) ? qd_document_get_theirs (document) : qd_document_get_base (document);
  g_autoptr (GBytes) now = disk ? g_bytes_ref (disk) : NULL;

  qd_document_set_theirs (document, FALSE, NULL);
  if (now)
    {
      qd_workbench_rebase (self, document, now);
      qd_document_set_mine (document, now, FALSE);
      qd_workbench_keep_draft (self, document);
    }
  else
    {
      g_autofree char *key = qd_workbench_draft_key (self->folder, qd_document_get_name (document));

      qd_drafts_remove (self->drafts, key);
      qd_workbench_drop (self, document);
    }
  qd_workbench_analyse_soon (self);
}

/* --- Conflicts --------------------------------------------------------------------------------------- */

void
qd_workbench_take (QdWorkbench *self, QdDocument *document, QdMergeKind whose)
{
  g_autoptr (GBytes) theirs = NULL;

  g_return_if_fail (qd_document_is_conflicted (document));
  if (whose == QD_MERGE_THEIRS)
    {
      qd_workbench_revert (self, document);
      return;
    }
  theirs = qd_document_get_theirs (document) ? g_bytes_ref (qd_document_get_theirs (document)) : NULL;
  qd_document_set_theirs (document, FALSE, NULL);
  qd_workbench_rebase (self, document, theirs);
  qd_workbench_keep_draft (self, document);
  qd_workbench_analyse_soon (self);
}

gboolean
qd_workbench_resolve (QdWorkbench *self, QdDocument *document, QdMerge *merge, const QdMergeKind *choice)
{
  GBytes *theirs = qd_document_get_theirs (document);
  g_autoptr (GBytes) text = NULL, base = NULL;

  if (!qd_document_is_conflicted (document) || theirs == NULL || !qd_merge_is_of (merge, qd_document_get_mine (document), theirs))
    return FALSE;
  text = qd_merge_get_text (merge, choice);
  base = g_bytes_ref (theirs);
  qd_document_set_theirs (document, FALSE, NULL);
  qd_workbench_rebase (self, document, base);
  qd_document_set_mine (document, text, FALSE);
  qd_workbench_keep_draft (self, document);
  qd_workbench_analyse_soon (self);
  return TRUE;
}

/* --- Opening ------------------------------------------------------------------------------------------ */

typedef struct { char *folder; QdDrafts *drafts; guint generation; QdFolderLock *held; } Opening;

static void
opening_free (gpointer data)
{
  g_clear_pointer (&((Opening *) data)->held, qd_folder_lock_free);
  g_free (((Opening *) data)->folder);
  g_free (data);
}

/* Who opens the folder next finds all drafts that were kept under the lock. */
static void
let_go (QdDrafts *drafts, QdFolderLock *lock)
{
  if (lock == NULL)
    return;
  qd_drafts_flush (drafts, NULL);
  qd_folder_lock_free (lock);
}

static void
load (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Opening *opening = data;
  GError *error = NULL;
  QdWorkbenchLoad *result;

  /* The drafts live as long as the workbench, which the task holds. */
  let_go (opening->drafts, g_steal_pointer (&opening->held));
  result = qd_workbench_load_new (opening->folder, opening->drafts, NULL, NULL, cancellable, &error);
  if (result)
    g_task_return_pointer (task, result, (GDestroyNotify) qd_workbench_load_free);
  else
    g_task_return_error (task, error);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdWorkbench *self = QD_WORKBENCH (source);
  g_autoptr (GTask) outer = data;
  const Opening *opening = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (QdWorkbenchLoad) loaded = g_task_propagate_pointer (G_TASK (result), &error);

  if (opening->generation != self->generation)
    {
      g_task_return_new_error (outer, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Another folder was opened"));
      return;
    }
  g_clear_object (&self->loading);
  if (loaded)
    {
      g_set_str (&self->folder, qd_workspace_get_folder (loaded->workspace));
      self->lock = g_steal_pointer (&loaded->lock);
      qd_workbench_take_load (self, loaded);
      qd_workbench_watch (self);
      g_task_return_boolean (outer, TRUE);
    }
  else
    g_task_return_error (outer, g_steal_pointer (&error));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER]);
}

static void
shut (QdWorkbench *self)
{
  self->generation++;
  if (self->loading)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  g_clear_handle_id (&self->rescan_id, g_source_remove);
  g_hash_table_remove_all (self->monitors);
  self->scanning = self->scan_again = FALSE;
  qd_workbench_analyse_forget (self);
  g_hash_table_remove_all (self->by_name);
  g_list_store_remove_all (self->documents);
  g_clear_pointer (&self->workspace, qd_workspace_unref);
  g_clear_pointer (&self->texts, g_hash_table_unref);
  g_clear_pointer (&self->stamps, g_hash_table_unref);
  g_clear_pointer (&self->git, qd_git_status_free);
  g_clear_pointer (&self->folder, g_free);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER]);
}

static void
free_lock (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Opening *closing = data;

  let_go (closing->drafts, g_steal_pointer (&closing->held));
  g_task_return_boolean (task, TRUE);
}

void
qd_workbench_close (QdWorkbench *self)
{
  g_autoptr (GTask) task = NULL;
  Opening *closing;

  shut (self);
  if (self->lock == NULL)
    return;
  closing = g_new0 (Opening, 1);
  *closing = (Opening) { .drafts = self->drafts, .held = g_steal_pointer (&self->lock) };
  task = g_task_new (self, NULL, NULL, NULL);
  g_task_set_task_data (task, closing, opening_free);
  g_task_run_in_thread (task, free_lock);
}

void
qd_workbench_forget (QdWorkbench *self)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->by_name);
  while (self->folder && g_hash_table_iter_next (&iter, &name, NULL))
    {
      g_autofree char *key = qd_workbench_draft_key (self->folder, name);

      qd_drafts_remove (self->drafts, key);
    }
  qd_workbench_close (self);
}

void
qd_workbench_open (QdWorkbench *self, const char *folder, GAsyncReadyCallback callback, gpointer data)
{
  GTask *outer = g_task_new (self, NULL, callback, data);
  g_autoptr (GTask) task = NULL;
  Opening *opening = g_new (Opening, 1);

  shut (self);
  self->loading = g_cancellable_new ();
  *opening = (Opening) { g_strdup (folder), self->drafts, self->generation, g_steal_pointer (&self->lock) };
  task = g_task_new (self, self->loading, loaded_cb, outer);
  g_task_set_task_data (task, opening, opening_free);
  g_task_run_in_thread (task, load);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

gboolean
qd_workbench_open_finish (QdWorkbench *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

const char *
qd_workbench_get_folder (QdWorkbench *self)
{
  return self->folder;
}

gboolean
qd_workbench_is_loading (QdWorkbench *self)
{
  return self->loading != NULL;
}

/* --- Saving --------------------------------------------------------------------------------------------- */

typedef struct {
  QdWorkspace *workspace;
  QdDocument *document;
  GBytes *base, *mine, *theirs;
  guint generation;
} Saving;

static void
saving_free (gpointer data)
{
  Saving *self = data;

  qd_workspace_unref (self->workspace);
  g_object_unref (self->document);
  g_clear_pointer (&self->base, g_bytes_unref);
  g_clear_pointer (&self->theirs, g_bytes_unref);
  g_bytes_unref (self->mine);
  g_free (self);
}

static void
save (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Saving *saving = data;
  GError *error = NULL;

  if (qd_workspace_save (saving->workspace, qd_document_get_name (saving->document), saving->base, saving->mine, &saving->theirs, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Others' change may have been met while the save was under way: then it is what the text was merged with, and what it is compared
 * with from then on. Were it the saved text again, what others wrote would count as taken out of it by hand. */
static void
take_saved (QdWorkbench *self, const Saving *saving, gboolean done, gboolean raced)
{
  gboolean is_current = qd_document_get_base (saving->document) == saving->base;

  if (done && is_current)
    qd_workbench_rebase (self, saving->document, saving->mine);
  else if (raced && is_current)
    qd_workbench_meet (self, saving->document, saving->theirs);
  if (!done)
    return;
  qd_workbench_keep_draft (self, saving->document);
  qd_workbench_analyse_soon (self);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdWorkbench *self = QD_WORKBENCH (source);
  g_autoptr (GTask) outer = data;
  Saving *saving = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  gboolean done = g_task_propagate_boolean (G_TASK (result), &error);

  self->n_saving--;
  if (saving->generation == self->generation)
    take_saved (self, saving, done, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG));
  qd_workbench_rescan (self);
  if (done)
    g_task_return_boolean (outer, TRUE);
  else
    g_task_return_error (outer, g_steal_pointer (&error));
}

void
qd_workbench_save (QdWorkbench *self, QdDocument *document, GAsyncReadyCallback callback, gpointer data)
{
  GTask *outer = g_task_new (self, NULL, callback, data);
  GBytes *base = qd_document_get_base (document);
  g_autoptr (GTask) task = NULL;
  Saving *saving;

  if (qd_document_is_conflicted (document))
    {
      g_task_return_new_error (outer, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG, _("%s was changed by somebody else meanwhile: decide first what becomes of both changes"),
                               qd_document_get_name (document));
      g_object_unref (outer);
      return;
    }
  saving = g_new0 (Saving, 1);
  saving->workspace = qd_workspace_ref (self->workspace);
  saving->document = g_object_ref (document);
  saving->base = base ? g_bytes_ref (base) : NULL;
  saving->mine = g_bytes_ref (qd_document_get_mine (document));
  saving->generation = self->generation;
  self->n_saving++;
  task = g_task_new (self, NULL, saved_cb, outer);
  g_task_set_task_data (task, saving, saving_free);
  g_task_run_in_thread (task, save);
}

gboolean
qd_workbench_save_finish (QdWorkbench *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- Git ------------------------------------------------------------------------------------------------ */

typedef struct { char *folder, *message; char **names; } Commit;

static void
commit_free (gpointer data)
{
  Commit *self = data;

  g_free (self->folder);
  g_free (self->message);
  g_strfreev (self->names);
  g_free (self);
}

static void
commit (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Commit *what = data;
  GError *error = NULL;
  g_autoptr (QdWorkspaceGit) git = qd_workspace_git_new (what->folder, &error);
  char *id = git ? qd_workspace_git_commit (git, (const char *const *) what->names, what->message, &error) : NULL;

  if (id)
    g_task_return_pointer (task, id, g_free);
  else
    g_task_return_error (task, error);
}

void
qd_workbench_commit (QdWorkbench *self, const char *const *names, const char *message, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  Commit *what = g_new (Commit, 1);

  *what = (Commit) { g_strdup (self->folder), g_strdup (message), g_strdupv ((char **) names) };
  g_task_set_task_data (task, what, commit_free);
  g_task_run_in_thread (task, commit);
}

char *
qd_workbench_commit_finish (QdWorkbench *self, GAsyncResult *result, GError **error)
{
  char *id = g_task_propagate_pointer (G_TASK (result), error);

  qd_workbench_rescan (self);
  return id;
}

const QdGitStatus *
qd_workbench_get_git (QdWorkbench *self)
{
  return self->git;
}

/* --- The object ------------------------------------------------------------------------------------------ */

void
qd_workbench_flush (QdWorkbench *self)
{
  g_autoptr (GError) error = NULL;

  if (!qd_drafts_flush (self->drafts, &error))
    g_warning ("The drafts could not be kept: %s", error ? error->message : "?");
}

static gboolean
problem_cb (gpointer data)
{
  gpointer *both = data;
  QdWorkbench *self = g_weak_ref_get (both[0]);

  if (self)
    qd_workbench_tell_problem (self, both[1]);
  g_clear_object (&self);
  return G_SOURCE_REMOVE;
}

static void
problem_free (gpointer data)
{
  gpointer *both = data;

  g_weak_ref_clear (both[0]);
  g_free (both[0]);
  g_free (both[1]);
  g_free (both);
}

/* On the drafts' thread. */
static void
draft_cb (const char *key, const GError *error, gpointer data)
{
  gpointer *both;

  if (error == NULL)
    return;
  both = g_new (gpointer, 2);
  both[0] = g_new0 (GWeakRef, 1);
  g_weak_ref_init (both[0], data);
  both[1] = g_strdup_printf (_("The draft of %s could not be kept: %s. It is tried again; save the file to be sure."), key, error->message);
  g_idle_add_full (G_PRIORITY_DEFAULT, problem_cb, both, problem_free);
}

static void
qd_workbench_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  QdWorkbench *self = QD_WORKBENCH (object);

  switch (id)
    {
    case PROP_FOLDER: g_value_set_string (value, self->folder); break;
    case PROP_LOADING: g_value_set_boolean (value, self->loading != NULL); break;
    case PROP_ANALYSING: g_value_set_boolean (value, qd_workbench_is_analysing (self)); break;
    case PROP_GIT: g_value_set_pointer (value, self->git); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
qd_workbench_dispose (GObject *object)
{
  QdWorkbench *self = QD_WORKBENCH (object);

  shut (self);
  /* Its thread ends: what it was given is on the disk then. */
  g_clear_pointer (&self->drafts, qd_drafts_free);
  g_clear_pointer (&self->lock, qd_folder_lock_free);
  G_OBJECT_CLASS (qd_workbench_parent_class)->dispose (object);
}

static void
qd_workbench_finalize (GObject *object)
{
  QdWorkbench *self = QD_WORKBENCH (object);

  g_object_unref (self->documents);
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->monitors);
  g_free (self->live_name);
  g_clear_pointer (&self->live, g_bytes_unref);
  g_strfreev (self->live_off);
  G_OBJECT_CLASS (qd_workbench_parent_class)->finalize (object);
}

static void
qd_workbench_class_init (QdWorkbenchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = qd_workbench_get_property;
  object_class->dispose = qd_workbench_dispose;
  object_class->finalize = qd_workbench_finalize;
  properties[PROP_FOLDER] = g_param_spec_string ("folder", NULL, NULL, NULL, flags);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  properties[PROP_ANALYSING] = g_param_spec_boolean ("analysing", NULL, NULL, FALSE, flags);
  properties[PROP_GIT] = g_param_spec_pointer ("git", NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[ANALYSED] = g_signal_new ("analysed", QD_TYPE_WORKBENCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PROBLEM] = g_signal_new ("problem", QD_TYPE_WORKBENCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[MERGED] = g_signal_new ("merged", QD_TYPE_WORKBENCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, QD_TYPE_DOCUMENT);
}

static void
qd_workbench_init (QdWorkbench *self)
{
  self->documents = g_list_store_new (QD_TYPE_DOCUMENT);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->monitors = qd_workbench_monitors_new ();
}

QdWorkbench *
qd_workbench_new (const char *drafts_folder)
{
  QdWorkbench *self = g_object_new (QD_TYPE_WORKBENCH, NULL);

  self->drafts = qd_drafts_new (drafts_folder, draft_cb, self);
  return self;
}
