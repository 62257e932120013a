/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-page-private.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-buffer.h"
#include "qd-policy-conflict.h"

/* Only a long wait is worth a word. */
#define WAIT_MS 300

G_DEFINE_FINAL_TYPE (QdPolicyPage, qd_policy_page, QD_TYPE_PAGE)

QdSession *
qd_policy_page_get_session (QdPolicyPage *self)
{
  return qd_page_get_session (QD_PAGE (self));
}

void
qd_policy_page_tell_error (QdPolicyPage *self, const char *what, const GError *error)
{
  g_autofree char *text = g_strdup_printf ("%s %s", what, error->message);

  if (qd_policy_page_get_session (self))
    qd_session_toast (qd_policy_page_get_session (self), text);
}

void
qd_policy_page_flush (QdPolicyPage *self)
{
  qd_policy_editor_flush (self->editor);
}

/* --- The document that is shown ----------------------------------------------------------------------- */

static void
update_document (QdPolicyPage *self)
{
  QdDocument *document = self->document;
  gboolean editable = document == NULL || qd_policy_buffer_is_editable (qd_policy_buffer_of (document));

  gtk_label_set_label (self->title_label, document ? qd_document_get_name (document) : "");
  adw_banner_set_revealed (self->conflict_banner, document && qd_document_is_conflicted (document));
  adw_banner_set_title (self->conflict_banner, document && qd_document_get_theirs (document)
                                                   ? _("Somebody else changed this file too") : _("Somebody else removed this file"));
  adw_banner_set_revealed (self->locked_banner, !editable);
  gtk_stack_set_visible_child_name (self->text_stack, document ? "editor" : "none");
  qd_policy_page_update_actions (self);
}

static void
document_cb (QdPolicyPage *self)
{
  update_document (self);
}

/* Who saves right after a keystroke saves that keystroke. */
static void
touched_cb (QdPolicyPage *self)
{
  if (!g_action_group_get_action_enabled (G_ACTION_GROUP (self->actions), "save"))
    qd_policy_page_update_actions (self);
}

