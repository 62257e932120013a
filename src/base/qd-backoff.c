/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-base"

#include "config.h"

#include "qd-backoff.h"

/* Past this, doubling can only overflow: any cap is long reached. */
#define MAX_DOUBLINGS 16

/**
 * qd_backoff_next_ms:
 *
 * How long to wait before the next attempt, and counts that attempt.
 *
 * The wait is drawn evenly from half of base_ms up to base_ms doubled once per attempt so far, never
 * above cap_ms: many clients of one server that went away do not all come back in the same moment.
 *
 * Returns: milliseconds
 */
guint
qd_backoff_next_ms (QdBackoff *self)
{
  guint64 most = (guint64) self->base_ms << MIN (self->attempt, MAX_DOUBLINGS);
  guint least = self->base_ms / 2;

  most = MIN (most, self->cap_ms);
  if (self->attempt < G_MAXUINT)
    self->attempt++;
  if (most <= least)
    return (guint) most;
  return least + (guint) (g_random_double () * (double) (most - least + 1));
}

/**
 * qd_backoff_reset:
 *
 * Forgets past attempts: to be called once a connection has proved to work, not when it was opened.
 */
void
qd_backoff_reset (QdBackoff *self)
{
  self->attempt = 0;
}
