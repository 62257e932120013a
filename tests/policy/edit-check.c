/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include "edit-check.h"

#include <stdlib.h>
#include <string.h>

#include "qd-policy-draft.h"
#include "random-yaml.h"

/* --- Changes ------------------------------------------------------------------------------------------------------ */

Rule *
edit_pick_rule (Change *self)
{
  GPtrArray *rules;

  self->d = (guint) g_rand_int_range (self->rand, 0, 2);
  rules = self->model->rules[self->d];
  if (rules->len == 0)
    return NULL;
  self->touches = TRUE;
  self->rule = (guint) g_rand_int_range (self->rand, 0, (int) rules->len);
  return rules->pdata[self->rule];
}

Peer *
edit_pick_peer (Change *self)
{
  Rule *rule = edit_pick_rule (self);

  if (rule == NULL || rule->peers->len == 0)
    return NULL;
  self->peer = (guint) g_rand_int_range (self->rand, 0, (int) rule->peers->len);
  return rule->peers->pdata[self->peer];
}

void
edit_change_selector (Change *self, Selector *selector, const char *path)
{
  const char *key = PICK (self->rand, model_keys), *value = PICK (self->rand, model_values);
  int what = g_rand_int_range (self->rand, 0, 5), operator = g_rand_int_range (self->rand, 0, 2);
  gboolean on = g_rand_boolean (self->rand);

  self->loses = TRUE;
  if (what < 2)
    {
      value = on ? value : NULL;
      self->loses = value == NULL;
      model_label (selector, key, value);
      qd_policy_edit_set_label (self->edit, path, key, value);
    }
  else if (what == 2)
    {
      model_value (selector, key, operator, value, on);
      qd_policy_edit_set_value (self->edit, path, key, (QdSelectorOperator) operator, value, on);
    }
  else if (what == 3)
    {
      self->loses = FALSE;
      if (model_find_expression (selector, key, operator + 2) < 0)
        model_add_expression (selector, key, operator + 2);
      qd_policy_edit_add_presence (self->edit, path, key, (QdSelectorOperator) (operator + 2));
    }
  else if (selector->expressions->len > 0)
    {
      guint at = (guint) g_rand_int_range (self->rand, 0, (int) selector->expressions->len);

      g_array_remove_index (selector->expressions, at);
      qd_policy_edit_remove_expression (self->edit, path, at);
    }
}

/* --- The property ------------------------------------------------------------------------------------------------- */

static QdYamlFile *
read_good (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  QdYamlFile *file = qd_yaml_file_new ("f.yaml", bytes, &error);

  if (file == NULL)
    g_error ("%s in\n%s", error->message, text);
  return file;
}

static char *
dup_text (QdYamlFile *file)
{
  gsize length;
  const char *text = g_bytes_get_data (qd_yaml_file_get_bytes (file), &length);

  return g_strndup (text, length);
}

/* Each comment is there once, unless it was copied: how many different ones are. */
static guint
count_comments (const char *text)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_direct_hash, g_direct_equal);

  for (const char *p = strstr (text, "#c"); p != NULL; p = strstr (p + 1, "#c"))
    g_hash_table_add (seen, GINT_TO_POINTER (atoi (p + 2)));
  return g_hash_table_size (seen);
}

#define BEFORE "# a file's head\nkind: Deployment   # stays\n"
#define AFTER "\n---\nkind:   [what, \"ever\" ] # stays\n"

/* Rules that are not touched are there as they were written, wherever they stand now. */
static void
check_rules (const Change *change, QdYamlFile *file, const char *before, const char *after)
{
  for (guint d = 0; d < 2; d++)
    {
      const QdYamlNode *list = qd_yaml_node_get (qd_yaml_node_get (qd_yaml_file_get_document (file, 1), "spec"), qd_policy_direction_key (d));

      for (guint i = 0; i < qd_yaml_node_get_length (list); i++)
        {
          QdYamlSpan span = qd_yaml_node_get_span (qd_yaml_node_get_item (list, i));
          g_autofree char *rule = g_strndup (before + span.start, span.end - span.start);

          if (!(change->touches && change->d == d && change->rule == i) && strstr (after, rule) == NULL)
            g_error ("a rule was written anew:\n%s\nof\n%s\nwhich became\n%s", rule, before, after);
        }
    }
}

