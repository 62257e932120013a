/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-connection-switcher.h"

#include <glib/gi18n.h>

#include "qd-state.h"
#include "qd-time.h"

#define UNLOCK_MINUTES 15
#define UPDATE_MS 1000

struct _QdConnectionSwitcher
{
  AdwBin parent_instance;

  /* Borrowed, all below the menu button. */
  GtkWidget *button;
  GtkWidget *image;
  GtkWidget *title;
  GtkWidget *subtitle;
  GtkListBox *list;
  GtkPopover *popover;

  QdSession *session;
  guint update_id;
};

G_DEFINE_FINAL_TYPE (QdConnectionSwitcher, qd_connection_switcher, ADW_TYPE_BIN)

/* --- The button --------------------------------------------------------------------------------- */

const char *
qd_connection_environment_label (QdEntity *connection)
{
  const char *environment = qd_entity_get_string (connection, QD_CONNECTION_ENVIRONMENT);

  if (g_strcmp0 (environment, "prod") == 0)
    return _("Production");
  if (g_strcmp0 (environment, "staging") == 0)
    return _("Staging");
  if (g_strcmp0 (environment, "dev") == 0)
    return _("Development");
  return environment != NULL ? environment : "";
}

/* "as of 14:02:11, live", in plain words. */
static char *
describe (QdEntity *connection)
{
  const QdValue *as_of = qd_entity_get (connection, QD_CONNECTION_AS_OF);
  const char *state = qd_state_get_connection_label (connection);
  g_autofree char *time = NULL;

  if (as_of->type != QD_VALUE_TIME || qd_state_of_connection (connection) == QD_STATUS_WELL)
    return g_strdup (state);
  time = qd_time_format_local (as_of->v.i);
  return g_strdup_printf (_("%s, as of %s"), state, time);
}

static void
set_text (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

static void
show_all_connections (QdConnectionSwitcher *self, QdEntityList *list)
{
  guint n = qd_entity_list_get_length (list), live = 0, real = 0;
  QdStatus worst = QD_STATUS_WELL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < n; i++)
    {
      QdStatus status = qd_state_of_connection (qd_entity_list_peek (list, i));

      if (qd_entity_is_paper (qd_entity_list_peek (list, i)))
        continue;
      worst = MAX (worst, status);
      live += status == QD_STATUS_WELL;
      real++;
    }
  qd_state_image_set (self->image, real > 0 ? worst : QD_STATUS_UNKNOWN);
  set_text (self->title, _("All connections"));
  text = real == 0 ? g_strdup (_("None yet")) : g_strdup_printf (_("%u of %u live"), live, real);
  set_text (self->subtitle, text);
}

