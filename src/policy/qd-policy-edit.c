/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-edit.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-edit-private.h"
#include "qd-policy-read-private.h"
#include "qd-yaml-become.h"

/* The document as it is to be: what is written down changes towards it in the end. */

static const char *const directions[QD_POLICY_N_DIRECTIONS] = { "egress", "ingress" };
static const char *const peer_lists[QD_POLICY_N_DIRECTIONS] = { "to", "from" };
static const char *const type_names[QD_POLICY_N_DIRECTIONS] = { "Egress", "Ingress" };

/* The order in which fields are written when they are new. */
static const char *const top_order[] = { "apiVersion", "kind", "metadata", "spec", NULL };
static const char *const metadata_order[] = { "name", "namespace", NULL };
const char *const qd_policy_edit_spec_order[] = { "tier", "priority", "subject", "podSelector", "policyTypes", "ingress", "egress", NULL };
const char *const qd_policy_edit_rule_order[] = { "name", "action", "from", "to", "ports", "protocols", NULL };

/* What says not what it is, is written as a NetworkPolicy. */
static QdPolicyKind
find_kind (const char *word)
{
  for (QdPolicyKind kind = QD_POLICY_ADMIN_NETWORK; kind < QD_POLICY_NETWORK; kind++)
    if (g_strcmp0 (word, qd_policy_kind_to_string (kind)) == 0)
      return kind;
  return QD_POLICY_NETWORK;
}

QdPolicyEdit *
qd_policy_edit_new (QdYamlFile *file, guint document)
{
  QdPolicyEdit *self = g_new0 (QdPolicyEdit, 1);

  self->file = qd_yaml_file_ref (file);
  self->document = document;
  self->root = qd_yaml_node_to_json (qd_yaml_file_get_document (file, document));
  self->kind = find_kind (qd_yaml_node_get_string (qd_yaml_node_get (qd_yaml_file_get_document (file, document), "kind")));
  return self;
}

void
qd_policy_edit_free (QdPolicyEdit *self)
{
  qd_yaml_file_unref (self->file);
  json_node_unref (self->root);
  g_clear_error (&self->error);
  g_free (self->rule);
  g_free (self);
}

/* The very rule that was meant, with its comments. NULL: that is not all that is to change. */
static QdYamlFile *
end_rule (QdPolicyEdit *self, QdYamlSplice *splice)
{
  QdYamlFile *changed = self->to == QD_YAML_END ? qd_yaml_edit_remove (self->file, self->document, self->rule, splice, NULL)
                                                : qd_yaml_edit_move (self->file, self->document, self->rule, self->to, splice, NULL);

  if (changed == NULL || qd_yaml_node_equals_json (qd_yaml_file_get_document (changed, self->document), self->root))
    return changed;
  qd_yaml_file_unref (changed);
  qd_yaml_splice_clear (splice);
  return NULL;
}

QdYamlFile *
qd_policy_edit_end (QdPolicyEdit *self, QdYamlSplice *splice, GError **error)
{
  QdYamlFile *changed = self->error == NULL && self->rule != NULL ? end_rule (self, splice) : NULL;

  if (changed != NULL)
    return changed;
  if (self->error == NULL)
    return qd_yaml_become (self->file, self->document, "", self->root, splice, error);
  g_propagate_error (error, g_steal_pointer (&self->error));
  return NULL;
}

/* --- Getting about ------------------------------------------------------------------------------------------------ */

/* The first fault is the one that is told. */
void
qd_policy_edit_fail (QdPolicyEdit *self, const char *format, ...)
{
  va_list args;

  if (self->error != NULL)
    return;
  va_start (args, format);
  self->error = g_error_new_valist (QD_YAML_ERROR, QD_YAML_ERROR_EDIT, format, args);
  va_end (args);
}

static guint
rank (const char *const *order, const char *key)
{
  guint i = 0;

  while (order[i] != NULL && !g_str_equal (order[i], key))
    i++;
  return i;
}

