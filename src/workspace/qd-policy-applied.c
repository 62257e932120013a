/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-policy-applied.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-policy-object.h"
#include "qd-policy-plan-private.h"
#include "qd-remote-private.h"

#define FORMAT 1
#define MAX_STEPS QD_REMOTE_MAX_ENTRIES
#define MAX_OBJECT_DEPTH 48

static const char *const state_words[] = { "not", "under_way", "done", "failed" };
static const struct { QdPlanKind kind; const char *word; } kind_words[] = {
  { QD_PLAN_CREATE, "create" }, { QD_PLAN_UPDATE, "update" }, { QD_PLAN_DELETE, "delete" },
};

/* --- Life ----------------------------------------------------------------------------------------------------------- */

static JsonNode *
ref_or_null (JsonNode *node)
{
  return node ? json_node_ref (node) : NULL;
}

static void
step_free (gpointer data)
{
  QdAppliedStep *self = data;

  g_free (self->key);
  g_free (self->id);
  g_free (self->document);
  g_clear_pointer (&self->before, json_node_unref);
  g_clear_pointer (&self->after, json_node_unref);
  g_clear_pointer (&self->agreed, json_node_unref);
  g_free (self->revision_before);
  g_free (self->revision);
  g_free (self->error);
  g_free (self);
}

static QdAppliedStep *
step_copy (const QdAppliedStep *from)
{
  QdAppliedStep *self = g_new0 (QdAppliedStep, 1);

  self->kind = from->kind;
  self->state = from->state;
  self->key = g_strdup (from->key);
  self->id = g_strdup (from->id);
  self->document = g_strdup (from->document);
  self->before = ref_or_null (from->before);
  self->after = ref_or_null (from->after);
  self->agreed = ref_or_null (from->agreed);
  self->revision_before = g_strdup (from->revision_before);
  self->revision = g_strdup (from->revision);
  self->enabled = from->enabled;
  self->told = from->told;
  self->error = g_strdup (from->error);
  return self;
}

static QdPolicyApplied *
applied_alloc (const char *job, const char *connection, const char *folder, const char *reason, const char *reverts)
{
  QdPolicyApplied *self = g_new0 (QdPolicyApplied, 1);

  self->job = g_strdup (job);
  self->connection = g_strdup (connection);
  self->folder = g_strdup (folder);
  self->reason = g_strdup (reason);
  self->reverts = g_strdup (reverts);
  self->steps = g_ptr_array_new_with_free_func (step_free);
  return self;
}

QdPolicyApplied *
qd_policy_applied_new (QdPolicyPlan *plan, const char *job, const char *reason)
{
  QdPolicyApplied *self = applied_alloc (job, plan->connection, plan->folder, reason, plan->reverts);

  self->at_us = g_get_real_time ();
  for (guint i = 0; i < plan->entries->len; i++)
    {
      const QdPlanEntry *entry = g_ptr_array_index (plan->entries, i);
      const QdAppliedStep step = {
        .kind = entry->step.kind, .state = QD_APPLIED_NOT, .key = entry->step.key, .id = entry->step.id, .document = entry->step.document,
        .before = entry->theirs, .after = entry->result, .agreed = entry->agreed, .revision_before = entry->step.revision,
        .enabled = entry->step.enabled, .told = entry->told,
      };

      if (entry->step.included)
        g_ptr_array_add (self->steps, step_copy (&step));
    }
  return self;
}

QdPolicyApplied *
qd_policy_applied_copy (const QdPolicyApplied *self)
{
  QdPolicyApplied *copy = applied_alloc (self->job, self->connection, self->folder, self->reason, self->reverts);

  copy->at_us = self->at_us;
  copy->ended = self->ended;
  for (guint i = 0; i < self->steps->len; i++)
    g_ptr_array_add (copy->steps, step_copy (g_ptr_array_index (self->steps, i)));
  return copy;
}

void
qd_policy_applied_free (QdPolicyApplied *self)
{
  g_free (self->job);
  g_free (self->connection);
  g_free (self->folder);
  g_free (self->reason);
  g_free (self->reverts);
  g_ptr_array_unref (self->steps);
  g_free (self);
}

