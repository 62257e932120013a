/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-glyph.h"

#include <math.h>

#include <adwaita.h>

#define GLYPH_SIZE 20      /* of a legend; it grows with the text */

/* --- Colours ------------------------------------------------------------------------------------- */

static const char *const probe_classes[QD_POLICY_N_CELL_CHANGES] = { NULL, "qd-well", "qd-down", "qd-degraded" };

void
qd_policy_probes_add (QdPolicyProbes *self, GtkWidget *parent)
{
  for (guint i = QD_POLICY_CELL_SAME + 1; i < QD_POLICY_N_CELL_CHANGES; i++)
    {
      self->widgets[i] = gtk_image_new ();
      gtk_accessible_update_state (GTK_ACCESSIBLE (self->widgets[i]), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
      gtk_widget_add_css_class (self->widgets[i], probe_classes[i]);
      gtk_widget_set_child_visible (self->widgets[i], FALSE);
      gtk_widget_set_parent (self->widgets[i], parent);
    }
}

void
qd_policy_probes_remove (QdPolicyProbes *self)
{
  for (guint i = 0; i < QD_POLICY_N_CELL_CHANGES; i++)
    g_clear_pointer (&self->widgets[i], gtk_widget_unparent);
}

void
qd_policy_theme_load (QdPolicyTheme *self, GtkWidget *widget, const QdPolicyProbes *probes)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (style);

  self->high_contrast = adw_style_manager_get_high_contrast (style);
  self->paper = dark ? (GdkRGBA) { 0.114f, 0.114f, 0.126f, 1 } : (GdkRGBA) { 1, 1, 1, 1 };
  gtk_widget_get_color (widget, &self->ink);
  self->changes[QD_POLICY_CELL_SAME] = self->ink;
  for (guint i = QD_POLICY_CELL_SAME + 1; i < QD_POLICY_N_CELL_CHANGES; i++)
    gtk_widget_get_color (probes->widgets[i], &self->changes[i]);
}

gboolean
qd_policy_theme_equal (const QdPolicyTheme *a, const QdPolicyTheme *b)
{
  for (guint i = 0; i < QD_POLICY_N_CELL_CHANGES; i++)
    if (!gdk_rgba_equal (&a->changes[i], &b->changes[i]))
      return FALSE;
  return gdk_rgba_equal (&a->ink, &b->ink) && gdk_rgba_equal (&a->paper, &b->paper) && a->high_contrast == b->high_contrast;
}

/* --- Shapes: about 0, 0, in units of which a cell has 24 ------------------------------------------ */

static void
set_color (cairo_t *cr, const GdkRGBA *color, double alpha)
{
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, color->alpha * alpha);
}

static void
trace_square (cairo_t *cr, double r, double corner)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, r - corner, -r + corner, corner, -G_PI_2, 0);
  cairo_arc (cr, r - corner, r - corner, corner, 0, G_PI_2);
  cairo_arc (cr, -r + corner, r - corner, corner, G_PI_2, G_PI);
  cairo_arc (cr, -r + corner, -r + corner, corner, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

static void
trace_circle (cairo_t *cr, double r)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, 0, 0, r, 0, 2 * G_PI);
}

static void
trace_diamond (cairo_t *cr, double r)
{
  cairo_move_to (cr, 0, -r);
  cairo_line_to (cr, r, 0);
  cairo_line_to (cr, 0, r);
  cairo_line_to (cr, -r, 0);
  cairo_close_path (cr);
}

/* Everything is a full square, some of it one that is filled half, and nothing a dot. */
static void
draw_state (cairo_t *cr, QdPolicyCellState state, const QdPolicyTheme *theme)
{
  double strong = theme->high_contrast ? 1 : 0.72, weak = theme->high_contrast ? 0.7 : 0.3;

  switch (state)
    {
    case QD_POLICY_CELL_ALL:
      set_color (cr, &theme->ink, strong);
      trace_square (cr, 5.5, 2);
      cairo_fill (cr);
      break;
    case QD_POLICY_CELL_SOME:
      set_color (cr, &theme->ink, strong);
      trace_square (cr, 4.75, 1.5);
      cairo_set_line_width (cr, 1.5);
      cairo_stroke_preserve (cr);
      cairo_clip (cr);
      cairo_rectangle (cr, -6, 0, 12, 6);
      cairo_fill (cr);
      break;
    case QD_POLICY_CELL_NONE:
      set_color (cr, &theme->ink, weak);
      trace_circle (cr, 1.25);
      cairo_fill (cr);
      break;
    case QD_POLICY_CELL_OUTSIDE:
    case QD_POLICY_N_CELL_STATES:
    default: break;
    }
}

