/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-command.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-decode.h"
#include "qd-json-copy.h"
#include "qd-time.h"

typedef QdNodeCommand Command;

static void
command_free (Command *self)
{
  qd_node_session_unref (self->session);
  g_object_unref (self->task);
  g_free (self->method);
  g_free (self->path);
  g_ptr_array_unref (self->headers);
  g_clear_pointer (&self->body, json_node_unref);
  g_free (self->id);
  g_free (self);
}

/* --- Building ------------------------------------------------------------------------------------ */

static void
add_header (Command *self, const char *name, const char *value)
{
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
}

gboolean
qd_node_command_set_target (Command *self, const char *method, const char *base, const char *tail, JsonObject *args, GError **error)
{
  GString *path;
  const char *id;

  if (!qd_driver_need_arg (args, "id", &id, error))
    return FALSE;
  path = g_string_new (base);
  g_string_append_c (path, '/');
  g_string_append_uri_escaped (path, id, NULL, FALSE);
  g_string_append (path, tail);
  self->method = g_strdup (method);
  self->path = g_string_free (path, FALSE);
  self->id = g_strdup (id);
  return TRUE;
}

static void
add_query (Command *self, const char *name, const char *value)
{
  GString *path = g_string_new (self->path);

  g_string_append_c (path, strchr (self->path, '?') ? '&' : '?');
  g_string_append (path, name);
  g_string_append_c (path, '=');
  g_string_append_uri_escaped (path, value, NULL, FALSE);
  g_free (self->path);
  self->path = g_string_free (path, FALSE);
}

JsonObject *
qd_node_command_need_body (Command *self)
{
  if (self->body == NULL)
    {
      g_autoptr (JsonObject) object = json_object_new ();

      self->body = json_node_init_object (json_node_alloc (), object);
    }
  return json_node_get_object (self->body);
}

/* What every mutation takes. */
void
qd_node_command_add_common (Command *self, JsonObject *args)
{
  g_autofree char *key = qd_driver_dup_idempotency_key (args);
  const char *reason = qd_json_get_string (args, "reason", NULL);

  if (g_str_equal (self->method, "POST"))
    add_header (self, "Idempotency-Key", key);
  qd_driver_add_trace (self->headers, args);
  if (qd_json_get_bool (args, "dry_run", FALSE))
    add_query (self, "dry_run", "true");
  if (reason && *reason)
    {
      /* A DELETE's body may get lost on the way: there the reason is a parameter too. */
      if (g_str_equal (self->method, "DELETE"))
        add_query (self, "reason", reason);
      else
        json_object_set_string_member (qd_node_command_need_body (self), "reason", reason);
    }
}

static gboolean
add_if_match (Command *self, JsonObject *args, GError **error)
{
  g_autofree char *revision = qd_json_dup_id (args, "revision");
  g_autofree char *etag = NULL;

  if (revision == NULL || *revision == '\0')
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
                   _("“revision” is missing: without it a newer change could be overwritten"));
      return FALSE;
    }
  etag = *revision == '"' ? g_strdup (revision) : g_strdup_printf ("\"%s\"", revision);
  add_header (self, "If-Match", etag);
  return TRUE;
}

gboolean
qd_node_command_patch (Command *self, const char *base, QdKind kind, JsonObject *args, JsonObject *changes, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (changes == NULL || json_object_get_size (changes) == 0)
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("“changes” is missing: there is nothing to do"));
      return FALSE;
    }
  if (!qd_node_command_set_target (self, "PATCH", base, "", args, error) || !add_if_match (self, args, error))
    return FALSE;
  self->kind = kind;
  /* The reason is laid into what is sent, not into what was given. */
  json_object_iter_init (&iter, changes);
  while (json_object_iter_next (&iter, &name, &node))
    json_object_set_member (qd_node_command_need_body (self), name, qd_json_copy (node));
  qd_node_command_add_common (self, args);
  return TRUE;
}

gboolean
qd_node_command_need_flag (JsonObject *args, const char *name, gboolean *value, GError **error)
{
  JsonNode *node = json_object_get_member (args, name);

  if (node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    {
      *value = json_node_get_boolean (node);
      return TRUE;
    }
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("“%s” must be true or false"), name);
  return FALSE;
}

/* latitude, longitude and location are one object on the wire. */
static void
copy_site_members (JsonObject *from, JsonObject *to)
{
  static const struct { const char *ours, *theirs; } place[] = {
    { "latitude", "lat" }, { "longitude", "lon" }, { "location", "label" },
  };
  static const char *const plain[] = { "id", "name", "kind", "labels", "endpoints", "status", "version" };
  g_autoptr (JsonObject) location = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (json_object_has_member (from, plain[i]))
      json_object_set_member (to, plain[i], qd_json_copy (json_object_get_member (from, plain[i])));
  for (guint i = 0; i < G_N_ELEMENTS (place); i++)
    {
      double number;

      if (i < 2 && qd_json_get_number (from, place[i].ours, &number))
        json_object_set_double_member (location, place[i].theirs, number);
      else if (json_object_has_member (from, place[i].ours))
        json_object_set_member (location, place[i].theirs,
                                qd_json_copy (json_object_get_member (from, place[i].ours)));
    }
  if (json_object_get_size (location) > 0)
    json_object_set_object_member (to, "location", g_steal_pointer (&location));
}

