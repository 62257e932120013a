/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-patronus-session.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-backoff.h"
#include "qd-decode.h"
#include "qd-io.h"
#include "qd-json.h"
#include "qd-json-copy.h"
#include "qd-metric.h"
#include "qd-patronus-policies.h"
#include "qd-websocket.h"

#define ROUND_MS 5000             /* from the end of one round of lists to the next */
#define METRICS_AT_ONCE 4         /* readings of path metrics under way */
#define METRICS_EVERY_MS 10000    /* from the end of one walk over the paths to the next */
#define FLOW_PAGE 1000            /* the server's own limit */
#define FLOW_PAGES 200
#define SOCKET_SILENCE_S 0        /* it never pings, and says nothing for hours */
#define RENEW_PART 0.8

typedef enum { SITES, PATHS, FLOWS, SUMMARY, POLICIES, N_STEPS } Step;

static const struct { const char *name, *path; QdKind kind; } steps[N_STEPS] = {
  [SITES] = { "sites", "/api/v1/sites", QD_KIND_SITE },
  [PATHS] = { "paths", "/api/v1/paths", QD_KIND_PATH },
  [FLOWS] = { "flows", "/api/v1/flows", QD_KIND_FLOW },
  [SUMMARY] = { "summary", "/api/v1/metrics/summary", QD_KIND_CONNECTION },
  [POLICIES] = { "policies", "/api/v1/policies", QD_KIND_CONNECTION },
};

typedef struct {
  QdWebSocket *socket;
  GSource *retry;
  QdBackoff backoff;
  gint64 opened_us;
  gboolean absent;
} Socket;

struct _QdPatronusSession {
  gatomicrefcount refs;
  QdEndpoint *endpoint;
  QdOutlet *outlet;
  QdHttp *http;
  GCancellable *cancellable;
  gboolean stopped;

  char *token;
  char *refresh_token;
  gint64 renew_us;         /* monotonic; 0: never */
  gboolean login_absent;

  Step step;
  guint flow_pages;
  GString *offers;
  gboolean offered[N_STEPS];
  gboolean ever_live;
  QdBackoff backoff;
  GSource *round_timer;

  GPtrArray *paths;        /* ids of the last round */
  guint next_path;
  guint reading;
  guint unmeasured;        /* that had no sample or could not be read, in this walk */
  GSource *walk_timer;

  char *policies;          /* digest of the last list; NULL: none yet */
  gint64 policies_at;      /* QD_CONNECTION_POLICIES */

  Socket events, metrics;
};

static void read_step (QdPatronusSession *self);
static void walk (QdPatronusSession *self);
static void socket_open (QdPatronusSession *self, Socket *socket);

QdPatronusSession *
qd_patronus_session_new (const QdEndpoint *endpoint, QdOutlet *outlet, QdHttp *http)
{
  QdPatronusSession *self = g_new0 (QdPatronusSession, 1);
  const QdBackoff fresh = QD_BACKOFF_INIT;

  g_atomic_ref_count_init (&self->refs);
  self->endpoint = qd_endpoint_copy (endpoint);
  self->outlet = qd_outlet_ref (outlet);
  self->http = qd_http_ref (http);
  self->cancellable = g_cancellable_new ();
  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->backoff = self->events.backoff = self->metrics.backoff = fresh;
  return self;
}

