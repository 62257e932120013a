/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-json.h"

#include <math.h>
#include <string.h>
#include <time.h>

static void
place_comma_and_key (GString *out, const char *key)
{
  if (out->len > 0)
    {
      char last = out->str[out->len - 1];

      if (last != '{' && last != '[' && last != ':')
        g_string_append_c (out, ',');
    }
  if (key != NULL)
    {
      lab_json_quote (out, key);
      g_string_append_c (out, ':');
    }
}

void
lab_json_quote (GString *out, const char *value)
{
  g_autofree char *valid = NULL;

  if (!g_utf8_validate (value, -1, NULL))
    value = valid = g_utf8_make_valid (value, -1);

  g_string_append_c (out, '"');
  for (const char *p = value; *p != '\0';)
    {
      gsize plain = 0;
      guchar c;

      while ((c = (guchar) p[plain]) >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
        plain++;
      g_string_append_len (out, p, (gssize) plain);
      p += plain;
      if (*p == '\0')
        break;
      c = (guchar) *p++;
      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", c);
      else
        g_string_append_printf (out, "\\u%04x", c);
    }
  g_string_append_c (out, '"');
}

void
lab_json_begin (GString *out, const char *key, char open)
{
  place_comma_and_key (out, key);
  g_string_append_c (out, open);
}

void
lab_json_end (GString *out, char close)
{
  g_string_append_c (out, close);
}

void
lab_json_string (GString *out, const char *key, const char *value)
{
  if (value == NULL)
    {
      lab_json_null (out, key);
      return;
    }
  place_comma_and_key (out, key);
  lab_json_quote (out, value);
}

void
lab_json_int (GString *out, const char *key, gint64 value)
{
  place_comma_and_key (out, key);
  g_string_append_printf (out, "%" G_GINT64_FORMAT, value);
}

void
lab_json_double (GString *out, const char *key, double value, int decimals)
{
  place_comma_and_key (out, key);
  if (!isfinite (value))
    g_string_append (out, "null");
  else
    g_string_append_printf (out, "%.*f", decimals, value);
}

void
lab_json_bool (GString *out, const char *key, gboolean value)
{
  place_comma_and_key (out, key);
  g_string_append (out, value ? "true" : "false");
}

void
lab_json_null (GString *out, const char *key)
{
  place_comma_and_key (out, key);
  g_string_append (out, "null");
}

void
lab_json_raw (GString *out, const char *key, const char *json)
{
  place_comma_and_key (out, key);
  g_string_append (out, json != NULL ? json : "null");
}

void
lab_json_time (GString *out, const char *key, gint64 unix_us)
{
  char buf[32];

  if (unix_us <= 0)
    {
      lab_json_null (out, key);
      return;
    }
  lab_time_format (buf, unix_us);
  lab_json_string (out, key, buf);
}

void
lab_time_format (char *buf, gint64 unix_us)
{
  /* Fifteen thousand frames a second share a date: only the milliseconds change within one. */
  static _Thread_local time_t cached = -1;
  static _Thread_local char prefix[24];
  time_t second = (time_t) (unix_us / G_USEC_PER_SEC);
  int milli = (int) (unix_us % G_USEC_PER_SEC / 1000);

  if (second != cached)
    {
      struct tm tm;

      gmtime_r (&second, &tm);
      strftime (prefix, sizeof prefix, "%Y-%m-%dT%H:%M:%S", &tm);
      cached = second;
    }
  memcpy (buf, prefix, 19);
  buf[19] = '.';
  buf[20] = (char) ('0' + milli / 100);
  buf[21] = (char) ('0' + milli / 10 % 10);
  buf[22] = (char) ('0' + milli % 10);
  buf[23] = 'Z';
  buf[24] = '\0';
}

gboolean
lab_time_parse (const char *text, gint64 *unix_us)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) at = NULL;
  char *end = NULL;
  double seconds;

  if (text == NULL || *text == '\0' || strlen (text) > 64)
    return FALSE;
  at = g_date_time_new_from_iso8601 (text, utc);
  if (at != NULL)
    {
      *unix_us = g_date_time_to_unix (at) * G_USEC_PER_SEC + g_date_time_get_microsecond (at);
      return TRUE;
    }
  seconds = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || !isfinite (seconds) || seconds < 0 || seconds > 1e11)
    return FALSE;
  *unix_us = (gint64) (seconds * G_USEC_PER_SEC);
  return TRUE;
}

JsonNode *
lab_json_parse (const char *data, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();

  if (length == 0 || length > G_MAXSSIZE || memchr (data, '\0', length) != NULL ||
      !g_utf8_validate_len (data, length, NULL))
    {
      g_set_error_literal (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_DATA,
                           length == 0 ? "the body is empty" : "the body is not UTF-8 text");
      return NULL;
    }
  if (!json_parser_load_from_data (parser, data, (gssize) length, error))
    return NULL;
  if (json_parser_get_root (parser) == NULL)
    {
      g_set_error_literal (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_DATA,
                           "the body holds no JSON value");
      return NULL;
    }
  return json_node_ref (json_parser_get_root (parser));
}

static JsonNode *
value_of_type (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (type == G_TYPE_DOUBLE && json_node_get_value_type (node) == G_TYPE_INT64)
    return node;
  return json_node_get_value_type (node) == type ? node : NULL;
}

const char *
lab_json_get_string (JsonObject *object, const char *name, const char *fallback)
{
  JsonNode *node = value_of_type (object, name, G_TYPE_STRING);

  return node != NULL ? json_node_get_string (node) : fallback;
}

double
lab_json_get_double (JsonObject *object, const char *name, double fallback)
{
  JsonNode *node = value_of_type (object, name, G_TYPE_DOUBLE);

  return node != NULL ? json_node_get_double (node) : fallback;
}

gint64
lab_json_get_int (JsonObject *object, const char *name, gint64 fallback)
{
  JsonNode *node = value_of_type (object, name, G_TYPE_INT64);

  return node != NULL ? json_node_get_int (node) : fallback;
}

gboolean
lab_json_get_bool (JsonObject *object, const char *name, gboolean fallback)
{
  JsonNode *node = value_of_type (object, name, G_TYPE_BOOLEAN);

  return node != NULL ? json_node_get_boolean (node) : fallback;
}

JsonObject *
lab_json_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
lab_json_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

char *
lab_json_node_text (JsonNode *node)
{
  return node != NULL ? json_to_string (node, FALSE) : NULL;
}
