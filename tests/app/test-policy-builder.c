/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#ifdef WITH_XTEST
#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#endif

#include "builder-fixture.h"

/* --- Tests ------------------------------------------------------------------------------------------------------ */

static void
test_shows (Fixture *fixture, gconstpointer data)
{
  builder_check_label (fixture, "Pods with app=proxy in any namespace with team=ops, on TCP 8080");
  builder_check_label (fixture, "tools/proxy[Pod]");
  builder_check_label (fixture, "Addresses in 10.0.0.0/8; also: Pods with app=gone in this namespace, on every port");
  builder_check_label (fixture, "“colour” is no field of this, and has no effect");
  builder_check_label (fixture, "shop · Deployment");
  builder_check_label (fixture, "Isolated: only what is allowed here comes in");
  builder_check_label (fixture, "Whatever other policies let out");
  g_assert_false (builder_has_label (builder_card_at (fixture, 0), "Matches nothing that is known here"));

  fixture->document = 2;
  builder_show_text (fixture);
  builder_check_label (fixture, "A Deployment");
  fixture_press (GTK_WIDGET (fixture->builder), "Go to Text");
  g_assert_cmpuint (fixture->places, ==, 1);
  qd_policy_builder_set_policy (fixture->builder, NULL, 0);
  builder_check_label (fixture, "No Policy");
  g_assert_cmpuint (fixture->undo->len, ==, 0);
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
  GtkWidget *name = builder_find (fixture->builder, GTK_TYPE_ENTRY, "Name");

  builder_type (name, "let-in");
  builder_check_change (fixture, "  name: let-in   # as in the plan\n", NULL);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "allow-web");
  builder_type (builder_find (fixture->builder, GTK_TYPE_ENTRY, "Namespace"), "tools");
  builder_check_change (fixture, "  namespace: tools\n", NULL);
  builder_type (builder_find (fixture->builder, GTK_TYPE_ENTRY, "Namespace"), "");
  builder_check_change (fixture, NULL, "  namespace: shop\n  labels");

  /* What is not valid goes nowhere, and stays while all else is shown anew. */
  builder_type (name, "Not A Name");
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  g_assert_true (gtk_widget_has_css_class (name, "error"));
  builder_show_text (fixture);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "Not A Name");
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (fixture->window)), name));
  g_signal_emit_by_name (gtk_window_get_focus (GTK_WINDOW (fixture->window)), "move-cursor", GTK_MOVEMENT_BUFFER_ENDS, -1, FALSE);

  /* Mended, it is taken when one goes elsewhere. */
  gtk_editable_set_text (GTK_EDITABLE (name), "mended");
  g_assert_false (gtk_widget_has_css_class (name, "error"));
  gtk_widget_grab_focus (builder_find (fixture->builder, GTK_TYPE_ENTRY, "Namespace"));
  builder_check_change (fixture, "  name: mended   # as in the plan\n", NULL);

  /* A window that is closed meanwhile minds it not. */
  gtk_widget_grab_focus (name);
  gtk_editable_set_text (GTK_EDITABLE (name), "half");
  adw_window_set_content (ADW_WINDOW (fixture->window), NULL);
  g_assert_cmpuint (fixture->undo->len, <=, 1);
}

static void
test_types (Fixture *fixture, gconstpointer data)
{
  GtkWidget *in = builder_find_nth (fixture->builder, ADW_TYPE_SWITCH_ROW, NULL, 1), *out = builder_find_nth (fixture->builder, ADW_TYPE_SWITCH_ROW, NULL, 0);

  if (g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (in)), "Isolate incoming traffic") != 0)
    {
      GtkWidget *other = in;

      in = out;
      out = other;
    }
  g_assert_true (adw_switch_row_get_active (ADW_SWITCH_ROW (in)));
  g_assert_false (gtk_widget_get_sensitive (in));
  builder_check_label (fixture, "Not written in the policy: it follows from its rules");
  adw_switch_row_set_active (ADW_SWITCH_ROW (out), TRUE);
  builder_check_label (fixture, "Isolated: nothing goes out");
  g_assert_false (builder_has_label (GTK_WIDGET (fixture->builder), "Not written in the policy: it follows from its rules"));
  g_assert_nonnull (strstr (fixture->text->str, "  policyTypes:\n  - Ingress\n  - Egress\n"));
  g_assert_true (gtk_widget_get_sensitive (in));
  adw_switch_row_set_active (ADW_SWITCH_ROW (in), FALSE);
  builder_check_label (fixture, "These rules have no effect: incoming traffic is not isolated");
  g_assert_cmpuint (fixture->undo->len, ==, 2);
  builder_undo (fixture);
  builder_check_change (fixture, "- Egress", NULL);
}

