/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-json.h"

/* What is done to each tenant that is named. */
static const struct { const char *name, *verb; } actions[] = {
  { "get", "tenant.get" },         { "create", "tenant.create" },   { "suspend", "tenant.suspend" },
  { "resume", "tenant.resume" },   { "archive", "tenant.archive" }, { "kill-switch", "tenant.kill-switch" },
};

typedef struct {
  char *name, *plan, *reason;
  char **quotas;
  gboolean off, dry_run, json;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->name);
  g_free (self->plan);
  g_free (self->reason);
  g_strfreev (self->quotas);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static const char *
find_verb (const char *action)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].name, action))
      return actions[i].verb;
  return NULL;
}

/* "users=40": FALSE after saying what is wrong. */
static gboolean
add_quotas (JsonObject *args, char **quotas)
{
  JsonObject *object = json_object_new ();

  json_object_set_object_member (args, "quotas", object);
  for (; *quotas; quotas++)
    {
      const char *equals = strchr (*quotas, '=');
      char *end = NULL;
      double number = equals ? g_ascii_strtod (equals + 1, &end) : 0;
      g_autofree char *name = equals ? g_strndup (*quotas, (gsize) (equals - *quotas)) : NULL;

      if (equals == NULL || equals == *quotas || end == equals + 1 || *end != '\0')
        {
          qdctl_complain (_("--quota: “%s” is not NAME=NUMBER"), *quotas);
          return FALSE;
        }
      json_object_set_double_member (object, name, number);
    }
  return TRUE;
}

/* NULL after saying what is wrong. */
static JsonObject *
make_args (const char *verb, const Options *options, const char *id)
{
  g_autoptr (JsonObject) args = json_object_new ();

  json_object_set_string_member (args, "id", id);
  if (g_str_equal (verb, "tenant.kill-switch"))
    json_object_set_boolean_member (args, "enabled", !options->off);
  if (g_str_equal (verb, "tenant.create"))
    {
      json_object_set_string_member (args, "name", options->name ? options->name : id);
      json_object_set_string_member (args, "plan", options->plan);
      if (options->quotas && !add_quotas (args, options->quotas))
        return NULL;
    }
  return g_steal_pointer (&args);
}

/* --- What is printed --------------------------------------------------------------------------- */

static void
append_findings (GString *out, JsonObject *plan, const char *member, const char *word)
{
  JsonArray *array = qd_json_get_array (plan, member);

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = qd_json_object (node);
      g_autofree char *text = object ? g_strdup (qd_json_get_string (object, "detail", "")) : json_node_dup_string (node);

      g_string_append_printf (out, "\n  %s: %s", word, text ? text : "");
    }
}

/* A line about one tenant, and what a plan says. */
static void
print_line (const char *id, JsonObject *object)
{
  g_autoptr (GString) out = g_string_new (id);
  JsonArray *plan = qd_json_get_array (object, "plan");

  for (guint i = 0; plan && i < json_array_get_length (plan); i++)
    {
      JsonObject *step = qd_json_object (json_array_get_element (plan, i));

      g_string_append_printf (out, ": %s", step ? qd_json_get_string (step, "step", "") : "");
    }
  append_findings (out, object, "blockers", _("blocked"));
  append_findings (out, object, "warnings", _("warning"));
  if (plan == NULL)
    g_string_append_printf (out, ": %s%s", qd_json_get_string (object, "status", "?"),
                            qd_json_get_bool (object, "kill_switch", FALSE) ? _(", kill switch on") : "");
  g_string_append_c (out, '\n');
  qdctl_print (out->str);
}

static void
print_all (JsonArray *answers)
{
  g_autoptr (JsonNode) root = json_array_get_length (answers) == 1 ? json_array_dup_element (answers, 0)
                                                                   : json_node_init_array (json_node_alloc (), answers);

  qdctl_print_json (root);
}

/* --- Doing ---------------------------------------------------------------------------------------- */

