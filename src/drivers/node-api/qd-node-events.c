/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-drivers"

#include "config.h"
#include "qd-node-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-decode.h"

#define HISTORY 500               /* how far back the list of events begins */
#define PAGE_SIZE 1000
#define MAX_CATCH_UP 20000        /* more events than that were missed: reading everything is quicker */

/* --- One event ---------------------------------------------------------------------------------- */

static void
send_event (QdNodeSession *self, JsonObject *event, gint64 seq)
{
  QdDelta *delta;
  g_autofree char *id = qd_json_dup_id (event, "id");

  if (id == NULL || *id == '\0')
    {
      g_autofree char *made = g_strdup_printf ("%s:%" G_GINT64_FORMAT, self->epoch ? self->epoch : "", seq);

      json_object_set_string_member (event, "id", made);
    }
  delta = qd_decode (qd_outlet_get_connection (self->outlet), QD_KIND_EVENT, event, QD_DELTA_UPSERT);
  if (delta)
    qd_outlet_send (self->outlet, delta);
}

/* What the event itself says of its subject is true at once; the rest is read anew. */
static void
patch_subject (QdNodeSession *self, QdKind kind, const char *id, JsonObject *data)
{
  static const char *const members[QD_N_KINDS] = {
    [QD_KIND_SITE] = "site", [QD_KIND_PATH] = "path", [QD_KIND_NODE] = "node", [QD_KIND_JOB] = "job", [QD_KIND_FLOW] = "flow",
    [QD_KIND_ROUTING] = "routing_policy", [QD_KIND_TENANT] = "tenant", [QD_KIND_SHARD] = "shard",
  };
  const char *status = qd_json_get_string (data, "new_status", NULL);
  JsonObject *whole = qd_json_get_object (data, members[kind]);
  g_autofree char *whole_id = whole ? qd_json_dup_id (whole, "id") : NULL;
  QdDelta *delta;

  if (whole && g_strcmp0 (whole_id, id) == 0)
    {
      delta = qd_decode (qd_outlet_get_connection (self->outlet), kind, whole, QD_DELTA_PATCH);
      if (delta)
        qd_outlet_send (self->outlet, delta);
    }
  else if (status && kind != QD_KIND_FLOW && kind != QD_KIND_JOB)
    {
      delta = qd_delta_new (qd_outlet_get_connection (self->outlet), kind, id, QD_DELTA_UPDATE);
      qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (qd_status_parse (status)));
      qd_delta_set (delta, QD_FIELD_STATUS_TEXT, qd_value_string (status));
      qd_outlet_send (self->outlet, delta);
    }
}

static gboolean
is_removal (const char *type)
{
  return g_str_has_suffix (type, "_deleted") || g_str_has_suffix (type, "_removed") ||
         g_str_has_suffix (type, ".deleted") || g_str_has_suffix (type, ".removed");
}

static void
follow_event (QdNodeSession *self, JsonObject *event)
{
  g_autofree char *type = g_ascii_strdown (qd_json_get_string (event, "type", ""), -1);
  JsonObject *data = qd_json_get_object (event, "data");
  g_autofree char *id = NULL;
  int kind;

  if (data == NULL)
    data = event;
  qd_node_policies_heard (self, type);
  qd_node_freeze_heard (self, type, data);
  kind = qd_decode_subject (type, data, &id);
  if (kind < 0 || qd_node_list_path (kind) == NULL)
    return;
  if (is_removal (type))
    qd_outlet_remove (self->outlet, kind, id);
  else
    patch_subject (self, kind, id, data);
  qd_node_list_touch (self, kind, id);
  /* A site comes and goes with its paths, of which no event tells. */
  if (kind == QD_KIND_SITE && !g_str_has_suffix (type, "_updated") && !strstr (type, "status"))
    qd_node_list_read_soon (self, QD_NODE_PATHS);
}

