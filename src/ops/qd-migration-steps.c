/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the steps of a migration do. Each looks before it does, so that it can be done again by whoever goes on. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-migration-private.h"

#include <glib/gi18n-lib.h>

#include "qd-ask-private.h"
#include "qd-hub-private.h"
#include "qd-json.h"

#define LOOK_MS 200
/* Whoever was told something says so when it is done, and is looked at all the same: the answer may never come. */
#define LOOK_TOLD_MS 1000
/* A shard that has been told is given so long before it is told again; nobody took it, and it is sooner. */
#define TELL_AGAIN_US (5 * G_USEC_PER_SEC)
#define TRY_AGAIN_US (G_USEC_PER_SEC / 2)
/* Who has not answered for so long does not answer: others are moved meanwhile. */
#define SILENT_US (5 * G_USEC_PER_SEC)
/* The control API says sooner that it does not; a connection to it on which nothing moves is given up by then. */
#define ANSWER_US (35 * G_USEC_PER_SEC)

/* --- Shards ------------------------------------------------------------------------------------------------------------------ */

static JsonObject *
args_for (QdMigration *self, const char *shard, gboolean tenant)
{
  g_autofree char *id = qd_shard_id (self->move->kind, shard);
  JsonObject *args = json_object_new ();

  json_object_set_string_member (args, "id", id);
  if (tenant)
    json_object_set_string_member (args, "tenant", self->move->tenant);
  return args;
}

/* NULL without an error: there is no such shard (now). */
static QdShardRecord *
get_shard (QdMigration *self, const char *shard, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (JsonNode) answer = qd_migration_send (self, self->control, "shard.get", args_for (self, shard, FALSE), &cause);

  if (answer)
    return qd_shard_record_from_json (qd_json_object (answer), error);
  if (!g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING))
    g_propagate_error (error, g_steal_pointer (&cause));
  return NULL;
}

static gboolean
is_away (const QdShardRecord *record)
{
  return record == NULL || qd_shard_record_is (record, "down");
}

/* Why a shard did not do what it was told may have passed when it is told again: it has not seen the placement yet, or only starts. */
static gboolean
may_pass (const GError *error)
{
  return g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING) || g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT) ||
         g_error_matches (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED);
}

/* What a shard is told in a step. */
typedef struct {
  DexPromise *answer;   /* that has not been heard; or NULL */
  gint64 asked_us;      /* monotonic: when that was asked for */
  gint64 again_us;      /* it is not told again before */
  gboolean heard;       /* it has answered, if only that it cannot now */
  gboolean done;        /* it has answered that it did so */
  gboolean silent;      /* it did not answer in time, and has not since */
} Telling;

