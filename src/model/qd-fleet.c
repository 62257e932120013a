/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-fleet.h"

#include "qd-carried.h"
#include "qd-edges.h"
#include "qd-event-text.h"

/* Older events are in the store. */
#define MAX_EVENTS 10000u
#define CLOCK_SET_BACK_US (5 * 60 * G_USEC_PER_SEC)

typedef struct { const char *connection; QdKind kind; guint generation; gboolean open; } Snapshot;

struct _QdFleet {
  GObject parent_instance;

  QdEntityList *lists[QD_N_KINDS];
  GHashTable *by_key;       /* &entity->key → entity (owned) */
  QdEdges *edges;
  QdCarried *carried;
  GArray *snapshots;        /* of Snapshot: a few for each connection */
  GPtrArray *transitions;   /* entities (owned) whose status the batch under way touched */
  GPtrArray *due;           /* edges and sites (owned) of which things are derived anew when it ends */

  guint depth;              /* of begin */
  gboolean telling;
  gint64 now_us;            /* real and */
  gint64 monotonic_us;      /* monotonic time when the batch began */
  guint64 next_serial;
  guint next_generation;
  guint64 n_dropped;
};

G_DEFINE_FINAL_TYPE (QdFleet, qd_fleet, G_TYPE_OBJECT)

static guint committed_signal, status_changed_signal;

static void
qd_fleet_finalize (GObject *object)
{
  QdFleet *self = QD_FLEET (object);

  g_ptr_array_unref (self->transitions);
  g_ptr_array_unref (self->due);
  qd_edges_free (self->edges);
  qd_carried_free (self->carried);
  g_hash_table_unref (self->by_key);
  for (guint i = 0; i < QD_N_KINDS; i++)
    g_object_unref (self->lists[i]);
  g_array_unref (self->snapshots);
  G_OBJECT_CLASS (qd_fleet_parent_class)->finalize (object);
}

