/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-session.h"

G_BEGIN_DECLS

/* Asks for what a site is and registers it, or, where @site is given, changes it: with the revision
 * that was seen, so that nothing newer is overwritten unseen. Stays open until it is done. */
void qd_site_dialog_present (QdSession *session, GtkWidget *parent, QdEntity *site);

/* Removes @site after asking for a reason; the toast that tells it is done can undo it. */
void qd_site_remove (QdSession *session, GtkWidget *parent, QdEntity *site);

G_END_DECLS
