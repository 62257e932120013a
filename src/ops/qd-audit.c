/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-audit-private.h"

#include <string.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "qd-audit-facts.h"
#include "qd-credentials.h"
#include "qd-json.h"

#define DAY_S (24 * 3600)
#define ANCHOR_AFTER_MS 1500
/* What the keyring and the store know of it by. */
#define KEYRING_PURPOSE "anchor"
#define SETTING "audit"

enum { CHANGED, APPENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (QdAudit, qd_audit, G_TYPE_OBJECT)

char *
qd_audit_default_path (void)
{
  return g_build_filename (g_get_user_data_dir (), "quarterdeck", "audit.jsonl", NULL);
}

void
qd_audit_changed (QdAudit *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* --- A record -------------------------------------------------------------------------------------------------- */

static void
set_text (JsonObject *record, const char *name, const char *text)
{
  g_autofree char *clean = qd_audit_clean_text (text);

  if (clean && *clean)
    json_object_set_string_member (record, name, clean);
}

static void
set_node (JsonObject *record, const char *name, JsonNode *node)
{
  JsonNode *clean = qd_audit_clean (node);

  if (clean)
    json_object_set_member (record, name, clean);
}

/* Who is signed in there; where that is not known, who sits at this desk. */
static const char *
who_acts (QdAudit *self, const char *connection)
{
  QdEntity *entity = self->hub && connection ? qd_fleet_lookup (qd_hub_get_fleet (self->hub), connection, QD_KIND_CONNECTION, connection) : NULL;
  const char *user = entity ? qd_entity_get_string (entity, QD_CONNECTION_USER) : NULL;

  return user && *user ? user : g_get_user_name ();
}

static void
set_place (QdAudit *self, JsonObject *record, const char *connection)
{
  g_autofree char *from = g_strdup_printf ("%s@%s %s/%d", g_get_user_name (), g_get_host_name (), g_get_prgname () ? g_get_prgname () : "?", (int) getpid ());
  g_autoptr (QdEndpoint) endpoint = self->hub && connection ? qd_hub_dup_endpoint (self->hub, connection) : NULL;

  set_text (record, "who", who_acts (self, connection));
  set_text (record, "from", from);
  set_text (record, "connection", connection);
  /* Another desk knows that connection by another id. */
  set_text (record, "where", endpoint ? endpoint->name : NULL);
}

char *
qd_audit_trace_of (const char *request)
{
  GString *trace = g_string_new (NULL);

  for (const char *p = request ? request : ""; *p; p++)
    if (g_ascii_isxdigit (*p))
      g_string_append_c (trace, g_ascii_tolower (*p));
    else if (*p != '-')
      break;
  return g_string_free (trace, trace->len != 32);
}

static JsonObject *
make_record (QdAudit *self, const QdAuditFacts *facts)
{
  JsonObject *record = json_object_new ();
  g_autofree char *trace = qd_audit_trace_of (facts->job);

  set_place (self, record, facts->connection);
  set_text (record, "what", facts->what);
  set_text (record, "outcome", facts->outcome);
  set_text (record, "on", facts->on);
  set_text (record, "summary", facts->summary);
  set_text (record, "why", facts->why);
  set_text (record, "error", facts->error);
  set_text (record, "job", facts->job);
  set_text (record, "request_id", facts->job);
  set_text (record, "trace_id", trace);
  set_node (record, "before", facts->before);
  set_node (record, "after", facts->after);
  return record;
}

static void
appended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GError *error = NULL;

  if (qd_audit_log_append_finish (QD_AUDIT_LOG (source), result, NULL, &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    {
      g_message ("The audit journal has no record of an action: %s", error->message);
      dex_promise_reject (promise, error);
    }
}

DexFuture *
qd_audit_note (QdAudit *self, const QdAuditFacts *facts)
{
  g_autoptr (JsonObject) record = NULL;
  DexPromise *promise;

  if (self == NULL)
    return dex_future_new_for_boolean (TRUE);
  record = make_record (self, facts);
  promise = dex_promise_new ();
  qd_audit_log_append_async (self->log, record, appended_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

void
qd_audit_tell (QdAudit *self, const char *connection, const char *verb, JsonObject *args, const char *why, const char *outcome,
               const char *error)
{
  g_auto (QdAuditSubject) subject = { 0 };

  if (self == NULL || self->hub == NULL)
    return;
  qd_audit_subject_init (&subject, qd_hub_get_fleet (self->hub), connection, verb, args);
  dex_future_disown (qd_audit_note (self, &(QdAuditFacts) { .what = verb, .outcome = outcome, .connection = connection, .on = subject.on, .why = why,
                                                            .error = error, .before = subject.before, .after = subject.after }));
}

/* --- What the journal has ---------------------------------------------------------------------------------------- */

static void
after_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GError *error = NULL;
  GPtrArray *lines = qd_audit_log_after_finish (QD_AUDIT_LOG (source), result, &error);

  if (lines)
    dex_promise_resolve_boxed (promise, G_TYPE_PTR_ARRAY, lines);
  else
    dex_promise_reject (promise, error);
}

GPtrArray *
qd_audit_await_after (QdAudit *self, gint64 after, guint limit, GError **error)
{
  g_autoptr (DexPromise) promise = NULL;

  if (self->hub == NULL)
    return NULL;
  promise = dex_promise_new ();
  qd_audit_log_after_async (self->log, after, limit, self->cancellable, after_cb, dex_ref (promise));
  return dex_await_boxed (dex_ref (promise), error);
}

gboolean
qd_audit_confirms (QdAudit *self, const QdAuditAnchor *anchor)
{
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GError) error = NULL;
  QdAuditLine line;

  if (g_strcmp0 (anchor->desk, self->desk) != 0)
    return FALSE;
  lines = qd_audit_await_after (self, anchor->mark.n - 1, 1, &error);
  /* What cannot be read contradicts nothing. */
  if (lines == NULL)
    return TRUE;
  if (lines->len == 0 || !qd_audit_line_parse (&line, lines->pdata[0], strlen (lines->pdata[0])))
    return FALSE;
  /* The first that is left after retention is a later one. */
  return line.mark.n > anchor->mark.n || g_str_equal (line.mark.hash, anchor->mark.hash);
}

/* --- The anchor in the keyring --------------------------------------------------------------------------------- */

/* Each journal has its own: one who runs a packaged and a built program has two of them, and one keyring. */
static char *
name_in_keyring (const char *path)
{
  return g_canonicalize_filename (path, NULL);
}

void
qd_audit_lookup_anchor (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autofree char *name = name_in_keyring (path);

  qd_credentials_lookup (name, KEYRING_PURPOSE, cancellable, callback, user_data);
}

static void
anchor_kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!qd_credentials_store_finish (result, &error))
    g_debug ("The keyring does not take the anchor of the audit journal: %s", error->message);
}

static void
anchor_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdCredential) credential = qd_credentials_lookup_finish (result, &error);

  dex_promise_resolve_string (promise, g_strdup (credential ? credential->secret : ""));
}

