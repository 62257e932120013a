/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-base"

#include "config.h"

#include "qd-canonical.h"

#include <math.h>
#include <string.h>

/* A double keeps every integer up to here. */
#define MAX_EXACT (G_GINT64_CONSTANT (1) << 53)
/* What seventeen digits cannot tell apart is the same double. */
#define MAX_DIGITS 17

static void
append_escaped (GString *out, guchar c)
{
  static const char shorts[] = "\bb\tt\nn\ff\rr\"\"\\\\";
  const char *at = NULL;

  for (gsize i = 0; i + 1 < sizeof shorts && at == NULL; i += 2)
    if ((guchar) shorts[i] == c)
      at = &shorts[i + 1];
  if (at)
    g_string_append_printf (out, "\\%c", *at);
  else
    g_string_append_printf (out, "\\u%04x", c);
}

void
qd_json_append_canonical_string (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_validate (text, -1, NULL) ? NULL : g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  for (const guchar *p = (const guchar *) (valid ? valid : text); *p; p++)
    if (*p < 0x20 || *p == '"' || *p == '\\')
      append_escaped (out, *p);
    else
      g_string_append_c (out, (char) *p);
  g_string_append_c (out, '"');
}

/* The fewest digits that read back as @value, without a point, and the place of the point: 0.d1d2… × 10^@point. */
static void
shortest_digits (double value, char *digits, int *point)
{
  char text[40];
  guint n = 0;

  for (int i = 0; i < MAX_DIGITS; i++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%de", i);
      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  *point = (int) g_ascii_strtoll (strchr (text, 'e') + 1, NULL, 10) + 1;
  for (const char *p = text; *p != 'e'; p++)
    if (g_ascii_isdigit (*p))
      digits[n++] = *p;
  digits[n] = '\0';
}

/* ECMA-262, Number::toString. */
static void
append_double (GString *out, double value)
{
  char digits[MAX_DIGITS + 1];
  int point, n;

  if (!isfinite (value))
    {
      g_string_append (out, "null");
      return;
    }
  if (value == 0)
    {
      g_string_append_c (out, '0');
      return;
    }
  if (value < 0)
    g_string_append_c (out, '-');
  shortest_digits (fabs (value), digits, &point);
  n = (int) strlen (digits);
  if (point >= n && point <= 21)
    g_string_append_printf (out, "%s%.*s", digits, point - n, "000000000000000000000");
  else if (point > 0 && point <= 21)
    g_string_append_printf (out, "%.*s.%s", point, digits, digits + point);
  else if (point > -6 && point <= 0)
    g_string_append_printf (out, "0.%.*s%s", -point, "000000", digits);
  else
    g_string_append_printf (out, "%c%s%se%c%d", digits[0], n > 1 ? "." : "", digits + 1, point > 0 ? '+' : '-', ABS (point - 1));
}

static void
append_value (GString *out, JsonNode *node)
{
  GType type = json_node_get_value_type (node);

  if (type == G_TYPE_STRING)
    qd_json_append_canonical_string (out, json_node_get_string (node));
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else if (type == G_TYPE_INT64 && json_node_get_int (node) <= MAX_EXACT && json_node_get_int (node) >= -MAX_EXACT)
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else
    append_double (out, json_node_get_double (node));
}

/* The UTF-16 unit with which @c begins. */
static guint32
first_unit (gunichar c)
{
  return c < 0x10000 ? c : 0xd800 + ((c - 0x10000) >> 10);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const char *one = *(const char *const *) a, *two = *(const char *const *) b;

  while (*one && *two)
    {
      gunichar c = g_utf8_get_char (one), d = g_utf8_get_char (two);

      if (c != d && first_unit (c) != first_unit (d))
        return first_unit (c) < first_unit (d) ? -1 : 1;
      if (c != d)
        return c < d ? -1 : 1;
      one = g_utf8_next_char (one);
      two = g_utf8_next_char (two);
    }
  return (*one != '\0') - (*two != '\0');
}

static void
append_object (GString *out, JsonObject *object)
{
  g_autoptr (GList) members = json_object_get_members (object);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (GList *l = members; l; l = l->next)
    g_ptr_array_add (names, l->data);
  g_ptr_array_sort (names, compare_names);
  g_string_append_c (out, '{');
  for (guint i = 0; i < names->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      qd_json_append_canonical_string (out, names->pdata[i]);
      g_string_append_c (out, ':');
      qd_json_append_canonical (out, json_object_get_member (object, names->pdata[i]));
    }
  g_string_append_c (out, '}');
}

static void
append_array (GString *out, JsonArray *array)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      qd_json_append_canonical (out, json_array_get_element (array, i));
    }
  g_string_append_c (out, ']');
}

void
qd_json_append_canonical (GString *out, JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      append_object (out, json_node_get_object (node));
      break;
    case JSON_NODE_ARRAY:
      append_array (out, json_node_get_array (node));
      break;
    case JSON_NODE_VALUE:
      append_value (out, node);
      break;
    case JSON_NODE_NULL:
    default:
      g_string_append (out, "null");
    }
}

/**
 * qd_json_to_canonical:
 * @node: a JSON value
 *
 * Returns: (transfer full): its canonical text
 */
char *
qd_json_to_canonical (JsonNode *node)
{
  GString *out = g_string_new (NULL);

  qd_json_append_canonical (out, node);
  return g_string_free (out, FALSE);
}
