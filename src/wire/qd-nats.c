/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire"
#include "config.h"

#include "qd-nats.h"

#include <string.h>
#include <glib/gi18n-lib.h>
#include <openssl/crypto.h>

#include "qd-nats-private.h"

#define FLUSH_MS 3000
/* A refused password is tried again, but not hammered: accounts get locked. */
#define REFUSED_RETRY_US (30 * G_USEC_PER_SEC)

/* --- Memory -------------------------------------------------------------------------------- */

static void
wipe (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

QdNats *
qd_nats_hold (QdNats *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_nats_drop (QdNats *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->subs);
  g_hash_table_unref (self->watches);
  qd_nats_requests_free (self->requests);
  g_async_queue_unref (self->queue);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  wipe (self->url);
  wipe (self->password);
  wipe (self->token);
  wipe (self->nkey_seed);
  wipe (self->jwt);
  g_free (self->place);
  g_free (self->user);
  g_free (self->ca_file);
  g_free (self->name);
  g_free (self);
}

/* --- Errors and state ---------------------------------------------------------------------- */

static QdWireError
code_of_status (natsStatus status)
{
  switch (status)
    {
    case NATS_CONNECTION_AUTH_FAILED: return QD_WIRE_ERROR_UNAUTHORIZED;
    case NATS_NOT_PERMITTED: return QD_WIRE_ERROR_FORBIDDEN;
    case NATS_TIMEOUT: return QD_WIRE_ERROR_TIMEOUT;
    case NATS_SSL_ERROR: case NATS_SECURE_CONNECTION_REQUIRED: case NATS_SECURE_CONNECTION_WANTED:
      return QD_WIRE_ERROR_TLS;
    case NATS_NOT_FOUND: case NATS_NO_RESPONDERS: return QD_WIRE_ERROR_NOT_FOUND;
    case NATS_MAX_PAYLOAD: return QD_WIRE_ERROR_TOO_LARGE;
    case NATS_INVALID_ARG: case NATS_INVALID_SUBJECT: case NATS_ADDRESS_MISSING: return QD_WIRE_ERROR_INVALID;
    case NATS_CONNECTION_CLOSED: case NATS_CONNECTION_DISCONNECTED: case NATS_STALE_CONNECTION: case NATS_IO_ERROR:
      return QD_WIRE_ERROR_CLOSED;
    case NATS_NO_SERVER: return QD_WIRE_ERROR_UNREACHABLE;
    case NATS_PROTOCOL_ERROR: return QD_WIRE_ERROR_PROTOCOL;
    default: return QD_WIRE_ERROR_UNREACHABLE;
    }
}

GError *
qd_nats_error (QdNats *self, natsStatus status, const char *what, const char *words)
{
  if (words == NULL || *words == '\0')
    words = natsStatus_GetText (status);
  return g_error_new (QD_WIRE_ERROR, code_of_status (status), "%s: %s: %s", self->place, what, words);
}

/* Worker, the only writer of the state. */
static void
set_state (QdNats *self, QdNatsState state, GError *error)
{
  gboolean same = g_atomic_int_get (&self->state) == (int) state;

  g_atomic_int_set (&self->state, state);
  g_mutex_lock (&self->lock);
  self->live = state == QD_NATS_LIVE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  if ((!same || error != NULL) && self->events.state != NULL)
    self->events.state (self, state, error, self->data);
  g_clear_error (&error);
}

void
qd_nats_complain (QdNats *self, const char *subject, GError *error)
{
  g_debug ("%s", error->message);
  if (self->events.problem != NULL)
    self->events.problem (self, subject, error, self->data);
  g_error_free (error);
}

/* --- Commands ------------------------------------------------------------------------------ */

void
qd_nats_post (QdNats *self, QdNatsCommand *command)
{
  gboolean ended;

  g_async_queue_lock (self->queue);
  ended = self->ended;
  if (!ended)
    g_async_queue_push_unlocked (self->queue, command);
  g_async_queue_unlock (self->queue);
  if (ended)
    command->drop (command);
}

/* What nats.c's threads saw. Its lock may be held for long, so that only the worker asks why. */
typedef struct
{
  QdNatsCommand command;
  natsConnection *nc;
  char *words;                 /* or NULL */
} Seen;

static void
drop_seen (QdNatsCommand *command)
{
  g_free (((Seen *) command)->words);
  g_free (command);
}

static void
post_seen (QdNats *self, void (*run) (QdNats *, QdNatsCommand *), natsConnection *nc, const char *words)
{
  Seen *seen = g_new (Seen, 1);

  *seen = (Seen) { { run, drop_seen }, nc, g_strdup (words) };
  qd_nats_post (self, &seen->command);
}

static void
start_over_watches (QdNats *self)
{
  g_mutex_lock (&self->lock);
  self->generation++;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
run_disconnected (QdNats *self, QdNatsCommand *command)
{
  Seen *seen = (Seen *) command;
  const char *words = NULL;
  natsStatus s;

  if (seen->nc != self->nc || self->closing || natsConnection_Status (self->nc) == NATS_CONN_STATUS_CONNECTED)
    return;
  s = natsConnection_GetLastError (self->nc, &words);
  set_state (self, QD_NATS_RECONNECTING,
             qd_nats_error (self, s == NATS_OK ? NATS_CONNECTION_DISCONNECTED : s, _("the connection broke"), words));
}

static void
run_reconnected (QdNats *self, QdNatsCommand *command)
{
  if (((Seen *) command)->nc != self->nc || self->closing)
    return;
  set_state (self, QD_NATS_LIVE, NULL);
  start_over_watches (self);
  qd_nats_requests_attach (self);
}

static void destroy_connection (QdNats *self);

/* nats.c gave up, as it does when a server refuses the password twice: begin afresh. */
static void
run_closed (QdNats *self, QdNatsCommand *command)
{
  const char *words = NULL;
  natsStatus s;
  GError *error;

  if (((Seen *) command)->nc != self->nc || self->closing)
    return;
  s = natsConnection_GetLastError (self->nc, &words);
  error = qd_nats_error (self, s == NATS_OK ? NATS_CONNECTION_CLOSED : s, _("the connection was given up"), words);
  destroy_connection (self);
  self->retry_at_us = g_get_monotonic_time () + qd_backoff_next_ms (&self->backoff) * 1000;
  set_state (self, s == NATS_CONNECTION_AUTH_FAILED ? QD_NATS_REFUSED : QD_NATS_RECONNECTING, error);
}

/* "Permissions Violation for Subscription to "fleet.>" using queue …" → the subject. The client library cuts long words off. */
static char *
subject_in (const char *words, gboolean *cut)
{
  const char *start = words ? strchr (words, '"') : NULL;
  const char *end = start ? strchr (start + 1, '"') : NULL;

  *cut = start != NULL && end == NULL;
  if (start == NULL)
    return NULL;
  return *cut ? g_strdup (start + 1) : g_strndup (start + 1, (gsize) (end - start - 1));
}

static void
run_forbidden (QdNats *self, QdNatsCommand *command)
{
  Seen *seen = (Seen *) command;
  gboolean cut;
  g_autofree char *subject = subject_in (seen->words, &cut);
  GError *error;

  if (seen->nc != self->nc || self->closing)
    return;
  error = qd_nats_error (self, NATS_NOT_PERMITTED, _("the server refuses something"), seen->words);
  if (subject != NULL && strcasestr (seen->words, "for publish to") != NULL)
    qd_nats_requests_forbid (self, subject, cut, error);
  qd_nats_complain (self, cut ? NULL : subject, error);
}

static void
disconnected_cb (natsConnection *nc, void *closure)
{
  post_seen (closure, run_disconnected, nc, NULL);
}

static void
reconnected_cb (natsConnection *nc, void *closure)
{
  post_seen (closure, run_reconnected, nc, NULL);
}

static void
closed_cb (natsConnection *nc, void *closure)
{
  post_seen (closure, run_closed, nc, NULL);
  qd_nats_drop (closure);
}

static void
error_cb (natsConnection *nc, natsSubscription *subscription, natsStatus status, void *closure)
{
  if (status == NATS_SLOW_CONSUMER)
    qd_nats_note_slow (closure, subscription);
  else if (status == NATS_NOT_PERMITTED)
    /* On this thread these are the words of this very error; the connection knows its last one only. */
    post_seen (closure, run_forbidden, nc, nats_GetLastError (NULL));
}

/* --- Connecting ---------------------------------------------------------------------------- */

static void
set_connection (QdNats *self, natsConnection *nc)
{
  g_mutex_lock (&self->lock);
  self->nc = nc;
  self->generation++;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
destroy_connection (QdNats *self)
{
  natsConnection *nc = self->nc;
  GHashTableIter iter;
  gpointer sub;

  if (nc == NULL)
    return;
  g_hash_table_iter_init (&iter, self->subs);
  while (g_hash_table_iter_next (&iter, NULL, &sub))
    qd_nats_sub_detach (sub);
  qd_nats_requests_detach (self);
  set_connection (self, NULL);
  natsConnection_Close (nc);
  /* Closed, all calls of others on it come back soon. */
  g_mutex_lock (&self->lock);
  while (self->in_use > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  natsConnection_Destroy (nc);
}

static natsStatus
set_callbacks (QdNats *self, natsOptions *options)
{
  natsStatus s = natsOptions_SetDisconnectedCB (options, disconnected_cb, self);

  if (s == NATS_OK)
    s = natsOptions_SetReconnectedCB (options, reconnected_cb, self);
  if (s == NATS_OK)
    s = natsOptions_SetClosedCB (options, closed_cb, self);
  if (s == NATS_OK)
    s = natsOptions_SetErrorHandler (options, error_cb, self);
  return s;
}

static void
connect_failed (QdNats *self, natsStatus s, GError *error)
{
  gboolean refused = s == NATS_CONNECTION_AUTH_FAILED || error->code == QD_WIRE_ERROR_INVALID;

  self->retry_at_us = g_get_monotonic_time () +
                      (refused ? REFUSED_RETRY_US : (gint64) qd_backoff_next_ms (&self->backoff) * 1000);
  if (refused)
    set_state (self, QD_NATS_REFUSED, error);
  else
    set_state (self, QD_NATS_CONNECTING, error);
}

static void
try_connect (QdNats *self)
{
  GError *error = NULL;
  natsOptions *options = qd_nats_make_options (self, &error);
  natsConnection *nc = NULL;
  natsStatus s = NATS_INVALID_ARG;

  if (options != NULL)
    {
      s = set_callbacks (self, options);
      qd_nats_hold (self);     /* until closed_cb() */
      if (s == NATS_OK)
        s = natsConnection_Connect (&nc, options);
      if (s != NATS_OK)
        {
          error = qd_nats_error (self, s, _("cannot connect"), nats_GetLastError (NULL));
          qd_nats_drop (self);
        }
      natsOptions_Destroy (options);
    }
  if (nc == NULL)
    {
      connect_failed (self, s, error);
      return;
    }
  qd_backoff_reset (&self->backoff);
  set_connection (self, nc);
  qd_nats_sub_attach_all (self);
  qd_nats_requests_attach (self);
  /* So that "live" means that the server knows our subscriptions. */
  natsConnection_FlushTimeout (nc, FLUSH_MS);
  set_state (self, QD_NATS_LIVE, NULL);
}

/* --- The worker ---------------------------------------------------------------------------- */

static QdNatsCommand *
next_command (QdNats *self, gint64 requests_us, gint64 look_us)
{
  gint64 until = self->nc == NULL ? self->retry_at_us : G_MAXINT64;

  if (requests_us >= 0)
    until = MIN (until, requests_us);
  if (look_us >= 0)
    until = MIN (until, look_us);
  if (until == G_MAXINT64)
    return g_async_queue_pop (self->queue);
  return g_async_queue_timeout_pop (self->queue, (guint64) MAX (0, until - g_get_monotonic_time ()));
}

static void
drop_waiting_commands (QdNats *self)
{
  QdNatsCommand *command;

  g_async_queue_lock (self->queue);
  self->ended = TRUE;
  g_async_queue_unlock (self->queue);
  while ((command = g_async_queue_try_pop (self->queue)) != NULL)
    command->drop (command);
}

static void
shut_down (QdNats *self)
{
  GHashTableIter iter;
  gpointer watch;

  drop_waiting_commands (self);
  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &watch))
    {
      g_hash_table_iter_steal (&iter);
      qd_nats_watch_stop (watch);
    }
  destroy_connection (self);
  g_hash_table_remove_all (self->subs);
  qd_nats_requests_fail_all (self);
  set_state (self, QD_NATS_CLOSED, NULL);
  if (self->destroy != NULL)
    self->destroy (self->data);
}

/* What came while we were busy is not late: first the answers that are there, then the time limits. What comes meanwhile puts them off no more, or
 * none would ever be over while there is always something. Returns when the next one is; -1: not before the next command. */
static gint64
look_at_limits (QdNats *self)
{
  gint n = self->to_hear > 0 ? 0 : g_async_queue_length (self->queue);

  if (n > 0)
    self->to_hear = (guint) n + 1;
  if (self->to_hear > 0 && --self->to_hear > 0)
    return -1;
  return qd_nats_requests_expire (self);
}

static gpointer
worker_main (gpointer data)
{
  QdNats *self = data;

  while (!self->closing)
    {
      gint64 requests_us = look_at_limits (self);
      QdNatsCommand *command = next_command (self, requests_us, qd_nats_subs_look (self));

      if (command != NULL)
        {
          command->run (self, command);
          command->drop (command);
        }
      if (!self->closing && self->nc == NULL && g_get_monotonic_time () >= self->retry_at_us)
        try_connect (self);
    }
  shut_down (self);
  qd_nats_drop (self);
  nats_ReleaseThreadMemory ();
  return NULL;
}

static void
run_close (QdNats *self, QdNatsCommand *command)
{
  self->closing = TRUE;
}

/* --- Public -------------------------------------------------------------------------------- */

/* "nats://user:secret@host:1,tls://b" → "nats://host:1, tls://b" */
static char *
place_of (const char *url)
{
  g_auto(GStrv) parts = g_strsplit (url, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *scheme, *at;

      g_strstrip (parts[i]);
      scheme = strstr (parts[i], "://");
      at = strrchr (parts[i], '@');
      if (at != NULL)
        {
          char *start = scheme ? scheme + 3 : parts[i];
          memmove (start, at + 1, strlen (at + 1) + 1);
        }
    }
  return g_strjoinv (", ", parts);
}

/* OpenSSL, by which nats.c speaks TLS, takes itself apart when the process ends, and crashes threads that
 * end just then: a connection's worker may. Asked first of all that use it, it leaves that to the system. */
static void
keep_openssl (void)
{
  static gsize asked = 0;

  if (g_once_init_enter (&asked))
    {
      OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
      g_once_init_leave (&asked, 1);
    }
}

/**
 * qd_nats_new: (skip)
 * @options: copied
 * @events: copied; called on the connection's threads, one at a time
 * @data: for @events
 * @destroy: (nullable): frees @data, when all is over
 *
 * Starts to connect, in the background and for ever.
 */
QdNats *
qd_nats_new (const QdNatsOptions *options, const QdNatsEvents *events, gpointer data, GDestroyNotify destroy)
{
  QdNats *self = g_new0 (QdNats, 1);

  keep_openssl ();
  g_atomic_ref_count_init (&self->users);
  g_atomic_ref_count_init (&self->refs);
  if (events != NULL)
    self->events = *events;
  self->data = data;
  self->destroy = destroy;
  self->url = g_strdup (options->url);
  self->place = place_of (options->url);
  self->user = g_strdup (options->user);
  self->password = g_strdup (options->password);
  self->token = g_strdup (options->token);
  self->nkey_seed = g_strdup (options->nkey_seed);
  self->jwt = g_strdup (options->jwt);
  self->ca_file = g_strdup (options->ca_file);
  self->name = g_strdup (options->name);
  self->state = QD_NATS_CONNECTING;
  self->queue = g_async_queue_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->subs = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) qd_nats_sub_unref);
  self->watches = g_hash_table_new (NULL, NULL);
  self->requests = qd_nats_requests_new ();
  self->backoff = (QdBackoff) QD_BACKOFF_INIT;

  g_thread_unref (g_thread_new ("qd-nats", worker_main, qd_nats_hold (self)));
  return self;
}

QdNats *
qd_nats_ref (QdNats *self)
{
  g_atomic_ref_count_inc (&self->users);
  return self;
}

void
qd_nats_unref (QdNats *self)
{
  if (!g_atomic_ref_count_dec (&self->users))
    return;
  qd_nats_close (self);
  qd_nats_drop (self);
}

void
qd_nats_close (QdNats *self)
{
  post_seen (self, run_close, NULL, NULL);
}

QdNatsState
qd_nats_get_state (QdNats *self)
{
  return g_atomic_int_get (&self->state);
}
