/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/*
 * What colours a text. GtkSourceView reads the descriptions of all languages it knows with the first one that it is
 * asked for, and compiles that: both takes longer than a frame. So they are read on a worker, compiled between two
 * frames, and put on the texts that wait. On the main thread.
 */

/* Begins, where that was not done yet. */
void qd_policy_language_warm (void);
/* @buffer is coloured as a text of that language, now or soon. @id: "yaml" or "json". */
void qd_policy_language_put (GtkSourceBuffer *buffer, const char *id);

G_END_DECLS
