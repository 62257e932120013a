/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-policy-world.h"

G_BEGIN_DECLS

/* What the specification leaves open. */
typedef enum {
  QD_POLICY_HOST_EXEMPT,   /* policies do not apply to pods in their node's network, and others see the node's address */
  QD_POLICY_HOST_POD,      /* such pods are pods like others */
} QdPolicyHostNetwork;

typedef enum {
  QD_POLICY_BLOCK_ALL,        /* an ipBlock matches addresses outside and pods whose address is known */
  QD_POLICY_BLOCK_EXTERNAL,   /* addresses outside alone. The networks of admin policies match pods either way */
} QdPolicyBlockReading;

typedef struct {
  QdPolicyHostNetwork host_network;
  QdPolicyBlockReading ip_block;
} QdPolicyOptions;   /* all zero: the defaults */

gboolean qd_policy_host_network_parse (const char *word, QdPolicyHostNetwork *value);      /* "exempt", "pod" */
gboolean qd_policy_block_reading_parse (const char *word, QdPolicyBlockReading *value);    /* "all", "external" */
const char *qd_policy_host_network_to_string (QdPolicyHostNetwork value);
const char *qd_policy_block_reading_to_string (QdPolicyBlockReading value);

/* Who may talk to whom in a world. Immutable, reference counted, any thread may ask.
 *
 * An end is a number: first the world's workloads in their order, then the ranges of addresses outside that policies tell apart, in
 * theirs. The ranges of IPv6 are there once a policy names one. */
typedef struct _QdPolicyEval QdPolicyEval;

/* Keeps a reference to @world. @options NULL: the defaults. With @previous (or NULL; of an earlier state of the same manifests), what the
 * change between the two worlds does not touch is not computed again. */
QdPolicyEval *qd_policy_eval_new (QdPolicyWorld *world, const QdPolicyOptions *options, QdPolicyEval *previous);
QdPolicyEval *qd_policy_eval_ref (QdPolicyEval *self);
void qd_policy_eval_unref (QdPolicyEval *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyEval, qd_policy_eval_unref)

QdPolicyWorld *qd_policy_eval_get_world (QdPolicyEval *self);
const QdPolicyOptions *qd_policy_eval_get_options (QdPolicyEval *self);

guint qd_policy_eval_get_n_ends (QdPolicyEval *self);
guint qd_policy_eval_get_n_workloads (QdPolicyEval *self);   /* the ends below this number */
/* "ns/name[Kind]", "0.0.0.0-9.255.255.255[External]". */
const char *qd_policy_eval_get_text (QdPolicyEval *self, guint end);
const QdPolicyWorkload *qd_policy_eval_get_workload (QdPolicyEval *self, guint end);   /* NULL: it is a range */
const QdAddressRange *qd_policy_eval_get_range (QdPolicyEval *self, guint end);        /* NULL: it is a workload */

#define QD_POLICY_NO_END G_MAXUINT

/* By "ns/name" or "ns/name[Kind]", whose case counts. @ambiguous (or NULL) becomes the second one that is called so. */
guint qd_policy_eval_find_workload (QdPolicyEval *self, const char *text, guint *ambiguous);
/* The workload that has a pod of that address, else the range that holds it. While no policy tells IPv6 addresses apart their one range is not
 * listed: then it is an end that all of this takes, and beyond qd_policy_eval_get_n_ends(). */
guint qd_policy_eval_find_address (QdPolicyEval *self, const QdAddress *address);
/* The range that holds it, whatever has that address. */
guint qd_policy_eval_find_outside (QdPolicyEval *self, const QdAddress *address);

/* What may pass from @src to @dst: of workloads with pods that differ, what at least one pod may. Between two addresses outside, and from a
 * bare pod to itself, everything. The answer lives as long as @self. */
const QdPortSet *qd_policy_eval_get (QdPolicyEval *self, guint src, guint dst);
/* Between the very pods that have these addresses, or what is outside: a pod and its own node, by its address, are never kept apart. */
const QdPortSet *qd_policy_eval_get_addresses (QdPolicyEval *self, const QdAddress *src, const QdAddress *dst);
/* One side of qd_policy_eval_get(): what the policies of @direction allow; qd_policy_eval_get() is what both do. For pods that differ as above. */
const QdPortSet *qd_policy_eval_get_direction (QdPolicyEval *self, QdPolicyDirection direction, guint src, guint dst);

/* The pod that has it, and is not seen as its node; NULL: none. */
const QdPolicyPod *qd_policy_eval_find_pod (QdPolicyEval *self, const QdAddress *address);

/* A number from 0 for each end (and for each range that is not listed): ends that share it are of the same sorts of pods, so that what may pass
 * between two ends is decided by their two numbers, and by whether they are one and the same. @n becomes how many numbers there are. (transfer full) */
guint *qd_policy_eval_list_classes (QdPolicyEval *self, guint *n);

/* For benches and tests: pods that no policy can tell apart count once, and subjects with the same policies. */
guint qd_policy_eval_get_n_classes (QdPolicyEval *self);
guint qd_policy_eval_get_n_rows (QdPolicyEval *self);
guint qd_policy_eval_get_n_reused (QdPolicyEval *self);   /* rows that came from the previous one */

G_END_DECLS
