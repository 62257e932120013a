/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-window-private.h"

#include <glib/gi18n.h>

#include "qd-freeze.h"
#include "qd-shard-actions.h"
#include "qd-state.h"
#include "qd-time.h"

#define SECOND_US G_USEC_PER_SEC
#define UNLOCK_MINUTES 15

/* --- Offline banner ----------------------------------------------------------------------------- */

static gboolean
connection_is_troubled (QdEntity *connection)
{
  QdStatus status = qd_state_of_connection (connection);

  return status == QD_STATUS_DEGRADED || status == QD_STATUS_DOWN;
}

static char *
describe_trouble (QdEntity *connection)
{
  const QdValue *as_of = qd_entity_get (connection, QD_CONNECTION_AS_OF);
  const char *detail = qd_entity_get_string (connection, QD_CONNECTION_DETAIL);
  const char *name = qd_entity_get_name (connection);
  gboolean refused = qd_state_of_connection (connection) == QD_STATUS_DOWN;
  g_autofree char *what = NULL, *time = NULL;

  /* The fault in a file says by itself what cannot be read. */
  if (qd_entity_is_paper (connection))
    return g_strdup (detail);
  what = g_strdup_printf (refused ? _("%s refuses the connection") : _("%s is not reachable"), name);
  if (detail != NULL && *detail != '\0')
    {
      g_autofree char *bare = g_steal_pointer (&what);

      what = g_strdup_printf (_("%s: %s"), bare, detail);
    }
  if (as_of->type != QD_VALUE_TIME)
    return g_steal_pointer (&what);
  time = qd_time_format_local (as_of->v.i);
  return g_strdup_printf (_("As of %s — %s"), time, what);
}

static void
update_banner (QdWindow *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_CONNECTION);
  const char *shown = qd_session_get_connection (self->session);
  guint n = qd_entity_list_get_length (list), troubled = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < n; i++)
    {
      QdEntity *connection = qd_entity_list_peek (list, i);

      /* Paper is nobody's trouble but its own. */
      if (shown != NULL ? g_strcmp0 (shown, qd_entity_get_id (connection)) != 0 : qd_entity_is_paper (connection))
        continue;
      if (connection_is_troubled (connection) && troubled++ == 0)
        text = describe_trouble (connection);
    }
  if (troubled > 1)
    {
      g_autofree char *first = g_steal_pointer (&text);

      text = g_strdup_printf (ngettext ("%s (and %u more)", "%s (and %u more)", troubled - 1), first, troubled - 1);
    }
  if (text != NULL && g_strcmp0 (adw_banner_get_title (self->offline_banner), text) != 0)
    adw_banner_set_title (self->offline_banner, text);
  if (adw_banner_get_revealed (self->offline_banner) != (text != NULL))
    adw_banner_set_revealed (self->offline_banner, text != NULL);
  /* folded away, it would still be read out */
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->offline_banner), GTK_ACCESSIBLE_STATE_HIDDEN, text == NULL, -1);
}

/* --- Freeze ------------------------------------------------------------------------------------- */

/* The connection in view whose changes are frozen, the first where there are several; NULL when there is none. */
static QdEntity *
find_frozen (QdWindow *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_CONNECTION);
  const char *shown = qd_session_get_connection (self->session);
  g_autoptr (QdEndpoint) endpoint = shown != NULL ? qd_hub_dup_endpoint (qd_session_get_hub (self->session), shown) : NULL;

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      QdEntity *connection = qd_entity_list_peek (list, i);
      const char *id = qd_entity_get_id (connection);

      if (shown != NULL && g_strcmp0 (shown, id) != 0 && (endpoint == NULL || g_strcmp0 (endpoint->feeds, id) != 0))
        continue;
      if (qd_entity_get_string (connection, QD_CONNECTION_FREEZE) != NULL)
        return connection;
    }
  return NULL;
}

static void
update_freeze (QdWindow *self)
{
  QdEntity *connection = find_frozen (self);
  g_autofree char *what = connection != NULL ? qd_freeze_tell (connection) : NULL;
  /* Translators: the name of a connection, and that its changes are frozen */
  g_autofree char *text = what != NULL ? g_strdup_printf (_("%s: %s"), qd_entity_get_name (connection), what) : NULL;

  if (text != NULL && g_strcmp0 (adw_banner_get_title (self->freeze_banner), text) != 0)
    adw_banner_set_title (self->freeze_banner, text);
  if (adw_banner_get_revealed (self->freeze_banner) != (text != NULL))
    adw_banner_set_revealed (self->freeze_banner, text != NULL);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->freeze_banner), GTK_ACCESSIBLE_STATE_HIDDEN, text == NULL, -1);
}

