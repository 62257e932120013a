/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-workspace.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gi18n-lib.h>

#define STAMP "unix::device,unix::inode,time::modified,time::modified-nsec,time::changed,time::changed-nsec"
#define ATTRIBUTES G_FILE_ATTRIBUTE_STANDARD_NAME "," G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE "," STAMP
/* The coarsest clocks of file systems count in two seconds. */
#define SETTLES_NS (2 * G_GINT64_CONSTANT (1000000000))

struct _QdWorkspace {
  gatomicrefcount refs;
  char *folder;
  gint64 began_ns;           /* when it was looked through */
  GPtrArray *files;          /* QdWorkspaceFile */
  GPtrArray *problems;       /* char *, NULL at the end */
};

static void
file_free (gpointer data)
{
  g_free (((QdWorkspaceFile *) data)->name);
  g_free (data);
}

/* --- Looking through ------------------------------------------------------------------------------ */

static gboolean
is_ours (const char *name)
{
  static const char *const endings[] = { ".yaml", ".yml", ".json" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return TRUE;
  return FALSE;
}

static void
add_problem (QdWorkspace *self, const char *name, const char *why)
{
  g_autofree char *shown = g_filename_display_name (*name ? name : ".");

  g_ptr_array_add (self->problems, g_strdup_printf ("%s: %s", shown, why));
}

static gint64
get_time (GFileInfo *info, const char *seconds, const char *nanoseconds)
{
  return (gint64) g_file_info_get_attribute_uint64 (info, seconds) * 1000000000 + g_file_info_get_attribute_uint32 (info, nanoseconds);
}

static QdWorkspaceStamp
take_stamp (QdWorkspace *self, GFileInfo *info)
{
  QdWorkspaceStamp stamp = { g_file_info_get_attribute_uint32 (info, "unix::device"), g_file_info_get_attribute_uint64 (info, "unix::inode"),
                             g_file_info_get_size (info), get_time (info, "time::modified", "time::modified-nsec"),
                             get_time (info, "time::changed", "time::changed-nsec"), FALSE };

  /* Where a file system knows no such times, nothing is ever settled. */
  stamp.settled = stamp.changed_ns > 0 && MAX (stamp.changed_ns, stamp.modified_ns) < self->began_ns - SETTLES_NS;
  return stamp;
}

gboolean
qd_workspace_stamp_holds (const QdWorkspaceStamp *before, const QdWorkspaceStamp *now)
{
  return before->settled && before->device == now->device && before->inode == now->inode && before->size == now->size &&
         before->modified_ns == now->modified_ns && before->changed_ns == now->changed_ns;
}

static gboolean
add_file (QdWorkspace *self, char *name, GFileInfo *info, GError **error)
{
  QdWorkspaceFile *file;

  if (self->files->len >= QD_WORKSPACE_MAX_FILES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                   _("%s holds more than %d files of YAML and JSON: open a folder further down"), self->folder, QD_WORKSPACE_MAX_FILES);
      g_free (name);
      return FALSE;
    }
  if (!g_utf8_validate (name, -1, NULL))
    {
      add_problem (self, name, _("the name is not UTF-8"));
      g_free (name);
      return TRUE;
    }
  file = g_new (QdWorkspaceFile, 1);
  *file = (QdWorkspaceFile) { name, g_file_info_get_size (info), take_stamp (self, info) };
  g_ptr_array_add (self->files, file);
  return TRUE;
}

static gboolean look_through (QdWorkspace *self, GFile *folder, const char *name, guint depth, GCancellable *cancellable, GError **error);

