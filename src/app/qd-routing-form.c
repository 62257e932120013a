/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-form.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-edit.h"
#include "qd-routing-backups.h"
#include "qd-routing-order.h"
#include "qd-routing-weights.h"
#include "qd-routing-words.h"
#include "qd-routing.h"

#define MAX_DELAY_S 86400
#define MAX_NAME_BYTES 128
#define MAX_CLASS_BYTES 64

struct _QdRoutingForm {
  AdwBin parent_instance;

  QdSession *session;
  const char *connection;                    /* interned */
  JsonObject *object;                        /* what was set or typed last, and could be read */
  GtkWidget *page;
  GtkWidget *entries[QD_ROUTING_N_AT];       /* of fields that are typed; else NULL */
  GtkWidget *priority, *enabled, *protocol, *preference, *weights, *primary, *backups, *failback, *delay;
  GtkWidget *sentence;
  GPtrArray *paths;                          /* char *: ids, as the lists have them */
  char *fault;
  gboolean setting;
};

G_DEFINE_FINAL_TYPE (QdRoutingForm, qd_routing_form, ADW_TYPE_BIN)

static guint changed_signal;

static const char *const protocols[] = { NULL, "tcp", "udp", "icmp" };
static const QdRoutingPreference preferences[] = { QD_ROUTING_LOWEST_LATENCY, QD_ROUTING_HIGHEST_BANDWIDTH, QD_ROUTING_LOWEST_PACKET_LOSS,
                                                   QD_ROUTING_LOWEST_COST, QD_ROUTING_CUSTOM };

/* --- Reading what was typed ------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, text);
  return FALSE;
}

static gboolean
read_text (const char *text, gsize max, const char *too_long, JsonNode **node, GError **error)
{
  if (strlen (text) > max)
    return refuse (error, too_long);
  *node = json_node_init_string (json_node_alloc (), text);
  return TRUE;
}

static gboolean
read_whole (const char *text, guint64 low, guint64 high, const char *wrong, JsonNode **node, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, low, high, &number, NULL))
    return refuse (error, wrong);
  *node = json_node_init_int (json_node_alloc (), (gint64) number);
  return TRUE;
}

/* With a point or the locale's comma. */
static gboolean
read_score (const char *text, JsonNode **node, GError **error)
{
  g_autofree char *plain = g_strdelimit (g_strdup (text), ",", '.');
  char *end;
  double score = g_ascii_strtod (plain, &end);

  if (*end != '\0' || !(score >= 0 && score <= 100))
    return refuse (error, _("A score is a number from 0 to 100"));
  *node = score == (double) (gint64) score ? json_node_init_int (json_node_alloc (), (gint64) score)
                                           : json_node_init_double (json_node_alloc (), score);
  return TRUE;
}

/* @node: NULL where nothing was typed. */
static gboolean
read_field (QdRoutingAt at, const char *text, JsonNode **node, GError **error)
{
  guint first, last;

  *node = NULL;
  if (*text == '\0')
    return at != QD_ROUTING_AT_NAME || refuse (error, _("A routing policy needs a name"));
  switch (at)
    {
    case QD_ROUTING_AT_NAME:
      return read_text (text, MAX_NAME_BYTES, _("The name is too long"), node, error);
    case QD_ROUTING_AT_CLASS:
      return read_text (text, MAX_CLASS_BYTES, _("The application class is too long"), node, error);
    case QD_ROUTING_AT_SRC_CIDR:
    case QD_ROUTING_AT_DST_CIDR:
      return qd_policy_check_block (text, error) && read_text (text, G_MAXSIZE, NULL, node, error);
    case QD_ROUTING_AT_DST_PORTS:
      return qd_routing_check_ports (text, &first, &last, error) && read_text (text, G_MAXSIZE, NULL, node, error);
    case QD_ROUTING_AT_SRC_PORT:
      return read_whole (text, 1, 65535, _("A port is a number from 1 to 65535"), node, error);
    case QD_ROUTING_AT_DSCP:
      return read_whole (text, 0, 63, _("DSCP is a number from 0 to 63"), node, error);
    case QD_ROUTING_AT_THRESHOLD:
      return read_score (text, node, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

static const char *
get_text (JsonObject *object, QdRoutingAt at)
{
  JsonNode *node = qd_routing_object_get (object, at);

  return node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

static double
get_number (JsonObject *object, QdRoutingAt at)
{
  JsonNode *node = qd_routing_object_get (object, at);

  return node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : 0;
}

static gboolean
get_flag (JsonObject *object, QdRoutingAt at)
{
  JsonNode *node = qd_routing_object_get (object, at);

  return node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_boolean (node);
}

/* --- Judging ------------------------------------------------------------------------------------------ */

static void
show_fault (QdRoutingForm *self, GtkWidget *row, const char *fault)
{
  if (fault)
    gtk_widget_add_css_class (row, "error");
  else
    gtk_widget_remove_css_class (row, "error");
  gtk_widget_set_tooltip_text (row, fault);
  gtk_accessible_update_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID, fault ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  if (fault)
    gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, fault, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
  if (fault && self->fault == NULL)
    self->fault = g_strdup_printf ("%s: %s", adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), fault);
}

static void
read_entry (QdRoutingForm *self, QdRoutingAt at)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entries[at]))));
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  if (read_field (at, text, &node, &error))
    qd_routing_object_set (self->object, at, node);
  show_fault (self, self->entries[at], error ? error->message : NULL);
}

