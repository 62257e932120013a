/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-hub.h"
#include "qd-window.h"

G_BEGIN_DECLS

/**
 * QdApplication:
 *
 * The program: one instance, its options, links, the hub that all windows share, and the actions
 * that are not a window's.
 */
#define QD_TYPE_APPLICATION (qd_application_get_type ())
G_DECLARE_FINAL_TYPE (QdApplication, qd_application, QD, APPLICATION, AdwApplication)

QdApplication *qd_application_new (void);
QdHub *qd_application_get_hub (QdApplication *self);
/* What of the program has to be in place before any of its widgets: resources, types. */
void qd_app_init (void);
/* Starts the lab that comes with the program, or shows it where it runs. */
void qd_application_start_lab (QdApplication *self);

G_END_DECLS
