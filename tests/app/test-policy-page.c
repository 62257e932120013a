/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The policy workbench in a real window: a folder is opened, changed, looked through, saved, compared. */
#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "app-fixture.h"
#include "qd-policy-buffer.h"
#include "qd-policy-conflict.h"
#include "qd-policy-graph-view-private.h"
#include "qd-policy-page-private.h"
#include "qd-settings.h"
#include "qd-yaml-edit.h"

#define PODS "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\n" \
             "spec: {containers: [{name: a, image: b}]}\n"
#define POLICY "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: deny\n  namespace: shop\n" \
               "spec:\n  podSelector: {}\n  policyTypes:\n  - Ingress\n"

typedef struct {
  char *folder;
  QdHub *hub;
  QdWindow *window;
  QdPolicyPage *page;
} Fixture;

static void
write_file (Fixture *self, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static char *
read_file (Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* The window may not paint while it waits: this turns the context, however long it takes. */
#define UNTIL(condition) \
  G_STMT_START { \
    gint64 until_ = g_get_monotonic_time () + 20 * G_USEC_PER_SEC; \
    while (!(condition) && g_get_monotonic_time () < until_) \
      if (!g_main_context_iteration (NULL, FALSE)) \
        g_usleep (1000); \
    if (!(condition)) \
      g_error ("%s:%d: did not come true: %s", __FILE__, __LINE__, #condition); \
  } G_STMT_END

static QdDocument *
find (Fixture *self, const char *name)
{
  return qd_workbench_find (self->page->workbench, name);
}

static gboolean
is_quiet (Fixture *self)
{
  return !qd_workbench_is_loading (self->page->workbench) && !qd_workbench_is_analysing (self->page->workbench);
}

static void
show_page (Fixture *self)
{
  self->window = qd_window_new (NULL, self->hub);
  gtk_window_present (GTK_WINDOW (self->window));
  g_assert_true (qd_window_show_page (self->window, "policies"));
  self->page = QD_POLICY_PAGE (qd_window_get_page (self->window));
  fixture_settle (GTK_WIDGET (self->window));
}

static void
begin (Fixture *self)
{
  GSettings *settings = qd_settings_get_default ();

  self->folder = g_dir_make_tmp ("qd-page-XXXXXX", NULL);
  self->hub = qd_hub_new (NULL);
  write_file (self, "pods.yaml", PODS);
  write_file (self, "policy.yaml", POLICY);
  g_settings_set_boolean (settings, "configured", TRUE);
  g_settings_set_string (settings, "policy-folder", self->folder);
  show_page (self);
  UNTIL (qd_workbench_get_folder (self->page->workbench) != NULL && is_quiet (self));
}

static void
close_window (Fixture *self)
{
  gpointer page = self->page;

  g_object_add_weak_pointer (page, &page);
  fixture_close (GTK_WINDOW (self->window));
  UNTIL (page == NULL);
}

static void
end (Fixture *self)
{
  char *argv[] = { (char *) "rm", (char *) "-rf", self->folder, NULL };

  close_window (self);
  g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_object_unref (self->hub);
  g_free (self->folder);
}

static void
run (Fixture *self, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self->page), action, NULL));
}

static gboolean
is_enabled (Fixture *self, const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (self->page->actions), action);
}

/* Types @text at the end of the text that is shown, as a keyboard would. */
static void
type (Fixture *self, const char *text)
{
  GtkTextBuffer *buffer = qd_policy_editor_get_buffer (self->page->editor);
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_place_cursor (buffer, &end);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_insert_at_cursor (buffer, text, -1);
  gtk_text_buffer_end_user_action (buffer);
}

static char *
shown_text (Fixture *self)
{
  g_autoptr (GBytes) bytes = qd_policy_buffer_get_bytes (GTK_SOURCE_BUFFER (qd_policy_editor_get_buffer (self->page->editor)));

  return g_strndup (g_bytes_get_size (bytes) ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));
}

/* --- Tests ------------------------------------------------------------------------------------------- */

