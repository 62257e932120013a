/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page's other views of the same text: the builder of one policy, and who may reach whom and why. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-page-private.h"

#include <glib/gi18n.h>

#include "qd-policy-buffer.h"

/* A text of no more than this is read at once after an edit of the builder's, so that its next one is about what is there. */
#define MAX_AT_ONCE (256 * 1024)

/* --- Which policy -------------------------------------------------------------------------------------- */

static gboolean
is_policy (const QdYamlNode *document)
{
  static const char *const kinds[] = { "NetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy", NULL };
  const char *kind = qd_yaml_node_get_string (qd_yaml_node_get (document, "kind"));

  return kind && g_strv_contains (kinds, kind);
}

static char *
name_policy (const QdYamlNode *document)
{
  const QdYamlNode *metadata = qd_yaml_node_get (document, "metadata");
  const char *name = qd_yaml_node_get_string (qd_yaml_node_get (metadata, "name"));
  const char *namespace = qd_yaml_node_get_string (qd_yaml_node_get (metadata, "namespace"));

  if (name == NULL)
    return g_strdup (_("Without a name"));
  return namespace ? g_strdup_printf ("%s/%s", namespace, name) : g_strdup (name);
}

/* The file that is shown, as it was read last; NULL where it cannot be. */
static QdYamlFile *
get_file (QdPolicyPage *self)
{
  QdAnalysis *analysis = qd_workbench_get_analysis (self->workbench);

  return self->document && analysis ? qd_analysis_find_file (analysis, qd_document_get_name (self->document)) : NULL;
}

/* Whether @cursor is behind the end of what begins at @span. Of the text only what is between them is looked at. */
static gboolean
is_behind (const GtkTextIter *cursor, QdYamlSpan span)
{
  g_autofree char *between = NULL;
  GtkTextIter start;

  gtk_text_buffer_get_iter_at_line_offset (gtk_text_iter_get_buffer (cursor), &start, (int) span.line - 1, (int) span.column - 1);
  if (gtk_text_iter_compare (&start, cursor) >= 0)
    return FALSE;
  between = gtk_text_iter_get_slice (&start, cursor);
  return strlen (between) > span.end - span.start;
}

/* The policy that the cursor is in, or the next one after it, or the last. Returns: FALSE when there is none */
static gboolean
find_at_cursor (QdPolicyPage *self, QdYamlFile *file, guint *document)
{
  GtkTextBuffer *buffer = qd_policy_editor_get_buffer (self->editor);
  guint before = G_MAXUINT, after = G_MAXUINT, line;
  GtkTextIter cursor;

  gtk_text_buffer_get_iter_at_mark (buffer, &cursor, gtk_text_buffer_get_insert (buffer));
  line = (guint) gtk_text_iter_get_line (&cursor) + 1;
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file) && after == G_MAXUINT; i++)
    {
      const QdYamlNode *node = qd_yaml_file_get_document (file, i);

      if (!is_policy (node))
        continue;
      if (qd_yaml_node_get_span (node).line <= line)
        before = i;
      else
        after = i;
    }
  if (before == G_MAXUINT || (after != G_MAXUINT && is_behind (&cursor, qd_yaml_node_get_span (qd_yaml_file_get_document (file, before)))))
    before = after;
  if (before == G_MAXUINT)
    return FALSE;
  *document = before;
  return TRUE;
}

/* --- The list of policies ------------------------------------------------------------------------------ */

static void
fill_picker (QdPolicyPage *self, QdYamlFile *file)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = GTK_INVALID_LIST_POSITION;

  g_array_set_size (self->policies, 0);
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    {
      g_autofree char *name = NULL;

      if (!is_policy (qd_yaml_file_get_document (file, i)))
        continue;
      name = name_policy (qd_yaml_file_get_document (file, i));
      if (i == self->policy)
        selected = self->policies->len;
      gtk_string_list_append (names, name);
      g_array_append_val (self->policies, i);
    }
  self->picking = TRUE;
  gtk_drop_down_set_model (self->policy_drop, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->policy_drop, selected);
  self->picking = FALSE;
}