static void
qd_fleet_class_init (QdFleetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = qd_fleet_finalize;

  /**
   * QdFleet::committed:
   *
   * A batch has been applied, and the lists have told it.
   */
  committed_signal = g_signal_new ("committed", QD_TYPE_FLEET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * QdFleet::status-changed:
   * @entity: a thing that was known before
   * @before: its #QdStatus before the batch
   * @after: its #QdStatus now
   */
  status_changed_signal = g_signal_new ("status-changed", QD_TYPE_FLEET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 3, QD_TYPE_ENTITY, G_TYPE_INT, G_TYPE_INT);
}

static void
qd_fleet_init (QdFleet *self)
{
  for (guint i = 0; i < QD_N_KINDS; i++)
    self->lists[i] = qd_entity_list_new ((QdKind) i);
  self->by_key = g_hash_table_new_full (qd_key_hash, qd_key_equal, NULL, g_object_unref);
  self->edges = qd_edges_new ();
  self->carried = qd_carried_new ();
  self->snapshots = g_array_new (FALSE, TRUE, sizeof (Snapshot));
  self->transitions = g_ptr_array_new_with_free_func (g_object_unref);
  self->due = g_ptr_array_new_with_free_func (g_object_unref);
  self->next_generation = 1;
}

/**
 * qd_fleet_new:
 *
 * Returns: (transfer full): a fleet of which nothing is known
 */
QdFleet *
qd_fleet_new (void)
{
  return g_object_new (QD_TYPE_FLEET, NULL);
}

static QdEntity *
lookup_key (QdFleet *self, const char *connection, QdKind kind, const char *id)
{
  QdKey key = { connection, kind, (GRefString *) id };

  return g_hash_table_lookup (self->by_key, &key);
}

/* --- Changing one entity --- */

/* All changes of known things go through here, so that each is told once. */
static void
set_field (QdFleet *self, QdEntity *entity, guint field, QdValue value)
{
  gboolean first = entity->mask == 0;

  if (!qd_entity_set (entity, field, value))
    return;
  entity->changed_at_us = self->monotonic_us;
  if (first && !entity->is_new)
    qd_entity_list_queue_update (self->lists[entity->key.kind], entity);
}

/* --- What is derived of edges and their ends --- */

/* When the batch ends, or before: however often it touches an edge or a site, what follows is made once. */
static void
derive_later (QdFleet *self, QdEntity *entity)
{
  if (entity == NULL || entity->is_due)
    return;
  entity->is_due = TRUE;
  g_ptr_array_add (self->due, g_object_ref (entity));
}

static QdEntity *
find_end (QdFleet *self, QdEntity *edge, guint field)
{
  QdKey end = { .connection = edge->key.connection };

  if (!qd_edges_has_ends (edge->key.kind, &end.kind))
    return NULL;
  end.id = (GRefString *) qd_entity_get_string (edge, field);
  return end.id != NULL ? g_hash_table_lookup (self->by_key, &end) : NULL;
}

static QdValue
edge_name (QdEntity *edge, QdEntity *const *ends)
{
  const char *names[2];

  for (guint i = 0; i < 2; i++)
    names[i] = ends[i] != NULL ? qd_entity_get_name (ends[i]) : qd_entity_get_string (edge, QD_PATH_SRC + i);
  if (names[0] == NULL || names[1] == NULL)
    return QD_NO_VALUE;
  g_autofree char *name = g_strconcat (names[0], " → ", names[1], NULL);
  return qd_value_string (name);
}

/* A path is always called after its sites; a link is when it has no name of its own. */
static void
derive_edge (QdFleet *self, QdEntity *edge)
{
  QdEntity *ends[2] = { find_end (self, edge, QD_PATH_SRC), find_end (self, edge, QD_PATH_DST) };

  derive_later (self, ends[0]);
  derive_later (self, ends[1]);
  if (edge->key.kind == QD_KIND_LINK && !edge->name_derived && edge->values[QD_FIELD_NAME].type != QD_VALUE_NONE)
    return;
  QdValue name = edge_name (edge, ends);
  edge->name_derived = name.type != QD_VALUE_NONE;
  set_field (self, edge, QD_FIELD_NAME, name);
}

static void
count_paths (QdFleet *self, QdEntity *site)
{
  GPtrArray *paths = qd_edges_at (self->edges, &site->key);

  set_field (self, site, QD_SITE_PATHS, qd_value_int (paths != NULL ? paths->len : 0));
}

static void
derive_due (QdFleet *self)
{
  QdKind end_kind;

  /* Edges add their ends behind them. */
  for (guint i = 0; i < self->due->len; i++)
    {
      QdEntity *entity = self->due->pdata[i];

      entity->is_due = FALSE;
      if (entity->is_removed)
        continue;
      if (entity->key.kind == QD_KIND_SITE)
        count_paths (self, entity);
      else if (qd_edges_has_ends (entity->key.kind, &end_kind))
        derive_edge (self, entity);
    }
  g_ptr_array_set_size (self->due, 0);
}

/* What follows from an edge's not being where it was. */
static void
leave_ends (QdFleet *self, QdEntity *edge)
{
  qd_edges_remove (self->edges, edge);
  derive_later (self, find_end (self, edge, QD_PATH_SRC));
  derive_later (self, find_end (self, edge, QD_PATH_DST));
}

/* What follows from a site's or node's being there, gone or called something else. */
static void
derive_at_end (QdFleet *self, QdEntity *end)
{
  GPtrArray *edges = qd_edges_at (self->edges, &end->key);

  for (guint i = 0; edges != NULL && i < edges->len; i++)
    derive_later (self, edges->pdata[i]);
  derive_later (self, end);
}

/* Says of a server's job which of ours stands for it, if any. */
static void
derive_shown_as (QdFleet *self, const QdKey *key)
{
  QdEntity *job = g_hash_table_lookup (self->by_key, key);
  GPtrArray *ours = job != NULL ? qd_edges_at (self->edges, key) : NULL;

  if (job != NULL)
    set_field (self, job, QD_JOB_SHOWN_AS, ours != NULL ? qd_value_string (qd_entity_get_id (ours->pdata[0])) : QD_NO_VALUE);
}

/* Notes what @job stands for, or that it does not any more. */
static void
note_server_job (QdFleet *self, QdEntity *job, gboolean stands)
{
  QdKey key;

  if (!qd_edges_get_server_job (job, &key))
    return;
  if (stands)
    qd_edges_add (self->edges, job);
  else
    qd_edges_remove (self->edges, job);
  derive_shown_as (self, &key);
}

static void
derive_carried (QdFleet *self, QdEntity *policy)
{
  set_field (self, policy, QD_ROUTING_FLOWS, qd_carried_get (self->carried, policy->key.connection, policy->key.id));
}

/* Counts one flow more or less, and says so of the policy if it is known. @policy: (nullable) */
static void
count_carried (QdFleet *self, const char *connection, GRefString *policy, int by)
{
  QdEntity *entity;

  if (policy == NULL)
    return;
  qd_carried_count (self->carried, connection, policy, by);
  entity = lookup_key (self, connection, QD_KIND_ROUTING, policy);
  if (entity != NULL)
    derive_carried (self, entity);
}

static void
derive_carried_of (gpointer data, QdEntity *policy)
{
  QdFleet *self = data;

  /* One that is being removed is in its list until the batch ends. */
  if (!policy->is_removed)
    derive_carried (self, policy);
}

static void
note_flow (QdFleet *self, const char *connection, int by)
{
  if (qd_carried_note_flow (self->carried, connection, by))
    qd_entity_list_foreach (self->lists[QD_KIND_ROUTING], derive_carried_of, self);
}

static gboolean
can_be_end (QdKind kind)
{
  return kind == QD_KIND_SITE || kind == QD_KIND_NODE;
}

static QdEntity *
add_entity (QdFleet *self, const QdKey *key)
{
  QdEntity *entity = qd_entity_new (key, self->next_serial++);

  entity->changed_at_us = self->monotonic_us;
  g_hash_table_insert (self->by_key, &entity->key, entity);
  qd_entity_list_queue_add (self->lists[key->kind], entity);
  return entity;
}

static void
remove_entity (QdFleet *self, QdEntity *entity)
{
  QdKind end_kind;
  g_autoptr (QdEntity) kept = g_object_ref (entity);

  if (entity->is_removed)
    return;
  g_hash_table_remove (self->by_key, &entity->key);
  qd_entity_list_queue_remove (self->lists[entity->key.kind], entity);
  if (qd_edges_has_ends (entity->key.kind, &end_kind))
    leave_ends (self, entity);
  if (can_be_end (entity->key.kind))
    derive_at_end (self, entity);
  if (entity->key.kind == QD_KIND_JOB)
    note_server_job (self, entity, FALSE);
  if (entity->key.kind == QD_KIND_FLOW)
    {
      count_carried (self, entity->key.connection, qd_carried_get_policy (entity), -1);
      note_flow (self, entity->key.connection, -1);
    }
}

/* --- Applying a delta --- */

/* What no source has a say in. */
static gboolean
is_ours_alone (QdKind kind, guint field)
{
  return (field == QD_FIELD_NAME && kind == QD_KIND_PATH) || (field == QD_ROUTING_FLOWS && kind == QD_KIND_ROUTING) ||
         (field == QD_JOB_SHOWN_AS && kind == QD_KIND_JOB);
}

static gboolean
is_derived (QdEntity *entity, guint field)
{
  return field == QD_FIELD_SINCE || is_ours_alone (entity->key.kind, field) ||
         (field == QD_FIELD_NAME && entity->name_derived) ||
         (field == QD_SITE_PATHS && entity->key.kind == QD_KIND_SITE);
}

/* Which field counts the measurements of one thing; G_MAXUINT: none does. */
static guint
counting_field (QdKind kind)
{
  return kind == QD_KIND_PATH ? QD_PATH_METRIC_SEQ : kind == QD_KIND_NODE ? QD_NODE_METRIC_SEQ : G_MAXUINT;
}

/* Whether @delta carries a later count than @entity has. */
static gboolean
counts_on (QdEntity *entity, QdDelta *delta)
{
  guint counting = counting_field (entity->key.kind), n = qd_delta_get_n_fields (delta);
  gint64 have;

  if (counting == G_MAXUINT || !qd_entity_get_int (entity, counting, &have))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      guint field;
      const QdValue *value = qd_delta_get_nth (delta, i, &field);

      if (field == counting)
        return value->type == QD_VALUE_INT && value->v.i > have;
    }
  return FALSE;
}

