/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "in-window.h"
#include "qd-application.h"
#include "qd-audit.h"
#include "qd-table-page.h"

/* audit RECORDS: the page of the audit over a journal of so many, in a window that shows another page: from being asked for to its first painted
 * frame, until all are there and the chain is verified, and what one types. Of each the longest turn of the main loop, during which no frame is
 * drawn; beside the opening of a page with nothing on it. One JSON line a figure. Needs a display. */

#define LIMIT_S 120

typedef struct {
  QdHub *hub;
  QdWindow *window;
  char *folder, *journal;
  guint n;
} Bench;

static void
write_journal (Bench *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  QdAuditMark mark = { 0 };

  for (guint i = 0; i < self->n; i++)
    {
      g_autoptr (JsonObject) record = json_object_new ();
      g_autofree char *line = NULL, *on = g_strdup_printf ("path-%u", i % 500);

      json_object_set_string_member (record, "at", "2026-11-28T01:02:03.000Z");
      json_object_set_string_member (record, "desk", "bridge-0a1b2c3d");
      json_object_set_string_member (record, "who", i % 3 ? "ada" : "olga");
      json_object_set_string_member (record, "what", "path.test");
      json_object_set_string_member (record, "on", on);
      json_object_set_string_member (record, "connection", "harbour");
      json_object_set_string_member (record, "outcome", i % 100 ? "succeeded" : "refused");
      line = qd_audit_line_make (record, &mark, &mark, NULL);
      g_string_append (text, line);
      g_string_append_c (text, '\n');
    }
  g_assert_true (g_file_set_contents (self->journal, text->str, (gssize) text->len, NULL));
}

static QdTable *
get_table (Bench *self)
{
  return qd_table_page_get_table (QD_TABLE_PAGE (qd_window_get_page (self->window)));
}

static gboolean
is_shown (Bench *self, guint n)
{
  return qd_view_get_length (qd_table_get_view (get_table (self))) == n;
}

static void
say (const char *figure, double ms, const BenchTurns *turns)
{
  g_print ("{\"figure\":\"%s\",\"ms\":%.2f,\"turn_ms\":%.2f,\"worked_ms\":%.2f}\n", figure, ms, turns->ms, turns->worked_ms);
}

static double
show (Bench *self, const char *page, const char *figure)
{
  double ms;
  BenchTurns turns;

  bench_turns_begin ();
  ms = bench_window_show (self->window, page);
  turns = bench_turns_end ();
  say (figure, ms, &turns);
  return ms;
}

/* Until @n rows are there. */
static void
fill (Bench *self, guint n, const char *figure)
{
  gint64 begin = g_get_monotonic_time ();
  BenchTurns turns;

  bench_turns_begin ();
  while (!is_shown (self, n) || qd_audit_get_verdict (qd_hub_get_audit (self->hub)) == NULL)
    {
      g_main_context_iteration (NULL, TRUE);
      if (g_get_monotonic_time () - begin > LIMIT_S * G_USEC_PER_SEC)
        g_error ("%s: not there in %d s", figure, LIMIT_S);
    }
  turns = bench_turns_end ();
  say (figure, (double) (g_get_monotonic_time () - begin) / 1000.0, &turns);
}

/* From the keystroke to the frame that shows what it leaves; the keystroke itself is work of a turn, too. */
static void
type (Bench *self, const char *text, guint n)
{
  double worked = bench_get_processor_ms (), waited = bench_get_waited_ms (), ms;
  gint64 begin = g_get_monotonic_time ();
  BenchTurns turns;

  qd_table_set_filter_text (get_table (self), text);
  ms = (double) (g_get_monotonic_time () - begin) / 1000.0 - (bench_get_waited_ms () - waited);
  worked = bench_get_processor_ms () - worked;
  bench_turns_begin ();
  do
    bench_window_show (self->window, "audit");
  while (!is_shown (self, n) && g_get_monotonic_time () - begin < LIMIT_S * G_USEC_PER_SEC);
  turns = bench_turns_end ();
  g_assert_true (is_shown (self, n));
  turns.ms = MAX (turns.ms, ms);
  turns.worked_ms = MAX (turns.worked_ms, worked);
  say ("typed", (double) (g_get_monotonic_time () - begin) / 1000.0, &turns);
}

int
main (int argc, char **argv)
{
  Bench self = { .n = argc == 2 ? (guint) atoi (argv[1]) : 0 };

  if (self.n < 1000 || self.n > 100000)
    {
      g_printerr ("usage: bench-audit RECORDS\n");
      return 2;
    }
  adw_init ();
  qd_app_init ();
  self.folder = g_dir_make_tmp ("qd-bench-audit-XXXXXX", NULL);
  self.journal = g_build_filename (self.folder, "audit.jsonl", NULL);
  write_journal (&self);
  self.hub = qd_hub_new (NULL);
  qd_hub_keep_audit (self.hub, self.journal);
  self.window = bench_window_new (self.hub);
  show (&self, "drafts", "empty page");
  bench_window_show (self.window, "overview");
  show (&self, "audit", "opens");
  fill (&self, self.n, "all are there");
  type (&self, "outcome:refused who:olga", (self.n + 299) / 300);
  type (&self, "", self.n);
  gtk_window_destroy (GTK_WINDOW (self.window));
  qd_hub_stop (self.hub);
  g_object_unref (self.hub);
  g_unlink (self.journal);
  g_rmdir (self.folder);
  g_free (self.journal);
  g_free (self.folder);
  return 0;
}
