/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is listed of jobs: a server's job that one of ours stands for is not, whatever came first and
 * whatever goes; ours are listed with the connection that they act on; counts agree with lists. */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include "qd-fleet.h"
#include "qd-view.h"

#define N_IDS 12
#define N_PLACES 3   /* two servers, and the third that is ours */
#define OURS 2

static const char *const places[N_PLACES] = { "c1", "c2", "local" };

/* What the test itself holds to be true of one job. */
typedef struct { gboolean is_there; int acts_on, stands_for; } Truth;

typedef struct {
  QdFleet *fleet;
  QdView *views[N_PLACES];   /* of all, and of each server */
  GPtrArray *mirrors[N_PLACES];
  GRand *rand;
  Truth truth[N_PLACES][N_IDS];
} Fixture;

static void
mirror_cb (GListModel *model, guint position, guint removed, guint added, GPtrArray *mirror)
{
  g_assert_cmpuint (position + removed, <=, mirror->len);
  if (removed > 0)
    g_ptr_array_remove_range (mirror, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (mirror, (int) (position + i), g_list_model_get_item (model, position + i));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->fleet = qd_fleet_new ();
  fixture->rand = g_rand_new_with_seed (11);
  for (guint i = 0; i < N_PLACES; i++)
    {
      g_autoptr (QdFilter) filter = i > 0 ? qd_filter_new (NULL, places[i - 1], 0) : NULL;

      fixture->mirrors[i] = g_ptr_array_new_with_free_func (g_object_unref);
      fixture->views[i] = qd_view_new (qd_fleet_get_list (fixture->fleet, QD_KIND_JOB));
      qd_view_set_filter (fixture->views[i], filter);
      g_signal_connect (fixture->views[i], "items-changed", G_CALLBACK (mirror_cb), fixture->mirrors[i]);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < N_PLACES; i++)
    {
      g_ptr_array_unref (fixture->mirrors[i]);
      g_assert_finalize_object (fixture->views[i]);
    }
  g_assert_finalize_object (fixture->fleet);
  g_rand_free (fixture->rand);
}

/* --- The slow and simple answer --- */

static gboolean
is_stood_for (Fixture *fixture, int place, int id)
{
  for (guint i = 0; i < N_IDS; i++)
    {
      Truth *ours = &fixture->truth[OURS][i];

      if (place != OURS && ours->is_there && ours->acts_on == place && ours->stands_for == id)
        return TRUE;
    }
  return FALSE;
}

/* @shown: the number of a server, or -1 for all. */
static gboolean
should_be_listed (Fixture *fixture, int place, int id, int shown)
{
  Truth *truth = &fixture->truth[place][id];

  if (!truth->is_there || is_stood_for (fixture, place, id))
    return FALSE;
  return shown < 0 || shown == (place == OURS && truth->acts_on >= 0 ? truth->acts_on : place);
}

static QdEntity *
job (Fixture *fixture, guint place, guint id)
{
  g_autofree char *name = g_strdup_printf ("j%u", id);

  return qd_fleet_lookup (fixture->fleet, places[place], QD_KIND_JOB, name);
}

static void
check (Fixture *fixture)
{
  for (int view = 0; view < N_PLACES; view++)
    {
      const char *connection = view > 0 ? places[view - 1] : NULL;
      guint counts[QD_STATUS_DOWN + 1], counted = 0, expected = 0;

      for (int place = 0; place < N_PLACES; place++)
        for (int id = 0; id < N_IDS; id++)
          {
            gboolean listed = should_be_listed (fixture, place, id, view - 1);
            QdEntity *entity = job (fixture, (guint) place, (guint) id);

            g_assert_cmpint (fixture->truth[place][id].is_there, ==, entity != NULL);
            if (entity == NULL)
              continue;
            g_assert_cmpint (qd_entity_belongs (entity, connection), ==, listed);
            g_assert_cmpint (qd_view_contains (fixture->views[view], entity), ==, listed);
            g_assert_cmpint (g_ptr_array_find (fixture->mirrors[view], entity, NULL), ==, listed);
            expected += listed;
          }
      g_assert_cmpuint (fixture->mirrors[view]->len, ==, expected);
      g_assert_cmpuint (qd_view_get_length (fixture->views[view]), ==, expected);
      qd_fleet_count_status (fixture->fleet, QD_KIND_JOB, connection, counts);
      for (guint i = 0; i <= QD_STATUS_DOWN; i++)
        counted += counts[i];
      g_assert_cmpuint (counted, ==, expected);
      if (view == 0)
        g_assert_cmpuint (qd_fleet_count (fixture->fleet, QD_KIND_JOB), ==, expected);
    }
}

/* --- What happens --- */

/* A job of ours says where it acts and, once the server has answered, for which of its jobs it stands. */
static void
say_server_job (Fixture *fixture, QdDelta *delta, Truth *truth)
{
  g_autofree char *id = NULL;

  if (g_rand_boolean (fixture->rand) || qd_delta_get_op (delta) == QD_DELTA_UPSERT)
    {
      truth->acts_on = g_rand_int_range (fixture->rand, -1, OURS);
      qd_delta_set (delta, QD_JOB_ACTS_ON, truth->acts_on >= 0 ? qd_value_string (places[truth->acts_on]) : QD_NO_VALUE);
    }
  if (g_rand_boolean (fixture->rand) || qd_delta_get_op (delta) == QD_DELTA_UPSERT)
    {
      truth->stands_for = g_rand_int_range (fixture->rand, -1, N_IDS);
      id = g_strdup_printf ("j%d", truth->stands_for);
      qd_delta_set (delta, QD_JOB_SERVER_JOB, truth->stands_for >= 0 ? qd_value_string (id) : QD_NO_VALUE);
    }
}

static void
apply_random (Fixture *fixture)
{
  int place = g_rand_int_range (fixture->rand, 0, N_PLACES), id = g_rand_int_range (fixture->rand, 0, N_IDS);
  QdDeltaOp op = (QdDeltaOp[]) { QD_DELTA_PATCH, QD_DELTA_UPSERT, QD_DELTA_REMOVE }[g_rand_int_range (fixture->rand, 0, 3)];
  g_autofree char *name = g_strdup_printf ("j%d", id);
  g_autoptr (QdDelta) delta = qd_delta_new (places[place], QD_KIND_JOB, name, op);
  Truth *truth = &fixture->truth[place][id];

  if (op == QD_DELTA_REMOVE || !truth->is_there)
    *truth = (Truth) { FALSE, -1, -1 };
  truth->is_there = op != QD_DELTA_REMOVE;
  if (truth->is_there)
    {
      qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (name));
      qd_delta_set (delta, QD_JOB_PROGRESS, qd_value_double (g_rand_double (fixture->rand)));
      /* A server cannot hide a job of its own accord. */
      if (g_rand_int_range (fixture->rand, 0, 4) == 0)
        qd_delta_set (delta, QD_JOB_SHOWN_AS, qd_value_string ("j1"));
      if (place == OURS)
        say_server_job (fixture, delta, truth);
    }
  qd_fleet_apply (fixture->fleet, delta);
}