void
qd_node_events_tell_seq (QdNodeSession *self)
{
  QdDelta *delta;

  if (self->told_seq == self->seq)
    return;
  self->told_seq = self->seq;
  delta = qd_outlet_connection_delta (self->outlet);
  qd_delta_set (delta, QD_CONNECTION_SEQ, qd_value_int (self->seq));
  if (self->epoch)
    qd_delta_set (delta, QD_CONNECTION_EPOCH, qd_value_string (self->epoch));
  qd_outlet_send (self->outlet, delta);
}

static gboolean
is_of_another_log (QdNodeSession *self, JsonObject *event)
{
  const char *epoch = qd_json_get_string (event, "epoch", NULL);

  if (epoch && self->epoch == NULL)
    self->epoch = g_strdup (epoch);
  return epoch && !g_str_equal (epoch, self->epoch);
}

/* It stands in for one that we may not see, so that the numbers go on without a gap. */
static gboolean
is_withheld (JsonObject *event)
{
  return g_str_equal (qd_json_get_string (event, "type", ""), "withheld");
}

/* @old: from before the lists were read: it is history and changes nothing. */
void
qd_node_events_take (QdNodeSession *self, JsonObject *event, gboolean old)
{
  const char *type = qd_json_get_string (event, "type", NULL);
  gint64 seq = -1;

  if (type == NULL || g_str_equal (type, "hello") || g_str_equal (type, "ping") || g_str_equal (type, "heartbeat"))
    return;
  if (g_str_equal (type, "lagged"))
    {
      qd_node_events_catch_up (self);
      return;
    }
  qd_json_get_int (event, "seq", &seq);
  if (old)
    {
      if (!is_withheld (event))
        send_event (self, event, seq);
      return;
    }
  if (is_of_another_log (self, event))
    {
      qd_node_session_resync (self, "the server's log of events is another one now");
      return;
    }
  /* While a gap is being filled, what comes live comes again, or the gap is filled once more. */
  if (self->catching_up)
    self->heard_seq = MAX (self->heard_seq, seq);
  if (self->catching_up || (seq >= 0 && self->seq >= 0 && seq <= self->seq))
    return;
  if (seq >= 0 && self->seq >= 0 && seq > self->seq + 1)
    {
      qd_node_events_catch_up (self);
      return;
    }
  if (seq >= 0)
    self->seq = seq;
  qd_outlet_fresh (self->outlet);
  if (is_withheld (event))
    return;
  send_event (self, event, seq);
  follow_event (self, event);
}

/* --- Filling a gap ---------------------------------------------------------------------------------- */

/* @heard: heard_seq as it began. */
typedef struct { gint64 from; guint taken; gboolean history; gint64 heard; } CatchUp;

static void catch_up_page (QdNodeSession *self, CatchUp *state, gint64 after);

static void
caught_up (QdNodeSession *self, CatchUp *state)
{
  /* What came live after the log's last page was written is in none of its pages, and the event after
   * it may be long in coming. */
  gboolean again = !state->history && self->heard_seq > MAX (self->seq, state->heard);

  if (!state->history)
    self->catching_up = FALSE;
  else
    self->history_pending = FALSE;
  qd_node_events_tell_seq (self);
  qd_node_update_state (self);
  g_free (state);
  if (again)
    qd_node_events_catch_up (self);
}

static gboolean
take_page (QdNodeSession *self, CatchUp *state, JsonArray *items, gint64 *last)
{
  const gboolean was = self->catching_up;

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *event = qd_json_object (json_array_get_element (items, i));
      const char *epoch = event ? qd_json_get_string (event, "epoch", NULL) : NULL;
      gint64 seq = -1;

      if (event == NULL)
        continue;
      if (epoch && self->epoch && !g_str_equal (epoch, self->epoch))
        return FALSE;
      qd_json_get_int (event, "seq", &seq);
      if (seq > *last)
        *last = seq;
      if (!state->history)
        {
          self->catching_up = FALSE;
          /* The log may have holes where the server dropped what nobody may see: go on from there. */
          if (seq > self->seq + 1)
            self->seq = seq - 1;
        }
      qd_node_events_take (self, event, state->history);
      if (!state->history)
        self->catching_up = was;
      state->taken++;
    }
  return TRUE;
}

