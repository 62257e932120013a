/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"
#include "qd-topology-question.h"

G_BEGIN_DECLS

/**
 * QdTopologyPanel:
 *
 * A question about the net and its answer, in words and as a list. Emits ::answered when there is
 * another answer, or none any more, and ::chosen (QdEntity) when a thing in the list is.
 */
#define QD_TYPE_TOPOLOGY_PANEL (qd_topology_panel_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyPanel, qd_topology_panel, QD, TOPOLOGY_PANEL, AdwBin)

GtkWidget *qd_topology_panel_new (QdSession *session);
/* Takes @question; NULL: nothing is asked any more. What QD_ASK_CUT asks is answered by qd_topology_panel_take_answer(). */
void qd_topology_panel_ask (QdTopologyPanel *self, QdTopologyQuestion *question);
/* Takes @answer to what is asked, found elsewhere. */
void qd_topology_panel_take_answer (QdTopologyPanel *self, QdTopologyAnswer *answer);
/* Asks once more, as the net may be another by now; what is shown stays until the answer has come. */
void qd_topology_panel_ask_again (QdTopologyPanel *self);
const QdTopologyQuestion *qd_topology_panel_get_question (QdTopologyPanel *self);   /* borrowed, NULL: nothing is asked */
const QdTopologyAnswer *qd_topology_panel_get_answer (QdTopologyPanel *self);       /* borrowed, NULL: there is none (yet) */

G_END_DECLS
