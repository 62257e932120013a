/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The node-api driver against a server of our own that can do less, or does it wrong. */
#include "config.h"

#include <libsoup/soup.h>
#include <stdlib.h>
#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

typedef struct {
  SoupServer *server;
  char *url;
  const char *epoch;
  gint64 seq;              /* of the newest event */
  gint64 first;            /* the oldest that is kept */
  gboolean has_socket, has_stream, has_log;
  gboolean slow_stream;    /* it opens when release_streams() says so */
  SoupServerMessage **slow_log; /* where not NULL: the next answer of the log waits there, as it is now */
  gboolean busy;           /* 429 on everything */
  const char *token;       /* what is wanted; NULL: nobody is asked */
  guint login_status;      /* 200: with that token; else that */
  guint logins;
  guint retry_after_s;
  guint requests, lists, replays;
  GHashTable *asked;       /* path → of how often it was asked for while it was busy */
  guint n_sites;
  GPtrArray *sockets;
  GPtrArray *streams;      /* SoupServerMessage, unfinished */
  GPtrArray *held;         /* SoupServerMessage, without an answer yet */
} Stub;

static char *
event_text (Stub *stub, gint64 seq, const char *type, guint site)
{
  return g_strdup_printf ("{\"epoch\":\"%s\",\"seq\":%" G_GINT64_FORMAT ",\"id\":\"%s-%" G_GINT64_FORMAT "\",\"type\":\"%s\",\"severity\":\"info\","
                          "\"at\":\"2026-11-20T14:00:00Z\",\"source\":\"stub\",\"data\":{\"site_id\":\"s%u\"}}",
                          stub->epoch, seq, stub->epoch, seq, type, site);
}

static void
answer (SoupServerMessage *message, guint status, const char *type, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

static void
list_sites (Stub *stub, SoupServerMessage *message)
{
  g_autoptr (GString) out = g_string_new ("{\"items\":[");

  stub->lists++;
  for (guint i = 0; i < stub->n_sites; i++)
    g_string_append_printf (out, "%s{\"id\":\"s%u\",\"name\":\"site %u\",\"status\":\"active\",\"revision\":1}", i ? "," : "", i, i);
  g_string_append_printf (out, "],\"total\":%u,\"next\":null,\"as_of_seq\":%" G_GINT64_FORMAT ",\"epoch\":\"%s\"}", stub->n_sites, stub->seq, stub->epoch);
  answer (message, 200, "application/json", out->str);
}

static void
get_site (Stub *stub, SoupServerMessage *message, const char *id)
{
  g_autofree char *text = NULL;

  if ((guint) atoi (id + 1) >= stub->n_sites)
    {
      answer (message, 404, "application/problem+json", "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"there is no such site\"}");
      return;
    }
  text = g_strdup_printf ("{\"id\":\"%s\",\"name\":\"read anew\",\"status\":\"degraded\",\"revision\":2}", id);
  answer (message, 200, "application/json", text);
}

static void
list_events (Stub *stub, SoupServerMessage *message, GHashTable *query)
{
  const char *text = query ? g_hash_table_lookup (query, "after") : NULL;
  gint64 after = text ? g_ascii_strtoll (text, NULL, 10) : 0;
  g_autoptr (GString) out = g_string_new ("{\"items\":[");

  stub->replays++;
  if (after + 1 < stub->first)
    {
      answer (message, 410, "application/problem+json", "{\"title\":\"Gone\",\"status\":410,\"detail\":\"not kept\"}");
      return;
    }
  for (gint64 seq = after + 1; seq <= stub->seq; seq++)
    {
      g_autofree char *event = event_text (stub, seq, "site_updated", (guint) (seq % 2));

      g_string_append_printf (out, "%s%s", seq > after + 1 ? "," : "", event);
    }
  g_string_append_printf (out, "],\"next\":null,\"epoch\":\"%s\"}", stub->epoch);
  answer (message, 200, "application/json", out->str);
  if (stub->slow_log)
    {
      soup_server_message_pause (message);
      *g_steal_pointer (&stub->slow_log) = g_object_ref (message);
    }
}

static void
open_stream (Stub *stub, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, 200, NULL);
  soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, ":hello\n\n", 8);
  g_ptr_array_add (stub->streams, g_object_ref (message));
}

