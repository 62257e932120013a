/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-overview-card.h"

#include <glib/gi18n.h>
#include <math.h>

#include "qd-sparkline.h"

struct _QdOverviewCard {
  GtkFlowBoxChild parent_instance;

  QdStat stat;
  GtkWidget *figure;
  GtkWidget *unit;
  GtkWidget *sparkline;
  GtkWidget *change;
};

G_DEFINE_FINAL_TYPE (QdOverviewCard, qd_overview_card, GTK_TYPE_FLOW_BOX_CHILD)

enum { MOVE, N_SIGNALS };
static guint signals[N_SIGNALS];

/* --- Moving -------------------------------------------------------------------------------- */

static gboolean
move_by_key_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  int index = gtk_flow_box_child_get_index (GTK_FLOW_BOX_CHILD (widget));
  int step = g_variant_get_int32 (args);

  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL && ABS (step) == 1)
    step = -step;
  g_signal_emit (widget, signals[MOVE], 0, MAX (0, index + step));
  return TRUE;
}

static void
add_move_shortcut (GtkWidgetClass *klass, guint key, int step)
{
  gtk_widget_class_add_binding (klass, key, GDK_ALT_MASK, move_by_key_cb, "i", step);
}

static GdkContentProvider *
drag_prepare_cb (QdOverviewCard *self, double x, double y, GtkDragSource *source)
{
  g_autoptr (GdkPaintable) picture = gtk_widget_paintable_new (GTK_WIDGET (self));

  gtk_drag_source_set_icon (source, picture, (int) x, (int) y);
  return gdk_content_provider_new_typed (QD_TYPE_OVERVIEW_CARD, self);
}

static gboolean
drop_cb (QdOverviewCard *self, const GValue *value, double x, double y, GtkDropTarget *target)
{
  QdOverviewCard *dragged = g_value_get_object (value);

  /* A card of another window has its own order. */
  if (dragged == self || gtk_widget_get_parent (GTK_WIDGET (dragged)) != gtk_widget_get_parent (GTK_WIDGET (self)))
    return FALSE;
  g_signal_emit (dragged, signals[MOVE], 0, gtk_flow_box_child_get_index (GTK_FLOW_BOX_CHILD (self)));
  return TRUE;
}

static void
add_dragging (QdOverviewCard *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (QD_TYPE_OVERVIEW_CARD, GDK_ACTION_MOVE);

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect_swapped (source, "prepare", G_CALLBACK (drag_prepare_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

/* --- The object ---------------------------------------------------------------------------- */

static void
qd_overview_card_class_init (QdOverviewCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  /**
   * QdOverviewCard::move:
   * @position: the place in its box that the card should take
   */
  signals[MOVE] = g_signal_new ("move", QD_TYPE_OVERVIEW_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);

  add_move_shortcut (widget_class, GDK_KEY_Left, -1);
  add_move_shortcut (widget_class, GDK_KEY_Right, 1);
  add_move_shortcut (widget_class, GDK_KEY_Home, -QD_N_STATS);
  add_move_shortcut (widget_class, GDK_KEY_End, QD_N_STATS);
}

static GtkWidget *
label_new (const char *text, const char *const *classes)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_css_classes (label, (const char **) classes);
  return label;
}

static void
qd_overview_card_init (QdOverviewCard *self)
{
  add_dragging (self);
}

static void
build (QdOverviewCard *self)
{
  const QdStatInfo *info = qd_stat_get_info (self->stat);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = label_new (_(info->title), (const char *[]) { "caption-heading", "dimmed", NULL });

  gtk_widget_set_tooltip_text (title, _(info->title));
  self->figure = label_new (NULL, (const char *[]) { "title-1", "numeric", NULL });
  gtk_label_set_ellipsize (GTK_LABEL (self->figure), PANGO_ELLIPSIZE_NONE);
  self->unit = label_new (info->unit, (const char *[]) { "dimmed", NULL });
  gtk_widget_set_valign (self->unit, GTK_ALIGN_BASELINE_FILL);
  gtk_widget_set_valign (self->figure, GTK_ALIGN_BASELINE_FILL);
  self->sparkline = qd_sparkline_new ();
  gtk_widget_set_size_request (self->sparkline, -1, 32);
  self->change = label_new (NULL, (const char *[]) { "caption", "dimmed", "numeric", NULL });

  gtk_box_append (GTK_BOX (line), self->figure);
  gtk_box_append (GTK_BOX (line), self->unit);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), self->sparkline);
  gtk_box_append (GTK_BOX (box), self->change);
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  gtk_widget_add_css_class (GTK_WIDGET (self), "activatable");
  gtk_widget_add_css_class (GTK_WIDGET (self), "qd-overview-card");
  gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (self), box);
}

