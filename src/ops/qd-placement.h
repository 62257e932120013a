/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"
#include "qd-placement-map.h"

G_BEGIN_DECLS

/* Who lives on which shard, read from a NATS connection and changed there by compare-and-set on what was shown. Main thread. */

/* What a writer of ours leaves beside a value. */
#define QD_PLACEMENT_WHO "Quarterdeck-Who"     /* "ada@bridge" */
#define QD_PLACEMENT_AS "Quarterdeck-As"       /* the user of the connection */
#define QD_PLACEMENT_WHY "Quarterdeck-Why"
#define QD_PLACEMENT_EDIT "Quarterdeck-Edit"   /* the job */

/* The NATS connection of the fleet that @connection belongs to: itself, or the one that feeds it. (transfer full) or NULL. */
char *qd_placement_find_connection (QdHub *hub, const char *connection);
/* Whether @verb (QD_PLACEMENT_VIEW, QD_PLACEMENT_SET) can be done on the NATS connection: what it offers, and what the role allows, also the one on the
 * connection that it feeds. */
gboolean qd_placement_allowed (QdHub *hub, const char *nats, const char *verb, char **why);

/* @bucket NULL: the kind's own. */
void qd_placement_read_async (QdHub *hub, const char *nats, QdPlacementKind kind, const char *bucket, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
QdPlacementMap *qd_placement_read_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* What became of an edit. @rows: NULL unless somebody was quicker: then (element-type QdPlacementMergeRow) base, mine and theirs. */
typedef struct {
  QdPlacementMap *base, *now;   /* as it was shown, and as it is */
  GPtrArray *changes;           /* what was wanted */
  GPtrArray *rows;
  guint n_writes, n_written;
  guint64 revision;             /* of the last write; 0: none */
} QdPlacementEdit;
void qd_placement_edit_free (QdPlacementEdit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPlacementEdit, qd_placement_edit_free)

/* Makes @changes (element-type QdPlacementChange) where @base is still what is there, as one job. Every write is over just the revision that was
 * shown, and carries who and why. (transfer full) the job's id */
char *qd_placement_edit_async (QdHub *hub, const char *nats, QdPlacementMap *base, GPtrArray *changes, const char *reason,
                               GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Puts a former value of a key back, as a new revision over the one that was shown. */
struct _QdPlacementRevision;
char *qd_placement_restore_async (QdHub *hub, const char *nats, QdPlacementMap *base, const struct _QdPlacementRevision *revision,
                                  const char *reason, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* What putting it back would write; none where it is so already. (transfer full) (element-type QdPlacementWrite) */
GPtrArray *qd_placement_plan_restore (QdPlacementMap *base, const struct _QdPlacementRevision *revision, GError **error);
/* NULL with an error when nothing was tried. Both when it was not carried out, or not all of it: QD_DRIVER_ERROR_CONFLICT and @rows where somebody
 * was quicker. */
QdPlacementEdit *qd_placement_edit_finish (QdHub *hub, GAsyncResult *result, GError **error);

/* --- History (qd-placement-history.c) --- */

/* What a key was at one revision. @value NULL: it was deleted then, or is no text. @who, @as, @why: NULL unless its writer left them. */
typedef struct _QdPlacementRevision {
  char *bucket, *key, *value;
  guint64 revision;
  gint64 at_us;
  char *operation;              /* "put", "delete", "purge" */
  char *who, *as, *why;
  QdPlacementMap *map;          /* what it says of tenants: of a key for each, of one */
} QdPlacementRevision;

/* Of the map's object, or, with a key for each, of @tenant. */
void qd_placement_history_async (QdHub *hub, const char *nats, QdPlacementMap *map, const char *tenant, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full) (element-type QdPlacementRevision), oldest first; as many as the bucket keeps. */
GPtrArray *qd_placement_history_finish (QdHub *hub, GAsyncResult *result, GError **error);

G_END_DECLS
