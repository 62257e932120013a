/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-table-page.h"

typedef struct { QdTablePage parent_instance; } QdEventsPage;
typedef struct { QdTablePageClass parent_class; } QdEventsPageClass;

G_DEFINE_TYPE (QdEventsPage, qd_events_page, QD_TYPE_TABLE_PAGE)

static void
qd_events_page_class_init (QdEventsPageClass *klass)
{
  QdTablePageClass *page_class = QD_TABLE_PAGE_CLASS (klass);

  page_class->kinds[0] = QD_KIND_EVENT;
  page_class->n_kinds = 1;
}

static void
qd_events_page_init (QdEventsPage *self)
{
}