/* Whether a newer measurement is there than the one that @delta carries. Where the server counts them, its count
 * says so: one that was started again goes on counting, but may stamp what it took up with the time of its last
 * tick. An UPSERT that is much older than any reading takes comes from a server whose clock was set back: that one
 * is believed. */
static gboolean
is_late (QdEntity *entity, QdDelta *delta)
{
  gint64 stamp = qd_delta_get_stamp (delta);

  return stamp != 0 && stamp < entity->stamp_us && !counts_on (entity, delta) &&
         (qd_delta_get_op (delta) != QD_DELTA_UPSERT || entity->stamp_us - stamp < CLOCK_SET_BACK_US);
}

static void
clear_absent (QdFleet *self, QdEntity *entity, guint64 kept)
{
  for (guint i = 0; i < entity->schema->n_fields; i++)
    if (!(kept & QD_FIELD_BIT (i)) && entity->values[i].type != QD_VALUE_NONE && !is_derived (entity, i))
      set_field (self, entity, i, QD_NO_VALUE);
}

/* A thing of which nothing was known is what @values say, one a field, as they are. */
static void
adopt_values (QdEntity *entity, QdValue *values)
{
  g_free (entity->values);
  entity->values = values;
  for (guint i = 0; i < entity->schema->n_fields; i++)
    if (is_ours_alone (entity->key.kind, i))
      qd_value_clear (&values[i]);
    else if (values[i].type != QD_VALUE_NONE)
      entity->mask |= QD_FIELD_BIT (i);
}

