/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-connection-dialog.h"

#include <glib/gi18n.h>

#include "qd-connection-test.h"
#include "qd-credentials.h"
#include "qd-policy-apply-dialog.h"
#include "qd-state.h"

struct _QdConnectionDialog
{
  AdwDialog parent_instance;

  /* Template widgets */
  GtkWidget *save_button;
  AdwBanner *problem_banner;
  GtkEditable *name_row;
  AdwComboRow *kind_row;
  GtkEditable *url_row;
  AdwComboRow *environment_row;
  AdwPreferencesGroup *sign_in_group;
  GtkEditable *user_row;
  GtkEditable *password_row;
  AdwActionRow *ca_row;
  GtkWidget *ca_clear_button;
  AdwActionRow *test_row;
  GtkStack *test_stack;
  GtkWidget *test_image;
  GtkWidget *remove_row;

  QdHub *hub;
  /* The one being edited; NULL for a new one. */
  QdEndpoint *endpoint;
  char *ca_file;
  /* Of the test under way. */
  GCancellable *test_cancellable;
};

G_DEFINE_FINAL_TYPE (QdConnectionDialog, qd_connection_dialog, ADW_TYPE_DIALOG)

/* In the order of the template's lists. */
static const char *const kinds[] = { "auto", "node-api", "patronus", "cloudlysis", "nats" };
static const char *const environments[] = { "", "dev", "staging", "prod" };

static guint
find_word (const char *const *words, guint n, const char *word)
{
  for (guint i = 0; i < n; i++)
    if (g_strcmp0 (words[i], word) == 0)
      return i;
  return 0;
}

/* --- What was typed ----------------------------------------------------------------------------- */

static char *
dup_text (GtkEditable *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (row)));
}

static QdEndpoint *
read_form (QdConnectionDialog *self)
{
  g_autofree char *name = dup_text (self->name_row);
  g_autofree char *url = dup_text (self->url_row);
  g_autofree char *user = dup_text (self->user_row);
  const char *password = gtk_editable_get_text (self->password_row);
  QdEndpoint *endpoint;

  if (self->endpoint != NULL)
    endpoint = qd_endpoint_copy (self->endpoint);
  else
    {
      g_autofree char *id = g_uuid_string_random ();

      endpoint = qd_endpoint_new (id, NULL, NULL, NULL);
    }
  g_set_str (&endpoint->name, *name != '\0' ? name : url);
  g_set_str (&endpoint->url, url);
  g_set_str (&endpoint->driver, kinds[MIN (adw_combo_row_get_selected (self->kind_row), G_N_ELEMENTS (kinds) - 1)]);
  g_set_str (&endpoint->environment,
             environments[MIN (adw_combo_row_get_selected (self->environment_row), G_N_ELEMENTS (environments) - 1)]);
  g_set_str (&endpoint->user, *user != '\0' ? user : NULL);
  /* an empty field keeps the password that is known */
  if (*password != '\0')
    g_set_str (&endpoint->password, password);
  g_set_str (&endpoint->ca_file, self->ca_file);
  return endpoint;
}

static void
set_problem (QdConnectionDialog *self, const char *problem)
{
  if (problem != NULL)
    adw_banner_set_title (self->problem_banner, problem);
  adw_banner_set_revealed (self->problem_banner, problem != NULL);
}

/* --- Testing ------------------------------------------------------------------------------------ */

static void
forget_test (QdConnectionDialog *self)
{
  g_cancellable_cancel (self->test_cancellable);
  g_clear_object (&self->test_cancellable);
  gtk_stack_set_visible_child_name (self->test_stack, "idle");
  adw_action_row_set_subtitle (self->test_row, "");
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdConnectionDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = qd_connection_test_finish (result, &error);

  /* what was typed has changed since, and a newer test may be under way */
  if (g_task_get_cancellable (G_TASK (result)) != self->test_cancellable ||
      g_cancellable_is_cancelled (self->test_cancellable))
    return;
  g_clear_object (&self->test_cancellable);
  qd_state_image_set (self->test_image, error == NULL ? QD_STATUS_WELL : QD_STATUS_DOWN);
  gtk_stack_set_visible_child_name (self->test_stack, "done");
  adw_action_row_set_subtitle (self->test_row, error == NULL ? answer : error->message);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), error == NULL ? answer : error->message,
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
test_cb (QdConnectionDialog *self)
{
  g_autoptr (QdEndpoint) endpoint = read_form (self);

  forget_test (self);
  self->test_cancellable = g_cancellable_new ();
  gtk_stack_set_visible_child_name (self->test_stack, "busy");
  adw_action_row_set_subtitle (self->test_row, _("Connecting…"));
  qd_connection_test_async (endpoint, self->test_cancellable, tested_cb, g_object_ref (self));
}

/* --- Saving ------------------------------------------------------------------------------------- */

static void
save_cb (QdConnectionDialog *self)
{
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autoptr (GError) error = NULL;

  if (!gtk_widget_get_sensitive (self->save_button))
    return;
  endpoint = read_form (self);
  if (!qd_hub_add (self->hub, endpoint, TRUE, &error))
    {
      set_problem (self, error->message);
      gtk_widget_grab_focus (GTK_WIDGET (self->url_row));
      return;
    }
  adw_dialog_close (ADW_DIALOG (self));
}

static void
cancel_cb (QdConnectionDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
changed_cb (QdConnectionDialog *self)
{
  g_autofree char *url = dup_text (self->url_row);

  set_problem (self, NULL);
  forget_test (self);
  gtk_widget_set_sensitive (self->save_button, *url != '\0');
  gtk_widget_set_sensitive (GTK_WIDGET (self->test_row), *url != '\0');
}

/* --- Removing ----------------------------------------------------------------------------------- */

static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!qd_remotes_forget_finish (QD_REMOTES (source), result, &error))
    g_message ("What was kept of a removed connection’s policies may still be there: %s", error->message);
}