static void
test_empty (void)
{
  Fixture self = { 0 };

  self.folder = g_dir_make_tmp ("qd-page-XXXXXX", NULL);
  self.hub = qd_hub_new (NULL);
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  g_settings_set_string (qd_settings_get_default (), "policy-folder", "");
  show_page (&self);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (self.page->stack), ==, "empty");
  g_assert_false (is_enabled (&self, "save") || is_enabled (&self, "new-file") || is_enabled (&self, "commit"));
  end (&self);
}

static void
test_write (void)
{
  Fixture self;
  g_autofree char *disk = NULL, *expected = g_strconcat (POLICY, "  - Egress\n", NULL), *before = NULL, *after = NULL;

  begin (&self);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (self.page->stack), ==, "bench");
  g_assert_cmpstr (qd_document_get_name (self.page->document), ==, "policy.yaml");
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  g_assert_false (is_enabled (&self, "save") || is_enabled (&self, "undo"));

  type (&self, "  - Egress\n");
  UNTIL (qd_document_is_dirty (find (&self, "policy.yaml")));
  g_assert_true (is_enabled (&self, "save") && is_enabled (&self, "undo"));
  before = read_file (&self, "policy.yaml");
  g_assert_cmpstr (before, ==, POLICY);
  run (&self, "policy.undo");
  UNTIL (!qd_document_is_dirty (find (&self, "policy.yaml")));
  run (&self, "policy.redo");
  run (&self, "policy.save");
  UNTIL (!qd_document_is_dirty (find (&self, "policy.yaml")));
  after = read_file (&self, "policy.yaml");
  g_assert_cmpstr (after, ==, expected);

  /* Each file has its own history, whatever was shown meanwhile. */
  qd_policy_page_show_document (self.page, find (&self, "pods.yaml"));
  g_assert_false (is_enabled (&self, "undo"));
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  g_assert_true (is_enabled (&self, "undo"));
  end (&self);
}

static void
test_problems (void)
{
  Fixture self;
  g_autofree char *summary = NULL;
  GtkTextBuffer *buffer;
  GtkTextIter iter;

  begin (&self);
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  type (&self, "  - Sideways\n");
  UNTIL (is_quiet (&self) && qd_document_get_n_errors (find (&self, "policy.yaml")) == 1);
  summary = qd_policy_problems_summarize (G_LIST_MODEL (self.page->found));
  g_assert_cmpstr (summary, ==, "1 error, 1 note");
  g_assert_cmpstr (gtk_label_get_label (self.page->problems_label), ==, "1 error, 1 note");

  /* It is underlined, and F8 goes there from wherever one is. */
  qd_policy_page_show_document (self.page, find (&self, "pods.yaml"));
  run (&self, "policy.next-problem");
  g_assert_cmpstr (qd_document_get_name (self.page->document), ==, "policy.yaml");
  buffer = qd_policy_editor_get_buffer (self.page->editor);
  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  g_assert_cmpint (gtk_text_iter_get_line (&iter), ==, 9);
  g_assert_true (gtk_text_iter_has_tag (&iter, gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), "qd-error")));

  run (&self, "policy.undo");
  UNTIL (is_quiet (&self) && qd_document_get_n_errors (find (&self, "policy.yaml")) == 0);
  /* That nothing may come in is meant, and only noted. */
  g_assert_cmpstr (gtk_label_get_label (self.page->problems_label), ==, "1 note");
  end (&self);
}

/* The window closes amidst typing: what was typed is there when it opens again. */
static void
test_draft (void)
{
  Fixture self;
  g_autofree char *expected = g_strconcat (POLICY, "# half a thou", NULL), *text = NULL, *disk = NULL;

  begin (&self);
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  type (&self, "# half a thou");
  close_window (&self);
  disk = read_file (&self, "policy.yaml");
  g_assert_cmpstr (disk, ==, POLICY);
  show_page (&self);
  UNTIL (qd_workbench_get_folder (self.page->workbench) != NULL && find (&self, "policy.yaml"));
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  text = shown_text (&self);
  g_assert_cmpstr (text, ==, expected);
  qd_workbench_revert (self.page->workbench, find (&self, "policy.yaml"));
  end (&self);
}

