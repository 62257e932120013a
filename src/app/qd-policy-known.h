/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-world.h"

G_BEGIN_DECLS

/* A label that there is, and how many workloads or namespaces have it. */
typedef struct { const char *key, *value; guint count; } QdPolicyKnownLabel;   /* @value NULL: whatever value */

/* What the labels in @world are, sorted; each pointer lives as long as the world. @of_namespaces: those of namespaces; else those of pods, of
 * @namespace alone unless that is NULL. @values: each value apart. (transfer full, of QdPolicyKnownLabel) */
GPtrArray *qd_policy_known_labels (QdPolicyWorld *world, gboolean of_namespaces, const char *namespace, gboolean values);

G_END_DECLS
