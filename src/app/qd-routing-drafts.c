/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-drafts.h"

#include <string.h>

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "qd-drafts.h"
#include "qd-json.h"
#include "qd-routing-fields.h"

#define KEY_PREFIX "routing:"
#define HUB_DATA "qd-routing-drafts"

struct _QdRoutingDraft {
  GObject parent_instance;
  char *connection, *id, *revision;
  JsonObject *base, *mine;
  gint64 saved_us;
};

G_DEFINE_FINAL_TYPE (QdRoutingDraft, qd_routing_draft, G_TYPE_OBJECT)

static void
qd_routing_draft_finalize (GObject *object)
{
  QdRoutingDraft *self = QD_ROUTING_DRAFT (object);

  g_free (self->connection);
  g_free (self->id);
  g_free (self->revision);
  g_clear_pointer (&self->base, json_object_unref);
  g_clear_pointer (&self->mine, json_object_unref);
  G_OBJECT_CLASS (qd_routing_draft_parent_class)->finalize (object);
}

static void
qd_routing_draft_class_init (QdRoutingDraftClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_routing_draft_finalize;
}

static void
qd_routing_draft_init (QdRoutingDraft *self)
{
}

const char *
qd_routing_draft_get_connection (QdRoutingDraft *self)
{
  return self->connection;
}

const char *
qd_routing_draft_get_id (QdRoutingDraft *self)
{
  return self->id;
}

JsonObject *
qd_routing_draft_get_base (QdRoutingDraft *self)
{
  return self->base;
}

const char *
qd_routing_draft_get_revision (QdRoutingDraft *self)
{
  return self->revision;
}

JsonObject *
qd_routing_draft_get_mine (QdRoutingDraft *self)
{
  return self->mine;
}

gint64
qd_routing_draft_get_saved_us (QdRoutingDraft *self)
{
  return self->saved_us;
}

/* --- All of them ------------------------------------------------------------------------------------ */

struct _QdRoutingDrafts {
  GObject parent_instance;
  QdDrafts *drafts;
  GListStore *list;
  GHashTable *touched;    /* keys that were put or removed before what the disk has was known */
  gboolean loaded;
  GWeakRef weak;          /* to itself, for the thread that writes */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdRoutingDrafts, qd_routing_drafts, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static guint loaded_signal, problem_signal;

static GType
get_item_type (GListModel *model)
{
  return QD_TYPE_ROUTING_DRAFT;
}

static guint
get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (QD_ROUTING_DRAFTS (model)->list));
}

static gpointer
get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (QD_ROUTING_DRAFTS (model)->list), position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* --- Keys and texts --- */

static char *
make_key (const char *connection, const char *id)
{
  g_autofree char *of_connection = g_uri_escape_string (connection, NULL, FALSE);
  g_autofree char *of_id = g_uri_escape_string (id, NULL, FALSE);

  return g_strconcat (KEY_PREFIX, of_connection, "/", of_id, NULL);
}

static gboolean
parse_key (const char *key, char **connection, char **id)
{
  const char *slash = g_str_has_prefix (key, KEY_PREFIX) ? strchr (key, '/') : NULL;

  if (slash == NULL)
    return FALSE;
  *connection = g_uri_unescape_segment (key + strlen (KEY_PREFIX), slash, NULL);
  *id = g_uri_unescape_string (slash + 1, NULL);
  if (*connection && *id)
    return TRUE;
  g_clear_pointer (connection, g_free);
  g_clear_pointer (id, g_free);
  return FALSE;
}

static JsonObject *
parse_object (GBytes *bytes, char **revision)
{
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  g_autoptr (JsonNode) node = size > 0 ? qd_json_parse (text, (gssize) size, "draft", NULL) : NULL;
  JsonObject *object = node ? qd_json_object (node) : NULL;

  if (object && revision)
    *revision = qd_json_dup_id (object, "revision");
  return object ? qd_routing_object_normalize (object) : NULL;
}

static GBytes *
make_bytes (JsonObject *object, const char *revision)
{
  g_autoptr (JsonObject) whole = qd_routing_object_normalize (object);
  char *text;

  if (revision)
    json_object_set_string_member (whole, "revision", revision);
  text = qd_routing_object_to_text (whole);
  return g_bytes_new_take (text, strlen (text));
}

