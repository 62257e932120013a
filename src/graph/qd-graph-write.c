/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-write.h"

#include <math.h>
#include <string.h>

#include "qd-graph-read-private.h"
#include "qd-json-scan.h"

static const char *const formats[QD_GRAPH_N_FORMATS] = {
  [QD_GRAPH_AS_SVG] = "svg", [QD_GRAPH_AS_PDF] = "pdf",         [QD_GRAPH_AS_PNG] = "png",
  [QD_GRAPH_AS_DOT] = "dot", [QD_GRAPH_AS_GRAPHML] = "graphml", [QD_GRAPH_AS_JSON] = "json",
};

const char *
qd_graph_format_to_string (QdGraphFormat format)
{
  return formats[format];
}

gboolean
qd_graph_format_from_name (const char *name, QdGraphFormat *format)
{
  const char *dot = strrchr (name, '.');

  for (guint i = 0; dot && i < QD_GRAPH_N_FORMATS; i++)
    if (g_ascii_strcasecmp (dot + 1, formats[i]) == 0)
      {
        *format = i;
        return TRUE;
      }
  return FALSE;
}

/* --- JSON ------------------------------------------------------------------------------------------------- */

static void
append_quoted (GString *to, const char *text)
{
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);

  g_string_append_c (to, '"');
  for (const char *p = valid ? valid : text; *p; p++)
    switch (*p)
      {
      case '"': g_string_append (to, "\\\""); break;
      case '\\': g_string_append (to, "\\\\"); break;
      case '\n': g_string_append (to, "\\n"); break;
      case '\t': g_string_append (to, "\\t"); break;
      case '\r': g_string_append (to, "\\r"); break;
      default:
        if ((guchar) *p < 0x20 || *p == 0x7f)
          g_string_append_printf (to, "\\u%04x", (guint) (guchar) *p);
        else
          g_string_append_c (to, *p);
        break;
      }
  g_string_append_c (to, '"');
}

static gboolean
is_json (const char *text, QdGraphType type)
{
  QdJsonSlice slice;

  if (!qd_json_slice_parse (&slice, text, strlen (text), NULL))
    return FALSE;
  if (type == QD_GRAPH_VALUE)
    return TRUE;
  if (type == QD_GRAPH_BOOLEAN)
    return slice.type == QD_JSON_TRUE || slice.type == QD_JSON_FALSE;
  return slice.type == QD_JSON_NUMBER;
}

static void
append_member (GString *to, const char *name, gboolean *first)
{
  if (!*first)
    g_string_append (to, ", ");
  *first = FALSE;
  append_quoted (to, name);
  g_string_append (to, ": ");
}

static void
append_json_attributes (GString *to, const QdGraphAttribute *attributes, guint n, gboolean *first)
{
  gboolean first_inside = TRUE;

  if (n == 0)
    return;
  append_member (to, "attributes", first);
  g_string_append_c (to, '{');
  for (guint i = 0; i < n; i++)
    {
      append_member (to, attributes[i].name, &first_inside);
      if (attributes[i].type != QD_GRAPH_STRING && is_json (attributes[i].value, attributes[i].type))
        g_string_append (to, attributes[i].value);
      else
        append_quoted (to, attributes[i].value);
    }
  g_string_append_c (to, '}');
}

static void
append_json_fields (GString *to, const QdGraphFile *file, gboolean of_node, guint index, gboolean *first)
{
  for (guint field = 0; field < QD_GRAPH_N_FIELDS; field++)
    {
      g_autofree char *text = qd_graph_field_dup (file, field, of_node, index);

      if (text == NULL)
        continue;
      append_member (to, qd_graph_fields[field].name, first);
      if (qd_graph_fields[field].type == QD_GRAPH_FIELD_BOOLEAN || qd_graph_fields[field].type == QD_GRAPH_FIELD_NUMBER)
        g_string_append (to, text);
      else
        append_quoted (to, text);
    }
}

/**
 * qd_graph_write_json:
 *
 * Writes our own format: docs/topology-json.md. One line a node and an edge.
 *
 * Returns: (transfer full)
 */
