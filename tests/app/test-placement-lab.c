/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of placements on a real lab: a tenant is moved by the review, with somebody else quicker once, and its history says so. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "app-fixture.h"
#include "driver-fixture.h"
#include "qd-application.h"
#include "qd-capability.h"
#include "qd-placement-clash.h"
#include "qd-placement-history.h"
#include "qd-placement-page-private.h"
#include "qd-placement-review.h"
#include "qd-placement.h"
#include "qd-settings.h"

typedef struct {
  TestLab *lab;
  QdHub *hub;
  QdWindow *window;
  QdPlacementPage *page;
  QdPlacementBoard *board;
  GString *toasts;
} Fixture;

static void
toast_cb (QdSession *session, const char *text, const char *button, GClosure *closure, Fixture *self)
{
  g_string_append_printf (self->toasts, "%s\n", text);
}

static void
add_connection (Fixture *self, const char *driver, const char *id, const char *feeds)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (self->lab, driver, "admin");
  g_autoptr (GError) error = NULL;

  g_set_str (&endpoint->id, id);
  g_set_str (&endpoint->feeds, feeds);
  g_assert_true (qd_hub_add (self->hub, endpoint, FALSE, &error));
  g_assert_no_error (error);
}

/* All shards are ready, and somebody is placed. */
static gboolean
is_whole (Fixture *self)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);
  g_autofree char *why = NULL;
  guint known = 0;

  for (guint i = 0; i < roll->shards->len; i++)
    known += g_strcmp0 (((const QdRollShard *) roll->shards->pdata[i])->state_text, "ready") == 0;
  return roll->shards->len >= 2 && known == roll->shards->len && roll->tenants->len >= 2 && qd_placement_page_can_apply (self->page, &why);
}

static gboolean
set_up (Fixture *self)
{
  *self = (Fixture) { .lab = test_lab_new ("--sites 4 --paths 4 --flows 0 --rate 5 --shards 2") };
  if (self->lab == NULL)
    return FALSE;
  self->hub = qd_hub_new (NULL);
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  add_connection (self, "node-api", "harbour", NULL);
  add_connection (self, "nats", "harbour-nats", "harbour");
  self->toasts = g_string_new (NULL);
  self->window = qd_window_new (NULL, self->hub);
  g_signal_connect (qd_window_get_session (self->window), "toast", G_CALLBACK (toast_cb), self);
  gtk_window_present (GTK_WINDOW (self->window));
  g_assert_true (qd_window_show_page (self->window, "placement"));
  self->page = QD_PLACEMENT_PAGE (qd_window_get_page (self->window));
  self->board = qd_placement_page_get_board (self->page);
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (self->page->kinds), "runner");
  test_until (is_whole (self), 40);
  return TRUE;
}

static void
tear_down (Fixture *self)
{
  fixture_close (GTK_WINDOW (self->window));
  qd_hub_stop (self->hub);
  test_spin (50);
  g_object_unref (self->hub);
  g_string_free (self->toasts, TRUE);
  test_lab_free (self->lab);
}

static AdwDialog *
get_dialog (Fixture *self)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window));
}

static gboolean
has_dialog (Fixture *self, GType type)
{
  return get_dialog (self) != NULL && G_TYPE_CHECK_INSTANCE_TYPE (get_dialog (self), type);
}

static const QdRollTenant *
find_tenant_on (Fixture *self, const char *shard)
{
  GPtrArray *tenants = qd_placement_board_get_tenants (self->board, shard);

  g_assert_cmpuint (tenants->len, >, 0);
  return tenants->pdata[0];
}

/* Plans, reviews and confirms that @tenant goes to @shard. */
static void
confirm_move (Fixture *self, const char *tenant, const char *shard, gboolean migrate)
{
  const char *const one[] = { tenant, NULL };

  g_assert_true (qd_placement_board_move (self->board, one, shard));
  gtk_widget_activate_action (GTK_WIDGET (self->page), "placement.review", NULL);
  test_until (has_dialog (self, QD_TYPE_PLACEMENT_REVIEW), 10);
  g_assert_false (qd_placement_review_can_confirm (QD_PLACEMENT_REVIEW (get_dialog (self))));
  qd_placement_review_set_migrate (QD_PLACEMENT_REVIEW (get_dialog (self)), migrate);
  qd_placement_review_set_texts (QD_PLACEMENT_REVIEW (get_dialog (self)), "room is needed", NULL);
  g_assert_true (qd_placement_review_can_confirm (QD_PLACEMENT_REVIEW (get_dialog (self))));
}

