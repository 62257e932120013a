/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-tenancy"

#include "config.h"

#include "qd-rebalance-private.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gi18n-lib.h>

/* --- Who may be where ------------------------------------------------------------------------------------ */

gboolean
qd_rebalance_suits (const QdRebalanceTenant *tenant, const QdRebalanceShard *shard)
{
  if (tenant->region != NULL && g_strcmp0 (tenant->region, shard->region) != 0)
    return FALSE;
  for (guint i = 0; tenant->labels != NULL && tenant->labels[i] != NULL; i++)
    if (shard->labels == NULL || !g_strv_contains (shard->labels, tenant->labels[i]))
      return FALSE;
  return TRUE;
}

/* --- What is there --------------------------------------------------------------------------------------- */

static int
compare_tenants (gconstpointer a, gconstpointer b)
{
  const QdRebalanceTenant *l = *(const QdRebalanceTenant *const *) a, *r = *(const QdRebalanceTenant *const *) b;
  guint64 wait_l = (guint64) l->waiting, wait_r = (guint64) r->waiting;   /* not known: the greatest there is */

  if (wait_l != wait_r)
    return wait_l < wait_r ? -1 : 1;
  return strcmp (l->id, r->id);
}

static int
compare_shards (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const QdRebalanceShard *const *) a)->id, (*(const QdRebalanceShard *const *) b)->id);
}

static guint
add_node (GArray *nodes, const char *id, const QdRebalanceShard *shard, guint place)
{
  QdRebalanceNode node = { .id = id, .shard = shard, .place = place != G_MAXUINT ? place : nodes->len };

  node.mine = g_array_new (FALSE, FALSE, sizeof (guint));
  node.guests = g_array_new (FALSE, FALSE, sizeof (guint));
  g_array_append_val (nodes, node);
  return nodes->len - 1;
}

/* The shards in order of their ids, of two with one id the first; @by_id gets their nodes. */
static void
add_shards (QdRebalanceWork *self, GArray *nodes, GHashTable *by_id, const QdRebalanceShard *shards, guint n)
{
  g_autofree const QdRebalanceShard **sorted = g_new (const QdRebalanceShard *, n + 1);

  for (guint i = 0; i < n; i++)
    sorted[i] = &shards[i];
  qsort (sorted, n, sizeof *sorted, compare_shards);
  for (guint i = 0; i < n; i++)
    if (!g_hash_table_contains (by_id, sorted[i]->id))
      g_hash_table_insert (by_id, (gpointer) sorted[i]->id, GUINT_TO_POINTER (add_node (nodes, sorted[i]->id, sorted[i], G_MAXUINT)));
  self->n_shards = nodes->len;
}

static guint
find_home (QdRebalanceWork *self, GArray *nodes, GHashTable *by_id, GHashTable *beside, guint tenant)
{
  const char *id = self->tenants[tenant]->shard;
  gpointer found;
  guint place, node;

  if (id == NULL)
    return G_MAXUINT;
  if (!g_hash_table_lookup_extended (by_id, id, NULL, &found))
    g_hash_table_insert (by_id, (gpointer) id, found = GUINT_TO_POINTER (add_node (nodes, id, NULL, G_MAXUINT)));
  place = GPOINTER_TO_UINT (found);
  if (place >= self->n_shards || qd_rebalance_suits (self->tenants[tenant], g_array_index (nodes, QdRebalanceNode, place).shard))
    return place;
  if (!g_hash_table_lookup_extended (beside, GUINT_TO_POINTER (place + 1), NULL, &found))
    {
      node = add_node (nodes, g_array_index (nodes, QdRebalanceNode, place).id, NULL, place);
      g_hash_table_insert (beside, GUINT_TO_POINTER (place + 1), found = GUINT_TO_POINTER (node));
    }
  return GPOINTER_TO_UINT (found);
}

static void
find_allowed (QdRebalanceWork *self)
{
  self->allowed = g_new0 (guint8, (gsize) self->n_tenants * self->n_shards + 1);
  for (guint i = 0; i < self->n_tenants; i++)
    for (guint k = 0; k < self->n_shards; k++)
      self->allowed[(gsize) i * self->n_shards + k] = self->nodes[k].shard->state == QD_REBALANCE_OPEN
                                                      && qd_rebalance_suits (self->tenants[i], self->nodes[k].shard);
}

