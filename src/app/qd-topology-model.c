/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-model-private.h"

#define SHAPE_MS 200      /* things come in bursts: wait for the rest before laying out */
#define FRAME_MS 30       /* by then a frame that was asked for is under way */
#define LOOK_MS 800       /* colours change at most so often */

enum { SIGNAL_SCENE, SIGNAL_MOVED, SIGNAL_UPDATED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdTopologyModel, qd_topology_model, G_TYPE_OBJECT)

static const QdKind watched[] = { QD_KIND_SITE, QD_KIND_NODE, QD_KIND_PATH, QD_KIND_LINK };

void
qd_topology_model_emit_scene (QdTopologyModel *self)
{
  g_signal_emit (self, signals[SIGNAL_SCENE], 0);
}

void
qd_topology_model_emit_moved (QdTopologyModel *self)
{
  g_signal_emit (self, signals[SIGNAL_MOVED], 0);
}

/* --- Following the fleet ----------------------------------------------------------------------- */

static void
show_looks (QdTopologyModel *self, GArray *picks)
{
  QdScene *scene = qd_scene_with_graph (self->scene, self->snapshot->graph);

  qd_scene_unref (self->scene);
  self->scene = scene;
  g_signal_emit (self, signals[SIGNAL_UPDATED], 0, picks->data, picks->len);
}

/* The same things at the same places: only what looks different is told. */
static void
update_looks (QdTopologyModel *self, QdTopologySnapshot *next)
{
  g_autoptr (GArray) picks = g_array_new (FALSE, FALSE, sizeof (QdPick));
  const QdGraphNode *nodes = qd_graph_nodes (next->graph, NULL);
  const QdGraphEdge *edges = qd_graph_edges (next->graph, NULL);

  for (guint i = 0; i < next->nodes->len; i++)
    if (qd_topology_node_differs (&nodes[i], &self->scene->nodes[i]))
      g_array_append_vals (picks, &((QdPick) { QD_PICK_NODE, i }), 1);
  for (guint i = 0; i < next->edges->len; i++)
    if (qd_topology_edge_differs (&edges[i], &self->scene->edges[i]))
      g_array_append_vals (picks, &((QdPick) { QD_PICK_EDGE, i }), 1);
  if (picks->len == 0)
    return;
  show_looks (self, picks);
}

static guint *
counts_of (QdTopologyCounts *counts, QdKind kind)
{
  return kind == QD_KIND_SITE ? counts->sites : kind == QD_KIND_NODE ? counts->nodes : kind == QD_KIND_PATH ? counts->paths : counts->links;
}

/* FALSE when it is called otherwise now. */
static gboolean
update_one (QdTopologyModel *self, QdEntity *entity, QdGraph *graph, GArray *picks)
{
  QdFleet *fleet = qd_session_get_fleet (self->session);
  guint *counts = counts_of (&self->snapshot->counts, qd_entity_get_kind (entity));
  QdPick pick = qd_topology_model_find (self, entity);
  QdGraphNode *node = pick.kind == QD_PICK_NODE ? &qd_graph_nodes (graph, NULL)[pick.index] : NULL;
  QdGraphEdge *edge = pick.kind == QD_PICK_EDGE ? &qd_graph_edges (graph, NULL)[pick.index] : NULL;
  guint8 before = node ? node->status : edge ? edge->status : 0;

  if (pick.kind == QD_PICK_NOTHING)
    return TRUE;
  if (node && g_strcmp0 (qd_entity_get_name (entity), node->label) != 0)
    return FALSE;
  if (node)
    qd_topology_read_node (fleet, entity, node);
  else
    qd_topology_read_edge (fleet, entity, edge);
  counts[before]--;
  counts[qd_entity_get_status (entity)]++;
  g_array_append_val (picks, pick);
  return TRUE;
}

/* Where it is known what looks different, the thousands of others are not looked at. FALSE when that is
 * not known, or something is drawn for several things at once. */
static gboolean
update_changed (QdTopologyModel *self)
{
  g_autoptr (QdGraph) graph = NULL;
  g_autoptr (GArray) picks = NULL;
  GHashTableIter iter;
  gpointer entity;

  if (self->look_at_all || self->filter || self->cancelled || self->moved || self->scene == NULL || !self->places_known ||
      !qd_topology_model_numbers_hold (self) || self->snapshot->tally.groups > 0)
    return FALSE;
  graph = qd_graph_copy (self->snapshot->graph);
  picks = g_array_new (FALSE, FALSE, sizeof (QdPick));
  g_hash_table_iter_init (&iter, self->changed);
  while (g_hash_table_iter_next (&iter, &entity, NULL))
    if (!update_one (self, entity, graph, picks))
      return FALSE;
  g_hash_table_remove_all (self->changed);
  qd_graph_unref (self->snapshot->graph);
  self->snapshot->graph = g_steal_pointer (&graph);
  if (picks->len > 0)
    show_looks (self, picks);
  return TRUE;
}

