/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Policies from the shown connection into the folder, and from the folder to it. */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-page-private.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-policy-apply-dialog.h"
#include "qd-workspace.h"

#define LIST_VERB "policies.list"
/* A file of more than that is not taken apart on the main thread. */
#define MAX_FILE (4u * 1024u * 1024u)
#define MAX_NAMES 1000

/* --- Which connection ----------------------------------------------------------------------------------- */

/* One that is gone for a while is still the one that is meant. */
static const char *
find_connection (QdPolicyPage *self)
{
  QdSession *session = qd_policy_page_get_session (self);
  const char *found = qd_session_find_connection (session, LIST_VERB);

  if (found == NULL && self->remote && qd_fleet_lookup (qd_session_get_fleet (session), self->remote, QD_KIND_CONNECTION, self->remote))
    return self->remote;
  g_set_str (&self->remote, found && !qd_connection_is_paper (found) ? found : NULL);
  return self->remote;
}

static const char *
get_name (QdPolicyPage *self, const char *connection)
{
  QdEntity *entity = qd_fleet_lookup (qd_session_get_fleet (qd_policy_page_get_session (self)), connection, QD_KIND_CONNECTION, connection);

  return entity ? qd_entity_get_name (entity) : connection;
}

/* --- Whether it can be done ------------------------------------------------------------------------------ */

static gboolean
can_get (QdPolicyPage *self, const char *connection, char **why)
{
  return qd_capability_allowed (qd_session_get_fleet (qd_policy_page_get_session (self)), connection, LIST_VERB, why);
}

static void
enable (QdPolicyPage *self, GtkWidget *button, const char *action, gboolean enabled, const char *why, const char *tooltip)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), action)), enabled);
  gtk_widget_set_tooltip_text (button, enabled ? tooltip : why);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, enabled ? tooltip : why, -1);
}

void
qd_policy_page_update_apply (QdPolicyPage *self)
{
  const char *connection = find_connection (self);
  gboolean open = qd_workbench_get_folder (self->workbench) != NULL, get, apply;
  g_autofree char *why_not_get = NULL, *why_not_apply = NULL;

  gtk_widget_set_visible (self->remote_box, open && connection != NULL);
  get = open && connection && !self->getting && can_get (self, connection, &why_not_get);
  apply = open && connection && qd_policy_apply_is_allowed (qd_policy_page_get_session (self), connection, &why_not_apply);
  enable (self, self->get_button, "get", get, why_not_get, _("Take the policies that are there, or newer there, into this folder"));
  enable (self, self->apply_button, "apply", apply, why_not_apply, _("Show what the policies of this folder would change there"));
  if (connection)
    gtk_label_set_label (self->remote_label, get_name (self, connection));
}

/* A connection says something all the time; little of that is about this. */
static gboolean
update_cb (gpointer data)
{
  QdPolicyPage *self = data;

  self->apply_id = 0;
  qd_policy_page_update_apply (self);
  return G_SOURCE_REMOVE;
}

static void
update_soon (QdPolicyPage *self)
{
  if (self->apply_id == 0)
    self->apply_id = g_timeout_add (200, update_cb, self);
}

/* --- Texts ------------------------------------------------------------------------------------------------- */

/* Borrows from the documents. */
static GArray *
list_texts (QdPolicyPage *self)
{
  GListModel *documents = qd_workbench_get_documents (self->workbench);
  GArray *texts = g_array_new (FALSE, FALSE, sizeof (QdAnalysisText));

  qd_policy_page_flush (self);
  for (guint i = 0; i < g_list_model_get_n_items (documents); i++)
    {
      g_autoptr (QdDocument) document = g_list_model_get_item (documents, i);
      const QdAnalysisText text = { .name = qd_document_get_name (document), .mine = qd_document_get_mine (document) };

      g_array_append_val (texts, text);
    }
  return texts;
}

/* --- Into the folder ------------------------------------------------------------------------------------------ */

