/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Before each use of libgit2, on any thread. */
void qd_git_begin (void);
/* "@what: libgit2's words" in G_IO_ERROR. */
void qd_git_set_error (GError **error, int status, const char *what);

G_END_DECLS
