/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-explain.h"

#include <glib/gi18n.h>

#include "qd-policy-eval-private.h"
#include "qd-policy-match-private.h"

const char *
qd_policy_reason_to_string (QdPolicyReason reason)
{
  static const char *const names[] = { "outside", "host-network", "same", "rule", "isolated", "default" };

  return names[reason];
}

const char *
qd_policy_step_kind_to_string (QdPolicyStepKind kind)
{
  static const char *const names[] = { "not-selected", "selected", "missed", "matched", "not-asked" };

  return names[kind];
}

const char *
qd_policy_direction_to_string (QdPolicyDirection direction)
{
  return direction == QD_POLICY_EGRESS ? "egress" : "ingress";
}

/* What is asked of one direction. */
typedef struct {
  QdPolicyEval *eval;
  const QdPolicyFlow *flow;
  QdPolicyDirection direction;
  const QdPolicyWho *subject, *peer, *destination;
  QdPolicySide *side;
} Asking;

static void
free_step (gpointer data)
{
  QdPolicyStep *self = data;

  g_free (self->text);
  g_free (self);
}

/* Takes @text. */
static void
add_step (const Asking *self, QdPolicyStepKind kind, const QdPolicy *policy, const QdPolicyRule *rule, guint index, char *text)
{
  QdPolicyStep *step = g_new (QdPolicyStep, 1);

  *step = (QdPolicyStep) { kind, policy, rule, index, text };
  g_ptr_array_add (self->side->steps, step);
}

/* --- Rules ------------------------------------------------------------------------------------------------------ */

static const char *
peers_name (QdPolicyDirection direction)
{
  return direction == QD_POLICY_EGRESS ? "to" : "from";
}

/* Why no peer of @rule is the one at the other end; NULL: one is. */
static char *
miss_peers (const Asking *self, const QdPolicy *policy, const QdPolicyRule *rule)
{
  g_autoptr (GString) reasons = g_string_new (NULL);

  if (rule->any_peer)
    return NULL;
  for (guint i = 0; i < rule->peers->len; i++)
    {
      g_autofree char *why = qd_policy_match_peer (policy, g_ptr_array_index (rule->peers, i), self->peer, qd_policy_eval_get_options (self->eval));

      if (why == NULL)
        return NULL;
      if (rule->peers->len > 1)
        g_string_append_printf (reasons, "%s%s[%u]: %s", i ? "; " : "", peers_name (self->direction), i, why);
      else
        g_string_append (reasons, why);
    }
  return g_strdup (reasons->len ? reasons->str : _("it has no peers"));
}

/* What @rule does to the flow: FALSE when it is not about it. */
static gboolean
ask_rule (const Asking *self, const QdPolicy *policy, const QdPolicyRule *rule, guint index, QdPolicyAction *action)
{
  static const char *const matched[] = {
    N_("Rule %u allows it: it is about %s and these ports"), N_("Rule %u denies it: it is about %s and these ports"),
    N_("Rule %u passes it on: it is about %s and these ports"),
  };
  g_autofree char *why = NULL;

  *action = rule->action;
  if (rule->fails_closed && policy->kind != QD_POLICY_NETWORK)
    {
      gboolean deny = rule->action != QD_POLICY_ALLOW;

      *action = QD_POLICY_DENY;
      add_step (self, deny ? QD_POLICY_STEP_MATCHED : QD_POLICY_STEP_MISSED, policy, rule, index,
                g_strdup_printf (deny ? _("Rule %u denies everything: it is not known whom it is about, and so it fails closed")
                                      : _("Rule %u allows nothing: it is not known whom it is about, and so it fails closed"), index + 1));
      return deny;
    }
  why = miss_peers (self, policy, rule);
  if (why == NULL)
    why = qd_policy_match_ports (rule, self->destination, self->flow->protocol, self->flow->port);
  if (why)
    add_step (self, QD_POLICY_STEP_MISSED, policy, rule, index, g_strdup_printf (_("Rule %u is not about this: %s"), index + 1, why));
  else
    add_step (self, QD_POLICY_STEP_MATCHED, policy, rule, index, g_strdup_printf (_(matched[rule->action]), index + 1, self->peer->name));
  return why == NULL;
}

/* --- Policies --------------------------------------------------------------------------------------------------- */