guint
qd_policy_applied_count (const QdPolicyApplied *self, QdAppliedState state)
{
  guint n = 0;

  for (guint i = 0; i < self->steps->len; i++)
    n += ((QdAppliedStep *) g_ptr_array_index (self->steps, i))->state == state;
  return n;
}

gboolean
qd_policy_applied_can_revert (const QdPolicyApplied *self)
{
  return qd_policy_applied_count (self, QD_APPLIED_DONE) + qd_policy_applied_count (self, QD_APPLIED_UNDER_WAY) > 0;
}

char *
qd_policy_applied_to_sentence (const QdPolicyApplied *self)
{
  guint done = qd_policy_applied_count (self, QD_APPLIED_DONE), open = qd_policy_applied_count (self, QD_APPLIED_UNDER_WAY), n = self->steps->len;

  if (done == n)
    return g_strdup_printf (ngettext ("%u change was made", "All %u changes were made", n), n);
  if (open > 0)
    return g_strdup_printf (ngettext ("%u of %u change was made; of one more it is not known whether it was",
                                      "%u of %u changes were made; of one more it is not known whether it was", n), done, n);
  if (done == 0)
    return g_strdup (_("Nothing was changed"));
  return g_strdup_printf (ngettext ("%u of %u change was made", "%u of %u changes were made", n), done, n);
}

/* --- On the disk ---------------------------------------------------------------------------------------------------------- */

static void
set_string (JsonObject *object, const char *name, const char *text)
{
  if (text)
    json_object_set_string_member (object, name, text);
}

static void
set_node (JsonObject *object, const char *name, JsonNode *node)
{
  if (node)
    json_object_set_member (object, name, json_node_copy (node));
}

static const char *
word_of_kind (QdPlanKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_words); i++)
    if (kind_words[i].kind == kind)
      return kind_words[i].word;
  g_return_val_if_reached ("");
}

static JsonObject *
write_step (const QdAppliedStep *step)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "kind", word_of_kind (step->kind));
  json_object_set_string_member (object, "state", state_words[step->state]);
  json_object_set_string_member (object, "key", step->key);
  set_string (object, "id", step->id);
  set_string (object, "document", step->document);
  set_node (object, "before", step->before);
  set_node (object, "after", step->after);
  set_node (object, "agreed", step->agreed);
  set_string (object, "revision_before", step->revision_before);
  set_string (object, "revision", step->revision);
  json_object_set_boolean_member (object, "enabled", step->enabled);
  set_string (object, "error", step->error);
  return object;
}

GBytes *
qd_policy_applied_to_bytes (const QdPolicyApplied *self)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonArray *steps = json_array_new ();
  char *text;

  json_node_take_object (root, object);
  json_object_set_int_member (object, "applied", FORMAT);
  json_object_set_string_member (object, "job", self->job);
  json_object_set_string_member (object, "connection", self->connection);
  json_object_set_string_member (object, "folder", self->folder);
  set_string (object, "reason", self->reason);
  set_string (object, "reverts", self->reverts);
  json_object_set_int_member (object, "at_us", self->at_us);
  json_object_set_boolean_member (object, "ended", self->ended);
  json_object_set_array_member (object, "steps", steps);
  for (guint i = 0; i < self->steps->len; i++)
    json_array_add_object_element (steps, write_step (g_ptr_array_index (self->steps, i)));
  text = qd_json_to_text (root, FALSE);
  return g_bytes_new_take (text, strlen (text));
}

static gboolean
read_kind (const char *word, QdPlanKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_words); i++)
    if (g_strcmp0 (kind_words[i].word, word) == 0)
      {
        *kind = kind_words[i].kind;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_state (const char *word, QdAppliedState *state)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_words); i++)
    if (g_strcmp0 (state_words[i], word) == 0)
      {
        *state = i;
        return TRUE;
      }
  return FALSE;
}

