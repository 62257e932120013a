/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A copy that shares nothing with @node, for another thread. json_node_copy() shares objects, arrays and values, whose references json-glib counts
 * for one thread alone: two that let go of one at the same moment free it while it is used. Recurses: what qd_json_parse() made is no deeper than
 * QD_JSON_MAX_DEPTH. (transfer full) */
JsonNode *qd_json_copy (JsonNode *node);

G_END_DECLS
