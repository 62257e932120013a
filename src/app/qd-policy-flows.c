/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-flows.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-policy-seen.h"
#include "qd-table-text.h"

/* A slice of reading takes no longer: a frame has room for more. */
#define SLICE_US 2000
/* How often it is looked whether the clock says that a slice is over. */
#define CLOCK_EACH 64
/* While there is a change, the flows are read anew so often. */
#define REFRESH_S 15
#define CANCEL_EACH 1024
#define NEW_LINE "\r\n"

#define NO_PATH G_MAXUINT

/* A path that flows name, and how many of those that are not blocked do. */
typedef struct { QdKey key; guint n_flows; } Path;

/* One flow, and by which path it runs: its number, or NO_PATH. */
typedef struct { QdPolicySeen seen; guint path; } Seen;

/* What was read of the fleet's flows. Once it is read, immutable; reference counted (g_atomic_rc_box). */
typedef struct {
  GArray *flows;             /* Seen */
  GPtrArray *paths;          /* Path */
  gint64 as_of;
} Flows;

/* What a worker found. Immutable, reference counted (g_atomic_rc_box). */
typedef struct {
  QdPolicyEval *before, *after;
  Flows *flows;              /* among which it was looked */
  GArray *cut;               /* Seen, that which carries most first */
  GArray *paths;             /* QdPolicyCutPath, those that lose most first; keys are of @flows */
  guint n_pathless;
  GPtrArray *whys;           /* char *, of each of @cut; owned by @words */
  GHashTable *words;         /* char * */
  double bytes_a_day;
} Cuts;

struct _QdPolicyFlows {
  GObject parent_instance;

  QdSession *session;
  QdPolicyEval *before, *after;   /* NULL: nothing changes */

  GPtrArray *reading;        /* QdEntity, of which those before @at are read; NULL: nothing is being read */
  guint at, slice_id;
  Flows *half;               /* what was read so far */
  GHashTable *numbers;       /* QdKey → its place in the paths of @half + 1 */
  Flows *seen;               /* of all; NULL: not read yet */
  guint refresh_id;

  GCancellable *asking;      /* NULL: no worker is asked */
  Cuts *cuts;                /* what is listed; NULL: nothing */
};

static guint changed_signal;

static void qd_policy_flows_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (QdPolicyFlows, qd_policy_flows, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, qd_policy_flows_list_model_init))

/* --- What was read --------------------------------------------------------------------------------- */

static void
path_free (gpointer data)
{
  Path *path = data;

  g_ref_string_release (path->key.id);
  g_free (path);
}

static Flows *
flows_new (guint n)
{
  Flows *self = g_atomic_rc_box_new0 (Flows);

  self->flows = g_array_sized_new (FALSE, FALSE, sizeof (Seen), n);
  self->paths = g_ptr_array_new_with_free_func (path_free);
  return self;
}

static void
flows_clear (gpointer data)
{
  Flows *self = data;

  g_array_unref (self->flows);
  g_ptr_array_unref (self->paths);
}

static void
flows_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, flows_clear);
}

/* --- What was found ------------------------------------------------------------------------------- */

static void
cuts_clear (gpointer data)
{
  Cuts *self = data;

  qd_policy_eval_unref (self->before);
  qd_policy_eval_unref (self->after);
  flows_unref (self->flows);
  g_array_unref (self->cut);
  g_array_unref (self->paths);
  g_ptr_array_unref (self->whys);
  g_hash_table_unref (self->words);
}

static void
cuts_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, cuts_clear);
}

static const QdPolicySeen *
cuts_get (Cuts *self, guint i)
{
  return &g_array_index (self->cut, Seen, i).seen;
}

static guint
cuts_count (Cuts *self)
{
  return self ? self->cut->len : 0;
}

/* Whether they are rows of the same flow. */
static gboolean
is_same (const QdPolicySeen *a, const QdPolicySeen *b)
{
  return a->port == b->port && a->protocol == b->protocol && qd_address_equal (&a->src, &b->src) && qd_address_equal (&a->dst, &b->dst);
}

/* --- On a worker ---------------------------------------------------------------------------------- */

/* What nobody knows comes last; else those that are alike stand in an order of their own, so that they keep it. */
static int
compare_seen (gconstpointer a, gconstpointer b)
{
  const QdPolicySeen *l = &((const Seen *) a)->seen, *r = &((const Seen *) b)->seen;
  double of_l = isfinite (l->bytes_a_day) ? l->bytes_a_day : -1, of_r = isfinite (r->bytes_a_day) ? r->bytes_a_day : -1;
  int order = of_l < of_r ? 1 : of_l > of_r ? -1 : qd_address_compare (&l->src, &r->src);

  if (order == 0)
    order = qd_address_compare (&l->dst, &r->dst);
  return order ? order : ((int) l->protocol << 16 | l->port) - ((int) r->protocol << 16 | r->port);
}