/* --- The verbs -------------------------------------------------------------------------------------- */

static gboolean
site_create (Command *self, JsonObject *args, GError **error)
{
  const char *name;

  if (!qd_driver_need_arg (args, "name", &name, error))
    return FALSE;
  self->method = g_strdup ("POST");
  self->path = g_strdup ("/api/v1/sites");
  self->kind = QD_KIND_SITE;
  copy_site_members (args, qd_node_command_need_body (self));
  qd_node_command_add_common (self, args);
  return TRUE;
}

static gboolean
site_update (Command *self, JsonObject *args, GError **error)
{
  JsonObject *changes = qd_json_get_object (args, "changes");

  if (changes == NULL || json_object_get_size (changes) == 0)
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("“changes” is missing: there is nothing to do"));
      return FALSE;
    }
  if (!qd_node_command_set_target (self, "PATCH", "/api/v1/sites", "", args, error) || !add_if_match (self, args, error))
    return FALSE;
  self->kind = QD_KIND_SITE;
  copy_site_members (changes, qd_node_command_need_body (self));
  qd_node_command_add_common (self, args);
  return TRUE;
}

static gboolean
site_delete (Command *self, JsonObject *args, GError **error)
{
  if (!qd_node_command_set_target (self, "DELETE", "/api/v1/sites", "", args, error) || !add_if_match (self, args, error))
    return FALSE;
  self->kind = QD_KIND_SITE;
  qd_node_command_add_common (self, args);
  return TRUE;
}

static gboolean
routing_create (Command *self, JsonObject *args, GError **error)
{
  static const char *const members[] = { "id", "name", "priority", "enabled", "match", "path_preference", "failover" };
  const char *name;

  if (!qd_driver_need_arg (args, "name", &name, error))
    return FALSE;
  self->method = g_strdup ("POST");
  self->path = g_strdup ("/api/v1/routing-policies");
  self->kind = QD_KIND_ROUTING;
  qd_node_command_need_body (self);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (json_object_has_member (args, members[i]))
      json_object_set_member (qd_node_command_need_body (self), members[i], qd_json_copy (json_object_get_member (args, members[i])));
  qd_node_command_add_common (self, args);
  return TRUE;
}

/* @args.changes is a merge patch (RFC 7396) of the policy as it is on the wire. */
static gboolean
routing_update (Command *self, JsonObject *args, GError **error)
{
  return qd_node_command_patch (self, "/api/v1/routing-policies", QD_KIND_ROUTING, args, qd_json_get_object (args, "changes"), error);
}

static gboolean
routing_enable (Command *self, JsonObject *args, GError **error)
{
  g_autoptr (JsonObject) changes = json_object_new ();
  gboolean enabled;

  if (!qd_node_command_need_flag (args, "enabled", &enabled, error))
    return FALSE;
  json_object_set_boolean_member (changes, "enabled", enabled);
  return qd_node_command_patch (self, "/api/v1/routing-policies", QD_KIND_ROUTING, args, changes, error);
}

static gboolean
routing_delete (Command *self, JsonObject *args, GError **error)
{
  if (!qd_node_command_set_target (self, "DELETE", "/api/v1/routing-policies", "", args, error) || !add_if_match (self, args, error))
    return FALSE;
  self->kind = QD_KIND_ROUTING;
  qd_node_command_add_common (self, args);
  return TRUE;
}

static gboolean
routing_get (Command *self, JsonObject *args, GError **error)
{
  self->kind = QD_KIND_ROUTING;
  return qd_node_command_set_target (self, "GET", "/api/v1/routing-policies", "", args, error);
}

static gboolean
path_test (Command *self, JsonObject *args, GError **error)
{
  if (!qd_node_command_set_target (self, "POST", "/api/v1/paths", "/test", args, error))
    return FALSE;
  qd_node_command_need_body (self);
  qd_node_command_add_common (self, args);
  return TRUE;
}

static gboolean
path_failover (Command *self, JsonObject *args, GError **error)
{
  if (!qd_node_command_set_target (self, "POST", "/api/v1/paths", "/failover", args, error))
    return FALSE;
  qd_node_command_need_body (self);
  qd_node_command_add_common (self, args);
  return TRUE;
}

