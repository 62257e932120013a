/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of placements on a real lab: a tenant is moved by the review, with somebody else quicker once, and its history says so. */
#include "config.h"

#include <string.h>

#include "placement-lab-fixture.h"
#include "qd-placement-clash.h"
#include "qd-placement-history.h"
#include "qd-placement.h"

typedef PlacementLab Fixture;

static void
plan_move (Fixture *self, const char *tenant, const char *shard)
{
  const char *const one[] = { tenant, NULL };

  g_assert_true (qd_placement_board_move (self->board, one, shard));
}

/* Waits until that many revisions have been read. */
static QdPlacementHistory *
open_history (Fixture *self, const char *tenant, guint n)
{
  QdPlacementHistory *history;

  qd_placement_page_show_history (self->page, tenant);
  test_until (placement_lab_has_dialog (self, QD_TYPE_PLACEMENT_HISTORY), 10);
  history = QD_PLACEMENT_HISTORY (placement_lab_get_dialog (self));
  test_until (qd_placement_history_get_revisions (history) != NULL, 10);
  g_assert_cmpuint (qd_placement_history_get_revisions (history)->len, >=, n);
  return history;
}

/* The history has both places, who wrote the last and why; any two are compared, and one is put back. */
static void
check_history (Fixture *self, const char *tenant, const char *whose)
{
  QdPlacementHistory *history = open_history (self, tenant, 1);
  const QdPlacementRevision *last = g_ptr_array_index (qd_placement_history_get_revisions (history), qd_placement_history_get_revisions (history)->len - 1);

  g_assert_nonnull (last->who);
  g_assert_cmpstr (last->why, ==, "room is needed");
  g_assert_cmpstr (qd_placement_map_get_shard (last->map, tenant), ==, "shard-2");
  fixture_press (GTK_WIDGET (history), "Restore");
  g_assert_cmpstr (qd_placement_board_get_place (self->board, tenant), ==, "shard-1");
  test_until (placement_lab_get_dialog (self) == NULL, 10);
  gtk_widget_activate_action (GTK_WIDGET (self->page), "placement.discard", NULL);
  history = open_history (self, whose, 2);
  qd_placement_history_compare (history, 0, qd_placement_history_get_revisions (history)->len - 1);
  test_until (fixture_find (GTK_WIDGET (history), ADW_TYPE_ACTION_ROW, tenant) != NULL, 10);
  qd_placement_history_compare (history, 0, 0);
  test_until (fixture_find (GTK_WIDGET (history), ADW_TYPE_ACTION_ROW, "They place everybody alike") != NULL, 10);
  fixture_press (GTK_WIDGET (history), "Restore…");
  placement_lab_give_reason (self, "it was better before");
  test_until (placement_lab_is_on (self, tenant, "shard-1"), 20);
  test_until (strstr (self->toasts->str, "was put back") != NULL, 20);
}

