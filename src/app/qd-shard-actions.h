/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-action-popover.h"
#include "qd-session.h"

G_BEGIN_DECLS

/* A shard of one service kind, or one tenant on it. */
typedef struct {
  const char *control;       /* the connection that tells it what to do, or NULL */
  const char *kind;          /* "runner" */
  const char *shard;         /* "shard-1"; NULL: the tenant is placed nowhere */
  const char *tenant;        /* NULL: all of the shard */
} QdShardTarget;

/* Everything that can be asked of @target, into a popover; what cannot be now says why. */
void qd_shard_actions_fill (QdActionPopover *popover, QdSession *session, GtkWidget *parent, const QdShardTarget *target);
/* To freeze all changes, or to lift that. */
void qd_freeze_action_fill (QdActionPopover *popover, QdSession *session, GtkWidget *parent, const char *control);
void qd_freeze_action_run (QdSession *session, gpointer parent, const char *control, gboolean frozen);

/* What a verb of shards and of the freeze is called with these arguments; NULL: as everywhere. */
const char *qd_shard_verb_get_title (const char *verb, JsonObject *args);
/* What it does, in a sentence; NULL: it is none of these. (transfer full) */
char *qd_shard_verb_tell (const char *verb, JsonObject *args);

G_END_DECLS
