/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-private.h"

#include <math.h>
#include <string.h>

/* A layout in one go: each connected component by itself (pivots, then springs), turned as the map
 * has it or else lying down, then packed beside one another. */

#define SPACING 0.55      /* no two nodes closer than this */
#define GAP 1.6           /* between components */

typedef struct {
  guint n;
  guint *nodes;           /* indexes in the graph, ascending; borrowed from Parts.order */
} Part;

typedef struct {
  QdAdjacency all;
  guint *order;           /* nodes by component */
  GArray *parts;          /* of Part, largest first */
  guint *local;           /* a node's index within its component */
} Parts;

static void
parts_clear (Parts *self)
{
  g_free (self->all.first);
  g_free (self->all.targets);
  g_free (self->order);
  g_free (self->local);
  g_clear_pointer (&self->parts, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static int
compare_uint (gconstpointer a, gconstpointer b)
{
  guint l = *(const guint *) a, r = *(const guint *) b;

  return l < r ? -1 : l > r;
}

static gboolean
edge_counts (const QdGraphEdge *edge, guint n)
{
  return edge->src < n && edge->dst < n && edge->src != edge->dst;
}

/* Neighbour lists of the whole graph, without loops, repeats and edges to nowhere. */
static void
build_adjacency (QdGraph *graph, QdAdjacency *out)
{
  guint n, m, kept = 0;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);
  g_autofree guint *fill = NULL;

  qd_graph_nodes (graph, &n);
  out->n = n;
  out->first = g_new0 (guint, n + 1);
  for (guint i = 0; i < m; i++)
    if (edge_counts (&edges[i], n))
      {
        out->first[edges[i].src + 1]++;
        out->first[edges[i].dst + 1]++;
      }
  for (guint i = 0; i < n; i++)
    out->first[i + 1] += out->first[i];
  out->targets = g_new (guint, MAX (out->first[n], 1));
  fill = g_memdup2 (out->first, (n + 1) * sizeof *fill);
  for (guint i = 0; i < m; i++)
    if (edge_counts (&edges[i], n))
      {
        out->targets[fill[edges[i].src]++] = edges[i].dst;
        out->targets[fill[edges[i].dst]++] = edges[i].src;
      }
  for (guint i = 0, begin = 0; i < n; i++)
    {
      guint end = out->first[i + 1], from = begin;

      qsort (out->targets + begin, end - begin, sizeof (guint), compare_uint);
      begin = end;
      out->first[i] = kept;
      for (guint e = from; e < end; e++)
        if (e == from || out->targets[e] != out->targets[e - 1])
          {
            guint target = out->targets[e];
            out->targets[kept++] = target;
          }
    }
  out->first[n] = kept;
}

static int
compare_parts (gconstpointer a, gconstpointer b)
{
  const Part *l = a, *r = b;

  if (l->n != r->n)
    return l->n > r->n ? -1 : 1;
  return compare_uint (l->nodes, r->nodes);
}

static void
find_parts (QdGraph *graph, Parts *self)
{
  g_autofree guint8 *seen = NULL;
  guint n, placed = 0;

  build_adjacency (graph, &self->all);
  n = self->all.n;
  seen = g_new0 (guint8, MAX (n, 1));
  self->order = g_new (guint, MAX (n, 1));
  self->local = g_new (guint, MAX (n, 1));
  self->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  for (guint start = 0; start < n; start++)
    {
      Part part = { 0, self->order + placed };

      if (seen[start])
        continue;
      seen[start] = 1;
      self->order[placed++] = start;
      for (guint head = placed - 1; head < placed; head++)
        {
          guint i = self->order[head];
          for (guint e = self->all.first[i]; e < self->all.first[i + 1]; e++)
            if (!seen[self->all.targets[e]])
              {
                seen[self->all.targets[e]] = 1;
                self->order[placed++] = self->all.targets[e];
              }
        }
      part.n = (guint) (self->order + placed - part.nodes);
      qsort (part.nodes, part.n, sizeof (guint), compare_uint);
      for (guint i = 0; i < part.n; i++)
        self->local[part.nodes[i]] = i;
      g_array_append_val (self->parts, part);
    }
  g_array_sort (self->parts, compare_parts);
}

static void
part_adjacency (const Parts *self, const Part *part, QdAdjacency *out)
{
  guint edges = 0, at = 0;

  for (guint i = 0; i < part->n; i++)
    edges += qd_adjacency_degree (&self->all, part->nodes[i]);
  out->n = part->n;
  out->first = g_new (guint, part->n + 1);
  out->targets = g_new (guint, MAX (edges, 1));
  for (guint i = 0; i < part->n; i++)
    {
      guint node = part->nodes[i];

      out->first[i] = at;
      for (guint e = self->all.first[node]; e < self->all.first[node + 1]; e++)
        out->targets[at++] = self->local[self->all.targets[e]];
    }
  out->first[part->n] = at;
}

/* --- Scale and turn ------------------------------------------------------------------------------ */

static int
compare_float (gconstpointer a, gconstpointer b)
{
  float l = *(const float *) a, r = *(const float *) b;

  return l < r ? -1 : l > r;
}

/* One unit is the median edge, or less where nodes stand much closer than edges are long: in a dense
 * net all edges cross the whole picture, and a unit must still part neighbours. */
static double
typical_length (const QdAdjacency *adjacency, const QdVec *positions)
{
  guint n = adjacency->n, m = adjacency->first[n];
  g_autofree float *lengths = g_new (float, MAX (m, 1));
  double left = G_MAXDOUBLE, right = -G_MAXDOUBLE, top = G_MAXDOUBLE, bottom = -G_MAXDOUBLE, room;

  if (m == 0)
    return 1;
  for (guint i = 0; i < n; i++)
    {
      left = MIN (left, positions[i].x);
      right = MAX (right, positions[i].x);
      top = MIN (top, positions[i].y);
      bottom = MAX (bottom, positions[i].y);
      for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
        lengths[e] = (float) hypot (positions[adjacency->targets[e]].x - positions[i].x,
                                    positions[adjacency->targets[e]].y - positions[i].y);
    }
  qsort (lengths, m, sizeof (float), compare_float);
  room = sqrt (MAX (right - left, 1e-9) * MAX (bottom - top, 1e-9) / n);
  return n > 8 ? MIN ((double) lengths[m / 2], 1.1 * room) : lengths[m / 2];
}

static void
scale_by (QdVec *positions, guint n, double factor)
{
  for (guint i = 0; i < n; i++)
    {
      positions[i].x *= factor;
      positions[i].y *= factor;
    }
}

static void
centre (QdVec *positions, guint n)
{
  double x = 0, y = 0;

  for (guint i = 0; i < n; i++)
    {
      x += positions[i].x / n;
      y += positions[i].y / n;
    }
  for (guint i = 0; i < n; i++)
    {
      positions[i].x -= x;
      positions[i].y -= y;
    }
}

/* Turns (and mirrors, if that fits better) a centred component so that east is right and north is
 * up. FALSE when too few nodes know where they are. */
static gboolean
turn_by_map (const QdGraphNode *nodes, const Part *part, QdVec *positions)
{
  double mean_x = 0, mean_y = 0, c = 0, s = 0, mc = 0, ms = 0, angle;
  guint known = 0;
  gboolean mirror;

  for (guint i = 0; i < part->n; i++)
    if (isfinite (nodes[part->nodes[i]].latitude) && isfinite (nodes[part->nodes[i]].longitude))
      {
        known++;
        mean_x += nodes[part->nodes[i]].longitude;
        mean_y -= nodes[part->nodes[i]].latitude;
      }
  if (known < 3 || known * 2 < part->n)
    return FALSE;
  mean_x /= known;
  mean_y /= known;
  for (guint i = 0; i < part->n; i++)
    {
      const QdGraphNode *node = &nodes[part->nodes[i]];
      double mx, my;

      if (!isfinite (node->latitude) || !isfinite (node->longitude))
        continue;
      mx = (node->longitude - mean_x) * cos (CLAMP (mean_y, -80, 80) * G_PI / 180);
      my = -node->latitude - mean_y;
      c += positions[i].x * mx + positions[i].y * my;
      s += positions[i].x * my - positions[i].y * mx;
      mc += -positions[i].x * mx + positions[i].y * my;
      ms += -positions[i].x * my - positions[i].y * mx;
    }
  mirror = hypot (mc, ms) > hypot (c, s);
  angle = mirror ? atan2 (ms, mc) : atan2 (s, c);
  for (guint i = 0; i < part->n; i++)
    {
      double x = mirror ? -positions[i].x : positions[i].x, y = positions[i].y;
      positions[i] = (QdVec) { x * cos (angle) - y * sin (angle), x * sin (angle) + y * cos (angle) };
    }
  return TRUE;
}

/* Lays a centred component down: windows are wider than high. */
static void
turn_flat (QdVec *positions, guint n)
{
  double xx = 0, yy = 0, xy = 0, angle;

  for (guint i = 0; i < n; i++)
    {
      xx += positions[i].x * positions[i].x;
      yy += positions[i].y * positions[i].y;
      xy += positions[i].x * positions[i].y;
    }
  angle = -0.5 * atan2 (2 * xy, xx - yy);
  for (guint i = 0; i < n; i++)
    {
      double x = positions[i].x, y = positions[i].y;
      positions[i] = (QdVec) { x * cos (angle) - y * sin (angle), x * sin (angle) + y * cos (angle) };
    }
}

/* --- One component ------------------------------------------------------------------------------- */

static guint
rounds_for (guint n)
{
  return n <= 200 ? 300 : n <= 1200 ? 160 : n <= 5000 ? 90 : 50;
}

static gboolean
lay_out_part (const QdGraphNode *nodes, const Parts *parts, const Part *part, QdVec *out,
              QdRandom *random, const int *cancelled)
{
  QdAdjacency adjacency = { 0 };
  g_autofree guint *first = NULL, *targets = NULL;

  if (part->n == 1)
    {
      out[0] = (QdVec) { 0, 0 };
      return TRUE;
    }
  part_adjacency (parts, part, &adjacency);
  first = adjacency.first;
  targets = adjacency.targets;
  qd_pivot_layout (&adjacency, out, random);
  if (!qd_force_refine (&adjacency, out, NULL, rounds_for (part->n), 0.5, random, cancelled))
    return FALSE;
  scale_by (out, part->n, 1.0 / MAX (typical_length (&adjacency, out), 1e-6));
  qd_force_separate (out, part->n, SPACING, NULL, 12);
  centre (out, part->n);
  if (!turn_by_map (nodes, part, out))
    turn_flat (out, part->n);
  return TRUE;
}

/* --- Packing --------------------------------------------------------------------------------------- */

typedef struct { double left, top, right, bottom; } Box;

static Box
box_of (const QdVec *positions, guint n)
{
  Box box = { G_MAXDOUBLE, G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE };

  for (guint i = 0; i < n; i++)
    {
      box.left = MIN (box.left, positions[i].x);
      box.right = MAX (box.right, positions[i].x);
      box.top = MIN (box.top, positions[i].y);
      box.bottom = MAX (box.bottom, positions[i].y);
    }
  return box;
}

/* Nodes that are joined to nothing stand in rows of their own, as one block, and are packed as one. Of
 * @layouts the first @n_joined are components; returns how many there are then. */
static guint
gather_alone (QdVec **layouts, guint *counts, guint n_joined, guint n)
{
  guint alone = n - n_joined, columns = (guint) MAX (ceil (sqrt (alone * 0.3)), 1);

  if (alone < 2)
    return n;
  /* They lie one behind the other in memory, being last. */
  for (guint i = 0; i < alone; i++)
    layouts[n_joined][i] = (QdVec) { (i % columns) * 1.6, (i / columns) * 1.0 };
  counts[n_joined] = alone;
  return n_joined + 1;
}

/* Sets components on shelves from (@x, @y) on, no shelf wider than @width, each in the middle of its
 * shelf's height. */
static void
pack_shelves (QdVec **layouts, const guint *counts, guint n, double x, double y, double width)
{
  double top = y;

  for (guint begin = 0, end; begin < n; begin = end)
    {
      double at = x, height = 0;

      for (end = begin; end < n; end++)
        {
          Box box = box_of (layouts[end], counts[end]);

          if (end > begin && at + box.right - box.left + GAP > x + width)
            break;
          at += box.right - box.left + GAP;
          height = MAX (height, box.bottom - box.top + GAP);
        }
      at = x;
      for (guint i = begin; i < end; i++)
        {
          Box box = box_of (layouts[i], counts[i]);
          double dx = at - box.left + GAP / 2, dy = top + height / 2 - (box.top + box.bottom) / 2;

          for (guint k = 0; k < counts[i]; k++)
            {
              layouts[i][k].x += dx;
              layouts[i][k].y += dy;
            }
          at += box.right - box.left + GAP;
        }
      top += height;
    }
}

static double
shelf_width (QdVec **layouts, const guint *counts, guint n)
{
  double area = 0, widest = 0;

  for (guint i = 0; i < n; i++)
    {
      Box box = box_of (layouts[i], counts[i]);
      area += (box.right - box.left + GAP) * (box.bottom - box.top + GAP);
      widest = MAX (widest, box.right - box.left + GAP);
    }
  return MAX (widest, sqrt (area * 2.2));
}

/* --- Staying near what was there ------------------------------------------------------------------- */

static gboolean
known_before (const QdPoint *before, guint node)
{
  return before != NULL && isfinite (before[node].x) && isfinite (before[node].y) &&
         fabsf (before[node].x) < 1e6f && fabsf (before[node].y) < 1e6f;
}

/* New nodes begin in the middle of their known neighbours, outwards from these. */
static void
place_newcomers (const QdAdjacency *adjacency, QdVec *positions, guint8 *placed, QdRandom *random)
{
  gboolean again = TRUE;

  while (again)
    {
      again = FALSE;
      for (guint i = 0; i < adjacency->n; i++)
        {
          QdVec sum = { 0, 0 };
          guint count = 0;

          for (guint e = adjacency->first[i]; !placed[i] && e < adjacency->first[i + 1]; e++)
            if (placed[adjacency->targets[e]])
              {
                sum.x += positions[adjacency->targets[e]].x;
                sum.y += positions[adjacency->targets[e]].y;
                count++;
              }
          if (count == 0)
            continue;
          positions[i].x = sum.x / count + 0.7 * qd_random_signed (random);
          positions[i].y = sum.y / count + 0.7 * qd_random_signed (random);
          placed[i] = again = TRUE;
        }
    }
}

/* Newcomers move freely, their neighbours give way a little, everyone else stays. */
static float *
make_mobility (const QdAdjacency *adjacency, const guint8 *old)
{
  float *mobility = g_new0 (float, adjacency->n);

  for (guint i = 0; i < adjacency->n; i++)
    if (!old[i])
      {
        mobility[i] = 1;
        for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
          if (old[adjacency->targets[e]])
            mobility[adjacency->targets[e]] = 0.02f;
      }
  return mobility;
}

static gboolean
extend_part (const Parts *parts, const Part *part, const QdPoint *before, QdVec *out,
             QdRandom *random, const int *cancelled)
{
  QdAdjacency adjacency = { 0 };
  g_autofree guint *first = NULL, *targets = NULL;
  g_autofree guint8 *old = g_new0 (guint8, part->n), *placed = NULL;
  g_autofree float *mobility = NULL;
  guint n_old = 0;

  for (guint i = 0; i < part->n; i++)
    if (known_before (before, part->nodes[i]))
      {
        out[i] = (QdVec) { before[part->nodes[i]].x, before[part->nodes[i]].y };
        old[i] = 1;
        n_old++;
      }
  if (n_old == part->n)
    return TRUE;
  part_adjacency (parts, part, &adjacency);
  first = adjacency.first;
  targets = adjacency.targets;
  placed = g_memdup2 (old, part->n);
  place_newcomers (&adjacency, out, placed, random);
  mobility = make_mobility (&adjacency, old);
  if (!qd_force_refine (&adjacency, out, mobility, 60, 0.3, random, cancelled))
    return FALSE;
  for (guint i = 0; i < part->n; i++)
    if (old[i])
      mobility[i] = 0;
  qd_force_separate (out, part->n, SPACING, mobility, 12);
  return TRUE;
}

/* --- All ------------------------------------------------------------------------------------------- */

static gboolean
part_is_known (const Part *part, const QdPoint *before)
{
  for (guint i = 0; i < part->n; i++)
    if (known_before (before, part->nodes[i]))
      return TRUE;
  return FALSE;
}

static void
store_part (const Part *part, const QdVec *layout, double dx, double dy, QdPoint *out)
{
  for (guint i = 0; i < part->n; i++)
    {
      out[part->nodes[i]].x = (float) (layout[i].x + dx);
      out[part->nodes[i]].y = (float) (layout[i].y + dy);
    }
}

typedef struct {
  QdGraph *graph;
  const QdPoint *before;
  const int *cancelled;
  QdRandom random;
  Parts parts;
  QdVec *space;           /* room for all layouts, one behind the other */
  guint used;
  Box taken;              /* what the parts that were there cover */
  gboolean any_known;
  QdPoint *result;
} Layout;

static void
layout_clear (Layout *self)
{
  parts_clear (&self->parts);
  g_free (self->space);
  g_free (self->result);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layout, layout_clear)

/* The components that were there before keep their places. */
static gboolean
lay_out_known (Layout *self)
{
  for (guint i = 0; i < self->parts.parts->len; i++)
    {
      const Part *part = &g_array_index (self->parts.parts, Part, i);
      QdVec *layout = self->space + self->used;
      Box box;

      if (!part_is_known (part, self->before))
        continue;
      if (qd_cancelled (self->cancelled) ||
          !extend_part (&self->parts, part, self->before, layout, &self->random, self->cancelled))
        return FALSE;
      self->used += part->n;
      box = box_of (layout, part->n);
      self->taken = (Box) { MIN (self->taken.left, box.left), MIN (self->taken.top, box.top),
                            MAX (self->taken.right, box.right), MAX (self->taken.bottom, box.bottom) };
      self->any_known = TRUE;
      store_part (part, layout, 0, 0, self->result);
    }
  return TRUE;
}

/* The others are packed by themselves: in the middle of the world, or below what was there. */
static gboolean
lay_out_fresh (Layout *self)
{
  guint n_parts = self->parts.parts->len, n = 0, n_joined = 0, n_boxes, first = self->used;
  g_autofree QdVec **layouts = g_new (QdVec *, n_parts + 1);
  g_autofree guint *counts = g_new (guint, n_parts + 1);
  const QdGraphNode *nodes = qd_graph_nodes (self->graph, NULL);
  double width, dx = 0, dy = 0;

  for (guint i = 0; i < n_parts; i++)
    {
      const Part *part = &g_array_index (self->parts.parts, Part, i);

      if (part_is_known (part, self->before))
        continue;
      layouts[n] = self->space + self->used;
      counts[n] = part->n;
      n_joined += part->n > 1;
      if (qd_cancelled (self->cancelled) ||
          !lay_out_part (nodes, &self->parts, part, layouts[n], &self->random, self->cancelled))
        return FALSE;
      self->used += part->n;
      n++;
    }
  if (n == 0)
    return TRUE;
  n_boxes = gather_alone (layouts, counts, n_joined, n);
  width = shelf_width (layouts, counts, n_boxes);
  if (self->any_known)
    pack_shelves (layouts, counts, n_boxes, self->taken.left, self->taken.bottom + GAP / 2,
                  MAX (width, self->taken.right - self->taken.left));
  else
    {
      Box all;

      pack_shelves (layouts, counts, n_boxes, 0, 0, width);
      all = box_of (self->space + first, self->used - first);
      dx = -(all.left + all.right) / 2;
      dy = -(all.top + all.bottom) / 2;
    }
  for (guint i = 0, k = 0; i < n_parts; i++)
    {
      const Part *part = &g_array_index (self->parts.parts, Part, i);

      if (!part_is_known (part, self->before))
        store_part (part, layouts[k++], dx, dy, self->result);
    }
  return TRUE;
}

/* Components are laid out in the order of their size. */
QdPoint *
qd_graph_layout (QdGraph *graph, const QdPoint *before, guint64 seed, const int *cancelled)
{
  g_auto (Layout) layout = { graph, before, cancelled, { seed } };
  guint n;

  qd_graph_nodes (graph, &n);
  find_parts (graph, &layout.parts);
  layout.result = g_new0 (QdPoint, MAX (n, 1));
  layout.space = g_new0 (QdVec, MAX (n, 1));
  layout.taken = (Box) { G_MAXDOUBLE, G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE };
  if (!lay_out_known (&layout) || !lay_out_fresh (&layout))
    return NULL;
  return g_steal_pointer (&layout.result);
}
