/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-question-private.h"

#include <glib/gi18n.h>

/* Flows are looked through a slice at a time: there are a hundred thousand of them, and they may only be
 * read on the main thread. */
#define FLOWS_A_SLICE 3000
#define MAX_FLOWS_LISTED 200

/* --- Questions and answers --------------------------------------------------------------------- */

QdTopologyQuestion *
qd_topology_question_new (QdTopologyAsk ask, GPtrArray *about)
{
  QdTopologyQuestion *self = g_new0 (QdTopologyQuestion, 1);

  self->ask = ask;
  self->about = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < about->len; i++)
    g_ptr_array_add (self->about, g_object_ref (about->pdata[i]));
  self->hops = 1;
  self->alternatives = 2;
  return self;
}

QdTopologyQuestion *
qd_topology_question_copy (const QdTopologyQuestion *self)
{
  QdTopologyQuestion *copy = qd_topology_question_new (self->ask, self->about);

  copy->hops = self->hops;
  copy->by = self->by;
  copy->alternatives = self->alternatives;
  return copy;
}

void
qd_topology_question_free (QdTopologyQuestion *self)
{
  g_ptr_array_unref (self->about);
  g_free (self);
}

QdTopologyAnswer *
qd_topology_answer_new (void)
{
  QdTopologyAnswer *self = g_new0 (QdTopologyAnswer, 1);

  self->rows = g_list_store_new (QD_TYPE_TOPOLOGY_ROW);
  self->looks = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->route = g_ptr_array_new_with_free_func (g_object_unref);
  self->notes = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
  return self;
}

void
qd_topology_answer_free (QdTopologyAnswer *self)
{
  g_free (self->sentence);
  g_free (self->more);
  g_object_unref (self->rows);
  g_hash_table_unref (self->looks);
  g_ptr_array_unref (self->route);
  g_hash_table_unref (self->notes);
  g_free (self);
}

/* --- Looking into it --------------------------------------------------------------------------- */

static void
inquiry_free (gpointer data)
{
  QdTopologyInquiry *self = data;

  g_object_unref (self->fleet);
  qd_topology_question_free (self->question);
  qd_topology_snapshot_free (self->snapshot);
  g_array_unref (self->nodes);
  g_array_unref (self->edges);
  g_free (self->hops);
  g_clear_pointer (&self->paths, qd_graph_paths_free);
  g_clear_pointer (&self->impact, qd_graph_impact_free);
  g_ptr_array_unref (self->flows);
  g_free (self);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_atomic_int_set (&((QdTopologyInquiry *) data)->cancelled, 1);
}

static void
work_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  QdTopologyInquiry *self = data;
  QdGraph *graph = self->snapshot->graph;
  const guint *nodes = (const guint *) (gpointer) self->nodes->data, *edges = (const guint *) (gpointer) self->edges->data;
  gulong id = cancellable ? g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL) : 0;

  switch (self->question->ask)
    {
    case QD_ASK_NEIGHBOURHOOD:
      self->hops = qd_graph_find_neighbourhood (graph, nodes, self->nodes->len, self->question->hops, QD_GRAPH_AROUND, FALSE,
                                                &self->cancelled);
      break;
    case QD_ASK_PATHS:
      self->paths = qd_graph_find_paths (graph, nodes[0], nodes[1], self->question->by, self->question->alternatives + 1,
                                         &self->cancelled);
      break;
    case QD_ASK_IMPACT:
      self->impact = qd_graph_find_impact (graph, nodes, self->nodes->len, edges, self->edges->len, &self->cancelled);
      break;
    case QD_ASK_CUT:
    default:
      break;
    }
  g_cancellable_disconnect (cancellable, id);
  g_task_return_boolean (task, TRUE);
}

/* --- Flows ------------------------------------------------------------------------------------- */

typedef struct {
  GTask *task;            /* owned: the whole question's */
  GHashTable *gone;       /* QdKey (of its path) as a set */
  guint at;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_object_unref (search->task);
  g_hash_table_unref (search->gone);
  g_free (search);
}

static void
take_flow (QdTopologyInquiry *self, QdEntity *flow)
{
  const char *state = qd_entity_get_string (flow, QD_FLOW_STATE);

  self->n_flows++;
  self->n_active += g_strcmp0 (state, "active") == 0;
  if (self->flows->len < MAX_FLOWS_LISTED)
    g_ptr_array_add (self->flows, g_object_ref (flow));
}

