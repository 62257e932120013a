/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-private.h"

#include <math.h>

#include "qd-graph-export.h"

QdScene *
qd_scene_new (QdGraph *graph, QdPoint *positions)
{
  QdScene *self = g_new0 (QdScene, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->graph = qd_graph_ref (graph);
  self->positions = positions;
  self->nodes = qd_graph_nodes (graph, &self->n_nodes);
  self->edges = qd_graph_edges (graph, &self->n_edges);
  self->left = self->top = G_MAXDOUBLE;
  self->right = self->bottom = -G_MAXDOUBLE;
  for (guint i = 0; i < self->n_nodes; i++)
    {
      self->left = MIN (self->left, positions[i].x);
      self->right = MAX (self->right, positions[i].x);
      self->top = MIN (self->top, positions[i].y);
      self->bottom = MAX (self->bottom, positions[i].y);
    }
  if (self->right < self->left)
    self->left = self->right = self->top = self->bottom = 0;
  return self;
}

void
qd_scene_set_map (QdScene *self, QdGeoMap *map)
{
  g_return_if_fail (self->map == NULL);

  self->map = map ? qd_geo_map_ref (map) : NULL;
}

QdScene *
qd_scene_ref (QdScene *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
qd_scene_unref (QdScene *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  qd_graph_unref (self->graph);
  g_clear_pointer (&self->map, qd_geo_map_unref);
  g_free (self->positions);
  g_free (self->first);
  g_free (self->at);
  g_free (self);
}

static void
find_edges (QdScene *self)
{
  g_autofree guint *fill = NULL;

  self->first = g_new0 (guint, self->n_nodes + 1);
  for (guint i = 0; i < self->n_edges; i++)
    if (self->edges[i].src < self->n_nodes && self->edges[i].dst < self->n_nodes)
      {
        self->first[self->edges[i].src + 1]++;
        if (self->edges[i].dst != self->edges[i].src)
          self->first[self->edges[i].dst + 1]++;
      }
  for (guint i = 0; i < self->n_nodes; i++)
    self->first[i + 1] += self->first[i];
  self->at = g_new (guint, MAX (self->first[self->n_nodes], 1));
  fill = g_memdup2 (self->first, (self->n_nodes + 1) * sizeof *fill);
  for (guint i = 0; i < self->n_edges; i++)
    if (self->edges[i].src < self->n_nodes && self->edges[i].dst < self->n_nodes)
      {
        self->at[fill[self->edges[i].src]++] = i;
        if (self->edges[i].dst != self->edges[i].src)
          self->at[fill[self->edges[i].dst]++] = i;
      }
}

const guint *
qd_scene_edges_at (QdScene *self, guint node, guint *n)
{
  if (self->first == NULL)
    find_edges (self);
  *n = self->first[node + 1] - self->first[node];
  return self->at + self->first[node];
}

/* --- Other looks ------------------------------------------------------------------------------- */

QdScene *
qd_scene_with_graph (QdScene *self, QdGraph *graph)
{
  QdScene *scene = qd_scene_new (graph, g_memdup2 (self->positions, MAX (self->n_nodes, 1) * sizeof (QdPoint)));

  qd_scene_set_map (scene, self->map);
  return scene;
}

QdScene *
qd_scene_dress (QdScene *self, const guint8 *node_looks, const guint8 *edge_looks)
{
  g_autoptr (QdGraph) graph = qd_graph_copy (self->graph);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  for (guint i = 0; i < self->n_nodes; i++)
    {
      nodes[i].dim = node_looks[i] == QD_LOOK_DIM;
      if (node_looks[i] == QD_LOOK_LOST)
        nodes[i].status = QD_STATUS_DOWN;
    }
  for (guint i = 0; i < self->n_edges; i++)
    {
      edges[i].dim = edge_looks[i] == QD_LOOK_DIM;
      if (edge_looks[i] == QD_LOOK_LOST)
        edges[i].status = QD_STATUS_DOWN;
      if (edge_looks[i] < QD_LOOK_DRAINED)
        continue;
      edges[i].mark = edge_looks[i] == QD_LOOK_DRAINED ? QD_GRAPH_REMOVED : QD_GRAPH_REDUCED;
      nodes[edges[i].src].marked = nodes[edges[i].dst].marked = TRUE;
    }
  return qd_scene_with_graph (self, graph);
}

QdScene *
qd_scene_set_statuses (QdScene *self, const guint8 *node_statuses, const guint8 *edge_statuses,
                       const float *scores)
{
  g_autoptr (QdGraph) graph = qd_graph_copy (self->graph);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  for (guint i = 0; i < self->n_nodes; i++)
    {
      nodes[i].status = node_statuses[i];
      nodes[i].stale = FALSE;
    }
  for (guint i = 0; i < self->n_edges; i++)
    {
      edges[i].status = edge_statuses[i];
      edges[i].stale = FALSE;
      edges[i].score = scores[i];
    }
  return qd_scene_with_graph (self, graph);
}

/* --- Colours ----------------------------------------------------------------------------------- */

GdkRGBA
qd_topology_rgba (guint32 colour, double alpha)
{
  return (GdkRGBA) { (float) ((colour >> 16) & 255) / 255, (float) ((colour >> 8) & 255) / 255,
                     (float) (colour & 255) / 255, (float) alpha };
}

static const char *const probe_classes[] = { "qd-well", "qd-maintenance", "qd-unknown", "qd-degraded", "qd-down" };

void
qd_topology_probes_add (QdTopologyProbes *self, GtkWidget *parent)
{
  for (guint i = 0; i < G_N_ELEMENTS (probe_classes); i++)
    {
      self->widgets[i] = g_object_new (GTK_TYPE_LABEL, "visible", FALSE, NULL);
      gtk_widget_add_css_class (self->widgets[i], probe_classes[i]);
      gtk_widget_set_parent (self->widgets[i], parent);
    }
}

void
qd_topology_probes_remove (QdTopologyProbes *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->widgets); i++)
    g_clear_pointer (&self->widgets[i], gtk_widget_unparent);
}

