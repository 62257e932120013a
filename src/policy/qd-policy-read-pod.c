/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-read-private.h"

#include <string.h>

#include <glib/gi18n.h>

/* Namespaces, pods, what makes pods, and services. Of a pod only that is read which a policy can ask for. */

void
qd_policy_pod_free (QdPolicyPod *self)
{
  for (guint i = 0; i < self->n_ports; i++)
    g_clear_pointer (&self->ports[i].name, g_ref_string_release);
  g_clear_pointer (&self->node, g_ref_string_release);
  qd_labels_unref (self->labels);
  g_free (self->ports);
  g_free (self->addresses);
  g_free (self->node_addresses);
  g_free (self);
}

static void
clear_service_port (gpointer data)
{
  QdPolicyServicePort *self = data;

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->target_name, g_ref_string_release);
}

void
qd_policy_service_free (QdPolicyService *self)
{
  g_clear_pointer (&self->selector, qd_selector_unref);
  g_array_unref (self->ports);
  g_free (self->name);
  g_free (self->namespace);
  g_free (self);
}

void
qd_policy_read_namespace (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document)
{
  const QdYamlNode *metadata = qd_yaml_node_get (object, "metadata");
  g_autoptr (QdLabels) labels = qd_policy_read_labels (self, qd_policy_reader_get (self, metadata, "labels", QD_YAML_MAP));

  if (!qd_policy_is_namespace_name (document->name))
    qd_policy_reader_refuse (self, qd_yaml_node_get (metadata, "name"), "name", _("“%s” is no name of a namespace"), document->name);
  document->labels = qd_labels_with (labels, "kubernetes.io/metadata.name", document->name);
}

/* --- Ports ------------------------------------------------------------------------------------------------------ */

/* TCP where it is not said. */
static gboolean
read_protocol (QdPolicyReader *self, const QdYamlNode *map, QdProtocol *protocol)
{
  const char *word = qd_policy_reader_get_string (self, map, "protocol");

  *protocol = QD_PROTOCOL_TCP;
  if (word == NULL || qd_protocol_parse (word, protocol))
    return TRUE;
  qd_policy_reader_refuse (self, qd_yaml_node_get (map, "protocol"), "protocol", _("“%s” is no protocol: TCP, UDP and SCTP are"), word);
  return FALSE;
}

gboolean
qd_policy_read_port (QdPolicyReader *self, const QdYamlNode *node, guint16 *number, char **name)
{
  const char *word = qd_yaml_node_get_string (node);
  gint64 value;

  if (qd_yaml_node_get_int (node, &value) && value >= QD_PORT_MIN && value <= QD_PORT_MAX)
    {
      *number = (guint16) value;
      return TRUE;
    }
  if (word && qd_policy_is_port_name (word))
    {
      *name = g_ref_string_new_intern (word);
      return TRUE;
    }
  if (word)
    qd_policy_reader_refuse (self, node, "port-name", _("“%s” is no name of a port: at most 15 lower-case letters, digits and -, one letter at least"), word);
  else
    qd_policy_reader_refuse (self, node, "port", _("a port is a number from 1 to 65535, or a name"));
  return FALSE;
}

/* What it is called; NULL where it has no name, or a wrong one, which was said. @seen are the names of the ports of the same container before it. */
static const char *
read_port_name (QdPolicyReader *self, const QdYamlNode *item, GHashTable *seen)
{
  const char *name = qd_policy_reader_get_string (self, item, "name");
  const QdYamlNode *node = qd_yaml_node_get (item, "name");

  if (name == NULL || *name == '\0')
    return NULL;
  if (!qd_policy_is_port_name (name))
    qd_policy_reader_refuse (self, node, "port-name", _("“%s” is no name of a port: at most 15 lower-case letters, digits and -, one letter at least"), name);
  else if (!g_hash_table_add (seen, (gpointer) name))
    qd_policy_reader_refuse (self, node, "duplicate-port", _("two ports of one container are called “%s”"), name);
  else
    return name;
  return NULL;
}

