/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canonical JSON: the examples of RFC 8785 and of ECMA-262, and that what is canonical stays what it is. */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <math.h>
#include <string.h>

#include "qd-canonical.h"
#include "qd-json.h"

static void
assert_canonical (const char *json, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = qd_json_parse (json, -1, "test", &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = qd_json_to_canonical (node);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_examples (void)
{
  /* RFC 8785, 3.2.2 and 3.2.3. */
  assert_canonical ("{\"numbers\":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"
                    "\"string\":\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\"literals\":[null,true,false]}",
                    "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                    "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  assert_canonical ("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
                    "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
                    "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\302\200\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\","
                    "\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\357\254\263\":\"Hebrew Letter Dalet With Dagesh\"}");
  assert_canonical ("[-0.0,0,-1,9007199254740991,1.5e300,5e-324,1e21,1e20,1.2345678901234568e20,0.000001,0.0000001,-1234.5]",
                    "[0,0,-1,9007199254740991,1.5e+300,5e-324,1e+21,100000000000000000000,123456789012345680000,0.000001,1e-7,-1234.5]");
  assert_canonical (" { \"b\" : [ ] , \"a\" : { } } ", "{\"a\":{},\"b\":[]}");
}

/* Each double reads back as itself, and its text is not longer than what seventeen digits would be. */
static void
test_numbers (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      guint64 bits = ((guint64) g_test_rand_int () << 32) | (guint32) g_test_rand_int ();
      double value, back;
      g_autoptr (JsonNode) node = json_node_alloc ();
      g_autofree char *text = NULL, *long_text = NULL;

      memcpy (&value, &bits, sizeof value);
      if (!isfinite (value))
        continue;
      json_node_init_double (node, value);
      text = qd_json_to_canonical (node);
      back = g_ascii_strtod (text, NULL);
      g_assert_cmpfloat (back, ==, value);
      long_text = g_strdup_printf ("%.16e", value);
      if (strchr (text, 'e'))
        g_assert_cmpuint (strlen (text), <=, strlen (long_text));
    }
}

static void
test_again (void)
{
  static const char *const texts[] = { "{\"a\":[1,2.5,{\"y\":\"\\u001f\",\"z\":null}],\"b\":\"é\"}", "[[],{},\"\",true]", "\"x\"", "1e+30" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_canonical (texts[i], texts[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canonical/examples", test_examples);
  g_test_add_func ("/canonical/numbers", test_numbers);
  g_test_add_func ("/canonical/again", test_again);
  return g_test_run ();
}
