/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-store"

#include "config.h"
#include "qd-store-recorder.h"

#include <math.h>

#include "qd-store-batch.h"

#define MINUTE_US (60 * G_USEC_PER_SEC)
/* A tick encodes so many things: about a third of a millisecond, four times a second. */
#define TICK_MS 250
#define STATES_PER_TICK 300
#define MINUTES_PER_TICK 1000
#define MAX_FLOWS 2000
#define FLOWS_EVERY_US (30 * G_USEC_PER_SEC)
/* How long after its end a minute waits for measurements that are late. */
#define GRACE_US (5 * G_USEC_PER_SEC)
#define MAX_PENDING 20000

/* The list of one kind, mirrored, so that what was removed is known by name. */
typedef struct {
  QdStoreRecorder *recorder;
  QdEntityList *list;
  GPtrArray *mirror;               /* Thing, in the list's order */
  guint metrics[QD_STORE_MAX_MINUTES];
  guint n_metrics;
  gulong changed, updated;
} Kind;

/* One thing that is watched. */
typedef struct {
  QdEntity *entity;
  Kind *kind;
  QdStoreMinute *values;           /* NULL until the first minute; kept, for there will be a next one */
  gint64 minute;
  gint64 mark;                     /* what told the last measurement from the one before */
  guint dirty : 1, gone : 1, listed : 1, is_open : 1;
} Thing;

struct _QdStoreRecorder {
  QdStoreWriter *writer;
  QdFleet *fleet;
  Kind kinds[QD_N_KINDS];
  GHashTable *things;              /* QdEntity → Thing */
  GQueue dirty;                    /* Thing; gone ones are freed when they come out */
  GPtrArray *open;                 /* entities (owned) whose minute is open */
  QdStoreBatch *batch;             /* what is not in the file yet: events, transitions, minutes, removals */
  gulong status_handler;
  guint timer;
  gboolean resting;                /* the timer waits for the end of a minute only */
  guint sweep_at;                  /* how many of the open ones this minute's sweep has before it */
  gint64 swept, next_flows;
  gboolean flows_changed;
};

/* --- Ticking --------------------------------------------------------------------------------- */

static gboolean tick_cb (gpointer user_data);

static void
wake (QdStoreRecorder *self)
{
  if (self->timer != 0 && !self->resting)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  self->resting = FALSE;
  self->timer = g_timeout_add (TICK_MS, tick_cb, self);
}

/* Nothing is to be done before flows are due, or the minutes that are open have ended. */
static void
rest (QdStoreRecorder *self)
{
  gint64 wait = self->open->len > 0 ? (self->swept + 1) * MINUTE_US + GRACE_US - g_get_real_time () : G_MAXINT64;

  if (self->flows_changed)
    wait = MIN (wait, self->next_flows - g_get_monotonic_time ());
  self->resting = TRUE;
  self->timer = wait == G_MAXINT64 ? 0 : g_timeout_add (CLAMP (wait / 1000 + 1, TICK_MS, 2 * MINUTE_US / 1000), tick_cb, self);
}

/* Hands the batch over, or, while the queue is full, keeps it until it is too much. */
static void
push_batch (QdStoreRecorder *self, gboolean force)
{
  guint size = qd_store_batch_get_size (self->batch);

  if (size == 0 || (!force && size < MAX_PENDING && !qd_store_writer_has_room (self->writer)))
    return;
  qd_store_batch_push (g_steal_pointer (&self->batch), self->writer);
  self->batch = qd_store_batch_new ();
}

static void
thing_free (Thing *thing)
{
  g_clear_object (&thing->entity);
  g_free (thing->values);
  g_free (thing);
}

static void
encode_dirty (QdStoreRecorder *self, guint max)
{
  gint64 now = g_get_real_time ();
  Thing *thing;

  for (guint i = 0; i < max && (thing = g_queue_pop_head (&self->dirty)); i++)
    {
      thing->dirty = FALSE;
      if (thing->gone)
        thing_free (thing);
      else
        qd_store_batch_add_state (self->batch, thing->entity, now);
    }
}

