/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-http.h"

#include <glib/gi18n-lib.h>

#include "qd-http-private.h"
#include "qd-io.h"
#include "qd-trust.h"
#include "qd-wire-private.h"

#define DEFAULT_TIMEOUT_MS (30 * 1000)
#define DEFAULT_MAX_BODY (G_GUINT64_CONSTANT (64) * 1024 * 1024)
#define CHUNK (64 * 1024)
#define MAX_REDIRECTS 5
#define PATIENCE_MS 100
#define LATE_MS (5 * 1000)

struct _QdHttp
{
  gatomicrefcount refs;
  char *base_url;
  GUri *base;
  char *ca_file;
  char *pinned;
  guint timeout_ms;
  guint64 max_body;

  GMutex lock;                 /* the two below */
  char *authorization;
  GHashTable *headers;

  SoupSession *session;        /* the I/O thread's, as is the rest */
  GError *session_error;
  QdHttpOrder *order;
};

/* --- The endpoint -------------------------------------------------------------------------- */

static GUri *
parse_base (const char *url, GError **error)
{
  g_autoptr(GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  const char *scheme = uri ? g_uri_get_scheme (uri) : "";
  const char *host = uri ? g_uri_get_host (uri) : NULL;

  if ((!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https")) || host == NULL || *host == '\0')
    {
      g_set_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID,
                   _("“%s” is no address of a server: it must read like https://host:port"), url);
      return NULL;
    }
  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    {
      g_set_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID,
                   _("the address of %s must hold no user, password, query or fragment"), host);
      return NULL;
    }
  return g_steal_pointer (&uri);
}

/**
 * qd_http_new:
 * @options: copied
 * @error: set to %QD_WIRE_ERROR_INVALID for an unusable address or fingerprint
 *
 * Makes an endpoint. Opens nothing and reads no file: a CA file that cannot be read fails the
 * requests, by name.
 *
 * Returns: (transfer full) (nullable): the endpoint
 */
QdHttp *
qd_http_new (const QdHttpOptions *options, GError **error)
{
  g_autoptr(GUri) base = parse_base (options->base_url, error);
  g_autofree char *pinned = NULL;
  QdHttp *self;

  if (base == NULL)
    return NULL;
  if (options->pinned_sha256 != NULL)
    {
      pinned = qd_trust_normalise_fingerprint (options->pinned_sha256);
      if (pinned == NULL)
        {
          g_set_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID,
                       _("the pinned fingerprint of %s is no SHA-256: it must have 64 hexadecimal digits"),
                       options->base_url);
          return NULL;
        }
    }

  self = g_new0 (QdHttp, 1);
  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  self->base_url = g_uri_to_string (base);
  for (gsize n = strlen (self->base_url); n > 0 && self->base_url[n - 1] == '/'; n--)
    self->base_url[n - 1] = '\0';
  self->base = g_steal_pointer (&base);
  self->ca_file = g_strdup (options->ca_file);
  self->pinned = g_steal_pointer (&pinned);
  self->timeout_ms = options->timeout_ms ? MIN (options->timeout_ms, 86400 * 1000) : DEFAULT_TIMEOUT_MS;
  self->max_body = options->max_body ? options->max_body : DEFAULT_MAX_BODY;
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->order = qd_http_order_new ();
  return self;
}