static void
follow (QdPolicyPage *self, GtkTextBuffer *buffer)
{
  if (self->watched)
    {
      g_signal_handlers_disconnect_by_func (self->watched, qd_policy_page_update_actions, self);
      g_signal_handlers_disconnect_by_func (self->watched, touched_cb, self);
    }
  self->watched = buffer;
  if (buffer == NULL)
    return;
  g_signal_connect_object (buffer, "notify::can-undo", G_CALLBACK (qd_policy_page_update_actions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (buffer, "notify::can-redo", G_CALLBACK (qd_policy_page_update_actions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (buffer, "changed", G_CALLBACK (touched_cb), self, G_CONNECT_SWAPPED);
}

void
qd_policy_page_show_document (QdPolicyPage *self, QdDocument *document)
{
  if (self->document == document)
    return;
  /* The one that was shown may go with its buffer once nobody holds it. */
  follow (self, NULL);
  qd_policy_editor_set_document (self->editor, document);
  if (self->document)
    g_signal_handlers_disconnect_by_func (self->document, document_cb, self);
  g_set_object (&self->document, document);
  if (document)
    {
      follow (self, qd_policy_editor_get_buffer (self->editor));
      g_signal_connect_object (document, "notify", G_CALLBACK (document_cb), self, G_CONNECT_SWAPPED);
      qd_policy_editor_set_problems (self->editor, G_LIST_MODEL (self->found));
    }
  qd_policy_files_select (self->files, document);
  update_document (self);
  qd_policy_page_update_builder (self, TRUE);
}

void
qd_policy_page_go_to (QdPolicyPage *self, const char *file, guint line, guint column)
{
  QdDocument *document = qd_workbench_find (self->workbench, file);

  if (document == NULL)
    return;
  qd_policy_page_show_document (self, document);
  adw_view_stack_set_visible_child_name (self->views, "text");
  qd_policy_editor_go_to (self->editor, line, column);
}

static void
chosen_cb (QdPolicyPage *self, QdDocument *document)
{
  qd_policy_page_show_document (self, document);
  if (adw_overlay_split_view_get_collapsed (self->split))
    adw_overlay_split_view_set_show_sidebar (self->split, FALSE);
}

static void
problem_chosen_cb (QdPolicyPage *self, QdProblem *problem)
{
  qd_policy_page_go_to (self, qd_problem_get_file (problem), qd_problem_get_line (problem), qd_problem_get_column (problem));
}

static void
typed_cb (QdPolicyPage *self, QdDocument *document, GBytes *bytes)
{
  qd_workbench_set_text (self->workbench, document, bytes);
}

static void
moved_cb (QdPolicyPage *self, guint line, guint column)
{
  g_autofree char *text = g_strdup_printf (_("Line %u, column %u"), line, column);

  gtk_label_set_label (self->place_label, text);
}

static void
compare_cb (QdPolicyPage *self)
{
  if (self->document == NULL)
    return;
  qd_policy_page_flush (self);
  qd_policy_conflict_ask (self->workbench, self->document, GTK_WIDGET (self));
}

static void
place_cb (QdPolicyPage *self, const char *file, guint line, guint column)
{
  qd_policy_page_go_to (self, file, line, column);
}

static void
picked_cb (QdPolicyPage *self)
{
  qd_policy_page_picked (self);
}

static void
matrix_filter_cb (QdPolicyPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->matrix_entry));

  qd_policy_matrix_set_filter (self->matrix, text);
  qd_policy_graph_view_set_filter (self->graph, text);
}

static void
matrix_next_cb (QdPolicyPage *self)
{
  if (qd_policy_page_is_graph (self))
    qd_policy_graph_view_find_next (self->graph);
}

static void
picture_cb (QdPolicyPage *self)
{
  const char *name = adw_toggle_group_get_active_name (self->picture_group);

  if (name != NULL)
    gtk_stack_set_visible_child_name (self->picture_stack, name);
  if (self->workbench != NULL)
    qd_policy_page_update_matrix (self);
}

/* All of somebody: the matrix has room for it. */
static void
graph_list_cb (QdPolicyPage *self, const char *filter)
{
  gtk_editable_set_text (GTK_EDITABLE (self->matrix_entry), filter);
  adw_toggle_group_set_active_name (self->picture_group, "matrix");
  gtk_widget_grab_focus (GTK_WIDGET (self->matrix));
}

static void
why_closed_cb (QdPolicyPage *self)
{
  adw_overlay_split_view_set_show_sidebar (self->why_split, FALSE);
  gtk_widget_grab_focus (qd_policy_page_is_graph (self) ? GTK_WIDGET (self->graph) : GTK_WIDGET (self->matrix));
}

/* Somebody else was chosen in the explanation: the matrix goes there too. */
static void
why_changed_cb (QdPolicyPage *self, guint src, guint dst)
{
  qd_policy_page_note_explained (self, src, dst);
  qd_policy_matrix_select (self->matrix, src, dst);
  qd_policy_graph_view_select (self->graph, src, dst);
}

static void
only_changes_cb (QdPolicyPage *self)
{
  qd_policy_matrix_set_only_changes (self->matrix, gtk_toggle_button_get_active (self->changes_button));
  qd_policy_graph_view_set_only_changes (self->graph, gtk_toggle_button_get_active (self->changes_button));
}

static void
view_cb (QdPolicyPage *self)
{
  if (self->workbench == NULL)
    return;
  qd_policy_page_flush (self);
  qd_policy_page_update_builder (self, TRUE);
  qd_policy_page_update_matrix (self);
  qd_policy_page_update_actions (self);
}

/* --- The workbench ------------------------------------------------------------------------------------- */

static void
show_problems (QdPolicyPage *self)
{
  QdProblem *first = g_list_model_get_item (G_LIST_MODEL (self->found), 0);
  QdPolicySeverity worst = first ? qd_problem_get_severity (first) : QD_POLICY_NOTE;
  g_autofree char *text = qd_policy_problems_summarize (G_LIST_MODEL (self->found));
  const char *styles[] = { "success", "warning", "error" };

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->problems_icon), styles[i]);
  gtk_image_set_from_icon_name (self->problems_icon, worst == QD_POLICY_ERROR ? "dialog-error-symbolic"
                                                     : worst == QD_POLICY_WARNING ? "dialog-warning-symbolic" : "object-select-symbolic");
  gtk_widget_add_css_class (GTK_WIDGET (self->problems_icon), styles[worst]);
  gtk_label_set_label (self->problems_label, text);
  g_clear_object (&first);
}

/* What was assumed where the specification leaves it open, and how large the world is. */
void
qd_policy_page_show_reading (QdPolicyPage *self)
{
  QdPolicyWorld *world = qd_analysis_get_world (qd_workbench_get_analysis (self->workbench));
  guint workloads = qd_policy_world_get_workloads (world)->len, policies = qd_policy_world_get_policies (world)->len;
  guint off = qd_policy_world_get_n_off (world);
  g_autofree char *unknown = workloads == 0 ? qd_policy_page_dup_unknown (self) : NULL;
  g_autofree char *of_workloads = unknown ? g_strdup (_("Workloads not known"))
                                          : g_strdup_printf (ngettext ("%'u workload", "%'u workloads", workloads), workloads);
  g_autofree char *of_policies = g_strdup_printf (ngettext ("%'u policy", "%'u policies", policies), policies);
  g_autofree char *of_off = off > 0 ? g_strdup_printf (ngettext (" · %'u switched off", " · %'u switched off", off), off) : g_strdup ("");
  g_autofree char *text = g_strdup_printf ("%s · %s%s", of_workloads, of_policies, of_off);

  gtk_label_set_label (self->reading_label, text);
}