static QdRoutingDraft *
draft_new (const QdDraft *kept)
{
  g_autoptr (QdRoutingDraft) self = g_object_new (QD_TYPE_ROUTING_DRAFT, NULL);

  self->mine = parse_object (kept->mine, NULL);
  self->base = kept->base ? parse_object (kept->base, &self->revision) : NULL;
  self->saved_us = kept->saved_us;
  if (self->mine == NULL || (kept->base && self->base == NULL) || !parse_key (kept->key, &self->connection, &self->id))
    return NULL;
  return g_steal_pointer (&self);
}

/* --- Reading --- */

typedef struct { GPtrArray *drafts, *problems; } Loaded;

static void
loaded_free (gpointer data)
{
  Loaded *loaded = data;

  g_clear_pointer (&loaded->drafts, g_ptr_array_unref);
  g_ptr_array_unref (loaded->problems);
  g_free (loaded);
}

static void
load (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Loaded *loaded = g_new0 (Loaded, 1);
  g_autoptr (GError) error = NULL;

  loaded->problems = g_ptr_array_new_with_free_func (g_free);
  loaded->drafts = qd_drafts_load (QD_ROUTING_DRAFTS (source)->drafts, loaded->problems, &error);
  if (loaded->drafts == NULL)
    g_ptr_array_add (loaded->problems, g_strdup_printf (_("The drafts could not be read: %s"), error->message));
  g_task_return_pointer (task, loaded, loaded_free);
}

static int
compare_newest (gconstpointer a, gconstpointer b, gpointer data)
{
  gint64 x = ((const QdRoutingDraft *) a)->saved_us, y = ((const QdRoutingDraft *) b)->saved_us;

  return x > y ? -1 : x < y;
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdRoutingDrafts *self = QD_ROUTING_DRAFTS (source);
  Loaded *loaded = g_task_propagate_pointer (G_TASK (result), NULL);

  self->loaded = TRUE;
  for (guint i = 0; loaded->drafts && i < loaded->drafts->len; i++)
    {
      const QdDraft *kept = g_ptr_array_index (loaded->drafts, i);
      g_autoptr (QdRoutingDraft) draft = g_hash_table_contains (self->touched, kept->key) ? NULL : draft_new (kept);

      if (draft)
        g_list_store_insert_sorted (self->list, draft, compare_newest, NULL);
    }
  for (guint i = 0; i < loaded->problems->len; i++)
    g_signal_emit (self, problem_signal, 0, g_ptr_array_index (loaded->problems, i));
  loaded_free (loaded);
  g_signal_emit (self, loaded_signal, 0);
}

/* --- Problems, from the thread that writes --- */

typedef struct { QdRoutingDrafts *drafts; char *text; } Told;

static gboolean
told_cb (gpointer data)
{
  const Told *told = data;

  g_signal_emit (told->drafts, problem_signal, 0, told->text);
  return G_SOURCE_REMOVE;
}

static void
told_free (gpointer data)
{
  Told *told = data;

  g_object_unref (told->drafts);
  g_free (told->text);
  g_free (told);
}

static void
failed_cb (const char *key, const GError *error, gpointer data)
{
  /* It may be going: that waits for this thread, but lets nobody take hold of it any more. */
  QdRoutingDrafts *self = g_weak_ref_get (&((QdRoutingDrafts *) data)->weak);
  Told *told;

  if (error == NULL || self == NULL)
    {
      g_clear_object (&self);
      return;
    }
  told = g_new0 (Told, 1);
  told->drafts = self;
  told->text = g_strdup_printf (_("A draft could not be kept: %s"), error->message);
  g_idle_add_full (G_PRIORITY_DEFAULT, told_cb, told, told_free);
}

/* --- The object --- */

