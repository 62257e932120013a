/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the page of placements asks of shards, of tenants on them and of all, on a real lab: with a reason, told and recorded; and what may not be
 * done is grey and says why. */
#include "config.h"

#include <string.h>

#include "placement-lab-fixture.h"
#include "qd-confirm-dialog.h"
#include "qd-json.h"
#include "qd-placement-side.h"
#include "qd-replay-dialog.h"
#include "qd-window-private.h"

typedef PlacementLab Fixture;

#define SHARD_MENU "What this shard can be asked"
#define TENANT_MENU "What can be done with the selected tenant"
#define PAGE_MENU "What all shards can be asked"

static void
do_with_shard (Fixture *self, const char *label)
{
  placement_lab_do (placement_lab_find_menu (self->page->side, SHARD_MENU), label);
}

static void
do_with_tenant (Fixture *self, const char *label)
{
  placement_lab_do (placement_lab_find_menu (self->page->side, TENANT_MENU), label);
}

/* Lists who is on @shard, and selects the first. (transfer full) */
static char *
select_first (Fixture *self, const char *shard)
{
  char *tenant;

  qd_placement_page_show_shard (self->page, shard);
  tenant = g_strdup (placement_lab_find_on (self, shard)->id);
  qd_placement_side_select (QD_PLACEMENT_SIDE (self->page->side), tenant);
  fixture_settle (GTK_WIDGET (self->window));
  return tenant;
}

static QdEntity *
find_shard (Fixture *self, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->hub), PLACEMENT_LAB_CONTROL, QD_KIND_SHARD, id);
}

static gboolean
is_shard (Fixture *self, const char *id, const char *state)
{
  return g_strcmp0 (qd_entity_get_string (find_shard (self, id), QD_FIELD_STATUS_TEXT), state) == 0;
}

/* What the shard says of the tenant. */
static gboolean
is_accepting (Fixture *self, const char *id, const char *tenant)
{
  g_autoptr (JsonNode) node = qd_json_parse (qd_entity_get_string (find_shard (self, id), QD_SHARD_TENANTS), -1, "tenants", NULL);
  JsonArray *items = json_node_get_array (node);

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);

      if (g_strcmp0 (qd_json_get_string (item, "id", NULL), tenant) == 0)
        return qd_json_get_bool (item, "accepting", TRUE);
    }
  g_error ("%s has no %s", id, tenant);
}

static gboolean
is_killed (Fixture *self, const char *tenant)
{
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (self->hub), PLACEMENT_LAB_CONTROL, QD_KIND_TENANT, tenant);
  double on;

  return qd_entity_get_double (entity, QD_TENANT_KILL_SWITCH, &on) && on != 0;
}

static void
wait_told (Fixture *self, const char *words)
{
  test_until (strstr (self->toasts->str, words) != NULL, 40);
  g_string_truncate (self->toasts, 0);
}

static gboolean
is_recorded (Fixture *self, const char *verb, const char *reason)
{
  g_autofree char *text = NULL, *what = g_strdup_printf ("\"%s\"", verb);

  return g_file_get_contents (self->journal, &text, NULL, NULL) && strstr (text, what) != NULL && strstr (text, reason) != NULL;
}

/* --- Shards and tenants ----------------------------------------------------------------------------------------- */

static void
check_shard (Fixture *self)
{
  qd_placement_page_show_shard (self->page, "shard-1");
  fixture_settle (GTK_WIDGET (self->window));
  do_with_shard (self, "Stop Taking Work…");
  placement_lab_give_reason (self, "its disk is looked at");
  wait_told (self, "Done: Stop taking work on runner.shard-1");
  test_until (is_shard (self, "runner.shard-1", "draining"), 20);
  test_until (is_recorded (self, "shard.drain", "its disk is looked at"), 20);
  test_until (is_shard (self, "runner.shard-1", "draining"), 20);
  do_with_shard (self, "Take Work Again");
  wait_told (self, "Done: Take work again on runner.shard-1");
  test_until (is_shard (self, "runner.shard-1", "ready"), 20);
  do_with_shard (self, "Reload Placement");
  wait_told (self, "Done: Reload the placement of runner.shard-1");
}

