/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-policy-ends.h"

G_BEGIN_DECLS

/**
 * QdPolicyEndButton:
 *
 * Says which workload or range of addresses is meant; pressed, it lets one search for another or type an address.
 */
#define QD_TYPE_POLICY_END_BUTTON (qd_policy_end_button_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyEndButton, qd_policy_end_button, QD, POLICY_END_BUTTON, GtkWidget)

/* @name: what a reader calls it: "From". */
GtkWidget *qd_policy_end_button_new (const char *name);
/* References are kept. @ends NULL: there is nothing to choose. @text: who is meant. */
void qd_policy_end_button_set (QdPolicyEndButton *self, QdPolicyEnds *ends, QdPolicyEval *eval, const char *text);
/* What Enter in the search does: the end whose name or address @text is, else the first one that has it in its name. FALSE: there is none. */
gboolean qd_policy_end_button_enter (QdPolicyEndButton *self, const char *text);

G_END_DECLS