QdPatronusSession *
qd_patronus_session_ref (QdPatronusSession *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
wipe (char **secret)
{
  if (*secret)
    explicit_bzero (*secret, strlen (*secret));
  g_clear_pointer (secret, g_free);
}

void
qd_patronus_session_unref (QdPatronusSession *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  wipe (&self->token);
  wipe (&self->refresh_token);
  g_ptr_array_unref (self->paths);
  g_free (self->policies);
  g_object_unref (self->cancellable);
  qd_http_unref (self->http);
  qd_outlet_unref (self->outlet);
  qd_endpoint_free (self->endpoint);
  g_free (self);
}

static void
set_timer (QdPatronusSession *self, GSource **timer, guint ms, GSourceFunc func, gpointer data)
{
  qd_io_timeout_stop (timer);
  if (!self->stopped)
    *timer = qd_io_timeout_add (ms, func, data, NULL);
}

/* --- Requests: each holds the session ---------------------------------------------------------------- */

typedef struct { QdPatronusSession *session; QdPatronusReply reply; gpointer data; } Request;

static void
reply_cb (JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Request *request = data;

  request->reply (request->session, node, response, error, request->data);
  qd_patronus_session_unref (request->session);
  g_free (request);
}

void
qd_patronus_session_send (QdPatronusSession *self, const char *method, const char *path, JsonNode *body, QdPatronusReply reply, gpointer data)
{
  Request *request = g_new (Request, 1);

  *request = (Request) { qd_patronus_session_ref (self), reply, data };
  qd_http_send_json (self->http, method, path, NULL, body, self->cancellable, reply_cb, request);
}

const char *
qd_patronus_session_get_url (QdPatronusSession *self)
{
  return qd_http_get_base_url (self->http);
}

/* --- Rounds --------------------------------------------------------------------------------------------- */

static gboolean
round_cb (gpointer data)
{
  QdPatronusSession *self = data;

  g_clear_pointer (&self->round_timer, g_source_unref);
  qd_patronus_session_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
round_failed (QdPatronusSession *self, const char *message, gint64 wait_ms)
{
  qd_outlet_state (self->outlet, self->ever_live ? "stale" : "connecting", message);
  set_timer (self, &self->round_timer, MAX (wait_ms, qd_backoff_next_ms (&self->backoff)), round_cb, self);
}

static void
tell_offers (QdPatronusSession *self)
{
  g_autoptr (GString) text = g_string_new ("[");
  QdDelta *delta;

  for (guint i = 0; i < N_STEPS; i++)
    if (self->offered[i])
      g_string_append_printf (text, "%s\"%s\"", text->len > 1 ? "," : "", steps[i].name);
  if (self->offered[FLOWS])
    g_string_append (text, ",\"flows.search\"");
  if (self->offered[POLICIES])
    g_string_append (text, ",\"policies.write\"");
  if (self->events.opened_us > 0)
    g_string_append (text, ",\"events\"");
  if (self->offered[PATHS] || self->metrics.opened_us > 0)
    g_string_append (text, ",\"metrics\"");
  g_string_append_c (text, ']');
  delta = qd_outlet_connection_delta (self->outlet);
  qd_delta_set (delta, QD_CONNECTION_OFFERS, qd_value_json (text->str));
  qd_outlet_send (self->outlet, delta);
}

static void
round_done (QdPatronusSession *self)
{
  gboolean any = self->offered[SITES] || self->offered[PATHS];

  if (!any)
    {
      g_autofree char *message = g_strdup_printf (_("%s offers neither sites nor paths: is the address right?"),
                                                  qd_http_get_base_url (self->http));

      round_failed (self, message, 1000);
      return;
    }
  if (!self->ever_live)
    tell_offers (self);
  self->ever_live = TRUE;
  qd_backoff_reset (&self->backoff);
  qd_outlet_state (self->outlet, "live", NULL);
  qd_outlet_fresh (self->outlet);
  set_timer (self, &self->round_timer, ROUND_MS, round_cb, self);
  if (self->walk_timer == NULL && self->reading == 0)
    walk (self);
  if (self->token)
    {
      socket_open (self, &self->events);
      socket_open (self, &self->metrics);
    }
}

static void
next_step (QdPatronusSession *self)
{
  if (++self->step < N_STEPS)
    read_step (self);
  else
    round_done (self);
}

/* The server draws every link as "never measured" in its lists: those zeros are no samples, and
 * must not wipe the real ones, so that a path is patched, never replaced. */
static void
take_list (QdPatronusSession *self, Step step, JsonArray *items)
{
  guint bad = qd_decode_list (self->outlet, steps[step].kind, items,
                              step == PATHS ? QD_DELTA_PATCH : QD_DELTA_UPSERT);

  if (bad > 0)
    g_message ("%s%s: %u items had no usable id and were left out", qd_http_get_base_url (self->http), steps[step].path, bad);
  if (step != PATHS)
    return;
  g_ptr_array_set_size (self->paths, 0);
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *object = qd_json_object (json_array_get_element (items, i));
      char *id = object ? qd_json_dup_id (object, "id") : NULL;

      if (id)
        g_ptr_array_add (self->paths, id);
    }
}

/* No model has a place for a summary: it is kept with the connection, as it came. */
static void
take_summary (QdPatronusSession *self, JsonNode *node)
{
  g_autofree char *text = qd_json_to_text (node, FALSE);
  QdDelta *delta = qd_outlet_connection_delta (self->outlet);

  qd_delta_set (delta, QD_FIELD_EXTRA, qd_value_json (text));
  qd_outlet_send (self->outlet, delta);
}

void
qd_patronus_session_policies_changed (QdPatronusSession *self)
{
  QdDelta *delta = qd_outlet_connection_delta (self->outlet);

  /* The time, so that it grows from one run to the next, too. */
  self->policies_at = MAX (self->policies_at + 1, g_get_real_time ());
  qd_delta_set (delta, QD_CONNECTION_POLICIES, qd_value_int (self->policies_at));
  qd_outlet_send (self->outlet, delta);
}

/* Nothing here says that policies changed: they are looked at each round. A server without them, or with others, is none the worse. */
static void
take_policies (QdPatronusSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error)
{
  JsonArray *items = error ? NULL : qd_json_list (node, "policies");
  gboolean were = self->offered[POLICIES];
  g_autofree char *digest = NULL;

  if (error && !qd_driver_is_not_offered (error, response))
    {
      g_debug ("%s%s: %s", qd_patronus_session_get_url (self), steps[POLICIES].path, error->message);
      return;
    }
  self->offered[POLICIES] = items && qd_patronus_policies_are (items);
  digest = self->offered[POLICIES] ? qd_patronus_policies_dup_digest (items) : NULL;
  if (digest && g_strcmp0 (digest, self->policies) != 0)
    qd_patronus_session_policies_changed (self);
  g_set_str (&self->policies, digest);
  if (self->ever_live && were != self->offered[POLICIES])
    tell_offers (self);
}

static void
step_cb (QdPatronusSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Step step = GPOINTER_TO_INT (data);
  JsonArray *items = error || step >= SUMMARY ? NULL : qd_json_list (node, steps[step].name);
  gboolean more = FALSE;

  if (self->stopped || step != self->step)
    return;
  if (step == POLICIES)
    {
      take_policies (self, node, response, error);
      next_step (self);
      return;
    }
  if (error && !self->offered[step] && qd_driver_is_not_offered (error, response))
    {
      next_step (self);
      return;
    }
  if (error || (step != SUMMARY && items == NULL))
    {
      g_autofree char *odd = g_strdup_printf (_("%s%s answered with something else than a list"),
                                              qd_http_get_base_url (self->http), steps[step].path);

      round_failed (self, error ? error->message : odd, response ? response->retry_after_ms : -1);
      return;
    }
  self->offered[step] = TRUE;
  if (step == SUMMARY)
    take_summary (self, node);
  else
    {
      if (step != FLOWS || self->flow_pages == 0)
        qd_outlet_snapshot (self->outlet, steps[step].kind, TRUE);
      take_list (self, step, items);
      more = step == FLOWS && json_array_get_length (items) >= FLOW_PAGE && ++self->flow_pages < FLOW_PAGES;
      if (!more)
        qd_outlet_snapshot (self->outlet, steps[step].kind, FALSE);
    }
  if (more)
    read_step (self);
  else
    next_step (self);
}

static void
read_step (QdPatronusSession *self)
{
  g_autofree char *path = NULL;

  if (self->step == FLOWS)
    path = g_strdup_printf ("%s?limit=%d&offset=%u", steps[FLOWS].path, FLOW_PAGE, self->flow_pages * FLOW_PAGE);
  qd_patronus_session_send (self, "GET", path ? path : steps[self->step].path, NULL, step_cb, GINT_TO_POINTER ((int) self->step));
}

static void
begin_round (QdPatronusSession *self)
{
  self->step = SITES;
  self->flow_pages = 0;
  read_step (self);
}

/* --- The walk over the paths' metrics ---------------------------------------------------------------------- */

static gboolean
walk_cb (gpointer data)
{
  QdPatronusSession *self = data;

  g_clear_pointer (&self->walk_timer, g_source_unref);
  self->next_path = 0;
  self->unmeasured = 0;
  walk (self);
  return G_SOURCE_REMOVE;
}

static void
sample_cb (QdPatronusSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  g_autofree char *id = data;
  JsonObject *object = error ? NULL : qd_json_object (node);
  JsonObject *metrics = object ? qd_json_get_object (object, "metrics") : NULL;

  self->reading--;
  if (self->stopped)
    return;
  if (metrics && !qd_decode_metrics_are_empty (metrics))
    {
      QdDelta *delta = qd_delta_new (qd_outlet_get_connection (self->outlet), QD_KIND_PATH, id, QD_DELTA_UPDATE);

      qd_decode_path_metrics (delta, metrics);
      qd_outlet_send (self->outlet, delta);
    }
  else
    {
      /* 500 is how this server says that there is no sample yet. */
      self->unmeasured++;
      if (error)
        g_debug ("path %s: %s", id, error->message);
    }
  walk (self);
}

static void
walk (QdPatronusSession *self)
{
  if (self->stopped || self->walk_timer)
    return;
  while (self->reading < METRICS_AT_ONCE && self->next_path < self->paths->len)
    {
      char *id = g_strdup (g_ptr_array_index (self->paths, self->next_path++));
      g_autoptr (GString) path = g_string_new ("/api/v1/paths/");

      g_string_append_uri_escaped (path, id, NULL, FALSE);
      g_string_append (path, "/metrics");
      self->reading++;
      qd_patronus_session_send (self, "GET", path->str, NULL, sample_cb, id);
    }
  if (self->reading == 0)
    set_timer (self, &self->walk_timer, METRICS_EVERY_MS, walk_cb, self);
}

/* --- Sockets ------------------------------------------------------------------------------------------------- */

static gboolean
events_retry_cb (gpointer data)
{
  QdPatronusSession *self = data;

  g_clear_pointer (&self->events.retry, g_source_unref);
  socket_open (self, &self->events);
  return G_SOURCE_REMOVE;
}

static gboolean
metrics_retry_cb (gpointer data)
{
  QdPatronusSession *self = data;

  g_clear_pointer (&self->metrics.retry, g_source_unref);
  socket_open (self, &self->metrics);
  return G_SOURCE_REMOVE;
}

static Socket *
socket_of (QdPatronusSession *self, QdWebSocket *which)
{
  return self->events.socket == which ? &self->events : &self->metrics;
}

static void
opened_cb (QdWebSocket *which, gpointer data)
{
  QdPatronusSession *self = data;

  socket_of (self, which)->opened_us = g_get_monotonic_time ();
  tell_offers (self);
}

/* An event here has no id and no number: it is told apart by its bytes. */
static void
take_event (QdPatronusSession *self, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = qd_json_parse (text, length, "/ws/events", &error);
  JsonObject *object = node ? qd_json_object (node) : NULL;
  g_autofree char *id = NULL;
  g_autofree char *type = NULL;
  g_autofree char *subject = NULL;
  QdDelta *delta;
  int kind;

  if (object == NULL || qd_json_get_string (object, "type", NULL) == NULL)
    {
      g_message ("%s/ws/events: %s", qd_http_get_base_url (self->http), error ? error->message : "no event");
      return;
    }
  id = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guchar *) text, length);
  json_object_set_string_member (object, "id", id);
  delta = qd_decode (qd_outlet_get_connection (self->outlet), QD_KIND_EVENT, object, QD_DELTA_UPSERT);
  if (delta)
    qd_outlet_send (self->outlet, delta);
  type = g_ascii_strdown (qd_json_get_string (object, "type", ""), -1);
  kind = qd_decode_subject (type, qd_json_get_object (object, "data"), &subject);
  if (kind == QD_KIND_SITE && g_str_has_suffix (type, "_deleted"))
    qd_outlet_remove (self->outlet, QD_KIND_SITE, subject);
  else if ((kind == QD_KIND_SITE || kind == QD_KIND_PATH) && self->round_timer)
    set_timer (self, &self->round_timer, 200, round_cb, self);
}

