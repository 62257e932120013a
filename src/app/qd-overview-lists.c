/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-overview-lists.h"

#include <glib/gi18n.h>
#include <string.h>

#include "qd-display.h"
#include "qd-event-text.h"
#include "qd-time.h"

/* The best @most of what was offered, best first: nobody sorts a hundred thousand for ten. */
typedef struct {
  guint most, n;
  QdEntity *items[16];
  double ranks[16];
} QdTop;

static void
top_offer (QdTop *self, QdEntity *entity, double rank)
{
  guint place = self->n;

  while (place > 0 && self->ranks[place - 1] < rank)
    place--;
  if (place >= self->most)
    return;
  if (self->n < self->most)
    self->n++;
  for (guint i = self->n - 1; i > place; i--)
    {
      self->items[i] = self->items[i - 1];
      self->ranks[i] = self->ranks[i - 1];
    }
  self->items[place] = entity;
  self->ranks[place] = rank;
}

/* --- What needs attention ------------------------------------------------------------------ */

/* Down before degraded; a site before a node before a path, since it touches more; then the newest. */
static double
attention_rank (QdEntity *entity)
{
  static const double weights[QD_N_KINDS] = { [QD_KIND_SITE] = 3, [QD_KIND_NODE] = 2, [QD_KIND_PATH] = 1 };
  const QdValue *since = qd_entity_get (entity, QD_FIELD_SINCE);
  double age = since->type == QD_VALUE_TIME ? (double) (g_get_real_time () - since->v.i) : 1e15;

  return qd_entity_get_status (entity) * 10 + weights[qd_entity_get_kind (entity)] + 1 / (1 + MAX (age, 0));
}

/* A path that is down because a site at its end is, or a node of such a site, says nothing new: the
 * site stands for them. */
static gboolean
is_consequence (QdFleet *fleet, QdEntity *entity)
{
  if (qd_entity_get_kind (entity) == QD_KIND_PATH)
    for (guint end = 0; end < 2; end++)
      {
        QdEntity *site = qd_fleet_get_end (fleet, entity, end);

        if (site != NULL && qd_entity_get_status (site) == QD_STATUS_DOWN)
          return TRUE;
      }
  if (qd_entity_get_kind (entity) == QD_KIND_NODE)
    {
      const char *id = qd_entity_get_string (entity, QD_NODE_SITE);
      QdEntity *site = id != NULL ? qd_fleet_lookup (fleet, qd_entity_get_connection (entity), QD_KIND_SITE, id) : NULL;

      return site != NULL && qd_entity_get_status (site) == QD_STATUS_DOWN;
    }
  return FALSE;
}

static char *
describe_path (QdEntity *path)
{
  double loss, latency;
  gboolean has_loss = qd_entity_get_double (path, QD_PATH_LOSS_PCT, &loss);
  gboolean has_latency = qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency);

  if (qd_entity_get_status (path) == QD_STATUS_DOWN)
    return NULL;
  if (has_loss && has_latency)
    return g_strdup_printf (_("loss %'.1f %%, latency %'.0f ms"), loss, latency);
  if (has_loss)
    return g_strdup_printf (_("loss %'.1f %%"), loss);
  return NULL;
}

/* "Down for 4 min, 12 paths": what, since when, and what it touches. */
static char *
describe_attention (QdFleet *fleet, QdEntity *entity)
{
  GString *text = g_string_new (qd_status_get_label (qd_entity_get_status (entity)));
  gint64 paths;

  qd_display_append_since (text, entity);
  if (qd_entity_get_kind (entity) == QD_KIND_PATH)
    {
      g_autofree char *figures = describe_path (entity);

      if (figures != NULL)
        g_string_append_printf (text, " · %s", figures);
    }
  else if (qd_entity_get_kind (entity) == QD_KIND_SITE && qd_entity_get_int (entity, QD_SITE_PATHS, &paths) && paths > 0)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, "%d path", "%d paths", paths), (int) paths);
    }
  return g_string_free (text, FALSE);
}

gint64
qd_overview_fill_attention (QdRowList *list, QdFleet *fleet, const char *connection, guint most)
{
  static const QdKind kinds[] = { QD_KIND_SITE, QD_KIND_NODE, QD_KIND_PATH };
  QdTop top = { .most = MIN (most, G_N_ELEMENTS (top.items)) };
  gint64 newest = G_MININT64;

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      QdEntityList *things = qd_fleet_get_list (fleet, kinds[k]);
      guint n = qd_entity_list_get_length (things);

      for (guint i = 0; i < n; i++)
        {
          QdEntity *entity = qd_entity_list_peek (things, i);

          if (qd_entity_get_status (entity) < QD_STATUS_DEGRADED || !qd_entity_belongs (entity, connection) || is_consequence (fleet, entity))
            continue;
          top_offer (&top, entity, attention_rank (entity));
        }
    }

  qd_row_list_begin (list);
  for (guint i = 0; i < top.n; i++)
    {
      g_autofree char *subtitle = describe_attention (fleet, top.items[i]);
      const QdValue *since = qd_entity_get (top.items[i], QD_FIELD_SINCE);

      if (since->type == QD_VALUE_TIME)
        newest = MAX (newest, since->v.i);
      qd_row_list_add (list, top.items[i], qd_entity_get_status (top.items[i]), qd_entity_get_name (top.items[i]), subtitle, NULL);
    }
  qd_row_list_end (list);
  return newest;
}

/* --- Events, flows, jobs ------------------------------------------------------------------- */

