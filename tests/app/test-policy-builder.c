/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#ifdef WITH_XTEST
#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#endif

#include "app-fixture.h"
#include "qd-policy-builder.h"
#include "qd-policy-entry.h"
#include "qd-policy-label-picker.h"
#include "qd-policy-peer-row.h"
#include "qd-policy-port-row.h"
#include "qd-policy-rule-card.h"
#include "qd-policy-selector-row.h"
#include "qd-policy-subject.h"

/* The builder drives a text that it does not see: here it is a string with an undo stack, which gives back a file and a world after
 * each change, as an editor does. */

typedef struct { GtkWidget *window; QdPolicyBuilder *builder; GString *text; GPtrArray *undo; guint document; char *place; guint places; } Fixture;

#define FIRST "# The shop's front\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: allow-web   # as in the plan\n  namespace: shop\n" \
  "  labels: &same {app: web, part: shop}\nspec:\n  podSelector:\n    matchLabels: {app: web}\n  ingress:\n" \
  "  # ops may\n  - from:\n    - namespaceSelector:\n        matchLabels: {team: ops}\n      podSelector:\n        matchLabels: {app: proxy}\n" \
  "    ports:\n    - port: 8080   # http\n" \
  "  # others\n  - from:\n    - ipBlock:\n        cidr: 10.0.0.0/8\n    - podSelector: {matchLabels: {app: gone}}\n" \
  "  # copied\n  - from:\n    - podSelector: {matchLabels: *same}\n      colour: blue\n"
static const char text[] = FIRST
  "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: keep-out}\n"
  "spec:\n  priority: 10\n  subject: {namespaces: {matchLabels: {team: shop}}}\n  ingress:\n"
  "  - {name: none, action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {protocol: TCP, port: 22}}]}\n"
  "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n"
  "spec: {template: {metadata: {labels: {app: web, tier: front}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}}\n"
  "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: tools, labels: {team: ops}}\n"
  "---\napiVersion: v1\nkind: Pod\nmetadata: {name: proxy, namespace: tools, labels: {app: proxy}}\n";

/* --- The editor's part ---------------------------------------------------------------------------------------- */

static void
show_text (Fixture *fixture)
{
  g_autoptr (GBytes) bytes = g_bytes_new (fixture->text->str, fixture->text->len);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("shop.yaml", bytes, &error);
  g_autoptr (QdPolicyWorld) world = NULL;
  g_autoptr (QdPolicyEval) eval = NULL;

  g_assert_no_error (error);
  world = qd_policy_world_new (&file, 1, NULL);
  eval = qd_policy_eval_new (world, NULL, NULL);
  qd_policy_builder_set_world (fixture->builder, world, eval);
  qd_policy_builder_set_policy (fixture->builder, file, fixture->document);
}

static void
splice_cb (Fixture *fixture, const char *file, guint64 offset, guint64 removed, const char *inserted)
{
  g_assert_cmpstr (file, ==, "shop.yaml");
  g_assert_cmpuint (offset + removed, <=, fixture->text->len);
  g_ptr_array_add (fixture->undo, g_strdup (fixture->text->str));
  g_string_erase (fixture->text, (gssize) offset, (gssize) removed);
  g_string_insert (fixture->text, (gssize) offset, inserted);
  show_text (fixture);
}

static void
place_cb (Fixture *fixture, const char *file, guint line, guint column)
{
  g_free (fixture->place);
  fixture->place = g_strdup_printf ("%s:%u:%u", file, line, column);
  fixture->places++;
}

static void
undo (Fixture *fixture)
{
  char *before = g_ptr_array_steal_index (fixture->undo, fixture->undo->len - 1);

  g_string_assign (fixture->text, before);
  g_free (before);
  show_text (fixture);
}

