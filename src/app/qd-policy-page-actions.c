/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-page-private.h"

#include <glib/gi18n.h>

/* One group of actions serves the page and the menus in the window's header bar, which stand outside of it. */

/* --- Saving -------------------------------------------------------------------------------------------- */

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyPage) self = data;
  g_autoptr (GError) error = NULL;

  /* What was changed meanwhile by somebody else is told by the banner, or by the toast of what was merged. */
  if (!qd_workbench_save_finish (QD_WORKBENCH (source), result, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG))
    qd_policy_page_tell_error (self, _("Could not save."), error);
}

static void
save_cb (QdPolicyPage *self)
{
  qd_policy_page_flush (self);
  qd_workbench_save (self->workbench, self->document, saved_cb, g_object_ref (self));
}

static void
save_all_cb (QdPolicyPage *self)
{
  GListModel *documents = qd_workbench_get_documents (self->workbench);

  qd_policy_page_flush (self);
  for (guint i = 0; i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (QdDocument) document = g_list_model_get_item (documents, i);

      if (qd_document_is_dirty (document) && !qd_document_is_conflicted (document))
        qd_workbench_save (self->workbench, document, saved_cb, g_object_ref (self));
    }
}

/* --- The text ------------------------------------------------------------------------------------------ */

static void
undo_cb (QdPolicyPage *self)
{
  gtk_text_buffer_undo (qd_policy_editor_get_buffer (self->editor));
}

static void
redo_cb (QdPolicyPage *self)
{
  gtk_text_buffer_redo (qd_policy_editor_get_buffer (self->editor));
}

/* What the editor does, wherever one is looking. */
static void
tool_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  QdPolicyPage *self = data;

  adw_view_stack_set_visible_child_name (self->views, "text");
  qd_policy_editor_run (self->editor, g_action_get_name (G_ACTION (action)));
}

static void
next_problem_cb (QdPolicyPage *self)
{
  gtk_toggle_button_set_active (self->problems_button, TRUE);
  qd_policy_problems_next (self->problems);
}

static void
tests_cb (QdPolicyPage *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->tests_button), TRUE);
  gtk_toggle_button_set_active (self->tests_button, !gtk_toggle_button_get_active (self->tests_button));
}

/* --- Choices ------------------------------------------------------------------------------------------- */

static void
example_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  qd_policy_page_open_example (data, g_variant_get_string (value, NULL));
}

static void
open_recent_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  qd_policy_page_open_folder (data, g_variant_get_string (value, NULL));
}

static void
view_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  QdPolicyPage *self = data;
  const char *name = g_variant_get_string (value, NULL);

  /* Who talks is shown in two ways. */
  if (g_str_equal (name, "graph") || g_str_equal (name, "matrix"))
    adw_toggle_group_set_active_name (self->picture_group, name);
  if (g_str_equal (name, "graph"))
    name = "matrix";
  if (adw_view_stack_get_child_by_name (self->views, name))
    adw_view_stack_set_visible_child_name (self->views, name);
}

/* Two by name; asked before the folder was looked through, it is answered after. */
static void
explain_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  const char *src, *dst;

  g_variant_get (value, "(&s&s)", &src, &dst);
  qd_policy_page_explain_names (data, src, dst);
}

static void
open_file_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  const char *folder, *name;

  g_variant_get (value, "(&s&s)", &folder, &name);
  qd_policy_page_open_file (data, folder, name);
}

static void
host_network_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  QdPolicyPage *self = data;

  if (!qd_policy_host_network_parse (g_variant_get_string (value, NULL), &self->options.host_network))
    return;
  g_simple_action_set_state (action, value);
  qd_workbench_set_options (self->workbench, &self->options);
}

static void
ip_block_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  QdPolicyPage *self = data;

  if (!qd_policy_block_reading_parse (g_variant_get_string (value, NULL), &self->options.ip_block))
    return;
  g_simple_action_set_state (action, value);
  qd_workbench_set_options (self->workbench, &self->options);
}

static void
workloads_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  qd_policy_page_choose_workloads (data, g_variant_get_string (value, NULL));
}

/* --- All ----------------------------------------------------------------------------------------------- */

static const struct { const char *name; void (*run) (QdPolicyPage *self); } plain[] = {
  { "open-folder", qd_policy_page_choose_folder },
  { "close", qd_policy_page_close_folder },
  { "new-file", qd_policy_page_ask_new_file },
  { "save", save_cb },
  { "save-all", save_all_cb },
  { "revert", qd_policy_page_ask_revert },
  { "commit", qd_policy_page_ask_commit },
  { "undo", undo_cb },
  { "redo", redo_cb },
  { "next-problem", next_problem_cb },
  { "tests", tests_cb },
  { "new-test", qd_policy_page_new_test },
  { "get", qd_policy_page_get_policies },
  { "apply", qd_policy_page_apply },
};

static void
activate_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (g_str_equal (plain[i].name, g_action_get_name (G_ACTION (action))))
      plain[i].run (data);
}

