/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <argon2.h>
#include <string.h>
#include <sys/random.h>

#include "lab-json.h"

#define ACCESS_SECONDS   900
#define REFRESH_SECONDS  (7 * 86400)
#define ARGON_PASSES     2
#define ARGON_KIB        19456
#define ARGON_LANES      1

typedef struct
{
  char *user_id, *family;
  gint64 login_at, expires_at;
  gboolean used;
} Refresh;

struct LabAuth
{
  LabServer *server;
  LabUser users[LAB_N_ROLES];
  char *passwords[LAB_N_ROLES];
  GHashTable *sessions;         /* hash of the access token → LabSession */
  GHashTable *refreshes;        /* hash of the refresh token → Refresh */
  char *scrape_token;
};

char *
lab_random_hex (guint bytes)
{
  g_autofree guchar *data = g_malloc (bytes);
  GString *hex = g_string_sized_new (bytes * 2);

  g_assert (bytes <= 256);
  if (getrandom (data, bytes, 0) != (gssize) bytes)
    g_error ("the kernel gives no random numbers");
  for (guint i = 0; i < bytes; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (hex, FALSE);
}

static char *
hash_token (const char *token)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, token, -1);
}

/* Argon2id, in its own text form with the salt and the cost inside. */
static char *
hash_password (const char *password)
{
  char encoded[128];
  guchar salt[16];

  if (getrandom (salt, sizeof salt, 0) != (gssize) sizeof salt ||
      argon2id_hash_encoded (ARGON_PASSES, ARGON_KIB, ARGON_LANES, password, strlen (password), salt,
                             sizeof salt, 32, encoded, sizeof encoded) != ARGON2_OK)
    g_error ("cannot hash a password: no memory for argon2");
  return g_strdup (encoded);
}

static void
free_session (gpointer data)
{
  g_free (((LabSession *) data)->family);
  g_free (data);
}

static void
free_refresh (gpointer data)
{
  Refresh *refresh = data;

  g_free (refresh->user_id);
  g_free (refresh->family);
  g_free (refresh);
}

static LabUser *
find_user (LabAuth *auth, const char *name)
{
  for (guint i = 0; name != NULL && i < LAB_N_ROLES; i++)
    if (g_str_equal (auth->users[i].username, name) || g_str_equal (auth->users[i].email, name) ||
        g_str_equal (auth->users[i].id, name))
      return &auth->users[i];
  return NULL;
}

static void
load_user (const char *const *columns, int n, gpointer user_data)
{
  LabAuth *auth = user_data;
  LabUser *user = find_user (auth, columns[1]);

  if (user == NULL)
    return;
  g_free (user->id);
  user->id = g_strdup (columns[0]);
  user->hash = g_strdup (columns[2]);
}

static void
load_refresh (const char *const *columns, int n, gpointer user_data)
{
  LabAuth *auth = user_data;
  Refresh *refresh = g_new0 (Refresh, 1);

  refresh->user_id = g_strdup (columns[1]);
  refresh->family = g_strdup (columns[2]);
  refresh->login_at = g_ascii_strtoll (columns[3], NULL, 10);
  refresh->expires_at = g_ascii_strtoll (columns[4], NULL, 10);
  refresh->used = columns[5][0] == '1';
  g_hash_table_insert (auth->refreshes, g_strdup (columns[0]), refresh);
}

/* The passwords of the run before are in its credentials file, and nowhere else in clear. */
static void
read_credentials (LabAuth *auth)
{
  g_autofree char *file = g_build_filename (auth->server->state_dir, "credentials.json", NULL);
  g_autofree char *data = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonArray *users;
  gsize length;

  if (!g_file_get_contents (file, &data, &length, NULL) || (root = lab_json_parse (data, length, NULL)) == NULL ||
      !JSON_NODE_HOLDS_OBJECT (root))
    return;
  auth->scrape_token = g_strdup (lab_json_get_string (json_node_get_object (root), "scrape_token", NULL));
  users = lab_json_get_array (json_node_get_object (root), "users");
  for (guint i = 0; users != NULL && i < json_array_get_length (users); i++)
    {
      JsonObject *object = json_array_get_object_element (users, i);
      LabUser *user = find_user (auth, lab_json_get_string (object, "username", NULL));

      if (user != NULL)
        auth->passwords[user - auth->users] = g_strdup (lab_json_get_string (object, "password", NULL));
    }
}

