/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "qd-graph-layout.h"
#include "qd-status.h"

G_BEGIN_DECLS

/* A graph with the place of each node: immutable, shared with the workers that draw it. */
typedef struct {
  gatomicrefcount ref_count;
  QdGraph *graph;
  QdPoint *positions;
  QdGeoMap *map;          /* that the places are on; NULL: on no map */
  guint n_nodes, n_edges;
  QdGraphNode *nodes;     /* borrowed from the graph */
  QdGraphEdge *edges;
  double left, top, right, bottom;   /* the box around all nodes, in units */
  guint *first, *at;      /* the edges at each node, made when asked for; main thread */
} QdScene;

/* Takes @positions, refs @graph. */
QdScene *qd_scene_new (QdGraph *graph, QdPoint *positions);
/* Before anybody else has it. @map: (nullable): refs it. */
void qd_scene_set_map (QdScene *self, QdGeoMap *map);
QdScene *qd_scene_ref (QdScene *self);
void qd_scene_unref (QdScene *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdScene, qd_scene_unref)
/* The numbers of the edges that begin or end at @node; borrowed. Main thread. */
const guint *qd_scene_edges_at (QdScene *self, guint node, guint *n);
static inline guint qd_scene_other_end (const QdScene *self, guint edge, guint node) { return self->edges[edge].src == node ? self->edges[edge].dst : self->edges[edge].src; }

/* The same places, on the same map, for @graph, which has the same things. (transfer full) */
QdScene *qd_scene_with_graph (QdScene *self, QdGraph *graph);

/* What a thing is to the answer of a question. */
typedef enum {
  QD_LOOK_DIM,            /* nothing: it stands back */
  QD_LOOK_LIT,
  QD_LOOK_LOST,           /* it would be down, or cut off */
  QD_LOOK_DRAINED,        /* an edge: what it carries would be cut off, all of it */
  QD_LOOK_THINNED,        /* an edge: some of what it carries would be cut off */
} QdTopologyLook;
/* The same scene, each thing with its QdTopologyLook. (transfer full) */
QdScene *qd_scene_dress (QdScene *self, const guint8 *nodes, const guint8 *edges);
/* The same scene, each thing with this QdStatus (and score) instead of its own. (transfer full) */
QdScene *qd_scene_set_statuses (QdScene *self, const guint8 *nodes, const guint8 *edges, const float *scores);

/* One thing in the picture. */
typedef enum { QD_PICK_NOTHING, QD_PICK_NODE, QD_PICK_EDGE } QdPickKind;
typedef struct { QdPickKind kind; guint index; } QdPick;
#define QD_NO_PICK ((QdPick) { QD_PICK_NOTHING, 0 })
static inline gboolean qd_pick_equal (QdPick a, QdPick b) { return a.kind == b.kind && (a.kind == QD_PICK_NOTHING || a.index == b.index); }

/* How many sites and nodes there are, and what became of them: drawn + folded + filtered = total. */
typedef struct { guint total, drawn, folded, filtered, groups; } QdTopologyTally;
/* How many of each kind have each status, of all there are. */
typedef struct {
  guint sites[QD_STATUS_DOWN + 1], nodes[QD_STATUS_DOWN + 1], paths[QD_STATUS_DOWN + 1], links[QD_STATUS_DOWN + 1];
} QdTopologyCounts;

/* What part of the picture is seen: the middle of the widget is at (@x, @y) in units. */
typedef struct { double x, y, zoom; } QdViewport;

/* What the view and its layers share; main thread. The view writes, the layers read. */
typedef struct {
  QdScene *scene;         /* or NULL */
  QdViewport viewport;
  QdGraphTheme theme;
  QdPick hover, selected, focus;
  gboolean *hits;         /* by node, or NULL when nothing is searched */
  double fade;            /* 0..1: how far what is not lit has faded */
  gboolean *marks;        /* by node: several that are selected together; NULL: none */
  guint n_marks;
  GArray *carried;        /* guint: nodes that are being dragged; NULL: none */
  QdPoint *carried_to;    /* the places of all nodes meanwhile */
  gboolean banding;       /* a rectangle is drawn about what is to be selected */
  graphene_rect_t band;   /* in pixels */
  GArray *route;          /* guint: edges that make one path; NULL: none */
  GArray *glows;          /* QdTopologyGlow: what has just changed; NULL: nothing */
} QdTopologyState;

