/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-ends.h"

#include <string.h>

#include <glib/gi18n.h>

/* Of a long list of ports, a sentence tells so many letters. */
#define MAX_PORTS_TEXT 240

struct _QdPolicyEnds {
  gatomicrefcount ref_count;
  QdPolicyEval *now, *before;
  GArray *ends;            /* of QdPolicyEnd */
  GPtrArray *groups;       /* of char * */
  GThread *thread;
  guint64 n_asked;         /* by that thread */
};

/* --- Names --------------------------------------------------------------------------------------- */

char *
qd_policy_range_to_label (const QdAddressRange *range)
{
  g_autofree char *first = qd_address_to_text (&range->first), *last = qd_address_to_text (&range->last);
  int bits = range->first.family == 4 ? 32 : 128, same = 0;
  g_autofree char *block = NULL;
  QdAddressRange whole;

  while (same < bits && ((range->first.bytes[same / 8] ^ range->last.bytes[same / 8]) >> (7 - same % 8) & 1) == 0)
    same++;
  block = g_strdup_printf ("%s/%d", first, same);
  if (qd_address_range_parse (block, &whole) && qd_address_compare (&whole.first, &range->first) == 0 &&
      qd_address_compare (&whole.last, &range->last) == 0)
    return same == bits ? g_steal_pointer (&first) : g_steal_pointer (&block);
  return g_strdup_printf ("%s–%s", first, last);
}

static void
clear_end (gpointer data)
{
  QdPolicyEnd *end = data;

  g_free (end->name);
  g_free (end->text);
  g_free (end->key);
}

static guint
add_group (QdPolicyEnds *self, const char *name)
{
  if (self->groups->len == 0 || !g_str_equal (g_ptr_array_index (self->groups, self->groups->len - 1), name))
    g_ptr_array_add (self->groups, g_strdup (name));
  return self->groups->len - 1;
}

/* --- Who is there -------------------------------------------------------------------------------- */

static int
compare_workloads (const QdPolicyWorkload *a, const QdPolicyWorkload *b)
{
  int order = strcmp (a->namespace->name, b->namespace->name);

  if (order == 0)
    order = strcmp (a->name, b->name);
  return order != 0 ? order : strcmp (a->kind, b->kind);
}

static void
add_workload (QdPolicyEnds *self, const QdPolicyWorkload *workload, guint now, guint before)
{
  g_autofree char *whole = g_utf8_casefold (workload->text, -1);
  QdPolicyEnd end = { .name = g_strdup (workload->name), .text = g_strconcat (workload->namespace->name, "/", workload->name, NULL),
                      .key = g_steal_pointer (&whole), .group = add_group (self, workload->namespace->name), .now = now, .before = before };

  g_array_append_val (self->ends, end);
}

/* Two of one name are told apart by their kind. */
static void
add_kind (QdPolicyEnds *self, guint i, const QdPolicyWorkload *workload)
{
  QdPolicyEnd *end = &g_array_index (self->ends, QdPolicyEnd, i);
  char *name = g_strdup_printf ("%s (%s)", workload->name, workload->kind);

  g_free (end->name);
  g_free (end->text);
  end->name = name;
  end->text = g_strconcat (workload->namespace->name, "/", name, NULL);
}

static const QdPolicyWorkload *
get_workload (QdPolicyEnds *self, guint i)
{
  const QdPolicyEnd *end = &g_array_index (self->ends, QdPolicyEnd, i);

  return end->now != QD_POLICY_NO_END ? qd_policy_eval_get_workload (self->now, end->now)
                                      : qd_policy_eval_get_workload (self->before, end->before);
}

static void
tell_apart (QdPolicyEnds *self)
{
  gboolean same_before = FALSE;

  for (guint i = 0; i < self->ends->len; i++)
    {
      const QdPolicyWorkload *workload = get_workload (self, i), *next = i + 1 < self->ends->len ? get_workload (self, i + 1) : NULL;
      gboolean same = next != NULL && g_str_equal (workload->name, next->name) && workload->namespace->name == next->namespace->name;

      if (same || same_before)
        add_kind (self, i, workload);
      same_before = same;
    }
}

