/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-cloudlysis-session.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-backoff.h"
#include "qd-decode.h"
#include "qd-io.h"
#include "qd-json.h"
#include "qd-json-copy.h"
#include "qd-prometheus.h"

#define ROUND_MS 5000             /* from the end of one round to the next */
#define MAX_TENANTS 100000
#define MAX_REPORT (64 * 1024)     /* of health: more is not looked into */

/* What is asked each round. What these answer with is documented for health, readiness and metrics alone; the lists are read
 * as what they look like. A node has HOSTED, a control API LISTED; neither has both, and a gateway has none. */
typedef enum { HEALTH, READY, METRICS, HOSTED, LISTED, N_STEPS } Step;

static const struct { const char *path; gboolean is_text; } steps[N_STEPS] = {
  [HEALTH] = { "/health", TRUE },
  [READY] = { "/ready", TRUE },
  [METRICS] = { "/metrics", TRUE },
  [HOSTED] = { "/admin/tenants", FALSE },
  [LISTED] = { "/admin/v1/tenants", FALSE },
};

struct _QdCloudlysisSession {
  gatomicrefcount refs;
  QdEndpoint *endpoint;
  QdOutlet *outlet;
  QdHttp *http;
  GCancellable *cancellable;
  gboolean stopped;
  gboolean ever_live;
  QdBackoff backoff;
  GSource *round_timer;

  Step step;
  gboolean under_way;
  gboolean forbidden;      /* the list of tenants is there, and not for us */
  guint64 offered;         /* bits of steps that were answered, once */
  char *offers;            /* as told last */
  int drains_runners;      /* atomic: it is a gateway, which hands draining on */

  /* what this round found */
  gboolean is_ready, knows_ready;
  char *service, *version, *git_sha, *shard;
  GHashTable *in_flight;   /* tenant → double, boxed */
};

static void read_step (QdCloudlysisSession *self);

