/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"

G_BEGIN_DECLS

/* What happened, as a sentence: "branch-athens is degraded: Power is back". (transfer full) */
char *qd_event_describe (QdFleet *fleet, QdEntity *event);

/* What it is called that happened: "State of a path". (transfer full) */
char *qd_event_type_dup_label (const char *type);

G_END_DECLS
