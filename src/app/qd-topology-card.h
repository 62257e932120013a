/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-session.h"
#include <adwaita.h>

G_BEGIN_DECLS

/**
 * QdTopologyCard:
 *
 * One thing's name, state and figures, kept up to date once a second.
 */
#define QD_TYPE_TOPOLOGY_CARD (qd_topology_card_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyCard, qd_topology_card, QD, TOPOLOGY_CARD, AdwBin)

GtkWidget *qd_topology_card_new (QdFleet *fleet);
/* NULL: nothing. */
void qd_topology_card_set_entity (QdTopologyCard *self, QdEntity *entity);
/* Says how it was then, and nothing of now, until another thing is set. */
void qd_topology_card_set_past (QdTopologyCard *self, QdStatus status, gint64 at_us);
/* What else there is to say of it, until another thing is set; NULL: nothing. */
void qd_topology_card_set_note (QdTopologyCard *self, const char *note);
QdEntity *qd_topology_card_get_entity (QdTopologyCard *self);

G_END_DECLS
