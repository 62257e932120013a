/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-port-row.h"

#include <glib/gi18n.h>

#include "qd-policy-entry.h"

#define MAX_NAMES 20

struct _QdPolicyPortRow {
  AdwBin parent_instance;

  QdPolicyBuilder *builder;   /* we are within it */
  QdPolicyDirection direction;
  guint rule, port;
  GtkWidget *protocol, *entry, *names, *names_list, *remove;
  gboolean adds, updating;
};

G_DEFINE_FINAL_TYPE (QdPolicyPortRow, qd_policy_port_row, ADW_TYPE_BIN)

static gboolean
check_cb (gpointer owner, const char *text, GError **error)
{
  return qd_policy_check_port (text, NULL, NULL, error);
}

/* Of one that is written wrongly nothing is selected: then it becomes the default. */
static QdProtocol
get_protocol (QdPolicyPortRow *self)
{
  guint selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->protocol));

  return selected < QD_N_PROTOCOLS ? selected : QD_PROTOCOL_TCP;
}

static gboolean
apply (QdPolicyPortRow *self, const char *text)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_set_port (edit, self->direction, self->rule, self->adds ? QD_YAML_END : self->port, get_protocol (self), text);
  return qd_policy_builder_end (self->builder, edit);
}

static gboolean
commit_cb (QdPolicyPortRow *self, const char *text)
{
  return apply (self, text);
}

static void
protocol_cb (QdPolicyPortRow *self)
{
  if (!self->updating && !self->adds && qd_policy_check_port (qd_policy_entry_get_text (QD_POLICY_ENTRY (self->entry)), NULL, NULL, NULL))
    apply (self, qd_policy_entry_get_text (QD_POLICY_ENTRY (self->entry)));
}

static void
remove_cb (QdPolicyPortRow *self)
{
  QdPolicyEdit *edit = qd_policy_builder_begin (self->builder);

  qd_policy_edit_remove_port (edit, self->direction, self->rule, self->port);
  qd_policy_builder_end (self->builder, edit);
}

/* --- Names that there are ------------------------------------------------------------------ */

static void
name_cb (QdPolicyPortRow *self, GtkListBoxRow *row)
{
  gtk_popover_popdown (gtk_menu_button_get_popover (GTK_MENU_BUTTON (self->names)));
  apply (self, g_object_get_data (G_OBJECT (row), "qd-name"));
}

/* Names of ports of @protocol and how many workloads have one of that name. */
static GHashTable *
count_names (QdPolicyWorld *world, QdProtocol protocol)
{
  GHashTable *counts = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *workloads = qd_policy_world_get_workloads (world);

  for (guint i = 0; i < workloads->len; i++)
    {
      const QdPolicyWorkload *workload = g_ptr_array_index (workloads, i);
      const QdPolicyPod *pod = workload->pods->len > 0 ? g_ptr_array_index (workload->pods, 0) : NULL;

      for (guint k = 0; pod != NULL && k < pod->n_ports; k++)
        if (pod->ports[k].name != NULL && pod->ports[k].protocol == protocol)
          g_hash_table_insert (counts, pod->ports[k].name, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, pod->ports[k].name)) + 1));
    }
  return counts;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (a, b);
}

static void
fill_names (QdPolicyPortRow *self)
{
  QdPolicyWorld *world = qd_policy_builder_get_view (self->builder)->world;
  g_autoptr (GHashTable) counts = world != NULL ? count_names (world, get_protocol (self)) : NULL;
  g_autoptr (GList) names = counts != NULL ? g_list_sort (g_hash_table_get_keys (counts), compare_names) : NULL;
  guint n = 0;

  gtk_list_box_remove_all (GTK_LIST_BOX (self->names_list));
  for (GList *l = names; l != NULL && n < MAX_NAMES; l = l->next, n++)
    {
      guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, l->data));
      g_autofree char *subtitle = g_strdup_printf (ngettext ("%u workload", "%u workloads", count), count);
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), l->data);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      g_object_set_data_full (G_OBJECT (row), "qd-name", g_strdup (l->data), g_free);
      gtk_list_box_append (GTK_LIST_BOX (self->names_list), row);
    }
}

