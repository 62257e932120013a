/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The jobs of the stream as they are shown, and who goes on with those that nobody works on. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-job-stream.h"

#include <glib/gi18n-lib.h>

#include "qd-ask-private.h"
#include "qd-capability.h"
#include "qd-hub-private.h"
#include "qd-json.h"
#include "qd-lease.h"
#include "qd-migration.h"
#include "qd-time.h"

#define LOOK_MS 1000
/* A server without such a stream is asked again now and then. */
#define LOOK_FOR_STREAM_US (30 * G_USEC_PER_SEC)
#define LOOK_FOR_OWNERS_US (5 * G_USEC_PER_SEC)
#define MAX_SHOWN 500

typedef enum { OWNER_ALIVE = 1, OWNER_DEAD, OWNER_GONE } Owner;

/* What is known of one connection's stream. */
typedef struct { char *nats; guint64 last; gint64 next_us, owners_us; GHashTable *open; } Source;

typedef struct { QdHub *hub; gboolean take_over; GHashTable *sources; } Watch;

/* --- One job ----------------------------------------------------------------------------------------------------------------- */

/* Steps have a word that every desk reads in its own language. */
static char *
step_title (const char *name, const QdMigrationMove *move)
{
  QdMigrationStep step;

  if (move && qd_migration_step_parse (name, &step))
    return qd_migration_step_to_sentence (step, move);
  if (move && g_str_equal (name, "back"))
    return g_strdup_printf (_("Way back: %s on %s as before"), move->tenant, move->from);
  return g_strdup (name);
}

/* Its word, and why nothing can be begun again with it: "blocked" is absent where it can. */
static void
add_whether (JsonObject *into, const QdJobRecord *record, const char *name)
{
  QdMigrationStep step;
  g_autofree char *why = NULL;

  if (!qd_migration_step_parse (name, &step))
    return;
  json_object_set_string_member (into, "id", name);
  if (!qd_migration_may_begin (record, step, &why))
    json_object_set_string_member (into, "blocked", why);
}

/* What a step that is under way waits for, and since when; what came of one that has ended. NULL: nothing is told. */
static char *
detail_of (JsonObject *step)
{
  const char *detail = qd_json_get_string (step, "detail", NULL);
  g_autofree char *since = NULL;
  gint64 us;

  if (detail == NULL || !qd_json_get_time (step, "waits_since", &us))
    return g_strdup (detail);
  since = qd_time_format_local (us);
  /* Translators: what is waited for (a sentence without its full stop), and the time of day since when. */
  return g_strdup_printf (_("%s (since %s)"), detail, since);
}

static JsonArray *
dup_steps (const QdJobRecord *record, const QdMigrationMove *move)
{
  JsonArray *theirs = qd_json_get_array (record->json, "steps"), *steps = json_array_new ();

  for (guint i = 0; theirs && i < json_array_get_length (theirs); i++)
    {
      static const char *const members[] = { "state", "started_at", "ended_at", "waits_since" };
      JsonObject *one = qd_json_object (json_array_get_element (theirs, i)), *step;
      g_autofree char *title = one ? step_title (qd_json_get_string (one, "name", ""), move) : NULL, *detail = one ? detail_of (one) : NULL;

      if (one == NULL)
        continue;
      step = json_object_new ();
      json_object_set_string_member (step, "name", title);
      if (move)
        add_whether (step, record, qd_json_get_string (one, "name", ""));
      for (guint k = 0; k < G_N_ELEMENTS (members); k++)
        if (qd_json_get_string (one, members[k], NULL))
          json_object_set_string_member (step, members[k], qd_json_get_string (one, members[k], NULL));
      if (detail)
        json_object_set_string_member (step, "detail", detail);
      json_array_add_object_element (steps, step);
    }
  return steps;
}

static char *
title_of (const QdJobRecord *record, const QdMigrationMove *move)
{
  return move ? qd_migration_move_to_sentence (move) : g_strdup (qd_json_get_string (record->json, "summary", record->id));
}

static void
set_time (QdDelta *delta, guint field, JsonObject *json, const char *name)
{
  gint64 us;

  if (qd_json_get_time (json, name, &us))
    qd_delta_set (delta, field, qd_value_time (us));
}

static void
set_json (QdDelta *delta, guint field, JsonNode *node)
{
  g_autofree char *text = qd_json_to_text (node, FALSE);

  qd_delta_set (delta, field, qd_value_json (text));
  json_node_unref (node);
}

static JsonNode *
node_of_steps (const QdJobRecord *record, const QdMigrationMove *move)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  json_node_take_array (node, dup_steps (record, move));
  return node;
}

