/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two changes to one text side by side, however large the text is and however many places there are. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "app-fixture.h"
#include "qd-policy-conflict.h"

#define LINES 160000   /* of more than 5 MiB */
#define MAX_WIDGETS 4000
#define MAX_LETTERS (256 * 1024)

typedef struct {
  GtkWindow *window;
  GBytes *base, *mine, *theirs;
  QdMerge *merge;
  AdwDialog *dialog;
  GArray *decided;   /* QdMergeKind; NULL: not decided */
} Fixture;

/* @every: each so many-eth line is not that of the base; 0: none. */
static GBytes *
make_lines (guint n, guint every, const char *word)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "line-%06u: a value that is %s\n", i, every > 0 && i % every == every / 2 ? word : "common");
  return g_string_free_to_bytes (text);
}

static GBytes *
text_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
decided_cb (const QdMergeKind *choices, gpointer data)
{
  Fixture *self = data;

  self->decided = g_array_new (FALSE, FALSE, sizeof (QdMergeKind));
  g_array_append_vals (self->decided, choices, qd_merge_get_n_conflicts (self->merge));
}

/* Takes the texts. */
static void
begin (Fixture *self, GBytes *base, GBytes *mine, GBytes *theirs)
{
  g_autoptr (GError) error = NULL;

  *self = (Fixture) { .window = GTK_WINDOW (adw_window_new ()), .base = base, .mine = mine, .theirs = theirs };
  adw_window_set_content (ADW_WINDOW (self->window), gtk_label_new (NULL));
  gtk_window_set_default_size (self->window, 1000, 700);
  gtk_window_present (self->window);
  self->merge = qd_merge_new (base, mine, theirs, &error);
  g_assert_no_error (error);
  self->dialog = qd_policy_conflict_new (self->merge, mine, theirs, decided_cb, self, NULL);
  adw_dialog_present (self->dialog, GTK_WIDGET (self->window));
  fixture_settle (GTK_WIDGET (self->window));
}

static void
end (Fixture *self)
{
  fixture_close (self->window);
  qd_merge_free (self->merge);
  g_bytes_unref (self->base);
  g_bytes_unref (self->mine);
  g_bytes_unref (self->theirs);
  g_clear_pointer (&self->decided, g_array_unref);
}

/* What there is below @from: widgets, letters of labels, and what is to be chosen. */
typedef struct { guint n_widgets; gsize n_letters; GPtrArray *mine, *theirs; } Census;

static void
count (GtkWidget *from, Census *census)
{
  census->n_widgets++;
  if (GTK_IS_LABEL (from))
    census->n_letters += strlen (gtk_label_get_text (GTK_LABEL (from)));
  if (GTK_IS_CHECK_BUTTON (from))
    g_ptr_array_add (g_str_equal (gtk_check_button_get_label (GTK_CHECK_BUTTON (from)), "Mine") ? census->mine : census->theirs, from);
  for (GtkWidget *child = gtk_widget_get_first_child (from); child; child = gtk_widget_get_next_sibling (child))
    count (child, census);
}

