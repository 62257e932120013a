/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-row-list.h"

G_BEGIN_DECLS

/* What the overview's lists show, of one connection or of all (NULL). Each fills its list anew. */

/* The worst sites, nodes and paths first. Returns since when the newest of what it shows is so;
 * G_MININT64 when nothing says. */
gint64 qd_overview_fill_attention (QdRowList *list, QdFleet *fleet, const char *connection, guint most);
void qd_overview_fill_events (QdRowList *list, QdFleet *fleet, const char *connection, guint most);
void qd_overview_fill_flows (QdRowList *list, QdFleet *fleet, const char *connection, guint most);
void qd_overview_fill_jobs (QdRowList *list, QdFleet *fleet, const char *connection, guint most);

G_END_DECLS
