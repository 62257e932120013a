/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-mini.h"

#include <glib/gi18n.h>

#include "qd-topology-model.h"
#include "qd-topology-view.h"

struct _QdTopologyMini {
  AdwBin parent_instance;

  QdSession *session;
  QdTopologyModel *model;
  QdTopologyView *view;
  GtkLabel *tally;           /* over it, while not everything is shown */
};

G_DEFINE_FINAL_TYPE (QdTopologyMini, qd_topology_mini, ADW_TYPE_BIN)

static void
relabel (QdTopologyMini *self)
{
  QdTopologyCounts counts;
  QdTopologyTally tally;
  g_autofree char *conclusion = NULL, *text = NULL, *shown = NULL;

  qd_topology_model_get_tally (self->model, &tally);
  shown = qd_topology_tally_format (&tally);
  gtk_widget_set_visible (GTK_WIDGET (self->tally), shown != NULL);
  gtk_label_set_label (self->tally, shown ? shown : "");
  qd_topology_model_count (self->model, &counts);
  conclusion = qd_topology_summarize (&counts);
  text = g_strdup_printf (_("Topology: %s"), conclusion);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
scene_cb (QdTopologyMini *self)
{
  qd_topology_view_set_scene (self->view, qd_topology_model_get_scene (self->model), NULL, FALSE);
  relabel (self);
}

static void
updated_cb (QdTopologyMini *self, const QdPick *picks, guint n)
{
  qd_topology_view_update_scene (self->view, qd_topology_model_get_scene (self->model), picks, n);
  relabel (self);
}

static void
moved_cb (QdTopologyMini *self)
{
  qd_topology_view_move_scene (self->view, qd_topology_model_get_scene (self->model), NULL);
  relabel (self);
}

static void
activated_cb (QdTopologyMini *self)
{
  qd_session_open_page (self->session, "topology");
}

static void
qd_topology_mini_dispose (GObject *object)
{
  QdTopologyMini *self = QD_TOPOLOGY_MINI (object);

  g_clear_object (&self->model);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_topology_mini_parent_class)->dispose (object);
}

static void
qd_topology_mini_class_init (QdTopologyMiniClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_topology_mini_dispose;
}

static void
qd_topology_mini_init (QdTopologyMini *self)
{
  GtkWidget *overlay = gtk_overlay_new ();

  self->view = QD_TOPOLOGY_VIEW (qd_topology_view_new ());
  qd_topology_view_set_interactive (self->view, FALSE);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->view), _("Open the topology"));
  self->tally = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->tally, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (self->tally), "caption");
  gtk_widget_set_halign (GTK_WIDGET (self->tally), GTK_ALIGN_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self->tally), GTK_ALIGN_START);
  gtk_widget_set_can_target (GTK_WIDGET (self->tally), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->tally), FALSE);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (self->view));
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), GTK_WIDGET (self->tally));
  adw_bin_set_child (ADW_BIN (self), overlay);
}

/**
 * qd_topology_mini_new:
 * @session: what the window looks at
 *
 * Returns: (transfer floating): the picture
 */
GtkWidget *
qd_topology_mini_new (QdSession *session)
{
  QdTopologyMini *self = g_object_new (QD_TYPE_TOPOLOGY_MINI, NULL);

  self->session = g_object_ref (session);
  self->model = qd_topology_model_get (session);
  qd_topology_model_watch (self->model, GTK_WIDGET (self));
  g_signal_connect_object (self->model, "scene", G_CALLBACK (scene_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "moved", G_CALLBACK (moved_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "updated", G_CALLBACK (updated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->view, "activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  scene_cb (self);
  return GTK_WIDGET (self);
}
