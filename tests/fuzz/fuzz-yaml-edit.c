/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-fuzz"

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "qd-yaml-edit.h"

/* The first bytes choose what is done and where, the rest is the file. */
#define CHOICES 8

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static JsonNode *
value_of (guint8 choice)
{
  static const char *const values[] = { "1", "\"x\"", "{}", "[]", "{\"a\":{\"b\":[1,\"yes\"]},\"c\":null}", "[\"a: b\",[2],{\"k\":\" #\"}]",
                                        "\"one\\ntwo\\n\"", "\"é\\u0001 'q'\"" };

  return json_from_string (values[choice % G_N_ELEMENTS (values)], NULL);
}

static void
find_path (const QdYamlNode *node, const guint8 *choices, GString *path)
{
  for (guint i = 0; i < 5 && qd_yaml_node_get_length (node) > 0 && (choices[i] & 0x80) == 0; i++)
    {
      guint k = choices[i] % qd_yaml_node_get_length (node);

      if (qd_yaml_node_get_type (node) == QD_YAML_MAP)
        {
          qd_yaml_pointer_append (path, qd_yaml_node_get_string (qd_yaml_node_get_key (node, k)));
          node = qd_yaml_node_get_value (node, k);
        }
      else
        {
          g_string_append_printf (path, "/%u", k);
          node = qd_yaml_node_get_item (node, k);
        }
    }
}

static QdYamlFile *
edit (QdYamlFile *file, const guint8 *choices, const char *path, JsonNode *value, QdYamlSplice *splice, GError **error)
{
  switch (choices[5] % 5)
    {
    case 0:
      return qd_yaml_edit_set (file, choices[5] >> 6, path, value, splice, error);
    case 1:
      return qd_yaml_edit_insert_key (file, 0, path, choices[6], choices[6] & 1 ? "new" : "y", value, splice, error);
    case 2:
      return qd_yaml_edit_insert_item (file, 0, path, choices[6], value, splice, error);
    case 3:
      return qd_yaml_edit_remove (file, 0, path, splice, error);
    default:
      return qd_yaml_edit_move (file, 0, path, choices[6], splice, error);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = size > CHOICES ? g_bytes_new (data + CHOICES, size - CHOICES) : NULL;
  g_autoptr (QdYamlFile) file = bytes != NULL ? qd_yaml_file_new ("it", bytes, NULL) : NULL;
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (JsonNode) value = NULL;
  g_autoptr (QdYamlFile) changed = NULL;
  g_auto (QdYamlSplice) splice = { 0 };
  g_autoptr (GError) error = NULL;

  if (file == NULL)
    return 0;
  value = value_of (data[7]);
  find_path (qd_yaml_file_get_document (file, 0), data, path);
  changed = edit (file, data, path->str, value, &splice, &error);
  g_assert_true ((changed == NULL) == (error != NULL));
  if (changed == NULL)
    {
      g_assert_true (g_str_has_prefix (error->message, "it:") && strpbrk (error->message, "\n\r\033") == NULL);
      return 0;
    }
  g_autoptr (GBytes) made = qd_yaml_splice_apply (&splice, bytes);
  g_assert_true (g_bytes_equal (made, qd_yaml_file_get_bytes (changed)));
  if (data[5] % 5 == 0 && data[5] >> 6 == 0)
    g_assert_true (qd_yaml_node_equals_json (qd_yaml_node_find (qd_yaml_file_get_document (changed, 0), path->str), value));
  return 0;
}
