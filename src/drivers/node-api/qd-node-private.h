/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-backoff.h"
#include "qd-driver-private.h"
#include "qd-io.h"
#include "qd-json.h"
#include "qd-sse.h"
#include "qd-websocket.h"

G_BEGIN_DECLS

/* The I/O side of the node-api driver. Everything here is on the I/O thread unless it says otherwise. */
typedef struct _QdNodeSession QdNodeSession;

/* The lists that are kept, in the order in which they are read. */
typedef enum { QD_NODE_SITES, QD_NODE_PATHS, QD_NODE_NODES, QD_NODE_JOBS, QD_NODE_ROUTING, QD_NODE_TENANTS, QD_NODE_SHARDS, QD_NODE_FLOWS, QD_NODE_N_LISTS } QdNodeListId;

/* A page as it was read last. */
typedef struct { char *digest; char *next; guint items; } QdNodeSeen;

typedef enum { QD_NODE_UNKNOWN, QD_NODE_LOADING, QD_NODE_LOADED, QD_NODE_FAILED, QD_NODE_ABSENT,
  QD_NODE_FORBIDDEN /* it is there, and not for us: the connection is whole without it */ } QdNodeListState;

typedef struct {
  QdNodeListState state;
  QdBackoff backoff;
  GSource *retry;
  GCancellable *cancellable; /* of the reading under way: a newer one ends it */
  guint run;             /* grows with each reading: a late page of an older one is dropped */
  guint pages;
  guint items;           /* in this reading */
  guint bad;             /* items without a usable id, in this reading */
  gboolean hurry;        /* somebody waits for it: no pauses between the pages */
  gboolean changed;      /* this reading has something new: SNAPSHOT_BEGIN was sent */
  GPtrArray *seen;       /* QdNodeSeen: the pages, where a list is read again and again; else NULL */
  GHashTable *told;      /* ids that something else told of since the page under way was asked for; NULL: none */
  guint again;           /* how often that page was asked for again because of them */
  gboolean known;        /* the model is as @seen's reading said */
  gboolean undisturbed;  /* nothing else told of its things since this reading began */
  gint64 as_of_seq;      /* of the first page; -1: the server does not say */
} QdNodeList;

/* What is not kept, but asked when it is wanted: only whether there is any is looked for. */
typedef enum { QD_NODE_PROBE_POLICIES, QD_NODE_PROBE_WORKLOADS, QD_NODE_N_PROBES } QdNodeProbeId;

typedef enum { QD_NODE_BY_WEBSOCKET, QD_NODE_BY_SSE, QD_NODE_BY_POLLING } QdNodeTransport;

typedef struct {
  QdNodeTransport transport;
  gboolean offered;
  gboolean open;
  QdWebSocket *socket;
  QdSse *sse;
  GSource *retry;
  QdBackoff backoff;
  gint64 opened_us;      /* monotonic */
  gboolean decided;      /* it was opened once, or is not offered */
  guint openings;
  gboolean garbled;      /* the last frame could not be read */
  guint token_run;       /* of the token that it was opened with */
} QdNodeStream;

struct _QdNodeSession {
  gatomicrefcount refs;
  QdEndpoint *endpoint;
  QdOutlet *outlet;
  QdHttp *http;
  GCancellable *cancellable;
  gboolean stopped;
  gboolean started;

  /* who we are */
  char *refresh_token;
  gboolean signing_in;
  guint token_run;       /* grows with each new token */
  gboolean signed_in;    /* or found that nobody asks */
  gboolean asked;        /* a request was refused for want of a token */
  GError *auth_error;    /* why we are not signed in, while the time for trying again has not come; or NULL */
  GSource *renew_timer;
  QdBackoff auth_backoff;
  GSource *me_timer;     /* what we may is asked again */
  QdBackoff me_backoff;
  gint64 away_since_us;  /* monotonic: nobody answers since then; 0: somebody does */
  GPtrArray *waiting;    /* requests that got 401 and wait for a new token */
  gint64 not_before_us;  /* 429: no request before that, monotonic */
  guint slow;            /* how often the server asked us to slow down, lately */
  gint64 slowed_us;      /* when it did last, monotonic */