static void
check_tenant (Fixture *self)
{
  g_autofree char *tenant = select_first (self, "shard-1");

  /* what was taken back of the whole shard is told of each a moment later */
  test_until (is_accepting (self, "runner.shard-1", tenant), 20);
  do_with_tenant (self, "Stop Its Work Here…");
  placement_lab_give_reason (self, "it misbehaves");
  wait_told (self, "Done: Stop work of");
  test_until (!is_accepting (self, "runner.shard-1", tenant), 20);
  /* The shard as a whole does; a list that was asked for before it did may come late. */
  test_until (is_shard (self, "runner.shard-1", "ready"), 20);
  do_with_tenant (self, "Take Its Work Again");
  wait_told (self, "Done: Take work of");
  test_until (is_accepting (self, "runner.shard-1", tenant), 20);
  do_with_tenant (self, "Warm Up");
  wait_told (self, "Done: Warm up");
  do_with_tenant (self, "Turn Kill Switch On…");
  placement_lab_give_reason (self, "it floods the rest");
  test_until (is_killed (self, tenant), 20);
  test_until (is_recorded (self, "tenant.kill-switch", "it floods the rest"), 20);
  do_with_tenant (self, "Turn Kill Switch Off…");
  placement_lab_give_reason (self, "it was mended");
  test_until (!is_killed (self, tenant), 20);
}

static void
check_replay (Fixture *self)
{
  static const char *const modes[] = { "checkpoint_only", "checkpoint_and_dedupe", "full_reset" };
  g_autofree char *tenant = select_first (self, "shard-1");

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      QdReplayDialog *dialog;

      do_with_tenant (self, "Replay Workflow…");
      test_until (placement_lab_has_dialog (self, QD_TYPE_REPLAY_DIALOG), 10);
      dialog = QD_REPLAY_DIALOG (placement_lab_get_dialog (self));
      /* it is one of those that the shards name */
      test_until (fixture_find (GTK_WIDGET (dialog), ADW_TYPE_COMBO_ROW, "Workflow") != NULL, 10);
      qd_replay_dialog_choose (dialog, "fulfilment", modes[i]);
      qd_replay_dialog_confirm (dialog);
      placement_lab_give_reason (self, modes[i]);
      wait_told (self, "Done: Replay fulfilment of");
      test_until (is_recorded (self, "shard.replay", modes[i]), 20);
    }
}

/* Up to what is asked then. (transfer full) whose. */
static char *
begin_rebuild (Fixture *self)
{
  char *tenant;

  placement_lab_show_kind (self, "projection");
  tenant = select_first (self, "shard-1");
  do_with_tenant (self, "Rebuild Projection…");
  test_until (placement_lab_has_dialog (self, QD_TYPE_REPLAY_DIALOG), 10);
  qd_replay_dialog_choose (QD_REPLAY_DIALOG (placement_lab_get_dialog (self)), "balances", NULL);
  qd_replay_dialog_confirm (QD_REPLAY_DIALOG (placement_lab_get_dialog (self)));
  return tenant;
}

static void
check_rebuild (Fixture *self)
{
  g_autofree char *tenant = begin_rebuild (self);

  placement_lab_give_reason (self, "a figure is off");
  wait_told (self, "Done: Rebuild balances of");
  test_until (is_recorded (self, "shard.rebuild", "a figure is off"), 20);
}

static void
test_shards (void)
{
  Fixture self;

  if (!placement_lab_set_up (&self, "admin", "runner"))
    return;
  check_shard (&self);
  check_tenant (&self);
  check_replay (&self);
  check_rebuild (&self);
  placement_lab_tear_down (&self);
}

/* Everybody on a shard goes elsewhere, each by a job of its own. */
static void
test_empty (void)
{
  Fixture self;

  if (!placement_lab_set_up (&self, "admin", "runner"))
    return;
  test_until (qd_placement_page_can_migrate (self.page), 20);
  qd_placement_page_show_shard (self.page, "shard-1");
  fixture_settle (GTK_WIDGET (self.window));
  do_with_shard (&self, "Plan to Move Everybody Away");
  test_until (qd_placement_board_get_n_moves (self.board) > 0, 20);
  g_assert_cmpuint (qd_placement_board_count_then (self.board, "shard-1"), ==, 0);
  g_assert_cmpuint (qd_placement_board_count_now (self.board, "shard-1"), >, 0);
  qd_placement_review_confirm (placement_lab_review (&self, TRUE));
  test_until (qd_placement_board_count_now (self.board, "shard-1") == 0, 90);
  test_until (strstr (self.toasts->str, "new place") != NULL, 60);
  placement_lab_tear_down (&self);
}

/* --- The freeze ---------------------------------------------------------------------------------------------------- */

static void
check_grey (GtkWidget *menu, const char *label, const char *reason)
{
  GtkWidget *action = placement_lab_open (menu, label), *words = gtk_button_get_child (GTK_BUTTON (action));

  g_assert_false (gtk_widget_get_sensitive (action));
  if (strstr (gtk_label_get_text (GTK_LABEL (gtk_widget_get_last_child (words))), reason) == NULL)
    g_error ("“%s” does not say “%s” but “%s”", label, reason, gtk_label_get_text (GTK_LABEL (gtk_widget_get_last_child (words))));
}