static void
remove_response_cb (QdConnectionDialog *self, const char *response)
{
  if (g_strcmp0 (response, "remove") != 0)
    return;
  qd_hub_remove (self->hub, self->endpoint->id);
  qd_remotes_forget_async (qd_policy_apply_get_remotes (), self->endpoint->id, forgotten_cb, NULL);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
remove_cb (QdConnectionDialog *self)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (NULL, NULL));

  adw_alert_dialog_format_heading (dialog, _("Remove %s?"), self->endpoint->name);
  adw_alert_dialog_set_body (dialog, _("Its password and what is known of its fleet are deleted from this computer. The fleet itself is not touched."));
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "remove", _("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (remove_response_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

/* --- Certificate authority ----------------------------------------------------------------------- */

static void
set_ca_file (QdConnectionDialog *self, const char *path)
{
  g_set_str (&self->ca_file, path);
  adw_action_row_set_subtitle (self->ca_row, path != NULL ? path : _("As this computer trusts"));
  gtk_widget_set_visible (self->ca_clear_button, path != NULL);
}

static void
ca_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdConnectionDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    {
      set_ca_file (self, path);
      changed_cb (self);
    }
  else if (error != NULL && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    set_problem (self, error->message);
}

static void
choose_ca_cb (QdConnectionDialog *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_file_dialog_set_title (dialog, _("Choose a Certificate File"));
  gtk_file_dialog_open (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, ca_chosen_cb, g_object_ref (self));
}

static void
clear_ca_cb (QdConnectionDialog *self)
{
  set_ca_file (self, NULL);
  changed_cb (self);
}

/* --- Class -------------------------------------------------------------------------------------- */

static void
qd_connection_dialog_dispose (GObject *object)
{
  QdConnectionDialog *self = QD_CONNECTION_DIALOG (object);

  g_cancellable_cancel (self->test_cancellable);
  g_clear_object (&self->test_cancellable);
  g_clear_object (&self->hub);
  gtk_widget_dispose_template (GTK_WIDGET (self), QD_TYPE_CONNECTION_DIALOG);
  G_OBJECT_CLASS (qd_connection_dialog_parent_class)->dispose (object);
}

static void
qd_connection_dialog_finalize (GObject *object)
{
  QdConnectionDialog *self = QD_CONNECTION_DIALOG (object);

  g_clear_pointer (&self->endpoint, qd_endpoint_free);
  g_free (self->ca_file);
  G_OBJECT_CLASS (qd_connection_dialog_parent_class)->finalize (object);
}

static void
qd_connection_dialog_class_init (QdConnectionDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_connection_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_connection_dialog_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/quarterdeck/Quarterdeck/ui/qd-connection-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, save_button);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, problem_banner);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, kind_row);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, url_row);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, environment_row);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, sign_in_group);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, user_row);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, password_row);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, ca_row);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, ca_clear_button);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, test_row);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, test_stack);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, test_image);
  gtk_widget_class_bind_template_child (widget_class, QdConnectionDialog, remove_row);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, test_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_ca_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_ca_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
qd_connection_dialog_init (QdConnectionDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
fill (QdConnectionDialog *self)
{
  adw_dialog_set_title (ADW_DIALOG (self), _("Edit Connection"));
  gtk_button_set_label (GTK_BUTTON (self->save_button), _("_Save"));
  gtk_widget_set_visible (self->remove_row, TRUE);
  gtk_editable_set_text (self->name_row, self->endpoint->name != NULL ? self->endpoint->name : "");
  gtk_editable_set_text (self->url_row, self->endpoint->url != NULL ? self->endpoint->url : "");
  gtk_editable_set_text (self->user_row, self->endpoint->user != NULL ? self->endpoint->user : "");
  adw_combo_row_set_selected (self->kind_row, find_word (kinds, G_N_ELEMENTS (kinds), self->endpoint->driver));
  adw_combo_row_set_selected (self->environment_row,
                              find_word (environments, G_N_ELEMENTS (environments), self->endpoint->environment));
  set_ca_file (self, self->endpoint->ca_file);
}

static void
say_keyring (QdConnectionDialog *self)
{
  adw_preferences_group_set_description (self->sign_in_group,
                                         qd_credentials_is_persistent ()
                                           ? _("The password is kept in your keyring and nowhere else.")
                                           : _("There is no keyring: the password lasts until you quit."));
}

/* Whether there is a keyring shows only when it is asked for something. */
static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdConnectionDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdCredential) credential = qd_credentials_lookup_finish (result, &error);

  if (error != NULL)
    g_debug ("The keyring did not answer: %s", error->message);
  if (self->hub != NULL)
    say_keyring (self);
}

AdwDialog *
qd_connection_dialog_new (QdHub *hub, const QdEndpoint *endpoint)
{
  QdConnectionDialog *self = g_object_new (QD_TYPE_CONNECTION_DIALOG, NULL);

  g_return_val_if_fail (QD_IS_HUB (hub), ADW_DIALOG (self));
  self->hub = g_object_ref (hub);
  say_keyring (self);
  qd_credentials_lookup (endpoint != NULL ? endpoint->id : "new", "password", NULL, looked_up_cb, g_object_ref (self));
  if (endpoint != NULL)
    {
      self->endpoint = qd_endpoint_copy (endpoint);
      fill (self);
    }
  changed_cb (self);
  return ADW_DIALOG (self);
}
