/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-credentials.h"
#include "qd-endpoint-json.h"
#include "qd-json.h"

#define MAX_SECRET (64 * 1024)
#define MAX_CREDENTIALS (1024 * 1024)
#define DEFAULT_TIMEOUT_S 15

void
qdctl_target_clear (QdctlTarget *self)
{
  g_free (self->connection);
  g_free (self->url);
  g_free (self->driver);
  g_free (self->credentials);
  g_free (self->role);
  g_free (self->user);
  g_free (self->token_file);
  g_free (self->ca);
  g_free (self->pin);
  g_free (self->monitor);
  g_free (self->confirm);
  *self = (QdctlTarget) { 0 };
}

static const QdctlVerb *
verb_info (const char *name)
{
  const QdctlVerb *verb = qdctl_verbs;

  while (verb->name && !g_str_equal (verb->name, name))
    verb++;
  return verb;
}

static void
add_target_group (GOptionContext *context, QdctlTarget *t)
{
  const GOptionEntry entries[] = {
    { "connection", 0, 0, G_OPTION_ARG_STRING, &t->connection, N_("A connection that Quarterdeck knows, by name or id"), N_("NAME") },
    { "url", 0, 0, G_OPTION_ARG_STRING, &t->url, N_("Or the address of a server"), N_("URL") },
    { "driver", 0, 0, G_OPTION_ARG_STRING, &t->driver, N_("What it speaks: auto, node-api, patronus, cloudlysis or nats (auto)"), N_("NAME") },
    { "credentials", 0, 0, G_OPTION_ARG_FILENAME, &t->credentials, N_("Sign in from a credentials file, as quarterdeck-lab writes it"), N_("FILE") },
    { "role", 0, 0, G_OPTION_ARG_STRING, &t->role, N_("With --credentials: the user of that role (admin)"), N_("ROLE") },
    { "user", 0, 0, G_OPTION_ARG_STRING, &t->user, N_("The user to sign in as"), N_("NAME") },
    { "password-stdin", 0, 0, G_OPTION_ARG_NONE, &t->password_stdin, N_("Read the password from standard input"), NULL },
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &t->token_file, N_("Sign in with the token in a file"), N_("FILE") },
    { "ca", 0, 0, G_OPTION_ARG_FILENAME, &t->ca, N_("Trust this certificate authority too (PEM)"), N_("FILE") },
    { "pin", 0, 0, G_OPTION_ARG_STRING, &t->pin, N_("Accept only the certificate with this SHA-256 fingerprint"), N_("HEX") },
    { "monitor", 0, 0, G_OPTION_ARG_STRING, &t->monitor, N_("For NATS: the address of the server's monitoring"), N_("URL") },
    { "confirm", 0, 0, G_OPTION_ARG_STRING, &t->confirm, N_("For a connection to production: its name once more, or it is not changed"), N_("NAME") },
    { "timeout", 0, 0, G_OPTION_ARG_DOUBLE, &t->timeout_s, N_("How long to wait for the whole model (15)"), N_("SECONDS") },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
}

gboolean
qdctl_target_is_given (const QdctlTarget *t)
{
  return t->connection || t->url || t->driver || t->credentials || t->role || t->user || t->token_file || t->password_stdin || t->ca || t->pin ||
         t->monitor || t->confirm || t->timeout_s != DEFAULT_TIMEOUT_S;
}

gboolean
qdctl_target_check (const char *verb, const QdctlTarget *t)
{
  if ((t->connection != NULL) != (t->url != NULL))
    return TRUE;
  qdctl_complain (_("%s needs either --connection NAME or --url URL"), verb);
  return FALSE;
}

