/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-board.h"

#include <string.h>

/* So many steps can be undone. */
#define MAX_STEPS 200

/* Where the plan had somebody before a step and after it. */
typedef struct {
  char *tenant, *before, *after;     /* NULL: the plan is not about it */
} Edit;

typedef struct {
  GHashTable *plan;          /* tenant -> shard, owned: what is to be another than it is */
  GHashTable *whys;          /* tenant -> sentence, owned: of the last proposal */
  GHashTable *ranks;         /* tenant -> its place in that proposal, from 1; keys are borrowed from whys */
  GPtrArray *done, *undone;  /* steps: GPtrArray of Edit */
} Plan;

struct _QdPlacementBoard {
  GObject parent_instance;

  QdPlacementRoll *roll;
  Plan *now;                 /* of the kind that is shown; borrowed */
  GHashTable *plans;         /* kind -> Plan: what is planned for others waits */
  GHashTable *shards;        /* shard ("": nowhere) -> GPtrArray of QdRollTenant; made when asked for */
  char *filter;              /* folded */
};

G_DEFINE_FINAL_TYPE (QdPlacementBoard, qd_placement_board, G_TYPE_OBJECT)

static guint changed_signal;

static void
edit_free (gpointer data)
{
  Edit *edit = data;

  g_free (edit->tenant);
  g_free (edit->before);
  g_free (edit->after);
  g_free (edit);
}

static Plan *
plan_new (void)
{
  Plan *plan = g_new (Plan, 1);

  plan->plan = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  plan->whys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  plan->ranks = g_hash_table_new (g_str_hash, g_str_equal);
  plan->done = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  plan->undone = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  return plan;
}

static void
plan_free (gpointer data)
{
  Plan *plan = data;

  g_hash_table_unref (plan->ranks);
  g_hash_table_unref (plan->whys);
  g_hash_table_unref (plan->plan);
  g_ptr_array_unref (plan->done);
  g_ptr_array_unref (plan->undone);
  g_free (plan);
}

static const char *
get_home (QdPlacementBoard *self, const char *tenant)
{
  QdRollTenant *found = self->roll != NULL ? qd_placement_roll_get_tenant (self->roll, tenant) : NULL;

  return found != NULL ? found->shard : NULL;
}

static void
emit_changed (QdPlacementBoard *self)
{
  g_hash_table_remove_all (self->shards);
  g_signal_emit (self, changed_signal, 0);
}

/* --- Steps -------------------------------------------------------------------------------------------------- */

/* @shard NULL, or where it is anyway: the plan is not about it. */
static void
put (QdPlacementBoard *self, const char *tenant, const char *shard)
{
  if (shard == NULL || g_strcmp0 (shard, get_home (self, tenant)) == 0)
    g_hash_table_remove (self->now->plan, tenant);
  else
    g_hash_table_insert (self->now->plan, g_strdup (tenant), g_strdup (shard));
}

static void
add_edit (QdPlacementBoard *self, GPtrArray *step, const char *tenant, const char *shard)
{
  const char *before = g_hash_table_lookup (self->now->plan, tenant), *after = g_strcmp0 (shard, get_home (self, tenant)) == 0 ? NULL : shard;
  Edit *edit;

  if (g_strcmp0 (before, after) == 0)
    return;
  edit = g_new (Edit, 1);
  *edit = (Edit) { g_strdup (tenant), g_strdup (before), g_strdup (after) };
  g_ptr_array_add (step, edit);
}

static void
play (QdPlacementBoard *self, GPtrArray *step, gboolean forward)
{
  for (guint i = 0; i < step->len; i++)
    {
      const Edit *edit = step->pdata[i];

      put (self, edit->tenant, forward ? edit->after : edit->before);
    }
  emit_changed (self);
}

