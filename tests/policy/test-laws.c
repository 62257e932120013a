/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "qd-policy-diff.h"
#include "qd-policy-explain.h"
#include "qd-policy-eval.h"

/* What holds in every world, on worlds that are made from a seed. */

#define WORLDS 400

static const guint16 ports[] = { 1, 79, 80, 81, 89, 90, 91, 443, 8080, 9090, 65535 };

static guint
any (GRand *rand, guint n)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) n);
}

/* --- Worlds ------------------------------------------------------------------------------------------------------- */

static char *
make_selector (GRand *rand)
{
  static const char *const keys[] = { "app", "tier", "gone" };
  const char *key = keys[any (rand, 3)];

  switch (any (rand, 7))
    {
    case 0: return g_strdup ("{}");
    case 1: return g_strdup_printf ("{matchExpressions: [{key: %s, operator: In, values: [a, b]}]}", key);
    case 2: return g_strdup_printf ("{matchExpressions: [{key: %s, operator: NotIn, values: [a, c]}]}", key);
    case 3: return g_strdup_printf ("{matchExpressions: [{key: %s, operator: Exists}]}", key);
    case 4: return g_strdup_printf ("{matchExpressions: [{key: %s, operator: DoesNotExist}]}", key);
    default: return g_strdup_printf ("{matchLabels: {%s: %c}}", key, 'a' + (char) any (rand, 3));
    }
}

static char *
make_space_selector (GRand *rand)
{
  switch (any (rand, 4))
    {
    case 0: return g_strdup ("{}");
    case 1: return g_strdup_printf ("{matchLabels: {kubernetes.io/metadata.name: s%u}}", any (rand, 3));
    case 2: return g_strdup_printf ("{matchExpressions: [{key: team, operator: NotIn, values: [t%u]}]}", any (rand, 2));
    default: return g_strdup_printf ("{matchLabels: {team: t%u}}", any (rand, 2));
    }
}

static const char *const blocks[] = { "10.0.0.0/8", "10.0.0.0/30", "10.0.0.4/30", "0.0.0.0/0", "192.0.2.0/24", "'fd00::/8'", "'fd00::/120'" };

static char *
make_peer (GRand *rand)
{
  g_autofree char *space = make_space_selector (rand), *pods = make_selector (rand);

  switch (any (rand, 6))
    {
    case 0: return g_strdup_printf ("{podSelector: %s}", pods);
    case 1: return g_strdup_printf ("{namespaceSelector: %s}", space);
    case 2: return g_strdup_printf ("{namespaceSelector: %s, podSelector: %s}", space, pods);
    case 3: return g_strdup ("{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/30, 10.128.0.0/9]}}");
    default: return g_strdup_printf ("{ipBlock: {cidr: %s}}", blocks[any (rand, G_N_ELEMENTS (blocks))]);
    }
}

static char *
make_port (GRand *rand)
{
  static const char *const protocols[] = { "TCP", "UDP", "SCTP" };
  const char *protocol = protocols[any (rand, 3)];

  switch (any (rand, 5))
    {
    case 0: return g_strdup ("{port: web}");
    case 1: return g_strdup_printf ("{protocol: %s, port: dns}", protocol);
    case 2: return g_strdup_printf ("{protocol: %s, port: %u, endPort: %u}", protocol, 80 + any (rand, 2), 89 + any (rand, 2));
    case 3: return g_strdup_printf ("{protocol: %s}", protocol);
    default: return g_strdup_printf ("{port: %u}", 79 + any (rand, 3));
    }
}

/* "[one, two]" of up to @max of what @make makes. */
static char *
make_list (GRand *rand, guint max, char *(*make) (GRand *))
{
  GString *text = g_string_new ("[");
  guint n = any (rand, max + 1);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *item = make (rand);

      g_string_append_printf (text, "%s%s", i ? ", " : "", item);
    }
  g_string_append_c (text, ']');
  return g_string_free_and_steal (text);
}

static char *
make_rules (GRand *rand, const char *peers_name)
{
  GString *text = g_string_new ("[");
  guint n = any (rand, 3);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *peers = make_list (rand, 2, make_peer), *list = make_list (rand, 2, make_port);

      g_string_append_printf (text, "%s{%s: %s, ports: %s}", i ? ", " : "", peers_name, peers, list);
    }
  g_string_append_c (text, ']');
  return g_string_free_and_steal (text);
}