/* A new member goes behind the last of those that come before it in @order. (transfer full: value) */
void
qd_policy_edit_put (JsonObject *object, const char *key, JsonNode *value, const char *const *order)
{
  g_autoptr (GList) keys = json_object_get_members (object);
  g_autoptr (GList) values = NULL;
  GList *behind = NULL, *v;
  gboolean done = FALSE;

  if (json_object_has_member (object, key))
    {
      json_object_set_member (object, key, value);
      return;
    }
  for (GList *l = keys; l != NULL; l = l->next)
    {
      values = g_list_prepend (values, json_node_copy (json_object_get_member (object, l->data)));
      if (rank (order, l->data) < rank (order, key))
        behind = l;
    }
  values = g_list_reverse (values);
  v = values;
  for (GList *l = keys; l != NULL; l = l->next, v = v->next)
    {
      g_autofree char *name = g_strdup (l->data);

      json_object_remove_member (object, name);
      json_object_set_member (object, name, v->data);
      l->data = NULL;
      if (l == behind)
        {
          json_object_set_member (object, key, value);
          done = TRUE;
        }
    }
  if (!done)
    json_object_set_member (object, key, value);
}

JsonNode *
qd_policy_edit_object_node (JsonObject *object)
{
  JsonNode *node = json_node_alloc ();

  json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), object);
  return node;
}

JsonNode *
qd_policy_edit_array_node (JsonArray *array)
{
  JsonNode *node = json_node_alloc ();

  json_node_take_array (json_node_init (node, JSON_NODE_ARRAY), array);
  return node;
}

gboolean
qd_policy_edit_is_none (JsonNode *node)
{
  return node == NULL || JSON_NODE_HOLDS_NULL (node);
}

JsonObject *
qd_policy_edit_map (QdPolicyEdit *self, JsonObject *parent, const char *key, const char *const *order)
{
  JsonNode *node = parent != NULL ? json_object_get_member (parent, key) : NULL;

  if (parent == NULL)
    return NULL;
  if (qd_policy_edit_is_none (node))
    qd_policy_edit_put (parent, key, qd_policy_edit_object_node (json_object_new ()), order);
  else if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      qd_policy_edit_fail (self, _("“%s” is no map: change it in the text"), key);
      return NULL;
    }
  return json_object_get_object_member (parent, key);
}

JsonArray *
qd_policy_edit_list (QdPolicyEdit *self, JsonObject *parent, const char *key, const char *const *order)
{
  JsonNode *node = parent != NULL ? json_object_get_member (parent, key) : NULL;

  if (parent == NULL)
    return NULL;
  if (qd_policy_edit_is_none (node))
    qd_policy_edit_put (parent, key, qd_policy_edit_array_node (json_array_new ()), order);
  else if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      qd_policy_edit_fail (self, _("“%s” is no sequence: change it in the text"), key);
      return NULL;
    }
  return json_object_get_array_member (parent, key);
}

static JsonObject *
top (QdPolicyEdit *self)
{
  if (JSON_NODE_HOLDS_OBJECT (self->root))
    return json_node_get_object (self->root);
  qd_policy_edit_fail (self, _("This document is no policy: change it in the text"));
  return NULL;
}

JsonObject *
qd_policy_edit_spec (QdPolicyEdit *self)
{
  return qd_policy_edit_map (self, top (self), "spec", top_order);
}

static JsonArray *
rules (QdPolicyEdit *self, QdPolicyDirection direction)
{
  return qd_policy_edit_list (self, qd_policy_edit_spec (self), directions[direction], qd_policy_edit_spec_order);
}

/* Item @i of @list, which must be a map; null becomes an empty one. */
JsonObject *
qd_policy_edit_item (QdPolicyEdit *self, JsonArray *list, guint i)
{
  JsonNode *node = list != NULL && i < json_array_get_length (list) ? json_array_get_element (list, i) : NULL;

  if (node != NULL && JSON_NODE_HOLDS_NULL (node))
    json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), json_object_new ());
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  qd_policy_edit_fail (self, list == NULL || node == NULL ? _("There is no such entry any more") : _("This entry is no map: change it in the text"));
  return NULL;
}

JsonObject *
qd_policy_edit_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  return qd_policy_edit_item (self, rules (self, direction), rule);
}

