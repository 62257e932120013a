/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-tenancy"

#include "config.h"

#include "qd-definition.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"

#define MAX_NAMES 1000

static const char *const parts[QD_N_DEFINITION_PARTS] = { "aggregates", "projections", "sagas", "effects" };

const char *
qd_definition_part_to_string (QdDefinitionPart part)
{
  return parts[part];
}

/* --- Reading ----------------------------------------------------------------------------------------------------- */

/* A definition is an object with a name, or the name alone. */
static GPtrArray *
read_names (JsonObject *object, const char *member)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  JsonArray *array = qd_json_get_array (object, member);

  for (guint i = 0; array != NULL && i < json_array_get_length (array) && names->len < MAX_NAMES; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *one = qd_json_object (node);
      const char *name = one != NULL ? qd_json_get_string (one, "name", NULL)
                         : JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;

      if (name != NULL && *name != '\0')
        g_ptr_array_add (names, g_strdup (name));
    }
  return names;
}

static gint64
read_time (JsonObject *object, const char *member)
{
  gint64 at = -1;

  return qd_json_get_time (object, member, &at) ? at : -1;
}

/* The object and what names it; NULL with an error. */
static JsonObject *
read_named (const char *key, const char *text, JsonNode **node, char **bundle, char **version, GError **error)
{
  JsonObject *object;

  *node = qd_json_parse (text, -1, key, error);
  if (*node == NULL)
    return NULL;
  object = qd_json_object (*node);
  *bundle = object != NULL ? qd_json_dup_id (object, "bundle") : NULL;
  *version = object != NULL ? qd_json_dup_id (object, "version") : NULL;
  if (*bundle != NULL && *version != NULL && **bundle != '\0' && **version != '\0')
    return object;
  g_clear_pointer (bundle, g_free);
  g_clear_pointer (version, g_free);
  g_set_error (error, QD_JSON_ERROR, QD_JSON_ERROR_SYNTAX, _("%s: a bundle and a version must be named"), key);
  return NULL;
}

QdDefinitionBundle *
qd_definition_bundle_new (const char *key, const char *text, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  char *bundle = NULL, *version = NULL;
  JsonObject *object = read_named (key, text, &node, &bundle, &version, error);
  QdDefinitionBundle *self;

  if (object == NULL)
    return NULL;
  self = g_new0 (QdDefinitionBundle, 1);
  self->bundle = bundle;
  self->version = version;
  self->by = g_strdup (qd_json_get_string (object, "by", NULL));
  self->note = g_strdup (qd_json_get_string (object, "note", NULL));
  self->created_us = read_time (object, "created_at");
  for (guint i = 0; i < QD_N_DEFINITION_PARTS; i++)
    self->parts[i] = read_names (object, parts[i]);
  return self;
}

void
qd_definition_bundle_free (QdDefinitionBundle *self)
{
  for (guint i = 0; i < QD_N_DEFINITION_PARTS; i++)
    g_ptr_array_unref (self->parts[i]);
  g_free (self->bundle);
  g_free (self->version);
  g_free (self->by);
  g_free (self->note);
  g_free (self);
}

QdDefinitionApplied *
qd_definition_applied_new (const char *key, const char *text, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  char *bundle = NULL, *version = NULL;
  JsonObject *object = read_named (key, text, &node, &bundle, &version, error);
  QdDefinitionApplied *self;

  if (object == NULL)
    return NULL;
  self = g_new0 (QdDefinitionApplied, 1);
  self->bundle = bundle;
  self->version = version;
  self->by = g_strdup (qd_json_get_string (object, "by", NULL));
  self->at_us = read_time (object, "at");
  return self;
}

void
qd_definition_applied_free (QdDefinitionApplied *self)
{
  g_free (self->bundle);
  g_free (self->version);
  g_free (self->by);
  g_free (self);
}

/* --- Versions ------------------------------------------------------------------------------------------------------ */

static gboolean
is_number (const char *text, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  return n > 0;
}

/* Of whatever length. */
static int
compare_numbers (const char *a, gsize na, const char *b, gsize nb)
{
  while (na > 1 && *a == '0')
    a++, na--;
  while (nb > 1 && *b == '0')
    b++, nb--;
  return na != nb ? (na < nb ? -1 : 1) : memcmp (a, b, na);
}

/* A number is before a text. */
static int
compare_words (const char *a, gsize na, const char *b, gsize nb)
{
  gboolean x = is_number (a, na), y = is_number (b, nb);
  int order;

  if (x && y)
    return compare_numbers (a, na, b, nb);
  if (x != y)
    return x ? -1 : 1;
  order = memcmp (a, b, MIN (na, nb));
  return order != 0 ? order : na < nb ? -1 : na > nb;
}

/* Word by word between the dots; what goes on is after what ends. */
static int
compare_lists (const char *a, gsize na, const char *b, gsize nb)
{
  const char *end_a = a + na, *end_b = b + nb;

  while (a < end_a && b < end_b)
    {
      const char *dot_a = memchr (a, '.', (gsize) (end_a - a)), *dot_b = memchr (b, '.', (gsize) (end_b - b));
      const char *stop_a = dot_a != NULL ? dot_a : end_a, *stop_b = dot_b != NULL ? dot_b : end_b;
      int order = compare_words (a, (gsize) (stop_a - a), b, (gsize) (stop_b - b));

      if (order != 0)
        return order;
      a = dot_a != NULL ? dot_a + 1 : end_a;
      b = dot_b != NULL ? dot_b + 1 : end_b;
    }
  return a < end_a ? 1 : b < end_b ? -1 : 0;
}

int
qd_definition_compare_versions (const char *a, const char *b)
{
  gsize whole_a = strcspn (a, "+"), whole_b = strcspn (b, "+");
  gsize main_a = MIN (strcspn (a, "-"), whole_a), main_b = MIN (strcspn (b, "-"), whole_b);
  int order = compare_lists (a, main_a, b, main_b);

  if (order != 0)
    return order;
  if ((main_a == whole_a) != (main_b == whole_b))
    return main_a == whole_a ? 1 : -1;
  if (main_a == whole_a)
    return 0;
  return compare_lists (a + main_a + 1, whole_a - main_a - 1, b + main_b + 1, whole_b - main_b - 1);
}
