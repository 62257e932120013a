/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-actions.h"

#include <glib/gi18n.h>

#include "qd-capability.h"
#include "qd-routing-dialog.h"
#include "qd-routing-drafts.h"
#include "qd-routing-fields.h"
#include "qd-table-page.h"
#include "qd-window.h"

/* --- May it be? --------------------------------------------------------------------------------- */

gboolean
qd_routing_is_live (QdSession *session, const char *connection)
{
  QdEntity *entity = qd_fleet_lookup (qd_session_get_fleet (session), connection, QD_KIND_CONNECTION, connection);

  return entity != NULL && g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") == 0;
}

gboolean
qd_routing_can_edit (QdSession *session, const char *connection, char **why)
{
  QdEntity *entity = qd_fleet_lookup (qd_session_get_fleet (session), connection, QD_KIND_CONNECTION, connection);

  if (entity != NULL && !qd_connection_is_paper (connection) && !qd_routing_is_live (session, connection))
    return TRUE;
  return qd_capability_allowed (qd_session_get_fleet (session), connection, "routing.update", why);
}

JsonObject *
qd_routing_args (QdEntity *policy)
{
  JsonObject *args = json_object_new ();
  const char *revision = qd_entity_get_string (policy, QD_FIELD_REVISION);

  json_object_set_string_member (args, "id", qd_entity_get_id (policy));
  json_object_set_string_member (args, "revision", revision ? revision : "");
  return args;
}

/* --- Editing -------------------------------------------------------------------------------------- */

/* Where a new one goes: what is shown, else the first that takes it. */
static const char *
find_place (QdSession *session)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (session), QD_KIND_CONNECTION);
  const char *place = qd_session_find_connection (session, "routing.create");

  for (guint i = 0; place == NULL && i < qd_entity_list_get_length (list); i++)
    {
      const char *id = qd_entity_get_id (qd_entity_list_peek (list, i));

      if (qd_routing_can_edit (session, id, NULL))
        place = g_intern_string (id);
    }
  return place;
}

gboolean
qd_routing_can_create (QdSession *session, char **why)
{
  const char *place = find_place (session);

  if (place != NULL)
    return qd_routing_can_edit (session, place, why);
  *why = qd_session_why_nowhere (session, "routing.create");
  return FALSE;
}

static void
present_new (QdSession *session, GtkWidget *parent, const char *connection, JsonObject *mine)
{
  g_autofree char *uuid = g_uuid_string_random (), *id = g_strconcat ("new-", uuid, NULL), *why = NULL;

  if (connection == NULL ? !qd_routing_can_create (session, &why) : !qd_routing_can_edit (session, connection, &why))
    {
      qd_session_toast (session, why);
      return;
    }
  qd_routing_dialog_present (session, parent, connection, id, NULL, NULL, mine);
}

void
qd_routing_create (QdSession *session, GtkWidget *parent)
{
  g_autoptr (JsonObject) mine = qd_routing_object_new ();

  present_new (session, parent, find_place (session), mine);
}

void
qd_routing_duplicate (QdSession *session, GtkWidget *parent, QdEntity *policy)
{
  g_autoptr (JsonObject) mine = qd_routing_object_of (policy);
  g_autofree char *name = g_strdup_printf (_("Copy of %s"), qd_entity_get_name (policy));

  json_object_set_string_member (mine, "name", name);
  present_new (session, parent, qd_entity_get_connection (policy), mine);
}

void
qd_routing_edit (QdSession *session, GtkWidget *parent, QdEntity *policy)
{
  const char *connection = qd_entity_get_connection (policy), *id = qd_entity_get_id (policy);
  QdRoutingDraft *draft = qd_routing_drafts_find (qd_routing_drafts_of (qd_session_get_hub (session)), connection, id);
  g_autoptr (JsonObject) now = qd_routing_object_of (policy);

  if (draft)
    qd_routing_dialog_present (session, parent, connection, id, qd_routing_draft_get_base (draft), qd_routing_draft_get_revision (draft),
                               qd_routing_draft_get_mine (draft));
  else
    qd_routing_dialog_present (session, parent, connection, id, now, qd_entity_get_string (policy, QD_FIELD_REVISION), now);
}

