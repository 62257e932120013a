/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-shots-audit.h"

#include <glib/gi18n.h>

#include "qd-action-popover.h"
#include "qd-shots-widgets.h"

#define N_TESTS 4

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = qd_hub_run_finish (QD_HUB (source), result, &error);

  if (answer == NULL)
    g_debug ("For a picture of the audit: %s", error->message);
}

static void
act (QdHub *hub, QdEntity *entity, const char *verb, const char *title, const char *reason, JsonObject *changes)
{
  g_autoptr (JsonObject) args = json_object_new ();
  g_autofree char *summary = g_strdup_printf ("%s %s", title, qd_entity_get_name (entity));

  json_object_set_string_member (args, "id", qd_entity_get_id (entity));
  if (qd_entity_get_string (entity, QD_FIELD_REVISION) != NULL)
    json_object_set_string_member (args, "revision", qd_entity_get_string (entity, QD_FIELD_REVISION));
  if (changes != NULL)
    json_object_set_object_member (args, "changes", json_object_ref (changes));
  g_free (qd_hub_run (hub, qd_entity_get_connection (entity), verb, args, summary, reason, NULL, done_cb, NULL));
}

void
qd_shots_audit_act (QdWindow *window)
{
  QdHub *hub = qd_session_get_hub (qd_window_get_session (window));
  QdEntityList *paths = qd_fleet_get_list (qd_hub_get_fleet (hub), QD_KIND_PATH), *sites = qd_fleet_get_list (qd_hub_get_fleet (hub), QD_KIND_SITE);
  g_autoptr (JsonObject) changes = json_object_new ();
  static gboolean acted;

  if (acted || qd_entity_list_get_length (paths) < N_TESTS || qd_entity_list_get_length (sites) == 0)
    return;
  acted = TRUE;
  json_object_set_string_member (changes, "kind", "branch");
  for (guint i = 0; i < N_TESTS; i++)
    act (hub, qd_entity_list_peek (paths, i), "path.test", _("Test path"), NULL, NULL);
  act (hub, qd_entity_list_peek (paths, 0), "path.failover", _("Fail over path"), NULL, NULL);
  act (hub, qd_entity_list_peek (paths, 1), "path.failover", _("Fail over path"), "fibre works until Monday, ticket 4711", NULL);
  act (hub, qd_entity_list_peek (sites, 0), "site.update", _("Edit site"), NULL, changes);
}

gboolean
qd_shots_audit_open (QdWindow *window)
{
  QdEntityList *records = qd_fleet_get_list (qd_session_get_fleet (qd_window_get_session (window)), QD_KIND_AUDIT);

  for (guint i = 0; i < qd_entity_list_get_length (records); i++)
    {
      QdEntity *record = qd_entity_list_peek (records, i);

      if (g_strcmp0 (qd_entity_get_string (record, QD_AUDIT_WHAT), "site.update") == 0 &&
          g_strcmp0 (qd_entity_get_string (record, QD_AUDIT_OUTCOME), "begun") != 0)
        return qd_window_open_entity (window, record);
    }
  return FALSE;
}

GtkWidget *
qd_shots_audit_open_menu (QdWindow *window)
{
  GtkWidget *menu = qd_shots_find (GTK_WIDGET (qd_window_get_page (window)), QD_TYPE_ACTION_POPOVER);

  if (menu == NULL)
    return NULL;
  /* to hide by itself it would have to grab a pointer, of which the compositor for pictures has none */
  gtk_popover_set_autohide (GTK_POPOVER (menu), FALSE);
  gtk_menu_button_popup (GTK_MENU_BUTTON (gtk_widget_get_parent (menu)));
  return menu;
}