/* A thing whose state has changed: it glows once, and settles. @age: 0 to 1. */
typedef struct { QdPick pick; gint64 since_us; } QdTopologyGlow;
#define QD_TOPOLOGY_GLOW_US (1400 * G_TIME_SPAN_MILLISECOND)

static inline double
qd_viewport_to_x (const QdViewport *self, int width, double x)
{
  return (x - self->x) * self->zoom + width / 2.0;
}

static inline double
qd_viewport_to_y (const QdViewport *self, int height, double y)
{
  return (y - self->y) * self->zoom + height / 2.0;
}

/* Widgets that are never seen, by whose styles the colours of the states are known. */
typedef struct { GtkWidget *widgets[6]; } QdTopologyProbes;
void qd_topology_probes_add (QdTopologyProbes *self, GtkWidget *parent);
void qd_topology_probes_remove (QdTopologyProbes *self);

/* The colours of the moment: the style sheet's for the states. @labels: FALSE for pictures too small to read. */
void qd_topology_theme_load (QdGraphTheme *theme, GtkWidget *widget, const QdTopologyProbes *probes, gboolean labels);
GdkRGBA qd_topology_rgba (guint32 colour, double alpha);

/* --- Layers ------------------------------------------------------------------------------------ */

#define QD_TYPE_TOPOLOGY_CANVAS (qd_topology_canvas_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyCanvas, qd_topology_canvas, QD, TOPOLOGY_CANVAS, GtkWidget)
GtkWidget *qd_topology_canvas_new (const QdTopologyState *state);
/* All is different (scene, theme). */
void qd_topology_canvas_reset (QdTopologyCanvas *self);
/* The scene has the same places and ends, but these things look different. */
void qd_topology_canvas_touch (QdTopologyCanvas *self, const QdPick *picks, guint n);
/* The viewport has moved; @settled: no more for now, so draw exactly what is seen. */
void qd_topology_canvas_move (QdTopologyCanvas *self, gboolean settled);
/* TRUE when all that is seen has been drawn for this very zoom. */
gboolean qd_topology_canvas_is_complete (QdTopologyCanvas *self);

#define QD_TYPE_TOPOLOGY_OVERLAY (qd_topology_overlay_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyOverlay, qd_topology_overlay, QD, TOPOLOGY_OVERLAY, GtkWidget)
GtkWidget *qd_topology_overlay_new (const QdTopologyState *state);

/* --- Tiles ------------------------------------------------------------------------------------- */

/* The picture at one zoom, as squares of 256 pixels that a worker draws when they are first wanted. */
typedef struct _QdTileLevel QdTileLevel;
#define QD_TILE_SIZE 256

/* @ready is called on the main thread when a tile has come. */
QdTileLevel *qd_tile_level_new (QdScene *scene, const QdGraphTheme *theme, double zoom, double scale,
                                void (*ready) (gpointer data), gpointer data);
void qd_tile_level_close (QdTileLevel *self);   /* drops it; what is under way is forgotten */
double qd_tile_level_get_zoom (QdTileLevel *self);
double qd_tile_level_get_scale (QdTileLevel *self);
void qd_tile_level_set_scene (QdTileLevel *self, QdScene *scene);
/* Tiles that touch this box (in units) are drawn anew, and shown as they were until then. */
void qd_tile_level_touch (QdTileLevel *self, double left, double top, double right, double bottom);
/* Asks for what is not there, or old. TRUE when nothing was. */
gboolean qd_tile_level_want (QdTileLevel *self, const QdViewport *viewport, int width, int height);
/* The pixels of the widget that have no tile yet, though something may be there. (transfer full) */
cairo_region_t *qd_tile_level_find_gaps (QdTileLevel *self, const QdViewport *viewport, int width, int height);
/* The pixels of the widget in which no tile will be seen. (transfer full) */
cairo_region_t *qd_tile_level_find_bare (QdTileLevel *self, const QdViewport *viewport, int width, int height);
/* Draws what there is, for @widget of @scale device pixels a pixel; @within: in these pixels only, or NULL. */
void qd_tile_level_draw (QdTileLevel *self, GtkWidget *widget, GtkSnapshot *snapshot, const QdViewport *viewport, double scale,
                         const cairo_region_t *within);
/* Forgets tiles far from what is seen. */
void qd_tile_level_trim (QdTileLevel *self, const QdViewport *viewport, int width, int height);

G_END_DECLS
