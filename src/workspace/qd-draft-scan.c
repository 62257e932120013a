/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-draft-scan.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "qd-draft-file.h"
#include "qd-workspace.h"

void
qd_draft_fact_free (QdDraftFact *self)
{
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

void
qd_draft_texts_free (QdDraftTexts *self)
{
  g_clear_pointer (&self->base, g_bytes_unref);
  g_clear_pointer (&self->mine, g_bytes_unref);
  g_clear_pointer (&self->disk, g_bytes_unref);
  g_clear_pointer (&self->merge, qd_merge_free);
  g_free (self);
}

char *
qd_draft_scan_file (const char *folder, const char *path)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, path, -1);

  return g_strdup_printf ("%s/%s.draft", folder, sum);
}

/* --- Reading ------------------------------------------------------------------------------------------ */

static gint64
stamp_of (const struct stat *info)
{
  return (gint64) info->st_mtim.tv_sec * G_USEC_PER_SEC + info->st_mtim.tv_nsec / 1000;
}

/* NULL without @error where there is no such file. */
static GBytes *
read_disk (const char *path, GError **error)
{
  struct stat info;
  char *text;
  gsize length;

  if (stat (path, &info) != 0 && errno == ENOENT)
    return NULL;
  if (stat (path, &info) == 0 && info.st_size > QD_WORKSPACE_MAX_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, _("%s is larger than %d MiB"), path, QD_WORKSPACE_MAX_BYTES / (1024 * 1024));
      return NULL;
    }
  return g_file_get_contents (path, &text, &length, error) ? g_bytes_new_take (text, length) : NULL;
}

static gboolean
is_same (GBytes *a, GBytes *b)
{
  return a == b || (a && b && g_bytes_equal (a, b));
}

/* base, mine and what the disk holds, as far as there is something to compare */
static QdMerge *
compare (GBytes *base, GBytes *mine, GBytes *disk)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);

  return qd_merge_new (base ? base : nothing, mine, disk ? disk : nothing, NULL);
}

QdDraftTexts *
qd_draft_scan_read (const char *folder, const char *path, GError **error)
{
  g_autofree char *file = qd_draft_scan_file (folder, path);
  g_autoptr (QdDraft) draft = qd_draft_file_read (file, error);
  g_autoptr (GError) failure = NULL;
  g_autoptr (QdDraftTexts) texts = NULL;

  if (draft == NULL)
    return NULL;
  texts = g_new0 (QdDraftTexts, 1);
  texts->disk = read_disk (path, &failure);
  if (failure)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  texts->base = g_steal_pointer (&draft->base);
  texts->mine = g_steal_pointer (&draft->mine);
  texts->merge = compare (texts->base, texts->mine, texts->disk);
  return g_steal_pointer (&texts);
}

/* --- Scanning ------------------------------------------------------------------------------------------- */

static guint
count_lines (GBytes *bytes, QdMergeRange range)
{
  const char *text = g_bytes_get_data (bytes, NULL);
  guint n = 0;

  for (gsize at = range.start; at < range.end; n++)
    {
      const char *end = memchr (text + at, '\n', range.end - at);

      at = end ? (gsize) (end - text) + 1 : range.end;
    }
  return n;
}

/* What I changed, whatever others did. */
static void
count_changes (QdDraftFact *fact, GBytes *base, GBytes *mine)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  GBytes *from = base ? base : nothing;
  g_autoptr (QdMerge) merge = compare (from, mine, from);

  for (guint i = 0; merge && i < qd_merge_get_n_pieces (merge); i++)
    {
      const QdMergePiece *piece = qd_merge_get_piece (merge, i);

      if (piece->kind == QD_MERGE_SAME)
        continue;
      fact->removed += count_lines (from, piece->base);
      fact->added += count_lines (mine, piece->mine);
    }
}

static QdDraftState
find_state (const QdDraft *draft, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) disk = read_disk (path, &error);
  g_autoptr (QdMerge) merge = NULL;

  if (error)
    return QD_DRAFT_UNKNOWN;
  if (is_same (disk, draft->mine))
    return QD_DRAFT_SAVED;
  if (is_same (disk, draft->base))
    return QD_DRAFT_FREE;
  if (disk == NULL)
    return QD_DRAFT_GONE;
  if (draft->base == NULL)
    return QD_DRAFT_CONFLICT;
  merge = compare (draft->base, draft->mine, disk);
  return merge == NULL ? QD_DRAFT_UNKNOWN : qd_merge_get_n_conflicts (merge) > 0 ? QD_DRAFT_CONFLICT : QD_DRAFT_MERGES;
}

static void
look_at_disk (QdDraftFact *fact, const char *path)
{
  struct stat info;

  if (stat (path, &info) != 0)
    return;
  fact->disk_us = stamp_of (&info);
  fact->disk_size = info.st_size;
}

/* Reads the draft's file whole. */
static void
learn (QdDraftFact *fact, const char *folder)
{
  g_autofree char *file = g_build_filename (folder, fact->name, NULL);
  g_autoptr (QdDraft) draft = qd_draft_file_read (file, NULL);

  if (draft == NULL || !g_path_is_absolute (draft->key))
    return;
  fact->path = g_strdup (draft->key);
  fact->saved_us = draft->saved_us;
  fact->is_new = draft->base == NULL;
  look_at_disk (fact, fact->path);
  count_changes (fact, draft->base, draft->mine);
  fact->state = find_state (draft, fact->path);
}

