/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"

#include "qd-audit-verify.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"

/* How often it is looked whether somebody still waits. */
#define LOOK_EVERY 512

typedef struct {
  QdAuditReader *reader;
  GPtrArray *anchors;
  GCancellable *cancellable;
  QdAuditVerdict *verdict;
  QdAuditLine line;
  const char *text;
  gsize length;
  gboolean readable;
  guint64 n_lines;
  GHashTable *removed;      /* number of a last removed record → its hash, as the chain says */
  char start[QD_AUDIT_HASH_LENGTH + 1];   /* what the first record is chained to */
} Check;

/* --- Anchors --------------------------------------------------------------------------------------------------- */

QdAuditAnchor *
qd_audit_anchor_new (const char *desk, const QdAuditMark *mark, const char *where)
{
  QdAuditAnchor *self = g_new0 (QdAuditAnchor, 1);

  self->desk = g_strdup (desk);
  self->mark = *mark;
  self->where = g_strdup (where);
  return self;
}

void
qd_audit_anchor_free (QdAuditAnchor *self)
{
  g_free (self->desk);
  g_free (self->where);
  g_free (self);
}

char *
qd_audit_anchor_to_text (const char *desk, const QdAuditMark *mark)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;

  json_object_set_string_member (object, "desk", desk);
  json_object_set_int_member (object, "n", mark->n);
  json_object_set_string_member (object, "hash", mark->hash);
  node = json_node_init_object (json_node_alloc (), object);
  return qd_json_to_text (node, FALSE);
}

QdAuditAnchor *
qd_audit_anchor_parse (const char *text, const char *where)
{
  g_autoptr (JsonNode) node = text ? qd_json_parse (text, -1, "anchor", NULL) : NULL;
  JsonObject *object = node ? qd_json_object (node) : NULL;
  const char *desk = object ? qd_json_get_string (object, "desk", NULL) : NULL, *hash = object ? qd_json_get_string (object, "hash", "") : "";
  QdAuditMark mark = { 0 };

  if (desk == NULL || strlen (hash) != QD_AUDIT_HASH_LENGTH || !qd_json_get_int (object, "n", &mark.n) || mark.n <= 0)
    return NULL;
  g_strlcpy (mark.hash, hash, sizeof mark.hash);
  return qd_audit_anchor_new (desk, &mark, where);
}

/* --- One line after the other ------------------------------------------------------------------------------------ */