/* Line ends, blanks and a missing last line end stay; Enter gives the file's own. */
static void
test_lossless (void)
{
  Fixture self;
  const char *odd = "\357\273\277kind: A\r\n# caf\303\251\t \r\nx:   1\r\n\r\n";
  g_autofree char *disk = NULL, *expected = g_strconcat (odd, "y: 2\r\nz: 3", NULL);

  begin (&self);
  write_file (&self, "odd.yaml", odd);
  UNTIL (find (&self, "odd.yaml"));
  qd_policy_page_show_document (self.page, find (&self, "odd.yaml"));
  g_assert_false (qd_document_is_dirty (find (&self, "odd.yaml")));
  type (&self, "y: 2");
  type (&self, "\n");
  type (&self, "z: 3");
  qd_policy_page_flush (self.page);
  run (&self, "policy.save");
  UNTIL (!qd_document_is_dirty (find (&self, "odd.yaml")));
  disk = read_file (&self, "odd.yaml");
  g_assert_cmpstr (disk, ==, expected);
  end (&self);
}

/* What cannot be shown as it is cannot be changed by being looked at. */
static void
test_not_utf8 (void)
{
  Fixture self;

  begin (&self);
  write_file (&self, "latin.yaml", "name: caf\351\n");
  UNTIL (find (&self, "latin.yaml"));
  qd_policy_page_show_document (self.page, find (&self, "latin.yaml"));
  g_assert_true (adw_banner_get_revealed (self.page->locked_banner));
  type (&self, "more\n");
  qd_policy_page_flush (self.page);
  g_assert_false (qd_document_is_dirty (find (&self, "latin.yaml")));
  end (&self);
}

static gboolean
is_drawn (Fixture *self)
{
  return is_quiet (self) && !qd_policy_graph_view_is_busy (self->page->graph) && qd_policy_graph_view_get_data (self->page->graph) != NULL;
}

static guint
count_marked (Fixture *self, QdGraphMark mark, guint *last)
{
  QdScene *scene = qd_topology_view_get_scene (qd_policy_graph_view_get_view (self->page->graph));
  guint n = 0;

  for (guint i = 0; i < scene->n_edges; i++)
    if (scene->edges[i].mark == (guint8) mark)
      {
        n++;
        *last = i;
      }
  return n;
}

/* As one types, the picture says what would change, and a click why. */
static void
test_graph (void)
{
  Fixture self;
  guint line = 0, src, dst, port;
  QdProtocol protocol;
  g_autofree char *text = NULL;

  begin (&self);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self.page), "policy.view", "s", "graph"));
  UNTIL (is_drawn (&self));
  g_assert_cmpuint (count_marked (&self, QD_GRAPH_REMOVED, &line), ==, 0);
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  type (&self, "  - Egress\n");
  UNTIL (is_drawn (&self) && count_marked (&self, QD_GRAPH_REMOVED, &line) == 1);
  qd_topology_view_pick (qd_policy_graph_view_get_view (self.page->graph), (QdPick) { QD_PICK_EDGE, line }, FALSE);
  g_assert_true (adw_overlay_split_view_get_show_sidebar (self.page->why_split));
  g_assert_true (qd_policy_explain_pane_get_flow (self.page->why, &src, &dst, &protocol, &port));
  g_assert_cmpstr (qd_policy_eval_get_text (qd_analysis_get_eval (qd_workbench_get_analysis (self.page->workbench)), src), ==, "shop/web[Pod]");
  UNTIL (text != NULL || (text = qd_policy_explain_pane_dup_text (self.page->why)) != NULL);
  g_assert_nonnull (strstr (text, "deny"));

  /* All of somebody is in the matrix. */
  g_signal_emit_by_name (self.page->graph, "list", "shop/ >");
  g_assert_cmpstr (adw_toggle_group_get_active_name (self.page->picture_group), ==, "matrix");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (self.page->matrix_entry)), ==, "shop/ >");
  run (&self, "policy.undo");
  end (&self);
}

