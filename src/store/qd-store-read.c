/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"
#include "qd-store-read.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#include "qd-store-row.h"

#define MINUTE_US (60 * G_USEC_PER_SEC)
#define MAX_LOADED_EVENTS 1000
#define MAX_TRANSITIONS 100000
#define MAX_SAMPLES (40 * 24 * 60)
#define MAX_JOURNAL_LINES 2000
#define MAX_NEWEST_JOBS 200
#define MAX_NEWS_LINES 100000

/* Intern strings repeat from row to row: the last one is likely the one. */
static const char *
intern (const char *text, const char **last)
{
  if (*last == NULL || !g_str_equal (*last, text))
    *last = g_intern_string (text);
  return *last;
}

/* --- State ----------------------------------------------------------------------------------- */

/* What was known of a connection is not known now: it says since when. */
static void
make_stale (QdDelta *delta, gint64 at_us)
{
  gboolean dated = FALSE;

  for (guint i = 0; i < qd_delta_get_n_fields (delta); i++)
    {
      guint field;

      qd_delta_get_nth (delta, i, &field);
      dated |= field == QD_CONNECTION_AS_OF;
    }
  if (!dated)
    qd_delta_set (delta, QD_CONNECTION_AS_OF, qd_value_time (at_us));
  qd_delta_set (delta, QD_CONNECTION_STATE, qd_value_string ("stale"));
  qd_delta_set (delta, QD_CONNECTION_DETAIL, qd_value_string (_("Last known state")));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_UNKNOWN));
  qd_delta_set (delta, QD_FIELD_STATUS_TEXT, qd_value_string ("stale"));
}

typedef struct { GHashTable *layouts; QdStoreTexts *texts; } Rows;

static QdDelta *
delta_of (Rows *self, const char *connection, QdKind kind, const char *id)
{
  g_autoptr (GRefString) text = qd_store_texts_take (self->texts, id, strlen (id));

  return qd_delta_new_whole (&(QdKey) { connection, kind, text });
}

/* One row as a delta, or NULL when it cannot be read. Columns: v, at, fields, then the key's. */
static QdDelta *
read_row (Rows *self, sqlite3_stmt *row, const char *connection, QdKind kind, const char *id)
{
  QdStoreLayout *layout = g_hash_table_lookup (self->layouts, GSIZE_TO_POINTER (sqlite3_column_int64 (row, 0)));
  g_autoptr (QdDelta) delta = NULL;
  const void *fields = sqlite3_column_blob (row, 2);

  if (layout == NULL || id == NULL || !g_utf8_validate (id, -1, NULL))
    return NULL;
  delta = delta_of (self, connection, kind, id);
  if (!qd_store_row_decode (delta, layout, self->texts, kind, fields, fields ? sqlite3_column_bytes (row, 2) : 0))
    return NULL;
  if (kind == QD_KIND_CONNECTION)
    make_stale (delta, sqlite3_column_int64 (row, 1));
  return g_steal_pointer (&delta);
}

static void
give (QdStoreLoad *load, QdDelta *delta, gint64 at_us)
{
  if (delta == NULL)
    return;
  load->push (load->push_data, delta);
  load->n_loaded++;
  load->as_of_us = MAX (load->as_of_us, at_us);
}

static gboolean
read_events (QdStoreDb *db, QdStoreLoad *load, Rows *read, GError **error)
{
  sqlite3_stmt *rows =
    qd_store_db_prepare (db, "SELECT * FROM (SELECT v, at, fields, connection, id, rowid AS r FROM event"
                             " ORDER BY at DESC, rowid DESC LIMIT ?) ORDER BY at, r", error);
  const char *connection = NULL;
  g_autoptr (GError) cause = NULL;

  if (rows == NULL)
    return FALSE;
  sqlite3_bind_int (rows, 1, MAX_LOADED_EVENTS);
  while (qd_store_db_row (db, rows, &cause))
    give (load,
          read_row (read, rows, intern ((const char *) sqlite3_column_text (rows, 3), &connection), QD_KIND_EVENT,
                    (const char *) sqlite3_column_text (rows, 4)),
          sqlite3_column_int64 (rows, 1));
  if (cause)
    g_propagate_error (error, g_steal_pointer (&cause));
  return error == NULL || *error == NULL;
}

