/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-topology.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-graph-export.h"
#include "qd-graph-layout.h"
#include "qd-graph-quality.h"
#include "qd-json.h"

#define FONT "Cantarell,Sans 12px"

/* --- Reading ------------------------------------------------------------------------------------------------ */

static QdGraphFile *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = qdctl_read (path, QD_GRAPH_MAX_FILE, &error);
  QdGraphFile *file = bytes ? qd_graph_read (bytes, qdctl_name_of (path), NULL, &error) : NULL;

  if (bytes == NULL)
    qdctl_complain (_("%s cannot be read: %s"), qdctl_name_of (path), error->message);
  else if (file == NULL)
    qdctl_complain ("%s", error->message);
  return file;
}

guint
qdctl_topology_find_node (QdGraph *graph, const char *text)
{
  guint n, found = G_MAXUINT;
  const QdGraphNode *nodes = qd_graph_nodes (graph, &n);

  for (guint i = 0; i < n; i++)
    if (g_str_equal (nodes[i].id, text))
      return i;
  for (guint i = 0; i < n; i++)
    {
      if (g_strcmp0 (nodes[i].label, text) != 0)
        continue;
      if (found != G_MAXUINT)
        {
          qdctl_complain (_("more than one node is called “%s”: “%s” and “%s” are two of them"), text, nodes[found].id, nodes[i].id);
          return G_MAXUINT;
        }
      found = i;
    }
  if (found == G_MAXUINT)
    qdctl_complain (_("there is no node “%s”"), text);
  return found;
}

void
qdctl_topology_print (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = qd_json_to_text (root, FALSE);

  qdctl_print (text);
  qdctl_print ("\n");
}

void
qdctl_topology_add_figure (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

/* --- Layout --------------------------------------------------------------------------------------------------- */

static gboolean
find_algorithm (const QdctlTopologyOptions *options, QdLayoutAlgorithm *algorithm)
{
  g_autoptr (GString) names = NULL;

  *algorithm = QD_LAYOUT_FORCE;
  if (options->algorithm == NULL || qd_layout_algorithm_from_name (options->algorithm, algorithm))
    return TRUE;
  names = g_string_new (NULL);
  for (guint i = 0; i < QD_N_LAYOUTS; i++)
    g_string_append_printf (names, "%s%s", i ? ", " : "", qd_layout_algorithm_to_name (i));
  qdctl_complain (_("--algorithm: there is no “%s”; there are %s"), options->algorithm, names->str);
  return FALSE;
}

/* What is pinned stays, and with @keep what has a place stays near it. */
static QdPoint *
lay_out (const QdGraphFile *file, const QdctlTopologyOptions *options, QdLayoutAlgorithm algorithm, gboolean keep)
{
  QdLayoutOptions layout = { .algorithm = algorithm, .seed = (guint64) options->seed, .pinned = file->pinned };
  g_autofree QdPoint *before = NULL;
  guint n;

  qd_graph_nodes (file->graph, &n);
  before = g_memdup2 (file->positions, sizeof (QdPoint) * MAX (n, 1));
  for (guint i = 0; !keep && i < n; i++)
    if (!file->pinned[i])
      before[i] = (QdPoint) { NAN, NAN };
  layout.before = before;
  return qd_graph_lay_out (file->graph, &layout);
}

static void
print_layout (const QdGraphFile *file, const QdPoint *positions, double ms)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  QdGraphQuality quality = qd_graph_measure_quality (file->graph, positions);
  guint n;
  const QdGraphNode *nodes = qd_graph_nodes (file->graph, &n);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "nodes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    {
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "id");
      json_builder_add_string_value (builder, nodes[i].id);
      qdctl_topology_add_figure (builder, "x", positions[i].x);
      qdctl_topology_add_figure (builder, "y", positions[i].y);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  qdctl_topology_add_figure (builder, "stress", quality.stress);
  if (quality.stress_sampled)
    {
      json_builder_set_member_name (builder, "stress_sampled");
      json_builder_add_boolean_value (builder, TRUE);
    }
  qdctl_topology_add_figure (builder, "crossings", quality.crossings);
  if (quality.crossings_sampled)
    {
      json_builder_set_member_name (builder, "crossings_sampled");
      json_builder_add_boolean_value (builder, TRUE);
    }
  qdctl_topology_add_figure (builder, "ms", ms);
  json_builder_end_object (builder);
  qdctl_topology_print (builder);
}

