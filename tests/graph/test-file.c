/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "fixtures.h"
#include "qd-graph-read.h"
#include "qd-graph-write.h"

/* Reading and writing: what is written is read back as the same; what is wrong is refused with its place. */

#define ROUNDS 300

/* --- Random networks --------------------------------------------------------------------------------- */

static char *
make_text (GRand *rand, gboolean of_one_line)
{
  static const char *const bits[] = { "a", "B7", " ", "&", "<", ">", "\"", "'", "é", "字", "\U0001f30d", "]]>", "\\", "&amp;", "{", "\t", "\n", "\r", "\r\n", "  " };
  GString *text = g_string_new ("t");

  for (int i = g_rand_int_range (rand, 0, 8); i > 0; i--)
    g_string_append (text, bits[g_rand_int_range (rand, 0, of_one_line ? 15 : (gint32) G_N_ELEMENTS (bits))]);
  return g_string_free_and_steal (text);
}

static QdGraphAttribute *
make_attributes (GRand *rand, guint *n, gboolean graphml)
{
  static const char *const names[] = { "id", "Label", "x", "Latitude", "vendor", "LinkType", "a b", "<é>", "status", "packet_loss_pct" };
  static const char *const values[] = { "[1, {\"a\": null}]", "null", "{}", "[\n1]" };
  QdGraphAttribute *attributes;

  *n = (guint) g_rand_int_range (rand, 0, 4);
  attributes = g_new0 (QdGraphAttribute, *n + 1);
  for (guint i = 0, first = (guint) g_rand_int_range (rand, 0, 7); i < *n; i++)
    {
      QdGraphAttribute *a = &attributes[i];

      a->name = g_ref_string_new_intern (names[first + i]);
      switch (g_rand_int_range (rand, 0, 5))
        {
        case 0: a->type = QD_GRAPH_BOOLEAN; a->value = g_strdup (g_rand_boolean (rand) ? "true" : "false"); break;
        case 1: a->type = QD_GRAPH_LONG; a->value = g_strdup_printf ("%d", g_rand_int_range (rand, -1000, 1000)); break;
        case 2: a->type = QD_GRAPH_DOUBLE; a->value = g_strdup_printf ("%d.50e3", g_rand_int_range (rand, -10, 10)); break;
        case 3: a->type = QD_GRAPH_VALUE; a->value = g_strdup (values[g_rand_int_range (rand, 0, G_N_ELEMENTS (values))]); break;
        default: a->value = make_text (rand, FALSE); break;
        }
      if (graphml && g_rand_boolean (rand))
        {
          a->type = (QdGraphType) g_rand_int_range (rand, QD_GRAPH_STRING, QD_GRAPH_VALUE);
          g_free (a->value);
          /* Spaces about what is no text are layout, and are not kept. */
          a->value = g_strdup (g_rand_boolean (rand) ? "" : a->type == QD_GRAPH_STRING ? " 7 or NaN " : "7 or NaN");
        }
    }
  return attributes;
}

static gboolean
maybe (GRand *rand)
{
  return g_rand_boolean (rand);
}

