/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ops-fixture.h"

#include <string.h>

#include "qd-capability.h"

void
ops_result_cb (GObject *source, GAsyncResult *result, gpointer place)
{
  g_set_object ((GAsyncResult **) place, result);
}

void
ops_fixture_init (OpsFixture *self, TestLab *lab)
{
  self->lab = lab;
  self->hub = qd_hub_new (NULL);
  self->folder = g_dir_make_tmp ("qd-ops-policy-XXXXXX", NULL);
  self->remotes = qd_remotes_new (self->folder);
}

void
ops_fixture_clear (OpsFixture *self)
{
  g_clear_object (&self->result);
  qd_hub_stop (self->hub);
  test_spin (50);
  g_clear_object (&self->hub);
  g_clear_object (&self->remotes);
  remove_tree (self->folder);
  g_free (self->folder);
  g_clear_pointer (&self->lab, test_lab_free);
}

QdEntity *
ops_connection (OpsFixture *self, const char *id)
{
  return qd_fleet_lookup (qd_hub_get_fleet (self->hub), id, QD_KIND_CONNECTION, id);
}

gint64
ops_policies_at (OpsFixture *self, const char *connection)
{
  gint64 at = 0;

  qd_entity_get_int (ops_connection (self, connection), QD_CONNECTION_POLICIES, &at);
  return at;
}

void
ops_wait_for_policies (OpsFixture *self, const char *connection)
{
  test_until (qd_capability_allowed (qd_hub_get_fleet (self->hub), connection, "policies.list", NULL), 20);
}

QdPolicyPlan *
ops_plan (OpsFixture *self, const char *folder, const char *connection, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  const QdAnalysisText texts[] = { { "all.yaml", bytes, NULL } };
  g_autoptr (GError) error = NULL;
  QdPolicyPlan *plan;

  g_clear_object (&self->result);
  qd_policy_plan_async (self->hub, self->remotes, connection, folder, texts, 1, NULL, ops_result_cb, &self->result);
  test_until (self->result != NULL, 30);
  plan = qd_policy_plan_finish (self->hub, self->result, &error);
  g_assert_no_error (error);
  return plan;
}

QdPolicyApplied *
ops_apply (OpsFixture *self, QdPolicyPlan *plan, const char *reason, GError **error)
{
  g_autofree char *id = NULL;

  g_clear_object (&self->result);
  id = qd_policy_apply_async (self->hub, self->remotes, plan, reason, NULL, ops_result_cb, &self->result);
  test_until (self->result != NULL, 30);
  return qd_policy_apply_finish (self->hub, self->result, error);
}

char *
ops_apply_text (OpsFixture *self, const char *folder, const char *connection, const char *text)
{
  g_autoptr (QdPolicyPlan) plan = ops_plan (self, folder, connection, text);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdPolicyApplied) applied = ops_apply (self, plan, "a test", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (qd_policy_applied_count (applied, QD_APPLIED_DONE), ==, qd_policy_plan_get_n_changes (plan));
  return g_strdup (applied->job);
}

QdPolicyPlan *
ops_way_back (OpsFixture *self, const char *job, GError **error)
{
  g_clear_object (&self->result);
  qd_policy_revert_async (self->hub, self->remotes, job, NULL, ops_result_cb, &self->result);
  test_until (self->result != NULL, 30);
  return qd_policy_revert_finish (self->hub, self->result, error);
}

const QdPlanStep *
ops_step (QdPolicyPlan *plan, const char *name)
{
  g_autofree char *key = g_strconcat ("NetworkPolicy default/", name, NULL);

  return qd_policy_plan_find (plan, key);
}
