/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-table-page.h"

#include <glib/gi18n.h>

#include "qd-detail-pane.h"
#include "qd-entity-actions.h"
#include "qd-window.h"

typedef struct {
  GtkWidget *split;
  GtkWidget *stack;
  GtkWidget *detail, *close, *back;
  GtkWidget *heading, *leave, *up;     /* back to the table, where it is covered; from a subpage to all details */
  GtkWidget *tables[QD_TABLE_PAGE_MAX_KINDS];
  guint update;                        /* timeout: what can be done with what is selected is looked at twice a second at most */
} QdTablePagePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (QdTablePage, qd_table_page, QD_TYPE_PAGE)

static QdSession *
get_session (QdTablePage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

static gboolean
is_narrow (QdTablePagePrivate *priv)
{
  return adw_overlay_split_view_get_collapsed (ADW_OVERLAY_SPLIT_VIEW (priv->split));
}

static void
show_detail (QdTablePage *self, QdEntity *entity, gboolean reveal)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);

  qd_detail_pane_set_entity (QD_DETAIL_PANE (priv->detail), entity);
  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (priv->split), entity != NULL && reveal);
}

/* --- Row actions -------------------------------------------------------------------------------- */

/* Those of what is selected that @verb can be done with. (transfer container) */
static GPtrArray *
find_allowed (QdTablePage *self, QdTable *table, const char *verb)
{
  GPtrArray *selection = qd_table_get_selection (table), *allowed = g_ptr_array_new ();

  for (guint i = 0; i < selection->len; i++)
    {
      g_autofree char *why = NULL;

      if (qd_entity_action_allowed (get_session (self), selection->pdata[i], verb, &why))
        g_ptr_array_add (allowed, selection->pdata[i]);
    }
  g_ptr_array_unref (selection);
  return allowed;
}

static gboolean
can_run (QdTablePage *self, QdTable *table, const char *verb)
{
  QdEntity *selected = qd_table_get_selected (table);
  g_autoptr (GPtrArray) allowed = NULL;
  g_autofree char *why = NULL;

  if (selected != NULL)
    return qd_entity_action_allowed (get_session (self), selected, verb, &why);
  if (!qd_entity_action_takes_many (verb))
    return FALSE;
  allowed = find_allowed (self, table, verb);
  return allowed->len > 0;
}

static void
update_row_actions (QdTablePage *self, QdTable *table)
{
  for (const char *const *verb = qd_entity_actions_get (qd_table_get_kind (table)); *verb != NULL; verb++)
    {
      g_autofree char *action = g_strdup_printf ("row.%s", *verb);

      gtk_widget_action_set_enabled (GTK_WIDGET (self), action, can_run (self, table, *verb));
    }
}

static void
row_action_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdTablePage *self = QD_TABLE_PAGE (widget);
  QdTable *table = qd_table_page_get_table (self);
  QdEntity *selected = qd_table_get_selected (table);
  const char *verb = name + strlen ("row.");
  g_autoptr (GPtrArray) allowed = NULL;

  if (selected != NULL)
    {
      qd_entity_action_run (get_session (self), widget, selected, verb);
      return;
    }
  allowed = qd_entity_action_takes_many (verb) ? find_allowed (self, table, verb) : NULL;
  /* What of it cannot be is said where it is asked for. */
  if (allowed != NULL && allowed->len > 0)
    {
      g_autoptr (GPtrArray) selection = qd_table_get_selection (table);

      qd_entity_action_run_many (get_session (self), widget, selection, verb);
    }
}

static void
set_row_menu (QdTablePage *self, QdTable *table)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  /* With what is on paper nothing can be done. */
  gboolean is_paper = qd_connection_is_paper (qd_session_get_connection (get_session (self)));

  for (const char *const *verb = qd_entity_actions_get (qd_table_get_kind (table)); *verb != NULL; verb++)
    {
      g_autofree char *action = g_strdup_printf ("row.%s", *verb);

      g_menu_append (menu, qd_entity_action_get_label (*verb), action);
    }
  qd_table_set_row_menu (table, g_menu_model_get_n_items (G_MENU_MODEL (menu)) > 0 && !is_paper ? G_MENU_MODEL (menu) : NULL);
}

