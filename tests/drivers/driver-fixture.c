/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "driver-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "qd-http.h"
#include "qd-json.h"

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

guint
test_tick_start (void)
{
  return g_timeout_add (10, tick_cb, NULL);
}

void
test_spin (guint ms)
{
  gint64 until = g_get_monotonic_time () + ms * (gint64) 1000;
  guint timer = test_tick_start ();

  while (g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
}

/* --- The lab --------------------------------------------------------------------------------- */

static char *
lab_path (void)
{
  const char *root = g_getenv ("QD_BUILD_ROOT");
  g_autofree char *path = g_build_filename (root ? root : ".", "src", "lab", "quarterdeck-lab", NULL);

  return g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&path) : NULL;
}

static void
read_ready (TestLab *lab)
{
  g_autoptr (GDataInputStream) in = g_data_input_stream_new (g_subprocess_get_stdout_pipe (lab->process));
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line (in, NULL, NULL, &error);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  g_autoptr (GUri) uri = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (line);
  node = qd_json_parse (line, -1, "lab", &error);
  g_assert_no_error (error);
  object = qd_json_object (node);
  g_set_str (&lab->http, qd_json_get_string (object, "http", NULL));
  g_set_str (&lab->nats, qd_json_get_string (object, "nats", NULL));
  g_set_str (&lab->monitor, qd_json_get_string (object, "nats_monitor", NULL));
  g_set_str (&lab->credentials, qd_json_get_string (object, "credentials", NULL));
  g_set_str (&lab->epoch, qd_json_get_string (object, "epoch", NULL));
  g_assert_nonnull (lab->http);
  uri = g_uri_parse (lab->http, G_URI_FLAGS_NONE, NULL);
  lab->port = g_uri_get_port (uri);
}

void
test_lab_start (TestLab *lab)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (argv, lab_path ());
  g_ptr_array_add (argv, g_strdup ("--die-with-parent"));
  g_ptr_array_add (argv, g_strdup ("--state"));
  g_ptr_array_add (argv, g_strdup (lab->state));
  g_ptr_array_add (argv, g_strdup ("--port"));
  g_ptr_array_add (argv, g_strdup_printf ("%u", lab->port));
  for (guint i = 0; i < lab->args->len; i++)
    g_ptr_array_add (argv, g_strdup (g_ptr_array_index (lab->args, i)));
  g_ptr_array_add (argv, NULL);
  /* The lab is a server: what ends our tests on a warning must not end it. */
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  lab->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  read_ready (lab);
}

TestLab *
test_lab_new (const char *options)
{
  g_autofree char *path = lab_path ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strsplit (options, " ", -1);
  TestLab *lab;

  if (path == NULL)
    {
      g_test_skip ("quarterdeck-lab is not built");
      return NULL;
    }
  lab = g_new0 (TestLab, 1);
  lab->args = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; words[i]; i++)
    if (*words[i])
      g_ptr_array_add (lab->args, g_strdup (words[i]));
  lab->state = g_dir_make_tmp ("qd-drivers-XXXXXX", &error);
  g_assert_no_error (error);
  test_lab_start (lab);
  return lab;
}

