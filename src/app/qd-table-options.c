/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-table-options.h"

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-saved-filters.h"

static QdStore *
get_store (QdTable *table)
{
  return qd_hub_get_store (qd_session_get_hub (qd_table_get_session (table)));
}

static const QdSchema *
get_schema (QdTable *table)
{
  return qd_schema_get (qd_table_get_kind (table));
}

static char *
get_key (QdTable *table, const char *what)
{
  return g_strdup_printf ("table/%s/%s", get_schema (table)->id, what);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdSession) session = data;
  g_autoptr (GError) error = NULL;

  if (qd_store_set_finish (QD_STORE (source), result, &error))
    return;
  g_autofree char *text = g_strdup_printf (_("Could not keep the table's settings. %s"), error->message);
  qd_session_toast (session, text);
}

static void
save (QdTable *table, const char *what, JsonNode *node)
{
  g_autofree char *key = get_key (table, what), *text = qd_json_to_text (node, FALSE);

  if (get_store (table) != NULL)
    qd_store_set_async (get_store (table), key, text, saved_cb, g_object_ref (qd_table_get_session (table)));
}

/* --- Columns --- */

static void
save_columns (QdTable *table)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const QdSchema *schema = get_schema (table);

  json_builder_begin_array (builder);
  for (guint i = 0; i < schema->n_fields; i++)
    if (qd_table_get_column_visible (table, i))
      json_builder_add_string_value (builder, schema->fields[i].id);
  json_builder_end_array (builder);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  save (table, "columns", node);
}

static void
column_toggled_cb (GtkCheckButton *check, QdTable *table)
{
  guint field = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (check), "qd-field"));

  qd_table_set_column_visible (table, field, gtk_check_button_get_active (check));
  save_columns (table);
}

static gboolean
holds (JsonArray *array, const char *id)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
          g_str_equal (json_node_get_string (node), id))
        return TRUE;
    }
  return FALSE;
}

static void
columns_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdTable) table = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = qd_store_get_finish (QD_STORE (source), result, &error);
  g_autoptr (JsonNode) node = text != NULL ? qd_json_parse (text, -1, "columns", &error) : NULL;
  JsonArray *array = qd_json_array (node);

  if (error != NULL)
    g_warning ("The table's columns are as they are at first: %s", error->message);
  if (array == NULL || qd_table_get_session (table) == NULL)
    return;
  for (guint i = 0; i < get_schema (table)->n_fields; i++)
    qd_table_set_column_visible (table, i, i == QD_FIELD_NAME || holds (array, get_schema (table)->fields[i].id));
}

void
qd_table_options_load (QdTable *table)
{
  g_autofree char *key = get_key (table, "columns");

  if (get_store (table) != NULL)
    qd_store_get_async (get_store (table), key, columns_loaded_cb, g_object_ref (table));
}

static GtkWidget *
build_columns (QdTable *table)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *scrolled = gtk_scrolled_window_new ();
  const QdSchema *schema = get_schema (table);

  for (guint i = 0; i < schema->n_fields; i++)
    {
      if (schema->fields[i].title == NULL)
        continue;
      GtkWidget *check = gtk_check_button_new_with_label (_(schema->fields[i].title));
      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), qd_table_get_column_visible (table, i));
      gtk_widget_set_sensitive (check, i != QD_FIELD_NAME);
      g_object_set_data (G_OBJECT (check), "qd-field", GUINT_TO_POINTER (i));
      g_signal_connect (check, "toggled", G_CALLBACK (column_toggled_cb), table);
      gtk_box_append (GTK_BOX (box), check);
    }
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 320);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  return scrolled;
}

/* --- Saved filters --- */

static char *
get_filter (gpointer table)
{
  return g_strdup (qd_table_get_filter_text (table));
}

static void
use_filter (gpointer table, const char *text)
{
  qd_table_set_filter_text (table, text);
}

static GtkWidget *
build_saved (QdTable *table)
{
  g_autofree char *key = get_key (table, "filters");

  return qd_saved_filters_new (qd_table_get_session (table), key, get_filter, use_filter, table);
}

/* --- The button --- */

static GtkWidget *
heading_new (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  return label;
}

/* The columns are shown as they are when it opens. */
static void
fill_cb (GtkMenuButton *button, gpointer data)
{
  QdTable *table = data;
  GtkWidget *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *export = gtk_button_new_with_mnemonic (_("_Export as CSV…"));

  gtk_box_append (GTK_BOX (box), heading_new (_("Columns")));
  gtk_box_append (GTK_BOX (box), build_columns (table));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (box), heading_new (_("Saved filters")));
  gtk_box_append (GTK_BOX (box), build_saved (table));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_widget_add_css_class (export, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (export), "table.export");
  g_signal_connect_swapped (export, "clicked", G_CALLBACK (gtk_popover_popdown), popover);
  gtk_widget_set_tooltip_text (export, qd_table_get_no_export (table));
  gtk_box_append (GTK_BOX (box), export);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_menu_button_set_popover (button, popover);
}

GtkWidget *
qd_table_options_new (QdTable *table)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _("Columns, saved filters, export"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Columns, saved filters, export"), -1);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), fill_cb, table, NULL);
  return button;
}
