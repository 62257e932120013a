/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdSavedFilters:
 *
 * Filters that somebody wants again, as texts, the newest first; kept in the store under a name. A
 * list to choose from and a button that adds the present one; for a popover, which it closes.
 */
#define QD_TYPE_SAVED_FILTERS (qd_saved_filters_get_type ())
G_DECLARE_FINAL_TYPE (QdSavedFilters, qd_saved_filters, QD, SAVED_FILTERS, AdwBin)

/* @get: the present filter's text ("": there is none), (transfer full). @use: one was chosen. */
GtkWidget *qd_saved_filters_new (QdSession *session, const char *key, char *(*get) (gpointer data),
                                 void (*use) (gpointer data, const char *text), gpointer data);

G_END_DECLS