static void
enable (QdPolicyPage *self, const char *name, gboolean enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), name)), enabled);
}

static gboolean
is_any_dirty (QdPolicyPage *self)
{
  GListModel *documents = qd_workbench_get_documents (self->workbench);
  gboolean dirty = FALSE;

  for (guint i = 0; !dirty && i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (QdDocument) document = g_list_model_get_item (documents, i);

      dirty = qd_document_is_dirty (document);
    }
  return dirty;
}

void
qd_policy_page_update_actions (QdPolicyPage *self)
{
  QdDocument *document = self->document;
  GtkTextBuffer *buffer = document ? qd_policy_editor_get_buffer (self->editor) : NULL;
  gboolean open, dirty;
  const QdGitStatus *git;

  if (self->actions == NULL || self->workbench == NULL)
    return;
  open = qd_workbench_get_folder (self->workbench) != NULL;
  dirty = document && (qd_document_is_dirty (document) || qd_policy_editor_is_ahead (self->editor));
  git = qd_workbench_get_git (self->workbench);
  enable (self, "close", open);
  enable (self, "new-file", open);
  enable (self, "save", dirty && !qd_document_is_conflicted (document));
  enable (self, "save-all", open && is_any_dirty (self));
  enable (self, "revert", dirty);
  enable (self, "commit", git && git->changes->len > 0 && !git->busy);
  enable (self, "undo", buffer && gtk_text_buffer_get_can_undo (buffer));
  enable (self, "redo", buffer && gtk_text_buffer_get_can_redo (buffer));
  for (guint i = 0; qd_policy_editor_get_tool (i); i++)
    enable (self, qd_policy_editor_get_tool (i), document != NULL);
  enable (self, "next-problem", g_list_model_get_n_items (G_LIST_MODEL (self->found)) > 0);
  gtk_widget_set_visible (self->save_button, open);
  if (dirty)
    gtk_widget_add_css_class (self->save_button, "suggested-action");
  else
    gtk_widget_remove_css_class (self->save_button, "suggested-action");
}

static void
add_stateful (QdPolicyPage *self, const char *name, const char *state, gpointer change)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new_stateful (name, G_VARIANT_TYPE_STRING, g_variant_new_string (state));

  g_signal_connect (action, "change-state", G_CALLBACK (change), self);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

static void
add_with_word (QdPolicyPage *self, const char *name, gpointer activate)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new (name, G_VARIANT_TYPE_STRING);

  g_signal_connect (action, "activate", G_CALLBACK (activate), self);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

static void
add_with_words (QdPolicyPage *self, const char *name, gpointer activate)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new (name, G_VARIANT_TYPE ("(ss)"));

  g_signal_connect (action, "activate", G_CALLBACK (activate), self);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
}

static void
add_shortcuts (QdPolicyPage *self)
{
  static const struct { const char *trigger, *action; } keys[] = {
    { "<Control>s", "policy.save" },
    { "<Control><Shift>s", "policy.save-all" },
    { "<Control>o", "policy.open-folder" },
    { "<Control>n", "policy.new-file" },
    { "<Control>z", "policy.undo" },
    { "<Control><Shift>z", "policy.redo" },
    { "F8", "policy.next-problem" },
  };
  const char *trigger, *tool;
  GtkEventController *controller = gtk_shortcut_controller_new ();

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                          gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys[i].trigger), gtk_named_action_new (keys[i].action)));
  /* The editor's own, wherever one is looking. */
  for (guint i = 0; (tool = qd_policy_editor_get_shortcut (i, &trigger)); i++)
    {
      g_autofree char *action = g_strconcat ("policy.", tool, NULL);

      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                            gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger), gtk_named_action_new (action)));
    }
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

void
qd_policy_page_install_actions (QdPolicyPage *self)
{
  self->actions = g_simple_action_group_new ();
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    {
      g_autoptr (GSimpleAction) action = g_simple_action_new (plain[i].name, NULL);

      g_signal_connect (action, "activate", G_CALLBACK (activate_cb), self);
      g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
    }
  for (guint i = 0; qd_policy_editor_get_tool (i); i++)
    {
      g_autoptr (GSimpleAction) action = g_simple_action_new (qd_policy_editor_get_tool (i), NULL);

      g_signal_connect (action, "activate", G_CALLBACK (tool_cb), self);
      g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
    }
  add_with_word (self, "example", example_cb);
  add_with_word (self, "open-recent", open_recent_cb);
  add_with_word (self, "view", view_cb);
  add_with_words (self, "explain", explain_cb);
  add_with_words (self, "open-file", open_file_cb);
  add_stateful (self, "host-network", "exempt", host_network_cb);
  add_stateful (self, "ip-block", "all", ip_block_cb);
  add_stateful (self, "workloads", "files", workloads_cb);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "policy", G_ACTION_GROUP (self->actions));
  gtk_widget_insert_action_group (self->header_end, "policy", G_ACTION_GROUP (self->actions));
  add_shortcuts (self);
  qd_policy_page_update_actions (self);
}
