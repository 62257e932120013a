/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-grid-selection.h"

/* Up to so many are looked up one by one when they are listed; for more, the view is gone through. */
#define FEW 256

struct _QdGridSelection {
  GObject parent_instance;

  QdView *view;
  GHashTable *entities;   /* owned */
  gboolean doubtful;      /* some may be gone from the view */
  guint prune_id;
};

G_DEFINE_FINAL_TYPE (QdGridSelection, qd_grid_selection, G_TYPE_OBJECT)

static guint changed_signal;

static void
tell (QdGridSelection *self)
{
  g_signal_emit (self, changed_signal, 0);
}

/* Forgets what the view does not show any more; TRUE when there was any. */
static gboolean
prune (QdGridSelection *self)
{
  guint before = g_hash_table_size (self->entities);
  GHashTableIter iter;
  gpointer entity;

  if (!self->doubtful)
    return FALSE;
  self->doubtful = FALSE;
  g_hash_table_iter_init (&iter, self->entities);
  while (g_hash_table_iter_next (&iter, &entity, NULL))
    if (!qd_view_contains (self->view, entity))
      g_hash_table_iter_remove (&iter);
  return g_hash_table_size (self->entities) != before;
}

static gboolean
prune_cb (gpointer user_data)
{
  QdGridSelection *self = user_data;

  self->prune_id = 0;
  prune (self);
  tell (self);
  return G_SOURCE_REMOVE;
}

/* Many changes may come in a row, and all may be selected: it is looked at once. Whoever asks in
 * the meantime is told the truth, and everybody is told afterwards. */
static void
items_changed_cb (QdGridSelection *self, guint position, guint removed, guint added)
{
  if (removed == 0 || g_hash_table_size (self->entities) == 0)
    return;
  self->doubtful = TRUE;
  if (self->prune_id == 0)
    self->prune_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, prune_cb, self, NULL);
}

static void
qd_grid_selection_dispose (GObject *object)
{
  QdGridSelection *self = QD_GRID_SELECTION (object);

  g_clear_handle_id (&self->prune_id, g_source_remove);
  g_hash_table_remove_all (self->entities);
  g_clear_object (&self->view);
  G_OBJECT_CLASS (qd_grid_selection_parent_class)->dispose (object);
}

static void
qd_grid_selection_finalize (GObject *object)
{
  g_hash_table_unref (QD_GRID_SELECTION (object)->entities);
  G_OBJECT_CLASS (qd_grid_selection_parent_class)->finalize (object);
}

static void
qd_grid_selection_class_init (QdGridSelectionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_grid_selection_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_grid_selection_finalize;

  changed_signal = g_signal_new ("changed", QD_TYPE_GRID_SELECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_grid_selection_init (QdGridSelection *self)
{
  self->entities = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

/**
 * qd_grid_selection_new:
 * @view: what can be selected of
 *
 * Returns: (transfer full): nothing selected
 */
QdGridSelection *
qd_grid_selection_new (QdView *view)
{
  QdGridSelection *self = g_object_new (QD_TYPE_GRID_SELECTION, NULL);

  self->view = g_object_ref (view);
  g_signal_connect_object (view, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

gboolean
qd_grid_selection_contains (QdGridSelection *self, QdEntity *entity)
{
  return entity != NULL && g_hash_table_contains (self->entities, entity);
}

guint
qd_grid_selection_get_n (QdGridSelection *self)
{
  prune (self);
  return g_hash_table_size (self->entities);
}

QdEntity *
qd_grid_selection_get_only (QdGridSelection *self)
{
  GHashTableIter iter;
  gpointer entity = NULL;

  if (qd_grid_selection_get_n (self) != 1)
    return NULL;
  g_hash_table_iter_init (&iter, self->entities);
  g_hash_table_iter_next (&iter, &entity, NULL);
  return entity;
}

static int
compare_positions (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;

  return (x > y) - (x < y);
}

static void
list_few (QdGridSelection *self, GPtrArray *listed)
{
  g_autoptr (GArray) positions = g_array_new (FALSE, FALSE, sizeof (guint));
  GHashTableIter iter;
  gpointer entity;

  g_hash_table_iter_init (&iter, self->entities);
  while (g_hash_table_iter_next (&iter, &entity, NULL))
    {
      guint at = qd_view_find (self->view, entity);

      g_array_append_val (positions, at);
    }
  g_array_sort (positions, compare_positions);
  for (guint i = 0; i < positions->len; i++)
    g_ptr_array_add (listed, qd_view_peek (self->view, g_array_index (positions, guint, i)));
}

GPtrArray *
qd_grid_selection_list (QdGridSelection *self)
{
  guint n = qd_grid_selection_get_n (self);
  GPtrArray *listed = g_ptr_array_sized_new (n);

  if (n <= FEW)
    list_few (self, listed);
  else
    for (guint i = 0; i < qd_view_get_length (self->view); i++)
      if (g_hash_table_contains (self->entities, qd_view_peek (self->view, i)))
        g_ptr_array_add (listed, qd_view_peek (self->view, i));
  return listed;
}

void
qd_grid_selection_set_only (QdGridSelection *self, QdEntity *entity)
{
  if (g_hash_table_size (self->entities) == 1 && g_hash_table_contains (self->entities, entity))
    return;
  g_hash_table_remove_all (self->entities);
  g_hash_table_add (self->entities, g_object_ref (entity));
  tell (self);
}

void
qd_grid_selection_set_list (QdGridSelection *self, GPtrArray *entities)
{
  g_hash_table_remove_all (self->entities);
  for (guint i = 0; i < entities->len; i++)
    if (qd_view_contains (self->view, entities->pdata[i]))
      g_hash_table_add (self->entities, g_object_ref (entities->pdata[i]));
  tell (self);
}

void
qd_grid_selection_toggle (QdGridSelection *self, QdEntity *entity)
{
  if (!g_hash_table_remove (self->entities, entity))
    g_hash_table_add (self->entities, g_object_ref (entity));
  tell (self);
}

void
qd_grid_selection_set_range (QdGridSelection *self, guint from, guint to)
{
  guint first = MIN (from, to), last = MAX (from, to);

  g_hash_table_remove_all (self->entities);
  for (guint i = first; i <= last && i < qd_view_get_length (self->view); i++)
    g_hash_table_add (self->entities, g_object_ref (qd_view_peek (self->view, i)));
  tell (self);
}

void
qd_grid_selection_set_all (QdGridSelection *self)
{
  qd_grid_selection_set_range (self, 0, G_MAXUINT - 1);
}

void
qd_grid_selection_clear (QdGridSelection *self)
{
  if (g_hash_table_size (self->entities) == 0)
    return;
  g_hash_table_remove_all (self->entities);
  tell (self);
}