static void
add_time (Command *self, JsonObject *args, const char *member, const char *name)
{
  gint64 us;

  if (qd_json_get_int (args, member, &us))
    {
      g_autofree char *text = qd_time_format_iso (us);

      add_query (self, name, text);
    }
}

static gboolean
path_history (Command *self, JsonObject *args, GError **error)
{
  gint64 step;

  if (!qd_node_command_set_target (self, "GET", "/api/v1/paths", "/metrics", args, error))
    return FALSE;
  add_time (self, args, "from_us", "from");
  add_time (self, args, "to_us", "to");
  if (qd_json_get_int (args, "step_s", &step) && step > 0)
    {
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, step);

      add_query (self, "step", text);
    }
  return TRUE;
}

static gboolean
flow_reevaluate (Command *self, JsonObject *args, GError **error)
{
  if (!qd_node_command_set_target (self, "DELETE", "/api/v1/flows", "", args, error))
    return FALSE;
  qd_node_command_add_common (self, args);
  return TRUE;
}

static gboolean
flow_decision (Command *self, JsonObject *args, GError **error)
{
  self->kind = QD_KIND_FLOW;
  return qd_node_command_set_target (self, "GET", "/api/v1/flows", "", args, error);
}

static gboolean
flows_search (Command *self, JsonObject *args, GError **error)
{
  static const char *const names[] = { "q", "ip", "port", "protocol", "path", "policy", "status", "limit", "cursor", "sort" };

  self->method = g_strdup ("GET");
  self->path = g_strdup ("/api/v1/flows");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *value = qd_json_dup_id (args, names[i]);

      if (value && *value)
        add_query (self, names[i], value);
    }
  return TRUE;
}

static gboolean
job_cancel (Command *self, JsonObject *args, GError **error)
{
  if (!qd_node_command_set_target (self, "POST", "/admin/v1/jobs", "/cancel", args, error))
    return FALSE;
  qd_node_command_need_body (self);
  qd_node_command_add_common (self, args);
  return TRUE;
}

static gboolean
job_get (Command *self, JsonObject *args, GError **error)
{
  self->kind = QD_KIND_JOB;
  return qd_node_command_set_target (self, "GET", "/admin/v1/jobs", "", args, error);
}

static const QdNodeVerb verbs[] = {
  { "site.create", site_create, "id" },
  { "site.update", site_update, "id" },
  { "site.delete", site_delete, NULL },
  { "routing.create", routing_create, "id" },
  { "routing.update", routing_update, "id" },
  { "routing.enable", routing_enable, "id" },
  { "routing.delete", routing_delete, NULL },
  { "routing.get", routing_get, "id" },
  { "path.test", path_test, "job_id" },
  { "path.failover", path_failover, "job_id" },
  { "path.history", path_history, "points" },
  { "flow.decision", flow_decision, "id" },
  { "flow.reevaluate", flow_reevaluate, NULL },
  { "flows.search", flows_search, "total" },
  { "job.cancel", job_cancel, NULL },
  { "job.get", job_get, "id" },
  { NULL },
};

static const QdNodeVerb *
find_verb (const char *name)
{
  const QdNodeVerb *const tables[] = { verbs, qd_node_tenant_verbs, qd_node_scale_verbs };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const QdNodeVerb *verb = tables[i]; verb->verb; verb++)
      if (g_str_equal (verb->verb, name))
        return verb;
  return NULL;
}

/* --- Sending ------------------------------------------------------------------------------------------- */

/* Another server's JSON, or a proxy's, is no answer to what was asked. */
static GError *
check_answer (Command *self, JsonNode *node)
{
  gboolean dry = strstr (self->path, "dry_run=true") != NULL;
  JsonObject *object = node ? qd_json_object (node) : NULL;
  const char *member = dry ? "plan" : find_verb (self->verb)->member;

  if (member == NULL || (object && json_object_has_member (object, member)))
    return NULL;
  return g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("%s %s%.*s: the server answered with something else than was asked for"),
                      self->method, qd_http_get_base_url (self->session->http), (int) strcspn (self->path, "?"), self->path);
}

