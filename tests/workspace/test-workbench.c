/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "qd-workbench.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "qd-policy-diff.h"
#include "qd-workbench-load.h"

#define POLICY(name, app) "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name ", namespace: shop}\n" \
                          "spec:\n  podSelector: {matchLabels: {app: " app "}}\n  policyTypes: [Ingress]\n"
#define POD(name) "apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: shop, labels: {app: " name "}}\n" \
                  "spec: {containers: [{name: a, image: b}]}\n"

typedef struct {
  char *folder, *drafts;
  QdWorkbench *bench;
  GPtrArray *problems;
  guint n_analysed, n_merged;
} Fixture;

static void
write_file (Fixture *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_file (Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

static char *
read_file (Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define UNTIL(condition) \
  G_STMT_START { \
    gint64 until_ = g_get_monotonic_time () + 20 * G_USEC_PER_SEC; \
    guint wake_ = g_timeout_add (20, wake_cb, NULL); \
    while (!(condition) && g_get_monotonic_time () < until_) \
      g_main_context_iteration (NULL, TRUE); \
    g_source_remove (wake_); \
    if (!(condition)) \
      g_error ("%s:%d: did not come true: %s", __FILE__, __LINE__, #condition); \
  } G_STMT_END

static void
problem_cb (QdWorkbench *bench, const char *problem, Fixture *self)
{
  g_ptr_array_add (self->problems, g_strdup (problem));
}

static void
analysed_cb (QdWorkbench *bench, Fixture *self)
{
  self->n_analysed++;
}

static void
merged_cb (QdWorkbench *bench, QdDocument *document, Fixture *self)
{
  self->n_merged++;
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (qd_workbench_open_finish (QD_WORKBENCH (source), result, &error));
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static void
open_bench (Fixture *self)
{
  gboolean opened = FALSE;

  self->bench = qd_workbench_new (self->drafts);
  g_signal_connect (self->bench, "problem", G_CALLBACK (problem_cb), self);
  g_signal_connect (self->bench, "analysed", G_CALLBACK (analysed_cb), self);
  g_signal_connect (self->bench, "merged", G_CALLBACK (merged_cb), self);
  qd_workbench_open (self->bench, self->folder, opened_cb, &opened);
  UNTIL (opened);
  UNTIL (!qd_workbench_is_analysing (self->bench));
}

static void
close_bench (Fixture *self)
{
  QdWorkbench *bench = self->bench;

  /* A worker may hold it a little longer. */
  g_object_add_weak_pointer (G_OBJECT (bench), (gpointer *) &self->bench);
  g_object_unref (bench);
  UNTIL (self->bench == NULL);
}

static void
begin (Fixture *self)
{
  *self = (Fixture) { .folder = g_dir_make_tmp ("qd-bench-XXXXXX", NULL), .drafts = g_dir_make_tmp ("qd-drafts-XXXXXX", NULL),
                      .problems = g_ptr_array_new_with_free_func (g_free) };
}

static void
end (Fixture *self)
{
  char *argv[] = { (char *) "rm", (char *) "-rf", self->folder, self->drafts, NULL };

  if (self->bench)
    close_bench (self);
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (self->folder);
  g_free (self->drafts);
  g_ptr_array_unref (self->problems);
}

static void
type (Fixture *self, const char *name, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  qd_workbench_set_text (self->bench, qd_workbench_find (self->bench, name), bytes);
}

static void
assert_mine (Fixture *self, const char *name, const char *text)
{
  GBytes *mine = qd_document_get_mine (qd_workbench_find (self->bench, name));

  g_assert_cmpmem (g_bytes_get_data (mine, NULL), g_bytes_get_size (mine), text, strlen (text));
}

static QdDocument *
find (Fixture *self, const char *name)
{
  return qd_workbench_find (self->bench, name);
}

typedef struct { gboolean done; GError *error; } Saved;

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Saved *saved = data;

  qd_workbench_save_finish (QD_WORKBENCH (source), result, &saved->error);
  saved->done = TRUE;
}

/* Returns: the error's code, or -1 */
static int
save (Fixture *self, const char *name)
{
  Saved saved = { 0 };
  int code;

  qd_workbench_save (self->bench, find (self, name), saved_cb, &saved);
  UNTIL (saved.done);
  code = saved.error ? saved.error->code : -1;
  g_clear_error (&saved.error);
  return code;
}

/* --- Tests ------------------------------------------------------------------------------------------- */

static guint
find_end (Fixture *self, const char *text)
{
  return qd_policy_eval_find_workload (qd_analysis_get_eval (qd_workbench_get_analysis (self->bench)), text, NULL);
}

static gboolean
may_talk (QdPolicyEval *eval, guint src, guint dst)
{
  return !qd_port_set_is_none (qd_policy_eval_get (eval, src, dst));
}

static guint
count_of_world (QdAnalysis *analysis, const char *name)
{
  GPtrArray *findings = qd_analysis_get_findings (analysis);
  guint n = 0;

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = findings->pdata[i];

      n += finding->of_world && g_str_equal (qd_yaml_file_get_name (finding->place.file), name);
    }
  return n;
}

/* Newer texts wait: what was found of a file that did not change stands, and nothing is said of one that did. */
static void
test_hurry (void)
{
  g_autoptr (GBytes) pods = g_bytes_new_static (POD ("web"), strlen (POD ("web"))), deny = g_bytes_new_static (POLICY ("deny", "db"), strlen (POLICY ("deny", "db")));
  g_autoptr (GBytes) other = g_bytes_new_static (POLICY ("other", "gone"), strlen (POLICY ("other", "gone")));
  g_autoptr (GBytes) typed = g_bytes_new_static (POLICY ("other", "away"), strlen (POLICY ("other", "away")));
  QdAnalysisText texts[] = { { "pods.yaml", pods, pods }, { "deny.yaml", deny, deny }, { "other.yaml", other, other } };
  g_autoptr (GCancellable) hurry = g_cancellable_new ();
  g_autoptr (QdAnalysis) first = qd_analysis_new (texts, 3, NULL, NULL), second = NULL, third = NULL;

  g_assert_cmpuint (count_of_world (first, "deny.yaml"), >, 0);
  g_assert_cmpuint (count_of_world (first, "other.yaml"), >, 0);
  texts[2].mine = typed;
  g_cancellable_cancel (hurry);
  second = qd_analysis_new_live (texts, 3, NULL, NULL, first, hurry);
  g_assert_cmpuint (count_of_world (second, "deny.yaml"), ==, count_of_world (first, "deny.yaml"));
  g_assert_cmpuint (count_of_world (second, "other.yaml"), ==, 0);
  g_assert_nonnull (qd_analysis_get_eval (second));
  third = qd_analysis_new (texts, 3, NULL, second);
  g_assert_cmpuint (count_of_world (third, "other.yaml"), ==, count_of_world (first, "other.yaml"));
}

/* What a server has switched off says as much as what is not there, and it is said that it is off. */
static void
test_off (void)
{
  g_autoptr (GBytes) pods = g_bytes_new_static (POD ("web") "---\n" POD ("db"), strlen (POD ("web") "---\n" POD ("db")));
  g_autoptr (GBytes) deny = g_bytes_new_static (POLICY ("deny", "db"), strlen (POLICY ("deny", "db")));
  g_autoptr (GBytes) other = g_bytes_new_static (POLICY ("other", "web"), strlen (POLICY ("other", "web")));
  const char *const off[] = { "NetworkPolicy shop/deny", "NetworkPolicy shop/elsewhere", NULL };
  const QdAnalysisText texts[] = { { "pods.yaml", pods, pods }, { "deny.yaml", deny, NULL }, { "other.yaml", other, other } };
  const QdAnalysisText without[] = { { "pods.yaml", pods, pods }, { "other.yaml", other, other } };
  const QdAnalysisLive live = { .off = off };
  g_autoptr (QdAnalysis) first = qd_analysis_new (texts, 3, NULL, NULL), second = qd_analysis_new_live (texts, 3, &live, NULL, first, NULL);
  g_autoptr (QdAnalysis) wanted = qd_analysis_new (without, 2, NULL, NULL), again = qd_analysis_new (texts, 3, NULL, second);
  g_autoptr (QdPolicyDiff) same = qd_policy_diff_new (qd_analysis_get_eval (wanted), qd_analysis_get_eval (second));
  g_autoptr (QdPolicyDiff) on = qd_policy_diff_new (qd_analysis_get_eval (first), qd_analysis_get_eval (again));
  GPtrArray *findings = qd_analysis_get_findings (second);
  guint n = 0;

  g_assert_cmpuint (qd_policy_diff_get_changes (same)->len, ==, 0);
  g_assert_cmpuint (qd_policy_diff_get_changes (on)->len, ==, 0);
  g_assert_cmpuint (qd_policy_world_get_policies (qd_analysis_get_world (second))->len, ==, 1);
  g_assert_cmpuint (qd_policy_world_get_n_off (qd_analysis_get_world (second)), ==, 1);
  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = findings->pdata[i];

      if (!g_str_equal (finding->code, "switched-off"))
        continue;
      n++;
      g_assert_cmpint (finding->severity, ==, QD_POLICY_NOTE);
      g_assert_cmpstr (qd_yaml_file_get_name (finding->place.file), ==, "deny.yaml");
    }
  g_assert_cmpuint (n, ==, 1);
}

static void
test_analysis (void)
{
  Fixture self;
  QdAnalysis *analysis;

  begin (&self);
  write_file (&self, "pods.yaml", POD ("web") "---\n" POD ("db"));
  write_file (&self, "policy.yaml", POLICY ("deny", "db"));
  open_bench (&self);
  analysis = qd_workbench_get_analysis (self.bench);
  g_assert_false (may_talk (qd_analysis_get_eval (analysis), find_end (&self, "shop/web"), find_end (&self, "shop/db")));
  g_assert_true (qd_analysis_get_before (analysis) == qd_analysis_get_eval (analysis));

  /* What is typed changes what is now, not what was before. */
  type (&self, "policy.yaml", POLICY ("deny", "web"));
  UNTIL (!qd_workbench_is_analysing (self.bench));
  analysis = qd_workbench_get_analysis (self.bench);
  g_assert_true (may_talk (qd_analysis_get_eval (analysis), find_end (&self, "shop/web"), find_end (&self, "shop/db")));
  g_assert_false (may_talk (qd_analysis_get_before (analysis), find_end (&self, "shop/web"), find_end (&self, "shop/db")));

  /* Nonsense has its place, and no verdict is given out. */
  type (&self, "policy.yaml", "kind: NetworkPolicy\nmetadata: [\n");
  UNTIL (!qd_workbench_is_analysing (self.bench));
  analysis = qd_workbench_get_analysis (self.bench);
  g_assert_null (qd_analysis_get_eval (analysis));
  g_assert_nonnull (qd_analysis_get_before (analysis));
  g_assert_cmpuint (qd_analysis_get_faults (analysis)->len, ==, 1);
  g_assert_cmpuint (((QdAnalysisFault *) qd_analysis_get_faults (analysis)->pdata[0])->line, >=, 2);
  g_assert_null (strstr (((QdAnalysisFault *) qd_analysis_get_faults (analysis)->pdata[0])->message, "policy.yaml"));
  g_assert_cmpuint (qd_document_get_n_errors (find (&self, "policy.yaml")), ==, 1);
  g_assert_cmpuint (qd_document_get_n_errors (find (&self, "pods.yaml")), ==, 0);

  qd_workbench_revert (self.bench, find (&self, "policy.yaml"));
  UNTIL (!qd_workbench_is_analysing (self.bench));
  g_assert_cmpuint (qd_document_get_n_errors (find (&self, "policy.yaml")), ==, 0);
  g_assert_nonnull (qd_analysis_get_eval (qd_workbench_get_analysis (self.bench)));
  end (&self);
}

static void
test_drafts_come_back (void)
{
  Fixture self;
  g_autoptr (GBytes) text = g_bytes_new_static ("new\n", 4);
  g_autofree char *disk = NULL;

  begin (&self);
  write_file (&self, "a.yaml", "a: 1\n");
  open_bench (&self);
  type (&self, "a.yaml", "a: 2\n");
  g_assert_nonnull (qd_workbench_add (self.bench, "sub/new.yaml", text, NULL));
  g_assert_true (qd_document_is_dirty (find (&self, "a.yaml")));
  close_bench (&self);
  disk = read_file (&self, "a.yaml");
  g_assert_cmpstr (disk, ==, "a: 1\n");

  open_bench (&self);
  assert_mine (&self, "a.yaml", "a: 2\n");
  assert_mine (&self, "sub/new.yaml", "new\n");
  g_assert_true (qd_document_is_dirty (find (&self, "a.yaml")));
  qd_workbench_revert (self.bench, find (&self, "a.yaml"));
  qd_workbench_revert (self.bench, find (&self, "sub/new.yaml"));
  g_assert_null (find (&self, "sub/new.yaml"));
  close_bench (&self);
  open_bench (&self);
  assert_mine (&self, "a.yaml", "a: 1\n");
  g_assert_null (find (&self, "sub/new.yaml"));
  end (&self);
}

static void
test_save (void)
{
  Fixture self;
  g_autoptr (GBytes) text = g_bytes_new_static ("new\n", 4);
  g_autoptr (GError) twice = NULL, bad = NULL;
  g_autofree char *disk = NULL, *made = NULL;

  begin (&self);
  write_file (&self, "a.yaml", "a: 1\n");
  open_bench (&self);
  type (&self, "a.yaml", "a: 2\n");
  g_assert_cmpint (save (&self, "a.yaml"), ==, -1);
  g_assert_false (qd_document_is_dirty (find (&self, "a.yaml")));
  disk = read_file (&self, "a.yaml");
  g_assert_cmpstr (disk, ==, "a: 2\n");

  g_assert_null (qd_workbench_add (self.bench, "a.yaml", text, &twice));
  g_assert_error (twice, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_null (qd_workbench_add (self.bench, "../b.yaml", text, &bad));
  g_assert_error (bad, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME);
  g_assert_nonnull (qd_workbench_add (self.bench, "deep/b.yaml", text, NULL));
  g_assert_cmpint (save (&self, "deep/b.yaml"), ==, -1);
  made = read_file (&self, "deep/b.yaml");
  g_assert_cmpstr (made, ==, "new\n");
  end (&self);
}

/* Somebody else changes the file while it is open. */
static void
test_changed_meanwhile (void)
{
  Fixture self;

  begin (&self);
  write_file (&self, "a.yaml", "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\n");
  write_file (&self, "clean.yaml", "x: 1\n");
  write_file (&self, "gone.yaml", "x: 1\n");
  open_bench (&self);
  type (&self, "a.yaml", "a: mine\nb: 1\nc: 1\nd: 1\ne: 1\n");
  write_file (&self, "clean.yaml", "x: theirs\n");
  write_file (&self, "a.yaml", "a: 1\nb: 1\nc: 1\nd: 1\ne: theirs\n");
  write_file (&self, "added.yaml", "y: 1\n");
  remove_file (&self, "gone.yaml");
  UNTIL (self.n_merged == 1 && find (&self, "added.yaml") && !find (&self, "gone.yaml"));
  assert_mine (&self, "clean.yaml", "x: theirs\n");
  g_assert_false (qd_document_is_dirty (find (&self, "clean.yaml")));
  assert_mine (&self, "a.yaml", "a: mine\nb: 1\nc: 1\nd: 1\ne: theirs\n");
  g_assert_true (qd_document_is_dirty (find (&self, "a.yaml")));
  g_assert_cmpint (save (&self, "a.yaml"), ==, -1);
  end (&self);
}

/* A folder goes, another comes: what changes in it is seen as well. */
static void
test_folders_come_and_go (void)
{
  Fixture self;
  g_autofree char *old = NULL, *old_file = NULL, *new = NULL;

  begin (&self);
  old = g_build_filename (self.folder, "old", NULL);
  old_file = g_build_filename (old, "x.yaml", NULL);
  new = g_build_filename (self.folder, "new", NULL);
  g_assert_cmpint (g_mkdir (old, 0755), ==, 0);
  write_file (&self, "old/x.yaml", "a: 1\n");
  open_bench (&self);
  g_unlink (old_file);
  g_rmdir (old);
  g_assert_cmpint (g_mkdir (new, 0755), ==, 0);
  write_file (&self, "new/y.yaml", "a: 1\n");
  UNTIL (find (&self, "new/y.yaml") && !find (&self, "old/x.yaml"));
  write_file (&self, "new/y.yaml", "a: 2\n");
  UNTIL (g_bytes_get_size (qd_document_get_mine (find (&self, "new/y.yaml"))) == 5 &&
         memcmp (g_bytes_get_data (qd_document_get_mine (find (&self, "new/y.yaml")), NULL), "a: 2\n", 5) == 0);
  end (&self);
}

static void
test_conflict (void)
{
  Fixture self;
  g_autoptr (QdMerge) merge = NULL;
  const QdMergeKind choice[] = { QD_MERGE_THEIRS };
  QdDocument *document;
  g_autofree char *disk = NULL, *after = NULL;

  begin (&self);
  write_file (&self, "a.yaml", "a: 1\n");
  open_bench (&self);
  document = find (&self, "a.yaml");
  type (&self, "a.yaml", "a: mine\n");
  write_file (&self, "a.yaml", "a: theirs\n");
  UNTIL (qd_document_is_conflicted (document));
  g_assert_cmpint (save (&self, "a.yaml"), ==, G_IO_ERROR_WRONG_ETAG);
  disk = read_file (&self, "a.yaml");
  g_assert_cmpstr (disk, ==, "a: theirs\n");
  assert_mine (&self, "a.yaml", "a: mine\n");

  merge = qd_merge_new (qd_document_get_base (document), qd_document_get_mine (document), qd_document_get_theirs (document), NULL);
  g_assert_true (qd_workbench_resolve (self.bench, document, merge, choice));
  assert_mine (&self, "a.yaml", "a: theirs\n");
  g_assert_false (qd_document_is_dirty (document) || qd_document_is_conflicted (document));

  /* Mine over theirs, seen and meant. */
  type (&self, "a.yaml", "a: again\n");
  write_file (&self, "a.yaml", "a: other\n");
  UNTIL (qd_document_is_conflicted (document));
  qd_workbench_take (self.bench, document, QD_MERGE_MINE);
  g_assert_cmpint (save (&self, "a.yaml"), ==, -1);
  after = read_file (&self, "a.yaml");
  g_assert_cmpstr (after, ==, "a: again\n");

  /* Removed by somebody while it is dirty: it is kept, and saved anew where that is meant. */
  type (&self, "a.yaml", "a: kept\n");
  remove_file (&self, "a.yaml");
  UNTIL (qd_document_is_conflicted (document));
  g_assert_null (qd_document_get_theirs (document));
  qd_workbench_take (self.bench, document, QD_MERGE_MINE);
  g_assert_cmpint (save (&self, "a.yaml"), ==, -1);
  end (&self);
}

/* Others' change that is taken back is no conflict any more. */
static void
test_conflict_ends (void)
{
  Fixture self;

  begin (&self);
  write_file (&self, "a.yaml", "a: 1\n");
  open_bench (&self);
  type (&self, "a.yaml", "a: mine\n");
  write_file (&self, "a.yaml", "a: theirs\n");
  UNTIL (qd_document_is_conflicted (find (&self, "a.yaml")));
  write_file (&self, "a.yaml", "a: 1\n");
  UNTIL (!qd_document_is_conflicted (find (&self, "a.yaml")));
  assert_mine (&self, "a.yaml", "a: mine\n");
  g_assert_cmpint (save (&self, "a.yaml"), ==, -1);
  end (&self);
}

/* A draft that was left, of a file that somebody changed since. */
static void
test_draft_of_changed (void)
{
  Fixture self;

  begin (&self);
  write_file (&self, "a.yaml", "a: 1\nb: 1\nc: 1\nd: 1\n");
  write_file (&self, "b.yaml", "a: 1\n");
  open_bench (&self);
  type (&self, "a.yaml", "a: mine\nb: 1\nc: 1\nd: 1\n");
  type (&self, "b.yaml", "a: mine\n");
  close_bench (&self);
  write_file (&self, "a.yaml", "a: 1\nb: 1\nc: 1\nd: theirs\n");
  write_file (&self, "b.yaml", "a: theirs\n");
  open_bench (&self);
  UNTIL (self.n_merged == 1 && qd_document_is_conflicted (find (&self, "b.yaml")));
  assert_mine (&self, "a.yaml", "a: mine\nb: 1\nc: 1\nd: theirs\n");
  assert_mine (&self, "b.yaml", "a: mine\n");
  end (&self);
}

static void
failed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (qd_workbench_open_finish (QD_WORKBENCH (source), result, &error));
  g_assert_nonnull (error);
  (*(guint *) data)++;
}

static void
test_open_another (void)
{
  Fixture self;
  guint failed = 0;
  gboolean opened = FALSE;

  begin (&self);
  write_file (&self, "a.yaml", "a: 1\n");
  self.bench = qd_workbench_new (self.drafts);
  qd_workbench_open (self.bench, self.folder, failed_cb, &failed);
  qd_workbench_open (self.bench, "/nowhere/at/all", failed_cb, &failed);
  UNTIL (failed == 2);
  g_assert_null (qd_workbench_get_folder (self.bench));
  qd_workbench_open (self.bench, self.folder, opened_cb, &opened);
  UNTIL (opened);
  g_assert_cmpuint (g_list_model_get_n_items (qd_workbench_get_documents (self.bench)), ==, 1);
  end (&self);
}

/* So many files that a look at the folder takes long, and what it read of the first is old when it ends: what they are is not
 * settled, so that each is read at each look. */
static void
write_many (Fixture *self, guint n)
{
  const struct timespec soon[] = { { g_get_real_time () / G_USEC_PER_SEC + 3600, 0 }, { g_get_real_time () / G_USEC_PER_SEC + 3600, 0 } };

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("other-%u.json", i);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      write_file (self, name, "{}\n");
      g_assert_cmpint (utimensat (AT_FDCWD, path, soon, 0), ==, 0);
    }
}

static void
assert_holds (GBytes *text, const char *line)
{
  if (g_strstr_len (g_bytes_get_data (text, NULL), (gssize) g_bytes_get_size (text), line) == NULL)
    g_error ("“%s” is lost: %.*s", line, (int) g_bytes_get_size (text), (const char *) g_bytes_get_data (text, NULL));
}

/* The top line is typed, the last one written by others: @mine and @theirs are what they are to be. */
static void
change_top (Fixture *self, guint mine)
{
  GBytes *now = qd_document_get_mine (find (self, "a.yaml"));
  g_autofree char *text = g_strndup (g_bytes_get_data (now, NULL), g_bytes_get_size (now));
  g_autofree char *typed = g_strdup_printf ("top: %u%s", mine, strchr (text, '\n'));

  type (self, "a.yaml", typed);
}

static void
change_bottom (Fixture *self, guint theirs)
{
  g_autofree char *text = read_file (self, "a.yaml");
  g_autofree char *head = g_strndup (text, (gsize) (strstr (text, "end: ") - text));
  g_autofree char *written = g_strdup_printf ("%send: %u\n", head, theirs);

  write_file (self, "a.yaml", written);
}

static void
assert_nothing_lost (Fixture *self, guint mine, guint theirs)
{
  g_autofree char *text = read_file (self, "a.yaml"), *top = g_strdup_printf ("top: %u\n", mine), *bottom = g_strdup_printf ("end: %u\n", theirs);
  g_autoptr (GBytes) disk = g_bytes_new (text, strlen (text));

  assert_holds (disk, bottom);
  assert_holds (qd_document_get_mine (find (self, "a.yaml")), top);
  g_assert_false (qd_document_is_conflicted (find (self, "a.yaml")));
}

/* Any order of typing, saving and others' changes, while looks at the folder are under way that began before them: nothing that was
 * typed or written is ever lost unseen. */
static void
test_nothing_lost (void)
{
  Fixture self;
  Saved saved = { .done = TRUE };
  guint mine = 0, theirs = 0;

  begin (&self);
  write_file (&self, "a.yaml", "top: 0\n1: x\n2: x\n3: x\n4: x\nend: 0\n");
  write_many (&self, 200);
  open_bench (&self);
  for (guint i = 0; i < 400; i++)
    {
      switch (g_test_rand_int_range (0, 5))
        {
        case 0:
          change_top (&self, ++mine);
          break;
        case 1:
          /* Between a save's look and its writing, others' writing is seen by the clock of the file system alone. */
          UNTIL (saved.done);
          change_bottom (&self, ++theirs);
          break;
        case 2:
          qd_workbench_rescan (self.bench);
          break;
        case 3:
          for (int n = g_test_rand_int_range (1, 20); n > 0; n--)
            {
              g_main_context_iteration (NULL, FALSE);
              g_usleep (200);
            }
          break;
        default:
          UNTIL (saved.done);
          g_clear_error (&saved.error);
          saved.done = FALSE;
          qd_workbench_save (self.bench, find (&self, "a.yaml"), saved_cb, &saved);
        }
      assert_nothing_lost (&self, mine, theirs);
    }
  UNTIL (saved.done);
  while (save (&self, "a.yaml") != -1 || qd_document_is_dirty (find (&self, "a.yaml")))
    g_main_context_iteration (NULL, FALSE);
  assert_nothing_lost (&self, mine, theirs);
  assert_holds (qd_document_get_base (find (&self, "a.yaml")), "4: x\nend: ");
  g_clear_error (&saved.error);
  end (&self);
}

/* A look at the folder that began before others' change was met does not undo it in the text. */
static void
test_late_look (void)
{
  Fixture self;

  begin (&self);
  write_file (&self, "a.yaml", "top: 0\n1: x\n2: x\n3: x\n4: x\nend: 0\n");
  write_many (&self, 2000);
  open_bench (&self);
  for (guint i = 1; i <= 5; i++)
    {
      g_autofree char *bottom = g_strdup_printf ("end: %u\n", i);
      gint64 until;

      change_top (&self, i);
      qd_workbench_rescan (self.bench);
      g_usleep (20000);
      change_bottom (&self, i);
      g_assert_cmpint (save (&self, "a.yaml"), ==, G_IO_ERROR_WRONG_ETAG);
      UNTIL (g_strstr_len (g_bytes_get_data (qd_document_get_base (find (&self, "a.yaml")), NULL), -1, bottom) != NULL);
      until = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
      while (g_get_monotonic_time () < until)
        {
          g_main_context_iteration (NULL, FALSE);
          assert_holds (qd_document_get_mine (find (&self, "a.yaml")), bottom);
          g_usleep (1000);
        }
    }
  end (&self);
}

/* --- What is read again ------------------------------------------------------------------------------ */

static QdWorkbenchLoad *
load_again (Fixture *self, QdWorkbenchLoad *before)
{
  g_autoptr (GError) error = NULL;
  QdWorkbenchLoad *load = qd_workbench_load_new (self->folder, NULL, before ? before->texts : NULL, before ? before->stamps : NULL, NULL, &error);

  g_assert_no_error (error);
  return load;
}

static void
assert_text (QdWorkbenchLoad *load, const char *name, const char *text)
{
  GBytes *bytes = g_hash_table_lookup (load->texts, name);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

/* Changes the text, and sets back what the clock and the size would tell. */
static void
change_secretly (Fixture *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  struct stat before;
  FILE *file;

  g_assert_cmpint (stat (path, &before), ==, 0);
  file = fopen (path, "r+");
  g_assert_cmpuint (fwrite (text, 1, strlen (text), file), ==, strlen (text));
  fclose (file);
  g_assert_cmpint (utimensat (AT_FDCWD, path, (struct timespec[]) { before.st_atim, before.st_mtim }, 0), ==, 0);
}

/* A file that is as it was is not read; whatever else was done to it, it is. */
static void
test_read_again (void)
{
  Fixture self;
  g_autoptr (QdWorkbenchLoad) first = NULL, second = NULL, third = NULL;
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  begin (&self);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.yaml", i);

      write_file (&self, name, "a: 1\n");
    }
  first = load_again (&self, NULL);
  g_assert_cmpuint (first->n_read, ==, 4);
  /* Within one tick of the clock nothing tells the two apart: so it is read. */
  change_secretly (&self, "0.yaml", "a: 2\n");
  second = load_again (&self, first);
  g_assert_cmpuint (second->n_read, ==, 4);
  assert_text (second, "0.yaml", "a: 2\n");

  /* Once they are older than any clock is coarse, none is read any more. */
  do
    {
      g_clear_pointer (&third, qd_workbench_load_free);
      third = g_steal_pointer (&second);
      second = load_again (&self, third);
      assert_text (second, "0.yaml", "a: 2\n");
    }
  while (second->n_read > 0 && g_get_monotonic_time () < until);
  g_assert_cmpuint (second->n_read, ==, 0);
  g_assert_cmpuint (g_hash_table_size (second->texts), ==, 4);

  change_secretly (&self, "1.yaml", "a: 3\n");
  remove_file (&self, "2.yaml");
  write_file (&self, "4.yaml", "a: 4\n");
  write_file (&self, "3.yaml", "a: 1\n");
  g_clear_pointer (&third, qd_workbench_load_free);
  third = load_again (&self, second);
  g_assert_cmpuint (third->n_read, ==, 3);
  assert_text (third, "0.yaml", "a: 2\n");
  assert_text (third, "1.yaml", "a: 3\n");
  assert_text (third, "4.yaml", "a: 4\n");
  g_assert_null (g_hash_table_lookup (third->texts, "2.yaml"));
  end (&self);
}

/* --- Two of them ------------------------------------------------------------------------------------- */

typedef struct { gboolean done; GError *error; } Opened;

static void
tried_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Opened *opened = data;

  qd_workbench_open_finish (QD_WORKBENCH (source), result, &opened->error);
  opened->done = TRUE;
}

