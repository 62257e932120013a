/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-policy-eval.h"

G_BEGIN_DECLS

/* All that is to be said about files of manifests and of tests (*.policytest.yaml), of QdPolicyFinding, in the order of the
 * files and of the places in them; the same is said once. Errors are what the API's own validation refuses, warnings what it
 * takes though it may not be meant; notes say what was passed over, and what is unusual but plainly meant. docs/policy-lint.md tells each code.
 * What policies mean together is looked at where the world is valid, and read as @options say (NULL: the defaults). Findings point into the
 * files, which must outlive them. Pure and thread-safe. (transfer full) */
GPtrArray *qd_policy_lint (QdYamlFile *const *files, guint n_files, QdYamlFile *const *tests, guint n_tests, const QdPolicyOptions *options);
/* The same where the world of those very @files is there already, and its evaluation (NULL: there is none, as of an invalid world; then only what a
 * policy says by itself is looked at). A @cancellable (or NULL) that is cancelled leaves out what needs looking at more than one file at a time. */
GPtrArray *qd_policy_lint_world (QdPolicyWorld *world, QdPolicyEval *eval, QdYamlFile *const *files, guint n_files, QdYamlFile *const *tests, guint n_tests,
                                 GCancellable *cancellable);

/* "error", "warning" or "note", for programs. */
const char *qd_policy_severity_to_string (QdPolicySeverity severity);

G_END_DECLS