static void
build_names (QdPolicyPortRow *self)
{
  GtkWidget *popover = gtk_popover_new (), *scrolled = gtk_scrolled_window_new ();
  GtkWidget *none = qd_policy_label_new (_("No workload names a port of this protocol"), "dimmed");

  self->names = gtk_menu_button_new ();
  self->names_list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->names_list), GTK_SELECTION_NONE);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (self->names_list), none);
  gtk_widget_add_css_class (self->names_list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->names_list), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Names of ports"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->names_list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 320);
  gtk_widget_set_size_request (scrolled, 220, -1);
  gtk_popover_set_child (GTK_POPOVER (popover), scrolled);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->names), popover);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->names), "pan-down-symbolic");
  gtk_widget_set_tooltip_text (self->names, _("Named Ports"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->names), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Named ports that exist"), -1);
  gtk_widget_add_css_class (self->names, "flat");
  gtk_widget_set_valign (self->names, GTK_ALIGN_START);
  g_signal_connect_swapped (popover, "show", G_CALLBACK (fill_names), self);
  g_signal_connect_swapped (self->names_list, "row-activated", G_CALLBACK (name_cb), self);
}

/* --- The object ---------------------------------------------------------------------------- */

static void
qd_policy_port_row_class_init (QdPolicyPortRowClass *klass)
{
}

static void
qd_policy_port_row_init (QdPolicyPortRow *self)
{
}

GtkWidget *
qd_policy_port_row_new (QdPolicyBuilder *builder, gboolean adds)
{
  static const char *const protocols[] = { "TCP", "UDP", "SCTP", NULL };
  QdPolicyPortRow *self = g_object_new (QD_TYPE_POLICY_PORT_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *wrap = adw_wrap_box_new ();

  self->builder = builder;
  self->adds = adds;
  self->protocol = gtk_drop_down_new_from_strings (protocols);
  gtk_widget_set_valign (self->protocol, GTK_ALIGN_START);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->protocol), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Protocol"), -1);
  self->entry = qd_policy_entry_new (adds ? _("One more port: a number, a range or a name") : _("Port: a number, a range or a name"),
                                     adds ? _("Add 80, 8000-8100, http") : _("Every port"), adds, check_cb, self);
  build_names (self);
  self->remove = qd_policy_button_new ("window-close-symbolic", _("Remove Port"));
  gtk_widget_set_valign (self->remove, GTK_ALIGN_START);
  /* Entries stand below each other. */
  gtk_widget_set_opacity (self->remove, adds ? 0 : 1);
  gtk_widget_set_sensitive (self->remove, !adds);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->remove), GTK_ACCESSIBLE_STATE_HIDDEN, adds, -1);
  /* Below each other where letters are large and the window is narrow. */
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (wrap), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (wrap), 6);
  adw_wrap_box_append (ADW_WRAP_BOX (wrap), self->protocol);
  adw_wrap_box_append (ADW_WRAP_BOX (wrap), self->entry);
  gtk_widget_set_hexpand (wrap, TRUE);
  gtk_box_append (GTK_BOX (box), wrap);
  gtk_box_append (GTK_BOX (box), self->names);
  gtk_box_append (GTK_BOX (box), self->remove);
  adw_bin_set_child (ADW_BIN (self), box);
  g_signal_connect_swapped (self->protocol, "notify::selected", G_CALLBACK (protocol_cb), self);
  g_signal_connect_swapped (self->entry, "commit", G_CALLBACK (commit_cb), self);
  g_signal_connect_swapped (self->remove, "clicked", G_CALLBACK (remove_cb), self);
  return GTK_WIDGET (self);
}

/* What is written in the other kinds, as it is typed here. Returns: (transfer full) */
static char *
say_range (const QdYamlNode *start, const QdYamlNode *end)
{
  const char *first = qd_yaml_node_get_text (start), *last = qd_yaml_node_get_text (end);

  if (g_strcmp0 (first, "1") == 0 && g_strcmp0 (last, "65535") == 0)
    return g_strdup ("");
  return g_strdup_printf ("%s-%s", first != NULL ? first : "?", last != NULL ? last : "?");
}

