/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-eval.h"

G_BEGIN_DECLS

/* A file of tests beside policies, *.policytest.yaml:
 *
 *   tests:
 *   - name: the shop reaches its database     # optional
 *     from: shop/web                          # NS/NAME, NS/NAME[KIND] or an address
 *     to: shop/db[StatefulSet]
 *     port: 5432                              # 5432/TCP; TCP where no protocol is given
 *     expect: allow                           # or deny
 */

typedef struct {
  QdPolicyPlace place, from_place, to_place;
  char *name;             /* never NULL: where none is written, "shop/web to shop/db[StatefulSet], 5432/TCP" */
  char *from, *to;
  guint16 port;
  QdProtocol protocol;
  gboolean allow;         /* what is expected */
} QdPolicyTest;

void qd_policy_test_free (QdPolicyTest *self);

/* Whether a file is one of tests, by its name. */
gboolean qd_policy_is_test_file (const char *name);
/* The tests (of QdPolicyTest) that @file has, in order; what is wrong is appended to @findings (of QdPolicyFinding), and a
 * test that is an error is left out. Places belong to @file, which must outlive them. (transfer full) */
GPtrArray *qd_policy_tests_read (QdYamlFile *file, GPtrArray *findings);

typedef enum {
  QD_POLICY_TEST_PASSED,
  QD_POLICY_TEST_FAILED,   /* the verdict is the other one */
  QD_POLICY_TEST_BROKEN,   /* one of its ends is not there, or is more than one */
} QdPolicyTestResult;

/* @why becomes a sentence on a test that did not pass, without the place; else NULL. (transfer full) Any thread. */
QdPolicyTestResult qd_policy_test_run (const QdPolicyTest *self, QdPolicyEval *eval, char **why);
/* Who its ends are in @eval. FALSE: one of them is not there, or is more than one. Any thread. */
gboolean qd_policy_test_find_ends (const QdPolicyTest *self, QdPolicyEval *eval, guint *src, guint *dst);
/* How a test names an end of @eval: a workload, or an address of the range. (transfer full) */
char *qd_policy_test_name_end (QdPolicyEval *eval, guint end);
/* A warning at its place that it did not pass, and @why: "test-failed" or "test-broken". (transfer full) NULL: it did. */
QdPolicyFinding *qd_policy_test_to_finding (const QdPolicyTest *self, QdPolicyTestResult result, const char *why);

G_END_DECLS
