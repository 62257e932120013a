/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-fleet.h"

#include <string.h>

#include "qd-edges.h"

/* What can be asked of a fleet by what it says to everyone. */

/**
 * qd_fleet_get_end:
 * @edge: a path, link, flow, event or job
 * @destination: of a path or link, its destination rather than its source
 *
 * Returns: (transfer none) (nullable): the site or node where @edge begins or ends, the path a flow
 *   takes, or what an event or job is about
 */
QdEntity *
qd_fleet_get_end (QdFleet *self, QdEntity *edge, gboolean destination)
{
  guint kind_field, id_field;
  QdKind kind;
  gint64 n;

  g_return_val_if_fail (QD_IS_FLEET (self) && QD_IS_ENTITY (edge), NULL);

  if (qd_edges_has_ends (edge->key.kind, &kind))
    return qd_fleet_lookup (self, edge->key.connection, kind,
                            qd_entity_get_string (edge, destination ? QD_PATH_DST : QD_PATH_SRC));
  switch (edge->key.kind)
    {
    case QD_KIND_FLOW:
      return qd_fleet_lookup (self, edge->key.connection, QD_KIND_PATH, qd_entity_get_string (edge, QD_FLOW_PATH));
    case QD_KIND_EVENT:
      kind_field = QD_EVENT_SUBJECT_KIND;
      id_field = QD_EVENT_SUBJECT_ID;
      break;
    case QD_KIND_JOB:
      kind_field = QD_JOB_TARGET_KIND;
      id_field = QD_JOB_TARGET_ID;
      break;
    default:
      return NULL;
    }
  if (!qd_entity_get_int (edge, kind_field, &n) || n < 0 || n >= QD_N_KINDS)
    return NULL;
  return qd_fleet_lookup (self, qd_entity_get_place (edge), (QdKind) n, qd_entity_get_string (edge, id_field));
}

guint
qd_fleet_count (QdFleet *self, QdKind kind)
{
  QdEntityList *list = qd_fleet_get_list (self, kind);
  guint n = qd_entity_list_get_length (list), count = 0;

  if (kind != QD_KIND_JOB)
    return n;
  for (guint i = 0; i < n; i++)
    count += qd_entity_listed (qd_entity_list_peek (list, i));
  return count;
}

/**
 * qd_fleet_count_status:
 * @connection: (nullable): only of this one
 * @counts: (out caller-allocates) (array fixed-size=6): how many have each #QdStatus
 */
void
qd_fleet_count_status (QdFleet *self, QdKind kind, const char *connection, guint *counts)
{
  QdEntityList *list = qd_fleet_get_list (self, kind);
  const char *interned = connection != NULL ? g_intern_string (connection) : NULL;
  guint n = qd_entity_list_get_length (list);

  memset (counts, 0, (QD_STATUS_DOWN + 1) * sizeof *counts);
  for (guint i = 0; i < n; i++)
    {
      QdEntity *entity = qd_entity_list_peek (list, i);
      QdStatus status = qd_entity_get_status (entity);

      if (qd_entity_belongs (entity, interned) && status <= QD_STATUS_DOWN)
        counts[status]++;
    }
}

gboolean
qd_fleet_is_stale (QdFleet *self, QdEntity *entity)
{
  QdEntity *connection;

  /* What is on paper is what it is. */
  if (entity->is_paper)
    return FALSE;
  connection = qd_fleet_lookup (self, entity->key.connection, QD_KIND_CONNECTION, entity->key.connection);
  /* What no connection stands behind (the jobs of this program) is known at first hand. */
  return connection != NULL && g_strcmp0 (qd_entity_get_string (connection, QD_CONNECTION_STATE), "live") != 0;
}