GtkWidget *
qd_overview_card_new (QdStat stat)
{
  QdOverviewCard *self = g_object_new (QD_TYPE_OVERVIEW_CARD, NULL);

  self->stat = stat;
  build (self);
  return GTK_WIDGET (self);
}

QdStat
qd_overview_card_get_stat (QdOverviewCard *self)
{
  return self->stat;
}

static void
set_text (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

/* What a figure is told in: of a large throughput three digits, in the unit that fits. */
typedef struct { const char *unit; double factor; int decimals; } Scale;

static Scale
choose_scale (const QdStatInfo *info, double value)
{
  static const char *const units[] = { "Mbit/s", "Gbit/s", "Tbit/s" };
  Scale scale = { info->unit != NULL ? info->unit : "", 1, (int) info->decimals };

  if (g_strcmp0 (info->unit, units[0]) != 0)
    return scale;
  for (guint i = 1; i < G_N_ELEMENTS (units) && value * scale.factor >= 1000; i++)
    {
      scale.unit = units[i];
      scale.factor /= 1000;
    }
  value *= scale.factor;
  if (scale.factor < 1)
    scale.decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
  return scale;
}

static char *
format_change (const Scale *scale, double now, double hour_ago)
{
  double change = (now - hour_ago) * scale->factor;
  double least = 0.5 * pow (10, -(double) scale->decimals);

  if (isnan (hour_ago))
    return g_strdup ("");
  if (fabs (change) < least)
    return g_strdup (_("As an hour ago"));
  /* TRANSLATORS: how much a figure changed, such as "+3" or "−0.2" */
  return g_strdup_printf (_("%s%'.*f in an hour"), change > 0 ? "+" : "−", scale->decimals, fabs (change));
}

void
qd_overview_card_update (QdOverviewCard *self, const QdFleetStats *stats, const double points[QD_TREND_POINTS], double hour_ago)
{
  const QdStatInfo *info = qd_stat_get_info (self->stat);
  double value = stats->values[self->stat];
  Scale scale = choose_scale (info, value);
  guint total = stats->totals[self->stat];
  g_autofree char *figure = NULL, *unit = NULL, *change = NULL, *name = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), !isnan (value));
  if (isnan (value))
    return;

  figure = g_strdup_printf ("%'.*f", scale.decimals, value * scale.factor);
  if (total > 0)
    /* TRANSLATORS: stands behind a figure: "39" "of 42" */
    unit = g_strdup_printf (_("of %'u"), total);
  else
    unit = g_strdup (scale.unit);
  change = format_change (&scale, value, hour_ago);

  set_text (self->figure, figure);
  set_text (self->unit, unit);
  set_text (self->change, change);
  qd_sparkline_set_values (QD_SPARKLINE (self->sparkline), points, QD_TREND_POINTS);

  name = g_strdup_printf ("%s: %s %s. %s", _(info->title), figure, unit, change);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_KEY_SHORTCUTS, "Alt+Left Alt+Right Alt+Home Alt+End", -1);
}