/* "default/web.yaml"; of the cluster: "cluster/no-ssh.yaml". One that is not there yet. */
static char *
make_name (QdPolicyPage *self, const QdPlanStep *step)
{
  g_autofree char *stem = g_strdup_printf ("%s/%s", step->namespace ? step->namespace : "cluster", step->name);

  for (guint i = 1; i <= MAX_NAMES; i++)
    {
      g_autofree char *name = i == 1 ? g_strconcat (stem, ".yaml", NULL) : g_strdup_printf ("%s-%u.yaml", stem, i);

      if (qd_workbench_find (self->workbench, name) == NULL && qd_workspace_check_name (name, NULL))
        return g_steal_pointer (&name);
    }
  return NULL;
}

/* The file that a policy is in, as it is now. */
static QdYamlFile *
read_document (QdDocument *document, GError **error)
{
  GBytes *mine = qd_document_get_mine (document);

  if (g_bytes_get_size (mine) <= MAX_FILE)
    return qd_yaml_file_new (qd_document_get_name (document), mine, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("%s is too large"), qd_document_get_name (document));
  return NULL;
}

/* NULL with @error. (transfer none): the document that has it now */
static QdDocument *
take_step (QdPolicyPage *self, QdPolicyPlan *plan, guint nth, GError **error)
{
  const QdPlanStep *step = qd_policy_plan_get_step (plan, nth);
  QdDocument *document = step->document ? qd_workbench_find (self->workbench, step->document) : NULL;
  g_autoptr (QdYamlFile) file = document ? read_document (document, error) : NULL;
  g_autoptr (GBytes) text = NULL;
  g_autofree char *name = NULL;

  if (document && file == NULL)
    return NULL;
  text = qd_policy_plan_dup_file (plan, nth, file, error);
  if (text == NULL)
    return NULL;
  if (document)
    {
      qd_workbench_set_text (self->workbench, document, text);
      return document;
    }
  name = make_name (self, step);
  if (name)
    return qd_workbench_add (self->workbench, name, text, error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, _("There is no name left for %s"), step->key);
  return NULL;
}

/* What the server had when it was asked, on its way into the files: first the bases are read, then all is taken, then they are written. */
typedef struct {
  QdPolicyPage *page;
  QdPolicyPlan *plan;
  char *connection;
  gboolean merged;           /* of what was applied just now: only what was merged there */
} Taking;

static void
taking_free (Taking *self)
{
  g_clear_pointer (&self->plan, qd_policy_plan_unref);
  g_object_unref (self->page);
  g_free (self->connection);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Taking, taking_free)

static void
end_taking (QdPolicyPage *self)
{
  self->getting = FALSE;
  if (self->workbench)
    qd_policy_page_update_apply (self);
}

static void
tell_taken (Taking *taking, guint n, guint conflicts)
{
  g_autofree char *text = NULL;
  const char *name = get_name (taking->page, taking->connection);

  if (taking->merged)
    return;
  if (n == 0 && conflicts == 0)
    text = g_strdup_printf (_("The folder has all policies of %s already"), name);
  else if (n == 0)
    text = g_strdup_printf (ngettext ("%'u policy was changed here and on %s: Apply shows both", "%'u policies were changed here and on %s: Apply shows both", conflicts),
                            conflicts, name);
  else
    text = g_strdup_printf (ngettext ("%'u policy from %s is in the folder now, and not saved yet", "%'u policies from %s are in the folder now, and not saved yet", n),
                            n, name);
  qd_session_toast (qd_policy_page_get_session (taking->page), text);
}

static void
bases_saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdPolicyPage) page = data;
  g_autoptr (GError) error = NULL;

  if (!qd_remotes_save_finish (QD_REMOTES (source), result, &error) && page->workbench)
    qd_policy_page_tell_error (page, _("Could not note what was got."), error);
}

static gboolean
is_taken (const Taking *taking, const QdPlanStep *step)
{
  if (taking->merged)
    return step->merged && step->included;
  return step->kind == QD_PLAN_FOREIGN || (step->kind == QD_PLAN_BEHIND && step->theirs);
}

