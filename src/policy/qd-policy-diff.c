/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"
#include "config.h"
#include "qd-policy-diff.h"

#include <string.h>

struct _QdPolicyDiff
{
  QdPortStore *store;
  GPtrArray *changes;
};

typedef enum { BEFORE, AFTER, N_SIDES } Side;

/* Something that at least one of the two knows. */
typedef struct {
  char *text;
  gboolean is_range;
  guint end[N_SIDES];   /* QD_POLICY_NO_END: it is not there */
} End;

typedef struct {
  QdPolicyEval *eval[N_SIDES];
  GArray *ids[N_SIDES];   /* of guint: for the number of a set there, the one in our store, plus one; 0: not asked yet */
  GArray *ends;           /* of End */
  QdPolicyDiff *diff;
} Comparing;

static void
free_change (gpointer data)
{
  QdPolicyChange *self = data;

  g_free (self->src);
  g_free (self->dst);
  g_free (self);
}

static void
clear_end (gpointer data)
{
  g_free (((End *) data)->text);
}

/* --- Who is there ----------------------------------------------------------------------------------------------- */

/* Both lists of workloads are in the same order. */
static void
merge_workloads (Comparing *self)
{
  guint i = 0, k = 0, n = qd_policy_eval_get_n_workloads (self->eval[BEFORE]), m = qd_policy_eval_get_n_workloads (self->eval[AFTER]);

  while (i < n || k < m)
    {
      const QdPolicyWorkload *l = i < n ? qd_policy_eval_get_workload (self->eval[BEFORE], i) : NULL;
      const QdPolicyWorkload *r = k < m ? qd_policy_eval_get_workload (self->eval[AFTER], k) : NULL;
      int order = l == NULL ? 1 : r == NULL ? -1 : qd_policy_workload_compare (l, r);
      End end = { g_strdup (order <= 0 ? l->text : r->text), FALSE, { order <= 0 ? i : QD_POLICY_NO_END, order >= 0 ? k : QD_POLICY_NO_END } };

      i += order <= 0;
      k += order >= 0;
      g_array_append_val (self->ends, end);
    }
}

/* The ranges that an evaluation lists, as a set of them each, so that the space is cut at all their ends. */
static gboolean
gather_ranges (QdPolicyEval *eval, guint family, GPtrArray *sets)
{
  gboolean any = FALSE;

  for (guint i = qd_policy_eval_get_n_workloads (eval); i < qd_policy_eval_get_n_ends (eval); i++)
    {
      const QdAddressRange *range = qd_policy_eval_get_range (eval, i);
      GArray *set;

      if (range->first.family != family)
        continue;
      set = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
      g_array_append_vals (set, range, 1);
      g_ptr_array_add (sets, set);
      any = TRUE;
    }
  return any;
}

static void
merge_ranges (Comparing *self, guint family)
{
  g_autoptr (GPtrArray) sets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
  gboolean any = gather_ranges (self->eval[BEFORE], family, sets);

  any |= gather_ranges (self->eval[AFTER], family, sets);
  if (!any)
    return;
  qd_address_space_cut (family, sets, parts);
  for (guint i = 0; i < parts->len; i++)
    {
      const QdAddressRange *part = &g_array_index (parts, QdAddressRange, i);
      g_autofree char *text = qd_address_range_to_text (part);
      End end = { g_strconcat (text, "[External]", NULL), TRUE, { qd_policy_eval_find_outside (self->eval[BEFORE], &part->first),
                                                                  qd_policy_eval_find_outside (self->eval[AFTER], &part->first) } };

      g_array_append_val (self->ends, end);
    }
}

/* --- What they may ---------------------------------------------------------------------------------------------- */

static guint
get_ports (Comparing *self, Side side, const End *src, const End *dst)
{
  const QdPortSet *ports;
  guint id, *known;

  if (src->end[side] == QD_POLICY_NO_END || dst->end[side] == QD_POLICY_NO_END)
    return QD_PORTS_NONE;
  ports = qd_policy_eval_get (self->eval[side], src->end[side], dst->end[side]);
  id = qd_port_set_get_id (ports);
  if (id >= self->ids[side]->len)
    g_array_set_size (self->ids[side], id + 1);
  known = &g_array_index (self->ids[side], guint, id);
  if (*known == 0)
    *known = qd_port_store_add (self->diff->store, ports) + 1;
  return *known - 1;
}

static void
compare_pair (Comparing *self, const End *src, const End *dst)
{
  QdPortStore *store = self->diff->store;
  guint before = get_ports (self, BEFORE, src, dst), after = get_ports (self, AFTER, src, dst);
  QdPolicyChange *change;

  if (before == after)
    return;
  change = g_new (QdPolicyChange, 1);
  change->src = g_strdup (src->text);
  change->dst = g_strdup (dst->text);
  change->allowed = qd_port_store_get (store, qd_port_store_subtract (store, after, before));
  change->denied = qd_port_store_get (store, qd_port_store_subtract (store, before, after));
  g_ptr_array_add (self->diff->changes, change);
}

QdPolicyDiff *
qd_policy_diff_new (QdPolicyEval *before, QdPolicyEval *after)
{
  QdPolicyDiff *diff = g_new0 (QdPolicyDiff, 1);
  Comparing comparing = { { before, after }, { NULL }, g_array_new (FALSE, FALSE, sizeof (End)), diff };

  diff->store = qd_port_store_new ();
  diff->changes = g_ptr_array_new_with_free_func (free_change);
  g_array_set_clear_func (comparing.ends, clear_end);
  for (guint i = 0; i < N_SIDES; i++)
    comparing.ids[i] = g_array_new (FALSE, TRUE, sizeof (guint));
  merge_workloads (&comparing);
  merge_ranges (&comparing, 4);
  merge_ranges (&comparing, 6);
  for (guint i = 0; i < comparing.ends->len; i++)
    for (guint k = 0; k < comparing.ends->len; k++)
      {
        const End *src = &g_array_index (comparing.ends, End, i), *dst = &g_array_index (comparing.ends, End, k);

        /* As in the list of connections: nobody's to itself, and none from outside to outside. */
        if (i != k && !(src->is_range && dst->is_range))
          compare_pair (&comparing, src, dst);
      }
  for (guint i = 0; i < N_SIDES; i++)
    g_array_unref (comparing.ids[i]);
  g_array_unref (comparing.ends);
  return diff;
}

void
qd_policy_diff_free (QdPolicyDiff *self)
{
  g_ptr_array_unref (self->changes);
  qd_port_store_unref (self->store);
  g_free (self);
}

GPtrArray *
qd_policy_diff_get_changes (QdPolicyDiff *self)
{
  return self->changes;
}
