/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "qd-routing-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Any file is a set of routing policies, however wrong: what is wrong is said with a place in it, and each policy that is not can be asked. */

#define MAX_PAIRED 12

static void
check_findings (QdRoutingSet *set, gsize size)
{
  GPtrArray *findings = qd_routing_set_get_findings (set);

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *text = qd_policy_finding_to_text (finding);
      QdYamlSpan span = qd_yaml_node_get_span (finding->place.node);

      g_assert_true (g_str_has_prefix (text, "it.routing.yaml:") && g_utf8_validate (text, -1, NULL) && finding->code && *finding->message);
      g_assert_true (span.start <= span.end && span.end <= size);
    }
}

/* A flow that two fit is one that both fit; where one covers the other, there is such a flow. */
static void
check_pair (const QdRoutingPolicy *a, const QdRoutingPolicy *b)
{
  gboolean asked = a->enabled && b->enabled && !a->invalid && !b->invalid;
  QdRoutingFlow flow;
  gboolean meet = qd_routing_match_meet (&a->match, &b->match, &flow);

  if (!asked)
    return;
  if (meet)
    {
      g_assert_cmpint (qd_routing_policy_match (a, &flow, NULL), ==, QD_ROUTING_MATCHED);
      g_assert_cmpint (qd_routing_policy_match (b, &flow, NULL), ==, QD_ROUTING_MATCHED);
    }
  else if (qd_routing_match_is_possible (&a->match) && qd_routing_match_is_possible (&b->match))
    g_assert_false (qd_routing_match_covers (&a->match, &b->match));
}

static void
check_ask (QdRoutingSet *set, const QdRoutingFlow *flow)
{
  g_autoptr (QdRoutingAnswer) answer = qd_routing_ask (set, flow);

  g_assert_true (*answer->text && g_utf8_validate (answer->text, -1, NULL));
  for (guint i = 0; i < answer->steps->len; i++)
    {
      const QdRoutingStep *step = g_ptr_array_index (answer->steps, i);

      g_assert_true (*step->text && (step->outcome == QD_ROUTING_MATCHED) == (i + 1 == answer->steps->len && answer->policy));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("it.routing.yaml", bytes, NULL);
  g_autoptr (QdRoutingSet) set = file ? qd_routing_set_new (&file, 1) : NULL;
  GPtrArray *policies = set ? qd_routing_set_get_policies (set) : NULL;
  const QdRoutingFlow nothing = { .dscp = -1 };
  QdRoutingFlow flow = { .has_src = TRUE, .has_dst = TRUE, .src_port = 50000, .dst_port = 443, .protocol = "TCP", .dscp = -1 };

  if (set == NULL)
    return 0;
  g_assert_true (qd_address_parse ("10.0.0.1", &flow.src) && qd_address_parse ("fd00::1", &flow.dst));
  check_findings (set, size);
  check_ask (set, &nothing);
  check_ask (set, &flow);
  for (guint a = 0; a < MIN (policies->len, MAX_PAIRED); a++)
    for (guint b = 0; b < MIN (policies->len, MAX_PAIRED); b++)
      check_pair (g_ptr_array_index (policies, a), g_ptr_array_index (policies, b));
  return 0;
}