gboolean
qd_node_events_are_events (JsonArray *items)
{
  guint n = json_array_get_length (items);

  for (guint i = 0; i < n; i++)
    if (qd_json_object (json_array_get_element (items, i)))
      return TRUE;
  return n == 0;
}

static void
catch_up_cb (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response, const GError *error, gpointer data)
{
  CatchUp *state = data;
  JsonArray *items = error ? NULL : qd_json_list (node, "events");
  JsonObject *object = error ? NULL : qd_json_object (node);
  const char *epoch = object ? qd_json_get_string (object, "epoch", NULL) : NULL;
  gint64 last = state->from;
  g_autoptr (GError) odd = NULL;

  if (self->stopped || (!state->history && !self->catching_up))
    {
      g_free (state);
      return;
    }
  if (error && response && response->status == 410 && !state->history)
    {
      g_free (state);
      qd_node_session_resync (self, "the server's history does not reach back to where we were");
      return;
    }
  if (epoch && self->epoch && !g_str_equal (epoch, self->epoch))
    {
      g_free (state);
      qd_node_session_resync (self, "the server's log of events is another one now");
      return;
    }
  if (error == NULL && (items == NULL || !qd_node_events_are_events (items)))
    error = odd = g_error_new (QD_WIRE_ERROR, QD_WIRE_ERROR_PROTOCOL, _("%s/api/v1/events answered with a list of things that are no events"),
                               qd_http_get_base_url (self->http));
  if (error && !state->history && response && response->status >= 400 && qd_driver_is_not_offered (error, response))
    {
      g_free (state);
      qd_node_session_resync (self, "the server keeps no log of what was missed");
      return;
    }
  if (error)
    {
      /* A page of HTML is no word of the server that told of its events before. */
      if (!state->history)
        {
          self->catching_up = FALSE;
          g_free (state);
          qd_node_events_failed (self, error);
          return;
        }
      caught_up (self, state);
      return;
    }
  if (!take_page (self, state, items, &last))
    {
      g_free (state);
      qd_node_session_resync (self, "the server's log of events is another one now");
      return;
    }
  if (!state->history && state->taken > MAX_CATCH_UP)
    {
      g_free (state);
      qd_node_session_resync (self, "too much was missed");
      return;
    }
  if (last > state->from && json_array_get_length (items) >= PAGE_SIZE)
    catch_up_page (self, state, last);
  else
    caught_up (self, state);
}

static void
catch_up_page (QdNodeSession *self, CatchUp *state, gint64 after)
{
  g_autofree char *path = NULL;

  state->from = after;
  path = g_strdup_printf ("/api/v1/events?after=%" G_GINT64_FORMAT "&limit=%d", after,
                          state->history ? HISTORY : PAGE_SIZE);
  qd_node_get (self, path, catch_up_cb, state);
}

/* Reads what happened since the last event that was taken. */
void
qd_node_events_catch_up (QdNodeSession *self)
{
  CatchUp *state;

  if (self->catching_up || self->seq < 0)
    return;
  self->catching_up = TRUE;
  state = g_new0 (CatchUp, 1);
  state->heard = self->heard_seq;
  catch_up_page (self, state, self->seq);
}

/* The events from before the lists, for the list of events alone. */
static void
read_history (QdNodeSession *self)
{
  CatchUp *state = g_new0 (CatchUp, 1);

  self->history_done = self->history_pending = TRUE;
  state->history = TRUE;
  catch_up_page (self, state, MAX (self->seq - HISTORY, 0));
}

void
qd_node_events_begin (QdNodeSession *self)
{
  gint64 first = -1;

  for (guint i = 0; i < QD_NODE_N_LISTS; i++)
    if (!qd_node_list_goes_round (i) && self->lists[i].as_of_seq >= 0 && (first < 0 || self->lists[i].as_of_seq < first))
      first = self->lists[i].as_of_seq;
  if (self->seq < 0)
    self->seq = first;
  if (!self->history_done && self->seq > 0)
    read_history (self);
  qd_node_events_tell_seq (self);
}
