/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* Wrong credentials do not get right by asking often, and may lock the account. */
#define REFUSED_RETRY_MS (30 * 1000)
#define MIN_RENEW_S 5

static void sign_in (QdNodeSession *self);

static void
wipe_string (char **text)
{
  if (*text)
    explicit_bzero (*text, strlen (*text));
  g_clear_pointer (text, g_free);
}

static void
set_bearer (QdNodeSession *self, const char *token)
{
  g_autofree char *value = token ? g_strconcat ("Bearer ", token, NULL) : NULL;

  qd_http_set_authorization (self->http, value);
  wipe_string (&value);
}

static gboolean
renew_due_cb (gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->renew_timer, g_source_unref);
  qd_node_auth_begin (self);
  return G_SOURCE_REMOVE;
}

static gboolean
try_again_cb (gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->renew_timer, g_source_unref);
  qd_node_auth_begin (self);
  return G_SOURCE_REMOVE;
}

/* --- Who we are ------------------------------------------------------------------------------- */

static void
tell_user (QdNodeSession *self, JsonObject *user)
{
  const char *name = qd_json_get_string (user, "username", NULL);
  const char *role = qd_json_get_string (user, "role", NULL);
  QdDelta *delta = qd_outlet_connection_delta (self->outlet);

  if (name == NULL || *name == '\0')
    name = qd_json_get_string (user, "email", NULL);
  if (name == NULL || *name == '\0')
    name = qd_json_get_string (user, "name", NULL);
  if (name && *name)
    qd_delta_set (delta, QD_CONNECTION_USER, qd_value_string (name));
  /* A refresh may answer with an empty user: that says nothing. */
  if (role && *role)
    qd_delta_set (delta, QD_CONNECTION_ROLE, qd_value_string (role));
  qd_outlet_send (self->outlet, delta);
}

static gboolean
says_who (JsonObject *me)
{
  static const char *const members[] = { "user", "username", "email", "name", "role", "permissions" };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (json_object_has_member (me, members[i]))
      return TRUE;
  return FALSE;
}

static gboolean
ask_me_cb (gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->me_timer, g_source_unref);
  qd_node_auth_ask_me (self);
  return G_SOURCE_REMOVE;
}

static void
me_cb (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  JsonObject *me = error ? NULL : qd_json_object (node);
  JsonNode *permissions;

  if (self->stopped)
    return;
  if (me == NULL || !says_who (me))
    {
      g_autofree char *odd = NULL;

      if (error && qd_driver_is_not_offered (error, response))
        {
          qd_node_offer (self, "permissions", FALSE);
          qd_node_set_problem (self, "permissions", NULL);
          return;
        }
      /* What was allowed before is what is known. */
      odd = error ? NULL : g_strdup_printf (_("%s/api/v1/auth/me answered with something else than a user"),
                                            qd_http_get_base_url (self->http));
      qd_node_set_problem (self, "permissions", error ? error->message : odd);
      qd_node_timer (self, &self->me_timer, qd_node_wait_ms (self, &self->me_backoff, error), ask_me_cb, self);
      return;
    }
  qd_backoff_reset (&self->me_backoff);
  qd_node_set_problem (self, "permissions", NULL);
  tell_user (self, qd_json_get_object (me, "user") ? qd_json_get_object (me, "user") : me);
  if (qd_json_get_string (me, "role", NULL))
    tell_user (self, me);
  permissions = json_object_get_member (me, "permissions");
  if (permissions && JSON_NODE_HOLDS_ARRAY (permissions))
    {
      QdDelta *delta = qd_outlet_connection_delta (self->outlet);
      g_autofree char *text = qd_json_to_text (permissions, FALSE);

      qd_delta_set (delta, QD_CONNECTION_PERMISSIONS, qd_value_json (text));
      qd_outlet_send (self->outlet, delta);
      qd_node_offer (self, "permissions", TRUE);
    }
}

void
qd_node_auth_ask_me (QdNodeSession *self)
{
  qd_io_timeout_stop (&self->me_timer);
  qd_node_get (self, "/api/v1/auth/me", me_cb, NULL);
}

/* --- Signing in --------------------------------------------------------------------------------- */

static void
signed_in (QdNodeSession *self)
{
  gboolean was_out = g_hash_table_contains (self->problems, "sign-in");

  self->signing_in = FALSE;
  self->refused = FALSE;
  g_clear_error (&self->auth_error);
  qd_node_set_problem (self, "sign-in", NULL);
  qd_node_release_waiting (self, NULL);
  if (!self->signed_in)
    {
      self->signed_in = TRUE;
      qd_node_auth_ask_me (self);
      qd_node_lists_read (self);
    }
  else if (was_out)
    {
      qd_node_lists_retry (self);
      qd_node_streams_retry (self);
    }
}