static QdTopologySnapshot *
take_snapshot (QdTopologyModel *self)
{
  const QdTopologyScope scope = { self->shown, self->filter, qd_places_get_setting (self->places, "group"),
                                  qd_places_get_folded (self->places) };
  QdTopologySnapshot *snapshot = qd_topology_snapshot_new (qd_session_get_fleet (self->session), &scope);
  QdGraphNode *nodes = qd_graph_nodes (snapshot->graph, NULL);

  for (guint i = 0; i < snapshot->nodes->len && qd_places_get_n_pinned (self->places) > 0; i++)
    {
      g_autofree char *key = qd_topology_snapshot_get_key (snapshot, i);
      nodes[i].pinned = (guint8) qd_places_is_pinned (self->places, key);
    }
  return snapshot;
}

/* TRUE while a drawing is being read: it is shown whole, and laid out once. */
static gboolean
is_being_read (QdTopologyModel *self)
{
  QdEntity *connection;
  const char *state;

  if (self->session == NULL || !qd_connection_is_paper (self->shown))
    return FALSE;
  connection = qd_fleet_lookup (qd_session_get_fleet (self->session), self->shown, QD_KIND_CONNECTION, self->shown);
  if (connection == NULL)
    return qd_hub_get_driver (qd_session_get_hub (self->session), self->shown) != NULL;
  state = qd_entity_get_string (connection, QD_CONNECTION_STATE);
  return state == NULL || g_str_equal (state, "connecting");
}

void
qd_topology_model_refresh (QdTopologyModel *self)
{
  QdTopologySnapshot *next;
  gboolean same;

  /* While a layout is under way it is looked at again when that is done, however much comes. */
  if (!self->places_known || self->cancelled || self->session == NULL || is_being_read (self))
    return;
  self->look_at_all = FALSE;
  g_hash_table_remove_all (self->changed);
  next = take_snapshot (self);
  same = self->snapshot && !self->reshaping && qd_topology_snapshot_same_shape (self->snapshot, next);
  g_clear_pointer (&self->snapshot, qd_topology_snapshot_free);
  self->snapshot = next;
  if (same && self->scene && !self->moved)
    {
      update_looks (self, self->snapshot);
      return;
    }
  self->reshaping = !same || self->scene == NULL;
  qd_topology_model_lay_out (self);
}

static gboolean
shape_cb (gpointer data)
{
  QdTopologyModel *self = data;

  self->shape_id = 0;
  qd_topology_model_refresh (self);
  return G_SOURCE_REMOVE;
}

static gboolean
look_cb (gpointer data)
{
  QdTopologyModel *self = data;

  self->look_id = 0;
  /* A worker may hold the model for longer than there is a session. */
  if (self->session && !update_changed (self))
    qd_topology_model_refresh (self);
  return G_SOURCE_REMOVE;
}

static void
queue_look (QdTopologyModel *self)
{
  if (self->watchers == 0)
    {
      self->missed = self->look_at_all = TRUE;
      return;
    }
  if (self->look_id == 0 && self->shape_id == 0)
    self->look_id = g_timeout_add (LOOK_MS, look_cb, self);
}

void
qd_topology_model_queue_look (QdTopologyModel *self)
{
  self->look_at_all = TRUE;
  queue_look (self);
}

static void
watched_cb (QdTopologyModel *self)
{
  self->watchers++;
  if (!self->missed)
    return;
  self->missed = FALSE;
  qd_topology_model_queue_look (self);
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
  QdKind kind = qd_entity_get_kind (entity);

  /* What is filtered by may have changed. */
  if (self->filter && (kind == QD_KIND_SITE || kind == QD_KIND_NODE) &&
      qd_filter_match (self->filter, entity) != (pick.kind == QD_PICK_NODE))
    return TRUE;
  if (pick.kind == QD_PICK_NODE && self->scene->nodes[pick.index].members > 0)
    return qd_entity_get_status (entity) != self->scene->nodes[pick.index].status;
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
  /* What is looked at as a whole anyway needs no list. */
  if (self->session == NULL || self->scene == NULL || self->shape_id || self->missed || (self->look_id && self->look_at_all))
    return;
  for (guint i = 0; i < entities->len; i++)
    if (looks_different (self, entities->pdata[i]))
      g_hash_table_add (self->changed, g_object_ref (entities->pdata[i]));
  if (g_hash_table_size (self->changed) > 0)
    queue_look (self);
}