  /* what there is */
  QdNodeList lists[QD_NODE_N_LISTS];
  GHashTable *offers;
  char *epoch;
  gint64 seq;            /* of the last event that was taken; -1: none yet */
  gint64 told_seq;
  gboolean catching_up;
  gint64 heard_seq;      /* the newest that came live while catching up, and was not taken; -1: none */
  QdBackoff resync_backoff;
  GSource *resync_timer;
  gint64 resynced_us;    /* monotonic */
  gboolean history_done;
  gboolean history_pending;
  QdNodeStream events;
  QdNodeStream metrics;
  GHashTable *stale;     /* set of "kind:id" to be read anew */
  GSource *stale_timer;
  guint reading;         /* requests under way for it */

  GSource *probe_timer;
  QdBackoff probe_backoff;
  guint probe_run;
  gint64 policies_at;    /* QD_CONNECTION_POLICIES */

  gboolean freeze_known; /* whether changes are frozen: QD_CONNECTION_FREEZE says it */
  guint freeze_run;      /* grows with each word of it */

  GHashTable *problems;  /* what → message: none means live */
  gboolean ever_live;
  gboolean refused;
};

QdNodeSession *qd_node_session_new (const QdEndpoint *endpoint, QdOutlet *outlet, QdHttp *http);
QdNodeSession *qd_node_session_ref (QdNodeSession *self);
void qd_node_session_unref (QdNodeSession *self);
void qd_node_session_start (QdNodeSession *self);
void qd_node_session_stop (QdNodeSession *self);
void qd_node_session_refresh (QdNodeSession *self);
/* Everything is read anew because the server's history does not reach back, or is another. */
void qd_node_session_resync (QdNodeSession *self, const char *why);

/* What is wrong (@message) or no longer wrong (NULL) with @what; the connection's state follows. */
void qd_node_set_problem (QdNodeSession *self, const char *what, const char *message);
/* The state follows what is known. */
void qd_node_update_state (QdNodeSession *self);
void qd_node_offer (QdNodeSession *self, const char *feature, gboolean offered);
void qd_node_timer (QdNodeSession *self, GSource **timer, guint ms, GSourceFunc func, gpointer data);

/* Requests (qd-node-request.c). @reply is called exactly once, with a cancelled error after stop. */
typedef void (*QdNodeReply) (QdNodeSession *self, JsonNode *node, const QdHttpResponse *response,
                             const GError *error, gpointer data);
typedef struct {
  const char *method;
  const char *path;
  const char *const *headers;
  JsonNode *body;
  gboolean patient;      /* what the server was too busy for (429) is sent again, whatever the method: it was not done */
  gboolean bare;         /* without renewal on 401: for signing in itself */
  GCancellable *cancellable; /* NULL: the session's */
  const char *known;     /* as for qd_http_read_json(), or NULL */
} QdNodeCall;
void qd_node_request (QdNodeSession *self, const QdNodeCall *call, QdNodeReply reply, gpointer data);
void qd_node_get (QdNodeSession *self, const char *path, QdNodeReply reply, gpointer data);
/* What is there now, which comes with the refusal (412) of a change of what was there before. (transfer full) (nullable) */
JsonNode *qd_node_read_current (const QdHttpResponse *response);
/* Sends what waited for a token again, or lets it fail with @error. */
void qd_node_release_waiting (QdNodeSession *self, const GError *error);

/* How often the server asked us to slow down, lately. */
guint qd_node_slow (QdNodeSession *self);
/* When to try again what failed with @error. */
guint qd_node_wait_ms (QdNodeSession *self, QdBackoff *backoff, const GError *error);
/* The server answered. */
void qd_node_is_there (QdNodeSession *self);

