/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-server.h"

#include <string.h>

#include "lab-json.h"
#include "lab-nats.h"

/* Events older than this many are gone: a client that asks for them is told 410. */
#define RETENTION 20000
#define MAX_CORRELATION 128

typedef struct
{
  char *type;
  char *text;
  char *tenant;                 /* whom it is about, where it is about one */
} Event;

struct LabEvents
{
  char *epoch;
  Event ring[RETENTION];        /* event n is at n % RETENTION */
  guint64 first;                /* oldest kept */
  guint64 last;                 /* newest made */
  guint64 published;            /* newest committed and sent */
  GString *withheld;            /* what stands in for one that is not for who asks */
};

/* The tenant that an event's @data is about, or NULL. */
static char *
tenant_of (JsonObject *data)
{
  JsonObject *whole = lab_json_get_object (data, "tenant");

  if (whole != NULL)
    return g_strdup (lab_json_get_string (whole, "id", NULL));
  return g_strdup (lab_json_get_string (data, "tenant_id", lab_json_get_string (data, "tenant", NULL)));
}

static JsonObject *
parse_object (const char *text, JsonNode **root)
{
  *root = lab_json_parse (text, strlen (text), NULL);
  return *root != NULL && JSON_NODE_HOLDS_OBJECT (*root) ? json_node_get_object (*root) : NULL;
}

/* Takes @type and @text. @is_data: @data is the event's data alone, and no whole event. */
static void
fill_event (Event *event, char *type, char *text, const char *data, gboolean is_data)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;

  g_free (event->type);
  g_free (event->text);
  g_clear_pointer (&event->tenant, g_free);
  event->type = type;
  event->text = text;
  /* Most are about no tenant, and not read for that. */
  if (strstr (data, "\"tenant") == NULL)
    return;
  object = parse_object (data, &root);
  if (!is_data && object != NULL)
    object = lab_json_get_object (object, "data");
  if (object != NULL)
    event->tenant = tenant_of (object);
}

static void
load_event (const char *const *columns, int n, gpointer user_data)
{
  LabEvents *events = user_data;
  guint64 seq = g_ascii_strtoull (columns[0], NULL, 10);

  fill_event (&events->ring[seq % RETENTION], g_strdup (columns[1]), g_strdup (columns[2]), columns[2], FALSE);
  if (events->first == 0 || seq < events->first)
    events->first = seq;
  events->last = MAX (events->last, seq);
}

static void
load_epoch (const char *const *columns, int n, gpointer user_data)
{
  *(char **) user_data = g_strdup (columns[0]);
}

static gboolean
take_epoch (LabServer *server, LabEvents *events, GError **error)
{
  LabBatch *batch;

  if (!lab_store_read (server->store, "SELECT value FROM meta WHERE key = 'epoch'", load_epoch, &events->epoch, error))
    return FALSE;
  if (events->epoch != NULL)
    return TRUE;
  events->epoch = g_uuid_string_random ();
  batch = lab_batch_new ();
  lab_batch_add (batch, "INSERT INTO meta (key, value) VALUES (?, ?)", "ss", "epoch", events->epoch);
  lab_store_commit (server->store, batch, NULL, NULL);
  return TRUE;
}

LabEvents *
lab_events_new (LabServer *server, GError **error)
{
  LabEvents *events = g_new0 (LabEvents, 1);

  events->withheld = g_string_new (NULL);
  if (!lab_store_read (server->store, "SELECT seq, type, body FROM events ORDER BY seq DESC LIMIT 20000",
                       load_event, events, error) ||
      !take_epoch (server, events, error))
    {
      lab_events_free (events);
      return NULL;
    }
  events->published = events->last;
  if (events->first == 0)
    events->first = events->last + 1;
  return events;
}

void
lab_events_free (LabEvents *events)
{
  for (guint i = 0; i < RETENTION; i++)
    {
      g_free (events->ring[i].type);
      g_free (events->ring[i].text);
      g_free (events->ring[i].tenant);
    }
  g_string_free (events->withheld, TRUE);
  g_free (events->epoch);
  g_free (events);
}

