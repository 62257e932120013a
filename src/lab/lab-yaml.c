/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-yaml.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <yaml.h>

/* Nesting, and nodes with every alias counted as what it stands for. */
#define MAX_DEPTH 64
#define MAX_NODES 500000

typedef struct
{
  JsonNode *node;
  guint weight;                 /* nodes in it */
} Anchor;

typedef struct
{
  yaml_parser_t parser;
  GHashTable *anchors;          /* name → Anchor */
  guint n_nodes;
  GError **error;
} Reader;

static void
free_anchor (gpointer data)
{
  json_node_unref (((Anchor *) data)->node);
  g_free (data);
}

static gboolean
fail (Reader *reader, const yaml_mark_t *mark, const char *cause)
{
  g_set_error (reader->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "line %zu, column %zu: %s", mark->line + 1,
               mark->column + 1, cause);
  return FALSE;
}

static gboolean
next (Reader *reader, yaml_event_t *event)
{
  if (yaml_parser_parse (&reader->parser, event))
    return TRUE;
  /* The scanner knows the place of what it met, the reader of bytes only how far it came. */
  return fail (reader, reader->parser.problem_mark.line != 0 || reader->parser.problem_mark.column != 0
                         ? &reader->parser.problem_mark : &reader->parser.mark,
               reader->parser.problem != NULL ? reader->parser.problem : "this is no YAML");
}

static gboolean
is_one_of (const char *text, const char *words)
{
  g_autofree char *framed = g_strdup_printf (" %s ", text);

  return strchr (text, ' ') == NULL && *text != '\0' && strstr (words, framed) != NULL;
}

/* An integer with an optional sign and the prefixes 0x, 0o, 0b and 0; underscores are skipped. */
static gboolean
read_int (const char *text, gint64 *value)
{
  g_autofree char *plain = g_strdup (text);
  const char *digits;
  gboolean minus = *text == '-';
  guint base = 10;
  guint64 n = 0;
  char *out = plain;

  for (const char *p = text + (*text == '-' || *text == '+'); *p != '\0'; p++)
    if (*p != '_')
      *out++ = *p;
  *out = '\0';
  digits = plain;
  if (digits[0] == '0' && digits[1] != '\0')
    {
      char kind = g_ascii_tolower (digits[1]);

      base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
      digits += kind == 'x' || kind == 'b' || kind == 'o' ? 2 : 1;
    }
  if (!g_ascii_string_to_unsigned (digits, base, 0, G_MAXINT64, &n, NULL))
    return FALSE;
  *value = minus ? -(gint64) n : (gint64) n;
  return TRUE;
}

static gboolean
read_float (const char *text, double *value)
{
  char *end;

  if (strspn (text, "+-.0123456789eE") != strlen (text) || strpbrk (text, "0123456789") == NULL)
    return FALSE;
  *value = g_ascii_strtod (text, &end);
  return *end == '\0';
}

/* What an unquoted word means in YAML 1.1, which is what the API reads. */
static JsonNode *
resolve (const char *text)
{
  gint64 integer;
  double real;

  if (*text == '\0' || is_one_of (text, " ~ null Null NULL "))
    return json_node_init_null (json_node_alloc ());
  if (is_one_of (text, " y Y yes Yes YES true True TRUE on On ON "))
    return json_node_init_boolean (json_node_alloc (), TRUE);
  if (is_one_of (text, " n N no No NO false False FALSE off Off OFF "))
    return json_node_init_boolean (json_node_alloc (), FALSE);
  if (read_int (text, &integer))
    return json_node_init_int (json_node_alloc (), integer);
  if (read_float (text, &real))
    return json_node_init_double (json_node_alloc (), real);
  return json_node_init_string (json_node_alloc (), text);
}

