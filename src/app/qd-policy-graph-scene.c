/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-graph-scene.h"

#include <math.h>

#include "qd-policy-graph-words.h"

#define SEED 1

/* A shape of its own: see qd_symbol_describe(). */
#define KIND_WORKLOAD 0
#define KIND_OUTSIDE 4

/* --- What is drawn ------------------------------------------------------------------------------- */

/* The only one of its group that is shown: nothing around it says of which. */
static gboolean
is_alone (const QdPolicyGraphNode *nodes, guint i, guint n)
{
  return !nodes[i].outside && nodes[i].n == 1 && (i == 0 || nodes[i - 1].group != nodes[i].group) && (i + 1 == n || nodes[i + 1].group != nodes[i].group);
}

static QdGraphMark
get_mark (guint8 change)
{
  static const QdGraphMark marks[QD_POLICY_N_CELL_CHANGES] = { QD_GRAPH_PLAIN, QD_GRAPH_ADDED, QD_GRAPH_REMOVED, QD_GRAPH_CHANGED };

  return marks[change];
}

static void
fill_node (QdPolicyGraph *data, guint i, QdGraphNode *to)
{
  guint n;
  const QdPolicyGraphNode *from = &qd_policy_graph_get_nodes (data, &n)[i];

  to->id = g_strdup (from->id);
  to->label = is_alone (from - i, i, n) ? qd_policy_graph_name_whole (data, i) : qd_policy_graph_name_node (data, i);
  /* A namespace may be called as what is outside. */
  to->cluster = g_strdup_printf ("%s%s", from->outside ? "outside " : "", qd_policy_ends_get_group (qd_policy_graph_get_ends (data), from->group));
  to->kind = from->outside ? KIND_OUTSIDE : KIND_WORKLOAD;
  to->members = from->n > 1 ? from->n : 0;
  to->marked = from->changed;
  to->stale = from->gone;
}

QdGraph *
qd_policy_graph_to_graph (QdPolicyGraph *data)
{
  guint n, m;
  const QdPolicyGraphNode *from;
  const QdPolicyGraphLine *lines = qd_policy_graph_get_lines (data, &m);
  QdGraph *graph;
  QdGraphNode *nodes;
  QdGraphEdge *edges;

  from = qd_policy_graph_get_nodes (data, &n);
  graph = qd_graph_new (n, m);
  nodes = qd_graph_nodes (graph, NULL);
  edges = qd_graph_edges (graph, NULL);
  for (guint i = 0; i < n; i++)
    fill_node (data, i, &nodes[i]);
  for (guint i = 0; i < m; i++)
    {
      gboolean back = lines[i].n[QD_POLICY_GRAPH_THERE] == 0;

      edges[i].id = g_strdup_printf ("%s\n%s\n%u", from[lines[i].a].id, from[lines[i].b].id, lines[i].change);
      edges[i].src = back ? lines[i].b : lines[i].a;
      edges[i].dst = back ? lines[i].a : lines[i].b;
      edges[i].directed = lines[i].a != lines[i].b && (back || lines[i].n[QD_POLICY_GRAPH_BACK] == 0);
      edges[i].mark = (guint8) get_mark (lines[i].change);
      nodes[lines[i].a].degree++;
      nodes[lines[i].b].degree += lines[i].a != lines[i].b;
    }
  return graph;
}

/* --- Where it stands ----------------------------------------------------------------------------- */

/* Two nodes are no nearer, and the nodes of two groups no nearer than that, in units. */
#define APART 0.9f
#define GROUPS_APART 1.2f
/* Places around a middle that are tried, from the inside out. */
#define MAX_TRIED 400

static guint
find_known (const QdPolicyGraphWish *wish, QdGraph *graph, QdPoint *places)
{
  guint n, n_known = 0;
  const QdGraphNode *nodes = qd_graph_nodes (graph, &n);

  for (guint i = 0; i < n; i++)
    if (wish->places != NULL && qd_places_get_key (wish->places, nodes[i].id, &places[i]))
      n_known++;
    else
      places[i] = (QdPoint) { NAN, NAN };
  return n_known;
}

/* Nodes of one group follow each other. */
static guint
find_end (const QdGraphNode *nodes, guint first, guint n)
{
  guint end = first + 1;

  while (end < n && g_str_equal (nodes[end].cluster, nodes[first].cluster))
    end++;
  return end;
}

/* The middle of what has a place; FALSE: nothing has. */
static gboolean
find_middle (const QdPoint *places, guint n, QdPoint *middle)
{
  double x = 0, y = 0;
  guint known = 0;

  for (guint i = 0; i < n; i++)
    if (isfinite (places[i].x))
      {
        x += places[i].x;
        y += places[i].y;
        known++;
      }
  if (known > 0)
    *middle = (QdPoint) { (float) (x / known), (float) (y / known) };
  return known > 0;
}

