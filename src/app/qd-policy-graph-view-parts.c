/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies over and under the picture: what is selected, how much of all is shown, where to zoom, what the looks mean. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-graph-view-private.h"

#include <math.h>

#include <glib/gi18n.h>

#define SAMPLE_WIDTH 52
#define SAMPLE_HEIGHT 18
#define ZOOM_STEP 1.4
#define MARGIN 12

typedef struct {
  const char *tooltip;
  QdPolicyCellChange change;     /* of N: nothing that is counted */
  QdTopologySample sample;
} Key;

#define NONE QD_POLICY_N_CELL_CHANGES
static const Key keys[QD_POLICY_GRAPH_N_KEYS] = {
  { N_("What may pass as before; an arrow where it may pass one way only"), QD_POLICY_CELL_SAME,
    { N_("May pass"), .from_degree = 2, .to_degree = 2, .capacity = NAN, .score = NAN, .joined = TRUE } },
  { N_("More may pass than before"), QD_POLICY_CELL_ALLOWED,
    { N_("Newly allowed"), .from_degree = 2, .to_degree = 2, .capacity = NAN, .score = NAN, .joined = TRUE, .mark = QD_GRAPH_ADDED } },
  { N_("Less may pass than before"), QD_POLICY_CELL_DENIED,
    { N_("Newly denied"), .from_degree = 2, .to_degree = 2, .capacity = NAN, .score = NAN, .joined = TRUE, .mark = QD_GRAPH_REMOVED } },
  { N_("Some ports are newly allowed and others newly denied"), QD_POLICY_CELL_MIXED,
    { N_("Partly changed"), .from_degree = 2, .to_degree = 2, .capacity = NAN, .score = NAN, .joined = TRUE, .mark = QD_GRAPH_CHANGED } },
  { N_("Addresses that no workload has"), NONE, { N_("Outside the cluster"), .from_kind = 4, .to_kind = 4, .from_degree = 2, .to_degree = 2 } },
  { N_("Several that stand together; a namespace opens on a double click"), NONE, { N_("Several together"), .from_degree = 2, .to_degree = 2, .members = 2 } },
};

/* --- The legend ---------------------------------------------------------------------------------- */

static void
add_key (QdPolicyGraphView *self, guint i)
{
  GtkWidget *key = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *label = gtk_label_new (_(keys[i].sample.words));

  self->keys[i] = key;
  self->samples[i] = gtk_picture_new ();
  gtk_picture_set_can_shrink (GTK_PICTURE (self->samples[i]), TRUE);
  gtk_widget_set_size_request (self->samples[i], keys[i].sample.joined ? SAMPLE_WIDTH : SAMPLE_HEIGHT, SAMPLE_HEIGHT);
  gtk_widget_set_valign (self->samples[i], GTK_ALIGN_CENTER);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->samples[i]), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  self->figures[i] = gtk_label_new (NULL);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (self->figures[i], "caption");
  gtk_widget_add_css_class (self->figures[i], "numeric");
  gtk_widget_add_css_class (self->figures[i], "dimmed");
  gtk_widget_set_tooltip_text (key, _(keys[i].tooltip));
  gtk_box_append (GTK_BOX (key), self->samples[i]);
  gtk_box_append (GTK_BOX (key), label);
  gtk_box_append (GTK_BOX (key), self->figures[i]);
  adw_wrap_box_append (ADW_WRAP_BOX (self->legend), key);
}

static void
add_legend (QdPolicyGraphView *self)
{
  self->legend = adw_wrap_box_new ();
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (self->legend), 18);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (self->legend), 2);
  gtk_widget_add_css_class (self->legend, "qd-policy-graph-legend");
  for (guint i = 0; i < QD_POLICY_GRAPH_N_KEYS; i++)
    add_key (self, i);
  gtk_widget_set_parent (self->legend, GTK_WIDGET (self));
}

