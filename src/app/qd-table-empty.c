/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-table-empty.h"

#include <string.h>

#include <glib/gi18n.h>

static const struct { const char *icon, *title, *description; } none[QD_N_KINDS] = {
  [QD_KIND_SITE] = { "qd-sites-symbolic", N_("No Sites"), N_("A site that is registered appears here.") },
  [QD_KIND_NODE] = { "qd-nodes-symbolic", N_("No Nodes"), N_("Nodes appear as soon as one reports.") },
  [QD_KIND_PATH] = { "qd-paths-symbolic", N_("No Paths"), N_("Paths appear as soon as sites are connected.") },
  [QD_KIND_FLOW] = { "qd-flows-symbolic", N_("No Flows"), N_("Flows appear as soon as there is traffic.") },
  [QD_KIND_JOB] = { "qd-jobs-symbolic", N_("No Jobs"), N_("What is done to the fleet is followed here.") },
  [QD_KIND_ROUTING] = { "qd-routing-symbolic", N_("No Routing Policies"), N_("Create one to say which traffic takes which path.") },
  [QD_KIND_AUDIT] = { "qd-audit-symbolic", N_("No Records"), N_("What is done to the fleet, and refused, is recorded here.") },
  [QD_KIND_TENANT] = { "qd-tenants-symbolic", N_("No Tenants"), N_("Create one to give it a place on the platform.") },
  [QD_KIND_EVENT] = { "qd-events-symbolic", N_("No Events"), N_("What happens from now on appears here.") },
};

static void
say (AdwStatusPage *page, const char *icon, const char *title, const char *description)
{
  g_autofree char *escaped = g_markup_escape_text (description, -1);

  adw_status_page_set_icon_name (page, icon);
  adw_status_page_set_title (page, title);
  adw_status_page_set_description (page, escaped);
}

void
qd_table_say_no_match (AdwStatusPage *page)
{
  say (page, "edit-find-symbolic", _("No Matches"), _("Nothing matches the filter."));
}

/* A server that does not know what routing policies or tenants are has not none of them. */
static gboolean
is_offered (QdKind kind, QdEntity *connection)
{
  const char *offers = qd_entity_get_string (connection, QD_CONNECTION_OFFERS);
  const char *feature = kind == QD_KIND_ROUTING ? "\"routing_policies\"" : kind == QD_KIND_TENANT ? "\"tenants\"" : NULL;

  return feature == NULL || (offers != NULL && strstr (offers, feature) != NULL);
}

gboolean
qd_table_say_empty (AdwStatusPage *page, QdKind kind, QdEntity *connection)
{
  const char *state = connection != NULL ? qd_entity_get_string (connection, QD_CONNECTION_STATE) : NULL;
  const char *detail = connection != NULL ? qd_entity_get_string (connection, QD_CONNECTION_DETAIL) : NULL;

  /* These are of this desk, whatever is connected. */
  if (kind == QD_KIND_AUDIT)
    say (page, none[kind].icon, _(none[kind].title), _(none[kind].description));
  else if (connection == NULL)
    say (page, "qd-connection-symbolic", _("No Connection"), _("Add a connection to see what there is."));
  else if (g_strcmp0 (state, "paper") == 0)
    say (page, "qd-paper-symbolic", _("Nothing Here"), _("The drawing has nothing of this kind."));
  else if (g_strcmp0 (state, "live") == 0 && !is_offered (kind, connection))
    {
      g_autofree char *text = g_strdup_printf (kind == QD_KIND_TENANT ? _("“%s” has no tenants to offer. Choose another connection.")
                                               : _("“%s” has no routing policies to offer. Choose another connection."), qd_entity_get_name (connection));

      say (page, none[kind].icon, _("Not Offered"), text);
    }
  else if (g_strcmp0 (state, "live") == 0)
    {
      if (none[kind].title != NULL)
        say (page, none[kind].icon, _(none[kind].title), _(none[kind].description));
      else
        say (page, "qd-status-well-symbolic", _("Nothing Here"), _("There is nothing of this kind."));
    }
  else if (g_strcmp0 (state, "connecting") == 0 && (detail == NULL || *detail == '\0'))
    {
      say (page, "qd-connection-symbolic", _("Connecting"), _("What there is appears as soon as it is known."));
      return TRUE;
    }
  else
    say (page, "qd-status-stale-symbolic", _("Not Reachable"),
         detail != NULL && *detail != '\0' ? detail : _("The connection is not live, and nothing is known from before."));
  return FALSE;
}
