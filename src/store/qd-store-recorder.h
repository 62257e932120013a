/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-store-writer.h"

G_BEGIN_DECLS

/* Watches a fleet on the main thread and hands what is worth keeping to the writer, a little at a
 * time. It costs nothing while nothing changes. */
typedef struct _QdStoreRecorder QdStoreRecorder;

/* @clean: what is in the fleet now is what was read from the store, and is not written again. */
QdStoreRecorder *qd_store_recorder_new (QdStoreWriter *writer, QdFleet *fleet, gboolean clean);
void qd_store_recorder_free (QdStoreRecorder *self);
/* All that is known is to be written (again). */
void qd_store_recorder_resync (QdStoreRecorder *self);
/* Hands everything over now, the minute that is not over included. */
void qd_store_recorder_flush (QdStoreRecorder *self);
/* Forgets what it has not handed over. */
void qd_store_recorder_discard (QdStoreRecorder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdStoreRecorder, qd_store_recorder_free)

G_END_DECLS
