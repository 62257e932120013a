/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-search.h"

#include <string.h>

#include <glib/gi18n.h>

struct _QdPolicySearch {
  GtkWidget parent_instance;
  GtkWidget *box;
  GtkSearchBar *bar, *line_bar;
  GtkSearchEntry *entry;
  GtkEntry *line_entry;
  GtkEditable *replacement;
  GtkWidget *replace_box, *replace_toggle, *replace_button, *replace_all_button;
  GtkLabel *count;

  GtkSourceView *view;                /* borrowed */
  GtkSourceBuffer *buffer;            /* borrowed; NULL: none */
  GtkSourceSearchSettings *settings;
  GtkSourceSearchContext *context;
};

G_DEFINE_FINAL_TYPE (QdPolicySearch, qd_policy_search, GTK_TYPE_WIDGET)

/* --- How many -------------------------------------------------------------------------------------- */

/* The number of the match that is selected; 0: none is. */
static int
find_position (QdPolicySearch *self)
{
  GtkTextIter start, end;

  if (!gtk_text_buffer_get_selection_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end))
    return 0;
  return MAX (0, gtk_source_search_context_get_occurrence_position (self->context, &start, &end));
}

static char *
describe_count (QdPolicySearch *self, const GError *error)
{
  int n = self->context ? gtk_source_search_context_get_occurrences_count (self->context) : 0;
  int at = n > 0 ? find_position (self) : 0;

  if (error)
    return g_strdup (_("Not an expression"));
  if (*gtk_editable_get_text (GTK_EDITABLE (self->entry)) == '\0' || n < 0)
    return g_strdup ("");
  if (n == 0)
    return g_strdup (_("No matches"));
  /* TRANSLATORS: which match of how many */
  return at > 0 ? g_strdup_printf (_("%'d of %'d"), at, n) : g_strdup_printf (ngettext ("%'d match", "%'d matches", (gulong) n), n);
}

static void
update (QdPolicySearch *self)
{
  g_autoptr (GError) error = self->context ? gtk_source_search_context_get_regex_error (self->context) : NULL;
  g_autofree char *text = describe_count (self, error);
  int n = self->context && error == NULL ? gtk_source_search_context_get_occurrences_count (self->context) : 0;
  gboolean editable = gtk_text_view_get_editable (GTK_TEXT_VIEW (self->view)), none = n == 0 && *text != '\0';

  gtk_label_set_label (self->count, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->count), error ? error->message : NULL);
  if (none || error)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
  gtk_widget_set_sensitive (self->replace_button, editable && n > 0);
  gtk_widget_set_sensitive (self->replace_all_button, editable && n > 0);
}

/* --- Going ------------------------------------------------------------------------------------------ */

static void
show (QdPolicySearch *self, const GtkTextIter *start, const GtkTextIter *end)
{
  gtk_text_buffer_select_range (GTK_TEXT_BUFFER (self->buffer), start, end);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view), gtk_text_buffer_get_insert (GTK_TEXT_BUFFER (self->buffer)), 0.1, FALSE, 0, 0);
  update (self);
}

static void
select_match (QdPolicySearch *self, gboolean forward, gboolean from_start)
{
  GtkTextIter from, to, start, end;
  gboolean wrapped;

  if (self->context == NULL)
    return;
  gtk_text_buffer_get_selection_bounds (GTK_TEXT_BUFFER (self->buffer), &from, &to);
  if (forward ? gtk_source_search_context_forward (self->context, from_start ? &from : &to, &start, &end, &wrapped)
              : gtk_source_search_context_backward (self->context, &from, &start, &end, &wrapped))
    show (self, &start, &end);
  else
    update (self);
}

void
qd_policy_search_go (QdPolicySearch *self, gboolean forward)
{
  if (!gtk_search_bar_get_search_mode (self->bar))
    qd_policy_search_find (self, FALSE);
  else
    select_match (self, forward, FALSE);
}

