/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-page-private.h"

#include <glib/gi18n.h>

/* How fast the past goes by. */
#define PLAY_MS 250
#define PLAY_MINUTES 5

/* The slider's end is now. */
static void
look_at (QdTopologyPage *self, double minutes)
{
  gint64 ago = (gint64) (QD_TOPOLOGY_PAST_MINUTES - minutes);

  qd_topology_past_set_time (self->past, ago <= 0 ? 0 : g_get_real_time () - ago * G_TIME_SPAN_MINUTE);
}

static void
slid_cb (QdTopologyPage *self)
{
  if (gtk_revealer_get_reveal_child (self->past_revealer))
    look_at (self, gtk_range_get_value (GTK_RANGE (self->past_scale)));
}

static void
stop_playing (QdTopologyPage *self)
{
  g_clear_handle_id (&self->play_id, g_source_remove);
  gtk_button_set_icon_name (self->play_button, "media-playback-start-symbolic");
}

static gboolean
play_cb (gpointer data)
{
  QdTopologyPage *self = data;
  double at = gtk_range_get_value (GTK_RANGE (self->past_scale)) + PLAY_MINUTES;

  gtk_range_set_value (GTK_RANGE (self->past_scale), at);
  if (at < QD_TOPOLOGY_PAST_MINUTES)
    return G_SOURCE_CONTINUE;
  self->play_id = 0;
  stop_playing (self);
  return G_SOURCE_REMOVE;
}

void
qd_topology_page_play (QdTopologyPage *self)
{
  if (self->play_id)
    {
      stop_playing (self);
      return;
    }
  if (gtk_range_get_value (GTK_RANGE (self->past_scale)) >= QD_TOPOLOGY_PAST_MINUTES)
    gtk_range_set_value (GTK_RANGE (self->past_scale), 0);
  gtk_button_set_icon_name (self->play_button, "media-playback-pause-symbolic");
  self->play_id = g_timeout_add (PLAY_MS, play_cb, self);
}

static void
changed_cb (QdTopologyPage *self)
{
  gboolean shown = qd_topology_past_is_shown (self->past);
  g_autofree char *text = shown ? qd_topology_past_describe (self->past) : NULL;

  gtk_widget_set_visible (self->past_box, shown);
  gtk_label_set_label (self->past_label, text ? text : "");
  if (shown)
    gtk_widget_add_css_class (GTK_WIDGET (self->view), "qd-past");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->view), "qd-past");
  qd_topology_page_redress (self);
  qd_topology_page_refresh_legend (self);
}

void
qd_topology_page_show_past (QdTopologyPage *self, gboolean wanted)
{
  if (wanted)
    qd_topology_past_load (self->past);
  stop_playing (self);
  gtk_range_set_value (GTK_RANGE (self->past_scale), QD_TOPOLOGY_PAST_MINUTES);
  gtk_revealer_set_reveal_child (self->past_revealer, wanted);
  if (wanted)
    gtk_widget_grab_focus (GTK_WIDGET (self->past_scale));
  else
    qd_topology_past_set_time (self->past, 0);
  qd_topology_page_update_actions (self);
}

static char *
format_cb (GtkScale *scale, double value, gpointer data)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) then = g_date_time_add_minutes (now, (int) (value - QD_TOPOLOGY_PAST_MINUTES));

  return value >= QD_TOPOLOGY_PAST_MINUTES ? g_strdup (_("now")) : g_date_time_format (then, "%R");
}

void
qd_topology_page_add_past (QdTopologyPage *self)
{
  /* From now on it hears of what happens. */
  self->past = qd_topology_past_new (qd_topology_page_get_session (self));
  g_signal_connect_object (self->past, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  gtk_range_set_range (GTK_RANGE (self->past_scale), 0, QD_TOPOLOGY_PAST_MINUTES);
  gtk_range_set_increments (GTK_RANGE (self->past_scale), 1, 60);
  gtk_range_set_value (GTK_RANGE (self->past_scale), QD_TOPOLOGY_PAST_MINUTES);
  gtk_scale_set_format_value_func (self->past_scale, format_cb, NULL, NULL);
  for (int hours = 0; hours <= 24; hours += 6)
    gtk_scale_add_mark (self->past_scale, hours * 60, GTK_POS_BOTTOM, NULL);
  g_signal_connect_object (self->past_scale, "value-changed", G_CALLBACK (slid_cb), self, G_CONNECT_SWAPPED);
}
