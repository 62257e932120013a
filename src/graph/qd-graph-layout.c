/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-layout-private.h"

#include <math.h>
#include <string.h>

/* A layout in one go: each part by itself, in the manner asked for, then packed beside one another.
 * What was there before stays, and what is new is fitted in. */

static const char *const algorithm_names[QD_N_LAYOUTS] = { "force", "geographic", "tiers", "clusters" };

const char *
qd_layout_algorithm_to_name (QdLayoutAlgorithm algorithm)
{
  g_return_val_if_fail (algorithm < QD_N_LAYOUTS, NULL);

  return algorithm_names[algorithm];
}

gboolean
qd_layout_algorithm_from_name (const char *name, QdLayoutAlgorithm *out)
{
  for (guint i = 0; name && i < QD_N_LAYOUTS; i++)
    if (strcmp (name, algorithm_names[i]) == 0)
      {
        *out = (QdLayoutAlgorithm) i;
        return TRUE;
      }
  return FALSE;
}

/* --- Staying near what was there ------------------------------------------------------------------- */

static gboolean
known_before (const QdPoint *before, guint node)
{
  return before != NULL && isfinite (before[node].x) && isfinite (before[node].y) &&
         fabsf (before[node].x) < 1e6f && fabsf (before[node].y) < 1e6f;
}

/* What no edge leads to from a known node (a group need not hang together) stands below the others. */
static void
place_unreached (QdVec *positions, const guint8 *state, guint n)
{
  QdBox box = { G_MAXDOUBLE, G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE };
  guint columns, count = 0;

  for (guint i = 0; i < n; i++)
    if (state[i] == 2)
      box = (QdBox) { MIN (box.left, positions[i].x), MIN (box.top, positions[i].y),
                      MAX (box.right, positions[i].x), MAX (box.bottom, positions[i].y) };
  columns = (guint) CLAMP ((box.right - box.left) / QD_LAYOUT_GAP, 3, 1000);
  for (guint i = 0; i < n; i++)
    if (state[i] != 2)
      {
        positions[i] = (QdVec) { box.left + count % columns * QD_LAYOUT_GAP, box.bottom + 1 + count / columns };
        count++;
      }
}

/* New nodes begin in the middle of their known neighbours, outwards from these. */
static void
place_newcomers (const QdAdjacency *adjacency, QdVec *positions, const guint8 *old, QdRandom *random)
{
  g_autofree guint *queue = g_new (guint, MAX (adjacency->n, 1));
  g_autofree guint8 *state = g_new0 (guint8, MAX (adjacency->n, 1));   /* 1 waits, 2 is placed */
  guint tail = 0;

  for (guint i = 0; i < adjacency->n; i++)
    state[i] = old[i] ? 2 : 0;
  for (guint i = 0; i < adjacency->n; i++)
    for (guint e = adjacency->first[i]; state[i] == 0 && e < adjacency->first[i + 1]; e++)
      if (old[adjacency->targets[e]])
        {
          state[i] = 1;
          queue[tail++] = i;
        }
  for (guint head = 0; head < tail; head++)
    {
      guint i = queue[head], count = 0;
      QdVec sum = { 0, 0 };

      for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
        {
          guint j = adjacency->targets[e];

          if (state[j] == 2)
            {
              sum.x += positions[j].x;
              sum.y += positions[j].y;
              count++;
            }
          else if (state[j] == 0)
            {
              state[j] = 1;
              queue[tail++] = j;
            }
        }
      positions[i].x = sum.x / count + 0.7 * qd_random_signed (random);
      positions[i].y = sum.y / count + 0.7 * qd_random_signed (random);
      state[i] = 2;
    }
  place_unreached (positions, state, adjacency->n);
}

/* Newcomers move freely, their neighbours give way a little, everyone else stays. */
static float *
make_mobility (const QdAdjacency *adjacency, const guint8 *old, const guint8 *pinned)
{
  float *mobility = g_new0 (float, adjacency->n);

  for (guint i = 0; i < adjacency->n; i++)
    if (!old[i])
      {
        mobility[i] = 1;
        for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
          if (old[adjacency->targets[e]] && !pinned[adjacency->targets[e]])
            mobility[adjacency->targets[e]] = 0.02f;
      }
  return mobility;
}

