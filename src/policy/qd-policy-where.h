/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-schema.h"
#include "qd-policy-world.h"
#include "qd-yaml-spot.h"

G_BEGIN_DECLS

/* What a place of a text that is being written is, to who knows policies: which object it is in, and what of that. */
typedef struct {
  const QdYamlSpot *spot;
  QdPolicyWorld *world;            /* of the last analysis, which may know less or more than the text; may be NULL */
  const QdPolicySchema *schema;    /* of the object; NULL: none is known */
  char *root;                      /* the path of the object in its document: "" or "/items/3" */
  char *kind, *name, *namespace;   /* what it says of itself; NULL: nothing. Of a NetworkPolicy the namespace is never NULL */
  gboolean is_test;                /* a file of tests */
  gboolean is_json;
} QdPolicyWhere;

/* @spot and @world must outlive it. */
QdPolicyWhere *qd_policy_where_new (const QdYamlSpot *spot, const char *file_name, QdPolicyWorld *world);
void qd_policy_where_free (QdPolicyWhere *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyWhere, qd_policy_where_free)

/* @path without that of the object; NULL where it is not within. */
const char *qd_policy_where_relate (const QdPolicyWhere *self, const char *path);
/* What stands at @path, which is one of @spot; see qd_policy_schema_follow(). @is_item (or NULL): it is an item of the list, or an entry of
 * the map, that the field is. */
const QdPolicyField *qd_policy_where_follow (const QdPolicyWhere *self, const char *path, const QdPolicySchema **inner, gboolean *is_item);
/* The object as the world has it; NULL: it has none like that. */
const QdPolicy *qd_policy_where_find_policy (const QdPolicyWhere *self);
/* The rule of that policy that @path is in. */
const QdPolicyRule *qd_policy_where_find_rule (const QdPolicyWhere *self, const char *path, QdPolicyDirection *direction, guint *index);
/* Whom the selector or the rule means that @path is in, as the world has it: of const QdPolicyWorkload. NULL: it is in none, or the world does
 * not have it. (transfer full) */
GPtrArray *qd_policy_where_find_meant (const QdPolicyWhere *self, const char *path);

G_END_DECLS
