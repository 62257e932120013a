/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-bucket.h"
#include "lab-server.h"

G_BEGIN_DECLS

/*
 * Who is placed where and how the shards are, as the buckets say: what the lab's control API knows of
 * scale. On the main thread, but lab_scale_heard().
 */
typedef enum
{
  LAB_KIND_AGGREGATE,
  LAB_KIND_PROJECTION,
  LAB_KIND_RUNNER,
  LAB_N_KINDS
} LabKind;

/* "aggregate", "projection", "runner". */
const char *lab_kind_name            (LabKind kind);

/* The bucket with the placement of @kind. */
const char *lab_kind_bucket          (LabKind kind);

LabScale   *lab_scale_new            (LabServer *server);
void        lab_scale_free           (LabScale *scale);

/* The buckets that the scale listens to, NULL-terminated; a LabBucketFunc for them, data: the LabScale. From any thread. */
extern const char *const lab_scale_buckets[];
void        lab_scale_heard          (const char *bucket, LabBucketWhat what, const char *key, const char *value, gpointer scale);

/* The shard ("shard-1") that @tenant is placed on; NULL: on none. The scale's, until the main loop goes on. */
const char *lab_scale_placement      (LabServer *server, LabKind kind, const char *tenant);

/* All tenants that are placed on any shard, sorted, NULL-terminated; the scale's, until the main loop goes on. */
const char *const *lab_scale_tenants (LabServer *server);

/* The last record of a shard, and TRUE in @down where it is not up; NULL: never heard of. The scale's, until
 * the main loop goes on. @down may be NULL. */
JsonObject *lab_scale_record         (LabServer *server, LabKind kind, const char *shard, gboolean *down);

/* What the shard that @tenant is placed on says of it: a member of "tenants" of its record (in_flight, lag, accepting,
 * drained, warm, count, checksum, seq); NULL: it says nothing of it. The scale's, until the main loop goes on. */
JsonObject *lab_scale_tenant         (LabServer *server, LabKind kind, const char *tenant);

/* TRUE after having answered 423: all changes are frozen, and docs/permissions.md says that this holds @action ("tenant.create"). */
gboolean    lab_scale_refuse_frozen  (LabRequest *request, const char *action);

/* Whether there is a shard of the request's {id}; FALSE after having answered 404. */
gboolean    lab_scale_exists         (LabRequest *request);

/* The process of a shard has ended: its record says so from now on. */
void        lab_scale_down           (LabScale *scale, const char *id);

/* The routes. */
void        lab_scale_list           (LabRequest *request);
void        lab_scale_get            (LabRequest *request);
void        lab_scale_drain          (LabRequest *request);
void        lab_scale_resume         (LabRequest *request);
void        lab_scale_reload         (LabRequest *request);
void        lab_scale_warmup         (LabRequest *request);
void        lab_scale_replay         (LabRequest *request);
void        lab_scale_rebuild        (LabRequest *request);
void        lab_scale_freeze_get     (LabRequest *request);
void        lab_scale_freeze_put     (LabRequest *request);

G_END_DECLS
