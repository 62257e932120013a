/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-model.h"

#include <math.h>

#include "qd-topology-places.h"
#include "qd-topology-snapshot.h"

#define SHAPE_MS 200      /* things come in bursts: wait for the rest before laying out */
#define LOOK_MS 800       /* colours change at most so often */
#define SEED 1

struct _QdTopologyModel {
  GObject parent_instance;

  QdSession *session;     /* not owned: it owns us */
  QdTopologySnapshot *snapshot;
  QdScene *scene;
  QdGraphIndex *index;
  char *shown;            /* the connection that is shown, or NULL */

  QdPlaces *places;
  gboolean places_known;  /* the store has answered */
  guint generation;       /* of what is shown: late answers of other ones are dropped */
  int *cancelled;         /* the layout under way's flag, NULL while there is none */
  guint shape_id, look_id;
  guint watchers;          /* mapped views */
  gboolean missed;         /* something changed while there was none */
};

enum { SIGNAL_SCENE, SIGNAL_UPDATED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdTopologyModel, qd_topology_model, G_TYPE_OBJECT)

static const QdKind watched[] = { QD_KIND_SITE, QD_KIND_NODE, QD_KIND_PATH, QD_KIND_LINK };

/* --- Places ------------------------------------------------------------------------------------ */

static char *
store_name (QdTopologyModel *self)
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

static void
save_places (QdTopologyModel *self)
{
  QdStore *store = qd_hub_get_store (qd_session_get_hub (self->session));
  g_autofree char *name = store_name (self), *json = NULL;

  if (store == NULL)
    return;
  json = qd_places_save (self->places);
  qd_store_set_async (store, name, json, saved_cb, NULL);
}

/* --- Layout on a worker ------------------------------------------------------------------------ */

typedef struct {
  QdGraph *graph;
  QdPoint *before;        /* or NULL */
  int *cancelled;         /* shared with the model */
  guint generation;
  QdPoint *positions;
  QdGraphIndex *index;
} Work;

static void
work_free (Work *work)
{
  qd_graph_unref (work->graph);
  g_free (work->before);
  g_free (work->positions);
  g_clear_pointer (&work->index, qd_graph_index_unref);
  g_atomic_rc_box_release (work->cancelled);
  g_free (work);
}

static void
work_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  work->positions = qd_graph_layout (work->graph, work->before, SEED, work->cancelled);
  if (work->positions)
    work->index = qd_graph_index_new (work->graph, work->positions);
  g_task_return_boolean (task, work->positions != NULL);
}

static void
show (QdTopologyModel *self, QdGraph *graph, QdPoint *positions, QdGraphIndex *index)
{
  g_clear_pointer (&self->scene, qd_scene_unref);
  g_clear_pointer (&self->index, qd_graph_index_unref);
  self->scene = qd_scene_new (graph, positions);
  self->index = qd_graph_index_ref (index);
  g_signal_emit (self, signals[SIGNAL_SCENE], 0);
}

static void queue_look (QdTopologyModel *self);

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdTopologyModel *self = QD_TOPOLOGY_MODEL (source);
  Work *work = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), NULL) || work->generation != self->generation || self->session == NULL)
    return;
  g_clear_pointer (&self->cancelled, g_atomic_rc_box_release);
  for (guint i = 0; i < self->snapshot->nodes->len; i++)
    qd_places_set (self->places, self->snapshot->nodes->pdata[i], work->positions[i]);
  show (self, work->graph, g_steal_pointer (&work->positions), work->index);
  save_places (self);
  /* What changed while the worker was at it. */
  queue_look (self);
}

static void
stop_work (QdTopologyModel *self)
{
  self->generation++;
  if (self->cancelled)
    g_atomic_int_set (self->cancelled, 1);
  g_clear_pointer (&self->cancelled, g_atomic_rc_box_release);
}

