/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixtures.h"

#include <math.h>
#include <string.h>

typedef struct { double latitude, longitude; } Place;
typedef struct { guint from, to; } Ends;

void
fixture_count_degrees (QdGraph *graph)
{
  guint n, m;
  QdGraphNode *nodes = qd_graph_nodes (graph, &n);
  QdGraphEdge *edges = qd_graph_edges (graph, &m);

  for (guint i = 0; i < m; i++)
    if (edges[i].src < n && edges[i].dst < n)
      {
        nodes[edges[i].src].degree++;
        nodes[edges[i].dst].degree++;
      }
}

static guint8
draw_status (GRand *rand)
{
  int dice = g_rand_int_range (rand, 0, 100);

  return dice < 90 ? 1 : dice < 93 ? 4 : dice < 95 ? 5 : dice < 98 ? 3 : 2;
}

static void
name_all (QdGraph *graph, GRand *rand)
{
  guint n, m;
  QdGraphNode *nodes = qd_graph_nodes (graph, &n);
  QdGraphEdge *edges = qd_graph_edges (graph, &m);

  for (guint i = 0; i < n; i++)
    {
      nodes[i].id = g_strdup_printf ("s%u", i);
      nodes[i].label = g_strdup_printf ("Site %u", i);
      nodes[i].status = draw_status (rand);
    }
  for (guint i = 0; i < m; i++)
    {
      edges[i].id = g_strdup_printf ("p%u", i);
      edges[i].status = draw_status (rand);
      edges[i].score = (float) g_rand_double_range (rand, 40, 100);
      edges[i].capacity_mbps = (float) (100 * pow (10, g_rand_int_range (rand, 0, 3)));
    }
  fixture_count_degrees (graph);
}

QdGraph *
fixture_fleet (guint n, guint m, guint32 seed)
{
  QdGraph *graph = qd_graph_new (n, MAX (m, n - 1));
  guint n_edges, hubs = MAX (n / 40, 1);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, &n_edges);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (guint i = 1; i < n; i++)
    {
      edges[i - 1].src = i;
      edges[i - 1].dst = i < hubs ? (guint) g_rand_int_range (rand, 0, (gint32) i) : i % hubs;
      nodes[i].kind = i < hubs ? 1 : 0;
    }
  nodes[0].kind = 1;
  for (guint i = n - 1; i < n_edges; i++)
    {
      guint region = (guint) g_rand_int_range (rand, 0, (gint32) hubs);
      guint a = region + hubs * (guint) g_rand_int_range (rand, 0, (gint32) MAX (n / hubs, 1));

      edges[i].src = MIN (a, n - 1);
      edges[i].dst = g_rand_int_range (rand, 0, 100) < 95
                       ? MIN (region + hubs * (guint) g_rand_int_range (rand, 0, (gint32) MAX (n / hubs, 1)), n - 1)
                       : (guint) g_rand_int_range (rand, 0, (gint32) n);
    }
  name_all (graph, rand);
  return graph;
}

QdGraph *
fixture_random (guint n, guint m, guint32 seed)
{
  QdGraph *graph = qd_graph_new (n, m);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (guint i = 0; i < m; i++)
    {
      edges[i].src = (guint) g_rand_int_range (rand, 0, (gint32) n);
      edges[i].dst = (guint) g_rand_int_range (rand, 0, (gint32) n);
    }
  name_all (graph, rand);
  return graph;
}

QdGraphTheme
fixture_theme (void)
{
  QdGraphTheme theme = { .background = 0xfafafa, .foreground = 0x2e3436, .edge_unknown = 0x8a8f94,
                         .well = 0x1c7c8c, .degraded = 0xc8740a, .down = 0xb3142b,
                         .unknown = 0x77767b, .maintenance = 0x6a4fb5 };

  g_strlcpy (theme.font, "Sans 12px", sizeof theme.font);
  return theme;
}

/* --- A reader of just enough GraphML ------------------------------------------------------------ */

typedef struct {
  GHashTable *index;       /* node id → index + 1 */
  GPtrArray *labels, *ids;
  GArray *places;          /* of Place */
  GArray *ends;            /* of Ends */
  GHashTable *names;       /* key id → attribute name */
  char *key;
  gboolean in_node;
} Reader;

static const char *
find_attribute (const char **names, const char **values, const char *name)
{
  for (; *names; names++, values++)
    if (strcmp (*names, name) == 0)
      return *values;
  return "";
}