static void
test_apply (void)
{
  static const char *const kinds[] = { "runner", "aggregate" };
  Fixture self;

  if (!placement_lab_set_up (&self, "admin", "runner"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *tenant = NULL;
      gboolean object;

      placement_lab_show_kind (&self, kinds[i]);
      object = qd_placement_map_get_encoding (self.page->map) == QD_PLACEMENT_OBJECT;
      g_test_message ("%s has %s", kinds[i], object ? "a map under one key" : "a key for each tenant");
      tenant = g_strdup (placement_lab_find_on (&self, "shard-1")->id);
      plan_move (&self, tenant, "shard-2");
      qd_placement_review_confirm (placement_lab_review (&self, FALSE));
      test_until (placement_lab_is_on (&self, tenant, "shard-2"), 20);
      g_string_truncate (self.toasts, 0);
      check_history (&self, tenant, object ? NULL : tenant);
    }
  placement_lab_tear_down (&self);
}

/* Somebody else is quicker with @other, which may be the same tenant. */
static void
lose (Fixture *self, const char *tenant, const char *other, const char *shard)
{
  QdPlacementReview *review;

  plan_move (self, tenant, "shard-2");
  review = placement_lab_review (self, FALSE);
  placement_lab_be_quicker (self, other, shard);
  qd_placement_review_confirm (review);
}

/* In both encodings: base, mine and theirs are shown, and what is decided is written over theirs. */
static void
test_lost_race (void)
{
  static const char *const kinds[] = { "runner", "aggregate" };
  gboolean seen[2] = { FALSE, FALSE };
  Fixture self;

  if (!placement_lab_set_up (&self, "admin", "runner"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *tenant = NULL, *words = NULL;
      GtkWidget *row;

      placement_lab_show_kind (&self, kinds[i]);
      seen[qd_placement_map_get_encoding (self.page->map) == QD_PLACEMENT_OBJECT] = TRUE;
      tenant = g_strdup (placement_lab_find_on (&self, "shard-1")->id);
      lose (&self, tenant, tenant, "shard-9");
      test_until (placement_lab_has_dialog (&self, QD_TYPE_PLACEMENT_CLASH), 20);
      test_until ((row = fixture_find (GTK_WIDGET (placement_lab_get_dialog (&self)), ADW_TYPE_ACTION_ROW, tenant)) != NULL, 10);
      words = g_strdup (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)));
      g_assert_nonnull (strstr (words, "Before: shard-1 · Mine: shard-2 · Theirs: shard-9"));
      fixture_press (GTK_WIDGET (placement_lab_get_dialog (&self)), "Merge, Write _Mine");
      test_until (placement_lab_is_on (&self, tenant, "shard-2"), 20);
      /* and once theirs is kept */
      plan_move (&self, tenant, "shard-1");
      {
        QdPlacementReview *review = placement_lab_review (&self, FALSE);

        placement_lab_be_quicker (&self, tenant, "shard-8");
        qd_placement_review_confirm (review);
      }
      test_until (placement_lab_has_dialog (&self, QD_TYPE_PLACEMENT_CLASH), 20);
      fixture_press (GTK_WIDGET (placement_lab_get_dialog (&self)), "Merge, Keep _Theirs");
      test_until (placement_lab_is_on (&self, tenant, "shard-8"), 20);
    }
  g_assert_true (seen[0] && seen[1]);
  placement_lab_tear_down (&self);
}

/* What somebody else did to others in the same map stays: the merge writes over theirs. */
static void
test_merge (void)
{
  g_autofree char *tenant = NULL, *other = NULL;
  Fixture self;

  if (!placement_lab_set_up (&self, "admin", "runner"))
    return;
  for (QdPlacementKind kind = 0; kind < QD_N_PLACEMENT_KINDS; kind++)
    {
      placement_lab_show_kind (&self, qd_placement_kind_get_name (kind));
      if (qd_placement_map_get_encoding (self.page->map) == QD_PLACEMENT_OBJECT)
        break;
    }
  g_assert_cmpint (qd_placement_map_get_encoding (self.page->map), ==, QD_PLACEMENT_OBJECT);
  tenant = g_strdup (placement_lab_find_on (&self, "shard-1")->id);
  other = g_strdup (placement_lab_find_on (&self, "shard-2")->id);
  lose (&self, tenant, other, "shard-7");
  test_until (placement_lab_has_dialog (&self, QD_TYPE_PLACEMENT_CLASH), 20);
  fixture_press (GTK_WIDGET (placement_lab_get_dialog (&self)), "_Merge");
  test_until (placement_lab_is_on (&self, tenant, "shard-2") && placement_lab_is_on (&self, other, "shard-7"), 20);
  placement_lab_tear_down (&self);
}

/* Drained, placed, warmed up and verified: the same end, by the engine of migrations. */
static void
test_migrate (void)
{
  g_autofree char *tenant = NULL;
  Fixture self;

  if (!placement_lab_set_up (&self, "admin", "runner"))
    return;
  test_until (qd_placement_page_can_migrate (self.page), 20);
  tenant = g_strdup (placement_lab_find_on (&self, "shard-1")->id);
  plan_move (&self, tenant, "shard-2");
  qd_placement_review_confirm (placement_lab_review (&self, TRUE));
  test_until (placement_lab_is_on (&self, tenant, "shard-2"), 60);
  test_until (strstr (self.toasts->str, "1 tenant has a new place") != NULL, 60);
  placement_lab_tear_down (&self);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/placement-lab/apply", test_apply);
  g_test_add_func ("/placement-lab/lost-race", test_lost_race);
  g_test_add_func ("/placement-lab/merge", test_merge);
  g_test_add_func ("/placement-lab/migrate", test_migrate);
  return g_test_run ();
}
