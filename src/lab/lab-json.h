/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * Writing: straight into a GString, commas placed by looking at the last byte. Keys may be NULL
 * inside arrays. Nothing here can produce invalid JSON but an unbalanced begin and end.
 */
void lab_json_begin       (GString *out, const char *key, char open);
void lab_json_end         (GString *out, char close);
void lab_json_string      (GString *out, const char *key, const char *value);
void lab_json_int         (GString *out, const char *key, gint64 value);
void lab_json_double      (GString *out, const char *key, double value, int decimals);
void lab_json_bool        (GString *out, const char *key, gboolean value);
void lab_json_null        (GString *out, const char *key);
void lab_json_raw         (GString *out, const char *key, const char *json);
void lab_json_time        (GString *out, const char *key, gint64 unix_us);

/* Appends @value, quoted and escaped; invalid UTF-8 becomes U+FFFD. */
void lab_json_quote       (GString *out, const char *value);

/* "2026-01-02T03:04:05.678Z" into @buf of at least 32 bytes. */
void lab_time_format      (char *buf, gint64 unix_us);

/* Unix microseconds of an ISO 8601 time or of plain unix seconds; FALSE when it is neither. */
gboolean lab_time_parse   (const char *text, gint64 *unix_us);

/*
 * Reading: members that are missing or of another type give the fallback, never a critical.
 */
JsonNode   *lab_json_parse      (const char *data, gsize length, GError **error);
const char *lab_json_get_string (JsonObject *object, const char *name, const char *fallback);
double      lab_json_get_double (JsonObject *object, const char *name, double fallback);
gint64      lab_json_get_int    (JsonObject *object, const char *name, gint64 fallback);
gboolean    lab_json_get_bool   (JsonObject *object, const char *name, gboolean fallback);
JsonObject *lab_json_get_object (JsonObject *object, const char *name);
JsonArray  *lab_json_get_array  (JsonObject *object, const char *name);
char       *lab_json_node_text  (JsonNode *node);

G_END_DECLS
