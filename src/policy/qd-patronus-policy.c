/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include "qd-patronus-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* What both ways of a conversion stand on. */

/* --- Findings ---------------------------------------------------------------------------------------------------- */

static void
free_finding (gpointer data)
{
  QdPatronusFinding *self = data;

  g_free (self->field);
  g_free (self->message);
  g_free (self);
}

void
qd_patronus_conversion_free (QdPatronusConversion *self)
{
  g_ptr_array_unref (self->findings);
  g_ptr_array_unref (self->objects);
  qd_yaml_file_unref (self->file);
  g_free (self);
}

const char *
qd_patronus_finding_get_word (const QdPatronusFinding *self)
{
  return self->severity == QD_POLICY_ERROR ? "error" : self->severity == QD_POLICY_WARNING ? "lost" : "note";
}

char *
qd_patronus_finding_to_text (const QdPatronusFinding *self, const QdYamlFile *file)
{
  return g_strdup_printf ("%s:%u:%u: %s: %s%s%s", qd_yaml_file_get_name (file), self->span.line, self->span.column, qd_patronus_finding_get_word (self),
                          self->field, *self->field ? ": " : "", self->message);
}

/* --- Where something stands --------------------------------------------------------------------------------------- */

/* Keys lead to the map that they are in, as values do. An alias is entered where it comes first. */
static void
find_parents (GHashTable *parents, const QdYamlNode *node)
{
  gboolean map = qd_yaml_node_get_type (node) == QD_YAML_MAP;

  for (guint i = 0; i < qd_yaml_node_get_length (node); i++)
    {
      const QdYamlNode *child = map ? qd_yaml_node_get_value (node, i) : qd_yaml_node_get_item (node, i);

      if (map)
        g_hash_table_insert (parents, (gpointer) qd_yaml_node_get_key (node, i), (gpointer) node);
      if (!g_hash_table_contains (parents, child))
        {
          g_hash_table_insert (parents, (gpointer) child, (gpointer) node);
          find_parents (parents, child);
        }
    }
}

static char *
step_to_text (const QdYamlNode *parent, const QdYamlNode *node)
{
  gboolean map = qd_yaml_node_get_type (parent) == QD_YAML_MAP;

  for (guint i = 0; i < qd_yaml_node_get_length (parent); i++)
    if (map && (qd_yaml_node_get_value (parent, i) == node || qd_yaml_node_get_key (parent, i) == node))
      return g_strdup (qd_yaml_node_get_string (qd_yaml_node_get_key (parent, i)));
    else if (!map && qd_yaml_node_get_item (parent, i) == node)
      return g_strdup_printf ("[%u]", i);
  return g_strdup ("?");
}

/* "spec.ingress[0]". A key with a dot in it is in quotes. */
static char *
dup_field (QdPatronusWork *self, const QdYamlNode *node)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (g_free);
  GString *text = g_string_new (NULL);
  const QdYamlNode *parent;

  for (guint depth = 0; depth <= QD_YAML_MAX_DEPTH && (parent = g_hash_table_lookup (self->parents, node)); depth++)
    {
      g_ptr_array_add (steps, step_to_text (parent, node));
      node = parent;
    }
  for (guint i = steps->len; i-- > 0;)
    {
      const char *step = g_ptr_array_index (steps, i);
      gboolean index = *step == '[', quoted = !index && strpbrk (step, ".[] ") != NULL;

      g_string_append (text, index || text->len == 0 ? "" : ".");
      g_string_append_printf (text, quoted ? "\"%s\"" : "%s", step);
    }
  return g_string_free (text, FALSE);
}

static void
add (QdPatronusWork *self, QdPolicySeverity severity, const QdYamlNode *node, const char *code, char *message)
{
  QdPatronusFinding *finding = g_new0 (QdPatronusFinding, 1);

  finding->severity = severity;
  finding->code = code;
  finding->message = message;
  finding->field = node ? dup_field (self, node) : g_strdup ("");
  finding->span = node ? qd_yaml_node_get_span (node) : (QdYamlSpan) { 0, 0, 1, 1 };
  g_ptr_array_add (self->conversion->findings, finding);
}

void
qd_patronus_say (QdPatronusWork *self, QdPolicySeverity severity, const QdYamlNode *node, const char *code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  add (self, severity, node, code, g_strdup_vprintf (format, args));
  va_end (args);
}

