/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-placement-board.h"

G_BEGIN_DECLS

/**
 * QdPlacementCard:
 *
 * One shard: what it is called, how it is, how full it is and who is there, as a card on which tenants can be dropped. Where the processor
 * draws, it is one picture, made when something of it changes: a board of cards that is scrolled is pixels that are copied.
 */
#define QD_TYPE_PLACEMENT_CARD (qd_placement_card_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementCard, qd_placement_card, QD, PLACEMENT_CARD, GtkWidget)

GtkWidget *qd_placement_card_new (QdPlacementBoard *board);
/* NULL: none. @item: of whose list it is the child; its label follows. */
void qd_placement_card_set_shard (QdPlacementCard *self, const char *shard, GtkListItem *item);
const char *qd_placement_card_get_shard (QdPlacementCard *self);

G_END_DECLS
