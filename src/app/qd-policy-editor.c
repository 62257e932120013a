/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-editor.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-policy-buffer.h"

/* So long after a keystroke it is told; each more puts it off no longer. */
#define TELL_MS 60

struct _QdPolicyEditor {
  GtkWidget parent_instance;
  GtkWidget *box;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkLabel *matches;
  GtkSourceView *view;

  QdDocument *document;
  GtkSourceBuffer *buffer;   /* borrowed from @document */
  GtkSourceSearchSettings *search;
  GtkSourceSearchContext *context;
  GListModel *problems;
  guint tell_id;
  gboolean unsaid;           /* something was changed here that was not told yet */
};

enum { TYPED, MOVED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdPolicyEditor, qd_policy_editor, GTK_TYPE_WIDGET)

/* --- Telling ------------------------------------------------------------------------------------------ */

void
qd_policy_editor_flush (QdPolicyEditor *self)
{
  g_clear_handle_id (&self->tell_id, g_source_remove);
  if (!self->unsaid || self->document == NULL)
    return;
  self->unsaid = FALSE;
  g_autoptr (GBytes) bytes = qd_policy_buffer_get_bytes (self->buffer);
  g_signal_emit (self, signals[TYPED], 0, self->document, bytes);
}

gboolean
qd_policy_editor_is_ahead (QdPolicyEditor *self)
{
  return self->unsaid;
}

static gboolean
tell_cb (gpointer data)
{
  QdPolicyEditor *self = data;

  self->tell_id = 0;
  qd_policy_editor_flush (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (QdPolicyEditor *self)
{
  if (!qd_policy_buffer_is_editable (self->buffer))
    return;
  self->unsaid = TRUE;
  if (self->tell_id == 0)
    self->tell_id = g_timeout_add (TELL_MS, tell_cb, self);
}

static void
moved_cb (QdPolicyEditor *self)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  g_signal_emit (self, signals[MOVED], 0, (guint) gtk_text_iter_get_line (&iter) + 1, (guint) gtk_text_iter_get_line_offset (&iter) + 1);
}

/* --- Problems ----------------------------------------------------------------------------------------- */

static const char *
tag_name (QdPolicySeverity severity)
{
  return severity == QD_POLICY_ERROR ? "qd-error" : severity == QD_POLICY_WARNING ? "qd-warning" : "qd-note";
}

/* Red and amber of the state colours, as the theme is. */
static void
ensure_tags (GtkTextBuffer *buffer, gboolean dark)
{
  const struct { const char *name; PangoUnderline line; const char *light, *dark; } kinds[] = {
    { "qd-note", PANGO_UNDERLINE_SINGLE, "#5e5c64", "#9a9996" },
    { "qd-warning", PANGO_UNDERLINE_ERROR, "#9c6e03", "#f8e45c" },
    { "qd-error", PANGO_UNDERLINE_ERROR, "#c01c28", "#ff7b63" },
  };
  GtkTextTagTable *table = gtk_text_buffer_get_tag_table (buffer);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      GtkTextTag *tag = gtk_text_tag_table_lookup (table, kinds[i].name);
      GdkRGBA colour;

      if (tag == NULL)
        tag = gtk_text_buffer_create_tag (buffer, kinds[i].name, "underline", kinds[i].line, NULL);
      gdk_rgba_parse (&colour, dark ? kinds[i].dark : kinds[i].light);
      g_object_set (tag, "underline-rgba", &colour, NULL);
    }
}

static gboolean
get_place (GtkTextBuffer *buffer, QdProblem *problem, GtkTextIter *start, GtkTextIter *end)
{
  guint length = qd_problem_get_length (problem);

  if (!gtk_text_buffer_get_iter_at_line_offset (buffer, start, (int) qd_problem_get_line (problem) - 1, (int) qd_problem_get_column (problem) - 1))
    return FALSE;
  *end = *start;
  if (length > 0)
    gtk_text_iter_forward_chars (end, (int) length);
  else if (!gtk_text_iter_ends_line (end))
    gtk_text_iter_forward_to_line_end (end);
  /* At the end of a line there is nothing to underline but what stands before. */
  if (gtk_text_iter_equal (start, end))
    gtk_text_iter_backward_char (start);
  return TRUE;
}

