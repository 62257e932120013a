/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-policy-ends.h"

G_BEGIN_DECLS

/* The colours of a matrix, of the style sheet: state colours for what has changed, ink for everything else. */
typedef struct {
  GdkRGBA ink, paper;
  GdkRGBA changes[QD_POLICY_N_CELL_CHANGES];   /* of SAME: ink */
  gboolean high_contrast;
} QdPolicyTheme;

/* Hidden children of a widget, that have the style sheet's colours. */
typedef struct { GtkWidget *widgets[QD_POLICY_N_CELL_CHANGES]; } QdPolicyProbes;

void qd_policy_probes_add (QdPolicyProbes *self, GtkWidget *parent);
void qd_policy_probes_remove (QdPolicyProbes *self);
void qd_policy_theme_load (QdPolicyTheme *self, GtkWidget *widget, const QdPolicyProbes *probes);
gboolean qd_policy_theme_equal (const QdPolicyTheme *a, const QdPolicyTheme *b);

/* Draws what a cell of @size pixels has, about the middle of 0, 0, @size, @size. Every class has a shape of its own. */
void qd_policy_glyph_draw (cairo_t *cr, QdPolicyCell cell, double size, const QdPolicyTheme *theme);

/**
 * QdPolicyGlyph:
 *
 * The mark of a cell, for legends; no more than a picture.
 */
#define QD_TYPE_POLICY_GLYPH (qd_policy_glyph_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyGlyph, qd_policy_glyph, QD, POLICY_GLYPH, GtkWidget)

GtkWidget *qd_policy_glyph_new (QdPolicyCell cell);
void qd_policy_glyph_set (QdPolicyGlyph *self, QdPolicyCell cell);

G_END_DECLS
