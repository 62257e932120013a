/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "qd-topology-places.h"
#include "qd-topology-undo.h"

/* How an arrangement is, as text: whatever is the same reads the same. */
static char *
write_down (QdPlaces *places, guint n)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("c/site/s%u", i), *group = g_strdup_printf ("g%u", i);
      QdPoint at = { 0, 0 };

      if (qd_places_get_key (places, key, &at))
        g_string_append_printf (out, "%s %.9g %.9g %d\n", key, at.x, at.y, qd_places_is_pinned (places, key));
      if (qd_places_is_folded (places, group))
        g_string_append_printf (out, "%s folded\n", group);
    }
  g_string_append_printf (out, "%s|%s", qd_places_get_setting (places, "layout"), qd_places_get_setting (places, "group"));
  return g_string_free (out, FALSE);
}

static void
change_something (GRand *rand, QdPlaces *places, guint n)
{
  static const char *const layouts[] = { "force", "tiers", "geographic" };
  guint i = (guint) g_rand_int_range (rand, 0, (int) n);
  g_autofree char *key = g_strdup_printf ("c/site/s%u", i), *group = g_strdup_printf ("g%u", i);

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
    case 1:
      qd_places_set_key (places, key, (QdPoint) { (float) g_rand_double_range (rand, -900, 900), (float) g_rand_double_range (rand, -900, 900) });
      break;
    case 2: qd_places_set_pinned (places, key, g_rand_boolean (rand)); break;
    case 3: qd_places_set_folded (places, group, g_rand_boolean (rand)); break;
    case 4: qd_places_set_setting (places, "layout", layouts[g_rand_int_range (rand, 0, 3)]); break;
    default:
      if (g_rand_int_range (rand, 0, 8) == 0)
        qd_places_loosen (places);
      break;
    }
}

/* Whatever was done: taken back step by step it is as it was at each, and done again likewise; and what
 * is written and read is the same to the bit. */
static void
test_undo_is_exact (void)
{
  for (guint32 seed = 0; seed < 60; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (QdPlaces) places = qd_places_new ();
      g_autoptr (QdTopologyUndo) undo = qd_topology_undo_new ();
      g_autoptr (GPtrArray) states = g_ptr_array_new_with_free_func (g_free);
      const guint n = 12;

      g_ptr_array_add (states, write_down (places, n));
      for (guint step = 0; step < 40; step++)
        {
          QdPlacesChange *change;

          qd_places_begin (places);
          for (int k = g_rand_int_range (rand, 1, 8); k > 0; k--)
            change_something (rand, places, n);
          change = qd_places_end (places);
          if (change == NULL)
            continue;
          qd_topology_undo_push (undo, change);
          g_ptr_array_add (states, write_down (places, n));
          g_assert_cmpstr (states->pdata[states->len - 1], !=, states->pdata[states->len - 2]);
        }
      for (guint i = states->len - 1; i > 0; i--)
        {
          g_autofree char *now = NULL;

          qd_places_apply (places, qd_topology_undo_step_back (undo), TRUE);
          now = write_down (places, n);
          g_assert_cmpstr (now, ==, states->pdata[i - 1]);
        }
      g_assert_false (qd_topology_undo_can_undo (undo));
      g_assert_null (qd_topology_undo_step_back (undo));
      for (guint i = 1; i < states->len; i++)
        {
          g_autoptr (QdPlaces) again = qd_places_new ();
          g_autofree char *now = NULL, *json = NULL, *read = NULL;

          qd_places_apply (places, qd_topology_undo_step_forward (undo), FALSE);
          now = write_down (places, n);
          g_assert_cmpstr (now, ==, states->pdata[i]);
          json = qd_places_save (places);
          qd_places_load (again, json);
          read = write_down (again, n);
          g_assert_cmpstr (read, ==, now);
          g_assert_cmpuint (qd_places_get_n_pinned (again), ==, qd_places_get_n_pinned (places));
        }
      g_assert_false (qd_topology_undo_can_redo (undo));
    }
}

/* What is done after something was taken back takes its place. */
static void
test_undo_forgets_the_undone (void)
{
  g_autoptr (QdPlaces) places = qd_places_new ();
  g_autoptr (QdTopologyUndo) undo = qd_topology_undo_new ();

  for (guint i = 0; i < 3; i++)
    {
      qd_places_begin (places);
      qd_places_set_key (places, "a", (QdPoint) { (float) i + 1, 0 });
      qd_topology_undo_push (undo, qd_places_end (places));
      if (i == 1)
        qd_places_apply (places, qd_topology_undo_step_back (undo), TRUE);
    }
  g_assert_false (qd_topology_undo_can_redo (undo));
  qd_places_apply (places, qd_topology_undo_step_back (undo), TRUE);
  qd_places_apply (places, qd_topology_undo_step_back (undo), TRUE);
  g_assert_null (qd_topology_undo_step_back (undo));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/topology-places/undo-is-exact", test_undo_is_exact);
  g_test_add_func ("/app/topology-places/undo-forgets-the-undone", test_undo_forgets_the_undone);
  return g_test_run ();
}
