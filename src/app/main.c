/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include <locale.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <glib/gi18n.h>

#include "qd-application.h"
#include "qd-log.h"

int
main (int argc, char **argv)
{
  g_autoptr (QdApplication) application = NULL;

#ifdef __GLIBC__
  /* What one thread takes, another gives back here: with an arena for each of a dozen threads, each
   * keeps its own peak, and the program holds forty megabytes more and goes on growing. */
  mallopt (M_ARENA_MAX, 2);
#endif
  setlocale (LC_ALL, "");
  /* A build folder has its translations elsewhere. */
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("QD_LOCALEDIR") ? g_getenv ("QD_LOCALEDIR") : QD_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  qd_log_init ();

  application = qd_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