static gboolean
ask_selection (const Asking *self, const QdPolicy *policy)
{
  g_autofree char *why = qd_policy_match_subject (policy, self->subject);

  if (why)
    add_step (self, QD_POLICY_STEP_NOT_SELECTED, policy, NULL, 0, g_strdup_printf (_("%s does not select %s: %s"), policy->text, self->subject->name, why));
  else if (policy->kind == QD_POLICY_NETWORK)
    add_step (self, QD_POLICY_STEP_SELECTED, policy, NULL, 0, g_strdup_printf (_("%s selects %s, and so isolates it"), policy->text, self->subject->name));
  else
    add_step (self, QD_POLICY_STEP_SELECTED, policy, NULL, 0, g_strdup_printf (_("%s selects %s"), policy->text, self->subject->name));
  return why == NULL;
}

/* What is of another namespace is not in question. */
static gboolean
is_in_question (const Asking *self, const QdPolicy *policy, QdPolicyTier tier)
{
  return policy->tier == tier && policy->applies[self->direction] &&
         (policy->kind != QD_POLICY_NETWORK || policy->namespace == self->subject->namespace->name);
}

static void
decide (const Asking *self, gboolean allowed, QdPolicyReason reason, const QdPolicy *policy, const QdPolicyRule *rule)
{
  self->side->allowed = allowed;
  self->side->reason = reason;
  self->side->policy = policy;
  self->side->rule = rule;
}

/* The first rule that is about the flow decides. TRUE: it allowed or denied, and did not pass it on. */
static gboolean
ask_tier (const Asking *self, QdPolicyTier tier)
{
  GPtrArray *policies = qd_policy_world_get_policies (qd_policy_eval_get_world (self->eval));
  gboolean passed = FALSE, decided = FALSE;

  for (guint i = 0; i < policies->len; i++)
    {
      const QdPolicy *policy = g_ptr_array_index (policies, i);

      if (!is_in_question (self, policy, tier))
        continue;
      if (passed || decided)
        {
          add_step (self, QD_POLICY_STEP_NOT_ASKED, policy, NULL, 0, g_strdup_printf (_("%s is not asked: it was decided before"), policy->text));
          continue;
        }
      if (!ask_selection (self, policy))
        continue;
      for (guint r = 0; !passed && !decided && r < policy->rules[self->direction]->len; r++)
        {
          const QdPolicyRule *rule = g_ptr_array_index (policy->rules[self->direction], r);
          QdPolicyAction action;

          if (!ask_rule (self, policy, rule, r, &action))
            continue;
          passed = action == QD_POLICY_PASS;
          decided = !passed;
          if (decided)
            decide (self, action == QD_POLICY_ALLOW, QD_POLICY_REASON_RULE, policy, rule);
        }
    }
  return decided;
}

/* Any rule of any of them may allow. TRUE: one of them selects, and so it is decided. */
static gboolean
ask_network (const Asking *self)
{
  GPtrArray *policies = qd_policy_world_get_policies (qd_policy_eval_get_world (self->eval));
  gboolean isolated = FALSE, allowed = FALSE;

  for (guint i = 0; i < policies->len; i++)
    {
      const QdPolicy *policy = g_ptr_array_index (policies, i);

      if (!is_in_question (self, policy, QD_POLICY_TIER_NETWORK) || !ask_selection (self, policy))
        continue;
      if (!isolated)
        decide (self, FALSE, QD_POLICY_REASON_ISOLATED, policy, NULL);
      isolated = TRUE;
      for (guint r = 0; r < policy->rules[self->direction]->len; r++)
        {
          const QdPolicyRule *rule = g_ptr_array_index (policy->rules[self->direction], r);
          QdPolicyAction action;

          if (!ask_rule (self, policy, rule, r, &action) || allowed)
            continue;
          allowed = TRUE;
          decide (self, TRUE, QD_POLICY_REASON_RULE, policy, rule);
        }
    }
  return isolated;
}

static guint
count_isolating (const QdPolicySide *side)
{
  guint n = 0;

  for (guint i = 0; i < side->steps->len; i++)
    {
      const QdPolicyStep *step = g_ptr_array_index (side->steps, i);

      n += step->kind == QD_POLICY_STEP_SELECTED && step->policy->kind == QD_POLICY_NETWORK;
    }
  return n;
}

