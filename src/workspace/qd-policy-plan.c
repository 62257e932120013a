/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include "qd-policy-plan.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "qd-json.h"
#include "qd-policy-object.h"
#include "qd-policy-plan-private.h"
#include "qd-yaml-become.h"

/* --- Filling it ----------------------------------------------------------------------------------------------------- */

QdPolicyPlan *
qd_policy_plan_alloc (const char *folder, const char *connection)
{
  QdPolicyPlan *self = g_new0 (QdPolicyPlan, 1);

  g_atomic_ref_count_init (&self->refs);
  self->folder = g_strdup (folder);
  self->connection = g_strdup (connection);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_plan_entry_free);
  self->problems = g_strv_builder_new ();
  return self;
}

static GBytes *
text_of (JsonNode *object)
{
  return object ? qd_policy_object_to_text (object) : NULL;
}

static void
set_name (QdPlanStep *step, JsonNode *object)
{
  JsonObject *metadata = qd_json_get_object (json_node_get_object (object), "metadata");

  step->name = g_strdup (qd_json_get_string (metadata, "name", ""));
  step->namespace = g_strdup (qd_json_get_string (metadata, "namespace", NULL));
}

static void
add_entry (QdPolicyPlan *self, const char *key, const QdPlanWanted *wanted, const QdRemoteEntry *base, const QdPolicyTheirs *theirs)
{
  QdPlanEntry *entry = g_new0 (QdPlanEntry, 1);
  QdPlanStep *step = &entry->step;
  const char *const *keeps = theirs ? (const char *const *) theirs->keeps : NULL;
  JsonNode *model = wanted ? wanted->object : base ? base->base : NULL;

  entry->mine = wanted ? json_node_ref (wanted->object) : NULL;
  /* What the server cannot keep is no difference, neither to what it has nor to what was agreed on. */
  entry->base = base ? qd_policy_object_lend (base->base, model, keeps) : NULL;
  entry->theirs = theirs ? qd_policy_object_lend (theirs->object, model, keeps) : NULL;
  entry->told = keeps && base && qd_policy_object_equal (entry->base, base->base);
  step->key = g_strdup (key);
  set_name (step, wanted ? wanted->object : theirs->object);
  step->id = theirs ? g_strdup (theirs->id) : NULL;
  step->revision = theirs ? g_strdup (theirs->revision) : NULL;
  step->enabled = theirs ? theirs->enabled : wanted->enabled;
  step->document = g_strdup (wanted ? wanted->document : base ? base->document : NULL);
  step->nth = wanted ? wanted->nth : G_MAXUINT;
  step->mine = text_of (entry->mine);
  step->base = text_of (entry->base);
  step->theirs = text_of (entry->theirs);
  qd_plan_entry_decide (entry, self->careful);
  g_ptr_array_add (self->entries, entry);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  static const int order[] = {
    [QD_PLAN_CONFLICT] = 0, [QD_PLAN_CREATE] = 1, [QD_PLAN_UPDATE] = 2, [QD_PLAN_DELETE] = 3,
    [QD_PLAN_BEHIND] = 4, [QD_PLAN_UNCHANGED] = 5, [QD_PLAN_FOREIGN] = 6,
  };
  const QdPlanEntry *one = *(const QdPlanEntry *const *) a, *other = *(const QdPlanEntry *const *) b;

  if (one->step.kind != other->step.kind)
    return order[one->step.kind] - order[other->step.kind];
  return strcmp (one->step.key, other->step.key);
}

/* By key; where a server has two of one name, nobody can say which is meant: neither is there. */
static GHashTable *
index_theirs (QdPolicyPlan *self, GPtrArray *theirs, GHashTable *wanted)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) twice = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer key;

  for (guint i = 0; i < theirs->len; i++)
    {
      QdPolicyTheirs *one = g_ptr_array_index (theirs, i);

      if (!g_hash_table_insert (index, one->key, one))
        g_hash_table_add (twice, one->key);
    }
  g_hash_table_iter_init (&iter, twice);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      g_autofree char *text = g_strdup_printf (_("The server has more than one %s: none of them is looked at"), (const char *) key);

      g_strv_builder_add (self->problems, text);
      g_hash_table_remove (index, key);
      g_hash_table_remove (wanted, key);
    }
  return index;
}

void
qd_policy_plan_fill (QdPolicyPlan *self, GHashTable *wanted, const QdRemoteSet *bases, GPtrArray *theirs)
{
  g_autoptr (GHashTable) index = index_theirs (self, theirs, wanted);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, wanted);
  while (g_hash_table_iter_next (&iter, &key, &value))
    add_entry (self, key, value, qd_remote_set_find (bases, key), g_hash_table_lookup (index, key));
  g_hash_table_iter_init (&iter, index);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!g_hash_table_contains (wanted, key))
      add_entry (self, key, NULL, qd_remote_set_find (bases, key), value);
  g_ptr_array_sort (self->entries, compare_entries);
  self->told = g_strv_builder_end (self->problems);
}