static gboolean
check_target (const char *verb, const QdctlTarget *t)
{
  /* The journal, and files, are on the desk: a fleet is only asked for what it knows of them. */
  gboolean optional = (g_str_equal (verb, "audit") || g_str_equal (verb, "policy")) && t->connection == NULL && t->url == NULL;

  if (!optional && !qdctl_target_check (verb, t))
    return FALSE;
  if ((t->credentials != NULL) + (t->token_file != NULL) + t->password_stdin > 1)
    {
      qdctl_complain (_("--credentials, --token-file and --password-stdin exclude each other"));
      return FALSE;
    }
  if (t->password_stdin && t->user == NULL && t->url)
    {
      qdctl_complain (_("--password-stdin needs --user NAME"));
      return FALSE;
    }
  if (t->timeout_s < 0 || t->timeout_s > 86400)
    {
      qdctl_complain (_("--timeout is a number of seconds from 0 to 86400"));
      return FALSE;
    }
  return TRUE;
}

gboolean
qdctl_parse (const char *verb, const GOptionEntry *entries, QdctlTarget *target, int argc, char **argv,
             GStrv *rest, QdExit *exit_code)
{
  const QdctlVerb *info = verb_info (verb);
  g_autofree char *usage = g_strdup_printf ("%s%s%s", verb, info->arguments ? " " : "", info->arguments ? info->arguments : "");
  g_autoptr (GOptionContext) context = g_option_context_new (info->arguments);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strdup_printf ("qdctl %s", verb);
  gboolean help = FALSE;
  const GOptionEntry own[] = { { "help", 'h', 0, G_OPTION_ARG_NONE, &help, N_("Show these options"), NULL }, { NULL } };
  g_auto (GStrv) words = g_new0 (char *, argc + 1);

  words[0] = g_strdup (name);
  for (int i = 1; i < argc; i++)
    words[i] = g_strdup (argv[i]);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, _(info->summary));
  if (entries)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (target)
    add_target_group (context, target);
  g_option_context_add_main_entries (context, own, GETTEXT_PACKAGE);
  g_set_prgname (name);
  if (target)
    target->timeout_s = DEFAULT_TIMEOUT_S;

  if (!g_option_context_parse_strv (context, &words, &error))
    {
      qdctl_complain (_("%s; “qdctl %s --help” lists the options"), error->message, verb);
      *exit_code = QD_EXIT_BAD_INPUT;
      return FALSE;
    }
  if (help)
    {
      g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);

      qdctl_print (text);
      *exit_code = QD_EXIT_YES;
      return FALSE;
    }
  *exit_code = QD_EXIT_BAD_INPUT;
  if (rest == NULL && words[1])
    {
      qdctl_complain (_("%s takes no argument “%s”"), verb, words[1]);
      return FALSE;
    }
  if (target && !check_target (verb, target))
    return FALSE;
  if (rest)
    *rest = g_strdupv (words + 1);
  return TRUE;
}

/* --- Secrets ------------------------------------------------------------------------------------ */

static char *
read_small (const char *path, gsize max)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &error))
    {
      qdctl_complain ("%s", error->message);
      return NULL;
    }
  if (length > max)
    {
      qdctl_complain (_("%s is too large to be what it should be"), path);
      return NULL;
    }
  return g_steal_pointer (&text);
}

static gboolean
take_token (QdEndpoint *endpoint, const char *path)
{
  char *text = read_small (path, MAX_SECRET);

  if (text == NULL)
    return FALSE;
  endpoint->token = g_strdup (g_strstrip (text));
  explicit_bzero (text, strlen (text));
  g_free (text);
  if (*endpoint->token)
    return TRUE;
  qdctl_complain (_("%s is empty"), path);
  return FALSE;
}

static gboolean
take_password (QdEndpoint *endpoint)
{
  static char line[4096];

  if (fgets (line, sizeof line, stdin) == NULL)
    {
      qdctl_complain (_("standard input ended before a password came"));
      return FALSE;
    }
  line[strcspn (line, "\r\n")] = '\0';
  endpoint->password = g_strdup (line);
  explicit_bzero (line, sizeof line);
  return TRUE;
}

