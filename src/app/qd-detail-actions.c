/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-detail-actions.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-site-dialog.h"

typedef void (*QdDetailAct) (QdSession *session, GtkWidget *parent, QdEntity *entity);

/* What a button does when it is pressed. */
typedef struct {
  QdSession *session;
  QdEntity *entity;
  QdDetailAct act;
} QdDetailAction;

static void
action_free (gpointer data, GClosure *closure)
{
  QdDetailAction *action = data;

  g_object_unref (action->session);
  g_object_unref (action->entity);
  g_free (action);
}

static JsonObject *
args_for (QdEntity *entity)
{
  JsonObject *args = json_object_new ();

  json_object_set_string_member (args, "id", qd_entity_get_id (entity));
  return args;
}

static void
test_path (QdSession *session, GtkWidget *parent, QdEntity *path)
{
  g_autoptr (JsonObject) args = args_for (path);
  g_autofree char *summary = g_strdup_printf (_("Test path %s"), qd_entity_get_name (path));

  qd_session_run (session, parent, path, "path.test", args, summary, NULL, NULL);
}

static void
fail_over (QdSession *session, GtkWidget *parent, QdEntity *path)
{
  g_autoptr (JsonObject) args = args_for (path);
  g_autofree char *summary = g_strdup_printf (_("Fail over path %s"), qd_entity_get_name (path));

  qd_session_run (session, parent, path, "path.failover", args, summary, NULL, NULL);
}

static void
reevaluate (QdSession *session, GtkWidget *parent, QdEntity *flow)
{
  g_autoptr (JsonObject) args = args_for (flow);
  g_autofree char *summary = g_strdup_printf (_("Decide flow %s anew"), qd_entity_get_id (flow));

  qd_session_run (session, parent, flow, "flow.reevaluate", args, summary, NULL, NULL);
}

static void
cancel_job (QdSession *session, GtkWidget *parent, QdEntity *job)
{
  qd_hub_cancel_job (qd_session_get_hub (session), qd_entity_get_id (job));
}

static void
edit_site (QdSession *session, GtkWidget *parent, QdEntity *site)
{
  qd_site_dialog_present (session, parent, site);
}

static const struct {
  QdKind kind;
  const char *verb;
  const char *label;
  QdDetailAct act;
  gboolean destructive;
} table[] = {
  { QD_KIND_SITE, "site.update", N_("_Edit…"), edit_site, FALSE },
  { QD_KIND_SITE, "site.delete", N_("_Remove…"), qd_site_remove, TRUE },
  { QD_KIND_PATH, "path.test", N_("_Test"), test_path, FALSE },
  { QD_KIND_PATH, "path.failover", N_("_Fail Over…"), fail_over, FALSE },
  { QD_KIND_FLOW, "flow.reevaluate", N_("_Decide Anew"), reevaluate, FALSE },
  { QD_KIND_JOB, "job.cancel", N_("_Cancel Job"), cancel_job, TRUE },
};

static void
clicked_cb (QdDetailAction *action, GtkWidget *button)
{
  action->act (action->session, button, action->entity);
}

static gboolean
job_is_over (QdEntity *entity)
{
  const char *state = qd_entity_get_string (entity, QD_JOB_STATE);

  return g_strcmp0 (state, "succeeded") == 0 || g_strcmp0 (state, "failed") == 0 || g_strcmp0 (state, "cancelled") == 0;
}

static void
add_button (GtkWidget *box, QdSession *session, QdEntity *entity, guint row)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_(table[row].label));
  QdDetailAction *action = g_new0 (QdDetailAction, 1);
  g_autofree char *why = NULL;

  action->session = g_object_ref (session);
  action->entity = g_object_ref (entity);
  action->act = table[row].act;
  if (table[row].destructive)
    gtk_widget_add_css_class (button, "destructive-action");
  if (!qd_capability_allowed (qd_session_get_fleet (session), qd_entity_get_connection (entity), table[row].verb, &why))
    {
      gtk_widget_set_sensitive (button, FALSE);
      gtk_widget_set_tooltip_text (button, why);
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, why, -1);
    }
  g_signal_connect_data (button, "clicked", G_CALLBACK (clicked_cb), action, action_free, G_CONNECT_SWAPPED);
  adw_wrap_box_append (ADW_WRAP_BOX (box), button);
}

void
qd_detail_actions_fill (GtkWidget *box, QdSession *session, QdEntity *entity)
{
  gboolean any = FALSE;
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    adw_wrap_box_remove (ADW_WRAP_BOX (box), child);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].kind == qd_entity_get_kind (entity) && !(table[i].kind == QD_KIND_JOB && job_is_over (entity)))
      {
        add_button (box, session, entity, i);
        any = TRUE;
      }
  gtk_widget_set_visible (box, any);
}
