/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-json.h"

#define MAX_POINTS     1440
#define HISTORY_SECONDS (7 * 86400)

static void
write_metrics (GString *out, const char *key, const LabPath *path, const LabPathMetrics *m, gint64 at)
{
  lab_json_begin (out, key, '{');
  lab_json_double (out, "latency_ms", m->reachable ? m->latency_ms : NAN, 2);
  lab_json_double (out, "jitter_ms", m->reachable ? m->jitter_ms : NAN, 2);
  lab_json_double (out, "packet_loss_pct", m->packet_loss_pct, 3);
  lab_json_double (out, "bandwidth_mbps", m->bandwidth_mbps, 1);
  lab_json_double (out, "capacity_mbps", path->capacity_mbps, 0);
  lab_json_int (out, "mtu", 1420);
  lab_json_int (out, "score", m->score);
  lab_json_time (out, "measured_at", at);
  lab_json_end (out, '}');
}

static void
write_path (LabServer *server, GString *out, const char *key, guint index)
{
  const LabWorld *world = server->world;
  const LabPath *path = &world->paths[index];
  const LabSite *src = &world->sites[path->src], *dst = &world->sites[path->dst];

  lab_json_begin (out, key, '{');
  lab_json_string (out, "id", path->id);
  lab_json_string (out, "src_site", src->id);
  lab_json_string (out, "dst_site", dst->id);
  lab_json_string (out, "src_endpoint", path->src_endpoint < src->n_endpoints ? src->endpoints[path->src_endpoint].address : NULL);
  lab_json_string (out, "dst_endpoint", path->dst_endpoint < dst->n_endpoints ? dst->endpoints[path->dst_endpoint].address : NULL);
  lab_json_string (out, "wg_interface", "wg0");
  lab_json_string (out, "status", lab_path_status_name (path->status));
  lab_json_string (out, "reason", path->reason);
  lab_json_string (out, "backup_path", path->backup >= 0 ? world->paths[path->backup].id : NULL);
  lab_json_bool (out, "failed_over", path->failed_over);
  write_metrics (out, "metrics", path, &path->metrics, path->measured_at);
  lab_json_int (out, "metric_seq", (gint64) path->metric_seq);
  lab_json_bool (out, "simulated", TRUE);
  lab_json_int (out, "revision", (gint64) path->revision);
  lab_json_end (out, '}');
}

static int
by_double (double a, double b)
{
  return a < b ? -1 : a > b;
}

static int
compare_paths (const LabServer *server, guint a, guint b, guint key)
{
  const LabPath *x = &server->world->paths[a], *y = &server->world->paths[b];

  switch (key)
    {
    case 0:
      return strcmp (x->id, y->id);
    case 1:
      return (int) x->status - (int) y->status;
    case 2:
      return by_double (x->metrics.latency_ms, y->metrics.latency_ms);
    case 3:
      return by_double (x->metrics.packet_loss_pct, y->metrics.packet_loss_pct);
    case 4:
      return by_double (x->metrics.bandwidth_mbps, y->metrics.bandwidth_mbps);
    case 5:
      return x->metrics.score - y->metrics.score;
    case 6:
      return strcmp (server->world->sites[x->src].name, server->world->sites[y->src].name);
    case 7:
      return strcmp (server->world->sites[x->dst].name, server->world->sites[y->dst].name);
    default:
      return by_double (x->metrics.jitter_ms, y->metrics.jitter_ms);
    }
}

typedef struct
{
  const char *status, *site, *src, *dst, *q;
} PathFilter;

