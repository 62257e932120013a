/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lab-options.h"
#include "lab-run.h"

int
main (int argc, char **argv)
{
  g_auto (GStrv) args = g_strdupv (argv);
  g_autoptr (GError) error = NULL;
  LabOptions options;
  int status;

  setlocale (LC_ALL, "");
  /* Numbers on the wire have a point, whatever the caller's language. */
  setlocale (LC_NUMERIC, "C");
  lab_options_init (&options);
  if (!lab_options_parse (&options, &args, &error))
    {
      fprintf (stderr, "quarterdeck-lab: %s\n", error->message);
      lab_options_clear (&options);
      return 2;
    }
  if (options.version)
    {
      puts ("quarterdeck-lab " QD_VERSION);
      lab_options_clear (&options);
      return 0;
    }
  if (g_strcmp0 (options.faults, "help") == 0)
    {
      g_autofree char *help = lab_faults_help ();

      fputs (help, stdout);
      lab_options_clear (&options);
      return 0;
    }
  if (options.die_with_parent)
    prctl (PR_SET_PDEATHSIG, SIGTERM);
  status = lab_run (&options);
  lab_options_clear (&options);
  return status;
}