static QdExit
run_layout (const QdGraphFile *file, const QdctlTopologyOptions *options, char **rest)
{
  QdLayoutAlgorithm algorithm;
  g_autofree QdPoint *positions = NULL;
  gint64 begin = g_get_monotonic_time ();
  double ms;
  guint n;
  const QdGraphNode *nodes = qd_graph_nodes (file->graph, &n);

  if (!find_algorithm (options, &algorithm))
    return QD_EXIT_BAD_INPUT;
  positions = lay_out (file, options, algorithm, FALSE);
  ms = (double) (g_get_monotonic_time () - begin) / 1000.0;
  if (options->json)
    {
      print_layout (file, positions, ms);
      return QD_EXIT_YES;
    }
  for (guint i = 0; i < n; i++)
    {
      char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];
      g_autofree char *line = NULL;

      g_ascii_formatd (x, sizeof x, "%.3f", positions[i].x);
      g_ascii_formatd (y, sizeof y, "%.3f", positions[i].y);
      line = g_strdup_printf ("%s\t%s\t%s\n", nodes[i].id, x, y);
      qdctl_print (line);
    }
  return QD_EXIT_YES;
}

/* --- Render ---------------------------------------------------------------------------------------------------- */

static gboolean
is_picture (QdGraphFormat format)
{
  return format == QD_GRAPH_AS_SVG || format == QD_GRAPH_AS_PDF || format == QD_GRAPH_AS_PNG;
}

static gboolean
check_render (const QdctlTopologyOptions *options, QdGraphFormat *format, QdGraphTheme *theme)
{
  gboolean dark = g_strcmp0 (options->theme, "dark") == 0;

  if (options->output == NULL || !qd_graph_format_from_name (options->output, format))
    {
      qdctl_complain (_("render needs -o FILE that ends with .svg, .pdf, .png, .dot, .graphml or .json"));
      return FALSE;
    }
  if (options->theme && !dark && !g_str_equal (options->theme, "light"))
    {
      qdctl_complain (_("--theme is light or dark, not “%s”"), options->theme);
      return FALSE;
    }
  if (!(options->scale > 0 && options->scale <= QD_GRAPH_MAX_SCALE))
    {
      qdctl_complain (_("--scale is a number above 0 and up to %g"), QD_GRAPH_MAX_SCALE);
      return FALSE;
    }
  *theme = *qd_graph_theme_get (dark, FALSE);
  g_strlcpy (theme->font, FONT, sizeof theme->font);
  return TRUE;
}

/* A text keeps the places that the file has, a picture needs one for each node. */
static QdGraphFile *
place (const QdGraphFile *file, const QdctlTopologyOptions *options, QdLayoutAlgorithm algorithm, QdGraphFormat format)
{
  guint n;
  QdPoint *positions;

  qd_graph_nodes (file->graph, &n);
  if (options->algorithm || (is_picture (format) && file->n_placed < n))
    positions = lay_out (file, options, algorithm, options->algorithm == NULL);
  else
    positions = g_memdup2 (file->positions, sizeof (QdPoint) * MAX (n, 1));
  return qd_graph_file_new (qd_graph_ref (file->graph), positions, g_memdup2 (file->pinned, MAX (n, 1)));
}

static QdExit
run_render (const QdGraphFile *file, const QdctlTopologyOptions *options, char **rest)
{
  g_autofree char *title = g_str_equal (rest[0], "-") ? NULL : g_path_get_basename (rest[0]);
  QdGraphTheme theme;
  QdGraphPicture picture = { .theme = &theme, .scale = options->scale, .title = title };
  QdGraphFormat format;
  QdLayoutAlgorithm algorithm;
  g_autoptr (QdGraphFile) placed = NULL;
  g_autoptr (QdGeoMap) map = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  const char *data;
  gsize length;

  if (!check_render (options, &format, &theme) || !find_algorithm (options, &algorithm))
    return QD_EXIT_BAD_INPUT;
  placed = place (file, options, algorithm, format);
  if (options->algorithm && algorithm == QD_LAYOUT_GEOGRAPHIC)
    picture.map = map = qd_geo_map_new_for_positions (placed->graph, placed->positions);
  bytes = qd_graph_export (placed, format, &picture, NULL, &error);
  if (bytes == NULL)
    {
      qdctl_complain ("%s", error->message);
      return QD_EXIT_BAD_INPUT;
    }
  data = g_bytes_get_data (bytes, &length);
  if (g_file_set_contents_full (options->output, data, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0666, &error))
    return QD_EXIT_YES;
  qdctl_complain ("%s", error->message);
  return QD_EXIT_PARTIAL;
}