static void
lay_out (QdTopologyModel *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, worked_cb, NULL);
  Work *work = g_new0 (Work, 1);
  guint n = self->snapshot->nodes->len, known = 0, n_edges;

  stop_work (self);
  work->graph = qd_graph_ref (self->snapshot->graph);
  work->generation = self->generation;
  work->cancelled = g_atomic_rc_box_new0 (int);
  self->cancelled = g_atomic_rc_box_acquire (work->cancelled);
  work->before = g_new (QdPoint, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      if (qd_places_get (self->places, self->snapshot->nodes->pdata[i], &work->before[i]))
        known++;
      else
        work->before[i] = (QdPoint) { NAN, NAN };
    }
  /* Where most is new, it is better to begin again than to squeeze it in; so also where the edges came
   * after the nodes, and these stand in rows. */
  n_edges = self->snapshot->edges->len;
  if (known * 10 < n * 6 || n_edges > qd_places_get_edges (self->places) * 3 / 2 + 8)
    {
      g_clear_pointer (&work->before, g_free);
      qd_places_set_edges (self->places, n_edges);
    }
  else
    qd_places_set_edges (self->places, MAX (qd_places_get_edges (self->places), n_edges));
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  g_task_run_in_thread (task, work_cb);
}

/* --- Following the fleet ----------------------------------------------------------------------- */

/* The same things at the same places: only what looks different is told. */
static void
update_looks (QdTopologyModel *self, QdTopologySnapshot *next)
{
  g_autoptr (GArray) picks = g_array_new (FALSE, FALSE, sizeof (QdPick));
  const QdGraphNode *nodes = qd_graph_nodes (next->graph, NULL);
  const QdGraphEdge *edges = qd_graph_edges (next->graph, NULL);
  QdScene *scene;

  for (guint i = 0; i < next->nodes->len; i++)
    if (qd_topology_node_differs (&nodes[i], &self->scene->nodes[i]))
      g_array_append_vals (picks, &((QdPick) { QD_PICK_NODE, i }), 1);
  for (guint i = 0; i < next->edges->len; i++)
    if (qd_topology_edge_differs (&edges[i], &self->scene->edges[i]))
      g_array_append_vals (picks, &((QdPick) { QD_PICK_EDGE, i }), 1);
  if (picks->len == 0)
    return;
  scene = qd_scene_new (next->graph, g_memdup2 (self->scene->positions, MAX (next->nodes->len, 1) * sizeof (QdPoint)));
  qd_scene_unref (self->scene);
  self->scene = scene;
  g_signal_emit (self, signals[SIGNAL_UPDATED], 0, picks->data, picks->len);
}

static void
refresh (QdTopologyModel *self)
{
  g_autoptr (QdTopologySnapshot) next = NULL;
  gboolean same;

  /* While a layout is under way it is looked at again when that is done, however much comes. */
  if (!self->places_known || self->cancelled)
    return;
  next = qd_topology_snapshot_new (qd_session_get_fleet (self->session), self->shown);
  same = self->snapshot && qd_topology_snapshot_same_shape (self->snapshot, next);
  g_clear_pointer (&self->snapshot, qd_topology_snapshot_free);
  self->snapshot = g_steal_pointer (&next);
  if (same && self->scene)
    update_looks (self, self->snapshot);
  else
    lay_out (self);
}

static gboolean
shape_cb (gpointer data)
{
  QdTopologyModel *self = data;

  self->shape_id = 0;
  refresh (self);
  return G_SOURCE_REMOVE;
}

static gboolean
look_cb (gpointer data)
{
  QdTopologyModel *self = data;

  self->look_id = 0;
  refresh (self);
  return G_SOURCE_REMOVE;
}

static void
queue_look (QdTopologyModel *self)
{
  if (self->watchers == 0)
    {
      self->missed = TRUE;
      return;
    }
  if (self->look_id == 0 && self->shape_id == 0)
    self->look_id = g_timeout_add (LOOK_MS, look_cb, self);
}

static void
watched_cb (QdTopologyModel *self)
{
  self->watchers++;
  if (!self->missed)
    return;
  self->missed = FALSE;
  queue_look (self);
}

static void
unwatched_cb (QdTopologyModel *self)
{
  self->watchers--;
}

/**
 * qd_topology_model_watch:
 * @self: a model
 * @view: a widget that shows it
 *
 * While none of the views is mapped, changed looks are noted and not made.
 */
