/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of placements in the real window: what it says of a large fleet and how little it makes for it, a plan by the chooser and by
 * proposal, what it says with nobody there. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "app-fixture.h"
#include "placement-fixture.h"
#include "qd-application.h"
#include "qd-placement-card.h"
#include "qd-placement-chooser.h"
#include "qd-placement-page-private.h"
#include "qd-placement-review.h"
#include "qd-placement-row.h"
#include "qd-placement-side.h"
#include "qd-placement-versions.h"
#include "qd-settings.h"

#define SHARDS 50
#define TENANTS 1000

typedef struct {
  QdHub *hub;
  QdWindow *window;
  QdPlacementPage *page;
  QdPlacementBoard *board;
} Fixture;

static void
open_page (Fixture *self)
{
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  self->window = qd_window_new (NULL, self->hub);
  gtk_window_present (GTK_WINDOW (self->window));
  g_assert_true (qd_window_show_page (self->window, "placement"));
  fixture_settle (GTK_WIDGET (self->window));
  self->page = QD_PLACEMENT_PAGE (qd_window_get_page (self->window));
  self->board = qd_placement_page_get_board (self->page);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->hub = qd_hub_new (NULL);
  placement_fixture_connect (self->hub);
  placement_fixture_fill (self->hub, SHARDS, TENANTS);
  open_page (self);
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (self->page->kinds), "runner");
  fixture_settle (GTK_WIDGET (self->window));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  fixture_close (GTK_WINDOW (self->window));
  qd_hub_stop (self->hub);
  g_object_unref (self->hub);
}

static guint
count (GtkWidget *from, GType type)
{
  guint n = g_type_is_a (G_OBJECT_TYPE (from), type);

  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count (child, type);
  return n;
}

static void
do_action (Fixture *self, const char *action)
{
  gtk_widget_activate_action (GTK_WIDGET (self->page), action, NULL);
}

static gboolean
has_moves (gpointer data)
{
  return qd_placement_board_get_n_moves (((Fixture *) data)->board) > 0;
}

static gboolean
has_dialog (gpointer data)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (((Fixture *) data)->window)) != NULL;
}

static gboolean
has_no_dialog (gpointer data)
{
  return !has_dialog (data);
}

static AdwDialog *
get_dialog (Fixture *self)
{
  g_assert_true (fixture_wait (has_dialog, self));
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window));
}

static void
close_dialog (Fixture *self)
{
  adw_dialog_force_close (get_dialog (self));
  g_assert_true (fixture_wait (has_no_dialog, self));
}

/* --- What is seen ----------------------------------------------------------------------------------------- */

static gboolean
has_few_rows (gpointer data)
{
  return count (((Fixture *) data)->page->side, QD_TYPE_PLACEMENT_ROW) > 0;
}

static void
test_large (Fixture *self, gconstpointer data)
{
  const QdPlacementRoll *roll = qd_placement_board_get_roll (self->board);

  g_assert_cmpuint (roll->shards->len, ==, SHARDS);
  g_assert_cmpuint (roll->tenants->len, ==, TENANTS);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->page->shards)), ==, SHARDS);
  g_assert_cmpuint (qd_placement_board_count_now (self->board, "shard-1"), >=, TENANTS / 10);
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (self->page->sentence)), "1 of 50 shards"));
  /* a card a shard, and no widget a tenant */
  g_assert_cmpuint (count (GTK_WIDGET (self->page), QD_TYPE_PLACEMENT_CARD), <=, SHARDS + 30);
  g_assert_cmpuint (count (GTK_WIDGET (self->page), QD_TYPE_PLACEMENT_ROW), <, TENANTS / 4);
  /* nobody answers: where the window does not say so, the page does */
  g_assert_false (adw_banner_get_revealed (ADW_BANNER (self->page->problem)));
  qd_session_set_connection (qd_window_get_session (self->window), PLACEMENT_CONTROL);
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (self->page->problem)));
}

static void
test_search (Fixture *self, gconstpointer data)
{
  qd_placement_page_show_shard (self->page, "shard-1");
  g_assert_true (fixture_wait (has_few_rows, self));
  qd_placement_board_set_filter (self->board, "TENANT-0123");
  fixture_settle (GTK_WIDGET (self->window));
  qd_placement_side_select (QD_PLACEMENT_SIDE (self->page->side), "tenant-0123");
  {
    g_auto (GStrv) selected = qd_placement_side_dup_selected (QD_PLACEMENT_SIDE (self->page->side));

    g_assert_cmpuint (g_strv_length (selected), ==, 1);
    g_assert_cmpstr (selected[0], ==, "tenant-0123");
  }
  qd_placement_board_set_filter (self->board, "nobody is called that");
  fixture_settle (GTK_WIDGET (self->window));
  g_assert_cmpuint (count (self->page->side, QD_TYPE_PLACEMENT_ROW), ==, 0);
  qd_placement_board_set_filter (self->board, "");
}