static void
telling_clear (Telling *self)
{
  dex_clear (&self->answer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Telling, telling_clear)

/* Takes the answer, if it is there. FALSE with an error that ends the step. */
static gboolean
hear (QdMigration *self, Telling *telling, GError **error)
{
  g_autoptr (GError) cause = NULL;
  gint64 now = g_get_monotonic_time ();
  gboolean heard;

  if (telling->answer == NULL || dex_future_is_pending (DEX_FUTURE (telling->answer)))
    return TRUE;
  telling->done = dex_future_get_value (DEX_FUTURE (telling->answer), &cause) != NULL;
  dex_clear (&telling->answer);
  heard = telling->done || may_pass (cause);
  telling->heard |= heard;
  /* Others may say in its place that it does not answer. */
  telling->silent &= !telling->done && !g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING) &&
                     !g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  telling->again_us = now + (heard && !telling->silent ? TELL_AGAIN_US : TRY_AGAIN_US);
  if (cause)
    qd_migration_say (self, "%s", cause->message);
  if (heard || qd_is_out_of_reach (cause))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static void
tell (QdMigration *self, Telling *telling, const char *verb, const char *shard, gboolean tenant)
{
  JsonObject *args;

  if (telling->answer || g_get_monotonic_time () < telling->again_us)
    return;
  args = args_for (self, shard, tenant);
  json_object_set_string_member (args, "reason", qd_json_get_string (self->record->json, "reason", ""));
  telling->asked_us = g_get_monotonic_time ();
  telling->answer = qd_ask_begin (self->hub, self->control, verb, args);
}

static gboolean
is_silent (Telling *telling)
{
  telling->silent |= telling->answer && g_get_monotonic_time () - telling->asked_us > SILENT_US;
  return telling->silent;
}

/* Waits a moment, or for what it was told to be answered. */
static gboolean
rest (QdMigration *self, const char *shard, Telling *telling, gboolean away, GError **error)
{
  if (away)
    qd_migration_say (self, _("%s.%s is down"), self->move->kind, shard);
  else if (is_silent (telling))
    qd_migration_say (self, _("%s.%s does not answer"), self->move->kind, shard);
  qd_migration_mind_silence (self, shard, away || is_silent (telling));
  return qd_migration_rest (self, DEX_FUTURE (telling->answer), telling->answer ? LOOK_TOLD_MS : LOOK_MS, error);
}

/* A step is not left while it is not known what becomes of what a shard was told: it may be done still, and would be after what comes next. That
 * is over when whoever hands it on says that the shard does not answer, and does not take it any more. */
static void
await_answer (QdMigration *self, Telling *telling)
{
  gint64 until = g_get_monotonic_time () + ANSWER_US;

  while (telling->answer && dex_future_is_pending (DEX_FUTURE (telling->answer)) && g_get_monotonic_time () < until && !self->lost &&
         !self->hub->stopped)
    if (!qd_migration_rest (self, DEX_FUTURE (telling->answer), LOOK_TOLD_MS, NULL))
      break;
}

/* What a look at a shard comes to. */
typedef enum { LOOK_FAILED, LOOK_NOT_YET, LOOK_DONE } Look;

/* Looks at @shard until @look is content, and tells it @verb meanwhile (NULL: nothing). */
typedef Look (*LookFunc) (QdMigration *self, const QdShardRecord *record, const QdShardTenant *tenant, char **detail);

static gboolean
look_and_tell (QdMigration *self, const char *shard, const char *verb, LookFunc look, Telling *telling, char **detail, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) cause = NULL;
      g_autoptr (QdShardRecord) record = get_shard (self, shard, &cause);
      gboolean away = cause == NULL && is_away (record);

      if (cause)
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      if (!away && look (self, record, qd_shard_record_get_tenant (record, self->move->tenant), detail) == LOOK_DONE)
        {
          qd_migration_mind_silence (self, shard, FALSE);
          return TRUE;
        }
      if (!hear (self, telling, error))
        return FALSE;
      if (verb && !away)
        tell (self, telling, verb, shard, TRUE);
      if (!rest (self, shard, telling, away, error))
        return FALSE;
    }
}

static gboolean
until_so (QdMigration *self, const char *shard, const char *verb, LookFunc look, char **detail, GError **error)
{
  g_auto (Telling) telling = { NULL };

  if (look_and_tell (self, shard, verb, look, &telling, detail, error))
    return TRUE;
  await_answer (self, &telling);
  return FALSE;
}

/* --- Forward ----------------------------------------------------------------------------------------------------------------- */

/* Who does not have it takes no work for it. */
static Look
look_drained (QdMigration *self, const QdShardRecord *record, const QdShardTenant *tenant, char **detail)
{
  if (tenant == NULL || !tenant->accepting)
    return LOOK_DONE;
  qd_migration_say (self, _("%s still takes work for %s"), record->id, self->move->tenant);
  return LOOK_NOT_YET;
}

static Look
look_settled (QdMigration *self, const QdShardRecord *record, const QdShardTenant *tenant, char **detail)
{
  JsonObject *settled;

  if (tenant == NULL)
    return LOOK_DONE;
  if (tenant->in_flight > 0 || !tenant->drained)
    {
      qd_migration_say (self, _("%lld messages of %s are in flight on %s"), (long long) MAX (tenant->in_flight, 0), self->move->tenant, record->id);
      return LOOK_NOT_YET;
    }
  if (tenant->lag > self->bounds.max_lag)
    {
      qd_migration_say (self, _("%s is %lld messages behind on %s: at most %lld may wait"), self->move->tenant, (long long) tenant->lag, record->id,
                        (long long) self->bounds.max_lag);
      return LOOK_NOT_YET;
    }
  settled = json_object_new ();
  json_object_set_int_member (settled, "count", tenant->count);
  json_object_set_int_member (settled, "seq", tenant->seq);
  if (tenant->checksum)
    json_object_set_string_member (settled, "checksum", tenant->checksum);
  json_object_set_object_member (self->record->json, "settled", settled);
  if (tenant->count >= 0)
    *detail = g_strdup_printf (_("%lld processed, %lld waiting"), (long long) tenant->count, (long long) MAX (tenant->lag, 0));
  return LOOK_DONE;
}

