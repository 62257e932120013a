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

/* --- What a change costs --------------------------------------------------------------------------------------- */

/* A card in sight, and how often it was asked to be drawn anew. */
typedef struct { GdkPaintable *paintable; const char *shard; guint n; } Watched;

static void
watched_clear (gpointer data)
{
  g_object_unref (((Watched *) data)->paintable);
}

static void
drawn_cb (guint *n)
{
  (*n)++;
}

static void
watch_cards (GtkWidget *from, GArray *watched)
{
  if (QD_IS_PLACEMENT_CARD (from) && gtk_widget_get_mapped (from))
    {
      Watched one = { gtk_widget_paintable_new (from), g_intern_string (qd_placement_card_get_shard (QD_PLACEMENT_CARD (from))), 0 };

      g_array_append_val (watched, one);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL; child = gtk_widget_get_next_sibling (child))
    watch_cards (child, watched);
}

static gboolean
is_shown (gpointer data)
{
  QdPlacementPage *page = ((Fixture *) data)->page;

  return !page->dirty && page->timer == 0;
}

/* As after a while in which nothing came: it is shown as soon as can be. */
static void
change (Fixture *self, QdKind kind, const char *id, guint field, QdValue value)
{
  self->page->shown_at = 0;
  placement_fixture_set (self->hub, kind, id, field, value);
}

/* What was changed is shown, and only the cards of @shards were drawn for it. */
static void
check_drawn (Fixture *self, GArray *watched, const char *const *shards)
{
  guint n = 0;

  g_assert_true (fixture_wait (is_shown, self));
  fixture_settle (GTK_WIDGET (self->window));
  for (guint i = 0; i < watched->len; i++)
    {
      Watched *one = &g_array_index (watched, Watched, i);
      gboolean expected = g_strv_contains (shards, one->shard);

      if ((one->n > 0) != expected)
        g_error ("%s was drawn %u times", one->shard, one->n);
      n += expected;
      one->n = 0;
    }
  g_assert_cmpuint (n, ==, g_strv_length ((char **) shards));
}

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, guint *n)
{
  (*n)++;
}

/* One tenant, or one shard's figures: each touches its own card, in however many steps it comes. */
static void
test_one_change (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) watched = g_array_new (FALSE, TRUE, sizeof (Watched));
  static const char *const none[] = { NULL };
  gint64 revision = TENANTS;
  guint rebuilt = 0;

  g_array_set_clear_func (watched, watched_clear);
  fixture_settle (GTK_WIDGET (self->window));
  g_assert_true (fixture_wait (is_shown, self));
  watch_cards (self->page->grid, watched);
  g_assert_cmpuint (watched->len, >, 4);
  for (guint i = 0; i < watched->len; i++)
    {
      Watched *one = &g_array_index (watched, Watched, i);

      g_signal_connect_swapped (one->paintable, "invalidate-contents", G_CALLBACK (drawn_cb), &one->n);
    }
  g_signal_connect (self->page->shards, "items-changed", G_CALLBACK (changed_cb), &rebuilt);
  for (guint i = 0; i < 6; i++)
    {
      const char *one = g_array_index (watched, Watched, (i * 7 + 1) % watched->len).shard;
      const char *other = g_array_index (watched, Watched, (i * 3 + 2) % watched->len).shard;
      /* as there is room for it, its square shows how it is */
      const QdRollTenant *first = qd_placement_board_get_tenants (self->board, one)->pdata[0];
      const char *shards[] = { one, NULL, NULL };
      g_autofree char *tenant = NULL, *shard = g_strdup_printf ("runner.%s", one);

      if (g_str_equal (one, other))
        continue;
      tenant = g_strdup (first->id);
      change (self, QD_KIND_TENANT, tenant, QD_FIELD_STATUS, qd_value_status (first->status == QD_STATUS_DOWN ? QD_STATUS_WELL : QD_STATUS_DOWN));
      check_drawn (self, watched, shards);
      /* what is not shown of it draws nothing; nor does the same again */
      change (self, QD_KIND_SHARD, shard, QD_SHARD_LAG, qd_value_int (1000 + i));
      check_drawn (self, watched, none);
      for (guint k = 1; k <= 3; k++)
        change (self, QD_KIND_SHARD, shard, QD_SHARD_LOAD, qd_value_double (20000.0 + 10 * i + k));
      check_drawn (self, watched, shards);
      change (self, QD_KIND_SHARD, shard, QD_SHARD_LOAD, qd_value_double (20000.25 + 10 * i + 3));
      check_drawn (self, watched, none);
      /* from one card to another */
      self->page->shown_at = 0;
      placement_fixture_entry (self->hub, "RUNNER_PLACEMENT", tenant, other, ++revision);
      shards[1] = other;
      check_drawn (self, watched, shards);
      g_assert_cmpstr (qd_placement_board_get_place (self->board, tenant), ==, other);
    }
  /* no card was bound anew */
  g_assert_cmpuint (rebuilt, ==, 0);
}

/* --- Pictures ----------------------------------------------------------------------------------------------------- */

