/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-nats.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lab-json.h"

#define BACK_OFF_FIRST_MS 100
#define BACK_OFF_LAST_MS  5000
/* The nats-server of a lab that was killed a moment ago may not be quite dead. */
#define PORT_WAIT_MS      3000
#define PORT_LOOK_MS      50

struct LabNatsServer
{
  char *program, *config, *log;
  guint port, http;
  GSubprocess *process;
  GCancellable *cancellable;
  guint restart, back_off;
  gint64 started_at;
};

/* What a role that only looks may publish: the requests by which a client reads streams and buckets. */
#define LOOK \
  "\"$JS.API.INFO\",\"$JS.API.STREAM.INFO.>\",\"$JS.API.STREAM.NAMES\",\"$JS.API.STREAM.LIST\"," \
  "\"$JS.API.STREAM.MSG.GET.>\",\"$JS.API.DIRECT.GET.>\",\"$JS.API.CONSUMER.CREATE.>\"," \
  "\"$JS.API.CONSUMER.DURABLE.CREATE.>\",\"$JS.API.CONSUMER.INFO.>\",\"$JS.API.CONSUMER.LIST.>\"," \
  "\"$JS.API.CONSUMER.NAMES.>\",\"$JS.API.CONSUMER.MSG.NEXT.>\",\"$JS.API.CONSUMER.DELETE.>\"," \
  "\"$JS.ACK.>\",\"$JS.FC.>\",\"_INBOX.>\""
#define HEAR "\"fleet.>\",\"$KV.>\",\"tenant.>\",\"jobs.>\",\"_INBOX.>\""

static void
write_user (GString *out, LabRole role, const char *password)
{
  const char *publish = LOOK, *subscribe = HEAR;

  switch (role)
    {
    case LAB_ROLE_ADMIN:
    case LAB_ROLE_OWNER:
    case LAB_ROLE_BREAK_GLASS:
      publish = subscribe = "\">\"";
      break;
    case LAB_ROLE_OPERATOR:
      publish = LOOK ",\"$KV.>\",\"tenant.>\",\"jobs.>\",\"audit.>\"";
      subscribe = "\">\"";
      break;
    case LAB_ROLE_DEVELOPER:
      publish = LOOK ",\"$KV.CONFIG.>\",\"$KV.DEFINITIONS.>\"";
      break;
    case LAB_ROLE_SECURITY_ADMIN:
      subscribe = HEAR ",\"audit.>\"";
      break;
    default:
      break;
    }
  g_string_append_printf (out, "    { user: \"%s\", password: \"%s\", permissions: { publish: [%s], subscribe: [%s] } }\n",
                          lab_role_name (role), password, publish, subscribe);
}

static gboolean
write_config (LabNatsServer *server, const char *state_dir, char *const *passwords, const char *lab_password, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *dir = g_build_filename (state_dir, "nats", NULL);
  g_autofree char *quoted_dir = g_strescape (dir, NULL), *quoted_log = g_strescape (server->log, NULL);

  g_string_append_printf (out, "server_name: \"lab-nats\"\nlisten: \"127.0.0.1:%u\"\nhttp: \"127.0.0.1:%u\"\n", server->port,
                          server->http);
  g_string_append_printf (out, "log_file: \"%s\"\nlogfile_size_limit: 4MB\nmax_payload: 1MB\nmax_pending: 64MB\nlame_duck_duration: \"30s\"\n",
                          quoted_log);
  g_string_append_printf (out, "jetstream { store_dir: \"%s\", max_mem: 64MB, max_file: 1GB }\n", quoted_dir);
  g_string_append (out, "authorization {\n  users: [\n");
  g_string_append_printf (out, "    { user: \"lab\", password: \"%s\" }\n", lab_password);
  for (guint i = 0; i < LAB_N_ROLES; i++)
    write_user (out, i, passwords[i]);
  g_string_append (out, "  ]\n}\n");
  return g_file_set_contents_full (server->config, out->str, (gssize) out->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/* @wanted where nobody listens there, 0: any; 0 when there is none. */
static guint
try_port (guint wanted)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, (guint16) wanted);
  g_autoptr (GSocketAddress) bound = NULL;

  if (socket == NULL || !g_socket_bind (socket, address, TRUE, NULL) || !g_socket_listen (socket, NULL) ||
      (bound = g_socket_get_local_address (socket, NULL)) == NULL)
    return 0;
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

/* Waits for @wanted, for a while. */
static guint
find_port (guint wanted)
{
  guint port = 0;

  for (guint ms = 0; wanted != 0 && port == 0 && ms < PORT_WAIT_MS; ms += PORT_LOOK_MS)
    if ((port = try_port (wanted)) == 0)
      g_usleep (PORT_LOOK_MS * 1000);
  return port != 0 ? port : try_port (0);
}

/* The ports of the run before, where they are free, so that clients find their way back. */
static void
choose_ports (LabNatsServer *server, const char *state_dir)
{
  g_autofree char *file = g_build_filename (state_dir, "nats-ports", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) before = NULL;
  guint port = 0, http = 0;

  if (g_file_get_contents (file, &text, NULL, NULL))
    {
      before = g_strsplit (g_strstrip (text), " ", 2);
      if (g_strv_length (before) == 2)
        {
          port = (guint) MIN (g_ascii_strtoull (before[0], NULL, 10), 65535);
          http = (guint) MIN (g_ascii_strtoull (before[1], NULL, 10), 65535);
        }
    }
  server->port = find_port (port);
  server->http = find_port (http);
  g_free (text);
  text = g_strdup_printf ("%u %u\n", server->port, server->http);
  if (!g_file_set_contents (file, text, -1, NULL))
    g_message ("nats-server may use other ports next time: cannot write %s", file);
}

/* Runs in the child between fork and exec: nats-server must not outlive the lab, kill -9 included. */
static void
child_setup (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != GPOINTER_TO_INT (user_data))
    _exit (127);
}

