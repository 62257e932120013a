/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-eval.h"
#include "qd-policy-lint.h"
#include "qd-policy-test.h"

G_BEGIN_DECLS

/**
 * QdAnalysis:
 *
 * What a set of texts means: the files that could be read, why others could not, the world that they
 * make, and who may talk to whom in it; beside it the same of the texts before they were changed.
 * Immutable, reference counted, readable by any thread.
 */
typedef struct _QdAnalysis QdAnalysis;

/* One text to be read: a manifest, or by its name (*.policytest.yaml) tests of policies; @before is what it was, or NULL: it was not there. */
typedef struct { const char *name; GBytes *mine, *before; } QdAnalysisText;
/* Of one whose members are owned: lets go of them. */
void qd_analysis_text_clear (QdAnalysisText *self);

/* Why a text could not be read. */
typedef struct { const char *name; char *message; guint line, column; } QdAnalysisFault;

/* What is known of a cluster. */
typedef struct {
  const char *name;            /* what findings call @text */
  GBytes *text;                /* what it has: a list of objects, as JSON or YAML; NULL: not known */
  QdPolicyLiveMode mode;
  const char *const *off;      /* the policies that it has switched off, as of QdPolicyCluster; NULL: none */
} QdAnalysisLive;

/* A test and what became of it. */
typedef struct {
  QdPolicyTest *test;
  gboolean run;                /* else no verdict is given out: something cannot be read, or is invalid */
  QdPolicyTestResult result;
  guint src, dst;              /* its ends in the evaluation; QD_POLICY_NO_END: not known */
  char *why;                   /* of one that did not pass, in a sentence; else NULL */
} QdAnalysisTest;

/* Takes as long as it takes: on a worker. What @previous read of the same bytes is taken from it. */
QdAnalysis *qd_analysis_new (const QdAnalysisText *texts, guint n, const QdPolicyOptions *options, QdAnalysis *previous);
/* As above, in a world with what a cluster has; @live may be NULL. When @hurry (or NULL) is cancelled, because newer texts wait, what policies mean
 * together is not looked at again: of files that did not change @previous' findings stand. */
QdAnalysis *qd_analysis_new_live (const QdAnalysisText *texts, guint n, const QdAnalysisLive *live, const QdPolicyOptions *options, QdAnalysis *previous,
                                  GCancellable *hurry);
QdAnalysis *qd_analysis_ref (QdAnalysis *self);
void qd_analysis_unref (QdAnalysis *self);

QdYamlFile *qd_analysis_find_file (QdAnalysis *self, const char *name);   /* NULL: it could not be read */
GPtrArray *qd_analysis_get_faults (QdAnalysis *self);                     /* of QdAnalysisFault */
/* Of const QdPolicyFinding: all that is to be said of what could be read. */
GPtrArray *qd_analysis_get_findings (QdAnalysis *self);
/* Of const QdAnalysisTest: those that could be read, in the order of the files. What did not pass is among the findings, too. */
GPtrArray *qd_analysis_get_tests (QdAnalysis *self);
QdPolicyWorld *qd_analysis_get_world (QdAnalysis *self);
/* NULL while something cannot be read or is invalid: no verdict is given out then. */
QdPolicyEval *qd_analysis_get_eval (QdAnalysis *self);
/* Of the texts before; the same as that of now where nothing was changed; NULL as above. */
QdPolicyEval *qd_analysis_get_before (QdAnalysis *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdAnalysis, qd_analysis_unref)

G_END_DECLS
