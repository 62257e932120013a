/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-model-private.h"

#include "qd-topology-groups.h"

/* What an admin does to the arrangement. Each act is noted from here to when it is seen, and can be
 * taken back as one. */

/* FALSE while an act that takes longer is not done yet. */
static gboolean
begin (QdTopologyModel *self)
{
  if (!qd_topology_model_numbers_hold (self) || qd_places_is_noting (self->places))
    return FALSE;
  qd_places_begin (self->places);
  return TRUE;
}

static void
seen (QdTopologyModel *self)
{
  self->moved = TRUE;
  qd_topology_model_stop_work (self);
  qd_topology_model_refresh (self);
}

/* Groups take what is in them along. */
static void
move_members (QdTopologyModel *self, const QdTopologyGroup *group, QdPoint from, QdPoint to)
{
  for (guint i = 0; i < group->members->len; i++)
    {
      QdPoint at;

      if (qd_places_get (self->places, group->members->pdata[i], &at))
        qd_places_set (self->places, group->members->pdata[i], (QdPoint) { at.x + to.x - from.x, at.y + to.y - from.y });
    }
}

gboolean
qd_topology_model_move (QdTopologyModel *self, const guint *nodes, guint n, const QdPoint *to)
{
  g_return_val_if_fail (QD_IS_TOPOLOGY_MODEL (self), FALSE);

  if (n == 0 || !begin (self))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = qd_topology_snapshot_get_key (self->snapshot, nodes[i]);
      const QdTopologyGroup *group = self->snapshot->groups->pdata[nodes[i]];

      if (group)
        move_members (self, group, self->scene->positions[nodes[i]], to[i]);
      qd_places_set_key (self->places, key, to[i]);
      qd_places_set_pinned (self->places, key, TRUE);
    }
  seen (self);
  return TRUE;
}

void
qd_topology_model_set_pinned (QdTopologyModel *self, const guint *nodes, guint n, gboolean pinned)
{
  g_return_if_fail (QD_IS_TOPOLOGY_MODEL (self));

  if (n == 0 || !begin (self))
    return;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = qd_topology_snapshot_get_key (self->snapshot, nodes[i]);
      qd_places_set_pinned (self->places, key, pinned);
    }
  seen (self);
}

gboolean
qd_topology_model_is_pinned (QdTopologyModel *self, guint node)
{
  return self->scene && node < self->scene->n_nodes && self->scene->nodes[node].pinned;
}

void
qd_topology_model_unpin_all (QdTopologyModel *self)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; self->scene && i < self->scene->n_nodes; i++)
    if (self->scene->nodes[i].pinned)
      g_array_append_val (nodes, i);
  qd_topology_model_set_pinned (self, (const guint *) (gpointer) nodes->data, nodes->len, FALSE);
}

static void
arrange (QdTopologyModel *self)
{
  qd_places_loosen (self->places);
  self->anew = TRUE;
  seen (self);
}

void
qd_topology_model_arrange (QdTopologyModel *self)
{
  if (self->snapshot && begin (self))
    arrange (self);
}

/* --- Settings ---------------------------------------------------------------------------------- */

const char *
qd_topology_model_get_layout (QdTopologyModel *self)
{
  const char *name = qd_places_get_setting (self->places, "layout");

  return *name ? name : "force";
}

/* The first that makes more than one group, and fewer than there are things. */
static const char *
default_group (QdTopologyModel *self)
{
  g_autoptr (GPtrArray) choices = qd_topology_group_choices (qd_session_get_fleet (self->session), self->shown);

  for (guint c = choices->len; c-- > 0;)
    {
      g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

      for (guint i = 0; i < self->snapshot->nodes->len; i++)
        {
          QdEntity *entity = self->snapshot->nodes->pdata[i];
          char *name = entity ? qd_topology_group_of (entity, choices->pdata[c]) : NULL;

          if (name)
            g_hash_table_add (names, name);
        }
      if (g_hash_table_size (names) > 1 && g_hash_table_size (names) * 2 <= self->snapshot->nodes->len)
        return g_intern_string (choices->pdata[c]);
    }
  return "kind";
}

void
qd_topology_model_set_layout (QdTopologyModel *self, const char *name)
{
  g_return_if_fail (QD_IS_TOPOLOGY_MODEL (self));

  if (g_str_equal (name, qd_topology_model_get_layout (self)) || !begin (self))
    return;
  qd_places_set_setting (self->places, "layout", name);
  if (g_str_equal (name, "clusters") && *qd_topology_model_get_group_by (self) == '\0')
    qd_places_set_setting (self->places, "group", default_group (self));
  arrange (self);
}

const char *
qd_topology_model_get_group_by (QdTopologyModel *self)
{
  return qd_places_get_setting (self->places, "group");
}

