/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-lint-private.h"

#include <glib/gi18n.h>

/* What changes nothing. The set is chosen so that all of it can be taken away at once: each thing is weighed against what is left when those before
 * it in the choice are gone. Three steps, and none undoes what another found:
 *
 *   1. A rule that decides for nobody, because rules that are asked before it have decided. Taking it away leaves each state of the question as it was.
 *   2. A rule of a NetworkPolicy all of which the other rules of that policy allow. The policy allows what it did.
 *   3. A NetworkPolicy all of which the others allow that isolate the same pods. Each pod stays isolated, and is allowed what it was.
 *
 * A rule that names what is not here is left alone, as is a policy that has one: elsewhere it may mean somebody. So is a policy without any rule: it
 * says that nothing is allowed, and holds for pods that are still to come. */

/* --- 1. Who decides --------------------------------------------------------------------------------------------- */

/* The state of the question in one row, for each column. */
typedef struct {
  QdPolicyLint *lint;
  QdPolicyDirection direction;
  guint subject;    /* a group that has the row */
  guint *open;      /* the ports that nobody has decided about */
  guint *passed;    /* those that were passed on */
} Walk;

/* @compiled is asked: TRUE when it decides about anything. */
static gboolean
ask_rule (Walk *walk, const QdPolicyCompiledRule *compiled)
{
  QdPortStore *store = walk->lint->in.store;
  gboolean any = FALSE;

  QD_BITS_FOREACH (compiled->peers, walk->lint->n_columns, column)
    {
      guint matched = qd_port_store_intersect (store, qd_policy_lint_ports (walk->lint, walk->direction, compiled, walk->subject, column), walk->open[column]);

      if (matched == QD_PORTS_NONE)
        continue;
      any = TRUE;
      walk->open[column] = qd_port_store_subtract (store, walk->open[column], matched);
      if (compiled->action == QD_POLICY_PASS)
        walk->passed[column] = qd_port_store_union (store, walk->passed[column], matched);
    }
  return any;
}

static void
begin_walk (Walk *walk)
{
  for (guint i = 0; i < walk->lint->n_columns; i++)
    {
      walk->open[i] = QD_PORTS_ALL;
      walk->passed[i] = QD_PORTS_NONE;
    }
}

/* Nothing was decided before: of the baseline it is asked what it would say if it were asked, for it is there for pods to come. */
static void
walk_tier (Walk *walk, const QdPolicyRow *row, QdPolicyTier tier)
{
  begin_walk (walk);
  for (guint i = 0; i < row->n_policies; i++)
    {
      QdPolicyLintPolicy *looked = row->policies[i]->tier == tier ? qd_policy_lint_find (walk->lint, row->policies[i]) : NULL;

      for (guint r = 0; looked && r < looked->rules[walk->direction]->len; r++)
        {
          QdPolicyLintRule *rule = &g_array_index (looked->rules[walk->direction], QdPolicyLintRule, r);

          if (rule->compiled && ask_rule (walk, rule->compiled))
            rule->reached = TRUE;
        }
    }
}

/* What a rule of a NetworkPolicy allows counts where the admin's policies leave it open. */
static gboolean
counts (const Walk *walk, const QdPolicyCompiledRule *compiled, gboolean undecided)
{
  QD_BITS_FOREACH (compiled->peers, walk->lint->n_columns, column)
    {
      guint ports = qd_policy_lint_ports (walk->lint, walk->direction, compiled, walk->subject, column);
      guint left = undecided ? QD_PORTS_ALL : qd_port_store_union (walk->lint->in.store, walk->open[column], walk->passed[column]);

      if (qd_port_store_intersect (walk->lint->in.store, ports, left) != QD_PORTS_NONE)
        return TRUE;
    }
  return FALSE;
}

static void
walk_row (Walk *walk, const QdPolicyRow *row)
{
  gboolean undecided = !qd_policy_lint_row_has (row, QD_POLICY_TIER_ADMIN);

  if (qd_policy_lint_row_has (row, QD_POLICY_TIER_BASELINE))
    walk_tier (walk, row, QD_POLICY_TIER_BASELINE);
  if (!undecided)
    walk_tier (walk, row, QD_POLICY_TIER_ADMIN);
  for (guint i = 0; i < row->n_policies; i++)
    {
      QdPolicyLintPolicy *looked = row->policies[i]->tier == QD_POLICY_TIER_NETWORK ? qd_policy_lint_find (walk->lint, row->policies[i]) : NULL;

      for (guint r = 0; looked && r < looked->rules[walk->direction]->len; r++)
        {
          QdPolicyLintRule *rule = &g_array_index (looked->rules[walk->direction], QdPolicyLintRule, r);

          if (!rule->reached && rule->compiled)
            rule->reached = counts (walk, rule->compiled, undecided);
        }
    }
}