/* Two nodes joined, or one in the middle. */
static void
draw_sample (QdPolicyGraphView *self, guint i)
{
  const QdTopologySample *sample = &keys[i].sample;
  g_autoptr (GdkPaintable) paintable =
    qd_topology_sample_draw (sample, qd_topology_view_get_theme (self->view), sample->joined ? SAMPLE_WIDTH : SAMPLE_HEIGHT, SAMPLE_HEIGHT,
                             sample->joined ? 0.42f : 0, gtk_widget_get_scale_factor (GTK_WIDGET (self)));

  gtk_picture_set_paintable (GTK_PICTURE (self->samples[i]), paintable);
}

static void
update_legend (QdPolicyGraphView *self)
{
  const QdPolicyGraphTally *tally = self->data != NULL ? qd_policy_graph_get_tally (self->data) : NULL;
  gboolean before = self->data != NULL && qd_policy_ends_has_before (qd_policy_graph_get_ends (self->data));

  for (guint i = 0; i < QD_POLICY_GRAPH_N_KEYS; i++)
    {
      QdPolicyCellChange change = keys[i].change;
      g_autofree char *figure = tally != NULL && change < NONE ? g_strdup_printf ("%'" G_GUINT64_FORMAT, tally->pairs[change]) : NULL;

      draw_sample (self, i);
      gtk_label_set_text (GTK_LABEL (self->figures[i]), figure != NULL ? figure : "");
      gtk_widget_set_visible (self->figures[i], figure != NULL);
      if (change < NONE && change != QD_POLICY_CELL_SAME)
        gtk_widget_set_visible (self->keys[i], before);
      else if (change == NONE)
        gtk_widget_set_visible (self->keys[i], tally != NULL && (keys[i].sample.members > 0 ? tally->bundles > 0 : tally->ranges_drawn + tally->ranges_together > 0));
    }
}

/* --- How much is shown --------------------------------------------------------------------------- */

static void
update_tally (QdPolicyGraphView *self)
{
  const QdPolicyGraphTally *tally = self->data != NULL ? qd_policy_graph_get_tally (self->data) : NULL;
  g_autofree char *workloads = NULL, *lines = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (tally != NULL)
    {
      const QdTopologyTally all = { tally->workloads + tally->ranges, tally->drawn + tally->ranges_drawn, tally->together + tally->ranges_together,
                                    tally->filtered + tally->ranges_filtered, tally->bundles };

      workloads = qd_topology_tally_format (&all);
      if (tally->lines_drawn < tally->lines && !self->only_changes)
        lines = g_strdup_printf (_("%'u of %'u lines drawn"), (guint) tally->lines_drawn, (guint) MIN (tally->lines, G_MAXUINT));
    }
  if (workloads != NULL)
    g_string_append (text, workloads);
  if (lines != NULL)
    g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", lines);
  gtk_label_set_text (GTK_LABEL (self->tally_label), text->str);
  gtk_widget_set_tooltip_text (self->tally_label, text->str);
  gtk_widget_set_visible (self->tally_box, text->len > 0);
}