static gboolean
search_cb (gpointer data)
{
  Search *search = data;
  QdTopologyInquiry *self = g_task_get_task_data (search->task);
  QdEntityList *flows = qd_fleet_get_list (self->fleet, QD_KIND_FLOW);
  guint n = qd_entity_list_get_length (flows), end = MIN (search->at + FLOWS_A_SLICE, n);

  if (g_task_return_error_if_cancelled (search->task))
    return G_SOURCE_REMOVE;
  for (; search->at < end; search->at++)
    {
      QdEntity *flow = qd_entity_list_peek (flows, search->at);
      const QdValue *path = qd_entity_get (flow, QD_FLOW_PATH);
      const QdKey key = { qd_entity_get_connection (flow), QD_KIND_PATH, path->type == QD_VALUE_STRING ? path->v.s : NULL };

      if (key.id && g_hash_table_contains (search->gone, &key))
        take_flow (self, flow);
    }
  if (search->at < n)
    return G_SOURCE_CONTINUE;
  g_task_return_pointer (search->task, qd_topology_inquiry_tell (self), (GDestroyNotify) qd_topology_answer_free);
  return G_SOURCE_REMOVE;
}

static void
add_gone (QdTopologyInquiry *self, GHashTable *gone, GArray *edges)
{
  for (guint i = 0; i < edges->len; i++)
    {
      QdEntity *path = self->snapshot->edges->pdata[g_array_index (edges, guint, i)];

      if (path && qd_entity_get_kind (path) == QD_KIND_PATH)
        g_hash_table_add (gone, (gpointer) qd_entity_get_key (path));
    }
}

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) whole = data;
  QdTopologyInquiry *self = g_task_get_task_data (whole);
  Search *search;

  if (g_task_return_error_if_cancelled (whole))
    return;
  if (self->question->ask != QD_ASK_IMPACT || self->impact == NULL)
    {
      g_task_return_pointer (whole, qd_topology_inquiry_tell (self), (GDestroyNotify) qd_topology_answer_free);
      return;
    }
  search = g_new0 (Search, 1);
  search->task = g_steal_pointer (&whole);
  search->gone = g_hash_table_new (qd_key_hash, qd_key_equal);
  add_gone (self, search->gone, self->impact->edges);
  add_gone (self, search->gone, self->impact->stranded);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, search_cb, search, search_free);
}

/* FALSE when something that is asked about is there no more. */
static gboolean
number (QdTopologyInquiry *self)
{
  for (guint i = 0; i < self->question->about->len; i++)
    {
      QdEntity *entity = self->question->about->pdata[i];
      QdKind kind = qd_entity_get_kind (entity);
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->snapshot->numbers, entity));

      if (n == 0)
        return FALSE;
      n--;
      g_array_append_val (kind == QD_KIND_SITE || kind == QD_KIND_NODE ? self->nodes : self->edges, n);
    }
  return self->question->ask != QD_ASK_PATHS || self->nodes->len == 2;
}

void
qd_topology_ask_async (QdFleet *fleet, const char *connection, const QdTopologyQuestion *question, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *whole = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GTask) work = NULL;
  QdTopologyInquiry *self = g_new0 (QdTopologyInquiry, 1);

  self->fleet = g_object_ref (fleet);
  self->question = qd_topology_question_copy (question);
  self->snapshot = qd_topology_snapshot_new (fleet, &(QdTopologyScope) { .connection = connection });
  self->nodes = g_array_new (FALSE, FALSE, sizeof (guint));
  self->edges = g_array_new (FALSE, FALSE, sizeof (guint));
  self->flows = g_ptr_array_new_with_free_func (g_object_unref);
  g_task_set_task_data (whole, self, inquiry_free);
  if (!number (self))
    {
      g_task_return_new_error (whole, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("What was asked about is no longer there"));
      g_object_unref (whole);
      return;
    }
  /* The inquiry is the whole task's, which outlives this one. */
  work = g_task_new (NULL, cancellable, worked_cb, whole);
  g_task_set_task_data (work, self, NULL);
  g_task_run_in_thread (work, work_cb);
}

QdTopologyAnswer *
qd_topology_ask_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
