/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-session.h"

G_BEGIN_DECLS

/* Fills @box (a container of buttons) with what can be done with @entity. A button that is off says
 * in its tooltip which half is missing: the endpoint's offer, or the role's permission. */
void qd_detail_actions_fill (GtkWidget *box, QdSession *session, QdEntity *entity);
/* Says of the same buttons anew which are off: what can be done has changed with the thing, and the focus stays where it is. */
void qd_detail_actions_update (GtkWidget *box, QdSession *session, QdEntity *entity);

G_END_DECLS
