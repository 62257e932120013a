/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-view.h"

#include <string.h>

#include "qd-view-sort.h"
#include "qd-warmer.h"

/* Up to so many changes are told each for itself; more are told as one range that covers them. A
 * move costs its listeners its whole way, so that fewer of them are worth it. */
#define MAX_EXACT 16
#define MAX_EXACT_MOVES 4
/* Things between the one that is looked at and the one that is fetched from memory meanwhile. */
#define AHEAD 16

enum {
  SHOWN = 1 << 0,    /* has a row */
  LEAVES = 1 << 1,   /* its row goes in the change under way */
  WAITS = 1 << 2,    /* changed while held */
  TOUCHED = 1 << 3,  /* may have another place, or none, than it has in ALL */
  KEPT = 1 << 4,     /* has the place that it has in ALL, in the change under way */
};

/* What is kept of every thing of the list, by its slot. */
typedef struct { guint64 key; guint8 flags; } Side;

struct _QdView {
  GObject parent_instance;

  QdEntityList *list;
  gulong batch_handler;
  QdFilter *filter;      /* or NULL */
  QdOrder order;
  GArray *rows;          /* of QdRow, in order */
  GArray *sides;         /* of Side */
  /* ALL: rows as they were before the filter, so that clearing it sorts only what was touched since; NULL
   * without a filter, or when there are none such. What it points to may be gone: TOUCHED tells. */
  GArray *all;

  gboolean hold;
  GHashTable *waiting;   /* entities (owned) that WAIT */
  gboolean disordered;   /* rows may not be in order: something was placed by texts that had changed */

  QdWarmer warmer;

  /* The change under way. */
  guint n_leaving;
  guint n_moving;        /* of these, how many come back */
  GArray *coming;        /* of QdRow */
};

static GType
qd_view_get_item_type (GListModel *model)
{
  return QD_TYPE_ENTITY;
}

static guint
qd_view_get_n_items (GListModel *model)
{
  return QD_VIEW (model)->rows->len;
}

