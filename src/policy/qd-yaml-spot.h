/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What may be written at a place of a text of YAML or JSON while it is being written: the text need not be whole, nor right. The place is
 * found by indentation and brackets in one pass over the document: a few milliseconds for 1 MB. Where it cannot be told, nothing is.
 * Paths are JSON pointers within the document that the place is in. */
typedef struct {
  char *map;           /* a key may stand here, or does: of the map at this path; NULL: none may */
  char *value;         /* a value may stand here, or does: what is at this path; NULL: none may */
  char *list;          /* an item may begin here ("- "): of the list at this path; NULL: none may */
  gsize start, end;    /* the bytes of the word that the place is in or at the end of, with its quotes; both the place where there is none */
  char *word;          /* what of it is before the place, without the quote; never NULL */
  char *text;          /* all of it, without quotes; never NULL */
  guint column;        /* where the keys, or the word, or the dash would begin; from 0 */
  gboolean flow;       /* within brackets */
  gboolean has_colon;  /* the word is a key that is written with its colon */
  gboolean is_value;   /* the word is the value at @value, and no half-written key */
  gboolean needs_space;   /* right behind a colon */
  gboolean quoted;
  guint step, dash;    /* by how much maps are indented in this document, and lists under their key: 2 and 0 where nothing tells */
  /*< private >*/
  GBytes *bytes;
  GPtrArray *frames;
} QdYamlSpot;

/* @offset in bytes. Keeps a reference to @bytes. Never NULL. */
QdYamlSpot *qd_yaml_spot_find (GBytes *bytes, gsize offset);
void qd_yaml_spot_free (QdYamlSpot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdYamlSpot, qd_yaml_spot_free)

/* Whether the map at @path, which is one around the place or the one at @map, has @key already; the word itself does not count. */
gboolean qd_yaml_spot_has_key (const QdYamlSpot *self, const char *path, const char *key);
/* The scalar at @key of that map, where it is on the key's own line; without quotes. (transfer full) NULL: none is. */
char *qd_yaml_spot_dup_scalar (const QdYamlSpot *self, const char *path, const char *key);
/* The same of the map "metadata" in it, which need not be around the place: "name" or "namespace". (transfer full) */
char *qd_yaml_spot_dup_metadata (const QdYamlSpot *self, const char *path, const char *key);

/* The last key or index of a path, and the path before it. (transfer full) */
char *qd_yaml_pointer_dup_parent (const char *path);
char *qd_yaml_pointer_dup_last (const char *path);

G_END_DECLS
