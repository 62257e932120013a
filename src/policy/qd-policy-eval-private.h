/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-bits.h"
#include "qd-policy-eval.h"
#include "qd-policy-explain.h"
#include "qd-policy-nodes.h"

G_BEGIN_DECLS

/* --- Columns: who can be a peer ------------------------------------------------------------------------------- */

/* Pods that no policy can tell apart: of one namespace, with the same labels, named ports and places of their addresses. */
typedef struct {
  char *namespace;         /* interned */
  QdLabels *labels;
  guint signature;         /* which of the lists of named ports it has */
  guint *segments;         /* sorted: which ranges its addresses are in */
  guint n_segments;
  gboolean exempt;         /* in its node's network, and not covered */
  char *node;              /* interned; NULL where it does not matter */
} QdPolicyGroup;

typedef struct {
  char *name;              /* interned */
  QdLabels *labels;
  guint first, end;        /* its groups */
} QdPolicyColumnSpace;

/* A column for each group of pods, then one for each range of addresses outside. */
typedef struct {
  GArray *groups;          /* of QdPolicyGroup, by namespace */
  GArray *spaces;          /* of QdPolicyColumnSpace: the namespaces that have groups */
  GArray *ranges;          /* of QdAddressRange: of IPv4, then of IPv6 */
  guint n_shown;           /* without those of IPv6 when no policy tells any apart */
  GPtrArray *signatures;   /* of GArray of QdPolicyContainerPort, whose names are interned; the first one is empty */
  GHashTable *by_ports;    /* one of those → its index, plus one */
  GHashTable *by_content;  /* QdPolicyGroup → its index, plus one */
  guint n;                 /* columns */
  gboolean has_nodes;      /* a group is exempt, and its node is known */
  GHashTable *by_label;    /* QdLabel → GArray of guint: the groups that have it, without those that are exempt */
  GHashTable *by_key;      /* interned key → the same */
  GHashTable *by_name;     /* interned name of a namespace → its index in spaces, plus one */
  GArray **by_segment;     /* for each range the groups that have an address in it; NULL: none has */
  guint64 *selectable;     /* the groups that selectors can select */
} QdPolicyColumns;

/* A column that an end has: a group that a workload has pods of, and the first of those; of a range its own, and NULL. */
typedef struct { guint column; const QdPolicyPod *pod; } QdPolicyMember;

/* Who has an address. */
typedef struct { guint end, column; const QdPolicyPod *pod; } QdPolicyHolder;

/* The ends of an evaluation, and where each is among the columns. */
typedef struct {
  GArray *members;          /* of QdPolicyMember: what each workload has, then each range, one end after the other */
  GArray *first_member;     /* of guint: where each of them begins, and the end of the last */
  GHashTable *by_address;   /* QdAddress → QdPolicyHolder: pods but those in their node's network, whose address is the node's */
} QdPolicyEnds;

/* Fills @ends, which are empty. */
QdPolicyColumns *qd_policy_columns_new (QdPolicyWorld *world, const QdPolicyOptions *options, QdPolicyEnds *ends);
void qd_policy_columns_free (QdPolicyColumns *self);

#define QD_POLICY_NO_COLUMN G_MAXUINT

/* Where the columns of one state of the world were in the one before, as far as policies are concerned that are in both. */
typedef struct {
  guint *before;           /* for each column; QD_POLICY_NO_COLUMN: there was none like it */
  guint *signatures;       /* the same for the lists of named ports */
  guint64 *fresh;          /* the columns that were not there */
  GArray *moved;           /* of guint: the groups that were not there, or elsewhere */
  guint n_fresh;
  guint n_groups_before;
  gboolean same_groups;    /* each is where it was, and there is none besides */
  gboolean same_ranges;
  gboolean same;           /* both, and the lists of named ports too */
} QdPolicyColumnMap;

void qd_policy_column_map_init (QdPolicyColumnMap *self, const QdPolicyColumns *before, const QdPolicyColumns *now);
void qd_policy_column_map_clear (QdPolicyColumnMap *self);

/* One pod of each sort that an end has, as they come; of a range one NULL. */
GPtrArray *qd_policy_eval_list_pods (QdPolicyEval *self, guint end);
/* Which pods are on one node. */
QdPolicyNodes *qd_policy_eval_get_nodes (QdPolicyEval *self);
/* The index among those of both ends of a pair between which the flow may pass; 0 and 0 where none may. */
void qd_policy_eval_find_pair (QdPolicyEval *self, const QdPolicyFlow *flow, guint *src, guint *dst);

/* --- Policies, compiled --------------------------------------------------------------------------------------- */

