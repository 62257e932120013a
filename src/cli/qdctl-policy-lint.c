/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy.h"

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-policy-lint.h"

/* Where a finding begins and ends, lines and columns from 1; the end is behind the last character. */
typedef struct { QdYamlSpan start, end; } Region;

static Region
region_of (const QdPolicyFinding *finding)
{
  QdYamlSpan span = finding->place.node ? qd_yaml_node_get_span (finding->place.node) : (QdYamlSpan) { 0, 0, 1, 1 };

  return (Region) { span, qd_yaml_file_get_place (finding->place.file, span.end) };
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const char *name, guint value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
print_built (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = qd_json_to_text (root, TRUE);
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  qdctl_print (line);
}

static void
print_json (GPtrArray *findings)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      Region region = region_of (finding);

      json_builder_begin_object (builder);
      add_string (builder, "code", finding->code);
      add_string (builder, "severity", qd_policy_severity_to_string (finding->severity));
      add_string (builder, "file", qd_yaml_file_get_name (finding->place.file));
      add_int (builder, "line", region.start.line);
      add_int (builder, "column", region.start.column);
      add_int (builder, "end_line", region.end.line);
      add_int (builder, "end_column", region.end.column);
      add_string (builder, "text", finding->message);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  print_built (builder);
}

/* --- SARIF 2.1.0 ------------------------------------------------------------------------------------------------ */

static void
add_rules (JsonBuilder *builder, GPtrArray *findings)
{
  g_autoptr (GHashTable) codes = g_hash_table_new (g_str_hash, g_str_equal);

  json_builder_set_member_name (builder, "rules");
  json_builder_begin_array (builder);
  for (guint i = 0; i < findings->len; i++)
    if (g_hash_table_add (codes, (gpointer) ((const QdPolicyFinding *) g_ptr_array_index (findings, i))->code))
      {
        json_builder_begin_object (builder);
        add_string (builder, "id", ((const QdPolicyFinding *) g_ptr_array_index (findings, i))->code);
        json_builder_end_object (builder);
      }
  json_builder_end_array (builder);
}

static void
add_result (JsonBuilder *builder, const QdPolicyFinding *finding)
{
  Region region = region_of (finding);
  g_autofree char *uri = g_uri_escape_string (qd_yaml_file_get_name (finding->place.file), "/", TRUE);

  json_builder_begin_object (builder);
  add_string (builder, "ruleId", finding->code);
  add_string (builder, "level", qd_policy_severity_to_string (finding->severity));
  json_builder_set_member_name (builder, "message");
  json_builder_begin_object (builder);
  add_string (builder, "text", finding->message);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "locations");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "physicalLocation");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "artifactLocation");
  json_builder_begin_object (builder);
  add_string (builder, "uri", uri);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "region");
  json_builder_begin_object (builder);
  add_int (builder, "startLine", region.start.line);
  add_int (builder, "startColumn", region.start.column);
  add_int (builder, "endLine", region.end.line);
  add_int (builder, "endColumn", region.end.column);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
print_sarif (GPtrArray *findings)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_string (builder, "version", "2.1.0");
  json_builder_set_member_name (builder, "runs");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "tool");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "driver");
  json_builder_begin_object (builder);
  add_string (builder, "name", "qdctl policy lint");
  add_string (builder, "version", QD_VERSION);
  add_rules (builder, findings);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  /* Columns are characters here, and UTF-16 units where nothing is said. */
  add_string (builder, "columnKind", "unicodeCodePoints");
  json_builder_set_member_name (builder, "results");
  json_builder_begin_array (builder);
  for (guint i = 0; i < findings->len; i++)
    add_result (builder, g_ptr_array_index (findings, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  print_built (builder);
}

/* --- The verb --------------------------------------------------------------------------------------------------- */

static void
print_text (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *place = qd_policy_place_to_text (&finding->place);
      g_autofree char *line = g_strdup_printf ("%s: %s: %s [%s]\n", place, qd_policy_severity_to_string (finding->severity), finding->message, finding->code);

      qdctl_print (line);
    }
}

QdExit
qdctl_policy_lint (const QdctlPolicyOptions *options, char **paths)
{
  g_auto (QdctlPolicyInput) input = { .tests = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_yaml_file_unref) };
  g_autoptr (GPtrArray) findings = NULL;
  gboolean clean = TRUE;

  if (options->json && options->sarif)
    {
      qdctl_complain (_("either --json or --sarif"));
      return QD_EXIT_BAD_INPUT;
    }
  if (!qdctl_policy_read (&input, paths, 0, options->keep_going))
    return QD_EXIT_BAD_INPUT;
  findings = qd_policy_lint ((QdYamlFile **) input.files->pdata, input.files->len, (QdYamlFile **) input.tests->pdata, input.tests->len);
  if (options->json)
    print_json (findings);
  else if (options->sarif)
    print_sarif (findings);
  else
    print_text (findings);
  /* What was only passed over is no fault. */
  for (guint i = 0; i < findings->len; i++)
    clean &= ((const QdPolicyFinding *) g_ptr_array_index (findings, i))->severity == QD_POLICY_NOTE;
  return qdctl_policy_exit (&input, clean ? QD_EXIT_YES : QD_EXIT_NO);
}
