/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"
#include "qd-store-batch.h"

/* An entity that takes more than this is not kept: a cache is no archive. */
#define MAX_ROW_BYTES (256 * 1024)

typedef enum { ITEM_STATE, ITEM_EVENT, ITEM_REMOVE, ITEM_TRANSITION, ITEM_MINUTE, ITEM_NO_FLOWS } ItemType;

typedef struct {
  QdKey key;
  gint64 at, stamp;     /* a minute's: minutes since the epoch */
  guint offset, length; /* in the batch's bytes */
  guint8 type, before, after;
} Item;

struct _QdStoreBatch {
  QdStoreOp op;
  GArray *items;
  GByteArray *bytes;
};

static void
clear_item (gpointer data)
{
  Item *item = data;

  g_clear_pointer (&item->key.id, g_ref_string_release);
}

QdStoreBatch *
qd_store_batch_new (void)
{
  QdStoreBatch *self = g_new0 (QdStoreBatch, 1);

  self->items = g_array_new (FALSE, FALSE, sizeof (Item));
  g_array_set_clear_func (self->items, clear_item);
  self->bytes = g_byte_array_new ();
  return self;
}

void
qd_store_batch_free (QdStoreBatch *self)
{
  g_array_unref (self->items);
  g_byte_array_unref (self->bytes);
  g_free (self);
}

guint
qd_store_batch_get_size (QdStoreBatch *self)
{
  return self->items->len;
}

/* --- Gathering ------------------------------------------------------------------------------- */

static Item *
add (QdStoreBatch *self, ItemType type, const QdKey *key, gint64 at)
{
  Item item = { .type = type, .at = at, .offset = self->bytes->len };

  if (key)
    {
      item.key = *key;
      g_ref_string_acquire (item.key.id);
    }
  g_array_append_val (self->items, item);
  return &g_array_index (self->items, Item, self->items->len - 1);
}

static void
add_entity (QdStoreBatch *self, ItemType type, QdEntity *entity, gint64 at)
{
  Item *item = add (self, type, qd_entity_get_key (entity), at);

  item->stamp = qd_entity_get_stamp (entity);
  qd_store_row_encode (self->bytes, entity);
  item->length = self->bytes->len - item->offset;
  if (item->length <= MAX_ROW_BYTES)
    return;
  g_debug ("%s is too large to be kept", qd_entity_get_id (entity));
  g_byte_array_set_size (self->bytes, item->offset);
  g_array_set_size (self->items, self->items->len - 1);
}

void
qd_store_batch_add_state (QdStoreBatch *self, QdEntity *entity, gint64 at_us)
{
  add_entity (self, ITEM_STATE, entity, at_us);
}

void
qd_store_batch_add_event (QdStoreBatch *self, QdEntity *entity, gint64 at_us)
{
  add_entity (self, ITEM_EVENT, entity, at_us);
}

void
qd_store_batch_remove (QdStoreBatch *self, const QdKey *key)
{
  add (self, ITEM_REMOVE, key, 0);
}

void
qd_store_batch_replace_flows (QdStoreBatch *self)
{
  add (self, ITEM_NO_FLOWS, NULL, 0);
}

void
qd_store_batch_add_transition (QdStoreBatch *self, const QdKey *key, gint64 at_us, QdStatus before, QdStatus after)
{
  Item *item = add (self, ITEM_TRANSITION, key, at_us);

  item->before = before;
  item->after = after;
}

void
qd_store_batch_add_minute (QdStoreBatch *self, const QdKey *key, gint64 minute, const QdStoreMinute *values, guint n)
{
  Item *item = add (self, ITEM_MINUTE, key, minute);

  qd_store_minute_encode (self->bytes, values, n);
  item->length = self->bytes->len - item->offset;
}

/* --- Writing --------------------------------------------------------------------------------- */

static void
bind_key (sqlite3_stmt *statement, int first, const QdKey *key)
{
  sqlite3_bind_text (statement, first, key->connection, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, first + 1, qd_schema_get (key->kind)->id, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, first + 2, key->id, -1, SQLITE_STATIC);
}

static const guint8 *
data_of (QdStoreBatch *self, const Item *item)
{
  /* A NULL blob would be NULL, not empty. */
  return item->length ? self->bytes->data + item->offset : (const guint8 *) "";
}

static gboolean
write_state (QdStoreBatch *self, const Item *item, QdStoreDb *db, GError **error)
{
  sqlite3_stmt *statement =
    qd_store_db_prepare (db, "INSERT INTO state (connection, kind, id, v, at, stamp, fields) VALUES (?, ?, ?, ?, ?, ?, ?)"
                             " ON CONFLICT DO UPDATE SET v = excluded.v, at = excluded.at, stamp = excluded.stamp,"
                             " fields = excluded.fields", error);

  if (statement == NULL)
    return FALSE;
  bind_key (statement, 1, &item->key);
  sqlite3_bind_int64 (statement, 4, qd_store_db_layout (db));
  sqlite3_bind_int64 (statement, 5, item->at);
  sqlite3_bind_int64 (statement, 6, item->stamp);
  sqlite3_bind_blob (statement, 7, data_of (self, item), item->length, SQLITE_STATIC);
  return qd_store_db_run (db, statement, error);
}

