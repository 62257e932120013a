/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-page.h"

G_BEGIN_DECLS

/**
 * QdWindow:
 *
 * The window: sidebar, connection switcher, header bar, banners, toasts, and one page at a time.
 */
#define QD_TYPE_WINDOW (qd_window_get_type ())
G_DECLARE_FINAL_TYPE (QdWindow, qd_window, QD, WINDOW, AdwApplicationWindow)

QdWindow *qd_window_new (AdwApplication *application, QdHub *hub);
QdSession *qd_window_get_session (QdWindow *self);
/* Shows the page of that id, made when it is first shown; FALSE when there is none. */
gboolean qd_window_show_page (QdWindow *self, const char *id);
const char *qd_window_get_page_id (QdWindow *self);
QdPage *qd_window_get_page (QdWindow *self);
/* Shows a thing on the page of its kind. */
gboolean qd_window_open_entity (QdWindow *self, QdEntity *entity);
/* Shows the welcome page while nothing is configured. */
void qd_window_set_welcome (QdWindow *self, gboolean welcome);
gboolean qd_window_get_welcome (QdWindow *self);
/* Whether the offline banner is shown, and what it says; borrowed. */
gboolean qd_window_get_banner_revealed (QdWindow *self);
const char *qd_window_get_banner_text (QdWindow *self);
/* Whether the sidebar is folded away for want of width. */
gboolean qd_window_is_narrow (QdWindow *self);
/* Says on the welcome page why nothing could be started; NULL: nothing is wrong. */
void qd_window_set_problem (QdWindow *self, const char *problem);
/* Reads a network out of a file, and shows it as a paper fleet; says why it cannot be. */
void qd_window_import (QdWindow *self, GFile *file);
/* Removes a paper fleet, which a toast takes back; asks for its name. Nothing happens to other connections. */
void qd_window_remove_paper (QdWindow *self, const char *connection);
void qd_window_edit_paper (QdWindow *self, const char *connection);
/* Opens the search over things and actions. */
void qd_window_show_palette (QdWindow *self, const char *text);

G_END_DECLS
