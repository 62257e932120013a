/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-twin.h"

#include <glib/gi18n.h>

#include "qd-table.h"

static const QdKind kinds[] = { QD_KIND_SITE, QD_KIND_NODE, QD_KIND_PATH, QD_KIND_LINK };

struct _QdTopologyTwin {
  AdwBin parent_instance;

  QdSession *session;
  AdwViewStack *stack;       /* NULL until it is first shown */
  QdTable *tables[G_N_ELEMENTS (kinds)];
  char *filter;
  GPtrArray *several;        /* what is selected in the picture; NULL: nobody said */
  gboolean selecting;
};

G_DEFINE_FINAL_TYPE (QdTopologyTwin, qd_topology_twin, ADW_TYPE_BIN)

static guint several_signal;

static QdTable *
get_table (QdTopologyTwin *self)
{
  return QD_TABLE (adw_view_stack_get_visible_child (self->stack));
}

/* --- Selection --------------------------------------------------------------------------------- */

static void
selection_cb (QdTopologyTwin *self, QdTable *table)
{
  g_autoptr (GPtrArray) selected = NULL;

  if (self->selecting || table != get_table (self))
    return;
  selected = qd_table_get_selection (table);
  self->selecting = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (self->tables[i] != table)
      qd_table_clear_selection (self->tables[i]);
  qd_session_set_selected (self->session, qd_table_get_selected (table));
  self->selecting = FALSE;
  g_signal_emit (self, several_signal, 0, selected);
}

static void
session_selected_cb (QdTopologyTwin *self)
{
  QdEntity *entity = qd_session_get_selected (self->session);

  if (self->selecting || self->stack == NULL || entity == NULL)
    return;
  self->selecting = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i] == qd_entity_get_kind (entity))
      {
        adw_view_stack_set_visible_child (self->stack, GTK_WIDGET (self->tables[i]));
        if (qd_table_get_selected (self->tables[i]) != entity)
          qd_table_select (self->tables[i], entity);
      }
  self->selecting = FALSE;
}

/* Of both kinds, for the picture has both. */
static void
show_several (QdTopologyTwin *self)
{
  gboolean was = self->selecting;

  self->selecting = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    qd_table_select_several (self->tables[i], self->several);
  /* Where nothing of the kind in sight is among them, the other one comes. */
  for (guint i = 0; i < G_N_ELEMENTS (kinds) && self->several->len > 0; i++)
    if (qd_entity_get_kind (self->several->pdata[0]) == kinds[i])
      {
        g_autoptr (GPtrArray) here = qd_table_get_selection (get_table (self));

        if (here->len == 0)
          adw_view_stack_set_visible_child (self->stack, GTK_WIDGET (self->tables[i]));
      }
  self->selecting = was;
}

static void
show_selection (QdTopologyTwin *self)
{
  if (self->several)
    show_several (self);
  if (self->several == NULL || self->several->len <= 1)
    session_selected_cb (self);
}

static void
activated_cb (QdTopologyTwin *self, QdEntity *entity)
{
  qd_session_open (self->session, entity);
}

/* --- The object -------------------------------------------------------------------------------- */

static void
apply_filter (QdTopologyTwin *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i] == QD_KIND_SITE || kinds[i] == QD_KIND_NODE)
      qd_table_set_filter_text (self->tables[i], self->filter ? self->filter : "");
}

static void
build (QdTopologyTwin *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *switcher = adw_inline_view_switcher_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->stack = ADW_VIEW_STACK (adw_view_stack_new ());
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const QdSchema *schema = qd_schema_get (kinds[i]);

      self->tables[i] = QD_TABLE (qd_table_new (self->session, kinds[i]));
      g_signal_connect_object (self->tables[i], "selection-changed", G_CALLBACK (selection_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (self->tables[i], "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
      adw_view_stack_add_titled (self->stack, GTK_WIDGET (self->tables[i]), schema->id, _(schema->title));
    }
  adw_inline_view_switcher_set_stack (ADW_INLINE_VIEW_SWITCHER (switcher), self->stack);
  gtk_widget_set_halign (switcher, GTK_ALIGN_START);
  gtk_widget_add_css_class (switcher, "qd-table-switcher");
  /* Where its words are too wide, in large text, it moves aside rather than to cut them short. */
  adw_inline_view_switcher_set_can_shrink (ADW_INLINE_VIEW_SWITCHER (switcher), FALSE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), switcher);
  gtk_widget_set_vexpand (GTK_WIDGET (self->stack), TRUE);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->stack));
  adw_bin_set_child (ADW_BIN (self), box);
  apply_filter (self);
  show_selection (self);
}

static void
qd_topology_twin_map (GtkWidget *widget)
{
  if (QD_TOPOLOGY_TWIN (widget)->stack == NULL)
    build (QD_TOPOLOGY_TWIN (widget));
  GTK_WIDGET_CLASS (qd_topology_twin_parent_class)->map (widget);
}

static void
qd_topology_twin_dispose (GObject *object)
{
  QdTopologyTwin *self = QD_TOPOLOGY_TWIN (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->filter, g_free);
  g_clear_pointer (&self->several, g_ptr_array_unref);
  G_OBJECT_CLASS (qd_topology_twin_parent_class)->dispose (object);
}

static void
qd_topology_twin_class_init (QdTopologyTwinClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_topology_twin_dispose;
  GTK_WIDGET_CLASS (klass)->map = qd_topology_twin_map;
  several_signal = g_signal_new ("several", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
}

static void
qd_topology_twin_init (QdTopologyTwin *self)
{
}

GtkWidget *
qd_topology_twin_new (QdSession *session)
{
  QdTopologyTwin *self = g_object_new (QD_TYPE_TOPOLOGY_TWIN, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::selected", G_CALLBACK (session_selected_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

void
qd_topology_twin_set_filter (QdTopologyTwin *self, const char *text)
{
  g_return_if_fail (QD_IS_TOPOLOGY_TWIN (self));

  if (g_set_str (&self->filter, text) && self->stack)
    apply_filter (self);
}

void
qd_topology_twin_set_several (QdTopologyTwin *self, GPtrArray *entities)
{
  g_return_if_fail (QD_IS_TOPOLOGY_TWIN (self));

  /* What was said here is not said back. */
  if (self->selecting)
    return;
  g_clear_pointer (&self->several, g_ptr_array_unref);
  self->several = g_ptr_array_ref (entities);
  if (self->stack)
    show_selection (self);
}

void
qd_topology_twin_focus_search (QdTopologyTwin *self)
{
  if (self->stack)
    qd_table_focus_search (get_table (self));
}
