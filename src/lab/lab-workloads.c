/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-workloads.h"

#include <string.h>

#include "lab-json.h"
#include "lab-rng.h"

#define N_NODES 3

typedef struct
{
  const char *namespace, *kind, *name, *labels; /* labels: "key=value,key=value" */
  const char *ports;            /* "name:number/PROTOCOL,…" */
  guint least, most;            /* pods, as the seed will have it */
  gboolean host_network;
} Workload;

static const struct { const char *name, *labels; } namespaces[] = {
  { "default", "env=prod" }, { "data", "env=prod,team=platform" }, { "monitoring", "team=platform" }, { "kube-system", "" }, { "jobs", "env=batch" },
};

static const Workload workloads[] = {
  { "default", "Deployment", "frontend", "app=frontend,tier=web", "http:8080/TCP,metrics:9102/TCP", 2, 6, FALSE },
  { "default", "Deployment", "backend", "app=backend,tier=api", "http:8080/TCP,metrics:9102/TCP", 12, 12, FALSE },
  { "default", "Deployment", "payments", "app=payments,tier=api,pci=scope", "https:8443/TCP,metrics:9102/TCP", 2, 4, FALSE },
  { "data", "StatefulSet", "database", "app=database", "postgres:5432/TCP", 3, 3, FALSE },
  { "data", "Deployment", "cache", "app=cache", "redis:6379/TCP", 1, 3, FALSE },
  { "monitoring", "StatefulSet", "prometheus", "app=prometheus", "http:9090/TCP", 1, 2, FALSE },
  { "monitoring", "DaemonSet", "node-exporter", "app=node-exporter", "metrics:9100/TCP", N_NODES, N_NODES, TRUE },
  { "kube-system", "Deployment", "coredns", "k8s-app=kube-dns", "dns:53/UDP,dns-tcp:53/TCP,metrics:9153/TCP", 2, 2, FALSE },
  { "jobs", "CronJob", "report", "app=report", "", 0, 0, FALSE },
  { "jobs", "Job", "scan", "app=scanner,owner=security", "", 1, 1, FALSE },
  { "default", "Pod", "debug", "app=debug", "", 1, 1, FALSE },
};

/* Who tries to reach whom, and how often an hour; some of it had better not. */
static const struct { const char *from, *to, *protocol; guint port, an_hour; } habits[] = {
  { "198.51.100.7", "default/frontend", "TCP", 8080, 4200 }, { "default/frontend", "default/backend", "TCP", 8080, 3900 },
  { "default/backend", "data/database", "TCP", 5432, 2600 },  { "default/backend", "data/cache", "TCP", 6379, 7000 },
  { "default/backend", "default/payments", "TCP", 8443, 240 }, { "default/payments", "data/database", "TCP", 5432, 180 },
  { "monitoring/prometheus", "default/backend", "TCP", 9102, 240 }, { "monitoring/prometheus", "data/database", "TCP", 9187, 240 },
  { "default/backend", "kube-system/coredns", "UDP", 53, 900 }, { "jobs/report", "data/database", "TCP", 5432, 12 },
  { "jobs/scan", "default/backend", "TCP", 22, 30 },          { "jobs/scan", "data/database", "TCP", 5432, 17 },
  { "default/debug", "default/backend", "TCP", 8080, 40 },    { "data/database", "203.0.113.9", "TCP", 443, 5 },
};

const guint lab_n_habits = G_N_ELEMENTS (habits);

/* --- Kubernetes objects, as text --- */

static void
write_labels (GString *out, const char *key, const char *labels, const char *more)
{
  g_auto (GStrv) pairs = g_strsplit (labels, ",", -1);

  lab_json_begin (out, key, '{');
  for (guint i = 0; pairs[i] != NULL && *pairs[i] != '\0'; i++)
    {
      char *equals = strchr (pairs[i], '=');

      *equals = '\0';
      lab_json_string (out, pairs[i], equals + 1);
    }
  if (more != NULL)
    lab_json_string (out, "pod-template-hash", more);
  lab_json_end (out, '}');
}

