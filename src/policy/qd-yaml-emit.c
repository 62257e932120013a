/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include <string.h>

#include "qd-yaml-edit-private.h"

void
qd_yaml_indent (GString *out, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_c (out, ' ');
}

/* --- Scalars --- */

/* A character that can stand in a text without quotes or in single ones: libyaml breaks lines at some that are none. */
static gboolean
is_printable (gunichar c)
{
  return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0x2028 && c != 0x2029 && c != 0xfeff && c != 0xfffe && c != 0xffff;
}

static gboolean
all_printable (const char *text, gboolean lines)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!is_printable (g_utf8_get_char (p)) && !(lines && *p == '\n'))
      return FALSE;
  return TRUE;
}

/* Whether the text means itself without quotes. */
static gboolean
is_plain_text (const char *text, gboolean flow)
{
  gsize n = strlen (text);
  QdYamlScalar scalar;

  qd_yaml_resolve (text, n, &scalar);
  if (scalar.type != QD_YAML_STRING || n == 0 || !all_printable (text, FALSE) || strcmp (text, "<<") == 0)
    return FALSE;
  if (strchr ("!&*#%@`|>'\"[]{}, ", *text) != NULL || text[n - 1] == ' ' || text[n - 1] == ':')
    return FALSE;
  if (strchr ("-?:", *text) != NULL && (text[1] == '\0' || text[1] == ' ' || flow))
    return FALSE;
  if (g_str_has_prefix (text, "---") || g_str_has_prefix (text, "...") || strstr (text, ": ") != NULL || strstr (text, " #") != NULL)
    return FALSE;
  if (!flow)
    return TRUE;
  /* Within brackets a colon must be followed by what cannot end the text. */
  for (const char *colon = strchr (text, ':'); colon != NULL; colon = strchr (colon + 1, ':'))
    if (!g_ascii_isalnum (colon[1]) && colon[1] != '/')
      return FALSE;
  return strpbrk (text, ",[]{}?") == NULL;
}

static void
append_escaped (GString *out, gunichar c)
{
  static const struct { gunichar c; const char *escape; } named[] = {
    { '"', "\\\"" }, { '\\', "\\\\" }, { '\n', "\\n" }, { '\t', "\\t" }, { '\r', "\\r" }, { '\b', "\\b" }, { '\f', "\\f" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (named); i++)
    if (named[i].c == c)
      {
        g_string_append (out, named[i].escape);
        return;
      }
  if (is_printable (c))
    g_string_append_unichar (out, c);
  else
    g_string_append_printf (out, "\\u%04x", c);
}

static void
emit_text (GString *out, const char *text, gboolean flow, const QdYamlForm *form)
{
  if (!form->json && !form->quote && is_plain_text (text, flow))
    {
      g_string_append (out, text);
      return;
    }
  if (!form->json && !form->quote && strpbrk (text, "\"\\") != NULL && all_printable (text, FALSE))
    {
      g_string_append_c (out, '\'');
      for (const char *p = text; *p != '\0'; p++)
        g_string_append_len (out, *p == '\'' ? "''" : p, *p == '\'' ? 2 : 1);
      g_string_append_c (out, '\'');
      return;
    }
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    append_escaped (out, g_utf8_get_char (p));
  g_string_append_c (out, '"');
}

static void
emit_double (GString *out, double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 1; digits <= 17; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, sizeof text, format, number);
      if (!(g_ascii_strtod (text, NULL) < number) && !(g_ascii_strtod (text, NULL) > number))
        break;
    }
  g_string_append (out, text);
  if (strpbrk (text, ".e") == NULL)
    g_string_append (out, ".0");
}

static void
emit_scalar (GString *out, JsonNode *value, gboolean flow, const QdYamlForm *form)
{
  GType type = JSON_NODE_HOLDS_NULL (value) ? G_TYPE_INVALID : json_node_get_value_type (value);

  if (type == G_TYPE_STRING)
    emit_text (out, json_node_get_string (value), flow, form);
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (value) ? "true" : "false");
  else if (type == G_TYPE_DOUBLE)
    emit_double (out, json_node_get_double (value));
  else if (type == G_TYPE_INVALID)
    g_string_append (out, "null");
  else
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (value));
}