static char *
make_policy (GRand *rand, guint number)
{
  static const char *const types[] = { "", ", policyTypes: [Ingress]", ", policyTypes: [Egress]", ", policyTypes: [Ingress, Egress]" };
  g_autofree char *subject = make_selector (rand), *in = make_rules (rand, "from"), *out = make_rules (rand, "to");

  return g_strdup_printf ("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p%u, namespace: s%u}\nspec: {podSelector: %s, ingress: %s, egress: %s%s}\n", number,
                          any (rand, 3), subject, in, out, types[any (rand, 4)]);
}

/* A rule of the admin kinds; @cluster spells it as ClusterNetworkPolicy does. */
static char *
make_admin_rule (GRand *rand, gboolean cluster, gboolean baseline, gboolean egress)
{
  const char *actions[] = { cluster ? "Accept" : "Allow", "Deny", "Pass" };
  const char *action = actions[any (rand, baseline && !cluster ? 2 : 3)];
  g_autofree char *space = make_space_selector (rand), *pods = make_selector (rand), *peer = NULL, *list = NULL;
  guint port = 79 + any (rand, 3);
  gboolean networks = egress && any (rand, 3) == 0;

  if (networks)
    peer = g_strdup_printf ("{networks: [%s, %s]}", blocks[any (rand, G_N_ELEMENTS (blocks))], blocks[any (rand, G_N_ELEMENTS (blocks))]);
  else if (any (rand, 2))
    peer = g_strdup_printf ("{namespaces: %s}", space);
  else
    peer = g_strdup_printf ("{pods: {namespaceSelector: %s, podSelector: %s}}", space, pods);
  switch (any (rand, 4))
    {
    case 0: list = g_strdup (""); break;
    case 1: list = networks ? g_strdup ("") : g_strdup (cluster ? ", protocols: [{destinationNamedPort: web}]" : ", ports: [{namedPort: web}]"); break;
    case 2: list = g_strdup_printf (cluster ? ", protocols: [{udp: {destinationPort: {range: {start: %u, end: 90}}}}]" : ", ports: [{portRange: {protocol: UDP, start: %u, end: 90}}]", port); break;
    default: list = g_strdup_printf (cluster ? ", protocols: [{tcp: {destinationPort: {number: %u}}}]" : ", ports: [{portNumber: {port: %u}}]", port); break;
    }
  return g_strdup_printf ("{action: %s, %s: [%s]%s}", action, egress ? "to" : "from", peer, list);
}

static char *
make_admin (GRand *rand, guint number)
{
  gboolean cluster = any (rand, 2), baseline = any (rand, 3) == 0;
  g_autofree char *space = make_space_selector (rand), *in_one = make_admin_rule (rand, cluster, baseline, FALSE), *in_two = make_admin_rule (rand, cluster, baseline, FALSE);
  g_autofree char *out_one = make_admin_rule (rand, cluster, baseline, TRUE), *out_two = make_admin_rule (rand, cluster, baseline, TRUE);
  g_autofree char *rules = g_strdup_printf ("subject: {namespaces: %s}, ingress: [%s, %s], egress: [%s, %s]", space, in_one, in_two, out_one, out_two);

  if (cluster)
    return g_strdup_printf ("apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: c%u}\nspec: {tier: %s, priority: %u, %s}\n", number,
                            baseline ? "Baseline" : "Admin", number, rules);
  if (baseline)
    return g_strdup_printf ("apiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: {name: default}\nspec: {%s}\n", rules);
  return g_strdup_printf ("apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: a%u}\nspec: {priority: %u, %s}\n", number, number, rules);
}

static char *
make_pod (GRand *rand, guint number)
{
  static const char *const owners[] = { "", "", ", ownerReferences: [{kind: ReplicaSet, name: set, controller: true}]" };
  g_autofree char *address = any (rand, 2) ? g_strdup_printf ("podIP: 10.0.0.%u", any (rand, 8)) : g_strdup (any (rand, 3) ? "" : "podIPs: [{ip: 'fd00::7'}]");
  g_autofree char *tier = any (rand, 2) ? g_strdup_printf (", tier: %c", 'a' + (char) any (rand, 3)) : g_strdup ("");

  return g_strdup_printf ("apiVersion: v1\nkind: Pod\nmetadata: {name: pod%u, namespace: s%u, labels: {app: %c%s}%s}\n"
                          "spec: {hostNetwork: %s, nodeName: node%u, containers: [{name: c, ports: [{name: web, containerPort: %u}, {name: dns, protocol: UDP, containerPort: 90}]}]}\nstatus: {hostIP: 198.51.100.%u%s%s}\n",
                          number, any (rand, 3), 'a' + (char) any (rand, 3), tier, owners[any (rand, 3)], any (rand, 6) ? "false" : "true", any (rand, 3), any (rand, 2) ? 8080 : 80, 7 + any (rand, 3),
                          *address ? ", " : "", address);
}

