/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-effective-config.h"
#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdDetailConfig:
 *
 * What is configured for a tenant: each value, whether it is the tenant's own, and what holds for all where that is another. Those that
 * differ come first; of many, a few are shown until one asks for all of them, or looks for some.
 */
#define QD_TYPE_DETAIL_CONFIG (qd_detail_config_get_type ())
G_DECLARE_FINAL_TYPE (QdDetailConfig, qd_detail_config, QD, DETAIL_CONFIG, AdwBin)

GtkWidget *qd_detail_config_new (QdSession *session);
/* Another tenant: what was looked for is forgotten. */
void qd_detail_config_reset (QdDetailConfig *self);
/* @config NULL: nothing is known. */
void qd_detail_config_fill (QdDetailConfig *self, QdEffectiveConfig *config);
/* How many values there are; *@own: those that are other than for all. */
guint qd_detail_config_count (QdDetailConfig *self, guint *own);

G_END_DECLS
