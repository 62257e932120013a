/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"
#include "qd-view.h"

G_BEGIN_DECLS

/**
 * QdTable:
 *
 * All things of one kind as a table of up to hundreds of thousands of rows: sorted by a click on a
 * header, filtered as one types, with columns of one's choice; rows can be copied and exported.
 * Emits ::selection-changed, and ::activated (QdEntity) when a row is opened. Its context menu begins
 * with what set_row_menu() gave.
 */
#define QD_TYPE_TABLE (qd_table_get_type ())
G_DECLARE_FINAL_TYPE (QdTable, qd_table, QD, TABLE, AdwBin)

GtkWidget *qd_table_new (QdSession *session, QdKind kind);
QdSession *qd_table_get_session (QdTable *self);   /* NULL once it is gone from the window */
QdKind qd_table_get_kind (QdTable *self);
QdView *qd_table_get_view (QdTable *self);
/* (transfer container) what is selected. */
GPtrArray *qd_table_get_selection (QdTable *self);
/* The one thing that is selected; NULL when there is none, or more. */
QdEntity *qd_table_get_selected (QdTable *self);
/* Selects @entity alone and brings it into sight, without its filter if need be; FALSE when it is not there. */
gboolean qd_table_select (QdTable *self, QdEntity *entity);
/* Selects those of @entities that it shows, and nothing else. */
void qd_table_select_several (QdTable *self, GPtrArray *entities);
void qd_table_clear_selection (QdTable *self);
/* A menu section for the row(s) selected; its actions are found from the table upwards. */
void qd_table_set_row_menu (QdTable *self, GMenuModel *menu);

void qd_table_focus_search (QdTable *self);
const char *qd_table_get_filter_text (QdTable *self);
void qd_table_set_filter_text (QdTable *self, const char *text);
gboolean qd_table_get_column_visible (QdTable *self, guint field);
void qd_table_set_column_visible (QdTable *self, guint field, gboolean visible);
/* The visible columns' fields in their order. (transfer full) (element-type guint) */
GArray *qd_table_get_fields (QdTable *self);

/* What is selected, as text. NULL when nothing is. */
char *qd_table_copy (QdTable *self);
void qd_table_export (QdTable *self);
/* Why what is shown may not be exported; NULL: it may. */
void qd_table_set_no_export (QdTable *self, const char *why);
const char *qd_table_get_no_export (QdTable *self);

G_END_DECLS
