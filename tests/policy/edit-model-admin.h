/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "edit-model.h"

/* The policies of administrators: what their models say otherwise than those of a NetworkPolicy. */

extern const char *const model_domains[3], *const model_networks[5];

Peer *admin_peer_new (int form);
Model *admin_model_random (GRand *rand, QdPolicyKind kind);
/* Whether a port of this rule may be called by a name, and whether one is. */
gboolean admin_may_name_ports (Rule *rule);
gboolean admin_names_ports (Rule *rule);
JsonNode *admin_model_to_json (Model *self, GRand *rand);
char *admin_model_tell (Model *self);
char *admin_model_tell_policy (const QdPolicy *policy);