/* Takes @step. */
static gboolean
do_step (QdPlacementBoard *self, GPtrArray *step)
{
  if (step->len == 0)
    {
      g_ptr_array_unref (step);
      return FALSE;
    }
  g_ptr_array_set_size (self->now->undone, 0);
  if (self->now->done->len == MAX_STEPS)
    g_ptr_array_remove_index (self->now->done, 0);
  g_ptr_array_add (self->now->done, step);
  play (self, step, TRUE);
  return TRUE;
}

/* --- New rolls ------------------------------------------------------------------------------------------------ */

/* What has come true, or is about somebody who has gone, is no move. */
static gboolean
is_settled_cb (gpointer tenant, gpointer shard, gpointer data)
{
  QdPlacementBoard *self = data;
  QdRollTenant *found = qd_placement_roll_get_tenant (self->roll, tenant);

  return found == NULL || g_strcmp0 (found->shard, shard) == 0;
}

static void
turn_to (QdPlacementBoard *self, const char *kind)
{
  Plan *plan = g_hash_table_lookup (self->plans, kind);

  if (plan == NULL)
    g_hash_table_insert (self->plans, g_strdup (kind), plan = plan_new ());
  self->now = plan;
}

void
qd_placement_board_set_roll (QdPlacementBoard *self, QdPlacementRoll *roll)
{
  QdPlacementRoll *old = self->roll;

  g_return_if_fail (roll != NULL);

  g_hash_table_remove_all (self->shards);
  self->roll = roll;
  if (old == NULL || g_strcmp0 (old->kind, roll->kind) != 0)
    turn_to (self, roll->kind);
  qd_placement_roll_unref (old);
  g_hash_table_foreach_remove (self->now->plan, is_settled_cb, self);
  emit_changed (self);
}

const QdPlacementRoll *
qd_placement_board_get_roll (QdPlacementBoard *self)
{
  return self->roll;
}

/* --- Who is where ---------------------------------------------------------------------------------------------- */

const char *
qd_placement_board_get_place (QdPlacementBoard *self, const char *tenant)
{
  const char *planned = g_hash_table_lookup (self->now->plan, tenant);

  return planned != NULL ? planned : get_home (self, tenant);
}

static void
list_under (QdPlacementBoard *self, const char *shard, QdRollTenant *tenant)
{
  const char *key = shard != NULL ? shard : "";
  GPtrArray *list = g_hash_table_lookup (self->shards, key);

  if (list == NULL)
    g_hash_table_insert (self->shards, g_strdup (key), list = g_ptr_array_new ());
  g_ptr_array_add (list, tenant);
}

static void
list_all (QdPlacementBoard *self)
{
  for (guint i = 0; self->roll != NULL && i < self->roll->tenants->len; i++)
    {
      QdRollTenant *tenant = self->roll->tenants->pdata[i];
      const char *planned = g_hash_table_lookup (self->now->plan, tenant->id);

      list_under (self, tenant->shard, tenant);
      if (planned != NULL)
        list_under (self, planned, tenant);
    }
  /* there is always one, so that it is not listed again */
  if (!g_hash_table_contains (self->shards, ""))
    g_hash_table_insert (self->shards, g_strdup (""), g_ptr_array_new ());
}

GPtrArray *
qd_placement_board_get_tenants (QdPlacementBoard *self, const char *shard)
{
  const char *key = shard != NULL ? shard : "";
  GPtrArray *list;

  if (g_hash_table_size (self->shards) == 0)
    list_all (self);
  list = g_hash_table_lookup (self->shards, key);
  if (list == NULL)
    g_hash_table_insert (self->shards, g_strdup (key), list = g_ptr_array_new ());
  return list;
}

guint
qd_placement_board_count_now (QdPlacementBoard *self, const char *shard)
{
  GPtrArray *list = qd_placement_board_get_tenants (self, shard);
  guint n = 0;

  for (guint i = 0; i < list->len; i++)
    n += g_strcmp0 (((const QdRollTenant *) list->pdata[i])->shard, shard) == 0;
  return n;
}

