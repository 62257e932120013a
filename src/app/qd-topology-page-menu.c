/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-page-private.h"

#include <glib/gi18n.h>

#include "qd-topology-places.h"

static void
add_section (GMenu *menu, GMenu *section)
{
  if (g_menu_model_get_n_items (G_MENU_MODEL (section)) > 0)
    g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  g_object_unref (section);
}

static void
add_arrangement (QdTopologyPage *self, GMenu *menu, QdPick pick)
{
  GMenu *section = g_menu_new ();
  g_autoptr (GArray) marked = qd_topology_view_get_marked (self->view);
  g_autofree char *group = qd_topology_model_dup_group (self->model, pick.index);
  gboolean is_folded = qd_topology_model_get_group (self->model, pick.index) != NULL;

  if (marked->len > 1)
    {
      g_menu_append (section, _("_Pin All Selected"), "topology.pin");
      g_menu_append (section, _("_Unpin All Selected"), "topology.unpin");
      g_menu_append (section, _("_Zoom to Selection"), "topology.zoom-selection");
    }
  else if (qd_topology_model_is_pinned (self->model, pick.index))
    g_menu_append (section, _("_Unpin"), "topology.unpin");
  else
    g_menu_append (section, _("_Pin Here"), "topology.pin");
  if (group)
    {
      g_autofree char *text = g_strdup_printf (is_folded ? _("Un_fold “%s”") : _("_Fold “%s”"), group);

      g_menu_append (section, text, is_folded ? "topology.unfold" : "topology.fold");
    }
  add_section (menu, section);
}

static void
add_questions (QdTopologyPage *self, GMenu *menu, QdPick pick)
{
  GMenu *section = g_menu_new ();
  QdEntity *entity = qd_topology_model_get_entity (self->model, pick);
  g_autoptr (GArray) marked = qd_topology_view_get_marked (self->view);

  if (pick.kind == QD_PICK_NODE)
    {
      g_menu_append (section, _("_Neighbourhood"), "topology.neighbourhood");
      if (entity && self->path_from && self->path_from != entity)
        {
          g_autofree char *text = g_strdup_printf (_("Path From %s to _Here"), qd_entity_get_name (self->path_from));
          g_menu_append (section, text, "topology.path-to");
        }
      if (entity)
        g_menu_append (section, _("Path _From Here"), "topology.path-from");
      if (marked->len == 2)
        g_menu_append (section, _("Path _Between the Two"), "topology.path-between");
    }
  if (entity || pick.kind == QD_PICK_NODE)
    g_menu_append (section, _("_What If This Fails"), "topology.impact");
  add_section (menu, section);
}

static GMenuModel *
build (QdTopologyPage *self, QdPick pick)
{
  GMenu *menu = g_menu_new (), *section = g_menu_new ();
  QdEntity *entity = qd_topology_model_get_entity (self->model, pick);

  if (entity)
    {
      g_menu_append (section, _("_Details"), "topology.details");
      g_menu_append (section, _("_Open"), "topology.open");
      g_menu_append (section, _("_Copy"), "topology.copy");
    }
  add_section (menu, section);
  if (pick.kind == QD_PICK_NODE)
    add_arrangement (self, menu, pick);
  if (pick.kind != QD_PICK_NOTHING)
    add_questions (self, menu, pick);
  if (pick.kind == QD_PICK_NOTHING)
    {
      section = g_menu_new ();
      g_menu_append (section, _("_Undo"), "topology.undo");
      g_menu_append (section, _("_Redo"), "topology.redo");
      add_section (menu, section);
      section = g_menu_new ();
      g_menu_append (section, _("_Show Everything"), "topology.fit");
      g_menu_append (section, _("_Arrange Anew"), "topology.arrange");
      g_menu_append (section, _("Unpin _Everything"), "topology.unpin-all");
      add_section (menu, section);
    }
  return G_MENU_MODEL (menu);
}

static gboolean
drop_cb (gpointer data)
{
  gtk_widget_unparent (data);
  return G_SOURCE_REMOVE;
}

/* Not at once: the action that was chosen is still to come. */
static void
closed_cb (QdTopologyPage *self, GtkWidget *popover)
{
  if (self->menu == popover)
    self->menu = NULL;
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, drop_cb, g_object_ref (popover), g_object_unref);
}

void
qd_topology_page_show_menu (QdTopologyPage *self, QdPick pick)
{
  g_autoptr (GMenuModel) menu = build (self, pick);
  GdkRectangle at;

  if (self->menu)
    gtk_popover_popdown (GTK_POPOVER (self->menu));
  self->menu_pick = pick;
  qd_topology_page_update_actions (self);
  qd_topology_view_get_menu_point (self->view, &at);
  self->menu = gtk_popover_menu_new_from_model (menu);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &at);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self->view));
  g_signal_connect_object (self->menu, "closed", G_CALLBACK (closed_cb), self, G_CONNECT_SWAPPED);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}
