/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

const QdctlVerb qdctl_verbs[] = {
  { "inspect", NULL, N_("Show the model of a fleet once it is complete"), qdctl_inspect },
  { "watch", NULL, N_("Print what changes, one JSON line a change"), qdctl_watch },
  { "sites", NULL, N_("List the sites"), qdctl_list },
  { "paths", NULL, N_("List the paths"), qdctl_list },
  { "flows", NULL, N_("List the flows"), qdctl_list },
  { "nodes", NULL, N_("List the nodes"), qdctl_list },
  { "links", NULL, N_("List the links between NATS servers"), qdctl_list },
  { "events", NULL, N_("List the events"), qdctl_list },
  { "jobs", "[list|show|watch|cancel|retry JOB…]", N_("List the jobs; see, cancel and repeat those that live in NATS"), qdctl_jobs },
  { "kv", NULL, N_("List the entries of the watched NATS buckets"), qdctl_list },
  { "routing", NULL, N_("List the routing policies"), qdctl_list },
  { "migrate", "plan|run TENANT…", N_("Move tenants to another shard, step by step"), qdctl_migrate },
  { "shards", "[list|show|drain|resume|reload|warmup|replay|rebuild SHARD…|freeze|frozen]", N_("List the shards, and have them do something"), qdctl_shards },
  { "tenants", "[list|show|create|update|suspend|resume|archive|kill-switch TENANT…]", N_("List the tenants, and change them"), qdctl_tenants },
  { "run", "VERB [KEY=VALUE…]", N_("Carry out a command and follow it to its end"), qdctl_run },
  { "placement", "list|show|set|history|diff|restore|rebalance …", N_("Say and change which tenant lives on which shard"), qdctl_placement },
  { "topology", "layout|render|path|impact FILE…", N_("Lay out, draw and question a network in a file"), qdctl_topology },
  { "policy", "connectivity|explain|diff|lint|test|convert|format|apply PATH…|revert JOB", N_("Say who may talk to whom, and why"), qdctl_policy },
  { "audit", "list|show|verify|export", N_("Say who did what, and whether the record of it is whole"), qdctl_audit },
  { NULL },
};

void
qdctl_complain (const char *format, ...)
{
  g_autofree char *text = NULL, *plain = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  plain = qdctl_dup_plain (text, TRUE);
  fprintf (stderr, "qdctl: %s\n", plain);
}

/* What is under way is more than what is printed of it; and what could not be printed is said once. */
static gboolean to_the_end, unread, unwritten;

void
qdctl_print_to_the_end (void)
{
  to_the_end = TRUE;
}

/* The reader has gone, as in "qdctl flows | head": there is nothing left to do, but for what is under way. */
static void
lose_output (int why)
{
  unread = TRUE;
  unwritten = unwritten || why != EPIPE;
  if (why != EPIPE)
    qdctl_complain (_("the output cannot be written: %s"), g_strerror (why));
  if (!to_the_end)
    _exit (why == EPIPE ? QD_EXIT_YES : QD_EXIT_PARTIAL);
}

void
qdctl_print (const char *text)
{
  if (!unread && (fputs (text, stdout) == EOF || ferror (stdout)))
    lose_output (errno);
}

void
qdctl_flush (void)
{
  if (!unread && fflush (stdout) != 0)
    lose_output (errno);
}

QdExit
qdctl_complain_error (GError *error)
{
  QdExit code = qdctl_exit_for_error (error);

  qdctl_complain ("%s", error->message);
  g_error_free (error);
  return code;
}

QdExit
qdctl_exit_for_error (const GError *error)
{
  if (error->domain != QD_DRIVER_ERROR)
    return QD_EXIT_NO;
  switch ((QdDriverError) error->code)
    {
    case QD_DRIVER_ERROR_INVALID:
      return QD_EXIT_BAD_INPUT;
    case QD_DRIVER_ERROR_UNREACHABLE:
      return QD_EXIT_UNREACHABLE;
    case QD_DRIVER_ERROR_NOT_OFFERED:
    case QD_DRIVER_ERROR_REFUSED:
    case QD_DRIVER_ERROR_STEP_UP:
      return QD_EXIT_REFUSED;
    case QD_DRIVER_ERROR_CONFLICT:
    case QD_DRIVER_ERROR_FAILED:
    case QD_DRIVER_ERROR_MISSING:
    default:
      return QD_EXIT_NO;
    }
}

static void
usage (FILE *to)
{
  fprintf (to, "%s\n  qdctl %s\n\n%s\n", _("Usage:"), _("VERB [OPTION…]"),
           _("Quarterdeck's engines on the command line: looks at a fleet and changes it."));
  fprintf (to, "\n%s\n", _("Verbs:"));
  for (const QdctlVerb *verb = qdctl_verbs; verb->name; verb++)
    fprintf (to, "  %-12s %s\n", verb->name, _(verb->summary));
  fprintf (to, "\n%s\n", _("Options:"));
  fprintf (to, "  %-12s %s\n", "-h, --help", _("Show this, or after a verb its own options"));
  fprintf (to, "  %-12s %s\n", "--version", _("Show the version"));
  fprintf (to, "\n%s\n", _("Exit status: 0 yes or done, 1 a negative answer, 2 bad input, 3 unreachable, 4 refused, 5 partial."));
}

static const QdctlVerb *
find_verb (const char *name)
{
  for (const QdctlVerb *verb = qdctl_verbs; verb->name; verb++)
    if (g_str_equal (verb->name, name))
      return verb;
  return NULL;
}

static QdExit
help_for (int argc, char **argv)
{
  char *again[] = { argc > 2 ? argv[2] : NULL, (char *) "--help", NULL };
  const QdctlVerb *verb = argc > 2 ? find_verb (argv[2]) : NULL;

  if (verb)
    return verb->run (verb->name, 2, again);
  usage (argc > 2 ? stderr : stdout);
  return argc > 2 ? QD_EXIT_BAD_INPUT : QD_EXIT_YES;
}

int
main (int argc, char **argv)
{
  const QdctlVerb *verb;
  QdExit code;

  setlocale (LC_ALL, "");
  /* Who has no locale, as what cron starts, gives and gets UTF-8 all the same. */
  if (g_str_equal (nl_langinfo (CODESET), "ANSI_X3.4-1968"))
    g_setenv ("CHARSET", "UTF-8", FALSE);
  /* A build folder has its translations elsewhere. */
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("QD_LOCALEDIR") ? g_getenv ("QD_LOCALEDIR") : QD_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("qdctl");
  signal (SIGPIPE, SIG_IGN);

  if (argc < 2)
    {
      usage (stderr);
      return QD_EXIT_BAD_INPUT;
    }
  if (g_str_equal (argv[1], "--version"))
    {
      qdctl_print ("qdctl " QD_VERSION "\n");
      return QD_EXIT_YES;
    }
  if (g_str_equal (argv[1], "help"))
    return help_for (argc, argv);
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h"))
    {
      usage (stdout);
      return QD_EXIT_YES;
    }
  verb = find_verb (argv[1]);
  if (verb == NULL)
    {
      qdctl_complain (_("there is no verb “%s”: qdctl --help lists them"), argv[1]);
      return QD_EXIT_BAD_INPUT;
    }
  code = verb->run (verb->name, argc - 1, argv + 1);
  to_the_end = TRUE;
  qdctl_flush ();
  return unwritten ? QD_EXIT_PARTIAL : code;
}
