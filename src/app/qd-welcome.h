/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * QdWelcome:
 *
 * What the window shows while nothing is configured: start the lab, or add a connection.
 */
#define QD_TYPE_WELCOME (qd_welcome_get_type ())
G_DECLARE_FINAL_TYPE (QdWelcome, qd_welcome, QD, WELCOME, AdwBin)

GtkWidget *qd_welcome_new (void);
/* Says in place what could not be done; NULL: nothing. */
void qd_welcome_set_problem (QdWelcome *self, const char *problem);

G_END_DECLS
