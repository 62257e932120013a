/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-table-page.h"

typedef struct { QdTablePage parent_instance; } QdPathsPage;
typedef struct { QdTablePageClass parent_class; } QdPathsPageClass;

G_DEFINE_TYPE (QdPathsPage, qd_paths_page, QD_TYPE_TABLE_PAGE)

static void
qd_paths_page_class_init (QdPathsPageClass *klass)
{
  QdTablePageClass *page_class = QD_TABLE_PAGE_CLASS (klass);

  page_class->kinds[0] = QD_KIND_PATH;
  page_class->n_kinds = 1;
}

static void
qd_paths_page_init (QdPathsPage *self)
{
}
