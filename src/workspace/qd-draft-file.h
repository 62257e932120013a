/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-drafts.h"

G_BEGIN_DECLS

/* One draft on the disk: a line of JSON that says what follows, then the bytes of the base, then mine.
 * A file that does not add up to just that is no draft. Both wait for the disk. */
#define QD_DRAFT_MAX_TEXT (16 * 1024 * 1024)
#define QD_DRAFT_MAX_KEY 4096

gboolean qd_draft_file_write (const char *path, const char *key, GBytes *base, GBytes *mine, GError **error);
QdDraft *qd_draft_file_read (const char *path, GError **error);
/* The same from bytes; @origin is named in errors. */
QdDraft *qd_draft_file_parse (const char *bytes, gsize length, const char *origin, GError **error);

G_END_DECLS
