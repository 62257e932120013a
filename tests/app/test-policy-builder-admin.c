/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The builder of the policies of administrators, what is dragged into it, and texts that are not plain YAML. */
#include "config.h"

#include <string.h>

#include "builder-fixture.h"

#define WORLD "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n" \
  "spec: {template: {metadata: {labels: {app: web, pod-template-hash: a1}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}}\n" \
  "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: shop}}\n" \
  "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: tools, labels: {team: ops}}\n" \
  "---\napiVersion: v1\nkind: Pod\nmetadata: {name: bare, namespace: tools}\n" \
  "---\napiVersion: v1\nkind: Pod\nmetadata: {name: proxy, namespace: tools, labels: {app: proxy}}\n"
#define CLUSTER "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: keep-out}   # kept\n" \
  "spec:\n  tier: Admin\n  priority: 10   # early\n  subject:\n    namespaces:\n      matchLabels: {team: shop}\n  ingress:\n" \
  "  # ops go on\n  - name: ops\n    action: Pass\n    from:\n    - namespaces: {matchLabels: {team: ops}}\n" \
  "  # nobody else\n  - action: Deny\n    from:\n    - namespaces: {}\n    protocols:\n    - tcp: {destinationPort: {number: 22}}   # ssh\n" \
  "  egress:\n  - name: out\n    action: Accept\n    to:\n    - networks:\n      - 10.0.0.0/8\n"
#define BASELINE "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: {name: default}\n" \
  "spec:\n  subject: {namespaces: {}}\n  ingress:\n  - {action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {port: 80}}, {namedPort: http}]}\n"

static void
toggle (GtkWidget *group, guint i)
{
  adw_toggle_group_set_active (ADW_TOGGLE_GROUP (group), i);
}

static void
test_admin_shows (Fixture *fixture, gconstpointer data)
{
  builder_use_text (fixture, CLUSTER WORLD);
  builder_check_label (fixture, "ClusterNetworkPolicy: before all network policies");
  builder_check_label (fixture, "Who Reaches Them");
  builder_check_label (fixture, "First match decides. 2 of 25 rules");
  builder_check_label (fixture, "Pass · ops");
  builder_check_label (fixture, "All pods in every namespace, on TCP 22");
  builder_check_label (fixture, "tools/bare[Pod], tools/proxy[Pod]");
  builder_check_label (fixture, "shop · Deployment");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (builder_find (fixture->builder, GTK_TYPE_ENTRY, "Priority"))), ==, "10");
  g_assert_null (builder_find_nth (fixture->builder, GTK_TYPE_ENTRY, "Namespace", 0));
  g_assert_null (builder_find_nth (fixture->builder, ADW_TYPE_SWITCH_ROW, NULL, 0));
  builder_use_text (fixture, BASELINE WORLD);
  builder_check_label (fixture, "BaselineAdminNetworkPolicy: where no network policy isolates");
  builder_check_label (fixture, "First match decides. 1 of 100 rules");
  builder_check_label (fixture, "Says nothing about what goes out");
  g_assert_null (builder_find_nth (fixture->builder, GTK_TYPE_ENTRY, "Priority", 0));
}

