/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-shards.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lab-json.h"
#include "lab-nats.h"
#include "lab-scale.h"

#define BACK_OFF_FIRST_MS 100
#define BACK_OFF_LAST_MS  5000
/* One after another, so that the lab answers meanwhile. */
#define STAGGER_MS        15
#define END_MS            1500
#define MIN_CAPACITY      8

/* What some shards are said to run, where versions are mixed: what came before this one. */
#define OTHER_VERSION QD_VERSION "-rc.1"
#define MAX_VERSION 64

static const char *const regions[] = { "eu-central", "eu-west", "us-east", "ap-south" };

typedef struct
{
  LabShards *shards;
  char *id;
  LabKind kind;
  guint number;                 /* from 1 */
  GSubprocess *process;
  guint restart, back_off, restarts;
  char *version;                /* that it is to say it is; NULL: what it is */
  gboolean storage_bad;         /* it is to say that its storage is unhealthy */
  gint64 started_at;
} Shard;

struct LabShards
{
  LabServer *server;
  GPtrArray *shards;
  GCancellable *cancellable;
  char *program;
  guint source, next;
};

static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *beside = self != NULL ? g_path_get_dirname (self) : NULL;
  const char *places[] = { g_getenv ("QD_LIBEXEC"), beside, QD_LIBEXECDIR };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = places[i] != NULL ? g_build_filename (places[i], "quarterdeck-lab-shard", NULL) : NULL;

      if (path != NULL && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }
  return NULL;
}

/* Runs in the child between fork and exec: no shard outlives the lab, kill -9 included. */
static void
child_setup (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != GPOINTER_TO_INT (user_data))
    _exit (127);
}

/* A fifth more than an even share, but room for a handful. */
static guint
capacity (const LabOptions *options)
{
  guint share = ((guint) options->tenants + lab_nats_spread (options) - 1) / lab_nats_spread (options);

  return MAX (MIN_CAPACITY, share + share / 5);
}

/* What a shard is to say of itself, beside what it is. */
static void
write_guise (GString *out, const Shard *shard)
{
  lab_json_string (out, "version", shard->version);
  lab_json_string (out, "storage", shard->storage_bad ? "unhealthy" : NULL);
}

/* What the shard is to be, as its first line of input: a command line can be read by everybody. */
static char *
describe (const Shard *shard)
{
  LabServer *server = shard->shards->server;
  g_autoptr (GString) out = g_string_new (NULL);
  LabDial dial = { 0 };
  char zone[2] = { (char) ('a' + (shard->number - 1) % 3), '\0' };

  lab_nats_describe (server->nats, &dial);
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "kind", lab_kind_name (shard->kind));
  lab_json_string (out, "shard", strchr (shard->id, '.') + 1);
  lab_json_string (out, "bucket", lab_kind_bucket (shard->kind));
  lab_json_string (out, "region", regions[(shard->number - 1) % G_N_ELEMENTS (regions)]);
  lab_json_begin (out, "labels", '{');
  lab_json_string (out, "zone", zone);
  lab_json_end (out, '}');
  lab_json_int (out, "capacity", capacity (server->options));
  lab_json_begin (out, "urls", '[');
  for (guint i = 0; i < dial.n_urls; i++)
    lab_json_string (out, NULL, dial.urls[i]);
  lab_json_end (out, ']');
  lab_json_string (out, "user", dial.user);
  lab_json_string (out, "password", dial.password);
  write_guise (out, shard);
  lab_json_end (out, '}');
  g_string_append_c (out, '\n');
  return g_strdup (out->str);
}

static void start_again (Shard *shard);

/* What is waited for may end, and be told of, when the shards are gone already. */
typedef struct
{
  GCancellable *cancellable;
  Shard *shard;
} Wait;

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Wait *wait = user_data;
  g_autoptr (GCancellable) cancellable = wait->cancellable;
  Shard *shard = wait->shard;
  LabServer *server;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  if (g_cancellable_is_cancelled (cancellable))
    return;
  g_clear_object (&shard->process);
  server = shard->shards->server;
  g_message ("%s has ended: starting it again", shard->id);
  lab_scale_down (server->scale, shard->id);
  {
    g_autoptr (GString) data = g_string_new ("{");

    lab_json_string (data, "shard_id", shard->id);
    lab_json_string (data, "kind", lab_kind_name (shard->kind));
    lab_json_end (data, '}');
    lab_server_begin (server);
    lab_events_emit (server, "shard_down", "warning", shard->id, data->str);
    lab_server_end (server, NULL, NULL);
  }
  start_again (shard);
}

