/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

#include "lab-faults.h"
#include "lab-options.h"
#include "lab-permissions.h"
#include "lab-store.h"
#include "lab-world.h"

G_BEGIN_DECLS

/* The parts of a running lab, all of them on the main thread but the store and NATS. */
typedef struct LabServer LabServer;
typedef struct LabRequest LabRequest;
typedef struct LabRoute LabRoute;
typedef struct LabAuth LabAuth;
typedef struct LabEvents LabEvents;
typedef struct LabJobs LabJobs;
typedef struct LabStreams LabStreams;
typedef struct LabPrometheus LabPrometheus;
typedef struct LabNats LabNats;
typedef struct LabPump LabPump;
typedef struct LabScale LabScale;
typedef struct LabShards LabShards;
typedef struct LabLoad LabLoad;
typedef struct LabPolicies LabPolicies;
typedef struct LabDocuments LabDocuments;

struct LabServer
{
  LabOptions *options;
  GMainLoop *loop;
  gboolean unheard;          /* nobody reads that it is ready */
  char *state_dir;
  char *network;                /* what --load named, or "generated" */
  LabWorld *world;
  LabStore *store;
  LabBatch *batch;              /* what the work at hand writes; NULL between pieces of work */
  const char *correlation;      /* the X-Correlation-Id of the request that the work at hand is for, or NULL */
  LabAuth *auth;
  LabEvents *events;
  LabJobs *jobs;
  LabStreams *streams;
  LabFaults *faults;
  LabPrometheus *prometheus;
  LabNats *nats;
  LabPump *pump;
  LabScale *scale;
  LabShards *shards;            /* NULL until NATS is there */
  LabLoad *load;                /* so is this */
  SoupSession *session;         /* to the shards; NULL until it is needed */
  LabPolicies *policies;
  LabDocuments *routing;
  LabDocuments *tenants;
  GHashTable *tenant_places;    /* where each was when that was told last */
  SoupServer *soup;
  GTlsCertificate *certificate;
  GHashTable *answers;          /* idempotency: key → LabAnswer */
  GHashTable *budgets;          /* --strict: user → LabBudget */
  guint64 requests, hits;       /* since the faults were set: all, and those that one of them befell */
  gint64 started_at;            /* monotonic µs */
  guint port;
};

typedef void (*LabHandler) (LabRequest *request);

typedef enum
{
  LAB_ROUTE_PUBLIC = 1 << 0,    /* no bearer */
  LAB_ROUTE_STREAM = 1 << 1,    /* takes the connection over; ?token= will do */
  LAB_ROUTE_STEP_UP = 1 << 2,   /* wants a login younger than --step-up */
  LAB_ROUTE_SCRAPE = 1 << 3,    /* the scrape token will do */
  LAB_ROUTE_NO_FAULT = 1 << 4,
  LAB_ROUTE_YAML = 1 << 5,      /* takes YAML, too */
} LabRouteFlags;

struct LabRoute
{
  const char *method;
  const char *pattern;          /* {name} takes one segment */
  LabHandler handler;
  const char *permission;       /* NULL: any signed-in user */
  LabRouteFlags flags;
};

typedef struct
{
  char *id, *username, *email, *name;
  LabRole role;
  char *hash;
} LabUser;

typedef struct
{
  const LabUser *user;
  gint64 login_at;              /* real µs */
  gint64 expires_at;
  char *family;
} LabSession;

#define LAB_MAX_PARAMS 2

struct LabRequest
{
  LabServer *server;
  SoupServerMessage *message;
  const LabRoute *route;
  char *path;
  GHashTable *query;            /* may be NULL */
  char *params[LAB_MAX_PARAMS];
  const LabSession *session;
  const char *username;         /* whose budget, cache and jobs */
  JsonNode *body;
  JsonObject *object;           /* the body when it is an object */
  gboolean dry_run;
  gint64 begun;                 /* monotonic µs */
  LabFault fault;
  char *answer_key, *answer_digest;

  guint status;
  GString *out;
  const char *content_type;
  gboolean held;                /* the handler will call lab_request_finish() later */
  gboolean gone;                /* the client has hung up */
};

/* lab-http.c */
gboolean    lab_http_start        (LabServer *server, GError **error);
void        lab_http_stop         (LabServer *server);
const LabRoute *lab_http_routes   (guint *n);

