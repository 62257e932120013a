/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-frame.h"
#include "lab-json.h"
#include "lab-nats.h"

/* One frame in ten is a node's, so that twenty thousand paths do not starve a few nodes. */
#define NODE_EVERY 10

/*
 * Frames leave evenly spread over each second, never in a burst a second: frame n is due at
 * n / rate. A tick of the world is rate frames, so that the sequence of frames depends on the
 * seed and the rate and on nothing else.
 */
struct LabPump
{
  LabServer *server;
  guint rate;
  guint source;
  gint64 origin;                /* monotonic µs when frame 0 was due */
  guint64 sent;
  GString *text;
};

static void
write_head (GString *out, const char *type, const char *key, const char *id, guint64 seq, gint64 wall, const char *status)
{
  char at[32];

  lab_time_format (at, wall);
  g_string_append_printf (out, "{\"type\":\"%s\",\"timestamp\":\"%s\",\"%s\":\"%s\",\"seq\":%" G_GUINT64_FORMAT
                          ",\"sent_us\":%" G_GINT64_FORMAT ",\"status\":\"%s\",\"metrics\":",
                          type, at, key, id, seq, g_get_monotonic_time (), status);
}

static LabFrame *
path_frame (LabPump *pump, guint index, gint64 wall)
{
  LabWorld *world = pump->server->world;
  LabPath *path = &world->paths[index];
  LabPathMetrics *m = &path->metrics;
  GString *out = pump->text;
  char subject[64];

  lab_sim_measure_path (world, path, world->tick, m);
  path->measured_at = wall;
  path->metric_seq++;
  g_string_truncate (out, 0);
  write_head (out, "path_metric", "path_id", path->id, path->metric_seq, wall, lab_path_status_name (path->status));
  if (m->reachable)
    g_string_append_printf (out, "{\"latency_ms\":%.2f,\"jitter_ms\":%.2f,", m->latency_ms, m->jitter_ms);
  else
    g_string_append (out, "{\"latency_ms\":null,\"jitter_ms\":null,");
  g_string_append_printf (out, "\"packet_loss_pct\":%.3f,\"bandwidth_mbps\":%.1f,\"capacity_mbps\":%.0f,\"score\":%d}}",
                          m->packet_loss_pct, m->bandwidth_mbps, path->capacity_mbps, m->score);
  g_snprintf (subject, sizeof subject, "fleet.metrics.path.%s", path->id);
  return lab_frame_new (subject, out->str, out->len);
}

static LabFrame *
node_frame (LabPump *pump, guint index, gint64 wall)
{
  LabWorld *world = pump->server->world;
  LabNode *node = &world->nodes[index];
  GString *out = pump->text;
  char subject[96];

  lab_sim_measure_node (world, node, world->tick, &node->metrics);
  node->measured_at = wall;
  node->metric_seq++;
  g_string_truncate (out, 0);
  write_head (out, "node_metric", "node_id", node->id, node->metric_seq, wall, node->online ? "online" : "offline");
  lab_nodes_write_metrics (out, NULL, node, &node->metrics);
  g_string_append_c (out, '}');
  g_snprintf (subject, sizeof subject, "fleet.metrics.node.%s", node->id);
  return lab_frame_new (subject, out->str, out->len);
}

static LabFrame *
next_node_frame (LabPump *pump, gint64 wall)
{
  LabWorld *world = pump->server->world;

  /* A node without power sends nothing. */
  for (guint i = 0; i < world->n_nodes; i++)
    {
      guint index = world->next_node++ % world->n_nodes;

      if (world->nodes[index].online)
        return node_frame (pump, index, wall);
    }
  return NULL;
}

static LabFrame *
next_frame (LabPump *pump, gint64 wall)
{
  LabWorld *world = pump->server->world;

  if (!g_queue_is_empty (&world->urgent))
    {
      guint index = GPOINTER_TO_UINT (g_queue_pop_head (&world->urgent));

      world->paths[index].urgent = FALSE;
      if (lab_path_visible (world, &world->paths[index]))
        return path_frame (pump, index, wall);
    }
  if (world->n_paths == 0 || pump->sent % NODE_EVERY == 0)
    return next_node_frame (pump, wall);
  for (guint i = 0; i < world->n_paths; i++)
    {
      guint index = world->next_path++ % world->n_paths;

      if (lab_path_visible (world, &world->paths[index]))
        return path_frame (pump, index, wall);
    }
  return NULL;
}

static void
step (LabPump *pump, gint64 tick)
{
  lab_server_begin (pump->server);
  lab_sim_step (pump->server->world, tick);
  lab_server_end (pump->server, NULL, NULL);
}

/* After a long sleep the missed frames are left out, and the world goes on with the time of day. */
static void
catch_up (LabPump *pump, gint64 now, guint64 *due)
{
  if (*due <= pump->sent + pump->rate * 2)
    return;
  step (pump, g_get_real_time () / G_USEC_PER_SEC);
  pump->origin = now - (gint64) (pump->sent * G_USEC_PER_SEC / pump->rate);
  *due = pump->sent;
}

static gboolean
tick_cb (gpointer user_data)
{
  LabPump *pump = user_data;
  LabServer *server = pump->server;
  gint64 now = g_get_monotonic_time (), wall = g_get_real_time ();
  guint64 due = (guint64) (now - pump->origin) * pump->rate / G_USEC_PER_SEC;
  GPtrArray *frames;

  catch_up (pump, now, &due);
  if (due <= pump->sent)
    return G_SOURCE_CONTINUE;
  frames = g_ptr_array_new_full ((guint) (due - pump->sent), g_free);
  while (pump->sent < due)
    {
      LabFrame *frame;

      if (pump->sent % pump->rate == 0 && pump->sent > 0)
        step (pump, server->world->tick + 1);
      frame = next_frame (pump, wall);
      if (frame != NULL)
        g_ptr_array_add (frames, frame);
      pump->sent++;
    }
  server->world->frames += frames->len;
  lab_streams_frames (server, frames);
  if (server->nats != NULL)
    lab_nats_frames (server->nats, frames);
  else
    g_ptr_array_unref (frames);
  return G_SOURCE_CONTINUE;
}

/* From now on @rate frames a second; 0 stops the world where it is. */
void
lab_pump_set_rate (LabPump *pump, guint rate)
{
  g_clear_handle_id (&pump->source, g_source_remove);
  pump->rate = rate;
  pump->sent = 0;
  pump->origin = g_get_monotonic_time ();
  if (rate > 0)
    pump->source = g_timeout_add_full (G_PRIORITY_HIGH, CLAMP (1000 / rate, 5, 100), tick_cb, pump, NULL);
}

LabPump *
lab_pump_new (LabServer *server)
{
  LabPump *pump = g_new0 (LabPump, 1);

  pump->server = server;
  pump->text = g_string_sized_new (2048);
  lab_pump_set_rate (pump, (guint) server->options->rate);
  return pump;
}

void
lab_pump_free (LabPump *pump)
{
  g_clear_handle_id (&pump->source, g_source_remove);
  g_string_free (pump->text, TRUE);
  g_free (pump);
}
