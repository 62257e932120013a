/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-known.h"

#include <string.h>

static guint
hash_label (gconstpointer data)
{
  const QdPolicyKnownLabel *label = data;

  return g_direct_hash (label->key) * 31 + g_direct_hash (label->value);
}

/* Labels are interned. */
static gboolean
equal_labels (gconstpointer a, gconstpointer b)
{
  const QdPolicyKnownLabel *l = a, *r = b;

  return l->key == r->key && l->value == r->value;
}

static void
count_labels (GHashTable *found, const QdLabels *labels, gboolean values)
{
  for (guint i = 0; i < labels->n; i++)
    {
      QdPolicyKnownLabel key = { labels->labels[i].key, values ? labels->labels[i].value : NULL, 1 };
      QdPolicyKnownLabel *known = g_hash_table_lookup (found, &key);

      if (known != NULL)
        known->count++;
      else
        g_hash_table_add (found, g_memdup2 (&key, sizeof key));
    }
}

static int
compare_labels (gconstpointer a, gconstpointer b)
{
  const QdPolicyKnownLabel *l = *(QdPolicyKnownLabel *const *) a, *r = *(QdPolicyKnownLabel *const *) b;
  int order = strcmp (l->key, r->key);

  return order != 0 ? order : g_strcmp0 (l->value, r->value);
}

GPtrArray *
qd_policy_known_labels (QdPolicyWorld *world, gboolean of_namespaces, const char *namespace, gboolean values)
{
  g_autoptr (GHashTable) found = g_hash_table_new (hash_label, equal_labels);
  GPtrArray *workloads = qd_policy_world_get_workloads (world), *namespaces = qd_policy_world_get_namespaces (world), *sorted;

  for (guint i = 0; of_namespaces && i < namespaces->len; i++)
    count_labels (found, ((const QdPolicyNamespace *) namespaces->pdata[i])->labels, values);
  for (guint i = 0; !of_namespaces && i < workloads->len; i++)
    {
      const QdPolicyWorkload *workload = workloads->pdata[i];

      /* The pods of a workload share their labels: the first one speaks for them. */
      if (workload->pods->len > 0 && (namespace == NULL || g_str_equal (workload->namespace->name, namespace)))
        count_labels (found, ((const QdPolicyPod *) workload->pods->pdata[0])->labels, values);
    }
  sorted = g_hash_table_get_keys_as_ptr_array (found);
  g_ptr_array_set_free_func (sorted, g_free);
  g_ptr_array_sort (sorted, compare_labels);
  return sorted;
}
