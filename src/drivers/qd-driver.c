/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-driver.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-driver-private.h"
#include "qd-json.h"

typedef struct {
  QdEndpoint *endpoint;
  QdOutlet *outlet;
  gboolean started;
} QdDriverPrivate;

/* Beside code and message: what the server has now, where it said so; and whether it may have done it all the same. */
typedef struct { JsonNode *current; gboolean lost; } QdDriverErrorPrivate;

static void
qd_driver_error_private_init (QdDriverErrorPrivate *priv)
{
}

static void
qd_driver_error_private_copy (const QdDriverErrorPrivate *from, QdDriverErrorPrivate *to)
{
  to->current = from->current ? json_node_ref (from->current) : NULL;
  to->lost = from->lost;
}

static void
qd_driver_error_private_clear (QdDriverErrorPrivate *priv)
{
  g_clear_pointer (&priv->current, json_node_unref);
}

G_DEFINE_EXTENDED_ERROR (QdDriverError, qd_driver_error)

JsonNode *
qd_driver_error_get_current (const GError *error)
{
  return error->domain == QD_DRIVER_ERROR ? qd_driver_error_get_private (error)->current : NULL;
}

void
qd_driver_error_take_current (GError *error, JsonNode *current)
{
  QdDriverErrorPrivate *priv = qd_driver_error_get_private (error);

  g_clear_pointer (&priv->current, json_node_unref);
  priv->current = current;
}

gboolean
qd_driver_error_is_lost (const GError *error)
{
  return error->domain == QD_DRIVER_ERROR && qd_driver_error_get_private (error)->lost;
}

void
qd_driver_error_set_lost (GError *error)
{
  qd_driver_error_get_private (error)->lost = TRUE;
}

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (QdDriver, qd_driver, G_TYPE_OBJECT)

/* --- Endpoints ---------------------------------------------------------------------------- */

static void
wipe (char **secret)
{
  if (*secret)
    explicit_bzero (*secret, strlen (*secret));
  g_clear_pointer (secret, g_free);
}

QdEndpoint *
qd_endpoint_new (const char *id, const char *name, const char *driver, const char *url)
{
  QdEndpoint *self = g_new0 (QdEndpoint, 1);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->driver = g_strdup (driver);
  self->url = g_strdup (url);
  self->environment = g_strdup ("");
  return self;
}

QdEndpoint *
qd_endpoint_copy (const QdEndpoint *self)
{
  QdEndpoint *copy = g_new0 (QdEndpoint, 1);

  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->driver = g_strdup (self->driver);
  copy->url = g_strdup (self->url);
  copy->environment = g_strdup (self->environment ? self->environment : "");
  copy->user = g_strdup (self->user);
  copy->password = g_strdup (self->password);
  copy->token = g_strdup (self->token);
  copy->ca_file = g_strdup (self->ca_file);
  copy->pinned_sha256 = g_strdup (self->pinned_sha256);
  copy->monitor_url = g_strdup (self->monitor_url);
  copy->feeds = g_strdup (self->feeds);
  copy->timeout_ms = self->timeout_ms;
  copy->idle_s = self->idle_s;
  return copy;
}

void
qd_endpoint_free (QdEndpoint *self)
{
  if (self == NULL)
    return;
  wipe (&self->password);
  wipe (&self->token);
  g_free (self->id);
  g_free (self->name);
  g_free (self->driver);
  g_free (self->url);
  g_free (self->environment);
  g_free (self->user);
  g_free (self->ca_file);
  g_free (self->pinned_sha256);
  g_free (self->monitor_url);
  g_free (self->feeds);
  g_free (self);
}

/* --- The type ----------------------------------------------------------------------------- */

static void
qd_driver_dispose (GObject *object)
{
  qd_driver_stop (QD_DRIVER (object));
  G_OBJECT_CLASS (qd_driver_parent_class)->dispose (object);
}

static void
qd_driver_finalize (GObject *object)
{
  QdDriverPrivate *priv = qd_driver_get_instance_private (QD_DRIVER (object));

  g_clear_pointer (&priv->endpoint, qd_endpoint_free);
  g_clear_pointer (&priv->outlet, qd_outlet_unref);
  G_OBJECT_CLASS (qd_driver_parent_class)->finalize (object);
}

static void
qd_driver_class_init (QdDriverClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = qd_driver_dispose;
  object_class->finalize = qd_driver_finalize;
}

static void
qd_driver_init (QdDriver *self)
{
}

