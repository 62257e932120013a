/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-io.h"

static GMainContext *io_context;
static GThread *io_thread;

static gpointer
io_main (gpointer data)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (io_context, FALSE);

  g_main_context_push_thread_default (io_context);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (io_context);
  return NULL;
}

/**
 * qd_io_get_context:
 *
 * The context of the I/O thread, which starts at the first call.
 *
 * Returns: (transfer none): the context
 */
GMainContext *
qd_io_get_context (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      io_context = g_main_context_new ();
      io_thread = g_thread_new ("qd-io", io_main, NULL);
      g_once_init_leave (&once, 1);
    }
  return io_context;
}

/**
 * qd_io_is_current:
 *
 * Whether the caller is on the I/O thread.
 */
gboolean
qd_io_is_current (void)
{
  return g_main_context_is_owner (qd_io_get_context ());
}

/**
 * qd_io_invoke:
 * @func: what to run; its return value is obeyed as that of an idle source
 * @data: for @func
 * @destroy: (nullable): frees @data
 *
 * Runs @func on the I/O thread, after what was posted before it.
 */
void
qd_io_invoke (GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr(GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_set_static_name (source, "qd-io-invoke");
  g_source_attach (source, qd_io_get_context ());
}

/**
 * qd_io_timeout_add:
 * @ms: after how long, and how often while @func returns %G_SOURCE_CONTINUE
 *
 * Returns: (transfer full): the attached source
 */
GSource *
qd_io_timeout_add (guint ms, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  GSource *source = g_timeout_source_new (ms);

  g_source_set_callback (source, func, data, destroy);
  g_source_set_static_name (source, "qd-io-timeout");
  g_source_attach (source, qd_io_get_context ());
  return source;
}

/**
 * qd_io_timeout_stop:
 * @timeout: (inout) (transfer full): from qd_io_timeout_add(), or NULL there
 *
 * Its function is not called any more. It may be called from inside of that function.
 */
void
qd_io_timeout_stop (GSource **timeout)
{
  if (*timeout != NULL)
    g_source_destroy (*timeout);
  g_clear_pointer (timeout, g_source_unref);
}
