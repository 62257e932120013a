/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-run.h"

#include <errno.h>
#include <ftw.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lab-documents.h"
#include "lab-end.h"
#include "lab-json.h"
#include "lab-load.h"
#include "lab-nats.h"
#include "lab-proc.h"
#include "lab-scale.h"
#include "lab-server.h"
#include "lab-shards.h"
#include "lab-tenants.h"

#define MAX_LOAD (64 * 1024 * 1024)

typedef struct
{
  int sites, paths, flows, nats_servers;
  gint64 seed;
  char *load;
  gint64 runs;
} Stored;

static void
load_meta (const char *const *columns, int n, gpointer user_data)
{
  Stored *stored = user_data;
  gint64 value = columns[1] != NULL ? g_ascii_strtoll (columns[1], NULL, 10) : 0;

  if (g_str_equal (columns[0], "sites"))
    stored->sites = (int) value;
  else if (g_str_equal (columns[0], "paths"))
    stored->paths = (int) value;
  else if (g_str_equal (columns[0], "flows"))
    stored->flows = (int) value;
  else if (g_str_equal (columns[0], "nats-servers"))
    stored->nats_servers = (int) value;
  else if (g_str_equal (columns[0], "seed"))
    stored->seed = value;
  else if (g_str_equal (columns[0], "runs"))
    stored->runs = value;
  else if (g_str_equal (columns[0], "load"))
    stored->load = g_strdup (columns[1]);
}

