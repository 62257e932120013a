/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What the keyboard does, in a dialog. (transfer floating) */
AdwDialog *qd_shortcuts_dialog_new (void);

G_END_DECLS
