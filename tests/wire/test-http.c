/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire-test"
#include "config.h"

#include "qd-http.h"

#include <string.h>
#include <glib/gstdio.h>

#include "qd-io.h"
#include "qd-json.h"
#include "wire-test.h"

/* --- The server ---------------------------------------------------------------------------- */

static gboolean
resume_cb (gpointer message)
{
  soup_server_message_unpause (message);
  return G_SOURCE_REMOVE;
}

static void
answer_later (SoupServerMessage *message, guint ms)
{
  g_autoptr(GSource) source = g_timeout_source_new (ms);

  soup_server_message_pause (message);
  g_source_set_callback (source, resume_cb, g_object_ref (message), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
answer (SoupServerMessage *message, guint status, const char *type, const char *body, gssize length)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, length < 0 ? strlen (body) : (gsize) length);
}

static void
answer_echo (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *names[] = { "Authorization", "X-API-Key", "Cookie", "User-Agent", "If-Match", "Content-Type" };
  g_autoptr(JsonObject) object = json_object_new ();
  g_autoptr(JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = soup_message_headers_get_one (headers, names[i]);
      if (value != NULL)
        json_object_set_string_member (object, names[i], value);
    }
  json_object_set_string_member (object, "body", soup_server_message_get_request_body (message)->length ? "yes" : "no");
  json_node_set_object (node, object);
  text = json_to_string (node, FALSE);
  answer (message, 200, "application/json; charset=utf-8", text, -1);
}

static char *
big_array (guint n)
{
  GString *text = g_string_new ("[0");

  for (guint i = 1; i < n; i++)
    g_string_append_printf (text, ",%u", i);
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static const struct { const char *path; guint status; const char *type; const char *body; const char *header, *value; } fixed[] = {
  { "/json", 200, "application/json", "{\"n\":1}", "ETag", "\"7\"" },
  { "/vnd", 200, "application/vnd.x+json", "{\"n\":2}" },
  { "/empty", 204, NULL, "" },
  { "/html", 200, "text/html", "<html>Welcome</html>" },
  { "/garbled", 200, "application/json", "{\"n\": 1, \"m\": {" },
  { "/401", 401, "application/problem+json", "{\"title\":\"Unauthorized\",\"detail\":\"sign in again\"}", "WWW-Authenticate", "Bearer error=\"insufficient_user_authentication\", max_age=300" },
  { "/403", 403, "application/json", "{\"error\":\"not for viewers\",\"status\":403}" },
  { "/404", 404, "application/problem+json", "{\"title\":\"no such site\"}" },
  { "/410", 410, "application/json", "{\"detail\":\"too old\"}" },
  { "/412", 412, "application/problem+json", "{\"detail\":\"somebody else changed it\"}", "ETag", "\"9\"" },
  { "/422", 422, "text/plain", "missing field `name`\nat line 1" },
  { "/429", 429, "application/json", "{\"error\":{\"message\":\"slow down\"}}", "Retry-After", "7" },
  { "/500", 500, "text/html", "<h1>Oops</h1>" },
  { "/503", 503, "text/plain", "starting" },
  { "/same", 302, NULL, "", "Location", "/json" },
  { "/loop", 302, NULL, "", "Location", "/loop" },
  { "/other", 302, NULL, "", "Location", "http://127.0.0.2:9/json?token=secret" },
  { "/cookie", 200, "application/json", "{}", "Set-Cookie", "session=abc; Path=/" },
};

static void
handle_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (g_str_equal (path, fixed[i].path))
      {
        if (fixed[i].header != NULL)
          soup_message_headers_append (soup_server_message_get_response_headers (message), fixed[i].header, fixed[i].value);
        answer (message, fixed[i].status, fixed[i].type, fixed[i].body, -1);
        return;
      }
  if (g_str_equal (path, "/echo"))
    answer_echo (message);
  else if (g_str_equal (path, "/stall"))
    soup_server_message_pause (message);
  else if (g_str_equal (path, "/slow"))
    {
      answer (message, 200, "application/json", "{}", -1);
      answer_later (message, (guint) atoi (g_hash_table_lookup (query, "ms")));
    }
  else if (g_str_equal (path, "/array"))
    {
      g_autofree char *text = big_array ((guint) atoi (g_hash_table_lookup (query, "n")));
      answer (message, 200, "application/json", text, -1);
    }
  else if (g_str_equal (path, "/huge"))
    {
      g_autofree char *zeros = g_malloc0 (70 * 1024 * 1024);
      if (query != NULL)
        soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_CHUNKED);
      answer (message, 200, "application/json", zeros, 70 * 1024 * 1024);
    }
  else
    answer (message, 404, "text/plain", "?", -1);
}