/* Flows between the same pods, or the same ranges, on the same port have the same reason. */
typedef struct { gconstpointer src, dst; guint port; } Group;

static guint
group_hash (gconstpointer data)
{
  const Group *self = data;

  return (g_direct_hash (self->src) * 31 + g_direct_hash (self->dst)) * 31 + self->port;
}

static gboolean
group_equal (gconstpointer a, gconstpointer b)
{
  const Group *l = a, *r = b;

  return l->src == r->src && l->dst == r->dst && l->port == r->port;
}

static gconstpointer
find_end (QdPolicyEval *eval, const QdAddress *address)
{
  const QdPolicyPod *pod = qd_policy_eval_find_pod (eval, address);

  return pod ? (gconstpointer) pod : qd_policy_eval_get_range (eval, qd_policy_eval_find_outside (eval, address));
}

/* The one copy of it. */
static char *
keep_word (Cuts *cuts, const char *word)
{
  char *kept = g_hash_table_lookup (cuts->words, word);

  if (kept == NULL)
    g_hash_table_add (cuts->words, kept = g_strdup (word));
  return kept;
}

static void
find_whys (Cuts *cuts, GCancellable *cancellable)
{
  g_autoptr (GHashTable) groups = g_hash_table_new_full (group_hash, group_equal, g_free, NULL);

  for (guint i = 0; i < cuts->cut->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const QdPolicySeen *flow = cuts_get (cuts, i);
      Group group = { find_end (cuts->after, &flow->src), find_end (cuts->after, &flow->dst), (guint) flow->protocol << 16 | flow->port };
      char *why = g_hash_table_lookup (groups, &group);

      if (why == NULL)
        {
          g_autoptr (QdPolicyExplanation) explanation = qd_policy_seen_explain (flow, cuts->after);

          why = keep_word (cuts, explanation->sides[explanation->decided].text);
          g_hash_table_insert (groups, g_memdup2 (&group, sizeof group), why);
        }
      g_ptr_array_add (cuts->whys, why);
    }
}

/* Those that are alike stand in an order of their own, as flows do. */
static int
compare_paths (gconstpointer a, gconstpointer b)
{
  const QdPolicyCutPath *l = a, *r = b;

  if (l->bytes_a_day != r->bytes_a_day)
    return l->bytes_a_day < r->bytes_a_day ? 1 : -1;
  if (l->n_cut != r->n_cut)
    return l->n_cut < r->n_cut ? 1 : -1;
  return strcmp (l->path->id, r->path->id);
}

/* Adds up what is cut off, path by path. */
static void
find_paths (Cuts *cuts)
{
  GPtrArray *all = cuts->flows->paths;
  g_autofree QdPolicyCutPath *sums = g_new0 (QdPolicyCutPath, MAX (all->len, 1));

  for (guint i = 0; i < cuts->cut->len; i++)
    {
      const Seen *flow = &g_array_index (cuts->cut, Seen, i);

      if (flow->path == NO_PATH)
        {
          cuts->n_pathless++;
          continue;
        }
      sums[flow->path].n_cut++;
      sums[flow->path].bytes_a_day += isfinite (flow->seen.bytes_a_day) ? flow->seen.bytes_a_day : 0;
    }
  for (guint i = 0; i < all->len; i++)
    if (sums[i].n_cut > 0)
      {
        const Path *path = all->pdata[i];

        sums[i].path = &path->key;
        sums[i].n_flows = path->n_flows;
        g_array_append_val (cuts->paths, sums[i]);
      }
  g_array_sort (cuts->paths, compare_paths);
}

static void
find_cuts (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Cuts *cuts = data;
  GArray *flows = cuts->flows->flows;

  for (guint i = 0; i < flows->len; i++)
    {
      const Seen *flow = &g_array_index (flows, Seen, i);

      if (i % CANCEL_EACH == 0 && g_task_return_error_if_cancelled (task))
        return;
      if (!qd_policy_seen_is_cut (&flow->seen, cuts->before, cuts->after))
        continue;
      g_array_append_vals (cuts->cut, flow, 1);
      cuts->bytes_a_day += isfinite (flow->seen.bytes_a_day) ? flow->seen.bytes_a_day : 0;
    }
  g_array_sort (cuts->cut, compare_seen);
  find_paths (cuts);
  find_whys (cuts, cancellable);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, g_atomic_rc_box_acquire (cuts), cuts_unref);
}

