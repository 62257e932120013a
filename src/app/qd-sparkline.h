/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * QdSparkline:
 *
 * A small line without axes: how a figure went, its last value marked. NAN leaves a gap. Drawn in
 * the widget's own colour; the text beside it says what it shows, so it is presentation only.
 */
#define QD_TYPE_SPARKLINE (qd_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (QdSparkline, qd_sparkline, QD, SPARKLINE, GtkWidget)

GtkWidget *qd_sparkline_new (void);
/* Copies @n values, oldest first, evenly spaced over the width. The same values again redraw nothing. */
void qd_sparkline_set_values (QdSparkline *self, const double *values, guint n);

G_END_DECLS