/* --- The client ---------------------------------------------------------------------------- */

typedef struct
{
  gboolean done;
  guint order;
  GError *error;
  guint status;
  char *etag, *authenticate, *text, *url;
  gint64 retry_after_ms;
  gboolean had_response, overtaken;
  gboolean on_io;
} Result;

static guint order_counter;

static void
result_clear (Result *self)
{
  g_clear_error (&self->error);
  g_clear_pointer (&self->etag, g_free);
  g_clear_pointer (&self->authenticate, g_free);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->url, g_free);
  *self = (Result) { 0 };
}

static void
json_cb (JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Result *self = data;

  self->error = error ? g_error_copy (error) : NULL;
  self->text = node ? qd_json_to_text (node, FALSE) : NULL;
  self->on_io = qd_io_is_current ();
  self->had_response = response != NULL;
  if (response != NULL)
    {
      self->status = response->status;
      self->etag = g_strdup (response->etag);
      self->authenticate = g_strdup (response->www_authenticate);
      self->url = g_strdup (response->url);
      self->retry_after_ms = response->retry_after_ms;
      self->overtaken = response->overtaken;
    }
  TELL (self->order = ++order_counter; self->done = TRUE);
}

static QdHttp *
client_new (const char *url, guint timeout_s)
{
  g_autoptr(GError) error = NULL;
  QdHttpOptions options = { .base_url = url, .timeout_ms = timeout_s * 1000 };
  QdHttp *http = qd_http_new (&options, &error);

  g_assert_no_error (error);
  return http;
}

static void
get (QdHttp *http, const char *path, Result *result)
{
  result_clear (result);
  qd_http_send_json (http, "GET", path, NULL, NULL, NULL, json_cb, result);
  AWAIT (result->done);
  g_assert_true (result->on_io);
}