void
qd_topology_model_watch (QdTopologyModel *self, GtkWidget *view)
{
  g_signal_connect_object (view, "map", G_CALLBACK (watched_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "unmap", G_CALLBACK (unwatched_cb), self, G_CONNECT_SWAPPED);
  if (gtk_widget_get_mapped (view))
    watched_cb (self);
}

static void
items_changed_cb (QdTopologyModel *self)
{
  if (self->shape_id == 0)
    self->shape_id = g_timeout_add (SHAPE_MS, shape_cb, self);
}

/* TRUE when what is drawn of @entity is no longer so, or it is named anew. */
static gboolean
looks_different (QdTopologyModel *self, QdEntity *entity)
{
  QdFleet *fleet = qd_session_get_fleet (self->session);
  QdPick pick = qd_topology_model_find (self, entity);

  if (pick.kind == QD_PICK_NODE)
    {
      QdGraphNode node = { 0 };
      qd_topology_read_node (fleet, entity, &node);
      return qd_topology_node_differs (&node, &self->scene->nodes[pick.index]) ||
             g_strcmp0 (qd_entity_get_name (entity), self->scene->nodes[pick.index].label) != 0;
    }
  if (pick.kind == QD_PICK_EDGE)
    {
      QdGraphEdge edge = { 0 };
      qd_topology_read_edge (fleet, entity, &edge);
      return qd_topology_edge_differs (&edge, &self->scene->edges[pick.index]);
    }
  return FALSE;
}

static void
items_updated_cb (QdTopologyModel *self, GPtrArray *entities)
{
  if (self->scene == NULL || self->look_id || self->shape_id || self->missed)
    return;
  for (guint i = 0; i < entities->len; i++)
    if (looks_different (self, entities->pdata[i]))
      {
        queue_look (self);
        return;
      }
}

/* --- What is shown ----------------------------------------------------------------------------- */

typedef struct { QdTopologyModel *self; guint generation; } Asked;

static void
begin (QdTopologyModel *self)
{
  self->places_known = TRUE;
  refresh (self);
}

static void
got_places_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = qd_store_get_finish (QD_STORE (source), result, &error);
  g_autofree Asked *asked = data;
  g_autoptr (QdTopologyModel) self = asked->self;

  if (error)
    g_warning ("Places of the topology were not read: %s; it is laid out anew", error->message);
  if (self->session == NULL || asked->generation != self->generation)
    return;
  qd_places_load (self->places, json);
  begin (self);
}

static void
connection_cb (QdTopologyModel *self)
{
  QdStore *store = qd_hub_get_store (qd_session_get_hub (self->session));
  g_autofree char *name = NULL;
  Asked *asked;

  stop_work (self);
  g_clear_pointer (&self->snapshot, qd_topology_snapshot_free);
  g_clear_pointer (&self->scene, qd_scene_unref);
  g_clear_pointer (&self->index, qd_graph_index_unref);
  g_signal_emit (self, signals[SIGNAL_SCENE], 0);
  qd_places_clear (self->places);
  self->places_known = FALSE;
  g_set_str (&self->shown, qd_session_get_connection (self->session));
  if (store == NULL)
    {
      begin (self);
      return;
    }
  name = store_name (self);
  asked = g_new (Asked, 1);
  *asked = (Asked) { g_object_ref (self), self->generation };
  qd_store_get_async (store, name, got_places_cb, asked);
}

static void
qd_topology_model_dispose (GObject *object)
{
  QdTopologyModel *self = QD_TOPOLOGY_MODEL (object);

  stop_work (self);
  g_clear_handle_id (&self->shape_id, g_source_remove);
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_pointer (&self->snapshot, qd_topology_snapshot_free);
  g_clear_pointer (&self->scene, qd_scene_unref);
  g_clear_pointer (&self->index, qd_graph_index_unref);
  g_clear_pointer (&self->places, qd_places_free);
  g_clear_pointer (&self->shown, g_free);
  if (self->session)
    g_object_set_data (G_OBJECT (self->session), "qd-topology-model", NULL);
  g_clear_weak_pointer (&self->session);
  G_OBJECT_CLASS (qd_topology_model_parent_class)->dispose (object);
}

