/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * QdReplayDialog:
 *
 * Which workflow is to be replayed and how, or which projection is to be rebuilt: one of those that the shards name, or what is typed where they
 * name none. What follows is asked by qd_session_run().
 */
#define QD_TYPE_REPLAY_DIALOG (qd_replay_dialog_get_type ())
G_DECLARE_FINAL_TYPE (QdReplayDialog, qd_replay_dialog, QD, REPLAY_DIALOG, AdwDialog)

/* @tenant: or NULL where its entity is not known. @verb: "shard.replay" or "shard.rebuild". @args: id and tenant. */
AdwDialog *qd_replay_dialog_new (QdSession *session, QdEntity *shard, QdEntity *tenant, const char *verb, JsonObject *args);
/* As a user would. @mode: of a replay, or NULL. */
void qd_replay_dialog_choose (QdReplayDialog *self, const char *name, const char *mode);
void qd_replay_dialog_confirm (QdReplayDialog *self);

/* What the shards of @shard's connection and kind say that they run: their "sagas" or "views", sorted. (transfer full) */
char **qd_replay_dup_names (QdFleet *fleet, QdEntity *shard, const char *member);

G_END_DECLS