void
test_lab_kill (TestLab *lab)
{
  if (lab->process == NULL)
    return;
  g_subprocess_send_signal (lab->process, SIGKILL);
  g_subprocess_wait (lab->process, NULL, NULL);
  g_clear_object (&lab->process);
  g_clear_pointer (&lab->token, g_free);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_tree (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

void
test_lab_wipe (TestLab *lab)
{
  remove_tree (lab->state);
  g_mkdir (lab->state, 0700);
}

void
test_lab_free (TestLab *lab)
{
  if (lab == NULL)
    return;
  test_lab_kill (lab);
  remove_tree (lab->state);
  g_ptr_array_unref (lab->args);
  g_free (lab->state);
  g_free (lab->http);
  g_free (lab->nats);
  g_free (lab->monitor);
  g_free (lab->credentials);
  g_free (lab->epoch);
  g_free (lab);
}

char *
test_lab_dup_password (TestLab *lab, const char *user, gboolean nats)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *users;

  g_assert_true (g_file_get_contents (lab->credentials, &text, NULL, NULL));
  node = qd_json_parse (text, -1, "credentials", NULL);
  if (nats)
    return g_strdup (qd_json_get_string (qd_json_get_object (qd_json_get_object (qd_json_object (node), "nats"), user), "password", NULL));
  users = qd_json_get_array (qd_json_object (node), "users");
  for (guint i = 0; i < json_array_get_length (users); i++)
    {
      JsonObject *object = json_array_get_object_element (users, i);

      if (g_str_equal (qd_json_get_string (object, "username", ""), user))
        return g_strdup (qd_json_get_string (object, "password", NULL));
    }
  g_assert_not_reached ();
}

QdEndpoint *
test_lab_endpoint (TestLab *lab, const char *driver, const char *user)
{
  gboolean nats = g_str_equal (driver, "nats");
  QdEndpoint *endpoint = qd_endpoint_new (nats ? "lab-nats" : "lab", "the lab", driver, nats ? lab->nats : lab->http);

  endpoint->user = g_strdup (user);
  endpoint->password = test_lab_dup_password (lab, user, nats);
  if (nats)
    endpoint->monitor_url = g_strdup (lab->monitor);
  return endpoint;
}

/* --- Requests ---------------------------------------------------------------------------------- */

typedef struct { gboolean done; char *text; guint status; } Answer;

static void
answered_cb (const QdHttpResponse *response, const GError *error, gpointer data)
{
  Answer *answer = data;
  gsize length = 0;
  const char *bytes = response ? g_bytes_get_data (response->body, &length) : NULL;

  answer->text = bytes ? g_strndup (bytes, length) : g_strdup (error ? error->message : "");
  answer->status = response ? response->status : 0;
  g_atomic_int_set (&answer->done, TRUE);
}

static char *
send_and_wait (TestLab *lab, const char *method, const char *path, const char *token, const char *body, guint *status)
{
  QdHttpOptions options = { .base_url = lab->http };
  g_autoptr (QdHttp) http = qd_http_new (&options, NULL);
  g_autofree char *bearer = token ? g_strconcat ("Bearer ", token, NULL) : NULL;
  g_autoptr (GBytes) bytes = body ? g_bytes_new (body, strlen (body)) : NULL;
  Answer answer = { 0 };

  qd_http_set_authorization (http, bearer);
  qd_http_send (http, method, path, NULL, bytes ? "application/json" : NULL, bytes, NULL, answered_cb, &answer);
  test_until (g_atomic_int_get (&answer.done), 40);
  *status = answer.status;
  return answer.text;
}

static void
sign_in (TestLab *lab)
{
  g_autofree char *password = test_lab_dup_password (lab, "admin", FALSE);
  g_autofree char *login = g_strdup_printf ("{\"username\":\"admin\",\"password\":\"%s\"}", password);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  guint status;

  text = send_and_wait (lab, "POST", "/api/v1/auth/login", NULL, login, &status);
  node = qd_json_parse (text, -1, "login", &error);
  g_assert_no_error (error);
  lab->token = g_strdup (qd_json_get_string (qd_json_object (node), "access_token", NULL));
  g_assert_nonnull (lab->token);
}

JsonNode *
test_lab_request (TestLab *lab, const char *method, const char *path, const char *body)
{
  g_autofree char *text = NULL;
  guint status;

  if (lab->token == NULL)
    sign_in (lab);
  text = send_and_wait (lab, method, path, lab->token, body, &status);
  if (status < 200 || status >= 300)
    g_error ("%s %s: %u %s", method, path, status, text);
  return qd_json_parse (text, -1, path, NULL);
}

void
test_lab_set_faults (TestLab *lab, const char *spec)
{
  g_autofree char *body = g_strdup_printf ("{\"spec\":\"%s\"}", spec);
  g_autoptr (JsonNode) node = NULL;

  node = test_lab_request (lab, "POST", "/lab/v1/faults", body);
}

GHashTable *
test_lab_list (TestLab *lab, const char *path)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  g_autofree char *cursor = NULL;

  do
    {
      g_autofree char *full = g_strdup_printf ("%s?limit=1000%s%s", path, cursor ? "&cursor=" : "", cursor ? cursor : "");
      g_autoptr (JsonNode) node = test_lab_request (lab, "GET", full, NULL);
      JsonArray *items = qd_json_list (node, NULL);

      for (guint i = 0; i < json_array_get_length (items); i++)
        {
          JsonObject *object = json_array_get_object_element (items, i);

          g_hash_table_insert (found, qd_json_dup_id (object, "id"), json_object_ref (object));
        }
      g_set_str (&cursor, qd_json_get_string (qd_json_object (node), "next", NULL));
    }
  while (cursor);
  return found;
}