static gpointer
hash_thread (gpointer data)
{
  return hash_password (data);
}

/* Makes the passwords that are missing; hashing is slow by design, so all at once. */
static void
complete_users (LabAuth *auth, LabBatch *batch)
{
  GThread *threads[LAB_N_ROLES] = { NULL };

  for (guint i = 0; i < LAB_N_ROLES; i++)
    {
      if (auth->users[i].hash != NULL && auth->passwords[i] != NULL)
        continue;
      g_free (auth->passwords[i]);
      auth->passwords[i] = lab_random_hex (12);
      threads[i] = g_thread_new ("lab-argon2", hash_thread, auth->passwords[i]);
    }
  for (guint i = 0; i < LAB_N_ROLES; i++)
    {
      LabUser *user = &auth->users[i];

      if (threads[i] == NULL)
        continue;
      g_free (user->hash);
      user->hash = g_thread_join (threads[i]);
      lab_batch_add (batch, "INSERT OR REPLACE INTO users (id, username, email, name, role, hash) VALUES (?,?,?,?,?,?)",
                     "ssssss", user->id, user->username, user->email, user->name, lab_role_name (user->role), user->hash);
    }
}

static void
name_users (LabAuth *auth)
{
  for (guint i = 0; i < LAB_N_ROLES; i++)
    {
      LabUser *user = &auth->users[i];

      user->role = i;
      user->id = g_uuid_string_random ();
      user->username = g_strdup (lab_role_name (i));
      user->email = g_strdup_printf ("%s@lab.example", user->username);
      user->name = g_strdup_printf ("%c%s of the lab", g_ascii_toupper (user->username[0]), user->username + 1);
    }
}

LabAuth *
lab_auth_new (LabServer *server, GError **error)
{
  LabAuth *auth = g_new0 (LabAuth, 1);
  LabBatch *batch = lab_batch_new ();

  auth->server = server;
  auth->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_session);
  auth->refreshes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_refresh);
  name_users (auth);
  if (!lab_store_read (server->store, "SELECT id, username, hash FROM users", load_user, auth, error) ||
      !lab_store_read (server->store, "SELECT hash, user_id, family, login_at, expires_at, used FROM refresh_tokens",
                       load_refresh, auth, error))
    {
      lab_batch_free (batch);
      lab_auth_free (auth);
      return NULL;
    }
  read_credentials (auth);
  if (auth->scrape_token == NULL)
    auth->scrape_token = lab_random_hex (24);
  complete_users (auth, batch);
  lab_batch_add (batch, "DELETE FROM refresh_tokens WHERE expires_at < ?", "i", g_get_real_time ());
  lab_store_commit (server->store, batch, NULL, NULL);
  return auth;
}

void
lab_auth_free (LabAuth *auth)
{
  for (guint i = 0; i < LAB_N_ROLES; i++)
    {
      LabUser *user = &auth->users[i];

      g_free (user->id);
      g_free (user->username);
      g_free (user->email);
      g_free (user->name);
      g_free (user->hash);
      g_free (auth->passwords[i]);
    }
  g_hash_table_unref (auth->sessions);
  g_hash_table_unref (auth->refreshes);
  g_free (auth->scrape_token);
  g_free (auth);
}

guint
lab_auth_users (LabAuth *auth, const LabUser **users)
{
  *users = auth->users;
  return LAB_N_ROLES;
}

char *
lab_auth_password (LabAuth *auth, const char *username)
{
  const LabUser *user = find_user (auth, username);

  return user != NULL ? g_strdup (auth->passwords[user - auth->users]) : NULL;
}

const char *
lab_auth_scrape_token (LabAuth *auth)
{
  return auth->scrape_token;
}