static gboolean
is_here (QdPolicyEditor *self, QdProblem *problem)
{
  return self->document && g_str_equal (qd_problem_get_file (problem), qd_document_get_name (self->document));
}

static void
underline (QdPolicyEditor *self)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextIter start, end;

  if (self->document == NULL)
    return;
  ensure_tags (buffer, adw_style_manager_get_dark (adw_style_manager_get_default ()));
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  for (QdPolicySeverity s = QD_POLICY_NOTE; s <= QD_POLICY_ERROR; s++)
    gtk_text_buffer_remove_tag_by_name (buffer, tag_name (s), &start, &end);
  for (guint i = 0; self->problems && i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr (QdProblem) problem = g_list_model_get_item (self->problems, i);

      if (is_here (self, problem) && get_place (buffer, problem, &start, &end))
        gtk_text_buffer_apply_tag_by_name (buffer, tag_name (qd_problem_get_severity (problem)), &start, &end);
    }
}

/* What is wrong where the pointer is. */
static gboolean
tooltip_cb (GtkWidget *view, int x, int y, gboolean keyboard, GtkTooltip *tooltip, QdPolicyEditor *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  GtkTextIter at, start, end;
  int in_x, in_y;

  if (self->document == NULL || self->problems == NULL)
    return FALSE;
  if (keyboard)
    gtk_text_buffer_get_iter_at_mark (GTK_TEXT_BUFFER (self->buffer), &at, gtk_text_buffer_get_insert (GTK_TEXT_BUFFER (self->buffer)));
  else
    {
      gtk_text_view_window_to_buffer_coords (GTK_TEXT_VIEW (view), GTK_TEXT_WINDOW_WIDGET, x, y, &in_x, &in_y);
      if (!gtk_text_view_get_iter_at_location (GTK_TEXT_VIEW (view), &at, in_x, in_y))
        return FALSE;
    }
  for (guint i = 0; i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr (QdProblem) problem = g_list_model_get_item (self->problems, i);

      if (is_here (self, problem) && get_place (GTK_TEXT_BUFFER (self->buffer), problem, &start, &end) &&
          (gtk_text_iter_in_range (&at, &start, &end) || gtk_text_iter_equal (&at, &end)))
        g_string_append_printf (text, "%s%s", text->len ? "\n" : "", qd_problem_get_message (problem));
    }
  gtk_tooltip_set_text (tooltip, text->str);
  return text->len > 0;
}

void
qd_policy_editor_set_problems (QdPolicyEditor *self, GListModel *problems)
{
  g_set_object (&self->problems, problems);
  underline (self);
}

/* --- Searching ---------------------------------------------------------------------------------------- */

static void
update_matches (QdPolicyEditor *self)
{
  int n = self->context ? gtk_source_search_context_get_occurrences_count (self->context) : 0;
  g_autofree char *text = NULL;

  if (n > 0)
    text = g_strdup_printf (ngettext ("%'d match", "%'d matches", (gulong) n), n);
  else if (n == 0 && *gtk_editable_get_text (GTK_EDITABLE (self->search_entry)) != '\0')
    text = g_strdup (_("No matches"));
  gtk_label_set_label (self->matches, text ? text : "");
}

static void
select_match (QdPolicyEditor *self, gboolean forward, gboolean from_start)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextIter from, to, start, end;
  gboolean wrapped;

  if (self->context == NULL)
    return;
  gtk_text_buffer_get_selection_bounds (buffer, &from, &to);
  if (forward ? gtk_source_search_context_forward (self->context, from_start ? &from : &to, &start, &end, &wrapped)
              : gtk_source_search_context_backward (self->context, &from, &start, &end, &wrapped))
    {
      gtk_text_buffer_select_range (buffer, &start, &end);
      gtk_text_view_scroll_to_iter (GTK_TEXT_VIEW (self->view), &start, 0.1, FALSE, 0, 0);
    }
}

