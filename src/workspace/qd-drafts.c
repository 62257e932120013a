/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-drafts.h"

#include <errno.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "qd-draft-file.h"

/* So long after the first change, all that came meanwhile is written together. */
#define GATHER_US (250 * 1000)
#define RETRY_US (2 * G_USEC_PER_SEC)

/* What is to become of one key. */
typedef struct {
  GBytes *base, *mine;       /* @mine NULL: it is removed */
  guint64 nth;               /* the how-manieth word this is */
  gint64 due_us;
  gboolean failed;           /* and that was told */
} Pending;

struct _QdDrafts {
  char *folder;
  QdDraftsFunc func;
  gpointer data;
  GThread *thread;

  GMutex lock;
  GCond changed;
  GHashTable *pending;       /* key → Pending */
  guint64 words;
  char *writing;             /* the key that is being written just now */
  GError *error;             /* the last failure, while anything has failed */
  gboolean hurry;            /* somebody waits */
  gboolean ended;
};

static void
pending_free (gpointer data)
{
  Pending *self = data;

  g_clear_pointer (&self->base, g_bytes_unref);
  g_clear_pointer (&self->mine, g_bytes_unref);
  g_free (self);
}

void
qd_draft_free (QdDraft *self)
{
  g_free (self->key);
  g_clear_pointer (&self->base, g_bytes_unref);
  g_clear_pointer (&self->mine, g_bytes_unref);
  g_free (self);
}

static char *
path_of (QdDrafts *self, const char *key)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);

  return g_strdup_printf ("%s/%s.draft", self->folder, sum);
}

/* --- Writing (the thread) ------------------------------------------------------------------------ */

static gboolean
remove_file (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _("the draft could not be removed: %s"), g_strerror (errno));
  return FALSE;
}

static gboolean
carry_out (QdDrafts *self, const char *key, const Pending *what, GError **error)
{
  g_autofree char *path = path_of (self, key);

  if (what->mine == NULL)
    return remove_file (path, error);
  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", self->folder, g_strerror (errno));
      return FALSE;
    }
  return qd_draft_file_write (path, key, what->base, what->mine, error);
}

/* Under the lock. Returns: (nullable): the key to be written next, and in @until_us when there will be one */
static char *
next_due (QdDrafts *self, gint64 *until_us)
{
  GHashTableIter iter;
  gpointer key, value;
  gint64 now = g_get_monotonic_time ();

  *until_us = G_MAXINT64;
  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Pending *pending = value;

      if (pending->due_us <= now || (self->hurry && !pending->failed))
        return g_strdup (key);
      *until_us = MIN (*until_us, pending->due_us);
    }
  return NULL;
}

/* Under the lock, which it lets go while it writes. */
static void
write_one (QdDrafts *self, const char *key)
{
  const Pending *now = g_hash_table_lookup (self->pending, key);
  Pending what = { now->base ? g_bytes_ref (now->base) : NULL, now->mine ? g_bytes_ref (now->mine) : NULL, now->nth, 0, now->failed };
  g_autoptr (GError) error = NULL;
  Pending *after;
  gboolean done;

  g_set_str (&self->writing, key);
  g_mutex_unlock (&self->lock);
  done = carry_out (self, key, &what, &error);
  if (self->func && (!done || what.failed))
    self->func (key, error, self->data);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->writing, g_free);
  after = g_hash_table_lookup (self->pending, key);
  if (!done)
    {
      after->failed = TRUE;
      after->due_us = MAX (after->due_us, g_get_monotonic_time () + RETRY_US);
      g_clear_error (&self->error);
      self->error = g_error_copy (error);
    }
  else if (after->nth == what.nth)
    g_hash_table_remove (self->pending, key);
  else
    after->failed = FALSE;
  g_clear_pointer (&what.base, g_bytes_unref);
  g_clear_pointer (&what.mine, g_bytes_unref);
  g_cond_broadcast (&self->changed);
}

static gboolean
is_all_tried (QdDrafts *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!((Pending *) value)->failed)
      return FALSE;
  return self->writing == NULL;
}

