/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-policy.h"
#include "qd-policy-eval.h"
#include "worlds.h"

G_BEGIN_DECLS

#define COMPARE_N_CODES 17

/* What came of looking for what may not be meant. */
typedef struct
{
  guint64 worlds, findings, proofs, unproven, fixes, refused, compared, at_once;
  guint64 codes[COMPARE_N_CODES]; /* findings by compare_lint_code() */
} LintTally;

/* What two worlds or two readings of one were asked, in sum. */
typedef struct
{
  guint64 worlds, invalid, verdicts, allowed, explained;
  guint64 policies, workloads;
  LintTally lint;
} Tally;

/* The client's reading of a text. */
QdPolicyWorld *compare_read     (const char *yaml);

LabCluster    *compare_read_lab (const char *yaml, GError **error);
/* How many errors lint finds. */
guint          compare_lint_errors (const char *yaml);

QdPolicyOptions compare_options (const LabSwitches *switches);

/* Every port at which an answer can begin or end, its neighbours, and both ends: of guint, sorted. */
GArray        *compare_ports    (const LabCluster *cluster);

/* The edges of all blocks of addresses, and what lies beyond them: of LabAddress. */
GArray        *compare_addresses (const LabCluster *cluster);

/*
 * Asks the client's evaluator and the lab's about every pair of workloads and of a workload and an address
 * outside, every protocol, and every port at which an answer may change. TRUE when they say the same, also
 * that the world is invalid; else @why says what they differ in. @tally may be NULL.
 */
gboolean       compare_world    (GPtrArray *documents, guint64 seed, const LabSwitches *switches, GString *why, Tally *tally);

/* What must hold of every world, whatever it says: the laws of the client's evaluator. */
gboolean       compare_laws     (GPtrArray *documents, guint64 seed, const LabSwitches *switches, GString *why);

const char    *compare_lint_code (guint i);

/*
 * What lint says of a world, asked of the lab: flows that prove, fixes that are made, and all that changes
 * nothing taken away at once. @tally may be NULL.
 */
gboolean       compare_lint     (GPtrArray *documents, guint64 seed, const LabSwitches *switches, GString *why, LintTally *tally);

/* One of the three. */
typedef enum
{
  COMPARE_WORLD,
  COMPARE_LAWS,
  COMPARE_LINT
} CompareSort;

/* The smallest world for which that one still says no, as YAML, and why. Free it. */
char          *compare_smallest (GPtrArray *documents, guint64 seed, const LabSwitches *switches, CompareSort sort, GString *why);

/* Which of the four readings a seed is asked in. */
LabSwitches    compare_switches (guint64 seed);

G_END_DECLS
