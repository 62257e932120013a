/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-ends.h"

G_BEGIN_DECLS

#define QD_POLICY_NO_LINE G_MAXUINT

/* A line of a matrix, across or down: one of the ends, or the heading of those that follow. */
typedef struct {
  guint end;               /* QD_POLICY_NO_END: a heading */
  guint group;
  guint heading;           /* the line of its heading */
  guint next;              /* the line of the next heading; past the last one: how many lines there are */
} QdPolicyLine;

/* The ends that are seen, in lines. */
typedef struct {
  GArray *lines;           /* of QdPolicyLine */
  guint n_ends;
} QdPolicyAxis;

/* Those that have all of @words (folded; NULL: any) in their key, and, where @wanted is given, a flag there. */
void qd_policy_axis_fill (QdPolicyAxis *self, QdPolicyEnds *ends, const char *const *words, const guint8 *wanted);
void qd_policy_axis_clear (QdPolicyAxis *self);

guint qd_policy_axis_get_n (const QdPolicyAxis *self);
const QdPolicyLine *qd_policy_axis_get (const QdPolicyAxis *self, guint line);
gboolean qd_policy_axis_is_heading (const QdPolicyAxis *self, guint line);
/* The line of an end; QD_POLICY_NO_LINE: it is not seen. */
guint qd_policy_axis_find (const QdPolicyAxis *self, guint end);
/* The first line at @line or after it (@direction 1), or before it (-1), that is an end; else the last one the other way; QD_POLICY_NO_LINE: there is
 * none. */
guint qd_policy_axis_nearest (const QdPolicyAxis *self, gint64 line, int direction);

G_END_DECLS
