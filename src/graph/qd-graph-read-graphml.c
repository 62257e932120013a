/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-read-private.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-graph-private.h"
#include "qd-graph-write.h"

/* GraphML (http://graphml.graphdrawing.org/) with GLib's own parser of XML: it knows the five entities of XML and no others,
 * reads no DTD and fetches nothing, so that what a few lines can be blown up to is a few lines. What it does not do, other
 * encodings and names with prefixes, is done here and in qd-graph-read.c. */

#define MAX_DEPTH 64
#define MAX_KEYS 4096
#define MAX_DEFAULTS 256
#define MAX_TEXT (1024 * 1024)
#define CHECK_EVERY 4096
/* yEd counts in pixels, and puts what is joined about so many apart. */
#define YED_PIXELS 100.0

typedef enum { OTHER, GRAPHML, KEY, DEFAULT, GRAPH, NODE, EDGE, DATA, YED_LABEL } Element;

typedef enum { FOR_ALL, FOR_GRAPH, FOR_NODE, FOR_EDGE, FOR_NONE } Domain;

typedef struct {
  char *id, *name;       /* a name: what it is an attribute of; NULL: other programs' pictures */
  QdGraphType type;
  Domain domain;
  int field[2];          /* of an edge, of a node; -1: none that we know */
  char *value;           /* the default, or NULL */
} Key;

typedef struct { Element element; guint index; } Frame;

typedef struct {
  QdGraphDraft *draft;
  GMarkupParseContext *context;
  GPtrArray *keys;
  GPtrArray *defaults;   /* those of keys that have one */
  GHashTable *key_index;
  Frame frames[MAX_DEPTH];
  guint depth;
  gboolean directed, seen_graph;
  gboolean ours;         /* we wrote it: what is not in it is not known */
  Key *key;              /* of the data or key that is open */
  guint data_depth;      /* where data is open; 0: it is not */
  GString *text;
  guint count;
} Reader;

static void
key_free (gpointer data)
{
  Key *self = data;

  g_free (self->id);
  g_free (self->name);
  g_free (self->value);
  g_free (self);
}

static void
set_fault (Reader *reader, GError **error, const char *fault)
{
  int line, column;

  g_markup_parse_context_get_position (reader->context, &line, &column);
  qd_graph_fault (error, reader->draft->name, (guint) MAX (line, 1), (guint) MAX (column, 1), fault);
}

/* Takes @fault; whether there was one. */
static gboolean
is_fault (Reader *reader, GError **error, char *fault)
{
  if (fault)
    set_fault (reader, error, fault);
  g_free (fault);
  return fault != NULL;
}

static const char *
attribute (const char **names, const char **values, const char *name)
{
  for (guint i = 0; names[i]; i++)
    if (g_str_equal (names[i], name))
      return values[i];
  return NULL;
}

static const char *
local_name (const char *name)
{
  const char *colon = strchr (name, ':');

  return colon ? colon + 1 : name;
}

static Frame *
above (Reader *reader)
{
  return reader->depth > 0 ? &reader->frames[reader->depth - 1] : NULL;
}

/* --- Elements ------------------------------------------------------------------------------------------- */

