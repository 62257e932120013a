/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "qd-wire-error.h"

G_BEGIN_DECLS

/**
 * QdNats:
 *
 * One NATS connection on threads of its own, reconnecting for ever. Methods may be called from any
 * thread and never block: they post to the connection's worker. Callbacks come on its threads, never
 * on the main thread. Reference counted, atomic.
 */
typedef struct _QdNats QdNats;

typedef struct {
  const char *url;             /* nats://host:port or tls://…, several separated by commas */
  const char *user, *password, *token;
  const char *nkey_seed;       /* with a user JWT in @jwt or alone */
  const char *jwt;
  const char *ca_file;
  const char *name;            /* shown in the server's /connz */
} QdNatsOptions;

typedef enum { QD_NATS_CONNECTING, QD_NATS_LIVE, QD_NATS_RECONNECTING, QD_NATS_REFUSED, QD_NATS_CLOSED } QdNatsState;

typedef struct {
  /* @error: why, when not live; NULL when live. */
  void (*state) (QdNats *self, QdNatsState state, const GError *error, gpointer data);
  /* Something went wrong that does not end the connection. @subject: what the server does not permit
   * (QD_WIRE_ERROR_FORBIDDEN), or could not be sent or subscribed to; NULL when that is not known. */
  void (*problem) (QdNats *self, const char *subject, const GError *error, gpointer data);
} QdNatsEvents;

/* @payload is borrowed. @dropped: messages that the client library had to drop (slow consumer) and
 * that nobody was told of yet; any but 0 means that a resync is due. @subject NULL: that is all there is
 * to tell, no message came. */
typedef void (*QdNatsMessageFunc) (const char *subject, const char *reply, const char *payload, gsize length, guint64 dropped, gpointer data);
typedef void (*QdNatsReplyFunc) (GBytes *payload, const GError *error, gpointer data);
typedef enum { QD_KV_PUT, QD_KV_DELETE, QD_KV_PURGE } QdKvOperation;
/* @key NULL: the initial values are all told. */
typedef void (*QdKvFunc) (const char *bucket, const char *key, const char *value, gsize length, guint64 revision,
                          QdKvOperation operation, gint64 at_us, const GError *error, gpointer data);
typedef void (*QdKvRevisionFunc) (guint64 revision, const GError *error, gpointer data);

QdNats *qd_nats_new (const QdNatsOptions *options, const QdNatsEvents *events, gpointer data, GDestroyNotify destroy);
QdNats *qd_nats_ref (QdNats *self);
void qd_nats_unref (QdNats *self);
/* Ends everything in the background; @destroy of each subscription is called when it is over. */
void qd_nats_close (QdNats *self);
QdNatsState qd_nats_get_state (QdNats *self);
/* Subscriptions survive reconnects. Returns an id for qd_nats_unsubscribe(). */
guint qd_nats_subscribe (QdNats *self, const char *subject, QdNatsMessageFunc func, gpointer data, GDestroyNotify destroy);
void qd_nats_unsubscribe (QdNats *self, guint id);
void qd_nats_publish (QdNats *self, const char *subject, GBytes *payload);
void qd_nats_request (QdNats *self, const char *subject, GBytes *payload, guint timeout_ms, QdNatsReplyFunc func, gpointer data);
/* Watches all keys of @bucket; starts over by itself after a reconnect (told by a new initial end). */
guint qd_nats_kv_watch (QdNats *self, const char *bucket, QdKvFunc func, gpointer data, GDestroyNotify destroy);
/* @expected_revision 0: create; G_MAXUINT64: whatever is there. QD_WIRE_ERROR_CONFLICT for a lost race. */
void qd_nats_kv_put (QdNats *self, const char *bucket, const char *key, GBytes *value, guint64 expected_revision, QdKvRevisionFunc func, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdNats, qd_nats_unref)

G_END_DECLS
