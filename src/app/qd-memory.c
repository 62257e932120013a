/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <gio/gio.h>

/* Four arenas fill up with what is free again by some 15 MB a minute while much is told. */
#define TRIM_EVERY_S 15
/* Tiles of the picture, pages of a list, arrays of a batch: what is as large comes and goes whole. */
#define LARGE (128 * 1024)

void
qd_memory_setup (void)
{
#ifdef __GLIBC__
  /* What one thread takes, another gives back here: with an arena for each of a dozen threads, each
   * keeps its own peak, and the program holds forty megabytes more and goes on growing. With only two, every
   * other worker that is busy while the program starts shares the main thread's, and holds it up. */
  mallopt (M_ARENA_MAX, 4);
  /* Said outright, or the library raises it to the largest block that was ever freed, and large blocks
   * then leave holes among the small ones. */
  mallopt (M_MMAP_THRESHOLD, LARGE);
#endif
}

#ifdef __GLIBC__
static void
trim_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  /* A millisecond or two, while the bulk of the model stays where it is. */
  malloc_trim (0);
  g_task_return_boolean (task, TRUE);
}

static gboolean
trim_due_cb (gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_task_run_in_thread (task, trim_cb);
  return G_SOURCE_CONTINUE;
}
#endif

void
qd_memory_keep_small (void)
{
#ifdef __GLIBC__
  g_timeout_add_seconds (TRIM_EVERY_S, trim_due_cb, NULL);
#endif
}
