/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-table-page.h"

G_BEGIN_DECLS

/**
 * QdAuditPage:
 *
 * Who did what, when, why and from where: the records of this desk and of the fleets' streams, and whether this desk's chain of them
 * is whole.
 */
GType qd_audit_page_get_type (void);

G_END_DECLS
