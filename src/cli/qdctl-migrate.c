/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-migration.h"
#include "qd-placement.h"

typedef struct {
  char *kind, *to, *from, *node, *reason, *nats;
  char **limits;
  int at_once, wait_s;
  gint64 max_lag, max_in_flight;
  gboolean dry_run, json;
} Options;

typedef struct {
  QdctlSession *session;
  QdMigrationWorld *world;
  GPtrArray *outcomes;
  GError *error;
  GCancellable *cancellable;
  GHashTable *told;          /* job → what was printed of it last */
} Work;

static void
options_clear (Options *self)
{
  g_free (self->kind);
  g_free (self->to);
  g_free (self->from);
  g_free (self->node);
  g_free (self->reason);
  g_free (self->nats);
  g_strfreev (self->limits);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* --- What is wanted ---------------------------------------------------------------------------- */

/* "settle=60": FALSE after saying what is wrong. */
static gboolean
take_limits (QdMigrationBounds *bounds, char **limits)
{
  for (; limits && *limits; limits++)
    {
      const char *equals = strchr (*limits, '=');
      g_autofree char *name = equals ? g_strndup (*limits, equals - *limits) : NULL;
      guint64 seconds;
      QdMigrationStep step;
      gboolean back = g_strcmp0 (name, "back") == 0;

      if (name == NULL || !(back || qd_migration_step_parse (name, &step)) ||
          !g_ascii_string_to_unsigned (equals + 1, 10, 1, 86400, &seconds, NULL))
        {
          qdctl_complain (_("--limit: “%s” is not STEP=SECONDS; the steps are drain, settle, place, reload, warm-up, verify and back"), *limits);
          return FALSE;
        }
      if (back)
        bounds->back_s = (guint) seconds;
      else
        bounds->limit_s[step] = (guint) seconds;
    }
  return TRUE;
}

static gboolean
is_kind (const char *kind)
{
  QdPlacementKind parsed;

  if (qd_placement_kind_parse (kind, &parsed))
    return TRUE;
  qdctl_complain (_("there is no kind “%s”: there are aggregate, projection and runner"), kind);
  return FALSE;
}

/* "runner.shard-1" */
static gboolean
is_node (const char *node)
{
  const char *dot = strchr (node, '.');
  g_autofree char *kind = dot ? g_strndup (node, (gsize) (dot - node)) : NULL;

  if (kind && dot[1])
    return is_kind (kind);
  qdctl_complain (_("--node: “%s” is not KIND.SHARD"), node);
  return FALSE;
}

static gboolean
check (const char *action, const Options *options, GStrv tenants)
{
  gboolean runs = g_strcmp0 (action, "run") == 0 && !options->dry_run;
  g_autofree char *name = g_strconcat ("migrate ", action, NULL);

  if (g_strcmp0 (action, "run") != 0 && g_strcmp0 (action, "plan") != 0)
    qdctl_complain (_("migrate needs plan or run"));
  else if ((options->node != NULL) == (tenants[0] != NULL))
    qdctl_complain (_("migrate needs the ids of tenants, or --node KIND.SHARD for all of one shard"));
  else if (options->node && (options->kind || options->to || options->from))
    qdctl_complain (_("--node KIND.SHARD goes with neither --kind, --from nor --to"));
  else if (tenants[0] && options->kind == NULL)
    qdctl_complain (_("migrate needs --kind aggregate, projection or runner"));
  else if (options->at_once < 1 || options->at_once > 64 || options->wait_s < 0)
    qdctl_complain (_("--at-once is a number from 1 to 64, and --wait one of seconds"));
  else
    return (options->node ? is_node (options->node) : is_kind (options->kind) && qdctl_check_ids (name, tenants)) &&
           qdctl_check_reason (QD_TENANT_MIGRATE, options->reason, !runs);
  return FALSE;
}

static QdMigrationPlan *
make_plan (QdMigrationWorld *world, const Options *options, GStrv tenants)
{
  guint n = g_strv_length (tenants);
  g_autofree QdMigrationWish *wishes = g_new0 (QdMigrationWish, n + 1);

  if (options->node)
    return qd_migration_plan_new_for_node (world, options->node);
  for (guint i = 0; i < n; i++)
    wishes[i] = (QdMigrationWish) { tenants[i], options->kind, options->from, options->to };
  return qd_migration_plan_new (world, wishes, n);
}

/* --- What is printed --------------------------------------------------------------------------- */

static QdExit
print_plan (const QdMigrationPlan *plan, gboolean json)
{
  g_autoptr (JsonNode) node = qd_migration_plan_to_json (plan);
  g_autofree char *text = qd_migration_plan_to_text (plan);

  if (json)
    qdctl_print_json (node);
  else
    {
      g_autofree char *plain = qdctl_dup_plain (text, TRUE);

      qdctl_print (plan->moves->len > 0 ? plain : _("There is nothing to move.\n"));
    }
  return qd_migration_plan_get_n_free (plan) == plan->moves->len ? QD_EXIT_YES : QD_EXIT_NO;
}

static JsonObject *
outcome_to_json (const QdMigrationOutcome *outcome)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "job", outcome->job);
  json_object_set_string_member (object, "tenant", outcome->tenant);
  json_object_set_string_member (object, "kind", outcome->kind);
  json_object_set_string_member (object, "from", outcome->from);
  json_object_set_string_member (object, "to", outcome->to);
  json_object_set_string_member (object, "state", outcome->state);
  json_object_set_string_member (object, "error", outcome->error);
  return object;
}

