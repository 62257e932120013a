/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-topology-past.h"

#include <math.h>
#include <glib/gi18n.h>

#include "qd-time.h"

typedef struct { gint64 at_us; guint8 before, after; } Turn;

struct _QdTopologyPast {
  GObject parent_instance;

  QdSession *session;
  GCancellable *cancellable;
  GHashTable *turns;         /* QdKey → GArray of Turn, by time */
  gint64 since_us;           /* what happened from then on was heard of at first hand: the store has it later */
  GArray *minutes;           /* gint64: of which something was recorded, by time; NULL: not read yet */
  GArray *moment;            /* of QdMoment: the scores of the minute below */
  GHashTable *scores;        /* QdKey → QdMoment, of the same */
  gint64 moment_minute, wanted_minute;
  gboolean reading;          /* a minute is being read: the next one waits for it */
  gint64 at_us;
  gboolean recorded;         /* whether the desk looked then */
};

G_DEFINE_FINAL_TYPE (QdTopologyPast, qd_topology_past, G_TYPE_OBJECT)

static guint changed_signal;

static QdStore *
get_store (QdTopologyPast *self)
{
  return self->session ? qd_hub_get_store (qd_session_get_hub (self->session)) : NULL;
}

static void
tell (QdTopologyPast *self)
{
  self->recorded = qd_topology_past_is_recorded (self, self->at_us);
  g_signal_emit (self, changed_signal, 0);
}

/* --- States ------------------------------------------------------------------------------------ */

static void
key_free (gpointer data)
{
  QdKey *key = data;

  g_ref_string_release (key->id);
  g_free (key);
}

static GHashTable *
turns_new (void)
{
  return g_hash_table_new_full (qd_key_hash, qd_key_equal, key_free, (GDestroyNotify) g_array_unref);
}

static GArray *
get_turns (QdTopologyPast *self, const QdKey *key)
{
  GArray *turns = g_hash_table_lookup (self->turns, key);
  QdKey *copy;

  if (turns)
    return turns;
  copy = g_memdup2 (key, sizeof *key);
  g_ref_string_acquire (copy->id);
  turns = g_array_new (FALSE, FALSE, sizeof (Turn));
  g_hash_table_insert (self->turns, copy, turns);
  return turns;
}

/* What was heard of, less what is too long ago by now. */
static void
add_heard (QdTopologyPast *self, GHashTable *heard)
{
  gint64 oldest = g_get_real_time () - QD_TOPOLOGY_PAST_MINUTES * G_TIME_SPAN_MINUTE;
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, heard);
  while (g_hash_table_iter_next (&iter, &key, &value))
    for (guint i = 0; i < ((GArray *) value)->len; i++)
      {
        const Turn turn = g_array_index ((GArray *) value, Turn, i);

        if (turn.at_us >= MAX (self->since_us, oldest))
          g_array_append_val (get_turns (self, key), turn);
      }
}

static void
transitions_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdTopologyPast) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) found = qd_store_transitions_finish (QD_STORE (source), result, &error);
  g_autoptr (GHashTable) heard = NULL;

  if (found == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_warning ("What was before is not known: %s", error->message);
      return;
    }
  heard = g_steal_pointer (&self->turns);
  self->turns = turns_new ();
  for (guint i = 0; i < found->len; i++)
    {
      const QdTransition *one = &g_array_index (found, QdTransition, i);
      const Turn turn = { one->at_us, (guint8) one->before, (guint8) one->after };

      if (turn.at_us < self->since_us)
        g_array_append_val (get_turns (self, &one->key), turn);
    }
  add_heard (self, heard);
  tell (self);
}

static void
minutes_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdTopologyPast) self = data;
  GArray *found = qd_store_minutes_finish (QD_STORE (source), result, NULL);

  if (found == NULL)
    return;
  g_clear_pointer (&self->minutes, g_array_unref);
  self->minutes = found;
  tell (self);
}

/* What happens from now on is past too. */
static void
status_cb (QdTopologyPast *self, QdEntity *entity, guint before, guint after)
{
  const Turn turn = { g_get_real_time (), (guint8) before, (guint8) after };

  g_array_append_val (get_turns (self, qd_entity_get_key (entity)), turn);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 l = *(const gint64 *) a, r = *(const gint64 *) b;

  return l < r ? -1 : l > r;
}

