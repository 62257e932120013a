/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-job-actions.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-display.h"
#include "qd-json.h"
#include "qd-migration.h"

gboolean
qd_job_action_is_shared (QdEntity *job)
{
  return g_strcmp0 (qd_entity_get_string (job, QD_JOB_KIND), QD_TENANT_MIGRATE) == 0 &&
         !g_str_equal (qd_entity_get_connection (job), QD_HUB_LOCAL);
}

/* Somebody works on it, or it has ended, or it waits for who goes on. */
static gboolean
fits (QdEntity *job, const char *verb, char **why)
{
  const char *state = qd_entity_get_string (job, QD_JOB_STATE);

  if (g_strcmp0 (state, "succeeded") == 0)
    *why = g_strdup (_("It is over"));
  else if (g_str_equal (verb, "job.retry") && g_strcmp0 (state, "running") == 0)
    *why = g_strdup (_("It is under way"));
  else if (g_str_equal (verb, "job.cancel") && g_strcmp0 (state, "cancelled") == 0)
    *why = g_strdup (_("It has gone back already"));
  else
    return TRUE;
  return FALSE;
}

gboolean
qd_job_action_allowed (QdSession *session, QdEntity *job, const char *verb, char **why)
{
  const char *control = qd_entity_get_string (job, QD_JOB_ACTS_ON);

  if (g_str_equal (verb, "job.revert"))
    {
      *why = g_strdup (_("Only what changed policies can be reverted from here"));
      return FALSE;
    }
  if (control == NULL)
    {
      *why = g_strdup (_("The control connection that this is about is not among the connections: add it first"));
      return FALSE;
    }
  return fits (job, verb, why) && qd_capability_allowed (qd_session_get_fleet (session), control, QD_TENANT_MIGRATE, why);
}

static void
cancelled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdSession) session = data;
  g_autoptr (GError) error = NULL;

  if (qd_migration_cancel_finish (QD_HUB (source), result, &error))
    qd_session_toast (session, _("The job goes back"));
  else
    qd_session_toast (session, error->message);
}

static void
gone_on_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdSession) session = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdMigrationOutcome) outcome = qd_migration_go_on_finish (QD_HUB (source), result, &error);

  if (outcome == NULL)
    qd_session_toast (session, error->message);
}

void
qd_job_action_run (QdSession *session, QdEntity *job, const char *verb)
{
  QdHub *hub = qd_session_get_hub (session);
  const char *nats = qd_entity_get_connection (job), *id = qd_entity_get_id (job);

  if (g_str_equal (verb, "job.cancel"))
    qd_migration_cancel_async (hub, nats, id, NULL, cancelled_cb, g_object_ref (session));
  else
    qd_migration_go_on_async (hub, nats, id, QD_N_MIGRATION_STEPS, FALSE, NULL, gone_on_cb, g_object_ref (session));
}

char *
qd_job_action_to_text (QdEntity *job)
{
  const char *steps = qd_entity_get_string (job, QD_JOB_STEPS), *error = qd_entity_get_string (job, QD_JOB_ERROR);
  const char *reason = qd_entity_get_string (job, QD_JOB_REASON);
  g_autoptr (JsonNode) node = steps ? qd_json_parse (steps, -1, "steps", NULL) : NULL;
  JsonArray *array = node ? qd_json_array (node) : NULL;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n%s: %s\n", qd_entity_get_name (job), qd_entity_get_id (job),
                          qd_display_word (qd_entity_get_string (job, QD_JOB_STATE)));
  if (reason && *reason)
    g_string_append_printf (text, _("Reason: %s\n"), reason);
  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonObject *step = qd_json_object (json_array_get_element (array, i));
      const char *detail = step ? qd_json_get_string (step, "detail", NULL) : NULL;

      if (step)
        g_string_append_printf (text, "  %s: %s%s%s\n", qd_display_word (qd_json_get_string (step, "state", NULL)),
                                qd_json_get_string (step, "name", ""), detail ? ": " : "", detail ? detail : "");
    }
  if (error && *error)
    g_string_append_printf (text, "%s\n", error);
  return g_string_free (text, FALSE);
}

void
qd_job_action_copy (GtkWidget *widget, QdEntity *job)
{
  g_autofree char *text = qd_job_action_to_text (job);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}