/* In a fiber. A keyring that does not answer, as one that waits for its own password, has nothing to say. (nullable) */
static QdAuditAnchor *
ask_keyring (QdAudit *self)
{
  DexPromise *promise = dex_promise_new ();
  g_autofree char *text = NULL;

  qd_audit_lookup_anchor (qd_audit_log_get_path (self->log), self->cancellable, anchor_found_cb, dex_ref (promise));
  if (dex_await (dex_future_first (dex_ref (promise), dex_timeout_new_seconds (3), NULL), NULL))
    text = g_value_dup_string (dex_future_get_value (DEX_FUTURE (promise), NULL));
  dex_unref (promise);
  return qd_audit_anchor_parse (text, _("the keyring"));
}

static DexFuture *
anchor_fiber (gpointer data)
{
  QdAudit *self = data;
  g_autoptr (QdAuditAnchor) last = ask_keyring (self);

  if (self->hub && last && !qd_audit_confirms (self, last))
    {
      if (!self->doubted)
        g_message ("The keyring knows another record %" G_GINT64_FORMAT " of the audit journal than it has: verify the chain", last->mark.n);
      self->doubted = TRUE;
    }
  else if (self->hub && self->desk && (last == NULL || last->mark.n < self->head.n))
    {
      g_autofree char *text = qd_audit_anchor_to_text (self->desk, &self->head), *name = name_in_keyring (qd_audit_log_get_path (self->log));

      qd_credentials_store (name, KEYRING_PURPOSE, self->desk, text, self->cancellable, anchor_kept_cb, NULL);
    }
  return dex_future_new_for_boolean (TRUE);
}