static void
bases_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Taking) taking = data;
  QdPolicyPage *self = taking->page;
  g_autoptr (GError) broken = NULL, error = NULL;
  g_autoptr (QdRemoteSet) bases = qd_remotes_load_finish (QD_REMOTES (source), result, &broken);
  QdDocument *last = NULL;
  guint n = 0;

  end_taking (self);
  /* Another folder was opened meanwhile. */
  if (self->workbench == NULL || g_strcmp0 (qd_workbench_get_folder (self->workbench), qd_policy_plan_get_folder (taking->plan)) != 0)
    return;
  if (bases == NULL)
    {
      qd_policy_page_tell_error (self, _("Could not read what was got before."), broken);
      return;
    }
  for (guint i = 0; i < qd_policy_plan_get_n_steps (taking->plan) && error == NULL; i++)
    {
      QdDocument *document = is_taken (taking, qd_policy_plan_get_step (taking->plan, i)) ? take_step (self, taking->plan, i, &error) : NULL;

      if (document == NULL)
        continue;
      qd_policy_plan_note_taken (taking->plan, i, qd_document_get_name (document), bases);
      last = document;
      n++;
    }
  if (n > 0)
    qd_remotes_save_async (QD_REMOTES (source), bases, bases_saved_cb, g_object_ref (self));
  if (error)
    qd_policy_page_tell_error (self, _("Not all could be taken."), error);
  else
    tell_taken (taking, n, qd_policy_plan_count (taking->plan, QD_PLAN_CONFLICT));
  if (last && self->document == NULL)
    qd_policy_page_show_document (self, last);
}

static void
take (Taking *taking)
{
  qd_remotes_load_async (qd_policy_apply_get_remotes (), qd_policy_plan_get_folder (taking->plan), taking->connection, NULL, bases_cb, taking);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Taking) taking = data;
  g_autoptr (GError) error = NULL;

  taking->plan = qd_policy_plan_finish (QD_HUB (source), result, &error);
  if (taking->plan)
    {
      take (g_steal_pointer (&taking));
      return;
    }
  end_taking (taking->page);
  if (taking->page->workbench)
    qd_policy_page_tell_error (taking->page, _("Could not get the policies."), error);
}

void
qd_policy_page_get_policies (QdPolicyPage *self)
{
  const char *connection = find_connection (self);
  g_autoptr (GArray) texts = NULL;
  Taking *taking;

  if (connection == NULL || self->getting)
    return;
  texts = list_texts (self);
  taking = g_new0 (Taking, 1);
  taking->page = g_object_ref (self);
  taking->connection = g_strdup (connection);
  self->getting = TRUE;
  qd_policy_page_update_apply (self);
  qd_policy_plan_async (qd_session_get_hub (qd_policy_page_get_session (self)), qd_policy_apply_get_remotes (), connection,
                        qd_workbench_get_folder (self->workbench), (const QdAnalysisText *) texts->data, texts->len, NULL, listed_cb, taking);
}

/* --- To the connection ------------------------------------------------------------------------------------------ */

/* What was merged there is what the files have to say from now on. */
static void
applied_cb (QdPolicyPage *self, QdPolicyApply *dialog)
{
  Taking *taking;

  if (self->workbench == NULL)
    return;
  taking = g_new0 (Taking, 1);
  taking->page = g_object_ref (self);
  taking->plan = qd_policy_plan_ref (qd_policy_apply_get_plan (dialog));
  taking->connection = g_strdup (qd_policy_plan_get_connection (taking->plan));
  taking->merged = TRUE;
  take (taking);
}

void
qd_policy_page_apply (QdPolicyPage *self)
{
  const char *connection = find_connection (self);
  g_autoptr (GArray) texts = NULL;
  AdwDialog *dialog;

  if (connection == NULL)
    return;
  texts = list_texts (self);
  dialog = qd_policy_apply_new (qd_policy_page_get_session (self), connection, qd_workbench_get_folder (self->workbench),
                                (const QdAnalysisText *) texts->data, texts->len, &self->options);
  g_signal_connect_object (dialog, "applied", G_CALLBACK (applied_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

void
qd_policy_page_setup_apply (QdPolicyPage *self)
{
  QdSession *session = qd_policy_page_get_session (self);
  QdEntityList *connections = qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_CONNECTION);

  g_signal_connect_object (connections, "items-changed", G_CALLBACK (update_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-updated", G_CALLBACK (update_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::connection", G_CALLBACK (qd_policy_page_update_apply), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (qd_session_get_hub (session), "connections-changed", G_CALLBACK (update_soon), self, G_CONNECT_SWAPPED);
  qd_policy_page_update_apply (self);
}
