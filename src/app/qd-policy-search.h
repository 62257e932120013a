/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/**
 * QdPolicySearch:
 *
 * Finds and replaces in the text of a view, and goes to a line of it: bars that stand above the text while they are needed.
 */
#define QD_TYPE_POLICY_SEARCH (qd_policy_search_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicySearch, qd_policy_search, QD, POLICY_SEARCH, GtkWidget)

/* @view is borrowed, and outlives it. */
GtkWidget *qd_policy_search_new (GtkSourceView *view);
/* What is searched; NULL: nothing. */
void qd_policy_search_set_buffer (QdPolicySearch *self, GtkSourceBuffer *buffer);
/* Begins with what is selected. */
void qd_policy_search_find (QdPolicySearch *self, gboolean replace);
/* The next match, or the one before, from the cursor on; begins around at the end. */
void qd_policy_search_go (QdPolicySearch *self, gboolean forward);
/* Asks for a line. */
void qd_policy_search_ask_line (QdPolicySearch *self);

G_END_DECLS
