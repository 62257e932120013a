/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-policy-help.h"
#include "qd-policy-problems.h"

G_BEGIN_DECLS

/* What is to be said about a place of a text, as a piece of a popover: what is wrong there, and what the word means. */

/* @problems of QdProblem, @help or NULL; fixes are buttons that call @fix with @owner. (transfer floating) NULL: there is nothing to say. */
GtkWidget *qd_policy_hint_new (GPtrArray *problems, const QdPolicyHelp *help, QdPolicyFixFunc fix, gpointer owner);
/* The same in sentences, for who is read to. (transfer full) NULL: nothing. */
char *qd_policy_hint_to_text (GPtrArray *problems, const QdPolicyHelp *help);

G_END_DECLS