/* What the answer says of a thing is shown before the events say it. */
static void
learn (Command *self, JsonNode *node, const QdHttpResponse *response)
{
  JsonObject *object = node ? qd_json_object (node) : NULL;
  const char *job = object ? qd_json_get_string (object, "job_id", NULL) : NULL;
  QdDelta *delta;

  if (strstr (self->path, "dry_run=true"))
    return;
  if (object && g_str_has_prefix (self->verb, "freeze."))
    qd_node_freeze_take (self->session, object);
  if (job)
    qd_node_list_touch (self->session, QD_KIND_JOB, job);
  else if (response && response->overtaken && self->kind != QD_N_KINDS && self->id)
    /* Later news of the same route may be known already: what is true now is asked. */
    qd_node_list_touch (self->session, self->kind, self->id);
  else if (g_str_equal (self->verb, "site.delete") || g_str_equal (self->verb, "routing.delete"))
    qd_outlet_remove (self->session->outlet, self->kind, self->id);
  else if (object && self->kind != QD_N_KINDS && json_object_has_member (object, "id") &&
           (delta = qd_decode (qd_outlet_get_connection (self->session->outlet), self->kind, object, QD_DELTA_UPSERT)))
    {
      qd_node_list_told (self->session, self->kind, qd_delta_get_key (delta)->id);
      qd_outlet_send (self->session->outlet, delta);
    }
  else if (g_str_equal (self->verb, "flow.reevaluate"))
    qd_node_list_touch (self->session, QD_KIND_FLOW, self->id);
}

static GError *
translate (Command *self, const GError *error, const QdHttpResponse *response)
{
  GError *translated = qd_driver_translate_error (error, response);

  /* The routes are there where the lists are: it is the thing that is gone. */
  if (response && (response->status == 404 || response->status == 410) && (self->kind == QD_KIND_TENANT || self->kind == QD_KIND_SHARD))
    translated->code = QD_DRIVER_ERROR_MISSING;
  if (response && translated->code == QD_DRIVER_ERROR_CONFLICT)
    qd_driver_error_take_current (translated, qd_node_read_current (response));
  return translated;
}

static void
answered_cb (QdNodeSession *session, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Command *self = data;
  GError *odd = error ? NULL : check_answer (self, node);

  if (odd)
    g_task_return_error (self->task, odd);
  else if (error)
    {
      GError *translated = translate (self, error, response);

      /* Somebody was quicker: what they made of it is what must be looked at now. */
      if (translated->code == QD_DRIVER_ERROR_CONFLICT && self->id && self->kind != QD_N_KINDS)
        qd_node_list_touch (session, self->kind, self->id);
      g_task_return_error (self->task, translated);
    }
  else
    {
      g_autoptr (JsonObject) empty = json_object_new ();

      learn (self, node, response);
      g_task_return_pointer (self->task,
                             node ? qd_json_copy (node) : json_node_init_object (json_node_alloc (), empty),
                             (GDestroyNotify) json_node_unref);
    }
  command_free (self);
}

static gboolean
send_cb (gpointer data)
{
  Command *self = data;
  const QdNodeCall call = {
    .method = self->method, .path = self->path, .headers = (const char *const *) self->headers->pdata, .body = self->body,
  };

  qd_node_request (self->session, &call, answered_cb, self);
  return G_SOURCE_REMOVE;
}

typedef struct { QdNodeSession *session; char *user, *password; GTask *task; } SignIn;

static gboolean
sign_in_cb (gpointer data)
{
  SignIn *self = data;

  qd_node_auth_command (self->session, self->user, self->password, self->task);
  qd_node_session_unref (self->session);
  g_free (self->user);
  explicit_bzero (self->password, strlen (self->password));
  g_free (self->password);
  g_free (self);
  return G_SOURCE_REMOVE;
}

static void
sign_in (QdNodeSession *session, const char *verb, JsonObject *args, GTask *task)
{
  GError *error = NULL;
  const char *user = NULL, *password;
  SignIn *self;

  if (!qd_driver_need_arg (args, "password", &password, &error) ||
      (g_str_equal (verb, "auth.sign-in") && !qd_driver_need_arg (args, "user", &user, &error)))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  self = g_new0 (SignIn, 1);
  self->session = qd_node_session_ref (session);
  self->user = g_strdup (user);
  self->password = g_strdup (password);
  self->task = task;
  qd_io_invoke (sign_in_cb, self, NULL);
}

static Command *
command_new (QdNodeSession *session, const char *verb, GTask *task)
{
  Command *self = g_new0 (Command, 1);

  self->session = qd_node_session_ref (session);
  self->task = task;
  self->verb = g_intern_string (verb);
  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->kind = QD_N_KINDS;
  return self;
}

void
qd_node_command (QdNodeSession *session, const char *verb, JsonObject *args, GTask *task)
{
  const QdNodeVerb *known = find_verb (verb);
  GError *error = NULL;
  Command *command;

  if (g_str_equal (verb, "auth.step-up") || g_str_equal (verb, "auth.sign-in"))
    {
      sign_in (session, verb, args, task);
      return;
    }
  if (qd_node_policy_command (session, verb, args, task))
    return;
  command = command_new (session, verb, task);
  if (known && known->prepare (command, args, &error))
    {
      g_ptr_array_add (command->headers, NULL);
      qd_io_invoke (send_cb, command, NULL);
      return;
    }
  if (known)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED,
                             _("%s does not know the command “%s”"), qd_http_get_base_url (session->http), verb);
  command_free (command);
}