static void
test_rules (Fixture *fixture, gconstpointer data)
{
  GtkWidget *first = builder_open_card (fixture, 0);

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->builder), "builder.add-rule", "(uu)", QD_POLICY_EGRESS, QD_PEER_FORM_PODS));
  builder_check_label (fixture, "All pods in this namespace, on every port");
  g_assert_true (qd_policy_rule_card_get_expanded (QD_POLICY_RULE_CARD (builder_card_at (fixture, 3))));
  g_assert_nonnull (gtk_widget_get_ancestor (gtk_window_get_focus (GTK_WINDOW (fixture->window)), QD_TYPE_POLICY_PEER_ROW));
  builder_check_change (fixture, "  egress:\n  - to:\n    - podSelector: {}\n", NULL);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->builder), "builder.add-rule", "(uu)", QD_POLICY_INGRESS, QD_POLICY_ANYONE));
  builder_check_change (fixture, "      colour: blue\n  - {}\n", NULL);

  /* What is unfolded and has the focus goes with its rule. */
  gtk_widget_grab_focus (first);
  g_assert_true (gtk_widget_activate_action (first, "rule.move-down", NULL));
  g_assert_true (builder_card_at (fixture, 1) == first);
  g_assert_true (qd_policy_rule_card_get_expanded (QD_POLICY_RULE_CARD (first)));
  g_assert_true (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (fixture->window)), first));
  builder_check_change (fixture, "  ingress:\n  # others\n  - from:", NULL);
  g_assert_true (gtk_widget_activate_action (builder_card_at (fixture, 0), "rule.move-up", NULL));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  g_assert_true (gtk_widget_activate_action (builder_card_at (fixture, 2), "rule.move-down", NULL));
  g_assert_cmpuint (fixture->undo->len, ==, 0);

  g_assert_true (gtk_widget_activate_action (builder_card_at (fixture, 1), "rule.duplicate", NULL));
  g_assert_true (qd_policy_rule_card_get_expanded (QD_POLICY_RULE_CARD (builder_card_at (fixture, 2))));
  builder_check_change (fixture, NULL, NULL);
  g_assert_true (gtk_widget_activate_action (builder_card_at (fixture, 1), "rule.remove", NULL));
  builder_check_change (fixture, NULL, "10.0.0.0/8");
  /* However rules came and went, also in the text: the one that was unfolded is. */
  for (guint i = 0; i < 3; i++)
    g_assert_true (qd_policy_rule_card_get_expanded (QD_POLICY_RULE_CARD (builder_card_at (fixture, i))) == (i == 0));
  g_assert_true (builder_card_at (fixture, 0) == first);
  g_assert_true (gtk_widget_activate_action (builder_card_at (fixture, 1), "rule.go", NULL));
  g_assert_cmpstr (fixture->place, ==, "shop.yaml:21:5");
}

static void
test_drag (Fixture *fixture, gconstpointer data)
{
  GtkWidget *last = builder_card_at (fixture, 2);

  g_assert_true (builder_drop (last, builder_card_at (fixture, 0)));
  g_assert_true (builder_card_at (fixture, 0) == last);
  builder_check_change (fixture, "  ingress:\n  # copied\n  - from:", NULL);
  g_assert_false (builder_drop (last, last));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->builder), "builder.add-rule", "(uu)", QD_POLICY_EGRESS, QD_PEER_FORM_PODS));
  /* Not into the other direction, and that is said. */
  g_assert_false (builder_drop (builder_card_at (fixture, 0), builder_card_at (fixture, 3)));
  g_assert_cmpstr (adw_banner_get_title (ADW_BANNER (builder_find (fixture->builder, ADW_TYPE_BANNER, NULL))), ==,
                   "A rule stays on its side: there it would mean something else");
  builder_check_change (fixture, "egress", NULL);
}

