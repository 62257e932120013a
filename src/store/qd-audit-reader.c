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

#define CHUNK (128 * 1024)

struct _QdAuditReader {
  char *path;
  int fd;                 /* -1: there is no file */
  gboolean backwards;
  gint64 size;            /* of whole lines */
  gsize torn;
  guint64 inode;
  GByteArray *buffer;     /* bytes of the file from @base on */
  gint64 base;
  gint64 at;              /* forwards: where the next line begins; backwards: where the one before begins, or the end */
  gint64 offset;          /* of the line that was given last */
};

gboolean
qd_audit_fail (const char *path, const char *what, GError **error)
{
  int code = errno;

  g_set_error (error, QD_AUDIT_ERROR, QD_AUDIT_ERROR_FAILED, "%s: %s: %s", path, what, g_strerror (code));
  return FALSE;
}

int
qd_audit_lock (const char *path, int operation, GError **error)
{
  g_autofree char *name = g_strconcat (path, ".lock", NULL);
  int fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), result;

  if (fd < 0 && errno == ENOENT)
    {
      g_autofree char *folder = g_path_get_dirname (path);

      if (g_mkdir_with_parents (folder, 0700) == 0)
        fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    }
  if (fd < 0)
    {
      qd_audit_fail (name, _("cannot be opened"), error);
      return -1;
    }
  do
    result = flock (fd, operation);
  while (result != 0 && errno == EINTR);
  if (result == 0)
    return fd;
  qd_audit_fail (name, _("cannot be locked"), error);
  close (fd);
  return -1;
}

static gboolean
read_at (QdAuditReader *self, gint64 from, guint8 *into, gsize length, GError **error)
{
  while (length > 0)
    {
      ssize_t n = pread (self->fd, into, length, from);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return qd_audit_fail (self->path, _("cannot be read"), error);
      if (n == 0)
        {
          g_set_error (error, QD_AUDIT_ERROR, QD_AUDIT_ERROR_FAILED, _("%s became shorter while it was read: read it again"), self->path);
          return FALSE;
        }
      from += n;
      into += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* Where the last newline is, so that what is behind it is no line yet. */
static gboolean
find_end (QdAuditReader *self, gint64 size, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  gint64 to = size;

  while (to > 0)
    {
      gint64 from = MAX (to - CHUNK, 0);
      const guint8 *newline;

      if (!read_at (self, from, chunk, (gsize) (to - from), error))
        return FALSE;
      newline = memrchr (chunk, '\n', (gsize) (to - from));
      if (newline)
        {
          self->size = from + (newline - chunk) + 1;
          break;
        }
      to = from;
    }
  self->torn = (gsize) (size - self->size);
  return TRUE;
}

static gboolean
look (QdAuditReader *self, GError **error)
{
  struct stat info;

  self->fd = open (self->path, O_RDONLY | O_CLOEXEC);
  if (self->fd < 0 && errno == ENOENT)
    return TRUE;
  if (self->fd < 0 || fstat (self->fd, &info) != 0)
    return qd_audit_fail (self->path, _("cannot be opened"), error);
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, QD_AUDIT_ERROR, QD_AUDIT_ERROR_FAILED, _("%s is no file"), self->path);
      return FALSE;
    }
  self->inode = info.st_ino;
  return find_end (self, info.st_size, error);
}

QdAuditReader *
qd_audit_reader_open_held (const char *path, gboolean backwards, GError **error)
{
  g_autoptr (QdAuditReader) self = g_new0 (QdAuditReader, 1);

  self->path = g_strdup (path);
  self->backwards = backwards;
  self->fd = -1;
  self->buffer = g_byte_array_new ();
  if (!look (self, error))
    return NULL;
  self->at = self->base = backwards ? self->size : 0;
  return g_steal_pointer (&self);
}

QdAuditReader *
qd_audit_reader_open (const char *path, gboolean backwards, GError **error)
{
  /* Where no lock can be made, nobody can append either. */
  int lock = g_file_test (path, G_FILE_TEST_EXISTS) ? qd_audit_lock (path, LOCK_SH, NULL) : -1;
  QdAuditReader *self = qd_audit_reader_open_held (path, backwards, error);

  if (lock >= 0)
    close (lock);
  return self;
}

