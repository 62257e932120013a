/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-git-private.h"

#include <git2.h>

/* Never shut down: its tables serve until the process ends. */
void
qd_git_begin (void)
{
  static gsize begun = 0;

  if (g_once_init_enter (&begun))
    {
      git_libgit2_init ();
      g_once_init_leave (&begun, 1);
    }
}

static int
code_of (int status)
{
  switch (status)
    {
    case GIT_ENOTFOUND: return G_IO_ERROR_NOT_FOUND;
    case GIT_EEXISTS: return G_IO_ERROR_EXISTS;
    case GIT_EOWNER: return G_IO_ERROR_PERMISSION_DENIED;
    case GIT_ELOCKED: return G_IO_ERROR_BUSY;
    case GIT_EMODIFIED: return G_IO_ERROR_WRONG_ETAG;
    default: return G_IO_ERROR_FAILED;
    }
}

void
qd_git_set_error (GError **error, int status, const char *what)
{
  const git_error *said = git_error_last ();
  g_autofree char *words = g_utf8_make_valid (said && said->message ? said->message : "", -1);

  g_set_error (error, G_IO_ERROR, code_of (status), "%s: %s", what, *words ? words : g_strerror (EIO));
}
