/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <math.h>
#include <string.h>

#include "qd-value.h"

static int
sign (int n)
{
  return (n > 0) - (n < 0);
}

static int
compare_texts (const char *a, const char *b)
{
  QdValue x = qd_value_string (a), y = qd_value_string (b);
  int order = sign (qd_value_compare (&x, &y));

  g_assert_cmpint (sign (qd_value_compare (&y, &x)), ==, -order);
  qd_value_clear (&x);
  qd_value_clear (&y);
  return order;
}

static void
test_natural (void)
{
  static const char *ordered[] = { "", "10.0.0.9", "10.0.0.10", "10.0.0.10:51820", "alpha", "Site 9", "site 10", "site 10b",
                                   "SITE 11", "site 99999999999999999999999998", "site 99999999999999999999999999", "zebra" };

  for (gsize i = 0; i < G_N_ELEMENTS (ordered); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (ordered); j++)
      g_assert_cmpint (compare_texts (ordered[i], ordered[j]), ==, sign ((int) i - (int) j));
  g_assert_cmpint (compare_texts ("fe80::a", "fe80::10"), ==, -1);
  g_assert_cmpint (compare_texts ("fe80:0::a", "fe80::a"), ==, 0);
  g_assert_cmpint (compare_texts ("Éa", "eb"), ==, 1);
  g_assert_cmpint (compare_texts ("Éa", "f"), ==, -1);
  g_assert_cmpint (compare_texts ("HQ → a", "hq → B"), ==, -1);
}

static void
test_numbers (void)
{
  QdValue none = QD_NO_VALUE, nan = qd_value_double (NAN), minus = qd_value_double (-1.5), zero = qd_value_double (-0.0),
          one = qd_value_int (1);

  g_assert_cmpint (qd_value_compare (&minus, &zero), <, 0);
  g_assert_cmpint (qd_value_compare (&zero, &one), <, 0);
  g_assert_cmpint (qd_value_compare (&none, &one), >, 0);
  g_assert_cmpint (qd_value_compare (&nan, &none), ==, 0);
  g_assert_true (qd_value_equal (&nan, &nan));
  g_assert_false (qd_value_equal (&none, &zero));
}

static void
test_format (void)
{
  static const QdField ms = { "latency_ms", "Latency", "ms", QD_VALUE_DOUBLE, 1 };
  QdValue value = qd_value_double (12.345), tiny = qd_value_double (-0.01), none = QD_NO_VALUE;
  g_autofree char *people = qd_value_format (&value, &ms), *machine = qd_value_to_text (&value, &ms);
  g_autofree char *nothing = qd_value_format (&none, &ms), *unsigned_zero = qd_value_format (&tiny, &ms);

  g_assert_cmpstr (people, ==, "12.3");
  g_assert_cmpstr (machine, ==, "12.345");
  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpstr (unsigned_zero, ==, "0.0");
  for (guint i = 0; i < 2000; i++)
    {
      QdValue random = qd_value_double (ldexp (g_test_rand_double () - 0.5, g_test_rand_int_range (-60, 60)));
      g_autofree char *text = qd_value_to_text (&random, NULL);

      g_assert_true (g_ascii_strtod (text, NULL) == random.v.d);
    }
}

static void
test_not_utf8 (void)
{
  QdValue value = qd_value_string ("a\xff" "b"), absent = qd_value_string (NULL);

  g_assert_true (g_utf8_validate (value.v.s, -1, NULL));
  g_assert_cmpint (absent.type, ==, QD_VALUE_NONE);
  qd_value_clear (&value);
}

static void
test_status_words (void)
{
  static const struct { const char *word; QdStatus status; } cases[] = {
    { "Active", QD_STATUS_WELL }, { "UP", QD_STATUS_WELL }, { "OPTIMAL", QD_STATUS_WELL }, { "online", QD_STATUS_WELL },
    { "healthy", QD_STATUS_WELL }, { "ok", QD_STATUS_WELL }, { "ready", QD_STATUS_WELL }, { "Degraded", QD_STATUS_DEGRADED },
    { "draining", QD_STATUS_DEGRADED }, { "warning", QD_STATUS_DEGRADED }, { "Inactive", QD_STATUS_DOWN },
    { "down", QD_STATUS_DOWN }, { "failed", QD_STATUS_DOWN }, { "offline", QD_STATUS_DOWN }, { "unhealthy", QD_STATUS_DOWN },
    { "critical", QD_STATUS_DOWN }, { "maintenance", QD_STATUS_MAINTENANCE }, { "blocked", QD_STATUS_UNKNOWN },
    { "", QD_STATUS_UNKNOWN }, { NULL, QD_STATUS_UNKNOWN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (qd_status_parse (cases[i].word), ==, cases[i].status);
  for (int status = QD_STATUS_NONE; status <= QD_STATUS_DOWN; status++)
    g_assert_cmpint (qd_status_parse (qd_status_to_string ((QdStatus) status)), ==, status);
}

/* Every table must be whole: a hole would be a field without a name. */
static void
test_schemas (void)
{
  for (int kind = 0; kind < QD_N_KINDS; kind++)
    {
      const QdSchema *schema = qd_schema_get ((QdKind) kind);

      g_assert_cmpint (schema->kind, ==, kind);
      g_assert_cmpint (qd_schema_find_kind (schema->id), ==, kind);
      g_assert_cmpint (qd_schema_find_kind (schema->plural), ==, kind);
      g_assert_cmpuint (schema->n_fields, <=, 64);
      for (guint i = 0; i < schema->n_fields; i++)
        {
          g_assert_nonnull (schema->fields[i].id);
          g_assert_cmpint (qd_schema_find_field (schema, schema->fields[i].id), ==, (int) i);
          g_assert_cmpint (schema->fields[i].type, !=, QD_VALUE_NONE);
          if (schema->fields[i].shown)
            g_assert_nonnull (schema->fields[i].title);
        }
    }
  g_assert_cmpint (qd_schema_find_kind ("nonsense"), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/value/natural", test_natural);
  g_test_add_func ("/model/value/numbers", test_numbers);
  g_test_add_func ("/model/value/format", test_format);
  g_test_add_func ("/model/value/not-utf8", test_not_utf8);
  g_test_add_func ("/model/status/words", test_status_words);
  g_test_add_func ("/model/schema/whole", test_schemas);
  return g_test_run ();
}
