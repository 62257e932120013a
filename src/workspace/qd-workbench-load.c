/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-workbench-load.h"

#include <string.h>

#include <glib/gi18n-lib.h>

char *
qd_workbench_draft_key (const char *folder, const char *name)
{
  return g_strconcat (folder, "/", name, NULL);
}

void
qd_workbench_load_free (QdWorkbenchLoad *self)
{
  g_clear_pointer (&self->workspace, qd_workspace_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->texts, g_hash_table_unref);
  g_clear_pointer (&self->stamps, g_hash_table_unref);
  g_clear_pointer (&self->lock, qd_folder_lock_free);
  g_clear_pointer (&self->drafts, g_hash_table_unref);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_pointer (&self->git, qd_git_status_free);
  g_free (self);
}

/* What was read of @file before, where it is still that. */
static GBytes *
find_known (const QdWorkspaceFile *file, GHashTable *texts, GHashTable *stamps)
{
  const QdWorkspaceStamp *before = stamps ? g_hash_table_lookup (stamps, file->name) : NULL;
  GBytes *text = before && texts && qd_workspace_stamp_holds (before, &file->stamp) ? g_hash_table_lookup (texts, file->name) : NULL;

  return text ? g_bytes_ref (text) : NULL;
}

static gboolean
read_texts (QdWorkbenchLoad *self, GHashTable *texts, GHashTable *stamps, GCancellable *cancellable, GError **error)
{
  gsize total = 0;

  for (guint i = 0; i < qd_workspace_get_n_files (self->workspace); i++)
    {
      const QdWorkspaceFile *file = qd_workspace_get_file (self->workspace, i);
      const char *name = file->name;
      g_autoptr (GError) failure = NULL;
      GBytes *text = find_known (file, texts, stamps);

      if (text == NULL)
        {
          text = qd_workspace_read (self->workspace, name, cancellable, &failure);
          self->n_read++;
        }

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        {
          g_clear_pointer (&text, g_bytes_unref);
          return FALSE;
        }
      if (text == NULL)
        {
          g_ptr_array_add (self->problems, g_strdup_printf ("%s: %s", name, failure->message));
          continue;
        }
      total += g_bytes_get_size (text);
      g_hash_table_insert (self->texts, g_strdup (name), text);
      g_hash_table_insert (self->stamps, g_strdup (name), g_memdup2 (&file->stamp, sizeof file->stamp));
      if (total > QD_WORKBENCH_MAX_BYTES)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, _("%s holds more than %d MiB of YAML and JSON: open a folder further down"),
                       qd_workspace_get_folder (self->workspace), (int) (QD_WORKBENCH_MAX_BYTES / (1024 * 1024)));
          return FALSE;
        }
    }
  return TRUE;
}

static void
read_drafts (QdWorkbenchLoad *self, QdDrafts *drafts)
{
  g_autofree char *prefix = g_strconcat (qd_workspace_get_folder (self->workspace), "/", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = NULL;

  if (!qd_drafts_flush (drafts, &error))
    g_ptr_array_add (self->problems, g_strdup (error->message));
  g_clear_error (&error);
  all = qd_drafts_load (drafts, self->problems, &error);
  if (all == NULL)
    {
      g_ptr_array_add (self->problems, g_strdup_printf (_("The drafts could not be read: %s"), error->message));
      return;
    }
  while (all->len > 0)
    {
      g_autoptr (QdDraft) draft = g_ptr_array_steal_index (all, all->len - 1);

      if (g_str_has_prefix (draft->key, prefix))
        {
          char *name = g_strdup (draft->key + strlen (prefix));

          g_hash_table_insert (self->drafts, name, g_steal_pointer (&draft));
        }
    }
}

static void
read_git (QdWorkbenchLoad *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdWorkspaceGit) git = qd_workspace_git_new (qd_workspace_get_folder (self->workspace), &error);

  if (git)
    self->git = qd_workspace_git_get_status (git, &error);
  if (error && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_ptr_array_add (self->problems, g_strdup_printf ("Git: %s", error->message));
}

int
qd_workbench_compare_names (const char *a, const char *b)
{
  g_autofree char *first = g_utf8_collate_key_for_filename (a, -1), *second = g_utf8_collate_key_for_filename (b, -1);
  int order = strcmp (first, second);

  return order != 0 ? order : strcmp (a, b);
}

static int
compare_pointers (gconstpointer a, gconstpointer b)
{
  return qd_workbench_compare_names (*(char *const *) a, *(char *const *) b);
}

/* On the worker: the main thread has them in order. */
static void
sort_names (QdWorkbenchLoad *self)
{
  GHashTableIter iter;
  gpointer name;

  self->names = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, self->texts);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (self->names, name);
  g_hash_table_iter_init (&iter, self->drafts);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (self->texts, name))
      g_ptr_array_add (self->names, name);
  g_ptr_array_sort (self->names, compare_pointers);
}

static void
draft_free (gpointer data)
{
  qd_draft_free (data);
}

/* FALSE: another has it. */
static gboolean
take_lock (QdWorkbenchLoad *self, QdDrafts *drafts, GError **error)
{
  g_autoptr (GError) failure = NULL;

  self->lock = qd_folder_lock_take (qd_drafts_get_folder (drafts), qd_workspace_get_folder (self->workspace), &failure);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_BUSY))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (failure)
    g_ptr_array_add (self->problems, g_strdup_printf (_("Whether another window keeps drafts of this folder cannot be told: %s"), failure->message));
  return TRUE;
}

QdWorkbenchLoad *
qd_workbench_load_new (const char *folder, QdDrafts *drafts, GHashTable *texts, GHashTable *stamps, GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (QdWorkbenchLoad) self = g_new0 (QdWorkbenchLoad, 1);

  self->workspace = qd_workspace_new (folder, cancellable, error);
  if (self->workspace == NULL)
    return NULL;
  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->stamps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->drafts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, draft_free);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  for (const char *const *problem = qd_workspace_get_problems (self->workspace); *problem; problem++)
    g_ptr_array_add (self->problems, g_strdup (*problem));
  if (drafts && !take_lock (self, drafts, error))
    return NULL;
  if (!read_texts (self, texts, stamps, cancellable, error))
    return NULL;
  if (drafts)
    read_drafts (self, drafts);
  sort_names (self);
  read_git (self);
  return g_steal_pointer (&self);
}
