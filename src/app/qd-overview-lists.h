/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-row-list.h"

G_BEGIN_DECLS

/* What the overview's lists show, of one connection or of all (NULL). Each fills its list anew. */

/* The worst sites, nodes and paths first; returns how many things need attention in all. */
guint qd_overview_fill_attention (QdRowList *list, QdFleet *fleet, const char *connection, guint most);
void qd_overview_fill_events (QdRowList *list, QdFleet *fleet, const char *connection, guint most);
void qd_overview_fill_flows (QdRowList *list, QdFleet *fleet, const char *connection, guint most);
void qd_overview_fill_jobs (QdRowList *list, QdFleet *fleet, const char *connection, guint most);

G_END_DECLS
