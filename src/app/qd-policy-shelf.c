/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-shelf.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-known.h"

/* Each row costs: what is not among the first is found by its name. */
#define MAX_ROWS 10

typedef struct { GtkWidget *row; QdPolicyPick *pick; } Row;

struct _QdPolicyShelf {
  AdwBin parent_instance;

  QdPolicyBuilder *builder;   /* we are within it */
  QdPolicyWorld *world;
  GPtrArray *of_pods, *of_namespaces;   /* of QdPolicyKnownLabel, in @world; NULL: not looked for yet */
  GtkWidget *expander, *search, *list, *more, *none;
  GArray *rows;               /* of Row: made when they are first needed */
  guint used, n_found;
  guint fill_id;
};

G_DEFINE_FINAL_TYPE (QdPolicyShelf, qd_policy_shelf, ADW_TYPE_BIN)

static Row *
row_of (QdPolicyShelf *self, GtkWidget *widget)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = &g_array_index (self->rows, Row, i);

      if (row->row == widget || gtk_widget_is_ancestor (widget, row->row))
        return row;
    }
  return NULL;
}

static void
send (QdPolicyShelf *self, GtkWidget *button, QdPolicyDirection direction)
{
  Row *row = row_of (self, button);
  g_autoptr (QdPolicyPick) pick = row != NULL && row->pick != NULL ? g_object_ref (row->pick) : NULL;

  if (pick != NULL)
    qd_policy_builder_add_pick (self->builder, direction, QD_YAML_END, pick);
}

static void
ingress_cb (QdPolicyShelf *self, GtkWidget *button)
{
  send (self, button, QD_POLICY_INGRESS);
}

static void
egress_cb (QdPolicyShelf *self, GtkWidget *button)
{
  send (self, button, QD_POLICY_EGRESS);
}

static GdkContentProvider *
drag_prepare_cb (QdPolicyShelf *self, double x, double y, GtkDragSource *source)
{
  GtkWidget *widget = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  g_autoptr (GdkPaintable) picture = gtk_widget_paintable_new (widget);
  const Row *row = row_of (self, widget);

  if (row == NULL || row->pick == NULL)
    return NULL;
  gtk_drag_source_set_icon (source, picture, (int) x, (int) y);
  return gdk_content_provider_new_typed (QD_TYPE_POLICY_PICK, row->pick);
}

/* --- Rows ---------------------------------------------------------------------------------------- */

static void
clear_row (gpointer data)
{
  g_clear_object (&((Row *) data)->pick);
}

static GtkWidget *
row_new (QdPolicyShelf *self)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *in = qd_policy_button_new ("go-previous-symbolic", _("Rule for What Comes In")), *out = qd_policy_button_new ("go-next-symbolic", _("Rule for What Goes Out"));
  GtkDragSource *source = gtk_drag_source_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  gtk_widget_set_valign (in, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (out, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), in);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), out);
  g_signal_connect_swapped (in, "clicked", G_CALLBACK (ingress_cb), self);
  g_signal_connect_swapped (out, "clicked", G_CALLBACK (egress_cb), self);
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect_swapped (source, "prepare", G_CALLBACK (drag_prepare_cb), self);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (source));
  gtk_list_box_append (GTK_LIST_BOX (self->list), row);
  return row;
}

/* Takes @pick. */
static void
use_row (QdPolicyShelf *self, QdPolicyPick *pick, const char *title, const char *subtitle)
{
  Row *row;

  if (self->used == self->rows->len)
    {
      const Row made = { row_new (self), NULL };

      g_array_append_val (self->rows, made);
    }
  row = &g_array_index (self->rows, Row, self->used++);
  g_clear_object (&row->pick);
  row->pick = pick;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row->row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row->row), subtitle);
  gtk_widget_set_visible (row->row, TRUE);
}

static void
add_label (QdPolicyShelf *self, const QdPolicyKnownLabel *label, gboolean of_namespaces, const char *text)
{
  g_autofree char *whole = g_strdup_printf ("%s=%s", label->key, label->value), *count = NULL;

  if ((*text != '\0' && strstr (whole, text) == NULL) || self->n_found++ >= MAX_ROWS)
    return;
  count = of_namespaces ? g_strdup_printf (ngettext ("%u namespace", "%u namespaces", label->count), label->count)
                        : g_strdup_printf (ngettext ("%u workload", "%u workloads", label->count), label->count);
  use_row (self, qd_policy_pick_new_label (of_namespaces, label->key, label->value), whole, count);
}

static void
add_workload (QdPolicyShelf *self, const QdPolicyWorkload *workload, const char *text)
{
  g_autofree char *where = NULL;

  if ((*text != '\0' && strstr (workload->text, text) == NULL) || self->n_found++ >= MAX_ROWS)
    return;
  where = g_strdup_printf ("%s · %s", workload->namespace->name, workload->kind);
  use_row (self, qd_policy_pick_new_workload (workload), workload->name, where);
}

