/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-where.h"

G_BEGIN_DECLS

/* What is to be said about a word of a text of policies. */
typedef struct {
  char *title;     /* the field: "podSelector" */
  char *detail;    /* its type, and whether it must be there */
  char *doc;       /* what it means */
  char *values;    /* which values it may have, in a sentence; NULL: any */
  char *meant;     /* whom the selector or rule means now, in a sentence; NULL: it is in none, or that is not known */
} QdPolicyHelp;

/* NULL: nothing is known about what is there. Pure, any thread. */
QdPolicyHelp *qd_policy_help_new (const QdPolicyWhere *where);
void qd_policy_help_free (QdPolicyHelp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyHelp, qd_policy_help_free)

G_END_DECLS
