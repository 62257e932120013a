/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-private.h"

/* The main thread's side: it makes a session at each start and forgets it at each stop. */
#define QD_TYPE_NODE_API (qd_node_api_get_type ())
G_DECLARE_FINAL_TYPE (QdNodeApi, qd_node_api, QD, NODE_API, QdDriver)

struct _QdNodeApi {
  QdDriver parent_instance;
  QdHttp *http;
  QdNodeSession *session;
};

G_DEFINE_FINAL_TYPE (QdNodeApi, qd_node_api, QD_TYPE_DRIVER)

typedef void (*SessionFunc) (QdNodeSession *);
typedef struct { QdNodeSession *session; SessionFunc func; } Post;

static gboolean
post_cb (gpointer data)
{
  Post *post = data;

  post->func (post->session);
  qd_node_session_unref (post->session);
  g_free (post);
  return G_SOURCE_REMOVE;
}

static void
post (QdNodeSession *session, SessionFunc func)
{
  Post *self = g_new (Post, 1);

  *self = (Post) { qd_node_session_ref (session), func };
  qd_io_invoke (post_cb, self, NULL);
}

static void
qd_node_api_start (QdDriver *driver)
{
  QdNodeApi *self = QD_NODE_API (driver);

  self->session = qd_node_session_new (qd_driver_get_endpoint (driver), qd_driver_get_outlet (driver), self->http);
  post (self->session, qd_node_session_start);
}

static void
qd_node_api_stop (QdDriver *driver)
{
  QdNodeApi *self = QD_NODE_API (driver);

  if (self->session)
    post (self->session, qd_node_session_stop);
  g_clear_pointer (&self->session, qd_node_session_unref);
}

static void
qd_node_api_refresh (QdDriver *driver)
{
  post (QD_NODE_API (driver)->session, qd_node_session_refresh);
}

static void
qd_node_api_command (QdDriver *driver, const char *verb, JsonObject *args, GTask *task)
{
  qd_node_command (QD_NODE_API (driver)->session, verb, args, task);
}

static void
qd_node_api_finalize (GObject *object)
{
  QdNodeApi *self = QD_NODE_API (object);

  g_clear_pointer (&self->session, qd_node_session_unref);
  g_clear_pointer (&self->http, qd_http_unref);
  G_OBJECT_CLASS (qd_node_api_parent_class)->finalize (object);
}

static void
qd_node_api_class_init (QdNodeApiClass *klass)
{
  QdDriverClass *driver_class = QD_DRIVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qd_node_api_finalize;
  driver_class->start = qd_node_api_start;
  driver_class->stop = qd_node_api_stop;
  driver_class->refresh = qd_node_api_refresh;
  driver_class->command = qd_node_api_command;
}

static void
qd_node_api_init (QdNodeApi *self)
{
}

QdDriver *
qd_node_api_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error)
{
  g_autoptr (QdHttp) http = qd_driver_make_http (endpoint, endpoint->url, error);
  QdDriver *self;

  if (http == NULL)
    return NULL;
  self = qd_driver_construct (QD_TYPE_NODE_API, endpoint, sink);
  QD_NODE_API (self)->http = g_steal_pointer (&http);
  return self;
}
