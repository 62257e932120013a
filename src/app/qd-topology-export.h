/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-graph-export.h"
#include "qd-topology-model.h"

G_BEGIN_DECLS

/* The whole graph of @model as @format, on a worker: what is filtered or folded away too, everything where it stands
 * (what has no place yet gets one). @theme is copied; @title is for pictures. */
void qd_topology_export_async (QdTopologyModel *model, QdGraphFormat format, const QdGraphTheme *theme, const char *title, double scale,
                               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GBytes *qd_topology_export_finish (GAsyncResult *result, GError **error);

/* The same into @file, in the format that its name ends with. */
void qd_topology_save_async (QdTopologyModel *model, GFile *file, const QdGraphTheme *theme, const char *title,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_topology_save_finish (GAsyncResult *result, GError **error);

G_END_DECLS
