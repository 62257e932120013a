/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-entity-private.h"

#include <string.h>

typedef struct { guint field; QdValue value; } Entry;

struct _QdDelta {
  gatomicrefcount refs;
  QdKey key;
  QdDeltaOp op;
  gint64 stamp_us;
  gint64 sent_us;
  Entry *entries;
  QdValue *whole;            /* or NULL: one a field of the kind, in place of entries */
  guint8 n_entries, n_allocated;
  guint64 mask;              /* of the fields that it carries */
  GBytes *bytes;             /* what is not decoded yet */
  QdDeltaDecoder decoder;
};

guint
qd_key_hash (gconstpointer key)
{
  const QdKey *self = key;

  return g_str_hash (self->id) ^ ((guint) self->kind * 0x9e3779b1u) ^ (GPOINTER_TO_UINT (self->connection) >> 4);
}

gboolean
qd_key_equal (gconstpointer a, gconstpointer b)
{
  const QdKey *x = a, *y = b;

  return x->kind == y->kind && x->connection == y->connection && (x->id == y->id || strcmp (x->id, y->id) == 0);
}

static QdDelta *
new_keyed (const char *interned, QdKind kind, GRefString *id, QdDeltaOp op)
{
  QdDelta *self = g_new0 (QdDelta, 1);

  g_atomic_ref_count_init (&self->refs);
  self->key = (QdKey) { interned, kind, id };
  self->op = op;
  return self;
}

/**
 * qd_delta_new:
 * @connection: of which connection
 * @id: the thing's id; empty for a snapshot's marks
 *
 * Returns: (transfer full): a delta without fields
 */
QdDelta *
qd_delta_new (const char *connection, QdKind kind, const char *id, QdDeltaOp op)
{
  g_return_val_if_fail (connection != NULL && id != NULL && (guint) kind < QD_N_KINDS, NULL);

  return new_keyed (g_intern_string (connection), kind, qd_value_string (id).v.s, op);
}

/**
 * qd_delta_new_whole:
 * @key: the thing's; the connection is interned, the id is UTF-8, and a reference to it is taken
 *
 * A %QD_DELTA_PATCH with room for all fields of its kind, as one allocation: a thing that it makes takes them as
 * they are. For many at once, of which most are new; where there is the thing already, it is a patch like others.
 *
 * Returns: (transfer full): a delta without fields
 */
QdDelta *
qd_delta_new_whole (const QdKey *key)
{
  g_return_val_if_fail (key->connection != NULL && key->id != NULL && (guint) key->kind < QD_N_KINDS, NULL);

  QdDelta *self = new_keyed (key->connection, key->kind, g_ref_string_acquire (key->id), QD_DELTA_PATCH);
  self->whole = g_new0 (QdValue, qd_schema_get (key->kind)->n_fields);
  return self;
}

/**
 * qd_delta_new_raw:
 * @bytes: (transfer none): the message
 * @decoder: what reads it, on the thread that drains
 *
 * An %QD_DELTA_UPDATE that is decoded as late as can be. The bytes must say all that the messages
 * of their kind say: of two that wait only the newer is kept.
 *
 * Returns: (transfer full): a delta
 */
QdDelta *
qd_delta_new_raw (const char *connection, QdKind kind, const char *id, GBytes *bytes, QdDeltaDecoder decoder)
{
  g_return_val_if_fail (bytes != NULL && decoder != NULL, NULL);

  QdDelta *self = qd_delta_new (connection, kind, id, QD_DELTA_UPDATE);
  self->bytes = g_bytes_ref (bytes);
  self->decoder = decoder;
  return self;
}