void
qd_yaml_emit_key (GString *out, const char *key, gboolean flow, const QdYamlForm *form)
{
  emit_text (out, key, flow, form);
}

/* --- Within brackets --- */

void
qd_yaml_emit_flow (GString *out, JsonNode *value, const QdYamlForm *form)
{
  if (JSON_NODE_HOLDS_OBJECT (value))
    {
      JsonObjectIter iter;
      const char *name, *comma = "{";
      JsonNode *member;

      json_object_iter_init_ordered (&iter, json_node_get_object (value));
      while (json_object_iter_next_ordered (&iter, &name, &member))
        {
          g_string_append (out, comma);
          qd_yaml_emit_key (out, name, TRUE, form);
          g_string_append (out, form->colon);
          qd_yaml_emit_flow (out, member, form);
          comma = form->comma;
        }
      g_string_append (out, *comma == '{' ? "{}" : "}");
    }
  else if (JSON_NODE_HOLDS_ARRAY (value))
    {
      JsonArray *array = json_node_get_array (value);

      g_string_append_c (out, '[');
      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          g_string_append (out, i > 0 ? form->comma : "");
          qd_yaml_emit_flow (out, json_array_get_element (array, i), form);
        }
      g_string_append_c (out, ']');
    }
  else
    emit_scalar (out, value, TRUE, form);
}

static gboolean
is_filled (JsonNode *value)
{
  return (JSON_NODE_HOLDS_OBJECT (value) && json_object_get_size (json_node_get_object (value)) > 0) ||
         (JSON_NODE_HOLDS_ARRAY (value) && json_array_get_length (json_node_get_array (value)) > 0);
}

void
qd_yaml_emit_pretty (GString *out, JsonNode *value, const char *indent, const QdYamlForm *form)
{
  g_autoptr (GString) inner = g_string_new (indent);
  const char *comma = "";

  if (!is_filled (value))
    {
      qd_yaml_emit_flow (out, value, form);
      return;
    }
  qd_yaml_indent (inner, form->step);
  g_string_append_c (out, JSON_NODE_HOLDS_OBJECT (value) ? '{' : '[');
  if (JSON_NODE_HOLDS_OBJECT (value))
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      json_object_iter_init_ordered (&iter, json_node_get_object (value));
      for (; json_object_iter_next_ordered (&iter, &name, &member); comma = ",")
        {
          g_string_append_printf (out, "%s%s%s", comma, form->eol, inner->str);
          qd_yaml_emit_key (out, name, TRUE, form);
          g_string_append (out, form->colon);
          qd_yaml_emit_pretty (out, member, inner->str, form);
        }
    }
  else
    for (guint i = 0; i < json_array_get_length (json_node_get_array (value)); i++, comma = ",")
      {
        g_string_append_printf (out, "%s%s%s", comma, form->eol, inner->str);
        qd_yaml_emit_pretty (out, json_array_get_element (json_node_get_array (value), i), inner->str, form);
      }
  g_string_append_printf (out, "%s%s%c", form->eol, indent, JSON_NODE_HOLDS_OBJECT (value) ? '}' : ']');
}

/* --- In blocks --- */

/* Text of more than one line that a | can show as it is. */
static gboolean
is_literal (JsonNode *value, const QdYamlForm *form)
{
  const char *text = JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING ? json_node_get_string (value) : NULL;
  gsize n;

  if (text == NULL || form->json || form->quote || strchr (text, '\n') == NULL || *text == ' ' || *text == '\n')
    return FALSE;
  n = strlen (text);
  return n > 1 && !(text[n - 1] == '\n' && (text[n - 2] == '\n' || text[n - 2] == ' ')) && text[n - 1] != ' ' && all_printable (text, TRUE);
}

