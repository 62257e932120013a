/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab-bucket.h"

G_BEGIN_DECLS

/*
 * Who is placed where, out of one bucket. A value that is a JSON object is a map from tenants to shards; any
 * other value is the shard of the tenant that is its key. Not for two threads at once.
 */
typedef struct LabPlacement LabPlacement;

LabPlacement *lab_placement_new    (void);
void          lab_placement_free   (LabPlacement *placement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabPlacement, lab_placement_free)

/* Takes what a watch of the bucket tells. What was there before BEGIN holds until SYNCED. TRUE when it may be
 * another placement now. */
gboolean      lab_placement_hear   (LabPlacement *placement, LabBucketWhat what, const char *key, const char *value);

/* Whether all of the bucket was heard at least once. */
gboolean      lab_placement_synced (const LabPlacement *placement);

/* Tenant → shard, both text; the placement's own, as of now. */
GHashTable   *lab_placement_table  (LabPlacement *placement);

/* Whether @id can be a tenant's: a token of a subject and of a consumer's name. */
gboolean      lab_placement_names  (const char *id);

G_END_DECLS