static void
start_key (Reader *reader, const char **names, const char **values, GError **error)
{
  static const char *const types[] = { "string", "boolean", "int", "long", "float", "double" };
  static const char *const domains[] = { "all", "graph", "node", "edge" };
  const char *id = attribute (names, values, "id"), *name = attribute (names, values, "attr.name");
  const char *type = attribute (names, values, "attr.type"), *domain = attribute (names, values, "for");
  gboolean apart = g_strcmp0 (attribute (names, values, "qd:as"), "attribute") == 0;
  Key *key;

  if (id == NULL || g_hash_table_contains (reader->key_index, id))
    {
      set_fault (reader, error, id ? _("two keys have one id") : _("a key needs an id"));
      return;
    }
  if (reader->keys->len >= MAX_KEYS)
    {
      set_fault (reader, error, _("there are too many keys"));
      return;
    }
  key = g_new0 (Key, 1);
  key->id = g_strdup (id);
  key->name = g_strdup (name);
  for (guint i = 0; type && i < G_N_ELEMENTS (types); i++)
    if (g_ascii_strcasecmp (type, types[i]) == 0)
      key->type = i;
  if (g_strcmp0 (attribute (names, values, "qd:type"), "json") == 0)
    key->type = QD_GRAPH_VALUE;
  key->domain = domain ? FOR_NONE : FOR_ALL;
  for (guint i = 0; domain && i < G_N_ELEMENTS (domains); i++)
    if (g_str_equal (domain, domains[i]))
      key->domain = i;
  for (guint of_node = 0; of_node < 2; of_node++)
    key->field[of_node] = name && !apart ? qd_graph_field_find (name, of_node, TRUE) : -1;
  if (name && !apart && key->field[0] < 0 && g_ascii_strcasecmp (name, "packet_loss_pct") == 0)
    key->field[0] = QD_GRAPH_LOSS;
  if (key->field[0] == QD_GRAPH_DIRECTED)
    key->field[0] = -1;
  g_ptr_array_add (reader->keys, key);
  g_hash_table_insert (reader->key_index, key->id, key);
  reader->key = key;
}

static void
start_graph (Reader *reader, const char **names, const char **values, GError **error)
{
  Frame *parent = above (reader);
  const char *way = attribute (names, values, "edgedefault");

  if (parent->element == NODE)
    {
      g_array_index (reader->draft->nodes, QdGraphDraftNode, parent->index).is_group = TRUE;
      return;
    }
  if (reader->seen_graph)
    {
      set_fault (reader, error, _("a second graph: one file is read as one network"));
      return;
    }
  reader->seen_graph = TRUE;
  reader->directed = g_strcmp0 (way, "directed") == 0;
  if (way && !reader->directed && !g_str_equal (way, "undirected"))
    set_fault (reader, error, _("edgedefault is neither directed nor undirected"));
}

static guint
start_node (Reader *reader, const char **names, const char **values, GError **error)
{
  guint index = reader->draft->nodes->len;

  if (is_fault (reader, error, qd_graph_draft_add_node (reader->draft, attribute (names, values, "id"))))
    return 0;
  for (guint i = reader->depth; i-- > 0;)
    if (reader->frames[i].element == NODE)
      {
        g_array_index (reader->draft->nodes, QdGraphDraftNode, index).group = reader->frames[i].index + 1;
        break;
      }
  return index;
}

static guint
start_edge (Reader *reader, const char **names, const char **values, GError **error)
{
  guint index = reader->draft->edges->len;
  const char *way = attribute (names, values, "directed");
  int line, column;

  g_markup_parse_context_get_position (reader->context, &line, &column);
  if (is_fault (reader, error, qd_graph_draft_add_edge (reader->draft, attribute (names, values, "id"), attribute (names, values, "source"),
                                                        attribute (names, values, "target"), (guint) line, (guint) column)))
    return 0;
  g_array_index (reader->draft->edges, QdGraphDraftEdge, index).edge.directed = (guint8) reader->directed;
  if (way)
    is_fault (reader, error, qd_graph_draft_set (reader->draft, FALSE, index, QD_GRAPH_DIRECTED, way));
  return index;
}

static void
start_data (Reader *reader, const char **names, const char **values, GError **error)
{
  const char *id = attribute (names, values, "key");
  g_autofree char *fault = NULL;

  reader->key = id ? g_hash_table_lookup (reader->key_index, id) : NULL;
  if (reader->key)
    return;
  fault = id ? g_strdup_printf (_("there is no key “%s”"), id) : g_strdup (_("data needs a key"));
  set_fault (reader, error, fault);
}

