/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-style.h"

#include <math.h>

#include "qd-graph-symbol.h"
#include "qd-status.h"

/**
 * qd_graph_edge_colour:
 * @edge: an edge
 *
 * Well edges are quiet: between the text's colour and the state's, warmer as the score falls.
 */
static guint32
mark_colour (guint8 mark, const QdGraphTheme *theme)
{
  return mark == QD_GRAPH_ADDED ? theme->well : mark == QD_GRAPH_REMOVED ? theme->down : theme->degraded;
}

guint32
qd_graph_edge_colour (const QdGraphEdge *edge, const QdGraphTheme *theme)
{
  guint32 colour;

  if (edge->dim)
    return qd_colour_mix (theme->foreground, theme->background, theme->high_contrast ? 0.5 : 0.7);
  if (edge->mark != QD_GRAPH_PLAIN)
    return mark_colour (edge->mark, theme);
  if (edge->status > QD_STATUS_WELL)
    return edge->status == QD_STATUS_UNKNOWN && !edge->stale
             ? theme->edge_unknown
             : qd_graph_status_colour (edge->status, edge->stale, theme);
  colour = qd_colour_mix (theme->foreground, theme->well, edge->status == QD_STATUS_WELL ? 0.65 : 0);
  if (isfinite (edge->score) && edge->score < 80)
    colour = qd_colour_mix (colour, theme->degraded, (80 - MAX (edge->score, 30)) / 62.5);
  return edge->stale ? qd_colour_mix (colour, theme->background, 0.5) : colour;
}

static void
set_dash (QdEdgeStyle *style, double on, double off, double on2, double off2)
{
  style->dash[0] = on;
  style->dash[1] = off;
  style->dash[2] = on2;
  style->dash[3] = off2;
}

/* Nearly a line is what comes, hardly one what goes. */
static void
style_mark (QdEdgeStyle *style, guint8 mark)
{
  style->alpha = 0.95;
  if (mark == QD_GRAPH_ADDED)
    set_dash (style, 14, 3, 14, 3);
  else if (mark == QD_GRAPH_REMOVED)
    set_dash (style, 3, 3.5, 3, 3.5);
  else
    set_dash (style, 10, 3.5, 2, 3.5);
}

QdEdgeStyle
qd_graph_edge_style (const QdGraphEdge *edge, const QdGraphTheme *theme, double zoom, double calm)
{
  QdEdgeStyle style = { .colour = qd_graph_edge_colour (edge, theme), .width = qd_graph_edge_width (edge, zoom) };

  switch ((QdStatus) edge->status)
    {
    case QD_STATUS_MAINTENANCE: style.alpha = MAX (calm, 0.6); set_dash (&style, 10, 4, 2, 4); break;
    case QD_STATUS_UNKNOWN: style.alpha = MAX (calm, 0.4); set_dash (&style, 2, 4, 2, 4); break;
    case QD_STATUS_DEGRADED: style.alpha = 0.92; set_dash (&style, 8, 3.5, 8, 3.5); break;
    case QD_STATUS_DOWN: style.alpha = 0.95; set_dash (&style, 3, 3.5, 3, 3.5); break;
    case QD_STATUS_NONE:
    case QD_STATUS_WELL:
    default: style.alpha = calm; break;
    }
  if (edge->mark != QD_GRAPH_PLAIN)
    style_mark (&style, edge->mark);
  if (edge->stale)
    style.alpha *= 0.6;
  if (edge->dim)
    style.alpha = MIN (style.alpha, MAX (calm * 0.6, 0.05));
  if (theme->high_contrast)
    style.alpha = MIN (1, style.alpha * 1.6);
  style.alpha = CLAMP (style.alpha, 0, 1);
  return style;
}

gboolean
qd_graph_edge_arrow (QdGraph *graph, const QdPoint *positions, guint i, double zoom, QdPoint points[3])
{
  const QdGraphEdge *edge = &qd_graph_edges (graph, NULL)[i];
  QdPoint course[QD_GRAPH_MAX_COURSE];
  guint count = edge->directed ? qd_graph_edge_course (graph, positions, i, course) : 0;
  QdPoint from, to;
  double length, ux, uy, back, arm = 7 / zoom;

  if (count < 2)
    return FALSE;
  from = course[count - 2];
  to = positions[edge->dst];
  length = hypot ((double) to.x - from.x, (double) to.y - from.y);
  back = (qd_graph_node_radius (&qd_graph_nodes (graph, NULL)[edge->dst], zoom) + 4) / zoom;
  if (!(length > back + arm))
    return FALSE;
  ux = (to.x - from.x) / length;
  uy = (to.y - from.y) / length;
  points[1] = (QdPoint) { (float) (to.x - ux * back), (float) (to.y - uy * back) };
  for (int side = -1; side <= 1; side += 2)
    points[1 + side] = (QdPoint) { (float) (points[1].x - arm * (ux + side * 0.5 * uy)), (float) (points[1].y - arm * (uy - side * 0.5 * ux)) };
  return TRUE;
}

gboolean
qd_graph_edge_sign (QdGraph *graph, const QdPoint *positions, guint i, QdPoint *at, QdGraphNode *sign)
{
  const QdGraphEdge *edge = &qd_graph_edges (graph, NULL)[i];
  QdPoint course[QD_GRAPH_MAX_COURSE];
  guint count = edge->mark != QD_GRAPH_PLAIN ? qd_graph_edge_course (graph, positions, i, course) : 0;

  if (count < 2)
    return FALSE;
  *at = count == 2 ? (QdPoint) { (course[0].x + course[1].x) / 2, (course[0].y + course[1].y) / 2 } : course[count / 2];
  *sign = (QdGraphNode) { .kind = (guint8) (QD_SYMBOL_SIGN + edge->mark), .dim = edge->dim };
  return TRUE;
}

double
qd_graph_arrow_alpha (const QdGraphEdge *edge, const QdEdgeStyle *style)
{
  return edge->dim ? style->alpha : MAX (style->alpha, 0.667);
}

/* The more ink there is on the paper, the fainter each calm edge: a thick net stays a texture, through
 * which the nodes and what is wrong can be seen. From the whole graph, so all tiles agree. */
double
qd_graph_calm_strength (QdGraph *graph, const QdPoint *positions, double zoom)
{
  guint n, m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);
  double left = G_MAXDOUBLE, right = -G_MAXDOUBLE, top = G_MAXDOUBLE, bottom = -G_MAXDOUBLE, ink = 0, area;

  qd_graph_nodes (graph, &n);
  for (guint i = 0; i < n; i++)
    if (isfinite (positions[i].x) && isfinite (positions[i].y))
      {
        left = MIN (left, positions[i].x);
        right = MAX (right, positions[i].x);
        top = MIN (top, positions[i].y);
        bottom = MAX (bottom, positions[i].y);
      }
  for (guint i = 0; i < m; i++)
    if (edges[i].src < n && edges[i].dst < n)
      {
        QdPoint a = positions[edges[i].src], b = positions[edges[i].dst];
        double length = hypot ((double) a.x - b.x, (double) a.y - b.y);
        ink += isfinite (length) ? length : 0;
      }
  area = MAX ((right - left) * (bottom - top), 1);
  ink = isfinite (area) ? ink / area / MAX (zoom, 1e-6) : 0;
  return CLAMP (0.5 / (1 + 4 * ink), 0.055, 0.5);
}
