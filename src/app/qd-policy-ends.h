/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-eval.h"

G_BEGIN_DECLS

/**
 * QdPolicyEnds:
 *
 * Who is in a matrix of who may talk to whom, in the order in which they stand there: the workloads by namespace, then
 * the ranges of addresses outside. Of two evaluations, all that either of them knows; ranges are cut where either tells
 * addresses apart. Immutable, reference counted; any thread may ask.
 */
typedef struct _QdPolicyEnds QdPolicyEnds;

typedef struct {
  char *name;              /* below its heading: "web", "web (Pod)" beside another web, "10.0.0.0/8" */
  char *text;              /* alone: "shop/web", "10.0.0.0/8" */
  char *key;               /* what a filter is held against */
  guint group;
  guint now, before;       /* QD_POLICY_NO_END: it is not there */
  gboolean outside;
} QdPolicyEnd;

/* What may pass now. */
typedef enum {
  QD_POLICY_CELL_NONE,
  QD_POLICY_CELL_SOME,     /* some ports */
  QD_POLICY_CELL_ALL,
  QD_POLICY_CELL_OUTSIDE,  /* between addresses outside: no policy's affair */
  QD_POLICY_N_CELL_STATES,
} QdPolicyCellState;

/* How that differs from before. */
typedef enum {
  QD_POLICY_CELL_SAME,
  QD_POLICY_CELL_ALLOWED,  /* more than before, and nothing less */
  QD_POLICY_CELL_DENIED,   /* less than before, and nothing more */
  QD_POLICY_CELL_MIXED,    /* some more, some less */
  QD_POLICY_N_CELL_CHANGES,
} QdPolicyCellChange;

typedef struct {
  guint8 state;            /* QdPolicyCellState */
  guint8 change;           /* QdPolicyCellChange */
} QdPolicyCell;

/* References are kept. @before may be NULL: then nothing has changed. */
QdPolicyEnds *qd_policy_ends_new (QdPolicyEval *now, QdPolicyEval *before);
QdPolicyEnds *qd_policy_ends_ref (QdPolicyEnds *self);
void qd_policy_ends_unref (QdPolicyEnds *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyEnds, qd_policy_ends_unref)

gboolean qd_policy_ends_has_before (QdPolicyEnds *self);
guint qd_policy_ends_get_n (QdPolicyEnds *self);
const QdPolicyEnd *qd_policy_ends_get (QdPolicyEnds *self, guint i);
/* The first one that is @now in the evaluation of now; QD_POLICY_NO_END: none. */
guint qd_policy_ends_find (QdPolicyEnds *self, guint now);
/* The one of that @text; QD_POLICY_NO_END: none. */
guint qd_policy_ends_find_text (QdPolicyEnds *self, const char *text);
guint qd_policy_ends_get_n_groups (QdPolicyEnds *self);
const char *qd_policy_ends_get_group (QdPolicyEnds *self, guint group);   /* "shop", "Outside the cluster" */

QdPolicyCell qd_policy_ends_get_cell (QdPolicyEnds *self, guint src, guint dst);
/* "shop/web may reach shop/db: TCP 5432", and what is new about it. (transfer full) */
char *qd_policy_ends_describe (QdPolicyEnds *self, guint src, guint dst);
/* Now or before, whole, the same words in every language: for tables. (transfer full) */
char *qd_policy_ends_dup_ports (QdPolicyEnds *self, guint src, guint dst, gboolean before);

/* How many cells the thread that made it has asked for: for tests and benches. */
guint64 qd_policy_ends_get_n_asked (QdPolicyEnds *self);

/* "every port", "nothing", "TCP 80,443": as far as it is readable. (transfer full) */
char *qd_policy_ports_to_words (const QdPortSet *ports);
/* "10.0.0.0/8" where it is one block, else "10.0.0.0–10.0.0.9". (transfer full) */
char *qd_policy_range_to_label (const QdAddressRange *range);

G_END_DECLS
