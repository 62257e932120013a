/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"

G_BEGIN_DECLS

/* A control connection "harbour" and the NATS connection "harbour-nats" that feeds it, of which nobody answers: what is known is as of before. */
#define PLACEMENT_CONTROL "harbour"
#define PLACEMENT_NATS "harbour-nats"

void placement_fixture_connect (QdHub *hub);
/* Shard "shard-N" of @kind (N from 1), with room for @capacity. */
void placement_fixture_shard (QdHub *hub, const char *kind, guint n, gint64 capacity, const char *status, const char *region, const char *version);
/* A tenant that is known; @region NULL: it may be anywhere. */
void placement_fixture_tenant (QdHub *hub, const char *id, const char *region);
/* Changes one field of what is there. */
void placement_fixture_set (QdHub *hub, QdKind kind, const char *id, guint field, QdValue value);
/* One entry of a bucket. */
void placement_fixture_entry (QdHub *hub, const char *bucket, const char *key, const char *value, gint64 revision);
/* @n_shards runners and @n_tenants "tenant-0001" and so on, dealt out to them but for every tenth, which are on the first. */
void placement_fixture_fill (QdHub *hub, guint n_shards, guint n_tenants);

G_END_DECLS