/* @graphml: attributes that JSON could not tell apart too. */
static QdGraphFile *
make_file (GRand *rand, gboolean graphml)
{
  guint n = (guint) g_rand_int_range (rand, 1, 12), m = (guint) g_rand_int_range (rand, 0, 20), n_attributes;
  QdGraph *graph = qd_graph_new (n, m);
  QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  QdPoint *positions = g_new (QdPoint, n);
  guint8 *pinned = g_new0 (guint8, n);
  QdGraphAttribute *attributes;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = make_text (rand, TRUE);

      nodes[i].id = g_strdup_printf ("%u%s", i, text);
      nodes[i].label = maybe (rand) ? make_text (rand, FALSE) : maybe (rand) ? g_strdup (nodes[i].id) : NULL;
      nodes[i].cluster = maybe (rand) ? make_text (rand, FALSE) : NULL;
      nodes[i].kind = (guint8) g_rand_int_range (rand, 0, 4);
      nodes[i].status = (guint8) g_rand_int_range (rand, 0, 6);
      nodes[i].stale = (guint8) maybe (rand);
      if (maybe (rand))
        {
          nodes[i].latitude = g_rand_double_range (rand, -90, 90);
          nodes[i].longitude = g_rand_double_range (rand, -180, 180);
        }
      nodes[i].attributes = make_attributes (rand, &nodes[i].n_attributes, graphml);
      pinned[i] = (guint8) maybe (rand);
      positions[i] = (QdPoint) { NAN, NAN };
      if (maybe (rand))
        positions[i] = (QdPoint) { (float) g_rand_double_range (rand, -1000, 1000), (float) g_rand_double_range (rand, -1e-3, 1e-3) };
    }
  for (guint i = 0; i < m; i++)
    {
      g_autofree char *text = make_text (rand, TRUE);

      edges[i].id = g_strdup_printf ("%s%u", text, i);
      edges[i].src = (guint) g_rand_int_range (rand, 0, (gint32) n);
      edges[i].dst = (guint) g_rand_int_range (rand, 0, (gint32) n);
      edges[i].status = (guint8) g_rand_int_range (rand, 0, 6);
      edges[i].stale = (guint8) maybe (rand);
      edges[i].directed = (guint8) maybe (rand);
      if (maybe (rand))
        edges[i].score = (float) g_rand_double_range (rand, 0, 100);
      if (maybe (rand))
        edges[i].capacity_mbps = (float) g_rand_double_range (rand, 0, 1e6);
      if (maybe (rand))
        edges[i].latency_ms = (float) g_rand_double_range (rand, 0, 1e3);
      if (maybe (rand))
        edges[i].loss_pct = (float) g_rand_double_range (rand, 0, 100);
      edges[i].attributes = make_attributes (rand, &edges[i].n_attributes, graphml);
    }
  attributes = make_attributes (rand, &n_attributes, graphml);
  qd_graph_set_attributes (graph, attributes, n_attributes);
  fixture_count_degrees (graph);
  return qd_graph_file_new (graph, positions, pinned);
}

static void
assert_same_attributes (const QdGraphAttribute *a, guint n, const QdGraphAttribute *b, guint n_b)
{
  g_assert_cmpuint (n, ==, n_b);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpstr (a[i].name, ==, b[i].name);
      g_assert_cmpstr (a[i].value, ==, b[i].value);
      g_assert_cmpint (a[i].type, ==, b[i].type);
    }
}

#define assert_same_number(a, b) g_assert_true ((a) == (b) || (isnan (a) && isnan (b)))

static void
assert_same (const QdGraphFile *a, const QdGraphFile *b)
{
  guint n, m, n_b, m_b, k, k_b;
  const QdGraphNode *na = qd_graph_nodes (a->graph, &n), *nb = qd_graph_nodes (b->graph, &n_b);
  const QdGraphEdge *ea = qd_graph_edges (a->graph, &m), *eb = qd_graph_edges (b->graph, &m_b);
  const QdGraphAttribute *aa = qd_graph_attributes (a->graph, &k), *ab = qd_graph_attributes (b->graph, &k_b);

  g_assert_cmpuint (n, ==, n_b);
  g_assert_cmpuint (m, ==, m_b);
  g_assert_cmpuint (a->n_placed, ==, b->n_placed);
  assert_same_attributes (aa, k, ab, k_b);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpstr (na[i].id, ==, nb[i].id);
      g_assert_cmpstr (na[i].label, ==, nb[i].label);
      g_assert_cmpstr (na[i].cluster, ==, nb[i].cluster);
      g_assert_cmpuint (na[i].kind, ==, nb[i].kind);
      g_assert_cmpuint (na[i].status, ==, nb[i].status);
      g_assert_cmpuint (na[i].stale, ==, nb[i].stale);
      g_assert_cmpuint (na[i].degree, ==, nb[i].degree);
      g_assert_cmpuint (a->pinned[i], ==, b->pinned[i]);
      assert_same_number (na[i].latitude, nb[i].latitude);
      assert_same_number (na[i].longitude, nb[i].longitude);
      assert_same_number (a->positions[i].x, b->positions[i].x);
      assert_same_number (a->positions[i].y, b->positions[i].y);
      assert_same_attributes (na[i].attributes, na[i].n_attributes, nb[i].attributes, nb[i].n_attributes);
    }
  for (guint i = 0; i < m; i++)
    {
      g_assert_cmpstr (ea[i].id, ==, eb[i].id);
      g_assert_cmpuint (ea[i].src, ==, eb[i].src);
      g_assert_cmpuint (ea[i].dst, ==, eb[i].dst);
      g_assert_cmpuint (ea[i].status, ==, eb[i].status);
      g_assert_cmpuint (ea[i].stale, ==, eb[i].stale);
      g_assert_cmpuint (ea[i].directed, ==, eb[i].directed);
      assert_same_number (ea[i].score, eb[i].score);
      assert_same_number (ea[i].capacity_mbps, eb[i].capacity_mbps);
      assert_same_number (ea[i].latency_ms, eb[i].latency_ms);
      assert_same_number (ea[i].loss_pct, eb[i].loss_pct);
      assert_same_attributes (ea[i].attributes, ea[i].n_attributes, eb[i].attributes, eb[i].n_attributes);
    }
}