static void
text_cb (QdWebSocket *which, GBytes *message, gpointer data)
{
  QdPatronusSession *self = data;
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (message, &length);

  if (which == self->events.socket)
    take_event (self, text, length);
  else if (!qd_metric_take_frame (self->outlet, message, &error))
    g_message ("%s/ws/metrics: %s", qd_http_get_base_url (self->http), error->message);
}

static void
closed_cb (QdWebSocket *which, const GError *error, gpointer data)
{
  QdPatronusSession *self = data;
  Socket *socket = socket_of (self, which);

  g_clear_pointer (&socket->socket, qd_websocket_close);
  if (socket->opened_us == 0 && g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND))
    {
      socket->absent = TRUE;
      return;
    }
  g_debug ("%s: %s", qd_http_get_base_url (self->http), error->message);
  set_timer (self, &socket->retry, qd_backoff_next_ms (&socket->backoff),
             socket == &self->events ? events_retry_cb : metrics_retry_cb, self);
}

static void
socket_open (QdPatronusSession *self, Socket *socket)
{
  static const QdWebSocketEvents events = { opened_cb, text_cb, closed_cb };
  g_autoptr (GString) path = NULL;

  if (self->stopped || socket->socket || socket->retry || socket->absent || self->token == NULL)
    return;
  path = g_string_new (socket == &self->events ? "/ws/events?token=" : "/ws/metrics?token=");
  g_string_append_uri_escaped (path, self->token, NULL, FALSE);
  socket->socket = qd_websocket_open (self->http, path->str, SOCKET_SILENCE_S, &events, self);
}