static void
test_admin_subject (Fixture *fixture, gconstpointer data)
{
  GtkWidget *subject = builder_find (fixture->builder, QD_TYPE_POLICY_SUBJECT, NULL);

  builder_use_text (fixture, CLUSTER WORLD);
  builder_type (builder_find (subject, GTK_TYPE_ENTRY, "Name"), "let-in");
  builder_check_one (fixture, CLUSTER WORLD, "metadata: {name: let-in}   # kept\n");
  builder_type (builder_find (subject, GTK_TYPE_ENTRY, "Priority"), "7");
  builder_check_one (fixture, CLUSTER WORLD, "  priority: 7   # early\n");
  builder_type (builder_find (subject, GTK_TYPE_ENTRY, "Priority"), "1001");
  g_assert_true (gtk_widget_has_css_class (builder_find (subject, GTK_TYPE_ENTRY, "Priority"), "error"));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  qd_policy_entry_reset (QD_POLICY_ENTRY (gtk_widget_get_ancestor (builder_find (subject, GTK_TYPE_ENTRY, "Priority"), QD_TYPE_POLICY_ENTRY)), "10");
  toggle (builder_find (subject, ADW_TYPE_TOGGLE_GROUP, "Tier"), 1);
  builder_check_label (fixture, "ClusterNetworkPolicy: where no network policy isolates");
  builder_check_one (fixture, CLUSTER WORLD, "  tier: Baseline\n");
  toggle (builder_find (subject, ADW_TYPE_TOGGLE_GROUP, "What is selected"), 1);
  builder_check_one (fixture, CLUSTER WORLD, "podSelector: {}");
  builder_press (builder_find (subject, GTK_TYPE_BUTTON, "Remove team=shop"));
  builder_check_label (fixture, "tools · Pod");
  builder_check_one (fixture, CLUSTER WORLD, "    namespaces: {}\n");

  /* There is one of that kind, and it has its name. */
  builder_use_text (fixture, BASELINE WORLD);
  builder_type (builder_find (subject, GTK_TYPE_ENTRY, "Name"), "other");
  builder_check_label (fixture, "There is one BaselineAdminNetworkPolicy, and it is called default");
  g_assert_cmpuint (fixture->undo->len, ==, 0);
}

static void
test_admin_rules (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card, *actions, *banner = builder_find (fixture->builder, ADW_TYPE_BANNER, NULL);

  builder_use_text (fixture, CLUSTER WORLD);
  card = builder_open_card (fixture, 0);
  fixture_settle (fixture->window);
  actions = builder_find (card, ADW_TYPE_TOGGLE_GROUP, "What the rule does");
  g_assert_cmpuint (adw_toggle_group_get_n_toggles (ADW_TOGGLE_GROUP (actions)), ==, 3);
  g_assert_cmpuint (adw_toggle_group_get_active (ADW_TOGGLE_GROUP (actions)), ==, 2);
  toggle (actions, 0);
  builder_check_label (fixture, "Accept · ops");
  builder_check_one (fixture, CLUSTER WORLD, "    action: Accept\n    from:");
  g_assert_cmpuint (adw_toggle_group_get_active (ADW_TOGGLE_GROUP (actions)), ==, 2);
  builder_type (builder_find (card, GTK_TYPE_ENTRY, "Name of the rule"), "operators");
  builder_check_one (fixture, CLUSTER WORLD, "  - name: operators\n");

  /* Which one is first decides: it is moved with its comment, and says where it is. */
  g_assert_true (gtk_widget_activate_action (card, "rule.move-down", NULL));
  g_assert_true (builder_card_at (fixture, 1) == card);
  builder_check_label_in (fixture, card, "2");
  builder_check_one (fixture, CLUSTER WORLD, "  ingress:\n  # nobody else\n  - action: Deny");
  g_assert_true (builder_drop (builder_card_at (fixture, 1), builder_card_at (fixture, 0)));
  builder_check_one (fixture, CLUSTER WORLD, "  ingress:\n  # nobody else\n  - action: Deny");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->builder), "builder.add-rule", "(uu)", QD_POLICY_EGRESS, QD_PEER_FORM_DOMAINS));
  builder_check_one (fixture, CLUSTER WORLD, "  - action: Accept\n    to:\n    - domainNames:\n      - example.com\n");
  /* A source is none of these. */
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->builder), "builder.add-rule", "(uu)", QD_POLICY_INGRESS, QD_PEER_FORM_DOMAINS));
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (banner)));
  g_assert_cmpuint (fixture->undo->len, ==, 0);

  builder_use_text (fixture, BASELINE WORLD);
  card = builder_open_card (fixture, 0);
  g_assert_cmpuint (adw_toggle_group_get_n_toggles (ADW_TOGGLE_GROUP (builder_find (card, ADW_TYPE_TOGGLE_GROUP, "What the rule does"))), ==, 2);
}

