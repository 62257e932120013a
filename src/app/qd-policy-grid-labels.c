/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-grid-private.h"

#include <glib/gi18n.h>

#include "qd-pixels.h"

#define PADDING 12         /* at both ends of a name */
#define INDENT 12          /* of names under their heading */
/* Of so many of the longest names the width is measured. */
#define N_MEASURED 8
#define MAX_LABELS 1024
#define DIM 0.66f

/* --- Measuring ----------------------------------------------------------------------------------- */

/* Of the two addresses of a range, the first one is at the left in every script. */
static char *
dup_isolated (const char *text)
{
  return g_strconcat ("\u2066", text, "\u2069", NULL);
}

static PangoLayout *
make_layout (QdPolicyGrid *self, const char *text, gboolean heading)
{
  g_autofree char *isolated = heading ? NULL : dup_isolated (text);
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), heading ? text : isolated);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_ellipsize (layout, heading ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_MIDDLE);
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  if (heading)
    {
      pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
      pango_attr_list_insert (attributes, pango_attr_scale_new (0.88));
    }
  pango_layout_set_attributes (layout, attributes);
  return layout;
}

static const char *
get_text (QdPolicyGrid *self, const QdPolicyLine *line)
{
  return line->end == QD_POLICY_NO_END ? qd_policy_ends_get_group (self->ends, line->group) : qd_policy_ends_get (self->ends, line->end)->name;
}

static int
measure (QdPolicyGrid *self, const QdPolicyLine *line)
{
  gboolean heading = line->end == QD_POLICY_NO_END;
  g_autoptr (PangoLayout) layout = make_layout (self, get_text (self, line), heading);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width + (heading ? 0 : INDENT) + 2 * PADDING;
}

/* The lines with the most letters, longest first. */
static guint
find_longest (QdPolicyGrid *self, const QdPolicyAxis *axis, const QdPolicyLine **longest)
{
  glong lengths[N_MEASURED];
  guint n = 0;

  for (guint i = 0; i < qd_policy_axis_get_n (axis); i++)
    {
      const QdPolicyLine *line = qd_policy_axis_get (axis, i);
      glong length = g_utf8_strlen (get_text (self, line), -1);
      guint k = n;

      if (n == N_MEASURED && length <= lengths[n - 1])
        continue;
      for (k = MIN (n, N_MEASURED - 1); k > 0 && lengths[k - 1] < length; k--)
        {
          lengths[k] = lengths[k - 1];
          longest[k] = longest[k - 1];
        }
      lengths[k] = length;
      longest[k] = line;
      n = MIN (n + 1, N_MEASURED);
    }
  return n;
}

void
qd_policy_grid_measure_labels (QdPolicyGrid *self)
{
  for (guint way = 0; way < QD_POLICY_N_WAYS; way++)
    {
      const QdPolicyLine *longest[N_MEASURED];
      guint n = self->ends != NULL ? find_longest (self, &self->axes[way], longest) : 0;

      self->wanted[way] = 0;
      for (guint i = 0; i < n; i++)
        self->wanted[way] = MAX (self->wanted[way], measure (self, longest[i]));
    }
}

/* --- Drawing ------------------------------------------------------------------------------------- */

/* A text in a box of @room by a line, at its beginning. */
static void
draw_text (QdPolicyGrid *self, GtkSnapshot *snapshot, const char *text, gboolean heading, gboolean gone, int indent, int room, gboolean from_end)
{
  g_autoptr (PangoLayout) layout = make_layout (self, text, heading);
  GdkRGBA color = self->theme.ink;
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  if (width > room - indent - 2 * PADDING)
    {
      width = MAX (room - indent - 2 * PADDING, 0);
      pango_layout_set_width (layout, width * PANGO_SCALE);
    }
  if ((heading || gone) && !self->theme.high_contrast)
    color.alpha *= DIM;
  /* One that the change takes away. */
  if (gone)
    {
      g_autoptr (PangoAttrList) attributes = pango_attr_list_copy (pango_layout_get_attributes (layout));

      pango_attr_list_insert (attributes, pango_attr_strikethrough_new (TRUE));
      pango_layout_set_attributes (layout, attributes);
    }
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) (from_end ? room - PADDING - indent - width : PADDING + indent),
                                                          (float) ((self->cell - height) / 2)));
  gtk_snapshot_append_layout (snapshot, layout, &color);
}

static GskRenderNode *
make_node (QdPolicyGrid *self, QdPolicyWay way, const char *text, gboolean heading, gboolean gone)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  int width = way == QD_POLICY_DOWN ? self->header_width : self->cell, height = way == QD_POLICY_DOWN ? self->cell : self->header_height;
  g_autoptr (GskRenderNode) node = NULL;

  if (way == QD_POLICY_ACROSS)
    {
      /* Upwards, from the squares that it is about. */
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, (float) height));
      gtk_snapshot_rotate (snapshot, -90);
    }
  draw_text (self, snapshot, text, heading, gone, heading || way == QD_POLICY_ACROSS ? 0 : INDENT,
             way == QD_POLICY_DOWN ? width : height, rtl && way == QD_POLICY_DOWN);
  node = gtk_snapshot_to_node (snapshot);
  return node != NULL ? qd_pixels_flatten (GTK_WIDGET (self), node, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height)) : NULL;
}

