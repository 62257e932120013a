/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-patronus-policy.h"

G_BEGIN_DECLS

/* Routing policies as the node API spells them (qd-routing.h), and as Patronus keeps them, a row each of sdwan_policies: {policy_id, name, priority,
 * match_rules, path_preference, enabled}, the fourth and fifth being JSON in a text. It asks the highest priority first, the node API the lowest:
 * 0 to 1000 there are 1000 to 0 here. */

/* Whether something in @file is a routing policy of the node API, or a row of Patronus. */
gboolean qd_patronus_routing_is_file (QdYamlFile *file);
/* Into rows, in the order in which they are asked. What would fit more flows than it says (by class or mark) is left out. */
QdPatronusConversion *qd_patronus_routing_export (QdYamlFile *file);
/* Out of rows: one, a sequence of them, or a map with "policies" or "items"; texts of JSON may be values, too. */
QdPatronusConversion *qd_patronus_routing_import (QdYamlFile *file);

G_END_DECLS
