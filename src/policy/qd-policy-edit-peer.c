/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-edit.h"

#include <glib/gi18n.h>

#include "qd-policy-edit-private.h"
#include "qd-policy-read-private.h"

/* Changes of whom a rule is about. A NetworkPolicy says it in fields that go together, the others in one field of several. */

/* Kept for documentation (RFC 5737, RFC 2606): they mean nobody until somebody says who. */
#define NEW_BLOCK "192.0.2.0/24"
#define NEW_DOMAIN "example.com"
#define MAX_WORDS 25u  /* of networks and domainNames */

static const char *const peer_order[] = { "namespaceSelector", "podSelector", "ipBlock", NULL };
static const char *const block_order[] = { "cidr", "except", NULL };
static const char *const fields[] = { NULL, "namespaces", "pods", "networks", "nodes", "domainNames" };   /* by QdPeerForm */
static const char *const no_order[] = { NULL };

/* --- Forms -------------------------------------------------------------------------------------------------------- */

gboolean
qd_policy_kind_has_form (QdPolicyKind kind, QdPolicyDirection direction, QdPeerForm form)
{
  switch (form)
    {
    case QD_PEER_FORM_PODS:
      return kind == QD_POLICY_NETWORK;
    case QD_PEER_FORM_NAMESPACES:
    case QD_PEER_FORM_BOTH:
      return TRUE;
    case QD_PEER_FORM_BLOCK:
      return kind == QD_POLICY_NETWORK || direction == QD_POLICY_EGRESS;
    case QD_PEER_FORM_NODES:
      return kind != QD_POLICY_NETWORK && direction == QD_POLICY_EGRESS;
    case QD_PEER_FORM_DOMAINS:
      return (kind == QD_POLICY_ADMIN_NETWORK || kind == QD_POLICY_CLUSTER_NETWORK) && direction == QD_POLICY_EGRESS;
    default:
      return FALSE;
    }
}

char *
qd_policy_path_selector (QdPolicyKind kind, QdPeerForm form, const char *peer, gboolean of_namespaces)
{
  const char *selector = of_namespaces ? "namespaceSelector" : "podSelector";

  if (kind != QD_POLICY_NETWORK && form != QD_PEER_FORM_BOTH)
    selector = form == QD_PEER_FORM_NODES ? "nodes" : "namespaces";
  return g_strconcat (peer, kind != QD_POLICY_NETWORK && form == QD_PEER_FORM_BOTH ? "/pods/" : "/", selector, NULL);
}

/* Whether what lists @key in @rule, entries that are maps, has @field in one of them. */
static gboolean
any_has (JsonObject *rule, const char *key, const char *field)
{
  JsonNode *list = json_object_get_member (rule, key);

  for (guint i = 0; list != NULL && JSON_NODE_HOLDS_ARRAY (list) && i < json_array_get_length (json_node_get_array (list)); i++)
    {
      JsonNode *node = json_array_get_element (json_node_get_array (list), i);

      if (JSON_NODE_HOLDS_OBJECT (node) && !qd_policy_edit_is_none (json_object_get_member (json_node_get_object (node), field)))
        return TRUE;
    }
  return FALSE;
}

gboolean
qd_policy_edit_rule_has_peer (JsonObject *rule, QdPeerForm form)
{
  return any_has (rule, "to", fields[form]) || any_has (rule, "from", fields[form]);
}

static gboolean
has_named_port (JsonObject *rule)
{
  return any_has (rule, "ports", "namedPort") || any_has (rule, "protocols", "destinationNamedPort");
}

gboolean
qd_policy_edit_allow_form (QdPolicyEdit *self, QdPolicyDirection direction, JsonObject *rule, QdPeerForm form)
{
  const char *allow = qd_policy_kind_action (self->kind, QD_POLICY_ALLOW);
  JsonNode *action = rule != NULL ? json_object_get_member (rule, "action") : NULL;

  if (!qd_policy_kind_has_form (self->kind, direction, form))
    qd_policy_edit_fail (self, _("A rule of a %s cannot say this of its peers"), qd_policy_kind_to_string (self->kind));
  else if (self->kind == QD_POLICY_NETWORK || rule == NULL)
    return TRUE;
  else if (form == QD_PEER_FORM_DOMAINS && (action == NULL || !JSON_NODE_HOLDS_VALUE (action) || g_strcmp0 (json_node_get_string (action), allow) != 0))
    qd_policy_edit_fail (self, _("Only a rule whose action is %s may name domains: change its action first"), allow);
  else if (form >= QD_PEER_FORM_BLOCK && has_named_port (rule))
    qd_policy_edit_fail (self, _("Addresses, nodes and domains have no ports with names: change the rule’s named port first"));
  else
    return TRUE;
  return FALSE;
}

