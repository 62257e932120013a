/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is printed of policies on their way to a server. */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy-apply.h"

#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-line-diff.h"

gboolean
qdctl_policy_is_meant (const QdctlPolicyReport *self, const QdPlanStep *step)
{
  return self->only == NULL || step->mine || g_strcmp0 (step->document, self->only) == 0;
}

static gboolean
is_change (const QdPlanStep *step)
{
  return step->included && (step->kind == QD_PLAN_CREATE || step->kind == QD_PLAN_UPDATE || step->kind == QD_PLAN_DELETE);
}

static gboolean
is_conflict (const QdctlPolicyReport *self, const QdPlanStep *step)
{
  return step->kind == QD_PLAN_CONFLICT && qdctl_policy_is_meant (self, step);
}

guint
qdctl_policy_count_conflicts (const QdctlPolicyReport *self)
{
  guint n = 0;

  for (guint i = 0; i < qd_policy_plan_get_n_steps (self->plan); i++)
    n += is_conflict (self, qd_policy_plan_get_step (self->plan, i));
  return n;
}

/* --- For people ------------------------------------------------------------------------------------ */

static void
say (GString *text)
{
  g_autofree char *plain = qdctl_dup_plain (text->str, TRUE);

  qdctl_print (plain);
}

/* Each line of @text, further in. */
static void
append_block (GString *out, const char *text, gsize length)
{
  for (const char *end = text + length; text < end;)
    {
      const char *newline = memchr (text, '\n', (gsize) (end - text)), *stop = newline ? newline : end;

      g_string_append (out, "    ");
      g_string_append_len (out, text, stop - text);
      g_string_append_c (out, '\n');
      text = newline ? newline + 1 : end;
    }
}

static void
print_change (const QdPlanStep *step)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *lines = qd_line_diff_to_text (step->theirs, step->result);

  g_string_append_printf (out, "%s %s: %s\n", step->kind == QD_PLAN_CREATE ? "+" : step->kind == QD_PLAN_DELETE ? "-" : "~", step->key, step->why);
  append_block (out, lines, strlen (lines));
  say (out);
}

static void
append_side (GString *out, const char *name, GBytes *text)
{
  gsize length = 0;
  const char *data = text ? g_bytes_get_data (text, &length) : NULL;

  g_string_append_printf (out, "  %s:%s\n", name, data ? "" : _(" it is not there"));
  if (data)
    append_block (out, data, length);
}

static void
print_conflict (const QdPlanStep *step)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_string_append_printf (out, "! %s: %s\n", step->key, step->why);
  append_side (out, _("base"), step->base);
  append_side (out, _("mine"), step->mine);
  append_side (out, _("theirs"), step->theirs);
  say (out);
}

void
qdctl_policy_print_conflicts (const QdctlPolicyReport *self)
{
  for (guint i = 0; i < qd_policy_plan_get_n_steps (self->plan); i++)
    if (is_conflict (self, qd_policy_plan_get_step (self->plan, i)))
      print_conflict (qd_policy_plan_get_step (self->plan, i));
}

static void
print_remarks (const QdctlPolicyReport *self)
{
  for (guint i = 0; self->remarks && i < self->remarks->len; i++)
    {
      const QdPolicyRemark *remark = g_ptr_array_index (self->remarks, i);
      g_autoptr (GString) out = g_string_new (NULL);

      g_string_append_printf (out, "%s: %s: %s\n", remark->blocker ? _("blocked") : _("warning"), remark->key, remark->text);
      say (out);
    }
}

static void
print_lines (GPtrArray *lines, guint n, const char *mark)
{
  for (guint i = 0; i < lines->len; i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      g_string_append_printf (out, "%s %s\n", mark, (char *) g_ptr_array_index (lines, i));
      say (out);
    }
  if (n > lines->len)
    {
      g_autofree char *more = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s and %u more\n", "%s and %u more\n", n - lines->len), mark, n - lines->len);

      qdctl_print (more);
    }
}

static void
print_impact (const QdctlPolicyReport *self)
{
  const QdPolicyImpact *impact = self->impact;

  if (impact == NULL)
    return;
  if (impact->fault)
    {
      qdctl_complain (_("who may talk then cannot be said: %s"), impact->fault);
      return;
    }
  qdctl_print (impact->n_allowed + impact->n_denied > 0 ? _("Who may talk then:\n") : _("Everybody may talk to whom they may now.\n"));
  print_lines (impact->allowed, impact->n_allowed, "+");
  print_lines (impact->denied, impact->n_denied, "-");
  if (self->flows)
    qdctl_policy_flows_print (self->flows, impact->before, impact->after, FALSE);
}

void
qdctl_policy_print_plan (const QdctlPolicyReport *self)
{
  for (guint i = 0; i < qd_policy_plan_get_n_steps (self->plan); i++)
    if (is_change (qd_policy_plan_get_step (self->plan, i)))
      print_change (qd_policy_plan_get_step (self->plan, i));
  qdctl_policy_print_conflicts (self);
  print_remarks (self);
  print_impact (self);
}

/* --- For programs ----------------------------------------------------------------------------------- */

static const char *
word_of (QdPlanKind kind)
{
  static const char *const words[] = {
    [QD_PLAN_UNCHANGED] = "unchanged", [QD_PLAN_CREATE] = "create",   [QD_PLAN_UPDATE] = "update",     [QD_PLAN_DELETE] = "delete",
    [QD_PLAN_BEHIND] = "behind",       [QD_PLAN_FOREIGN] = "foreign", [QD_PLAN_CONFLICT] = "conflict",
  };

  return words[kind];
}

