/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-routing-private.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

/* Routing policies beside one another: which one is never reached, and where two want the same flow. */

#define MAX_COMPARED 2000   /* policies that are compared with each other: two million pairs */

gboolean
qd_routing_protocol_has_ports (const char *protocol)
{
  static const char *const without[] = { "icmp", "icmpv6", "ipv6-icmp", "gre", "esp", "ah", NULL };
  g_autofree char *lower = g_ascii_strdown (protocol, -1);

  return !g_strv_contains (without, lower);
}

static gboolean
wants_ports (const QdRoutingMatch *self)
{
  return self->src_port || self->dst_first;
}

/* 4 or 6 where a block says so; 0: either; -1: both at once, which is nothing. */
static int
family_of (const QdRoutingMatch *self)
{
  int src = self->src_cidr ? self->src.first.family : 0, dst = self->dst_cidr ? self->dst.first.family : 0;

  return src && dst && src != dst ? -1 : MAX (src, dst);
}

gboolean
qd_routing_match_is_possible (const QdRoutingMatch *self)
{
  if (family_of (self) < 0)
    return FALSE;
  return self->protocol == NULL || !wants_ports (self) || qd_routing_protocol_has_ports (self->protocol);
}

/* The addresses of one end: as written, or all of @family; FALSE: all there are. */
static gboolean
get_range (const char *cidr, const QdAddressRange *range, int family, QdAddressRange *wanted)
{
  if (cidr)
    *wanted = *range;
  else if (family > 0)
    qd_address_range_whole (wanted, (guint) family);
  return cidr || family > 0;
}

static gboolean
range_covers (const char *a_cidr, const QdAddressRange *a, const char *b_cidr, const QdAddressRange *b, int b_family)
{
  QdAddressRange wanted;

  return a_cidr == NULL || (get_range (b_cidr, b, b_family, &wanted) && qd_address_range_includes (a, &wanted));
}

/* What @self asks of the port that a flow goes to: without a word every one, where its protocol has any. */
static gboolean
get_ports (const QdRoutingMatch *self, guint *first, guint *last)
{
  gboolean written = self->dst_first > 0;

  *first = written ? self->dst_first : 1;
  *last = written ? self->dst_last : QD_ROUTING_MAX_PORT;
  return written || self->src_port || (self->protocol && qd_routing_protocol_has_ports (self->protocol));
}

static gboolean
ports_cover (const QdRoutingMatch *a, const QdRoutingMatch *b)
{
  guint first, last;

  if (a->src_port && a->src_port != b->src_port)
    return FALSE;
  return a->dst_first == 0 || (get_ports (b, &first, &last) && a->dst_first <= first && last <= a->dst_last);
}

static gboolean
word_covers (const char *a, const char *b)
{
  return a == NULL || g_strcmp0 (a, b) == 0;
}

gboolean
qd_routing_match_covers (const QdRoutingMatch *a, const QdRoutingMatch *b)
{
  int family = family_of (b);

  return word_covers (a->protocol, b->protocol) && word_covers (a->application_class, b->application_class) &&
         (a->dscp < 0 || a->dscp == b->dscp) && ports_cover (a, b) &&
         range_covers (a->src_cidr, &a->src, b->src_cidr, &b->src, family) &&
         range_covers (a->dst_cidr, &a->dst, b->dst_cidr, &b->dst, family);
}

/* --- What fits both ----------------------------------------------------------------------------------------------- */

static gboolean
words_meet (const char *a, const char *b, const char **word)
{
  *word = a ? a : b;
  return a == NULL || b == NULL || g_str_equal (a, b);
}

/* An address that both blocks have, of @family where neither is written. */
static gboolean
ranges_meet (const char *a_cidr, const QdAddressRange *a, const char *b_cidr, const QdAddressRange *b, int family, guint8 last_byte, QdAddress *address)
{
  QdAddressRange left, right, both;

  get_range (a_cidr, a, family, &left);
  get_range (b_cidr, b, family, &right);
  if (left.first.family != right.first.family)
    return FALSE;
  both.first = qd_address_compare (&left.first, &right.first) > 0 ? left.first : right.first;
  both.last = qd_address_compare (&left.last, &right.last) < 0 ? left.last : right.last;
  if (qd_address_compare (&both.first, &both.last) > 0)
    return FALSE;
  *address = both.first;
  /* An address that is one of the documentation's own where any will do, and not the number of a network. */
  if (a_cidr == NULL && b_cidr == NULL)
    qd_address_parse (family == 6 ? "2001:db8::" : "192.0.2.0", address);
  for (guint i = 0; i < last_byte && qd_address_compare (address, &both.last) < 0; i++)
    qd_address_step (address, 1);
  return TRUE;
}

static gboolean
ports_meet (const QdRoutingMatch *a, const QdRoutingMatch *b, QdRoutingFlow *flow)
{
  guint first = MAX (a->dst_first, b->dst_first), last = MIN (a->dst_first ? a->dst_last : QD_ROUTING_MAX_PORT, b->dst_first ? b->dst_last : QD_ROUTING_MAX_PORT);
  gboolean needed = wants_ports (a) || wants_ports (b);

  if (!words_meet (a->protocol, b->protocol, &flow->protocol) || (a->src_port && b->src_port && a->src_port != b->src_port))
    return FALSE;
  if (flow->protocol == NULL)
    flow->protocol = "tcp";
  if (!qd_routing_protocol_has_ports (flow->protocol))
    return !needed;
  flow->src_port = a->src_port ? a->src_port : b->src_port ? b->src_port : 50000;
  flow->dst_port = first ? first : 443;
  return first <= last;
}

