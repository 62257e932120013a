/* SPDX-License-Identifier: GPL-3.0-or-later */
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

#include "qd-time.h"

#define MAX_HOST 32

/* Where the next record goes. */
typedef struct {
  QdAuditMark mark;
  char *desk;
  gint64 size;       /* of whole lines */
  gsize torn;
  char *torn_sum;    /* SHA-256 of what is torn */
} Tail;

static void
tail_clear (Tail *self)
{
  g_free (self->desk);
  g_free (self->torn_sum);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tail, tail_clear)

gboolean
qd_audit_write_all (int fd, const char *bytes, gsize length)
{
  while (length > 0)
    {
      ssize_t n = write (fd, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      bytes += n;
      length -= (gsize) n;
    }
  return TRUE;
}

void
qd_audit_sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (fsync (fd) != 0)
    g_debug ("%s: %s", folder, g_strerror (errno));
  close (fd);
}

/* --- The end of what is there -------------------------------------------------------------------------------- */

/* A line that is no record keeps its number: what comes after it does not hide that it is there. */
static gboolean
read_tail (const char *path, gboolean held, Tail *tail, GError **error)
{
  g_autoptr (QdAuditReader) reader = held ? qd_audit_reader_open_held (path, TRUE, error) : qd_audit_reader_open (path, TRUE, error);
  g_autoptr (GError) cause = NULL;
  const char *line;
  gsize length;
  guint unreadable = 0;

  if (reader == NULL)
    return FALSE;
  tail->size = qd_audit_reader_get_size (reader);
  tail->torn = qd_audit_reader_get_torn (reader);
  while (qd_audit_reader_next (reader, &line, &length, &cause))
    {
      QdAuditLine parsed;

      if (qd_audit_line_parse (&parsed, line, length))
        {
          tail->mark = parsed.mark;
          tail->desk = qd_audit_line_dup (line, length, "desk");
          break;
        }
      unreadable++;
    }
  tail->mark.n += unreadable;
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* "workshop-3fa9c1d2": the host's name, as far as a subject of NATS can have it, and what makes it this desk's. */
static char *
make_desk (void)
{
  GString *name = g_string_new (NULL);
  g_autofree char *id = g_uuid_string_random ();

  for (const char *p = g_get_host_name (); *p && *p != '.' && name->len < MAX_HOST; p++)
    g_string_append_c (name, g_ascii_isalnum (*p) ? g_ascii_tolower (*p) : '-');
  g_string_append_printf (name, "%s%.8s", name->len > 0 ? "-" : "", id);
  return g_string_free (name, FALSE);
}

/* --- Appending ----------------------------------------------------------------------------------------------- */

/* All of it or nothing: what could not be written whole is taken away again. */
static gboolean
write_line (int fd, const char *path, const char *line, gint64 *size, GError **error)
{
  g_autofree char *whole = g_strconcat (line, "\n", NULL);
  gsize length = strlen (whole);

  if (qd_audit_write_all (fd, whole, length) && fdatasync (fd) == 0)
    {
      *size += (gint64) length;
      return TRUE;
    }
  qd_audit_fail (path, _("the audit record cannot be written"), error);
  if (ftruncate (fd, *size) != 0)
    g_message ("%s: %s", path, g_strerror (errno));
  return FALSE;
}

static gboolean
add_record (int fd, const char *path, Tail *tail, JsonObject *record, GError **error)
{
  QdAuditMark mark;
  g_autofree char *line = NULL;

  json_object_set_string_member (record, "desk", tail->desk);
  if (!json_object_has_member (record, "at"))
    {
      g_autofree char *now = qd_time_format_iso (g_get_real_time ());

      json_object_set_string_member (record, "at", now);
    }
  line = qd_audit_line_make (record, &tail->mark, &mark, error);
  if (line == NULL || !write_line (fd, path, line, &tail->size, error))
    return FALSE;
  tail->mark = mark;
  return TRUE;
}

/* The sum of what is behind the last whole line, of which only so much is looked at. */
static char *
sum_of_torn (int fd, const Tail *tail)
{
  gsize length = MIN (tail->torn, QD_AUDIT_MAX_LINE);
  g_autofree guchar *bytes = g_malloc (length);
  ssize_t n = pread (fd, bytes, length, tail->size);

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, n > 0 ? (gsize) n : 0);
}

