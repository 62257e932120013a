/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include "qd-outlet.h"

G_BEGIN_DECLS

/* From the JSON of one thing to a delta. Unknown members are kept in QD_FIELD_EXTRA, unknown words
 * are kept as they are; null is "no sample". Any thread. */

#define QD_DECODE_MAX_ID 512

/**
 * qd_decode:
 * @connection: whose thing it is
 * @kind: of what kind
 * @object: its JSON
 * @op: %QD_DELTA_UPSERT for a whole representation, %QD_DELTA_PATCH for a part
 *
 * Returns: (transfer full) (nullable): a delta, or %NULL when @object has no usable id
 */
QdDelta *qd_decode (const char *connection, QdKind kind, JsonObject *object, QdDeltaOp op);

/* Sets @field from @node as the schema types it. A null sets the field to "absent". */
void qd_decode_field (QdDelta *delta, guint field, JsonNode *node);

/* Sends each object of @list; returns how many had no id or were no objects. */
guint qd_decode_list (QdOutlet *outlet, QdKind kind, JsonArray *list, QdDeltaOp op);

/* Patronus and its like put all-zero metrics inside a path that was never measured. */
gboolean qd_decode_metrics_are_empty (JsonObject *metrics);
/* Sets a path's metric fields and its stamp from the "metrics" object. */
void qd_decode_path_metrics (QdDelta *delta, JsonObject *metrics);

/* What an event is about, from the names of its data's members: the kind, or -1. @id: (out) (transfer full) */
int qd_decode_subject (const char *type, JsonObject *data, char **id);

G_END_DECLS
