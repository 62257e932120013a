/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-read.h"
#include "qdctl.h"

G_BEGIN_DECLS

/* What was asked for after "qdctl topology". */
typedef struct {
  char *algorithm;
  gint64 seed;
  char *output;
  char *theme;
  double scale;
  char *by;
  int alternatives;
  gboolean json;
} QdctlTopologyOptions;

/* The node that @text names: by its id, else by its label, which only one may have. G_MAXUINT after saying why. */
guint qdctl_topology_find_node (QdGraph *graph, const char *text);

/* A number; null when it is not known. */
void qdctl_topology_add_figure (JsonBuilder *builder, const char *name, double value);
/* Prints what @builder holds. */
void qdctl_topology_print (JsonBuilder *builder);

QdExit qdctl_topology_path (const QdGraphFile *file, const QdctlTopologyOptions *options, char **rest);
QdExit qdctl_topology_impact (const QdGraphFile *file, const QdctlTopologyOptions *options, char **rest);

G_END_DECLS
