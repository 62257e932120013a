/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"
#include "config.h"

#include "compare.h"

#include <string.h>

#include "qd-policy-explain.h"
#include "qd-policy-lint.h"

static const QdProtocol protocols[LAB_N_PROTOCOLS] = { [LAB_TCP] = QD_PROTOCOL_TCP, [LAB_UDP] = QD_PROTOCOL_UDP, [LAB_SCTP] = QD_PROTOCOL_SCTP };

LabSwitches
compare_switches (guint64 seed)
{
  return (LabSwitches){ .host_network_pod = seed % 3 == 0, .ip_block_external = seed % 5 == 0 };
}

QdPolicyOptions
compare_options (const LabSwitches *switches)
{
  return (QdPolicyOptions){ .host_network = switches->host_network_pod ? QD_POLICY_HOST_POD : QD_POLICY_HOST_EXEMPT,
                            .ip_block = switches->ip_block_external ? QD_POLICY_BLOCK_EXTERNAL : QD_POLICY_BLOCK_ALL };
}

/* --- One text, two readings --- */

QdPolicyWorld *
compare_read (const char *yaml)
{
  g_autoptr (GBytes) bytes = g_bytes_new (yaml, strlen (yaml));
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("world.yaml", bytes, &error);

  if (file == NULL)
    g_error ("the client cannot read a world that was written: %s\n%s", error->message, yaml);
  return qd_policy_world_new (&file, 1, NULL);
}

guint
compare_lint_errors (const char *yaml)
{
  g_autoptr (GBytes) bytes = g_bytes_new (yaml, strlen (yaml));
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("world.yaml", bytes, NULL);
  g_autoptr (GPtrArray) findings = qd_policy_lint (&file, 1, NULL, 0, NULL);
  guint errors = 0;

  for (guint i = 0; i < findings->len; i++)
    errors += ((QdPolicyFinding *) g_ptr_array_index (findings, i))->severity == QD_POLICY_ERROR;
  return errors;
}

LabCluster *
compare_read_lab (const char *yaml, GError **error)
{
  g_autoptr (LabCluster) cluster = lab_cluster_new ();

  if (!lab_cluster_add_yaml (cluster, yaml, strlen (yaml), error))
    return NULL;
  lab_cluster_settle (cluster);
  return g_steal_pointer (&cluster);
}

static char *
first_error (QdPolicyWorld *world)
{
  GPtrArray *findings = qd_policy_world_get_findings (world);

  for (guint i = 0; i < findings->len; i++)
    if (((QdPolicyFinding *) g_ptr_array_index (findings, i))->severity == QD_POLICY_ERROR)
      return qd_policy_finding_to_text (g_ptr_array_index (findings, i));
  return NULL;
}

/* --- What is asked --- */

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;

  return x < y ? -1 : x > y;
}

/* A port, one below and one above. */
static void
add_port (GArray *ports, guint port)
{
  for (guint n = port > 1 ? port - 1 : 1; n <= MIN (port + 1, 65535); n++)
    g_array_append_val (ports, n);
}

/* Every port at which an answer can begin or end, its neighbours, and both ends. */
GArray *
compare_ports (const LabCluster *cluster)
{
  GArray *ports = g_array_new (FALSE, FALSE, sizeof (guint));

  add_port (ports, 1);
  add_port (ports, 65535);
  for (guint i = 0; i < cluster->pods->len; i++)
    {
      const LabPod *pod = g_ptr_array_index (cluster->pods, i);

      for (guint k = 0; k < pod->ports->len; k++)
        add_port (ports, g_array_index (pod->ports, LabContainerPort, k).port);
    }
  for (guint i = 0; i < cluster->policies->len * LAB_N_DIRECTIONS; i++)
    {
      const LabNetworkPolicy *policy = g_ptr_array_index (cluster->policies, i / LAB_N_DIRECTIONS);
      const GArray *rules = policy->rules[i % LAB_N_DIRECTIONS];

      for (guint k = 0; k < rules->len; k++)
        for (guint n = 0; n < g_array_index (rules, LabRule, k).ports->len; n++)
          {
            const LabPort *port = &g_array_index (g_array_index (rules, LabRule, k).ports, LabPort, n);

            if (port->name == NULL)
              {
                add_port (ports, port->first);
                add_port (ports, port->last);
              }
          }
    }
  g_array_sort (ports, compare_numbers);
  for (guint i = ports->len; i > 1; i--)
    if (g_array_index (ports, guint, i - 1) == g_array_index (ports, guint, i - 2))
      g_array_remove_index (ports, i - 1);
  return ports;
}

