/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-lint-private.h"

/* What the findings about policies' meaning stand on: policies compiled rule by rule and peer by peer, who shares a row, and flows that prove. */

/* Of workloads with pods that differ one may prove what another does not. */
#define MAX_TRIED 3
/* How many pairs are tried for one proof. */
#define MAX_PEERS 16

static const char *const nice_addresses[] = { "192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1" };

/* --- Making it -------------------------------------------------------------------------------------------------- */

gboolean
qd_policy_lint_is_empty (const guint64 *bits, guint n)
{
  for (guint i = 0; i < qd_bits_words (n); i++)
    if (bits[i])
      return FALSE;
  return TRUE;
}

static void
clear_rule (gpointer data)
{
  QdPolicyLintRule *self = data;

  for (guint i = 0; i < self->rule->peers->len; i++)
    g_free (self->peers[i]);
  g_free (self->peers);
}

static void
clear_policy (gpointer data)
{
  QdPolicyLintPolicy *self = data;

  qd_policy_compiled_unref (self->compiled);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    g_array_unref (self->rules[d]);
}

static void
clear_row (gpointer data)
{
  g_array_unref (((QdPolicyLintRow *) data)->groups);
}

/* Names of ports are looked at elsewhere, and make a rule uncertain there. */
static void
add_rule (QdPolicyLint *self, QdPolicyLintPolicy *policy, QdPolicyDirection direction, guint index, const QdPolicyCompiledRule *compiled)
{
  const QdPolicyRule *rule = g_ptr_array_index (policy->policy->rules[direction], index);
  QdPolicyLintRule made = { rule, index, compiled, g_new0 (guint64 *, MAX (rule->peers->len, 1)), TRUE, FALSE, FALSE };

  for (guint i = 0; i < rule->peers->len; i++)
    {
      made.peers[i] = qd_bits_new (self->n_columns);
      qd_policy_compile_peer (&self->compiler, policy->policy, g_ptr_array_index (rule->peers, i), made.peers[i]);
      made.certain = made.certain && !qd_policy_lint_is_empty (made.peers[i], self->n_columns);
    }
  made.certain = made.certain && !rule->fails_closed;
  g_array_append_val (policy->rules[direction], made);
}

static void
add_policy (QdPolicyLint *self, const QdPolicy *policy)
{
  QdPolicyLintPolicy made = { policy, qd_policy_compile (&self->compiler, policy), 0, FALSE, { NULL, NULL } };

  for (guint i = 0; i < qd_bits_words (self->n_groups); i++)
    made.n_subjects += (guint) __builtin_popcountll (made.compiled->subject[i]);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    {
      GArray *compiled;
      guint next = 0;

      made.rules[d] = g_array_new (FALSE, FALSE, sizeof (QdPolicyLintRule));
      g_array_set_clear_func (made.rules[d], clear_rule);
      qd_policy_compile_rules (&self->compiler, made.compiled, d);
      compiled = made.compiled->rules[d];
      for (guint i = 0; policy->applies[d] && i < policy->rules[d]->len; i++)
        {
          const QdPolicyCompiledRule *one = next < compiled->len ? &g_array_index (compiled, QdPolicyCompiledRule, next) : NULL;
          gboolean is_it = one && one->rule == g_ptr_array_index (policy->rules[d], i);

          add_rule (self, &made, d, i, is_it ? one : NULL);
          next += is_it;
        }
    }
  g_array_append_val (self->policies, made);
  g_hash_table_insert (self->by_policy, (gpointer) policy, GUINT_TO_POINTER (self->policies->len));
}

static void
gather_rows (QdPolicyLint *self, QdPolicyDirection direction)
{
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);

  self->rows[direction] = g_array_new (FALSE, FALSE, sizeof (QdPolicyLintRow));
  g_array_set_clear_func (self->rows[direction], clear_row);
  self->row_of[direction] = g_new (guint, MAX (self->n_groups, 1));
  for (guint i = 0; i < self->n_groups; i++)
    {
      const QdPolicyRow *row = self->in.row_of[direction][i];
      guint number = GPOINTER_TO_UINT (g_hash_table_lookup (known, row));

      if (number == 0)
        {
          QdPolicyLintRow made = { row, g_array_new (FALSE, FALSE, sizeof (guint)), G_MAXUINT };

          g_array_append_val (self->rows[direction], made);
          number = self->rows[direction]->len;
          g_hash_table_insert (known, (gpointer) row, GUINT_TO_POINTER (number));
        }
      g_array_append_val (g_array_index (self->rows[direction], QdPolicyLintRow, number - 1).groups, i);
      self->row_of[direction][i] = number - 1;
    }
}

