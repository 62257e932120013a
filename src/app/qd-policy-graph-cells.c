/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-graph-cells.h"

/* Up to so many sorts of ends, the answers are kept in a table: 16 MB. */
#define MAX_TABLE 2048

enum { NOW, BEFORE, N_SIDES };

struct _QdPolicyGraphCells {
  QdPolicyEnds *ends;
  QdPolicyEval *evals[N_SIDES];   /* of BEFORE: NULL where there is none */
  QdPortStore *store;
  GArray *ids[N_SIDES];           /* of guint: for the number of a set there, the one in our store, plus one; 0: not asked yet */
  guint *class_of;                /* by end */
  GArray *classes;                /* of QdPolicyGraphClass */
  GArray *cells;                  /* of QdPolicyGraphCell, by number */
  GHashTable *by_ports;           /* sets of now and before → number of the cell, plus one */
  guint32 *table;                 /* by pair of classes: number of the cell, plus one; 0: not asked yet; NULL: there are too many */
};

/* Two numbers in one, which are the same as a rule: the hash of GLib would be 0 for all of these. */
static guint
pair_hash (gconstpointer pair)
{
  return (guint) ((*(const guint64 *) pair * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) >> 32);
}

/* --- Sorts of ends ------------------------------------------------------------------------------- */

static void
add_end (QdPolicyGraphCells *self, GHashTable *known, guint end, guint now, guint before)
{
  guint64 *key = g_new (guint64, 1);
  guint number;

  *key = (guint64) now << 32 | before;
  number = GPOINTER_TO_UINT (g_hash_table_lookup (known, key));
  if (number == 0)
    {
      QdPolicyGraphClass class = { 1, end, end, qd_policy_ends_get (self->ends, end)->outside };

      g_array_append_val (self->classes, class);
      g_hash_table_insert (known, g_steal_pointer (&key), GUINT_TO_POINTER (self->classes->len));
      self->class_of[end] = self->classes->len - 1;
      return;
    }
  g_free (key);
  self->class_of[end] = number - 1;
  {
    QdPolicyGraphClass *class = &g_array_index (self->classes, QdPolicyGraphClass, number - 1);

    if (class->n++ == 1)
      class->second = end;
  }
}

static void
find_classes (QdPolicyGraphCells *self)
{
  guint n = qd_policy_ends_get_n (self->ends), n_classes;
  g_autofree guint *now = qd_policy_eval_list_classes (self->evals[NOW], &n_classes);
  g_autofree guint *before = self->evals[BEFORE] != NULL ? qd_policy_eval_list_classes (self->evals[BEFORE], &n_classes) : NULL;
  g_autoptr (GHashTable) known = g_hash_table_new_full (pair_hash, g_int64_equal, g_free, NULL);

  self->class_of = g_new (guint, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      const QdPolicyEnd *end = qd_policy_ends_get (self->ends, i);

      add_end (self, known, i, end->now != QD_POLICY_NO_END ? now[end->now] : G_MAXUINT,
               before != NULL && end->before != QD_POLICY_NO_END ? before[end->before] : G_MAXUINT);
    }
}

/* --- What may pass ------------------------------------------------------------------------------- */

static guint
get_ports (QdPolicyGraphCells *self, guint side, guint src, guint dst)
{
  const QdPolicyEnd *a = qd_policy_ends_get (self->ends, src), *b = qd_policy_ends_get (self->ends, dst);
  guint from = side == NOW ? a->now : a->before, to = side == NOW ? b->now : b->before, id, *known;
  const QdPortSet *ports;

  if (from == QD_POLICY_NO_END || to == QD_POLICY_NO_END)
    return QD_PORTS_NONE;
  ports = qd_policy_eval_get (self->evals[side], from, to);
  id = qd_port_set_get_id (ports);
  if (id >= self->ids[side]->len)
    g_array_set_size (self->ids[side], id + 1);
  known = &g_array_index (self->ids[side], guint, id);
  if (*known == 0)
    *known = qd_port_store_add (self->store, ports) + 1;
  return *known - 1;
}

