/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "qd-drain.h"

#define ID "7"

static const guint fields[] = { QD_FIELD_STATUS_TEXT, QD_PATH_INTERFACE, QD_PATH_LATENCY_MS, QD_PATH_LOSS_PCT, QD_PATH_MTU };

static gboolean
decode (QdDelta *delta, const char *bytes, gsize length, GError **error)
{
  if (length == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is empty");
      return FALSE;
    }
  qd_delta_set (delta, QD_PATH_LATENCY_MS, qd_value_double (bytes[0]));
  qd_delta_set (delta, QD_PATH_LOSS_PCT, qd_value_double (bytes[0]));
  return TRUE;
}

/* A patch may have room for all fields from the beginning. */
static QdDelta *
new_delta (QdDeltaOp op, gboolean whole)
{
  g_autoptr (GRefString) id = g_ref_string_new (ID);

  if (op == QD_DELTA_PATCH && whole)
    return qd_delta_new_whole (&(QdKey) { g_intern_string ("c"), QD_KIND_PATH, id });
  return qd_delta_new ("c", QD_KIND_PATH, ID, op);
}

/* The same delta twice from one description: one to merge and one to apply. */
static QdDelta *
make (guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  QdDeltaOp op = (QdDeltaOp) g_rand_int_range (rand, QD_DELTA_PATCH, QD_DELTA_SNAPSHOT_BEGIN);
  QdDelta *delta;

  if (g_rand_int_range (rand, 0, 4) == 0)
    {
      char byte = (char) g_rand_int_range (rand, 1, 100);
      g_autoptr (GBytes) bytes = g_bytes_new (&byte, 1);

      delta = qd_delta_new_raw ("c", QD_KIND_PATH, ID, bytes, decode);
    }
  else
    {
      delta = new_delta (op, g_rand_boolean (rand));
      for (guint i = 0; i < G_N_ELEMENTS (fields) && op != QD_DELTA_REMOVE; i++)
        if (g_rand_boolean (rand))
          {
            const QdField *field = &qd_schema_get (QD_KIND_PATH)->fields[fields[i]];
            int n = g_rand_int_range (rand, 0, 4);
            g_autofree char *text = g_strdup_printf ("%d", n);

            qd_delta_set (delta, fields[i], n == 0 ? QD_NO_VALUE : field->type == QD_VALUE_DOUBLE ? qd_value_double (n) :
                          field->type == QD_VALUE_INT ? qd_value_int (n) : qd_value_string (text));
          }
    }
  qd_delta_set_stamp (delta, g_rand_int_range (rand, 0, 5));
  return delta;
}

static void
apply (QdFleet *fleet, QdDelta *delta)
{
  g_assert_true (qd_delta_decode (delta, NULL));
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, delta);
  qd_fleet_commit (fleet);
}

static void
assert_same (QdFleet *a, QdFleet *b)
{
  QdEntity *x = qd_fleet_lookup (a, "c", QD_KIND_PATH, ID), *y = qd_fleet_lookup (b, "c", QD_KIND_PATH, ID);

  g_assert_cmpint (x != NULL, ==, y != NULL);
  for (guint i = 0; x != NULL && i < G_N_ELEMENTS (fields); i++)
    g_assert_true (qd_value_equal (qd_entity_get (x, fields[i]), qd_entity_get (y, fields[i])));
}

/* Whatever stands there, applying what two deltas were merged into leaves what applying both does. */
static void
test_merge (void)
{
  guint merged = 0;

  for (guint32 round = 0; round < 30000; round++)
    {
      g_autoptr (QdFleet) one = qd_fleet_new (), other = qd_fleet_new ();
      guint32 seed = (guint32) g_test_rand_int ();
      g_autoptr (QdDelta) before = make (seed), again = make (seed);
      g_autoptr (QdDelta) a = make (seed + 1), b = make (seed + 2);
      QdDelta *older = make (seed + 1), *newer = make (seed + 2), *both;

      apply (one, before);
      apply (other, again);
      both = qd_delta_merge (older, newer);
      if (both == NULL)
        {
          qd_delta_unref (older);
          qd_delta_unref (newer);
          continue;
        }
      merged++;
      apply (one, a);
      apply (one, b);
      apply (other, both);
      qd_delta_unref (both);
      assert_same (one, other);
    }
  g_assert_cmpuint (merged, >, 5000);
}