/* The minute itself or one beside it: it is written down when it is over. */
gboolean
qd_topology_past_is_recorded (QdTopologyPast *self, gint64 at_us)
{
  g_return_val_if_fail (QD_IS_TOPOLOGY_PAST (self), FALSE);

  for (int beside = -1; beside <= 1 && self->minutes; beside++)
    {
      gint64 minute = (at_us / G_TIME_SPAN_MINUTE + beside) * G_TIME_SPAN_MINUTE;

      if (g_array_binary_search (self->minutes, &minute, compare_times, NULL))
        return TRUE;
    }
  /* The last minutes are not written yet. */
  return g_get_real_time () - at_us < 2 * G_TIME_SPAN_MINUTE;
}

QdStatus
qd_topology_past_get_status (QdTopologyPast *self, QdEntity *entity)
{
  GArray *turns = g_hash_table_lookup (self->turns, qd_entity_get_key (entity));
  guint low = 0, high = turns ? turns->len : 0;

  if (!self->recorded)
    return QD_STATUS_UNKNOWN;
  /* The first that came later: what it turned from is what it was. */
  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (turns, Turn, middle).at_us > self->at_us)
        high = middle;
      else
        low = middle + 1;
    }
  if (turns && low < turns->len)
    return (QdStatus) g_array_index (turns, Turn, low).before;
  return turns && turns->len > 0 ? (QdStatus) g_array_index (turns, Turn, turns->len - 1).after : qd_entity_get_status (entity);
}

/* --- Scores ------------------------------------------------------------------------------------ */

static void read_moment (QdTopologyPast *self);

static void
moment_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (QdTopologyPast) self = data;
  g_autoptr (GArray) found = qd_store_moment_finish (QD_STORE (source), result, NULL);

  self->reading = FALSE;
  if (found)
    {
      g_hash_table_remove_all (self->scores);
      g_clear_pointer (&self->moment, g_array_unref);
      self->moment = g_steal_pointer (&found);
      for (guint i = 0; i < self->moment->len; i++)
        {
          QdMoment *one = &g_array_index (self->moment, QdMoment, i);
          g_hash_table_insert (self->scores, &one->key, one);
        }
      tell (self);
    }
  /* The slider has gone on meanwhile. */
  if (self->wanted_minute != self->moment_minute)
    read_moment (self);
}

static void
read_moment (QdTopologyPast *self)
{
  if (self->reading || self->wanted_minute == 0 || get_store (self) == NULL)
    return;
  self->reading = TRUE;
  self->moment_minute = self->wanted_minute;
  qd_store_moment_async (get_store (self), QD_KIND_PATH, QD_PATH_SCORE, self->moment_minute * G_TIME_SPAN_MINUTE, self->cancellable,
                         moment_cb, g_object_ref (self));
}

/* --- What is seen ------------------------------------------------------------------------------ */

static guint8
status_of_group (QdTopologyPast *self, const QdTopologyGroup *group)
{
  QdStatus worst = QD_STATUS_NONE;

  for (guint i = 0; i < group->members->len; i++)
    worst = MAX (worst, qd_topology_past_get_status (self, group->members->pdata[i]));
  return (guint8) worst;
}

static float
score_of (QdTopologyPast *self, QdEntity *entity)
{
  const QdMoment *one = self->moment_minute == self->wanted_minute ? g_hash_table_lookup (self->scores, qd_entity_get_key (entity)) : NULL;

  return one ? qd_topology_round_score (one->mean) : NAN;
}

QdScene *
qd_topology_past_dress (QdTopologyPast *self, QdTopologyModel *model, QdScene *scene)
{
  g_autofree guint8 *nodes = g_new0 (guint8, MAX (scene->n_nodes, 1)), *edges = g_new0 (guint8, MAX (scene->n_edges, 1));
  g_autofree float *scores = g_new (float, MAX (scene->n_edges, 1));

  for (guint i = 0; i < scene->n_nodes; i++)
    {
      const QdTopologyGroup *group = qd_topology_model_get_group (model, i);
      QdEntity *entity = qd_topology_model_get_entity (model, (QdPick) { QD_PICK_NODE, i });

      nodes[i] = group ? status_of_group (self, group) : entity ? (guint8) qd_topology_past_get_status (self, entity) : QD_STATUS_UNKNOWN;
    }
  for (guint i = 0; i < scene->n_edges; i++)
    {
      QdEntity *entity = qd_topology_model_get_entity (model, (QdPick) { QD_PICK_EDGE, i });

      edges[i] = entity ? (guint8) qd_topology_past_get_status (self, entity) : scene->edges[i].status;
      scores[i] = entity ? score_of (self, entity) : NAN;
    }
  return qd_scene_set_statuses (scene, nodes, edges, scores);
}

