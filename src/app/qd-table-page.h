/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-page.h"
#include "qd-table.h"

G_BEGIN_DECLS

/**
 * QdTablePage:
 *
 * A page of tables with a detail pane beside them: at the right where there is room, over the table
 * where there is not. A subclass says which kinds it shows; of more than one, a switch chooses.
 */
#define QD_TYPE_TABLE_PAGE (qd_table_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (QdTablePage, qd_table_page, QD, TABLE_PAGE, QdPage)

#define QD_TABLE_PAGE_MAX_KINDS 2

struct _QdTablePageClass {
  QdPageClass parent;
  QdKind kinds[QD_TABLE_PAGE_MAX_KINDS];
  guint n_kinds;
};

QdTable *qd_table_page_get_table (QdTablePage *self);   /* the one that is shown */

/* Opens the page @id, one of tables, in the window of @from, with @filter in place of what it was filtered by. */
void qd_table_page_open_filtered (QdSession *session, GtkWidget *from, const char *id, const char *filter);

/* The pages. */
GType qd_sites_page_get_type (void);
GType qd_paths_page_get_type (void);
GType qd_flows_page_get_type (void);
GType qd_events_page_get_type (void);
GType qd_jobs_page_get_type (void);
GType qd_routing_page_get_type (void);
GType qd_tenants_page_get_type (void);

G_END_DECLS