void
qd_patronus_take (QdPatronusWork *self, QdPolicySeverity severity, const QdPolicyFinding *finding)
{
  add (self, severity, finding->place.node, finding->code, g_strdup (finding->message));
}

/* --- Comments ------------------------------------------------------------------------------------------------------ */

typedef struct { gsize start, end; } Stretch;

static void
find_scalars (GArray *scalars, const QdYamlNode *node, guint depth)
{
  gboolean map = qd_yaml_node_get_type (node) == QD_YAML_MAP;
  QdYamlSpan span = qd_yaml_node_get_span (node);
  Stretch stretch = { span.start, span.end };

  if (qd_yaml_node_get_text (node))
    g_array_append_val (scalars, stretch);
  for (guint i = 0; i < qd_yaml_node_get_length (node) && depth < QD_YAML_MAX_DEPTH; i++)
    {
      if (map)
        find_scalars (scalars, qd_yaml_node_get_key (node, i), depth + 1);
      /* What an alias stands for has its scalars where they are written. */
      if (!qd_yaml_node_is_alias (map ? qd_yaml_node_get_value (node, i) : qd_yaml_node_get_item (node, i)))
        find_scalars (scalars, map ? qd_yaml_node_get_value (node, i) : qd_yaml_node_get_item (node, i), depth + 1);
    }
}

static int
compare_stretches (gconstpointer a, gconstpointer b)
{
  const Stretch *left = a, *right = b;

  return left->start < right->start ? -1 : left->start > right->start;
}

/* Lines of comments below each other are one. */
static void
find_comments (QdPatronusWork *self, const char *text, gsize start, gsize end, guint *last_line)
{
  for (gsize i = start; i < end; i++)
    {
      QdYamlSpan place;
      const char *stop;

      if (text[i] != '#' || (i > 0 && strchr (" \t\r\n", text[i - 1]) == NULL))
        continue;
      place = qd_yaml_file_get_place (self->conversion->file, i);
      stop = memchr (text + i, '\n', end - i);
      if (*last_line == 0 || place.line > *last_line + 1)
        {
          add (self, QD_POLICY_WARNING, NULL, "comment", g_strdup (_("comments are not kept")));
          ((QdPatronusFinding *) g_ptr_array_index (self->conversion->findings, self->conversion->findings->len - 1))->span = place;
        }
      *last_line = place.line;
      i = stop ? (gsize) (stop - text) : end;
    }
}

void
qd_patronus_say_comments (QdPatronusWork *self)
{
  QdYamlFile *file = self->conversion->file;
  g_autoptr (GArray) scalars = g_array_new (FALSE, FALSE, sizeof (Stretch));
  GBytes *bytes = qd_yaml_file_get_bytes (file);
  gsize size, at = 0;
  const char *text = g_bytes_get_data (bytes, &size);
  guint last_line = 0;

  if (qd_yaml_file_is_json (file))
    return;
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    find_scalars (scalars, qd_yaml_file_get_document (file, i), 0);
  g_array_sort (scalars, compare_stretches);
  for (guint i = 0; i < scalars->len; i++)
    {
      const Stretch *scalar = &g_array_index (scalars, Stretch, i);

      if (scalar->start > at)
        find_comments (self, text, at, scalar->start, &last_line);
      at = MAX (at, scalar->end);
    }
  find_comments (self, text, at, size, &last_line);
}

void
qd_patronus_say_difference (QdPatronusWork *self)
{
  qd_patronus_say (self, QD_POLICY_NOTE, NULL, "default-deny",
                   _("Patronus denies what no policy allows; Kubernetes allows it to and from pods that no policy selects in that direction"));
  qd_patronus_say (self, QD_POLICY_NOTE, NULL, "labels-alone",
                   _("as its source reads, Patronus compares labels without their namespace, and lets pass what one direction allows; Kubernetes asks both"));
}

/* --- Beginning and end ---------------------------------------------------------------------------------------------- */

void
qd_patronus_work_begin (QdPatronusWork *self, QdYamlFile *file)
{
  QdPatronusConversion *conversion = g_new0 (QdPatronusConversion, 1);

  conversion->file = qd_yaml_file_ref (file);
  conversion->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  conversion->findings = g_ptr_array_new_with_free_func (free_finding);
  self->conversion = conversion;
  self->parents = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    find_parents (self->parents, qd_yaml_file_get_document (file, i));
}