/* --- The list ------------------------------------------------------------------------------------- */

static void
drop (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  cuts_unref (data);
}

/* With it may go all that was evaluated: not while a frame waits. */
static void
drop_elsewhere (Cuts *cuts)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_task_set_task_data (task, cuts, NULL);
  g_task_run_in_thread (task, drop);
}

/* Only rows between the first and the last that is another one are told to be others: who reads on reads on. */
static void
take_cuts (QdPolicyFlows *self, Cuts *cuts)
{
  Cuts *before = self->cuts;
  guint n = cuts_count (before), m = cuts_count (cuts), head = 0, tail = 0;

  while (head < MIN (n, m) && is_same (cuts_get (before, head), cuts_get (cuts, head)))
    head++;
  while (tail < MIN (n, m) - head && is_same (cuts_get (before, n - 1 - tail), cuts_get (cuts, m - 1 - tail)))
    tail++;
  self->cuts = cuts;
  if (head < n || head < m)
    g_list_model_items_changed (G_LIST_MODEL (self), head, n - head - tail, m - head - tail);
  g_clear_pointer (&before, drop_elsewhere);
  g_signal_emit (self, changed_signal, 0);
}

static void
stop_asking (QdPolicyFlows *self)
{
  if (self->asking)
    g_cancellable_cancel (self->asking);
  g_clear_object (&self->asking);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  QdPolicyFlows *self = QD_POLICY_FLOWS (source);
  Cuts *cuts = g_task_propagate_pointer (G_TASK (result), NULL);

  /* Something else was asked since. */
  if (cuts && g_task_get_cancellable (G_TASK (result)) == self->asking)
    {
      g_clear_object (&self->asking);
      take_cuts (self, g_steal_pointer (&cuts));
    }
  g_clear_pointer (&cuts, cuts_unref);
}

static void
ask (QdPolicyFlows *self)
{
  g_autoptr (GTask) task = NULL;
  Cuts *cuts;

  stop_asking (self);
  if (self->before == NULL || self->seen == NULL)
    return;
  cuts = g_atomic_rc_box_new0 (Cuts);
  cuts->before = qd_policy_eval_ref (self->before);
  cuts->after = qd_policy_eval_ref (self->after);
  cuts->flows = g_atomic_rc_box_acquire (self->seen);
  cuts->cut = g_array_new (FALSE, FALSE, sizeof (Seen));
  cuts->paths = g_array_new (FALSE, FALSE, sizeof (QdPolicyCutPath));
  cuts->words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  cuts->whys = g_ptr_array_new ();
  self->asking = g_cancellable_new ();
  task = g_task_new (self, self->asking, found_cb, NULL);
  g_task_set_task_data (task, cuts, cuts_unref);
  g_task_run_in_thread (task, find_cuts);
}

/* --- Reading the fleet's flows ---------------------------------------------------------------------- */

/* What is blocked already cannot be cut off. */
static gboolean
passes (QdEntity *flow)
{
  return g_strcmp0 (qd_entity_get_string (flow, QD_FLOW_STATE), "blocked") != 0;
}

static void
stop_reading (QdPolicyFlows *self)
{
  g_clear_handle_id (&self->slice_id, g_source_remove);
  g_clear_pointer (&self->reading, g_ptr_array_unref);
  g_clear_pointer (&self->numbers, g_hash_table_unref);
  g_clear_pointer (&self->half, flows_unref);
}

/* The number of the path by which @flow runs, which is one more that does. */
static guint
count_path (QdPolicyFlows *self, QdEntity *flow)
{
  const QdValue *value = qd_entity_get (flow, QD_FLOW_PATH);
  const QdKey key = { qd_entity_get_connection (flow), QD_KIND_PATH, value->type == QD_VALUE_STRING ? value->v.s : NULL };
  guint number;
  Path *path;

  if (key.id == NULL || *key.id == '\0')
    return NO_PATH;
  number = GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, &key));
  if (number == 0)
    {
      path = g_new0 (Path, 1);
      path->key = key;
      g_ref_string_acquire (path->key.id);
      g_ptr_array_add (self->half->paths, path);
      number = self->half->paths->len;
      g_hash_table_insert (self->numbers, &path->key, GUINT_TO_POINTER (number));
    }
  path = self->half->paths->pdata[number - 1];
  path->n_flows++;
  return number - 1;
}