QdHttp *
qd_http_ref (QdHttp *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static gboolean
free_on_io_cb (gpointer data)
{
  QdHttp *self = data;

  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_error (&self->session_error);
  qd_http_order_free (self->order);
  g_uri_unref (self->base);
  g_hash_table_unref (self->headers);
  g_mutex_clear (&self->lock);
  g_free (self->authorization);
  g_free (self->pinned);
  g_free (self->ca_file);
  g_free (self->base_url);
  g_free (self);
  return G_SOURCE_REMOVE;
}

void
qd_http_unref (QdHttp *self)
{
  /* The session belongs to the I/O thread, and so its end. */
  if (g_atomic_ref_count_dec (&self->refs))
    qd_io_invoke (free_on_io_cb, self, NULL);
}

const char *
qd_http_get_base_url (QdHttp *self)
{
  return self->base_url;
}

void
qd_http_set_authorization (QdHttp *self, const char *value)
{
  g_mutex_lock (&self->lock);
  g_set_str (&self->authorization, value);
  g_mutex_unlock (&self->lock);
}

void
qd_http_set_header (QdHttp *self, const char *name, const char *value)
{
  g_mutex_lock (&self->lock);
  if (value != NULL)
    g_hash_table_insert (self->headers, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (self->headers, name);
  g_mutex_unlock (&self->lock);
}

QdHttpOrder *
qd_http_get_order (QdHttp *self)
{
  return self->order;
}

guint
qd_http_get_late_ms (QdHttp *self)
{
  return MIN (self->timeout_ms, LATE_MS);
}

SoupSession *
qd_http_get_session (QdHttp *self, GError **error)
{
  g_autoptr(GTlsDatabase) trust = NULL;

  if (self->session == NULL && self->session_error == NULL)
    {
      if (g_str_equal (g_uri_get_scheme (self->base), "https"))
        trust = qd_trust_new (self->ca_file, self->pinned, &self->session_error);
      /* Time is kept by each request, as a stream may be silent for longer than a request. */
      self->session = soup_session_new_with_options ("max-conns", 64, "max-conns-per-host", 24,
                                                     "timeout", 0, "idle-timeout", 60,
                                                     "user-agent", "Quarterdeck/" QD_VERSION, NULL);
      /* None of its features: libsoup 3.6 takes references to them as a message is queued and drops
       * them as it leaves, and where a connection breaks they do not add up: a feature was freed
       * under the session. We decode, authorize and remember by ourselves. */
      soup_session_remove_feature_by_type (self->session, SOUP_TYPE_SESSION_FEATURE);
      if (trust != NULL)
        soup_session_set_tls_database (self->session, trust);
    }
  if (self->session_error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->session_error));
      return NULL;
    }
  return self->session;
}

static void
add_headers (QdHttp *self, SoupMessageHeaders *to, const char *const *headers)
{
  GHashTableIter iter;
  gpointer name, value;

  g_mutex_lock (&self->lock);
  if (self->authorization != NULL)
    soup_message_headers_replace (to, "Authorization", self->authorization);
  g_hash_table_iter_init (&iter, self->headers);
  while (g_hash_table_iter_next (&iter, &name, &value))
    soup_message_headers_replace (to, name, value);
  g_mutex_unlock (&self->lock);
  for (; headers != NULL && headers[0] != NULL && headers[1] != NULL; headers += 2)
    soup_message_headers_replace (to, headers[0], headers[1]);
}

static SoupMessage *
message_for_uri (QdHttp *self, const char *method, GUri *uri, const char *const *headers)
{
  SoupMessage *message = soup_message_new_from_uri (method, uri);

  /* Each request has a connection of its own. Where a server closes one that was used before, libsoup
   * 3.6 sends the request again by itself and may count it out of its queue twice: then it no longer
   * notices that others wait (for ever, their cancelling included), and frees what is in use. */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  add_headers (self, soup_message_get_request_headers (message), headers);
  return message;
}

SoupMessage *
qd_http_prepare (QdHttp *self, const char *method, const char *path, const char *const *headers, GError **error)
{
  g_autofree char *url = g_strconcat (self->base_url, path, NULL);
  g_autoptr(GUri) uri = NULL;
  gboolean clean = path[0] == '/';

  for (const char *p = path; *p; p++)
    clean = clean && !g_ascii_iscntrl (*p);
  uri = clean ? g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  if (uri == NULL || g_strcmp0 (g_uri_get_host (uri), g_uri_get_host (self->base)) != 0)
    {
      g_set_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID, _("%s: there can be no such path on this server"),
                   self->base_url);
      return NULL;
    }
  return message_for_uri (self, method, uri, headers);
}

/* --- One exchange -------------------------------------------------------------------------- */

/* A reference is held until the end is told, one by each operation of libsoup under way, and one by
 * the connection to the caller's cancellable. */
typedef struct
{
  gatomicrefcount refs;
  QdHttp *http;
  char *method;
  char *path;
  char **headers;
  char *content_type;
  GBytes *body;
  GCancellable *outer;         /* the caller's, or NULL */
  gulong outer_id;
  GCancellable *inner;
  QdHttpExchangeFunc func;
  gpointer data;

  SoupMessage *message;
  char *endpoint;
  GByteArray *received;
  GSource *timer;
  GSource *patience;           /* what is cancelled ends without libsoup's word after that */
  GSource *reaper;             /* what the caller has cancelled is ended then at the latest */
  gint64 started_us;
  gint64 moved_us;             /* when a byte last moved */
  guint redirects;
  gboolean timed_out;
  gboolean over;               /* the end was told */
} Exchange;