/* One change was made: it is there, and undone the text is what it was, byte for byte. */
static void
check_change (Fixture *fixture, const char *there, const char *not_there)
{
  g_assert_cmpuint (fixture->undo->len, ==, 1);
  if (there != NULL && strstr (fixture->text->str, there) == NULL)
    g_error ("no “%s” in\n%s", there, fixture->text->str);
  if (not_there != NULL && strstr (fixture->text->str, not_there) != NULL)
    g_error ("“%s” is in\n%s", not_there, fixture->text->str);
  /* All other documents stay as they were. */
  g_assert_true (g_str_has_suffix (fixture->text->str, text + strlen (FIRST)));
  undo (fixture);
  g_assert_cmpstr (fixture->text->str, ==, text);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->text = g_string_new (text);
  fixture->undo = g_ptr_array_new_with_free_func (g_free);
  fixture->builder = QD_POLICY_BUILDER (qd_policy_builder_new ());
  g_signal_connect_swapped (fixture->builder, "splice", G_CALLBACK (splice_cb), fixture);
  g_signal_connect_swapped (fixture->builder, "place", G_CALLBACK (place_cb), fixture);
  fixture->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), data != NULL ? GPOINTER_TO_INT (data) : 1200, 800);
  adw_window_set_content (ADW_WINDOW (fixture->window), GTK_WIDGET (fixture->builder));
  show_text (fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  fixture_settle (fixture->window);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  fixture_close (GTK_WINDOW (fixture->window));
  g_string_free (fixture->text, TRUE);
  g_ptr_array_unref (fixture->undo);
  g_free (fixture->place);
}

/* --- Finding ---------------------------------------------------------------------------------------------------- */

static gboolean
is_named (GtkWidget *widget, const char *name)
{
  g_autofree char *other = NULL;

  if (name == NULL)
    return TRUE;
  if (!gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
    return FALSE;
  other = gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name);
  return other == NULL;
}

/* The @skip-th visible widget of @type (a popover's content too) that a screen reader calls @name. */
static GtkWidget *
look (GtkWidget *from, GType type, const char *name, guint *skip)
{
  GtkWidget *found = NULL;

  if (!gtk_widget_get_visible (from) && !GTK_IS_POPOVER (from))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (from), type) && is_named (from, name) && (*skip)-- == 0)
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = look (child, type, name, skip);
  return found;
}

static GtkWidget *
find_nth (gpointer from, GType type, const char *name, guint skip)
{
  return look (from, type, name, &skip);
}

static GtkWidget *
find (gpointer from, GType type, const char *name)
{
  GtkWidget *found = find_nth (from, type, name, 0);

  if (found == NULL)
    g_error ("there is no %s “%s”", g_type_name (type), name != NULL ? name : "");
  return found;
}

static gboolean
has_label (GtkWidget *from, const char *words)
{
  if (GTK_IS_LABEL (from) && gtk_widget_get_mapped (from) && strcmp (gtk_label_get_text (GTK_LABEL (from)), words) == 0)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_label (child, words))
      return TRUE;
  return FALSE;
}

static void
check_label (Fixture *fixture, const char *words)
{
  fixture_settle (fixture->window);
  if (!has_label (GTK_WIDGET (fixture->builder), words))
    g_error ("nothing says “%s”", words);
}

static GtkWidget *
card_at (Fixture *fixture, guint i)
{
  GtkWidget *card = find_nth (fixture->builder, QD_TYPE_POLICY_RULE_CARD, NULL, i);

  g_assert_nonnull (card);
  return card;
}

static GtkWidget *
open_card (Fixture *fixture, guint i)
{
  GtkWidget *card = card_at (fixture, i);

  qd_policy_rule_card_set_expanded (QD_POLICY_RULE_CARD (card), TRUE);
  return card;
}

/* Types over what is there, and ends with Enter. */
static void
type (GtkWidget *entry, const char *words)
{
  gtk_widget_grab_focus (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), words);
  g_signal_emit_by_name (entry, "activate");
}