guint
qd_placement_board_count_then (QdPlacementBoard *self, const char *shard)
{
  GPtrArray *list = qd_placement_board_get_tenants (self, shard);
  guint n = 0;

  for (guint i = 0; i < list->len; i++)
    n += g_strcmp0 (qd_placement_board_get_place (self, ((const QdRollTenant *) list->pdata[i])->id), shard) == 0;
  return n;
}

/* --- The plan --------------------------------------------------------------------------------------------------- */

gboolean
qd_placement_board_move (QdPlacementBoard *self, const char *const *tenants, const char *shard)
{
  GPtrArray *step;

  g_return_val_if_fail (shard != NULL, FALSE);

  if (self->roll == NULL || qd_placement_roll_get_shard (self->roll, shard) == NULL)
    return FALSE;
  step = g_ptr_array_new_with_free_func (edit_free);
  for (; *tenants != NULL; tenants++)
    if (qd_placement_roll_get_tenant (self->roll, *tenants) != NULL)
      {
        add_edit (self, step, *tenants, shard);
        /* what was proposed for it is not what it does now */
        g_hash_table_remove (self->now->ranks, *tenants);
        g_hash_table_remove (self->now->whys, *tenants);
      }
  return do_step (self, step);
}

gboolean
qd_placement_board_keep (QdPlacementBoard *self, const char *const *tenants)
{
  GPtrArray *step = g_ptr_array_new_with_free_func (edit_free);

  for (; *tenants != NULL; tenants++)
    add_edit (self, step, *tenants, get_home (self, *tenants));
  return do_step (self, step);
}

static void
clear_into (QdPlacementBoard *self, GPtrArray *step, GHashTable *kept)
{
  g_autoptr (GPtrArray) tenants = g_hash_table_get_keys_as_ptr_array (self->now->plan);

  for (guint i = 0; i < tenants->len; i++)
    if (kept == NULL || !g_hash_table_contains (kept, tenants->pdata[i]))
      add_edit (self, step, tenants->pdata[i], get_home (self, tenants->pdata[i]));
}

void
qd_placement_board_take (QdPlacementBoard *self, const QdRebalance *rebalance)
{
  GPtrArray *step = g_ptr_array_new_with_free_func (edit_free);

  g_hash_table_remove_all (self->now->ranks);
  g_hash_table_remove_all (self->now->whys);
  for (guint i = 0; i < rebalance->moves->len; i++)
    {
      const QdRebalanceMove *move = rebalance->moves->pdata[i];
      char *key = g_strdup (move->tenant);

      g_hash_table_insert (self->now->whys, key, g_strdup (move->why));
      g_hash_table_insert (self->now->ranks, key, GUINT_TO_POINTER (i + 1));
      add_edit (self, step, move->tenant, move->to);
    }
  clear_into (self, step, self->now->whys);
  if (!do_step (self, step))
    emit_changed (self);
}

const char *
qd_placement_board_get_why (QdPlacementBoard *self, const char *tenant)
{
  return g_hash_table_lookup (self->now->whys, tenant);
}

gboolean
qd_placement_board_can_undo (QdPlacementBoard *self)
{
  return self->now->done->len > 0;
}

gboolean
qd_placement_board_can_redo (QdPlacementBoard *self)
{
  return self->now->undone->len > 0;
}

void
qd_placement_board_undo (QdPlacementBoard *self)
{
  GPtrArray *step;

  if (self->now->done->len == 0)
    return;
  step = g_ptr_array_steal_index (self->now->done, self->now->done->len - 1);
  g_ptr_array_add (self->now->undone, step);
  play (self, step, FALSE);
}

void
qd_placement_board_redo (QdPlacementBoard *self)
{
  GPtrArray *step;

  if (self->now->undone->len == 0)
    return;
  step = g_ptr_array_steal_index (self->now->undone, self->now->undone->len - 1);
  g_ptr_array_add (self->now->done, step);
  play (self, step, TRUE);
}

