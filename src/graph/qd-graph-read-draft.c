/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-read-private.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-graph-private.h"
#include "qd-status.h"

#define MAX_NODE_ID 512
#define MAX_EDGE_ID 1200      /* two of nodes and what stands between them */
#define MAX_NAME 256
#define MAX_VALUE (1024 * 1024)
#define MAX_ATTRIBUTES 256    /* of one node or edge */
#define MAX_COPIED (256 * 1024 * 1024)

/* --- Fields --------------------------------------------------------------------------------------------- */

#define FAR 1e7

const QdGraphFieldInfo qd_graph_fields[QD_GRAPH_N_FIELDS] = {
  [QD_GRAPH_LABEL] = { "label", "label", QD_GRAPH_FIELD_TEXT, TRUE, FALSE },
  [QD_GRAPH_CLUSTER] = { "cluster", NULL, QD_GRAPH_FIELD_TEXT, TRUE, FALSE },
  [QD_GRAPH_KIND] = { "kind", NULL, QD_GRAPH_FIELD_WORD, TRUE, FALSE },
  [QD_GRAPH_STATUS] = { "status", NULL, QD_GRAPH_FIELD_WORD, TRUE, TRUE },
  [QD_GRAPH_STALE] = { "stale", NULL, QD_GRAPH_FIELD_BOOLEAN, TRUE, TRUE },
  [QD_GRAPH_LATITUDE] = { "latitude", "Latitude", QD_GRAPH_FIELD_NUMBER, TRUE, FALSE, FALSE, -90, 90 },
  [QD_GRAPH_LONGITUDE] = { "longitude", "Longitude", QD_GRAPH_FIELD_NUMBER, TRUE, FALSE, FALSE, -180, 180 },
  [QD_GRAPH_X] = { "x", NULL, QD_GRAPH_FIELD_NUMBER, TRUE, FALSE, TRUE, -FAR, FAR },
  [QD_GRAPH_Y] = { "y", NULL, QD_GRAPH_FIELD_NUMBER, TRUE, FALSE, TRUE, -FAR, FAR },
  [QD_GRAPH_PINNED] = { "pinned", NULL, QD_GRAPH_FIELD_BOOLEAN, TRUE, FALSE },
  [QD_GRAPH_DIRECTED] = { "directed", NULL, QD_GRAPH_FIELD_BOOLEAN, FALSE, TRUE },
  [QD_GRAPH_SCORE] = { "score", NULL, QD_GRAPH_FIELD_NUMBER, FALSE, TRUE, TRUE, 0, 100 },
  [QD_GRAPH_CAPACITY] = { "capacity_mbps", NULL, QD_GRAPH_FIELD_NUMBER, FALSE, TRUE, TRUE, 0, 1e12 },
  [QD_GRAPH_LATENCY] = { "latency_ms", NULL, QD_GRAPH_FIELD_NUMBER, FALSE, TRUE, TRUE, 0, 1e9 },
  [QD_GRAPH_LOSS] = { "loss_pct", NULL, QD_GRAPH_FIELD_NUMBER, FALSE, TRUE, TRUE, 0, 100 },
};

const char *const qd_graph_kinds[] = { "site", "hub", "cloud", "node", NULL };

int
qd_graph_field_find (const char *name, gboolean of_node, gboolean loosely)
{
  for (guint i = 0; i < QD_GRAPH_N_FIELDS; i++)
    if ((of_node ? qd_graph_fields[i].of_node : qd_graph_fields[i].of_edge) &&
        (loosely ? g_ascii_strcasecmp (name, qd_graph_fields[i].name) == 0 : g_str_equal (name, qd_graph_fields[i].name)))
      return (int) i;
  return -1;
}

/* Text is dealt with apart. */
static double *
number_of (QdGraphDraftNode *node, QdGraphField field)
{
  return field == QD_GRAPH_LATITUDE ? &node->node.latitude : &node->node.longitude;
}

