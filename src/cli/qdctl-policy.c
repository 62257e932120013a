/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy.h"

#include <string.h>

#include <glib/gi18n.h>

void
qdctl_policy_append_json (GString *line, const char *text)
{
  g_string_append_c (line, '"');
  for (const guchar *p = (const guchar *) text; *p; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (line, "\\%c", *p);
    else if (*p < 0x20)
      g_string_append_printf (line, "\\u%04x", *p);
    else
      g_string_append_c (line, (char) *p);
  g_string_append_c (line, '"');
}

/* --- Connectivity --------------------------------------------------------------------------------------------- */

/* Whom policies do not cover, and how blocks of addresses were read where it matters: said beside the answer, not in it. */
static void
say_reading (QdPolicyEval *eval)
{
  const QdPolicyOptions *options = qd_policy_eval_get_options (eval);
  GPtrArray *workloads = qd_policy_world_get_workloads (qd_policy_eval_get_world (eval));
  gboolean addresses = FALSE, ranges = qd_policy_eval_get_n_ends (eval) - qd_policy_eval_get_n_workloads (eval) > 1;
  guint exempt = 0;

  for (guint i = 0; i < workloads->len; i++)
    {
      GPtrArray *pods = ((const QdPolicyWorkload *) g_ptr_array_index (workloads, i))->pods;
      gboolean host = FALSE;

      for (guint k = 0; k < pods->len; k++)
        {
          const QdPolicyPod *pod = g_ptr_array_index (pods, k);

          host |= pod->host_network;
          addresses |= pod->n_addresses > 0;
        }
      exempt += host && options->host_network == QD_POLICY_HOST_EXEMPT;
    }
  if (exempt)
    qdctl_complain (g_dngettext (GETTEXT_PACKAGE, "%u workload is in its node's network: policies do not cover it (--host-network=exempt)",
                                 "%u workloads are in their node's network: policies do not cover them (--host-network=exempt)", exempt),
                    exempt);
  if (addresses && ranges && options->ip_block == QD_POLICY_BLOCK_ALL)
    qdctl_complain (_("blocks of addresses match pods whose address is known, too (--ip-block=all)"));
  else if (addresses && ranges)
    qdctl_complain (_("an ipBlock matches addresses outside alone (--ip-block=external)"));
}

static void
print_connectivity (QdPolicyEval *eval, gboolean json)
{
  guint n = qd_policy_eval_get_n_ends (eval), n_workloads = qd_policy_eval_get_n_workloads (eval);
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GHashTable) texts = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  gboolean first = TRUE;

  if (json)
    qdctl_print ("[");
  for (guint src = 0; src < n; src++)
    for (guint dst = 0; dst < n; dst++)
      {
        const QdPortSet *ports = src == dst || (src >= n_workloads && dst >= n_workloads) ? NULL : qd_policy_eval_get (eval, src, dst);
        const char *text;

        if (ports == NULL || qd_port_set_is_none (ports))
          continue;
        text = g_hash_table_lookup (texts, ports);
        if (text == NULL)
          {
            text = qd_port_set_to_text (ports);
            g_hash_table_insert (texts, (gpointer) ports, (gpointer) text);
          }
        g_string_truncate (line, 0);
        if (json)
          {
            g_string_append (line, first ? "\n  {\"src\":" : ",\n  {\"src\":");
            qdctl_policy_append_json (line, qd_policy_eval_get_text (eval, src));
            g_string_append (line, ",\"dst\":");
            qdctl_policy_append_json (line, qd_policy_eval_get_text (eval, dst));
            g_string_append_printf (line, ",\"conn\":\"%s\"}", text);
          }
        else
          g_string_append_printf (line, "%s => %s : %s\n", qd_policy_eval_get_text (eval, src), qd_policy_eval_get_text (eval, dst), text);
        qdctl_print (line->str);
        first = FALSE;
      }
  if (json)
    qdctl_print (first ? "]\n" : "\n]\n");
}

static QdExit
run_connectivity (const QdctlPolicyOptions *options, char **paths)
{
  g_auto (QdctlPolicyInput) input = { NULL };
  g_autoptr (QdPolicyEval) eval = qdctl_policy_eval (&input, paths, 0, options);

  if (eval == NULL)
    return QD_EXIT_BAD_INPUT;
  say_reading (eval);
  print_connectivity (eval, options->json);
  return qdctl_policy_exit (&input, QD_EXIT_YES);
}

/* --- Which of them -------------------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  guint min_paths, max_paths;   /* 0: as many as one likes */
  const char *usage;
  const char *options;          /* those that it takes, with a blank before and behind each */
  QdExit (*run) (const QdctlPolicyOptions *options, char **paths);
  gboolean fleet;               /* it is about a fleet */
} Action;