static QdStatus
severity_status (const char *severity)
{
  if (g_strcmp0 (severity, "critical") == 0)
    return QD_STATUS_DOWN;
  if (g_strcmp0 (severity, "warning") == 0)
    return QD_STATUS_DEGRADED;
  return QD_STATUS_NONE;
}

void
qd_overview_fill_events (QdRowList *list, QdFleet *fleet, const char *connection, guint most)
{
  QdEntityList *events = qd_fleet_get_list (fleet, QD_KIND_EVENT);
  guint n = qd_entity_list_get_length (events);
  QdTop top = { .most = MIN (most, G_N_ELEMENTS (top.items)) };

  for (guint i = 0; i < n; i++)
    {
      QdEntity *event = qd_entity_list_peek (events, i);

      if (qd_entity_belongs (event, connection))
        top_offer (&top, event, (double) qd_entity_get (event, QD_EVENT_AT)->v.i);
    }

  qd_row_list_begin (list);
  for (guint i = 0; i < top.n; i++)
    {
      QdEntity *event = top.items[i];
      const QdValue *at = qd_entity_get (event, QD_EVENT_AT);
      g_autofree char *when = at->type == QD_VALUE_TIME ? qd_time_format_local (at->v.i) : NULL;

      g_autofree char *text = qd_event_describe (fleet, event);

      qd_row_list_add (list, event, severity_status (qd_entity_get_string (event, QD_EVENT_SEVERITY)),
                       text, qd_entity_get_string (event, QD_EVENT_SOURCE), when);
    }
  qd_row_list_end (list);
}

static char *
format_end (QdEntity *flow, guint ip_field, guint port_field)
{
  const char *ip = qd_entity_get_string (flow, ip_field);
  gint64 port;

  if (ip == NULL)
    return g_strdup ("");
  if (!qd_entity_get_int (flow, port_field, &port) || port == 0)
    return g_strdup (ip);
  return g_strdup_printf (strchr (ip, ':') != NULL ? "[%s]:%d" : "%s:%d", ip, (int) port);
}

static void
add_flow (QdRowList *list, QdFleet *fleet, QdEntity *flow, double bytes)
{
  g_autofree char *from = format_end (flow, QD_FLOW_SRC_IP, QD_FLOW_SRC_PORT);
  g_autofree char *to = format_end (flow, QD_FLOW_DST_IP, QD_FLOW_DST_PORT);
  g_autofree char *title = g_strdup_printf ("%s → %s", from, to);
  g_autofree char *size = g_format_size ((guint64) bytes);
  g_autofree char *subtitle = NULL;
  const char *protocol = qd_entity_get_string (flow, QD_FLOW_PROTOCOL);
  const char *path_id = qd_entity_get_string (flow, QD_FLOW_PATH);
  QdEntity *path = path_id != NULL ? qd_fleet_lookup (fleet, qd_entity_get_connection (flow), QD_KIND_PATH, path_id) : NULL;

  if (path != NULL)
    subtitle = g_strdup_printf ("%s · %s", protocol != NULL ? protocol : "", qd_entity_get_name (path));
  else
    subtitle = g_strdup (protocol);
  qd_row_list_add (list, flow, QD_STATUS_NONE, title, subtitle, size);
}

void
qd_overview_fill_flows (QdRowList *list, QdFleet *fleet, const char *connection, guint most)
{
  QdEntityList *flows = qd_fleet_get_list (fleet, QD_KIND_FLOW);
  guint n = qd_entity_list_get_length (flows);
  QdTop top = { .most = MIN (most, G_N_ELEMENTS (top.items)) };

  for (guint i = 0; i < n; i++)
    {
      QdEntity *flow = qd_entity_list_peek (flows, i);
      double sent = 0, received = 0;

      if (!qd_entity_belongs (flow, connection) || g_strcmp0 (qd_entity_get_string (flow, QD_FLOW_STATE), "active") != 0)
        continue;
      qd_entity_get_double (flow, QD_FLOW_BYTES_TX, &sent);
      qd_entity_get_double (flow, QD_FLOW_BYTES_RX, &received);
      top_offer (&top, flow, sent + received);
    }

  qd_row_list_begin (list);
  for (guint i = 0; i < top.n; i++)
    add_flow (list, fleet, top.items[i], top.ranks[i]);
  qd_row_list_end (list);
}

void
qd_overview_fill_jobs (QdRowList *list, QdFleet *fleet, const char *connection, guint most)
{
  QdEntityList *jobs = qd_fleet_get_list (fleet, QD_KIND_JOB);
  guint n = qd_entity_list_get_length (jobs);
  guint added = 0;

  qd_row_list_begin (list);
  for (guint i = n; i > 0 && added < most; i--)
    {
      QdEntity *job = qd_entity_list_peek (jobs, i - 1);
      const char *state = qd_entity_get_string (job, QD_JOB_STATE);
      g_autofree char *progress = NULL;
      double done;

      if (!qd_entity_belongs (job, connection) || state == NULL ||
          !(g_str_equal (state, "queued") || g_str_equal (state, "running") || g_str_equal (state, "waiting")))
        continue;
      if (qd_entity_get_double (job, QD_JOB_PROGRESS, &done))
        progress = g_strdup_printf (_("%.0f %%"), done * 100);
      qd_row_list_add (list, job, QD_STATUS_NONE, qd_entity_get_name (job), qd_display_word (state), progress);
      added++;
    }
  qd_row_list_end (list);
}
