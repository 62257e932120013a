/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-saved-filters.h"

#include <glib/gi18n.h>

#include "qd-json.h"

#define MAX_SAVED 20

struct _QdSavedFilters {
  AdwBin parent_instance;

  QdSession *session;
  char *key;
  GtkWidget *box;
  GPtrArray *texts;
  char *(*get) (gpointer data);
  void (*use) (gpointer data, const char *text);
  gpointer data;
};

G_DEFINE_FINAL_TYPE (QdSavedFilters, qd_saved_filters, ADW_TYPE_BIN)

static void fill (QdSavedFilters *self);

static QdStore *
get_store (QdSavedFilters *self)
{
  return qd_hub_get_store (qd_session_get_hub (self->session));
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdSession) session = data;
  g_autoptr (GError) error = NULL;

  if (qd_store_set_finish (QD_STORE (source), result, &error))
    return;
  g_autofree char *text = g_strdup_printf (_("Could not keep the filter. %s"), error->message);
  qd_session_toast (session, text);
}

static void
keep (QdSavedFilters *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *json = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < self->texts->len; i++)
    json_builder_add_string_value (builder, self->texts->pdata[i]);
  json_builder_end_array (builder);
  node = json_builder_get_root (builder);
  json = qd_json_to_text (node, FALSE);
  if (get_store (self) != NULL)
    qd_store_set_async (get_store (self), self->key, json, kept_cb, g_object_ref (self->session));
  fill (self);
}

static void
remove_text (QdSavedFilters *self, const char *text)
{
  for (guint i = self->texts->len; i-- > 0;)
    if (g_str_equal (self->texts->pdata[i], text))
      g_ptr_array_remove_index (self->texts, i);
}

static void
popdown (QdSavedFilters *self)
{
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_POPOVER);

  if (popover)
    gtk_popover_popdown (GTK_POPOVER (popover));
}

static void
use_cb (QdSavedFilters *self, GtkButton *button)
{
  self->use (self->data, g_object_get_data (G_OBJECT (button), "qd-text"));
  popdown (self);
}

static void
remove_cb (QdSavedFilters *self, GtkButton *button)
{
  g_autofree char *text = g_strdup (g_object_get_data (G_OBJECT (button), "qd-text"));

  remove_text (self, text);
  keep (self);
}

static void
save_cb (QdSavedFilters *self)
{
  g_autofree char *text = self->get (self->data);

  if (text == NULL || *text == '\0')
    return;
  remove_text (self, text);
  g_ptr_array_insert (self->texts, 0, g_steal_pointer (&text));
  if (self->texts->len > MAX_SAVED)
    g_ptr_array_set_size (self->texts, MAX_SAVED);
  keep (self);
}

static GtkWidget *
build_row (QdSavedFilters *self, const char *text)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *use = gtk_button_new_with_label (text), *remove = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *name = g_strdup_printf (_("Forget the filter “%s”"), text);

  gtk_widget_add_css_class (use, "flat");
  gtk_widget_set_hexpand (use, TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (use))), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (use))), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (use))), 28);
  g_object_set_data_full (G_OBJECT (use), "qd-text", g_strdup (text), g_free);
  g_signal_connect_object (use, "clicked", G_CALLBACK (use_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_css_class (remove, "flat");
  gtk_widget_set_tooltip_text (remove, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (remove), "qd-text", g_strdup (text), g_free);
  g_signal_connect_object (remove, "clicked", G_CALLBACK (remove_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (row), use);
  gtk_box_append (GTK_BOX (row), remove);
  return row;
}

static void
fill (QdSavedFilters *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  for (guint i = 0; i < self->texts->len; i++)
    gtk_box_append (GTK_BOX (self->box), build_row (self, self->texts->pdata[i]));
  gtk_widget_set_visible (self->box, self->texts->len > 0);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdSavedFilters) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = qd_store_get_finish (QD_STORE (source), result, &error);
  g_autoptr (JsonNode) node = text != NULL ? qd_json_parse (text, -1, "filters", &error) : NULL;
  JsonArray *array = qd_json_array (node);

  if (error != NULL)
    g_warning ("There are no saved filters: %s", error->message);
  if (array == NULL || self->session == NULL)
    return;
  for (guint i = 0; i < MIN (json_array_get_length (array), MAX_SAVED); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING)
        g_ptr_array_add (self->texts, g_strdup (json_node_get_string (element)));
    }
  fill (self);
}

static void
qd_saved_filters_dispose (GObject *object)
{
  QdSavedFilters *self = QD_SAVED_FILTERS (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->texts, g_ptr_array_unref);
  G_OBJECT_CLASS (qd_saved_filters_parent_class)->dispose (object);
}

static void
qd_saved_filters_class_init (QdSavedFiltersClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_saved_filters_dispose;
}

static void
qd_saved_filters_init (QdSavedFilters *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *button = gtk_button_new_with_mnemonic (_("_Save This Filter"));

  self->texts = g_ptr_array_new_with_free_func (g_free);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_visible (self->box, FALSE);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_object (button, "clicked", G_CALLBACK (save_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), self->box);
  gtk_box_append (GTK_BOX (box), button);
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
qd_saved_filters_new (QdSession *session, const char *key, char *(*get) (gpointer data),
                      void (*use) (gpointer data, const char *text), gpointer data)
{
  QdSavedFilters *self = g_object_new (QD_TYPE_SAVED_FILTERS, NULL);

  self->session = g_object_ref (session);
  self->key = g_strdup (key);
  self->get = get;
  self->use = use;
  self->data = data;
  if (get_store (self) != NULL)
    qd_store_get_async (get_store (self), key, loaded_cb, g_object_ref (self));
  return GTK_WIDGET (self);
}