QdPolicyPlan *
qd_policy_plan_new (const QdAnalysisText *texts, guint n_texts, const QdRemoteSet *bases, GPtrArray *theirs)
{
  QdPolicyPlan *self = qd_policy_plan_alloc (qd_remote_set_get_folder (bases), qd_remote_set_get_connection (bases));
  g_autoptr (GHashTable) wanted = qd_policy_plan_read (self, texts, n_texts);

  qd_policy_plan_fill (self, wanted, bases, theirs);
  return self;
}

QdPolicyPlan *
qd_policy_plan_ref (QdPolicyPlan *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
qd_policy_plan_unref (QdPolicyPlan *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->folder);
  g_free (self->connection);
  g_free (self->reverts);
  g_ptr_array_unref (self->entries);
  g_strv_builder_unref (self->problems);
  g_strfreev (self->told);
  g_free (self);
}

/* --- Looking at it ------------------------------------------------------------------------------------------------------ */

const char *
qd_policy_plan_get_folder (QdPolicyPlan *self)
{
  return self->folder;
}

const char *
qd_policy_plan_get_connection (QdPolicyPlan *self)
{
  return self->connection;
}

const char *
qd_policy_plan_get_reverts (QdPolicyPlan *self)
{
  return self->reverts;
}

guint
qd_policy_plan_get_n_steps (QdPolicyPlan *self)
{
  return self->entries->len;
}

static QdPlanEntry *
entry_at (QdPolicyPlan *self, guint nth)
{
  return g_ptr_array_index (self->entries, nth);
}

const QdPlanEntry *
qd_policy_plan_get_entry (QdPolicyPlan *self, guint nth)
{
  return entry_at (self, nth);
}

const QdPlanStep *
qd_policy_plan_get_step (QdPolicyPlan *self, guint nth)
{
  g_return_val_if_fail (nth < self->entries->len, NULL);
  return &entry_at (self, nth)->step;
}

const QdPlanStep *
qd_policy_plan_find (QdPolicyPlan *self, const char *key)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (g_str_equal (entry_at (self, i)->step.key, key))
      return &entry_at (self, i)->step;
  return NULL;
}

guint
qd_policy_plan_count (QdPolicyPlan *self, QdPlanKind kind)
{
  guint n = 0;

  for (guint i = 0; i < self->entries->len; i++)
    n += entry_at (self, i)->step.kind == kind;
  return n;
}

guint
qd_policy_plan_get_n_changes (QdPolicyPlan *self)
{
  guint n = 0;

  for (guint i = 0; i < self->entries->len; i++)
    n += entry_at (self, i)->step.included;
  return n;
}

const char *const *
qd_policy_plan_get_problems (QdPolicyPlan *self)
{
  return (const char *const *) self->told;
}

/* --- Deciding ---------------------------------------------------------------------------------------------------------------- */

void
qd_policy_plan_set_included (QdPolicyPlan *self, guint nth, gboolean included)
{
  QdPlanStep *step = &entry_at (self, nth)->step;

  if (step->kind == QD_PLAN_CREATE || step->kind == QD_PLAN_UPDATE || step->kind == QD_PLAN_DELETE)
    step->included = included;
}

void
qd_policy_plan_take (QdPolicyPlan *self, guint nth, QdMergeKind whose)
{
  g_return_if_fail (nth < self->entries->len && (whose == QD_MERGE_MINE || whose == QD_MERGE_THEIRS));
  if (entry_at (self, nth)->step.kind == QD_PLAN_CONFLICT)
    qd_plan_entry_take (entry_at (self, nth), whose);
}

gboolean
qd_policy_plan_resolve (QdPolicyPlan *self, guint nth, const QdMergeKind *choice, GError **error)
{
  QdPlanEntry *entry = entry_at (self, nth);
  g_autoptr (GBytes) text = NULL;

  g_return_val_if_fail (entry->step.kind == QD_PLAN_CONFLICT && entry->step.merge != NULL, FALSE);
  text = qd_merge_get_text (entry->step.merge, choice);
  return qd_plan_entry_resolve (entry, text, error);
}

/* --- Into the files -------------------------------------------------------------------------------------------------------------- */

/* Which document of @file is the policy; G_MAXUINT: none on its own. */
static guint
find_document (const QdPlanStep *step, QdYamlFile *file)
{
  for (guint i = 0; i < qd_yaml_file_get_n_documents (file); i++)
    {
      g_autoptr (JsonNode) object = qd_yaml_node_to_json (qd_yaml_file_get_document (file, i));
      g_autofree char *key = object ? qd_policy_object_dup_key (object) : NULL;

      if (g_strcmp0 (key, step->key) == 0)
        return i;
    }
  return G_MAXUINT;
}