static void
read_container_ports (QdPolicyReader *self, const QdYamlNode *container, GArray *ports)
{
  const QdYamlNode *list = qd_policy_reader_get (self, container, "ports", QD_YAML_SEQ);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; list && i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *item = qd_yaml_node_get_item (list, i);
      QdPolicyContainerPort port = { NULL };
      const char *name;
      int number;

      /* A null is the empty port, which has no number. */
      if (!qd_policy_node_is_null (item) && !qd_policy_reader_expect (self, item, QD_YAML_MAP, "ports"))
        continue;
      if (!read_protocol (self, item, &port.protocol))
        continue;
      if (!qd_policy_reader_get_int (self, item, "containerPort", "port", (int) QD_PORT_MIN, (int) QD_PORT_MAX, &number))
        {
          if (qd_policy_node_is_null (qd_yaml_node_get (item, "containerPort")))
            qd_policy_reader_refuse (self, item, "required", _("“%s” is missing"), "containerPort");
          continue;
        }
      name = read_port_name (self, item, seen);
      port.name = name ? g_ref_string_new_intern (name) : NULL;
      port.port = (guint16) number;
      g_array_append_val (ports, port);
    }
}

/* All of @list, or those that run beside the others for as long as the pod does. */
static void
read_containers (QdPolicyReader *self, const QdYamlNode *spec, const char *list_name, gboolean only_always, GArray *ports)
{
  const QdYamlNode *list = qd_policy_reader_get (self, spec, list_name, QD_YAML_SEQ);

  for (guint i = 0; list && i < qd_yaml_node_get_length (list); i++)
    {
      const QdYamlNode *item = qd_yaml_node_get_item (list, i);

      if (qd_policy_reader_expect (self, item, QD_YAML_MAP, list_name) &&
          (!only_always || g_strcmp0 (qd_yaml_node_get_string (qd_yaml_node_get (item, "restartPolicy")), "Always") == 0))
        read_container_ports (self, item, ports);
    }
}

static int
compare_ports (gconstpointer a, gconstpointer b)
{
  const QdPolicyContainerPort *l = a, *r = b;
  int order = g_strcmp0 (l->name, r->name);

  if (order == 0)
    order = (int) l->protocol - (int) r->protocol;
  return order ? order : (int) l->port - (int) r->port;
}

static void
take_ports (QdPolicyPod *pod, GArray *ports)
{
  g_array_sort (ports, compare_ports);
  pod->ports = g_new0 (QdPolicyContainerPort, MAX (ports->len, 1));
  for (guint i = 0; i < ports->len; i++)
    {
      QdPolicyContainerPort *port = &g_array_index (ports, QdPolicyContainerPort, i);

      if (pod->n_ports && compare_ports (&pod->ports[pod->n_ports - 1], port) == 0)
        g_clear_pointer (&port->name, g_ref_string_release);
      else
        pod->ports[pod->n_ports++] = *port;
    }
}

/* --- Pods ------------------------------------------------------------------------------------------------------- */

static void
add_address (QdPolicyReader *self, const QdYamlNode *map, const char *key, GArray *addresses)
{
  const char *text = qd_policy_reader_get_string (self, map, key);
  QdAddress address;

  if (text == NULL || *text == '\0')
    return;
  if (!qd_address_parse (text, &address))
    {
      qd_policy_reader_refuse (self, qd_yaml_node_get (map, key), "address", _("“%s” is no IP address"), text);
      return;
    }
  for (guint i = 0; i < addresses->len; i++)
    if (qd_address_compare (&g_array_index (addresses, QdAddress, i), &address) == 0)
      return;
  g_array_append_val (addresses, address);
}

/* status.podIP and podIPs, or hostIP and hostIPs. */
static QdAddress *
read_addresses (QdPolicyReader *self, const QdYamlNode *status, const char *one, const char *many, guint *n)
{
  g_autoptr (GArray) addresses = g_array_new (FALSE, FALSE, sizeof (QdAddress));
  const QdYamlNode *list = qd_policy_reader_get (self, status, many, QD_YAML_SEQ);

  add_address (self, status, one, addresses);
  for (guint i = 0; list && i < qd_yaml_node_get_length (list); i++)
    if (qd_policy_reader_expect (self, qd_yaml_node_get_item (list, i), QD_YAML_MAP, many))
      add_address (self, qd_yaml_node_get_item (list, i), "ip", addresses);
  *n = addresses->len;
  return addresses->len ? (QdAddress *) (gpointer) g_array_free (g_steal_pointer (&addresses), FALSE) : NULL;
}

