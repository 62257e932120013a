/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-read-private.h"
#include "qd-routing.h"

#include <string.h>

#include <glib/gi18n.h>

#define MAX_LISTS 4   /* a list in a list in a list: more is no manifest */

typedef struct {
  const char *kind;
  const char *group, *old_group;   /* "" is the core; the older one may be NULL */
  const char *versions[4];         /* that are read; none: all of the group's, which do not differ in what matters here */
  gboolean in_cluster;             /* not in a namespace */
  void (*read) (QdPolicyReader *reader, const QdYamlNode *object, QdPolicyDocument *document);
} Kind;

static const Kind kinds[] = {
  { "Namespace", "", NULL, { NULL }, TRUE, qd_policy_read_namespace },
  { "Pod", "", NULL, { NULL }, FALSE, qd_policy_read_pod },
  { "Service", "", NULL, { NULL }, FALSE, qd_policy_read_service },
  { "ReplicationController", "", NULL, { NULL }, FALSE, qd_policy_read_maker },
  { "Deployment", "apps", "extensions", { NULL }, FALSE, qd_policy_read_maker },
  { "ReplicaSet", "apps", "extensions", { NULL }, FALSE, qd_policy_read_maker },
  { "StatefulSet", "apps", NULL, { NULL }, FALSE, qd_policy_read_maker },
  { "DaemonSet", "apps", "extensions", { NULL }, FALSE, qd_policy_read_maker },
  { "Job", "batch", NULL, { NULL }, FALSE, qd_policy_read_maker },
  { "CronJob", "batch", NULL, { NULL }, FALSE, qd_policy_read_maker },
  { "NetworkPolicy", "networking.k8s.io", "extensions", { NULL }, FALSE, qd_policy_read_network_policy },
  { "AdminNetworkPolicy", "policy.networking.k8s.io", NULL, { "v1alpha1" }, TRUE, qd_policy_read_admin_policy },
  { "BaselineAdminNetworkPolicy", "policy.networking.k8s.io", NULL, { "v1alpha1" }, TRUE, qd_policy_read_admin_policy },
  /* v1beta1 spells all of it as v1alpha2 does. */
  { "ClusterNetworkPolicy", "policy.networking.k8s.io", NULL, { "v1alpha2", "v1beta1" }, TRUE, qd_policy_read_admin_policy },
};

/* What is read at the moment. */
typedef struct {
  QdPolicyReader reader;
  QdPolicyPart *part;
} Reading;

static void
free_document (gpointer data)
{
  QdPolicyDocument *self = data;

  g_clear_pointer (&self->name, g_ref_string_release);
  g_clear_pointer (&self->namespace, g_ref_string_release);
  g_clear_pointer (&self->owner_kind, g_ref_string_release);
  g_clear_pointer (&self->owner_name, g_ref_string_release);
  g_clear_pointer (&self->labels, qd_labels_unref);
  g_clear_pointer (&self->pod, qd_policy_pod_free);
  g_clear_pointer (&self->service, qd_policy_service_free);
  g_clear_pointer (&self->policy, qd_policy_free);
  g_free (self);
}

const char *
qd_policy_find_kind (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      return kinds[i].kind;
  return NULL;
}

static gboolean
is_of_group (const Kind *kind, const char *api_version)
{
  const char *slash = strchr (api_version, '/');
  g_autofree char *group = slash ? g_strndup (api_version, (gsize) (slash - api_version)) : g_strdup ("");
  const char *version = slash ? slash + 1 : api_version;

  if (!g_str_equal (group, kind->group) && g_strcmp0 (group, kind->old_group) != 0)
    return FALSE;
  return kind->versions[0] == NULL || g_strv_contains (kind->versions, version);
}

/* The controller among ownerReferences, else the first. */
static void
read_owner (QdPolicyReader *reader, const QdYamlNode *metadata, QdPolicyDocument *document)
{
  const QdYamlNode *list = qd_policy_reader_get (reader, metadata, "ownerReferences", QD_YAML_SEQ), *owner = NULL;
  const char *kind, *name;

  for (guint i = 0; list && i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *item = qd_yaml_node_get_item (list, i);

      if (!qd_policy_reader_expect (reader, item, QD_YAML_MAP, "ownerReferences"))
        continue;
      if (owner == NULL || qd_policy_reader_get_bool (reader, item, "controller"))
        owner = item;
      if (qd_policy_reader_get_bool (reader, item, "controller"))
        break;
    }
  kind = owner ? qd_policy_reader_get_string (reader, owner, "kind") : NULL;
  name = owner ? qd_policy_reader_get_string (reader, owner, "name") : NULL;
  /* The kubelet's mirror of a static pod says that it comes from its node; the pod keeps its own name. */
  if (kind == NULL || name == NULL || g_str_equal (kind, "Node"))
    return;
  document->owner_kind = g_ref_string_new_intern (kind);
  document->owner_name = g_ref_string_new_intern (name);
}

static gboolean
read_name (QdPolicyReader *reader, const QdYamlNode *object, const QdYamlNode *metadata, QdPolicyDocument *document)
{
  const char *name = metadata ? qd_policy_reader_get_string (reader, metadata, "name") : NULL;
  const QdYamlNode *node = metadata ? qd_yaml_node_get (metadata, "name") : NULL;

  if (name == NULL && metadata)
    name = qd_policy_reader_get_string (reader, metadata, "generateName");
  else if (name && !qd_policy_is_name (name))
    qd_policy_reader_refuse (reader, node, "name", _("“%s” is no name of an object: lower-case letters, digits, - and . that begin and end with a "
                                                     "letter or digit, at most 253"), name);
  if (name == NULL || *name == '\0')
    {
      /* Of a number as name it was said that it must be a string. */
      if (qd_policy_node_is_null (node))
        qd_policy_reader_refuse (reader, metadata ? metadata : object, "required", _("“%s” is missing"), "metadata.name");
      return FALSE;
    }
  document->name = g_ref_string_new_intern (name);
  return TRUE;
}

