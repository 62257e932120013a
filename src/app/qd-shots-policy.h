/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-window.h"

G_BEGIN_DECLS

/* Pictures of policies that come from the shown connection and go to it: a folder of their own is opened, the server's policies are got into it and one
 * of them is changed. */

/* Begins it in @window; @apply: with the dialog that applies it, else with what it cuts off. */
void qd_shots_policy_begin (QdWindow *window, gboolean apply);
/* Takes the next step if it can be taken; TRUE: all are, and the picture is there. */
gboolean qd_shots_policy_step (void);
/* Closes the folder and deletes it. */
void qd_shots_policy_end (void);

G_END_DECLS