QdDriver *
qd_driver_construct (GType type, const QdEndpoint *endpoint, const QdSink *sink)
{
  QdDriver *self = g_object_new (type, NULL);
  QdDriverPrivate *priv = qd_driver_get_instance_private (self);

  priv->endpoint = qd_endpoint_copy (endpoint);
  priv->outlet = qd_outlet_new (endpoint->id, sink);
  return self;
}

/* --- Choosing a driver --------------------------------------------------------------------- */

typedef struct {
  const char *name;
  QdDriver *(*construct) (const QdEndpoint *, const QdSink *, GError **);
  const char *schemes;  /* separated by spaces; NULL: it has no address */
} DriverEntry;

static const DriverEntry drivers[] = {
  { "auto", qd_auto_driver_new, "http https" },
  { "node-api", qd_node_api_new, "http https" },
  { "patronus", qd_patronus_new, "http https" },
  { "cloudlysis", qd_cloudlysis_new, "http https" },
  { "nats", qd_nats_driver_new, "nats tls" },
  { "paper", qd_paper_driver_new, NULL },
};

static gboolean
check_url (const DriverEntry *entry, const char *url, GError **error)
{
  g_auto (GStrv) schemes = g_strsplit (entry->schemes ? entry->schemes : "", " ", -1);
  /* NATS takes several servers, separated by commas; the first one shows what is meant. */
  g_auto (GStrv) urls = g_strsplit (url ? url : "", ",", -1);
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GError) cause = NULL;

  if (entry->schemes == NULL)
    return TRUE;
  uri = g_uri_parse (urls[0] ? urls[0] : "", G_URI_FLAGS_NONE, &cause);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
                   _("“%s” is not an address: it should look like %s://host:port"),
                   url ? url : "", schemes[0]);
      return FALSE;
    }
  if (!g_strv_contains ((const char *const *) schemes, g_uri_get_scheme (uri)))
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
                   _("“%s” begins with %s://, but the driver “%s” needs one of: %s"), url,
                   g_uri_get_scheme (uri), entry->name, entry->schemes);
      return FALSE;
    }
  return TRUE;
}

/**
 * qd_driver_new_for_endpoint:
 * @endpoint: where it is; copied
 * @sink: where deltas go; its data must outlive the driver
 * @error: %QD_DRIVER_ERROR_INVALID
 *
 * Makes the driver that @endpoint names. It does nothing until it is started.
 *
 * Returns: (transfer full) (nullable): a driver, or %NULL for a name that does not exist or an
 *   address that cannot be
 */
QdDriver *
qd_driver_new_for_endpoint (const QdEndpoint *endpoint, const QdSink *sink, GError **error)
{
  g_return_val_if_fail (endpoint != NULL && endpoint->id != NULL, NULL);
  g_return_val_if_fail (sink != NULL && sink->delta != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    if (g_strcmp0 (endpoint->driver, drivers[i].name) == 0)
      return check_url (&drivers[i], endpoint->url, error)
               ? drivers[i].construct (endpoint, sink, error)
               : NULL;

  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
               _("There is no driver “%s”: there are auto, node-api, patronus, cloudlysis and nats"),
               endpoint->driver ? endpoint->driver : "");
  return NULL;
}

const QdEndpoint *
qd_driver_get_endpoint (QdDriver *self)
{
  QdDriverPrivate *priv = qd_driver_get_instance_private (self);

  g_return_val_if_fail (QD_IS_DRIVER (self), NULL);
  return priv->endpoint;
}

const QdSink *
qd_driver_get_sink (QdDriver *self)
{
  QdDriverPrivate *priv = qd_driver_get_instance_private (self);

  g_return_val_if_fail (QD_IS_DRIVER (self), NULL);
  return qd_outlet_get_sink (priv->outlet);
}

QdOutlet *
qd_driver_get_outlet (QdDriver *self)
{
  QdDriverPrivate *priv = qd_driver_get_instance_private (self);

  return priv->outlet;
}

/* --- Running -------------------------------------------------------------------------------- */

static void
introduce (QdDriverPrivate *priv)
{
  const QdEndpoint *endpoint = priv->endpoint;
  QdDelta *delta = qd_outlet_connection_delta (priv->outlet);

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (endpoint->name ? endpoint->name : endpoint->url));
  qd_delta_set (delta, QD_CONNECTION_URL, qd_value_string (endpoint->url));
  qd_delta_set (delta, QD_CONNECTION_DRIVER, qd_value_string (endpoint->driver));
  qd_delta_set (delta, QD_CONNECTION_ENVIRONMENT, qd_value_string (endpoint->environment));
  qd_outlet_send (priv->outlet, delta);
}