static GtkWidget *
find_check (GtkWidget *from, const char *label)
{
  GtkWidget *found = NULL;

  if (GTK_IS_CHECK_BUTTON (from) && g_strcmp0 (gtk_check_button_get_label (GTK_CHECK_BUTTON (from)), label) == 0)
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_check (child, label);
  return found;
}

static void
choose (QdPolicyConflict *dialog, const char *label)
{
  GtkWidget *check = find_check (GTK_WIDGET (dialog), label);

  g_assert_nonnull (check);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
}

/* Somebody else changes the same line: side by side, one says whose stays, and saves. */
static void
test_conflict (void)
{
  Fixture self;
  g_autofree char *theirs = g_strconcat (POLICY, "# theirs\n", NULL), *disk = NULL, *text = NULL;
  QdPolicyConflict *dialog;

  begin (&self);
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  type (&self, "# mine\n");
  UNTIL (qd_document_is_dirty (find (&self, "policy.yaml")));
  write_file (&self, "policy.yaml", theirs);
  UNTIL (qd_document_is_conflicted (find (&self, "policy.yaml")));
  g_assert_true (adw_banner_get_revealed (self.page->conflict_banner));
  g_assert_false (is_enabled (&self, "save"));

  qd_policy_conflict_ask (self.page->workbench, find (&self, "policy.yaml"), GTK_WIDGET (self.page));
  UNTIL (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self.window)) != NULL);
  fixture_settle (GTK_WIDGET (self.window));
  dialog = QD_POLICY_CONFLICT (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self.window)));
  choose (dialog, "Theirs");
  choose (dialog, "Mine");
  fixture_press (GTK_WIDGET (dialog), "_Take These");
  g_assert_false (adw_banner_get_revealed (self.page->conflict_banner));
  disk = read_file (&self, "policy.yaml");
  g_assert_cmpstr (disk, ==, theirs);
  run (&self, "policy.save");
  UNTIL (!qd_document_is_dirty (find (&self, "policy.yaml")));
  text = read_file (&self, "policy.yaml");
  g_assert_true (g_str_has_suffix (text, "# mine\n"));
  end (&self);
}

/* Which document the builder shows, looked for in all of the text. */
static guint
policy_at (QdYamlFile *file, const char *text, guint cursor)
{
  gsize bytes = (gsize) (g_utf8_offset_to_pointer (text, cursor) - text);
  guint last = G_MAXUINT;

  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    {
      const QdYamlNode *node = qd_yaml_file_get_document (file, i);

      if (!g_str_equal (qd_yaml_node_get_string (qd_yaml_node_get (node, "kind")), "NetworkPolicy"))
        continue;
      last = i;
      if (qd_yaml_node_get_span (node).end >= bytes)
        break;
    }
  return last;
}

/* Wherever the cursor is in a file of many: the policy that it is in, or the next one, or the last. */
static void
test_builder_cursor (void)
{
  Fixture self = { 0 };
  static const char text[] = "# é 中\n" PODS "---\n" POLICY "# behind\n---   # and before\n" POLICY "--- {kind: NetworkPolicy, metadata: {name: x}}\n---\n" PODS;
  GtkTextBuffer *buffer;
  QdYamlFile *file;

  begin (&self);
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  buffer = qd_policy_editor_get_buffer (self.page->editor);
  gtk_text_buffer_set_text (buffer, text, -1);
  UNTIL (is_quiet (&self) && qd_document_is_dirty (find (&self, "policy.yaml")));
  gtk_widget_activate_action (GTK_WIDGET (self.page), "policy.view", "s", "builder");
  file = qd_analysis_find_file (qd_workbench_get_analysis (self.page->workbench), "policy.yaml");
  g_assert_nonnull (file);
  g_assert_cmpuint (qd_yaml_file_get_n_documents (file), ==, 5);
  for (guint i = 0; i <= g_utf8_strlen (text, -1); i++)
    {
      GtkTextIter at;

      gtk_text_buffer_get_iter_at_offset (buffer, &at, (int) i);
      gtk_text_buffer_place_cursor (buffer, &at);
      qd_policy_page_update_builder (self.page, TRUE);
      g_assert_cmpuint (self.page->policy, ==, policy_at (file, text, i));
    }
  end (&self);
}

