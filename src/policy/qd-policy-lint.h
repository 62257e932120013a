/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-world.h"

G_BEGIN_DECLS

/* All that is to be said about files of manifests and of tests (*.policytest.yaml), of QdPolicyFinding, in the order of the
 * files and of the places in them; the same is said once. Errors are what the API's own validation refuses, warnings what it
 * takes though it may not be meant; notes say what was passed over. Findings point into the files, which must outlive them.
 * Pure and thread-safe. (transfer full) */
GPtrArray *qd_policy_lint (QdYamlFile *const *files, guint n_files, QdYamlFile *const *tests, guint n_tests);
/* The same where the world of those very @files is there already. */
GPtrArray *qd_policy_lint_world (QdPolicyWorld *world, QdYamlFile *const *files, guint n_files, QdYamlFile *const *tests, guint n_tests);

/* "error", "warning" or "note", for programs. */
const char *qd_policy_severity_to_string (QdPolicySeverity severity);

G_END_DECLS
