/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/**
 * QdPolicyHover:
 *
 * Shows what somebody knows about the place that the pointer rests on.
 */
#define QD_TYPE_POLICY_HOVER (qd_policy_hover_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyHover, qd_policy_hover, QD, POLICY_HOVER, GObject)

/* @make returns a floating widget, or NULL where there is nothing to say; @owner, which it is given, is not held: once it is gone nothing
 * is said. */
typedef GtkWidget *(*QdPolicyHoverFunc) (GObject *owner, const GtkTextIter *at);
QdPolicyHover *qd_policy_hover_new (GObject *owner, QdPolicyHoverFunc make);

G_END_DECLS
