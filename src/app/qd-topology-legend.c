/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-legend.h"

#include <glib/gi18n.h>
#include <math.h>

#include "qd-status.h"

#define SAMPLE_WIDTH 52
#define SAMPLE_HEIGHT 18

struct _QdTopologyLegend {
  AdwBin parent_instance;

  GtkWidget *grid;
  GtkWidget *samples[QD_STATUS_DOWN + 1], *words[QD_STATUS_DOWN + 1], *counts[QD_STATUS_DOWN + 1];
  QdGraphTheme theme;
  gboolean drawn;
};

G_DEFINE_FINAL_TYPE (QdTopologyLegend, qd_topology_legend, ADW_TYPE_BIN)

/* Two nodes and what joins them, as the picture itself would have them. */
static GdkPaintable *
draw_sample (QdStatus status, const QdGraphTheme *theme, double scale)
{
  g_autoptr (QdGraph) graph = qd_graph_new (2, 1);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edge = qd_graph_edges (graph, NULL);
  const QdPoint places[2] = { { -0.36f, 0 }, { 0.36f, 0 } };
  QdGraphTheme quiet = *theme;
  g_autoptr (GBytes) bytes = NULL;
  gsize stride;

  quiet.font[0] = '\0';
  nodes[0].status = nodes[1].status = edge->status = (guint8) status;
  nodes[0].degree = nodes[1].degree = 4;
  edge->dst = 1;
  edge->capacity_mbps = 1000;
  bytes = qd_graph_draw_tile (graph, places, &quiet, -0.5 * SAMPLE_WIDTH / 48, -0.5 * SAMPLE_HEIGHT / 48, 48,
                              SAMPLE_WIDTH, SAMPLE_HEIGHT, scale, &stride);
  return GDK_PAINTABLE (gdk_memory_texture_new ((int) lrint (SAMPLE_WIDTH * scale), (int) lrint (SAMPLE_HEIGHT * scale),
                                                GDK_MEMORY_DEFAULT, bytes, stride));
}

static void
qd_topology_legend_class_init (QdTopologyLegendClass *klass)
{
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "topologylegend");
}

static void
qd_topology_legend_init (QdTopologyLegend *self)
{
  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 10);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 1);
  for (int status = QD_STATUS_WELL, row = 0; status <= QD_STATUS_DOWN; status++, row++)
    {
      self->samples[status] = gtk_picture_new ();
      gtk_picture_set_can_shrink (GTK_PICTURE (self->samples[status]), TRUE);
      gtk_widget_set_size_request (self->samples[status], SAMPLE_WIDTH, SAMPLE_HEIGHT);
      gtk_widget_set_valign (self->samples[status], GTK_ALIGN_CENTER);
      self->words[status] = gtk_label_new (qd_status_get_label ((QdStatus) status));
      gtk_label_set_xalign (GTK_LABEL (self->words[status]), 0);
      gtk_widget_add_css_class (self->words[status], "caption");
      self->counts[status] = gtk_label_new (NULL);
      gtk_label_set_xalign (GTK_LABEL (self->counts[status]), 0);
      gtk_widget_add_css_class (self->counts[status], "caption");
      gtk_widget_add_css_class (self->counts[status], "numeric");
      gtk_widget_add_css_class (self->counts[status], "dim-label");
      /* Worst on top. */
      gtk_grid_attach (GTK_GRID (self->grid), self->samples[status], 0, QD_STATUS_DOWN - row, 1, 1);
      gtk_grid_attach (GTK_GRID (self->grid), self->words[status], 1, QD_STATUS_DOWN - row, 1, 1);
      gtk_grid_attach (GTK_GRID (self->grid), self->counts[status], 2, QD_STATUS_DOWN - row, 1, 1);
    }
  adw_bin_set_child (ADW_BIN (self), self->grid);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Legend"), -1);
}

GtkWidget *
qd_topology_legend_new (void)
{
  return g_object_new (QD_TYPE_TOPOLOGY_LEGEND, NULL);
}

static void
add_count (GString *out, guint n, const char *format)
{
  if (n == 0)
    return;
  if (out->len > 0)
    g_string_append (out, ", ");
  g_string_append_printf (out, format, n);
}

/* "3 sites, 1 node, 12 paths": what there is none of is not said. */
static char *
count_in_words (const QdTopologyCounts *counts, QdStatus status)
{
  GString *out = g_string_new (NULL);

  add_count (out, counts->sites[status], ngettext ("%u site", "%u sites", counts->sites[status]));
  add_count (out, counts->nodes[status], ngettext ("%u node", "%u nodes", counts->nodes[status]));
  add_count (out, counts->paths[status], ngettext ("%u path", "%u paths", counts->paths[status]));
  add_count (out, counts->links[status], ngettext ("%u link", "%u links", counts->links[status]));
  return g_string_free (out, FALSE);
}

void
qd_topology_legend_set (QdTopologyLegend *self, const QdGraphTheme *theme, const QdTopologyCounts *counts)
{
  gboolean redraw;

  g_return_if_fail (QD_IS_TOPOLOGY_LEGEND (self));

  redraw = !self->drawn || memcmp (&self->theme, theme, sizeof *theme) != 0;
  self->theme = *theme;
  self->drawn = TRUE;
  for (int status = QD_STATUS_WELL; status <= QD_STATUS_DOWN; status++)
    {
      g_autofree char *words = count_in_words (counts, (QdStatus) status);
      gboolean any = *words != '\0';

      if (redraw)
        {
          g_autoptr (GdkPaintable) sample = draw_sample ((QdStatus) status, theme, gtk_widget_get_scale_factor (GTK_WIDGET (self)));
          gtk_picture_set_paintable (GTK_PICTURE (self->samples[status]), sample);
        }
      gtk_label_set_label (GTK_LABEL (self->counts[status]), words);
      gtk_widget_set_visible (self->samples[status], any);
      gtk_widget_set_visible (self->words[status], any);
      gtk_widget_set_visible (self->counts[status], any);
    }
}
