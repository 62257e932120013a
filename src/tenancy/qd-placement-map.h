/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define QD_PLACEMENT_ERROR (qd_placement_error_quark ())
GQuark qd_placement_error_quark (void);
typedef enum {
  QD_PLACEMENT_ERROR_TENANT,       /* no tenant can be called that */
  QD_PLACEMENT_ERROR_SHARD,        /* no shard can */
  QD_PLACEMENT_ERROR_TWO_SHARDS,   /* a tenant would be on two shards */
  QD_PLACEMENT_ERROR_BROKEN,       /* the map cannot be read, and so not be edited */
} QdPlacementError;

/* The kinds of service that place tenants, each with a bucket of its own. */
typedef enum { QD_PLACEMENT_AGGREGATE, QD_PLACEMENT_PROJECTION, QD_PLACEMENT_RUNNER, QD_N_PLACEMENT_KINDS } QdPlacementKind;
const char *qd_placement_kind_get_name (QdPlacementKind kind);      /* "runner" */
const char *qd_placement_kind_get_bucket (QdPlacementKind kind);    /* "RUNNER_PLACEMENT": where it is unless told otherwise */
gboolean qd_placement_kind_parse (const char *name, QdPlacementKind *kind);

/* QD_PLACEMENT_OBJECT: one JSON object of tenants and shards under one key. QD_PLACEMENT_KEYS: a key for each tenant, its value the shard. */
typedef enum { QD_PLACEMENT_OBJECT, QD_PLACEMENT_KEYS } QdPlacementEncoding;

/* What a bucket holds under one key; borrowed. */
typedef struct { const char *key, *value; gsize length; guint64 revision; gint64 at_us; } QdPlacementEntry;

/* One tenant's place. @revision: of the entry that says so. */
typedef struct { char *tenant, *shard; guint64 revision; gint64 at_us; } QdPlacement;

typedef enum {
  QD_PLACEMENT_FINDING_BROKEN_MAP,     /* the JSON object is none */
  QD_PLACEMENT_FINDING_BROKEN_VALUE,   /* a value that is no shard */
  QD_PLACEMENT_FINDING_TENANT,         /* a tenant whose name a subject or a key cannot hold */
  QD_PLACEMENT_FINDING_TWICE,          /* a tenant that is there twice */
  QD_PLACEMENT_FINDING_TWO_SHARDS,     /* and on two shards */
  QD_PLACEMENT_FINDING_BESIDE,         /* an entry beside the map, which nobody reads */
} QdPlacementProblem;

/* Something that is not as it should be. Line and column count from 1, in the value of @key. */
typedef struct { QdPlacementProblem problem; char *key, *tenant /* or NULL */; guint line, column; char *text; } QdPlacementFinding;

/**
 * QdPlacementMap:
 *
 * Which tenant lives on which shard, as one bucket says. Which of the two encodings it is shows in what is there. It never fails: what cannot
 * be understood is a finding with its place, and stays as it is in every edit. Immutable, reference counted (atomic).
 */
typedef struct _QdPlacementMap QdPlacementMap;

