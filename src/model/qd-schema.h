/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "qd-status.h"

G_BEGIN_DECLS

/* The kinds of thing that a fleet is made of. Later ones are added before QD_N_KINDS. */
typedef enum {
  QD_KIND_CONNECTION,
  QD_KIND_SITE,
  QD_KIND_PATH,
  QD_KIND_FLOW,
  QD_KIND_NODE,
  QD_KIND_LINK,       /* between nodes: a NATS route, gateway or leaf */
  QD_KIND_EVENT,
  QD_KIND_JOB,
  QD_KIND_KV_ENTRY,   /* one key of a watched NATS bucket */
  QD_KIND_ROUTING,    /* a routing policy: which flows take which path, and what when it fails */
  QD_KIND_TENANT,     /* one of those whom the platform serves */
  QD_KIND_SHARD,      /* one process of a service kind that tenants are placed on */
  QD_KIND_AUDIT,      /* what somebody did, or was refused */
  QD_N_KINDS
} QdKind;

typedef enum {
  QD_VALUE_NONE,       /* absent: an empty cell, never a zero */
  QD_VALUE_BOOL,
  QD_VALUE_INT,
  QD_VALUE_DOUBLE,
  QD_VALUE_STRING,     /* GRefString */
  QD_VALUE_TIME,       /* gint64, microseconds since the epoch */
  QD_VALUE_STATUS,     /* QdStatus in an int */
  QD_VALUE_JSON,       /* GRefString of JSON text */
} QdType;

/* Fields that every kind has. A thing's id is in its key. */
enum {
  QD_FIELD_NAME,          /* string; a path's is derived: "HQ → East" */
  QD_FIELD_STATUS,        /* status */
  QD_FIELD_STATUS_TEXT,   /* string: the server's own word */
  QD_FIELD_SINCE,         /* time: since when the status is what it is, as far as was seen */
  QD_FIELD_REVISION,      /* string: what If-Match wants */
  QD_FIELD_LABELS,        /* json object */
  QD_FIELD_EXTRA,         /* json object: members that we do not know, kept and shown */
  QD_FIELD_SIMULATED,     /* bool */
  QD_FIELD_OWN,           /* the first of the kind's own */
};

enum { QD_CONNECTION_URL = QD_FIELD_OWN, QD_CONNECTION_DRIVER, QD_CONNECTION_ENVIRONMENT /* dev, staging, prod */,
       QD_CONNECTION_STATE /* string: connecting, live, stale, refused, off; paper */, QD_CONNECTION_DETAIL /* the last error or note */,
       QD_CONNECTION_AS_OF /* time of the last good data */, QD_CONNECTION_OFFERS /* json array of feature names */,
       QD_CONNECTION_PERMISSIONS /* json array from /auth/me */, QD_CONNECTION_USER, QD_CONNECTION_ROLE,
       QD_CONNECTION_EPOCH, QD_CONNECTION_SEQ /* int */,
       QD_CONNECTION_POLICIES /* int: grows whenever the policies there may have changed */,
       QD_CONNECTION_FREEZE /* json object: reason, by, at; absent: changes are not frozen */, QD_N_CONNECTION_FIELDS };

enum { QD_SITE_KIND = QD_FIELD_OWN, QD_SITE_LATITUDE, QD_SITE_LONGITUDE, QD_SITE_LOCATION /* label */, QD_SITE_ENDPOINTS /* json */,
       QD_SITE_VERSION, QD_SITE_CREATED_AT, QD_SITE_LAST_SEEN, QD_SITE_PATHS /* int, derived by the fleet */, QD_N_SITE_FIELDS };

