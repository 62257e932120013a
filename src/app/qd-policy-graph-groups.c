/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-graph-groups.h"

#include <math.h>

#include "qd-policy-graph-scene.h"

/* About the outermost nodes there is room for their labels: so many pixels, where there are, by the zoom. */
#define RIM_PART 0.6
#define MIN_RIM 12.0
#define MAX_RIM 40.0
/* Smaller ones, in pixels, have no name: there is no room for it. */
#define MIN_NAMED 26.0
#define PAD 5

typedef struct {
  char *name;
  QdPolicyGraphDisc disc;   /* units */
  PangoLayout *layout;
} Ring;

struct _QdPolicyGraphGroups {
  GtkWidget parent_instance;

  QdTopologyView *view;     /* not owned */
  GArray *rings;            /* of Ring */
};

G_DEFINE_FINAL_TYPE (QdPolicyGraphGroups, qd_policy_graph_groups, GTK_TYPE_WIDGET)

static void
ring_clear (gpointer data)
{
  Ring *ring = data;

  g_free (ring->name);
  g_clear_object (&ring->layout);
}

/* --- What is of one group ------------------------------------------------------------------------ */

/* The nodes from @first on that are of the same group: they follow each other. */
static guint
find_end (const QdPolicyGraphNode *nodes, guint first, guint n)
{
  guint end = first + 1;

  while (end < n && nodes[end].group == nodes[first].group && nodes[end].outside == nodes[first].outside)
    end++;
  return end;
}

void
qd_policy_graph_groups_extend (QdPolicyGraph *data, QdScene *scene)
{
  guint n;
  const QdPolicyGraphNode *nodes = qd_policy_graph_get_nodes (data, &n);

  for (guint i = 0, end; i < n; i = end)
    {
      QdPolicyGraphDisc disc;

      end = find_end (nodes, i, n);
      disc = qd_policy_graph_find_disc (scene->positions + i, end - i);
      scene->left = MIN (scene->left, disc.at.x - disc.radius);
      scene->top = MIN (scene->top, disc.at.y - disc.radius);
      scene->right = MAX (scene->right, disc.at.x + disc.radius);
      scene->bottom = MAX (scene->bottom, disc.at.y + disc.radius);
    }
}

void
qd_policy_graph_groups_set (QdPolicyGraphGroups *self, QdPolicyGraph *data, const QdPoint *positions)
{
  guint n = 0;
  const QdPolicyGraphNode *nodes = data != NULL ? qd_policy_graph_get_nodes (data, &n) : NULL;

  g_array_set_size (self->rings, 0);
  for (guint i = 0, end; i < n; i = end)
    {
      end = find_end (nodes, i, n);
      /* What stands alone says itself of what it is. */
      if (end - i > 1)
        {
          Ring ring = { .name = g_strdup (qd_policy_ends_get_group (qd_policy_graph_get_ends (data), nodes[i].group)),
                        .disc = qd_policy_graph_find_disc (positions + i, end - i) };

          g_array_append_val (self->rings, ring);
        }
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Drawing ------------------------------------------------------------------------------------- */

static void
draw_name (QdPolicyGraphGroups *self, GtkSnapshot *snapshot, Ring *ring, float x, float top, const QdGraphTheme *theme)
{
  GdkRGBA ink = qd_topology_rgba (theme->foreground, theme->high_contrast ? 1 : 0.72), paper = qd_topology_rgba (theme->background, 0.92);
  int width, height;
  float left;

  if (ring->layout == NULL)
    ring->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), ring->name);
  pango_layout_get_pixel_size (ring->layout, &width, &height);
  left = roundf (x - (float) width / 2);
  top = roundf (top - (float) height / 2);
  gtk_snapshot_append_color (snapshot, &paper, &GRAPHENE_RECT_INIT (left - PAD, top, (float) width + 2 * PAD, (float) height));
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (left, top));
  gtk_snapshot_append_layout (snapshot, ring->layout, &ink);
  gtk_snapshot_restore (snapshot);
}

static void
qd_policy_graph_groups_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  QdPolicyGraphGroups *self = QD_POLICY_GRAPH_GROUPS (widget);
  const QdGraphTheme *theme = qd_topology_view_get_theme (self->view);
  GdkRGBA line = qd_topology_rgba (theme->foreground, theme->high_contrast ? 0.7 : 0.16);
  const float widths[4] = { 1, 1, 1, 1 };
  const GdkRGBA colours[4] = { line, line, line, line };
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  QdViewport viewport;

  qd_topology_view_get_viewport (self->view, &viewport);
  for (guint i = 0; i < self->rings->len; i++)
    {
      Ring *ring = &g_array_index (self->rings, Ring, i);
      float x = (float) qd_viewport_to_x (&viewport, width, ring->disc.at.x), y = (float) qd_viewport_to_y (&viewport, height, ring->disc.at.y);
      float r = ring->disc.radius * (float) viewport.zoom + (float) CLAMP (viewport.zoom * RIM_PART, MIN_RIM, MAX_RIM);
      GskRoundedRect outline;

      if (x + r < 0 || y + r < 0 || x - r > width || y - r > height)
        continue;
      gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (x - r, y - r, 2 * r, 2 * r), r);
      gtk_snapshot_append_border (snapshot, &outline, widths, colours);
      if (r >= MIN_NAMED)
        draw_name (self, snapshot, ring, x, y - r, theme);
    }
}

/* The font may be another. */
static void
forget_layouts (QdPolicyGraphGroups *self)
{
  for (guint i = 0; i < self->rings->len; i++)
    g_clear_object (&g_array_index (self->rings, Ring, i).layout);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
qd_policy_graph_groups_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (qd_policy_graph_groups_parent_class)->css_changed (widget, change);
  forget_layouts (QD_POLICY_GRAPH_GROUPS (widget));
}

static void
qd_policy_graph_groups_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (qd_policy_graph_groups_parent_class)->system_setting_changed (widget, setting);
  forget_layouts (QD_POLICY_GRAPH_GROUPS (widget));
}

static void
qd_policy_graph_groups_finalize (GObject *object)
{
  g_array_unref (QD_POLICY_GRAPH_GROUPS (object)->rings);
  G_OBJECT_CLASS (qd_policy_graph_groups_parent_class)->finalize (object);
}

static void
qd_policy_graph_groups_class_init (QdPolicyGraphGroupsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = qd_policy_graph_groups_finalize;
  widget_class->snapshot = qd_policy_graph_groups_snapshot;
  widget_class->css_changed = qd_policy_graph_groups_css_changed;
  widget_class->system_setting_changed = qd_policy_graph_groups_system_setting_changed;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
qd_policy_graph_groups_init (QdPolicyGraphGroups *self)
{
  self->rings = g_array_new (FALSE, FALSE, sizeof (Ring));
  g_array_set_clear_func (self->rings, ring_clear);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (GTK_WIDGET (self), "caption-heading");
}

GtkWidget *
qd_policy_graph_groups_new (QdTopologyView *view)
{
  QdPolicyGraphGroups *self = g_object_new (QD_TYPE_POLICY_GRAPH_GROUPS, NULL);

  self->view = view;
  g_signal_connect_object (view, "viewport", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "restyled", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
