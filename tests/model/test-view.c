/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "qd-fleet.h"
#include "qd-view.h"

#define CONNECTION "c1"
#define N_IDS 60

/* A view and a copy of it that is kept by its signals alone. */
typedef struct {
  QdFleet *fleet;
  QdView *view;
  GPtrArray *mirror;
  GRand *rand;
  guint field;
  gboolean descending;
} Fixture;

static void
items_changed_cb (GListModel *model, guint position, guint removed, guint added, Fixture *fixture)
{
  g_assert_cmpuint (position + removed, <=, fixture->mirror->len);
  if (removed > 0)
    g_ptr_array_remove_range (fixture->mirror, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (fixture->mirror, (int) (position + i), g_list_model_get_item (model, position + i));
  /* The model must be whole at each signal, not only after the last. */
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, fixture->mirror->len);
  for (guint i = 0; i < fixture->mirror->len; i++)
    g_assert_true (qd_view_peek (fixture->view, i) == fixture->mirror->pdata[i]);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->fleet = qd_fleet_new ();
  fixture->view = qd_view_new (qd_fleet_get_list (fixture->fleet, QD_KIND_NODE));
  fixture->mirror = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->rand = g_rand_new_with_seed (7);
  fixture->field = QD_FIELD_NAME;
  g_signal_connect (fixture->view, "items-changed", G_CALLBACK (items_changed_cb), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_unref (fixture->mirror);
  g_assert_finalize_object (fixture->view);
  g_assert_finalize_object (fixture->fleet);
  g_rand_free (fixture->rand);
}

static QdValue
random_name (GRand *rand)
{
  static const char *stems[] = { "site ", "Site ", "branch office number ", "é", "", "10.0.0.", "a very long common beginning " };
  g_autofree char *name = g_strdup_printf ("%s%d", stems[g_rand_int_range (rand, 0, G_N_ELEMENTS (stems))],
                                           g_rand_int_range (rand, 0, 120));

  return qd_value_string (name);
}

static void
set_random_fields (GRand *rand, QdDelta *delta)
{
  if (g_rand_int_range (rand, 0, 3) == 0)
    qd_delta_set (delta, QD_FIELD_NAME, random_name (rand));
  if (g_rand_boolean (rand))
    qd_delta_set (delta, QD_NODE_CPU_PCT, qd_value_double (g_rand_int_range (rand, -20, 20)));
  if (g_rand_int_range (rand, 0, 8) == 0)
    qd_delta_set (delta, QD_NODE_CPU_PCT, QD_NO_VALUE);
  if (g_rand_boolean (rand))
    qd_delta_set (delta, QD_NODE_CLIENTS, qd_value_int (g_rand_int_range (rand, -5, 5)));
  if (g_rand_boolean (rand))
    qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status ((QdStatus) g_rand_int_range (rand, 1, 6)));
}

static void
apply_random (Fixture *fixture, guint n, guint n_ids)
{
  qd_fleet_begin (fixture->fleet);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("n%d", g_rand_int_range (fixture->rand, 0, (int) n_ids));
      gboolean removes = g_rand_int_range (fixture->rand, 0, 6) == 0;
      g_autoptr (QdDelta) delta = qd_delta_new (CONNECTION, QD_KIND_NODE, id, removes ? QD_DELTA_REMOVE : QD_DELTA_PATCH);

      if (!removes)
        set_random_fields (fixture->rand, delta);
      qd_fleet_apply (fixture->fleet, delta);
    }
  qd_fleet_commit (fixture->fleet);
}

/* --- The slow and simple answer --- */

typedef struct { QdEntity *entity; guint arrival; } Plain;