/**
 * qd_driver_start:
 * @self: a driver
 *
 * Begins to speak to the endpoint, for ever, until qd_driver_stop(). Main thread; returns at once.
 */
void
qd_driver_start (QdDriver *self)
{
  QdDriverPrivate *priv = qd_driver_get_instance_private (self);

  g_return_if_fail (QD_IS_DRIVER (self));
  if (priv->started)
    return;
  priv->started = TRUE;
  qd_outlet_reopen (priv->outlet);
  introduce (priv);
  qd_outlet_state (priv->outlet, "connecting", NULL);
  QD_DRIVER_GET_CLASS (self)->start (self);
}

/**
 * qd_driver_stop:
 * @self: a driver
 *
 * Ends it: the connection's state becomes "off" and no delta comes any more. Main thread. To end a
 * program, close the drain first, so that nobody waits for room in its queue.
 */
void
qd_driver_stop (QdDriver *self)
{
  QdDriverPrivate *priv = qd_driver_get_instance_private (self);

  g_return_if_fail (QD_IS_DRIVER (self));
  if (!priv->started)
    return;
  priv->started = FALSE;
  qd_outlet_state (priv->outlet, "off", NULL);
  qd_outlet_close (priv->outlet);
  QD_DRIVER_GET_CLASS (self)->stop (self);
}

void
qd_driver_refresh (QdDriver *self)
{
  QdDriverPrivate *priv = qd_driver_get_instance_private (self);

  g_return_if_fail (QD_IS_DRIVER (self));
  if (priv->started && QD_DRIVER_GET_CLASS (self)->refresh)
    QD_DRIVER_GET_CLASS (self)->refresh (self);
}

/* The driver is held by this, on the main thread, and not by the task: whoever answers that on another thread may be the last to let go of it. */
typedef struct {
  QdDriver *driver;
  GAsyncReadyCallback callback;
  gpointer user_data;
} Asker;

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Asker *asker = data;

  if (asker->callback)
    asker->callback (G_OBJECT (asker->driver), result, asker->user_data);
  g_object_unref (asker->driver);
}

static GTask *
command_task (QdDriver *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Asker *asker = g_new (Asker, 1);

  *asker = (Asker) { g_object_ref (self), callback, user_data };
  return g_task_new (NULL, cancellable, answered_cb, asker);
}

/**
 * qd_driver_command_async:
 * @self: a driver
 * @verb: what to do, as listed in the header
 * @args: (nullable): its arguments
 * @cancellable: (nullable): stops waiting; what the server began goes on
 * @callback: called on the main context of the caller
 * @user_data: for @callback
 *
 * Carries out a command.
 */
void
qd_driver_command_async (QdDriver *self, const char *verb, JsonObject *args,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  QdDriverPrivate *priv = qd_driver_get_instance_private (self);
  g_autoptr (JsonObject) none = NULL;
  GTask *task;

  g_return_if_fail (QD_IS_DRIVER (self) && verb != NULL);
  task = command_task (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, qd_driver_command_async);
  if (!priv->started)
    {
      g_task_return_new_error (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE,
                               _("“%s” is switched off: switch the connection on first"),
                               priv->endpoint->name ? priv->endpoint->name : priv->endpoint->url);
      g_object_unref (task);
      return;
    }
  if (args == NULL)
    args = none = json_object_new ();
  QD_DRIVER_GET_CLASS (self)->command (self, verb, args, task);
}

/**
 * qd_driver_command_finish:
 * @self: a driver
 * @result: what the callback got
 * @error: a #QdDriverError
 *
 * Returns: (transfer full): the server's answer, or %NULL with an error
 */
