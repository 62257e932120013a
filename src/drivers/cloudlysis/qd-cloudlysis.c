/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-cloudlysis-session.h"
#include "qd-io.h"

/* The main thread's side: it makes a session at each start and forgets it at each stop. */
#define QD_TYPE_CLOUDLYSIS (qd_cloudlysis_get_type ())
G_DECLARE_FINAL_TYPE (QdCloudlysis, qd_cloudlysis, QD, CLOUDLYSIS, QdDriver)

struct _QdCloudlysis {
  QdDriver parent_instance;
  QdHttp *http;
  QdCloudlysisSession *session;
};

G_DEFINE_FINAL_TYPE (QdCloudlysis, qd_cloudlysis, QD_TYPE_DRIVER)

typedef void (*SessionFunc) (QdCloudlysisSession *);
typedef struct { QdCloudlysisSession *session; SessionFunc func; } Post;

static gboolean
post_cb (gpointer data)
{
  Post *post = data;

  post->func (post->session);
  qd_cloudlysis_session_unref (post->session);
  g_free (post);
  return G_SOURCE_REMOVE;
}

static void
post (QdCloudlysisSession *session, SessionFunc func)
{
  Post *self = g_new (Post, 1);

  *self = (Post) { qd_cloudlysis_session_ref (session), func };
  qd_io_invoke (post_cb, self, NULL);
}

static void
qd_cloudlysis_start (QdDriver *driver)
{
  QdCloudlysis *self = QD_CLOUDLYSIS (driver);

  self->session = qd_cloudlysis_session_new (qd_driver_get_endpoint (driver), qd_driver_get_outlet (driver), self->http);
  post (self->session, qd_cloudlysis_session_start);
}

static void
qd_cloudlysis_stop (QdDriver *driver)
{
  QdCloudlysis *self = QD_CLOUDLYSIS (driver);

  if (self->session)
    post (self->session, qd_cloudlysis_session_stop);
  g_clear_pointer (&self->session, qd_cloudlysis_session_unref);
}

static void
qd_cloudlysis_refresh (QdDriver *driver)
{
  post (QD_CLOUDLYSIS (driver)->session, qd_cloudlysis_session_refresh);
}

static void
qd_cloudlysis_command (QdDriver *driver, const char *verb, JsonObject *args, GTask *task)
{
  qd_cloudlysis_session_command (QD_CLOUDLYSIS (driver)->session, verb, args, task);
}

static void
qd_cloudlysis_finalize (GObject *object)
{
  QdCloudlysis *self = QD_CLOUDLYSIS (object);

  g_clear_pointer (&self->session, qd_cloudlysis_session_unref);
  g_clear_pointer (&self->http, qd_http_unref);
  G_OBJECT_CLASS (qd_cloudlysis_parent_class)->finalize (object);
}

static void
qd_cloudlysis_class_init (QdCloudlysisClass *klass)
{
  QdDriverClass *driver_class = QD_DRIVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qd_cloudlysis_finalize;
  driver_class->start = qd_cloudlysis_start;
  driver_class->stop = qd_cloudlysis_stop;
  driver_class->refresh = qd_cloudlysis_refresh;
  driver_class->command = qd_cloudlysis_command;
}

static void
qd_cloudlysis_init (QdCloudlysis *self)
{
}

QdDriver *
qd_cloudlysis_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error)
{
  g_autoptr (QdHttp) http = qd_driver_make_http (endpoint, endpoint->url, error);
  QdDriver *self;

  if (http == NULL)
    return NULL;
  self = qd_driver_construct (QD_TYPE_CLOUDLYSIS, endpoint, sink);
  QD_CLOUDLYSIS (self)->http = g_steal_pointer (&http);
  return self;
}