static void
give_form (JsonObject *peer, QdPeerForm form)
{
  gboolean wants[] = { form == QD_PEER_FORM_NAMESPACES || form == QD_PEER_FORM_BOTH, form == QD_PEER_FORM_PODS || form == QD_PEER_FORM_BOTH,
                       form == QD_PEER_FORM_BLOCK };

  for (guint i = 0; i < G_N_ELEMENTS (wants); i++)
    {
      gboolean has = !qd_policy_edit_is_none (json_object_get_member (peer, peer_order[i]));
      JsonObject *made = wants[i] && !has ? json_object_new () : NULL;

      if (has && !wants[i])
        json_object_remove_member (peer, peer_order[i]);
      if (made == NULL)
        continue;
      if (form == QD_PEER_FORM_BLOCK)
        json_object_set_string_member (made, "cidr", NEW_BLOCK);
      qd_policy_edit_put (peer, peer_order[i], qd_policy_edit_object_node (made), peer_order);
    }
}

/* A selector of namespaces that is there, as an own one; else one that selects all. */
static JsonNode *
take_namespaces (JsonObject *peer)
{
  JsonNode *node = json_object_get_member (peer, "namespaces"), *pods = json_object_get_member (peer, "pods");

  if (qd_policy_edit_is_none (node) && pods != NULL && JSON_NODE_HOLDS_OBJECT (pods))
    node = json_object_get_member (json_node_get_object (pods), "namespaceSelector");
  return qd_policy_edit_is_none (node) ? qd_policy_edit_object_node (json_object_new ()) : json_node_copy (node);
}

static JsonNode *
field_new (JsonObject *peer, QdPeerForm form)
{
  JsonObject *object;
  JsonArray *words;

  switch (form)
    {
    case QD_PEER_FORM_NAMESPACES:
      return take_namespaces (peer);
    case QD_PEER_FORM_BOTH:
      object = json_object_new ();
      json_object_set_member (object, "namespaceSelector", take_namespaces (peer));
      json_object_set_object_member (object, "podSelector", json_object_new ());
      return qd_policy_edit_object_node (object);
    case QD_PEER_FORM_BLOCK:
    case QD_PEER_FORM_DOMAINS:
      words = json_array_new ();
      json_array_add_string_element (words, form == QD_PEER_FORM_BLOCK ? NEW_BLOCK : NEW_DOMAIN);
      return qd_policy_edit_array_node (words);
    case QD_PEER_FORM_PODS:
    case QD_PEER_FORM_NODES:
    default:
      return qd_policy_edit_object_node (json_object_new ());
    }
}

/* Of a peer, or a subject, that has one field. */
static void
give_field (JsonObject *peer, QdPeerForm form)
{
  JsonNode *made = qd_policy_edit_is_none (json_object_get_member (peer, fields[form])) ? field_new (peer, form) : NULL;

  for (guint i = 1; i < G_N_ELEMENTS (fields); i++)
    if (i != form && json_object_has_member (peer, fields[i]))
      json_object_remove_member (peer, fields[i]);
  if (made != NULL)
    qd_policy_edit_put (peer, fields[form], made, no_order);
}

JsonNode *
qd_policy_edit_peer_new (QdPolicyEdit *self, QdPeerForm form)
{
  JsonObject *peer = json_object_new ();

  if (self->kind == QD_POLICY_NETWORK)
    give_form (peer, form);
  else
    give_field (peer, form);
  return qd_policy_edit_object_node (peer);
}

void
qd_policy_edit_set_subject (QdPolicyEdit *self, gboolean pods)
{
  JsonObject *subject;

  if (self->kind == QD_POLICY_NETWORK)
    {
      qd_policy_edit_fail (self, _("A %s has no such field"), qd_policy_kind_to_string (self->kind));
      return;
    }
  subject = qd_policy_edit_map (self, qd_policy_edit_spec (self), "subject", qd_policy_edit_spec_order);
  if (subject != NULL)
    give_field (subject, pods ? QD_PEER_FORM_BOTH : QD_PEER_FORM_NAMESPACES);
}

/* --- Peers -------------------------------------------------------------------------------------------------------- */

void
qd_policy_edit_set_anyone (QdPolicyEdit *self, QdPolicyDirection direction, guint rule)
{
  JsonObject *object = qd_policy_edit_rule (self, direction, rule);

  if (self->kind != QD_POLICY_NETWORK)
    qd_policy_edit_fail (self, _("A rule of a %s says whom it is about: none is not everyone"), qd_policy_kind_to_string (self->kind));
  else if (object != NULL && json_object_has_member (object, qd_policy_direction_peers (direction)))
    json_object_remove_member (object, qd_policy_direction_peers (direction));
}

void
qd_policy_edit_add_peer (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, QdPeerForm form)
{
  JsonObject *object = qd_policy_edit_rule (self, direction, rule);
  JsonArray *list = object != NULL ? qd_policy_edit_peers (self, direction, rule) : NULL;

  if (list != NULL && qd_policy_edit_has_room (self, list, qd_policy_direction_peers (direction)) &&
      qd_policy_edit_allow_form (self, direction, object, form))
    json_array_add_element (list, qd_policy_edit_peer_new (self, form));
}