static gboolean
is_meant (const QdctlTarget *target, JsonObject *user)
{
  const char *role = target->role ? target->role : "admin";
  const char *name = qd_json_get_string (user, "username", qd_json_get_string (user, "user", ""));

  if (target->user)
    return g_str_equal (name, target->user) || g_strcmp0 (qd_json_get_string (user, "email", NULL), target->user) == 0;
  return g_str_equal (qd_json_get_string (user, "role", name), role);
}

static JsonObject *
find_user (const QdctlTarget *target, JsonArray *users)
{
  for (guint i = 0; users && i < json_array_get_length (users); i++)
    {
      JsonObject *user = qd_json_object (json_array_get_element (users, i));

      if (user && is_meant (target, user))
        return user;
    }
  return NULL;
}

static gboolean
take_credentials (QdEndpoint *endpoint, const QdctlTarget *target)
{
  g_autofree char *text = read_small (target->credentials, MAX_CREDENTIALS);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  gboolean nats = g_str_equal (endpoint->driver, "nats");
  const char *who = target->user ? target->user : target->role ? target->role : "admin";
  JsonObject *object, *inner, *user;

  if (text == NULL)
    return FALSE;
  node = qd_json_parse (text, -1, target->credentials, &error);
  object = node ? qd_json_object (node) : NULL;
  if (object == NULL)
    {
      qdctl_complain (_("%s is no credentials file: %s"), target->credentials, error ? error->message : _("it is not an object"));
      return FALSE;
    }
  inner = nats ? qd_json_get_object (object, "nats") : NULL;
  user = nats ? inner ? qd_json_get_object (inner, who) : NULL : find_user (target, qd_json_get_array (object, "users"));
  if (user == NULL)
    {
      qdctl_complain (_("%s has no user “%s”"), target->credentials, who);
      return FALSE;
    }
  g_set_str (&endpoint->user, qd_json_get_string (user, "username", qd_json_get_string (user, "user", NULL)));
  g_set_str (&endpoint->password, qd_json_get_string (user, "password", ""));
  return TRUE;
}

/* --- Connections that are configured ---------------------------------------------------------------- */

typedef struct { GMainLoop *loop; char *json; QdCredential *credential; GError *error; } Wait;

static void
got_json_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Wait *wait = data;

  wait->json = qd_store_get_finish (QD_STORE (source), result, &wait->error);
  g_main_loop_quit (wait->loop);
}

static void
got_secret_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Wait *wait = data;

  wait->credential = qd_credentials_lookup_finish (result, &wait->error);
  g_main_loop_quit (wait->loop);
}

static void
look_up_secret (QdEndpoint *endpoint, const char *purpose, gboolean is_token)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Wait wait = { .loop = loop };

  qd_credentials_lookup (endpoint->id, purpose, NULL, got_secret_cb, &wait);
  g_main_loop_run (loop);
  if (wait.error)
    qdctl_complain (_("the keyring does not answer: %s"), wait.error->message);
  g_clear_error (&wait.error);
  if (wait.credential == NULL)
    return;
  if (wait.credential->user && *wait.credential->user && endpoint->user == NULL)
    endpoint->user = g_strdup (wait.credential->user);
  g_set_str (is_token ? &endpoint->token : &endpoint->password, wait.credential->secret);
  qd_credential_free (wait.credential);
}

static char *
read_connections (const char *path)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (QdStore) store = qd_store_new (path);
  Wait wait = { .loop = loop };

  qd_store_get_async (store, "connections", got_json_cb, &wait);
  g_main_loop_run (loop);
  if (wait.error)
    qdctl_complain ("%s", wait.error->message);
  g_clear_error (&wait.error);
  qd_store_close (store);
  return wait.json;
}

static gboolean
is_called (const QdEndpoint *endpoint, const char *name)
{
  return g_strcmp0 (endpoint->name, name) == 0 || g_strcmp0 (endpoint->id, name) == 0;
}

static gboolean
feeds (const QdEndpoint *endpoint, const char *control)
{
  return g_strcmp0 (endpoint->driver, "nats") == 0 && g_strcmp0 (endpoint->feeds, control) == 0;
}