static guint
index_of (const QdPolicySide *side)
{
  for (guint i = 0; i < side->steps->len; i++)
    {
      const QdPolicyStep *step = g_ptr_array_index (side->steps, i);

      if (step->rule == side->rule)
        return step->index;
    }
  return 0;
}

static char *
say_reason (const Asking *self)
{
  const QdPolicySide *side = self->side;
  guint n;

  switch (side->reason)
    {
    case QD_POLICY_REASON_OUTSIDE:
      return g_strdup_printf (_("%s is outside the cluster, where no policy applies"), self->subject->name);
    case QD_POLICY_REASON_HOST_NETWORK:
      return g_strdup_printf (_("%s is in its node's network, which policies do not cover"), self->subject->name);
    case QD_POLICY_REASON_SAME:
      return g_strdup (_("a pod is never kept from itself nor from its node"));
    case QD_POLICY_REASON_RULE:
      return side->allowed ? g_strdup_printf (_("rule %u of %s allows it"), index_of (side) + 1, side->policy->text)
                           : g_strdup_printf (_("rule %u of %s denies it"), index_of (side) + 1, side->policy->text);
    case QD_POLICY_REASON_ISOLATED:
      n = count_isolating (side);
      if (n == 1)
        return g_strdup_printf (_("%s isolates %s, and no rule of it allows this"), side->policy->text, self->subject->name);
      return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u policy isolates %s, and no rule of it allows this",
                                           "%u policies isolate %s, and no rule of them allows this", n), n, self->subject->name);
    case QD_POLICY_REASON_DEFAULT:
    default:
      return g_strdup_printf (_("no policy decides about %s, and what is not decided is allowed"), self->subject->name);
    }
}

static void
ask_direction (const Asking *self)
{
  QdPolicySide *side = self->side;
  g_autofree char *why = NULL;

  if (side->reason == QD_POLICY_REASON_SAME)
    side->allowed = TRUE;
  else if (self->subject->pod == NULL)
    decide (self, TRUE, QD_POLICY_REASON_OUTSIDE, NULL, NULL);
  else if (self->subject->exempt)
    decide (self, TRUE, QD_POLICY_REASON_HOST_NETWORK, NULL, NULL);
  else
    {
      decide (self, TRUE, QD_POLICY_REASON_DEFAULT, NULL, NULL);
      if (!ask_tier (self, QD_POLICY_TIER_ADMIN) && !ask_network (self))
        ask_tier (self, QD_POLICY_TIER_BASELINE);
    }
  why = say_reason (self);
  if (self->direction == QD_POLICY_EGRESS)
    side->text = g_strdup_printf (side->allowed ? _("Egress of %s is allowed: %s") : _("Egress of %s is denied: %s"), self->subject->name, why);
  else
    side->text = g_strdup_printf (side->allowed ? _("Ingress of %s is allowed: %s") : _("Ingress of %s is denied: %s"), self->subject->name, why);
}

/* --- The flow --------------------------------------------------------------------------------------------------- */

static QdPolicyWho
describe_end (QdPolicyEval *eval, guint end, const char *name, const QdPolicyPod *pod)
{
  const QdPolicyWorkload *workload = qd_policy_eval_get_workload (eval, end);

  return (QdPolicyWho) { name ? name : qd_policy_eval_get_text (eval, end), workload ? workload->namespace : NULL, pod,
                         qd_policy_eval_get_range (eval, end),
                         pod && pod->host_network && qd_policy_eval_get_options (eval)->host_network == QD_POLICY_HOST_EXEMPT };
}

/* A pod and itself, or one and its own node: that is an address, or a pod that is seen as its node. */
static gboolean
are_same (QdPolicyEval *eval, const QdPolicyFlow *flow, const QdPolicyWho *src, const QdPolicyWho *dst)
{
  QdPolicyNodes *nodes = qd_policy_eval_get_nodes (eval);
  const char *one, *two;

  if (src->pod && flow->src == flow->dst && g_str_equal (qd_policy_eval_get_workload (eval, flow->src)->kind, "Pod"))
    return TRUE;
  if (src->pod && src->pod == dst->pod && flow->src_address && flow->dst_address)
    return TRUE;
  if (src->pod == NULL && dst->pod == NULL)
    return FALSE;
  if (src->pod && dst->pod && !src->exempt && !dst->exempt)
    return FALSE;
  one = src->pod ? qd_policy_nodes_find_pod (nodes, src->pod) : flow->src_address ? qd_policy_nodes_find_address (nodes, flow->src_address) : NULL;
  two = dst->pod ? qd_policy_nodes_find_pod (nodes, dst->pod) : flow->dst_address ? qd_policy_nodes_find_address (nodes, flow->dst_address) : NULL;
  return one && one == two;
}

