/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "qd-policy-draft.h"
#include "qd-policy-eval.h"

G_BEGIN_DECLS

/**
 * QdPolicyMeant:
 *
 * Whom a policy selects, and whom its rules and their peers mean, of the workloads that there are: how many, and the first of them by name. With
 * thousands of workloads that takes longer than a frame may: it is found on a worker. Immutable, reference counted.
 */
typedef struct _QdPolicyMeant QdPolicyMeant;

typedef struct {
  guint n;        /* workloads */
  char *names;    /* "shop/web[Deployment], shop/db[StatefulSet] and 7 more"; NULL: none */
} QdPolicyMany;

/* Of so many rules of a direction, and peers of a rule, and workloads that are selected. */
#define QD_POLICY_MEANT_RULES 100u
#define QD_POLICY_MEANT_PEERS 40u
#define QD_POLICY_MEANT_SELECTED 5u

/* All three are kept; the last is what the evaluation was told. */
void qd_policy_meant_find (QdPolicyDraft *draft, QdPolicyWorld *world, const QdPolicyOptions *options, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
QdPolicyMeant *qd_policy_meant_find_finish (GAsyncResult *result, GError **error);
void qd_policy_meant_unref (QdPolicyMeant *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdPolicyMeant, qd_policy_meant_unref)

/* The draft that it is about: what is read of another one is not in it. */
QdPolicyDraft *qd_policy_meant_get_draft (QdPolicyMeant *self);
guint qd_policy_meant_get_n_selected (QdPolicyMeant *self);
/* Of const QdPolicyWorkload: the first of those. */
GPtrArray *qd_policy_meant_get_selected (QdPolicyMeant *self);
/* NULL: it was not asked for. */
const QdPolicyMany *qd_policy_meant_get_rule (QdPolicyMeant *self, QdPolicyDirection direction, guint rule);
const QdPolicyMany *qd_policy_meant_get_peer (QdPolicyMeant *self, QdPolicyDirection direction, guint rule, guint peer);

G_END_DECLS