QdCloudlysisSession *
qd_cloudlysis_session_new (const QdEndpoint *endpoint, QdOutlet *outlet, QdHttp *http)
{
  QdCloudlysisSession *self = g_new0 (QdCloudlysisSession, 1);

  g_atomic_ref_count_init (&self->refs);
  self->endpoint = qd_endpoint_copy (endpoint);
  self->outlet = qd_outlet_ref (outlet);
  self->http = qd_http_ref (http);
  self->cancellable = g_cancellable_new ();
  self->backoff = (QdBackoff) QD_BACKOFF_INIT;
  self->in_flight = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

QdCloudlysisSession *
qd_cloudlysis_session_ref (QdCloudlysisSession *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_cloudlysis_session_unref (QdCloudlysisSession *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->offers);
  g_free (self->service);
  g_free (self->version);
  g_free (self->git_sha);
  g_free (self->shard);
  g_hash_table_unref (self->in_flight);
  g_object_unref (self->cancellable);
  qd_http_unref (self->http);
  qd_outlet_unref (self->outlet);
  qd_endpoint_free (self->endpoint);
  g_free (self);
}

static gboolean
round_cb (gpointer data)
{
  QdCloudlysisSession *self = data;

  g_clear_pointer (&self->round_timer, g_source_unref);
  qd_cloudlysis_session_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
round_later (QdCloudlysisSession *self, guint ms)
{
  self->under_way = FALSE;
  qd_io_timeout_stop (&self->round_timer);
  if (!self->stopped)
    self->round_timer = qd_io_timeout_add (ms, round_cb, self, NULL);
}

static gboolean
has (QdCloudlysisSession *self, Step step)
{
  return (self->offered >> step & 1) != 0;
}

/* --- What it is ------------------------------------------------------------------------------------ */

/* "aggregate", "projection" or "runner", as its metrics name the service; NULL: it is none that hosts tenants. */
static const char *
service_kind (QdCloudlysisSession *self)
{
  static const char *const kinds[] = { "aggregate", "projection", "runner" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (self->service && strstr (self->service, kinds[i]))
      return kinds[i];
  return NULL;
}

/* Behind a gateway the runners are drained, each tenant by itself (POST /admin/runner/drain). */
static gboolean
is_gateway (QdCloudlysisSession *self)
{
  return self->service && strstr (self->service, "gateway") && !has (self, HOSTED) && !has (self, LISTED);
}

static void
tell_offers (QdCloudlysisSession *self)
{
  g_autoptr (GString) text = g_string_new ("[\"health\"");
  QdDelta *delta;

  if (is_gateway (self))
    g_string_append (text, ",\"shards.drain\"");
  if (has (self, METRICS))
    g_string_append (text, ",\"metrics\"");
  if (has (self, HOSTED) || has (self, LISTED))
    g_string_append (text, ",\"tenants\"");
  if (has (self, HOSTED))
    g_string_append (text, ",\"shards\",\"shards.drain\"");
  if (has (self, HOSTED) && g_strcmp0 (service_kind (self), "runner") == 0)
    g_string_append (text, ",\"shards.replay\"");
  g_string_append_c (text, ']');
  if (g_strcmp0 (text->str, self->offers) == 0)
    return;
  g_set_str (&self->offers, text->str);
  delta = qd_outlet_connection_delta (self->outlet);
  qd_delta_set (delta, QD_CONNECTION_OFFERS, qd_value_json (text->str));
  qd_outlet_send (self->outlet, delta);
}

/* --- Health and readiness --------------------------------------------------------------------------- */

/* A report in JSON is kept as it came; of its members those are used whose names leave no doubt. */
static void
take_health (QdCloudlysisSession *self, JsonNode *node)
{
  JsonObject *object = node ? qd_json_object (node) : NULL;
  g_autofree char *text = object ? qd_json_to_text (node, FALSE) : NULL, *shard = NULL;
  QdDelta *delta;

  if (object == NULL)
    return;
  shard = qd_json_dup_id (object, "shard_id");
  if (shard == NULL)
    shard = qd_json_dup_id (object, "shard");
  if (shard && *shard)
    g_set_str (&self->shard, shard);
  if (qd_json_get_string (object, "service", NULL))
    g_set_str (&self->service, qd_json_get_string (object, "service", NULL));
  delta = qd_outlet_connection_delta (self->outlet);
  qd_delta_set (delta, QD_FIELD_EXTRA, qd_value_json (text));
  qd_outlet_send (self->outlet, delta);
}

/* true, or {"ready":true}. */
static void
take_ready (QdCloudlysisSession *self, JsonNode *node)
{
  JsonObject *object = node ? qd_json_object (node) : NULL;
  JsonNode *value = object ? json_object_get_member (object, "ready") : node;

  if (value == NULL || !JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_BOOLEAN)
    return;
  self->knows_ready = TRUE;
  self->is_ready = json_node_get_boolean (value);
}

/* --- Metrics ------------------------------------------------------------------------------------------ */

static const char *const labels[] = { "tenant_id", "service", "version", "git_sha", NULL };
enum { TENANT_ID, SERVICE, VERSION, GIT_SHA };

static void
sample_cb (const char *name, const char *const *values, double value, gpointer data)
{
  QdCloudlysisSession *self = data;

  if (g_str_has_suffix (name, "_build_info"))
    {
      g_autofree char *prefix = g_strndup (name, strlen (name) - strlen ("_build_info"));

      g_set_str (&self->service, values[SERVICE] ? values[SERVICE] : prefix);
      g_set_str (&self->version, values[VERSION]);
      g_set_str (&self->git_sha, values[GIT_SHA]);
    }
  else if (values[TENANT_ID] && g_str_has_suffix (name, "_in_flight_commands") && g_hash_table_size (self->in_flight) < MAX_TENANTS)
    {
      double *boxed = g_new (double, 1);

      *boxed = value;
      g_hash_table_insert (self->in_flight, g_strdup (values[TENANT_ID]), boxed);
    }
}

static void
take_metrics (QdCloudlysisSession *self, const QdHttpResponse *response)
{
  gsize size = 0;
  const char *text = response->body ? g_bytes_get_data (response->body, &size) : NULL;

  g_hash_table_remove_all (self->in_flight);
  if (text)
    qd_prometheus_read (text, size, labels, sample_cb, self);
}

/* --- Tenants ------------------------------------------------------------------------------------------- */

/* A list of ids, of objects, or an object that holds one. */
static JsonArray *
find_list (JsonNode *node)
{
  JsonObject *object = qd_json_object (node);

  if (object && qd_json_get_array (object, "tenants"))
    return qd_json_get_array (object, "tenants");
  return qd_json_list (node, "tenants");
}

/* An element as an object with an "id"; NULL: it is nothing that has one. (transfer full) */
static JsonObject *
shape (JsonNode *element)
{
  static const char *const names[] = { "id", "tenant_id", "tenant", "uuid" };
  JsonObject *object = qd_json_object (element);
  g_autofree char *text = NULL, *id = NULL;
  g_autoptr (JsonNode) copy = NULL;

  if (object == NULL)
    {
      if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_STRING)
        return NULL;
      object = json_object_new ();
      json_object_set_string_member (object, "id", json_node_get_string (element));
      return object;
    }
  for (guint i = 0; id == NULL && i < G_N_ELEMENTS (names); i++)
    id = qd_json_dup_id (object, names[i]);
  if (id == NULL)
    return NULL;
  text = qd_json_to_text (element, FALSE);
  copy = qd_json_parse (text, -1, "tenant", NULL);
  object = json_object_ref (qd_json_object (copy));
  json_object_set_string_member (object, "id", id);
  return object;
}

/* Which shard this is, as far as it says. */
static char *
dup_shard (QdCloudlysisSession *self)
{
  const char *url = qd_http_get_base_url (self->http), *slashes = strstr (url, "://");

  return g_strdup (self->shard ? self->shard : slashes ? slashes + 3 : url);
}

static void
add_placement (QdCloudlysisSession *self, QdDelta *delta, const char *shard)
{
  const char *kind = service_kind (self);
  guint field = g_strcmp0 (kind, "aggregate") == 0 ? QD_TENANT_AGGREGATE : g_strcmp0 (kind, "projection") == 0 ? QD_TENANT_PROJECTION : QD_TENANT_RUNNER;

  if (kind)
    qd_delta_set (delta, field, qd_value_string (shard));
}

static void
send_tenant (QdCloudlysisSession *self, JsonObject *object, const char *shard)
{
  QdDelta *delta = qd_decode (qd_outlet_get_connection (self->outlet), QD_KIND_TENANT, object, QD_DELTA_UPSERT);
  const double *in_flight = g_hash_table_lookup (self->in_flight, qd_json_get_string (object, "id", ""));

  if (delta == NULL)
    return;
  if (shard)
    add_placement (self, delta, shard);
  if (in_flight && !json_object_has_member (object, "in_flight"))
    qd_delta_set (delta, QD_TENANT_IN_FLIGHT, qd_value_int ((gint64) *in_flight));
  qd_outlet_send (self->outlet, delta);
}

/* The node itself. */
static void
send_shard (QdCloudlysisSession *self, const char *shard, JsonArray *tenants)
{
  const char *kind = service_kind (self);
  g_autofree char *id = kind ? g_strdup_printf ("%s.%s", kind, shard) : g_strdup (shard), *text = NULL;
  g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), tenants);
  QdDelta *delta = qd_delta_new (qd_outlet_get_connection (self->outlet), QD_KIND_SHARD, id, QD_DELTA_UPSERT);
  const char *word = self->knows_ready ? (self->is_ready ? "ready" : "starting") : NULL;
  GHashTableIter iter;
  gpointer value;
  double in_flight = 0;

  text = qd_json_to_text (node, FALSE);
  g_hash_table_iter_init (&iter, self->in_flight);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    in_flight += *(double *) value;
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (word ? qd_status_parse (word) : QD_STATUS_UNKNOWN));
  if (word)
    qd_delta_set (delta, QD_FIELD_STATUS_TEXT, qd_value_string (word));
  if (kind)
    qd_delta_set (delta, QD_SHARD_KIND, qd_value_string (kind));
  qd_delta_set (delta, QD_SHARD_SHARD, qd_value_string (shard));
  qd_delta_set (delta, QD_SHARD_ADDRESS, qd_value_string (qd_http_get_base_url (self->http)));
  if (self->version)
    qd_delta_set (delta, QD_SHARD_VERSION, qd_value_string (self->version));
  if (self->git_sha)
    qd_delta_set (delta, QD_SHARD_GIT_SHA, qd_value_string (self->git_sha));
  if (g_hash_table_size (self->in_flight) > 0)
    qd_delta_set (delta, QD_SHARD_IN_FLIGHT, qd_value_int ((gint64) in_flight));
  qd_delta_set (delta, QD_SHARD_N_TENANTS, qd_value_int (json_array_get_length (tenants)));
  qd_delta_set (delta, QD_SHARD_TENANTS, qd_value_json (text));
  qd_delta_set (delta, QD_SHARD_AS_OF, qd_value_time (g_get_real_time ()));
  qd_outlet_snapshot (self->outlet, QD_KIND_SHARD, TRUE);
  qd_outlet_send (self->outlet, delta);
  qd_outlet_snapshot (self->outlet, QD_KIND_SHARD, FALSE);
}

