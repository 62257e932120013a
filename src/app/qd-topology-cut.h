/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-flows.h"
#include "qd-topology-question.h"

G_BEGIN_DECLS

/**
 * qd_topology_cut_tell:
 * @fleet: whose flows were looked at
 * @flows: what a change of policies cuts off; it is known
 *
 * Makes of it the answer to %QD_ASK_CUT: which paths lose all that they carry or some of it, how many flows and, as far as that is known,
 * how many bytes a day. Each of those paths has a look (%QD_LOOK_DRAINED, %QD_LOOK_THINNED) and a note. Main thread.
 *
 * Returns: (transfer full): an answer
 */
QdTopologyAnswer *qd_topology_cut_tell (QdFleet *fleet, QdPolicyFlows *flows);

G_END_DECLS
