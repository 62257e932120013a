/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-card.h"

#include <glib/gi18n.h>

#include "qd-display.h"
#include "qd-state.h"
#include "qd-time.h"

#define MAX_ROWS 8
#define REFRESH_MS 1000

struct _QdTopologyCard {
  AdwBin parent_instance;

  QdFleet *fleet;
  QdEntity *entity;          /* or NULL */
  gulong changed_id;
  guint refresh_id;
  GtkWidget *image, *name, *state, *note, *grid;
  GtkWidget *titles[MAX_ROWS], *values[MAX_ROWS];
};

G_DEFINE_FINAL_TYPE (QdTopologyCard, qd_topology_card, ADW_TYPE_BIN)

static const guint site_rows[] = { QD_SITE_KIND, QD_SITE_LOCATION, QD_SITE_PATHS, QD_SITE_VERSION, QD_SITE_LAST_SEEN, 0 };
static const guint path_rows[] = { QD_PATH_LATENCY_MS, QD_PATH_JITTER_MS, QD_PATH_LOSS_PCT, QD_PATH_BANDWIDTH_MBPS,
                                   QD_PATH_CAPACITY_MBPS, QD_PATH_SCORE, QD_PATH_MEASURED_AT, 0 };
static const guint node_rows[] = { QD_NODE_KIND, QD_NODE_CPU_PCT, QD_NODE_MEMORY_PCT, QD_NODE_DISK_PCT, QD_NODE_CLIENTS,
                                   QD_NODE_VERSION, QD_NODE_LAST_SEEN, 0 };
static const guint link_rows[] = { QD_LINK_TYPE, QD_LINK_RTT_MS, QD_LINK_IN_BYTES, QD_LINK_OUT_BYTES, QD_LINK_PENDING, 0 };

static const guint *
rows_for (QdEntity *entity)
{
  static const guint none[] = { 0 };

  switch (qd_entity_get_kind (entity))
    {
    case QD_KIND_SITE: return site_rows;
    case QD_KIND_PATH: return path_rows;
    case QD_KIND_NODE: return node_rows;
    case QD_KIND_LINK: return link_rows;
    default: return none;
    }
}

static char *
state_text (QdTopologyCard *self)
{
  GString *out = g_string_new (qd_status_get_label (qd_entity_get_status (self->entity)));

  if (out->len > 0)
    qd_display_append_since (out, self->entity);
  if (qd_fleet_is_stale (self->fleet, self->entity))
    {
      g_string_append (out, " · ");
      g_string_append (out, _("not live"));
    }
  return g_string_free (out, FALSE);
}

static void
show_row (QdTopologyCard *self, guint row, guint field)
{
  const QdField *info = &qd_entity_get_schema (self->entity)->fields[field];
  g_autofree char *value = qd_entity_format (self->entity, field);
  g_autofree char *text = info->unit ? g_strdup_printf ("%s %s", value, info->unit) : g_steal_pointer (&value);

  gtk_label_set_label (GTK_LABEL (self->titles[row]), _(info->title));
  gtk_label_set_label (GTK_LABEL (self->values[row]), text);
}

static void
refresh (QdTopologyCard *self)
{
  g_autofree char *state = NULL;
  const guint *fields;
  guint row = 0;

  if (self->entity == NULL)
    return;
  qd_state_image_set (self->image, qd_entity_get_status (self->entity));
  gtk_label_set_label (GTK_LABEL (self->name), qd_entity_get_name (self->entity));
  state = state_text (self);
  gtk_label_set_label (GTK_LABEL (self->state), state);
  fields = rows_for (self->entity);
  for (guint i = 0; fields[i] && row < MAX_ROWS; i++)
    if (qd_entity_get (self->entity, fields[i])->type != QD_VALUE_NONE &&
        qd_entity_get_schema (self->entity)->fields[fields[i]].title)
      show_row (self, row++, fields[i]);
  gtk_widget_set_visible (self->grid, row > 0);
  for (guint i = 0; i < MAX_ROWS; i++)
    {
      gtk_widget_set_visible (self->titles[i], i < row);
      gtk_widget_set_visible (self->values[i], i < row);
    }
}