static gpointer
thread_main (gpointer data)
{
  QdDrafts *self = data;

  g_mutex_lock (&self->lock);
  while (!self->ended || !is_all_tried (self))
    {
      gint64 until_us;
      g_autofree char *key = next_due (self, &until_us);

      if (key)
        write_one (self, key);
      else if (until_us == G_MAXINT64)
        g_cond_wait (&self->changed, &self->lock);
      else
        g_cond_wait_until (&self->changed, &self->lock, until_us);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* --- Public -------------------------------------------------------------------------------------- */

QdDrafts *
qd_drafts_new (const char *folder, QdDraftsFunc func, gpointer data)
{
  QdDrafts *self = g_new0 (QdDrafts, 1);

  self->folder = g_strdup (folder);
  self->func = func;
  self->data = data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->pending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, pending_free);
  self->thread = g_thread_new ("qd-drafts", thread_main, self);
  return self;
}

void
qd_drafts_free (QdDrafts *self)
{
  g_mutex_lock (&self->lock);
  self->ended = self->hurry = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_hash_table_unref (self->pending);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->folder);
  g_free (self);
}

const char *
qd_drafts_get_folder (const QdDrafts *self)
{
  return self->folder;
}

static void
say (QdDrafts *self, const char *key, GBytes *base, GBytes *mine)
{
  Pending *next = g_new0 (Pending, 1);
  const Pending *before;

  next->base = base ? g_bytes_ref (base) : NULL;
  next->mine = mine ? g_bytes_ref (mine) : NULL;
  g_mutex_lock (&self->lock);
  next->nth = ++self->words;
  before = g_hash_table_lookup (self->pending, key);
  /* Who types on does not put off the first of what was typed. */
  next->due_us = before && !before->failed ? before->due_us : g_get_monotonic_time () + GATHER_US;
  g_hash_table_replace (self->pending, g_strdup (key), next);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
qd_drafts_put (QdDrafts *self, const char *key, GBytes *base, GBytes *mine)
{
  g_return_if_fail (mine != NULL);
  say (self, key, base, mine);
}

void
qd_drafts_remove (QdDrafts *self, const char *key)
{
  say (self, key, NULL, NULL);
}

gboolean
qd_drafts_flush (QdDrafts *self, GError **error)
{
  GHashTableIter iter;
  gpointer value;
  gboolean all;

  g_mutex_lock (&self->lock);
  self->hurry = TRUE;
  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((Pending *) value)->failed = FALSE;
  g_cond_broadcast (&self->changed);
  while (!is_all_tried (self))
    g_cond_wait (&self->changed, &self->lock);
  self->hurry = FALSE;
  all = g_hash_table_size (self->pending) == 0;
  if (!all && self->error)
    g_propagate_error (error, g_error_copy (self->error));
  g_mutex_unlock (&self->lock);
  return all;
}

/* --- Reading --------------------------------------------------------------------------------------- */

static void
set_aside (const char *path, const GError *error, GPtrArray *problems)
{
  g_autofree char *beside = g_strconcat (path, ".broken", NULL);

  if (g_rename (path, beside) == 0)
    g_ptr_array_add (problems, g_strdup_printf (_("A draft could not be read, and is kept as %s: %s"), beside, error->message));
  else
    g_ptr_array_add (problems, g_strdup_printf (_("A draft could not be read: %s: %s"), path, error->message));
}

GPtrArray *
qd_drafts_load (QdDrafts *self, GPtrArray *problems, GError **error)
{
  g_autoptr (GPtrArray) drafts = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_draft_free);
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, &failure);
  const char *name;

  if (dir == NULL && g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return g_steal_pointer (&drafts);
  if (dir == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);
      g_autoptr (GError) why = NULL;
      QdDraft *draft;

      if (!g_str_has_suffix (name, ".draft"))
        continue;
      draft = qd_draft_file_read (path, &why);
      if (draft)
        g_ptr_array_add (drafts, draft);
      else
        set_aside (path, why, problems);
    }
  return g_steal_pointer (&drafts);
}