static QdGraphFile *
read_text (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  QdGraphFile *file = qd_graph_read (bytes, "it", NULL, &error);

  g_assert_no_error (error);
  return file;
}

static void
test_round_trip (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (21);

  for (guint round = 0; round < ROUNDS; round++)
    {
      g_autoptr (QdGraphFile) plain = make_file (rand, FALSE);
      g_autoptr (QdGraphFile) typed = make_file (rand, TRUE);
      g_autofree char *json = qd_graph_write_json (plain);
      g_autofree char *graphml = qd_graph_write_graphml (plain);
      g_autofree char *other = qd_graph_write_graphml (typed);
      g_autoptr (QdGraphFile) from_json = read_text (json);
      g_autoptr (QdGraphFile) from_graphml = read_text (graphml);
      g_autoptr (QdGraphFile) from_other = read_text (other);
      g_autofree char *again = qd_graph_write_json (from_graphml);

      assert_same (plain, from_json);
      assert_same (plain, from_graphml);
      assert_same (typed, from_other);
      g_assert_cmpstr (json, ==, again);
    }
}

/* --- The real ones --------------------------------------------------------------------------------------- */

static void
test_real (void)
{
  static const struct { const char *name; guint nodes, edges; } networks[] = {
    { "Abilene", 11, 14 }, { "Cogentco", 197, 245 }, { "Geant2012", 40, 61 }, { "Interoute", 110, 158 },
    { "Kdl", 754, 899 },   { "UsCarrier", 158, 189 }, { "openflights", 3214, 18858 },
  };
  const char *root = g_getenv ("QD_SOURCE_ROOT");

  for (guint i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/../shared/data/topologies/%s.graphml", root ? root : ".", networks[i].name);
      g_autofree char *text = NULL, *json = NULL, *graphml = NULL;
      g_autoptr (QdGraphFile) file = NULL, from_json = NULL, from_graphml = NULL;
      guint n, m, located = 0;
      const QdGraphNode *nodes;

      if (!g_file_get_contents (path, &text, NULL, NULL))
        {
          g_test_skip ("the real networks are not beside this tree");
          return;
        }
      file = read_text (text);
      nodes = qd_graph_nodes (file->graph, &n);
      qd_graph_edges (file->graph, &m);
      g_assert_cmpuint (n, ==, networks[i].nodes);
      g_assert_cmpuint (m, ==, networks[i].edges);
      for (guint k = 0; k < n; k++)
        {
          located += isfinite (nodes[k].latitude) && isfinite (nodes[k].longitude);
          g_assert_true (nodes[k].label && *nodes[k].label);
        }
      g_assert_cmpuint (located * 2, >, n);
      graphml = qd_graph_write_graphml (file);
      from_graphml = read_text (graphml);
      assert_same (file, from_graphml);
      json = qd_graph_write_json (file);
      from_json = read_text (json);
      g_assert_cmpuint (from_json->n_placed, ==, 0);
      g_clear_pointer (&json, g_free);
      json = qd_graph_write_json (from_json);
      g_clear_pointer (&from_graphml, qd_graph_file_free);
      from_graphml = read_text (json);
      assert_same (from_json, from_graphml);
    }
}

/* --- What other programs write ---------------------------------------------------------------------------- */

