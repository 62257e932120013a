/* SPDX-License-Identifier: GPL-3.0-or-later */
/* While a step lasts: whether it may go on, what it waits for, and that nobody has to wait with it. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-migration-private.h"

#include <stdarg.h>

#include <glib/gi18n-lib.h>

#include "qd-ask-private.h"
#include "qd-hub-private.h"

#define RETRY_MS 500
/* How often it is listened whether somebody asks to cancel. */
#define HEAR_US (2 * G_USEC_PER_SEC)
/* What is waited for is shown here after so long, and where all desks read it after more: most waiting is over before that. */
#define SHOW_AFTER_US (2 * G_USEC_PER_SEC)
#define SHOW_AGAIN_US G_USEC_PER_SEC
#define WRITE_AFTER_US (8 * G_USEC_PER_SEC)
#define WRITE_AGAIN_US (30 * G_USEC_PER_SEC)

/* --- What is waited for ---------------------------------------------------------------------------------------------------------- */

void
qd_migration_say (QdMigration *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_free (self->waits_for);
  self->waits_for = g_strdup_vprintf (format, args);
  va_end (args);
  self->said_format = format;
}

void
qd_migration_forget_wait (QdMigration *self)
{
  g_clear_pointer (&self->waits_for, g_free);
  g_clear_pointer (&self->waits_text, g_free);
  self->said_format = self->waits_format = NULL;
}

/* For how long it has waited for the same; another number in a sentence is the same. */
static gint64
rested_us (QdMigration *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->waits_for == NULL)
    return 0;
  if (self->waits_format != self->said_format || (g_str_equal (self->said_format, "%s") && g_strcmp0 (self->waits_text, self->waits_for) != 0))
    {
      self->waits_format = self->said_format;
      self->waits_since_us = g_get_real_time ();
      self->rests_since_us = now;
      self->shown_us = self->written_us = 0;
    }
  g_set_str (&self->waits_text, self->waits_for);
  return now - self->rests_since_us;
}

static void
show_wait (QdMigration *self)
{
  gint64 rested = rested_us (self);

  if (rested < SHOW_AFTER_US || g_get_monotonic_time () - self->shown_us < SHOW_AGAIN_US)
    return;
  self->shown_us = g_get_monotonic_time ();
  qd_migration_put_wait (self);
  qd_job_stream_tell (self->hub, self->nats, self->record);
}

static gboolean
write_wait (QdMigration *self, GError **error)
{
  if (rested_us (self) < WRITE_AFTER_US || (self->written_us && g_get_monotonic_time () - self->written_us < WRITE_AGAIN_US))
    return TRUE;
  self->written_us = g_get_monotonic_time ();
  qd_migration_put_wait (self);
  return qd_migration_write_down (self, error);
}

gboolean
qd_migration_rest (QdMigration *self, DexFuture *news, guint ms, GError **error)
{
  if (news)
    dex_await (dex_future_first (dex_ref (news), dex_timeout_new_msec (ms), dex_ref (self->hub->ending), NULL), NULL);
  else
    qd_pause (self->hub, ms);
  if (self->hub->stopped)
    return TRUE;
  show_wait (self);
  return write_wait (self, error);
}

/* --- A place among those at once --------------------------------------------------------------------------------------------------- */

void
qd_migration_take_place (QdMigration *self)
{
  gint64 began_us = g_get_monotonic_time ();

  if (self->stands_by == NULL)
    return;
  if (self->places.take)
    self->places.take (self->places.data);
  g_clear_pointer (&self->stands_by, g_free);
  /* Others took that time. */
  self->until_us += g_get_monotonic_time () - began_us;
}

void
qd_migration_mind_silence (QdMigration *self, const char *shard, gboolean silent)
{
  g_autofree char *id = qd_shard_id (self->move->kind, shard);

  if (silent && self->stands_by == NULL)
    {
      self->stands_by = g_steal_pointer (&id);
      if (self->places.leave)
        self->places.leave (self->places.data);
    }
  else if (!silent && g_strcmp0 (self->stands_by, id) == 0)
    qd_migration_take_place (self);
}

/* --- Whether it may go on ------------------------------------------------------------------------------------------------------------ */

/* Whether somebody elsewhere asks to cancel it. A server that does not answer is asked again. */
static gboolean
is_asked_to_cancel (QdMigration *self)
{
  g_autofree char *what = NULL;
  guint64 asked;

  if (g_get_monotonic_time () - self->heard_us < HEAR_US)
    return FALSE;
  self->heard_us = g_get_monotonic_time ();
  asked = qd_job_stream_get_asked (self->hub, self->nats, self->record->id, &what, NULL);
  if (asked <= self->asked_before)
    return FALSE;
  self->asked_before = asked;
  return g_strcmp0 (what, "cancel") == 0;
}

static void
set_too_late (QdMigration *self, GError **error)
{
  if (self->waits_for && *self->waits_for)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _("Not within %u seconds: %s"), self->limit_s, self->waits_for);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _("Not within %u seconds"), self->limit_s);
}

gboolean
qd_migration_may_go_on (QdMigration *self, GError **error)
{
  if (!self->back && !self->cancel_asked && is_asked_to_cancel (self))
    self->cancel_asked = TRUE;
  if (self->hub->stopped || (self->cancel_asked && !self->back))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
  else if (!qd_lease_is_held (self->lease))
    return qd_migration_lose (self, error);
  else if (g_get_monotonic_time () > self->until_us)
    set_too_late (self, error);
  else
    return TRUE;
  return FALSE;
}

JsonNode *
qd_migration_send (QdMigration *self, const char *connection, const char *verb, JsonObject *args, GError **error)
{
  g_autoptr (JsonObject) owned = args;

  while (qd_migration_may_go_on (self, error))
    {
      g_autoptr (GError) cause = NULL;
      JsonNode *answer = qd_ask_with (self->hub, connection, verb, json_object_ref (owned), &cause);

      if (answer)
        return answer;
      if (!qd_is_out_of_reach (cause))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }
      qd_migration_say (self, "%s", cause->message);
      qd_pause (self->hub, RETRY_MS);
      show_wait (self);
    }
  return NULL;
}
