/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-policy-fields.h"

#include <string.h>

#include "lab-json.h"
#include "lab-yaml.h"

#define NAMESPACE_LABEL "kubernetes.io/metadata.name"

/* Owners of owners: a pod, its replica set, its deployment. */
#define MAX_OWNERS 8

static const struct
{
  const char *kind, *group;
} workload_kinds[] = {
  { "Pod", "v1" },          { "ReplicationController", "v1" }, { "Deployment", "apps/" }, { "ReplicaSet", "apps/" },
  { "StatefulSet", "apps/" }, { "DaemonSet", "apps/" },        { "Job", "batch/" },       { "CronJob", "batch/" },
};

static void
free_pod (gpointer data)
{
  LabPod *pod = data;

  g_free (pod->namespace);
  g_free (pod->name);
  g_free (pod->kind);
  g_free (pod->pod_name);
  g_free (pod->node);
  g_array_unref (pod->labels);
  g_array_unref (pod->ports);
  g_array_unref (pod->addresses);
  g_array_unref (pod->host_addresses);
  g_array_unref (pod->all_addresses);
  g_free (pod);
}

LabCluster *
lab_cluster_new (void)
{
  LabCluster *cluster = g_new0 (LabCluster, 1);

  cluster->pods = g_ptr_array_new_with_free_func (free_pod);
  cluster->policies = g_ptr_array_new_with_free_func ((GDestroyNotify) lab_network_policy_free);
  cluster->namespaces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  cluster->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  cluster->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return cluster;
}

void
lab_cluster_free (LabCluster *cluster)
{
  g_ptr_array_unref (cluster->pods);
  g_ptr_array_unref (cluster->policies);
  g_hash_table_unref (cluster->namespaces);
  g_hash_table_unref (cluster->seen);
  g_hash_table_unref (cluster->owners);
  g_free (cluster);
}

/* --- Containers --- */

static void
clear_container_port (gpointer data)
{
  g_free (((LabContainerPort *) data)->name);
}

static gboolean
read_container_port (JsonObject *object, const char *path, LabContainerPort *port, GError **error)
{
  const char *name, *protocol;
  gboolean given;
  gint64 number;

  if (!lab_field_text (object, "name", path, &name, error) ||
      !lab_field_text (object, "protocol", path, &protocol, error) ||
      !lab_field_number (object, "containerPort", path, &number, &given, error))
    return FALSE;
  if (number < 1 || number > 65535)
    return lab_field_wrong (error, path, "containerPort is a number from 1 to 65535");
  port->port = (guint) number;
  port->protocol = LAB_TCP;
  if (protocol != NULL && !lab_protocol_read (protocol, &port->protocol))
    return lab_field_wrong (error, path, "the protocol must be TCP, UDP or SCTP");
  if (name == NULL || *name == '\0')
    return TRUE;
  if (!lab_is_port_name (name))
    return lab_field_wrong (error, path, "\"%s\" is no name of a port", name);
  port->name = g_strdup (name);
  return TRUE;
}

static gboolean
read_container (JsonObject *object, const char *path, GArray *ports, GError **error)
{
  guint before = ports->len;
  JsonArray *list;

  if (!lab_field_list (object, "ports", path, &list, error))
    return FALSE;
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/ports/%u", path, i);
      g_autoptr (JsonObject) one = lab_element_object (list, i, where, error);
      const char *name;

      g_array_set_size (ports, ports->len + 1);
      if (one == NULL || !read_container_port (one, where, &g_array_index (ports, LabContainerPort, ports->len - 1), error))
        return FALSE;
      name = g_array_index (ports, LabContainerPort, ports->len - 1).name;
      for (guint k = before; name != NULL && k + 1 < ports->len; k++)
        if (g_strcmp0 (g_array_index (ports, LabContainerPort, k).name, name) == 0)
          return lab_field_wrong (error, where, "this container has two ports called %s", name);
    }
  return TRUE;
}

static gboolean
read_containers (JsonObject *spec, const char *path, GArray *ports, GError **error)
{
  JsonArray *list;

  if (!lab_field_list (spec, "containers", path, &list, error))
    return FALSE;
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      g_autofree char *where = g_strdup_printf ("%s/containers/%u", path, i);
      g_autoptr (JsonObject) one = lab_element_object (list, i, where, error);

      if (one == NULL || !read_container (one, where, ports, error))
        return FALSE;
    }
  return TRUE;
}

