/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "manifests.h"
#include "qd-policy-complete.h"
#include "qd-policy-help.h"
#include "qd-policy-schema.h"

#define WORLD                                                                                                                          \
  NAMESPACE ("shop", "team: shop") NAMESPACE ("data", "team: data")                                                                     \
  DEPLOYMENT ("shop", "web", "app: web, tier: front", "containers: [{name: c, ports: [{containerPort: 8080, name: http}]}]")            \
  DEPLOYMENT ("shop", "api", "app: api", "containers: [{name: c, ports: [{containerPort: 9000, name: rpc}]}]")                          \
  DEPLOYMENT ("data", "db", "role: db", "containers: [{name: c, ports: [{containerPort: 5432, name: sql}, {containerPort: 53, name: dns, protocol: UDP}]}]") \
  NP ("shop", "web", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {app: api}}}]}], " \
                     "egress: [{to: [{namespaceSelector: {matchLabels: {team: data}}, podSelector: {matchLabels: {role: db}}}]}]}")

#define HEAD "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\n  namespace: shop\nspec:\n"

typedef struct { QdPolicyWorld *world; QdYamlSpot *spot; QdPolicyWhere *where; GPtrArray *proposals; char *text; } At;

/* The place is where the "^" is, which is no part of the text. */
static void
at_init (At *self, const char *marked, const char *name)
{
  const char *mark = strchr (marked, '^');
  g_autoptr (GBytes) bytes = NULL;

  self->text = g_strdup_printf ("%.*s%s", (int) (mark - marked), marked, mark + 1);
  bytes = g_bytes_new (self->text, strlen (self->text));
  self->world = make_world (WORLD);
  self->spot = qd_yaml_spot_find (bytes, (gsize) (mark - marked));
  self->where = qd_policy_where_new (self->spot, name, self->world);
  self->proposals = qd_policy_complete (self->where);
}

static void
at_clear (At *self)
{
  g_ptr_array_unref (self->proposals);
  qd_policy_where_free (self->where);
  qd_yaml_spot_free (self->spot);
  qd_policy_world_unref (self->world);
  g_free (self->text);
}

static char *
list (const At *at)
{
  GString *labels = g_string_new (NULL);

  for (guint i = 0; i < at->proposals->len; i++)
    {
      const QdPolicyProposal *proposal = g_ptr_array_index (at->proposals, i);

      if (proposal->kind != QD_POLICY_PROPOSAL_SNIPPET)
        g_string_append_printf (labels, "%s%s", labels->len ? " " : "", proposal->label);
    }
  return g_string_free (labels, FALSE);
}

static char *
accept_proposal (const At *at, const QdPolicyProposal *proposal)
{
  g_autofree char *text = proposal->kind == QD_POLICY_PROPOSAL_SNIPPET ? qd_policy_snippet_to_text (proposal->text) : g_strdup (proposal->text);

  return g_strdup_printf ("%.*s%s%s", (int) at->spot->start, at->text, text, at->text + at->spot->end);
}

