/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-fold-gutter.h"

#include "qd-policy-folds.h"

#define WIDTH 14
#define SIDE 7.f

struct _QdPolicyFoldGutter {
  GtkSourceGutterRenderer parent_instance;
};

G_DEFINE_FINAL_TYPE (QdPolicyFoldGutter, qd_policy_fold_gutter, GTK_SOURCE_TYPE_GUTTER_RENDERER)

static QdPolicyFolds *
get_folds (GtkSourceGutterRenderer *renderer)
{
  GtkSourceBuffer *buffer = gtk_source_gutter_renderer_get_buffer (renderer);

  return buffer ? qd_policy_folds_of (GTK_TEXT_BUFFER (buffer)) : NULL;
}

static GskPath *
make_triangle (float x, float y, gboolean folded)
{
  g_autoptr (GskPathBuilder) builder = gsk_path_builder_new ();

  gsk_path_builder_move_to (builder, x - SIDE / 2, y - (folded ? SIDE / 2 : SIDE / 4));
  if (folded)
    {
      gsk_path_builder_line_to (builder, x + SIDE / 4, y);
      gsk_path_builder_line_to (builder, x - SIDE / 2, y + SIDE / 2);
    }
  else
    {
      gsk_path_builder_line_to (builder, x + SIDE / 2, y - SIDE / 4);
      gsk_path_builder_line_to (builder, x, y + SIDE / 2);
    }
  gsk_path_builder_close (builder);
  return gsk_path_builder_to_path (builder);
}

static void
qd_policy_fold_gutter_snapshot_line (GtkSourceGutterRenderer *renderer, GtkSnapshot *snapshot, GtkSourceGutterLines *lines, guint line)
{
  QdPolicyFolds *folds = get_folds (renderer);
  g_autoptr (GskPath) triangle = NULL;
  gboolean folded;
  GdkRGBA colour;
  int y, height;

  if (folds == NULL || qd_policy_folds_is_hidden (folds, line) || !qd_policy_folds_can_fold (folds, line))
    return;
  folded = qd_policy_folds_get_hidden (folds, line) > 0;
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  gtk_source_gutter_lines_get_line_yrange (lines, line, GTK_SOURCE_GUTTER_RENDERER_ALIGNMENT_MODE_FIRST, &y, &height);
  G_GNUC_END_IGNORE_DEPRECATIONS
  gtk_widget_get_color (GTK_WIDGET (renderer), &colour);
  colour.alpha *= folded ? 0.9f : gtk_source_gutter_lines_is_prelit (lines, line) ? 0.8f : 0.4f;
  triangle = make_triangle ((float) gtk_widget_get_width (GTK_WIDGET (renderer)) / 2, (float) y + (float) height / 2, folded);
  gtk_snapshot_append_fill (snapshot, triangle, GSK_FILL_RULE_WINDING, &colour);
}

static gboolean
qd_policy_fold_gutter_query_activatable (GtkSourceGutterRenderer *renderer, GtkTextIter *iter, GdkRectangle *area)
{
  QdPolicyFolds *folds = get_folds (renderer);

  return folds && qd_policy_folds_can_fold (folds, (guint) gtk_text_iter_get_line (iter));
}

static void
qd_policy_fold_gutter_activate (GtkSourceGutterRenderer *renderer, GtkTextIter *iter, GdkRectangle *area, guint button, GdkModifierType state,
                                int n_presses)
{
  QdPolicyFolds *folds = get_folds (renderer);
  guint line = (guint) gtk_text_iter_get_line (iter);

  if (folds && button == GDK_BUTTON_PRIMARY && n_presses == 1 && !qd_policy_folds_unfold (folds, line))
    qd_policy_folds_fold (folds, line);
}

static void
qd_policy_fold_gutter_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline,
                               int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : 0;
}

static void
qd_policy_fold_gutter_class_init (QdPolicyFoldGutterClass *klass)
{
  GtkSourceGutterRendererClass *renderer_class = GTK_SOURCE_GUTTER_RENDERER_CLASS (klass);

  renderer_class->snapshot_line = qd_policy_fold_gutter_snapshot_line;
  renderer_class->query_activatable = qd_policy_fold_gutter_query_activatable;
  renderer_class->activate = qd_policy_fold_gutter_activate;
  GTK_WIDGET_CLASS (klass)->measure = qd_policy_fold_gutter_measure;
}

static void
qd_policy_fold_gutter_init (QdPolicyFoldGutter *self)
{
}

GtkSourceGutterRenderer *
qd_policy_fold_gutter_new (void)
{
  return g_object_new (QD_TYPE_POLICY_FOLD_GUTTER, NULL);
}