/* --- Workloads --- */

static LabPod *
add_pod (LabCluster *cluster, const char *namespace, const char *kind, const char *name)
{
  LabPod *pod = g_new0 (LabPod, 1);

  pod->namespace = g_strdup (namespace);
  pod->kind = g_strdup (kind);
  pod->name = g_strdup (name);
  pod->labels = lab_labels_new ();
  pod->ports = g_array_new (FALSE, TRUE, sizeof (LabContainerPort));
  g_array_set_clear_func (pod->ports, clear_container_port);
  pod->addresses = g_array_new (FALSE, TRUE, sizeof (LabAddress));
  pod->host_addresses = g_array_new (FALSE, TRUE, sizeof (LabAddress));
  pod->all_addresses = g_array_new (FALSE, TRUE, sizeof (LabAddress));
  g_ptr_array_add (cluster->pods, pod);
  return pod;
}

/* What a pod, or the template of pods, says. */
static gboolean
read_pod (JsonObject *object, const char *path, LabPod *pod, GError **error)
{
  g_autofree char *metadata_path = g_strdup_printf ("%s/metadata", path), *spec_path = g_strdup_printf ("%s/spec", path);
  JsonObject *metadata, *spec;
  const char *node = NULL;

  if (!lab_field_object (object, "metadata", path, &metadata, error) ||
      !lab_field_object (object, "spec", path, &spec, error))
    return FALSE;
  if (metadata != NULL && !lab_field_labels (metadata, "labels", metadata_path, pod->labels, error))
    return FALSE;
  if (spec != NULL &&
      (!lab_field_bool (spec, "hostNetwork", spec_path, &pod->host_network, error) ||
       !lab_field_text (spec, "nodeName", spec_path, &node, error) ||
       !read_containers (spec, spec_path, pod->ports, error)))
    return FALSE;
  pod->node = g_strdup (node);
  return TRUE;
}

static gboolean
add_address (GArray *addresses, const char *text, GError **error)
{
  LabAddress address;

  if (text == NULL || *text == '\0')
    return TRUE;
  if (!lab_address_parse (text, &address))
    return lab_field_wrong (error, "/status", "\"%s\" is no address", text);
  g_array_append_val (addresses, address);
  return TRUE;
}

/* One address under @one, and all of them as {ip: …} under @all. */
static gboolean
read_addresses (JsonObject *status, const char *one, const char *all, GArray *addresses, GError **error)
{
  const char *text;
  JsonArray *list;

  if (!lab_field_text (status, one, "/status", &text, error) || !add_address (addresses, text, error) ||
      !lab_field_list (status, all, "/status", &list, error))
    return FALSE;
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      g_autoptr (JsonObject) object = lab_element_object (list, i, "/status", error);

      if (object == NULL || !lab_field_text (object, "ip", "/status", &text, error) || !add_address (addresses, text, error))
        return FALSE;
    }
  return TRUE;
}

/* Who owns the object: the controller among its owners, else the first. A node owns its static pods, but
 * they are nobody's replicas. */
static gboolean
read_owner (LabCluster *cluster, JsonObject *object, const char *key, GError **error)
{
  JsonObject *metadata = lab_json_get_object (object, "metadata");
  g_autofree char *owner = NULL;
  JsonArray *list;

  if (!lab_field_list (metadata, "ownerReferences", "/metadata", &list, error))
    return FALSE;
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      g_autoptr (JsonObject) one = lab_element_object (list, i, "/metadata/ownerReferences", error);
      const char *kind, *name;
      gboolean controls;

      if (one == NULL || !lab_field_text (one, "kind", "/metadata/ownerReferences", &kind, error) ||
          !lab_field_text (one, "name", "/metadata/ownerReferences", &name, error) ||
          !lab_field_bool (one, "controller", "/metadata/ownerReferences", &controls, error))
        return FALSE;
      if (kind == NULL || name == NULL || g_str_equal (kind, "Node") || (owner != NULL && !controls))
        continue;
      g_free (owner);
      owner = g_strdup_printf ("%s/%s", kind, name);
      if (controls)
        break;
    }
  if (owner != NULL)
    g_hash_table_insert (cluster->owners, g_strdup (key), g_steal_pointer (&owner));
  return TRUE;
}

