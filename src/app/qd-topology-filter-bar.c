/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-filter-bar.h"

#include <string.h>
#include <glib/gi18n.h>

#include "qd-saved-filters.h"
#include "qd-table-chips.h"
#include "qd-topology-groups.h"

/* How many values of one kind are offered. */
#define MAX_VALUES 30
#define MAX_ASKED 5000
#define TYPING_MS 150

struct _QdTopologyFilterBar {
  AdwBin parent_instance;

  QdSession *session;
  GtkWidget *entry, *chips;
  guint typing_id;
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (QdTopologyFilterBar, qd_topology_filter_bar, ADW_TYPE_BIN)

static guint changed_signal;

static gboolean
typed_cb (gpointer data)
{
  QdTopologyFilterBar *self = data;

  self->typing_id = 0;
  g_signal_emit (self, changed_signal, 0);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (QdTopologyFilterBar *self)
{
  if (self->setting)
    return;
  g_clear_handle_id (&self->typing_id, g_source_remove);
  self->typing_id = g_timeout_add (TYPING_MS, typed_cb, self);
}

/* --- What there is to choose from -------------------------------------------------------------- */

static void
condition_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  QdTopologyFilterBar *self = QD_TOPOLOGY_FILTER_BAR (widget);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autofree char *more = g_strdup_printf ("%s%s%s", text, *text ? " " : "", g_variant_get_string (parameter, NULL));

  gtk_editable_set_text (GTK_EDITABLE (self->entry), more);
}

static char *
make_condition (const char *group_by, const char *value)
{
  const char *name = g_str_has_prefix (group_by, "label:") ? group_by + strlen ("label:") : group_by;
  const char *prefix = name != group_by ? "label." : "";
  g_autofree char *clean = g_strdup (value);

  /* Quotes cannot be within quotes. */
  g_strdelimit (clean, "\"", ' ');
  return strpbrk (clean, " \t") ? g_strdup_printf ("\"%s%s:%s\"", prefix, name, clean) : g_strdup_printf ("%s%s:%s", prefix, name, clean);
}

static void
add_values (GHashTable *values, QdEntityList *list, const char *connection, const char *group_by)
{
  guint n = qd_entity_list_get_length (list);

  for (guint i = 0, asked = 0; i < n && asked < MAX_ASKED; i++)
    {
      QdEntity *entity = qd_entity_list_peek (list, i);
      char *value;

      if (!qd_entity_belongs (entity, connection))
        continue;
      asked++;
      value = qd_topology_group_of (entity, group_by);
      if (value && g_hash_table_size (values) < MAX_VALUES)
        g_hash_table_add (values, value);
      else
        g_free (value);
    }
}

static void
add_choice (QdTopologyFilterBar *self, GMenu *menu, const char *group_by)
{
  QdFleet *fleet = qd_session_get_fleet (self->session);
  const char *connection = qd_session_get_connection (self->session);
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) sorted = NULL;
  g_autoptr (GMenu) sub = g_menu_new ();
  g_autofree char *title = qd_topology_group_title (group_by);

  add_values (values, qd_fleet_get_list (fleet, QD_KIND_SITE), connection, group_by);
  add_values (values, qd_fleet_get_list (fleet, QD_KIND_NODE), connection, group_by);
  sorted = g_hash_table_get_keys_as_ptr_array (values);
  if (sorted->len == 0)
    return;
  g_ptr_array_sort_values (sorted, (GCompareFunc) strcmp);
  for (guint i = 0; i < sorted->len; i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (sorted->pdata[i], NULL);
      g_autofree char *condition = make_condition (group_by, sorted->pdata[i]);

      g_menu_item_set_action_and_target (item, "filter.condition", "s", condition);
      g_menu_append_item (sub, item);
    }
  g_menu_append_submenu (menu, title, G_MENU_MODEL (sub));
}

/* What there is now, when the menu opens. */
static void
fill_conditions_cb (GtkMenuButton *button, gpointer data)
{
  QdTopologyFilterBar *self = data;
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GPtrArray) choices = qd_topology_group_choices (qd_session_get_fleet (self->session),
                                                             qd_session_get_connection (self->session));

  for (guint i = 0; i < choices->len; i++)
    add_choice (self, menu, choices->pdata[i]);
  gtk_menu_button_set_popover (button, gtk_popover_menu_new_from_model (G_MENU_MODEL (menu)));
}

