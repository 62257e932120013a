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
#define MAX_MEMBERS       5
#define FREE_FIRST        20000
#define FREE_END          32000
#define FREE_TRIES        100

typedef struct
{
  LabNatsServers *servers;
  char *name, *config, *log, *folder;
  guint port, http, route;
  GSubprocess *process;
  guint restart, back_off;
  gint64 started_at;
} Member;

struct LabNatsServers
{
  char *program;
  char *route_password;         /* by which those of a cluster know each other */
  GCancellable *cancellable;
  Member *members;
  guint n;
};

static void
write_cluster (GString *out, const LabNatsServers *servers, const Member *member)
{
  g_string_append_printf (out, "cluster {\n  name: \"lab\"\n  listen: \"127.0.0.1:%u\"\n  no_advertise: true\n  pool_size: -1\n"
                               "  authorization { user: \"route\", password: \"%s\" }\n  routes: [\n", member->route, servers->route_password);
  for (guint i = 0; i < servers->n; i++)
    if (&servers->members[i] != member)
      g_string_append_printf (out, "    \"nats-route://route:%s@127.0.0.1:%u\"\n", servers->route_password, servers->members[i].route);
  g_string_append (out, "  ]\n}\n");
}

static gboolean
write_config (const Member *member, char *const *passwords, const char *lab_password, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *quoted_dir = g_strescape (member->folder, NULL), *quoted_log = g_strescape (member->log, NULL);

  g_string_append_printf (out, "server_name: \"%s\"\nlisten: \"127.0.0.1:%u\"\nhttp: \"127.0.0.1:%u\"\n", member->name, member->port,
                          member->http);
  g_string_append_printf (out, "log_file: \"%s\"\nlogfile_size_limit: 4MB\nmax_payload: 1MB\nmax_pending: 64MB\nlame_duck_duration: \"30s\"\n",
                          quoted_log);
  g_string_append_printf (out, "jetstream { store_dir: \"%s\", max_mem: 64MB, max_file: 4GB }\n", quoted_dir);
  if (member->servers->n > 1)
    write_cluster (out, member->servers, member);
  lab_nats_write_accounts (out, passwords, lab_password);
  return g_file_set_contents_full (member->config, out->str, (gssize) out->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
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
  /* Below what the kernel gives to connections that go out: one of those could take it before the server listens. */
  for (guint i = 0; port == 0 && i < FREE_TRIES; i++)
    port = try_port ((guint) g_random_int_range (FREE_FIRST, FREE_END));
  return port != 0 ? port : try_port (0);
}

/* The ports of the run before, where they are free, so that clients find their way back. */
static void
choose_ports (LabNatsServers *servers, const char *state_dir)
{
  g_autofree char *file = g_build_filename (state_dir, "nats-ports", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GString) now = g_string_new (NULL);
  g_auto (GStrv) before = NULL;
  guint have = 0, wanted[3];

  if (g_file_get_contents (file, &text, NULL, NULL))
    {
      before = g_strsplit (g_strstrip (text), " ", MAX_MEMBERS * 3);
      have = g_strv_length (before);
    }
  for (guint i = 0; i < servers->n; i++)
    {
      Member *member = &servers->members[i];

      for (guint k = 0; k < 3; k++)
        wanted[k] = i * 3 + k < have ? (guint) MIN (g_ascii_strtoull (before[i * 3 + k], NULL, 10), 65535) : 0;
      member->port = find_port (wanted[0]);
      member->http = find_port (wanted[1]);
      if (servers->n > 1)
        member->route = find_port (wanted[2]);
      g_string_append_printf (now, "%s%u %u %u", i > 0 ? " " : "", member->port, member->http, member->route);
    }
  g_string_append_c (now, '\n');
  if (!g_file_set_contents (file, now->str, -1, NULL))
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

static void start_again (Member *member);

/* What is waited for may end, and be told of, when the servers are gone already. */
typedef struct
{
  GCancellable *cancellable;
  Member *member;
} Wait;

static void
exited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Wait *wait = user_data;
  g_autoptr (GCancellable) cancellable = wait->cancellable;
  Member *member = wait->member;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  if (g_cancellable_is_cancelled (cancellable))
    return;
  g_clear_object (&member->process);
  g_message ("%s has ended: starting it again (its log is %s)", member->servers->n > 1 ? member->name : "nats-server", member->log);
  start_again (member);
}

static gboolean
spawn (Member *member, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  Wait *wait;

  g_subprocess_launcher_set_child_setup (launcher, child_setup, GINT_TO_POINTER ((int) getpid ()), NULL);
  member->process = g_subprocess_launcher_spawn (launcher, error, member->servers->program, "-c", member->config, NULL);
  if (member->process == NULL)
    return FALSE;
  member->started_at = g_get_monotonic_time ();
  wait = g_new0 (Wait, 1);
  wait->cancellable = g_object_ref (member->servers->cancellable);
  wait->member = member;
  g_subprocess_wait_async (member->process, wait->cancellable, exited_cb, wait);
  return TRUE;
}

static gboolean
restart_cb (gpointer user_data)
{
  Member *member = user_data;
  g_autoptr (GError) error = NULL;

  member->restart = 0;
  if (!spawn (member, &error))
    {
      g_message ("nats-server does not start: %s", error->message);
      start_again (member);
    }
  return G_SOURCE_REMOVE;
}

static void
start_again (Member *member)
{
  if (g_get_monotonic_time () - member->started_at > 10 * G_USEC_PER_SEC)
    member->back_off = BACK_OFF_FIRST_MS;
  member->restart = g_timeout_add (member->back_off, restart_cb, member);
  member->back_off = MIN (member->back_off * 2, BACK_OFF_LAST_MS);
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

/* What one server keeps is not what one of three keeps: they have folders of their own. */
static void
name_member (LabNatsServers *servers, guint i, const char *state_dir)
{
  Member *member = &servers->members[i];
  g_autofree char *suffix = servers->n > 1 ? g_strdup_printf ("-%u-of-%u", i + 1, servers->n) : g_strdup ("");
  g_autofree char *folder = g_strdup_printf ("nats%s", suffix);
  g_autofree char *config = g_strdup_printf ("nats-server%s.conf", suffix);
  g_autofree char *log = g_strdup_printf ("nats-server%s.log", suffix);

  member->servers = servers;
  member->back_off = BACK_OFF_FIRST_MS;
  member->name = servers->n > 1 ? g_strdup_printf ("lab-nats-%u", i + 1) : g_strdup ("lab-nats");
  member->folder = g_build_filename (state_dir, folder, NULL);
  member->config = g_build_filename (state_dir, config, NULL);
  member->log = g_build_filename (state_dir, log, NULL);
}

/* Labs of before had one account, which has no name. What one server keeps of it goes on as it is; what a cluster agreed on names the account, so
 * that a cluster begins anew and what was there is kept beside it. */
static void
settle_folder (const Member *member)
{
  g_autofree char *before = g_build_filename (member->folder, "jetstream", "$G", NULL), *now = g_build_filename (member->folder, "jetstream", LAB_NATS_ACCOUNT, NULL);
  g_autofree char *aside = g_strconcat (member->folder, ".before-accounts", NULL);

  if (!g_file_test (before, G_FILE_TEST_IS_DIR) || g_file_test (now, G_FILE_TEST_EXISTS))
    return;
  if (member->servers->n > 1 ? g_rename (member->folder, aside) != 0 : g_rename (before, now) != 0)
    g_message ("nats-server begins anew: cannot move %s", before);
}

static gboolean
start_all (LabNatsServers *servers, const char *state_dir, char *const *passwords, const char *lab_password, GError **error)
{
  choose_ports (servers, state_dir);
  for (guint i = 0; i < servers->n; i++)
    settle_folder (&servers->members[i]);
  for (guint i = 0; i < servers->n; i++)
    if (!write_config (&servers->members[i], passwords, lab_password, error) || !spawn (&servers->members[i], error))
      return FALSE;
  return TRUE;
}

LabNatsServers *
lab_nats_servers_new (const char *state_dir, guint n, char *const *passwords, const char *lab_password, GError **error)
{
  LabNatsServers *servers = g_new0 (LabNatsServers, 1);

  servers->cancellable = g_cancellable_new ();
  servers->program = find_program ();
  servers->route_password = lab_random_hex (16);
  servers->n = MIN (n, MAX_MEMBERS);
  servers->members = g_new0 (Member, servers->n);
  for (guint i = 0; i < servers->n; i++)
    name_member (servers, i, state_dir);
  if (servers->program == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         "there is no nats-server on the PATH: install it, or start with --no-nats");
  else if (start_all (servers, state_dir, passwords, lab_password, error))
    return servers;
  lab_nats_servers_free (servers);
  return NULL;
}

static gboolean
any_runs (const LabNatsServers *servers)
{
  for (guint i = 0; i < servers->n; i++)
    if (lab_nats_servers_pid (servers, i) != 0)
      return TRUE;
  return FALSE;
}

void
lab_nats_servers_free (LabNatsServers *servers)
{
  g_cancellable_cancel (servers->cancellable);
  for (guint i = 0; i < servers->n; i++)
    {
      g_clear_handle_id (&servers->members[i].restart, g_source_remove);
      if (servers->members[i].process != NULL)
        g_subprocess_send_signal (servers->members[i].process, SIGTERM);
    }
  for (guint i = 0; i < 40 && any_runs (servers); i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (25000);
    }
  for (guint i = 0; i < servers->n; i++)
    {
      Member *member = &servers->members[i];

      if (member->process != NULL)
        g_subprocess_force_exit (member->process);
      g_clear_object (&member->process);
      g_free (member->name);
      g_free (member->folder);
      g_free (member->config);
      g_free (member->log);
    }
  g_object_unref (servers->cancellable);
  g_free (servers->members);
  g_free (servers->route_password);
  g_free (servers->program);
  g_free (servers);
}

guint
lab_nats_servers_count (const LabNatsServers *servers)
{
  return servers->n;
}

const char *
lab_nats_servers_name (const LabNatsServers *servers, guint index)
{
  return servers->members[index].name;
}

guint
lab_nats_servers_port (const LabNatsServers *servers, guint index)
{
  return servers->members[index].port;
}

guint
lab_nats_servers_http (const LabNatsServers *servers, guint index)
{
  return servers->members[index].http;
}

void
lab_nats_servers_restart (LabNatsServers *servers, guint index)
{
  if (servers->members[index].process != NULL)
    g_subprocess_send_signal (servers->members[index].process, SIGTERM);
}

int
lab_nats_servers_pid (const LabNatsServers *servers, guint index)
{
  GSubprocess *process = servers->members[index].process;
  const char *id = process != NULL ? g_subprocess_get_identifier (process) : NULL;

  return id != NULL ? (int) g_ascii_strtoll (id, NULL, 10) : 0;
}