static void
count_list (QdTopologyPast *self, QdKind kind, guint *counts)
{
  QdEntityList *list = qd_fleet_get_list (qd_session_get_fleet (self->session), kind);
  const char *connection = qd_session_get_connection (self->session);
  guint n = qd_entity_list_get_length (list);

  for (guint i = 0; i < n; i++)
    {
      QdEntity *entity = qd_entity_list_peek (list, i);

      if (qd_entity_belongs (entity, connection))
        counts[qd_topology_past_get_status (self, entity)]++;
    }
}

void
qd_topology_past_count (QdTopologyPast *self, QdTopologyCounts *counts)
{
  *counts = (QdTopologyCounts) { 0 };
  count_list (self, QD_KIND_SITE, counts->sites);
  count_list (self, QD_KIND_NODE, counts->nodes);
  count_list (self, QD_KIND_PATH, counts->paths);
  count_list (self, QD_KIND_LINK, counts->links);
}

char *
qd_topology_past_describe (QdTopologyPast *self)
{
  g_autofree char *clock = qd_time_format_local (self->at_us), *age = qd_time_format_age (MAX (g_get_real_time () - self->at_us, 0));

  if (self->minutes && !qd_topology_past_is_recorded (self, self->at_us))
    /* Translators: a time, and how long ago that was. */
    return g_strdup_printf (_("The past: %s, %s ago. Nothing was recorded then"), clock, age);
  return g_strdup_printf (_("The past: %s, %s ago"), clock, age);
}

/* --- The object -------------------------------------------------------------------------------- */

static void
qd_topology_past_dispose (GObject *object)
{
  QdTopologyPast *self = QD_TOPOLOGY_PAST (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (qd_topology_past_parent_class)->dispose (object);
}

static void
qd_topology_past_finalize (GObject *object)
{
  QdTopologyPast *self = QD_TOPOLOGY_PAST (object);

  g_object_unref (self->cancellable);
  g_hash_table_unref (self->scores);
  g_hash_table_unref (self->turns);
  g_clear_pointer (&self->moment, g_array_unref);
  g_clear_pointer (&self->minutes, g_array_unref);
  G_OBJECT_CLASS (qd_topology_past_parent_class)->finalize (object);
}

static void
qd_topology_past_class_init (QdTopologyPastClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_topology_past_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_topology_past_finalize;
  changed_signal = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_topology_past_init (QdTopologyPast *self)
{
  self->cancellable = g_cancellable_new ();
  self->turns = turns_new ();
  self->since_us = g_get_real_time ();
  self->scores = g_hash_table_new (qd_key_hash, qd_key_equal);
}

QdTopologyPast *
qd_topology_past_new (QdSession *session)
{
  QdTopologyPast *self = g_object_new (QD_TYPE_TOPOLOGY_PAST, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (qd_session_get_fleet (session), "status-changed", G_CALLBACK (status_cb), self, G_CONNECT_SWAPPED);
  return self;
}

void
qd_topology_past_load (QdTopologyPast *self)
{
  gint64 now = g_get_real_time (), from = now - QD_TOPOLOGY_PAST_MINUTES * G_TIME_SPAN_MINUTE;

  g_return_if_fail (QD_IS_TOPOLOGY_PAST (self));

  if (get_store (self) == NULL)
    {
      self->minutes = g_array_new (FALSE, FALSE, sizeof (gint64));
      return;
    }
  qd_store_transitions_async (get_store (self), from, now, self->cancellable, transitions_cb, g_object_ref (self));
  qd_store_minutes_async (get_store (self), from, now, self->cancellable, minutes_cb, g_object_ref (self));
}

void
qd_topology_past_set_time (QdTopologyPast *self, gint64 at_us)
{
  g_return_if_fail (QD_IS_TOPOLOGY_PAST (self));

  if (at_us == self->at_us)
    return;
  self->at_us = at_us;
  self->wanted_minute = at_us / G_TIME_SPAN_MINUTE;
  read_moment (self);
  tell (self);
}

gint64
qd_topology_past_get_time (QdTopologyPast *self)
{
  return self->at_us;
}

gboolean
qd_topology_past_is_shown (QdTopologyPast *self)
{
  return self->at_us != 0;
}