void
qd_policy_page_picked (QdPolicyPage *self)
{
  guint at = gtk_drop_down_get_selected (self->policy_drop);
  QdYamlFile *file = get_file (self);
  QdYamlSpan span;

  if (self->picking || file == NULL || at >= self->policies->len)
    return;
  self->policy = g_array_index (self->policies, guint, at);
  span = qd_yaml_node_get_span (qd_yaml_file_get_document (file, self->policy));
  qd_policy_editor_place_cursor (self->editor, span.line, span.column);
  qd_policy_builder_set_policy (self->builder, file, self->policy);
}

/* --- The builder --------------------------------------------------------------------------------------- */

static void
show_policy (QdPolicyPage *self, QdYamlFile *file, gboolean found)
{
  gtk_stack_set_visible_child_name (self->builder_stack, found ? "policy" : file ? "none" : "unread");
  if (found)
    fill_picker (self, file);
  qd_policy_builder_set_policy (self->builder, found ? file : NULL, self->policy);
}

void
qd_policy_page_update_builder (QdPolicyPage *self, gboolean follow_cursor)
{
  QdAnalysis *analysis = qd_workbench_get_analysis (self->workbench);
  QdYamlFile *file = get_file (self);
  gboolean found;

  if (g_strcmp0 (adw_view_stack_get_visible_child_name (self->views), "builder") != 0)
    return;
  qd_policy_builder_set_world (self->builder, analysis ? qd_analysis_get_world (analysis) : NULL, &self->options);
  if (file && !follow_cursor && self->policy < qd_yaml_file_get_n_documents (file) && is_policy (qd_yaml_file_get_document (file, self->policy)))
    found = TRUE;
  else
    found = file && self->document && find_at_cursor (self, file, &self->policy);
  show_policy (self, file, found);
}

void
qd_policy_page_spliced (QdPolicyPage *self, const char *file, guint64 offset, guint64 removed, const char *inserted)
{
  g_autoptr (QdYamlFile) now = NULL;
  GBytes *mine;

  if (self->document == NULL || !g_str_equal (file, qd_document_get_name (self->document)) ||
      !qd_policy_editor_splice (self->editor, offset, removed, inserted))
    {
      qd_session_toast (qd_policy_page_get_session (self), _("The text has changed meanwhile: try again"));
      qd_policy_page_update_builder (self, FALSE);
      return;
    }
  mine = qd_document_get_mine (self->document);
  if (g_bytes_get_size (mine) <= MAX_AT_ONCE)
    now = qd_yaml_file_new (file, mine, NULL);
  if (now)
    qd_policy_builder_set_policy (self->builder, now, self->policy);
}

/* --- Who talks ------------------------------------------------------------------------------------------ */

static QdPolicyEval *
get_eval (QdPolicyPage *self)
{
  QdAnalysis *analysis = qd_workbench_get_analysis (self->workbench);

  return analysis ? qd_analysis_get_eval (analysis) : NULL;
}

/* Numbers are of one evaluation; names outlive it. */
void
qd_policy_page_note_explained (QdPolicyPage *self, guint src, guint dst)
{
  QdPolicyEval *eval = get_eval (self);

  if (eval == NULL || src >= qd_policy_eval_get_n_ends (eval) || dst >= qd_policy_eval_get_n_ends (eval))
    return;
  g_set_str (&self->why_src, qd_policy_eval_get_text (eval, src));
  g_set_str (&self->why_dst, qd_policy_eval_get_text (eval, dst));
}

static gboolean
reveal_cb (GtkWidget *split, GdkFrameClock *clock, gpointer data)
{
  if (gtk_widget_get_width (split) <= 0)
    return G_SOURCE_CONTINUE;
  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (split), TRUE);
  return G_SOURCE_REMOVE;
}

/* A view that has no width yet cannot slide its sidebar in: libadwaita divides by it. */
void
qd_policy_page_reveal_why (QdPolicyPage *self)
{
  if (reveal_cb (GTK_WIDGET (self->why_split), NULL, NULL) == G_SOURCE_CONTINUE)
    gtk_widget_add_tick_callback (GTK_WIDGET (self->why_split), reveal_cb, NULL, NULL);
}

void
qd_policy_page_explain (QdPolicyPage *self, guint src, guint dst)
{
  if (get_eval (self) == NULL)
    return;
  qd_policy_page_note_explained (self, src, dst);
  qd_policy_explain_pane_set_flow (self->why, get_eval (self), src, dst);
  qd_policy_page_reveal_why (self);
}