static gboolean
is_custom (QdRoutingForm *self)
{
  guint n = adw_combo_row_get_selected (ADW_COMBO_ROW (self->preference));

  return n < G_N_ELEMENTS (preferences) && preferences[n] == QD_ROUTING_CUSTOM;
}

static void
read_preference (QdRoutingForm *self)
{
  guint n = adw_combo_row_get_selected (ADW_COMBO_ROW (self->preference));
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->weights)));
  g_autoptr (GError) error = NULL;
  JsonNode *node = NULL;

  gtk_widget_set_visible (self->weights, is_custom (self));
  if (is_custom (self))
    node = qd_routing_weights_parse (text, &error);
  else if (n < G_N_ELEMENTS (preferences))
    node = json_node_init_string (json_node_alloc (), qd_routing_preference_to_string (preferences[n]));
  if (node)
    qd_routing_object_set (self->object, QD_ROUTING_AT_PREFERENCE, node);
  show_fault (self, self->weights, error ? error->message : NULL);
}

/* What was read of the server stays as it is spelled there where the row says the same. */
static void
read_number (QdRoutingForm *self, QdRoutingAt at, GtkWidget *row)
{
  gint64 number = (gint64) adw_spin_row_get_value (ADW_SPIN_ROW (row));

  if (number != (gint64) get_number (self->object, at))
    qd_routing_object_set (self->object, at, json_node_init_int (json_node_alloc (), number));
}

static void
read_flag (QdRoutingForm *self, QdRoutingAt at, GtkWidget *row)
{
  qd_routing_object_set (self->object, at, json_node_init_boolean (json_node_alloc (), adw_switch_row_get_active (ADW_SWITCH_ROW (row))));
}

static void
read_word (QdRoutingForm *self, QdRoutingAt at, const char *word)
{
  const char *before = get_text (self->object, at);

  if (word == NULL || before == NULL || g_ascii_strcasecmp (word, before) != 0)
    qd_routing_object_set (self->object, at, word ? json_node_init_string (json_node_alloc (), word) : NULL);
}

static void
read_rows (QdRoutingForm *self)
{
  guint protocol = adw_combo_row_get_selected (ADW_COMBO_ROW (self->protocol)), primary = adw_combo_row_get_selected (ADW_COMBO_ROW (self->primary));

  read_number (self, QD_ROUTING_AT_PRIORITY, self->priority);
  read_number (self, QD_ROUTING_AT_DELAY, self->delay);
  read_flag (self, QD_ROUTING_AT_ENABLED, self->enabled);
  read_flag (self, QD_ROUTING_AT_FAILBACK, self->failback);
  if (protocol < G_N_ELEMENTS (protocols))
    read_word (self, QD_ROUTING_AT_PROTOCOL, protocols[protocol]);
  if (primary <= self->paths->len)
    read_word (self, QD_ROUTING_AT_PRIMARY, primary > 0 ? g_ptr_array_index (self->paths, primary - 1) : NULL);
  qd_routing_object_set (self->object, QD_ROUTING_AT_BACKUPS, qd_routing_backups_get (QD_ROUTING_BACKUPS (self->backups)));
}