void
qd_placement_board_discard (QdPlacementBoard *self)
{
  GPtrArray *step = g_ptr_array_new_with_free_func (edit_free);

  clear_into (self, step, NULL);
  do_step (self, step);
}

void
qd_placement_board_drop (QdPlacementBoard *self, const char *const *tenants)
{
  for (; *tenants != NULL; tenants++)
    g_hash_table_remove (self->now->plan, *tenants);
  g_ptr_array_set_size (self->now->done, 0);
  g_ptr_array_set_size (self->now->undone, 0);
  emit_changed (self);
}

static int
compare_ranks (gconstpointer a, gconstpointer b, gpointer data)
{
  GHashTable *ranks = data;
  guint l = GPOINTER_TO_UINT (g_hash_table_lookup (ranks, ((const QdPlacementMove *) a)->tenant->id));
  guint r = GPOINTER_TO_UINT (g_hash_table_lookup (ranks, ((const QdPlacementMove *) b)->tenant->id));

  /* who was not proposed comes last */
  return l - 1 < r - 1 ? -1 : l - 1 > r - 1;
}

GArray *
qd_placement_board_list_moves (QdPlacementBoard *self)
{
  GArray *moves = g_array_new (FALSE, FALSE, sizeof (QdPlacementMove));

  for (guint i = 0; self->roll != NULL && i < self->roll->tenants->len; i++)
    {
      const QdRollTenant *tenant = self->roll->tenants->pdata[i];
      QdPlacementMove move = { tenant, tenant->shard, g_hash_table_lookup (self->now->plan, tenant->id) };

      if (move.to != NULL)
        g_array_append_val (moves, move);
    }
  g_array_sort_with_data (moves, compare_ranks, self->now->ranks);
  return moves;
}

guint
qd_placement_board_get_n_moves (QdPlacementBoard *self)
{
  return g_hash_table_size (self->now->plan);
}

/* --- The filter --------------------------------------------------------------------------------------------------- */

void
qd_placement_board_set_filter (QdPlacementBoard *self, const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text != NULL ? text : "")), *folded = g_utf8_casefold (stripped, -1);

  if (g_set_str (&self->filter, folded))
    g_signal_emit (self, changed_signal, 0);
}

const char *
qd_placement_board_get_filter (QdPlacementBoard *self)
{
  return self->filter;
}

gboolean
qd_placement_board_matches (QdPlacementBoard *self, const QdRollTenant *tenant)
{
  g_autofree char *id = NULL, *name = NULL;

  if (*self->filter == '\0')
    return TRUE;
  id = g_utf8_casefold (tenant->id, -1);
  if (strstr (id, self->filter) != NULL)
    return TRUE;
  name = g_utf8_casefold (tenant->name, -1);
  return strstr (name, self->filter) != NULL;
}

/* --- The object ---------------------------------------------------------------------------------------------------- */

static void
qd_placement_board_finalize (GObject *object)
{
  QdPlacementBoard *self = QD_PLACEMENT_BOARD (object);

  g_hash_table_unref (self->shards);
  g_hash_table_unref (self->plans);
  qd_placement_roll_unref (self->roll);
  g_free (self->filter);
  G_OBJECT_CLASS (qd_placement_board_parent_class)->finalize (object);
}

static void
qd_placement_board_class_init (QdPlacementBoardClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_placement_board_finalize;
  changed_signal = g_signal_new ("changed", QD_TYPE_PLACEMENT_BOARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_placement_board_init (QdPlacementBoard *self)
{
  self->plans = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, plan_free);
  turn_to (self, "");
  self->shards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->filter = g_strdup ("");
}

QdPlacementBoard *
qd_placement_board_new (void)
{
  return g_object_new (QD_TYPE_PLACEMENT_BOARD, NULL);
}
