/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-store-db.h"

G_BEGIN_DECLS

/* Deletes a slice of what is too old or too much, and gives its pages back. Returns TRUE while there is more. */
gboolean qd_store_retain (QdStoreDb *db, gint64 now_us, GError **error);

G_END_DECLS