void
qd_http_response_free (QdHttpResponse *self)
{
  if (self == NULL)
    return;
  g_free (self->url);
  g_free (self->content_type);
  g_free (self->etag);
  g_free (self->www_authenticate);
  g_free (self->digest);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

static Exchange *
exchange_ref (Exchange *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

static void
exchange_unref (gpointer data)
{
  Exchange *self = data;

  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_object (&self->message);
  g_clear_object (&self->inner);
  g_clear_object (&self->outer);
  g_clear_pointer (&self->received, g_byte_array_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_strfreev (self->headers);
  g_free (self->content_type);
  g_free (self->endpoint);
  g_free (self->method);
  g_free (self->path);
  qd_http_unref (self->http);
  g_free (self);
}

/* Seconds or an HTTP date, as milliseconds from now; -1 when absent or unreadable. */
static gint64
retry_after_ms (SoupMessageHeaders *headers)
{
  const char *text = soup_message_headers_get_one (headers, "Retry-After");
  g_autoptr(GDateTime) date = NULL;
  guint64 seconds;

  if (text == NULL)
    return -1;
  if (g_ascii_string_to_unsigned (text, 10, 0, 86400 * 365, &seconds, NULL))
    return (gint64) seconds * 1000;
  date = soup_date_time_new_from_http_string (text);
  return date ? MAX (0, g_date_time_to_unix (date) * 1000 - g_get_real_time () / 1000) : -1;
}

static QdHttpResponse *
make_response (Exchange *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  QdHttpResponse *response = g_new0 (QdHttpResponse, 1);

  response->status = soup_message_get_status (self->message);
  response->url = g_uri_to_string_partial (soup_message_get_uri (self->message), G_URI_HIDE_USERINFO);
  response->content_type = qd_wire_media_type (headers);
  response->etag = g_strdup (soup_message_headers_get_one (headers, "ETag"));
  response->www_authenticate = g_strdup (soup_message_headers_get_list (headers, "WWW-Authenticate"));
  response->retry_after_ms = retry_after_ms (headers);
  response->body = g_byte_array_free_to_bytes (g_steal_pointer (&self->received));
  response->elapsed_us = g_get_monotonic_time () - self->started_us;
  return response;
}

static void
moved_cb (Exchange *self)
{
  self->moved_us = g_get_monotonic_time ();
}

static void
finish (Exchange *self, QdHttpResponse *response, GError *error)
{
  self->over = TRUE;
  qd_io_timeout_stop (&self->timer);
  qd_io_timeout_stop (&self->patience);
  if (self->outer != NULL && self->outer_id != 0)
    g_cancellable_disconnect (self->outer, self->outer_id);
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_func (self->message, moved_cb, self);
  self->func (response, error, self->data);
  exchange_unref (self);
}

static void
finish_with_cause (Exchange *self, const GError *cause)
{
  GError *error;

  if (self->timed_out)
    error = qd_wire_error_silent (self->endpoint, self->http->timeout_ms);
  else if (cause == NULL || g_cancellable_is_cancelled (self->inner) || self->reaper != NULL)
    error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED, _("%s: cancelled"), self->endpoint);
  else
    error = qd_wire_error_from_io (self->endpoint, self->message, cause);
  finish (self, NULL, error);
}

static void
finish_too_large (Exchange *self)
{
  g_autofree char *limit = g_format_size_full (self->http->max_body, G_FORMAT_SIZE_IEC_UNITS);
  GError *error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_TOO_LARGE,
                               _("%s: the answer is larger than %s, which is the most that is read"),
                               self->endpoint, limit);

  finish (self, NULL, error);
}

static gboolean
patience_cb (gpointer data)
{
  finish_with_cause (data, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
cancel_cb (gpointer data)
{
  Exchange *self = data;

  qd_io_timeout_stop (&self->reaper);
  g_cancellable_cancel (self->inner);
  return G_SOURCE_REMOVE;
}

/* Ends it soon, for sure: libsoup does not notice the cancelling of what still waits for a connection.
 * And what is cancelled in the middle, libsoup 3.6 uses after it has freed it, one time in a few hundred:
 * a caller who no longer wants it is told at once, and libsoup goes on to its next word, which nobody
 * takes, or until the time is up. */
static void
abandon (Exchange *self)
{
  if (self->over || self->patience != NULL)
    return;
  if (!self->timed_out)
    {
      self->reaper = qd_io_timeout_add (self->http->timeout_ms, cancel_cb, exchange_ref (self), exchange_unref);
      finish_with_cause (self, NULL);
      return;
    }
  self->patience = qd_io_timeout_add (PATIENCE_MS, patience_cb, self, NULL);
  g_cancellable_cancel (self->inner);
}

static gboolean
timer_cb (gpointer data)
{
  Exchange *self = data;
  gint64 quiet_ms = (g_get_monotonic_time () - self->moved_us) / 1000;

  qd_io_timeout_stop (&self->timer);
  if (quiet_ms < self->http->timeout_ms)
    {
      self->timer = qd_io_timeout_add (self->http->timeout_ms - quiet_ms + 1, timer_cb, self, NULL);
      return G_SOURCE_REMOVE;
    }
  self->timed_out = TRUE;
  abandon (self);
  return G_SOURCE_REMOVE;
}

/* Whether less came than was promised: libsoup lets that pass where the connection ends with the answer. */
static gboolean
is_cut_short (Exchange *self)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);

  return soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
         !g_str_equal (self->method, "HEAD") &&
         soup_message_get_status (self->message) != SOUP_STATUS_NOT_MODIFIED &&
         (goffset) self->received->len < soup_message_headers_get_content_length (headers);
}

static void
received_all (Exchange *self)
{
  QdHttpResponse *response;
  GError *error = NULL;

  if (is_cut_short (self))
    {
      g_set_error (&error, QD_WIRE_ERROR, QD_WIRE_ERROR_CLOSED,
                   _("%s: the connection closed in the middle of the answer (%u of %u bytes came)"), self->endpoint,
                   self->received->len,
                   (guint) soup_message_headers_get_content_length (soup_message_get_response_headers (self->message)));
      finish (self, NULL, error);
      return;
    }
  response = make_response (self);

  if (response->status >= 400)
    error = qd_wire_error_from_status (self->endpoint, response->status, response->content_type, response->body);
  finish (self, response, error);
}

/* One of libsoup's; TRUE when the end was told without waiting for it: then it may have been all that was left. */
static gboolean
operation_ended (Exchange *self)
{
  gboolean over = self->over;

  qd_io_timeout_stop (&self->reaper);
  exchange_unref (self);
  return over;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Exchange *self = data;
  g_autoptr(GError) cause = NULL;
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &cause);
  gsize length;
  gconstpointer chunk;

  if (operation_ended (self))
    return;
  if (bytes == NULL)
    {
      finish_with_cause (self, cause);
      return;
    }
  moved_cb (self);
  chunk = g_bytes_get_data (bytes, &length);
  if (length == 0)
    {
      received_all (self);
      return;
    }
  if (self->received->len + length > self->http->max_body)
    {
      finish_too_large (self);
      return;
    }
  g_byte_array_append (self->received, chunk, length);
  g_input_stream_read_bytes_async (G_INPUT_STREAM (source), CHUNK, G_PRIORITY_DEFAULT, self->inner, read_cb,
                                   exchange_ref (self));
}

