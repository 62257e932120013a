/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-sparkline.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

#define LINE_WIDTH 1.5f
#define DOT_RADIUS 2.5f
/* A history that has only begun is drawn as if it were this much of the whole: a few points of it would
 * be an upright stroke at the edge. */
#define LEAST_SHARE 4
/* What moves by less than this part of itself moves but a little. */
#define LEAST_RANGE 0.05
/* Of the colour, for the ground that the line stands on. */
#define GROUND_ALPHA 0.2f
#define GROUND_ALPHA_HIGH 0.6f      /* in high contrast */

struct _QdSparkline {
  GtkWidget parent_instance;

  double *values;
  guint n;
};

G_DEFINE_FINAL_TYPE (QdSparkline, qd_sparkline, GTK_TYPE_WIDGET)

/* What is drawn: values from @first on, between @low and @high. */
typedef struct { guint first; double low, high; } Range;

static gboolean
find_range (QdSparkline *self, Range *range)
{
  double least;

  *range = (Range) { self->n, INFINITY, -INFINITY };
  for (guint i = 0; i < self->n; i++)
    if (!isnan (self->values[i]))
      {
        range->first = MIN (range->first, i);
        range->low = MIN (range->low, self->values[i]);
        range->high = MAX (range->high, self->values[i]);
      }
  if (range->first == self->n)
    return FALSE;
  range->first = MIN (range->first, self->n - self->n / LEAST_SHARE);
  least = LEAST_RANGE * fabs (range->high);
  if (range->high - range->low < least)
    {
      double middle = (range->high + range->low) / 2;

      range->low = middle - least / 2;
      range->high = middle + least / 2;
    }
  return TRUE;
}

/* Where value @i stands in the widget; a line that never changed runs through the middle. */
static graphene_point_t
place (QdSparkline *self, guint i, const Range *range)
{
  float width = gtk_widget_get_width (GTK_WIDGET (self)) - 2 * DOT_RADIUS;
  float height = gtk_widget_get_height (GTK_WIDGET (self)) - 2 * DOT_RADIUS;
  guint steps = self->n - 1 - range->first;
  float x = steps > 0 ? width * (i - range->first) / steps : width;
  float y = range->high > range->low ? height * (1 - (self->values[i] - range->low) / (range->high - range->low)) : height / 2;

  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL)
    x = width - x;
  return GRAPHENE_POINT_INIT (DOT_RADIUS + x, DOT_RADIUS + y);
}

static GskPath *
make_line (QdSparkline *self, const Range *range, graphene_point_t *last)
{
  GskPathBuilder *builder = gsk_path_builder_new ();
  gboolean drawing = FALSE;

  for (guint i = 0; i < self->n; i++)
    {
      if (isnan (self->values[i]))
        {
          drawing = FALSE;
          continue;
        }
      *last = place (self, i, range);
      if (drawing)
        gsk_path_builder_line_to (builder, last->x, last->y);
      else
        gsk_path_builder_move_to (builder, last->x, last->y);
      drawing = TRUE;
    }
  return gsk_path_builder_free_to_path (builder);
}

static void
qd_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdSparkline *self = QD_SPARKLINE (widget);
  g_autoptr (GskPath) line = NULL;
  g_autoptr (GskPath) dot = NULL;
  GskPathBuilder *builder;
  GskStroke *stroke;
  graphene_point_t last;
  Range range;
  GdkRGBA color, ground;

  if (!find_range (self, &range))
    return;
  gtk_widget_get_color (widget, &color);
  ground = color;
  ground.alpha *= adw_style_manager_get_high_contrast (adw_style_manager_get_default ()) ? GROUND_ALPHA_HIGH : GROUND_ALPHA;
  gtk_snapshot_append_color (snapshot, &ground,
                             &GRAPHENE_RECT_INIT (0, gtk_widget_get_height (widget) - 1, gtk_widget_get_width (widget), 1));

  line = make_line (self, &range, &last);
  stroke = gsk_stroke_new (LINE_WIDTH);
  gsk_stroke_set_line_join (stroke, GSK_LINE_JOIN_ROUND);
  gtk_snapshot_append_stroke (snapshot, line, stroke, &color);
  gsk_stroke_free (stroke);

  builder = gsk_path_builder_new ();
  gsk_path_builder_add_circle (builder, &last, DOT_RADIUS);
  dot = gsk_path_builder_free_to_path (builder);
  gtk_snapshot_append_fill (snapshot, dot, GSK_FILL_RULE_WINDING, &color);
}

static void
qd_sparkline_finalize (GObject *object)
{
  g_free (QD_SPARKLINE (object)->values);
  G_OBJECT_CLASS (qd_sparkline_parent_class)->finalize (object);
}

static void
qd_sparkline_class_init (QdSparklineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_sparkline_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = qd_sparkline_snapshot;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "sparkline");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
qd_sparkline_init (QdSparkline *self)
{
}

GtkWidget *
qd_sparkline_new (void)
{
  return g_object_new (QD_TYPE_SPARKLINE, NULL);
}

static gboolean
same_values (QdSparkline *self, const double *values, guint n)
{
  if (n != self->n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (values[i] != self->values[i] && !(isnan (values[i]) && isnan (self->values[i])))
      return FALSE;
  return TRUE;
}

void
qd_sparkline_set_values (QdSparkline *self, const double *values, guint n)
{
  g_return_if_fail (QD_IS_SPARKLINE (self));

  if (same_values (self, values, n))
    return;
  g_free (self->values);
  self->values = g_memdup2 (values, n * sizeof *values);
  self->n = n;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