void
qd_rebalance_work_init (QdRebalanceWork *self, const QdRebalanceShard *shards, guint n_shards, const QdRebalanceTenant *tenants, guint n_tenants)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal), beside = g_hash_table_new (NULL, NULL);
  GArray *nodes = g_array_new (FALSE, TRUE, sizeof (QdRebalanceNode));

  *self = (QdRebalanceWork) { .n_tenants = n_tenants };
  self->tenants = g_new (const QdRebalanceTenant *, n_tenants + 1);
  for (guint i = 0; i < n_tenants; i++)
    self->tenants[i] = &tenants[i];
  qsort (self->tenants, n_tenants, sizeof *self->tenants, compare_tenants);
  self->home = g_new (guint, n_tenants + 1);
  self->at = g_new (guint, n_tenants + 1);
  self->stuck = g_new0 (guint8, n_tenants + 1);
  add_shards (self, nodes, by_id, shards, n_shards);
  for (guint i = 0; i < n_tenants; i++)
    {
      self->home[i] = find_home (self, nodes, by_id, beside, i);
      self->stuck[i] = self->tenants[i]->pinned != NULL;
    }
  self->n_nodes = nodes->len;
  self->nodes = (QdRebalanceNode *) (void *) g_array_free (nodes, FALSE);
  find_allowed (self);
}

/* How many may be there. Where it is not known, as many as there are. */
static gint64
get_room (const QdRebalanceNode *node)
{
  if (node->shard == NULL || node->shard->state != QD_REBALANCE_OPEN)
    return 0;
  return node->shard->capacity >= 0 ? node->shard->capacity : (gint64) node->n_begin;
}

void
qd_rebalance_work_reset (QdRebalanceWork *self)
{
  for (guint k = 0; k < self->n_nodes; k++)
    {
      g_array_set_size (self->nodes[k].mine, 0);
      g_array_set_size (self->nodes[k].guests, 0);
      self->nodes[k].n = self->nodes[k].n_pinned = self->nodes[k].n_begin = 0;
    }
  for (guint i = 0; i < self->n_tenants; i++)
    {
      guint home = self->home[i];

      if (home != G_MAXUINT && self->stuck[i])
        home = self->nodes[home].place;
      self->at[i] = self->home[i] = home;
      if (home == G_MAXUINT)
        continue;
      self->nodes[home].n++;
      self->nodes[self->nodes[home].place].n_begin++;
      if (self->stuck[i])
        self->nodes[home].n_pinned++;
      else
        g_array_append_val (self->nodes[home].mine, i);
    }
  self->bound = 0;
  for (guint k = 0; k < self->n_nodes; k++)
    {
      self->nodes[k].room = get_room (&self->nodes[k]);
      self->bound += qd_rebalance_excess (&self->nodes[k]);
    }
}

void
qd_rebalance_work_clear (QdRebalanceWork *self)
{
  for (guint k = 0; k < self->n_nodes; k++)
    {
      g_array_unref (self->nodes[k].mine);
      g_array_unref (self->nodes[k].guests);
    }
  g_free (self->nodes);
  g_free (self->tenants);
  g_free (self->home);
  g_free (self->at);
  g_free (self->stuck);
  g_free (self->allowed);
}

static void
take (GArray *list, guint tenant)
{
  guint at;

  for (at = 0; at < list->len && g_array_index (list, guint, at) != tenant; at++)
    ;
  g_assert (at < list->len);
  g_array_remove_index (list, at);
}

static void
put (GArray *list, guint tenant)
{
  guint at = list->len;

  while (at > 0 && g_array_index (list, guint, at - 1) > tenant)
    at--;
  g_array_insert_val (list, at, tenant);
}

void
qd_rebalance_work_move (QdRebalanceWork *self, guint tenant, guint node)
{
  guint from = self->at[tenant], home = self->home[tenant];

  take (from == home ? self->nodes[from].mine : self->nodes[from].guests, tenant);
  put (node == home ? self->nodes[node].mine : self->nodes[node].guests, tenant);
  self->nodes[from].n--;
  self->nodes[node].n++;
  self->at[tenant] = node;
}

/* --- The plan ---------------------------------------------------------------------------------------------- */

/* Unsuited tenants that found no place stay on their shard after all, and take up room there. */
static gboolean
hold_unsuited (QdRebalanceWork *self)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->n_tenants; i++)
    if (self->at[i] != G_MAXUINT && self->nodes[self->at[i]].place != self->at[i])
      any = self->stuck[i] = TRUE;
  return any;
}

