/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <math.h>

G_BEGIN_DECLS

/*
 * Randomness without state: every number is a hash of the seed and of what it is for, so that the
 * world at a tick is a function of the seed and the tick, whatever happened before.
 * The mixer is splitmix64's finaliser (Steele, Lea, Flood, OOPSLA 2014).
 */
static inline guint64
lab_mix (guint64 x)
{
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static inline guint64
lab_hash (guint64 seed, guint64 a, guint64 b)
{
  return lab_mix (lab_mix (seed ^ lab_mix (a)) ^ b);
}

/* A hash as a number in [0, 1). */
static inline double
lab_unit (guint64 hash)
{
  return (double) (hash >> 11) * 0x1.0p-53;
}

/* Smooth noise in [-1, 1) that wanders over @period seconds. */
static inline double
lab_noise (guint64 seed, guint64 what, gint64 t, gint64 period)
{
  gint64 cell = t / period;
  double f = (double) (t % period) / (double) period;
  double a = lab_unit (lab_hash (seed, what, (guint64) cell));
  double b = lab_unit (lab_hash (seed, what, (guint64) cell + 1));

  f = f * f * (3 - 2 * f);
  return 2 * (a + (b - a) * f) - 1;
}

G_END_DECLS