/* What is on paper is kept as the file that it was read from. */
static void
mark_dirty (QdStoreRecorder *self, Thing *thing)
{
  if (thing->dirty || qd_entity_is_paper (thing->entity))
    return;
  thing->dirty = TRUE;
  g_queue_push_tail (&self->dirty, thing);
}

/* --- Minutes --------------------------------------------------------------------------------- */

static void
close_minute (Thing *thing)
{
  QdStoreMinute kept[QD_STORE_MAX_MINUTES];
  guint n = 0;

  if (!thing->is_open)
    return;
  thing->is_open = FALSE;
  for (guint i = 0; i < thing->kind->n_metrics; i++)
    if (thing->values[i].n > 0)
      kept[n++] = thing->values[i];
  if (n > 0)
    qd_store_batch_add_minute (thing->kind->recorder->batch, qd_entity_get_key (thing->entity), thing->minute, kept, n);
}

/* What changes with each measurement of a kind, or -1: then each update is one. */
static int
mark_field (QdEntity *entity)
{
  switch (qd_entity_get_kind (entity))
    {
    case QD_KIND_PATH:
      return qd_entity_get (entity, QD_PATH_MEASURED_AT)->type != QD_VALUE_NONE ? QD_PATH_MEASURED_AT
                                                                               : QD_PATH_METRIC_SEQ;
    case QD_KIND_NODE:
      return qd_entity_get (entity, QD_NODE_METRIC_SEQ)->type != QD_VALUE_NONE ? QD_NODE_METRIC_SEQ
                                                                              : QD_NODE_LAST_SEEN;
    default:
      return -1;
    }
}

/* NULL: it has none. */
static const QdValue *
get_mark (Thing *thing)
{
  int field = mark_field (thing->entity);
  const QdValue *value = field >= 0 ? qd_entity_get (thing->entity, field) : NULL;

  return value != NULL && value->type != QD_VALUE_NONE ? value : NULL;
}

/* TRUE when the entity holds a measurement that was not counted yet; *@at is when it was made. */
static gboolean
is_new_measurement (Thing *thing, gint64 *at)
{
  const QdValue *value = get_mark (thing);
  gint64 now = g_get_real_time ();

  *at = now;
  if (value == NULL)
    return TRUE;
  if (value->v.i == thing->mark)
    return FALSE;
  thing->mark = value->v.i;
  /* A clock that is far off would put it where nobody looks. */
  if (value->type == QD_VALUE_TIME && value->v.i > now - 10 * MINUTE_US && value->v.i < now + MINUTE_US)
    *at = value->v.i;
  return TRUE;
}

static void
open_minute (Thing *thing, gint64 minute)
{
  QdStoreRecorder *self = thing->kind->recorder;

  thing->minute = minute;
  thing->is_open = TRUE;
  if (thing->values == NULL)
    thing->values = g_new (QdStoreMinute, thing->kind->n_metrics);
  for (guint i = 0; i < thing->kind->n_metrics; i++)
    thing->values[i] = (QdStoreMinute) { .field = thing->kind->metrics[i] };
  if (thing->listed)
    return;
  thing->listed = TRUE;
  g_ptr_array_add (self->open, g_object_ref (thing->entity));
}

static void
count_value (QdStoreMinute *sum, double value)
{
  if (!isfinite (value))
    return;
  if (sum->n == 0 || value < sum->min)
    sum->min = value;
  if (sum->n == 0 || value > sum->max)
    sum->max = value;
  sum->sum += value;
  sum->last = value;
  sum->n++;
}

static void
measure (Thing *thing)
{
  gint64 at, minute;

  if (thing->kind->n_metrics == 0 || qd_entity_is_paper (thing->entity) || !is_new_measurement (thing, &at))
    return;
  minute = at / MINUTE_US;
  if (thing->is_open && thing->minute != minute)
    close_minute (thing);
  if (!thing->is_open)
    open_minute (thing, minute);
  for (guint i = 0; i < thing->kind->n_metrics; i++)
    {
      double value;

      if (qd_entity_get_double (thing->entity, thing->kind->metrics[i], &value))
        count_value (&thing->values[i], value);
    }
}

