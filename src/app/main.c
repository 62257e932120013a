/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include <locale.h>

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#include "qd-application.h"
#include "qd-log.h"
#include "qd-memory.h"

int
main (int argc, char **argv)
{
  g_autoptr (QdApplication) application = NULL;

  qd_memory_setup ();
  setlocale (LC_ALL, "");
  /* Once: workers are at work by the time that GTK starts. */
  gtk_disable_setlocale ();
  /* A build folder has its translations elsewhere. */
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("QD_LOCALEDIR") ? g_getenv ("QD_LOCALEDIR") : QD_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  qd_log_init ();

  qd_memory_keep_small ();
  application = qd_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