/* --- The model ------------------------------------------------------------------------------------ */

static void
delta_cb (gpointer data, QdDelta *delta)
{
  qd_drain_push (data, delta);
}

void
test_model_add (TestModel *model, const QdEndpoint *endpoint, QdDriver **driver)
{
  const QdSink sink = { delta_cb, model->drain };
  g_autoptr (GError) error = NULL;

  *driver = qd_driver_new_for_endpoint (endpoint, &sink, &error);
  g_assert_no_error (error);
  qd_driver_start (*driver);
}

TestModel *
test_model_new (const QdEndpoint *endpoint)
{
  TestModel *model = g_new0 (TestModel, 1);
  g_autoptr (QdTicker) ticker = qd_timer_ticker_new (10);

  model->fleet = qd_fleet_new ();
  model->drain = qd_drain_new (model->fleet);
  qd_drain_set_ticker (model->drain, ticker);
  model->id = g_strdup (endpoint->id);
  test_model_add (model, endpoint, &model->driver);
  return model;
}

void
test_model_free (TestModel *model)
{
  qd_driver_stop (model->driver);
  /* The I/O thread that answered a command last may not have let go of it yet. */
  test_until (g_atomic_int_get (&G_OBJECT (model->driver)->ref_count) == 1, 20);
  g_assert_finalize_object (model->driver);
  /* What the I/O threads still do finds a closed door; give them the time to find it. */
  test_spin (50);
  qd_drain_close (model->drain);
  g_clear_object (&model->drain);
  g_clear_object (&model->fleet);
  g_free (model->id);
  g_free (model);
}

guint
test_model_count (TestModel *model, QdKind kind)
{
  return qd_entity_list_get_length (qd_fleet_get_list (model->fleet, kind));
}

QdEntity *
test_model_find (TestModel *model, QdKind kind, const char *id)
{
  return qd_fleet_lookup (model->fleet, model->id, kind, id);
}

static const char *
connection_string (TestModel *model, guint field)
{
  QdEntity *entity = test_model_find (model, QD_KIND_CONNECTION, model->id);
  const char *text = entity ? qd_entity_get_string (entity, field) : NULL;

  return text ? text : "";
}

const char *
test_model_state (TestModel *model)
{
  return connection_string (model, QD_CONNECTION_STATE);
}

const char *
test_model_detail (TestModel *model)
{
  return connection_string (model, QD_CONNECTION_DETAIL);
}

typedef struct { gboolean done; JsonNode *node; GError *error; } Outcome;

static void
command_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Outcome *outcome = data;

  outcome->node = qd_driver_command_finish (QD_DRIVER (source), result, &outcome->error);
  outcome->done = TRUE;
}

JsonNode *
test_model_command (TestModel *model, const char *verb, const char *args, GError **error)
{
  g_autoptr (JsonNode) node = qd_json_parse (args, -1, verb, NULL);
  Outcome outcome = { 0 };

  g_assert_nonnull (node);
  qd_driver_command_async (model->driver, verb, qd_json_object (node), NULL, command_cb, &outcome);
  test_until (outcome.done, 40);
  if (outcome.error)
    g_propagate_error (error, outcome.error);
  return outcome.node;
}