static void
take_tenants (QdCloudlysisSession *self, Step step, JsonArray *items)
{
  g_autofree char *shard = step == HOSTED ? dup_shard (self) : NULL;
  g_autoptr (JsonArray) shaped = json_array_new ();
  guint n = MIN (json_array_get_length (items), MAX_TENANTS);

  qd_outlet_snapshot (self->outlet, QD_KIND_TENANT, TRUE);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *object = shape (json_array_get_element (items, i));

      if (object == NULL)
        continue;
      send_tenant (self, object, shard);
      json_array_add_object_element (shaped, object);
    }
  qd_outlet_snapshot (self->outlet, QD_KIND_TENANT, FALSE);
  if (shard)
    send_shard (self, shard, shaped);
}

/* --- Rounds ----------------------------------------------------------------------------------------------- */

static void
round_failed (QdCloudlysisSession *self, const char *message, const QdHttpResponse *response)
{
  gint64 wait_ms = response ? response->retry_after_ms : -1;
  gboolean refused = response && (response->status == 401 || response->status == 403);

  qd_outlet_state (self->outlet, refused ? "refused" : self->ever_live ? "stale" : "connecting", message);
  round_later (self, (guint) MAX (wait_ms, (gint64) qd_backoff_next_ms (&self->backoff)));
}

