/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-hub.h"

G_BEGIN_DECLS

/* Who works on something, so that nobody else does: a key of the bucket JOB_LEASES, which forgets a key a minute after it was last
 * written. A lease is renewed every ten seconds as long as its process lives. It keeps two from beginning the same; that nothing is
 * done twice is the work of the compare-and-set that carries its revision (qd-job-stream.h), because a process that was only asleep
 * does not know how long. Everything is for fibers on the main context. */
#define QD_LEASE_BUCKET "JOB_LEASES"
#define QD_LEASE_LIFE_S 60
#define QD_LEASE_RENEW_S 10

typedef struct _QdLease QdLease;

/* Who has one. */
typedef struct {
  char *desk, *host;        /* "ada@bridge", "bridge" */
  gint64 pid;
  char *token;              /* of that one lease */
  guint64 revision;
  gboolean dead;            /* its process was on this machine, and is no more */
} QdLeaseHolder;

/* Who has @key of @nats now; NULL without an error: nobody. */
QdLeaseHolder *qd_lease_look (QdHub *hub, const char *nats, const char *key, GError **error);
void qd_lease_holder_free (QdLeaseHolder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdLeaseHolder, qd_lease_holder_free)

/* Takes it where nobody has it, or where who had it was a process of this machine that has ended. QD_DRIVER_ERROR_CONFLICT: somebody
 * has it, and the message says who. From then on it is renewed until it is given back, lost or let go. */
QdLease *qd_lease_take (QdHub *hub, const char *nats, const char *key, GError **error);
/* Whether it is ours still, as far as the clock says: nothing may be begun without it. */
gboolean qd_lease_is_held (QdLease *self);
/* Of the last renewal. */
guint64 qd_lease_get_revision (QdLease *self);
/* Deletes it, so that nobody has to wait for its end. */
void qd_lease_give_back (QdLease *self);
/* Renews it no more, and says nothing to the server: the process ends, or somebody else has it. */
void qd_lease_let_go (QdLease *self);
QdLease *qd_lease_ref (QdLease *self);
void qd_lease_unref (QdLease *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (QdLease, qd_lease_unref)

/* For tests: a clock in microseconds that also counts while the machine is asleep (NULL: the real one), and how often to renew. */
void qd_lease_set_clock (gint64 (*clock_us) (void), guint renew_ms);

G_END_DECLS