/* --- Anew, around a few that stay ------------------------------------------------------------------ */

/* Turns, mirrors and shifts a layout so that its known nodes come near their places. */
static void
fit_to_known (QdVec *layout, const QdVec *places, const guint8 *known, guint n)
{
  QdVec from = { 0, 0 }, to = { 0, 0 };
  double c = 0, s = 0, mc = 0, ms = 0, angle;
  guint count = 0;
  gboolean mirror;

  for (guint i = 0; i < n; i++)
    if (known[i])
      {
        from.x += layout[i].x, from.y += layout[i].y;
        to.x += places[i].x, to.y += places[i].y;
        count++;
      }
  from.x /= count, from.y /= count, to.x /= count, to.y /= count;
  for (guint i = 0; i < n; i++)
    if (known[i])
      {
        double x = layout[i].x - from.x, y = layout[i].y - from.y, px = places[i].x - to.x, py = places[i].y - to.y;

        c += x * px + y * py, s += x * py - y * px;
        mc += -x * px + y * py, ms += -x * py - y * px;
      }
  mirror = hypot (mc, ms) > hypot (c, s) * (1 + 1e-9);
  angle = mirror ? atan2 (ms, mc) : atan2 (s, c);
  for (guint i = 0; i < n; i++)
    {
      double x = (mirror ? -1 : 1) * (layout[i].x - from.x), y = layout[i].y - from.y;
      layout[i] = (QdVec) { to.x + x * cos (angle) - y * sin (angle), to.y + x * sin (angle) + y * cos (angle) };
    }
}

static gboolean
arrange_part (QdLayoutJob *job, const QdPart *part, const QdAdjacency *adjacency, QdVec *out)
{
  gboolean done;

  if (part->n == 1)
    {
      out[0] = (QdVec) { 0, 0 };
      return TRUE;
    }
  if (job->options->algorithm == QD_LAYOUT_TIERS)
    return qd_arrange_in_tiers (job, part, adjacency, out);
  if (job->options->algorithm == QD_LAYOUT_CLUSTERS)
    return qd_arrange_group (job, part, adjacency, out);
  done = qd_arrange_by_force (job, part, adjacency, out);
  if (done)
    {
      qd_layout_centre (out, part->n);
      qd_layout_turn (qd_graph_nodes (job->graph, NULL), part, out);
    }
  return done;
}

#define GIVE_WAY_STEPS 80

/* What is known is dragged from where the new arrangement has it to where it is to be, and the others follow. */
static gboolean
give_way (QdLayoutJob *job, const QdAdjacency *adjacency, const guint8 *known, const QdVec *fresh, QdVec *out)
{
  guint n = adjacency->n;
  g_autofree QdPoint *begin = g_new (QdPoint, n);
  g_autoptr (QdLayoutLive) live = NULL;
  const QdPoint *end;

  for (guint i = 0; i < n; i++)
    begin[i] = (QdPoint) { (float) fresh[i].x, (float) fresh[i].y };
  live = qd_layout_live_new_for (adjacency, begin, NULL);
  for (guint i = 0; i < n; i++)
    if (known[i])
      qd_layout_live_hold (live, i, (float) out[i].x, (float) out[i].y);
  for (guint step = 0; step < GIVE_WAY_STEPS && qd_layout_live_step (live); step++)
    if (qd_layout_job_is_cancelled (job))
      return FALSE;
  end = qd_layout_live_get_positions (live);
  for (guint i = 0; i < n; i++)
    if (!known[i])
      out[i] = (QdVec) { end[i].x, end[i].y };
  return TRUE;
}

/* @out has the known nodes' places; the others get theirs. */
static gboolean
arrange_around (QdLayoutJob *job, const QdPart *part, const QdAdjacency *adjacency, const guint8 *known, QdVec *out)
{
  g_autofree QdVec *fresh = g_new (QdVec, part->n);

  if (!arrange_part (job, part, adjacency, fresh))
    return FALSE;
  fit_to_known (fresh, out, known, part->n);
  return give_way (job, adjacency, known, fresh, out);
}