/* --- At once ---------------------------------------------------------------------------------------- */

void
qd_routing_switch (QdSession *session, GtkWidget *parent, QdEntity *policy, gboolean on)
{
  g_autoptr (JsonObject) args = qd_routing_args (policy), back = qd_routing_args (policy);
  g_autofree char *summary = g_strdup_printf (on ? _("Switch on %s") : _("Switch off %s"), qd_entity_get_name (policy));

  json_object_set_boolean_member (args, "enabled", on);
  json_object_set_boolean_member (back, "enabled", !on);
  qd_session_run (session, parent, policy, "routing.enable", args, summary, "routing.enable", back);
}

void
qd_routing_delete (QdSession *session, GtkWidget *parent, QdEntity *policy)
{
  g_autoptr (JsonObject) args = qd_routing_args (policy), back = qd_routing_object_of (policy);
  g_autofree char *summary = g_strdup_printf (_("Remove routing policy %s"), qd_entity_get_name (policy));

  json_object_set_string_member (back, "id", qd_entity_get_id (policy));
  qd_session_run (session, parent, policy, "routing.delete", args, summary, "routing.create", back);
}

void
qd_routing_show_flows (QdSession *session, GtkWidget *parent, QdEntity *policy)
{
  g_autofree char *filter = g_strdup_printf ("\"policy_id:%s\" flow_state:active", qd_entity_get_id (policy));

  qd_table_page_open_filtered (session, parent, "flows", filter);
}

/* --- Undo --------------------------------------------------------------------------------------------- */

typedef struct {
  QdSession *session;
  GtkWidget *parent;        /* weak */
  char *connection, *id;
  JsonObject *before, *after;
} Undo;

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *undo = data;

  g_object_unref (undo->session);
  g_clear_weak_pointer (&undo->parent);
  g_free (undo->connection);
  g_free (undo->id);
  g_clear_pointer (&undo->before, json_object_unref);
  json_object_unref (undo->after);
  g_free (undo);
}

static void
undo_cb (Undo *undo)
{
  QdEntity *policy = qd_fleet_lookup (qd_session_get_fleet (undo->session), undo->connection, QD_KIND_ROUTING, undo->id);
  g_autoptr (JsonObject) now = policy ? qd_routing_object_of (policy) : NULL, args = NULL;
  g_autofree char *summary = NULL;

  if (policy == NULL)
    {
      qd_session_toast (undo->session, _("Not undone: the policy is not there any more"));
      return;
    }
  args = qd_routing_args (policy);
  summary = g_strdup_printf (_("Undo the change of %s"), qd_entity_get_name (policy));
  if (undo->before == NULL)
    {
      qd_session_run (undo->session, undo->parent, policy, "routing.delete", args, summary, NULL, NULL);
      return;
    }
  if (qd_routing_object_diff (undo->before, undo->after) & qd_routing_object_diff (now, undo->after))
    {
      qd_session_toast (undo->session, _("Not undone: somebody else has changed that since"));
      return;
    }
  json_object_set_object_member (args, "changes", qd_routing_object_patch (undo->after, undo->before));
  qd_session_run (undo->session, undo->parent, policy, "routing.update", args, summary, NULL, NULL);
}

void
qd_routing_tell_done (QdSession *session, GtkWidget *parent, const char *text, const char *connection, const char *id,
                      JsonObject *before, JsonObject *after)
{
  Undo *undo = g_new0 (Undo, 1);

  undo->session = g_object_ref (session);
  g_set_weak_pointer (&undo->parent, parent);
  undo->connection = g_strdup (connection);
  undo->id = g_strdup (id);
  undo->before = before ? json_object_ref (before) : NULL;
  undo->after = json_object_ref (after);
  qd_session_toast_action (session, text, _("_Undo"), G_CALLBACK (undo_cb), undo, undo_free);
}
