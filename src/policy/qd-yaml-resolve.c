/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-policy"

#include "config.h"

#include <math.h>
#include <string.h>

#include "qd-yaml-private.h"

/* What sigs.k8s.io/yaml, and with it kubectl and the API server, makes of a scalar without quotes: YAML 1.1's booleans
 * (y and n among them) and its octals and underscores, none of its base 60 or dates (a date is a string), and Go's 0o. */

/* Longer is no number; it would be a float of no use. */
#define MAX_NUMBER 512

static gboolean
is_word (const char *text, gsize length, const char *const *words)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (strlen (words[i]) == length && memcmp (words[i], text, length) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
resolve_word (const char *text, gsize length, QdYamlScalar *scalar)
{
  static const char *const yes[] = { "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL };
  static const char *const no[] = { "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", NULL };
  static const char *const null[] = { "", "~", "null", "Null", "NULL", NULL };
  static const char *const inf[] = { ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", NULL };
  static const char *const minus_inf[] = { "-.inf", "-.Inf", "-.INF", NULL };
  static const char *const nan_words[] = { ".nan", ".NaN", ".NAN", NULL };

  if (length > 5)
    return FALSE;
  if (is_word (text, length, yes) || is_word (text, length, no))
    {
      scalar->type = QD_YAML_BOOL;
      scalar->truth = is_word (text, length, yes);
    }
  else if (is_word (text, length, null))
    scalar->type = QD_YAML_NULL;
  else if (is_word (text, length, inf) || is_word (text, length, minus_inf))
    {
      scalar->type = QD_YAML_FLOAT;
      scalar->number = *text == '-' ? -INFINITY : INFINITY;
    }
  else if (is_word (text, length, nan_words))
    {
      scalar->type = QD_YAML_FLOAT;
      scalar->number = NAN;
    }
  else
    return FALSE;
  return TRUE;
}

/* [-+] then a prefix that gives the base, as Go's ParseInt with base 0 reads it. */
static gboolean
resolve_int (const char *text, QdYamlScalar *scalar)
{
  const char *p = text;
  gboolean negative = *p == '-';
  guint base = 10;
  guint64 value = 0;

  if (*p == '-' || *p == '+')
    p++;
  if (*p == '0' && p[1] != '\0')
    {
      switch (p[1] | 0x20)
        {
        case 'x': base = 16; p += 2; break;
        case 'b': base = 2; p += 2; break;
        case 'o': base = 8; p += 2; break;
        default: base = 8; p += 1; break;
        }
    }
  if (*p == '\0')
    return FALSE;
  for (; *p != '\0'; p++)
    {
      int digit = g_ascii_xdigit_value (*p);

      if (digit < 0 || (guint) digit >= base || value > (G_MAXUINT64 - (guint) digit) / base)
        return FALSE;
      value = value * base + (guint) digit;
    }
  /* A sign makes it one with a sign: +18446744073709551615 fits nowhere. */
  if (value > (guint64) G_MAXINT64 + negative && !g_ascii_isdigit (*text))
    return FALSE;
  scalar->type = QD_YAML_INT;
  scalar->is_unsigned = value > (guint64) G_MAXINT64 && !negative;
  scalar->is_int = !scalar->is_unsigned;
  scalar->integer = negative ? (gint64) (0 - value) : (gint64) value;
  scalar->number = negative ? -(double) value : (double) value;
  return TRUE;
}

static const char *
skip_digits (const char *p)
{
  while (g_ascii_isdigit (*p))
    p++;
  return p;
}

/* [-+] digits with a point somewhere, and an exponent. */
static gboolean
resolve_float (const char *text, QdYamlScalar *scalar)
{
  const char *p = text, *begin;
  double number;

  if (*p == '-' || *p == '+')
    p++;
  begin = p;
  p = skip_digits (p);
  if (p == begin && (*p != '.' || !g_ascii_isdigit (p[1])))
    return FALSE;
  if (*p == '.')
    p = skip_digits (p + 1);
  if (*p == 'e' || *p == 'E')
    {
      p++;
      if (*p == '-' || *p == '+')
        p++;
      if (!g_ascii_isdigit (*p))
        return FALSE;
      p = skip_digits (p);
    }
  number = *p == '\0' ? g_ascii_strtod (text, NULL) : NAN;
  if (!isfinite (number))
    return FALSE;
  scalar->type = QD_YAML_FLOAT;
  scalar->number = number;
  return TRUE;
}

void
qd_yaml_resolve (const char *text, gsize length, QdYamlScalar *scalar)
{
  char plain[MAX_NUMBER + 1];
  gsize n = 0;

  *scalar = (QdYamlScalar) { .type = QD_YAML_STRING };
  if (length > 0 && strchr ("+-0123456789.yYnNtTfFoO~", *text) == NULL)
    return;
  if (resolve_word (text, length, scalar) || length > MAX_NUMBER || g_ascii_isalpha (*text) || *text == '~')
    return;
  /* Where it begins with a point they stand between digits only. */
  for (gsize i = 0; i < length; i++)
    if (text[i] != '_' || (*text == '.' && !(g_ascii_isdigit (text[i - 1]) && g_ascii_isdigit (text[i + 1]))))
      plain[n++] = text[i];
  plain[n] = '\0';
  if (strlen (plain) != n)
    return;
  if (*text == '.' || !resolve_int (plain, scalar))
    resolve_float (plain, scalar);
}

/* A float as Go writes it: with the fewest digits that tell it from any other float of 32 bits, and with an exponent
 * below 1e-4 and from 1e6 on. */
static char *
dup_float_key (double number)
{
  char text[64], format[8];
  int digits = 0, exponent;

  if (!isfinite ((float) number))
    return g_strdup (isnan (number) ? ".nan" : number < 0 ? "-.inf" : ".inf");
  do
    {
      g_snprintf (format, sizeof format, "%%.%de", digits++);
      g_ascii_formatd (text, sizeof text, format, (double) (float) number);
    }
  while ((float) g_ascii_strtod (text, NULL) != (float) number && digits < 9);
  exponent = (int) g_ascii_strtoll (strchr (text, 'e') + 1, NULL, 10);
  if (exponent >= -4 && exponent < 6)
    {
      g_snprintf (format, sizeof format, "%%.%df", MAX (0, digits - 1 - exponent));
      g_ascii_formatd (text, sizeof text, format, (double) (float) number);
    }
  return g_strdup (text);
}

char *
qd_yaml_scalar_dup_key (const QdYamlScalar *scalar)
{
  switch (scalar->type)
    {
    case QD_YAML_BOOL:
      return g_strdup (scalar->truth ? "true" : "false");
    case QD_YAML_INT:
      return scalar->is_int ? g_strdup_printf ("%" G_GINT64_FORMAT, scalar->integer) : NULL;
    case QD_YAML_FLOAT:
      return dup_float_key (scalar->number);
    default:
      return NULL;
    }
}