static gboolean
spawn (Shard *shard, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autofree char *line = describe (shard);
  Wait *wait;

  g_subprocess_launcher_set_child_setup (launcher, child_setup, GINT_TO_POINTER ((int) getpid ()), NULL);
  shard->process = g_subprocess_launcher_spawn (launcher, error, shard->shards->program, NULL);
  if (shard->process == NULL)
    return FALSE;
  shard->started_at = g_get_monotonic_time ();
  wait = g_new0 (Wait, 1);
  wait->cancellable = g_object_ref (shard->shards->cancellable);
  wait->shard = shard;
  g_subprocess_wait_async (shard->process, wait->cancellable, exited_cb, wait);
  /* A pipe takes this much at once; what cannot be written is seen when the shard ends. */
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (shard->process), line, strlen (line), NULL, NULL, NULL);
  return TRUE;
}

static gboolean
restart_cb (gpointer user_data)
{
  Shard *shard = user_data;
  g_autoptr (GError) error = NULL;

  shard->restart = 0;
  shard->restarts++;
  if (!spawn (shard, &error))
    {
      g_message ("%s does not start: %s", shard->id, error->message);
      start_again (shard);
    }
  return G_SOURCE_REMOVE;
}

static void
start_again (Shard *shard)
{
  if (g_get_monotonic_time () - shard->started_at > 10 * G_USEC_PER_SEC)
    shard->back_off = BACK_OFF_FIRST_MS;
  shard->restart = g_timeout_add (shard->back_off, restart_cb, shard);
  shard->back_off = MIN (shard->back_off * 2, BACK_OFF_LAST_MS);
}

static gboolean
start_next_cb (gpointer user_data)
{
  LabShards *shards = user_data;
  g_autoptr (GError) error = NULL;
  Shard *shard;

  if (shards->next >= shards->shards->len)
    {
      shards->source = 0;
      return G_SOURCE_REMOVE;
    }
  shard = g_ptr_array_index (shards->shards, shards->next++);
  if (!spawn (shard, &error))
    {
      g_message ("%s does not start: %s", shard->id, error->message);
      start_again (shard);
    }
  return G_SOURCE_CONTINUE;
}

static void
free_shard (gpointer data)
{
  Shard *shard = data;

  g_clear_object (&shard->process);
  g_free (shard->version);
  g_free (shard->id);
  g_free (shard);
}

LabShards *
lab_shards_new (LabServer *server)
{
  LabShards *shards = g_new0 (LabShards, 1);

  shards->server = server;
  shards->shards = g_ptr_array_new_with_free_func (free_shard);
  shards->cancellable = g_cancellable_new ();
  shards->program = find_program ();
  if (shards->program == NULL)
    {
      if (server->options->shards > 0)
        g_message ("quarterdeck-lab-shard is not beside this program: there are no shards");
      return shards;
    }
  for (guint kind = 0; kind < LAB_N_KINDS; kind++)
    for (guint n = 1; n <= (guint) server->options->shards; n++)
      {
        Shard *shard = g_new0 (Shard, 1);

        shard->shards = shards;
        shard->kind = kind;
        shard->number = n;
        shard->back_off = BACK_OFF_FIRST_MS;
        shard->id = g_strdup_printf ("%s.shard-%u", lab_kind_name (kind), n);
        if (server->options->mixed_versions && n == (guint) server->options->shards)
          shard->version = g_strdup (OTHER_VERSION);
        g_ptr_array_add (shards->shards, shard);
      }
  if (shards->shards->len > 0)
    shards->source = g_timeout_add (STAGGER_MS, start_next_cb, shards);
  return shards;
}

static gboolean
any_runs (const LabShards *shards)
{
  for (guint i = 0; i < shards->shards->len; i++)
    if (lab_shards_pid (shards, i) != 0)
      return TRUE;
  return FALSE;
}

