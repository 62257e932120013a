/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-editor.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-policy-buffer.h"
#include "qd-policy-completion.h"
#include "qd-policy-hint.h"
#include "qd-policy-hover.h"
#include "qd-policy-language.h"
#include "qd-policy-peek.h"
#include "qd-policy-search.h"
#include "qd-policy-text.h"

/* So long after a keystroke it is told; each more puts it off no longer. */
#define TELL_MS 60
#define COMPLETION_ROWS 8

struct _QdPolicyEditor {
  GtkWidget parent_instance;
  GtkWidget *box, *popover;
  QdPolicySearch *search;
  GtkSourceView *view;
  QdPolicyCompletion *completion;

  QdDocument *document;
  GtkSourceBuffer *buffer;   /* borrowed from @document */
  QdPolicyWorld *world;      /* of the last analysis; may be NULL */
  GListModel *problems;
  guint tell_id;
  gboolean unsaid;           /* something was changed here that was not told yet */
};

enum { TYPED, MOVED, FIX, N_SIGNALS };
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
get_cursor (QdPolicyEditor *self, GtkTextIter *at)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);

  gtk_text_buffer_get_iter_at_mark (buffer, at, gtk_text_buffer_get_insert (buffer));
}

static void
moved_cb (QdPolicyEditor *self)
{
  GtkTextIter iter;

  get_cursor (self, &iter);
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

/* The problems whose place @at is in. (transfer full) */
static GPtrArray *
find_problems (QdPolicyEditor *self, const GtkTextIter *at)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);
  GtkTextIter start, end;

  for (guint i = 0; self->problems && i < g_list_model_get_n_items (self->problems); i++)
    {
      g_autoptr (QdProblem) problem = g_list_model_get_item (self->problems, i);

      if (is_here (self, problem) && get_place (GTK_TEXT_BUFFER (self->buffer), problem, &start, &end) &&
          (gtk_text_iter_in_range (at, &start, &end) || gtk_text_iter_equal (at, &end)))
        g_ptr_array_add (found, g_steal_pointer (&problem));
    }
  return found;
}

void
qd_policy_editor_set_problems (QdPolicyEditor *self, GListModel *problems)
{
  g_set_object (&self->problems, problems);
  underline (self);
}

/* --- Help --------------------------------------------------------------------------------------------- */

static QdPolicyHelp *
find_help (QdPolicyEditor *self, const GtkTextIter *at)
{
  g_autoptr (QdPolicyPeek) peek = qd_policy_peek_new (at, qd_document_get_name (self->document), self->world);

  return qd_policy_help_new (peek->where);
}

static void
fix_cb (gpointer self, QdProblem *problem)
{
  g_signal_emit (self, signals[FIX], 0, problem);
}

static GtkWidget *
make_hint (QdPolicyEditor *self, const GtkTextIter *at)
{
  g_autoptr (GPtrArray) problems = find_problems (self, at);
  g_autoptr (QdPolicyHelp) help = find_help (self, at);

  return qd_policy_hint_new (problems, help, fix_cb, self);
}

static GtkWidget *
hover_cb (GObject *object, const GtkTextIter *at)
{
  QdPolicyEditor *self = QD_POLICY_EDITOR (object);

  return self->document ? make_hint (self, at) : NULL;
}

char *
qd_policy_editor_dup_hint (QdPolicyEditor *self)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (QdPolicyHelp) help = NULL;
  GtkTextIter at;

  if (self->document == NULL)
    return NULL;
  get_cursor (self, &at);
  problems = find_problems (self, &at);
  help = find_help (self, &at);
  return qd_policy_hint_to_text (problems, help);
}

