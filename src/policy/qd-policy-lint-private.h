/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-policy-bits.h"
#include "qd-policy-eval-private.h"
#include "qd-policy-fix-private.h"
#include "qd-policy-read-private.h"

G_BEGIN_DECLS

/* A rule as it is looked at. */
typedef struct {
  const QdPolicyRule *rule;
  guint index;                          /* in its direction */
  const QdPolicyCompiledRule *compiled; /* NULL: it fails closed and allows nothing */
  guint64 **peers;                      /* of columns, for each of its peers */
  gboolean certain;   /* all that it names is here: each peer means somebody, each name is a port of somebody */
  gboolean reached;   /* of somebody it decides something */
  gboolean gone;      /* without it nothing changes */
} QdPolicyLintRule;

typedef struct {
  const QdPolicy *policy;
  QdPolicyCompiled *compiled;
  guint n_subjects;   /* groups */
  gboolean gone;      /* without it nothing changes */
  GArray *rules[QD_POLICY_N_DIRECTIONS];   /* of QdPolicyLintRule; empty where the policy does not apply */
} QdPolicyLintPolicy;

/* What all groups that have it share. */
typedef struct {
  const QdPolicyRow *row;
  GArray *groups;     /* of guint */
  guint any;          /* the ports that are open to anybody: a number of a set; G_MAXUINT: not worked out yet */
} QdPolicyLintRow;

/* What is looked at, once for all that is to be found in it. */
typedef struct {
  QdPolicyWorld *world;
  GPtrArray *findings;
  GCancellable *cancellable;
  QdPolicyEval *eval;            /* NULL: the world is invalid, and all below is not there */
  QdPolicyInside in;
  QdPolicyCompiler compiler;
  guint n_groups, n_columns;
  GArray *policies;              /* of QdPolicyLintPolicy, in the world's order */
  GHashTable *by_policy;         /* QdPolicy → its index, plus one */
  GArray *rows[QD_POLICY_N_DIRECTIONS];   /* of QdPolicyLintRow */
  guint *row_of[QD_POLICY_N_DIRECTIONS];  /* for each group the index of its row */
  GArray *holders;               /* of guint: ends, by group */
  guint *first_holder;           /* where those of each group begin, and the end of the last */
} QdPolicyLint;

/* @eval may be NULL. */
void qd_policy_lint_init (QdPolicyLint *self, QdPolicyWorld *world, QdPolicyEval *eval, GPtrArray *findings, GCancellable *cancellable);
void qd_policy_lint_clear (QdPolicyLint *self);
gboolean qd_policy_lint_is_over (QdPolicyLint *self);

/* --- Saying it -------------------------------------------------------------------------------------------------- */

/* Takes @message. Without a @node it is about the policy as a whole. The finding is the list's. */
QdPolicyFinding *qd_policy_lint_say (QdPolicyLint *self, QdPolicySeverity severity, const QdPolicy *policy, const QdYamlNode *node, const char *code,
                                     char *message);

/* What the two sides must say for a flow to be a proof; 0: whatever they say. */
typedef enum {
  QD_POLICY_EGRESS_YES = 1 << 0,
  QD_POLICY_EGRESS_NO = 1 << 1,
  QD_POLICY_INGRESS_YES = 1 << 2,
  QD_POLICY_INGRESS_NO = 1 << 3,
} QdPolicyClaim;

#define QD_POLICY_SIDE_YES(direction) ((direction) == QD_POLICY_EGRESS ? QD_POLICY_EGRESS_YES : QD_POLICY_INGRESS_YES)
#define QD_POLICY_SIDE_NO(direction) ((direction) == QD_POLICY_EGRESS ? QD_POLICY_EGRESS_NO : QD_POLICY_INGRESS_NO)

/* A flow between workloads or addresses of these columns that is as @claim says, on a port of @ports; NULL: there is none. (transfer full) */
QdPolicyProof *qd_policy_lint_prove (QdPolicyLint *self, guint src, guint dst, guint ports, QdPolicyClaim claim);
/* The same between @subject and whoever of @peers (NULL: of all) comes first at the other end; outside before inside. */
QdPolicyProof *qd_policy_lint_prove_any (QdPolicyLint *self, QdPolicyDirection direction, guint subject, const guint64 *peers, guint ports,
                                         QdPolicyClaim claim);
/* Of any of the policy's subjects. */
QdPolicyProof *qd_policy_lint_prove_policy (QdPolicyLint *self, const QdPolicyLintPolicy *policy, QdPolicyDirection direction, const guint64 *peers,
                                            guint ports, QdPolicyClaim claim);

/* --- Looking it up ---------------------------------------------------------------------------------------------- */

QdPolicyLintPolicy *qd_policy_lint_find (QdPolicyLint *self, const QdPolicy *policy);
/* The ports of a rule of @subject towards @peer, which is a column: a number of a set. */
guint qd_policy_lint_ports (QdPolicyLint *self, QdPolicyDirection direction, const QdPolicyCompiledRule *rule, guint subject, guint peer);
/* What the policies of @subject say to @peer. */
guint qd_policy_lint_cell (QdPolicyLint *self, QdPolicyDirection direction, guint subject, guint peer);
const QdPolicyRow *qd_policy_lint_row (QdPolicyLint *self, QdPolicyDirection direction, guint group);
gboolean qd_policy_lint_row_has (const QdPolicyRow *row, QdPolicyTier tier);
/* The first NetworkPolicy of the row; NULL: none. */
const QdPolicy *qd_policy_lint_row_isolator (const QdPolicyRow *row);
gboolean qd_policy_lint_is_empty (const guint64 *bits, guint n);
/* A workload that has a pod of @group. */
const QdPolicyWorkload *qd_policy_lint_holder (QdPolicyLint *self, guint group);
/* Whether the namespace has pods here. */
gboolean qd_policy_lint_has_pods (QdPolicyLint *self, const char *namespace);

/* --- What is found ---------------------------------------------------------------------------------------------- */

void qd_policy_lint_fields (QdPolicyLint *self);      /* what a policy says of itself; without an evaluation, too */
void qd_policy_lint_names (QdPolicyLint *self);       /* what means nobody */
void qd_policy_lint_redundant (QdPolicyLint *self);   /* what changes nothing; marks it */
void qd_policy_lint_sides (QdPolicyLint *self);       /* what one end allows and the other does not; who is cut off in passing */
void qd_policy_lint_dns (QdPolicyLint *self);

G_END_DECLS
