/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-audit-show.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-audit-private.h"
#include "qd-audit-scan.h"
#include "qd-capability.h"
#include "qd-hub-private.h"
#include "qd-job-private.h"
#include "qd-json.h"

#define PAGE 256
#define LOOK_EVERY_S 10
/* A job of many steps has as many records. */
#define MAX_OF_REQUEST 32
/* Of text: more is no list that anybody reads. */
#define MAX_BYTES (96ll << 20)

struct _QdAuditShow {
  GObject parent;
  QdHub *hub;
  GCancellable *cancellable;
  GHashTable *seqs;         /* connection (interned) → gint64: the last message of its stream that is shown */
  char *trouble;            /* of the streams */
  char *unread;             /* of the journal */
  char *denied;             /* which streams' records may not be shown */
  guint look_timer;
  gint64 shown_to;          /* the newest of this desk's that is shown */
  guint loading;
  gboolean following;       /* what is new is being read */
  gboolean again, asking;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (QdAuditShow, qd_audit_show, G_TYPE_OBJECT)

/* --- A record as a thing ----------------------------------------------------------------------------------------- */

const char *
qd_audit_get_title (const char *what)
{
  static const struct { const char *what, *title; } ours[] = {
    { "connection.unlock", N_("Unlock production") },     { "connection.lock", N_("Lock production") },
    { "connection.add", N_("Add connection") },           { "connection.remove", N_("Remove connection") },
    { "job.take-over", N_("Take over job") },             { "job.go-on", N_("Go on with job") },
    { "job.go-back", N_("Go back with job") },            { "audit.limits", N_("Change how long audit records are kept") },
    { QD_AUDIT_RETENTION, N_("Remove old audit records") }, { QD_AUDIT_TORN, N_("Mend the end of the audit journal") },
  };
  const QdCapability *row = qd_capability_get (what);

  if (row)
    return _(row->title);
  for (guint i = 0; what && i < G_N_ELEMENTS (ours); i++)
    if (g_str_equal (what, ours[i].what))
      return _(ours[i].title);
  return what;
}

static const struct { const char *name; guint field; } members[] = {
  { "outcome", QD_AUDIT_OUTCOME }, { "who", QD_AUDIT_WHO },   { "on", QD_AUDIT_ON },     { "where", QD_AUDIT_WHERE },
  { "why", QD_AUDIT_WHY },         { "what", QD_AUDIT_WHAT }, { "error", QD_AUDIT_CAUSE }, { "from", QD_AUDIT_FROM },
  { "desk", QD_AUDIT_DESK },       { "job", QD_AUDIT_JOB },   { "request_id", QD_AUDIT_REQUEST_ID }, { "connection", QD_AUDIT_CONNECTION },
};

QdDelta *
qd_audit_to_delta (const char *line, gsize length, guint kept)
{
  g_autoptr (JsonNode) node = qd_json_parse (line, (gssize) length, "audit", NULL);
  JsonObject *object = node ? qd_json_object (node) : NULL;
  g_autofree char *id = NULL, *text = NULL;
  const char *desk;
  QdDelta *delta;
  gint64 n, at;

  if (object == NULL || !qd_json_get_int (object, "n", &n) || n <= 0 || (desk = qd_json_get_string (object, "desk", NULL)) == NULL)
    return NULL;
  id = g_strdup_printf ("%s:%" G_GINT64_FORMAT, desk, n);
  text = g_strndup (line, length);
  delta = qd_delta_new (QD_HUB_LOCAL, QD_KIND_AUDIT, id, QD_DELTA_PATCH);
  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (qd_json_get_string (object, "summary", qd_audit_get_title (qd_json_get_string (object, "what", "")))));
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    qd_delta_set (delta, members[i].field, qd_value_string (qd_json_get_string (object, members[i].name, NULL)));
  qd_delta_set (delta, QD_AUDIT_N, qd_value_int (n));
  if (qd_json_get_time (object, "at", &at))
    qd_delta_set (delta, QD_AUDIT_AT, qd_value_time (at));
  qd_delta_set (delta, QD_AUDIT_RECORD, qd_value_json (text));
  qd_delta_set (delta, kept, qd_value_bool (TRUE));
  return delta;
}

/* --- This desk's --------------------------------------------------------------------------------------------------- */

typedef struct {
  char *path;
  QdDrain *drain;
  QdAuditScanBounds bounds;
  gint64 after;       /* those over this number */
  gint64 newest;      /* what was found */
  char *member;       /* those with this in them; NULL: all */
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->path);
  g_free (reading->member);
  g_object_unref (reading->drain);
  g_free (reading);
}