static gboolean
is_on (Fixture *self, const char *tenant, const char *shard)
{
  const QdRollTenant *found = qd_placement_roll_get_tenant (qd_placement_board_get_roll (self->board), tenant);

  return found != NULL && g_strcmp0 (found->shard, shard) == 0 && qd_placement_board_get_n_moves (self->board) == 0;
}

static void
test_apply (void)
{
  g_autofree char *tenant = NULL;
  Fixture self;

  if (!set_up (&self))
    return;
  tenant = g_strdup (find_tenant_on (&self, "shard-1")->id);
  confirm_move (&self, tenant, "shard-2", FALSE);
  qd_placement_review_confirm (QD_PLACEMENT_REVIEW (get_dialog (&self)));
  test_until (is_on (&self, tenant, "shard-2"), 20);
  /* the history has both places */
  qd_placement_page_show_history (self.page, tenant);
  test_until (has_dialog (&self, QD_TYPE_PLACEMENT_HISTORY), 10);
  fixture_press (GTK_WIDGET (get_dialog (&self)), "Restore");
  g_assert_cmpstr (qd_placement_board_get_place (self.board, tenant), ==, "shard-1");
  tear_down (&self);
}

static void
edited_cb (GObject *hub, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (QdPlacementEdit) edit = qd_placement_edit_finish (QD_HUB (hub), result, &error);

  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

/* Somebody else, over what is there now. */
static void
be_quicker (Fixture *self, const char *tenant, const char *shard)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);
  g_autofree char *job = NULL;
  gboolean done = FALSE;

  g_ptr_array_add (changes, qd_placement_change_new (tenant, shard));
  job = qd_placement_edit_async (self->hub, "harbour-nats", self->page->map, changes, "quicker", NULL, edited_cb, &done);
  test_until (done, 20);
}

static void
test_lost_race (void)
{
  g_autofree char *tenant = NULL;
  Fixture self;

  if (!set_up (&self))
    return;
  tenant = g_strdup (find_tenant_on (&self, "shard-1")->id);
  confirm_move (&self, tenant, "shard-2", FALSE);
  be_quicker (&self, tenant, "shard-9");
  qd_placement_review_confirm (QD_PLACEMENT_REVIEW (get_dialog (&self)));
  test_until (has_dialog (&self, QD_TYPE_PLACEMENT_CLASH), 20);
  fixture_press (GTK_WIDGET (get_dialog (&self)), "Merge, Write _Mine");
  test_until (is_on (&self, tenant, "shard-2"), 20);
  tear_down (&self);
}

/* Drained, placed, warmed up and verified: the same end, by the engine of migrations. */
static void
test_migrate (void)
{
  g_autofree char *tenant = NULL;
  Fixture self;

  if (!set_up (&self))
    return;
  test_until (qd_placement_page_can_migrate (self.page), 20);
  tenant = g_strdup (find_tenant_on (&self, "shard-1")->id);
  confirm_move (&self, tenant, "shard-2", TRUE);
  qd_placement_review_confirm (QD_PLACEMENT_REVIEW (get_dialog (&self)));
  test_until (is_on (&self, tenant, "shard-2"), 60);
  test_until (strstr (self.toasts->str, "1 tenant has a new place") != NULL, 60);
  tear_down (&self);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  qd_app_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/io/github/quarterdeck/Quarterdeck/icons");
  g_test_add_func ("/placement-lab/apply", test_apply);
  g_test_add_func ("/placement-lab/lost-race", test_lost_race);
  g_test_add_func ("/placement-lab/migrate", test_migrate);
  return g_test_run ();
}