/* A popover is there as long as it is open; the text below it keeps the focus, and Escape goes to it. */
static void
popover_closed_cb (QdPolicyEditor *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
show_hint (QdPolicyEditor *self, GtkWidget *hint, const GtkTextIter *at)
{
  GdkRectangle place;

  gtk_text_view_get_iter_location (GTK_TEXT_VIEW (self->view), at, &place);
  gtk_text_view_buffer_to_window_coords (GTK_TEXT_VIEW (self->view), GTK_TEXT_WINDOW_WIDGET, place.x, place.y, &place.x, &place.y);
  place.width = MAX (place.width, 1);
  if (self->popover == NULL)
    {
      self->popover = gtk_popover_new ();
      gtk_widget_set_parent (self->popover, GTK_WIDGET (self->view));
      gtk_popover_set_position (GTK_POPOVER (self->popover), GTK_POS_BOTTOM);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->popover), GTK_ACCESSIBLE_PROPERTY_LABEL, _("What is here"), -1);
      g_signal_connect_object (self->popover, "closed", G_CALLBACK (popover_closed_cb), self, G_CONNECT_SWAPPED);
    }
  gtk_popover_set_child (GTK_POPOVER (self->popover), hint);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &place);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

void
qd_policy_editor_describe (QdPolicyEditor *self)
{
  g_autofree char *text = qd_policy_editor_dup_hint (self);
  GtkWidget *hint;
  GtkTextIter at;

  if (self->document == NULL)
    return;
  gtk_accessible_announce (GTK_ACCESSIBLE (self->view), text ? text : _("Nothing is known about this"), GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  get_cursor (self, &at);
  hint = make_hint (self, &at);
  if (hint)
    show_hint (self, hint, &at);
}

void
qd_policy_editor_set_world (QdPolicyEditor *self, QdPolicyWorld *world)
{
  if (world)
    qd_policy_world_ref (world);
  g_clear_pointer (&self->world, qd_policy_world_unref);
  self->world = world;
  qd_policy_completion_set_world (self->completion, world);
}

/* --- Tools -------------------------------------------------------------------------------------------- */

static void
find_tool (QdPolicyEditor *self)
{
  qd_policy_search_find (self->search, FALSE);
}

static void
replace_tool (QdPolicyEditor *self)
{
  qd_policy_search_find (self->search, TRUE);
}

static void
next_tool (QdPolicyEditor *self)
{
  qd_policy_search_go (self->search, TRUE);
}

static void
previous_tool (QdPolicyEditor *self)
{
  qd_policy_search_go (self->search, FALSE);
}

static void
line_tool (QdPolicyEditor *self)
{
  qd_policy_search_ask_line (self->search);
}

static void
complete_tool (QdPolicyEditor *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
  gtk_source_completion_show (gtk_source_view_get_completion (self->view));
}

static void
fold_tool (QdPolicyEditor *self)
{
  qd_policy_text_fold (QD_POLICY_TEXT (self->view));
}

static void
unfold_tool (QdPolicyEditor *self)
{
  qd_policy_text_unfold (QD_POLICY_TEXT (self->view));
}

static void
fold_all_tool (QdPolicyEditor *self)
{
  qd_policy_text_fold_all (QD_POLICY_TEXT (self->view));
}

static void
unfold_all_tool (QdPolicyEditor *self)
{
  qd_policy_text_unfold_all (QD_POLICY_TEXT (self->view));
}

/* One fix is made at once; of more one is asked for. */
static void
fix_tool (QdPolicyEditor *self)
{
  g_autoptr (GPtrArray) problems = NULL;
  QdProblem *only = NULL;
  GtkTextIter at;
  guint n = 0;

  get_cursor (self, &at);
  problems = find_problems (self, &at);
  for (guint i = 0; i < problems->len; i++)
    if (qd_problem_get_fix (g_ptr_array_index (problems, i)))
      {
        only = g_ptr_array_index (problems, i);
        n++;
      }
  if (n == 1)
    fix_cb (self, only);
  else if (n > 1)
    qd_policy_editor_describe (self);
  else
    gtk_accessible_announce (GTK_ACCESSIBLE (self->view), _("There is no fix here"), GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static const struct { const char *name; void (*run) (QdPolicyEditor *self); } tools[] = {
  { "find", find_tool },
  { "replace", replace_tool },
  { "next-match", next_tool },
  { "previous-match", previous_tool },
  { "go-to-line", line_tool },
  { "complete", complete_tool },
  { "describe", qd_policy_editor_describe },
  { "fold", fold_tool },
  { "unfold", unfold_tool },
  { "fold-all", fold_all_tool },
  { "unfold-all", unfold_all_tool },
  { "fix", fix_tool },
};

/* Brackets with Shift are braces on many keyboards. */
static const struct { const char *trigger, *tool; } shortcuts[] = {
  { "<Control>h", "replace" },
  { "<Control>g", "next-match" },
  { "<Control><Shift>g", "previous-match" },
  { "<Control>l", "go-to-line" },
  { "<Control>i", "describe" },
  { "<Control>period", "fix" },
  { "<Control><Shift>bracketleft", "fold" },
  { "<Control><Shift>bracketright", "unfold" },
  { "<Control>braceleft", "fold" },
  { "<Control>braceright", "unfold" },
  { "<Control><Alt>bracketleft", "fold-all" },
  { "<Control><Alt>bracketright", "unfold-all" },
};

const char *
qd_policy_editor_get_shortcut (guint i, const char **trigger)
{
  if (i >= G_N_ELEMENTS (shortcuts))
    return NULL;
  *trigger = shortcuts[i].trigger;
  return shortcuts[i].tool;
}

static gboolean
shortcut_cb (GtkWidget *view, GVariant *tool, gpointer self)
{
  qd_policy_editor_run (self, g_variant_get_string (tool, NULL));
  return TRUE;
}

/* Before the text view's own, which take Ctrl+. for little pictures. */
static void
add_shortcuts (QdPolicyEditor *self)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      GtkShortcut *shortcut = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (shortcuts[i].trigger), gtk_callback_action_new (shortcut_cb, self, NULL));

      gtk_shortcut_set_arguments (shortcut, g_variant_new_string (shortcuts[i].tool));
      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), shortcut);
    }
  gtk_widget_add_controller (GTK_WIDGET (self->view), controller);
}

