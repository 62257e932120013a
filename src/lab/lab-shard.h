/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>
#include <nats/nats.h>

#include "lab-bucket.h"
#include "lab-placement.h"

G_BEGIN_DECLS

/*
 * quarterdeck-lab-shard: one shard of one kind, a process. A worker thread owns all of it and makes every call
 * into nats.c; the watch of the bucket, the callbacks of nats.c and the HTTP server, which is on the main thread, post to
 * its queue.
 *
 * Each event of a tenant counts exactly once, whoever dies when, because
 *  - what was processed is one value in SHARD_STATE that is only written over the revision that was read or written last:
 *    who takes a tenant over writes it first, and whoever had the tenant before can write it no more;
 *  - the number of the last message that was processed is in that value: whatever comes again is known;
 *  - a consumer is made anew, from the message after that one, whenever a shard takes a tenant over and whenever
 *    a message could have been left out, so that messages are processed in the order of the stream, without a gap.
 */
typedef struct LabShard LabShard;
typedef struct LabTenant LabTenant;
typedef struct LabFeed LabFeed;

/* --- What a shard keeps of a tenant: lab-shard-state.c --- */

typedef struct
{
  guint64 seq;                  /* of the stream: all up to it is processed */
  guint64 done;                 /* up to it the effects are there; beyond seq while what is known is read again */
  guint64 count;                /* events whose effects are there */
  guint64 sum;                  /* of the digests of their payloads, modulo 2^64 */
  guint64 epoch;                /* counts the owners */
  char *owner;                  /* full id of the shard */
  char *drained_by;             /* full id of the shard that was told not to go on with the tenant, or NULL */
} LabShardState;

typedef enum { LAB_REPLAY_CHECKPOINT, LAB_REPLAY_DEDUPE, LAB_REPLAY_FULL } LabReplay;

void     lab_shard_state_clear (LabShardState *state);
void     lab_shard_state_copy  (LabShardState *to, const LabShardState *from);
/* FALSE: @text is no state. */
gboolean lab_shard_state_read  (LabShardState *state, const char *text, gsize length);
char    *lab_shard_state_write (const LabShardState *state);
/* The first 64 bits of the SHA-256 of a payload: what sum adds up. */
guint64  lab_shard_digest      (const char *payload, gsize length);
/* Processes message @seq; TRUE when it counted now. */
gboolean lab_shard_state_apply (LabShardState *state, guint64 seq, const char *payload, gsize length);
void     lab_shard_state_replay (LabShardState *state, LabReplay mode);
/* "checkpoint_only", "checkpoint_and_dedupe", "full_reset". */
gboolean lab_replay_parse      (const char *text, LabReplay *mode);

/* --- The shard --- */

typedef struct
{
  char *kind, *shard, *id, *bucket, *region, *labels, *user, *password;
  char *version;                /* that it says it is; NULL: what it is */
  gboolean storage_bad;         /* it says that its storage is unhealthy, whatever that is */
  char **urls;
  guint capacity;
} LabShardConfig;

gboolean lab_shard_config_read  (LabShardConfig *config, const char *line, GError **error);
void     lab_shard_config_clear (LabShardConfig *config);
/* What a later line of input sets: what it says of itself. FALSE: it is none. */
gboolean lab_shard_guise_read   (const char *line, char **version, gboolean *storage_bad);

struct LabTenant
{
  LabShard *shard;
  char *id, *consumer, *filter;
  gboolean placed;              /* the bucket says that it is here */
  gboolean owned;               /* the state is ours, and the consumer is there */
  gboolean draining;            /* told not to go on with it */
  gboolean warm;                /* had caught up since it was taken over */
  LabShardState state;
  guint64 revision;             /* of the state; 0: there is none yet */
  LabFeed *feed;                /* where messages come in; NULL: none are asked for */
  GPtrArray *batch;             /* natsMsg, in order, not processed yet */
  gint64 batch_at;              /* when the first of them came, monotonic µs as all times here */
  guint wanted;                 /* that the server still owes us */
  guint64 next;                 /* number of the consumer's next message */
  gboolean broken;              /* a message may be missing: the consumer is to be made anew */
  gint64 heard_at;              /* anything from the consumer */
  gint64 retry_at;
  gint64 quiet_since;           /* nothing of it is with us; 0: something is */
  gboolean stale;               /* what the server says of it is older than what was done */
  gint64 asked_at;              /* when it was asked */
  gint64 in_flight, lag;        /* the consumer's, -1: not known */
  guint round;                  /* of the shard's, in which it had its turn last */
};