/* Which workloads have pods of each group, in their order. */
static void
gather_holders (QdPolicyLint *self)
{
  const guint *first = (const guint *) (gpointer) self->in.ends->first_member->data;
  const QdPolicyMember *members = (const QdPolicyMember *) (gpointer) self->in.ends->members->data;
  guint n_ends = qd_policy_eval_get_n_workloads (self->eval), n_members = first[n_ends];
  g_autofree guint *next = g_new0 (guint, self->n_groups + 1);

  self->first_holder = g_new0 (guint, self->n_groups + 1);
  for (guint i = 0; i < n_members; i++)
    self->first_holder[members[i].column + 1]++;
  for (guint i = 0; i < self->n_groups; i++)
    self->first_holder[i + 1] += self->first_holder[i];
  memcpy (next, self->first_holder, sizeof *next * self->n_groups);
  self->holders = g_array_sized_new (FALSE, FALSE, sizeof (guint), n_members);
  g_array_set_size (self->holders, n_members);
  for (guint end = 0; end < n_ends; end++)
    for (guint i = first[end]; i < first[end + 1]; i++)
      g_array_index (self->holders, guint, next[members[i].column]++) = end;
}

void
qd_policy_lint_init (QdPolicyLint *self, QdPolicyWorld *world, QdPolicyEval *eval, GPtrArray *findings, GCancellable *cancellable)
{
  GPtrArray *policies = qd_policy_world_get_policies (world);

  *self = (QdPolicyLint) { .world = world, .findings = findings, .cancellable = cancellable, .eval = eval };
  if (eval == NULL)
    return;
  qd_policy_eval_get_inside (eval, &self->in);
  self->n_groups = self->in.columns->groups->len;
  self->n_columns = self->in.columns->n;
  qd_policy_compiler_init (&self->compiler, self->in.columns, self->in.store, qd_policy_eval_get_options (eval));
  self->policies = g_array_sized_new (FALSE, FALSE, sizeof (QdPolicyLintPolicy), policies->len);
  g_array_set_clear_func (self->policies, clear_policy);
  self->by_policy = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < policies->len; i++)
    add_policy (self, g_ptr_array_index (policies, i));
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    gather_rows (self, d);
  gather_holders (self);
}

void
qd_policy_lint_clear (QdPolicyLint *self)
{
  if (self->eval == NULL)
    return;
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    {
      g_array_unref (self->rows[d]);
      g_free (self->row_of[d]);
    }
  g_array_unref (self->policies);
  g_hash_table_unref (self->by_policy);
  g_array_unref (self->holders);
  g_free (self->first_holder);
  qd_policy_compiler_clear (&self->compiler);
}