static JsonNode *
read_scalar (const yaml_event_t *event)
{
  const char *text = (const char *) event->data.scalar.value, *tag = (const char *) event->data.scalar.tag;

  if (tag != NULL && g_str_equal (tag, "tag:yaml.org,2002:str"))
    return json_node_init_string (json_node_alloc (), text);
  if (tag != NULL || event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
    return resolve (text);
  return json_node_init_string (json_node_alloc (), text);
}

/* The key of a mapping as JSON spells it. */
static char *
key_text (JsonNode *key)
{
  GType type = JSON_NODE_HOLDS_VALUE (key) ? json_node_get_value_type (key) : G_TYPE_INVALID;

  if (type == G_TYPE_STRING)
    return g_strdup (json_node_get_string (key));
  if (type == G_TYPE_BOOLEAN || type == G_TYPE_INT64 || type == G_TYPE_DOUBLE)
    return json_to_string (key, FALSE);
  return NULL;
}

static JsonNode *build (Reader *reader, yaml_event_t *event, guint depth);

static JsonNode *
build_next (Reader *reader, yaml_event_t *event, guint depth)
{
  JsonNode *node;

  if (!next (reader, event))
    return NULL;
  node = build (reader, event, depth);
  yaml_event_delete (event);
  return node;
}

static JsonNode *
build_sequence (Reader *reader, guint depth)
{
  g_autoptr (JsonArray) array = json_array_new ();

  for (;;)
    {
      yaml_event_t event;
      JsonNode *item;

      if (!next (reader, &event))
        return NULL;
      if (event.type == YAML_SEQUENCE_END_EVENT)
        {
          yaml_event_delete (&event);
          return json_node_init_array (json_node_alloc (), array);
        }
      item = build (reader, &event, depth);
      yaml_event_delete (&event);
      if (item == NULL)
        return NULL;
      json_array_add_element (array, item);
    }
}

static void
merge_object (JsonObject *into, JsonObject *from)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  json_object_iter_init (&iter, from);
  while (json_object_iter_next (&iter, &name, &value))
    if (!json_object_has_member (into, name))
      json_object_set_member (into, name, json_node_copy (value));
}

/* What << brings, for what the mapping does not say itself. */
static gboolean
merge (JsonObject *into, JsonNode *what)
{
  if (JSON_NODE_HOLDS_OBJECT (what))
    {
      merge_object (into, json_node_get_object (what));
      return TRUE;
    }
  if (!JSON_NODE_HOLDS_ARRAY (what))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (json_node_get_array (what)); i++)
    {
      JsonNode *item = json_array_get_element (json_node_get_array (what), i);

      if (!JSON_NODE_HOLDS_OBJECT (item))
        return FALSE;
      merge_object (into, json_node_get_object (item));
    }
  return TRUE;
}

/* One key and its value. FALSE with the error set. */
static gboolean
build_member (Reader *reader, yaml_event_t *event, JsonObject *object, JsonNode **merged, guint depth)
{
  gboolean is_merge = event->type == YAML_SCALAR_EVENT && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                      strcmp ((const char *) event->data.scalar.value, "<<") == 0;
  yaml_mark_t mark = event->start_mark;
  g_autoptr (JsonNode) key = build (reader, event, depth);
  g_autofree char *name = NULL;
  yaml_event_t after;
  JsonNode *value;

  if (key == NULL)
    return FALSE;
  name = key_text (key);
  if (name == NULL)
    return fail (reader, &mark, "a key must be a text, a number or a boolean");
  if (json_object_has_member (object, name) || (is_merge && *merged != NULL))
    return fail (reader, &mark, "this key is there twice");
  value = build_next (reader, &after, depth);
  if (value == NULL)
    return FALSE;
  if (is_merge)
    *merged = value;
  else
    json_object_set_member (object, name, value);
  return TRUE;
}