static void
search_changed_cb (QdPolicyEditor *self)
{
  gtk_source_search_settings_set_search_text (self->search, gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
  if (self->document)
    select_match (self, TRUE, TRUE);
  update_matches (self);
}

static void
next_match_cb (QdPolicyEditor *self)
{
  select_match (self, TRUE, FALSE);
}

static void
previous_match_cb (QdPolicyEditor *self)
{
  select_match (self, FALSE, FALSE);
}

static void
stop_search_cb (QdPolicyEditor *self)
{
  gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
search_mode_cb (QdPolicyEditor *self)
{
  if (self->context)
    gtk_source_search_context_set_highlight (self->context, gtk_search_bar_get_search_mode (self->search_bar));
}

void
qd_policy_editor_find (QdPolicyEditor *self)
{
  GtkTextIter start, end;

  if (self->document && gtk_text_buffer_get_selection_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end) &&
      gtk_text_iter_get_line (&start) == gtk_text_iter_get_line (&end))
    {
      g_autofree char *text = gtk_text_buffer_get_text (GTK_TEXT_BUFFER (self->buffer), &start, &end, FALSE);

      gtk_editable_set_text (GTK_EDITABLE (self->search_entry), text);
    }
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

/* --- The document ------------------------------------------------------------------------------------- */

static void
disconnect (QdPolicyEditor *self)
{
  qd_policy_editor_flush (self);
  g_clear_object (&self->context);
  if (self->buffer)
    {
      g_signal_handlers_disconnect_by_func (self->buffer, changed_cb, self);
      g_signal_handlers_disconnect_by_func (self->buffer, moved_cb, self);
    }
  self->buffer = NULL;
  g_clear_object (&self->document);
}

static void
scheme_cb (QdPolicyEditor *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleScheme *scheme =
    gtk_source_style_scheme_manager_get_scheme (gtk_source_style_scheme_manager_get_default (), dark ? "Adwaita-dark" : "Adwaita");

  if (self->buffer == NULL)
    return;
  gtk_source_buffer_set_style_scheme (self->buffer, scheme);
  underline (self);
}

void
qd_policy_editor_set_document (QdPolicyEditor *self, QdDocument *document)
{
  gboolean editable;

  if (self->document == document)
    return;
  disconnect (self);
  if (document == NULL)
    {
      gtk_text_view_set_buffer (GTK_TEXT_VIEW (self->view), NULL);
      gtk_text_view_set_editable (GTK_TEXT_VIEW (self->view), FALSE);
      return;
    }
  self->document = g_object_ref (document);
  self->buffer = qd_policy_buffer_of (document);
  editable = qd_policy_buffer_is_editable (self->buffer);
  gtk_text_view_set_buffer (GTK_TEXT_VIEW (self->view), GTK_TEXT_BUFFER (self->buffer));
  gtk_text_view_set_editable (GTK_TEXT_VIEW (self->view), editable);
  self->context = gtk_source_search_context_new (self->buffer, self->search);
  search_mode_cb (self);
  g_signal_connect_object (self->context, "notify::occurrences-count", G_CALLBACK (update_matches), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->buffer, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (self->buffer, "notify::cursor-position", G_CALLBACK (moved_cb), self);
  scheme_cb (self);
  moved_cb (self);
}

void
qd_policy_editor_place_cursor (QdPolicyEditor *self, guint line, guint column)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextIter iter;

  if (self->document == NULL)
    return;
  if (!gtk_text_buffer_get_iter_at_line_offset (buffer, &iter, (int) line - 1, (int) column - 1))
    gtk_text_buffer_get_iter_at_line (buffer, &iter, (int) line - 1);
  gtk_text_buffer_place_cursor (buffer, &iter);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view), gtk_text_buffer_get_insert (buffer), 0.2, FALSE, 0, 0);
}

