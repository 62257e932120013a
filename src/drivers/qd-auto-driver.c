/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-driver-private.h"

#include <glib/gi18n-lib.h>

#include "qd-backoff.h"
#include "qd-io.h"
#include "qd-json.h"

/* Finds out which HTTP API an endpoint speaks, then leaves the work to that driver. */
#define QD_TYPE_AUTO_DRIVER (qd_auto_driver_get_type ())
G_DECLARE_FINAL_TYPE (QdAutoDriver, qd_auto_driver, QD, AUTO_DRIVER, QdDriver)

struct _QdAutoDriver {
  QdDriver parent_instance;
  QdHttp *http;
  QdDriver *inner;           /* once it is known */
  GCancellable *cancellable; /* of the probe under way */
  QdBackoff backoff;
  guint retry_id;
};

G_DEFINE_FINAL_TYPE (QdAutoDriver, qd_auto_driver, QD_TYPE_DRIVER)

static void probe (QdAutoDriver *self);

typedef struct {
  GWeakRef driver;
  GCancellable *cancellable;
  const char *found;         /* a driver's name, or NULL */
  char *problem;
} Probe;

static void
probe_free (gpointer data)
{
  Probe *self = data;

  g_weak_ref_clear (&self->driver);
  g_object_unref (self->cancellable);
  g_free (self->problem);
  g_free (self);
}

/* Patronus answers anyone with a bare array; the node API with an object, or a problem+json that
 * asks for a sign-in. */
static const char *
recognise (JsonNode *node, const QdHttpResponse *response, const GError *error)
{
  if (error == NULL && node)
    return qd_json_array (node) ? "patronus" : qd_json_list (node, "sites") ? "node-api" : NULL;
  if (response && (response->status == 401 || response->status == 403 || response->status == 429))
    return g_strcmp0 (response->content_type, "application/problem+json") == 0 || response->www_authenticate
             ? "node-api"
             : "patronus";
  return NULL;
}

static gboolean
retry_cb (gpointer data)
{
  QdAutoDriver *self = data;

  self->retry_id = 0;
  probe (self);
  return G_SOURCE_REMOVE;
}

static void
adopt (QdAutoDriver *self, const char *name)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_copy (qd_driver_get_endpoint (QD_DRIVER (self)));
  g_autoptr (GError) error = NULL;

  g_set_str (&endpoint->driver, name);
  self->inner = qd_driver_new_for_endpoint (endpoint, qd_driver_get_sink (QD_DRIVER (self)), &error);
  if (self->inner)
    qd_driver_start (self->inner);
  else
    qd_driver_send_state (QD_DRIVER (self), "refused", error->message);
}

static gboolean
probed_cb (gpointer data)
{
  Probe *result = data;
  g_autoptr (QdAutoDriver) self = g_weak_ref_get (&result->driver);

  if (self == NULL || g_cancellable_is_cancelled (result->cancellable) || self->inner)
    return G_SOURCE_REMOVE;
  if (result->found)
    adopt (self, result->found);
  else
    {
      qd_driver_send_state (QD_DRIVER (self), "connecting", result->problem);
      self->retry_id = g_timeout_add (qd_backoff_next_ms (&self->backoff), retry_cb, self);
    }
  return G_SOURCE_REMOVE;
}

static void
answered_cb (JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Probe *self = data;

  self->found = recognise (node, response, error);
  if (self->found == NULL)
    self->problem = error ? g_strdup (error->message)
                          : g_strdup_printf (_("%s is no list of sites: choose the driver by hand"), response->url);
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, probed_cb, self, probe_free);
}

static void
probe (QdAutoDriver *self)
{
  Probe *state = g_new0 (Probe, 1);

  g_set_object (&self->cancellable, NULL);
  self->cancellable = g_cancellable_new ();
  g_weak_ref_init (&state->driver, self);
  state->cancellable = g_object_ref (self->cancellable);
  qd_http_send_json (self->http, "GET", "/api/v1/sites?limit=1", NULL, NULL, self->cancellable, answered_cb, state);
}

static void
qd_auto_driver_start (QdDriver *driver)
{
  QdAutoDriver *self = QD_AUTO_DRIVER (driver);

  if (self->inner)
    qd_driver_start (self->inner);
  else
    probe (self);
}

static void
qd_auto_driver_stop (QdDriver *driver)
{
  QdAutoDriver *self = QD_AUTO_DRIVER (driver);

  g_clear_handle_id (&self->retry_id, g_source_remove);
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  if (self->inner)
    qd_driver_stop (self->inner);
}

static void
qd_auto_driver_refresh (QdDriver *driver)
{
  QdAutoDriver *self = QD_AUTO_DRIVER (driver);

  if (self->inner)
    qd_driver_refresh (self->inner);
  else if (self->retry_id)
    {
      g_clear_handle_id (&self->retry_id, g_source_remove);
      probe (self);
    }
}

static void
forwarded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  JsonNode *node = qd_driver_command_finish (QD_DRIVER (source), result, &error);

  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, node, (GDestroyNotify) json_node_unref);
}

static void
qd_auto_driver_command (QdDriver *driver, const char *verb, JsonObject *args, GTask *task)
{
  QdAutoDriver *self = QD_AUTO_DRIVER (driver);

  if (self->inner)
    {
      qd_driver_command_async (self->inner, verb, args, g_task_get_cancellable (task), forwarded_cb, task);
      return;
    }
  g_task_return_new_error (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE,
                           _("%s has not said yet what it is: try again when it is connected"),
                           qd_driver_get_endpoint (driver)->url);
  g_object_unref (task);
}

static void
qd_auto_driver_dispose (GObject *object)
{
  QdAutoDriver *self = QD_AUTO_DRIVER (object);

  G_OBJECT_CLASS (qd_auto_driver_parent_class)->dispose (object);
  g_clear_object (&self->inner);
  g_clear_object (&self->cancellable);
}

static void
qd_auto_driver_finalize (GObject *object)
{
  g_clear_pointer (&QD_AUTO_DRIVER (object)->http, qd_http_unref);
  G_OBJECT_CLASS (qd_auto_driver_parent_class)->finalize (object);
}

static void
qd_auto_driver_class_init (QdAutoDriverClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  QdDriverClass *driver_class = QD_DRIVER_CLASS (klass);

  object_class->dispose = qd_auto_driver_dispose;
  object_class->finalize = qd_auto_driver_finalize;
  driver_class->start = qd_auto_driver_start;
  driver_class->stop = qd_auto_driver_stop;
  driver_class->refresh = qd_auto_driver_refresh;
  driver_class->command = qd_auto_driver_command;
}

static void
qd_auto_driver_init (QdAutoDriver *self)
{
  self->backoff = (QdBackoff) QD_BACKOFF_INIT;
}

QdDriver *
qd_auto_driver_new (const QdEndpoint *endpoint, const QdSink *sink, GError **error)
{
  g_autoptr (QdHttp) http = qd_driver_make_http (endpoint, endpoint->url, error);
  QdDriver *self;

  if (http == NULL)
    return NULL;
  self = qd_driver_construct (QD_TYPE_AUTO_DRIVER, endpoint, sink);
  QD_AUTO_DRIVER (self)->http = g_steal_pointer (&http);
  return self;
}