static void
press (GtkWidget *button)
{
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

/* --- Tests ------------------------------------------------------------------------------------------------------ */

static void
test_shows (Fixture *fixture, gconstpointer data)
{
  check_label (fixture, "Pods with app=proxy in any namespace with team=ops, on TCP 8080");
  check_label (fixture, "tools/proxy[Pod]");
  check_label (fixture, "Addresses in 10.0.0.0/8; also: Pods with app=gone in this namespace, on every port");
  check_label (fixture, "“colour” is no field of this, and has no effect");
  check_label (fixture, "shop · Deployment");
  check_label (fixture, "Isolated: only what is allowed here comes in");
  check_label (fixture, "Whatever other policies let out");
  g_assert_false (has_label (card_at (fixture, 0), "Matches nothing that is known here"));

  fixture->document = 1;
  show_text (fixture);
  check_label (fixture, "keep-out: before all network policies, priority 10");
  check_label (fixture, "All pods in every namespace, on TCP 22");
  check_label (fixture, "Deny · none");
  g_assert_null (find_nth (fixture->builder, GTK_TYPE_ENTRY, NULL, 0));
  g_assert_null (find_nth (fixture->builder, GTK_TYPE_MENU_BUTTON, NULL, 0));
  press (find (card_at (fixture, 0), GTK_TYPE_BUTTON, NULL));
  g_assert_cmpuint (fixture->places, ==, 1);

  fixture->document = 2;
  show_text (fixture);
  check_label (fixture, "A Deployment");
  qd_policy_builder_set_policy (fixture->builder, NULL, 0);
  check_label (fixture, "No Policy");
  g_assert_cmpuint (fixture->undo->len, ==, 0);
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  GtkWidget *name = find (fixture->builder, GTK_TYPE_ENTRY, "Name");

  type (name, "let-in");
  check_change (fixture, "  name: let-in   # as in the plan\n", NULL);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "allow-web");
  type (find (fixture->builder, GTK_TYPE_ENTRY, "Namespace"), "tools");
  check_change (fixture, "  namespace: tools\n", NULL);
  type (find (fixture->builder, GTK_TYPE_ENTRY, "Namespace"), "");
  check_change (fixture, NULL, "  namespace: shop\n  labels");

  /* What is not valid goes nowhere, and stays while all else is shown anew. */
  type (name, "Not A Name");
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  g_assert_true (gtk_widget_has_css_class (name, "error"));
  show_text (fixture);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "Not A Name");
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (fixture->window)), name));
  g_signal_emit_by_name (gtk_window_get_focus (GTK_WINDOW (fixture->window)), "move-cursor", GTK_MOVEMENT_BUFFER_ENDS, -1, FALSE);

  /* Mended, it is taken when one goes elsewhere. */
  gtk_editable_set_text (GTK_EDITABLE (name), "mended");
  g_assert_false (gtk_widget_has_css_class (name, "error"));
  gtk_widget_grab_focus (find (fixture->builder, GTK_TYPE_ENTRY, "Namespace"));
  check_change (fixture, "  name: mended   # as in the plan\n", NULL);

  /* A window that is closed meanwhile minds it not. */
  gtk_widget_grab_focus (name);
  gtk_editable_set_text (GTK_EDITABLE (name), "half");
  adw_window_set_content (ADW_WINDOW (fixture->window), NULL);
  g_assert_cmpuint (fixture->undo->len, <=, 1);
}

static void
test_types (Fixture *fixture, gconstpointer data)
{
  GtkWidget *in = find_nth (fixture->builder, ADW_TYPE_SWITCH_ROW, NULL, 1), *out = find_nth (fixture->builder, ADW_TYPE_SWITCH_ROW, NULL, 0);

  if (g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (in)), "Isolate incoming traffic") != 0)
    {
      GtkWidget *other = in;

      in = out;
      out = other;
    }
  g_assert_true (adw_switch_row_get_active (ADW_SWITCH_ROW (in)));
  g_assert_false (gtk_widget_get_sensitive (in));
  adw_switch_row_set_active (ADW_SWITCH_ROW (out), TRUE);
  check_label (fixture, "Isolated: nothing goes out");
  g_assert_nonnull (strstr (fixture->text->str, "  policyTypes:\n  - Ingress\n  - Egress\n"));
  g_assert_true (gtk_widget_get_sensitive (in));
  adw_switch_row_set_active (ADW_SWITCH_ROW (in), FALSE);
  check_label (fixture, "These rules have no effect: incoming traffic is not isolated");
  g_assert_cmpuint (fixture->undo->len, ==, 2);
  undo (fixture);
  check_change (fixture, "- Egress", NULL);
}

