/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-read.h"

G_BEGIN_DECLS

/* What a network can be written as: three pictures, three texts. */
typedef enum {
  QD_GRAPH_AS_SVG,
  QD_GRAPH_AS_PDF,
  QD_GRAPH_AS_PNG,
  QD_GRAPH_AS_DOT,
  QD_GRAPH_AS_GRAPHML,
  QD_GRAPH_AS_JSON,
  QD_GRAPH_N_FORMATS,
} QdGraphFormat;

/* What our GraphML says in a namespace of its own. */
#define QD_GRAPH_NAMESPACE "https://github.com/quarterdeck/topology"

const char *qd_graph_format_to_string (QdGraphFormat format);   /* "svg": what a file's name ends with */
/* By the end of a file's name. FALSE: it is none of these. */
gboolean qd_graph_format_from_name (const char *name, QdGraphFormat *format);

/* The whole of @file as text. GraphML and JSON hold all that it holds and are read back as the same; DOT is for others'
 * tools: nodes, edges, what we know the meaning of, and places. (transfer full). Any thread. */
char *qd_graph_write_dot (const QdGraphFile *file);
char *qd_graph_write_graphml (const QdGraphFile *file);
char *qd_graph_write_json (const QdGraphFile *file);

/* Adds @text to @to as XML's text or, between double quotes, an attribute. What XML has no way to say (control
 * characters) becomes U+FFFD. */
void qd_graph_append_xml (GString *to, const char *text);

G_END_DECLS
