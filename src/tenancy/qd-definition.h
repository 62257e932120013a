/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Definitions as the bucket DEFINITIONS holds them: bundles under "bundle.BUNDLE.VERSION", and which of them a tenant has under "applied.TENANT". */

typedef enum { QD_DEFINITION_AGGREGATES, QD_DEFINITION_PROJECTIONS, QD_DEFINITION_SAGAS, QD_DEFINITION_EFFECTS, QD_N_DEFINITION_PARTS } QdDefinitionPart;

typedef struct {
  char *bundle, *version;
  char *by, *note;          /* NULL: not told */
  gint64 created_us;        /* -1: not told */
  GPtrArray *parts[QD_N_DEFINITION_PARTS]; /* names, in their order */
} QdDefinitionBundle;

typedef struct {
  char *bundle, *version;
  char *by;                 /* NULL: not told */
  gint64 at_us;             /* -1: not told */
} QdDefinitionApplied;

/* "aggregates" and so on: the members of a bundle. */
const char *qd_definition_part_to_string (QdDefinitionPart part);

/* NULL with an error that says what is missing, where @text is none. @key: where it stood, for the error. */
QdDefinitionBundle *qd_definition_bundle_new (const char *key, const char *text, GError **error);
void qd_definition_bundle_free (QdDefinitionBundle *self);
QdDefinitionApplied *qd_definition_applied_new (const char *key, const char *text, GError **error);
void qd_definition_applied_free (QdDefinitionApplied *self);

/* As Semantic Versioning 2.0.0 orders them (11): by numbers, a release after what came before it; what are no numbers are compared as texts. */
int qd_definition_compare_versions (const char *a, const char *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdDefinitionBundle, qd_definition_bundle_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdDefinitionApplied, qd_definition_applied_free)

G_END_DECLS
