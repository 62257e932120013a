/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-carried.h"

struct _QdCarried {
  GHashTable *by_policy;       /* QdKey (owned) → how many */
  GHashTable *by_connection;   /* interned → how many */
};

static void
free_key (gpointer data)
{
  QdKey *key = data;

  g_ref_string_release (key->id);
  g_free (key);
}

QdCarried *
qd_carried_new (void)
{
  QdCarried *self = g_new0 (QdCarried, 1);

  self->by_policy = g_hash_table_new_full (qd_key_hash, qd_key_equal, free_key, NULL);
  self->by_connection = g_hash_table_new (g_direct_hash, g_direct_equal);
  return self;
}

void
qd_carried_free (QdCarried *self)
{
  g_hash_table_unref (self->by_policy);
  g_hash_table_unref (self->by_connection);
  g_free (self);
}

GRefString *
qd_carried_get_policy (QdEntity *flow)
{
  const char *state = qd_entity_get_string (flow, QD_FLOW_STATE);

  if (state == NULL || g_ascii_strcasecmp (state, "active") != 0)
    return NULL;
  return (GRefString *) qd_entity_get_string (flow, QD_FLOW_POLICY);
}

void
qd_carried_count (QdCarried *self, const char *connection, GRefString *policy, int by)
{
  const QdKey key = { connection, QD_KIND_ROUTING, policy };
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_policy, &key)) + (guint) by;
  QdKey *kept;

  if (n == 0)
    {
      g_hash_table_remove (self->by_policy, &key);
      return;
    }
  kept = g_memdup2 (&key, sizeof key);
  g_ref_string_acquire (kept->id);
  g_hash_table_insert (self->by_policy, kept, GUINT_TO_POINTER (n));
}

gboolean
qd_carried_note_flow (QdCarried *self, const char *connection, int by)
{
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_connection, connection)), n = before + (guint) by;

  if (n == 0)
    g_hash_table_remove (self->by_connection, connection);
  else
    g_hash_table_insert (self->by_connection, (gpointer) connection, GUINT_TO_POINTER (n));
  return (before == 0) != (n == 0);
}

QdValue
qd_carried_get (QdCarried *self, const char *connection, GRefString *policy)
{
  const QdKey key = { connection, QD_KIND_ROUTING, policy };

  if (!g_hash_table_contains (self->by_connection, connection))
    return QD_NO_VALUE;
  return qd_value_int (GPOINTER_TO_UINT (g_hash_table_lookup (self->by_policy, &key)));
}