static void
test_freeze (void)
{
  g_autofree char *why = NULL, *tenant = NULL;
  GtkWidget *menu;
  Fixture self;

  if (!placement_lab_set_up (&self, "admin", "runner"))
    return;
  menu = placement_lab_find_menu (self.page->end, PAGE_MENU);
  g_assert_false (adw_banner_get_revealed (self.window->freeze_banner));
  placement_lab_do (menu, "Freeze All Changes…");
  placement_lab_give_reason (&self, "stocktaking");
  /* who, when and why, on every page */
  test_until (adw_banner_get_revealed (self.window->freeze_banner), 20);
  g_assert_nonnull (strstr (adw_banner_get_title (self.window->freeze_banner), "All changes are frozen since"));
  g_assert_nonnull (strstr (adw_banner_get_title (self.window->freeze_banner), "by admin: stocktaking"));
  /* nothing is changed, by whatever way, and the reason is told */
  g_assert_false (qd_placement_page_can_apply (self.page, &why));
  g_assert_nonnull (strstr (why, "stocktaking"));
  g_assert_false (qd_placement_page_can_migrate (self.page));
  tenant = select_first (&self, "shard-1");
  check_grey (placement_lab_find_menu (self.page->side, SHARD_MENU), "Stop Taking Work…", "stocktaking");
  check_grey (placement_lab_find_menu (self.page->side, TENANT_MENU), "Replay Workflow…", "stocktaking");
  check_grey (placement_lab_find_menu (self.page->side, TENANT_MENU), "Turn Kill Switch On…", "stocktaking");
  g_signal_emit_by_name (self.window->freeze_banner, "button-clicked");
  placement_lab_give_reason (&self, "all is counted");
  test_until (!adw_banner_get_revealed (self.window->freeze_banner), 20);
  g_clear_pointer (&why, g_free);
  g_assert_true (qd_placement_page_can_apply (self.page, &why));
  test_until (is_recorded (&self, "freeze.set", "all is counted"), 20);
  placement_lab_tear_down (&self);
}

/* --- In production -------------------------------------------------------------------------------------------------- */

static const char *
name_of_connection (Fixture *self, const char *id)
{
  return qd_entity_get_name (qd_fleet_lookup (qd_hub_get_fleet (self->hub), id, QD_KIND_CONNECTION, id));
}

static const char *
name_of_tenant (Fixture *self, const char *id)
{
  return qd_entity_get_name (qd_fleet_lookup (qd_hub_get_fleet (self->hub), PLACEMENT_LAB_CONTROL, QD_KIND_TENANT, id));
}

/* What it is done to is typed, whatever is done. */
static void
check_typed (Fixture *self)
{
  g_autofree char *tenant = NULL;
  const char *name;

  qd_placement_page_show_shard (self->page, "shard-1");
  fixture_settle (GTK_WIDGET (self->window));
  do_with_shard (self, "Stop Taking Work…");
  placement_lab_give_name (self, "its disk is looked at", qd_entity_get_name (find_shard (self, "runner.shard-1")));
  wait_told (self, "Done: Stop taking work on runner.shard-1");
  test_until (is_shard (self, "runner.shard-1", "draining"), 20);
  do_with_shard (self, "Take Work Again");
  wait_told (self, "Done: Take work again on runner.shard-1");
  test_until (is_shard (self, "runner.shard-1", "ready"), 20);

  tenant = select_first (self, "shard-1");
  name = name_of_tenant (self, tenant);
  test_until (is_accepting (self, "runner.shard-1", tenant), 20);
  do_with_tenant (self, "Stop Its Work Here…");
  placement_lab_give_name (self, "it misbehaves", name);
  wait_told (self, "Done: Stop work of");
  do_with_tenant (self, "Turn Kill Switch On…");
  placement_lab_give_name (self, "it floods the rest", name);
  test_until (is_killed (self, tenant), 20);
  do_with_tenant (self, "Replay Workflow…");
  test_until (placement_lab_has_dialog (self, QD_TYPE_REPLAY_DIALOG), 10);
  qd_replay_dialog_choose (QD_REPLAY_DIALOG (placement_lab_get_dialog (self)), "fulfilment", "checkpoint_only");
  qd_replay_dialog_confirm (QD_REPLAY_DIALOG (placement_lab_get_dialog (self)));
  placement_lab_give_name (self, "an effect was lost", name);
  wait_told (self, "Done: Replay fulfilment of");
}

static void
check_typed_rebuild (Fixture *self)
{
  g_autofree char *tenant = begin_rebuild (self);

  placement_lab_give_name (self, "a figure is off", name_of_tenant (self, tenant));
  wait_told (self, "Done: Rebuild balances of");
}