static void
not_signed_in (QdNodeSession *self, const GError *error, gboolean refused)
{
  guint wait_ms = refused ? REFUSED_RETRY_MS : qd_node_wait_ms (self, &self->auth_backoff, error);

  self->signing_in = FALSE;
  self->refused = refused;
  g_clear_error (&self->auth_error);
  self->auth_error = g_error_copy (error);
  qd_node_set_problem (self, "sign-in", error->message);
  qd_node_timer (self, &self->renew_timer, wait_ms, try_again_cb, self);
  qd_node_release_waiting (self, error);
}

static gboolean
take_tokens (QdNodeSession *self, JsonNode *node)
{
  JsonObject *object = qd_json_object (node);
  const char *access = object ? qd_json_get_string (object, "access_token", qd_json_get_string (object, "token", NULL)) : NULL;
  const char *refresh = object ? qd_json_get_string (object, "refresh_token", NULL) : NULL;
  JsonObject *user = object ? qd_json_get_object (object, "user") : NULL;
  double expires_s = 0;

  if (access == NULL || *access == '\0')
    return FALSE;
  set_bearer (self, access);
  self->token_run++;
  if (refresh && *refresh)
    {
      wipe_string (&self->refresh_token);
      self->refresh_token = g_strdup (refresh);
    }
  if (user)
    tell_user (self, user);
  if (qd_json_get_number (object, "expires_in", &expires_s) && expires_s > 0)
    {
      /* Early enough that no request finds the token dead, at no fixed time for many clients. */
      double renew_s = MAX (expires_s * g_random_double_range (0.70, 0.85), MIN_RENEW_S);

      qd_node_timer (self, &self->renew_timer, (guint) MIN (renew_s * 1000, 86400e3), renew_due_cb, self);
    }
  qd_backoff_reset (&self->auth_backoff);
  qd_node_is_there (self);
  return TRUE;
}

static gboolean
is_refusal (const QdHttpResponse *response)
{
  return response && (response->status == 400 || response->status == 401 ||
                      response->status == 403 || response->status == 422);
}

/* Whether the server says that it has no such route. A page of HTML in a token's place is what a network shows that
 * wants something first: it says nothing of the server. */
static gboolean
asks_nobody (const QdHttpResponse *response)
{
  return response && (response->status == 404 || response->status == 405 || response->status == 501);
}

static void
login_cb (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  g_autoptr (GError) odd = NULL;

  if (self->stopped)
    return;
  if (error && asks_nobody (response) && !self->asked)
    {
      /* Nobody asks who we are. */
      signed_in (self);
      return;
    }
  if (error == NULL && !take_tokens (self, node))
    odd = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL,
                       _("%s/api/v1/auth/login answered without a token"), qd_http_get_base_url (self->http));
  if (error || odd)
    not_signed_in (self, error ? error : odd, is_refusal (response));
  else
    signed_in (self);
}

static JsonNode *
login_body (const char *user, const char *password)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonNode *node = json_node_alloc ();

  json_object_set_string_member (object, strchr (user, '@') ? "email" : "username", user);
  json_object_set_string_member (object, "password", password);
  return json_node_init_object (node, object);
}

static void
sign_in (QdNodeSession *self)
{
  const QdEndpoint *endpoint = self->endpoint;

  if (endpoint->user && endpoint->password)
    {
      g_autoptr (JsonNode) body = login_body (endpoint->user, endpoint->password);
      const QdNodeCall call = { .method = "POST", .path = "/api/v1/auth/login", .body = body, .bare = TRUE };

      self->signing_in = TRUE;
      qd_node_request (self, &call, login_cb, NULL);
    }
  else if (self->signed_in)
    {
      g_autoptr (GError) error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_UNAUTHORIZED,
                                              endpoint->token
                                                ? _("%s does not accept the token: sign in again")
                                                : _("%s asks who you are: sign in with a user and a password, or a token"),
                                              qd_http_get_base_url (self->http));

      not_signed_in (self, error, TRUE);
    }
  else
    {
      if (endpoint->token)
        set_bearer (self, endpoint->token);
      signed_in (self);
    }
}