static gboolean
next (Check *self, GError **error)
{
  if (self->n_lines % LOOK_EVERY == 0 && g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if (!qd_audit_reader_next (self->reader, &self->text, &self->length, error))
    return FALSE;
  self->n_lines++;
  self->readable = qd_audit_line_parse (&self->line, self->text, self->length);
  return TRUE;
}

static void
find (Check *self, QdAuditState state, gint64 place, gint64 to)
{
  self->verdict->state = state;
  self->verdict->place = place;
  self->verdict->place_to = to;
  self->verdict->line = self->n_lines;
}

/* A record of the chain says which ones were removed. */
static void
note_removal (Check *self)
{
  g_autofree char *what = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *after;
  gint64 n;

  if (memmem (self->text, self->length, QD_AUDIT_RETENTION, strlen (QD_AUDIT_RETENTION)) == NULL)
    return;
  what = qd_audit_line_dup (self->text, self->length, "what");
  if (g_strcmp0 (what, QD_AUDIT_RETENTION) != 0)
    return;
  node = qd_json_parse (self->text, (gssize) self->length, "audit", NULL);
  after = node && qd_json_object (node) ? qd_json_get_object (qd_json_object (node), "after") : NULL;
  if (after && qd_json_get_int (after, "n", &n))
    g_hash_table_insert (self->removed, g_memdup2 (&n, sizeof n), g_strdup (qd_json_get_string (after, "hash", "")));
}

static gboolean
contradicts_anchor (Check *self)
{
  for (guint i = 0; self->anchors && i < self->anchors->len; i++)
    {
      const QdAuditAnchor *anchor = self->anchors->pdata[i];

      if (anchor->mark.n == self->line.mark.n && g_strcmp0 (anchor->desk, self->verdict->desk) == 0 &&
          !g_str_equal (anchor->mark.hash, self->line.mark.hash))
        return TRUE;
    }
  return FALSE;
}

/* Whether a sound record with that number comes later on. */
static gboolean
comes_later (Check *self, gint64 n, GError **error)
{
  while (next (self, error))
    if (self->readable && self->line.sound && self->line.mark.n == n)
      return TRUE;
  return FALSE;
}

/* The place of a first line that says nothing of itself: before the next one. */
static gint64
place_of_first (Check *self)
{
  guint64 at = self->n_lines;

  while (next (self, NULL))
    if (self->readable && self->line.sound)
      return MAX (self->line.mark.n - (gint64) (self->n_lines - at), 1);
  return 1;
}

/* A record has another number than the one that follows. */
static gboolean
explain_number (Check *self, gint64 expected, GError **error)
{
  QdAuditLine line = self->line;
  guint64 at = self->n_lines;
  g_autoptr (GError) cause = NULL;

  if (line.mark.n < expected)
    find (self, QD_AUDIT_REORDERED, line.mark.n, line.mark.n);
  else if (comes_later (self, expected, &cause))
    find (self, QD_AUDIT_REORDERED, expected, expected);
  else
    find (self, QD_AUDIT_MISSING, expected, line.mark.n - 1);
  self->verdict->line = at;
  if (cause == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static void
take (Check *self)
{
  if (self->verdict->n_records == 0)
    {
      self->verdict->desk = qd_audit_line_dup (self->text, self->length, "desk");
      self->verdict->first = self->line.mark.n;
      g_strlcpy (self->start, self->line.prev, sizeof self->start);
    }
  self->verdict->n_records++;
}

/* FALSE when something was found, or with @error. */
static gboolean
check_line (Check *self, GError **error)
{
  QdAuditVerdict *verdict = self->verdict;
  gint64 expected = verdict->head.n + 1;
  gboolean first = verdict->n_records == 0;

  if (!self->readable || !self->line.sound)
    {
      guint64 at = self->n_lines;

      find (self, QD_AUDIT_ALTERED, first ? place_of_first (self) : expected, 0);
      verdict->place_to = verdict->place;
      verdict->line = at;
      return FALSE;
    }
  if (!first && self->line.mark.n != expected)
    {
      explain_number (self, expected, error);
      return FALSE;
    }
  /* Whoever alters a record can make its hash anew; the next one still has the old. */
  if (!first && !g_str_equal (self->line.prev, verdict->head.hash))
    {
      find (self, QD_AUDIT_ALTERED, verdict->head.n, verdict->head.n);
      verdict->line--;
      return FALSE;
    }
  take (self);
  note_removal (self);
  if (contradicts_anchor (self))
    {
      find (self, QD_AUDIT_ALTERED, self->line.mark.n, self->line.mark.n);
      return FALSE;
    }
  verdict->head = self->line.mark;
  return TRUE;
}

/* --- The ends ------------------------------------------------------------------------------------------------------ */

/* What is before the first record was there, or was removed by retention, which the chain says. */
static void
check_start (Check *self)
{
  gint64 before = self->verdict->first - 1;
  const char *hash;

  if (before == 0 && g_str_equal (self->start, QD_AUDIT_GENESIS))
    return;
  hash = before > 0 ? g_hash_table_lookup (self->removed, &before) : NULL;
  if (hash && g_str_equal (hash, self->start))
    {
      self->verdict->n_removed = before;
      return;
    }
  self->n_lines = 1;
  if (before == 0)
    find (self, QD_AUDIT_ALTERED, 1, 1);
  else
    find (self, QD_AUDIT_MISSING, 1, before);
}

/* An anchor knows of more than there is. */
static void
check_end (Check *self)
{
  QdAuditVerdict *verdict = self->verdict;
  gint64 last = verdict->head.n;

  for (guint i = 0; self->anchors && i < self->anchors->len; i++)
    {
      const QdAuditAnchor *anchor = self->anchors->pdata[i];

      /* A journal that was begun anew in the place of another has another name. */
      if (verdict->desk == NULL || g_strcmp0 (anchor->desk, verdict->desk) != 0)
        {
          find (self, QD_AUDIT_CUT_OFF, 1, anchor->mark.n);
          verdict->line = 0;
          return;
        }
      verdict->n_anchors++;
      last = MAX (last, anchor->mark.n);
    }
  if (last > verdict->head.n)
    find (self, QD_AUDIT_CUT_OFF, verdict->head.n + 1, last);
}

static gboolean
check_all (Check *self, GError **error)
{
  g_autoptr (GError) cause = NULL;

  while (next (self, &cause))
    if (!check_line (self, &cause))
      break;
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  if (self->verdict->state != QD_AUDIT_INTACT)
    return TRUE;
  if (self->verdict->n_records > 0)
    check_start (self);
  if (self->verdict->state == QD_AUDIT_INTACT)
    check_end (self);
  if (self->verdict->state == QD_AUDIT_INTACT && self->verdict->n_records == 0)
    self->verdict->state = QD_AUDIT_EMPTY;
  return TRUE;
}

/**
 * qd_audit_verify:
 * @path: a journal
 * @anchors: (nullable) (element-type QdAuditAnchor): what was noted of it elsewhere, of this desk
 * @cancellable: (nullable): stops it
 * @error: why it cannot be read
 *
 * Follows the chain from the first record to the last, then holds the anchors against it. One record at a time is in memory.
 *
 * Returns: (transfer full): what was found; %NULL with @error
 */
QdAuditVerdict *
qd_audit_verify (const char *path, GPtrArray *anchors, GCancellable *cancellable, GError **error)
{
  g_autoptr (QdAuditReader) reader = qd_audit_reader_open (path, FALSE, error);
  g_autoptr (QdAuditVerdict) verdict = g_new0 (QdAuditVerdict, 1);
  Check check = { .reader = reader, .anchors = anchors, .cancellable = cancellable, .verdict = verdict };
  gboolean well;

  if (reader == NULL)
    return NULL;
  verdict->torn = qd_audit_reader_get_torn (reader);
  verdict->at_us = g_get_real_time ();
  check.removed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  well = check_all (&check, error);
  g_hash_table_unref (check.removed);
  return well ? g_steal_pointer (&verdict) : NULL;
}

/* --- Words --------------------------------------------------------------------------------------------------------- */

void
qd_audit_verdict_free (QdAuditVerdict *self)
{
  g_free (self->desk);
  g_free (self);
}

const char *
qd_audit_state_to_word (QdAuditState state)
{
  static const char *const words[] = { "intact", "empty", "altered", "missing", "reordered", "cut-off" };

  return words[state];
}

static char *
tell_state (const QdAuditVerdict *self)
{
  switch (self->state)
    {
    case QD_AUDIT_INTACT:
      return g_strdup_printf (ngettext ("%'lld record as it was written",
                                        "%'lld records as they were written", (gulong) self->n_records), (long long) self->n_records);
    case QD_AUDIT_EMPTY:
      return g_strdup (_("There is no record yet"));
    case QD_AUDIT_ALTERED:
      return g_strdup_printf (_("Record %lld is not as it was written"), (long long) self->place);
    case QD_AUDIT_MISSING:
      if (self->place == self->place_to)
        return g_strdup_printf (_("Record %lld is missing"), (long long) self->place);
      return g_strdup_printf (_("Records %lld to %lld are missing"), (long long) self->place, (long long) self->place_to);
    case QD_AUDIT_REORDERED:
      return g_strdup_printf (_("Record %lld is not where it belongs"), (long long) self->place);
    case QD_AUDIT_CUT_OFF:
    default:
      if (self->place == self->place_to)
        return g_strdup_printf (_("Record %lld, which was the last, has been cut off"), (long long) self->place);
      return g_strdup_printf (_("Records %lld to %lld have been cut off the end"), (long long) self->place, (long long) self->place_to);
    }
}

char *
qd_audit_verdict_to_sentence (const QdAuditVerdict *self)
{
  g_autofree char *state = tell_state (self);
  GString *text = g_string_new (state);

  if (self->state > QD_AUDIT_EMPTY && self->line > 0)
    g_string_append_printf (text, _(" (line %llu of the file)"), (unsigned long long) self->line);
  if (self->state == QD_AUDIT_INTACT && self->n_removed > 0)
    g_string_append_printf (text, _("; those up to %lld were removed by retention, as the chain says"), (long long) self->n_removed);
  if (self->torn > 0)
    g_string_append (text, _("; the last record was cut short by the end of a program, and was not told as done"));
  if (self->state == QD_AUDIT_INTACT && self->n_anchors == 0)
    g_string_append (text, _("; no copy elsewhere to compare with"));
  return g_string_free (text, FALSE);
}