/* What other programs drew: where a node stands and what stands on it. */
static Element
start_foreign (Reader *reader, const char *element, const char **names, const char **values)
{
  const Frame *owner = &reader->frames[reader->data_depth - 2];
  const char *x = attribute (names, values, "x"), *y = attribute (names, values, "y");
  QdGraphDraftNode *node;

  if (owner->element != NODE)
    return OTHER;
  node = &g_array_index (reader->draft->nodes, QdGraphDraftNode, owner->index);
  if (g_str_equal (element, "y:NodeLabel"))
    {
      g_string_truncate (reader->text, 0);
      return YED_LABEL;
    }
  if (g_str_equal (element, "y:Geometry") && x && y && !isfinite (node->at.x))
    {
      const char *width = attribute (names, values, "width"), *height = attribute (names, values, "height");
      double left = (g_ascii_strtod (x, NULL) + (width ? g_ascii_strtod (width, NULL) : 0) / 2) / YED_PIXELS;
      double top = (g_ascii_strtod (y, NULL) + (height ? g_ascii_strtod (height, NULL) : 0) / 2) / YED_PIXELS;

      if (fabs (left) < 1e6 && fabs (top) < 1e6)
        node->at = (QdPoint) { (float) left, (float) top };
    }
  return OTHER;
}

static Element
what_is (Reader *reader, const char *element)
{
  static const struct { const char *name; Element element; guint parents; } table[] = {
    { "key", KEY, 1u << GRAPHML },   { "default", DEFAULT, 1u << KEY },
    { "graph", GRAPH, 1u << GRAPHML | 1u << NODE },
    { "node", NODE, 1u << GRAPH },   { "edge", EDGE, 1u << GRAPH },
    { "data", DATA, 1u << GRAPHML | 1u << GRAPH | 1u << NODE | 1u << EDGE },
  };
  const char *name = local_name (element);
  const Frame *parent = above (reader);

  if (parent == NULL)
    return g_str_equal (name, "graphml") ? GRAPHML : OTHER;
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (name, table[i].name))
      return table[i].parents & 1u << parent->element ? table[i].element : OTHER;
  return OTHER;
}

static void
start_cb (GMarkupParseContext *context, const char *element, const char **names, const char **values, gpointer user_data, GError **error)
{
  Reader *reader = user_data;
  Element what = reader->data_depth ? OTHER : what_is (reader, element);
  guint index = 0;

  if (reader->depth == MAX_DEPTH)
    {
      set_fault (reader, error, _("elements are nested too deeply"));
      return;
    }
  if (++reader->count % CHECK_EVERY == 0 && qd_cancelled (reader->draft->cancelled))
    {
      qd_graph_fault_cancelled (error, reader->draft->name);
      return;
    }
  if (reader->depth == 0 && what != GRAPHML)
    set_fault (reader, error, _("this is XML, but not GraphML: its first element is not graphml"));
  else if (reader->depth == 0)
    reader->ours = g_strcmp0 (attribute (names, values, "xmlns:qd"), QD_GRAPH_NAMESPACE) == 0;
  else if (reader->data_depth)
    what = start_foreign (reader, element, names, values);
  else if (what == KEY)
    start_key (reader, names, values, error);
  else if (what == GRAPH)
    start_graph (reader, names, values, error);
  else if (what == NODE)
    index = start_node (reader, names, values, error);
  else if (what == EDGE)
    index = start_edge (reader, names, values, error);
  else if (what == DATA)
    start_data (reader, names, values, error);
  else if (g_str_equal (local_name (element), "hyperedge"))
    set_fault (reader, error, _("edges of more than two ends are not read"));
  if (what == DATA || what == DEFAULT)
    g_string_truncate (reader->text, 0);
  reader->frames[reader->depth++] = (Frame) { what, index };
  if (what == DATA)
    reader->data_depth = reader->depth;
}

static void
text_cb (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  Reader *reader = user_data;
  Element what = reader->depth ? above (reader)->element : OTHER;

  if (what != DATA && what != DEFAULT && what != YED_LABEL)
    return;
  if (reader->text->len + length > MAX_TEXT)
    set_fault (reader, error, _("a text is too long"));
  else
    g_string_append_len (reader->text, text, (gssize) length);
}

static void
passthrough_cb (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  if (g_strstr_len (text, (gssize) length, "<!ENTITY") != NULL)
    set_fault (user_data, error, _("the document declares entities of its own, which are not read"));
}

/* --- Values ----------------------------------------------------------------------------------------------- */

static gboolean
is_numeric (QdGraphType type)
{
  return type != QD_GRAPH_STRING && type != QD_GRAPH_VALUE;
}

static guint32
fields_of (Reader *reader, gboolean of_node, guint index)
{
  return of_node ? g_array_index (reader->draft->nodes, QdGraphDraftNode, index).fields
                 : g_array_index (reader->draft->edges, QdGraphDraftEdge, index).fields;
}

