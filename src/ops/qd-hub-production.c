/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is production, and what of it is locked. */
#define G_LOG_DOMAIN "qd-ops"

#include "config.h"

#include "qd-hub-production.h"

#include "qd-hub-private.h"

static gboolean
is_marked (const QdEndpoint *endpoint)
{
  const char *environment = endpoint->environment ? endpoint->environment : "";

  return g_ascii_strcasecmp (environment, "prod") == 0 || g_ascii_strcasecmp (environment, "production") == 0;
}

/* The control connection, or itself, and what feeds that. (transfer container), of borrowed QdHubConnection. */
static GPtrArray *
list_fleet (QdHub *self, const char *id)
{
  QdHubConnection *asked = qd_hub_find_connection (self, id);
  const char *control = asked && asked->endpoint->feeds ? asked->endpoint->feeds : id;
  GPtrArray *fleet = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->connections);
  while (asked && g_hash_table_iter_next (&iter, NULL, &value))
    {
      QdHubConnection *connection = value;

      if (connection == asked || g_strcmp0 (connection->endpoint->id, control) == 0 || g_strcmp0 (connection->endpoint->feeds, control) == 0)
        g_ptr_array_add (fleet, connection);
    }
  return fleet;
}

gboolean
qd_hub_is_production (QdHub *self, const char *id)
{
  g_autoptr (GPtrArray) fleet = list_fleet (self, id);

  for (guint i = 0; i < fleet->len; i++)
    if (is_marked (((QdHubConnection *) fleet->pdata[i])->endpoint))
      return TRUE;
  return FALSE;
}

gboolean
qd_hub_is_locked (QdHub *self, const char *id)
{
  QdHubConnection *connection = qd_hub_find_connection (self, id);

  return connection && is_marked (connection->endpoint) && connection->lock_timer == 0;
}

GPtrArray *
qd_hub_list_locked (QdHub *self, const char *id)
{
  g_autoptr (GPtrArray) fleet = list_fleet (self, id);
  GPtrArray *locked = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < fleet->len; i++)
    {
      const char *one = ((QdHubConnection *) fleet->pdata[i])->endpoint->id;

      if (qd_hub_is_locked (self, one))
        g_ptr_array_add (locked, g_strdup (one));
    }
  return locked;
}