static void
write_spec (GString *out, const Workload *workload, const char *node)
{
  g_auto (GStrv) ports = g_strsplit (workload->ports, ",", -1);

  lab_json_begin (out, "spec", '{');
  if (workload->host_network)
    lab_json_bool (out, "hostNetwork", TRUE);
  if (node != NULL)
    lab_json_string (out, "nodeName", node);
  lab_json_begin (out, "containers", '[');
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "name", workload->name);
  lab_json_begin (out, "ports", '[');
  for (guint i = 0; ports[i] != NULL && *ports[i] != '\0'; i++)
    {
      char *colon = strchr (ports[i], ':'), *slash = strchr (ports[i], '/');

      *colon = *slash = '\0';
      lab_json_begin (out, NULL, '{');
      lab_json_string (out, "name", ports[i]);
      lab_json_int (out, "containerPort", (gint64) g_ascii_strtoull (colon + 1, NULL, 10));
      lab_json_string (out, "protocol", slash + 1);
      lab_json_end (out, '}');
    }
  lab_json_end (out, ']');
  lab_json_end (out, '}');
  lab_json_end (out, ']');
  lab_json_end (out, '}');
}

/* apiVersion, kind and what of metadata all have; metadata and the object stay open. */
static void
begin_object (GString *out, const char *api, const char *kind, const char *namespace, const char *name)
{
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "apiVersion", api);
  lab_json_string (out, "kind", kind);
  lab_json_begin (out, "metadata", '{');
  lab_json_string (out, "name", name);
  if (namespace != NULL)
    lab_json_string (out, "namespace", namespace);
}

static void
write_owner (GString *out, const char *api, const char *kind, const char *name)
{
  lab_json_begin (out, "ownerReferences", '[');
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "apiVersion", api);
  lab_json_string (out, "kind", kind);
  lab_json_string (out, "name", name);
  lab_json_bool (out, "controller", TRUE);
  lab_json_end (out, '}');
  lab_json_end (out, ']');
}

/* Ends the object, whose id says what it is, and adds it. */
static void
end_object (LabWorkloads *all, GString *out, const char *kind, const char *namespace, const char *name)
{
  g_autofree char *id = namespace != NULL ? g_strdup_printf ("%s.%s.%s", kind, namespace, name) : g_strdup_printf ("%s.%s", kind, name);
  g_autofree char *lower = g_ascii_strdown (id, -1);

  lab_json_string (out, "id", lower);
  lab_json_bool (out, "simulated", TRUE);
  lab_json_end (out, '}');
  g_ptr_array_add (all->objects, lab_json_parse (out->str, out->len, NULL));
}

static const char *
api_of (const char *kind)
{
  return g_str_equal (kind, "Pod") ? "v1" : g_str_has_suffix (kind, "Job") ? "batch/v1" : "apps/v1";
}

static void
add_controller (LabWorkloads *all, const Workload *workload, const char *kind, const char *name, const char *owner, const char *hash)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean cron = g_str_equal (kind, "CronJob");

  begin_object (out, api_of (kind), kind, workload->namespace, name);
  if (owner != NULL)
    write_owner (out, "apps/v1", owner, workload->name);
  lab_json_end (out, '}');
  lab_json_begin (out, "spec", '{');
  if (cron)
    {
      lab_json_begin (out, "jobTemplate", '{');
      lab_json_begin (out, "spec", '{');
    }
  lab_json_begin (out, "template", '{');
  lab_json_begin (out, "metadata", '{');
  write_labels (out, "labels", workload->labels, hash);
  lab_json_end (out, '}');
  write_spec (out, workload, NULL);
  lab_json_end (out, '}');
  if (cron)
    {
      lab_json_end (out, '}');
      lab_json_end (out, '}');
    }
  lab_json_end (out, '}');
  end_object (all, out, kind, workload->namespace, name);
}

