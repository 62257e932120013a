/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-base"

#include "config.h"

#include "qd-json.h"

#include <math.h>
#include <string.h>

#include "qd-json-scan.h"
#include "qd-time.h"

#define MAX_EXACT ((gint64) 1 << 53)
/* Unix seconds past the year 9999 are not seconds. */
#define MAX_SECONDS 253402300800.0

G_DEFINE_QUARK (qd-json-error-quark, qd_json_error)

/* --- Building --- */

static JsonNode *
build_number (const QdJsonSlice *slice)
{
  JsonNode *node = json_node_alloc ();
  gint64 integer;
  double number;

  if (qd_json_slice_get_int (slice, &integer) && integer >= -MAX_EXACT && integer <= MAX_EXACT)
    return json_node_init_int (node, integer);
  if (memchr (slice->text, '.', slice->length) == NULL && memchr (slice->text, 'e', slice->length) == NULL &&
      memchr (slice->text, 'E', slice->length) == NULL)
    {
      g_autofree char *digits = qd_json_slice_dup (slice);
      return json_node_init_string (node, digits);
    }
  /* One too large for a double is no number to us; null reads as absent everywhere. */
  if (!qd_json_slice_get_number (slice, &number))
    return json_node_init_null (node);
  return json_node_init_double (node, number);
}

static JsonNode *
build_scalar (QdJsonScan *scan)
{
  QdJsonSlice slice;

  if (!qd_json_scan_scalar (scan, &slice))
    return NULL;
  switch (slice.type)
    {
    case QD_JSON_NUMBER:
      return build_number (&slice);
    case QD_JSON_TRUE:
    case QD_JSON_FALSE:
      return json_node_init_boolean (json_node_alloc (), slice.type == QD_JSON_TRUE);
    case QD_JSON_STRING:
      {
        g_autofree char *text = qd_json_slice_dup (&slice);
        return json_node_init_string (json_node_alloc (), text);
      }
    default:
      return json_node_init_null (json_node_alloc ());
    }
}

static JsonNode *build_value (QdJsonScan *scan, guint depth);

static gboolean
build_members (QdJsonScan *scan, JsonObject *object, guint depth)
{
  QdJsonSlice slice;
  JsonNode *value;

  if (qd_json_scan_peek (scan) == '}')
    return qd_json_scan_expect (scan, '}', NULL);
  for (;;)
    {
      if (qd_json_scan_peek (scan) != '"')
        return qd_json_scan_fail (scan, QD_JSON_ERROR_SYNTAX, "a member's name is missing here");
      if (!qd_json_scan_scalar (scan, &slice) || !qd_json_scan_expect (scan, ':', "a colon is missing here"))
        return FALSE;
      g_autofree char *name = qd_json_slice_dup (&slice);
      value = build_value (scan, depth);
      if (value == NULL)
        return FALSE;
      json_object_set_member (object, name, value);
      if (qd_json_scan_peek (scan) != ',')
        return qd_json_scan_expect (scan, '}', "a comma or } is missing here");
      scan->p++;
    }
}

static gboolean
build_elements (QdJsonScan *scan, JsonArray *array, guint depth)
{
  JsonNode *value;

  if (qd_json_scan_peek (scan) == ']')
    return qd_json_scan_expect (scan, ']', NULL);
  for (;;)
    {
      value = build_value (scan, depth);
      if (value == NULL)
        return FALSE;
      json_array_add_element (array, value);
      if (qd_json_scan_peek (scan) != ',')
        return qd_json_scan_expect (scan, ']', "a comma or ] is missing here");
      scan->p++;
    }
}