static guint32
to_number (const GdkRGBA *colour)
{
  return (guint32) lrintf (colour->red * 255) << 16 | (guint32) lrintf (colour->green * 255) << 8 |
         (guint32) lrintf (colour->blue * 255);
}

/* Only where the style sheet has its say: without it, all probes look like the widget itself. */
static void
take_probes (QdGraphTheme *theme, GtkWidget *widget, const QdTopologyProbes *probes)
{
  guint32 *colours[] = { &theme->well, &theme->maintenance, &theme->unknown, &theme->degraded, &theme->down };
  GdkRGBA plain, colour;

  gtk_widget_get_color (widget, &plain);
  for (guint i = 0; i < G_N_ELEMENTS (colours); i++)
    {
      gtk_widget_get_color (probes->widgets[i], &colour);
      if (!gdk_rgba_equal (&plain, &colour))
        *colours[i] = to_number (&colour);
    }
}

void
qd_topology_theme_load (QdGraphTheme *theme, GtkWidget *widget, const QdTopologyProbes *probes, gboolean labels)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  /* What the style sheet does not say. */
  *theme = *qd_graph_theme_get (adw_style_manager_get_dark (style), adw_style_manager_get_high_contrast (style));
  if (probes)
    take_probes (theme, widget, probes);
  if (labels)
    {
      PangoContext *context = gtk_widget_get_pango_context (widget);
      const PangoFontDescription *font = pango_context_get_font_description (context);
      double size = pango_font_description_get_size (font) / (double) PANGO_SCALE;

      /* Labels are a little smaller than the interface's text, and grow with it. */
      if (!pango_font_description_get_size_is_absolute (font))
        size *= 96.0 / 72.0;
      g_snprintf (theme->font, sizeof theme->font, "%.40s %dpx", pango_font_description_get_family (font),
                  (int) CLAMP (lrint (size * 0.83), 9, 40));
    }
}
