/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-export.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n.h>

#include "qd-graph-layout.h"
#include "qd-json.h"
#include "qd-topology-model-private.h"

/* Of one node, as the readers have them. */
#define MAX_NAME 256
#define MAX_VALUE (64 * 1024)
#define MAX_ATTRIBUTES 200

/* What an entity says besides; each may be NULL. */
typedef struct { GRefString *labels, *kind, *location; } Words;

typedef struct {
  QdGraph *graph;         /* nobody else's */
  Words *said;            /* by node */
  guint n_nodes;
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

  for (guint i = 0; i < self->n_nodes; i++)
    {
      g_clear_pointer (&self->said[i].labels, g_ref_string_release);
      g_clear_pointer (&self->said[i].kind, g_ref_string_release);
      g_clear_pointer (&self->said[i].location, g_ref_string_release);
    }
  g_free (self->said);
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

/* --- What is written --------------------------------------------------------------------------- */

/* Two connections may have a site of one id, and a site and a node too: in a file an id is there once. */
static void
make_unique (GHashTable *ids, char **id)
{
  g_autofree char *first = NULL;

  if (*id == NULL || g_hash_table_add (ids, *id))
    return;
  first = g_steal_pointer (id);
  for (guint i = 2; *id == NULL || !g_hash_table_add (ids, *id); i++)
    {
      g_free (*id);
      *id = g_strdup_printf ("%s#%u", first, i);
    }
}

static void
make_ids_unique (QdGraph *graph)
{
  guint n, m;
  QdGraphNode *nodes = qd_graph_nodes (graph, &n);
  QdGraphEdge *edges = qd_graph_edges (graph, &m);
  g_autoptr (GHashTable) node_ids = g_hash_table_new (g_str_hash, g_str_equal), edge_ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < n; i++)
    make_unique (node_ids, &nodes[i].id);
  for (guint i = 0; i < m; i++)
    make_unique (edge_ids, &edges[i].id);
}

/* What a reader would refuse is left out. */
static gboolean
is_name (const char *name)
{
  if (*name == '\0' || strlen (name) > MAX_NAME)
    return FALSE;
  for (const char *p = name; *p; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

static void
add_attribute (QdGraphNode *node, const char *name, const char *value)
{
  if (value == NULL || *value == '\0' || !is_name (name) || strlen (value) > MAX_VALUE || node->n_attributes >= MAX_ATTRIBUTES)
    return;
  for (guint i = 0; i < node->n_attributes; i++)
    if (strcmp (node->attributes[i].name, name) == 0)
      return;
  node->attributes = g_renew (QdGraphAttribute, node->attributes, node->n_attributes + 1);
  node->attributes[node->n_attributes++] = (QdGraphAttribute) { g_ref_string_new_intern (name), g_strdup (value), QD_GRAPH_STRING };
}

/* What one filters and groups by goes along, so that it can be done with a drawing too: labels, and what kind of site it
 * is in the fleet's own words. */
static void
add_labels (const char *json, QdGraphNode *node)
{
  g_autoptr (JsonNode) root = json ? qd_json_parse (json, -1, "labels", NULL) : NULL;
  JsonObject *object = root ? qd_json_object (root) : NULL;
  JsonObjectIter iter;
  const char *name;

  if (object == NULL)
    return;
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, NULL))
    add_attribute (node, name, qd_json_get_string (object, name, NULL));
}

static void
complete_graph (Export *self)
{
  guint n;
  QdGraphNode *nodes = qd_graph_nodes (self->graph, &n);

  for (guint i = 0; i < n; i++)
    {
      add_attribute (&nodes[i], "site_kind", self->said[i].kind);
      add_attribute (&nodes[i], "location", self->said[i].location);
      add_labels (self->said[i].labels, &nodes[i]);
    }
  make_ids_unique (self->graph);
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
  complete_graph (self);
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

static GRefString *
acquire (QdEntity *entity, guint field)
{
  const QdValue *value = qd_entity_get (entity, field);

  return value->type == QD_VALUE_STRING || value->type == QD_VALUE_JSON ? g_ref_string_acquire (value->v.s) : NULL;
}

/* Only taken here: a worker reads what is in them. */
static void
take_words (const QdTopologySnapshot *snapshot, Export *self)
{
  self->n_nodes = snapshot->nodes->len;
  self->said = g_new0 (Words, MAX (self->n_nodes, 1));
  for (guint i = 0; i < self->n_nodes; i++)
    {
      QdEntity *entity = snapshot->nodes->pdata[i];

      if (entity == NULL)
        continue;
      self->said[i].labels = acquire (entity, QD_FIELD_LABELS);
      if (qd_entity_get_kind (entity) != QD_KIND_SITE)
        continue;
      self->said[i].kind = acquire (entity, QD_SITE_KIND);
      self->said[i].location = acquire (entity, QD_SITE_LOCATION);
    }
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
  take_words (snapshot, self);
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