/* A part of which some nodes have their places: most of them, and newcomers fit in; or a few, and
 * the part is arranged anew around these. */
static gboolean
extend_part (QdLayoutJob *job, const QdParts *parts, const QdPart *part, QdVec *out)
{
  const QdPoint *before = job->options->before;
  const guint8 *all_pinned = job->options->pinned;
  g_auto (QdAdjacency) adjacency = { 0 };
  g_autofree guint8 *old = g_new0 (guint8, part->n), *pinned = g_new0 (guint8, part->n);
  g_autofree float *mobility = NULL;
  guint n_old = 0;
  gboolean few;

  for (guint i = 0; i < part->n; i++)
    if (known_before (before, part->nodes[i]))
      {
        out[i] = (QdVec) { before[part->nodes[i]].x, before[part->nodes[i]].y };
        old[i] = 1;
        pinned[i] = all_pinned && all_pinned[part->nodes[i]];
        n_old++;
      }
  if (n_old == part->n)
    return TRUE;
  few = n_old * 2 < part->n;
  qd_parts_get_adjacency (parts, part, &adjacency);
  mobility = make_mobility (&adjacency, old, pinned);
  if (few && !arrange_around (job, part, &adjacency, old, out))
    return FALSE;
  if (!few)
    {
      place_newcomers (&adjacency, out, old, &job->random);
      if (!qd_force_refine (&adjacency, out, mobility, 60, 0.3, job->options->cancelled))
        return FALSE;
    }
  for (guint i = 0; i < part->n; i++)
    if (old[i])
      mobility[i] = 0;
  qd_force_separate (out, part->n, QD_LAYOUT_SPACING, mobility, 12);
  return TRUE;
}

/* --- Part by part ---------------------------------------------------------------------------------- */

static gboolean
part_is_known (const QdPart *part, const QdPoint *before)
{
  for (guint i = 0; i < part->n; i++)
    if (known_before (before, part->nodes[i]))
      return TRUE;
  return FALSE;
}

typedef struct {
  QdLayoutJob job;
  QdParts parts;
  QdVec *space;           /* room for all layouts, one behind the other */
  guint used;
  QdBox taken;            /* what the parts that were there cover */
  gboolean any_known;
  QdPoint *result;
} Layout;

static void
layout_clear (Layout *self)
{
  qd_parts_clear (&self->parts);
  g_free (self->space);
  g_free (self->result);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Layout, layout_clear)

static void
store_part (Layout *self, const QdPart *part, const QdVec *layout, double dx, double dy)
{
  for (guint i = 0; i < part->n; i++)
    self->result[part->nodes[i]] = (QdPoint) { (float) (layout[i].x + dx), (float) (layout[i].y + dy) };
}

/* The components that were there before keep their places. */
static gboolean
lay_out_known (Layout *self)
{
  for (guint i = 0; i < self->parts.parts->len; i++)
    {
      const QdPart *part = &g_array_index (self->parts.parts, QdPart, i);
      QdVec *layout = self->space + self->used;
      QdBox box;

      if (!part_is_known (part, self->job.options->before))
        continue;
      if (qd_layout_job_is_cancelled (&self->job) || !extend_part (&self->job, &self->parts, part, layout))
        return FALSE;
      self->used += part->n;
      box = qd_box_of (layout, part->n);
      self->taken = (QdBox) { MIN (self->taken.left, box.left), MIN (self->taken.top, box.top),
                              MAX (self->taken.right, box.right), MAX (self->taken.bottom, box.bottom) };
      self->any_known = TRUE;
      store_part (self, part, layout, 0, 0);
    }
  return TRUE;
}

static gboolean
lay_out_part (Layout *self, const QdPart *part, QdVec *out)
{
  g_auto (QdAdjacency) adjacency = { 0 };

  if (qd_layout_job_is_cancelled (&self->job))
    return FALSE;
  qd_parts_get_adjacency (&self->parts, part, &adjacency);
  return arrange_part (&self->job, part, &adjacency, out);
}