/* The builder's edit is an edit of the text, and is taken back like one. */
static void
test_builder (void)
{
  Fixture self;
  g_autofree QdYamlSplice *splice = g_new0 (QdYamlSplice, 1);
  g_autoptr (JsonNode) value = json_node_new (JSON_NODE_VALUE);
  g_autoptr (QdYamlFile) changed = NULL;
  g_autofree char *text = NULL, *after = NULL;
  QdYamlFile *file;

  begin (&self);
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  gtk_widget_activate_action (GTK_WIDGET (self.page), "policy.view", "s", "builder");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (self.page->builder_stack), ==, "policy");
  file = qd_analysis_find_file (qd_workbench_get_analysis (self.page->workbench), "policy.yaml");
  json_node_set_string (value, "renamed");
  changed = qd_yaml_edit_set (file, 0, "/metadata/name", value, splice, NULL);
  g_assert_nonnull (changed);
  g_signal_emit_by_name (self.page->builder, "splice", "policy.yaml", (guint64) splice->offset, (guint64) splice->removed, splice->inserted);
  text = shown_text (&self);
  g_assert_nonnull (strstr (text, "name: renamed\n"));
  UNTIL (is_quiet (&self) && qd_document_is_dirty (find (&self, "policy.yaml")));
  run (&self, "policy.undo");
  after = shown_text (&self);
  g_assert_cmpstr (after, ==, POLICY);
  qd_yaml_splice_clear (splice);

  /* One about a text that is no more changes nothing. */
  g_signal_emit_by_name (self.page->builder, "splice", "policy.yaml", (guint64) 100000, (guint64) 1, "x");
  g_free (after);
  after = shown_text (&self);
  g_assert_cmpstr (after, ==, POLICY);

  qd_policy_page_show_document (self.page, find (&self, "pods.yaml"));
  g_assert_cmpstr (gtk_stack_get_visible_child_name (self.page->builder_stack), ==, "none");
  end (&self);
}

/* What is typed is seen in who may talk, beside what is saved. */
static void
test_matrix (void)
{
  Fixture self;
  guint64 changed = 0;
  QdPolicyEval *eval;
  g_autofree char *why = NULL;
  guint web, outside;

  begin (&self);
  gtk_widget_activate_action (GTK_WIDGET (self.page), "policy.view", "s", "matrix");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (self.page->matrix_stack), ==, "matrix");
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (self.page->changes_button)));
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  type (&self, "  ingress: [{}]\n");
  UNTIL (is_quiet (&self) && gtk_widget_get_sensitive (GTK_WIDGET (self.page->changes_button)));
  eval = qd_analysis_get_eval (qd_workbench_get_analysis (self.page->workbench));
  web = qd_policy_eval_find_workload (eval, "shop/web", NULL);
  outside = qd_policy_eval_get_n_workloads (eval);
  g_assert_false (qd_port_set_is_none (qd_policy_eval_get (eval, outside, web)));
  /* Why, in one click, and still why after the text has changed. */
  g_signal_emit_by_name (self.page->matrix, "activated", outside, web);
  g_assert_true (adw_overlay_split_view_get_show_sidebar (self.page->why_split));
  UNTIL ((g_free (why), why = qd_policy_explain_pane_dup_text (self.page->why)) != NULL);
  g_assert_nonnull (strstr (why, "shop/deny"));
  UNTIL (qd_policy_matrix_get_n_changed (self.page->matrix, QD_POLICY_CELL_ALLOWED, &changed));
  g_assert_cmpuint (changed, ==, 1);

  type (&self, "  - nonsense: [\n");
  UNTIL (is_quiet (&self) && g_str_equal (gtk_stack_get_visible_child_name (self.page->matrix_stack), "invalid"));
  end (&self);
}

/* Erasing local data sets the folder back: what is open closes, and its drafts go. */
static void
test_erased (void)
{
  Fixture self;

  begin (&self);
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  type (&self, "# secret\n");
  qd_policy_page_flush (self.page);
  g_settings_reset (qd_settings_get_default (), "policy-folder");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (self.page->stack), ==, "empty");
  qd_policy_page_open_folder (self.page, self.folder);
  UNTIL (qd_workbench_get_folder (self.page->workbench) != NULL && find (&self, "policy.yaml"));
  g_assert_false (qd_document_is_dirty (find (&self, "policy.yaml")));
  end (&self);
}