JsonArray *
qd_policy_edit_peers (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  return qd_policy_edit_list (self, qd_policy_edit_rule (self, direction, rule), peer_lists[direction], qd_policy_edit_rule_order);
}

JsonObject *
qd_policy_edit_peer (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer)
{
  return qd_policy_edit_item (self, qd_policy_edit_peers (self, direction, rule), peer);
}

/* json-glib only appends. (transfer full: value) */
void
qd_policy_edit_insert (JsonArray *list, guint at, JsonNode *value)
{
  g_autoptr (GPtrArray) behind = g_ptr_array_new ();

  at = MIN (at, json_array_get_length (list));
  while (json_array_get_length (list) > at)
    {
      g_ptr_array_add (behind, json_array_dup_element (list, at));
      json_array_remove_element (list, at);
    }
  json_array_add_element (list, value);
  for (guint i = 0; i < behind->len; i++)
    json_array_add_element (list, behind->pdata[i]);
}

JsonNode *
qd_policy_edit_string_node (const char *text)
{
  return json_node_init_string (json_node_alloc (), text);
}

/* --- Paths -------------------------------------------------------------------------------------------------------- */

char *
qd_policy_path_rule (QdPolicyDirection direction, guint rule)
{
  return g_strdup_printf ("/spec/%s/%u", directions[direction], rule);
}

char *
qd_policy_path_peer (QdPolicyDirection direction, guint rule, guint peer)
{
  return g_strdup_printf ("/spec/%s/%u/%s/%u", directions[direction], rule, peer_lists[direction], peer);
}

const char *
qd_policy_direction_key (QdPolicyDirection direction)
{
  return directions[direction];
}

const char *
qd_policy_direction_peers (QdPolicyDirection direction)
{
  return peer_lists[direction];
}

/* --- The policy --------------------------------------------------------------------------------------------------- */

/* Takes what a check says. */
gboolean
qd_policy_edit_allow (QdPolicyEdit *self, gboolean valid, GError *error)
{
  if (!valid && self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_clear_error (&error);
  return valid && self->error == NULL;
}

void
qd_policy_edit_set_name (QdPolicyEdit *self, const char *name)
{
  GError *error = NULL;
  gboolean valid = qd_policy_check_name (name, &error);
  JsonObject *metadata;

  if (!qd_policy_edit_allow (self, valid, error))
    return;
  if (self->kind == QD_POLICY_BASELINE_ADMIN && !g_str_equal (name, "default"))
    {
      qd_policy_edit_fail (self, _("There is one BaselineAdminNetworkPolicy, and it is called default"));
      return;
    }
  metadata = qd_policy_edit_map (self, top (self), "metadata", top_order);
  if (metadata != NULL)
    qd_policy_edit_put (metadata, "name", qd_policy_edit_string_node (name), metadata_order);
}

static gboolean
is_network (QdPolicyEdit *self)
{
  if (self->kind != QD_POLICY_NETWORK)
    qd_policy_edit_fail (self, _("A %s has no such field"), qd_policy_kind_to_string (self->kind));
  return self->kind == QD_POLICY_NETWORK;
}

void
qd_policy_edit_set_namespace (QdPolicyEdit *self, const char *namespace)
{
  GError *error = NULL;
  gboolean none = namespace == NULL || *namespace == '\0', valid = none || qd_policy_check_namespace (namespace, &error);
  JsonObject *metadata;

  if (!qd_policy_edit_allow (self, valid, error) || !is_network (self))
    return;
  metadata = qd_policy_edit_map (self, top (self), "metadata", top_order);
  if (metadata != NULL && none && json_object_has_member (metadata, "namespace"))
    json_object_remove_member (metadata, "namespace");
  else if (metadata != NULL && !none)
    qd_policy_edit_put (metadata, "namespace", qd_policy_edit_string_node (namespace), metadata_order);
}

static int
find_type (JsonArray *types, QdPolicyDirection direction)
{
  for (guint i = 0; i < json_array_get_length (types); i++)
    {
      JsonNode *type = json_array_get_element (types, i);

      if (JSON_NODE_HOLDS_VALUE (type) && g_strcmp0 (json_node_get_string (type), type_names[direction]) == 0)
        return (int) i;
    }
  return -1;
}

void
qd_policy_edit_set_types (QdPolicyEdit *self, gboolean ingress, gboolean egress)
{
  gboolean wanted[QD_POLICY_N_DIRECTIONS] = { egress, ingress };
  JsonArray *types;

  if (!ingress && !egress)
    {
      qd_policy_edit_fail (self, _("A policy isolates incoming or outgoing traffic, or both"));
      return;
    }
  types = is_network (self) ? qd_policy_edit_list (self, qd_policy_edit_spec (self), "policyTypes", qd_policy_edit_spec_order) : NULL;
  for (guint d = QD_POLICY_N_DIRECTIONS; types != NULL && d > 0; d--)
    {
      int at = find_type (types, d - 1);

      if (wanted[d - 1] && at < 0)
        json_array_add_string_element (types, type_names[d - 1]);
      for (; !wanted[d - 1] && at >= 0; at = find_type (types, d - 1))
        json_array_remove_element (types, (guint) at);
    }
}

/* --- Rules -------------------------------------------------------------------------------------------------------- */

static void
note_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint to)
{
  g_free (self->rule);
  self->rule = qd_policy_path_rule (direction, rule);
  self->to = to;
}

