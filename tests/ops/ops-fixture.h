/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "driver-fixture.h"
#include "policy-fixture-ops.h"

G_BEGIN_DECLS

/* A workspace's policies from and to a server, each step waited for. */
typedef struct { TestLab *lab; QdHub *hub; char *folder; QdRemotes *remotes; GAsyncResult *result; } OpsFixture;

/* @lab: taken; NULL: the server is the test's own. */
void ops_fixture_init (OpsFixture *self, TestLab *lab);
void ops_fixture_clear (OpsFixture *self);
/* Waits until it knows that the connection has policies. */
void ops_wait_for_policies (OpsFixture *self, const char *connection);
QdEntity *ops_connection (OpsFixture *self, const char *id);
gint64 ops_policies_at (OpsFixture *self, const char *connection);
void ops_result_cb (GObject *source, GAsyncResult *result, gpointer place);

/* @folder: of which workspace; @text: its one file. */
QdPolicyPlan *ops_plan (OpsFixture *self, const char *folder, const char *connection, const char *text);
QdPolicyApplied *ops_apply (OpsFixture *self, QdPolicyPlan *plan, const char *reason, GError **error);
/* Its job's id. (transfer full) */
char *ops_apply_text (OpsFixture *self, const char *folder, const char *connection, const char *text);
QdPolicyPlan *ops_way_back (OpsFixture *self, const char *job, GError **error);
/* The step of the NetworkPolicy of that name in namespace "default". */
const QdPlanStep *ops_step (QdPolicyPlan *plan, const char *name);
#define ops_assert_kind(plan, name, of_kind)                      \
  G_STMT_START                                                    \
    {                                                             \
      const QdPlanStep *step_ = ops_step (plan, name);            \
      g_assert_nonnull (step_);                                   \
      g_assert_cmpint (step_->kind, ==, of_kind);                 \
    }                                                             \
  G_STMT_END

G_END_DECLS
