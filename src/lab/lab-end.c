/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-end.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* What the handler of a signal tells the loop. */
typedef struct { int signal; pid_t sender; } Asked;

static const struct { int number; const char *name; } asking[] = { { SIGINT, "SIGINT" }, { SIGTERM, "SIGTERM" }, { SIGHUP, "SIGHUP" } };
static int ends[2] = { -1, -1 };

/* Runs between any two instructions: it may but write. */
static void
asked_cb (int number, siginfo_t *info, void *context)
{
  Asked asked = { number, info->si_pid };
  int before = errno;

  if (write (ends[1], &asked, sizeof asked) < 0)
    _exit (128 + number);
  errno = before;
}

/* A server that is gone without a reason is hard to explain afterwards. That its own parent, or the
 * terminal, asked for it is no news. */
static void
tell (const Asked *asked)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/comm", (int) asked->sender), *name = NULL;

  if (asked->sender == 0 || asked->sender == getppid ())
    return;
  if (!g_file_get_contents (path, &name, NULL, NULL))
    name = g_strdup ("that has ended");
  for (guint i = 0; i < G_N_ELEMENTS (asking); i++)
    if (asking[i].number == asked->signal)
      fprintf (stderr, "quarterdeck-lab: %s from process %d (%s): ending\n", asking[i].name, (int) asked->sender, g_strstrip (name));
}

static gboolean
told_cb (int fd, GIOCondition condition, gpointer user_data)
{
  Asked asked;

  if (read (fd, &asked, sizeof asked) == (ssize_t) sizeof asked)
    tell (&asked);
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

gboolean
lab_end_on_signals (GMainLoop *loop, GError **error)
{
  struct sigaction action = { .sa_sigaction = asked_cb, .sa_flags = SA_SIGINFO | SA_RESTART };

  g_assert (ends[0] < 0);
  if (!g_unix_open_pipe (ends, O_CLOEXEC | O_NONBLOCK, error))
    return FALSE;
  sigemptyset (&action.sa_mask);
  g_unix_fd_add_full (G_PRIORITY_DEFAULT, ends[0], G_IO_IN, told_cb, g_main_loop_ref (loop), (GDestroyNotify) g_main_loop_unref);
  for (guint i = 0; i < G_N_ELEMENTS (asking); i++)
    sigaction (asking[i].number, &action, NULL);
  return TRUE;
}