/* A document an object: each is a file of its own. */
static GPtrArray *
make_documents (GRand *rand)
{
  GPtrArray *documents = g_ptr_array_new_with_free_func (g_free);
  gboolean baseline = FALSE;
  guint n = any (rand, 4);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (documents, g_strdup_printf ("apiVersion: v1\nkind: Namespace\nmetadata: {name: s%u, labels: {team: t%u}}\n", i, any (rand, 2)));
  n = 1 + any (rand, 7);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (documents, make_pod (rand, i));
  n = any (rand, 6);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (documents, make_policy (rand, i));
  n = any (rand, 2) ? any (rand, 5) : 0;
  for (guint i = 0; i < n; i++)
    {
      char *admin = make_admin (rand, i);

      /* There is one BaselineAdminNetworkPolicy at most. */
      if (baseline && strstr (admin, "name: default"))
        g_free (admin);
      else
        {
          baseline |= strstr (admin, "name: default") != NULL;
          g_ptr_array_add (documents, admin);
        }
    }
  return documents;
}

static GPtrArray *
read_files (GPtrArray *documents)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_yaml_file_unref);

  for (guint i = 0; i < documents->len; i++)
    {
      const char *text = g_ptr_array_index (documents, i);
      g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
      g_autoptr (GError) error = NULL;
      QdYamlFile *file = qd_yaml_file_new ("a.yaml", bytes, &error);

      g_assert_no_error (error);
      g_ptr_array_add (files, file);
    }
  return files;
}

static QdPolicyWorld *
make_world (GPtrArray *files, QdPolicyWorld *previous)
{
  QdPolicyWorld *world = qd_policy_world_new ((QdYamlFile **) files->pdata, files->len, previous);
  GPtrArray *findings = qd_policy_world_get_findings (world);

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);

      if (finding->severity == QD_POLICY_ERROR)
        g_error ("%s", finding->message);
    }
  return world;
}

static QdPolicyOptions
make_options (GRand *rand)
{
  return (QdPolicyOptions) { any (rand, 2), any (rand, 2) };
}

static QdPolicyEval *
evaluate (GPtrArray *documents, const QdPolicyOptions *options)
{
  g_autoptr (GPtrArray) files = read_files (documents);
  g_autoptr (QdPolicyWorld) world = make_world (files, NULL);

  return qd_policy_eval_new (world, options, NULL);
}

/* Everything that @eval says, in lines. */
static char *
say_all (QdPolicyEval *eval)
{
  GString *text = g_string_new (NULL);
  guint n = qd_policy_eval_get_n_ends (eval);

  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k++)
      {
        g_autofree char *set = qd_port_set_to_text (qd_policy_eval_get (eval, i, k));

        g_string_append_printf (text, "%s => %s : %s\n", qd_policy_eval_get_text (eval, i), qd_policy_eval_get_text (eval, k), set);
      }
  return g_string_free_and_steal (text);
}

/* --- Laws --------------------------------------------------------------------------------------------------------- */

static void
test_explain (void)
{
  guint64 cells = 0, denied = 0;

  for (guint seed = 0; seed < WORLDS / 2; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GPtrArray) documents = make_documents (rand);
      QdPolicyOptions options = make_options (rand);
      g_autoptr (QdPolicyEval) eval = evaluate (documents, &options);
      guint n = qd_policy_eval_get_n_ends (eval);

      for (guint cell = 0; cell < n * n * QD_N_PROTOCOLS; cell++)
        {
          QdPolicyFlow flow = { cell / QD_N_PROTOCOLS / n, cell / QD_N_PROTOCOLS % n, NULL, NULL, cell % QD_N_PROTOCOLS, ports[any (rand, G_N_ELEMENTS (ports))] };
          g_autoptr (QdPolicyExplanation) explanation = qd_policy_explain (eval, &flow);
          gboolean allowed = qd_port_set_contains (qd_policy_eval_get (eval, flow.src, flow.dst), flow.protocol, flow.port);

          if (explanation->allowed != allowed)
            g_error ("seed %u: %s, and connectivity says otherwise", seed, explanation->text);
          g_assert_cmpint (allowed, ==, explanation->sides[0].allowed && explanation->sides[1].allowed);
          if (!allowed)
            g_assert_false (explanation->sides[explanation->decided].allowed);
          for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
            g_assert_cmpint (explanation->sides[d].rule != NULL, ==, explanation->sides[d].reason == QD_POLICY_REASON_RULE);
          cells++;
          denied += !allowed;
        }
    }
  /* Both answers are among them, many times. */
  g_assert_cmpuint (denied, >, cells / 10);
  g_assert_cmpuint (cells - denied, >, cells / 10);
}

