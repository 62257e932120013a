/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-paper-import.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "qd-paper.h"
#include "qd-topology-places.h"

/* A copy that is younger may belong to an import that is under way. */
#define SWEEP_AGE_US G_TIME_SPAN_HOUR

typedef struct {
  GFile *file;
  char *name;      /* of the file */
  char *id;
  char *places;    /* JSON, or NULL: the file has none */
} Import;

static void
import_free (gpointer data)
{
  Import *self = data;

  g_object_unref (self->file);
  g_free (self->name);
  g_free (self->id);
  g_free (self->places);
  g_free (self);
}

char *
qd_paper_import_dup_name (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  return g_filename_display_name (name ? name : "");
}

/* "kdl.graphml" is the fleet "kdl". */
static char *
dup_title (const char *name)
{
  static const char *const suffixes[] = { ".graphml", ".json", ".xml" };
  gsize length = strlen (name);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      gsize tail = strlen (suffixes[i]);

      if (length > tail && g_ascii_strcasecmp (name + length - tail, suffixes[i]) == 0)
        return g_strndup (name, length - tail);
    }
  return g_strdup (name);
}

/* --- On a worker --------------------------------------------------------------------------------- */

static char *
make_places (const QdGraphFile *file, const char *connection)
{
  g_autoptr (QdPlaces) places = qd_places_new ();
  g_autofree guint8 *kinds = qd_paper_find_kinds (file);
  guint n, m;
  const QdGraphNode *nodes = qd_graph_nodes (file->graph, &n);

  qd_graph_edges (file->graph, &m);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("%s/%s/%s", connection, qd_schema_get (kinds[i])->id, nodes[i].id);

      if (!isfinite (file->positions[i].x) || !isfinite (file->positions[i].y))
        continue;
      qd_places_set_key (places, key, file->positions[i]);
      qd_places_set_pinned (places, key, file->pinned[i]);
    }
  qd_places_set_edges (places, m);
  return qd_places_save (places);
}

static gboolean
keep_copy (const char *id, const char *name, GBytes *bytes, GError **error)
{
  g_autofree char *folder = qd_paper_dup_folder (), *path = qd_paper_dup_path (id);
  g_autoptr (GError) cause = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_set_error_literal (&cause, G_FILE_ERROR, g_file_error_from_errno (errno), g_strerror (errno));
  /* may wait: this is a worker */
  else if (g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                                     G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &cause))
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&cause), _("%s: could not keep a copy: "), name);
  return FALSE;
}

static void
import_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Import *self = data;
  GError *error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (QdGraphFile) file = qd_paper_read (self->file, self->name, &bytes, cancellable, &error);

  if (file && file->n_placed > 0)
    self->places = make_places (file, self->id);
  if (file && !g_task_return_error_if_cancelled (task))
    keep_copy (self->id, self->name, bytes, &error);
  else if (file)
    return;
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* --- On the main thread -------------------------------------------------------------------------- */

static void
set_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!qd_store_set_finish (QD_STORE (source), result, &error))
    g_message ("The places of a paper fleet were not kept: %s", error->message);
}

static char *
dup_places_name (const char *connection)
{
  return g_strdup_printf ("topology/%s", connection);
}

/* Takes @task. */
static void
add (QdHub *hub, GTask *task, const Import *self)
{
  g_autofree char *title = dup_title (self->name), *url = g_strconcat (QD_PAPER_PREFIX, self->name, NULL);
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new (self->id, title, "paper", url);
  GError *error = NULL;

  if (qd_hub_add (hub, endpoint, TRUE, &error))
    g_task_return_pointer (task, g_strdup (self->id), g_free);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
placed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *work = data;

  set_cb (source, result, NULL);
  add (g_task_get_source_object (work), g_object_get_data (G_OBJECT (work), "qd-import"), g_task_get_task_data (work));
  g_object_unref (work);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  QdHub *hub = QD_HUB (source);
  QdStore *store = qd_hub_get_store (hub);
  const Import *self = g_task_get_task_data (G_TASK (result));
  g_autofree char *name = dup_places_name (self->id);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (self->places == NULL || store == NULL)
    {
      add (hub, task, self);
      return;
    }
  /* The places are there before anybody looks for them. */
  g_object_set_data (G_OBJECT (result), "qd-import", task);
  qd_store_set_async (store, name, self->places, placed_cb, g_object_ref (result));
}

void
qd_paper_import_async (QdHub *hub, GFile *file, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (hub, cancellable, callback, user_data);
  g_autoptr (GTask) work = g_task_new (hub, cancellable, read_cb, task);
  g_autofree char *uuid = g_uuid_string_random ();
  Import *self = g_new0 (Import, 1);

  self->file = g_object_ref (file);
  self->name = qd_paper_import_dup_name (file);
  self->id = g_strconcat (QD_PAPER_PREFIX, uuid, NULL);
  g_task_set_source_tag (task, qd_paper_import_async);
  g_task_set_task_data (work, self, import_free);
  g_task_run_in_thread (work, import_cb);
}

char *
qd_paper_import_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- What is wanted no more ---------------------------------------------------------------------- */

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!g_file_delete_finish (G_FILE (source), result, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_message ("The copy of a paper fleet is still there: %s", error->message);
}

void
qd_paper_forget (QdHub *hub, const char *connection)
{
  g_autofree char *path = qd_paper_dup_path (connection), *name = dup_places_name (connection);
  g_autoptr (GFile) file = path ? g_file_new_for_path (path) : NULL;
  QdStore *store = qd_hub_get_store (hub);

  g_return_if_fail (file != NULL);
  if (store)
    qd_store_set_async (store, name, NULL, set_cb, NULL);
  g_file_delete_async (file, G_PRIORITY_LOW, NULL, deleted_cb, NULL);
}

typedef struct {
  GHashTable *kept;    /* paths */
  gint64 before_us;    /* what is younger stays */
} Sweep;

static void
sweep_free (gpointer data)
{
  Sweep *self = data;

  g_hash_table_unref (self->kept);
  g_free (self);
}

static void
sweep_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Sweep *self = data;
  g_autofree char *folder = qd_paper_dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;

      /* Nothing but what this program puts there. */
      if (g_uuid_string_is_valid (name) && !g_hash_table_contains (self->kept, path) && g_stat (path, &info) == 0 &&
          info.st_mtime * G_USEC_PER_SEC < self->before_us && g_unlink (path) != 0)
        g_message ("The copy of a paper fleet, %s, cannot be deleted: %s", path, g_strerror (errno));
    }
  g_task_return_boolean (task, TRUE);
}

void
qd_paper_sweep (QdHub *hub, gboolean all)
{
  g_autoptr (GTask) task = g_task_new (hub, NULL, NULL, NULL);
  g_autoptr (GPtrArray) endpoints = qd_hub_list_endpoints (hub);
  Sweep *self = g_new0 (Sweep, 1);

  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->before_us = all ? G_MAXINT64 : g_get_real_time () - SWEEP_AGE_US;
  for (guint i = 0; i < endpoints->len && !all; i++)
    {
      char *path = qd_paper_dup_path (((QdEndpoint *) endpoints->pdata[i])->id);

      if (path)
        g_hash_table_add (self->kept, path);
    }
  g_task_set_source_tag (task, qd_paper_sweep);
  g_task_set_task_data (task, self, sweep_free);
  g_task_run_in_thread (task, sweep_cb);
}