static void
round_done (QdCloudlysisSession *self)
{
  if (self->offered == 0)
    {
      g_autofree char *message = g_strdup_printf (_("%s answers to none of Cloudlysis' routes: is the address right?"),
                                                  qd_http_get_base_url (self->http));

      round_failed (self, message, NULL);
      return;
    }
  g_atomic_int_set (&self->drains_runners, is_gateway (self));
  tell_offers (self);
  self->ever_live = TRUE;
  qd_backoff_reset (&self->backoff);
  qd_outlet_state (self->outlet, "live", self->forbidden ? _("You may not see: Tenants") : NULL);
  qd_outlet_fresh (self->outlet);
  round_later (self, ROUND_MS);
}

static void
next_step (QdCloudlysisSession *self)
{
  if (++self->step < N_STEPS)
    read_step (self);
  else
    round_done (self);
}

/* What is not there is none the worse; what was there and fails now is. */
static void
step_failed (QdCloudlysisSession *self, Step step, const QdHttpResponse *response, const GError *error)
{
  if (step == READY && response && response->status == 503)
    {
      self->offered |= G_GUINT64_CONSTANT (1) << READY;
      self->knows_ready = TRUE;
      self->is_ready = FALSE;
      next_step (self);
    }
  else if (step >= HOSTED && response && response->status == 403)
    {
      /* Nothing that was seen of it before is shown any more; the rest is as it was. */
      self->offered |= G_GUINT64_CONSTANT (1) << step;
      self->forbidden = TRUE;
      qd_outlet_snapshot (self->outlet, QD_KIND_TENANT, TRUE);
      qd_outlet_snapshot (self->outlet, QD_KIND_TENANT, FALSE);
      next_step (self);
    }
  else if (!has (self, step) && qd_driver_is_not_offered (error, response))
    next_step (self);
  else
    round_failed (self, error->message, response);
}

static void
answered (QdCloudlysisSession *self, Step step, JsonNode *node, const QdHttpResponse *response)
{
  JsonArray *items = step >= HOSTED && node ? find_list (node) : NULL;

  if (step >= HOSTED && items == NULL)
    {
      /* A page or a text where a list should be. */
      next_step (self);
      return;
    }
  self->offered |= G_GUINT64_CONSTANT (1) << step;
  if (step == HEALTH)
    take_health (self, node);
  else if (step == READY)
    take_ready (self, node);
  else if (step == METRICS)
    take_metrics (self, response);
  else
    take_tenants (self, step, items);
  next_step (self);
}

