/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* Random values, and random ways of writing them: block and flow, indented as people do, comments, quotes, line ends. The
 * writer shares nothing with the one that is tested. */

JsonNode *random_value (GRand *rand, guint depth);
char *random_key (GRand *rand);
/* Comments are "#c0", "#c1" and so on, each once. */
char *random_yaml (GRand *rand, JsonNode *value, guint *n_comments);
char *random_json (GRand *rand, JsonNode *value);
