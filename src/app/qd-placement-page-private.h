/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-action-popover.h"
#include "qd-placement-page.h"
#include "qd-placement-source.h"

G_BEGIN_DECLS

struct _QdPlacementPage {
  QdPage parent_instance;

  QdPlacementBoard *board;
  QdPlacementSource source;
  QdPlacementKind kind;
  QdPlacementMap *map;           /* what the board was made of */
  gboolean map_is_old;           /* the bucket has changed since */
  QdRebalance *proposal;         /* the last one, while it is on the board; or NULL */
  GCancellable *proposing;       /* or NULL */
  gboolean dirty;                /* something has come that is not shown yet */
  guint timer;                   /* until it is */
  gint64 shown_at;               /* monotonic µs */

  GtkWidget *end, *versions_button;            /* for the header bar */
  GtkWidget *kinds, *search, *rebalance;
  GtkWidget *sentence, *problem;
  GtkWidget *stack, *status, *grid, *versions;
  GtkStringList *shards;
  GtkWidget *split, *side, *bar;
};

/* Whether its window is: whatever holds a reference to it meanwhile tells nobody any more. */
gboolean qd_placement_page_is_gone (QdPlacementPage *self);

/* qd-placement-page-plan.c: what becomes of the plan. */
/* @emptied: the shard on which nobody is to be left; NULL: all that bring every shard in order. */
void qd_placement_page_propose (QdPlacementPage *self, const char *emptied);
void qd_placement_page_review (QdPlacementPage *self);
void qd_placement_page_choose (QdPlacementPage *self, const char *const *tenants);
void qd_placement_page_show_history (QdPlacementPage *self, const char *tenant);
/* Puts one of @revisions (element-type QdPlacementRevision) back, once it is confirmed. */
void qd_placement_page_restore (QdPlacementPage *self, GPtrArray *revisions, guint index);
/* Whether a plan can be carried out; when not, *@why (transfer full) says what is missing. */
gboolean qd_placement_page_can_apply (QdPlacementPage *self, char **why);

/* qd-placement-page-menu.c: what can be asked of shards and of tenants on them, and of all. */
GtkWidget *qd_placement_page_build_menu (QdPlacementPage *self);
/* @tenant NULL: of the shard whose tenants are listed. */
void qd_placement_page_fill_menu (QdPlacementPage *self, QdActionPopover *popover, const char *tenant);

/* qd-placement-page-migrate.c: the same with each tenant drained first and verified after. */
gboolean qd_placement_page_can_migrate (QdPlacementPage *self);
/* @moves: (element-type QdPlacementMove) of tenants that are somewhere; borrowed. */
void qd_placement_page_migrate (QdPlacementPage *self, GArray *moves, const char *reason);

G_END_DECLS