static gboolean
write_event (QdStoreBatch *self, const Item *item, QdStoreDb *db, GError **error)
{
  sqlite3_stmt *statement =
    qd_store_db_prepare (db, "INSERT INTO event (connection, id, v, at, fields) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                         error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_text (statement, 1, item->key.connection, -1, SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, item->key.id, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 3, qd_store_db_layout (db));
  sqlite3_bind_int64 (statement, 4, item->at);
  sqlite3_bind_blob (statement, 5, data_of (self, item), item->length, SQLITE_STATIC);
  return qd_store_db_run (db, statement, error);
}

static gboolean
write_removal (const Item *item, QdStoreDb *db, GError **error)
{
  sqlite3_stmt *statement =
    qd_store_db_prepare (db, "DELETE FROM state WHERE connection = ? AND kind = ? AND id = ?", error);

  if (statement == NULL)
    return FALSE;
  bind_key (statement, 1, &item->key);
  return qd_store_db_run (db, statement, error);
}

static gboolean
write_transition (const Item *item, QdStoreDb *db, GError **error)
{
  sqlite3_stmt *statement;
  gint64 n = qd_store_db_key (db, &item->key, error);

  if (n == 0)
    return FALSE;
  statement = qd_store_db_prepare (db, "INSERT INTO transition (at, n, before, after) VALUES (?, ?, ?, ?)", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, item->at);
  sqlite3_bind_int64 (statement, 2, n);
  sqlite3_bind_int (statement, 3, item->before);
  sqlite3_bind_int (statement, 4, item->after);
  return qd_store_db_run (db, statement, error);
}

/* Adds what the minute's row holds already to @bytes' values. TRUE unless it failed. */
static gboolean
merge_minute (QdStoreBatch *self, const Item *item, gint64 n, QdStoreDb *db, GByteArray *merged, GError **error)
{
  sqlite3_stmt *find = qd_store_db_prepare (db, "SELECT v, fields FROM minute WHERE minute = ? AND n = ?", error);
  QdStoreMinute values[QD_STORE_MAX_MINUTES], later[QD_STORE_MAX_MINUTES];
  guint n_values = 0, n_later;
  g_autoptr (GError) cause = NULL;

  if (find == NULL)
    return FALSE;
  sqlite3_bind_int64 (find, 1, item->at);
  sqlite3_bind_int64 (find, 2, n);
  /* One of another layout is of an earlier program, and of the minute in which it was replaced. */
  if (qd_store_db_row (db, find, &cause) && sqlite3_column_int64 (find, 0) == qd_store_db_layout (db))
    n_values = qd_store_minute_decode (values, G_N_ELEMENTS (values), sqlite3_column_blob (find, 1),
                                       sqlite3_column_bytes (find, 1));
  sqlite3_reset (find);
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  n_later = qd_store_minute_decode (later, G_N_ELEMENTS (later), data_of (self, item), item->length);
  qd_store_minute_merge (values, &n_values, later, n_later);
  qd_store_minute_encode (merged, values, n_values);
  return TRUE;
}

static gboolean
put_minute (const Item *item, gint64 n, const guint8 *data, gsize length, QdStoreDb *db, gboolean replace, GError **error)
{
  sqlite3_stmt *statement =
    replace ? qd_store_db_prepare (db, "REPLACE INTO minute (minute, n, v, fields) VALUES (?, ?, ?, ?)", error)
            : qd_store_db_prepare (db, "INSERT INTO minute (minute, n, v, fields) VALUES (?, ?, ?, ?)"
                                       " ON CONFLICT DO NOTHING", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, item->at);
  sqlite3_bind_int64 (statement, 2, n);
  sqlite3_bind_int64 (statement, 3, qd_store_db_layout (db));
  sqlite3_bind_blob (statement, 4, data, length, SQLITE_STATIC);
  return qd_store_db_run (db, statement, error);
}

static gboolean
write_minute (QdStoreBatch *self, const Item *item, QdStoreDb *db, GError **error)
{
  gint64 n = qd_store_db_key (db, &item->key, error);
  g_autoptr (GByteArray) merged = NULL;

  if (n == 0 || !put_minute (item, n, data_of (self, item), item->length, db, FALSE, error))
    return FALSE;
  if (qd_store_db_changes (db) > 0)
    return TRUE;
  merged = g_byte_array_new ();
  return merge_minute (self, item, n, db, merged, error) &&
         put_minute (item, n, merged->data, merged->len, db, TRUE, error);
}

static gboolean
write_item (QdStoreBatch *self, const Item *item, QdStoreDb *db, GError **error)
{
  sqlite3_stmt *statement;

  switch ((ItemType) item->type)
    {
    case ITEM_STATE:
      return write_state (self, item, db, error);
    case ITEM_EVENT:
      return write_event (self, item, db, error);
    case ITEM_REMOVE:
      return write_removal (item, db, error);
    case ITEM_TRANSITION:
      return write_transition (item, db, error);
    case ITEM_MINUTE:
      return write_minute (self, item, db, error);
    case ITEM_NO_FLOWS:
      statement = qd_store_db_prepare (db, "DELETE FROM state WHERE kind = 'flow'", error);
      return statement && qd_store_db_run (db, statement, error);
    }
  return TRUE;
}

static gboolean
run_batch (QdStoreOp *op, QdStoreDb *db, GError **error)
{
  QdStoreBatch *self = (QdStoreBatch *) op;

  for (guint i = 0; i < self->items->len; i++)
    if (!write_item (self, &g_array_index (self->items, Item, i), db, error))
      return FALSE;
  return TRUE;
}

static void
free_batch (QdStoreOp *op)
{
  qd_store_batch_free ((QdStoreBatch *) op);
}

void
qd_store_batch_push (QdStoreBatch *self, QdStoreWriter *writer)
{
  self->op.run = run_batch;
  self->op.free = free_batch;
  /* State is written anew after a failure; what is lost for good is what happened. */
  for (guint i = 0; i < self->items->len; i++)
    {
      guint8 type = g_array_index (self->items, Item, i).type;

      self->op.facts += type == ITEM_EVENT || type == ITEM_TRANSITION || type == ITEM_MINUTE;
    }
  qd_store_writer_push (writer, &self->op, FALSE);
}