static gboolean
is_free (const QdPoint *places, guint n, guint first, guint end, QdPoint at)
{
  for (guint i = 0; i < n; i++)
    if (isfinite (places[i].x) && hypotf (places[i].x - at.x, places[i].y - at.y) < (i >= first && i < end ? APART : GROUPS_APART))
      return FALSE;
  return TRUE;
}

/* As the seeds of a sunflower lie: evenly, however many there are. */
static gboolean
find_room (const QdPoint *places, guint n, guint first, guint end, QdPoint middle, QdPoint *at)
{
  for (guint k = 0; k < MAX_TRIED; k++)
    {
      double r = APART * 0.6 * sqrt (k), angle = k * 2.399963229728653;

      const QdPoint seed = { (float) (middle.x + r * cos (angle)), (float) (middle.y + r * sin (angle)) };

      if (!is_free (places, n, first, end, seed))
        continue;
      *at = seed;
      return TRUE;
    }
  return FALSE;
}

QdPolicyGraphDisc
qd_policy_graph_find_disc (const QdPoint *places, guint n)
{
  QdPolicyGraphDisc disc = { places[0], 0 };
  QdPoint low = places[0], high = places[0];

  for (guint i = 1; i < n; i++)
    {
      low = (QdPoint) { MIN (low.x, places[i].x), MIN (low.y, places[i].y) };
      high = (QdPoint) { MAX (high.x, places[i].x), MAX (high.y, places[i].y) };
    }
  disc.at = (QdPoint) { (low.x + high.x) / 2, (low.y + high.y) / 2 };
  for (guint i = 0; i < n; i++)
    disc.radius = MAX (disc.radius, hypotf (places[i].x - disc.at.x, places[i].y - disc.at.y));
  return disc;
}

typedef struct { QdPolicyGraphDisc disc; gboolean fresh; } Place;

/* A group that got somebody lies over no other. */
static gboolean
discs_are_apart (GArray *discs)
{
  for (guint i = 0; i < discs->len; i++)
    for (guint k = 0; k < discs->len; k++)
      {
        const QdPolicyGraphDisc *a = &g_array_index (discs, Place, i).disc, *b = &g_array_index (discs, Place, k).disc;

        if (i != k && g_array_index (discs, Place, i).fresh && hypotf (a->at.x - b->at.x, a->at.y - b->at.y) < a->radius + b->radius + GROUPS_APART / 2)
          return FALSE;
      }
  return TRUE;
}

/* What the middle of a group is kept as: of what is outside all may be called otherwise after an edit. */
static char *
name_middle (const char *cluster)
{
  return g_strconcat ("middle ", cluster, NULL);
}

void
qd_policy_graph_note_places (QdPlaces *to, QdGraph *graph, const QdPoint *places)
{
  guint n;
  const QdGraphNode *nodes = qd_graph_nodes (graph, &n);

  for (guint first = 0, end; first < n; first = end)
    {
      g_autofree char *key = name_middle (nodes[first].cluster);
      QdPoint middle;

      end = find_end (nodes, first, n);
      if (find_middle (places + first, end - first, &middle))
        qd_places_set_key (to, key, middle);
      for (guint i = first; i < end; i++)
        qd_places_set_key (to, nodes[i].id, places[i]);
    }
}

static gboolean
find_middle_before (QdPlaces *before, const char *cluster, QdPoint *middle)
{
  g_autofree char *key = name_middle (cluster);

  return qd_places_get_key (before, key, middle);
}

/* Newcomers stand beside those of their group, and nobody moves. FALSE: there is no room for that. */
static gboolean
fit_in (QdPlaces *before, QdGraph *graph, QdPoint *places)
{
  guint n;
  const QdGraphNode *nodes = qd_graph_nodes (graph, &n);
  g_autoptr (GArray) discs = g_array_new (FALSE, FALSE, sizeof (Place));

  for (guint first = 0, end; first < n; first = end)
    {
      QdPoint middle;
      Place place = { 0 };

      end = find_end (nodes, first, n);
      if (!find_middle (places + first, end - first, &middle) && !find_middle_before (before, nodes[first].cluster, &middle))
        return FALSE;
      for (guint i = first; i < end; i++)
        if (!isfinite (places[i].x))
          {
            place.fresh = TRUE;
            if (!find_room (places, n, first, end, middle, &places[i]))
              return FALSE;
          }
      place.disc = qd_policy_graph_find_disc (places + first, end - first);
      g_array_append_val (discs, place);
    }
  return discs_are_apart (discs);
}

