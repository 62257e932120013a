/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-export.h"

#include <math.h>
#include <glib/gi18n.h>

#include "qd-graph-layout.h"
#include "qd-topology-model-private.h"

typedef struct {
  QdGraph *graph;
  QdPoint *places;        /* NAN: has none yet */
  guint8 *pinned;
  gboolean all_known;
  QdLayoutAlgorithm algorithm;
  QdGraphFormat format;
  QdGraphTheme theme;
  double scale;
  char *title;
  GFile *file;            /* or NULL: only the bytes are wanted */
  int cancelled;
} Export;

static void
export_free (gpointer data)
{
  Export *self = data;

  qd_graph_unref (self->graph);
  g_free (self->places);
  g_free (self->pinned);
  g_free (self->title);
  g_clear_object (&self->file);
  g_free (self);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_atomic_int_set (&((Export *) data)->cancelled, 1);
}

static GBytes *
make (Export *self, GError **error)
{
  const QdLayoutOptions options = { .algorithm = self->algorithm, .seed = 1, .before = self->places, .pinned = self->pinned,
                                    .cancelled = &self->cancelled };
  QdGraphPicture picture = { .theme = &self->theme, .scale = self->scale, .title = self->title };
  QdPoint *places = self->all_known ? g_steal_pointer (&self->places) : qd_graph_lay_out (self->graph, &options);
  g_autoptr (QdGraphFile) file = NULL;
  g_autoptr (QdGeoMap) map = NULL;

  if (places == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Given up"));
      return NULL;
    }
  if (self->algorithm == QD_LAYOUT_GEOGRAPHIC)
    picture.map = map = qd_geo_map_new_for_positions (self->graph, places);
  file = qd_graph_file_new (qd_graph_ref (self->graph), places, g_steal_pointer (&self->pinned));
  return qd_graph_export (file, self->format, &picture, &self->cancelled, error);
}

static void
work_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Export *self = data;
  GError *error = NULL;
  gulong id = cancellable ? g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL) : 0;
  g_autoptr (GBytes) bytes = make (self, &error);

  g_cancellable_disconnect (cancellable, id);
  /* may wait: this is a worker */
  if (bytes && self->file &&
      !g_file_replace_contents (self->file, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, FALSE,
                                G_FILE_CREATE_NONE, NULL, cancellable, &error))
    g_clear_pointer (&bytes, g_bytes_unref);
  if (bytes)
    g_task_return_pointer (task, g_steal_pointer (&bytes), (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
find_places (QdTopologyModel *model, const QdTopologySnapshot *snapshot, Export *self)
{
  guint n = snapshot->nodes->len, known = 0;

  self->places = g_new (QdPoint, MAX (n, 1));
  self->pinned = g_new0 (guint8, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = qd_topology_snapshot_get_key (snapshot, i);

      self->pinned[i] = (guint8) qd_places_is_pinned (model->places, key);
      if (qd_places_get_key (model->places, key, &self->places[i]))
        known++;
      else
        self->places[i] = (QdPoint) { NAN, NAN };
    }
  self->all_known = known == n;
}

static void
start (QdTopologyModel *model, GFile *file, QdGraphFormat format, const QdGraphTheme *theme, const char *title, double scale,
       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (model, cancellable, callback, user_data);
  const QdTopologyScope scope = { model->shown, NULL, qd_topology_model_get_group_by (model), NULL };
  g_autoptr (QdTopologySnapshot) snapshot = qd_topology_snapshot_new (qd_session_get_fleet (model->session), &scope);
  Export *self = g_new0 (Export, 1);

  self->graph = qd_graph_ref (snapshot->graph);
  find_places (model, snapshot, self);
  if (!qd_layout_algorithm_from_name (qd_topology_model_get_layout (model), &self->algorithm))
    self->algorithm = QD_LAYOUT_FORCE;
  self->format = format;
  self->theme = *theme;
  self->title = g_strdup (title);
  self->scale = scale;
  self->file = file ? g_object_ref (file) : NULL;
  g_task_set_task_data (task, self, export_free);
  g_task_run_in_thread (task, work_cb);
}

void
qd_topology_export_async (QdTopologyModel *model, QdGraphFormat format, const QdGraphTheme *theme, const char *title, double scale,
                          GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (QD_IS_TOPOLOGY_MODEL (model));

  start (model, NULL, format, theme, title, scale, cancellable, callback, user_data);
}

GBytes *
qd_topology_export_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
qd_topology_save_async (QdTopologyModel *model, GFile *file, const QdGraphTheme *theme, const char *title,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autofree char *name = g_file_get_basename (file);
  QdGraphFormat format;

  g_return_if_fail (QD_IS_TOPOLOGY_MODEL (model));

  if (qd_graph_format_from_name (name, &format))
    start (model, file, format, theme, title, 1, cancellable, callback, user_data);
  else
    g_task_report_new_error (model, callback, user_data, start, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                             _("“%s” ends with none of .svg, .pdf, .png, .dot, .graphml and .json"), name);
}

gboolean
qd_topology_save_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GBytes) bytes = g_task_propagate_pointer (G_TASK (result), error);

  return bytes != NULL;
}