static void
test_admin_peers (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card, *form, *banner = builder_find (fixture->builder, ADW_TYPE_BANNER, NULL);

  builder_use_text (fixture, CLUSTER WORLD);
  card = builder_open_card (fixture, 0);
  builder_check_label_in (fixture, card, "2 workloads: tools/bare[Pod], tools/proxy[Pod]");
  form = builder_find (card, GTK_TYPE_DROP_DOWN, "Who is meant");
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (GTK_DROP_DOWN (form))), ==, 2);
  builder_choose (form, 1);
  builder_check_one (fixture, CLUSTER WORLD, "podSelector: {}");
  builder_press (builder_find (card, GTK_TYPE_BUTTON, "Remove team=ops"));
  builder_check_one (fixture, CLUSTER WORLD, "    - namespaces: {}\n  # nobody else");
  g_assert_null (builder_find_nth (card, GTK_TYPE_BUTTON, "Allow Everyone", 0));

  card = builder_open_card (fixture, 2);
  fixture_settle (fixture->window);
  form = builder_find (card, GTK_TYPE_DROP_DOWN, "Who is meant");
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (GTK_DROP_DOWN (form))), ==, 5);
  g_assert_false (gtk_widget_get_sensitive (builder_find (card, GTK_TYPE_BUTTON, "Remove Block")));
  builder_type (builder_find (card, GTK_TYPE_ENTRY, "One more block of addresses"), "fd00::/8");
  builder_check_label (fixture, "Addresses in 10.0.0.0/8, fd00::/8, on every port");
  builder_check_one (fixture, CLUSTER WORLD, "      - 10.0.0.0/8\n      - fd00::/8\n");
  builder_type (builder_find (card, GTK_TYPE_ENTRY, "Block of addresses"), "10.0.0.0/9");
  builder_check_one (fixture, CLUSTER WORLD, "      - 10.0.0.0/9\n");
  builder_choose (form, 4);
  builder_check_one (fixture, CLUSTER WORLD, "    - domainNames:\n      - example.com\n");

  /* Only what accepts may name domains; what is refused shows what is. */
  toggle (builder_find (card, ADW_TYPE_TOGGLE_GROUP, "What the rule does"), 1);
  builder_check_one (fixture, CLUSTER WORLD, "    action: Deny\n    to:");
  toggle (builder_find (card, ADW_TYPE_TOGGLE_GROUP, "What the rule does"), 1);
  builder_choose (form, 4);
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (banner)));
  g_assert_cmpuint (gtk_drop_down_get_selected (GTK_DROP_DOWN (form)), ==, 2);
  builder_check_one (fixture, CLUSTER WORLD, "    action: Deny\n    to:");
}

static void
test_admin_ports (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card, *port, *add;

  builder_use_text (fixture, CLUSTER WORLD);
  card = builder_open_card (fixture, 1);
  fixture_settle (fixture->window);
  port = builder_find (card, GTK_TYPE_ENTRY, "Port: a number, a range or a name");
  add = builder_find (card, GTK_TYPE_ENTRY, "One more port: a number, a range or a name");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (port)), ==, "22");
  builder_type (port, "23");
  builder_check_one (fixture, CLUSTER WORLD, "    - tcp: {destinationPort: {number: 23}}   # ssh\n");
  builder_type (port, "20-23");
  builder_check_label (fixture, "All pods in every namespace, on TCP 20–23");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (port)), ==, "20-23");
  builder_check_one (fixture, CLUSTER WORLD, "    - tcp: {destinationPort: {range: {start: 20, end: 23}}}   # ssh\n");
  builder_choose (builder_find (card, GTK_TYPE_DROP_DOWN, "Protocol"), QD_PROTOCOL_UDP);
  builder_check_one (fixture, CLUSTER WORLD, "      udp:\n        destinationPort:\n          number: 22\n");
  builder_type (add, "http");
  builder_check_label (fixture, "All pods in every namespace, on TCP 22, port http");
  g_assert_false (gtk_widget_get_sensitive (builder_find_nth (card, GTK_TYPE_DROP_DOWN, "Protocol", 1)));
  builder_check_one (fixture, CLUSTER WORLD, "    - destinationNamedPort: http\n");

  builder_use_text (fixture, BASELINE WORLD);
  card = builder_open_card (fixture, 0);
  fixture_settle (fixture->window);
  port = builder_find (card, GTK_TYPE_ENTRY, "Port: a number, a range or a name");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (port)), ==, "80");
  builder_type (port, "80-90");
  builder_check_one (fixture, BASELINE WORLD, "portRange:");
  builder_press (builder_find_nth (card, GTK_TYPE_BUTTON, "Remove Port", 1));
  builder_check_one (fixture, BASELINE WORLD, "ports: [{portNumber: {port: 80}}]}\n");
}