static void
read_flow (QdPolicyFlows *self, QdEntity *flow)
{
  Seen seen;

  if (!passes (flow))
    return;
  seen.path = count_path (self, flow);
  if (qd_policy_seen_read (flow, &seen.seen))
    g_array_append_val (self->half->flows, seen);
}

static gboolean
slice_cb (gpointer data)
{
  QdPolicyFlows *self = data;
  gint64 end = g_get_monotonic_time () + SLICE_US;
  guint first = self->at;

  for (; self->at < self->reading->len; self->at++)
    {
      if (self->at > first && self->at % CLOCK_EACH == 0 && g_get_monotonic_time () > end)
        return G_SOURCE_CONTINUE;
      read_flow (self, self->reading->pdata[self->at]);
    }
  self->slice_id = 0;
  g_clear_pointer (&self->seen, flows_unref);
  self->seen = g_steal_pointer (&self->half);
  self->seen->as_of = g_get_real_time ();
  stop_reading (self);
  ask (self);
  return G_SOURCE_REMOVE;
}

static void
read_flows (QdPolicyFlows *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), QD_KIND_FLOW);
  const char *connection = qd_session_get_connection (self->session);
  guint n = qd_entity_list_get_length (list);

  stop_reading (self);
  self->reading = g_ptr_array_new_full (n, g_object_unref);
  for (guint i = 0; i < n; i++)
    {
      QdEntity *flow = qd_entity_list_peek (list, i);

      if (qd_entity_belongs (flow, connection))
        g_ptr_array_add (self->reading, g_object_ref (flow));
    }
  self->half = flows_new (self->reading->len);
  self->numbers = g_hash_table_new (qd_key_hash, qd_key_equal);
  self->at = 0;
  self->slice_id = g_idle_add (slice_cb, self);
}

static gboolean
refresh_cb (gpointer data)
{
  QdPolicyFlows *self = data;

  /* What is on its way comes first. */
  if (self->reading == NULL && self->asking == NULL)
    read_flows (self);
  return G_SOURCE_CONTINUE;
}

static void
connection_cb (QdPolicyFlows *self)
{
  g_clear_pointer (&self->seen, flows_unref);
  stop_asking (self);
  take_cuts (self, NULL);
  if (self->before)
    read_flows (self);
}

/* --- The object ------------------------------------------------------------------------------------- */

static GType
qd_policy_flows_get_item_type (GListModel *model)
{
  return QD_TYPE_POLICY_FLOW_ROW;
}

static guint
qd_policy_flows_get_n_items (GListModel *model)
{
  return cuts_count (QD_POLICY_FLOWS (model)->cuts);
}

/* Who is gone after the change has a name before it. */
static gpointer
qd_policy_flows_get_item (GListModel *model, guint position)
{
  Cuts *cuts = QD_POLICY_FLOWS (model)->cuts;
  g_autofree char *src = NULL, *dst = NULL;

  if (position >= cuts_count (cuts))
    return NULL;
  src = qd_policy_address_to_label (&cuts_get (cuts, position)->src, cuts->before);
  dst = qd_policy_address_to_label (&cuts_get (cuts, position)->dst, cuts->before);
  return qd_policy_flow_row_new (cuts_get (cuts, position), src, dst, cuts->whys->pdata[position]);
}

static void
qd_policy_flows_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = qd_policy_flows_get_item_type;
  iface->get_n_items = qd_policy_flows_get_n_items;
  iface->get_item = qd_policy_flows_get_item;
}

static void
forget_evals (QdPolicyFlows *self)
{
  g_clear_pointer (&self->before, qd_policy_eval_unref);
  g_clear_pointer (&self->after, qd_policy_eval_unref);
}

static void
qd_policy_flows_dispose (GObject *object)
{
  QdPolicyFlows *self = QD_POLICY_FLOWS (object);

  stop_reading (self);
  stop_asking (self);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  forget_evals (self);
  g_clear_pointer (&self->seen, flows_unref);
  g_clear_pointer (&self->cuts, cuts_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_policy_flows_parent_class)->dispose (object);
}