/* Closes the minute of the nth open thing if it ended before @limit. */
static void
sweep_one (QdStoreRecorder *self, guint nth, gint64 limit)
{
  Thing *thing = g_hash_table_lookup (self->things, g_ptr_array_index (self->open, nth));

  if (thing && thing->is_open && thing->minute >= limit)
    return;
  if (thing)
    {
      close_minute (thing);
      thing->listed = FALSE;
    }
  g_ptr_array_remove_index_fast (self->open, nth);
}

/* Once a minute, from the last to the first, so many a call: what is moved into a hole was seen. */
static void
sweep (QdStoreRecorder *self)
{
  gint64 limit = (g_get_real_time () - GRACE_US) / MINUTE_US;

  if (self->sweep_at == 0 && self->swept < limit)
    {
      self->swept = limit;
      self->sweep_at = self->open->len;
    }
  self->sweep_at = MIN (self->sweep_at, self->open->len);
  for (guint i = 0; i < MINUTES_PER_TICK && self->sweep_at > 0; i++)
    sweep_one (self, --self->sweep_at, self->swept);
}

/* --- Flows ----------------------------------------------------------------------------------- */

static void
take_flows (QdStoreRecorder *self)
{
  QdEntityList *list = qd_fleet_get_list (self->fleet, QD_KIND_FLOW);
  guint n = qd_entity_list_get_length (list);
  gint64 now = g_get_real_time ();

  self->flows_changed = FALSE;
  self->next_flows = g_get_monotonic_time () + FLOWS_EVERY_US;
  qd_store_batch_replace_flows (self->batch);
  for (guint i = n > MAX_FLOWS ? n - MAX_FLOWS : 0; i < n; i++)
    qd_store_batch_add_state (self->batch, qd_entity_list_peek (list, i), now);
}

static void
flows_changed_cb (QdStoreRecorder *self)
{
  self->flows_changed = TRUE;
  wake (self);
}

/* --- The lists ------------------------------------------------------------------------------- */

static Thing *
thing_new (Kind *kind, QdEntity *entity)
{
  Thing *thing = g_new0 (Thing, 1);

  thing->entity = g_object_ref (entity);
  thing->kind = kind;
  g_hash_table_insert (kind->recorder->things, entity, thing);
  return thing;
}

static void
forget_thing (QdStoreRecorder *self, Thing *thing)
{
  close_minute (thing);
  if (!qd_entity_is_paper (thing->entity))
    qd_store_batch_remove (self->batch, qd_entity_get_key (thing->entity));
  g_hash_table_remove (self->things, thing->entity);
  if (thing->dirty)
    thing->gone = TRUE;
  else
    thing_free (thing);
}

/* Makes room for @added in the mirror at @position, @removed go. */
static void
splice (Kind *kind, guint position, guint removed, guint added)
{
  GPtrArray *mirror = kind->mirror;
  guint tail = mirror->len - position - removed, old = mirror->len;

  if (added > removed)
    g_ptr_array_set_size (mirror, old + added - removed);
  memmove (mirror->pdata + position + added, mirror->pdata + position + removed, tail * sizeof (gpointer));
  if (added < removed)
    g_ptr_array_set_size (mirror, old + added - removed);
}

static void
items_changed_cb (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  Kind *kind = user_data;
  QdStoreRecorder *self = kind->recorder;

  for (guint i = 0; i < removed; i++)
    forget_thing (self, g_ptr_array_index (kind->mirror, position + i));
  splice (kind, position, removed, added);
  for (guint i = 0; i < added; i++)
    {
      Thing *thing = thing_new (kind, qd_entity_list_peek (kind->list, position + i));

      kind->mirror->pdata[position + i] = thing;
      measure (thing);
      mark_dirty (self, thing);
    }
  wake (self);
}

