/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is remembered of a server's policies: on the disk and back, whatever happens meanwhile. */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "plan-fixture.h"
#include "qd-policy-object.h"

typedef struct { char *folder; QdRemotes *remotes; GAsyncResult *result; } Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("qd-remotes-XXXXXX", NULL);
  fixture->remotes = qd_remotes_new (fixture->folder);
}

static GPtrArray *
files_in (const char *folder, const char *ending)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ending))
      g_ptr_array_add (all, g_build_filename (folder, name, NULL));
  return all;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) files = files_in (fixture->folder, "");

  g_clear_object (&fixture->result);
  g_object_unref (fixture->remotes);
  for (guint i = 0; i < files->len; i++)
    g_unlink (g_ptr_array_index (files, i));
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
}

static QdRemoteSet *
load (Fixture *fixture, const char *connection, GError **error)
{
  g_clear_object (&fixture->result);
  qd_remotes_load_async (fixture->remotes, "/srv/space", connection, NULL, result_cb, &fixture->result);
  wait_for (fixture->result);
  return qd_remotes_load_finish (fixture->remotes, fixture->result, error);
}

static void
save (Fixture *fixture, const QdRemoteSet *set)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->result);
  qd_remotes_save_async (fixture->remotes, set, result_cb, &fixture->result);
  wait_for (fixture->result);
  g_assert_true (qd_remotes_save_finish (fixture->remotes, fixture->result, &error));
  g_assert_no_error (error);
}

static void
put (QdRemoteSet *set, const char *name, int port, const char *revision)
{
  g_autofree char *yaml = policy_yaml (name, "a", port, "x");
  g_autoptr (JsonNode) object = policy_of (yaml), base = qd_policy_object_strip (object);
  g_autofree char *key = qd_policy_object_dup_key (base);

  g_assert_true (qd_remote_set_put (set, key, name, revision, "a.yaml", base));
}

