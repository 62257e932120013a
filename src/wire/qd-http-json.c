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

/* Two stages. Answers to the same method and path leave the first in the order of their sends, so
 * that a late answer never undoes a newer one; all leave the second in the order in which they
 * entered it, so that a small body does not overtake a large one that a worker still parses. */
struct _QdHttpOrder
{
  GMutex lock;                 /* @sent: sends come from any thread */
  GHashTable *sent;            /* "GET /path" → GQueue of Job */
  GQueue arrived;              /* Job; I/O thread */
};

typedef struct
{
  QdHttp *http;
  char *key;
  QdHttpJsonCallback callback;
  gpointer data;

  gboolean complete;           /* the exchange is over */
  gboolean parsed;
  QdHttpResponse *response;
  GError *error;
  JsonNode *node;
} Job;

static void
queue_free (gpointer queue)
{
  g_queue_free (queue);
}

QdHttpOrder *
qd_http_order_new (void)
{
  QdHttpOrder *self = g_new0 (QdHttpOrder, 1);

  g_mutex_init (&self->lock);
  self->sent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, queue_free);
  return self;
}

void
qd_http_order_free (QdHttpOrder *self)
{
  /* Each waiting job holds the endpoint, so none can be left. */
  g_assert (g_hash_table_size (self->sent) == 0 && g_queue_is_empty (&self->arrived));
  g_hash_table_unref (self->sent);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
job_free (Job *self)
{
  g_clear_pointer (&self->node, json_node_unref);
  qd_http_response_free (self->response);
  g_clear_error (&self->error);
  g_free (self->key);
  qd_http_unref (self->http);
  g_free (self);
}

static void
deliver (QdHttpOrder *order)
{
  Job *job;

  while ((job = g_queue_peek_head (&order->arrived)) != NULL && job->parsed)
    {
      g_queue_pop_head (&order->arrived);
      if (job->callback != NULL)
        job->callback (job->node, job->response, job->error, job->data);
      job_free (job);
    }
}

static void
parse (Job *self)
{
  g_autoptr(GError) cause = NULL;
  gsize length;
  const char *text = g_bytes_get_data (self->response->body, &length);

  self->node = qd_json_parse (text, length, self->key, &cause);
  if (self->node == NULL)
    self->error = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, _("%s%s: the answer is not the JSON it claims to be: %s"),
                               qd_http_get_base_url (self->http), strchr (self->key, '/'), cause->message);
}

static gboolean
parsed_cb (gpointer data)
{
  Job *job = data;
  g_autoptr(QdHttp) http = qd_http_ref (job->http);

  job->parsed = TRUE;
  deliver (qd_http_get_order (http));
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
enter_second_stage (QdHttpOrder *order, Job *job)
{
  g_queue_push_tail (&order->arrived, job);
  if (!wants_parsing (job))
    job->parsed = TRUE;
  else if (g_bytes_get_size (job->response->body) > WORKER_BYTES)
    g_thread_pool_push (get_pool (), job, NULL);
  else
    {
      parse (job);
      job->parsed = TRUE;
    }
}

static Job *
pop_complete (QdHttpOrder *order, const char *key)
{
  GQueue *queue;
  Job *job = NULL;

  g_mutex_lock (&order->lock);
  queue = g_hash_table_lookup (order->sent, key);
  if (queue != NULL && ((Job *) g_queue_peek_head (queue))->complete)
    job = g_queue_pop_head (queue);
  if (queue != NULL && g_queue_is_empty (queue))
    g_hash_table_remove (order->sent, key);
  g_mutex_unlock (&order->lock);
  return job;
}

static void
exchanged_cb (QdHttpResponse *response, GError *error, gpointer data)
{
  Job *self = data;
  g_autoptr(QdHttp) http = qd_http_ref (self->http);
  QdHttpOrder *order = qd_http_get_order (http);
  g_autofree char *key = g_strdup (self->key);
  Job *job;

  self->response = response;
  self->error = error;
  self->complete = TRUE;
  while ((job = pop_complete (order, key)) != NULL)
    enter_second_stage (order, job);
  deliver (order);
}

static void
enter_first_stage (QdHttpOrder *order, Job *job)
{
  GQueue *queue;

  g_mutex_lock (&order->lock);
  queue = g_hash_table_lookup (order->sent, job->key);
  if (queue == NULL)
    g_hash_table_insert (order->sent, g_strdup (job->key), queue = g_queue_new ());
  g_queue_push_tail (queue, job);
  g_mutex_unlock (&order->lock);
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
  job->callback = callback;
  job->data = user_data;
  enter_first_stage (qd_http_get_order (self), job);
  qd_http_exchange (self, method, path, (const char *const *) all->pdata, "application/json", bytes,
                    cancellable, exchanged_cb, job);
}
