/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"
#include "qd-view.h"

G_BEGIN_DECLS

/**
 * QdTopologyFilterBar:
 *
 * What of the picture is to be seen: words and conditions, states, kinds, places, labels; filters can
 * be kept. Emits ::changed, a moment after the last key.
 */
#define QD_TYPE_TOPOLOGY_FILTER_BAR (qd_topology_filter_bar_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyFilterBar, qd_topology_filter_bar, QD, TOPOLOGY_FILTER_BAR, AdwBin)

GtkWidget *qd_topology_filter_bar_new (QdSession *session);
/* As QdFilter reads it, the states too: "kind:hub status:down,degraded". (transfer full) */
char *qd_topology_filter_bar_dup_text (QdTopologyFilterBar *self);
void qd_topology_filter_bar_set_text (QdTopologyFilterBar *self, const char *text);
/* NULL: everything is to be seen. (transfer full) */
QdFilter *qd_topology_filter_bar_make_filter (QdTopologyFilterBar *self);
void qd_topology_filter_bar_focus (QdTopologyFilterBar *self);

G_END_DECLS