static void
test_foreign (void)
{
  g_autoptr (QdGraphFile) yed = read_text (
    "<?xml version='1.0'?><!DOCTYPE graphml><!-- yEd --><g:graphml xmlns:g='x' xmlns:y='y'>"
    "<g:key id='d0' for='node' yfiles.type='nodegraphics'/><g:key id='d1' for='node' attr.name='rack' attr.type='int'><g:default>7</g:default></g:key>"
    "<g:key id='d2' for='edge' attr.name='LinkSpeed' attr.type='string'/><g:key id='d3' for='edge' attr.name='LinkSpeedUnits' attr.type='string'/>"
    "<g:graph edgedefault='directed'>"
    "<g:edge source='n0::n1' target='n2'><g:data key='d2'>10</g:data><g:data key='d3'>G</g:data></g:edge>"
    "<g:edge source='n0::n1' target='n2' directed='false'/>"
    "<g:node id='n0'><g:data key='d0'><y:GroupNode><y:NodeLabel>East</y:NodeLabel></y:GroupNode></g:data><g:graph>"
    "<g:node id='n0::n1'><g:data key='d0'><y:ShapeNode><y:Geometry x='90' y='200' width='20' height='0'/><y:NodeLabel> A &amp; B "
    "</y:NodeLabel></y:ShapeNode></g:data></g:node></g:graph></g:node>"
    "<g:node id='n2'><g:data key='d1'>8</g:data><g:port name='p'/></g:node></g:graph></g:graphml>");
  guint n, m;
  const QdGraphNode *nodes = qd_graph_nodes (yed->graph, &n);
  const QdGraphEdge *edges = qd_graph_edges (yed->graph, &m);

  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (m, ==, 2);
  g_assert_cmpstr (nodes[0].label, ==, "A & B");
  g_assert_cmpstr (nodes[0].cluster, ==, "East");
  g_assert_cmpstr (nodes[1].label, ==, "n2");
  g_assert_cmpfloat (yed->positions[0].x, ==, 1);
  g_assert_cmpfloat (yed->positions[0].y, ==, 2);
  g_assert_cmpuint (yed->n_placed, ==, 1);
  g_assert_cmpstr (nodes[0].attributes[0].value, ==, "7");
  g_assert_cmpstr (nodes[1].attributes[0].value, ==, "8");
  g_assert_cmpstr (edges[0].id, ==, "n0::n1--n2");
  g_assert_cmpstr (edges[1].id, ==, "n0::n1--n2#2");
  g_assert_true (edges[0].directed && !edges[1].directed);
  g_assert_cmpfloat (edges[0].capacity_mbps, ==, 10000);
}