static void
qd_policy_flows_class_init (QdPolicyFlowsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_policy_flows_dispose;
  changed_signal = g_signal_new ("changed", QD_TYPE_POLICY_FLOWS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_policy_flows_init (QdPolicyFlows *self)
{
}

QdPolicyFlows *
qd_policy_flows_new (QdSession *session)
{
  QdPolicyFlows *self = g_object_new (QD_TYPE_POLICY_FLOWS, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "notify::connection", G_CALLBACK (connection_cb), self, G_CONNECT_SWAPPED);
  return self;
}

void
qd_policy_flows_set_evals (QdPolicyFlows *self, QdPolicyEval *before, QdPolicyEval *after)
{
  gboolean changes = before && after && before != after;

  if (changes && before == self->before && after == self->after)
    return;
  forget_evals (self);
  stop_asking (self);
  if (!changes)
    {
      stop_reading (self);
      g_clear_handle_id (&self->refresh_id, g_source_remove);
      g_clear_pointer (&self->seen, flows_unref);
      take_cuts (self, NULL);
      return;
    }
  self->before = qd_policy_eval_ref (before);
  self->after = qd_policy_eval_ref (after);
  if (self->refresh_id == 0)
    self->refresh_id = g_timeout_add_seconds (REFRESH_S, refresh_cb, self);
  /* What was read before the last keystroke will do for this one. */
  if (self->seen)
    ask (self);
  else if (self->reading == NULL)
    read_flows (self);
}

gboolean
qd_policy_flows_is_known (QdPolicyFlows *self)
{
  return self->before == NULL || (self->cuts && self->cuts->before == self->before && self->cuts->after == self->after);
}

guint
qd_policy_flows_get_n_seen (QdPolicyFlows *self)
{
  return self->cuts ? self->cuts->flows->flows->len : 0;
}

gint64
qd_policy_flows_get_as_of (QdPolicyFlows *self)
{
  return self->cuts ? self->cuts->flows->as_of : 0;
}

double
qd_policy_flows_get_bytes_a_day (QdPolicyFlows *self)
{
  return self->cuts ? self->cuts->bytes_a_day : 0;
}

const QdPolicyCutPath *
qd_policy_flows_get_paths (QdPolicyFlows *self, guint *n)
{
  *n = self->cuts ? self->cuts->paths->len : 0;
  return *n > 0 ? &g_array_index (self->cuts->paths, QdPolicyCutPath, 0) : NULL;
}

guint
qd_policy_flows_get_n_pathless (QdPolicyFlows *self)
{
  return self->cuts ? self->cuts->n_pathless : 0;
}

char *
qd_policy_flows_dup_sentence (QdPolicyFlows *self)
{
  guint n = cuts_count (self->cuts), seen = qd_policy_flows_get_n_seen (self);
  g_autofree char *size = NULL;

  if (seen == 0)
    return NULL;
  if (n == 0)
    return g_strdup_printf (ngettext ("This change cuts off none of %'u observed flow", "This change cuts off none of %'u observed flows", seen), seen);
  size = g_format_size ((guint64) self->cuts->bytes_a_day);
  return g_strdup_printf (ngettext ("This change cuts off %'u observed flow, %s a day", "This change cuts off %'u observed flows, %s a day", n), n, size);
}

/* --- CSV -------------------------------------------------------------------------------------------- */

static void
append_cells (GString *out, Cuts *cuts, guint i)
{
  const QdPolicySeen *flow = cuts_get (cuts, i);
  g_autofree char *src = qd_address_to_text (&flow->src), *dst = qd_address_to_text (&flow->dst);
  g_autofree char *src_name = qd_policy_address_to_label (&flow->src, cuts->before), *dst_name = qd_policy_address_to_label (&flow->dst, cuts->before);
  const char *cells[] = { src, src_name, dst, dst_name };

  for (guint k = 0; k < G_N_ELEMENTS (cells); k++)
    {
      qd_table_text_append_csv (out, cells[k]);
      g_string_append_c (out, ',');
    }
  g_string_append_printf (out, "%u,%s,", flow->port, qd_protocol_to_string ((QdProtocol) flow->protocol));
  if (isfinite (flow->bytes_a_day))
    g_string_append_printf (out, "%.0f", flow->bytes_a_day);
  g_string_append_c (out, ',');
  qd_table_text_append_csv (out, cuts->whys->pdata[i]);
  g_string_append (out, NEW_LINE);
}

static void
write_csv (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GString) out = g_string_new ("src_ip,src,dst_ip,dst,dst_port,protocol,bytes_a_day,why" NEW_LINE);

  for (guint i = 0; i < cuts_count (data); i++)
    {
      if (i % CANCEL_EACH == 0 && g_task_return_error_if_cancelled (task))
        return;
      append_cells (out, data, i);
    }
  g_task_return_pointer (task, g_string_free_to_bytes (g_steal_pointer (&out)), (GDestroyNotify) g_bytes_unref);
}

void
qd_policy_flows_csv_async (QdPolicyFlows *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (self->cuts)
    g_task_set_task_data (task, g_atomic_rc_box_acquire (self->cuts), cuts_unref);
  g_task_run_in_thread (task, write_csv);
}

GBytes *
qd_policy_flows_csv_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
