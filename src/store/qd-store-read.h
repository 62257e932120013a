/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-store-guest.h"
#include "qd-store-writer.h"

G_BEGIN_DECLS

/* What is read, each on a worker with a connection of its own. */

typedef struct {
  void (*push) (gpointer data, QdDelta *delta);
  gpointer push_data;
  guint n_loaded;
  gint64 as_of_us;
} QdStoreLoad;
gboolean qd_store_read_state (QdStoreDb *db, QdStoreLoad *load, GCancellable *cancellable, GError **error);
GArray *qd_store_read_samples (QdStoreDb *db, const QdKey *key, guint field, gint64 from_us, gint64 to_us,
                               GCancellable *cancellable, GError **error);
GArray *qd_store_read_transitions (QdStoreDb *db, gint64 from_us, gint64 to_us, GError **error);
GArray *qd_store_read_moment (QdStoreDb *db, QdKind kind, guint field, gint64 at_us, GCancellable *cancellable, GError **error);
GArray *qd_store_read_minutes (QdStoreDb *db, gint64 from_us, gint64 to_us, GError **error);
GPtrArray *qd_store_read_unfinished (QdStoreDb *db, GError **error);
QdJournalNews *qd_store_read_news (QdStoreDb *db, gint64 after, GError **error);
/* NULL without an error: there is none of that name. */
char *qd_store_read_setting (QdStoreDb *db, const char *name, GError **error);

G_END_DECLS