static void
test_encodings (void)
{
  const char *text = "<?xml version=\"1.0\" encoding=\"%s\"?><graphml><key id=\"l\" for=\"node\" attr.name=\"label\" attr.type=\"string\"/>"
                     "<graph edgedefault=\"undirected\"><node id=\"a\"><data key=\"l\">Vads\u00f8</data></node></graph></graphml>";
  static const struct { const char *name, *bom; gsize bom_length; } encodings[] = {
    { "UTF-8", "", 0 }, { "UTF-8", "\xef\xbb\xbf", 3 }, { "UTF-16LE", "\xff\xfe", 2 }, { "UTF-16BE", "\xfe\xff", 2 },
    { "UTF-16LE", "", 0 }, { "ISO-8859-1", "", 0 }, { "windows-1252", "", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
    {
      g_autofree char *utf8 = g_strdup_printf (text, encodings[i].name);
      gsize length;
      g_autofree char *encoded = g_convert (utf8, -1, encodings[i].name, "UTF-8", NULL, &length, NULL);
      g_autoptr (GByteArray) array = g_byte_array_new ();
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (QdGraphFile) file = NULL;

      g_byte_array_append (array, (const guint8 *) encodings[i].bom, (guint) encodings[i].bom_length);
      g_byte_array_append (array, (const guint8 *) encoded, (guint) length);
      bytes = g_bytes_new (array->data, array->len);
      file = qd_graph_read (bytes, "it", NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (qd_graph_nodes (file->graph, NULL)[0].label, ==, "Vads\u00f8");
    }
}

/* --- What is wrong ------------------------------------------------------------------------------------------ */

static void
refuse (const char *text, gsize length, const char *place, const char *word)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdGraphFile) file = qd_graph_read (bytes, "net\033[31m.x", NULL, &error);

  g_assert_null (file);
  g_assert_nonnull (error);
  if (strstr (error->message, word) == NULL || strstr (error->message, place) == NULL || strpbrk (error->message, "\n\r\033"))
    {
      g_test_message ("“%s” has no “%s” or “%s”", error->message, place, word);
      g_test_fail ();
    }
}

static void
test_refused (void)
{
#define HEAD "<graphml>\n<key id=\"x\" for=\"node\" attr.name=\"latitude\" attr.type=\"double\"/>\n<graph edgedefault=\"undirected\">\n"
  static const struct { const char *text, *place, *word; } cases[] = {
    { "", "line 1,", "empty" },
    { "  \n ", "line 1,", "empty" },
    { "hello", "line 1, column 1", "JSON" },
    { "<html></html>", "line 1,", "GraphML" },
    { "<graphml></graphml>", "line 1,", "graph" },
    { HEAD "<node id=\"a\">", "line 4", "node" },
    { HEAD "<node id=\"a\"/>\n<node id=\"a\"/>", "line 5", "“a”" },
    { HEAD "<node/>", "line 4", "id" },
    { HEAD "<node id=\"a&#10;b\"/>", "line 4", "control" },
    { HEAD "<node id=\"a\"><data key=\"x\">ninety</data></node>", "line 4", "ninety" },
    { HEAD "<node id=\"a\"><data key=\"x\">95</data></node>", "line 4", "95" },
    { HEAD "<node id=\"a\"><data key=\"x\">5</data><data key=\"x\">5</data></node>", "line 4", "twice" },
    { HEAD "<node id=\"a\"><data key=\"y\">95</data></node>", "line 4", "“y”" },
    { HEAD "<node id=\"a\"/>\n<edge source=\"a\" target=\"b\"/></graph></graphml>", "line 5", "“b”" },
    { HEAD "<node id=\"a\"/>\n<edge source=\"a\"/>", "line 5", "target" },
    { HEAD "<hyperedge/>", "line 4", "two ends" },
    { HEAD "</graph><graph>", "line 4", "second" },
    { "<!DOCTYPE g [\n<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n<graphml>&b;</graphml>", "line", "entities" },
    { "<graphml><graph>\n<node id=\"&b;\"/></graph></graphml>", "line 2", "b" },
    { "{\"nodes\": [\n {\"id\": \"a\"},\n {\"id\": \"a\"}]}", "line 3, column 2", "“a”" },
    { "{\"nodes\": [\n {\"id\": \"a\", \"latitude\": \"x\"}]}", "line 2, column 26", "latitude" },
    { "{\"nodes\": [\n {\"id\": \"a\", \"latitude\": 91}]}", "line 2, column 26", "91" },
    { "{\"nodes\": [\n {\"id\": \"a\", \"kind\": \"z\"}]}", "line 2", "“z”" },
    { "{\"nodes\": [\n {\"id\": \"a\", \"x\": 1}]}", "line 2", "x and y" },
    { "{\"nodes\": [\n {\"id\": \"a\", \"x\": 1, \"x\": 2}]}", "line 2", "twice" },
    { "{\"nodes\": [\n {\"id\": {}}]}", "line 2", "id" },
    { "{\"nodes\": [{\"id\": 1}],\n\"edges\": [\n{\"source\": 1, \"target\": 2}]}", "line 3, column 1", "“2”" },
    { "{\"nodes\": [\n {\"id\": \"a\",}]}", "line 2, column 13", "name" },
    { "{\"nodes\": 1}", "line 1, column 11", "nodes" },
    { "{\"version\": 2, \"nodes\": []}", "column 13", "version" },
    { "{\"format\": \"svg\", \"nodes\": []}", "column 12", "format" },
    { "[]", "line 1", "network" },
    { "{\"a\": 1}", "line 1", "network" },
    { "{\"nodes\": [\"\xff\"]}", "line 1, column 13", "UTF-8" },
  };
  g_autoptr (GString) deep = g_string_new ("{\"nodes\": ");
  g_autoptr (GString) xml = g_string_new ("<graphml>");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    refuse (cases[i].text, strlen (cases[i].text), cases[i].place, cases[i].word);
  refuse ("{\0}", 3, "line 1, column 2", "zero");
  for (guint i = 0; i < 100000; i++)
    {
      g_string_append_c (deep, '[');
      g_string_append (xml, "<a>");
    }
  refuse (deep->str, deep->len, "line 1", "deep");
  refuse (xml->str, xml->len, "line 1", "deep");
}

/* A default for each node is a copy for each node: a small file must not fill the memory. */
static void
test_defaults_are_bounded (void)
{
  g_autoptr (GString) text = g_string_new ("<graphml><key id=\"k\" for=\"node\" attr.name=\"n\" attr.type=\"string\"><default>");

  for (guint i = 0; i < 50000; i++)
    g_string_append (text, "0123456789");
  g_string_append (text, "</default></key>\n<graph>\n");
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "<node id=\"%u\"/>\n", i);
  g_string_append (text, "</graph></graphml>");
  refuse (text->str, text->len, "line 5", "256 MiB");
}

