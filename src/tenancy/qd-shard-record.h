/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What a shard says of one tenant that it has. A figure that it does not tell is -1. */
typedef struct {
  char *id;
  gboolean accepting;     /* it takes new work for it */
  gboolean drained;       /* it takes none, and nothing is in flight */
  gboolean warm;          /* it is ready to take work for it */
  gint64 in_flight, lag, count, seq;
  char *checksum;         /* of all that was processed; NULL: not told */
} QdShardTenant;

/* A shard's record, as it is in the bucket SHARDS, over its own HTTP and over the control API. */
typedef struct {
  char *id;               /* "runner.shard-2" */
  char *kind, *shard;     /* "runner", "shard-2" */
  char *status;           /* "starting", "ready", "draining", "down"; others are kept */
  char *storage;          /* "healthy", "unhealthy"; NULL: not told */
  char *version;          /* NULL: not told */
  gint64 capacity;        /* tenants; -1: not told */
  GHashTable *tenants;    /* id → QdShardTenant */
} QdShardRecord;

/* NULL with an error when @object is no record: it needs an id, "KIND.SHARD", or kind and shard. */
QdShardRecord *qd_shard_record_from_json (JsonObject *object, GError **error);
void qd_shard_record_free (QdShardRecord *self);
/* NULL where the shard does not have it. */
const QdShardTenant *qd_shard_record_get_tenant (const QdShardRecord *self, const char *tenant);
gboolean qd_shard_record_is (const QdShardRecord *self, const char *status);
/* "runner.shard-2". (transfer full) */
char *qd_shard_id (const char *kind, const char *shard);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdShardRecord, qd_shard_record_free)

G_END_DECLS