static void
assert_fails (QdHttp *http, const char *path, QdWireError code, const char *words)
{
  Result result = { 0 };

  get (http, path, &result);
  g_assert_error (result.error, QD_WIRE_ERROR, (int) code);
  if (strstr (result.error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", result.error->message, words);
  /* Each message names the endpoint. */
  g_assert_nonnull (strstr (result.error->message, qd_http_get_base_url (http)));
  result_clear (&result);
}

static void
test_good (void)
{
  TestServer *server = test_server_new (NULL, handle_cb, NULL);
  g_autoptr(QdHttp) http = client_new (server->url, 10);
  Result r = { 0 };

  get (http, "/json", &r);
  g_assert_no_error (r.error);
  g_assert_cmpstr (r.text, ==, "{\"n\":1}");
  g_assert_cmpstr (r.etag, ==, "\"7\"");
  g_assert_cmpint (r.retry_after_ms, ==, -1);
  get (http, "/vnd", &r);
  g_assert_no_error (r.error);
  get (http, "/empty", &r);
  g_assert_no_error (r.error);
  g_assert_null (r.text);
  g_assert_cmpuint (r.status, ==, 204);
  get (http, "/same", &r);
  g_assert_no_error (r.error);
  g_assert_cmpstr (r.text, ==, "{\"n\":1}");
  g_assert_true (g_str_has_suffix (r.url, "/json"));
  get (http, "/array?n=100000", &r);
  g_assert_no_error (r.error);
  g_assert_cmpuint (strlen (r.text), >, 500000);
  result_clear (&r);
  test_server_free (server);
}

static void
test_statuses (void)
{
  TestServer *server = test_server_new (NULL, handle_cb, NULL);
  g_autoptr(QdHttp) http = client_new (server->url, 10);
  Result r = { 0 };

  assert_fails (http, "/401", QD_WIRE_ERROR_UNAUTHORIZED, "sign in again");
  assert_fails (http, "/403", QD_WIRE_ERROR_FORBIDDEN, "not for viewers");
  assert_fails (http, "/404", QD_WIRE_ERROR_NOT_FOUND, "no such site");
  assert_fails (http, "/410", QD_WIRE_ERROR_GONE, "too old");
  assert_fails (http, "/412", QD_WIRE_ERROR_CONFLICT, "somebody else");
  assert_fails (http, "/422", QD_WIRE_ERROR_INVALID, "missing field `name` at line 1");
  assert_fails (http, "/429", QD_WIRE_ERROR_BUSY, "slow down");
  assert_fails (http, "/500", QD_WIRE_ERROR_SERVER, "500");
  assert_fails (http, "/503", QD_WIRE_ERROR_BUSY, "starting");

  get (http, "/429", &r);
  g_assert_true (r.had_response);
  g_assert_cmpint (r.retry_after_ms, ==, 7000);
  get (http, "/401", &r);
  g_assert_nonnull (strstr (r.authenticate, "max_age=300"));
  get (http, "/412", &r);
  g_assert_cmpstr (r.etag, ==, "\"9\"");
  get (http, "/500", &r);
  g_assert_null (strstr (r.error->message, "<h1>"));
  result_clear (&r);
  test_server_free (server);
}

static void
test_bad_bodies (void)
{
  TestServer *server = test_server_new (NULL, handle_cb, NULL);
  g_autoptr(QdHttp) http = client_new (server->url, 10);

  assert_fails (http, "/html", QD_WIRE_ERROR_PROTOCOL, "text/html");
  assert_fails (http, "/garbled", QD_WIRE_ERROR_PROTOCOL, "/garbled");
  assert_fails (http, "/huge", QD_WIRE_ERROR_TOO_LARGE, "64.0");
  assert_fails (http, "/huge?chunked=1", QD_WIRE_ERROR_TOO_LARGE, "64.0");
  assert_fails (http, "/loop", QD_WIRE_ERROR_PROTOCOL, "redirects");
  assert_fails (http, "/other", QD_WIRE_ERROR_PROTOCOL, "127.0.0.2");
  assert_fails (http, "no-slash", QD_WIRE_ERROR_INVALID, "path");
  assert_fails (http, "/a\r\nX-Injected: 1", QD_WIRE_ERROR_INVALID, "path");
  test_server_free (server);
}

static void
test_headers (void)
{
  TestServer *server = test_server_new (NULL, handle_cb, NULL);
  g_autoptr(QdHttp) http = client_new (server->url, 10);
  g_autoptr(JsonNode) body = json_from_string ("{\"a\":1}", NULL);
  const char *const headers[] = { "If-Match", "\"3\"", NULL };
  Result r = { 0 };

  qd_http_set_authorization (http, "Bearer one");
  qd_http_set_header (http, "X-API-Key", "k");
  get (http, "/cookie", &r);
  result_clear (&r);
  qd_http_send_json (http, "PUT", "/echo", headers, body, NULL, json_cb, &r);
  AWAIT (r.done);
  g_assert_no_error (r.error);
  g_assert_nonnull (strstr (r.text, "\"Authorization\":\"Bearer one\""));
  g_assert_nonnull (strstr (r.text, "\"X-API-Key\":\"k\""));
  g_assert_nonnull (strstr (r.text, "\"If-Match\":\"\\\"3\\\"\""));
  g_assert_nonnull (strstr (r.text, "\"Content-Type\":\"application/json\""));
  g_assert_nonnull (strstr (r.text, "\"body\":\"yes\""));
  g_assert_null (strstr (r.text, "Cookie"));
  qd_http_set_authorization (http, NULL);
  qd_http_set_header (http, "X-API-Key", NULL);
  get (http, "/echo", &r);
  g_assert_null (strstr (r.text, "Authorization"));
  g_assert_null (strstr (r.text, "X-API-Key"));
  result_clear (&r);
  test_server_free (server);
}

/* Nothing waits for what is slower, and what comes too late says so. */
static void
test_order (void)
{
  TestServer *server = test_server_new (NULL, handle_cb, NULL);
  /* One thread serves 24 answers of up to 2.7 MB, in turn. */
  g_autoptr(QdHttp) http = client_new (server->url, PATIENCE_S);
  Result late = { 0 }, early = { 0 }, other = { 0 };
  Result many[24] = { 0 };

  qd_http_send_json (http, "GET", "/slow?ms=600", NULL, NULL, NULL, json_cb, &late);
  qd_http_send_json (http, "GET", "/slow?ms=0", NULL, NULL, NULL, json_cb, &early);
  qd_http_send_json (http, "GET", "/json", NULL, NULL, NULL, json_cb, &other);
  AWAIT (early.done && other.done);
  g_assert_false (early.overtaken);
  g_assert_false (other.overtaken);
  AWAIT (late.done);
  g_assert_cmpuint (late.order, >, early.order);
  g_assert_cmpuint (late.order, >, other.order);
  g_assert_true (late.overtaken);
  result_clear (&late);

  /* Once nothing is under way, the next is no late one. */
  qd_http_send_json (http, "GET", "/slow?ms=0", NULL, NULL, NULL, json_cb, &late);
  AWAIT (late.done);
  g_assert_false (late.overtaken);

  /* Whether a worker parses or not: overtaken is who comes after a later one, and nobody else. */
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    {
      g_autofree char *path = g_strdup_printf ("/array?n=%u", i % 3 == 0 ? 400000 : 3 + i);
      qd_http_send_json (http, "GET", path, NULL, NULL, NULL, json_cb, &many[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    AWAIT (many[i].done);
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    {
      gboolean overtaken = FALSE;

      g_assert_no_error (many[i].error);
      for (guint k = i + 1; k < G_N_ELEMENTS (many); k++)
        overtaken = overtaken || many[k].order < many[i].order;
      g_assert_cmpint (many[i].overtaken, ==, overtaken);
    }
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    result_clear (&many[i]);
  result_clear (&late);
  result_clear (&early);
  result_clear (&other);
  test_server_free (server);
}

static void
test_cancel (void)
{
  TestServer *server = test_server_new (NULL, handle_cb, NULL);
  g_autoptr(QdHttp) http = client_new (server->url, 10);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Result r = { 0 };

  qd_http_send_json (http, "GET", "/stall", NULL, NULL, cancellable, json_cb, &r);
  g_cancellable_cancel (cancellable);
  AWAIT (r.done);
  g_assert_error (r.error, QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED);
  result_clear (&r);
  qd_http_send_json (http, "GET", "/json", NULL, NULL, cancellable, json_cb, &r);
  AWAIT (r.done);
  g_assert_error (r.error, QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED);
  result_clear (&r);
  test_server_free (server);
}

/* Cancelled at any moment, many at once, and from the I/O thread as drivers do: each is told once, and
 * nothing is used that libsoup has freed. */
#define STORM 12

typedef struct { QdHttp *http; GCancellable *cancellable; Result results[STORM]; } Storm;

static gboolean
storm_begin_cb (gpointer data)
{
  Storm *storm = data;

  for (guint i = 0; i < STORM; i++)
    qd_http_send_json (storm->http, "GET", "/json", NULL, NULL, storm->cancellable, json_cb, &storm->results[i]);
  return G_SOURCE_REMOVE;
}

static gboolean
storm_cancel_cb (gpointer data)
{
  g_cancellable_cancel (((Storm *) data)->cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_cancel_storm (void)
{
  TestServer *server = test_server_new (NULL, handle_cb, NULL);
  g_autoptr(QdHttp) http = client_new (server->url, 10);
  guint cancelled = 0;

  for (guint round = 0; round < 150; round++)
    {
      Storm storm = { .http = http, .cancellable = g_cancellable_new () };

      qd_io_invoke (storm_begin_cb, &storm, NULL);
      g_usleep ((gulong) g_test_rand_int_range (0, 4000));
      qd_io_invoke (storm_cancel_cb, &storm, NULL);
      for (guint i = 0; i < STORM; i++)
        {
          AWAIT (storm.results[i].done);
          cancelled += storm.results[i].error != NULL;
          if (storm.results[i].error)
            g_assert_error (storm.results[i].error, QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED);
          result_clear (&storm.results[i]);
        }
      g_object_unref (storm.cancellable);
    }
  g_test_message ("%u of %u were cancelled", cancelled, 150 * STORM);
  g_assert_cmpuint (cancelled, >, 0);
  test_server_free (server);
}

static void
mute_cb (GIOStream *stream, const char *head, gpointer data)
{
  char c;

  g_input_stream_read (g_io_stream_get_input_stream (stream), &c, 1, NULL, NULL);
}

/* The time-out is the one that does cancel: many at once, again and again. */
static void
test_timeout_storm (void)
{
  RawServer *server = raw_server_new (mute_cb, NULL);
  QdHttpOptions options = { .base_url = server->url, .timeout_ms = 150 };
  g_autoptr(QdHttp) http = qd_http_new (&options, NULL);

  for (guint round = 0; round < 20; round++)
    {
      Storm storm = { .http = http };

      qd_io_invoke (storm_begin_cb, &storm, NULL);
      for (guint i = 0; i < STORM; i++)
        {
          AWAIT (storm.results[i].done);
          g_assert_error (storm.results[i].error, QD_WIRE_ERROR, QD_WIRE_ERROR_TIMEOUT);
          result_clear (&storm.results[i]);
        }
    }
  raw_server_free (server);
}

/* --- Faults of the transport ---------------------------------------------------------------- */

static void
truncate_cb (GIOStream *stream, const char *head, gpointer data)
{
  if (g_str_has_prefix (head, "GET /length"))
    raw_write (stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"a\":1,", -1);
  else if (g_str_has_prefix (head, "GET /chunk"))
    raw_write (stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"a\":1,", -1);
  else if (g_str_has_prefix (head, "GET /stall"))
    {
      char c;
      raw_write (stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"a\":1,", -1);
      g_input_stream_read (g_io_stream_get_input_stream (stream), &c, 1, NULL, NULL);
    }
  else if (g_str_has_prefix (head, "GET /garbage"))
    raw_write (stream, "SSH-2.0-OpenSSH_9.2\r\n\r\n", -1);
  /* else: closed without a word */
}

static void
test_transport (void)
{
  RawServer *server = raw_server_new (truncate_cb, NULL);
  g_autoptr(QdHttp) http = client_new (server->url, 1);
  g_autofree char *dead_url = g_strdup_printf ("http://127.0.0.1:%u", test_free_port ());
  g_autoptr(QdHttp) dead = client_new (dead_url, 1);
  gint64 start = g_get_monotonic_time ();
  Result r = { 0 };

  assert_fails (http, "/length", QD_WIRE_ERROR_CLOSED, "/length");
  assert_fails (http, "/chunk", QD_WIRE_ERROR_CLOSED, "/chunk");
  assert_fails (http, "/nothing", QD_WIRE_ERROR_CLOSED, "/nothing");
  assert_fails (http, "/garbage", QD_WIRE_ERROR_PROTOCOL, "/garbage");
  assert_fails (http, "/stall", QD_WIRE_ERROR_TIMEOUT, "1 second");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_USEC_PER_SEC);
  assert_fails (dead, "/json?token=secret", QD_WIRE_ERROR_UNREACHABLE, "127.0.0.1");
  get (dead, "/json?token=secret", &r);
  g_assert_null (strstr (r.error->message, "secret"));
  result_clear (&r);
  raw_server_free (server);
}

static void
test_addresses (void)
{
  static const char *const bad[] = { "", "nats://a:1", "ftp://x", "http://", "http://user:pw@host", "not a url", "http://h/?q=1" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;
      QdHttpOptions options = { .base_url = bad[i] };
      g_assert_null (qd_http_new (&options, &error));
      g_assert_error (error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID);
      g_assert_null (strstr (error->message, "pw"));
    }
}

/* --- TLS ----------------------------------------------------------------------------------- */

static void
get_trusting (const char *url, const char *ca_file, const char *pin, int code, const char *words)
{
  g_autoptr(GError) error = NULL;
  QdHttpOptions options = { .base_url = url, .timeout_ms = 10000, .ca_file = ca_file, .pinned_sha256 = pin };
  g_autoptr(QdHttp) http = qd_http_new (&options, &error);
  Result r = { 0 };

  g_assert_no_error (error);
  get (http, "/json", &r);
  if (code < 0)
    g_assert_no_error (r.error);
  else
    {
      g_assert_error (r.error, QD_WIRE_ERROR, code);
      if (strstr (r.error->message, words) == NULL)
        g_error ("“%s” does not say “%s”", r.error->message, words);
    }
  result_clear (&r);
}

static void
test_tls (void)
{
  g_autofree char *file = NULL, *sha = NULL, *other_file = NULL, *other_sha = NULL, *upper = NULL;
  g_autoptr(GTlsCertificate) right = test_certificate_new ("127.0.0.1", &file, &sha);
  g_autoptr(GTlsCertificate) other = test_certificate_new ("elsewhere.example", &other_file, &other_sha);
  TestServer *server = test_server_new (right, handle_cb, NULL);
  TestServer *misnamed = test_server_new (other, handle_cb, NULL);

  upper = g_ascii_strup (sha, -1);
  get_trusting (server->url, NULL, NULL, QD_WIRE_ERROR_TLS, "authority");
  get_trusting (server->url, file, NULL, -1, NULL);
  get_trusting (server->url, other_file, NULL, QD_WIRE_ERROR_TLS, "authority");
  get_trusting (server->url, NULL, upper, -1, NULL);
  get_trusting (server->url, file, other_sha, QD_WIRE_ERROR_TLS, "");
  get_trusting (server->url, "/nonexistent/ca.pem", NULL, QD_WIRE_ERROR_TLS, "/nonexistent/ca.pem");
  get_trusting (misnamed->url, other_file, NULL, QD_WIRE_ERROR_TLS, "another host name");
  /* A pin is a decision about this very certificate. */
  get_trusting (misnamed->url, NULL, other_sha, -1, NULL);
  g_remove (file);
  g_remove (other_file);
  test_server_free (server);
  test_server_free (misnamed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/http/good", test_good);
  g_test_add_func ("/wire/http/statuses", test_statuses);
  g_test_add_func ("/wire/http/bad-bodies", test_bad_bodies);
  g_test_add_func ("/wire/http/headers", test_headers);
  g_test_add_func ("/wire/http/order", test_order);
  g_test_add_func ("/wire/http/cancel", test_cancel);
  g_test_add_func ("/wire/http/cancel-storm", test_cancel_storm);
  g_test_add_func ("/wire/http/timeout-storm", test_timeout_storm);
  g_test_add_func ("/wire/http/transport", test_transport);
  g_test_add_func ("/wire/http/addresses", test_addresses);
  g_test_add_func ("/wire/http/tls", test_tls);
  return g_test_run ();
}
