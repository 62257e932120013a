/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire-test"
#include "config.h"

#include "qd-credentials.h"

#include <signal.h>
#include <string.h>

/* --- Calls that wait ----------------------------------------------------------------------- */

static void
take_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (*result == NULL && g_get_monotonic_time () < until)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
  g_assert_nonnull (*result);
  return *result;
}

static void
store (const char *connection, const char *purpose, const char *user, const char *secret)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  qd_credentials_store (connection, purpose, user, secret, NULL, take_cb, &result);
  g_assert_null (result);      /* never from inside */
  g_assert_true (qd_credentials_store_finish (wait_for (&result), &error));
  g_assert_no_error (error);
}

static void
assert_holds (const char *connection, const char *purpose, const char *user, const char *secret)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(QdCredential) found = NULL;

  qd_credentials_lookup (connection, purpose, NULL, take_cb, &result);
  found = qd_credentials_lookup_finish (wait_for (&result), &error);
  g_assert_no_error (error);
  if (secret == NULL)
    g_assert_null (found);
  else
    {
      g_assert_nonnull (found);
      g_assert_cmpstr (found->user, ==, user);
      g_assert_cmpstr (found->secret, ==, secret);
    }
}

static void
clear (const char *connection)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  qd_credentials_clear (connection, NULL, take_cb, &result);
  g_assert_true (qd_credentials_clear_finish (wait_for (&result), &error));
  g_assert_no_error (error);
}

/* The same wherever they are kept. */
static void
exercise (void)
{
  assert_holds ("c1", "password", NULL, NULL);
  store ("c1", "password", "ada", "correct horse");
  store ("c1", "refresh-token", NULL, "r\nwith a newline");
  store ("c2", "password", "bob", "");
  assert_holds ("c1", "password", "ada", "correct horse");
  assert_holds ("c1", "refresh-token", "", "r\nwith a newline");
  assert_holds ("c2", "password", "bob", "");
  store ("c1", "password", "eve", "another");
  assert_holds ("c1", "password", "eve", "another");
  clear ("c1");
  assert_holds ("c1", "password", NULL, NULL);
  assert_holds ("c1", "refresh-token", NULL, NULL);
  assert_holds ("c2", "password", "bob", "");
  clear ("c2");
  clear ("never-was");
}

/* --- With a real keyring, on a bus of its own ------------------------------------------------ */

static GSubprocess *
start_keyring (const char *home)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (
    G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  GSubprocess *process;
  GOutputStream *in;

  g_subprocess_launcher_setenv (launcher, "HOME", home, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", home, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", home, TRUE);
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  process = g_subprocess_launcher_spawn (launcher, NULL, "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", NULL);
  if (process == NULL)
    return NULL;
  in = g_subprocess_get_stdin_pipe (process);
  g_output_stream_write_all (in, "pw", 2, NULL, NULL, NULL);
  g_output_stream_close (in, NULL, NULL);
  return process;
}

static gboolean
wait_for_owner (GTestDBus *bus)
{
  g_autoptr(GDBusConnection) connection = g_dbus_connection_new_for_address_sync (
    g_test_dbus_get_bus_address (bus),
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, NULL);
  gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  gboolean owned = FALSE;

  while (!owned && connection != NULL && g_get_monotonic_time () < until)
    {
      g_autoptr(GVariant) answer = g_dbus_connection_call_sync (
        connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
        g_variant_new ("(s)", "org.freedesktop.secrets"), NULL, G_DBUS_CALL_FLAGS_NONE, 1000, NULL, NULL);
      if (answer != NULL)
        g_variant_get (answer, "(b)", &owned);
      if (!owned)
        g_usleep (20000);
    }
  return owned;
}

static void
test_keyring_child (void)
{
  exercise ();
  g_assert_true (qd_credentials_is_persistent ());
  store ("kept", "password", "ada", "for the next process");
}

static void
test_keyring_child_2 (void)
{
  assert_holds ("kept", "password", "ada", "for the next process");
  g_assert_true (qd_credentials_is_persistent ());
}

static void
test_keyring (void)
{
  g_autofree char *daemon = g_find_program_in_path ("gnome-keyring-daemon");
  g_autofree char *bus_daemon = g_find_program_in_path ("dbus-daemon");
  g_autofree char *home = NULL;
  g_autoptr(GTestDBus) bus = NULL;
  g_autoptr(GSubprocess) keyring = NULL;

  if (daemon == NULL || bus_daemon == NULL)
    {
      g_test_skip ("gnome-keyring-daemon or dbus-daemon is not installed");
      return;
    }
  home = g_dir_make_tmp ("qd-keyring-XXXXXX", NULL);
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  keyring = start_keyring (home);
  if (keyring == NULL || !wait_for_owner (bus))
    g_test_skip ("gnome-keyring-daemon does not run here");
  else
    {
      g_test_trap_subprocess ("/wire/credentials/keyring/subprocess/child", 60 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      g_test_trap_subprocess ("/wire/credentials/keyring/subprocess/child-2", 60 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
    }
  if (keyring != NULL)
    {
      g_subprocess_send_signal (keyring, SIGTERM);
      g_subprocess_wait (keyring, NULL, NULL);
    }
  g_test_dbus_down (bus);
  g_spawn_sync (NULL, (char *[]) { (char *) "rm", (char *) "-rf", home, NULL }, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

/* --- Without ------------------------------------------------------------------------------- */

static void
test_memory_child (void)
{
  exercise ();
  g_assert_false (qd_credentials_is_persistent ());
}

static void
test_memory (void)
{
  g_auto(GStrv) env = g_get_environ ();

  env = g_environ_setenv (env, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  g_test_trap_subprocess_with_envp ("/wire/credentials/memory/subprocess/child", (const char *const *) env, 60 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/credentials/keyring", test_keyring);
  g_test_add_func ("/wire/credentials/keyring/subprocess/child", test_keyring_child);
  g_test_add_func ("/wire/credentials/keyring/subprocess/child-2", test_keyring_child_2);
  g_test_add_func ("/wire/credentials/memory", test_memory);
  g_test_add_func ("/wire/credentials/memory/subprocess/child", test_memory_child);
  return g_test_run ();
}
