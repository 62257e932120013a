/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-fleet.h"

G_BEGIN_DECLS

/* {"sites":[…],"paths":[…],…}: every kind's list in its own order, each thing as qd_entity_add_json() has it. */
JsonNode *qd_fleet_to_json (QdFleet *self);

G_END_DECLS