/* Returns the fields that it carried or is too old for. */
static guint64
set_fields (QdFleet *self, QdEntity *entity, QdDelta *delta)
{
  gint64 stamp = qd_delta_get_stamp (delta);
  guint64 stays = is_late (entity, delta) ? qd_schema_get_measured (entity->key.kind) : 0;
  guint64 carried = 0;
  QdValue *whole = entity->is_new && entity->mask == 0 ? qd_delta_take_whole (delta, &carried) : NULL;
  guint n = qd_delta_get_n_fields (delta);

  if (whole != NULL)
    adopt_values (entity, whole);
  for (guint i = 0; i < n; i++)
    {
      guint field;
      const QdValue *value = qd_delta_get_nth (delta, i, &field);

      carried |= QD_FIELD_BIT (field);
      if (stays & QD_FIELD_BIT (field))
        continue;
      if (is_ours_alone (entity->key.kind, field))
        continue;
      if (field == QD_FIELD_NAME)
        entity->name_derived = FALSE;
      set_field (self, entity, field, qd_value_copy (value));
    }
  /* Without a stamp, nothing is known of the age of what an UPSERT leaves. */
  entity->stamp_us = qd_delta_get_op (delta) == QD_DELTA_UPSERT && stays == 0 ? stamp : MAX (entity->stamp_us, stamp);
  return carried | stays;
}

static void
note_status (QdFleet *self, QdEntity *entity, QdStatus before, gboolean since_given, gint64 stamp)
{
  if (qd_entity_get_status (entity) == before)
    return;
  /* A drawing has been as it is for ever. */
  if (!since_given && !entity->is_paper)
    set_field (self, entity, QD_FIELD_SINCE, qd_value_time (stamp != 0 ? stamp : self->now_us));
  if (!entity->is_new)
    {
      entity->status_before = before;
      g_ptr_array_add (self->transitions, g_object_ref (entity));
    }
}

static Snapshot *
find_snapshot (QdFleet *self, const QdKey *key)
{
  for (guint i = 0; i < self->snapshots->len; i++)
    {
      Snapshot *snapshot = &g_array_index (self->snapshots, Snapshot, i);

      if (snapshot->connection == key->connection && snapshot->kind == key->kind)
        return snapshot;
    }
  return NULL;
}

