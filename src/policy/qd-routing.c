/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-routing-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

struct _QdRoutingSet
{
  int ref_count;
  GPtrArray *files;      /* of QdYamlFile */
  GPtrArray *policies;   /* of QdRoutingPolicy */
  GPtrArray *findings;   /* of QdPolicyFinding */
};

const char *const qd_routing_weight_names[] = { "latency_weight", "jitter_weight", "loss_weight", "bandwidth_weight", "cost_weight", NULL };
const char *const qd_routing_application_classes[] = { "VoIP", "VideoConference", "FileTransfer", "Backup", "Web", "Email", "Database", "Other", NULL };

/* --- Which documents are ones ------------------------------------------------------------------------------------ */

gboolean
qd_routing_is_file (const char *name)
{
  return g_str_has_suffix (name, ".routing.yaml") || g_str_has_suffix (name, ".routing.yml") || g_str_has_suffix (name, ".routing.json");
}

static gboolean
is_there (const QdYamlNode *map, const char *key)
{
  return qd_yaml_node_get (map, key) != NULL;
}

/* An object of Kubernetes has a kind; a row of Patronus' database has path_preference too, but its match under another name. */
static gboolean
is_policy (const QdYamlNode *map)
{
  if (qd_yaml_node_get_type (map) != QD_YAML_MAP || is_there (map, "kind") || is_there (map, "apiVersion") || is_there (map, "match_rules"))
    return FALSE;
  return is_there (map, "path_preference") || (is_there (map, "match") && is_there (map, "priority"));
}

const QdYamlNode *
qd_routing_find_list (const QdYamlNode *document)
{
  static const char *const keys[] = { "items", "policies" };

  if (qd_yaml_node_get_type (document) == QD_YAML_SEQ)
    return document;
  for (guint i = 0; i < G_N_ELEMENTS (keys) && !is_policy (document); i++)
    if (qd_yaml_node_get_type (qd_yaml_node_get (document, keys[i])) == QD_YAML_SEQ)
      return qd_yaml_node_get (document, keys[i]);
  return NULL;
}

gboolean
qd_routing_is_document (const QdYamlNode *document)
{
  const QdYamlFile *file = qd_yaml_node_get_file (document);
  const QdYamlNode *list;

  if (document == NULL || is_there (document, "kind") || is_there (document, "apiVersion"))
    return FALSE;
  if (file && qd_routing_is_file (qd_yaml_file_get_name (file)))
    return TRUE;
  if (is_policy (document))
    return TRUE;
  list = qd_routing_find_list (document);
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    if (is_policy (qd_yaml_node_get_item (list, i)))
      return TRUE;
  return FALSE;
}

/* --- Reading them ------------------------------------------------------------------------------------------------- */

static void
read_one (QdRoutingSet *self, QdPolicyReader *reader, const QdYamlNode *node, guint document, char *path)
{
  if (qd_policy_reader_expect (reader, node, QD_YAML_MAP, _("a routing policy")))
    g_ptr_array_add (self->policies, qd_routing_policy_read (reader, node, document, path));
  else
    g_free (path);
}

static void
read_document (QdRoutingSet *self, QdPolicyReader *reader, const QdYamlNode *node, guint document)
{
  const QdYamlNode *list = qd_routing_find_list (node);
  const char *key = list == node ? "" : list == qd_yaml_node_get (node, "items") ? "/items" : "/policies";

  if (list == NULL)
    read_one (self, reader, node, document, g_strdup (""));
  for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
    read_one (self, reader, qd_yaml_node_get_item (list, i), document, g_strdup_printf ("%s/%u", key, i));
}

static void
read_file (QdRoutingSet *self, QdYamlFile *file)
{
  QdPolicyReader reader = { file, self->findings };

  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    if (qd_routing_is_document (qd_yaml_file_get_document (file, i)))
      read_document (self, &reader, qd_yaml_file_get_document (file, i), i);
}

/* In the order of the files: the second of two says that there is the first. */
static void
find_twice (QdRoutingSet *self, const char *(*get) (const QdRoutingPolicy *), QdPolicySeverity severity, const char *format)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->policies->len; i++)
    {
      QdRoutingPolicy *policy = g_ptr_array_index (self->policies, i);
      const char *text = get (policy);
      const QdRoutingPolicy *first = text ? g_hash_table_lookup (seen, text) : NULL;
      QdPolicyFinding *finding;
      g_autofree char *place = first ? qd_policy_place_to_text (&first->place) : NULL;

      if (text && first == NULL)
        g_hash_table_insert (seen, (gpointer) text, policy);
      if (first == NULL)
        continue;
      finding = qd_policy_finding_new (severity, "duplicate", &policy->place, g_strdup_printf (format, text, place));
      finding->other = first->place;
      g_ptr_array_add (self->findings, finding);
      policy->invalid |= severity == QD_POLICY_ERROR;
    }
}