static void
analysed_cb (QdPolicyPage *self)
{
  QdAnalysis *analysis = qd_workbench_get_analysis (self->workbench);

  qd_problem_list_update (self->found, analysis);
  qd_policy_editor_set_problems (self->editor, G_LIST_MODEL (self->found));
  qd_policy_editor_set_world (self->editor, qd_analysis_get_world (analysis));
  show_problems (self);
  qd_policy_page_update_tests (self, analysis);
  qd_policy_page_show_reading (self);
  qd_policy_page_update_builder (self, FALSE);
  qd_policy_page_update_matrix (self);
  qd_policy_page_update_fleet (self);
  qd_policy_page_update_actions (self);
}

static void
bench_problem_cb (QdPolicyPage *self, const char *problem)
{
  if (qd_policy_page_get_session (self))
    qd_session_toast (qd_policy_page_get_session (self), problem);
}

static void
merged_cb (QdPolicyPage *self, QdDocument *document)
{
  g_autofree char *text = g_strdup_printf (_("%s was changed by somebody else too: both changes are in the text now. Look at it, then save"),
                                           qd_document_get_name (document));

  qd_session_toast (qd_policy_page_get_session (self), text);
}

static void
git_cb (QdPolicyPage *self)
{
  const QdGitStatus *git = qd_workbench_get_git (self->workbench);
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->git_box, git != NULL);
  if (git == NULL)
    return;
  if (git->changes->len > 0)
    text = g_strdup_printf (ngettext ("%s, %'u file changed", "%s, %'u files changed", git->changes->len),
                            git->branch ? git->branch : git->head, git->changes->len);
  else
    text = g_strdup (git->branch ? git->branch : git->head);
  gtk_label_set_label (self->branch_label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->branch_label), git->summary);
  qd_policy_page_update_actions (self);
}

/* What one came for: the first file that speaks of a policy, else the first. */
static QdDocument *
find_first (GListModel *documents)
{
  for (guint i = 0; i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (QdDocument) document = g_list_model_get_item (documents, i);
      GBytes *text = qd_document_get_mine (document);

      if (g_bytes_get_size (text) > 0 &&
          memmem (g_bytes_get_data (text, NULL), g_bytes_get_size (text), "NetworkPolicy", strlen ("NetworkPolicy")))
        return g_steal_pointer (&document);
    }
  return g_list_model_get_item (documents, 0);
}

static void
items_cb (QdPolicyPage *self)
{
  GListModel *documents = qd_workbench_get_documents (self->workbench);
  g_autoptr (QdDocument) first = NULL;

  /* What is shown may be gone. */
  if (self->document && qd_workbench_find (self->workbench, qd_document_get_name (self->document)) != self->document)
    qd_policy_page_show_document (self, NULL);
  /* The first by name is known once all are there. */
  if (self->document || !self->opened || g_list_model_get_n_items (documents) == 0)
    return;
  first = self->wanted && qd_workbench_find (self->workbench, self->wanted) ? g_object_ref (qd_workbench_find (self->workbench, self->wanted))
                                                                             : find_first (documents);
  g_clear_pointer (&self->wanted, g_free);
  qd_policy_page_show_document (self, first);
}

static gboolean
loading_cb (gpointer data)
{
  QdPolicyPage *self = data;

  self->loading_id = 0;
  if (qd_workbench_is_loading (self->workbench))
    gtk_stack_set_visible_child_name (self->stack, "loading");
  return G_SOURCE_REMOVE;
}

static void
state_cb (QdPolicyPage *self)
{
  g_clear_handle_id (&self->loading_id, g_source_remove);
  if (qd_workbench_is_loading (self->workbench))
    self->loading_id = g_timeout_add (WAIT_MS, loading_cb, self);
  else
    gtk_stack_set_visible_child_name (self->stack, qd_workbench_get_folder (self->workbench) ? "bench" : "empty");
  self->opened = !qd_workbench_is_loading (self->workbench) && qd_workbench_get_folder (self->workbench) != NULL;
  items_cb (self);
  qd_policy_page_update_actions (self);
  qd_policy_page_update_apply (self);
}

