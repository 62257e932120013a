/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-routing-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* Which routing policy a flow takes, and why. */

typedef enum { YES, NO, OPEN } Fit;

/* --- One policy --------------------------------------------------------------------------------------------------- */

static Fit
fit_address (const char *cidr, const QdAddressRange *range, gboolean known, const QdAddress *address)
{
  if (cidr == NULL)
    return YES;
  if (!known)
    return OPEN;
  return qd_address_range_contains (range, address) ? YES : NO;
}

/* A flow of a protocol without ports has none that could fit. */
static Fit
fit_port (guint first, guint last, guint port, const char *protocol)
{
  if (first == 0)
    return YES;
  if (protocol && !qd_routing_protocol_has_ports (protocol))
    return NO;
  if (port == 0)
    return OPEN;
  return first <= port && port <= last ? YES : NO;
}

static Fit
fit_word (const char *wanted, const char *word, gboolean any_case)
{
  if (wanted == NULL)
    return YES;
  if (word == NULL)
    return OPEN;
  return (any_case ? g_ascii_strcasecmp (wanted, word) == 0 : g_str_equal (wanted, word)) ? YES : NO;
}

static Fit
fit_part (const QdRoutingMatch *match, const QdRoutingFlow *flow, QdRoutingPart part)
{
  switch (part)
    {
    case QD_ROUTING_PART_SRC:
      return fit_address (match->src_cidr, &match->src, flow->has_src, &flow->src);
    case QD_ROUTING_PART_DST:
      return fit_address (match->dst_cidr, &match->dst, flow->has_dst, &flow->dst);
    case QD_ROUTING_PART_SRC_PORT:
      return fit_port (match->src_port, match->src_port, flow->src_port, flow->protocol);
    case QD_ROUTING_PART_DST_PORT:
      return fit_port (match->dst_first, match->dst_last, flow->dst_port, flow->protocol);
    case QD_ROUTING_PART_PROTOCOL:
      return fit_word (match->protocol, flow->protocol, TRUE);
    case QD_ROUTING_PART_CLASS:
      return fit_word (match->application_class, flow->application_class, FALSE);
    case QD_ROUTING_PART_DSCP:
      return match->dscp < 0 ? YES : flow->dscp < 0 ? OPEN : match->dscp == flow->dscp ? YES : NO;
    case QD_ROUTING_PART_NONE:
    default:
      return YES;
    }
}

QdRoutingOutcome
qd_routing_policy_match (const QdRoutingPolicy *policy, const QdRoutingFlow *flow, QdRoutingPart *part)
{
  QdRoutingPart none, open = QD_ROUTING_PART_NONE;

  part = part ? part : &none;
  *part = QD_ROUTING_PART_NONE;
  if (!policy->enabled)
    return QD_ROUTING_DISABLED;
  if (policy->invalid)
    return QD_ROUTING_INVALID;
  /* What is not so counts before what is not known. */
  for (QdRoutingPart i = QD_ROUTING_PART_SRC; i <= QD_ROUTING_PART_DSCP; i++)
    {
      Fit fit = fit_part (&policy->match, flow, i);

      if (fit == NO)
        {
          *part = i;
          return QD_ROUTING_MISSED;
        }
      if (fit == OPEN && open == QD_ROUTING_PART_NONE)
        open = i;
    }
  *part = open;
  if (open != QD_ROUTING_PART_NONE)
    return qd_routing_match_is_possible (&policy->match) ? QD_ROUTING_DEPENDS : QD_ROUTING_MISSED;
  return QD_ROUTING_MATCHED;
}

/* --- Words -------------------------------------------------------------------------------------------------------- */

static char *
ports_to_text (guint first, guint last)
{
  return first == last ? g_strdup_printf ("%u", first) : g_strdup_printf ("%u-%u", first, last);
}

/* "from 10.0.0.0/8"; NULL: it asks for nothing there. */
static char *
part_to_text (const QdRoutingMatch *self, QdRoutingPart part)
{
  g_autofree char *ports = ports_to_text (self->dst_first, self->dst_last);

  switch (part)
    {
    case QD_ROUTING_PART_SRC:
      return self->src_cidr ? g_strdup_printf (_("from %s"), self->src_cidr) : NULL;
    case QD_ROUTING_PART_DST:
      return self->dst_cidr ? g_strdup_printf (_("to %s"), self->dst_cidr) : NULL;
    case QD_ROUTING_PART_SRC_PORT:
      return self->src_port ? g_strdup_printf (_("from port %u"), self->src_port) : NULL;
    case QD_ROUTING_PART_DST_PORT:
      return self->dst_first ? g_strdup_printf (_("to port %s"), ports) : NULL;
    case QD_ROUTING_PART_PROTOCOL:
      return self->protocol ? g_ascii_strup (self->protocol, -1) : NULL;
    case QD_ROUTING_PART_CLASS:
      return self->application_class ? g_strdup_printf (_("class %s"), self->application_class) : NULL;
    case QD_ROUTING_PART_DSCP:
      return self->dscp >= 0 ? g_strdup_printf (_("DSCP %d"), self->dscp) : NULL;
    case QD_ROUTING_PART_NONE:
    default:
      return NULL;
    }
}