static gboolean
refresh_cb (gpointer data)
{
  QdTopologyCard *self = data;

  self->refresh_id = 0;
  refresh (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (QdTopologyCard *self)
{
  if (self->refresh_id == 0)
    self->refresh_id = g_timeout_add (REFRESH_MS, refresh_cb, self);
}

static void
drop_entity (QdTopologyCard *self)
{
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->entity)
    g_clear_signal_handler (&self->changed_id, self->entity);
  g_clear_object (&self->entity);
}

static void
qd_topology_card_dispose (GObject *object)
{
  QdTopologyCard *self = QD_TOPOLOGY_CARD (object);

  drop_entity (self);
  g_clear_object (&self->fleet);
  G_OBJECT_CLASS (qd_topology_card_parent_class)->dispose (object);
}

static void
qd_topology_card_class_init (QdTopologyCardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_topology_card_dispose;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "topologycard");
}

static GtkWidget *
new_label (const char *css_class, float xalign)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), xalign);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
  if (css_class)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
qd_topology_card_init (QdTopologyCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8), *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->image = qd_state_image_new (QD_STATUS_UNKNOWN);
  self->name = new_label ("heading", 0);
  self->state = new_label ("caption", 0);
  gtk_widget_add_css_class (self->state, "dim-label");
  gtk_box_append (GTK_BOX (words), self->name);
  gtk_box_append (GTK_BOX (words), self->state);
  gtk_box_append (GTK_BOX (head), self->image);
  gtk_box_append (GTK_BOX (head), words);
  gtk_box_append (GTK_BOX (box), head);
  self->note = new_label ("heading", 0);
  gtk_label_set_wrap (GTK_LABEL (self->note), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (self->note), PANGO_ELLIPSIZE_NONE);
  gtk_widget_set_visible (self->note, FALSE);
  gtk_box_append (GTK_BOX (box), self->note);

  self->grid = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->grid), 16);
  gtk_grid_set_row_spacing (GTK_GRID (self->grid), 2);
  for (guint i = 0; i < MAX_ROWS; i++)
    {
      self->titles[i] = new_label ("dim-label", 0);
      self->values[i] = new_label ("numeric", 1);
      gtk_widget_set_hexpand (self->values[i], TRUE);
      gtk_grid_attach (GTK_GRID (self->grid), self->titles[i], 0, (int) i, 1, 1);
      gtk_grid_attach (GTK_GRID (self->grid), self->values[i], 1, (int) i, 1, 1);
    }
  gtk_box_append (GTK_BOX (box), self->grid);
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
qd_topology_card_new (QdFleet *fleet)
{
  QdTopologyCard *self = g_object_new (QD_TYPE_TOPOLOGY_CARD, NULL);

  self->fleet = g_object_ref (fleet);
  return GTK_WIDGET (self);
}

void
qd_topology_card_set_note (QdTopologyCard *self, const char *note)
{
  g_return_if_fail (QD_IS_TOPOLOGY_CARD (self));

  gtk_label_set_label (GTK_LABEL (self->note), note ? note : "");
  gtk_widget_set_visible (self->note, note != NULL);
}

void
qd_topology_card_set_entity (QdTopologyCard *self, QdEntity *entity)
{
  g_return_if_fail (QD_IS_TOPOLOGY_CARD (self));

  if (entity == self->entity)
    return;
  drop_entity (self);
  qd_topology_card_set_note (self, NULL);
  if (entity == NULL)
    return;
  self->entity = g_object_ref (entity);
  self->changed_id = g_signal_connect_swapped (entity, "changed", G_CALLBACK (changed_cb), self);
  refresh (self);
}

void
qd_topology_card_set_past (QdTopologyCard *self, QdStatus status, gint64 at_us)
{
  g_autofree char *when = qd_time_format_local (at_us);
  g_autofree char *text = g_strdup_printf ("%s · %s", qd_status_get_label (status), when);

  g_return_if_fail (QD_IS_TOPOLOGY_CARD (self) && self->entity != NULL);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_signal_handler (&self->changed_id, self->entity);
  qd_state_image_set (self->image, status);
  gtk_label_set_label (GTK_LABEL (self->state), text);
  gtk_widget_set_visible (self->grid, FALSE);
}

QdEntity *
qd_topology_card_get_entity (QdTopologyCard *self)
{
  return self->entity;
}
