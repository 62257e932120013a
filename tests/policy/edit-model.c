/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include "edit-model.h"

#include <stdlib.h>
#include <string.h>

#include "qd-policy-edit.h"
#include "random-yaml.h"

const char *const model_keys[] = { "app", "tier", "example.com/team", "y" };
const char *const model_values[] = { "web", "db", "yes", "1", "a.b-c", "" };
static const char *const operators[] = { "In", "NotIn", "Exists", "DoesNotExist" };
static const char *const protocols[] = { "TCP", "UDP", "SCTP" };
const char *const model_blocks[] = { "10.0.0.0/8", "192.168.0.0/16", "fd00::/8" };
const char *const model_parts[][3] = { { "10.1.0.0/16", "10.2.3.4/32", "10.128.0.0/9" }, { "192.168.1.0/24", "192.168.2.0/24", "192.168.0.1/32" },
                                        { "fd00:1::/32", "fd00:2::/64", "fd00::1/128" } };
const char *const model_port_texts[] = { "", "80", "8000-8100", "http", "443", "1-65535", "53" };

static void
clear_label (gpointer data)
{
  g_free (((Label *) data)->key);
  g_free (((Label *) data)->value);
}

static void
clear_expression (gpointer data)
{
  g_free (((Expression *) data)->key);
  g_ptr_array_unref (((Expression *) data)->values);
}

void
model_selector_init (Selector *self, gboolean there)
{
  *self = (Selector) { there, g_array_new (FALSE, FALSE, sizeof (Label)), g_array_new (FALSE, FALSE, sizeof (Expression)) };
  g_array_set_clear_func (self->labels, clear_label);
  g_array_set_clear_func (self->expressions, clear_expression);
}

static void
selector_clear (Selector *self)
{
  g_array_unref (self->labels);
  g_array_unref (self->expressions);
}

static void
peer_free (gpointer data)
{
  Peer *self = data;

  selector_clear (&self->namespaces);
  selector_clear (&self->pods);
  selector_clear (&self->nodes);
  g_free (self->cidr);
  g_ptr_array_unref (self->excepts);
  g_ptr_array_unref (self->words);
  g_free (self);
}

