/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdConnectionSwitcher:
 *
 * Says which connection the window shows, and how it is; its list shows them all. It is a filter:
 * the fleet holds every connection at once.
 */
#define QD_TYPE_CONNECTION_SWITCHER (qd_connection_switcher_get_type ())
G_DECLARE_FINAL_TYPE (QdConnectionSwitcher, qd_connection_switcher, QD, CONNECTION_SWITCHER, AdwBin)

/* "Production"; empty: it was not said. */
const char *qd_connection_environment_label (QdEntity *connection);
GtkWidget *qd_connection_switcher_new (QdSession *session);

G_END_DECLS
