/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"
#include "config.h"

#include "worlds.h"

#include "lab-policy.h"

/* splitmix64 (Steele, Lea, Flood, OOPSLA 2014). */
guint64
dice_next (Dice *dice)
{
  guint64 x = dice->state += 0x9e3779b97f4a7c15u;

  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

guint
dice_below (Dice *dice, guint n)
{
  return (guint) (dice_next (dice) % n);
}

gboolean
dice_chance (Dice *dice, guint percent)
{
  return dice_below (dice, 100) < percent;
}

#define PICK(dice, list) ((list)[dice_below (dice, G_N_ELEMENTS (list))])

static const char *const label_keys[] = { "app", "tier", "v", "example.org/team" };
static const char *const label_values[] = { "a", "b", "c", "", "1", "yes" };
static const char *const namespaces[] = { "alpha", "beta", "gamma", "default" };
static const char *const port_names[] = { "http", "dns", "admin", "n" };
static const guint port_numbers[] = { 1, 2, 53, 79, 80, 81, 443, 8080, 65534, 65535 };
static const char *const protocols[] = { "TCP", "UDP", "SCTP" };
static const char *const actions[] = { "Allow", "Deny", "Pass" };

/* Around the addresses that pods have, the edges of both spaces among them. */
static const char *const cidrs4[] = { "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/32", "255.255.255.255/32", "10.0.0.0/8", "10.0.0.0/24",
                                      "10.0.0.0/30", "10.0.0.2/31", "10.0.0.1/32", "10.0.0.3/32", "10.0.1.0/24", "10.0.1.128/25", "192.168.0.0/16",
                                      "192.168.0.1/32", "172.16.0.0/12" };
static const char *const near[] = { "10.0.0.0/8", "10.0.0.0/24", "10.0.1.0/24", "fd00::/8", "fd00::/64" };
static const char *const cidrs6[] = { "::/0", "::/128", "fd00::/8", "fd00::/64", "fd00::1/128", "fd00::2/127", "8000::/1",
                                      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "2001:db8::/32" };

typedef struct
{
  Dice dice;
  GPtrArray *documents;
  guint n;                      /* names given so far */
  guint pods;                   /* addresses given so far */
} Maker;

/* --- Building --- */

static void
set_text (JsonObject *object, const char *name, const char *text)
{
  json_object_set_string_member (object, name, text);
}

static JsonObject *
add_object (JsonObject *object, const char *name)
{
  JsonObject *child = json_object_new ();

  json_object_set_object_member (object, name, child);
  return child;
}

static JsonArray *
add_list (JsonObject *object, const char *name)
{
  JsonArray *child = json_array_new ();

  json_object_set_array_member (object, name, child);
  return child;
}

static JsonObject *
push_object (JsonArray *array)
{
  JsonObject *child = json_object_new ();

  json_array_add_object_element (array, child);
  return child;
}

/* An object with its kind and a name of its own. */
static JsonObject *
new_object (Maker *m, const char *api, const char *kind, const char *stem, JsonObject **metadata)
{
  JsonObject *object = json_object_new ();
  g_autofree char *name = g_strdup_printf ("%s%u", stem, m->n++);

  set_text (object, "apiVersion", api);
  set_text (object, "kind", kind);
  *metadata = add_object (object, "metadata");
  set_text (*metadata, "name", name);
  return object;
}

static void
add_document (Maker *m, JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  g_ptr_array_add (m->documents, node);
}

static void
make_labels (Maker *m, JsonObject *owner, const char *name)
{
  JsonObject *labels;

  if (dice_chance (&m->dice, 10))
    return;
  labels = add_object (owner, name);
  for (guint i = dice_below (&m->dice, 4); i > 0; i--)
    set_text (labels, PICK (&m->dice, label_keys), PICK (&m->dice, label_values));
}

/* --- Selectors --- */

static void
make_expression (Maker *m, JsonObject *expression)
{
  static const char *const operators[] = { "In", "NotIn", "Exists", "DoesNotExist" };
  guint operator = dice_below (&m->dice, 4);
  JsonArray *values;

  set_text (expression, "key", PICK (&m->dice, label_keys));
  set_text (expression, "operator", operators[operator]);
  if (operator >= 2)
    {
      if (dice_chance (&m->dice, 30))
        add_list (expression, "values");
      return;
    }
  values = add_list (expression, "values");
  for (guint i = 1 + dice_below (&m->dice, 3); i > 0; i--)
    json_array_add_string_element (values, PICK (&m->dice, label_values));
}

static void
fill_selector (Maker *m, JsonObject *selector, gboolean of_namespaces)
{
  if (dice_chance (&m->dice, of_namespaces ? 45 : 30))
    return;
  if (of_namespaces && dice_chance (&m->dice, 40))
    set_text (add_object (selector, "matchLabels"), "kubernetes.io/metadata.name", PICK (&m->dice, namespaces));
  else if (dice_chance (&m->dice, 60))
    {
      JsonObject *labels = add_object (selector, "matchLabels");

      for (guint i = dice_below (&m->dice, 8) == 0 ? 2 : 1; i > 0; i--)
        set_text (labels, PICK (&m->dice, label_keys), PICK (&m->dice, label_values));
    }
  else if (dice_chance (&m->dice, 20))
    json_object_set_null_member (selector, "matchLabels");
  if (dice_chance (&m->dice, 35))
    {
      JsonArray *expressions = add_list (selector, "matchExpressions");

      for (guint i = dice_below (&m->dice, 3); i > 0; i--)
        make_expression (m, push_object (expressions));
    }
}

static void
make_selector (Maker *m, JsonObject *owner, const char *name, gboolean of_namespaces)
{
  fill_selector (m, add_object (owner, name), of_namespaces);
}

static void
make_namespaced_pods (Maker *m, JsonObject *owner)
{
  JsonObject *pods = add_object (owner, "pods");

  make_selector (m, pods, "namespaceSelector", TRUE);
  make_selector (m, pods, "podSelector", FALSE);
}

/* --- Workloads --- */

static void
make_containers (Maker *m, JsonObject *spec)
{
  JsonArray *containers = add_list (spec, "containers");

  for (guint i = 1 + dice_chance (&m->dice, 25); i > 0; i--)
    {
      JsonObject *container = push_object (containers);
      guint n = dice_below (&m->dice, 4), first = dice_below (&m->dice, G_N_ELEMENTS (port_names));
      JsonArray *ports;

      set_text (container, "name", i == 1 ? "main" : "beside");
      set_text (container, "image", "example.org/image:1");
      if (n == 0)
        continue;
      ports = add_list (container, "ports");
      for (guint k = 0; k < n; k++)
        {
          JsonObject *port = push_object (ports);

          json_object_set_int_member (port, "containerPort", PICK (&m->dice, port_numbers));
          /* A container has no two ports of one name. */
          if (dice_chance (&m->dice, 80))
            set_text (port, "name", port_names[(first + k) % G_N_ELEMENTS (port_names)]);
          if (dice_chance (&m->dice, 50))
            set_text (port, "protocol", PICK (&m->dice, protocols));
        }
    }
}

/* Where the pod runs, and at which address: its own, or its node's. */
static void
make_status (Maker *m, JsonObject *pod, JsonObject *spec, gboolean host_network)
{
  guint node = 1 + dice_below (&m->dice, 2), number = m->pods++;
  g_autofree char *node_name = g_strdup_printf ("node-%u", node), *host = g_strdup_printf ("192.168.0.%u", node);
  g_autofree char *four = g_strdup_printf ("10.0.%u.%u", number % 3, number % 5 + number / 3), *six = g_strdup_printf ("fd00::%x", number);
  gboolean has_six = dice_chance (&m->dice, 25);
  const char *address = host_network ? host : has_six ? six : four;
  JsonObject *status;

  if (dice_chance (&m->dice, 50))
    set_text (spec, "nodeName", node_name);
  if (dice_chance (&m->dice, 15))
    return;
  status = add_object (pod, "status");
  set_text (status, "phase", "Running");
  if (dice_chance (&m->dice, 60) || host_network)
    set_text (status, "hostIP", host);
  set_text (status, "podIP", address);
  if (!host_network && dice_chance (&m->dice, 40))
    {
      JsonArray *all = add_list (status, "podIPs");

      set_text (push_object (all), "ip", address);
      if (dice_chance (&m->dice, 75))
        set_text (push_object (all), "ip", has_six ? four : six);
    }
}

static void
make_pod_of (Maker *m, JsonObject *metadata, JsonObject *spec, JsonObject *status_of)
{
  gboolean host_network = dice_chance (&m->dice, 15);

  make_labels (m, metadata, "labels");
  make_containers (m, spec);
  if (host_network)
    json_object_set_boolean_member (spec, "hostNetwork", TRUE);
  if (status_of != NULL)
    make_status (m, status_of, spec, host_network);
}

static void
set_namespace (JsonObject *metadata, const char *namespace)
{
  if (namespace != NULL)
    set_text (metadata, "namespace", namespace);
}

static void
set_owner (JsonObject *metadata, const char *kind, const char *name)
{
  JsonObject *owner = push_object (add_list (metadata, "ownerReferences"));

  set_text (owner, "apiVersion", "apps/v1");
  set_text (owner, "kind", kind);
  set_text (owner, "name", name);
  json_object_set_boolean_member (owner, "controller", TRUE);
}

static void
make_template (Maker *m, JsonObject *object)
{
  JsonObject *template = add_object (add_object (object, "spec"), "template");

  make_pod_of (m, add_object (template, "metadata"), add_object (template, "spec"), NULL);
}

/* Pods of one replica set, which may itself be there and be a deployment's. */
static void
make_replicas (Maker *m, const char *namespace)
{
  g_autofree char *set = g_strdup_printf ("set-%u", m->n++), *deployment = g_strdup_printf ("deployment-%u", m->n++);
  gboolean alike = dice_chance (&m->dice, 60);
  guint64 twin = dice_next (&m->dice);
  JsonObject *object, *metadata;

  for (guint i = 1 + dice_below (&m->dice, 3); i > 0; i--)
    {
      Maker same = { .dice = { twin }, .documents = m->documents, .n = m->n, .pods = m->pods };
      Maker *maker = alike ? &same : m;

      object = new_object (maker, "v1", "Pod", "replica-", &metadata);
      set_namespace (metadata, namespace);
      set_owner (metadata, "ReplicaSet", set);
      make_pod_of (maker, metadata, add_object (object, "spec"), object);
      add_document (maker, object);
      m->n = maker->n;
      m->pods = maker->pods;
    }
  if (dice_chance (&m->dice, 50))
    return;
  object = new_object (m, "apps/v1", "ReplicaSet", "unused-", &metadata);
  set_text (metadata, "name", set);
  set_namespace (metadata, namespace);
  if (dice_chance (&m->dice, 60))
    set_owner (metadata, "Deployment", deployment);
  make_template (m, object);
  add_document (m, object);
  if (dice_chance (&m->dice, 50))
    return;
  object = new_object (m, "apps/v1", "Deployment", "unused-", &metadata);
  set_text (metadata, "name", deployment);
  set_namespace (metadata, namespace);
  make_template (m, object);
  add_document (m, object);
}

static void
make_workload (Maker *m)
{
  static const struct { const char *api, *kind; } kinds[] = {
    { "apps/v1", "Deployment" }, { "apps/v1", "StatefulSet" }, { "apps/v1", "DaemonSet" }, { "apps/v1", "ReplicaSet" },
    { "batch/v1", "Job" }, { "batch/v1", "CronJob" }, { "v1", "ReplicationController" },
    { "v1", "Pod" }, { "v1", "Pod" }, { "v1", "Pod" }, { "v1", "Pod" }, { "v1", "Pod" },
  };
  guint kind = dice_below (&m->dice, G_N_ELEMENTS (kinds));
  const char *namespace = dice_chance (&m->dice, 10) ? NULL : PICK (&m->dice, namespaces);
  JsonObject *object, *metadata, *spec, *template;

  if (dice_chance (&m->dice, 12))
    {
      make_replicas (m, namespace);
      return;
    }
  object = new_object (m, kinds[kind].api, kinds[kind].kind, "w-", &metadata);
  set_namespace (metadata, namespace);
  spec = add_object (object, "spec");
  if (g_str_equal (kinds[kind].kind, "Pod"))
    {
      if (dice_chance (&m->dice, 10))
        set_owner (metadata, "Node", "node-1");
      make_pod_of (m, metadata, spec, object);
    }
  else
    {
      /* Labels of the workload itself count for nothing. */
      make_labels (m, metadata, "labels");
      if (g_str_equal (kinds[kind].kind, "CronJob"))
        spec = add_object (add_object (spec, "jobTemplate"), "spec");
      template = add_object (spec, "template");
      make_pod_of (m, add_object (template, "metadata"), add_object (template, "spec"), NULL);
    }
  add_document (m, object);
}

/* --- NetworkPolicy --- */

static const char *
pick_cidr (Maker *m)
{
  if (dice_chance (&m->dice, 35))
    return PICK (&m->dice, near);
  return dice_chance (&m->dice, 75) ? PICK (&m->dice, cidrs4) : PICK (&m->dice, cidrs6);
}

static void
make_ip_block (Maker *m, JsonObject *peer)
{
  JsonObject *block = add_object (peer, "ipBlock");
  const char *cidr = pick_cidr (m);
  JsonArray *except = NULL;
  LabCidr outer, inner;

  /* Bits behind the prefix say nothing. */
  set_text (block, "cidr", g_str_equal (cidr, "10.0.0.0/24") && dice_chance (&m->dice, 50) ? "10.0.0.9/24" : cidr);
  g_assert_true (lab_cidr_parse (cidr, &outer));
  for (guint i = dice_below (&m->dice, 6); i > 0; i--)
    {
      const char *inside = pick_cidr (m);

      g_assert_true (lab_cidr_parse (inside, &inner));
      if (!lab_cidr_within (&inner, &outer))
        continue;
      if (except == NULL)
        except = add_list (block, "except");
      json_array_add_string_element (except, inside);
    }
  if (except == NULL && dice_chance (&m->dice, 10))
    add_list (block, "except");
}

static void
make_network_peer (Maker *m, JsonObject *peer)
{
  guint which = dice_below (&m->dice, 10);

  if (which >= 7)
    {
      make_ip_block (m, peer);
      if (dice_chance (&m->dice, 10))
        json_object_set_null_member (peer, "podSelector");
      return;
    }
  if (which < 5)
    make_selector (m, peer, "podSelector", FALSE);
  if (which >= 3)
    make_selector (m, peer, "namespaceSelector", TRUE);
}

static void
make_network_port (Maker *m, JsonObject *port)
{
  guint which = dice_below (&m->dice, 10), number = PICK (&m->dice, port_numbers);
  guint end = number + dice_below (&m->dice, 4) * dice_below (&m->dice, 40);

  if (dice_chance (&m->dice, 60))
    set_text (port, "protocol", PICK (&m->dice, protocols));
  if (which == 0)
    return;
  if (which < 4)
    {
      set_text (port, "port", PICK (&m->dice, port_names));
      return;
    }
  json_object_set_int_member (port, "port", number);
  if (which < 7)
    json_object_set_int_member (port, "endPort", MIN (65535, end));
}

/* Absent, null, empty, or with entries. */
static JsonArray *
make_open_list (Maker *m, JsonObject *owner, const char *name)
{
  guint which = dice_below (&m->dice, 12);

  if (which == 0)
    json_object_set_null_member (owner, name);
  if (which == 1)
    add_list (owner, name);
  return which < 4 ? NULL : add_list (owner, name);
}

static void
make_network_rule (Maker *m, JsonObject *rule, gboolean ingress)
{
  JsonArray *peers = make_open_list (m, rule, ingress ? "from" : "to"), *ports;

  for (guint i = peers != NULL ? 1 + dice_below (&m->dice, 3) : 0; i > 0; i--)
    make_network_peer (m, push_object (peers));
  ports = dice_chance (&m->dice, 30) ? NULL : make_open_list (m, rule, "ports");
  for (guint i = ports != NULL ? 1 + dice_below (&m->dice, 3) : 0; i > 0; i--)
    make_network_port (m, push_object (ports));
}

static void
make_network_rules (Maker *m, JsonObject *spec, gboolean ingress)
{
  JsonArray *rules = make_open_list (m, spec, ingress ? "ingress" : "egress");

  for (guint i = rules != NULL ? 1 + dice_below (&m->dice, 2) : 0; i > 0; i--)
    make_network_rule (m, push_object (rules), ingress);
}

static void
make_types (Maker *m, JsonObject *spec)
{
  guint which = dice_below (&m->dice, 12);
  JsonArray *types;

  if (which < 4)
    return;
  types = add_list (spec, "policyTypes");
  if (which == 4)
    return;
  if (which != 5 && which != 6)
    json_array_add_string_element (types, "Ingress");
  if (which != 7 && which != 8)
    json_array_add_string_element (types, "Egress");
}

static void
make_network_policy (Maker *m)
{
  JsonObject *metadata, *object = new_object (m, "networking.k8s.io/v1", "NetworkPolicy", "np-", &metadata), *spec;

  if (dice_chance (&m->dice, 90))
    set_namespace (metadata, PICK (&m->dice, namespaces));
  spec = add_object (object, "spec");
  make_selector (m, spec, "podSelector", FALSE);
  make_types (m, spec);
  make_network_rules (m, spec, TRUE);
  make_network_rules (m, spec, FALSE);
  add_document (m, object);
}

/* --- The admins' policies --- */

typedef enum
{
  ADMIN,
  BASELINE,
  CLUSTER
} AdminKind;

static void
make_admin_peer (Maker *m, JsonObject *peer, gboolean ingress, gboolean may_accept_domains, gboolean *named)
{
  guint which = dice_below (&m->dice, ingress ? 20 : 30);

  if (which < 9)
    make_selector (m, peer, "namespaces", TRUE);
  else if (which < 18)
    make_namespaced_pods (m, peer);
  else if (which < 20)
    set_text (peer, "moons", "two");
  else if (which < 28)
    {
      JsonArray *networks = add_list (peer, "networks");

      for (guint i = 1 + dice_below (&m->dice, 2); i > 0; i--)
        json_array_add_string_element (networks, pick_cidr (m));
      *named = FALSE;
    }
  else if (which == 28 || !may_accept_domains)
    {
      fill_selector (m, add_object (peer, "nodes"), FALSE);
      *named = FALSE;
    }
  else
    {
      json_array_add_string_element (add_list (peer, "domainNames"), "*.example.org");
      *named = FALSE;
    }
}

static void
make_numbers (Maker *m, JsonObject *object, const char *one, const char *range)
{
  guint number = PICK (&m->dice, port_numbers), more = (range != NULL || dice_chance (&m->dice, 80)) + dice_below (&m->dice, 3) * 40;

  if (one != NULL)
    json_object_set_int_member (object, one, number);
  else
    {
      JsonObject *target = range != NULL ? add_object (object, range) : object;

      number = MIN (number, 65534);
      json_object_set_int_member (target, "start", number);
      json_object_set_int_member (target, "end", MIN (65535, number + more));
    }
}

static void
make_admin_port (Maker *m, JsonObject *port, gboolean named)
{
  guint which = dice_below (&m->dice, named ? 9 : 6);
  JsonObject *child;

  if (which >= 6)
    {
      set_text (port, "namedPort", PICK (&m->dice, port_names));
      return;
    }
  child = add_object (port, which < 3 ? "portNumber" : "portRange");
  if (dice_chance (&m->dice, 70))
    set_text (child, "protocol", PICK (&m->dice, protocols));
  make_numbers (m, child, which < 3 ? "port" : NULL, NULL);
}

static void
make_cluster_port (Maker *m, JsonObject *port, gboolean named)
{
  static const char *const names[] = { "tcp", "udp", "sctp" };
  guint which = dice_below (&m->dice, named ? 9 : 6);

  if (which >= 6)
    set_text (port, "destinationNamedPort", PICK (&m->dice, port_names));
  else
    make_numbers (m, add_object (add_object (port, PICK (&m->dice, names)), "destinationPort"), which < 3 ? "number" : NULL, "range");
}

static void
make_admin_rule (Maker *m, JsonObject *rule, AdminKind kind, gboolean ingress)
{
  guint action = dice_below (&m->dice, kind == BASELINE ? 2 : 3);
  gboolean named = TRUE;
  JsonArray *list;

  if (dice_chance (&m->dice, 30))
    set_text (rule, "name", "a rule");
  set_text (rule, "action", action == 0 && kind == CLUSTER ? "Accept" : actions[action]);
  list = add_list (rule, ingress ? "from" : "to");
  for (guint i = 1 + dice_below (&m->dice, 2); i > 0; i--)
    make_admin_peer (m, push_object (list), ingress, kind == CLUSTER && action == 0, &named);
  if (dice_chance (&m->dice, 40))
    return;
  list = add_list (rule, kind == CLUSTER ? "protocols" : "ports");
  for (guint i = 1 + dice_below (&m->dice, 2); i > 0; i--)
    {
      if (kind == CLUSTER)
        make_cluster_port (m, push_object (list), named);
      else
        make_admin_port (m, push_object (list), named);
    }
}

/* @priority: no two of a tier have the same. */
static void
make_admin_policy (Maker *m, AdminKind kind, guint priority)
{
  static const char *const names[] = { "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy" };
  JsonObject *metadata, *spec, *subject, *object;

  object = new_object (m, kind == CLUSTER ? "policy.networking.k8s.io/v1alpha2" : "policy.networking.k8s.io/v1alpha1", names[kind],
                       "admin-", &metadata);
  spec = add_object (object, "spec");
  if (kind == BASELINE)
    set_text (metadata, "name", "default");
  else
    json_object_set_int_member (spec, "priority", priority);
  if (kind == CLUSTER)
    set_text (spec, "tier", dice_chance (&m->dice, 60) ? "Admin" : "Baseline");
  subject = add_object (spec, "subject");
  if (dice_chance (&m->dice, 50))
    make_selector (m, subject, "namespaces", TRUE);
  else
    make_namespaced_pods (m, subject);
  for (guint way = 0; way < 2; way++)
    {
      JsonArray *rules = dice_chance (&m->dice, 70) ? add_list (spec, way == 0 ? "ingress" : "egress") : NULL;

      for (guint i = rules != NULL ? dice_below (&m->dice, 4) : 0; i > 0; i--)
        make_admin_rule (m, push_object (rules), kind, way == 0);
    }
  add_document (m, object);
}

static void
make_admin_policies (Maker *m)
{
  guint era = dice_below (&m->dice, 5), priority = dice_chance (&m->dice, 50) ? 0 : 1000;
  guint n = era < 4 ? 1 + dice_below (&m->dice, 4) : 0;

  /* Written in an order that is not the one in which they count. */
  for (guint i = 0; i < n; i++)
    {
      make_admin_policy (m, era < 2 ? ADMIN : CLUSTER, priority);
      priority = priority <= 500 ? 1000 - priority - i : 1000 - priority + 1 + i;
    }
  if (era < 2 && dice_chance (&m->dice, 60))
    make_admin_policy (m, BASELINE, 0);
}

static void
make_namespaces (Maker *m)
{
  for (guint i = 0; i < G_N_ELEMENTS (namespaces); i++)
    {
      JsonObject *metadata, *object;

      if (dice_chance (&m->dice, 40))
        continue;
      object = new_object (m, "v1", "Namespace", "unused-", &metadata);
      set_text (metadata, "name", namespaces[i]);
      make_labels (m, metadata, "labels");
      if (dice_chance (&m->dice, 20) && json_object_has_member (metadata, "labels"))
        set_text (json_object_get_object_member (metadata, "labels"), "kubernetes.io/metadata.name", namespaces[i]);
      add_document (m, object);
    }
}

/* Some of the documents become the items of one list, whose kind may say what they are. */
static void
wrap_in_list (Maker *m)
{
  JsonObject *list = json_object_new ();
  gboolean of_pods = dice_chance (&m->dice, 50);
  JsonArray *items;

  set_text (list, "apiVersion", "v1");
  set_text (list, "kind", of_pods ? "PodList" : "List");
  items = add_list (list, "items");
  for (guint i = m->documents->len; i > 0; i--)
    {
      JsonObject *object = json_node_get_object (g_ptr_array_index (m->documents, i - 1));
      gboolean is_pod = g_str_equal (json_object_get_string_member (object, "kind"), "Pod");

      if (of_pods ? !is_pod : dice_chance (&m->dice, 50))
        continue;
      json_object_ref (object);
      if (of_pods)
        {
          json_object_remove_member (object, "kind");
          json_object_remove_member (object, "apiVersion");
        }
      json_array_add_object_element (items, object);
      g_ptr_array_remove_index (m->documents, i - 1);
    }
  add_document (m, list);
}

static void
add_stranger (Maker *m)
{
  JsonObject *metadata, *object = new_object (m, "v1", "ConfigMap", "settings-", &metadata);

  set_text (add_object (object, "data"), "kind", "NetworkPolicy");
  add_document (m, object);
}

GPtrArray *
worlds_make (guint64 seed)
{
  Maker m = { .dice = { seed }, .documents = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref) };

  make_namespaces (&m);
  for (guint i = 1 + dice_below (&m.dice, 6); i > 0; i--)
    make_workload (&m);
  for (guint i = dice_below (&m.dice, 5); i > 0; i--)
    make_network_policy (&m);
  make_admin_policies (&m);
  if (dice_chance (&m.dice, 10))
    add_stranger (&m);
  if (dice_chance (&m.dice, 15))
    wrap_in_list (&m);
  return m.documents;
}
