/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-tenant-dialog.h"

#include <glib/gi18n.h>

#include "qd-driver.h"
#include "qd-form-dialog.h"
#include "qd-json.h"
#include "qd-tenant-form.h"

#define QD_TYPE_TENANT_DIALOG (qd_tenant_dialog_get_type ())
G_DECLARE_FINAL_TYPE (QdTenantDialog, qd_tenant_dialog, QD, TENANT_DIALOG, QdFormDialog)

struct _QdTenantDialog {
  QdFormDialog parent_instance;

  QdSession *session;
  const char *connection;     /* interned */
  QdEntity *tenant;           /* NULL: a new one */
  QdTenantForm before;        /* what was seen when it was opened, or last said to have changed */
  char *revision;

  GtkWidget *id, *name, *plan, *quotas, *flags, *contacts;
};

G_DEFINE_FINAL_TYPE (QdTenantDialog, qd_tenant_dialog, QD_TYPE_FORM_DIALOG)

static void
read_form (QdTenantDialog *self, QdTenantForm *form)
{
  form->id = self->tenant == NULL ? qd_form_dialog_dup_text (self->id) : NULL;
  form->name = qd_form_dialog_dup_text (self->name);
  form->plan = qd_form_dialog_dup_text (self->plan);
  form->quotas = qd_form_dialog_dup_text (self->quotas);
  form->flags = qd_form_dialog_dup_text (self->flags);
  form->contacts = qd_form_dialog_dup_text (self->contacts);
}

static void
show_form (QdTenantDialog *self, const QdTenantForm *form)
{
  gtk_editable_set_text (GTK_EDITABLE (self->name), form->name);
  gtk_editable_set_text (GTK_EDITABLE (self->plan), form->plan);
  gtk_editable_set_text (GTK_EDITABLE (self->quotas), form->quotas);
  gtk_editable_set_text (GTK_EDITABLE (self->flags), form->flags);
  gtk_editable_set_text (GTK_EDITABLE (self->contacts), form->contacts);
}

/* --- Saving ---------------------------------------------------------------------------------------- */

/* Somebody was quicker. Says what they made of it, and takes that as seen: saving again is then a decision, not an accident. */
static void
show_conflict (QdTenantDialog *self, const GError *error)
{
  g_auto (QdTenantForm) theirs = { 0 };
  JsonNode *current = qd_driver_error_get_current (error);
  JsonObject *object = current != NULL ? qd_json_object (current) : NULL;
  g_autofree char *difference = NULL, *text = NULL;

  /* The model may not have heard of it yet. */
  if (object != NULL)
    qd_tenant_form_init_from_json (&theirs, object);
  else
    qd_tenant_form_init_from (&theirs, self->tenant);
  difference = qd_tenant_form_describe (&self->before, &theirs);
  if (*difference != '\0')
    text = g_strdup_printf (_("Not saved: the tenant was changed meanwhile.\n%s\nSave again to put your version over it."), difference);
  else
    text = g_strdup_printf (_("Not saved: %s"), error->message);
  qd_tenant_form_clear (&self->before);
  self->before = theirs;
  theirs = (QdTenantForm) { 0 };
  g_free (self->revision);
  self->revision = object != NULL ? qd_json_dup_id (object, "revision") : g_strdup (qd_entity_get_string (self->tenant, QD_FIELD_REVISION));
  qd_form_dialog_show_problem (QD_FORM_DIALOG (self), text);
}

static void
tell_done (QdTenantDialog *self)
{
  g_autofree char *name = qd_form_dialog_dup_text (self->name);
  g_autofree char *text = g_strdup_printf (self->tenant == NULL ? _("Created %s") : _("Changed %s"), name);

  qd_session_toast (self->session, text);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdTenantDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_hub_run_finish (QD_HUB (source), result, &error);

  if (self->session == NULL)
    return;
  qd_form_dialog_set_saving (QD_FORM_DIALOG (self), FALSE);
  if (error == NULL)
    {
      tell_done (self);
      adw_dialog_force_close (ADW_DIALOG (self));
    }
  else if (self->tenant != NULL && g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT))
    show_conflict (self, error);
  else
    {
      g_autofree char *text = g_strdup_printf (_("Not saved: %s"), error->message);

      qd_form_dialog_show_problem (QD_FORM_DIALOG (self), text);
    }
}

/* The arguments of tenant.update. Takes @changes. */
static JsonObject *
update_args (QdTenantDialog *self, JsonObject *changes)
{
  JsonObject *args = json_object_new ();

  json_object_set_string_member (args, "id", qd_entity_get_id (self->tenant));
  json_object_set_string_member (args, "revision", self->revision != NULL ? self->revision : "");
  json_object_set_object_member (args, "changes", changes);
  return args;
}

