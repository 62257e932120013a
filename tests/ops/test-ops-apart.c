/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work of unknown size goes to another thread, while the fiber waits and the loop turns. */
#include "config.h"

#include <libdex.h>

#include "qd-apart-private.h"
#include "store-testing.h"

#define N_FIBERS 50

typedef struct {
  GThread *main, *worked_on, *went_on_in;
  gboolean held, done;             /* atomic */
} Work;

static void
hold (gpointer data)
{
  Work *self = data;

  self->worked_on = g_thread_self ();
  while (g_atomic_int_get (&self->held))
    g_usleep (100);
}

static DexFuture *
work_fiber (gpointer data)
{
  Work *self = data;

  qd_apart (hold, self);
  self->went_on_in = g_thread_self ();
  self->done = TRUE;
  return dex_future_new_for_boolean (TRUE);
}

static gboolean
let_go_cb (gpointer data)
{
  Work *self = data;

  g_assert_false (self->done);
  g_atomic_int_set (&self->held, FALSE);
  return G_SOURCE_REMOVE;
}

/* What it waits for only ends when the loop has turned: a fiber that held the loop up would wait for ever. */
static void
test_turns (void)
{
  Work work = { .main = g_thread_self (), .held = TRUE };

  dex_future_disown (dex_scheduler_spawn (NULL, 0, work_fiber, &work, NULL));
  g_timeout_add (20, let_go_cb, &work);
  wait_until (work.done);
  g_assert_true (work.worked_on != work.main);
  g_assert_true (work.went_on_in == work.main);
}

typedef struct { int numbers[1000]; int sum; guint *n_done; } Sum;

static void
add_up (gpointer data)
{
  Sum *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (self->numbers); i++)
    self->sum += self->numbers[i];
}

static DexFuture *
sum_fiber (gpointer data)
{
  guint *n_done = data;

  /* On the fiber's own stack, again and again. */
  for (int i = 0; i < 20; i++)
    {
      Sum sum = { .sum = 0 };

      for (guint k = 0; k < G_N_ELEMENTS (sum.numbers); k++)
        sum.numbers[k] = i;
      qd_apart (add_up, &sum);
      g_assert_cmpint (sum.sum, ==, i * (int) G_N_ELEMENTS (sum.numbers));
    }
  (*n_done)++;
  return dex_future_new_for_boolean (TRUE);
}

static void
test_many (void)
{
  guint n_done = 0;

  for (guint i = 0; i < N_FIBERS; i++)
    dex_future_disown (dex_scheduler_spawn (NULL, 0, sum_fiber, &n_done, NULL));
  wait_until (n_done == N_FIBERS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/apart/turns", test_turns);
  g_test_add_func ("/apart/many", test_many);
  return g_test_run ();
}