QdExit
qdctl_print_outcomes (GPtrArray *outcomes, gboolean json)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();
  guint n_done = 0;

  for (guint i = 0; i < outcomes->len; i++)
    {
      const QdMigrationOutcome *outcome = g_ptr_array_index (outcomes, i);
      g_autofree char *text = g_strdup_printf ("%s: %s%s%s%s%s", outcome->tenant, outcome->state, outcome->job ? " " : "",
                                               outcome->job ? outcome->job : "", outcome->error ? ": " : "", outcome->error ? outcome->error : "");
      g_autofree char *plain = qdctl_dup_plain (text, FALSE), *line = g_strconcat (plain, "\n", NULL);

      n_done += g_str_equal (outcome->state, "succeeded");
      json_array_add_object_element (array, outcome_to_json (outcome));
      if (!json)
        qdctl_print (line);
    }
  json_node_take_array (node, array);
  if (json)
    qdctl_print_json (node);
  return n_done == outcomes->len ? QD_EXIT_YES : n_done > 0 ? QD_EXIT_PARTIAL : QD_EXIT_NO;
}

/* The step that a job is at, once each. */
static void
tell_step (Work *work, QdEntity *job)
{
  const char *said = qd_entity_get_string (job, QD_JOB_STEPS);
  g_autoptr (JsonNode) node = said ? qd_json_parse (said, -1, "steps", NULL) : NULL;
  JsonArray *steps = qd_json_array (node);

  for (guint i = steps ? json_array_get_length (steps) : 0; i-- > 0;)
    {
      JsonObject *step = qd_json_object (json_array_get_element (steps, i));
      const char *name = step ? qd_json_get_string (step, "name", "") : "";

      if (step == NULL || !g_str_equal (qd_json_get_string (step, "state", ""), "running"))
        continue;
      if (g_strcmp0 (g_hash_table_lookup (work->told, qd_entity_get_id (job)), name) != 0)
        {
          g_autofree char *plain = qdctl_dup_plain (name, FALSE), *line = g_strconcat (plain, "\n", NULL);

          qdctl_print (line);
          qdctl_flush ();
          g_hash_table_replace (work->told, g_strdup (qd_entity_get_id (job)), g_strdup (name));
        }
      return;
    }
}

static void
jobs_changed_cb (gpointer data)
{
  Work *work = data;
  QdEntityList *jobs = qd_fleet_get_list (qd_hub_get_fleet (work->session->hub), QD_KIND_JOB);

  for (guint i = 0; i < qd_entity_list_get_length (jobs); i++)
    tell_step (work, qd_entity_list_peek (jobs, i));
}

/* --- Doing ------------------------------------------------------------------------------------- */

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *work = data;

  work->world = qd_migration_look_finish (QD_HUB (source), result, &work->error);
  g_main_loop_quit (work->session->loop);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Work *work = data;

  work->outcomes = qd_migration_run_finish (QD_HUB (source), result, &work->error);
  g_main_loop_quit (work->session->loop);
}

static void
go_back (gpointer data)
{
  g_cancellable_cancel (((Work *) data)->cancellable);
}

static QdExit
carry_out (Work *work, const QdMigrationPlan *plan, const Options *options)
{
  QdExit code;

  work->cancellable = g_cancellable_new ();
  qdctl_print_to_the_end ();
  qdctl_session_on_interrupt (work->session, NULL, go_back, work);
  work->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!options->json)
    qdctl_session_on_jobs (work->session, jobs_changed_cb, work);
  qd_migration_run_async (work->session->hub, work->session->connection, plan, options->reason, (guint) options->at_once, (guint) options->wait_s,
                          work->cancellable, ended_cb, work);
  g_main_loop_run (work->session->loop);
  qdctl_session_on_interrupt (work->session, NULL, NULL, NULL);
  qdctl_session_on_jobs (work->session, NULL, NULL);
  code = work->outcomes ? qdctl_print_outcomes (work->outcomes, options->json) : qdctl_complain_error (g_steal_pointer (&work->error));
  g_clear_pointer (&work->outcomes, g_ptr_array_unref);
  g_hash_table_unref (work->told);
  g_object_unref (work->cancellable);
  return code;
}

