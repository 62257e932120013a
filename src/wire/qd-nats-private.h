/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <nats/nats.h>

#include "qd-backoff.h"
#include "qd-nats.h"

G_BEGIN_DECLS

/* How it works: each QdNats has one worker thread that alone connects, subscribes, publishes and
 * destroys, fed by a queue of commands; nats.c's own threads read the sockets and call back. What is
 * marked (worker) is touched by the worker alone. */

typedef struct _QdNatsCommand QdNatsCommand;
struct _QdNatsCommand
{
  void (*run) (QdNats *nats, QdNatsCommand *command);   /* worker; takes what it needs out of it */
  void (*drop) (QdNatsCommand *command);                /* frees, after run() or instead of it */
};

typedef struct _QdNatsSub QdNatsSub;
typedef struct _QdNatsWatch QdNatsWatch;
typedef struct _QdNatsRequests QdNatsRequests;

struct _QdNats
{
  gatomicrefcount users;       /* who may call us; none left: close */
  gatomicrefcount refs;        /* who may touch the memory */
  QdNatsEvents events;
  gpointer data;
  GDestroyNotify destroy;

  char *url;                   /* as given */
  char *place;                 /* for messages: without user and password */
  char *user, *password, *token, *nkey_seed, *jwt, *ca_file, *name;

  int state;                   /* atomic, QdNatsState; written by the worker alone */
  int next_id;                 /* atomic */
  GAsyncQueue *queue;
  gboolean ended;              /* under the queue's lock: commands are no longer taken */

  GMutex lock;                 /* with @changed: the four below */
  GCond changed;
  natsConnection *nc;          /* written by the worker; others read it under the lock */
  gboolean live;
  guint generation;            /* goes up whenever watches must start over */
  guint in_use;                /* how many threads but the worker are inside calls on @nc */

  GHashTable *subs;            /* (worker) id → QdNatsSub */
  GHashTable *watches;         /* (worker) id → QdNatsWatch */
  QdNatsRequests *requests;    /* (worker) */
  gint64 retry_at_us;          /* (worker) when to try to connect, while there is no @nc */
  QdBackoff backoff;           /* (worker) */
  gboolean closing;            /* (worker) */
};

QdNats *qd_nats_hold (QdNats *self);
void qd_nats_drop (QdNats *self);
/* Runs the command on the worker, or drops it when that has ended. Any thread. */
void qd_nats_post (QdNats *self, QdNatsCommand *command);
/* Worker. Tells a problem that does not end the connection, and takes @error. */
void qd_nats_complain (QdNats *self, const char *subject, GError *error);
GError *qd_nats_error (QdNats *self, natsStatus status, const char *what, const char *words);

/* qd-nats-options.c: NULL with @error when an option cannot be used. Worker. */
natsOptions *qd_nats_make_options (QdNats *self, GError **error);

/* qd-nats-sub.c. Worker. */
void qd_nats_sub_attach_all (QdNats *self);
void qd_nats_sub_unref (QdNatsSub *self);
void qd_nats_sub_detach (QdNatsSub *self);
/* Counts and tells the drops of who is slow; returns when to look next, or -1. */
gint64 qd_nats_subs_look (QdNats *self);
/* The library dropped messages of @subscription. Any thread. */
void qd_nats_note_slow (QdNats *self, natsSubscription *subscription);

/* qd-nats-request.c. Worker. @func takes neither. */
typedef void (*QdNatsAnswerFunc) (QdNats *self, GBytes *payload, const GError *error, gpointer data);
QdNatsRequests *qd_nats_requests_new (void);
void qd_nats_requests_free (QdNatsRequests *self);
void qd_nats_requests_attach (QdNats *self);
void qd_nats_requests_detach (QdNats *self);
void qd_nats_requests_fail_all (QdNats *self);
/* Fails those whose time is over; returns when the next one's will be, or -1. */
gint64 qd_nats_requests_expire (QdNats *self);
/* @expected: a KV revision that must still be the last, or G_MAXUINT64. */
void qd_nats_ask (QdNats *self, const char *subject, guint64 expected, GBytes *payload, guint timeout_ms,
                  QdNatsAnswerFunc func, gpointer data);

/* qd-nats-watch.c. Worker. */
void qd_nats_watch_stop (QdNatsWatch *self);

G_END_DECLS
