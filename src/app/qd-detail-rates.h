/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdDetailRates:
 *
 * How many events a second each of a tenant's shards processes for it, measured from what they count while one looks, and where each tells
 * its metrics. Hidden where no shard tells.
 */
#define QD_TYPE_DETAIL_RATES (qd_detail_rates_get_type ())
G_DECLARE_FINAL_TYPE (QdDetailRates, qd_detail_rates, QD, DETAIL_RATES, AdwBin)

GtkWidget *qd_detail_rates_new (QdSession *session);
/* @tenant NULL: none. Of another than before, what was measured is forgotten. */
void qd_detail_rates_update (QdDetailRates *self, QdEntity *tenant);
/* Whether a shard tells; *@total: all events a second, NAN until one was measured. */
gboolean qd_detail_rates_get_total (QdDetailRates *self, double *total);

G_END_DECLS