static void
show_sentence (QdRoutingForm *self)
{
  g_autofree char *text = qd_routing_tell (self->object, qd_session_get_fleet (self->session), self->connection);

  gtk_label_set_text (GTK_LABEL (self->sentence), text);
}

static void
judge (QdRoutingForm *self)
{
  g_clear_pointer (&self->fault, g_free);
  for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
    if (self->entries[at])
      read_entry (self, at);
  read_preference (self);
  read_rows (self);
  show_sentence (self);
}

static void
changed_cb (QdRoutingForm *self)
{
  if (self->setting)
    return;
  judge (self);
  g_signal_emit (self, changed_signal, 0);
}

/* --- Showing ------------------------------------------------------------------------------------------- */

static void
show_entry (QdRoutingForm *self, QdRoutingAt at)
{
  JsonNode *node = qd_routing_object_get (self->object, at);
  g_autofree char *text = node ? qd_routing_object_tell (self->object, at, NULL, NULL) : g_strdup ("");
  g_autofree char *shown = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entries[at]))));

  if (!g_str_equal (shown, text))
    gtk_editable_set_text (GTK_EDITABLE (self->entries[at]), text);
}

static void
show_preference (QdRoutingForm *self)
{
  JsonNode *node = qd_routing_object_get (self->object, QD_ROUTING_AT_PREFERENCE);
  g_autofree char *weights = node && JSON_NODE_HOLDS_OBJECT (node) ? qd_routing_weights_to_text (node) : NULL;
  const char *word = weights ? "custom" : get_text (self->object, QD_ROUTING_AT_PREFERENCE);
  QdRoutingPreference preference = QD_ROUTING_UNKNOWN;
  guint nth = GTK_INVALID_LIST_POSITION;

  if (weights && g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->weights)), weights) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->weights), weights);
  if (weights)
    preference = QD_ROUTING_CUSTOM;
  else if (word)
    qd_routing_preference_parse (word, &preference);
  for (guint i = 0; i < G_N_ELEMENTS (preferences); i++)
    if (preferences[i] == preference)
      nth = i;
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->preference), nth);
}

static guint
find_path (QdRoutingForm *self, const char *id)
{
  for (guint i = 0; i < self->paths->len; i++)
    if (g_str_equal (g_ptr_array_index (self->paths, i), id))
      return i;
  return G_MAXUINT;
}

static void
show_rows (QdRoutingForm *self)
{
  const char *protocol = get_text (self->object, QD_ROUTING_AT_PROTOCOL), *primary = get_text (self->object, QD_ROUTING_AT_PRIMARY);
  guint nth = protocol ? GTK_INVALID_LIST_POSITION : 0, path = primary ? find_path (self, primary) : G_MAXUINT;

  for (guint i = 1; protocol && i < G_N_ELEMENTS (protocols); i++)
    if (g_ascii_strcasecmp (protocol, protocols[i]) == 0)
      nth = i;
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->protocol), nth);
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->primary), primary == NULL ? 0 : path == G_MAXUINT ? GTK_INVALID_LIST_POSITION : path + 1);
  adw_spin_row_set_value (ADW_SPIN_ROW (self->priority), get_number (self->object, QD_ROUTING_AT_PRIORITY));
  adw_spin_row_set_value (ADW_SPIN_ROW (self->delay), get_number (self->object, QD_ROUTING_AT_DELAY));
  adw_switch_row_set_active (ADW_SWITCH_ROW (self->enabled), get_flag (self->object, QD_ROUTING_AT_ENABLED));
  adw_switch_row_set_active (ADW_SWITCH_ROW (self->failback), get_flag (self->object, QD_ROUTING_AT_FAILBACK));
  qd_routing_backups_set (QD_ROUTING_BACKUPS (self->backups), qd_routing_object_get (self->object, QD_ROUTING_AT_BACKUPS));
}

void
qd_routing_form_set (QdRoutingForm *self, JsonObject *object)
{
  g_clear_pointer (&self->object, json_object_unref);
  self->object = qd_routing_object_normalize (object);
  self->setting = TRUE;
  for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
    if (self->entries[at])
      show_entry (self, at);
  show_preference (self);
  show_rows (self);
  self->setting = FALSE;
  judge (self);
}

