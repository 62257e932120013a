/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-placement.h"

#include <glib/gi18n.h>

#include "qd-time.h"

static const char *
kind_of (QdPlacementMap *map)
{
  return qd_placement_kind_get_name (qd_placement_map_get_kind (map));
}

static void
print_builder (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  qdctl_print_json (root);
}

static void
add_time (JsonBuilder *builder, gint64 at_us)
{
  g_autofree char *text = at_us > 0 ? qd_time_format_iso (at_us) : NULL;

  qdctl_add_text (builder, "at", text);
}

static void G_GNUC_PRINTF (1, 2)
say (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  qdctl_print (text);
}

/* --- Maps --------------------------------------------------------------------------------------------- */

static void
add_findings (JsonBuilder *builder, QdPlacementMap *map)
{
  static const char *const problems[] = { "broken-map", "broken-value", "tenant", "twice", "two-shards", "beside" };
  GPtrArray *findings = qd_placement_map_get_findings (map);

  json_builder_set_member_name (builder, "findings");
  json_builder_begin_array (builder);
  for (guint i = 0; i < findings->len; i++)
    {
      QdPlacementFinding *finding = g_ptr_array_index (findings, i);

      json_builder_begin_object (builder);
      qdctl_add_text (builder, "problem", problems[finding->problem]);
      qdctl_add_text (builder, "key", finding->key);
      qdctl_add_text (builder, "tenant", finding->tenant);
      qdctl_add_count (builder, "line", finding->line);
      qdctl_add_count (builder, "column", finding->column);
      qdctl_add_text (builder, "text", finding->text);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_map (JsonBuilder *builder, QdPlacementMap *map)
{
  gboolean object = qd_placement_map_get_encoding (map) == QD_PLACEMENT_OBJECT;

  json_builder_begin_object (builder);
  qdctl_add_text (builder, "kind", kind_of (map));
  qdctl_add_text (builder, "bucket", qd_placement_map_get_bucket (map));
  qdctl_add_text (builder, "encoding", object ? "object" : "keys");
  if (object)
    {
      qdctl_add_text (builder, "key", qd_placement_map_get_key (map));
      qdctl_add_count (builder, "revision", qd_placement_map_get_revision (map));
    }
  json_builder_set_member_name (builder, "placements");
  json_builder_begin_array (builder);
  for (guint i = 0; i < qd_placement_map_get_length (map); i++)
    {
      const QdPlacement *place = qd_placement_map_get_nth (map, i);

      json_builder_begin_object (builder);
      qdctl_add_text (builder, "tenant", place->tenant);
      qdctl_add_text (builder, "shard", place->shard);
      qdctl_add_count (builder, "revision", place->revision);
      add_time (builder, place->at_us);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  add_findings (builder, map);
  json_builder_end_object (builder);
}

/* As wide as the widest of them. */
static int
width_of (QdPlacementMap *map)
{
  glong width = 0;

  for (guint i = 0; i < qd_placement_map_get_length (map); i++)
    width = MAX (width, g_utf8_strlen (qd_placement_map_get_nth (map, i)->tenant, -1));
  return (int) width;
}

static void
say_map (QdPlacementMap *map)
{
  GPtrArray *findings = qd_placement_map_get_findings (map);
  int width = width_of (map);

  for (guint i = 0; i < qd_placement_map_get_length (map); i++)
    {
      const QdPlacement *place = qd_placement_map_get_nth (map, i);

      say ("%-10s  %-*s  %s  (%" G_GUINT64_FORMAT ")\n", kind_of (map), width, place->tenant, place->shard, place->revision);
    }
  for (guint i = 0; i < findings->len; i++)
    {
      QdPlacementFinding *finding = g_ptr_array_index (findings, i);

      qdctl_complain ("%s/%s:%u:%u: %s", qd_placement_map_get_bucket (map), finding->key, finding->line, finding->column, finding->text);
    }
}

void
qdctl_placement_print_maps (GPtrArray *maps, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < maps->len; i++)
    if (json)
      add_map (builder, g_ptr_array_index (maps, i));
    else
      say_map (g_ptr_array_index (maps, i));
  json_builder_end_array (builder);
  if (json)
    print_builder (builder);
}

void
qdctl_placement_print_place (QdPlacementMap *map, const QdPlacement *place, gboolean json)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (!json)
    {
      say ("%s\n", place->shard);
      return;
    }
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  qdctl_add_text (builder, "kind", kind_of (map));
  qdctl_add_text (builder, "tenant", place->tenant);
  qdctl_add_text (builder, "shard", place->shard);
  qdctl_add_count (builder, "revision", place->revision);
  add_time (builder, place->at_us);
  json_builder_end_object (builder);
  print_builder (builder);
}

/* --- Changes -------------------------------------------------------------------------------------------- */

static void
say_difference (const QdPlacementDiff *row)
{
  if (row->from == NULL)
    say ("+ %s: %s\n", row->tenant, row->to);
  else if (row->to == NULL)
    say ("- %s: %s\n", row->tenant, row->from);
  else
    say ("~ %s: %s → %s\n", row->tenant, row->from, row->to);
}

static void
add_differences (JsonBuilder *builder, GPtrArray *rows)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < rows->len; i++)
    {
      QdPlacementDiff *row = g_ptr_array_index (rows, i);

      json_builder_begin_object (builder);
      qdctl_add_text (builder, "tenant", row->tenant);
      qdctl_add_text (builder, "from", row->from);
      qdctl_add_text (builder, "to", row->to);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

void
qdctl_placement_print_diff (GPtrArray *rows, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  for (guint i = 0; !json && i < rows->len; i++)
    say_difference (g_ptr_array_index (rows, i));
  if (!json)
    return;
  add_differences (builder, rows);
  print_builder (builder);
}

void
qdctl_placement_print_edit (const QdPlacementEdit *edit, gboolean dry_run, gboolean json)
{
  g_autoptr (GPtrArray) rows = qd_placement_map_diff (edit->base, edit->now);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (!json)
    {
      qdctl_placement_print_diff (rows, FALSE);
      if (rows->len == 0)
        qdctl_print (_("Nothing to change.\n"));
      return;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "dry_run");
  json_builder_add_boolean_value (builder, dry_run);
  qdctl_add_text (builder, "kind", kind_of (edit->base));
  json_builder_set_member_name (builder, "changes");
  add_differences (builder, rows);
  qdctl_add_count (builder, "writes", edit->n_writes);
  qdctl_add_count (builder, "written", edit->n_written);
  if (edit->revision > 0)
    qdctl_add_count (builder, "revision", edit->revision);
  json_builder_end_object (builder);
  print_builder (builder);
}

static const char *
word_of (QdPlacementOutcome outcome)
{
  static const char *const words[] = { "mine", "theirs", "same", "conflict" };

  return words[outcome];
}

void
qdctl_placement_print_race (const QdPlacementEdit *edit, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *none = _("no shard");

  if (edit->rows == NULL)
    return;
  json_builder_begin_array (builder);
  for (guint i = 0; i < edit->rows->len; i++)
    {
      QdPlacementMergeRow *row = g_ptr_array_index (edit->rows, i);

      if (!json)
        say (_("%s: was %s, you want %s, is now %s\n"), row->tenant, row->base ? row->base : none, row->mine ? row->mine : none,
             row->theirs ? row->theirs : none);
      json_builder_begin_object (builder);
      qdctl_add_text (builder, "tenant", row->tenant);
      qdctl_add_text (builder, "base", row->base);
      qdctl_add_text (builder, "mine", row->mine);
      qdctl_add_text (builder, "theirs", row->theirs);
      qdctl_add_text (builder, "outcome", word_of (row->outcome));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  if (json)
    print_builder (builder);
}

/* --- History ------------------------------------------------------------------------------------------------ */

/* What the nth revision changed. */
static GPtrArray *
differences_of (GPtrArray *revisions, guint nth)
{
  QdPlacementRevision *revision = g_ptr_array_index (revisions, nth);
  g_autoptr (QdPlacementMap) none = NULL;

  if (nth > 0)
    return qd_placement_map_diff (((QdPlacementRevision *) g_ptr_array_index (revisions, nth - 1))->map, revision->map);
  none = qd_placement_map_new (qd_placement_map_get_kind (revision->map), NULL, NULL, 0);
  return qd_placement_map_diff (none, revision->map);
}

static void
say_revision (const QdPlacementRevision *revision, GPtrArray *rows)
{
  g_autofree char *at = revision->at_us > 0 ? qd_time_format_iso (revision->at_us) : NULL;

  say ("%" G_GUINT64_FORMAT "  %s  %s%s%s%s%s\n", revision->revision, at ? at : "", revision->operation, revision->who ? "  " : "",
       revision->who ? revision->who : "", revision->why ? ": " : "", revision->why ? revision->why : "");
  for (guint i = 0; i < rows->len; i++)
    {
      qdctl_print ("  ");
      say_difference (g_ptr_array_index (rows, i));
    }
}

void
qdctl_placement_print_history (GPtrArray *revisions, gboolean json)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint i = 0; i < revisions->len; i++)
    {
      QdPlacementRevision *revision = g_ptr_array_index (revisions, i);
      g_autoptr (GPtrArray) rows = differences_of (revisions, i);

      if (!json)
        {
          say_revision (revision, rows);
          continue;
        }
      json_builder_begin_object (builder);
      qdctl_add_text (builder, "key", revision->key);
      qdctl_add_count (builder, "revision", revision->revision);
      add_time (builder, revision->at_us);
      qdctl_add_text (builder, "operation", revision->operation);
      qdctl_add_text (builder, "who", revision->who);
      qdctl_add_text (builder, "as", revision->as);
      qdctl_add_text (builder, "why", revision->why);
      json_builder_set_member_name (builder, "changes");
      add_differences (builder, rows);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  if (json)
    print_builder (builder);
}
