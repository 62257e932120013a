/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs that one program of a desk begins are seen by the one that has the store: while they go on, after, and when who began them was killed. */
#include "config.h"

#include <signal.h>

#include "fake-driver.h"
#include "qd-json.h"
#include "qd-job-desk.h"
#include "store-testing.h"

#define ALL "[\"sites.write\",\"paths.test\",\"jobs\",\"jobs.cancel\"]"
#define MAY "[\"sdwan.sites.manage\",\"sdwan.paths.*\",{\"permission\":\"jobs.cancel\",\"scope\":\"global\"}]"
#define N_JOBS 15

static const char *program;

/* A program with a hub. */
typedef struct { QdHub *hub; FakeDriver *driver; GAsyncResult *result; } Desk;

static gboolean
is_connected (Desk *self, const char *state)
{
  QdEntity *connection = qd_fleet_lookup (qd_hub_get_fleet (self->hub), "c", QD_KIND_CONNECTION, "c");

  return connection != NULL && g_strcmp0 (qd_entity_get_string (connection, QD_CONNECTION_STATE), state) == 0;
}

static void
begin_window (Desk *self, Place *place)
{
  g_autoptr (QdStore) store = qd_store_new (place->path);
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GError) error = NULL;

  *self = (Desk) { .hub = qd_hub_new (store) };
  self->driver = fake_driver_add (self->hub, "c", "dev", ALL, MAY);
  qd_hub_start_async (self->hub, NULL, result_cb, &started);
  wait_until (started != NULL);
  g_assert_true (qd_hub_start_finish (self->hub, started, &error));
  g_assert_no_error (error);
  /* A driver says so as it is started. */
  wait_until (is_connected (self, "connecting"));
  fake_driver_send_state (self->driver, "live");
  wait_until (is_connected (self, "live"));
}

static void
begin_other (Desk *self, const char *path)
{
  *self = (Desk) { .hub = qd_hub_new (NULL) };
  qd_hub_keep_jobs (self->hub, path);
  self->driver = fake_driver_add (self->hub, "c", "dev", ALL, MAY);
}

static void
end (Desk *self)
{
  QdHub *hub = self->hub;

  qd_hub_stop (hub);
  g_clear_object (&self->result);
  /* Who looks into the journal on a worker has it still. */
  g_object_add_weak_pointer (G_OBJECT (hub), (gpointer *) &hub);
  g_object_unref (hub);
  wait_until (hub == NULL);
}

static char *
begin_job (Desk *self, const char *verb)
{
  g_autoptr (JsonObject) args = json_object_new ();

  json_object_set_string_member (args, "id", "7");
  g_clear_object (&self->result);
  return qd_hub_run (self->hub, "c", verb, args, "Do it", "because", NULL, result_cb, &self->result);
}

static QdEntity *
find (Desk *self, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->hub), QD_HUB_LOCAL, QD_KIND_JOB, id);
}

static gboolean
is (Desk *self, const char *id, const char *state)
{
  return find (self, id) != NULL && g_strcmp0 (qd_entity_get_string (find (self, id), QD_JOB_STATE), state) == 0;
}

/* One that the server does at once. */
static char *
do_job (Desk *self)
{
  char *id = begin_job (self, "site.update");
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) error = NULL;

  wait_until (fake_driver_get_n_waiting (self->driver) == 1);
  fake_driver_answer (self->driver, "{}", 0, NULL);
  wait_until (self->result != NULL);
  answer = qd_hub_run_finish (self->hub, self->result, &error);
  g_assert_no_error (error);
  return id;
}

static void
check_whole (Desk *window, const char *id)
{
  QdEntity *job = find (window, id);
  g_autoptr (JsonNode) steps = qd_json_parse (qd_entity_get_string (job, QD_JOB_STEPS), -1, "steps", NULL);
  gint64 began, ended;

  g_assert_cmpstr (qd_entity_get_name (job), ==, "Do it");
  g_assert_cmpstr (qd_entity_get_string (job, QD_JOB_KIND), ==, "site.update");
  g_assert_cmpstr (qd_entity_get_string (job, QD_JOB_ACTS_ON), ==, "c");
  g_assert_cmpstr (qd_entity_get_string (job, QD_JOB_REASON), ==, "because");
  g_assert_cmpuint (json_array_get_length (qd_json_array (steps)), >, 0);
  g_assert_true (qd_entity_get_int (job, QD_JOB_STARTED_AT, &began) && qd_entity_get_int (job, QD_JOB_ENDED_AT, &ended));
  g_assert_cmpint (began, <=, ended);
}