static void
test_peers (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = builder_open_card (fixture, 0), *remove;

  builder_choose (builder_find (card, GTK_TYPE_DROP_DOWN, "Who is meant"), QD_PEER_FORM_PODS);
  builder_check_label (fixture, "Pods with app=proxy in this namespace, on TCP 8080");
  builder_check_change (fixture, NULL, "team: ops}}\n      podSelector");
  builder_choose (builder_find (card, GTK_TYPE_DROP_DOWN, "Who is meant"), QD_PEER_FORM_BLOCK);
  builder_check_change (fixture, "cidr: 192.0.2.0/24", "team: ops}\n      pod");
  g_assert_true (gtk_widget_activate_action (card, "rule.add-peer", "u", QD_PEER_FORM_NAMESPACES));
  builder_check_change (fixture, "    - namespaceSelector: {}\n", NULL);
  remove = builder_find (card, GTK_TYPE_BUTTON, "Remove Peer");
  g_assert_false (gtk_widget_get_sensitive (remove));
  fixture_press (card, "Allow Everyone");
  builder_check_label (fixture, "Everyone, inside and outside of the cluster, on TCP 8080");
  builder_check_change (fixture, NULL, "app: proxy}\n    ports");

  card = builder_open_card (fixture, 1);
  builder_press (builder_find_nth (card, GTK_TYPE_BUTTON, "Remove Peer", 1));
  builder_check_change (fixture, NULL, "app: gone");
}

static void
test_blocks (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = builder_open_card (fixture, 1);
  GtkWidget *block = builder_find (card, GTK_TYPE_ENTRY, "Block of addresses"), *add = builder_find (card, GTK_TYPE_ENTRY, "One more exception from the block");

  builder_type (block, "10.0.0.0/7");
  builder_check_change (fixture, "        cidr: 10.0.0.0/7\n", NULL);
  builder_type (block, "10.0.0.1");
  g_assert_true (gtk_widget_has_css_class (block, "error"));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  qd_policy_entry_reset (QD_POLICY_ENTRY (gtk_widget_get_ancestor (block, QD_TYPE_POLICY_ENTRY)), "10.0.0.0/8");
  builder_type (add, "11.0.0.0/16");
  g_assert_true (gtk_widget_has_css_class (add, "error"));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  builder_type (add, "10.1.0.0/16");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (add)), ==, "");
  builder_type (add, "10.2.0.0/16");
  builder_check_label (fixture, "Addresses in 10.0.0.0/8 except 10.1.0.0/16, 10.2.0.0/16; also: Pods with app=gone in this namespace, on every port");
  builder_type (builder_find_nth (card, GTK_TYPE_ENTRY, "Exception from the block", 1), "10.3.0.0/16");
  g_assert_nonnull (strstr (fixture->text->str, "- 10.3.0.0/16\n"));
  builder_press (builder_find (card, GTK_TYPE_BUTTON, "Remove Exception"));
  g_assert_null (strstr (fixture->text->str, "10.1.0.0/16"));
  while (fixture->undo->len > 1)
    builder_undo (fixture);
  builder_check_change (fixture, "        except:\n        - 10.1.0.0/16\n", NULL);
}

static void
test_ports (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = builder_open_card (fixture, 0);
  GtkWidget *port = builder_find (card, GTK_TYPE_ENTRY, "Port: a number, a range or a name");
  GtkWidget *add = builder_find (card, GTK_TYPE_ENTRY, "One more port: a number, a range or a name");

  builder_type (port, "9090");
  builder_check_change (fixture, "    - port: 9090   # http\n", NULL);
  builder_type (port, "9000-9100");
  builder_check_change (fixture, "    - port: 9000   # http\n      endPort: 9100\n", NULL);
  builder_type (port, "http");
  builder_check_label (fixture, "Pods with app=proxy in any namespace with team=ops, on TCP http");
  builder_check_change (fixture, "    - port: http   # http\n", NULL);
  builder_type (port, "");
  builder_check_label (fixture, "Pods with app=proxy in any namespace with team=ops, on every TCP port");
  builder_check_change (fixture, "protocol: TCP", "port: 8080");
  builder_type (port, "70000");
  g_assert_true (gtk_widget_has_css_class (port, "error"));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  qd_policy_entry_reset (QD_POLICY_ENTRY (gtk_widget_get_ancestor (port, QD_TYPE_POLICY_ENTRY)), "8080");
  builder_choose (builder_find (card, GTK_TYPE_DROP_DOWN, "Protocol"), QD_PROTOCOL_SCTP);
  builder_check_change (fixture, "protocol: SCTP", NULL);
  g_assert_false (gtk_widget_get_sensitive (builder_find (card, GTK_TYPE_BUTTON, "Remove Port")));
  builder_type (add, "53");
  builder_check_change (fixture, "    - port: 8080   # http\n    - protocol: TCP\n      port: 53\n", NULL);
  fixture_press (card, "Every Port");
  builder_check_label (fixture, "Pods with app=proxy in any namespace with team=ops, on every port");
  builder_check_change (fixture, NULL, "8080   # http");
}