JsonObject *
qd_routing_form_get (QdRoutingForm *self)
{
  return qd_routing_object_normalize (self->object);
}

const char *
qd_routing_form_get_fault (QdRoutingForm *self)
{
  return self->fault;
}

void
qd_routing_form_focus_name (QdRoutingForm *self)
{
  gtk_widget_grab_focus (self->entries[QD_ROUTING_AT_NAME]);
}

/* --- Building --------------------------------------------------------------------------------------------- */

static GtkWidget *
add_group (QdRoutingForm *self, const char *title, const char *description)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), description);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page), ADW_PREFERENCES_GROUP (group));
  return group;
}

static GtkWidget *
add_row (QdRoutingForm *self, GtkWidget *group, GtkWidget *row, const char *title, const char *signal)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  g_signal_connect_object (row, signal, G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return row;
}

static void
add_entry (QdRoutingForm *self, GtkWidget *group, QdRoutingAt at, const char *hint)
{
  g_autofree char *title = hint ? g_strdup_printf (_("%s, such as %s"), qd_routing_at_get_title (at), hint) : g_strdup (qd_routing_at_get_title (at));

  self->entries[at] = add_row (self, group, adw_entry_row_new (), title, "changed");
}

static void
set_strings (GtkWidget *combo, const char *const *strings)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (strings);

  adw_combo_row_set_model (ADW_COMBO_ROW (combo), G_LIST_MODEL (list));
}

static void
build_what (QdRoutingForm *self)
{
  GtkWidget *group = add_group (self, "", NULL);

  add_entry (self, group, QD_ROUTING_AT_NAME, NULL);
  self->priority = add_row (self, group, adw_spin_row_new_with_range (0, QD_ROUTING_MAX_PRIORITY, 1), qd_routing_at_get_title (QD_ROUTING_AT_PRIORITY), "notify::value");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->priority), _("The lowest is asked first"));
  self->enabled = add_row (self, group, adw_switch_row_new (), qd_routing_at_get_title (QD_ROUTING_AT_ENABLED), "notify::active");
}

static void
build_traffic (QdRoutingForm *self)
{
  const char *const names[] = { _("Any"), "TCP", "UDP", "ICMP", NULL };
  GtkWidget *group = add_group (self, _("Traffic"), _("What is left empty fits all"));

  self->protocol = add_row (self, group, adw_combo_row_new (), qd_routing_at_get_title (QD_ROUTING_AT_PROTOCOL), "notify::selected");
  set_strings (self->protocol, names);
  add_entry (self, group, QD_ROUTING_AT_SRC_CIDR, "10.1.0.0/16");
  add_entry (self, group, QD_ROUTING_AT_DST_CIDR, "10.2.0.0/16");
  add_entry (self, group, QD_ROUTING_AT_SRC_PORT, "5060");
  add_entry (self, group, QD_ROUTING_AT_DST_PORTS, "5060-5090");
  add_entry (self, group, QD_ROUTING_AT_CLASS, "voice");
  add_entry (self, group, QD_ROUTING_AT_DSCP, "46");
}

static void
build_path (QdRoutingForm *self)
{
  GtkWidget *group = add_group (self, _("Path"), NULL);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (preferences); i++)
    gtk_string_list_append (names, qd_routing_preference_get_title (preferences[i]));
  self->preference = add_row (self, group, adw_combo_row_new (), qd_routing_at_get_title (QD_ROUTING_AT_PREFERENCE), "notify::selected");
  adw_combo_row_set_model (ADW_COMBO_ROW (self->preference), G_LIST_MODEL (names));
  self->weights = add_row (self, group, adw_entry_row_new (), _("Weights, such as latency_weight=3, cost_weight=1"), "changed");
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return qd_value_compare (qd_entity_get (*(QdEntity *const *) a, QD_FIELD_NAME), qd_entity_get (*(QdEntity *const *) b, QD_FIELD_NAME));
}