static void
trace_sign (cairo_t *cr, QdPolicyCellChange change)
{
  switch (change)
    {
    case QD_POLICY_CELL_ALLOWED:
      cairo_move_to (cr, -4, 0);
      cairo_line_to (cr, 4, 0);
      cairo_move_to (cr, 0, -4);
      cairo_line_to (cr, 0, 4);
      break;
    case QD_POLICY_CELL_DENIED:
      cairo_move_to (cr, -4, 0);
      cairo_line_to (cr, 4, 0);
      break;
    case QD_POLICY_CELL_MIXED:
      cairo_move_to (cr, -3, -1.5);
      cairo_line_to (cr, 3, -1.5);
      cairo_move_to (cr, 0, -4.5);
      cairo_line_to (cr, 0, 1.5);
      cairo_move_to (cr, -3, 4);
      cairo_line_to (cr, 3, 4);
      break;
    case QD_POLICY_CELL_SAME:
    case QD_POLICY_N_CELL_CHANGES:
    default: break;
    }
}

static void
trace_frame (cairo_t *cr, QdPolicyCellChange change, double inset)
{
  if (change == QD_POLICY_CELL_ALLOWED)
    trace_circle (cr, 9.5 - inset);
  else if (change == QD_POLICY_CELL_DENIED)
    trace_square (cr, 9 - inset, 3);
  else
    trace_diamond (cr, 11.5 - inset * 1.4);
}

/* More than before is a plus in a circle, less a minus in a square, some of both both in a diamond. Filled where it came to everything or to
 * nothing, else open: some ports are left. */
static void
draw_change (cairo_t *cr, QdPolicyCell cell, const QdPolicyTheme *theme)
{
  QdPolicyCellChange change = (QdPolicyCellChange) cell.change;
  const GdkRGBA *color = &theme->changes[change];
  gboolean full = cell.state != QD_POLICY_CELL_SOME;

  trace_frame (cr, change, full ? 0 : 0.75);
  set_color (cr, color, full ? 1 : theme->high_contrast ? 0 : 0.16);
  cairo_fill (cr);
  set_color (cr, color, 1);
  if (!full)
    {
      trace_frame (cr, change, 0.75);
      cairo_set_line_width (cr, 1.5);
      cairo_stroke (cr);
    }
  set_color (cr, full ? &theme->paper : color, 1);
  trace_sign (cr, change);
  cairo_set_line_width (cr, 2);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_stroke (cr);
}

void
qd_policy_glyph_draw (cairo_t *cr, QdPolicyCell cell, double size, const QdPolicyTheme *theme)
{
  cairo_save (cr);
  cairo_translate (cr, size / 2, size / 2);
  cairo_scale (cr, size / 24, size / 24);
  cairo_new_path (cr);
  if (cell.change == QD_POLICY_CELL_SAME)
    draw_state (cr, (QdPolicyCellState) cell.state, theme);
  else
    draw_change (cr, cell, theme);
  cairo_restore (cr);
}

/* --- One by itself ------------------------------------------------------------------------------- */

struct _QdPolicyGlyph {
  GtkWidget parent_instance;

  QdPolicyProbes probes;
  QdPolicyCell cell;
};

G_DEFINE_FINAL_TYPE (QdPolicyGlyph, qd_policy_glyph, GTK_TYPE_WIDGET)

static void
qd_policy_glyph_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  PangoFontMetrics *metrics = pango_context_get_metrics (gtk_widget_get_pango_context (widget), NULL, NULL);

  *minimum = *natural = MAX (GLYPH_SIZE, PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics)));
  pango_font_metrics_unref (metrics);
}

static void
qd_policy_glyph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdPolicyGlyph *self = QD_POLICY_GLYPH (widget);
  int size = MIN (gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) size, (float) size));
  QdPolicyTheme theme;

  qd_policy_theme_load (&theme, widget, &self->probes);
  qd_policy_glyph_draw (cr, self->cell, size, &theme);
  cairo_destroy (cr);
}

static void
qd_policy_glyph_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (qd_policy_glyph_parent_class)->system_setting_changed (widget, setting);
  gtk_widget_queue_resize (widget);
}

static void
qd_policy_glyph_dispose (GObject *object)
{
  qd_policy_probes_remove (&QD_POLICY_GLYPH (object)->probes);
  G_OBJECT_CLASS (qd_policy_glyph_parent_class)->dispose (object);
}

static void
qd_policy_glyph_class_init (QdPolicyGlyphClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_glyph_dispose;
  GTK_WIDGET_CLASS (klass)->measure = qd_policy_glyph_measure;
  GTK_WIDGET_CLASS (klass)->snapshot = qd_policy_glyph_snapshot;
  GTK_WIDGET_CLASS (klass)->system_setting_changed = qd_policy_glyph_system_setting_changed;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
qd_policy_glyph_init (QdPolicyGlyph *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  qd_policy_probes_add (&self->probes, GTK_WIDGET (self));
}

/**
 * qd_policy_glyph_new:
 *
 * Returns: (transfer floating): the mark of @cell
 */
GtkWidget *
qd_policy_glyph_new (QdPolicyCell cell)
{
  QdPolicyGlyph *self = g_object_new (QD_TYPE_POLICY_GLYPH, NULL);

  self->cell = cell;
  return GTK_WIDGET (self);
}

void
qd_policy_glyph_set (QdPolicyGlyph *self, QdPolicyCell cell)
{
  self->cell = cell;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
