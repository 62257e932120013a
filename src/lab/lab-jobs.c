/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-json.h"

#define STEP_MS  350
#define MAX_JOBS 5000

typedef enum
{
  JOB_QUEUED,
  JOB_RUNNING,
  JOB_WAITING,
  JOB_SUCCEEDED,
  JOB_FAILED,
  JOB_CANCELLED
} JobState;

static const char *const state_names[] = { "queued", "running", "waiting", "succeeded", "failed", "cancelled" };

typedef struct
{
  JobState state;
  gint64 started_at, ended_at;
  char *detail;
} JobStep;

typedef struct
{
  const char *kind;
  const char *steps[4];
  LabJobStep run;
} JobKind;

static const JobKind kinds[] = {
  { "path_test", { "reach", "measure", "compare" }, lab_paths_test_step },
  { "path_failover", { "check", "move", "verify" }, lab_paths_failover_step },
};

typedef struct
{
  LabServer *server;
  char *id;
  guint number;
  const JobKind *kind;
  char *target, *created_by, *reason, *error;
  char *correlation;            /* of the request that began it */
  JobState state;
  JobStep steps[4];
  guint n_steps, at;
  gint64 created_at, ended_at;
  guint64 revision;
  guint source;
} Job;

struct LabJobs
{
  LabServer *server;
  GPtrArray *jobs;              /* in the order they were made */
  GHashTable *by_id;
};

static void
free_job (gpointer data)
{
  Job *job = data;

  g_clear_handle_id (&job->source, g_source_remove);
  for (guint i = 0; i < G_N_ELEMENTS (job->steps); i++)
    g_free (job->steps[i].detail);
  g_free (job->id);
  g_free (job->target);
  g_free (job->created_by);
  g_free (job->correlation);
  g_free (job->reason);
  g_free (job->error);
  g_free (job);
}

static gboolean
is_over (const Job *job)
{
  return job->state >= JOB_SUCCEEDED;
}

static double
progress_of (const Job *job)
{
  return job->state == JOB_SUCCEEDED ? 1 : (double) job->at / job->n_steps;
}

static void
write_job (GString *out, const char *key, const Job *job)
{
  lab_json_begin (out, key, '{');
  lab_json_string (out, "id", job->id);
  lab_json_string (out, "kind", job->kind->kind);
  lab_json_string (out, "state", state_names[job->state]);
  lab_json_string (out, "target", job->target);
  lab_json_begin (out, "steps", '[');
  for (guint i = 0; i < job->n_steps; i++)
    {
      const JobStep *step = &job->steps[i];

      lab_json_begin (out, NULL, '{');
      lab_json_string (out, "name", job->kind->steps[i]);
      lab_json_string (out, "state", state_names[step->state]);
      lab_json_time (out, "started_at", step->started_at);
      lab_json_time (out, "ended_at", step->ended_at);
      lab_json_string (out, "detail", step->detail);
      lab_json_end (out, '}');
    }
  lab_json_end (out, ']');
  lab_json_double (out, "progress", progress_of (job), 2);
  lab_json_string (out, "error", job->error);
  lab_json_string (out, "created_by", job->created_by);
  lab_json_string (out, "reason", job->reason);
  lab_json_time (out, "created_at", job->created_at);
  lab_json_time (out, "ended_at", job->ended_at);
  lab_json_int (out, "revision", (gint64) job->revision);
  lab_json_end (out, '}');
}

/* Writes the job and says so; inside a transaction. */
static void
changed (Job *job)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GString) data = g_string_new ("{");
  const char *at_hand = job->server->correlation;

  job->revision++;
  write_job (body, NULL, job);
  lab_batch_add (job->server->batch, "INSERT OR REPLACE INTO jobs (id, number, body) VALUES (?, ?, ?)", "sis", job->id,
                 (gint64) job->number, body->str);
  lab_json_string (data, "job_id", job->id);
  lab_json_string (data, "kind", job->kind->kind);
  lab_json_string (data, "target", job->target);
  lab_json_string (data, "state", state_names[job->state]);
  lab_json_double (data, "progress", progress_of (job), 2);
  lab_json_string (data, "error", job->error);
  lab_json_int (data, "revision", (gint64) job->revision);
  lab_json_raw (data, "job", body->str);
  lab_json_end (data, '}');
  job->server->correlation = job->correlation;
  lab_events_emit (job->server, "job_updated", job->state == JOB_FAILED ? "warning" : "info", job->id, data->str);
  job->server->correlation = at_hand;
}

static void
finish_job (Job *job, JobState state)
{
  job->state = state;
  job->ended_at = g_get_real_time ();
}

