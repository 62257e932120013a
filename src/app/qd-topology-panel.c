/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-panel.h"

#include <glib/gi18n.h>

#include "qd-display.h"
#include "qd-state.h"

#define MAX_HOPS 10
#define MAX_ALTERNATIVES 9
#define AGAIN_MS 1500

struct _QdTopologyPanel {
  AdwBin parent_instance;

  QdSession *session;
  QdTopologyQuestion *question;
  QdTopologyAnswer *answer;
  GCancellable *cancellable;     /* while it is asked */
  guint again_id;

  GtkWidget *title, *controls, *hops, *by, *alternatives, *sentence, *more, *flows, *list, *spinner;
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (QdTopologyPanel, qd_topology_panel, ADW_TYPE_BIN)

enum { SIGNAL_ANSWERED, SIGNAL_CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- The answer -------------------------------------------------------------------------------- */

static gboolean
same_row (GListModel *a, guint i, GListModel *b, guint k)
{
  g_autoptr (QdTopologyRow) one = g_list_model_get_item (a, i), other = g_list_model_get_item (b, k);

  return qd_topology_row_get_entity (one) == qd_topology_row_get_entity (other) &&
         g_str_equal (qd_topology_row_get_title (one), qd_topology_row_get_title (other)) &&
         g_strcmp0 (qd_topology_row_get_subtitle (one), qd_topology_row_get_subtitle (other)) == 0;
}

/* Only what is between the first and the last row that is another one changes: who reads on reads on. */
static void
update_rows (GListStore *shown, GListStore *fresh)
{
  GListModel *a = G_LIST_MODEL (shown), *b = G_LIST_MODEL (fresh);
  guint n = g_list_model_get_n_items (a), m = g_list_model_get_n_items (b), head = 0, tail = 0;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  while (head < MIN (n, m) && same_row (a, head, b, head))
    head++;
  while (tail < MIN (n, m) - head && same_row (a, n - 1 - tail, b, m - 1 - tail))
    tail++;
  for (guint i = head; i < m - tail; i++)
    g_ptr_array_add (rows, g_list_model_get_item (b, i));
  if (head < n || head < m)
    g_list_store_splice (shown, head, n - head - tail, rows->pdata, rows->len);
}

static void
show_answer (QdTopologyPanel *self)
{
  GtkSelectionModel *model = gtk_list_view_get_model (GTK_LIST_VIEW (self->list));
  const QdTopologyAnswer *answer = self->answer;

  gtk_widget_set_visible (self->spinner, self->question && answer == NULL);
  gtk_label_set_label (GTK_LABEL (self->sentence), answer ? answer->sentence : "");
  gtk_label_set_label (GTK_LABEL (self->more), answer && answer->more ? answer->more : "");
  gtk_widget_set_visible (self->sentence, answer != NULL);
  gtk_widget_set_visible (self->more, answer && answer->more);
  gtk_no_selection_set_model (GTK_NO_SELECTION (model), answer ? G_LIST_MODEL (answer->rows) : NULL);
}

static void
set_answer (QdTopologyPanel *self, QdTopologyAnswer *answer)
{
  gboolean again = answer && self->answer;
  gboolean same = again && g_strcmp0 (answer->sentence, self->answer->sentence) == 0 && g_strcmp0 (answer->more, self->answer->more) == 0;

  /* A list that somebody reads is not pulled away under them. */
  if (again)
    {
      g_autoptr (GListStore) fresh = answer->rows;

      answer->rows = g_object_ref (self->answer->rows);
      update_rows (answer->rows, fresh);
    }
  g_clear_pointer (&self->answer, qd_topology_answer_free);
  self->answer = answer;
  show_answer (self);
  /* Figures that go up and down are not read out each time. */
  if (answer && !same && !(again && self->question->ask == QD_ASK_CUT))
    gtk_accessible_announce (GTK_ACCESSIBLE (self), answer->sentence, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  g_signal_emit (self, signals[SIGNAL_ANSWERED], 0);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdTopologyPanel) self = data;
  g_autoptr (GError) error = NULL;
  QdTopologyAnswer *answer = qd_topology_ask_finish (result, &error);

  /* Asked otherwise meanwhile. */
  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable || self->session == NULL)
    {
      g_clear_pointer (&answer, qd_topology_answer_free);
      return;
    }
  g_clear_object (&self->cancellable);
  if (answer == NULL)
    {
      answer = qd_topology_answer_new ();
      answer->sentence = g_strdup (error->message);
    }
  set_answer (self, answer);
}

static void
ask (QdTopologyPanel *self)
{
  g_clear_handle_id (&self->again_id, g_source_remove);
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->question->ask == QD_ASK_CUT)
    return;
  self->cancellable = g_cancellable_new ();
  qd_topology_ask_async (qd_session_get_fleet (self->session), qd_session_get_connection (self->session), self->question,
                         self->cancellable, asked_cb, g_object_ref (self));
}