static void
add_bytes (JsonBuilder *builder, const char *name, GBytes *bytes)
{
  gsize length = 0;
  const char *data = bytes ? g_bytes_get_data (bytes, &length) : NULL;
  g_autofree char *text = data ? g_utf8_make_valid (data, (gssize) length) : NULL;

  qdctl_add_text (builder, name, text);
}

/* What became of the step of that policy; NULL: it was none. */
static const QdAppliedStep *
find_applied (const QdctlPolicyReport *self, const char *key)
{
  for (guint i = 0; self->applied && i < self->applied->steps->len; i++)
    if (g_str_equal (((QdAppliedStep *) g_ptr_array_index (self->applied->steps, i))->key, key))
      return g_ptr_array_index (self->applied->steps, i);
  return NULL;
}

static const char *
fate_of (const QdAppliedStep *step)
{
  static const char *const words[] = {
    [QD_APPLIED_NOT] = "not-begun", [QD_APPLIED_UNDER_WAY] = "unknown", [QD_APPLIED_DONE] = "done", [QD_APPLIED_FAILED] = "failed",
  };

  return words[step->state];
}

static void
add_step (JsonBuilder *builder, const QdctlPolicyReport *self, const QdPlanStep *step)
{
  const QdAppliedStep *applied = is_change (step) ? find_applied (self, step->key) : NULL;

  json_builder_begin_object (builder);
  qdctl_add_text (builder, "key", step->key);
  qdctl_add_text (builder, "kind", word_of (step->kind));
  qdctl_add_text (builder, "document", step->document);
  qdctl_add_text (builder, "why", step->why);
  json_builder_set_member_name (builder, "included");
  json_builder_add_boolean_value (builder, is_change (step));
  if (step->kind != QD_PLAN_UNCHANGED && step->kind != QD_PLAN_FOREIGN)
    {
      add_bytes (builder, "base", step->base);
      add_bytes (builder, "mine", step->mine);
      add_bytes (builder, "theirs", step->theirs);
      add_bytes (builder, "result", step->result);
    }
  if (applied)
    {
      qdctl_add_text (builder, "state", fate_of (applied));
      qdctl_add_text (builder, "error", applied->error);
    }
  json_builder_end_object (builder);
}

static void
add_texts (JsonBuilder *builder, const char *name, const char *const *texts, guint n)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    json_builder_add_string_value (builder, texts[i]);
  json_builder_end_array (builder);
}

static void
add_remarks (JsonBuilder *builder, GPtrArray *remarks)
{
  json_builder_set_member_name (builder, "remarks");
  json_builder_begin_array (builder);
  for (guint i = 0; i < remarks->len; i++)
    {
      const QdPolicyRemark *remark = g_ptr_array_index (remarks, i);

      json_builder_begin_object (builder);
      qdctl_add_text (builder, "key", remark->key);
      json_builder_set_member_name (builder, "blocker");
      json_builder_add_boolean_value (builder, remark->blocker);
      qdctl_add_text (builder, "code", remark->code);
      qdctl_add_text (builder, "text", remark->text);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_impact (JsonBuilder *builder, const QdPolicyImpact *impact)
{
  json_builder_set_member_name (builder, "traffic");
  json_builder_begin_object (builder);
  qdctl_add_text (builder, "fault", impact->fault);
  qdctl_add_count (builder, "n_allowed", impact->n_allowed);
  qdctl_add_count (builder, "n_denied", impact->n_denied);
  add_texts (builder, "allowed", (const char *const *) impact->allowed->pdata, impact->allowed->len);
  add_texts (builder, "denied", (const char *const *) impact->denied->pdata, impact->denied->len);
  json_builder_end_object (builder);
}

static void
add_plan (JsonBuilder *builder, const QdctlPolicyReport *self)
{
  const char *const *problems = qd_policy_plan_get_problems (self->plan);

  qdctl_add_text (builder, "connection", qd_policy_plan_get_connection (self->plan));
  qdctl_add_text (builder, "folder", qd_policy_plan_get_folder (self->plan));
  qdctl_add_text (builder, "reverts", qd_policy_plan_get_reverts (self->plan));
  add_texts (builder, "problems", problems, g_strv_length ((GStrv) problems));
  json_builder_set_member_name (builder, "steps");
  json_builder_begin_array (builder);
  for (guint i = 0; i < qd_policy_plan_get_n_steps (self->plan); i++)
    if (qdctl_policy_is_meant (self, qd_policy_plan_get_step (self->plan, i)))
      add_step (builder, self, qd_policy_plan_get_step (self->plan, i));
  json_builder_end_array (builder);
}

void
qdctl_policy_print_report (const QdctlPolicyReport *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  gboolean cut = self->flows && self->impact && self->impact->after;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  qdctl_add_text (builder, "state", self->state);
  qdctl_add_text (builder, "job", self->applied ? self->applied->job : NULL);
  qdctl_add_text (builder, "error", self->error ? self->error->message : NULL);
  if (self->plan)
    add_plan (builder, self);
  if (self->remarks)
    add_remarks (builder, self->remarks);
  if (self->impact)
    add_impact (builder, self->impact);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = qd_json_to_text (root, TRUE);
  /* What is cut off is one member more. */
  if (cut)
    *strrchr (text, '}') = '\0';
  qdctl_print (cut ? g_strchomp (text) : text);
  if (cut)
    qdctl_policy_flows_print (self->flows, self->impact->before, self->impact->after, TRUE);
  qdctl_print (cut ? "\n}\n" : "\n");
}
