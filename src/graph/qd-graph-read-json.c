/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-graph"

#include "config.h"

#include "qd-graph-read-private.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-graph-private.h"
#include "qd-json-scan.h"

/* Our own format: docs/topology-json.md. Read where it lies, so that each fault is found again in the text. */

#define CHECK_EVERY 4096

typedef struct {
  QdGraphDraft *draft;
  const char *text;
  gboolean directed;
  const char *seen;         /* up to where the lines are counted */
  const char *line_begin;
  guint line;
  GError **error;
} Reader;

/* Places are asked for from the front to the back, but for those of faults: what has been looked through is not looked through again, be it
 * all on one line. */
static void
find_place (Reader *reader, const char *at, guint *line, guint *column)
{
  if (at < reader->seen)
    {
      reader->seen = reader->line_begin = reader->text;
      reader->line = 1;
    }
  for (; reader->seen < at; reader->seen++)
    if (*reader->seen == '\n')
      {
        reader->line++;
        reader->line_begin = reader->seen + 1;
      }
  *line = reader->line;
  *column = (guint) (at - reader->line_begin) + 1;
}

/* Takes @fault, if it is one; FALSE then. */
static gboolean
accept (Reader *reader, const QdJsonSlice *at, char *fault)
{
  guint line, column;

  if (fault == NULL)
    return TRUE;
  find_place (reader, at->text - (at->type == QD_JSON_STRING), &line, &column);
  qd_graph_fault (reader->error, reader->draft->name, line, column, fault);
  g_free (fault);
  return FALSE;
}

static gboolean
is_plain (const QdJsonSlice *value)
{
  return value->type == QD_JSON_STRING || value->type == QD_JSON_NUMBER;
}

static char *
dup_value (const QdJsonSlice *value)
{
  return value->type == QD_JSON_STRING ? qd_json_slice_dup (value) : g_strndup (value->text, value->length);
}

static QdGraphType
type_of (const QdJsonSlice *value)
{
  switch (value->type)
    {
    case QD_JSON_STRING: return QD_GRAPH_STRING;
    case QD_JSON_TRUE: case QD_JSON_FALSE: return QD_GRAPH_BOOLEAN;
    case QD_JSON_NUMBER:
      for (gsize i = 0; i < value->length; i++)
        if (strchr (".eE", value->text[i]))
          return QD_GRAPH_DOUBLE;
      return value->length > 18 ? QD_GRAPH_DOUBLE : QD_GRAPH_LONG;
    case QD_JSON_NONE: case QD_JSON_NULL: case QD_JSON_OBJECT: case QD_JSON_ARRAY: default: return QD_GRAPH_VALUE;
    }
}

static gboolean
read_attribute (Reader *reader, gboolean of_node, guint index, const QdJsonSlice *name, const QdJsonSlice *value)
{
  g_autofree char *key = qd_json_slice_dup (name);
  g_autofree char *text = dup_value (value);

  return accept (reader, value, qd_graph_draft_add_attribute (reader->draft, of_node, index, key, text, type_of (value)));
}

static gboolean
read_attributes (Reader *reader, gboolean of_node, guint index, const QdJsonSlice *object)
{
  QdJsonIter iter;
  QdJsonSlice name, value;

  if (object->type != QD_JSON_OBJECT)
    return accept (reader, object, g_strdup (_("attributes is not an object")));
  qd_json_iter_init (&iter, object);
  while (qd_json_iter_next (&iter, &name, &value))
    if (!read_attribute (reader, of_node, index, &name, &value))
      return FALSE;
  return TRUE;
}

static gboolean
suits (const QdJsonSlice *value, QdGraphFieldType type)
{
  switch (type)
    {
    case QD_GRAPH_FIELD_BOOLEAN: return value->type == QD_JSON_TRUE || value->type == QD_JSON_FALSE;
    case QD_GRAPH_FIELD_NUMBER: return value->type == QD_JSON_NUMBER;
    case QD_GRAPH_FIELD_TEXT:
    case QD_GRAPH_FIELD_WORD:
    default: return value->type == QD_JSON_STRING;
    }
}