static void
items_changed_cb (QdRoutingDrafts *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
qd_routing_drafts_finalize (GObject *object)
{
  QdRoutingDrafts *self = QD_ROUTING_DRAFTS (object);

  qd_drafts_free (self->drafts);
  g_weak_ref_clear (&self->weak);
  g_object_unref (self->list);
  g_hash_table_unref (self->touched);
  G_OBJECT_CLASS (qd_routing_drafts_parent_class)->finalize (object);
}

static void
qd_routing_drafts_class_init (QdRoutingDraftsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_routing_drafts_finalize;
  loaded_signal = g_signal_new ("loaded", QD_TYPE_ROUTING_DRAFTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  problem_signal = g_signal_new ("problem", QD_TYPE_ROUTING_DRAFTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
qd_routing_drafts_init (QdRoutingDrafts *self)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "quarterdeck", "drafts", "routing", NULL);
  g_autoptr (GTask) task = g_task_new (self, NULL, loaded_cb, NULL);

  g_weak_ref_init (&self->weak, self);
  self->drafts = qd_drafts_new (folder, failed_cb, self);
  self->list = g_list_store_new (QD_TYPE_ROUTING_DRAFT);
  self->touched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_signal_connect_object (self->list, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_task_run_in_thread (task, load);
}

QdRoutingDrafts *
qd_routing_drafts_of (QdHub *hub)
{
  QdRoutingDrafts *self = g_object_get_data (G_OBJECT (hub), HUB_DATA);

  if (self == NULL)
    {
      self = g_object_new (QD_TYPE_ROUTING_DRAFTS, NULL);
      g_object_set_data_full (G_OBJECT (hub), HUB_DATA, self, g_object_unref);
    }
  return self;
}

gboolean
qd_routing_drafts_is_loaded (QdRoutingDrafts *self)
{
  return self->loaded;
}

static guint
find (QdRoutingDrafts *self, const char *connection, const char *id)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (QdRoutingDraft) draft = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      if (g_str_equal (draft->connection, connection) && g_str_equal (draft->id, id))
        return i;
    }
  return G_MAXUINT;
}

QdRoutingDraft *
qd_routing_drafts_find (QdRoutingDrafts *self, const char *connection, const char *id)
{
  guint position = find (self, connection, id);
  g_autoptr (QdRoutingDraft) draft = position != G_MAXUINT ? g_list_model_get_item (G_LIST_MODEL (self->list), position) : NULL;

  /* the list holds it */
  return draft;
}

void
qd_routing_drafts_put (QdRoutingDrafts *self, const char *connection, const char *id, JsonObject *base, const char *revision, JsonObject *mine)
{
  g_autofree char *key = make_key (connection, id);
  g_autoptr (GBytes) of_base = base ? make_bytes (base, revision) : NULL, of_mine = make_bytes (mine, NULL);
  g_autoptr (QdRoutingDraft) draft = g_object_new (QD_TYPE_ROUTING_DRAFT, NULL);
  guint position = find (self, connection, id);

  draft->connection = g_strdup (connection);
  draft->id = g_strdup (id);
  draft->revision = g_strdup (revision);
  draft->base = base ? qd_routing_object_normalize (base) : NULL;
  draft->mine = qd_routing_object_normalize (mine);
  draft->saved_us = g_get_real_time ();
  qd_drafts_put (self->drafts, key, of_base, of_mine);
  g_hash_table_add (self->touched, g_steal_pointer (&key));
  if (position != G_MAXUINT)
    g_list_store_splice (self->list, position, 1, (gpointer *) &draft, 1);
  else
    g_list_store_insert (self->list, 0, draft);
}

void
qd_routing_drafts_remove (QdRoutingDrafts *self, const char *connection, const char *id)
{
  g_autofree char *key = make_key (connection, id);
  guint position = find (self, connection, id);

  qd_drafts_remove (self->drafts, key);
  g_hash_table_add (self->touched, g_steal_pointer (&key));
  if (position != G_MAXUINT)
    g_list_store_remove (self->list, position);
}

void
qd_routing_drafts_forget (QdRoutingDrafts *self)
{
  while (g_list_model_get_n_items (G_LIST_MODEL (self->list)) > 0)
    {
      g_autoptr (QdRoutingDraft) draft = g_list_model_get_item (G_LIST_MODEL (self->list), 0);

      qd_routing_drafts_remove (self, draft->connection, draft->id);
    }
}

void
qd_routing_drafts_flush (QdRoutingDrafts *self)
{
  g_autoptr (GError) error = NULL;

  if (!qd_drafts_flush (self->drafts, &error))
    g_warning ("%s", error ? error->message : "a draft could not be kept");
}