static char *
say_verdict (const QdPolicyExplanation *self, const QdPolicyFlow *flow, const QdPolicyWho *src, const QdPolicyWho *dst)
{
  const char *protocol = qd_protocol_to_string (flow->protocol);

  if (self->allowed)
    return g_strdup_printf (_("%s may connect to %s on port %u/%s."), src->name, dst->name, flow->port, protocol);
  return g_strdup_printf (_("%s may not connect to %s on port %u/%s. %s."), src->name, dst->name, flow->port, protocol,
                          self->sides[self->decided].text);
}

static QdPolicyExplanation *
explain_pair (QdPolicyEval *eval, const QdPolicyFlow *flow, const QdPolicyPod *src_pod, const QdPolicyPod *dst_pod)
{
  QdPolicyExplanation *self = g_new0 (QdPolicyExplanation, 1);
  QdPolicyWho src, dst;
  gboolean same;

  self->src_pod = src_pod;
  self->dst_pod = dst_pod;
  src = describe_end (eval, flow->src, flow->src_name, self->src_pod);
  dst = describe_end (eval, flow->dst, flow->dst_name, self->dst_pod);
  same = are_same (eval, flow, &src, &dst);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    {
      Asking asking = { eval, flow, d, d == QD_POLICY_EGRESS ? &src : &dst, d == QD_POLICY_EGRESS ? &dst : &src, &dst, &self->sides[d] };

      self->sides[d].steps = g_ptr_array_new_with_free_func (free_step);
      self->sides[d].reason = same ? QD_POLICY_REASON_SAME : QD_POLICY_REASON_DEFAULT;
      ask_direction (&asking);
    }
  self->decided = self->sides[QD_POLICY_EGRESS].allowed ? QD_POLICY_INGRESS : QD_POLICY_EGRESS;
  self->allowed = self->sides[QD_POLICY_EGRESS].allowed && self->sides[QD_POLICY_INGRESS].allowed;
  self->text = say_verdict (self, flow, &src, &dst);
  return self;
}

/* The pods that an end may be: the one of @address where there is one, else one of each sort that differs. */
static GPtrArray *
list_pods (QdPolicyEval *eval, guint end, const QdAddress *address)
{
  GPtrArray *one;

  if (address == NULL || qd_policy_eval_find_pod (eval, address) == NULL || qd_policy_eval_find_address (eval, address) != end)
    return qd_policy_eval_list_pods (eval, end);
  one = g_ptr_array_new ();
  g_ptr_array_add (one, (gpointer) qd_policy_eval_find_pod (eval, address));
  return one;
}

QdPolicyExplanation *
qd_policy_explain (QdPolicyEval *eval, const QdPolicyFlow *flow)
{
  g_autoptr (GPtrArray) from = list_pods (eval, flow->src, flow->src_address), to = list_pods (eval, flow->dst, flow->dst_address);
  QdPolicyExplanation *first = NULL;
  guint src, dst;

  /* Among many sorts of pods the evaluation knows at once which pair to look at. */
  if (from->len > 1 && to->len > 1)
    {
      qd_policy_eval_find_pair (eval, flow, &src, &dst);
      return explain_pair (eval, flow, g_ptr_array_index (from, src), g_ptr_array_index (to, dst));
    }
  for (guint i = 0; i < from->len; i++)
    for (guint k = 0; k < to->len; k++)
      {
        QdPolicyExplanation *self = explain_pair (eval, flow, g_ptr_array_index (from, i), g_ptr_array_index (to, k));

        if (first == NULL)
          first = self;
        if (!self->allowed)
          {
            if (self != first)
              qd_policy_explanation_free (self);
            continue;
          }
        if (self != first)
          qd_policy_explanation_free (first);
        return self;
      }
  return first;
}

void
qd_policy_explanation_free (QdPolicyExplanation *self)
{
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    {
      g_ptr_array_unref (self->sides[d].steps);
      g_free (self->sides[d].text);
    }
  g_free (self->text);
  g_free (self);
}
