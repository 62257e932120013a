/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define MAX_CURRENT (1024 * 1024)

/* How often one reading is repeated because the server asked us to wait. */
#define MAX_WAITS 5
#define MAX_WAIT_MS (120 * 1000)

typedef struct {
  QdNodeSession *session;
  char *method;
  char *path;
  GStrv headers;
  JsonNode *body;
  char *known;
  gboolean bare, patient;
  GCancellable *cancellable;
  guint token_run;    /* of the token that it was sent with */
  gboolean renewed;   /* was sent again with a new token */
  guint waits;
  GSource *timer;
  QdNodeReply reply;
  gpointer data;
} Request;

static void
request_free (Request *self)
{
  qd_io_timeout_stop (&self->timer);
  qd_node_session_unref (self->session);
  g_free (self->method);
  g_free (self->path);
  g_strfreev (self->headers);
  g_free (self->known);
  g_clear_pointer (&self->body, json_node_unref);
  g_object_unref (self->cancellable);
  g_free (self);
}

static void
finish (Request *self, JsonNode *node, const QdHttpResponse *response, const GError *error)
{
  g_autoptr (GError) cancelled = NULL;

  if (self->session->stopped)
    {
      cancelled = g_error_new_literal (QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED, _("The connection was switched off"));
      self->reply (self->session, NULL, NULL, cancelled, self->data);
    }
  else
    self->reply (self->session, node, response, error, self->data);
  request_free (self);
}

static void answered_cb (JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data);

static void
send_now (Request *self)
{
  if (self->session->stopped)
    {
      finish (self, NULL, NULL, NULL);
      return;
    }
  self->token_run = self->session->token_run;
  g_debug ("%p %s %s", self, self->method, self->path);
  if (self->known)
    qd_http_read_json (self->session->http, self->path, self->known, self->cancellable, answered_cb, self);
  else
    qd_http_send_json (self->session->http, self->method, self->path,
                       (const char *const *) self->headers, self->body, self->cancellable,
                       answered_cb, self);
}

static gboolean
waited_cb (gpointer data)
{
  Request *self = data;

  g_clear_pointer (&self->timer, g_source_unref);
  send_now (self);
  return G_SOURCE_REMOVE;
}

/* Waits until the server wants to hear from us again, when it said so. */
static void
send_in_time (Request *self)
{
  gint64 left_us = self->session->not_before_us - g_get_monotonic_time ();

  if (left_us <= 0)
    {
      send_now (self);
      return;
    }
  /* Spread, so that all that waits does not come at once: the wider the more often that was too much. */
  self->timer = qd_io_timeout_add (left_us / 1000 + g_random_int_range (1, 200 * (1 + MIN (qd_node_slow (self->session), 20))),
                                   waited_cb, self, NULL);
}

static gboolean
slow_down (Request *self, const QdHttpResponse *response)
{
  gint64 wait_ms = response->retry_after_ms;

  if (response->status != 429 && !(response->status == 503 && wait_ms >= 0))
    return FALSE;
  if (wait_ms < 0)
    wait_ms = 1000;
  wait_ms = CLAMP (wait_ms, 250, MAX_WAIT_MS);
  self->session->slow = MIN (qd_node_slow (self->session) + 1, 1000);
  self->session->slowed_us = g_get_monotonic_time ();
  self->session->not_before_us = MAX (self->session->not_before_us,
                                      g_get_monotonic_time () + wait_ms * 1000);
  if ((!g_str_equal (self->method, "GET") && !(self->patient && response->status == 429)) || self->waits >= MAX_WAITS)
    return FALSE;
  self->waits++;
  send_in_time (self);
  return TRUE;
}

static gboolean
wants_new_token (Request *self, const QdHttpResponse *response)
{
  return response->status == 401 && !self->bare && !self->renewed &&
         !(response->www_authenticate &&
           strstr (response->www_authenticate, "insufficient_user_authentication"));
}

static void
answered_cb (JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Request *self = data;

  g_debug ("%p %s %s: %u %s", self, self->method, self->path, response ? response->status : 0, error ? error->message : "");
  if (error && response && !self->session->stopped)
    {
      if (wants_new_token (self, response))
        {
          self->renewed = TRUE;
          if (self->token_run != self->session->token_run && !self->session->signing_in)
            {
              /* Another one's 401 has brought the new token already. */
              send_in_time (self);
              return;
            }
          g_ptr_array_add (self->session->waiting, self);
          qd_node_auth_renew (self->session);
          return;
        }
      if (slow_down (self, response))
        return;
    }
  else if (!error && !self->bare && !self->session->stopped)
    qd_node_auth_worked (self->session);
  finish (self, node, response, error);
}

void
qd_node_release_waiting (QdNodeSession *self, const GError *error)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new ();
  for (guint i = 0; i < waiting->len; i++)
    {
      Request *request = g_ptr_array_index (waiting, i);

      if (error)
        finish (request, NULL, NULL, error);
      else
        send_in_time (request);
    }
}

void
qd_node_request (QdNodeSession *self, const QdNodeCall *call, QdNodeReply reply, gpointer data)
{
  Request *request = g_new0 (Request, 1);

  request->session = qd_node_session_ref (self);
  request->method = g_strdup (call->method);
  request->path = g_strdup (call->path);
  request->headers = g_strdupv ((GStrv) call->headers);
  request->body = call->body ? json_node_ref (call->body) : NULL;
  request->known = g_strdup (call->known);
  request->bare = call->bare;
  request->patient = call->patient;
  request->cancellable = g_object_ref (call->cancellable ? call->cancellable : self->cancellable);
  request->reply = reply;
  request->data = data;
  if (self->signing_in && !call->bare)
    g_ptr_array_add (self->waiting, request);
  else
    send_in_time (request);
}

void
qd_node_get (QdNodeSession *self, const char *path, QdNodeReply reply, gpointer data)
{
  const QdNodeCall call = { .method = "GET", .path = path };

  qd_node_request (self, &call, reply, data);
}

JsonNode *
qd_node_read_current (const QdHttpResponse *response)
{
  gsize size = 0;
  const char *text = response->body ? g_bytes_get_data (response->body, &size) : NULL;

  return response->status == 412 && text && size <= MAX_CURRENT ? qd_json_parse (text, (gssize) size, "current", NULL) : NULL;
}