static void
test_selectors (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = builder_open_card (fixture, 0);

  builder_press (builder_find (card, GTK_TYPE_BUTTON, "Remove team=ops"));
  builder_check_label (fixture, "Pods with app=proxy in every namespace, on TCP 8080");
  builder_check_change (fixture, NULL, "{team: ops}\n      pod");
  builder_press (builder_find (gtk_widget_get_ancestor (builder_find (fixture->builder, GTK_TYPE_ENTRY, "Name"), QD_TYPE_POLICY_SUBJECT), GTK_TYPE_BUTTON, "Remove app=web"));
  builder_check_label (fixture, "All pods of the namespace");
  builder_check_change (fixture, "  podSelector: {}\n", NULL);
}

/* The text that cannot be changed alone says so, and nothing is lost. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = builder_open_card (fixture, 2), *banner = builder_find (fixture->builder, ADW_TYPE_BANNER, NULL);

  g_assert_false (adw_banner_get_revealed (ADW_BANNER (banner)));
  builder_press (builder_find (card, GTK_TYPE_BUTTON, "Remove app=web"));
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (banner)));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  g_assert_cmpstr (fixture->text->str, ==, builder_text);
  builder_check_label (fixture, "Pods with app=web and part=shop in this namespace, on every port");
  /* The next one that can be done takes the word back. */
  g_assert_true (gtk_widget_activate_action (card, "rule.remove", NULL));
  g_assert_false (adw_banner_get_revealed (ADW_BANNER (banner)));
  builder_check_change (fixture, NULL, "colour");
}

static void
test_accessible (Fixture *fixture, gconstpointer data)
{
  guint n = 0;

  for (guint i = 0; i < 3; i++)
    builder_open_card (fixture, i);
  fixture_settle (fixture->window);
  builder_check_names (GTK_WIDGET (fixture->builder), &n);
  g_assert_cmpuint (n, >, 30);
}

static void
test_narrow (Fixture *fixture, gconstpointer data)
{
  builder_check_narrow (fixture);
}

/* However much there is, it is shown without widgets for all of it. */
static void
test_huge (Fixture *fixture, gconstpointer data)
{
  g_string_assign (fixture->text, "kind: NetworkPolicy\nmetadata: {name: p}\nspec:\n  podSelector: {}\n  ingress:\n");
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (fixture->text, "  - ports: [{port: %u}]\n", i + 1);
  builder_show_text (fixture);
  builder_check_label (fixture, "4900 more rules are in the text");
  g_assert_null (builder_find_nth (fixture->builder, QD_TYPE_POLICY_RULE_CARD, NULL, 100));
  g_string_assign (fixture->text, "kind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: 3, ingress: none, egress: [1, null, {to: [5, {}]}]}\n");
  builder_show_text (fixture);
  for (guint i = 0; i < 3; i++)
    builder_open_card (fixture, i);
  builder_check_label (fixture, "Nobody: what is written is not understood, on no port");
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
  GtkWidget *button = builder_find (from, GTK_TYPE_MENU_BUTTON, name), *popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));

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
  GtkWidget *subject = builder_find (fixture->builder, QD_TYPE_POLICY_SUBJECT, NULL);
  GtkWidget *popover = open_picker (fixture, subject, "Add a condition on pods");
  GtkWidget *list = builder_find (popover, GTK_TYPE_LIST_BOX, "Labels"), *search = builder_find (popover, GTK_TYPE_SEARCH_ENTRY, NULL);

  /* Only what the policy's namespace has. */
  g_assert_nonnull (row_titled (list, "tier=front"));
  g_assert_null (row_titled (list, "app=proxy"));
  take (list, "tier=front");
  builder_check_change (fixture, "    matchLabels: {app: web, tier: front}\n", NULL);

  popover = open_picker (fixture, subject, "Add a condition on pods");
  gtk_editable_set_text (GTK_EDITABLE (search), "fro");
  g_assert_null (row_titled (list, "app=web"));
  g_assert_nonnull (row_titled (list, "tier=front"));
  gtk_editable_set_text (GTK_EDITABLE (search), "zone=north");
  g_signal_emit_by_name (search, "activate");
  builder_check_change (fixture, "zone: north", NULL);

  open_picker (fixture, subject, "Add a condition on pods");
  builder_choose (builder_find (popover, GTK_TYPE_DROP_DOWN, "Condition"), 2);
  take (list, "tier=front");
  builder_check_change (fixture, "    matchExpressions:\n    - key: tier\n      operator: NotIn\n      values:\n      - front\n", NULL);

  open_picker (fixture, subject, "Add a condition on pods");
  builder_choose (builder_find (popover, GTK_TYPE_DROP_DOWN, "Condition"), 3);
  take (list, "tier");
  builder_check_change (fixture, "    - key: tier\n      operator: Exists\n", NULL);

  open_picker (fixture, subject, "Add a condition on pods");
  builder_choose (builder_find (popover, GTK_TYPE_DROP_DOWN, "Condition"), 0);
  gtk_editable_set_text (GTK_EDITABLE (search), "a b=c");
  g_assert_null (row_titled (list, "a b=c"));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
}