/* What paths there are, by name, and those that the policy names though they are not known. */
static GtkStringList *
list_paths (QdRoutingForm *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_PATH);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  GtkStringList *names = gtk_string_list_new (NULL);

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    if (g_strcmp0 (qd_entity_get_connection (qd_entity_list_peek (list, i)), self->connection) == 0)
      g_ptr_array_add (found, qd_entity_list_peek (list, i));
  g_ptr_array_sort (found, compare_paths);
  for (guint i = 0; i < found->len; i++)
    {
      g_ptr_array_add (self->paths, g_strdup (qd_entity_get_id (found->pdata[i])));
      gtk_string_list_append (names, qd_entity_get_name (found->pdata[i]));
    }
  return names;
}

static void
build_failover (QdRoutingForm *self)
{
  GtkWidget *group = add_group (self, _("Failover"), NULL);
  g_autoptr (GtkStringList) names = list_paths (self), first = gtk_string_list_new (NULL);
  g_autoptr (GtkExpression) expression = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");

  gtk_string_list_append (first, _("As the preference chooses"));
  for (guint i = 0; i < self->paths->len; i++)
    gtk_string_list_append (first, gtk_string_list_get_string (names, i));
  self->primary = add_row (self, group, adw_combo_row_new (), qd_routing_at_get_title (QD_ROUTING_AT_PRIMARY), "notify::selected");
  adw_combo_row_set_expression (ADW_COMBO_ROW (self->primary), expression);
  adw_combo_row_set_model (ADW_COMBO_ROW (self->primary), G_LIST_MODEL (first));
  adw_combo_row_set_enable_search (ADW_COMBO_ROW (self->primary), TRUE);
  adw_combo_row_set_search_match_mode (ADW_COMBO_ROW (self->primary), GTK_STRING_FILTER_MATCH_MODE_SUBSTRING);
  self->backups = add_row (self, group, qd_routing_backups_new (qd_session_get_fleet (self->session), self->connection, self->paths, names),
                           qd_routing_at_get_title (QD_ROUTING_AT_BACKUPS), "changed");
  add_entry (self, group, QD_ROUTING_AT_THRESHOLD, "70");
  self->failback = add_row (self, group, adw_switch_row_new (), qd_routing_at_get_title (QD_ROUTING_AT_FAILBACK), "notify::active");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->failback), _("Once the path before it is good again"));
  self->delay = add_row (self, group, adw_spin_row_new_with_range (0, MAX_DELAY_S, 1), qd_routing_at_get_title (QD_ROUTING_AT_DELAY), "notify::value");
}

/* All of it in words, as it would be. */
static void
build_sentence (QdRoutingForm *self)
{
  GtkWidget *group = add_group (self, _("In Words"), NULL);

  self->sentence = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->sentence), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->sentence), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (self->sentence), 0);
  gtk_label_set_selectable (GTK_LABEL (self->sentence), TRUE);
  gtk_widget_add_css_class (self->sentence, "dimmed");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->sentence);
}

static void
qd_routing_form_dispose (GObject *object)
{
  QdRoutingForm *self = QD_ROUTING_FORM (object);

  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_routing_form_parent_class)->dispose (object);
}

static void
qd_routing_form_finalize (GObject *object)
{
  QdRoutingForm *self = QD_ROUTING_FORM (object);

  g_clear_pointer (&self->object, json_object_unref);
  g_ptr_array_unref (self->paths);
  g_free (self->fault);
  G_OBJECT_CLASS (qd_routing_form_parent_class)->finalize (object);
}

static void
qd_routing_form_class_init (QdRoutingFormClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_routing_form_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_routing_form_finalize;
  changed_signal = g_signal_new ("changed", QD_TYPE_ROUTING_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_routing_form_init (QdRoutingForm *self)
{
  self->paths = g_ptr_array_new_with_free_func (g_free);
  self->object = qd_routing_object_new ();
}

GtkWidget *
qd_routing_form_new (QdSession *session, const char *connection, AdwPreferencesGroup *top, AdwPreferencesGroup *beside)
{
  QdRoutingForm *self = g_object_new (QD_TYPE_ROUTING_FORM, NULL);

  self->session = g_object_ref (session);
  self->connection = g_intern_string (connection);
  self->page = adw_preferences_page_new ();
  self->setting = TRUE;
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page), top);
  build_what (self);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page), beside);
  build_traffic (self);
  build_path (self);
  build_failover (self);
  build_sentence (self);
  adw_bin_set_child (ADW_BIN (self), self->page);
  self->setting = FALSE;
  return GTK_WIDGET (self);
}
