/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"

G_BEGIN_DECLS

/* A freeze of all changes, as a connection's entity has it (QD_CONNECTION_FREEZE). Its server refuses changes while it is on; what goes past the
 * server, to the buckets, is refused here. */

/* "All changes are frozen since 14:02:11 by ada: stocktaking." NULL: they are not, as far as is known. (transfer full) */
char *qd_freeze_tell (QdEntity *connection);

G_END_DECLS
