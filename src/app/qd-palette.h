/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdPalette:
 *
 * One search over pages, things and actions (Ctrl+K). The arrow keys choose, Enter goes there.
 */
#define QD_TYPE_PALETTE (qd_palette_get_type ())
G_DECLARE_FINAL_TYPE (QdPalette, qd_palette, QD, PALETTE, AdwDialog)

/* @actions: (element-type utf8) threes of action name, title and why it cannot be done now ("": it
 * can), NULL-terminated, activated on the widget that the palette is presented over. */
AdwDialog *qd_palette_new (QdSession *session, GtkWidget *origin, const char *const *actions);
/* Types @text into it, as a user would. */
void qd_palette_set_text (QdPalette *self, const char *text);
/* How many things are found now. */
guint qd_palette_get_n_results (QdPalette *self);

G_END_DECLS
