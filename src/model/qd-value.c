/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-value.h"

#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#include "qd-natural.h"
#include "qd-time.h"

static gboolean
is_text (const QdValue *self)
{
  return self->type == QD_VALUE_STRING || self->type == QD_VALUE_JSON;
}

static QdValue
new_text (const char *text, QdType type)
{
  if (text == NULL)
    return QD_NO_VALUE;
  if (G_LIKELY (g_utf8_validate (text, -1, NULL)))
    return (QdValue) { .v.s = g_ref_string_new (text), .type = type };
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  return (QdValue) { .v.s = g_ref_string_new (valid), .type = type };
}

/**
 * qd_value_string:
 * @text: (nullable): what it says; %NULL gives an absent value, and what is not UTF-8 is made so
 *
 * Returns: (transfer full): a value
 */
QdValue
qd_value_string (const char *text)
{
  return new_text (text, QD_VALUE_STRING);
}

QdValue
qd_value_json (const char *text)
{
  return new_text (text, QD_VALUE_JSON);
}

QdValue
qd_value_copy (const QdValue *self)
{
  if (is_text (self))
    g_ref_string_acquire (self->v.s);
  return *self;
}

void
qd_value_clear (QdValue *self)
{
  if (is_text (self))
    g_ref_string_release (self->v.s);
  *self = QD_NO_VALUE;
}

gboolean
qd_value_equal (const QdValue *a, const QdValue *b)
{
  if (a->type != b->type)
    return FALSE;
  switch (a->type)
    {
    case QD_VALUE_NONE:
      return TRUE;
    case QD_VALUE_DOUBLE:
      return a->v.d == b->v.d || (isnan (a->v.d) && isnan (b->v.d));
    case QD_VALUE_STRING:
    case QD_VALUE_JSON:
      return a->v.s == b->v.s || strcmp (a->v.s, b->v.s) == 0;
    default:
      return a->v.i == b->v.i;
    }
}

/* The order of types that cannot be compared, so that any mixture has an order. */
static int
rank (const QdValue *self)
{
  switch (self->type)
    {
    case QD_VALUE_NONE: return 2;
    case QD_VALUE_DOUBLE: return isnan (self->v.d) ? 2 : 0;
    case QD_VALUE_STRING:
    case QD_VALUE_JSON: return 1;
    default: return 0;
    }
}

static double
number_of (const QdValue *self)
{
  return self->type == QD_VALUE_DOUBLE ? self->v.d : (double) self->v.i;
}

static int
compare_text (const char *a, const char *b)
{
  if (a == b)
    return 0;
  g_autoptr (GByteArray) ka = g_byte_array_sized_new (128), kb = g_byte_array_sized_new (128);
  qd_natural_key (a, ka);
  qd_natural_key (b, kb);
  int order = memcmp (ka->data, kb->data, MIN (ka->len, kb->len));
  return order != 0 ? order : (ka->len > kb->len) - (ka->len < kb->len);
}

/**
 * qd_value_compare:
 *
 * The order for sorting: numbers by size, strings naturally ("site 9" before "site 10") and without
 * regard to case, addresses by number, absent ones (and what is not a number) last.
 *
 * Returns: less than, equal to or more than 0
 */
int
qd_value_compare (const QdValue *a, const QdValue *b)
{
  int ra = rank (a), rb = rank (b);

  if (ra != rb)
    return ra - rb;
  if (ra == 2)
    return 0;
  if (ra == 1)
    return compare_text (a->v.s, b->v.s);
  if (a->type != QD_VALUE_DOUBLE && b->type != QD_VALUE_DOUBLE)
    return (a->v.i > b->v.i) - (a->v.i < b->v.i);
  double x = number_of (a), y = number_of (b);
  return (x > y) - (x < y);
}

/**
 * qd_value_format:
 * @field: (nullable): which field it is of: says how many decimals
 *
 * As a person reads it, in the locale's format, without the unit.
 *
 * Returns: (transfer full): text, empty for an absent value
 */
char *
qd_value_format (const QdValue *self, const QdField *field)
{
  switch (self->type)
    {
    case QD_VALUE_NONE:
      return g_strdup ("");
    case QD_VALUE_BOOL:
      return g_strdup (self->v.i ? _("Yes") : _("No"));
    case QD_VALUE_INT:
      return g_strdup_printf ("%'" G_GINT64_FORMAT, self->v.i);
    case QD_VALUE_DOUBLE:
      if (!isfinite (self->v.d))
        return g_strdup ("");
      /* A figure that rounds to nothing has no sign. */
      if (fabs (self->v.d) < 0.5 * pow (10, field != NULL ? -field->decimals : -2))
        return g_strdup_printf ("%.*f", field != NULL ? field->decimals : 2, 0.0);
      return g_strdup_printf ("%'.*f", field != NULL ? field->decimals : 2, self->v.d);
    case QD_VALUE_TIME:
      return qd_time_format_local (self->v.i);
    case QD_VALUE_STATUS:
      return g_strdup (qd_status_get_label ((QdStatus) self->v.i));
    case QD_VALUE_STRING:
    case QD_VALUE_JSON:
      break;
    }
  return g_strdup (self->v.s);
}

/**
 * qd_value_to_text:
 * @field: (nullable): which field it is of
 *
 * As a machine reads it: C locale, ISO times, doubles in full.
 *
 * Returns: (transfer full): text, empty for an absent value
 */
char *
qd_value_to_text (const QdValue *self, const QdField *field)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  switch (self->type)
    {
    case QD_VALUE_NONE:
      return g_strdup ("");
    case QD_VALUE_BOOL:
      return g_strdup (self->v.i ? "true" : "false");
    case QD_VALUE_INT:
      return g_strdup_printf ("%" G_GINT64_FORMAT, self->v.i);
    case QD_VALUE_DOUBLE:
      if (!isfinite (self->v.d))
        return g_strdup ("");
      /* The shortest that reads back as the same number. */
      for (int digits = 6; digits <= 17; digits += digits < 15 ? 9 : 1)
        {
          char format[8];

          g_snprintf (format, sizeof format, "%%.%dg", digits);
          g_ascii_formatd (buffer, sizeof buffer, format, self->v.d);
          if (g_ascii_strtod (buffer, NULL) == self->v.d)
            break;
        }
      return g_strdup (buffer);
    case QD_VALUE_TIME:
      return qd_time_format_iso (self->v.i);
    case QD_VALUE_STATUS:
      return g_strdup (qd_status_to_string ((QdStatus) self->v.i));
    case QD_VALUE_STRING:
    case QD_VALUE_JSON:
      break;
    }
  return g_strdup (self->v.s);
}