static const Action actions[] = {
  { "connectivity", 1, 0, "connectivity PATH… [--json]", " json host-network ip-block keep-going ", run_connectivity, FALSE },
  { "explain", 1, 0, "explain PATH… --from NS/NAME|IP --to NS/NAME|IP --port 80/TCP [--json]", " json from to port host-network ip-block keep-going ", qdctl_policy_explain, FALSE },
  { "diff", 2, 2, "diff OLD NEW [--flows FILE.csv] [--json]", " json flows host-network ip-block keep-going ", qdctl_policy_diff, FALSE },
  { "lint", 1, 0, "lint PATH… [--json|--sarif]", " json sarif host-network ip-block keep-going ", qdctl_policy_lint, FALSE },
  { "test", 1, 0, "test PATH…", " host-network ip-block keep-going ", qdctl_policy_test, FALSE },
  { "convert", 1, 1, "convert FILE --to k8s|patronus|node-api [--shape=request|response] [-o FILE] [--json] [--strict]", " json to shape output strict ", qdctl_policy_convert, FALSE },
  { "format", 1, 1, "format FILE [-w]", " write ", qdctl_policy_format, FALSE },
  { "apply", 1, 1, "apply PATH --connection=NAME|--url=URL --reason TEXT [--take=mine|theirs] [--keep-going] [--dry-run] [--json]",
    " reason take dry-run json host-network ip-block keep-going ", qdctl_policy_apply, TRUE },
  { "revert", 1, 1, "revert JOB --connection=NAME|--url=URL --reason TEXT [--take=mine|theirs] [--dry-run] [--json]",
    " reason take dry-run json host-network ip-block ", qdctl_policy_revert, TRUE },
};

static const Action *
find_action (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strcmp0 (name, actions[i].name) == 0)
      return &actions[i];
  return NULL;
}

static void
complain_of_action (void)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    g_string_append_printf (names, "%s%s", i ? ", " : "", actions[i].name);
  qdctl_complain_needs ("policy", names->str);
}

static gboolean
check_options (const Action *action, const GOptionEntry *entries, QdctlPolicyOptions *options)
{
  if (!qdctl_check_taken (action->name, action->options, entries))
    return FALSE;
  if (options->host_network && !qd_policy_host_network_parse (options->host_network, &options->reading.host_network))
    {
      qdctl_complain (_("--host-network is exempt or pod, not “%s”"), options->host_network);
      return FALSE;
    }
  if (options->ip_block && !qd_policy_block_reading_parse (options->ip_block, &options->reading.ip_block))
    {
      qdctl_complain (_("--ip-block is all or external, not “%s”"), options->ip_block);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_fleet (const Action *action, const QdctlTarget *target)
{
  g_autofree char *name = g_strconcat ("policy ", action->name, NULL);

  if (action->fleet)
    return qdctl_target_check (name, target);
  if (!qdctl_target_is_given (target))
    return TRUE;
  qdctl_complain (_("%s asks no fleet: it takes no --connection and the like"), name);
  return FALSE;
}

static void
clear_options (QdctlPolicyOptions *self)
{
  g_free (self->from);
  g_free (self->to);
  g_free (self->port);
  g_free (self->flows);
  g_free (self->shape);
  g_free (self->output);
  g_free (self->host_network);
  g_free (self->ip_block);
  g_free (self->reason);
  g_free (self->take);
  qdctl_target_clear (&self->target);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdctlPolicyOptions, clear_options)

QdExit
qdctl_policy (const char *name, int argc, char **argv)
{
  g_auto (QdctlPolicyOptions) options = { NULL };
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("Print JSON"), NULL },
    { "from", 0, 0, G_OPTION_ARG_STRING, &options.from, N_("explain: who connects: a workload, or an IP address"), N_("NS/NAME|IP") },
    { "to", 0, 0, G_OPTION_ARG_STRING, &options.to, N_("explain: to whom; convert: k8s, patronus or node-api"), N_("NS/NAME|IP|NAME") },
    { "port", 0, 0, G_OPTION_ARG_STRING, &options.port, N_("explain: on which port, as 80/TCP"), N_("PORT") },
    { "flows", 0, 0, G_OPTION_ARG_FILENAME, &options.flows, N_("diff: which of these flows that were seen are cut off, as “qdctl flows --csv” lists them"), N_("FILE") },
    { "host-network", 0, 0, G_OPTION_ARG_STRING, &options.host_network, N_("Pods in their node's network: exempt from policies, or a pod as others (exempt)"), N_("NAME") },
    { "ip-block", 0, 0, G_OPTION_ARG_STRING, &options.ip_block, N_("An ipBlock matches all addresses, those of pods too, or external ones (all)"), N_("NAME") },
    { "keep-going", 0, 0, G_OPTION_ARG_NONE, &options.keep_going, N_("Read on where a file cannot be read"), NULL },
    { "sarif", 0, 0, G_OPTION_ARG_NONE, &options.sarif, N_("lint: print SARIF"), NULL },
    { "shape", 0, 0, G_OPTION_ARG_STRING, &options.shape, N_("convert: what Patronus is asked with, or what it answers: request or response (request)"), N_("NAME") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_("convert: write to this file instead of printing it"), N_("FILE") },
    { "strict", 0, 0, G_OPTION_ARG_NONE, &options.strict, N_("convert: exit 1 where something is lost"), NULL },
    { "write", 'w', 0, G_OPTION_ARG_NONE, &options.write, N_("format: change the file instead of printing it"), NULL },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &options.reason, N_("apply, revert: why"), N_("TEXT") },
    { "take", 0, 0, G_OPTION_ARG_STRING, &options.take, N_("apply, revert: whose it is that counts where both were changed: mine or theirs"), N_("NAME") },
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, N_("Only say what would change"), NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  const Action *action;
  guint n;
  QdExit code;

  if (!qdctl_parse (name, entries, &options.target, argc, argv, &rest, &code))
    return code;
  action = find_action (rest[0]);
  n = action ? g_strv_length (rest) - 1 : 0;
  if (action == NULL)
    complain_of_action ();
  else if (n < action->min_paths || (action->max_paths && n > action->max_paths))
    qdctl_complain (_("usage: %s"), action->usage);
  else if (check_options (action, entries, &options) && check_fleet (action, &options.target))
    return action->run (&options, rest + 1);
  return QD_EXIT_BAD_INPUT;
}