static void
test_too_large (void)
{
  gsize size = QD_GRAPH_MAX_FILE + 1;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GError) error = NULL;

  g_assert_null (qd_graph_read (bytes, "it", NULL, &error));
  g_assert_error (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_TOO_LARGE);
}

/* As large as a fleet can be, on one line: read in seconds, not in days. */
static void
test_one_line (void)
{
  g_autoptr (GString) text = g_string_new ("{\"nodes\":[{\"id\":0}");
  g_autoptr (QdGraphFile) file = NULL;
  gint64 begin;
  guint n = 300000, m;

  for (guint i = 1; i < n; i++)
    g_string_append_printf (text, ",{\"id\":%u}", i);
  g_string_append (text, "],\"edges\":[{\"source\":0,\"target\":0}");
  for (guint i = 1; i < n; i++)
    g_string_append_printf (text, ",{\"source\":%u,\"target\":%u}", i, i / 2);
  g_string_append (text, "]}");
  begin = g_get_monotonic_time ();
  file = read_text (text->str);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 60 * G_USEC_PER_SEC);
  qd_graph_edges (file->graph, &m);
  g_assert_cmpuint (m, ==, n);
}

static void
test_cancelled (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("{\"nodes\": []}", 13);
  g_autoptr (GError) error = NULL;
  const int yes = 1;

  g_assert_null (qd_graph_read (bytes, "it", &yes, &error));
  g_assert_error (error, QD_GRAPH_ERROR, QD_GRAPH_ERROR_CANCELLED);
}

static void
test_dot (void)
{
  g_autoptr (QdGraphFile) file = read_text ("{\"nodes\": [{\"id\": \"a\\\"\\\\\", \"x\": 1, \"y\": -2}, {\"id\": \"b\", \"attributes\": {\"image\": \"/etc/passwd\"}}],"
                                            "\"edges\": [{\"id\": \"e\", \"source\": \"b\", \"target\": \"a\\\"\\\\\", \"latency_ms\": 2.5}]}");
  g_autofree char *dot = qd_graph_write_dot (file);

  g_assert_cmpstr (dot, ==, "graph {\n  \"a\\\"\\\\\" [id=\"a\\\"\\\\\", pos=\"72.00,144.00\"];\n  \"b\" [id=\"b\"];\n"
                            "  \"b\" -- \"a\\\"\\\\\" [id=\"e\", latency_ms=\"2.5\"];\n}\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/file/round-trip", test_round_trip);
  g_test_add_func ("/graph/file/real", test_real);
  g_test_add_func ("/graph/file/foreign", test_foreign);
  g_test_add_func ("/graph/file/encodings", test_encodings);
  g_test_add_func ("/graph/file/refused", test_refused);
  g_test_add_func ("/graph/file/defaults-are-bounded", test_defaults_are_bounded);
  g_test_add_func ("/graph/file/too-large", test_too_large);
  g_test_add_func ("/graph/file/one-line", test_one_line);
  g_test_add_func ("/graph/file/cancelled", test_cancelled);
  g_test_add_func ("/graph/file/dot", test_dot);
  return g_test_run ();
}