static GskRenderNode *
get_label (QdPolicyGrid *self, QdPolicyWay way, guint i)
{
  gpointer key = GSIZE_TO_POINTER (((gsize) i << 1 | way) + 1);
  GskRenderNode *node = g_hash_table_lookup (self->labels, key);
  const QdPolicyLine *line = qd_policy_axis_get (&self->axes[way], i);
  gboolean heading = line->end == QD_POLICY_NO_END;

  if (node != NULL)
    return node;
  node = make_node (self, way, get_text (self, line), heading, !heading && qd_policy_ends_get (self->ends, line->end)->now == QD_POLICY_NO_END);
  if (node != NULL)
    g_hash_table_insert (self->labels, key, node);
  return node;
}

static void
draw_label (QdPolicyGrid *self, GtkSnapshot *snapshot, QdPolicyWay way, guint line, int pixel)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int side = rtl ? gtk_widget_get_width (GTK_WIDGET (self)) - self->header_width : 0;
  GskRenderNode *node = get_label (self, way, line);

  if (node == NULL)
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) (way == QD_POLICY_DOWN ? side : pixel), (float) (way == QD_POLICY_DOWN ? pixel : 0)));
  gtk_snapshot_append_node (snapshot, node);
  gtk_snapshot_restore (snapshot);
}

/* The names of one side, without what the pinned heading covers. */
static void
draw_side (QdPolicyGrid *self, GtkSnapshot *snapshot, QdPolicyWay way)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int width = gtk_widget_get_width (GTK_WIDGET (self)), pixel, seen;
  graphene_rect_t body = qd_policy_grid_get_body (self), clip = body;
  guint first, end, heading;

  if (!qd_policy_grid_get_pinned (self, way, &heading, &seen))
    return;
  qd_policy_grid_get_seen (self, way, &first, &end);
  if (way == QD_POLICY_DOWN)
    clip = GRAPHENE_RECT_INIT ((float) (rtl ? width - self->header_width : 0), body.origin.y, (float) self->header_width, body.size.height);
  else
    clip = GRAPHENE_RECT_INIT (body.origin.x, 0, body.size.width, (float) self->header_height);
  gtk_snapshot_push_clip (snapshot, &clip);
  for (guint i = first; i < end; i++)
    draw_label (self, snapshot, way, i, qd_policy_grid_line_to_pixel (self, way, i));
  gtk_snapshot_pop (snapshot);

  /* It is pushed out by the next one. */
  if (way == QD_POLICY_DOWN)
    {
      pixel = self->header_height + seen - self->cell;
      clip = GRAPHENE_RECT_INIT (clip.origin.x, (float) self->header_height, clip.size.width, (float) seen);
    }
  else
    {
      pixel = rtl ? width - self->header_width - seen : self->header_width + seen - self->cell;
      clip = GRAPHENE_RECT_INIT ((float) (rtl ? pixel : self->header_width), 0, (float) seen, (float) self->header_height);
    }
  gtk_snapshot_push_clip (snapshot, &clip);
  draw_label (self, snapshot, way, heading, pixel);
  gtk_snapshot_pop (snapshot);
}

static GskRenderNode *
get_caption (QdPolicyGrid *self, QdPolicyWay way)
{
  gpointer key = GSIZE_TO_POINTER (G_MAXSIZE - way);
  GskRenderNode *node = g_hash_table_lookup (self->labels, key);

  if (node != NULL)
    return node;
  node = make_node (self, way, way == QD_POLICY_DOWN ? C_("policy matrix", "From") : C_("policy matrix", "To"), TRUE, FALSE);
  if (node != NULL)
    g_hash_table_insert (self->labels, key, node);
  return node;
}

/* In the corner: which side is which. */
static void
draw_captions (QdPolicyGrid *self, GtkSnapshot *snapshot)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  graphene_point_t at[QD_POLICY_N_WAYS] = {
    GRAPHENE_POINT_INIT ((float) (rtl ? width - self->header_width : 0), (float) (self->header_height - self->cell)),
    GRAPHENE_POINT_INIT ((float) (rtl ? width - self->header_width : self->header_width - self->cell), 0),
  };

  for (guint way = 0; way < QD_POLICY_N_WAYS; way++)
    {
      GskRenderNode *node = get_caption (self, (QdPolicyWay) way);

      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &at[way]);
      if (node != NULL)
        gtk_snapshot_append_node (snapshot, node);
      gtk_snapshot_restore (snapshot);
    }
}

void
qd_policy_grid_draw_labels (QdPolicyGrid *self, GtkSnapshot *snapshot)
{
  if (g_hash_table_size (self->labels) > MAX_LABELS)
    g_hash_table_remove_all (self->labels);
  draw_side (self, snapshot, QD_POLICY_DOWN);
  draw_side (self, snapshot, QD_POLICY_ACROSS);
  draw_captions (self, snapshot);
}
