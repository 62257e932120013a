/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "lab-yaml.h"

/*
 * The client's evaluator and the lab's, which share no code, on random worlds.
 *
 * test-compare [--from SEED] [--count N] [--json]: with --json one line with the sums, and one for each
 * world on which the two differ, with the smallest that still does; else a test.
 */

static int from_seed = 1, n_worlds = 300;
static gboolean as_json;

static const GOptionEntry entries[] = {
  { "from", 0, 0, G_OPTION_ARG_INT, &from_seed, "The first seed", "SEED" },
  { "count", 0, 0, G_OPTION_ARG_INT, &n_worlds, "How many worlds", "N" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Sums as JSON", NULL },
  { NULL }
};

static void
report (guint64 seed, const char *sort, const char *why, const char *yaml)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  if (!as_json)
    {
      g_printerr ("seed %" G_GUINT64_FORMAT ", %s: %s\n%s\n", seed, sort, why, yaml);
      return;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "seed");
  json_builder_add_int_value (builder, (gint64) seed);
  json_builder_set_member_name (builder, "sort");
  json_builder_add_string_value (builder, sort);
  json_builder_set_member_name (builder, "why");
  json_builder_add_string_value (builder, why);
  json_builder_set_member_name (builder, "world");
  json_builder_add_string_value (builder, yaml);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  puts (text);
  fflush (stdout);
}

/* TRUE when nothing differs. */
static gboolean
check (GPtrArray *documents, guint64 seed, CompareSort what, const char *sort, Tally *tally)
{
  g_autoptr (GString) why = g_string_new (NULL);
  LabSwitches switches = compare_switches (seed);
  g_autofree char *yaml = NULL;

  if (what == COMPARE_LINT ? compare_lint (documents, seed, &switches, why, &tally->lint)
      : what == COMPARE_LAWS ? compare_laws (documents, seed, &switches, why) : compare_world (documents, seed, &switches, why, tally))
    return TRUE;
  yaml = compare_smallest (documents, seed, &switches, what, why);
  report (seed, sort, why->str, yaml);
  return FALSE;
}

static guint
check_seed (guint64 seed, Tally *tally, Tally *spoilt)
{
  g_autoptr (GPtrArray) documents = worlds_make (seed);
  g_autoptr (GPtrArray) bad = worlds_spoil (documents, seed);
  guint wrong = 0;

  wrong += !check (documents, seed, COMPARE_WORLD, "verdict", tally);
  wrong += !check (documents, seed, COMPARE_LAWS, "law", NULL);
  wrong += !check (documents, seed, COMPARE_LINT, "lint", tally);
  wrong += !check (bad, seed, COMPARE_WORLD, "spoilt", spoilt);
  wrong += !check (bad, seed, COMPARE_LINT, "spoilt lint", spoilt);
  return wrong;
}

/* A world of another sort, in which there is more for lint to find. */
static guint
check_plain (guint64 seed, Tally *tally)
{
  g_autoptr (GPtrArray) documents = worlds_make_plain (seed);

  return !check (documents, seed, COMPARE_LINT, "plain lint", tally);
}

static guint
check_all (Tally *tally, Tally *spoilt)
{
  guint wrong = 0;

  for (int i = 0; i < n_worlds; i++)
    {
      wrong += check_seed ((guint64) from_seed + (guint64) i, tally, spoilt);
      wrong += check_plain ((guint64) from_seed + (guint64) i, tally);
    }
  return wrong;
}

/* Lint alone is quick enough for thousands of worlds. */
#define N_PLAIN 2000

static void
test_lint (void)
{
  Tally tally = { 0 };
  guint wrong = 0;

  for (guint64 seed = 1; seed <= N_PLAIN; seed++)
    wrong += check_plain (seed, &tally);
  g_assert_cmpuint (wrong, ==, 0);
  /* Each sort of finding is there, none is so often that it is no finding, and most are shown. */
  for (guint i = 0; i < COMPARE_N_CODES; i++)
    {
      g_test_message ("%s: %" G_GUINT64_FORMAT, compare_lint_code (i), tally.lint.codes[i]);
      g_assert_cmpuint (tally.lint.codes[i], >, 0);
    }
  g_assert_cmpuint (tally.lint.proofs, >, tally.lint.findings / 6);
  g_assert_cmpuint (tally.lint.at_once, >, N_PLAIN / 20);
}

/* Most findings about traffic are shown, and most texts allow their fix. */
static void
check_tally (const LintTally *lint)
{
  for (guint i = 0; i < COMPARE_N_CODES; i++)
    g_test_message ("%s: %" G_GUINT64_FORMAT, compare_lint_code (i), lint->codes[i]);
  g_assert_cmpuint (lint->proofs, >, lint->findings / 30);
  g_assert_cmpuint (lint->unproven, <=, lint->findings / 20);
  g_assert_cmpuint (lint->refused, <=, lint->fixes / 4);
}