/* A field whose key is declared as text may hold anything: what we cannot read is an attribute then. */
static char *
set_value (Reader *reader, const Key *key, gboolean of_node, guint index, const char *value)
{
  int field = key->field[of_node];
  g_autofree char *bare = NULL;

  if (index != G_MAXUINT && field >= 0)
    {
      gboolean twice = (fields_of (reader, of_node, index) & 1u << field) != 0;
      g_autofree char *fault = qd_graph_draft_set (reader->draft, of_node, index, (QdGraphField) field, value);

      if (fault == NULL || twice || (is_numeric (key->type) && qd_graph_fields[field].type == QD_GRAPH_FIELD_NUMBER))
        return g_steal_pointer (&fault);
    }
  if (key->type == QD_GRAPH_STRING)
    return qd_graph_draft_add_attribute (reader->draft, of_node, index, key->name, value, key->type);
  /* Spaces about a number are the file's layout, and no part of it. */
  bare = g_strstrip (g_strdup (value));
  return qd_graph_draft_add_attribute (reader->draft, of_node, index, key->name, bare, key->type);
}

static gboolean
applies (const Key *key, Element element)
{
  return key->domain == FOR_ALL || (key->domain == FOR_NODE && element == NODE) || (key->domain == FOR_EDGE && element == EDGE) ||
         (key->domain == FOR_GRAPH && element == GRAPH);
}

static void
end_data (Reader *reader, GError **error)
{
  const Frame *owner = &reader->frames[reader->data_depth - 2];
  Key *key = reader->key;
  gboolean whole = owner->element == GRAPHML || owner->element == GRAPH;

  if (key->name == NULL)
    return;
  /* Of a graph inside a node nothing is kept. */
  if (owner->element == GRAPH && reader->data_depth > 3)
    return;
  is_fault (reader, error, set_value (reader, key, owner->element == NODE, whole ? G_MAXUINT : owner->index, reader->text->str));
}

static gboolean
is_set (Reader *reader, const Key *key, Element element, guint index)
{
  int field = key->field[element == NODE];

  return (field >= 0 && (fields_of (reader, element == NODE, index) & 1u << field)) ||
         qd_graph_draft_find_attribute (reader->draft, element == NODE, index, key->name);
}

static void
add_defaults (Reader *reader, Element element, guint index, GError **error)
{
  for (guint i = 0; i < reader->defaults->len && *error == NULL; i++)
    {
      const Key *key = g_ptr_array_index (reader->defaults, i);

      if (applies (key, element) && !is_set (reader, key, element, index))
        is_fault (reader, error, set_value (reader, key, element == NODE, index, key->value));
    }
}

/* The Topology Zoo has bits a second, or a number and the letter of its unit. */
static void
derive_capacity (Reader *reader, guint index)
{
  QdGraphDraftEdge *edge = &g_array_index (reader->draft->edges, QdGraphDraftEdge, index);
  const QdGraphAttribute *raw = qd_graph_draft_find_attribute (reader->draft, FALSE, index, "LinkSpeedRaw");
  const QdGraphAttribute *speed = qd_graph_draft_find_attribute (reader->draft, FALSE, index, "LinkSpeed");
  const QdGraphAttribute *units = qd_graph_draft_find_attribute (reader->draft, FALSE, index, "LinkSpeedUnits");
  double mbps = NAN;

  if (reader->ours || isfinite (edge->edge.capacity_mbps))
    return;
  if (raw)
    mbps = g_ascii_strtod (raw->value, NULL) / 1e6;
  else if (speed && units)
    switch (g_ascii_toupper (*units->value))
      {
      case 'K': mbps = g_ascii_strtod (speed->value, NULL) / 1e3; break;
      case 'M': mbps = g_ascii_strtod (speed->value, NULL); break;
      case 'G': mbps = g_ascii_strtod (speed->value, NULL) * 1e3; break;
      case 'T': mbps = g_ascii_strtod (speed->value, NULL) * 1e6; break;
      default: break;
      }
  if (mbps > 0 && mbps <= 1e12)
    edge->edge.capacity_mbps = (float) mbps;
}

