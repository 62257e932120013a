/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-yaml.h"

G_BEGIN_DECLS

/* --- Places: bytes, characters, lines --- */

typedef struct {
  const char *text;
  gsize length;
  gsize bom;          /* bytes of the byte order mark */
  gboolean ascii;
  GArray *chars;      /* guint32: characters before each block of bytes; none where all is ASCII */
  GArray *lines;      /* guint32: where each line begins */
} QdYamlPlaces;

void qd_yaml_places_init (QdYamlPlaces *self, const char *text, gsize length);
void qd_yaml_places_clear (QdYamlPlaces *self);
gsize qd_yaml_places_byte_of_char (const QdYamlPlaces *self, gsize character);
/* The same for one who asks for places that are close to each other, mostly forwards; it begins as zero. */
typedef struct { gsize character, byte; guint line; } QdYamlCursor;
gsize qd_yaml_places_seek (const QdYamlPlaces *self, QdYamlCursor *cursor, gsize character);
void qd_yaml_places_locate_near (const QdYamlPlaces *self, QdYamlCursor *cursor, gsize offset, guint *line, guint *column);
void qd_yaml_places_locate (const QdYamlPlaces *self, gsize offset, guint *line, guint *column);

/* --- Nodes --- */

typedef enum {
  QD_YAML_STYLE_PLAIN,      /* an empty value without anything written is plain, too */
  QD_YAML_STYLE_SINGLE,
  QD_YAML_STYLE_DOUBLE,
  QD_YAML_STYLE_LITERAL,
  QD_YAML_STYLE_FOLDED,
  QD_YAML_STYLE_BLOCK,
  QD_YAML_STYLE_FLOW,
} QdYamlStyle;

typedef enum {
  QD_YAML_FLAG_ALIAS = 1 << 0,
  QD_YAML_FLAG_ANCHOR = 1 << 1,    /* has an anchor */
  QD_YAML_FLAG_TAG = 1 << 2,       /* has a tag */
  QD_YAML_FLAG_COERCED = 1 << 3,   /* a key that reads otherwise than it is written */
  QD_YAML_FLAG_MERGED = 1 << 4,    /* a map with << in it: what is written is in the file's raw table */
  QD_YAML_FLAG_TRUE = 1 << 5,
} QdYamlFlags;

struct _QdYamlNode {
  const QdYamlFile *file;
  guint32 start, end;        /* bytes, the anchor and tag included */
  guint32 line, column;
  guint32 first;             /* of a container: where its children are; of a scalar: where its text is */
  guint32 length;            /* entries; bytes of text */
  guint32 extra;             /* of a map: its index, 0 for none; of a key: which one it is */
  guint8 type, style, flags;
};

/* Text of a key, kept once for a file. */
typedef struct { guint32 text, length, hash; } QdYamlKey;

typedef struct { guint32 first, length; } QdYamlRange;

struct _QdYamlFile {
  gatomicrefcount ref_count;
  char *name;
  GBytes *bytes;
  gboolean json;
  QdYamlPlaces places;
  GArray *nodes;             /* QdYamlNode */
  GArray *children;          /* guint32: of a map key, value, key, value… */
  GArray *documents;         /* guint32 */
  GArray *keys;              /* QdYamlKey */
  GArray *index;             /* guint32: hash tables of large maps, entry number + 1 */
  GByteArray *text;
  GHashTable *raw;           /* node number → QdYamlRange: what is written in a map with merge keys */
};

static inline const QdYamlNode *
qd_yaml_file_node (const QdYamlFile *self, guint32 i)
{
  return &g_array_index (self->nodes, QdYamlNode, i);
}

static inline const QdYamlNode *
qd_yaml_file_child (const QdYamlFile *self, guint32 i)
{
  return qd_yaml_file_node (self, g_array_index (self->children, guint32, i));
}

static inline const char *
qd_yaml_file_source (const QdYamlFile *self)
{
  return self->places.text;
}

/* Where in the file's children are those that are written: << is a key among others. */
QdYamlRange qd_yaml_node_get_raw (const QdYamlNode *self);
guint32 qd_yaml_hash (const char *text, gsize length);

/* Sets an error "NAME:LINE:COLUMN: CAUSE" and returns FALSE. Nothing in it can end or colour a line. */
gboolean qd_yaml_fault (GError **error, QdYamlError code, const char *name, guint line, guint column, const char *cause);
gboolean qd_yaml_fault_at (const QdYamlFile *file, gsize offset, QdYamlError code, const char *cause, GError **error);

/* --- What a scalar without quotes is --- */

typedef struct {
  QdYamlType type;
  gboolean truth;
  gboolean is_int;      /* fits in 64 bits with a sign */
  gint64 integer;
  gboolean is_unsigned; /* fits in 64 bits without one */
  double number;
} QdYamlScalar;

void qd_yaml_resolve (const char *text, gsize length, QdYamlScalar *scalar);
/* The string that the API makes of a key that is not one, or NULL where it takes no such key. */
char *qd_yaml_scalar_dup_key (const QdYamlScalar *scalar);

/* --- Building --- */

typedef struct _QdYamlBuilder QdYamlBuilder;

QdYamlBuilder *qd_yaml_builder_new (QdYamlFile *file);
void qd_yaml_builder_free (QdYamlBuilder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdYamlBuilder, qd_yaml_builder_free)
void qd_yaml_builder_begin_document (QdYamlBuilder *self);
/* All return FALSE with an error set. @anchor and @tag may be NULL. */
gboolean qd_yaml_builder_scalar (QdYamlBuilder *self, gsize start, gsize end, QdYamlStyle style, const char *text, gsize length,
                                 const char *anchor, const char *tag, GError **error);
gboolean qd_yaml_builder_begin (QdYamlBuilder *self, QdYamlType type, QdYamlStyle style, gsize start, const char *anchor,
                                gboolean tagged, GError **error);
gboolean qd_yaml_builder_end (QdYamlBuilder *self, gsize end, GError **error);
gboolean qd_yaml_builder_alias (QdYamlBuilder *self, gsize start, gsize end, const char *name, GError **error);

gboolean qd_yaml_read_events (QdYamlFile *file, QdYamlBuilder *builder, GError **error);
/* FALSE without an error: it is not JSON. */
gboolean qd_yaml_read_json (QdYamlFile *file, QdYamlBuilder *builder, GError **error);
gboolean qd_yaml_looks_like_json (const char *text, gsize length);

G_END_DECLS
