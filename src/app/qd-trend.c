/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-trend.h"

#include <math.h>

#include "qd-json.h"

#define STORE_KEY "overview/trend"
/* Kept every so many points, so that the disk is left alone. */
#define SAVE_EVERY 9

/* The points of one connection: a ring whose slot is (time / step) modulo its length. */
typedef struct {
  gint64 slots[QD_TREND_POINTS];                /* which step a slot holds; 0 none */
  float values[QD_TREND_POINTS][QD_N_STATS];
} QdTrendRing;

struct _QdTrend {
  GObject parent_instance;

  QdHub *hub;             /* borrowed: the hub owns this */
  GHashTable *rings;      /* connection id, "" for all → QdTrendRing */
  guint timer;
  guint unsaved;
};

G_DEFINE_FINAL_TYPE (QdTrend, qd_trend, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static gint64
step_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC / QD_TREND_STEP_S;
}

static QdTrendRing *
get_ring (QdTrend *self, const char *connection)
{
  QdTrendRing *ring = g_hash_table_lookup (self->rings, connection);

  if (ring == NULL)
    {
      ring = g_new0 (QdTrendRing, 1);
      g_hash_table_insert (self->rings, g_strdup (connection), ring);
    }
  return ring;
}

static void
add_point (QdTrend *self, const char *connection)
{
  QdFleetStats stats;
  gint64 step = step_now ();
  guint slot = step % QD_TREND_POINTS;
  QdTrendRing *ring;
  gboolean any = FALSE;

  qd_fleet_stats_compute (qd_hub_get_fleet (self->hub), *connection != '\0' ? connection : NULL, &stats);
  for (guint i = 0; i < QD_N_STATS; i++)
    any = any || !isnan (stats.values[i]);
  if (!any)
    return;

  ring = get_ring (self, connection);
  ring->slots[slot] = step;
  for (guint i = 0; i < QD_N_STATS; i++)
    ring->values[slot][i] = stats.values[i];
}

/* What was seen long ago says nothing of now: only what is live makes a point. */
static gboolean
is_live (QdEntity *connection)
{
  return g_strcmp0 (qd_entity_get_string (connection, QD_CONNECTION_STATE), "live") == 0;
}

/* --- Keeping ------------------------------------------------------------------------------- */

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  /* The store itself tells the user about a disk that does not take anything. */
  if (!qd_store_set_finish (QD_STORE (source), result, &error))
    g_debug ("Could not keep the overview's trend: %s", error->message);
}

static void
add_ring_json (JsonBuilder *builder, const char *connection, const QdTrendRing *ring)
{
  json_builder_set_member_name (builder, connection);
  json_builder_begin_array (builder);
  for (guint i = 0; i < QD_TREND_POINTS; i++)
    {
      if (ring->slots[i] == 0)
        continue;
      json_builder_begin_array (builder);
      json_builder_add_int_value (builder, ring->slots[i]);
      for (guint s = 0; s < QD_N_STATS; s++)
        {
          if (isnan (ring->values[i][s]))
            json_builder_add_null_value (builder);
          else
            json_builder_add_double_value (builder, ring->values[i][s]);
        }
      json_builder_end_array (builder);
    }
  json_builder_end_array (builder);
}

static void
save (QdTrend *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  QdStore *store = qd_hub_get_store (self->hub);
  GHashTableIter iter;
  gpointer connection, ring;

  if (store == NULL)
    return;
  json_builder_begin_object (builder);
  g_hash_table_iter_init (&iter, self->rings);
  while (g_hash_table_iter_next (&iter, &connection, &ring))
    add_ring_json (builder, connection, ring);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = qd_json_to_text (root, FALSE);
  qd_store_set_async (store, STORE_KEY, text, saved_cb, NULL);
}

static void
load_point (QdTrendRing *ring, JsonArray *point)
{
  gint64 step, now = step_now ();

  if (json_array_get_length (point) < 1 || !JSON_NODE_HOLDS_VALUE (json_array_get_element (point, 0)))
    return;
  step = json_node_get_int (json_array_get_element (point, 0));
  /* What is already there is newer. */
  if (step <= now - QD_TREND_POINTS || step > now || ring->slots[step % QD_TREND_POINTS] == step)
    return;
  ring->slots[step % QD_TREND_POINTS] = step;
  for (guint s = 0; s < QD_N_STATS; s++)
    {
      JsonNode *node = s + 1 < json_array_get_length (point) ? json_array_get_element (point, s + 1) : NULL;

      ring->values[step % QD_TREND_POINTS][s] = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : NAN;
    }
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdTrend) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = qd_store_get_finish (QD_STORE (source), result, &error);
  g_autoptr (JsonNode) root = text != NULL ? qd_json_parse (text, -1, STORE_KEY, &error) : NULL;
  JsonObject *rings = root != NULL ? qd_json_object (root) : NULL;
  g_autoptr (GList) names = rings != NULL ? json_object_get_members (rings) : NULL;

  if (error != NULL)
    g_debug ("Could not read the overview's trend: %s", error->message);
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonArray *points = qd_json_get_array (rings, l->data);
      QdTrendRing *ring = get_ring (self, l->data);

      for (guint i = 0; points != NULL && i < json_array_get_length (points); i++)
        {
          JsonArray *point = qd_json_array (json_array_get_element (points, i));

          if (point != NULL)
            load_point (ring, point);
        }
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

