/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-private.h"

#include <string.h>

/* After that long without one, a resync is done at once. */
#define QUIET_US (30 * G_USEC_PER_SEC)
/* How often a server that is away is asked, and for how long that often. */
#define AWAY_MS 1500
#define SLOW_US (2 * 60 * G_USEC_PER_SEC) /* until a wish to be asked less often is forgotten */
#define AWAY_US (5 * 60 * G_USEC_PER_SEC)

QdNodeSession *
qd_node_session_new (const QdEndpoint *endpoint, QdOutlet *outlet, QdHttp *http)
{
  QdNodeSession *self = g_new0 (QdNodeSession, 1);
  const QdBackoff fresh = QD_BACKOFF_INIT;

  g_atomic_ref_count_init (&self->refs);
  self->endpoint = qd_endpoint_copy (endpoint);
  self->outlet = qd_outlet_ref (outlet);
  self->http = qd_http_ref (http);
  self->cancellable = g_cancellable_new ();
  self->waiting = g_ptr_array_new ();
  self->offers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->stale = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->problems = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->seq = self->told_seq = self->heard_seq = -1;
  self->resync_backoff = self->auth_backoff = self->me_backoff = self->events.backoff = self->metrics.backoff = self->probe_backoff = fresh;
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    {
      self->lists[i].backoff = fresh;
      self->lists[i].as_of_seq = -1;
    }
  return self;
}

QdNodeSession *
qd_node_session_ref (QdNodeSession *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_node_session_unref (QdNodeSession *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    {
      qd_io_timeout_stop (&self->lists[i].retry);
      g_clear_object (&self->lists[i].cancellable);
      g_clear_pointer (&self->lists[i].seen, g_ptr_array_unref);
      g_clear_pointer (&self->lists[i].told, g_hash_table_unref);
    }
  if (self->refresh_token)
    explicit_bzero (self->refresh_token, strlen (self->refresh_token));
  g_free (self->refresh_token);
  g_clear_error (&self->auth_error);
  g_free (self->epoch);
  g_ptr_array_unref (self->waiting);
  g_hash_table_unref (self->offers);
  g_hash_table_unref (self->stale);
  g_hash_table_unref (self->problems);
  g_object_unref (self->cancellable);
  qd_http_unref (self->http);
  qd_outlet_unref (self->outlet);
  qd_endpoint_free (self->endpoint);
  g_free (self);
}

/* --- Timers ------------------------------------------------------------------------------------- */

void
qd_node_timer (QdNodeSession *self, GSource **timer, guint ms, GSourceFunc func, gpointer data)
{
  qd_io_timeout_stop (timer);
  if (!self->stopped)
    *timer = qd_io_timeout_add (ms, func, data, NULL);
}

/* While nobody is there, asking costs nobody anything: a server that comes back is used soon. After a
 * while it is left alone for longer. */
guint
qd_node_wait_ms (QdNodeSession *self, QdBackoff *backoff, const GError *error)
{
  guint wait_ms = qd_backoff_next_ms (backoff);
  gint64 now = g_get_monotonic_time ();

  if (!g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_UNREACHABLE) &&
      !g_error_matches (error, QD_WIRE_ERROR, QD_WIRE_ERROR_CLOSED))
    return wait_ms;
  if (self->away_since_us == 0)
    self->away_since_us = now;
  if (now - self->away_since_us > AWAY_US || wait_ms <= AWAY_MS)
    return wait_ms;
  return g_random_int_range (AWAY_MS / 2, AWAY_MS);
}

guint
qd_node_slow (QdNodeSession *self)
{
  if (g_get_monotonic_time () - self->slowed_us > SLOW_US)
    self->slow = 0;
  return self->slow;
}

void
qd_node_is_there (QdNodeSession *self)
{
  self->away_since_us = 0;
}

/* --- What is true of the connection ---------------------------------------------------------------- */

/* The one that explains the others comes first. */
static const char *
first_problem (QdNodeSession *self)
{
  static const char *const order[] = { "sign-in", "events", "sites", "paths", "nodes", "jobs", "flows", "metrics" };
  GHashTableIter iter;
  gpointer message;

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if ((message = g_hash_table_lookup (self->problems, order[i])))
      return message;
  g_hash_table_iter_init (&iter, self->problems);
  return g_hash_table_iter_next (&iter, NULL, &message) ? message : NULL;
}

static gboolean
is_complete (QdNodeSession *self)
{
  if (!self->signed_in || (self->history_pending && !self->ever_live) ||
      !self->events.decided || (self->events.offered && !self->events.open))
    return FALSE;
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    if (self->lists[i].state == QD_NODE_UNKNOWN ||
        (self->lists[i].state == QD_NODE_LOADING && !self->ever_live))
      return FALSE;
  return TRUE;
}

