/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "qd-backoff.h"
#include "qd-ticker.h"
#include "qd-time.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

/* Any second of the years 1 to 9999, written in any zone, is read as GDateTime reads it. */
static void
test_against_gdatetime (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      gint64 expected = (gint64) (g_test_rand_double_range (-62135596800.0 + 86400, 253402300799.0 - 86400)), us;
      int minutes = g_test_rand_int_range (-14 * 60, 14 * 60);
      g_autofree char *zone_name = g_strdup_printf ("%c%02d:%02d", minutes < 0 ? '-' : '+', ABS (minutes) / 60, ABS (minutes) % 60);
      g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zone_name);
      g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (expected);
      g_autoptr (GDateTime) time = g_date_time_to_timezone (utc, zone);
      g_autofree char *day = g_date_time_format (time, "%m-%dT%H:%M:%S");
      g_autofree char *text = g_strdup_printf ("%04d-%s%s", g_date_time_get_year (time), day, zone_name);

      g_assert_true (qd_time_parse (text, &us));
      g_assert_cmpint (us, ==, expected * SECOND);
      g_autofree char *iso = qd_time_format_iso (us + 123456);
      g_assert_true (qd_time_parse (iso, &us));
      g_assert_cmpint (us, ==, expected * SECOND + 123000);
    }
}

static void
test_shapes (void)
{
  static const struct { const char *text; gint64 us; } good[] = {
    { "1970-01-01T00:00:00Z", 0 },
    { "1970-01-01T00:00:01+00:00", SECOND },
    { "1970-01-01 00:00:01.5", SECOND + 500000 },
    { "1970-01-01T00:00:00.123456789Z", 123456 },
    { "1970-01-01t01:00:00.1+0100", 100000 },
    { "1970-01-01T01:00:00+01", 0 },
    { "1969-12-31T23:59:59.9999999Z", 0 },
    { "1969-12-31T23:59:59.999999Z", -1 },
    { "2016-12-31T23:59:60Z", 1483228800 * SECOND },
    { "2024-02-29T12:00:00", 1709208000 * SECOND },
  };
  static const char *bad[] = {
    "", "now", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z",
    "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:00Zx", "2024-01-01T00:00", "2024-1-1T00:00:00Z",
    "2024-01-01T00:00:00+25:00", "2024-01-01T00:00:00+1", "0000-01-01T00:00:00Z", "2024-01-01T00:00:61Z", " 2024-01-01T00:00:00Z",
  };
  gint64 us;

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_test_message ("%s", good[i].text);
      g_assert_true (qd_time_parse (good[i].text, &us));
      g_assert_cmpint (us, ==, good[i].us);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%s", bad[i]);
      us = 77;
      g_assert_false (qd_time_parse (bad[i], &us));
      g_assert_cmpint (us, ==, 77);
    }
  g_assert_false (qd_time_parse (NULL, &us));
}

static void
test_format (void)
{
  g_autofree char *first = qd_time_format_iso (G_MININT64), *last = qd_time_format_iso (G_MAXINT64);
  g_autofree char *age = qd_time_format_age (125 * SECOND), *local = qd_time_format_local (0);

  g_assert_cmpstr (first, ==, "0001-01-01T00:00:00.000Z");
  g_assert_cmpstr (last, ==, "9999-12-31T23:59:59.999Z");
  g_assert_cmpstr (age, ==, "2 min");
  g_assert_cmpuint (strlen (local), >, 8);
}

static void
test_backoff (void)
{
  QdBackoff backoff = QD_BACKOFF_INIT;
  guint64 sum = 0;

  for (guint round = 0; round < 200; round++)
    {
      qd_backoff_reset (&backoff);
      for (guint i = 0; i < 60; i++)
        {
          guint ms = qd_backoff_next_ms (&backoff);

          g_assert_cmpuint (ms, >=, backoff.base_ms / 2);
          g_assert_cmpuint (ms, <=, MIN ((guint64) backoff.base_ms << MIN (i, 20), backoff.cap_ms));
          sum += i == 59 ? ms : 0;
        }
    }
  /* Spread evenly, the mean of the last ones is about half of the cap. */
  g_assert_cmpuint (sum / 200, >, 15000 / 3);
  g_assert_cmpuint (sum / 200, <, 15000 * 2 / 3);
}

static void
tick_cb (QdTicker *ticker, gint64 deadline_us, guint *n)
{
  g_assert_cmpint (deadline_us, >, g_get_monotonic_time ());
  if (++*n < 5)
    qd_ticker_request (ticker);
}

static gpointer
request_many (gpointer ticker)
{
  for (guint i = 0; i < 1000; i++)
    qd_ticker_request (ticker);
  return NULL;
}

static void
test_ticker (void)
{
  QdTicker *ticker = qd_timer_ticker_new (1000);
  guint n = 0;
  gint64 until = g_get_monotonic_time () + 5 * SECOND;

  g_signal_connect (ticker, "tick", G_CALLBACK (tick_cb), &n);
  g_thread_join (g_thread_new ("requests", request_many, ticker));
  /* A thousand requests make one tick; those asked for within a tick do not wait a whole interval. */
  while (n < 5 && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n, ==, 5);
  g_assert_false (g_main_context_pending (NULL));
  g_assert_finalize_object (ticker);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/time/against-gdatetime", test_against_gdatetime);
  g_test_add_func ("/base/time/shapes", test_shapes);
  g_test_add_func ("/base/time/format", test_format);
  g_test_add_func ("/base/backoff", test_backoff);
  g_test_add_func ("/base/ticker", test_ticker);
  return g_test_run ();
}
