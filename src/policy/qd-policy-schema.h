/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-finding.h"

G_BEGIN_DECLS

/* What fields a policy has, of which type, and what they are for: for complaints, completion and help. All of it is
 * static. Kinds: NetworkPolicy (networking.k8s.io/v1), AdminNetworkPolicy and BaselineAdminNetworkPolicy
 * (policy.networking.k8s.io/v1alpha1), ClusterNetworkPolicy (v1alpha2), files of tests (*.policytest.yaml), and routing policies (qd-routing.h). */

typedef struct _QdPolicySchema QdPolicySchema;

typedef enum {
  QD_POLICY_FIELD_STRING,
  QD_POLICY_FIELD_INT,
  QD_POLICY_FIELD_BOOL,
  QD_POLICY_FIELD_PORT,      /* a whole number or a string */
  QD_POLICY_FIELD_STRINGS,   /* a list of strings */
  QD_POLICY_FIELD_LABELS,    /* a map of strings by names of one's own choosing */
  QD_POLICY_FIELD_OBJECT,    /* of @schema */
  QD_POLICY_FIELD_LIST,      /* of objects of @schema */
  QD_POLICY_FIELD_ANY,       /* whatever the server writes there */
} QdPolicyFieldType;

typedef struct {
  const char *name;
  QdPolicyFieldType type;
  gboolean required;
  const QdPolicySchema *schema;
  const char *const *values;   /* those that the field may have, ending with NULL; NULL: any */
  const char *doc;             /* a sentence, not translated yet: _(doc) */
} QdPolicyField;

struct _QdPolicySchema {
  const QdPolicyField *fields; /* in the order in which they are commonly written */
  guint n_fields;
};

/* NULL: none of that kind is known. */
const QdPolicySchema *qd_policy_schema_find (const char *api_version, const char *kind);
/* The first of that version and kind, either of which may not be written yet (NULL). NULL: none is known. */
const QdPolicySchema *qd_policy_schema_guess (const char *api_version, const char *kind);
/* Of files of tests. */
const QdPolicySchema *qd_policy_schema_get_tests (void);
/* All that are known, from 0 on; FALSE: there is none of that number. */
gboolean qd_policy_schema_get_kind (guint i, const char **api_version, const char **kind);
/* Of a document by what it says that it is; of a file of tests by the file's name. */
const QdPolicySchema *qd_policy_schema_of_document (const QdYamlNode *document);
const QdPolicyField *qd_policy_schema_get_field (const QdPolicySchema *self, const char *name);
/* The field whose name is closest to one that is none, or NULL where none is close. */
const QdPolicyField *qd_policy_schema_suggest (const QdPolicySchema *self, const char *name);
/* What stands at @path (a JSON pointer) in something of @self: its field, and in @inner (or NULL) the schema of the objects
 * there, NULL where none are. An index leads to an item. NULL: nothing is known of that place; of "" there is no field. */
const QdPolicyField *qd_policy_schema_follow (const QdPolicySchema *self, const char *path, const QdPolicySchema **inner);
/* The type in words, to stand in a sentence: "a list of strings". Translated. */
const char *qd_policy_field_type_get_name (QdPolicyFieldType type);

/* Adds to @findings (of QdPolicyFinding) what in @file is not as the schemas say: "unknown-field", "type", "unquoted" (a
 * boolean or a number without quotes where a string is meant) and "unquoted-key". Other kinds are passed over, and so are routing policies,
 * whose own reader does it. */
void qd_policy_schema_check (QdYamlFile *file, GPtrArray *findings);
/* The same of one map, which is called @name. */
void qd_policy_schema_check_map (const QdPolicySchema *self, QdYamlFile *file, const QdYamlNode *map, const char *name, GPtrArray *findings);

G_END_DECLS