static int
compare_plain (gconstpointer a, gconstpointer b, gpointer data)
{
  const Plain *x = a, *y = b;
  Fixture *fixture = data;
  const QdValue *v = qd_entity_get (x->entity, fixture->field), *w = qd_entity_get (y->entity, fixture->field);
  int order;

  if ((v->type == QD_VALUE_NONE) != (w->type == QD_VALUE_NONE))
    return v->type == QD_VALUE_NONE ? 1 : -1;
  order = qd_value_compare (v, w);
  if (order != 0)
    return fixture->descending ? -order : order;
  return (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

static void
check (Fixture *fixture)
{
  QdEntityList *list = qd_fleet_get_list (fixture->fleet, QD_KIND_NODE);
  g_autoptr (GArray) expected = g_array_new (FALSE, FALSE, sizeof (Plain));
  QdFilter *filter = qd_view_get_filter (fixture->view);

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      Plain plain = { qd_entity_list_peek (list, i), i };

      if (filter == NULL || qd_filter_match (filter, plain.entity))
        g_array_append_val (expected, plain);
    }
  g_array_sort_with_data (expected, compare_plain, fixture);
  g_assert_cmpuint (fixture->mirror->len, ==, expected->len);
  for (guint i = 0; i < expected->len; i++)
    {
      QdEntity *entity = g_array_index (expected, Plain, i).entity;

      g_assert_true (fixture->mirror->pdata[i] == entity);
      g_assert_cmpuint (qd_view_find (fixture->view, entity), ==, i);
    }
}

static void
change_sort (Fixture *fixture)
{
  static const guint fields[] = { QD_FIELD_NAME, QD_NODE_CPU_PCT, QD_NODE_CLIENTS, QD_FIELD_STATUS };

  fixture->field = fields[g_rand_int_range (fixture->rand, 0, G_N_ELEMENTS (fields))];
  fixture->descending = g_rand_boolean (fixture->rand);
  qd_view_set_sort (fixture->view, fixture->field, fixture->descending);
}

static void
change_filter (Fixture *fixture)
{
  static const char *texts[] = { "", "s", "si", "site", "site 1", "-site", "cpu_pct>0", "status:down", "cpu_pct<5 o", "é" };
  g_autoptr (QdFilter) filter = NULL;

  if (g_rand_int_range (fixture->rand, 0, 6) > 0)
    filter = qd_filter_new (texts[g_rand_int_range (fixture->rand, 0, G_N_ELEMENTS (texts))], NULL,
                            g_rand_int_range (fixture->rand, 0, 4) == 0 ? 1u << QD_STATUS_DOWN | 1u << QD_STATUS_WELL : 0);
  qd_view_set_filter (fixture->view, filter);
}

static void
test_random (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < 20000; round++)
    {
      switch (g_rand_int_range (fixture->rand, 0, 8))
        {
        case 0:
          change_sort (fixture);
          break;
        case 1:
          change_filter (fixture);
          break;
        default:
          apply_random (fixture, (guint) g_rand_int_range (fixture->rand, 1, round % 50 == 0 ? 300 : 8), N_IDS);
        }
      check (fixture);
    }
}

static void
test_random_large (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < 12; round++)
    {
      apply_random (fixture, 6000, 8000);
      check (fixture);
      change_sort (fixture);
      change_filter (fixture);
      check (fixture);
    }
}

