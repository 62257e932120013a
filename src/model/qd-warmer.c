/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-model"

#include "config.h"

#include "qd-warmer.h"

#include "qd-entity.h"

#define WARM_FROM 5000
#define WARM_SLICE_US 1000

static gboolean
warm_cb (gpointer data)
{
  QdWarmer *self = data;
  gint64 until = g_get_monotonic_time () + WARM_SLICE_US;
  QdEntity *entity = NULL;

  do
    for (guint i = 0; i < 64 && (entity = qd_entity_list_peek (self->list, self->at)) != NULL; i++, self->at++)
      qd_entity_get_search_text (entity);
  while (entity != NULL && g_get_monotonic_time () < until);
  if (entity != NULL)
    return G_SOURCE_CONTINUE;
  self->id = 0;
  return G_SOURCE_REMOVE;
}

void
qd_warmer_start (QdWarmer *self, QdEntityList *list)
{
  guint n = qd_entity_list_get_length (list);

  self->list = list;
  /* Things that moved up in the list after a removal are left out: they cost a search a little. */
  self->at = MIN (self->at, n);
  if (self->id == 0 && n >= WARM_FROM && self->at < n)
    self->id = g_idle_add_full (G_PRIORITY_LOW, warm_cb, self, NULL);
}

void
qd_warmer_stop (QdWarmer *self)
{
  g_clear_handle_id (&self->id, g_source_remove);
}