static void start (Exchange *self);

/* Follows a redirect within one origin. TRUE when the exchange is dealt with. */
static gboolean
redirect (Exchange *self)
{
  guint status = soup_message_get_status (self->message);
  const char *location = soup_message_headers_get_one (soup_message_get_response_headers (self->message), "Location");
  GUri *from = soup_message_get_uri (self->message);
  g_autoptr(GUri) to = NULL;
  g_autofree char *where = NULL;

  if (!SOUP_STATUS_IS_REDIRECTION (status) || status == SOUP_STATUS_NOT_MODIFIED || location == NULL)
    return FALSE;
  to = g_uri_parse_relative (from, location, SOUP_HTTP_URI_FLAGS, NULL);
  where = to ? qd_wire_endpoint (NULL, to) : g_strdup ("?");
  if (to == NULL || g_strcmp0 (g_uri_get_host (to), g_uri_get_host (from)) != 0 ||
      g_uri_get_port (to) != g_uri_get_port (from) ||
      g_strcmp0 (g_uri_get_scheme (to), g_uri_get_scheme (from)) != 0 ||
      !(g_str_equal (self->method, "GET") || g_str_equal (self->method, "HEAD")) ||
      self->redirects++ >= MAX_REDIRECTS)
    {
      finish (self, NULL,
              g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL,
                           _("%s: the server redirects to %s, which is not followed: only reads are, within one server, and %d times at most"),
                           self->endpoint, where, MAX_REDIRECTS));
      return TRUE;
    }
  /* The old message is in use until its body's stream is gone. */
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_object_unref (self->message);
  self->message = message_for_uri (self->http, self->method, to, (const char *const *) self->headers);
  start (self);
  return TRUE;
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Exchange *self = data;
  g_autoptr(GError) cause = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &cause);
  SoupMessageHeaders *headers;

  if (operation_ended (self))
    return;
  if (stream == NULL)
    {
      finish_with_cause (self, cause);
      return;
    }
  moved_cb (self);
  if (redirect (self))
    return;
  headers = soup_message_get_response_headers (self->message);
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      !g_str_equal (self->method, "HEAD") &&
      (guint64) soup_message_headers_get_content_length (headers) > self->http->max_body)
    {
      finish_too_large (self);
      return;
    }
  g_input_stream_read_bytes_async (stream, CHUNK, G_PRIORITY_DEFAULT, self->inner, read_cb, exchange_ref (self));
}