char *
qd_graph_write_json (const QdGraphFile *file)
{
  GString *to = g_string_new ("{\n\"format\": \"quarterdeck-topology\",\n\"version\": 1");
  guint n, m, n_attributes;
  const QdGraphNode *nodes = qd_graph_nodes (file->graph, &n);
  const QdGraphEdge *edges = qd_graph_edges (file->graph, &m);
  const QdGraphAttribute *attributes = qd_graph_attributes (file->graph, &n_attributes);
  gboolean first = TRUE;

  g_string_append (to, n_attributes ? ",\n" : "");
  append_json_attributes (to, attributes, n_attributes, &first);
  g_string_append (to, ",\n\"nodes\": [");
  for (guint i = 0; i < n; i++)
    {
      first = TRUE;
      g_string_append (to, i ? ",\n  {" : "\n  {");
      append_member (to, "id", &first);
      append_quoted (to, nodes[i].id);
      append_json_fields (to, file, TRUE, i, &first);
      append_json_attributes (to, nodes[i].attributes, nodes[i].n_attributes, &first);
      g_string_append_c (to, '}');
    }
  g_string_append (to, n ? "\n],\n\"edges\": [" : "],\n\"edges\": [");
  for (guint i = 0, written = 0; i < m; i++)
    {
      if (edges[i].src >= n || edges[i].dst >= n)
        continue;
      first = TRUE;
      g_string_append (to, written++ ? ",\n  {" : "\n  {");
      append_member (to, "id", &first);
      append_quoted (to, edges[i].id);
      append_member (to, "source", &first);
      append_quoted (to, nodes[edges[i].src].id);
      append_member (to, "target", &first);
      append_quoted (to, nodes[edges[i].dst].id);
      append_json_fields (to, file, FALSE, i, &first);
      append_json_attributes (to, edges[i].attributes, edges[i].n_attributes, &first);
      g_string_append_c (to, '}');
    }
  g_string_append (to, m ? "\n]\n}\n" : "]\n}\n");
  return g_string_free_and_steal (to);
}

/* --- GraphML ------------------------------------------------------------------------------------------------ */

void
qd_graph_append_xml (GString *to, const char *text)
{
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);

  for (const char *p = valid ? valid : text; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      switch (c)
        {
        case '&': g_string_append (to, "&amp;"); break;
        case '<': g_string_append (to, "&lt;"); break;
        case '>': g_string_append (to, "&gt;"); break;
        case '"': g_string_append (to, "&quot;"); break;
        case '\t': case '\n': case '\r': g_string_append_printf (to, "&#%u;", c); break;
        default: g_string_append_unichar (to, c < 0x20 || c == 0xfffe || c == 0xffff ? 0xfffd : c); break;
        }
    }
}

typedef enum { FOR_GRAPH, FOR_NODE, FOR_EDGE } Domain;

static const char *const domains[] = { "graph", "node", "edge" };

/* Attributes of one name, type and domain share a key. */
typedef struct {
  GHashTable *keys;      /* "domain type name" → number + 1 */
  GString *to;           /* the declarations */
  int fields[2][QD_GRAPH_N_FIELDS];   /* number + 1 */
  guint n;
} Keys;

static guint
add_key (Keys *self, Domain domain, const char *name, const char *type, gboolean json, gboolean apart)
{
  g_string_append_printf (self->to, "  <key id=\"k%u\" for=\"%s\" attr.name=\"", self->n, domains[domain]);
  qd_graph_append_xml (self->to, name);
  g_string_append_printf (self->to, "\" attr.type=\"%s\"%s%s/>\n", type, json ? " qd:type=\"json\"" : "", apart ? " qd:as=\"attribute\"" : "");
  return ++self->n;
}

