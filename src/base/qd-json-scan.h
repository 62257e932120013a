/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reading JSON where it lies, without building a tree or allocating: for the few message types that
 * come thousands of times a second. As strict as qd_json_parse(), which stands on it.
 *
 *   QdJsonSlice whole, name, value;
 *   QdJsonIter iter;
 *   if (!qd_json_slice_parse (&whole, bytes, length, &error)) …
 *   qd_json_iter_init (&iter, &whole);
 *   while (qd_json_iter_next (&iter, &name, &value))
 *     if (qd_json_slice_is (&name, "latency_ms")) qd_json_slice_get_number (&value, &latency);
 */

typedef enum {
  QD_JSON_NONE,
  QD_JSON_NULL,
  QD_JSON_FALSE,
  QD_JSON_TRUE,
  QD_JSON_NUMBER,
  QD_JSON_STRING,
  QD_JSON_OBJECT,
  QD_JSON_ARRAY,
} QdJsonType;

/* One value in somebody else's bytes, which must outlive it. A string's text is what stands between
 * the quotes; an object's and an array's includes its brackets. Not NUL-terminated. */
typedef struct {
  const char *text;
  gsize length;
  QdJsonType type;
  gboolean escaped;   /* a string with backslashes in it */
} QdJsonSlice;

/* Checks that @text is one JSON value and nothing else (white space aside), within the bounds of
 * qd-json.h, and makes @self that value. */
gboolean qd_json_slice_parse (QdJsonSlice *self, const char *text, gsize length, GError **error);

gboolean qd_json_slice_is (const QdJsonSlice *self, const char *text);   /* a string equal to @text */
gboolean qd_json_slice_get_number (const QdJsonSlice *self, double *value);   /* finite or FALSE */
gboolean qd_json_slice_get_int (const QdJsonSlice *self, gint64 *value);      /* an integer that fits, or FALSE */
gboolean qd_json_slice_get_time (const QdJsonSlice *self, gint64 *us);        /* a timestamp or unix seconds */
/* The text of a string or the digits of a number, into @buffer with a NUL. FALSE when it is neither
 * or does not fit. */
gboolean qd_json_slice_copy (const QdJsonSlice *self, char *buffer, gsize size);
char *qd_json_slice_dup (const QdJsonSlice *self);   /* NULL when it is neither a string nor a number */

typedef struct { const char *p, *end; QdJsonType container; } QdJsonIter;

/* Goes through the members of an object or the elements of an array; a scalar has none. */
void qd_json_iter_init (QdJsonIter *self, const QdJsonSlice *container);
/* @name may be NULL; in an array it is QD_JSON_NONE, which is no name at all. */
gboolean qd_json_iter_next (QdJsonIter *self, QdJsonSlice *name, QdJsonSlice *value);

/* --- What qd_json_parse() builds its tree with --- */

typedef struct {
  const char *begin, *p, *end;
  int error;             /* QdJsonError */
  const char *problem;   /* what was wrong at @p; NULL: nothing */
} QdJsonScan;

void qd_json_scan_init (QdJsonScan *self, const char *text, gsize length);
/* The first character of the next token, 0 at the end. */
char qd_json_scan_peek (QdJsonScan *self);
/* Steps over @c; else notes the problem. */
gboolean qd_json_scan_expect (QdJsonScan *self, char c, const char *problem);
/* Reads a string, number, true, false or null. */
gboolean qd_json_scan_scalar (QdJsonScan *self, QdJsonSlice *slice);
gboolean qd_json_scan_fail (QdJsonScan *self, int error, const char *problem);
/* Sets @error to what was wrong and where, in @origin (or NULL). */
void qd_json_scan_set_error (QdJsonScan *self, const char *origin, GError **error);

G_END_DECLS