static void
test_named_ports (Fixture *fixture, gconstpointer data)
{
  GtkWidget *card = builder_open_card (fixture, 0), *popover = open_picker (fixture, card, "Named ports that exist");

  take (builder_find (popover, GTK_TYPE_LIST_BOX, "Names of ports"), "http");
  builder_check_change (fixture, "    - port: http   # http\n", NULL);
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
  GtkWidget *first = builder_card_at (fixture, 0), *name = builder_find (fixture->builder, GTK_TYPE_ENTRY, "Name"), *port;

  g_assert_nonnull (display);
  /* No window manager: keys go to where the pointer is. */
  XTestFakeMotionEvent (display, -1, 300, 300, 0);
  XFlush (display);
  gtk_widget_grab_focus (first);
  key (display, XK_Alt_L, XK_Down);
  g_assert_true (fixture_wait (has_changed, fixture));
  g_assert_true (builder_card_at (fixture, 1) == first);
  builder_check_change (fixture, "  ingress:\n  # others\n  - from:", NULL);

  gtk_widget_grab_focus (builder_card_at (fixture, 2));
  key (display, XK_Alt_L, XK_Up);
  g_assert_true (fixture_wait (has_changed, fixture));
  builder_check_change (fixture, NULL, NULL);
  gtk_widget_grab_focus (builder_card_at (fixture, 0));
  key (display, XK_Control_L, XK_d);
  g_assert_true (fixture_wait (has_changed, fixture));
  builder_check_change (fixture, NULL, NULL);

  first = builder_card_at (fixture, 1);
  gtk_widget_grab_focus (first);
  key (display, 0, XK_Return);
  g_assert_true (fixture_wait (is_expanded, first));
  fixture_settle (fixture->window);
  port = builder_find (first, GTK_TYPE_ENTRY, "One more port: a number, a range or a name");
  gtk_widget_grab_focus (port);
  key (display, 0, XK_7);
  g_assert_true (fixture_wait (is_typed, port));
  key (display, 0, XK_Return);
  g_assert_true (fixture_wait (has_changed, fixture));
  builder_check_change (fixture, "      port: 7\n", NULL);

  gtk_widget_grab_focus (name);
  key (display, 0, XK_7);
  g_assert_true (fixture_wait (is_typed, name));
  key (display, 0, XK_Escape);
  g_assert_true (fixture_wait (is_allow_web, name));
  g_assert_cmpuint (fixture->undo->len, ==, 0);
  XCloseDisplay (display);
}

/* --- A real pointer --------------------------------------------------------------------------------------------- */

typedef struct { Fixture *fixture; Display *display; GtkWidget *from, *on; guint n; } Drag;

/* In the middle of @widget; each call a little beside the last: a pointer that rests says nothing. */
static void
point_at (Drag *drag, GtkWidget *widget)
{
  GtkWidget *window = drag->fixture->window;
  graphene_rect_t bounds;
  double x, y;

  g_assert_true (gtk_widget_compute_bounds (widget, window, &bounds));
  gtk_native_get_surface_transform (GTK_NATIVE (window), &x, &y);
  x += bounds.origin.x + bounds.size.width / 2 + drag->n++ % 3;
  y += bounds.origin.y + bounds.size.height / 2;
  XTestFakeMotionEvent (drag->display, -1, (int) x, (int) y, 0);
  XFlush (drag->display);
}

static void
button (Drag *drag, gboolean down)
{
  XTestFakeButtonEvent (drag->display, 1, down, 0);
  XFlush (drag->display);
}