static gpointer
qd_view_get_item (GListModel *model, guint position)
{
  QdEntity *entity = qd_view_peek (QD_VIEW (model), position);

  return entity != NULL ? g_object_ref (entity) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = qd_view_get_item_type;
  iface->get_n_items = qd_view_get_n_items;
  iface->get_item = qd_view_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QdView, qd_view, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static guint updated_signal;

static inline QdRow *
row_at (QdView *self, guint position)
{
  return &g_array_index (self->rows, QdRow, position);
}

static inline Side *
side_of (QdView *self, guint slot)
{
  return &g_array_index (self->sides, Side, slot);
}

static inline gboolean
matches (QdView *self, QdEntity *entity)
{
  return self->filter == NULL ? qd_entity_listed_anywhere (entity) : qd_filter_match (self->filter, entity);
}

/* The first of @rows from @low on that does not come before @row. */
static guint
bound_in (const QdOrder *order, GArray *rows, guint low, const QdRow *row)
{
  guint high = rows->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (qd_order_compare (order, &g_array_index (rows, QdRow, middle), row) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static guint
lower_bound (QdView *self, const QdRow *row)
{
  return bound_in (&self->order, self->rows, 0, row);
}

static guint
find_row (QdView *self, QdEntity *entity)
{
  Side *side = side_of (self, entity->slot);
  QdRow row = { side->key, entity, entity->slot };
  guint at = self->disordered || (side->flags & WAITS) ? G_MAXUINT : lower_bound (self, &row);

  if (at < self->rows->len && row_at (self, at)->entity == entity)
    return at;
  /* Placed by a text that it does not have any more. */
  for (at = 0; at < self->rows->len; at++)
    if (row_at (self, at)->entity == entity)
      return at;
  return G_MAXUINT32;
}

static void
grow_sides (QdView *self)
{
  if (self->sides->len < qd_entity_list_get_n_slots (self->list))
    g_array_set_size (self->sides, qd_entity_list_get_n_slots (self->list));
}

/* --- Telling --- */

/* Puts @rows (taken) in place of the rows, and tells the one range in which they differ. */
static void
replace_rows (QdView *self, GArray *rows)
{
  g_autoptr (GArray) before = self->rows;
  guint n = MIN (before->len, rows->len), first = 0, same = 0;

  self->rows = rows;
  while (first < n && g_array_index (before, QdRow, first).entity == row_at (self, first)->entity)
    first++;
  while (same < n - first && g_array_index (before, QdRow, before->len - 1 - same).entity ==
                               row_at (self, rows->len - 1 - same)->entity)
    same++;
  if (first + same < before->len || first + same < rows->len)
    g_list_model_items_changed (G_LIST_MODEL (self), first, before->len - first - same, rows->len - first - same);
}

static void
forget_waiting (QdView *self)
{
  for (guint i = 0; i < self->sides->len; i++)
    side_of (self, i)->flags &= (guint8) ~WAITS;
  g_hash_table_remove_all (self->waiting);
  self->disordered = FALSE;
}

/* Sorts what is SHOWN from scratch. */
static void
rebuild (QdView *self)
{
  guint n = qd_entity_list_get_length (self->list);
  GArray *rows = g_array_sized_new (FALSE, FALSE, sizeof (QdRow), n);

  for (guint i = 0; i < n; i++)
    {
      QdEntity *entity = qd_entity_list_peek (self->list, i);
      QdRow row = { 0, entity, entity->slot };

      if (side_of (self, entity->slot)->flags & SHOWN)
        g_array_append_val (rows, row);
    }
  qd_order_sort (&self->order, (QdRow *) rows->data, rows->len);
  for (guint i = 0; i < rows->len; i++)
    {
      QdRow *row = &g_array_index (rows, QdRow, i);

      side_of (self, row->slot)->key = row->key;
    }
  if (g_hash_table_size (self->waiting) > 0 || self->disordered)
    forget_waiting (self);
  replace_rows (self, rows);
}

/* --- Placing --- */

static void
leave (QdView *self, Side *side, gboolean comes_back)
{
  side->flags = (side->flags & (guint8) ~SHOWN) | LEAVES;
  self->n_leaving++;
  self->n_moving += comes_back;
}

static void
come (QdView *self, QdEntity *entity)
{
  /* The key comes later: where many come, sorting makes it. */
  QdRow row = { 0, entity, entity->slot };

  side_of (self, entity->slot)->flags |= SHOWN;
  g_array_append_val (self->coming, row);
}

static int
compare_arrival (gconstpointer a, gconstpointer b)
{
  guint64 x = ((const QdRow *) a)->entity->serial, y = ((const QdRow *) b)->entity->serial;

  return (x > y) - (x < y);
}

static void
sort_coming (QdView *self)
{
  QdRow *rows = (QdRow *) self->coming->data;
  guint i = 1, n = self->coming->len;

  while (i < n && rows[i - 1].entity->serial < rows[i].entity->serial)
    i++;
  if (i < n)
    g_array_sort (self->coming, compare_arrival);
  qd_order_sort (&self->order, rows, n);
  for (i = 0; i < n; i++)
    side_of (self, rows[i].slot)->key = rows[i].key;
}

static void
make_keys (QdView *self)
{
  for (guint i = 0; i < self->coming->len; i++)
    {
      QdRow *row = &g_array_index (self->coming, QdRow, i);

      row->key = side_of (self, row->slot)->key = qd_order_key (&self->order, row->entity);
    }
}

/* A copy of the rows without those that leave. */
static GArray *
copy_staying (QdView *self)
{
  GArray *rows = g_array_sized_new (FALSE, FALSE, sizeof (QdRow), self->rows->len);
  QdRow *to = (QdRow *) rows->data;

  for (guint i = 0; i < self->rows->len; i++)
    {
      QdRow *row = row_at (self, i);
      Side *side = side_of (self, row->slot);

      if (side->flags & LEAVES)
        side->flags &= (guint8) ~LEAVES;
      else
        *to++ = *row;
    }
  rows->len = (guint) (to - (QdRow *) rows->data);
  return rows;
}

/* New rows of @staying and those that come, whose places are searched for: comparing texts is what
 * costs. */
static GArray *
merge_coming (QdView *self, GArray *staying)
{
  GArray *rows;
  guint from = 0;

  if (self->coming->len == 0)
    return g_array_ref (staying);
  rows = g_array_sized_new (FALSE, FALSE, sizeof (QdRow), staying->len + self->coming->len);
  sort_coming (self);
  for (guint i = 0; i < self->coming->len; i++)
    {
      QdRow *row = &g_array_index (self->coming, QdRow, i);
      guint at = bound_in (&self->order, staying, from, row);

      g_array_append_vals (rows, &g_array_index (staying, QdRow, from), at - from);
      g_array_append_vals (rows, row, 1);
      from = at;
    }
  g_array_append_vals (rows, &g_array_index (staying, QdRow, from), staying->len - from);
  return rows;
}

static void
place_many (QdView *self)
{
  g_autoptr (GArray) staying = copy_staying (self);

  replace_rows (self, merge_coming (self, staying));
}

static void
tell (QdView *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

/* One row that changed its place: all between its old and new place counts as replaced, so that a
 * selection that holds it finds it again. */
static void
move_row (QdView *self, const QdRow *row)
{
  guint from = 0, to;

  while (row_at (self, from)->entity != row->entity)
    from++;
  g_array_remove_index (self->rows, from);
  to = lower_bound (self, row);
  g_array_insert_vals (self->rows, to, row, 1);
  if (from != to)
    tell (self, MIN (from, to), MAX (from, to) - MIN (from, to) + 1, MAX (from, to) - MIN (from, to) + 1);
}

static void
place_few (QdView *self)
{
  make_keys (self);
  /* First those that leave for good; a row that moves waits where it is, under its old key. */
  for (guint i = self->rows->len; self->n_leaving > self->n_moving && i-- > 0;)
    {
      Side *side = side_of (self, row_at (self, i)->slot);

      if ((side->flags & (LEAVES | SHOWN)) != LEAVES)
        continue;
      side->flags &= (guint8) ~LEAVES;
      g_array_remove_index (self->rows, i);
      self->n_leaving--;
      tell (self, i, 1, 0);
    }
  for (guint i = 0; i < self->coming->len; i++)
    {
      QdRow row = g_array_index (self->coming, QdRow, i);
      Side *side = side_of (self, row.slot);

      if (!(side->flags & LEAVES))
        continue;
      side->flags &= (guint8) ~LEAVES;
      move_row (self, &row);
    }
}

static void
insert_few (QdView *self)
{
  make_keys (self);
  for (guint i = 0; i < self->coming->len; i++)
    {
      QdRow row = g_array_index (self->coming, QdRow, i);
      guint at = lower_bound (self, &row);

      g_array_insert_vals (self->rows, at, &row, 1);
      tell (self, at, 0, 1);
    }
}

/* Carries out what leave() and come() noted. */
static void
place (QdView *self)
{
  guint n_coming = self->coming->len, n = self->n_leaving + n_coming;

  if (n == 0)
    return;
  /* Two texts that move and begin alike cannot be told apart while one lies under its old key. */
  gboolean few = n <= MAX_EXACT && self->n_moving <= (self->order.text ? 1 : MAX_EXACT_MOVES) && !self->disordered;
  if (n > 1024 && n_coming > self->rows->len / 8 && g_hash_table_size (self->waiting) == 0)
    {
      for (guint i = 0; i < self->sides->len; i++)
        side_of (self, i)->flags &= (guint8) ~LEAVES;
      rebuild (self);
    }
  else if (few && self->n_leaving == 0)
    insert_few (self);
  else if (few && self->n_moving == n_coming)
    place_few (self);
  else
    place_many (self);
  self->n_leaving = self->n_moving = 0;
  g_array_set_size (self->coming, 0);
}

static void
wait_for_release (QdView *self, QdEntity *entity, Side *side)
{
  if (side->flags & WAITS)
    return;
  side->flags |= WAITS;
  g_hash_table_add (self->waiting, g_object_ref (entity));
}

static void
stop_waiting (QdView *self, QdEntity *entity, Side *side)
{
  if (side->flags & WAITS)
    g_hash_table_remove (self->waiting, entity);
  side->flags &= (guint8) ~WAITS;
}

static gboolean
order_changed (QdView *self, QdEntity *entity, const Side *side)
{
  if (self->order.text)
    return (entity->mask & QD_FIELD_BIT (self->order.field)) != 0;
  return qd_order_key (&self->order, entity) != side->key;
}

static void
touch (QdView *self, QdEntity *entity)
{
  Side *side = side_of (self, entity->slot);

  if (order_changed (self, entity, side) || !qd_entity_listed_anywhere (entity))
    side->flags |= TOUCHED;
}

/* TRUE when it has a row that stays where it is. */
static gboolean
update (QdView *self, QdEntity *entity)
{
  Side *side = side_of (self, entity->slot);
  gboolean shown = (side->flags & SHOWN) != 0, match = matches (self, entity);
  gboolean stays = shown && match && !order_changed (self, entity, side);

  if (stays || (!shown && !match))
    return stays;
  /* What is listed no more goes at once: what stands for it is there already. */
  if (!qd_entity_listed (entity))
    stop_waiting (self, entity, side);
  else if (self->hold)
    {
      wait_for_release (self, entity, side);
      return shown;
    }
  if (shown)
    leave (self, side, match);
  if (match)
    come (self, entity);
  return FALSE;
}

static void
batch_cb (QdView *self, QdListBatch *batch)
{
  g_autoptr (GPtrArray) updated = g_ptr_array_new ();

  grow_sides (self);
  for (guint i = 0; i < batch->removed->len; i++)
    {
      QdEntity *entity = batch->removed->pdata[i];
      Side *side = side_of (self, entity->slot);

      stop_waiting (self, entity, side);
      if (side->flags & SHOWN)
        leave (self, side, FALSE);
      side->flags |= TOUCHED;
    }
  for (guint i = 0; self->all != NULL && i < batch->updated->len; i++)
    touch (self, batch->updated->pdata[i]);
  for (guint i = 0; i < batch->updated->len; i++)
    if (update (self, batch->updated->pdata[i]))
      g_ptr_array_add (updated, batch->updated->pdata[i]);
  for (guint i = 0; i < batch->added->len; i++)
    if (!(side_of (self, ((QdEntity *) batch->added->pdata[i])->slot)->flags & SHOWN) &&
        matches (self, batch->added->pdata[i]))
      come (self, batch->added->pdata[i]);
  if (self->coming->len > 0 && self->order.text && g_hash_table_size (self->waiting) > 0)
    self->disordered = TRUE;
  place (self);
  qd_warmer_start (&self->warmer, self->list);
  if (updated->len > 0)
    g_signal_emit (self, updated_signal, 0, updated);
}

/* --- The object --- */

static void
qd_view_dispose (GObject *object)
{
  QdView *self = QD_VIEW (object);

  qd_warmer_stop (&self->warmer);
  if (self->list != NULL)
    g_clear_signal_handler (&self->batch_handler, self->list);
  g_clear_object (&self->list);
  g_array_set_size (self->rows, 0);
  g_clear_pointer (&self->all, g_array_unref);
  g_hash_table_remove_all (self->waiting);
  g_clear_pointer (&self->filter, qd_filter_unref);
  G_OBJECT_CLASS (qd_view_parent_class)->dispose (object);
}

static void
qd_view_finalize (GObject *object)
{
  QdView *self = QD_VIEW (object);

  g_array_unref (self->rows);
  g_array_unref (self->sides);
  g_array_unref (self->coming);
  g_hash_table_unref (self->waiting);
  G_OBJECT_CLASS (qd_view_parent_class)->finalize (object);
}

static void
qd_view_class_init (QdViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_view_finalize;

  /**
   * QdView::items-updated:
   * @items: (element-type QdEntity): rows whose fields changed and whose place did not; borrowed
   */
  updated_signal = g_signal_new ("items-updated", QD_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
qd_view_init (QdView *self)
{
  self->rows = g_array_new (FALSE, FALSE, sizeof (QdRow));
  self->sides = g_array_new (FALSE, TRUE, sizeof (Side));
  self->coming = g_array_new (FALSE, FALSE, sizeof (QdRow));
  self->waiting = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

/* To go through many is to wait for memory: what comes next is asked for early. */
static inline void
fetch_early (QdEntity *soon, QdEntity *next)
{
  if (soon != NULL)
    __builtin_prefetch (&soon->search_text);
  if (next != NULL && next->search_text != NULL)
    __builtin_prefetch (next->search_text);
}

/* The @i-th thing of the list, whose order is about that of memory: to go through all takes half the time that it
 * takes in the order of the rows. */
static inline QdEntity *
look_ahead (QdView *self, guint i)
{
  fetch_early (qd_entity_list_peek (self->list, i + AHEAD), qd_entity_list_peek (self->list, i + AHEAD / 2));
  return qd_entity_list_peek (self->list, i);
}

static inline QdEntity *
look_ahead_in_rows (QdView *self, guint i)
{
  fetch_early (qd_view_peek (self, i + AHEAD), qd_view_peek (self, i + AHEAD / 2));
  return row_at (self, i)->entity;
}

static void
show_matching (QdView *self)
{
  guint n = qd_entity_list_get_length (self->list);

  g_clear_pointer (&self->all, g_array_unref);
  grow_sides (self);
  for (guint i = 0; i < n; i++)
    {
      QdEntity *entity = look_ahead (self, i);
      Side *side = side_of (self, entity->slot);

      side->flags = matches (self, entity) ? SHOWN : 0;
    }
}

/**
 * qd_view_new:
 * @list: what it shows
 *
 * Returns: (transfer full): a view of all of @list, by name
 */
QdView *
qd_view_new (QdEntityList *list)
{
  g_return_val_if_fail (QD_IS_ENTITY_LIST (list), NULL);

  QdView *self = g_object_new (QD_TYPE_VIEW, NULL);
  self->list = g_object_ref (list);
  self->order = qd_order_new (qd_schema_get (qd_entity_list_get_kind (list)), QD_FIELD_NAME, FALSE);
  g_array_set_size (self->sides, qd_entity_list_get_n_slots (list));
  self->batch_handler = g_signal_connect_swapped (list, "batch", G_CALLBACK (batch_cb), self);
  show_matching (self);
  rebuild (self);
  qd_warmer_start (&self->warmer, self->list);
  return self;
}

/* What waited goes where it belongs now: noted, for place() to carry out. */
static void
note_waiting (QdView *self)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->waiting);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      QdEntity *entity = key;
      Side *side = side_of (self, entity->slot);
      gboolean shown = (side->flags & SHOWN) != 0, match = matches (self, entity);

      side->flags &= (guint8) ~WAITS;
      if (shown && (!match || self->order.text || qd_order_key (&self->order, entity) != side->key))
        leave (self, side, match);
      else if (shown)
        continue;
      if (match)
        come (self, entity);
    }
  g_hash_table_remove_all (self->waiting);
}

/* Only what is shown needs a look, and its order stays. */
static void
narrow (QdView *self)
{
  guint n = qd_entity_list_get_length (self->list);
  gboolean most = self->rows->len > n / 2;

  for (guint i = 0; i < (most ? n : self->rows->len); i++)
    {
      QdEntity *entity = most ? look_ahead (self, i) : look_ahead_in_rows (self, i);
      Side *side = side_of (self, entity->slot);

      if ((side->flags & (SHOWN | LEAVES)) == SHOWN && !matches (self, entity))
        leave (self, side, FALSE);
    }
  place (self);
}

static void
refilter (QdView *self)
{
  guint n = qd_entity_list_get_length (self->list);

  grow_sides (self);
  for (guint i = 0; i < n; i++)
    {
      QdEntity *entity = look_ahead (self, i);
      Side *side = side_of (self, entity->slot);
      gboolean match = matches (self, entity);

      if (match && !(side->flags & SHOWN))
        come (self, entity);
      else if (!match && (side->flags & SHOWN))
        leave (self, side, FALSE);
    }
  place (self);
}

/* --- Without a filter again --- */

/* The filter that comes takes rows away: they are remembered as they are. */
static void
remember_all (QdView *self)
{
  GHashTableIter iter;
  gpointer key;

  for (guint i = 0; i < self->sides->len; i++)
    side_of (self, i)->flags &= (guint8) ~TOUCHED;
  /* What waits does not lie where it belongs. */
  g_hash_table_iter_init (&iter, self->waiting);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    side_of (self, ((QdEntity *) key)->slot)->flags |= TOUCHED;
  self->all = g_array_copy (self->rows);
}

/* The rows of before that are still true, in their order. */
static GArray *
take_kept (QdView *self)
{
  g_autoptr (GArray) all = g_steal_pointer (&self->all);
  QdRow *to = (QdRow *) all->data;

  for (guint i = 0; i < all->len; i++)
    {
      const QdRow *row = &g_array_index (all, QdRow, i);
      Side *side = side_of (self, row->slot);

      if (side->flags & TOUCHED)
        continue;
      side->flags |= SHOWN | KEPT;
      side->key = row->key;
      *to++ = *row;
    }
  g_array_set_size (all, (guint) (to - (QdRow *) all->data));
  return g_steal_pointer (&all);
}

/* Everything is shown again: what was touched is sorted into what was not. */
static void
restore_all (QdView *self)
{
  g_autoptr (GArray) kept = NULL;
  guint n = qd_entity_list_get_length (self->list);

  forget_waiting (self);
  kept = take_kept (self);
  for (guint i = 0; i < n; i++)
    {
      QdEntity *entity = look_ahead (self, i);
      Side *side = side_of (self, entity->slot);
      gboolean is_kept = (side->flags & KEPT) != 0;

      side->flags &= (guint8) ~(KEPT | TOUCHED);
      if (is_kept)
        continue;
      side->flags &= (guint8) ~SHOWN;
      if (matches (self, entity))
        come (self, entity);
    }
  replace_rows (self, merge_coming (self, kept));
  g_array_set_size (self->coming, 0);
}

/**
 * qd_view_set_filter:
 * @filter: (nullable) (transfer none): what to show; %NULL: everything
 */
void
qd_view_set_filter (QdView *self, QdFilter *filter)
{
  g_return_if_fail (QD_IS_VIEW (self));

  if (filter == self->filter)
    return;
  g_autoptr (QdFilter) before = g_steal_pointer (&self->filter);
  self->filter = filter != NULL ? qd_filter_ref (filter) : NULL;
  if (self->disordered)
    {
      show_matching (self);
      rebuild (self);
      return;
    }
  if (filter == NULL && self->all != NULL)
    {
      restore_all (self);
      return;
    }
  if (before == NULL)
    remember_all (self);
  note_waiting (self);
  if (filter != NULL && qd_filter_narrows (filter, before))
    narrow (self);
  else
    refilter (self);
}

/**
 * qd_view_get_filter:
 *
 * Returns: (transfer none) (nullable): the filter
 */
QdFilter *
qd_view_get_filter (QdView *self)
{
  return self->filter;
}

/**
 * qd_view_set_sort:
 * @field: the field to sort by; where it is the same, things are in order of arrival
 * @descending: whether the largest comes first; what has no value comes last either way
 */
void
qd_view_set_sort (QdView *self, guint field, gboolean descending)
{
  const QdSchema *schema = qd_schema_get (qd_entity_list_get_kind (self->list));

  g_return_if_fail (QD_IS_VIEW (self) && field < schema->n_fields);

  descending = !!descending;
  if (self->order.field == field && self->order.descending == descending)
    return;
  self->order = qd_order_new (schema, field, descending);
  g_clear_pointer (&self->all, g_array_unref);
  if (g_hash_table_size (self->waiting) > 0)
    show_matching (self);
  rebuild (self);
}

guint
qd_view_get_sort (QdView *self, gboolean *descending)
{
  if (descending != NULL)
    *descending = self->order.descending;
  return self->order.field;
}

static void
release (QdView *self)
{
  if (self->disordered)
    {
      show_matching (self);
      rebuild (self);
      return;
    }
  note_waiting (self);
  place (self);
}

/**
 * qd_view_set_hold:
 *
 * While held, rows keep their places and their right to be there; new things come in all the same,
 * and those that are gone go.
 */
void
qd_view_set_hold (QdView *self, gboolean hold)
{
  g_return_if_fail (QD_IS_VIEW (self));

  hold = !!hold;
  if (self->hold == hold)
    return;
  self->hold = hold;
  if (!hold && (g_hash_table_size (self->waiting) > 0 || self->disordered))
    release (self);
}

/**
 * qd_view_find:
 *
 * Returns: the position of @entity, G_MAXUINT32 when it is not shown
 */
guint
qd_view_find (QdView *self, QdEntity *entity)
{
  return qd_view_contains (self, entity) ? find_row (self, entity) : G_MAXUINT32;
}

/**
 * qd_view_contains:
 *
 * Returns: whether @entity is shown
 */
gboolean
qd_view_contains (QdView *self, QdEntity *entity)
{
  g_return_val_if_fail (QD_IS_VIEW (self) && QD_IS_ENTITY (entity), FALSE);

  return qd_entity_list_get_kind (self->list) == entity->key.kind && entity->slot < self->sides->len &&
         !entity->is_removed && (side_of (self, entity->slot)->flags & SHOWN) != 0;
}

/**
 * qd_view_peek:
 *
 * Returns: (transfer none) (nullable): the thing at @position, %NULL past the end
 */
QdEntity *
qd_view_peek (QdView *self, guint position)
{
  return position < self->rows->len ? row_at (self, position)->entity : NULL;
}

guint
qd_view_get_length (QdView *self)
{
  return self->rows->len;
}