/* What was being written when something ended the program was not told as done: it goes, and that it was is recorded. */
static gboolean
mend (int fd, const char *path, Tail *tail, GError **error)
{
  g_autoptr (JsonObject) record = NULL;
  JsonObject *after;

  if (tail->torn == 0)
    return TRUE;
  tail->torn_sum = sum_of_torn (fd, tail);
  if (ftruncate (fd, tail->size) != 0)
    return qd_audit_fail (path, _("the torn record at its end cannot be removed"), error);
  record = json_object_new ();
  after = json_object_new ();
  json_object_set_int_member (after, "bytes", (gint64) tail->torn);
  json_object_set_string_member (after, "sha256", tail->torn_sum);
  json_object_set_string_member (record, "what", QD_AUDIT_TORN);
  json_object_set_string_member (record, "outcome", "succeeded");
  json_object_set_object_member (record, "after", after);
  return add_record (fd, path, tail, record, error);
}

static gboolean
append_locked (const char *path, JsonObject *record, QdAuditMark *mark, GError **error)
{
  g_auto (Tail) tail = { 0 };
  struct stat info;
  gboolean well;
  int fd;

  if (!read_tail (path, TRUE, &tail, error))
    return FALSE;
  fd = open (path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return qd_audit_fail (path, _("cannot be opened"), error);
  if (fstat (fd, &info) == 0 && (info.st_mode & 077) != 0 && fchmod (fd, 0600) != 0)
    g_message ("%s: %s", path, g_strerror (errno));
  if (tail.desk == NULL)
    tail.desk = make_desk ();
  well = mend (fd, path, &tail, error) && add_record (fd, path, &tail, record, error);
  if (well && tail.mark.n == 1)
    qd_audit_sync_folder (path);
  close (fd);
  if (well && mark)
    *mark = tail.mark;
  return well;
}

gboolean
qd_audit_journal_append (const char *path, JsonObject *record, QdAuditMark *mark, GError **error)
{
  int lock = qd_audit_lock (path, LOCK_EX, error);
  gboolean well;

  if (lock < 0)
    return FALSE;
  well = append_locked (path, record, mark, error);
  close (lock);
  return well;
}

/* --- Reading ------------------------------------------------------------------------------------------------- */

static void
reverse (GPtrArray *array)
{
  for (guint i = 0; i + 1 < array->len - i; i++)
    {
      gpointer other = array->pdata[i];

      array->pdata[i] = array->pdata[array->len - 1 - i];
      array->pdata[array->len - 1 - i] = other;
    }
}

GPtrArray *
qd_audit_journal_after (const char *path, gint64 after, guint limit, GError **error)
{
  g_autoptr (QdAuditReader) reader = qd_audit_reader_open (path, TRUE, error);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) cause = NULL;
  QdAuditLine parsed;
  const char *line;
  gsize length;

  if (reader == NULL)
    return NULL;
  while (qd_audit_reader_next (reader, &line, &length, &cause))
    {
      if (!qd_audit_line_parse (&parsed, line, length))
        continue;
      if (parsed.mark.n <= after)
        break;
      /* The newest of those that were found are not wanted yet; to drop them seldom is to drop them cheaply. */
      if (lines->len >= 2 * limit)
        g_ptr_array_remove_range (lines, 0, lines->len - limit);
      g_ptr_array_add (lines, g_strndup (line, length));
    }
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return NULL;
    }
  if (lines->len > limit)
    g_ptr_array_remove_range (lines, 0, lines->len - limit);
  if (lines->len > 1)
    reverse (lines);
  return g_steal_pointer (&lines);
}

char *
qd_audit_journal_dup_desk (const char *path, QdAuditMark *head, GError **error)
{
  g_auto (Tail) tail = { 0 };

  if (!read_tail (path, FALSE, &tail, error))
    return NULL;
  if (head)
    *head = tail.mark;
  return g_steal_pointer (&tail.desk);
}