/* Sends the message that is prepared. */
static void
start (Exchange *self)
{
  g_autoptr(GError) error = NULL;
  SoupSession *session = qd_http_get_session (self->http, &error);

  if (session == NULL)
    {
      finish (self, NULL, g_steal_pointer (&error));
      return;
    }
  soup_message_headers_replace (soup_message_get_request_headers (self->message), "Connection", "close");
  soup_session_send_async (session, self->message, G_PRIORITY_DEFAULT, self->inner, sent_cb, exchange_ref (self));
}

static gboolean
abandon_cb (gpointer data)
{
  abandon (data);
  return G_SOURCE_REMOVE;
}

static void
outer_cancelled_cb (GCancellable *outer, gpointer exchange)
{
  qd_io_invoke (abandon_cb, exchange_ref (exchange), exchange_unref);
}

static gboolean
begin_cb (gpointer data)
{
  Exchange *self = data;
  g_autoptr(GError) error = NULL;

  self->started_us = self->moved_us = g_get_monotonic_time ();
  self->message = qd_http_prepare (self->http, self->method, self->path, (const char *const *) self->headers, &error);
  if (self->message == NULL)
    {
      finish (self, NULL, g_steal_pointer (&error));
      return G_SOURCE_REMOVE;
    }
  self->endpoint = qd_wire_endpoint (self->method, soup_message_get_uri (self->message));
  if (self->body != NULL)
    soup_message_set_request_body_from_bytes (self->message, self->content_type, self->body);
  g_signal_connect_swapped (self->message, "wrote-body-data", G_CALLBACK (moved_cb), self);
  self->timer = qd_io_timeout_add (self->http->timeout_ms, timer_cb, self, NULL);
  if (self->outer != NULL)
    self->outer_id = g_cancellable_connect (self->outer, G_CALLBACK (outer_cancelled_cb),
                                            exchange_ref (self), exchange_unref);
  start (self);
  return G_SOURCE_REMOVE;
}

void
qd_http_exchange (QdHttp *http, const char *method, const char *path, const char *const *headers,
                  const char *content_type, GBytes *body, GCancellable *cancellable,
                  QdHttpExchangeFunc func, gpointer data)
{
  Exchange *self = g_new0 (Exchange, 1);

  g_atomic_ref_count_init (&self->refs);
  self->http = qd_http_ref (http);
  self->method = g_strdup (method);
  self->path = g_strdup (path);
  self->headers = g_strdupv ((char **) headers);
  self->content_type = g_strdup (content_type);
  self->body = body ? g_bytes_ref (body) : NULL;
  self->outer = cancellable ? g_object_ref (cancellable) : NULL;
  self->inner = g_cancellable_new ();
  self->received = g_byte_array_new ();
  self->func = func;
  self->data = data;
  qd_io_invoke (begin_cb, self, NULL);
}

typedef struct { QdHttpCallback callback; gpointer data; } Plain;

static void
plain_cb (QdHttpResponse *response, GError *error, gpointer data)
{
  g_autofree Plain *plain = data;

  if (plain->callback != NULL)
    plain->callback (response, error, plain->data);
  qd_http_response_free (response);
  g_clear_error (&error);
}

/**
 * qd_http_send:
 * @path: begins with "/"; appended to the base URL
 * @headers: (nullable): name, value, …, %NULL
 * @body: (nullable): what to send, as @content_type
 *
 * Sends one request. Never blocks; @callback comes exactly once, on the I/O thread, later.
 */
void
qd_http_send (QdHttp *self, const char *method, const char *path, const char *const *headers,
              const char *content_type, GBytes *body, GCancellable *cancellable,
              QdHttpCallback callback, gpointer user_data)
{
  Plain *plain = g_new (Plain, 1);

  *plain = (Plain) { callback, user_data };
  qd_http_exchange (self, method, path, headers, content_type, body, cancellable, plain_cb, plain);
}
