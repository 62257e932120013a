/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-policy.h"
#include "qd-policy-eval.h"
#include "worlds.h"

G_BEGIN_DECLS

/* What two worlds or two readings of one were asked, in sum. */
typedef struct
{
  guint64 worlds, invalid, verdicts, allowed, explained;
  guint64 policies, workloads;
} Tally;

/* The client's reading of a text. */
QdPolicyWorld *compare_read     (const char *yaml);

LabCluster    *compare_read_lab (const char *yaml, GError **error);
/* How many errors lint finds. */
guint          compare_lint_errors (const char *yaml);

QdPolicyOptions compare_options (const LabSwitches *switches);

/* Every port at which an answer can begin or end, its neighbours, and both ends: of guint, sorted. */
GArray        *compare_ports    (const LabCluster *cluster);

/*
 * Asks the client's evaluator and the lab's about every pair of workloads and of a workload and an address
 * outside, every protocol, and every port at which an answer may change. TRUE when they say the same, also
 * that the world is invalid; else @why says what they differ in. @tally may be NULL.
 */
gboolean       compare_world    (GPtrArray *documents, guint64 seed, const LabSwitches *switches, GString *why, Tally *tally);

/* What must hold of every world, whatever it says: the laws of the client's evaluator. */
gboolean       compare_laws     (GPtrArray *documents, guint64 seed, const LabSwitches *switches, GString *why);

/* The smallest world for which compare_world() or compare_laws() still says no, as YAML, and why. Free it. */
char          *compare_smallest (GPtrArray *documents, guint64 seed, const LabSwitches *switches, gboolean laws, GString *why);

/* Which of the four readings a seed is asked in. */
LabSwitches    compare_switches (guint64 seed);

G_END_DECLS
