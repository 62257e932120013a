/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy.h"

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-policy-lint.h"

/* A fix is worked out by reading its file again: of thousands of findings in one large file only so many are told as edits, in bytes that are read;
 * the others by their title alone. */
#define MAX_READ (64u * 1024u * 1024u)

/* Where a finding begins and ends, lines and columns from 1; the end is behind the last character. */
typedef struct { QdYamlSpan start, end; } Region;

typedef struct {
  JsonBuilder *builder;
  gsize read;     /* for fixes */
} Printing;

static Region
region_of (const QdPolicyPlace *place)
{
  QdYamlSpan span = place->node ? qd_yaml_node_get_span (place->node) : (QdYamlSpan) { 0, 0, 1, 1 };

  return (Region) { span, qd_yaml_file_get_place (place->file, span.end) };
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

/* What the fix of a finding does to the text; FALSE: it has none, or it does not fit the text, or there were too many. */
static gboolean
find_splice (Printing *self, const QdPolicyFinding *finding, QdYamlSplice *splice)
{
  g_autoptr (QdYamlFile) changed = NULL;

  if (finding->fix == NULL || self->read > MAX_READ)
    return FALSE;
  self->read += g_bytes_get_size (qd_yaml_file_get_bytes (finding->place.file));
  changed = qd_policy_fix_apply (finding->fix, splice, NULL);
  return changed != NULL && g_utf8_validate (splice->inserted, (gssize) splice->length, NULL);
}

static Region
region_of_splice (QdYamlFile *file, const QdYamlSplice *splice)
{
  return (Region) { qd_yaml_file_get_place (file, splice->offset), qd_yaml_file_get_place (file, splice->offset + splice->removed) };
}

/* "denied" by whom is in the two sides. */
static void
add_flow (JsonBuilder *builder, const QdPolicyProof *proof)
{
  static const char *const words[] = { "deny", "allow" };

  json_builder_set_member_name (builder, "flow");
  json_builder_begin_object (builder);
  add_string (builder, "from", proof->from);
  add_string (builder, "to", proof->to);
  add_int (builder, "port", proof->port);
  add_string (builder, "protocol", qd_protocol_to_string (proof->protocol));
  add_string (builder, "egress", words[proof->egress]);
  add_string (builder, "ingress", words[proof->ingress]);
  add_string (builder, "verdict", words[proof->allowed]);
  json_builder_end_object (builder);
}

static void
add_place (JsonBuilder *builder, const QdPolicyPlace *place)
{
  Region region = region_of (place);

  add_string (builder, "file", qd_yaml_file_get_name (place->file));
  add_int (builder, "line", region.start.line);
  add_int (builder, "column", region.start.column);
  add_int (builder, "end_line", region.end.line);
  add_int (builder, "end_column", region.end.column);
}

/* The text from here to there gives way to another. */
static void
add_fix (Printing *self, const QdPolicyFinding *finding)
{
  JsonBuilder *builder = self->builder;
  g_auto (QdYamlSplice) splice = { 0 };
  Region region;

  json_builder_set_member_name (builder, "fix");
  json_builder_begin_object (builder);
  add_string (builder, "title", qd_policy_fix_get_title (finding->fix));
  if (find_splice (self, finding, &splice))
    {
      region = region_of_splice (finding->place.file, &splice);
      add_int (builder, "line", region.start.line);
      add_int (builder, "column", region.start.column);
      add_int (builder, "end_line", region.end.line);
      add_int (builder, "end_column", region.end.column);
      add_string (builder, "text", splice.inserted);
    }
  json_builder_end_object (builder);
}

static void
add_finding (Printing *self, const QdPolicyFinding *finding)
{
  JsonBuilder *builder = self->builder;

  json_builder_begin_object (builder);
  add_string (builder, "code", finding->code);
  add_string (builder, "severity", qd_policy_severity_to_string (finding->severity));
  add_place (builder, &finding->place);
  add_string (builder, "text", finding->message);
  if (finding->other.file)
    {
      json_builder_set_member_name (builder, "other");
      json_builder_begin_object (builder);
      add_place (builder, &finding->other);
      json_builder_end_object (builder);
    }
  if (finding->proof)
    add_flow (builder, finding->proof);
  if (finding->fix)
    add_fix (self, finding);
  json_builder_end_object (builder);
}

static void
print_json (GPtrArray *findings)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  Printing printing = { builder, 0 };

  json_builder_begin_array (builder);
  for (guint i = 0; i < findings->len; i++)
    add_finding (&printing, g_ptr_array_index (findings, i));
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
add_artifact (JsonBuilder *builder, QdYamlFile *file)
{
  g_autofree char *uri = g_uri_escape_string (qd_yaml_file_get_name (file), "/", TRUE);

  json_builder_set_member_name (builder, "artifactLocation");
  json_builder_begin_object (builder);
  add_string (builder, "uri", uri);
  json_builder_end_object (builder);
}

static void
add_region (JsonBuilder *builder, const char *name, Region region)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  add_int (builder, "startLine", region.start.line);
  add_int (builder, "startColumn", region.start.column);
  add_int (builder, "endLine", region.end.line);
  add_int (builder, "endColumn", region.end.column);
  json_builder_end_object (builder);
}