gboolean
qd_policy_edit_has_room (QdPolicyEdit *self, JsonArray *list, const char *key)
{
  guint max = qd_policy_kind_max_entries (self->kind);

  if (json_array_get_length (list) < max)
    return TRUE;
  qd_policy_edit_fail (self, _("“%s” may have no more than %u entries in a %s"), key, max, qd_policy_kind_to_string (self->kind));
  return FALSE;
}

void
qd_policy_edit_add_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint at, QdPeerForm form)
{
  JsonArray *list = rules (self, direction), *peers;
  JsonObject *rule;

  if (list == NULL || !qd_policy_edit_has_room (self, list, directions[direction]) || !qd_policy_edit_allow_form (self, direction, NULL, form))
    return;
  rule = json_object_new ();
  peers = json_array_new ();
  if (self->kind != QD_POLICY_NETWORK)
    json_object_set_string_member (rule, "action", qd_policy_kind_action (self->kind, QD_POLICY_ALLOW));
  json_array_add_element (peers, qd_policy_edit_peer_new (self, form));
  json_object_set_array_member (rule, peer_lists[direction], peers);
  qd_policy_edit_insert (list, at, qd_policy_edit_object_node (rule));
}

void
qd_policy_edit_duplicate_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  JsonArray *list = rules (self, direction);

  if (qd_policy_edit_rule (self, direction, rule) != NULL && qd_policy_edit_has_room (self, list, directions[direction]))
    qd_policy_edit_insert (list, rule + 1, json_node_copy (json_array_get_element (list, rule)));
}

void
qd_policy_edit_remove_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  JsonArray *list = rules (self, direction);
  JsonNode *types;

  if (list == NULL || rule >= json_array_get_length (list))
    {
      qd_policy_edit_fail (self, _("There is no such entry any more"));
      return;
    }
  json_array_remove_element (list, rule);
  note_rule (self, direction, rule, QD_YAML_END);
  if (self->kind != QD_POLICY_NETWORK)
    return;
  types = json_object_get_member (qd_policy_edit_spec (self), "policyTypes");
  if (direction == QD_POLICY_EGRESS && json_array_get_length (list) == 0 &&
      (qd_policy_edit_is_none (types) || (JSON_NODE_HOLDS_ARRAY (types) && json_array_get_length (json_node_get_array (types)) == 0)))
    qd_policy_edit_set_types (self, TRUE, TRUE);
}

void
qd_policy_edit_move_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint to)
{
  JsonArray *list = rules (self, direction);
  JsonNode *moved;

  if (list == NULL || rule >= json_array_get_length (list) || to >= json_array_get_length (list))
    {
      qd_policy_edit_fail (self, _("There is no such entry any more"));
      return;
    }
  moved = json_array_dup_element (list, rule);
  json_array_remove_element (list, rule);
  qd_policy_edit_insert (list, to, moved);
  note_rule (self, direction, rule, to);
}
