/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-drain.h"
#include "qd-driver.h"
#include "qd-store.h"

G_BEGIN_DECLS

/* The connection of what Quarterdeck itself does: its jobs. No driver stands behind it. */
#define QD_HUB_LOCAL "local"

/**
 * QdHub:
 *
 * All connections together: owns the fleet, the drain, the store (optional) and a driver for each
 * configured endpoint. The window and qdctl each have one. Main thread.
 * With a store, drivers begin once qd_hub_start_async() has loaded the last known state, so that
 * nothing old is put over what is new; without one, at once.
 * Signals: ::loaded (once: the last known state is in the fleet, or cannot be read, and no server was asked yet),
 * ::connections-changed (also when a lock opens or closes), ::job-finished (QdEntity job),
 * ::password-needed (QdEntity job, const char *wrong): the server wants to be sure that it is still us,
 * and the job waits for qd_hub_confirm_job() or qd_hub_cancel_job(); @wrong says why the password before
 * this one was not taken, or is NULL. With nobody connected to it, such a job fails.
 */
#define QD_TYPE_HUB (qd_hub_get_type ())
G_DECLARE_FINAL_TYPE (QdHub, qd_hub, QD, HUB, GObject)

QdHub *qd_hub_new (QdStore *store /* or NULL */);
QdFleet *qd_hub_get_fleet (QdHub *self);
QdDrain *qd_hub_get_drain (QdHub *self);
QdStore *qd_hub_get_store (QdHub *self);
/* From now on what is done and refused is recorded in the journal at @path (qd-audit.h). */
void qd_hub_keep_audit (QdHub *self, const char *path);
/* Borrowed; NULL: nothing is recorded. */
struct _QdAudit *qd_hub_get_audit (QdHub *self);

/* Reads the configured connections from the store, the last known state, then starts the drivers
 * (passwords from the keyring). */
void qd_hub_start_async (QdHub *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean qd_hub_start_finish (QdHub *self, GAsyncResult *result, GError **error);

/* Adds (or replaces, same id) and starts a connection. @save: keep it (without secrets) in the store and its secrets in the keyring. */
gboolean qd_hub_add (QdHub *self, const QdEndpoint *endpoint, gboolean save, GError **error);
void qd_hub_remove (QdHub *self, const char *connection);
char *qd_hub_dup_workloads_name (const char *connection);
void qd_hub_rename (QdHub *self, const char *connection, const char *name);
QdDriver *qd_hub_get_driver (QdHub *self, const char *connection);
/* Where it is and what it is called; NULL when there is none of that id. (transfer full) */
QdEndpoint *qd_hub_dup_endpoint (QdHub *self, const char *connection);
/* (transfer container) the endpoints, in order of name. */
GPtrArray *qd_hub_list_endpoints (QdHub *self);
void qd_hub_refresh (QdHub *self, const char *connection /* or NULL: all */);
void qd_hub_stop (QdHub *self);

/* TRUE while the last known state is being read. */
gboolean qd_hub_is_loading (QdHub *self);

/* Carries out a verb as a job: checks the capability, journals before and after, sends it with an
 * idempotency key, follows the server's job to its end, and shows it as a job entity all the while
 * (of connection QD_HUB_LOCAL; its EXTRA names connection, verb and server_job). @summary is what
 * people read: "Remove site HQ". Verbs that change nothing make no job. Returns the job's id. */
char *qd_hub_run (QdHub *self, const char *connection, const char *verb, JsonObject *args, const char *summary,
                  const char *reason, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
JsonNode *qd_hub_run_finish (QdHub *self, GAsyncResult *result, GError **error);
/* Asks the server what would happen, where it can tell: the same is asked of the permissions first, and a refusal is recorded as one of the
 * action itself. A lock and a missing reason stand against nothing that only asks. Ends with qd_hub_run_finish(). */
void qd_hub_dry_run (QdHub *self, const char *connection, const char *verb, JsonObject *args, const char *reason, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data);
void qd_hub_cancel_job (QdHub *self, const char *job_id);
/* Answers ::password-needed. Nothing happens to a job that does not wait for it. */
void qd_hub_confirm_job (QdHub *self, const char *job_id, const char *password);

/* Production is read-only until unlocked for a limited time. */
void qd_hub_unlock (QdHub *self, const char *connection, guint minutes);
gboolean qd_hub_is_locked (QdHub *self, const char *connection);
/* A report for troubleshooting: versions, connections' states and errors, counts, queue figures. No secrets. */
char *qd_hub_report (QdHub *self);

G_END_DECLS