static void
read_object (Reading *reading, const Kind *kind, const QdYamlNode *object)
{
  QdPolicyReader *reader = &reading->reader;
  const QdYamlNode *metadata = qd_policy_reader_get (reader, object, "metadata", QD_YAML_MAP);
  const char *namespace = metadata ? qd_policy_reader_get_string (reader, metadata, "namespace") : NULL;
  QdPolicyDocument *document = g_new0 (QdPolicyDocument, 1);

  document->kind = kind->kind;
  document->place = qd_policy_reader_place (reader, object);
  if (!kind->in_cluster)
    {
      if (namespace && *namespace && !qd_policy_is_namespace_name (namespace))
        qd_policy_reader_refuse (reader, qd_yaml_node_get (metadata, "namespace"), "name", _("“%s” is no name of a namespace"), namespace);
      document->namespace = g_ref_string_new_intern (namespace && *namespace ? namespace : "default");
    }
  if (!read_name (reader, object, metadata, document))
    {
      free_document (document);
      return;
    }
  if (metadata)
    read_owner (reader, metadata, document);
  kind->read (reader, object, document);
  g_ptr_array_add (reading->part->documents, document);
}

static void read_node (Reading *reading, const QdYamlNode *object, const char *list_kind, const char *list_version, guint depth);

/* @kind is "List", or that of the items and "List". */
static void
read_list (Reading *reading, const QdYamlNode *list, const char *kind, const char *api_version, guint depth)
{
  const QdYamlNode *items = qd_policy_reader_get (&reading->reader, list, "items", QD_YAML_SEQ);
  g_autofree char *item_kind = g_str_equal (kind, "List") ? NULL : g_strndup (kind, strlen (kind) - strlen ("List"));

  if (depth >= MAX_LISTS)
    {
      qd_policy_reader_refuse (&reading->reader, list, "too-deep", _("lists stand in lists, too deep"));
      return;
    }
  for (guint i = 0; items && i < qd_yaml_node_get_length (items); i++)
    read_node (reading, qd_yaml_node_get_item (items, i), item_kind, item_kind ? api_version : NULL, depth + 1);
}

static void
pass_over (Reading *reading, const QdYamlNode *object, const char *kind, const char *api_version)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      {
        qd_policy_reader_say (&reading->reader, QD_POLICY_NOTE, object, "passed-over", _("%s of %s is passed over: that of %s is read here"), kind,
                              api_version, *kinds[i].group ? kinds[i].group : "v1");
        return;
      }
  qd_policy_reader_say (&reading->reader, QD_POLICY_NOTE, object, "passed-over", _("%s is passed over: it does not say who may talk to whom"), kind);
}

static void
read_node (Reading *reading, const QdYamlNode *object, const char *list_kind, const char *list_version, guint depth)
{
  QdPolicyReader *reader = &reading->reader;
  const char *kind, *api_version;

  if (qd_policy_node_is_null (object))
    return;
  if (qd_yaml_node_get_type (object) != QD_YAML_MAP)
    {
      qd_policy_reader_say (reader, QD_POLICY_NOTE, object, "passed-over", _("this is passed over: it is no object of Kubernetes"));
      return;
    }
  kind = qd_yaml_node_get (object, "kind") ? qd_policy_reader_get_string (reader, object, "kind") : list_kind;
  if (kind == NULL)
    {
      qd_policy_reader_say (reader, QD_POLICY_NOTE, object, "passed-over", _("this is passed over: it has no kind, and is no object of Kubernetes"));
      return;
    }
  api_version = qd_yaml_node_get (object, "apiVersion") ? qd_policy_reader_get_string (reader, object, "apiVersion") : list_version;
  if (g_str_has_suffix (kind, "List") && !qd_policy_node_is_null (qd_yaml_node_get (object, "items")))
    {
      read_list (reading, object, kind, api_version, depth);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind) && (api_version == NULL || is_of_group (&kinds[i], api_version)))
      {
        if (api_version == NULL)
          qd_policy_reader_say (reader, QD_POLICY_WARNING, object, "api-version", _("“%s” is missing"), "apiVersion");
        read_object (reading, &kinds[i], object);
        return;
      }
  pass_over (reading, object, kind, api_version ? api_version : "?");
}

static QdPolicyPart *
read_documents (QdYamlFile *file, guint first, guint n)
{
  QdPolicyPart *self = g_new0 (QdPolicyPart, 1);
  Reading reading;

  self->ref_count = 1;
  self->file = qd_yaml_file_ref (file);
  self->findings = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_finding_free);
  self->documents = g_ptr_array_new_with_free_func (free_document);
  reading = (Reading) { { file, self->findings }, self };
  for (guint i = first; i < first + n; i++)
    if (!qd_routing_is_document (qd_yaml_file_get_document (file, i)))
      read_node (&reading, qd_yaml_file_get_document (file, i), NULL, NULL, 0);
  return self;
}

QdPolicyPart *
qd_policy_part_read (QdYamlFile *file)
{
  return read_documents (file, 0, qd_yaml_file_get_n_documents (file));
}

QdPolicyPart *
qd_policy_part_read_one (QdYamlFile *file, guint document)
{
  return read_documents (file, document, document < qd_yaml_file_get_n_documents (file));
}

QdPolicyPart *
qd_policy_part_ref (QdPolicyPart *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
qd_policy_part_unref (QdPolicyPart *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_ptr_array_unref (self->documents);
  g_ptr_array_unref (self->findings);
  qd_yaml_file_unref (self->file);
  g_free (self);
}
