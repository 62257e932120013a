/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The one text that a JSON value has (RFC 8785): members in order of their names' UTF-16 units, no white space, each
 * number and string in its only spelling. What is the same is the same bytes, so that it can be hashed. A number beyond
 * 2^53 is the nearest double, one that is not finite null, text that is not UTF-8 made so. (transfer full) */
char *qd_json_to_canonical (JsonNode *node);
void qd_json_append_canonical (GString *out, JsonNode *node);
void qd_json_append_canonical_string (GString *out, const char *text);

G_END_DECLS
