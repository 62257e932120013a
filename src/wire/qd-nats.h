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

/**
 * QdNatsMessage:
 *
 * A message as it lies in a stream; an entry of a bucket is one. Immutable, reference counted (atomic).
 */
typedef struct {
  gatomicrefcount refs;
  char *subject;
  guint64 seq;                 /* in its stream; an entry's revision */
  gint64 at_us;                /* 0: not known */
  GBytes *payload;             /* never NULL */
  char **headers;              /* names and values by turns, ended by NULL; or NULL */
} QdNatsMessage;

/* @seq: of the stream; an entry's revision. @duplicate: one with this message id was there already, at @seq.
 * Errors: QD_WIRE_ERROR_CONFLICT (somebody was quicker; @seq is then the subject's last, or 0 where that was not told), QD_WIRE_ERROR_FORBIDDEN, QD_WIRE_ERROR_NOT_FOUND (no such stream or
 * bucket), QD_WIRE_ERROR_UNREACHABLE and QD_WIRE_ERROR_BUSY (certainly not stored). After QD_WIRE_ERROR_TIMEOUT, _CLOSED and _CANCELLED it
 * is not known whether it was stored. */
typedef void (*QdNatsStoredFunc) (guint64 seq, gboolean duplicate, const GError *error, gpointer data);
/* QD_WIRE_ERROR_NOT_FOUND: there is none, or no such stream. */
typedef void (*QdNatsFoundFunc) (QdNatsMessage *message, const GError *error, gpointer data);
/* @messages: (element-type QdNatsMessage), oldest first. @more: there are, behind the last of these. */
typedef void (*QdNatsReadFunc) (GPtrArray *messages, gboolean more, const GError *error, gpointer data);
/* What a stream says of itself. */
typedef struct { guint64 first_seq, last_seq, messages, bytes, n_subjects; char **subjects; } QdNatsStreamInfo;
typedef void (*QdNatsInfoFunc) (const QdNatsStreamInfo *info, const GError *error, gpointer data);
/* QD_WIRE_ERROR_FORBIDDEN: no; QD_WIRE_ERROR_NOT_FOUND: nobody takes such a message; NULL: yes. */
typedef void (*QdNatsMayFunc) (const GError *error, gpointer data);

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

QdNatsMessage *qd_nats_message_ref (QdNatsMessage *self);
void qd_nats_message_unref (QdNatsMessage *self);
const char *qd_nats_message_get_header (const QdNatsMessage *self, const char *name);   /* NULL when it has none */
/* What an entry of a bucket says: a delete and a purge are messages too. */
QdKvOperation qd_nats_message_get_operation (const QdNatsMessage *self);

/* Streams and buckets. Each function is called exactly once, within some ten seconds, on the connection's worker. */
#define QD_NATS_ANY G_MAXUINT64
#define QD_NATS_MAX_READ (64u * 1024u * 1024u)
/* @expect_last: the sequence of the subject's last message, 0 when there must be none; QD_NATS_ANY: whatever is there. */
void qd_nats_stream_publish (QdNats *self, const char *stream, const char *subject, const char *const *headers, GBytes *payload,
                             guint64 expect_last, QdNatsStoredFunc func, gpointer data);
void qd_nats_stream_last (QdNats *self, const char *stream, const char *subject, QdNatsFoundFunc func, gpointer data);
/* @subject: may have wildcards. @last_each: of each subject the last message alone. At most @limit messages and QD_NATS_MAX_READ bytes. */
void qd_nats_stream_read (QdNats *self, const char *stream, const char *subject, guint64 after, guint limit, gboolean last_each,
                          QdNatsReadFunc func, gpointer data);
void qd_nats_stream_info (QdNats *self, const char *stream, QdNatsInfoFunc func, gpointer data);
/* Whether we may publish to @subject of a stream: asked with a message that no stream can take. */
void qd_nats_stream_may_publish (QdNats *self, const char *subject, QdNatsMayFunc func, gpointer data);

/* @expected_revision 0: create (also over a delete's marker); QD_NATS_ANY: whatever is there. */
void qd_nats_kv_put (QdNats *self, const char *bucket, const char *key, const char *const *headers, GBytes *value,
                     guint64 expected_revision, QdNatsStoredFunc func, gpointer data);
/* Leaves a marker, whose revision it tells. */
void qd_nats_kv_delete (QdNats *self, const char *bucket, const char *key, const char *const *headers, guint64 expected_revision,
                        QdNatsStoredFunc func, gpointer data);
/* A marker is found too. */
void qd_nats_kv_get (QdNats *self, const char *bucket, const char *key, QdNatsFoundFunc func, gpointer data);
/* All that the bucket keeps of @key, or, @key NULL, the last of each key; markers among them. */
void qd_nats_kv_read (QdNats *self, const char *bucket, const char *key, QdNatsReadFunc func, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdNats, qd_nats_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdNatsMessage, qd_nats_message_unref)

G_END_DECLS
