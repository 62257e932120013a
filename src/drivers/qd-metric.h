/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-outlet.h"

G_BEGIN_DECLS

/**
 * qd_metric_take_frame:
 * @outlet: where the deltas go
 * @frame: a message of /ws/metrics: one metric, or a batch of them
 * @error: what was wrong with the frame as a whole
 *
 * Turns a frame into raw deltas without building a tree of it. Frames of a type that we do not know
 * are passed over. The metrics of a batch are pieces of @frame, not copies.
 *
 * Returns: FALSE with an error for what is no JSON
 */
gboolean qd_metric_take_frame (QdOutlet *outlet, GBytes *frame, GError **error);

/* One metric whose kind and id are known from a subject. @bytes is copied. */
void qd_metric_take (QdOutlet *outlet, const char *connection, QdKind kind, const char *id,
                     const char *bytes, gsize length);

/* The decoders of raw deltas (QdDeltaDecoder). */
gboolean qd_metric_decode_path (QdDelta *delta, const char *bytes, gsize length, GError **error);
gboolean qd_metric_decode_node (QdDelta *delta, const char *bytes, gsize length, GError **error);

/* The same from a tree: slower, and what the tests compare with. */
gboolean qd_metric_decode_path_tree (QdDelta *delta, const char *bytes, gsize length, GError **error);
gboolean qd_metric_decode_node_tree (QdDelta *delta, const char *bytes, gsize length, GError **error);

G_END_DECLS
