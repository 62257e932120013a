/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "builder-fixture.h"

#include <string.h>

const char builder_text[] = BUILDER_FIRST
  "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: keep-out}\n"
  "spec:\n  priority: 10\n  subject: {namespaces: {matchLabels: {team: shop}}}\n  ingress:\n"
  "  - {name: none, action: Deny, from: [{namespaces: {}}], ports: [{portNumber: {protocol: TCP, port: 22}}]}\n"
  "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n"
  "spec: {template: {metadata: {labels: {app: web, tier: front}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}}}\n"
  "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: tools, labels: {team: ops}}\n"
  "---\napiVersion: v1\nkind: Pod\nmetadata: {name: proxy, namespace: tools, labels: {app: proxy}}\n";

/* --- The editor's part ---------------------------------------------------------------------------------------- */

void
builder_show_text (Fixture *fixture)
{
  g_autoptr (GBytes) bytes = g_bytes_new (fixture->text->str, fixture->text->len);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("shop.yaml", bytes, &error);
  g_autoptr (QdPolicyWorld) world = NULL;

  g_assert_no_error (error);
  world = qd_policy_world_new (&file, 1, NULL);
  qd_policy_builder_set_world (fixture->builder, world, NULL);
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
  builder_show_text (fixture);
}

static void
place_cb (Fixture *fixture, const char *file, guint line, guint column)
{
  g_free (fixture->place);
  fixture->place = g_strdup_printf ("%s:%u:%u", file, line, column);
  fixture->places++;
}

void
builder_undo (Fixture *fixture)
{
  char *before = g_ptr_array_steal_index (fixture->undo, fixture->undo->len - 1);

  g_string_assign (fixture->text, before);
  g_free (before);
  builder_show_text (fixture);
}

void
builder_set_up (Fixture *fixture, gconstpointer data)
{
  fixture->text = g_string_new (builder_text);
  fixture->undo = g_ptr_array_new_with_free_func (g_free);
  fixture->builder = QD_POLICY_BUILDER (qd_policy_builder_new ());
  g_signal_connect_swapped (fixture->builder, "splice", G_CALLBACK (splice_cb), fixture);
  g_signal_connect_swapped (fixture->builder, "place", G_CALLBACK (place_cb), fixture);
  fixture->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), data != NULL ? GPOINTER_TO_INT (data) : 1200, 800);
  adw_window_set_content (ADW_WINDOW (fixture->window), GTK_WIDGET (fixture->builder));
  builder_show_text (fixture);
  gtk_window_present (GTK_WINDOW (fixture->window));
  fixture_settle (fixture->window);
}

void
builder_tear_down (Fixture *fixture, gconstpointer data)
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

/* The @skip-th visible widget of @builder_type (a popover's content too) that a screen reader calls @name. */
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

GtkWidget *
builder_find_nth (gpointer from, GType type, const char *name, guint skip)
{
  return look (from, type, name, &skip);
}

GtkWidget *
builder_find (gpointer from, GType type, const char *name)
{
  GtkWidget *found = builder_find_nth (from, type, name, 0);

  if (found == NULL)
    g_error ("there is no %s “%s”", g_type_name (type), name != NULL ? name : "");
  return found;
}

gboolean
builder_has_label (GtkWidget *from, const char *words)
{
  if (GTK_IS_LABEL (from) && gtk_widget_get_mapped (from) && strcmp (gtk_label_get_text (GTK_LABEL (from)), words) == 0)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (builder_has_label (child, words))
      return TRUE;
  return FALSE;
}

typedef struct { GtkWidget *within; const char *words; } Wanted;

static gboolean
is_said (gpointer data)
{
  const Wanted *wanted = data;

  return builder_has_label (wanted->within, wanted->words);
}

/* What is found on a worker takes its time. */
void
builder_check_label_in (Fixture *fixture, GtkWidget *within, const char *words)
{
  Wanted wanted = { within, words };

  fixture_settle (fixture->window);
  if (!fixture_wait (is_said, &wanted))
    g_error ("nothing says “%s”", words);
}

void
builder_check_label (Fixture *fixture, const char *words)
{
  builder_check_label_in (fixture, GTK_WIDGET (fixture->builder), words);
}

GtkWidget *
builder_card_at (Fixture *fixture, guint i)
{
  GtkWidget *card = builder_find_nth (fixture->builder, QD_TYPE_POLICY_RULE_CARD, NULL, i);

  g_assert_nonnull (card);
  return card;
}