static char *
get_text (gpointer data)
{
  return qd_topology_filter_bar_dup_text (data);
}

static void
use_text (gpointer data, const char *text)
{
  qd_topology_filter_bar_set_text (data, text);
}

static void
fill_saved_cb (GtkMenuButton *button, gpointer data)
{
  QdTopologyFilterBar *self = data;
  GtkWidget *popover = gtk_popover_new ();

  gtk_popover_set_child (GTK_POPOVER (popover), qd_saved_filters_new (self->session, "topology-filters", get_text, use_text, self));
  gtk_menu_button_set_popover (button, popover);
}

/* --- The object -------------------------------------------------------------------------------- */

static void
qd_topology_filter_bar_dispose (GObject *object)
{
  QdTopologyFilterBar *self = QD_TOPOLOGY_FILTER_BAR (object);

  g_clear_handle_id (&self->typing_id, g_source_remove);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_topology_filter_bar_parent_class)->dispose (object);
}

static void
qd_topology_filter_bar_class_init (QdTopologyFilterBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_topology_filter_bar_dispose;
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "filter.condition", "s", condition_cb);
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
build_button (QdTopologyFilterBar *self, const char *icon, const char *name, GtkMenuButtonCreatePopupFunc fill)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), icon);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), fill, self, NULL);
  return button;
}

static void
qd_topology_filter_bar_init (QdTopologyFilterBar *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->entry = gtk_search_entry_new ();
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (self->entry), _("Show only what matches, as kind:hub"));
  gtk_search_entry_set_search_delay (GTK_SEARCH_ENTRY (self->entry), 0);
  gtk_widget_set_hexpand (self->entry, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Filter the topology"), -1);
  g_signal_connect_swapped (self->entry, "search-changed", G_CALLBACK (changed_cb), self);
  self->chips = qd_table_chips_new (QD_KIND_SITE);
  g_signal_connect_swapped (self->chips, "changed", G_CALLBACK (changed_cb), self);
  gtk_box_append (GTK_BOX (line), self->entry);
  gtk_box_append (GTK_BOX (line), build_button (self, "list-add-symbolic", _("Add a condition"), fill_conditions_cb));
  gtk_box_append (GTK_BOX (line), build_button (self, "user-bookmarks-symbolic", _("Saved filters"), fill_saved_cb));
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), self->chips);
  gtk_widget_add_css_class (box, "qd-table-bar");
  adw_bin_set_child (ADW_BIN (self), box);
}

GtkWidget *
qd_topology_filter_bar_new (QdSession *session)
{
  QdTopologyFilterBar *self = g_object_new (QD_TYPE_TOPOLOGY_FILTER_BAR, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}

char *
qd_topology_filter_bar_dup_text (QdTopologyFilterBar *self)
{
  g_autofree char *typed = NULL;
  GString *out;
  guint mask;

  g_return_val_if_fail (QD_IS_TOPOLOGY_FILTER_BAR (self), NULL);

  typed = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  out = g_string_new (g_strstrip (typed));
  mask = qd_table_chips_get_mask (QD_TABLE_CHIPS (self->chips));
  for (int status = QD_STATUS_DOWN, any = FALSE; status >= QD_STATUS_NONE; status--)
    if (mask & (1u << status))
      {
        g_string_append (out, any ? "," : out->len > 0 ? " status:" : "status:");
        g_string_append (out, qd_status_to_string ((QdStatus) status));
        any = TRUE;
      }
  return g_string_free (out, FALSE);
}

void
qd_topology_filter_bar_set_text (QdTopologyFilterBar *self, const char *text)
{
  g_return_if_fail (QD_IS_TOPOLOGY_FILTER_BAR (self));

  self->setting = TRUE;
  qd_table_chips_clear (QD_TABLE_CHIPS (self->chips));
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  self->setting = FALSE;
  g_clear_handle_id (&self->typing_id, g_source_remove);
  g_signal_emit (self, changed_signal, 0);
}

QdFilter *
qd_topology_filter_bar_make_filter (QdTopologyFilterBar *self)
{
  g_autofree char *text = qd_topology_filter_bar_dup_text (self);

  return *text ? qd_filter_new (text, QD_FILTER_ANYWHERE, 0) : NULL;
}

void
qd_topology_filter_bar_focus (QdTopologyFilterBar *self)
{
  gtk_widget_grab_focus (self->entry);
}