static void
update_name (QdPolicyGraphView *self)
{
  g_autofree char *changes = self->data != NULL ? qd_policy_graph_tell_changes (self->data) : NULL;
  /* Translators: the name of the picture for screen readers, then its conclusion: "3 newly allowed". */
  g_autofree char *name = changes != NULL ? g_strdup_printf (_("Who may reach whom: %s"), changes) : g_strdup (_("Who may reach whom"));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* What lies over the top covers nothing. */
static void
update_inset (QdPolicyGraphView *self)
{
  GtkRequisition size = { 0 };

  if (gtk_widget_get_visible (self->tally_box))
    gtk_widget_get_preferred_size (self->tally_box, NULL, &size);
  qd_topology_view_set_inset_top (self->view, size.height > 0 ? size.height + MARGIN : 0);
}

void
qd_policy_graph_view_update_parts (QdPolicyGraphView *self)
{
  guint n = 0;

  if (self->data != NULL)
    qd_policy_graph_get_nodes (self->data, &n);
  update_legend (self);
  update_tally (self);
  update_name (self);
  gtk_widget_set_visible (self->empty, self->data != NULL && n == 0);
  update_inset (self);
}

/* --- What is selected ---------------------------------------------------------------------------- */

static guint
find_selected (QdPolicyGraphView *self)
{
  return self->selected != NULL && self->data != NULL ? qd_policy_graph_find_node (self->data, self->selected) : G_MAXUINT;
}

void
qd_policy_graph_view_update_pick (QdPolicyGraphView *self)
{
  guint at = find_selected (self), n;
  const QdPolicyGraphNode *node = at != G_MAXUINT ? &qd_policy_graph_get_nodes (self->data, &n)[at] : NULL;
  g_autofree char *text = node != NULL ? qd_policy_graph_describe_node (self->data, at) : NULL;

  gtk_widget_set_visible (self->pick_box, node != NULL);
  if (node == NULL)
    return;
  gtk_label_set_text (GTK_LABEL (self->pick_label), text);
  gtk_widget_set_tooltip_text (self->pick_label, text);
  gtk_widget_set_visible (self->open_button, node->sort == QD_POLICY_GRAPH_GROUP);
  gtk_widget_set_visible (self->fold_button, node->sort != QD_POLICY_GRAPH_GROUP && node->sort != QD_POLICY_GRAPH_REST);
  gtk_widget_set_visible (self->out_button, node->sort != QD_POLICY_GRAPH_REST);
  gtk_widget_set_visible (self->in_button, node->sort != QD_POLICY_GRAPH_REST);
}

static void
fold_selected (QdPolicyGraphView *self, gboolean folded)
{
  guint at = find_selected (self), n;
  const QdPolicyGraphNode *node = at != G_MAXUINT ? &qd_policy_graph_get_nodes (self->data, &n)[at] : NULL;

  if (node != NULL)
    qd_policy_graph_view_set_folded (self, qd_policy_ends_get_group (qd_policy_graph_get_ends (self->data), node->group), folded);
}

static void
open_cb (QdPolicyGraphView *self)
{
  fold_selected (self, FALSE);
}

static void
fold_cb (QdPolicyGraphView *self)
{
  fold_selected (self, TRUE);
}

static void
out_cb (QdPolicyGraphView *self)
{
  if (find_selected (self) != G_MAXUINT)
    qd_policy_graph_view_list (self, find_selected (self), TRUE);
}

static void
in_cb (QdPolicyGraphView *self)
{
  if (find_selected (self) != G_MAXUINT)
    qd_policy_graph_view_list (self, find_selected (self), FALSE);
}

static void
unselect_cb (QdPolicyGraphView *self)
{
  g_clear_pointer (&self->selected, g_free);
  qd_topology_view_set_selected (self->view, QD_NO_PICK, FALSE);
  qd_policy_graph_view_show_selected (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* --- Making them --------------------------------------------------------------------------------- */

static GtkWidget *
add_button (GtkWidget *box, const char *label, const char *tooltip, gpointer clicked, QdPolicyGraphView *self)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "qd-chip");
  gtk_widget_add_css_class (button, "caption");
  g_signal_connect_object (button, "clicked", G_CALLBACK (clicked), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
add_icon_button (GtkWidget *box, const char *icon, const char *tooltip, gpointer clicked, QdPolicyGraphView *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (clicked), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
make_label (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, css_class);
  gtk_widget_add_css_class (label, "numeric");
  return label;
}

static GtkWidget *
make_pick_box (QdPolicyGraphView *self)
{
  GtkWidget *close, *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2), *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);

  self->pick_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  self->pick_label = make_label ("caption-heading");
  gtk_widget_set_hexpand (self->pick_label, TRUE);
  gtk_box_append (GTK_BOX (line), self->pick_label);
  close = add_icon_button (line, "window-close-symbolic", _("Select nothing"), unselect_cb, self);
  gtk_widget_add_css_class (close, "flat");
  gtk_widget_add_css_class (close, "circular");
  self->out_button = add_button (buttons, _("Reaches"), _("Show in the matrix whom it may reach"), out_cb, self);
  self->in_button = add_button (buttons, _("Reached By"), _("Show in the matrix who may reach it"), in_cb, self);
  self->open_button = add_button (buttons, _("Open"), _("Show each workload of the namespace by itself"), open_cb, self);
  self->fold_button = add_button (buttons, _("Fold"), _("Show the namespace as one"), fold_cb, self);
  gtk_widget_set_halign (buttons, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (self->pick_box), line);
  gtk_box_append (GTK_BOX (self->pick_box), buttons);
  gtk_widget_add_css_class (self->pick_box, "qd-policy-graph-pick");
  gtk_widget_set_halign (self->pick_box, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (self->pick_box, FALSE);
  return self->pick_box;
}

static GtkWidget *
make_tally_box (QdPolicyGraphView *self)
{
  self->tally_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->tally_label = make_label ("caption-heading");
  gtk_box_append (GTK_BOX (self->tally_box), self->tally_label);
  gtk_widget_add_css_class (self->tally_box, "qd-policy-graph-pick");
  gtk_widget_set_halign (self->tally_box, GTK_ALIGN_CENTER);
  return self->tally_box;
}

static void
zoom_in_cb (QdPolicyGraphView *self)
{
  qd_topology_view_zoom_by (self->view, ZOOM_STEP);
}

static void
zoom_out_cb (QdPolicyGraphView *self)
{
  qd_topology_view_zoom_by (self->view, 1 / ZOOM_STEP);
}

static void
fit_cb (QdPolicyGraphView *self)
{
  qd_topology_view_fit (self->view);
}

static GtkWidget *
make_steering (QdPolicyGraphView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *zoom = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->minimap = QD_TOPOLOGY_MINIMAP (qd_topology_minimap_new ());
  gtk_widget_set_valign (GTK_WIDGET (self->minimap), GTK_ALIGN_END);
  add_icon_button (zoom, "zoom-in-symbolic", _("Zoom in (+)"), zoom_in_cb, self);
  add_icon_button (zoom, "zoom-out-symbolic", _("Zoom out (−)"), zoom_out_cb, self);
  add_icon_button (zoom, "zoom-fit-best-symbolic", _("Show everything (0)"), fit_cb, self);
  gtk_widget_set_valign (zoom, GTK_ALIGN_END);
  gtk_widget_add_css_class (zoom, "linked");
  gtk_widget_add_css_class (zoom, "qd-topology-zoom");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->minimap));
  gtk_box_append (GTK_BOX (box), zoom);
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_set_valign (box, GTK_ALIGN_END);
  gtk_widget_set_margin_end (box, MARGIN);
  gtk_widget_set_margin_bottom (box, MARGIN);
  return box;
}