static void
connection_cb (QdTablePage *self)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);

  for (guint i = 0; i < G_N_ELEMENTS (priv->tables); i++)
    if (priv->tables[i] != NULL)
      set_row_menu (self, QD_TABLE (priv->tables[i]));
}

/* --- Selection ---------------------------------------------------------------------------------- */

static void
selection_changed_cb (QdTablePage *self, QdTable *table)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  QdEntity *selected = qd_table_get_selected (table);

  update_row_actions (self, table);
  if (table != qd_table_page_get_table (self))
    return;
  qd_session_set_selected (get_session (self), selected);
  /* Where the pane would cover the table, only opening a row shows it. */
  show_detail (self, selected, !is_narrow (priv));
}

static void
activated_cb (QdTablePage *self, QdEntity *entity)
{
  show_detail (self, entity, TRUE);
}

static void
close_cb (QdTablePage *self)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);

  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (priv->split), FALSE);
}

static void
kind_changed_cb (QdTablePage *self)
{
  QdTable *table = qd_table_page_get_table (self);

  if (table != NULL)
    selection_changed_cb (self, table);
}

/* --- QdPage ------------------------------------------------------------------------------------- */

static gboolean
qd_table_page_show_entity (QdPage *page, QdEntity *entity)
{
  QdTablePage *self = QD_TABLE_PAGE (page);
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  QdTablePageClass *klass = QD_TABLE_PAGE_GET_CLASS (self);

  for (guint i = 0; i < klass->n_kinds; i++)
    if (klass->kinds[i] == qd_entity_get_kind (entity))
      {
        if (!qd_table_select (QD_TABLE (priv->tables[i]), entity))
          return FALSE;
        adw_view_stack_set_visible_child (ADW_VIEW_STACK (priv->stack), priv->tables[i]);
        show_detail (self, entity, TRUE);
        return TRUE;
      }
  return FALSE;
}

static void
qd_table_page_focus_search (QdPage *page)
{
  qd_table_focus_search (qd_table_page_get_table (QD_TABLE_PAGE (page)));
}

static char *
qd_table_page_copy (QdPage *page)
{
  return qd_table_copy (qd_table_page_get_table (QD_TABLE_PAGE (page)));
}

/* --- The object --------------------------------------------------------------------------------- */

static void
add_table (QdTablePage *self, guint i)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  QdKind kind = QD_TABLE_PAGE_GET_CLASS (self)->kinds[i];
  const QdSchema *schema = qd_schema_get (kind);

  priv->tables[i] = qd_table_new (get_session (self), kind);
  set_row_menu (self, QD_TABLE (priv->tables[i]));
  update_row_actions (self, QD_TABLE (priv->tables[i]));
  g_signal_connect_object (priv->tables[i], "selection-changed", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (priv->tables[i], "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  adw_view_stack_add_titled_with_icon (ADW_VIEW_STACK (priv->stack), priv->tables[i], schema->id, _(schema->title),
                                       kind == QD_KIND_NODE ? "qd-nodes-symbolic" : "qd-sites-symbolic");
}

static GtkWidget *
build_content (QdTablePage *self)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *switcher;

  priv->stack = adw_view_stack_new ();
  for (guint i = 0; i < QD_TABLE_PAGE_GET_CLASS (self)->n_kinds; i++)
    add_table (self, i);
  if (QD_TABLE_PAGE_GET_CLASS (self)->n_kinds > 1)
    {
      switcher = adw_inline_view_switcher_new ();
      adw_inline_view_switcher_set_stack (ADW_INLINE_VIEW_SWITCHER (switcher), ADW_VIEW_STACK (priv->stack));
      gtk_widget_set_halign (switcher, GTK_ALIGN_START);
      gtk_widget_add_css_class (switcher, "qd-table-switcher");
      gtk_box_append (GTK_BOX (box), switcher);
    }
  gtk_widget_set_vexpand (priv->stack, TRUE);
  gtk_box_append (GTK_BOX (box), priv->stack);
  g_signal_connect_object (priv->stack, "notify::visible-child", G_CALLBACK (kind_changed_cb), self, G_CONNECT_SWAPPED);
  return box;
}