static void
test_two_windows (void)
{
  Fixture self;
  g_autoptr (QdWorkbench) other = NULL;
  Opened opened = { 0 };

  begin (&self);
  write_file (&self, "a.yaml", "a: 1\n");
  open_bench (&self);
  type (&self, "a.yaml", "a: 2\n");
  other = qd_workbench_new (self.drafts);
  qd_workbench_open (other, self.folder, tried_cb, &opened);
  UNTIL (opened.done);
  g_assert_error (opened.error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_nonnull (strstr (opened.error->message, "another window"));
  g_assert_null (qd_workbench_get_folder (other));
  g_clear_error (&opened.error);

  /* The first one goes on as if nothing had happened; closed, the other has all that was typed, to the last key. */
  type (&self, "a.yaml", "a: 3\n");
  qd_workbench_close (self.bench);
  opened.done = FALSE;
  qd_workbench_open (other, self.folder, tried_cb, &opened);
  UNTIL (opened.done);
  g_assert_no_error (opened.error);
  g_assert_true (qd_document_is_dirty (qd_workbench_find (other, "a.yaml")));
  g_assert_cmpmem (g_bytes_get_data (qd_document_get_mine (qd_workbench_find (other, "a.yaml")), NULL), 5, "a: 3\n", 5);

  /* It may open its own folder again, and nobody minds. */
  opened.done = FALSE;
  qd_workbench_open (other, self.folder, tried_cb, &opened);
  UNTIL (opened.done);
  g_assert_no_error (opened.error);
  end (&self);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_cmpint (g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL), >, 0);
  *(gboolean *) data = TRUE;
}

