/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <string.h>

#include "qd-graph-write.h"

/* Whatever the bytes: refused in one line that names the file, or a network whose edges join its nodes, and which is
 * written and read back as the same in both formats. Two targets, so that each format has a corpus of its own. */

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