static gboolean
place (QdMigration *self, const char *from, const char *to, char **detail, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) cause = NULL;

      if (qd_migration_set_place (self, from, to, &cause))
        {
          *detail = g_strdup_printf ("%s → %s", from, to);
          return TRUE;
        }
      /* Another tenant of the same map was placed meanwhile, or the answer was lost: what is so is seen when one looks. */
      if (!g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT) && !qd_is_out_of_reach (cause))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      if (!qd_migration_may_go_on (self, error))
        return FALSE;
      qd_migration_say (self, "%s", cause->message);
      if (!qd_migration_rest (self, NULL, LOOK_MS / 4, error))
        return FALSE;
    }
}

/* One that is down reads its placement when it starts. */
static gboolean
reload (QdMigration *self, const char *shard, GError **error)
{
  g_auto (Telling) telling = { NULL };

  for (;;)
    {
      g_autoptr (GError) cause = NULL;
      g_autoptr (QdShardRecord) record = get_shard (self, shard, &cause);

      if (cause)
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      if (is_away (record))
        return TRUE;
      tell (self, &telling, "shard.reload", shard, FALSE);
      if (!rest (self, shard, &telling, FALSE, error) || !hear (self, &telling, error))
        return FALSE;
      if (telling.heard && !telling.silent)
        {
          qd_migration_mind_silence (self, shard, FALSE);
          return TRUE;
        }
    }
}

static Look
look_warm (QdMigration *self, const QdShardRecord *record, const QdShardTenant *tenant, char **detail)
{
  if (tenant && tenant->warm)
    return LOOK_DONE;
  if (tenant)
    qd_migration_say (self, _("%s is not warm on %s yet"), self->move->tenant, record->id);
  else
    qd_migration_say (self, _("%s does not have %s yet"), record->id, self->move->tenant);
  return LOOK_NOT_YET;
}

/* The target goes on where the source was. */
static gboolean
has_lost (QdMigration *self, const QdShardTenant *tenant)
{
  JsonObject *settled = qd_json_get_object (self->record->json, "settled");
  gint64 count, seq;

  if (settled == NULL)
    return FALSE;
  return (tenant->count >= 0 && qd_json_get_int (settled, "count", &count) && tenant->count < count) ||
         (tenant->seq >= 0 && qd_json_get_int (settled, "seq", &seq) && tenant->seq < seq);
}

static Look
look_working (QdMigration *self, const QdShardRecord *record, const QdShardTenant *tenant, char **detail)
{
  if (tenant == NULL)
    {
      qd_migration_say (self, _("%s does not have %s yet"), record->id, self->move->tenant);
      return LOOK_NOT_YET;
    }
  if (has_lost (self, tenant))
    {
      qd_migration_say (self, _("%s has processed less of %s than the shard before it had"), record->id, self->move->tenant);
      return LOOK_NOT_YET;
    }
  if (!tenant->accepting)
    {
      qd_migration_say (self, _("%s takes no work for %s yet"), record->id, self->move->tenant);
      return LOOK_NOT_YET;
    }
  return LOOK_DONE;
}

static gboolean
verify (QdMigration *self, char **detail, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *now = qd_migration_get_place (self, &cause);

  if (cause == NULL && g_strcmp0 (now, self->move->to) != 0)
    g_set_error (&cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("Somebody else has placed %s: on %s"), self->move->tenant,
                 now ? now : _("no shard"));
  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  if (!until_so (self, self->move->to, "shard.resume", look_working, detail, error))
    return FALSE;
  for (;;)
    {
      g_autoptr (QdShardRecord) source = get_shard (self, self->move->from, &cause);
      const QdShardTenant *tenant;

      if (cause)
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      tenant = qd_shard_record_get_tenant (source, self->move->tenant);
      if (is_away (source) || tenant == NULL || !tenant->accepting)
        return TRUE;
      qd_migration_say (self, _("%s still takes work for %s"), source->id, self->move->tenant);
      if (!qd_migration_rest (self, NULL, LOOK_MS, error))
        return FALSE;
    }
}