static void
update_button (QdConnectionSwitcher *self)
{
  QdFleet *fleet = qd_session_get_fleet (self->session);
  QdEntityList *list = qd_fleet_get_list (fleet, QD_KIND_CONNECTION);
  const char *shown = qd_session_get_connection (self->session);
  QdEntity *connection = NULL;
  g_autofree char *label = NULL;

  if (shown != NULL)
    connection = qd_fleet_lookup (fleet, shown, QD_KIND_CONNECTION, shown);
  else if (qd_entity_list_get_length (list) == 1 && !qd_entity_is_paper (qd_entity_list_peek (list, 0)))
    connection = qd_entity_list_peek (list, 0);
  if (connection == NULL)
    show_all_connections (self, list);
  else
    {
      g_autofree char *text = describe (connection);

      qd_state_connection_image_set (self->image, connection);
      set_text (self->title, qd_entity_get_name (connection));
      set_text (self->subtitle, text);
    }
  label = g_strdup_printf (_("Connection: %s, %s"), gtk_label_get_text (GTK_LABEL (self->title)),
                           gtk_label_get_text (GTK_LABEL (self->subtitle)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static gboolean
update_cb (gpointer data)
{
  QdConnectionSwitcher *self = data;

  self->update_id = 0;
  update_button (self);
  return G_SOURCE_REMOVE;
}

static void
items_updated_cb (QdConnectionSwitcher *self)
{
  if (self->update_id == 0)
    self->update_id = g_timeout_add (UPDATE_MS, update_cb, self);
}

static void
items_changed_cb (QdConnectionSwitcher *self)
{
  g_clear_handle_id (&self->update_id, g_source_remove);
  update_button (self);
}

/* --- The list ----------------------------------------------------------------------------------- */

static void
lock_toggled_cb (QdConnectionSwitcher *self, GtkToggleButton *button)
{
  const char *connection = g_object_get_data (G_OBJECT (button), "qd-connection");
  gboolean unlocked = gtk_toggle_button_get_active (button);

  qd_hub_unlock (qd_session_get_hub (self->session), connection, unlocked ? UNLOCK_MINUTES : 0);
  gtk_button_set_icon_name (GTK_BUTTON (button), unlocked ? "qd-unlock-symbolic" : "qd-lock-symbolic");
}

static GtkWidget *
create_lock (QdConnectionSwitcher *self, QdEntity *connection)
{
  GtkWidget *lock = gtk_toggle_button_new ();
  gboolean locked = qd_hub_is_locked (qd_session_get_hub (self->session), qd_entity_get_id (connection));

  gtk_button_set_icon_name (GTK_BUTTON (lock), locked ? "qd-lock-symbolic" : "qd-unlock-symbolic");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (lock), !locked);
  gtk_widget_set_valign (lock, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (lock, "flat");
  gtk_widget_set_tooltip_text (lock, _("Allow changes for 15 minutes"));
  g_object_set_data_full (G_OBJECT (lock), "qd-connection", g_strdup (qd_entity_get_id (connection)), g_free);
  g_signal_connect_object (lock, "toggled", G_CALLBACK (lock_toggled_cb), self, G_CONNECT_SWAPPED);
  return lock;
}

/* A paper fleet is named and removed from here. */
static GtkWidget *
create_edit (QdConnectionSwitcher *self, const char *id)
{
  GtkWidget *edit = gtk_button_new_from_icon_name ("document-edit-symbolic");

  gtk_widget_set_valign (edit, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (edit, "flat");
  gtk_widget_set_tooltip_text (edit, _("Rename or remove"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (edit), "win.edit-paper");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (edit), "s", id);
  g_signal_connect_object (edit, "clicked", G_CALLBACK (gtk_popover_popdown), self->popover, G_CONNECT_SWAPPED);
  return edit;
}

static GtkWidget *
create_row (QdConnectionSwitcher *self, QdEntity *connection)
{
  GtkWidget *row = adw_action_row_new ();
  const char *shown = qd_session_get_connection (self->session);
  const char *id = connection != NULL ? qd_entity_get_id (connection) : NULL;
  GtkWidget *check = gtk_image_new_from_icon_name ("object-select-symbolic");

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  if (connection == NULL)
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("All connections"));
  else
    {
      GtkWidget *image = qd_state_image_new (QD_STATUS_UNKNOWN);
      const char *environment = qd_connection_environment_label (connection);
      g_autofree char *state = describe (connection);
      g_autofree char *text = *environment != '\0' ? g_strdup_printf (_("%s · %s"), state, environment) : g_strdup (state);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), qd_entity_get_name (connection));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
      qd_state_connection_image_set (image, connection);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), image);
      if (qd_entity_is_paper (connection))
        adw_action_row_add_suffix (ADW_ACTION_ROW (row), create_edit (self, id));
      if (g_strcmp0 (qd_entity_get_string (connection, QD_CONNECTION_ENVIRONMENT), "prod") == 0)
        adw_action_row_add_suffix (ADW_ACTION_ROW (row), create_lock (self, connection));
    }
  gtk_widget_set_opacity (check, g_strcmp0 (shown, id) == 0 ? 1 : 0);
  gtk_accessible_update_state (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), check);
  g_object_set_data_full (G_OBJECT (row), "qd-connection", g_strdup (id), g_free);
  return row;
}

static void
row_activated_cb (QdConnectionSwitcher *self, GtkListBoxRow *row)
{
  gtk_popover_popdown (self->popover);
  qd_session_set_connection (self->session, g_object_get_data (G_OBJECT (row), "qd-connection"));
}

