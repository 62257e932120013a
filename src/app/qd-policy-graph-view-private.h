/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-policy-graph-groups.h"
#include "qd-policy-graph-scene.h"
#include "qd-policy-graph-view.h"
#include "qd-policy-graph-words.h"
#include "qd-topology-legend.h"
#include "qd-topology-minimap.h"
#include "qd-topology-undo.h"
#include "qd-topology-view-private.h"

G_BEGIN_DECLS

#define QD_POLICY_GRAPH_N_KEYS 6   /* entries of the legend */

struct _QdPolicyGraphView {
  GtkWidget parent_instance;

  GtkWidget *overlay, *empty;
  QdTopologyView *view;
  QdPolicyGraphGroups *groups;
  QdTopologyMinimap *minimap;
  GtkWidget *card;                                     /* a label beside what is under the pointer */
  GtkWidget *tally_box, *tally_label;
  GtkWidget *pick_box, *pick_label, *open_button, *fold_button, *out_button, *in_button;
  GtkWidget *legend, *keys[QD_POLICY_GRAPH_N_KEYS], *samples[QD_POLICY_GRAPH_N_KEYS], *figures[QD_POLICY_GRAPH_N_KEYS];

  QdPolicyEval *now, *before;
  gboolean only_changes;
  char *filter;
  QdPlaces *places;
  QdTopologyUndo *undo;

  GCancellable *drawing;    /* NULL: nobody draws */
  QdPolicyGraph *data;      /* what is shown; NULL: nothing */
  QdScene *scene;           /* the same, undressed */
  char *selected;           /* id of the node that is selected; NULL: none is */
};

void qd_policy_graph_view_draw (QdPolicyGraphView *self);
/* What is selected, dressed and in words. */
void qd_policy_graph_view_show_selected (QdPolicyGraphView *self);
void qd_policy_graph_view_show_hits (QdPolicyGraphView *self);
/* Whom @node may reach, or who may reach it, as the matrix's filter understands it. */
void qd_policy_graph_view_list (QdPolicyGraphView *self, guint node, gboolean out);

/* qd-policy-graph-view-parts.c: what lies over and under the picture. */
void qd_policy_graph_view_add_parts (QdPolicyGraphView *self);
void qd_policy_graph_view_update_parts (QdPolicyGraphView *self);
void qd_policy_graph_view_update_pick (QdPolicyGraphView *self);

/* For tests. */
QdTopologyView *qd_policy_graph_view_get_view (QdPolicyGraphView *self);
QdPolicyGraph *qd_policy_graph_view_get_data (QdPolicyGraphView *self);   /* NULL: nothing is shown */
gboolean qd_policy_graph_view_is_busy (QdPolicyGraphView *self);
/* All of @group stands together, or apart. */
void qd_policy_graph_view_set_folded (QdPolicyGraphView *self, const char *group, gboolean folded);

G_END_DECLS
