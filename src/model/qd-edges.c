/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-edges.h"

/* Paths and links both keep their ends in their first two own fields. */
G_STATIC_ASSERT ((int) QD_PATH_SRC == (int) QD_LINK_SRC && (int) QD_PATH_DST == (int) QD_LINK_DST);

struct _QdEdges {
  GHashTable *by_end;   /* QdKey (owned) → GPtrArray of QdEntity (borrowed) */
};

static void
free_key (gpointer data)
{
  QdKey *key = data;

  g_ref_string_release (key->id);
  g_free (key);
}

QdEdges *
qd_edges_new (void)
{
  QdEdges *self = g_new0 (QdEdges, 1);

  self->by_end = g_hash_table_new_full (qd_key_hash, qd_key_equal, free_key, (GDestroyNotify) g_ptr_array_unref);
  return self;
}

void
qd_edges_free (QdEdges *self)
{
  g_hash_table_unref (self->by_end);
  g_free (self);
}

gboolean
qd_edges_has_ends (QdKind kind, QdKind *end_kind)
{
  if (kind != QD_KIND_PATH && kind != QD_KIND_LINK)
    return FALSE;
  *end_kind = kind == QD_KIND_PATH ? QD_KIND_SITE : QD_KIND_NODE;
  return TRUE;
}

gboolean
qd_edges_get_server_job (QdEntity *job, QdKey *key)
{
  const char *connection = qd_entity_get_string (job, QD_JOB_ACTS_ON);
  const char *id = qd_entity_get_string (job, QD_JOB_SERVER_JOB);

  if (connection == NULL || id == NULL)
    return FALSE;
  *key = (QdKey) { g_intern_string (connection), QD_KIND_JOB, (GRefString *) id };
  /* Nothing hides itself. */
  return key->connection != job->key.connection;
}

static gboolean
get_end (QdEntity *edge, guint field, QdKey *key)
{
  const QdValue *id = &edge->values[field];

  if (edge->key.kind == QD_KIND_JOB)
    return field == QD_PATH_SRC && qd_edges_get_server_job (edge, key);
  if (id->type != QD_VALUE_STRING || !qd_edges_has_ends (edge->key.kind, &key->kind))
    return FALSE;
  key->connection = edge->key.connection;
  key->id = id->v.s;
  return TRUE;
}

static void
add_at (QdEdges *self, QdEntity *edge, const QdKey *end)
{
  GPtrArray *edges = g_hash_table_lookup (self->by_end, end);

  if (edges == NULL)
    {
      QdKey *key = g_memdup2 (end, sizeof *end);

      g_ref_string_acquire (key->id);
      edges = g_ptr_array_new ();
      g_hash_table_insert (self->by_end, key, edges);
    }
  /* One that ends where it begins is there once. */
  if (edges->len == 0 || edges->pdata[edges->len - 1] != edge)
    g_ptr_array_add (edges, edge);
}

void
qd_edges_add (QdEdges *self, QdEntity *edge)
{
  QdKey end;

  if (get_end (edge, QD_PATH_SRC, &end))
    add_at (self, edge, &end);
  if (get_end (edge, QD_PATH_DST, &end))
    add_at (self, edge, &end);
}

void
qd_edges_remove (QdEdges *self, QdEntity *edge)
{
  for (guint field = QD_PATH_SRC; field <= QD_PATH_DST; field++)
    {
      QdKey end;
      GPtrArray *edges = get_end (edge, field, &end) ? g_hash_table_lookup (self->by_end, &end) : NULL;

      if (edges != NULL && g_ptr_array_remove_fast (edges, edge) && edges->len == 0)
        g_hash_table_remove (self->by_end, &end);
    }
}

GPtrArray *
qd_edges_at (QdEdges *self, const QdKey *end)
{
  return g_hash_table_lookup (self->by_end, end);
}
