/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "nats-fixture.h"

#include <signal.h>
#include <sys/prctl.h>
#include <glib/gstdio.h>

#include "wire-test.h"

static gboolean
accepts (guint port)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autofree char *host = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host (client, host, (guint16) port, NULL, NULL);

  return connection != NULL;
}

/* In the child, before it becomes the server: it does not outlive a test that aborts. */
static void
die_with_parent_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
test_nats_start (TestNats *self)
{
  g_autoptr(GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr(GError) error = NULL;
  gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent_cb, NULL, NULL);
  self->process = g_subprocess_launcher_spawn (launcher, &error, "nats-server", "-c", self->config, NULL);
  g_assert_no_error (error);
  while (!accepts (self->port) && g_get_monotonic_time () < until)
    g_usleep (5000);
  g_assert_true (accepts (self->port));
}

static void
end_with (TestNats *self, int signal)
{
  g_subprocess_send_signal (self->process, signal);
  g_subprocess_wait (self->process, NULL, NULL);
  g_clear_object (&self->process);
}

void
test_nats_kill (TestNats *self)
{
  end_with (self, SIGKILL);
}

void
test_nats_stop (TestNats *self)
{
  end_with (self, SIGTERM);
}

static void
write_config (TestNats *self)
{
  g_autofree char *text = g_strdup_printf ("host: 127.0.0.1\nport: %u\nmax_payload: 4MB\n"
                                           "jetstream { store_dir: \"%s/js\", max_mem: 16MB, max_file: 64MB }\n%s\n",
                                           self->port, self->folder, self->authorization);

  g_assert_true (g_file_set_contents (self->config, text, -1, NULL));
}

void
test_nats_configure (TestNats *self, const char *authorization)
{
  g_set_str (&self->authorization, authorization);
  write_config (self);
}

void
test_nats_move (TestNats *self, guint port)
{
  self->port = port;
  g_free (self->url);
  self->url = g_strdup_printf ("nats://127.0.0.1:%u", port);
  write_config (self);
}

TestNats *
test_nats_new (const char *authorization)
{
  TestNats *self = g_new0 (TestNats, 1);

  self->folder = g_dir_make_tmp ("qd-nats-XXXXXX", NULL);
  self->config = g_build_filename (self->folder, "nats.conf", NULL);
  self->authorization = g_strdup (authorization);
  test_nats_move (self, test_free_port ());
  test_nats_start (self);
  return self;
}

void
test_nats_free (TestNats *self)
{
  if (self->process != NULL)
    test_nats_kill (self);
  g_spawn_sync (NULL, (char *[]) { (char *) "rm", (char *) "-rf", self->folder, NULL }, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (self->folder);
  g_free (self->config);
  g_free (self->authorization);
  g_free (self->url);
  g_free (self);
}

gboolean
test_nats_is_missing (void)
{
  g_autofree char *path = g_find_program_in_path ("nats-server");

  if (path == NULL)
    g_test_skip ("nats-server is not installed");
  return path == NULL;
}