static void
add_address (GArray *addresses, LabAddress address)
{
  for (guint i = 0; i < addresses->len; i++)
    if (lab_address_equal (&g_array_index (addresses, LabAddress, i), &address))
      return;
  g_array_append_val (addresses, address);
}

/* The address one after or before. */
static LabAddress
neighbour (LabAddress address, int step)
{
  for (guint i = address.length; i > 0; i--)
    {
      address.bytes[i - 1] = (guint8) (address.bytes[i - 1] + step);
      if (address.bytes[i - 1] != (step > 0 ? 0 : 255))
        break;
    }
  return address;
}

/* Both edges of a block, and what lies beyond them. */
static void
add_edges (GArray *addresses, const LabCidr *cidr)
{
  LabAddress first = cidr->address, last = cidr->address;

  for (guint i = cidr->bits; i < first.length * 8; i++)
    {
      first.bytes[i / 8] &= (guint8) ~(128 >> i % 8);
      last.bytes[i / 8] |= (guint8) (128 >> i % 8);
    }
  add_address (addresses, first);
  add_address (addresses, last);
  add_address (addresses, neighbour (first, -1));
  add_address (addresses, neighbour (last, 1));
}

GArray *
compare_addresses (const LabCluster *cluster)
{
  GArray *addresses = g_array_new (FALSE, FALSE, sizeof (LabAddress));
  LabAddress address;

  lab_address_parse ("8.8.8.8", &address);
  add_address (addresses, address);
  lab_address_parse ("2001:db8::8", &address);
  add_address (addresses, address);
  lab_address_parse ("192.168.0.1", &address);
  add_address (addresses, address);
  for (guint i = 0; i < cluster->policies->len * LAB_N_DIRECTIONS; i++)
    {
      const LabNetworkPolicy *policy = g_ptr_array_index (cluster->policies, i / LAB_N_DIRECTIONS);
      const GArray *rules = policy->rules[i % LAB_N_DIRECTIONS];

      for (guint k = 0; k < rules->len; k++)
        for (guint n = 0; n < g_array_index (rules, LabRule, k).peers->len; n++)
          {
            const LabPeer *peer = &g_array_index (g_array_index (rules, LabRule, k).peers, LabPeer, n);

            for (guint b = 0; peer->blocks != NULL && b < peer->blocks->len; b++)
              add_edges (addresses, &g_array_index (peer->blocks, LabCidr, b));
            for (guint b = 0; peer->excepts != NULL && b < peer->excepts->len; b++)
              add_edges (addresses, &g_array_index (peer->excepts, LabCidr, b));
          }
    }
  return addresses;
}

/* --- Asking both --- */

/* One end as each of the two knows it: all pods of a workload, or an address outside. */
typedef struct
{
  char *text;
  GPtrArray *pods;
  GArray *address;
  guint end;
} End;

typedef struct
{
  LabCluster *cluster;
  QdPolicyEval *eval;
  const LabSwitches *switches;
  GArray *ends;
  GArray *ports;
  GString *why;
  Dice dice;
  guint64 verdicts, allowed, explained;
} Comparison;

/* Of the flows that are asked about, how many are to be explained as well. */
#define EXPLAINED_PERCENT 4

static void
clear_end (gpointer data)
{
  End *end = data;

  g_free (end->text);
  g_clear_pointer (&end->pods, g_ptr_array_unref);
  g_clear_pointer (&end->address, g_array_unref);
}

static guint
count_pods (const End *end)
{
  return end->pods != NULL ? end->pods->len : 1;
}

