/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-placement-row.h"

#include <glib/gi18n.h>

#include "qd-placement-words.h"
#include "qd-state.h"

struct _QdPlacementRow {
  GtkBox parent_instance;

  QdPlacementBoard *board;
  char *tenant;
  GtkListItem *item;     /* borrowed while it is bound */
  char *told;            /* what its label says */
  GtkWidget *state, *name, *below, *plan;
};

G_DEFINE_FINAL_TYPE (QdPlacementRow, qd_placement_row, GTK_TYPE_BOX)

static const QdRollTenant *
get_tenant (QdPlacementRow *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);

  return roll != NULL && self->tenant != NULL ? qd_placement_roll_get_tenant (roll, self->tenant) : NULL;
}

/* "shard-1 · 12 waiting · region eu": where it is only while all shards are searched. */
static char *
tell_below (QdPlacementRow *self, const QdRollTenant *tenant)
{
  g_autofree char *waiting = qd_placement_tell_waiting (tenant);
  g_autofree char *region = tenant->region != NULL ? g_strdup_printf (_("region %s"), tenant->region) : NULL;
  gboolean searching = *qd_placement_board_get_filter (self->board) != '\0';
  const char *parts[] = { searching ? tenant->shard : NULL, waiting, region, tenant->pinned };
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL && *parts[i] != '\0')
      g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", parts[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
tell_plan (QdPlacementRow *self, const QdRollTenant *tenant)
{
  const char *place = qd_placement_board_get_place (self->board, tenant->id);

  if (g_strcmp0 (place, tenant->shard) == 0)
    return NULL;
  return g_strdup_printf (_("%s → %s"), tenant->shard != NULL ? tenant->shard : _("nowhere"), place);
}

/* All that it says in one line. */
static char *
tell_all (const QdRollTenant *tenant, const char *plan, const char *below)
{
  return plan != NULL ? g_strjoin (", ", tenant->name, plan, below, NULL) : g_strjoin (", ", tenant->name, below, NULL);
}

static void
update (QdPlacementRow *self)
{
  const QdRollTenant *tenant = get_tenant (self);
  g_autofree char *below = NULL, *plan = NULL, *label = NULL;

  if (tenant == NULL)
    return;
  below = tell_below (self, tenant);
  plan = tell_plan (self, tenant);
  qd_state_image_set (self->state, tenant->status);
  gtk_label_set_text (GTK_LABEL (self->name), tenant->name);
  gtk_label_set_text (GTK_LABEL (self->below), below);
  gtk_widget_set_visible (self->below, *below != '\0');
  gtk_label_set_text (GTK_LABEL (self->plan), plan != NULL ? plan : "");
  gtk_widget_set_visible (self->plan, plan != NULL);
  label = tell_all (tenant, plan, below);
  if (self->item != NULL && g_set_str (&self->told, label))
    gtk_list_item_set_accessible_label (self->item, label);
}

static GtkWidget *
add_label (GtkWidget *box, const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
qd_placement_row_dispose (GObject *object)
{
  QdPlacementRow *self = QD_PLACEMENT_ROW (object);

  g_clear_object (&self->board);
  g_clear_pointer (&self->tenant, g_free);
  g_clear_pointer (&self->told, g_free);
  G_OBJECT_CLASS (qd_placement_row_parent_class)->dispose (object);
}

static void
qd_placement_row_class_init (QdPlacementRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_placement_row_dispose;
}

static void
qd_placement_row_init (QdPlacementRow *self)
{
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_set_spacing (GTK_BOX (self), 9);
  self->state = qd_state_image_new (QD_STATUS_UNKNOWN);
  gtk_box_append (GTK_BOX (self), self->state);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (self), words);
  self->name = add_label (words, NULL);
  self->plan = add_label (words, "caption");
  gtk_widget_add_css_class (self->plan, "accent");
  self->below = add_label (words, "caption");
  gtk_widget_add_css_class (self->below, "dimmed");
}

GtkWidget *
qd_placement_row_new (QdPlacementBoard *board)
{
  QdPlacementRow *self = g_object_new (QD_TYPE_PLACEMENT_ROW, NULL);

  self->board = g_object_ref (board);
  g_signal_connect_object (board, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

void
qd_placement_row_set_tenant (QdPlacementRow *self, const char *tenant, GtkListItem *item)
{
  self->item = item;
  g_clear_pointer (&self->told, g_free);
  g_set_str (&self->tenant, tenant);
  update (self);
}

const char *
qd_placement_row_get_tenant (QdPlacementRow *self)
{
  return self->tenant;
}
