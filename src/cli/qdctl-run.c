/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-json.h"

typedef struct {
  QdctlSession *session;
  JsonNode *answer;
  GError *error;
} Outcome;

/* Signing in is done by the options, policies are applied by a word of their own, and some are only steps of what people ask for. */
static gboolean
is_command (const QdCapability *row)
{
  return !g_str_has_prefix (row->verb, "auth.") && !g_str_equal (row->verb, QD_POLICIES_APPLY) && !row->engine;
}

static void
list_verbs (void)
{
  guint n;
  const QdCapability *all = qd_capability_all (&n);

  fprintf (stderr, "%s\n", _("The commands are:"));
  for (guint i = 0; i < n; i++)
    if (is_command (&all[i]))
      fprintf (stderr, "  %-18s %s%s\n", all[i].verb, _(all[i].title), all[i].high_impact ? _(" (needs --reason)") : "");
}

/* For programs, such as the shells' completions. */
static QdExit
print_verbs (void)
{
  guint n;
  const QdCapability *all = qd_capability_all (&n);

  for (guint i = 0; i < n; i++)
    if (is_command (&all[i]))
      g_print ("%s\n", all[i].verb);
  return QD_EXIT_YES;
}

/* "changes.name=x" goes into an object; "key:=JSON" is taken as JSON, all else as text. */
static gboolean
add_argument (JsonObject *args, const char *word)
{
  const char *equals = strchr (word, '=');
  g_autofree char *key = equals ? g_strndup (word, equals - word) : NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *value;
  gboolean raw;
  char *dot;

  if (equals == NULL || equals == word)
    {
      qdctl_complain (_("“%s” is not KEY=VALUE"), word);
      return FALSE;
    }
  raw = g_str_has_suffix (key, ":");
  if (raw)
    key[strlen (key) - 1] = '\0';
  value = raw ? qd_json_parse (equals + 1, -1, key, &error) : json_node_init_string (json_node_alloc (), equals + 1);
  if (value == NULL)
    {
      qdctl_complain ("%s", error->message);
      return FALSE;
    }
  dot = strchr (key, '.');
  if (dot)
    {
      JsonObject *inner;

      *dot = '\0';
      if (!qd_json_get_object (args, key))
        json_object_set_object_member (args, key, json_object_new ());
      inner = qd_json_get_object (args, key);
      json_object_set_member (inner, dot + 1, value);
    }
  else
    json_object_set_member (args, key, value);
  return TRUE;
}

/* Numbers that people type as text where the server wants numbers. */
static void
make_number (JsonObject *object, const char *name)
{
  const char *text = object ? qd_json_get_string (object, name, NULL) : NULL;
  char *end = NULL;
  double number = text ? g_ascii_strtod (text, &end) : 0;

  if (text && *text && *end == '\0')
    json_object_set_double_member (object, name, number);
}

static JsonObject *
build_args (const char *verb, GStrv words)
{
  static const char *const numbers[] = { "latitude", "longitude", "from_us", "to_us", "step_s" };
  g_autoptr (JsonObject) args = json_object_new ();

  for (; *words; words++)
    if (!add_argument (args, *words))
      return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      make_number (args, numbers[i]);
      make_number (qd_json_get_object (args, "changes"), numbers[i]);
    }
  return g_steal_pointer (&args);
}

/* What is changed is what was seen: its revision goes along. */
static void
add_revision (QdctlSession *session, const char *verb, JsonObject *args)
{
  const char *id = qd_json_get_string (args, "id", NULL);
  int kind = g_str_has_prefix (verb, "site.") ? QD_KIND_SITE : g_str_equal (verb, "tenant.update") ? QD_KIND_TENANT : -1;
  QdEntity *entity;
  const char *revision;

  if (kind < 0 || id == NULL || json_object_has_member (args, "revision"))
    return;
  entity = qd_fleet_lookup (qd_hub_get_fleet (session->hub), session->connection, (QdKind) kind, id);
  revision = entity ? qd_entity_get_string (entity, QD_FIELD_REVISION) : NULL;
  if (revision)
    json_object_set_string_member (args, "revision", revision);
}