static gboolean
read_field (Reader *reader, gboolean of_node, guint index, QdGraphField field, const QdJsonSlice *value)
{
  static const char *const wanted[] = { N_("%s is not text in quotes"), N_("%s is not text in quotes"), N_("%s is neither true nor false"),
                                        N_("%s is not a number") };
  QdGraphFieldType type = qd_graph_fields[field].type;
  g_autofree char *text = NULL;

  /* Not known is not said, or said as null. */
  if (value->type == QD_JSON_NULL)
    return accept (reader, value, qd_graph_draft_set (reader->draft, of_node, index, field, ""));
  if (!suits (value, type))
    return accept (reader, value, g_strdup_printf (_(wanted[type]), qd_graph_fields[field].name));
  text = dup_value (value);
  return accept (reader, value, qd_graph_draft_set (reader->draft, of_node, index, field, text));
}

/* One of the members that make the thing what it is: read before the others. */
static gboolean
is_key (const QdJsonSlice *name, gboolean of_node)
{
  return qd_json_slice_is (name, "id") || (!of_node && (qd_json_slice_is (name, "source") || qd_json_slice_is (name, "target")));
}

static gboolean
read_members (Reader *reader, gboolean of_node, guint index, const QdJsonSlice *object)
{
  QdJsonIter iter;
  QdJsonSlice name, value;

  qd_json_iter_init (&iter, object);
  while (qd_json_iter_next (&iter, &name, &value))
    {
      char plain[64];
      int field;

      if (is_key (&name, of_node))
        continue;
      if (qd_json_slice_is (&name, "attributes"))
        {
          if (!read_attributes (reader, of_node, index, &value))
            return FALSE;
          continue;
        }
      field = qd_json_slice_copy (&name, plain, sizeof plain) ? qd_graph_field_find (plain, of_node, FALSE) : -1;
      if (field >= 0 ? !read_field (reader, of_node, index, (QdGraphField) field, &value)
                     : !read_attribute (reader, of_node, index, &name, &value))
        return FALSE;
    }
  return TRUE;
}

/* A member's text, "7" for 7; NULL: it is not there. FALSE: it is no text, or there are two. */
static gboolean
find_key (Reader *reader, const QdJsonSlice *object, const char *wanted, char **text)
{
  QdJsonIter iter;
  QdJsonSlice name, value;

  *text = NULL;
  qd_json_iter_init (&iter, object);
  while (qd_json_iter_next (&iter, &name, &value))
    {
      if (!qd_json_slice_is (&name, wanted))
        continue;
      if (*text)
        return accept (reader, &value, g_strdup_printf (_("%s is given twice"), wanted));
      if (!is_plain (&value))
        return accept (reader, &value, g_strdup_printf (_("%s is not text in quotes"), wanted));
      *text = dup_value (&value);
    }
  return TRUE;
}

static gboolean
read_node (Reader *reader, const QdJsonSlice *object)
{
  g_autofree char *id = NULL;
  guint index = reader->draft->nodes->len;
  QdPoint at;

  if (!find_key (reader, object, "id", &id) || !accept (reader, object, qd_graph_draft_add_node (reader->draft, id)) ||
      !read_members (reader, TRUE, index, object))
    return FALSE;
  at = g_array_index (reader->draft->nodes, QdGraphDraftNode, index).at;
  return isfinite (at.x) == isfinite (at.y) || accept (reader, object, g_strdup (_("of x and y there is only one")));
}

static gboolean
read_edge (Reader *reader, const QdJsonSlice *object)
{
  g_autofree char *id = NULL;
  g_autofree char *source = NULL;
  g_autofree char *target = NULL;
  guint index = reader->draft->edges->len, line, column;
  QdGraphDraftEdge *edge;

  find_place (reader, object->text, &line, &column);
  if (!find_key (reader, object, "id", &id) || !find_key (reader, object, "source", &source) || !find_key (reader, object, "target", &target) ||
      !accept (reader, object, qd_graph_draft_add_edge (reader->draft, id, source, target, line, column)) ||
      !read_members (reader, FALSE, index, object))
    return FALSE;
  edge = &g_array_index (reader->draft->edges, QdGraphDraftEdge, index);
  if (!(edge->fields & 1u << QD_GRAPH_DIRECTED))
    edge->edge.directed = (guint8) reader->directed;
  return TRUE;
}

