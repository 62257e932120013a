/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-view.h"

#include <string.h>

#include "qd-sort-key.h"

/* Up to this many rows that come, go or move at once are told one by one; more as one range. */
#define MAX_SINGLE_CHANGES 32

/* One entity of the list. @key is the key by which the row is placed now, which may be older than
 * the entity while the view is held. */
typedef struct {
  QdEntity *entity;
  QdSortKey key;
  guint serial;
  guint shown : 1;
  guint leaving : 1;    /* scratch of a merge */
  guint waiting : 1;    /* changed while held */
} QdViewRow;

struct _QdView {
  GObject parent_instance;

  QdEntityList *list;
  QdFilter *filter;
  guint sort_field;
  gboolean descending;
  gboolean held;
  guint next_serial;

  GHashTable *rows;      /* QdEntity → QdViewRow, owned */
  GPtrArray *source;     /* in the list's order */
  GPtrArray *sorted;     /* all rows, in the view's order */
  GPtrArray *shown;      /* those that the filter lets through, in the view's order */
  GPtrArray *waiting;    /* rows that changed while held */
};

static GType view_get_item_type (GListModel *model) { return QD_TYPE_ENTITY; }
static guint view_get_n_items (GListModel *model) { return QD_VIEW (model)->shown->len; }

static gpointer
view_get_item (GListModel *model, guint position)
{
  QdEntity *entity = qd_view_peek (QD_VIEW (model), position);

  return entity != NULL ? g_object_ref (entity) : NULL;
}

static void
view_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = view_get_item_type;
  iface->get_n_items = view_get_n_items;
  iface->get_item = view_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QdView, qd_view, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, view_list_model_init))