/* Of most rows all rules are known by then to decide something elsewhere. */
static gboolean
is_known (QdPolicyLint *self, QdPolicyDirection direction, const QdPolicyRow *row)
{
  for (guint i = 0; i < row->n_policies; i++)
    {
      const QdPolicyLintPolicy *looked = qd_policy_lint_find (self, row->policies[i]);

      for (guint r = 0; r < looked->rules[direction]->len; r++)
        if (!g_array_index (looked->rules[direction], QdPolicyLintRule, r).reached)
          return FALSE;
    }
  return TRUE;
}

static void
find_reached (QdPolicyLint *self)
{
  g_autofree guint *open = g_new (guint, MAX (self->n_columns, 1)), *passed = g_new (guint, MAX (self->n_columns, 1));

  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    for (guint i = 0; i < self->rows[d]->len && !qd_policy_lint_is_over (self); i++)
      {
        const QdPolicyLintRow *row = &g_array_index (self->rows[d], QdPolicyLintRow, i);
        Walk walk = { self, d, g_array_index (row->groups, guint, 0), open, passed };

        if (!is_known (self, d, row->row))
          walk_row (&walk, row->row);
      }
}

/* A rule that is about somebody, and yet decides for nobody. */
static gboolean
is_unreachable (QdPolicyLint *self, const QdPolicyLintPolicy *looked, const QdPolicyLintRule *rule)
{
  return looked->n_subjects > 0 && rule->certain && !rule->reached && rule->compiled && rule->compiled->ports != QD_PORTS_NONE &&
         !qd_policy_lint_is_empty (rule->compiled->peers, self->n_columns);
}

/* --- 2. and 3. Covered by others ---------------------------------------------------------------------------------- */

/* What is left of some policies, to be asked whether it allows what a rule does. */
typedef struct {
  QdPolicyLint *lint;
  QdPolicyDirection direction;
  guint subject;
  GPtrArray *rules;      /* of const QdPolicyCompiledRule */
  const QdPolicyCompiledRule *without;
  guint64 *peers;        /* of all of them */
} Rest;

static void
gather_peers (Rest *rest)
{
  memset (rest->peers, 0, sizeof *rest->peers * qd_bits_words (rest->lint->n_columns));
  for (guint i = 0; i < rest->rules->len; i++)
    if (g_ptr_array_index (rest->rules, i) != rest->without)
      qd_bits_or (rest->peers, ((const QdPolicyCompiledRule *) g_ptr_array_index (rest->rules, i))->peers, rest->lint->n_columns);
}

static gboolean
allows (const Rest *rest, guint column, guint ports)
{
  QdPortStore *store = rest->lint->in.store;

  for (guint i = 0; ports != QD_PORTS_NONE && i < rest->rules->len; i++)
    {
      const QdPolicyCompiledRule *rule = g_ptr_array_index (rest->rules, i);

      if (rule != rest->without && qd_bits_get (rule->peers, column))
        ports = qd_port_store_subtract (store, ports, qd_policy_lint_ports (rest->lint, rest->direction, rule, rest->subject, column));
    }
  return ports == QD_PORTS_NONE;
}

/* Whether the rest allows all that @rule does. Most rules have somebody whom no other has: that is seen first. */
static gboolean
covers (Rest *rest, const QdPolicyCompiledRule *rule)
{
  guint words = qd_bits_words (rest->lint->n_columns);

  gather_peers (rest);
  for (guint i = 0; i < words; i++)
    if (rule->peers[i] & ~rest->peers[i])
      return FALSE;
  QD_BITS_FOREACH (rule->peers, rest->lint->n_columns, column)
    if (!allows (rest, column, qd_policy_lint_ports (rest->lint, rest->direction, rule, rest->subject, column)))
      return FALSE;
  return TRUE;
}

static void
add_rules (Rest *rest, const QdPolicyLintPolicy *looked)
{
  for (guint r = 0; !looked->gone && r < looked->rules[rest->direction]->len; r++)
    {
      const QdPolicyLintRule *rule = &g_array_index (looked->rules[rest->direction], QdPolicyLintRule, r);

      if (!rule->gone && rule->compiled)
        g_ptr_array_add (rest->rules, (gpointer) rule->compiled);
    }
}

/* Names of ports are those of who is reached: of ingress each subject may have others. */
static gboolean
is_shadowed (Rest *rest, const QdPolicyLintPolicy *looked, const QdPolicyLintRule *rule)
{
  gboolean all = rest->direction == QD_POLICY_INGRESS && looked->compiled->has_names[rest->direction];

  rest->without = rule->compiled;
  QD_BITS_FOREACH (looked->compiled->subject, rest->lint->n_groups, subject)
    {
      rest->subject = subject;
      if (!covers (rest, rule->compiled))
        return FALSE;
      if (!all)
        return TRUE;
    }
  return looked->n_subjects > 0;
}

