/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies at a Patronus: the verbs of qd-driver.h, in the spelling and with the habits of that server. It has no revisions and no If-Match,
 * replaces by removing and adding, and says that it removed what was never there. So each change reads the list before, compares, and reads it again after. */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-patronus-policies.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-io.h"
#include "qd-json.h"
#include "qd-json-copy.h"
#include "qd-patronus-policy.h"
#include "qd-policy-object.h"

#define PATH "/api/v1/policies"

typedef enum { LIST, GET, PUT, DELETE, ENABLE, N_VERBS } Verb;

static const char *const verbs[N_VERBS] = { "policies.list", "policy.get", "policy.put", "policy.delete", "policy.enable" };

typedef struct {
  QdPatronusSession *session;
  GTask *task;
  Verb verb;
  char *id;              /* as the list has it; NULL: the object says which */
  char *revision;        /* NULL: there must be none yet */
  char *key;             /* qd_policy_object_dup_key() of the object */
  JsonNode *object;
  int enabled;           /* -1: as it is */
  gboolean dry_run;
} Command;

static void
command_free (Command *self)
{
  qd_patronus_session_unref (self->session);
  g_clear_object (&self->task);
  g_free (self->id);
  g_free (self->revision);
  g_free (self->key);
  g_clear_pointer (&self->object, json_node_unref);
  g_free (self);
}

static JsonNode *
node_of (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

/* --- Out of the server's spelling ------------------------------------------------------------------------------------- */

/* The text of @node with the members of objects in one order: the server's is that of a hash table. (transfer full) */
static char *
dup_sorted_text (JsonNode *node)
{
  JsonObject *wrap = json_object_new ();
  g_autoptr (JsonNode) wrapped = NULL, sorted = NULL;

  /* Of the outermost object members are taken out. */
  json_object_set_member (wrap, "all", qd_json_copy (node));
  wrapped = node_of (wrap);
  sorted = qd_policy_object_strip (wrapped);
  return qd_json_to_text (sorted, FALSE);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char *
qd_patronus_policies_dup_digest (JsonArray *items)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < json_array_get_length (items); i++)
    g_ptr_array_add (texts, dup_sorted_text (json_array_get_element (items, i)));
  g_ptr_array_sort (texts, compare_texts);
  for (guint i = 0; i < texts->len; i++)
    g_checksum_update (checksum, g_ptr_array_index (texts, i), -1);
  return g_strdup (g_checksum_get_string (checksum));
}

gboolean
qd_patronus_policies_are (JsonArray *items)
{
  JsonObject *first = json_array_get_length (items) ? qd_json_object (json_array_get_element (items, 0)) : NULL;

  return json_array_get_length (items) == 0 || (first && json_object_has_member (first, "pod_selector"));
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  static const char *const members[] = { "namespace", "name", "id" };
  JsonObject *left = qd_json_object (*(JsonNode *const *) a), *right = qd_json_object (*(JsonNode *const *) b);
  int order = 0;

  for (guint i = 0; i < G_N_ELEMENTS (members) && order == 0; i++)
    {
      g_autofree char *one = left ? qd_json_dup_id (left, members[i]) : NULL, *other = right ? qd_json_dup_id (right, members[i]) : NULL;

      order = g_strcmp0 (one, other);
    }
  return order;
}

static QdPatronusConversion *
import (GPtrArray *items, const char *origin)
{
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (QdYamlFile) file = NULL;

  for (guint i = 0; i < items->len; i++)
    {
      g_autofree char *one = qd_json_to_text (g_ptr_array_index (items, i), FALSE);

      g_string_append_printf (text, "%s%s", i ? "," : "", one);
    }
  g_string_append_c (text, ']');
  bytes = g_bytes_new (text->str, text->len);
  file = qd_yaml_file_new (origin, bytes, NULL);
  return file ? qd_patronus_import (file) : NULL;
}

/* Whether it becomes one object; of others it is said why not. */
static gboolean
is_readable (JsonNode *item, const char *origin)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();
  g_autoptr (QdPatronusConversion) conversion = NULL;

  g_ptr_array_add (one, item);
  conversion = import (one, origin);
  if (conversion && conversion->objects->len == 1)
    return TRUE;
  for (guint i = 0; conversion && i < conversion->findings->len; i++)
    {
      const QdPatronusFinding *finding = g_ptr_array_index (conversion->findings, i);

      if (finding->severity == QD_POLICY_ERROR || g_str_equal (finding->code, "policy-type"))
        g_message ("%s%s: a policy is left out: %s: %s", origin, PATH, finding->field, finding->message);
    }
  return FALSE;
}

