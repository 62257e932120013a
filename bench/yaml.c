/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <json-glib/json-glib.h>
#include <yaml.h>

#include "qd-yaml-edit.h"
#include "qd-yaml-format.h"
#include "qd-yaml-spot.h"

/* What reading, changing and formatting files costs: a large one of YAML, with and without letters that are not ASCII, one of
 * JSON, and one of the size that people edit. Prints one JSON object; milliseconds of wall time. */

#define LARGE (10u * 1000u * 1000u)
#define MEDIUM (1000u * 1000u)
#define SMALL 20000u
/* As in src/app/qd-policy-peek.h. */
#define BEFORE (256u * 1024u)
#define AFTER (32u * 1024u)
#define EDITS 50

static void
append_policy (GString *text, guint i, const char *word)
{
  g_string_append_printf (text,
                          "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: policy-%u\n  namespace: team-%u\n"
                          "  labels: {app: web, tier: \"front\"}\nspec:\n  # who it is %s\n  podSelector:\n    matchLabels:\n      app: web-%u\n"
                          "  policyTypes:\n  - Ingress\n  - Egress\n  ingress:\n  - from:\n    - namespaceSelector:\n        matchLabels:\n"
                          "          kubernetes.io/metadata.name: monitoring\n      podSelector: {}\n    - ipBlock:\n        cidr: 10.%u.0.0/16\n"
                          "        except: [\"10.%u.1.0/24\"]\n    ports:\n    - protocol: TCP\n      port: 8080\n      endPort: 9090\n",
                          i, i % 50, word, i, i % 256, i % 256);
}

static GBytes *
make_yaml (gsize size, const char *word)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; text->len < size; i++)
    append_policy (text, i, word);
  return g_string_free_to_bytes (text);
}

/* One document of many objects, in which all is asked of all that is before. */
static GBytes *
make_list (gsize size)
{
  GString *text = g_string_new ("apiVersion: v1\nkind: List\nitems:\n");

  for (guint i = 0; text->len < size; i++)
    {
      g_autoptr (GString) policy = g_string_new (NULL);
      g_auto (GStrv) lines = NULL;

      append_policy (policy, i, "about");
      lines = g_strsplit (policy->str, "\n", -1);
      for (guint k = 1; lines[k] && *lines[k] != '\0'; k++)
        g_string_append_printf (text, "%s%s\n", k == 1 ? "- " : "  ", lines[k]);
    }
  return g_string_free_to_bytes (text);
}

static GBytes *
make_json (gsize size)
{
  GString *text = g_string_new ("{\"kind\":\"List\",\"items\":[");

  for (guint i = 0; text->len < size; i++)
    g_string_append_printf (text, "%s{\"metadata\":{\"name\":\"pod-%u\",\"labels\":{\"app\":\"web\",\"shard\":\"%u\"}},\"spec\":{\"ports\":[80,443,%u]}}",
                            i > 0 ? "," : "", i, i, i % 60000);
  g_string_append (text, "]}\n");
  return g_string_free_to_bytes (text);
}

static double
since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000;
}

static QdYamlFile *
read_file (GBytes *bytes, double *ms)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  QdYamlFile *file = qd_yaml_file_new ("bench", bytes, &error);

  *ms = since (start);
  g_assert_no_error (error);
  return file;
}

/* libyaml alone: its events, and nothing kept of them. */
static double
bare_events (GBytes *bytes)
{
  gint64 start = g_get_monotonic_time ();
  yaml_parser_t parser;
  yaml_event_t event;
  gsize length;
  const guchar *text = g_bytes_get_data (bytes, &length);

  yaml_parser_initialize (&parser);
  yaml_parser_set_input_string (&parser, text, length);
  for (gboolean over = FALSE; !over;)
    {
      if (!yaml_parser_parse (&parser, &event))
        g_error ("%s", parser.problem);
      over = event.type == YAML_STREAM_END_EVENT;
      yaml_event_delete (&event);
    }
  yaml_parser_delete (&parser);
  return since (start);
}

static double
json_glib (GBytes *bytes)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  json_parser_load_from_data (parser, text, (gssize) length, &error);
  g_assert_no_error (error);
  return since (start);
}

/* The longest of a number of edits, each of what the one before left. */
static double
edit (QdYamlFile *file)
{
  g_autoptr (QdYamlFile) now = qd_yaml_file_ref (file);
  double longest = 0;

  for (guint i = 0; i < EDITS; i++)
    {
      g_autoptr (JsonNode) value = json_node_init_int (json_node_alloc (), 1000 + i);
      g_autoptr (GError) error = NULL;
      gint64 start = g_get_monotonic_time ();
      QdYamlFile *next = qd_yaml_edit_set (now, 3, "/spec/ingress/0/ports/0/port", value, NULL, &error);

      longest = MAX (longest, since (start));
      g_assert_no_error (error);
      qd_yaml_file_unref (now);
      now = next;
    }
  return longest;
}

static double
format (QdYamlFile *file)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  g_autoptr (QdYamlFile) formatted = qd_yaml_format (file, &error);

  g_assert_no_error (error);
  return since (start);
}

/* The longest of the questions what may stand at a place, of what the editor looks at around it. */
static double
ask (GBytes *bytes)
{
  gsize length = g_bytes_get_size (bytes);
  double longest = 0;

  for (guint i = 1; i <= EDITS; i++)
    {
      gsize at = length * i / EDITS, from = at - MIN (at, BEFORE);
      g_autoptr (GBytes) around = g_bytes_new_from_bytes (bytes, from, MIN (length, at + AFTER) - from);
      gint64 start = g_get_monotonic_time ();
      g_autoptr (QdYamlSpot) spot = qd_yaml_spot_find (around, at - from);

      g_assert_nonnull (spot);
      longest = MAX (longest, since (start));
    }
  return longest;
}

int
main (void)
{
  g_autoptr (GBytes) yaml = make_yaml (LARGE, "about"), letters = make_yaml (LARGE, "für"), json = make_json (LARGE), small = make_yaml (SMALL, "about");
  g_autoptr (GBytes) medium = make_list (MEDIUM);
  double spot_ms = ask (medium), spot_events_ms = bare_events (medium), yaml_ms, letters_ms, json_ms, small_ms, events_ms = bare_events (yaml);
  g_autoptr (QdYamlFile) a = read_file (yaml, &yaml_ms);
  g_autoptr (QdYamlFile) b = read_file (letters, &letters_ms);
  double peer_ms = json_glib (json);
  g_autoptr (QdYamlFile) c = read_file (json, &json_ms);
  g_autoptr (QdYamlFile) d = read_file (small, &small_ms);

  printf ("{\"yaml_ms\":%.3f,\"events_ms\":%.3f,\"letters_ms\":%.3f,\"json_ms\":%.3f,\"json_glib_ms\":%.3f,\"edit_ms\":%.3f,\"format_ms\":%.3f,\"spot_ms\":%.3f,\"spot_events_ms\":%.3f}\n",
          yaml_ms, events_ms, letters_ms, json_ms, peer_ms, edit (d), format (a),
          spot_ms, spot_events_ms);
  return 0;
}