/* From the last to the first: of two that are the same the first stays. */
static void
find_shadowed (QdPolicyLint *self, QdPolicyLintPolicy *looked, guint64 *peers)
{
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    for (guint r = looked->rules[d]->len; looked->n_subjects > 0 && r > 0; r--)
      {
        QdPolicyLintRule *rule = &g_array_index (looked->rules[d], QdPolicyLintRule, r - 1);
        g_autoptr (GPtrArray) rules = g_ptr_array_new ();
        Rest rest = { self, d, 0, rules, NULL, peers };

        if (rule->gone || !rule->certain || !rule->reached)
          continue;
        add_rules (&rest, looked);
        if (rules->len > 1)
          rule->gone = is_shadowed (&rest, looked, rule);
      }
}

/* Whether what @looked says to those who have the row, others say as well. */
static gboolean
is_covered_in_row (QdPolicyLint *self, const QdPolicyLintPolicy *looked, QdPolicyDirection direction, const QdPolicyRow *row, guint subject, guint64 *peers)
{
  g_autoptr (GPtrArray) rules = g_ptr_array_new ();
  Rest rest = { self, direction, subject, rules, NULL, peers };
  guint others = 0;
  gboolean covered = TRUE;

  for (guint i = 0; i < row->n_policies; i++)
    {
      const QdPolicyLintPolicy *other = qd_policy_lint_find (self, row->policies[i]);

      if (row->policies[i]->tier != QD_POLICY_TIER_NETWORK || other == looked || other->gone)
        continue;
      others++;
      add_rules (&rest, other);
    }
  /* Without it they would not be isolated. */
  if (others == 0)
    return FALSE;
  for (guint r = 0; covered && r < looked->rules[direction]->len; r++)
    {
      const QdPolicyLintRule *rule = &g_array_index (looked->rules[direction], QdPolicyLintRule, r);

      covered = rule->gone || rule->compiled == NULL || covers (&rest, rule->compiled);
    }
  return covered;
}

static gboolean
may_be_redundant (const QdPolicyLintPolicy *looked)
{
  guint n = 0;

  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    for (guint r = 0; r < looked->rules[d]->len; r++)
      {
        const QdPolicyLintRule *rule = &g_array_index (looked->rules[d], QdPolicyLintRule, r);

        if (!rule->certain)
          return FALSE;
        n += rule->reached;
      }
  return n > 0 && looked->n_subjects > 0 && looked->policy->kind == QD_POLICY_NETWORK;
}

static gboolean
is_redundant (QdPolicyLint *self, const QdPolicyLintPolicy *looked, guint64 *peers)
{
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    {
      const QdPolicyRow *last = NULL;

      if (!looked->policy->applies[d])
        continue;
      QD_BITS_FOREACH (looked->compiled->subject, self->n_groups, group)
        {
          const QdPolicyRow *row = qd_policy_lint_row (self, d, group);

          if (row != last && !is_covered_in_row (self, looked, d, row, group, peers))
            return FALSE;
          last = row;
        }
    }
  return TRUE;
}

/* --- Saying it -------------------------------------------------------------------------------------------------- */

/* A flow that the rule is about, and how it fares. */
static QdPolicyProof *
prove_rule (QdPolicyLint *self, const QdPolicyLintPolicy *looked, QdPolicyDirection direction, const QdPolicyLintRule *rule, QdPolicyClaim claim)
{
  const QdPolicyCompiledRule *compiled = rule->compiled;
  QdPolicyProof *proof = NULL;
  guint tried = 0;

  QD_BITS_FOREACH (looked->compiled->subject, self->n_groups, subject)
    {
      /* Names of ports are different from one to the next: then a peer is asked for its own. */
      gboolean named = compiled->by_signature && direction == QD_POLICY_EGRESS;
      guint ports = named ? QD_PORTS_NONE : qd_policy_lint_ports (self, direction, compiled, subject, 0);

      if (proof || tried++ > 8)
        break;
      if (!named)
        proof = qd_policy_lint_prove_any (self, direction, subject, compiled->peers, ports, claim);
      else
        QD_BITS_FOREACH (compiled->peers, self->n_groups, peer)
          if (proof == NULL && peer < self->n_groups && tried++ < 64)
            proof = qd_policy_lint_prove (self, subject, peer, qd_policy_lint_ports (self, direction, compiled, subject, peer), claim);
    }
  return proof;
}

