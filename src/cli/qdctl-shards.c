/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"

/* As long as a shard lets one wait. */
#define MAX_WAIT_S 30

typedef struct {
  QdctlListOptions list;
  char *tenant, *saga, *mode, *view, *reason;
  int wait_s;
  gboolean off, dry_run;
} Options;

static void
options_clear (Options *self)
{
  qdctl_list_options_clear (&self->list);
  g_free (self->tenant);
  g_free (self->saga);
  g_free (self->mode);
  g_free (self->view);
  g_free (self->reason);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* @options: those that it takes, with a blank before and behind each; @needed: those that it cannot do without. */
static const struct Action { const char *name, *verb, *options, *needed; gboolean fleet; } actions[] = {
  { "list", NULL, " filter sort json csv ", "", TRUE },
  { "show", "shard.get", " json ", "", FALSE },
  { "drain", "shard.drain", " tenant wait reason dry-run json ", "", FALSE },
  { "resume", "shard.resume", " tenant reason dry-run json ", "", FALSE },
  { "reload", "shard.reload", " reason dry-run json ", "", FALSE },
  { "warmup", "shard.warmup", " tenant reason dry-run json ", " tenant ", FALSE },
  { "replay", "shard.replay", " tenant saga mode reason dry-run json ", " tenant saga mode ", FALSE },
  { "rebuild", "shard.rebuild", " tenant view reason dry-run json ", " tenant view ", FALSE },
  { "freeze", "freeze.set", " off reason dry-run json ", "", TRUE },
  { "frozen", "freeze.get", " json ", "", TRUE },
};

static const struct Action *
find_action (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (name == NULL || g_str_equal (actions[i].name, name))
      return &actions[i];
  return NULL;
}

static gboolean
is_mode (const char *mode)
{
  static const char *const modes[] = { "checkpoint_only", "checkpoint_and_dedupe", "full_reset", NULL };

  if (mode == NULL || g_strv_contains (modes, mode))
    return TRUE;
  qdctl_complain (_("--mode is checkpoint_only, checkpoint_and_dedupe or full_reset, not “%s”"), mode);
  return FALSE;
}

static gboolean
check (const struct Action *action, const Options *options, GStrv ids)
{
  const QdctlGiven given[] = {
    QDCTL_LIST_GIVEN (options->list),
    { "tenant", options->tenant != NULL }, { "saga", options->saga != NULL },     { "mode", options->mode != NULL },
    { "view", options->view != NULL },     { "wait", options->wait_s >= 0 },      { "reason", options->reason != NULL },
    { "off", options->off },               { "dry-run", options->dry_run },
  };
  const char *texts[] = { options->tenant, options->saga, options->mode, options->view };
  g_autofree char *name = g_strconcat ("shards ", action->name, NULL);

  if (!qdctl_check_given (name, action->options, given, G_N_ELEMENTS (given)))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    {
      g_autofree char *word = g_strdup_printf (" %s ", given[i].name);

      if (!strstr (action->needed, word) || given[i].given)
        continue;
      qdctl_complain (_("%s needs --%s"), name, given[i].name);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] && (*texts[i] == '\0' || !g_utf8_validate (texts[i], -1, NULL)))
      {
        qdctl_complain (_("%s: “%s” is no id"), name, texts[i]);
        return FALSE;
      }
  if (options->wait_s > MAX_WAIT_S || options->wait_s < -1)
    {
      qdctl_complain (_("--wait is a number of seconds from 0 to %d"), MAX_WAIT_S);
      return FALSE;
    }
  if (!is_mode (options->mode))
    return FALSE;
  if (action->fleet && ids[0])
    {
      qdctl_complain (_("%s takes no argument “%s”"), name, ids[0]);
      return FALSE;
    }
  if (action->verb == NULL)
    return TRUE;
  return (action->fleet || qdctl_check_ids (name, ids)) && qdctl_check_reason (action->verb, options->reason, options->dry_run);
}

/* --- What is printed ----------------------------------------------------------------------------- */

static void
append_count (GString *out, JsonObject *object, const char *member)
{
  gint64 n;

  if (qd_json_get_int (object, member, &n))
    g_string_append_printf (out, ", %s %" G_GINT64_FORMAT, member, n);
}