static gboolean
update_cb (gpointer user_data)
{
  QdTablePage *self = user_data;
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  QdTable *table = qd_table_page_get_table (self);

  priv->update = 0;
  if (table != NULL)
    update_row_actions (self, table);
  return G_SOURCE_REMOVE;
}

/* What is gone for good is not shown any more; what has changed may be done other things with. */
static void
committed_cb (QdTablePage *self, QdFleet *fleet)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  QdEntity *shown = qd_detail_pane_get_entity (QD_DETAIL_PANE (priv->detail));

  if (priv->update == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    priv->update = g_timeout_add (500, update_cb, self);

  if (shown != NULL && qd_fleet_lookup (fleet, qd_entity_get_connection (shown), qd_entity_get_kind (shown),
                                        qd_entity_get_id (shown)) == NULL)
    show_detail (self, NULL, FALSE);
}

/* A subpage says in its own words what it is, but not of what. */
static void
subpage_cb (QdTablePage *self)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  QdDetailPane *pane = QD_DETAIL_PANE (priv->detail);
  gboolean on_subpage = qd_detail_pane_get_on_subpage (pane);

  gtk_label_set_text (GTK_LABEL (priv->heading), on_subpage ? qd_entity_get_name (qd_detail_pane_get_entity (pane)) : _("Details"));
  gtk_widget_set_visible (priv->up, on_subpage);
  gtk_widget_set_visible (priv->leave, !on_subpage);
}

static GtkWidget *
build_button (const char *icon, const char *title)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return button;
}

static GtkWidget *
build_close (QdTablePage *self, const char *icon)
{
  GtkWidget *close = build_button (icon, _("Close details"));

  g_signal_connect_object (close, "clicked", G_CALLBACK (close_cb), self, G_CONNECT_SWAPPED);
  return close;
}

static GtkWidget *
build_start (QdTablePage *self)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  priv->back = build_close (self, "go-previous-symbolic");
  gtk_widget_set_visible (priv->back, FALSE);
  priv->leave = adw_bin_new ();
  adw_bin_set_child (ADW_BIN (priv->leave), priv->back);
  priv->up = build_button ("go-previous-symbolic", _("Back to all details"));
  gtk_widget_set_visible (priv->up, FALSE);
  g_signal_connect_object (priv->up, "clicked", G_CALLBACK (qd_detail_pane_go_back), priv->detail, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), priv->leave);
  gtk_box_append (GTK_BOX (box), priv->up);
  return box;
}

static GtkWidget *
build_sidebar (QdTablePage *self)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *line = gtk_center_box_new ();

  priv->detail = qd_detail_pane_new (get_session (self));
  g_signal_connect_object (priv->detail, "notify::on-subpage", G_CALLBACK (subpage_cb), self, G_CONNECT_SWAPPED);
  priv->heading = gtk_label_new (_("Details"));
  gtk_label_set_ellipsize (GTK_LABEL (priv->heading), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (priv->heading, "heading");
  priv->close = build_close (self, "window-close-symbolic");
  gtk_center_box_set_start_widget (GTK_CENTER_BOX (line), build_start (self));
  gtk_center_box_set_center_widget (GTK_CENTER_BOX (line), priv->heading);
  gtk_center_box_set_end_widget (GTK_CENTER_BOX (line), priv->close);
  gtk_widget_add_css_class (line, "toolbar");
  gtk_widget_set_vexpand (priv->detail, TRUE);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), priv->detail);
  return box;
}

static GtkWidget *
build_breakpoints (QdTablePage *self)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  GtkWidget *bin = adw_breakpoint_bin_new ();
  AdwBreakpoint *narrow = adw_breakpoint_new (adw_breakpoint_condition_parse ("max-width: 720sp"));

  adw_breakpoint_add_setters (narrow, G_OBJECT (priv->split), "collapsed", TRUE, G_OBJECT (priv->split),
                              "max-sidebar-width", 720.0, G_OBJECT (priv->split), "sidebar-width-fraction", 1.0,
                              G_OBJECT (priv->back), "visible", TRUE, G_OBJECT (priv->close), "visible", FALSE, NULL);
  gtk_widget_set_size_request (bin, 340, 200);
  adw_breakpoint_bin_set_child (ADW_BREAKPOINT_BIN (bin), priv->split);
  adw_breakpoint_bin_add_breakpoint (ADW_BREAKPOINT_BIN (bin), narrow);
  return bin;
}

