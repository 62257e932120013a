/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-moves.h"

#include <math.h>

#define MARGIN 0.9
#define PAN_PART 0.33
#define ZOOM_STEPS 3.0       /* powers of two */
#define PERIOD_S 4.0

static double
whole_zoom (QdTopologyView *self, const QdScene *scene)
{
  return MARGIN * MIN (gtk_widget_get_width (GTK_WIDGET (self)) / MAX (scene->right - scene->left, 0.5),
                       gtk_widget_get_height (GTK_WIDGET (self)) / MAX (scene->bottom - scene->top, 0.5));
}

void
qd_topology_view_do_move (QdTopologyView *self, QdTopologyMove move, double seconds)
{
  const QdScene *scene = qd_topology_view_get_scene (self);
  double turn = 2 * G_PI * seconds / PERIOD_S;
  QdViewport at;

  if (scene == NULL)
    return;
  at = (QdViewport) { (scene->left + scene->right) / 2, (scene->top + scene->bottom) / 2, whole_zoom (self, scene) };
  if (move == QD_TOPOLOGY_PAN)
    {
      at.x += PAN_PART * gtk_widget_get_width (GTK_WIDGET (self)) / at.zoom * sin (turn);
      at.y += PAN_PART * gtk_widget_get_height (GTK_WIDGET (self)) / at.zoom * sin (turn * 0.8);
    }
  else
    at.zoom *= exp2 (ZOOM_STEPS * (1 - cos (turn)) / 2);
  qd_topology_view_set_viewport (self, &at);
}

char *
qd_topology_view_report (QdTopologyView *self)
{
  const QdScene *scene = qd_topology_view_get_scene (self);
  char left[G_ASCII_DTOSTR_BUF_SIZE], top[G_ASCII_DTOSTR_BUF_SIZE], right[G_ASCII_DTOSTR_BUF_SIZE],
    bottom[G_ASCII_DTOSTR_BUF_SIZE], zoom[G_ASCII_DTOSTR_BUF_SIZE];

  if (scene == NULL)
    return g_strdup ("{\"nodes\":0,\"edges\":0,\"settled\":false}");
  return g_strdup_printf (
    "{\"nodes\":%u,\"edges\":%u,\"settled\":%s,\"width\":%d,\"height\":%d,\"left\":%s,\"top\":%s,\"right\":%s,\"bottom\":%s,\"zoom\":%s}",
    scene->n_nodes, scene->n_edges, qd_topology_view_is_settled (self) ? "true" : "false", gtk_widget_get_width (GTK_WIDGET (self)),
    gtk_widget_get_height (GTK_WIDGET (self)), g_ascii_dtostr (left, sizeof left, scene->left), g_ascii_dtostr (top, sizeof top, scene->top),
    g_ascii_dtostr (right, sizeof right, scene->right), g_ascii_dtostr (bottom, sizeof bottom, scene->bottom),
    g_ascii_dtostr (zoom, sizeof zoom, whole_zoom (self, scene)));
}

gboolean
qd_topology_view_save_plain (QdTopologyView *self, const char *path, GError **error)
{
  const QdScene *scene = qd_topology_view_get_scene (self);
  g_autoptr (GString) edges = g_string_new (NULL);
  g_autoptr (GString) places = g_string_new (NULL);
  g_autofree char *edges_path = g_strconcat (path, ".edges", NULL);
  g_autofree char *places_path = g_strconcat (path, ".positions", NULL);
  char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (edges, "%u %u\n", scene ? scene->n_nodes : 0, scene ? scene->n_edges : 0);
  for (guint i = 0; scene && i < scene->n_edges; i++)
    g_string_append_printf (edges, "%u %u\n", scene->edges[i].src, scene->edges[i].dst);
  for (guint i = 0; scene && i < scene->n_nodes; i++)
    g_string_append_printf (places, "%s %s\n", g_ascii_dtostr (x, sizeof x, scene->positions[i].x),
                            g_ascii_dtostr (y, sizeof y, scene->positions[i].y));
  /* may wait: only for a bench, before it measures */
  return g_file_set_contents (edges_path, edges->str, (gssize) edges->len, error) &&
         g_file_set_contents (places_path, places->str, (gssize) places->len, error);
}
