/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-preferences.h"

#include <glib/gi18n.h>

#include "qd-connection-dialog.h"
#include "qd-lab.h"
#include "qd-settings.h"
#include "qd-state.h"

struct _QdPreferences
{
  AdwPreferencesDialog parent_instance;

  /* Template widgets */
  AdwPreferencesGroup *connections_group;
  AdwComboRow *appearance_row;
  AdwComboRow *log_row;
  AdwActionRow *data_row;

  QdHub *hub;
  /* The rows of connections_group; borrowed. */
  GPtrArray *rows;
};

G_DEFINE_FINAL_TYPE (QdPreferences, qd_preferences, ADW_TYPE_PREFERENCES_DIALOG)

/* --- Connections -------------------------------------------------------------------------------- */

static QdEndpoint *
find_endpoint (QdPreferences *self, const char *id)
{
  g_autoptr (GPtrArray) endpoints = qd_hub_list_endpoints (self->hub);

  for (guint i = 0; i < endpoints->len; i++)
    {
      QdEndpoint *endpoint = g_ptr_array_index (endpoints, i);

      if (g_strcmp0 (endpoint->id, id) == 0)
        return endpoint;
    }
  return NULL;
}

static void
edit_cb (QdPreferences *self, GtkWidget *row)
{
  QdEndpoint *endpoint = find_endpoint (self, g_object_get_data (G_OBJECT (row), "qd-connection"));

  if (endpoint != NULL && qd_connection_is_paper (endpoint->id))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.edit-paper", "s", endpoint->id);
  else if (endpoint != NULL)
    adw_dialog_present (qd_connection_dialog_new (self->hub, endpoint), GTK_WIDGET (self));
}

/* The lab is not configured by hand: it is on or off. */
static void
stop_lab_cb (QdPreferences *self)
{
  g_settings_set_boolean (qd_settings_get_default (), "lab", FALSE);
  qd_hub_remove (self->hub, QD_LAB_NATS_ID);
  qd_hub_remove (self->hub, QD_LAB_HTTP_ID);
}

static GtkWidget *
create_stop_button (QdPreferences *self)
{
  GtkWidget *button = gtk_button_new_with_label (_("Disconnect"));

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", G_CALLBACK (stop_lab_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
create_row (QdPreferences *self, const QdEndpoint *endpoint)
{
  QdEntity *connection = qd_fleet_lookup (qd_hub_get_fleet (self->hub), endpoint->id, QD_KIND_CONNECTION, endpoint->id);
  GtkWidget *row = adw_action_row_new (), *image = qd_state_image_new (QD_STATUS_UNKNOWN);

  qd_state_connection_image_set (image, connection);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), endpoint->name != NULL ? endpoint->name : endpoint->id);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), qd_connection_is_paper (endpoint->id) ? _("On paper") : endpoint->url);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), image);
  g_object_set_data_full (G_OBJECT (row), "qd-connection", g_strdup (endpoint->id), g_free);
  if (g_str_equal (endpoint->id, QD_LAB_HTTP_ID))
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), create_stop_button (self));
  else if (!g_str_equal (endpoint->id, QD_LAB_NATS_ID))
    {
      GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

      gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      g_signal_connect_object (row, "activated", G_CALLBACK (edit_cb), self, G_CONNECT_SWAPPED);
    }
  return row;
}

static void
fill_connections (QdPreferences *self)
{
  g_autoptr (GPtrArray) endpoints = qd_hub_list_endpoints (self->hub);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->connections_group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < endpoints->len; i++)
    {
      GtkWidget *row = create_row (self, g_ptr_array_index (endpoints, i));

      adw_preferences_group_add (self->connections_group, row);
      g_ptr_array_add (self->rows, row);
    }
  adw_preferences_group_set_description (self->connections_group,
                                         endpoints->len == 0 ? _("None yet. Add one, or start the lab.") : NULL);
}

/* --- Choices ------------------------------------------------------------------------------------ */

static void
chosen_cb (AdwComboRow *row, GParamSpec *pspec, gpointer data)
{
  g_settings_set_enum (qd_settings_get_default (), data, (int) adw_combo_row_get_selected (row));
}

static void
bind_choice (AdwComboRow *row, const char *key)
{
  adw_combo_row_set_selected (row, (guint) g_settings_get_enum (qd_settings_get_default (), key));
  g_signal_connect (row, "notify::selected", G_CALLBACK (chosen_cb), (gpointer) key);
}

/* --- Class -------------------------------------------------------------------------------------- */

static void
qd_preferences_dispose (GObject *object)
{
  QdPreferences *self = QD_PREFERENCES (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), QD_TYPE_PREFERENCES);
  g_clear_object (&self->hub);
  G_OBJECT_CLASS (qd_preferences_parent_class)->dispose (object);
}

static void
qd_preferences_class_init (QdPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_preferences_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/quarterdeck/Quarterdeck/ui/qd-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, QdPreferences, connections_group);
  gtk_widget_class_bind_template_child (widget_class, QdPreferences, appearance_row);
  gtk_widget_class_bind_template_child (widget_class, QdPreferences, log_row);
  gtk_widget_class_bind_template_child (widget_class, QdPreferences, data_row);
}

static void
qd_preferences_init (QdPreferences *self)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "quarterdeck", NULL);

  gtk_widget_init_template (GTK_WIDGET (self));
  self->rows = g_ptr_array_new ();
  bind_choice (self->appearance_row, "appearance");
  bind_choice (self->log_row, "log-level");
  adw_action_row_set_subtitle (self->data_row, folder);
}

AdwDialog *
qd_preferences_new (QdHub *hub)
{
  QdPreferences *self = g_object_new (QD_TYPE_PREFERENCES, NULL);

  g_return_val_if_fail (QD_IS_HUB (hub), ADW_DIALOG (self));
  self->hub = g_object_ref (hub);
  g_signal_connect_object (hub, "connections-changed", G_CALLBACK (fill_connections), self, G_CONNECT_SWAPPED);
  fill_connections (self);
  return ADW_DIALOG (self);
}
