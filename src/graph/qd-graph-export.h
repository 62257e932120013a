/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-graph-layout.h"
#include "qd-graph-write.h"

G_BEGIN_DECLS

/* How a picture of the whole graph is made. */
typedef struct {
  const QdGraphTheme *theme;
  double zoom;           /* pixels a unit; 0: as much as labels need */
  double scale;          /* how much larger all is drawn, labels and lines too; 0: 1 */
  QdGeoMap *map;         /* that the places are on, to be drawn with its lines of latitude and longitude; or NULL */
  const char *title;     /* what the picture is called, for screen readers and lists of files; or NULL */
} QdGraphPicture;

#define QD_GRAPH_MAX_SCALE 64.0
/* A picture in pixels is at most this large: 256 MiB while it is made. */
#define QD_GRAPH_MAX_PIXELS (64u * 1024u * 1024u)
#define QD_GRAPH_MAX_SIDE 32767u

/* Writes @file in any of the formats; for a picture, all nodes have positions (lay them out first). The picture is of the whole graph
 * and looks as it does on the screen. Any thread; a large PNG is refused with the scale that would do. */
GBytes *qd_graph_export (const QdGraphFile *file, QdGraphFormat format, const QdGraphPicture *picture, const int *cancelled, GError **error);

/* The colours of the window. */
const QdGraphTheme *qd_graph_theme_get (gboolean dark, gboolean high_contrast);

G_END_DECLS