static void
remember (LabBatch *batch, const char *key, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  lab_batch_add (batch, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", "ss", key, text);
}

/* What the command line leaves open is as it was the run before, else as it is by default. */
static gboolean
complete_options (LabServer *server, gint64 *runs, GError **error)
{
  LabOptions *o = server->options;
  Stored stored = { LAB_DEFAULT_SITES, LAB_DEFAULT_PATHS, LAB_DEFAULT_FLOWS, 1, LAB_DEFAULT_SEED, NULL, 0 };
  LabBatch *batch;

  if (!lab_store_read (server->store, "SELECT key, value FROM meta", load_meta, &stored, error))
    return FALSE;
  if (o->sites < 0 && o->paths < 0 && o->load == NULL)
    o->load = g_strdup (stored.load);
  /* Many sites need many paths: four to a site, as far as there is room. */
  if (o->paths < 0)
    o->paths = o->sites >= 0 ? MIN (o->sites * 4, LAB_MAX_PATHS) : stored.paths;
  if (o->sites < 0)
    o->sites = stored.sites;
  if (o->flows < 0)
    o->flows = stored.flows;
  if (o->seed < 0)
    o->seed = stored.seed;
  if (o->rate < 0)
    o->rate = LAB_DEFAULT_RATE;
  if (o->nats_servers < 0)
    o->nats_servers = stored.nats_servers;
  /* Where nothing moves, tenants' customers are quiet, too. */
  if (o->events < 0)
    o->events = o->rate > 0 ? LAB_DEFAULT_EVENTS : 0;
  if (o->shards < 0)
    o->shards = LAB_DEFAULT_SHARDS;
  if (o->tenants < 0)
    o->tenants = LAB_DEFAULT_TENANTS;
  *runs = stored.runs;
  batch = lab_batch_new ();
  remember (batch, "sites", o->sites);
  remember (batch, "paths", o->paths);
  remember (batch, "flows", o->flows);
  remember (batch, "nats-servers", o->nats_servers);
  remember (batch, "seed", o->seed);
  remember (batch, "runs", stored.runs + 1);
  lab_batch_add (batch, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", "ss", "load", o->load);
  lab_store_commit (server->store, batch, NULL, NULL);
  g_free (stored.load);
  return TRUE;
}

static gboolean
load_network (LabServer *server, GError **error)
{
  const char *file = server->options->load;
  g_autofree char *data = NULL;
  gsize length;
  GStatBuf info;

  if (g_stat (file, &info) == 0 && info.st_size > MAX_LOAD)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s is larger than 64 MiB", file);
      return FALSE;
    }
  if (!g_file_get_contents (file, &data, &length, error))
    return FALSE;
  if (g_str_has_suffix (file, ".json") ? lab_world_load_json (server->world, data, length, error)
                                       : lab_graphml_load (server->world, data, length, error))
    return TRUE;
  g_prefix_error (error, "%s: ", file);
  return FALSE;
}

static void
emit_cb (LabWorld *world, const char *type, const char *severity, const char *source, const char *data, gpointer user_data)
{
  LabServer *server = user_data;

  lab_events_emit (server, type, severity, source, data);
}

/* Frames of this run count on from those of the run before, even if that ended within this second. */
static void
continue_frames (LabWorld *world)
{
  guint64 seq = (guint64) g_get_real_time () / 10;

  for (guint i = 0; i < world->n_paths; i++)
    world->paths[i].metric_seq = seq;
  for (guint i = 0; i < world->n_nodes; i++)
    world->nodes[i].metric_seq = seq;
}

static gboolean
make_world (LabServer *server, gint64 runs, GError **error)
{
  LabOptions *o = server->options;

  server->world = lab_world_new ((guint64) o->seed, g_get_real_time () / G_USEC_PER_SEC);
  server->world->revision_base = (guint64) runs * 100000;
  if (o->load != NULL)
    {
      if (!load_network (server, error))
        return FALSE;
    }
  else
    lab_world_generate (server->world, (guint) o->sites, (guint) o->paths);
  lab_sites_load (server);
  lab_world_settle (server->world, (guint) o->flows);
  continue_frames (server->world);
  lab_proc_describe (&server->world->nodes[0]);
  server->world->emit = emit_cb;
  server->world->emit_data = server;
  return TRUE;
}

static char *
credentials_path (LabServer *server)
{
  return g_build_filename (server->state_dir, "credentials.json", NULL);
}

static gboolean
write_credentials (LabServer *server, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *file = credentials_path (server);
  const LabUser *users;
  guint n = lab_auth_users (server->auth, &users);

  lab_json_begin (out, NULL, '{');
  lab_json_begin (out, "users", '[');
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *password = lab_auth_password (server->auth, users[i].username);

      lab_json_begin (out, NULL, '{');
      lab_json_string (out, "username", users[i].username);
      lab_json_string (out, "email", users[i].email);
      lab_json_string (out, "password", password);
      lab_json_string (out, "role", lab_role_name (users[i].role));
      lab_json_end (out, '}');
    }
  lab_json_end (out, ']');
  lab_json_string (out, "scrape_token", lab_auth_scrape_token (server->auth));
  lab_json_begin (out, "nats", '{');
  for (guint i = 0; server->nats != NULL && i < LAB_N_ROLES; i++)
    {
      lab_json_begin (out, lab_role_name (i), '{');
      lab_json_string (out, "user", lab_role_name (i));
      lab_json_string (out, "password", lab_nats_password (server->nats, i));
      lab_json_end (out, '}');
    }
  lab_json_end (out, '}');
  lab_json_end (out, '}');
  g_string_append_c (out, '\n');
  return g_file_set_contents_full (file, out->str, (gssize) out->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static void
announce (LabServer *server, const char *ca)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *credentials = credentials_path (server);
  const char *host = server->options->address != NULL ? server->options->address : "127.0.0.1";
  gboolean six = strchr (host, ':') != NULL, tls = server->certificate != NULL;
  g_autofree char *authority = g_strdup_printf (six ? "[%s]:%u" : "%s:%u", host, server->port);
  g_autofree char *http = g_strdup_printf ("%s://%s", tls ? "https" : "http", authority);
  g_autofree char *ws = g_strdup_printf ("%s://%s", tls ? "wss" : "ws", authority);

  lab_json_begin (out, NULL, '{');
  lab_json_bool (out, "ready", TRUE);
  lab_json_string (out, "http", http);
  lab_json_string (out, "ws", ws);
  lab_json_string (out, "nats", server->nats != NULL ? lab_nats_url (server->nats) : NULL);
  lab_json_string (out, "nats_monitor", server->nats != NULL ? lab_nats_monitor (server->nats) : NULL);
  if (server->nats != NULL && server->options->nats_servers > 1)
    {
      lab_json_begin (out, "nats_servers", '[');
      for (guint i = 0; lab_nats_urls (server->nats)[i] != NULL; i++)
        lab_json_string (out, NULL, lab_nats_urls (server->nats)[i]);
      lab_json_end (out, ']');
    }
  lab_json_string (out, "epoch", lab_events_epoch (server));
  lab_json_string (out, "credentials", credentials);
  lab_json_int (out, "pid", getpid ());
  if (ca != NULL)
    lab_json_string (out, "ca", ca);
  lab_json_int (out, "sites", lab_world_count_sites (server->world));
  lab_json_int (out, "paths", lab_world_count_paths (server->world));
  lab_json_int (out, "flows", server->world->n_flows);
  lab_json_int (out, "nodes", server->world->n_nodes);
  lab_json_double (out, "started_in_ms", (double) (g_get_monotonic_time () - server->started_at) / 1000, 0);
  lab_json_end (out, '}');
  /* Who started it has ended before it could be watched: nobody is left to end with. */
  if ((puts (out->str) < 0 || fflush (stdout) != 0) && errno == EPIPE && server->options->die_with_parent)
    {
      fputs ("quarterdeck-lab: the process that started this has ended\n", stderr);
      server->unheard = TRUE;
      g_main_loop_quit (server->loop);
    }
}

static char *ca_path;

static void
ready_cb (LabServer *server, const char *problem)
{
  if (problem != NULL)
    {
      fprintf (stderr, "quarterdeck-lab: nats-server is not usable (%s): look at %s/nats-server.log\n", problem, server->state_dir);
      g_clear_pointer (&server->nats, lab_nats_free);
    }
  server->pump = lab_pump_new (server);
  announce (server, ca_path);
  if (server->nats == NULL)
    return;
  server->shards = lab_shards_new (server);
  server->load = lab_load_new (server, (guint) server->options->events);
  lab_tenants_moved (server);
}

static gboolean
lock_state (LabServer *server, GError **error)
{
  g_autofree char *file = g_build_filename (server->state_dir, "lock", NULL);
  int fd = g_open (file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  /* The lock goes with the process, however it ends. */
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s is in use by another lab, or cannot be written", server->state_dir);
  if (fd >= 0)
    close (fd);
  return FALSE;
}

static int
remove_cb (const char *path, const struct stat *info, int type, struct FTW *ftw)
{
  return remove (path);
}

static void
remove_folder (const char *folder)
{
  if (nftw (folder, remove_cb, 16, FTW_DEPTH | FTW_PHYS) != 0)
    g_message ("%s could not be removed", folder);
}

/* A lab that was killed leaves its temporary folder behind; its lock went with it. */
static void
remove_if_left (const char *folder)
{
  g_autofree char *file = g_build_filename (folder, "lock", NULL);
  int fd = g_open (file, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
  struct stat info;

  if (fd < 0)
    return;
  if (fstat (fd, &info) == 0 && info.st_uid == getuid () && flock (fd, LOCK_EX | LOCK_NB) == 0)
    remove_folder (folder);
  close (fd);
}

static void
remove_leftovers (void)
{
  g_autoptr (GDir) dir = g_dir_open (g_get_tmp_dir (), 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "quarterdeck-lab-") && strlen (name) == strlen ("quarterdeck-lab-XXXXXX"))
      {
        g_autofree char *folder = g_build_filename (g_get_tmp_dir (), name, NULL);

        remove_if_left (folder);
      }
}

static gboolean
open_state (LabServer *server, GError **error)
{
  g_autofree char *file = NULL;

  if (server->options->state != NULL)
    server->state_dir = g_canonicalize_filename (server->options->state, NULL);
  else
    {
      remove_leftovers ();
      server->state_dir = g_dir_make_tmp ("quarterdeck-lab-XXXXXX", error);
    }
  if (server->state_dir == NULL)
    return FALSE;
  if (g_mkdir_with_parents (server->state_dir, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot make the folder %s: %s", server->state_dir, g_strerror (errno));
      return FALSE;
    }
  if (!lock_state (server, error))
    return FALSE;
  file = g_build_filename (server->state_dir, "lab.sqlite", NULL);
  server->store = lab_store_open (file, error);
  return server->store != NULL;
}

static gboolean
start (LabServer *server, GError **error)
{
  gint64 runs;

  server->faults = lab_faults_parse (server->options->faults, error);
  if (server->faults == NULL || !open_state (server, error) || !complete_options (server, &runs, error))
    return FALSE;
  if (server->options->tls && (server->certificate = lab_tls_make (server->state_dir, &ca_path, error)) == NULL)
    return FALSE;
  server->prometheus = lab_prometheus_new ();
  server->streams = lab_streams_new (server);
  server->scale = lab_scale_new (server);
  if (!server->options->no_nats && (server->nats = lab_nats_new (server, ready_cb, error)) == NULL)
    return FALSE;
  if ((server->events = lab_events_new (server, error)) == NULL || (server->auth = lab_auth_new (server, error)) == NULL ||
      !make_world (server, runs, error) || (server->jobs = lab_jobs_new (server, error)) == NULL)
    return FALSE;
  lab_answers_load (server);
  lab_policies_new (server);
  lab_routing_new (server);
  lab_tenants_new (server);
  return write_credentials (server, error) && lab_http_start (server, error);
}

static void
stop (LabServer *server)
{
  g_clear_pointer (&server->pump, lab_pump_free);
  g_clear_pointer (&server->streams, lab_streams_free);
  lab_http_stop (server);
  g_clear_pointer (&server->load, lab_load_free);
  g_clear_pointer (&server->shards, lab_shards_free);
  g_clear_pointer (&server->nats, lab_nats_free);
  g_clear_pointer (&server->scale, lab_scale_free);
  g_clear_object (&server->session);
  g_clear_pointer (&server->jobs, lab_jobs_free);
  g_clear_pointer (&server->policies, lab_policies_free);
  g_clear_pointer (&server->routing, lab_documents_free);
  lab_tenants_free (server);
  g_clear_pointer (&server->store, lab_store_close);
  g_clear_pointer (&server->batch, lab_batch_free);
  g_clear_pointer (&server->auth, lab_auth_free);
  g_clear_pointer (&server->events, lab_events_free);
  g_clear_pointer (&server->world, lab_world_free);
  g_clear_pointer (&server->prometheus, lab_prometheus_free);
  g_clear_pointer (&server->faults, lab_faults_free);
  g_clear_pointer (&server->answers, g_hash_table_unref);
  g_clear_object (&server->certificate);
  g_clear_pointer (&server->loop, g_main_loop_unref);
  g_clear_pointer (&ca_path, g_free);
  if (server->options->state == NULL && server->state_dir != NULL)
    remove_folder (server->state_dir);
  g_clear_pointer (&server->state_dir, g_free);
}

/* A specification or a file that makes no sense, against a machine that does not play along. */
static gboolean
is_bad_input (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT) || error->domain == G_MARKUP_ERROR ||
         error->domain == JSON_PARSER_ERROR || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
lab_run (LabOptions *options)
{
  LabServer server = { .options = options, .started_at = g_get_monotonic_time () };
  g_autoptr (GError) error = NULL;
  int status = 1;

  server.loop = g_main_loop_new (NULL, FALSE);
  if (lab_end_on_signals (server.loop, &error) && start (&server, &error))
    {
      if (server.nats == NULL)
        ready_cb (&server, NULL);
      if (!server.unheard)
        g_main_loop_run (server.loop);
      status = server.unheard ? 1 : 0;
    }
  else
    {
      fprintf (stderr, "quarterdeck-lab: %s\n", error->message);
      status = is_bad_input (error) ? 2 : 1;
    }
  stop (&server);
  return status;
}