static float *
single_of (QdGraphDraftNode *node, QdGraphDraftEdge *edge, QdGraphField field)
{
  switch (field)
    {
    case QD_GRAPH_X: return &node->at.x;
    case QD_GRAPH_Y: return &node->at.y;
    case QD_GRAPH_SCORE: return &edge->edge.score;
    case QD_GRAPH_CAPACITY: return &edge->edge.capacity_mbps;
    case QD_GRAPH_LATENCY: return &edge->edge.latency_ms;
    case QD_GRAPH_LOSS: default: return &edge->edge.loss_pct;
    }
}

static char *
number_to_text (double value, gboolean single)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = single ? 6 : 15; digits <= 17; digits++)
    {
      char format[] = "%.00g";
      double back;

      format[2] = (char) ('0' + digits / 10);
      format[3] = (char) ('0' + digits % 10);
      g_ascii_formatd (buffer, sizeof buffer, format, value);
      back = g_ascii_strtod (buffer, NULL);
      if (single ? (float) back == (float) value : back == value)
        break;
    }
  return g_strdup (buffer);
}

static char *
node_field_dup (const QdGraphFile *file, QdGraphField field, guint index)
{
  const QdGraphNode *node = &qd_graph_nodes (file->graph, NULL)[index];
  double value;

  switch (field)
    {
    case QD_GRAPH_LABEL: return g_strcmp0 (node->label, node->id) == 0 ? NULL : g_strdup (node->label ? node->label : "");
    case QD_GRAPH_CLUSTER: return node->cluster && *node->cluster ? g_strdup (node->cluster) : NULL;
    case QD_GRAPH_KIND: return node->kind ? g_strdup (qd_graph_kinds[MIN (node->kind, 3)]) : NULL;
    case QD_GRAPH_STATUS: return node->status ? g_strdup (qd_status_to_string (node->status)) : NULL;
    case QD_GRAPH_STALE: return node->stale ? g_strdup ("true") : NULL;
    case QD_GRAPH_PINNED: return file->pinned[index] ? g_strdup ("true") : NULL;
    case QD_GRAPH_LATITUDE: value = node->latitude; break;
    case QD_GRAPH_LONGITUDE: value = node->longitude; break;
    case QD_GRAPH_X: value = isfinite (file->positions[index].y) ? file->positions[index].x : NAN; break;
    case QD_GRAPH_Y: value = isfinite (file->positions[index].x) ? file->positions[index].y : NAN; break;
    default: return NULL;
    }
  return isfinite (value) ? number_to_text (value, qd_graph_fields[field].single) : NULL;
}

static char *
edge_field_dup (const QdGraphEdge *edge, QdGraphField field)
{
  double value;

  switch (field)
    {
    case QD_GRAPH_STATUS: return edge->status ? g_strdup (qd_status_to_string (edge->status)) : NULL;
    case QD_GRAPH_STALE: return edge->stale ? g_strdup ("true") : NULL;
    case QD_GRAPH_DIRECTED: return edge->directed ? g_strdup ("true") : NULL;
    case QD_GRAPH_SCORE: value = edge->score; break;
    case QD_GRAPH_CAPACITY: value = edge->capacity_mbps; break;
    case QD_GRAPH_LATENCY: value = edge->latency_ms; break;
    case QD_GRAPH_LOSS: value = edge->loss_pct; break;
    default: return NULL;
    }
  return isfinite (value) ? number_to_text (value, TRUE) : NULL;
}

char *
qd_graph_field_dup (const QdGraphFile *file, QdGraphField field, gboolean of_node, guint index)
{
  return of_node ? node_field_dup (file, field, index)
                 : edge_field_dup (&qd_graph_edges (file->graph, NULL)[index], field);
}

/* --- The draft -------------------------------------------------------------------------------------------- */

static void
node_clear (gpointer data)
{
  QdGraphDraftNode *self = data;

  g_free (self->node.id);
  g_free (self->node.label);
  g_free (self->node.cluster);
  qd_graph_attributes_free (self->node.attributes, self->node.n_attributes);
}

static void
edge_clear (gpointer data)
{
  QdGraphDraftEdge *self = data;

  g_free (self->edge.id);
  g_free (self->source);
  g_free (self->target);
  qd_graph_attributes_free (self->edge.attributes, self->edge.n_attributes);
}

