/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <string.h>

#include "qd-fleet.h"
#include "qd-graph-write.h"
#include "qd-paper.h"

/* Whatever the bytes: refused in one line that names the file, or a network whose edges join its nodes, and which is
 * written and read back as the same in both formats, and becomes a paper fleet that has as many things. Two targets, so
 * that each format has a corpus of its own. */

static inline QdGraphFile *
fuzz_read_back (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GError) error = NULL;
  QdGraphFile *file = qd_graph_read (bytes, "back", NULL, &error);

  g_assert_no_error (error);
  return file;
}

static inline void
fuzz_apply (gpointer data, QdDelta *delta)
{
  qd_fleet_apply (data, delta);
  qd_delta_unref (delta);
}

/* Every edge is a path, a link, or the site of one node. */
static inline void
fuzz_paper (const QdGraphFile *file, guint n, guint m)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  const QdSink sink = { .delta = fuzz_apply, .data = fleet };
  guint tied = 0, nodes;

  qd_fleet_begin (fleet);
  g_assert_true (qd_paper_tell (file, g_intern_static_string ("paper:00000000-0000-4000-8000-000000000000"), &sink, NULL));
  qd_fleet_commit (fleet);
  nodes = qd_fleet_count (fleet, QD_KIND_NODE);
  for (guint i = 0; i < nodes; i++)
    {
      QdEntity *node = qd_entity_list_peek (qd_fleet_get_list (fleet, QD_KIND_NODE), i);
      tied += qd_entity_get_string (node, QD_NODE_SITE) != NULL;
    }
  g_assert_cmpuint (qd_fleet_count (fleet, QD_KIND_SITE) + nodes, ==, n);
  g_assert_cmpuint (qd_fleet_count (fleet, QD_KIND_PATH) + qd_fleet_count (fleet, QD_KIND_LINK) + tied, ==, m);
}

static inline void
fuzz_graph (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdGraphFile) file = qd_graph_read (bytes, "it", NULL, &error);
  g_autoptr (QdGraphFile) from_json = NULL;
  g_autoptr (QdGraphFile) from_graphml = NULL;
  g_autofree char *json = NULL, *graphml = NULL, *dot = NULL, *json_again = NULL, *graphml_again = NULL;
  const QdGraphEdge *edges;
  guint n, m;

  g_assert_true ((file == NULL) == (error != NULL));
  if (file == NULL)
    {
      g_assert_true (g_str_has_prefix (error->message, "it: ") && strpbrk (error->message, "\n\r\033") == NULL);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  qd_graph_nodes (file->graph, &n);
  edges = qd_graph_edges (file->graph, &m);
  for (guint i = 0; i < m; i++)
    g_assert_true (edges[i].src < n && edges[i].dst < n && edges[i].id != NULL);
  fuzz_paper (file, n, m);
  json = qd_graph_write_json (file);
  from_json = fuzz_read_back (json);
  json_again = qd_graph_write_json (from_json);
  g_assert_cmpstr (json, ==, json_again);
  graphml = qd_graph_write_graphml (file);
  from_graphml = fuzz_read_back (graphml);
  graphml_again = qd_graph_write_graphml (from_graphml);
  g_assert_cmpstr (graphml, ==, graphml_again);
  dot = qd_graph_write_dot (file);
  g_assert_true (g_utf8_validate (dot, -1, NULL));
}