gboolean
qd_store_read_state (QdStoreDb *db, QdStoreLoad *load, GCancellable *cancellable, GError **error)
{
  GHashTable *layouts = qd_store_db_layouts (db, error);
  sqlite3_stmt *rows =
    layouts ? qd_store_db_prepare (db, "SELECT v, at, fields, connection, kind, id, stamp FROM state ORDER BY rowid", error)
            : NULL;
  g_autoptr (QdStoreTexts) texts = qd_store_texts_new ();
  const char *connection = NULL, *kind_id = NULL;
  int kind = -1;
  g_autoptr (GError) cause = NULL;

  if (rows == NULL)
    return FALSE;
  while (!g_cancellable_is_cancelled (cancellable) && qd_store_db_row (db, rows, &cause))
    {
      const char *id = (const char *) sqlite3_column_text (rows, 5), *before = kind_id;
      QdDelta *delta;

      intern ((const char *) sqlite3_column_text (rows, 4), &kind_id);
      if (kind_id != before)
        kind = qd_schema_find_kind (kind_id);
      if (kind < 0)
        continue;
      delta = read_row (&(Rows) { layouts, texts }, rows, intern ((const char *) sqlite3_column_text (rows, 3), &connection), kind, id);
      if (delta)
        qd_delta_set_stamp (delta, sqlite3_column_int64 (rows, 6));
      give (load, delta, sqlite3_column_int64 (rows, 1));
    }
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  return read_events (db, load, &(Rows) { layouts, texts }, error) && !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* --- Samples --------------------------------------------------------------------------------- */

static gboolean
read_sample (sqlite3_stmt *row, GHashTable *layouts, QdKind kind, guint field, QdSample *sample)
{
  QdStoreLayout *layout = g_hash_table_lookup (layouts, GSIZE_TO_POINTER (sqlite3_column_int64 (row, 0)));
  QdStoreMinute values[QD_STORE_MAX_MINUTES];
  int code = layout ? qd_store_layout_unmap (layout, kind, field) : -1;
  guint n;

  if (code < 0)
    return FALSE;
  n = qd_store_minute_decode (values, G_N_ELEMENTS (values), sqlite3_column_blob (row, 1), sqlite3_column_bytes (row, 1));
  for (guint i = 0; i < n; i++)
    if (values[i].field == (guint) code && values[i].n > 0)
      {
        *sample = (QdSample) { .min = values[i].min, .mean = values[i].sum / values[i].n, .max = values[i].max,
                               .last = values[i].last };
        return TRUE;
      }
  return FALSE;
}

/* The table is in order of time, so that a minute's rows are written side by side and old ones are
 * cut off at one end; one thing's row of each minute is looked up by itself (some µs each). */
GArray *
qd_store_read_samples (QdStoreDb *db, const QdKey *key, guint field, gint64 from_us, gint64 to_us,
                       GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (QdSample));
  GHashTable *layouts = qd_store_db_layouts (db, error);
  sqlite3_stmt *row;
  gint64 n, first = from_us / MINUTE_US, last = to_us / MINUTE_US;
  g_autoptr (GError) cause = NULL;

  if (layouts == NULL)
    return NULL;
  n = qd_store_db_key (db, key, &cause);
  row = qd_store_db_prepare (db, "SELECT v, fields FROM minute WHERE minute = ? AND n = ?", error);
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return NULL;
    }
  if (row == NULL)
    return NULL;
  first = MAX (first, last - MAX_SAMPLES);
  for (gint64 minute = first; n && minute <= last && !g_cancellable_is_cancelled (cancellable); minute++)
    {
      QdSample sample;

      sqlite3_bind_int64 (row, 1, minute);
      sqlite3_bind_int64 (row, 2, n);
      if (qd_store_db_row (db, row, &cause) && read_sample (row, layouts, key->kind, field, &sample))
        {
          sample.at_us = minute * MINUTE_US;
          g_array_append_val (samples, sample);
        }
      sqlite3_reset (row);
      if (cause)
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }
    }
  return g_cancellable_set_error_if_cancelled (cancellable, error) ? NULL : g_steal_pointer (&samples);
}

/* --- Transitions, journal, settings ----------------------------------------------------------- */

static void
clear_transition (gpointer data)
{
  g_clear_pointer (&((QdTransition *) data)->key.id, g_ref_string_release);
}

static void
clear_moment (gpointer data)
{
  g_ref_string_release (((QdMoment *) data)->key.id);
}