/* What is said beside the object is no part of it: the same object is then the same, wherever it came from. */
static JsonNode *
without_standing (JsonNode *object)
{
  static const char *const said[] = { QD_PATRONUS_PREFIX "id", QD_PATRONUS_PREFIX "enabled" };
  JsonNode *copy = qd_policy_object_strip (object);
  JsonObject *metadata = qd_json_get_object (json_node_get_object (copy), "metadata");
  JsonObject *annotations = metadata ? qd_json_get_object (metadata, "annotations") : NULL;

  for (guint i = 0; annotations && i < G_N_ELEMENTS (said); i++)
    if (json_object_has_member (annotations, said[i]))
      json_object_remove_member (annotations, said[i]);
  if (annotations && json_object_get_size (annotations) == 0)
    json_object_remove_member (metadata, "annotations");
  return copy;
}

/* What an annotation says that has a place in the server's own spelling. */
static JsonArray *
make_keeps (void)
{
  static const char *const kept[] = { QD_PATRONUS_PREFIX "name", QD_PATRONUS_PREFIX "namespace", QD_PATRONUS_PREFIX "priority" };
  JsonArray *keeps = json_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    json_array_add_string_element (keeps, kept[i]);
  return keeps;
}

static JsonNode *
shape (JsonNode *item, JsonNode *imported)
{
  JsonObject *given = qd_json_object (item), *shaped = json_object_new ();
  JsonNode *object = without_standing (imported);
  g_autofree char *id = qd_json_dup_id (given, "id"), *text = dup_sorted_text (object), *revision = NULL;
  gboolean enabled = qd_json_get_bool (given, "enabled", TRUE);
  g_autofree char *content = g_strconcat (text, enabled ? "+" : "-", NULL);

  revision = g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
  json_object_set_string_member (shaped, "id", id ? id : "");
  json_object_set_string_member (shaped, "revision", revision);
  json_object_set_boolean_member (shaped, "enabled", enabled);
  json_object_set_array_member (shaped, "keeps", make_keeps ());
  json_object_set_member (shaped, "object", object);
  return node_of (shaped);
}

/* As all drivers tell them, by namespace, name and id. NULL: the answer is no list of policies. (transfer full) (element-type JsonNode) */
static GPtrArray *
shape_all (JsonNode *answer, const char *origin)
{
  JsonArray *array = answer ? qd_json_list (answer, "policies") : NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  GPtrArray *shaped;
  g_autoptr (QdPatronusConversion) conversion = NULL;

  if (array == NULL || !qd_patronus_policies_are (array))
    return NULL;
  for (guint i = 0; i < json_array_get_length (array); i++)
    g_ptr_array_add (items, json_array_get_element (array, i));
  g_ptr_array_sort (items, compare_items);
  conversion = import (items, origin);
  if (conversion == NULL || conversion->objects->len != items->len)
    {
      for (guint i = items->len; i-- > 0;)
        if (!is_readable (g_ptr_array_index (items, i), origin))
          g_ptr_array_remove_index (items, i);
      g_clear_pointer (&conversion, qd_patronus_conversion_free);
      conversion = import (items, origin);
    }
  shaped = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  for (guint i = 0; conversion && conversion->objects->len == items->len && i < items->len; i++)
    g_ptr_array_add (shaped, shape (g_ptr_array_index (items, i), g_ptr_array_index (conversion->objects, i)));
  return shaped;
}

/* --- Into the server's spelling --------------------------------------------------------------------------------------- */

/* What would not mean there what it says is no matter of a warning. */
static gboolean
is_blocker (const QdPatronusFinding *finding)
{
  static const char *const codes[] = { "namespace-selector", "rule", "admin-kind", NULL };

  return finding->severity == QD_POLICY_ERROR || (finding->severity == QD_POLICY_WARNING && g_strv_contains (codes, finding->code));
}

static void
add_remark (JsonArray *remarks, const char *code, const char *field, const char *text)
{
  JsonObject *remark = json_object_new ();
  g_autofree char *detail = g_strdup_printf ("%s%s%s", field, *field ? ": " : "", text);

  json_object_set_string_member (remark, "code", code);
  json_object_set_string_member (remark, "detail", detail);
  json_array_add_object_element (remarks, remark);
}

