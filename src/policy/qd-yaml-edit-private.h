/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-yaml-edit.h"
#include "qd-yaml-private.h"

G_BEGIN_DECLS

/* --- Writing --- */

/* How the surroundings write. */
typedef struct {
  const char *eol;
  guint step;              /* of a map in a map */
  guint dash;              /* from a dash to what follows it */
  gboolean indent_seq;     /* a sequence is further right than its key */
  gboolean json;
  gboolean quote;          /* all text in double quotes */
  const char *comma, *colon;   /* within brackets */
} QdYamlForm;

/* Of a value without line breaks of its own: a scalar, or what is in brackets. */
void qd_yaml_emit_flow (GString *out, JsonNode *value, const QdYamlForm *form);
/* The same over many lines, as JSON is written for people; @indent is what its first line is indented by. */
void qd_yaml_emit_pretty (GString *out, JsonNode *value, const char *indent, const QdYamlForm *form);
void qd_yaml_emit_key (GString *out, const char *key, gboolean flow, const QdYamlForm *form);
/* What comes after the colon of a key in column @indent, or after a dash there. Begins with a space or a line end. */
void qd_yaml_emit_after_key (GString *out, JsonNode *value, guint indent, const QdYamlForm *form);
void qd_yaml_emit_after_dash (GString *out, JsonNode *value, guint indent, gboolean on_next_line, const QdYamlForm *form);
void qd_yaml_emit_root (GString *out, JsonNode *value, const QdYamlForm *form);
/* Whether it is written on the line of its key. */
gboolean qd_yaml_emits_inline (JsonNode *value, const QdYamlForm *form);
void qd_yaml_indent (GString *out, guint n);

/* --- Where things are --- */

/* A way down from the root of a document: node 0 is the root, and node k + 1 is the value of the written entry @index k of node k. */
typedef struct {
  const QdYamlFile *file;
  const QdYamlNode *nodes[QD_YAML_MAX_DEPTH + 1];
  guint index[QD_YAML_MAX_DEPTH + 1];
  guint n;                 /* nodes */
  char *rest;              /* the last part of the pointer, where there is nothing yet */
} QdYamlTrail;

void qd_yaml_trail_clear (QdYamlTrail *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QdYamlTrail, qd_yaml_trail_clear)
gboolean qd_yaml_trail_follow (QdYamlTrail *self, QdYamlFile *file, guint document, const char *path, GError **error);
QdYamlForm qd_yaml_trail_form (const QdYamlTrail *self);

guint qd_yaml_entries (const QdYamlNode *container);
const QdYamlNode *qd_yaml_entry_key (const QdYamlNode *container, guint i);
const QdYamlNode *qd_yaml_entry_value (const QdYamlNode *container, guint i);
gsize qd_yaml_content_start (const QdYamlNode *node);
gsize qd_yaml_entry_start (const QdYamlNode *container, guint i);
gsize qd_yaml_entry_end (const QdYamlNode *container, guint i);
gsize qd_yaml_skip_blank (const QdYamlFile *file, gsize at);     /* spaces, line ends, comments */
gsize qd_yaml_skip_spaces (const QdYamlFile *file, gsize at);    /* on the line */
gsize qd_yaml_line_start (const QdYamlFile *file, gsize at);
gsize qd_yaml_line_end (const QdYamlFile *file, gsize at);       /* before its line end */
gsize qd_yaml_next_line (const QdYamlFile *file, gsize at);
guint qd_yaml_column (const QdYamlFile *file, gsize at);         /* from 0, in characters */
gboolean qd_yaml_begins_line (const QdYamlFile *file, gsize at);
gsize qd_yaml_lead (const QdYamlNode *container, guint i);       /* the entry with the comments above it */
gsize qd_yaml_tail (const QdYamlNode *container, guint i);       /* the entry with the comment behind it */
gboolean qd_yaml_is_bracketed (const QdYamlNode *container);
gboolean qd_yaml_has_inner_comment (const QdYamlNode *container);   /* brackets that hold a comment, and nothing else */

/* --- Changes: they fill in @splice, and return FALSE with an error where there is no way --- */

typedef struct {
  const QdYamlTrail *trail;
  QdYamlForm form;
  QdYamlSplice *splice;
} QdYamlChange;

void qd_yaml_change_splice (QdYamlChange *self, gsize start, gsize end, const char *text);
gboolean qd_yaml_change_set (QdYamlChange *self, guint level, JsonNode *value, gboolean keep_lead);
gboolean qd_yaml_change_insert (QdYamlChange *self, guint level, guint at, const char *key, JsonNode *value);
gboolean qd_yaml_change_remove (QdYamlChange *self, guint level, guint i);
gboolean qd_yaml_change_move (QdYamlChange *self, guint level, guint from, guint to);
void qd_yaml_flow_insert (QdYamlChange *self, const QdYamlNode *container, guint at, const char *key, JsonNode *value);
void qd_yaml_flow_remove (QdYamlChange *self, const QdYamlNode *container, guint i);

G_END_DECLS