static gboolean
match_path (LabRequest *request, guint index, gpointer data)
{
  const LabWorld *world = request->server->world;
  const LabPath *path = &world->paths[index];
  const LabSite *src = &world->sites[path->src], *dst = &world->sites[path->dst];
  const PathFilter *filter = data;

  return lab_path_visible (world, path) &&
         (filter->status == NULL || g_ascii_strcasecmp (filter->status, lab_path_status_name (path->status)) == 0) &&
         (filter->site == NULL || g_str_equal (filter->site, src->id) || g_str_equal (filter->site, dst->id)) &&
         (filter->src == NULL || g_str_equal (filter->src, src->id)) &&
         (filter->dst == NULL || g_str_equal (filter->dst, dst->id)) &&
         (filter->q == NULL || lab_text_contains (path->id, filter->q) || lab_text_contains (src->name, filter->q) ||
          lab_text_contains (dst->name, filter->q));
}

void
lab_paths_list (LabRequest *request)
{
  static const char *const keys[] = { "id", "status", "latency_ms", "packet_loss_pct", "bandwidth_mbps", "score",
                                      "src_site", "dst_site", "jitter_ms", NULL };
  PathFilter filter = { lab_request_query (request, "status"), lab_request_query (request, "site"),
                        lab_request_query (request, "src_site"), lab_request_query (request, "dst_site"),
                        lab_request_query (request, "q") };
  LabList list = { .n = request->server->world->n_paths, .sort_keys = keys, .compare = compare_paths,
                   .match = match_path, .write = write_path, .data = &filter };

  lab_list_reply (request, &list);
}

static LabPath *
find_path (LabRequest *request)
{
  LabPath *path = lab_world_path (request->server->world, request->params[0]);

  if (path != NULL && lab_path_visible (request->server->world, path))
    return path;
  lab_request_problem (request, SOUP_STATUS_NOT_FOUND, "there is no path %s", request->params[0]);
  return NULL;
}

void
lab_paths_get (LabRequest *request)
{
  LabPath *path = find_path (request);

  if (path == NULL)
    return;
  lab_request_etag (request, path->revision);
  write_path (request->server, request->out, NULL, (guint) (path - request->server->world->paths));
}

static gboolean
parse_time (LabRequest *request, const char *name, gint64 fallback, gint64 *seconds)
{
  const char *text = lab_request_query (request, name);
  gint64 us;

  *seconds = fallback;
  if (text == NULL)
    return TRUE;
  if (lab_time_parse (text, &us))
    {
      *seconds = us / G_USEC_PER_SEC;
      return TRUE;
    }
  lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "%s=%s: give an ISO 8601 time or unix seconds", name, text);
  return FALSE;
}

/* A number of seconds, or with a unit: 30, 30s, 5m, 1h, 7d. */
static gboolean
parse_span (LabRequest *request, const char *name, gint64 fallback, gint64 *seconds)
{
  const char *text = lab_request_query (request, name);
  char *end = NULL;
  guint64 n;
  gint64 unit;

  *seconds = fallback;
  if (text == NULL)
    return TRUE;
  n = g_ascii_strtoull (text, &end, 10);
  unit = *end == '\0' || *end == 's' ? 1 : *end == 'm' ? 60 : *end == 'h' ? 3600 : *end == 'd' ? 86400 : 0;
  if (end != text && unit != 0 && (*end == '\0' || end[1] == '\0') && n >= 1 && n <= 1000000)
    {
      *seconds = (gint64) n * unit;
      return TRUE;
    }
  lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "%s=%s: give a span such as 30s, 5m or 1h", name, text);
  return FALSE;
}

static gboolean
parse_range (LabRequest *request, gint64 *from, gint64 *to, gint64 *step)
{
  gint64 now = request->server->world->tick, span;

  if (!parse_span (request, "duration", 3600, &span) || !parse_time (request, "to", now, to) ||
      !parse_time (request, "from", *to - span, from) ||
      !parse_span (request, "step", MAX (1, (*to - *from) / 120), step))
    return FALSE;
  *to = MIN (*to, now);
  *from = MAX (*from, now - HISTORY_SECONDS);
  if (*from > *to)
    *from = *to;
  *step = MAX (*step, (*to - *from) / MAX_POINTS + 1);
  return TRUE;
}