gboolean
qd_policy_lint_is_over (QdPolicyLint *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

/* --- Looking it up ---------------------------------------------------------------------------------------------- */

QdPolicyLintPolicy *
qd_policy_lint_find (QdPolicyLint *self, const QdPolicy *policy)
{
  return &g_array_index (self->policies, QdPolicyLintPolicy, GPOINTER_TO_UINT (g_hash_table_lookup (self->by_policy, policy)) - 1);
}

guint
qd_policy_lint_ports (QdPolicyLint *self, QdPolicyDirection direction, const QdPolicyCompiledRule *rule, guint subject, guint peer)
{
  guint destination = direction == QD_POLICY_INGRESS ? subject : peer;

  if (rule->by_signature == NULL)
    return rule->ports;
  return rule->by_signature[destination < self->n_groups ? g_array_index (self->in.columns->groups, QdPolicyGroup, destination).signature : 0];
}

guint
qd_policy_lint_cell (QdPolicyLint *self, QdPolicyDirection direction, guint subject, guint peer)
{
  const QdPolicyRow *row = self->in.row_of[direction][subject];

  return peer < self->n_groups ? row->groups[peer] : row->ranges[peer - self->n_groups];
}

const QdPolicyRow *
qd_policy_lint_row (QdPolicyLint *self, QdPolicyDirection direction, guint group)
{
  return self->in.row_of[direction][group];
}

gboolean
qd_policy_lint_row_has (const QdPolicyRow *row, QdPolicyTier tier)
{
  for (guint i = 0; i < row->n_policies; i++)
    if (row->policies[i]->tier == tier)
      return TRUE;
  return FALSE;
}

const QdPolicy *
qd_policy_lint_row_isolator (const QdPolicyRow *row)
{
  for (guint i = 0; i < row->n_policies; i++)
    if (row->policies[i]->tier == QD_POLICY_TIER_NETWORK)
      return row->policies[i];
  return NULL;
}

const QdPolicyWorkload *
qd_policy_lint_holder (QdPolicyLint *self, guint group)
{
  return qd_policy_eval_get_workload (self->eval, g_array_index (self->holders, guint, self->first_holder[group]));
}

gboolean
qd_policy_lint_has_pods (QdPolicyLint *self, const char *namespace)
{
  return g_hash_table_contains (self->in.columns->by_name, namespace);
}

/* --- Saying it -------------------------------------------------------------------------------------------------- */

QdPolicyFinding *
qd_policy_lint_say (QdPolicyLint *self, QdPolicySeverity severity, const QdPolicy *policy, const QdYamlNode *node, const char *code, char *message)
{
  QdPolicyPlace place = { policy->place.file, node ? node : policy->place.node };
  QdPolicyFinding *finding = qd_policy_finding_new (severity, code, &place, message);

  finding->of_world = TRUE;
  g_ptr_array_add (self->findings, finding);
  return finding;
}

/* --- Proofs ----------------------------------------------------------------------------------------------------- */

/* The ends that have pods of a column; of a range outside its own, where it is shown. */
static guint
list_ends (QdPolicyLint *self, guint column, guint *ends)
{
  guint n = 0, range = qd_policy_eval_get_n_workloads (self->eval) + column - self->n_groups;

  if (column >= self->n_groups)
    {
      ends[0] = range;
      return range < qd_policy_eval_get_n_ends (self->eval);
    }
  for (guint i = self->first_holder[column]; n < MAX_TRIED && i < self->first_holder[column + 1]; i++)
    ends[n++] = g_array_index (self->holders, guint, i);
  return n;
}

/* Whether it is an address like all others of its range: neither a pod's nor a node's. */
static gboolean
is_outside (QdPolicyLint *self, const QdAddress *address)
{
  return qd_policy_eval_find_pod (self->eval, address) == NULL &&
         qd_policy_nodes_find_address (qd_policy_eval_get_nodes (self->eval), address) == NULL;
}

/* An address for a range, of those that are kept for documentation where one is in it. */
static char *
pick_address (QdPolicyLint *self, const QdAddressRange *range)
{
  QdAddress address;

  for (guint i = 0; i < G_N_ELEMENTS (nice_addresses); i++)
    if (qd_address_parse (nice_addresses[i], &address) && qd_address_range_contains (range, &address) && is_outside (self, &address))
      return g_strdup (nice_addresses[i]);
  address = range->first;
  for (guint i = 0; i < 256 && qd_address_range_contains (range, &address); i++)
    {
      if (is_outside (self, &address))
        return qd_address_to_text (&address);
      if (!qd_address_step (&address, 1))
        break;
    }
  return NULL;
}

static char *
name_end (QdPolicyLint *self, guint end)
{
  const QdAddressRange *range = qd_policy_eval_get_range (self->eval, end);

  return range ? pick_address (self, range) : g_strdup (qd_policy_eval_get_text (self->eval, end));
}

/* A port of @ports: one that the destination has, a well-known one, or the first. */
static gboolean
pick_port (QdPolicyLint *self, guint dst, const QdPortSet *ports, QdProtocol *protocol, guint *port)
{
  static const guint known[] = { 443, 80, 8080 };
  const QdPolicyWorkload *workload = qd_policy_eval_get_workload (self->eval, dst);
  const QdPolicyPod *pod = workload ? g_ptr_array_index (workload->pods, 0) : NULL;

  for (guint i = 0; pod && i < pod->n_ports; i++)
    if (qd_port_set_contains (ports, pod->ports[i].protocol, pod->ports[i].port))
      {
        *protocol = pod->ports[i].protocol;
        *port = pod->ports[i].port;
        return TRUE;
      }
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (qd_port_set_contains (ports, QD_PROTOCOL_TCP, known[i]))
      {
        *protocol = QD_PROTOCOL_TCP;
        *port = known[i];
        return TRUE;
      }
  for (*protocol = 0; *protocol < QD_N_PROTOCOLS; ++*protocol)
    {
      guint n;
      const QdPortRange *ranges = qd_port_set_get_ranges (ports, *protocol, &n);

      *port = n ? ranges[0].first : 0;
      if (n)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_as_claimed (const QdPolicyProof *proof, QdPolicyClaim claim)
{
  return !((claim & QD_POLICY_EGRESS_YES && !proof->egress) || (claim & QD_POLICY_EGRESS_NO && proof->egress) ||
           (claim & QD_POLICY_INGRESS_YES && !proof->ingress) || (claim & QD_POLICY_INGRESS_NO && proof->ingress));
}

static QdPolicyProof *
prove_pair (QdPolicyLint *self, guint src, guint dst, const QdPortSet *ports, QdPolicyClaim claim)
{
  QdPolicyProof proof = { NULL };

  if (src == dst || !pick_port (self, dst, ports, &proof.protocol, &proof.port))
    return NULL;
  proof.egress = qd_port_set_contains (qd_policy_eval_get_direction (self->eval, QD_POLICY_EGRESS, src, dst), proof.protocol, proof.port);
  proof.ingress = qd_port_set_contains (qd_policy_eval_get_direction (self->eval, QD_POLICY_INGRESS, src, dst), proof.protocol, proof.port);
  proof.allowed = qd_port_set_contains (qd_policy_eval_get (self->eval, src, dst), proof.protocol, proof.port);
  if (!is_as_claimed (&proof, claim))
    return NULL;
  proof.from = name_end (self, src);
  proof.to = name_end (self, dst);
  if (proof.from && proof.to)
    return g_memdup2 (&proof, sizeof proof);
  g_free (proof.from);
  g_free (proof.to);
  return NULL;
}

QdPolicyProof *
qd_policy_lint_prove (QdPolicyLint *self, guint src, guint dst, guint ports, QdPolicyClaim claim)
{
  guint from[MAX_TRIED], to[MAX_TRIED], n = list_ends (self, src, from), m = list_ends (self, dst, to);
  QdPolicyProof *proof = NULL;

  for (guint i = 0; proof == NULL && i < n; i++)
    for (guint k = 0; proof == NULL && k < m; k++)
      proof = prove_pair (self, from[i], to[k], qd_port_store_get (self->in.store, ports), claim);
  return proof;
}

/* The part of @ports of which the policies of @subject say to @peer what is claimed. */
static guint
narrow (QdPolicyLint *self, QdPolicyDirection direction, guint subject, guint peer, guint ports, QdPolicyClaim claim)
{
  guint cell = qd_policy_lint_cell (self, direction, subject, peer);

  if (claim & QD_POLICY_SIDE_YES (direction))
    return qd_port_store_intersect (self->in.store, ports, cell);
  if (claim & QD_POLICY_SIDE_NO (direction))
    return qd_port_store_subtract (self->in.store, ports, cell);
  return ports;
}

/* The @i-th peer to be tried. Those outside come first, for what is about everyone is best shown with a stranger; and of those the ones that have an
 * address that is kept for documentation, which may so come twice. */
static guint
peer_at (QdPolicyLint *self, guint i)
{
  QdAddress address;

  if (i >= G_N_ELEMENTS (nice_addresses))
    return (self->n_groups + i - G_N_ELEMENTS (nice_addresses)) % self->n_columns;
  qd_address_parse (nice_addresses[i], &address);
  return self->n_groups + (guint) qd_address_ranges_find (self->in.columns->ranges, &address);
}

QdPolicyProof *
qd_policy_lint_prove_any (QdPolicyLint *self, QdPolicyDirection direction, guint subject, const guint64 *peers, guint ports, QdPolicyClaim claim)
{
  QdPolicyProof *proof = NULL;
  guint tried = 0;

  for (guint i = 0; proof == NULL && tried < MAX_PEERS && i < self->n_columns + G_N_ELEMENTS (nice_addresses); i++)
    {
      guint peer = peer_at (self, i);
      guint left = peers == NULL || qd_bits_get (peers, peer) ? narrow (self, direction, subject, peer, ports, claim) : QD_PORTS_NONE;

      if (left == QD_PORTS_NONE)
        continue;
      tried++;
      proof = direction == QD_POLICY_EGRESS ? qd_policy_lint_prove (self, subject, peer, left, claim) : qd_policy_lint_prove (self, peer, subject, left, claim);
    }
  return proof;
}

QdPolicyProof *
qd_policy_lint_prove_policy (QdPolicyLint *self, const QdPolicyLintPolicy *policy, QdPolicyDirection direction, const guint64 *peers, guint ports,
                             QdPolicyClaim claim)
{
  QdPolicyProof *proof = NULL;
  guint tried = 0;

  QD_BITS_FOREACH (policy->compiled->subject, self->n_groups, subject)
    if (proof == NULL && tried++ < MAX_PEERS)
      proof = qd_policy_lint_prove_any (self, direction, subject, peers, ports, claim);
  return proof;
}