static void
start_cb (GMarkupParseContext *context, const char *element, const char **names, const char **values,
          gpointer data, GError **error)
{
  Reader *self = data;

  if (strcmp (element, "key") == 0)
    g_hash_table_insert (self->names, g_strdup (find_attribute (names, values, "id")),
                         g_strdup (find_attribute (names, values, "attr.name")));
  else if (strcmp (element, "node") == 0)
    {
      Place place = { NAN, NAN };

      self->in_node = TRUE;
      g_ptr_array_add (self->ids, g_strdup (find_attribute (names, values, "id")));
      g_ptr_array_add (self->labels, g_strdup (find_attribute (names, values, "id")));
      g_array_append_val (self->places, place);
      g_hash_table_insert (self->index, g_strdup (find_attribute (names, values, "id")), GUINT_TO_POINTER (self->ids->len));
    }
  else if (strcmp (element, "edge") == 0)
    {
      Ends ends = { GPOINTER_TO_UINT (g_hash_table_lookup (self->index, find_attribute (names, values, "source"))),
                        GPOINTER_TO_UINT (g_hash_table_lookup (self->index, find_attribute (names, values, "target"))) };
      if (ends.from && ends.to)
        g_array_append_val (self->ends, ends);
    }
  g_clear_pointer (&self->key, g_free);
  if (strcmp (element, "data") == 0)
    self->key = g_strdup (g_hash_table_lookup (self->names, find_attribute (names, values, "key")));
}

static void
end_cb (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Reader *self = data;

  g_clear_pointer (&self->key, g_free);
  if (strcmp (element, "node") == 0)
    self->in_node = FALSE;
}

static void
text_cb (GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
  Reader *self = data;
  Place *place;

  if (self->key == NULL || !self->in_node)
    return;
  place = &g_array_index (self->places, Place, self->places->len - 1);
  if (strcmp (self->key, "label") == 0)
    {
      g_free (self->labels->pdata[self->labels->len - 1]);
      self->labels->pdata[self->labels->len - 1] = g_strndup (text, length);
    }
  else if (g_ascii_strcasecmp (self->key, "Latitude") == 0)
    place->latitude = g_ascii_strtod (text, NULL);
  else if (g_ascii_strcasecmp (self->key, "Longitude") == 0)
    place->longitude = g_ascii_strtod (text, NULL);
}

static QdGraph *
reader_finish (Reader *self)
{
  QdGraph *graph = qd_graph_new (self->ids->len, self->ends->len);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  for (guint i = 0; i < self->ids->len; i++)
    {
      nodes[i].id = g_strdup (self->ids->pdata[i]);
      nodes[i].label = g_strdup (self->labels->pdata[i]);
      nodes[i].status = 1;
      nodes[i].latitude = g_array_index (self->places, Place, i).latitude;
      nodes[i].longitude = g_array_index (self->places, Place, i).longitude;
    }
  for (guint i = 0; i < self->ends->len; i++)
    {
      edges[i].id = g_strdup_printf ("%u", i);
      edges[i].src = g_array_index (self->ends, Ends, i).from - 1;
      edges[i].dst = g_array_index (self->ends, Ends, i).to - 1;
      edges[i].status = 1;
    }
  fixture_count_degrees (graph);
  return graph;
}

static QdGraph *
read_graph (const char *path)
{
  static const GMarkupParser parser = { start_cb, end_cb, text_cb, NULL, NULL };
  g_autofree char *text = NULL;
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) error = NULL;
  QdGraph *graph = NULL;
  Reader reader = { 0 };
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  reader.index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  reader.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  reader.ids = g_ptr_array_new_with_free_func (g_free);
  reader.labels = g_ptr_array_new_with_free_func (g_free);
  reader.places = g_array_new (FALSE, FALSE, sizeof (Place));
  reader.ends = g_array_new (FALSE, FALSE, sizeof (Ends));
  context = g_markup_parse_context_new (&parser, 0, &reader, NULL);
  if (!g_markup_parse_context_parse (context, text, (gssize) length, &error))
    g_error ("%s: %s", path, error->message);
  graph = reader_finish (&reader);
  g_free (reader.key);
  g_hash_table_unref (reader.index);
  g_hash_table_unref (reader.names);
  g_ptr_array_unref (reader.ids);
  g_ptr_array_unref (reader.labels);
  g_array_unref (reader.places);
  g_array_unref (reader.ends);
  return graph;
}

QdGraph *
fixture_real (const char *name)
{
  const char *root = g_getenv ("QD_SOURCE_ROOT");
  g_autofree char *path = g_strdup_printf ("%s/../shared/data/topologies/%s.graphml", root ? root : ".", name);
  QdGraph *graph;

  /* A tree of its own beside the main one has the data one folder farther up. */
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_free (path);
      path = g_strdup_printf ("%s/../../shared/data/topologies/%s.graphml", root ? root : ".", name);
    }
  graph = read_graph (path);
  if (graph == NULL)
    {
      g_autofree char *why = g_strdup_printf ("%s is not beside this tree", path);
      g_test_skip (why);
    }
  return graph;
}
