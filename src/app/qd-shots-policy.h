/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-window.h"

G_BEGIN_DECLS

/* Pictures of policies that come from the shown connection and go to it: a folder of their own is opened, the server's policies are got into it and one
 * of them is changed. */

/* What is seen at last: what the change cuts off, as a list or on the topology, or the dialog that applies it. */
typedef enum { QD_SHOTS_POLICY_CUT, QD_SHOTS_POLICY_TOPOLOGY, QD_SHOTS_POLICY_APPLY } QdShotsPolicy;

/* Begins it in @window. */
void qd_shots_policy_begin (QdWindow *window, QdShotsPolicy what);
/* Takes the next step if it can be taken; TRUE: all are, and the picture is there. */
gboolean qd_shots_policy_step (void);
/* Closes the folder and deletes it. */
void qd_shots_policy_end (void);

G_END_DECLS