gboolean
qd_yaml_emits_inline (JsonNode *value, const QdYamlForm *form)
{
  return !is_filled (value) && !is_literal (value, form);
}

static void
emit_literal (GString *out, const char *text, guint indent, const QdYamlForm *form)
{
  gboolean ends = g_str_has_suffix (text, "\n");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines) - (ends ? 1 : 0);

  g_string_append (out, ends ? " |" : " |-");
  for (guint i = 0; i < n; i++)
    {
      g_string_append (out, form->eol);
      if (*lines[i] != '\0')
        qd_yaml_indent (out, indent);
      g_string_append (out, lines[i]);
    }
}

/* The members of a map, the first one where the text is now. */
static void
emit_members (GString *out, JsonObject *object, guint indent, const QdYamlForm *form)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;
  gboolean first = TRUE;

  json_object_iter_init_ordered (&iter, object);
  for (; json_object_iter_next_ordered (&iter, &name, &member); first = FALSE)
    {
      if (!first)
        {
          g_string_append (out, form->eol);
          qd_yaml_indent (out, indent);
        }
      qd_yaml_emit_key (out, name, FALSE, form);
      g_string_append_c (out, ':');
      qd_yaml_emit_after_key (out, member, indent, form);
    }
}

static void
emit_items (GString *out, JsonArray *array, guint indent, const QdYamlForm *form)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        {
          g_string_append (out, form->eol);
          qd_yaml_indent (out, indent);
        }
      g_string_append_c (out, '-');
      qd_yaml_emit_after_dash (out, json_array_get_element (array, i), indent, FALSE, form);
    }
}

static void
emit_filled (GString *out, JsonNode *value, guint indent, const QdYamlForm *form)
{
  if (JSON_NODE_HOLDS_OBJECT (value))
    emit_members (out, json_node_get_object (value), indent, form);
  else
    emit_items (out, json_node_get_array (value), indent, form);
}

void
qd_yaml_emit_after_key (GString *out, JsonNode *value, guint indent, const QdYamlForm *form)
{
  if (is_literal (value, form))
    emit_literal (out, json_node_get_string (value), indent + form->step, form);
  else if (!is_filled (value))
    {
      g_string_append_c (out, ' ');
      if (JSON_NODE_HOLDS_VALUE (value) || JSON_NODE_HOLDS_NULL (value))
        emit_scalar (out, value, FALSE, form);
      else
        qd_yaml_emit_flow (out, value, form);
    }
  else
    {
      guint inner = indent + (JSON_NODE_HOLDS_ARRAY (value) && !form->indent_seq ? 0 : form->step);

      g_string_append (out, form->eol);
      qd_yaml_indent (out, inner);
      emit_filled (out, value, inner, form);
    }
}

void
qd_yaml_emit_after_dash (GString *out, JsonNode *value, guint indent, gboolean on_next_line, const QdYamlForm *form)
{
  if (!is_filled (value))
    {
      qd_yaml_emit_after_key (out, value, indent, form);
      return;
    }
  if (on_next_line)
    g_string_append (out, form->eol);
  qd_yaml_indent (out, on_next_line ? indent + form->dash : form->dash - 1);
  emit_filled (out, value, indent + form->dash, form);
}

void
qd_yaml_emit_root (GString *out, JsonNode *value, const QdYamlForm *form)
{
  if (form->json)
    qd_yaml_emit_pretty (out, value, "", form);
  else if (is_filled (value))
    emit_filled (out, value, 0, form);
  else
    {
      gsize at = out->len;

      /* Beside a key there is a space; a text of many lines must be indented all the same. */
      qd_yaml_emit_after_key (out, value, 0, form);
      g_string_erase (out, (gssize) at, 1);
    }
}

char *
qd_yaml_write (JsonNode *value)
{
  static const QdYamlForm form = { .eol = "\n", .step = 2, .dash = 2, .comma = ", ", .colon = ": " };
  GString *out = g_string_new (NULL);

  qd_yaml_emit_root (out, value, &form);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}
