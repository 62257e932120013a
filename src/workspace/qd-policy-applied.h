/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-plan.h"

G_BEGIN_DECLS

typedef enum {
  QD_APPLIED_NOT,        /* not begun */
  QD_APPLIED_UNDER_WAY,  /* sent; whether it was done is not known (yet) */
  QD_APPLIED_DONE,
  QD_APPLIED_FAILED,     /* not done: see error */
} QdAppliedState;

typedef struct {
  QdPlanKind kind;       /* create, update or delete */
  QdAppliedState state;
  char *key, *id, *document;
  JsonNode *before;      /* NULL: it was not there */
  JsonNode *after;       /* what was sent; NULL: deleted */
  JsonNode *agreed;      /* the base once it is done: after, or where theirs were merged into it, mine; NULL: deleted */
  char *revision_before; /* what was seen, and sent as If-Match */
  char *revision;        /* what the server gave it when done; NULL: deleted */
  gboolean enabled;      /* before */
  gboolean told;         /* what the server does not keep of it was told when it was applied before; not on the desk */
  char *error;
} QdAppliedStep;

/**
 * QdPolicyApplied:
 *
 * What one job did to a server's policies, step by step, with what was there before: the way back. Kept on the desk beside the bases,
 * written before the first change and after each, so that a job that was cut off can be seen, and undone. Plain data.
 */
typedef struct {
  char *job, *connection, *folder, *reason;
  char *reverts;         /* the job that this one is the way back from, or NULL */
  gint64 at_us;
  gboolean ended;        /* FALSE: it goes on, or was cut off */
  GPtrArray *steps;      /* of QdAppliedStep */
} QdPolicyApplied;

#define QD_APPLIED_KEPT 100   /* the newest so many; the older ones go */

QdPolicyApplied *qd_policy_applied_new (QdPolicyPlan *plan, const char *job, const char *reason);
QdPolicyApplied *qd_policy_applied_copy (const QdPolicyApplied *self);
void qd_policy_applied_free (QdPolicyApplied *self);
guint qd_policy_applied_count (const QdPolicyApplied *self, QdAppliedState state);
/* Whether anything was, or may have been, changed: there is something to go back from. */
gboolean qd_policy_applied_can_revert (const QdPolicyApplied *self);
/* One sentence for people: "2 of 5 changes were made". (transfer full) */
char *qd_policy_applied_to_sentence (const QdPolicyApplied *self);

GBytes *qd_policy_applied_to_bytes (const QdPolicyApplied *self);
QdPolicyApplied *qd_policy_applied_parse (const char *bytes, gsize length, const char *origin, GError **error);

/* As bytes for the disk, one step's news: appended, so that a job of many steps costs what it does. A line that is not whole is
 * where a crash cut it, and ends the reading. */
GBytes *qd_policy_applied_to_line (const QdPolicyApplied *self, guint nth);
void qd_policy_applied_replay (QdPolicyApplied *self, const char *bytes, gsize length);
/* Notes in @bases what was done. */
void qd_policy_applied_note_bases (const QdPolicyApplied *self, QdRemoteSet *bases);

/* What job @job did. G_IO_ERROR_NOT_FOUND: nothing is known of such a job. */
void qd_remotes_load_applied_async (QdRemotes *self, const char *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
QdPolicyApplied *qd_remotes_load_applied_finish (QdRemotes *self, GAsyncResult *result, GError **error);
/* Done when it is on the disk. @applied is copied. Before the first change; then after each its news, and at last the end, which brings
 * the bases up to date as well. */
void qd_remotes_save_applied_async (QdRemotes *self, const QdPolicyApplied *applied, GAsyncReadyCallback callback, gpointer data);
void qd_remotes_note_applied_async (QdRemotes *self, const QdPolicyApplied *applied, guint nth, GAsyncReadyCallback callback, gpointer data);
void qd_remotes_end_applied_async (QdRemotes *self, const QdPolicyApplied *applied, GAsyncReadyCallback callback, gpointer data);
/* Of all three. */
gboolean qd_remotes_save_applied_finish (QdRemotes *self, GAsyncResult *result, GError **error);
/* (element-type QdPolicyApplied): all that are kept, newest first; broken ones are set aside and left out. @workspace and @connection
 * may be NULL: of any. */
void qd_remotes_list_applied_async (QdRemotes *self, const char *workspace, const char *connection, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer data);
GPtrArray *qd_remotes_list_applied_finish (QdRemotes *self, GAsyncResult *result, GError **error);

/* The plan of the way back, out of what the server has now. Pure: on a worker. */
QdPolicyPlan *qd_policy_applied_plan_back (const QdPolicyApplied *self, GPtrArray *theirs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyApplied, qd_policy_applied_free)

G_END_DECLS