void
qd_node_update_state (QdNodeSession *self)
{
  const char *problem = first_problem (self);

  if (self->stopped)
    return;
  if (problem == NULL && is_complete (self))
    {
      g_autofree char *forbidden = qd_node_lists_dup_forbidden (self);

      if (forbidden && !qd_node_lists_any_allowed (self))
        {
          qd_outlet_state (self->outlet, "refused", forbidden);
          return;
        }
      self->ever_live = TRUE;
      qd_outlet_state (self->outlet, "live", forbidden);
    }
  else if (self->refused)
    qd_outlet_state (self->outlet, "refused", problem);
  else
    qd_outlet_state (self->outlet, self->ever_live ? "stale" : "connecting", problem);
}

void
qd_node_set_problem (QdNodeSession *self, const char *what, const char *message)
{
  if (message)
    g_hash_table_replace (self->problems, g_strdup (what), g_strdup (message));
  else
    g_hash_table_remove (self->problems, what);
  qd_node_update_state (self);
}

void
qd_node_offer (QdNodeSession *self, const char *feature, gboolean offered)
{
  g_autoptr (GList) names = NULL;
  g_autoptr (JsonArray) array = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  QdDelta *delta;

  if (offered == g_hash_table_contains (self->offers, feature))
    return;
  if (offered)
    g_hash_table_add (self->offers, g_strdup (feature));
  else
    g_hash_table_remove (self->offers, feature);

  array = json_array_new ();
  names = g_list_sort (g_hash_table_get_keys (self->offers), (GCompareFunc) strcmp);
  for (GList *l = names; l; l = l->next)
    json_array_add_string_element (array, l->data);
  node = json_node_init_array (json_node_alloc (), array);
  text = qd_json_to_text (node, FALSE);
  delta = qd_outlet_connection_delta (self->outlet);
  qd_delta_set (delta, QD_CONNECTION_OFFERS, qd_value_json (text));
  qd_outlet_send (self->outlet, delta);
}

/* --- Life ----------------------------------------------------------------------------------------- */

void
qd_node_session_start (QdNodeSession *self)
{
  if (self->started || self->stopped)
    return;
  self->started = TRUE;
  qd_node_auth_begin (self);
}

void
qd_node_session_stop (QdNodeSession *self)
{
  if (self->stopped)
    return;
  self->stopped = TRUE;
  qd_node_streams_stop (self);
  qd_node_lists_stop (self);
  qd_node_policies_stop (self);
  qd_io_timeout_stop (&self->resync_timer);
  qd_node_auth_stop (self);
  g_cancellable_cancel (self->cancellable);
  qd_node_release_waiting (self, NULL);
}

void
qd_node_session_refresh (QdNodeSession *self)
{
  if (self->stopped || !self->started)
    return;
  if (!self->signed_in)
    {
      qd_node_auth_retry (self);
      return;
    }
  if (self->auth_error)
    qd_node_auth_retry (self);
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    {
      if (self->lists[i].state == QD_NODE_ABSENT || self->lists[i].state == QD_NODE_FORBIDDEN)
        self->lists[i].state = QD_NODE_UNKNOWN;
      self->lists[i].hurry = TRUE;
      qd_node_list_forget (self, i);
      qd_node_list_read (self, i);
    }
  self->freeze_known = FALSE;
  qd_node_policies_probe (self);
  if (self->me_timer)
    qd_node_auth_ask_me (self);
  qd_node_streams_retry (self);
}

static gboolean
resync_cb (gpointer data)
{
  QdNodeSession *self = data;

  g_clear_pointer (&self->resync_timer, g_source_unref);
  qd_node_lists_read (self);
  return G_SOURCE_REMOVE;
}

void
qd_node_session_resync (QdNodeSession *self, const char *why)
{
  gint64 now = g_get_monotonic_time ();
  guint wait_ms = 0;

  if (self->resynced_us > 0 && now - self->resynced_us < QUIET_US)
    wait_ms = qd_backoff_next_ms (&self->resync_backoff);
  else
    qd_backoff_reset (&self->resync_backoff);
  self->resynced_us = now;
  g_message ("%s: reading everything anew: %s", qd_http_get_base_url (self->http), why);
  qd_node_streams_stop (self);
  /* It may be another server: what it offers is found out anew, as at the start. */
  self->events.transport = QD_NODE_BY_WEBSOCKET;
  self->events.opened_us = self->metrics.opened_us = 0;
  self->events.openings = 0;
  g_clear_pointer (&self->epoch, g_free);
  self->seq = self->told_seq = self->heard_seq = -1;
  self->catching_up = FALSE;
  self->history_done = self->history_pending = FALSE;
  self->freeze_known = FALSE;
  g_hash_table_remove_all (self->stale);
  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    {
      self->lists[i].run++;
      qd_node_list_forget (self, i);
      self->lists[i].as_of_seq = -1;
      self->lists[i].state = QD_NODE_UNKNOWN;
      qd_io_timeout_stop (&self->lists[i].retry);
    }
  /* A server that never agrees with itself must not be read in circles. */
  qd_node_timer (self, &self->resync_timer, wait_ms, resync_cb, self);
}
