/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-entity.h"
#include "qd-policy-cut.h"

G_BEGIN_DECLS

/* What policies can be about of @flow (of QD_KIND_FLOW). FALSE: nothing. */
gboolean qd_policy_seen_read (QdEntity *flow, QdPolicySeen *seen);

G_END_DECLS