static void
items_updated_cb (QdEntityList *list, GPtrArray *entities, gpointer user_data)
{
  Kind *kind = user_data;

  for (guint i = 0; i < entities->len; i++)
    {
      Thing *thing = g_hash_table_lookup (kind->recorder->things, g_ptr_array_index (entities, i));

      if (thing == NULL)
        continue;
      measure (thing);
      mark_dirty (kind->recorder, thing);
    }
  wake (kind->recorder);
}

static void
add_event (QdStoreRecorder *self, QdEntity *entity)
{
  const QdValue *at = qd_entity_get (entity, QD_EVENT_AT);

  qd_store_batch_add_event (self->batch, entity, at->type == QD_VALUE_TIME ? at->v.i : g_get_real_time ());
}

static void
events_changed_cb (GListModel *model, guint position, guint removed, guint added, gpointer user_data)
{
  Kind *kind = user_data;

  for (guint i = 0; i < added; i++)
    add_event (kind->recorder, qd_entity_list_peek (kind->list, position + i));
  wake (kind->recorder);
}

static void
status_changed_cb (QdFleet *fleet, QdEntity *entity, int before, int after, gpointer user_data)
{
  QdStoreRecorder *self = user_data;

  if (qd_entity_is_paper (entity))
    return;
  qd_store_batch_add_transition (self->batch, qd_entity_get_key (entity), g_get_real_time (), before, after);
  wake (self);
}

static gboolean
tick_cb (gpointer user_data)
{
  QdStoreRecorder *self = user_data;

  if (!qd_store_writer_is_on (self->writer))
    {
      self->timer = 0;
      return G_SOURCE_REMOVE;
    }
  if (qd_store_writer_has_room (self->writer))
    encode_dirty (self, STATES_PER_TICK);
  sweep (self);
  if (self->flows_changed && g_get_monotonic_time () >= self->next_flows)
    take_flows (self);
  push_batch (self, FALSE);
  if (self->dirty.length || self->sweep_at || qd_store_batch_get_size (self->batch))
    {
      if (!self->resting)
        return G_SOURCE_CONTINUE;
      self->timer = 0;
      wake (self);
    }
  else
    rest (self);
  return G_SOURCE_REMOVE;
}

/* --- Life ------------------------------------------------------------------------------------ */

/* Events and flows have ways of their own; what has no health has no minutes. */
static void
find_metrics (Kind *kind, QdKind which)
{
  const QdSchema *schema = qd_schema_get (which);

  if (which != QD_KIND_SITE && which != QD_KIND_PATH && which != QD_KIND_NODE && which != QD_KIND_LINK &&
      which != QD_KIND_TENANT && which != QD_KIND_SHARD)
    return;
  for (guint i = 0; i < schema->n_fields && kind->n_metrics < G_N_ELEMENTS (kind->metrics); i++)
    if (schema->fields[i].metric)
      kind->metrics[kind->n_metrics++] = i;
}

static void
watch_kind (QdStoreRecorder *self, QdKind which, gboolean clean)
{
  Kind *kind = &self->kinds[which];

  find_metrics (kind, which);
  kind->mirror = g_ptr_array_new ();
  for (guint i = 0; i < qd_entity_list_get_length (kind->list); i++)
    {
      Thing *thing = thing_new (kind, qd_entity_list_peek (kind->list, i));
      const QdValue *mark = get_mark (thing);

      g_ptr_array_add (kind->mirror, thing);
      if (mark != NULL)
        thing->mark = mark->v.i;
      if (!clean)
        mark_dirty (self, thing);
    }
  kind->changed = g_signal_connect (kind->list, "items-changed", G_CALLBACK (items_changed_cb), kind);
  kind->updated = g_signal_connect (kind->list, "items-updated", G_CALLBACK (items_updated_cb), kind);
}