static void
changed_cb (QdPolicySearch *self)
{
  gtk_source_search_settings_set_search_text (self->settings, gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  select_match (self, TRUE, TRUE);
}

static void
next_cb (QdPolicySearch *self)
{
  select_match (self, TRUE, FALSE);
}

static void
previous_cb (QdPolicySearch *self)
{
  select_match (self, FALSE, FALSE);
}

static void
close_cb (QdPolicySearch *self)
{
  gtk_search_bar_set_search_mode (self->bar, FALSE);
  gtk_search_bar_set_search_mode (self->line_bar, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
mode_cb (QdPolicySearch *self)
{
  if (self->context)
    gtk_source_search_context_set_highlight (self->context, gtk_search_bar_get_search_mode (self->bar));
}

/* --- Replacing -------------------------------------------------------------------------------------- */

static void
tell (QdPolicySearch *self, const GError *error)
{
  gtk_label_set_label (self->count, _("Not a replacement"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->count), error->message);
}

/* What is selected, where that is a match; then on to the next one. */
static void
replace_cb (QdPolicySearch *self)
{
  g_autoptr (GError) error = NULL;
  GtkTextIter start, end;

  if (self->context == NULL || !gtk_text_view_get_editable (GTK_TEXT_VIEW (self->view)))
    return;
  if (find_position (self) > 0)
    {
      gtk_text_buffer_get_selection_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end);
      gtk_source_search_context_replace (self->context, &start, &end, gtk_editable_get_text (self->replacement), -1, &error);
      if (error == NULL)
        gtk_text_buffer_place_cursor (GTK_TEXT_BUFFER (self->buffer), &end);
    }
  if (error)
    tell (self, error);
  else
    select_match (self, TRUE, FALSE);
}

static void
replace_all_cb (QdPolicySearch *self)
{
  g_autoptr (GError) error = NULL;

  if (self->context == NULL || !gtk_text_view_get_editable (GTK_TEXT_VIEW (self->view)))
    return;
  gtk_source_search_context_replace_all (self->context, gtk_editable_get_text (self->replacement), -1, &error);
  if (error)
    tell (self, error);
  else
    update (self);
}

static void
toggled_cb (QdPolicySearch *self)
{
  gboolean replace = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->replace_toggle));

  gtk_widget_set_visible (self->replace_box, replace);
  if (replace)
    gtk_widget_grab_focus (GTK_WIDGET (self->replacement));
}

/* --- A line ------------------------------------------------------------------------------------------ */

/* "12" or "12:5". FALSE: it is neither. */
static gboolean
parse_line (const char *text, guint64 *line, guint64 *column)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 2);

  *column = 1;
  return parts[0] && g_ascii_string_to_unsigned (g_strstrip (parts[0]), 10, 1, G_MAXINT, line, NULL) &&
         (parts[1] == NULL || *parts[1] == '\0' || g_ascii_string_to_unsigned (g_strstrip (parts[1]), 10, 1, G_MAXINT, column, NULL));
}

static void
line_changed_cb (QdPolicySearch *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->line_entry));
  guint64 line, column;

  if (*text == '\0' || parse_line (text, &line, &column))
    gtk_widget_remove_css_class (GTK_WIDGET (self->line_entry), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->line_entry), "error");
}

static void
line_cb (QdPolicySearch *self)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  guint64 line, column;
  GtkTextIter at;

  if (buffer == NULL || !parse_line (gtk_editable_get_text (GTK_EDITABLE (self->line_entry)), &line, &column))
    return;
  /* A line or a column too far is the last one. */
  gtk_text_buffer_get_iter_at_line (buffer, &at, (int) MIN (line, (guint64) gtk_text_buffer_get_line_count (buffer)) - 1);
  for (guint64 i = 1; i < column && !gtk_text_iter_ends_line (&at); i++)
    gtk_text_iter_forward_char (&at);
  close_cb (self);
  show (self, &at, &at);
}

void
qd_policy_search_ask_line (QdPolicySearch *self)
{
  if (self->buffer == NULL)
    return;
  gtk_search_bar_set_search_mode (self->bar, FALSE);
  gtk_editable_set_text (GTK_EDITABLE (self->line_entry), "");
  gtk_search_bar_set_search_mode (self->line_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->line_entry));
}

/* --- Asking ------------------------------------------------------------------------------------------ */