static void
add_message (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  add_string (builder, "text", text);
  json_builder_end_object (builder);
}

/* A list of one location. */
static void
add_locations (JsonBuilder *builder, const char *name, const QdPolicyPlace *place, const char *message)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "physicalLocation");
  json_builder_begin_object (builder);
  add_artifact (builder, place->file);
  add_region (builder, "region", region_of (place));
  json_builder_end_object (builder);
  if (message)
    add_message (builder, "message", message);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
}

/* SARIF knows a fix by what it replaces: one whose text is not known is none there. */
static void
add_sarif_fix (Printing *self, const QdPolicyFinding *finding)
{
  JsonBuilder *builder = self->builder;
  g_auto (QdYamlSplice) splice = { 0 };

  if (!find_splice (self, finding, &splice))
    return;
  json_builder_set_member_name (builder, "fixes");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  add_message (builder, "description", qd_policy_fix_get_title (finding->fix));
  json_builder_set_member_name (builder, "artifactChanges");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  add_artifact (builder, finding->place.file);
  json_builder_set_member_name (builder, "replacements");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  add_region (builder, "deletedRegion", region_of_splice (finding->place.file, &splice));
  if (splice.length)
    add_message (builder, "insertedContent", splice.inserted);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
}

static void
add_result (Printing *self, const QdPolicyFinding *finding)
{
  JsonBuilder *builder = self->builder;
  g_autofree char *flow = finding->proof ? qd_policy_proof_to_text (finding->proof) : NULL;

  json_builder_begin_object (builder);
  add_string (builder, "ruleId", finding->code);
  add_string (builder, "level", qd_policy_severity_to_string (finding->severity));
  add_message (builder, "message", finding->message);
  add_locations (builder, "locations", &finding->place, NULL);
  if (finding->other.file)
    add_locations (builder, "relatedLocations", &finding->other, _("the other one"));
  add_sarif_fix (self, finding);
  if (flow)
    {
      json_builder_set_member_name (builder, "properties");
      json_builder_begin_object (builder);
      add_flow (builder, finding->proof);
      add_string (builder, "flowText", flow);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
print_sarif (GPtrArray *findings)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  Printing printing = { builder, 0 };

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
    add_result (&printing, g_ptr_array_index (findings, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  print_built (builder);
}

/* --- The verb --------------------------------------------------------------------------------------------------- */

/* The flow that shows it, and what mends it, below. */
static void
print_more (const QdPolicyFinding *finding)
{
  g_autofree char *flow = finding->proof ? qd_policy_proof_to_text (finding->proof) : NULL;
  g_autofree char *shown = flow ? g_strdup_printf (_("    flow: %s\n"), flow) : NULL;
  g_autofree char *fix = finding->fix ? g_strdup_printf (_("    fix: %s\n"), qd_policy_fix_get_title (finding->fix)) : NULL;

  if (shown)
    qdctl_print (shown);
  if (fix)
    qdctl_print (fix);
}

static void
print_text (GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      g_autofree char *place = qd_policy_place_to_text (&finding->place);
      g_autofree char *line = g_strdup_printf ("%s: %s: %s [%s]\n", place, qd_policy_severity_to_string (finding->severity), finding->message, finding->code);

      qdctl_print (line);
      print_more (finding);
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
  findings = qd_policy_lint ((QdYamlFile **) input.files->pdata, input.files->len, (QdYamlFile **) input.tests->pdata, input.tests->len, &options->reading);
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
