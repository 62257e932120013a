/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-page-private.h"

#include <glib/gi18n.h>

#define TALLY_MARGIN 16

char *
qd_topology_tally_format (const QdTopologyTally *tally)
{
  g_autofree char *shown = NULL, *filtered = NULL, *folded = NULL;
  GString *out;

  if (tally->filtered == 0 && tally->folded == 0)
    return NULL;
  /* Translators: how many of all sites and nodes are drawn; what became of the others follows. */
  shown = g_strdup_printf (_("%'u of %'u shown"), tally->drawn, tally->total);
  out = g_string_new (shown);
  if (tally->filtered > 0 && tally->folded == 0)
    filtered = g_strdup_printf (_(": filtered"));
  else if (tally->filtered > 0)
    filtered = g_strdup_printf (_(": %'u filtered,"), tally->filtered);
  if (tally->folded > 0)
    folded = g_strdup_printf (ngettext ("%s%'u folded into %'u group", "%s%'u folded into %'u groups", tally->groups),
                              filtered ? " " : ": ", tally->folded, tally->groups);
  g_string_append (out, filtered ? filtered : "");
  g_string_append (out, folded ? folded : "");
  return g_string_free (out, FALSE);
}

void
qd_topology_page_update_tally (QdTopologyPage *self)
{
  QdTopologyTally tally;
  gboolean is_paper = qd_connection_is_paper (qd_session_get_connection (qd_topology_page_get_session (self)));
  GtkRequisition size, paper;
  g_autofree char *text = NULL;

  qd_topology_model_get_tally (self->model, &tally);
  text = qd_topology_tally_format (&tally);
  gtk_widget_set_visible (self->tally_box, text != NULL);
  if (text && g_strcmp0 (gtk_label_get_label (self->tally_label), text) != 0)
    gtk_label_set_label (self->tally_label, text);
  gtk_widget_set_visible (self->paper_box, is_paper);
  gtk_widget_get_preferred_size (self->tally_box, NULL, &size);
  gtk_widget_get_preferred_size (self->paper_box, NULL, &paper);
  qd_topology_view_set_inset_top (self->view, (text ? size.height + TALLY_MARGIN : 0) + (is_paper ? paper.height + TALLY_MARGIN : 0));
}

static void
filter_changed_cb (QdTopologyPage *self)
{
  g_autoptr (QdFilter) filter = qd_topology_filter_bar_make_filter (self->filter_bar);
  g_autofree char *text = qd_topology_filter_bar_dup_text (self->filter_bar);

  qd_topology_model_set_filter (self->model, filter);
  if (self->twin)
    qd_topology_twin_set_filter (self->twin, text);
}

static void
revealed_cb (QdTopologyPage *self)
{
  if (gtk_revealer_get_reveal_child (self->filter_revealer))
    qd_topology_filter_bar_focus (self->filter_bar);
}

void
qd_topology_page_add_filter (QdTopologyPage *self)
{
  self->filter_bar = QD_TOPOLOGY_FILTER_BAR (qd_topology_filter_bar_new (qd_topology_page_get_session (self)));
  gtk_revealer_set_child (self->filter_revealer, GTK_WIDGET (self->filter_bar));
  g_signal_connect_object (self->filter_bar, "changed", G_CALLBACK (filter_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->filter_revealer, "notify::reveal-child", G_CALLBACK (revealed_cb), self, G_CONNECT_SWAPPED);
}