static void
look (QdPolicyShelf *self)
{
  if (self->of_pods != NULL || self->world == NULL)
    return;
  self->of_pods = qd_policy_known_labels (self->world, FALSE, NULL, TRUE);
  self->of_namespaces = qd_policy_known_labels (self->world, TRUE, NULL, TRUE);
}

static void
fill (QdPolicyShelf *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  GPtrArray *workloads = self->world != NULL ? qd_policy_world_get_workloads (self->world) : NULL;
  g_autofree char *more = NULL;

  look (self);
  self->used = self->n_found = 0;
  for (guint i = 0; workloads != NULL && i < workloads->len; i++)
    add_workload (self, workloads->pdata[i], text);
  for (guint i = 0; self->of_pods != NULL && i < self->of_pods->len; i++)
    add_label (self, self->of_pods->pdata[i], FALSE, text);
  for (guint i = 0; self->of_namespaces != NULL && i < self->of_namespaces->len; i++)
    add_label (self, self->of_namespaces->pdata[i], TRUE, text);
  for (guint i = self->used; i < self->rows->len; i++)
    {
      Row *row = &g_array_index (self->rows, Row, i);

      g_clear_object (&row->pick);
      gtk_widget_set_visible (row->row, FALSE);
    }
  more = g_strdup_printf (ngettext ("%u more: type a part of its name", "%u more: type a part of their name", self->n_found - self->used),
                          self->n_found - self->used);
  qd_policy_label_set (self->more, more);
  gtk_widget_set_visible (self->more, self->n_found > self->used);
  gtk_widget_set_visible (self->none, self->used == 0);
  gtk_widget_set_visible (self->list, self->used > 0);
}

static gboolean
fill_cb (gpointer data)
{
  QdPolicyShelf *self = data;

  self->fill_id = 0;
  fill (self);
  return G_SOURCE_REMOVE;
}

static void
fill_soon (QdPolicyShelf *self)
{
  if (self->fill_id == 0 && gtk_expander_get_expanded (GTK_EXPANDER (self->expander)))
    self->fill_id = g_idle_add (fill_cb, self);
}

/* --- The object ---------------------------------------------------------------------------------- */

static void
qd_policy_shelf_dispose (GObject *object)
{
  QdPolicyShelf *self = QD_POLICY_SHELF (object);

  g_clear_handle_id (&self->fill_id, g_source_remove);
  qd_policy_shelf_set_world (self, NULL);
  G_OBJECT_CLASS (qd_policy_shelf_parent_class)->dispose (object);
}

static void
qd_policy_shelf_finalize (GObject *object)
{
  g_array_unref (QD_POLICY_SHELF (object)->rows);
  G_OBJECT_CLASS (qd_policy_shelf_parent_class)->finalize (object);
}

static void
qd_policy_shelf_class_init (QdPolicyShelfClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_shelf_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_policy_shelf_finalize;
}

static void
qd_policy_shelf_init (QdPolicyShelf *self)
{
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_set_clear_func (self->rows, clear_row);
}

static GtkWidget *
inside_new (QdPolicyShelf *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->search = gtk_search_entry_new ();
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (self->search), _("Find a workload or label"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Find a workload or label"), -1);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Workloads and labels"), -1);
  self->more = qd_policy_label_new (NULL, "dimmed");
  self->none = qd_policy_label_new (_("Nothing of that name is known here"), "dimmed");
  gtk_widget_set_margin_top (box, 9);
  gtk_box_append (GTK_BOX (box), qd_policy_label_new (_("Drag one to a side, or onto a rule"), "dimmed"));
  gtk_box_append (GTK_BOX (box), self->search);
  gtk_box_append (GTK_BOX (box), self->list);
  gtk_box_append (GTK_BOX (box), self->more);
  gtk_box_append (GTK_BOX (box), self->none);
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (fill_soon), self);
  return box;
}

GtkWidget *
qd_policy_shelf_new (QdPolicyBuilder *builder)
{
  QdPolicyShelf *self = g_object_new (QD_TYPE_POLICY_SHELF, NULL);

  self->builder = builder;
  self->expander = gtk_expander_new (_("Workloads and Labels"));
  gtk_expander_set_child (GTK_EXPANDER (self->expander), inside_new (self));
  gtk_widget_add_css_class (self->expander, "qd-policy-shelf");
  adw_bin_set_child (ADW_BIN (self), self->expander);
  g_signal_connect_swapped (self->expander, "notify::expanded", G_CALLBACK (fill_soon), self);
  return GTK_WIDGET (self);
}

void
qd_policy_shelf_set_world (QdPolicyShelf *self, QdPolicyWorld *world)
{
  g_clear_pointer (&self->of_pods, g_ptr_array_unref);
  g_clear_pointer (&self->of_namespaces, g_ptr_array_unref);
  g_clear_pointer (&self->world, qd_policy_world_unref);
  self->world = world != NULL ? qd_policy_world_ref (world) : NULL;
  if (world != NULL)
    fill_soon (self);
}

void
qd_policy_shelf_set_expanded (QdPolicyShelf *self, gboolean expanded)
{
  gtk_expander_set_expanded (GTK_EXPANDER (self->expander), expanded);
}
