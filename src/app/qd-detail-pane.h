/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdDetailPane:
 *
 * All about one thing, in the same order for every kind: name, state in a sentence, what can be
 * done with it, its properties, its last hour, what it is related to, what happened to it. Of a
 * tenant there is more, on subpages that lie over that: who has the pane offers the way back.
 * "on-subpage" notifies when one is opened or left, and when another thing is shown.
 */
#define QD_TYPE_DETAIL_PANE (qd_detail_pane_get_type ())
G_DECLARE_FINAL_TYPE (QdDetailPane, qd_detail_pane, QD, DETAIL_PANE, AdwBin)

GtkWidget *qd_detail_pane_new (QdSession *session);
/* Shows @entity and follows it; %NULL: nothing is selected. */
void qd_detail_pane_set_entity (QdDetailPane *self, QdEntity *entity);
QdEntity *qd_detail_pane_get_entity (QdDetailPane *self);
/* Whether a subpage is in sight, and away from it. */
gboolean qd_detail_pane_get_on_subpage (QdDetailPane *self);
void qd_detail_pane_go_back (QdDetailPane *self);

G_END_DECLS
