/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtksourceview/gtksource.h>

#include "qd-document.h"

G_BEGIN_DECLS

/* The text of a document as GTK edits it: the very same bytes, whatever their line ends. Kept with the
 * document, so that its history of changes outlives what is shown. Main thread. */

/* Borrowed. A text that cannot be edited without changing it (it is not UTF-8) cannot be edited. */
GtkSourceBuffer *qd_policy_buffer_of (QdDocument *document);
gboolean qd_policy_buffer_is_editable (GtkSourceBuffer *buffer);
/* What the buffer holds. (transfer full) */
GBytes *qd_policy_buffer_get_bytes (GtkSourceBuffer *buffer);
/* Makes the buffer hold @bytes by exchanging what differs, as one step that can be undone. */
void qd_policy_buffer_set_bytes (GtkSourceBuffer *buffer, GBytes *bytes);
/* Exchanges bytes. FALSE: they are not there, or not whole characters. */
gboolean qd_policy_buffer_splice (GtkSourceBuffer *buffer, gsize offset, gsize removed, const char *inserted, gsize length);

G_END_DECLS