/* Where the template of pods is: in a CronJob, below the template of its jobs. */
static gboolean
find_template (JsonObject *object, const char *kind, JsonObject **template, char **path, GError **error)
{
  JsonObject *spec, *job;

  *path = g_strdup (g_str_equal (kind, "CronJob") ? "/spec/jobTemplate/spec" : "/spec");
  *template = NULL;
  if (!lab_field_object (object, "spec", "", &spec, error))
    return FALSE;
  if (spec != NULL && g_str_equal (kind, "CronJob"))
    {
      if (!lab_field_object (spec, "jobTemplate", "/spec", &job, error))
        return FALSE;
      spec = NULL;
      if (job != NULL && !lab_field_object (job, "spec", "/spec/jobTemplate", &spec, error))
        return FALSE;
    }
  if (spec != NULL && !lab_field_object (spec, "template", *path, template, error))
    return FALSE;
  return TRUE;
}

static gboolean
add_workload (LabCluster *cluster, JsonObject *object, const char *kind, GError **error)
{
  g_autofree char *key = NULL, *path = NULL, *where = NULL;
  const char *namespace, *name;
  JsonObject *template = NULL, *status;
  LabPod *pod;

  if (!lab_field_names (object, TRUE, &namespace, &name, error))
    return FALSE;
  key = g_strdup_printf ("%s/%s/%s", kind, namespace, name);
  if (!read_owner (cluster, object, key, error))
    return FALSE;
  pod = add_pod (cluster, namespace, kind, name);
  if (!g_str_equal (kind, "Pod"))
    {
      if (!find_template (object, kind, &template, &path, error))
        return FALSE;
      where = g_strdup_printf ("%s/template", path);
      if (template == NULL)
        return lab_field_wrong (error, where, "this is missing: it says what the pods are like");
      return read_pod (template, where, pod, error);
    }
  pod->pod_name = g_strdup (name);
  if (!read_pod (object, "", pod, error) || !lab_field_object (object, "status", "", &status, error))
    return FALSE;
  return status == NULL || (read_addresses (status, "podIP", "podIPs", pod->addresses, error) &&
                            read_addresses (status, "hostIP", "hostIPs", pod->host_addresses, error));
}

static gboolean
add_namespace (LabCluster *cluster, JsonObject *object, GError **error)
{
  g_autoptr (GArray) labels = lab_labels_new ();
  const char *namespace, *name;

  if (!lab_field_names (object, FALSE, &namespace, &name, error) ||
      !lab_field_labels (lab_json_get_object (object, "metadata"), "labels", "/metadata", labels, error))
    return FALSE;
  if (!lab_is_dns_name (name, 63, FALSE))
    return lab_field_wrong (error, "/metadata/name", "a namespace is made of small letters, digits and -");
  lab_labels_set (labels, NAMESPACE_LABEL, name);
  g_hash_table_insert (cluster->namespaces, g_strdup (name), g_steal_pointer (&labels));
  return TRUE;
}

/* --- Objects --- */

static gboolean
is_first (LabCluster *cluster, JsonObject *object, const char *kind, GError **error)
{
  JsonObject *metadata = lab_json_get_object (object, "metadata");
  const char *name = lab_json_get_string (metadata, "name", "");
  gboolean wide = g_str_has_suffix (kind, "NetworkPolicy") && !g_str_equal (kind, "NetworkPolicy");
  const char *namespace = lab_json_get_string (metadata, "namespace", "");
  g_autofree char *key = NULL;

  if (wide || g_str_equal (kind, "Namespace"))
    namespace = "";
  else if (*namespace == '\0')
    namespace = "default";
  key = g_strdup_printf ("%s/%s/%s", kind, namespace, name);
  if (g_hash_table_add (cluster->seen, g_strdup (key)))
    return TRUE;
  return lab_field_wrong (error, "/metadata/name", "there are two of %s", key);
}

static const char *
workload_kind (const char *api, const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (workload_kinds); i++)
    if (g_str_equal (kind, workload_kinds[i].kind) && g_str_has_prefix (api, workload_kinds[i].group))
      return workload_kinds[i].kind;
  return NULL;
}

static gboolean
add_policy (LabCluster *cluster, JsonObject *object, GError **error)
{
  LabNetworkPolicy *policy = lab_network_policy_read (object, error);

  if (policy == NULL)
    return FALSE;
  g_ptr_array_add (cluster->policies, policy);
  return TRUE;
}

