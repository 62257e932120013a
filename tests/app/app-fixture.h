/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-window.h"

G_BEGIN_DECLS

/* All that the program's own main() sets up, for tests of its window. */
void fixture_init (int *argc, char ***argv);
/* The same, with a folder of its own for what the program keeps. */
void fixture_init_apart (int *argc, char ***argv);
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

/* A hub and a window on it, and what it says in passing. */
typedef struct {
  QdHub *hub;
  QdWindow *window;
  GClosure *undo;       /* of the last toast; NULL: it offers nothing */
  GString *toasts;      /* a line each */
} FixtureDesk;

/* A hub with nothing in it, as one has after the first start. */
void fixture_desk_init (FixtureDesk *self);
/* The window, on that page (NULL: on which it begins). */
void fixture_desk_show (FixtureDesk *self, const char *page);
/* Takes back what the last toast offers to. */
void fixture_desk_undo (FixtureDesk *self);
void fixture_desk_clear (FixtureDesk *self);

G_END_DECLS
