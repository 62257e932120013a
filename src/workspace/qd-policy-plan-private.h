/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-plan.h"

G_BEGIN_DECLS

/* One policy while it is planned: what people see of it, and the objects behind the texts, stripped. */
typedef struct {
  QdPlanStep step;
  JsonNode *base, *mine, *theirs, *result;   /* NULL where the text is */
  JsonNode *agreed;                          /* the base once the step is done; NULL: there is none any more */
  gboolean told;                             /* that the server does not keep its labels is known: they are in the base */
} QdPlanEntry;

/* What is to be there: one of the files' policies, or of a job's way back. */
typedef struct { char *key; JsonNode *object; char *document; guint nth; gboolean enabled; } QdPlanWanted;
void qd_plan_wanted_free (QdPlanWanted *self);

struct _QdPolicyPlan {
  gatomicrefcount refs;
  char *folder, *connection, *reverts;
  GPtrArray *entries;        /* QdPlanEntry */
  GStrvBuilder *problems;
  GStrv told;                /* @problems, once they are all there */
  gboolean careful;          /* something could not be read: nothing is deleted */
};

/* What is wanted, in the order of the files; adds to the plan's problems. (element-type QdPlanWanted), by key. */
GHashTable *qd_policy_plan_read (QdPolicyPlan *self, const QdAnalysisText *texts, guint n_texts);
/* The plan of three sets. @wanted: key → QdPlanWanted. Takes @self as qd_policy_plan_alloc() made it. */
QdPolicyPlan *qd_policy_plan_alloc (const char *folder, const char *connection);
void qd_policy_plan_fill (QdPolicyPlan *self, GHashTable *wanted, const QdRemoteSet *bases, GPtrArray *theirs);

/* What becomes of one (qd-policy-plan-decide.c). */
void qd_plan_entry_free (QdPlanEntry *self);
void qd_plan_entry_decide (QdPlanEntry *self, gboolean careful);
void qd_plan_entry_take (QdPlanEntry *self, QdMergeKind whose);
/* @text becomes the result; FALSE with @error where it is no policy of the same name. */
gboolean qd_plan_entry_resolve (QdPlanEntry *self, GBytes *text, GError **error);

const QdPlanEntry *qd_policy_plan_get_entry (QdPolicyPlan *self, guint nth);

G_END_DECLS