static gboolean
look_at (QdWorkspace *self, GFile *folder, const char *above, GFileInfo *info, guint depth, GCancellable *cancellable, GError **error)
{
  const char *name = g_file_info_get_name (info);
  g_autofree char *whole = *above ? g_strconcat (above, "/", name, NULL) : g_strdup (name);
  g_autoptr (GFile) child = NULL;

  if (*name == '.')
    return TRUE;
  if (g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR)
    return !is_ours (name) || add_file (self, g_steal_pointer (&whole), info, error);
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_DIRECTORY)
    return TRUE;
  if (depth >= QD_WORKSPACE_MAX_DEPTH)
    {
      add_problem (self, whole, _("too deep to be looked into"));
      return TRUE;
    }
  child = g_file_get_child (folder, name);
  return look_through (self, child, whole, depth + 1, cancellable, error);
}

/* What cannot be read below the top is a problem, and no end of the rest. */
static gboolean
look_through (QdWorkspace *self, GFile *folder, const char *name, guint depth, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GFileEnumerator) children =
    g_file_enumerate_children (folder, ATTRIBUTES, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable, &failure);
  GFileInfo *info = NULL;

  while (children && g_file_enumerator_iterate (children, &info, NULL, cancellable, &failure) && info)
    if (!look_at (self, folder, name, info, depth, cancellable, error))
      return FALSE;
  if (failure && (depth == 0 || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (failure)
    add_problem (self, name, failure->message);
  return TRUE;
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const QdWorkspaceFile *first = *(QdWorkspaceFile *const *) a, *second = *(QdWorkspaceFile *const *) b;
  g_autofree char *of_first = g_utf8_collate_key_for_filename (first->name, -1);
  g_autofree char *of_second = g_utf8_collate_key_for_filename (second->name, -1);
  int order = strcmp (of_first, of_second);

  return order != 0 ? order : strcmp (first->name, second->name);
}

QdWorkspace *
qd_workspace_new (const char *folder, GCancellable *cancellable, GError **error)
{
  g_autoptr (QdWorkspace) self = g_new0 (QdWorkspace, 1);
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  g_atomic_ref_count_init (&self->refs);
  self->folder = g_file_get_path (file);
  self->began_ns = g_get_real_time () * 1000;
  self->files = g_ptr_array_new_with_free_func (file_free);
  /* room for one, so that it ends with NULL while it is empty too */
  self->problems = g_ptr_array_new_null_terminated (1, g_free, TRUE);
  if (!look_through (self, file, "", 0, cancellable, error))
    return NULL;
  g_ptr_array_sort (self->files, compare_files);
  return g_steal_pointer (&self);
}

QdWorkspace *
qd_workspace_ref (QdWorkspace *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_workspace_unref (QdWorkspace *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->folder);
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->problems);
  g_free (self);
}

const char *
qd_workspace_get_folder (const QdWorkspace *self)
{
  return self->folder;
}

guint
qd_workspace_get_n_files (const QdWorkspace *self)
{
  return self->files->len;
}

const QdWorkspaceFile *
qd_workspace_get_file (const QdWorkspace *self, guint nth)
{
  g_return_val_if_fail (nth < self->files->len, NULL);
  return g_ptr_array_index (self->files, nth);
}

const char *const *
qd_workspace_get_problems (const QdWorkspace *self)
{
  return (const char *const *) self->problems->pdata;
}

/* --- One file --------------------------------------------------------------------------------------- */

/* Whether no part of the way down to @name is a symbolic link; what is not there yet is none. */
static gboolean
is_plain_way (const QdWorkspace *self, char *const *parts)
{
  g_autofree char *path = g_strdup (self->folder);

  for (guint i = 0; parts[i]; i++)
    {
      struct stat info;
      char *longer = g_build_filename (path, parts[i], NULL);

      g_free (path);
      path = longer;
      if (lstat (path, &info) == 0 && S_ISLNK (info.st_mode))
        return FALSE;
    }
  return TRUE;
}

/* A name comes from a person, a draft or a link: it may not lead out of the folder, nor into what is
 * hidden there, such as Git's own files. */
