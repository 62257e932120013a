/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-tenancy"

#include "config.h"

#include "qd-rebalance-private.h"

#include <glib/gi18n-lib.h>

/* Names in a list of people's words, at most. */
#define MAX_NAMES 4

/* --- Words --------------------------------------------------------------------------------------------------- */

static char *
tell_needs (const QdRebalanceTenant *tenant)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (tenant->region != NULL)
    g_string_append_printf (text, _("region %s"), tenant->region);
  for (guint i = 0; tenant->labels != NULL && tenant->labels[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", tenant->labels[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Why a shard is to be empty; NULL: it is not. */
static char *
tell_closed (const QdRebalanceNode *node)
{
  if (node->shard == NULL)
    return g_strdup_printf (_("Nothing is known of %s."), node->id);
  switch (node->shard->state)
    {
    case QD_REBALANCE_DRAINING: return g_strdup_printf (_("%s is draining."), node->id);
    case QD_REBALANCE_DOWN: return g_strdup_printf (_("%s is down."), node->id);
    case QD_REBALANCE_OPEN: default: return NULL;
    }
}

static char *
tell_full (const QdRebalanceNode *node)
{
  return g_strdup_printf (ngettext ("%s has %u tenant and room for %u.", "%s has %u tenants and room for %u.", node->n_begin),
                          node->id, node->n_begin, (guint) MIN (node->room, G_MAXINT));
}

static char *
tell_target (const QdRebalanceNode *node, guint n, gboolean brief)
{
  if (brief)
    return g_strdup_printf (_("Until a later move, %s has one tenant more than room."), node->id);
  if (node->shard->capacity < 0)
    return g_strdup_printf (ngettext ("%s then has %u tenant.", "%s then has %u tenants.", n), node->id, n);
  return g_strdup_printf (_("%s then has %u of %u places taken."), node->id, n, (guint) MIN (node->room, G_MAXINT));
}

/* --- Moves --------------------------------------------------------------------------------------------------- */

typedef struct {
  guint tenant;
  QdRebalanceCause cause;
  guint comer;         /* who takes the place; G_MAXUINT: nobody */
} Step;

/* How many of those who began at @node were too many, beside those whom it does not suit. */
static guint
count_excess (const QdRebalanceWork *self, guint node)
{
  guint n = 0;

  for (guint i = 0; i < self->n_tenants; i++)
    n += self->home[i] == node;
  return n > self->nodes[node].room ? (guint) (n - self->nodes[node].room) : 0;
}

/* Who leaves @node and who comes: as many as it had too many leave for that, the others make room, one for one. */
static void
add_steps (const QdRebalanceWork *self, guint node, GArray *steps)
{
  const QdRebalanceNode *at = &self->nodes[node];
  guint excess = count_excess (self, node), comer = 0;

  for (guint i = 0; i < self->n_tenants; i++)
    {
      Step step = { i, QD_REBALANCE_OVER, G_MAXUINT };

      if (self->home[i] != node || self->at[i] == node)
        continue;
      if (at->place != node)
        step.cause = QD_REBALANCE_UNSUITED;
      else if (at->shard == NULL || at->shard->state != QD_REBALANCE_OPEN)
        step.cause = QD_REBALANCE_EMPTYING;
      else if (excess > 0)
        excess--;
      else
        {
          step.cause = QD_REBALANCE_ROOM;
          if (comer < at->guests->len)
            step.comer = g_array_index (at->guests, guint, comer++);
        }
      g_array_append_val (steps, step);
    }
}

static char *
tell_step (const QdRebalanceWork *self, const Step *step)
{
  const QdRebalanceTenant *tenant = self->tenants[step->tenant];
  const QdRebalanceNode *home = &self->nodes[self->home[step->tenant]];
  g_autofree char *needs = NULL;

  switch (step->cause)
    {
    case QD_REBALANCE_EMPTYING: return tell_closed (home);
    case QD_REBALANCE_UNSUITED:
      needs = tell_needs (tenant);
      return g_strdup_printf (_("%s needs %s, which %s does not have."), tenant->id, needs, home->id);
    case QD_REBALANCE_ROOM:
      if (step->comer != G_MAXUINT)
        return g_strdup_printf (_("It makes room on %s for %s."), home->id, self->tenants[step->comer]->id);
      return g_strdup_printf (_("It makes room on %s."), home->id);
    case QD_REBALANCE_OVER: default: return tell_full (home);
    }
}

static void
add_move (const QdRebalanceWork *self, const Step *step, guint n, gboolean brief, GPtrArray *moves)
{
  const QdRebalanceNode *to = &self->nodes[self->at[step->tenant]];
  g_autofree char *cause = tell_step (self, step), *target = tell_target (to, n, brief);
  QdRebalanceMove *move = g_new0 (QdRebalanceMove, 1);

  move->tenant = g_strdup (self->tenants[step->tenant]->id);
  move->from = g_strdup (self->nodes[self->home[step->tenant]].id);
  move->to = g_strdup (to->id);
  move->cause = step->cause;
  move->brief = brief;
  move->why = g_strdup_printf ("%s %s", cause, target);
  g_ptr_array_add (moves, move);
}

/* In an order in which each target has room: @now counts who is there. */
static void
order_steps (const QdRebalanceWork *self, GArray *steps, guint *now, GPtrArray *moves)
{
  while (steps->len > 0)
    {
      guint next;
      const Step *step;
      gboolean brief;

      for (next = 0; next < steps->len; next++)
        {
          guint to = self->at[g_array_index (steps, Step, next).tenant];

          if (now[to] < self->nodes[to].room)
            break;
        }
      brief = next == steps->len;
      step = &g_array_index (steps, Step, brief ? 0 : next);
      now[self->nodes[self->home[step->tenant]].place]--;
      now[self->at[step->tenant]]++;
      add_move (self, step, now[self->at[step->tenant]], brief, moves);
      g_array_remove_index (steps, brief ? 0 : next);
    }
}

/* --- What is left -------------------------------------------------------------------------------------------- */

static char *
tell_names (const QdRebalanceWork *self, const guint8 *flags, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint told = 0;

  for (guint k = 0; k < self->n_shards && told < MAX_NAMES; k++)
    if (flags[k])
      g_string_append_printf (text, "%s%s", told++ > 0 ? ", " : "", self->nodes[k].id);
  if (n > told)
    g_string_append_printf (text, ngettext (" and %u more", " and %u more", n - told), n - told);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The first of those who are held on @node; NULL: nobody is. */
static const char *
find_pin (const QdRebalanceWork *self, guint node)
{
  for (guint i = 0; i < self->n_tenants; i++)
    if (self->at[i] == node && self->tenants[i]->pinned != NULL)
      return self->tenants[i]->pinned;
  return NULL;
}

static char *
tell_left (const QdRebalanceWork *self, guint node, guint n)
{
  g_autofree guint8 *reach = qd_rebalance_reach (self, node);
  const char *pin = find_pin (self, node);
  g_autofree char *names = NULL;
  guint reached = 0;

  for (guint k = 0; k < self->n_shards; k++)
    {
      reach[k] = reach[k] && k != node && self->nodes[k].shard->state == QD_REBALANCE_OPEN;
      reached += reach[k];
    }
  if (pin != NULL && self->nodes[node].mine->len + self->nodes[node].guests->len == 0)
    return g_strdup_printf (ngettext ("%u tenant may not move. %s", "%u tenants may not move. %s", n), n, pin);
  if (reached == 0)
    return g_strdup_printf (ngettext ("%u tenant has nowhere to go: no open shard suits it.", "%u tenants have nowhere to go: no open shard suits them.", n), n);
  names = tell_names (self, reach, reached);
  return g_strdup_printf (ngettext ("%u tenant has nowhere to go: %s have no room. %u more place is needed there.",
                                    "%u tenants have nowhere to go: %s have no room. %u more places are needed there.", n), n, names, n);
}

static void
add_block (const QdRebalanceWork *self, guint node, GPtrArray *blocks)
{
  guint n = qd_rebalance_excess (&self->nodes[node]);
  g_autofree char *cause = tell_closed (&self->nodes[node]), *left = NULL;
  QdRebalanceBlock *block;

  if (n == 0)
    return;
  if (cause == NULL)
    cause = tell_full (&self->nodes[node]);
  left = tell_left (self, node, n);
  block = g_new0 (QdRebalanceBlock, 1);
  block->shard = g_strdup (self->nodes[node].id);
  block->n = n;
  block->why = g_strdup_printf ("%s %s", cause, left);
  g_ptr_array_add (blocks, block);
}

/* Who is not suited and stays all the same, though its shard has room for it. */
static void
add_unsuited (const QdRebalanceWork *self, guint tenant, GPtrArray *blocks)
{
  const QdRebalanceTenant *held = self->tenants[tenant];
  const QdRebalanceNode *node;
  g_autofree char *needs = NULL;
  QdRebalanceBlock *block;

  if (self->at[tenant] == G_MAXUINT || self->at[tenant] >= self->n_shards)
    return;
  node = &self->nodes[self->at[tenant]];
  if (node->shard->state != QD_REBALANCE_OPEN || qd_rebalance_suits (held, node->shard))
    return;
  needs = tell_needs (held);
  block = g_new0 (QdRebalanceBlock, 1);
  block->shard = g_strdup (node->id);
  block->n = qd_rebalance_excess (node) > 0 ? 0 : 1;   /* else it is among those counted there */
  block->why = held->pinned != NULL
                 ? g_strdup_printf (_("%s needs %s, which %s does not have, and may not move. %s"), held->id, needs, node->id, held->pinned)
                 : g_strdup_printf (_("%s needs %s, which %s does not have: no shard that has it has room."), held->id, needs, node->id);
  g_ptr_array_add (blocks, block);
}

void
qd_rebalance_explain (const QdRebalanceWork *self, QdRebalance *plan)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_autofree guint *now = g_new0 (guint, self->n_nodes + 1);

  for (guint k = 0; k < self->n_nodes; k++)
    {
      add_steps (self, k, steps);
      now[k] = self->nodes[k].n_begin;
      add_block (self, k, plan->blocks);
    }
  for (guint i = 0; i < self->n_tenants; i++)
    add_unsuited (self, i, plan->blocks);
  order_steps (self, steps, now, plan->moves);
}