/* The body of a request, or NULL where there are @blockers. (transfer full) */
static JsonNode *
make_body (Command *self, gboolean enabled, JsonArray *blockers, JsonArray *warnings)
{
  g_autofree char *text = qd_json_to_text (self->object, FALSE);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) file = qd_yaml_file_new (self->key, bytes, &error);
  g_autoptr (QdPatronusConversion) conversion = file ? qd_patronus_export (file, QD_PATRONUS_REQUEST) : NULL;
  JsonNode *body;

  if (file == NULL)
    add_remark (blockers, "invalid", "", error->message);
  for (guint i = 0; conversion && i < conversion->findings->len; i++)
    {
      const QdPatronusFinding *finding = g_ptr_array_index (conversion->findings, i);

      if (is_blocker (finding))
        add_remark (blockers, finding->code, finding->field, finding->message);
      else if (finding->severity == QD_POLICY_WARNING || g_str_equal (finding->code, "named-port"))
        add_remark (warnings, finding->code, finding->field, finding->message);
    }
  if (json_array_get_length (blockers) > 0 || conversion == NULL || conversion->objects->len != 1)
    {
      if (json_array_get_length (blockers) == 0)
        add_remark (blockers, "kind", "", _("this is no NetworkPolicy, and Patronus has no other"));
      return NULL;
    }
  body = json_node_ref (g_ptr_array_index (conversion->objects, 0));
  json_object_set_boolean_member (qd_json_get_object (json_node_get_object (body), "spec"), "enabled", enabled);
  return body;
}

/* --- Finding ------------------------------------------------------------------------------------------------------------ */

/* By the id, with or without its prefix, else by what it is called. NULL: it is not there. */
static JsonNode *
find (GPtrArray *shaped, const char *id, const char *key)
{
  g_autofree char *number = qd_patronus_dup_number (id);

  for (guint i = 0; i < shaped->len; i++)
    {
      JsonNode *node = g_ptr_array_index (shaped, i);
      JsonObject *object = json_node_get_object (node);
      g_autofree char *own = qd_patronus_dup_number (qd_json_get_string (object, "id", NULL));
      g_autofree char *called = id ? NULL : qd_policy_object_dup_key (json_object_get_member (object, "object"));

      if (id ? number && g_strcmp0 (number, own) == 0 : called && g_strcmp0 (called, key) == 0)
        return node;
    }
  return NULL;
}

/* --- Carrying out --------------------------------------------------------------------------------------------------------- */

typedef struct { GTask *task; JsonNode *node; GError *error; } End;

static gboolean
end_cb (gpointer data)
{
  End *self = data;

  if (self->error)
    g_task_return_error (self->task, self->error);
  else
    g_task_return_pointer (self->task, self->node, (GDestroyNotify) json_node_unref);
  g_object_unref (self->task);
  g_free (self);
  return G_SOURCE_REMOVE;
}

/* The task ends where it began: it holds the driver, which is not to be taken apart by this thread. */
static void
end (Command *self, JsonNode *node, GError *error)
{
  End *it = g_new (End, 1);

  *it = (End) { g_steal_pointer (&self->task), node, error };
  command_free (self);
  g_main_context_invoke (g_task_get_context (it->task), end_cb, it);
}

static void
fail (Command *self, GError *error)
{
  end (self, NULL, error);
}

static void
succeed (Command *self, JsonNode *node)
{
  end (self, node, NULL);
}

static void
after_cb (QdPatronusSession *session, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Command *self = data;
  const char *base = qd_patronus_session_get_url (session);
  g_autoptr (GPtrArray) shaped = error ? NULL : shape_all (node, base);
  JsonNode *found = shaped ? find (shaped, self->id, self->key) : NULL;

  qd_patronus_session_policies_changed (session);
  if (error)
    fail (self, qd_driver_translate_error (error, response));
  else if (shaped == NULL)
    fail (self, g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("%s%s answered with something else than a list of policies"), base, PATH));
  else if (self->verb == DELETE && found)
    fail (self, g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("%s said that the policy was removed, and it is still there"), base));
  else if (self->verb == DELETE)
    succeed (self, node_of (json_object_new ()));
  else if (found == NULL)
    fail (self, g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("%s said that the policy was written, and it is not there"), base));
  else
    succeed (self, json_node_ref (found));
}