static guint
key_of_attribute (Keys *self, Domain domain, const QdGraphAttribute *attribute)
{
  static const char *const types[] = { "string", "boolean", "int", "long", "float", "double", "string" };
  g_autofree char *name = g_strdup_printf ("%d %d %s", domain, attribute->type, attribute->name);
  guint key = GPOINTER_TO_UINT (g_hash_table_lookup (self->keys, name));

  if (key == 0)
    {
      /* What is called like something that we know, and is not it. */
      gboolean apart = domain != FOR_GRAPH && (qd_graph_field_find (attribute->name, domain == FOR_NODE, TRUE) >= 0 ||
                                               g_ascii_strcasecmp (attribute->name, "packet_loss_pct") == 0);

      key = add_key (self, domain, attribute->name, types[attribute->type], attribute->type == QD_GRAPH_VALUE, apart);
      g_hash_table_insert (self->keys, g_steal_pointer (&name), GUINT_TO_POINTER (key));
    }
  return key - 1;
}

static guint
key_of_field (Keys *self, gboolean of_node, QdGraphField field)
{
  const QdGraphFieldInfo *info = &qd_graph_fields[field];

  if (self->fields[of_node][field] == 0)
    self->fields[of_node][field] = (int) add_key (self, of_node ? FOR_NODE : FOR_EDGE, info->graphml ? info->graphml : info->name,
      info->type == QD_GRAPH_FIELD_BOOLEAN ? "boolean" : info->type == QD_GRAPH_FIELD_NUMBER ? info->single ? "float" : "double" : "string",
      FALSE, FALSE);
  return (guint) self->fields[of_node][field] - 1;
}

static void
append_data (GString *to, guint key, const char *value)
{
  g_string_append_printf (to, "<data key=\"k%u\">", key);
  qd_graph_append_xml (to, value);
  g_string_append (to, "</data>");
}

static void
append_all_data (GString *to, Keys *keys, const QdGraphFile *file, Domain domain, guint index, const QdGraphAttribute *attributes, guint n)
{
  for (guint field = 0; domain != FOR_GRAPH && field < QD_GRAPH_N_FIELDS; field++)
    {
      g_autofree char *text = field == QD_GRAPH_DIRECTED ? NULL : qd_graph_field_dup (file, field, domain == FOR_NODE, index);

      if (text)
        append_data (to, key_of_field (keys, domain == FOR_NODE, field), text);
    }
  for (guint i = 0; i < n; i++)
    append_data (to, key_of_attribute (keys, domain, &attributes[i]), attributes[i].value);
}

static void
append_id (GString *to, const char *name, const char *id)
{
  g_string_append_printf (to, " %s=\"", name);
  qd_graph_append_xml (to, id);
  g_string_append_c (to, '"');
}

/**
 * qd_graph_write_graphml:
 *
 * Writes GraphML. Two attributes of our own namespace say what GraphML cannot: that a text is JSON, and that what is called
 * like something that we know is not it.
 *
 * Returns: (transfer full)
 */
char *
qd_graph_write_graphml (const QdGraphFile *file)
{
  GString *to = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" "
                              "xmlns:qd=\"" QD_GRAPH_NAMESPACE "\">\n");
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Keys keys = { .keys = table, .to = to };
  guint n, m, n_attributes;
  const QdGraphNode *nodes = qd_graph_nodes (file->graph, &n);
  const QdGraphEdge *edges = qd_graph_edges (file->graph, &m);
  const QdGraphAttribute *attributes = qd_graph_attributes (file->graph, &n_attributes);

  append_all_data (body, &keys, file, FOR_GRAPH, 0, attributes, n_attributes);
  for (guint i = 0; i < n; i++)
    {
      g_string_append (body, "\n    <node");
      append_id (body, "id", nodes[i].id);
      g_string_append_c (body, '>');
      append_all_data (body, &keys, file, FOR_NODE, i, nodes[i].attributes, nodes[i].n_attributes);
      g_string_append (body, "</node>");
    }
  for (guint i = 0; i < m; i++)
    {
      if (edges[i].src >= n || edges[i].dst >= n)
        continue;
      g_string_append (body, "\n    <edge");
      append_id (body, "id", edges[i].id);
      append_id (body, "source", nodes[edges[i].src].id);
      append_id (body, "target", nodes[edges[i].dst].id);
      g_string_append (body, edges[i].directed ? " directed=\"true\">" : ">");
      append_all_data (body, &keys, file, FOR_EDGE, i, edges[i].attributes, edges[i].n_attributes);
      g_string_append (body, "</edge>");
    }
  g_string_append (to, "  <graph edgedefault=\"undirected\">");
  g_string_append_len (to, body->str, (gssize) body->len);
  g_string_append (to, "\n  </graph>\n</graphml>\n");
  return g_string_free_and_steal (to);
}