static JsonNode *
build_mapping (Reader *reader, guint depth)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) merged = NULL;

  for (;;)
    {
      yaml_event_t event;
      gboolean ok;

      if (!next (reader, &event))
        return NULL;
      if (event.type == YAML_MAPPING_END_EVENT)
        {
          if (merged != NULL && !merge (object, merged))
            {
              fail (reader, &event.start_mark, "<< needs a mapping or a list of mappings");
              yaml_event_delete (&event);
              return NULL;
            }
          yaml_event_delete (&event);
          return json_node_init_object (json_node_alloc (), object);
        }
      ok = build_member (reader, &event, object, &merged, depth);
      yaml_event_delete (&event);
      if (!ok)
        return NULL;
    }
}

static JsonNode *
build_alias (Reader *reader, const yaml_event_t *event)
{
  const Anchor *anchor = g_hash_table_lookup (reader->anchors, event->data.alias.anchor);

  if (anchor == NULL)
    {
      fail (reader, &event->start_mark, "this alias names nothing that came before it");
      return NULL;
    }
  reader->n_nodes += anchor->weight;
  return json_node_copy (anchor->node);
}

static void
remember (Reader *reader, const yaml_char_t *name, JsonNode *node, guint weight)
{
  Anchor *anchor;

  if (name == NULL)
    return;
  anchor = g_new (Anchor, 1);
  anchor->node = json_node_copy (node);
  anchor->weight = weight;
  g_hash_table_insert (reader->anchors, g_strdup ((const char *) name), anchor);
}

/* What begins with @event. An anchor is known only when its node is whole, so that none is in itself. */
static JsonNode *
build (Reader *reader, yaml_event_t *event, guint depth)
{
  const yaml_char_t *name = NULL;
  guint before = reader->n_nodes;
  JsonNode *node = NULL;

  if (depth >= MAX_DEPTH)
    {
      fail (reader, &event->start_mark, "this is nested deeper than 64 levels");
      return NULL;
    }
  reader->n_nodes++;
  switch ((int) event->type)
    {
    case YAML_SCALAR_EVENT:
      name = event->data.scalar.anchor;
      node = read_scalar (event);
      break;
    case YAML_SEQUENCE_START_EVENT:
      name = event->data.sequence_start.anchor;
      node = build_sequence (reader, depth + 1);
      break;
    case YAML_MAPPING_START_EVENT:
      name = event->data.mapping_start.anchor;
      node = build_mapping (reader, depth + 1);
      break;
    default:
      node = build_alias (reader, event);
      break;
    }
  if (node != NULL && reader->n_nodes > MAX_NODES)
    {
      g_clear_pointer (&node, json_node_unref);
      fail (reader, &event->start_mark, "this stands for more than 500000 values");
    }
  if (node != NULL)
    remember (reader, name, node, reader->n_nodes - before);
  return node;
}

/* Reads document by document. FALSE with the error set. */
static gboolean
read_stream (Reader *reader, GPtrArray *documents)
{
  for (;;)
    {
      yaml_event_t event;
      yaml_event_type_t type;
      JsonNode *node;

      if (!next (reader, &event))
        return FALSE;
      type = event.type;
      yaml_event_delete (&event);
      if (type == YAML_STREAM_END_EVENT)
        return TRUE;
      if (type != YAML_DOCUMENT_START_EVENT)
        continue;
      g_hash_table_remove_all (reader->anchors);
      node = build_next (reader, &event, 0);
      if (node == NULL)
        return FALSE;
      if (JSON_NODE_HOLDS_NULL (node))
        json_node_unref (node);
      else
        g_ptr_array_add (documents, node);
    }
}

GPtrArray *
lab_yaml_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (GPtrArray) documents = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  Reader reader = { .error = error };
  gboolean ok;

  if (!g_utf8_validate_len (data, length, NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "this is not UTF-8 text");
      return NULL;
    }
  if (!yaml_parser_initialize (&reader.parser))
    g_error ("out of memory");
  yaml_parser_set_encoding (&reader.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&reader.parser, (const unsigned char *) data, length);
  reader.anchors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_anchor);
  ok = read_stream (&reader, documents);
  g_hash_table_unref (reader.anchors);
  yaml_parser_delete (&reader.parser);
  return ok ? g_steal_pointer (&documents) : NULL;
}