static void
lift_cb (QdWindow *self)
{
  QdEntity *connection = find_frozen (self);

  if (connection != NULL)
    qd_freeze_action_run (self->session, self, qd_entity_get_id (connection), FALSE);
}

/* --- Production --------------------------------------------------------------------------------- */

/* The production connection in view, the first where there are several; NULL when there is none. */
static QdEntity *
find_production (QdWindow *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_CONNECTION);
  const char *shown = qd_session_get_connection (self->session);
  guint n = qd_entity_list_get_length (list);

  for (guint i = 0; i < n; i++)
    {
      QdEntity *connection = qd_entity_list_peek (list, i);

      if (shown != NULL && g_strcmp0 (shown, qd_entity_get_id (connection)) != 0)
        continue;
      if (g_strcmp0 (qd_entity_get_string (connection, QD_CONNECTION_ENVIRONMENT), "prod") == 0)
        return connection;
    }
  return NULL;
}

static void
update_production (QdWindow *self)
{
  QdEntity *connection = find_production (self);
  gboolean locked;

  gtk_widget_set_visible (self->production_button, connection != NULL);
  if (connection == NULL)
    return;
  locked = qd_hub_is_locked (qd_session_get_hub (self->session), qd_entity_get_id (connection));
  adw_button_content_set_icon_name (self->production_content, locked ? "qd-lock-symbolic" : "qd-unlock-symbolic");
  adw_button_content_set_label (self->production_content, _("Production"));
  gtk_widget_set_tooltip_text (self->production_button,
                               locked ? _("Read-only. Press to allow changes for 15 minutes")
                                      : _("Changes are allowed for a limited time"));
}

static void
unlock_response_cb (QdWindow *self, const char *response, AdwAlertDialog *dialog)
{
  const char *connection = g_object_get_data (G_OBJECT (dialog), "qd-connection");

  if (g_strcmp0 (response, "unlock") != 0)
    return;
  qd_hub_unlock (qd_session_get_hub (self->session), connection, UNLOCK_MINUTES);
  qd_window_status_update (self);
}

static void
production_clicked_cb (QdWindow *self)
{
  QdEntity *connection = find_production (self);
  AdwAlertDialog *dialog;

  if (connection == NULL || !qd_hub_is_locked (qd_session_get_hub (self->session), qd_entity_get_id (connection)))
    return;
  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (NULL, NULL));
  adw_alert_dialog_format_heading (dialog, _("Allow changes to %s?"), qd_entity_get_name (connection));
  adw_alert_dialog_set_body (dialog, _("This is production. It is read-only until you unlock it, and locks itself again after 15 minutes."));
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "unlock", _("_Unlock"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "unlock", ADW_RESPONSE_DESTRUCTIVE);
  g_object_set_data_full (G_OBJECT (dialog), "qd-connection", g_strdup (qd_entity_get_id (connection)), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (unlock_response_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

/* --- Once a second at most ----------------------------------------------------------------------- */

void
qd_window_status_update (QdWindow *self)
{
  self->figures_at = g_get_monotonic_time ();
  update_banner (self);
  update_freeze (self);
  update_production (self);
  qd_window_sidebar_update_badges (self);
}

static gboolean
figures_cb (gpointer data)
{
  QdWindow *self = data;

  self->figures_id = 0;
  qd_window_status_update (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (QdWindow *self)
{
  gint64 wait = self->figures_at + SECOND_US - g_get_monotonic_time ();

  if (self->figures_id == 0)
    self->figures_id = g_timeout_add (MAX (wait, 0) / 1000, figures_cb, self);
}

/* What is counted and told here: not each measurement. */
static void
follow (QdWindow *self, QdFleet *fleet)
{
  static const struct { QdKind kind; gboolean fields; } kinds[] = {
    { QD_KIND_CONNECTION, TRUE }, { QD_KIND_JOB, TRUE }, { QD_KIND_SITE, FALSE }, { QD_KIND_NODE, FALSE }, { QD_KIND_PATH, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      QdEntityList *list = qd_fleet_get_list (fleet, kinds[i].kind);

      g_signal_connect_object (list, "items-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
      if (kinds[i].fields)
        g_signal_connect_object (list, "items-updated", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
    }
  g_signal_connect_object (fleet, "status-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
}

void
qd_window_status_setup (QdWindow *self)
{
  follow (self, qd_session_get_fleet (self->session));
  g_signal_connect_object (qd_session_get_hub (self->session), "connections-changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::connection", G_CALLBACK (qd_window_status_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->freeze_banner, "button-clicked", G_CALLBACK (lift_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->production_button, "clicked", G_CALLBACK (production_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  qd_window_status_update (self);
}