/* The drain's queue makes this wait, not the window. */
static QdAuditScanStep
take_line (const char *line, gsize length, gpointer data)
{
  Reading *reading = data;
  QdAuditLine parsed;
  QdDelta *delta;

  if (reading->member != NULL && memmem (line, length, reading->member, strlen (reading->member)) == NULL)
    return QD_AUDIT_SCAN_NEXT;
  if (!qd_audit_line_parse (&parsed, line, length))
    return QD_AUDIT_SCAN_NEXT;
  if (parsed.mark.n <= reading->after)
    return QD_AUDIT_SCAN_STOP;
  reading->newest = MAX (reading->newest, parsed.mark.n);
  delta = qd_audit_to_delta (line, length, QD_AUDIT_ON_DESK);
  if (delta == NULL)
    return QD_AUDIT_SCAN_NEXT;
  qd_drain_push (reading->drain, delta);
  return QD_AUDIT_SCAN_TAKEN;
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Reading *reading = data;
  GError *error = NULL;

  if (qd_audit_scan (reading->path, &reading->bounds, take_line, reading, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* @member (transfer full) */
static void
begin_reading (QdHub *hub, const QdAuditScanBounds *bounds, gint64 after, char *member, GTask *task)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->path = g_strdup (qd_audit_log_get_path (qd_audit_get_log (qd_hub_get_audit (hub))));
  reading->drain = g_object_ref (qd_hub_get_drain (hub));
  reading->bounds = *bounds;
  reading->after = after;
  reading->member = member;
  g_task_set_task_data (task, reading, reading_free);
  g_task_run_in_thread (task, read_thread);
}

static void read_journal (QdAuditShow *self);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  QdAuditShow *self = QD_AUDIT_SHOW (source);
  Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  self->following = FALSE;
  self->loading--;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && g_set_str (&self->unread, error->message))
        g_signal_emit (self, changed_signal, 0);
      return;
    }
  g_clear_pointer (&self->unread, g_free);
  self->shown_to = MAX (self->shown_to, reading->newest);
  g_signal_emit (self, changed_signal, 0);
  if (self->again)
    read_journal (self);
}

static void
read_journal (QdAuditShow *self)
{
  static const QdAuditScanBounds bounds = { QD_AUDIT_SHOWN, MAX_BYTES };
  g_autoptr (GTask) task = NULL;

  self->again = self->following;
  if (self->following || qd_hub_get_audit (self->hub) == NULL)
    return;
  self->following = TRUE;
  self->loading++;
  task = g_task_new (self, self->cancellable, read_cb, NULL);
  begin_reading (self->hub, &bounds, self->shown_to, NULL, task);
}

/* --- One request's ---------------------------------------------------------------------------------------------- */

void
qd_audit_show_request_async (QdHub *hub, const char *request, GAsyncReadyCallback callback, gpointer user_data)
{
  static const QdAuditScanBounds bounds = { MAX_OF_REQUEST, MAX_BYTES };
  g_autoptr (GTask) task = g_task_new (hub, hub->cancellable, callback, user_data);

  g_task_set_source_tag (task, qd_audit_show_request_async);
  if (qd_hub_get_audit (hub) == NULL || strpbrk (request, "\"\\") != NULL)
    g_task_return_boolean (task, TRUE);
  else
    begin_reading (hub, &bounds, 0, g_strdup_printf ("\"request_id\":\"%s\"", request), task);
}

gboolean
qd_audit_show_request_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- The streams' -------------------------------------------------------------------------------------------------- */

static JsonNode *
ask (QdAuditShow *self, const char *connection, const char *verb, JsonObject *args, GError **error)
{
  g_autoptr (JsonObject) owned = args;
  QdDriver *driver = qd_hub_get_driver (self->hub, connection);
  g_autoptr (DexPromise) promise = dex_promise_new ();

  if (driver == NULL)
    return NULL;
  json_object_set_string_member (args, "stream", QD_AUDIT_STREAM);
  qd_driver_command_async (driver, verb, args, self->cancellable, qd_job_answered_cb, dex_ref (promise));
  return dex_await_boxed (dex_ref (promise), error);
}

/* Where to begin: not with what is older than anybody looks at. */
static gint64
first_seq (QdAuditShow *self, const char *connection, GError **error)
{
  g_autoptr (JsonNode) answer = ask (self, connection, "stream.info", json_object_new (), error);
  JsonObject *object = answer ? qd_json_object (answer) : NULL;
  gint64 last = 0;

  if (object)
    qd_json_get_int (object, "last_seq", &last);
  return MAX (last - QD_AUDIT_SHOWN, 0);
}

/* @gone: what is to be forgotten, by its id. */
typedef struct { QdDrain *drain; GPtrArray *payloads; gboolean gone; } Page;

static Page *
page_new (QdAuditShow *self, gboolean gone)
{
  Page *page = g_new (Page, 1);

  *page = (Page) { g_object_ref (qd_hub_get_drain (self->hub)), g_ptr_array_new_with_free_func (g_free), gone };
  return page;
}

