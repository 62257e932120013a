/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-yaml-spot.h"

G_BEGIN_DECLS

/* How a place of a text is found: the text is read line by line into a stack of what is open (qd-yaml-spot.c), and where the place is passed
 * it is noted what may stand there (qd-yaml-spot-place.c). */

/* Deeper than that nothing is told. */
#define QD_YAML_SCAN_MAX_DEPTH 128
#define QD_YAML_SCAN_N_METADATA 2

typedef struct { gsize start, end; } Range;
typedef struct { Range key, value; } Entry;

typedef enum { ROOT, MAP, SEQ } FrameKind;

/* A map or a list that is open where the reading is. */
typedef struct {
  int refs;
  FrameKind kind;
  gboolean flow;
  int column;            /* of its keys or dashes; in brackets that of what is around them */
  gboolean open;         /* the last key or item has no value yet */
  int half;              /* the column of a word that may become a key, where the value is; -1: there is none */
  gboolean after_colon;  /* within brackets: the value comes next */
  gboolean filled;       /* within brackets: the key, value or item is there */
  guint n;               /* items so far */
  GArray *entries;       /* of Entry */
  Range metadata[QD_YAML_SCAN_N_METADATA];   /* of its metadata, as the keys below */
} Frame;

/* One that the place is in, and where it is. */
typedef struct { Frame *frame; char *path; } Around;

typedef struct {
  const char *text;
  gsize length, cursor, pos;
  GPtrArray *stack;      /* of Frame; the first is the document */
  GPtrArray *spare;      /* of Frame: closed ones, to be opened again */
  QdYamlSpot *spot;
  gboolean found;        /* the place was passed */
  Frame *pending;        /* what the map hangs from that begins only after the place */
  gboolean has_step, has_dash;
} Scan;

/* "name", "namespace". */
extern const char *const qd_yaml_scan_metadata_keys[QD_YAML_SCAN_N_METADATA];

static inline Frame *
frame_at (const Scan *s, guint i)
{
  return g_ptr_array_index (s->stack, i);
}

static inline Frame *
top (const Scan *s)
{
  return frame_at (s, s->stack->len - 1);
}

static inline Entry *
last_entry (const Frame *frame)
{
  return frame->entries->len > 0 ? &g_array_index (frame->entries, Entry, frame->entries->len - 1) : NULL;
}

static inline gboolean
is_within (const Scan *s, gsize start, gsize end)
{
  return !s->found && s->cursor >= start && s->cursor <= end;
}

Frame *qd_yaml_scan_frame_new (Scan *s, FrameKind kind, int column, gboolean flow);
void qd_yaml_scan_frame_unref (gpointer data);
void qd_yaml_scan_around_free (gpointer data);
/* What is written there without quotes; escapes are undone where a key or a word can have them. (transfer full) */
char *qd_yaml_scan_dup_unquoted (const char *text, Range range);
/* Opens a map or a list within what is on top. */
Frame *qd_yaml_scan_push (Scan *s, FrameKind kind, int column, gboolean flow);
/* Closes what is on top. */
void qd_yaml_scan_pop (Scan *s);
void qd_yaml_scan_pop_to (Scan *s, guint length);
/* Closes everything. */
void qd_yaml_scan_begin_document (Scan *s);
/* The place is passed. FALSE: it was before. */
gboolean qd_yaml_scan_find (Scan *s);
/* Whether the place is in a key of the map on top, or in a value; then it is found. */
void qd_yaml_scan_find_in_key (Scan *s, Range key, int column, gboolean has_colon);
void qd_yaml_scan_find_in_value (Scan *s, Range value, gboolean needs_space);
/* The place is at @column of a line of its own, where nothing is yet or a word that may become anything; behind a dash; or within brackets. */
void qd_yaml_scan_offer_line (Scan *s, Range word, int column);
void qd_yaml_scan_offer_item (Scan *s, Range word, int column);
void qd_yaml_scan_offer_flow (Scan *s);

G_END_DECLS