/* Both lists are in one order. */
static void
merge_workloads (QdPolicyEnds *self)
{
  guint i = 0, k = 0, n = qd_policy_eval_get_n_workloads (self->now);
  guint m = self->before != NULL ? qd_policy_eval_get_n_workloads (self->before) : 0;

  while (i < n || k < m)
    {
      const QdPolicyWorkload *a = i < n ? qd_policy_eval_get_workload (self->now, i) : NULL;
      const QdPolicyWorkload *b = k < m ? qd_policy_eval_get_workload (self->before, k) : NULL;
      int order = a == NULL ? 1 : b == NULL ? -1 : compare_workloads (a, b);

      add_workload (self, order <= 0 ? a : b, order <= 0 ? i : QD_POLICY_NO_END, order >= 0 ? k : QD_POLICY_NO_END);
      i += order <= 0;
      k += order >= 0;
    }
  tell_apart (self);
}

/* The range of @eval that holds @address, and not a workload that has it. */
static guint
find_range (QdPolicyEval *eval, const QdAddress *address)
{
  guint low = qd_policy_eval_get_n_workloads (eval), high = qd_policy_eval_get_n_ends (eval);

  /* Sorted, and nothing is left out: the last one that begins at it or before. */
  while (low + 1 < high)
    {
      guint middle = low + (high - low) / 2;

      if (qd_address_compare (&qd_policy_eval_get_range (eval, middle)->first, address) <= 0)
        low = middle;
      else
        high = middle;
    }
  if (low < qd_policy_eval_get_n_ends (eval) && qd_address_range_contains (qd_policy_eval_get_range (eval, low), address))
    return low;
  /* IPv6 while no policy names any. */
  return qd_policy_eval_get_n_ends (eval);
}

static gboolean
gather_ranges (QdPolicyEval *eval, guint family, GPtrArray *sets)
{
  guint n = sets->len;

  for (guint i = qd_policy_eval_get_n_workloads (eval); i < qd_policy_eval_get_n_ends (eval); i++)
    {
      const QdAddressRange *range = qd_policy_eval_get_range (eval, i);
      GArray *set;

      if (range->first.family != family)
        continue;
      set = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
      g_array_append_vals (set, range, 1);
      g_ptr_array_add (sets, set);
    }
  return sets->len > n;
}

static void
add_range (QdPolicyEnds *self, const QdAddressRange *range)
{
  g_autofree char *first = qd_address_to_text (&range->first), *last = qd_address_to_text (&range->last);
  char *label = qd_policy_range_to_label (range);
  QdPolicyEnd end = { .name = label, .text = g_strdup (label), .key = g_strdup_printf ("%s %s %s [external]", label, first, last),
                      .group = add_group (self, _("Outside the cluster")), .now = find_range (self->now, &range->first),
                      .before = self->before != NULL ? find_range (self->before, &range->first) : QD_POLICY_NO_END, .outside = TRUE };

  g_array_append_val (self->ends, end);
}

static void
merge_ranges (QdPolicyEnds *self, guint family)
{
  g_autoptr (GPtrArray) sets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (QdAddressRange));
  gboolean any = gather_ranges (self->now, family, sets);

  any |= self->before != NULL && gather_ranges (self->before, family, sets);
  if (!any)
    return;
  qd_address_space_cut (family, sets, parts);
  for (guint i = 0; i < parts->len; i++)
    add_range (self, &g_array_index (parts, QdAddressRange, i));
}

