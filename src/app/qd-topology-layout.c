/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-model-private.h"

#include <math.h>

#include "qd-graph-layout.h"

#define SEED 1

/* --- Keeping places ---------------------------------------------------------------------------- */

char *
qd_topology_model_dup_store_name (QdTopologyModel *self)
{
  return g_strdup_printf ("topology/%s", self->shown ? self->shown : "*");
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!qd_store_set_finish (QD_STORE (source), result, &error))
    g_warning ("Places of the topology were not saved: %s", error->message);
}

typedef struct { QdPlaces *places; char *name; } Save;

static void
save_free (gpointer data)
{
  Save *save = data;

  qd_places_free (save->places);
  g_free (save->name);
  g_free (save);
}

static void
save_work_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, qd_places_save (((Save *) data)->places), g_free);
}

static void
save_worked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdTopologyModel *self = QD_TOPOLOGY_MODEL (source);
  Save *save = g_task_get_task_data (G_TASK (result));
  g_autofree char *json = g_task_propagate_pointer (G_TASK (result), NULL);

  /* Flushed meanwhile: what this has is older. */
  if (!self->saving)
    return;
  self->saving = FALSE;
  if (self->store)
    qd_store_set_async (self->store, save->name, json, saved_cb, NULL);
  if (self->save_again)
    qd_topology_model_save (self);
}

/* Thousands of places as text take longer than a frame should. */
void
qd_topology_model_save (QdTopologyModel *self)
{
  g_autoptr (GTask) task = NULL;
  Save *save;

  if (self->store == NULL)
    return;
  self->save_again = self->saving;
  if (self->saving)
    return;
  self->saving = TRUE;
  save = g_new0 (Save, 1);
  save->places = qd_places_copy (self->places);
  save->name = qd_topology_model_dup_store_name (self);
  task = g_task_new (self, NULL, save_worked_cb, NULL);
  g_task_set_task_data (task, save, save_free);
  g_task_run_in_thread (task, save_work_cb);
}

void
qd_topology_model_flush (QdTopologyModel *self)
{
  if (self->saving && self->store)
    {
      g_autofree char *name = qd_topology_model_dup_store_name (self), *json = qd_places_save (self->places);
      qd_store_set_async (self->store, name, json, saved_cb, NULL);
    }
  self->saving = self->save_again = FALSE;
}

/* --- On a worker ------------------------------------------------------------------------------- */

typedef struct {
  QdGraph *graph;
  QdPoint *before;        /* NAN: has no place yet */
  guint8 *pinned;
  QdLayoutAlgorithm algorithm;
  gboolean all_known;     /* nothing is to be laid out */
  gboolean anew;
  int *cancelled;         /* shared with the model */
  guint generation;
  QdPoint *positions;
  QdGraphIndex *index;
  QdGeoMap *map;          /* of a geographic layout, or NULL */
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  qd_graph_unref (work->graph);
  g_free (work->before);
  g_free (work->pinned);
  g_free (work->positions);
  g_clear_pointer (&work->index, qd_graph_index_unref);
  g_clear_pointer (&work->map, qd_geo_map_unref);
  g_atomic_rc_box_release (work->cancelled);
  g_free (work);
}

/* To begin again, only what is pinned has a place. */
static QdPoint *
lay_out (Work *work, guint n)
{
  g_autofree QdPoint *before = g_memdup2 (work->before, MAX (n, 1) * sizeof (QdPoint));
  const QdLayoutOptions options = { .algorithm = work->algorithm, .seed = SEED, .before = before, .pinned = work->pinned,
                                    .cancelled = work->cancelled };

  for (guint i = 0; i < n && work->anew; i++)
    if (!work->pinned[i])
      before[i] = (QdPoint) { NAN, NAN };
  return qd_graph_lay_out (work->graph, &options);
}

