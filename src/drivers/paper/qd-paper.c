/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-paper.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-entity.h"
#include "qd-json.h"

#define CHUNK (256 * 1024)
#define KIND_NODE 3     /* of QdGraphNode */

/* What our own exports say besides, and an entity has a field for. */
static const struct { const char *name; guint field; } site_fields[] = {
  { "site_kind", QD_SITE_KIND },
  { "location", QD_SITE_LOCATION },
};

/* --- The file ------------------------------------------------------------------------------------ */

char *
qd_paper_dup_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "quarterdeck", "paper", NULL);
}

char *
qd_paper_dup_path (const char *connection)
{
  g_autofree char *folder = NULL;

  /* What is kept of connections is a file that anything may have written: no path comes out of it. */
  if (!qd_connection_is_paper (connection) || !g_uuid_string_is_valid (connection + strlen (QD_PAPER_PREFIX)))
    return NULL;
  folder = qd_paper_dup_folder ();
  return g_build_filename (folder, connection + strlen (QD_PAPER_PREFIX), NULL);
}

/* All of it, or as much as shows that it is too much. */
static GBytes *
load (GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileInputStream) stream = g_file_read (file, cancellable, error);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize got = CHUNK;

  if (stream == NULL)
    return NULL;
  while (got == CHUNK && out->len <= QD_GRAPH_MAX_FILE)
    {
      guint before = out->len;

      g_byte_array_set_size (out, before + CHUNK);
      if (!g_input_stream_read_all (G_INPUT_STREAM (stream), out->data + before, CHUNK, &got, cancellable, error))
        return NULL;
      g_byte_array_set_size (out, before + (guint) got);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_atomic_int_set ((int *) data, 1);
}

static QdGraphFile *
parse (GBytes *bytes, const char *name, GCancellable *cancellable, GError **error)
{
  int cancelled = 0;
  gulong id = cancellable ? g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), &cancelled, NULL) : 0;
  QdGraphFile *file = qd_graph_read (bytes, name, &cancelled, error);

  g_cancellable_disconnect (cancellable, id);
  return file;
}

static gboolean
check_size (const QdGraphFile *file, const char *name, GError **error)
{
  guint n, m;

  qd_graph_nodes (file->graph, &n);
  qd_graph_edges (file->graph, &m);
  if (n == 0)
    g_set_error (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_SYNTAX, _("%s: there is no node in it"), name);
  else if (n > QD_PAPER_MAX_NODES || m > QD_PAPER_MAX_EDGES)
    g_set_error (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_TOO_LARGE,
                 _("%s: %u nodes and %u edges are too many to look at: at most %u and %u are"), name, n, m,
                 QD_PAPER_MAX_NODES, QD_PAPER_MAX_EDGES);
  else
    return TRUE;
  return FALSE;
}

/**
 * qd_paper_read:
 * @file: GraphML or our JSON
 * @name: what errors call it
 * @bytes: (out) (optional) (transfer full): all of the file
 * @cancellable: (nullable): to stop
 * @error: of %QD_GRAPH_ERROR, or of GIO; one line that names @name
 *
 * Reads a network as a paper fleet: at most 64 MiB, %QD_PAPER_MAX_NODES and %QD_PAPER_MAX_EDGES. Waits for the disk.
 *
 * Returns: (transfer full) (nullable): what it holds
 */
QdGraphFile *
qd_paper_read (GFile *file, const char *name, GBytes **bytes, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GBytes) all = load (file, cancellable, &cause);
  g_autoptr (QdGraphFile) read = NULL;

  if (all == NULL)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&cause), _("%s: cannot be read: "), name);
      return NULL;
    }
  read = parse (all, name, cancellable, error);
  if (read == NULL || !check_size (read, name, error))
    return NULL;
  if (bytes)
    *bytes = g_steal_pointer (&all);
  return g_steal_pointer (&read);
}

/* --- What is what -------------------------------------------------------------------------------- */

/* What a link between nodes has no field for. */
static gboolean
says_more_than_link (const QdGraphEdge *edge)
{
  return edge->directed || edge->n_attributes > 0 || isfinite (edge->score) || isfinite (edge->capacity_mbps) || isfinite (edge->loss_pct);
}