static void
acted_cb (QdPatronusSession *session, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Command *self = data;
  JsonObject *answer = node ? qd_json_object (node) : NULL;
  g_autoptr (GError) translated = error ? qd_driver_translate_error (error, response) : NULL;
  g_autofree char *id = NULL;

  if (error)
    {
      /* It removes the old one first: where it fails after that, there is none. */
      if (self->verb != DELETE && self->revision)
        fail (self, g_error_new (QD_DRIVER_ERROR, translated->code, _("%s; Patronus removes a policy before it adds the new one: look whether it is still there"),
                                 translated->message));
      else
        fail (self, g_steal_pointer (&translated));
      qd_patronus_session_policies_changed (session);
      return;
    }
  id = answer ? qd_json_dup_id (answer, "id") : NULL;
  if (self->verb != DELETE && id != NULL)
    g_set_str (&self->id, id);
  qd_patronus_session_send (session, "GET", PATH, NULL, after_cb, self);
}

static void
act (Command *self, JsonNode *body)
{
  g_autofree char *number = qd_patronus_dup_number (self->id);
  g_autofree char *path = number ? g_strdup_printf ("%s/%s", PATH, number) : g_strdup (PATH);

  qd_patronus_session_send (self->session, self->verb == DELETE ? "DELETE" : self->revision ? "PUT" : "POST", path, body, acted_cb, self);
}

/* What a dry run says: nothing is sent. Takes @body, which may be NULL. */
static JsonNode *
make_plan (Command *self, JsonNode *found, JsonArray *blockers, JsonArray *warnings)
{
  JsonObject *plan = json_object_new (), *step = json_object_new (), *change = json_object_new ();
  JsonArray *steps = json_array_new ();
  JsonObject *before = found ? json_node_get_object (found) : NULL;

  json_object_set_string_member (step, "step", self->verb == DELETE ? "remove" : self->verb == ENABLE ? "switch" : self->revision ? "replace" : "create");
  json_object_set_string_member (step, "target", self->key ? self->key : self->id);
  json_object_set_string_member (change, "path", self->verb == ENABLE ? "/enabled" : "");
  if (self->verb == ENABLE)
    json_object_set_boolean_member (change, "before", qd_json_get_bool (before, "enabled", TRUE));
  else if (before)
    json_object_set_member (change, "before", qd_json_copy (json_object_get_member (before, "object")));
  else
    json_object_set_null_member (change, "before");
  if (self->verb == ENABLE)
    json_object_set_boolean_member (change, "after", self->enabled != 0);
  else if (self->verb == PUT)
    json_object_set_member (change, "after", qd_json_copy (self->object));
  else
    json_object_set_null_member (change, "after");
  json_object_set_object_member (step, "would_change", change);
  json_array_add_object_element (steps, step);
  if (self->revision)
    add_remark (warnings, "no-guard", "", _("Patronus has no If-Match: what somebody else changes there between looking and writing is overwritten unseen"));
  if (self->revision && self->verb != DELETE)
    add_remark (warnings, "not-atomic", "", _("Patronus replaces a policy by removing and adding it: for a moment it is not in force"));
  json_object_set_array_member (plan, "plan", steps);
  json_object_set_array_member (plan, "blockers", json_array_ref (blockers));
  json_object_set_array_member (plan, "warnings", json_array_ref (warnings));
  return node_of (plan);
}

/* The first of them, as an error. */
static GError *
refuse (JsonArray *blockers)
{
  return g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("Patronus cannot hold this policy as it is written: %s"),
                      qd_json_get_string (json_array_get_object_element (blockers, 0), "detail", ""));
}

/* What is there is what was looked at; else the error says what it is now. */
static GError *
check_base (Command *self, JsonNode *found)
{
  JsonObject *there = found ? json_node_get_object (found) : NULL;
  GError *error = NULL;

  if (found == NULL && (self->revision || self->verb != PUT))
    return g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING, _("There is no such policy at %s: it was removed, or the server started anew and forgot it"),
                        qd_patronus_session_get_url (self->session));
  if (found && self->revision == NULL)
    error = g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT, _("%s is there already"), self->key);
  else if (found && g_strcmp0 (self->revision, qd_json_get_string (there, "revision", "")) != 0)
    error = g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT, _("The policy changed meanwhile at %s"), qd_patronus_session_get_url (self->session));
  if (error)
    qd_driver_error_take_current (error, qd_json_copy (found));
  return error;
}

static void
change (Command *self, JsonNode *found)
{
  g_autoptr (JsonArray) blockers = json_array_new (), warnings = json_array_new ();
  g_autoptr (JsonNode) body = NULL;
  gboolean enabled = self->enabled >= 0 ? self->enabled : found ? qd_json_get_bool (json_node_get_object (found), "enabled", TRUE) : TRUE;

  if (found)
    g_set_str (&self->id, qd_json_get_string (json_node_get_object (found), "id", ""));
  if (self->verb == ENABLE)
    self->object = qd_json_copy (json_object_get_member (json_node_get_object (found), "object"));
  if (self->key == NULL)
    self->key = qd_policy_object_dup_key (json_object_get_member (json_node_get_object (found), "object"));
  if (self->verb != DELETE)
    body = make_body (self, enabled, blockers, warnings);
  if (self->dry_run)
    succeed (self, make_plan (self, found, blockers, warnings));
  else if (json_array_get_length (blockers) > 0)
    fail (self, refuse (blockers));
  else
    act (self, body);
}

