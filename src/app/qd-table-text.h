/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-hub.h"

G_BEGIN_DECLS

/* Things as text to be taken elsewhere. @entities: of one kind, borrowed; @fields: which, in order. */
char *qd_table_text_plain (QdFleet *fleet, GPtrArray *entities, const guint *fields, guint n_fields);   /* tabs between */
char *qd_table_text_json (GPtrArray *entities);
/* A command that asks for each of them; NULL when they are none that a server has an address for. */
char *qd_table_text_curl (QdHub *hub, GPtrArray *entities);

/* Appends a cell of CSV. One that begins like a formula is told to be text, so that opening the file runs nothing. */
void qd_table_text_append_csv (GString *out, const char *text);
/* Writes all of @entities as CSV (RFC 4180) to @file: a slice at a time on the main thread, then written
 * asynchronously. */
void qd_table_csv_async (QdFleet *fleet, GPtrArray *entities, const guint *fields, guint n_fields, GFile *file,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_table_csv_finish (GAsyncResult *result, guint *n_rows, GError **error);

G_END_DECLS