Peer *
model_peer_new (void)
{
  Peer *self = g_new0 (Peer, 1);

  model_selector_init (&self->namespaces, FALSE);
  model_selector_init (&self->pods, FALSE);
  model_selector_init (&self->nodes, FALSE);
  self->excepts = g_ptr_array_new_with_free_func (g_free);
  self->words = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
port_free (gpointer data)
{
  g_free (((Port *) data)->text);
  g_free (data);
}

Port *
model_port_new (int protocol, const char *text)
{
  Port *self = g_new0 (Port, 1);

  self->protocol = protocol;
  self->text = g_strdup (text);
  return self;
}

static void
rule_free (gpointer data)
{
  g_ptr_array_unref (((Rule *) data)->peers);
  g_ptr_array_unref (((Rule *) data)->ports);
  g_free (((Rule *) data)->name);
  g_free (data);
}

Rule *
model_rule_new (void)
{
  Rule *self = g_new0 (Rule, 1);

  self->peers = g_ptr_array_new_with_free_func (peer_free);
  self->ports = g_ptr_array_new_with_free_func (port_free);
  return self;
}

Model *
model_new (QdPolicyKind kind)
{
  Model *self = g_new0 (Model, 1);

  self->kind = kind;
  model_selector_init (&self->namespaces, kind != QD_POLICY_NETWORK);
  model_selector_init (&self->pods, kind == QD_POLICY_NETWORK);
  for (guint d = 0; d < 2; d++)
    self->rules[d] = g_ptr_array_new_with_free_func (rule_free);
  return self;
}

void
model_free (Model *self)
{
  g_free (self->name);
  g_free (self->namespace);
  selector_clear (&self->namespaces);
  selector_clear (&self->pods);
  g_ptr_array_unref (self->rules[0]);
  g_ptr_array_unref (self->rules[1]);
  g_free (self);
}

/* --- What the model does -------------------------------------------------------------------------------------- */

static int
find_label (Selector *self, const char *key)
{
  for (guint i = 0; i < self->labels->len; i++)
    if (g_str_equal (g_array_index (self->labels, Label, i).key, key))
      return (int) i;
  return -1;
}

void
model_label (Selector *self, const char *key, const char *value)
{
  int at = find_label (self, key);

  if (at >= 0)
    g_array_remove_index (self->labels, (guint) at);
  if (value != NULL)
    {
      Label label = { g_strdup (key), g_strdup (value) };

      g_array_append_val (self->labels, label);
    }
}

int
model_find_expression (Selector *self, const char *key, int operator)
{
  for (guint i = 0; i < self->expressions->len; i++)
    {
      Expression *expression = &g_array_index (self->expressions, Expression, i);

      if (g_str_equal (expression->key, key) && expression->operator == operator)
        return (int) i;
    }
  return -1;
}

Expression *
model_add_expression (Selector *self, const char *key, int operator)
{
  Expression expression = { g_strdup (key), operator, g_ptr_array_new_with_free_func (g_free) };

  g_array_append_val (self->expressions, expression);
  return &g_array_index (self->expressions, Expression, self->expressions->len - 1);
}

void
model_value (Selector *self, const char *key, int operator, const char *value, gboolean on)
{
  int at = model_find_expression (self, key, operator);
  guint k;
  Expression *expression;

  if (at < 0 && !on)
    return;
  expression = at >= 0 ? &g_array_index (self->expressions, Expression, at) : model_add_expression (self, key, operator);
  if (g_ptr_array_find_with_equal_func (expression->values, value, g_str_equal, &k) && !on)
    g_ptr_array_remove_index (expression->values, k);
  else if (on && !g_ptr_array_find_with_equal_func (expression->values, value, g_str_equal, NULL))
    g_ptr_array_add (expression->values, g_strdup (value));
  if (expression->values->len == 0)
    g_array_remove_index (self->expressions, (guint) at);
}

/* --- The model in canonical words, and a policy as it was read ---------------------------------------------- */

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Sorted, none twice. */
static char *
join_sorted (GPtrArray *words)
{
  GString *text = g_string_new (NULL);

  g_ptr_array_sort (words, compare_words);
  for (guint i = 0; i < words->len; i++)
    if (i == 0 || strcmp (words->pdata[i], words->pdata[i - 1]) != 0)
      g_string_append_printf (text, "%s;", (char *) words->pdata[i]);
  g_ptr_array_unref (words);
  return g_string_free (text, FALSE);
}

char *
model_tell_selector (Selector *self)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  if (!self->there)
    {
      g_ptr_array_unref (words);
      return g_strdup ("none");
    }
  for (guint i = 0; i < self->labels->len; i++)
    g_ptr_array_add (words, g_strdup_printf ("%s In %s;", g_array_index (self->labels, Label, i).key, g_array_index (self->labels, Label, i).value));
  for (guint i = 0; i < self->expressions->len; i++)
    {
      Expression *expression = &g_array_index (self->expressions, Expression, i);
      g_autofree char *list = join_sorted (g_ptr_array_ref (expression->values));

      g_ptr_array_add (words, g_strdup_printf ("%s %s %s", expression->key, operators[expression->operator], list));
    }
  return join_sorted (words);
}

char *
model_tell_read_selector (const QdSelector *self)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  if (self == NULL)
    {
      g_ptr_array_unref (words);
      return g_strdup ("none");
    }
  g_assert_false (self->invalid);
  for (guint i = 0; i < self->requirements->len; i++)
    {
      QdRequirement *requirement = &g_array_index (self->requirements, QdRequirement, i);
      GString *list = g_string_new (NULL);

      for (guint k = 0; k < requirement->n_values; k++)
        g_string_append_printf (list, "%s;", requirement->values[k]);
      g_ptr_array_add (words, g_strdup_printf ("%s %s %s", requirement->key, operators[requirement->operator], list->str));
      g_string_free (list, TRUE);
    }
  return join_sorted (words);
}

void
model_tell_port (GString *out, const char *protocol, guint first, guint last, const char *name)
{
  if (name != NULL)
    g_string_append_printf (out, "  %s %s\n", protocol, name);
  else
    g_string_append_printf (out, "  %s %u-%u\n", protocol, first, last);
}

void
model_tell_ports (GString *out, GPtrArray *ports, gboolean names_of_all)
{
  for (guint i = 0; i < ports->len; i++)
    {
      Port *port = ports->pdata[i];
      char *dash = strchr (port->text, '-');
      guint first = (guint) atoi (port->text);
      const char *protocol = protocols[port->protocol];

      if (*port->text == '\0')
        model_tell_port (out, protocol, 1, 65535, NULL);
      else
        model_tell_port (out, first == 0 && names_of_all ? "any" : protocol, first, dash != NULL ? (guint) atoi (dash + 1) : first,
                         first == 0 ? port->text : NULL);
    }
}