static gboolean
can_split (const QdGraphNode *nodes, guint n, const QdGraphEdge *edges, guint m)
{
  g_autofree guint8 *tied = g_new0 (guint8, MAX (n, 1));

  for (guint i = 0; i < m; i++)
    {
      gboolean from = nodes[edges[i].src].kind == KIND_NODE, to = nodes[edges[i].dst].kind == KIND_NODE;

      if (!from && !to)
        continue;
      if (says_more_than_link (&edges[i]))
        return FALSE;
      if (from && to)
        continue;
      /* A node stands at one site, which says nothing of the way there. */
      if (edges[i].status != QD_STATUS_NONE || isfinite (edges[i].latency_ms) || tied[from ? edges[i].src : edges[i].dst]++)
        return FALSE;
    }
  return TRUE;
}

guint8 *
qd_paper_find_kinds (const QdGraphFile *file)
{
  guint n, m;
  const QdGraphNode *nodes = qd_graph_nodes (file->graph, &n);
  const QdGraphEdge *edges = qd_graph_edges (file->graph, &m);
  gboolean split = can_split (nodes, n, edges, m);
  guint8 *kinds = g_new (guint8, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    kinds[i] = split && nodes[i].kind == KIND_NODE ? QD_KIND_NODE : QD_KIND_SITE;
  return kinds;
}

/* --- Attributes ---------------------------------------------------------------------------------- */

static const QdGraphAttribute *
find_attribute (const QdGraphAttribute *attributes, guint n, const char *name)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (attributes[i].name, name) == 0)
      return &attributes[i];
  return NULL;
}

static gboolean
has_field (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (site_fields); i++)
    if (strcmp (site_fields[i].name, name) == 0)
      return TRUE;
  return FALSE;
}

static void
add_member (JsonObject **object, const char *name, JsonNode *value)
{
  if (*object == NULL)
    *object = json_object_new ();
  json_object_set_member (*object, name, value);
}

static JsonNode *
string_node (const char *text)
{
  return json_node_init_string (json_node_alloc (), text);
}

static void
set_object (QdDelta *delta, guint field, JsonObject *object)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (object == NULL)
    return;
  node = json_node_init_object (json_node_alloc (), object);
  json_object_unref (object);
  text = qd_json_to_text (node, FALSE);
  qd_delta_set (delta, field, qd_value_json (text));
}

/* What the file says besides: words and numbers are labels, to filter and to group by; all else is shown only. */
static void
set_attributes (QdDelta *delta, const QdGraphAttribute *attributes, guint n, const char *cluster)
{
  JsonObject *labels = NULL, *extra = NULL;

  for (guint i = 0; i < n; i++)
    if (attributes[i].type == QD_GRAPH_VALUE)
      {
        JsonNode *value = qd_json_parse (attributes[i].value, -1, attributes[i].name, NULL);

        if (value)
          add_member (&extra, attributes[i].name, value);
      }
    else if (!has_field (attributes[i].name))
      add_member (&labels, attributes[i].name, string_node (attributes[i].value));
  if (cluster && *cluster && find_attribute (attributes, n, "cluster") == NULL)
    add_member (&labels, "cluster", string_node (cluster));
  set_object (delta, QD_FIELD_LABELS, labels);
  set_object (delta, QD_FIELD_EXTRA, extra);
}

/* --- Deltas -------------------------------------------------------------------------------------- */

static void
set_number (QdDelta *delta, guint field, double value)
{
  if (isfinite (value))
    qd_delta_set (delta, field, qd_value_double (value));
}

static void
set_site (QdDelta *delta, const QdGraphNode *node)
{
  static const char *const words[] = { NULL, "hub", "cloud", "node" };

  if (node->kind < G_N_ELEMENTS (words) && words[node->kind])
    qd_delta_set (delta, QD_SITE_KIND, qd_value_string (words[node->kind]));
  for (guint i = 0; i < G_N_ELEMENTS (site_fields); i++)
    {
      const QdGraphAttribute *attribute = find_attribute (node->attributes, node->n_attributes, site_fields[i].name);

      if (attribute && attribute->type == QD_GRAPH_STRING)
        qd_delta_set (delta, site_fields[i].field, qd_value_string (attribute->value));
    }
  set_number (delta, QD_SITE_LATITUDE, node->latitude);
  set_number (delta, QD_SITE_LONGITUDE, node->longitude);
}

