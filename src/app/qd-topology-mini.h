/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdTopologyMini:
 *
 * The whole topology small, live, without labels; a click or Enter opens the page. For the overview.
 */
#define QD_TYPE_TOPOLOGY_MINI (qd_topology_mini_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyMini, qd_topology_mini, QD, TOPOLOGY_MINI, AdwBin)

GtkWidget *qd_topology_mini_new (QdSession *session);

G_END_DECLS