static guint
count_jobs (Desk *window)
{
  return qd_entity_list_get_length (qd_fleet_get_list (qd_hub_get_fleet (window->hub), QD_KIND_JOB));
}

static void
test_seen (void)
{
  g_autofree char *id = NULL, *program_of = NULL, *later = NULL;
  Place place;
  Desk window, other;

  place_init (&place);
  begin_window (&window, &place);
  begin_other (&other, place.path);
  id = begin_job (&other, "site.update");
  wait_until (is (&window, id, "running"));
  program_of = qd_job_desk_dup_program (find (&window, id));
  g_assert_cmpstr (program_of, ==, g_get_prgname ());
  wait_until (fake_driver_get_n_waiting (other.driver) == 1);
  fake_driver_answer (other.driver, "{}", 0, NULL);
  wait_until (is (&window, id, "succeeded"));
  g_assert_null (qd_job_desk_dup_program (find (&window, id)));
  check_whole (&window, id);
  end (&window);
  /* What is done while no window is open is there when one is opened, once, beside what was there before. */
  later = do_job (&other);
  begin_window (&window, &place);
  wait_until (is (&window, later, "succeeded"));
  check_whole (&window, later);
  g_assert_true (is (&window, id, "succeeded"));
  g_assert_cmpuint (count_jobs (&window), ==, 2);
  end (&window);
  end (&other);
  place_clear (&place);
}

/* Both at work: each job of either is shown, to its end. */
static void
test_both (void)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  Place place;
  Desk window, other;

  place_init (&place);
  begin_window (&window, &place);
  begin_other (&other, place.path);
  for (guint i = 0; i < N_JOBS; i++)
    {
      g_ptr_array_add (ids, do_job (&other));
      g_ptr_array_add (ids, do_job (&window));
    }
  for (guint i = 0; i < ids->len; i++)
    wait_until (is (&window, ids->pdata[i], "succeeded"));
  g_assert_cmpuint (count_jobs (&window), ==, 2 * N_JOBS);
  g_assert_cmpuint (count_jobs (&other), ==, N_JOBS);
  end (&window);
  end (&other);
  place_clear (&place);
}

/* --- Who is killed ------------------------------------------------------------------------------------ */

/* Another program, in the midst of a job whose id it prints once that is written down. */
static G_NORETURN void
be_other (const char *path)
{
  g_autofree char *id = NULL;
  Desk other;

  begin_other (&other, path);
  id = begin_job (&other, "site.update");
  while (fake_driver_get_n_waiting (other.driver) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_print ("%s\n", id);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

static GSubprocess *
spawn_other (Place *place, char **id)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--other", place->path, NULL);
  g_autoptr (GDataInputStream) out = NULL;

  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  *id = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (*id);
  return process;
}

static void
kill_other (GSubprocess *process)
{
  g_subprocess_send_signal (process, SIGKILL);
  g_subprocess_wait (process, NULL, NULL);
}

/* A window that starts leaves alone what another works on; once that is gone, it says so, and once. */
static void
test_gone (gconstpointer before_start)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *id = NULL, *error = NULL;
  Place place;
  Desk window;

  place_init (&place);
  begin_window (&window, &place);
  end (&window);
  process = spawn_other (&place, &id);
  if (before_start)
    kill_other (process);
  begin_window (&window, &place);
  if (!before_start)
    {
      wait_until (is (&window, id, "running"));
      kill_other (process);
    }
  wait_until (is (&window, id, "failed"));
  error = g_strdup (qd_entity_get_string (find (&window, id), QD_JOB_ERROR));
  g_assert_true (g_str_has_prefix (error, "interrupted"));
  end (&window);
  begin_window (&window, &place);
  wait_until (is (&window, id, "failed"));
  g_assert_cmpstr (qd_entity_get_string (find (&window, id), QD_JOB_ERROR), ==, error);
  g_assert_cmpuint (count_jobs (&window), ==, 1);
  end (&window);
  place_clear (&place);
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 3 && g_str_equal (argv[1], "--other"))
    be_other (argv[2]);
  g_test_init (&argc, &argv, NULL);
  qd_job_desk_set_pause (20);
  g_test_add_func ("/ops/desk/seen", test_seen);
  g_test_add_func ("/ops/desk/both", test_both);
  g_test_add_data_func ("/ops/desk/killed", NULL, test_gone);
  g_test_add_data_func ("/ops/desk/killed-before", "before", test_gone);
  return g_test_run ();
}
