/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include "qd-queue.h"

#define N_THREADS 4
#define N_ITEMS 50000
#define N_KEYS 97

/* An item stands for a number of pushes; merging adds them up. */
typedef struct { guint key; guint64 count, sum; gboolean barrier; } Item;

static guint
hash (gconstpointer item)
{
  return ((const Item *) item)->key;
}

static gboolean
equal (gconstpointer a, gconstpointer b)
{
  return ((const Item *) a)->key == ((const Item *) b)->key;
}

static gpointer
merge (gpointer older, gpointer newer)
{
  Item *a = older, *b = newer;

  /* Some pairs must both be kept. */
  if ((a->sum + b->sum) % 5 == 0)
    return NULL;
  b->count += a->count;
  b->sum += a->sum;
  g_free (a);
  return b;
}

static gboolean
is_barrier (gconstpointer item)
{
  return ((const Item *) item)->barrier;
}

static const QdQueueClass klass = { hash, equal, merge, g_free, is_barrier };

static Item *
item_new (guint key, guint64 sum)
{
  Item item = { key, 1, sum, FALSE };

  return g_memdup2 (&item, sizeof item);
}

static gpointer
push_items (gpointer data)
{
  for (guint i = 0; i < N_ITEMS; i++)
    {
      Item *item = item_new (i % N_KEYS, i);

      while (!qd_queue_push (data, item))
        qd_queue_wait_space (data, 10000);
    }
  return NULL;
}

/* Several threads, a small queue, merging: nothing is lost and nothing is counted twice. */
static void
test_nothing_lost (void)
{
  g_autoptr (QdQueue) queue = qd_queue_new (&klass, 64, NULL, NULL);
  GThread *threads[N_THREADS];
  guint64 count = 0, sum = 0, pushed, merged, popped = 0;

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("pusher", push_items, queue);
  while (count < (guint64) N_THREADS * N_ITEMS)
    {
      gpointer items[10];
      guint n = qd_queue_pop (queue, items, G_N_ELEMENTS (items));

      for (guint i = 0; i < n; i++)
        {
          count += ((Item *) items[i])->count;
          sum += ((Item *) items[i])->sum;
          g_free (items[i]);
        }
      popped += n;
      if (n == 0)
        g_thread_yield ();
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (count, ==, N_THREADS * N_ITEMS);
  g_assert_cmpuint (sum, ==, (guint64) N_THREADS * N_ITEMS * (N_ITEMS - 1) / 2);
  qd_queue_get_counts (queue, &pushed, &merged, NULL);
  g_assert_cmpuint (pushed, ==, N_THREADS * N_ITEMS);
  g_assert_cmpuint (pushed - merged, ==, popped);
  g_assert_cmpuint (merged, >, 0);
}

static void
pop_one (QdQueue *queue, guint key, guint64 count)
{
  gpointer item;

  g_assert_cmpuint (qd_queue_pop (queue, &item, 1), ==, 1);
  g_assert_cmpuint (((Item *) item)->key, ==, key);
  g_assert_cmpuint (((Item *) item)->count, ==, count);
  g_free (item);
}

/* A merged item keeps its place; after a barrier nothing merges into what came before it. */
static void
test_order (void)
{
  g_autoptr (QdQueue) queue = qd_queue_new (&klass, 8, NULL, NULL);
  Item *barrier = item_new (9, 1);

  barrier->barrier = TRUE;
  g_assert_true (qd_queue_push (queue, item_new (1, 1)));
  g_assert_true (qd_queue_push (queue, item_new (2, 1)));
  g_assert_true (qd_queue_push (queue, item_new (1, 1)));
  g_assert_true (qd_queue_push (queue, barrier));
  g_assert_true (qd_queue_push (queue, item_new (1, 1)));
  g_assert_true (qd_queue_push (queue, item_new (1, 1)));
  g_assert_cmpuint (qd_queue_get_length (queue), ==, 4);
  pop_one (queue, 1, 2);
  pop_one (queue, 2, 1);
  pop_one (queue, 9, 1);
  pop_one (queue, 1, 2);
}

/* What was taken, all of it at once, is nothing that a later one could merge into. */
static void
test_all_at_once (void)
{
  g_autoptr (QdQueue) queue = qd_queue_new (&klass, 8, NULL, NULL);
  gpointer items[8];

  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < 6; i++)
        g_assert_true (qd_queue_push (queue, item_new (i % 3, 1)));
      g_assert_cmpuint (qd_queue_pop (queue, items, G_N_ELEMENTS (items)), ==, 3);
      for (guint i = 0; i < 3; i++)
        {
          g_assert_cmpuint (((Item *) items[i])->key, ==, i);
          g_assert_cmpuint (((Item *) items[i])->count, ==, 2);
          g_free (items[i]);
        }
      g_assert_cmpuint (qd_queue_get_length (queue), ==, 0);
    }
}

static void
count_cb (gpointer data)
{
  (*(guint *) data)++;
}

static void
test_full_wake_close (void)
{
  guint wakes = 0;
  g_autoptr (QdQueue) queue = qd_queue_new (&klass, 2, count_cb, &wakes);
  Item *item = item_new (3, 1);
  guint64 refused;

  g_assert_true (qd_queue_push (queue, item_new (1, 1)));
  g_assert_true (qd_queue_push (queue, item_new (2, 1)));
  g_assert_cmpuint (wakes, ==, 1);
  g_assert_false (qd_queue_push (queue, item));
  g_assert_false (qd_queue_wait_space (queue, 1000));
  /* Full, but this one merges. */
  g_assert_true (qd_queue_push (queue, item_new (2, 1)));
  pop_one (queue, 1, 1);
  g_assert_true (qd_queue_wait_space (queue, 0));
  g_assert_true (qd_queue_push (queue, item));
  pop_one (queue, 2, 2);
  pop_one (queue, 3, 1);
  g_assert_true (qd_queue_push (queue, item_new (1, 1)));
  g_assert_cmpuint (wakes, ==, 2);
  qd_queue_close (queue);
  g_assert_true (qd_queue_push (queue, item_new (2, 1)));
  g_assert_cmpuint (qd_queue_get_length (queue), ==, 1);
  qd_queue_get_counts (queue, NULL, NULL, &refused);
  g_assert_cmpuint (refused, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/queue/nothing-lost", test_nothing_lost);
  g_test_add_func ("/base/queue/order", test_order);
  g_test_add_func ("/base/queue/all-at-once", test_all_at_once);
  g_test_add_func ("/base/queue/full-wake-close", test_full_wake_close);
  return g_test_run ();
}