char *
qd_routing_match_to_text (const QdRoutingMatch *self)
{
  static const QdRoutingPart order[] = { QD_ROUTING_PART_PROTOCOL, QD_ROUTING_PART_SRC, QD_ROUTING_PART_SRC_PORT, QD_ROUTING_PART_DST,
                                         QD_ROUTING_PART_DST_PORT, QD_ROUTING_PART_CLASS, QD_ROUTING_PART_DSCP };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autofree char *part = part_to_text (self, order[i]);

      if (part)
        g_string_append_printf (text, "%s%s", text->len ? ", " : "", part);
    }
  if (text->len == 0)
    g_string_append (text, _("every flow"));
  return g_string_free (text, FALSE);
}

char *
qd_routing_flow_to_text (const QdRoutingFlow *self)
{
  g_autofree char *src = qd_address_to_text (&self->src), *dst = qd_address_to_text (&self->dst);
  QdRoutingMatch same = {
    .src_cidr = self->has_src ? src : NULL,
    .dst_cidr = self->has_dst ? dst : NULL,
    .dst_first = self->dst_port,
    .dst_last = self->dst_port,
    .protocol = (char *) self->protocol,
    .application_class = (char *) self->application_class,
    .dscp = self->dscp > 0 ? self->dscp : -1,
  };

  return qd_routing_match_to_text (&same);
}

static char *
step_to_text (const QdRoutingStep *self)
{
  const char *name = self->policy->text;
  g_autofree char *part = part_to_text (&self->policy->match, self->part), *match = NULL;

  switch (self->outcome)
    {
    case QD_ROUTING_MATCHED:
      match = qd_routing_match_to_text (&self->policy->match);
      return g_strdup_printf (_("“%s” fits: it asks for %s"), name, match);
    case QD_ROUTING_MISSED:
      return g_strdup_printf (_("“%s” does not fit: it asks for %s"), name, part);
    case QD_ROUTING_DEPENDS:
      return g_strdup_printf (_("“%s” may fit: it asks for %s, and of the flow that is not known"), name, part);
    case QD_ROUTING_DISABLED:
      return g_strdup_printf (_("“%s” is switched off"), name);
    case QD_ROUTING_INVALID:
    default:
      return g_strdup_printf (_("“%s” is not valid, and cannot be asked"), name);
    }
}

/* --- All of them -------------------------------------------------------------------------------------------------- */

static void
free_step (gpointer data)
{
  g_free (((QdRoutingStep *) data)->text);
  g_free (data);
}

void
qd_routing_answer_free (QdRoutingAnswer *self)
{
  g_ptr_array_unref (self->steps);
  g_free (self->text);
  g_free (self);
}

/* @open is the first that depends on something, or NULL. */
static char *
answer_to_text (const QdRoutingAnswer *self, const QdRoutingPolicy *open)
{
  if (self->policy && open)
    return g_strdup_printf (_("“%s” is taken, if “%s”, which is asked before it, does not fit: that depends on what is not known of the flow"), self->policy->text,
                            open->text);
  if (self->policy)
    return g_strdup_printf (_("“%s” is taken: it is the first that fits"), self->policy->text);
  if (open)
    return g_strdup_printf (_("“%s” is taken if it fits: that depends on what is not known of the flow"), open->text);
  return g_strdup (_("No routing policy fits"));
}

QdRoutingAnswer *
qd_routing_ask (QdRoutingSet *set, const QdRoutingFlow *flow)
{
  QdRoutingAnswer *self = g_new0 (QdRoutingAnswer, 1);
  GPtrArray *policies = qd_routing_set_get_policies (set);
  const QdRoutingPolicy *open = NULL;

  self->steps = g_ptr_array_new_with_free_func (free_step);
  for (guint i = 0; i < policies->len && self->policy == NULL; i++)
    {
      QdRoutingStep *step = g_new0 (QdRoutingStep, 1);

      step->policy = g_ptr_array_index (policies, i);
      step->outcome = qd_routing_policy_match (step->policy, flow, &step->part);
      step->text = step_to_text (step);
      g_ptr_array_add (self->steps, step);
      if (step->outcome == QD_ROUTING_MATCHED)
        self->policy = step->policy;
      else if (step->outcome == QD_ROUTING_DEPENDS && open == NULL)
        open = step->policy;
    }
  self->certain = open == NULL;
  self->text = answer_to_text (self, open);
  return self;
}
