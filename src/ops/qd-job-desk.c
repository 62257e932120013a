/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-job-desk.h"

#include <unistd.h>

#include "qd-apart-private.h"
#include "qd-ask-private.h"
#include "qd-hub-private.h"
#include "qd-job-desk-private.h"
#include "qd-job-private.h"
#include "qd-json.h"
#include "qd-lease-private.h"
#include "qd-store-guest.h"

#define PAUSE_MS 5000
#define OWNER "owner"
#define PROGRAM "program"

static guint pause_ms = PAUSE_MS;

void
qd_job_desk_set_pause (guint ms)
{
  pause_ms = ms;
}

/* --- Writing, without a store ---------------------------------------------------------------------------- */

void
qd_hub_keep_jobs (QdHub *hub, const char *path)
{
  g_return_if_fail (hub->store == NULL);
  g_set_str (&hub->journal, path);
}

JsonObject *
qd_job_desk_describe_us (QdJob *job)
{
  QdEntity *connection = qd_fleet_lookup (qd_hub_get_fleet (job->hub), job->connection, QD_KIND_CONNECTION, job->connection);
  const char *user = connection ? qd_entity_get_string (connection, QD_CONNECTION_USER) : NULL, *program = g_get_prgname ();
  JsonObject *owner = json_object_new ();

  json_object_set_string_member (owner, PROGRAM, program ? program : "?");
  json_object_set_int_member (owner, "pid", getpid ());
  json_object_set_string_member (owner, "place", qd_lease_get_place ());
  if (user)
    json_object_set_string_member (owner, "user", user);
  return owner;
}

typedef struct { const char *path, *job, *step, *state, *detail; GError *error; } Line;

static void
write_line (gpointer data)
{
  Line *line = data;

  qd_store_guest_journal (line->path, line->job, line->step, line->state, line->detail, &line->error);
}

gboolean
qd_job_desk_write (QdJob *job, const char *step, const char *state, const char *detail, GError **error)
{
  g_autofree char *path = g_strdup (job->hub->journal);
  Line line = { path, job->id, step, state, detail, NULL };

  qd_apart (write_line, &line);
  if (line.error == NULL)
    return TRUE;
  g_propagate_error (error, line.error);
  return FALSE;
}

/* --- Whose a job is ------------------------------------------------------------------------------------------ */

static JsonNode *
read_detail (const QdJournalEntry *line, JsonObject **owner)
{
  g_autoptr (JsonNode) node = line->detail ? qd_json_parse (line->detail, -1, "journal", NULL) : NULL;
  JsonObject *detail = node ? qd_json_object (node) : NULL;

  *owner = detail ? qd_json_get_object (detail, OWNER) : NULL;
  return g_steal_pointer (&node);
}

/* Of a run of the kernel that is over nothing goes on; of another namespace of this one it cannot be known. */
static gboolean
is_gone (JsonObject *owner)
{
  gint64 pid = 0;

  qd_json_get_int (owner, "pid", &pid);
  return qd_lease_is_gone (qd_json_get_string (owner, "place", NULL), pid);
}

gboolean
qd_job_desk_is_at_work (GPtrArray *lines)
{
  JsonObject *owner;
  g_autoptr (JsonNode) node = read_detail (g_ptr_array_index (lines, lines->len - 1), &owner);

  return owner && !is_gone (owner);
}

char *
qd_job_desk_dup_program (QdEntity *job)
{
  const char *text = qd_entity_get_string (job, QD_FIELD_EXTRA), *state = qd_entity_get_string (job, QD_JOB_STATE);
  g_autoptr (JsonNode) node = text && state && !qd_job_has_ended (state) ? qd_json_parse (text, -1, "extra", NULL) : NULL;
  JsonObject *extra = node ? qd_json_object (node) : NULL;

  return extra ? g_strdup (qd_json_get_string (extra, PROGRAM, NULL)) : NULL;
}

/* --- Looking ---------------------------------------------------------------------------------------------------- */

typedef struct {
  QdHub *hub;                /* referenced */
  gint64 last;               /* so far the journal has been read */
  GHashTable *open;          /* id → Open: jobs of others that had not ended then */
} Desk;

/* Lines of a job, which @news has. */
typedef struct { GPtrArray *lines, *news; } Open;

static void
open_free (gpointer data)
{
  Open *self = data;

  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->news);
  g_free (self);
}

static void
desk_free (gpointer data)
{
  Desk *self = data;

  g_hash_table_unref (self->open);
  g_object_unref (self->hub);
  g_free (self);
}

static const char *
state_of (const QdJournalEntry *last)
{
  static const char *const ends[] = { "succeeded", "failed", "cancelled" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_equal (last->state, ends[i]))
      return ends[i];
  return g_str_equal (last->state, "interrupted") ? "failed" : "running";
}

