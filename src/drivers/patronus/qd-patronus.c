/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-io.h"
#include "qd-patronus-session.h"

/* The main thread's side: it makes a session at each start and forgets it at each stop. */
#define QD_TYPE_PATRONUS (qd_patronus_get_type ())
G_DECLARE_FINAL_TYPE (QdPatronus, qd_patronus, QD, PATRONUS, QdDriver)

struct _QdPatronus {
  QdDriver parent_instance;
  QdHttp *http;
  QdPatronusSession *session;
};

G_DEFINE_FINAL_TYPE (QdPatronus, qd_patronus, QD_TYPE_DRIVER)

typedef void (*SessionFunc) (QdPatronusSession *);
typedef struct { QdPatronusSession *session; SessionFunc func; } Post;

static gboolean
post_cb (gpointer data)
{
  Post *post = data;

  post->func (post->session);
  qd_patronus_session_unref (post->session);
  g_free (post);
  return G_SOURCE_REMOVE;
}

static void
post (QdPatronusSession *session, SessionFunc func)
{
  Post *self = g_new (Post, 1);

  *self = (Post) { qd_patronus_session_ref (session), func };
  qd_io_invoke (post_cb, self, NULL);
}

static void
qd_patronus_start (QdDriver *driver)
{
  QdPatronus *self = QD_PATRONUS (driver);

  self->session = qd_patronus_session_new (qd_driver_get_endpoint (driver), qd_driver_get_outlet (driver), self->http);
  post (self->session, qd_patronus_session_start);
}

static void
qd_patronus_stop (QdDriver *driver)
{
  QdPatronus *self = QD_PATRONUS (driver);

  if (self->session)
    post (self->session, qd_patronus_session_stop);
  g_clear_pointer (&self->session, qd_patronus_session_unref);
}

static void
qd_patronus_refresh (QdDriver *driver)
{
  post (QD_PATRONUS (driver)->session, qd_patronus_session_refresh);
}

static void
qd_patronus_command (QdDriver *driver, const char *verb, JsonObject *args, GTask *task)
{
  qd_patronus_session_command (QD_PATRONUS (driver)->session, verb, args, task);
}

static void
qd_patronus_finalize (GObject *object)
{
  QdPatronus *self = QD_PATRONUS (object);

  g_clear_pointer (&self->session, qd_patronus_session_unref);
  g_clear_pointer (&self->http, qd_http_unref);
  G_OBJECT_CLASS (qd_patronus_parent_class)->finalize (object);
}

static void
qd_patronus_class_init (QdPatronusClass *klass)
{
  QdDriverClass *driver_class = QD_DRIVER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qd_patronus_finalize;
  driver_class->start = qd_patronus_start;
  driver_class->stop = qd_patronus_stop;
  driver_class->refresh = qd_patronus_refresh;
  driver_class->command = qd_patronus_command;
}

static void
qd_patronus_init (QdPatronus *self)
{
}

QdDriver *
qd_patronus_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error)
{
  g_autoptr (QdHttp) http = qd_driver_make_http (endpoint, endpoint->url, error);
  QdDriver *self;

  if (http == NULL)
    return NULL;
  self = qd_driver_construct (QD_TYPE_PATRONUS, endpoint, sink);
  QD_PATRONUS (self)->http = g_steal_pointer (&http);
  return self;
}