static void
begin_snapshot (QdFleet *self, const QdKey *key)
{
  Snapshot *snapshot = find_snapshot (self, key);

  if (snapshot == NULL)
    {
      g_array_set_size (self->snapshots, self->snapshots->len + 1);
      snapshot = &g_array_index (self->snapshots, Snapshot, self->snapshots->len - 1);
      snapshot->connection = key->connection;
      snapshot->kind = key->kind;
    }
  snapshot->generation = self->next_generation++;
  snapshot->open = TRUE;
}

typedef struct { const char *connection; guint generation; gboolean all; GPtrArray *found; } Search;

static void
collect (gpointer data, QdEntity *entity)
{
  Search *search = data;

  if (entity->key.connection == search->connection && (search->all || entity->generation != search->generation))
    g_ptr_array_add (search->found, g_object_ref (entity));
}

static void
remove_found (QdFleet *self, QdKind kind, Search *search)
{
  g_autoptr (GPtrArray) found = search->found = g_ptr_array_new_with_free_func (g_object_unref);

  qd_entity_list_foreach (self->lists[kind], collect, search);
  for (guint i = 0; i < found->len; i++)
    remove_entity (self, found->pdata[i]);
}

static void
end_snapshot (QdFleet *self, const QdKey *key)
{
  Snapshot *snapshot = find_snapshot (self, key);

  if (snapshot == NULL || !snapshot->open)
    {
      g_debug ("%s: the end of a snapshot of %s that has no beginning", key->connection, qd_schema_get (key->kind)->plural);
      return;
    }
  snapshot->open = FALSE;
  remove_found (self, key->kind, &(Search) { .connection = key->connection, .generation = snapshot->generation });
}

static void
mark_named (QdFleet *self, QdEntity *entity)
{
  Snapshot *snapshot = find_snapshot (self, &entity->key);

  if (snapshot != NULL && snapshot->open)
    entity->generation = snapshot->generation;
}

/* Whether @delta changes one of two fields that lie side by side: an edge's ends, a job's server's job. */
static gboolean
either_changes (QdEntity *entity, QdDelta *delta, guint first)
{
  guint n = qd_delta_get_n_fields (delta), carried = 0;

  for (guint i = 0; i < n; i++)
    {
      guint field;
      const QdValue *value = qd_delta_get_nth (delta, i, &field);

      if (field != first && field != first + 1)
        continue;
      carried++;
      if (!qd_value_equal (value, &entity->values[field]))
        return TRUE;
    }
  return carried < 2 && qd_delta_get_op (delta) == QD_DELTA_UPSERT;
}

/* An event is called by what happened, so that it is found and sorted by what people read. */
static void
derive_event_name (QdFleet *self, QdEntity *event)
{
  g_autofree char *text = NULL;

  if (event->values[QD_FIELD_NAME].type != QD_VALUE_NONE && !event->name_derived)
    return;
  /* It may be about a path that came with it. */
  derive_due (self);
  text = qd_event_describe (self, event);
  event->name_derived = TRUE;
  set_field (self, event, QD_FIELD_NAME, qd_value_string (text));
}

/* By which policy @flow runs may have changed from @before (taken; nullable). */
static void
derive_at_flow (QdFleet *self, QdEntity *flow, GRefString *before)
{
  GRefString *after = qd_carried_get_policy (flow);

  if (g_strcmp0 (before, after) != 0)
    {
      count_carried (self, flow->key.connection, before, -1);
      count_carried (self, flow->key.connection, after, 1);
    }
  g_clear_pointer (&before, g_ref_string_release);
}