enum { ITEMS_UPDATED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- Rows ---------------------------------------------------------------------------------- */

static void
row_free (gpointer data)
{
  QdViewRow *row = data;

  qd_sort_key_clear (&row->key);
  g_object_unref (row->entity);
  g_free (row);
}

static QdSortKey
make_key (QdView *self, QdEntity *entity)
{
  const QdValue *value = qd_entity_get (entity, self->sort_field);

  /* A thing without a name is shown, and so sorted, by its id. */
  if (self->sort_field == QD_FIELD_NAME && value->type == QD_VALUE_NONE)
    {
      QdValue name = qd_value_string (qd_entity_get_name (entity));
      QdSortKey key = qd_sort_key_make (&name, self->descending);

      qd_value_clear (&name);
      return key;
    }
  return qd_sort_key_make (value, self->descending);
}

static gboolean
matches (QdView *self, QdEntity *entity)
{
  return self->filter == NULL || qd_filter_match (self->filter, entity);
}

static int
row_compare (QdView *self, const QdViewRow *a, const QdViewRow *b)
{
  int order = qd_sort_key_compare (&a->key, &b->key, self->descending);

  return order != 0 ? order : (a->serial > b->serial) - (a->serial < b->serial);
}

/* Where @row is in @rows, or would have to be put. */
static guint
find_place (QdView *self, GPtrArray *rows, const QdViewRow *row)
{
  guint low = 0, high = rows->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (row_compare (self, g_ptr_array_index (rows, middle), row) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
remove_one (QdView *self, QdViewRow *row)
{
  g_ptr_array_remove_index (self->sorted, find_place (self, self->sorted, row));
  if (row->shown)
    {
      guint position = find_place (self, self->shown, row);

      g_ptr_array_remove_index (self->shown, position);
      row->shown = FALSE;
      g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
    }
}

static void
show_one (QdView *self, QdViewRow *row)
{
  guint position = find_place (self, self->shown, row);

  row->shown = TRUE;
  g_ptr_array_insert (self->shown, position, row);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

static void
insert_one (QdView *self, QdViewRow *row)
{
  g_ptr_array_insert (self->sorted, find_place (self, self->sorted, row), row);
  if (matches (self, row->entity))
    show_one (self, row);
}

/* --- Many at once -------------------------------------------------------------------------- */

/* Replaces what is shown and tells the range in which it differs. Takes @shown. */
static void
replace_shown (QdView *self, GPtrArray *shown)
{
  g_autoptr (GPtrArray) before = g_steal_pointer (&self->shown);
  guint same = MIN (before->len, shown->len);
  guint head = 0, tail = 0;

  while (head < same && before->pdata[head] == shown->pdata[head])
    head++;
  while (tail < same - head && before->pdata[before->len - 1 - tail] == shown->pdata[shown->len - 1 - tail])
    tail++;

  self->shown = shown;
  if (before->len - tail > head || shown->len - tail > head)
    g_list_model_items_changed (G_LIST_MODEL (self), head, before->len - head - tail, shown->len - head - tail);
}

/* The sorted rows without those that leave, merged with @added (in the order of arrival). */
static GPtrArray *
merge_rows (QdView *self, GPtrArray *added)
{
  g_autofree QdSortItem *items = g_new (QdSortItem, MAX (added->len, 1));
  GPtrArray *merged = g_ptr_array_sized_new (self->sorted->len + added->len);
  guint next = 0;

  for (guint i = 0; i < added->len; i++)
    {
      QdViewRow *row = added->pdata[i];

      items[i] = (QdSortItem) { .key = &row->key, .item = row };
    }
  qd_sort_items (items, added->len, self->descending);

  for (guint i = 0; i < self->sorted->len; i++)
    {
      QdViewRow *row = self->sorted->pdata[i];

      if (row->leaving)
        continue;
      while (next < added->len && row_compare (self, items[next].item, row) < 0)
        g_ptr_array_add (merged, items[next++].item);
      g_ptr_array_add (merged, row);
    }
  while (next < added->len)
    g_ptr_array_add (merged, items[next++].item);
  return merged;
}

static int
compare_serial (gconstpointer a, gconstpointer b)
{
  const QdViewRow *one = *(QdViewRow *const *) a, *other = *(QdViewRow *const *) b;

  return (one->serial > other->serial) - (one->serial < other->serial);
}

static GPtrArray *
collect_shown (GPtrArray *sorted)
{
  GPtrArray *shown = g_ptr_array_sized_new (sorted->len);

  for (guint i = 0; i < sorted->len; i++)
    if (((QdViewRow *) sorted->pdata[i])->shown)
      g_ptr_array_add (shown, sorted->pdata[i]);
  return shown;
}

/* Takes @removed out and places @added by keys made anew; a row in both moves. */
static void
change_many (QdView *self, GPtrArray *removed, GPtrArray *added)
{
  GPtrArray *merged;

  for (guint i = 0; i < removed->len; i++)
    ((QdViewRow *) removed->pdata[i])->leaving = TRUE;
  g_ptr_array_sort (added, compare_serial);

  /* Rows that move must be merged at their new place, and found nowhere at their old one. */
  merged = g_ptr_array_sized_new (self->sorted->len);
  for (guint i = 0; i < self->sorted->len; i++)
    if (!((QdViewRow *) self->sorted->pdata[i])->leaving)
      g_ptr_array_add (merged, self->sorted->pdata[i]);
  g_ptr_array_unref (self->sorted);
  self->sorted = merged;

  for (guint i = 0; i < removed->len; i++)
    {
      QdViewRow *row = removed->pdata[i];

      row->leaving = FALSE;
      row->shown = FALSE;
    }
  for (guint i = 0; i < added->len; i++)
    {
      QdViewRow *row = added->pdata[i];

      qd_sort_key_clear (&row->key);
      row->key = make_key (self, row->entity);
      row->shown = matches (self, row->entity);
    }

  merged = merge_rows (self, added);
  g_ptr_array_unref (self->sorted);
  self->sorted = merged;
  replace_shown (self, collect_shown (merged));
}

/* --- Following the list -------------------------------------------------------------------- */

static QdViewRow *
row_new (QdView *self, QdEntity *entity)
{
  QdViewRow *row = g_new0 (QdViewRow, 1);

  row->entity = g_object_ref (entity);
  row->serial = self->next_serial++;
  row->key = make_key (self, entity);
  return row;
}

static void
splice_source (QdView *self, guint position, guint n_removed, GPtrArray *added)
{
  GPtrArray *source = self->source;
  guint tail = source->len - position - n_removed;
  guint length = source->len - n_removed + added->len;

  if (added->len > n_removed)
    g_ptr_array_set_size (source, length);
  memmove (source->pdata + position + added->len, source->pdata + position + n_removed, tail * sizeof (gpointer));
  if (added->len > 0)
    memcpy (source->pdata + position, added->pdata, added->len * sizeof (gpointer));
  g_ptr_array_set_size (source, length);
}

static void
items_changed_cb (QdView *self, guint position, guint n_removed, guint n_added)
{
  g_autoptr (GPtrArray) removed = g_ptr_array_new ();
  g_autoptr (GPtrArray) added = g_ptr_array_new ();

  for (guint i = 0; i < n_removed; i++)
    {
      QdViewRow *row = self->source->pdata[position + i];

      g_hash_table_steal (self->rows, row->entity);
      g_ptr_array_add (removed, row);
    }
  for (guint i = 0; i < n_added; i++)
    g_ptr_array_add (added, row_new (self, qd_entity_list_peek (self->list, position + i)));
  splice_source (self, position, n_removed, added);
  for (guint i = 0; i < n_added; i++)
    {
      QdViewRow *row = added->pdata[i];

      g_hash_table_replace (self->rows, row->entity, row);
    }

  if (n_removed + n_added <= MAX_SINGLE_CHANGES)
    {
      for (guint i = 0; i < n_removed; i++)
        remove_one (self, removed->pdata[i]);
      for (guint i = 0; i < n_added; i++)
        insert_one (self, added->pdata[i]);
    }
  else
    change_many (self, removed, added);

  for (guint i = 0; i < removed->len; i++)
    {
      QdViewRow *row = removed->pdata[i];

      if (row->waiting)
        g_ptr_array_remove_fast (self->waiting, row);
      row_free (row);
    }
}

static gboolean
key_equal (const QdSortKey *a, const QdSortKey *b)
{
  return a->prefix == b->prefix && g_strcmp0 (a->text, b->text) == 0;
}

/* Gives @row its new key where it stands; FALSE when it would then be out of order. Takes @key on success. */
static gboolean
rekey_in_place (QdView *self, QdViewRow *row, QdSortKey *key)
{
  guint position = find_place (self, self->sorted, row);
  QdSortKey before = row->key;
  gboolean fits;

  row->key = *key;
  fits = (position == 0 || row_compare (self, self->sorted->pdata[position - 1], row) < 0) &&
         (position + 1 >= self->sorted->len || row_compare (self, row, self->sorted->pdata[position + 1]) < 0);
  if (fits)
    qd_sort_key_clear (&before);
  else
    row->key = before;
  return fits;
}

/* Places rows whose entity changed; those that only changed where they stand go into @in_place. */
static void
place_changed (QdView *self, GPtrArray *changed, GPtrArray *in_place)
{
  g_autoptr (GPtrArray) moved = g_ptr_array_new ();

  for (guint i = 0; i < changed->len; i++)
    {
      QdViewRow *row = changed->pdata[i];
      QdSortKey key = make_key (self, row->entity);
      gboolean placed = key_equal (&key, &row->key);

      if (placed)
        qd_sort_key_clear (&key);
      else
        placed = rekey_in_place (self, row, &key);

      if (placed && row->shown == matches (self, row->entity))
        {
          if (row->shown && in_place != NULL)
            g_ptr_array_add (in_place, row->entity);
          continue;
        }
      if (!placed)
        qd_sort_key_clear (&key);
      g_ptr_array_add (moved, row);
    }

  if (moved->len > MAX_SINGLE_CHANGES)
    {
      change_many (self, moved, moved);
      return;
    }
  for (guint i = 0; i < moved->len; i++)
    {
      QdViewRow *row = moved->pdata[i];

      remove_one (self, row);
      qd_sort_key_clear (&row->key);
      row->key = make_key (self, row->entity);
      insert_one (self, row);
    }
}

static void
items_updated_cb (QdView *self, GPtrArray *items)
{
  g_autoptr (GPtrArray) changed = g_ptr_array_sized_new (items->len);
  g_autoptr (GPtrArray) in_place = g_ptr_array_sized_new (items->len);

  for (guint i = 0; i < items->len; i++)
    {
      QdViewRow *row = g_hash_table_lookup (self->rows, items->pdata[i]);

      if (row == NULL)
        continue;
      if (!self->held)
        {
          g_ptr_array_add (changed, row);
          continue;
        }
      if (row->shown)
        g_ptr_array_add (in_place, row->entity);
      if (!row->waiting)
        g_ptr_array_add (self->waiting, row);
      row->waiting = TRUE;
    }

  place_changed (self, changed, in_place);
  if (in_place->len > 0)
    g_signal_emit (self, signals[ITEMS_UPDATED], 0, in_place);
}

/* --- The object ---------------------------------------------------------------------------- */

static void
qd_view_dispose (GObject *object)
{
  QdView *self = QD_VIEW (object);

  if (self->list != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->list, self);
      g_clear_object (&self->list);
    }
  g_clear_pointer (&self->filter, qd_filter_unref);
  G_OBJECT_CLASS (qd_view_parent_class)->dispose (object);
}

static void
qd_view_finalize (GObject *object)
{
  QdView *self = QD_VIEW (object);

  g_ptr_array_unref (self->waiting);
  g_ptr_array_unref (self->shown);
  g_ptr_array_unref (self->sorted);
  g_ptr_array_unref (self->source);
  g_hash_table_unref (self->rows);
  G_OBJECT_CLASS (qd_view_parent_class)->finalize (object);
}

static void
qd_view_class_init (QdViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = qd_view_dispose;
  object_class->finalize = qd_view_finalize;

  /**
   * QdView::items-updated:
   * @items: (element-type QdEntity): shown rows that changed where they stand, borrowed
   */
  signals[ITEMS_UPDATED] = g_signal_new ("items-updated", QD_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
qd_view_init (QdView *self)
{
  self->sort_field = QD_FIELD_NAME;
  self->rows = g_hash_table_new_full (NULL, NULL, NULL, row_free);
  self->source = g_ptr_array_new ();
  self->sorted = g_ptr_array_new ();
  self->shown = g_ptr_array_new ();
  self->waiting = g_ptr_array_new ();
}

/**
 * qd_view_new:
 * @list: what to show; a reference is kept
 *
 * Makes a view of the whole list in order of name.
 *
 * Returns: (transfer full): the view
 */
QdView *
qd_view_new (QdEntityList *list)
{
  QdView *self = g_object_new (QD_TYPE_VIEW, NULL);
  guint n = qd_entity_list_get_length (list);

  self->list = g_object_ref (list);
  if (n > 0)
    items_changed_cb (self, 0, 0, n);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "items-updated", G_CALLBACK (items_updated_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * qd_view_set_filter:
 * @self: a view
 * @filter: (nullable): what to show from now on, or %NULL for everything
 *
 * Told as one change of the range that differs. A filter that narrows the one before looks only at
 * the rows shown.
 */
void
qd_view_set_filter (QdView *self, QdFilter *filter)
{
  g_autoptr (QdFilter) before = g_steal_pointer (&self->filter);
  gboolean narrows = before != NULL && filter != NULL && qd_filter_narrows (filter, before);
  GPtrArray *from = narrows ? self->shown : self->sorted;
  GPtrArray *shown = g_ptr_array_sized_new (from->len);

  self->filter = filter != NULL ? qd_filter_ref (filter) : NULL;
  for (guint i = 0; i < from->len; i++)
    {
      QdViewRow *row = from->pdata[i];

      row->shown = matches (self, row->entity);
      if (row->shown)
        g_ptr_array_add (shown, row);
    }
  replace_shown (self, shown);
}

/**
 * qd_view_get_filter:
 * @self: a view
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
 * @self: a view
 * @field: the field to sort by
 * @descending: whether the largest comes first; absent values come last in either direction
 *
 * Equal rows stay in order of arrival.
 */
void
qd_view_set_sort (QdView *self, guint field, gboolean descending)
{
  guint n = self->source->len;
  g_autofree QdSortItem *items = g_new (QdSortItem, MAX (n, 1));

  descending = !!descending;
  if (field == self->sort_field && descending == self->descending)
    return;
  self->sort_field = field;
  self->descending = descending;

  for (guint i = 0; i < n; i++)
    {
      QdViewRow *row = self->source->pdata[i];

      qd_sort_key_clear (&row->key);
      row->key = make_key (self, row->entity);
      items[i] = (QdSortItem) { .key = &row->key, .item = row };
    }
  qd_sort_items (items, n, descending);
  for (guint i = 0; i < n; i++)
    self->sorted->pdata[i] = items[i].item;
  replace_shown (self, collect_shown (self->sorted));
}

/**
 * qd_view_get_sort:
 * @self: a view
 * @descending: (out) (optional): the direction
 *
 * Returns: the field that the view is sorted by
 */
guint
qd_view_get_sort (QdView *self, gboolean *descending)
{
  if (descending != NULL)
    *descending = self->descending;
  return self->sort_field;
}

/**
 * qd_view_set_hold:
 * @self: a view
 * @hold: whether rows are to keep their places
 *
 * While held, changed rows stay where they are, and shown; what comes and goes still does. On
 * release all that changed is placed anew.
 */
void
qd_view_set_hold (QdView *self, gboolean hold)
{
  g_autoptr (GPtrArray) changed = NULL;

  if (self->held == !!hold)
    return;
  self->held = !!hold;
  if (self->held)
    return;

  changed = g_steal_pointer (&self->waiting);
  self->waiting = g_ptr_array_new ();
  for (guint i = 0; i < changed->len; i++)
    ((QdViewRow *) changed->pdata[i])->waiting = FALSE;
  place_changed (self, changed, NULL);
}

/**
 * qd_view_find:
 * @self: a view
 * @entity: what to look for
 *
 * Returns: its position, or %G_MAXUINT32 when it is not shown
 */
guint
qd_view_find (QdView *self, QdEntity *entity)
{
  QdViewRow *row = entity != NULL ? g_hash_table_lookup (self->rows, entity) : NULL;

  return row != NULL && row->shown ? find_place (self, self->shown, row) : G_MAXUINT32;
}

/**
 * qd_view_peek:
 * @self: a view
 * @position: a position
 *
 * Returns: (transfer none) (nullable): the entity there, %NULL past the end
 */
QdEntity *
qd_view_peek (QdView *self, guint position)
{
  return position < self->shown->len ? ((QdViewRow *) self->shown->pdata[position])->entity : NULL;
}

/**
 * qd_view_get_length:
 * @self: a view
 *
 * Returns: how many rows are shown
 */
guint
qd_view_get_length (QdView *self)
{
  return self->shown->len;
}
