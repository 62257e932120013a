/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-layout.h"

#include <math.h>
#include <string.h>

#include "qd-graph-field.h"
#include "qd-graph-layout-private.h"

/* Springs and repulsion, less what they were when it began: so it begins at rest, whether a map, tiers or
 * stress made the places. What is dragged draws its neighbours along; what is farther stays, being anchored a
 * little to where it was. Each node goes most of the way to where the slope of its force says that it would be
 * at rest (all of it could overshoot), and each step is a little shorter than the one before, until something
 * is held or let go again, so that it ends. */

#define LONGEST_STEP 0.8f
#define STILL 0.004f
#define SHARE 0.6f
#define COOLING 0.992f
#define COLD 0.05f
#define ANCHOR 0.03f       /* of a node's slope: how much it would rather be where it was */
#define ANCHOR_REACH 3.0f

struct _QdLayoutLive {
  QdAdjacency adjacency;
  guint n;
  float *x, *y;
  QdVec *rest;             /* the force at the beginning */
  QdPoint *anchor;         /* the place */
  float *hold;             /* how strongly it draws */
  guint8 *held;            /* 1: pinned, 2: held */
  float *strength;         /* of the springs, by entry of adjacency.targets */
  QdField *field;
  QdPoint *positions;
  float heat;              /* 1 at first: shortens the steps */
};

/* The force on @i; returns its slope. */
static float
force_on (const QdLayoutLive *self, guint i, float out[2])
{
  const QdAdjacency *adjacency = &self->adjacency;
  float repulsion[3], slope;

  qd_field_repel (self->field, i, repulsion);
  out[0] = repulsion[0];
  out[1] = repulsion[1];
  slope = repulsion[2];
  for (guint e = adjacency->first[i]; e < adjacency->first[i + 1]; e++)
    {
      float dx = self->x[adjacency->targets[e]] - self->x[i], dy = self->y[adjacency->targets[e]] - self->y[i];
      float pull = self->strength[e] * sqrtf (dx * dx + dy * dy);

      out[0] += dx * pull;
      out[1] += dy * pull;
      slope += 2 * pull;
    }
  return slope;
}

static void
find_rest (QdLayoutLive *self)
{
  qd_field_place (self->field, self->x, self->y);
  for (guint i = 0; i < self->n; i++)
    {
      float force[2];

      self->hold[i] = ANCHOR * force_on (self, i, force);
      /* What was taken off at rest must not drive it away for good once it is on the others' other side. */
      self->hold[i] = MAX (self->hold[i], hypotf (force[0], force[1]) / ANCHOR_REACH);
      self->rest[i] = (QdVec) { force[0], force[1] };
    }
}

static void
copy_adjacency (QdAdjacency *to, const QdAdjacency *from)
{
  to->n = from->n;
  to->first = g_memdup2 (from->first, (from->n + 1) * sizeof *from->first);
  to->targets = g_memdup2 (from->targets, MAX (from->first[from->n], 1) * sizeof *from->targets);
}

QdLayoutLive *
qd_layout_live_new (QdGraph *graph, const QdPoint *positions, const guint8 *pinned)
{
  g_auto (QdAdjacency) adjacency = { 0 };

  qd_adjacency_init (&adjacency, graph);
  return qd_layout_live_new_for (&adjacency, positions, pinned);
}

QdLayoutLive *
qd_layout_live_new_for (const QdAdjacency *adjacency, const QdPoint *positions, const guint8 *pinned)
{
  QdLayoutLive *self = g_new0 (QdLayoutLive, 1);
  g_autofree float *mass = NULL;
  guint n = self->n = adjacency->n;

  copy_adjacency (&self->adjacency, adjacency);
  self->x = g_new (float, MAX (n, 1));
  self->y = g_new (float, MAX (n, 1));
  self->rest = g_new (QdVec, MAX (n, 1));
  self->hold = g_new (float, MAX (n, 1));
  self->anchor = g_memdup2 (positions, MAX (n, 1) * sizeof *positions);
  self->held = g_new0 (guint8, MAX (n, 1));
  self->positions = g_memdup2 (positions, MAX (n, 1) * sizeof *positions);
  self->strength = g_new (float, MAX (self->adjacency.first[n], 1));
  mass = g_new (float, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      self->x[i] = positions[i].x;
      self->y[i] = positions[i].y;
      self->held[i] = pinned && pinned[i];
      mass[i] = 1;
      for (guint e = self->adjacency.first[i]; e < self->adjacency.first[i + 1]; e++)
        {
          guint j = self->adjacency.targets[e];
          float length = hypotf (positions[j].x - positions[i].x, positions[j].y - positions[i].y);

          /* A long edge is no stiffer than a short one. */
          self->strength[e] = 1 / MAX (length, 0.5f);
        }
    }
  self->heat = 1;
  self->field = qd_field_new (n, mass);
  find_rest (self);
  return self;
}

void
qd_layout_live_free (QdLayoutLive *self)
{
  if (self == NULL)
    return;
  qd_adjacency_clear (&self->adjacency);
  qd_field_free (self->field);
  g_free (self->x);
  g_free (self->y);
  g_free (self->rest);
  g_free (self->anchor);
  g_free (self->hold);
  g_free (self->held);
  g_free (self->strength);
  g_free (self->positions);
  g_free (self);
}

void
qd_layout_live_hold (QdLayoutLive *self, guint node, float x, float y)
{
  g_return_if_fail (node < self->n && isfinite (x) && isfinite (y));

  self->held[node] = 2;
  self->heat = 1;
  self->positions[node] = (QdPoint) { x, y };
  self->x[node] = x;
  self->y[node] = y;
}

void
qd_layout_live_let_go (QdLayoutLive *self, guint node, gboolean pin)
{
  g_return_if_fail (node < self->n);

  self->held[node] = pin != 0;
  self->heat = 1;
}

gboolean
qd_layout_live_step (QdLayoutLive *self)
{
  float farthest = 0;
  const float share = SHARE * self->heat;

  qd_field_place (self->field, self->x, self->y);
  for (guint i = 0; i < self->n; i++)
    {
      float force[2], slope, length;

      if (self->held[i])
        continue;
      slope = force_on (self, i, force) + self->hold[i];
      force[0] -= (float) self->rest[i].x + self->hold[i] * (self->x[i] - self->anchor[i].x);
      force[1] -= (float) self->rest[i].y + self->hold[i] * (self->y[i] - self->anchor[i].y);
      length = sqrtf (force[0] * force[0] + force[1] * force[1]) * share / MAX (slope, 1e-6f);
      if (!(length > 0) || !isfinite (length))
        continue;
      slope = share / MAX (slope, 1e-6f) * MIN (1, LONGEST_STEP / length);
      self->positions[i].x += force[0] * slope;
      self->positions[i].y += force[1] * slope;
      farthest = MAX (farthest, MIN (length, LONGEST_STEP));
    }
  for (guint i = 0; i < self->n; i++)
    {
      self->x[i] = self->positions[i].x;
      self->y[i] = self->positions[i].y;
    }
  self->heat *= COOLING;
  return farthest > STILL && self->heat > COLD;
}

const QdPoint *
qd_layout_live_get_positions (QdLayoutLive *self)
{
  return self->positions;
}