static LabEnd
pod_of (const End *end, guint i)
{
  return end->pods != NULL ? lab_end_of_pod (g_ptr_array_index (end->pods, i)) : (LabEnd){ NULL, end->address, FALSE };
}

/* A workload may do what at least one of its pods may. */
static gboolean
lab_says (const Comparison *c, const End *src, const End *dst, LabProtocol protocol, guint port)
{
  for (guint i = 0; i < count_pods (src); i++)
    for (guint k = 0; k < count_pods (dst); k++)
      {
        LabEnd from = pod_of (src, i), to = pod_of (dst, k);

        if (lab_policy_verdict (c->cluster, c->switches, &from, &to, protocol, port).allow)
          return TRUE;
      }
  return FALSE;
}

static void
explain (const Comparison *c, const End *src, const End *dst, LabProtocol protocol, guint port, gboolean lab, gboolean ours)
{
  QdPolicyFlow flow = { .src = src->end, .dst = dst->end, .protocol = protocols[protocol], .port = port };
  g_autoptr (QdPolicyExplanation) explanation = qd_policy_explain (c->eval, &flow);
  LabEnd from = pod_of (src, 0), to = pod_of (dst, 0);
  LabVerdict verdict = lab_policy_verdict (c->cluster, c->switches, &from, &to, protocol, port);
  g_autofree char *out = lab_decision_text (&verdict.way[LAB_EGRESS], LAB_EGRESS);
  g_autofree char *in = lab_decision_text (&verdict.way[LAB_INGRESS], LAB_INGRESS);

  g_string_append_printf (c->why, "%s -> %s %s %u: the lab says %s (%s; %s), the client %s (%s; %s; %s); host network %s, ipBlock %s", src->text, dst->text,
                          lab_protocol_text (protocol), port, lab ? "allow" : "deny", out, in, ours ? "allow" : "deny", explanation->text,
                          explanation->sides[QD_POLICY_EGRESS].text, explanation->sides[QD_POLICY_INGRESS].text,
                          c->switches->host_network_pod ? "pod" : "exempt", c->switches->ip_block_external ? "external" : "all");
}

/* --- Why --- */

static QdPolicyReason
reason_of (LabBy by, gboolean has_rule, const LabEnd *subject)
{
  switch (by)
    {
    case LAB_BY_ITSELF:
    case LAB_BY_NODE:
      return QD_POLICY_REASON_SAME;
    case LAB_NOT_COVERED:
      return subject->pod != NULL ? QD_POLICY_REASON_HOST_NETWORK : QD_POLICY_REASON_OUTSIDE;
    case LAB_BY_DEFAULT:
      return QD_POLICY_REASON_DEFAULT;
    default:
      return has_rule ? QD_POLICY_REASON_RULE : QD_POLICY_REASON_ISOLATED;
    }
}

/* Whether both name the same policy, and the same rule of it. */
static gboolean
same_rule (const QdPolicySide *side, const LabDecision *decision, QdPolicyDirection way)
{
  if (decision->policy == NULL || side->policy == NULL)
    return decision->policy == NULL && side->policy == NULL;
  if (!g_str_equal (decision->policy->name, side->policy->name) || !g_str_equal (decision->policy->kind, qd_policy_kind_to_string (side->policy->kind)))
    return FALSE;
  if (decision->rule < 0)
    return side->rule == NULL;
  return (guint) decision->rule < side->policy->rules[way]->len && g_ptr_array_index (side->policy->rules[way], decision->rule) == side->rule;
}