void
qd_graph_draft_init (QdGraphDraft *self, const char *name, const int *cancelled)
{
  *self = (QdGraphDraft) { .name = name, .cancelled = cancelled };
  self->nodes = g_array_new (FALSE, TRUE, sizeof (QdGraphDraftNode));
  g_array_set_clear_func (self->nodes, node_clear);
  self->edges = g_array_new (FALSE, TRUE, sizeof (QdGraphDraftEdge));
  g_array_set_clear_func (self->edges, edge_clear);
  self->node_index = g_hash_table_new (g_str_hash, g_str_equal);
  self->edge_ids = g_hash_table_new (g_str_hash, g_str_equal);
}

void
qd_graph_draft_clear (QdGraphDraft *self)
{
  g_clear_pointer (&self->node_index, g_hash_table_unref);
  g_clear_pointer (&self->edge_ids, g_hash_table_unref);
  g_clear_pointer (&self->nodes, g_array_unref);
  g_clear_pointer (&self->edges, g_array_unref);
  qd_graph_attributes_free (self->attributes, self->n_attributes);
  self->attributes = NULL;
  self->n_attributes = 0;
}

/* What XML cannot hold, or a name is better without: two names must not become one. */
static gboolean
has_control (const char *text)
{
  for (const char *p = text; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_iscntrl (c) || c == 0xfffe || c == 0xffff)
        return TRUE;
    }
  return FALSE;
}

static char *
check_id (const char *id, gsize max)
{
  if (id == NULL || *id == '\0')
    return g_strdup (_("an id is missing or empty"));
  if (strlen (id) > max)
    return g_strdup_printf (_("an id is longer than %u bytes"), (guint) max);
  return has_control (id) ? g_strdup (_("an id holds a control character")) : NULL;
}

char *
qd_graph_draft_add_node (QdGraphDraft *self, const char *id)
{
  QdGraphDraftNode *node;
  char *fault = check_id (id, MAX_NODE_ID);

  if (fault)
    return fault;
  if (self->nodes->len >= QD_GRAPH_MAX_NODES)
    return g_strdup_printf (_("there are more than %u nodes"), QD_GRAPH_MAX_NODES);
  if (g_hash_table_contains (self->node_index, id))
    return g_strdup_printf (_("there are two nodes “%s”"), id);
  g_array_set_size (self->nodes, self->nodes->len + 1);
  node = &g_array_index (self->nodes, QdGraphDraftNode, self->nodes->len - 1);
  node->node.id = g_strdup (id);
  node->node.latitude = node->node.longitude = NAN;
  node->at = (QdPoint) { NAN, NAN };
  g_hash_table_insert (self->node_index, node->node.id, GUINT_TO_POINTER (self->nodes->len));
  return NULL;
}

static guint
find_end (QdGraphDraft *self, const char *id, char **open)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (self->node_index, id));

  if (found == 0)
    *open = g_strdup (id);
  return found - 1;
}

char *
qd_graph_draft_add_edge (QdGraphDraft *self, const char *id, const char *source, const char *target, guint line, guint column)
{
  QdGraphDraftEdge *edge;
  char *fault = id ? check_id (id, MAX_EDGE_ID) : NULL;

  if (fault)
    return fault;
  if (source == NULL || target == NULL)
    return g_strdup (_("an edge needs a source and a target"));
  if (self->edges->len >= QD_GRAPH_MAX_EDGES)
    return g_strdup_printf (_("there are more than %u edges"), QD_GRAPH_MAX_EDGES);
  if (id && g_hash_table_contains (self->edge_ids, id))
    return g_strdup_printf (_("there are two edges “%s”"), id);
  g_array_set_size (self->edges, self->edges->len + 1);
  edge = &g_array_index (self->edges, QdGraphDraftEdge, self->edges->len - 1);
  edge->edge.id = g_strdup (id);
  edge->edge.score = edge->edge.capacity_mbps = edge->edge.latency_ms = edge->edge.loss_pct = NAN;
  edge->edge.src = find_end (self, source, &edge->source);
  edge->edge.dst = find_end (self, target, &edge->target);
  edge->line = line;
  edge->column = column;
  if (id)
    g_hash_table_add (self->edge_ids, edge->edge.id);
  return NULL;
}