/* What was known of it before, if neither it nor its file has changed since. */
static gboolean
take_known (QdDraftFact *fact, GHashTable *known)
{
  const QdDraftFact *before = known ? g_hash_table_lookup (known, fact->name) : NULL;

  if (before == NULL || before->stamp_us != fact->stamp_us || before->size != fact->size)
    return FALSE;
  if (before->path)
    look_at_disk (fact, before->path);
  if (before->disk_us != fact->disk_us || before->disk_size != fact->disk_size)
    return FALSE;
  fact->path = g_strdup (before->path);
  fact->saved_us = before->saved_us;
  fact->is_new = before->is_new;
  fact->added = before->added;
  fact->removed = before->removed;
  fact->state = before->state;
  return TRUE;
}

static int
compare_newest (gconstpointer a, gconstpointer b)
{
  const QdDraftFact *x = *(QdDraftFact *const *) a, *y = *(QdDraftFact *const *) b;

  return x->stamp_us != y->stamp_us ? (x->stamp_us > y->stamp_us ? -1 : 1) : strcmp (x->name, y->name);
}

/* The drafts' files, newest first. NULL with @error. */
static GPtrArray *
list_files (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) facts = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_draft_fact_free);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &failure);
  const char *name;

  if (dir == NULL && !g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat info;
      QdDraftFact *fact;

      if (!g_str_has_suffix (name, ".draft") || stat (path, &info) != 0 || !S_ISREG (info.st_mode))
        continue;
      fact = g_new0 (QdDraftFact, 1);
      fact->name = g_strdup (name);
      fact->stamp_us = stamp_of (&info);
      fact->size = info.st_size;
      g_ptr_array_add (facts, fact);
    }
  g_ptr_array_sort (facts, compare_newest);
  return g_steal_pointer (&facts);
}

GPtrArray *
qd_draft_scan (const char *folder, GPtrArray *known, guint *n_more, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) facts = list_files (folder, error);
  g_autoptr (GHashTable) by_name = known ? g_hash_table_new (g_str_hash, g_str_equal) : NULL;

  if (facts == NULL)
    return NULL;
  for (guint i = 0; known && i < known->len; i++)
    g_hash_table_insert (by_name, ((QdDraftFact *) known->pdata[i])->name, known->pdata[i]);
  *n_more = facts->len > QD_DRAFT_LIST_MAX ? facts->len - QD_DRAFT_LIST_MAX : 0;
  if (*n_more > 0)
    g_ptr_array_remove_range (facts, QD_DRAFT_LIST_MAX, *n_more);
  for (guint i = 0; i < facts->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      if (!take_known (facts->pdata[i], by_name))
        learn (facts->pdata[i], folder);
    }
  return g_steal_pointer (&facts);
}

/* --- Doing ------------------------------------------------------------------------------------------------ */

static gboolean
remove_draft (const char *folder, const char *path, GError **error)
{
  g_autofree char *file = qd_draft_scan_file (folder, path);

  if (g_unlink (file) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _("the draft could not be removed: %s"), g_strerror (errno));
  return FALSE;
}

/* What others changed in other lines is taken in; what they changed in the same ones is theirs to be seen first. */
static gboolean
save_merged (QdWorkspace *workspace, const char *name, const QdDraftTexts *texts, GError **error)
{
  g_autoptr (GBytes) theirs = NULL, again = NULL, whole = NULL;
  g_autoptr (QdMerge) merge = NULL;
  g_autoptr (GError) failure = NULL;

  if (qd_workspace_save (workspace, name, texts->base, texts->mine, &theirs, NULL, &failure))
    return TRUE;
  if (theirs && g_bytes_equal (theirs, texts->mine))
    return TRUE;
  merge = theirs && texts->base ? compare (texts->base, texts->mine, theirs) : NULL;
  if (merge == NULL || qd_merge_get_n_conflicts (merge) > 0)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  whole = qd_merge_get_text (merge, NULL);
  return qd_workspace_save (workspace, name, theirs, whole, &again, NULL, error);
}

gboolean
qd_draft_scan_save (const char *folder, const char *path, GError **error)
{
  g_autofree char *below = g_path_get_dirname (path), *name = g_path_get_basename (path);
  g_autoptr (QdDraftTexts) texts = qd_draft_scan_read (folder, path, error);
  g_autoptr (QdWorkspace) workspace = texts ? qd_workspace_new (below, NULL, error) : NULL;

  return workspace && save_merged (workspace, name, texts, error) && remove_draft (folder, path, error);
}

QdDraftTexts *
qd_draft_scan_discard (const char *folder, const char *path, GError **error)
{
  g_autofree char *file = qd_draft_scan_file (folder, path);
  g_autoptr (QdDraft) draft = qd_draft_file_read (file, error);
  QdDraftTexts *texts;

  if (draft == NULL || !remove_draft (folder, path, error))
    return NULL;
  texts = g_new0 (QdDraftTexts, 1);
  texts->base = g_steal_pointer (&draft->base);
  texts->mine = g_steal_pointer (&draft->mine);
  return texts;
}

gboolean
qd_draft_scan_restore (const char *folder, const char *path, const QdDraftTexts *texts, GError **error)
{
  g_autofree char *file = qd_draft_scan_file (folder, path);

  /* One that was begun meanwhile is newer. */
  if (g_file_test (file, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("there is a newer draft of %s"), path);
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  return qd_draft_file_write (file, path, texts->base, texts->mine, error);
}
