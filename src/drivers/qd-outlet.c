/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-outlet.h"

#define FRESH_EVERY_US (5 * G_USEC_PER_SEC)
#define CLOSE_WAIT_US (20 * 1000)

struct _QdOutlet {
  gatomicrefcount refs;
  const char *connection;
  QdSink sink;

  GMutex lock;
  GCond idle;
  gboolean closed;
  guint sending;

  char *state;
  char *detail;
  gint64 fresh_us;       /* when good data last came, wall clock */
  gint64 told_fresh_us;  /* the last as-of that was sent */
};

QdOutlet *
qd_outlet_new (const char *connection, const QdSink *sink)
{
  QdOutlet *self = g_new0 (QdOutlet, 1);

  g_atomic_ref_count_init (&self->refs);
  self->connection = g_intern_string (connection);
  self->sink = *sink;
  g_mutex_init (&self->lock);
  g_cond_init (&self->idle);
  return self;
}

QdOutlet *
qd_outlet_ref (QdOutlet *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_outlet_unref (QdOutlet *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->idle);
  g_free (self->state);
  g_free (self->detail);
  g_free (self);
}

const char *
qd_outlet_get_connection (QdOutlet *self)
{
  return self->connection;
}

const QdSink *
qd_outlet_get_sink (QdOutlet *self)
{
  return &self->sink;
}

void
qd_outlet_send (QdOutlet *self, QdDelta *delta)
{
  g_mutex_lock (&self->lock);
  if (self->closed)
    {
      g_mutex_unlock (&self->lock);
      qd_delta_unref (delta);
      return;
    }
  self->sending++;
  g_mutex_unlock (&self->lock);

  qd_sink_delta (&self->sink, delta);

  g_mutex_lock (&self->lock);
  if (--self->sending == 0)
    g_cond_broadcast (&self->idle);
  g_mutex_unlock (&self->lock);
}

void
qd_outlet_close (QdOutlet *self)
{
  gint64 until = g_get_monotonic_time () + CLOSE_WAIT_US;

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  while (self->sending > 0 && g_cond_wait_until (&self->idle, &self->lock, until))
    ;
  g_mutex_unlock (&self->lock);
}

void
qd_outlet_reopen (QdOutlet *self)
{
  g_mutex_lock (&self->lock);
  self->closed = FALSE;
  g_clear_pointer (&self->state, g_free);
  g_clear_pointer (&self->detail, g_free);
  g_mutex_unlock (&self->lock);
}

QdDelta *
qd_outlet_connection_delta (QdOutlet *self)
{
  return qd_delta_new (self->connection, QD_KIND_CONNECTION, self->connection, QD_DELTA_PATCH);
}

/* A connection's health as others' is counted: stale is degraded, refused is down. */
static QdStatus
status_of_state (const char *state)
{
  if (g_str_equal (state, "live"))
    return QD_STATUS_WELL;
  if (g_str_equal (state, "stale"))
    return QD_STATUS_DEGRADED;
  if (g_str_equal (state, "refused"))
    return QD_STATUS_DOWN;
  return g_str_equal (state, "off") || g_str_equal (state, "paper") ? QD_STATUS_NONE : QD_STATUS_UNKNOWN;
}

void
qd_outlet_state (QdOutlet *self, const char *state, const char *detail)
{
  QdDelta *delta;
  gint64 fresh;

  g_mutex_lock (&self->lock);
  if (g_strcmp0 (self->state, state) == 0 && g_strcmp0 (self->detail, detail) == 0)
    {
      g_mutex_unlock (&self->lock);
      return;
    }
  g_set_str (&self->state, state);
  g_set_str (&self->detail, detail);
  if (g_str_equal (state, "live"))
    self->fresh_us = g_get_real_time ();
  fresh = self->told_fresh_us = self->fresh_us;
  g_mutex_unlock (&self->lock);

  delta = qd_outlet_connection_delta (self);
  qd_delta_set (delta, QD_CONNECTION_STATE, qd_value_string (state));
  /* An absent value in a patch would leave the old words standing. */
  qd_delta_set (delta, QD_CONNECTION_DETAIL, qd_value_string (detail ? detail : ""));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (status_of_state (state)));
  qd_delta_set (delta, QD_FIELD_STATUS_TEXT, qd_value_string (state));
  if (fresh > 0)
    qd_delta_set (delta, QD_CONNECTION_AS_OF, qd_value_time (fresh));
  qd_outlet_send (self, delta);
}

gboolean
qd_outlet_is_live (QdOutlet *self)
{
  gboolean live;

  g_mutex_lock (&self->lock);
  live = g_strcmp0 (self->state, "live") == 0;
  g_mutex_unlock (&self->lock);
  return live;
}

void
qd_outlet_fresh (QdOutlet *self)
{
  gint64 now = g_get_real_time ();
  gboolean tell;

  g_mutex_lock (&self->lock);
  self->fresh_us = now;
  tell = now - self->told_fresh_us >= FRESH_EVERY_US || now < self->told_fresh_us;
  if (tell)
    self->told_fresh_us = now;
  g_mutex_unlock (&self->lock);

  if (tell)
    {
      QdDelta *delta = qd_outlet_connection_delta (self);

      qd_delta_set (delta, QD_CONNECTION_AS_OF, qd_value_time (now));
      qd_outlet_send (self, delta);
    }
}

void
qd_outlet_snapshot (QdOutlet *self, QdKind kind, gboolean begin)
{
  qd_outlet_send (self, qd_delta_new (self->connection, kind, "",
                                      begin ? QD_DELTA_SNAPSHOT_BEGIN : QD_DELTA_SNAPSHOT_END));
}

void
qd_outlet_remove (QdOutlet *self, QdKind kind, const char *id)
{
  qd_outlet_send (self, qd_delta_new (self->connection, kind, id, QD_DELTA_REMOVE));
}
