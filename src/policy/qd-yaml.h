/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A file of YAML or JSON as Kubernetes' API reads it, with the place of everything in it. A file is immutable once read:
 * its nodes are borrowed from it, live as long as it does, and may be read by any thread. */

#define QD_YAML_MAX_BYTES (64u * 1024u * 1024u)
/* Values inside one another, through aliases too. */
#define QD_YAML_MAX_DEPTH 128
/* Values that a file may have through its aliases, beside those that it spells out. */
#define QD_YAML_MAX_EXPANSION 400000u

#define QD_YAML_ERROR (qd_yaml_error_quark ())
GQuark qd_yaml_error_quark (void);
typedef enum {
  QD_YAML_ERROR_SYNTAX,
  QD_YAML_ERROR_ENCODING,
  QD_YAML_ERROR_DUPLICATE,
  QD_YAML_ERROR_ALIAS,
  QD_YAML_ERROR_TOO_LARGE,
  QD_YAML_ERROR_TOO_DEEP,
  QD_YAML_ERROR_EDIT,       /* the text cannot be changed in this way */
} QdYamlError;

typedef enum { QD_YAML_NULL, QD_YAML_BOOL, QD_YAML_INT, QD_YAML_FLOAT, QD_YAML_STRING, QD_YAML_MAP, QD_YAML_SEQ } QdYamlType;

/* Where something stands. Bytes from the beginning of the file, the end one is the first that is not part of it; line and
 * column are those of the start and count from 1, the column in characters. */
typedef struct { gsize start, end; guint line, column; } QdYamlSpan;

typedef struct _QdYamlFile QdYamlFile;
typedef struct _QdYamlNode QdYamlNode;

#define QD_TYPE_YAML_FILE (qd_yaml_file_get_type ())
GType qd_yaml_file_get_type (void);
QdYamlFile *qd_yaml_file_new (const char *name, GBytes *bytes, GError **error);
QdYamlFile *qd_yaml_file_ref (QdYamlFile *self);
void qd_yaml_file_unref (QdYamlFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdYamlFile, qd_yaml_file_unref)

const char *qd_yaml_file_get_name (const QdYamlFile *self);
GBytes *qd_yaml_file_get_bytes (const QdYamlFile *self);
gboolean qd_yaml_file_is_json (const QdYamlFile *self);
guint qd_yaml_file_get_n_documents (const QdYamlFile *self);
/* NULL beyond the last. A document without anything in it is a node of type QD_YAML_NULL. */
const QdYamlNode *qd_yaml_file_get_document (const QdYamlFile *self, guint i);
/* The place of a byte of the file; beyond its end that of its end. */
QdYamlSpan qd_yaml_file_get_place (const QdYamlFile *self, gsize offset);

/* All of these take NULL for a node and give NULL, FALSE, 0 or QD_YAML_NULL for it. */
QdYamlType qd_yaml_node_get_type (const QdYamlNode *self);
guint qd_yaml_node_get_length (const QdYamlNode *self);   /* entries of a map or items of a sequence, else 0 */
const QdYamlNode *qd_yaml_node_get (const QdYamlNode *map, const char *key);
const QdYamlNode *qd_yaml_node_get_key (const QdYamlNode *map, guint i);
const QdYamlNode *qd_yaml_node_get_value (const QdYamlNode *map, guint i);
const QdYamlNode *qd_yaml_node_get_item (const QdYamlNode *seq, guint i);

/* NULL unless it is a string. A key is always one: what is written as 1 or yes is "1" or "true" to the API. */
const char *qd_yaml_node_get_string (const QdYamlNode *self);
gboolean qd_yaml_node_get_int (const QdYamlNode *self, gint64 *value);   /* an integer that fits, else FALSE */
gboolean qd_yaml_node_get_double (const QdYamlNode *self, double *value);   /* an integer or a float, else FALSE */
gboolean qd_yaml_node_get_bool (const QdYamlNode *self, gboolean *value);
/* What a scalar says as it is written, without quotes and with its escapes undone; NULL for maps and sequences. */
const char *qd_yaml_node_get_text (const QdYamlNode *self);
/* Whether it is a scalar without quotes and without a tag: what makes a number of 80 and a boolean of no. */
gboolean qd_yaml_node_is_plain (const QdYamlNode *self);
gboolean qd_yaml_node_is_alias (const QdYamlNode *self);   /* written as *NAME; all else is that of what it stands for */
QdYamlSpan qd_yaml_node_get_span (const QdYamlNode *self);
const QdYamlFile *qd_yaml_node_get_file (const QdYamlNode *self);
/* "NAME:LINE:COLUMN", for messages. */
char *qd_yaml_node_dup_place (const QdYamlNode *self);
/* Whether both mean the same: same types, same values, same keys in whatever order. */
gboolean qd_yaml_node_equal (const QdYamlNode *a, const QdYamlNode *b);
/* The word for a type, to stand in a sentence: "a map", "a string". Translated. */
const char *qd_yaml_type_get_name (QdYamlType type);

G_END_DECLS