enum { QD_PATH_SRC = QD_FIELD_OWN /* site id */, QD_PATH_DST, QD_PATH_SRC_ENDPOINT, QD_PATH_DST_ENDPOINT, QD_PATH_INTERFACE,
       QD_PATH_LATENCY_MS, QD_PATH_JITTER_MS, QD_PATH_LOSS_PCT, QD_PATH_BANDWIDTH_MBPS, QD_PATH_CAPACITY_MBPS, QD_PATH_MTU,
       QD_PATH_SCORE, QD_PATH_MEASURED_AT, QD_PATH_METRIC_SEQ /* int */, QD_PATH_DIRECTED /* bool: from source to destination only */,
       QD_N_PATH_FIELDS };

enum { QD_FLOW_SRC_IP = QD_FIELD_OWN, QD_FLOW_SRC_PORT, QD_FLOW_DST_IP, QD_FLOW_DST_PORT, QD_FLOW_PROTOCOL, QD_FLOW_PATH /* path id */,
       QD_FLOW_POLICY, QD_FLOW_POLICY_NAME, QD_FLOW_STATE /* active, idle, blocked, closed: not health */, QD_FLOW_BYTES_TX, QD_FLOW_BYTES_RX,
       QD_FLOW_STARTED_AT, QD_FLOW_LAST_SEEN, QD_FLOW_DECISION /* json array */, QD_N_FLOW_FIELDS };

enum { QD_NODE_KIND = QD_FIELD_OWN /* host, nats-server, … */, QD_NODE_SITE, QD_NODE_ADDRESS, QD_NODE_VERSION, QD_NODE_CPU_PCT, QD_NODE_MEMORY_PCT,
       QD_NODE_DISK_PCT, QD_NODE_NET_RX_BPS, QD_NODE_NET_TX_BPS, QD_NODE_PRESSURE_CPU, QD_NODE_GPUS /* json */, QD_NODE_UPTIME_S,
       QD_NODE_LAST_SEEN, QD_NODE_METRIC_SEQ, QD_NODE_CLIENTS /* int: a NATS server's */, QD_N_NODE_FIELDS };

enum { QD_LINK_SRC = QD_FIELD_OWN /* node id */, QD_LINK_DST, QD_LINK_TYPE /* route, gateway, leaf */, QD_LINK_RTT_MS, QD_LINK_IN_BYTES,
       QD_LINK_OUT_BYTES, QD_LINK_PENDING, QD_N_LINK_FIELDS };

enum { QD_EVENT_TYPE = QD_FIELD_OWN, QD_EVENT_SEVERITY /* info, warning, critical */, QD_EVENT_AT, QD_EVENT_SOURCE, QD_EVENT_SEQ,
       QD_EVENT_DATA /* json */, QD_EVENT_SUBJECT_KIND /* int QdKind or -1 */, QD_EVENT_SUBJECT_ID, QD_N_EVENT_FIELDS };

enum { QD_JOB_KIND = QD_FIELD_OWN, QD_JOB_STATE /* queued, running, waiting, succeeded, failed, cancelled */, QD_JOB_STEPS /* json */,
       QD_JOB_PROGRESS /* double 0..1 */, QD_JOB_ERROR, QD_JOB_CREATED_BY, QD_JOB_REASON, QD_JOB_STARTED_AT, QD_JOB_ENDED_AT,
       QD_JOB_TARGET_KIND, QD_JOB_TARGET_ID, QD_JOB_ACTS_ON /* connection: a job of ours, which is of none itself */,
       QD_JOB_SERVER_JOB /* the server's job there that a job of ours stands for */,
       QD_JOB_SHOWN_AS /* the job that stands for it, derived by the fleet: lists leave it out */, QD_N_JOB_FIELDS };

enum { QD_KV_BUCKET = QD_FIELD_OWN, QD_KV_KEY, QD_KV_VALUE, QD_KV_REVISION, QD_KV_OPERATION, QD_KV_AT, QD_N_KV_FIELDS };

enum { QD_ROUTING_PRIORITY = QD_FIELD_OWN /* int: the lowest is asked first */, QD_ROUTING_ENABLED /* bool */,
       QD_ROUTING_FLOWS /* int, derived by the fleet: active flows that name it */, QD_ROUTING_MATCH /* json object */,
       QD_ROUTING_PREFERENCE /* string: a word, or a json object of weights */, QD_ROUTING_FAILOVER /* json object */, QD_N_ROUTING_FIELDS };