static gboolean
has_label (GtkWidget *from, const char *text)
{
  gboolean found = GTK_IS_LABEL (from) && strstr (gtk_label_get_text (GTK_LABEL (from)), text) != NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (from); child && !found; child = gtk_widget_get_next_sibling (child))
    found = has_label (child, text);
  return found;
}

#define TESTS "tests:\n- name: outside stays outside\n  from: 203.0.113.5\n  to: shop/web\n  port: 80\n  expect: deny\n"                        \
              "- name: outside comes in\n  from: 203.0.113.5\n  to: shop/web\n  port: 80\n  expect: allow\n"                                       \
              "- name: nobody\n  from: shop/nobody\n  to: shop/web\n  port: 53/UDP\n  expect: deny\n"

/* "ok 1 - name" and "not ok 2 - name" of `qdctl policy test`, as "1name" and "0name" by line. */
static char *
run_headless (Fixture *self)
{
  g_autofree char *qdctl = g_build_filename (g_getenv ("QD_BUILD_ROOT"), "src", "cli", "qdctl", NULL), *out = NULL;
  char *argv[] = { qdctl, (char *) "policy", (char *) "test", self->folder, NULL };
  g_auto (GStrv) lines = NULL;
  GString *verdicts = g_string_new (NULL);

  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, NULL, NULL));
  lines = g_strsplit (out, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    if (g_str_has_prefix (lines[i], "ok ") || g_str_has_prefix (lines[i], "not ok "))
      g_string_append_printf (verdicts, "%d%s\n", *lines[i] == 'o', strstr (lines[i], " - ") + 3);
  return g_string_free (verdicts, FALSE);
}

static char *
list_verdicts (Fixture *self)
{
  GPtrArray *tests = qd_analysis_get_tests (qd_workbench_get_analysis (self->page->workbench));
  GString *verdicts = g_string_new (NULL);

  for (guint i = 0; i < tests->len; i++)
    {
      const QdAnalysisTest *test = g_ptr_array_index (tests, i);

      g_string_append_printf (verdicts, "%d%s\n", test->run && test->result == QD_POLICY_TEST_PASSED, test->test->name);
    }
  return g_string_free (verdicts, FALSE);
}

static gboolean
has_verdicts (Fixture *self, const char *expected)
{
  g_autofree char *verdicts = list_verdicts (self);

  return g_str_equal (verdicts, expected);
}

/* Tests beside the policies run while one types, with the verdicts that they have without a window. */
static void
test_tests (void)
{
  Fixture self;
  g_autofree char *headless = NULL, *here = NULL, *text = NULL;
  GtkTextBuffer *buffer;
  GtkTextIter at;

  begin (&self);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (self.page->tests_button)));
  write_file (&self, "shop.policytest.yaml", TESTS);
  UNTIL (is_quiet (&self) && g_str_equal (gtk_label_get_label (self.page->tests_label), "1 of 3 tests pass"));
  headless = run_headless (&self);
  here = list_verdicts (&self);
  g_assert_cmpstr (here, ==, headless);
  g_assert_cmpstr (here, ==, "1outside stays outside\n0outside comes in\n0nobody\n");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (self.page->tests_button)));
  g_assert_cmpuint (qd_document_get_n_warnings (find (&self, "shop.policytest.yaml")), ==, 2);

  /* The list says what became of each, and leads to why. */
  run (&self, "policy.tests");
  g_assert_true (gtk_toggle_button_get_active (self.page->tests_button));
  fixture_settle (GTK_WIDGET (self.window));
  UNTIL (has_label (GTK_WIDGET (self.page->tests), "Failed") && has_label (GTK_WIDGET (self.page->tests), "Broken") &&
         has_label (GTK_WIDGET (self.page->tests), "Passed"));
  g_assert_true (has_label (GTK_WIDGET (self.page->tests), "Expected to be allowed, is denied"));
  fixture_press (GTK_WIDGET (self.page->tests), "_Why");
  g_assert_cmpstr (adw_view_stack_get_visible_child_name (self.page->views), ==, "matrix");
  UNTIL (text != NULL || (text = qd_policy_explain_pane_dup_text (self.page->why)) != NULL);
  g_assert_nonnull (strstr (text, "80"));

  /* Underlined where it is written. */
  qd_policy_page_go_to (self.page, "shop.policytest.yaml", 7, 3);
  buffer = qd_policy_editor_get_buffer (self.page->editor);
  gtk_text_buffer_get_iter_at_line_offset (buffer, &at, 6, 4);
  g_assert_true (gtk_text_iter_has_tag (&at, gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), "qd-warning")));

  /* A change of the policy is a change of the verdicts; without a verdict, nothing is said to pass. */
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  type (&self, "  ingress: [{}]\n");
  UNTIL (has_verdicts (&self, "0outside stays outside\n1outside comes in\n0nobody\n"));
  g_assert_cmpstr (gtk_label_get_label (self.page->tests_label), ==, "1 of 3 tests pass");
  type (&self, "  bad: [\n");
  UNTIL (is_quiet (&self) && g_str_equal (gtk_label_get_label (self.page->tests_label), "3 tests not run"));
  qd_workbench_revert (self.page->workbench, find (&self, "policy.yaml"));
  end (&self);
}

