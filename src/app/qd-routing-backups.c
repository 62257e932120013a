/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-backups.h"

#include <glib/gi18n.h>

#include "qd-routing-words.h"

#define MAX_BACKUPS 16

struct _QdRoutingBackups {
  AdwExpanderRow parent_instance;

  QdFleet *fleet;
  const char *connection;   /* interned */
  GPtrArray *paths;         /* char *: ids of what can be added */
  GPtrArray *ids;           /* char *: what is there */
  GPtrArray *rows;          /* borrowed: a row each */
  GtkWidget *add;
  gboolean adding;
};

G_DEFINE_FINAL_TYPE (QdRoutingBackups, qd_routing_backups, ADW_TYPE_EXPANDER_ROW)

static guint changed_signal;

static void show_rows (QdRoutingBackups *self);

static void
tell (QdRoutingBackups *self)
{
  show_rows (self);
  g_signal_emit (self, changed_signal, 0);
}

/* --- Buttons ---------------------------------------------------------------------------------------- */

static guint
nth_of (GtkWidget *button)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "qd-nth"));
}

static void
remove_cb (QdRoutingBackups *self, GtkWidget *button)
{
  g_ptr_array_remove_index (self->ids, nth_of (button));
  tell (self);
}

static void
up_cb (QdRoutingBackups *self, GtkWidget *button)
{
  guint nth = nth_of (button);
  gpointer id = g_ptr_array_steal_index (self->ids, nth);

  g_ptr_array_insert (self->ids, (int) nth - 1, id);
  tell (self);
}

static gboolean
contains (QdRoutingBackups *self, const char *id)
{
  return g_ptr_array_find_with_equal_func (self->ids, id, g_str_equal, NULL);
}

static void
add_cb (QdRoutingBackups *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->add));

  if (self->adding || selected == 0 || selected > self->paths->len)
    return;
  self->adding = TRUE;
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->add), 0);
  self->adding = FALSE;
  if (contains (self, g_ptr_array_index (self->paths, selected - 1)) || self->ids->len >= MAX_BACKUPS)
    return;
  g_ptr_array_add (self->ids, g_strdup (g_ptr_array_index (self->paths, selected - 1)));
  tell (self);
}

/* --- Rows -------------------------------------------------------------------------------------------- */

static GtkWidget *
make_button (QdRoutingBackups *self, const char *icon, const char *name, guint nth, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "qd-nth", GUINT_TO_POINTER (nth));
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
make_row (QdRoutingBackups *self, guint nth)
{
  const char *name = qd_routing_path_name (self->fleet, self->connection, g_ptr_array_index (self->ids, nth));
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *up = g_strdup_printf (_("Move %s up"), name), *away = g_strdup_printf (_("Take %s away"), name);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  if (nth > 0)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_button (self, "go-up-symbolic", up, nth, G_CALLBACK (up_cb)));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_button (self, "list-remove-symbolic", away, nth, G_CALLBACK (remove_cb)));
  return row;
}

static void
show_rows (QdRoutingBackups *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->rows->len; i++)
    adw_expander_row_remove (ADW_EXPANDER_ROW (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < self->ids->len; i++)
    {
      GtkWidget *row = make_row (self, i);

      g_ptr_array_add (self->rows, row);
      adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
    }
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), text->len > 0 ? text->str : _("The next best path"));
}

/* --- The object ---------------------------------------------------------------------------------------- */

static void
qd_routing_backups_dispose (GObject *object)
{
  g_clear_object (&QD_ROUTING_BACKUPS (object)->fleet);
  G_OBJECT_CLASS (qd_routing_backups_parent_class)->dispose (object);
}

static void
qd_routing_backups_finalize (GObject *object)
{
  QdRoutingBackups *self = QD_ROUTING_BACKUPS (object);

  g_clear_pointer (&self->paths, g_ptr_array_unref);
  g_ptr_array_unref (self->ids);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (qd_routing_backups_parent_class)->finalize (object);
}

static void
qd_routing_backups_class_init (QdRoutingBackupsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_routing_backups_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_routing_backups_finalize;
  changed_signal = g_signal_new ("changed", QD_TYPE_ROUTING_BACKUPS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_routing_backups_init (QdRoutingBackups *self)
{
  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->rows = g_ptr_array_new ();
}

GtkWidget *
qd_routing_backups_new (QdFleet *fleet, const char *connection, GPtrArray *paths, GtkStringList *names)
{
  QdRoutingBackups *self = g_object_new (QD_TYPE_ROUTING_BACKUPS, NULL);
  g_autoptr (GtkStringList) choices = gtk_string_list_new (NULL);
  g_autoptr (GtkExpression) expression = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");

  self->fleet = g_object_ref (fleet);
  self->connection = g_intern_string (connection);
  self->paths = g_ptr_array_ref (paths);
  gtk_string_list_append (choices, _("Choose a path"));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (names)); i++)
    gtk_string_list_append (choices, gtk_string_list_get_string (names, i));
  self->add = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->add), _("Add a backup"));
  adw_combo_row_set_expression (ADW_COMBO_ROW (self->add), expression);
  adw_combo_row_set_model (ADW_COMBO_ROW (self->add), G_LIST_MODEL (choices));
  adw_combo_row_set_enable_search (ADW_COMBO_ROW (self->add), TRUE);
  adw_combo_row_set_search_match_mode (ADW_COMBO_ROW (self->add), GTK_STRING_FILTER_MATCH_MODE_SUBSTRING);
  g_signal_connect_object (self->add, "notify::selected", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), self->add);
  show_rows (self);
  return GTK_WIDGET (self);
}

void
qd_routing_backups_set (QdRoutingBackups *self, JsonNode *array)
{
  g_autoptr (JsonNode) before = qd_routing_backups_get (self);

  if (array && json_node_equal (before, array))
    return;
  g_ptr_array_set_size (self->ids, 0);
  for (guint i = 0; array && JSON_NODE_HOLDS_ARRAY (array) && i < json_array_get_length (json_node_get_array (array)); i++)
    {
      JsonNode *node = json_array_get_element (json_node_get_array (array), i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_ptr_array_add (self->ids, g_strdup (json_node_get_string (node)));
    }
  show_rows (self);
}

JsonNode *
qd_routing_backups_get (QdRoutingBackups *self)
{
  g_autoptr (JsonArray) array = json_array_new ();

  for (guint i = 0; i < self->ids->len; i++)
    json_array_add_string_element (array, g_ptr_array_index (self->ids, i));
  return json_node_init_array (json_node_alloc (), array);
}
