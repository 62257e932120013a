/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-draft-list.h"

#include "qd-draft-scan.h"

/* Who types makes a new draft several times a second. */
#define REFRESH_MS 400

/* --- One ------------------------------------------------------------------------------------------------ */

struct _QdDraftItem {
  GObject parent_instance;
  char *path;
  gint64 saved_us;
  gboolean is_new;
  guint added, removed;
  QdDraftState state;
};

G_DEFINE_FINAL_TYPE (QdDraftItem, qd_draft_item, G_TYPE_OBJECT)

static void
qd_draft_item_finalize (GObject *object)
{
  g_free (QD_DRAFT_ITEM (object)->path);
  G_OBJECT_CLASS (qd_draft_item_parent_class)->finalize (object);
}

static void
qd_draft_item_class_init (QdDraftItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_draft_item_finalize;
}

static void
qd_draft_item_init (QdDraftItem *self)
{
}

static QdDraftItem *
item_new (const QdDraftFact *fact)
{
  QdDraftItem *self = g_object_new (QD_TYPE_DRAFT_ITEM, NULL);

  self->path = g_strdup (fact->path);
  self->saved_us = fact->saved_us;
  self->is_new = fact->is_new;
  self->added = fact->added;
  self->removed = fact->removed;
  self->state = fact->state;
  return self;
}

static gboolean
says_the_same (const QdDraftItem *self, const QdDraftFact *fact)
{
  return g_str_equal (self->path, fact->path) && self->saved_us == fact->saved_us && self->is_new == fact->is_new &&
         self->added == fact->added && self->removed == fact->removed && self->state == fact->state;
}

const char *
qd_draft_item_get_path (QdDraftItem *self)
{
  return self->path;
}

gint64
qd_draft_item_get_saved_us (QdDraftItem *self)
{
  return self->saved_us;
}

gboolean
qd_draft_item_is_new (QdDraftItem *self)
{
  return self->is_new;
}

guint
qd_draft_item_get_n_added (QdDraftItem *self)
{
  return self->added;
}

guint
qd_draft_item_get_n_removed (QdDraftItem *self)
{
  return self->removed;
}

QdDraftState
qd_draft_item_get_state (QdDraftItem *self)
{
  return self->state;
}

/* --- All ------------------------------------------------------------------------------------------------- */

struct _QdDraftList {
  GObject parent_instance;
  char *folder;
  GListStore *items;
  GPtrArray *facts;        /* QdDraftFact: of the last look; given to the next one */
  GFileMonitor *monitor;
  GCancellable *cancellable;
  guint timer;
  guint n_more;
  gboolean looking, again, loaded;
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdDraftList, qd_draft_list, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static guint looked_signal, problem_signal;

static GType
get_item_type (GListModel *model)
{
  return QD_TYPE_DRAFT_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (QD_DRAFT_LIST (model)->items));
}

static gpointer
get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (QD_DRAFT_LIST (model)->items), position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
items_changed_cb (QdDraftList *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

/* --- Looking --- */

typedef struct { char *folder; GPtrArray *known; GPtrArray *found; guint n_more; } Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_free (look->folder);
  g_clear_pointer (&look->known, g_ptr_array_unref);
  g_clear_pointer (&look->found, g_ptr_array_unref);
  g_free (look);
}

static void
look (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Look *self = data;
  GError *error = NULL;

  self->found = qd_draft_scan (self->folder, self->known, &self->n_more, cancellable, &error);
  if (self->found)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Only what differs is told: who has the focus in a row keeps it. */
static void
show (QdDraftList *self, GPtrArray *facts)
{
  g_autoptr (GPtrArray) listed = g_ptr_array_new ();
  guint n, head = 0, tail = 0;

  for (guint i = 0; i < facts->len; i++)
    if (((QdDraftFact *) facts->pdata[i])->path)
      g_ptr_array_add (listed, facts->pdata[i]);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  while (head < MIN (n, listed->len))
    {
      g_autoptr (QdDraftItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), head);

      if (!says_the_same (item, listed->pdata[head]))
        break;
      head++;
    }
  while (tail < MIN (n, listed->len) - head)
    {
      g_autoptr (QdDraftItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), n - 1 - tail);

      if (!says_the_same (item, listed->pdata[listed->len - 1 - tail]))
        break;
      tail++;
    }
  if (head + tail < n || head + tail < listed->len)
    {
      g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = head; i < listed->len - tail; i++)
        g_ptr_array_add (added, item_new (listed->pdata[i]));
      g_list_store_splice (self->items, head, n - head - tail, added->pdata, added->len);
    }
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdDraftList *self = QD_DRAFT_LIST (source);
  Look *seen = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  self->looking = FALSE;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      self->loaded = TRUE;
      self->n_more = seen->n_more;
      g_clear_pointer (&self->facts, g_ptr_array_unref);
      self->facts = g_ptr_array_ref (seen->found);
      show (self, self->facts);
      g_signal_emit (self, looked_signal, 0);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, problem_signal, 0, error->message);
  if (self->again)
    qd_draft_list_refresh (self);
  self->again = FALSE;
}

