/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-store-row.h"
#include "qd-store-writer.h"

G_BEGIN_DECLS

/* Facts on their way to the file: gathered on the main thread, written in one transaction. */
typedef struct _QdStoreBatch QdStoreBatch;

QdStoreBatch *qd_store_batch_new (void);
void qd_store_batch_free (QdStoreBatch *self);
guint qd_store_batch_get_size (QdStoreBatch *self);
void qd_store_batch_add_state (QdStoreBatch *self, QdEntity *entity, gint64 at_us);
void qd_store_batch_add_event (QdStoreBatch *self, QdEntity *entity, gint64 at_us);
void qd_store_batch_remove (QdStoreBatch *self, const QdKey *key);
/* All flows go; those that the batch adds are the ones that are kept. */
void qd_store_batch_replace_flows (QdStoreBatch *self);
void qd_store_batch_add_transition (QdStoreBatch *self, const QdKey *key, gint64 at_us, QdStatus before, QdStatus after);
void qd_store_batch_add_minute (QdStoreBatch *self, const QdKey *key, gint64 minute, const QdStoreMinute *values, guint n);
/* Takes the batch. */
void qd_store_batch_push (QdStoreBatch *self, QdStoreWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdStoreBatch, qd_store_batch_free)

G_END_DECLS
