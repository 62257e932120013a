/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-shots-tenancy.h"

#include <glib/gi18n.h>

#include "qd-confirm-dialog.h"
#include "qd-detail-pane.h"
#include "qd-detail-sections.h"
#include "qd-job-stream.h"
#include "qd-placement-clash.h"
#include "qd-placement.h"
#include "qd-shots-widgets.h"
#include "qd-tenant-actions.h"

#define LEFT_JOB "b7a1f6f2-left-for-a-picture"

static QdWindow *shown;      /* weak; NULL: none is begun */
static int shown_subpage;

static QdFleet *
get_fleet (QdWindow *window)
{
  return qd_session_get_fleet (qd_window_get_session (window));
}

static QdHub *
get_hub (QdWindow *window)
{
  return qd_session_get_hub (qd_window_get_session (window));
}

/* --- A tenant ------------------------------------------------------------------------------------------------------ */

void
qd_shots_tenant_begin (QdWindow *window, int subpage)
{
  g_set_weak_pointer (&shown, window);
  shown_subpage = subpage;
}

gboolean
qd_shots_tenant_step (void)
{
  QdEntity *tenant = shown != NULL ? qd_entity_list_peek (qd_fleet_get_list (get_fleet (shown), QD_KIND_TENANT), 0) : NULL;
  GtkWidget *sections = NULL;

  if (tenant == NULL || !qd_window_open_entity (shown, tenant))
    return FALSE;
  sections = qd_shots_find (GTK_WIDGET (qd_window_get_page (shown)), QD_TYPE_DETAIL_SECTIONS);
  if (shown_subpage < 0)
    {
      qd_detail_pane_go_back (QD_DETAIL_PANE (qd_shots_find (GTK_WIDGET (qd_window_get_page (shown)), QD_TYPE_DETAIL_PANE)));
      return gtk_widget_get_mapped (sections);
    }
  qd_detail_sections_open (QD_DETAIL_SECTIONS (sections), (guint) shown_subpage);
  return gtk_widget_get_mapped (gtk_widget_get_ancestor (sections, ADW_TYPE_NAVIGATION_VIEW));
}

/* --- What is asked before ------------------------------------------------------------------------------------------- */

void
qd_shots_many_begin (QdWindow *window)
{
  QdEntityList *list = qd_fleet_get_list (get_fleet (window), QD_KIND_TENANT);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  qd_window_show_page (window, "tenants");
  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    g_ptr_array_add (all, qd_entity_list_peek (list, i));
  if (all->len > 0)
    qd_tenant_action_run (qd_window_get_session (window), window, all, "tenant.suspend");
}

void
qd_shots_production_begin (QdWindow *window)
{
  QdEntity *tenant = qd_entity_list_peek (qd_fleet_get_list (get_fleet (window), QD_KIND_TENANT), 0);
  g_autoptr (JsonObject) args = json_object_new ();

  qd_window_show_page (window, "tenants");
  if (tenant == NULL)
    return;
  adw_dialog_present (qd_confirm_dialog_new (&(QdConfirmation) { .title = _("Archive tenant"), .where = _("Production"), .target = tenant,
                                                                 .verb = "tenant.archive", .args = args, .fleet = get_fleet (window),
                                                                 .type_name = qd_entity_get_name (tenant) }),
                      GTK_WIDGET (window));
}

/* --- A job that was left -------------------------------------------------------------------------------------------- */

static char *
find_nats (QdWindow *window)
{
  QdEntityList *list = qd_fleet_get_list (get_fleet (window), QD_KIND_CONNECTION);
  char *nats = NULL;

  for (guint i = 0; nats == NULL && i < qd_entity_list_get_length (list); i++)
    nats = qd_placement_find_connection (get_hub (window), qd_entity_get_id (qd_entity_list_peek (list, i)));
  return nats;
}