static QdDelta *
make_node (const QdGraphNode *node, QdKind kind, const char *connection, const char *site)
{
  QdDelta *delta = qd_delta_new (connection, kind, node->id, QD_DELTA_UPSERT);

  if (node->label && *node->label)
    qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (node->label));
  if (node->status != QD_STATUS_NONE)
    qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (node->status));
  if (kind == QD_KIND_SITE)
    set_site (delta, node);
  else if (site)
    qd_delta_set (delta, QD_NODE_SITE, qd_value_string (site));
  set_attributes (delta, node->attributes, node->n_attributes, node->cluster);
  return delta;
}

static QdDelta *
make_edge (const QdGraphEdge *edge, const QdGraphNode *nodes, QdKind kind, const char *connection)
{
  QdDelta *delta = qd_delta_new (connection, kind, edge->id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_PATH_SRC, qd_value_string (nodes[edge->src].id));
  qd_delta_set (delta, QD_PATH_DST, qd_value_string (nodes[edge->dst].id));
  if (edge->status != QD_STATUS_NONE)
    qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (edge->status));
  if (kind == QD_KIND_LINK)
    {
      set_number (delta, QD_LINK_RTT_MS, edge->latency_ms);
      return delta;
    }
  set_number (delta, QD_PATH_LATENCY_MS, edge->latency_ms);
  set_number (delta, QD_PATH_LOSS_PCT, edge->loss_pct);
  set_number (delta, QD_PATH_CAPACITY_MBPS, edge->capacity_mbps);
  set_number (delta, QD_PATH_SCORE, edge->score);
  if (edge->directed)
    qd_delta_set (delta, QD_PATH_DIRECTED, qd_value_bool (TRUE));
  set_attributes (delta, edge->attributes, edge->n_attributes, NULL);
  return delta;
}

/* Where a drawing of ours ties a node to its site, by node: the site's number + 1, or 0. */
static guint *
find_ties (const guint8 *kinds, guint n, const QdGraphEdge *edges, guint m)
{
  guint *ties = g_new0 (guint, MAX (n, 1));

  for (guint i = 0; i < m; i++)
    if (kinds[edges[i].src] == QD_KIND_NODE && kinds[edges[i].dst] == QD_KIND_SITE)
      ties[edges[i].src] = edges[i].dst + 1;
    else if (kinds[edges[i].dst] == QD_KIND_NODE && kinds[edges[i].src] == QD_KIND_SITE)
      ties[edges[i].dst] = edges[i].src + 1;
  return ties;
}

static void
tell_marks (const char *connection, const QdSink *sink, QdDeltaOp op)
{
  static const QdKind kinds[] = { QD_KIND_SITE, QD_KIND_NODE, QD_KIND_PATH, QD_KIND_LINK };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    qd_sink_delta (sink, qd_delta_new (connection, kinds[i], "", op));
}

/**
 * qd_paper_tell:
 * @file: a network
 * @connection: whose it becomes
 * @sink: where deltas go
 * @cancellable: (nullable): to stop
 *
 * Nodes become sites, or nodes where that loses nothing; edges become paths, links, or the site that a node stands
 * at; attributes become labels. Old news in the file is news here: paper does not grow old.
 *
 * Returns: %FALSE when it was stopped
 */
gboolean
qd_paper_tell (const QdGraphFile *file, const char *connection, const QdSink *sink, GCancellable *cancellable)
{
  guint n, m;
  const QdGraphNode *nodes = qd_graph_nodes (file->graph, &n);
  const QdGraphEdge *edges = qd_graph_edges (file->graph, &m);
  g_autofree guint8 *kinds = qd_paper_find_kinds (file);
  g_autofree guint *ties = find_ties (kinds, n, edges, m);

  tell_marks (connection, sink, QD_DELTA_SNAPSHOT_BEGIN);
  for (guint i = 0; i < n && !g_cancellable_is_cancelled (cancellable); i++)
    qd_sink_delta (sink, make_node (&nodes[i], kinds[i], connection, ties[i] ? nodes[ties[i] - 1].id : NULL));
  for (guint i = 0; i < m && !g_cancellable_is_cancelled (cancellable); i++)
    if (kinds[edges[i].src] == kinds[edges[i].dst])
      qd_sink_delta (sink, make_edge (&edges[i], nodes, kinds[edges[i].src] == QD_KIND_SITE ? QD_KIND_PATH : QD_KIND_LINK, connection));
  if (g_cancellable_is_cancelled (cancellable))
    return FALSE;
  tell_marks (connection, sink, QD_DELTA_SNAPSHOT_END);
  return TRUE;
}
