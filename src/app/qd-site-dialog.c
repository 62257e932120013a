/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-site-dialog.h"

#include <glib/gi18n.h>

#include "qd-driver.h"
#include "qd-form-dialog.h"
#include "qd-site-form.h"

#define QD_TYPE_SITE_DIALOG (qd_site_dialog_get_type ())
G_DECLARE_FINAL_TYPE (QdSiteDialog, qd_site_dialog, QD, SITE_DIALOG, QdFormDialog)

struct _QdSiteDialog {
  QdFormDialog parent_instance;

  QdSession *session;
  const char *connection;     /* interned */
  QdEntity *site;             /* NULL: a new one */
  QdSiteForm before;          /* what was seen when it was opened, or last said to have changed */
  char *revision;

  GtkWidget *name, *kind, *location, *latitude, *longitude, *labels;
};

G_DEFINE_FINAL_TYPE (QdSiteDialog, qd_site_dialog, QD_TYPE_FORM_DIALOG)

static const char *const kind_ids[] = { "hq", "branch", "cloud", "node" };

/* --- The form ------------------------------------------------------------------------------ */

static void
read_form (QdSiteDialog *self, QdSiteForm *form)
{
  form->name = qd_form_dialog_dup_text (self->name);
  form->location = qd_form_dialog_dup_text (self->location);
  form->latitude = qd_form_dialog_dup_text (self->latitude);
  form->longitude = qd_form_dialog_dup_text (self->longitude);
  form->labels = qd_form_dialog_dup_text (self->labels);
  form->kind = g_strdup (kind_ids[MIN (adw_combo_row_get_selected (ADW_COMBO_ROW (self->kind)), G_N_ELEMENTS (kind_ids) - 1)]);
}

static void
show_form (QdSiteDialog *self, const QdSiteForm *form)
{
  gtk_editable_set_text (GTK_EDITABLE (self->name), form->name);
  gtk_editable_set_text (GTK_EDITABLE (self->location), form->location);
  gtk_editable_set_text (GTK_EDITABLE (self->latitude), form->latitude);
  gtk_editable_set_text (GTK_EDITABLE (self->longitude), form->longitude);
  gtk_editable_set_text (GTK_EDITABLE (self->labels), form->labels);
  for (guint i = 0; i < G_N_ELEMENTS (kind_ids); i++)
    if (g_strcmp0 (form->kind, kind_ids[i]) == 0)
      adw_combo_row_set_selected (ADW_COMBO_ROW (self->kind), i);
}

/* --- Saving -------------------------------------------------------------------------------- */

/* What is to be undone: the site and what it was. */
typedef struct {
  QdSession *session;
  QdEntity *site;
  JsonObject *changes;
} Undo;

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *undo = data;

  g_object_unref (undo->session);
  g_object_unref (undo->site);
  json_object_unref (undo->changes);
  g_free (undo);
}

static void
undo_cb (Undo *undo)
{
  g_autoptr (JsonObject) args = json_object_new ();
  const char *revision = qd_entity_get_string (undo->site, QD_FIELD_REVISION);
  g_autofree char *summary = g_strdup_printf (_("Undo the change of %s"), qd_entity_get_name (undo->site));

  json_object_set_string_member (args, "id", qd_entity_get_id (undo->site));
  json_object_set_string_member (args, "revision", revision != NULL ? revision : "");
  json_object_set_object_member (args, "changes", json_object_ref (undo->changes));
  qd_session_run (undo->session, NULL, undo->site, "site.update", args, summary, NULL, NULL);
}

static void
tell_done (QdSiteDialog *self, const QdSiteForm *form)
{
  g_autofree char *text = NULL;
  Undo *undo;

  if (self->site == NULL)
    {
      text = g_strdup_printf (_("Registered %s"), form->name);
      qd_session_toast (self->session, text);
      return;
    }
  text = g_strdup_printf (_("Changed %s"), form->name);
  undo = g_new0 (Undo, 1);
  undo->session = g_object_ref (self->session);
  undo->site = g_object_ref (self->site);
  undo->changes = qd_site_form_to_json (&self->before, form, NULL);
  if (undo->changes == NULL)
    undo->changes = json_object_new ();
  qd_session_toast_action (self->session, text, _("_Undo"), G_CALLBACK (undo_cb), undo, undo_free);
}

