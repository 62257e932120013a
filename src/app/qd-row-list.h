/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdRowList:
 *
 * A titled, boxed list of a few things, each with its state, a line and a line below; a click opens
 * the thing. Rows are kept and changed in place, so that focus and pointer lose nothing when the
 * figures do. Hidden while it is empty, unless it has a word to say then.
 */
#define QD_TYPE_ROW_LIST (qd_row_list_get_type ())
G_DECLARE_FINAL_TYPE (QdRowList, qd_row_list, QD, ROW_LIST, AdwBin)

/* @page: where its "Show all" leads, or NULL; @empty: what it says when it is empty, or NULL. */
GtkWidget *qd_row_list_new (QdSession *session, const char *title, const char *page, const char *empty);
/* What the page that "Show all" leads to is filtered by; NULL: nothing. */
void qd_row_list_set_filter (QdRowList *self, const char *filter);
/* Begins a new content; then a row at a time, then the end, which hides the rest. */
void qd_row_list_begin (QdRowList *self);
void qd_row_list_add (QdRowList *self, QdEntity *entity, QdStatus status, const char *title, const char *subtitle, const char *figure);
void qd_row_list_end (QdRowList *self);

G_END_DECLS