static void
test_rules (Fixture *fixture, gconstpointer data)
{
  GtkWidget *first = open_card (fixture, 0);

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->builder), "builder.add-rule", "(uu)", QD_POLICY_EGRESS, QD_PEER_FORM_PODS));
  check_label (fixture, "All pods in this namespace, on every port");
  g_assert_true (qd_policy_rule_card_get_expanded (QD_POLICY_RULE_CARD (card_at (fixture, 3))));
  g_assert_nonnull (gtk_widget_get_ancestor (gtk_window_get_focus (GTK_WINDOW (fixture->window)), QD_TYPE_POLICY_PEER_ROW));
  check_change (fixture, "  egress:\n  - to:\n    - podSelector: {}\n", NULL);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->builder), "builder.add-rule", "(uu)", QD_POLICY_INGRESS, 4u));
  check_change (fixture, "      colour: blue\n  - {}\n", NULL);

  /* What is unfolded and has the focus goes with its rule. */
  gtk_widget_grab_focus (first);
  g_assert_true (gtk_widget_activate_action (first, "rule.move-down", NULL));
  g_assert_true (card_at (fixture, 1) == first);
  g_assert_true (qd_policy_rule_card_get_expanded (QD_POLICY_RULE_CARD (first)));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (fixture->window)), first));
  check_change (fixture, "  ingress:\n  # others\n  - from:", NULL);
  g_assert_true (gtk_widget_activate_action (card_at (fixture, 0), "rule.move-up", NULL));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  g_assert_true (gtk_widget_activate_action (card_at (fixture, 2), "rule.move-down", NULL));
  g_assert_cmpuint (fixture->undo->len, ==, 0);

  g_assert_true (gtk_widget_activate_action (card_at (fixture, 1), "rule.duplicate", NULL));
  g_assert_true (qd_policy_rule_card_get_expanded (QD_POLICY_RULE_CARD (card_at (fixture, 2))));
  check_change (fixture, NULL, NULL);
  g_assert_true (gtk_widget_activate_action (card_at (fixture, 1), "rule.remove", NULL));
  check_change (fixture, NULL, "10.0.0.0/8");
  /* However rules came and went, also in the text: the one that was unfolded is. */
  for (guint i = 0; i < 3; i++)
    g_assert_true (qd_policy_rule_card_get_expanded (QD_POLICY_RULE_CARD (card_at (fixture, i))) == (i == 0));
  g_assert_true (card_at (fixture, 0) == first);
  g_assert_true (gtk_widget_activate_action (card_at (fixture, 1), "rule.go", NULL));
  g_assert_cmpstr (fixture->place, ==, "shop.yaml:21:5");
}

static GtkEventController *
controller_of (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (g_type_is_a (G_OBJECT_TYPE (controller), type))
        return controller;
    }
  g_assert_not_reached ();
}

static gboolean
drop (GtkWidget *dragged, GtkWidget *on)
{
  GValue value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, QD_TYPE_POLICY_RULE_CARD);
  g_value_set_object (&value, dragged);
  g_signal_emit_by_name (controller_of (on, GTK_TYPE_DROP_TARGET), "drop", &value, 1.0, 1.0, &taken);
  g_value_unset (&value);
  return taken;
}

static void
test_drag (Fixture *fixture, gconstpointer data)
{
  GtkWidget *last = card_at (fixture, 2);

  g_assert_true (drop (last, card_at (fixture, 0)));
  g_assert_true (card_at (fixture, 0) == last);
  check_change (fixture, "  ingress:\n  # copied\n  - from:", NULL);
  g_assert_false (drop (last, last));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->builder), "builder.add-rule", "(uu)", QD_POLICY_EGRESS, QD_PEER_FORM_PODS));
  /* Not into the other direction. */
  g_assert_false (drop (card_at (fixture, 0), card_at (fixture, 3)));
  check_change (fixture, "egress", NULL);
}

static void
choose (GtkWidget *drop_down, guint i)
{
  gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), i);
}