void
model_tell_read_ports (GString *out, const QdPolicyRule *rule)
{
  for (guint i = 0; i < rule->ports->len; i++)
    {
      const QdPolicyPort *port = &g_array_index (rule->ports, QdPolicyPort, i);

      model_tell_port (out, port->any_protocol ? "any" : protocols[port->protocol], port->first, port->last, port->name);
    }
}

static void
tell_rule (GString *out, Rule *rule)
{
  g_string_append_printf (out, " rule%s%s\n", rule->peers->len == 0 ? " anyone" : "", rule->ports->len == 0 ? " anyport" : "");
  for (guint i = 0; i < rule->peers->len; i++)
    {
      Peer *peer = rule->peers->pdata[i];
      g_autofree char *namespaces = model_tell_selector (&peer->namespaces), *pods = model_tell_selector (&peer->pods);

      if (peer->cidr == NULL)
        g_string_append_printf (out, "  peer %s / %s\n", namespaces, pods);
      else
        {
          QdAddressRange range;

          g_assert_true (qd_address_range_parse (peer->cidr, &range));
          g_autofree char *whole = qd_address_range_to_text (&range);
          g_string_append_printf (out, "  block %s", whole);
          for (guint k = 0; k < peer->excepts->len; k++)
            {
              g_assert_true (qd_address_range_parse (peer->excepts->pdata[k], &range));
              g_autofree char *except = qd_address_range_to_text (&range);
              g_string_append_printf (out, " -%s", except);
            }
          g_string_append_c (out, '\n');
        }
    }
  model_tell_ports (out, rule->ports, FALSE);
}

char *
model_tell (Model *self)
{
  GString *out = g_string_new (NULL);
  g_autofree char *pods = model_tell_selector (&self->pods);
  gboolean ingress = self->types == 0 || (self->types & 2), egress = self->types == 0 ? self->rules[0]->len > 0 : self->types & 1;

  g_string_append_printf (out, "%s/%s for %s%s%s\n", self->namespace != NULL ? self->namespace : "default", self->name, pods, ingress ? " ingress" : "",
                          egress ? " egress" : "");
  for (guint d = 0; d < 2; d++)
    for (guint i = 0; i < self->rules[d]->len; i++)
      {
        g_string_append (out, d == 0 ? "egress" : "ingress");
        tell_rule (out, self->rules[d]->pdata[i]);
      }
  return g_string_free (out, FALSE);
}

static void
tell_read_rule (GString *out, const QdPolicyRule *rule)
{
  g_string_append_printf (out, " rule%s%s\n", rule->any_peer ? " anyone" : "", rule->any_port ? " anyport" : "");
  for (guint i = 0; i < rule->peers->len; i++)
    {
      const QdPolicyPeer *peer = rule->peers->pdata[i];
      g_autofree char *namespaces = model_tell_read_selector (peer->namespaces), *pods = model_tell_read_selector (peer->pods);

      if (peer->kind == QD_POLICY_PEER_PODS)
        g_string_append_printf (out, "  peer %s / %s\n", namespaces, pods);
      else
        {
          const QdPolicyBlock *block = peer->blocks->pdata[0];
          g_autofree char *whole = qd_address_range_to_text (&block->cidr);

          g_assert_cmpint (peer->kind, ==, QD_POLICY_PEER_NETWORKS);
          g_string_append_printf (out, "  block %s", whole);
          for (guint k = 0; k < block->excepts->len; k++)
            {
              g_autofree char *except = qd_address_range_to_text (&g_array_index (block->excepts, QdAddressRange, k));
              g_string_append_printf (out, " -%s", except);
            }
          g_string_append_c (out, '\n');
        }
    }
  model_tell_read_ports (out, rule);
}

char *
model_tell_policy (const QdPolicy *policy)
{
  GString *out = g_string_new (NULL);
  g_autofree char *pods = model_tell_read_selector (policy->pods);

  g_string_append_printf (out, "%s/%s for %s%s%s\n", policy->namespace, policy->name, pods, policy->applies[QD_POLICY_INGRESS] ? " ingress" : "",
                          policy->applies[QD_POLICY_EGRESS] ? " egress" : "");
  for (guint d = 0; d < 2; d++)
    for (guint i = 0; i < policy->rules[d]->len; i++)
      {
        g_string_append (out, d == 0 ? "egress" : "ingress");
        tell_read_rule (out, policy->rules[d]->pdata[i]);
      }
  return g_string_free (out, FALSE);
}

/* --- A policy to begin with: written by hand as JSON, then as whatever YAML ------------------------------------- */

