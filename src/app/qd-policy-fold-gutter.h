/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/**
 * QdPolicyFoldGutter:
 *
 * Beside each line that something can be folded below (see #QdPolicyFolds), a triangle to click: it points down where the lines are shown,
 * and sideways where they are folded.
 */
#define QD_TYPE_POLICY_FOLD_GUTTER (qd_policy_fold_gutter_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyFoldGutter, qd_policy_fold_gutter, QD, POLICY_FOLD_GUTTER, GtkSourceGutterRenderer)

GtkSourceGutterRenderer *qd_policy_fold_gutter_new (void);

G_END_DECLS
