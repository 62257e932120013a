/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-builder.h"
#include "qd-policy-editor.h"
#include "qd-policy-explain-pane.h"
#include "qd-policy-files.h"
#include "qd-policy-flows-view.h"
#include "qd-policy-live.h"
#include "qd-policy-graph-view.h"
#include "qd-policy-matrix.h"
#include "qd-policy-page.h"
#include "qd-policy-problems.h"
#include "qd-policy-tests.h"
#include "qd-workbench.h"

G_BEGIN_DECLS

struct _QdPolicyPage {
  QdPage parent_instance;

  AdwOverlaySplitView *split;
  GtkStack *stack, *text_stack;
  AdwViewStack *views;
  AdwBanner *conflict_banner, *locked_banner;
  GtkLabel *title_label, *problems_label, *reading_label, *place_label, *branch_label;
  GtkImage *problems_icon;
  GtkToggleButton *problems_button, *tests_button;
  GtkImage *tests_icon;
  GtkLabel *tests_label;
  AdwBin *tests_bin;
  GtkWidget *git_box, *save_button, *header_end;
  AdwBin *files_bin, *editor_bin, *problems_bin;
  GtkStack *builder_stack, *matrix_stack;
  AdwStatusPage *unknown_page;
  GtkSearchEntry *matrix_entry;
  GtkToggleButton *changes_button;
  AdwBin *matrix_bin, *graph_bin, *why_bin;
  AdwToggleGroup *picture_group;   /* "matrix", "graph" */
  GtkStack *picture_stack;
  AdwOverlaySplitView *why_split;
  GtkDropDown *policy_drop;
  AdwBin *builder_bin, *flows_bin;
  GtkWidget *live_button, *remote_box, *get_button, *apply_button;
  GtkLabel *remote_label;
  GtkLabel *live_label;
  GMenu *recent;

  QdWorkbench *workbench;
  QdPolicyFiles *files;
  QdPolicyEditor *editor;
  QdPolicyProblems *problems;
  QdPolicyTests *tests;
  QdPolicyBuilder *builder;
  QdPolicyMatrix *matrix;
  QdPolicyGraphView *graph;
  QdPolicyExplainPane *why;
  QdPolicyLive *live;          /* the shown connection's workloads */
  QdPolicyFlows *flows;        /* and the flows that a change cuts off */
  QdPolicyFlowsView *flows_view;
  char *remote;                /* the connection that policies come from and go to; NULL: none */
  gboolean getting;            /* policies are on their way into the folder */
  guint apply_id;
  char *live_name;             /* whose they are, as the menu has it */
  QdPolicySeen asked_seen;     /* what is to be explained once there is an answer, where @asked_flow */
  gboolean asked_flow;
  char *asked_src, *asked_dst; /* who is to be explained once there is an answer; NULL: nobody */
  char *why_src, *why_dst;     /* who it is about, by name; NULL: nobody yet */
  GArray *policies;            /* guint: which documents of the file are policies, as the list has them */
  guint policy;                /* the document that the builder shows */
  gboolean picking;            /* the list is being filled */
  GListStore *found;           /* QdProblem, of the last analysis */
  QdDocument *document;        /* what is shown; NULL: none */
  GSimpleActionGroup *actions;
  GtkTextBuffer *watched;      /* whose undo is followed; borrowed from @document */
  QdPolicyOptions options;
  gboolean opened;             /* all documents of the folder are there */
  char *wanted;                /* the file that is to be shown first of the folder that is being opened; NULL: any */
  guint loading_id, remember_id;
};

QdSession *qd_policy_page_get_session (QdPolicyPage *self);
/* A toast: @what could not be done, and why. */
void qd_policy_page_tell_error (QdPolicyPage *self, const char *what, const GError *error);
void qd_policy_page_show_document (QdPolicyPage *self, QdDocument *document);
void qd_policy_page_go_to (QdPolicyPage *self, const char *file, guint line, guint column);
/* What is typed and not told yet is told. */
void qd_policy_page_flush (QdPolicyPage *self);