static void
show (Desk *self, GPtrArray *lines, JsonObject *detail, JsonObject *owner)
{
  const QdJournalEntry *last = g_ptr_array_index (lines, lines->len - 1);
  g_autoptr (QdJob) job = qd_job_from_journal (self->hub, lines);

  job->state = state_of (last);
  job->error = g_strdup (qd_json_get_string (detail, "error", NULL));
  job->program = g_strdup (qd_json_get_string (owner, PROGRAM, "?"));
  job->user = g_strdup (qd_json_get_string (owner, "user", NULL));
  job->ended_at = last->at_us;
  if (job->todo && json_array_get_length (job->steps) > 0)
    job->progress = qd_job_has_ended (job->state) ? 1 : (double) job->step / json_array_get_length (job->steps);
  qd_job_show (job);
}

static gboolean
is_shown_ended (QdHub *hub, const char *id)
{
  QdEntity *entity = qd_fleet_lookup (qd_hub_get_fleet (hub), QD_HUB_LOCAL, QD_KIND_JOB, id);
  const char *state = entity ? qd_entity_get_string (entity, QD_JOB_STATE) : NULL;

  return state && qd_job_has_ended (state);
}

/* Where there is NATS, the stream tells of moves. Takes @lines, which @news has. */
static void
take (Desk *self, GPtrArray *lines, GPtrArray *news)
{
  g_autoptr (GPtrArray) owned = lines;
  const QdJournalEntry *last = g_ptr_array_index (lines, lines->len - 1);
  JsonObject *owner;
  g_autoptr (JsonNode) node = read_detail (last, &owner);
  gboolean ended = !g_str_equal (state_of (last), "running");

  g_hash_table_remove (self->open, last->job);
  if (owner == NULL || g_hash_table_contains (self->hub->jobs, last->job) || is_shown_ended (self->hub, last->job) ||
      (ended && g_strcmp0 (qd_json_get_string (qd_json_object (node), "verb", NULL), QD_TENANT_MIGRATE) == 0))
    return;
  show (self, lines, qd_json_object (node), owner);
  if (!ended)
    {
      Open *open = g_new (Open, 1);

      *open = (Open) { g_steal_pointer (&owned), g_ptr_array_ref (news) };
      g_hash_table_insert (self->open, g_strdup (last->job), open);
    }
}

static void
take_all (Desk *self, GPtrArray *news)
{
  GPtrArray *lines = g_ptr_array_new ();

  for (guint i = 0; i < news->len; i++)
    {
      const QdJournalEntry *line = g_ptr_array_index (news, i), *next = i + 1 < news->len ? g_ptr_array_index (news, i + 1) : NULL;

      g_ptr_array_add (lines, (gpointer) line);
      if (next && g_str_equal (next->job, line->job))
        continue;
      take (self, lines, news);
      lines = g_ptr_array_new ();
    }
  g_ptr_array_unref (lines);
}

/* (transfer full) (element-type utf8): jobs whose program is gone. What it wrote before it went is read after this. */
static GPtrArray *
list_gone (Desk *self)
{
  GPtrArray *gone = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer id, value;

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &id, &value))
    if (!qd_job_desk_is_at_work (((Open *) value)->lines))
      g_ptr_array_add (gone, g_strdup (id));
  return gone;
}

static void
news_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GError *error = NULL;
  QdJournalNews *news = qd_store_news_finish (QD_STORE (source), result, &error);

  if (news)
    dex_promise_resolve_boxed (promise, QD_TYPE_JOURNAL_NEWS, news);
  else
    dex_promise_reject (promise, error);
}

static void
look (Desk *self)
{
  g_autoptr (GPtrArray) gone = list_gone (self);
  g_autoptr (DexPromise) promise = dex_promise_new ();
  g_autoptr (GError) error = NULL;
  const QdJournalNews *news;

  qd_store_news_async (self->hub->store, self->last, news_cb, dex_ref (promise));
  if (!dex_await (dex_ref (promise), &error) || self->hub->stopped)
    {
      if (error)
        g_debug ("The journal is not looked into: %s", error->message);
      return;
    }
  news = g_value_get_boxed (dex_future_get_value (DEX_FUTURE (promise), NULL));
  self->last = news->last;
  take_all (self, news->entries);
  for (guint i = 0; i < gone->len; i++)
    {
      Open *open = g_hash_table_lookup (self->open, gone->pdata[i]);

      if (open)
        qd_hub_take_up_job (self->hub, open->lines);
      g_hash_table_remove (self->open, gone->pdata[i]);
    }
}

static DexFuture *
watch_fiber (gpointer data)
{
  Desk *self = data;

  while (!self->hub->stopped)
    {
      look (self);
      if (!self->hub->stopped)
        qd_pause (self->hub, pause_ms);
    }
  return dex_future_new_for_boolean (TRUE);
}

void
qd_hub_watch_desk (QdHub *hub)
{
  Desk *self = g_new0 (Desk, 1);

  self->hub = g_object_ref (hub);
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, open_free);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, watch_fiber, self, desk_free));
}