/* FALSE: it is there and is no policy of the step's name. */
static gboolean
read_node (JsonObject *object, const char *name, const char *key, JsonNode **place)
{
  JsonNode *node = json_object_has_member (object, name) ? json_object_get_member (object, name) : NULL;
  g_autofree char *found = NULL;

  if (node == NULL)
    return TRUE;
  found = qd_policy_object_dup_key (node);
  if (g_strcmp0 (found, key) != 0 || qd_json_is_deeper (node, MAX_OBJECT_DEPTH))
    return FALSE;
  *place = node;
  return TRUE;
}

/* What a step of its kind cannot be without. */
static gboolean
is_whole (const QdAppliedStep *step)
{
  return (step->kind == QD_PLAN_CREATE) == (step->before == NULL) && (step->kind == QD_PLAN_DELETE) == (step->after == NULL) &&
         (step->kind == QD_PLAN_CREATE || step->id);
}

static QdAppliedStep *
read_step (JsonObject *object)
{
  QdAppliedStep step = { 0 };

  if (object == NULL)
    return NULL;
  step.key = (char *) qd_json_get_string (object, "key", NULL);
  step.id = (char *) qd_json_get_string (object, "id", NULL);
  step.document = (char *) qd_json_get_string (object, "document", NULL);
  step.revision_before = (char *) qd_json_get_string (object, "revision_before", NULL);
  step.revision = (char *) qd_json_get_string (object, "revision", NULL);
  step.enabled = qd_json_get_bool (object, "enabled", TRUE);
  step.error = (char *) qd_json_get_string (object, "error", NULL);
  if (step.key == NULL || !read_kind (qd_json_get_string (object, "kind", NULL), &step.kind) ||
      !read_state (qd_json_get_string (object, "state", NULL), &step.state) || !read_node (object, "before", step.key, &step.before) ||
      !read_node (object, "after", step.key, &step.after) || !read_node (object, "agreed", step.key, &step.agreed) || !is_whole (&step))
    return NULL;
  return step_copy (&step);
}

static QdPolicyApplied *
read_head (JsonObject *object)
{
  const char *job = qd_json_get_string (object, "job", NULL), *connection = qd_json_get_string (object, "connection", NULL);
  const char *folder = qd_json_get_string (object, "folder", NULL);
  QdPolicyApplied *self;

  if (job == NULL || connection == NULL || folder == NULL)
    return NULL;
  self = applied_alloc (job, connection, folder, qd_json_get_string (object, "reason", NULL), qd_json_get_string (object, "reverts", NULL));
  qd_json_get_int (object, "at_us", &self->at_us);
  self->ended = qd_json_get_bool (object, "ended", FALSE);
  return self;
}

QdPolicyApplied *
qd_policy_applied_parse (const char *bytes, gsize length, const char *origin, GError **error)
{
  g_autoptr (JsonNode) root = length <= QD_REMOTE_MAX_BYTES ? qd_json_parse (bytes, (gssize) length, origin, error) : NULL;
  JsonObject *object = root ? qd_json_object (root) : NULL;
  JsonArray *steps = object ? qd_json_get_array (object, "steps") : NULL;
  g_autoptr (QdPolicyApplied) self = NULL;
  gint64 format = 0;

  if (root == NULL && length <= QD_REMOTE_MAX_BYTES)
    return NULL;
  if (object && qd_json_get_int (object, "applied", &format) && format == FORMAT && steps && json_array_get_length (steps) <= MAX_STEPS)
    self = read_head (object);
  for (guint i = 0; self && i < json_array_get_length (steps); i++)
    {
      QdAppliedStep *step = read_step (qd_json_object (json_array_get_element (steps, i)));

      if (step)
        g_ptr_array_add (self->steps, step);
      else
        g_clear_pointer (&self, qd_policy_applied_free);
    }
  if (self == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("%s: this is not what is kept of a job, or not all of it"), origin);
  return g_steal_pointer (&self);
}