/* @holder is a pod or a template: metadata and spec, and of a pod that runs, status. */
static QdPolicyPod *
read_pod (QdPolicyReader *self, const QdYamlNode *holder)
{
  const QdYamlNode *metadata = qd_policy_reader_get (self, holder, "metadata", QD_YAML_MAP);
  const QdYamlNode *spec = qd_policy_reader_get (self, holder, "spec", QD_YAML_MAP);
  const QdYamlNode *status = qd_policy_reader_get (self, holder, "status", QD_YAML_MAP);
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (QdPolicyContainerPort));
  QdPolicyPod *pod = g_new0 (QdPolicyPod, 1);
  const char *node;

  pod->place = qd_policy_reader_place (self, holder);
  pod->labels = qd_policy_read_labels (self, qd_policy_reader_get (self, metadata, "labels", QD_YAML_MAP));
  read_containers (self, spec, "containers", FALSE, ports);
  read_containers (self, spec, "initContainers", TRUE, ports);
  take_ports (pod, ports);
  pod->host_network = qd_policy_reader_get_bool (self, spec, "hostNetwork");
  pod->addresses = read_addresses (self, status, "podIP", "podIPs", &pod->n_addresses);
  pod->node_addresses = read_addresses (self, status, "hostIP", "hostIPs", &pod->n_node_addresses);
  node = qd_policy_reader_get_string (self, spec, "nodeName");
  pod->node = node && *node ? g_ref_string_new_intern (node) : NULL;
  return pod;
}

void
qd_policy_read_pod (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document)
{
  const char *phase = qd_yaml_node_get_string (qd_yaml_node_get (qd_yaml_node_get (object, "status"), "phase"));

  document->pod = read_pod (self, object);
  /* A pod that has ended has no address any more: whoever has it now is not this pod. */
  document->idle = g_strcmp0 (phase, "Succeeded") == 0 || g_strcmp0 (phase, "Failed") == 0;
}

void
qd_policy_read_maker (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document)
{
  const QdYamlNode *spec = qd_policy_reader_get (self, object, "spec", QD_YAML_MAP), *template;
  gint64 replicas;

  if (g_str_equal (document->kind, "CronJob"))
    {
      const QdYamlNode *job = qd_policy_reader_get (self, spec, "jobTemplate", QD_YAML_MAP);

      spec = qd_policy_reader_get (self, job, "spec", QD_YAML_MAP);
    }
  template = qd_policy_reader_get (self, spec, "template", QD_YAML_MAP);
  if (template == NULL)
    {
      qd_policy_reader_refuse (self, spec ? spec : object, "required", _("“%s” is missing"), "spec.template");
      document->idle = TRUE;
      return;
    }
  document->idle = qd_yaml_node_get_int (qd_yaml_node_get (spec, "replicas"), &replicas) && replicas == 0;
  document->pod = read_pod (self, template);
}

/* --- Services --------------------------------------------------------------------------------------------------- */

static void
read_service_port (QdPolicyReader *self, const QdYamlNode *item, GArray *ports)
{
  QdPolicyServicePort port = { qd_policy_reader_place (self, item) };
  const QdYamlNode *target;
  int number;

  if (!qd_policy_reader_expect (self, item, QD_YAML_MAP, "ports") || !read_protocol (self, item, &port.protocol) ||
      !qd_policy_reader_get_int (self, item, "port", "port", (int) QD_PORT_MIN, (int) QD_PORT_MAX, &number))
    return;
  port.port = (guint16) number;
  target = qd_yaml_node_get (item, "targetPort");
  if (!qd_policy_node_is_null (target) && !qd_policy_read_port (self, target, &port.target, &port.target_name))
    return;
  port.name = g_strdup (qd_policy_reader_get_string (self, item, "name"));
  g_array_append_val (ports, port);
}

void
qd_policy_read_service (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document)
{
  const QdYamlNode *spec = qd_policy_reader_get (self, object, "spec", QD_YAML_MAP);
  const QdYamlNode *selector = qd_policy_reader_get (self, spec, "selector", QD_YAML_MAP);
  const QdYamlNode *ports = qd_policy_reader_get (self, spec, "ports", QD_YAML_SEQ);
  QdPolicyService *service = g_new0 (QdPolicyService, 1);

  service->place = document->place;
  service->name = g_strdup (document->name);
  service->namespace = g_strdup (document->namespace);
  service->ports = g_array_new (FALSE, FALSE, sizeof (QdPolicyServicePort));
  g_array_set_clear_func (service->ports, clear_service_port);
  if (qd_yaml_node_get_length (selector))
    {
      g_autoptr (QdLabels) labels = qd_policy_read_labels (self, selector);

      service->selector = qd_selector_new ();
      for (guint i = 0; i < labels->n; i++)
        qd_selector_add (service->selector, labels->labels[i].key, QD_SELECTOR_IN, (const char *const *) &labels->labels[i].value, 1);
      qd_selector_finish (service->selector);
    }
  for (guint i = 0; ports && i < qd_yaml_node_get_length (ports); i++)
    read_service_port (self, qd_yaml_node_get_item (ports, i), service->ports);
  document->service = service;
}