/* As places are kept, so that they are the same when they come back. */
static gboolean
round_places (QdPoint *places, guint n)
{
  for (guint i = 0; i < n; i++)
    places[i] = (QdPoint) { roundf (places[i].x * 1024) / 1024, roundf (places[i].y * 1024) / 1024 };
  return TRUE;
}

static gboolean
arrange (QdPolicyGraphPicture *self, const QdPolicyGraphWish *wish, const int *cancelled)
{
  const QdLayoutOptions options = { .algorithm = QD_LAYOUT_CLUSTERS, .seed = SEED, .cancelled = cancelled };
  guint n, n_known;

  qd_graph_nodes (self->graph, &n);
  self->positions = g_new (QdPoint, MAX (n, 1));
  n_known = find_known (wish, self->graph, self->positions);
  self->arranged = n_known < n;
  /* Where much is new it is better to begin again than to squeeze it in. */
  if (!self->arranged || (n_known * 10 >= n * 6 && fit_in (wish->places, self->graph, self->positions)))
    return round_places (self->positions, n);
  g_free (self->positions);
  self->positions = qd_graph_lay_out (self->graph, &options);
  return self->positions != NULL && round_places (self->positions, n);
}

/* The names of groups before which the places have @sign. */
static GHashTable *
list_groups (QdPlaces *places, char sign)
{
  GHashTable *groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer name;

  if (places == NULL)
    return groups;
  g_hash_table_iter_init (&iter, qd_places_get_folded (places));
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (*(const char *) name == sign)
      g_hash_table_add (groups, g_strdup ((const char *) name + 1));
  return groups;
}

QdPolicyGraphPicture *
qd_policy_graph_draw (const QdPolicyGraphWish *wish, const int *cancelled)
{
  g_autoptr (GHashTable) folded = list_groups (wish->places, QD_POLICY_GRAPH_FOLDED), open = list_groups (wish->places, QD_POLICY_GRAPH_OPEN);
  const QdPolicyGraphScope scope = { .only_changes = wish->only_changes, .folded = folded, .open = open };
  g_autoptr (QdPolicyGraphPicture) self = g_new0 (QdPolicyGraphPicture, 1);

  self->data = qd_policy_graph_new (wish->now, wish->before, &scope, cancelled);
  if (self->data == NULL)
    return NULL;
  self->graph = qd_policy_graph_to_graph (self->data);
  if (!arrange (self, wish, cancelled))
    return NULL;
  self->index = qd_graph_index_new (self->graph, self->positions);
  return g_steal_pointer (&self);
}

void
qd_policy_graph_picture_free (QdPolicyGraphPicture *self)
{
  g_clear_pointer (&self->data, qd_policy_graph_unref);
  g_clear_pointer (&self->graph, qd_graph_unref);
  g_clear_pointer (&self->index, qd_graph_index_unref);
  g_free (self->positions);
  g_free (self);
}

/* --- On a worker --------------------------------------------------------------------------------- */

typedef struct {
  QdPolicyGraphWish wish;
  int *cancelled;             /* shared with the signal of the cancellable */
} Work;

static Work *
work_new (const QdPolicyGraphWish *wish)
{
  Work *work = g_new0 (Work, 1);

  work->wish = *wish;
  qd_policy_eval_ref (work->wish.now);
  if (work->wish.before != NULL)
    qd_policy_eval_ref (work->wish.before);
  work->wish.places = wish->places != NULL ? qd_places_copy (wish->places) : NULL;
  work->cancelled = g_atomic_rc_box_new0 (int);
  return work;
}

static void
work_free (gpointer data)
{
  Work *work = data;

  qd_policy_eval_unref (work->wish.now);
  g_clear_pointer (&work->wish.before, qd_policy_eval_unref);
  g_clear_pointer (&work->wish.places, qd_places_free);
  g_atomic_rc_box_release (work->cancelled);
  g_free (work);
}

static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_atomic_int_set ((int *) data, 1);
}

static void
draw_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  g_autoptr (QdPolicyGraphPicture) picture = qd_policy_graph_draw (&work->wish, work->cancelled);

  if (g_task_return_error_if_cancelled (task))
    return;
  g_task_return_pointer (task, g_steal_pointer (&picture), (GDestroyNotify) qd_policy_graph_picture_free);
}

void
qd_policy_graph_draw_async (const QdPolicyGraphWish *wish, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Work *work = work_new (wish);

  g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_atomic_rc_box_acquire (work->cancelled), (GDestroyNotify) g_atomic_rc_box_release);
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, draw_cb);
}

QdPolicyGraphPicture *
qd_policy_graph_draw_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
