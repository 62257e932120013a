/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include "manifests.h"

#include <string.h>

guint
any (GRand *rand, guint n)
{
  return (guint) g_rand_int_range (rand, 0, (gint32) n);
}

/* @edit is how often the pod was edited. */
static void
write_pod (const Shape *shape, GString *text, guint i, guint edit)
{
  guint same = shape->apart ? i : i / 5;

  g_string_append_printf (text,
                          "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-%u\n  namespace: space-%u\n  labels:\n    app: app-%u\n    tier: tier-%u\n"
                          "    stage: stage-%u\n    instance: instance-%u\n    edit: '%u'\nspec:\n  containers:\n  - name: main\n    ports:\n    - {name: web, containerPort: %u}\n"
                          "    - {name: metrics, containerPort: 9090}\nstatus:\n  podIP: 10.%u.%u.%u\n",
                          i, i / PODS_PER_SPACE, same % 10, same % 3, same % 4, shape->apart ? i : same, edit, 8080 + same % 3, i / 65536, i / 256 % 256, i % 256);
}

char *
make_pods (const Shape *shape, guint first, guint edit)
{
  GString *text = g_string_new (NULL);

  for (guint i = first; i < MIN (first + PODS_PER_FILE, shape->n_pods); i++)
    write_pod (shape, text, i, i == first ? edit : 0);
  return g_string_free_and_steal (text);
}

static void
write_peer (const Shape *shape, GString *text)
{
  GRand *rand = shape->rand;

  switch (any (rand, 5))
    {
    case 0: g_string_append_printf (text, "    - podSelector: {matchLabels: {app: app-%u}}\n", any (rand, 10)); break;
    case 1:
      g_string_append_printf (text, "    - namespaceSelector: {matchLabels: {team: team-%u}}\n      podSelector: {matchLabels: {tier: tier-%u}}\n", any (rand, 10), any (rand, 3));
      break;
    case 2: g_string_append_printf (text, "    - namespaceSelector: {}\n      podSelector: {matchExpressions: [{key: stage, operator: NotIn, values: [stage-%u]}]}\n", any (rand, 4)); break;
    case 3: g_string_append_printf (text, "    - namespaceSelector: {}\n      podSelector: {matchLabels: {instance: instance-%u}}\n", any (rand, shape->n_pods)); break;
    default:
      {
        guint block = any (rand, 16) * 4;

        g_string_append_printf (text, "    - ipBlock: {cidr: 10.0.%u.0/22, except: [10.0.%u.0/26]}\n", block, block + any (rand, 4));
        break;
      }
    }
}

static void
write_rule (const Shape *shape, GString *text, const char *list)
{
  GRand *rand = shape->rand;
  guint n = 1 + any (rand, 3);

  g_string_append_printf (text, "  - %s:\n", list);
  for (guint i = 0; i < n; i++)
    write_peer (shape, text);
  g_string_append (text, "    ports:\n");
  if (any (rand, 4) == 0)
    g_string_append (text, "    - port: web\n");
  else
    g_string_append_printf (text, "    - port: %u\n    - {protocol: UDP, port: %u}\n", 8000 + any (rand, 20), 5000 + any (rand, 10));
  if (any (rand, 4) == 0)
    g_string_append_printf (text, "    - {port: %u, endPort: %u}\n", 1000 + any (rand, 10), 2000 + any (rand, 10));
}

char *
make_policy (const Shape *shape, guint i)
{
  GString *text = g_string_new (NULL);
  GRand *rand = shape->rand;

  g_string_append_printf (text, "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: policy-%u\n  namespace: space-%u\nspec:\n", i, any (rand, shape->n_spaces));
  if (any (rand, 3) == 0)
    g_string_append (text, "  podSelector: {}\n");
  else
    g_string_append_printf (text, "  podSelector: {matchLabels: {app: app-%u}}\n", any (rand, 10));
  g_string_append (text, "  policyTypes: [Ingress, Egress]\n  ingress:\n");
  write_rule (shape, text, "from");
  write_rule (shape, text, "from");
  g_string_append (text, "  egress:\n");
  write_rule (shape, text, "to");
  return g_string_free_and_steal (text);
}

static void
add_file (GPtrArray *files, const char *name, char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));
  g_autoptr (GError) error = NULL;
  QdYamlFile *file = qd_yaml_file_new (name, bytes, &error);

  if (file == NULL)
    g_error ("%s", error->message);
  g_ptr_array_add (files, file);
}

GPtrArray *
read_files (const Shape *shape)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_yaml_file_unref);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < shape->n_spaces; i++)
    g_string_append_printf (text, "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: space-%u, labels: {team: team-%u}}\n", i, i % 10);
  add_file (files, "spaces.yaml", g_string_free_and_steal (text));
  for (guint i = 0; i < shape->n_pods; i += PODS_PER_FILE)
    add_file (files, "pods.yaml", make_pods (shape, i, 0));
  for (guint i = 0; i < shape->n_policies; i++)
    add_file (files, "policy.yaml", make_policy (shape, i));
  return files;
}

QdPolicyWorld *
make_world (GPtrArray *files, QdPolicyWorld *previous)
{
  QdPolicyWorld *world = qd_policy_world_new ((QdYamlFile **) files->pdata, files->len, previous);

  GPtrArray *findings = qd_policy_world_get_findings (world);

  if (findings->len)
    g_error ("the world of the bench: %s", ((QdPolicyFinding *) g_ptr_array_index (findings, 0))->message);
  return world;
}
