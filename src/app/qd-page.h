/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdPage:
 *
 * A page of the window. Its content is its child (an AdwBin); the window supplies sidebar, header
 * bar and banners around it.
 */
#define QD_TYPE_PAGE (qd_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (QdPage, qd_page, QD, PAGE, AdwBin)

struct _QdPageClass {
  AdwBinClass parent;
  /* Shows and selects @entity; FALSE when this page does not show its kind. */
  gboolean (*show_entity) (QdPage *self, QdEntity *entity);
  /* Widgets for the header bar's end (search toggle, menu), or NULL; borrowed. */
  GtkWidget *(*get_header_end) (QdPage *self);
  /* Ctrl+F. */
  void (*focus_search) (QdPage *self);
  /* Ctrl+C where text is not selected: the text of what is selected, or NULL. (transfer full) */
  char *(*copy) (QdPage *self);
};

const char *qd_page_get_id (QdPage *self);
const char *qd_page_get_title (QdPage *self);
const char *qd_page_get_icon_name (QdPage *self);
QdSession *qd_page_get_session (QdPage *self);

/* What the sidebar lists, in order; a page is made when it is first shown. */
typedef struct {
  const char *id;         /* "paths" */
  const char *title;      /* N_("Paths") */
  const char *icon_name;  /* "…-symbolic" */
  const char *group;      /* N_("Fleet"), or NULL for the first group */
  GType (*get_type) (void);
} QdPageInfo;
const QdPageInfo *qd_page_list (guint *n);
/* NULL when there is no page of that id. */
const QdPageInfo *qd_page_info_find (const char *id);
/* The page that lists things of @kind, or NULL. */
const QdPageInfo *qd_page_info_for_kind (QdKind kind);

QdPage *qd_page_new (const QdPageInfo *info, QdSession *session);
gboolean qd_page_show_entity (QdPage *self, QdEntity *entity);
GtkWidget *qd_page_get_header_end (QdPage *self);
/* FALSE when the page has no search of its own. */
gboolean qd_page_focus_search (QdPage *self);
char *qd_page_copy (QdPage *self);

G_END_DECLS
