/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-routing-weights.h"

#include <string.h>

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "qd-json.h"

#define MAX_WEIGHTS 32
#define MAX_WEIGHT 1000

char *
qd_routing_weights_to_text (JsonNode *preference)
{
  JsonObject *object = qd_json_object (preference), *weights = object ? qd_json_get_object (object, "custom") : NULL;
  GString *text = g_string_new (NULL);
  JsonObjectIter iter;
  const char *name;

  if (weights == NULL)
    return g_string_free (text, FALSE);
  json_object_iter_init_ordered (&iter, weights);
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    {
      char buffer[G_ASCII_DTOSTR_BUF_SIZE];
      double weight;

      if (qd_json_get_number (weights, name, &weight))
        g_string_append_printf (text, "%s%s=%s", text->len > 0 ? ", " : "", name, g_ascii_formatd (buffer, sizeof buffer, "%.15g", weight));
    }
  return g_string_free (text, FALSE);
}

/* @part: "name=number", changed. */
static gboolean
add_weight (JsonObject *weights, char *part)
{
  char *equals = strchr (part, '='), *end;
  double weight;

  if (equals == NULL)
    return FALSE;
  *equals = '\0';
  g_strstrip (part);
  g_strstrip (equals + 1);
  weight = g_ascii_strtod (equals + 1, &end);
  if (*part == '\0' || end == equals + 1 || *end != '\0' || !(weight >= 0 && weight <= MAX_WEIGHT))
    return FALSE;
  json_object_set_double_member (weights, part, weight);
  return TRUE;
}

JsonNode *
qd_routing_weights_parse (const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", MAX_WEIGHTS + 1);
  g_autoptr (JsonObject) weights = json_object_new ();
  g_autoptr (JsonObject) object = json_object_new ();
  gboolean good = g_strv_length (parts) <= MAX_WEIGHTS;

  for (guint i = 0; good && parts[i]; i++)
    good = *g_strstrip (parts[i]) == '\0' || add_weight (weights, parts[i]);
  if (!good || json_object_get_size (weights) == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _("Weights are written as name=number, from 0 to %d, with commas between them"), MAX_WEIGHT);
      return NULL;
    }
  json_object_set_object_member (object, "custom", g_steal_pointer (&weights));
  return json_node_init_object (json_node_alloc (), object);
}