/* Of the very pods that have addresses, and their nodes, too. */
static void
test_addresses (void)
{
  static const char *const texts[] = { "10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7", "10.200.0.1", "192.0.2.1", "198.51.100.7", "fd00::7", "fd00::1:1", "fe80::1" };
  guint n = G_N_ELEMENTS (texts);

  for (guint seed = 0; seed < WORLDS / 4; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GPtrArray) documents = make_documents (rand);
      QdPolicyOptions options = make_options (rand);
      g_autoptr (QdPolicyEval) eval = evaluate (documents, &options);

      for (guint cell = 0; cell < n * n; cell++)
        {
          QdAddress src, dst;
          QdPolicyFlow flow = { .protocol = any (rand, QD_N_PROTOCOLS), .port = ports[any (rand, G_N_ELEMENTS (ports))], .src_address = &src, .dst_address = &dst };
          g_autoptr (QdPolicyExplanation) explanation = NULL;

          g_assert_true (qd_address_parse (texts[cell / n], &src) && qd_address_parse (texts[cell % n], &dst));
          flow.src = qd_policy_eval_find_address (eval, &src);
          flow.dst = qd_policy_eval_find_address (eval, &dst);
          explanation = qd_policy_explain (eval, &flow);
          if (explanation->allowed != qd_port_set_contains (qd_policy_eval_get_addresses (eval, &src, &dst), flow.protocol, flow.port))
            g_error ("seed %u: %s, and connectivity of addresses says otherwise", seed, explanation->text);
        }
    }
}

static void
test_order (void)
{
  for (guint seed = 0; seed < WORLDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GPtrArray) documents = make_documents (rand);
      QdPolicyOptions options = make_options (rand);
      g_autoptr (QdPolicyEval) one = evaluate (documents, &options), two = NULL;
      g_autofree char *first = say_all (one), *second = NULL;

      for (guint i = documents->len; i-- > 1;)
        {
          guint k = any (rand, i + 1);
          gpointer swapped = documents->pdata[i];

          documents->pdata[i] = documents->pdata[k];
          documents->pdata[k] = swapped;
        }
      two = evaluate (documents, &options);
      second = say_all (two);
      g_assert_cmpstr (first, ==, second);
    }
}

static void
test_directions (void)
{
  for (guint seed = 0; seed < WORLDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GPtrArray) documents = make_documents (rand);
      QdPolicyOptions options = make_options (rand);
      g_autoptr (QdPolicyEval) eval = evaluate (documents, &options);
      g_autoptr (QdPortStore) store = qd_port_store_new ();
      guint n = qd_policy_eval_get_n_ends (eval);

      for (guint cell = 0; cell < n * n; cell++)
        {
          guint src = cell / n, dst = cell % n;
          const QdPolicyWorkload *from = qd_policy_eval_get_workload (eval, src), *to = qd_policy_eval_get_workload (eval, dst);
          guint out = qd_port_store_add (store, qd_policy_eval_get_direction (eval, QD_POLICY_EGRESS, src, dst));
          guint in = qd_port_store_add (store, qd_policy_eval_get_direction (eval, QD_POLICY_INGRESS, src, dst));
          guint both = qd_port_store_add (store, qd_policy_eval_get (eval, src, dst));

          /* Of workloads with pods that differ there may be less than that: no one pair may do all of it. */
          if ((from && from->pods->len > 1) || (to && to->pods->len > 1))
            g_assert_cmpuint (qd_port_store_subtract (store, both, qd_port_store_intersect (store, out, in)), ==, QD_PORTS_NONE);
          else
            g_assert_cmpuint (both, ==, qd_port_store_intersect (store, out, in));
        }
    }
}

