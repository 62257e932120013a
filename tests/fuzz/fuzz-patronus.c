/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "qd-patronus-policy.h"
#include "qd-patronus-routing.h"
#include "qd-policy-world.h"
#include "qd-yaml-edit.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Any file can be converted either way, or it is said why not, with a place in it. What comes out is what the other side takes, and Patronus' own
 * spelling comes back as it was. */

static void
check_findings (const QdPatronusConversion *conversion, gsize size)
{
  for (guint i = 0; i < conversion->findings->len; i++)
    {
      const QdPatronusFinding *finding = g_ptr_array_index (conversion->findings, i);
      g_autofree char *text = qd_patronus_finding_to_text (finding, conversion->file);

      g_assert_true (g_str_has_prefix (text, "it:") && g_utf8_validate (text, -1, NULL) && finding->code && *finding->message);
      g_assert_true (finding->span.start <= finding->span.end && finding->span.end <= size);
    }
  g_assert_true (!conversion->invalid || conversion->objects->len == 0);
}

static QdYamlFile *
file_of (GPtrArray *objects, gboolean json)
{
  g_autoptr (GString) text = g_string_new (json ? "[" : "");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  QdYamlFile *file;

  for (guint i = 0; i < objects->len; i++)
    {
      g_autofree char *one = json ? json_to_string (g_ptr_array_index (objects, i), FALSE) : qd_yaml_write (g_ptr_array_index (objects, i));

      g_string_append (text, !json ? "---\n" : i ? "," : "");
      g_string_append (text, one);
    }
  g_string_append (text, json ? "]" : "");
  bytes = g_bytes_new (text->str, text->len);
  file = qd_yaml_file_new ("it", bytes, &error);
  g_assert_no_error (error);
  return file;
}

/* What was made for Kubernetes is valid there, and so is what it becomes on the way back. */
static void
check_import (QdYamlFile *file, gsize size)
{
  g_autoptr (QdPatronusConversion) conversion = qd_patronus_import (file);
  g_autoptr (QdYamlFile) made = NULL;
  g_autoptr (QdPolicyWorld) world = NULL;

  check_findings (conversion, size);
  if (conversion->objects->len == 0)
    return;
  made = file_of (conversion->objects, FALSE);
  world = qd_policy_world_new (&made, 1, NULL);
  g_assert_false (qd_policy_world_is_invalid (world));
  for (QdPatronusShape shape = QD_PATRONUS_RESPONSE; shape <= QD_PATRONUS_REQUEST; shape++)
    {
      g_autoptr (QdPatronusConversion) back = qd_patronus_export (made, shape);

      g_assert_cmpuint (back->objects->len, ==, conversion->objects->len);
    }
}

static void
check_export (QdYamlFile *file, gsize size, QdPatronusShape shape)
{
  g_autoptr (QdPatronusConversion) conversion = qd_patronus_export (file, shape), back = NULL, again = NULL;
  g_autoptr (QdYamlFile) made = NULL, there = NULL;

  check_findings (conversion, size);
  if (conversion->objects->len == 0)
    return;
  made = file_of (conversion->objects, TRUE);
  back = qd_patronus_import (made);
  g_assert_cmpuint (back->objects->len, ==, conversion->objects->len);
  there = file_of (back->objects, FALSE);
  again = qd_patronus_export (there, shape);
  g_assert_cmpuint (again->objects->len, ==, conversion->objects->len);
  for (guint i = 0; i < again->objects->len; i++)
    g_assert_true (qd_yaml_node_equals_json (qd_yaml_node_get_item (qd_yaml_file_get_document (made, 0), i), g_ptr_array_index (again->objects, i)));
}

/* Routing policies out of rows are rows again. */
static void
check_rows (QdYamlFile *file, gsize size)
{
  g_autoptr (QdPatronusConversion) rows = qd_patronus_routing_export (file), conversion = qd_patronus_routing_import (file), back = NULL;
  g_autoptr (QdYamlFile) made = NULL;

  check_findings (rows, size);
  check_findings (conversion, size);
  if (conversion->objects->len == 0)
    return;
  made = file_of (conversion->objects, TRUE);
  back = qd_patronus_routing_export (made);
  for (guint i = 0; i < back->findings->len; i++)
    g_assert_true (((QdPatronusFinding *) g_ptr_array_index (back->findings, i))->severity != QD_POLICY_ERROR ||
                   g_str_equal (((QdPatronusFinding *) g_ptr_array_index (back->findings, i))->code, "duplicate"));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (QdYamlFile) file = qd_yaml_file_new ("it", bytes, NULL);

  if (file == NULL)
    return 0;
  check_import (file, size);
  check_export (file, size, QD_PATRONUS_RESPONSE);
  check_export (file, size, QD_PATRONUS_REQUEST);
  check_rows (file, size);
  return 0;
}
