/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-entity-list.h"

G_BEGIN_DECLS

/* Room's own: makes what a search looks at beforehand, a slice at a time while nothing else is to be done: the
 * first keystroke would else make it for everything. All zero: nothing was made yet. */
typedef struct {
  QdEntityList *list;    /* borrowed */
  guint id;              /* idle source */
  guint at;              /* up to where search texts were made */
} QdWarmer;

/* There may be more in @list than before. */
void qd_warmer_start (QdWarmer *self, QdEntityList *list);
void qd_warmer_stop (QdWarmer *self);

G_END_DECLS