const char *
qd_policy_editor_get_tool (guint i)
{
  return i < G_N_ELEMENTS (tools) ? tools[i].name : NULL;
}

void
qd_policy_editor_run (QdPolicyEditor *self, const char *tool)
{
  for (guint i = 0; self->document && i < G_N_ELEMENTS (tools); i++)
    if (g_str_equal (tools[i].name, tool))
      tools[i].run (self);
}

/* --- The document ------------------------------------------------------------------------------------- */

static void
disconnect (QdPolicyEditor *self)
{
  qd_policy_editor_flush (self);
  qd_policy_search_set_buffer (self->search, NULL);
  qd_policy_completion_set_file (self->completion, NULL);
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
  qd_policy_search_set_buffer (self->search, self->buffer);
  qd_policy_completion_set_file (self->completion, qd_document_get_name (document));
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

  if (self->document)
    disconnect (self);
  g_clear_object (&self->completion);
  g_clear_pointer (&self->world, qd_policy_world_unref);
  g_clear_object (&self->problems);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
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
  signals[FIX] = g_signal_new ("fix", QD_TYPE_POLICY_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, QD_TYPE_PROBLEM);
  signals[MOVED] = g_signal_new ("moved", QD_TYPE_POLICY_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
}

static GtkWidget *
make_view (QdPolicyEditor *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->view = GTK_SOURCE_VIEW (qd_policy_text_new ());
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
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Text of the file"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->view));
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

static void
qd_policy_editor_init (QdPolicyEditor *self)
{
  GtkWidget *text = make_view (self);
  g_autoptr (QdPolicyHover) hover = qd_policy_hover_new (G_OBJECT (self), hover_cb);

  /* A folder that is opened finds it done. */
  qd_policy_language_warm ();
  self->search = QD_POLICY_SEARCH (qd_policy_search_new (self->view));
  self->completion = qd_policy_completion_new (self->view);
  g_object_set (gtk_source_view_get_completion (self->view), "select-on-show", TRUE, "show-icons", TRUE, "page-size", COMPLETION_ROWS, NULL);
  gtk_source_completion_add_provider (gtk_source_view_get_completion (self->view), GTK_SOURCE_COMPLETION_PROVIDER (self->completion));
  gtk_source_hover_add_provider (gtk_source_view_get_hover (self->view), GTK_SOURCE_HOVER_PROVIDER (hover));
  gtk_source_view_set_enable_snippets (self->view, TRUE);
  add_shortcuts (self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->search));
  gtk_box_append (GTK_BOX (self->box), text);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (scheme_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
qd_policy_editor_new (void)
{
  return g_object_new (QD_TYPE_POLICY_EDITOR, NULL);
}
