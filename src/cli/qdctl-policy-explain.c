/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-policy-explain.h"

/* --- What is asked ---------------------------------------------------------------------------------------------- */

/* The end that --from or --to names. @name becomes what it is to be called, or NULL when it is a workload; @known is @address where it is one. FALSE, after
 * saying why. */
static gboolean
find_end (QdPolicyEval *eval, const char *text, guint *end, const char **name, QdAddress *address, const QdAddress **known)
{
  guint ambiguous = QD_POLICY_NO_END;

  if (qd_address_parse (text, address))
    {
      *end = qd_policy_eval_find_address (eval, address);
      *name = qd_policy_eval_get_workload (eval, *end) ? NULL : text;
      *known = address;
      return TRUE;
    }
  *name = NULL;
  *end = qd_policy_eval_find_workload (eval, text, &ambiguous);
  if (*end == QD_POLICY_NO_END)
    {
      qdctl_complain (_("there is no workload “%s”: one is named as NAMESPACE/NAME or NAMESPACE/NAME[KIND], what is outside by its IP address"), text);
      return FALSE;
    }
  if (ambiguous == QD_POLICY_NO_END)
    return TRUE;
  qdctl_complain (_("“%s” is more than one: “%s” and “%s”"), text, qd_policy_eval_get_text (eval, *end), qd_policy_eval_get_text (eval, ambiguous));
  return FALSE;
}

/* "80/TCP"; "80" is of TCP. */
static gboolean
parse_port (const char *text, QdPolicyFlow *flow)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 2);
  g_autofree char *protocol = parts[0] && parts[1] ? g_ascii_strup (parts[1], -1) : g_strdup ("TCP");
  guint64 port;

  if (parts[0] && g_ascii_string_to_unsigned (parts[0], 10, QD_PORT_MIN, QD_PORT_MAX, &port, NULL) && qd_protocol_parse (protocol, &flow->protocol))
    {
      flow->port = (guint) port;
      return TRUE;
    }
  qdctl_complain (_("--port is a number from 1 to 65535 and TCP, UDP or SCTP, as 80/TCP, not “%s”"), text);
  return FALSE;
}

/* --- The answer ------------------------------------------------------------------------------------------------- */

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_step (JsonBuilder *builder, const QdPolicyStep *step, QdPolicyDirection direction)
{
  g_autofree char *place = qd_policy_place_to_text (step->rule ? &step->rule->place : &step->policy->place);

  json_builder_begin_object (builder);
  add_string (builder, "policy", step->policy->text);
  if (step->rule)
    {
      g_autofree char *rule = g_strdup_printf ("%s[%u]", qd_policy_direction_to_string (direction), step->index);

      add_string (builder, "rule", rule);
    }
  add_string (builder, "outcome", qd_policy_step_kind_to_string (step->kind));
  add_string (builder, "place", place);
  add_string (builder, "text", step->text);
  json_builder_end_object (builder);
}

static void
add_side (JsonBuilder *builder, const QdPolicySide *side, QdPolicyDirection direction)
{
  json_builder_set_member_name (builder, qd_policy_direction_to_string (direction));
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "allowed");
  json_builder_add_boolean_value (builder, side->allowed);
  add_string (builder, "reason", qd_policy_reason_to_string (side->reason));
  if (side->policy)
    add_string (builder, "policy", side->policy->text);
  add_string (builder, "text", side->text);
  json_builder_set_member_name (builder, "steps");
  json_builder_begin_array (builder);
  for (guint i = 0; i < side->steps->len; i++)
    add_step (builder, g_ptr_array_index (side->steps, i), direction);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_json (QdPolicyEval *eval, const QdPolicyFlow *flow, const QdPolicyExplanation *explanation)
{
  const QdPolicyOptions *options = qd_policy_eval_get_options (eval);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *port = g_strdup_printf ("%u/%s", flow->port, qd_protocol_to_string (flow->protocol));

  json_builder_begin_object (builder);
  add_string (builder, "from", flow->src_name ? flow->src_name : qd_policy_eval_get_text (eval, flow->src));
  add_string (builder, "to", flow->dst_name ? flow->dst_name : qd_policy_eval_get_text (eval, flow->dst));
  add_string (builder, "port", port);
  add_string (builder, "verdict", explanation->allowed ? "allow" : "deny");
  if (!explanation->allowed)
    add_string (builder, "decided", qd_policy_direction_to_string (explanation->decided));
  add_string (builder, "text", explanation->text);
  add_string (builder, "host_network", qd_policy_host_network_to_string (options->host_network));
  add_string (builder, "ip_block", qd_policy_block_reading_to_string (options->ip_block));
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    add_side (builder, &explanation->sides[d], d);
  json_builder_end_object (builder);
  {
    g_autoptr (JsonNode) root = json_builder_get_root (builder);
    g_autofree char *text = qd_json_to_text (root, FALSE);

    qdctl_print (text);
    qdctl_print ("\n");
  }
}

static void
print_text (QdPolicyEval *eval, const QdPolicyExplanation *explanation)
{
  const QdPolicyOptions *options = qd_policy_eval_get_options (eval);
  g_autoptr (GString) text = g_string_new (explanation->text);

  g_string_append_c (text, '\n');
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    {
      const QdPolicySide *side = &explanation->sides[d];

      g_string_append_printf (text, "\n%s.\n", side->text);
      for (guint i = 0; i < side->steps->len; i++)
        {
          const QdPolicyStep *step = g_ptr_array_index (side->steps, i);
          g_autofree char *place = qd_policy_place_to_text (step->rule ? &step->rule->place : &step->policy->place);

          g_string_append_printf (text, "%s%s (%s)\n", step->rule ? "    " : "  ", step->text, place);
        }
    }
  g_string_append_printf (text, "\n--host-network=%s --ip-block=%s\n", qd_policy_host_network_to_string (options->host_network),
                          qd_policy_block_reading_to_string (options->ip_block));
  qdctl_print (text->str);
}

QdExit
qdctl_policy_explain (const QdctlPolicyOptions *options, char **paths)
{
  g_auto (QdctlPolicyInput) input = { NULL };
  g_autoptr (QdPolicyEval) eval = NULL;
  g_autoptr (QdPolicyExplanation) explanation = NULL;
  QdPolicyFlow flow = { .protocol = QD_PROTOCOL_TCP };
  QdAddress src_address, dst_address;

  if (options->from == NULL || options->to == NULL || options->port == NULL)
    {
      qdctl_complain (_("explain needs --from, --to and --port"));
      return QD_EXIT_BAD_INPUT;
    }
  if (!parse_port (options->port, &flow))
    return QD_EXIT_BAD_INPUT;
  eval = qdctl_policy_eval (&input, paths, 0, options);
  if (eval == NULL || !find_end (eval, options->from, &flow.src, &flow.src_name, &src_address, &flow.src_address) ||
      !find_end (eval, options->to, &flow.dst, &flow.dst_name, &dst_address, &flow.dst_address))
    return QD_EXIT_BAD_INPUT;
  explanation = qd_policy_explain (eval, &flow);
  if (options->json)
    print_json (eval, &flow, explanation);
  else
    print_text (eval, explanation);
  return qdctl_policy_exit (&input, explanation->allowed ? QD_EXIT_YES : QD_EXIT_NO);
}