void
qd_policy_edit_remove_peer (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer)
{
  JsonArray *list = qd_policy_edit_peers (self, direction, rule);

  if (list == NULL || peer >= json_array_get_length (list))
    qd_policy_edit_fail (self, _("There is no such entry any more"));
  else if (json_array_get_length (list) == 1 && self->kind != QD_POLICY_NETWORK)
    qd_policy_edit_fail (self, _("Without this, the rule would be about nobody: remove the rule"));
  else if (json_array_get_length (list) == 1)
    qd_policy_edit_fail (self, _("Without this, the rule would allow everyone: remove the rule, or say that everyone is meant"));
  else
    json_array_remove_element (list, peer);
}

void
qd_policy_edit_set_peer_form (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, QdPeerForm form)
{
  JsonObject *object = qd_policy_edit_peer (self, direction, rule, peer);

  if (object == NULL || !qd_policy_edit_allow_form (self, direction, qd_policy_edit_rule (self, direction, rule), form))
    return;
  if (self->kind == QD_POLICY_NETWORK)
    give_form (object, form);
  else
    give_field (object, form);
}

static JsonObject *
block_at (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer)
{
  if (self->kind != QD_POLICY_NETWORK)
    {
      qd_policy_edit_fail (self, _("A %s has no such field"), qd_policy_kind_to_string (self->kind));
      return NULL;
    }
  return qd_policy_edit_map (self, qd_policy_edit_peer (self, direction, rule, peer), "ipBlock", peer_order);
}

void
qd_policy_edit_set_block (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, const char *cidr)
{
  GError *error = NULL;
  gboolean valid = qd_policy_check_block (cidr, &error);
  JsonObject *block = qd_policy_edit_allow (self, valid, error) ? block_at (self, direction, rule, peer) : NULL;

  if (block != NULL)
    qd_policy_edit_put (block, "cidr", qd_policy_edit_string_node (cidr), block_order);
}

void
qd_policy_edit_set_except (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, guint except, const char *cidr)
{
  JsonObject *block = block_at (self, direction, rule, peer);
  JsonNode *whole = block != NULL ? json_object_get_member (block, "cidr") : NULL;
  const char *text = whole != NULL && JSON_NODE_HOLDS_VALUE (whole) ? json_node_get_string (whole) : NULL;
  GError *error = NULL;
  gboolean valid = qd_policy_check_except (text != NULL ? text : "", cidr, &error);
  JsonArray *list = qd_policy_edit_allow (self, valid, error) ? qd_policy_edit_list (self, block, "except", block_order) : NULL;

  if (list == NULL)
    return;
  if (except < json_array_get_length (list))
    json_array_remove_element (list, except);
  qd_policy_edit_insert (list, except, qd_policy_edit_string_node (cidr));
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

/* --- Networks and domain names ------------------------------------------------------------------------------------ */

/* The words of a peer that has networks or domain names, and which. */
static JsonArray *
find_words (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, QdPeerForm *form)
{
  JsonObject *object = qd_policy_edit_peer (self, direction, rule, peer);

  if (object == NULL)
    return NULL;
  *form = json_object_has_member (object, "domainNames") ? QD_PEER_FORM_DOMAINS : QD_PEER_FORM_BLOCK;
  if (self->kind == QD_POLICY_NETWORK || !json_object_has_member (object, fields[*form]))
    {
      qd_policy_edit_fail (self, _("There is no such entry any more"));
      return NULL;
    }
  return qd_policy_edit_list (self, object, fields[*form], no_order);
}

void
qd_policy_edit_set_word (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, guint word, const char *text)
{
  QdPeerForm form;
  JsonArray *list = find_words (self, direction, rule, peer, &form);
  GError *error = NULL;
  gboolean valid = list != NULL && (form == QD_PEER_FORM_DOMAINS ? qd_policy_check_domain (text, &error) : qd_policy_check_block (text, &error));

  if (list == NULL || !qd_policy_edit_allow (self, valid, error))
    return;
  if (word < json_array_get_length (list))
    json_array_remove_element (list, word);
  else if (json_array_get_length (list) >= MAX_WORDS)
    {
      qd_policy_edit_fail (self, _("“%s” may have no more than %u entries in a %s"), fields[form], MAX_WORDS, qd_policy_kind_to_string (self->kind));
      return;
    }
  qd_policy_edit_insert (list, word, qd_policy_edit_string_node (text));
}

void
qd_policy_edit_remove_word (QdPolicyEdit *self, QdPolicyDirection direction, guint rule, guint peer, guint word)
{
  QdPeerForm form;
  JsonArray *list = find_words (self, direction, rule, peer, &form);

  if (list == NULL)
    return;
  if (word >= json_array_get_length (list))
    qd_policy_edit_fail (self, _("There is no such entry any more"));
  else if (json_array_get_length (list) == 1)
    qd_policy_edit_fail (self, _("Without this, the peer would be nobody: remove the peer"));
  else
    json_array_remove_element (list, word);
}