guint64
lab_events_emit (LabServer *server, const char *type, const char *severity, const char *source, const char *data)
{
  LabEvents *events = server->events;
  guint64 seq = ++events->last;
  Event *event = &events->ring[seq % RETENTION];
  GString *text = g_string_sized_new (320);
  char id[64];

  g_assert (server->batch != NULL);
  g_snprintf (id, sizeof id, "%.8s-%" G_GUINT64_FORMAT, events->epoch, seq);
  lab_json_begin (text, NULL, '{');
  lab_json_string (text, "epoch", events->epoch);
  lab_json_int (text, "seq", (gint64) seq);
  lab_json_string (text, "id", id);
  lab_json_string (text, "type", type);
  lab_json_string (text, "severity", severity);
  lab_json_time (text, "at", g_get_real_time ());
  lab_json_string (text, "source", source);
  lab_json_raw (text, "data", data);
  if (server->correlation != NULL && strlen (server->correlation) <= MAX_CORRELATION && g_utf8_validate (server->correlation, -1, NULL))
    lab_json_string (text, "correlation_id", server->correlation);
  lab_json_end (text, '}');
  fill_event (event, g_strdup (type), g_string_free (text, FALSE), data, TRUE);
  lab_batch_add (server->batch, "INSERT INTO events (seq, type, body) VALUES (?, ?, ?)", "iss",
                 (gint64) seq, type, event->text);
  if (seq >= events->first + RETENTION)
    events->first = seq - RETENTION + 1;
  if (seq % 4096 == 0 && seq > RETENTION)
    lab_batch_add (server->batch, "DELETE FROM events WHERE seq <= ?", "i", (gint64) (seq - RETENTION));
  return seq;
}

guint64
lab_events_seq (LabServer *server)
{
  return server->events->published;
}

guint64
lab_events_first (LabServer *server)
{
  return server->events->first;
}

const char *
lab_events_epoch (LabServer *server)
{
  return server->events->epoch;
}

/* An event without what it tells, so that the numbers go on without a gap. */
static const char *
withhold (LabEvents *events, guint64 seq, const Event *event)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object = parse_object (event->text, &root);
  GString *text = events->withheld;

  g_string_truncate (text, 0);
  lab_json_begin (text, NULL, '{');
  lab_json_string (text, "epoch", events->epoch);
  lab_json_int (text, "seq", (gint64) seq);
  lab_json_string (text, "id", object != NULL ? lab_json_get_string (object, "id", NULL) : NULL);
  lab_json_string (text, "type", LAB_EVENT_WITHHELD);
  lab_json_string (text, "severity", "info");
  lab_json_string (text, "at", object != NULL ? lab_json_get_string (object, "at", NULL) : NULL);
  lab_json_string (text, "source", "lab");
  lab_json_begin (text, "data", '{');
  lab_json_end (text, '}');
  lab_json_end (text, '}');
  return text->str;
}

const char *
lab_events_text_for (LabServer *server, guint64 seq, const char *tenant, const char **type)
{
  LabEvents *events = server->events;
  const Event *event = &events->ring[seq % RETENTION];

  if (seq < events->first || seq > events->published)
    return NULL;
  if (tenant == NULL || event->tenant == NULL || g_str_equal (event->tenant, tenant))
    {
      *type = event->type;
      return event->text;
    }
  *type = LAB_EVENT_WITHHELD;
  return withhold (events, seq, event);
}

/* What is committed up to @last goes out to whoever listens. */
void
lab_events_published (LabServer *server, guint64 last)
{
  LabEvents *events = server->events;

  if (last <= events->published)
    return;
  for (guint64 seq = events->published + 1; seq <= last; seq++)
    if (server->nats != NULL)
      lab_nats_event (server->nats, seq, events->ring[seq % RETENTION].type, events->ring[seq % RETENTION].text);
  events->published = last;
  lab_streams_events (server);
}

typedef struct
{
  LabServer *server;
  guint64 last;
  LabCommittedFunc func;
  gpointer user_data;
} Scope;