QdDelta *
qd_delta_ref (QdDelta *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

/* What is carried nth, of a whole one in the order of its fields. */
static QdValue *
nth_value (const QdDelta *self, guint nth, guint *field)
{
  guint64 left = self->mask;

  if (self->whole == NULL)
    {
      *field = self->entries[nth].field;
      return &self->entries[nth].value;
    }
  for (guint i = 0; i < nth; i++)
    left &= left - 1;
  *field = (guint) __builtin_ctzll (left);
  return &self->whole[*field];
}

static void
clear_values (QdDelta *self)
{
  guint field;

  for (guint i = 0; i < self->n_entries; i++)
    qd_value_clear (nth_value (self, i, &field));
  self->n_entries = 0;
  self->mask = 0;
}

void
qd_delta_unref (QdDelta *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  clear_values (self);
  g_free (self->entries);
  g_free (self->whole);
  g_ref_string_release (self->key.id);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

static QdValue *
find_value (QdDelta *self, guint field)
{
  if (!(self->mask & G_GUINT64_CONSTANT (1) << field))
    return NULL;
  if (self->whole != NULL)
    return &self->whole[field];
  for (guint i = 0; i < self->n_entries; i++)
    if (self->entries[i].field == field)
      return &self->entries[i].value;
  return NULL;
}

static void
append_entry (QdDelta *self, guint field, QdValue value)
{
  if (self->n_entries == self->n_allocated)
    {
      self->n_allocated = self->n_allocated == 0 ? 8 : self->n_allocated * 2;
      self->entries = g_renew (Entry, self->entries, self->n_allocated);
    }
  self->entries[self->n_entries] = (Entry) { field, value };
}

/**
 * qd_delta_set:
 * @field: a field of the thing's kind
 * @value: (transfer full): what it now is; an absent value says that it is absent now
 *
 * Adds a field. Only for the thread that builds the delta.
 */
void
qd_delta_set (QdDelta *self, guint field, QdValue value)
{
  QdValue *before;

  if (G_UNLIKELY (field >= qd_schema_get (self->key.kind)->n_fields))
    {
      qd_value_clear (&value);
      g_return_if_reached ();
    }
  before = find_value (self, field);
  if (before != NULL)
    {
      qd_value_clear (before);
      *before = value;
      return;
    }
  if (self->whole != NULL)
    self->whole[field] = value;
  else
    append_entry (self, field, value);
  self->n_entries++;
  self->mask |= G_GUINT64_CONSTANT (1) << field;
}

QdValue *
qd_delta_take_whole (QdDelta *self, guint64 *carried)
{
  if (self->whole == NULL || !g_atomic_ref_count_compare (&self->refs, 1))
    return NULL;
  *carried = self->mask;
  self->n_entries = 0;
  self->mask = 0;
  return g_steal_pointer (&self->whole);
}

void
qd_delta_set_stamp (QdDelta *self, gint64 stamp_us)
{
  self->stamp_us = stamp_us;
}

void
qd_delta_set_sent (QdDelta *self, gint64 sent_us)
{
  self->sent_us = sent_us;
}

const QdKey *
qd_delta_get_key (const QdDelta *self)
{
  return &self->key;
}

QdDeltaOp
qd_delta_get_op (const QdDelta *self)
{
  return self->op;
}

gint64
qd_delta_get_stamp (const QdDelta *self)
{
  return self->stamp_us;
}

gint64
qd_delta_get_sent (const QdDelta *self)
{
  return self->sent_us;
}

guint
qd_delta_get_n_fields (const QdDelta *self)
{
  return self->n_entries;
}

const QdValue *
qd_delta_get_nth (const QdDelta *self, guint nth, guint *field)
{
  g_return_val_if_fail (nth < self->n_entries, NULL);

  return nth_value (self, nth, field);
}

/**
 * qd_delta_decode:
 *
 * Decodes a raw delta in place, once; for others it does nothing.
 *
 * Returns: %FALSE with an error when the bytes make no sense; the delta then has no fields
 */
gboolean
qd_delta_decode (QdDelta *self, GError **error)
{
  g_autoptr (GBytes) bytes = g_steal_pointer (&self->bytes);
  gsize length;
  const char *text;

  if (bytes == NULL)
    return TRUE;
  text = g_bytes_get_data (bytes, &length);
  if (self->decoder (self, text, length, error))
    return TRUE;
  clear_values (self);
  return FALSE;
}

/* --- Merging --- */

/* Moves the fields of @newer over those of @older, but for those in @not. */
static void
overlay (QdDelta *older, QdDelta *newer, guint64 not)
{
  for (guint i = 0; i < newer->n_entries; i++)
    {
      guint field;
      QdValue *value = nth_value (newer, i, &field);

      if (!(not & G_GUINT64_CONSTANT (1) << field))
        {
          qd_delta_set (older, field, *value);
          *value = QD_NO_VALUE;
        }
    }
}

static void
keep_oldest_sent (QdDelta *kept, const QdDelta *dropped)
{
  if (dropped->sent_us != 0 && (kept->sent_us == 0 || dropped->sent_us < kept->sent_us))
    kept->sent_us = dropped->sent_us;
}

static gpointer
keep (QdDelta *kept, QdDelta *dropped)
{
  keep_oldest_sent (kept, dropped);
  qd_delta_unref (dropped);
  return kept;
}

static gpointer
merge_raw (QdDelta *a, QdDelta *b)
{
  if (a->bytes == NULL || b->bytes == NULL || a->decoder != b->decoder)
    return NULL;
  /* The first always wins, the second only over what is older: nothing here knows what that is. */
  if (a->stamp_us == 0 && b->stamp_us != 0)
    return NULL;
  /* A late one: the one that waits is newer. */
  if (a->stamp_us != 0 && b->stamp_us != 0 && b->stamp_us < a->stamp_us)
    return keep (a, b);
  return keep (b, a);
}

/* Both carry decoded fields, and the newer is a PATCH or UPDATE. One delta has one stamp, against
 * which its metric fields are judged, so that merging is right only where the stamps are the same
 * or one delta's metric fields decide for both. */
static gpointer
merge_fields (QdDelta *a, QdDelta *b)
{
  guint64 metrics = qd_schema_get_measured (a->key.kind);
  guint64 in_a = a->mask & metrics, in_b = b->mask & metrics;

  /* Whether an UPSERT takes away what it does not carry depends on its stamp too. */
  if (a->op == QD_DELTA_UPSERT && a->stamp_us != b->stamp_us)
    return NULL;
  if (a->stamp_us != b->stamp_us && (in_a != 0 || in_b != 0))
    {
      if (a->stamp_us == 0 || b->stamp_us == 0)
        return NULL;
      if (b->stamp_us < a->stamp_us)
        {
          /* The late one's metrics lose; all else that it says is newer. */
          overlay (a, b, metrics);
          return keep (a, b);
        }
      if ((in_a & ~in_b) != 0)
        return NULL;
    }
  overlay (a, b, 0);
  a->stamp_us = MAX (a->stamp_us, b->stamp_us);
  return keep (a, b);
}

/**
 * qd_delta_merge:
 * @older: (transfer full): a delta that waits
 * @newer: (transfer full): one of the same key that came later
 *
 * Makes one delta whose application leaves what applying both in turn would. For QdQueue: neither
 * may be shared with anyone.
 *
 * Returns: (transfer full) (nullable): the one for both, or %NULL when both are needed; then
 *   neither was taken
 */
gpointer
qd_delta_merge (gpointer older, gpointer newer)
{
  QdDelta *a = older, *b = newer;

  if (a->key.kind == QD_KIND_EVENT || a->op >= QD_DELTA_SNAPSHOT_BEGIN || b->op >= QD_DELTA_SNAPSHOT_BEGIN)
    return NULL;
  if (b->op == QD_DELTA_REMOVE)
    return keep (b, a);
  if (a->op == QD_DELTA_REMOVE)
    return b->op == QD_DELTA_UPDATE ? keep (a, b) : NULL;
  if (a->bytes != NULL || b->bytes != NULL)
    return merge_raw (a, b);
  if (b->op == QD_DELTA_UPSERT)
    return NULL;
  /* What PATCH would make of a thing that is not there, an UPDATE before it must not add to. */
  if (a->op == QD_DELTA_UPDATE && b->op == QD_DELTA_PATCH)
    return NULL;
  return merge_fields (a, b);
}

guint
qd_delta_hash (gconstpointer delta)
{
  return qd_key_hash (&((const QdDelta *) delta)->key);
}

gboolean
qd_delta_same_key (gconstpointer a, gconstpointer b)
{
  return qd_key_equal (&((const QdDelta *) a)->key, &((const QdDelta *) b)->key);
}
