/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology-model.h"
#include "qd-topology-places.h"
#include "qd-topology-snapshot.h"
#include "qd-topology-undo.h"

G_BEGIN_DECLS

struct _QdTopologyModel {
  GObject parent_instance;

  QdSession *session;     /* not owned: it owns us; NULL once it is gone */
  QdStore *store;         /* or NULL */
  QdTopologySnapshot *snapshot;
  QdScene *scene;
  QdGraphIndex *index;
  char *shown;            /* the connection that is shown, or NULL */
  QdFilter *filter;       /* or NULL */

  QdPlaces *places;
  QdTopologyUndo *undo;
  gboolean places_known;  /* the store has answered */
  gboolean moved;         /* places are other than the scene has them */
  gboolean anew;          /* what is not pinned is to be laid out from nothing */
  gboolean saving, save_again;

  guint generation;       /* of what is shown: late answers of other ones are dropped */
  int *cancelled;         /* the layout under way's flag, NULL while there is none */
  gboolean reshaping;     /* that layout is of other things than the scene has */
  guint shape_id, look_id;
  guint watchers;         /* mapped views */
  gboolean missed;        /* something changed while there was none */
  GHashTable *changed;    /* QdEntity as a set: what looks different */
  gboolean look_at_all;   /* that is not all that may */
};

/* qd-topology-model.c: looks at the fleet anew, now or (while a layout is under way) after it. */
void qd_topology_model_refresh (QdTopologyModel *self);
void qd_topology_model_queue_look (QdTopologyModel *self);
gboolean qd_topology_model_numbers_hold (QdTopologyModel *self);
void qd_topology_model_emit_scene (QdTopologyModel *self);
void qd_topology_model_emit_moved (QdTopologyModel *self);

/* qd-topology-layout.c: places for all of the snapshot, on a worker; then the scene. */
void qd_topology_model_lay_out (QdTopologyModel *self);
void qd_topology_model_stop_work (QdTopologyModel *self);
/* By what name the arrangement is kept. (transfer full) */
char *qd_topology_model_dup_store_name (QdTopologyModel *self);
void qd_topology_model_save (QdTopologyModel *self);
/* Saves at once what is not saved yet. */
void qd_topology_model_flush (QdTopologyModel *self);

G_END_DECLS
