/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-topology.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-graph-impact.h"
#include "qd-graph-path.h"
#include "qd-status.h"

static void
add_yes (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

/* The ids of nodes or edges. */
static void
add_ids (JsonBuilder *builder, const char *name, QdGraph *graph, gboolean of_nodes, const guint *indexes, guint n)
{
  const QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  const QdGraphEdge *edges = qd_graph_edges (graph, NULL);

  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    json_builder_add_string_value (builder, of_nodes ? nodes[indexes[i]].id : edges[indexes[i]].id);
  json_builder_end_array (builder);
}

/* Labels come from a file: nothing in them speaks to the terminal. Takes @line. */
static void
print_line (char *line)
{
  for (char *p = line; *p; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  qdctl_print (line);
  qdctl_print ("\n");
  g_free (line);
}

/* --- Paths -------------------------------------------------------------------------------------------------- */

static void
print_paths_json (QdGraph *graph, const QdGraphPaths *paths, guint from, guint to, QdGraphMetric by)
{
  static const char *const apart[] = { NULL, "loss", "down", "direction", "separate" };
  const QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  qdctl_add_text (builder, "from", nodes[from].id);
  qdctl_add_text (builder, "to", nodes[to].id);
  qdctl_add_text (builder, "by", qd_graph_metric_to_string (by));
  qdctl_add_text (builder, "apart", apart[paths->apart]);
  json_builder_set_member_name (builder, "paths");
  json_builder_begin_array (builder);
  for (guint i = 0; i < paths->paths->len; i++)
    {
      const QdGraphPath *path = g_ptr_array_index (paths->paths, i);

      json_builder_begin_object (builder);
      add_ids (builder, "nodes", graph, TRUE, path->nodes, path->n_edges + 1);
      add_ids (builder, "edges", graph, FALSE, path->edges, path->n_edges);
      qdctl_add_count (builder, "hops", path->n_edges);
      qdctl_topology_add_figure (builder, "latency_ms", path->latency_ms);
      qdctl_topology_add_figure (builder, "loss_pct", path->loss_pct);
      qdctl_add_count (builder, "unknown", path->unknown);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  qdctl_topology_print (builder);
}

static char *
tell_path (QdGraph *graph, const QdGraphPath *path)
{
  const QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, g_dngettext (GETTEXT_PACKAGE, "%u hop", "%u hops", path->n_edges), path->n_edges);
  if (isfinite (path->latency_ms))
    g_string_append_printf (line, _(", %.4g ms"), path->latency_ms);
  if (isfinite (path->loss_pct))
    g_string_append_printf (line, _(", %.3g %% lost"), path->loss_pct);
  if (path->unknown)
    g_string_append_printf (line, g_dngettext (GETTEXT_PACKAGE, ", %u of them not measured", ", %u of them not measured", path->unknown),
                            path->unknown);
  g_string_append (line, ": ");
  for (guint i = 0; i <= path->n_edges; i++)
    {
      const QdGraphNode *node = &nodes[path->nodes[i]];

      g_string_append_printf (line, "%s%s", i ? " → " : "", node->label && *node->label ? node->label : node->id);
    }
  return g_string_free_and_steal (line);
}

static const char *
tell_apart (QdGraphApart apart)
{
  switch (apart)
    {
    case QD_GRAPH_APART_LOSS: return _("There is a path, but only over an edge that loses everything");
    case QD_GRAPH_APART_DOWN: return _("There is a path, but only over an edge that is down");
    case QD_GRAPH_APART_WAY: return _("There is a path, but only against the direction of an edge");
    case QD_GRAPH_APART:
    case QD_GRAPH_JOINED:
    default: return _("Nothing joins the two");
    }
}

QdExit
qdctl_topology_path (const QdGraphFile *file, const QdctlTopologyOptions *options, char **rest)
{
  QdGraphMetric by = QD_GRAPH_BY_LATENCY;
  g_autoptr (QdGraphPaths) paths = NULL;
  guint from, to;

  if (options->by && !qd_graph_metric_parse (options->by, &by))
    {
      qdctl_complain (_("--by is latency, loss or hops, not “%s”"), options->by);
      return QD_EXIT_BAD_INPUT;
    }
  if (options->alternatives < 0 || options->alternatives >= QD_GRAPH_MAX_PATHS)
    {
      qdctl_complain (_("--alternatives is a number from 0 to %u"), QD_GRAPH_MAX_PATHS - 1);
      return QD_EXIT_BAD_INPUT;
    }
  from = qdctl_topology_find_node (file->graph, rest[1]);
  to = from == G_MAXUINT ? from : qdctl_topology_find_node (file->graph, rest[2]);
  if (to == G_MAXUINT)
    return QD_EXIT_BAD_INPUT;
  paths = qd_graph_find_paths (file->graph, from, to, by, (guint) options->alternatives + 1, NULL);
  if (options->json)
    print_paths_json (file->graph, paths, from, to, by);
  else if (paths->apart != QD_GRAPH_JOINED)
    print_line (g_strdup (tell_apart (paths->apart)));
  for (guint i = 0; !options->json && i < paths->paths->len; i++)
    print_line (tell_path (file->graph, g_ptr_array_index (paths->paths, i)));
  return paths->apart == QD_GRAPH_JOINED ? QD_EXIT_YES : QD_EXIT_NO;
}

/* --- Impact --------------------------------------------------------------------------------------------------- */

typedef struct { guint node, edge; } Thing;   /* G_MAXUINT: it is the other */

static guint
find_edge (QdGraph *graph, const char *id)
{
  guint m;
  const QdGraphEdge *edges = qd_graph_edges (graph, &m);

  for (guint i = 0; i < m; i++)
    if (g_strcmp0 (edges[i].id, id) == 0)
      return i;
  return G_MAXUINT;
}

static guint
find_node_by_id (QdGraph *graph, const char *id)
{
  guint n;
  const QdGraphNode *nodes = qd_graph_nodes (graph, &n);

  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (nodes[i].id, id) == 0)
      return i;
  return G_MAXUINT;
}

/* A node's id, an edge's id, a node's label; "node:" and "edge:" before it choose. */
static gboolean
find_thing (QdGraph *graph, const char *text, Thing *thing)
{
  *thing = (Thing) { find_node_by_id (graph, text), find_edge (graph, text) };
  if (thing->node != G_MAXUINT && thing->edge != G_MAXUINT)
    {
      qdctl_complain (_("a node and an edge are both called “%s”: say node:%s or edge:%s"), text, text, text);
      return FALSE;
    }
  if (thing->node != G_MAXUINT || thing->edge != G_MAXUINT)
    return TRUE;
  if (g_str_has_prefix (text, "edge:"))
    {
      thing->edge = find_edge (graph, text + strlen ("edge:"));
      if (thing->edge == G_MAXUINT)
        qdctl_complain (_("there is no edge “%s”"), text + strlen ("edge:"));
      return thing->edge != G_MAXUINT;
    }
  thing->node = qdctl_topology_find_node (graph, g_str_has_prefix (text, "node:") ? text + strlen ("node:") : text);
  return thing->node != G_MAXUINT;
}

static void
print_impact_json (QdGraph *graph, const Thing *thing, const QdGraphImpact *impact)
{
  const QdGraphNode *nodes = qd_graph_nodes (graph, NULL);
  const QdGraphEdge *edges = qd_graph_edges (graph, NULL);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  gboolean is_node = thing->node != G_MAXUINT;

  json_builder_begin_object (builder);
  qdctl_add_text (builder, is_node ? "node" : "edge", is_node ? nodes[thing->node].id : edges[thing->edge].id);
  if (!is_node)
    add_yes (builder, "down_already", edges[thing->edge].status == QD_STATUS_DOWN);
  qdctl_add_count (builder, "rest", impact->n_rest);
  qdctl_add_count (builder, "parts", impact->n_parts);
  json_builder_set_member_name (builder, "unreachable");
  json_builder_begin_array (builder);
  for (guint i = 0; i < impact->lost->len; i++)
    {
      const QdGraphLost *lost = &g_array_index (impact->lost, QdGraphLost, i);

      json_builder_begin_object (builder);
      qdctl_add_text (builder, "id", nodes[lost->node].id);
      qdctl_add_count (builder, "part", lost->part);
      add_yes (builder, "from_rest", lost->no_way_there);
      add_yes (builder, "to_rest", lost->no_way_back);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  add_ids (builder, "edges", graph, FALSE, (const guint *) (gpointer) impact->edges->data, impact->edges->len);
  add_ids (builder, "stranded", graph, FALSE, (const guint *) (gpointer) impact->stranded->data, impact->stranded->len);
  json_builder_end_object (builder);
  qdctl_topology_print (builder);
}

static void
print_impact (QdGraph *graph, const QdGraphImpact *impact)
{
  const QdGraphNode *nodes = qd_graph_nodes (graph, NULL);

  print_line (g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u edge goes", "%u edges go", impact->edges->len), impact->edges->len));
  if (impact->lost->len == 0)
    {
      print_line (g_strdup (_("Nothing else becomes unreachable")));
      return;
    }
  print_line (g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u node becomes unreachable:", "%u nodes become unreachable:", impact->lost->len),
                               impact->lost->len));
  for (guint i = 0; i < impact->lost->len; i++)
    {
      const QdGraphNode *node = &nodes[g_array_index (impact->lost, QdGraphLost, i).node];

      print_line (g_strdup_printf ("  %s  %s", node->id, node->label ? node->label : ""));
    }
}

QdExit
qdctl_topology_impact (const QdGraphFile *file, const QdctlTopologyOptions *options, char **rest)
{
  g_autoptr (QdGraphImpact) impact = NULL;
  Thing thing;

  if (!find_thing (file->graph, rest[1], &thing))
    return QD_EXIT_BAD_INPUT;
  impact = qd_graph_find_impact (file->graph, &thing.node, thing.node != G_MAXUINT, &thing.edge, thing.edge != G_MAXUINT, NULL);
  if (options->json)
    print_impact_json (file->graph, &thing, impact);
  else
    print_impact (file->graph, impact);
  return QD_EXIT_YES;
}
