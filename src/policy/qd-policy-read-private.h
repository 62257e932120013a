/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-world.h"

G_BEGIN_DECLS

/* --- What reading one file gives ------------------------------------------------------------------------------ */

/* One object of a manifest that says something here. Strings but the kind are interned (g_ref_string_new_intern()). */
typedef struct {
  QdPolicyPlace place;
  const char *kind;        /* a literal */
  char *name;
  char *namespace;         /* NULL: of the cluster */
  char *owner_kind;        /* of what it says that it comes from; NULL: from nothing */
  char *owner_name;
  gboolean idle;           /* it wants no pods: replicas: 0 */
  QdLabels *labels;        /* of a namespace */
  QdPolicyPod *pod;        /* of a pod, itself; of what makes pods, its template */
  QdPolicyService *service;
  QdPolicy *policy;
} QdPolicyDocument;

/* What one file holds: immutable once it is read, and shared by all worlds that the file is part of. */
typedef struct {
  int ref_count;
  QdYamlFile *file;
  GPtrArray *findings;    /* of QdPolicyFinding */
  GPtrArray *documents;   /* of QdPolicyDocument */
} QdPolicyPart;

QdPolicyPart *qd_policy_part_read (QdYamlFile *file);
/* One of its documents alone, which may not be there. */
QdPolicyPart *qd_policy_part_read_one (QdYamlFile *file, guint document);
/* The literal that documents have for @kind; NULL: none of that kind is read. */
const char *qd_policy_find_kind (const char *kind);
QdPolicyPart *qd_policy_part_ref (QdPolicyPart *self);
void qd_policy_part_unref (QdPolicyPart *self);

#define QD_POLICY_MAX_PRIORITY 1000
#define QD_POLICY_MAX_RULE_NAME 100   /* in characters */

/* --- While it is read ----------------------------------------------------------------------------------------- */

typedef struct {
  QdYamlFile *file;
  GPtrArray *findings;
} QdPolicyReader;

QdPolicyFinding *qd_policy_finding_new (QdPolicySeverity severity, const char *code, const QdPolicyPlace *place, char *message);

/* @format is translated already. */
void qd_policy_reader_say (QdPolicyReader *self, QdPolicySeverity severity, const QdYamlNode *node, const char *code, const char *format, ...)
  G_GNUC_PRINTF (5, 6);
#define qd_policy_reader_refuse(self, node, code, ...) qd_policy_reader_say ((self), QD_POLICY_ERROR, (node), (code), __VA_ARGS__)

QdPolicyPlace qd_policy_reader_place (QdPolicyReader *self, const QdYamlNode *node);
/* Whether @node is of @type; says that it must be when it is something else. NULL and null are nothing: FALSE, and not a word. @name is what
 * it is called. */
gboolean qd_policy_reader_expect (QdPolicyReader *self, const QdYamlNode *node, QdYamlType type, const char *name);
/* The member @key of @map when it is of @type; as above. */
const QdYamlNode *qd_policy_reader_get (QdPolicyReader *self, const QdYamlNode *map, const char *key, QdYamlType type);
/* Its text; NULL: none. */
const char *qd_policy_reader_get_string (QdPolicyReader *self, const QdYamlNode *map, const char *key);
/* The @i-th string of a list of strings called @name; null is the empty one. NULL: it is none, which was said. */
const char *qd_policy_reader_get_item (QdPolicyReader *self, const QdYamlNode *list, guint i, const char *name, const QdYamlNode **node);
/* FALSE: it is not there, or it was refused as no whole number from @min to @max. */
gboolean qd_policy_reader_get_int (QdPolicyReader *self, const QdYamlNode *map, const char *key, const char *code, int min, int max, int *value);
gboolean qd_policy_reader_get_bool (QdPolicyReader *self, const QdYamlNode *map, const char *key);
/* Warns of members of @map that are none of @keys, which end with NULL: the API drops them. */
void qd_policy_reader_know (QdPolicyReader *self, const QdYamlNode *map, const char *const *keys);
/* The list @key is no longer than @max. */
void qd_policy_reader_bound (QdPolicyReader *self, const QdYamlNode *list, const char *key, guint max);
/* How often one of @keys, which end with NULL, is there and not null. */
guint qd_policy_reader_count (const QdYamlNode *map, const char *const *keys);
gboolean qd_policy_node_is_null (const QdYamlNode *node);

/* --- Names, labels, selectors ----------------------------------------------------------------------------------- */

gboolean qd_policy_is_port_name (const char *text);
gboolean qd_policy_is_domain_pattern (const char *text);
gboolean qd_policy_is_name (const char *text);          /* of an object: a DNS subdomain */
gboolean qd_policy_is_namespace_name (const char *text);   /* a DNS label */
gboolean qd_policy_is_label_key (const char *text);
gboolean qd_policy_is_label_value (const char *text);

QdLabels *qd_policy_read_labels (QdPolicyReader *self, const QdYamlNode *map);   /* of NULL: none */
/* NULL: it is not there. */
QdSelector *qd_policy_read_selector (QdPolicyReader *self, const QdYamlNode *map, const char *key);

/* --- Objects ---------------------------------------------------------------------------------------------------- */

/* Each reads what @document is of @object, and fills it in. */
void qd_policy_read_namespace (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document);
void qd_policy_read_pod (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document);
void qd_policy_read_maker (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document);
void qd_policy_read_service (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document);
void qd_policy_read_network_policy (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document);
void qd_policy_read_admin_policy (QdPolicyReader *self, const QdYamlNode *object, QdPolicyDocument *document);

QdPolicy *qd_policy_new (QdPolicyKind kind, QdPolicyTier tier, const QdPolicyDocument *document);
QdPolicyRule *qd_policy_rule_new (QdPolicyReader *self, const QdYamlNode *node);
QdPolicyPeer *qd_policy_peer_new (QdPolicyReader *self, const QdYamlNode *node);
/* NULL: it is no block of addresses, which was said. */
QdPolicyBlock *qd_policy_block_new (QdPolicyReader *self, const QdYamlNode *node, const char *cidr);
void qd_policy_free (QdPolicy *self);
void qd_policy_pod_free (QdPolicyPod *self);
void qd_policy_service_free (QdPolicyService *self);

/* A port number or the API's name of a port, as a string or a number. FALSE: neither, which was said. */
gboolean qd_policy_read_port (QdPolicyReader *self, const QdYamlNode *node, guint16 *number, char **name);

G_END_DECLS
