/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-placement-board.h"

G_BEGIN_DECLS

/* What a review is about, beside the board's plan; all borrowed and read at once. */
typedef struct {
  const char *where;             /* the connection's name */
  const char *verb;              /* what its button does: N_("Apply") */
  const char *note;              /* what carrying it out means, a sentence */
  const char *refused;           /* why it cannot be carried out now; NULL: it can */
  gboolean production;           /* the name must be typed */
  gboolean can_migrate;          /* one may choose to have tenants drained first and verified after */
  const QdRebalance *proposal;   /* or NULL: what it could not solve is shown */
} QdPlacementReviewInfo;

/**
 * QdPlacementReview:
 *
 * The plan in full: every move with why, what speaks against it, how full the shards would be; asks for a reason. Moves that something speaks
 * against are left out. Emits ::confirmed (string reason, boolean migrate) and closes.
 */
#define QD_TYPE_PLACEMENT_REVIEW (qd_placement_review_get_type ())
G_DECLARE_FINAL_TYPE (QdPlacementReview, qd_placement_review, QD, PLACEMENT_REVIEW, AdwDialog)

AdwDialog *qd_placement_review_new (QdPlacementBoard *board, const QdPlacementReviewInfo *info);
/* (transfer container) (element-type QdPlacementMove) the moves that nothing speaks against. */
GArray *qd_placement_review_list_free_moves (QdPlacementBoard *board);
/* As a user would choose; where there is no choice, nothing happens. */
void qd_placement_review_set_migrate (QdPlacementReview *self, gboolean migrate);
/* As a user would type. */
void qd_placement_review_set_texts (QdPlacementReview *self, const char *reason, const char *name);
gboolean qd_placement_review_can_confirm (QdPlacementReview *self);
void qd_placement_review_confirm (QdPlacementReview *self);

G_END_DECLS