/* The others are packed by themselves: in the middle of the world, or below what was there. */
static gboolean
lay_out_fresh (Layout *self)
{
  guint n_parts = self->parts.parts->len, n = 0, n_joined = 0, n_boxes, first = self->used;
  g_autofree QdVec **layouts = g_new (QdVec *, n_parts + 1);
  g_autofree guint *counts = g_new (guint, n_parts + 1);
  double width, dx = 0, dy = 0;

  for (guint i = 0; i < n_parts; i++)
    {
      const QdPart *part = &g_array_index (self->parts.parts, QdPart, i);

      if (part_is_known (part, self->job.options->before))
        continue;
      layouts[n] = self->space + self->used;
      counts[n] = part->n;
      n_joined += part->n > 1;
      if (!lay_out_part (self, part, layouts[n]))
        return FALSE;
      self->used += part->n;
      n++;
    }
  if (n == 0)
    return TRUE;
  n_boxes = qd_pack_alone (layouts, counts, n_joined, n);
  width = qd_pack_width (layouts, counts, n_boxes);
  if (self->any_known)
    qd_pack_shelves (layouts, counts, n_boxes, self->taken.left, self->taken.bottom + QD_LAYOUT_GAP / 2,
                     MAX (width, self->taken.right - self->taken.left));
  else
    {
      QdBox all;

      qd_pack_shelves (layouts, counts, n_boxes, 0, 0, width);
      all = qd_box_of (self->space + first, self->used - first);
      dx = -(all.left + all.right) / 2;
      dy = -(all.top + all.bottom) / 2;
    }
  for (guint i = 0, at = first; i < n_parts; i++)
    {
      const QdPart *part = &g_array_index (self->parts.parts, QdPart, i);

      if (part_is_known (part, self->job.options->before))
        continue;
      store_part (self, part, self->space + at, dx, dy);
      at += part->n;
    }
  return TRUE;
}

/* --- All at once ----------------------------------------------------------------------------------- */

/* The number of each node's cluster. Nodes of none are one more. */
static guint *
number_clusters (QdGraph *graph, guint *n_clusters)
{
  guint n;
  const QdGraphNode *nodes = qd_graph_nodes (graph, &n);
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  guint *cluster_of = g_new (guint, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    {
      const char *name = nodes[i].cluster ? nodes[i].cluster : "";
      gpointer number = g_hash_table_lookup (numbers, name);

      if (number == NULL)
        {
          number = GUINT_TO_POINTER (g_hash_table_size (numbers) + 1);
          g_hash_table_insert (numbers, (gpointer) name, number);
        }
      cluster_of[i] = GPOINTER_TO_UINT (number) - 1;
    }
  *n_clusters = g_hash_table_size (numbers);
  return cluster_of;
}

/* The map has a place for each; who was there before stays, and the others make room. */
static gboolean
lay_out_on_map (Layout *self)
{
  guint n = self->parts.all.n;
  g_autofree float *mobility = g_new (float, MAX (n, 1));

  if (!qd_arrange_on_map (&self->job, self->space))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      mobility[i] = 1;
      if (!known_before (self->job.options->before, i))
        continue;
      self->space[i] = (QdVec) { self->job.options->before[i].x, self->job.options->before[i].y };
      mobility[i] = 0;
    }
  qd_force_separate (self->space, n, QD_LAYOUT_SPACING, mobility, 24);
  for (guint i = 0; i < n; i++)
    self->result[i] = (QdPoint) { (float) self->space[i].x, (float) self->space[i].y };
  return TRUE;
}