static void
json_cb (JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  QdCloudlysisSession *self = data;

  if (self->stopped)
    ;
  else if (error)
    step_failed (self, self->step, response, error);
  else
    answered (self, self->step, node, response);
  qd_cloudlysis_session_unref (self);
}

/* Health may be a word, where a gateway answers. */
static void
text_cb (const QdHttpResponse *response, const GError *error, gpointer data)
{
  QdCloudlysisSession *self = data;
  gsize size = 0;
  const char *text = response && response->body ? g_bytes_get_data (response->body, &size) : NULL;
  g_autoptr (JsonNode) node = NULL;

  if (error == NULL && g_strcmp0 (response->content_type, "text/html") == 0)
    {
      /* A page for whatever is asked: it is not there. */
      if (!self->stopped)
        next_step (self);
      qd_cloudlysis_session_unref (self);
      return;
    }
  if (self->step != METRICS && text && size <= MAX_REPORT)
    node = qd_json_parse (text, (gssize) size, steps[self->step].path, NULL);
  json_cb (node, response, error, data);
}

/* One after the other, so that the answer is to the step. */
static void
read_step (QdCloudlysisSession *self)
{
  const char *path = steps[self->step].path;

  qd_cloudlysis_session_ref (self);
  if (steps[self->step].is_text)
    qd_http_send (self->http, "GET", path, NULL, NULL, NULL, self->cancellable, text_cb, self);
  else
    qd_http_send_json (self->http, "GET", path, NULL, NULL, self->cancellable, json_cb, self);
}

/* --- Life ---------------------------------------------------------------------------------------------------- */

void
qd_cloudlysis_session_start (QdCloudlysisSession *self)
{
  if (self->endpoint->token)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", self->endpoint->token, NULL);

      qd_http_set_authorization (self->http, bearer);
      explicit_bzero (bearer, strlen (bearer));
    }
  qd_cloudlysis_session_refresh (self);
}

void
qd_cloudlysis_session_refresh (QdCloudlysisSession *self)
{
  /* A round that is under way ends first. */
  if (self->stopped || self->under_way)
    return;
  qd_io_timeout_stop (&self->round_timer);
  self->under_way = TRUE;
  self->knows_ready = FALSE;
  self->forbidden = FALSE;
  self->step = HEALTH;
  read_step (self);
}

void
qd_cloudlysis_session_stop (QdCloudlysisSession *self)
{
  if (self->stopped)
    return;
  self->stopped = TRUE;
  qd_io_timeout_stop (&self->round_timer);
  g_cancellable_cancel (self->cancellable);
  qd_http_set_authorization (self->http, NULL);
}

/* --- Commands --------------------------------------------------------------------------------------------------- */

typedef struct {
  QdCloudlysisSession *session;
  GTask *task;
  const char *method;
  GString *path;
  JsonNode *body;        /* or NULL */
  char *tenant;          /* for x-tenant-id, or NULL */
  GPtrArray *headers;    /* names and values, a NULL at the end */
} Command;

static void
command_free (Command *self)
{
  qd_cloudlysis_session_unref (self->session);
  g_object_unref (self->task);
  g_string_free (self->path, TRUE);
  g_clear_pointer (&self->body, json_node_unref);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
  g_free (self->tenant);
  g_free (self);
}

static void
command_cb (JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Command *self = data;
  g_autoptr (JsonObject) empty = json_object_new ();

  if (error)
    {
      GError *translated = qd_driver_translate_error (error, response);

      if (response && response->status == 404 && g_str_equal (self->method, "GET"))
        translated->code = QD_DRIVER_ERROR_MISSING;
      g_task_return_error (self->task, translated);
    }
  else
    {
      g_task_return_pointer (self->task, node ? qd_json_copy (node) : json_node_init_object (json_node_alloc (), empty),
                             (GDestroyNotify) json_node_unref);
      qd_cloudlysis_session_refresh (self->session);
    }
  command_free (self);
}

static gboolean
send_cb (gpointer data)
{
  Command *self = data;

  qd_http_send_json (self->session->http, self->method, self->path->str, (const char *const *) self->headers->pdata, self->body,
                     self->session->cancellable, command_cb, self);
  return G_SOURCE_REMOVE;
}

