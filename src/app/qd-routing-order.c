/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-order.h"

#define STEP 10

/* Marks the members of a longest subsequence of @before that grows. */
static void
keep_longest (const guint *before, guint n, gboolean *kept)
{
  g_autofree guint *tails = g_new (guint, n), *previous = g_new (guint, n);
  guint length = 0;

  for (guint i = 0; i < n; i++)
    {
      guint low = 0, high = length;

      while (low < high)
        {
          guint middle = (low + high) / 2;

          if (before[tails[middle]] < before[i])
            low = middle + 1;
          else
            high = middle;
        }
      previous[i] = low > 0 ? tails[low - 1] : G_MAXUINT;
      tails[low] = i;
      length = MAX (length, low + 1);
    }
  for (guint at = length > 0 ? tails[length - 1] : G_MAXUINT; at != G_MAXUINT; at = previous[at])
    kept[at] = TRUE;
}

/* The run from @first up to @end (not included) goes between what stands on its two sides. */
static gboolean
fill_run (int *wanted, guint first, guint end, guint n)
{
  int low = first > 0 ? wanted[first - 1] : -1, count = (int) (end - first);
  int high = end < n ? wanted[end] : MIN (low + STEP * (count + 1), QD_ROUTING_MAX_PRIORITY + 1);

  if (high - low - 1 < count)
    return FALSE;
  for (int i = 0; i < count; i++)
    wanted[first + (guint) i] = low + (int) ((gint64) (high - low) * (i + 1) / (count + 1));
  return TRUE;
}

static void
number_anew (guint n, int *wanted)
{
  guint step = MAX (1, MIN (STEP, QD_ROUTING_MAX_PRIORITY / MAX (n, 1)));

  for (guint i = 0; i < n; i++)
    wanted[i] = (int) (step * (i + (step > 1)));
}

void
qd_routing_order_assign (const int *priorities, const guint *before, guint n, int *wanted)
{
  g_autofree gboolean *kept = g_new0 (gboolean, n);

  keep_longest (before, n, kept);
  for (guint i = 0; i < n; i++)
    wanted[i] = priorities[i];
  for (guint i = 0; i < n;)
    {
      guint end = i;

      while (end < n && !kept[end])
        end++;
      if (end > i && !fill_run (wanted, i, end, n))
        {
          number_anew (n, wanted);
          return;
        }
      i = end + 1;
    }
}
