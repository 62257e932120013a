/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"
#include "qd-placement.h"

#include <glib/gi18n-lib.h>

#include "qd-audit-private.h"
#include "qd-hub-private.h"
#include "qd-job-private.h"
#include "qd-job-return.h"
#include "qd-json.h"
#include "qd-placement-ask.h"

/* Writes under way. */
typedef struct {
  QdJobReturn given;
  char *id;                  /* the job's: an edit of ours is known by it */
  char *as;
  GPtrArray *writes;         /* QdPlacementWrite */
  QdPlacementEdit *edit;
} Work;

void
qd_placement_edit_free (QdPlacementEdit *self)
{
  g_clear_pointer (&self->base, qd_placement_map_unref);
  g_clear_pointer (&self->now, qd_placement_map_unref);
  g_clear_pointer (&self->changes, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_free (self);
}

/* --- One write -------------------------------------------------------------------------------------------- */

/* One line, as a header has to be. */
static void
add_header (JsonObject *headers, const char *name, const char *text)
{
  g_autofree char *line = text && *text ? g_strdup (text) : NULL;

  if (line)
    json_object_set_string_member (headers, name, g_strdelimit (line, "\r\n", ' '));
}

/* The message's own id makes sending it again the same message: JetStream knows it for a while. */
static JsonObject *
args_of (Work *self, QdJob *job, guint nth)
{
  QdPlacementWrite *write = g_ptr_array_index (self->writes, nth);
  JsonObject *args = json_object_new (), *headers = json_object_new ();
  g_autofree char *revision = g_strdup_printf ("%" G_GUINT64_FORMAT, write->revision);
  g_autofree char *who = g_strdup_printf ("%s@%s", g_get_user_name (), g_get_host_name ());
  g_autofree char *message = g_strdup_printf ("%s.%u", self->id, nth);

  json_object_set_string_member (args, "bucket", write->bucket);
  json_object_set_string_member (args, "key", write->key);
  json_object_set_string_member (args, "revision", revision);
  if (write->value)
    json_object_set_string_member (args, "value", write->value);
  add_header (headers, QD_PLACEMENT_WHO, who);
  add_header (headers, QD_PLACEMENT_AS, self->as);
  add_header (headers, QD_PLACEMENT_WHY, job->reason);
  add_header (headers, QD_PLACEMENT_EDIT, self->id);
  add_header (headers, "Nats-Msg-Id", message);
  json_object_set_object_member (args, "headers", headers);
  return args;
}

/* An answer was lost on its way, and this is what was asked about. */
static gboolean
is_ours (Work *self, const GError *error, guint64 *revision)
{
  JsonNode *current = qd_driver_error_get_current (error);
  JsonObject *object = current ? qd_json_object (current) : NULL;
  JsonObject *headers = object ? qd_json_get_object (object, "headers") : NULL;
  gint64 number = 0;

  if (headers == NULL || g_strcmp0 (qd_json_get_string (headers, QD_PLACEMENT_EDIT, NULL), self->id) != 0 ||
      !qd_json_get_int (object, "revision", &number))
    return FALSE;
  *revision = (guint64) number;
  return TRUE;
}

static gboolean
write_one (Work *self, QdJob *job, guint nth, guint64 *revision, GError **error)
{
  QdPlacementWrite *write = g_ptr_array_index (self->writes, nth);
  g_autoptr (JsonObject) args = args_of (self, job, nth);
  g_autoptr (GError) cause = NULL;
  guint attempts = 0;
  g_autoptr (JsonNode) answer = qd_job_send (job, write->value ? "kv.put" : "kv.delete", args, TRUE, &attempts, &cause);
  gint64 number = 0;

  if (answer && qd_json_object (answer) && qd_json_get_int (qd_json_object (answer), "revision", &number))
    {
      *revision = (guint64) number;
      return TRUE;
    }
  if (cause && attempts > 1 && is_ours (self, cause, revision))
    return TRUE;
  if (cause == NULL)
    g_set_error (&cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_FAILED, _("The server did not say which revision %s has now"), write->key);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* --- Somebody was quicker ------------------------------------------------------------------------------------ */

static void
look_at_theirs (Work *self, QdJob *job)
{
  QdPlacementMap *base = self->edit->base;
  const char *bucket = qd_placement_map_get_bucket (base);
  g_autoptr (JsonObject) args = json_object_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;
  QdPlacementMap *theirs;

  json_object_set_string_member (args, "bucket", bucket);
  answer = qd_job_send (job, "kv.all", args, TRUE, NULL, &error);
  theirs = answer ? qd_placement_map_from_json (qd_placement_map_get_kind (base), bucket, answer, &error) : NULL;
  if (theirs == NULL)
    {
      g_message ("What is in the bucket %s now could not be read: %s", bucket, error->message);
      return;
    }
  g_clear_pointer (&self->edit->now, qd_placement_map_unref);
  self->edit->now = theirs;
  self->edit->rows = qd_placement_merge (base, self->edit->changes, theirs);
}

/* Who wrote what is there now, if he said so. (transfer full) */
static char *
dup_writer (const GError *error)
{
  JsonNode *current = qd_driver_error_get_current (error);
  JsonObject *object = current ? qd_json_object (current) : NULL;
  JsonObject *headers = object ? qd_json_get_object (object, "headers") : NULL;

  return headers ? g_strdup (qd_json_get_string (headers, QD_PLACEMENT_WHO, NULL)) : NULL;
}

static void
explain_race (Work *self, GError *error)
{
  QdPlacementEdit *edit = self->edit;
  g_autofree char *who = dup_writer (error);
  const char *bucket = qd_placement_map_get_bucket (edit->base);
  guint conflicts = edit->rows ? qd_placement_merge_count (edit->rows, QD_PLACEMENT_MERGE_CONFLICT) : 0;
  g_autofree char *what =
    who ? g_strdup_printf (_("%s changed %s meanwhile"), who, bucket) : g_strdup_printf (_("Somebody changed %s meanwhile"), bucket);

  g_free (error->message);
  if (edit->n_written > 0)
    error->message = g_strdup_printf (_("%s: %u of %u changes were made, and the rest was not"), what, edit->n_written, edit->n_writes);
  else if (conflicts > 0)
    error->message = g_strdup_printf (ngettext ("%s: nothing was written, and %u tenant is now elsewhere than you saw",
                                                "%s: nothing was written, and %u tenants are now elsewhere than you saw", conflicts),
                                      what, conflicts);
  else
    error->message = g_strdup_printf (_("%s: nothing was written; your changes and theirs do not touch"), what);
}

/* --- All of them ------------------------------------------------------------------------------------------------ */

static char *
name_of (const QdPlacementWrite *write)
{
  return write->value ? g_strdup_printf (_("Write %s"), write->key) : g_strdup_printf (_("Remove %s"), write->key);
}

static void
begin (Work *self, QdJob *job)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (guint i = 0; i < self->writes->len; i++)
    g_strv_builder_take (names, name_of (g_ptr_array_index (self->writes, i)));
  all = g_strv_builder_end (names);
  qd_job_plan_steps (job, (const char *const *) all);
}

static gboolean
do_step (Work *self, QdJob *job, guint nth, GError **error)
{
  QdPlacementWrite *write = g_ptr_array_index (self->writes, nth);
  g_autofree char *name = name_of (write);
  g_autoptr (GPtrArray) one = g_ptr_array_new ();
  g_autoptr (GError) cause = NULL;
  const char *verb = write->value ? "kv.put" : "kv.delete";
  g_autoptr (JsonObject) args = args_of (self, job, nth);
  g_auto (QdAuditSubject) subject = { 0 };
  QdPlacementMap *after;
  guint64 revision = 0;
  gboolean done;

  qd_audit_subject_init (&subject, qd_hub_get_fleet (job->hub), job->connection, verb, args);
  qd_job_begin_step (job, nth);
  qd_job_journal (job, name, "running");
  qd_job_show_soon (job);
  done = write_one (self, job, nth, &revision, &cause);
  if (qd_job_is_cancelled (job))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
      return FALSE;
    }
  if (done)
    {
      g_ptr_array_add (one, write);
      after = qd_placement_map_apply (self->edit->now, one, revision);
      qd_placement_map_unref (self->edit->now);
      self->edit->now = after;
      self->edit->n_written++;
      self->edit->revision = revision;
    }
  qd_job_audit_step (job, verb, subject.on, subject.before, subject.after, done ? "succeeded" : qd_audit_outcome ("failed", cause),
                     cause && !done ? cause->message : NULL);
  qd_job_journal (job, name, done ? QD_JOB_STEP_DONE : QD_JOB_STEP_REFUSED);
  qd_job_end_step (job, done ? "succeeded" : "failed", cause ? cause->message : NULL);
  job->progress = (nth + 1.0) / self->writes->len;
  qd_job_show_soon (job);
  if (cause && !done)
    g_propagate_error (error, g_steal_pointer (&cause));
  return done;
}