/* Somebody was quicker. Says what they made of it, and takes that as seen: saving again is then a
 * decision, not an accident. */
static void
show_conflict (QdSiteDialog *self, const GError *error)
{
  g_auto (QdSiteForm) theirs = { 0 };
  g_autofree char *difference = NULL;
  g_autofree char *text = NULL;

  qd_site_form_init_from (&theirs, self->site);
  difference = qd_site_form_describe (&self->before, &theirs);
  if (*difference != '\0')
    text = g_strdup_printf (_("Not saved: the site was changed meanwhile.\n%s\nSave again to put your version over it."), difference);
  else
    text = g_strdup_printf (_("Not saved: %s"), error->message);

  qd_site_form_clear (&self->before);
  qd_site_form_init_from (&self->before, self->site);
  g_free (self->revision);
  self->revision = g_strdup (qd_entity_get_string (self->site, QD_FIELD_REVISION));
  qd_form_dialog_show_problem (QD_FORM_DIALOG (self), text);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdSiteDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_hub_run_finish (QD_HUB (source), result, &error);
  g_auto (QdSiteForm) form = { 0 };

  if (self->session == NULL)
    return;
  qd_form_dialog_set_saving (QD_FORM_DIALOG (self), FALSE);
  if (error == NULL)
    {
      read_form (self, &form);
      tell_done (self, &form);
      adw_dialog_force_close (ADW_DIALOG (self));
    }
  else if (self->site != NULL && g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT))
    show_conflict (self, error);
  else
    {
      g_autofree char *text = g_strdup_printf (_("Not saved: %s"), error->message);

      qd_form_dialog_show_problem (QD_FORM_DIALOG (self), text);
    }
}

static void
qd_site_dialog_save (QdFormDialog *dialog)
{
  QdSiteDialog *self = QD_SITE_DIALOG (dialog);
  g_auto (QdSiteForm) form = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) members = NULL;
  g_autoptr (JsonObject) args = NULL;
  g_autofree char *summary = NULL;
  g_autofree char *job = NULL;

  read_form (self, &form);
  members = qd_site_form_to_json (&form, self->site != NULL ? &self->before : NULL, &error);
  if (members == NULL)
    {
      qd_form_dialog_show_problem (QD_FORM_DIALOG (self), error->message);
      return;
    }
  if (self->site != NULL && json_object_get_size (members) == 0)
    {
      adw_dialog_force_close (ADW_DIALOG (self));
      return;
    }

  if (self->site == NULL)
    {
      args = g_steal_pointer (&members);
      summary = g_strdup_printf (_("Register site %s"), form.name);
    }
  else
    {
      args = json_object_new ();
      json_object_set_string_member (args, "id", qd_entity_get_id (self->site));
      json_object_set_string_member (args, "revision", self->revision != NULL ? self->revision : "");
      json_object_set_object_member (args, "changes", g_steal_pointer (&members));
      summary = g_strdup_printf (_("Edit site %s"), self->before.name);
    }
  qd_form_dialog_set_saving (dialog, TRUE);
  job = qd_hub_run (qd_session_get_hub (self->session), self->connection, self->site != NULL ? "site.update" : "site.create",
                    args, summary, NULL, NULL, saved_cb, g_object_ref (self));
}

static gboolean
qd_site_dialog_is_changed (QdFormDialog *dialog)
{
  QdSiteDialog *self = QD_SITE_DIALOG (dialog);
  g_auto (QdSiteForm) form = { 0 };
  g_autofree char *difference = NULL;

  read_form (self, &form);
  difference = qd_site_form_describe (&self->before, &form);
  return *difference != '\0';
}

static gboolean
qd_site_dialog_is_complete (QdFormDialog *dialog)
{
  g_autofree char *name = qd_form_dialog_dup_text (QD_SITE_DIALOG (dialog)->name);

  return *name != '\0';
}

/* --- The object ---------------------------------------------------------------------------- */

