/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be asked of policies: the verbs of qd-driver.h. */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json-copy.h"

#define PATH "/api/v1/policies"

typedef enum { LIST_POLICIES, LIST_WORKLOADS, GET, SIMULATE, PUT, DELETE, ENABLE, N_VERBS } Verb;

static const char *const verbs[N_VERBS] = {
  "policies.list", "workloads.list", "policy.get", "policy.simulate", "policy.put", "policy.delete", "policy.enable",
};

/* One request, made on the main thread and sent on the I/O thread. */
typedef struct {
  QdNodeSession *session;
  GTask *task;
  Verb verb;
  gboolean dry_run;
  const char *method;
  GString *path;
  GPtrArray *headers;    /* name, value, … */
  JsonNode *body;
} Command;

static void
command_free (Command *self)
{
  qd_node_session_unref (self->session);
  g_object_unref (self->task);
  g_string_free (self->path, TRUE);
  g_ptr_array_unref (self->headers);
  g_clear_pointer (&self->body, json_node_unref);
  g_free (self);
}

/* --- Building ------------------------------------------------------------------------------------------------ */

static void
add_header (Command *self, const char *name, char *value)
{
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, value);
}

static void
add_query (Command *self, const char *name, const char *value)
{
  g_string_append_c (self->path, strchr (self->path->str, '?') ? '&' : '?');
  g_string_append (self->path, name);
  g_string_append_c (self->path, '=');
  g_string_append_uri_escaped (self->path, value, NULL, FALSE);
}

static void
add_id (Command *self, const char *id)
{
  g_string_append_c (self->path, '/');
  g_string_append_uri_escaped (self->path, id, NULL, FALSE);
}

/* The I/O thread writes it while the main thread may go on with its own. */
static JsonNode *
copy_deep (JsonNode *node)
{
  g_autofree char *text = qd_json_to_text (node, FALSE);

  return qd_json_parse (text, -1, "policy", NULL);
}

/* What is kept of who wrote it is the reason; it is no part of a Kubernetes object, and a DELETE's body may get lost. */
static void
add_common (Command *self, JsonObject *args)
{
  const char *reason = qd_json_get_string (args, "reason", NULL);

  if (g_str_equal (self->method, "POST"))
    add_header (self, "Idempotency-Key", qd_driver_dup_idempotency_key (args));
  qd_driver_add_trace (self->headers, args);
  self->dry_run = qd_json_get_bool (args, "dry_run", FALSE);
  if (self->dry_run)
    add_query (self, "dry_run", "true");
  if (reason && *reason)
    add_query (self, "reason", reason);
}