/* --- From the list ---------------------------------------------------------------------------------------------- */

/* The one that would be dragged. */
static gboolean
drop_row (GtkWidget *row, GtkWidget *on)
{
  GtkDragSource *source = GTK_DRAG_SOURCE (builder_controller_of (row, GTK_TYPE_DRAG_SOURCE));
  g_autoptr (GdkContentProvider) content = NULL;
  GValue value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_signal_emit_by_name (source, "prepare", 1.0, 1.0, &content);
  g_assert_nonnull (content);
  g_value_init (&value, QD_TYPE_POLICY_PICK);
  g_assert_true (gdk_content_provider_get_value (content, &value, NULL));
  g_signal_emit_by_name (builder_controller_of (on, GTK_TYPE_DROP_TARGET), "drop", &value, 1.0, 1.0, &taken);
  g_value_unset (&value);
  return taken;
}

static void
test_shelf (Fixture *fixture, gconstpointer data)
{
  GtkWidget *banner = builder_find (fixture->builder, ADW_TYPE_BANNER, NULL), *row = builder_shelf_row (fixture, "web");

  /* In the policy's namespace by its labels alone, elsewhere by the namespace too; what is of one version of it is left out. */
  builder_press (builder_find (row, GTK_TYPE_BUTTON, "Rule for What Goes Out"));
  builder_check_label (fixture, "Pods with app=web and tier=front in this namespace, on every port");
  builder_check_change (fixture, "  egress:\n  - to:\n    - podSelector:\n        matchLabels:\n          app: web\n          tier: front\n", NULL);
  builder_press (builder_find (builder_shelf_row (fixture, "proxy"), GTK_TYPE_BUTTON, "Rule for What Comes In"));
  builder_check_label (fixture, "Pods with app=proxy in namespace tools, on every port");
  builder_check_change (fixture, "kubernetes.io/metadata.name: tools", NULL);
  builder_press (builder_find (builder_shelf_row (fixture, "team=ops"), GTK_TYPE_BUTTON, "Rule for What Comes In"));
  builder_check_change (fixture, "    - namespaceSelector:\n        matchLabels:\n          team: ops\n", NULL);
  g_assert_true (drop_row (builder_shelf_row (fixture, "app=web"), builder_card_at (fixture, 1)));
  builder_check_label (fixture, "Addresses in 10.0.0.0/8; also: Pods with app=gone in this namespace; also: Pods with app=web in this namespace, on every port");
  builder_check_change (fixture, NULL, NULL);

  /* An administrator's policy has no namespace of its own. */
  builder_use_text (fixture, CLUSTER WORLD);
  g_assert_true (drop_row (builder_shelf_row (fixture, "web"), builder_card_at (fixture, 0)));
  builder_check_label (fixture, "All pods in any namespace with team=ops; also: Pods with app=web in namespace shop, on every port");
  g_assert_null (strstr (fixture->text->str, "pod-template-hash: a1\n"));
  builder_check_one (fixture, CLUSTER WORLD, "    - pods:\n        namespaceSelector:\n");
  builder_press (builder_find (builder_shelf_row (fixture, "bare"), GTK_TYPE_BUTTON, "Rule for What Comes In"));
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (banner)));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
}