GtkWidget *
builder_open_card (Fixture *fixture, guint i)
{
  GtkWidget *card = builder_card_at (fixture, i);

  qd_policy_rule_card_set_expanded (QD_POLICY_RULE_CARD (card), TRUE);
  return card;
}

/* Types over what is there, and ends with Enter. */
void
builder_type (GtkWidget *entry, const char *words)
{
  gtk_widget_grab_focus (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), words);
  g_signal_emit_by_name (entry, "activate");
}

void
builder_press (GtkWidget *button)
{
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

GtkWidget *
builder_shelf_row (Fixture *fixture, const char *title)
{
  GtkWidget *shelf = builder_find (fixture->builder, QD_TYPE_POLICY_SHELF, NULL);

  qd_policy_shelf_set_expanded (QD_POLICY_SHELF (shelf), TRUE);
  builder_check_label_in (fixture, shelf, title);
  for (guint i = 0; ; i++)
    {
      GtkWidget *row = builder_find_nth (shelf, ADW_TYPE_ACTION_ROW, NULL, i);

      g_assert_nonnull (row);
      if (g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), title) == 0)
        return row;
    }
}

GtkEventController *
builder_controller_of (GtkWidget *widget, GType type)
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

gboolean
builder_drop (GtkWidget *dragged, GtkWidget *on)
{
  GValue value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, QD_TYPE_POLICY_RULE_CARD);
  g_value_set_object (&value, dragged);
  g_signal_emit_by_name (builder_controller_of (on, GTK_TYPE_DROP_TARGET), "drop", &value, 1.0, 1.0, &taken);
  g_value_unset (&value);
  return taken;
}

void
builder_choose (GtkWidget *drop_down, guint i)
{
  gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), i);
}

/* One change was made: it is there, and undone the text is what it was, byte for byte. */
void
builder_check_change (Fixture *fixture, const char *there, const char *not_there)
{
  g_assert_cmpuint (fixture->undo->len, ==, 1);
  if (there != NULL && strstr (fixture->text->str, there) == NULL)
    g_error ("no “%s” in\n%s", there, fixture->text->str);
  if (not_there != NULL && strstr (fixture->text->str, not_there) != NULL)
    g_error ("“%s” is in\n%s", not_there, fixture->text->str);
  /* All other documents stay as they were. */
  g_assert_true (g_str_has_suffix (fixture->text->str, builder_text + strlen (BUILDER_FIRST)));
  builder_undo (fixture);
  g_assert_cmpstr (fixture->text->str, ==, builder_text);
}

/* Another text than the fixture's. */
void
builder_use_text (Fixture *fixture, const char *words)
{
  g_string_assign (fixture->text, words);
  g_ptr_array_set_size (fixture->undo, 0);
  fixture->document = 0;
  builder_show_text (fixture);
  fixture_settle (fixture->window);
}

/* One change was made: it is there, and undone the text is @before. */
void
builder_check_one (Fixture *fixture, const char *before, const char *there)
{
  g_assert_cmpuint (fixture->undo->len, ==, 1);
  if (strstr (fixture->text->str, there) == NULL)
    g_error ("no “%s” in\n%s", there, fixture->text->str);
  builder_undo (fixture);
  g_assert_cmpstr (fixture->text->str, ==, before);
}

void
builder_check_names (GtkWidget *widget, guint *n)
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
    builder_check_names (child, n);
}

/* On a narrow window the columns are below each other, and all fits. */
void
builder_check_narrow (Fixture *fixture)
{
  int minimum, y[2];
  graphene_rect_t policy, rules;

  for (guint i = 0; i < 3; i++)
    builder_open_card (fixture, i);
  fixture_settle (fixture->window);
  gtk_widget_measure (GTK_WIDGET (fixture->builder), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *part = i == 0 ? builder_find (fixture->builder, QD_TYPE_POLICY_SUBJECT, NULL) : builder_card_at (fixture, 0);

      gtk_widget_measure (part, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      g_assert_cmpint (minimum, <=, 324);
      g_assert_true (gtk_widget_compute_bounds (part, GTK_WIDGET (fixture->builder), i == 0 ? &policy : &rules));
      y[i] = (int) (i == 0 ? policy.origin.y : rules.origin.y);
    }
  g_assert_cmpint (y[0], <, y[1]);
  g_assert_cmpfloat (policy.size.width, <=, 360);
  g_assert_cmpfloat (rules.origin.x + rules.size.width, <=, 360);
}