static gboolean
invalid (GError **error, const char *message)
{
  g_set_error_literal (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
add_if_match (Command *self, JsonObject *args, GError **error)
{
  g_autofree char *revision = qd_json_dup_id (args, "revision");

  if (revision == NULL || *revision == '\0')
    return invalid (error, _("“revision” is missing: without it a newer change could be overwritten"));
  add_header (self, "If-Match", *revision == '"' ? g_strdup (revision) : g_strdup_printf ("\"%s\"", revision));
  return TRUE;
}

static void
set_enabled (JsonObject *object, gboolean enabled)
{
  JsonObject *status = json_object_new ();

  json_object_set_boolean_member (status, "enabled", enabled);
  json_object_set_object_member (object, "status", status);
}

/* The id that the node API gives to an object: its kind, namespace and name. */
static char *
id_of (JsonObject *object)
{
  JsonObject *metadata = qd_json_get_object (object, "metadata");
  const char *name = metadata ? qd_json_get_string (metadata, "name", NULL) : NULL;
  const char *namespace = metadata ? qd_json_get_string (metadata, "namespace", "default") : NULL;
  g_autofree char *kind = g_ascii_strdown (qd_json_get_string (object, "kind", ""), -1);

  if (name == NULL)
    return NULL;
  return g_str_equal (kind, "networkpolicy") ? g_strdup_printf ("%s.%s.%s", kind, *namespace ? namespace : "default", name)
                                             : g_strdup_printf ("%s.%s", kind, name);
}

static gboolean
prepare_put (Command *self, JsonObject *args, GError **error)
{
  JsonNode *given = json_object_has_member (args, "object") ? json_object_get_member (args, "object") : NULL;
  g_autofree char *revision = qd_json_dup_id (args, "revision"), *id = qd_json_dup_id (args, "id");
  gboolean create = revision == NULL || *revision == '\0';

  if (given == NULL || !JSON_NODE_HOLDS_OBJECT (given) || (self->body = copy_deep (given)) == NULL)
    return invalid (error, _("“object” is missing: the policy itself"));
  if (json_object_has_member (args, "enabled"))
    set_enabled (json_node_get_object (self->body), qd_json_get_bool (args, "enabled", TRUE));
  self->method = create ? "POST" : "PUT";
  if (create)
    return TRUE;
  if (id == NULL && (id = id_of (json_node_get_object (given))) == NULL)
    return invalid (error, _("“id” is missing, and the policy has no name"));
  add_id (self, id);
  return add_if_match (self, args, error);
}

static gboolean
prepare_simulate (Command *self, JsonObject *args, GError **error)
{
  JsonArray *flows = qd_json_get_array (args, "flows");
  g_autoptr (JsonObject) body = json_object_new ();
  g_autoptr (JsonNode) node = NULL;

  if (flows == NULL)
    return invalid (error, _("“flows” is missing: which flows are to be looked at"));
  self->method = "POST";
  g_string_append (self->path, "/simulate");
  json_object_set_array_member (body, "flows", json_array_ref (flows));
  node = json_node_init_object (json_node_alloc (), body);
  self->body = copy_deep (node);
  return TRUE;
}

static gboolean
prepare_enable (Command *self, JsonObject *args, GError **error)
{
  g_autoptr (JsonObject) body = json_object_new ();

  if (!json_object_has_member (args, "enabled"))
    return invalid (error, _("“enabled” is missing: true or false"));
  self->method = "PATCH";
  set_enabled (body, qd_json_get_bool (args, "enabled", TRUE));
  self->body = json_node_init_object (json_node_alloc (), body);
  return add_if_match (self, args, error);
}

static gboolean
prepare (Command *self, JsonObject *args, GError **error)
{
  const char *id;

  if (self->verb != PUT)
    {
      if (!qd_driver_need_arg (args, "id", &id, error))
        return FALSE;
      add_id (self, id);
    }
  switch (self->verb)
    {
    case GET:
      self->method = "GET";
      return TRUE;
    case SIMULATE:
      return prepare_simulate (self, args, error);
    case PUT:
      return prepare_put (self, args, error);
    case DELETE:
      self->method = "DELETE";
      return add_if_match (self, args, error);
    case ENABLE:
      return prepare_enable (self, args, error);
    case LIST_POLICIES:
    case LIST_WORKLOADS:
    case N_VERBS:
    default:
      g_return_val_if_reached (FALSE);
    }
}

/* --- Sending --------------------------------------------------------------------------------------------------- */

/* The answer as all drivers give it; NULL: it is none. */
static JsonNode *
shape (Command *self, JsonNode *node)
{
  JsonObject *object = node ? qd_json_object (node) : NULL;
  const char *member = self->dry_run ? "plan" : self->verb == SIMULATE ? "verdicts" : NULL;
  g_autoptr (JsonObject) empty = NULL;

  if (member)
    return object && json_object_has_member (object, member) ? qd_json_copy (node) : NULL;
  if (self->verb != DELETE)
    return qd_node_policy_shape (node);
  empty = json_object_new ();
  return object ? qd_json_copy (node) : json_node_init_object (json_node_alloc (), empty);
}

/* What is there now, which comes with the refusal of a change of what was there before. */
static JsonNode *
read_current (const QdHttpResponse *response)
{
  g_autoptr (JsonNode) node = qd_node_read_current (response);

  return node ? qd_node_policy_shape (node) : NULL;
}

static GError *
translate (Command *self, const GError *error, const QdHttpResponse *response)
{
  GError *translated = qd_driver_translate_error (error, response);

  if (response == NULL)
    return translated;
  if (response->status == 404 || response->status == 410)
    translated->code = QD_DRIVER_ERROR_MISSING;
  if (translated->code == QD_DRIVER_ERROR_CONFLICT)
    qd_driver_error_take_current (translated, read_current (response));
  return translated;
}

static void
answered_cb (QdNodeSession *session, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Command *self = data;
  JsonNode *answer = error ? NULL : shape (self, node);

  if (error)
    g_task_return_error (self->task, translate (self, error, response));
  else if (answer)
    g_task_return_pointer (self->task, answer, (GDestroyNotify) json_node_unref);
  else
    g_task_return_new_error (self->task, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED,
                             _("%s %s%.*s: the server answered with something else than was asked for"), self->method,
                             qd_http_get_base_url (session->http), (int) strcspn (self->path->str, "?"), self->path->str);
  command_free (self);
}

static gboolean
send_cb (gpointer data)
{
  Command *self = data;
  const QdNodeCall call = {
    .method = self->method, .path = self->path->str, .headers = (const char *const *) self->headers->pdata, .body = self->body,
    .patient = TRUE,
  };

  if (self->verb == LIST_POLICIES || self->verb == LIST_WORKLOADS)
    {
      qd_node_policies_read (self->session, self->verb == LIST_POLICIES, g_object_ref (self->task));
      command_free (self);
    }
  else
    qd_node_request (self->session, &call, answered_cb, self);
  return G_SOURCE_REMOVE;
}

gboolean
qd_node_policy_command (QdNodeSession *session, const char *verb, JsonObject *args, GTask *task)
{
  GError *error = NULL;
  Command *self;
  Verb which = 0;

  while (which < N_VERBS && !g_str_equal (verbs[which], verb))
    which++;
  if (which == N_VERBS)
    return FALSE;
  self = g_new0 (Command, 1);
  self->session = qd_node_session_ref (session);
  self->task = task;
  self->verb = which;
  self->path = g_string_new (PATH);
  self->headers = g_ptr_array_new_with_free_func (g_free);
  if (which != LIST_POLICIES && which != LIST_WORKLOADS && !prepare (self, args, &error))
    {
      g_task_return_error (task, error);
      command_free (self);
      return TRUE;
    }
  if (self->method && which != GET)
    add_common (self, args);
  g_ptr_array_add (self->headers, NULL);
  qd_io_invoke (send_cb, self, NULL);
  return TRUE;
}