/* --- DOT ------------------------------------------------------------------------------------------------------ */

#define POINTS_PER_UNIT 72.0

static void
append_dot (GString *to, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (to, '"');
  for (const char *p = valid; *p; p++)
    switch (*p)
      {
      case '"': g_string_append (to, "\\\""); break;
      case '\\': g_string_append (to, "\\\\"); break;
      case '\n': g_string_append (to, "\\n"); break;
      default: g_string_append_c (to, (guchar) *p < 0x20 ? ' ' : *p); break;
      }
  g_string_append_c (to, '"');
}

static void
append_dot_fields (GString *to, const QdGraphFile *file, gboolean of_node, guint index, const char *before)
{
  for (guint field = 0; field < QD_GRAPH_N_FIELDS; field++)
    {
      g_autofree char *text = NULL;

      if (field == QD_GRAPH_X || field == QD_GRAPH_Y || field == QD_GRAPH_PINNED || field == QD_GRAPH_DIRECTED)
        continue;
      text = qd_graph_field_dup (file, field, of_node, index);
      if (text == NULL)
        continue;
      g_string_append_printf (to, "%s%s=", before, qd_graph_fields[field].name);
      append_dot (to, text);
      before = ", ";
    }
}

static void
append_dot_place (GString *to, QdPoint at, gboolean pinned)
{
  char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (at.x) || !isfinite (at.y))
    return;
  g_ascii_formatd (x, sizeof x, "%.2f", at.x * POINTS_PER_UNIT);
  g_ascii_formatd (y, sizeof y, "%.2f", -at.y * POINTS_PER_UNIT);
  g_string_append_printf (to, ", pos=\"%s,%s%s\"", x, y, pinned ? "!" : "");
}

/**
 * qd_graph_write_dot:
 *
 * Writes DOT for graphviz: what we know the meaning of, and where the nodes stand. Attributes that we do not know are left out: to
 * graphviz they could mean anything.
 *
 * Returns: (transfer full)
 */
char *
qd_graph_write_dot (const QdGraphFile *file)
{
  GString *to = g_string_new (NULL);
  guint n, m;
  const QdGraphNode *nodes = qd_graph_nodes (file->graph, &n);
  const QdGraphEdge *edges = qd_graph_edges (file->graph, &m);
  gboolean directed = FALSE;

  for (guint i = 0; i < m; i++)
    directed |= edges[i].directed;
  g_string_append (to, directed ? "digraph {\n" : "graph {\n");
  for (guint i = 0; i < n; i++)
    {
      g_string_append (to, "  ");
      append_dot (to, nodes[i].id);
      g_string_append (to, " [id=");
      append_dot (to, nodes[i].id);
      append_dot_fields (to, file, TRUE, i, ", ");
      append_dot_place (to, file->positions[i], file->pinned[i]);
      g_string_append (to, "];\n");
    }
  for (guint i = 0; i < m; i++)
    {
      if (edges[i].src >= n || edges[i].dst >= n)
        continue;
      g_string_append (to, "  ");
      append_dot (to, nodes[edges[i].src].id);
      g_string_append (to, directed ? " -> " : " -- ");
      append_dot (to, nodes[edges[i].dst].id);
      g_string_append (to, " [id=");
      append_dot (to, edges[i].id);
      append_dot_fields (to, file, FALSE, i, ", ");
      g_string_append (to, directed && !edges[i].directed ? ", dir=none];\n" : "];\n");
    }
  g_string_append (to, "}\n");
  return g_string_free_and_steal (to);
}