static void
socket_stop (Socket *socket)
{
  qd_io_timeout_stop (&socket->retry);
  g_clear_pointer (&socket->socket, qd_websocket_close);
}

/* --- Signing in: only if we were given something to sign in with --------------------------------------------- */

static void
take_tokens (QdPatronusSession *self, JsonObject *object)
{
  const char *access = qd_json_get_string (object, "access_token", NULL);
  const char *refresh = qd_json_get_string (object, "refresh_token", NULL);
  JsonObject *user = qd_json_get_object (object, "user");
  double expires_s = 900;
  g_autofree char *bearer = NULL;

  if (access == NULL)
    return;
  wipe (&self->token);
  self->token = g_strdup (access);
  bearer = g_strconcat ("Bearer ", access, NULL);
  qd_http_set_authorization (self->http, bearer);
  wipe (&bearer);
  if (refresh)
    {
      wipe (&self->refresh_token);
      self->refresh_token = g_strdup (refresh);
    }
  qd_json_get_number (object, "expires_in", &expires_s);
  self->renew_us = g_get_monotonic_time () + (gint64) (CLAMP (expires_s, 10, 1e6) * RENEW_PART * G_USEC_PER_SEC);
  /* A refresh answers with an empty user, which says nothing. */
  if (user && *qd_json_get_string (user, "email", ""))
    {
      QdDelta *delta = qd_outlet_connection_delta (self->outlet);

      qd_delta_set (delta, QD_CONNECTION_USER, qd_value_string (qd_json_get_string (user, "email", NULL)));
      qd_delta_set (delta, QD_CONNECTION_ROLE, qd_value_string (qd_json_get_string (user, "role", "")));
      qd_outlet_send (self->outlet, delta);
    }
}

