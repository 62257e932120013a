/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-page-private.h"

#include <glib/gi18n.h>

#include "qd-workspace.h"

/* --- A new file ---------------------------------------------------------------------------------------- */

/* A policy that selects everything and allows nothing is where most begin. */
#define FIRST_TEXT "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: %s\n  namespace: default\n" \
                   "spec:\n  podSelector: {}\n  policyTypes:\n  - Ingress\n  ingress: []\n"

typedef struct { QdPolicyPage *page; AdwEntryRow *row; AdwAlertDialog *dialog; } NewFile;

/* "deny all" → "deny-all.yaml" */
static char *
dup_file_name (const char *text)
{
  g_autofree char *name = g_strstrip (g_strdup (text));

  g_strdelimit (name, " ", '-');
  return g_str_has_suffix (name, ".yaml") || g_str_has_suffix (name, ".yml") || g_str_has_suffix (name, ".json")
             ? g_steal_pointer (&name) : g_strconcat (name, ".yaml", NULL);
}

static char *
make_text (const char *name)
{
  g_autofree char *base = g_path_get_basename (name);
  char *dot = strrchr (base, '.');

  if (dot)
    *dot = '\0';
  for (char *c = base; *c; c++)
    *c = g_ascii_isalnum (*c) ? g_ascii_tolower (*c) : '-';
  return g_strdup_printf (FIRST_TEXT, base);
}

static void
new_text_cb (NewFile *ask)
{
  g_autofree char *name = dup_file_name (gtk_editable_get_text (GTK_EDITABLE (ask->row)));
  gboolean good = *gtk_editable_get_text (GTK_EDITABLE (ask->row)) != '\0' && qd_workspace_check_name (name, NULL) &&
                  qd_workbench_find (ask->page->workbench, name) == NULL;

  adw_alert_dialog_set_response_enabled (ask->dialog, "create", good);
}

static void
new_response_cb (NewFile *ask, const char *response)
{
  g_autofree char *name = dup_file_name (gtk_editable_get_text (GTK_EDITABLE (ask->row))), *text = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  QdDocument *document;

  if (!g_str_equal (response, "create"))
    return;
  text = make_text (name);
  bytes = g_bytes_new (text, strlen (text));
  document = qd_workbench_add (ask->page->workbench, name, bytes, &error);
  if (document)
    qd_policy_page_show_document (ask->page, document);
  else
    qd_policy_page_tell_error (ask->page, _("Could not make the file."), error);
}

void
qd_policy_page_ask_new_file (QdPolicyPage *self)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("New File"), _("It is kept as a draft until it is saved."));
  GtkWidget *list = gtk_list_box_new ();
  NewFile *ask = g_new0 (NewFile, 1);

  *ask = (NewFile) { self, ADW_ENTRY_ROW (adw_entry_row_new ()), ADW_ALERT_DIALOG (dialog) };
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (ask->row), _("Name, such as “deny-all.yaml”"));
  adw_entry_row_set_activates_default (ask->row, TRUE);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), GTK_WIDGET (ask->row));
  adw_alert_dialog_set_extra_child (ask->dialog, list);
  adw_alert_dialog_add_responses (ask->dialog, "cancel", _("_Cancel"), "create", _("_Create"), NULL);
  adw_alert_dialog_set_response_appearance (ask->dialog, "create", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ask->dialog, "create");
  adw_alert_dialog_set_close_response (ask->dialog, "cancel");
  g_signal_connect_data (ask->row, "changed", G_CALLBACK (new_text_cb), ask, NULL, G_CONNECT_SWAPPED);
  g_signal_connect_data (dialog, "response", G_CALLBACK (new_response_cb), ask, (GClosureNotify) (void (*) (void)) g_free, G_CONNECT_SWAPPED);
  new_text_cb (ask);
  adw_dialog_present (dialog, GTK_WIDGET (self));
  gtk_widget_grab_focus (GTK_WIDGET (ask->row));
}

/* --- Back to what is saved ----------------------------------------------------------------------------- */

static void
revert_response_cb (QdPolicyPage *self, const char *response)
{
  if (g_str_equal (response, "revert") && self->document)
    qd_workbench_revert (self->workbench, self->document);
}