static JsonNode *
object_node (JsonObject *object)
{
  JsonNode *node = json_node_alloc ();

  json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), object);
  return node;
}

JsonObject *
model_selector_to_json (Selector *self)
{
  JsonObject *object = json_object_new (), *labels = json_object_new ();
  JsonArray *expressions = json_array_new ();

  for (guint i = 0; i < self->labels->len; i++)
    json_object_set_string_member (labels, g_array_index (self->labels, Label, i).key, g_array_index (self->labels, Label, i).value);
  for (guint i = 0; i < self->expressions->len; i++)
    {
      Expression *expression = &g_array_index (self->expressions, Expression, i);
      JsonObject *one = json_object_new ();
      JsonArray *list = json_array_new ();

      json_object_set_string_member (one, "key", expression->key);
      json_object_set_string_member (one, "operator", operators[expression->operator]);
      for (guint k = 0; k < expression->values->len; k++)
        json_array_add_string_element (list, expression->values->pdata[k]);
      if (expression->values->len > 0)
        json_object_set_array_member (one, "values", list);
      else
        json_array_unref (list);
      json_array_add_object_element (expressions, one);
    }
  json_object_set_object_member (object, "matchLabels", labels);
  if (json_array_get_length (expressions) == 0)
    json_array_unref (expressions);
  else
    json_object_set_array_member (object, "matchExpressions", expressions);
  return object;
}

static JsonArray *
peers_to_json (GPtrArray *peers)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < peers->len; i++)
    {
      Peer *peer = peers->pdata[i];
      JsonObject *object = json_object_new ();

      if (peer->pods.there)
        json_object_set_object_member (object, "podSelector", model_selector_to_json (&peer->pods));
      if (peer->namespaces.there)
        json_object_set_object_member (object, "namespaceSelector", model_selector_to_json (&peer->namespaces));
      if (peer->cidr != NULL)
        {
          JsonObject *block = json_object_new ();
          JsonArray *excepts = json_array_new ();

          for (guint k = 0; k < peer->excepts->len; k++)
            json_array_add_string_element (excepts, peer->excepts->pdata[k]);
          json_object_set_string_member (block, "cidr", peer->cidr);
          json_object_set_array_member (block, "except", excepts);
          json_object_set_object_member (object, "ipBlock", block);
        }
      json_array_add_object_element (list, object);
    }
  return list;
}

static JsonArray *
ports_to_json (GPtrArray *ports)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < ports->len; i++)
    {
      Port *port = ports->pdata[i];
      char *dash = strchr (port->text, '-');
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "protocol", protocols[port->protocol]);
      if (atoi (port->text) > 0)
        json_object_set_int_member (object, "port", atoi (port->text));
      else if (*port->text != '\0')
        json_object_set_string_member (object, "port", port->text);
      if (dash != NULL)
        json_object_set_int_member (object, "endPort", atoi (dash + 1));
      json_array_add_object_element (list, object);
    }
  return list;
}

JsonNode *
model_to_json (Model *self, GRand *rand)
{
  JsonObject *top = json_object_new (), *metadata = json_object_new (), *spec = json_object_new ();

  json_object_set_string_member (top, "apiVersion", "networking.k8s.io/v1");
  json_object_set_string_member (top, "kind", "NetworkPolicy");
  json_object_set_string_member (metadata, "name", self->name);
  if (self->namespace != NULL)
    json_object_set_string_member (metadata, "namespace", self->namespace);
  json_object_set_member (metadata, "annotations", random_value (rand, 3));
  json_object_set_object_member (top, "metadata", metadata);
  json_object_set_object_member (spec, "podSelector", model_selector_to_json (&self->pods));
  if (self->types != 0)
    {
      JsonArray *types = json_array_new ();

      if (self->types & 2)
        json_array_add_string_element (types, "Ingress");
      if (self->types & 1)
        json_array_add_string_element (types, "Egress");
      json_object_set_array_member (spec, "policyTypes", types);
    }
  for (guint d = 0; d < 2; d++)
    {
      JsonArray *list = json_array_new ();

      for (guint i = 0; i < self->rules[d]->len; i++)
        {
          Rule *rule = self->rules[d]->pdata[i];
          JsonObject *object = json_object_new ();

          if (rule->ports->len > 0)
            json_object_set_array_member (object, "ports", ports_to_json (rule->ports));
          if (rule->peers->len > 0)
            json_object_set_array_member (object, d == 0 ? "to" : "from", peers_to_json (rule->peers));
          json_array_add_object_element (list, object);
        }
      if (self->rules[d]->len > 0)
        json_object_set_array_member (spec, d == 0 ? "egress" : "ingress", list);
      else
        json_array_unref (list);
    }
  json_object_set_object_member (top, "spec", spec);
  return object_node (top);
}