static void
qd_topology_model_class_init (QdTopologyModelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_topology_model_dispose;
  signals[SIGNAL_SCENE] = g_signal_new ("scene", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
  signals[SIGNAL_UPDATED] = g_signal_new ("updated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_UINT);
}

static void
qd_topology_model_init (QdTopologyModel *self)
{
  self->places = qd_places_new ();
}

/**
 * qd_topology_model_get:
 * @session: what a window looks at
 *
 * The page and the small picture on the overview share one layout: it lives while either does.
 *
 * Returns: (transfer full): the session's model
 */
QdTopologyModel *
qd_topology_model_get (QdSession *session)
{
  QdTopologyModel *self = g_object_get_data (G_OBJECT (session), "qd-topology-model");
  QdFleet *fleet;

  if (self)
    return g_object_ref (self);
  self = g_object_new (QD_TYPE_TOPOLOGY_MODEL, NULL);
  g_set_weak_pointer (&self->session, session);
  g_object_set_data (G_OBJECT (session), "qd-topology-model", self);
  fleet = qd_session_get_fleet (session);
  for (guint i = 0; i < G_N_ELEMENTS (watched); i++)
    {
      QdEntityList *list = qd_fleet_get_list (fleet, watched[i]);

      g_signal_connect_object (list, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (list, "items-updated", G_CALLBACK (items_updated_cb), self, G_CONNECT_SWAPPED);
    }
  /* Whether things are stale hangs on their connection. */
  g_signal_connect_object (qd_fleet_get_list (fleet, QD_KIND_CONNECTION), "items-updated", G_CALLBACK (queue_look), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::connection", G_CALLBACK (connection_cb), self, G_CONNECT_SWAPPED);
  connection_cb (self);
  return self;
}

/* --- Asking ------------------------------------------------------------------------------------ */

QdScene *qd_topology_model_get_scene (QdTopologyModel *self) { return self->scene; }
QdGraphIndex *qd_topology_model_get_index (QdTopologyModel *self) { return self->index; }
gboolean qd_topology_model_is_busy (QdTopologyModel *self) { return self->cancelled != NULL || !self->places_known || self->shape_id != 0; }

/* While a new shape is being laid out, the picture still has the old one: numbers are not those. */
static gboolean
numbers_hold (QdTopologyModel *self)
{
  return self->scene && self->snapshot && self->cancelled == NULL && self->scene->n_nodes == self->snapshot->nodes->len &&
         self->scene->n_edges == self->snapshot->edges->len;
}

QdEntity *
qd_topology_model_get_entity (QdTopologyModel *self, QdPick pick)
{
  GPtrArray *list;

  if (!numbers_hold (self) || pick.kind == QD_PICK_NOTHING)
    return NULL;
  list = pick.kind == QD_PICK_NODE ? self->snapshot->nodes : self->snapshot->edges;
  return pick.index < list->len ? list->pdata[pick.index] : NULL;
}

QdPick
qd_topology_model_find (QdTopologyModel *self, QdEntity *entity)
{
  guint number;
  QdKind kind;

  if (entity == NULL || !numbers_hold (self))
    return QD_NO_PICK;
  number = GPOINTER_TO_UINT (g_hash_table_lookup (self->snapshot->numbers, entity));
  if (number == 0)
    return QD_NO_PICK;
  kind = qd_entity_get_kind (entity);
  return (QdPick) { kind == QD_KIND_SITE || kind == QD_KIND_NODE ? QD_PICK_NODE : QD_PICK_EDGE, number - 1 };
}

void
qd_topology_model_arrange (QdTopologyModel *self)
{
  if (self->snapshot == NULL)
    return;
  qd_places_clear (self->places);
  lay_out (self);
}

void
qd_topology_model_count (QdTopologyModel *self, QdTopologyCounts *counts)
{
  *counts = (QdTopologyCounts) { 0 };
  for (guint i = 0; self->snapshot && i < self->snapshot->nodes->len; i++)
    {
      QdEntity *entity = self->snapshot->nodes->pdata[i];
      (qd_entity_get_kind (entity) == QD_KIND_SITE ? counts->sites : counts->nodes)[qd_entity_get_status (entity)]++;
    }
  for (guint i = 0; self->snapshot && i < self->snapshot->edges->len; i++)
    {
      QdEntity *entity = self->snapshot->edges->pdata[i];
      if (entity)
        (qd_entity_get_kind (entity) == QD_KIND_PATH ? counts->paths : counts->links)[qd_entity_get_status (entity)]++;
    }
}