/* Nothing is written: it is only told of. */
static void
tell_left (QdWindow *window, const char *state)
{
  g_autofree char *nats = find_nats (window), *payload = NULL;
  g_autoptr (JsonObject) message = json_object_new ();
  g_autoptr (QdJobRecord) record = NULL;

  payload = g_strdup_printf (
    "{\"id\":\"" LEFT_JOB "\",\"kind\":\"tenant.migrate\",\"state\":\"%s\",\"progress\":0.5,\"created_by\":\"ada\",\"reason\":\"shard-1 is full\","
    "\"step\":\"place\",\"desk\":\"ada@harbour\",\"attempt\":1,\"started_at\":\"2026-01-12T09:30:00Z\",\"ended_at\":\"2026-01-12T09:31:00Z\","
    "\"plan\":{\"tenant\":\"tenant-acme\",\"kind\":\"runner\",\"from\":\"shard-1\",\"to\":\"shard-2\"},"
    "\"steps\":[{\"name\":\"drain\",\"state\":\"succeeded\"},{\"name\":\"settle\",\"state\":\"succeeded\"},{\"name\":\"place\",\"state\":\"running\"},"
    "{\"name\":\"reload\",\"state\":\"queued\"},{\"name\":\"warm-up\",\"state\":\"queued\"},{\"name\":\"verify\",\"state\":\"queued\"}]}", state);
  json_object_set_string_member (message, "subject", "jobs." LEFT_JOB);
  json_object_set_int_member (message, "seq", 1);
  json_object_set_string_member (message, "payload", payload);
  record = nats != NULL ? qd_job_record_from_message (message, NULL) : NULL;
  if (record != NULL)
    qd_job_stream_tell (get_hub (window), nats, record);
}

void
qd_shots_left_begin (QdWindow *window)
{
  qd_window_show_page (window, "jobs");
  tell_left (window, "waiting");
}

void
qd_shots_left_end (QdWindow *window)
{
  tell_left (window, "succeeded");
}

/* --- The freeze ------------------------------------------------------------------------------------------------------ */

static QdEntity *
find_control (QdWindow *window)
{
  QdEntityList *list = qd_fleet_get_list (get_fleet (window), QD_KIND_TENANT);
  QdEntity *tenant = qd_entity_list_peek (list, 0);
  const char *id = tenant != NULL ? qd_entity_get_connection (tenant) : NULL;

  return id != NULL ? qd_fleet_lookup (get_fleet (window), id, QD_KIND_CONNECTION, id) : NULL;
}

static void
set_freeze (QdWindow *window, gboolean frozen)
{
  QdEntity *control = find_control (window);
  g_autoptr (JsonObject) args = json_object_new ();

  if (control == NULL)
    return;
  json_object_set_boolean_member (args, "frozen", frozen);
  g_free (qd_hub_run (get_hub (window), qd_entity_get_id (control), "freeze.set", args, frozen ? _("Freeze all changes") : _("Lift the freeze"),
                      "stocktaking until noon", NULL, NULL, NULL));
}

void
qd_shots_freeze_begin (QdWindow *window)
{
  g_set_weak_pointer (&shown, window);
  qd_window_show_page (window, "placement");
  set_freeze (window, TRUE);
}

gboolean
qd_shots_freeze_step (void)
{
  QdEntity *control = shown != NULL ? find_control (shown) : NULL;

  return control != NULL && qd_entity_get_string (control, QD_CONNECTION_FREEZE) != NULL;
}

void
qd_shots_freeze_end (QdWindow *window)
{
  set_freeze (window, FALSE);
}

/* --- Who was quicker ---------------------------------------------------------------------------------------------------- */

void
qd_shots_clash_begin (QdWindow *window)
{
  static QdPlacementMergeRow rows[] = {
    { (char *) "tenant-acme", (char *) "shard-1", (char *) "shard-2", (char *) "shard-3", QD_PLACEMENT_MERGE_CONFLICT },
    { (char *) "tenant-globex", (char *) "shard-1", (char *) "shard-2", (char *) "shard-1", QD_PLACEMENT_MERGE_MINE },
    { (char *) "tenant-initech", (char *) "shard-2", (char *) "shard-2", (char *) "shard-1", QD_PLACEMENT_MERGE_THEIRS },
    { (char *) "tenant-umbrella", (char *) "shard-2", (char *) "shard-1", (char *) "shard-1", QD_PLACEMENT_MERGE_SAME },
  };
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  qd_window_show_page (window, "placement");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_ptr_array_add (all, &rows[i]);
  adw_dialog_present (qd_placement_clash_new (all), GTK_WIDGET (window));
}