/* --- Other texts ------------------------------------------------------------------------------------------------ */

/* JSON stays JSON. */
static void
test_json (Fixture *fixture, gconstpointer data)
{
  static const char json[] = "{\n  \"apiVersion\": \"networking.k8s.io/v1\",\n  \"kind\": \"NetworkPolicy\",\n  \"metadata\": {\"name\": \"p\"},\n"
                             "  \"spec\": {\n    \"podSelector\": {},\n    \"ingress\": [\n      {\"ports\": [{\"port\": 80}]}\n    ]\n  }\n}\n";
  GtkWidget *card;

  builder_use_text (fixture, json);
  card = builder_open_card (fixture, 0);
  fixture_settle (fixture->window);
  builder_type (builder_find (card, GTK_TYPE_ENTRY, "Port: a number, a range or a name"), "8080-8090");
  builder_check_one (fixture, json, "\"endPort\": 8090");
  g_assert_true (gtk_widget_activate_action (card, "rule.duplicate", NULL));
  builder_check_one (fixture, json, "{\"ports\": [{\"port\": 80}]},");
}

/* What cannot be changed here says why, and offers the text. */
static void
test_list_of_policies (Fixture *fixture, gconstpointer data)
{
  builder_use_text (fixture, "apiVersion: v1\nkind: List\nitems:\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: a}\n  spec: {podSelector: {}}\n");
  builder_check_label (fixture, "A List");
  fixture_press (GTK_WIDGET (fixture->builder), "Go to Text");
  g_assert_cmpstr (fixture->place, ==, "shop.yaml:1:1");
  builder_use_text (fixture, "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {podSelector: {}}\n");
  builder_check_label (fixture, "A NetworkPolicy");
  g_assert_nonnull (fixture_find (GTK_WIDGET (fixture->builder), GTK_TYPE_BUTTON, NULL));
}

static void
test_admin_accessible (Fixture *fixture, gconstpointer data)
{
  guint n = 0;

  builder_use_text (fixture, CLUSTER WORLD);
  for (guint i = 0; i < 3; i++)
    builder_open_card (fixture, i);
  builder_shelf_row (fixture, "web");
  builder_check_names (GTK_WIDGET (fixture->builder), &n);
  g_assert_cmpuint (n, >, 40);
}

static void
test_admin_narrow (Fixture *fixture, gconstpointer data)
{
  builder_use_text (fixture, CLUSTER WORLD);
  builder_shelf_row (fixture, "web");
  builder_check_narrow (fixture);
}

int
main (int argc, char *argv[])
{
  /* What a screen reader would say can be asked of this alone. */
  g_setenv ("GTK_A11Y", "test", TRUE);
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(path, test) g_test_add (path, Fixture, NULL, builder_set_up, test, builder_tear_down)
  ADD ("/policy-builder/admin-shows", test_admin_shows);
  ADD ("/policy-builder/admin-subject", test_admin_subject);
  ADD ("/policy-builder/admin-rules", test_admin_rules);
  ADD ("/policy-builder/admin-peers", test_admin_peers);
  ADD ("/policy-builder/admin-ports", test_admin_ports);
  ADD ("/policy-builder/shelf", test_shelf);
  ADD ("/policy-builder/json", test_json);
  ADD ("/policy-builder/list", test_list_of_policies);
  ADD ("/policy-builder/admin-accessible", test_admin_accessible);
  g_test_add ("/policy-builder/admin-narrow", Fixture, GINT_TO_POINTER (360), builder_set_up, test_admin_narrow, builder_tear_down);
#undef ADD
  return g_test_run ();
}
