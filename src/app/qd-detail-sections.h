/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-status.h"

G_BEGIN_DECLS

/**
 * QdDetailSections:
 *
 * What there is to say of a thing where that is much: a list of titles, each with a line that says what is there, and behind each a page of its own.
 * The page lies over the one that the list is on, in a navigation view: Escape, Alt+Left and a swipe lead back. It stays when another thing is shown.
 */
#define QD_TYPE_DETAIL_SECTIONS (qd_detail_sections_get_type ())
G_DECLARE_FINAL_TYPE (QdDetailSections, qd_detail_sections, QD, DETAIL_SECTIONS, AdwBin)

/* @view: whose pages they are. */
GtkWidget *qd_detail_sections_new (AdwNavigationView *view);
/* @empty: what is said while there is nothing; @always: the row stays then, and says it too. Returns: its number, from 0. */
guint qd_detail_sections_add (QdDetailSections *self, const char *title, const char *empty, gboolean always, GtkWidget *child);
/* What its row says, in a line; %NULL: there is nothing. */
void qd_detail_sections_tell (QdDetailSections *self, guint section, QdStatus status, const char *summary);
/* As if its row were pressed. */
void qd_detail_sections_open (QdDetailSections *self, guint section);
/* Another thing is shown: its pages are seen from their beginning. */
void qd_detail_sections_rewind (QdDetailSections *self);
/* A column of readable width, which scrolls. */
GtkWidget *qd_detail_sections_wrap (GtkWidget *content);

G_END_DECLS
