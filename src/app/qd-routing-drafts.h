/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "qd-hub.h"

G_BEGIN_DECLS

/**
 * QdRoutingDraft:
 *
 * A change of a routing policy, or a new one, that is not sent yet. Main thread; replaced, never changed.
 */
#define QD_TYPE_ROUTING_DRAFT (qd_routing_draft_get_type ())
G_DECLARE_FINAL_TYPE (QdRoutingDraft, qd_routing_draft, QD, ROUTING_DRAFT, GObject)

const char *qd_routing_draft_get_connection (QdRoutingDraft *self);
const char *qd_routing_draft_get_id (QdRoutingDraft *self);            /* of the policy; of a new one, one of ours */
JsonObject *qd_routing_draft_get_base (QdRoutingDraft *self);          /* NULL: it is a new policy */
const char *qd_routing_draft_get_revision (QdRoutingDraft *self);      /* of the base; NULL: it is a new policy */
JsonObject *qd_routing_draft_get_mine (QdRoutingDraft *self);
gint64 qd_routing_draft_get_saved_us (QdRoutingDraft *self);

/**
 * QdRoutingDrafts:
 *
 * All of them, as a #GListModel, kept on the disk as they are typed (see #QdDrafts) and there again after a
 * crash. One for each hub. The disk is read and written on other threads. Emits ::loaded once
 * what the disk has is there, and ::problem (string) when one could not be kept or read.
 */
#define QD_TYPE_ROUTING_DRAFTS (qd_routing_drafts_get_type ())
G_DECLARE_FINAL_TYPE (QdRoutingDrafts, qd_routing_drafts, QD, ROUTING_DRAFTS, GObject)

/* Made when first asked for; lives as long as the hub. Borrowed. */
QdRoutingDrafts *qd_routing_drafts_of (QdHub *hub);
gboolean qd_routing_drafts_is_loaded (QdRoutingDrafts *self);
/* NULL when there is none. Borrowed. */
QdRoutingDraft *qd_routing_drafts_find (QdRoutingDrafts *self, const char *connection, const char *id);
/* Keeps @mine. @base and @revision: (nullable): what it was made from. */
void qd_routing_drafts_put (QdRoutingDrafts *self, const char *connection, const char *id, JsonObject *base, const char *revision, JsonObject *mine);
void qd_routing_drafts_remove (QdRoutingDrafts *self, const char *connection, const char *id);
/* Lets go of all, on the disk too: local data is erased. */
void qd_routing_drafts_forget (QdRoutingDrafts *self);
/* Waits until all is on the disk: at the end of the program. */
void qd_routing_drafts_flush (QdRoutingDrafts *self);

G_END_DECLS
