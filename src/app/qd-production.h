/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-confirm-dialog.h"
#include "qd-session.h"

G_BEGIN_DECLS

/* What one is asked before production is changed, wherever that is wanted from. */

/* @may: it was answered with yes. Called once; without an answer, as when the window is closed, with FALSE. */
typedef void (*QdProductionFunc) (gboolean may, gpointer data);

/* Whether to let changes through to @locked (element-type utf8), connections, for a while; yes unlocks them. @summary is what people read that
 * would be done. */
void qd_production_unlock (QdSession *session, GtkWidget *parent, GPtrArray *locked, const char *summary, QdProductionFunc answered, gpointer data);
/* What stands between @summary and the fleet of @connection: first its locks, then @confirmation (read at once; NULL: nothing). */
void qd_production_ask (QdSession *session, GtkWidget *parent, const char *connection, const char *summary, const QdConfirmation *confirmation,
                        QdProductionFunc answered, gpointer data);

G_END_DECLS