static void
refresh_cb (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  if (self->stopped)
    return;
  if (error == NULL && take_tokens (self, node))
    {
      signed_in (self);
      return;
    }
  if (error && !is_refusal (response) && !asks_nobody (response))
    {
      /* The server is away, not against us: the token may be good yet. */
      not_signed_in (self, error, FALSE);
      return;
    }
  wipe_string (&self->refresh_token);
  sign_in (self);
}

void
qd_node_auth_begin (QdNodeSession *self)
{
  if (self->stopped || self->signing_in)
    return;
  qd_io_timeout_stop (&self->renew_timer);
  if (self->refresh_token)
    {
      g_autoptr (JsonObject) object = json_object_new ();
      g_autoptr (JsonNode) body = json_node_init_object (json_node_alloc (), object);
      const QdNodeCall call = { .method = "POST", .path = "/api/v1/auth/refresh", .body = body, .bare = TRUE };

      json_object_set_string_member (object, "refresh_token", self->refresh_token);
      self->signing_in = TRUE;
      qd_node_request (self, &call, refresh_cb, NULL);
    }
  else
    sign_in (self);
}

void
qd_node_auth_renew (QdNodeSession *self)
{
  self->asked = TRUE;
  /* What was refused is tried again in its own time, and not with each request that would need it. */
  if (self->auth_error && self->renew_timer && !self->signing_in && !self->stopped)
    {
      g_autoptr (GError) error = g_error_copy (self->auth_error);

      qd_node_release_waiting (self, error);
      return;
    }
  qd_node_auth_begin (self);
}

void
qd_node_auth_worked (QdNodeSession *self)
{
  /* A token is all that there is, and it was refused for a while: nobody signs in anew to end that. */
  if (self->auth_error && self->endpoint->token && !(self->endpoint->user && self->endpoint->password))
    signed_in (self);
}

void
qd_node_auth_retry (QdNodeSession *self)
{
  self->refused = FALSE;
  qd_node_auth_begin (self);
}

static void
logout_cb (JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  /* Best effort while leaving: the token ends by itself soon after. */
  if (error)
    g_debug ("logout: %s", error->message);
}

void
qd_node_auth_stop (QdNodeSession *self)
{
  qd_io_timeout_stop (&self->renew_timer);
  qd_io_timeout_stop (&self->me_timer);
  if (self->refresh_token)
    {
      g_autoptr (JsonObject) object = json_object_new ();
      g_autoptr (JsonNode) body = json_node_init_object (json_node_alloc (), object);

      json_object_set_string_member (object, "refresh_token", self->refresh_token);
      qd_http_send_json (self->http, "POST", "/api/v1/auth/logout", NULL, body, NULL, logout_cb, NULL);
    }
  wipe_string (&self->refresh_token);
  qd_http_set_authorization (self->http, NULL);
}

/* --- By command: a fresh login, for a step-up or as someone else -------------------------------- */

typedef struct { GTask *task; char *user; char *password; } Login;

static void
login_free (Login *login)
{
  g_object_unref (login->task);
  g_free (login->user);
  wipe_string (&login->password);
  g_free (login);
}

static void
command_login_cb (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Login *login = data;
  g_autoptr (JsonObject) done = json_object_new ();

  if (error)
    g_task_return_error (login->task, qd_driver_translate_error (error, response));
  else if (!take_tokens (self, node))
    g_task_return_new_error (login->task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED,
                             _("%s/api/v1/auth/login answered without a token"), qd_http_get_base_url (self->http));
  else
    {
      g_set_str (&self->endpoint->user, login->user);
      wipe_string (&self->endpoint->password);
      self->endpoint->password = g_steal_pointer (&login->password);
      signed_in (self);
      qd_node_auth_ask_me (self);
      json_object_set_boolean_member (done, "signed_in", TRUE);
      g_task_return_pointer (login->task, json_node_init_object (json_node_alloc (), done),
                             (GDestroyNotify) json_node_unref);
    }
  login_free (login);
}

void
qd_node_auth_command (QdNodeSession *self, const char *user, const char *password, GTask *task)
{
  const char *name = user ? user : self->endpoint->user;
  Login *login;

  if (name == NULL)
    {
      g_task_return_new_error (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
                               _("This connection has no user: sign in with a user and a password"));
      g_object_unref (task);
      return;
    }
  login = g_new0 (Login, 1);
  login->task = task;
  login->user = g_strdup (name);
  login->password = g_strdup (password);
  {
    g_autoptr (JsonNode) body = login_body (name, password);
    const QdNodeCall call = { .method = "POST", .path = "/api/v1/auth/login", .body = body, .bare = TRUE };

    qd_node_request (self, &call, command_login_cb, login);
  }
}