void
lab_paths_metrics (LabRequest *request)
{
  LabPath *path = find_path (request);
  GString *out = request->out;
  gint64 from, to, step;

  if (path == NULL || !parse_range (request, &from, &to, &step))
    return;
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "path_id", path->id);
  lab_json_time (out, "from", from * G_USEC_PER_SEC);
  lab_json_time (out, "to", to * G_USEC_PER_SEC);
  lab_json_int (out, "step", step);
  lab_json_bool (out, "simulated", TRUE);
  lab_json_begin (out, "points", '[');
  for (gint64 t = from; t <= to; t += step)
    {
      LabPathMetrics m;

      /* The status of now says nothing about then. */
      if (t == request->server->world->tick)
        m = path->metrics;
      else
        {
          LabPath then = *path;
          guint index = (guint) (path - request->server->world->paths);

          then.status = LAB_PATH_UP;
          lab_sim_measure_past (request->server->world, index, &then, t, &m);
        }
      write_metrics (out, NULL, path, &m, t * G_USEC_PER_SEC);
    }
  lab_json_end (out, ']');
  lab_json_end (out, '}');
}

static double
pick (const LabPathMetrics *m, guint which)
{
  switch (which)
    {
    case 0:
      return m->reachable ? m->latency_ms : NAN;
    case 1:
      return m->reachable ? m->jitter_ms : NAN;
    case 2:
      return m->packet_loss_pct;
    case 3:
      return m->bandwidth_mbps;
    default:
      return m->score;
    }
}

static void
write_series_point (LabRequest *request, const guint *paths, guint n, guint which, gint64 t)
{
  LabWorld *world = request->server->world;
  double sum = 0;
  guint known = 0;

  for (guint i = 0; i < n; i++)
    {
      LabPath then = world->paths[paths[i]];
      LabPathMetrics m;
      double value;

      then.status = LAB_PATH_UP;
      lab_sim_measure_past (world, paths[i], &then, t, &m);
      value = pick (&m, which);
      if (isnan (value))
        continue;
      sum += value;
      known++;
    }
  lab_json_begin (request->out, NULL, '{');
  lab_json_time (request->out, "timestamp", t * G_USEC_PER_SEC);
  /* Bandwidth adds up; the others are means. */
  lab_json_double (request->out, "value", known == 0 ? NAN : which == 3 ? sum : sum / known, 3);
  lab_json_end (request->out, '}');
}

/* GET /api/v1/metrics/timeseries?metric=&site=|path_id=&from=&to=&duration=&step= */
void
lab_metrics_timeseries (LabRequest *request)
{
  static const char *const names[] = { "latency", "jitter", "packet_loss", "bandwidth", "score", NULL };
  LabWorld *world = request->server->world;
  const char *metric = lab_request_query (request, "metric"), *site = lab_request_query (request, "site");
  const char *id = lab_request_query (request, "path_id");
  g_autofree guint *paths = g_new (guint, world->n_paths + 1);
  GString *out = request->out;
  guint n = 0, which = 0;
  gint64 from, to, step;

  if (metric == NULL)
    metric = "latency";
  while (names[which] != NULL && !g_str_has_prefix (metric, names[which]))
    which++;
  if (names[which] == NULL)
    {
      lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "metric=%s: give latency, jitter, packet_loss, bandwidth or score", metric);
      return;
    }
  if (!parse_range (request, &from, &to, &step))
    return;
  for (guint i = 0; i < world->n_paths; i++)
    if (lab_path_visible (world, &world->paths[i]) && (id == NULL || g_str_equal (id, world->paths[i].id)) &&
        (site == NULL || g_str_equal (site, world->sites[world->paths[i].src].id) || g_str_equal (site, world->sites[world->paths[i].dst].id)))
      paths[n++] = i;
  /* Of thousands of paths a mean of 64, evenly picked, is near enough to draw. */
  if (n > 64 && which != 3)
    {
      for (guint i = 0; i < 64; i++)
        paths[i] = paths[(guint64) i * n / 64];
      n = 64;
    }
  step = MAX (step, (gint64) ((guint64) (to - from) * n / 200000) + 1);
  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "metric", names[which]);
  lab_json_string (out, "site", site);
  lab_json_string (out, "path_id", id);
  lab_json_int (out, "step", step);
  lab_json_bool (out, "simulated", TRUE);
  lab_json_begin (out, "points", '[');
  for (gint64 t = from; t <= to; t += step)
    write_series_point (request, paths, n, which, t);
  lab_json_end (out, ']');
  lab_json_end (out, '}');
}