static JsonNode *
make_list (GPtrArray *shaped)
{
  JsonObject *object = json_object_new ();
  JsonArray *items = json_array_new ();

  for (guint i = 0; i < shaped->len; i++)
    json_array_add_element (items, json_node_ref (g_ptr_array_index (shaped, i)));
  json_object_set_array_member (object, "items", items);
  return node_of (object);
}

static void
before_cb (QdPatronusSession *session, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  Command *self = data;
  g_autoptr (GPtrArray) shaped = error ? NULL : shape_all (node, qd_patronus_session_get_url (session));
  JsonNode *found = shaped ? find (shaped, self->id, self->key) : NULL;
  GError *bad = NULL;

  if (error && qd_driver_is_not_offered (error, response))
    fail (self, g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED, _("%s does not offer policies"), qd_patronus_session_get_url (session)));
  else if (error)
    fail (self, qd_driver_translate_error (error, response));
  else if (shaped == NULL)
    fail (self, g_error_new (QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("%s%s answered with something else than a list of policies"),
                             qd_patronus_session_get_url (session), PATH));
  else if (self->verb == LIST)
    succeed (self, make_list (shaped));
  else if (self->verb == GET && found)
    succeed (self, json_node_ref (found));
  else if ((bad = check_base (self, found)))
    fail (self, bad);
  else
    change (self, found);
}

/* --- Taking commands: main thread --------------------------------------------------------------------------------------------- */

static gboolean
send_cb (gpointer data)
{
  Command *self = data;

  qd_patronus_session_send (self->session, "GET", PATH, NULL, before_cb, self);
  return G_SOURCE_REMOVE;
}

/* The I/O thread reads it while the main thread may go on with its own. */
static JsonNode *
copy_deep (JsonNode *node)
{
  g_autofree char *text = qd_json_to_text (node, FALSE);

  return qd_json_parse (text, -1, "policy", NULL);
}

static gboolean
prepare (Command *self, JsonObject *args, GError **error)
{
  JsonNode *object = json_object_has_member (args, "object") ? json_object_get_member (args, "object") : NULL;
  const char *missing = NULL;

  self->id = qd_json_dup_id (args, "id");
  self->revision = qd_json_dup_id (args, "revision");
  self->enabled = json_object_has_member (args, "enabled") ? qd_json_get_bool (args, "enabled", TRUE) : -1;
  self->dry_run = qd_json_get_bool (args, "dry_run", FALSE);
  if (self->revision && *self->revision == '\0')
    g_clear_pointer (&self->revision, g_free);
  if (self->id && *self->id == '\0')
    g_clear_pointer (&self->id, g_free);
  if (self->verb == PUT && object && JSON_NODE_HOLDS_OBJECT (object) && (self->object = copy_deep (object)))
    self->key = qd_policy_object_dup_key (self->object);
  /* A new one gets its id from the server. */
  if (self->verb == PUT && self->revision == NULL)
    g_clear_pointer (&self->id, g_free);
  if (self->verb == PUT && self->key == NULL)
    missing = "object";
  else if (self->verb != PUT && self->verb != LIST && self->id == NULL)
    missing = "id";
  else if ((self->verb == DELETE || self->verb == ENABLE) && self->revision == NULL)
    missing = "revision";
  else if (self->verb == ENABLE && self->enabled < 0)
    missing = "enabled";
  if (missing)
    g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, _("“%s” is missing"), missing);
  return missing == NULL;
}

gboolean
qd_patronus_policies_command (QdPatronusSession *session, const char *verb, JsonObject *args, GTask *task)
{
  Command *self;
  GError *error = NULL;
  Verb which = 0;

  while (which < N_VERBS && !g_str_equal (verbs[which], verb))
    which++;
  if (which == N_VERBS)
    return FALSE;
  self = g_new0 (Command, 1);
  self->session = qd_patronus_session_ref (session);
  self->task = task;
  self->verb = which;
  if (prepare (self, args, &error))
    qd_io_invoke (send_cb, self, NULL);
  else
    fail (self, error);
  return TRUE;
}