static void
append_status (GString *out, JsonObject *shard)
{
  JsonArray *tenants = qd_json_get_array (shard, "tenants");

  qdctl_append_plain (out, qd_json_get_string (shard, "status", "?"));
  append_count (out, shard, "in_flight");
  append_count (out, shard, "lag");
  if (tenants)
    g_string_append_printf (out, ", tenants %u", json_array_get_length (tenants));
}

static void
append_tenant (GString *out, JsonObject *tenant)
{
  g_string_append (out, "\n  tenant ");
  qdctl_append_plain (out, qd_json_get_string (tenant, "id", "?"));
  g_string_append_printf (out, ": %s", qd_json_get_bool (tenant, "accepting", FALSE) ? "accepting" : qd_json_get_bool (tenant, "drained", FALSE) ? "drained" : "draining");
  append_count (out, tenant, "in_flight");
  append_count (out, tenant, "lag");
  append_count (out, tenant, "count");
  g_string_append (out, ", checksum ");
  qdctl_append_plain (out, qd_json_get_string (tenant, "checksum", "?"));
}

/* All that one wants to know of it, under the names that it has in JSON. */
static void
append_shard (GString *out, JsonObject *shard)
{
  static const char *const texts[] = { "address", "region", "version", "git_sha", "storage", "as_of" };
  JsonArray *tenants = qd_json_get_array (shard, "tenants");

  append_status (out, shard);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (qd_json_get_string (shard, texts[i], NULL))
      {
        g_string_append_printf (out, "\n  %s: ", texts[i]);
        qdctl_append_plain (out, qd_json_get_string (shard, texts[i], ""));
      }
  for (guint i = 0; tenants && i < json_array_get_length (tenants); i++)
    {
      JsonObject *tenant = qd_json_object (json_array_get_element (tenants, i));

      if (tenant)
        append_tenant (out, tenant);
    }
}

static void
append_freeze (GString *out, JsonObject *freeze)
{
  static const char *const texts[] = { "by", "at", "reason" };
  gboolean frozen = qd_json_get_bool (freeze, "frozen", FALSE);

  g_string_append (out, frozen ? _("all changes are frozen") : _("changes are not frozen"));
  for (guint i = 0; frozen && i < G_N_ELEMENTS (texts); i++)
    if (qd_json_get_string (freeze, texts[i], NULL))
      {
        g_string_append_printf (out, "\n  %s: ", texts[i]);
        qdctl_append_plain (out, qd_json_get_string (freeze, texts[i], ""));
      }
}

/* --- Doing ---------------------------------------------------------------------------------------- */

/* Who waited for a drain wants to know whether it is one. */
static QdExit
judge_drain (JsonObject *shard, const char *only)
{
  JsonArray *tenants = qd_json_get_array (shard, "tenants");

  for (guint i = 0; tenants && i < json_array_get_length (tenants); i++)
    {
      JsonObject *tenant = qd_json_object (json_array_get_element (tenants, i));

      if (tenant == NULL || (only && !g_str_equal (qd_json_get_string (tenant, "id", ""), only)))
        continue;
      if (!qd_json_get_bool (tenant, "drained", FALSE))
        return QD_EXIT_NO;
    }
  return QD_EXIT_YES;
}

static QdExit
judge_frozen (JsonObject *freeze)
{
  return qd_json_get_bool (freeze, "frozen", FALSE) ? QD_EXIT_YES : QD_EXIT_NO;
}

static void
add_text (JsonObject *args, const char *name, const char *value)
{
  if (value)
    json_object_set_string_member (args, name, value);
}

static JsonObject *
make_args (const struct Action *action, const Options *options)
{
  JsonObject *args = json_object_new ();

  add_text (args, "tenant", options->tenant);
  add_text (args, "saga", options->saga);
  add_text (args, "mode", options->mode);
  add_text (args, "view", options->view);
  if (options->wait_s >= 0)
    json_object_set_int_member (args, "wait_ms", options->wait_s * 1000);
  if (g_str_equal (action->verb, "freeze.set"))
    json_object_set_boolean_member (args, "frozen", !options->off);
  return args;
}

