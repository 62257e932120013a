/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qdctl.h"

G_BEGIN_DECLS

/* A word behind such a verb. */
typedef struct {
  const char *name, *verb;   /* verb: the capability; NULL: it lists */
  const char *options;       /* those that it takes, with a blank before and behind each */
  const char *needed;        /* those of them that it cannot do without, the same way; NULL: none */
  gboolean all;              /* it is about all there is: no ids go with it */
} QdctlAction;

/* What may be said of any of them. */
typedef struct {
  QdctlListOptions list;
  char *reason;
  gboolean dry_run;
} QdctlThingOptions;

void qdctl_thing_options_clear (QdctlThingOptions *self);

#define QDCTL_THING_ENTRIES(common)                                                                                       \
  QDCTL_LIST_ENTRIES ((common).list),                                                                                    \
  { "reason", 0, 0, G_OPTION_ARG_STRING, &(common).reason, N_("Why; needed where the impact is high"), N_("TEXT") },      \
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &(common).dry_run, N_("Only say what would change"), NULL }

/* A verb of that shape. */
typedef struct {
  const char *name;
  const QdctlAction *actions;   /* the first is what is done where no word is given */
  guint n_actions;
  const GOptionEntry *entries;
  const QdctlThingOptions *common;
  gpointer options;
  /* What else speaks against it; says so. */
  gboolean (*check) (const QdctlAction *action, gpointer options, GStrv ids);
  QdExit (*act) (QdctlSession *session, const QdctlAction *action, gpointer options, GStrv ids);
} QdctlThings;

QdExit qdctl_things_run (const QdctlThings *self, int argc, char **argv);

G_END_DECLS