static void
move_free (gpointer data)
{
  QdRebalanceMove *move = data;

  g_free (move->tenant);
  g_free (move->from);
  g_free (move->to);
  g_free (move->why);
  g_free (move);
}

static void
block_free (gpointer data)
{
  QdRebalanceBlock *block = data;

  g_free (block->shard);
  g_free (block->why);
  g_free (block);
}

/**
 * qd_rebalance_plan:
 * @shards: (array length=n_shards): the shards of one service kind; of two with one id, one is taken
 * @tenants: (array length=n_tenants): the tenants, each id once
 *
 * The fewest moves after which no shard has more tenants than room, nobody is on a shard that is draining, down or not
 * known, and nobody is where region or labels do not suit. The same input gives the same plan, in whatever order it comes.
 * Any thread; nothing is kept.
 *
 * Capacity counts tenants, so this is a flow of least cost: a tenant that stays costs nothing, one that ends elsewhere
 * costs one, shards hold so many, and whoever is too many must flow to where there is room. Paths of least cost are taken one
 * after another, those that send a former guest on (no cost more) or home (one less) among them. By the theorem of successive
 * shortest paths each flow on the way is the cheapest of its size, and when no path is left it is also the largest. Hence:
 *
 *   - where everything can be brought in order, no plan has fewer moves. If the plan has just `bound` of them, that is seen
 *     without the theorem: each shard's own excess must leave it, and nobody leaves two shards. It has more only where a
 *     tenant that may be in few places needs another to give way;
 *   - where not, as many as possible of those too many are moved, and that with the fewest moves; `blocks` say what is left.
 *     An unsuited tenant that has nowhere to go is counted where it is, and the rest is planned around it.
 *
 * Of plans with equally many moves, one is taken that fills shards evenly, prefers those with less load, and moves who has the least waiting.
 *
 * Moves come in an order in which every target has room when its turn comes. Only where tenants must change places in a
 * circle of full shards there is no such order: then one of them is `brief`.
 *
 * Returns: (transfer full): the plan
 */
QdRebalance *
qd_rebalance_plan (const QdRebalanceShard *shards, guint n_shards, const QdRebalanceTenant *tenants, guint n_tenants)
{
  QdRebalance *plan = g_new0 (QdRebalance, 1);
  QdRebalanceWork work;

  g_return_val_if_fail (shards != NULL || n_shards == 0, NULL);
  g_return_val_if_fail (tenants != NULL || n_tenants == 0, NULL);

  plan->moves = g_ptr_array_new_with_free_func (move_free);
  plan->blocks = g_ptr_array_new_with_free_func (block_free);
  qd_rebalance_work_init (&work, shards, n_shards, tenants, n_tenants);
  do
    {
      qd_rebalance_work_reset (&work);
      qd_rebalance_solve (&work);
    }
  while (hold_unsuited (&work));
  plan->bound = work.bound;
  for (guint i = 0; i < n_tenants; i++)
    plan->n_unplaced += tenants[i].shard == NULL;
  qd_rebalance_explain (&work, plan);
  qd_rebalance_work_clear (&work);
  return plan;
}

void
qd_rebalance_free (QdRebalance *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->moves);
  g_ptr_array_unref (self->blocks);
  g_free (self);
}

/**
 * qd_rebalance_tell:
 *
 * Returns: (transfer full): what the plan comes to
 */
char *
qd_rebalance_tell (const QdRebalance *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = self->moves->len, left = 0;

  for (guint i = 0; i < self->blocks->len; i++)
    left += ((const QdRebalanceBlock *) self->blocks->pdata[i])->n;
  if (n == 0 && left == 0)
    return g_strdup (_("No shard has more tenants than room: nothing needs to move."));
  if (n == 0)
    g_string_append (text, _("No move helps."));
  else if (left > 0)
    g_string_append_printf (text, ngettext ("%u move helps.", "%u moves help.", n), n);
  else
    g_string_append_printf (text, ngettext ("%u move brings every shard in order; fewer cannot.", "%u moves bring every shard in order; fewer cannot.", n), n);
  if (left > 0)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text, ngettext ("%u tenant has nowhere to go.", "%u tenants have nowhere to go.", left), left);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