static void
add_pod (LabWorkloads *all, const Workload *workload, const char *name, const char *owner, const char *owner_name, const char *hash, guint number)
{
  guint node = number % N_NODES;
  g_autofree char *node_name = g_strdup_printf ("worker-%u", node + 1), *host = g_strdup_printf ("192.168.50.%u", node + 11);
  g_autofree char *address = workload->host_network ? g_strdup (host) : g_strdup_printf ("10.244.%u.%u", node, 10 + number / N_NODES);
  g_autoptr (GString) out = g_string_new (NULL);
  const LabPodAddress at = { (guint) (workload - workloads), workload->host_network ? 192u << 24 | 168u << 16 | 50u << 8 | (node + 11)
                                                                                     : 10u << 24 | 244u << 16 | node << 8 | (10 + number / N_NODES) };

  g_array_append_val (all->pods, at);
  begin_object (out, "v1", "Pod", workload->namespace, name);
  write_labels (out, "labels", workload->labels, hash);
  if (owner != NULL)
    write_owner (out, api_of (owner), owner, owner_name);
  lab_json_end (out, '}');
  write_spec (out, workload, node_name);
  lab_json_begin (out, "status", '{');
  lab_json_string (out, "phase", "Running");
  lab_json_string (out, "podIP", address);
  lab_json_string (out, "hostIP", host);
  lab_json_end (out, '}');
  end_object (all, out, "Pod", workload->namespace, name);
}

/* The workload, its replica set where it is a deployment, and its pods. */
static void
add_workload (LabWorkloads *all, guint64 seed, guint index, guint *number)
{
  const Workload *workload = &workloads[index];
  gboolean deployment = g_str_equal (workload->kind, "Deployment"), pod = g_str_equal (workload->kind, "Pod");
  guint64 h = lab_hash (seed, 0x907d, index);
  g_autofree char *hash = g_strdup_printf ("%08x", (guint) h), *set = g_strdup_printf ("%s-%s", workload->name, hash);
  guint n = workload->least + (guint) (h >> 32) % (workload->most - workload->least + 1);

  if (!pod)
    add_controller (all, workload, workload->kind, workload->name, NULL, NULL);
  if (deployment)
    add_controller (all, workload, "ReplicaSet", set, "Deployment", hash);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = pod ? g_strdup (workload->name) : g_strdup_printf ("%s-%u", deployment ? set : workload->name, i);

      add_pod (all, workload, name, deployment ? "ReplicaSet" : pod ? NULL : workload->kind, deployment ? set : workload->name,
               deployment ? hash : NULL, (*number)++);
    }
}

LabWorkloads *
lab_workloads_new (guint64 seed)
{
  LabWorkloads *all = g_new0 (LabWorkloads, 1);
  guint number = 0;

  all->seed = seed;
  all->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  all->pods = g_array_new (FALSE, FALSE, sizeof (LabPodAddress));
  for (guint i = 0; i < G_N_ELEMENTS (namespaces); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      begin_object (out, "v1", "Namespace", NULL, namespaces[i].name);
      write_labels (out, "labels", namespaces[i].labels, NULL);
      lab_json_end (out, '}');
      end_object (all, out, "Namespace", NULL, namespaces[i].name);
    }
  for (guint i = 0; i < G_N_ELEMENTS (workloads); i++)
    add_workload (all, seed, i, &number);
  return all;
}

void
lab_workloads_free (LabWorkloads *all)
{
  g_ptr_array_unref (all->objects);
  g_array_unref (all->pods);
  g_free (all);
}

/* --- Habits --- */

