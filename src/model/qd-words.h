/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-schema.h"

G_BEGIN_DECLS

/* What people read in place of a text that is meant for programs; the text itself where there is nothing better. Borrowed, as long as @text. */
typedef const char *(*QdWords) (const char *text);

/* From now on that field, a text, is found by what @words says as well as by itself, and sorted by what @words says: for who shows it so, before
 * there is anything of @kind. Main thread. */
void qd_words_set (QdKind kind, guint field, QdWords words);
/* NULL: what is there is what people read. */
QdWords qd_words_get (QdKind kind, guint field);

G_END_DECLS
