/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-window.h"

G_BEGIN_DECLS

/* Pictures of tenants and of moving them. */

/* A tenant's details, from a subpage of them on where one is named (from 0; -1: from none). */
void qd_shots_tenant_begin (QdWindow *window, int subpage);
/* Opens again what gave way when the window became narrow; TRUE: it is in sight. */
gboolean qd_shots_tenant_step (void);
/* A job that somebody died in, and that it is done. */
void qd_shots_left_begin (QdWindow *window);
void qd_shots_left_end (QdWindow *window);
/* All changes of what is connected are frozen, and then not any more. */
void qd_shots_freeze_begin (QdWindow *window);
gboolean qd_shots_freeze_step (void);
void qd_shots_freeze_end (QdWindow *window);
/* What is asked before something is done to many tenants, and in production to one; nothing is done. */
void qd_shots_many_begin (QdWindow *window);
void qd_shots_production_begin (QdWindow *window);
/* Somebody else was quicker with some of the same tenants. */
void qd_shots_clash_begin (QdWindow *window);

G_END_DECLS