static gboolean
work_run (QdJob *job, gpointer data, GError **error)
{
  Work *self = data;
  g_autoptr (GError) cause = NULL;

  begin (self, job);
  for (guint i = 0; i < self->writes->len && cause == NULL; i++)
    if (qd_job_is_stopping (job))
      g_set_error (&cause, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
    else
      do_step (self, job, i, &cause);
  if (cause == NULL)
    return TRUE;
  if (g_error_matches (cause, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT))
    {
      look_at_theirs (self, job);
      explain_race (self, cause);
    }
  if (!qd_job_is_cancelled (job))
    qd_job_close_steps (job, 0);
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static void
give_back (Work *self, const GError *error)
{
  qd_job_return_give (&self->given, g_steal_pointer (&self->edit), (GDestroyNotify) qd_placement_edit_free, error);
}

static void
work_ended (QdJob *job, gpointer data, const GError *error)
{
  give_back (data, error);
}

static void
work_free (gpointer data)
{
  Work *self = data;
  g_autoptr (GError) gone = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));

  give_back (self, gone);
  g_ptr_array_unref (self->writes);
  g_free (self->id);
  g_free (self->as);
  g_free (self);
}

/* --- Public -------------------------------------------------------------------------------------------------------- */

static char *
summary_of (const QdPlacementEdit *edit)
{
  const char *kind = qd_placement_kind_get_name (qd_placement_map_get_kind (edit->base));
  QdPlacementChange *first = edit->changes->len > 0 ? g_ptr_array_index (edit->changes, 0) : NULL;

  if (edit->changes->len != 1)
    return g_strdup_printf (ngettext ("Place %u tenant (%s)", "Place %u tenants (%s)", edit->changes->len), edit->changes->len, kind);
  if (first->shard)
    return g_strdup_printf (_("Place %s on %s (%s)"), first->tenant, first->shard, kind);
  return g_strdup_printf (_("Take %s off its shard (%s)"), first->tenant, kind);
}