gboolean
qd_routing_match_meet (const QdRoutingMatch *a, const QdRoutingMatch *b, QdRoutingFlow *flow)
{
  QdRoutingFlow found = { .has_src = TRUE, .has_dst = TRUE };
  int mine = family_of (a), theirs = family_of (b), family = mine ? mine : theirs ? theirs : 4;

  if (mine < 0 || theirs < 0 || (mine && theirs && mine != theirs))
    return FALSE;
  found.dscp = a->dscp >= 0 ? a->dscp : b->dscp >= 0 ? b->dscp : 0;
  if (!ports_meet (a, b, &found) || !words_meet (a->application_class, b->application_class, &found.application_class) ||
      (a->dscp >= 0 && b->dscp >= 0 && a->dscp != b->dscp) ||
      !ranges_meet (a->src_cidr, &a->src, b->src_cidr, &b->src, family, 1, &found.src) ||
      !ranges_meet (a->dst_cidr, &a->dst, b->dst_cidr, &b->dst, family, 2, &found.dst))
    return FALSE;
  if (flow)
    *flow = found;
  return TRUE;
}

/* --- Findings ----------------------------------------------------------------------------------------------------- */

static gboolean
weights_equal (GArray *a, GArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const QdRoutingWeight *left = &g_array_index (a, QdRoutingWeight, i);
      gboolean found = FALSE;

      for (guint k = 0; k < b->len && !found; k++)
        found = g_str_equal (left->name, g_array_index (b, QdRoutingWeight, k).name) && left->weight == g_array_index (b, QdRoutingWeight, k).weight;
      if (!found)
        return FALSE;
    }
  return TRUE;
}

/* Whether it makes no difference to a flow which of the two it takes. */
static gboolean
choose_alike (const QdRoutingPolicy *a, const QdRoutingPolicy *b)
{
  const QdRoutingFailover *left = &a->failover, *right = &b->failover;
  gboolean thresholds = left->threshold == right->threshold || (isnan (left->threshold) && isnan (right->threshold));

  return a->preference == b->preference && weights_equal (a->weights, b->weights) && g_strcmp0 (left->primary, right->primary) == 0 &&
         g_strv_equal ((const char *const *) left->backups, (const char *const *) right->backups) && thresholds &&
         left->failback == right->failback && left->delay_s == right->delay_s;
}

static gboolean
is_asked (const QdRoutingPolicy *self)
{
  return self->enabled && !self->invalid && qd_routing_match_is_possible (&self->match);
}

typedef enum { NOTHING, OVERLAP, SAME_PRIORITY, SHADOWED } Relation;

/* @first is asked before @second. */
static Relation
relate (const QdRoutingPolicy *first, const QdRoutingPolicy *second, QdRoutingFlow *flow)
{
  if (!qd_routing_match_meet (&first->match, &second->match, flow))
    return NOTHING;
  if (first->priority == second->priority)
    return choose_alike (first, second) ? NOTHING : SAME_PRIORITY;
  if (qd_routing_match_covers (&first->match, &second->match))
    return SHADOWED;
  /* What is special before what is general is how it is meant. */
  return choose_alike (first, second) || qd_routing_match_covers (&second->match, &first->match) ? NOTHING : OVERLAP;
}

static void
say (GPtrArray *findings, const QdRoutingPolicy *first, const QdRoutingPolicy *second, Relation relation, const QdRoutingFlow *flow)
{
  static const struct { QdPolicySeverity severity; const char *code; } kinds[] = {
    [OVERLAP] = { QD_POLICY_NOTE, "overlap" },
    [SAME_PRIORITY] = { QD_POLICY_WARNING, "same-priority" },
    [SHADOWED] = { QD_POLICY_WARNING, "shadowed" },
  };
  g_autofree char *example = qd_routing_flow_to_text (flow);
  QdPolicyFinding *finding;
  char *message;

  if (relation == SHADOWED)
    message = g_strdup_printf (_("“%s” is never taken: “%s” is asked before it and fits every flow that it fits, such as %s"), second->text, first->text, example);
  else if (relation == SAME_PRIORITY)
    message = g_strdup_printf (_("“%s” and “%s” have one priority and both fit some flows, such as %s: which one is taken is left open"), second->text, first->text,
                               example);
  else
    message = g_strdup_printf (_("“%s” and “%s” both fit some flows, such as %s: those take the latter, which is asked first"), second->text, first->text, example);
  finding = qd_policy_finding_new (kinds[relation].severity, kinds[relation].code, &second->place, message);
  finding->other = first->place;
  g_ptr_array_add (findings, finding);
}

/* Of each policy the worst, and of equally bad ones the first. */
static void
compare_one (GPtrArray *policies, guint at, GPtrArray *findings)
{
  const QdRoutingPolicy *policy = g_ptr_array_index (policies, at), *worst = NULL;
  Relation relation = NOTHING;
  QdRoutingFlow example, flow;

  for (guint i = 0; i < at && is_asked (policy); i++)
    {
      const QdRoutingPolicy *before = g_ptr_array_index (policies, i);
      Relation found = is_asked (before) ? relate (before, policy, &flow) : NOTHING;

      if (found <= relation)
        continue;
      relation = found;
      worst = before;
      example = flow;
    }
  if (worst)
    say (findings, worst, policy, relation, &example);
}

void
qd_routing_compare_all (GPtrArray *policies, GPtrArray *findings)
{
  for (guint i = 0; i < MIN (policies->len, MAX_COMPARED); i++)
    compare_one (policies, i, findings);
  if (policies->len > MAX_COMPARED)
    {
      const QdRoutingPolicy *next = g_ptr_array_index (policies, MAX_COMPARED);

      g_ptr_array_add (findings, qd_policy_finding_new (QD_POLICY_NOTE, "too-many", &next->place,
                                                        g_strdup_printf (_("only the first %d routing policies are compared with each other"), MAX_COMPARED)));
    }
}