static void
say_rule (QdPolicyLint *self, const QdPolicyLintPolicy *looked, QdPolicyDirection direction, const QdPolicyLintRule *rule)
{
  gboolean network = looked->policy->kind == QD_POLICY_NETWORK;
  gboolean shadowed = rule->reached;
  QdPolicyFinding *finding;

  if (shadowed)
    finding = qd_policy_lint_say (self, QD_POLICY_WARNING, looked->policy, rule->rule->place.node, "shadowed-rule",
                                  g_strdup_printf (_("rule %u adds nothing: the other rules of this policy allow all of it"), rule->index + 1));
  else
    finding = qd_policy_lint_say (self, QD_POLICY_WARNING, looked->policy, rule->rule->place.node, "unreachable-rule",
                                  g_strdup_printf (network ? _("rule %u has no effect: policies of the admin decide about all of it")
                                                           : _("rule %u is never reached: rules that are asked before it decide about all of it"), rule->index + 1));
  finding->proof = prove_rule (self, looked, direction, rule, shadowed ? QD_POLICY_SIDE_YES (direction) : 0);
  if (finding->proof == NULL && shadowed)
    finding->proof = prove_rule (self, looked, direction, rule, 0);
  finding->fix = qd_policy_fix_remove_rule (looked->policy, direction, rule->index);
}

static void
say_policy (QdPolicyLint *self, const QdPolicyLintPolicy *looked)
{
  gboolean network = looked->policy->kind == QD_POLICY_NETWORK;
  QdPolicyFinding *finding = qd_policy_lint_say (self, QD_POLICY_WARNING, looked->policy, NULL, "redundant-policy",
                                                 g_strdup_printf (network ? _("%s changes nothing for the workloads that are here: others isolate them, too, and allow all of it")
                                                                          : _("%s changes nothing for the workloads that are here: rules that are asked before decide about all of it"),
                                                                  looked->policy->text));

  for (guint d = 0; finding->proof == NULL && d < QD_POLICY_N_DIRECTIONS; d++)
    for (guint r = 0; finding->proof == NULL && r < looked->rules[d]->len; r++)
      finding->proof = prove_rule (self, looked, d, &g_array_index (looked->rules[d], QdPolicyLintRule, r), network ? QD_POLICY_SIDE_YES (d) : 0);
  finding->fix = qd_policy_fix_remove_policy (looked->policy);
}

/* An admin policy of which no rule is left. */
static gboolean
is_all_gone (const QdPolicyLintPolicy *looked)
{
  guint n = 0, gone = 0;

  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    for (guint r = 0; r < looked->rules[d]->len; r++)
      {
        n++;
        gone += g_array_index (looked->rules[d], QdPolicyLintRule, r).gone;
      }
  return n > 0 && gone == n;
}

static void
find_gone (QdPolicyLint *self)
{
  g_autofree guint64 *peers = qd_bits_new (self->n_columns);

  for (guint i = self->policies->len; i > 0 && !qd_policy_lint_is_over (self); i--)
    {
      QdPolicyLintPolicy *looked = &g_array_index (self->policies, QdPolicyLintPolicy, i - 1);

      for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
        for (guint r = 0; r < looked->rules[d]->len; r++)
          {
            QdPolicyLintRule *rule = &g_array_index (looked->rules[d], QdPolicyLintRule, r);

            rule->gone = is_unreachable (self, looked, rule);
          }
      if (looked->policy->kind == QD_POLICY_NETWORK)
        find_shadowed (self, looked, peers);
      else
        looked->gone = is_all_gone (looked);
    }
  for (guint i = self->policies->len; i > 0 && !qd_policy_lint_is_over (self); i--)
    {
      QdPolicyLintPolicy *looked = &g_array_index (self->policies, QdPolicyLintPolicy, i - 1);

      if (may_be_redundant (looked))
        looked->gone = is_redundant (self, looked, peers);
    }
}

void
qd_policy_lint_redundant (QdPolicyLint *self)
{
  find_reached (self);
  find_gone (self);
  for (guint i = 0; i < self->policies->len && !qd_policy_lint_is_over (self); i++)
    {
      const QdPolicyLintPolicy *looked = &g_array_index (self->policies, QdPolicyLintPolicy, i);

      if (looked->gone)
        say_policy (self, looked);
      for (guint d = 0; !looked->gone && d < QD_POLICY_N_DIRECTIONS; d++)
        for (guint r = 0; r < looked->rules[d]->len; r++)
          if (g_array_index (looked->rules[d], QdPolicyLintRule, r).gone)
            say_rule (self, looked, d, &g_array_index (looked->rules[d], QdPolicyLintRule, r));
    }
}