static char *
say_admin (const QdYamlNode *node, const char **protocol)
{
  const QdYamlNode *number = qd_yaml_node_get (node, "portNumber"), *range = qd_yaml_node_get (node, "portRange");
  const char *text = qd_yaml_node_get_text (qd_yaml_node_get (node, "namedPort"));

  *protocol = qd_yaml_node_get_string (qd_yaml_node_get (number != NULL ? number : range, "protocol"));
  if (range != NULL && number == NULL)
    return say_range (qd_yaml_node_get (range, "start"), qd_yaml_node_get (range, "end"));
  if (number != NULL)
    text = qd_yaml_node_get_text (qd_yaml_node_get (number, "port"));
  return g_strdup (text != NULL ? text : "?");
}

static char *
say_cluster (const QdYamlNode *node, const char **protocol)
{
  static const char *const keys[] = { "tcp", "udp", "sctp" }, *const words[] = { "TCP", "UDP", "SCTP" };
  const char *text = qd_yaml_node_get_text (qd_yaml_node_get (node, "destinationNamedPort"));
  const QdYamlNode *port, *range;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (qd_yaml_node_get (node, keys[i]) != NULL)
      {
        *protocol = words[i];
        port = qd_yaml_node_get (qd_yaml_node_get (node, keys[i]), "destinationPort");
        range = qd_yaml_node_get (port, "range");
        if (range != NULL)
          return say_range (qd_yaml_node_get (range, "start"), qd_yaml_node_get (range, "end"));
        text = qd_yaml_node_get_text (qd_yaml_node_get (port, "number"));
      }
  return g_strdup (text != NULL ? text : "?");
}

static char *
say_network (const QdYamlNode *node, const char **protocol)
{
  const char *port = qd_yaml_node_get_text (qd_yaml_node_get (node, "port")), *end = qd_yaml_node_get_text (qd_yaml_node_get (node, "endPort"));

  *protocol = qd_yaml_node_get_string (qd_yaml_node_get (node, "protocol"));
  if (port == NULL)
    return g_strdup ("");
  return end != NULL ? g_strdup_printf ("%s-%s", port, end) : g_strdup (port);
}

/* A name is one of every protocol, but in a NetworkPolicy. */
static gboolean
is_of_all (QdPolicyKind kind, const char *text)
{
  return kind != QD_POLICY_NETWORK && *text != '\0' && !g_ascii_isdigit (*text) && *text != '?';
}

void
qd_policy_port_row_set (QdPolicyPortRow *self, QdPolicyDirection direction, guint rule, guint port, const QdYamlNode *node, gboolean alone)
{
  QdPolicyKind kind = qd_policy_builder_get_view (self->builder)->kind;
  const char *word = NULL;
  g_autofree char *text = NULL;
  QdProtocol protocol = QD_PROTOCOL_TCP;

  self->direction = direction;
  self->rule = rule;
  self->port = port;
  if (self->adds)
    return;
  text = kind == QD_POLICY_NETWORK ? say_network (node, &word) : kind == QD_POLICY_CLUSTER_NETWORK ? say_cluster (node, &word) : say_admin (node, &word);
  if ((word != NULL && !qd_protocol_parse (word, &protocol)) || is_of_all (kind, text))
    protocol = (QdProtocol) GTK_INVALID_LIST_POSITION;
  self->updating = TRUE;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->protocol), protocol);
  gtk_widget_set_sensitive (self->protocol, !is_of_all (kind, text));
  gtk_widget_set_tooltip_text (self->protocol, is_of_all (kind, text) ? _("A named port is of whichever protocol the workload says") : NULL);
  self->updating = FALSE;
  qd_policy_entry_set_text (QD_POLICY_ENTRY (self->entry), text);
  gtk_widget_set_sensitive (self->remove, !alone);
  gtk_widget_set_tooltip_text (self->remove, alone ? _("The only port: without it, every port would be meant") : _("Remove Port"));
}