static void
test_versions (Fixture *self, gconstpointer data)
{
  g_autofree char *text = NULL, *none = NULL;

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->page->versions_button), TRUE);
  fixture_settle (GTK_WIDGET (self->window));
  text = qd_placement_versions_dup_summary (QD_PLACEMENT_VERSIONS (self->page->versions), QD_PLACEMENT_RUNNER);
  none = qd_placement_versions_dup_summary (QD_PLACEMENT_VERSIONS (self->page->versions), QD_PLACEMENT_AGGREGATE);
  g_assert_cmpstr (text, ==, "Runner: 1.4.2 on 49 shards, 1.4.1 on 1 shard");
  g_assert_cmpstr (none, ==, "Aggregate: no version is known");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (GTK_STACK (self->page->stack)), ==, "versions");
}

/* --- The plan ------------------------------------------------------------------------------------------------ */

static void
test_choose (Fixture *self, gconstpointer data)
{
  const char *const tenants[] = { "tenant-0010", "tenant-0020", NULL };
  AdwDialog *dialog;
  GtkWidget *search;

  g_signal_emit_by_name (self->page->side, "move", tenants);
  dialog = get_dialog (self);
  g_assert_true (QD_IS_PLACEMENT_CHOOSER (dialog));
  search = adw_dialog_get_focus (dialog);
  gtk_editable_set_text (GTK_EDITABLE (search), "SHARD-7");
  g_signal_emit_by_name (search, "search-changed");
  g_signal_emit_by_name (search, "activate");
  g_assert_true (fixture_wait (has_no_dialog, self));
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==, 2);
  g_assert_cmpstr (qd_placement_board_get_place (self->board, "tenant-0010"), ==, "shard-7");
  do_action (self, "placement.undo");
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==, 0);
  do_action (self, "placement.redo");
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==, 2);
  /* another kind has a plan of its own, and this one waits */
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (self->page->kinds), "aggregate");
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==, 0);
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (self->page->kinds), "runner");
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==, 2);
  do_action (self, "placement.discard");
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==, 0);
}

static void
test_propose (Fixture *self, gconstpointer data)
{
  const QdPlacementRoll *roll;

  do_action (self, "placement.rebalance");
  g_assert_true (fixture_wait (has_moves, self));
  roll = qd_placement_board_get_roll (self->board);
  for (guint i = 0; i < roll->shards->len; i++)
    {
      const QdRollShard *shard = roll->shards->pdata[i];

      g_assert_cmpuint (qd_placement_board_count_then (self->board, shard->id), <=, shard->capacity);
    }
  /* as many as are too many on the one shard that is, and no more */
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==,
                    qd_placement_board_count_now (self->board, "shard-1") - (guint) qd_placement_roll_get_shard (roll, "shard-1")->capacity);
  do_action (self, "placement.review");
  g_assert_true (QD_IS_PLACEMENT_REVIEW (get_dialog (self)));
  /* with nobody there, nothing can be carried out, whatever is typed */
  qd_placement_review_set_texts (QD_PLACEMENT_REVIEW (get_dialog (self)), "room is needed", NULL);
  g_assert_false (qd_placement_review_can_confirm (QD_PLACEMENT_REVIEW (get_dialog (self))));
  close_dialog (self);
}

static void
test_narrow (Fixture *self, gconstpointer data)
{
  const char *const tenants[] = { "tenant-0010", NULL };
  int minimum;

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  gtk_window_set_default_size (GTK_WINDOW (self->window), 360, 640);
  qd_placement_board_move (self->board, tenants, "shard-3");
  fixture_settle (GTK_WIDGET (self->window));
  gtk_widget_measure (GTK_WIDGET (self->page), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  qd_placement_page_show_shard (self->page, "shard-3");
  g_assert_true (fixture_wait (has_few_rows, self));
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

/* --- With nothing ----------------------------------------------------------------------------------------------- */

static void
test_empty (void)
{
  Fixture self = { .hub = qd_hub_new (NULL) };

  open_page (&self);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (GTK_STACK (self.page->stack)), ==, "status");
  g_assert_cmpstr (adw_status_page_get_title (ADW_STATUS_PAGE (self.page->status)), ==, "No Placements");
  placement_fixture_connect (self.hub);
  fixture_settle (GTK_WIDGET (self.window));
  tear_down (&self, NULL);
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
  g_test_add ("/placement/large", Fixture, NULL, set_up, test_large, tear_down);
  g_test_add ("/placement/search", Fixture, NULL, set_up, test_search, tear_down);
  g_test_add ("/placement/versions", Fixture, NULL, set_up, test_versions, tear_down);
  g_test_add ("/placement/choose", Fixture, NULL, set_up, test_choose, tear_down);
  g_test_add ("/placement/propose", Fixture, NULL, set_up, test_propose, tear_down);
  g_test_add ("/placement/narrow", Fixture, NULL, set_up, test_narrow, tear_down);
  g_test_add_func ("/placement/empty", test_empty);
  return g_test_run ();
}