static void
work_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  guint n;

  qd_graph_nodes (work->graph, &n);
  if (work->all_known)
    work->positions = g_memdup2 (work->before, MAX (n, 1) * sizeof (QdPoint));
  else
    work->positions = lay_out (work, n);
  for (guint i = 0; work->positions && i < n; i++)
    {
      QdPoint *at = &work->positions[i];

      /* What is pinned never moves; the rest is where it will be found again. */
      if (work->pinned[i])
        *at = work->before[i];
      at->x = roundf (at->x * 1024) / 1024;
      at->y = roundf (at->y * 1024) / 1024;
    }
  if (work->positions)
    work->index = qd_graph_index_new (work->graph, work->positions);
  if (work->positions && work->algorithm == QD_LAYOUT_GEOGRAPHIC)
    work->map = qd_geo_map_new_for_positions (work->graph, work->positions);
  g_task_return_boolean (task, work->positions != NULL);
}

/* The act of the admin that led to this is done: it can be taken back. */
static void
end_change (QdTopologyModel *self)
{
  QdPlacesChange *change = qd_places_end (self->places);

  if (change)
    qd_topology_undo_push (self->undo, change);
}

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdTopologyModel *self = QD_TOPOLOGY_MODEL (source);
  Work *work = g_task_get_task_data (G_TASK (result));
  gboolean reshaped = self->reshaping;

  if (!g_task_propagate_boolean (G_TASK (result), NULL) || work->generation != self->generation || self->session == NULL)
    return;
  g_clear_pointer (&self->cancelled, g_atomic_rc_box_release);
  self->reshaping = self->anew = self->moved = FALSE;
  for (guint i = 0; !work->all_known && i < self->snapshot->nodes->len; i++)
    {
      g_autofree char *key = qd_topology_snapshot_get_key (self->snapshot, i);
      qd_places_set_key (self->places, key, work->positions[i]);
    }
  end_change (self);
  g_clear_pointer (&self->scene, qd_scene_unref);
  g_clear_pointer (&self->index, qd_graph_index_unref);
  self->scene = qd_scene_new (work->graph, g_steal_pointer (&work->positions));
  qd_scene_set_map (self->scene, work->map);
  self->index = qd_graph_index_ref (work->index);
  if (reshaped)
    qd_topology_model_emit_scene (self);
  else
    qd_topology_model_emit_moved (self);
  qd_topology_model_save (self);
  /* What changed while the worker was at it. */
  qd_topology_model_queue_look (self);
}

void
qd_topology_model_stop_work (QdTopologyModel *self)
{
  self->generation++;
  if (self->cancelled)
    g_atomic_int_set (self->cancelled, 1);
  g_clear_pointer (&self->cancelled, g_atomic_rc_box_release);
}

/* Where most is new, it is better to begin again than to squeeze it in; so also where the edges came
 * after the nodes, and these stand in rows. */
static gboolean
is_worth_keeping (QdTopologyModel *self, guint known)
{
  return known * 10 >= self->snapshot->nodes->len * 6 &&
         self->snapshot->edges->len <= qd_places_get_edges (self->places) * 3 / 2 + 8;
}

void
qd_topology_model_lay_out (QdTopologyModel *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, worked_cb, NULL);
  Work *work = g_new0 (Work, 1);
  guint n = self->snapshot->nodes->len, n_edges = self->snapshot->edges->len, known = 0;

  qd_topology_model_stop_work (self);
  work->graph = qd_graph_ref (self->snapshot->graph);
  work->generation = self->generation;
  work->cancelled = g_atomic_rc_box_new0 (int);
  self->cancelled = g_atomic_rc_box_acquire (work->cancelled);
  work->before = g_new (QdPoint, MAX (n, 1));
  work->pinned = g_new0 (guint8, MAX (n, 1));
  if (!qd_layout_algorithm_from_name (qd_topology_model_get_layout (self), &work->algorithm))
    work->algorithm = QD_LAYOUT_FORCE;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = qd_topology_snapshot_get_key (self->snapshot, i);

      work->pinned[i] = (guint8) qd_places_is_pinned (self->places, key);
      if (qd_places_get_key (self->places, key, &work->before[i]))
        known++;
      else
        work->before[i] = (QdPoint) { NAN, NAN };
    }
  /* A part of the picture, a group that opens: it is all where it was. */
  work->all_known = known == n && !self->anew && (self->moved || is_worth_keeping (self, known));
  work->anew = self->anew || !is_worth_keeping (self, known);
  if (!work->all_known)
    qd_places_set_edges (self->places, work->anew ? n_edges : MAX (qd_places_get_edges (self->places), n_edges));
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, work_cb);
}