static GtkWidget *
make_empty (QdPolicyGraphView *self)
{
  self->empty = gtk_label_new (_("Nothing would change"));
  gtk_widget_add_css_class (self->empty, "title-3");
  gtk_widget_add_css_class (self->empty, "dimmed");
  gtk_widget_set_can_target (self->empty, FALSE);
  return self->empty;
}

void
qd_policy_graph_view_add_parts (QdPolicyGraphView *self)
{
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->overlay = gtk_overlay_new ();
  gtk_widget_set_vexpand (self->overlay, TRUE);
  gtk_widget_set_hexpand (self->overlay, TRUE);
  gtk_overlay_set_child (GTK_OVERLAY (self->overlay), GTK_WIDGET (self->view));
  self->groups = QD_POLICY_GRAPH_GROUPS (qd_policy_graph_groups_new (self->view));
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), GTK_WIDGET (self->groups));
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), make_empty (self));
  gtk_box_append (GTK_BOX (top), make_tally_box (self));
  gtk_box_append (GTK_BOX (top), make_pick_box (self));
  gtk_widget_set_halign (top, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (top, GTK_ALIGN_START);
  gtk_widget_set_margin_top (top, MARGIN);
  gtk_widget_set_margin_start (top, MARGIN);
  gtk_widget_set_margin_end (top, MARGIN);
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), top);
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), make_steering (self));
  gtk_widget_set_parent (self->overlay, GTK_WIDGET (self));
  add_legend (self);
  qd_topology_minimap_set_view (self->minimap, self->view);
  self->card = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->card), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->card), 44);
  gtk_label_set_xalign (GTK_LABEL (self->card), 0);
  gtk_widget_add_css_class (self->card, "qd-topology-card");
  qd_topology_view_set_card (self->view, self->card);
}
