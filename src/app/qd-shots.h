/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-application.h"

G_BEGIN_DECLS

/* Takes pictures of every page of @window into @folder, PAGE-VARIANT.png, in the variants that the
 * environment names in QD_SHOTS_VARIANTS ("light,dark,narrow"), then ends the application. */
void qd_shots_take (QdApplication *application, QdWindow *window, const char *folder);

G_END_DECLS