/* What the card looks like in the frame that is shown. */
static char *
dup_look (GtkWidget *card)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, gtk_widget_get_width (card), gtk_widget_get_height (card));
  cairo_t *cr = cairo_create (image);
  graphene_point_t at;
  char *look;

  g_assert_true (gtk_widget_compute_point (card, gtk_widget_get_parent (card), &GRAPHENE_POINT_INIT (0, 0), &at));
  gtk_widget_snapshot_child (gtk_widget_get_parent (card), card, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  cairo_translate (cr, -at.x, -at.y);
  if (node != NULL)
    gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  cairo_surface_flush (image);
  look = g_compute_checksum_for_data (G_CHECKSUM_SHA256, cairo_image_surface_get_data (image),
                                      (gsize) (cairo_image_surface_get_stride (image) * cairo_image_surface_get_height (image)));
  cairo_surface_destroy (image);
  return look;
}

static GtkWidget *
find_card (GtkWidget *from, const char *shard)
{
  GtkWidget *found = NULL;

  if (QD_IS_PLACEMENT_CARD (from) && gtk_widget_get_mapped (from) && g_strcmp0 (qd_placement_card_get_shard (QD_PLACEMENT_CARD (from)), shard) == 0)
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_card (child, shard);
  return found;
}

/* It is shown as one that is drawn from nothing, and no longer as @before was, which is freed. */
static char *
check_look (Fixture *self, const char *shard, char *before)
{
  GtkWidget *card;
  g_autofree char *drawn = NULL;
  char *shown;

  g_assert_true (fixture_wait (is_shown, self));
  fixture_settle (GTK_WIDGET (self->window));
  card = find_card (self->page->grid, shard);
  g_assert_nonnull (card);
  shown = dup_look (card);
  gtk_widget_queue_draw (card);
  fixture_settle (GTK_WIDGET (self->window));
  drawn = dup_look (card);
  g_assert_cmpstr (shown, ==, drawn);
  g_assert_cmpstr (shown, !=, before);
  g_free (before);
  return shown;
}

static void
scroll_to (Fixture *self, gboolean end)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->page->grid));

  gtk_adjustment_set_value (adjustment, end ? gtk_adjustment_get_upper (adjustment) : 0);
  fixture_settle (GTK_WIDGET (self->window));
}

static void
go_away_and_back (Fixture *self)
{
  scroll_to (self, TRUE);
  g_assert_null (find_card (self->page->grid, "shard-2"));
  scroll_to (self, FALSE);
}

/* A card that comes into sight again is not drawn anew, so what has changed meanwhile, and what changes from then on, has to be seen all the same. */
static void
test_pictures (Fixture *self, gconstpointer data)
{
  const char *const tenants[] = { "tenant-0003", NULL };
  AdwStyleManager *manager = adw_style_manager_get_default ();
  g_autofree char *first = NULL, *same = NULL, *look = NULL;

  fixture_settle (GTK_WIDGET (self->window));
  first = check_look (self, "shard-2", NULL);
  go_away_and_back (self);
  same = check_look (self, "shard-2", NULL);
  g_assert_cmpstr (first, ==, same);
  /* in sight again */
  go_away_and_back (self);
  change (self, QD_KIND_SHARD, "runner.shard-2", QD_SHARD_LOAD, qd_value_double (777));
  look = check_look (self, "shard-2", g_steal_pointer (&same));
  go_away_and_back (self);
  qd_placement_board_move (self->board, tenants, "shard-2");
  look = check_look (self, "shard-2", g_steal_pointer (&look));
  go_away_and_back (self);
  qd_placement_board_set_filter (self->board, "nobody is called that");
  look = check_look (self, "shard-2", g_steal_pointer (&look));
  go_away_and_back (self);
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_FORCE_DARK);
  look = check_look (self, "shard-2", g_steal_pointer (&look));
  go_away_and_back (self);
  gtk_widget_set_state_flags (find_card (self->page->grid, "shard-2"), GTK_STATE_FLAG_DROP_ACTIVE, FALSE);
  look = check_look (self, "shard-2", g_steal_pointer (&look));
  gtk_widget_unset_state_flags (find_card (self->page->grid, "shard-2"), GTK_STATE_FLAG_DROP_ACTIVE);
  /* out of sight */
  scroll_to (self, TRUE);
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_FORCE_LIGHT);
  scroll_to (self, FALSE);
  look = check_look (self, "shard-2", g_steal_pointer (&look));
  scroll_to (self, TRUE);
  qd_placement_board_set_filter (self->board, "");
  qd_placement_board_undo (self->board);
  change (self, QD_KIND_SHARD, "runner.shard-2", QD_SHARD_LOAD, qd_value_double (21));
  g_assert_true (fixture_wait (is_shown, self));
  scroll_to (self, FALSE);
  look = check_look (self, "shard-2", g_steal_pointer (&look));
  /* all of it is as it was in the beginning */
  g_assert_cmpstr (look, ==, first);
  adw_style_manager_set_color_scheme (manager, ADW_COLOR_SCHEME_DEFAULT);
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
  g_test_add ("/placement/one-change", Fixture, NULL, set_up, test_one_change, tear_down);
  g_test_add ("/placement/pictures", Fixture, NULL, set_up, test_pictures, tear_down);
  g_test_add ("/placement/choose", Fixture, NULL, set_up, test_choose, tear_down);
  g_test_add ("/placement/propose", Fixture, NULL, set_up, test_propose, tear_down);
  g_test_add ("/placement/narrow", Fixture, NULL, set_up, test_narrow, tear_down);
  g_test_add_func ("/placement/empty", test_empty);
  return g_test_run ();
}