static void
qd_tenant_dialog_save (QdFormDialog *dialog)
{
  QdTenantDialog *self = QD_TENANT_DIALOG (dialog);
  g_auto (QdTenantForm) form = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) members = NULL, args = NULL;
  g_autofree char *summary = NULL, *job = NULL;

  read_form (self, &form);
  members = qd_tenant_form_to_json (&form, self->tenant != NULL ? &self->before : NULL, &error);
  if (members == NULL)
    {
      qd_form_dialog_show_problem (dialog, error->message);
      return;
    }
  if (self->tenant != NULL && json_object_get_size (members) == 0)
    {
      adw_dialog_force_close (ADW_DIALOG (self));
      return;
    }
  summary = g_strdup_printf (self->tenant == NULL ? _("Create tenant %s") : _("Change tenant %s"), form.name);
  args = self->tenant == NULL ? g_steal_pointer (&members) : update_args (self, g_steal_pointer (&members));
  qd_form_dialog_set_saving (dialog, TRUE);
  job = qd_hub_run (qd_session_get_hub (self->session), self->connection, self->tenant != NULL ? "tenant.update" : "tenant.create",
                    args, summary, NULL, NULL, saved_cb, g_object_ref (self));
}

static gboolean
qd_tenant_dialog_is_changed (QdFormDialog *dialog)
{
  QdTenantDialog *self = QD_TENANT_DIALOG (dialog);
  g_auto (QdTenantForm) form = { 0 };
  g_autofree char *difference = NULL;

  read_form (self, &form);
  difference = qd_tenant_form_describe (&self->before, &form);
  return *difference != '\0';
}

static gboolean
qd_tenant_dialog_is_complete (QdFormDialog *dialog)
{
  g_autofree char *name = qd_form_dialog_dup_text (QD_TENANT_DIALOG (dialog)->name);
  g_autofree char *plan = qd_form_dialog_dup_text (QD_TENANT_DIALOG (dialog)->plan);

  return *name != '\0' && *plan != '\0';
}

/* --- The object ------------------------------------------------------------------------------------- */

static void
qd_tenant_dialog_dispose (GObject *object)
{
  QdTenantDialog *self = QD_TENANT_DIALOG (object);

  g_clear_object (&self->session);
  g_clear_object (&self->tenant);
  g_clear_pointer (&self->revision, g_free);
  qd_tenant_form_clear (&self->before);
  G_OBJECT_CLASS (qd_tenant_dialog_parent_class)->dispose (object);
}

static void
qd_tenant_dialog_class_init (QdTenantDialogClass *klass)
{
  QdFormDialogClass *form_class = QD_FORM_DIALOG_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_tenant_dialog_dispose;
  form_class->save = qd_tenant_dialog_save;
  form_class->is_changed = qd_tenant_dialog_is_changed;
  form_class->is_complete = qd_tenant_dialog_is_complete;
}

static void
qd_tenant_dialog_init (QdTenantDialog *self)
{
  QdFormDialog *dialog = QD_FORM_DIALOG (self);
  GtkWidget *what = qd_form_dialog_add_group (dialog, NULL), *may = qd_form_dialog_add_group (dialog, _("Quotas and Flags"));
  GtkWidget *who = qd_form_dialog_add_group (dialog, _("Contacts"));

  self->name = qd_form_dialog_add_entry (dialog, what, _("Name"));
  self->id = qd_form_dialog_add_entry (dialog, what, _("Id, as in addresses and subjects"));
  self->plan = qd_form_dialog_add_entry (dialog, what, _("Plan"));
  self->quotas = qd_form_dialog_add_entry (dialog, may, _("Quotas, as name=number"));
  self->flags = qd_form_dialog_add_entry (dialog, may, _("Flags, as name=on or name=off"));
  self->contacts = qd_form_dialog_add_entry (dialog, who, _("Contacts, as Name <address> role"));
  adw_dialog_set_focus (ADW_DIALOG (self), self->name);
}

void
qd_tenant_dialog_present (QdSession *session, gpointer parent, QdEntity *tenant)
{
  const char *connection = tenant != NULL ? qd_entity_get_connection (tenant) : qd_session_find_connection (session, "tenant.create");
  QdTenantDialog *self;

  if (connection == NULL)
    {
      qd_session_toast (session, _("No connection lets you create a tenant"));
      return;
    }
  self = g_object_new (QD_TYPE_TENANT_DIALOG, NULL);
  self->session = g_object_ref (session);
  self->connection = g_intern_string (connection);
  adw_dialog_set_title (ADW_DIALOG (self), tenant != NULL ? _("Edit Tenant") : _("Create Tenant"));
  gtk_widget_set_visible (self->id, tenant == NULL);
  if (tenant != NULL)
    {
      self->tenant = g_object_ref (tenant);
      qd_tenant_form_init_from (&self->before, tenant);
      self->revision = g_strdup (qd_entity_get_string (tenant, QD_FIELD_REVISION));
      show_form (self, &self->before);
    }
  else
    read_form (self, &self->before);
  qd_form_dialog_update (QD_FORM_DIALOG (self));
  adw_dialog_present (ADW_DIALOG (self), parent);
}
