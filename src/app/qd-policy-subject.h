/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-builder-private.h"

G_BEGIN_DECLS

/* The middle: what the policy is called, whom it selects, what it isolates, and what is to be said about it. */
#define QD_TYPE_POLICY_SUBJECT (qd_policy_subject_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicySubject, qd_policy_subject, QD, POLICY_SUBJECT, AdwBin)

GtkWidget *qd_policy_subject_new (QdPolicyBuilder *builder);
/* Shows the policy that the builder shows. @other: it is another one than before, and what was typed is gone. */
void qd_policy_subject_update (QdPolicySubject *self, gboolean other);
/* Says anew which workloads are selected, where that is known by now. */
void qd_policy_subject_update_meant (QdPolicySubject *self);

G_END_DECLS