static char *
set_word (QdGraphNode *node, QdGraphEdge *edge, QdGraphField field, const char *text)
{
  QdStatus status;

  if (field == QD_GRAPH_KIND)
    {
      for (guint i = 0; qd_graph_kinds[i]; i++)
        if (g_ascii_strcasecmp (qd_graph_kinds[i], text) == 0)
          return node->kind = (guint8) i, NULL;
      return g_strdup_printf (_("“%s” is none of site, hub, cloud and node"), text);
    }
  status = qd_status_parse (text);
  if (status == QD_STATUS_UNKNOWN && g_ascii_strcasecmp (text, "unknown") != 0)
    return g_strdup_printf (_("“%s” is none of well, maintenance, unknown, degraded, down and none"), text);
  *(node ? &node->status : &edge->status) = (guint8) status;
  return NULL;
}

static char *
set_boolean (QdGraphDraftNode *node, QdGraphDraftEdge *edge, QdGraphField field, const char *text)
{
  gboolean yes = g_ascii_strcasecmp (text, "true") == 0 || g_str_equal (text, "1");

  if (!yes && g_ascii_strcasecmp (text, "false") != 0 && !g_str_equal (text, "0"))
    return g_strdup_printf (_("%s: “%s” is neither true nor false"), qd_graph_fields[field].name, text);
  if (field == QD_GRAPH_PINNED)
    node->pinned = yes;
  else if (field == QD_GRAPH_DIRECTED)
    edge->edge.directed = (guint8) yes;
  else
    *(node ? &node->node.stale : &edge->edge.stale) = (guint8) yes;
  return NULL;
}

static char *
set_number (QdGraphDraftNode *node, QdGraphDraftEdge *edge, QdGraphField field, const char *text)
{
  const QdGraphFieldInfo *info = &qd_graph_fields[field];
  char *end;
  double value = g_ascii_strtod (text, &end);

  if (end == text || *end != '\0' || !isfinite (value))
    return g_strdup_printf (_("%s: “%s” is not a number"), info->name, text);
  if (value < info->low || value > info->high)
    return g_strdup_printf (_("%s: %s is not from %g to %g"), info->name, text, info->low, info->high);
  if (info->single)
    *single_of (node, edge, field) = (float) value;
  else
    *number_of (node, field) = value;
  return NULL;
}

char *
qd_graph_draft_set (QdGraphDraft *self, gboolean of_node, guint index, QdGraphField field, const char *text)
{
  QdGraphDraftNode *node = of_node ? &g_array_index (self->nodes, QdGraphDraftNode, index) : NULL;
  QdGraphDraftEdge *edge = of_node ? NULL : &g_array_index (self->edges, QdGraphDraftEdge, index);
  guint32 *fields = node ? &node->fields : &edge->fields;
  g_autofree char *bare = NULL;

  if (*fields & 1u << field)
    return g_strdup_printf (_("%s is given twice"), qd_graph_fields[field].name);
  if (qd_graph_fields[field].type == QD_GRAPH_FIELD_TEXT)
    {
      if (strlen (text) > MAX_VALUE)
        return g_strdup_printf (_("%s is too long"), qd_graph_fields[field].name);
      *fields |= 1u << field;
      g_set_str (field == QD_GRAPH_LABEL ? &node->node.label : &node->node.cluster, *text ? text : NULL);
      return NULL;
    }
  bare = g_strstrip (g_strdup (text));
  *fields |= 1u << field;
  if (*bare == '\0')
    return NULL;
  switch (qd_graph_fields[field].type)
    {
    case QD_GRAPH_FIELD_WORD:
      return set_word (node ? &node->node : NULL, edge ? &edge->edge : NULL, field, bare);
    case QD_GRAPH_FIELD_BOOLEAN:
      return set_boolean (node, edge, field, bare);
    case QD_GRAPH_FIELD_NUMBER:
    case QD_GRAPH_FIELD_TEXT:
    default:
      return set_number (node, edge, field, bare);
    }
}