static void
test_kept (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdRemoteSet) empty = load (fixture, "lab", &error), set = qd_remote_set_copy (empty), found = NULL, other = NULL;
  const QdRemoteEntry *entry;
  g_autoptr (GPtrArray) files = NULL;
  GStatBuf info;

  g_assert_no_error (error);
  g_assert_cmpuint (qd_remote_set_get_n (empty), ==, 0);
  put (set, "web", 80, "7");
  put (set, "db", 5432, "8");
  save (fixture, set);
  found = load (fixture, "lab", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (qd_remote_set_get_n (found), ==, 2);
  entry = qd_remote_set_find (found, "NetworkPolicy default/web");
  g_assert_cmpstr (entry->revision, ==, "7");
  g_assert_cmpstr (entry->document, ==, "a.yaml");
  g_assert_true (qd_policy_object_equal (entry->base, qd_remote_set_find (set, entry->key)->base));
  other = load (fixture, "another", &error);
  g_assert_cmpuint (qd_remote_set_get_n (other), ==, 0);
  files = files_in (fixture->folder, ".remote");
  g_assert_cmpuint (files->len, ==, 1);
  g_assert_cmpint (g_stat (g_ptr_array_index (files, 0), &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

/* It is said, kept beside, and not in the way. */
static void
test_broken (Fixture *fixture, gconstpointer data)
{
  static const char *const bad[] = { "", "{", "[]", "{\"remote\":1,\"folder\":\"/srv/space\",\"connection\":\"lab\",\"entries\":[{}]}",
                                     "{\"remote\":1,\"folder\":\"/else\",\"connection\":\"lab\",\"entries\":[]}" };
  g_autoptr (QdRemoteSet) set = qd_remote_set_new ("/srv/space", "lab");
  g_autoptr (GPtrArray) files = NULL;

  put (set, "web", 80, "7");
  save (fixture, set);
  files = files_in (fixture->folder, ".remote");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (QdRemoteSet) empty = NULL;

      g_assert_true (g_file_set_contents (g_ptr_array_index (files, 0), bad[i], -1, NULL));
      g_assert_null (load (fixture, "lab", &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_assert_nonnull (strstr (error->message, ".broken"));
      empty = load (fixture, "lab", NULL);
      g_assert_cmpuint (qd_remote_set_get_n (empty), ==, 0);
    }
  g_clear_pointer (&files, g_ptr_array_unref);
  files = files_in (fixture->folder, "");
  g_assert_cmpuint (files->len, ==, G_N_ELEMENTS (bad));
}

/* A newer Quarterdeck's is refused and left as it is. */
static void
test_newer (Fixture *fixture, gconstpointer data)
{
  const char *newer = "{\"remote\":2,\"folder\":\"/srv/space\",\"connection\":\"lab\",\"things\":[]}";
  g_autoptr (QdRemoteSet) set = qd_remote_set_new ("/srv/space", "lab");
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  save (fixture, set);
  files = files_in (fixture->folder, ".remote");
  g_assert_true (g_file_set_contents (g_ptr_array_index (files, 0), newer, -1, NULL));
  g_assert_null (load (fixture, "lab", &error));
  g_assert_nonnull (error);
  g_assert_true (g_file_get_contents (g_ptr_array_index (files, 0), &text, NULL, NULL));
  g_assert_cmpstr (text, ==, newer);
}

static void
write_for_ever (const char *folder)
{
  Fixture child = { g_strdup (folder), qd_remotes_new (folder), NULL };

  for (int i = 1;; i++)
    {
      g_autoptr (QdRemoteSet) set = qd_remote_set_new ("/srv/space", "lab");
      g_autofree char *revision = g_strdup_printf ("%d", i);

      for (guint n = 0; n < 20; n++)
        {
          g_autofree char *name = g_strdup_printf ("p%u", n);

          put (set, name, 80, revision);
        }
      save (&child, set);
    }
}

/* Killed at whatever moment, it is what it was or what it was to become. */
static void
test_kill (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < 8; round++)
    {
      g_autoptr (QdRemoteSet) set = NULL;
      g_autoptr (GPtrArray) entries = NULL;
      g_autoptr (GError) error = NULL;
      gint64 until = g_get_monotonic_time () + (20 + 13 * round) * 1000;
      pid_t pid = fork ();

      if (pid == 0)
        write_for_ever (fixture->folder);
      while (g_get_monotonic_time () < until)
        g_thread_yield ();
      g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
      g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
      set = load (fixture, "lab", &error);
      g_assert_no_error (error);
      entries = qd_remote_set_list (set);
      g_assert_true (entries->len == 0 || entries->len == 20);
      for (guint i = 1; i < entries->len; i++)
        g_assert_cmpstr (((QdRemoteEntry *) g_ptr_array_index (entries, i))->revision, ==,
                         ((QdRemoteEntry *) g_ptr_array_index (entries, 0))->revision);
    }
}

static void
test_bounds (void)
{
  g_autoptr (QdRemoteSet) set = qd_remote_set_new ("/w", "c");
  g_autoptr (JsonNode) flat = json_from_string ("{}", NULL), deep = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 60; i++)
    g_string_append (text, "{\"a\":");
  g_string_append (text, "1");
  for (guint i = 0; i < 60; i++)
    g_string_append (text, "}");
  deep = json_from_string (text->str, NULL);
  g_assert_false (qd_remote_set_put (set, "x", "x", "1", "x", deep));
  for (guint i = 0; i < QD_REMOTE_MAX_ENTRIES; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      g_assert_true (qd_remote_set_put (set, key, key, "1", "x", flat));
    }
  g_assert_false (qd_remote_set_put (set, "one more", "x", "1", "x", flat));
  g_assert_true (qd_remote_set_put (set, "7", "x", "2", "x", flat));
}

/* --- What jobs did ------------------------------------------------------------------------------------------ */

static QdPolicyApplied *
applied_new (const char *job, guint n)
{
  g_autoptr (Server) server = server_new ();
  g_autoptr (QdRemoteSet) bases = qd_remote_set_new ("/srv/space", "lab");
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (QdPolicyPlan) plan = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("p%u", i), *yaml = policy_yaml (name, "a", 80, "x");

      g_string_append_printf (all, "---\n%s", yaml);
    }
  plan = plan_of (server, bases, "all.yaml", all->str, NULL);
  return qd_policy_applied_new (plan, job, "because");
}

static void
finish_save (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  wait_for (fixture->result);
  g_assert_true (qd_remotes_save_applied_finish (fixture->remotes, fixture->result, &error));
  g_assert_no_error (error);
  g_clear_object (&fixture->result);
}

static QdPolicyApplied *
load_applied (Fixture *fixture, const char *job, GError **error)
{
  g_clear_object (&fixture->result);
  qd_remotes_load_applied_async (fixture->remotes, job, NULL, result_cb, &fixture->result);
  wait_for (fixture->result);
  return qd_remotes_load_applied_finish (fixture->remotes, fixture->result, error);
}

static QdAppliedStep *
step_at (QdPolicyApplied *applied, guint nth)
{
  return g_ptr_array_index (applied->steps, nth);
}

/* Cut off in the midst of a line, it knows what was said before. */
static void
test_news (Fixture *fixture, gconstpointer data)
{
  g_autoptr (QdPolicyApplied) applied = applied_new ("job-1", 3), found = NULL, ended = NULL, none = NULL;
  g_autoptr (QdRemoteSet) bases = NULL;
  g_autoptr (GPtrArray) news = NULL;
  g_autofree char *text = NULL, *cut = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_clear_object (&fixture->result);
  qd_remotes_save_applied_async (fixture->remotes, applied, result_cb, &fixture->result);
  finish_save (fixture);
  for (guint i = 0; i < 2; i++)
    {
      step_at (applied, i)->state = QD_APPLIED_DONE;
      g_set_str (&step_at (applied, i)->id, "its-id");
      g_set_str (&step_at (applied, i)->revision, "5");
      qd_remotes_note_applied_async (fixture->remotes, applied, i, result_cb, &fixture->result);
      finish_save (fixture);
    }
  found = load_applied (fixture, "job-1", NULL);
  g_assert_false (found->ended);
  g_assert_cmpuint (qd_policy_applied_count (found, QD_APPLIED_DONE), ==, 2);
  g_assert_cmpstr (step_at (found, 0)->id, ==, "its-id");
  g_assert_cmpstr (step_at (found, 0)->revision, ==, "5");
  g_assert_true (qd_policy_applied_can_revert (found));
  g_clear_pointer (&found, qd_policy_applied_free);

  news = files_in (fixture->folder, ".news");
  g_assert_cmpuint (news->len, ==, 1);
  g_assert_true (g_file_get_contents (g_ptr_array_index (news, 0), &text, &length, NULL));
  for (gsize at = 0; at < length; at++)
    {
      g_assert_true (g_file_set_contents (g_ptr_array_index (news, 0), text, (gssize) at, NULL));
      found = load_applied (fixture, "job-1", &error);
      g_assert_no_error (error);
      g_assert_cmpuint (qd_policy_applied_count (found, QD_APPLIED_DONE), ==, at > 0 && memchr (text, '\n', at) ? 1 : 0);
      g_clear_pointer (&found, qd_policy_applied_free);
    }

  g_clear_object (&fixture->result);
  /* Its end: the bases know what was done, and the news are in the record. */
  qd_remotes_end_applied_async (fixture->remotes, applied, result_cb, &fixture->result);
  finish_save (fixture);
  ended = load_applied (fixture, "job-1", &error);
  g_assert_true (ended->ended);
  bases = load (fixture, "lab", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (qd_remote_set_get_n (bases), ==, 2);
  g_assert_cmpstr (qd_remote_set_find (bases, "NetworkPolicy default/p0")->revision, ==, "5");
  g_clear_pointer (&news, g_ptr_array_unref);
  news = files_in (fixture->folder, ".news");
  g_assert_cmpuint (news->len, ==, 0);
  g_assert_null (load_applied (fixture, "job-2", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* Only so many are kept, the newest, and they are listed by where they belong. */
static void
test_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) all = NULL, none = NULL, files = NULL;

  for (guint i = 0; i < QD_APPLIED_KEPT + 5; i++)
    {
      g_autofree char *job = g_strdup_printf ("job-%u", i);
      g_autoptr (QdPolicyApplied) applied = applied_new (job, 1);

      qd_remotes_save_applied_async (fixture->remotes, applied, result_cb, &fixture->result);
      finish_save (fixture);
    }
  qd_remotes_list_applied_async (fixture->remotes, "/srv/space", "lab", NULL, result_cb, &fixture->result);
  wait_for (fixture->result);
  all = qd_remotes_list_applied_finish (fixture->remotes, fixture->result, NULL);
  g_assert_cmpuint (all->len, ==, QD_APPLIED_KEPT);
  g_assert_cmpstr (((QdPolicyApplied *) g_ptr_array_index (all, 0))->job, ==, "job-104");
  g_clear_object (&fixture->result);
  qd_remotes_list_applied_async (fixture->remotes, "/elsewhere", NULL, NULL, result_cb, &fixture->result);
  wait_for (fixture->result);
  none = qd_remotes_list_applied_finish (fixture->remotes, fixture->result, NULL);
  g_assert_cmpuint (none->len, ==, 0);
  files = files_in (fixture->folder, ".applied");
  g_assert_cmpuint (files->len, ==, QD_APPLIED_KEPT);
}

static guint
count_files (Fixture *fixture)
{
  g_autoptr (GPtrArray) files = files_in (fixture->folder, "");

  return files->len;
}

/* A connection that is removed takes all of its own with it, of every workspace, and nothing else. */
static void
test_forget (Fixture *fixture, gconstpointer data)
{
  g_autoptr (QdRemoteSet) mine = qd_remote_set_new ("/srv/space", "lab"), elsewhere = qd_remote_set_new ("/srv/other", "lab"),
                          others = qd_remote_set_new ("/srv/space", "pat"), found = NULL, left = NULL;
  g_autoptr (QdPolicyApplied) applied = applied_new ("job-1", 2), gone = NULL;
  g_autofree char *broken = g_build_filename (fixture->folder, "x.remote", NULL);
  g_autoptr (GError) error = NULL;

  put (mine, "a", 1, "1");
  put (elsewhere, "b", 2, "1");
  put (others, "c", 3, "1");
  save (fixture, mine);
  save (fixture, elsewhere);
  save (fixture, others);
  g_clear_object (&fixture->result);
  qd_remotes_save_applied_async (fixture->remotes, applied, result_cb, &fixture->result);
  finish_save (fixture);
  qd_remotes_note_applied_async (fixture->remotes, applied, 0, result_cb, &fixture->result);
  finish_save (fixture);
  g_assert_true (g_file_set_contents (broken, "{", 1, NULL));
  g_assert_cmpuint (count_files (fixture), ==, 6);
  qd_remotes_forget_async (fixture->remotes, "lab", result_cb, &fixture->result);
  wait_for (fixture->result);
  g_assert_true (qd_remotes_forget_finish (fixture->remotes, fixture->result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (fixture), ==, 2);
  left = load (fixture, "pat", NULL);
  g_assert_cmpuint (qd_remote_set_get_n (left), ==, 1);
  found = load (fixture, "lab", NULL);
  g_assert_cmpuint (qd_remote_set_get_n (found), ==, 0);
  gone = load_applied (fixture, "job-1", &error);
  g_assert_null (gone);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* --- Whose a file is --------------------------------------------------------------------------------------- */

static char *
find (Fixture *fixture, const char *file, const char *connection)
{
  g_autoptr (GError) error = NULL;
  char *found;

  g_clear_object (&fixture->result);
  qd_remotes_find_async (fixture->remotes, file, connection, result_cb, &fixture->result);
  wait_for (fixture->result);
  found = qd_remotes_find_finish (fixture->remotes, fixture->result, &error);
  g_assert_no_error (error);
  return found;
}

static void
remember (Fixture *fixture, const char *workspace, const char *connection, const char *document)
{
  g_autoptr (QdRemoteSet) set = qd_remote_set_new (workspace, connection);
  g_autofree char *yaml = policy_yaml ("web", "a", 80, "x");
  g_autoptr (JsonNode) object = policy_of (yaml), base = qd_policy_object_strip (object);

  if (document)
    g_assert_true (qd_remote_set_put (set, "web", "web", "1", document, base));
  save (fixture, set);
}

/* A file below a workspace is of that one, as the window has it; the one that remembers it comes before one that is nearer. */
static void
test_find (Fixture *fixture, gconstpointer data)
{
  static const struct { const char *file, *connection, *found; } looks[] = {
    { "/srv/space/sub/deep/new.yaml", "lab", "/srv/space/sub" }, { "/srv/space/sub/web.yaml", "lab", "/srv/space" },
    { "/srv/space/new.yaml", "lab", "/srv/space" },              { "/srv/spaces/sub/web.yaml", "lab", NULL },
    { "/srv/space/sub/web.yaml", "another", NULL },              { "/srv/web.yaml", "lab", NULL },
    { "/etc/top.yaml", "root", "/" },                            { "/top.yaml", "root", "/" },
  };
  g_autoptr (GPtrArray) files = NULL;
  g_autofree char *broken = NULL;

  remember (fixture, "/srv/space", "lab", "sub/web.yaml");
  remember (fixture, "/srv/space/sub", "lab", NULL);
  remember (fixture, "/", "root", "etc/top.yaml");
  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      g_autofree char *found = find (fixture, looks[i].file, looks[i].connection);

      g_assert_cmpstr (found, ==, looks[i].found);
    }
  /* A set that is broken is one still, and is told by who reads it. */
  files = files_in (fixture->folder, ".remote");
  for (guint i = 0; i < files->len; i++)
    g_assert_true (g_file_set_contents (g_ptr_array_index (files, i), "{", -1, NULL));
  broken = find (fixture, "/srv/space/web.yaml", "lab");
  g_assert_cmpstr (broken, ==, "/srv/space");
  g_ptr_array_unref (files);
  files = files_in (fixture->folder, ".remote");
  g_assert_cmpuint (files->len, ==, 3);
}

#define ADD(path, func) g_test_add ("/remote/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("kept", test_kept);
  ADD ("broken", test_broken);
  ADD ("newer", test_newer);
  ADD ("kill", test_kill);
  g_test_add_func ("/remote/bounds", test_bounds);
  ADD ("news", test_news);
  ADD ("many", test_many);
  ADD ("forget", test_forget);
  ADD ("find", test_find);
  return g_test_run ();
}