static void
test_peers (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = open_card (fixture, 0), *remove;

  choose (find (card, GTK_TYPE_DROP_DOWN, "Who is meant"), QD_PEER_FORM_PODS);
  check_label (fixture, "Pods with app=proxy in this namespace, on TCP 8080");
  check_change (fixture, NULL, "team: ops}}\n      podSelector");
  choose (find (card, GTK_TYPE_DROP_DOWN, "Who is meant"), QD_PEER_FORM_BLOCK);
  check_change (fixture, "cidr: 192.0.2.0/24", "team: ops}\n      pod");
  g_assert_true (gtk_widget_activate_action (card, "rule.add-peer", "u", QD_PEER_FORM_NAMESPACES));
  check_change (fixture, "    - namespaceSelector: {}\n", NULL);
  remove = find (card, GTK_TYPE_BUTTON, "Remove Peer");
  g_assert_false (gtk_widget_get_sensitive (remove));
  fixture_press (card, "Allow Everyone");
  check_label (fixture, "Everyone, inside and outside of the cluster, on TCP 8080");
  check_change (fixture, NULL, "app: proxy}\n    ports");

  card = open_card (fixture, 1);
  press (find_nth (card, GTK_TYPE_BUTTON, "Remove Peer", 1));
  check_change (fixture, NULL, "app: gone");
}

static void
test_blocks (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = open_card (fixture, 1);
  GtkWidget *block = find (card, GTK_TYPE_ENTRY, "Block of addresses"), *add = find (card, GTK_TYPE_ENTRY, "One more exception from the block");

  type (block, "10.0.0.0/7");
  check_change (fixture, "        cidr: 10.0.0.0/7\n", NULL);
  type (block, "10.0.0.1");
  g_assert_true (gtk_widget_has_css_class (block, "error"));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  qd_policy_entry_reset (QD_POLICY_ENTRY (gtk_widget_get_ancestor (block, QD_TYPE_POLICY_ENTRY)), "10.0.0.0/8");
  type (add, "11.0.0.0/16");
  g_assert_true (gtk_widget_has_css_class (add, "error"));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  type (add, "10.1.0.0/16");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (add)), ==, "");
  type (add, "10.2.0.0/16");
  check_label (fixture, "Addresses in 10.0.0.0/8 except 10.1.0.0/16, 10.2.0.0/16; also: Pods with app=gone in this namespace, on every port");
  type (find_nth (card, GTK_TYPE_ENTRY, "Exception from the block", 1), "10.3.0.0/16");
  g_assert_nonnull (strstr (fixture->text->str, "- 10.3.0.0/16\n"));
  press (find (card, GTK_TYPE_BUTTON, "Remove Exception"));
  g_assert_null (strstr (fixture->text->str, "10.1.0.0/16"));
  while (fixture->undo->len > 1)
    undo (fixture);
  check_change (fixture, "        except:\n        - 10.1.0.0/16\n", NULL);
}

static void
test_ports (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = open_card (fixture, 0);
  GtkWidget *port = find (card, GTK_TYPE_ENTRY, "Port: a number, a range or a name");
  GtkWidget *add = find (card, GTK_TYPE_ENTRY, "One more port: a number, a range or a name");

  type (port, "9090");
  check_change (fixture, "    - port: 9090   # http\n", NULL);
  type (port, "9000-9100");
  check_change (fixture, "    - port: 9000   # http\n      endPort: 9100\n", NULL);
  type (port, "http");
  check_label (fixture, "Pods with app=proxy in any namespace with team=ops, on TCP http");
  check_change (fixture, "    - port: http   # http\n", NULL);
  type (port, "");
  check_label (fixture, "Pods with app=proxy in any namespace with team=ops, on every TCP port");
  check_change (fixture, "protocol: TCP", "port: 8080");
  type (port, "70000");
  g_assert_true (gtk_widget_has_css_class (port, "error"));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  qd_policy_entry_reset (QD_POLICY_ENTRY (gtk_widget_get_ancestor (port, QD_TYPE_POLICY_ENTRY)), "8080");
  choose (find (card, GTK_TYPE_DROP_DOWN, "Protocol"), QD_PROTOCOL_SCTP);
  check_change (fixture, "protocol: SCTP", NULL);
  g_assert_false (gtk_widget_get_sensitive (find (card, GTK_TYPE_BUTTON, "Remove Port")));
  type (add, "53");
  check_change (fixture, "    - port: 8080   # http\n    - protocol: TCP\n      port: 53\n", NULL);
  fixture_press (card, "Allow Every Port");
  check_label (fixture, "Pods with app=proxy in any namespace with team=ops, on every port");
  check_change (fixture, NULL, "8080   # http");
}

