/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-line-numbers.h"

#include "qd-policy-folds.h"

#define LEAST_DIGITS 2   /* a short text does not move as it grows */
#define PADDING 4

struct _QdPolicyLineNumbers {
  GtkSourceGutterRendererText parent_instance;

  int digits;   /* for which there is room */
};

G_DEFINE_FINAL_TYPE (QdPolicyLineNumbers, qd_policy_line_numbers, GTK_SOURCE_TYPE_GUTTER_RENDERER_TEXT)

static void
qd_policy_line_numbers_query_data (GtkSourceGutterRenderer *renderer, GtkSourceGutterLines *lines, guint line)
{
  GtkSourceGutterRendererText *text = GTK_SOURCE_GUTTER_RENDERER_TEXT (renderer);
  char number[16];
  int length;

  if (gtk_source_gutter_lines_is_cursor (lines, line))
    {
      length = g_snprintf (number, sizeof number, "<b>%u</b>", line + 1);
      gtk_source_gutter_renderer_text_set_markup (text, number, length);
      return;
    }
  length = g_snprintf (number, sizeof number, "%u", line + 1);
  gtk_source_gutter_renderer_text_set_text (text, number, length);
}

static void
qd_policy_line_numbers_snapshot_line (GtkSourceGutterRenderer *renderer, GtkSnapshot *snapshot, GtkSourceGutterLines *lines, guint line)
{
  GtkSourceBuffer *buffer = gtk_source_gutter_renderer_get_buffer (renderer);

  if (buffer == NULL || !qd_policy_folds_is_hidden (qd_policy_folds_of (GTK_TEXT_BUFFER (buffer)), line))
    GTK_SOURCE_GUTTER_RENDERER_CLASS (qd_policy_line_numbers_parent_class)->snapshot_line (renderer, snapshot, lines, line);
}

static int
count_digits (GtkSourceGutterRenderer *renderer)
{
  GtkSourceBuffer *buffer = gtk_source_gutter_renderer_get_buffer (renderer);
  int digits = 1;

  for (int lines = buffer ? gtk_text_buffer_get_line_count (GTK_TEXT_BUFFER (buffer)) : 0; lines >= 10; lines /= 10)
    digits++;
  return MAX (digits, LEAST_DIGITS);
}

static void
qd_policy_line_numbers_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                                int *minimum_baseline, int *natural_baseline)
{
  QdPolicyLineNumbers *self = QD_POLICY_LINE_NUMBERS (widget);
  char widest[24];
  int width = 0;

  *minimum = *natural = 0;
  if (orientation != GTK_ORIENTATION_HORIZONTAL)
    return;
  self->digits = count_digits (GTK_SOURCE_GUTTER_RENDERER (self));
  g_snprintf (widest, sizeof widest, "<b>%0*d</b>", self->digits, 0);
  gtk_source_gutter_renderer_text_measure_markup (GTK_SOURCE_GUTTER_RENDERER_TEXT (self), widest, &width, NULL);
  *minimum = *natural = width + 2 * PADDING;
}

static void
changed_cb (QdPolicyLineNumbers *self)
{
  if (count_digits (GTK_SOURCE_GUTTER_RENDERER (self)) != self->digits)
    gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
qd_policy_line_numbers_change_buffer (GtkSourceGutterRenderer *renderer, GtkSourceBuffer *old)
{
  GtkSourceBuffer *buffer = gtk_source_gutter_renderer_get_buffer (renderer);

  if (old)
    g_signal_handlers_disconnect_by_func (old, changed_cb, renderer);
  if (buffer)
    g_signal_connect_object (buffer, "changed", G_CALLBACK (changed_cb), renderer, G_CONNECT_SWAPPED);
  GTK_SOURCE_GUTTER_RENDERER_CLASS (qd_policy_line_numbers_parent_class)->change_buffer (renderer, old);
  gtk_widget_queue_resize (GTK_WIDGET (renderer));
}

static void
qd_policy_line_numbers_class_init (QdPolicyLineNumbersClass *klass)
{
  GtkSourceGutterRendererClass *renderer_class = GTK_SOURCE_GUTTER_RENDERER_CLASS (klass);

  renderer_class->query_data = qd_policy_line_numbers_query_data;
  renderer_class->snapshot_line = qd_policy_line_numbers_snapshot_line;
  renderer_class->change_buffer = qd_policy_line_numbers_change_buffer;
  GTK_WIDGET_CLASS (klass)->measure = qd_policy_line_numbers_measure;
}

static void
qd_policy_line_numbers_init (QdPolicyLineNumbers *self)
{
  gtk_source_gutter_renderer_set_xalign (GTK_SOURCE_GUTTER_RENDERER (self), 1);
  gtk_source_gutter_renderer_set_xpad (GTK_SOURCE_GUTTER_RENDERER (self), PADDING);
}

GtkSourceGutterRenderer *
qd_policy_line_numbers_new (void)
{
  return g_object_new (QD_TYPE_POLICY_LINE_NUMBERS, NULL);
}