static void
test_never_merged (void)
{
  QdDelta *a = qd_delta_new ("c", QD_KIND_EVENT, "1", QD_DELTA_PATCH), *b = qd_delta_new ("c", QD_KIND_EVENT, "1", QD_DELTA_PATCH);

  g_assert_null (qd_delta_merge (a, b));
  qd_delta_unref (a);
  qd_delta_unref (b);
  a = qd_delta_new ("c", QD_KIND_PATH, "", QD_DELTA_SNAPSHOT_BEGIN);
  b = qd_delta_new ("c", QD_KIND_PATH, "", QD_DELTA_SNAPSHOT_END);
  g_assert_null (qd_delta_merge (a, b));
  qd_delta_unref (a);
  qd_delta_unref (b);
}

/* --- The drain --- */

static void
drained_cb (QdDrain *drain, guint applied, gint64 sent, guint *n)
{
  *n += applied;
}

static gpointer
push_many (gpointer data)
{
  QdDrain *drain = data;

  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *id = g_strdup_printf ("e%p-%u", g_thread_self (), i);
      QdDelta *delta = qd_delta_new ("c", QD_KIND_EVENT, id, QD_DELTA_PATCH);

      qd_delta_set (delta, QD_EVENT_AT, qd_value_time (i));
      qd_drain_push (drain, delta);
    }
  g_object_unref (drain);
  return NULL;
}

/* More than the queue holds, from two threads: they wait, nothing is lost, the newest are kept. */
static void
test_drain_backpressure (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  QdDrain *drain = qd_drain_new (fleet);
  GThread *threads[2];
  guint applied = 0;
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  g_signal_connect (drain, "drained", G_CALLBACK (drained_cb), &applied);
  for (guint i = 0; i < 2; i++)
    threads[i] = g_thread_new ("pusher", push_many, g_object_ref (drain));
  while (applied < 200000 && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (applied, ==, 200000);
  QdEntityList *events = qd_fleet_get_list (fleet, QD_KIND_EVENT);
  g_assert_cmpuint (qd_entity_list_get_length (events), ==, 10000);
  for (guint i = 0; i < 10000; i++)
    g_assert_cmpint (qd_entity_get (qd_entity_list_peek (events, i), QD_EVENT_AT)->v.i, >=, 95000);
  g_assert_finalize_object (drain);
}

static void
test_drain_full_on_main (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  QdDrain *drain = qd_drain_new (fleet);
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);
  guint64 applied, undecodable;

  for (guint i = 0; i < 150000; i++)
    {
      g_autofree char *id = g_strdup_printf ("s%u", i);

      qd_drain_push (drain, qd_delta_new ("c", QD_KIND_SITE, id, QD_DELTA_PATCH));
    }
  qd_drain_push (drain, qd_delta_new_raw ("c", QD_KIND_PATH, ID, empty, decode));
  qd_drain_flush (drain);
  g_assert_cmpuint (qd_entity_list_get_length (qd_fleet_get_list (fleet, QD_KIND_SITE)), ==, 150000);
  qd_drain_get_counts (drain, &applied, &undecodable);
  g_assert_cmpuint (applied, ==, 150001);
  g_assert_cmpuint (undecodable, ==, 1);
  g_assert_finalize_object (drain);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/delta/merge", test_merge);
  g_test_add_func ("/model/delta/never-merged", test_never_merged);
  g_test_add_func ("/model/drain/backpressure", test_drain_backpressure);
  g_test_add_func ("/model/drain/full-on-main", test_drain_full_on_main);
  return g_test_run ();
}
