/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include "qd-topology.h"

G_BEGIN_DECLS

/* Part @share (0..1) of @b in @a. */
guint32 qd_colour_mix (guint32 a, guint32 b, double share);

/* How far beyond its radius a symbol reaches: its rim and ring, in pixels at scale 1. */
#define QD_SYMBOL_MARGIN 6.0

/* Draws a node's symbol around the origin of @cr. */
void qd_symbol_draw (cairo_t *cr, const QdGraphNode *node, const QdGraphTheme *theme, double radius);

/* The symbols of one picture, each drawn once. */
typedef struct _QdSymbols QdSymbols;
QdSymbols *qd_symbols_new (const QdGraphTheme *theme, double scale);
void qd_symbols_free (QdSymbols *self);
/* An ARGB32 image surface whose middle pixel is the node's place; borrowed. */
cairo_surface_t *qd_symbols_get (QdSymbols *self, const QdGraphNode *node, double radius);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdSymbols, qd_symbols_free)

G_END_DECLS
