/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-nodes.h"

#include <string.h>

/* A name or an address of a node. Those that belong together are joined into trees; the root has the least text of them, which does not hang on the order
 * in which pods come. */
typedef struct _Alias Alias;
struct _Alias
{
  Alias *parent;   /* NULL: a root */
  char *text;      /* interned */
};

struct _QdPolicyNodes
{
  GHashTable *by_name;      /* interned name → Alias */
  GHashTable *by_address;   /* QdAddress → Alias */
};

static void
free_alias (gpointer data)
{
  Alias *self = data;

  g_ref_string_release (self->text);
  g_free (self);
}

static Alias *
find_root (Alias *self)
{
  while (self->parent)
    {
      if (self->parent->parent)
        self->parent = self->parent->parent;
      self = self->parent;
    }
  return self;
}

static Alias *
join (Alias *a, Alias *b)
{
  if (a == NULL || b == NULL)
    return a ? a : b;
  a = find_root (a);
  b = find_root (b);
  if (a == b)
    return a;
  if (strcmp (a->text, b->text) > 0)
    return join (b, a);
  b->parent = a;
  return a;
}

static Alias *
alias_of_name (QdPolicyNodes *self, const char *name)
{
  Alias *alias = g_hash_table_lookup (self->by_name, name);

  if (alias == NULL)
    {
      alias = g_new0 (Alias, 1);
      alias->text = g_ref_string_new_intern (name);
      g_hash_table_insert (self->by_name, alias->text, alias);
    }
  return alias;
}

static Alias *
alias_of_address (QdPolicyNodes *self, const QdAddress *address)
{
  Alias *alias = g_hash_table_lookup (self->by_address, address);
  g_autofree char *text = NULL;

  if (alias == NULL)
    {
      text = qd_address_to_text (address);
      alias = g_new0 (Alias, 1);
      alias->text = g_ref_string_new_intern (text);
      g_hash_table_insert (self->by_address, g_memdup2 (address, sizeof *address), alias);
    }
  return alias;
}

/* The addresses of its node that @pod tells of. */
static const QdAddress *
node_address (const QdPolicyPod *pod, guint i)
{
  if (i < pod->n_node_addresses)
    return &pod->node_addresses[i];
  i -= pod->n_node_addresses;
  return pod->host_network && i < pod->n_addresses ? &pod->addresses[i] : NULL;
}

static void
add_pod (QdPolicyNodes *self, const QdPolicyPod *pod)
{
  Alias *alias = pod->node ? alias_of_name (self, pod->node) : NULL;
  const QdAddress *address;

  for (guint i = 0; (address = node_address (pod, i)); i++)
    alias = join (alias, alias_of_address (self, address));
}

QdPolicyNodes *
qd_policy_nodes_new (QdPolicyWorld *world)
{
  QdPolicyNodes *self = g_new (QdPolicyNodes, 1);
  GPtrArray *workloads = qd_policy_world_get_workloads (world);

  self->by_name = g_hash_table_new_full (NULL, NULL, NULL, free_alias);
  self->by_address = g_hash_table_new_full (qd_address_hash, qd_address_equal, g_free, free_alias);
  for (guint i = 0; i < workloads->len; i++)
    {
      GPtrArray *pods = ((const QdPolicyWorkload *) g_ptr_array_index (workloads, i))->pods;

      for (guint k = 0; k < pods->len; k++)
        add_pod (self, g_ptr_array_index (pods, k));
    }
  return self;
}

void
qd_policy_nodes_free (QdPolicyNodes *self)
{
  g_hash_table_unref (self->by_name);
  g_hash_table_unref (self->by_address);
  g_free (self);
}

const char *
qd_policy_nodes_find_address (QdPolicyNodes *self, const QdAddress *address)
{
  Alias *alias = g_hash_table_lookup (self->by_address, address);

  return alias ? find_root (alias)->text : NULL;
}

const char *
qd_policy_nodes_find_pod (QdPolicyNodes *self, const QdPolicyPod *pod)
{
  const QdAddress *address = node_address (pod, 0);

  if (pod->node)
    return find_root (g_hash_table_lookup (self->by_name, pod->node))->text;
  return address ? qd_policy_nodes_find_address (self, address) : NULL;
}
