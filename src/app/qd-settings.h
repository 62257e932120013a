/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The application's settings, made once; borrowed. Exits with a message when the schema is not installed. */
GSettings *qd_settings_get_default (void);

G_END_DECLS
