/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-world.h"

G_BEGIN_DECLS

/* Manifests to measure with. "alike" pods come in fives with the same labels, as replicas do; apart each has a label of its own that some
 * policy asks for. The same for the same seed. */

#define PODS_PER_FILE 50
#define PODS_PER_SPACE 25

typedef struct {
  GRand *rand;
  guint n_pods, n_policies, n_spaces;
  gboolean apart;
} Shape;

guint any (GRand *rand, guint n);
/* The pods of one file; of the first of them it is said how often it was edited. */
char *make_pods (const Shape *shape, guint first, guint edit);
char *make_policy (const Shape *shape, guint i);
/* Of QdYamlFile: namespaces, pods, and then a file for each policy. (transfer full) */
GPtrArray *read_files (const Shape *shape);
QdPolicyWorld *make_world (GPtrArray *files, QdPolicyWorld *previous);

G_END_DECLS