void
qd_policy_editor_go_to (QdPolicyEditor *self, guint line, guint column)
{
  qd_policy_editor_place_cursor (self, line, column);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

gboolean
qd_policy_editor_splice (QdPolicyEditor *self, gsize offset, gsize removed, const char *inserted)
{
  gboolean done;

  if (self->document == NULL || self->unsaid)
    return FALSE;
  done = qd_policy_buffer_splice (self->buffer, offset, removed, inserted, strlen (inserted));
  qd_policy_editor_flush (self);
  return done;
}

GtkTextBuffer *
qd_policy_editor_get_buffer (QdPolicyEditor *self)
{
  return GTK_TEXT_BUFFER (self->buffer);
}

/* --- The widget --------------------------------------------------------------------------------------- */

static void
qd_policy_editor_dispose (GObject *object)
{
  QdPolicyEditor *self = QD_POLICY_EDITOR (object);

  disconnect (self);
  g_clear_object (&self->problems);
  g_clear_object (&self->search);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (qd_policy_editor_parent_class)->dispose (object);
}

static void
qd_policy_editor_class_init (QdPolicyEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_source_init ();
  G_OBJECT_CLASS (klass)->dispose = qd_policy_editor_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  signals[TYPED] = g_signal_new ("typed", QD_TYPE_POLICY_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, QD_TYPE_DOCUMENT, G_TYPE_BYTES);
  signals[MOVED] = g_signal_new ("moved", QD_TYPE_POLICY_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
}

static GtkWidget *
make_button (QdPolicyEditor *self, const char *icon, const char *tooltip, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
make_search_bar (QdPolicyEditor *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->search_bar = GTK_SEARCH_BAR (gtk_search_bar_new ());
  self->search_entry = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  self->matches = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->matches), "dimmed");
  gtk_widget_add_css_class (GTK_WIDGET (self->matches), "numeric");
  gtk_search_entry_set_placeholder_text (self->search_entry, _("Find in the text"));
  gtk_widget_set_hexpand (GTK_WIDGET (self->search_entry), TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->search_entry));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->matches));
  gtk_box_append (GTK_BOX (box), make_button (self, "go-up-symbolic", _("Previous match"), G_CALLBACK (previous_match_cb)));
  gtk_box_append (GTK_BOX (box), make_button (self, "go-down-symbolic", _("Next match"), G_CALLBACK (next_match_cb)));
  gtk_search_bar_set_child (self->search_bar, box);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  g_signal_connect_object (self->search_entry, "search-changed", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "activate", G_CALLBACK (next_match_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "next-match", G_CALLBACK (next_match_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "previous-match", G_CALLBACK (previous_match_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "stop-search", G_CALLBACK (stop_search_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_bar, "notify::search-mode-enabled", G_CALLBACK (search_mode_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self->search_bar);
}

static GtkWidget *
make_view (QdPolicyEditor *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->view = GTK_SOURCE_VIEW (gtk_source_view_new ());
  gtk_source_view_set_show_line_numbers (self->view, TRUE);
  gtk_source_view_set_highlight_current_line (self->view, TRUE);
  gtk_source_view_set_auto_indent (self->view, TRUE);
  gtk_source_view_set_indent_width (self->view, 2);
  gtk_source_view_set_tab_width (self->view, 2);
  gtk_source_view_set_insert_spaces_instead_of_tabs (self->view, TRUE);
  gtk_source_view_set_smart_backspace (self->view, TRUE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (self->view), TRUE);
  gtk_text_view_set_editable (GTK_TEXT_VIEW (self->view), FALSE);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (self->view), 6);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (self->view), 24);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (self->view), 6);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (self->view), 6);
  /* Code is read from left to right in every language. */
  gtk_widget_set_direction (GTK_WIDGET (self->view), GTK_TEXT_DIR_LTR);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self->view), TRUE);
  g_signal_connect_object (self->view, "query-tooltip", G_CALLBACK (tooltip_cb), self, 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Text of the file"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->view));
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static void
qd_policy_editor_init (QdPolicyEditor *self)
{
  self->search = gtk_source_search_settings_new ();
  gtk_source_search_settings_set_wrap_around (self->search, TRUE);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), make_search_bar (self));
  gtk_box_append (GTK_BOX (self->box), make_view (self));
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (scheme_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
qd_policy_editor_new (void)
{
  return g_object_new (QD_TYPE_POLICY_EDITOR, NULL);
}