static gboolean
run_step (Job *job)
{
  JobStep *step = &job->steps[job->at];
  char *why;

  if (step->state != JOB_RUNNING)
    {
      job->state = step->state = JOB_RUNNING;
      step->started_at = g_get_real_time ();
      return TRUE;
    }
  g_clear_pointer (&step->detail, g_free);
  why = job->kind->run (job->server, job->target, job->at, &step->detail);
  step->ended_at = g_get_real_time ();
  step->state = why == NULL ? JOB_SUCCEEDED : JOB_FAILED;
  if (why != NULL)
    {
      job->error = why;
      finish_job (job, JOB_FAILED);
      return FALSE;
    }
  if (++job->at < job->n_steps)
    return TRUE;
  finish_job (job, JOB_SUCCEEDED);
  return FALSE;
}

static gboolean
step_cb (gpointer user_data)
{
  Job *job = user_data;
  gboolean more;

  lab_server_begin (job->server);
  more = run_step (job);
  changed (job);
  lab_server_end (job->server, NULL, NULL);
  if (more)
    return G_SOURCE_CONTINUE;
  job->source = 0;
  return G_SOURCE_REMOVE;
}

static Job *
make_job (LabJobs *jobs, const char *id, const char *kind, guint number)
{
  Job *job = g_new0 (Job, 1);

  job->server = jobs->server;
  job->id = g_strdup (id);
  job->number = number;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      job->kind = &kinds[i];
  g_assert (job->kind != NULL);
  while (job->n_steps < G_N_ELEMENTS (job->kind->steps) && job->kind->steps[job->n_steps] != NULL)
    job->n_steps++;
  g_ptr_array_add (jobs->jobs, job);
  g_hash_table_insert (jobs->by_id, job->id, job);
  return job;
}

/* The oldest finished jobs make room. */
static void
prune (LabJobs *jobs)
{
  while (jobs->jobs->len >= MAX_JOBS && is_over (g_ptr_array_index (jobs->jobs, 0)))
    {
      Job *job = g_ptr_array_index (jobs->jobs, 0);

      lab_batch_add (jobs->server->batch, "DELETE FROM jobs WHERE id = ?", "s", job->id);
      g_hash_table_remove (jobs->by_id, job->id);
      g_ptr_array_remove_index (jobs->jobs, 0);
    }
}

const char *
lab_jobs_start (LabRequest *request, const char *kind, const char *target)
{
  LabJobs *jobs = request->server->jobs;
  g_autofree char *id = g_uuid_string_random ();
  guint number = jobs->jobs->len > 0 ? ((Job *) g_ptr_array_index (jobs->jobs, jobs->jobs->len - 1))->number + 1 : 1;
  Job *job;

  prune (jobs);
  job = make_job (jobs, id, kind, number);
  job->target = g_strdup (target);
  job->created_by = g_strdup (request->username);
  job->reason = g_strdup (lab_request_reason (request));
  job->correlation = g_strdup (request->server->correlation);
  job->created_at = g_get_real_time ();
  changed (job);
  job->source = g_timeout_add (STEP_MS, step_cb, job);
  return job->id;
}

void
lab_jobs_accepted (LabRequest *request, const char *job_id)
{
  g_autofree char *location = g_strdup_printf ("/admin/v1/jobs/%s", job_id);

  request->status = SOUP_STATUS_ACCEPTED;
  soup_message_headers_replace (soup_server_message_get_response_headers (request->message), "Location", location);
  lab_json_begin (request->out, NULL, '{');
  lab_json_string (request->out, "job_id", job_id);
  lab_json_end (request->out, '}');
}

static void
write_listed (LabServer *server, GString *out, const char *key, guint index)
{
  write_job (out, key, g_ptr_array_index (server->jobs->jobs, index));
}

static int
compare_jobs (const LabServer *server, guint a, guint b, guint key)
{
  const Job *x = g_ptr_array_index (server->jobs->jobs, a), *y = g_ptr_array_index (server->jobs->jobs, b);

  switch (key)
    {
    case 0:
      return x->created_at < y->created_at ? -1 : x->created_at > y->created_at;
    case 1:
      return (int) x->state - (int) y->state;
    default:
      return strcmp (x->kind->kind, y->kind->kind);
    }
}

typedef struct
{
  const char *state, *kind, *target, *q;
} JobFilter;

static gboolean
match_job (LabRequest *request, guint index, gpointer data)
{
  const Job *job = g_ptr_array_index (request->server->jobs->jobs, index);
  const JobFilter *filter = data;

  return (filter->state == NULL || g_str_equal (filter->state, state_names[job->state])) &&
         (filter->kind == NULL || g_str_equal (filter->kind, job->kind->kind)) &&
         (filter->target == NULL || g_strcmp0 (filter->target, job->target) == 0) &&
         (filter->q == NULL || lab_text_contains (job->target, filter->q) || lab_text_contains (job->kind->kind, filter->q));
}