gboolean
lab_auth_is_scraper (LabAuth *auth, const char *token)
{
  g_autofree char *a = hash_token (token), *b = hash_token (auth->scrape_token);

  return g_str_equal (a, b);
}

const LabSession *
lab_auth_session (LabAuth *auth, const char *token)
{
  g_autofree char *hash = NULL;
  const LabSession *session;

  if (strlen (token) > 512)
    return NULL;
  hash = hash_token (token);
  session = g_hash_table_lookup (auth->sessions, hash);
  return session != NULL && session->expires_at > g_get_real_time () ? session : NULL;
}

static void
write_user (GString *out, const LabUser *user)
{
  lab_json_begin (out, "user", '{');
  lab_json_string (out, "id", user->id);
  lab_json_string (out, "username", user->username);
  lab_json_string (out, "email", user->email);
  lab_json_string (out, "name", user->name);
  lab_json_string (out, "role", lab_role_name (user->role));
  lab_json_end (out, '}');
}

static gboolean
is_over_cb (gpointer key, gpointer value, gpointer user_data)
{
  return ((LabSession *) value)->expires_at < *(gint64 *) user_data;
}

/* Gives a new pair of tokens and answers with it. */
static void
answer_with_tokens (LabRequest *request, const LabUser *user, const char *family, gint64 login_at)
{
  LabAuth *auth = request->server->auth;
  g_autofree char *access = lab_random_hex (32), *refresh = lab_random_hex (32);
  LabSession *session = g_new0 (LabSession, 1);
  Refresh *kept = g_new0 (Refresh, 1);
  gint64 now = g_get_real_time ();
  char *hash = hash_token (refresh);
  GString *out = request->out;

  if (g_hash_table_size (auth->sessions) > 1000)
    g_hash_table_foreach_remove (auth->sessions, is_over_cb, &now);
  session->user = user;
  session->login_at = login_at;
  session->expires_at = now + (gint64) ACCESS_SECONDS * G_USEC_PER_SEC;
  session->family = g_strdup (family);
  g_hash_table_insert (auth->sessions, hash_token (access), session);
  kept->user_id = g_strdup (user->id);
  kept->family = g_strdup (family);
  kept->login_at = login_at;
  kept->expires_at = now + (gint64) REFRESH_SECONDS * G_USEC_PER_SEC;
  g_hash_table_insert (auth->refreshes, hash, kept);
  lab_batch_add (request->server->batch,
                 "INSERT INTO refresh_tokens (hash, user_id, family, login_at, expires_at, used) VALUES (?,?,?,?,?,0)",
                 "sssii", hash, user->id, family, login_at, kept->expires_at);
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "access_token", access);
  lab_json_string (out, "refresh_token", refresh);
  lab_json_string (out, "token_type", "Bearer");
  lab_json_int (out, "expires_in", ACCESS_SECONDS);
  write_user (out, user);
  lab_json_end (out, '}');
}

typedef struct
{
  LabRequest *request;
  const LabUser *user;
  char *hash, *password;
} Login;

static void
free_login (gpointer data)
{
  Login *login = data;

  g_free (login->hash);
  g_free (login->password);
  g_free (login);
}

static void
verify_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Login *login = data;

  g_task_return_boolean (task, argon2id_verify (login->hash, login->password, strlen (login->password)) == ARGON2_OK &&
                               login->user != NULL);
}

static void
verified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Login *login = g_task_get_task_data (G_TASK (result));
  LabRequest *request = login->request;

  lab_server_begin (request->server);
  if (g_task_propagate_boolean (G_TASK (result), NULL))
    {
      g_autofree char *family = g_uuid_string_random ();

      answer_with_tokens (request, login->user, family, g_get_real_time ());
    }
  else
    lab_request_problem (request, SOUP_STATUS_UNAUTHORIZED, "the name or the password is wrong");
  lab_request_finish (request);
}