static void
check_change (const Change *change, QdYamlFile *file, QdYamlFile *changed, const QdYamlSplice *splice, char *(*tell) (Model *model),
              char *(*tell_policy) (const QdPolicy *policy))
{
  g_autofree char *before = dup_text (file), *after = dup_text (changed), *wanted = tell (change->model), *found = NULL;
  g_autoptr (GBytes) spliced = qd_yaml_splice_apply (splice, qd_yaml_file_get_bytes (file));
  g_autoptr (QdPolicyDraft) draft = qd_policy_draft_new (changed, 1);
  GPtrArray *findings = qd_policy_draft_get_findings (draft);

  g_assert_true (g_bytes_equal (spliced, qd_yaml_file_get_bytes (changed)));
  g_assert_true (g_utf8_validate (splice->inserted, (gssize) splice->length, NULL));
  g_assert_true (g_str_has_prefix (after, BEFORE));
  g_assert_true (g_str_has_suffix (after, AFTER));
  for (guint i = 0; i < findings->len; i++)
    if (((const QdPolicyFinding *) findings->pdata[i])->severity == QD_POLICY_ERROR)
      g_error ("%s in\n%s", ((const QdPolicyFinding *) findings->pdata[i])->message, after);
  g_assert_nonnull (qd_policy_draft_get_policy (draft));
  found = tell_policy (qd_policy_draft_get_policy (draft));
  if (strcmp (found, wanted) != 0)
    g_error ("\n%s\nbecame\n%s\nwhich is\n%s\nand not\n%s", before, after, found, wanted);
  if (!change->loses && count_comments (after) < count_comments (before))
    g_error ("a comment was lost:\n%s\nbecame\n%s", before, after);
  check_rules (change, file, before, after);
}

static gboolean
change_once (GRand *rand, Model *model, QdYamlFile **file, const ChangeFunc *changes, guint n_changes, char *(*tell) (Model *model),
             char *(*tell_policy) (const QdPolicy *policy))
{
  g_autoptr (QdPolicyEdit) edit = qd_policy_edit_new (*file, 1);
  g_auto (QdYamlSplice) splice = { 0 };
  g_autoptr (GError) error = NULL;
  Change change = { .rand = rand, .model = model, .edit = edit };
  QdYamlFile *changed;

  if (!changes[g_rand_int_range (rand, 0, (int) n_changes)] (&change))
    return FALSE;
  changed = qd_policy_edit_end (edit, &splice, &error);
  if (change.refused)
    {
      g_assert_null (changed);
      g_assert_error (error, QD_YAML_ERROR, QD_YAML_ERROR_EDIT);
      return TRUE;
    }
  if (changed == NULL)
    {
      g_autofree char *text = dup_text (*file);
      g_error ("%s in\n%s", error->message, text);
    }
  check_change (&change, *file, changed, &splice, tell, tell_policy);
  qd_yaml_file_unref (*file);
  *file = changed;
  return TRUE;
}

guint
edit_check (Model *model, JsonNode *json, GRand *rand, const ChangeFunc *changes, guint n_changes, char *(*tell) (Model *model),
            char *(*tell_policy) (const QdPolicy *policy))
{
  guint n_comments, done = 0;
  g_autofree char *yaml = random_yaml (rand, json, &n_comments), *text = g_strconcat (BEFORE, g_str_has_prefix (yaml, "---") ? "" : "---\n", yaml, AFTER, NULL);
  QdYamlFile *file = read_good (text);

  for (guint i = 0; i < 12; i++)
    done += change_once (rand, model, &file, changes, n_changes, tell, tell_policy);
  qd_yaml_file_unref (file);
  return done;
}