static void start_again (LabNatsServer *server);

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  LabNatsServer *server = user_data;

  if (!g_subprocess_wait_finish (G_SUBPROCESS (source), result, &error) && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&server->process);
  g_message ("nats-server has ended: starting it again (its log is %s)", server->log);
  start_again (server);
}

static gboolean
spawn (LabNatsServer *server, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);

  g_subprocess_launcher_set_child_setup (launcher, child_setup, GINT_TO_POINTER ((int) getpid ()), NULL);
  server->process = g_subprocess_launcher_spawn (launcher, error, server->program, "-c", server->config, NULL);
  if (server->process == NULL)
    return FALSE;
  server->started_at = g_get_monotonic_time ();
  g_subprocess_wait_async (server->process, server->cancellable, exited_cb, server);
  return TRUE;
}

static gboolean
restart_cb (gpointer user_data)
{
  LabNatsServer *server = user_data;
  g_autoptr (GError) error = NULL;

  server->restart = 0;
  if (!spawn (server, &error))
    {
      g_message ("nats-server does not start: %s", error->message);
      start_again (server);
    }
  return G_SOURCE_REMOVE;
}

static void
start_again (LabNatsServer *server)
{
  if (g_get_monotonic_time () - server->started_at > 10 * G_USEC_PER_SEC)
    server->back_off = BACK_OFF_FIRST_MS;
  server->restart = g_timeout_add (server->back_off, restart_cb, server);
  server->back_off = MIN (server->back_off * 2, BACK_OFF_LAST_MS);
}

static char *
find_program (void)
{
  static const char *const places[] = { "/usr/sbin/nats-server", "/usr/local/bin/nats-server", "/usr/local/sbin/nats-server", NULL };
  char *found = g_find_program_in_path ("nats-server");

  for (guint i = 0; found == NULL && places[i] != NULL; i++)
    if (g_access (places[i], X_OK) == 0)
      found = g_strdup (places[i]);
  return found;
}

LabNatsServer *
lab_nats_server_new (const char *state_dir, char *const *passwords, const char *lab_password, GError **error)
{
  LabNatsServer *server = g_new0 (LabNatsServer, 1);

  server->cancellable = g_cancellable_new ();
  server->back_off = BACK_OFF_FIRST_MS;
  server->program = find_program ();
  server->config = g_build_filename (state_dir, "nats-server.conf", NULL);
  server->log = g_build_filename (state_dir, "nats-server.log", NULL);
  if (server->program == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         "there is no nats-server on the PATH: install it, or start with --no-nats");
  else
    {
      choose_ports (server, state_dir);
      if (write_config (server, state_dir, passwords, lab_password, error) && spawn (server, error))
        return server;
    }
  lab_nats_server_free (server);
  return NULL;
}

void
lab_nats_server_free (LabNatsServer *server)
{
  g_clear_handle_id (&server->restart, g_source_remove);
  g_cancellable_cancel (server->cancellable);
  if (server->process != NULL)
    {
      g_subprocess_send_signal (server->process, SIGTERM);
      for (guint i = 0; i < 40 && g_subprocess_get_identifier (server->process) != NULL; i++)
        {
          g_main_context_iteration (NULL, FALSE);
          g_usleep (25000);
        }
      g_subprocess_force_exit (server->process);
    }
  g_clear_object (&server->process);
  g_object_unref (server->cancellable);
  g_free (server->program);
  g_free (server->config);
  g_free (server->log);
  g_free (server);
}

guint
lab_nats_server_port (LabNatsServer *server)
{
  return server->port;
}

guint
lab_nats_server_http (LabNatsServer *server)
{
  return server->http;
}
