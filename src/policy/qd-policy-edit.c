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

/* Kept for documentation (RFC 5737): it means nobody until somebody says who. */
#define NEW_BLOCK "192.0.2.0/24"

static const char *const directions[QD_POLICY_N_DIRECTIONS] = { "egress", "ingress" };
static const char *const peer_lists[QD_POLICY_N_DIRECTIONS] = { "to", "from" };
static const char *const type_names[QD_POLICY_N_DIRECTIONS] = { "Egress", "Ingress" };

/* The order in which fields are written when they are new. */
static const char *const top_order[] = { "apiVersion", "kind", "metadata", "spec", NULL };
static const char *const metadata_order[] = { "name", "namespace", NULL };
static const char *const spec_order[] = { "podSelector", "policyTypes", "ingress", "egress", NULL };
static const char *const rule_order[] = { "from", "to", "ports", NULL };
static const char *const peer_order[] = { "namespaceSelector", "podSelector", "ipBlock", NULL };
static const char *const block_order[] = { "cidr", "except", NULL };
static const char *const port_order[] = { "protocol", "port", "endPort", NULL };

QdPolicyEdit *
qd_policy_edit_new (QdYamlFile *file, guint document)
{
  QdPolicyEdit *self = g_new0 (QdPolicyEdit, 1);

  self->file = qd_yaml_file_ref (file);
  self->document = document;
  self->root = qd_yaml_node_to_json (qd_yaml_file_get_document (file, document));
  return self;
}

void
qd_policy_edit_free (QdPolicyEdit *self)
{
  qd_yaml_file_unref (self->file);
  json_node_unref (self->root);
  g_clear_error (&self->error);
  g_free (self);
}

QdYamlFile *
qd_policy_edit_end (QdPolicyEdit *self, QdYamlSplice *splice, GError **error)
{
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

static JsonNode *
object_node (JsonObject *object)
{
  JsonNode *node = json_node_alloc ();

  json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), object);
  return node;
}

static JsonNode *
array_node (JsonArray *array)
{
  JsonNode *node = json_node_alloc ();

  json_node_take_array (json_node_init (node, JSON_NODE_ARRAY), array);
  return node;
}

static gboolean
is_none (JsonNode *node)
{
  return node == NULL || JSON_NODE_HOLDS_NULL (node);
}

JsonObject *
qd_policy_edit_map (QdPolicyEdit *self, JsonObject *parent, const char *key, const char *const *order)
{
  JsonNode *node = parent != NULL ? json_object_get_member (parent, key) : NULL;

  if (parent == NULL)
    return NULL;
  if (is_none (node))
    qd_policy_edit_put (parent, key, object_node (json_object_new ()), order);
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
  if (is_none (node))
    qd_policy_edit_put (parent, key, array_node (json_array_new ()), order);
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

static JsonObject *
spec (QdPolicyEdit *self)
{
  return qd_policy_edit_map (self, top (self), "spec", top_order);
}

static JsonArray *
rules (QdPolicyEdit *self, QdPolicyDirection direction)
{
  return qd_policy_edit_list (self, spec (self), directions[direction], spec_order);
}

/* Item @i of @list, which must be a map; null becomes an empty one. */
static JsonObject *
item (QdPolicyEdit *self, JsonArray *list, guint i)
{
  JsonNode *node = list != NULL && i < json_array_get_length (list) ? json_array_get_element (list, i) : NULL;

  if (node != NULL && JSON_NODE_HOLDS_NULL (node))
    json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), json_object_new ());
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  qd_policy_edit_fail (self, list == NULL || node == NULL ? _("There is no such entry any more") : _("This entry is no map: change it in the text"));
  return NULL;
}

static JsonObject *
rule_at (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  return item (self, rules (self, direction), rule);
}

static JsonArray *
peers (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  return qd_policy_edit_list (self, rule_at (self, direction, rule), peer_lists[direction], rule_order);
}

static JsonObject *
peer_at (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer)
{
  return item (self, peers (self, direction, rule), peer);
}

/* json-glib only appends. (transfer full: value) */
static void
insert_element (JsonArray *list, guint at, JsonNode *value)
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