static void
unfold_all (QdTopologyModel *self)
{
  g_autoptr (GPtrArray) names = g_hash_table_get_keys_as_ptr_array (qd_places_get_folded (self->places));

  for (guint i = 0; i < names->len; i++)
    qd_places_set_folded (self->places, names->pdata[i], FALSE);
}

void
qd_topology_model_set_group_by (QdTopologyModel *self, const char *group_by)
{
  g_return_if_fail (QD_IS_TOPOLOGY_MODEL (self));

  if (g_str_equal (group_by, qd_topology_model_get_group_by (self)) || !begin (self))
    return;
  unfold_all (self);
  qd_places_set_setting (self->places, "group", group_by);
  if (g_str_equal (qd_topology_model_get_layout (self), "clusters"))
    arrange (self);
  else
    seen (self);
}

/* A folded group stands in the middle of what is in it. */
static void
fold (QdTopologyModel *self, const char *group)
{
  const char *group_by = qd_topology_model_get_group_by (self);
  g_autofree char *key = qd_places_group_key (group);
  double x = 0, y = 0;
  guint n = 0;

  for (guint i = 0; i < self->snapshot->nodes->len; i++)
    {
      QdEntity *entity = self->snapshot->nodes->pdata[i];
      g_autofree char *name = entity ? qd_topology_group_of (entity, group_by) : NULL;

      if (g_strcmp0 (name, group) != 0)
        continue;
      x += self->scene->positions[i].x;
      y += self->scene->positions[i].y;
      n++;
    }
  if (n > 0 && !qd_places_is_pinned (self->places, key))
    qd_places_set_key (self->places, key, (QdPoint) { (float) (x / n), (float) (y / n) });
  qd_places_set_folded (self->places, group, TRUE);
}

void
qd_topology_model_set_folded (QdTopologyModel *self, const char *group, gboolean folded)
{
  g_return_if_fail (QD_IS_TOPOLOGY_MODEL (self) && group != NULL);

  if (qd_places_is_folded (self->places, group) == folded || !begin (self))
    return;
  if (folded)
    fold (self, group);
  else
    qd_places_set_folded (self->places, group, FALSE);
  seen (self);
}

void
qd_topology_model_fold_all (QdTopologyModel *self, gboolean folded)
{
  const char *group_by = qd_topology_model_get_group_by (self);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer name;

  g_return_if_fail (QD_IS_TOPOLOGY_MODEL (self));

  if (*group_by == '\0' || !begin (self))
    return;
  if (!folded)
    unfold_all (self);
  for (guint i = 0; folded && i < self->snapshot->nodes->len; i++)
    if (self->snapshot->nodes->pdata[i])
      {
        char *group = qd_topology_group_of (self->snapshot->nodes->pdata[i], group_by);
        if (group)
          g_hash_table_add (names, group);
      }
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    fold (self, name);
  seen (self);
}

char *
qd_topology_model_dup_group (QdTopologyModel *self, guint node)
{
  const char *group_by = qd_topology_model_get_group_by (self);
  const QdTopologyGroup *group;

  if (!qd_topology_model_numbers_hold (self) || node >= self->snapshot->nodes->len || *group_by == '\0')
    return NULL;
  group = self->snapshot->groups->pdata[node];
  return group ? g_strdup (group->name) : qd_topology_group_of (self->snapshot->nodes->pdata[node], group_by);
}

/* --- Taking back ------------------------------------------------------------------------------- */

/* What is still under way is over: it is as far as it got. */
static void
give_up (QdTopologyModel *self)
{
  QdPlacesChange *change;

  if (!qd_places_is_noting (self->places))
    return;
  qd_topology_model_stop_work (self);
  self->anew = FALSE;
  change = qd_places_end (self->places);
  if (change)
    qd_topology_undo_push (self->undo, change);
}

void
qd_topology_model_undo (QdTopologyModel *self)
{
  const QdPlacesChange *change;

  g_return_if_fail (QD_IS_TOPOLOGY_MODEL (self));

  if (!self->places_known)
    return;
  give_up (self);
  change = qd_topology_undo_step_back (self->undo);
  if (change == NULL)
    return;
  qd_places_apply (self->places, change, TRUE);
  seen (self);
}

void
qd_topology_model_redo (QdTopologyModel *self)
{
  const QdPlacesChange *change;

  g_return_if_fail (QD_IS_TOPOLOGY_MODEL (self));

  if (!self->places_known || qd_places_is_noting (self->places))
    return;
  change = qd_topology_undo_step_forward (self->undo);
  if (change == NULL)
    return;
  qd_places_apply (self->places, change, FALSE);
  seen (self);
}

QdTopologyUndo *
qd_topology_model_get_undo (QdTopologyModel *self)
{
  return self->undo;
}