/* Whether things are stale hangs on their connection: on whether it is live, not on when it last answered. */
static void
status_changed_cb (QdTopologyModel *self, QdEntity *entity)
{
  if (qd_entity_get_kind (entity) == QD_KIND_CONNECTION)
    qd_topology_model_queue_look (self);
}

/* --- What is shown ----------------------------------------------------------------------------- */

typedef struct { QdTopologyModel *self; guint generation; char *json; } Asked;

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_object_unref (asked->self);
  g_free (asked->json);
  g_free (asked);
}

static void
begin (QdTopologyModel *self)
{
  self->places_known = TRUE;
  qd_topology_model_refresh (self);
}

static gboolean
take_places_cb (gpointer data)
{
  Asked *asked = data;
  QdTopologyModel *self = asked->self;

  if (self->session == NULL || asked->generation != self->generation)
    return G_SOURCE_REMOVE;
  qd_places_load (self->places, asked->json);
  begin (self);
  return G_SOURCE_REMOVE;
}

static void
got_places_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  Asked *asked = data;
  QdTopologyModel *self = asked->self;

  asked->json = qd_store_get_finish (QD_STORE (source), result, &error);
  if (error)
    g_warning ("Places of the topology were not read: %s; it is laid out anew", error->message);
  /* A window's first frame, which is being made or is asked for, does not wait for a picture that takes longer anyway. */
  g_timeout_add_full (G_PRIORITY_LOW, self->watchers > 0 ? FRAME_MS : SHAPE_MS, take_places_cb, asked, asked_free);
}

static void
connection_cb (QdTopologyModel *self)
{
  g_autofree char *name = NULL;
  Asked *asked;

  if (self->session == NULL)
    return;

  qd_topology_model_stop_work (self);
  g_clear_pointer (&self->snapshot, qd_topology_snapshot_free);
  g_clear_pointer (&self->scene, qd_scene_unref);
  g_clear_pointer (&self->index, qd_graph_index_unref);
  g_signal_emit (self, signals[SIGNAL_SCENE], 0);
  qd_topology_model_flush (self);
  self->reshaping = self->moved = self->anew = FALSE;
  qd_places_clear (self->places);
  qd_topology_undo_clear (self->undo);
  self->places_known = FALSE;
  g_set_str (&self->shown, qd_session_get_connection (self->session));
  if (self->store == NULL)
    {
      begin (self);
      return;
    }
  name = qd_topology_model_dup_store_name (self);
  asked = g_new (Asked, 1);
  *asked = (Asked) { g_object_ref (self), self->generation, NULL };
  qd_store_get_async (self->store, name, got_places_cb, asked);
}

/* The places are gone with all the rest, those that were about to be kept are not, and what is still being
 * read is of before. */
static void
erased_cb (QdTopologyModel *self)
{
  self->saving = self->save_again = FALSE;
  connection_cb (self);
  qd_topology_model_stop_work (self);
  begin (self);
}

/* A worker may hold the model for longer: what is not saved yet is saved now, before the store is closed. */
static void
session_gone_cb (gpointer data, GObject *session)
{
  QdTopologyModel *self = data;

  self->session = NULL;
  qd_topology_model_stop_work (self);
  qd_topology_model_flush (self);
}

static void
qd_topology_model_dispose (GObject *object)
{
  QdTopologyModel *self = QD_TOPOLOGY_MODEL (object);

  qd_topology_model_stop_work (self);
  if (self->places)
    qd_topology_model_flush (self);
  g_clear_handle_id (&self->shape_id, g_source_remove);
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_clear_pointer (&self->snapshot, qd_topology_snapshot_free);
  g_clear_pointer (&self->scene, qd_scene_unref);
  g_clear_pointer (&self->index, qd_graph_index_unref);
  g_clear_pointer (&self->places, qd_places_free);
  g_clear_pointer (&self->shown, g_free);
  g_clear_pointer (&self->filter, qd_filter_unref);
  g_clear_object (&self->undo);
  g_clear_pointer (&self->changed, g_hash_table_unref);
  if (self->session)
    {
      g_object_set_data (G_OBJECT (self->session), "qd-topology-model", NULL);
      g_object_weak_unref (G_OBJECT (self->session), session_gone_cb, self);
    }
  self->session = NULL;
  g_clear_object (&self->store);
  G_OBJECT_CLASS (qd_topology_model_parent_class)->dispose (object);
}