static void
login_cb (QdPatronusSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  if (self->stopped)
    return;
  if (error && qd_driver_is_not_offered (error, response))
    self->login_absent = TRUE;
  else if (error && response && response->status == 401)
    {
      wipe (&self->refresh_token);
      qd_outlet_state (self->outlet, "refused", error->message);
      set_timer (self, &self->round_timer, 30000, round_cb, self);
      return;
    }
  else if (error)
    {
      round_failed (self, error->message, response ? response->retry_after_ms : -1);
      return;
    }
  else if (qd_json_object (node))
    take_tokens (self, qd_json_object (node));
  begin_round (self);
}

static gboolean
needs_sign_in (QdPatronusSession *self)
{
  if (self->login_absent || self->endpoint->user == NULL || self->endpoint->password == NULL)
    return FALSE;
  return self->token == NULL || (self->renew_us > 0 && g_get_monotonic_time () >= self->renew_us);
}

static void
sign_in (QdPatronusSession *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) body = json_node_init_object (json_node_alloc (), object);

  if (self->refresh_token)
    {
      json_object_set_string_member (object, "refresh_token", self->refresh_token);
      qd_patronus_session_send (self, "POST", "/api/v1/auth/refresh", body, login_cb, NULL);
      return;
    }
  json_object_set_string_member (object, "email", self->endpoint->user);
  json_object_set_string_member (object, "password", self->endpoint->password);
  qd_patronus_session_send (self, "POST", "/api/v1/auth/login", body, login_cb, NULL);
}