static void
test_selectors (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = open_card (fixture, 0);

  press (find (card, GTK_TYPE_BUTTON, "Remove team=ops"));
  check_label (fixture, "Pods with app=proxy in every namespace, on TCP 8080");
  check_change (fixture, NULL, "{team: ops}\n      pod");
  press (find (gtk_widget_get_ancestor (find (fixture->builder, GTK_TYPE_ENTRY, "Name"), QD_TYPE_POLICY_SUBJECT), GTK_TYPE_BUTTON, "Remove app=web"));
  check_label (fixture, "All pods of the namespace");
  check_change (fixture, "  podSelector: {}\n", NULL);
}

/* The text that cannot be changed alone says so, and nothing is lost. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = open_card (fixture, 2), *banner = find (fixture->builder, ADW_TYPE_BANNER, NULL);

  g_assert_false (adw_banner_get_revealed (ADW_BANNER (banner)));
  press (find (card, GTK_TYPE_BUTTON, "Remove app=web"));
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (banner)));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  g_assert_cmpstr (fixture->text->str, ==, text);
  check_label (fixture, "Pods with app=web and part=shop in this namespace, on every port");
  /* The next one that can be done takes the word back. */
  g_assert_true (gtk_widget_activate_action (card, "rule.remove", NULL));
  g_assert_false (adw_banner_get_revealed (ADW_BANNER (banner)));
  check_change (fixture, NULL, "colour");
}

static void
check_names (GtkWidget *widget, guint *n)
{
  gboolean control = GTK_IS_BUTTON (widget) || GTK_IS_ENTRY (widget) || GTK_IS_MENU_BUTTON (widget) || GTK_IS_LIST_BOX (widget) || GTK_IS_DROP_DOWN (widget);
  gboolean text_of_its_own = GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)) != NULL;

  if (!gtk_widget_get_visible (widget))
    return;
  if (GTK_IS_MENU_BUTTON (widget))
    text_of_its_own = gtk_menu_button_get_label (GTK_MENU_BUTTON (widget)) != NULL;
  if (control && !text_of_its_own && !gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
    g_error ("a %s in a %s has no name", G_OBJECT_TYPE_NAME (widget), G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)));
  *n += control;
  /* What a menu button and a drop-down are made of is no stop of its own. */
  if (GTK_IS_MENU_BUTTON (widget) || GTK_IS_DROP_DOWN (widget) || ADW_IS_BANNER (widget))
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    check_names (child, n);
}

static void
test_accessible (Fixture *fixture, gconstpointer data)
{
  guint n = 0;

  for (guint i = 0; i < 3; i++)
    open_card (fixture, i);
  fixture_settle (fixture->window);
  check_names (GTK_WIDGET (fixture->builder), &n);
  g_assert_cmpuint (n, >, 30);
}

/* On a narrow window the columns are below each other, and all fits. */
static void
test_narrow (Fixture *fixture, gconstpointer data)
{
  int minimum, y[2];
  graphene_rect_t policy, rules;

  for (guint i = 0; i < 3; i++)
    open_card (fixture, i);
  fixture_settle (fixture->window);
  gtk_widget_measure (GTK_WIDGET (fixture->builder), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *part = i == 0 ? find (fixture->builder, QD_TYPE_POLICY_SUBJECT, NULL) : card_at (fixture, 0);

      gtk_widget_measure (part, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      g_assert_cmpint (minimum, <=, 324);
      g_assert_true (gtk_widget_compute_bounds (part, GTK_WIDGET (fixture->builder), i == 0 ? &policy : &rules));
      y[i] = (int) (i == 0 ? policy.origin.y : rules.origin.y);
    }
  g_assert_cmpint (y[0], <, y[1]);
  g_assert_cmpfloat (policy.size.width, <=, 360);
  g_assert_cmpfloat (rules.origin.x + rules.size.width, <=, 360);
}

/* However much there is, it is shown without widgets for all of it. */
static void
test_huge (Fixture *fixture, gconstpointer data)
{
  g_string_assign (fixture->text, "kind: NetworkPolicy\nmetadata: {name: p}\nspec:\n  podSelector: {}\n  ingress:\n");
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (fixture->text, "  - ports: [{port: %u}]\n", i + 1);
  show_text (fixture);
  check_label (fixture, "4900 more rules are in the text");
  g_assert_null (find_nth (fixture->builder, QD_TYPE_POLICY_RULE_CARD, NULL, 100));
  g_string_assign (fixture->text, "kind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: 3, ingress: none, egress: [1, null, {to: [5, {}]}]}\n");
  show_text (fixture);
  for (guint i = 0; i < 3; i++)
    open_card (fixture, i);
  check_label (fixture, "Nobody: what is written is not understood, on no port");
}

/* --- Popovers, which need a seat -------------------------------------------------------------------------------- */

static gboolean
is_mapped (gpointer data)
{
  return gtk_widget_get_mapped (data);
}

static GtkListBoxRow *
row_titled (GtkWidget *list, const char *title)
{
  for (int i = 0; ; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), i);

      if (row == NULL || g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), title) == 0)
        return row;
    }
}