static gboolean
anchor_cb (gpointer user_data)
{
  QdAudit *self = user_data;

  self->anchor_timer = 0;
  if (self->desk == NULL || self->head.n == 0 || qd_audit_streams_is_up (self->streams))
    return G_SOURCE_REMOVE;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, anchor_fiber, g_object_ref (self), g_object_unref));
  return G_SOURCE_REMOVE;
}

/* --- The end of the journal ------------------------------------------------------------------------------------ */

static void
desk_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdAudit) self = user_data;
  g_autoptr (GError) error = NULL;
  QdAuditMark head = { 0 };
  g_autofree char *desk = qd_audit_log_desk_finish (QD_AUDIT_LOG (source), result, &head, &error);

  if (error)
    g_message ("The audit journal cannot be read: %s", error->message);
  if (desk == NULL || self->hub == NULL)
    return;
  g_set_str (&self->desk, desk);
  self->head = head;
  if (self->anchor_timer == 0)
    self->anchor_timer = g_timeout_add (ANCHOR_AFTER_MS, anchor_cb, self);
  qd_audit_streams_wake (self->streams);
  qd_audit_changed (self);
}

static void
look_at_end (QdAudit *self)
{
  qd_audit_log_desk_async (self->log, self->cancellable, desk_cb, g_object_ref (self));
}

static void
log_appended_cb (QdAudit *self)
{
  g_signal_emit (self, signals[APPENDED], 0);
  if (self->hub)
    look_at_end (self);
}

/* --- Verifying ------------------------------------------------------------------------------------------------- */

static void
verified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  QdAudit *self = g_task_get_source_object (task);
  GError *error = NULL;
  QdAuditVerdict *verdict = qd_audit_log_verify_finish (QD_AUDIT_LOG (source), result, &error);

  if (verdict)
    {
      g_clear_pointer (&self->verdict, qd_audit_verdict_free);
      self->verdict = verdict;
      qd_audit_changed (self);
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_error (task, error);
}

static DexFuture *
verify_fiber (gpointer data)
{
  GTask *task = data;
  QdAudit *self = g_task_get_source_object (task);
  g_autoptr (GPtrArray) anchors = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_audit_anchor_free);
  QdAuditAnchor *kept;

  qd_audit_streams_collect (self->streams, anchors);
  kept = ask_keyring (self);
  if (kept)
    g_ptr_array_add (anchors, kept);
  qd_audit_log_verify_async (self->log, anchors, g_task_get_cancellable (task), verified_cb, g_object_ref (task));
  return dex_future_new_for_boolean (TRUE);
}

void
qd_audit_verify_async (QdAudit *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, qd_audit_verify_async);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, verify_fiber, task, g_object_unref));
}

const QdAuditVerdict *
qd_audit_verify_finish (QdAudit *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_boolean (G_TASK (result), error) ? self->verdict : NULL;
}

const QdAuditVerdict *
qd_audit_get_verdict (QdAudit *self)
{
  return self->verdict;
}

/* --- Retention ------------------------------------------------------------------------------------------------- */

static void
retained_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdAudit) self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 n = qd_audit_log_retain_finish (QD_AUDIT_LOG (source), result, &error);

  if (n < 0)
    g_message ("%s", error->message);
  else if (n > 0)
    g_info ("%" G_GINT64_FORMAT " audit records were removed by retention", n);
}

static gboolean
retain_cb (gpointer user_data)
{
  QdAudit *self = user_data;
  g_autoptr (JsonObject) record = json_object_new ();

  if (self->limits.days == 0 && self->limits.max_bytes == 0)
    return G_SOURCE_CONTINUE;
  set_place (self, record, NULL);
  qd_audit_log_retain_async (self->log, &self->limits, record, retained_cb, g_object_ref (self));
  return G_SOURCE_CONTINUE;
}

static JsonNode *
limits_to_node (const QdAuditLimits *limits)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_int_member (object, "days", limits->days);
  json_object_set_int_member (object, "max_bytes", limits->max_bytes);
  return json_node_init_object (json_node_alloc (), object);
}

