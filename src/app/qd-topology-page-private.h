/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-topology-page.h"

#include "qd-detail-pane.h"
#include "qd-policy-flows.h"
#include "qd-topology-card.h"
#include "qd-topology-filter-bar.h"
#include "qd-topology-legend.h"
#include "qd-topology-minimap.h"
#include "qd-topology-model.h"
#include "qd-topology-panel.h"
#include "qd-topology-past.h"
#include "qd-topology-twin.h"
#include "qd-topology-view.h"

G_BEGIN_DECLS

struct _QdTopologyPage {
  QdPage parent_instance;

  /* template */
  AdwOverlaySplitView *split;
  AdwBin *detail_bin;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkRevealer *filter_revealer;
  GtkStack *stack;
  QdTopologyView *view;
  QdTopologyLegend *legend;
  QdTopologyMinimap *minimap;
  GtkLabel *sentence;
  GtkWidget *legend_box;
  GtkWidget *paper_box;      /* shown over a drawing that is not live */
  GtkWidget *tally_box, *marks_box;
  GtkLabel *tally_label, *marks_label;
  GtkWidget *cut_box;        /* offers to show what a change of policies cuts off */
  GtkWidget *asking_box, *asking_more, *side_switcher;
  GtkLabel *asking_label;
  AdwViewStack *side_stack;
  AdwBin *answer_bin, *table_bin;
  GtkRevealer *past_revealer;
  GtkScale *past_scale;
  GtkButton *play_button;
  GtkWidget *past_box, *export_box;
  GtkLabel *past_label, *export_label;
  GtkMenuButton *key_button;
  GMenu *groups;             /* what there is to group by */
  GtkWidget *header_end;
  GtkToggleButton *search_button, *filter_button;

  QdTopologyCard *card;      /* in the view */
  QdDetailPane *detail;      /* in its bin, once something was picked */
  QdTopologyFilterBar *filter_bar;
  QdTopologyPanel *panel;    /* in its bin, once something was asked */
  QdPolicyFlows *cut;        /* what a change of policies cuts off, while that is asked */
  GSignalGroup *workbench;   /* where policies are changed */
  QdTopologyPast *past;      /* what was before; NULL before there is a model */
  guint play_id;             /* the past goes by */
  GCancellable *exporting;   /* while a file or a print is made */
  QdEntity *path_from;       /* where a path is to begin, while its end is chosen */
  QdTopologyModel *model;
  QdEntity *wanted;          /* asked for before the picture was there */
  QdTopologyTwin *twin;      /* in its bin, once it was wanted */
  GPtrArray *several;        /* entities: what is selected together, in the picture and in the table */
  gboolean marking;          /* it is being shown, and not changed */
  gboolean as_table;
  gboolean route_seen;       /* the path that was asked for has been brought into sight */
  gboolean had_scene;
  guint wait_id, pane_tick;

  GSimpleActionGroup *actions;
  GtkWidget *menu;           /* the context menu, while there is one */
  QdPick menu_pick;          /* what it is about */
};

static inline QdSession *qd_topology_page_get_session (QdTopologyPage *self) { return qd_page_get_session (QD_PAGE (self)); }

/* qd-topology-page.c */
void qd_topology_page_show_pane (QdTopologyPage *self, gboolean shown);
void qd_topology_page_refresh_legend (QdTopologyPage *self);
void qd_topology_page_show_content (QdTopologyPage *self);
/* As a table instead of a picture. */
void qd_topology_page_set_table (QdTopologyPage *self, gboolean as_table);
char *qd_topology_page_copy_text (QdTopologyPage *self);

/* qd-topology-page-actions.c */
void qd_topology_page_add_actions (QdTopologyPage *self);
void qd_topology_page_update_actions (QdTopologyPage *self);

/* qd-topology-page-menu.c: what can be done with a node, an edge, or the picture; beside the pointer. */
void qd_topology_page_show_menu (QdTopologyPage *self, QdPick pick);

/* qd-topology-page-questions.c */
/* What is to be drawn now: the model's scene, or what an answer or the past make of it; NULL: nothing. (transfer full) */
QdScene *qd_topology_page_dup_scene (QdTopologyPage *self);
void qd_topology_page_redress (QdTopologyPage *self);
void qd_topology_page_show_route (QdTopologyPage *self);
void qd_topology_page_update_asking (QdTopologyPage *self);
void qd_topology_page_show_answer (QdTopologyPage *self);
void qd_topology_page_stop_asking (QdTopologyPage *self);
void qd_topology_page_ask (QdTopologyPage *self, QdTopologyAsk what, GPtrArray *about);
/* About @pick if it is an edge, else about these nodes. */
void qd_topology_page_ask_about (QdTopologyPage *self, QdTopologyAsk what, QdPick pick, const guint *nodes, guint n);
void qd_topology_page_begin_path (QdTopologyPage *self, QdEntity *from);
/* FALSE when there is no beginning, or @to can be no end. */
gboolean qd_topology_page_end_path (QdTopologyPage *self, QdEntity *to);

/* qd-topology-page-cut.c: which paths carry flows that a change of policies cuts off, which is not applied. */
void qd_topology_page_add_cut (QdTopologyPage *self);
void qd_topology_page_ask_cut (QdTopologyPage *self);
/* What can be asked, and is. */
void qd_topology_page_update_cut (QdTopologyPage *self);
/* What is said of @entity by the answer that is shown; borrowed, or NULL. */
const char *qd_topology_page_get_note (QdTopologyPage *self, QdEntity *entity);
/* How many paths lose all that they carry, and how many some of it. */
void qd_topology_page_count_cut (QdTopologyPage *self, guint *drained, guint *thinned);

/* qd-topology-page-past.c */
void qd_topology_page_add_past (QdTopologyPage *self);
/* The slider over the last day comes, or goes, and with it the past. */
void qd_topology_page_show_past (QdTopologyPage *self, gboolean wanted);
void qd_topology_page_play (QdTopologyPage *self);

/* qd-topology-page-export.c */
void qd_topology_page_export (QdTopologyPage *self);               /* asks where to */
void qd_topology_page_export_to (QdTopologyPage *self, GFile *file);
void qd_topology_page_print (QdTopologyPage *self);
void qd_topology_page_stop_export (QdTopologyPage *self);

/* qd-topology-page-filter.c */
void qd_topology_page_add_filter (QdTopologyPage *self);
/* Says what is not seen: "412 of 5,000 shown: filtered". */
void qd_topology_page_update_tally (QdTopologyPage *self);

G_END_DECLS