static JsonNode *
string_node (const char *text)
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
static gboolean
allow (QdPolicyEdit *self, gboolean valid, GError *error)
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

  if (!allow (self, valid, error))
    return;
  metadata = qd_policy_edit_map (self, top (self), "metadata", top_order);
  if (metadata != NULL)
    qd_policy_edit_put (metadata, "name", string_node (name), metadata_order);
}

void
qd_policy_edit_set_namespace (QdPolicyEdit *self, const char *namespace)
{
  GError *error = NULL;
  gboolean none = namespace == NULL || *namespace == '\0', valid = none || qd_policy_check_namespace (namespace, &error);
  JsonObject *metadata;

  if (!allow (self, valid, error))
    return;
  metadata = qd_policy_edit_map (self, top (self), "metadata", top_order);
  if (metadata != NULL && none && json_object_has_member (metadata, "namespace"))
    json_object_remove_member (metadata, "namespace");
  else if (metadata != NULL && !none)
    qd_policy_edit_put (metadata, "namespace", string_node (namespace), metadata_order);
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
  types = qd_policy_edit_list (self, spec (self), "policyTypes", spec_order);
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
give_form (JsonObject *peer, QdPeerForm form)
{
  gboolean wants[] = { form == QD_PEER_FORM_NAMESPACES || form == QD_PEER_FORM_BOTH, form == QD_PEER_FORM_PODS || form == QD_PEER_FORM_BOTH,
                       form == QD_PEER_FORM_BLOCK };

  for (guint i = 0; i < G_N_ELEMENTS (wants); i++)
    {
      gboolean has = !is_none (json_object_get_member (peer, peer_order[i]));
      JsonObject *made = wants[i] && !has ? json_object_new () : NULL;

      if (has && !wants[i])
        json_object_remove_member (peer, peer_order[i]);
      if (made == NULL)
        continue;
      if (form == QD_PEER_FORM_BLOCK)
        json_object_set_string_member (made, "cidr", NEW_BLOCK);
      qd_policy_edit_put (peer, peer_order[i], object_node (made), peer_order);
    }
}

static JsonNode *
peer_new (QdPeerForm form)
{
  JsonObject *peer = json_object_new ();

  give_form (peer, form);
  return object_node (peer);
}

void
qd_policy_edit_add_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint at, QdPeerForm form)
{
  JsonArray *list = rules (self, direction), *peer_list;
  JsonObject *rule;

  if (list == NULL)
    return;
  rule = json_object_new ();
  peer_list = json_array_new ();
  json_array_add_element (peer_list, peer_new (form));
  json_object_set_array_member (rule, peer_lists[direction], peer_list);
  insert_element (list, at, object_node (rule));
}

void
qd_policy_edit_duplicate_rule (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  JsonArray *list = rules (self, direction);

  if (rule_at (self, direction, rule) != NULL)
    insert_element (list, rule + 1, json_node_copy (json_array_get_element (list, rule)));
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
  types = json_object_get_member (spec (self), "policyTypes");
  if (direction == QD_POLICY_EGRESS && json_array_get_length (list) == 0 &&
      (is_none (types) || (JSON_NODE_HOLDS_ARRAY (types) && json_array_get_length (json_node_get_array (types)) == 0)))
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
  insert_element (list, to, moved);
}

/* --- Peers -------------------------------------------------------------------------------------------------------- */

void
qd_policy_edit_set_anyone (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  JsonObject *object = rule_at (self, direction, rule);

  if (object != NULL && json_object_has_member (object, peer_lists[direction]))
    json_object_remove_member (object, peer_lists[direction]);
}

void
qd_policy_edit_add_peer (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, QdPeerForm form)
{
  JsonArray *list = peers (self, direction, rule);

  if (list != NULL)
    json_array_add_element (list, peer_new (form));
}

void
qd_policy_edit_remove_peer (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer)
{
  JsonArray *list = peers (self, direction, rule);

  if (list == NULL || peer >= json_array_get_length (list))
    qd_policy_edit_fail (self, _("There is no such entry any more"));
  else if (json_array_get_length (list) == 1)
    qd_policy_edit_fail (self, _("Without this, the rule would allow everyone: remove the rule, or say that everyone is meant"));
  else
    json_array_remove_element (list, peer);
}

void
qd_policy_edit_set_peer_form (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, QdPeerForm form)
{
  JsonObject *object = peer_at (self, direction, rule, peer);

  if (object != NULL)
    give_form (object, form);
}