/* @bucket: or NULL: the kind's own. @entries: in any order, markers of deletes left out. */
QdPlacementMap *qd_placement_map_new (QdPlacementKind kind, const char *bucket, const QdPlacementEntry *entries, guint n);
QdPlacementMap *qd_placement_map_ref (QdPlacementMap *self);
void qd_placement_map_unref (QdPlacementMap *self);
QdPlacementKind qd_placement_map_get_kind (const QdPlacementMap *self);
const char *qd_placement_map_get_bucket (const QdPlacementMap *self);
QdPlacementEncoding qd_placement_map_get_encoding (const QdPlacementMap *self);
/* Of an object: its key, its text and the revision it was read at; NULL and 0 where it is not there yet, and with a key for each. */
const char *qd_placement_map_get_key (const QdPlacementMap *self);
const char *qd_placement_map_get_text (const QdPlacementMap *self);
guint64 qd_placement_map_get_revision (const QdPlacementMap *self);
/* TRUE when the object cannot be read, so that nobody is known to be anywhere. */
gboolean qd_placement_map_is_broken (const QdPlacementMap *self);
/* In order of tenant. Only what names a shard. */
guint qd_placement_map_get_length (const QdPlacementMap *self);
const QdPlacement *qd_placement_map_get_nth (const QdPlacementMap *self, guint nth);
const QdPlacement *qd_placement_map_find (const QdPlacementMap *self, const char *tenant);   /* or NULL */
const char *qd_placement_map_get_shard (const QdPlacementMap *self, const char *tenant);     /* or NULL */
/* (element-type QdPlacementFinding), in the order in which they are there. Borrowed. */
GPtrArray *qd_placement_map_get_findings (const QdPlacementMap *self);
/* Whether two say the same of every tenant. */
gboolean qd_placement_map_equal (const QdPlacementMap *a, const QdPlacementMap *b);

/* What tenants and shards may be called: "." would end a token of tenant.ID.…, and a key cannot hold all characters either. */
gboolean qd_placement_is_tenant (const char *name, gssize length);
gboolean qd_placement_is_shard (const char *name, gssize length);

/* --- Edits (qd-placement-edit.c) --- */

/* @shard NULL: off the map. */
typedef struct { char *tenant, *shard; } QdPlacementChange;
QdPlacementChange *qd_placement_change_new (const char *tenant, const char *shard);
void qd_placement_change_free (QdPlacementChange *self);

/* What is to be written for an edit: @value NULL: the key is to be deleted. Only over @revision; 0: only where there is none. */
typedef struct { char *bucket, *key, *value; guint64 revision; } QdPlacementWrite;
GPtrArray *qd_placement_writes_new (void);
void qd_placement_writes_add (GPtrArray *self, const char *bucket, const char *key, const char *value, guint64 revision);

/* (element-type QdPlacementChange) → (transfer full) (element-type QdPlacementWrite), none where all is so already; or NULL with a
 * QdPlacementError. What is not edited keeps its bytes: an object is spliced, other keys are not written. */
GPtrArray *qd_placement_map_plan (const QdPlacementMap *self, GPtrArray *changes, GError **error);
/* The map as it is once @writes are made, each at @revision. */
QdPlacementMap *qd_placement_map_apply (const QdPlacementMap *self, GPtrArray *writes, guint64 revision);

/* --- Comparing (qd-placement-merge.c) --- */

/* @from or @to NULL: not there. */
typedef struct { char *tenant, *from, *to; } QdPlacementDiff;
/* (transfer full) (element-type QdPlacementDiff) in order of tenant. */
GPtrArray *qd_placement_map_diff (const QdPlacementMap *from, const QdPlacementMap *to);

typedef enum {
  QD_PLACEMENT_MERGE_MINE,       /* only I change it */
  QD_PLACEMENT_MERGE_THEIRS,     /* only they did */
  QD_PLACEMENT_MERGE_SAME,       /* both, alike */
  QD_PLACEMENT_MERGE_CONFLICT,   /* both, differently: somebody has to choose */
} QdPlacementOutcome;
typedef struct { char *tenant, *base, *mine, *theirs; QdPlacementOutcome outcome; } QdPlacementMergeRow;
/* What becomes of @changes, made while @base was shown, now that it is @theirs. (transfer full) (element-type QdPlacementMergeRow) in order
 * of tenant: all who are not the same in all three. */
GPtrArray *qd_placement_merge (const QdPlacementMap *base, GPtrArray *changes, const QdPlacementMap *theirs);
/* What of it is still to be done, over theirs. @take_mine: where both changed it too. (transfer full) (element-type QdPlacementChange) */
GPtrArray *qd_placement_merge_get_changes (GPtrArray *rows, gboolean take_mine);
guint qd_placement_merge_count (GPtrArray *rows, QdPlacementOutcome outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPlacementMap, qd_placement_map_unref)

G_END_DECLS
