/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-table.h"

G_BEGIN_DECLS

/* The button at the end of a table's bar: columns, saved filters, export. What is chosen is kept in
 * the store, for each kind. */
GtkWidget *qd_table_options_new (QdTable *table);
/* Brings back the columns that were chosen earlier. */
void qd_table_options_load (QdTable *table);

G_END_DECLS