void
lab_jobs_list (LabRequest *request)
{
  static const char *const keys[] = { "created_at", "state", "kind", NULL };
  JobFilter filter = { lab_request_query (request, "state"), lab_request_query (request, "kind"),
                       lab_request_query (request, "target"), lab_request_query (request, "q") };
  LabList list = { .n = request->server->jobs->jobs->len, .sort_keys = keys, .compare = compare_jobs,
                   .match = match_job, .write = write_listed, .data = &filter };

  lab_list_reply (request, &list);
}

static Job *
find_job (LabRequest *request)
{
  Job *job = g_hash_table_lookup (request->server->jobs->by_id, request->params[0]);

  if (job == NULL)
    lab_request_problem (request, SOUP_STATUS_NOT_FOUND, "there is no job %s", request->params[0]);
  return job;
}

void
lab_jobs_get (LabRequest *request)
{
  Job *job = find_job (request);

  if (job == NULL)
    return;
  lab_request_etag (request, job->revision);
  write_job (request->out, NULL, job);
}

void
lab_jobs_cancel (LabRequest *request)
{
  Job *job = find_job (request);

  if (job == NULL)
    return;
  if (is_over (job))
    {
      lab_request_problem (request, SOUP_STATUS_CONFLICT, "job %s has ended: it %s", job->id, state_names[job->state]);
      return;
    }
  if (request->dry_run)
    {
      lab_request_plan (request, "cancel the job", job->id, "/state", NULL, "\"cancelled\"", NULL, NULL);
      return;
    }
  g_clear_handle_id (&job->source, g_source_remove);
  job->steps[job->at].state = JOB_CANCELLED;
  finish_job (job, JOB_CANCELLED);
  changed (job);
  write_job (request->out, NULL, job);
}

static JobState
parse_state (const char *text)
{
  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (state_names); i++)
    if (g_str_equal (text, state_names[i]))
      return i;
  return JOB_QUEUED;
}

static gint64
get_time (JsonObject *object, const char *name)
{
  gint64 us = 0;

  lab_time_parse (lab_json_get_string (object, name, NULL), &us);
  return us;
}

static void
load_steps (Job *job, JsonArray *steps)
{
  for (guint i = 0; steps != NULL && i < MIN (json_array_get_length (steps), job->n_steps); i++)
    {
      JsonObject *object = json_array_get_object_element (steps, i);

      job->steps[i].state = parse_state (lab_json_get_string (object, "state", NULL));
      job->steps[i].started_at = get_time (object, "started_at");
      job->steps[i].ended_at = get_time (object, "ended_at");
      job->steps[i].detail = g_strdup (lab_json_get_string (object, "detail", NULL));
      if (job->steps[i].state == JOB_SUCCEEDED)
        job->at = i + 1;
    }
}

static void
load_job (const char *const *columns, int n, gpointer user_data)
{
  LabJobs *jobs = user_data;
  g_autoptr (JsonNode) body = lab_json_parse (columns[2], strlen (columns[2]), NULL);
  JsonObject *object = body != NULL && JSON_NODE_HOLDS_OBJECT (body) ? json_node_get_object (body) : NULL;
  const char *kind = lab_json_get_string (object, "kind", "");
  gboolean known = FALSE;
  Job *job;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    known = known || g_str_equal (kinds[i].kind, kind);
  if (!known)
    return;
  job = make_job (jobs, columns[0], kind, (guint) g_ascii_strtoull (columns[1], NULL, 10));
  job->target = g_strdup (lab_json_get_string (object, "target", ""));
  job->created_by = g_strdup (lab_json_get_string (object, "created_by", NULL));
  job->reason = g_strdup (lab_json_get_string (object, "reason", NULL));
  job->error = g_strdup (lab_json_get_string (object, "error", NULL));
  job->state = parse_state (lab_json_get_string (object, "state", NULL));
  job->created_at = get_time (object, "created_at");
  job->ended_at = get_time (object, "ended_at");
  job->revision = (guint64) lab_json_get_int (object, "revision", 1);
  load_steps (job, lab_json_get_array (object, "steps"));
  /* A job that a crash cut off goes on with the step it was at. */
  if (!is_over (job))
    job->source = g_timeout_add (STEP_MS, step_cb, job);
}

LabJobs *
lab_jobs_new (LabServer *server, GError **error)
{
  LabJobs *jobs = g_new0 (LabJobs, 1);

  jobs->server = server;
  jobs->jobs = g_ptr_array_new_with_free_func (free_job);
  jobs->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  if (lab_store_read (server->store, "SELECT id, number, body FROM jobs ORDER BY number", load_job, jobs, error))
    return jobs;
  lab_jobs_free (jobs);
  return NULL;
}

void
lab_jobs_free (LabJobs *jobs)
{
  g_hash_table_unref (jobs->by_id);
  g_ptr_array_unref (jobs->jobs);
  g_free (jobs);
}