static gboolean
prepare_get (Command *self, JsonObject *args, GError **error)
{
  const char *id;

  if (!qd_driver_need_arg (args, "id", &id, error))
    return FALSE;
  self->method = "GET";
  g_string_append (self->path, "/admin/v1/tenants/");
  g_string_append_uri_escaped (self->path, id, NULL, FALSE);
  self->tenant = g_strdup (id);
  return TRUE;
}

static JsonObject *
make_body (Command *self)
{
  g_autoptr (JsonObject) object = json_object_new ();

  self->method = "POST";
  self->body = json_node_init_object (json_node_alloc (), object);
  return json_node_get_object (self->body);
}

/* What the body is called is not written down for draining: it is as for replaying, and the header says it, too. */
static gboolean
prepare_drain (Command *self, JsonObject *args, GError **error)
{
  g_autofree char *wait_ms = qd_json_dup_id (args, "wait_ms");
  JsonObject *body = make_body (self);
  gboolean gateway = g_atomic_int_get (&self->session->drains_runners);
  const char *tenant;

  if (gateway && !qd_driver_need_arg (args, "tenant", &tenant, error))
    return FALSE;
  g_string_append (self->path, gateway ? "/admin/runner/drain" : "/admin/drain");
  if (wait_ms)
    {
      g_string_append (self->path, "?wait_ms=");
      g_string_append_uri_escaped (self->path, wait_ms, NULL, FALSE);
    }
  self->tenant = g_strdup (qd_json_get_string (args, "tenant", NULL));
  if (self->tenant)
    json_object_set_string_member (body, "tenant_id", self->tenant);
  return TRUE;
}

static gboolean
prepare_replay (Command *self, JsonObject *args, GError **error)
{
  static const char *const modes[] = { "checkpoint_only", "checkpoint_and_dedupe", "full_reset", NULL };
  JsonObject *body = make_body (self);
  const char *tenant, *saga, *mode;

  if (!qd_driver_need_arg (args, "tenant", &tenant, error) || !qd_driver_need_arg (args, "saga", &saga, error) ||
      !qd_driver_need_arg (args, "mode", &mode, error))
    return FALSE;
  if (!g_strv_contains (modes, mode))
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("There is no mode “%s”: there are checkpoint_only, checkpoint_and_dedupe and full_reset"), mode);
      return FALSE;
    }
  g_string_append (self->path, "/admin/replay");
  json_object_set_string_member (body, "tenant_id", tenant);
  json_object_set_string_member (body, "saga_name", saga);
  json_object_set_string_member (body, "mode", mode);
  self->tenant = g_strdup (tenant);
  return TRUE;
}

static gboolean
prepare (Command *self, const char *verb, JsonObject *args, GError **error)
{
  static const struct { const char *verb; gboolean (*prepare) (Command *, JsonObject *, GError **); } verbs[] = {
    { "tenant.get", prepare_get }, { "shard.drain", prepare_drain }, { "shard.replay", prepare_replay },
  };
  const char *url = qd_http_get_base_url (self->session->http);

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].verb, verb))
      {
        /* It would be done, and not only be told of. */
        if (qd_json_get_bool (args, "dry_run", FALSE))
          {
            g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED, _("%s cannot say beforehand what “%s” would do"), url, verb);
            return FALSE;
          }
        return verbs[i].prepare (self, args, error);
      }
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED, _("%s does not offer “%s”: Cloudlysis has no such route"), url, verb);
  return FALSE;
}

/* Whose it is, and what it belongs to. */
static void
add_headers (Command *self, JsonObject *args)
{
  if (self->tenant)
    {
      g_ptr_array_add (self->headers, g_strdup ("x-tenant-id"));
      g_ptr_array_add (self->headers, g_strdup (self->tenant));
    }
  qd_driver_add_trace (self->headers, args);
  g_ptr_array_add (self->headers, NULL);
}

void
qd_cloudlysis_session_command (QdCloudlysisSession *session, const char *verb, JsonObject *args, GTask *task)
{
  Command *self = g_new0 (Command, 1);
  GError *error = NULL;

  self->session = qd_cloudlysis_session_ref (session);
  self->task = task;
  self->path = g_string_new (NULL);
  self->headers = g_ptr_array_new_with_free_func (g_free);
  if (prepare (self, verb, args, &error))
    {
      add_headers (self, args);
      qd_io_invoke (send_cb, self, NULL);
      return;
    }
  g_task_return_error (task, error);
  command_free (self);
}
