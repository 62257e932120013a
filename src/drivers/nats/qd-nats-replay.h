/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-nats.h"

G_BEGIN_DECLS

/**
 * QdNatsReplay:
 *
 * Fetches what a subject's subscription missed from the JetStream stream that keeps that subject: what
 * was said while the connection was broken, and what the client library dropped. Any thread; reference
 * counted, atomic.
 */
typedef struct _QdNatsReplay QdNatsReplay;

typedef struct {
  /* A message that was kept; it may have come before. On the connection's worker. */
  void (*message) (const char *subject, const char *payload, gsize length, gpointer data);
  /* How catching up ended: NULL when all that was missed was told, else why it cannot be. Not called
   * for a failure after which it is tried again, nor where no stream keeps the subject and nothing is
   * known to have been lost. On the connection's worker. */
  void (*done) (const GError *error, gpointer data);
} QdNatsReplayEvents;

/* @data is borrowed: nothing is told once @nats has ended. */
QdNatsReplay *qd_nats_replay_new (QdNats *nats, const char *subject, const QdNatsReplayEvents *events, gpointer data);
QdNatsReplay *qd_nats_replay_ref (QdNatsReplay *self);
void qd_nats_replay_unref (QdNatsReplay *self);
/* The connection came to life: the first time it is noted where the stream ends, later times what came
 * meanwhile is fetched. */
void qd_nats_replay_connected (QdNatsReplay *self);
/* Messages of the subject were lost. */
void qd_nats_replay_missed (QdNatsReplay *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdNatsReplay, qd_nats_replay_unref)

G_END_DECLS
