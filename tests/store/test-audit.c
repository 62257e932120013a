/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit journal: whatever is done to a chain is found, and where; whatever ends a writer loses nothing that was told. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gio/gio.h>

#include "qd-audit-log.h"
#include "qd-json.h"
#include "store-testing.h"

static JsonObject *
record_new (const char *what)
{
  static const char *const words[] = { "", "site", "é→", "\"quoted\"", "a\\b", "line\nbreak", "{\"json\":1}" };
  JsonObject *record = json_object_new (), *after = json_object_new ();

  json_object_set_string_member (record, "what", what);
  json_object_set_string_member (record, "outcome", "succeeded");
  json_object_set_string_member (record, "why", words[g_test_rand_int_range (0, G_N_ELEMENTS (words))]);
  json_object_set_double_member (after, "latitude", g_test_rand_double_range (-90, 90));
  json_object_set_int_member (after, "n", g_test_rand_int_range (-1000, 1000));
  json_object_set_object_member (record, "after", after);
  return record;
}

static void
append (const char *path, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (JsonObject) record = record_new ("site.update");
      g_autoptr (GError) error = NULL;

      qd_audit_journal_append (path, record, NULL, &error);
      g_assert_no_error (error);
    }
}

static QdAuditVerdict *
verify (const char *path, GPtrArray *anchors)
{
  g_autoptr (GError) error = NULL;
  QdAuditVerdict *verdict = qd_audit_verify (path, anchors, NULL, &error);
  g_autofree char *sentence = NULL;

  g_assert_no_error (error);
  sentence = qd_audit_verdict_to_sentence (verdict);
  g_test_message ("%s: %s", qd_audit_state_to_word (verdict->state), sentence);
  return verdict;
}

static GPtrArray *
read_lines (const char *path)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *lines = qd_audit_journal_after (path, 0, G_MAXUINT / 4, &error);

  g_assert_no_error (error);
  return lines;
}

/* Of a journal's end, as something outside would have noted it. */
static GPtrArray *
anchor_of (const char *path)
{
  g_autoptr (QdAuditVerdict) verdict = verify (path, NULL);
  GPtrArray *anchors = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_audit_anchor_free);
  g_autofree char *text = NULL;
  QdAuditAnchor *anchor;

  g_assert_cmpint (verdict->state, ==, QD_AUDIT_INTACT);
  text = qd_audit_anchor_to_text (verdict->desk, &verdict->head);
  anchor = qd_audit_anchor_parse (text, "test");
  g_assert_nonnull (anchor);
  g_assert_cmpstr (anchor->mark.hash, ==, verdict->head.hash);
  g_ptr_array_add (anchors, anchor);
  return anchors;
}

static void
write_lines (const char *path, GPtrArray *lines)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, "%s\n", (char *) lines->pdata[i]);
  g_file_set_contents (path, text->str, (gssize) text->len, &error);
  g_assert_no_error (error);
}

/* --- A chain as it should be --------------------------------------------------------------------------------------- */