/* This program again, as another that has the folder open. */
static void
test_two_programs (void)
{
  Fixture self;
  g_autofree char *own = g_file_read_link ("/proc/self/exe", NULL), *pid = NULL;
  g_autoptr (GSubprocess) program = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdFolderLock) lock = NULL;
  gboolean ready = FALSE;
  char word[8];

  begin (&self);
  program = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDIN_PIPE, &error, own, "--hold", self.drafts, self.folder, NULL);
  g_assert_no_error (error);
  g_input_stream_read_async (g_subprocess_get_stdout_pipe (program), word, sizeof word, G_PRIORITY_DEFAULT, NULL, read_cb, &ready);
  UNTIL (ready);
  lock = qd_folder_lock_take (self.drafts, self.folder, &error);
  g_assert_null (lock);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  pid = g_strdup_printf ("process %s on ", g_subprocess_get_identifier (program));
  g_assert_nonnull (strstr (error->message, pid));
  g_clear_error (&error);

  /* However it ends. */
  g_subprocess_send_signal (program, SIGKILL);
  g_assert_true (g_subprocess_wait (program, NULL, NULL));
  lock = qd_folder_lock_take (self.drafts, self.folder, &error);
  g_assert_no_error (error);
  end (&self);
}

static int
hold (char **argv)
{
  g_autoptr (QdFolderLock) lock = qd_folder_lock_take (argv[2], argv[3], NULL);

  if (lock == NULL)
    return 1;
  g_print ("has\n");
  getchar ();
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 4 && g_str_equal (argv[1], "--hold"))
    return hold (argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workspace/bench/analysis", test_analysis);
  g_test_add_func ("/workspace/bench/hurry", test_hurry);
  g_test_add_func ("/workspace/bench/off", test_off);
  g_test_add_func ("/workspace/bench/drafts-come-back", test_drafts_come_back);
  g_test_add_func ("/workspace/bench/save", test_save);
  g_test_add_func ("/workspace/bench/changed-meanwhile", test_changed_meanwhile);
  g_test_add_func ("/workspace/bench/folders-come-and-go", test_folders_come_and_go);
  g_test_add_func ("/workspace/bench/conflict", test_conflict);
  g_test_add_func ("/workspace/bench/conflict-ends", test_conflict_ends);
  g_test_add_func ("/workspace/bench/draft-of-changed", test_draft_of_changed);
  g_test_add_func ("/workspace/bench/open-another", test_open_another);
  g_test_add_func ("/workspace/bench/nothing-lost", test_nothing_lost);
  g_test_add_func ("/workspace/bench/late-look", test_late_look);
  g_test_add_func ("/workspace/bench/read-again", test_read_again);
  g_test_add_func ("/workspace/bench/two-windows", test_two_windows);
  g_test_add_func ("/workspace/bench/two-programs", test_two_programs);
  return g_test_run ();
}