GArray *
qd_store_read_moment (QdStoreDb *db, QdKind kind, guint field, gint64 at_us, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (QdMoment));
  GHashTable *layouts = qd_store_db_layouts (db, error);
  sqlite3_stmt *rows;
  const char *connection = NULL;
  g_autoptr (GError) cause = NULL;

  g_array_set_clear_func (found, clear_moment);
  if (layouts == NULL)
    return NULL;
  rows = qd_store_db_prepare (db, "SELECT m.v, m.fields, thing.connection, thing.id FROM minute m JOIN thing USING (n)"
                                  " WHERE m.minute = ? AND thing.kind = ?", error);
  if (rows == NULL)
    return NULL;
  sqlite3_bind_int64 (rows, 1, at_us / MINUTE_US);
  sqlite3_bind_text (rows, 2, qd_schema_get (kind)->id, -1, SQLITE_STATIC);
  while (!g_cancellable_is_cancelled (cancellable) && qd_store_db_row (db, rows, &cause))
    {
      QdSample sample;
      QdMoment one;

      if (!read_sample (rows, layouts, kind, field, &sample))
        continue;
      one.mean = sample.mean;
      one.key = (QdKey) { intern ((const char *) sqlite3_column_text (rows, 2), &connection), kind,
                          g_ref_string_new ((const char *) sqlite3_column_text (rows, 3)) };
      g_array_append_val (found, one);
    }
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return NULL;
    }
  return g_cancellable_set_error_if_cancelled (cancellable, error) ? NULL : g_steal_pointer (&found);
}

/* From one minute to the next that there is: each is found by the index, whatever it holds. */
GArray *
qd_store_read_minutes (QdStoreDb *db, gint64 from_us, gint64 to_us, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *row = qd_store_db_prepare (db, "SELECT min(minute) FROM minute WHERE minute >= ?", error);
  gint64 minute = from_us / MINUTE_US;
  g_autoptr (GError) cause = NULL;

  if (row == NULL)
    return NULL;
  while (minute <= to_us / MINUTE_US)
    {
      gint64 at_us;

      sqlite3_reset (row);
      sqlite3_bind_int64 (row, 1, minute);
      if (!qd_store_db_row (db, row, &cause) || sqlite3_column_type (row, 0) == SQLITE_NULL)
        break;
      minute = sqlite3_column_int64 (row, 0);
      if (minute > to_us / MINUTE_US)
        break;
      at_us = minute * MINUTE_US;
      g_array_append_val (found, at_us);
      minute++;
    }
  sqlite3_reset (row);
  if (cause == NULL)
    return g_steal_pointer (&found);
  g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}

GArray *
qd_store_read_transitions (QdStoreDb *db, gint64 from_us, gint64 to_us, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (QdTransition));
  sqlite3_stmt *rows =
    qd_store_db_prepare (db, "SELECT t.at, t.before, t.after, thing.connection, thing.kind, thing.id FROM transition t"
                             " JOIN thing USING (n) WHERE t.at BETWEEN ? AND ? ORDER BY t.at, t.rowid LIMIT ?", error);
  const char *connection = NULL;
  g_autoptr (GError) cause = NULL;

  g_array_set_clear_func (found, clear_transition);
  if (rows == NULL)
    return NULL;
  sqlite3_bind_int64 (rows, 1, from_us);
  sqlite3_bind_int64 (rows, 2, to_us);
  sqlite3_bind_int (rows, 3, MAX_TRANSITIONS);
  while (qd_store_db_row (db, rows, &cause))
    {
      int kind = qd_schema_find_kind ((const char *) sqlite3_column_text (rows, 4));
      QdTransition one = { .at_us = sqlite3_column_int64 (rows, 0), .before = sqlite3_column_int (rows, 1),
                           .after = sqlite3_column_int (rows, 2) };

      if (kind < 0)
        continue;
      one.key = (QdKey) { intern ((const char *) sqlite3_column_text (rows, 3), &connection), kind,
                          g_ref_string_new ((const char *) sqlite3_column_text (rows, 5)) };
      g_array_append_val (found, one);
    }
  if (cause == NULL)
    return g_steal_pointer (&found);
  g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}

static void
entry_free (gpointer data)
{
  QdJournalEntry *entry = data;

  g_free (entry->job);
  g_free (entry->step);
  g_free (entry->state);
  g_free (entry->detail);
  g_free (entry);
}

