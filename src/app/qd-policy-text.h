/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/**
 * QdPolicyText:
 *
 * The view of a text that folds (see #QdPolicyFolds): numbers and triangles in the gutter, and behind a line that something is folded below how many
 * lines those are, which opens it too. What is copied or cut has in it what is folded.
 */
#define QD_TYPE_POLICY_TEXT (qd_policy_text_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyText, qd_policy_text, QD, POLICY_TEXT, GtkSourceView)

GtkWidget *qd_policy_text_new (void);
/* What the cursor is in, or all. Says to who cannot see it what became of it. */
void qd_policy_text_fold (QdPolicyText *self);
void qd_policy_text_unfold (QdPolicyText *self);
void qd_policy_text_fold_all (QdPolicyText *self);
void qd_policy_text_unfold_all (QdPolicyText *self);
/* The place of the mark behind @line (from 0), in the text's coordinates. FALSE: nothing is folded there. */
gboolean qd_policy_text_get_mark (QdPolicyText *self, guint line, graphene_rect_t *place);

G_END_DECLS