static gboolean
refresh_cb (gpointer data)
{
  QdDraftList *self = data;
  g_autoptr (GTask) task = NULL;
  Look *next;

  self->timer = 0;
  if (self->looking)
    {
      self->again = TRUE;
      return G_SOURCE_REMOVE;
    }
  next = g_new0 (Look, 1);
  next->folder = g_strdup (self->folder);
  next->known = self->facts ? g_ptr_array_ref (self->facts) : NULL;
  self->looking = TRUE;
  task = g_task_new (self, self->cancellable, looked_cb, NULL);
  g_task_set_task_data (task, next, look_free);
  g_task_run_in_thread (task, look);
  return G_SOURCE_REMOVE;
}

void
qd_draft_list_refresh (QdDraftList *self)
{
  if (self->timer == 0)
    self->timer = g_timeout_add (self->loaded ? REFRESH_MS : 0, refresh_cb, self);
}

/* --- The object --- */

static void
qd_draft_list_dispose (GObject *object)
{
  QdDraftList *self = QD_DRAFT_LIST (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->monitor);
  G_OBJECT_CLASS (qd_draft_list_parent_class)->dispose (object);
}

static void
qd_draft_list_finalize (GObject *object)
{
  QdDraftList *self = QD_DRAFT_LIST (object);

  g_object_unref (self->items);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->facts, g_ptr_array_unref);
  g_free (self->folder);
  G_OBJECT_CLASS (qd_draft_list_parent_class)->finalize (object);
}

static void
qd_draft_list_class_init (QdDraftListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_draft_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_draft_list_finalize;
  looked_signal = g_signal_new ("looked", QD_TYPE_DRAFT_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  problem_signal = g_signal_new ("problem", QD_TYPE_DRAFT_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
qd_draft_list_init (QdDraftList *self)
{
  self->items = g_list_store_new (QD_TYPE_DRAFT_ITEM);
  self->cancellable = g_cancellable_new ();
  g_signal_connect_object (self->items, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
}

QdDraftList *
qd_draft_list_new (const char *folder)
{
  QdDraftList *self = g_object_new (QD_TYPE_DRAFT_LIST, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  self->folder = g_strdup (folder);
  /* One that is not there yet is told of when it comes. */
  self->monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (qd_draft_list_refresh), self, G_CONNECT_SWAPPED);
  return self;
}

gboolean
qd_draft_list_is_loaded (QdDraftList *self)
{
  return self->loaded;
}

guint
qd_draft_list_get_n_more (QdDraftList *self)
{
  return self->n_more;
}

/* --- What is done with one --- */

typedef struct { char *folder, *path; GBytes *base, *mine; } Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_free (work->folder);
  g_free (work->path);
  g_clear_pointer (&work->base, g_bytes_unref);
  g_clear_pointer (&work->mine, g_bytes_unref);
  g_free (work);
}

static void
start (QdDraftList *self, const char *path, const QdDraftTexts *texts, GTaskThreadFunc func, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  Work *work = g_new0 (Work, 1);

  work->folder = g_strdup (self->folder);
  work->path = g_strdup (path);
  work->base = texts && texts->base ? g_bytes_ref (texts->base) : NULL;
  work->mine = texts && texts->mine ? g_bytes_ref (texts->mine) : NULL;
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, func);
}

static void
return_texts (GTask *task, QdDraftTexts *texts, GError *error)
{
  if (texts)
    g_task_return_pointer (task, texts, (GDestroyNotify) qd_draft_texts_free);
  else
    g_task_return_error (task, error);
}

static void
return_done (GTask *task, gboolean done, GError *error)
{
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
read_work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;
  GError *error = NULL;
  QdDraftTexts *texts = qd_draft_scan_read (work->folder, work->path, &error);

  return_texts (task, texts, error);
}

static void
save_work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;
  GError *error = NULL;
  gboolean done = qd_draft_scan_save (work->folder, work->path, &error);

  return_done (task, done, error);
}

static void
discard_work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;
  GError *error = NULL;
  QdDraftTexts *texts = qd_draft_scan_discard (work->folder, work->path, &error);

  return_texts (task, texts, error);
}

static void
restore_work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;
  const QdDraftTexts texts = { .base = work->base, .mine = work->mine };
  GError *error = NULL;
  gboolean done = qd_draft_scan_restore (work->folder, work->path, &texts, &error);

  return_done (task, done, error);
}

void
qd_draft_list_read (QdDraftList *self, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  start (self, path, NULL, read_work, callback, data);
}

QdDraftTexts *
qd_draft_list_read_finish (QdDraftList *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
qd_draft_list_save (QdDraftList *self, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  start (self, path, NULL, save_work, callback, data);
}

gboolean
qd_draft_list_save_finish (QdDraftList *self, GAsyncResult *result, GError **error)
{
  qd_draft_list_refresh (self);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
qd_draft_list_discard (QdDraftList *self, const char *path, GAsyncReadyCallback callback, gpointer data)
{
  start (self, path, NULL, discard_work, callback, data);
}

QdDraftTexts *
qd_draft_list_discard_finish (QdDraftList *self, GAsyncResult *result, GError **error)
{
  qd_draft_list_refresh (self);
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
qd_draft_list_restore (QdDraftList *self, const char *path, const QdDraftTexts *texts, GAsyncReadyCallback callback, gpointer data)
{
  start (self, path, texts, restore_work, callback, data);
}

gboolean
qd_draft_list_restore_finish (QdDraftList *self, GAsyncResult *result, GError **error)
{
  qd_draft_list_refresh (self);
  return g_task_propagate_boolean (G_TASK (result), error);
}
