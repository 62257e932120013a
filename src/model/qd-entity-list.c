/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-entity-private.h"

/* More removed ranges than this are told as one that covers them all. */
#define MAX_RANGES 16

struct _QdEntityList {
  GObject parent_instance;

  QdKind kind;
  GPtrArray *items;      /* owns */
  GPtrArray *added;      /* owns; what the batch under way brought, not yet among the items */
  GPtrArray *removed;    /* owns */
  GPtrArray *updated;    /* owns */
  GArray *free_slots;    /* of guint */
  guint n_slots;
  guint n_alive;
};

static GType
qd_entity_list_get_item_type (GListModel *model)
{
  return QD_TYPE_ENTITY;
}

static guint
qd_entity_list_get_n_items (GListModel *model)
{
  return QD_ENTITY_LIST (model)->items->len;
}

static gpointer
qd_entity_list_get_item (GListModel *model, guint position)
{
  QdEntity *entity = qd_entity_list_peek (QD_ENTITY_LIST (model), position);

  return entity != NULL ? g_object_ref (entity) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = qd_entity_list_get_item_type;
  iface->get_n_items = qd_entity_list_get_n_items;
  iface->get_item = qd_entity_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QdEntityList, qd_entity_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static guint updated_signal, batch_signal;

static void
qd_entity_list_finalize (GObject *object)
{
  QdEntityList *self = QD_ENTITY_LIST (object);

  g_ptr_array_unref (self->items);
  g_ptr_array_unref (self->added);
  g_ptr_array_unref (self->removed);
  g_ptr_array_unref (self->updated);
  g_array_unref (self->free_slots);
  G_OBJECT_CLASS (qd_entity_list_parent_class)->finalize (object);
}

static void
qd_entity_list_class_init (QdEntityListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_entity_list_finalize;

  /**
   * QdEntityList::items-updated:
   * @items: (element-type QdEntity): entities whose fields changed and whose place did not; borrowed
   */
  updated_signal = g_signal_new ("items-updated", QD_TYPE_ENTITY_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_POINTER);
  batch_signal = g_signal_new ("batch", QD_TYPE_ENTITY_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
qd_entity_list_init (QdEntityList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->added = g_ptr_array_new_with_free_func (g_object_unref);
  self->removed = g_ptr_array_new_with_free_func (g_object_unref);
  self->updated = g_ptr_array_new_with_free_func (g_object_unref);
  self->free_slots = g_array_new (FALSE, FALSE, sizeof (guint));
}

/* --- For the room --- */

QdEntityList *
qd_entity_list_new (QdKind kind)
{
  QdEntityList *self = g_object_new (QD_TYPE_ENTITY_LIST, NULL);

  self->kind = kind;
  return self;
}

void
qd_entity_list_queue_add (QdEntityList *self, QdEntity *entity)
{
  if (self->free_slots->len > 0)
    {
      entity->slot = g_array_index (self->free_slots, guint, self->free_slots->len - 1);
      g_array_set_size (self->free_slots, self->free_slots->len - 1);
    }
  else
    entity->slot = self->n_slots++;
  self->n_alive++;
  entity->position = self->added->len;
  g_ptr_array_add (self->added, g_object_ref (entity));
}

void
qd_entity_list_queue_remove (QdEntityList *self, QdEntity *entity)
{
  entity->is_removed = TRUE;
  self->n_alive--;
  if (!entity->is_new)
    {
      g_ptr_array_add (self->removed, g_object_ref (entity));
      return;
    }
  /* It came and went within one batch: nobody hears of it. */
  g_array_append_val (self->free_slots, entity->slot);
  g_object_unref (self->added->pdata[entity->position]);
  self->added->pdata[entity->position] = NULL;
}

void
qd_entity_list_queue_update (QdEntityList *self, QdEntity *entity)
{
  g_ptr_array_add (self->updated, g_object_ref (entity));
}

guint
qd_entity_list_get_n_slots (QdEntityList *self)
{
  return self->n_slots;
}

guint
qd_entity_list_count (QdEntityList *self)
{
  return self->n_alive;
}

void
qd_entity_list_foreach (QdEntityList *self, void (*func) (gpointer data, QdEntity *entity), gpointer data)
{
  for (guint i = 0; i < self->items->len; i++)
    if (!((QdEntity *) self->items->pdata[i])->is_removed)
      func (data, self->items->pdata[i]);
  for (guint i = 0; i < self->added->len; i++)
    if (self->added->pdata[i] != NULL)
      func (data, self->added->pdata[i]);
}

static int
compare_position (gconstpointer a, gconstpointer b)
{
  guint x = (*(QdEntity *const *) a)->position, y = (*(QdEntity *const *) b)->position;

  return (x > y) - (x < y);
}

static void
renumber (QdEntityList *self, guint from)
{
  for (guint i = from; i < self->items->len; i++)
    ((QdEntity *) self->items->pdata[i])->position = i;
}

/* Few ranges: told one by one from the end, so that each position is right when it is told. */
static void
remove_ranges (QdEntityList *self, GArray *ranges)
{
  for (guint i = ranges->len / 2; i-- > 0;)
    {
      guint *range = &g_array_index (ranges, guint, 2 * i);

      g_ptr_array_remove_range (self->items, range[0], range[1]);
      renumber (self, range[0]);
      g_list_model_items_changed (G_LIST_MODEL (self), range[0], range[1], 0);
    }
}

/* Many: the array is closed up in one go and told as one range from the first to the last. */
static void
remove_covering (QdEntityList *self, guint first, guint last)
{
  guint to = first, n = self->removed->len;

  for (guint i = first; i < self->items->len; i++)
    {
      QdEntity *entity = self->items->pdata[i];

      if (entity->is_removed)
        g_object_unref (entity);
      else
        self->items->pdata[to++] = entity;
    }
  /* The rest holds stale pointers, whose references have moved or gone. */
  for (guint i = to; i < self->items->len; i++)
    self->items->pdata[i] = NULL;
  g_ptr_array_set_free_func (self->items, NULL);
  g_ptr_array_set_size (self->items, (int) to);
  g_ptr_array_set_free_func (self->items, g_object_unref);
  renumber (self, first);
  g_list_model_items_changed (G_LIST_MODEL (self), first, last - first + 1, last - first + 1 - n);
}

static void
tell_removed (QdEntityList *self)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (guint));
  guint n = self->removed->len, n_ranges = 0;
  QdEntity **entities = (QdEntity **) self->removed->pdata;

  g_ptr_array_sort (self->removed, compare_position);
  for (guint i = 0; i < n && n_ranges <= MAX_RANGES; i++)
    if (n_ranges > 0 && entities[i]->position == entities[i - 1]->position + 1)
      g_array_index (ranges, guint, 2 * n_ranges - 1)++;
    else
      {
        guint range[2] = { entities[i]->position, 1 };

        g_array_append_vals (ranges, range, 2);
        n_ranges++;
      }
  if (n_ranges <= MAX_RANGES)
    remove_ranges (self, ranges);
  else
    remove_covering (self, entities[0]->position, entities[n - 1]->position);
}

static void
tell_added (QdEntityList *self)
{
  guint before = self->items->len;

  for (guint i = 0; i < self->added->len; i++)
    {
      QdEntity *entity = self->added->pdata[i];

      if (entity == NULL)
        continue;
      entity->is_new = FALSE;
      entity->mask = 0;
      entity->position = self->items->len;
      g_ptr_array_add (self->items, g_object_ref (entity));
    }
  if (self->items->len > before)
    g_list_model_items_changed (G_LIST_MODEL (self), before, 0, self->items->len - before);
}

static GPtrArray *
take (GPtrArray **array)
{
  GPtrArray *taken = *array;

  *array = g_ptr_array_new_with_free_func (g_object_unref);
  return taken;
}

static void
drop_if (GPtrArray *array, gboolean (*gone) (QdEntity *entity))
{
  guint to = 0;

  for (guint i = 0; i < array->len; i++)
    {
      QdEntity *entity = array->pdata[i];

      if (entity != NULL && gone (entity))
        {
          g_object_unref (entity);
          entity = NULL;
        }
      array->pdata[i] = NULL;
      if (entity != NULL)
        array->pdata[to++] = entity;
    }
  g_ptr_array_set_free_func (array, NULL);
  g_ptr_array_set_size (array, (int) to);
  g_ptr_array_set_free_func (array, g_object_unref);
}

static gboolean
is_removed (QdEntity *entity)
{
  return entity->is_removed;
}

static gboolean
never (QdEntity *entity)
{
  return FALSE;
}

void
qd_entity_list_commit (QdEntityList *self)
{
  if (self->removed->len + self->added->len + self->updated->len == 0)
    return;

  drop_if (self->added, never);
  drop_if (self->updated, is_removed);
  if (self->removed->len > 0)
    tell_removed (self);
  tell_added (self);

  g_autoptr (GPtrArray) removed = take (&self->removed), added = take (&self->added), updated = take (&self->updated);
  QdListBatch batch = { removed, added, updated };
  if (updated->len > 0)
    g_signal_emit (self, updated_signal, 0, updated);
  g_signal_emit (self, batch_signal, 0, &batch);
  for (guint i = 0; i < updated->len; i++)
    qd_entity_tell (updated->pdata[i]);
  for (guint i = 0; i < removed->len; i++)
    g_array_append_val (self->free_slots, ((QdEntity *) removed->pdata[i])->slot);
}

/* --- For everyone --- */

QdKind
qd_entity_list_get_kind (QdEntityList *self)
{
  return self->kind;
}

guint
qd_entity_list_get_length (QdEntityList *self)
{
  return self->items->len;
}

/**
 * qd_entity_list_peek:
 *
 * Returns: (transfer none) (nullable): the entity at @position, %NULL past the end
 */
QdEntity *
qd_entity_list_peek (QdEntityList *self, guint position)
{
  return position < self->items->len ? self->items->pdata[position] : NULL;
}