static gboolean
again_cb (gpointer data)
{
  QdTopologyPanel *self = data;

  self->again_id = 0;
  if (self->cancellable == NULL)
    ask (self);
  return G_SOURCE_REMOVE;
}

void
qd_topology_panel_ask_again (QdTopologyPanel *self)
{
  g_return_if_fail (QD_IS_TOPOLOGY_PANEL (self));

  if (self->question && self->question->ask != QD_ASK_CUT && self->again_id == 0)
    self->again_id = g_timeout_add (AGAIN_MS, again_cb, self);
}

/* --- The question ------------------------------------------------------------------------------ */

static char *
title_of (const QdTopologyQuestion *question)
{
  switch (question->ask)
    {
    case QD_ASK_PATHS: return g_strdup (_("Path"));
    case QD_ASK_IMPACT: return g_strdup (_("What If This Fails"));
    case QD_ASK_CUT: return g_strdup (_("What the Policy Change Cuts Off"));
    case QD_ASK_NEIGHBOURHOOD:
    default: return g_strdup (_("Neighbourhood"));
    }
}

static void
show_question (QdTopologyPanel *self)
{
  const QdTopologyQuestion *question = self->question;
  g_autofree char *title = title_of (question);

  self->setting = TRUE;
  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_widget_set_visible (self->controls, question->ask == QD_ASK_NEIGHBOURHOOD || question->ask == QD_ASK_PATHS);
  gtk_widget_set_visible (self->flows, question->ask == QD_ASK_CUT);
  gtk_widget_set_visible (self->hops, question->ask == QD_ASK_NEIGHBOURHOOD);
  gtk_widget_set_visible (self->by, question->ask == QD_ASK_PATHS);
  gtk_widget_set_visible (self->alternatives, question->ask == QD_ASK_PATHS);
  adw_spin_row_set_value (ADW_SPIN_ROW (self->hops), question->hops);
  adw_spin_row_set_value (ADW_SPIN_ROW (self->alternatives), question->alternatives);
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->by), question->by);
  self->setting = FALSE;
}

static void
control_cb (QdTopologyPanel *self)
{
  if (self->setting || self->question == NULL)
    return;
  self->question->hops = (guint) adw_spin_row_get_value (ADW_SPIN_ROW (self->hops));
  self->question->alternatives = (guint) adw_spin_row_get_value (ADW_SPIN_ROW (self->alternatives));
  self->question->by = (QdGraphMetric) adw_combo_row_get_selected (ADW_COMBO_ROW (self->by));
  ask (self);
}

void
qd_topology_panel_ask (QdTopologyPanel *self, QdTopologyQuestion *question)
{
  g_return_if_fail (QD_IS_TOPOLOGY_PANEL (self));

  g_clear_handle_id (&self->again_id, g_source_remove);
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->question, qd_topology_question_free);
  self->question = question;
  if (question)
    show_question (self);
  set_answer (self, NULL);
  if (question)
    ask (self);
}

void
qd_topology_panel_take_answer (QdTopologyPanel *self, QdTopologyAnswer *answer)
{
  g_return_if_fail (QD_IS_TOPOLOGY_PANEL (self) && self->question != NULL);

  set_answer (self, answer);
}

const QdTopologyQuestion *
qd_topology_panel_get_question (QdTopologyPanel *self)
{
  return self->question;
}

const QdTopologyAnswer *
qd_topology_panel_get_answer (QdTopologyPanel *self)
{
  return self->answer;
}

/* --- The list ---------------------------------------------------------------------------------- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *image = qd_state_image_new (QD_STATUS_UNKNOWN), *title = gtk_label_new (NULL), *subtitle = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (subtitle), 0);
  gtk_label_set_ellipsize (GTK_LABEL (subtitle), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (subtitle, "caption");
  gtk_widget_add_css_class (subtitle, "dim-label");
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (words), title);
  gtk_box_append (GTK_BOX (words), subtitle);
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), words);
  gtk_widget_set_margin_top (box, 4);
  gtk_widget_set_margin_bottom (box, 4);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  QdTopologyRow *row = gtk_list_item_get_item (item);
  GtkWidget *image = gtk_widget_get_first_child (gtk_list_item_get_child (item)), *words = gtk_widget_get_next_sibling (image);
  GtkWidget *title = gtk_widget_get_first_child (words), *subtitle = gtk_widget_get_next_sibling (title);
  QdEntity *entity = qd_topology_row_get_entity (row);
  const char *more = qd_topology_row_get_subtitle (row);

  gtk_widget_set_visible (image, entity != NULL);
  if (entity)
    {
      qd_state_image_set (image, qd_display_status (entity));
      gtk_widget_remove_css_class (title, "heading");
    }
  else
    gtk_widget_add_css_class (title, "heading");
  gtk_label_set_label (GTK_LABEL (title), qd_topology_row_get_title (row));
  gtk_label_set_label (GTK_LABEL (subtitle), more ? more : "");
  gtk_widget_set_visible (subtitle, more != NULL);
  gtk_list_item_set_activatable (item, entity != NULL);
  gtk_list_item_set_focusable (item, entity != NULL);
  gtk_list_item_set_accessible_label (item, qd_topology_row_get_title (row));
  gtk_list_item_set_accessible_description (item, more ? more : "");
}

static void
activate_cb (QdTopologyPanel *self, guint position)
{
  g_autoptr (QdTopologyRow) row = self->answer ? g_list_model_get_item (G_LIST_MODEL (self->answer->rows), position) : NULL;

  if (row && qd_topology_row_get_entity (row))
    g_signal_emit (self, signals[SIGNAL_CHOSEN], 0, qd_topology_row_get_entity (row));
}

/* --- The object -------------------------------------------------------------------------------- */