/* --- Life -------------------------------------------------------------------------------------------------------- */

void
qd_patronus_session_start (QdPatronusSession *self)
{
  if (self->endpoint->token)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", self->endpoint->token, NULL);

      self->token = g_strdup (self->endpoint->token);
      qd_http_set_authorization (self->http, bearer);
      wipe (&bearer);
    }
  qd_patronus_session_refresh (self);
}

void
qd_patronus_session_refresh (QdPatronusSession *self)
{
  /* A round that is under way ends first; F5 while it waits begins the next at once. */
  if (self->stopped || (self->round_timer == NULL && self->step != SITES))
    return;
  qd_io_timeout_stop (&self->round_timer);
  if (needs_sign_in (self))
    sign_in (self);
  else
    begin_round (self);
}

void
qd_patronus_session_stop (QdPatronusSession *self)
{
  if (self->stopped)
    return;
  self->stopped = TRUE;
  qd_io_timeout_stop (&self->round_timer);
  qd_io_timeout_stop (&self->walk_timer);
  socket_stop (&self->events);
  socket_stop (&self->metrics);
  g_cancellable_cancel (self->cancellable);
  qd_http_set_authorization (self->http, NULL);
}

/* --- Commands ------------------------------------------------------------------------------------------------------ */

typedef struct { QdPatronusSession *session; GTask *task; char *path; } Command;

static void
command_cb (QdPatronusSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  GTask *task = data;

  if (error)
    g_task_return_error (task, qd_driver_translate_error (error, response));
  else
    g_task_return_pointer (task, qd_json_copy (node), (GDestroyNotify) json_node_unref);
  g_object_unref (task);
}

static gboolean
send_command_cb (gpointer data)
{
  Command *command = data;

  qd_patronus_session_send (command->session, "GET", command->path, NULL, command_cb, command->task);
  qd_patronus_session_unref (command->session);
  g_free (command->path);
  g_free (command);
  return G_SOURCE_REMOVE;
}

static char *
search_path (JsonObject *args)
{
  static const struct { const char *ours, *theirs; } filters[] = {
    { "status", "status" }, { "path", "path_id" }, { "policy", "policy_id" },
  };
  GString *path = g_string_new ("/api/v1/flows?limit=1000");

  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autofree char *value = qd_json_dup_id (args, filters[i].ours);

      if (value && *value)
        {
          g_string_append_printf (path, "&%s=", filters[i].theirs);
          g_string_append_uri_escaped (path, value, NULL, FALSE);
        }
    }
  return g_string_free (path, FALSE);
}

/* Of what would change something the real server has policies alone: the rest is not there (and is not offered). */
void
qd_patronus_session_command (QdPatronusSession *self, const char *verb, JsonObject *args, GTask *task)
{
  Command *command;

  if (qd_patronus_policies_command (self, verb, args, task))
    return;
  if (!g_str_equal (verb, "flows.search"))
    {
      g_task_return_new_error (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED,
                               _("%s does not offer “%s”: Patronus has no such route"),
                               qd_http_get_base_url (self->http), verb);
      g_object_unref (task);
      return;
    }
  command = g_new0 (Command, 1);
  command->session = qd_patronus_session_ref (self);
  command->task = task;
  command->path = search_path (args);
  qd_io_invoke (send_command_cb, command, NULL);
}