gboolean
lab_end_find (const LabCluster *cluster, const char *text, GArray *room, LabEnd *end)
{
  g_autoptr (GPtrArray) pods = NULL;
  LabAddress address;

  if (!lab_address_parse (text, &address))
    {
      pods = lab_cluster_find (cluster, text);
      if (pods->len > 0)
        *end = lab_end_of_pod (g_ptr_array_index (pods, 0));
      return pods->len > 0;
    }
  for (guint i = 0; i < cluster->pods->len; i++)
    {
      const LabPod *pod = g_ptr_array_index (cluster->pods, i);

      for (guint k = 0; k < pod->addresses->len; k++)
        if (lab_address_equal (&g_array_index (pod->addresses, LabAddress, k), &address))
          {
            *end = lab_end_of_pod (pod);
            return TRUE;
          }
    }
  g_array_append_val (room, address);
  *end = (LabEnd){ NULL, room, FALSE };
  return TRUE;
}

char *
lab_workloads_habit_text (guint index)
{
  return g_strdup_printf ("%s to %s, %u/%s, %u times an hour,", habits[index].from, habits[index].to, habits[index].port, habits[index].protocol,
                          habits[index].an_hour);
}

LabVerdict
lab_workloads_habit (const LabCluster *cluster, guint index)
{
  g_autoptr (GArray) sources = g_array_new (FALSE, FALSE, sizeof (LabAddress)), destinations = g_array_new (FALSE, FALSE, sizeof (LabAddress));
  LabSwitches switches = { FALSE, FALSE };
  LabEnd src = { NULL, sources, FALSE }, dst = { NULL, destinations, FALSE };
  LabProtocol protocol = LAB_TCP;

  lab_end_find (cluster, habits[index].from, sources, &src);
  lab_end_find (cluster, habits[index].to, destinations, &dst);
  lab_protocol_read (habits[index].protocol, &protocol);
  return lab_policy_verdict (cluster, &switches, &src, &dst, protocol, habits[index].port);
}

/* The pods of "ns/name", or the one address that @text is. (transfer full) */
static GArray *
addresses_of (const LabWorkloads *all, const char *text)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (guint32));
  LabAddress address;

  if (lab_address_parse (text, &address))
    {
      guint32 number = (guint32) address.bytes[0] << 24 | (guint32) address.bytes[1] << 16 | (guint32) address.bytes[2] << 8 | address.bytes[3];

      g_array_append_val (found, number);
      return found;
    }
  for (guint i = 0; i < all->pods->len; i++)
    {
      const LabPodAddress *pod = &g_array_index (all->pods, LabPodAddress, i);
      g_autofree char *name = g_strdup_printf ("%s/%s", workloads[pod->workload].namespace, workloads[pod->workload].name);

      if (g_str_equal (name, text))
        g_array_append_val (found, pod->address);
    }
  return found;
}

GArray *
lab_workloads_flows (const LabWorkloads *all)
{
  GArray *flows = g_array_new (FALSE, FALSE, sizeof (LabHabitFlow));

  for (guint i = 0; i < G_N_ELEMENTS (habits); i++)
    {
      g_autoptr (GArray) from = addresses_of (all, habits[i].from), to = addresses_of (all, habits[i].to);

      for (guint k = 0; k < from->len && to->len > 0; k++)
        {
          const LabHabitFlow flow = { g_array_index (from, guint32, k), g_array_index (to, guint32, k % to->len), (guint16) habits[i].port,
                                      g_str_equal (habits[i].protocol, "UDP") ? 17 : 6 };

          g_array_append_val (flows, flow);
        }
    }
  return flows;
}

/* Minute by minute, as the seed has it. */
guint
lab_workloads_attempts (const LabWorkloads *all, guint index, gint64 since, gint64 until)
{
  double sum = 0;

  for (gint64 minute = since / 60; minute < until / 60; minute++)
    sum += habits[index].an_hour / 60.0 * 2 * lab_unit (lab_hash (all->seed, 0xba17 + index, (guint64) minute));
  return (guint) (sum + 0.5);
}
