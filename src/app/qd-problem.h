/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-analysis.h"

G_BEGIN_DECLS

/**
 * QdProblem:
 *
 * What is to be said about a place of a document, as the list of problems and the editor show it. Immutable.
 */
#define QD_TYPE_PROBLEM (qd_problem_get_type ())
G_DECLARE_FINAL_TYPE (QdProblem, qd_problem, QD, PROBLEM, GObject)

/* Everything that @analysis found, of type QdProblem: errors first, then by file and place. */
GListStore *qd_problem_list_new (QdAnalysis *analysis);
/* The same into @list, which is of another analysis: only what differs is changed, so that who shows it does no more than that. */
void qd_problem_list_update (GListStore *list, QdAnalysis *analysis);
const char *qd_problem_get_file (QdProblem *self);
const char *qd_problem_get_message (QdProblem *self);
const char *qd_problem_get_code (QdProblem *self);         /* NULL: it cannot be read */
QdPolicySeverity qd_problem_get_severity (QdProblem *self);
guint qd_problem_get_line (QdProblem *self);               /* from 1 */
guint qd_problem_get_column (QdProblem *self);             /* from 1, in characters */
QdPolicyFix *qd_problem_get_fix (QdProblem *self);         /* borrowed; NULL: there is none that is safe */
guint qd_problem_get_length (QdProblem *self);             /* characters of that line; 0: to its end */

G_END_DECLS