static QdExit
act_on_each (QdctlSession *session, const struct Action *action, const Options *options, JsonObject *args, GStrv ids)
{
  QdctlEach each = { action->verb, args, options->reason, options->dry_run, options->list.json,
                     g_str_equal (action->name, "show") ? append_shard : append_status, NULL };
  /* Only who says how long to wait is waiting for it. */
  each.judge = g_str_equal (action->name, "drain") && options->wait_s >= 0 ? judge_drain : NULL;
  each.judge_data = options->tenant;
  return qdctl_do_each (session, &each, ids);
}

/* What is about the fleet as a whole. */
static QdExit
act_on_fleet (QdctlSession *session, const struct Action *action, const Options *options, JsonObject *args)
{
  GError *error = NULL;
  g_autoptr (JsonNode) answer = qdctl_carry_out (session, action->verb, args, options->reason, options->dry_run, &error);
  g_autoptr (GString) out = g_string_new (NULL);
  QdExit code;

  if (answer == NULL)
    return qdctl_complain_error (error);
  code = qdctl_judge (answer);
  if (g_str_equal (action->name, "frozen"))
    code = judge_frozen (qd_json_object (answer));
  if (options->list.json)
    {
      qdctl_print_json (answer);
      return code;
    }
  if (options->dry_run)
    qdctl_append_plan (out, qd_json_object (answer));
  else
    append_freeze (out, qd_json_object (answer));
  g_string_append_c (out, '\n');
  qdctl_print (out->str);
  return code;
}

static QdExit
act (const struct Action *action, const QdctlTarget *target, const Options *options, GStrv ids)
{
  g_autoptr (JsonObject) args = make_args (action, options);
  QdctlSession session;
  QdExit code = qdctl_session_open (&session, target);

  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  code = action->fleet ? act_on_fleet (&session, action, options, args) : act_on_each (&session, action, options, args, ids);
  qdctl_session_close (&session);
  return code;
}

/**
 * qdctl_shards:
 *
 * `qdctl shards` lists the shards; with a word behind it, those that are named do something.
 */
QdExit
qdctl_shards (const char *name, int argc, char **argv)
{
  g_auto (QdctlTarget) target = { 0 };
  g_auto (Options) options = { .wait_s = -1 };
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    QDCTL_LIST_ENTRIES (options.list),
    { "tenant", 0, 0, G_OPTION_ARG_STRING, &options.tenant, N_("Which tenant; for drain and resume, without it all of the shard"), N_("TENANT") },
    { "wait", 0, 0, G_OPTION_ARG_INT, &options.wait_s, N_("For drain: how long to wait until it is drained, and say whether it is"), N_("SECONDS") },
    { "saga", 0, 0, G_OPTION_ARG_STRING, &options.saga, N_("For replay: which workflow"), N_("NAME") },
    { "mode", 0, 0, G_OPTION_ARG_STRING, &options.mode, N_("For replay: checkpoint_only, checkpoint_and_dedupe or full_reset"), N_("MODE") },
    { "view", 0, 0, G_OPTION_ARG_STRING, &options.view, N_("For rebuild: which view"), N_("NAME") },
    { "off", 0, 0, G_OPTION_ARG_NONE, &options.off, N_("For freeze: allow changes again"), NULL },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &options.reason, N_("Why; needed where the impact is high"), N_("TEXT") },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, N_("Only say what would change"), NULL },
    { NULL },
  };
  const struct Action *action;
  QdExit code;

  if (!qdctl_parse (name, entries, &target, argc, argv, &words, &code))
    return code;
  action = find_action (words[0]);
  if (action == NULL)
    {
      qdctl_complain (_("shards needs list, show, drain, resume, reload, warmup, replay, rebuild, freeze or frozen"));
      return QD_EXIT_BAD_INPUT;
    }
  if (!check (action, &options, words[0] ? words + 1 : words))
    return QD_EXIT_BAD_INPUT;
  return action->verb ? act (action, &target, &options, words + 1) : qdctl_list_run (name, &target, &options.list);
}
