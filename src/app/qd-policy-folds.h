/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * QdPolicyFolds:
 *
 * Which lines of a text are folded away. What can be folded is told by indentation, as people read it: what stands deeper than its line, the
 * list under its key, and the document under its "---"; so half-written text folds too. Folded lines are invisible and no more than that:
 * they are in the text, in what is copied and in what is saved. A fold opens by itself when the cursor goes into it (by searching,
 * by a problem, by undoing), and when an edit reaches it. It lives as long as its buffer, whatever is shown meanwhile.
 *
 * Lines count from 0. ::changed when something was folded or opened.
 */
#define QD_TYPE_POLICY_FOLDS (qd_policy_folds_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyFolds, qd_policy_folds, QD, POLICY_FOLDS, GObject)

/* Borrowed from @buffer. */
QdPolicyFolds *qd_policy_folds_of (GtkTextBuffer *buffer);

/* Whether there is something to fold below @line. Cheap: it looks at what follows and no further. */
gboolean qd_policy_folds_can_fold (QdPolicyFolds *self, guint line);
/* How many lines are folded away below @line, or 0. */
guint qd_policy_folds_get_hidden (QdPolicyFolds *self, guint line);
/* Whether @line is folded away. */
gboolean qd_policy_folds_is_hidden (QdPolicyFolds *self, guint line);
/* FALSE: there is nothing to fold, or it is. */
gboolean qd_policy_folds_fold (QdPolicyFolds *self, guint line);
gboolean qd_policy_folds_unfold (QdPolicyFolds *self, guint line);
/* The innermost line around @line, itself included, that can be folded and is not. FALSE: there is none. */
gboolean qd_policy_folds_find_around (QdPolicyFolds *self, guint line, guint *header);
/* What stands outermost, so that an outline is left. */
void qd_policy_folds_fold_all (QdPolicyFolds *self);
void qd_policy_folds_unfold_all (QdPolicyFolds *self);
/* Lines below which something is folded, of guint, from the top. (transfer full) */
GArray *qd_policy_folds_get_folded (QdPolicyFolds *self);

G_END_DECLS
