/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* (transfer full) {"custom":{…}} as it is typed: "latency_weight=3, cost_weight=1". @preference: an object. */
char *qd_routing_weights_to_text (JsonNode *preference);
/* (transfer full) And back; NULL with an error that says what is wrong. */
JsonNode *qd_routing_weights_parse (const char *text, GError **error);

G_END_DECLS
