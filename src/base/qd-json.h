/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reading JSON that outsiders wrote: nothing here aborts, warns or trusts. A missing member, a null
 * or one of another type gives the fallback. */

#define QD_JSON_MAX_BYTES (64u * 1024u * 1024u)
#define QD_JSON_MAX_DEPTH 64

#define QD_JSON_ERROR (qd_json_error_quark ())
GQuark qd_json_error_quark (void);
typedef enum { QD_JSON_ERROR_SYNTAX, QD_JSON_ERROR_TOO_LARGE, QD_JSON_ERROR_TOO_DEEP, QD_JSON_ERROR_ENCODING } QdJsonError;

/* Parses one JSON value. Integers that do not fit in 53 bits come as strings, digit for digit
 * (ids of up to 64 bits and beyond survive). The error names @origin, line and column. */
JsonNode *qd_json_parse (const char *text, gssize length, const char *origin, GError **error);

JsonObject *qd_json_object (JsonNode *node);                      /* NULL when it is not an object */
JsonArray *qd_json_array (JsonNode *node);
JsonObject *qd_json_get_object (JsonObject *object, const char *name);
JsonArray *qd_json_get_array (JsonObject *object, const char *name);
const char *qd_json_get_string (JsonObject *object, const char *name, const char *fallback);
/* A string whatever its JSON type: "7" and 7 are the same id. NULL when absent or not a scalar. */
char *qd_json_dup_id (JsonObject *object, const char *name);
gboolean qd_json_get_number (JsonObject *object, const char *name, double *value);  /* finite or FALSE */
gboolean qd_json_get_int (JsonObject *object, const char *name, gint64 *value);
gboolean qd_json_get_bool (JsonObject *object, const char *name, gboolean fallback);
/* Microseconds since the epoch, of a timestamp string or unix seconds; FALSE when absent or unreadable. */
gboolean qd_json_get_time (JsonObject *object, const char *name, gint64 *value);

/* Unix seconds as microseconds; FALSE when no date is so far away. */
gboolean qd_json_seconds_to_time (double seconds, gint64 *us);

/* The array of a list answer: a bare array, or the first array among the usual members
 * (items, then @hint, then data, results). NULL when there is none. */
JsonArray *qd_json_list (JsonNode *node, const char *hint);
char *qd_json_to_text (JsonNode *node, gboolean pretty);

G_END_DECLS