void
model_random_selector (GRand *rand, Selector *self)
{
  for (int n = g_rand_int_range (rand, 0, 3); n > 0; n--)
    model_label (self, PICK (rand, model_keys), PICK (rand, model_values));
  for (int n = g_rand_int_range (rand, -2, 3); n > 0; n--)
    {
      const char *key = PICK (rand, model_keys);
      int operator = g_rand_int_range (rand, 0, 4);

      if (operator < 2)
        model_value (self, key, operator, PICK (rand, model_values), TRUE);
      else if (model_find_expression (self, key, operator) < 0)
        model_add_expression (self, key, operator);
    }
}

static Peer *
random_peer (GRand *rand)
{
  Peer *peer = model_peer_new ();
  int form = g_rand_int_range (rand, 0, 4), block = g_rand_int_range (rand, 0, 3);

  peer->namespaces.there = form == QD_PEER_FORM_NAMESPACES || form == QD_PEER_FORM_BOTH;
  peer->pods.there = form == QD_PEER_FORM_PODS || form == QD_PEER_FORM_BOTH;
  if (peer->namespaces.there)
    model_random_selector (rand, &peer->namespaces);
  if (peer->pods.there)
    model_random_selector (rand, &peer->pods);
  if (form == QD_PEER_FORM_BLOCK)
    {
      peer->cidr = g_strdup (model_blocks[block]);
      for (int n = g_rand_int_range (rand, 0, 3); n > 0; n--)
        g_ptr_array_add (peer->excepts, g_strdup (PICK (rand, model_parts[block])));
    }
  return peer;
}

Model *
model_random (GRand *rand)
{
  Model *self = model_new (QD_POLICY_NETWORK);

  self->name = g_strdup ("allow-web");
  self->namespace = g_rand_boolean (rand) ? g_strdup ("shop") : NULL;
  self->types = g_rand_int_range (rand, 0, 4);
  model_random_selector (rand, &self->pods);
  for (guint d = 0; d < 2; d++)
    {
      for (int n = g_rand_int_range (rand, 0, 3); n > 0; n--)
        {
          Rule *rule = model_rule_new ();

          for (int k = g_rand_int_range (rand, 0, 3); k > 0; k--)
            g_ptr_array_add (rule->peers, random_peer (rand));
          for (int k = g_rand_int_range (rand, 0, 3); k > 0; k--)
            g_ptr_array_add (rule->ports, model_port_new (g_rand_int_range (rand, 0, 3), PICK (rand, model_port_texts)));
          g_ptr_array_add (self->rules[d], rule);
        }
    }
  return self;
}

void
model_copy_selector (Selector *to, Selector *from)
{
  to->there = from->there;
  for (guint i = 0; i < from->labels->len; i++)
    model_label (to, g_array_index (from->labels, Label, i).key, g_array_index (from->labels, Label, i).value);
  for (guint i = 0; i < from->expressions->len; i++)
    {
      Expression *expression = &g_array_index (from->expressions, Expression, i), *made = model_add_expression (to, expression->key, expression->operator);

      for (guint k = 0; k < expression->values->len; k++)
        g_ptr_array_add (made->values, g_strdup (expression->values->pdata[k]));
    }
}

Rule *
model_copy_rule (Rule *rule)
{
  Rule *copy = model_rule_new ();

  copy->action = rule->action;
  copy->name = g_strdup (rule->name);
  for (guint i = 0; i < rule->peers->len; i++)
    {
      Peer *from = rule->peers->pdata[i], *to = model_peer_new ();

      model_copy_selector (&to->namespaces, &from->namespaces);
      model_copy_selector (&to->pods, &from->pods);
      to->cidr = g_strdup (from->cidr);
      for (guint k = 0; k < from->excepts->len; k++)
        g_ptr_array_add (to->excepts, g_strdup (from->excepts->pdata[k]));
      to->form = from->form;
      model_copy_selector (&to->nodes, &from->nodes);
      for (guint k = 0; k < from->words->len; k++)
        g_ptr_array_add (to->words, g_strdup (from->words->pdata[k]));
      g_ptr_array_add (copy->peers, to);
    }
  for (guint i = 0; i < rule->ports->len; i++)
    g_ptr_array_add (copy->ports, model_port_new (((Port *) rule->ports->pdata[i])->protocol, ((Port *) rule->ports->pdata[i])->text));
  return copy;
}