enum { QD_TENANT_PLAN = QD_FIELD_OWN, QD_TENANT_AGGREGATE /* the shard within the service kind: "shard-1" */, QD_TENANT_PROJECTION, QD_TENANT_RUNNER,
       QD_TENANT_HEALTH /* the worst of what its shards say, a word; absent where none does */, QD_TENANT_IN_FLIGHT /* int: delivered and not done */,
       QD_TENANT_LAG /* int: waiting */, QD_TENANT_KILL_SWITCH /* bool: on, it may do nothing */, QD_TENANT_CREATED_AT, QD_TENANT_QUOTAS /* json object */,
       QD_TENANT_FLAGS /* json object */, QD_TENANT_CONTACTS /* json array of {name, email, role} */, QD_N_TENANT_FIELDS };

/* A shard's id is "KIND.SHARD". */
enum { QD_SHARD_KIND = QD_FIELD_OWN /* aggregate, projection, runner */, QD_SHARD_SHARD /* "shard-2" */, QD_SHARD_REGION, QD_SHARD_N_TENANTS /* int */,
       QD_SHARD_CAPACITY /* int: tenants that there is room for */, QD_SHARD_LOAD /* events a second */, QD_SHARD_IN_FLIGHT, QD_SHARD_LAG, QD_SHARD_VERSION,
       QD_SHARD_STORAGE /* healthy, unhealthy */, QD_SHARD_AS_OF, QD_SHARD_ADDRESS, QD_SHARD_GIT_SHA, QD_SHARD_TENANTS /* json array */, QD_N_SHARD_FIELDS };
/* An audit record; its id is "DESK:NUMBER". */
enum { QD_AUDIT_OUTCOME = QD_FIELD_OWN /* begun, succeeded, failed, cancelled, interrupted, refused */, QD_AUDIT_AT, QD_AUDIT_WHO,
       QD_AUDIT_ON /* the id of the thing */, QD_AUDIT_WHERE /* the connection's name */, QD_AUDIT_WHY, QD_AUDIT_WHAT /* the verb */, QD_AUDIT_CAUSE,
       QD_AUDIT_FROM, QD_AUDIT_DESK, QD_AUDIT_N /* int: its number in that desk's chain */, QD_AUDIT_JOB, QD_AUDIT_REQUEST_ID,
       QD_AUDIT_ON_DESK /* bool: in this desk's journal */, QD_AUDIT_IN_STREAM /* bool */, QD_AUDIT_CONNECTION /* its id on that desk */,
       QD_AUDIT_RECORD /* json: the whole of it, as it was hashed */, QD_N_AUDIT_FIELDS };

/* What one field is called, of what type, and how it is shown. */
typedef struct {
  const char *id;       /* for machines: "latency_ms" */
  const char *title;    /* N_(): for people; NULL: never a column */
  const char *unit;     /* "ms", "%", "Mbit/s", "B", or NULL */
  QdType type;
  guint8 decimals;      /* for doubles */
  guint8 searched : 1;  /* free-text search looks in it */
  guint8 shown : 1;     /* a column by default */
  guint8 metric : 1;    /* worth a one-minute sample in the store */
} QdField;

typedef struct {
  QdKind kind;
  const char *id;        /* "site" */
  const char *plural;    /* "sites" */
  const char *title;     /* N_("Sites") */
  guint n_fields;
  const QdField *fields;
} QdSchema;

const QdSchema *qd_schema_get (QdKind kind);
/* The fields (bits) that a measurement carries: a delta's stamp says how old these are, and of
 * nothing else. */
guint64 qd_schema_get_measured (QdKind kind);
/* -1 when there is none of that name. */
int qd_schema_find_kind (const char *id);
int qd_schema_find_field (const QdSchema *schema, const char *id);

G_END_DECLS
