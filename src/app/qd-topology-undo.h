/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology-places.h"

G_BEGIN_DECLS

/**
 * QdTopologyUndo:
 *
 * What was done to one arrangement, newest last, to be taken back and done again. Bounded: what is
 * very long ago cannot be taken back. Emits ::changed.
 */
#define QD_TYPE_TOPOLOGY_UNDO (qd_topology_undo_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyUndo, qd_topology_undo, QD, TOPOLOGY_UNDO, GObject)

QdTopologyUndo *qd_topology_undo_new (void);
/* Takes @change. What had been undone can no more be redone. */
void qd_topology_undo_push (QdTopologyUndo *self, QdPlacesChange *change);
gboolean qd_topology_undo_can_undo (QdTopologyUndo *self);
gboolean qd_topology_undo_can_redo (QdTopologyUndo *self);
/* The change to take back (or do again) now; borrowed, NULL when there is none. */
const QdPlacesChange *qd_topology_undo_step_back (QdTopologyUndo *self);
const QdPlacesChange *qd_topology_undo_step_forward (QdTopologyUndo *self);
void qd_topology_undo_clear (QdTopologyUndo *self);

G_END_DECLS