static void
test_production (void)
{
  GtkWidget *menu;
  Fixture self;

  if (!placement_lab_set_up_prod (&self, "admin", "runner", "control nats"))
    return;
  check_typed (&self);
  check_typed_rebuild (&self);
  menu = placement_lab_find_menu (self.page->end, PAGE_MENU);
  placement_lab_do (menu, "Freeze All Changes…");
  placement_lab_give_name (&self, "stocktaking", name_of_connection (&self, PLACEMENT_LAB_CONTROL));
  test_until (adw_banner_get_revealed (self.window->freeze_banner), 20);
  placement_lab_do (menu, "Lift the Freeze…");
  placement_lab_give_name (&self, "all is counted", name_of_connection (&self, PLACEMENT_LAB_CONTROL));
  test_until (!adw_banner_get_revealed (self.window->freeze_banner), 20);

  /* Locked again, nothing is asked for before it is unlocked. */
  qd_hub_unlock (self.hub, PLACEMENT_LAB_CONTROL, 0);
  placement_lab_do (menu, "Freeze All Changes…");
  test_until (ADW_IS_ALERT_DIALOG (placement_lab_get_dialog (&self)), 10);
  g_assert_false (placement_lab_has_dialog (&self, QD_TYPE_CONFIRM_DIALOG));
  adw_dialog_force_close (placement_lab_get_dialog (&self));
  placement_lab_tear_down (&self);
}

/* A plan, as a rebalance makes one; whichever of the two connections is production. */
static void
check_plan (const char *prod)
{
  QdPlacementReview *review;
  g_autofree char *why = NULL;
  Fixture self;

  if (!placement_lab_set_up_prod (&self, "admin", "runner", prod))
    return;
  test_until (qd_placement_page_can_apply (self.page, &why), 20);
  qd_placement_page_propose (self.page, "shard-1");
  test_until (qd_placement_board_get_n_moves (self.board) > 0, 20);
  gtk_widget_activate_action (GTK_WIDGET (self.page), "placement.review", NULL);
  test_until (placement_lab_has_dialog (&self, QD_TYPE_PLACEMENT_REVIEW), 10);
  review = QD_PLACEMENT_REVIEW (placement_lab_get_dialog (&self));
  qd_placement_review_set_texts (review, "room is needed", "");
  g_assert_false (qd_placement_review_can_confirm (review));
  qd_placement_review_set_texts (review, "room is needed", "shard-1");
  g_assert_false (qd_placement_review_can_confirm (review));
  qd_placement_review_set_texts (review, "", name_of_connection (&self, PLACEMENT_LAB_NATS));
  g_assert_false (qd_placement_review_can_confirm (review));
  qd_placement_review_set_texts (review, "room is needed", name_of_connection (&self, PLACEMENT_LAB_NATS));
  g_assert_true (qd_placement_review_can_confirm (review));
  adw_dialog_force_close (ADW_DIALOG (review));
  test_until (placement_lab_get_dialog (&self) == NULL, 10);

  /* Locked, it is read, and not carried out. */
  qd_hub_unlock (self.hub, strstr (prod, "nats") ? PLACEMENT_LAB_NATS : PLACEMENT_LAB_CONTROL, 0);
  g_clear_pointer (&why, g_free);
  g_assert_false (qd_placement_page_can_apply (self.page, &why));
  g_assert_nonnull (strstr (why, "read-only"));
  placement_lab_tear_down (&self);
}

static void
test_production_plan (void)
{
  check_plan ("nats");
  check_plan ("control");
}

/* --- Who may not ------------------------------------------------------------------------------------------------------ */

static void
test_refused (void)
{
  g_autofree char *tenant = NULL, *why = NULL;
  Fixture self;

  if (!placement_lab_set_up (&self, "viewer", "runner"))
    return;
  tenant = select_first (&self, "shard-1");
  check_grey (placement_lab_find_menu (self.page->side, SHARD_MENU), "Stop Taking Work…", "scale.drain");
  check_grey (placement_lab_find_menu (self.page->side, SHARD_MENU), "Reload Placement", "scale.migrate");
  check_grey (placement_lab_find_menu (self.page->side, TENANT_MENU), "Replay Workflow…", "ops.drain");
  check_grey (placement_lab_find_menu (self.page->side, TENANT_MENU), "Turn Kill Switch On…", "configs.apply");
  check_grey (placement_lab_find_menu (self.page->end, PAGE_MENU), "Freeze All Changes…", "scale.apply");
  g_assert_false (qd_placement_page_can_apply (self.page, &why));
  placement_lab_tear_down (&self);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/placement-actions/shards", test_shards);
  g_test_add_func ("/placement-actions/empty", test_empty);
  g_test_add_func ("/placement-actions/freeze", test_freeze);
  g_test_add_func ("/placement-actions/production", test_production);
  g_test_add_func ("/placement-actions/production-plan", test_production_plan);
  g_test_add_func ("/placement-actions/refused", test_refused);
  return g_test_run ();
}