static void
watch (QdStoreRecorder *self, QdKind which, gboolean clean)
{
  Kind *kind = &self->kinds[which];

  kind->recorder = self;
  kind->list = g_object_ref (qd_fleet_get_list (self->fleet, which));
  /* These have a journal of their own. */
  if (which == QD_KIND_AUDIT)
    return;
  if (which == QD_KIND_FLOW)
    {
      kind->changed = g_signal_connect_swapped (kind->list, "items-changed", G_CALLBACK (flows_changed_cb), self);
      kind->updated = g_signal_connect_swapped (kind->list, "items-updated", G_CALLBACK (flows_changed_cb), self);
      return;
    }
  if (which != QD_KIND_EVENT)
    {
      watch_kind (self, which, clean);
      return;
    }
  kind->changed = g_signal_connect (kind->list, "items-changed", G_CALLBACK (events_changed_cb), kind);
  for (guint i = 0; !clean && i < qd_entity_list_get_length (kind->list); i++)
    add_event (self, qd_entity_list_peek (kind->list, i));
}

QdStoreRecorder *
qd_store_recorder_new (QdStoreWriter *writer, QdFleet *fleet, gboolean clean)
{
  QdStoreRecorder *self = g_new0 (QdStoreRecorder, 1);

  self->writer = qd_store_writer_ref (writer);
  self->fleet = g_object_ref (fleet);
  self->things = g_hash_table_new (g_direct_hash, g_direct_equal);
  self->open = g_ptr_array_new_with_free_func (g_object_unref);
  self->batch = qd_store_batch_new ();
  g_queue_init (&self->dirty);
  self->status_handler = g_signal_connect (fleet, "status-changed", G_CALLBACK (status_changed_cb), self);
  for (guint kind = 0; kind < QD_N_KINDS; kind++)
    watch (self, kind, clean);
  wake (self);
  return self;
}

static void
kind_clear (QdStoreRecorder *self, Kind *kind)
{
  if (kind->changed)
    g_signal_handler_disconnect (kind->list, kind->changed);
  if (kind->updated)
    g_signal_handler_disconnect (kind->list, kind->updated);
  for (guint i = 0; kind->mirror && i < kind->mirror->len; i++)
    {
      Thing *thing = g_ptr_array_index (kind->mirror, i);

      if (thing->dirty)
        thing->gone = TRUE;
      else
        thing_free (thing);
    }
  g_clear_pointer (&kind->mirror, g_ptr_array_unref);
  g_clear_object (&kind->list);
}

void
qd_store_recorder_free (QdStoreRecorder *self)
{
  Thing *thing;

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_signal_handler (&self->status_handler, self->fleet);
  for (guint kind = 0; kind < QD_N_KINDS; kind++)
    kind_clear (self, &self->kinds[kind]);
  while ((thing = g_queue_pop_head (&self->dirty)))
    thing_free (thing);
  g_hash_table_unref (self->things);
  g_ptr_array_unref (self->open);
  qd_store_batch_free (self->batch);
  g_object_unref (self->fleet);
  qd_store_writer_unref (self->writer);
  g_free (self);
}

void
qd_store_recorder_resync (QdStoreRecorder *self)
{
  QdEntityList *events = self->kinds[QD_KIND_EVENT].list;

  for (guint kind = 0; kind < QD_N_KINDS; kind++)
    {
      GPtrArray *mirror = self->kinds[kind].mirror;

      for (guint i = 0; mirror && i < mirror->len; i++)
        mark_dirty (self, g_ptr_array_index (mirror, i));
    }
  /* Those that are there already are told apart by their ids. */
  for (guint i = 0; i < qd_entity_list_get_length (events); i++)
    add_event (self, qd_entity_list_peek (events, i));
  self->flows_changed = TRUE;
  wake (self);
}

void
qd_store_recorder_discard (QdStoreRecorder *self)
{
  encode_dirty (self, G_MAXUINT);
  while (self->open->len > 0)
    sweep_one (self, self->open->len - 1, G_MAXINT64);
  self->flows_changed = FALSE;
  qd_store_batch_free (self->batch);
  self->batch = qd_store_batch_new ();
}

void
qd_store_recorder_flush (QdStoreRecorder *self)
{
  encode_dirty (self, G_MAXUINT);
  while (self->open->len > 0)
    sweep_one (self, self->open->len - 1, G_MAXINT64);
  if (self->flows_changed)
    take_flows (self);
  push_batch (self, TRUE);
}