static void
test_proposals (void)
{
  static const struct { const char *text, *labels; } rows[] = {
    { "^", "apiVersion kind metadata spec" },
    { "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n^", "metadata spec" },
    { "apiVersion: ^", "networking.k8s.io/v1 policy.networking.k8s.io/v1alpha1 policy.networking.k8s.io/v1alpha2" },
    { "apiVersion: ^\nkind: ClusterNetworkPolicy\n", "policy.networking.k8s.io/v1alpha2" },
    { "apiVersion: networking.k8s.io/v1\nkind: ^", "NetworkPolicy" },
    { "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: ^", "AdminNetworkPolicy BaselineAdminNetworkPolicy" },
    { "apiVersion: v1\nkind: Pod\n^", "" },
    { "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  namespace: ^", "data shop" },
    { HEAD "  ^", "podSelector policyTypes ingress egress" },
    { HEAD "  pol^\n  ingress: []\n", "podSelector policyTypes egress" },
    { HEAD "  podSelector:\n    ^", "matchLabels matchExpressions" },
    { HEAD "  podSelector:\n    matchLabels:\n      ^", "app tier" },
    { HEAD "  podSelector:\n    matchLabels:\n      app: ^", "api web" },
    { HEAD "  podSelector:\n    matchLabels:\n      app: web\n      ^", "tier" },
    { HEAD "  podSelector: {matchLabels: {^}}\n", "app tier" },
    { HEAD "  podSelector:\n    matchExpressions:\n    - key: ^", "app tier" },
    { HEAD "  podSelector:\n    matchExpressions:\n    - key: app\n      operator: ^", "In NotIn Exists DoesNotExist" },
    { HEAD "  podSelector:\n    matchExpressions:\n    - key: app\n      operator: In\n      values: [^", "api web" },
    { HEAD "  podSelector:\n    matchExpressions:\n    - key: app\n      values:\n      - ^\n      operator: In\n", "api web" },
    { HEAD "  podSelector:\n    matchExpressions:\n    - key: app\n      values:\n      ^", "operator api web" },
    { HEAD "  policyTypes:\n  - ^", "Ingress Egress" },
    { HEAD "  policyTypes: [^]\n", "Ingress Egress" },
    { HEAD "  policyTypes:\n    ^", "Ingress Egress" },
    { HEAD "  ingress:\n  - ^", "from ports" },
    { HEAD "  ingress:\n    ^", "- from - ports" },
    { HEAD "  ingress:\n  - from:\n    - podSelector: {}\n    ^", "ports - podSelector - namespaceSelector - ipBlock" },
    { HEAD "  ingress:\n  - from:\n    - namespaceSelector:\n        matchLabels:\n          ^", "kubernetes.io/metadata.name team" },
    { HEAD "  ingress:\n  - from:\n    - namespaceSelector:\n        matchLabels:\n          team: ^", "data shop" },
    /* Beside a namespaceSelector, pods are of any namespace. */
    { HEAD "  ingress:\n  - from:\n    - podSelector:\n        matchLabels:\n          ^\n      namespaceSelector: {}\n", "app role tier" },
    { HEAD "  ingress:\n  - ports:\n    - protocol: ^", "TCP UDP SCTP" },
    /* Ports of those that are talked to: of ingress the policy's own pods, of egress those that the rule names. */
    { HEAD "  ingress:\n  - ports:\n    - port: ^", "http 8080" },
    { HEAD "  egress:\n  - ports:\n    - port: ^", "dns sql 53 5432" },
    { HEAD "  egress:\n  - ports:\n    - protocol: UDP\n      port: ^", "dns 53" },
    { HEAD "  ingress: ^", "[]" },
    { HEAD "  podSelector: ^", "{}" },
    { HEAD "  podSelector:\n    # ^", "" },
    { "apiVersion: v1\nkind: List\nitems:\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  spec:\n    ^", "podSelector policyTypes ingress egress" },
    { "{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"NetworkPolicy\", \"spec\": {\"^\"}}", "podSelector policyTypes ingress egress" },
    { "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nspec:\n  tier: ^", "Admin Baseline" },
    { "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nspec:\n  subject:\n    pods:\n      podSelector:\n        matchLabels:\n          ^",
      "app role tier" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *labels = NULL;
      At at;

      at_init (&at, rows[i].text, "p.yaml");
      labels = list (&at);
      g_test_message ("%s", rows[i].text);
      g_assert_cmpstr (labels, ==, rows[i].labels);
      at_clear (&at);
    }
}

static void
test_tests (void)
{
  static const struct { const char *text, *labels; } rows[] = {
    { "tests:\n- ^", "from to port expect name" },
    { "tests:\n- from: ^", "data/db shop/api shop/web" },
    { "tests:\n- from: shop/web\n  to: data/db\n  port: ^", "53/UDP 5432" },
    { "tests:\n- expect: ^", "allow deny" },
    { "tests:\n- expect: allow\n^", "- from" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *labels = NULL;
      At at;

      at_init (&at, rows[i].text, "p.policytest.yaml");
      labels = list (&at);
      g_test_message ("%s", rows[i].text);
      g_assert_cmpstr (labels, ==, rows[i].labels);
      at_clear (&at);
    }
}

/* What is put in where which proposal is taken. */
static void
test_accept (void)
{
  static const struct { const char *text, *label, *after; } rows[] = {
    { HEAD "  pod^", "podSelector", HEAD "  podSelector:\n    " },
    { HEAD "  po^dSelector: {}\n", "podSelector", HEAD "  podSelector: {}\n" },
    { HEAD "  podSelector: {}\n  ^", "ingress", HEAD "  podSelector: {}\n  ingress:\n  - " },
    { HEAD "    a:\n      - b\n    ^", "egress", HEAD "    a:\n      - b\n    egress:\n      - " },
    { HEAD "  policyTypes:\n  ^", "- x", NULL },
    { HEAD "  policyTypes:\n  ^", "Ingress", HEAD "  policyTypes:\n  - Ingress" },
    { HEAD "  ingress:\n  - from:\n    - ^", "ipBlock", HEAD "  ingress:\n  - from:\n    - ipBlock:\n        cidr: " },
    { HEAD "  ingress:\n  - from:\n    ^", "- ipBlock", HEAD "  ingress:\n  - from:\n    - ipBlock:\n        cidr: " },
    { HEAD "  podSelector:\n    ^", "matchExpressions", HEAD "  podSelector:\n    matchExpressions:\n    - key: " },
    { HEAD "  ingress:\n  - ports:\n    - protocol:^", "UDP", HEAD "  ingress:\n  - ports:\n    - protocol: UDP" },
    { "{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"NetworkPolicy\", \"spec\": {\"pod^\"}}", "podSelector",
      "{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"NetworkPolicy\", \"spec\": {\"podSelector\": }}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *after = NULL;
      At at;

      at_init (&at, rows[i].text, *rows[i].text == '{' ? "p.json" : "p.yaml");
      for (guint k = 0; k < at.proposals->len && after == NULL; k++)
        if (g_str_equal (((QdPolicyProposal *) at.proposals->pdata[k])->label, rows[i].label))
          after = accept_proposal (&at, at.proposals->pdata[k]);
      g_assert_cmpstr (after, ==, rows[i].after);
      at_clear (&at);
    }
}

/* --- Whatever is taken, it is right ------------------------------------------------------------------------------ */

static guint
check_accepted (const At *at, const QdPolicyProposal *proposal)
{
  g_autofree char *after = accept_proposal (at, proposal);
  g_autoptr (GBytes) bytes = g_bytes_new (after, strlen (after));
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("p.yaml", bytes, &error);
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);

  if (file == NULL)
    g_error ("%s: %s\n%s", proposal->label, error->message, after);
  qd_policy_schema_check (file, findings);
  for (guint i = 0; i < findings->len; i++)
    g_error ("%s: %s\n%s", proposal->label, ((QdPolicyFinding *) findings->pdata[i])->message, after);
  return 1;
}

/* A policy as it is while it is written, line by line: every proposal for the next line makes a text that can be read, of fields that are. */
static void
check_growing (const char *text)
{
  guint n = 0;

  for (const char *line = text; line && *line != '\0'; line = strchr (line, '\n') ? strchr (line, '\n') + 1 : NULL)
    {
      gsize indent = strspn (line, " -");
      g_autofree char *marked = g_strdup_printf ("%.*s^", (int) (line - text + indent), text);
      At at;

      if (line[indent] == '#' || line[indent] == '\n')
        continue;
      at_init (&at, marked, "p.yaml");
      for (guint i = 0; i < at.proposals->len; i++)
        n += check_accepted (&at, at.proposals->pdata[i]);
      at_clear (&at);
    }
  g_assert_cmpuint (n, >, 20);
}

static void
test_growing (void)
{
  check_growing (HEAD "  podSelector:\n    matchLabels:\n      app: web\n    matchExpressions:\n    - key: tier\n      operator: In\n      values:\n      - front\n"
                      "  policyTypes:\n  - Ingress\n  - Egress\n  ingress:\n  - from:\n    - podSelector: {}\n      namespaceSelector:\n        matchLabels:\n"
                      "          team: shop\n    - ipBlock:\n        cidr: 10.0.0.0/8\n        except:\n        - 10.1.0.0/16\n    ports:\n    - protocol: TCP\n"
                      "      port: http\n  egress:\n    - to:\n        - podSelector:\n            matchLabels: {}\n      ports:\n        - port: 53\n");
  check_growing ("apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata:\n  name: x\nspec:\n  tier: Admin\n  priority: 5\n  subject:\n"
                 "    namespaces: {}\n  ingress:\n  - name: a\n    action: Accept\n    from:\n    - pods:\n        namespaceSelector: {}\n        podSelector: {}\n"
                 "    protocols:\n    - tcp:\n        destinationPort:\n          number: 80\n");
}

static void
test_snippets (void)
{
  guint n = 0;
  At at;

  at_init (&at, "^", "p.yaml");
  for (guint i = 0; i < at.proposals->len; i++)
    {
      const QdPolicyProposal *proposal = g_ptr_array_index (at.proposals, i);
      g_autofree char *text = NULL;
      g_autoptr (QdPolicyWorld) world = NULL;

      if (proposal->kind != QD_POLICY_PROPOSAL_SNIPPET)
        continue;
      text = qd_policy_snippet_to_text (proposal->text);
      world = make_world (text);
      g_assert_false (qd_policy_world_is_invalid (world));
      g_assert_cmpuint (qd_policy_world_get_policies (world)->len, ==, 1);
      g_assert_nonnull (strstr (text, "namespace: shop\n"));
      n += check_accepted (&at, proposal);
    }
  g_assert_cmpuint (n, >=, 6);
  at_clear (&at);
}

/* --- Help -------------------------------------------------------------------------------------------------------- */

static void
test_help (void)
{
  static const struct { const char *text, *title, *detail, *meant; } rows[] = {
    { HEAD "  pod^Selector: {}\n", "podSelector", "a map, optional", "Matches 1 workload now: shop/web[Deployment]" },
    { HEAD "  podSelector:\n    matchLabels:\n      app: w^eb\n", "matchLabels", "a map of strings, optional", "Matches 1 workload now: shop/web[Deployment]" },
    { HEAD "  ingress:\n  - f^rom:\n    - podSelector: {}\n", "from", "a list, optional", "Matches 1 workload now: shop/api[Deployment]" },
    { HEAD "  egress:\n  - to:\n    - podSele^ctor: {}\n", "podSelector", "a map, optional", "Matches 1 workload now: data/db[Deployment]" },
    { "api^Version: networking.k8s.io/v1\nkind: NetworkPolicy\n", "apiVersion", "a string, required", NULL },
    { HEAD "  policyTypes:\n  - Ing^ress\n", "policyTypes", "a list of strings, optional", NULL },
    { HEAD "  nonsen^se: 1\n", NULL, NULL, NULL },
    { HEAD "  # pod^Selector\n", NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (QdPolicyHelp) help = NULL;
      At at;

      at_init (&at, rows[i].text, "p.yaml");
      help = qd_policy_help_new (at.where);
      g_test_message ("%s", rows[i].text);
      g_assert_cmpstr (help ? help->title : NULL, ==, rows[i].title);
      g_assert_cmpstr (help ? help->detail : NULL, ==, rows[i].detail);
      g_assert_cmpstr (help ? help->meant : NULL, ==, rows[i].meant);
      at_clear (&at);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy-complete/proposals", test_proposals);
  g_test_add_func ("/policy-complete/tests", test_tests);
  g_test_add_func ("/policy-complete/accept", test_accept);
  g_test_add_func ("/policy-complete/growing", test_growing);
  g_test_add_func ("/policy-complete/snippets", test_snippets);
  g_test_add_func ("/policy-complete/help", test_help);
  return g_test_run ();
}
