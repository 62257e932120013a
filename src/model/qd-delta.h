/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-value.h"

G_BEGIN_DECLS

/* Who a thing is: two connections may both have a path "7". @connection is interned (g_intern_string). */
typedef struct { const char *connection; QdKind kind; GRefString *id; } QdKey;

guint qd_key_hash (gconstpointer key);
gboolean qd_key_equal (gconstpointer a, gconstpointer b);

typedef enum {
  QD_DELTA_PATCH,           /* sets the fields it carries; makes the thing if it is not there */
  QD_DELTA_UPSERT,          /* the same, and clears the fields it does not carry (derived ones stay) */
  QD_DELTA_UPDATE,          /* sets the fields it carries if the thing exists; else it is dropped (and counted) */
  QD_DELTA_REMOVE,
  QD_DELTA_SNAPSHOT_BEGIN,  /* a whole list follows; key.id is empty */
  QD_DELTA_SNAPSHOT_END,    /* what the snapshot did not name is gone */
} QdDeltaOp;

typedef struct _QdDelta QdDelta;

/* Decodes the bytes of a raw delta into fields, on the thread that drains. Adds with qd_delta_set(). */
typedef gboolean (*QdDeltaDecoder) (QdDelta *delta, const char *bytes, gsize length, GError **error);

/**
 * QdDelta:
 *
 * A small record of what is now true of one entity. Built by one thread with qd_delta_set(), then
 * handed over and never changed (but for decoding). Reference counted, atomic.
 */
QdDelta *qd_delta_new (const char *connection, QdKind kind, const char *id, QdDeltaOp op);
/* A PATCH with room for all fields of its kind, for a thing that is most likely new. */
QdDelta *qd_delta_new_whole (const QdKey *key);
/* Carries @bytes undecoded; merging keeps only the newest, so most are never parsed. */
QdDelta *qd_delta_new_raw (const char *connection, QdKind kind, const char *id, GBytes *bytes, QdDeltaDecoder decoder);
QdDelta *qd_delta_ref (QdDelta *self);
void qd_delta_unref (QdDelta *self);

void qd_delta_set (QdDelta *self, guint field, QdValue value);   /* takes @value */
/* When the source says that it was so (µs since the epoch, 0 unknown); where two sources carry the
 * same fact, the newer stamp wins. */
void qd_delta_set_stamp (QdDelta *self, gint64 stamp_us);
/* Monotonic µs when the message left the sender, 0 unknown: for measuring. */
void qd_delta_set_sent (QdDelta *self, gint64 sent_us);

const QdKey *qd_delta_get_key (const QdDelta *self);
QdDeltaOp qd_delta_get_op (const QdDelta *self);
gint64 qd_delta_get_stamp (const QdDelta *self);
gint64 qd_delta_get_sent (const QdDelta *self);
guint qd_delta_get_n_fields (const QdDelta *self);
const QdValue *qd_delta_get_nth (const QdDelta *self, guint nth, guint *field);
/* Decodes a raw delta in place; a no-op for others. */
gboolean qd_delta_decode (QdDelta *self, GError **error);

/* For QdQueue. Events and snapshot marks never merge; a REMOVE replaces what waited; PATCH onto
 * PATCH or UPSERT overlays fields; raw onto raw of the same decoder keeps the newer stamp. */
gpointer qd_delta_merge (gpointer older, gpointer newer);
guint qd_delta_hash (gconstpointer delta);
gboolean qd_delta_same_key (gconstpointer a, gconstpointer b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdDelta, qd_delta_unref)

G_END_DECLS
