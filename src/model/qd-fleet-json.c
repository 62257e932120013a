/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-fleet-json.h"

static void
add_kind (JsonBuilder *builder, QdFleet *fleet, QdKind kind)
{
  QdEntityList *list = qd_fleet_get_list (fleet, kind);

  json_builder_set_member_name (builder, qd_schema_get (kind)->plural);
  json_builder_begin_array (builder);
  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    qd_entity_add_json (qd_entity_list_peek (list, i), builder);
  json_builder_end_array (builder);
}

/**
 * qd_fleet_to_json:
 *
 * The whole model, for machines. Main thread; takes as long as there are things, so it is for tools.
 *
 * Returns: (transfer full): an object with one array for each kind, by the kind's plural
 */
JsonNode *
qd_fleet_to_json (QdFleet *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  for (int kind = 0; kind < QD_N_KINDS; kind++)
    add_kind (builder, self, kind);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}
