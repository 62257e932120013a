/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-things.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"

/* As long as a shard lets one wait. */
#define MAX_WAIT_S 30

typedef struct {
  QdctlThingOptions common;
  char *tenant, *saga, *mode, *view;
  int wait_s;
  gboolean off;
} Options;

static void
options_clear (Options *self)
{
  qdctl_thing_options_clear (&self->common);
  g_free (self->tenant);
  g_free (self->saga);
  g_free (self->mode);
  g_free (self->view);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static const QdctlAction actions[] = {
  { "list", NULL, " filter sort json csv ", NULL, TRUE },
  { "show", "shard.get", " json ", NULL, FALSE },
  { "drain", "shard.drain", " tenant wait reason dry-run json ", NULL, FALSE },
  { "resume", "shard.resume", " tenant reason dry-run json ", NULL, FALSE },
  { "reload", "shard.reload", " reason dry-run json ", NULL, FALSE },
  { "warmup", "shard.warmup", " tenant reason dry-run json ", " tenant ", FALSE },
  { "replay", "shard.replay", " tenant saga mode reason dry-run json ", " tenant saga mode ", FALSE },
  { "rebuild", "shard.rebuild", " tenant view reason dry-run json ", " tenant view ", FALSE },
  { "freeze", "freeze.set", " off reason dry-run json ", NULL, TRUE },
  { "frozen", "freeze.get", " json ", NULL, TRUE },
};

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
check (const QdctlAction *action, gpointer data, GStrv ids)
{
  const Options *options = data;
  const char *texts[] = { options->tenant, options->saga, options->mode, options->view };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] && (*texts[i] == '\0' || !g_utf8_validate (texts[i], -1, NULL)))
      {
        qdctl_complain (_("shards %s: “%s” is no id"), action->name, texts[i]);
        return FALSE;
      }
  if (options->wait_s > MAX_WAIT_S || options->wait_s < -1)
    {
      qdctl_complain (_("--wait is a number of seconds from 0 to %d"), MAX_WAIT_S);
      return FALSE;
    }
  return is_mode (options->mode);
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
make_args (const QdctlAction *action, const Options *options)
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
act_on_each (QdctlSession *session, const QdctlAction *action, const Options *options, JsonObject *args, GStrv ids)
{
  QdctlEach each = { action->verb, args, options->common.reason, options->common.dry_run, options->common.list.json,
                     g_str_equal (action->name, "show") ? append_shard : append_status, NULL };
  /* Only who says how long to wait is waiting for it. */
  each.judge = g_str_equal (action->name, "drain") && options->wait_s >= 0 ? judge_drain : NULL;
  each.judge_data = options->tenant;
  return qdctl_do_each (session, &each, ids);
}

/* What is about the fleet as a whole. */
static QdExit
act_on_fleet (QdctlSession *session, const QdctlAction *action, const Options *options, JsonObject *args)
{
  GError *error = NULL;
  g_autoptr (JsonNode) answer = qdctl_carry_out (session, action->verb, args, options->common.reason, options->common.dry_run, &error);
  g_autoptr (GString) out = g_string_new (NULL);
  QdExit code;

  if (answer == NULL)
    return qdctl_complain_error (error);
  code = qdctl_judge (answer);
  if (g_str_equal (action->name, "frozen"))
    code = judge_frozen (qd_json_object (answer));
  if (options->common.list.json)
    {
      qdctl_print_json (answer);
      return code;
    }
  if (options->common.dry_run)
    qdctl_append_plan (out, qd_json_object (answer));
  else
    append_freeze (out, qd_json_object (answer));
  g_string_append_c (out, '\n');
  qdctl_print (out->str);
  return code;
}

static QdExit
act (QdctlSession *session, const QdctlAction *action, gpointer options, GStrv ids)
{
  g_autoptr (JsonObject) args = make_args (action, options);

  return action->all ? act_on_fleet (session, action, options, args) : act_on_each (session, action, options, args, ids);
}

/**
 * qdctl_shards:
 *
 * `qdctl shards` lists the shards; with a word behind it, those that are named do something.
 */
QdExit
qdctl_shards (const char *name, int argc, char **argv)
{
  g_auto (Options) options = { .wait_s = -1 };
  const GOptionEntry entries[] = {
    QDCTL_THING_ENTRIES (options.common),
    { "tenant", 0, 0, G_OPTION_ARG_STRING, &options.tenant, N_("Which tenant; for drain and resume, without it all of the shard"), N_("TENANT") },
    { "wait", 0, 0, G_OPTION_ARG_INT, &options.wait_s, N_("For drain: how long to wait until it is drained, and say whether it is"), N_("SECONDS") },
    { "saga", 0, 0, G_OPTION_ARG_STRING, &options.saga, N_("For replay: which workflow"), N_("NAME") },
    { "mode", 0, 0, G_OPTION_ARG_STRING, &options.mode, N_("For replay: checkpoint_only, checkpoint_and_dedupe or full_reset"), N_("MODE") },
    { "view", 0, 0, G_OPTION_ARG_STRING, &options.view, N_("For rebuild: which view"), N_("NAME") },
    { "off", 0, 0, G_OPTION_ARG_NONE, &options.off, N_("For freeze: allow changes again"), NULL },
    { NULL },
  };
  const QdctlThings things = { name, actions, G_N_ELEMENTS (actions), entries, &options.common, &options, check, act };

  return qdctl_things_run (&things, argc, argv);
}
