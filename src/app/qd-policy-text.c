/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-text.h"

#include <glib/gi18n.h>

#include "qd-policy-fold-gutter.h"
#include "qd-policy-line-numbers.h"
#include "qd-policy-folds.h"

/* Right of the numbers of the lines. */
#define GUTTER_POSITION 0
#define MARK_GAP 8
#define MARK_PADDING 5

struct _QdPolicyText {
  GtkSourceView parent_instance;
  GtkTextBuffer *buffer;   /* whose folds are followed; borrowed */
};

G_DEFINE_FINAL_TYPE (QdPolicyText, qd_policy_text, GTK_SOURCE_TYPE_VIEW)

static QdPolicyFolds *
get_folds (QdPolicyText *self)
{
  return qd_policy_folds_of (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)));
}

static guint
get_line (QdPolicyText *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter at;

  gtk_text_buffer_get_iter_at_mark (buffer, &at, gtk_text_buffer_get_insert (buffer));
  return (guint) gtk_text_iter_get_line (&at);
}

/* --- The marks behind folded lines -------------------------------------------------------------------------- */

static PangoLayout *
make_layout (QdPolicyText *self, guint hidden)
{
  g_autofree char *text = g_strdup_printf (ngettext ("… %'u line", "… %'u lines", hidden), hidden);

  return gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
}

gboolean
qd_policy_text_get_mark (QdPolicyText *self, guint line, graphene_rect_t *place)
{
  guint hidden = qd_policy_folds_get_hidden (get_folds (self), line);
  g_autoptr (PangoLayout) layout = hidden > 0 ? make_layout (self, hidden) : NULL;
  GdkRectangle end;
  GtkTextIter at;
  int width;

  if (layout == NULL)
    return FALSE;
  gtk_text_buffer_get_iter_at_line (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), &at, (int) line);
  if (!gtk_text_iter_ends_line (&at))
    gtk_text_iter_forward_to_line_end (&at);
  gtk_text_view_get_iter_location (GTK_TEXT_VIEW (self), &at, &end);
  pango_layout_get_pixel_size (layout, &width, NULL);
  *place = GRAPHENE_RECT_INIT ((float) end.x + MARK_GAP, (float) end.y + 1, (float) width + 2 * MARK_PADDING, (float) end.height - 2);
  return TRUE;
}

static void
draw_mark (QdPolicyText *self, GtkSnapshot *snapshot, guint line)
{
  g_autoptr (PangoLayout) layout = make_layout (self, qd_policy_folds_get_hidden (get_folds (self), line));
  graphene_rect_t place;
  GskRoundedRect shape;
  GdkRGBA colour, ground;
  int height;

  if (!qd_policy_text_get_mark (self, line, &place))
    return;
  gtk_widget_get_color (GTK_WIDGET (self), &colour);
  ground = colour;
  ground.alpha *= 0.1f;
  gsk_rounded_rect_init_from_rect (&shape, &place, 4);
  gtk_snapshot_push_rounded_clip (snapshot, &shape);
  gtk_snapshot_append_color (snapshot, &ground, &place);
  gtk_snapshot_pop (snapshot);
  pango_layout_get_pixel_size (layout, NULL, &height);
  colour.alpha *= 0.75f;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (place.origin.x + MARK_PADDING, place.origin.y + (place.size.height - (float) height) / 2));
  gtk_snapshot_append_layout (snapshot, layout, &colour);
  gtk_snapshot_restore (snapshot);
}

static void
qd_policy_text_snapshot_layer (GtkTextView *view, GtkTextViewLayer layer, GtkSnapshot *snapshot)
{
  QdPolicyText *self = QD_POLICY_TEXT (view);
  g_autoptr (GArray) folded = NULL;
  GtkTextIter first, last;
  GdkRectangle shown;

  GTK_TEXT_VIEW_CLASS (qd_policy_text_parent_class)->snapshot_layer (view, layer, snapshot);
  if (layer != GTK_TEXT_VIEW_LAYER_ABOVE_TEXT)
    return;
  gtk_text_view_get_visible_rect (view, &shown);
  gtk_text_view_get_line_at_y (view, &first, shown.y, NULL);
  gtk_text_view_get_line_at_y (view, &last, shown.y + shown.height, NULL);
  folded = qd_policy_folds_get_folded (get_folds (self));
  for (guint i = 0; i < folded->len; i++)
    {
      guint line = g_array_index (folded, guint, i);

      if ((int) line >= gtk_text_iter_get_line (&first) && (int) line <= gtk_text_iter_get_line (&last) && !qd_policy_folds_is_hidden (get_folds (self), line))
        draw_mark (self, snapshot, line);
    }
}