static gboolean
is_under_pointer (gpointer data)
{
  Drag *drag = data;

  point_at (drag, drag->from);
  return (gtk_widget_get_state_flags (drag->from) & GTK_STATE_FLAG_PRELIGHT) != 0;
}

static gboolean
is_pressed (gpointer data)
{
  Drag *drag = data;

  return (gtk_widget_get_state_flags (drag->from) & GTK_STATE_FLAG_ACTIVE) != 0 ||
         gtk_gesture_is_active (GTK_GESTURE (builder_controller_of (drag->from, GTK_TYPE_DRAG_SOURCE)));
}

static gboolean
is_dragged (gpointer data)
{
  Drag *drag = data;

  point_at (drag, drag->on);
  return gtk_drag_source_get_drag (GTK_DRAG_SOURCE (builder_controller_of (drag->from, GTK_TYPE_DRAG_SOURCE))) != NULL;
}

static gboolean
is_over (gpointer data)
{
  Drag *drag = data;

  point_at (drag, drag->on);
  return gtk_drop_target_get_current_drop (GTK_DROP_TARGET (builder_controller_of (drag->on, GTK_TYPE_DROP_TARGET))) != NULL;
}

static void
drag (Fixture *fixture, Display *display, GtkWidget *from, GtkWidget *on)
{
  Drag drag = { fixture, display, from, on, 0 };

  g_assert_true (fixture_wait (is_under_pointer, &drag));
  button (&drag, TRUE);
  g_assert_true (fixture_wait (is_pressed, &drag));
  g_assert_true (fixture_wait (is_dragged, &drag));
  g_assert_true (fixture_wait (is_over, &drag));
  button (&drag, FALSE);
}

static GtkWidget *
handle_of (GtkWidget *card)
{
  for (guint i = 0; ; i++)
    {
      GtkWidget *image = builder_find_nth (card, GTK_TYPE_IMAGE, NULL, i);

      g_assert_nonnull (image);
      if (g_strcmp0 (gtk_widget_get_tooltip_text (image), "Drag to Reorder") == 0)
        return image;
    }
}

/* What is under the title of a side, where a rule of its own is dropped. */
static GtkWidget *
side_of (GtkWidget *card)
{
  GtkWidget *side = card;

  while (!gtk_widget_has_css_class (side, "qd-policy-side"))
    side = gtk_widget_get_parent (side);
  return side;
}

/* A card by its handle, a label onto a rule, a workload to a side: with a button held down, as a hand does. */
static void
test_pointer (Fixture *fixture, gconstpointer data)
{
  Display *display = XOpenDisplay (NULL);
  GtkWidget *last = builder_card_at (fixture, 2);

  g_assert_nonnull (display);
  fixture_settle (fixture->window);
  drag (fixture, display, handle_of (last), builder_card_at (fixture, 0));
  g_assert_true (fixture_wait (has_changed, fixture));
  g_assert_true (builder_card_at (fixture, 0) == last);
  builder_check_change (fixture, "  ingress:\n  # copied\n  - from:", NULL);

  builder_shelf_row (fixture, "app=web");
  fixture_settle (fixture->window);
  drag (fixture, display, builder_shelf_row (fixture, "app=web"), builder_card_at (fixture, 1));
  g_assert_true (fixture_wait (has_changed, fixture));
  builder_check_label (fixture, "Addresses in 10.0.0.0/8; also: Pods with app=gone in this namespace; also: Pods with app=web in this namespace, on every port");
  builder_check_change (fixture, NULL, NULL);

  fixture_settle (fixture->window);
  drag (fixture, display, builder_shelf_row (fixture, "web"), side_of (builder_card_at (fixture, 0)));
  g_assert_true (fixture_wait (has_changed, fixture));
  builder_check_change (fixture, "          app: web\n          tier: front\n", NULL);
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
#define ADD(path, test) g_test_add (path, Fixture, NULL, builder_set_up, test, builder_tear_down)
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
  g_test_add ("/policy-builder/narrow", Fixture, GINT_TO_POINTER (360), builder_set_up, test_narrow, builder_tear_down);
  ADD ("/policy-popovers/labels", test_picker);
  ADD ("/policy-popovers/ports", test_named_ports);
#ifdef WITH_XTEST
  ADD ("/policy-popovers/keys", test_keys);
  ADD ("/policy-popovers/pointer", test_pointer);
#endif
#undef ADD
  return g_test_run ();
}
