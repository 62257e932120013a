/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-state.h"

#include <glib/gi18n.h>

static const struct {
  const char *icon;
  const char *css;
} states[] = {
  [QD_STATUS_NONE] = { "qd-status-unknown-symbolic", NULL },
  [QD_STATUS_WELL] = { "qd-status-well-symbolic", "qd-well" },
  [QD_STATUS_MAINTENANCE] = { "qd-status-maintenance-symbolic", "qd-maintenance" },
  [QD_STATUS_UNKNOWN] = { "qd-status-unknown-symbolic", "qd-unknown" },
  [QD_STATUS_DEGRADED] = { "qd-status-degraded-symbolic", "qd-degraded" },
  [QD_STATUS_DOWN] = { "qd-status-down-symbolic", "qd-down" },
};

const char *
qd_state_get_icon_name (QdStatus status)
{
  g_return_val_if_fail ((guint) status < G_N_ELEMENTS (states), NULL);
  return states[status].icon;
}

const char *
qd_state_get_css_class (QdStatus status)
{
  g_return_val_if_fail ((guint) status < G_N_ELEMENTS (states), NULL);
  return states[status].css;
}

/**
 * qd_state_image_set:
 * @image: a `GtkImage`
 * @status: what it shows from now on
 *
 * Gives @image the shape, colour and accessible name of a state.
 */
void
qd_state_image_set (GtkWidget *image, QdStatus status)
{
  g_return_if_fail (GTK_IS_IMAGE (image));

  if (g_strcmp0 (gtk_image_get_icon_name (GTK_IMAGE (image)), states[status].icon) == 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (states[i].css != NULL)
      gtk_widget_remove_css_class (image, states[i].css);
  gtk_image_set_from_icon_name (GTK_IMAGE (image), states[status].icon);
  if (states[status].css != NULL)
    gtk_widget_add_css_class (image, states[status].css);
  gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  qd_status_get_label (status), -1);
}

/**
 * qd_state_image_new:
 * @status: what it shows
 *
 * Makes a 16-pixel picture of a state.
 *
 * Returns: (transfer floating): a `GtkImage`
 */
GtkWidget *
qd_state_image_new (QdStatus status)
{
  GtkWidget *image = gtk_image_new ();

  gtk_widget_set_valign (image, GTK_ALIGN_CENTER);
  qd_state_image_set (image, status);
  return image;
}

/**
 * qd_state_connection_image_set:
 * @image: a `GtkImage`
 * @connection: (nullable): a connection
 *
 * Gives @image the shape of how a connection is: a sheet for one that is on paper.
 */
void
qd_state_connection_image_set (GtkWidget *image, QdEntity *connection)
{
  QdStatus status = connection != NULL ? qd_state_of_connection (connection) : QD_STATUS_UNKNOWN;

  qd_state_image_set (image, status);
  if (connection == NULL || !qd_entity_is_paper (connection) || status != QD_STATUS_UNKNOWN)
    return;
  gtk_image_set_from_icon_name (GTK_IMAGE (image), "qd-paper-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (image), GTK_ACCESSIBLE_PROPERTY_LABEL, _("On paper"), -1);
}

QdStatus
qd_state_of_connection (QdEntity *connection)
{
  const char *state = qd_entity_get_string (connection, QD_CONNECTION_STATE);
  const char *detail = qd_entity_get_string (connection, QD_CONNECTION_DETAIL);

  if (g_strcmp0 (state, "live") == 0)
    return QD_STATUS_WELL;
  if (g_strcmp0 (state, "stale") == 0)
    return QD_STATUS_DEGRADED;
  if (g_strcmp0 (state, "refused") == 0)
    return QD_STATUS_DOWN;
  /* never reached, and why: that is trouble too */
  if (g_strcmp0 (state, "connecting") == 0 && detail != NULL && *detail != '\0')
    return QD_STATUS_DEGRADED;
  return QD_STATUS_UNKNOWN;
}

const char *
qd_state_get_connection_label (QdEntity *connection)
{
  const char *state = qd_entity_get_string (connection, QD_CONNECTION_STATE);

  if (qd_entity_is_paper (connection))
    return g_strcmp0 (state, "refused") == 0 ? _("Not readable") : _("On paper");
  if (g_strcmp0 (state, "live") == 0)
    return _("Live");
  if (g_strcmp0 (state, "stale") == 0)
    return _("Not reachable");
  if (g_strcmp0 (state, "refused") == 0)
    return _("Refused");
  if (g_strcmp0 (state, "off") == 0)
    return _("Off");
  return qd_state_of_connection (connection) == QD_STATUS_DEGRADED ? _("Not reachable") : _("Connecting");
}
