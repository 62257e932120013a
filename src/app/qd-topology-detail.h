/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdTopologyDetail:
 *
 * What is known of the thing picked in the topology: its card, and what it is joined to, worst first.
 * Signal ::closed when its close button is pressed.
 */
#define QD_TYPE_TOPOLOGY_DETAIL (qd_topology_detail_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyDetail, qd_topology_detail, QD, TOPOLOGY_DETAIL, AdwBin)

void qd_topology_detail_set_session (QdTopologyDetail *self, QdSession *session);
void qd_topology_detail_set_entity (QdTopologyDetail *self, QdEntity *entity);

G_END_DECLS
