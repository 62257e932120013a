/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#define MAX_DEPTH 32
#define MAX_TEXT  1024

/* What the reader is inside of, and what it has gathered of it. */
typedef struct
{
  LabWorld *world;
  GHashTable *key_names;        /* key id → lower-case attribute name */
  GHashTable *nodes;            /* node id → index + 1 */
  guint depth;
  gboolean in_node, in_edge;
  char *id, *source, *target;
  const char *data_key;
  GString *text;
  char *label;
  double lat, lon, speed, raw_speed;
  char *units;
  guint left_out;
} Reader;

static void
forget_item (Reader *reader)
{
  g_clear_pointer (&reader->id, g_free);
  g_clear_pointer (&reader->source, g_free);
  g_clear_pointer (&reader->target, g_free);
  g_clear_pointer (&reader->label, g_free);
  g_clear_pointer (&reader->units, g_free);
  reader->lat = reader->lon = reader->speed = reader->raw_speed = NAN;
  reader->in_node = reader->in_edge = FALSE;
}

static const char *
attribute (const char **names, const char **values, const char *name)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return strlen (values[i]) <= MAX_TEXT ? values[i] : NULL;
  return NULL;
}

static void
start_key (Reader *reader, const char **names, const char **values)
{
  const char *id = attribute (names, values, "id"), *name = attribute (names, values, "attr.name");

  /* The first of a name stays: an element of data that is open may point to it. */
  if (id != NULL && name != NULL && g_hash_table_size (reader->key_names) < 1000 &&
      !g_hash_table_contains (reader->key_names, id))
    g_hash_table_insert (reader->key_names, g_strdup (id), g_ascii_strdown (name, -1));
}

static void
start_cb (GMarkupParseContext *context, const char *element, const char **names, const char **values, gpointer user_data,
          GError **error)
{
  Reader *reader = user_data;

  if (++reader->depth > MAX_DEPTH)
    {
      g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "elements are nested more than %d deep", MAX_DEPTH);
      return;
    }
  if (g_str_equal (element, "key"))
    start_key (reader, names, values);
  else if (g_str_equal (element, "node"))
    {
      forget_item (reader);
      reader->in_node = TRUE;
      reader->id = g_strdup (attribute (names, values, "id"));
    }
  else if (g_str_equal (element, "edge"))
    {
      forget_item (reader);
      reader->in_edge = TRUE;
      reader->source = g_strdup (attribute (names, values, "source"));
      reader->target = g_strdup (attribute (names, values, "target"));
    }
  else if (g_str_equal (element, "data"))
    {
      const char *key = attribute (names, values, "key");

      reader->data_key = key != NULL ? g_hash_table_lookup (reader->key_names, key) : NULL;
      g_string_truncate (reader->text, 0);
    }
}

static void
text_cb (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  Reader *reader = user_data;

  if (reader->data_key != NULL && reader->text->len < MAX_TEXT)
    g_string_append_len (reader->text, text, (gssize) MIN (length, MAX_TEXT));
}

static double
number (const char *text, double low, double high)
{
  char *end = NULL;
  double value = g_ascii_strtod (text, &end);

  return end != text && isfinite (value) && value >= low && value <= high ? value : NAN;
}

static void
end_data (Reader *reader)
{
  const char *key = g_steal_pointer (&reader->data_key);
  const char *text = g_strstrip (reader->text->str);

  if (key == NULL)
    return;
  if (reader->in_node && g_str_equal (key, "label"))
    g_set_str (&reader->label, text);
  else if (reader->in_node && g_str_equal (key, "latitude"))
    reader->lat = number (text, -90, 90);
  else if (reader->in_node && g_str_equal (key, "longitude"))
    reader->lon = number (text, -180, 180);
  else if (reader->in_edge && g_str_equal (key, "linkspeedraw"))
    reader->raw_speed = number (text, 1, 1e15);
  else if (reader->in_edge && g_str_equal (key, "linkspeed"))
    reader->speed = number (text, 1e-6, 1e9);
  else if (reader->in_edge && g_str_equal (key, "linkspeedunits"))
    g_set_str (&reader->units, text);
}

static void
end_node (Reader *reader)
{
  guint index = reader->world->n_sites;
  g_autofree char *id = g_strdup_printf ("site-%04u", index + 1);
  g_autofree char *name = NULL;

  if (reader->id == NULL || index >= LAB_MAX_SITES || g_hash_table_contains (reader->nodes, reader->id))
    {
      reader->left_out++;
      return;
    }
  name = reader->label != NULL && *reader->label != '\0' ? g_strdup (reader->label) : g_strdup_printf ("node %s", reader->id);
  if (isnan (reader->lat) || isnan (reader->lon))
    reader->lat = reader->lon = NAN;
  lab_world_add_site (reader->world, id, name, index == 0 ? LAB_SITE_HQ : LAB_SITE_BRANCH, reader->lat, reader->lon,
                      reader->label != NULL ? reader->label : "");
  g_hash_table_insert (reader->nodes, g_strdup (reader->id), GUINT_TO_POINTER (index + 1));
}

static double
capacity_of (const Reader *reader)
{
  double unit = 0;

  if (!isnan (reader->raw_speed))
    return CLAMP (reader->raw_speed / 1e6, 0.1, 1e6);
  if (reader->units != NULL)
    unit = *reader->units == 'G' ? 1000 : *reader->units == 'M' ? 1 : *reader->units == 'K' ? 0.001 : *reader->units == 'T' ? 1e6 : 0;
  if (unit > 0 && !isnan (reader->speed))
    return CLAMP (reader->speed * unit, 0.1, 1e6);
  return LAB_CAPACITY_DEFAULT;
}

static void
end_edge (Reader *reader)
{
  guint a = reader->source != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (reader->nodes, reader->source)) : 0;
  guint b = reader->target != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (reader->nodes, reader->target)) : 0;

  /* A loop is no path; parallel edges are several. */
  if (a == 0 || b == 0 || a == b || !lab_world_add_path (reader->world, a - 1, b - 1, capacity_of (reader)))
    reader->left_out++;
}

static void
end_cb (GMarkupParseContext *context, const char *element, gpointer user_data, GError **error)
{
  Reader *reader = user_data;

  reader->depth--;
  if (g_str_equal (element, "data"))
    end_data (reader);
  else if (g_str_equal (element, "node") && reader->in_node)
    {
      end_node (reader);
      forget_item (reader);
    }
  else if (g_str_equal (element, "edge") && reader->in_edge)
    {
      end_edge (reader);
      forget_item (reader);
    }
}

gboolean
lab_graphml_load (LabWorld *world, const char *data, gsize length, GError **error)
{
  const GMarkupParser parser = { start_cb, end_cb, text_cb, NULL, NULL };
  Reader reader = { .world = world, .text = g_string_new (NULL) };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reader, NULL);
  gboolean ok;

  reader.key_names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  reader.nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  ok = length <= G_MAXSSIZE && g_markup_parse_context_parse (context, data, (gssize) length, error) &&
       g_markup_parse_context_end_parse (context, error);
  if (ok && world->n_sites == 0)
    {
      g_set_error_literal (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "the file has no nodes");
      ok = FALSE;
    }
  if (ok && reader.left_out > 0)
    g_message ("%u nodes, loops or dangling edges of the file are left out", reader.left_out);
  forget_item (&reader);
  g_string_free (reader.text, TRUE);
  g_hash_table_unref (reader.key_names);
  g_hash_table_unref (reader.nodes);
  return ok;
}
