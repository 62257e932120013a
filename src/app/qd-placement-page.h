/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-page.h"
#include "qd-placement-board.h"

G_BEGIN_DECLS

/**
 * QdPlacementPage:
 *
 * Who lives where, a service kind at a time, and a plan of who should live elsewhere: made by dragging, by `m`, or proposed.
 */
#define QD_TYPE_PLACEMENT_PAGE (qd_placement_page_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementPage, qd_placement_page, QD, PLACEMENT_PAGE, QdPage)

QdPlacementBoard *qd_placement_page_get_board (QdPlacementPage *self);
/* Drops the plan, and shows the shards alone. */
void qd_placement_page_close (QdPlacementPage *self);
/* Shows who is on @shard (NULL: nobody's). */
void qd_placement_page_show_shard (QdPlacementPage *self, const char *shard);

G_END_DECLS
