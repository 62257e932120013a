/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/**
 * QdPolicyLineNumbers:
 *
 * The numbers of the lines, without those that are folded away (see #QdPolicyFolds): GtkSourceView's own are drawn for
 * these too, one over another.
 */
#define QD_TYPE_POLICY_LINE_NUMBERS (qd_policy_line_numbers_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyLineNumbers, qd_policy_line_numbers, QD, POLICY_LINE_NUMBERS, GtkSourceGutterRendererText)

GtkSourceGutterRenderer *qd_policy_line_numbers_new (void);

G_END_DECLS