static void
page_free (gpointer data)
{
  Page *page = data;

  g_object_unref (page->drain);
  g_ptr_array_unref (page->payloads);
  g_free (page);
}

/* Not on the main thread, which is the one that empties the queue. */
static void
push_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Page *page = data;

  for (guint i = 0; i < page->payloads->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const char *payload = page->payloads->pdata[i];
      QdDelta *delta = page->gone ? qd_delta_new (QD_HUB_LOCAL, QD_KIND_AUDIT, payload, QD_DELTA_REMOVE)
                                  : qd_audit_to_delta (payload, strlen (payload), QD_AUDIT_IN_STREAM);

      if (delta)
        qd_drain_push (page->drain, delta);
    }
  g_task_return_boolean (task, TRUE);
}

static void
pushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;

  dex_promise_resolve_boolean (promise, g_task_propagate_boolean (G_TASK (result), NULL));
}

/* Takes @page, and @promise, which is resolved once all of it is on its way. */
static void
push_page (QdAuditShow *self, Page *page, DexPromise *promise)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, pushed_cb, promise);

  g_task_set_task_data (task, page, page_free);
  g_task_run_in_thread (task, push_thread);
}

/* Takes a page of messages. The sequence to go on from, or -1: there is no more. */
static gint64
take_page (QdAuditShow *self, JsonObject *object, gint64 seq)
{
  JsonArray *items = object ? qd_json_get_array (object, "items") : NULL;
  guint n = items ? json_array_get_length (items) : 0;
  g_autoptr (DexPromise) promise = dex_promise_new ();
  Page *page = page_new (self, FALSE);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *item = qd_json_object (json_array_get_element (items, i));
      gint64 at;

      if (item && qd_json_get_int (item, "seq", &at))
        seq = MAX (seq, at);
      if (item)
        g_ptr_array_add (page->payloads, g_strdup (qd_json_get_string (item, "payload", "")));
    }
  push_page (self, page, dex_ref (promise));
  dex_await (dex_ref (promise), NULL);
  return n > 0 ? seq : -1;
}

static void
remember (QdAuditShow *self, const char *connection, gint64 seq)
{
  g_hash_table_insert (self->seqs, (gpointer) connection, g_memdup2 (&seq, sizeof seq));
}

static gboolean
read_stream (QdAuditShow *self, const char *connection, GError **error)
{
  gint64 *known = g_hash_table_lookup (self->seqs, connection);
  gint64 seq = known ? *known : first_seq (self, connection, error);

  while (*error == NULL && !g_cancellable_is_cancelled (self->cancellable))
    {
      JsonObject *args = json_object_new ();
      g_autofree char *after = g_strdup_printf ("%" G_GINT64_FORMAT, seq), *limit = g_strdup_printf ("%u", PAGE);
      g_autoptr (JsonNode) answer = NULL;
      gint64 next;

      /* Anchors have one more token. */
      json_object_set_string_member (args, "subject", "audit.*");
      json_object_set_string_member (args, "after", after);
      json_object_set_string_member (args, "limit", limit);
      answer = ask (self, connection, "stream.read", args, error);
      next = answer ? take_page (self, qd_json_object (answer), seq) : -1;
      if (next < 0)
        break;
      seq = next;
      remember (self, connection, seq);
    }
  return *error == NULL;
}

/* Whoever signs in as somebody else may see less than the one before. In a fiber. */
static void
forget_streams (QdAuditShow *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_hub_get_fleet (self->hub), QD_KIND_AUDIT);
  g_autoptr (DexPromise) promise = dex_promise_new ();
  Page *page = page_new (self, TRUE);

  g_hash_table_remove_all (self->seqs);
  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    if (qd_entity_get (qd_entity_list_peek (list, i), QD_AUDIT_ON_DESK)->type == QD_VALUE_NONE)
      g_ptr_array_add (page->payloads, g_strdup (qd_entity_get_id (qd_entity_list_peek (list, i))));
  push_page (self, page, dex_ref (promise));
  dex_await (dex_ref (promise), NULL);
}

