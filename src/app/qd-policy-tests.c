/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-tests.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-policy-outcome-private.h"

struct _QdPolicyTests {
  GtkWidget parent_instance;
  GtkWidget *stack;
  GtkSingleSelection *selection;
};

enum { CHOSEN, WHY, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdPolicyTests, qd_policy_tests, GTK_TYPE_WIDGET)

/* The parts of a row. */
typedef struct { GtkWidget *icon, *word, *name, *flow, *verdict, *why, *button; } Row;

static GtkWidget *
add_label (GtkWidget *box, const char *style, const char *other)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (style)
    gtk_widget_add_css_class (label, style);
  if (other)
    gtk_widget_add_css_class (label, other);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
why_clicked_cb (GtkButton *button, QdPolicyTests *self)
{
  GtkListItem *item = g_object_get_data (G_OBJECT (button), "item");

  if (gtk_list_item_get_item (item))
    g_signal_emit (self, signals[WHY], 0, gtk_list_item_get_item (item));
}

static void
setup_cb (QdPolicyTests *self, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *first = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  Row *row = g_new0 (Row, 1);

  row->icon = qd_state_image_new (QD_STATUS_UNKNOWN);
  gtk_widget_set_valign (row->icon, GTK_ALIGN_START);
  gtk_widget_set_margin_top (row->icon, 2);
  gtk_widget_set_hexpand (words, TRUE);
  row->name = add_label (first, NULL, NULL);
  row->word = add_label (first, "dimmed", NULL);
  gtk_label_set_wrap (GTK_LABEL (row->word), FALSE);
  gtk_widget_set_valign (row->word, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (words), first);
  row->flow = add_label (words, "dimmed", "caption");
  row->verdict = add_label (words, "caption", NULL);
  row->why = add_label (words, "dimmed", "caption");
  row->button = gtk_button_new_with_mnemonic (_("_Why"));
  gtk_widget_set_valign (row->button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (row->button, "flat");
  gtk_widget_add_css_class (box, "qd-policy-outcome");
  g_object_set_data (G_OBJECT (row->button), "item", item);
  g_signal_connect_object (row->button, "clicked", G_CALLBACK (why_clicked_cb), self, 0);
  gtk_box_append (GTK_BOX (box), row->icon);
  gtk_box_append (GTK_BOX (box), words);
  gtk_box_append (GTK_BOX (box), row->button);
  g_object_set_data_full (G_OBJECT (item), "row", row, g_free);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (QdPolicyTests *self, GtkListItem *item)
{
  QdPolicyOutcome *outcome = gtk_list_item_get_item (item);
  const Row *row = g_object_get_data (G_OBJECT (item), "row");
  g_autofree char *words = g_strdup_printf ("%s: %s. %s. %s", qd_policy_outcome_get_result (outcome), outcome->name, outcome->flow, outcome->verdict);
  g_autofree char *all = outcome->why ? g_strdup_printf ("%s. %s", words, outcome->why) : g_strdup (words);

  qd_state_image_set (row->icon, qd_policy_outcome_get_status (outcome));
  gtk_label_set_label (GTK_LABEL (row->name), outcome->name);
  gtk_label_set_label (GTK_LABEL (row->word), qd_policy_outcome_get_result (outcome));
  gtk_label_set_label (GTK_LABEL (row->flow), outcome->flow);
  gtk_label_set_label (GTK_LABEL (row->verdict), outcome->verdict);
  gtk_label_set_label (GTK_LABEL (row->why), outcome->why ? outcome->why : "");
  gtk_widget_set_visible (row->why, outcome->why != NULL);
  gtk_widget_set_visible (row->button, outcome->src != QD_POLICY_NO_END && outcome->dst != QD_POLICY_NO_END);
  gtk_list_item_set_accessible_label (item, all);
}

static void
activate_cb (QdPolicyTests *self, guint position)
{
  g_autoptr (QdPolicyOutcome) outcome = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (outcome)
    g_signal_emit (self, signals[CHOSEN], 0, outcome);
}

void
qd_policy_tests_set_model (QdPolicyTests *self, GListModel *outcomes)
{
  gtk_single_selection_set_model (self->selection, outcomes);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), g_list_model_get_n_items (outcomes) > 0 ? "list" : "none");
}

char *
qd_policy_tests_summarize (GListModel *outcomes)
{
  guint n = g_list_model_get_n_items (outcomes), passed = 0, run = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (QdPolicyOutcome) outcome = g_list_model_get_item (outcomes, i);

      run += outcome->run;
      passed += qd_policy_outcome_has_passed (outcome);
    }
  if (run == 0)
    return g_strdup_printf (ngettext ("%'u test not run", "%'u tests not run", n), n);
  /* TRANSLATORS: how many of how many; the plural is that of the latter */
  return g_strdup_printf (ngettext ("%'u of %'u test passes", "%'u of %'u tests pass", n), passed, n);
}

static void
qd_policy_tests_dispose (GObject *object)
{
  QdPolicyTests *self = QD_POLICY_TESTS (object);

  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_object (&self->selection);
  G_OBJECT_CLASS (qd_policy_tests_parent_class)->dispose (object);
}

static void
qd_policy_tests_class_init (QdPolicyTestsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_tests_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  signals[CHOSEN] = g_signal_new ("chosen", QD_TYPE_POLICY_TESTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, QD_TYPE_POLICY_OUTCOME);
  signals[WHY] = g_signal_new ("why", QD_TYPE_POLICY_TESTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, QD_TYPE_POLICY_OUTCOME);
}

static GtkWidget *
make_empty (void)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_title (ADW_STATUS_PAGE (page), _("No Tests"));
  adw_status_page_set_description (ADW_STATUS_PAGE (page), _("They are in files beside the policies, called “….policytest.yaml”. "
                                                             "What is explained under Who Talks can be made one."));
  gtk_widget_add_css_class (page, "compact");
  return page;
}

static void
qd_policy_tests_init (QdPolicyTests *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list, *scrolled = gtk_scrolled_window_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  list = gtk_list_view_new (g_object_ref (GTK_SELECTION_MODEL (self->selection)), factory);
  gtk_list_view_set_single_click_activate (GTK_LIST_VIEW (list), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Tests"), -1);
  g_signal_connect_object (list, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), make_empty (), "none");
  gtk_stack_add_named (GTK_STACK (self->stack), scrolled, "list");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
qd_policy_tests_new (void)
{
  return g_object_new (QD_TYPE_POLICY_TESTS, NULL);
}
