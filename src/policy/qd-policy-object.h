/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "qd-yaml.h"

G_BEGIN_DECLS

/* A policy as an object that goes to a server and comes from one: what of it counts, what it is called, and its
 * text in one form, so that two copies can be compared and merged whoever wrote them. Pure, any thread. */

/* What it is called among all policies, and for people: "NetworkPolicy default/web", "AdminNetworkPolicy no-ssh".
 * A NetworkPolicy without a namespace is one of "default". NULL: it is none of the kinds of policy, or has no name. */
char *qd_policy_object_dup_key (JsonNode *object);
/* A copy of what its author says: without status, without what servers add to it (id, revision, resourceVersion, uid,
 * generation, creationTimestamp, managedFields, …), without members that are null; apiVersion, kind, metadata and spec first,
 * other members by name. NULL: @object is no object. (transfer full) */
JsonNode *qd_policy_object_strip (JsonNode *object);
/* Whether both say the same: after qd_policy_object_strip(), and with what the API fills in where nothing is written
 * (namespace, policyTypes, a port's protocol). Order of members and spelling of numbers do not count. Both may be NULL. */
gboolean qd_policy_object_equal (JsonNode *a, JsonNode *b);
/* @object as qd_policy_object_strip() leaves it; where @keeps is not NULL, of a server that keeps of the metadata but name, namespace and those
 * annotations: all else of the metadata is @model's, which it cannot contradict. (transfer full) */
JsonNode *qd_policy_object_lend (JsonNode *object, JsonNode *model, const char *const *keeps);
/* Its text in YAML, as kubectl would print it, of what qd_policy_object_strip() leaves. (transfer full) */
GBytes *qd_policy_object_to_text (JsonNode *object);
/* The other way round: one document; the error names @name, line and column. (transfer full) */
JsonNode *qd_policy_object_from_text (const char *name, GBytes *text, GError **error);

G_END_DECLS