static const char *
get_id (const QdRoutingPolicy *policy)
{
  return policy->id;
}

static const char *
get_name (const QdRoutingPolicy *policy)
{
  return policy->name;
}

/* The sort is stable: the rest is decided by the place. */
static int
compare_asked (gconstpointer a, gconstpointer b)
{
  const QdRoutingPolicy *left = *(QdRoutingPolicy *const *) a, *right = *(QdRoutingPolicy *const *) b;

  if (left->priority != right->priority)
    return left->priority < right->priority ? -1 : 1;
  return strcmp (left->text, right->text);
}

QdRoutingSet *
qd_routing_set_new (QdYamlFile *const *files, guint n_files)
{
  QdRoutingSet *self = g_new0 (QdRoutingSet, 1);

  self->ref_count = 1;
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_yaml_file_unref);
  self->policies = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_routing_policy_free);
  self->findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  for (guint i = 0; i < n_files; i++)
    {
      g_ptr_array_add (self->files, qd_yaml_file_ref (files[i]));
      read_file (self, files[i]);
    }
  find_twice (self, get_id, QD_POLICY_ERROR, _("the id “%s” is taken by the routing policy at %s"));
  find_twice (self, get_name, QD_POLICY_WARNING, _("the name “%s” is that of the routing policy at %s, too"));
  g_ptr_array_sort (self->policies, compare_asked);
  qd_routing_compare_all (self->policies, self->findings);
  return self;
}

QdRoutingSet *
qd_routing_set_ref (QdRoutingSet *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
qd_routing_set_unref (QdRoutingSet *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_ptr_array_unref (self->findings);
  g_ptr_array_unref (self->policies);
  g_ptr_array_unref (self->files);
  g_free (self);
}

GPtrArray *
qd_routing_set_get_policies (QdRoutingSet *self)
{
  return self->policies;
}

GPtrArray *
qd_routing_set_get_findings (QdRoutingSet *self)
{
  return self->findings;
}

gboolean
qd_routing_set_is_invalid (QdRoutingSet *self)
{
  for (guint i = 0; i < self->findings->len; i++)
    if (((const QdPolicyFinding *) g_ptr_array_index (self->findings, i))->severity == QD_POLICY_ERROR)
      return TRUE;
  return FALSE;
}

/* --- Words -------------------------------------------------------------------------------------------------------- */

static const struct { const char *word, *title; } preferences[] = {
  [QD_ROUTING_LOWEST_LATENCY] = { "LowestLatency", N_("Lowest latency") },
  [QD_ROUTING_HIGHEST_BANDWIDTH] = { "HighestBandwidth", N_("Highest bandwidth") },
  [QD_ROUTING_LOWEST_PACKET_LOSS] = { "LowestPacketLoss", N_("Lowest packet loss") },
  [QD_ROUTING_LOWEST_COST] = { "LowestCost", N_("Lowest cost") },
  [QD_ROUTING_CUSTOM] = { "custom", N_("Custom weights") },
  [QD_ROUTING_UNKNOWN] = { NULL, N_("Unknown") },
};

const char *
qd_routing_preference_to_string (QdRoutingPreference preference)
{
  return preference < G_N_ELEMENTS (preferences) ? preferences[preference].word : NULL;
}

const char *
qd_routing_preference_get_title (QdRoutingPreference preference)
{
  return _(preferences[preference < G_N_ELEMENTS (preferences) ? preference : QD_ROUTING_UNKNOWN].title);
}

gboolean
qd_routing_preference_parse (const char *text, QdRoutingPreference *preference)
{
  for (guint i = 0; i < QD_ROUTING_UNKNOWN; i++)
    if (g_str_equal (preferences[i].word, text))
      {
        *preference = i;
        return TRUE;
      }
  return FALSE;
}

/* A number from 1 to 65535, and where it ends; 0: it is none. */
static guint
read_port (const char *text, const char **end)
{
  char *stop = (char *) text;
  guint64 number = g_ascii_isdigit (*text) ? g_ascii_strtoull (text, &stop, 10) : 0;

  *end = stop;
  return number <= QD_ROUTING_MAX_PORT ? (guint) number : 0;
}

gboolean
qd_routing_check_ports (const char *text, guint *first, guint *last, GError **error)
{
  const char *end = text;
  guint from = read_port (text, &end), to = from;

  if (from > 0 && *end == '-')
    to = read_port (end + 1, &end);
  if (*text != '\0' && (from == 0 || to < from || *end != '\0'))
    {
      g_set_error (error, QD_YAML_ERROR, QD_YAML_ERROR_EDIT, _("“%s” is neither a port from 1 to 65535 nor a range of them, such as 5060-5090"), text);
      return FALSE;
    }
  *first = from;
  *last = to;
  return TRUE;
}
