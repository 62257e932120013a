/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "qd-trend.h"

G_BEGIN_DECLS

/**
 * QdOverviewCard:
 *
 * One figure of the overview: title, figure with unit, the last hour, the change against an hour
 * ago. It can be dragged onto another card and moved with Alt and the arrow keys; then it emits
 * ::move (int), the place that it should take, and whoever owns the order obeys.
 */
#define QD_TYPE_OVERVIEW_CARD (qd_overview_card_get_type ())
G_DECLARE_FINAL_TYPE (QdOverviewCard, qd_overview_card, QD, OVERVIEW_CARD, GtkFlowBoxChild)

GtkWidget *qd_overview_card_new (QdStat stat);
QdStat qd_overview_card_get_stat (QdOverviewCard *self);
/* Shows the figure; hides the card where it is absent. Unchanged text is not set again. */
void qd_overview_card_update (QdOverviewCard *self, const QdFleetStats *stats, const double points[QD_TREND_POINTS], double hour_ago);

G_END_DECLS