static gboolean
add_object (LabCluster *cluster, JsonObject *object, GError **error)
{
  const char *api = lab_json_get_string (object, "apiVersion", ""), *kind = lab_json_get_string (object, "kind", "");
  const char *workload = workload_kind (api, kind);
  gboolean ok;

  if (lab_is_policy (object))
    ok = add_policy (cluster, object, error);
  else if (g_str_equal (kind, "Namespace") && g_str_equal (api, "v1"))
    ok = add_namespace (cluster, object, error);
  else if (workload != NULL)
    ok = add_workload (cluster, object, workload, error);
  else
    {
      cluster->skipped++;
      return TRUE;
    }
  return ok && is_first (cluster, object, kind, error);
}

/* "List", and "PodList" and the like, whose items need not say what they are. */
static JsonNode *
complete_item (JsonObject *item, const char *kind, const char *api)
{
  g_autoptr (JsonObject) whole = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, item);
  while (json_object_iter_next (&iter, &name, &value))
    json_object_set_member (whole, name, json_node_copy (value));
  if (*kind != '\0' && !json_object_has_member (whole, "kind"))
    json_object_set_string_member (whole, "kind", kind);
  if (*kind != '\0' && !json_object_has_member (whole, "apiVersion"))
    json_object_set_string_member (whole, "apiVersion", api);
  json_node_set_object (node, whole);
  return node;
}

