/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-window.h"

G_BEGIN_DECLS

/* Iterates the main context until @condition (@data) holds; FALSE after ten seconds (a sanitizer has more). */
gboolean fixture_wait (gboolean (*condition) (gpointer data), gpointer data);
/* Iterates until a frame of @window was painted, and what was queued is done. */
void fixture_settle (GtkWidget *window);
/* Destroys @window and waits until it is gone. */
void fixture_close (GtkWindow *window);
/* Puts a connection in state @state and @n_sites sites, some of them not well, into the fleet. */
void fixture_fill (QdHub *hub, const char *state, guint n_sites);
/* The first mapped widget of @type below @from with that title. NULL: with any. */
GtkWidget *fixture_find (GtkWidget *from, GType type, const char *title);
/* Presses the button of that label below @from, as soon as it is there and not off (waits as fixture_wait() does). */
void fixture_press (GtkWidget *from, const char *title);

G_END_DECLS
