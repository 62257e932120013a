/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-schema.h"

G_BEGIN_DECLS

/* One field's value, sixteen bytes. Strings are GRefStrings, so copies are cheap and thread-safe. */
typedef struct {
  union { gint64 i; double d; GRefString *s; } v;
  QdType type;
} QdValue;

#define QD_NO_VALUE ((QdValue) { .type = QD_VALUE_NONE })
static inline QdValue qd_value_int (gint64 i) { return (QdValue) { .v.i = i, .type = QD_VALUE_INT }; }
static inline QdValue qd_value_bool (gboolean b) { return (QdValue) { .v.i = !!b, .type = QD_VALUE_BOOL }; }
static inline QdValue qd_value_double (double d) { return (QdValue) { .v.d = d, .type = QD_VALUE_DOUBLE }; }
static inline QdValue qd_value_time (gint64 us) { return (QdValue) { .v.i = us, .type = QD_VALUE_TIME }; }
static inline QdValue qd_value_status (QdStatus s) { return (QdValue) { .v.i = s, .type = QD_VALUE_STATUS }; }
QdValue qd_value_string (const char *text);   /* NULL gives an absent value; text that is not UTF-8 is made so */
QdValue qd_value_json (const char *text);

QdValue qd_value_copy (const QdValue *self);
void qd_value_clear (QdValue *self);
gboolean qd_value_equal (const QdValue *a, const QdValue *b);
/* Order for sorting: absent last; strings naturally ("site 9" before "site 10"), addresses by number. */
int qd_value_compare (const QdValue *a, const QdValue *b);

/* As a person reads it, in the locale's format, without the unit. Empty for an absent value. */
char *qd_value_format (const QdValue *self, const QdField *field);
/* As a machine reads it (CSV, JSON): C locale, ISO times. */
char *qd_value_to_text (const QdValue *self, const QdField *field);

G_END_DECLS