void
qd_policy_page_ask_revert (QdPolicyPage *self)
{
  gboolean is_new = qd_document_get_base (self->document) == NULL;
  AdwDialog *dialog = adw_alert_dialog_new (is_new ? _("Discard This File?") : _("Revert to What Is Saved?"),
                                            is_new ? _("It was never saved: nothing of it is kept.")
                                                   : _("What was changed since is in the text’s history: Undo brings it back while the window is open."));

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "revert", is_new ? _("_Discard") : _("_Revert"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "revert", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (revert_response_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/* --- A commit ------------------------------------------------------------------------------------------ */

typedef struct { QdPolicyPage *page; AdwEntryRow *message; GPtrArray *checks; AdwAlertDialog *dialog; } CommitAsk;

static void
commit_ask_free (gpointer data, GClosure *closure)
{
  CommitAsk *ask = data;

  g_ptr_array_unref (ask->checks);
  g_free (ask);
}

static GPtrArray *
get_checked (CommitAsk *ask)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < ask->checks->len; i++)
    if (gtk_check_button_get_active (ask->checks->pdata[i]))
      g_ptr_array_add (names, g_strdup (g_object_get_data (ask->checks->pdata[i], "name")));
  g_ptr_array_add (names, NULL);
  return names;
}

static void
commit_changed_cb (CommitAsk *ask)
{
  g_autofree char *message = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (ask->message))));
  g_autoptr (GPtrArray) names = get_checked (ask);

  adw_alert_dialog_set_response_enabled (ask->dialog, "commit", *message != '\0' && names->len > 1);
}

static void
committed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyPage) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = qd_workbench_commit_finish (QD_WORKBENCH (source), result, &error), *text = NULL;

  if (id == NULL)
    {
      qd_policy_page_tell_error (self, _("Could not commit."), error);
      return;
    }
  text = g_strdup_printf (_("Committed as %s"), id);
  if (qd_policy_page_get_session (self))
    qd_session_toast (qd_policy_page_get_session (self), text);
}

static void
commit_response_cb (CommitAsk *ask, const char *response)
{
  g_autoptr (GPtrArray) names = NULL;

  if (!g_str_equal (response, "commit"))
    return;
  names = get_checked (ask);
  qd_workbench_commit (ask->page->workbench, (const char *const *) names->pdata, gtk_editable_get_text (GTK_EDITABLE (ask->message)),
                       committed_cb, g_object_ref (ask->page));
}

static GtkWidget *
make_change_row (CommitAsk *ask, const QdGitChange *change)
{
  static const char *const words[] = { N_("New"), N_("Changed"), N_("Removed"), N_("In conflict") };
  GtkWidget *row = adw_action_row_new (), *check = gtk_check_button_new ();
  QdDocument *document = qd_workbench_find (ask->page->workbench, change->name);
  gboolean unsaved = document && qd_document_is_dirty (document);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), change->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), unsaved ? _("With changes that are not saved: they are not committed") : _(words[change->state]));
  /* What lies beside the policies is not ours to take along unasked. */
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), document != NULL && change->state != QD_GIT_CONFLICTED);
  gtk_widget_set_sensitive (check, change->state != QD_GIT_CONFLICTED);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (check), "name", g_strdup (change->name), g_free);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  g_signal_connect_swapped (check, "toggled", G_CALLBACK (commit_changed_cb), ask);
  g_ptr_array_add (ask->checks, check);
  return row;
}

static GtkWidget *
make_commit_child (CommitAsk *ask, const QdGitStatus *git)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12), *list = gtk_list_box_new (), *entry = gtk_list_box_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  ask->message = ADW_ENTRY_ROW (adw_entry_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (ask->message), _("Message"));
  adw_entry_row_set_activates_default (ask->message, TRUE);
  gtk_list_box_append (GTK_LIST_BOX (entry), GTK_WIDGET (ask->message));
  for (guint i = 0; i < git->changes->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (list), make_change_row (ask, git->changes->pdata[i]));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (entry), GTK_SELECTION_NONE);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (entry, "boxed-list");
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 260);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), scrolled);
  return box;
}

void
qd_policy_page_ask_commit (QdPolicyPage *self)
{
  const QdGitStatus *git = qd_workbench_get_git (self->workbench);
  g_autofree char *body = g_strdup_printf (_("To %s. Nothing is sent anywhere."), git->branch ? git->branch : _("no branch"));
  AdwDialog *dialog = adw_alert_dialog_new (_("Commit"), body);
  CommitAsk *ask = g_new0 (CommitAsk, 1);

  qd_policy_page_flush (self);
  ask->page = self;
  ask->dialog = ADW_ALERT_DIALOG (dialog);
  ask->checks = g_ptr_array_new ();
  adw_alert_dialog_add_responses (ask->dialog, "cancel", _("_Cancel"), "commit", _("_Commit"), NULL);
  adw_alert_dialog_set_response_appearance (ask->dialog, "commit", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ask->dialog, "commit");
  adw_alert_dialog_set_close_response (ask->dialog, "cancel");
  adw_alert_dialog_set_extra_child (ask->dialog, make_commit_child (ask, git));
  g_signal_connect_swapped (ask->message, "changed", G_CALLBACK (commit_changed_cb), ask);
  g_signal_connect_data (dialog, "response", G_CALLBACK (commit_response_cb), ask, commit_ask_free, G_CONNECT_SWAPPED);
  commit_changed_cb (ask);
  adw_dialog_present (dialog, GTK_WIDGET (self));
  gtk_widget_grab_focus (GTK_WIDGET (ask->message));
}