static void
qd_topology_model_class_init (QdTopologyModelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_topology_model_dispose;
  signals[SIGNAL_SCENE] = g_signal_new ("scene", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
  signals[SIGNAL_MOVED] = g_signal_new ("moved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
  signals[SIGNAL_UPDATED] = g_signal_new ("updated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_UINT);
}

static void
qd_topology_model_init (QdTopologyModel *self)
{
  self->places = qd_places_new ();
  self->undo = qd_topology_undo_new ();
  self->changed = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
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
  self->session = session;
  g_object_weak_ref (G_OBJECT (session), session_gone_cb, self);
  if (qd_hub_get_store (qd_session_get_hub (session)))
    self->store = g_object_ref (qd_hub_get_store (qd_session_get_hub (session)));
  g_object_set_data (G_OBJECT (session), "qd-topology-model", self);
  fleet = qd_session_get_fleet (session);
  for (guint i = 0; i < G_N_ELEMENTS (watched); i++)
    {
      QdEntityList *list = qd_fleet_get_list (fleet, watched[i]);

      g_signal_connect_object (list, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (list, "items-updated", G_CALLBACK (items_updated_cb), self, G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (fleet, "status-changed", G_CALLBACK (status_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_fleet_get_list (fleet, QD_KIND_CONNECTION), "items-changed", G_CALLBACK (qd_topology_model_queue_look), self,
                           G_CONNECT_SWAPPED);
  if (self->store)
    g_signal_connect_object (self->store, "erased", G_CALLBACK (erased_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::connection", G_CALLBACK (connection_cb), self, G_CONNECT_SWAPPED);
  connection_cb (self);
  return self;
}

/* --- Asking ------------------------------------------------------------------------------------ */

QdScene *qd_topology_model_get_scene (QdTopologyModel *self) { return self->scene; }
QdGraphIndex *qd_topology_model_get_index (QdTopologyModel *self) { return self->index; }
gboolean qd_topology_model_is_busy (QdTopologyModel *self) { return self->cancelled != NULL || !self->places_known || self->shape_id != 0 || is_being_read (self); }

/* While a new shape is being laid out, the picture still has the old one: numbers are not those. */
gboolean
qd_topology_model_numbers_hold (QdTopologyModel *self)
{
  return self->scene && self->snapshot && !self->reshaping && self->scene->n_nodes == self->snapshot->nodes->len &&
         self->scene->n_edges == self->snapshot->edges->len;
}

QdEntity *
qd_topology_model_get_entity (QdTopologyModel *self, QdPick pick)
{
  GPtrArray *list;

  if (!qd_topology_model_numbers_hold (self) || pick.kind == QD_PICK_NOTHING)
    return NULL;
  list = pick.kind == QD_PICK_NODE ? self->snapshot->nodes : self->snapshot->edges;
  return pick.index < list->len ? list->pdata[pick.index] : NULL;
}

QdPick
qd_topology_model_find (QdTopologyModel *self, QdEntity *entity)
{
  guint number;
  QdKind kind;

  if (entity == NULL || !qd_topology_model_numbers_hold (self))
    return QD_NO_PICK;
  number = GPOINTER_TO_UINT (g_hash_table_lookup (self->snapshot->numbers, entity));
  if (number == 0)
    return QD_NO_PICK;
  kind = qd_entity_get_kind (entity);
  return (QdPick) { kind == QD_KIND_SITE || kind == QD_KIND_NODE ? QD_PICK_NODE : QD_PICK_EDGE, number - 1 };
}

/* What is drawn as @node, if that is a folded group; borrowed. */
const QdTopologyGroup *
qd_topology_model_get_group (QdTopologyModel *self, guint node)
{
  return qd_topology_model_numbers_hold (self) && node < self->snapshot->groups->len ? self->snapshot->groups->pdata[node] : NULL;
}

void
qd_topology_model_set_filter (QdTopologyModel *self, QdFilter *filter)
{
  g_return_if_fail (QD_IS_TOPOLOGY_MODEL (self));

  if (filter)
    qd_filter_ref (filter);
  g_clear_pointer (&self->filter, qd_filter_unref);
  self->filter = filter;
  if (!self->places_known)
    return;
  qd_topology_model_stop_work (self);
  qd_topology_model_refresh (self);
}

void
qd_topology_model_get_tally (QdTopologyModel *self, QdTopologyTally *tally)
{
  *tally = self->snapshot ? self->snapshot->tally : (QdTopologyTally) { 0 };
}

void
qd_topology_model_count (QdTopologyModel *self, QdTopologyCounts *counts)
{
  *counts = self->snapshot ? self->snapshot->counts : (QdTopologyCounts) { 0 };
}