/* Where the attributes of a node, an edge or the whole are. */
static QdGraphAttribute **
attributes_of (QdGraphDraft *self, gboolean of_node, guint index, guint **n)
{
  if (index == G_MAXUINT)
    {
      *n = &self->n_attributes;
      return &self->attributes;
    }
  if (of_node)
    {
      QdGraphDraftNode *node = &g_array_index (self->nodes, QdGraphDraftNode, index);

      *n = &node->node.n_attributes;
      return &node->node.attributes;
    }
  QdGraphDraftEdge *edge = &g_array_index (self->edges, QdGraphDraftEdge, index);
  *n = &edge->edge.n_attributes;
  return &edge->edge.attributes;
}

const QdGraphAttribute *
qd_graph_draft_find_attribute (QdGraphDraft *self, gboolean of_node, guint index, const char *name)
{
  guint *n;
  QdGraphAttribute **attributes = attributes_of (self, of_node, index, &n);

  for (guint i = 0; i < *n; i++)
    if (g_str_equal ((*attributes)[i].name, name))
      return &(*attributes)[i];
  return NULL;
}

char *
qd_graph_draft_add_attribute (QdGraphDraft *self, gboolean of_node, guint index, const char *name, const char *value, QdGraphType type)
{
  guint *n;
  QdGraphAttribute **attributes = attributes_of (self, of_node, index, &n);
  gsize length = strlen (value);
  char *interned;

  if (strlen (name) > MAX_NAME)
    return g_strdup_printf (_("an attribute's name is longer than %u bytes"), MAX_NAME);
  if (has_control (name))
    return g_strdup (_("an attribute's name holds a control character"));
  if (length > MAX_VALUE)
    return g_strdup_printf (_("%s is too long"), name);
  if (*n >= MAX_ATTRIBUTES)
    return g_strdup_printf (_("there are more than %u attributes"), MAX_ATTRIBUTES);
  /* One text has one address. */
  interned = g_ref_string_new_intern (name);
  for (guint i = 0; i < *n; i++)
    if ((*attributes)[i].name == interned)
      {
        g_ref_string_release (interned);
        return g_strdup_printf (_("%s is given twice"), name);
      }
  self->copied += length + sizeof **attributes + 16;
  if (self->copied > MAX_COPIED)
    {
      g_ref_string_release (interned);
      return g_strdup (_("the attributes take more than 256 MiB, defaults included"));
    }
  if ((*n & (*n - 1)) == 0)
    *attributes = g_renew (QdGraphAttribute, *attributes, MAX (2 * *n, 1));
  (*attributes)[(*n)++] = (QdGraphAttribute) { interned, g_strdup (value), type };
  return NULL;
}

/* --- The end ---------------------------------------------------------------------------------------------- */

/* A group is a place to be in, and a node only where an edge ends at it. Fills @to with where each node goes. */
static guint
leave_out_groups (QdGraphDraft *self, guint *to)
{
  g_autofree guint8 *ends = g_new0 (guint8, MAX (self->nodes->len, 1));
  guint n = 0;

  for (guint i = 0; i < self->edges->len; i++)
    {
      const QdGraphDraftEdge *edge = &g_array_index (self->edges, QdGraphDraftEdge, i);

      ends[edge->edge.src] = ends[edge->edge.dst] = 1;
    }
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const QdGraphDraftNode *node = &g_array_index (self->nodes, QdGraphDraftNode, i);

      to[i] = node->is_group && !ends[i] ? G_MAXUINT : n++;
    }
  return n;
}

static gboolean
resolve_edges (QdGraphDraft *self, GError **error)
{
  for (guint i = 0; i < self->edges->len; i++)
    {
      QdGraphDraftEdge *edge = &g_array_index (self->edges, QdGraphDraftEdge, i);
      g_autofree char *source = g_steal_pointer (&edge->source);
      g_autofree char *target = g_steal_pointer (&edge->target);
      g_autofree char *open = NULL;
      g_autofree char *fault = NULL;

      if (source)
        edge->edge.src = find_end (self, source, &open);
      if (target && open == NULL)
        edge->edge.dst = find_end (self, target, &open);
      if (open == NULL)
        continue;
      fault = g_strdup_printf (_("the edge ends at “%s”, which is no node"), open);
      return qd_graph_fault (error, self->name, edge->line, edge->column, fault) != NULL;
    }
  return TRUE;
}

