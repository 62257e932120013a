/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-base"

#include "config.h"

#include "qd-time.h"

#include <string.h>
#include <glib/gi18n-lib.h>

#define SECOND ((gint64) G_USEC_PER_SEC)
#define DAY_S 86400

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar, counting years from March
 * so that the leap day is a year's last. */
static gint64
days_from_civil (int year, int month, int day)
{
  int y = month <= 2 ? year - 1 : year;
  int era = (y >= 0 ? y : y - 399) / 400;
  int year_of_era = y - era * 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

  return (gint64) era * 146097 + day_of_era - 719468;
}

static void
civil_from_days (gint64 days, int *year, int *month, int *day)
{
  days += 719468;
  gint64 era = (days >= 0 ? days : days - 146096) / 146097;
  int day_of_era = (int) (days - era * 146097);
  int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int m = (5 * day_of_year + 2) / 153;

  *day = day_of_year - (153 * m + 2) / 5 + 1;
  *month = m < 10 ? m + 3 : m - 9;
  *year = (int) (era * 400) + year_of_era + (*month <= 2);
}

static gboolean
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

/* Reads exactly @n digits. */
static gboolean
read_digits (const char **p, int n, int *value)
{
  int v = 0;

  for (int i = 0; i < n; i++)
    {
      if (!is_digit ((*p)[i]))
        return FALSE;
      v = v * 10 + ((*p)[i] - '0');
    }
  *p += n;
  *value = v;
  return TRUE;
}

static gboolean
read_char (const char **p, char c)
{
  if (**p != c)
    return FALSE;
  (*p)++;
  return TRUE;
}

static gboolean
read_date (const char **p, gint64 *days)
{
  static const guint8 lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  int year, month, day;

  if (!read_digits (p, 4, &year) || !read_char (p, '-') || !read_digits (p, 2, &month) || !read_char (p, '-') ||
      !read_digits (p, 2, &day))
    return FALSE;
  if (year < 1 || month < 1 || month > 12 || day < 1)
    return FALSE;
  gboolean leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > lengths[month - 1] + (month == 2 && leap))
    return FALSE;
  *days = days_from_civil (year, month, day);
  return TRUE;
}

/* Up to nine digits after the point. @rest: whether anything is lost below the microsecond. */
static gboolean
read_fraction (const char **p, int *us, gboolean *rest)
{
  int n = 0, v = 0;

  *rest = FALSE;
  for (; is_digit (**p); (*p)++, n++)
    {
      if (n >= 9)
        return FALSE;
      if (n < 6)
        v = v * 10 + (**p - '0');
      else if (**p != '0')
        *rest = TRUE;
    }
  if (n == 0)
    return FALSE;
  for (; n < 6; n++)
    v *= 10;
  *us = v;
  return TRUE;
}

static gboolean
read_zone (const char **p, int *offset_s)
{
  int hours, minutes = 0, sign;

  *offset_s = 0;
  if (**p == '\0')
    return TRUE;
  if (**p == 'Z' || **p == 'z')
    {
      (*p)++;
      return TRUE;
    }
  sign = **p == '+' ? 1 : **p == '-' ? -1 : 0;
  if (sign == 0)
    return FALSE;
  (*p)++;
  if (!read_digits (p, 2, &hours))
    return FALSE;
  if (**p != '\0' && (read_char (p, ':'), !read_digits (p, 2, &minutes)))
    return FALSE;
  if (hours > 23 || minutes > 59)
    return FALSE;
  *offset_s = sign * (hours * 3600 + minutes * 60);
  return TRUE;
}

/**
 * qd_time_parse:
 * @text: (nullable): RFC 3339, with Z, an offset or neither (then UTC), 0 to 9 fractional digits
 * @us: (out): microseconds since the epoch, rounded towards it
 *
 * Reads a timestamp. A leap second counts as the second after it.
 *
 * Returns: %FALSE when @text is not a timestamp; @us is then untouched
 */
