/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What else was said of a node, an edge or the whole graph, kept so that it can be written back. */
typedef enum {
  QD_GRAPH_STRING, QD_GRAPH_BOOLEAN, QD_GRAPH_INT, QD_GRAPH_LONG, QD_GRAPH_FLOAT, QD_GRAPH_DOUBLE,
  QD_GRAPH_VALUE,        /* any JSON value: an array, an object, null */
} QdGraphType;
typedef struct {
  char *name;            /* a GRefString: thousands share it */
  char *value;           /* as it was written; a string's without quotes or escapes */
  QdGraphType type;
} QdGraphAttribute;

/* What a change that is not made yet would do to an edge. */
typedef enum {
  QD_GRAPH_PLAIN,        /* nothing */
  QD_GRAPH_ADDED,
  QD_GRAPH_REMOVED,
  QD_GRAPH_CHANGED,      /* some of both */
  QD_GRAPH_REDUCED,      /* less than before, not nothing */
} QdGraphMark;

/* A graph to lay out and draw: plain arrays, no pointers into the model; made on the main thread,
 * then immutable and shared with workers. Node and edge order is the caller's. */
typedef struct {
  char *id, *label;
  char *cluster;         /* what it is grouped by; NULL: by nothing */
  guint8 status;         /* QdStatus */
  guint8 kind;           /* 0 site, 1 hub, 2 cloud, 3 node, 4 outside of what is ours */
  guint8 stale;
  guint8 pinned;         /* somebody put it where it is: shown with a pin */
  guint8 dim;            /* stands back: faint, and without a label */
  guint8 marked;         /* an edge at it is marked: see QdGraphMark */
  guint members;         /* how many a folded group stands for; 0: it is a node */
  guint degree;
  double latitude, longitude;   /* NAN: unknown */
  QdGraphAttribute *attributes; /* g_malloc()ed, by name; NULL: none */
  guint n_attributes;
} QdGraphNode;

typedef struct {
  char *id;
  guint src, dst;        /* indexes of nodes */
  guint8 status;
  guint8 stale;
  guint8 dim;            /* stands back: faint */
  guint8 mark;           /* QdGraphMark: a colour, a dash and a sign at its middle */
  guint8 directed;       /* it leads from src to dst only; else both ways */
  float score;           /* 0..100, NAN unknown */
  float capacity_mbps;   /* NAN unknown */
  float latency_ms;      /* NAN unknown */
  float loss_pct;        /* 0..100, NAN unknown */
  QdGraphAttribute *attributes;
  guint n_attributes;
} QdGraphEdge;

typedef struct _QdGraph QdGraph;
QdGraph *qd_graph_new (guint n_nodes, guint n_edges);   /* zeroed; fill in, then do not change */
/* The same things between the same ends, to be made to look otherwise; strings are shared. (transfer full) */
QdGraph *qd_graph_copy (QdGraph *self);
QdGraph *qd_graph_ref (QdGraph *self);
void qd_graph_unref (QdGraph *self);
QdGraphNode *qd_graph_nodes (QdGraph *self, guint *n);
QdGraphEdge *qd_graph_edges (QdGraph *self, guint *n);
/* What was said of the whole; while it is being filled in, set. @attributes: (transfer full) */
QdGraphAttribute *qd_graph_attributes (QdGraph *self, guint *n);
void qd_graph_set_attributes (QdGraph *self, QdGraphAttribute *attributes, guint n);
void qd_graph_attributes_free (QdGraphAttribute *attributes, guint n);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGraph, qd_graph_unref)

typedef struct { float x, y; } QdPoint;

/* Positions for every node, in units of one typical short edge (no two nodes much nearer than half of
 * that), centred on 0,0. The same input and
 * seed give the same result. @before: earlier positions (NAN where there were none) to stay near, or NULL.
 * Runs on a worker; checks @cancelled now and then and returns NULL when it is set. (transfer full) */
QdPoint *qd_graph_layout (QdGraph *graph, const QdPoint *before, guint64 seed, const int *cancelled);

/* What a tile looks like: colours as 0xRRGGBB, so that no toolkit is needed here. */
typedef struct {
  guint32 background, foreground, edge_unknown;
  guint32 well, degraded, down, unknown, maintenance;
  gboolean dark, high_contrast;
  char font[64];         /* as Pango reads it, size in pixels: "Cantarell 12px"; empty: no labels */
} QdGraphTheme;

/* Draws the rectangle of @width x @height pixels whose top left is at graph position (@x, @y), at @zoom
 * pixels a unit, on any thread: ARGB32 premultiplied, native order, @stride bytes a row. (transfer full) */
GBytes *qd_graph_draw_tile (QdGraph *graph, const QdPoint *positions, const QdGraphTheme *theme,
                            double x, double y, double zoom, int width, int height, double scale, gsize *stride);

/* Where a node's label stands: pixels at scale 1 from the graph's origin. */
typedef struct { double left, top, width, height; gboolean shown; } QdGraphLabel;
/* Chooses for all nodes at once, so that every tile chooses alike, which labels are shown and where:
 * the important ones first, none over another or over a node. (transfer full), one a node.
 * @width: (optional): where labels are cut, less in a small picture. Any thread. */
QdGraphLabel *qd_graph_place_labels (QdGraph *graph, const QdPoint *positions, const QdGraphTheme *theme, double zoom, int *width);

/* A uniform grid over positions, for hits. Immutable. */
typedef struct _QdGraphIndex QdGraphIndex;
QdGraphIndex *qd_graph_index_new (QdGraph *graph, const QdPoint *positions);
QdGraphIndex *qd_graph_index_ref (QdGraphIndex *self);
void qd_graph_index_unref (QdGraphIndex *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdGraphIndex, qd_graph_index_unref)
/* The nearest node within @radius units of (x, y), else -1; likewise the nearest edge. */
int qd_graph_index_find_node (QdGraphIndex *self, double x, double y, double radius);
int qd_graph_index_find_edge (QdGraphIndex *self, double x, double y, double radius);
/* How big node @i is drawn, in pixels at @zoom (its radius): grows with the number of its paths. */
double qd_graph_node_radius (const QdGraphNode *node, double zoom);
/* How wide an edge is drawn, in pixels: by its capacity. */
double qd_graph_edge_width (const QdGraphEdge *edge, double zoom);

#define QD_GRAPH_MAX_COURSE 16
/* The course of edge @edge: a straight line, a bow where others join the same nodes, a loop where it
 * ends where it begins. @points has room for QD_GRAPH_MAX_COURSE. Returns how many there are; 0 when
 * an end is missing or has no position. */
guint qd_graph_edge_course (QdGraph *graph, const QdPoint *positions, guint edge, QdPoint *points);

/* The colour that an edge has in a picture, 0xRRGGBB. */
guint32 qd_graph_edge_colour (const QdGraphEdge *edge, const QdGraphTheme *theme);
guint32 qd_graph_status_colour (guint8 status, gboolean stale, const QdGraphTheme *theme);

/* What tells symbols apart that are kept after drawing: the same for nodes that look the same. */
guint qd_graph_symbol_key (const QdGraphNode *node, double radius);
/* The radius of what has that key: as it is drawn, in half pixels. */
double qd_graph_symbol_radius (guint key);

/* One node's symbol alone on a transparent square (legends, highlights), @radius in pixels: ARGB32
 * premultiplied, @size device pixels high and wide, its middle at the square's. (transfer full) */
GBytes *qd_graph_draw_symbol (const QdGraphNode *node, const QdGraphTheme *theme, double radius, double scale,
                              int *size, gsize *stride);

G_END_DECLS