/* Columns: job, at, step, state, detail. */
static QdJournalEntry *
read_entry (sqlite3_stmt *row)
{
  QdJournalEntry *entry = g_new0 (QdJournalEntry, 1);

  entry->job = g_strdup ((const char *) sqlite3_column_text (row, 0));
  entry->at_us = sqlite3_column_int64 (row, 1);
  entry->step = g_strdup ((const char *) sqlite3_column_text (row, 2));
  entry->state = g_strdup ((const char *) sqlite3_column_text (row, 3));
  entry->detail = g_strdup ((const char *) sqlite3_column_text (row, 4));
  return entry;
}

GPtrArray *
qd_store_read_unfinished (QdStoreDb *db, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  sqlite3_stmt *rows =
    qd_store_db_prepare (db, "SELECT j.job, j.at, j.step, j.state, j.detail FROM journal j JOIN (SELECT job, max(seq) AS last,"
                             " min(seq) AS first FROM journal GROUP BY job) g USING (job) JOIN journal e ON e.seq = g.last"
                             " WHERE e.state NOT IN ('succeeded', 'failed', 'cancelled', 'interrupted')"
                             " ORDER BY g.first, j.seq LIMIT ?", error);
  g_autoptr (GError) cause = NULL;

  if (rows == NULL)
    return NULL;
  sqlite3_bind_int (rows, 1, MAX_JOURNAL_LINES);
  while (qd_store_db_row (db, rows, &cause))
    {
      g_ptr_array_add (entries, read_entry (rows));
    }
  if (cause == NULL)
    return g_steal_pointer (&entries);
  g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}

void
qd_journal_news_free (QdJournalNews *self)
{
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static QdJournalNews *
news_copy (QdJournalNews *self)
{
  QdJournalNews *copy = g_new (QdJournalNews, 1);

  *copy = (QdJournalNews) { g_ptr_array_ref (self->entries), self->last };
  return copy;
}

G_DEFINE_BOXED_TYPE (QdJournalNews, qd_journal_news, news_copy, qd_journal_news_free)

/* A job of which not all lines fit is left for the next time, unless there is no other. */
static void
drop_cut_off (QdJournalNews *self, guint first, gint64 before)
{
  if (first == 0)
    return;
  g_ptr_array_set_size (self->entries, (int) first);
  self->last = before;
}

QdJournalNews *
qd_store_read_news (QdStoreDb *db, gint64 after, GError **error)
{
  g_autoptr (QdJournalNews) self = g_new0 (QdJournalNews, 1);
  sqlite3_stmt *rows =
    qd_store_db_prepare (db, "SELECT j.job, j.at, j.step, j.state, CASE WHEN j.seq IN (g.first, g.last) THEN j.detail END, g.last FROM journal j"
                             " JOIN (SELECT job, min(seq) AS first, max(seq) AS last FROM journal WHERE job IN"
                             " (SELECT job FROM journal WHERE seq > ?1 GROUP BY job ORDER BY max(seq) DESC LIMIT ?2) GROUP BY job) g USING (job)"
                             " ORDER BY g.last, j.seq LIMIT ?3", error);
  g_autoptr (GError) cause = NULL;
  gint64 before = after;
  guint first = 0;

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->last = after;
  if (rows == NULL)
    return NULL;
  sqlite3_bind_int64 (rows, 1, after);
  sqlite3_bind_int (rows, 2, after > 0 ? -1 : MAX_NEWEST_JOBS);
  sqlite3_bind_int (rows, 3, MAX_NEWS_LINES);
  while (qd_store_db_row (db, rows, &cause))
    {
      gint64 last = sqlite3_column_int64 (rows, 5);

      if (last != self->last)
        {
          before = self->last;
          first = self->entries->len;
        }
      self->last = last;
      g_ptr_array_add (self->entries, read_entry (rows));
    }
  if (self->entries->len == MAX_NEWS_LINES)
    drop_cut_off (self, first, before);
  if (cause == NULL)
    return g_steal_pointer (&self);
  g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}

char *
qd_store_read_setting (QdStoreDb *db, const char *name, GError **error)
{
  sqlite3_stmt *row = qd_store_db_prepare (db, "SELECT json FROM setting WHERE name = ?", error);
  char *json = NULL;

  if (row == NULL)
    return NULL;
  sqlite3_bind_text (row, 1, name, -1, SQLITE_STATIC);
  if (qd_store_db_row (db, row, error))
    json = g_strdup ((const char *) sqlite3_column_text (row, 0));
  sqlite3_reset (row);
  return json;
}
