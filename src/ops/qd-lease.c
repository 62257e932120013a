/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-lease-private.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n-lib.h>

#include "qd-ask-private.h"
#include "qd-json.h"
#include "qd-time.h"

/* So long before the server forgets it, nothing is begun any more: the clocks of two machines do not run alike. */
#define MARGIN_S 10
#define RETRY_MS 1000

struct _QdLease {
  gatomicrefcount refs;
  QdHub *hub;             /* referenced; NULL once it is given back, lost or let go */
  char *nats, *key, *token;
  guint64 revision;
  gint64 renewed_us;      /* by the clock, when the last renewal was sent */
  DexPromise *ended;      /* rejected when it is to be renewed no more */
};

static gint64 (*clock_now) (void);
static guint renew_ms = QD_LEASE_RENEW_S * 1000;

static gint64
now_us (void)
{
  struct timespec now;

  if (clock_now)
    return clock_now ();
  /* The monotonic clock stands still while the machine sleeps. */
  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

void
qd_lease_set_clock (gint64 (*clock_us) (void), guint ms)
{
  clock_now = clock_us;
  renew_ms = ms ? ms : QD_LEASE_RENEW_S * 1000;
}

/* --- Who ------------------------------------------------------------------------------------------------------------------- */

const char *
qd_lease_get_place (void)
{
  static char *place;
  g_autofree char *boot = NULL, *space = NULL;

  if (place)
    return place;
  /* may wait: no disk is behind it */
  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &boot, NULL, NULL))
    boot = g_strdup ("");
  space = g_file_read_link ("/proc/self/ns/pid", NULL);
  place = *boot && space ? g_strdup_printf ("%s %s", g_strstrip (boot), space) : g_strdup ("");
  return place;
}

static char *
describe_us (const char *token)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *desk = qd_desk_name (), *at = qd_time_format_iso (g_get_real_time ());
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "desk", desk);
  json_object_set_string_member (object, "host", g_get_host_name ());
  json_object_set_int_member (object, "pid", getpid ());
  json_object_set_string_member (object, "at", at);
  json_object_set_string_member (object, "place", qd_lease_get_place ());
  json_object_set_string_member (object, "token", token);
  json_node_take_object (node, object);
  return qd_json_to_text (node, FALSE);
}

/* Who ends while another has its number is not seen to have ended, and is waited for. */
static gboolean
has_ended (const char *place, gint64 pid)
{
  return *qd_lease_get_place () && g_strcmp0 (place, qd_lease_get_place ()) == 0 && pid > 0 && pid <= G_MAXINT && kill ((pid_t) pid, 0) != 0 && errno == ESRCH;
}

gboolean
qd_lease_is_gone (const char *place, gint64 pid)
{
  const char *here = qd_lease_get_place (), *space = strchr (here, ' ');

  return has_ended (place, pid) || (space && place && strncmp (place, here, (gsize) (space - here + 1)) != 0);
}

/* Of an answer of kv.get; NULL where nobody has it. @revision: of what is there, a mark of its end too; 0: nothing. */
static QdLeaseHolder *
holder_from_entry (JsonNode *entry, guint64 *revision)
{
  JsonObject *object = entry ? qd_json_object (entry) : NULL;
  const char *text = object ? qd_json_get_string (object, "value", NULL) : NULL;
  g_autoptr (JsonNode) node = text ? qd_json_parse (text, -1, "lease", NULL) : NULL;
  JsonObject *value = node ? qd_json_object (node) : NULL;
  QdLeaseHolder *self;
  gint64 number = 0;

  if (object)
    qd_json_get_int (object, "revision", &number);
  *revision = number;
  if (number <= 0 || !g_str_equal (qd_json_get_string (object, "operation", "put"), "put"))
    return NULL;
  self = g_new0 (QdLeaseHolder, 1);
  self->revision = number;
  self->desk = g_strdup (value ? qd_json_get_string (value, "desk", NULL) : NULL);
  self->host = g_strdup (value ? qd_json_get_string (value, "host", NULL) : NULL);
  self->token = g_strdup (value ? qd_json_get_string (value, "token", NULL) : NULL);
  if (value && qd_json_get_int (value, "pid", &self->pid))
    self->dead = has_ended (qd_json_get_string (value, "place", NULL), self->pid);
  return self;
}

void
qd_lease_holder_free (QdLeaseHolder *self)
{
  if (self == NULL)
    return;
  g_free (self->desk);
  g_free (self->host);
  g_free (self->token);
  g_free (self);
}

static QdLeaseHolder *
look (QdHub *hub, const char *nats, const char *key, guint64 *revision, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) answer = qd_ask (hub, nats, "kv.get", &cause, "bucket", QD_LEASE_BUCKET, "key", key, NULL);

  if (answer == NULL && !g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
    g_propagate_error (error, g_steal_pointer (&cause));
  return holder_from_entry (answer, revision);
}

QdLeaseHolder *
qd_lease_look (QdHub *hub, const char *nats, const char *key, GError **error)
{
  guint64 revision;

  return look (hub, nats, key, &revision, error);
}

/* --- Writing ----------------------------------------------------------------------------------------------------------------- */

/* 0 with an error. */
static guint64
put (QdHub *hub, const char *nats, const char *key, const char *token, guint64 over, GError **error)
{
  g_autofree char *value = describe_us (token), *revision = g_strdup_printf ("%" G_GUINT64_FORMAT, over);
  g_autoptr (JsonNode) answer = qd_ask (hub, nats, "kv.put", error, "bucket", QD_LEASE_BUCKET, "key", key, "value", value,
                                                         "revision", revision, NULL);
  JsonObject *object = answer ? qd_json_object (answer) : NULL;
  gint64 written;

  if (answer == NULL)
    return 0;
  if (object && qd_json_get_int (object, "revision", &written) && written > 0)
    return written;
  g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("The server wrote %s without saying as which revision"), key);
  return 0;
}