/* Whether what the client explains is what the lab decides: the verdict, and for single pods who decided. */
static gboolean
compare_why (Comparison *c, const End *src, const End *dst, LabProtocol protocol, guint port, gboolean allowed)
{
  static const QdPolicyDirection ways[LAB_N_DIRECTIONS] = { [LAB_INGRESS] = QD_POLICY_INGRESS, [LAB_EGRESS] = QD_POLICY_EGRESS };
  QdPolicyFlow flow = { .src = src->end, .dst = dst->end, .protocol = protocols[protocol], .port = port };
  g_autoptr (QdPolicyExplanation) explanation = qd_policy_explain (c->eval, &flow);
  LabEnd from = pod_of (src, 0), to = pod_of (dst, 0);
  LabVerdict verdict;

  c->explained++;
  if (explanation->allowed != allowed || *explanation->text == '\0')
    return FALSE;
  if (count_pods (src) > 1 || count_pods (dst) > 1)
    return TRUE;
  verdict = lab_policy_verdict (c->cluster, c->switches, &from, &to, protocol, port);
  for (guint way = 0; way < LAB_N_DIRECTIONS; way++)
    {
      const QdPolicySide *side = &explanation->sides[ways[way]];
      const LabDecision *decision = &verdict.way[way];

      if (side->allowed != decision->allow || !same_rule (side, decision, ways[way]) ||
          side->reason != reason_of (decision->by, decision->rule >= 0, way == LAB_EGRESS ? &from : &to))
        return FALSE;
    }
  return TRUE;
}

static gboolean
compare_pair (Comparison *c, const End *src, const End *dst)
{
  const QdPortSet *set = qd_policy_eval_get (c->eval, src->end, dst->end);

  for (guint protocol = 0; protocol < LAB_N_PROTOCOLS; protocol++)
    for (guint i = 0; i < c->ports->len; i++)
      {
        guint port = g_array_index (c->ports, guint, i);
        gboolean lab = lab_says (c, src, dst, protocol, port), ours = qd_port_set_contains (set, protocols[protocol], port);

        c->verdicts++;
        c->allowed += lab;
        if (lab == ours && (!dice_chance (&c->dice, EXPLAINED_PERCENT) || compare_why (c, src, dst, protocol, port, lab)))
          continue;
        explain (c, src, dst, protocol, port, lab, ours);
        return FALSE;
      }
  return TRUE;
}

/* The address of a node: it is within the cluster, and its own pods are always reached from there. */
static gboolean
is_of_a_node (const LabCluster *cluster, const LabAddress *address)
{
  for (guint i = 0; i < cluster->pods->len; i++)
    {
      const GArray *hosts = ((const LabPod *) g_ptr_array_index (cluster->pods, i))->host_addresses;

      for (guint k = 0; k < hosts->len; k++)
        if (lab_address_equal (&g_array_index (hosts, LabAddress, k), address))
          return TRUE;
    }
  return FALSE;
}

/* The workloads, by the names that the client gives them, which must be the lab's. */
static gboolean
gather_workloads (Comparison *c)
{
  guint n = qd_policy_eval_get_n_workloads (c->eval), found = 0;

  for (guint i = 0; i < n; i++)
    {
      End end = { .text = g_strdup (qd_policy_eval_get_text (c->eval, i)), .end = i };

      end.pods = lab_cluster_find (c->cluster, end.text);
      found += end.pods->len;
      g_array_append_val (c->ends, end);
      if (end.pods->len != 0)
        continue;
      g_string_append_printf (c->why, "the client knows %s, the lab does not", end.text);
      return FALSE;
    }
  if (found == c->cluster->pods->len)
    return TRUE;
  g_string_append_printf (c->why, "the lab has %u pods, and %u in the workloads that the client knows", c->cluster->pods->len, found);
  return FALSE;
}

static void
gather_addresses (Comparison *c)
{
  g_autoptr (GArray) addresses = compare_addresses (c->cluster);

  for (guint i = 0; i < addresses->len; i++)
    {
      LabAddress *address = &g_array_index (addresses, LabAddress, i);
      End end = { .text = lab_address_text (address) };
      QdAddress ours;

      g_assert_true (qd_address_parse (end.text, &ours));
      end.end = qd_policy_eval_find_address (c->eval, &ours);
      end.address = g_array_new (FALSE, FALSE, sizeof (LabAddress));
      g_array_append_val (end.address, *address);
      /* An address that a pod has is that pod. */
      if (end.end == QD_POLICY_NO_END || end.end < qd_policy_eval_get_n_workloads (c->eval) || is_of_a_node (c->cluster, address))
        clear_end (&end);
      else
        g_array_append_val (c->ends, end);
    }
}

