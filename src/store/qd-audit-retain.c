/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letting the oldest records go, so that what is left can still be verified. */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"

#include "qd-audit-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#define DAY_US (24 * 3600 * (gint64) G_USEC_PER_SEC)
#define CHUNK (128 * 1024)
/* Of what is too large, a tenth more goes than has to, so that this is not done anew for each record. */
#define ROOM 10

/* What goes. */
typedef struct {
  QdAuditMark last;     /* that goes */
  gint64 n;
  gint64 cut;           /* where what is kept begins */
  guint64 inode;
} Cut;

static gboolean
is_beyond (const QdAuditLimits *limits, gint64 now_us, gint64 allowed, const QdAuditLine *line, gint64 bytes_from_here)
{
  return (limits->days > 0 && line->at_us > 0 && line->at_us < now_us - (gint64) limits->days * DAY_US) ||
         (allowed > 0 && bytes_from_here > allowed);
}

static gboolean
check (const char *path, gboolean readable, const QdAuditLine *line, const Cut *cut, GError **error)
{
  if (readable && line->sound && (cut->n == 0 || (line->mark.n == cut->last.n + 1 && g_str_equal (line->prev, cut->last.hash))))
    return TRUE;
  g_set_error (error, QD_AUDIT_ERROR, QD_AUDIT_ERROR_BROKEN,
               _("%s: nothing is removed, because the chain is broken behind record %lld: keep a copy of the file, and verify it"), path,
               (long long) cut->last.n);
  return FALSE;
}

/* Only what is sound may go: who signs for it must have seen it. */
static gboolean
find_cut (const char *path, const QdAuditLimits *limits, gint64 now_us, Cut *cut, GError **error)
{
  g_autoptr (QdAuditReader) reader = qd_audit_reader_open (path, FALSE, error);
  g_autoptr (GError) cause = NULL;
  gint64 size, allowed;
  const char *text;
  gsize length;

  if (reader == NULL)
    return FALSE;
  size = qd_audit_reader_get_size (reader);
  cut->inode = qd_audit_reader_get_inode (reader);
  allowed = limits->max_bytes > 0 && size > limits->max_bytes ? MAX (limits->max_bytes - limits->max_bytes / ROOM, 1) : 0;
  while (qd_audit_reader_next (reader, &text, &length, &cause))
    {
      QdAuditLine line;
      gboolean readable = qd_audit_line_parse (&line, text, length);
      gint64 begin = qd_audit_reader_get_offset (reader), end = begin + (gint64) length + 1;

      if (end >= size || (readable && !is_beyond (limits, now_us, allowed, &line, size - begin)))
        break;
      if (!check (path, readable, &line, cut, error))
        return FALSE;
      cut->last = line.mark;
      cut->n++;
      cut->cut = end;
    }
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static gboolean
sign_off (const char *path, JsonObject *record, const Cut *cut, GError **error)
{
  JsonObject *after = json_object_new ();

  json_object_set_int_member (after, "removed", cut->n);
  json_object_set_int_member (after, "n", cut->last.n);
  json_object_set_string_member (after, "hash", cut->last.hash);
  json_object_set_string_member (record, "what", QD_AUDIT_RETENTION);
  json_object_set_string_member (record, "outcome", "succeeded");
  json_object_set_object_member (record, "after", after);
  return qd_audit_journal_append (path, record, NULL, error);
}

/* Copies what is between two places. */
static gboolean
copy (int from, int to, gint64 begin, gint64 end)
{
  g_autofree char *chunk = g_malloc (CHUNK);

  while (begin < end)
    {
      ssize_t n = pread (from, chunk, (gsize) MIN (CHUNK, end - begin), begin);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0 || !qd_audit_write_all (to, chunk, (gsize) n))
        return FALSE;
      begin += n;
    }
  return TRUE;
}

/* Under the lock: the rest of it, and the new file in the place of the old one. */
static gboolean
put_in_place (const char *path, const char *beside, int from, int to, gint64 copied)
{
  int lock = qd_audit_lock (path, LOCK_EX, NULL);
  struct stat now, mine;
  gboolean well;

  if (lock < 0)
    return FALSE;
  well = stat (path, &now) == 0 && fstat (from, &mine) == 0 && now.st_ino == mine.st_ino && now.st_dev == mine.st_dev &&
         now.st_size >= copied && copy (from, to, copied, now.st_size) && fdatasync (to) == 0 && g_rename (beside, path) == 0;
  if (well)
    qd_audit_sync_folder (path);
  close (lock);
  return well;
}

static gboolean
rewrite (const char *path, const Cut *cut, GError **error)
{
  g_autofree char *beside = g_strconcat (path, ".new", NULL);
  g_autoptr (QdAuditReader) whole = qd_audit_reader_open (path, FALSE, error);
  int from = whole ? open (path, O_RDONLY | O_CLOEXEC) : -1, to = -1;
  gboolean well = FALSE;
  gint64 end = whole ? qd_audit_reader_get_size (whole) : 0;

  if (whole == NULL)
    return FALSE;
  if (from >= 0 && qd_audit_reader_get_inode (whole) == cut->inode)
    to = open (beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  /* Most of it is copied while others append; only the rest keeps them waiting. */
  if (to >= 0)
    well = copy (from, to, cut->cut, end) && fdatasync (to) == 0 && put_in_place (path, beside, from, to, end);
  if (!well)
    qd_audit_fail (path, _("the records that are too old cannot be removed"), error);
  if (!well && to >= 0)
    g_unlink (beside);
  if (from >= 0)
    close (from);
  if (to >= 0)
    close (to);
  return well;
}

static gboolean
retain_alone (const char *path, const QdAuditLimits *limits, gint64 now_us, JsonObject *record, gint64 *n_removed, GError **error)
{
  Cut cut = { 0 };

  if (!find_cut (path, limits, now_us, &cut, error))
    return FALSE;
  if (cut.n == 0)
    return TRUE;
  /* Signed off first: a program that ends in between has removed nothing, which is no gap. */
  if (!sign_off (path, record, &cut, error) || !rewrite (path, &cut, error))
    return FALSE;
  *n_removed = cut.n;
  return TRUE;
}

gboolean
qd_audit_journal_retain (const char *path, const QdAuditLimits *limits, gint64 now_us, JsonObject *record, gint64 *n_removed, GError **error)
{
  g_autofree char *name = g_strconcat (path, ".retention", NULL);
  gboolean well;
  int lock;

  *n_removed = 0;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  lock = qd_audit_lock (name, LOCK_EX, error);
  if (lock < 0)
    return FALSE;
  well = retain_alone (path, limits, now_us, record, n_removed, error);
  close (lock);
  return well;
}