void
qd_audit_reader_free (QdAuditReader *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->buffer, g_byte_array_unref);
  g_free (self->path);
  g_free (self);
}

/* Appends the next bytes to the buffer, having dropped those before @at. */
static gboolean
fill_forwards (QdAuditReader *self, GError **error)
{
  guint old;
  gint64 end;

  if (self->at > self->base)
    {
      g_byte_array_remove_range (self->buffer, 0, (guint) MIN (self->at - self->base, self->buffer->len));
      self->base = self->at;
    }
  old = self->buffer->len;
  end = self->base + old;
  g_byte_array_set_size (self->buffer, old + (guint) MIN (CHUNK, self->size - end));
  return read_at (self, end, self->buffer->data + old, self->buffer->len - old, error);
}

static gboolean
next_forwards (QdAuditReader *self, const char **line, gsize *length, GError **error)
{
  gboolean too_long = FALSE;

  if (self->at >= self->size)
    return FALSE;
  self->offset = self->at;
  for (;;)
    {
      gsize skip = (gsize) (self->at - self->base);
      const guint8 *begin = self->buffer->data + skip;
      const guint8 *newline = skip < self->buffer->len ? memchr (begin, '\n', self->buffer->len - skip) : NULL;

      if (newline)
        {
          *line = too_long ? "" : (const char *) begin;
          *length = too_long ? 0 : (gsize) (newline - begin);
          self->at += newline - begin + 1;
          return TRUE;
        }
      /* No record is so long: its bytes are not kept. */
      if (self->buffer->len > skip + QD_AUDIT_MAX_LINE)
        {
          too_long = TRUE;
          self->at = self->base + self->buffer->len;
        }
      if (!fill_forwards (self, error))
        return FALSE;
    }
}

/* Puts the bytes before the buffer's into it, having dropped those from @at on. */
static gboolean
fill_backwards (QdAuditReader *self, GError **error)
{
  gint64 from = MAX (self->base - CHUNK, 0);
  guint kept = (guint) (self->at - self->base), more = (guint) (self->base - from);
  GByteArray *grown = g_byte_array_sized_new (kept + more);

  g_byte_array_set_size (grown, kept + more);
  if (kept > 0)
    memcpy (grown->data + more, self->buffer->data, kept);
  g_byte_array_unref (self->buffer);
  self->buffer = grown;
  self->base = from;
  return read_at (self, from, grown->data, more, error);
}

static gboolean
next_backwards (QdAuditReader *self, const char **line, gsize *length, GError **error)
{
  gboolean too_long = FALSE;

  if (self->at <= 0)
    return FALSE;
  for (;;)
    {
      gsize n = (gsize) (self->at - self->base);
      /* The last byte is the newline of this line itself, until its bytes have been let go. */
      const guint8 *newline = n > (too_long ? 0 : 1) ? memrchr (self->buffer->data, '\n', n - (too_long ? 0 : 1)) : NULL;

      if (newline || self->base == 0)
        {
          gsize begin = newline ? (gsize) (newline - self->buffer->data) + 1 : 0;

          *line = too_long ? "" : (const char *) self->buffer->data + begin;
          *length = too_long || n == 0 ? 0 : n - begin - 1;
          self->at = self->offset = self->base + (gint64) begin;
          return TRUE;
        }
      if (n > QD_AUDIT_MAX_LINE)
        {
          too_long = TRUE;
          self->at = self->base;
        }
      if (!fill_backwards (self, error))
        return FALSE;
    }
}

gboolean
qd_audit_reader_next (QdAuditReader *self, const char **line, gsize *length, GError **error)
{
  return self->backwards ? next_backwards (self, line, length, error) : next_forwards (self, line, length, error);
}

gint64
qd_audit_reader_get_offset (QdAuditReader *self)
{
  return self->offset;
}

gint64
qd_audit_reader_get_size (QdAuditReader *self)
{
  return self->size;
}

gsize
qd_audit_reader_get_torn (QdAuditReader *self)
{
  return self->torn;
}

guint64
qd_audit_reader_get_inode (QdAuditReader *self)
{
  return self->inode;
}

gboolean
qd_audit_reader_exists (QdAuditReader *self)
{
  return self->fd >= 0;
}
