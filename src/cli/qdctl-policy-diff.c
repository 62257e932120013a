/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-diff.h"
#include "qdctl-policy-flows.h"

static void
print_ports (GString *line, const QdPolicyChange *change, const QdPortSet *ports, gboolean json)
{
  g_autofree char *text = qd_port_set_to_text (ports);

  if (json)
    {
      g_string_append (line, "{\"src\":");
      qdctl_policy_append_json (line, change->src);
      g_string_append (line, ",\"dst\":");
      qdctl_policy_append_json (line, change->dst);
      g_string_append_printf (line, ",\"conn\":\"%s\"}", text);
    }
  else
    g_string_append_printf (line, "%s => %s : %s", change->src, change->dst, text);
}

/* A list of what is newly allowed, or newly denied, in JSON. */
static void
print_list (GPtrArray *changes, gboolean allowed)
{
  g_autoptr (GString) line = g_string_new (NULL);
  gboolean first = TRUE;

  for (guint i = 0; i < changes->len; i++)
    {
      const QdPolicyChange *change = g_ptr_array_index (changes, i);
      const QdPortSet *ports = allowed ? change->allowed : change->denied;

      if (qd_port_set_is_none (ports))
        continue;
      g_string_assign (line, first ? "\n    " : ",\n    ");
      print_ports (line, change, ports, TRUE);
      qdctl_print (line->str);
      first = FALSE;
    }
  if (!first)
    qdctl_print ("\n  ");
}

static void
print_changes (GPtrArray *changes)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < changes->len; i++)
    {
      const QdPolicyChange *change = g_ptr_array_index (changes, i);

      for (guint k = 0; k < 2; k++)
        {
          const QdPortSet *ports = k ? change->denied : change->allowed;

          if (qd_port_set_is_none (ports))
            continue;
          g_string_assign (line, k ? "- " : "+ ");
          print_ports (line, change, ports, FALSE);
          g_string_append_c (line, '\n');
          qdctl_print (line->str);
        }
    }
}

QdExit
qdctl_policy_diff (const QdctlPolicyOptions *options, char **paths)
{
  g_auto (QdctlPolicyInput) before_input = { NULL }, after_input = { NULL };
  g_autoptr (QdPolicyEval) before = NULL, after = NULL;
  g_autoptr (QdPolicyDiff) diff = NULL;
  g_autoptr (QdctlPolicyFlows) flows = NULL;
  GPtrArray *changes;
  QdExit code;

  if (options->flows)
    flows = qdctl_policy_flows_read (options->flows);
  if (options->flows && flows == NULL)
    return QD_EXIT_BAD_INPUT;
  before = qdctl_policy_eval (&before_input, paths, 1, options);
  after = before || options->keep_going ? qdctl_policy_eval (&after_input, paths + 1, 1, options) : NULL;
  if (before == NULL || after == NULL)
    return QD_EXIT_BAD_INPUT;
  diff = qd_policy_diff_new (before, after);
  changes = qd_policy_diff_get_changes (diff);
  if (options->json)
    {
      qdctl_print ("{\n  \"allowed\":[");
      print_list (changes, TRUE);
      qdctl_print ("],\n  \"denied\":[");
      print_list (changes, FALSE);
      qdctl_print ("]");
    }
  else
    print_changes (changes);
  if (flows)
    qdctl_policy_flows_print (flows, before, after, options->json);
  if (options->json)
    qdctl_print ("\n}\n");
  code = qdctl_policy_exit (&before_input, changes->len ? QD_EXIT_NO : QD_EXIT_YES);
  return qdctl_policy_exit (&after_input, code);
}
