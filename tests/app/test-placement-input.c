/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of placements under a real pointer and real keys: on a lab, where what is dragged moves in the end, and on a fleet that is full. */
#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>

#include "placement-fixture.h"
#include "placement-lab-fixture.h"
#include "qd-application.h"
#include "qd-placement-card.h"
#include "qd-placement-chooser.h"
#include "qd-placement-places.h"
#include "qd-placement-row.h"
#include "qd-placement-side.h"
#include "qd-settings.h"

typedef PlacementLab Fixture;

/* --- Events ------------------------------------------------------------------------------------------------------ */

static Display *
get_display (void)
{
  static Display *display;

  if (display == NULL)
    display = XOpenDisplay (NULL);
  g_assert_nonnull (display);
  return display;
}

static void
press (KeySym key, KeySym modifier)
{
  Display *display = get_display ();

  if (modifier != 0)
    XTestFakeKeyEvent (display, XKeysymToKeycode (display, modifier), True, 0);
  XTestFakeKeyEvent (display, XKeysymToKeycode (display, key), True, 0);
  XTestFakeKeyEvent (display, XKeysymToKeycode (display, key), False, 0);
  if (modifier != 0)
    XTestFakeKeyEvent (display, XKeysymToKeycode (display, modifier), False, 0);
  XFlush (display);
}

static void
button (gboolean down)
{
  XTestFakeButtonEvent (get_display (), 1, down, 0);
  XFlush (get_display ());
}

/* A little beside where it was the last time, so that it is a motion. The window is where the screen begins. */
static void
point_at (Fixture *self, GtkWidget *widget, double x, double y)
{
  static guint n;
  graphene_point_t there;
  double dx, dy;

  g_assert_true (gtk_widget_compute_point (widget, GTK_WIDGET (self->window), &GRAPHENE_POINT_INIT ((float) x, (float) y), &there));
  gtk_native_get_surface_transform (GTK_NATIVE (self->window), &dx, &dy);
  XTestFakeMotionEvent (get_display (), -1, (int) lrint (there.x + dx) + (int) (n++ % 3), (int) lrint (there.y + dy), 0);
  XFlush (get_display ());
}

/* --- Widgets -------------------------------------------------------------------------------------------------------- */

static GtkWidget *
find (GtkWidget *from, GType type, gboolean (*fits) (GtkWidget *widget, const char *name), const char *name)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (from), type) && gtk_widget_get_mapped (from) && (fits == NULL || fits (from, name)))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find (child, type, fits, name);
  return found;
}

static gboolean
is_card_of (GtkWidget *card, const char *shard)
{
  return g_strcmp0 (qd_placement_card_get_shard (QD_PLACEMENT_CARD (card)), shard) == 0;
}

static gboolean
is_row_of (GtkWidget *row, const char *tenant)
{
  return g_strcmp0 (qd_placement_row_get_tenant (QD_PLACEMENT_ROW (row)), tenant) == 0;
}

static GtkWidget *
find_card (Fixture *self, const char *shard)
{
  GtkWidget *card;

  test_until ((card = find (GTK_WIDGET (self->page), QD_TYPE_PLACEMENT_CARD, is_card_of, shard)) != NULL, 10);
  return card;
}

static GtkEventController *
find_controller (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (g_type_is_a (G_OBJECT_TYPE (controller), type))
        return controller;
    }
  g_assert_not_reached ();
}

/* --- Dragging --------------------------------------------------------------------------------------------------------- */

typedef struct {
  Fixture *self;
  GtkWidget *from, *to;
  double x, y;                 /* where on @from it is taken */
} Drag;

static gboolean
is_under_pointer (const Drag *drag)
{
  point_at (drag->self, drag->from, drag->x, drag->y);
  return (gtk_widget_get_state_flags (drag->from) & GTK_STATE_FLAG_PRELIGHT) != 0;
}

static gboolean
is_dragged (const Drag *drag)
{
  point_at (drag->self, drag->to, gtk_widget_get_width (drag->to) / 2., gtk_widget_get_height (drag->to) / 2.);
  return gtk_drag_source_get_drag (GTK_DRAG_SOURCE (find_controller (drag->from, GTK_TYPE_DRAG_SOURCE))) != NULL;
}

static gboolean
is_over (const Drag *drag)
{
  point_at (drag->self, drag->to, gtk_widget_get_width (drag->to) / 2., gtk_widget_get_height (drag->to) / 2.);
  return gtk_drop_target_get_current_drop (GTK_DROP_TARGET (find_controller (drag->to, GTK_TYPE_DROP_TARGET))) != NULL;
}