static void
test_appended (void)
{
  Place place;
  g_autofree char *journal = NULL;
  g_autoptr (GPtrArray) lines = NULL, some = NULL, anchors = NULL;
  g_autoptr (QdAuditVerdict) verdict = NULL, anchored = NULL;
  struct stat info;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  {
    g_autoptr (QdAuditVerdict) none = verify (journal, NULL);

    g_assert_cmpint (none->state, ==, QD_AUDIT_EMPTY);
  }
  append (journal, 100);
  g_assert_cmpint (stat (journal, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  verdict = verify (journal, NULL);
  g_assert_cmpint (verdict->state, ==, QD_AUDIT_INTACT);
  g_assert_cmpint (verdict->n_records, ==, 100);
  g_assert_cmpint (verdict->head.n, ==, 100);
  g_assert_cmpuint (verdict->n_anchors, ==, 0);
  anchors = anchor_of (journal);
  anchored = verify (journal, anchors);
  g_assert_cmpint (anchored->state, ==, QD_AUDIT_INTACT);
  g_assert_cmpuint (anchored->n_anchors, ==, 1);
  lines = read_lines (journal);
  g_assert_cmpuint (lines->len, ==, 100);
  some = qd_audit_journal_after (journal, 90, 3, NULL);
  g_assert_cmpuint (some->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (some->pdata[i], ==, lines->pdata[90 + i]);
  place_clear (&place);
}

/* Both directions give the same lines, whatever their lengths. */
static void
test_reader (void)
{
  Place place;
  g_autofree char *journal = NULL;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  for (guint round = 0; round < 30; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GPtrArray) there = g_ptr_array_new_with_free_func (g_free), back = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (QdAuditReader) forwards = NULL, backwards = NULL;
      gsize torn = (gsize) g_test_rand_int_range (0, 50), length;
      const char *line;

      for (int i = g_test_rand_int_range (0, 20); i > 0; i--)
        {
          int n = round % 3 == 0 ? g_test_rand_int_range (0, 400000) : g_test_rand_int_range (0, 300);

          for (int k = 0; k < n; k++)
            g_string_append_c (text, (char) ('a' + n % 26));
          g_string_append_c (text, '\n');
        }
      for (gsize k = 0; k < torn; k++)
        g_string_append_c (text, 't');
      g_assert_true (g_file_set_contents (journal, text->str, (gssize) text->len, NULL));
      forwards = qd_audit_reader_open (journal, FALSE, NULL);
      backwards = qd_audit_reader_open (journal, TRUE, NULL);
      g_assert_cmpuint (qd_audit_reader_get_torn (forwards), ==, torn);
      while (qd_audit_reader_next (forwards, &line, &length, NULL))
        g_ptr_array_add (there, g_strdup_printf ("%" G_GINT64_FORMAT " %.*s", qd_audit_reader_get_offset (forwards),
                                                 length > QD_AUDIT_MAX_LINE ? 0 : (int) length, line));
      while (qd_audit_reader_next (backwards, &line, &length, NULL))
        g_ptr_array_insert (back, 0, g_strdup_printf ("%" G_GINT64_FORMAT " %.*s", qd_audit_reader_get_offset (backwards),
                                                      length > QD_AUDIT_MAX_LINE ? 0 : (int) length, line));
      g_assert_cmpuint (there->len, ==, back->len);
      for (guint i = 0; i < there->len; i++)
        g_assert_cmpstr (there->pdata[i], ==, back->pdata[i]);
    }
  place_clear (&place);
}

/* --- Alterations --------------------------------------------------------------------------------------------------- */

typedef struct { QdAuditState state; gint64 place, to; } Expected;

/* Makes a record's hash anew, as one who knows how would. */
static char *
with_new_hash (const char *line, gboolean alter)
{
  g_autoptr (JsonNode) node = qd_json_parse (line, -1, "test", NULL);
  JsonObject *object = json_node_get_object (node);
  QdAuditMark before = { json_object_get_int_member (object, "n") - 1, "" }, mark;

  g_strlcpy (before.hash, json_object_get_string_member (object, "prev"), sizeof before.hash);
  if (alter)
    json_object_set_string_member (object, "who", "somebody else");
  return qd_audit_line_make (object, &before, &mark, NULL);
}

static Expected
flip_byte (GPtrArray *lines)
{
  guint at = (guint) g_test_rand_int_range (0, (int) lines->len);
  char *line = lines->pdata[at];
  gsize byte = (gsize) g_test_rand_int_range (0, (int) strlen (line));
  char other;

  do
    other = (char) g_test_rand_int_range (1, 256);
  while (other == '\n' || other == line[byte]);
  line[byte] = other;
  return (Expected) { QD_AUDIT_ALTERED, at + 1, at + 1 };
}

static Expected
remove_some (GPtrArray *lines)
{
  guint n = lines->len, from = (guint) g_test_rand_int_range (0, (int) n), count = 1 + (guint) g_test_rand_int_range (0, (int) (n - from));

  g_ptr_array_remove_range (lines, from, count);
  return (Expected) { from + count == n ? QD_AUDIT_CUT_OFF : QD_AUDIT_MISSING, from + 1, from + count };
}

static Expected
move_one (GPtrArray *lines)
{
  guint from = (guint) g_test_rand_int_range (0, (int) lines->len), to;
  gint64 lowest;

  do
    to = (guint) g_test_rand_int_range (0, (int) lines->len);
  while (to == from);
  g_ptr_array_insert (lines, (int) to, g_ptr_array_steal_index (lines, from));
  lowest = MIN (from, to) + 1;
  return (Expected) { QD_AUDIT_REORDERED, lowest, lowest };
}

static Expected
repeat_one (GPtrArray *lines)
{
  guint at = (guint) g_test_rand_int_range (0, (int) lines->len), to = (guint) g_test_rand_int_range ((int) at + 1, (int) lines->len + 1);

  g_ptr_array_insert (lines, (int) to, g_strdup (lines->pdata[at]));
  return (Expected) { QD_AUDIT_REORDERED, at + 1, at + 1 };
}

static Expected
forge_one (GPtrArray *lines)
{
  guint at = (guint) g_test_rand_int_range (0, (int) lines->len);
  char *forged = with_new_hash (lines->pdata[at], TRUE);

  g_free (lines->pdata[at]);
  lines->pdata[at] = forged;
  return (Expected) { QD_AUDIT_ALTERED, at + 1, at + 1 };
}

/* The whole rest is made anew: only the anchor tells. */
static Expected
forge_rest (GPtrArray *lines)
{
  guint at = (guint) g_test_rand_int_range (0, (int) lines->len);

  for (guint i = at; i < lines->len; i++)
    {
      g_autoptr (JsonNode) node = qd_json_parse (lines->pdata[i], -1, "test", NULL);
      JsonObject *object = json_node_get_object (node);
      QdAuditMark before = { i, "" }, mark;

      if (i > 0)
        {
          g_autofree char *hash = qd_audit_line_dup (lines->pdata[i - 1], strlen (lines->pdata[i - 1]), "hash");

          g_strlcpy (before.hash, hash, sizeof before.hash);
        }
      if (i == at)
        json_object_set_string_member (object, "who", "somebody else");
      g_free (lines->pdata[i]);
      lines->pdata[i] = qd_audit_line_make (object, &before, &mark, NULL);
    }
  return (Expected) { QD_AUDIT_ALTERED, lines->len, lines->len };
}

static Expected
insert_one (GPtrArray *lines)
{
  guint at = (guint) g_test_rand_int_range (0, (int) lines->len + 1);

  g_ptr_array_insert (lines, (int) at, g_strdup ("{\"n\":1,\"what\":\"nothing\"}"));
  return (Expected) { QD_AUDIT_ALTERED, at + 1, at + 1 };
}

/* Another journal, as whole as can be, in the place of this one. */
static Expected
begin_anew (GPtrArray *lines)
{
  gint64 n = lines->len;

  g_ptr_array_set_size (lines, 0);
  return (Expected) { QD_AUDIT_CUT_OFF, 1, n };
}

static void
test_alterations (void)
{
  Expected (*const alterations[]) (GPtrArray *) = { flip_byte, remove_some, move_one, repeat_one, forge_one, forge_rest, insert_one, begin_anew };
  Place place;
  g_autofree char *journal = NULL;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  for (guint round = 0; round < (g_test_thorough () ? 5000 : 400); round++)
    {
      g_autoptr (GPtrArray) lines = NULL, anchors = NULL;
      g_autoptr (QdAuditVerdict) verdict = NULL;
      Expected expected;

      if (round % 20 == 0)
        {
          g_unlink (journal);
          append (journal, 2 + (guint) g_test_rand_int_range (0, 30));
        }
      lines = read_lines (journal);
      anchors = anchor_of (journal);
      {
        g_autofree char *kept = NULL;
        gsize length;

        g_assert_true (g_file_get_contents (journal, &kept, &length, NULL));
        expected = alterations[round % G_N_ELEMENTS (alterations)](lines);
        write_lines (journal, lines);
        verdict = verify (journal, anchors);
        g_assert_cmpint (verdict->state, ==, expected.state);
        g_assert_cmpint (verdict->place, ==, expected.place);
        g_assert_cmpint (verdict->place_to, ==, expected.to);
        g_assert_true (g_file_set_contents (journal, kept, (gssize) length, NULL));
      }
    }
  place_clear (&place);
}

/* An altered record does not become right by what is appended to it. */
static void
test_append_to_broken (void)
{
  Place place;
  g_autofree char *journal = NULL;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  for (guint round = 0; round < 40; round++)
    {
      g_autoptr (GPtrArray) lines = NULL;
      g_autoptr (QdAuditVerdict) verdict = NULL;
      char *last;
      gsize byte;

      g_unlink (journal);
      append (journal, 5);
      lines = read_lines (journal);
      last = lines->pdata[4];
      byte = (gsize) g_test_rand_int_range (0, (int) strlen (last));
      last[byte] = last[byte] == 'x' ? 'y' : 'x';
      write_lines (journal, lines);
      append (journal, 3);
      verdict = verify (journal, NULL);
      g_assert_cmpint (verdict->state, ==, QD_AUDIT_ALTERED);
      g_assert_cmpint (verdict->place, ==, 5);
    }
  place_clear (&place);
}

/* --- Ends of programs ---------------------------------------------------------------------------------------------- */

/* A record that was cut short anywhere is told as torn, and is nobody's tampering; the next one goes on. */
static void
test_torn (void)
{
  Place place;
  g_autofree char *journal = NULL, *whole = NULL;
  gsize length, before;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  append (journal, 4);
  {
    GStatBuf info;

    g_assert_cmpint (g_stat (journal, &info), ==, 0);
    before = (gsize) info.st_size;
  }
  g_autoptr (GPtrArray) anchors = anchor_of (journal);
  append (journal, 1);
  g_assert_true (g_file_get_contents (journal, &whole, &length, NULL));
  for (gsize cut = before + 1; cut < length; cut += g_test_thorough () ? 1 : 7)
    {
      g_autoptr (QdAuditVerdict) torn = NULL, mended = NULL;
      g_autoptr (GPtrArray) lines = NULL;

      g_assert_true (g_file_set_contents (journal, whole, (gssize) cut, NULL));
      torn = verify (journal, anchors);
      g_assert_cmpint (torn->state, ==, QD_AUDIT_INTACT);
      g_assert_cmpuint (torn->torn, ==, cut - before);
      g_assert_cmpint (torn->n_records, ==, 4);
      append (journal, 1);
      mended = verify (journal, anchors);
      g_assert_cmpint (mended->state, ==, QD_AUDIT_INTACT);
      g_assert_cmpuint (mended->torn, ==, 0);
      g_assert_cmpint (mended->n_records, ==, 6);
      lines = read_lines (journal);
      g_assert_nonnull (strstr (lines->pdata[4], "\"what\":\"" QD_AUDIT_TORN "\""));
    }
  place_clear (&place);
}

/* Appends until it is killed, and tells of each record that is durable. */
static void
write_for_ever (const char *path, int tell, gboolean retains)
{
  for (guint i = 0;; i++)
    {
      g_autoptr (JsonObject) record = json_object_new ();
      QdAuditMark mark;
      gint64 gone;

      json_object_set_string_member (record, "what", "site.update");
      if (!qd_audit_journal_append (path, record, &mark, NULL) || write (tell, &mark, sizeof mark) != sizeof mark)
        _exit (1);
      if (retains && i % 16 == 15)
        {
          g_autoptr (JsonObject) note = json_object_new ();

          if (!qd_audit_journal_retain (path, &(QdAuditLimits) { 0, 4000 }, 0, note, &gone, NULL))
            _exit (2);
        }
    }
}

/* Two writers, killed at any time: the chain is intact, and holds all that was told. */
static void
test_killed (void)
{
  Place place;
  g_autofree char *journal = NULL;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  for (guint round = 0; round < (g_test_thorough () ? 200 : 25); round++)
    {
      g_autoptr (GPtrArray) anchors = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_audit_anchor_free);
      g_autoptr (QdAuditVerdict) verdict = NULL;
      g_autofree char *desk = NULL;
      pid_t children[2];
      QdAuditMark mark;
      int ends[2], status;

      g_assert_cmpint (pipe (ends), ==, 0);
      for (guint i = 0; i < 2; i++)
        {
          children[i] = fork ();
          if (children[i] == 0)
            write_for_ever (journal, ends[1], i == 0 && round % 2 == 1);
        }
      close (ends[1]);
      /* After so many records, and then at once: wherever they are. */
      for (int n = g_test_rand_int_range (1, 30); n > 0; n--)
        g_assert_cmpint (read (ends[0], &mark, sizeof mark), ==, sizeof mark);
      for (guint i = 0; i < 2; i++)
        kill (children[i], SIGKILL);
      for (guint i = 0; i < 2; i++)
        g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      for (guint i = 0; i < 2; i++)
        g_assert_true (WIFSIGNALED (status));
      desk = qd_audit_journal_dup_desk (journal, NULL, NULL);
      g_assert_nonnull (desk);
      g_ptr_array_add (anchors, qd_audit_anchor_new (desk, &mark, "test"));
      while (read (ends[0], &mark, sizeof mark) == sizeof mark)
        g_ptr_array_add (anchors, qd_audit_anchor_new (desk, &mark, "test"));
      close (ends[0]);
      verdict = verify (journal, anchors);
      g_assert_cmpint (verdict->state, ==, QD_AUDIT_INTACT);
      g_assert_cmpuint (verdict->n_anchors, ==, anchors->len);
    }
  place_clear (&place);
}

/* --- Retention ----------------------------------------------------------------------------------------------------- */

static gint64
retain (const char *path, guint days, gint64 bytes, gint64 now_us, int error_code)
{
  g_autoptr (JsonObject) record = json_object_new ();
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  qd_audit_journal_retain (path, &(QdAuditLimits) { days, bytes }, now_us, record, &n, &error);
  if (error_code >= 0)
    g_assert_error (error, QD_AUDIT_ERROR, error_code);
  else
    g_assert_no_error (error);
  return n;
}

static void
test_retention (void)
{
  Place place;
  g_autofree char *journal = NULL;
  g_autoptr (GPtrArray) lines = NULL, anchors = NULL;
  g_autoptr (QdAuditVerdict) verdict = NULL, missing = NULL;
  gint64 gone;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  g_assert_cmpint (retain (journal, 1, 1, 0, -1), ==, 0);
  append (journal, 50);
  g_assert_cmpint (retain (journal, 1, 0, g_get_real_time (), -1), ==, 0);
  gone = retain (journal, 0, 6000, 0, -1);
  g_assert_cmpint (gone, >, 10);
  g_assert_cmpint (gone, <, 50);
  anchors = anchor_of (journal);
  verdict = verify (journal, anchors);
  g_assert_cmpint (verdict->first, ==, gone + 1);
  g_assert_cmpint (verdict->n_removed, ==, gone);
  g_assert_cmpint (verdict->head.n, ==, 51);
  /* Once more than retention took. */
  lines = read_lines (journal);
  g_ptr_array_remove_index (lines, 0);
  write_lines (journal, lines);
  missing = verify (journal, anchors);
  g_assert_cmpint (missing->state, ==, QD_AUDIT_MISSING);
  g_assert_cmpint (missing->place, ==, 1);
  g_assert_cmpint (missing->place_to, ==, gone + 1);
  place_clear (&place);
}

/* By age all but the newest may go; again and again, the chain stays whole. */
static void
test_retention_again (void)
{
  Place place;
  g_autofree char *journal = NULL;
  gint64 later = g_get_real_time () + 40 * 24 * 3600 * (gint64) G_USEC_PER_SEC;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  for (guint round = 0; round < 5; round++)
    {
      g_autoptr (QdAuditVerdict) verdict = NULL;

      append (journal, 10);
      g_assert_cmpint (retain (journal, 30, 0, later, -1), >, 8);
      append (journal, 3);
      verdict = verify (journal, NULL);
      g_assert_cmpint (verdict->state, ==, QD_AUDIT_INTACT);
      g_assert_cmpint (verdict->n_removed, >, 0);
    }
  place_clear (&place);
}

/* Nobody signs for what is not sound. */
static void
test_retention_refused (void)
{
  Place place;
  g_autofree char *journal = NULL, *before = NULL, *after = NULL;
  g_autoptr (GPtrArray) lines = NULL;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  append (journal, 50);
  lines = read_lines (journal);
  *strstr (lines->pdata[3], "update") = 'U';
  write_lines (journal, lines);
  g_assert_true (g_file_get_contents (journal, &before, NULL, NULL));
  g_assert_cmpint (retain (journal, 0, 6000, 0, QD_AUDIT_ERROR_BROKEN), ==, 0);
  g_assert_true (g_file_get_contents (journal, &after, NULL, NULL));
  g_assert_cmpstr (before, ==, after);
  place_clear (&place);
}

/* Who verifies meanwhile sees a whole chain, the one from before or the one from after. */
static gpointer
verify_again_and_again (gpointer data)
{
  gpointer *shared = data;
  guint n = 0;

  for (; !g_atomic_int_get ((int *) shared[1]); n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (QdAuditVerdict) verdict = qd_audit_verify (shared[0], NULL, NULL, &error);

      g_assert_no_error (error);
      if (verdict->state > QD_AUDIT_EMPTY)
        g_error ("while records go, the chain is %s at %" G_GINT64_FORMAT, qd_audit_state_to_word (verdict->state), verdict->place);
    }
  return GUINT_TO_POINTER (n);
}

static void
test_retention_while_verified (void)
{
  Place place;
  g_autofree char *journal = NULL;
  int stop = 0;
  gpointer shared[2];
  GThread *threads[2];
  gint64 gone = 0;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  shared[0] = journal;
  shared[1] = &stop;
  append (journal, 30);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("verify", verify_again_and_again, shared);
  for (guint round = 0; round < 60; round++)
    {
      append (journal, 4);
      gone += retain (journal, 0, 5000, 0, -1);
    }
  g_atomic_int_set (&stop, 1);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), >, 0);
  g_assert_cmpint (gone, >, 200);
  place_clear (&place);
}