static GtkWidget *
open_picker (Fixture *fixture, GtkWidget *from, const char *name)
{
  GtkWidget *button = find (from, GTK_TYPE_MENU_BUTTON, name), *popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));

  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  g_assert_true (fixture_wait (is_mapped, popover));
  return popover;
}

static void
take (GtkWidget *list, const char *title)
{
  GtkListBoxRow *row = row_titled (list, title);

  if (row == NULL)
    g_error ("“%s” is not offered", title);
  g_signal_emit_by_name (list, "row-activated", row);
}

static void
test_picker (Fixture *fixture, gconstpointer data)
{
  GtkWidget *subject = find (fixture->builder, QD_TYPE_POLICY_SUBJECT, NULL);
  GtkWidget *popover = open_picker (fixture, subject, "Add a condition on pods");
  GtkWidget *list = find (popover, GTK_TYPE_LIST_BOX, "Labels"), *search = find (popover, GTK_TYPE_SEARCH_ENTRY, NULL);

  /* Only what the policy's namespace has. */
  g_assert_nonnull (row_titled (list, "tier=front"));
  g_assert_null (row_titled (list, "app=proxy"));
  take (list, "tier=front");
  check_change (fixture, "    matchLabels: {app: web, tier: front}\n", NULL);

  popover = open_picker (fixture, subject, "Add a condition on pods");
  gtk_editable_set_text (GTK_EDITABLE (search), "fro");
  g_assert_null (row_titled (list, "app=web"));
  g_assert_nonnull (row_titled (list, "tier=front"));
  gtk_editable_set_text (GTK_EDITABLE (search), "zone=north");
  g_signal_emit_by_name (search, "activate");
  check_change (fixture, "zone: north", NULL);

  open_picker (fixture, subject, "Add a condition on pods");
  choose (find (popover, GTK_TYPE_DROP_DOWN, "Condition"), 2);
  take (list, "tier=front");
  check_change (fixture, "    matchExpressions:\n    - key: tier\n      operator: NotIn\n      values:\n      - front\n", NULL);

  open_picker (fixture, subject, "Add a condition on pods");
  choose (find (popover, GTK_TYPE_DROP_DOWN, "Condition"), 3);
  take (list, "tier");
  check_change (fixture, "    - key: tier\n      operator: Exists\n", NULL);

  open_picker (fixture, subject, "Add a condition on pods");
  choose (find (popover, GTK_TYPE_DROP_DOWN, "Condition"), 0);
  gtk_editable_set_text (GTK_EDITABLE (search), "a b=c");
  g_assert_null (row_titled (list, "a b=c"));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
}

static void
test_named_ports (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = open_card (fixture, 0), *popover = open_picker (fixture, card, "Named ports that exist");

  take (find (popover, GTK_TYPE_LIST_BOX, "Names of ports"), "http");
  check_change (fixture, "    - port: http   # http\n", NULL);
}

#ifdef WITH_XTEST
/* --- Real keys -------------------------------------------------------------------------------------------------- */