void
lab_auth_login (LabRequest *request)
{
  const char *name = lab_json_get_string (request->object, "username", lab_json_get_string (request->object, "email", NULL));
  const char *password = lab_json_get_string (request->object, "password", NULL);
  LabAuth *auth = request->server->auth;
  g_autoptr (GTask) task = NULL;
  Login *login;

  if (!lab_request_need_body (request))
    return;
  if (name == NULL || password == NULL || strlen (password) > 1024)
    {
      lab_request_invalid (request, name == NULL ? "/username" : "/password", "give username (or email) and password");
      return;
    }
  login = g_new0 (Login, 1);
  login->request = request;
  login->user = find_user (auth, name);
  /* A name that is not known takes as long as one that is. */
  login->hash = g_strdup ((login->user != NULL ? login->user : &auth->users[0])->hash);
  login->password = g_strdup (password);
  request->held = TRUE;
  g_clear_pointer (&request->server->batch, lab_batch_free);
  task = g_task_new (NULL, NULL, verified_cb, NULL);
  g_task_set_task_data (task, login, free_login);
  g_task_run_in_thread (task, verify_thread);
}

static void
revoke_family (LabRequest *request, const char *family)
{
  LabAuth *auth = request->server->auth;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, auth->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_str_equal (((LabSession *) value)->family, family))
      g_hash_table_iter_remove (&iter);
  g_hash_table_iter_init (&iter, auth->refreshes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_str_equal (((Refresh *) value)->family, family))
      g_hash_table_iter_remove (&iter);
  lab_batch_add (request->server->batch, "DELETE FROM refresh_tokens WHERE family = ?", "s", family);
}

void
lab_auth_refresh (LabRequest *request)
{
  LabAuth *auth = request->server->auth;
  const char *token = lab_json_get_string (request->object, "refresh_token", NULL);
  g_autofree char *hash = token != NULL && strlen (token) <= 512 ? hash_token (token) : NULL;
  Refresh *refresh = hash != NULL ? g_hash_table_lookup (auth->refreshes, hash) : NULL;
  g_autofree char *family = refresh != NULL ? g_strdup (refresh->family) : NULL;
  const LabUser *user = refresh != NULL ? find_user (auth, refresh->user_id) : NULL;

  if (refresh == NULL || user == NULL || refresh->expires_at < g_get_real_time ())
    {
      lab_request_problem (request, SOUP_STATUS_UNAUTHORIZED, "this refresh token is not valid: sign in again");
      return;
    }
  /* A token that comes a second time has been copied: the whole family ends. */
  if (refresh->used)
    {
      revoke_family (request, family);
      lab_request_problem (request, SOUP_STATUS_UNAUTHORIZED,
                           "this refresh token was used before: its session is ended; sign in again");
      return;
    }
  refresh->used = TRUE;
  lab_batch_add (request->server->batch, "UPDATE refresh_tokens SET used = 1 WHERE hash = ?", "s", hash);
  answer_with_tokens (request, user, family, refresh->login_at);
}

void
lab_auth_logout (LabRequest *request)
{
  g_autofree char *family = g_strdup (request->session->family);

  request->username = request->session->user->username;
  request->session = NULL;
  revoke_family (request, family);
  g_string_append (request->out, "{\"status\":\"signed out\"}");
}

void
lab_auth_me (LabRequest *request)
{
  const LabUser *user = request->session->user;
  GString *out = request->out;
  const char *scope_id;
  const char *scope = lab_role_scope (user->role, &scope_id);

  lab_json_begin (out, NULL, '{');
  write_user (out, user);
  lab_json_string (out, "role", lab_role_name (user->role));
  lab_json_time (out, "login_at", request->session->login_at);
  lab_json_time (out, "expires_at", request->session->expires_at);
  lab_json_begin (out, "permissions", '[');
  for (guint i = 0; i < lab_n_permissions; i++)
    if (lab_permissions[i].roles >> user->role & 1)
      {
        lab_json_begin (out, NULL, '{');
        lab_json_string (out, "permission", lab_permissions[i].name);
        lab_json_string (out, "scope", scope);
        lab_json_string (out, "scope_id", scope_id);
        lab_json_end (out, '}');
      }
  lab_json_end (out, ']');
  lab_json_end (out, '}');
}
