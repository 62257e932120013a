/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page's tests of policies, and the fixes of what is wrong. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-page-private.h"

#include <glib/gi18n.h>

#include "qd-policy-buffer.h"
#include "qd-state.h"

/* Where tests go when there are none yet. */
#define NEW_FILE "flows.policytest.yaml"

/* --- Fixes --------------------------------------------------------------------------------------------- */

typedef struct { QdPolicyPage *page; QdPolicyFix *fix; QdYamlSplice splice; } Mending;

static void
mending_free (gpointer data)
{
  Mending *self = data;

  g_object_unref (self->page);
  qd_policy_fix_unref (self->fix);
  qd_yaml_splice_clear (&self->splice);
  g_free (self);
}

/* A file is read twice for it: that is for a worker. */
static void
work_out (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Mending *self = data;
  GError *error = NULL;
  QdYamlFile *changed = qd_policy_fix_apply (self->fix, &self->splice, &error);

  if (changed)
    g_task_return_pointer (task, changed, (GDestroyNotify) qd_yaml_file_unref);
  else
    g_task_return_error (task, error);
}

/* Only the very text that it was worked out for is changed. */
static gboolean
mend (QdPolicyPage *self, Mending *mending)
{
  QdYamlFile *file = qd_policy_fix_get_file (mending->fix);
  QdDocument *document = self->workbench ? qd_workbench_find (self->workbench, qd_yaml_file_get_name (file)) : NULL;
  g_autoptr (GBytes) now = NULL;

  if (document == NULL)
    return FALSE;
  qd_policy_page_show_document (self, document);
  qd_policy_page_flush (self);
  now = qd_policy_buffer_get_bytes (qd_policy_buffer_of (document));
  return g_bytes_equal (now, qd_yaml_file_get_bytes (file)) &&
         qd_policy_editor_splice (self->editor, mending->splice.offset, mending->splice.removed, mending->splice.inserted);
}

static void
worked_out_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Mending *mending = g_task_get_task_data (G_TASK (result));
  QdPolicyPage *self = mending->page;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) changed = g_task_propagate_pointer (G_TASK (result), &error);
  QdYamlSpan place;

  if (error)
    {
      qd_policy_page_tell_error (self, _("Could not make the change."), error);
      return;
    }
  if (!mend (self, mending))
    {
      if (qd_policy_page_get_session (self))
        qd_session_toast (qd_policy_page_get_session (self), _("The text has changed meanwhile: try again"));
      return;
    }
  place = qd_yaml_file_get_place (changed, mending->splice.offset);
  adw_view_stack_set_visible_child_name (self->views, "text");
  qd_policy_editor_place_cursor (self->editor, place.line, place.column);
}

void
qd_policy_page_fix (QdPolicyPage *self, QdProblem *problem)
{
  Mending *mending = g_new0 (Mending, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, worked_out_cb, NULL);

  *mending = (Mending) { .page = g_object_ref (self), .fix = qd_policy_fix_ref (qd_problem_get_fix (problem)) };
  qd_policy_page_flush (self);
  g_task_set_task_data (task, mending, mending_free);
  g_task_run_in_thread (task, work_out);
}

/* --- Tests --------------------------------------------------------------------------------------------- */

/* Something failed, something was not run, or all is well. */
static QdStatus
find_worst (GListModel *outcomes)
{
  QdStatus worst = QD_STATUS_WELL;

  for (guint i = 0; i < g_list_model_get_n_items (outcomes); i++)
    {
      g_autoptr (QdPolicyOutcome) outcome = g_list_model_get_item (outcomes, i);
      guint src, dst;
      const char *port;

      if (qd_policy_outcome_has_passed (outcome))
        continue;
      if (qd_policy_outcome_get_flow (outcome, &src, &dst, &port))
        return QD_STATUS_DOWN;
      worst = QD_STATUS_UNKNOWN;
    }
  return worst;
}

void
qd_policy_page_update_tests (QdPolicyPage *self, QdAnalysis *analysis)
{
  g_autoptr (GListStore) outcomes = qd_policy_outcome_list_new (analysis);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (outcomes));
  g_autofree char *text = n > 0 ? qd_policy_tests_summarize (G_LIST_MODEL (outcomes)) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->tests_button), n > 0 || gtk_toggle_button_get_active (self->tests_button));
  qd_policy_tests_set_model (self->tests, G_LIST_MODEL (outcomes));
  qd_state_image_set (GTK_WIDGET (self->tests_icon), find_worst (G_LIST_MODEL (outcomes)));
  gtk_label_set_label (self->tests_label, text ? text : _("No tests"));
}

static void
chosen_cb (QdPolicyPage *self, QdPolicyOutcome *outcome)
{
  qd_policy_page_go_to (self, qd_policy_outcome_get_file (outcome), qd_policy_outcome_get_line (outcome), qd_policy_outcome_get_column (outcome));
}

