/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdDetailHistory:
 *
 * The last hour of a thing's figures, from the one-minute samples in the store: a line, the figure
 * now, the least and the most. Hidden where nothing was recorded.
 */
#define QD_TYPE_DETAIL_HISTORY (qd_detail_history_get_type ())
G_DECLARE_FINAL_TYPE (QdDetailHistory, qd_detail_history, QD, DETAIL_HISTORY, AdwBin)

GtkWidget *qd_detail_history_new (QdSession *session);
void qd_detail_history_set_entity (QdDetailHistory *self, QdEntity *entity);

G_END_DECLS