static void
qd_table_page_constructed (GObject *object)
{
  QdTablePage *self = QD_TABLE_PAGE (object);
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);

  G_OBJECT_CLASS (qd_table_page_parent_class)->constructed (object);
  priv->split = adw_overlay_split_view_new ();
  adw_overlay_split_view_set_sidebar_position (ADW_OVERLAY_SPLIT_VIEW (priv->split), GTK_PACK_END);
  adw_overlay_split_view_set_sidebar (ADW_OVERLAY_SPLIT_VIEW (priv->split), build_sidebar (self));
  adw_overlay_split_view_set_content (ADW_OVERLAY_SPLIT_VIEW (priv->split), build_content (self));
  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (priv->split), FALSE);
  /* not in scaled pixels: with text at twice its size it would be wider than a narrow window */
  adw_overlay_split_view_set_sidebar_width_unit (ADW_OVERLAY_SPLIT_VIEW (priv->split), ADW_LENGTH_UNIT_PX);
  adw_overlay_split_view_set_min_sidebar_width (ADW_OVERLAY_SPLIT_VIEW (priv->split), 320);
  adw_overlay_split_view_set_max_sidebar_width (ADW_OVERLAY_SPLIT_VIEW (priv->split), 400);
  adw_overlay_split_view_set_sidebar_width_fraction (ADW_OVERLAY_SPLIT_VIEW (priv->split), 0.34);
  g_signal_connect_object (qd_session_get_fleet (get_session (self)), "committed", G_CALLBACK (committed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_session (self), "notify::connection", G_CALLBACK (connection_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), build_breakpoints (self));
}

static void
qd_table_page_dispose (GObject *object)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (QD_TABLE_PAGE (object));

  g_clear_handle_id (&priv->update, g_source_remove);
  G_OBJECT_CLASS (qd_table_page_parent_class)->dispose (object);
}

static void
qd_table_page_class_init (QdTablePageClass *klass)
{
  QdPageClass *page_class = QD_PAGE_CLASS (klass);
  static const QdKind with_actions[] = { QD_KIND_SITE, QD_KIND_PATH, QD_KIND_FLOW, QD_KIND_JOB, QD_KIND_ROUTING, QD_KIND_TENANT };

  G_OBJECT_CLASS (klass)->constructed = qd_table_page_constructed;
  G_OBJECT_CLASS (klass)->dispose = qd_table_page_dispose;
  page_class->show_entity = qd_table_page_show_entity;
  page_class->focus_search = qd_table_page_focus_search;
  page_class->copy = qd_table_page_copy;
  for (gsize i = 0; i < G_N_ELEMENTS (with_actions); i++)
    for (const char *const *verb = qd_entity_actions_get (with_actions[i]); *verb != NULL; verb++)
      {
        g_autofree char *action = g_strdup_printf ("row.%s", *verb);

        gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), action, NULL, row_action_cb);
      }
}

static void
qd_table_page_init (QdTablePage *self)
{
}

QdTable *
qd_table_page_get_table (QdTablePage *self)
{
  QdTablePagePrivate *priv = qd_table_page_get_instance_private (self);
  GtkWidget *child = adw_view_stack_get_visible_child (ADW_VIEW_STACK (priv->stack));

  return child != NULL ? QD_TABLE (child) : NULL;
}

void
qd_table_page_open_filtered (QdSession *session, GtkWidget *from, const char *id, const char *filter)
{
  GtkRoot *root = gtk_widget_get_root (from);
  QdPage *page;

  qd_session_open_page (session, id);
  page = QD_IS_WINDOW (root) ? qd_window_get_page (QD_WINDOW (root)) : NULL;
  if (QD_IS_TABLE_PAGE (page) && g_str_equal (qd_page_get_id (page), id))
    qd_table_set_filter_text (qd_table_page_get_table (QD_TABLE_PAGE (page)), filter);
}