void
qd_policy_search_find (QdPolicySearch *self, gboolean replace)
{
  GtkTextIter start, end;

  if (self->buffer == NULL)
    return;
  gtk_search_bar_set_search_mode (self->line_bar, FALSE);
  if (gtk_text_buffer_get_selection_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end) &&
      gtk_text_iter_get_line (&start) == gtk_text_iter_get_line (&end))
    {
      g_autofree char *text = gtk_text_buffer_get_text (GTK_TEXT_BUFFER (self->buffer), &start, &end, FALSE);
      g_autofree char *escaped = gtk_source_search_settings_get_regex_enabled (self->settings) ? g_regex_escape_string (text, -1) : g_strdup (text);

      gtk_editable_set_text (GTK_EDITABLE (self->entry), escaped);
    }
  gtk_search_bar_set_search_mode (self->bar, TRUE);
  if (replace)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->replace_toggle), TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}

void
qd_policy_search_set_buffer (QdPolicySearch *self, GtkSourceBuffer *buffer)
{
  g_clear_object (&self->context);
  self->buffer = buffer;
  if (buffer == NULL)
    return;
  self->context = gtk_source_search_context_new (buffer, self->settings);
  g_signal_connect_object (self->context, "notify::occurrences-count", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->context, "notify::regex-error", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  mode_cb (self);
  update (self);
}

/* --- The widget -------------------------------------------------------------------------------------- */

static void
qd_policy_search_dispose (GObject *object)
{
  QdPolicySearch *self = QD_POLICY_SEARCH (object);

  g_clear_object (&self->context);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (qd_policy_search_parent_class)->dispose (object);
}

static void
qd_policy_search_class_init (QdPolicySearchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_search_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
name (GtkWidget *widget, const char *label)
{
  gtk_widget_set_tooltip_text (widget, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static GtkWidget *
add_button (QdPolicySearch *self, GtkWidget *box, GtkWidget *button, const char *label, GCallback callback)
{
  if (label)
    name (button, label);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
make_options (QdPolicySearch *self)
{
  static const struct { const char *name, *property, *label; } options[] = {
    { "case", "case-sensitive", N_("Match _Case") },
    { "word", "at-word-boundaries", N_("Whole _Words") },
    { "regex", "regex-enabled", N_("Regular _Expression") },
  };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *button = gtk_menu_button_new ();

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autoptr (GPropertyAction) action = g_property_action_new (options[i].name, self->settings, options[i].property);
      g_autofree char *detailed = g_strconcat ("search.", options[i].name, NULL);

      g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
      g_menu_append (menu, _(options[i].label), detailed);
    }
  gtk_widget_insert_action_group (GTK_WIDGET (self), "search", G_ACTION_GROUP (group));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "emblem-system-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_menu_button_set_has_frame (GTK_MENU_BUTTON (button), FALSE);
  name (button, _("How to search"));
  return button;
}

static GtkWidget *
make_find_row (QdPolicySearch *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);

  self->entry = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  gtk_search_entry_set_placeholder_text (self->entry, _("Find in the text"));
  gtk_widget_set_hexpand (GTK_WIDGET (self->entry), TRUE);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 5);
  self->count = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->count), "dimmed");
  gtk_widget_add_css_class (GTK_WIDGET (self->count), "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (self->count), "caption");
  gtk_widget_set_margin_start (GTK_WIDGET (self->count), 3);
  gtk_box_append (GTK_BOX (row), GTK_WIDGET (self->entry));
  gtk_box_append (GTK_BOX (row), GTK_WIDGET (self->count));
  add_button (self, row, gtk_button_new_from_icon_name ("go-up-symbolic"), _("Previous match"), G_CALLBACK (previous_cb));
  add_button (self, row, gtk_button_new_from_icon_name ("go-down-symbolic"), _("Next match"), G_CALLBACK (next_cb));
  self->replace_toggle = gtk_toggle_button_new ();
  gtk_button_set_icon_name (GTK_BUTTON (self->replace_toggle), "edit-find-replace-symbolic");
  gtk_widget_add_css_class (self->replace_toggle, "flat");
  name (self->replace_toggle, _("Replace"));
  g_signal_connect_object (self->replace_toggle, "toggled", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (row), self->replace_toggle);
  gtk_box_append (GTK_BOX (row), make_options (self));
  return row;
}

static GtkWidget *
make_replace_row (QdPolicySearch *self)
{
  self->replace_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);
  self->replacement = GTK_EDITABLE (gtk_entry_new ());
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->replacement), _("Replace with"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->replacement), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Replace with"), -1);
  gtk_editable_set_width_chars (self->replacement, 5);
  gtk_widget_set_hexpand (GTK_WIDGET (self->replacement), TRUE);
  gtk_box_append (GTK_BOX (self->replace_box), GTK_WIDGET (self->replacement));
  self->replace_button = add_button (self, self->replace_box, gtk_button_new_with_mnemonic (_("_Replace")), NULL, G_CALLBACK (replace_cb));
  self->replace_all_button = add_button (self, self->replace_box, gtk_button_new_with_mnemonic (_("Replace _All")), NULL, G_CALLBACK (replace_all_cb));
  g_signal_connect_object (self->replacement, "activate", G_CALLBACK (replace_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_visible (self->replace_box, FALSE);
  return self->replace_box;
}

/* The bar takes Escape for its own entry alone: from here it closes as well. */
static gboolean
escape_cb (GtkWidget *widget, GVariant *arguments, gpointer self)
{
  close_cb (self);
  return TRUE;
}

static void
add_escape (QdPolicySearch *self, GtkWidget *widget)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0), gtk_callback_action_new (escape_cb, self, NULL)));
  gtk_widget_add_controller (widget, controller);
}

