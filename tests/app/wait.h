/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

static gboolean
wait_wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Sanitizers make what is large ten times as slow. */
#ifdef __SANITIZE_ADDRESS__
#define WAIT_S 120
#else
#define WAIT_S 20
#endif

/* Iterates the main context until @condition holds, for WAIT_S seconds at most. */
#define WAIT_UNTIL(condition)                                                             \
  G_STMT_START                                                                            \
  {                                                                                       \
    gint64 end_ = g_get_monotonic_time () + WAIT_S * G_USEC_PER_SEC;                      \
    guint wake_ = g_timeout_add (5, wait_wake_cb, NULL);                                  \
    while (!(condition) && g_get_monotonic_time () < end_)                                \
      g_main_context_iteration (NULL, TRUE);                                              \
    g_source_remove (wake_);                                                              \
    g_assert_true (condition);                                                            \
  }                                                                                       \
  G_STMT_END