static void
scope_committed_cb (gboolean committed, gpointer user_data)
{
  Scope *scope = user_data;

  lab_events_published (scope->server, scope->last);
  if (scope->func != NULL)
    scope->func (committed, scope->user_data);
  g_free (scope);
}

void
lab_server_begin (LabServer *server)
{
  g_assert (server->batch == NULL);
  server->batch = lab_batch_new ();
}

void
lab_server_end (LabServer *server, LabCommittedFunc func, gpointer user_data)
{
  LabBatch *batch = g_steal_pointer (&server->batch);
  Scope *scope;

  if (lab_batch_is_empty (batch) && func == NULL)
    {
      lab_batch_free (batch);
      return;
    }
  scope = g_new0 (Scope, 1);
  scope->server = server;
  scope->last = server->events->last;
  scope->func = func;
  scope->user_data = user_data;
  lab_store_commit (server->store, batch, scope_committed_cb, scope);
}

static gboolean
event_matches (const char *event, const char *event_type, const char *type, const char *severity, const char *q)
{
  g_autofree char *part = severity != NULL ? g_strdup_printf ("\"severity\":\"%s\"", severity) : NULL;

  return (type == NULL || g_str_equal (event_type, type)) &&
         (part == NULL || strstr (event, part) != NULL) &&
         (q == NULL || lab_text_contains (event, q));
}

static gboolean
parse_after (LabRequest *request, guint64 *after, gboolean *given)
{
  const char *text = lab_request_query (request, "after");
  const char *cursor = lab_request_query (request, "cursor");

  *given = text != NULL || cursor != NULL;
  *after = 0;
  if (cursor != NULL)
    text = cursor;
  if (text == NULL || g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, after, NULL))
    return TRUE;
  lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "after=%s: give the seq of an event", text);
  return FALSE;
}

/* With after=: what followed, oldest first. Without: the newest, oldest first among them. */
void
lab_events_list (LabRequest *request)
{
  LabEvents *events = request->server->events;
  const char *type = lab_request_query (request, "type"), *severity = lab_request_query (request, "severity");
  const char *q = lab_request_query (request, "q"), *limit_text = lab_request_query (request, "limit");
  const char *epoch = lab_request_query (request, "epoch"), *only = lab_request_tenant (request);
  GString *out = request->out;
  guint64 after, seq, limit = 200, n = 0;
  gboolean given;

  if (!parse_after (request, &after, &given))
    return;
  if (limit_text != NULL && !g_ascii_string_to_unsigned (limit_text, 10, 1, G_MAXINT, &limit, NULL))
    {
      lab_request_problem (request, SOUP_STATUS_BAD_REQUEST, "limit=%s: give a number from 1 to 1000", limit_text);
      return;
    }
  limit = MIN (limit, 1000);
  if (given && (after + 1 < events->first || after > events->last || (epoch != NULL && !g_str_equal (epoch, events->epoch))))
    {
      lab_request_problem (request, SOUP_STATUS_GONE,
                           "events after %" G_GUINT64_FORMAT " are not kept (the oldest is %" G_GUINT64_FORMAT
                           "): read the lists anew", after, events->first);
      return;
    }
  seq = given ? after + 1 : MAX (events->first, events->published + 1 > limit ? events->published + 1 - limit : 1);
  lab_json_begin (out, NULL, '{');
  lab_json_begin (out, "items", '[');
  for (; seq <= events->published && n < limit; seq++)
    {
      const char *event_type, *text = lab_events_text_for (request->server, seq, only, &event_type);

      if (!event_matches (text, event_type, type, severity, q))
        continue;
      lab_json_raw (out, NULL, text);
      n++;
    }
  lab_json_end (out, ']');
  lab_json_int (out, "total", (gint64) (events->published + 1 - events->first));
  if (seq <= events->published)
    {
      g_autofree char *next = g_strdup_printf ("%" G_GUINT64_FORMAT, seq - 1);

      lab_json_string (out, "next", next);
    }
  else
    lab_json_null (out, "next");
  lab_json_int (out, "as_of_seq", (gint64) events->published);
  lab_json_string (out, "epoch", events->epoch);
  lab_json_end (out, '}');
}