/* qd-policy-page-actions.c */
void qd_policy_page_install_actions (QdPolicyPage *self);
void qd_policy_page_update_actions (QdPolicyPage *self);

/* qd-policy-page-folder.c: which folder, and which before. */
void qd_policy_page_open_folder (QdPolicyPage *self, const char *folder);
/* And the file @name in it. */
void qd_policy_page_open_file (QdPolicyPage *self, const char *folder, const char *name);
void qd_policy_page_choose_folder (QdPolicyPage *self);
void qd_policy_page_open_example (QdPolicyPage *self, const char *name);
void qd_policy_page_close_folder (QdPolicyPage *self);
/* What was opened is remembered now, where it was not yet. */
void qd_policy_page_remember (QdPolicyPage *self);
void qd_policy_page_read_recent (QdPolicyPage *self);

/* qd-policy-page-views.c */
void qd_policy_page_picked (QdPolicyPage *self);
void qd_policy_page_update_builder (QdPolicyPage *self, gboolean follow_cursor);
void qd_policy_page_update_matrix (QdPolicyPage *self);
/* The matrix, or why there is none. */
void qd_policy_page_show_matrix (QdPolicyPage *self);
/* Why @src may talk to @dst, or may not. */
void qd_policy_page_note_explained (QdPolicyPage *self, guint src, guint dst);
void qd_policy_page_explain (QdPolicyPage *self, guint src, guint dst);
/* Slides in the pane that says why. */
void qd_policy_page_reveal_why (QdPolicyPage *self);
/* Of the picture: on a port, or with 0 on the one that matters. */
void qd_policy_page_explain_port (QdPolicyPage *self, guint src, guint dst, guint protocol, guint port);
gboolean qd_policy_page_is_graph (QdPolicyPage *self);
/* The same by name: "ns/name", "ns/name[Kind]". */
void qd_policy_page_explain_names (QdPolicyPage *self, const char *src, const char *dst);
void qd_policy_page_spliced (QdPolicyPage *self, const char *file, guint64 offset, guint64 removed, const char *inserted);

/* qd-policy-page-apply.c: policies from the shown connection and to it. */
void qd_policy_page_setup_apply (QdPolicyPage *self);
void qd_policy_page_update_apply (QdPolicyPage *self);
void qd_policy_page_get_policies (QdPolicyPage *self);
void qd_policy_page_apply (QdPolicyPage *self);

/* qd-policy-page-fleet.c: what the shown connection has to do with it. */
void qd_policy_page_setup_fleet (QdPolicyPage *self);
void qd_policy_page_dispose_fleet (QdPolicyPage *self);
void qd_policy_page_choose_workloads (QdPolicyPage *self, const char *whose);   /* "files", "live", "both" */
/* There is another analysis. */
void qd_policy_page_update_fleet (QdPolicyPage *self);
/* Why it is not known which workloads there are, in a sentence; NULL: it is, or the files alone are asked about. */
char *qd_policy_page_dup_unknown (QdPolicyPage *self);
/* What the foot of the page says of the world. */
void qd_policy_page_show_reading (QdPolicyPage *self);
/* Why such a flow may pass, or may not. */
void qd_policy_page_explain_seen (QdPolicyPage *self, const QdPolicySeen *seen);

/* qd-policy-page-tests.c */
void qd_policy_page_init_tests (QdPolicyPage *self);
void qd_policy_page_update_tests (QdPolicyPage *self, QdAnalysis *analysis);
/* Makes the change that mends @problem, as one step that can be undone. */
void qd_policy_page_fix (QdPolicyPage *self, QdProblem *problem);
/* Adds a test that says of the flow that is explained what is so now. */
void qd_policy_page_new_test (QdPolicyPage *self);

/* qd-policy-page-dialogs.c */
void qd_policy_page_ask_new_file (QdPolicyPage *self);
void qd_policy_page_ask_commit (QdPolicyPage *self);
void qd_policy_page_ask_revert (QdPolicyPage *self);

G_END_DECLS