static void
qd_topology_panel_dispose (GObject *object)
{
  QdTopologyPanel *self = QD_TOPOLOGY_PANEL (object);

  g_clear_handle_id (&self->again_id, g_source_remove);
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->question, qd_topology_question_free);
  g_clear_pointer (&self->answer, qd_topology_answer_free);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_topology_panel_parent_class)->dispose (object);
}

static void
qd_topology_panel_class_init (QdTopologyPanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_topology_panel_dispose;
  signals[SIGNAL_ANSWERED] = g_signal_new ("answered", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 0);
  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, QD_TYPE_ENTITY);
}

static GtkWidget *
build_label (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (css_class)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
build_spin (QdTopologyPanel *self, const char *title, double least, double most)
{
  GtkWidget *row = adw_spin_row_new_with_range (least, most, 1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  g_signal_connect_swapped (row, "notify::value", G_CALLBACK (control_cb), self);
  gtk_list_box_append (GTK_LIST_BOX (self->controls), row);
  return row;
}

static void
build_controls (QdTopologyPanel *self)
{
  const char *const metrics[] = { _("Latency"), _("Loss"), _("Hops"), NULL };
  g_autoptr (GtkStringList) model = gtk_string_list_new (metrics);

  self->controls = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->controls), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->controls, "boxed-list");
  self->setting = TRUE;
  self->hops = build_spin (self, _("Hops"), 1, MAX_HOPS);
  self->by = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->by), _("Best by"));
  adw_combo_row_set_model (ADW_COMBO_ROW (self->by), G_LIST_MODEL (model));
  g_signal_connect_swapped (self->by, "notify::selected", G_CALLBACK (control_cb), self);
  gtk_list_box_append (GTK_LIST_BOX (self->controls), self->by);
  self->alternatives = build_spin (self, _("Alternatives"), 0, MAX_ALTERNATIVES);
  self->setting = FALSE;
}

/* Where the flows themselves are, and why each is cut off. */
static void
flows_cb (QdTopologyPanel *self)
{
  qd_session_open_page (self->session, "policies");
}

static GtkWidget *
build_list (QdTopologyPanel *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  self->list = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (NULL)), factory);
  gtk_list_view_set_single_click_activate (GTK_LIST_VIEW (self->list), TRUE);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("What it is about"), -1);
  g_signal_connect_swapped (self->list, "activate", G_CALLBACK (activate_cb), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

static void
qd_topology_panel_init (QdTopologyPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->title = build_label ("title-2");
  self->sentence = build_label ("heading");
  self->more = build_label (NULL);
  self->spinner = adw_spinner_new ();
  gtk_widget_set_halign (self->spinner, GTK_ALIGN_START);
  self->flows = gtk_button_new_with_mnemonic (_("Show the _Flows"));
  gtk_widget_set_halign (self->flows, GTK_ALIGN_START);
  gtk_widget_set_visible (self->flows, FALSE);
  g_signal_connect_swapped (self->flows, "clicked", G_CALLBACK (flows_cb), self);
  build_controls (self);
  gtk_box_append (GTK_BOX (box), self->title);
  gtk_box_append (GTK_BOX (box), self->controls);
  gtk_box_append (GTK_BOX (box), self->spinner);
  gtk_box_append (GTK_BOX (box), self->sentence);
  gtk_box_append (GTK_BOX (box), self->more);
  gtk_box_append (GTK_BOX (box), self->flows);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_box_append (GTK_BOX (all), box);
  gtk_box_append (GTK_BOX (all), build_list (self));
  adw_bin_set_child (ADW_BIN (self), all);
}

GtkWidget *
qd_topology_panel_new (QdSession *session)
{
  QdTopologyPanel *self = g_object_new (QD_TYPE_TOPOLOGY_PANEL, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}