/* Asked over HTTP. */
typedef enum { LAB_ASK_STATUS, LAB_ASK_DRAIN, LAB_ASK_RESUME, LAB_ASK_RELOAD, LAB_ASK_WARMUP, LAB_ASK_REPLAY, LAB_ASK_REBUILD } LabAskWhat;

typedef struct
{
  LabAskWhat what;
  char *tenant;                 /* NULL: the whole shard */
  LabReplay mode;
  guint wait_ms;
  gint64 before_ms;             /* by the calendar: nobody wants it done after that */
  gint64 asked_at;              /* monotonic µs */
  gint64 until;                 /* when it is answered in any case; 0: not begun */
  guint64 synced;               /* how often the bucket had been read before */
  SoupServerMessage *message;   /* the main thread's */
  guint status;
  char *answer;
} LabAsk;

typedef enum { LAB_ITEM_MESSAGE, LAB_ITEM_CLOSED, LAB_ITEM_PLACEMENT, LAB_ITEM_ASK, LAB_ITEM_AGAIN, LAB_ITEM_GUISE, LAB_ITEM_STOP } LabItemWhat;

typedef struct
{
  LabItemWhat what;
  LabFeed *feed;
  natsMsg *message;
  LabBucketWhat heard;
  char *key, *value;
  LabAsk *ask;
} LabItem;

#define LAB_N_SECONDS 5

struct LabShard
{
  LabShardConfig config;
  const char *stream;           /* that its tenants' messages are in */
  GAsyncQueue *queue;           /* LabItem */
  LabDial dial;
  SoupServer *soup;
  guint port;
  void (*ended) (LabShard *shard); /* on the worker, as its last act */

  GMutex lock;
  char *record, *metrics;       /* as last written; under the lock */
  gboolean ready;               /* under the lock */

  /* The worker's. */
  natsConnection *connection;
  jsCtx *js;
  LabBucketWatch *watch;
  LabPlacement *placement;
  guint64 synced;               /* how often the bucket was read */
  gboolean moved;               /* the placement may be another than what the tenants are set to */
  GHashTable *tenants;          /* id → LabTenant */
  GPtrArray *asks;              /* LabAsk that wait */
  guint round;                  /* in each every tenant has one turn */
  gboolean soon;                /* something of those who had it will be due soon */
  gboolean stop, draining, storage_ok, was_away;
  guint64 counted[LAB_N_SECONDS + 1]; /* events in each of the last seconds */
  gint64 second;                /* which of them is the newest */
  gint64 began_at, record_at, away_since;
  char *last_record;            /* without when it was written */
  guint64 errors;
};

/* The one saga of the lab's runners and the one view of its projections. */
#define LAB_SAGA "fulfilment"
#define LAB_VIEW "balances"

/* A message of nats.c waits this long for its answer. */
#define LAB_SHARD_ANSWER_MS 2000

/* lab-shard-work.c */
gpointer    lab_shard_work       (gpointer shard);
void        lab_shard_post       (LabShard *shard, LabItem *item);
/* The last value under @key of SHARD_STATE (owned), "" when it was deleted, NULL: there is none, or in @status why it cannot be told. */
char       *lab_shard_read       (LabShard *shard, const char *key, guint64 *revision, natsStatus *status);
/* Writes @text under @key, where @over is not NULL only over that revision, which becomes the new one; @lost: another one is there. */
gboolean    lab_shard_write      (LabShard *shard, const char *key, const char *text, guint64 *over, gboolean *lost);
/* Whether the shard as a whole takes work; kept over a restart. FALSE: it could not be kept. */
gboolean    lab_shard_set_draining (LabShard *shard, gboolean draining);
void        lab_shard_count      (LabShard *shard, guint n);
double      lab_shard_load       (LabShard *shard);
gboolean    lab_shard_is_away    (LabShard *shard);