/* Of two texts of changes, the one is the other with the signs turned. */
static char *
say_changes (QdPolicyDiff *diff, gboolean turned)
{
  GString *text = g_string_new (NULL);
  GPtrArray *changes = qd_policy_diff_get_changes (diff);

  for (guint i = 0; i < changes->len; i++)
    {
      const QdPolicyChange *change = g_ptr_array_index (changes, i);
      g_autofree char *allowed = qd_port_set_to_text (change->allowed), *denied = qd_port_set_to_text (change->denied);

      g_string_append_printf (text, "%s => %s : +%s -%s\n", change->src, change->dst, turned ? denied : allowed, turned ? allowed : denied);
    }
  return g_string_free_and_steal (text);
}

static const QdPolicyChange *
find_change (QdPolicyDiff *diff, const char *src, const char *dst)
{
  GPtrArray *changes = qd_policy_diff_get_changes (diff);

  for (guint i = 0; i < changes->len; i++)
    {
      const QdPolicyChange *change = g_ptr_array_index (changes, i);

      if (g_str_equal (change->src, src) && g_str_equal (change->dst, dst))
        return change;
    }
  return NULL;
}

/* Between workloads, which keep their names, the difference is what the two lists of connections say. */
static void
check_changes (QdPolicyDiff *diff, QdPolicyEval *before, QdPolicyEval *after)
{
  guint n = qd_policy_eval_get_n_workloads (before);

  for (guint cell = 0; cell < n * n; cell++)
    {
      const char *src = qd_policy_eval_get_text (before, cell / n), *dst = qd_policy_eval_get_text (before, cell % n);
      guint new_src = qd_policy_eval_find_workload (after, src, NULL), new_dst = qd_policy_eval_find_workload (after, dst, NULL);
      const QdPolicyChange *change = find_change (diff, src, dst);

      if (cell / n == cell % n || new_src == QD_POLICY_NO_END || new_dst == QD_POLICY_NO_END)
        continue;
      for (guint p = 0; p < QD_N_PROTOCOLS; p++)
        for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
          {
            gboolean was = qd_port_set_contains (qd_policy_eval_get (before, cell / n, cell % n), p, ports[i]);
            gboolean is = qd_port_set_contains (qd_policy_eval_get (after, new_src, new_dst), p, ports[i]);

            g_assert_cmpint (change && qd_port_set_contains (change->allowed, p, ports[i]), ==, is && !was);
            g_assert_cmpint (change && qd_port_set_contains (change->denied, p, ports[i]), ==, was && !is);
          }
    }
}

static void
test_difference (void)
{
  guint different = 0;

  for (guint seed = 0; seed < WORLDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GPtrArray) documents = make_documents (rand);
      QdPolicyOptions options = make_options (rand);
      g_autoptr (QdPolicyEval) before = evaluate (documents, &options), again = evaluate (documents, &options), after = NULL;
      g_autoptr (QdPolicyDiff) none = qd_policy_diff_new (before, again), there = NULL, back = NULL;
      g_autofree char *forth = NULL, *turned = NULL;
      guint which = any (rand, documents->len);

      g_assert_cmpuint (qd_policy_diff_get_changes (none)->len, ==, 0);
      if (any (rand, 3) == 0)
        g_ptr_array_remove_index (documents, which);
      else
        g_ptr_array_add (documents, make_policy (rand, 77));
      after = evaluate (documents, &options);
      there = qd_policy_diff_new (before, after);
      back = qd_policy_diff_new (after, before);
      forth = say_changes (there, FALSE);
      turned = say_changes (back, TRUE);
      g_assert_cmpstr (forth, ==, turned);
      check_changes (there, before, after);
      different += qd_policy_diff_get_changes (there)->len > 0;
    }
  g_assert_cmpuint (different, >, WORLDS / 5);
}

/* A NetworkPolicy for pods that are isolated already takes nothing away. */
static void
test_monotony (void)
{
  static const char isolate[] = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: isolate%u, namespace: s%u}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n";

  for (guint seed = 0; seed < WORLDS; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GPtrArray) documents = make_documents (rand);
      QdPolicyOptions options = make_options (rand);
      g_autoptr (QdPolicyEval) before = NULL, after = NULL;
      g_autoptr (QdPolicyDiff) diff = NULL;
      GPtrArray *changes;

      for (guint i = 0; i < 3; i++)
        g_ptr_array_add (documents, g_strdup_printf (isolate, i, i));
      before = evaluate (documents, &options);
      g_ptr_array_add (documents, make_policy (rand, 77));
      after = evaluate (documents, &options);
      diff = qd_policy_diff_new (before, after);
      changes = qd_policy_diff_get_changes (diff);
      for (guint i = 0; i < changes->len; i++)
        g_assert_true (qd_port_set_is_none (((QdPolicyChange *) g_ptr_array_index (changes, i))->denied));
    }
}