static void
census_clear (Census *self)
{
  g_clear_pointer (&self->mine, g_ptr_array_unref);
  g_clear_pointer (&self->theirs, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Census, census_clear)

static void
take_census (Fixture *self, Census *census)
{
  census_clear (census);
  *census = (Census) { .mine = g_ptr_array_new (), .theirs = g_ptr_array_new () };
  count (GTK_WIDGET (self->dialog), census);
}

static gboolean
says (GtkWidget *from, const char *text)
{
  if (GTK_IS_LABEL (from) && g_str_equal (gtk_label_get_text (GTK_LABEL (from)), text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child; child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;
  return FALSE;
}

typedef struct { Fixture *fixture; const char *text; } Said;

static gboolean
said_cb (gpointer data)
{
  const Said *said = data;

  return says (GTK_WIDGET (said->fixture->dialog), said->text);
}

static void
wait_said (Fixture *self, const char *text)
{
  Said said = { self, text };

  g_assert_true (fixture_wait (said_cb, &said));
}

/* --- Tests ------------------------------------------------------------------------------------------- */

/* Of thousands of places some are decided one by one and the others together, and each is decided. */
static void
test_many (void)
{
  Fixture self;
  g_auto (Census) census = { 0 };
  g_autoptr (GBytes) text = NULL;

  begin (&self, make_lines (20000, 0, ""), make_lines (20000, 4, "mine"), make_lines (20000, 4, "theirs"));
  g_assert_cmpuint (qd_merge_get_n_conflicts (self.merge), ==, 5000);
  wait_said (&self, "4900 more places, all decided alike");
  take_census (&self, &census);
  g_assert_cmpuint (census.n_widgets, <, MAX_WIDGETS);
  g_assert_cmpuint (census.mine->len, ==, 101);
  g_assert_cmpuint (census.theirs->len, ==, 101);

  for (guint i = 0; i < 101; i++)
    gtk_check_button_set_active ((i % 2 ? census.mine : census.theirs)->pdata[i], TRUE);
  /* One changes one's mind. */
  gtk_check_button_set_active (census.mine->pdata[100], TRUE);
  fixture_press (GTK_WIDGET (self.dialog), "_Take These");
  g_assert_nonnull (self.decided);
  for (guint i = 0; i < 5000; i++)
    g_assert_cmpint (g_array_index (self.decided, QdMergeKind, i), ==, i < 100 && i % 2 == 0 ? QD_MERGE_THEIRS : QD_MERGE_MINE);
  text = qd_merge_get_text (self.merge, (const QdMergeKind *) (gpointer) self.decided->data);
  g_assert_cmpuint (g_bytes_get_size (text), >, 0);
  end (&self);
}

/* A hundred places and none more: there are no others. */
static void
test_exactly (void)
{
  Fixture self;
  g_auto (Census) census = { 0 };

  begin (&self, make_lines (400, 0, ""), make_lines (400, 4, "mine"), make_lines (400, 4, "theirs"));
  g_assert_cmpuint (qd_merge_get_n_conflicts (self.merge), ==, 100);
  do
    {
      g_main_context_iteration (NULL, TRUE);
      take_census (&self, &census);
    }
  while (census.mine->len < 100);
  fixture_settle (GTK_WIDGET (self.window));
  take_census (&self, &census);
  g_assert_cmpuint (census.mine->len, ==, 100);
  end (&self);
}

/* Of a place that is megabytes long the beginning is shown, and how much more there is. */
static void
test_long (void)
{
  Fixture self;
  g_auto (Census) census = { 0 };
  g_autofree char *one = g_strnfill (3 * 1024 * 1024, 'x');
  /* A letter of three bytes lies across where it is cut off. */
  GString *theirs = g_string_new ("a");

  while (theirs->len < 3 * 1024 * 1024)
    g_string_append (theirs, "…");
  begin (&self, text_bytes ("base\n"), make_lines (100000, 1, "mine"), g_string_free_to_bytes (theirs));
  wait_said (&self, "99960 more lines are not shown");
  wait_said (&self, "1 more line is not shown");
  take_census (&self, &census);
  g_assert_cmpuint (census.n_letters, <, MAX_LETTERS);
  g_assert_false (says (GTK_WIDGET (self.dialog), one));
  end (&self);
}

/* --- While it is compared ------------------------------------------------------------------------------ */

static gboolean
turn_cb (gpointer data)
{
  (*(guint *) data)++;
  return G_SOURCE_CONTINUE;
}

static gboolean
is_there_cb (gpointer data)
{
  return adw_window_get_visible_dialog (data) != NULL;
}

static gboolean
is_opened_cb (gpointer data)
{
  return qd_workbench_get_folder (data) != NULL && qd_workbench_find (data, "a.yaml") != NULL;
}

static gboolean
is_conflicted_cb (gpointer data)
{
  return qd_document_is_conflicted (data);
}

static void
write_bytes (const char *folder, GBytes *bytes)
{
  g_autofree char *path = g_build_filename (folder, "a.yaml", NULL);

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL));
}

/* Five MiB that both changed are compared while the main loop turns. */
static void
test_turning (void)
{
  g_autofree char *folder = g_dir_make_tmp ("qd-conflict-XXXXXX", NULL), *drafts = g_dir_make_tmp ("qd-drafts-XXXXXX", NULL);
  g_autoptr (GBytes) base = make_lines (LINES, 0, ""), mine = make_lines (LINES, 1000, "mine"), theirs = make_lines (LINES, 1000, "theirs");
  g_autoptr (QdWorkbench) bench = qd_workbench_new (drafts);
  GtkWindow *window = GTK_WINDOW (adw_window_new ());
  QdDocument *document;
  guint turns = 0, before, id;

  g_assert_cmpuint (g_bytes_get_size (base), >=, 5 * 1024 * 1024);
  adw_window_set_content (ADW_WINDOW (window), gtk_label_new (NULL));
  gtk_window_present (window);
  fixture_settle (GTK_WIDGET (window));
  write_bytes (folder, base);
  qd_workbench_open (bench, folder, NULL, NULL);
  g_assert_true (fixture_wait (is_opened_cb, bench));
  document = qd_workbench_find (bench, "a.yaml");
  qd_workbench_set_text (bench, document, mine);
  write_bytes (folder, theirs);
  qd_workbench_rescan (bench);
  g_assert_true (fixture_wait (is_conflicted_cb, document));

  /* Not at once, and what else is to be done is done meanwhile. */
  id = g_timeout_add (1, turn_cb, &turns);
  qd_policy_conflict_ask (bench, document, GTK_WIDGET (window));
  g_assert_false (is_there_cb (window));
  before = turns;
  g_assert_true (fixture_wait (is_there_cb, window));
  g_test_message ("%u turns", turns - before);
  g_assert_cmpuint (turns, >, before);
  g_source_remove (id);
  fixture_close (window);
  qd_workbench_close (bench);
  for (guint i = 0; i < 2; i++)
    {
      char *argv[] = { (char *) "rm", (char *) "-rf", i == 0 ? folder : drafts, NULL };

      g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
    }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/policy-conflict/many", test_many);
  g_test_add_func ("/policy-conflict/exactly", test_exactly);
  g_test_add_func ("/policy-conflict/long", test_long);
  g_test_add_func ("/policy-conflict/turning", test_turning);
  return g_test_run ();
}