/* What is so now becomes a test: the first one makes the file, the next one is added to it. */
static void
test_new_test (void)
{
  Fixture self;
  QdPolicyEval *eval;
  g_autofree char *text = NULL;

  begin (&self);
  eval = qd_analysis_get_eval (qd_workbench_get_analysis (self.page->workbench));
  for (guint i = 0; i < 2; i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (self.page), "policy.view", "s", "matrix");
      eval = qd_analysis_get_eval (qd_workbench_get_analysis (self.page->workbench));
      qd_policy_page_explain (self.page, i == 0 ? qd_policy_eval_get_n_workloads (eval) : qd_policy_eval_find_workload (eval, "shop/web", NULL),
                              i == 0 ? qd_policy_eval_find_workload (eval, "shop/web", NULL) : qd_policy_eval_get_n_workloads (eval));
      g_assert_true (qd_policy_explain_pane_set_port (self.page->why, i == 0 ? "80" : "53/UDP"));
      run (&self, "policy.new-test");
      g_assert_cmpstr (qd_document_get_name (self.page->document), ==, "flows.policytest.yaml");
      UNTIL (is_quiet (&self) && g_list_model_get_n_items (G_LIST_MODEL (self.page->found)) < 100 &&
             qd_analysis_get_tests (qd_workbench_get_analysis (self.page->workbench))->len == i + 1);
    }
  text = shown_text (&self);
  g_assert_cmpstr (text, ==, "tests:\n- from: 0.0.0.0\n  to: shop/web[Pod]\n  port: 80\n  expect: deny\n"
                             "- from: shop/web[Pod]\n  to: 0.0.0.0\n  port: 53/UDP\n  expect: allow\n");
  UNTIL (g_str_equal (gtk_label_get_label (self.page->tests_label), "2 of 2 tests pass"));
  qd_workbench_revert (self.page->workbench, find (&self, "flows.policytest.yaml"));
  end (&self);
}

static QdProblem *
find_fixable (Fixture *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->page->found)); i++)
    {
      g_autoptr (QdProblem) problem = g_list_model_get_item (G_LIST_MODEL (self->page->found), i);

      if (qd_problem_get_fix (problem) && g_strcmp0 (qd_problem_get_code (problem), "unquoted") == 0)
        return g_steal_pointer (&problem);
    }
  return NULL;
}