static gboolean
compare_ends (Comparison *c)
{
  guint n = qd_policy_eval_get_n_workloads (c->eval);

  if (!gather_workloads (c))
    return FALSE;
  gather_addresses (c);
  for (guint i = 0; i < c->ends->len; i++)
    for (guint k = 0; k < c->ends->len; k++)
      if (i != k && (i < n || k < n) && !compare_pair (c, &g_array_index (c->ends, End, i), &g_array_index (c->ends, End, k)))
        return FALSE;
  return TRUE;
}

static void
count (Tally *tally, const Comparison *c)
{
  tally->verdicts += c->verdicts;
  tally->allowed += c->allowed;
  tally->explained += c->explained;
  tally->policies += c->cluster->policies->len;
  tally->workloads += qd_policy_eval_get_n_workloads (c->eval);
}

gboolean
compare_world (GPtrArray *documents, guint64 seed, const LabSwitches *switches, GString *why, Tally *tally)
{
  g_autofree char *yaml = worlds_to_yaml (documents, seed);
  g_autoptr (QdPolicyWorld) world = compare_read (yaml);
  g_autofree char *refusal = first_error (world);
  g_autoptr (GError) error = NULL;
  g_autoptr (LabCluster) cluster = compare_read_lab (yaml, &error);
  g_autoptr (QdPolicyEval) eval = NULL;
  QdPolicyOptions options = compare_options (switches);
  Comparison c = { .cluster = cluster, .switches = switches, .why = why, .dice = { seed } };
  gboolean same;

  if (tally != NULL)
    tally->worlds++;
  if ((cluster == NULL) != (refusal != NULL))
    {
      g_string_append_printf (why, "the lab says: %s; the client says: %s", error != NULL ? error->message : "valid",
                              refusal != NULL ? refusal : "valid");
      return FALSE;
    }
  if (cluster == NULL)
    {
      if (tally != NULL)
        tally->invalid++;
      if (compare_lint_errors (yaml) == 0)
        g_string_append_printf (why, "lint finds no error where the lab says: %s", error->message);
      return why->len == 0;
    }
  c.eval = eval = qd_policy_eval_new (world, &options, NULL);
  c.ends = g_array_new (FALSE, FALSE, sizeof (End));
  g_array_set_clear_func (c.ends, clear_end);
  c.ports = compare_ports (cluster);
  same = compare_ends (&c);
  if (tally != NULL)
    count (tally, &c);
  g_array_unref (c.ends);
  g_array_unref (c.ports);
  return same;
}

/* --- The smallest that differs --- */

typedef struct
{
  guint64 seed;
  const LabSwitches *switches;
  CompareSort sort;
  gboolean about_validity;
} Difference;

static gboolean
is_right (GPtrArray *documents, const Difference *d, GString *why)
{
  switch (d->sort)
    {
    case COMPARE_LAWS:
      return compare_laws (documents, d->seed, d->switches, why);
    case COMPARE_LINT:
      return compare_lint (documents, d->seed, d->switches, why, NULL);
    case COMPARE_WORLD:
    default:
      return compare_world (documents, d->seed, d->switches, why, NULL);
    }
}

static gboolean
still_differs (GPtrArray *documents, gpointer user_data)
{
  const Difference *d = user_data;
  g_autoptr (GString) why = g_string_new (NULL);

  /* Whether it is valid is another matter than what it says. */
  return !is_right (documents, d, why) && (d->sort != COMPARE_WORLD || g_str_has_prefix (why->str, "the lab says: ") == d->about_validity);
}

char *
compare_smallest (GPtrArray *documents, guint64 seed, const LabSwitches *switches, CompareSort sort, GString *why)
{
  Difference d = { seed, switches, sort, g_str_has_prefix (why->str, "the lab says: ") };
  g_autoptr (GPtrArray) small = worlds_shrink (documents, still_differs, &d);

  g_string_truncate (why, 0);
  is_right (small, &d, why);
  return worlds_to_yaml (small, seed);
}
