/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-page.h"

G_BEGIN_DECLS

/**
 * QdTopologyPage:
 *
 * Who is connected to whom, and how well: the picture, its legend, what is picked in it.
 */
#define QD_TYPE_TOPOLOGY_PAGE (qd_topology_page_get_type ())
G_DECLARE_FINAL_TYPE (QdTopologyPage, qd_topology_page, QD, TOPOLOGY_PAGE, QdPage)

G_END_DECLS