/* What became of a job whose owner died. NULL: that is not known of it. */
static char *
sentence_of_left (const QdJobRecord *record)
{
  JsonObject *left = qd_json_get_object (record->json, "left");
  const char *state = qd_job_record_get_state (record), *now = qd_json_get_string (record->json, "desk", "?");
  const char *desk = left ? qd_json_get_string (left, "desk", "?") : NULL, *step = left ? qd_json_get_string (left, "step", "?") : NULL;

  if (left == NULL)
    return NULL;
  if (!qd_job_record_is_over (record))
    return g_strdup_printf (_("%s ended in the midst of step “%s”, and %s goes on with it"), desk, step, now);
  if (g_str_equal (state, "succeeded"))
    return g_strdup_printf (_("%s ended in the midst of step “%s”; %s went on with it, and it is done"), desk, step, now);
  return g_strdup_printf (_("%s ended in the midst of step “%s”; %s went back with it"), desk, step, now);
}

static JsonNode *
node_of_extra (QdHub *hub, const QdJobRecord *record)
{
  static const char *const members[] = { "desk", "attempt", "step", "lease", "plan", "batch" };
  g_autofree char *news = g_hash_table_contains (hub->news, record->id) ? sentence_of_left (record) : NULL;
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *extra = json_object_new ();

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (json_object_has_member (record->json, members[i]))
      json_object_set_member (extra, members[i], json_node_copy (json_object_get_member (record->json, members[i])));
  if (news)
    json_object_set_string_member (extra, "news", news);
  json_node_take_object (node, extra);
  return node;
}

/* The desk's own copy of it, out of the journal, is not needed where the stream tells. There is one where a run before this one ended in
 * its midst: that is news. */
static void
drop_copy (QdHub *hub, const char *id)
{
  if (qd_fleet_lookup (qd_hub_get_fleet (hub), QD_HUB_LOCAL, QD_KIND_JOB, id) == NULL)
    return;
  g_hash_table_add (hub->news, g_strdup (id));
  qd_hub_apply (hub, qd_delta_new (QD_HUB_LOCAL, QD_KIND_JOB, id, QD_DELTA_REMOVE));
}

/* @interrupted: how far it came, for people, where nobody works on it. */
static void
tell (QdHub *hub, const char *nats, const QdJobRecord *record, const char *interrupted)
{
  g_autoptr (QdMigrationMove) move = qd_migration_move_from_record (record);
  g_autofree char *control = qd_hub_find_control (hub, nats), *title = title_of (record, move);
  QdDelta *delta = qd_delta_new (nats, QD_KIND_JOB, record->id, QD_DELTA_UPSERT);
  double progress;
  int kind;

  drop_copy (hub, record->id);
  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (title));
  set_json (delta, QD_FIELD_EXTRA, node_of_extra (hub, record));
  qd_delta_set (delta, QD_JOB_KIND, qd_value_string (qd_json_get_string (record->json, "kind", "")));
  qd_delta_set (delta, QD_JOB_STATE, qd_value_string (interrupted ? "waiting" : qd_job_record_get_state (record)));
  set_json (delta, QD_JOB_STEPS, node_of_steps (record, move));
  if (qd_json_get_number (record->json, "progress", &progress))
    qd_delta_set (delta, QD_JOB_PROGRESS, qd_value_double (CLAMP (progress, 0, 1)));
  qd_delta_set (delta, QD_JOB_ERROR, qd_value_string (interrupted ? interrupted : qd_json_get_string (record->json, "error", NULL)));
  qd_delta_set (delta, QD_JOB_CREATED_BY, qd_value_string (qd_json_get_string (record->json, "created_by", NULL)));
  qd_delta_set (delta, QD_JOB_REASON, qd_value_string (qd_json_get_string (record->json, "reason", NULL)));
  set_time (delta, QD_JOB_STARTED_AT, record->json, "started_at");
  if (qd_job_record_is_over (record))
    set_time (delta, QD_JOB_ENDED_AT, record->json, "ended_at");
  kind = move ? qd_schema_find_kind ("tenant") : -1;
  if (kind >= 0)
    {
      qd_delta_set (delta, QD_JOB_TARGET_KIND, qd_value_int (kind));
      qd_delta_set (delta, QD_JOB_TARGET_ID, qd_value_string (move->tenant));
    }
  if (control)
    qd_delta_set (delta, QD_JOB_ACTS_ON, qd_value_string (control));
  qd_hub_apply (hub, delta);
}

void
qd_job_stream_tell (QdHub *hub, const char *nats, const QdJobRecord *record)
{
  tell (hub, nats, record, NULL);
}