/* What it would do, as whoever does it would be told. */
static QdExit
dry_run (QdctlSession *session, const QdMigrationPlan *plan, gboolean json)
{
  QdExit code = print_plan (plan, json);
  g_autofree char *why = NULL;

  if (qd_capability_allowed (qd_hub_get_fleet (session->hub), session->connection, QD_TENANT_MIGRATE, &why))
    return code;
  qdctl_complain ("%s", why);
  return QD_EXIT_REFUSED;
}

static gboolean
is_known (const QdMigrationWorld *world, const char *node)
{
  g_auto (GStrv) parts = g_strsplit (node, ".", 2);

  return qd_migration_world_get_shard (world, parts[0], parts[1]) != NULL;
}

static QdExit
migrate (QdctlSession *session, const char *action, const Options *options, const QdMigrationBounds *bounds, GStrv tenants)
{
  Work work = { .session = session };
  g_autoptr (QdMigrationPlan) plan = NULL;
  QdExit code;

  qd_migration_look_async (session->hub, session->connection, NULL, looked_cb, &work);
  g_main_loop_run (session->loop);
  if (work.world == NULL)
    return qdctl_complain_error (g_steal_pointer (&work.error));
  work.world->bounds = *bounds;
  plan = make_plan (work.world, options, tenants);
  if (options->node && plan->moves->len == 0 && !is_known (work.world, options->node))
    {
      qdctl_complain (_("there is no shard %s"), options->node);
      code = QD_EXIT_NO;
    }
  else if (g_str_equal (action, "plan"))
    code = print_plan (plan, options->json);
  else if (options->dry_run)
    code = dry_run (session, plan, options->json);
  else
    code = carry_out (&work, plan, options);
  qd_migration_world_free (work.world);
  return code;
}

/**
 * qdctl_migrate:
 *
 * `qdctl migrate plan` says what moving tenants would do and what speaks against it; `run` does it.
 */
QdExit
qdctl_migrate (const char *name, int argc, char **argv)
{
  g_auto (QdctlTarget) target = { 0 };
  g_auto (Options) options = { .max_lag = -1, .max_in_flight = -1, .at_once = QD_MIGRATIONS_AT_ONCE };
  g_auto (GStrv) words = NULL;
  QdMigrationBounds bounds;
  const GOptionEntry entries[] = {
    { "kind", 0, 0, G_OPTION_ARG_STRING, &options.kind, N_("Which placement: aggregate, projection or runner"), N_("KIND") },
    { "to", 0, 0, G_OPTION_ARG_STRING, &options.to, N_("The shard to move to; else where the most room is"), N_("SHARD") },
    { "from", 0, 0, G_OPTION_ARG_STRING, &options.from, N_("The shard where they are thought to be; refused where they are not"), N_("SHARD") },
    { "node", 0, 0, G_OPTION_ARG_STRING, &options.node, N_("Move all tenants away from this shard"), N_("KIND.SHARD") },
    { "nats", 0, 0, G_OPTION_ARG_STRING, &options.nats, N_("The address of the fleet's NATS servers"), N_("URL") },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &options.reason, N_("Why; needed where the impact is high"), N_("TEXT") },
    { "at-once", 0, 0, G_OPTION_ARG_INT, &options.at_once, N_("How many are moved at a time (8)"), N_("NUMBER") },
    { "wait", 0, 0, G_OPTION_ARG_INT, &options.wait_s, N_("How long a blocked one may wait for what may pass (0)"), N_("SECONDS") },
    { "limit", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.limits, N_("How long a step may take; may be given again"), N_("STEP=SECONDS") },
    { "max-lag", 0, 0, G_OPTION_ARG_INT64, &options.max_lag, N_("How many messages may wait (10000)"), N_("NUMBER") },
    { "max-in-flight", 0, 0, G_OPTION_ARG_INT64, &options.max_in_flight, N_("How many messages may be in flight (1000)"), N_("NUMBER") },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, N_("Only say what would change"), NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("Print JSON"), NULL },
    { NULL },
  };
  QdctlSession session;
  QdExit code;

  if (!qdctl_parse (name, entries, &target, argc, argv, &words, &code))
    return code;
  qd_migration_bounds_init (&bounds);
  if (!check (words[0] ? words[0] : "", &options, words[0] ? words + 1 : words) || !take_limits (&bounds, options.limits))
    return QD_EXIT_BAD_INPUT;
  if (options.max_lag >= 0)
    bounds.max_lag = options.max_lag;
  if (options.max_in_flight >= 0)
    bounds.max_in_flight = options.max_in_flight;
  code = qdctl_session_open (&session, &target);
  if (code != QD_EXIT_YES && code != QD_EXIT_PARTIAL)
    return code;
  code = qdctl_session_add_nats (&session, &target, options.nats);
  if (code == QD_EXIT_YES || code == QD_EXIT_PARTIAL)
    code = migrate (&session, words[0], &options, &bounds, words + 1);
  qdctl_session_close (&session);
  return code;
}