/* One after the other; one that fails stops none of the others. */
static QdExit
do_each (QdctlSession *session, const char *verb, const Options *options, GStrv ids)
{
  g_autoptr (JsonArray) answers = json_array_new ();
  QdExit worst = QD_EXIT_YES;
  guint failed = 0;

  for (guint i = 0; ids[i]; i++)
    {
      g_autoptr (JsonObject) args = make_args (verb, options, ids[i]);
      QdExit code;
      JsonNode *answer = qdctl_carry_out (session, verb, args, options->reason, options->dry_run, &code);

      failed += code != QD_EXIT_YES;
      if (worst == QD_EXIT_YES)
        worst = code;
      if (answer == NULL)
        continue;
      if (!options->json)
        print_line (ids[i], qd_json_object (answer));
      json_array_add_element (answers, answer);
    }
  if (options->json && json_array_get_length (answers) > 0)
    print_all (answers);
  return failed > 0 && failed < g_strv_length (ids) ? QD_EXIT_PARTIAL : worst;
}

static gboolean
check (const char *action, const char *verb, const Options *options, GStrv ids)
{
  const QdCapability *row = qd_capability_get (verb);
  const QdctlGiven given[] = {
    { "name", options->name != NULL }, { "plan", options->plan != NULL },     { "quota", options->quotas != NULL },
    { "off", options->off },           { "reason", options->reason != NULL }, { "dry-run", options->dry_run },
  };
  const char *taken = g_str_equal (action, "get") ? " " : g_str_equal (action, "create") ? " name plan quota dry-run reason "
                      : g_str_equal (action, "kill-switch") ? " off reason dry-run " : " reason dry-run ";

  if (!qdctl_check_given (action, taken, given, G_N_ELEMENTS (given)))
    return FALSE;
  if (ids[0] == NULL)
    qdctl_complain (_("tenants %s needs the id of a tenant"), action);
  else if (g_str_equal (action, "create") && ids[1])
    qdctl_complain (_("tenants create makes one tenant at a time"));
  else if (g_str_equal (action, "create") && (options->plan == NULL || *options->plan == '\0'))
    qdctl_complain (_("tenants create needs --plan NAME"));
  else if (row->high_impact && !options->dry_run && (options->reason == NULL || *options->reason == '\0'))
    qdctl_complain (_("%s needs --reason TEXT: its impact is high"), row->verb);
  else
    return TRUE;
  return FALSE;
}

/**
 * qdctl_tenants:
 *
 * `qdctl tenants list`, and what can be done to tenants, one or many at once.
 */
QdExit
qdctl_tenants (const char *name, int argc, char **argv)
{
  g_auto (QdctlTarget) target = { 0 };
  g_auto (Options) options = { 0 };
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &options.name, N_("For create: what it is called"), N_("TEXT") },
    { "plan", 0, 0, G_OPTION_ARG_STRING, &options.plan, N_("For create: its plan"), N_("NAME") },
    { "quota", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.quotas, N_("For create: a quota; may be given again"), N_("NAME=NUMBER") },
    { "off", 0, 0, G_OPTION_ARG_NONE, &options.off, N_("For kill-switch: let it work again"), NULL },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &options.reason, N_("Why; needed where the impact is high"), N_("TEXT") },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, N_("Only say what would change"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("Print JSON"), NULL },
    { NULL },
  };
  g_autoptr (JsonObject) args = NULL;
  const char *verb;
  QdctlSession session;
  QdExit code;

  /* A list has the options of all lists. */
  if (argc > 1 && g_str_equal (argv[1], "list"))
    return qdctl_list (name, argc - 1, argv + 1);
  if (!qdctl_parse (name, entries, &target, argc, argv, &words, &code))
    return code;
  verb = words[0] ? find_verb (words[0]) : NULL;
  if (verb == NULL)
    {
      qdctl_complain (_("tenants needs list, get, create, suspend, resume, archive or kill-switch"));
      return QD_EXIT_BAD_INPUT;
    }
  if (!check (words[0], verb, &options, words + 1) || (args = make_args (verb, &options, words[1])) == NULL)
    return QD_EXIT_BAD_INPUT;
  code = qdctl_session_open (&session, &target);
  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  code = do_each (&session, verb, &options, words + 1);
  qdctl_session_close (&session);
  return code;
}
