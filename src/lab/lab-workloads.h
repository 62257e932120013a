/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-policy.h"

G_BEGIN_DECLS

/*
 * What a cluster of the lab runs, so that policies have something to select: namespaces, workloads and
 * their pods, as Kubernetes objects with an id and "simulated": true. The same for the same seed.
 */
typedef struct
{
  guint64 seed;
  GPtrArray *objects;           /* JsonNode */
  GArray *pods;                 /* of LabPodAddress */
} LabWorkloads;

typedef struct
{
  guint workload;               /* which of the table, for the habits */
  guint32 address;
} LabPodAddress;

/* Who speaks to whom as a habit has it, in the order of the host. */
typedef struct
{
  guint32 src, dst;
  guint16 port;
  guint8 protocol;              /* of IP: 6, 17 */
} LabHabitFlow;

LabWorkloads *lab_workloads_new  (guint64 seed);
void          lab_workloads_free (LabWorkloads *all);

/* The habits of these workloads: flows that are tried over and over. */
extern const guint lab_n_habits;
/* What is on the wire because of them: of each source every pod, with one of the destination's each. (transfer full) */
GArray       *lab_workloads_flows    (const LabWorkloads *all);
LabVerdict    lab_workloads_habit    (const LabCluster *cluster, guint index);

/* "default/backend to data/database, 5432/TCP, 2600 times an hour,". Free it. */
char         *lab_workloads_habit_text (guint index);

/* How often habit @index was tried from @since until @until, unix seconds. */
guint         lab_workloads_attempts (const LabWorkloads *all, guint index, gint64 since, gint64 until);

/* "ns/name", "ns/name[Kind]" or an address: that of a pod is the pod. @room keeps an address outside.
 * FALSE: there is no such workload. */
gboolean      lab_end_find           (const LabCluster *cluster, const char *text, GArray *room, LabEnd *end);

G_END_DECLS