char *
qd_job_record_to_text (const QdJobRecord *self)
{
  g_autoptr (QdMigrationMove) move = qd_migration_move_from_record (self);
  g_autofree char *title = title_of (self, move);
  g_autoptr (JsonArray) steps = dup_steps (self, move);
  const char *error = qd_json_get_string (self->json, "error", NULL), *reason = qd_json_get_string (self->json, "reason", NULL);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n%s: %s\n", title, self->id, self->interrupted ? "interrupted" : qd_job_record_get_state (self));
  if (self->interrupted && qd_job_record_is_queued (self))
    g_string_append_printf (text, _("%s ended before this had begun, and nobody works on it: go on with it, or cancel it\n"),
                            qd_json_get_string (self->json, "desk", "?"));
  else if (self->interrupted)
    g_string_append_printf (text, _("%s ended in the midst of step “%s”, and nobody works on it: go on with it, or cancel it to go back\n"),
                            qd_json_get_string (self->json, "desk", "?"), qd_json_get_string (self->json, "step", "?"));
  if (reason && *reason)
    g_string_append_printf (text, _("Reason: %s\n"), reason);
  for (guint i = 0; i < json_array_get_length (steps); i++)
    {
      JsonObject *step = json_array_get_object_element (steps, i);
      const char *detail = qd_json_get_string (step, "detail", NULL);

      g_string_append_printf (text, "  %-10s %s%s%s\n", qd_json_get_string (step, "state", ""), qd_json_get_string (step, "name", ""),
                              detail ? ": " : "", detail ? detail : "");
    }
  if (error)
    g_string_append_printf (text, "%s\n", error);
  return g_string_free (text, FALSE);
}

/* --- Jobs that nobody works on ----------------------------------------------------------------------------------------------- */

static void
gone_on_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdMigrationOutcome) outcome = qd_migration_go_on_finish (QD_HUB (source), result, &error);

  if (outcome == NULL)
    g_message ("Job %s is not gone on with: %s", job, error->message);
}

static char *
sentence_of (const QdJobRecord *record, Owner owner, gboolean take_over)
{
  const char *desk = qd_json_get_string (record->json, "desk", "?"), *step = qd_json_get_string (record->json, "step", "?");

  if (qd_job_record_is_queued (record))
    return g_strdup_printf (_("interrupted: %s ended before this had begun. Go on, or cancel it"), desk);
  if (owner == OWNER_DEAD)
    return g_strdup_printf (_("interrupted: %s ended in the midst of step “%s”. Go on, or cancel to go back; left alone, it is gone on with in a minute"),
                            desk, step);
  if (take_over)
    return g_strdup_printf (_("interrupted: %s ended in the midst of step “%s”. It is being gone on with"), desk, step);
  return g_strdup_printf (_("interrupted: %s ended in the midst of step “%s”. Go on, or cancel to go back"), desk, step);
}

/* Half done, it must not be left so; what has not begun does no harm, and is for people to begin. */
static gboolean
may_take_over (Watch *self, Source *source, const QdJobRecord *record)
{
  g_autofree char *control = self->take_over && !qd_job_record_is_queued (record) ? qd_hub_find_control (self->hub, source->nats) : NULL;

  return control && qd_hub_is_live (self->hub, control) &&
         qd_capability_allowed (qd_hub_get_fleet (self->hub), control, QD_TENANT_MIGRATE, NULL) &&
         !qd_hub_is_locked (self->hub, control) && !qd_hub_is_locked (self->hub, source->nats);
}

/* Who is not known is taken to be alive. @known: those that were looked at this time, as all that wait in one batch have the same. */
static Owner
look_for_owner (Watch *self, Source *source, const QdJobRecord *record, GHashTable *known)
{
  g_autofree char *key = qd_job_record_dup_lease_key (record);
  Owner owner = (Owner) GPOINTER_TO_INT (g_hash_table_lookup (known, key));
  g_autoptr (GError) error = NULL;
  g_autoptr (QdLeaseHolder) holder = NULL;

  if (owner)
    return owner;
  holder = qd_lease_look (self->hub, source->nats, key, &error);
  owner = error || (holder && !holder->dead) ? OWNER_ALIVE : holder ? OWNER_DEAD : OWNER_GONE;
  g_hash_table_insert (known, g_steal_pointer (&key), GINT_TO_POINTER (owner));
  return owner;
}

