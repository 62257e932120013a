/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-eval-private.h"

void
qd_policy_compiler_init (QdPolicyCompiler *self, QdPolicyColumns *columns, QdPortStore *store, const QdPolicyOptions *options)
{
  *self = (QdPolicyCompiler) { columns, store, *options };
  self->pods = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->spaces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
qd_policy_compiler_clear (QdPolicyCompiler *self)
{
  g_hash_table_unref (self->pods);
  g_hash_table_unref (self->spaces);
}

/* --- Selectors, as sets of groups --------------------------------------------------------------------------------- */

static void
set_all (guint64 *bits, GArray *groups)
{
  for (guint i = 0; groups && i < groups->len; i++)
    qd_bits_set (bits, g_array_index (groups, guint, i));
}

/* Who has the labels is looked up, not sought: what a selector costs does not hang on how many pods there are. */
static void
narrow (const QdPolicyColumns *columns, const QdRequirement *requirement, guint64 *bits)
{
  guint n = columns->groups->len;
  g_autofree guint64 *having = qd_bits_new (n);

  for (guint i = 0; i < requirement->n_values; i++)
    {
      QdLabel label = { requirement->key, requirement->values[i] };

      set_all (having, g_hash_table_lookup (columns->by_label, &label));
    }
  if (requirement->n_values == 0)
    set_all (having, g_hash_table_lookup (columns->by_key, requirement->key));
  if (requirement->operator == QD_SELECTOR_NOT_IN || requirement->operator == QD_SELECTOR_DOES_NOT_EXIST)
    qd_bits_invert (having, n);
  qd_bits_and (bits, having, n);
}

/* The groups that @selector (NULL: all) selects, wherever they are. */
static const guint64 *
find_pods (QdPolicyCompiler *self, const QdSelector *selector)
{
  const QdPolicyColumns *columns = self->columns;
  guint64 *bits;

  if (selector == NULL || qd_selector_is_all (selector))
    return columns->selectable;
  bits = g_hash_table_lookup (self->pods, selector->text);
  if (bits)
    return bits;
  bits = g_memdup2 (columns->selectable, sizeof *bits * MAX (qd_bits_words (columns->groups->len), 1));
  for (guint i = 0; i < selector->requirements->len; i++)
    narrow (columns, &g_array_index (selector->requirements, QdRequirement, i), bits);
  g_hash_table_insert (self->pods, g_strdup (selector->text), bits);
  return bits;
}

/* The groups of the namespaces that @selector selects. */
static const guint64 *
find_spaces (QdPolicyCompiler *self, const QdSelector *selector)
{
  const QdPolicyColumns *columns = self->columns;
  guint64 *bits;

  if (qd_selector_is_all (selector))
    return columns->selectable;
  bits = g_hash_table_lookup (self->spaces, selector->text);
  if (bits)
    return bits;
  bits = qd_bits_new (columns->groups->len);
  for (guint i = 0; i < columns->spaces->len; i++)
    {
      const QdPolicyColumnSpace *space = &g_array_index (columns->spaces, QdPolicyColumnSpace, i);

      if (qd_selector_matches (selector, space->labels))
        qd_bits_set_range (bits, space->first, space->end);
    }
  g_hash_table_insert (self->spaces, g_strdup (selector->text), bits);
  return bits;
}

static const QdPolicyColumnSpace *
find_space (const QdPolicyColumns *columns, const char *name)
{
  guint known = GPOINTER_TO_UINT (g_hash_table_lookup (columns->by_name, name));

  return known ? &g_array_index (columns->spaces, QdPolicyColumnSpace, known - 1) : NULL;
}

/* Adds to @bits the pods that both select. @namespaces NULL: those of @own. */
static void
add_pods (QdPolicyCompiler *self, const QdSelector *namespaces, const char *own, const QdSelector *pods, guint64 *bits)
{
  const QdPolicyColumns *columns = self->columns;
  guint words = qd_bits_words (columns->groups->len);
  const guint64 *selected, *spaces;
  g_autofree guint64 *of_own = NULL;

  if ((pods && pods->invalid) || (namespaces && namespaces->invalid))
    return;
  selected = find_pods (self, pods);
  if (namespaces)
    spaces = find_spaces (self, namespaces);
  else
    {
      const QdPolicyColumnSpace *space = find_space (columns, own);

      if (space == NULL)
        return;
      spaces = of_own = qd_bits_new (columns->groups->len);
      qd_bits_set_range (of_own, space->first, space->end);
    }
  for (guint i = 0; i < words; i++)
    bits[i] |= selected[i] & spaces[i];
}

/* --- Rules -------------------------------------------------------------------------------------------------------- */

/* Marks the ranges that @block holds, and the groups that have an address in one of them. */
static void
add_block (QdPolicyCompiler *self, const QdPolicyBlock *block, gboolean with_pods, guint64 *bits)
{
  const QdPolicyColumns *columns = self->columns;
  guint n_groups = columns->groups->len;

  for (guint i = 0; i < block->ranges->len; i++)
    {
      const QdAddressRange *range = &g_array_index (block->ranges, QdAddressRange, i);
      /* The space is cut where the block begins and ends, unless the policy does not apply, and then nobody asks. */
      int first = qd_address_ranges_find (columns->ranges, &range->first), last = qd_address_ranges_find (columns->ranges, &range->last);

      qd_bits_set_range (bits, n_groups + (guint) first, n_groups + (guint) last + 1);
      for (int k = first; with_pods && k <= last; k++)
        set_all (bits, columns->by_segment[k]);
    }
}

void
qd_policy_compile_peer (QdPolicyCompiler *self, const QdPolicy *policy, const QdPolicyPeer *peer, guint64 *bits)
{
  gboolean with_pods = policy->kind != QD_POLICY_NETWORK || self->options.ip_block == QD_POLICY_BLOCK_ALL;

  switch (peer->kind)
    {
    case QD_POLICY_PEER_PODS:
      add_pods (self, peer->namespaces, policy->namespace, peer->pods, bits);
      break;
    case QD_POLICY_PEER_NETWORKS:
      for (guint i = 0; i < peer->blocks->len; i++)
        add_block (self, g_ptr_array_index (peer->blocks, i), with_pods, bits);
      break;
    case QD_POLICY_PEER_NODES:
    case QD_POLICY_PEER_DOMAINS:
    case QD_POLICY_PEER_UNKNOWN:
    default:
      break;
    }
}

guint
qd_policy_rule_resolve_ports (const QdPolicyRule *rule, QdPortStore *store, GArray *named)
{
  guint ports = rule->any_port ? QD_PORTS_ALL : QD_PORTS_NONE;

  for (guint i = 0; i < rule->ports->len; i++)
    {
      const QdPolicyPort *port = &g_array_index (rule->ports, QdPolicyPort, i);

      if (port->name == NULL)
        ports = qd_port_store_union (store, ports, qd_port_store_add_range (store, port->protocol, port->first, port->last));
      for (guint k = 0; port->name && k < named->len; k++)
        {
          const QdPolicyContainerPort *there = &g_array_index (named, QdPolicyContainerPort, k);

          if (there->name == port->name && (port->any_protocol || there->protocol == port->protocol))
            ports = qd_port_store_union (store, ports, qd_port_store_add_range (store, there->protocol, there->port, there->port));
        }
    }
  return ports;
}

static gboolean
has_names (const QdPolicyRule *rule)
{
  for (guint i = 0; i < rule->ports->len; i++)
    if (g_array_index (rule->ports, QdPolicyPort, i).name)
      return TRUE;
  return FALSE;
}

static void
clear_rule (gpointer data)
{
  QdPolicyCompiledRule *self = data;

  g_free (self->peers);
  g_free (self->by_signature);
}

static void
compile_rule (QdPolicyCompiler *self, const QdPolicy *policy, const QdPolicyRule *rule, QdPolicyCompiled *compiled, QdPolicyDirection direction)
{
  const QdPolicyColumns *columns = self->columns;
  QdPolicyCompiledRule made = { .rule = rule, .action = rule->action };

  /* What is not understood must not let anything through that it was meant to stop. */
  if (rule->fails_closed && policy->kind != QD_POLICY_NETWORK)
    {
      if (rule->action == QD_POLICY_ALLOW)
        return;
      made.action = QD_POLICY_DENY;
      made.ports = QD_PORTS_ALL;
      made.peers = qd_bits_new (columns->n);
      qd_bits_set_range (made.peers, 0, columns->n);
      g_array_append_val (compiled->rules[direction], made);
      return;
    }
  made.peers = qd_bits_new (columns->n);
  if (rule->any_peer)
    qd_bits_set_range (made.peers, 0, columns->n);
  for (guint i = 0; i < rule->peers->len; i++)
    qd_policy_compile_peer (self, policy, g_ptr_array_index (rule->peers, i), made.peers);
  made.ports = qd_policy_rule_resolve_ports (rule, self->store, g_ptr_array_index (columns->signatures, 0));
  if (has_names (rule))
    {
      made.by_signature = g_new (guint, columns->signatures->len);
      for (guint i = 0; i < columns->signatures->len; i++)
        made.by_signature[i] = qd_policy_rule_resolve_ports (rule, self->store, g_ptr_array_index (columns->signatures, i));
    }
  g_array_append_val (compiled->rules[direction], made);
}

QdPolicyCompiled *
qd_policy_compile (QdPolicyCompiler *self, const QdPolicy *policy)
{
  QdPolicyCompiled *compiled = g_new0 (QdPolicyCompiled, 1);

  compiled->ref_count = 1;
  compiled->policy = policy;
  compiled->subject = qd_bits_new (self->columns->groups->len);
  add_pods (self, policy->namespaces, policy->namespace, policy->pods, compiled->subject);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    for (guint i = 0; i < policy->rules[d]->len; i++)
      compiled->has_names[d] |= has_names (g_ptr_array_index (policy->rules[d], i));
  return compiled;
}

void
qd_policy_compile_rules (QdPolicyCompiler *self, QdPolicyCompiled *compiled, QdPolicyDirection direction)
{
  const QdPolicy *policy = compiled->policy;

  if (compiled->rules[direction])
    return;
  compiled->rules[direction] = g_array_new (FALSE, FALSE, sizeof (QdPolicyCompiledRule));
  g_array_set_clear_func (compiled->rules[direction], clear_rule);
  for (guint i = 0; policy->applies[direction] && i < policy->rules[direction]->len; i++)
    compile_rule (self, policy, g_ptr_array_index (policy->rules[direction], i), compiled, direction);
}

QdPolicyCompiled *
qd_policy_compiled_ref (QdPolicyCompiled *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
qd_policy_compiled_unref (QdPolicyCompiled *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    g_clear_pointer (&self->rules[d], g_array_unref);
  g_free (self->subject);
  g_free (self);
}
