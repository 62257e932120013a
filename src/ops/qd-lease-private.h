/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-lease.h"

G_BEGIN_DECLS

/* What numbers of processes can be compared with each other: those of one run of one kernel, in one of its namespaces. "": it is not known. */
const char *qd_lease_get_place (void);
/* Whether a process of such a place has ended: of a run of the kernel that is over, all have. Who ends while another has its number is not seen to
 * have ended. */
gboolean qd_lease_is_gone (const char *place, gint64 pid);

G_END_DECLS
