/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-patronus-policy.h"
#include "qd-policy-read-private.h"

G_BEGIN_DECLS

#define QD_PATRONUS_NAMESPACE_LABEL "kubernetes.io/metadata.name"

/* Where a conversion stands. */
typedef struct {
  QdPatronusConversion *conversion;
  GHashTable *parents;     /* QdYamlNode → the map or sequence that it is in */
} QdPatronusWork;

void qd_patronus_work_begin (QdPatronusWork *self, QdYamlFile *file);
/* Sorts the findings; where one is an error, no object is left. (transfer full) */
QdPatronusConversion *qd_patronus_work_end (QdPatronusWork *self);
/* About what is at @node (or, with @node NULL, about all of the file). @format is translated already. */
void qd_patronus_say (QdPatronusWork *self, QdPolicySeverity severity, const QdYamlNode *node, const char *code, const char *format, ...) G_GNUC_PRINTF (5, 6);
/* What a reader of the policy room found about @node. */
void qd_patronus_take (QdPatronusWork *self, QdPolicySeverity severity, const QdPolicyFinding *finding);
/* Comments of the source, which no JSON has. */
void qd_patronus_say_comments (QdPatronusWork *self);

/* @text where Kubernetes takes it as a name (or, with @namespace, as that of a namespace); else lower case with dashes for what is no letter or
 * digit. There is room behind it for a number. (transfer full) */
char *qd_patronus_make_name (const char *text, gboolean namespace);
/* What no spelling changes: how the two sides read the same words. */
void qd_patronus_say_difference (QdPatronusWork *self);

/* JSON: what is @text, and a member of @name in @map that is text. */
void qd_patronus_set_text (JsonObject *map, const char *name, const char *text);
JsonArray *qd_patronus_add_array (JsonObject *map, const char *name);
JsonObject *qd_patronus_add_object (JsonObject *map, const char *name);
JsonNode *qd_patronus_wrap (JsonObject *object);   /* (transfer full), takes @object */

G_END_DECLS