/* lab-request.c: answering. */
void        lab_request_free      (LabRequest *request);
void        lab_request_finish    (LabRequest *request);
void        lab_request_problem   (LabRequest *request, guint status, const char *detail, ...) G_GNUC_PRINTF (3, 4);
void        lab_request_invalid   (LabRequest *request, const char *pointer, const char *detail, ...) G_GNUC_PRINTF (3, 4);
const char *lab_request_query     (LabRequest *request, const char *name);
const char *lab_request_header    (LabRequest *request, const char *name);
void        lab_request_etag      (LabRequest *request, guint64 revision);
gboolean    lab_request_if_match  (LabRequest *request, guint64 revision, void (*represent) (LabRequest *, gpointer), gpointer data);
const char *lab_request_reason    (LabRequest *request);
/* The one tenant whom the user's role is about; NULL: it is about no one in particular. Lives for ever. */
const char *lab_request_tenant    (LabRequest *request);
gboolean    lab_request_need_body (LabRequest *request);
void        lab_request_plan      (LabRequest *request, const char *step, const char *target,
                                   const char *path, const char *before, const char *after,
                                   const char *blocker_code, const char *blocker);
/* Adds a warning to the plan that was answered. */
void        lab_request_warn      (LabRequest *request, const char *text);
const char *lab_status_phrase     (guint status);
void        lab_answers_load      (LabServer *server);
gboolean    lab_answers_replay    (LabRequest *request);

/* lab-list.c: pages of things. */
typedef int      (*LabCompare) (const LabServer *server, guint a, guint b, guint key);
typedef gboolean (*LabMatch)   (LabRequest *request, guint index, gpointer data);
typedef void     (*LabWrite)   (LabServer *server, GString *out, const char *key, guint index);

typedef struct
{
  guint n;                      /* things there are */
  const char *const *sort_keys; /* NULL-terminated; the number of one is what LabCompare gets */
  LabCompare compare;
  LabMatch match;
  LabWrite write;
  gpointer data;
} LabList;

void        lab_list_reply        (LabRequest *request, const LabList *list);
gboolean    lab_text_contains     (const char *text, const char *part);

/* lab-batch scope: what happens between begin and end is one transaction. */
void        lab_server_begin      (LabServer *server);
void        lab_server_end        (LabServer *server, LabCommittedFunc func, gpointer user_data);

/* lab-auth.c */
LabAuth    *lab_auth_new          (LabServer *server, GError **error);
void        lab_auth_free         (LabAuth *auth);
const LabSession *lab_auth_session (LabAuth *auth, const char *token);
gboolean    lab_auth_is_scraper   (LabAuth *auth, const char *token);
const char *lab_auth_scrape_token (LabAuth *auth);
guint       lab_auth_users        (LabAuth *auth, const LabUser **users);
char       *lab_auth_password     (LabAuth *auth, const char *username);
char       *lab_random_hex        (guint bytes);
void        lab_auth_login        (LabRequest *request);
void        lab_auth_refresh      (LabRequest *request);
void        lab_auth_logout       (LabRequest *request);
void        lab_auth_me           (LabRequest *request);

/* lab-events.c */
LabEvents  *lab_events_new        (LabServer *server, GError **error);
void        lab_events_free       (LabEvents *events);
guint64     lab_events_emit       (LabServer *server, const char *type, const char *severity,
                                   const char *source, const char *data);
guint64     lab_events_seq        (LabServer *server);
const char *lab_events_epoch      (LabServer *server);
guint64     lab_events_first      (LabServer *server);
/* What stands in for an event about a tenant whom a user may not see. */
#define LAB_EVENT_WITHHELD "withheld"
/* The text of one published event, or NULL, as somebody sees it who may see @tenant alone (NULL: all). Until the next call. */
const char *lab_events_text_for   (LabServer *server, guint64 seq, const char *tenant, const char **type);
void        lab_events_list       (LabRequest *request);
void        lab_events_published  (LabServer *server, guint64 last);