static void
look_after (Watch *self, Source *source, QdJobRecord *record, GHashTable *known)
{
  Owner owner = look_for_owner (self, source, record, known);
  g_autofree char *sentence = NULL;
  gboolean may;

  if (self->hub->stopped || owner == OWNER_ALIVE)
    return;
  /* It may have ended, and its lease with it, since it was read. */
  if (!qd_job_record_is_queued (record) && qd_job_stream_has_moved (self->hub, source->nats, record))
    return;
  if (self->hub->stopped || g_hash_table_contains (self->hub->owned, record->id))
    return;
  may = owner == OWNER_GONE && may_take_over (self, source, record);
  /* Nobody here has asked for that: whoever has it in the end, people are told. */
  if (may)
    g_hash_table_add (self->hub->news, g_strdup (record->id));
  sentence = sentence_of (record, owner, may);
  tell (self->hub, source->nats, record, sentence);
  if (may)
    qd_migration_go_on_async (self->hub, source->nats, record->id, QD_N_MIGRATION_STEPS, QD_MIGRATION_TAKE_OVER, NULL, gone_on_cb, g_strdup (record->id));
}

static void
look_for_owners (Watch *self, Source *source)
{
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (g_get_monotonic_time () < source->owners_us)
    return;
  source->owners_us = g_get_monotonic_time () + LOOK_FOR_OWNERS_US;
  open = g_hash_table_get_values_as_ptr_array (source->open);
  for (guint i = 0; i < open->len && !self->hub->stopped; i++)
    {
      g_autoptr (QdJobRecord) record = qd_job_record_copy (g_ptr_array_index (open, i));

      look_after (self, source, record, known);
    }
}

/* --- The stream -------------------------------------------------------------------------------------------------------------- */

static void
source_free (gpointer data)
{
  Source *source = data;

  g_free (source->nats);
  g_hash_table_unref (source->open);
  g_free (source);
}

static Source *
get_source (Watch *self, const char *nats)
{
  Source *source = g_hash_table_lookup (self->sources, nats);

  if (source == NULL)
    {
      source = g_new0 (Source, 1);
      source->nats = g_strdup (nats);
      source->open = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) qd_job_record_free);
      g_hash_table_insert (self->sources, source->nats, source);
    }
  return source;
}

/* Those that are not over are taken out of @records. */
static void
take_records (Watch *self, Source *source, GPtrArray *records)
{
  for (guint i = 0; i < records->len; i++)
    {
      QdJobRecord *record = g_ptr_array_index (records, i);
      gboolean over = qd_job_record_is_over (record), ours = g_hash_table_contains (self->hub->owned, record->id);

      /* Of what ended long ago only the newest are shown; what is ours is told as it is written. */
      if (!ours && (!over || records->len - i <= MAX_SHOWN))
        tell (self->hub, source->nats, record, NULL);
      if (over)
        g_hash_table_remove (source->open, record->id);
      else
        {
          g_ptr_array_index (records, i) = NULL;
          g_hash_table_replace (source->open, record->id, record);
        }
    }
}

static void
look_at (Watch *self, Source *source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = NULL;
  guint64 last = source->last;

  if (g_get_monotonic_time () < source->next_us)
    return;
  records = qd_job_stream_read_all (self->hub, source->nats, source->last, &last, &error);
  if (self->hub->stopped)
    return;
  if (records == NULL)
    {
      source->next_us = g_get_monotonic_time () + LOOK_FOR_STREAM_US;
      g_debug ("The jobs of %s are not told: %s", source->nats, error->message);
      return;
    }
  source->last = last;
  take_records (self, source, records);
  look_for_owners (self, source);
}

static void
watch_free (gpointer data)
{
  Watch *self = data;

  g_hash_table_unref (self->sources);
  g_object_unref (self->hub);
  g_free (self);
}

static DexFuture *
watch_fiber (gpointer data)
{
  Watch *self = data;

  while (!self->hub->stopped)
    {
      g_autoptr (GPtrArray) all = qd_hub_list_endpoints (self->hub);
      g_autoptr (GPtrArray) live = g_ptr_array_new_with_free_func (g_free);

      for (guint i = 0; i < all->len; i++)
        {
          const QdEndpoint *endpoint = g_ptr_array_index (all, i);

          if (g_strcmp0 (endpoint->driver, "nats") == 0 && qd_hub_is_live (self->hub, endpoint->id))
            g_ptr_array_add (live, g_strdup (endpoint->id));
        }
      for (guint i = 0; i < live->len && !self->hub->stopped; i++)
        look_at (self, get_source (self, g_ptr_array_index (live, i)));
      if (!self->hub->stopped)
        qd_pause (self->hub, LOOK_MS);
    }
  return dex_future_new_for_boolean (TRUE);
}

void
qd_job_stream_watch (QdHub *hub, gboolean take_over)
{
  Watch *self = g_new0 (Watch, 1);

  self->hub = g_object_ref (hub);
  self->take_over = take_over;
  self->sources = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, source_free);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, watch_fiber, self, watch_free));
}
