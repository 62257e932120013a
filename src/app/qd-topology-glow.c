/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-view-private.h"

/* At most so many glow at a time: where hundreds change at once, the new colours say enough, and
 * drawing the picture must not become slower for it. */
#define MAX_GLOWS 16

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  QdTopologyView *self = QD_TOPOLOGY_VIEW (widget);
  gint64 now = gdk_frame_clock_get_frame_time (clock);
  GArray *glows = self->state.glows;

  /* The oldest are first. */
  while (glows->len > 0 && now - g_array_index (glows, QdTopologyGlow, 0).since_us > QD_TOPOLOGY_GLOW_US)
    g_array_remove_index (glows, 0);
  gtk_widget_queue_draw (self->overlay);
  if (glows->len > 0)
    return G_SOURCE_CONTINUE;
  self->glow_tick = 0;
  g_clear_pointer (&self->state.glows, g_array_unref);
  return G_SOURCE_REMOVE;
}

static gboolean
has_new_state (const QdScene *before, const QdScene *after, QdPick pick)
{
  if (pick.kind == QD_PICK_NODE)
    return pick.index < before->n_nodes && before->nodes[pick.index].status != after->nodes[pick.index].status;
  return pick.index < before->n_edges && before->edges[pick.index].status != after->edges[pick.index].status;
}

void
qd_topology_glow_add (QdTopologyView *self, const QdScene *next, const QdPick *picks, guint n)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  if (clock == NULL || self->state.scene == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)) ||
      !adw_get_enable_animations (GTK_WIDGET (self)))
    return;
  for (guint i = 0; i < n && (self->state.glows == NULL || self->state.glows->len < MAX_GLOWS); i++)
    {
      QdTopologyGlow glow = { picks[i], gdk_frame_clock_get_frame_time (clock) };

      if (!has_new_state (self->state.scene, next, picks[i]))
        continue;
      if (self->state.glows == NULL)
        self->state.glows = g_array_new (FALSE, FALSE, sizeof (QdTopologyGlow));
      g_array_append_val (self->state.glows, glow);
    }
  if (self->state.glows && self->glow_tick == 0)
    self->glow_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

void
qd_topology_glow_clear (QdTopologyView *self)
{
  if (self->glow_tick)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->glow_tick);
  self->glow_tick = 0;
  g_clear_pointer (&self->state.glows, g_array_unref);
}