/* --- Beside the main thread ---------------------------------------------------------------------------------------- */

static void
test_log (void)
{
  Place place;
  g_autofree char *journal = NULL;
  g_autoptr (QdAuditLog) log = NULL;
  GAsyncResult *results[20] = { NULL };
  g_autoptr (GAsyncResult) verified = NULL;
  g_autoptr (QdAuditVerdict) verdict = NULL;
  gint64 last = 0;

  place_init (&place);
  journal = g_build_filename (place.folder, "deep", "audit.jsonl", NULL);
  log = qd_audit_log_new (journal);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (JsonObject) record = record_new ("path.test");

      qd_audit_log_append_async (log, record, result_cb, &results[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      QdAuditMark mark;

      wait_until (results[i] != NULL);
      g_assert_true (qd_audit_log_append_finish (log, results[i], &mark, NULL));
      g_assert_cmpint (mark.n, ==, last + 1);
      last = mark.n;
      g_object_unref (results[i]);
    }
  qd_audit_log_verify_async (log, NULL, NULL, result_cb, &verified);
  wait_until (verified != NULL);
  verdict = qd_audit_log_verify_finish (log, verified, NULL);
  g_assert_cmpint (verdict->state, ==, QD_AUDIT_INTACT);
  qd_audit_log_close (log);
  {
    g_autoptr (GAsyncResult) closed = NULL;
    g_autoptr (JsonObject) record = record_new ("path.test");

    qd_audit_log_append_async (log, record, result_cb, &closed);
    wait_until (closed != NULL);
    g_assert_false (qd_audit_log_append_finish (log, closed, NULL, NULL));
  }
  {
    g_autofree char *lock = g_strconcat (journal, ".lock", NULL), *folder = g_path_get_dirname (journal);

    g_unlink (journal);
    g_unlink (lock);
    g_rmdir (folder);
  }
  place_clear (&place);
}

/* A desk that cannot write says so. */
static void
test_unwritable (void)
{
  Place place;
  g_autofree char *journal = NULL;
  g_autoptr (JsonObject) record = record_new ("path.test"), large = json_object_new ();
  g_autoptr (GError) error = NULL, too_large = NULL;
  g_autofree char *long_text = g_strnfill (QD_AUDIT_MAX_LINE, 'x');
  g_autofree char *good = NULL;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  g_assert_cmpint (g_mkdir (journal, 0700), ==, 0);
  g_assert_false (qd_audit_journal_append (journal, record, NULL, &error));
  g_assert_error (error, QD_AUDIT_ERROR, QD_AUDIT_ERROR_FAILED);
  g_assert_null (qd_audit_verify (journal, NULL, NULL, NULL));
  g_assert_cmpint (g_rmdir (journal), ==, 0);
  good = g_build_filename (place.folder, "good.jsonl", NULL);
  json_object_set_string_member (large, "what", long_text);
  g_assert_false (qd_audit_journal_append (good, large, NULL, &too_large));
  g_assert_error (too_large, QD_AUDIT_ERROR, QD_AUDIT_ERROR_TOO_LARGE);
  place_clear (&place);
}

static goffset
size_of (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return info.st_size;
}

/* In a process of its own, which can write no file that is larger than so: 0 when both were refused for that, and nothing is left of it. */
static int
write_beyond (const char *path, goffset most)
{
  struct rlimit limit = { (rlim_t) most, (rlim_t) most };
  g_autofree char *beside = g_strconcat (path, ".new", NULL);
  g_autoptr (JsonObject) record = record_new ("site.update"), note = json_object_new ();
  g_autoptr (GError) error = NULL, other = NULL;
  goffset before = size_of (path);
  gint64 gone;

  signal (SIGXFSZ, SIG_IGN);
  if (setrlimit (RLIMIT_FSIZE, &limit) != 0)
    return 1;
  if (qd_audit_journal_append (path, record, NULL, &error) || !g_error_matches (error, QD_AUDIT_ERROR, QD_AUDIT_ERROR_FAILED))
    return 2;
  if (size_of (path) != before)
    return 3;
  if (qd_audit_journal_retain (path, &(QdAuditLimits) { 0, 600 }, 0, note, &gone, &other) || other == NULL)
    return 4;
  return size_of (path) != before || g_file_test (beside, G_FILE_TEST_EXISTS) ? 5 : 0;
}

/* Where there is no more room, in the midst of a record, nothing of it is left, and all that was there is; with room, it goes on. */
static void
test_full (void)
{
  Place place;
  g_autofree char *journal = NULL;

  place_init (&place);
  journal = g_build_filename (place.folder, "audit.jsonl", NULL);
  append (journal, 6);
  for (guint room = 0; room < 120; room += 17)
    {
      g_autoptr (QdAuditVerdict) verdict = verify (journal, NULL), after = NULL;
      pid_t child = fork ();
      int status;

      if (child == 0)
        _exit (write_beyond (journal, size_of (journal) + room));
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFEXITED (status));
      g_assert_cmpint (WEXITSTATUS (status), ==, 0);
      append (journal, 1);
      after = verify (journal, NULL);
      g_assert_cmpint (after->state, ==, QD_AUDIT_INTACT);
      g_assert_cmpuint (after->torn, ==, 0);
      g_assert_cmpint (after->head.n, ==, verdict->head.n + 1);
    }
  place_clear (&place);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audit/appended", test_appended);
  g_test_add_func ("/audit/reader", test_reader);
  g_test_add_func ("/audit/alterations", test_alterations);
  g_test_add_func ("/audit/append-to-broken", test_append_to_broken);
  g_test_add_func ("/audit/torn", test_torn);
  g_test_add_func ("/audit/killed", test_killed);
  g_test_add_func ("/audit/retention", test_retention);
  g_test_add_func ("/audit/retention-again", test_retention_again);
  g_test_add_func ("/audit/retention-refused", test_retention_refused);
  g_test_add_func ("/audit/retention-while-verified", test_retention_while_verified);
  g_test_add_func ("/audit/full", test_full);
  g_test_add_func ("/audit/log", test_log);
  g_test_add_func ("/audit/unwritable", test_unwritable);
  return g_test_run ();
}