/* --- Which of them ----------------------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  guint n_arguments;     /* the file too */
  const char *usage;
  const char *options;   /* those that it takes, with a blank before and behind each */
  QdExit (*run) (const QdGraphFile *file, const QdctlTopologyOptions *options, char **rest);
} Action;

static const Action actions[] = {
  { "layout", 1, "layout FILE [--algorithm NAME] [--seed N] [--json]", " algorithm seed json ", run_layout },
  { "render", 1, "render FILE -o OUT.{svg,pdf,png,dot,graphml,json} [--theme light|dark] [--scale N]",
    " algorithm seed output theme scale ", run_render },
  { "path", 3, "path FILE A B [--by latency|loss|hops] [--alternatives N] [--json]", " by alternatives json ", qdctl_topology_path },
  { "impact", 2, "impact FILE NODE|EDGE [--json]", " json ", qdctl_topology_impact },
};

static const Action *
find_action (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strcmp0 (name, actions[i].name) == 0)
      return &actions[i];
  return NULL;
}

/* TRUE: only what @action takes was given. */
static gboolean
check_options (const Action *action, const QdctlTopologyOptions *options)
{
  const QdctlGiven all[] = {
    { "algorithm", options->algorithm != NULL }, { "seed", options->seed != 0 },   { "output", options->output != NULL },
    { "theme", options->theme != NULL },         { "scale", options->scale != 1 }, { "by", options->by != NULL },
    { "alternatives", options->alternatives != 0 }, { "json", options->json },
  };

  return qdctl_check_given (action->name, action->options, all, G_N_ELEMENTS (all));
}

static void
clear_options (QdctlTopologyOptions *self)
{
  g_free (self->algorithm);
  g_free (self->output);
  g_free (self->theme);
  g_free (self->by);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdctlTopologyOptions, clear_options)

QdExit
qdctl_topology (const char *name, int argc, char **argv)
{
  g_auto (QdctlTopologyOptions) options = { .scale = 1 };
  const GOptionEntry entries[] = {
    { "algorithm", 0, 0, G_OPTION_ARG_STRING, &options.algorithm, N_("layout, render: force, geographic, tiers or clusters (force)"), N_("NAME") },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options.seed, N_("layout, render: another seed, another layout (0)"), N_("N") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_("render: where to write; its ending says what"), N_("FILE") },
    { "theme", 0, 0, G_OPTION_ARG_STRING, &options.theme, N_("render: light or dark (light)"), N_("NAME") },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &options.scale, N_("render: how much larger a picture is (1)"), N_("N") },
    { "by", 0, 0, G_OPTION_ARG_STRING, &options.by, N_("path: what is to be the least: latency, loss or hops (latency)"), N_("NAME") },
    { "alternatives", 0, 0, G_OPTION_ARG_INT, &options.alternatives, N_("path: how many paths besides the best (0)"), N_("N") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("layout, path, impact: print JSON"), NULL },
    { NULL },
  };
  g_autoptr (QdGraphFile) file = NULL;
  g_auto (GStrv) rest = NULL;
  const Action *action;
  QdExit code;

  if (!qdctl_parse (name, entries, NULL, argc, argv, &rest, &code))
    return code;
  action = find_action (rest[0]);
  if (action == NULL || g_strv_length (rest) != action->n_arguments + 1)
    {
      if (action)
        qdctl_complain (_("usage: %s"), action->usage);
      else
        qdctl_complain_needs (name, "layout, render, path, impact");
      return QD_EXIT_BAD_INPUT;
    }
  if (!check_options (action, &options))
    return QD_EXIT_BAD_INPUT;
  file = read_file (rest[1]);
  return file ? action->run (file, &options, rest + 1) : QD_EXIT_BAD_INPUT;
}
