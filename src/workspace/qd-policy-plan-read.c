/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The policies of files, and those of a server's answer. */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-policy-object.h"
#include "qd-policy-plan-private.h"
#include "qd-policy-test.h"
#include "qd-yaml-edit.h"

/* --- Files -------------------------------------------------------------------------------------------------------- */

void
qd_plan_wanted_free (QdPlanWanted *self)
{
  g_free (self->key);
  json_node_unref (self->object);
  g_free (self->document);
  g_free (self);
}

static void
add_problem (QdPolicyPlan *self, char *text)
{
  g_strv_builder_add (self->problems, text);
  g_free (text);
  self->careful = TRUE;
}

/* Of the kinds that are policies here, whatever else is wrong with it. */
static gboolean
looks_like_policy (const QdYamlNode *node)
{
  const char *kind = qd_yaml_node_get_string (qd_yaml_node_get (node, "kind"));
  const char *api = qd_yaml_node_get_string (qd_yaml_node_get (node, "apiVersion"));

  return kind && api && g_str_has_suffix (kind, "NetworkPolicy") &&
         (g_str_has_prefix (api, "networking.k8s.io/") || g_str_has_prefix (api, "policy.networking.k8s.io/"));
}

static void
read_policy (QdPolicyPlan *self, GHashTable *wanted, GHashTable *twice, const QdYamlNode *node, const char *document, guint nth)
{
  g_autoptr (JsonNode) object = qd_yaml_node_to_json (node);
  g_autofree char *key = object ? qd_policy_object_dup_key (object) : NULL, *place = qd_yaml_node_dup_place (node);
  QdPlanWanted *one;

  if (key == NULL)
    {
      add_problem (self, g_strdup_printf (_("%s: this policy has no name that is understood"), place));
      return;
    }
  if (g_hash_table_contains (wanted, key) || g_hash_table_contains (twice, key))
    {
      add_problem (self, g_strdup_printf (_("%s: there is another %s: neither is looked at"), place, key));
      g_hash_table_remove (wanted, key);
      g_hash_table_add (twice, g_steal_pointer (&key));
      return;
    }
  one = g_new0 (QdPlanWanted, 1);
  one->key = g_steal_pointer (&key);
  one->object = qd_policy_object_strip (object);
  one->document = g_strdup (document);
  one->nth = nth;
  one->enabled = TRUE;
  g_hash_table_insert (wanted, one->key, one);
}

static void
read_document (QdPolicyPlan *self, GHashTable *wanted, GHashTable *twice, const QdYamlNode *node, const char *name, guint nth)
{
  const char *kind = qd_yaml_node_get_string (qd_yaml_node_get (node, "kind"));
  const QdYamlNode *items = kind && g_str_has_suffix (kind, "List") ? qd_yaml_node_get (node, "items") : NULL;

  if (looks_like_policy (node))
    read_policy (self, wanted, twice, node, name, nth);
  for (guint i = 0; i < (qd_yaml_node_get_type (items) == QD_YAML_SEQ ? qd_yaml_node_get_length (items) : 0); i++)
    if (looks_like_policy (qd_yaml_node_get_item (items, i)))
      read_policy (self, wanted, twice, qd_yaml_node_get_item (items, i), name, G_MAXUINT);
}

GHashTable *
qd_policy_plan_read (QdPolicyPlan *self, const QdAnalysisText *texts, guint n_texts)
{
  GHashTable *wanted = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) qd_plan_wanted_free);
  g_autoptr (GHashTable) twice = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < n_texts; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (QdYamlFile) file = NULL;

      if (texts[i].mine == NULL || qd_policy_is_test_file (texts[i].name))
        continue;
      file = qd_yaml_file_new (texts[i].name, texts[i].mine, &error);
      if (file == NULL)
        add_problem (self, g_strdup (error->message));
      for (guint d = 0; file && d < qd_yaml_file_get_n_documents (file); d++)
        read_document (self, wanted, twice, qd_yaml_file_get_document (file, d), texts[i].name, d);
    }
  return wanted;
}

/* --- A server's answer ------------------------------------------------------------------------------------------------ */

void
qd_policy_theirs_free (QdPolicyTheirs *self)
{
  g_free (self->key);
  g_free (self->id);
  g_free (self->revision);
  json_node_unref (self->object);
  g_strfreev (self->keeps);
  g_free (self);
}

GStrv
qd_policy_theirs_dup_keeps (JsonObject *item)
{
  JsonArray *array = qd_json_get_array (item, "keeps");
  g_autoptr (GStrvBuilder) keeps = g_strv_builder_new ();

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonNode *name = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (name) && json_node_get_value_type (name) == G_TYPE_STRING)
        g_strv_builder_add (keeps, json_node_get_string (name));
    }
  return array ? g_strv_builder_end (keeps) : NULL;
}

static QdPolicyTheirs *
read_theirs (JsonObject *item)
{
  JsonNode *object = item && json_object_has_member (item, "object") ? json_object_get_member (item, "object") : NULL;
  g_autofree char *key = object ? qd_policy_object_dup_key (object) : NULL, *id = item ? qd_json_dup_id (item, "id") : NULL;
  QdPolicyTheirs *self;

  if (key == NULL || id == NULL)
    return NULL;
  self = g_new0 (QdPolicyTheirs, 1);
  self->key = g_steal_pointer (&key);
  self->id = g_steal_pointer (&id);
  self->revision = qd_json_dup_id (item, "revision");
  if (self->revision == NULL)
    self->revision = g_strdup ("");
  self->enabled = qd_json_get_bool (item, "enabled", TRUE);
  self->object = json_node_ref (object);
  self->keeps = qd_policy_theirs_dup_keeps (item);
  return self;
}

GPtrArray *
qd_policy_theirs_from_json (JsonNode *answer, guint *n_odd, GError **error)
{
  JsonArray *items = answer ? qd_json_list (answer, "policies") : NULL;
  GPtrArray *all;

  *n_odd = 0;
  if (items == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("The server’s answer is no list of policies"));
      return NULL;
    }
  all = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_theirs_free);
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      QdPolicyTheirs *one = read_theirs (qd_json_object (json_array_get_element (items, i)));

      if (one)
        g_ptr_array_add (all, one);
      else
        (*n_odd)++;
    }
  return all;
}
