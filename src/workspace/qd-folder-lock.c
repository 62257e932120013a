/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-folder-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

/* A workbench that was closed just now still writes the last of its drafts. */
#define PATIENCE_US (2 * G_USEC_PER_SEC)
#define PAUSE_US (20 * 1000)

struct _QdFolderLock {
  char *path;
  int file;
};

static void
fail (GError **error, const char *path)
{
  const char *why = g_strerror (errno);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", path, why);
}

/* Whoever lets go removes the file: what we hold may have become nobody's. */
static gboolean
is_there (int file, const char *path)
{
  struct stat held, there;

  return fstat (file, &held) == 0 && stat (path, &there) == 0 && held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

/* Returns: the file; -1 with @busy: another has it; -1 with @error */
static int
try_once (const char *path, gboolean *busy, GError **error)
{
  int file = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  *busy = FALSE;
  if (file < 0)
    {
      fail (error, path);
      return -1;
    }
  if (flock (file, LOCK_EX | LOCK_NB) == 0 && is_there (file, path))
    return file;
  *busy = errno == EWOULDBLOCK || !is_there (file, path);
  if (!*busy)
    fail (error, path);
  close (file);
  return -1;
}

static void
refuse (const char *path, const char *folder, GError **error)
{
  g_autofree char *text = NULL;
  int process = g_file_get_contents (path, &text, NULL, NULL) ? atoi (text) : 0;
  const char *host = text != NULL && strchr (text, ' ') != NULL ? g_strchomp (strchr (text, ' ') + 1) : "";

  if (process == getpid () && g_str_equal (host, g_get_host_name ()))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _("%s is open in another window, which keeps what is typed there: go on there, or close it first"), folder);
  else if (process > 0 && *host != '\0')
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _("%s is open in another Quarterdeck (process %d on %s), which keeps what is typed there: close it first"),
                 folder, process, host);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, _("%s is open in another Quarterdeck, which keeps what is typed there: close it first"), folder);
}

static void
write_owner (int file)
{
  g_autofree char *text = g_strdup_printf ("%d %s\n", (int) getpid (), g_get_host_name ());

  /* It is a word for people: without it the lock holds as well. */
  if (ftruncate (file, 0) != 0 || pwrite (file, text, strlen (text), 0) < 0)
    g_debug ("The lock's owner could not be written: %s", g_strerror (errno));
}

QdFolderLock *
qd_folder_lock_take (const char *drafts, const char *folder, GError **error)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, folder, -1), *path = g_strdup_printf ("%s/%s.lock", drafts, sum);
  gint64 until = g_get_monotonic_time () + PATIENCE_US;
  QdFolderLock *self;
  gboolean busy;
  int file;

  if (g_mkdir_with_parents (drafts, 0700) != 0)
    {
      fail (error, drafts);
      return NULL;
    }
  for (file = try_once (path, &busy, error); file < 0 && busy; file = try_once (path, &busy, error))
    {
      if (g_get_monotonic_time () >= until)
        {
          refuse (path, folder, error);
          return NULL;
        }
      g_usleep (PAUSE_US);
    }
  if (file < 0)
    return NULL;
  write_owner (file);
  self = g_new (QdFolderLock, 1);
  *self = (QdFolderLock) { g_steal_pointer (&path), file };
  return self;
}

void
qd_folder_lock_free (QdFolderLock *self)
{
  /* Removed before it is let go: who waits for it sees that it is no more. */
  unlink (self->path);
  close (self->file);
  g_free (self->path);
  g_free (self);
}