/* An edge without an id is named after its ends, so that it can be asked about. */
static void
name_edges (QdGraphDraft *self)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->edges->len; i++)
    {
      QdGraphEdge *edge = &g_array_index (self->edges, QdGraphDraftEdge, i).edge;
      g_autofree char *base = NULL;
      guint number;

      if (edge->id)
        continue;
      base = g_strconcat (g_array_index (self->nodes, QdGraphDraftNode, edge->src).node.id, "--",
                          g_array_index (self->nodes, QdGraphDraftNode, edge->dst).node.id, NULL);
      number = GPOINTER_TO_UINT (g_hash_table_lookup (numbers, base));
      do
        {
          g_free (edge->id);
          edge->id = number++ == 0 ? g_strdup (base) : g_strdup_printf ("%s#%u", base, number);
        }
      while (!g_hash_table_add (self->edge_ids, edge->id));
      g_hash_table_insert (numbers, g_steal_pointer (&base), GUINT_TO_POINTER (number));
    }
}

static void
trim (QdGraphAttribute **attributes, guint n)
{
  if (n > 0)
    *attributes = g_renew (QdGraphAttribute, *attributes, n);
}

static void
take_node (QdGraphDraft *self, QdGraphDraftNode *from, QdGraphNode *to)
{
  if (from->group && from->node.cluster == NULL)
    {
      const QdGraphNode *group = &g_array_index (self->nodes, QdGraphDraftNode, from->group - 1).node;

      from->node.cluster = g_strdup (group->label ? group->label : group->id);
    }
  if (from->node.label == NULL && !(from->fields & 1u << QD_GRAPH_LABEL))
    from->node.label = g_strdup (from->node.id);
  *to = from->node;
  trim (&to->attributes, to->n_attributes);
}

QdGraphFile *
qd_graph_draft_finish (QdGraphDraft *self, GError **error)
{
  g_autofree guint *to = g_new (guint, MAX (self->nodes->len, 1));
  g_autoptr (QdGraph) graph = NULL;
  QdGraphNode *nodes;
  QdGraphEdge *edges;
  QdPoint *positions;
  guint8 *pinned;
  guint n;

  if (!resolve_edges (self, error))
    return NULL;
  name_edges (self);
  n = leave_out_groups (self, to);
  graph = qd_graph_new (n, self->edges->len);
  nodes = qd_graph_nodes (graph, NULL);
  edges = qd_graph_edges (graph, NULL);
  positions = g_new (QdPoint, MAX (n, 1));
  pinned = g_new0 (guint8, MAX (n, 1));
  for (guint i = self->nodes->len; i-- > 0;)
    {
      /* Those inside of a group come after it, so that its name is still there for them. */
      QdGraphDraftNode *node = &g_array_index (self->nodes, QdGraphDraftNode, i);

      if (to[i] == G_MAXUINT)
        continue;
      take_node (self, node, &nodes[to[i]]);
      positions[to[i]] = node->at;
      pinned[to[i]] = nodes[to[i]].pinned = (guint8) node->pinned;
    }
  for (guint i = 0; i < self->edges->len; i++)
    {
      edges[i] = g_array_index (self->edges, QdGraphDraftEdge, i).edge;
      edges[i].src = to[edges[i].src];
      edges[i].dst = to[edges[i].dst];
      trim (&edges[i].attributes, edges[i].n_attributes);
      nodes[edges[i].src].degree++;
      nodes[edges[i].dst].degree++;
    }
  qd_graph_set_attributes (graph, g_steal_pointer (&self->attributes), self->n_attributes);
  self->n_attributes = 0;
  /* What is left in the draft is the graph's now, but for the groups. */
  g_hash_table_remove_all (self->node_index);
  g_hash_table_remove_all (self->edge_ids);
  for (guint i = 0; i < self->nodes->len; i++)
    if (to[i] != G_MAXUINT)
      memset (&g_array_index (self->nodes, QdGraphDraftNode, i), 0, sizeof (QdGraphDraftNode));
  if (self->edges->len > 0)
    memset (self->edges->data, 0, sizeof (QdGraphDraftEdge) * self->edges->len);
  return qd_graph_file_new (g_steal_pointer (&graph), positions, pinned);
}
