/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "qd-audit.h"
#include "qd-hub.h"
#include "qd-job.h"

G_BEGIN_DECLS

/* The name under which the store keeps the configured connections. */
#define QD_HUB_CONNECTIONS "connections"

typedef struct {
  QdHub *hub;                /* borrowed */
  QdEndpoint *endpoint;
  QdDriver *driver;
  gboolean saved;
  guint lock_timer;          /* 0 while locked (or not production) */
} QdHubConnection;

struct _QdHub {
  GObject parent;
  QdFleet *fleet;
  QdDrain *drain;
  QdStore *store;
  QdSink sink;
  GHashTable *connections;   /* id (interned) → QdHubConnection */
  GHashTable *jobs;          /* id → QdJob */
  QdAudit *audit;            /* NULL: nothing is recorded */
  GCancellable *cancellable; /* for what the hub itself has begun */
  gboolean loading, started, stopped;
  DexFuture *last_state;       /* being read, while the hub starts */
  gboolean read_connections; /* those that are kept are known */
  gboolean save_pending;
  DexPromise *ending;          /* rejected when it is stopped: for fibers that hold it */
  GHashTable *told;            /* "connection verb" of each look whose refusal was recorded */
  GHashTable *owned;           /* id → the QdMigration that this process works on */
  char *journal;               /* of whose store jobs are written down, without a store of one's own; or NULL */
  GHashTable *news;            /* ids of jobs whose owner died, of which people here are to be told */
};

/* Puts a driver in the place of the one that the endpoint would get: for tests. Takes @driver. */
void qd_hub_adopt (QdHub *self, const QdEndpoint *endpoint, QdDriver *driver);
const QdSink *qd_hub_get_sink (QdHub *self);
/* A connection's configured name, or its id. */
const char *qd_hub_get_connection_name (QdHub *self, const char *connection);
/* Applies one delta now: for what the hub itself says. Takes @delta. */
void qd_hub_apply (QdHub *self, QdDelta *delta);
/* Whether anybody would answer, and asks: @wrong says why the one before was not right, or is NULL. */
gboolean qd_hub_can_ask_password (QdHub *self);
void qd_hub_ask_password (QdHub *self, const char *job_id, const char *wrong);
void qd_hub_job_ended (QdHub *self, const char *job_id);
/* Borrowed, or NULL. */
QdHubConnection *qd_hub_find_connection (QdHub *self, const char *id);
/* Puts a connection in its place, instead of one of the same id. Takes @driver. */
void qd_hub_put (QdHub *self, const QdEndpoint *endpoint, QdDriver *driver, gboolean saved);
/* Starts it, if the last known state is there already. */
void qd_hub_start_driver (QdHub *self, QdHubConnection *connection);
/* Keeps the connections that are to be kept, once those that were are known. */
void qd_hub_save_connections (QdHub *self);
/* What speaks against a job before anything is done: an error, or NULL. */
GError *qd_hub_object (QdHub *self, const char *id, const QdCapability *row, const char *verb, JsonObject *args, const char *reason);
/* Whether @verb can be done, of both connections of a fleet. @args NULL: a permission for any tenant will do. */
gboolean qd_hub_allows (QdHub *self, const char *connection, const char *verb, JsonObject *args, char **why);
/* Records that @error speaks against @verb; resolves once that is on the disk. (transfer full) */
DexFuture *qd_hub_record_refusal (QdHub *self, const char *connection, const char *verb, JsonObject *args, const char *reason, const GError *error);
/* Records that @error (taken) speaks against it, then gives it to @task (taken). */
void qd_hub_refuse (QdHub *self, GTask *task, const char *connection, const char *verb, JsonObject *args, const char *reason, GError *error);
/* Sends what changes nothing; @task (taken) gets the answer. */
void qd_hub_ask (QdHub *self, GTask *task, const char *connection, const char *verb, JsonObject *args, const char *reason);
/* Keeps @job (taken) until it has ended, and starts it. */
void qd_hub_take_job (QdHub *self, QdJob *job);
/* Goes on with a job out of the journal that the server has, or tells that it was interrupted. @lines: QdJournalEntry. */
void qd_hub_take_up_job (QdHub *self, GPtrArray *lines);
/* Whether that job is under way. */
gboolean qd_hub_is_at (QdHub *self, const char *job_id);

G_END_DECLS
