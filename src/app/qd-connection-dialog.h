/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-hub.h"

G_BEGIN_DECLS

/**
 * QdConnectionDialog:
 *
 * Adds a connection, or edits one.
 */
#define QD_TYPE_CONNECTION_DIALOG (qd_connection_dialog_get_type ())
G_DECLARE_FINAL_TYPE (QdConnectionDialog, qd_connection_dialog, QD, CONNECTION_DIALOG, AdwDialog)

/* @endpoint: the one to edit, copied; NULL: a new one. */
AdwDialog *qd_connection_dialog_new (QdHub *hub, const QdEndpoint *endpoint);

G_END_DECLS
