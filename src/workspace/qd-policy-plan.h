/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-analysis.h"
#include "qd-merge.h"
#include "qd-remote.h"

G_BEGIN_DECLS

/* A policy as a server has it now. */
typedef struct {
  char *key;         /* qd_policy_object_dup_key() */
  char *id;
  char *revision;    /* what If-Match wants */
  gboolean enabled;
  JsonNode *object;  /* as the server gave it */
  GStrv keeps;       /* all the annotations that it can keep, and no labels; NULL: it keeps what it is given */
} QdPolicyTheirs;

void qd_policy_theirs_free (QdPolicyTheirs *self);
/* (element-type QdPolicyTheirs): what the driver's verb "policies.list" answered. Items that are no policies are left out, and
 * counted in @n_odd; NULL with @error where it is no list. */
GPtrArray *qd_policy_theirs_from_json (JsonNode *answer, guint *n_odd, GError **error);

/* What of a policy's metadata the server keeps that told @item, as @keeps above. (transfer full) */
GStrv qd_policy_theirs_dup_keeps (JsonObject *item);

typedef enum {
  QD_PLAN_UNCHANGED,   /* both say the same */
  QD_PLAN_CREATE,      /* in the files, not on the server */
  QD_PLAN_UPDATE,      /* the server's becomes what the files say, or what merging made of both */
  QD_PLAN_DELETE,      /* gone from the files; it was applied or fetched here once, and the server's is as it was then */
  QD_PLAN_BEHIND,      /* the server's alone was changed (or removed) since: nothing to apply; the file may take it */
  QD_PLAN_FOREIGN,     /* on the server, and nothing that this workspace has to do with: left alone; the workspace may take it */
  QD_PLAN_CONFLICT,    /* both were changed where they touch: somebody has to choose */
} QdPlanKind;

/* What is to become of one policy. The texts are of qd_policy_object_to_text(). */
typedef struct {
  QdPlanKind kind;
  char *key;           /* "NetworkPolicy default/web" */
  char *name, *namespace;   /* for people; namespace NULL: cluster-wide */
  char *id, *revision; /* the server's; NULL: it is not there */
  gboolean enabled;    /* as the server has it */
  char *document;      /* the file that it is in, or was; NULL: in none */
  guint nth;           /* which document of the file; G_MAXUINT: it is an item of a List, or in no file */
  GBytes *base;        /* what both agreed on last; NULL: nothing is known */
  GBytes *mine;        /* NULL: not in the files */
  GBytes *theirs;      /* NULL: not on the server */
  GBytes *result;      /* what the server has once this is applied; NULL: nothing, or not decided */
  gboolean merged;     /* @result is neither mine nor theirs */
  QdMerge *merge;      /* of a conflict that may be decided piece by piece; NULL: as a whole only. Borrowed */
  char *why;           /* a sentence for people: what happens and why; translated */
  gboolean included;   /* it is among what an apply would do */
} QdPlanStep;

/**
 * QdPolicyPlan:
 *
 * What applying a workspace's policies to a connection would do, policy by policy. Made by a pure function of three sets: the
 * files, the bases, and the server's objects of now; after that it belongs to one thread (the window's: the main one), where a
 * conflict may be decided and a step left out. Reference counted.
 */
typedef struct _QdPolicyPlan QdPolicyPlan;

/* @texts: the files (mine; "before" is not looked at); tests of policies and other objects are passed over. A text that cannot be
 * read, or a policy that is there twice, is a problem, and as long as there is one nothing is deleted: what seems to be gone may
 * only be unreadable. @bases: what is remembered. @theirs: (element-type QdPolicyTheirs). Takes as long as it takes: on a worker. */
QdPolicyPlan *qd_policy_plan_new (const QdAnalysisText *texts, guint n_texts, const QdRemoteSet *bases, GPtrArray *theirs);
QdPolicyPlan *qd_policy_plan_ref (QdPolicyPlan *self);
void qd_policy_plan_unref (QdPolicyPlan *self);

const char *qd_policy_plan_get_folder (QdPolicyPlan *self);
const char *qd_policy_plan_get_connection (QdPolicyPlan *self);
/* Steps by kind of doing (conflicts, creates, updates, deletes, behind, unchanged, foreign), then by key. */
guint qd_policy_plan_get_n_steps (QdPolicyPlan *self);
const QdPlanStep *qd_policy_plan_get_step (QdPolicyPlan *self, guint nth);
const QdPlanStep *qd_policy_plan_find (QdPolicyPlan *self, const char *key);
guint qd_policy_plan_count (QdPolicyPlan *self, QdPlanKind kind);
/* How many steps an apply would carry out: created, updated or deleted, and included. */
guint qd_policy_plan_get_n_changes (QdPolicyPlan *self);
/* Why nothing is deleted, and which policies are not looked at: "FILE:LINE:COLUMN: why". Never NULL. */
const char *const *qd_policy_plan_get_problems (QdPolicyPlan *self);
/* The way back from a job: its id; NULL of all other plans. */
const char *qd_policy_plan_get_reverts (QdPolicyPlan *self);

/* Only of steps that create, update or delete. */
void qd_policy_plan_set_included (QdPolicyPlan *self, guint nth, gboolean included);
/* Decides a conflict as a whole. QD_MERGE_MINE: it becomes an update, create or delete, of just the server's revision that was
 * seen. QD_MERGE_THEIRS: it becomes behind (nothing is applied). */
void qd_policy_plan_take (QdPolicyPlan *self, guint nth, QdMergeKind whose);
/* Decides a conflict of texts piece by piece, @choice as in qd_merge_get_text(); FALSE where that is no policy of the same name. */
gboolean qd_policy_plan_resolve (QdPolicyPlan *self, guint nth, const QdMergeKind *choice, GError **error);

/* The text of the file @file (NULL: a new one) once it holds what the server has (@result where there is one, else theirs): of what
 * is not touched, each byte stays. For steps that are behind, foreign, conflicts or merged. Fails for items of a List, and where the
 * server has none. (transfer full) */
GBytes *qd_policy_plan_dup_file (QdPolicyPlan *self, guint nth, QdYamlFile *file, GError **error);
/* Notes in @bases that the file now holds the server's: to be called (and saved) when a file took qd_policy_plan_dup_file().
 * @document: the file's name. */
void qd_policy_plan_note_taken (QdPolicyPlan *self, guint nth, const char *document, QdRemoteSet *bases);
/* Brings @bases up to date with what this plan saw: entries of which both sides say the same. TRUE: something changed. */
gboolean qd_policy_plan_refresh_bases (QdPolicyPlan *self, QdRemoteSet *bases);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyTheirs, qd_policy_theirs_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyPlan, qd_policy_plan_unref)

G_END_DECLS
