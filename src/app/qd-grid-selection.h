/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-view.h"

G_BEGIN_DECLS

/**
 * QdGridSelection:
 *
 * Which things of a view are selected. It is the things and not their positions that are: whatever
 * becomes of the order, they stay selected, until they are no more in the view. ::changed.
 */
#define QD_TYPE_GRID_SELECTION (qd_grid_selection_get_type ())
G_DECLARE_FINAL_TYPE (QdGridSelection, qd_grid_selection, QD, GRID_SELECTION, GObject)

QdGridSelection *qd_grid_selection_new (QdView *view);
gboolean qd_grid_selection_contains (QdGridSelection *self, QdEntity *entity);
guint qd_grid_selection_get_n (QdGridSelection *self);
/* The one thing that is selected; NULL when there is none, or more. Borrowed. */
QdEntity *qd_grid_selection_get_only (QdGridSelection *self);
/* (transfer container): what is selected, in the view's order; its members are borrowed. */
GPtrArray *qd_grid_selection_list (QdGridSelection *self);
void qd_grid_selection_set_only (QdGridSelection *self, QdEntity *entity);
/* These, as far as the view shows them. */
void qd_grid_selection_set_list (QdGridSelection *self, GPtrArray *entities);
void qd_grid_selection_toggle (QdGridSelection *self, QdEntity *entity);
/* Exactly the things at @from to @to, both included, whichever is first. */
void qd_grid_selection_set_range (QdGridSelection *self, guint from, guint to);
void qd_grid_selection_set_all (QdGridSelection *self);
void qd_grid_selection_clear (QdGridSelection *self);

G_END_DECLS