static void
forget_random (Fixture *fixture)
{
  int place = g_rand_int_range (fixture->rand, 0, N_PLACES);

  qd_fleet_forget_connection (fixture->fleet, places[place]);
  for (guint i = 0; i < N_IDS; i++)
    fixture->truth[place][i].is_there = FALSE;
}

/* @data: whether rows are held, as they are while the pointer is among them. */
static void
test_random (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < 6000; round++)
    {
      int n = g_rand_int_range (fixture->rand, 1, round % 20 == 0 ? 60 : 4);

      for (guint i = 0; data != NULL && i < N_PLACES; i++)
        qd_view_set_hold (fixture->views[i], TRUE);
      qd_fleet_begin (fixture->fleet);
      for (int i = 0; i < n; i++)
        apply_random (fixture);
      qd_fleet_commit (fixture->fleet);
      /* Nothing is there twice even while it is held. */
      for (guint i = 0; data != NULL && i < fixture->mirrors[0]->len; i++)
        g_assert_true (qd_entity_is_listed (fixture->mirrors[0]->pdata[i]));
      for (guint i = 0; i < N_PLACES; i++)
        qd_view_set_hold (fixture->views[i], FALSE);
      if (round % 40 == 0)
        forget_random (fixture);
      check (fixture);
    }
}

/* The link comes after both; nobody is told of what did not change. */
static void
test_told_once (Fixture *fixture, gconstpointer data)
{
  guint changes = 0;
  QdEntity *theirs;

  qd_fleet_begin (fixture->fleet);
  for (guint i = 0; i < N_PLACES; i += OURS)
    {
      g_autoptr (QdDelta) delta = qd_delta_new (places[i], QD_KIND_JOB, "j1", QD_DELTA_PATCH);

      qd_fleet_apply (fixture->fleet, delta);
    }
  qd_fleet_commit (fixture->fleet);
  theirs = job (fixture, 0, 1);
  g_assert_cmpuint (qd_view_get_length (fixture->views[0]), ==, 2);
  g_assert_cmpuint (qd_view_get_length (fixture->views[1]), ==, 1);
  g_signal_connect_swapped (theirs, "changed", G_CALLBACK (g_atomic_int_inc), &changes);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (QdDelta) delta = qd_delta_new (places[OURS], QD_KIND_JOB, "j1", QD_DELTA_PATCH);

      qd_delta_set (delta, QD_JOB_ACTS_ON, qd_value_string ("c1"));
      qd_delta_set (delta, QD_JOB_SERVER_JOB, qd_value_string ("j1"));
      qd_fleet_begin (fixture->fleet);
      qd_fleet_apply (fixture->fleet, delta);
      qd_fleet_commit (fixture->fleet);
      g_assert_cmpuint (changes, ==, 1);
      g_assert_cmpuint (qd_view_get_length (fixture->views[0]), ==, 1);
      g_assert_true (qd_view_peek (fixture->views[1], 0) == job (fixture, OURS, 1));
      g_assert_cmpstr (qd_entity_get_string (theirs, QD_JOB_SHOWN_AS), ==, "j1");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/jobs-listed/random", Fixture, NULL, set_up, test_random, tear_down);
  g_test_add ("/jobs-listed/random-held", Fixture, "held", set_up, test_random, tear_down);
  g_test_add ("/jobs-listed/told-once", Fixture, NULL, set_up, test_told_once, tear_down);
  return g_test_run ();
}