gboolean
qd_time_parse (const char *text, gint64 *us)
{
  const char *p = text;
  int hour, minute, second, fraction = 0, offset;
  gboolean rest = FALSE;
  gint64 days;

  if (text == NULL || !read_date (&p, &days))
    return FALSE;
  if (*p != 'T' && *p != 't' && *p != ' ')
    return FALSE;
  p++;
  if (!read_digits (&p, 2, &hour) || !read_char (&p, ':') || !read_digits (&p, 2, &minute) || !read_char (&p, ':') ||
      !read_digits (&p, 2, &second))
    return FALSE;
  if (hour > 23 || minute > 59 || second > 60)
    return FALSE;
  if (read_char (&p, '.') && !read_fraction (&p, &fraction, &rest))
    return FALSE;
  if (!read_zone (&p, &offset) || *p != '\0')
    return FALSE;

  gint64 total = (days * DAY_S + hour * 3600 + minute * 60 + second - offset) * SECOND + fraction;
  if (rest && total < 0)
    total++;
  *us = total;
  return TRUE;
}

/**
 * qd_time_format_iso:
 * @us: microseconds since the epoch
 *
 * For machines, in UTC, to the millisecond: "2026-11-20T14:02:11.123Z". A time outside the years 1
 * to 9999 is given as the nearest within.
 *
 * Returns: (transfer full): text that qd_time_parse() reads
 */
char *
qd_time_format_iso (gint64 us)
{
  const gint64 first = days_from_civil (1, 1, 1) * DAY_S * SECOND;
  const gint64 last = days_from_civil (10000, 1, 1) * DAY_S * SECOND - 1;
  int year, month, day;

  us = CLAMP (us, first, last);
  gint64 days = us / (DAY_S * SECOND), left = us % (DAY_S * SECOND);
  if (left < 0)
    {
      left += DAY_S * SECOND;
      days--;
    }
  civil_from_days (days, &year, &month, &day);
  int ms = (int) (left / 1000), s = ms / 1000;
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day, s / 3600, s / 60 % 60, s % 60,
                          ms % 1000);
}

/* The zone, looked up anew every few seconds only: each look reads a link of the file system, and a
 * table shows hundreds of times a second while it scrolls. */
static GTimeZone *
dup_local_zone (void)
{
  static GMutex lock;
  static GTimeZone *zone;
  static gint64 until;
  gint64 now = g_get_monotonic_time ();
  GTimeZone *result;

  g_mutex_lock (&lock);
  if (zone == NULL || now >= until || g_getenv ("TZ") != NULL)
    {
      g_clear_pointer (&zone, g_time_zone_unref);
      zone = g_time_zone_new_local ();
      until = now + 10 * G_USEC_PER_SEC;
    }
  result = g_time_zone_ref (zone);
  g_mutex_unlock (&lock);
  return result;
}

/**
 * qd_time_format_local:
 * @us: microseconds since the epoch
 *
 * For people, in local time, short: only the time of day when it is today.
 *
 * Returns: (transfer full): text; empty for a time that no calendar holds
 */
char *
qd_time_format_local (gint64 us)
{
  g_autoptr (GTimeZone) zone = dup_local_zone ();
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc_usec (us);
  g_autoptr (GDateTime) time = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now (zone);

  if (time == NULL || now == NULL)
    return g_strdup ("");
  gboolean same_year = g_date_time_get_year (time) == g_date_time_get_year (now);
  if (same_year && g_date_time_get_day_of_year (time) == g_date_time_get_day_of_year (now))
    return g_date_time_format (time, "%H:%M:%S");
  if (same_year)
    /* Translators: a day of this year and a time, as GDateTime formats it: "20 Nov 14:02" */
    return g_date_time_format (time, _("%-d %b %H:%M"));
  /* Translators: a day of another year and a time: "20 Nov 2025 14:02" */
  return g_date_time_format (time, _("%-d %b %Y %H:%M"));
}

/**
 * qd_time_format_age:
 * @age_us: for how long something has been so, in microseconds
 *
 * Returns: (transfer full): "3 s", "5 min", "2 h" or "4 d"
 */
char *
qd_time_format_age (gint64 age_us)
{
  gint64 s = MAX (age_us, 0) / SECOND;

  if (s < 60)
    return g_strdup_printf (_("%d s"), (int) s);
  if (s < 3600)
    return g_strdup_printf (_("%d min"), (int) (s / 60));
  if (s < DAY_S)
    return g_strdup_printf (_("%d h"), (int) (s / 3600));
  return g_strdup_printf (_("%d d"), (int) MIN (s / DAY_S, G_MAXINT));
}