/* One key, with @modifier held; 0: none. */
static void
key (Display *display, KeySym modifier, KeySym symbol)
{
  KeyCode held = modifier != 0 ? XKeysymToKeycode (display, modifier) : 0, code = XKeysymToKeycode (display, symbol);

  if (held != 0)
    XTestFakeKeyEvent (display, held, True, 0);
  XTestFakeKeyEvent (display, code, True, 0);
  XTestFakeKeyEvent (display, code, False, 0);
  if (held != 0)
    XTestFakeKeyEvent (display, held, False, 0);
  XFlush (display);
}

static gboolean
has_changed (gpointer data)
{
  return ((Fixture *) data)->undo->len == 1;
}

static gboolean
is_expanded (gpointer data)
{
  return qd_policy_rule_card_get_expanded (data);
}

static gboolean
is_allow_web (gpointer data)
{
  return g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (data)), "allow-web") == 0;
}

static gboolean
is_typed (gpointer data)
{
  return g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (data)), "7") == 0;
}

/* Without a pointer: rules are moved, copied, unfolded, and what is typed is taken or thrown away. */
static void
test_keys (Fixture *fixture, gconstpointer data)
{
  Display *display = XOpenDisplay (NULL);
  GtkWidget *first = card_at (fixture, 0), *name = find (fixture->builder, GTK_TYPE_ENTRY, "Name"), *port;

  g_assert_nonnull (display);
  /* No window manager: keys go to where the pointer is. */
  XTestFakeMotionEvent (display, -1, 300, 300, 0);
  XFlush (display);
  gtk_widget_grab_focus (first);
  key (display, XK_Alt_L, XK_Down);
  g_assert_true (fixture_wait (has_changed, fixture));
  g_assert_true (card_at (fixture, 1) == first);
  check_change (fixture, "  ingress:\n  # others\n  - from:", NULL);

  gtk_widget_grab_focus (card_at (fixture, 2));
  key (display, XK_Alt_L, XK_Up);
  g_assert_true (fixture_wait (has_changed, fixture));
  check_change (fixture, NULL, NULL);
  gtk_widget_grab_focus (card_at (fixture, 0));
  key (display, XK_Control_L, XK_d);
  g_assert_true (fixture_wait (has_changed, fixture));
  check_change (fixture, NULL, NULL);

  first = card_at (fixture, 1);
  gtk_widget_grab_focus (first);
  key (display, 0, XK_Return);
  g_assert_true (fixture_wait (is_expanded, first));
  fixture_settle (fixture->window);
  port = find (first, GTK_TYPE_ENTRY, "One more port: a number, a range or a name");
  gtk_widget_grab_focus (port);
  key (display, 0, XK_7);
  g_assert_true (fixture_wait (is_typed, port));
  key (display, 0, XK_Return);
  g_assert_true (fixture_wait (has_changed, fixture));
  check_change (fixture, "      port: 7\n", NULL);

  gtk_widget_grab_focus (name);
  key (display, 0, XK_7);
  g_assert_true (fixture_wait (is_typed, name));
  key (display, 0, XK_Escape);
  g_assert_true (fixture_wait (is_allow_web, name));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  XCloseDisplay (display);
}
#endif

int
main (int argc, char *argv[])
{
  /* What a screen reader would say can be asked of this alone. */
  g_setenv ("GTK_A11Y", "test", TRUE);
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/policy-builder/shows", test_shows);
  ADD ("/policy-builder/names", test_names);
  ADD ("/policy-builder/types", test_types);
  ADD ("/policy-builder/rules", test_rules);
  ADD ("/policy-builder/drag", test_drag);
  ADD ("/policy-builder/peers", test_peers);
  ADD ("/policy-builder/blocks", test_blocks);
  ADD ("/policy-builder/ports", test_ports);
  ADD ("/policy-builder/selectors", test_selectors);
  ADD ("/policy-builder/refused", test_refused);
  ADD ("/policy-builder/accessible", test_accessible);
  ADD ("/policy-builder/huge", test_huge);
  g_test_add ("/policy-builder/narrow", Fixture, GINT_TO_POINTER (360), set_up, test_narrow, tear_down);
  ADD ("/policy-popovers/labels", test_picker);
  ADD ("/policy-popovers/ports", test_named_ports);
#ifdef WITH_XTEST
  ADD ("/policy-popovers/keys", test_keys);
#endif
#undef ADD
  return g_test_run ();
}
