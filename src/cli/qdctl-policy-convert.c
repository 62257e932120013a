/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qdctl"

#include "config.h"
#include "qdctl-policy.h"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "qd-json.h"
#include "qd-patronus-policy.h"
#include "qd-patronus-routing.h"
#include "qd-yaml-edit.h"

typedef enum { TO_KUBERNETES, TO_PATRONUS, TO_NODE_API, N_TARGETS } Target;

static const char *const targets[N_TARGETS] = { "k8s", "patronus", "node-api" };

static gboolean
parse_options (const QdctlPolicyOptions *options, Target *target, QdPatronusShape *shape)
{
  *target = 0;
  while (*target < N_TARGETS && g_strcmp0 (options->to, targets[*target]) != 0)
    ++*target;
  *shape = g_strcmp0 (options->shape, "response") == 0 ? QD_PATRONUS_RESPONSE : QD_PATRONUS_REQUEST;
  if (*target == N_TARGETS)
    qdctl_complain (_("convert needs --to k8s, --to patronus or, for routing policies, --to node-api"));
  else if (options->shape && *shape == QD_PATRONUS_REQUEST && !g_str_equal (options->shape, "request"))
    qdctl_complain (_("--shape is request or response, not “%s”"), options->shape);
  else if (options->shape && *target != TO_PATRONUS)
    qdctl_complain (_("--shape is for --to patronus"));
  else
    return TRUE;
  return FALSE;
}

/* --- What is written ---------------------------------------------------------------------------------------------- */

static JsonNode *
make_array (GPtrArray *objects)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_alloc ();

  for (guint i = 0; i < objects->len; i++)
    json_array_add_element (array, json_node_copy (g_ptr_array_index (objects, i)));
  json_node_take_array (json_node_init (node, JSON_NODE_ARRAY), array);
  return node;
}

/* {"apiVersion":"v1","kind":"List","items":[…]} */
static JsonNode *
make_list (GPtrArray *objects)
{
  JsonObject *list = json_object_new ();
  JsonNode *node = json_node_alloc ();

  json_object_set_string_member (list, "apiVersion", "v1");
  json_object_set_string_member (list, "kind", "List");
  json_object_set_member (list, "items", make_array (objects));
  json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), list);
  return node;
}

static char *
to_json (const QdPatronusConversion *conversion, Target target)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (!conversion->list && conversion->objects->len == 1)
    node = json_node_copy (g_ptr_array_index (conversion->objects, 0));
  else
    node = target == TO_KUBERNETES ? make_list (conversion->objects) : make_array (conversion->objects);
  text = qd_json_to_text (node, TRUE);
  return g_strconcat (text, "\n", NULL);
}

static char *
to_yaml (const QdPatronusConversion *conversion)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < conversion->objects->len; i++)
    {
      g_autofree char *document = qd_yaml_write (g_ptr_array_index (conversion->objects, i));

      g_string_append_printf (text, "%s%s", i ? "---\n" : "", document);
    }
  return g_string_free (text, FALSE);
}

static gboolean
put_out (const QdctlPolicyOptions *options, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  if (options->output == NULL || g_str_equal (options->output, "-"))
    qdctl_print (text);
  else if (!qdctl_policy_replace (options->output, bytes, &error))
    {
      qdctl_complain (_("%s could not be written: %s"), options->output, error->message);
      return FALSE;
    }
  return TRUE;
}

/* --- The verb ------------------------------------------------------------------------------------------------------ */

static void
say_findings (const QdPatronusConversion *conversion)
{
  for (guint i = 0; i < conversion->findings->len; i++)
    {
      g_autofree char *line = qd_patronus_finding_to_text (g_ptr_array_index (conversion->findings, i), conversion->file);

      fprintf (stderr, "%s\n", line);
    }
}

static QdPatronusConversion *
run (QdYamlFile *file, Target target, QdPatronusShape shape)
{
  if (target == TO_NODE_API)
    return qd_patronus_routing_import (file);
  if (target == TO_KUBERNETES)
    return qd_patronus_import (file);
  return qd_patronus_routing_is_file (file) ? qd_patronus_routing_export (file) : qd_patronus_export (file, shape);
}

QdExit
qdctl_policy_convert (const QdctlPolicyOptions *options, char **paths)
{
  Target target;
  QdPatronusShape shape;
  g_auto (QdctlPolicyInput) input = { NULL };
  g_autoptr (QdPatronusConversion) conversion = NULL;
  g_autofree char *text = NULL;

  if (!parse_options (options, &target, &shape))
    return QD_EXIT_BAD_INPUT;
  if (g_file_test (paths[0], G_FILE_TEST_IS_DIR))
    {
      qdctl_complain (_("%s is a folder: convert takes one file"), paths[0]);
      return QD_EXIT_BAD_INPUT;
    }
  if (!qdctl_policy_read (&input, paths, 1, FALSE))
    return QD_EXIT_BAD_INPUT;
  conversion = run (g_ptr_array_index (input.files, 0), target, shape);
  say_findings (conversion);
  if (conversion->invalid)
    return QD_EXIT_BAD_INPUT;
  if (conversion->objects->len == 0)
    {
      qdctl_complain (_("there is no policy in %s that could be converted"), qdctl_name_of (paths[0]));
      return QD_EXIT_BAD_INPUT;
    }
  text = target != TO_PATRONUS && !options->json ? to_yaml (conversion) : to_json (conversion, target);
  if (!put_out (options, text))
    return QD_EXIT_BAD_INPUT;
  return options->strict && conversion->lossy ? QD_EXIT_NO : QD_EXIT_YES;
}