/* Of which connections the stream is to be read: those that are there, and whose role allows it. (transfer container) */
static GPtrArray *
list_readable (QdAuditShow *self, gboolean *forget)
{
  g_autoptr (GPtrArray) endpoints = qd_hub_list_endpoints (self->hub);
  GPtrArray *names = g_ptr_array_new ();
  g_autoptr (GString) denied = g_string_new (NULL);

  for (guint i = 0; i < endpoints->len; i++)
    {
      const QdEndpoint *endpoint = endpoints->pdata[i];
      const char *id = g_intern_string (endpoint->id);
      QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (self->hub), id, QD_KIND_CONNECTION, id);
      g_autofree char *why = NULL;

      if (g_strcmp0 (endpoint->driver, "nats") != 0 || entity == NULL || g_strcmp0 (qd_entity_get_string (entity, QD_CONNECTION_STATE), "live") != 0)
        continue;
      if (endpoint->feeds == NULL || qd_capability_permitted (qd_hub_get_fleet (self->hub), endpoint->feeds, QD_AUDIT_VIEW, &why))
        {
          g_ptr_array_add (names, (gpointer) id);
          continue;
        }
      g_string_append_printf (denied, "%s%s", denied->len > 0 ? "\n" : "", why);
      *forget = *forget || g_hash_table_contains (self->seqs, id);
    }
  g_set_str (&self->denied, denied->len > 0 ? denied->str : NULL);
  return names;
}

static DexFuture *
look_fiber (gpointer data)
{
  QdAuditShow *self = data;
  gboolean forget = FALSE;
  g_autoptr (GPtrArray) names = list_readable (self, &forget);
  g_autofree char *trouble = NULL;

  if (forget)
    forget_streams (self);
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (read_stream (self, names->pdata[i], &error) || g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED) ||
          g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        continue;
      g_free (trouble);
      trouble = g_strdup_printf (_("The records of “%s” cannot be read: %s"), qd_hub_get_connection_name (self->hub, names->pdata[i]), error->message);
    }
  self->asking = FALSE;
  self->loading--;
  g_set_str (&self->trouble, trouble);
  g_signal_emit (self, changed_signal, 0);
  return dex_future_new_for_boolean (TRUE);
}

void
qd_audit_show_refresh (QdAuditShow *self)
{
  read_journal (self);
  if (self->asking)
    return;
  self->asking = TRUE;
  self->loading++;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, look_fiber, g_object_ref (self), g_object_unref));
}

static gboolean
look_cb (gpointer self)
{
  qd_audit_show_refresh (self);
  return G_SOURCE_CONTINUE;
}

/* --- The type ------------------------------------------------------------------------------------------------------ */

static void
qd_audit_show_dispose (GObject *object)
{
  QdAuditShow *self = QD_AUDIT_SHOW (object);

  g_clear_handle_id (&self->look_timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  G_OBJECT_CLASS (qd_audit_show_parent_class)->dispose (object);
}

static void
qd_audit_show_finalize (GObject *object)
{
  QdAuditShow *self = QD_AUDIT_SHOW (object);

  g_object_unref (self->cancellable);
  g_hash_table_unref (self->seqs);
  g_clear_object (&self->hub);
  g_free (self->trouble);
  g_free (self->unread);
  g_free (self->denied);
  G_OBJECT_CLASS (qd_audit_show_parent_class)->finalize (object);
}

static void
qd_audit_show_class_init (QdAuditShowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = qd_audit_show_dispose;
  G_OBJECT_CLASS (klass)->finalize = qd_audit_show_finalize;
  changed_signal = g_signal_new ("changed", QD_TYPE_AUDIT_SHOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_audit_show_init (QdAuditShow *self)
{
  self->cancellable = g_cancellable_new ();
  self->seqs = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

QdAuditShow *
qd_audit_show_new (QdHub *hub)
{
  QdAuditShow *self = g_object_new (QD_TYPE_AUDIT_SHOW, NULL);
  QdAudit *audit = qd_hub_get_audit (hub);

  self->hub = g_object_ref (hub);
  if (audit)
    g_signal_connect_object (audit, "appended", G_CALLBACK (read_journal), self, G_CONNECT_SWAPPED);
  self->look_timer = g_timeout_add_seconds (LOOK_EVERY_S, look_cb, self);
  qd_audit_show_refresh (self);
  return self;
}

gboolean
qd_audit_show_is_loading (QdAuditShow *self)
{
  return self->loading > 0;
}

char *
qd_audit_show_dup_trouble (QdAuditShow *self)
{
  const char *parts[4] = { NULL };
  guint n = 0;

  if (self->unread != NULL)
    parts[n++] = self->unread;
  if (self->trouble != NULL)
    parts[n++] = self->trouble;
  if (self->denied != NULL)
    parts[n++] = self->denied;
  return n > 0 ? g_strjoinv ("\n", (char **) parts) : NULL;
}

gboolean
qd_audit_show_may_export (QdAuditShow *self, char **why)
{
  GHashTableIter iter;
  gpointer connection;

  *why = NULL;
  g_hash_table_iter_init (&iter, self->seqs);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    {
      g_autoptr (QdEndpoint) endpoint = qd_hub_dup_endpoint (self->hub, connection);

      if (endpoint && endpoint->feeds && !qd_capability_permitted (qd_hub_get_fleet (self->hub), endpoint->feeds, QD_AUDIT_EXPORT, why))
        return FALSE;
    }
  return TRUE;
}