/* The files may have been changed while the window was not looked at. */
static void
active_cb (QdPolicyPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (GTK_IS_WINDOW (root) && gtk_window_is_active (GTK_WINDOW (root)))
    qd_workbench_rescan (self->workbench);
}

/* --- The page ------------------------------------------------------------------------------------------ */

static GtkWidget *
qd_policy_page_get_header_end (QdPage *page)
{
  return QD_POLICY_PAGE (page)->header_end;
}

static void
qd_policy_page_focus_search (QdPage *page)
{
  QdPolicyPage *self = QD_POLICY_PAGE (page);

  if (self->document == NULL)
    return;
  adw_view_stack_set_visible_child_name (self->views, "text");
  qd_policy_editor_run (self->editor, "find");
}

static void
qd_policy_page_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (qd_policy_page_parent_class)->root (widget);
  g_signal_connect_object (gtk_widget_get_root (widget), "notify::is-active", G_CALLBACK (active_cb), widget, G_CONNECT_SWAPPED);
}

static void
qd_policy_page_unroot (GtkWidget *widget)
{
  g_signal_handlers_disconnect_by_func (gtk_widget_get_root (widget), active_cb, widget);
  GTK_WIDGET_CLASS (qd_policy_page_parent_class)->unroot (widget);
}

static void
qd_policy_page_constructed (GObject *object)
{
  QdPolicyPage *self = QD_POLICY_PAGE (object);
  g_autofree char *drafts = g_build_filename (g_get_user_data_dir (), "quarterdeck", "drafts", NULL);

  G_OBJECT_CLASS (qd_policy_page_parent_class)->constructed (object);
  self->workbench = qd_workbench_new (drafts);
  qd_session_set_workbench (qd_policy_page_get_session (self), self->workbench);
  self->files = QD_POLICY_FILES (qd_policy_files_new (self->workbench));
  adw_bin_set_child (self->files_bin, GTK_WIDGET (self->files));
  g_signal_connect_object (self->files, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->workbench, "analysed", G_CALLBACK (analysed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->workbench, "problem", G_CALLBACK (bench_problem_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->workbench, "merged", G_CALLBACK (merged_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->workbench, "notify::git", G_CALLBACK (git_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->workbench, "notify::folder", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->workbench, "notify::loading", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_workbench_get_documents (self->workbench), "items-changed", G_CALLBACK (items_cb), self, G_CONNECT_SWAPPED);
  qd_policy_page_install_actions (self);
  qd_policy_page_setup_fleet (self);
  qd_policy_page_setup_apply (self);
  update_document (self);
  qd_policy_page_read_recent (self);
}

static void
qd_policy_page_dispose (GObject *object)
{
  QdPolicyPage *self = QD_POLICY_PAGE (object);

  g_clear_handle_id (&self->loading_id, g_source_remove);
  g_clear_handle_id (&self->apply_id, g_source_remove);
  qd_policy_page_dispose_fleet (self);
  if (self->workbench)
    {
      qd_policy_page_remember (self);
      qd_policy_page_flush (self);
      qd_policy_page_show_document (self, NULL);
      /* A worker may hold it a little longer: what it still tells is nobody's business here. */
      g_signal_handlers_disconnect_by_data (self->workbench, self);
      g_signal_handlers_disconnect_by_data (qd_workbench_get_documents (self->workbench), self);
    }
  g_clear_object (&self->workbench);
  g_clear_object (&self->found);
  g_clear_object (&self->actions);
  gtk_widget_dispose_template (GTK_WIDGET (self), QD_TYPE_POLICY_PAGE);
  G_OBJECT_CLASS (qd_policy_page_parent_class)->dispose (object);
}

static void
qd_policy_page_finalize (GObject *object)
{
  QdPolicyPage *self = QD_POLICY_PAGE (object);

  g_array_unref (self->policies);
  g_free (self->wanted);
  g_free (self->why_src);
  g_free (self->why_dst);
  g_free (self->asked_src);
  g_free (self->asked_dst);
  g_free (self->live_name);
  g_free (self->remote);
  G_OBJECT_CLASS (qd_policy_page_parent_class)->finalize (object);
}

static void
qd_policy_page_class_init (QdPolicyPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  QdPageClass *page_class = QD_PAGE_CLASS (klass);

  object_class->constructed = qd_policy_page_constructed;
  object_class->dispose = qd_policy_page_dispose;
  object_class->finalize = qd_policy_page_finalize;
  widget_class->root = qd_policy_page_root;
  widget_class->unroot = qd_policy_page_unroot;
  page_class->get_header_end = qd_policy_page_get_header_end;
  page_class->focus_search = qd_policy_page_focus_search;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/quarterdeck/Quarterdeck/ui/qd-policy-page.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, QdPolicyPage, name)
  CHILD (split); CHILD (stack); CHILD (text_stack); CHILD (views); CHILD (conflict_banner); CHILD (locked_banner);
  CHILD (title_label); CHILD (problems_label); CHILD (reading_label); CHILD (place_label); CHILD (branch_label);
  CHILD (problems_icon); CHILD (problems_button); CHILD (git_box);
  CHILD (save_button); CHILD (header_end);
  CHILD (files_bin); CHILD (editor_bin); CHILD (problems_bin); CHILD (recent);
  CHILD (tests_button); CHILD (tests_icon); CHILD (tests_label); CHILD (tests_bin);
  CHILD (flows_bin); CHILD (live_button); CHILD (live_label);
  CHILD (matrix_stack); CHILD (unknown_page); CHILD (matrix_entry); CHILD (changes_button); CHILD (matrix_bin); CHILD (graph_bin); CHILD (picture_group); CHILD (picture_stack); CHILD (why_bin); CHILD (why_split); CHILD (builder_stack); CHILD (builder_bin); CHILD (policy_drop);
  CHILD (remote_box); CHILD (remote_label); CHILD (get_button); CHILD (apply_button);
#undef CHILD
  gtk_widget_class_bind_template_callback (widget_class, compare_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_cb);
  gtk_widget_class_bind_template_callback (widget_class, picked_cb);
  gtk_widget_class_bind_template_callback (widget_class, matrix_filter_cb);
  gtk_widget_class_bind_template_callback (widget_class, matrix_next_cb);
  gtk_widget_class_bind_template_callback (widget_class, picture_cb);
  gtk_widget_class_bind_template_callback (widget_class, only_changes_cb);
  gtk_widget_class_bind_template_callback (widget_class, why_closed_cb);
}

static void
qd_policy_page_init (QdPolicyPage *self)
{
  g_autoptr (GtkExpression) name = NULL;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->found = g_list_store_new (QD_TYPE_PROBLEM);
  self->editor = QD_POLICY_EDITOR (qd_policy_editor_new ());
  adw_bin_set_child (self->editor_bin, GTK_WIDGET (self->editor));
  g_signal_connect_object (self->editor, "typed", G_CALLBACK (typed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "moved", G_CALLBACK (moved_cb), self, G_CONNECT_SWAPPED);
  self->policies = g_array_new (FALSE, FALSE, sizeof (guint));
  self->builder = QD_POLICY_BUILDER (qd_policy_builder_new ());
  adw_bin_set_child (self->builder_bin, GTK_WIDGET (self->builder));
  g_signal_connect_object (self->builder, "splice", G_CALLBACK (qd_policy_page_spliced), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->builder, "place", G_CALLBACK (place_cb), self, G_CONNECT_SWAPPED);
  name = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");
  gtk_drop_down_set_expression (self->policy_drop, name);
  self->matrix = QD_POLICY_MATRIX (qd_policy_matrix_new ());
  adw_bin_set_child (self->matrix_bin, GTK_WIDGET (self->matrix));
  g_signal_connect_object (self->matrix, "activated", G_CALLBACK (qd_policy_page_explain), self, G_CONNECT_SWAPPED);
  self->graph = QD_POLICY_GRAPH_VIEW (qd_policy_graph_view_new ());
  adw_bin_set_child (self->graph_bin, GTK_WIDGET (self->graph));
  g_signal_connect_object (self->graph, "explain", G_CALLBACK (qd_policy_page_explain_port), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->graph, "list", G_CALLBACK (graph_list_cb), self, G_CONNECT_SWAPPED);
  self->why = QD_POLICY_EXPLAIN_PANE (qd_policy_explain_pane_new ());
  adw_bin_set_child (self->why_bin, GTK_WIDGET (self->why));
  g_signal_connect_object (self->why, "place", G_CALLBACK (place_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->why, "changed", G_CALLBACK (why_changed_cb), self, G_CONNECT_SWAPPED);
  self->problems = QD_POLICY_PROBLEMS (qd_policy_problems_new ());
  qd_policy_problems_set_model (self->problems, G_LIST_MODEL (self->found));
  adw_bin_set_child (self->problems_bin, GTK_WIDGET (self->problems));
  g_signal_connect_object (self->problems, "chosen", G_CALLBACK (problem_chosen_cb), self, G_CONNECT_SWAPPED);
  qd_policy_page_init_tests (self);
}