static void
job_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  outcome->answer = qd_hub_run_finish (QD_HUB (source), result, &outcome->error);
  g_main_loop_quit (outcome->session->loop);
}

QdExit
qdctl_judge (JsonNode *answer)
{
  JsonObject *object = qd_json_object (answer);
  JsonArray *blockers = object ? qd_json_get_array (object, "blockers") : NULL;
  const char *state = object ? qd_json_get_string (object, "state", "") : "";

  if (blockers && json_array_get_length (blockers) > 0)
    return QD_EXIT_NO;
  return g_str_equal (state, "failed") || g_str_equal (state, "cancelled") ? QD_EXIT_NO : QD_EXIT_YES;
}

JsonNode *
qdctl_carry_out (QdctlSession *session, const char *verb, JsonObject *args, const char *reason, gboolean dry_run, GError **error)
{
  Outcome outcome = { .session = session };
  g_autofree char *id = NULL;

  add_revision (session, verb, args);
  if (dry_run)
    qd_hub_dry_run (session->hub, session->connection, verb, args, reason, NULL, job_cb, &outcome);
  else
    id = qd_hub_run (session->hub, session->connection, verb, args, NULL, reason, NULL, job_cb, &outcome);
  g_main_loop_run (session->loop);
  if (outcome.error)
    g_propagate_error (error, outcome.error);
  return outcome.answer;
}

gboolean
qdctl_check_reason (const char *verb, const char *reason, gboolean dry_run)
{
  if (!qd_capability_get (verb)->high_impact || dry_run || (reason && *reason))
    return TRUE;
  qdctl_complain (_("%s needs --reason TEXT: its impact is high"), verb);
  return FALSE;
}

QdExit
qdctl_run (const char *name, int argc, char **argv)
{
  g_auto (QdctlTarget) target = { 0 };
  g_auto (GStrv) words = NULL;
  g_autofree char *reason = NULL;
  gboolean dry_run = FALSE, list = FALSE;
  const GOptionEntry entries[] = {
    { "reason", 0, 0, G_OPTION_ARG_STRING, &reason, N_("Why; needed where the impact is high"), N_("TEXT") },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, N_("Only say what would change"), NULL },
    { "list", 0, 0, G_OPTION_ARG_NONE, &list, N_("Print the commands, one a line, and do nothing"), NULL },
    { NULL },
  };
  g_autoptr (JsonObject) args = NULL;
  g_autoptr (JsonNode) answer = NULL;
  const QdCapability *row;
  GError *error = NULL;
  QdctlSession session;
  QdExit code;

  /* Which needs no server. */
  if (argc > 1 && g_str_equal (argv[1], "--list"))
    return print_verbs ();
  if (!qdctl_parse (name, entries, &target, argc, argv, &words, &code))
    return code;
  if (list)
    return print_verbs ();
  row = words[0] ? qd_capability_get (words[0]) : NULL;
  if (row == NULL || !is_command (row))
    {
      if (words[0])
        qdctl_complain (_("there is no command “%s”"), words[0]);
      else
        qdctl_complain (_("run needs a command"));
      list_verbs ();
      return QD_EXIT_BAD_INPUT;
    }
  if (!qdctl_check_reason (row->verb, reason, dry_run))
    return QD_EXIT_BAD_INPUT;
  args = build_args (row->verb, words + 1);
  if (args == NULL)
    return QD_EXIT_BAD_INPUT;
  code = qdctl_session_open (&session, &target);
  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  answer = qdctl_carry_out (&session, row->verb, args, reason, dry_run, &error);
  code = answer ? qdctl_judge (answer) : qdctl_complain_error (error);
  if (answer)
    qdctl_print_json (answer);
  qdctl_session_close (&session);
  return code;
}