/* lab-shard-tenant.c */
LabTenant  *lab_tenant_new       (LabShard *shard, const char *id);
void        lab_tenant_free      (gpointer tenant);
gboolean    lab_tenant_accepts   (const LabTenant *tenant);
gboolean    lab_tenant_is_quiet  (const LabTenant *tenant);
gboolean    lab_tenant_is_drained (const LabTenant *tenant);
/* Does what is due; TRUE when something soon will be. */
gboolean    lab_tenant_turn      (LabTenant *tenant, gint64 now);
void        lab_tenant_hear      (LabTenant *tenant, natsMsg *message);
/* Processes what came, writes it down and acknowledges it. */
void        lab_tenant_process   (LabTenant *tenant);
/* Writes what @change makes of the state over the state that was read or written last. FALSE: the tenant is not ours any
 * more, and was let go of, or the server does not answer, and it is not known whether it was written. */
typedef void (*LabChange)        (LabTenant *tenant, LabShardState *state, gpointer data);
gboolean    lab_tenant_change    (LabTenant *tenant, LabChange change, gpointer data);
/* Lets go of the tenant at once: what came and was not processed is left to its next owner. */
void        lab_tenant_drop      (LabTenant *tenant);
/* Asks the server how many are in flight and how many wait. */
void        lab_tenant_look      (LabTenant *tenant);

/* lab-shard-feed.c: messages of one consumer. */
gboolean    lab_feed_renew       (LabTenant *tenant);
gboolean    lab_feed_open        (LabTenant *tenant);
void        lab_feed_pull        (LabTenant *tenant);
/* No more messages are asked for; those on their way still come, then LAB_ITEM_CLOSED. */
void        lab_feed_close       (LabTenant *tenant);
gboolean    lab_feed_is_closing  (const LabFeed *feed);
/* It should have closed by @now: it is not waited for any more. */
gboolean    lab_feed_is_late     (const LabFeed *feed, gint64 now);
/* As if nothing had ever been asked for. */
void        lab_feed_cut         (LabTenant *tenant);
LabTenant  *lab_feed_tenant      (const LabFeed *feed);
LabFeed    *lab_feed_ref         (LabFeed *feed);
void        lab_feed_unref       (LabFeed *feed);

/* The consumer's and the stream's number of @message, how often it was delivered; FALSE: it is none of a consumer. */
gboolean    lab_feed_numbers     (natsMsg *message, guint64 *delivered, guint64 *stream, guint64 *consumer);

/* lab-shard-asks.c */
void        lab_asks_take        (LabShard *shard, LabAsk *ask);
void        lab_asks_turn        (LabShard *shard, gint64 now);
/* All that wait are told why. */
void        lab_asks_refuse      (LabShard *shard, guint status, const char *why);
void        lab_ask_problem      (LabAsk *ask, guint status, const char *detail, ...) G_GNUC_PRINTF (3, 4);
void        lab_ask_free         (LabAsk *ask);

/* lab-shard-record.c */
char       *lab_shard_describe   (LabShard *shard, const char *status);
const char *lab_shard_status     (const LabShard *shard);
/* Writes the record where it has changed or is old; for readers in this process always. */
void        lab_shard_tell       (LabShard *shard, gint64 now);
void        lab_shard_tell_down  (LabShard *shard);

/* lab-shard-http.c */
gboolean    lab_shard_listen     (LabShard *shard, GError **error);
/* Answers @ask, from the worker; takes it. */
void        lab_shard_answer     (LabAsk *ask);

G_END_DECLS