/* What is to stand in the file: where it leaves open the namespace, that stays open. */
static JsonNode *
wanted_in (QdYamlFile *file, guint document, JsonNode *object)
{
  const QdYamlNode *node = qd_yaml_file_get_document (file, document);
  const QdYamlNode *metadata = qd_yaml_node_get (node, "metadata");
  JsonNode *wanted = qd_policy_object_strip (object);
  JsonObject *inner = qd_json_get_object (json_node_get_object (wanted), "metadata");

  if (qd_yaml_node_get (metadata, "namespace") == NULL && inner &&
      g_strcmp0 (qd_json_get_string (inner, "namespace", NULL), "default") == 0)
    json_object_remove_member (inner, "namespace");
  return wanted;
}

static GBytes *
append_document (QdYamlFile *file, JsonNode *object, GError **error)
{
  g_autoptr (GBytes) text = qd_policy_object_to_text (object);
  GBytes *before = qd_yaml_file_get_bytes (file);
  GByteArray *all = g_byte_array_new ();
  gsize size;
  const char *data = g_bytes_get_data (before, &size);

  if (qd_yaml_file_is_json (file))
    {
      g_set_error (error, QD_YAML_ERROR, QD_YAML_ERROR_EDIT, _("%s: a file of JSON holds one document: choose another file"),
                   qd_yaml_file_get_name (file));
      g_byte_array_unref (all);
      return NULL;
    }
  if (size > 0)
    g_byte_array_append (all, (const guint8 *) data, (guint) size);
  if (size > 0 && data[size - 1] != '\n')
    g_byte_array_append (all, (const guint8 *) "\n", 1);
  if (size > 0)
    g_byte_array_append (all, (const guint8 *) "---\n", 4);
  g_byte_array_append (all, g_bytes_get_data (text, NULL), (guint) g_bytes_get_size (text));
  return g_byte_array_free_to_bytes (all);
}

GBytes *
qd_policy_plan_dup_file (QdPolicyPlan *self, guint nth, QdYamlFile *file, GError **error)
{
  QdPlanEntry *entry = entry_at (self, nth);
  JsonNode *object = entry->result ? entry->result : entry->theirs;
  g_autoptr (QdYamlFile) changed = NULL;
  g_autoptr (JsonNode) wanted = NULL;
  guint document;

  if (object == NULL)
    {
      g_set_error (error, QD_YAML_ERROR, QD_YAML_ERROR_EDIT, _("The server does not have %s: there is nothing to take from it"), entry->step.key);
      return NULL;
    }
  if (file == NULL)
    return qd_policy_object_to_text (object);
  document = find_document (&entry->step, file);
  if (document == G_MAXUINT && entry->mine == NULL)
    return append_document (file, object, error);
  if (document == G_MAXUINT)
    {
      g_set_error (error, QD_YAML_ERROR, QD_YAML_ERROR_EDIT, _("%s: %s is not a document of its own there"), qd_yaml_file_get_name (file), entry->step.key);
      return NULL;
    }
  wanted = wanted_in (file, document, object);
  changed = qd_yaml_become (file, document, "", wanted, NULL, error);
  return changed ? g_bytes_ref (qd_yaml_file_get_bytes (changed)) : NULL;
}

/* What the file took may be more than what the server has: theirs is in it, whatever else is. */
void
qd_policy_plan_note_taken (QdPolicyPlan *self, guint nth, const char *document, QdRemoteSet *bases)
{
  const QdPlanEntry *entry = entry_at (self, nth);

  if (entry->theirs)
    qd_remote_set_put (bases, entry->step.key, entry->step.id, entry->step.revision, document, entry->theirs);
  else
    qd_remote_set_remove (bases, entry->step.key);
}

static gboolean
is_as_noted (const QdPlanEntry *entry, const QdRemoteEntry *noted)
{
  return g_strcmp0 (noted->id, entry->step.id) == 0 && g_strcmp0 (noted->revision, entry->step.revision) == 0 &&
         g_strcmp0 (noted->document, entry->step.document) == 0 && qd_policy_object_equal (noted->base, entry->mine);
}

gboolean
qd_policy_plan_refresh_bases (QdPolicyPlan *self, QdRemoteSet *bases)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) list = NULL;
  gboolean changed = FALSE;

  for (guint i = 0; i < self->entries->len; i++)
    {
      QdPlanEntry *entry = entry_at (self, i);
      const QdRemoteEntry *noted = qd_remote_set_find (bases, entry->step.key);

      g_hash_table_add (seen, entry->step.key);
      if (entry->step.kind != QD_PLAN_UNCHANGED || noted == NULL || is_as_noted (entry, noted))
        continue;
      changed |= qd_remote_set_put (bases, entry->step.key, entry->step.id, entry->step.revision, entry->step.document, entry->mine);
    }
  /* What neither has any more is nobody's business. */
  list = qd_remote_set_list (bases);
  for (guint i = 0; *self->told == NULL && i < list->len; i++)
    {
      const QdRemoteEntry *noted = g_ptr_array_index (list, i);

      if (!g_hash_table_contains (seen, noted->key))
        {
          qd_remote_set_remove (bases, noted->key);
          changed = TRUE;
        }
    }
  return changed;
}