void
lab_shards_free (LabShards *shards)
{
  gint64 until = g_get_monotonic_time () + END_MS * 1000;

  g_cancellable_cancel (shards->cancellable);
  g_clear_handle_id (&shards->source, g_source_remove);
  for (guint i = 0; i < shards->shards->len; i++)
    {
      Shard *shard = g_ptr_array_index (shards->shards, i);

      g_clear_handle_id (&shard->restart, g_source_remove);
      if (shard->process != NULL)
        g_subprocess_send_signal (shard->process, SIGTERM);
    }
  while (any_runs (shards) && g_get_monotonic_time () < until)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }
  for (guint i = 0; i < shards->shards->len; i++)
    {
      Shard *shard = g_ptr_array_index (shards->shards, i);

      if (shard->process != NULL)
        g_subprocess_force_exit (shard->process);
    }
  g_ptr_array_unref (shards->shards);
  g_object_unref (shards->cancellable);
  g_free (shards->program);
  g_free (shards);
}

const char *
lab_shards_id (const LabShards *shards, guint index)
{
  return index < shards->shards->len ? ((const Shard *) g_ptr_array_index (shards->shards, index))->id : NULL;
}

int
lab_shards_pid (const LabShards *shards, guint index)
{
  const Shard *shard = g_ptr_array_index (shards->shards, index);
  const char *id = shard->process != NULL ? g_subprocess_get_identifier (shard->process) : NULL;

  return id != NULL ? (int) g_ascii_strtoll (id, NULL, 10) : 0;
}

static void
write_process (const LabShards *shards, guint index, GString *out)
{
  const Shard *shard = g_ptr_array_index (shards->shards, index);
  int pid = lab_shards_pid (shards, index);

  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "id", shard->id);
  if (pid != 0)
    lab_json_int (out, "pid", pid);
  else
    lab_json_null (out, "pid");
  lab_json_int (out, "restarts", shard->restarts);
  write_guise (out, shard);
  lab_json_end (out, '}');
}

static int
find_shard (const LabShards *shards, const char *id)
{
  for (guint i = 0; shards != NULL && id != NULL && i < shards->shards->len; i++)
    if (g_str_equal (((const Shard *) g_ptr_array_index (shards->shards, i))->id, id))
      return (int) i;
  return -1;
}

/* Another line for a shard that runs; one that is started again is told as it starts. */
static void
tell_guise (Shard *shard)
{
  g_autoptr (GString) line = g_string_new (NULL);

  if (shard->process == NULL)
    return;
  lab_json_begin (line, NULL, '{');
  write_guise (line, shard);
  lab_json_end (line, '}');
  g_string_append_c (line, '\n');
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (shard->process), line->str, line->len, NULL, NULL, NULL);
}

static gboolean
is_text_or_null (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) || lab_json_get_string (object, name, NULL) != NULL;
}

void
lab_shards_set (LabRequest *request)
{
  LabShards *shards = request->server->shards;
  const char *version, *storage;
  JsonObject *body;
  Shard *shard;
  int index;

  if (!lab_request_need_body (request))
    return;
  body = request->object;
  index = find_shard (shards, lab_json_get_string (body, "id", NULL));
  version = lab_json_get_string (body, "version", NULL);
  storage = lab_json_get_string (body, "storage", NULL);
  if (index < 0)
    lab_request_invalid (request, "/id", "id must be that of a shard which the lab runs, such as runner.shard-1");
  else if (!is_text_or_null (body, "version") || (version != NULL && (*version == '\0' || strlen (version) > MAX_VERSION)))
    lab_request_invalid (request, "/version", "version must be a text of 1 to %d bytes, or null", MAX_VERSION);
  else if (!is_text_or_null (body, "storage") || (storage != NULL && !g_str_equal (storage, "healthy") && !g_str_equal (storage, "unhealthy")))
    lab_request_invalid (request, "/storage", "storage must be healthy, unhealthy, or null");
  else
    {
      shard = g_ptr_array_index (shards->shards, index);
      if (json_object_has_member (body, "version"))
        g_set_str (&shard->version, version);
      if (json_object_has_member (body, "storage"))
        shard->storage_bad = g_strcmp0 (storage, "unhealthy") == 0;
      tell_guise (shard);
      write_process (shards, (guint) index, request->out);
    }
}

void
lab_shards_list (LabRequest *request)
{
  const LabShards *shards = request->server->shards;
  GString *out = request->out;

  lab_json_begin (out, NULL, '{');
  lab_json_begin (out, "items", '[');
  for (guint i = 0; shards != NULL && i < shards->shards->len; i++)
    write_process (shards, i, out);
  lab_json_end (out, ']');
  lab_json_end (out, '}');
}