/* Held, nothing that is there moves or goes, unless it is gone for good. */
static void
test_hold (Fixture *fixture, gconstpointer data)
{
  apply_random (fixture, 200, N_IDS);
  for (guint round = 0; round < 400; round++)
    {
      g_autoptr (GPtrArray) before = g_ptr_array_copy (fixture->mirror, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
      guint next = 0;

      g_ptr_array_set_free_func (before, g_object_unref);
      if (round % 5 == 0)
        {
          change_sort (fixture);
          change_filter (fixture);
          qd_view_set_hold (fixture->view, FALSE);
          check (fixture);
          continue;
        }
      qd_view_set_hold (fixture->view, TRUE);
      apply_random (fixture, 5, N_IDS + round % 7);
      /* What is in both is in the same order in both. */
      for (guint i = 0; i < before->len; i++)
        {
          guint at;

          if (!g_ptr_array_find (fixture->mirror, before->pdata[i], &at))
            continue;
          g_assert_cmpuint (at, >=, next);
          next = at + 1;
        }
      if (round % 3 == 0)
        {
          qd_view_set_hold (fixture->view, FALSE);
          check (fixture);
        }
    }
  qd_view_set_hold (fixture->view, FALSE);
  check (fixture);
}

/* Another filter is another list: in it all is where it belongs, what waited as well. */
static void
test_hold_filter (Fixture *fixture, gconstpointer data)
{
  apply_random (fixture, 3000, 8000);
  qd_view_set_hold (fixture->view, TRUE);
  for (guint round = 0; round < 500; round++)
    {
      static const guint changes[] = { 1, 3, 20, 300, 3000 };
      QdFilter *before;

      if (round % 7 == 0)
        change_sort (fixture);
      apply_random (fixture, changes[round % G_N_ELEMENTS (changes)], 8000);
      before = qd_view_get_filter (fixture->view);
      do
        change_filter (fixture);
      while (qd_view_get_filter (fixture->view) == before);
      check (fixture);
    }
}

static void
count_cb (QdView *view, GPtrArray *items, guint *n)
{
  *n += items->len;
}

/* A row that changes and stays is told as updated, and as nothing else. */
static void
test_updated_in_place (Fixture *fixture, gconstpointer data)
{
  guint n = 0;

  apply_random (fixture, 200, N_IDS);
  g_signal_connect (fixture->view, "items-updated", G_CALLBACK (count_cb), &n);
  g_autoptr (QdDelta) delta = qd_delta_new (CONNECTION, QD_KIND_NODE, qd_entity_get_id (qd_view_peek (fixture->view, 3)),
                                            QD_DELTA_UPDATE);
  qd_delta_set (delta, QD_NODE_UPTIME_S, qd_value_double (1234));
  guint handler = (guint) g_signal_handlers_block_by_func (fixture->view, items_changed_cb, fixture);
  g_assert_cmpuint (handler, ==, 1);
  qd_fleet_begin (fixture->fleet);
  qd_fleet_apply (fixture->fleet, delta);
  qd_fleet_commit (fixture->fleet);
  g_signal_handlers_unblock_by_func (fixture->view, items_changed_cb, fixture);
  g_assert_cmpuint (n, ==, 1);
  check (fixture);
}

static void
test_narrows (void)
{
  static const struct { const char *narrow, *wide; gboolean narrows; } cases[] = {
    { "abc", "ab", TRUE }, { "ab", "abc", FALSE }, { "ab cd", "cd", TRUE }, { "-a", "-ab", TRUE }, { "-ab", "-a", FALSE },
    { "cpu_pct:72", "cpu_pct:7", FALSE }, { "cpu_pct>5", "cpu_pct>5", TRUE }, { "anything", "", TRUE }, { "", "a", FALSE },
    { "status:", "status", FALSE }, { "10.0.0.1:51820", "10.0.0.1:5", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (QdFilter) narrow = qd_filter_new (cases[i].narrow, NULL, 0);
      g_autoptr (QdFilter) wide = qd_filter_new (cases[i].wide, NULL, 0);

      g_test_message ("%s within %s", cases[i].narrow, cases[i].wide);
      g_assert_cmpint (qd_filter_narrows (narrow, wide), ==, cases[i].narrows);
    }
  g_autoptr (QdFilter) here = qd_filter_new (NULL, "a", 1u << QD_STATUS_DOWN), there = qd_filter_new (NULL, "b", 0),
                       all = qd_filter_new (NULL, NULL, 0);
  g_assert_true (qd_filter_narrows (here, all));
  g_assert_false (qd_filter_narrows (here, there));
  g_assert_false (qd_filter_narrows (all, here));
}

/* What is on paper is among what is real only where it is asked for. */
static void
test_paper (void)
{
  const char *paper = g_intern_static_string ("paper:1");
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (QdView) view = qd_view_new (qd_fleet_get_list (fleet, QD_KIND_NODE));
  g_autoptr (QdFilter) here = qd_filter_new (NULL, paper, 0), all = qd_filter_new ("", NULL, 0), real = qd_filter_new (NULL, CONNECTION, 0);
  g_autoptr (QdFilter) anywhere = qd_filter_new (NULL, QD_FILTER_ANYWHERE, 0);
  guint counts[QD_STATUS_DOWN + 1];

  qd_fleet_begin (fleet);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *id = g_strdup_printf ("n%u", i);
      g_autoptr (QdDelta) delta = qd_delta_new (i < 2 ? CONNECTION : paper, QD_KIND_NODE, id, QD_DELTA_UPSERT);

      qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_DOWN));
      qd_fleet_apply (fleet, delta);
    }
  qd_fleet_commit (fleet);
  g_assert_cmpuint (qd_view_get_length (view), ==, 2);
  qd_view_set_filter (view, here);
  g_assert_cmpuint (qd_view_get_length (view), ==, 3);
  qd_view_set_filter (view, NULL);
  qd_view_set_filter (view, anywhere);
  g_assert_cmpuint (qd_view_get_length (view), ==, 5);
  qd_view_set_filter (view, all);
  g_assert_cmpuint (qd_view_get_length (view), ==, 2);
  /* From all to paper is no narrower: rows that were not there come. */
  qd_view_set_filter (view, here);
  g_assert_cmpuint (qd_view_get_length (view), ==, 3);
  qd_view_set_filter (view, real);
  g_assert_cmpuint (qd_view_get_length (view), ==, 2);
  qd_view_set_filter (view, anywhere);
  g_assert_cmpuint (qd_view_get_length (view), ==, 5);
  qd_view_set_filter (view, NULL);
  g_assert_cmpuint (qd_view_get_length (view), ==, 2);
  qd_fleet_count_status (fleet, QD_KIND_NODE, NULL, counts);
  g_assert_cmpuint (counts[QD_STATUS_DOWN], ==, 2);
  qd_fleet_count_status (fleet, QD_KIND_NODE, paper, counts);
  g_assert_cmpuint (counts[QD_STATUS_DOWN], ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/model/view/random", Fixture, NULL, set_up, test_random, tear_down);
  g_test_add ("/model/view/random-large", Fixture, NULL, set_up, test_random_large, tear_down);
  g_test_add ("/model/view/hold", Fixture, NULL, set_up, test_hold, tear_down);
  g_test_add ("/model/view/hold-filter", Fixture, NULL, set_up, test_hold_filter, tear_down);
  g_test_add ("/model/view/updated-in-place", Fixture, NULL, set_up, test_updated_in_place, tear_down);
  g_test_add_func ("/model/filter/narrows", test_narrows);
  g_test_add_func ("/model/view/paper", test_paper);
  return g_test_run ();
}