void
lab_paths_test (LabRequest *request)
{
  LabPath *path = find_path (request);

  if (path == NULL)
    return;
  if (request->dry_run)
    lab_request_plan (request, "send test packets", path->id, "/metrics", NULL, NULL, NULL, NULL);
  else
    lab_jobs_accepted (request, lab_jobs_start (request, "path_test", path->id));
}

static const char *
failover_blocker (LabWorld *world, LabPath *path, const char **code)
{
  *code = NULL;
  if (path->backup < 0)
    {
      *code = "no_backup";
      return "the path has no backup";
    }
  if (!path->failed_over && world->paths[path->backup].status == LAB_PATH_DOWN)
    {
      *code = "backup_down";
      return "the backup is down";
    }
  return NULL;
}

void
lab_paths_failover (LabRequest *request)
{
  LabPath *path = find_path (request);
  const char *code, *blocker;

  if (path == NULL)
    return;
  blocker = failover_blocker (request->server->world, path, &code);
  if (request->dry_run)
    lab_request_plan (request, path->failed_over ? "move the flows back" : "move the flows to the backup", path->id,
                      "/failed_over", path->failed_over ? "true" : "false", path->failed_over ? "false" : "true",
                      code, blocker);
  else if (blocker != NULL)
    lab_request_problem (request, SOUP_STATUS_CONFLICT, "%s cannot fail over: %s", path->id, blocker);
  else
    lab_jobs_accepted (request, lab_jobs_start (request, "path_failover", path->id));
}

/* The steps of a test: reach the far end, measure, compare. */
char *
lab_paths_test_step (LabServer *server, const char *target, guint step, char **detail)
{
  LabPath *path = lab_world_path (server->world, target);

  if (path == NULL)
    return g_strdup ("the path is gone");
  if (path->status == LAB_PATH_DOWN)
    return g_strdup_printf ("no answer from %s: %s", server->world->sites[path->dst].name,
                            path->reason != NULL ? path->reason : "down");
  if (step == 0)
    *detail = g_strdup_printf ("%s answers", server->world->sites[path->dst].name);
  else if (step == 1)
    {
      LabPathMetrics m;

      lab_sim_measure_path (server->world, path, server->world->tick, &m);
      *detail = g_strdup_printf ("%.2f ms, jitter %.2f ms, loss %.3f %%", m.latency_ms, m.jitter_ms, m.packet_loss_pct);
    }
  else
    *detail = g_strdup_printf ("status %s", lab_path_status_name (path->status));
  return NULL;
}

char *
lab_paths_failover_step (LabServer *server, const char *target, guint step, char **detail)
{
  LabPath *path = lab_world_path (server->world, target);
  const char *code, *blocker;

  if (path == NULL)
    return g_strdup ("the path is gone");
  if (step == 0)
    {
      blocker = failover_blocker (server->world, path, &code);
      return blocker != NULL ? g_strdup (blocker) : NULL;
    }
  if (step == 1)
    {
      gboolean away = !path->failed_over;

      path->manual_failover = away;
      lab_sim_fail_over (server->world, path, away, away ? "An administrator moved it" : "An administrator moved it back");
      lab_flows_carry (server->world);
      *detail = g_strdup_printf ("%u flows moved", path->home_flows);
    }
  else
    *detail = g_strdup_printf ("%s carries them", path->failed_over ? server->world->paths[path->backup].id : path->id);
  return NULL;
}
