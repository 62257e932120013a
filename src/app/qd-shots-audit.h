/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-window.h"

G_BEGIN_DECLS

/* For pictures of the Audit page: does some of what admins do, once. */
void qd_shots_audit_act (QdWindow *window);
/* Opens the record of a change, as soon as there is one. Called until it says TRUE. */
gboolean qd_shots_audit_open (QdWindow *window);
/* The menu of what else there is to do with the records, opened; NULL: it is not there. */
GtkWidget *qd_shots_audit_open_menu (QdWindow *window);

G_END_DECLS
