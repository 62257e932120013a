/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of one policy, out of what both sides agreed on last, mine, and theirs. */
#define G_LOG_DOMAIN "qd-workspace"
#include "config.h"

#include <glib/gi18n-lib.h>

#include "qd-policy-object.h"
#include "qd-policy-plan-private.h"
#include "qd-policy-world.h"

void
qd_plan_entry_free (QdPlanEntry *self)
{
  g_free (self->step.key);
  g_free (self->step.name);
  g_free (self->step.namespace);
  g_free (self->step.id);
  g_free (self->step.revision);
  g_free (self->step.document);
  g_clear_pointer (&self->step.base, g_bytes_unref);
  g_clear_pointer (&self->step.mine, g_bytes_unref);
  g_clear_pointer (&self->step.theirs, g_bytes_unref);
  g_clear_pointer (&self->step.result, g_bytes_unref);
  g_clear_pointer (&self->step.merge, qd_merge_free);
  g_free (self->step.why);
  g_clear_pointer (&self->base, json_node_unref);
  g_clear_pointer (&self->mine, json_node_unref);
  g_clear_pointer (&self->theirs, json_node_unref);
  g_clear_pointer (&self->result, json_node_unref);
  g_clear_pointer (&self->agreed, json_node_unref);
  g_free (self);
}

/* --- Saying it ------------------------------------------------------------------------------------------------ */

static void
set_json (JsonNode **place, JsonNode *value)
{
  JsonNode *before = *place;

  *place = value ? json_node_ref (value) : NULL;
  if (before)
    json_node_unref (before);
}

static void
say (QdPlanEntry *self, QdPlanKind kind, const char *why)
{
  self->step.kind = kind;
  self->step.included = kind == QD_PLAN_CREATE || kind == QD_PLAN_UPDATE || kind == QD_PLAN_DELETE;
  g_set_str (&self->step.why, why);
}

/* What the server will have: @result, of which @text is the text. */
static void
set_result (QdPlanEntry *self, JsonNode *result, GBytes *text)
{
  set_json (&self->result, result);
  g_clear_pointer (&self->step.result, g_bytes_unref);
  self->step.result = text ? g_bytes_ref (text) : NULL;
  self->step.merged = result && !qd_policy_object_equal (result, self->mine) && !qd_policy_object_equal (result, self->theirs);
  /* What the file does not hold yet is not agreed on: it is what the file is behind by. */
  set_json (&self->agreed, result ? self->mine : NULL);
}

static void
say_update (QdPlanEntry *self, JsonNode *result, GBytes *text, const char *why)
{
  set_result (self, result, text);
  say (self, QD_PLAN_UPDATE, why);
}

static void
say_nothing (QdPlanEntry *self, QdPlanKind kind, const char *why)
{
  set_result (self, NULL, NULL);
  say (self, kind, why);
}

/* --- Merging ---------------------------------------------------------------------------------------------------- */

static gboolean
is_invalid (GBytes *text)
{
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("policy.yaml", text, NULL);
  g_autoptr (QdPolicyWorld) world = file ? qd_policy_world_new (&file, 1, NULL) : NULL;

  return world == NULL || qd_policy_world_is_invalid (world);
}

static JsonNode *
read_result (QdPlanEntry *self, GBytes *text, GError **error)
{
  g_autoptr (JsonNode) read = qd_policy_object_from_text (self->step.key, text, error);
  g_autofree char *key = read ? qd_policy_object_dup_key (read) : NULL;

  if (read == NULL)
    return NULL;
  if (g_strcmp0 (key, self->step.key) == 0)
    return qd_policy_object_strip (read);
  g_set_error (error, QD_YAML_ERROR, QD_YAML_ERROR_EDIT, _("This would be another one than %s: a policy keeps its kind, name and namespace"),
               self->step.key);
  return NULL;
}

static void
say_merged (QdPlanEntry *self, JsonNode *result, GBytes *text)
{
  if (qd_policy_object_equal (result, self->theirs))
    say_nothing (self, QD_PLAN_BEHIND, _("The server has your change already, and others"));
  else if (qd_policy_object_equal (result, self->mine))
    say_update (self, self->mine, self->step.mine, _("The server’s becomes what the file says, which has the server’s changes already"));
  else
    say_update (self, result, text, _("It was changed on the server meanwhile: both changes are merged, as they do not touch"));
}