static void
log_in (Stub *stub, SoupServerMessage *message)
{
  g_autofree char *text = g_strdup_printf ("{\"access_token\":\"%s\"}", stub->token);

  stub->logins++;
  if (stub->login_status == 200)
    answer (message, 200, "application/json", text);
  else
    answer (message, stub->login_status, "application/problem+json", "{\"title\":\"No\",\"detail\":\"not so\"}");
}

static gboolean
has_token (Stub *stub, SoupServerMessage *message)
{
  g_autofree char *wanted = g_strconcat ("Bearer ", stub->token, NULL);

  return g_strcmp0 (soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization"), wanted) == 0;
}

static void
hold_stream (Stub *stub, SoupServerMessage *message)
{
  soup_server_message_pause (message);
  g_ptr_array_add (stub->held, g_object_ref (message));
}

static void
release_streams (Stub *stub)
{
  for (guint i = 0; i < stub->held->len; i++)
    {
      open_stream (stub, g_ptr_array_index (stub->held, i));
      soup_server_message_unpause (g_ptr_array_index (stub->held, i));
    }
  g_ptr_array_set_size (stub->held, 0);
  stub->slow_stream = FALSE;
}

static void
handler_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Stub *stub = data;

  stub->requests++;
  if (stub->busy)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", stub->retry_after_s);
      guint times = GPOINTER_TO_UINT (g_hash_table_lookup (stub->asked, path));

      g_hash_table_replace (stub->asked, g_strdup (path), GUINT_TO_POINTER (times + 1));
      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Retry-After", seconds);
      answer (message, 429, "application/problem+json", "{\"title\":\"Too Many Requests\",\"status\":429,\"detail\":\"slow down\"}");
    }
  else if (stub->token && g_str_equal (path, "/api/v1/auth/login"))
    log_in (stub, message);
  else if (stub->token && !has_token (stub, message))
    answer (message, 401, "application/problem+json", "{\"title\":\"Unauthorized\",\"status\":401,\"detail\":\"no token\"}");
  else if (g_str_equal (path, "/api/v1/sites"))
    list_sites (stub, message);
  else if (g_str_has_prefix (path, "/api/v1/sites/"))
    get_site (stub, message, path + strlen ("/api/v1/sites/"));
  else if (g_str_equal (path, "/api/v1/events") && stub->has_log)
    list_events (stub, message, query);
  else if (g_str_equal (path, "/api/v1/events/stream") && stub->has_stream && stub->slow_stream)
    hold_stream (stub, message);
  else if (g_str_equal (path, "/api/v1/events/stream") && stub->has_stream)
    open_stream (stub, message);
  else
    answer (message, 404, "application/problem+json", "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"nothing here\"}");
}

static void
socket_cb (SoupServer *server, SoupServerMessage *message, const char *path, SoupWebsocketConnection *connection, gpointer data)
{
  Stub *stub = data;

  g_ptr_array_add (stub->sockets, g_object_ref (connection));
}