static void
build_form (QdSiteDialog *self)
{
  const char *const kinds[] = { _("Headquarters"), _("Branch"), _("Cloud"), _("Node"), NULL };
  QdFormDialog *dialog = QD_FORM_DIALOG (self);
  GtkWidget *what = qd_form_dialog_add_group (dialog, NULL), *where = qd_form_dialog_add_group (dialog, _("Place"));
  g_autoptr (GtkStringList) model = gtk_string_list_new (kinds);

  self->name = qd_form_dialog_add_entry (dialog, what, _("Name"));
  self->kind = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->kind), _("Kind"));
  adw_combo_row_set_model (ADW_COMBO_ROW (self->kind), G_LIST_MODEL (model));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (what), self->kind);
  self->labels = qd_form_dialog_add_entry (dialog, what, _("Labels, as name=value"));
  self->location = qd_form_dialog_add_entry (dialog, where, _("Location"));
  self->latitude = qd_form_dialog_add_entry (dialog, where, _("Latitude"));
  self->longitude = qd_form_dialog_add_entry (dialog, where, _("Longitude"));
}

static void
qd_site_dialog_dispose (GObject *object)
{
  QdSiteDialog *self = QD_SITE_DIALOG (object);

  g_clear_object (&self->session);
  g_clear_object (&self->site);
  g_clear_pointer (&self->revision, g_free);
  qd_site_form_clear (&self->before);
  G_OBJECT_CLASS (qd_site_dialog_parent_class)->dispose (object);
}

static void
qd_site_dialog_class_init (QdSiteDialogClass *klass)
{
  QdFormDialogClass *form_class = QD_FORM_DIALOG_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = qd_site_dialog_dispose;
  form_class->save = qd_site_dialog_save;
  form_class->is_changed = qd_site_dialog_is_changed;
  form_class->is_complete = qd_site_dialog_is_complete;
}

static void
qd_site_dialog_init (QdSiteDialog *self)
{
  build_form (self);
  adw_dialog_set_focus (ADW_DIALOG (self), self->name);
}

void
qd_site_dialog_present (QdSession *session, GtkWidget *parent, QdEntity *site)
{
  const char *connection = site != NULL ? qd_entity_get_connection (site) : qd_session_find_connection (session, "site.create");
  QdSiteDialog *self;

  if (connection == NULL)
    {
      qd_session_toast (session, _("No connection lets you register a site"));
      return;
    }
  self = g_object_new (QD_TYPE_SITE_DIALOG, NULL);
  self->session = g_object_ref (session);
  self->connection = g_intern_string (connection);
  adw_dialog_set_title (ADW_DIALOG (self), site != NULL ? _("Edit Site") : _("Register Site"));
  if (site != NULL)
    {
      self->site = g_object_ref (site);
      qd_site_form_init_from (&self->before, site);
      self->revision = g_strdup (qd_entity_get_string (site, QD_FIELD_REVISION));
      show_form (self, &self->before);
    }
  else
    {
      adw_combo_row_set_selected (ADW_COMBO_ROW (self->kind), 1);
      read_form (self, &self->before);
    }
  qd_form_dialog_update (QD_FORM_DIALOG (self));
  adw_dialog_present (ADW_DIALOG (self), parent);
}

void
qd_site_remove (QdSession *session, GtkWidget *parent, QdEntity *site)
{
  g_auto (QdSiteForm) form = { 0 };
  g_autoptr (JsonObject) args = json_object_new ();
  g_autoptr (JsonObject) back = NULL;
  const char *revision = qd_entity_get_string (site, QD_FIELD_REVISION);
  g_autofree char *summary = g_strdup_printf (_("Remove site %s"), qd_entity_get_name (site));

  json_object_set_string_member (args, "id", qd_entity_get_id (site));
  json_object_set_string_member (args, "revision", revision != NULL ? revision : "");

  qd_site_form_init_from (&form, site);
  back = qd_site_form_to_json (&form, NULL, NULL);
  if (back != NULL)
    json_object_set_string_member (back, "id", qd_entity_get_id (site));
  qd_session_run (session, parent, site, "site.delete", args, summary, back != NULL ? "site.create" : NULL, back);
}