static void
limits_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (QdAudit) self = user_data;
  g_autofree char *text = qd_store_get_finish (QD_STORE (source), result, NULL);
  g_autoptr (JsonNode) node = text ? qd_json_parse (text, -1, "audit", NULL) : NULL;
  JsonObject *object = node ? qd_json_object (node) : NULL;
  gint64 days, bytes;

  if (self->hub == NULL)
    return;
  if (object && qd_json_get_int (object, "days", &days) && qd_json_get_int (object, "max_bytes", &bytes) && days >= 0 && days <= G_MAXINT && bytes >= 0)
    self->limits = (QdAuditLimits) { (guint) days, bytes };
  qd_audit_changed (self);
  retain_cb (self);
}

static void
limits_kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!qd_store_set_finish (QD_STORE (source), result, &error))
    g_message ("How long audit records are kept is not kept itself: %s", error->message);
}

QdAuditLimits
qd_audit_get_limits (QdAudit *self)
{
  return self->limits;
}

void
qd_audit_set_limits (QdAudit *self, const QdAuditLimits *limits)
{
  g_autoptr (JsonNode) before = limits_to_node (&self->limits), after = limits_to_node (limits);
  QdStore *store = self->hub ? qd_hub_get_store (self->hub) : NULL;
  g_autofree char *text = qd_json_to_text (after, FALSE);

  if (self->limits.days == limits->days && self->limits.max_bytes == limits->max_bytes)
    return;
  dex_future_disown (qd_audit_note (self, &(QdAuditFacts) { .what = "audit.limits", .outcome = "succeeded", .before = before, .after = after }));
  self->limits = *limits;
  if (store)
    qd_store_set_async (store, SETTING, text, limits_kept_cb, NULL);
  retain_cb (self);
  qd_audit_changed (self);
}

/* --- The type -------------------------------------------------------------------------------------------------- */

static void
qd_audit_dispose (GObject *object)
{
  qd_audit_stop (QD_AUDIT (object));
  G_OBJECT_CLASS (qd_audit_parent_class)->dispose (object);
}

static void
qd_audit_finalize (GObject *object)
{
  QdAudit *self = QD_AUDIT (object);

  g_clear_object (&self->log);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->verdict, qd_audit_verdict_free);
  g_free (self->desk);
  G_OBJECT_CLASS (qd_audit_parent_class)->finalize (object);
}

static void
qd_audit_class_init (QdAuditClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = qd_audit_dispose;
  object_class->finalize = qd_audit_finalize;
  signals[CHANGED] = g_signal_new ("changed", QD_TYPE_AUDIT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[APPENDED] = g_signal_new ("appended", QD_TYPE_AUDIT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
qd_audit_init (QdAudit *self)
{
  self->cancellable = g_cancellable_new ();
  self->limits = (QdAuditLimits) { QD_AUDIT_DAYS, QD_AUDIT_BYTES };
}

QdAudit *
qd_audit_new (QdHub *hub, const char *path)
{
  QdAudit *self = g_object_new (QD_TYPE_AUDIT, NULL);
  QdStore *store = qd_hub_get_store (hub);

  self->hub = hub;
  self->log = qd_audit_log_new (path);
  self->streams = qd_audit_streams_new (self);
  g_signal_connect_object (self->log, "appended", G_CALLBACK (log_appended_cb), self, G_CONNECT_SWAPPED);
  look_at_end (self);
  /* Who has no store, as a command that is over soon, removes nothing. */
  if (store)
    {
      self->retention_timer = g_timeout_add_seconds (DAY_S, retain_cb, self);
      qd_store_get_async (store, SETTING, limits_read_cb, g_object_ref (self));
    }
  return self;
}

void
qd_audit_stop (QdAudit *self)
{
  if (self->hub == NULL)
    return;
  g_clear_handle_id (&self->retention_timer, g_source_remove);
  g_clear_handle_id (&self->anchor_timer, g_source_remove);
  g_clear_pointer (&self->streams, qd_audit_streams_free);
  g_cancellable_cancel (self->cancellable);
  self->hub = NULL;
  qd_audit_log_close (self->log);
}

QdAuditLog *
qd_audit_get_log (QdAudit *self)
{
  return self->log;
}

const char *
qd_audit_get_desk (QdAudit *self)
{
  return self->desk;
}

char *
qd_audit_dup_trouble (QdAudit *self)
{
  return self->streams ? qd_audit_streams_dup_trouble (self->streams) : NULL;
}
