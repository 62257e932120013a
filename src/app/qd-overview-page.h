/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-page.h"

G_BEGIN_DECLS

/**
 * QdOverviewPage:
 *
 * Is the fleet well? A sentence that says so, what is worst, the figures as cards that the admin
 * arranges, what happened, the busiest flows and the jobs under way.
 */
#define QD_TYPE_OVERVIEW_PAGE (qd_overview_page_get_type ())
G_DECLARE_FINAL_TYPE (QdOverviewPage, qd_overview_page, QD, OVERVIEW_PAGE, QdPage)

/* Whether the fleet is shown, not that it is waited for. */
gboolean qd_overview_page_has_data (QdOverviewPage *self);

G_END_DECLS