/* --- The object ---------------------------------------------------------------------------- */

static void
erased_cb (QdTrend *self)
{
  g_hash_table_remove_all (self->rings);
  self->unsaved = 0;
  g_signal_emit (self, signals[CHANGED], 0);
}

static gboolean
step_cb (gpointer user_data)
{
  QdTrend *self = user_data;
  QdEntityList *connections = qd_fleet_get_list (qd_hub_get_fleet (self->hub), QD_KIND_CONNECTION);
  guint n = qd_entity_list_get_length (connections);
  gboolean any = FALSE;

  for (guint i = 0; i < n; i++)
    {
      QdEntity *connection = qd_entity_list_peek (connections, i);

      if (!is_live (connection))
        continue;
      any = TRUE;
      add_point (self, qd_entity_get_connection (connection));
    }
  if (any)
    {
      add_point (self, "");
      if (++self->unsaved >= SAVE_EVERY)
        {
          self->unsaved = 0;
          save (self);
        }
      g_signal_emit (self, signals[CHANGED], 0);
    }
  return G_SOURCE_CONTINUE;
}

static void
qd_trend_dispose (GObject *object)
{
  QdTrend *self = QD_TREND (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  G_OBJECT_CLASS (qd_trend_parent_class)->dispose (object);
}

static void
qd_trend_finalize (GObject *object)
{
  g_hash_table_unref (QD_TREND (object)->rings);
  G_OBJECT_CLASS (qd_trend_parent_class)->finalize (object);
}

static void
qd_trend_class_init (QdTrendClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_trend_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_trend_finalize;
  signals[CHANGED] = g_signal_new ("changed", QD_TYPE_TREND, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_trend_init (QdTrend *self)
{
  self->rings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

QdTrend *
qd_trend_for_hub (QdHub *hub)
{
  QdTrend *self = g_object_get_data (G_OBJECT (hub), "qd-trend");
  QdStore *store = qd_hub_get_store (hub);

  if (self != NULL)
    return self;
  self = g_object_new (QD_TYPE_TREND, NULL);
  self->hub = hub;
  self->timer = g_timeout_add_seconds (QD_TREND_STEP_S, step_cb, self);
  g_object_set_data_full (G_OBJECT (hub), "qd-trend", self, g_object_unref);
  if (store != NULL)
    {
      g_signal_connect_object (store, "erased", G_CALLBACK (erased_cb), self, G_CONNECT_SWAPPED);
      qd_store_get_async (store, STORE_KEY, loaded_cb, g_object_ref (self));
    }
  return self;
}

void
qd_trend_get (QdTrend *self, const char *connection, QdStat stat, double points[QD_TREND_POINTS])
{
  QdTrendRing *ring = g_hash_table_lookup (self->rings, connection != NULL ? connection : "");
  gint64 last = step_now ();
  gint64 first;

  /* A step that has begun and has no point yet does not move the line: it moves when the point comes. */
  if (ring != NULL && ring->slots[last % QD_TREND_POINTS] != last && ring->slots[(last - 1) % QD_TREND_POINTS] == last - 1)
    last--;
  first = last - QD_TREND_POINTS + 1;

  for (guint i = 0; i < QD_TREND_POINTS; i++)
    {
      guint slot = (first + i) % QD_TREND_POINTS;

      points[i] = ring != NULL && ring->slots[slot] == first + i ? ring->values[slot][stat] : NAN;
    }
}

double
qd_trend_hour_ago (QdTrend *self, const char *connection, QdStat stat)
{
  double points[QD_TREND_POINTS];

  qd_trend_get (self, connection, stat, points);
  for (guint i = 0; i < 120 / QD_TREND_STEP_S; i++)
    if (!isnan (points[i]))
      return points[i];
  return NAN;
}