static void
why_cb (QdPolicyPage *self, QdPolicyOutcome *outcome)
{
  const char *port;
  guint src, dst;

  if (!qd_policy_outcome_get_flow (outcome, &src, &dst, &port))
    return;
  adw_view_stack_set_visible_child_name (self->views, "matrix");
  qd_policy_page_explain (self, src, dst);
  qd_policy_explain_pane_set_port (self->why, port);
}

/* One pane at a time stands below the text. */
static void
toggled_cb (QdPolicyPage *self, GParamSpec *pspec, GtkToggleButton *button)
{
  GtkToggleButton *other = button == self->tests_button ? self->problems_button : self->tests_button;

  if (gtk_toggle_button_get_active (button))
    gtk_toggle_button_set_active (other, FALSE);
}

void
qd_policy_page_init_tests (QdPolicyPage *self)
{
  self->tests = QD_POLICY_TESTS (qd_policy_tests_new ());
  adw_bin_set_child (self->tests_bin, GTK_WIDGET (self->tests));
  g_signal_connect_object (self->tests, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->tests, "why", G_CALLBACK (why_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->tests_button, "notify::active", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->problems_button, "notify::active", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->problems, "fix", G_CALLBACK (qd_policy_page_fix), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "fix", G_CALLBACK (qd_policy_page_fix), self, G_CONNECT_SWAPPED);
}

/* --- A new test ---------------------------------------------------------------------------------------- */

/* A test that says what is so now: of the flow that is explained. NULL: nothing is explained. (transfer full) */
static JsonNode *
make_test (QdPolicyPage *self)
{
  QdAnalysis *analysis = qd_workbench_get_analysis (self->workbench);
  QdPolicyEval *eval = analysis ? qd_analysis_get_eval (analysis) : NULL;
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *text = NULL, *from = NULL, *to = NULL;
  QdProtocol protocol;
  guint src, dst, port;

  if (eval == NULL || !qd_policy_explain_pane_get_flow (self->why, &src, &dst, &protocol, &port) || src >= qd_policy_eval_get_n_ends (eval) ||
      dst >= qd_policy_eval_get_n_ends (eval))
    return NULL;
  from = qd_policy_test_name_end (eval, src);
  to = qd_policy_test_name_end (eval, dst);
  text = g_strdup_printf (protocol == QD_PROTOCOL_TCP ? "%u" : "%u/%s", port, qd_protocol_to_string (protocol));
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_add_string_value (json_builder_set_member_name (builder, "from"), from);
  json_builder_add_string_value (json_builder_set_member_name (builder, "to"), to);
  json_builder_set_member_name (builder, "port");
  if (protocol == QD_PROTOCOL_TCP)
    json_builder_add_int_value (builder, port);
  else
    json_builder_add_string_value (builder, text);
  json_builder_add_string_value (json_builder_set_member_name (builder, "expect"),
                                 qd_port_set_contains (qd_policy_eval_get (eval, src, dst), protocol, port) ? "allow" : "deny");
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* The change of a file of tests that adds @test, or its whole text where there is none yet. */
static QdYamlFile *
add_test (QdYamlFile *file, JsonNode *test, QdYamlSplice *splice, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) all = NULL;

  if (qd_yaml_node_find (qd_yaml_file_get_document (file, 0), "/tests/0"))
    return qd_yaml_edit_insert_item (file, 0, "/tests", QD_YAML_END, test, splice, error);
  json_builder_begin_object (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "tests"));
  json_builder_add_value (builder, json_node_copy (test));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  all = json_builder_get_root (builder);
  return qd_yaml_edit_set (file, 0, "", all, splice, error);
}

/* The first file of tests, or a new one. (transfer full) NULL with @error */
static QdDocument *
find_tests (QdPolicyPage *self, GError **error)
{
  GListModel *documents = qd_workbench_get_documents (self->workbench);
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
  QdDocument *added;

  for (guint i = 0; i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (QdDocument) document = g_list_model_get_item (documents, i);

      if (qd_policy_is_test_file (qd_document_get_name (document)))
        return g_steal_pointer (&document);
    }
  added = qd_workbench_add (self->workbench, NEW_FILE, none, error);
  return added ? g_object_ref (added) : NULL;
}

void
qd_policy_page_new_test (QdPolicyPage *self)
{
  g_autoptr (JsonNode) test = make_test (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdDocument) document = test ? find_tests (self, &error) : NULL;
  g_autoptr (QdYamlFile) file = NULL, changed = NULL;
  g_auto (QdYamlSplice) splice = { 0 };
  QdYamlSpan place;

  if (test == NULL)
    return;
  if (document)
    {
      qd_policy_page_flush (self);
      file = qd_yaml_file_new (qd_document_get_name (document), qd_document_get_mine (document), &error);
    }
  changed = file ? add_test (file, test, &splice, &error) : NULL;
  if (changed == NULL)
    {
      qd_policy_page_tell_error (self, _("Could not add the test."), error);
      return;
    }
  qd_policy_page_show_document (self, document);
  if (!qd_policy_editor_splice (self->editor, splice.offset, splice.removed, splice.inserted))
    return;
  place = qd_yaml_file_get_place (changed, splice.offset);
  qd_policy_page_go_to (self, qd_document_get_name (document), place.line, place.column);
}