gboolean
qd_migration_do_step (QdMigration *self, char **detail, GError **error)
{
  const QdMigrationMove *move = self->move;

  switch (self->step)
    {
    case QD_MIGRATION_DRAIN:
      return move->source_down || until_so (self, move->from, "shard.drain", look_drained, detail, error);
    case QD_MIGRATION_SETTLE:
      return move->source_down || until_so (self, move->from, NULL, look_settled, detail, error);
    case QD_MIGRATION_PLACE:
      return place (self, move->from, move->to, detail, error);
    case QD_MIGRATION_RELOAD:
      return reload (self, move->from, error) && reload (self, move->to, error);
    case QD_MIGRATION_WARM_UP:
      return until_so (self, move->to, "shard.warmup", look_warm, detail, error);
    case QD_MIGRATION_VERIFY:
      return verify (self, detail, error);
    case QD_N_MIGRATION_STEPS:
    default:
      g_return_val_if_reached (FALSE);
    }
}

/* --- Back -------------------------------------------------------------------------------------------------------------------- */

/* *@elsewhere: somebody has placed it on a third shard meanwhile; that is left as it is. */
static gboolean
place_back (QdMigration *self, char **elsewhere, GError **error)
{
  char *detail = NULL;
  g_autoptr (GError) cause = NULL;
  g_autofree char *now = qd_migration_get_place (self, &cause);
  gboolean done;

  if (cause)
    {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  /* Who has not come to placing it did not place it there. */
  if (g_strcmp0 (now, self->move->to) != 0 || self->reached < QD_MIGRATION_PLACE)
    {
      *elsewhere = g_strcmp0 (now, self->move->from) == 0 ? NULL : g_strdup (now ? now : "");
      return TRUE;
    }
  done = place (self, self->move->to, self->move->from, &detail, error);
  g_free (detail);
  return done;
}

static gboolean
resume (QdMigration *self, char **detail, GError **error)
{
  g_auto (Telling) resuming = { NULL }, reloading = { NULL };

  for (;;)
    {
      g_autoptr (GError) cause = NULL;
      g_autoptr (QdShardRecord) source = get_shard (self, self->move->from, &cause);
      const QdShardTenant *tenant = qd_shard_record_get_tenant (source, self->move->tenant);
      Telling *telling = tenant ? &resuming : &reloading;
      gboolean away = is_away (source);

      if (cause)
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      if (away && self->move->source_down)
        {
          *detail = g_strdup_printf (_("%s.%s is down: it takes %s up when it is back"), self->move->kind, self->move->from, self->move->tenant);
          return TRUE;
        }
      /* A record may be older than what it was told last: it is told in any case, and read after it has answered. */
      if (!away && tenant && tenant->accepting && resuming.done)
        return TRUE;
      if (!hear (self, &resuming, error) || !hear (self, &reloading, error))
        return FALSE;
      /* What it was told holds over its restart: it is waited for. */
      if (!away)
        {
          if (tenant == NULL || !tenant->accepting)
            qd_migration_say (self, _("%s takes no work for %s yet"), source->id, self->move->tenant);
          tell (self, telling, tenant ? "shard.resume" : "shard.reload", self->move->from, tenant != NULL);
        }
      if (!rest (self, self->move->from, telling, away, error))
        return FALSE;
    }
}

gboolean
qd_migration_do_back (QdMigration *self, char **detail, GError **error)
{
  g_autofree char *elsewhere = NULL;

  if (!place_back (self, &elsewhere, error))
    return FALSE;
  if (elsewhere)
    {
      *detail = *elsewhere ? g_strdup_printf (_("Somebody else has placed %s on %s: it is left there"), self->move->tenant, elsewhere)
                           : g_strdup_printf (_("Somebody else has taken %s off its shard: that is left so"), self->move->tenant);
      return TRUE;
    }
  if (self->reached >= QD_MIGRATION_PLACE && (!reload (self, self->move->to, error) || !reload (self, self->move->from, error)))
    return FALSE;
  return resume (self, detail, error);
}