gboolean
qd_workspace_check_name (const char *name, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", QD_WORKSPACE_MAX_DEPTH + 2);
  gboolean good = g_utf8_validate (name, -1, NULL) && g_strv_length (parts) <= QD_WORKSPACE_MAX_DEPTH + 1 && is_ours (name);

  for (guint i = 0; parts[i]; i++)
    good = good && *parts[i] != '\0' && *parts[i] != '.';
  if (!good)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                 _("“%s” is not a name of a file of a workspace: it ends in .yaml, .yml or .json and no part of it begins with a dot"), name);
  return good;
}

static GFile *
resolve (const QdWorkspace *self, const char *name, GError **error)
{
  g_autoptr (GFile) folder = g_file_new_for_path (self->folder);
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);

  if (!qd_workspace_check_name (name, error))
    return NULL;
  if (is_plain_way (self, parts))
    return g_file_resolve_relative_path (folder, name);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME, _("%s leads over a symbolic link, which a workspace does not follow"), name);
  return NULL;
}

/* @etag: (out): of what was read */
static GBytes *
load (GFile *file, char **etag, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr (GFileInfo) info = NULL;
  g_autoptr (GByteArray) bytes = NULL;
  gsize got = 0;

  if (stream == NULL)
    return NULL;
  info = g_file_input_stream_query_info (stream, G_FILE_ATTRIBUTE_ETAG_VALUE "," G_FILE_ATTRIBUTE_STANDARD_SIZE, cancellable, error);
  if (info == NULL)
    return NULL;
  if (g_file_info_get_size (info) > QD_WORKSPACE_MAX_BYTES)
    {
      g_autofree char *name = g_file_get_parse_name (file);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, _("%s is larger than %d MiB"), name, QD_WORKSPACE_MAX_BYTES / (1024 * 1024));
      return NULL;
    }
  if (etag)
    *etag = g_strdup (g_file_info_get_etag (info));
  bytes = g_byte_array_sized_new ((guint) g_file_info_get_size (info));
  g_byte_array_set_size (bytes, (guint) g_file_info_get_size (info));
  if (!g_input_stream_read_all (G_INPUT_STREAM (stream), bytes->data, bytes->len, &got, cancellable, error))
    return NULL;
  g_byte_array_set_size (bytes, (guint) got);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

GBytes *
qd_workspace_read (const QdWorkspace *self, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = resolve (self, name, error);

  return file ? load (file, NULL, cancellable, error) : NULL;
}

static gboolean
is_same (GBytes *a, GBytes *b)
{
  return a == b || (a && b && g_bytes_equal (a, b));
}

/* Fails where the file has come to be meanwhile. */
static gboolean
create (GFile *file, GBytes *text, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autoptr (GFileOutputStream) stream = NULL;
  gsize size;
  const char *bytes = g_bytes_get_data (text, &size);

  g_file_make_directory_with_parents (folder, cancellable, NULL);
  stream = g_file_create (file, G_FILE_CREATE_NONE, cancellable, error);
  return stream && (size == 0 || g_output_stream_write_all (G_OUTPUT_STREAM (stream), bytes, size, NULL, cancellable, error)) &&
         g_output_stream_close (G_OUTPUT_STREAM (stream), cancellable, error);
}

gboolean
qd_workspace_save (const QdWorkspace *self, const char *name, GBytes *base, GBytes *mine, GBytes **theirs,
                   GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = resolve (self, name, error);
  g_autoptr (GBytes) now = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree char *etag = NULL;

  *theirs = NULL;
  if (file == NULL)
    return FALSE;
  now = load (file, &etag, cancellable, &failure);
  if (now == NULL && !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (!is_same (base, now))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG,
                   now ? _("%s was changed by somebody else meanwhile") : _("%s was removed by somebody else meanwhile"), name);
      *theirs = g_steal_pointer (&now);
      return FALSE;
    }
  if (now == NULL)
    return create (file, mine, cancellable, error);
  /* What changes between our look and this is seen by the etag. */
  return g_file_replace_contents (file, g_bytes_get_size (mine) ? g_bytes_get_data (mine, NULL) : "", g_bytes_get_size (mine),
                                  etag, FALSE, G_FILE_CREATE_NONE, NULL, cancellable, error);
}