static void
apply_fields (QdFleet *self, QdDelta *delta)
{
  const QdKey *key = qd_delta_get_key (delta);
  QdDeltaOp op = qd_delta_get_op (delta);
  QdEntity *entity = g_hash_table_lookup (self->by_key, key);
  gboolean added = FALSE;
  QdKind end_kind;

  if (entity == NULL && op == QD_DELTA_UPDATE)
    {
      self->n_dropped++;
      return;
    }
  if (entity == NULL)
    {
      entity = add_entity (self, key);
      added = TRUE;
    }
  if (op != QD_DELTA_UPDATE)
    mark_named (self, entity);

  QdStatus before = qd_entity_get_status (entity);
  gboolean is_edge = qd_edges_has_ends (key->kind, &end_kind);
  gboolean moves = is_edge && (added || either_changes (entity, delta, QD_PATH_SRC));
  gboolean is_job = key->kind == QD_KIND_JOB, stands_anew = is_job && either_changes (entity, delta, QD_JOB_ACTS_ON);
  if (stands_anew)
    note_server_job (self, entity, FALSE);
  if (moves && !added)
    leave_ends (self, entity);

  GRefString *policy = key->kind == QD_KIND_FLOW ? qd_carried_get_policy (entity) : NULL;
  if (policy != NULL)
    g_ref_string_acquire (policy);
  guint64 carried = set_fields (self, entity, delta);
  if (op == QD_DELTA_UPSERT && !added)
    clear_absent (self, entity, carried);
  note_status (self, entity, before, (carried & QD_FIELD_BIT (QD_FIELD_SINCE)) != 0, qd_delta_get_stamp (delta));

  if (moves)
    qd_edges_add (self->edges, entity);
  if (stands_anew)
    note_server_job (self, entity, TRUE);
  if (is_job && added)
    derive_shown_as (self, &entity->key);
  if (key->kind == QD_KIND_FLOW)
    derive_at_flow (self, entity, policy);
  if (key->kind == QD_KIND_FLOW && added)
    note_flow (self, key->connection, 1);
  if (key->kind == QD_KIND_ROUTING && added)
    derive_carried (self, entity);
  /* Also when a name of its own was taken from it. */
  if (is_edge && (moves || (carried & QD_FIELD_BIT (QD_FIELD_NAME)) != 0 || entity->values[QD_FIELD_NAME].type == QD_VALUE_NONE))
    derive_later (self, entity);
  if (can_be_end (key->kind) && (added || (entity->mask & QD_FIELD_BIT (QD_FIELD_NAME)) != 0))
    derive_at_end (self, entity);
  if (key->kind == QD_KIND_EVENT && (carried & (QD_FIELD_BIT (QD_EVENT_TYPE) | QD_FIELD_BIT (QD_EVENT_DATA))) != 0)
    derive_event_name (self, entity);
}

/**
 * qd_fleet_apply:
 * @delta: (transfer none): what is now true of one thing; decoded
 *
 * Applies @delta, silently, between qd_fleet_begin() and qd_fleet_commit().
 */
void
qd_fleet_apply (QdFleet *self, QdDelta *delta)
{
  g_return_if_fail (QD_IS_FLEET (self) && self->depth > 0 && !self->telling);

  const QdKey *key = qd_delta_get_key (delta);
  QdEntity *entity;

  switch (qd_delta_get_op (delta))
    {
    case QD_DELTA_REMOVE:
      entity = g_hash_table_lookup (self->by_key, key);
      if (entity != NULL)
        remove_entity (self, entity);
      break;
    case QD_DELTA_SNAPSHOT_BEGIN:
      begin_snapshot (self, key);
      break;
    case QD_DELTA_SNAPSHOT_END:
      end_snapshot (self, key);
      break;
    case QD_DELTA_PATCH:
    case QD_DELTA_UPSERT:
    case QD_DELTA_UPDATE:
      apply_fields (self, delta);
      break;
    }
}

/* --- Batches --- */

/**
 * qd_fleet_begin:
 *
 * Begins a batch. May be nested; the outermost qd_fleet_commit() tells.
 */
void
qd_fleet_begin (QdFleet *self)
{
  g_return_if_fail (QD_IS_FLEET (self) && !self->telling);

  if (self->depth++ == 0)
    {
      self->now_us = g_get_real_time ();
      self->monotonic_us = g_get_monotonic_time ();
    }
}

typedef struct { gint64 at; QdEntity *entity; } Aged;