void
qd_policy_page_explain_port (QdPolicyPage *self, guint src, guint dst, guint protocol, guint port)
{
  qd_policy_page_explain (self, src, dst);
  if (port > 0)
    qd_policy_explain_pane_show_port (self->why, (QdProtocol) protocol, port);
}

gboolean
qd_policy_page_is_graph (QdPolicyPage *self)
{
  return g_strcmp0 (adw_toggle_group_get_active_name (self->picture_group), "graph") == 0;
}

void
qd_policy_page_explain_names (QdPolicyPage *self, const char *src, const char *dst)
{
  QdPolicyEval *eval = get_eval (self);
  guint from = eval ? qd_policy_eval_find_workload (eval, src, NULL) : QD_POLICY_NO_END;
  guint to = eval ? qd_policy_eval_find_workload (eval, dst, NULL) : QD_POLICY_NO_END;

  adw_view_stack_set_visible_child_name (self->views, "matrix");
  if (from != QD_POLICY_NO_END && to != QD_POLICY_NO_END)
    {
      qd_policy_page_explain (self, from, to);
      return;
    }
  g_set_str (&self->asked_src, src);
  g_set_str (&self->asked_dst, dst);
}

/* What was asked before there was an answer. */
static void
answer_asked (QdPolicyPage *self)
{
  g_autofree char *src = g_steal_pointer (&self->asked_src), *dst = g_steal_pointer (&self->asked_dst);

  if (src && get_eval (self))
    qd_policy_page_explain_names (self, src, dst);
  if (self->asked_flow && get_eval (self))
    qd_policy_page_explain_seen (self, &self->asked_seen);
}

/* The same two in what is there now; gone, there is nothing to explain. */
static void
update_why (QdPolicyPage *self, QdPolicyEval *now)
{
  guint src = QD_POLICY_NO_END, dst = QD_POLICY_NO_END;

  if (self->why_src == NULL)
    return;
  for (guint i = 0; now && i < qd_policy_eval_get_n_ends (now); i++)
    {
      const char *text = qd_policy_eval_get_text (now, i);

      if (g_str_equal (text, self->why_src))
        src = i;
      if (g_str_equal (text, self->why_dst))
        dst = i;
    }
  if (src != QD_POLICY_NO_END && dst != QD_POLICY_NO_END)
    qd_policy_explain_pane_set_flow (self->why, now, src, dst);
  else
    {
      qd_policy_explain_pane_set_flow (self->why, NULL, 0, 0);
      /* an empty pane, which covers the picture in a narrow window, would stay; while it is computed anew, it waits */
      if (now != NULL || qd_workbench_get_folder (self->workbench) == NULL)
        adw_overlay_split_view_set_show_sidebar (self->why_split, FALSE);
    }
}

/* That there are no workloads is said where they would be known. */
void
qd_policy_page_show_matrix (QdPolicyPage *self)
{
  QdPolicyEval *eval = get_eval (self);
  gboolean any = eval && qd_policy_eval_get_n_workloads (eval) > 0;
  g_autofree char *unknown = eval && !any ? qd_policy_page_dup_unknown (self) : NULL;

  if (unknown)
    adw_status_page_set_description (self->unknown_page, unknown);
  gtk_stack_set_visible_child_name (self->matrix_stack, eval == NULL ? "invalid" : any ? "matrix" : unknown ? "unknown" : "none");
}

/* What was before is what is saved. */
void
qd_policy_page_update_matrix (QdPolicyPage *self)
{
  QdAnalysis *analysis = qd_workbench_get_analysis (self->workbench);
  QdPolicyEval *now = analysis ? qd_analysis_get_eval (analysis) : NULL;
  QdPolicyEval *before = analysis ? qd_analysis_get_before (analysis) : NULL;

  if (g_strcmp0 (adw_view_stack_get_visible_child_name (self->views), "matrix") != 0)
    return;
  qd_policy_page_show_matrix (self);
  if (qd_policy_page_is_graph (self))
    qd_policy_graph_view_set_evals (self->graph, now, before == now ? NULL : before);
  else
    qd_policy_matrix_set_evals (self->matrix, now, before == now ? NULL : before);
  gtk_widget_set_sensitive (GTK_WIDGET (self->changes_button), before != NULL && before != now);
  update_why (self, now);
  answer_asked (self);
}