/* Filled each time it opens: a snapshot that holds still while one reads it. */
static void
fill_list_cb (QdConnectionSwitcher *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_CONNECTION);
  guint n = qd_entity_list_get_length (list);

  gtk_list_box_remove_all (self->list);
  gtk_list_box_append (self->list, create_row (self, NULL));
  /* Drawings come after what is real. */
  for (guint paper = 0; paper < 2; paper++)
    for (guint i = 0; i < n; i++)
      if (qd_entity_is_paper (qd_entity_list_peek (list, i)) == (gboolean) paper)
        gtk_list_box_append (self->list, create_row (self, qd_entity_list_peek (list, i)));
}

static GtkWidget *
create_popover (QdConnectionSwitcher *self)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *add = gtk_button_new_with_mnemonic (_("_Add Connection…"));
  GtkWidget *import = gtk_button_new_with_mnemonic (_("_Import a Topology…"));

  gtk_widget_set_size_request (box, 280, -1);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Connections"), -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 420);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (add), "app.add-connection");
  g_signal_connect_object (add, "clicked", G_CALLBACK (gtk_popover_popdown), popover, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (import), "win.import-topology");
  g_signal_connect_object (import, "clicked", G_CALLBACK (gtk_popover_popdown), popover, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), add);
  gtk_box_append (GTK_BOX (box), import);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_widget_set_margin_start (box, 6);
  gtk_widget_set_margin_end (box, 6);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  self->list = GTK_LIST_BOX (list);
  self->popover = GTK_POPOVER (popover);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (popover, "show", G_CALLBACK (fill_list_cb), self, G_CONNECT_SWAPPED);
  return popover;
}

/* The list is made when it is first wanted: the window opens faster without it. */
static void
create_popup_cb (GtkMenuButton *button, gpointer data)
{
  if (gtk_menu_button_get_popover (button) == NULL)
    gtk_menu_button_set_popover (button, create_popover (data));
}

/* --- Class -------------------------------------------------------------------------------------- */

static void
qd_connection_switcher_dispose (GObject *object)
{
  QdConnectionSwitcher *self = QD_CONNECTION_SWITCHER (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->button != NULL)
    gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->button), NULL, NULL, NULL);
  self->button = NULL;
  adw_bin_set_child (ADW_BIN (self), NULL);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_connection_switcher_parent_class)->dispose (object);
}

static void
qd_connection_switcher_class_init (QdConnectionSwitcherClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_connection_switcher_dispose;
}

static GtkWidget *
create_label (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
qd_connection_switcher_init (QdConnectionSwitcher *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *labels = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *arrow = gtk_image_new_from_icon_name ("pan-down-symbolic");

  self->image = qd_state_image_new (QD_STATUS_UNKNOWN);
  self->title = create_label ("heading");
  self->subtitle = create_label ("caption");
  gtk_widget_add_css_class (self->subtitle, "dimmed");
  gtk_widget_add_css_class (self->subtitle, "numeric");
  gtk_widget_set_hexpand (labels, TRUE);
  gtk_box_append (GTK_BOX (labels), self->title);
  gtk_box_append (GTK_BOX (labels), self->subtitle);
  gtk_box_append (GTK_BOX (box), self->image);
  gtk_box_append (GTK_BOX (box), labels);
  gtk_box_append (GTK_BOX (box), arrow);
  self->button = gtk_menu_button_new ();
  gtk_widget_add_css_class (self->button, "flat");
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->button), box);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->button), create_popup_cb, self, NULL);
  adw_bin_set_child (ADW_BIN (self), self->button);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
}

GtkWidget *
qd_connection_switcher_new (QdSession *session)
{
  QdConnectionSwitcher *self = g_object_new (QD_TYPE_CONNECTION_SWITCHER, NULL);
  QdEntityList *list;

  g_return_val_if_fail (QD_IS_SESSION (session), GTK_WIDGET (self));
  self->session = g_object_ref (session);
  list = qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_CONNECTION);
  g_signal_connect_object (list, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (list, "items-updated", G_CALLBACK (items_updated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::connection", G_CALLBACK (update_button), self, G_CONNECT_SWAPPED);
  update_button (self);
  return GTK_WIDGET (self);
}