static gboolean
read_list (Reader *reader, const QdJsonSlice *list, gboolean of_node)
{
  QdJsonIter iter;
  QdJsonSlice item;
  guint count = 0;

  if (list->type == QD_JSON_NONE)
    return TRUE;
  if (list->type != QD_JSON_ARRAY)
    return accept (reader, list, g_strdup_printf (_("%s is not an array"), of_node ? "nodes" : "edges"));
  qd_json_iter_init (&iter, list);
  while (qd_json_iter_next (&iter, NULL, &item))
    {
      if (item.type != QD_JSON_OBJECT)
        return accept (reader, &item, g_strdup_printf (_("what stands in %s is not an object"), of_node ? "nodes" : "edges"));
      if (++count % CHECK_EVERY == 0 && qd_cancelled (reader->draft->cancelled))
        return qd_graph_fault_cancelled (reader->error, reader->draft->name) != NULL;
      if (of_node ? !read_node (reader, &item) : !read_edge (reader, &item))
        return FALSE;
    }
  return TRUE;
}

static gboolean
take_once (Reader *reader, const QdJsonSlice *name, const QdJsonSlice *value, const char *wanted, QdJsonSlice *slice, gboolean *taken)
{
  *taken = qd_json_slice_is (name, wanted);
  if (!*taken)
    return TRUE;
  if (slice->type != QD_JSON_NONE)
    return accept (reader, value, g_strdup_printf (_("%s is given twice"), wanted));
  *slice = *value;
  return TRUE;
}

static gboolean
check_head (Reader *reader, const QdJsonSlice *format, const QdJsonSlice *version, const QdJsonSlice *directed)
{
  gint64 number;

  if (format->type != QD_JSON_NONE && !qd_json_slice_is (format, "quarterdeck-topology"))
    return accept (reader, format, g_strdup (_("the format is not quarterdeck-topology")));
  if (version->type != QD_JSON_NONE && (!qd_json_slice_get_int (version, &number) || number != 1))
    return accept (reader, version, g_strdup (_("this version of the format is not known: 1 is")));
  if (directed->type != QD_JSON_NONE && directed->type != QD_JSON_TRUE && directed->type != QD_JSON_FALSE)
    return accept (reader, directed, g_strdup_printf (_("%s is neither true nor false"), "directed"));
  reader->directed = directed->type == QD_JSON_TRUE;
  return TRUE;
}

static gboolean
read_all (Reader *reader, const QdJsonSlice *root)
{
  static const char *const names[] = { "format", "version", "directed", "attributes", "nodes", "edges" };
  QdJsonSlice parts[G_N_ELEMENTS (names)] = { 0 }, name, value;
  QdJsonIter iter;

  if (root->type != QD_JSON_OBJECT)
    return accept (reader, root, g_strdup (_("this is JSON, but not a network: it is not an object with nodes")));
  qd_json_iter_init (&iter, root);
  while (qd_json_iter_next (&iter, &name, &value))
    {
      gboolean taken = FALSE;

      for (guint i = 0; i < G_N_ELEMENTS (names) && !taken; i++)
        if (!take_once (reader, &name, &value, names[i], &parts[i], &taken))
          return FALSE;
      if (!taken && !read_attribute (reader, FALSE, G_MAXUINT, &name, &value))
        return FALSE;
    }
  if (!check_head (reader, &parts[0], &parts[1], &parts[2]))
    return FALSE;
  if (parts[4].type == QD_JSON_NONE)
    return accept (reader, root, g_strdup (_("this is JSON, but not a network: it is not an object with nodes")));
  return (parts[3].type == QD_JSON_NONE || read_attributes (reader, FALSE, G_MAXUINT, &parts[3])) &&
         read_list (reader, &parts[4], TRUE) && read_list (reader, &parts[5], FALSE);
}

QdGraphFile *
qd_graph_read_json (const char *text, gsize length, const char *name, const int *cancelled, GError **error)
{
  g_auto (QdGraphDraft) draft = { 0 };
  Reader reader = { &draft, text, .seen = text, .line_begin = text, .line = 1, .error = error };
  g_autoptr (GError) fault = NULL;
  QdJsonSlice root;

  if (!qd_json_slice_parse (&root, text, length, &fault))
    {
      /* It says where: "JSON: line 1, column 2: …". */
      const char *at = strstr (fault->message, ": ");

      return qd_graph_fault (error, name, 0, 0, at ? at + 2 : fault->message);
    }
  qd_graph_draft_init (&draft, name, cancelled);
  return read_all (&reader, &root) ? qd_graph_draft_finish (&draft, error) : NULL;
}