/* One try, over what is there now. 0 without an error: look again. */
static guint64
try_to_take (QdHub *hub, const char *nats, const char *key, const char *token, GError **error)
{
  g_autoptr (GError) cause = NULL;
  guint64 there, revision;
  g_autoptr (QdLeaseHolder) holder = look (hub, nats, key, &there, &cause);

  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return 0;
    }
  if (holder && g_strcmp0 (holder->token, token) == 0)
    return holder->revision;
  if (holder && !holder->dead)
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT, _("%s works on it (process %lld on %s)"),
                   holder->desk ? holder->desk : "?", (long long) holder->pid, holder->host ? holder->host : "?");
      return 0;
    }
  revision = put (hub, nats, key, token, there, &cause);
  /* Somebody was quicker, or the answer was lost: who has it is seen when one looks. */
  if (cause && !g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT) && !qd_is_out_of_reach (cause))
    g_propagate_error (error, g_steal_pointer (&cause));
  return revision;
}

static gboolean
has_end (QdLease *self)
{
  return self->hub == NULL;
}

/* TRUE: renewed, or not known: then there is another try. FALSE: it is somebody else's. */
static gboolean
renew (QdLease *self)
{
  gint64 sent_us = now_us ();
  g_autoptr (GError) cause = NULL;
  g_autoptr (QdLeaseHolder) holder = NULL;
  guint64 revision = put (self->hub, self->nats, self->key, self->token, self->revision, &cause);

  if (has_end (self))
    return TRUE;
  if (revision == 0 && g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT))
    {
      g_clear_error (&cause);
      /* The answer to the renewal before this one may have been lost. */
      holder = qd_lease_look (self->hub, self->nats, self->key, &cause);
      if (has_end (self) || cause)
        return TRUE;
      if (holder == NULL || g_strcmp0 (holder->token, self->token) != 0)
        return FALSE;
      self->revision = holder->revision;
      return TRUE;
    }
  if (revision == 0)
    return TRUE;
  self->revision = revision;
  self->renewed_us = sent_us;
  return TRUE;
}

static DexFuture *
keeper_fiber (gpointer data)
{
  QdLease *self = data;

  while (!has_end (self))
    {
      gint64 before_us = self->renewed_us;

      dex_await (dex_future_first (dex_timeout_new_msec (renew_ms), dex_ref (self->ended), NULL), NULL);
      while (!has_end (self) && qd_lease_is_held (self) && renew (self) && !has_end (self) && self->renewed_us == before_us)
        dex_await (dex_future_first (dex_timeout_new_msec (MIN (RETRY_MS, renew_ms)), dex_ref (self->ended), NULL), NULL);
      if (!has_end (self) && self->renewed_us == before_us)
        {
          g_message ("The lease of %s is lost", self->key);
          qd_lease_let_go (self);
        }
    }
  return dex_future_new_for_boolean (TRUE);
}

QdLease *
qd_lease_take (QdHub *hub, const char *nats, const char *key, GError **error)
{
  g_autofree char *token = g_uuid_string_random ();
  g_autoptr (GError) cause = NULL;
  gint64 sent_us = 0;
  guint64 revision = 0;
  QdLease *self;

  for (guint i = 0; i < 4 && revision == 0 && cause == NULL; i++)
    {
      sent_us = now_us ();
      revision = try_to_take (hub, nats, key, token, &cause);
    }
  if (revision == 0)
    {
      if (cause)
        g_propagate_error (error, g_steal_pointer (&cause));
      else
        g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE, _("Whether %s could be taken is not known: the server does not answer"), key);
      return NULL;
    }
  self = g_new0 (QdLease, 1);
  g_atomic_ref_count_init (&self->refs);
  self->hub = g_object_ref (hub);
  self->nats = g_strdup (nats);
  self->key = g_strdup (key);
  self->token = g_steal_pointer (&token);
  self->revision = revision;
  self->renewed_us = sent_us;
  self->ended = dex_promise_new ();
  dex_future_disown (dex_scheduler_spawn (NULL, 0, keeper_fiber, qd_lease_ref (self), (GDestroyNotify) qd_lease_unref));
  return self;
}

/* --- Having one -------------------------------------------------------------------------------------------------------------- */

gboolean
qd_lease_is_held (QdLease *self)
{
  return self->hub && now_us () - self->renewed_us < (gint64) (QD_LEASE_LIFE_S - MARGIN_S) * G_USEC_PER_SEC;
}

guint64
qd_lease_get_revision (QdLease *self)
{
  return self->revision;
}

void
qd_lease_let_go (QdLease *self)
{
  if (has_end (self))
    return;
  g_clear_object (&self->hub);
  dex_promise_reject (self->ended, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled")));
}

void
qd_lease_give_back (QdLease *self)
{
  g_autofree char *revision = g_strdup_printf ("%" G_GUINT64_FORMAT, self->revision);
  g_autoptr (QdHub) hub = self->hub ? g_object_ref (self->hub) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;

  if (hub == NULL)
    return;
  qd_lease_let_go (self);
  answer = qd_ask (hub, self->nats, "kv.delete", &error, "bucket", QD_LEASE_BUCKET, "key", self->key, "revision", revision, NULL);
  if (answer == NULL)
    g_debug ("The lease of %s goes by itself: %s", self->key, error->message);
}

QdLease *
qd_lease_ref (QdLease *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_lease_unref (QdLease *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->nats);
  g_free (self->key);
  g_free (self->token);
  dex_clear (&self->ended);
  g_free (self);
}