/* All discs at once where nothing was there; else each cluster by itself, as components are. */
static gboolean
lay_out_clusters (Layout *self)
{
  guint n = self->parts.all.n, n_clusters;
  g_autofree guint *cluster_of = number_clusters (self->job.graph, &n_clusters);
  gboolean any = FALSE;

  qd_parts_clear (&self->parts);
  qd_parts_init_grouped (&self->parts, self->job.graph, cluster_of, n_clusters);
  for (guint i = 0; i < n && !any; i++)
    any = known_before (self->job.options->before, i);
  if (any)
    return lay_out_known (self) && lay_out_fresh (self);
  if (!qd_arrange_clusters (&self->job, &self->parts, self->space))
    return FALSE;
  for (guint i = 0; i < n; i++)
    self->result[i] = (QdPoint) { (float) self->space[i].x, (float) self->space[i].y };
  return TRUE;
}

/* --- Folded ---------------------------------------------------------------------------------------- */

/* Lays out what a folded graph shows, and puts what is folded where its one node is. */
static QdPoint *
lay_out_folded (QdGraph *graph, const QdLayoutOptions *options)
{
  g_autoptr (QdGraphFold) fold = qd_graph_fold (graph, options->folded);
  g_autofree QdPoint *before = options->before ? qd_graph_fold_positions (fold, options->before) : NULL;
  g_autofree guint8 *pinned = NULL;
  g_autofree QdPoint *positions = NULL;
  QdLayoutOptions inner = *options;
  QdPoint *result;
  guint n, n_inner;

  qd_graph_nodes (graph, &n);
  qd_graph_nodes (fold->graph, &n_inner);
  if (options->pinned)
    {
      /* A group stays where all of it is to stay. */
      pinned = g_new (guint8, MAX (n_inner, 1));
      memset (pinned, 1, MAX (n_inner, 1));
      for (guint i = 0; i < n; i++)
        pinned[fold->node_of[i]] &= options->pinned[i] != 0;
    }
  inner.before = before;
  inner.pinned = pinned;
  inner.folded = NULL;
  positions = qd_graph_lay_out (fold->graph, &inner);
  if (positions == NULL)
    return NULL;
  result = g_new (QdPoint, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      gboolean stays = options->pinned && options->pinned[i] && known_before (options->before, i);

      result[i] = stays ? options->before[i] : positions[fold->node_of[i]];
    }
  return result;
}

/* --- All ------------------------------------------------------------------------------------------- */

/* Pinned nodes stay to the last bit, also where a place was too far out to be worked with. */
static void
restore_pinned (Layout *self)
{
  const QdLayoutOptions *options = self->job.options;

  for (guint i = 0; options->pinned && options->before && i < self->parts.all.n; i++)
    if (options->pinned[i] && isfinite (options->before[i].x) && isfinite (options->before[i].y))
      self->result[i] = options->before[i];
}

/**
 * qd_graph_lay_out:
 * @graph: a graph
 * @options: how; borrowed while it runs
 *
 * Components are laid out in the order of their size.
 */
QdPoint *
qd_graph_lay_out (QdGraph *graph, const QdLayoutOptions *options)
{
  g_auto (Layout) layout = { { graph, options, { options->seed } } };
  gboolean done;
  guint n;

  if (options->folded && options->folded[0])
    return lay_out_folded (graph, options);
  qd_parts_init (&layout.parts, graph);
  n = layout.parts.all.n;
  layout.result = g_new0 (QdPoint, MAX (n, 1));
  layout.space = g_new0 (QdVec, MAX (n, 1));
  layout.taken = (QdBox) { G_MAXDOUBLE, G_MAXDOUBLE, -G_MAXDOUBLE, -G_MAXDOUBLE };
  if (options->algorithm == QD_LAYOUT_GEOGRAPHIC)
    done = lay_out_on_map (&layout);
  else if (options->algorithm == QD_LAYOUT_CLUSTERS)
    done = lay_out_clusters (&layout);
  else
    done = lay_out_known (&layout) && lay_out_fresh (&layout);
  if (!done || qd_layout_job_is_cancelled (&layout.job))
    return NULL;
  restore_pinned (&layout);
  return g_steal_pointer (&layout.result);
}

QdPoint *
qd_graph_layout (QdGraph *graph, const QdPoint *before, guint64 seed, const int *cancelled)
{
  QdLayoutOptions options = { .seed = seed, .before = before, .cancelled = cancelled };

  return qd_graph_lay_out (graph, &options);
}
