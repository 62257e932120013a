/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-window.h"

G_BEGIN_DECLS

struct _QdWindow
{
  AdwApplicationWindow parent_instance;

  /* Template widgets */
  AdwToastOverlay *toast_overlay;
  GtkStack *root_stack;
  AdwNavigationSplitView *split_view;
  GtkMenuButton *menu_button;
  GMenuModel *primary_menu;
  GtkBox *switcher_box;
  GtkListBox *sidebar_list;
  AdwNavigationPage *content_page;
  AdwHeaderBar *header_bar;
  GtkBox *header_end;
  GtkWidget *production_button;
  AdwButtonContent *production_content;
  AdwBanner *offline_banner;
  AdwBanner *freeze_banner;
  GtkStack *page_stack;
  AdwBreakpoint *narrow_breakpoint;

  /* Owned */
  QdSession *session;

  /* Borrowed: the page shown, in page_stack; NULL at first. */
  QdPage *page;

  /* Whether figures, banners and badges wait for their second, and when they were last shown. */
  guint figures_id;
  gint64 figures_at;
};

/* qd-window-sidebar.c */
void qd_window_sidebar_setup (QdWindow *self);
void qd_window_sidebar_select (QdWindow *self, const char *id);
void qd_window_sidebar_update_badges (QdWindow *self);

/* qd-window-status.c */
void qd_window_status_setup (QdWindow *self);
void qd_window_status_update (QdWindow *self);

/* qd-window-paper.c */
void qd_window_paper_class_init (GtkWidgetClass *klass);
void qd_window_paper_setup (QdWindow *self);

/* qd-window-actions.c */
void qd_window_actions_class_init (GtkWidgetClass *klass);

G_END_DECLS