static Stub *
stub_new (gboolean socket)
{
  Stub *stub = g_new0 (Stub, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  stub->epoch = "e1";
  stub->seq = 10;
  stub->first = 1;
  stub->n_sites = 3;
  stub->has_socket = socket;
  stub->has_log = TRUE;
  stub->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  stub->streams = g_ptr_array_new_with_free_func (g_object_unref);
  stub->held = g_ptr_array_new_with_free_func (g_object_unref);
  stub->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  stub->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (stub->server, NULL, handler_cb, stub, NULL);
  if (socket)
    soup_server_add_websocket_handler (stub->server, "/ws/events", NULL, NULL, socket_cb, stub, NULL);
  soup_server_listen_local (stub->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (stub->server);
  stub->url = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return stub;
}

static void
stub_free (Stub *stub)
{
  g_ptr_array_unref (stub->sockets);
  g_ptr_array_unref (stub->streams);
  g_ptr_array_unref (stub->held);
  g_hash_table_unref (stub->asked);
  soup_server_disconnect (stub->server);
  g_object_unref (stub->server);
  g_free (stub->url);
  g_free (stub);
}

static TestModel *
model_of (Stub *stub)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("stub", "Stub", "node-api", stub->url);

  return test_model_new (endpoint);
}

static const char *
name_of (TestModel *model, const char *id)
{
  QdEntity *entity = test_model_find (model, QD_KIND_SITE, id);

  return entity ? qd_entity_get_name (entity) : "";
}

static void
send_event (Stub *stub, gint64 seq, const char *type, guint site)
{
  g_autofree char *text = event_text (stub, seq, type, site);

  soup_websocket_connection_send_text (g_ptr_array_index (stub->sockets, stub->sockets->len - 1), text);
}

static gint64
seq_of (TestModel *model)
{
  gint64 seq = -1;
  QdEntity *entity = test_model_find (model, QD_KIND_CONNECTION, "stub");

  if (entity)
    qd_entity_get_int (entity, QD_CONNECTION_SEQ, &seq);
  return seq;
}

static void
test_events (void)
{
  Stub *stub = stub_new (TRUE);
  TestModel *model = model_of (stub);
  guint lists;

  test_until (g_str_equal (test_model_state (model), "live"), 10);
  test_until (stub->sockets->len == 1, 10);
  g_assert_cmpuint (test_model_count (model, QD_KIND_SITE), ==, 3);
  g_assert_cmpuint (test_model_count (model, QD_KIND_EVENT), ==, 10);

  /* In order: the thing is read anew. */
  send_event (stub, ++stub->seq, "site_updated", 1);
  test_until (g_str_equal (name_of (model, "s1"), "read anew"), 10);
  g_assert_cmpint (seq_of (model), ==, 11);
  /* One that came before is not taken twice. */
  send_event (stub, stub->seq, "site_removed", 2);
  test_spin (100);
  g_assert_nonnull (test_model_find (model, QD_KIND_SITE, "s2"));

  /* A gap is filled from the log. */
  stub->replays = 0;
  stub->seq = 20;
  send_event (stub, 20, "site_updated", 0);
  test_until (seq_of (model) == 20, 10);
  g_assert_cmpuint (stub->replays, ==, 1);
  test_until (test_model_count (model, QD_KIND_EVENT) == 20, 10);
  test_until (g_str_equal (name_of (model, "s0"), "read anew"), 10);

  /* We were too slow for it: the same. */
  stub->seq = 25;
  soup_websocket_connection_send_text (g_ptr_array_index (stub->sockets, 0), "{\"type\":\"lagged\",\"missed\":5,\"seq\":25}");
  test_until (seq_of (model) == 25, 10);

  /* The log does not reach back: everything is read anew. */
  lists = stub->lists;
  stub->seq = 100;
  stub->first = 90;
  stub->n_sites = 5;
  send_event (stub, 100, "site_updated", 0);
  test_until (seq_of (model) == 100 && test_model_count (model, QD_KIND_SITE) == 5, 10);
  g_assert_cmpuint (stub->lists, >, lists);
  test_until (g_str_equal (test_model_state (model), "live"), 10);

  /* Another log altogether. */
  test_until (stub->sockets->len == 2, 10);
  stub->epoch = "e2";
  stub->seq = 3;
  stub->first = 1;
  stub->n_sites = 2;
  send_event (stub, 3, "site_updated", 0);
  test_until (test_model_count (model, QD_KIND_SITE) == 2 && seq_of (model) == 3, 10);
  test_model_free (model);
  stub_free (stub);
}

/* What happens while a gap is being filled, and is in no page of the log that was asked for, is not lost. */
static void
test_event_while_catching_up (void)
{
  Stub *stub = stub_new (TRUE);
  TestModel *model = model_of (stub);
  g_autoptr (SoupServerMessage) held = NULL;

  test_until (g_str_equal (test_model_state (model), "live") && stub->sockets->len == 1, 10);
  stub->slow_log = &held;
  stub->seq = 20;
  send_event (stub, 20, "site_updated", 0);
  test_until (held != NULL, 10);
  send_event (stub, ++stub->seq, "site_updated", 1);
  test_spin (300);
  soup_server_message_unpause (held);
  test_until (seq_of (model) == 21, 10);
  test_until (g_str_equal (name_of (model, "s1"), "read anew"), 10);
  test_model_free (model);
  stub_free (stub);
}

/* A gap, and no log to fill it from: what was missed is in the lists, and the events go on. */
static void
test_gap_without_log (void)
{
  Stub *stub = stub_new (TRUE);
  TestModel *model;

  stub->has_log = FALSE;
  model = model_of (stub);
  test_until (g_str_equal (test_model_state (model), "live"), 10);
  test_until (stub->sockets->len == 1, 10);
  stub->n_sites = 4;
  stub->seq = 15;
  send_event (stub, 15, "site_updated", 0);
  test_until (test_model_count (model, QD_KIND_SITE) == 4, 10);
  test_until (stub->sockets->len == 2 && g_str_equal (test_model_state (model), "live"), 10);
  send_event (stub, ++stub->seq, "site_updated", 1);
  test_until (g_str_equal (name_of (model, "s1"), "read anew") && seq_of (model) == 16, 10);
  test_model_free (model);
  stub_free (stub);
}

/* A stream that has worked and is answered with 404 for a while is told of, and not given up. */
static void
test_stream_gone (void)
{
  Stub *stub = stub_new (FALSE);
  TestModel *model;

  stub->has_stream = TRUE;
  model = model_of (stub);
  test_until (g_str_equal (test_model_state (model), "live"), 10);
  test_until (stub->streams->len == 1, 10);
  stub->has_stream = FALSE;
  soup_message_body_complete (soup_server_message_get_response_body (g_ptr_array_index (stub->streams, 0)));
  soup_server_message_unpause (g_ptr_array_index (stub->streams, 0));
  test_until (strstr (test_model_detail (model), "/api/v1/events/stream: the server answered 404"), 10);
  g_assert_cmpstr (test_model_state (model), ==, "stale");
  stub->has_stream = TRUE;
  test_until (stub->streams->len == 2 && g_str_equal (test_model_state (model), "live"), 20);
  test_model_free (model);
  stub_free (stub);
}

static void
test_stream (void)
{
  Stub *stub = stub_new (FALSE);
  TestModel *model;
  g_autofree char *event = NULL;
  g_autofree char *text = NULL;
  SoupServerMessage *message;

  stub->has_stream = TRUE;
  model = model_of (stub);
  test_until (g_str_equal (test_model_state (model), "live"), 10);
  test_until (stub->streams->len == 1, 10);
  message = g_ptr_array_index (stub->streams, 0);
  g_assert_cmpstr (soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Last-Event-ID"), ==, "10");
  event = event_text (stub, ++stub->seq, "site_updated", 2);
  text = g_strdup_printf ("id: 11\ndata: %s\n\n", event);
  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, text, strlen (text));
  soup_server_message_unpause (message);
  test_until (g_str_equal (name_of (model, "s2"), "read anew"), 10);
  test_model_free (model);
  stub_free (stub);
}

/* A stream of events whose opening nobody answers is told of long before it is given up, and waited for. */
static void
test_slow_stream (void)
{
  Stub *stub = stub_new (FALSE);
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("stub", "Stub", "node-api", stub->url);
  TestModel *model;

  stub->has_stream = stub->slow_stream = TRUE;
  endpoint->timeout_ms = 2000;
  endpoint->idle_s = 60;
  model = test_model_new (endpoint);
  test_until (strstr (test_model_detail (model), "/api/v1/events/stream: no byte came for 2 seconds"), 20);
  g_assert_cmpstr (test_model_state (model), ==, "connecting");
  g_assert_cmpuint (test_model_count (model, QD_KIND_SITE), ==, 3);
  /* The same request is answered in the end. */
  g_assert_cmpuint (stub->held->len, ==, 1);
  release_streams (stub);
  test_until (g_str_equal (test_model_state (model), "live"), 20);
  g_assert_cmpstr (test_model_detail (model), ==, "");
  g_assert_cmpuint (stub->streams->len, ==, 1);
  test_model_free (model);
  stub_free (stub);
}

static void
test_polling (void)
{
  Stub *stub = stub_new (FALSE);
  TestModel *model = model_of (stub);

  test_until (g_str_equal (test_model_state (model), "live"), 10);
  stub->seq = 12;
  test_until (seq_of (model) == 12, 10);
  test_until (g_str_equal (name_of (model, "s0"), "read anew"), 10);
  test_model_free (model);
  stub_free (stub);
}

static void
test_nothing (void)
{
  /* Sites alone: no events in any way, and that is no error. */
  Stub *stub = stub_new (FALSE);
  TestModel *model;

  stub->has_log = FALSE;
  model = model_of (stub);
  test_until (g_str_equal (test_model_state (model), "live"), 10);
  g_assert_null (strstr (qd_entity_get_string (test_model_find (model, QD_KIND_CONNECTION, "stub"), QD_CONNECTION_OFFERS), "events"));
  test_model_free (model);
  stub_free (stub);
}

/* A server that wants to know who we are and has no login: that is what is told. */
static void
test_no_login (void)
{
  Stub *stub = stub_new (FALSE);
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("stub", "Stub", "node-api", stub->url);
  TestModel *model;

  stub->token = "one";
  stub->login_status = 404;
  endpoint->user = g_strdup ("somebody");
  endpoint->password = g_strdup ("secret");
  model = test_model_new (endpoint);
  test_until (strstr (test_model_detail (model), "/api/v1/auth/login: the server answered 404"), 10);
  stub->login_status = 200;
  test_until (g_str_equal (test_model_state (model), "live"), 20);
  g_assert_cmpstr (test_model_detail (model), ==, "");
  test_model_free (model);
  stub_free (stub);
}

/* A password that no longer holds is not tried again with each list that is: an account is soon locked. */
static void
test_password_refused (void)
{
  Stub *stub = stub_new (FALSE);
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("stub", "Stub", "node-api", stub->url);
  TestModel *model;
  guint requests;

  stub->token = "one";
  stub->login_status = 200;
  endpoint->user = g_strdup ("somebody");
  endpoint->password = g_strdup ("secret");
  model = test_model_new (endpoint);
  test_until (g_str_equal (test_model_state (model), "live"), 10);
  g_assert_cmpuint (stub->logins, ==, 1);
  stub->token = "two";
  stub->login_status = 401;
  qd_driver_refresh (model->driver);
  test_until (g_str_equal (test_model_state (model), "refused"), 10);
  g_assert_nonnull (strstr (test_model_detail (model), "/api/v1/auth/login"));
  requests = stub->requests;
  test_until (stub->requests > requests + 4, 20);
  g_assert_cmpuint (stub->logins, ==, 2);
  g_assert_cmpstr (test_model_state (model), ==, "refused");
  /* Who asks for it gets it tried at once. */
  stub->login_status = 200;
  qd_driver_refresh (model->driver);
  test_until (g_str_equal (test_model_state (model), "live"), 10);
  g_assert_cmpuint (stub->logins, ==, 3);
  test_model_free (model);
  stub_free (stub);
}

static void
test_busy (void)
{
  Stub *stub = stub_new (TRUE);
  TestModel *model;
  GHashTableIter iter;
  gpointer times;

  stub->busy = TRUE;
  stub->retry_after_s = 1;
  model = model_of (stub);
  test_until (stub->requests > 0, 10);
  test_spin (700);
  /* Nobody asks again before the second is over. */
  g_hash_table_iter_init (&iter, stub->asked);
  while (g_hash_table_iter_next (&iter, NULL, &times))
    g_assert_cmpuint (GPOINTER_TO_UINT (times), ==, 1);
  stub->busy = FALSE;
  test_until (g_str_equal (test_model_state (model), "live"), 15);
  test_model_free (model);
  stub_free (stub);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/node-fallback/events", test_events);
  g_test_add_func ("/drivers/node-fallback/event-while-catching-up", test_event_while_catching_up);
  g_test_add_func ("/drivers/node-fallback/gap-without-log", test_gap_without_log);
  g_test_add_func ("/drivers/node-fallback/stream", test_stream);
  g_test_add_func ("/drivers/node-fallback/stream-gone", test_stream_gone);
  g_test_add_func ("/drivers/node-fallback/slow-stream", test_slow_stream);
  g_test_add_func ("/drivers/node-fallback/polling", test_polling);
  g_test_add_func ("/drivers/node-fallback/nothing", test_nothing);
  g_test_add_func ("/drivers/node-fallback/no-login", test_no_login);
  g_test_add_func ("/drivers/node-fallback/password-refused", test_password_refused);
  g_test_add_func ("/drivers/node-fallback/busy", test_busy);
  return g_test_run ();
}