/* What is about all of it comes last; the sort is stable. */
static int
compare_findings (gconstpointer a, gconstpointer b)
{
  const QdPatronusFinding *left = *(QdPatronusFinding *const *) a, *right = *(QdPatronusFinding *const *) b;
  gboolean whole = left->severity == QD_POLICY_NOTE && left->span.end == 0, other = right->severity == QD_POLICY_NOTE && right->span.end == 0;

  if (whole != other)
    return whole ? 1 : -1;
  return left->span.start < right->span.start ? -1 : left->span.start > right->span.start;
}

QdPatronusConversion *
qd_patronus_work_end (QdPatronusWork *self)
{
  QdPatronusConversion *conversion = self->conversion;

  for (guint i = 0; i < conversion->findings->len; i++)
    {
      QdPolicySeverity severity = ((QdPatronusFinding *) g_ptr_array_index (conversion->findings, i))->severity;

      conversion->invalid |= severity == QD_POLICY_ERROR;
      conversion->lossy |= severity == QD_POLICY_WARNING;
    }
  if (conversion->invalid)
    g_ptr_array_set_size (conversion->objects, 0);
  g_ptr_array_sort (conversion->findings, compare_findings);
  g_clear_pointer (&self->parents, g_hash_table_unref);
  return g_steal_pointer (&self->conversion);
}

/* --- Small things --------------------------------------------------------------------------------------------------- */

void
qd_patronus_set_text (JsonObject *map, const char *name, const char *text)
{
  json_object_set_string_member (map, name, text ? text : "");
}

JsonArray *
qd_patronus_add_array (JsonObject *map, const char *name)
{
  JsonArray *array = json_array_new ();

  json_object_set_array_member (map, name, array);
  return array;
}

JsonObject *
qd_patronus_add_object (JsonObject *map, const char *name)
{
  JsonObject *object = json_object_new ();

  json_object_set_object_member (map, name, object);
  return object;
}

JsonNode *
qd_patronus_wrap (JsonObject *object)
{
  JsonNode *node = json_node_alloc ();

  json_node_init_object (node, object);
  json_object_unref (object);
  return node;
}

#define MAX_NAME 230   /* of 253: there may come a number behind it */
#define MAX_NAMESPACE 63

char *
qd_patronus_make_name (const char *text, gboolean namespace)
{
  gsize max = namespace ? MAX_NAMESPACE : MAX_NAME;
  GString *name;

  if (namespace ? qd_policy_is_namespace_name (text) : qd_policy_is_name (text) && strlen (text) <= max)
    return g_strdup (text);
  name = g_string_new (NULL);
  for (const char *p = text; *p && name->len < max; p = g_utf8_next_char (p))
    if (g_ascii_isalnum (*p))
      g_string_append_c (name, g_ascii_tolower (*p));
    else if (name->len && name->str[name->len - 1] != '-')
      g_string_append_c (name, '-');
  while (name->len && name->str[name->len - 1] == '-')
    g_string_truncate (name, name->len - 1);
  if (name->len == 0)
    g_string_append (name, namespace ? "default" : "policy");
  return g_string_free (name, FALSE);
}

QdPatronusShape
qd_patronus_get_shape (const QdYamlNode *object)
{
  if (qd_yaml_node_get_type (object) != QD_YAML_MAP || qd_yaml_node_get (object, "kind") || qd_yaml_node_get (object, "apiVersion"))
    return QD_PATRONUS_NONE;
  if (qd_yaml_node_get (object, "spec"))
    return QD_PATRONUS_REQUEST;
  if (qd_yaml_node_get (object, "pod_selector") || qd_yaml_node_get (object, "ingress_rules") || qd_yaml_node_get (object, "egress_rules"))
    return QD_PATRONUS_RESPONSE;
  return QD_PATRONUS_NONE;
}

char *
qd_patronus_dup_number (const char *id)
{
  const char *digits = id && g_str_has_prefix (id, "policy-") ? id + strlen ("policy-") : id;
  guint64 number;

  if (digits == NULL || !g_ascii_isdigit (*digits) || !g_ascii_string_to_unsigned (digits, 10, 0, G_MAXUINT64, &number, NULL))
    return NULL;
  return g_strdup (digits);
}