/* Signing in (qd-node-auth.c). */
void qd_node_auth_begin (QdNodeSession *self);
/* A new token is wanted, as the one that we have, if any, was refused. */
void qd_node_auth_renew (QdNodeSession *self);
/* The server took a request. */
void qd_node_auth_worked (QdNodeSession *self);
/* Somebody wants it tried now, whatever came of it last time. */
void qd_node_auth_retry (QdNodeSession *self);
void qd_node_auth_ask_me (QdNodeSession *self);
void qd_node_auth_stop (QdNodeSession *self);
void qd_node_auth_command (QdNodeSession *self, const char *user, const char *password, GTask *task);

/* Lists (qd-node-lists.c). */
void qd_node_list_read (QdNodeSession *self, QdNodeListId id);
void qd_node_list_read_soon (QdNodeSession *self, QdNodeListId id);
void qd_node_lists_read (QdNodeSession *self);
void qd_node_lists_retry (QdNodeSession *self);
void qd_node_lists_stop (QdNodeSession *self);
/* Whether it is read again and again, because nothing tells of what changes in it. */
gboolean qd_node_list_goes_round (QdNodeListId id);
gboolean qd_node_lists_settled (QdNodeSession *self);
/* What we may not see, as a sentence; NULL: nothing is kept from us. (transfer full) */
char *qd_node_lists_dup_forbidden (QdNodeSession *self);
/* FALSE: whatever is offered is refused to us. */
gboolean qd_node_lists_any_allowed (QdNodeSession *self);
/* What is known of its pages no longer holds: the next reading takes all of them. */
void qd_node_list_forget (QdNodeSession *self, QdNodeListId id);
/* The same where one thing is told of by something else than the list: what the list says of it next may be older. */
void qd_node_list_told (QdNodeSession *self, QdKind kind, const char *id);
gboolean qd_node_list_is_loading (QdNodeSession *self, QdKind kind);
/* Reads one thing anew, soon. */
void qd_node_list_touch (QdNodeSession *self, QdKind kind, const char *id);
const char *qd_node_list_path (QdKind kind);

/* Whether changes are frozen (qd-node-scale.c): asks, unless it is known; @object says it. */
void qd_node_freeze_read (QdNodeSession *self);
void qd_node_freeze_take (QdNodeSession *self, JsonObject *object);
/* An event of this type came. */
void qd_node_freeze_heard (QdNodeSession *self, const char *type, JsonObject *data);

/* Policies and workloads (qd-node-policies.c, qd-node-policy-commands.c). */
void qd_node_policies_probe (QdNodeSession *self);
void qd_node_policies_stop (QdNodeSession *self);
/* They may have changed. */
void qd_node_policies_changed (QdNodeSession *self);
/* An event of this type came. */
void qd_node_policies_heard (QdNodeSession *self, const char *type);
/* All of them, or all workloads. Takes @task. */
void qd_node_policies_read (QdNodeSession *self, gboolean policies, GTask *task);
/* An item as qd-driver.h has it; NULL: it is no policy. */
JsonNode *qd_node_policy_shape (JsonNode *answer);
/* FALSE: the verb is not one of these, and @task is left alone. Main thread. */
gboolean qd_node_policy_command (QdNodeSession *session, const char *verb, JsonObject *args, GTask *task);

/* Streams (qd-node-stream.c, qd-node-events.c). */
void qd_node_streams_start (QdNodeSession *self);
/* The events could not be read: their stream is opened anew, with back-off. */
void qd_node_events_failed (QdNodeSession *self, const GError *error);
void qd_node_streams_retry (QdNodeSession *self);
void qd_node_streams_stop (QdNodeSession *self);
void qd_node_events_take (QdNodeSession *self, JsonObject *event, gboolean old);
/* FALSE for a list of something else. */
gboolean qd_node_events_are_events (JsonArray *items);
void qd_node_events_catch_up (QdNodeSession *self);
/* The lists are there: the stream goes on from the oldest of them. */
void qd_node_events_begin (QdNodeSession *self);
void qd_node_events_tell_seq (QdNodeSession *self);

/* Commands (qd-node-commands.c): main thread. */
void qd_node_command (QdNodeSession *self, const char *verb, JsonObject *args, GTask *task);

G_END_DECLS
