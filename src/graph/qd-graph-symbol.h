/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include "qd-topology.h"

G_BEGIN_DECLS

/* Part @share (0..1) of @b in @a. */
guint32 qd_colour_mix (guint32 a, guint32 b, double share);

/* How far beyond its radius a symbol reaches: its rim and ring, in pixels at scale 1. */
#define QD_SYMBOL_MARGIN 6.0

/* One stroke or area of a symbol, around the node's place, y downwards. */
typedef enum {
  QD_SHAPE_CIRCLE,       /* of radius, about points[0] */
  QD_SHAPE_POLYGON,      /* closed, through all points */
  QD_SHAPE_LINES,        /* from each even point to the next */
  QD_SHAPE_ARC,          /* of radius about points[0], from angle to angle, clockwise */
} QdShapeKind;
typedef struct {
  QdShapeKind kind;
  guint n;               /* points */
  struct { double x, y; } points[4];
  double radius, from, to;
  guint32 colour;        /* 0xRRGGBB */
  double alpha;
  gboolean fill;
  double stroke;         /* width of the line around it; 0: none */
  double dash;           /* length of its dashes and gaps; 0: unbroken */
} QdShape;

/* Kinds of nodes that are no nodes: the signs of edges, this and their mark. */
#define QD_SYMBOL_SIGN 4

#define QD_MAX_SHAPES 12
/* What a node's symbol is made of, in the order in which it is drawn; ends and corners of lines are round.
 * Whatever draws symbols draws these. Returns how many. */
guint qd_symbol_describe (const QdGraphNode *node, const QdGraphTheme *theme, double radius, QdShape shapes[QD_MAX_SHAPES]);

/* Draws a node's symbol around the origin of @cr. */
void qd_symbol_draw (cairo_t *cr, const QdGraphNode *node, const QdGraphTheme *theme, double radius);

/* The symbols of one picture, each drawn once. */
typedef struct _QdSymbols QdSymbols;
QdSymbols *qd_symbols_new (const QdGraphTheme *theme, double scale);
void qd_symbols_free (QdSymbols *self);
/* An ARGB32 image surface whose middle pixel is the node's place; borrowed. */
cairo_surface_t *qd_symbols_get (QdSymbols *self, const QdGraphNode *node, double radius);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdSymbols, qd_symbols_free)
/* The calling thread's own, kept for the next time; borrowed, until it asks for others. */
QdSymbols *qd_symbols_get_own (const QdGraphTheme *theme, double scale);

G_END_DECLS