static void
pressed_cb (QdPolicyText *self, int n, double x, double y, GtkGesture *gesture)
{
  graphene_rect_t place;
  int text_x, text_y;
  GtkTextIter at;
  guint line;

  gtk_text_view_window_to_buffer_coords (GTK_TEXT_VIEW (self), GTK_TEXT_WINDOW_WIDGET, (int) x, (int) y, &text_x, &text_y);
  gtk_text_view_get_line_at_y (GTK_TEXT_VIEW (self), &at, text_y, NULL);
  line = (guint) gtk_text_iter_get_line (&at);
  if (!qd_policy_text_get_mark (self, line, &place) || !graphene_rect_contains_point (&place, &GRAPHENE_POINT_INIT ((float) text_x, (float) text_y)))
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  qd_policy_folds_unfold (get_folds (self), line);
}

/* --- Copying ------------------------------------------------------------------------------------------------- */

/* What is selected, what is folded in it too; GTK leaves that out. FALSE: nothing is folded in it. */
static gboolean
copy_folded (QdPolicyText *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  g_autofree char *text = NULL, *visible = NULL;
  GtkTextIter start, end;

  if (!gtk_text_buffer_get_selection_bounds (buffer, &start, &end))
    return FALSE;
  visible = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  text = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  if (g_str_equal (text, visible))
    return FALSE;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  return TRUE;
}

static void
copy_cb (QdPolicyText *self)
{
  if (copy_folded (self))
    g_signal_stop_emission_by_name (self, "copy-clipboard");
}

static void
cut_cb (QdPolicyText *self)
{
  if (!gtk_text_view_get_editable (GTK_TEXT_VIEW (self)) || !copy_folded (self))
    return;
  g_signal_stop_emission_by_name (self, "cut-clipboard");
  gtk_text_buffer_delete_selection (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), TRUE, TRUE);
}

/* --- Folding ------------------------------------------------------------------------------------------------- */

static void
tell (QdPolicyText *self, const char *what)
{
  gtk_accessible_announce (GTK_ACCESSIBLE (self), what, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

void
qd_policy_text_fold (QdPolicyText *self)
{
  g_autofree char *what = NULL;
  guint line, hidden;

  if (!qd_policy_folds_find_around (get_folds (self), get_line (self), &line) || !qd_policy_folds_fold (get_folds (self), line))
    return;
  hidden = qd_policy_folds_get_hidden (get_folds (self), line);
  what = g_strdup_printf (ngettext ("Folded %'u line", "Folded %'u lines", hidden), hidden);
  tell (self, what);
}

void
qd_policy_text_unfold (QdPolicyText *self)
{
  if (qd_policy_folds_unfold (get_folds (self), get_line (self)))
    tell (self, _("Unfolded"));
}

void
qd_policy_text_fold_all (QdPolicyText *self)
{
  qd_policy_folds_fold_all (get_folds (self));
  tell (self, _("Folded everything"));
}

void
qd_policy_text_unfold_all (QdPolicyText *self)
{
  qd_policy_folds_unfold_all (get_folds (self));
  tell (self, _("Unfolded everything"));
}

/* --- The widget ---------------------------------------------------------------------------------------------- */

static void
folds_changed_cb (QdPolicyText *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
buffer_cb (QdPolicyText *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));

  if (self->buffer == buffer)
    return;
  if (self->buffer)
    {
      g_signal_handlers_disconnect_by_func (qd_policy_folds_of (self->buffer), folds_changed_cb, self);
      g_object_remove_weak_pointer (G_OBJECT (self->buffer), (gpointer *) &self->buffer);
    }
  self->buffer = buffer;
  if (buffer == NULL)
    return;
  g_object_add_weak_pointer (G_OBJECT (buffer), (gpointer *) &self->buffer);
  g_signal_connect_object (qd_policy_folds_of (buffer), "changed", G_CALLBACK (folds_changed_cb), self, G_CONNECT_SWAPPED);
}

static void
qd_policy_text_dispose (GObject *object)
{
  QdPolicyText *self = QD_POLICY_TEXT (object);

  g_clear_weak_pointer (&self->buffer);
  G_OBJECT_CLASS (qd_policy_text_parent_class)->dispose (object);
}

static void
qd_policy_text_class_init (QdPolicyTextClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_text_dispose;
  GTK_TEXT_VIEW_CLASS (klass)->snapshot_layer = qd_policy_text_snapshot_layer;
}

static void
qd_policy_text_init (QdPolicyText *self)
{
  GtkSourceGutter *gutter = gtk_source_view_get_gutter (GTK_SOURCE_VIEW (self), GTK_TEXT_WINDOW_LEFT);
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_source_gutter_insert (gutter, qd_policy_line_numbers_new (), GTK_SOURCE_VIEW_GUTTER_POSITION_LINES);
  gtk_source_gutter_insert (gutter, qd_policy_fold_gutter_new (), GUTTER_POSITION);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  g_signal_connect (self, "copy-clipboard", G_CALLBACK (copy_cb), NULL);
  g_signal_connect (self, "cut-clipboard", G_CALLBACK (cut_cb), NULL);
  g_signal_connect (self, "notify::buffer", G_CALLBACK (buffer_cb), NULL);
}

GtkWidget *
qd_policy_text_new (void)
{
  return g_object_new (QD_TYPE_POLICY_TEXT, NULL);
}