static void
collect_aged (gpointer data, QdEntity *entity)
{
  const QdValue *at = &entity->values[QD_EVENT_AT];
  Aged aged = { at->type == QD_VALUE_TIME ? at->v.i : 0, entity };

  g_array_append_val ((GArray *) data, aged);
}

static int
compare_aged (gconstpointer a, gconstpointer b)
{
  const Aged *x = a, *y = b;

  if (x->at != y->at)
    return x->at < y->at ? -1 : 1;
  return x->entity->serial < y->entity->serial ? -1 : 1;
}

static void
trim_events (QdFleet *self)
{
  if (qd_entity_list_count (self->lists[QD_KIND_EVENT]) <= MAX_EVENTS)
    return;

  g_autoptr (GArray) events = g_array_new (FALSE, FALSE, sizeof (Aged));
  qd_entity_list_foreach (self->lists[QD_KIND_EVENT], collect_aged, events);
  g_array_sort (events, compare_aged);
  for (guint i = 0; i < events->len - MAX_EVENTS; i++)
    remove_entity (self, g_array_index (events, Aged, i).entity);
}

static void
tell_transitions (QdFleet *self)
{
  g_autoptr (GPtrArray) transitions = g_steal_pointer (&self->transitions);

  self->transitions = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < transitions->len; i++)
    {
      QdEntity *entity = transitions->pdata[i];
      QdStatus before = entity->status_before, after = qd_entity_get_status (entity);

      if (before != after && !entity->is_removed)
        g_signal_emit (self, status_changed_signal, 0, entity, (int) before, (int) after);
    }
}

/**
 * qd_fleet_commit:
 *
 * Ends a batch: each list tells its listeners what changed, then come ::status-changed and ::committed.
 */
void
qd_fleet_commit (QdFleet *self)
{
  g_return_if_fail (QD_IS_FLEET (self) && self->depth > 0);

  if (--self->depth > 0)
    return;
  derive_due (self);
  trim_events (self);
  self->telling = TRUE;
  for (guint i = 0; i < QD_N_KINDS; i++)
    qd_entity_list_commit (self->lists[i]);
  tell_transitions (self);
  self->telling = FALSE;
  g_signal_emit (self, committed_signal, 0);
}

/**
 * qd_fleet_forget_connection:
 *
 * Removes all that came from @connection.
 */
void
qd_fleet_forget_connection (QdFleet *self, const char *connection)
{
  g_return_if_fail (QD_IS_FLEET (self) && connection != NULL);

  const char *interned = g_intern_string (connection);
  qd_fleet_begin (self);
  for (guint kind = 0; kind < QD_N_KINDS; kind++)
    remove_found (self, (QdKind) kind, &(Search) { .connection = interned, .all = TRUE });
  for (guint i = self->snapshots->len; i-- > 0;)
    if (g_array_index (self->snapshots, Snapshot, i).connection == interned)
      g_array_remove_index_fast (self->snapshots, i);
  qd_fleet_commit (self);
}

/* --- Asking --- */

/**
 * qd_fleet_get_list:
 *
 * Returns: (transfer none): all things of @kind, of all connections
 */
QdEntityList *
qd_fleet_get_list (QdFleet *self, QdKind kind)
{
  g_return_val_if_fail (QD_IS_FLEET (self) && (guint) kind < QD_N_KINDS, NULL);
  return self->lists[kind];
}

/**
 * qd_fleet_lookup:
 *
 * Returns: (transfer none) (nullable): the thing, or %NULL when it is not known
 */
QdEntity *
qd_fleet_lookup (QdFleet *self, const char *connection, QdKind kind, const char *id)
{
  g_return_val_if_fail (QD_IS_FLEET (self), NULL);

  if (connection == NULL || id == NULL)
    return NULL;
  return lookup_key (self, g_intern_string (connection), kind, id);
}

GPtrArray *
qd_fleet_get_edges (QdFleet *self, QdEntity *entity)
{
  g_return_val_if_fail (QD_IS_FLEET (self) && QD_IS_ENTITY (entity), NULL);
  return qd_edges_at (self->edges, &entity->key);
}

guint64
qd_fleet_get_n_dropped (QdFleet *self)
{
  return self->n_dropped;
}