/* lab-jobs.c */
LabJobs    *lab_jobs_new          (LabServer *server, GError **error);
void        lab_jobs_free         (LabJobs *jobs);
/* Does step @step of the job on @target: NULL when it worked, else why not (owned). */
typedef char *(*LabJobStep)       (LabServer *server, const char *target, guint step, char **detail);
const char *lab_jobs_start        (LabRequest *request, const char *kind, const char *target);
void        lab_jobs_accepted     (LabRequest *request, const char *job_id);
void        lab_jobs_list         (LabRequest *request);
void        lab_jobs_get          (LabRequest *request);
void        lab_jobs_cancel       (LabRequest *request);

/* Resources. */
void        lab_sites_load        (LabServer *server);
void        lab_sites_list        (LabRequest *request);
void        lab_sites_get         (LabRequest *request);
void        lab_sites_create      (LabRequest *request);
void        lab_sites_update      (LabRequest *request);
void        lab_sites_delete      (LabRequest *request);
void        lab_paths_list        (LabRequest *request);
void        lab_paths_get         (LabRequest *request);
void        lab_paths_metrics     (LabRequest *request);
void        lab_paths_test        (LabRequest *request);
void        lab_paths_failover    (LabRequest *request);
char       *lab_paths_test_step   (LabServer *server, const char *target, guint step, char **detail);
char       *lab_paths_failover_step (LabServer *server, const char *target, guint step, char **detail);
void        lab_flows_list        (LabRequest *request);
void        lab_flows_get         (LabRequest *request);
void        lab_flows_delete      (LabRequest *request);
void        lab_policies_new      (LabServer *server);
void        lab_policies_free     (LabPolicies *policies);
void        lab_policies_list     (LabRequest *request);
void        lab_policies_get      (LabRequest *request);
void        lab_policies_create   (LabRequest *request);
void        lab_policies_update   (LabRequest *request);
void        lab_policies_delete   (LabRequest *request);
void        lab_policies_simulate (LabRequest *request);
void        lab_workloads_list    (LabRequest *request);
void        lab_routing_new       (LabServer *server);
void        lab_routing_list      (LabRequest *request);
void        lab_routing_get       (LabRequest *request);
void        lab_routing_create    (LabRequest *request);
void        lab_routing_update    (LabRequest *request);
void        lab_routing_delete    (LabRequest *request);
void        lab_nodes_list        (LabRequest *request);
void        lab_nodes_get         (LabRequest *request);
void        lab_nodes_write_metrics (GString *out, const char *key, const LabNode *node, const LabNodeMetrics *m);
void        lab_metrics_summary   (LabRequest *request);
void        lab_metrics_timeseries (LabRequest *request);
void        lab_health            (LabRequest *request);
void        lab_health_live       (LabRequest *request);
void        lab_health_ready      (LabRequest *request);
void        lab_control_faults    (LabRequest *request);
void        lab_control_faults_get (LabRequest *request);
void        lab_control_rate      (LabRequest *request);
void        lab_control_incident  (LabRequest *request);
void        lab_control_calm      (LabRequest *request);

/* lab-prometheus.c */
LabPrometheus *lab_prometheus_new (void);
void        lab_prometheus_free   (LabPrometheus *prometheus);
void        lab_prometheus_count  (LabPrometheus *prometheus, const char *method, const char *route,
                                   guint status, double seconds);
void        lab_prometheus_get    (LabRequest *request);

/* lab-stream.c: WebSocket and SSE. */
LabStreams *lab_streams_new       (LabServer *server);
void        lab_streams_free      (LabStreams *streams);
void        lab_streams_events    (LabServer *server);
void        lab_streams_frames    (LabServer *server, GPtrArray *frames);
void        lab_streams_count     (LabStreams *streams, guint *events, guint *metrics, guint *sse);
guint64     lab_streams_messages  (LabStreams *streams, gboolean metrics);
gboolean    lab_streams_wanted    (LabStreams *streams);
void        lab_ws_events         (LabRequest *request);
void        lab_ws_metrics        (LabRequest *request);
void        lab_sse_events        (LabRequest *request);

/* lab-pump.c: the clock that moves the world and sends the frames. */
LabPump    *lab_pump_new          (LabServer *server);
void        lab_pump_set_rate     (LabPump *pump, guint rate);
void        lab_pump_free         (LabPump *pump);

/* lab-tls.c */
GTlsCertificate *lab_tls_make     (const char *state_dir, char **ca_path, GError **error);

/* lab-graphml.c */
gboolean    lab_graphml_load      (LabWorld *world, const char *data, gsize length, GError **error);

G_END_DECLS