/* What both made of the base; a conflict where that touches, or where lines that fit make a policy that does not. */
static void
decide_merge (QdPlanEntry *self)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr (QdMerge) merge = qd_merge_new (self->step.base ? self->step.base : nothing, self->step.mine, self->step.theirs, NULL);
  g_autoptr (GBytes) text = NULL;
  g_autoptr (JsonNode) result = NULL;

  if (merge && qd_merge_get_n_conflicts (merge) == 0)
    {
      text = qd_merge_get_text (merge, NULL);
      result = read_result (self, text, NULL);
    }
  if (result && (!is_invalid (text) || is_invalid (self->step.mine)))
    {
      say_merged (self, result, text);
      return;
    }
  say_nothing (self, QD_PLAN_CONFLICT, self->base ? _("Both the file and the server’s were changed in the same place")
                                                  : _("The server has one of this name that says something else, and it did not come from here"));
  if (merge && qd_merge_get_n_conflicts (merge) > 0)
    self->step.merge = g_steal_pointer (&merge);
}

/* --- Deciding ----------------------------------------------------------------------------------------------------- */

static void
decide_both (QdPlanEntry *self)
{
  if (qd_policy_object_equal (self->mine, self->theirs))
    {
      say_nothing (self, QD_PLAN_UNCHANGED, _("The file and the server say the same"));
      set_json (&self->agreed, self->mine);
    }
  else if (self->base && qd_policy_object_equal (self->mine, self->base))
    say_nothing (self, QD_PLAN_BEHIND, _("It was changed on the server, and not in the file"));
  else if (self->base && qd_policy_object_equal (self->theirs, self->base))
    say_update (self, self->mine, self->step.mine, _("The server’s becomes what the file says"));
  else
    decide_merge (self);
}

static void
decide_mine (QdPlanEntry *self)
{
  if (self->base)
    {
      say_nothing (self, QD_PLAN_CONFLICT, _("It was removed from the server since it was there last"));
      return;
    }
  set_result (self, self->mine, self->step.mine);
  say (self, QD_PLAN_CREATE, _("The server does not have it"));
}

static void
decide_theirs (QdPlanEntry *self, gboolean careful)
{
  if (self->base == NULL)
    say_nothing (self, QD_PLAN_FOREIGN, _("It did not come from this workspace: it is left alone"));
  else if (careful)
    say_nothing (self, QD_PLAN_BEHIND, _("It is in no file that could be read: as long as something cannot be read, nothing is removed"));
  else if (qd_policy_object_equal (self->theirs, self->base))
    say_nothing (self, QD_PLAN_DELETE, _("It is gone from the files: it is removed from the server"));
  else
    say_nothing (self, QD_PLAN_CONFLICT, _("It is gone from the files, but was changed on the server since"));
}

/* What is in none but the base is not here: such an entry is not made. */
void
qd_plan_entry_decide (QdPlanEntry *self, gboolean careful)
{
  if (self->mine && self->theirs)
    decide_both (self);
  else if (self->mine)
    decide_mine (self);
  else
    decide_theirs (self, careful);
}

void
qd_plan_entry_take (QdPlanEntry *self, QdMergeKind whose)
{
  if (whose == QD_MERGE_THEIRS)
    say_nothing (self, QD_PLAN_BEHIND, _("The server’s was chosen: nothing is changed there"));
  else if (self->mine && self->theirs)
    say_update (self, self->mine, self->step.mine, _("Yours was chosen: it replaces what the server has"));
  else if (self->mine)
    {
      set_result (self, self->mine, self->step.mine);
      say (self, QD_PLAN_CREATE, _("Yours was chosen: it is created again"));
    }
  else
    say_nothing (self, QD_PLAN_DELETE, _("Yours was chosen: it is removed from the server"));
}

gboolean
qd_plan_entry_resolve (QdPlanEntry *self, GBytes *text, GError **error)
{
  g_autoptr (JsonNode) result = read_result (self, text, error);

  if (result == NULL)
    return FALSE;
  if (qd_policy_object_equal (result, self->theirs))
    qd_plan_entry_take (self, QD_MERGE_THEIRS);
  else if (qd_policy_object_equal (result, self->mine))
    qd_plan_entry_take (self, QD_MERGE_MINE);
  else
    say_update (self, result, text, _("Decided piece by piece: some is yours, some the server’s"));
  return TRUE;
}
