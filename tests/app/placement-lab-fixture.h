/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app-fixture.h"
#include "driver-fixture.h"
#include "qd-placement-page-private.h"
#include "qd-placement-review.h"

G_BEGIN_DECLS

/* The page of placements in the real window, before a real lab with two shards of each kind. */
typedef struct {
  TestLab *lab;
  QdHub *hub;
  QdWindow *window;
  QdPlacementPage *page;
  QdPlacementBoard *board;
  GString *toasts;       /* a line each */
  char *journal;         /* the audit's */
} PlacementLab;

#define PLACEMENT_LAB_CONTROL "harbour"
#define PLACEMENT_LAB_NATS "harbour-nats"

/* FALSE: there is no lab on this machine. @user: who signs in. @kind: "runner", which is shown once all its shards are ready and somebody is placed. */
gboolean placement_lab_set_up (PlacementLab *self, const char *user, const char *kind);
/* The same where the connections named in @prod ("control", "nats", "control nats") are production, and unlocked. */
gboolean placement_lab_set_up_prod (PlacementLab *self, const char *user, const char *kind, const char *prod);
void placement_lab_tear_down (PlacementLab *self);
void placement_lab_show_kind (PlacementLab *self, const char *kind);

AdwDialog *placement_lab_get_dialog (PlacementLab *self);       /* the uppermost; NULL: none */
gboolean placement_lab_has_dialog (PlacementLab *self, GType type);
/* The first of those on @shard; borrowed until the next roll. */
const QdRollTenant *placement_lab_find_on (PlacementLab *self, const char *shard);
/* It is there, and nothing is planned any more. */
gboolean placement_lab_is_on (PlacementLab *self, const char *tenant, const char *shard);
/* The review of the plan, in which all is said that must be. */
QdPlacementReview *placement_lab_review (PlacementLab *self, gboolean migrate);
/* Somebody else places @tenant, over what is there now. */
void placement_lab_be_quicker (PlacementLab *self, const char *tenant, const char *shard);
/* What is asked before a change of high impact: a reason, and in production the name. */
void placement_lab_give_reason (PlacementLab *self, const char *reason);
/* In production: nothing is done without the reason and just that name. */
void placement_lab_give_name (PlacementLab *self, const char *reason, const char *name);
/* The menu button below @from whose tooltip is @name, and what its popover has under @label, which is opened. */
GtkWidget *placement_lab_find_menu (gpointer from, const char *name);
GtkWidget *placement_lab_open (GtkWidget *menu, const char *label);
/* Opens @menu and presses what is called @label there. */
void placement_lab_do (GtkWidget *menu, const char *label);

G_END_DECLS