GBytes *
qd_policy_applied_to_line (const QdPolicyApplied *self, guint nth)
{
  const QdAppliedStep *step = g_ptr_array_index (self->steps, nth);
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  g_autofree char *text = NULL;
  char *line;

  json_node_take_object (root, object);
  json_object_set_int_member (object, "n", nth);
  json_object_set_string_member (object, "state", state_words[step->state]);
  set_string (object, "id", step->id);
  set_string (object, "revision", step->revision);
  set_string (object, "error", step->error);
  text = qd_json_to_text (root, FALSE);
  line = g_strconcat (text, "\n", NULL);
  return g_bytes_new_take (line, strlen (line));
}

static gboolean
replay_line (QdPolicyApplied *self, const char *line, gsize length)
{
  g_autoptr (JsonNode) root = qd_json_parse (line, (gssize) length, "job", NULL);
  JsonObject *object = root ? qd_json_object (root) : NULL;
  QdAppliedState state;
  QdAppliedStep *step;
  gint64 nth;

  if (object == NULL || !qd_json_get_int (object, "n", &nth) || nth < 0 || nth >= self->steps->len ||
      !read_state (qd_json_get_string (object, "state", NULL), &state))
    return FALSE;
  step = g_ptr_array_index (self->steps, nth);
  step->state = state;
  g_set_str (&step->id, qd_json_get_string (object, "id", step->id));
  g_set_str (&step->revision, qd_json_get_string (object, "revision", NULL));
  g_set_str (&step->error, qd_json_get_string (object, "error", NULL));
  return TRUE;
}

void
qd_policy_applied_replay (QdPolicyApplied *self, const char *bytes, gsize length)
{
  const char *end;

  while (length > 0 && (end = memchr (bytes, '\n', length)) && replay_line (self, bytes, (gsize) (end - bytes)))
    {
      length -= (gsize) (end - bytes) + 1;
      bytes = end + 1;
    }
}

void
qd_policy_applied_note_bases (const QdPolicyApplied *self, QdRemoteSet *bases)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      const QdAppliedStep *step = g_ptr_array_index (self->steps, i);

      if (step->state != QD_APPLIED_DONE)
        continue;
      if (step->agreed)
        qd_remote_set_put (bases, step->key, step->id, step->revision, step->document, step->agreed);
      else
        qd_remote_set_remove (bases, step->key);
    }
}

/* --- The way back --------------------------------------------------------------------------------------------------------- */

static void
want_back (const QdAppliedStep *step, GHashTable *wanted, QdRemoteSet *left)
{
  QdPlanWanted *one;

  if (step->after)
    qd_remote_set_put (left, step->key, step->id, step->revision, step->document, step->after);
  if (step->before == NULL)
    return;
  one = g_new0 (QdPlanWanted, 1);
  one->key = g_strdup (step->key);
  one->object = json_node_ref (step->before);
  one->document = g_strdup (step->document);
  one->nth = G_MAXUINT;
  one->enabled = step->enabled;
  g_hash_table_insert (wanted, one->key, one);
}

/* What was there before is wanted, what the job left is the base, what the server has now is theirs. */
QdPolicyPlan *
qd_policy_applied_plan_back (const QdPolicyApplied *self, GPtrArray *theirs)
{
  QdPolicyPlan *plan = qd_policy_plan_alloc (self->folder, self->connection);
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) qd_plan_wanted_free);
  g_autoptr (GHashTable) ours = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (QdRemoteSet) left = qd_remote_set_new (self->folder, self->connection);
  g_autoptr (GPtrArray) of_ours = g_ptr_array_new ();

  plan->reverts = g_strdup (self->job);
  for (guint i = 0; i < self->steps->len; i++)
    {
      const QdAppliedStep *step = g_ptr_array_index (self->steps, i);

      if (step->state != QD_APPLIED_DONE && step->state != QD_APPLIED_UNDER_WAY)
        continue;
      g_hash_table_add (ours, step->key);
      want_back (step, wanted, left);
    }
  for (guint i = 0; i < theirs->len; i++)
    if (g_hash_table_contains (ours, ((QdPolicyTheirs *) g_ptr_array_index (theirs, i))->key))
      g_ptr_array_add (of_ours, g_ptr_array_index (theirs, i));
  qd_policy_plan_fill (plan, wanted, left, of_ours);
  return plan;
}