/* Takes it up and holds it over @to. */
static void
carry_by_pointer (const Drag *drag)
{
  test_until (is_under_pointer (drag), 20);
  button (TRUE);
  test_until (gtk_gesture_is_active (GTK_GESTURE (find_controller (drag->from, GTK_TYPE_DRAG_SOURCE))), 20);
  test_until (is_dragged (drag), 20);
  test_until (is_over (drag), 20);
}

static gboolean
is_put_down (const Drag *drag)
{
  return gtk_drag_source_get_drag (GTK_DRAG_SOURCE (find_controller (drag->from, GTK_TYPE_DRAG_SOURCE))) == NULL;
}

static void
let_go (const Drag *drag)
{
  button (FALSE);
  test_until (is_put_down (drag), 20);
  fixture_settle (GTK_WIDGET (drag->self->window));
}

/* The first square of @from's card. */
static Drag
from_square (Fixture *self, const char *from, const char *to)
{
  GtkWidget *places = find (find_card (self, from), QD_TYPE_PLACEMENT_PLACES, NULL, NULL);

  g_assert_nonnull (places);
  return (Drag) { self, places, find_card (self, to), 5, 5 };
}

/* --- On the lab --------------------------------------------------------------------------------------------------------- */

/* What is on the card is dragged to another: a plan begins, which the keyboard takes back and does again. */
static void
check_square (Fixture *self)
{
  const QdRollTenant *tenant = placement_lab_find_on (self, "shard-1");
  g_autofree char *id = g_strdup (tenant->id);
  Drag drag = from_square (self, "shard-1", "shard-2");

  carry_by_pointer (&drag);
  let_go (&drag);
  test_until (qd_placement_board_get_n_moves (self->board) == 1, 10);
  g_assert_cmpstr (qd_placement_board_get_place (self->board, id), ==, "shard-2");
  gtk_widget_grab_focus (self->page->grid);
  press (XK_z, XK_Control_L);
  test_until (qd_placement_board_get_n_moves (self->board) == 0, 10);
}

/* Where it is already, and nowhere: nothing is planned. */
static void
check_nothing (Fixture *self)
{
  Drag drag = from_square (self, "shard-1", "shard-1");

  carry_by_pointer (&drag);
  let_go (&drag);
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==, 0);
  /* beside the cards */
  drag = from_square (self, "shard-1", "shard-2");
  carry_by_pointer (&drag);
  point_at (self, self->page->sentence, 10, 5);
  test_until (gtk_drop_target_get_current_drop (GTK_DROP_TARGET (find_controller (drag.to, GTK_TYPE_DROP_TARGET))) == NULL, 20);
  let_go (&drag);
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==, 0);
}

/* Another kind has shards of the same names: a tenant that was taken up among runners does not come down among aggregates. */
static void
check_other_kind (Fixture *self)
{
  Drag drag = from_square (self, "shard-1", "shard-2");

  carry_by_pointer (&drag);
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (self->page->kinds), "aggregate");
  fixture_settle (GTK_WIDGET (self->window));
  drag.to = find_card (self, "shard-2");
  test_until (is_over (&drag), 20);
  let_go (&drag);
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==, 0);
  placement_lab_show_kind (self, "runner");
  g_assert_cmpuint (qd_placement_board_get_n_moves (self->board), ==, 0);
}

/* From the list of tenants, all of the selected; the plan is reviewed and carried out, and they move. */
static void
check_row (Fixture *self)
{
  const QdRollTenant *tenant = placement_lab_find_on (self, "shard-1");
  g_autofree char *id = g_strdup (tenant->id);
  Drag drag = { self, NULL, NULL, 60, 10 };

  qd_placement_page_show_shard (self->page, "shard-1");
  test_until ((drag.from = find (self->page->side, QD_TYPE_PLACEMENT_ROW, is_row_of, id)) != NULL, 10);
  drag.to = find_card (self, "shard-2");
  carry_by_pointer (&drag);
  let_go (&drag);
  test_until (qd_placement_board_get_n_moves (self->board) == 1, 10);
  qd_placement_review_confirm (placement_lab_review (self, FALSE));
  test_until (placement_lab_is_on (self, id, "shard-2"), 20);
}

static gboolean
is_chooser_there (Fixture *self)
{
  return placement_lab_has_dialog (self, QD_TYPE_PLACEMENT_CHOOSER);
}