/* Recurses; the depth is bounded. NULL when the scan failed. */
static JsonNode *
build_value (QdJsonScan *scan, guint depth)
{
  char open = qd_json_scan_peek (scan);

  if (open != '{' && open != '[')
    return build_scalar (scan);
  if (depth >= QD_JSON_MAX_DEPTH)
    {
      qd_json_scan_fail (scan, QD_JSON_ERROR_TOO_DEEP, "values are nested too deeply");
      return NULL;
    }
  scan->p++;
  if (open == '{')
    {
      g_autoptr (JsonObject) object = json_object_new ();

      if (!build_members (scan, object, depth + 1))
        return NULL;
      return json_node_init_object (json_node_alloc (), object);
    }
  g_autoptr (JsonArray) array = json_array_new ();
  if (!build_elements (scan, array, depth + 1))
    return NULL;
  return json_node_init_array (json_node_alloc (), array);
}

/**
 * qd_json_parse:
 * @text: UTF-8, not necessarily ending in a NUL
 * @length: its bytes, or -1 when it ends in a NUL
 * @origin: (nullable): where it came from, for the error
 * @error: set to a %QD_JSON_ERROR that names @origin, line and column
 *
 * Parses one JSON value, strictly. Integers that do not fit in 53 bits come as strings, digit for
 * digit. Of members with one name the last counts. Any thread.
 *
 * Returns: (transfer full) (nullable): the value, or %NULL on error
 */
JsonNode *
qd_json_parse (const char *text, gssize length, const char *origin, GError **error)
{
  g_return_val_if_fail (text != NULL || length == 0, NULL);

  gsize n = length >= 0 ? (gsize) length : strlen (text);
  QdJsonScan scan;

  /* What is too large is not looked at, not even its beginning. */
  qd_json_scan_init (&scan, text != NULL ? text : "", n > QD_JSON_MAX_BYTES ? 0 : n);
  if (n > QD_JSON_MAX_BYTES)
    qd_json_scan_fail (&scan, QD_JSON_ERROR_TOO_LARGE, "the text is larger than 64 MiB");
  else
    {
      g_autoptr (JsonNode) node = build_value (&scan, 0);

      if (node != NULL && qd_json_scan_peek (&scan) == '\0' && scan.p == scan.end)
        return g_steal_pointer (&node);
      if (node != NULL)
        qd_json_scan_fail (&scan, QD_JSON_ERROR_SYNTAX, "something follows the value");
    }
  qd_json_scan_set_error (&scan, origin, error);
  return NULL;
}

/* --- Reading --- */

/**
 * qd_json_object:
 * @node: (nullable): any node
 *
 * Returns: (transfer none) (nullable): its object, or %NULL when it is none
 */
JsonObject *
qd_json_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * qd_json_array:
 * @node: (nullable): any node
 *
 * Returns: (transfer none) (nullable): its array, or %NULL when it is none
 */
