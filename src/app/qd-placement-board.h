/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-placement-roll.h"
#include "qd-session.h"

G_BEGIN_DECLS

/* One move of the plan; all is borrowed from the board. */
typedef struct {
  const QdRollTenant *tenant;
  const char *from;          /* NULL: it was placed nowhere */
  const char *to;
} QdPlacementMove;

/**
 * QdPlacementBoard:
 *
 * What the page of placements shows: who is where (a roll of one service kind), and where the plan would have them. The plan outlives new
 * rolls; what has come true by itself is no move any more. Emits ::changed after any change of these, and of the filter.
 */
#define QD_TYPE_PLACEMENT_BOARD (qd_placement_board_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementBoard, qd_placement_board, QD, PLACEMENT_BOARD, GObject)

QdPlacementBoard *qd_placement_board_new (void);
/* Takes @roll. Each kind has a plan of its own, which waits while another is shown. */
void qd_placement_board_set_roll (QdPlacementBoard *self, QdPlacementRoll *roll);
/* Borrowed; never NULL once one was set. Changes with ::changed. */
const QdPlacementRoll *qd_placement_board_get_roll (QdPlacementBoard *self);
/* Where the plan has @tenant; NULL: nowhere. */
const char *qd_placement_board_get_place (QdPlacementBoard *self, const char *tenant);
/* (transfer none) (element-type QdRollTenant) who is on @shard (NULL: nowhere), now or by the plan, in the roll's order; valid until ::changed. */
GPtrArray *qd_placement_board_get_tenants (QdPlacementBoard *self, const char *shard);
guint qd_placement_board_count_now (QdPlacementBoard *self, const char *shard);
guint qd_placement_board_count_then (QdPlacementBoard *self, const char *shard);

/* Plans all of @tenants to be on @shard, as one step. FALSE: they are all there already, or one of the names is not known. */
gboolean qd_placement_board_move (QdPlacementBoard *self, const char *const *tenants, const char *shard);
/* Takes what is planned for @tenants out of the plan; FALSE: nothing was. */
gboolean qd_placement_board_keep (QdPlacementBoard *self, const char *const *tenants);
/* Replaces the plan with @rebalance's moves, as one step. */
void qd_placement_board_take (QdPlacementBoard *self, const QdRebalance *rebalance);
/* Why @tenant is moved, where a proposal said so; NULL: somebody wants it. */
const char *qd_placement_board_get_why (QdPlacementBoard *self, const char *tenant);
gboolean qd_placement_board_can_undo (QdPlacementBoard *self);
gboolean qd_placement_board_can_redo (QdPlacementBoard *self);
void qd_placement_board_undo (QdPlacementBoard *self);
void qd_placement_board_redo (QdPlacementBoard *self);
/* As one step, too. */
void qd_placement_board_discard (QdPlacementBoard *self);
/* Takes @tenants out of the plan for good: they are on their way. Nothing can be undone then. */
void qd_placement_board_drop (QdPlacementBoard *self, const char *const *tenants);
/* (transfer container) (element-type QdPlacementMove) in the roll's order, a proposal's in its own. */
GArray *qd_placement_board_list_moves (QdPlacementBoard *self);
guint qd_placement_board_get_n_moves (QdPlacementBoard *self);

void qd_placement_board_set_filter (QdPlacementBoard *self, const char *text);
const char *qd_placement_board_get_filter (QdPlacementBoard *self);     /* "" : everybody matches */
gboolean qd_placement_board_matches (QdPlacementBoard *self, const QdRollTenant *tenant);

G_END_DECLS