/* Takes @task, @edit, @writes and @error, which speaks against all of it. */
static void
carry_out (QdHub *hub, const char *nats, const char *id, GTask *task, QdPlacementEdit *edit, GPtrArray *writes, const char *summary,
           const char *reason, GError *error)
{
  static const QdJobWork work = { work_run, work_ended, work_free };
  g_autoptr (QdEndpoint) endpoint = qd_hub_dup_endpoint (hub, nats);
  Work *self;
  QdJob *job;

  if (error == NULL)
    error = qd_hub_object (hub, nats, qd_capability_get (QD_PLACEMENT_SET), QD_PLACEMENT_SET, NULL, reason);
  if (error)
    {
      g_clear_pointer (&writes, g_ptr_array_unref);
      qd_placement_edit_free (edit);
      qd_hub_refuse (hub, task, nats, QD_PLACEMENT_SET, NULL, reason, error);
      return;
    }
  self = g_new0 (Work, 1);
  qd_job_return_init (&self->given, task);
  self->id = g_strdup (id);
  self->as = endpoint ? g_strdup (endpoint->user) : NULL;
  self->edit = edit;
  self->writes = writes;
  edit->n_writes = writes->len;
  if (writes->len == 0)
    {
      give_back (self, NULL);
      work_free (self);
      return;
    }
  job = qd_job_new_work (hub, id, nats, qd_capability_get (QD_PLACEMENT_SET), summary, reason, &work, self);
  qd_job_return_follow (&self->given, job);
  qd_hub_take_job (hub, job);
}