JsonArray *
qd_json_array (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonNode *
get_member (JsonObject *object, const char *name)
{
  return object != NULL && name != NULL ? json_object_get_member (object, name) : NULL;
}

/* The member when it is a scalar of type @type, of which there are four: int64, double, boolean, string. */
static JsonNode *
get_scalar (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type ? node : NULL;
}

JsonObject *
qd_json_get_object (JsonObject *object, const char *name)
{
  return qd_json_object (get_member (object, name));
}

JsonArray *
qd_json_get_array (JsonObject *object, const char *name)
{
  return qd_json_array (get_member (object, name));
}

/**
 * qd_json_get_string:
 * @object: (nullable): an object
 * @fallback: (nullable): what to give when there is no string of that name
 *
 * Returns: (transfer none) (nullable): the string, as long as @object lives, or @fallback
 */
const char *
qd_json_get_string (JsonObject *object, const char *name, const char *fallback)
{
  JsonNode *node = get_scalar (object, name, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : fallback;
}

/**
 * qd_json_dup_id:
 *
 * Reads an identifier, whatever its JSON type.
 *
 * Returns: (transfer full) (nullable): the id, or %NULL when it is absent, null or not a scalar
 */
char *
qd_json_dup_id (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name);
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  GType type;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  type = json_node_get_value_type (node);
  if (type == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  if (type == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (type == G_TYPE_DOUBLE)
    return g_strdup (g_ascii_dtostr (buffer, sizeof buffer, json_node_get_double (node)));
  return g_strdup (json_node_get_boolean (node) ? "true" : "false");
}

/* A number that came as a string because it does not fit in 53 bits: at least 16 digits, nothing else. */
static gboolean
is_large_integer (const char *text)
{
  const char *digits = text + (*text == '-');
  gsize n = strspn (digits, "0123456789");

  return n >= 16 && digits[n] == '\0';
}

/**
 * qd_json_get_number:
 * @value: (out): the number; untouched when there is none
 *
 * Returns: %FALSE when there is no finite number of that name
 */
gboolean
qd_json_get_number (JsonObject *object, const char *name, double *value)
{
  JsonNode *node = get_member (object, name);
  double v;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  GType type = json_node_get_value_type (node);
  if (type == G_TYPE_INT64)
    v = (double) json_node_get_int (node);
  else if (type == G_TYPE_DOUBLE)
    v = json_node_get_double (node);
  else if (type == G_TYPE_STRING && is_large_integer (json_node_get_string (node)))
    v = g_ascii_strtod (json_node_get_string (node), NULL);
  else
    return FALSE;
  if (!isfinite (v))
    return FALSE;
  *value = v;
  return TRUE;
}

/**
 * qd_json_get_int:
 * @value: (out): the integer; untouched when there is none
 *
 * Returns: %FALSE when there is no whole number of that name that fits in 64 bits
 */
gboolean
qd_json_get_int (JsonObject *object, const char *name, gint64 *value)
{
  JsonNode *node = get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  GType type = json_node_get_value_type (node);
  if (type == G_TYPE_INT64)
    {
      *value = json_node_get_int (node);
      return TRUE;
    }
  if (type == G_TYPE_DOUBLE)
    {
      double d = json_node_get_double (node);

      if (!(d >= -0x1p63 && d < 0x1p63) || d != trunc (d))
        return FALSE;
      *value = (gint64) d;
      return TRUE;
    }
  return type == G_TYPE_STRING && is_large_integer (json_node_get_string (node)) &&
         g_ascii_string_to_signed (json_node_get_string (node), 10, G_MININT64, G_MAXINT64, value, NULL);
}

gboolean
qd_json_get_bool (JsonObject *object, const char *name, gboolean fallback)
{
  JsonNode *node = get_scalar (object, name, G_TYPE_BOOLEAN);

  return node != NULL ? json_node_get_boolean (node) : fallback;
}

/**
 * qd_json_seconds_to_time:
 * @seconds: unix seconds, with a fraction
 * @us: (out): microseconds since the epoch
 *
 * Returns: %FALSE when @seconds is not within the years that have a date
 */
gboolean
qd_json_seconds_to_time (double seconds, gint64 *us)
{
  if (!(seconds > -MAX_SECONDS && seconds < MAX_SECONDS))
    return FALSE;
  *us = (gint64) (seconds * (double) G_USEC_PER_SEC);
  return TRUE;
}

gboolean
qd_json_get_time (JsonObject *object, const char *name, gint64 *value)
{
  const char *text = qd_json_get_string (object, name, NULL);
  double seconds;

  if (text != NULL)
    return qd_time_parse (text, value);
  return qd_json_get_number (object, name, &seconds) && qd_json_seconds_to_time (seconds, value);
}

/**
 * qd_json_list:
 * @node: (nullable): the answer to a list request
 * @hint: (nullable): the member's name after the thing itself, such as "sites"
 *
 * Returns: (transfer none) (nullable): the array: the answer itself, or its member items, @hint,
 *   data or results
 */
JsonArray *
qd_json_list (JsonNode *node, const char *hint)
{
  const char *names[] = { "items", hint, "data", "results" };
  JsonObject *object = qd_json_object (node);

  if (object == NULL)
    return qd_json_array (node);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      JsonArray *array = names[i] != NULL ? qd_json_get_array (object, names[i]) : NULL;

      if (array != NULL)
        return array;
    }
  return NULL;
}

/**
 * qd_json_to_text:
 *
 * Returns: (transfer full): @node as JSON text
 */
char *
qd_json_to_text (JsonNode *node, gboolean pretty)
{
  return json_to_string (node, pretty);
}