char *
qdctl_dup_store_path (void)
{
  return g_build_filename (g_get_user_data_dir (), "quarterdeck", "quarterdeck.db", NULL);
}

static QdEndpoint *
find_configured (const char *name, gboolean (*matches) (const QdEndpoint *endpoint, const char *name))
{
  g_autofree char *path = qdctl_dup_store_path ();
  g_autofree char *json = g_file_test (path, G_FILE_TEST_EXISTS) ? read_connections (path) : NULL;
  g_autoptr (GPtrArray) endpoints = NULL;
  guint unreadable;

  endpoints = qd_endpoints_from_json (json, &unreadable);
  for (guint i = 0; i < endpoints->len; i++)
    {
      QdEndpoint *endpoint = g_ptr_array_index (endpoints, i);

      if (matches (endpoint, name))
        return qd_endpoint_copy (endpoint);
    }
  return NULL;
}

static const char *
driver_for (const QdctlTarget *target)
{
  if (target->driver)
    return target->driver;
  return g_str_has_prefix (target->url, "nats://") || g_str_has_prefix (target->url, "tls://") ? "nats" : "auto";
}

/* Each address is a connection of its own: by its id the audit knows which fleet's stream a record belongs in, also one that an earlier
 * command left behind. */
static char *
id_for (const char *url)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, url, -1);

  return g_strdup_printf ("qdctl-%.12s", sum);
}

QdEndpoint *
qdctl_target_resolve (const QdctlTarget *target, QdExit *exit_code)
{
  g_autofree char *id = target->url ? id_for (target->url) : NULL;
  g_autoptr (QdEndpoint) endpoint = NULL;
  gboolean given = target->credentials || target->token_file || target->password_stdin;

  *exit_code = QD_EXIT_BAD_INPUT;
  if (target->url)
    endpoint = qd_endpoint_new (id, target->url, driver_for (target), target->url);
  else
    endpoint = find_configured (target->connection, is_called);
  if (endpoint == NULL)
    {
      qdctl_complain (_("there is no connection “%s” here: add it in Quarterdeck, or give --url"), target->connection);
      return NULL;
    }
  if (target->user)
    g_set_str (&endpoint->user, target->user);
  if (target->ca)
    g_set_str (&endpoint->ca_file, target->ca);
  if (target->pin)
    g_set_str (&endpoint->pinned_sha256, target->pin);
  if (target->monitor)
    g_set_str (&endpoint->monitor_url, target->monitor);
  if ((target->credentials && !take_credentials (endpoint, target)) ||
      (target->token_file && !take_token (endpoint, target->token_file)) ||
      (target->password_stdin && !take_password (endpoint)))
    return NULL;
  if (!given && target->connection)
    {
      look_up_secret (endpoint, "password", FALSE);
      look_up_secret (endpoint, "api-key", TRUE);
    }
  *exit_code = QD_EXIT_YES;
  return g_steal_pointer (&endpoint);
}

QdEndpoint *
qdctl_target_resolve_nats (const QdctlTarget *target, const char *control, const char *url, QdExit *exit_code)
{
  g_autofree char *id = g_strconcat (control, "-nats", NULL);
  g_autoptr (QdEndpoint) endpoint = NULL;

  *exit_code = QD_EXIT_BAD_INPUT;
  if (url)
    endpoint = qd_endpoint_new (id, url, "nats", url);
  else if (target->connection)
    endpoint = find_configured (control, feeds);
  if (endpoint == NULL)
    {
      qdctl_complain (_("placements and jobs live in NATS: say where it is by --nats URL"));
      return NULL;
    }
  g_set_str (&endpoint->feeds, control);
  if (target->ca)
    g_set_str (&endpoint->ca_file, target->ca);
  if (target->credentials && !take_credentials (endpoint, target))
    return NULL;
  if (!url)
    {
      look_up_secret (endpoint, "password", FALSE);
      look_up_secret (endpoint, "api-key", TRUE);
    }
  *exit_code = QD_EXIT_YES;
  return g_steal_pointer (&endpoint);
}