static void
test_compare (void)
{
  Tally tally = { 0 }, spoilt = { 0 };
  guint wrong = check_all (&tally, &spoilt);

  g_test_message ("%" G_GUINT64_FORMAT " worlds, %" G_GUINT64_FORMAT " verdicts, %" G_GUINT64_FORMAT " allowed, %" G_GUINT64_FORMAT " explained; of the spoilt worlds %" G_GUINT64_FORMAT
                  " are invalid", tally.worlds, tally.verdicts, tally.allowed, tally.explained, spoilt.invalid);
  g_test_message ("%" G_GUINT64_FORMAT " findings, %" G_GUINT64_FORMAT " flows that prove, %" G_GUINT64_FORMAT " findings that none proves, %" G_GUINT64_FORMAT
                  " fixes, %" G_GUINT64_FORMAT " that the text did not allow; %" G_GUINT64_FORMAT " worlds without all that changes nothing",
                  tally.lint.findings, tally.lint.proofs, tally.lint.unproven, tally.lint.fixes, tally.lint.refused, tally.lint.at_once);
  g_assert_cmpuint (tally.explained, >, 0);
  g_assert_cmpuint (wrong, ==, 0);
  /* Worlds that say something: valid ones, with flows that are allowed and flows that are not. */
  g_assert_cmpuint (tally.invalid, ==, 0);
  g_assert_cmpuint (tally.allowed, >, tally.verdicts / 10);
  g_assert_cmpuint (tally.allowed, <, tally.verdicts - tally.verdicts / 10);
  g_assert_cmpuint (spoilt.invalid, >, spoilt.worlds / 10);
  g_assert_cmpuint (spoilt.invalid, <, spoilt.worlds - spoilt.worlds / 10);
  check_tally (&tally.lint);
}

static gboolean
has_a_deployment (GPtrArray *documents, gpointer user_data)
{
  for (guint i = 0; i < documents->len; i++)
    {
      JsonObject *object = json_node_get_object (g_ptr_array_index (documents, i));

      if (g_str_equal (json_object_get_string_member_with_default (object, "kind", ""), "Deployment"))
        return TRUE;
    }
  return FALSE;
}

static char *
all_as_json (GPtrArray *documents)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < documents->len; i++)
    {
      g_autofree char *text = json_to_string (g_ptr_array_index (documents, i), FALSE);

      g_string_append_printf (out, "%s\n", text);
    }
  return g_string_free (out, FALSE);
}

/* However it is spelt, the YAML of a world is that world. */
static void
test_spelling (void)
{
  for (guint64 seed = 1; seed <= 300; seed++)
    {
      g_autoptr (GPtrArray) documents = worlds_make (seed), read = NULL;
      g_autofree char *yaml = worlds_to_yaml (documents, seed), *before = all_as_json (documents), *after = NULL;

      read = lab_yaml_parse (yaml, strlen (yaml), NULL);
      g_assert_nonnull (read);
      after = all_as_json (read);
      g_assert_cmpstr (before, ==, after);
    }
}

/* The same seed is the same world, another another; a world shrinks to what is asked for and no more. */
static void
test_worlds (void)
{
  for (guint64 seed = 1; seed <= 40; seed++)
    {
      g_autoptr (GPtrArray) a = worlds_make (seed), b = worlds_make (seed), c = worlds_make (seed + 1000), small = NULL;
      g_autofree char *text = worlds_to_yaml (a, seed), *same = worlds_to_yaml (b, seed), *other = worlds_to_yaml (c, seed), *left = NULL;

      g_assert_cmpstr (text, ==, same);
      g_assert_cmpstr (text, !=, other);
      if (!has_a_deployment (a, NULL))
        continue;
      small = worlds_shrink (a, has_a_deployment, NULL);
      g_assert_cmpuint (small->len, ==, 1);
      left = json_to_string (g_ptr_array_index (small, 0), FALSE);
      g_assert_cmpuint (strlen (left), <, 60);
    }
}

static void
add_sum (JsonBuilder *builder, const char *name, guint64 sum)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) sum);
}

static int
run_as_program (void)
{
  Tally tally = { 0 }, spoilt = { 0 };
  guint wrong = check_all (&tally, &spoilt);
  const struct { const char *name; guint64 sum; } sums[] = {
    { "from", (guint64) from_seed }, { "worlds", tally.worlds }, { "wrong", wrong }, { "verdicts", tally.verdicts }, { "allowed", tally.allowed },
    { "explained", tally.explained }, { "policies", tally.policies }, { "workloads", tally.workloads }, { "spoilt", spoilt.worlds },
    { "refused", spoilt.invalid }, { "findings", tally.lint.findings }, { "proofs", tally.lint.proofs }, { "unproven", tally.lint.unproven },
    { "fixes", tally.lint.fixes }, { "fixes_refused", tally.lint.refused }, { "fixes_compared", tally.lint.compared },
    { "without_redundant", tally.lint.at_once }, { "repairs", spoilt.lint.fixes },
  };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (sums); i++)
    add_sum (builder, sums[i].name, sums[i].sum);
  json_builder_set_member_name (builder, "codes");
  json_builder_begin_object (builder);
  for (guint i = 0; i < COMPARE_N_CODES; i++)
    add_sum (builder, compare_lint_code (i), tally.lint.codes[i]);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  puts (text);
  return wrong > 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_ignore_unknown_options (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }
  if (as_json)
    return run_as_program ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/worlds", test_worlds);
  g_test_add_func ("/policy/spelling", test_spelling);
  g_test_add_func ("/policy/compare", test_compare);
  g_test_add_func ("/policy/compare-lint", test_lint);
  return g_test_run ();
}
