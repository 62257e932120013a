/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-server.h"

G_BEGIN_DECLS

/* The shards' processes: started once NATS is there, started again when they end, ended with the lab. */
LabShards  *lab_shards_new   (LabServer *server);
void        lab_shards_free  (LabShards *shards);

/* The full id ("runner.shard-2") of each, in order; NULL past the last. */
const char *lab_shards_id    (const LabShards *shards, guint index);

/* Its process, 0: none at the moment. */
int         lab_shards_pid   (const LabShards *shards, guint index);

/* GET /lab/v1/shards, and POST: what one of them says of itself, beside what it is. */
void        lab_shards_list  (LabRequest *request);
void        lab_shards_set   (LabRequest *request);

G_END_DECLS