typedef struct {
  const QdPolicyRule *rule;
  guint64 *peers;          /* of columns */
  guint ports;             /* the number of a set; where it has named ports, of those that have none */
  guint *by_signature;     /* the same with the named ports resolved, for each list of them; NULL: it has none */
  QdPolicyAction action;
} QdPolicyCompiledRule;

/* A policy against columns. The policy itself belongs to the worlds of the evaluations that have this. */
typedef struct {
  int ref_count;
  const QdPolicy *policy;
  guint64 *subject;        /* of groups */
  gboolean has_names[QD_POLICY_N_DIRECTIONS];
  GArray *rules[QD_POLICY_N_DIRECTIONS];   /* of QdPolicyCompiledRule, without those that can match nothing; NULL: nobody asked yet */
} QdPolicyCompiled;

/* What compiling looks up more than once. */
typedef struct {
  QdPolicyColumns *columns;
  QdPortStore *store;
  QdPolicyOptions options;
  GHashTable *pods;        /* text of a selector → guint64 * of groups */
  GHashTable *spaces;      /* text of a selector → guint64 * of groups */
} QdPolicyCompiler;

void qd_policy_compiler_init (QdPolicyCompiler *self, QdPolicyColumns *columns, QdPortStore *store, const QdPolicyOptions *options);
void qd_policy_compiler_clear (QdPolicyCompiler *self);
/* Whom it selects; its rules are compiled when a row needs them. */
QdPolicyCompiled *qd_policy_compile (QdPolicyCompiler *self, const QdPolicy *policy);
/* Adds to @bits the columns that @peer of @policy means. The policy applies to the direction of its rule. */
void qd_policy_compile_peer (QdPolicyCompiler *self, const QdPolicy *policy, const QdPolicyPeer *peer, guint64 *bits);
/* Only what this evaluation made itself, and so nobody else reads yet, may lack its rules. */
void qd_policy_compile_rules (QdPolicyCompiler *self, QdPolicyCompiled *compiled, QdPolicyDirection direction);
QdPolicyCompiled *qd_policy_compiled_ref (QdPolicyCompiled *self);
void qd_policy_compiled_unref (QdPolicyCompiled *self);
/* The set of ports that @rule names, on a destination that has @named (of QdPolicyContainerPort). */
guint qd_policy_rule_resolve_ports (const QdPolicyRule *rule, QdPortStore *store, GArray *named);

/* --- Rows: what the policies of a subject say to every column --------------------------------------------------- */

/* Subjects with the same policies in a direction, and where it matters the same named ports, share a row. */
typedef struct {
  int ref_count;
  guint hash;
  QdPolicyDirection direction;
  guint signature;
  guint n_policies;
  const QdPolicy **policies;   /* in the order in which they are asked */
  guint *groups, *ranges;      /* a set of ports for each column; g_atomic_rc_box, shared where only the other half changed */
} QdPolicyRow;

guint qd_policy_row_hash_key (const QdPolicyRow *key);   /* what belongs into its hash */
guint qd_policy_row_hash (gconstpointer row);
gboolean qd_policy_row_equal (gconstpointer a, gconstpointer b);
/* A copy of @key, with nothing in it yet. */
QdPolicyRow *qd_policy_row_new (const QdPolicyRow *key);
QdPolicyRow *qd_policy_row_ref (QdPolicyRow *self);
void qd_policy_row_unref (QdPolicyRow *self);

/* Where rows are computed. */
typedef struct {
  const QdPolicyColumns *columns;
  QdPortStore *store;
  guint64 *all;                              /* every column */
  guint *network, *open, *passed, *allowed;  /* for each column: what is being worked out */
} QdPolicyRowMaker;

void qd_policy_row_maker_init (QdPolicyRowMaker *self, const QdPolicyColumns *columns, QdPortStore *store);
void qd_policy_row_maker_clear (QdPolicyRowMaker *self);
/* Works out all of @row; @compiled are its policies. */
void qd_policy_row_maker_fill (QdPolicyRowMaker *self, QdPolicyRow *row, QdPolicyCompiled *const *compiled);
/* Takes over what @old has, and works out only what @map has no column for; where it has one for all, @compiled may be NULL. */
void qd_policy_row_maker_refill (QdPolicyRowMaker *self, QdPolicyRow *row, const QdPolicyRow *old, const QdPolicyColumnMap *map, QdPolicyCompiled *const *compiled);

/* --- For those who look closer ------------------------------------------------------------------------------------ */

/* What an evaluation is made of. All of it is borrowed; of the store only what is asked for is added. */
typedef struct {
  QdPolicyColumns *columns;
  QdPortStore *store;
  const QdPolicyEnds *ends;
  const QdPolicyRow *const *row_of[QD_POLICY_N_DIRECTIONS];   /* for each group */
} QdPolicyInside;

void qd_policy_eval_get_inside (QdPolicyEval *self, QdPolicyInside *inside);

G_END_DECLS