static JsonObject *
block_at (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer)
{
  return qd_policy_edit_map (self, peer_at (self, direction, rule, peer), "ipBlock", peer_order);
}

void
qd_policy_edit_set_block (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, const char *cidr)
{
  GError *error = NULL;
  gboolean valid = qd_policy_check_block (cidr, &error);
  JsonObject *block = allow (self, valid, error) ? block_at (self, direction, rule, peer) : NULL;

  if (block != NULL)
    qd_policy_edit_put (block, "cidr", string_node (cidr), block_order);
}

void
qd_policy_edit_set_except (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, guint except, const char *cidr)
{
  JsonObject *block = block_at (self, direction, rule, peer);
  JsonNode *whole = block != NULL ? json_object_get_member (block, "cidr") : NULL;
  const char *text = whole != NULL && JSON_NODE_HOLDS_VALUE (whole) ? json_node_get_string (whole) : NULL;
  GError *error = NULL;
  gboolean valid = qd_policy_check_except (text != NULL ? text : "", cidr, &error);
  JsonArray *list = allow (self, valid, error) ? qd_policy_edit_list (self, block, "except", block_order) : NULL;

  if (list == NULL)
    return;
  if (except < json_array_get_length (list))
    json_array_remove_element (list, except);
  insert_element (list, except, string_node (cidr));
}

void
qd_policy_edit_remove_except (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, guint except)
{
  JsonObject *block = block_at (self, direction, rule, peer);
  JsonArray *list = block != NULL ? qd_policy_edit_list (self, block, "except", block_order) : NULL;

  if (list == NULL || except >= json_array_get_length (list))
    qd_policy_edit_fail (self, _("There is no such entry any more"));
  else if (json_array_get_length (list) == 1)
    json_object_remove_member (block, "except");
  else
    json_array_remove_element (list, except);
}

/* --- Ports -------------------------------------------------------------------------------------------------------- */

static void
remove_member (JsonObject *object, const char *key)
{
  if (json_object_has_member (object, key))
    json_object_remove_member (object, key);
}

static void
fill_port (JsonObject *port, QdProtocol protocol, const char *text, guint first, guint last)
{
  /* TCP is what is meant where nothing is said. */
  if (protocol != QD_PROTOCOL_TCP || json_object_get_size (port) == 0 || json_object_has_member (port, "protocol"))
    qd_policy_edit_put (port, "protocol", string_node (qd_protocol_to_string (protocol)), port_order);
  if (*text == '\0')
    remove_member (port, "port");
  else
    qd_policy_edit_put (port, "port", first == 0 ? string_node (text) : json_node_init_int (json_node_alloc (), first), port_order);
  if (*text != '\0' && last > first)
    qd_policy_edit_put (port, "endPort", json_node_init_int (json_node_alloc (), last), port_order);
  else
    remove_member (port, "endPort");
}

void
qd_policy_edit_set_port (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint port, QdProtocol protocol, const char *text)
{
  guint first = 0, last = 0;
  GError *error = NULL;
  gboolean valid = qd_policy_check_port (text, &first, &last, &error);
  JsonArray *list = allow (self, valid, error) ? qd_policy_edit_list (self, rule_at (self, direction, rule), "ports", rule_order) : NULL;
  JsonObject *object;

  if (list == NULL)
    return;
  if (port >= json_array_get_length (list))
    {
      json_array_add_object_element (list, json_object_new ());
      port = json_array_get_length (list) - 1;
    }
  object = item (self, list, port);
  if (object != NULL)
    fill_port (object, protocol, text, first, last);
}

void
qd_policy_edit_remove_port (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint port)
{
  JsonArray *list = qd_policy_edit_list (self, rule_at (self, direction, rule), "ports", rule_order);

  if (list == NULL || port >= json_array_get_length (list))
    qd_policy_edit_fail (self, _("There is no such entry any more"));
  else if (json_array_get_length (list) == 1)
    qd_policy_edit_fail (self, _("Without this, the rule would allow every port: remove the rule, or say that every port is meant"));
  else
    json_array_remove_element (list, port);
}

void
qd_policy_edit_set_every_port (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  JsonObject *object = rule_at (self, direction, rule);

  if (object != NULL)
    remove_member (object, "ports");
}
