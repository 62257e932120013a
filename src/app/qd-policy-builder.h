/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-policy-eval.h"

G_BEGIN_DECLS

/* One policy as a picture that can be changed: the workloads that it selects in the middle, who may reach them before, what they may
 * reach behind. It changes no text itself: each change is one splice of the file's text, which it asks for. */
#define QD_TYPE_POLICY_BUILDER (qd_policy_builder_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyBuilder, qd_policy_builder, QD, POLICY_BUILDER, AdwBin)

GtkWidget *qd_policy_builder_new (void);
/* The labels, ports and workloads that there are, which is kept, and how policies are read; either may be NULL. */
void qd_policy_builder_set_world (QdPolicyBuilder *self, QdPolicyWorld *world, const QdPolicyOptions *options);
/* Shows a document of @file, which is kept; NULL: none. Where it is the same document of a file of the same name, what has the
 * focus, is unfolded or being typed stays. */
void qd_policy_builder_set_policy (QdPolicyBuilder *self, QdYamlFile *file, guint document);

G_END_DECLS