/* A fix is one step, made from the list or where it is underlined; on a text that changed meanwhile it is not made. */
static void
test_fix (void)
{
  Fixture self;
  g_autoptr (QdProblem) problem = NULL;
  g_autofree char *before = NULL;
  guint line;

  begin (&self);
  qd_policy_page_show_document (self.page, find (&self, "policy.yaml"));
  type (&self, "  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: yes}}\n");
  before = shown_text (&self);
  UNTIL (is_quiet (&self) && (problem != NULL || (problem = find_fixable (&self)) != NULL));
  line = qd_problem_get_line (problem);
  g_assert_cmpuint (line, ==, 12);
  gtk_toggle_button_set_active (self.page->problems_button, TRUE);
  fixture_settle (GTK_WIDGET (self.window));
  fixture_press (GTK_WIDGET (self.page->problems), qd_policy_fix_get_title (qd_problem_get_fix (problem)));
#define TEXT_HAS(part) ({ g_autofree char *now_ = shown_text (&self); strstr (now_, part) != NULL; })
  UNTIL (TEXT_HAS ("{app: \"yes\"}") || TEXT_HAS ("{app: 'yes'}"));
  run (&self, "policy.undo");
  {
    g_autofree char *after = shown_text (&self);

    g_assert_cmpstr (after, ==, before);
  }

  /* By keys, where the cursor is. */
  qd_policy_page_flush (self.page);
  g_clear_object (&problem);
  UNTIL (is_quiet (&self) && (problem != NULL || (problem = find_fixable (&self)) != NULL));
  qd_policy_page_go_to (self.page, "policy.yaml", line, qd_problem_get_column (problem));
  run (&self, "policy.fix");
  UNTIL (!TEXT_HAS ("{app: yes}"));
  run (&self, "policy.undo");

  /* The text is another by the time that the change is worked out. */
  type (&self, "# later\n");
  qd_policy_page_fix (self.page, problem);
  type (&self, "# still later\n");
  UNTIL (is_quiet (&self));
  g_assert_true (TEXT_HAS ("{app: yes}") && TEXT_HAS ("# still later\n"));
  qd_workbench_revert (self.page->workbench, find (&self, "policy.yaml"));
  end (&self);
}

static void
test_examples (void)
{
  Fixture self;
  const char *names[] = { "shop", "tenants", "edge" };

  begin (&self);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = NULL;

      gtk_widget_activate_action (GTK_WIDGET (self.page), "policy.example", "s", names[i]);
      UNTIL (qd_workbench_get_folder (self.page->workbench) && g_str_has_suffix (qd_workbench_get_folder (self.page->workbench), names[i]) && is_quiet (&self));
      UNTIL (qd_workbench_get_analysis (self.page->workbench) != NULL);
      g_assert_nonnull (qd_analysis_get_eval (qd_workbench_get_analysis (self.page->workbench)));
      for (guint k = 0; k < g_list_model_get_n_items (G_LIST_MODEL (self.page->found)); k++)
        {
          g_autoptr (QdProblem) problem = g_list_model_get_item (G_LIST_MODEL (self.page->found), k);

          g_assert_cmpint (qd_problem_get_severity (problem), ==, QD_POLICY_NOTE);
        }
    }
  run (&self, "policy.close");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (self.page->stack), ==, "empty");
  end (&self);
}

int
main (int argc, char **argv)
{
  fixture_init_apart (&argc, &argv);
  g_test_add_func ("/policy-page/empty", test_empty);
  g_test_add_func ("/policy-page/write", test_write);
  g_test_add_func ("/policy-page/problems", test_problems);
  g_test_add_func ("/policy-page/draft", test_draft);
  g_test_add_func ("/policy-page/lossless", test_lossless);
  g_test_add_func ("/policy-page/not-utf8", test_not_utf8);
  g_test_add_func ("/policy-page/graph", test_graph);
  g_test_add_func ("/policy-page/conflict", test_conflict);
  g_test_add_func ("/policy-page/builder", test_builder);
  g_test_add_func ("/policy-page/builder-cursor", test_builder_cursor);
  g_test_add_func ("/policy-page/matrix", test_matrix);
  g_test_add_func ("/policy-page/erased", test_erased);
  g_test_add_func ("/policy-page/tests", test_tests);
  g_test_add_func ("/policy-page/new-test", test_new_test);
  g_test_add_func ("/policy-page/fix", test_fix);
  g_test_add_func ("/policy-page/examples", test_examples);
  return g_test_run ();
}
