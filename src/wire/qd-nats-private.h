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
  guint to_hear;               /* (worker) so many commands were there when it was last looked at what is late, and come first */
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
/* Under what answers are asked for: "_INBOX.ada", so that a server can let each user hear its own alone; "_INBOX" where no user is named, or
 * the name can be no part of a subject. (transfer full) */
char *qd_nats_dup_inbox_prefix (QdNats *self);

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
/* Answers those that the server refused with @error, which says that it may not be published to @subject; @cut: to what begins so. */
void qd_nats_requests_forbid (QdNats *self, const char *subject, gboolean cut, const GError *error);
/* Fails those whose time is over; returns when the next one's will be, or -1. */
gint64 qd_nats_requests_expire (QdNats *self);
/* @headers: names and values by turns, ended by NULL; or NULL. QD_WIRE_ERROR_UNREACHABLE: it was never sent; QD_WIRE_ERROR_TIMEOUT:
 * it was, and whether it was heard is not known. */
void qd_nats_ask (QdNats *self, const char *subject, const char *const *headers, GBytes *payload, guint timeout_ms,
                  QdNatsAnswerFunc func, gpointer data);

/* A consumer's message: the @nth that it delivers (from 1), with @pending behind it. */
typedef struct { QdNatsMessage *message; guint64 nth, pending; } QdNatsDelivery;
/* TRUE: more is awaited. */
typedef gboolean (*QdNatsEachFunc) (QdNats *self, const QdNatsDelivery *delivery, gpointer data);
/* Asks @consumer for messages, one request at a time. @func is called at the end: with the status with which the server ends it ("404")
 * as the payload, with NULL where @each was FALSE, or with an error. */
void qd_nats_ask_many (QdNats *self, const char *subject, GBytes *payload, guint timeout_ms, const char *consumer,
                       QdNatsEachFunc each, QdNatsAnswerFunc func, gpointer data);

/* Asks for one message of a stream ("DIRECT.GET.…"). @each is given it; @func is called at the end: with a status ("404") as the payload where
 * there is none, with NULL where @each was called, or with an error. */
void qd_nats_ask_message (QdNats *self, const char *subject, guint timeout_ms, QdNatsEachFunc each, QdNatsAnswerFunc func, gpointer data);

/* Runs @run on the worker, or @closed where that has ended. Any thread. */
typedef void (*QdNatsDoFunc) (QdNats *self, gpointer data);
typedef void (*QdNatsClosedFunc) (gpointer data, const GError *error);
void qd_nats_do (QdNats *self, QdNatsDoFunc run, QdNatsClosedFunc closed, gpointer data);
void qd_nats_do_later (QdNats *self, guint ms, QdNatsDoFunc run, QdNatsClosedFunc closed, gpointer data);

/* qd-nats-message.c. Any thread. */
QdNatsMessage *qd_nats_message_new_for (natsMsg *msg, guint64 seq, gint64 at_us);
/* Of a message that was got directly, whose place stands in its headers; NULL when it is none. */
QdNatsMessage *qd_nats_message_new_for_direct (natsMsg *msg);
/* Of an answer's "message" member; NULL when it is none. */
QdNatsMessage *qd_nats_message_new_for_json (JsonObject *object);

/* qd-nats-api.c. Worker. Asks JetStream's own subjects ("STREAM.INFO.X"), again while nobody leads there, until @until_us. @answer is
 * borrowed, and has no "error". */
typedef void (*QdNatsApiFunc) (QdNats *self, JsonObject *answer, const GError *error, gpointer data);
void qd_nats_api (QdNats *self, const char *what, const char *payload, gint64 until_us, QdNatsApiFunc func, gpointer data);
/* What an answer's "error" says. @what: what could not be done. */
GError *qd_nats_api_error (QdNats *self, const char *what, JsonObject *said);

/* qd-nats-watch.c. Worker. */
void qd_nats_watch_stop (QdNatsWatch *self);

G_END_DECLS