/* What an edit leaves is kept, and the answer is that of a fresh start. */
static void
test_edits (void)
{
  guint reused = 0;

  for (guint seed = 0; seed < WORLDS / 4; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GPtrArray) documents = make_documents (rand);
      QdPolicyOptions options = make_options (rand);
      g_autoptr (GPtrArray) files = read_files (documents);
      g_autoptr (QdPolicyWorld) world = make_world (files, NULL);
      g_autoptr (QdPolicyEval) eval = qd_policy_eval_new (world, &options, NULL);

      QdYamlFile *taken = NULL;

      for (guint edit = 0; edit < 12; edit++)
        {
          QdPolicyWorld *next;
          QdPolicyEval *now;
          g_autoptr (QdPolicyEval) fresh = NULL;
          g_autoptr (QdPolicyWorld) fresh_world = NULL;
          g_autofree char *kept = NULL, *anew = NULL, *text = any (rand, 4) ? make_policy (rand, 50 + any (rand, 2)) : make_pod (rand, 50);
          g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

          /* One document more, or one less, whatever it is: the next edit undoes it. */
          if (taken)
            g_ptr_array_add (files, g_steal_pointer (&taken));
          else if (edit % 2)
            g_ptr_array_remove_index (files, files->len - 1);
          else if (any (rand, 3) == 0)
            taken = g_ptr_array_steal_index (files, any (rand, files->len));
          else
            g_ptr_array_add (files, qd_yaml_file_new ("b.yaml", bytes, NULL));
          next = make_world (files, world);
          qd_policy_world_unref (world);
          world = next;
          now = qd_policy_eval_new (world, &options, eval);
          qd_policy_eval_unref (eval);
          eval = now;
          fresh_world = make_world (files, NULL);
          fresh = qd_policy_eval_new (fresh_world, &options, NULL);
          kept = say_all (eval);
          anew = say_all (fresh);
          g_assert_cmpstr (kept, ==, anew);
          reused += qd_policy_eval_get_n_reused (eval);
        }
    }
  g_assert_cmpuint (reused, >, WORLDS);
}

/* --- Threads ------------------------------------------------------------------------------------------------------ */

typedef struct {
  GPtrArray *files;
  QdPolicyWorld *world;
  QdPolicyEval *eval;
  char *wanted;
} Shared;

/* Asks everything of what all share, and goes on from it. */
static gpointer
ask_thread (gpointer data)
{
  Shared *shared = data;
  g_autofree char *all = say_all (shared->eval), *next_all = NULL;
  g_autoptr (QdPolicyWorld) world = make_world (shared->files, shared->world);
  g_autoptr (QdPolicyEval) next = qd_policy_eval_new (world, qd_policy_eval_get_options (shared->eval), shared->eval);

  next_all = say_all (next);
  g_assert_cmpstr (all, ==, shared->wanted);
  g_assert_cmpstr (next_all, ==, shared->wanted);
  return NULL;
}

static void
test_threads (void)
{
  for (guint seed = 0; seed < 20; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (GPtrArray) documents = make_documents (rand), files = read_files (documents);
      QdPolicyOptions options = make_options (rand);
      g_autoptr (QdPolicyWorld) world = make_world (files, NULL);
      g_autoptr (QdPolicyEval) eval = qd_policy_eval_new (world, &options, NULL), alone = qd_policy_eval_new (world, &options, NULL);
      g_autofree char *wanted = say_all (alone);
      Shared shared = { files, world, eval, wanted };
      GThread *threads[6];

      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("ask", ask_thread, &shared);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/laws/explain-agrees-with-connectivity", test_explain);
  g_test_add_func ("/policy/laws/addresses", test_addresses);
  g_test_add_func ("/policy/laws/order-does-not-matter", test_order);
  g_test_add_func ("/policy/laws/both-directions", test_directions);
  g_test_add_func ("/policy/laws/difference", test_difference);
  g_test_add_func ("/policy/laws/more-policies-allow-more", test_monotony);
  g_test_add_func ("/policy/laws/edits", test_edits);
  g_test_add_func ("/policy/laws/threads", test_threads);
  return g_test_run ();
}
