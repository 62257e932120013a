/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

#include "qd-session.h"

G_BEGIN_DECLS

/**
 * qd_routing_dialog_present:
 * @connection: whose policy it is
 * @id: the policy's; of a new one, one of ours that begins with "new-"
 * @base: (nullable): what the policy was when the change began; NULL: there is none yet
 * @revision: (nullable): of that
 * @mine: what is shown first
 *
 * Edits a routing policy. What is typed is kept as a draft as long as it is not sent, also while nobody answers.
 * What somebody else changes meanwhile is taken in where it does not touch what was changed here; where it does,
 * one is asked. Nothing is overwritten unseen.
 */
void qd_routing_dialog_present (QdSession *session, GtkWidget *parent, const char *connection, const char *id,
                                JsonObject *base, const char *revision, JsonObject *mine);

G_END_DECLS