static QdPlacementEdit *
edit_new (QdPlacementMap *base, GPtrArray *changes)
{
  QdPlacementEdit *self = g_new0 (QdPlacementEdit, 1);

  self->base = qd_placement_map_ref (base);
  self->now = qd_placement_map_ref (base);
  self->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);
  for (guint i = 0; i < changes->len; i++)
    {
      QdPlacementChange *change = g_ptr_array_index (changes, i);

      g_ptr_array_add (self->changes, qd_placement_change_new (change->tenant, change->shard));
    }
  return self;
}

char *
qd_placement_edit_async (QdHub *hub, const char *nats, QdPlacementMap *base, GPtrArray *changes, const char *reason,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  char *id = g_uuid_string_random ();
  GTask *task = g_task_new (hub, cancellable, callback, user_data);
  QdPlacementEdit *edit = edit_new (base, changes);
  g_autofree char *summary = summary_of (edit);
  g_autoptr (GError) cause = NULL;
  GPtrArray *writes = qd_placement_map_plan (base, edit->changes, &cause);
  GError *error = cause ? g_error_new_literal (QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, cause->message) : NULL;

  g_task_set_source_tag (task, qd_placement_edit_async);
  carry_out (hub, nats, id, task, edit, writes, summary, reason, error);
  return id;
}

/* What putting the value back means for tenants. */
static GPtrArray *
changes_of (QdPlacementMap *base, const QdPlacementRevision *revision)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_placement_change_free);

  if (qd_placement_map_get_encoding (base) == QD_PLACEMENT_KEYS)
    g_ptr_array_add (changes, qd_placement_change_new (revision->key, qd_placement_map_get_shard (revision->map, revision->key)));
  else
    {
      g_autoptr (GPtrArray) differences = qd_placement_map_diff (base, revision->map);

      for (guint i = 0; i < differences->len; i++)
        {
          QdPlacementDiff *row = g_ptr_array_index (differences, i);

          g_ptr_array_add (changes, qd_placement_change_new (row->tenant, row->to));
        }
    }
  return changes;
}

/* The whole value as it was: the bytes, not only what they say. */
GPtrArray *
qd_placement_plan_restore (QdPlacementMap *base, const QdPlacementRevision *revision, GError **error)
{
  gboolean object = qd_placement_map_get_encoding (base) == QD_PLACEMENT_OBJECT;
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision->revision);
  g_autoptr (GPtrArray) changes = changes_of (base, revision);
  GPtrArray *writes;

  if (qd_placement_map_is_broken (revision->map) || (revision->value == NULL && g_str_equal (revision->operation, "put")) ||
      (object && revision->value == NULL))
    {
      g_set_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID,
                   _("Revision %s of %s says nothing that could be put back: choose another"), number, revision->key);
      return NULL;
    }
  if (!object)
    return qd_placement_map_plan (base, changes, error);
  writes = qd_placement_writes_new ();
  if (g_strcmp0 (qd_placement_map_get_text (base), revision->value) != 0)
    qd_placement_writes_add (writes, revision->bucket, revision->key, revision->value, qd_placement_map_get_revision (base));
  return writes;
}

char *
qd_placement_restore_async (QdHub *hub, const char *nats, QdPlacementMap *base, const QdPlacementRevision *revision, const char *reason,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  char *id = g_uuid_string_random ();
  GTask *task = g_task_new (hub, cancellable, callback, user_data);
  g_autoptr (GPtrArray) changes = changes_of (base, revision);
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, revision->revision);
  g_autofree char *summary = g_strdup_printf (_("Put revision %s of %s back"), number, revision->key);
  g_autoptr (GError) cause = NULL;
  GPtrArray *writes = qd_placement_plan_restore (base, revision, &cause);
  GError *error = cause ? g_error_new_literal (QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID, cause->message) : NULL;

  g_task_set_source_tag (task, qd_placement_restore_async);
  carry_out (hub, nats, id, task, edit_new (base, changes), writes, summary, reason, error);
  return id;
}

QdPlacementEdit *
qd_placement_edit_finish (QdHub *hub, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, hub), NULL);
  return qd_job_return_finish (result, error);
}