QdPolicyEnds *
qd_policy_ends_new (QdPolicyEval *now, QdPolicyEval *before)
{
  QdPolicyEnds *self = g_new0 (QdPolicyEnds, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->now = qd_policy_eval_ref (now);
  self->before = before != NULL ? qd_policy_eval_ref (before) : NULL;
  self->thread = g_thread_self ();
  self->groups = g_ptr_array_new_with_free_func (g_free);
  self->ends = g_array_new (FALSE, FALSE, sizeof (QdPolicyEnd));
  g_array_set_clear_func (self->ends, clear_end);
  merge_workloads (self);
  /* A namespace may have that name. */
  g_ptr_array_add (self->groups, g_strdup (_("Outside the cluster")));
  merge_ranges (self, 4);
  merge_ranges (self, 6);
  return self;
}

QdPolicyEnds *
qd_policy_ends_ref (QdPolicyEnds *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
qd_policy_ends_unref (QdPolicyEnds *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_array_unref (self->ends);
  g_ptr_array_unref (self->groups);
  qd_policy_eval_unref (self->now);
  g_clear_pointer (&self->before, qd_policy_eval_unref);
  g_free (self);
}

gboolean
qd_policy_ends_has_before (QdPolicyEnds *self)
{
  return self->before != NULL;
}

guint
qd_policy_ends_get_n (QdPolicyEnds *self)
{
  return self->ends->len;
}

const QdPolicyEnd *
qd_policy_ends_get (QdPolicyEnds *self, guint i)
{
  return &g_array_index (self->ends, QdPolicyEnd, i);
}

guint
qd_policy_ends_find (QdPolicyEnds *self, guint now)
{
  for (guint i = 0; i < self->ends->len; i++)
    if (g_array_index (self->ends, QdPolicyEnd, i).now == now)
      return i;
  return QD_POLICY_NO_END;
}

guint
qd_policy_ends_find_text (QdPolicyEnds *self, const char *text)
{
  for (guint i = 0; i < self->ends->len; i++)
    if (g_str_equal (g_array_index (self->ends, QdPolicyEnd, i).text, text))
      return i;
  return QD_POLICY_NO_END;
}

guint
qd_policy_ends_get_n_groups (QdPolicyEnds *self)
{
  return self->groups->len;
}

const char *
qd_policy_ends_get_group (QdPolicyEnds *self, guint group)
{
  return g_ptr_array_index (self->groups, group);
}

guint64
qd_policy_ends_get_n_asked (QdPolicyEnds *self)
{
  return self->n_asked;
}

/* --- What they may ------------------------------------------------------------------------------- */

/* NULL: one of them is not there, so that nothing passes. */
static const QdPortSet *
get_ports (QdPolicyEnds *self, guint src, guint dst, gboolean before)
{
  const QdPolicyEnd *a = qd_policy_ends_get (self, src), *b = qd_policy_ends_get (self, dst);
  guint from = before ? a->before : a->now, to = before ? b->before : b->now;

  if (from == QD_POLICY_NO_END || to == QD_POLICY_NO_END)
    return NULL;
  return qd_policy_eval_get (before ? self->before : self->now, from, to);
}

/* Whether @a has what @b has not. */
static gboolean
has_more (const QdPortSet *a, const QdPortSet *b, QdProtocol protocol)
{
  guint n, m, k = 0;
  const QdPortRange *x = qd_port_set_get_ranges (a, protocol, &n), *y = qd_port_set_get_ranges (b, protocol, &m);

  for (guint i = 0; i < n; i++)
    {
      while (k < m && y[k].last < x[i].first)
        k++;
      /* They neither overlap nor touch: one of them must hold all of it. */
      if (k == m || y[k].first > x[i].first || y[k].last < x[i].last)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_more (const QdPortSet *a, const QdPortSet *b)
{
  if (a == NULL || qd_port_set_is_none (a))
    return FALSE;
  if (b == NULL || qd_port_set_is_none (b))
    return TRUE;
  for (guint i = 0; i < QD_N_PROTOCOLS; i++)
    if (has_more (a, b, (QdProtocol) i))
      return TRUE;
  return FALSE;
}

static QdPolicyCellState
get_state (const QdPortSet *ports)
{
  if (ports == NULL || qd_port_set_is_none (ports))
    return QD_POLICY_CELL_NONE;
  return qd_port_set_is_all (ports) ? QD_POLICY_CELL_ALL : QD_POLICY_CELL_SOME;
}

static gboolean
is_outside (QdPolicyEnds *self, guint src, guint dst)
{
  return qd_policy_ends_get (self, src)->outside && qd_policy_ends_get (self, dst)->outside;
}

QdPolicyCell
qd_policy_ends_get_cell (QdPolicyEnds *self, guint src, guint dst)
{
  const QdPortSet *now, *before;
  gboolean more, less;

  if (self->thread == g_thread_self ())
    self->n_asked++;
  if (is_outside (self, src, dst))
    return (QdPolicyCell) { QD_POLICY_CELL_OUTSIDE, QD_POLICY_CELL_SAME };
  now = get_ports (self, src, dst, FALSE);
  if (self->before == NULL)
    return (QdPolicyCell) { get_state (now), QD_POLICY_CELL_SAME };
  before = get_ports (self, src, dst, TRUE);
  if (now == before)
    return (QdPolicyCell) { get_state (now), QD_POLICY_CELL_SAME };
  more = is_more (now, before);
  less = is_more (before, now);
  return (QdPolicyCell) { get_state (now), (guint8) (more ? less ? QD_POLICY_CELL_MIXED : QD_POLICY_CELL_ALLOWED
                                                          : less ? QD_POLICY_CELL_DENIED : QD_POLICY_CELL_SAME) };
}

/* --- In words ------------------------------------------------------------------------------------ */

/* The list as far as it is readable. */
static char *
shorten (char *ports)
{
  char *end;

  if (strlen (ports) <= MAX_PORTS_TEXT)
    return ports;
  end = ports + MAX_PORTS_TEXT;
  while (*end != ',' && end > ports)
    end--;
  strcpy (end, ",…");
  return ports;
}

char *
qd_policy_ports_to_words (const QdPortSet *ports)
{
  if (qd_port_set_is_all (ports))
    return g_strdup (_("every port"));
  if (qd_port_set_is_none (ports))
    return g_strdup (_("nothing"));
  return shorten (qd_port_set_to_text (ports));
}

static char *
describe_now (QdPolicyEnds *self, guint src, guint dst)
{
  const char *from = qd_policy_ends_get (self, src)->text, *to = qd_policy_ends_get (self, dst)->text;
  const QdPortSet *ports = get_ports (self, src, dst, FALSE);
  g_autofree char *text = NULL;

  switch (get_state (ports))
    {
    case QD_POLICY_CELL_ALL: return g_strdup_printf (_("%s may reach %s on every port"), from, to);
    case QD_POLICY_CELL_SOME:
      text = qd_policy_ports_to_words (ports);
      /* A source, a destination, and "TCP 80,443". */
      return g_strdup_printf (_("%s may reach %s: %s"), from, to, text);
    case QD_POLICY_CELL_NONE:
    case QD_POLICY_CELL_OUTSIDE:
    case QD_POLICY_N_CELL_STATES:
    default: return g_strdup_printf (_("%s may not reach %s"), from, to);
    }
}

/* What @a has and @b has not, after @words; nothing where that is nothing. */
static void
append_difference (GString *out, const QdPortSet *a, const QdPortSet *b, const char *words)
{
  g_autoptr (QdPortStore) store = NULL;
  g_autofree char *text = NULL;

  if (!is_more (a, b))
    return;
  store = qd_port_store_new ();
  text = qd_policy_ports_to_words (qd_port_store_get (store, qd_port_store_subtract (store, qd_port_store_add (store, a),
                                                                     b != NULL ? qd_port_store_add (store, b) : QD_PORTS_NONE)));
  g_string_append_c (out, '\n');
  g_string_append_printf (out, words, text);
}

char *
qd_policy_ends_describe (QdPolicyEnds *self, guint src, guint dst)
{
  GString *out;
  g_autofree char *now = NULL;

  if (is_outside (self, src, dst))
    return g_strdup (_("What passes between addresses outside is no policy’s affair"));
  now = describe_now (self, src, dst);
  out = g_string_new (now);
  if (self->before != NULL)
    {
      const QdPortSet *after = get_ports (self, src, dst, FALSE), *before = get_ports (self, src, dst, TRUE);

      append_difference (out, after, before, _("Newly allowed: %s"));
      append_difference (out, before, after, _("Newly denied: %s"));
    }
  return g_string_free (out, FALSE);
}

char *
qd_policy_ends_dup_ports (QdPolicyEnds *self, guint src, guint dst, gboolean before)
{
  const QdPortSet *ports = before && self->before == NULL ? NULL : get_ports (self, src, dst, before);

  return ports != NULL ? qd_port_set_to_text (ports) : g_strdup ("No Connections");
}
