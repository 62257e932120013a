/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdDraftRow:
 *
 * One draft in a list: what it is of, where, since when, how much, and whether somebody else changed it too. Its menu's
 * actions are draft.open, draft.compare, draft.save and draft.discard, with its key.
 */
#define QD_TYPE_DRAFT_ROW (qd_draft_row_get_type ())
G_DECLARE_FINAL_TYPE (QdDraftRow, qd_draft_row, QD, DRAFT_ROW, GtkBox)

GtkWidget *qd_draft_row_new (QdSession *session);
/* @draft: a QdDraftItem, a QdRoutingDraft, or NULL. */
void qd_draft_row_set_draft (QdDraftRow *self, gpointer draft);
/* Says it again: time has passed, or the fleet knows something new. */
void qd_draft_row_update (QdDraftRow *self);

/* What a draft is told apart by: ("", path) of a file, (connection, id) of a routing policy. Floating. */
GVariant *qd_draft_key (gpointer draft);
/* (transfer full) The row's words in one line, for who hears it. */
char *qd_draft_dup_label (QdSession *session, gpointer draft);

G_END_DECLS