static GtkWidget *
make_bar (QdPolicySearch *self)
{
  GtkWidget *rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_box_append (GTK_BOX (rows), make_find_row (self));
  gtk_box_append (GTK_BOX (rows), make_replace_row (self));
  gtk_widget_set_hexpand (rows, TRUE);
  self->bar = GTK_SEARCH_BAR (gtk_search_bar_new ());
  gtk_search_bar_set_child (self->bar, rows);
  gtk_search_bar_connect_entry (self->bar, GTK_EDITABLE (self->entry));
  g_signal_connect_object (self->entry, "search-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (next_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "next-match", G_CALLBACK (next_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "previous-match", G_CALLBACK (previous_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "stop-search", G_CALLBACK (close_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->bar, "notify::search-mode-enabled", G_CALLBACK (mode_cb), self, G_CONNECT_SWAPPED);
  add_escape (self, GTK_WIDGET (self->replace_box));
  return GTK_WIDGET (self->bar);
}

static GtkWidget *
make_line_bar (QdPolicySearch *self)
{
  self->line_entry = GTK_ENTRY (gtk_entry_new ());
  gtk_entry_set_placeholder_text (self->line_entry, _("Line, or line:column"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->line_entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Go to line"), -1);
  gtk_widget_set_hexpand (GTK_WIDGET (self->line_entry), TRUE);
  gtk_entry_set_input_purpose (self->line_entry, GTK_INPUT_PURPOSE_NUMBER);
  g_signal_connect_object (self->line_entry, "activate", G_CALLBACK (line_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->line_entry, "changed", G_CALLBACK (line_changed_cb), self, G_CONNECT_SWAPPED);
  add_escape (self, GTK_WIDGET (self->line_entry));
  self->line_bar = GTK_SEARCH_BAR (gtk_search_bar_new ());
  gtk_search_bar_set_child (self->line_bar, GTK_WIDGET (self->line_entry));
  return GTK_WIDGET (self->line_bar);
}

static void
qd_policy_search_init (QdPolicySearch *self)
{
  self->settings = gtk_source_search_settings_new ();
  gtk_source_search_settings_set_wrap_around (self->settings, TRUE);
  /* What is folded is text, too. */
  gtk_source_search_settings_set_visible_only (self->settings, FALSE);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), make_bar (self));
  gtk_box_append (GTK_BOX (self->box), make_line_bar (self));
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
qd_policy_search_new (GtkSourceView *view)
{
  QdPolicySearch *self = g_object_new (QD_TYPE_POLICY_SEARCH, NULL);

  self->view = view;
  return GTK_WIDGET (self);
}