static void
end_node (Reader *reader, guint index, GError **error)
{
  QdGraphDraftNode *node;

  add_defaults (reader, NODE, index, error);
  node = &g_array_index (reader->draft->nodes, QdGraphDraftNode, index);
  if (*error == NULL && isfinite (node->at.x) != isfinite (node->at.y))
    set_fault (reader, error, _("of x and y there is only one"));
}

static void
end_label (Reader *reader)
{
  const Frame *owner = &reader->frames[reader->data_depth - 2];
  QdGraphDraftNode *node = &g_array_index (reader->draft->nodes, QdGraphDraftNode, owner->index);
  char *text = g_strstrip (reader->text->str);

  if (*text && node->node.label == NULL && !(node->fields & 1u << QD_GRAPH_LABEL))
    node->node.label = g_strdup (text);
}

static void
end_default (Reader *reader, GError **error)
{
  if (reader->key->name == NULL)
    return;
  if (reader->key->value == NULL)
    g_ptr_array_add (reader->defaults, reader->key);
  g_set_str (&reader->key->value, reader->text->str);
  if (reader->defaults->len > MAX_DEFAULTS)
    set_fault (reader, error, _("there are too many keys"));
}

static void
end_cb (GMarkupParseContext *context, const char *element, gpointer user_data, GError **error)
{
  Reader *reader = user_data;
  Frame frame = reader->frames[reader->depth - 1];
  GError *fault = NULL;

  switch (frame.element)
    {
    case DATA:
      end_data (reader, &fault);
      reader->data_depth = 0;
      break;
    case DEFAULT:
      end_default (reader, &fault);
      break;
    case NODE:
      end_node (reader, frame.index, &fault);
      break;
    case EDGE:
      add_defaults (reader, EDGE, frame.index, &fault);
      derive_capacity (reader, frame.index);
      break;
    case YED_LABEL:
      end_label (reader);
      g_string_truncate (reader->text, 0);
      break;
    case OTHER:
    case GRAPHML:
    case KEY:
    case GRAPH:
    default:
      break;
    }
  reader->depth--;
  if (fault)
    g_propagate_error (error, fault);
}

/* --- All ---------------------------------------------------------------------------------------------------- */

/* GLib's own errors begin with where they are, in the user's language: "Error on line 3 char 5: …". */
static void
retell (const char *name, GError *fault, GError **error)
{
  const char *p = fault->message, *end = strstr (p, ": ");
  guint numbers[2] = { 0, 1 }, n = 0;

  for (; end && p < end && n < 2; p++)
    if (g_ascii_isdigit (*p))
      {
        numbers[n++] = (guint) g_ascii_strtoull (p, (char **) &p, 10);
        p--;
      }
  qd_graph_fault (error, name, MAX (numbers[0], 1), MAX (numbers[1], 1), end && n > 0 ? end + 2 : fault->message);
}

QdGraphFile *
qd_graph_read_graphml (const char *text, gsize length, const char *name, const int *cancelled, GError **error)
{
  const GMarkupParser parser = { start_cb, end_cb, text_cb, passthrough_cb, NULL };
  g_auto (QdGraphDraft) draft = { 0 };
  Reader reader = { .draft = &draft };
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (key_free);
  g_autoptr (GPtrArray) defaults = g_ptr_array_new ();
  g_autoptr (GHashTable) key_index = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) buffer = g_string_new (NULL);
  g_autoptr (GError) fault = NULL;

  qd_graph_draft_init (&draft, name, cancelled);
  context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reader, NULL);
  reader.context = context;
  reader.keys = keys;
  reader.defaults = defaults;
  reader.key_index = key_index;
  reader.text = buffer;
  if (!g_markup_parse_context_parse (context, text, (gssize) length, &fault) || !g_markup_parse_context_end_parse (context, &fault))
    {
      if (fault->domain == QD_GRAPH_ERROR)
        g_propagate_error (error, g_steal_pointer (&fault));
      else
        retell (name, fault, error);
      return NULL;
    }
  if (!reader.seen_graph)
    return qd_graph_fault (error, name, 1, 1, _("there is no graph in it"));
  return qd_graph_draft_finish (&draft, error);
}
