/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"

G_BEGIN_DECLS

/* Buckets, a stream and shards in memory, behind drivers that answer as real ones do: a compare-and-set that lost is refused, a lease
 * goes when the test says that its minute is over, a shard drains, reloads and warms up when it is told. */
typedef struct _FakeFleet FakeFleet;

/* Told of each command before it is carried out; FALSE: it is not, and the answer is that nobody answered. @changes: it is no question. */
typedef gboolean (*FakeFleetFunc) (FakeFleet *self, const char *verb, JsonObject *args, gboolean changes, gpointer data);

FakeFleet *fake_fleet_new (void);
void fake_fleet_free (FakeFleet *self);
/* Gives @hub the control connection "control" and the NATS connection "nats" of it. */
void fake_fleet_connect (FakeFleet *self, QdHub *hub);
/* Commands of that hub wait from now on, or go on. */
void fake_fleet_set_asleep (FakeFleet *self, QdHub *hub, gboolean asleep);
/* Once a command was carried out, its answer is lost, @n times. Returns how often that was still to come of what was wanted before. */
guint fake_fleet_lose_answers (FakeFleet *self, const char *verb, guint n);
void fake_fleet_set_func (FakeFleet *self, FakeFleetFunc func, gpointer data);

void fake_fleet_add_shard (FakeFleet *self, const char *kind, const char *shard, int capacity);
/* Places it, and the shard has it. A map in one entry where @map. */
void fake_fleet_add_tenant (FakeFleet *self, const char *kind, const char *tenant, const char *shard, gboolean map);
/* A member of the shard's record: "status", "storage", "version". */
void fake_fleet_set_shard (FakeFleet *self, const char *id, const char *member, const char *value);
/* "in_flight", "lag". */
void fake_fleet_set_tenant (FakeFleet *self, const char *id, const char *tenant, const char *member, int value);
/* It never gets warm, or never lets go of what is in flight. */
void fake_fleet_set_stuck (FakeFleet *self, const char *id, gboolean stuck);
void fake_fleet_set_frozen (FakeFleet *self, gboolean frozen);

char *fake_fleet_get_place (FakeFleet *self, const char *kind, const char *tenant);
/* Whether that shard has it and takes work for it. */
gboolean fake_fleet_takes_work (FakeFleet *self, const char *id, const char *tenant);
/* How often that shard was told that verb for the tenant. */
guint fake_fleet_get_n_told (FakeFleet *self, const char *id, const char *verb, const char *tenant);
/* How often somebody's compare-and-set changed an entry of that bucket. */
guint fake_fleet_get_n_puts (FakeFleet *self, const char *bucket);
void fake_fleet_put (FakeFleet *self, const char *bucket, const char *key, const char *value);
/* The minute is over for all that is in JOB_LEASES. */
void fake_fleet_expire_leases (FakeFleet *self);
guint fake_fleet_get_n_leases (FakeFleet *self);
/* What the stream has of that subject, oldest first. (element-type utf8, borrowed) */
GPtrArray *fake_fleet_list_payloads (FakeFleet *self, const char *subject);

G_END_DECLS