static QdPolicyGraphCell
compare (QdPolicyGraphCells *self, guint now, guint before)
{
  QdPolicyGraphCell cell = { self->cells->len, QD_POLICY_CELL_SAME, now, QD_PORTS_NONE };
  guint gained = now != before ? qd_port_store_subtract (self->store, now, before) : QD_PORTS_NONE;
  guint lost = now != before ? qd_port_store_subtract (self->store, before, now) : QD_PORTS_NONE;

  if (gained == QD_PORTS_NONE && lost == QD_PORTS_NONE)
    return cell;
  cell.change = gained == QD_PORTS_NONE ? QD_POLICY_CELL_DENIED : lost == QD_PORTS_NONE ? QD_POLICY_CELL_ALLOWED : QD_POLICY_CELL_MIXED;
  cell.ports = cell.change == QD_POLICY_CELL_DENIED ? lost : gained;
  cell.lost = cell.change == QD_POLICY_CELL_MIXED ? lost : QD_PORTS_NONE;
  return cell;
}

static guint
find_cell (QdPolicyGraphCells *self, guint now, guint before)
{
  guint64 key = (guint64) now << 32 | before;
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_ports, &key));
  QdPolicyGraphCell cell;

  if (number > 0)
    return number - 1;
  cell = compare (self, now, before);
  g_array_append_val (self->cells, cell);
  g_hash_table_insert (self->by_ports, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (self->cells->len));
  return cell.number;
}

static guint
ask (QdPolicyGraphCells *self, guint src, guint dst)
{
  const QdPolicyGraphClass *from = qd_policy_graph_cells_get_class (self, src), *to = qd_policy_graph_cells_get_class (self, dst);
  guint a = from->first, b = src == dst ? to->second : to->first, now;

  /* What passes between addresses outside is no policy's affair, and nobody is listed with itself. */
  if ((from->outside && to->outside) || a == b)
    return 0;
  now = get_ports (self, NOW, a, b);
  return find_cell (self, now, self->evals[BEFORE] != NULL ? get_ports (self, BEFORE, a, b) : now);
}

const QdPolicyGraphCell *
qd_policy_graph_cells_get (QdPolicyGraphCells *self, guint src, guint dst)
{
  guint32 *kept = self->table != NULL ? &self->table[(gsize) src * self->classes->len + dst] : NULL;
  guint number;

  if (kept != NULL && *kept > 0)
    number = *kept - 1;
  else
    number = ask (self, src, dst);
  if (kept != NULL)
    *kept = number + 1;
  return &g_array_index (self->cells, QdPolicyGraphCell, number);
}

QdPolicyGraphCells *
qd_policy_graph_cells_new (QdPolicyEnds *ends, QdPolicyEval *now, QdPolicyEval *before)
{
  QdPolicyGraphCells *self = g_new0 (QdPolicyGraphCells, 1);

  self->ends = qd_policy_ends_ref (ends);
  self->evals[NOW] = qd_policy_eval_ref (now);
  self->evals[BEFORE] = before != NULL ? qd_policy_eval_ref (before) : NULL;
  self->store = qd_port_store_new ();
  for (guint i = 0; i < N_SIDES; i++)
    self->ids[i] = g_array_new (FALSE, TRUE, sizeof (guint));
  self->classes = g_array_new (FALSE, FALSE, sizeof (QdPolicyGraphClass));
  self->cells = g_array_new (FALSE, FALSE, sizeof (QdPolicyGraphCell));
  self->by_ports = g_hash_table_new_full (pair_hash, g_int64_equal, g_free, NULL);
  find_cell (self, QD_PORTS_NONE, QD_PORTS_NONE);
  find_classes (self);
  if (self->classes->len <= MAX_TABLE)
    self->table = g_new0 (guint32, MAX ((gsize) self->classes->len * self->classes->len, 1));
  return self;
}

void
qd_policy_graph_cells_free (QdPolicyGraphCells *self)
{
  qd_policy_ends_unref (self->ends);
  for (guint i = 0; i < N_SIDES; i++)
    {
      g_clear_pointer (&self->evals[i], qd_policy_eval_unref);
      g_array_unref (self->ids[i]);
    }
  qd_port_store_unref (self->store);
  g_array_unref (self->classes);
  g_array_unref (self->cells);
  g_hash_table_unref (self->by_ports);
  g_free (self->class_of);
  g_free (self->table);
  g_free (self);
}

guint
qd_policy_graph_cells_get_n (QdPolicyGraphCells *self)
{
  return self->classes->len;
}

const QdPolicyGraphClass *
qd_policy_graph_cells_get_class (QdPolicyGraphCells *self, guint class)
{
  return &g_array_index (self->classes, QdPolicyGraphClass, class);
}

guint
qd_policy_graph_cells_get_class_of (QdPolicyGraphCells *self, guint end)
{
  return self->class_of[end];
}

QdPortStore *
qd_policy_graph_cells_get_store (QdPolicyGraphCells *self)
{
  return self->store;
}