JsonNode *
qd_driver_command_finish (QdDriver *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (QD_IS_DRIVER (self) && g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
qd_driver_send_state (QdDriver *self, const char *state, const char *detail)
{
  QdDriverPrivate *priv = qd_driver_get_instance_private (self);

  qd_outlet_state (priv->outlet, state, detail);
}

/* --- What the drivers share ------------------------------------------------------------------ */

QdHttp *
qd_driver_make_http (const QdEndpoint *endpoint, const char *url, GError **error)
{
  QdHttpOptions options = {
    .base_url = url,
    .ca_file = endpoint->ca_file,
    .pinned_sha256 = endpoint->pinned_sha256,
    .timeout_ms = endpoint->timeout_ms ? endpoint->timeout_ms : 20 * 1000,
  };

  return qd_http_new (&options, error);
}

static QdDriverError
code_for_wire (int code)
{
  switch ((QdWireError) code)
    {
    case QD_WIRE_ERROR_UNREACHABLE:
    case QD_WIRE_ERROR_TIMEOUT:
    case QD_WIRE_ERROR_TLS:
    case QD_WIRE_ERROR_CLOSED:
      return QD_DRIVER_ERROR_UNREACHABLE;
    case QD_WIRE_ERROR_UNAUTHORIZED:
    case QD_WIRE_ERROR_FORBIDDEN:
      return QD_DRIVER_ERROR_REFUSED;
    case QD_WIRE_ERROR_CONFLICT:
      return QD_DRIVER_ERROR_CONFLICT;
    case QD_WIRE_ERROR_INVALID:
      return QD_DRIVER_ERROR_INVALID;
    case QD_WIRE_ERROR_NOT_FOUND:
    case QD_WIRE_ERROR_GONE:
    case QD_WIRE_ERROR_PROTOCOL:
    case QD_WIRE_ERROR_TOO_LARGE:
    case QD_WIRE_ERROR_BUSY:
    case QD_WIRE_ERROR_SERVER:
    case QD_WIRE_ERROR_CANCELLED:
    default:
      return QD_DRIVER_ERROR_FAILED;
    }
}

GError *
qd_driver_translate_error (const GError *error, const QdHttpResponse *response)
{
  QdDriverError code = QD_DRIVER_ERROR_FAILED;

  if (error->domain == QD_DRIVER_ERROR)
    return g_error_copy (error);
  if (error->domain == QD_WIRE_ERROR)
    code = code_for_wire (error->code);
  if (response && response->status == 401 && response->www_authenticate &&
      strstr (response->www_authenticate, "insufficient_user_authentication"))
    code = QD_DRIVER_ERROR_STEP_UP;
  if (response && response->status == 405)
    code = QD_DRIVER_ERROR_NOT_OFFERED;
  /* Nothing is wrong with what was asked, but that all changes are frozen. */
  if (response && response->status == 423)
    code = QD_DRIVER_ERROR_REFUSED;
  return g_error_new_literal (QD_DRIVER_ERROR, code, error->message);
}

gboolean
qd_driver_is_not_offered (const GError *error, const QdHttpResponse *response)
{
  if (response == NULL)
    return FALSE;
  if (response->status == 404 || response->status == 405 || response->status == 501)
    return TRUE;
  return response->status < 300 && error != NULL &&
         g_str_has_prefix (response->content_type ? response->content_type : "", "text/html");
}

/* An id that is a UUID is a trace's id as well; each request is a span of its own. */
static char *
make_traceparent (const char *request)
{
  g_autoptr (GString) trace = g_string_new (NULL);

  for (const char *p = request; *p; p++)
    if (g_ascii_isxdigit (*p))
      g_string_append_c (trace, g_ascii_tolower (*p));
    else if (*p != '-')
      return NULL;
  if (trace->len != 32)
    return NULL;
  return g_strdup_printf ("00-%s-%08x%08x-01", trace->str, g_random_int (), g_random_int () | 1);
}

void
qd_driver_add_trace (GPtrArray *headers, JsonObject *args)
{
  const char *request = args ? qd_json_get_string (args, "request_id", NULL) : NULL;
  char *trace;

  if (request == NULL || *request == '\0' || strpbrk (request, "\r\n"))
    return;
  trace = make_traceparent (request);
  g_ptr_array_add (headers, g_strdup ("X-Correlation-Id"));
  g_ptr_array_add (headers, g_strdup (request));
  if (trace == NULL)
    return;
  g_ptr_array_add (headers, g_strdup ("traceparent"));
  g_ptr_array_add (headers, trace);
}

char *
qd_driver_dup_idempotency_key (JsonObject *args)
{
  const char *given = qd_json_get_string (args, "idempotency_key", NULL);

  return given && *given ? g_strdup (given) : g_uuid_string_random ();
}

gboolean
qd_driver_need_arg (JsonObject *args, const char *name, const char **value, GError **error)
{
  *value = qd_json_get_string (args, name, NULL);
  if (*value && **value)
    return TRUE;
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("“%s” is missing"), name);
  return FALSE;
}
