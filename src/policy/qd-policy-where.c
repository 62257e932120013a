/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-policy-where.h"

#include <string.h>

#include "qd-policy-test.h"
#include "qd-policy-who.h"

/* Where a NetworkPolicy is that does not say where. */
#define DEFAULT_NAMESPACE "default"

static const char *
get_path (const QdYamlSpot *spot)
{
  return spot->map ? spot->map : spot->value ? spot->value : spot->list;
}

/* What is written at @key of the object at @path, but for a word that is still being written there. */
static char *
dup_said (const QdPolicyWhere *self, const char *path, const char *key)
{
  g_autofree char *here = g_strdup_printf ("%s/%s", path, key);

  return g_strcmp0 (self->spot->value, here) == 0 ? NULL : qd_yaml_spot_dup_scalar (self->spot, path, key);
}

/* The innermost object around the place that says what it is; else the document. */
static void
find_object (QdPolicyWhere *self)
{
  g_autofree char *path = g_strdup (get_path (self->spot));

  while (self->root == NULL)
    {
      g_autofree char *kind = dup_said (self, path, "kind"), *version = dup_said (self, path, "apiVersion");
      char *parent = qd_yaml_pointer_dup_parent (path);

      if (kind && version)
        self->schema = qd_policy_schema_find (version, kind);
      else if (*path == '\0')
        self->schema = qd_policy_schema_guess (version, kind);
      if (self->schema || *path == '\0')
        {
          self->kind = qd_yaml_spot_dup_scalar (self->spot, path, "kind");
          self->root = g_steal_pointer (&path);
        }
      g_free (path);
      path = parent;
    }
}

QdPolicyWhere *
qd_policy_where_new (const QdYamlSpot *spot, const char *file_name, QdPolicyWorld *world)
{
  QdPolicyWhere *self = g_new0 (QdPolicyWhere, 1);

  self->spot = spot;
  self->world = world;
  self->is_test = qd_policy_is_test_file (file_name);
  self->is_json = g_str_has_suffix (file_name, ".json");
  if (self->is_test)
    {
      self->schema = qd_policy_schema_get_tests ();
      self->root = g_strdup ("");
    }
  else if (get_path (spot))
    find_object (self);
  if (self->root == NULL)
    return self;
  self->name = qd_yaml_spot_dup_metadata (spot, self->root, "name");
  self->namespace = qd_yaml_spot_dup_metadata (spot, self->root, "namespace");
  if (self->namespace == NULL && g_strcmp0 (self->kind, "NetworkPolicy") == 0)
    self->namespace = g_strdup (DEFAULT_NAMESPACE);
  return self;
}

void
qd_policy_where_free (QdPolicyWhere *self)
{
  g_free (self->root);
  g_free (self->kind);
  g_free (self->name);
  g_free (self->namespace);
  g_free (self);
}

const char *
qd_policy_where_relate (const QdPolicyWhere *self, const char *path)
{
  return self->root && path && g_str_has_prefix (path, self->root) ? path + strlen (self->root) : NULL;
}

const QdPolicyField *
qd_policy_where_follow (const QdPolicyWhere *self, const char *path, const QdPolicySchema **inner, gboolean *is_item)
{
  const char *within = qd_policy_where_relate (self, path);
  const QdPolicyField *field = within && self->schema ? qd_policy_schema_follow (self->schema, within, inner) : NULL;
  g_autofree char *last = within ? qd_yaml_pointer_dup_last (within) : NULL;

  if (inner && (within == NULL || self->schema == NULL))
    *inner = NULL;
  if (is_item)
    *is_item = field && g_strcmp0 (last, field->name) != 0;
  return field;
}

/* --- What the world has of it ------------------------------------------------------------------------------------ */

const QdPolicy *
qd_policy_where_find_policy (const QdPolicyWhere *self)
{
  GPtrArray *policies = self->world && self->kind && self->name ? qd_policy_world_get_policies (self->world) : NULL;

  for (guint i = 0; policies && i < policies->len; i++)
    {
      const QdPolicy *policy = g_ptr_array_index (policies, i);

      if (g_str_equal (qd_policy_kind_to_string (policy->kind), self->kind) && g_strcmp0 (policy->name, self->name) == 0 &&
          (policy->namespace == NULL || g_strcmp0 (policy->namespace, self->namespace) == 0))
        return policy;
    }
  return NULL;
}

static gboolean
parse_index (const char *text, guint *index)
{
  guint64 number;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT - 1, &number, NULL))
    return FALSE;
  *index = (guint) number;
  return TRUE;
}

/* "/spec/ingress/2/from/0/podSelector": the parts are "", "spec", "ingress", "2", "from", "0"… */
enum { PART_SPEC = 1, PART_FIELD, PART_RULE, PART_PEERS, PART_PEER };

static GStrv
split (const QdPolicyWhere *self, const char *path)
{
  const char *within = qd_policy_where_relate (self, path);
  g_auto (GStrv) parts = within ? g_strsplit (within, "/", -1) : NULL;

  return parts && g_strv_length (parts) > PART_FIELD && g_str_equal (parts[PART_SPEC], "spec") ? g_steal_pointer (&parts) : NULL;
}

static const QdPolicyRule *
find_rule (const QdPolicy *policy, char **parts, QdPolicyDirection *direction, guint *index)
{
  gboolean ingress = g_str_equal (parts[PART_FIELD], "ingress");

  if (policy == NULL || (!ingress && !g_str_equal (parts[PART_FIELD], "egress")) || !parse_index (parts[PART_RULE], index))
    return NULL;
  *direction = ingress ? QD_POLICY_INGRESS : QD_POLICY_EGRESS;
  return *index < policy->rules[*direction]->len ? g_ptr_array_index (policy->rules[*direction], *index) : NULL;
}

const QdPolicyRule *
qd_policy_where_find_rule (const QdPolicyWhere *self, const char *path, QdPolicyDirection *direction, guint *index)
{
  g_auto (GStrv) parts = split (self, path);

  return parts ? find_rule (qd_policy_where_find_policy (self), parts, direction, index) : NULL;
}

GPtrArray *
qd_policy_where_find_meant (const QdPolicyWhere *self, const char *path)
{
  g_auto (GStrv) parts = split (self, path);
  const QdPolicy *policy = parts ? qd_policy_where_find_policy (self) : NULL;
  const QdPolicyRule *rule;
  QdPolicyDirection direction;
  guint index, peer;

  if (policy == NULL)
    return NULL;
  if (g_str_equal (parts[PART_FIELD], "podSelector") || g_str_equal (parts[PART_FIELD], "subject"))
    return qd_policy_find_selected (self->world, policy, NULL);
  rule = find_rule (policy, parts, &direction, &index);
  if (rule == NULL || parts[PART_PEERS] == NULL || !g_str_equal (parts[PART_PEERS], direction == QD_POLICY_INGRESS ? "from" : "to"))
    return NULL;
  if (!parse_index (parts[PART_PEER], &peer))
    return qd_policy_find_meant (self->world, policy, rule, NULL);
  return peer < rule->peers->len ? qd_policy_find_peer (self->world, policy, g_ptr_array_index (rule->peers, peer), NULL) : NULL;
}