/* Without a pointer: arrows over the cards, Enter, arrows over the tenants, m, the name of a shard, Enter; Delete takes it out of the plan. */
static void
check_keys (Fixture *self)
{
  const QdRollTenant *tenant = placement_lab_find_on (self, "shard-2");
  g_autofree char *id = g_strdup (tenant->id);

  adw_overlay_split_view_set_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (self->page->split), FALSE);
  gtk_grid_view_scroll_to (GTK_GRID_VIEW (self->page->grid), 0, GTK_LIST_SCROLL_FOCUS, NULL);
  gtk_widget_grab_focus (self->page->grid);
  press (XK_Right, 0);
  press (XK_Return, 0);
  test_until (adw_overlay_split_view_get_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (self->page->split)), 10);
  g_assert_cmpstr (qd_placement_side_get_shard (QD_PLACEMENT_SIDE (self->page->side)), ==, "shard-2");
  test_until (find (self->page->side, QD_TYPE_PLACEMENT_ROW, is_row_of, id) != NULL, 10);
  qd_placement_side_select (QD_PLACEMENT_SIDE (self->page->side), id);
  qd_placement_side_focus (QD_PLACEMENT_SIDE (self->page->side));
  press (XK_m, 0);
  test_until (is_chooser_there (self), 10);
  fixture_settle (GTK_WIDGET (self->window));
  for (const char *c = "shard-1"; *c != '\0'; c++)
    press (*c == '-' ? XK_minus : (KeySym) *c, 0);
  test_until (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (find (GTK_WIDGET (placement_lab_get_dialog (self)), GTK_TYPE_SEARCH_ENTRY, NULL, NULL))),
                         "shard-1") == 0, 10);
  press (XK_Return, 0);
  test_until (qd_placement_board_get_n_moves (self->board) == 1 && placement_lab_get_dialog (self) == NULL, 10);
  g_assert_cmpstr (qd_placement_board_get_place (self->board, id), ==, "shard-1");
  qd_placement_side_select (QD_PLACEMENT_SIDE (self->page->side), id);
  qd_placement_side_focus (QD_PLACEMENT_SIDE (self->page->side));
  press (XK_Delete, 0);
  test_until (qd_placement_board_get_n_moves (self->board) == 0, 10);
}

static void
test_lab (void)
{
  Fixture self;

  if (!placement_lab_set_up (&self, "admin", "runner"))
    return;
  fixture_settle (GTK_WIDGET (self.window));
  check_square (&self);
  check_nothing (&self);
  check_other_kind (&self);
  check_row (&self);
  check_keys (&self);
  placement_lab_tear_down (&self);
}

/* --- A full shard --------------------------------------------------------------------------------------------------------- */

/* What goes to a shard that is full is shown in the plan, and left out with the reason when it is carried out. */
static void
test_full (void)
{
  Fixture self = { .hub = qd_hub_new (NULL) };
  QdPlacementReview *review;
  Drag drag;

  placement_fixture_connect (self.hub);
  placement_fixture_shard (self.hub, "runner", 1, 4, "ready", "north", "1.0");
  placement_fixture_shard (self.hub, "runner", 2, 1, "ready", "north", "1.0");
  placement_fixture_tenant (self.hub, "first", NULL);
  placement_fixture_tenant (self.hub, "second", NULL);
  placement_fixture_entry (self.hub, "RUNNER_PLACEMENT", "first", "shard-1", 1);
  placement_fixture_entry (self.hub, "RUNNER_PLACEMENT", "second", "shard-2", 2);
  g_settings_set_boolean (qd_settings_get_default (), "configured", TRUE);
  self.window = qd_window_new (NULL, self.hub);
  gtk_window_present (GTK_WINDOW (self.window));
  g_assert_true (qd_window_show_page (self.window, "placement"));
  self.page = QD_PLACEMENT_PAGE (qd_window_get_page (self.window));
  self.board = qd_placement_page_get_board (self.page);
  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (self.page->kinds), "runner");
  fixture_settle (GTK_WIDGET (self.window));
  drag = from_square (&self, "shard-1", "shard-2");
  carry_by_pointer (&drag);
  let_go (&drag);
  test_until (qd_placement_board_get_n_moves (self.board) == 1, 10);
  gtk_widget_activate_action (GTK_WIDGET (self.page), "placement.review", NULL);
  test_until (placement_lab_has_dialog (&self, QD_TYPE_PLACEMENT_REVIEW), 10);
  review = QD_PLACEMENT_REVIEW (placement_lab_get_dialog (&self));
  qd_placement_review_set_texts (review, "room is needed", NULL);
  g_assert_false (qd_placement_review_can_confirm (review));
  {
    g_autoptr (GArray) moves = qd_placement_review_list_free_moves (self.board);
    GtkWidget *row;

    g_assert_cmpuint (moves->len, ==, 0);
    test_until ((row = fixture_find (GTK_WIDGET (review), ADW_TYPE_ACTION_ROW, "first: shard-1 → shard-2")) != NULL, 10);
    g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "shard-2 would have 2 tenants and has room for 1.");
  }
  adw_dialog_force_close (ADW_DIALOG (review));
  fixture_close (GTK_WINDOW (self.window));
  qd_hub_stop (self.hub);
  g_object_unref (self.hub);
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
  g_test_add_func ("/placement-input/full", test_full);
  g_test_add_func ("/placement-input/lab", test_lab);
  return g_test_run ();
}
