/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "qd-yaml.h"

G_BEGIN_DECLS

/* Changing a file of YAML or JSON by exchanging one stretch of its text. Whatever is outside of that stretch stays byte for
 * byte: comments, order, quotes, line ends. What is written anew looks like its surroundings: their indentation, block or
 * flow, JSON where it is JSON; text is in quotes only where it must be. A comment line right above an entry, in the same
 * column, belongs to it, and so does one behind it on the same line.
 *
 * Each function reads the changed text anew and compares: where it would not mean exactly what was asked for, nothing is
 * changed and the error says so. The given file is never touched. */

#define QD_YAML_END G_MAXUINT

/* @removed bytes at @offset give way to the @length bytes at @inserted. */
typedef struct { gsize offset, removed, length; char *inserted; } QdYamlSplice;

void qd_yaml_splice_clear (QdYamlSplice *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdYamlSplice, qd_yaml_splice_clear)
GBytes *qd_yaml_splice_apply (const QdYamlSplice *self, GBytes *bytes);

/* All of these: @document counts from 0; @path is a JSON pointer (RFC 6901), such as "/spec/ingress/0/from", "" for the whole
 * document; @splice, which may be NULL, is set to the change and belongs to the caller. They return the changed file, or
 * NULL with an error of QD_YAML_ERROR. */

/* Gives what is at @path another value. A key that is missing comes after the last one of its map, and the index after the
 * last one, or "-", is a new item. A file without a document gets one by "". */
QdYamlFile *qd_yaml_edit_set (QdYamlFile *file, guint document, const char *path, JsonNode *value, QdYamlSplice *splice, GError **error);
/* Puts a new key into the map at @path, before its entry number @at, or after all with QD_YAML_END. */
QdYamlFile *qd_yaml_edit_insert_key (QdYamlFile *file, guint document, const char *path, guint at, const char *key, JsonNode *value,
                                     QdYamlSplice *splice, GError **error);
/* Puts a new item into the sequence at @path, before its item number @at, or after all with QD_YAML_END. */
QdYamlFile *qd_yaml_edit_insert_item (QdYamlFile *file, guint document, const char *path, guint at, JsonNode *value,
                                      QdYamlSplice *splice, GError **error);
/* Takes out the entry or item at @path, with its comments. */
QdYamlFile *qd_yaml_edit_remove (QdYamlFile *file, guint document, const char *path, QdYamlSplice *splice, GError **error);
/* Moves the entry or item at @path, with its comments, so that it is number @to of its map or sequence. */
QdYamlFile *qd_yaml_edit_move (QdYamlFile *file, guint document, const char *path, guint to, QdYamlSplice *splice, GError **error);

/* Appends "/" and @key, with what a pointer must escape escaped. */
void qd_yaml_pointer_append (GString *pointer, const char *key);
/* What is at @path, or NULL. */
const QdYamlNode *qd_yaml_node_find (const QdYamlNode *root, const char *path);
/* The value as JSON: order kept, aliases and merge keys resolved. */
JsonNode *qd_yaml_node_to_json (const QdYamlNode *node);
gboolean qd_yaml_node_equals_json (const QdYamlNode *node, JsonNode *json);
/* A value as a text of YAML in the form that kubectl prints, ending in a line end. */
char *qd_yaml_write (JsonNode *value);

G_END_DECLS
