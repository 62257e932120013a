/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A line that is checked as one types and handed over when one is done: with Enter, or by going elsewhere. What is not valid stays
 * as it was typed, with the reason below it, whatever is shown anew meanwhile. */
#define QD_TYPE_POLICY_ENTRY (qd_policy_entry_get_type ())
G_DECLARE_FINAL_TYPE (QdPolicyEntry, qd_policy_entry, QD, POLICY_ENTRY, AdwBin)

typedef gboolean (*QdPolicyEntryCheck) (gpointer owner, const char *text, GError **error);

/* @name is what a screen reader says. One that @adds is empty again once its text was taken. @owner outlives the entry. */
GtkWidget *qd_policy_entry_new (const char *name, const char *placeholder, gboolean adds, QdPolicyEntryCheck check, gpointer owner);
/* What stands in the document now; what is being typed over it stays. */
void qd_policy_entry_set_text (QdPolicyEntry *self, const char *text);
/* The same, and whatever was typed is gone. */
void qd_policy_entry_reset (QdPolicyEntry *self, const char *text);
const char *qd_policy_entry_get_text (QdPolicyEntry *self);
/* Puts the cursor there, with all of it selected. */
void qd_policy_entry_edit (QdPolicyEntry *self);

G_END_DECLS
