/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-http.h"

#include <glib/gi18n-lib.h>

#include "qd-http-private.h"
#include "qd-io.h"
#include "qd-json.h"

#define WORKER_BYTES (64 * 1024)
#define WORKERS 2

/* Answers are told as they come: nothing waits for what is slower. So that a late one undoes nothing,
 * each says whether a request that was sent after it, to the same method and path, was answered before. */
struct _QdHttpOrder
{
  GMutex lock;                 /* sends come from any thread */
  GHashTable *routes;          /* "GET /path" → Route, while something is under way there */
};

typedef struct
{
  guint under_way;
  guint64 sent;                /* how many */
  guint64 told;                /* the newest of them that was told */
} Route;

typedef struct
{
  QdHttp *http;
  char *key;
  guint64 number;              /* among those of its route */
  char *known;                 /* a digest, "" for none; NULL: not asked for */
  QdHttpJsonCallback callback;
  gpointer data;

  QdHttpResponse *response;
  GError *error;
  JsonNode *node;
} Job;

QdHttpOrder *
qd_http_order_new (void)
{
  QdHttpOrder *self = g_new0 (QdHttpOrder, 1);

  g_mutex_init (&self->lock);
  self->routes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
qd_http_order_free (QdHttpOrder *self)
{
  /* Each waiting job holds the endpoint, so none can be left. */
  g_assert (g_hash_table_size (self->routes) == 0);
  g_hash_table_unref (self->routes);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
note_sent (QdHttpOrder *order, Job *job)
{
  Route *route;

  g_mutex_lock (&order->lock);
  route = g_hash_table_lookup (order->routes, job->key);
  if (route == NULL)
    g_hash_table_insert (order->routes, g_strdup (job->key), route = g_new0 (Route, 1));
  route->under_way++;
  job->number = ++route->sent;
  g_mutex_unlock (&order->lock);
}

/* Returns whether a newer one was told before. */
static gboolean
note_told (QdHttpOrder *order, Job *job)
{
  gboolean overtaken;
  Route *route;

  g_mutex_lock (&order->lock);
  route = g_hash_table_lookup (order->routes, job->key);
  overtaken = job->number < route->told;
  route->told = MAX (route->told, job->number);
  if (--route->under_way == 0)
    g_hash_table_remove (order->routes, job->key);
  g_mutex_unlock (&order->lock);
  return overtaken;
}

static void
tell (Job *self)
{
  gboolean overtaken = note_told (qd_http_get_order (self->http), self);

  if (self->response != NULL)
    self->response->overtaken = overtaken;
  if (self->callback != NULL)
    self->callback (self->node, self->response, self->error, self->data);
  g_clear_pointer (&self->node, json_node_unref);
  qd_http_response_free (self->response);
  g_clear_error (&self->error);
  g_free (self->key);
  g_free (self->known);
  qd_http_unref (self->http);
  g_free (self);
}

static void
parse (Job *self)
{
  g_autoptr(GError) cause = NULL;
  gsize length;
  const char *text = g_bytes_get_data (self->response->body, &length);

  if (self->known != NULL)
    {
      self->response->digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, self->response->body);
      self->response->unchanged = g_str_equal (self->response->digest, self->known);
    }
  if (self->response->unchanged)
    return;
  self->node = qd_json_parse (text, length, self->key, &cause);
  if (self->node == NULL)
    self->error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, _("%s%s: the answer is not the JSON it claims to be: %s"),
                               qd_http_get_base_url (self->http), strchr (self->key, '/'), cause->message);
}

static gboolean
parsed_cb (gpointer data)
{
  tell (data);
  return G_SOURCE_REMOVE;
}

static void
work_cb (gpointer data, gpointer pool_data)
{
  parse (data);
  qd_io_invoke (parsed_cb, data, NULL);
}

static GThreadPool *
get_pool (void)
{
  static gsize once;
  static GThreadPool *pool;

  if (g_once_init_enter (&once))
    {
      pool = g_thread_pool_new (work_cb, NULL, WORKERS, FALSE, NULL);
      g_once_init_leave (&once, 1);
    }
  return pool;
}

/* Whether there is a body to parse; sets the error when it is no JSON. */
static gboolean
wants_parsing (Job *self)
{
  const QdHttpResponse *response = self->response;

  if (self->error != NULL || response == NULL || g_bytes_get_size (response->body) == 0)
    return FALSE;
  if (g_str_equal (response->content_type, "application/json") || g_str_has_suffix (response->content_type, "+json"))
    return TRUE;
  self->error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL,
                             _("%s%s: expected JSON, but the server sent %s"), qd_http_get_base_url (self->http),
                             strchr (self->key, '/'),
                             *response->content_type ? response->content_type : _("no content type"));
  return FALSE;
}

static void
exchanged_cb (QdHttpResponse *response, GError *error, gpointer data)
{
  Job *self = data;

  self->response = response;
  self->error = error;
  if (!wants_parsing (self))
    tell (self);
  else if (g_bytes_get_size (self->response->body) > WORKER_BYTES)
    g_thread_pool_push (get_pool (), self, NULL);
  else
    {
      parse (self);
      tell (self);
    }
}

static void
send_json (QdHttp *self, const char *method, const char *path, const char *const *headers, JsonNode *body,
           const char *known, GCancellable *cancellable, QdHttpJsonCallback callback, gpointer user_data)
{
  g_autofree char *text = body ? json_to_string (body, FALSE) : NULL;
  g_autoptr(GBytes) bytes = text ? g_bytes_new (text, strlen (text)) : NULL;
  g_autoptr(GPtrArray) all = g_ptr_array_new ();
  Job *job = g_new0 (Job, 1);

  g_ptr_array_add (all, (gpointer) "Accept");
  g_ptr_array_add (all, (gpointer) "application/json, application/problem+json, */*;q=0.1");
  for (; headers != NULL && headers[0] != NULL && headers[1] != NULL; headers += 2)
    {
      g_ptr_array_add (all, (gpointer) headers[0]);
      g_ptr_array_add (all, (gpointer) headers[1]);
    }
  g_ptr_array_add (all, NULL);

  job->http = qd_http_ref (self);
  job->key = g_strdup_printf ("%s %.*s", method, (int) strcspn (path, "?"), path);
  job->known = g_strdup (known);
  job->callback = callback;
  job->data = user_data;
  note_sent (qd_http_get_order (self), job);
  qd_http_exchange (self, method, path, (const char *const *) all->pdata, "application/json", bytes,
                    cancellable, exchanged_cb, job);
}

/**
 * qd_http_send_json:
 * @body: (nullable): what to send
 *
 * Sends one request and parses the answer. An empty body of a good status gives neither node nor
 * error. See the header for the order of the callbacks.
 */
void
qd_http_send_json (QdHttp *self, const char *method, const char *path, const char *const *headers,
                   JsonNode *body, GCancellable *cancellable, QdHttpJsonCallback callback, gpointer user_data)
{
  send_json (self, method, path, headers, body, NULL, cancellable, callback, user_data);
}

/**
 * qd_http_read_json:
 * @known: the digest of an earlier answer's body, or ""
 *
 * Reads what is read again and again: an answer of the same bytes costs no parsing.
 */
void
qd_http_read_json (QdHttp *self, const char *path, const char *known, GCancellable *cancellable,
                   QdHttpJsonCallback callback, gpointer user_data)
{
  send_json (self, "GET", path, NULL, NULL, known, cancellable, callback, user_data);
}
