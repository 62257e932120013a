/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-hub.h"

G_BEGIN_DECLS

/**
 * QdPreferences:
 *
 * What is ours: connections, appearance, the log, what is kept on this computer.
 */
#define QD_TYPE_PREFERENCES (qd_preferences_get_type ())
G_DECLARE_FINAL_TYPE (QdPreferences, qd_preferences, QD, PREFERENCES, AdwPreferencesDialog)

AdwDialog *qd_preferences_new (QdHub *hub);

G_END_DECLS