static gboolean
add_list (LabCluster *cluster, JsonObject *list, const char *kind, JsonArray *items, GError **error)
{
  g_autofree char *of = g_strndup (kind, strlen (kind) - strlen ("List"));

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      g_autofree char *where = g_strdup_printf ("/items/%u", i);
      g_autoptr (JsonObject) item = lab_element_object (items, i, where, error);
      g_autoptr (JsonNode) node = NULL;

      if (item == NULL)
        return FALSE;
      node = complete_item (item, of, lab_json_get_string (list, "apiVersion", ""));
      if (!add_object (cluster, json_node_get_object (node), error))
        {
          g_prefix_error (error, "%s", where);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
lab_cluster_add (LabCluster *cluster, JsonNode *node, GError **error)
{
  JsonObject *object;
  const char *kind;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return lab_field_wrong (error, "", "this must be an object");
  object = json_node_get_object (node);
  kind = lab_json_get_string (object, "kind", "");
  if (g_str_has_suffix (kind, "List") && lab_json_get_array (object, "items") != NULL)
    return add_list (cluster, object, kind, lab_json_get_array (object, "items"), error);
  return add_object (cluster, object, error);
}

gboolean
lab_cluster_add_yaml (LabCluster *cluster, const char *text, gsize length, GError **error)
{
  g_autoptr (GPtrArray) documents = lab_yaml_parse (text, length, error);

  if (documents == NULL)
    return FALSE;
  for (guint i = 0; i < documents->len; i++)
    if (!lab_cluster_add (cluster, g_ptr_array_index (documents, i), error))
      {
        g_prefix_error (error, "document %u: ", i + 1);
        return FALSE;
      }
  return TRUE;
}

/* --- When all are there --- */

/* A pod is called what its owner's owner is called. FALSE where nobody owns it. */
static gboolean
climb (const LabCluster *cluster, LabPod *pod)
{
  for (guint i = 0; i < MAX_OWNERS; i++)
    {
      g_autofree char *key = g_strdup_printf ("%s/%s/%s", pod->kind, pod->namespace, pod->name);
      const char *owner = g_hash_table_lookup (cluster->owners, key);
      const char *slash = owner != NULL ? strchr (owner, '/') : NULL;

      if (slash == NULL)
        return i > 0;
      g_free (pod->kind);
      g_free (pod->name);
      pod->kind = g_strndup (owner, (gsize) (slash - owner));
      pod->name = g_strdup (slash + 1);
    }
  return TRUE;
}

static gboolean
is_same_workload (const LabPod *a, const LabPod *b)
{
  return strcmp (a->namespace, b->namespace) == 0 && strcmp (a->kind, b->kind) == 0 && strcmp (a->name, b->name) == 0;
}

/* A template says what pods will be; where the pods themselves are there, it is not asked, nor is one
 * that came through an owner where the owner has its own. */
static gboolean
is_told_better (const LabCluster *cluster, GHashTable *own, LabPod *pod)
{
  if (pod->pod_name != NULL)
    return FALSE;
  for (guint i = 0; i < cluster->pods->len; i++)
    {
      LabPod *other = g_ptr_array_index (cluster->pods, i);

      if (other != pod && is_same_workload (other, pod) &&
          (other->pod_name != NULL || (!g_hash_table_contains (own, pod) && g_hash_table_contains (own, other))))
        return TRUE;
    }
  return FALSE;
}

static void
drop_templates (LabCluster *cluster, GHashTable *own)
{
  for (guint i = cluster->pods->len; i > 0; i--)
    {
      if (is_told_better (cluster, own, g_ptr_array_index (cluster->pods, i - 1)))
        g_ptr_array_remove_index (cluster->pods, i - 1);
    }
}

static const GArray *
labels_of_namespace (LabCluster *cluster, const char *name)
{
  GArray *labels = g_hash_table_lookup (cluster->namespaces, name);

  if (labels == NULL)
    {
      labels = lab_labels_new ();
      lab_labels_set (labels, NAMESPACE_LABEL, name);
      g_hash_table_insert (cluster->namespaces, g_strdup (name), labels);
    }
  return labels;
}

/* What a pod tells about the addresses of its node: one of the host's network has them itself. */
static const GArray *
addresses_of_node (const LabPod *pod)
{
  return pod->host_network ? pod->all_addresses : pod->host_addresses;
}

static gboolean
is_on_one_node (const LabPod *a, const LabPod *b)
{
  return (a->node != NULL && g_strcmp0 (a->node, b->node) == 0) || lab_addresses_meet (addresses_of_node (a), addresses_of_node (b));
}

/* Numbers the nodes: one pod may know its node by name, another by address, and a third by both. */
static void
number_nodes (LabCluster *cluster)
{
  gboolean changed = TRUE;

  for (guint i = 0; i < cluster->pods->len; i++)
    ((LabPod *) g_ptr_array_index (cluster->pods, i))->node_number = i;
  while (changed)
    {
      changed = FALSE;
      for (guint i = 0; i < cluster->pods->len; i++)
        for (guint k = 0; k < i; k++)
          {
            LabPod *a = g_ptr_array_index (cluster->pods, i), *b = g_ptr_array_index (cluster->pods, k);

            if (a->node_number == b->node_number || !is_on_one_node (a, b))
              continue;
            a->node_number = b->node_number = MIN (a->node_number, b->node_number);
            changed = TRUE;
          }
    }
}

static int
compare_policies (gconstpointer a, gconstpointer b)
{
  const LabNetworkPolicy *x = *(const LabNetworkPolicy *const *) a, *y = *(const LabNetworkPolicy *const *) b;
  int order = x->tier != y->tier ? (x->tier < y->tier ? -1 : 1)
              : x->priority != y->priority ? (x->priority < y->priority ? -1 : 1) : strcmp (x->kind, y->kind);

  if (order == 0)
    order = g_strcmp0 (x->namespace, y->namespace);
  return order != 0 ? order : strcmp (x->name, y->name);
}

void
lab_cluster_settle (LabCluster *cluster)
{
  g_autoptr (GHashTable) own = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < cluster->pods->len; i++)
    {
      LabPod *pod = g_ptr_array_index (cluster->pods, i);

      if (!climb (cluster, pod))
        g_hash_table_add (own, pod);
      pod->namespace_labels = labels_of_namespace (cluster, pod->namespace);
      g_array_append_vals (pod->all_addresses, pod->addresses->data, pod->addresses->len);
      g_array_append_vals (pod->all_addresses, pod->host_addresses->data, pod->host_addresses->len);
    }
  drop_templates (cluster, own);
  number_nodes (cluster);
  g_ptr_array_sort (cluster->policies, compare_policies);
}

GPtrArray *
lab_cluster_find (const LabCluster *cluster, const char *name)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < cluster->pods->len; i++)
    {
      LabPod *pod = g_ptr_array_index (cluster->pods, i);
      g_autofree char *plain = g_strdup_printf ("%s/%s", pod->namespace, pod->name);
      g_autofree char *full = g_strdup_printf ("%s[%s]", plain, pod->kind);
      g_autofree char *alone = g_strdup_printf ("%s/%s", pod->namespace, pod->pod_name != NULL ? pod->pod_name : "");

      if (g_str_equal (name, plain) || g_str_equal (name, full) || g_str_equal (name, alone))
        g_ptr_array_add (found, pod);
    }
  return found;
}
