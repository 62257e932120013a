/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-nats.h"

#include <nats/nats.h>
#include <string.h>

#include "lab-frame.h"
#include "lab-json.h"
#include "lab-scale.h"

#define MAX_QUEUED  4000        /* batches of frames: twenty seconds at one each 5 ms */
#define MAX_EVENTS  20000
#define READY_TRIES 400
/* A cluster chooses who leads it before it takes anything. */
#define FURNISH_S   60
#define FURNISH_MS  100
/* After how long a cluster whose servers do not hear of one another is helped. */
#define DEAF_S      6
/* How old a watch may grow that its server may have forgotten. */
#define WATCH_S         30
#define WATCH_CLUSTER_S 5

/* Definitions, as they are seeded: what a tenant's services decide, project, run and reach. */
#define BUNDLE(version, created, note, more) \
  "{\"bundle\":\"core\",\"version\":\"" version "\",\"created_at\":\"" created "\",\"by\":\"release@quarterdeck.example\",\"note\":\"" note "\"," \
  "\"aggregates\":[{\"name\":\"account\"},{\"name\":\"order\"}],\"projections\":[{\"name\":\"balances\"}" more "]," \
  "\"sagas\":[{\"name\":\"fulfilment\"}],\"effects\":[{\"name\":\"email\"},{\"name\":\"webhook\"}]}"
#define LAB_BUNDLE_OLD BUNDLE ("1.4.0", "2026-04-02T09:00:00.000Z", "Orders may be cancelled", "")
#define LAB_BUNDLE_NEW BUNDLE ("1.5.0", "2026-09-15T09:00:00.000Z", "Statements by month", ",{\"name\":\"statements\"}")
#define LAB_APPLIED_OLD "{\"bundle\":\"core\",\"version\":\"1.4.0\",\"at\":\"2026-04-07T06:30:00.000Z\",\"by\":\"operator\"}"
#define LAB_APPLIED_NEW "{\"bundle\":\"core\",\"version\":\"1.5.0\",\"at\":\"2026-09-21T06:30:00.000Z\",\"by\":\"operator\"}"

#define MAX_SERVERS 5
#define N_WATCHED   4
#define N_BUCKETS   8
#define N_STREAMS   6

struct LabNats
{
  LabServer *server;
  LabNatsServers *children;
  LabNatsReadyFunc ready;
  char *urls[MAX_SERVERS + 1], *monitor, *lab_password;
  LabDial dial;
  char *passwords[LAB_N_ROLES];
  GThread *thread;
  GMutex lock;
  GCond wake;
  GQueue batches;               /* GPtrArray of LabFrame */
  GQueue events;                /* LabFrame */
  gboolean stop;
  guint64 dropped;
  guint n_restarts;             /* of servers, to help a cluster that began badly; on the main thread */

  gboolean fresh[N_BUCKETS];    /* is new, and what the lab puts there is not there yet */
  LabBucketWatch *watches[N_WATCHED]; /* under the lock: told that the connection was away */

  /* The thread's own. */
  natsConnection *connection;
  jsCtx *js;
  char *problem;                /* why furnishing failed last */
};

typedef enum { NOT_SEEDED, SEED_CONFIG, SEED_MAP, SEED_TENANTS, SEED_DEFINITIONS } Seeding;

static const struct
{
  const char *name;
  Seeding seeding;
  gint64 max_age_s;
} buckets[N_BUCKETS] = {
  { "AGGREGATE_PLACEMENT", SEED_MAP, 0 },
  { "RUNNER_PLACEMENT", SEED_TENANTS, 0 },
  { "PROJECTION_PLACEMENT", SEED_TENANTS, 0 },
  { "CONFIG", SEED_CONFIG, 0 },
  { "DEFINITIONS", SEED_DEFINITIONS, 0 },
  { "JOB_LEASES", NOT_SEEDED, LAB_DEFAULT_LEASE },
  { "SHARDS", NOT_SEEDED, 15 },
  { "SHARD_STATE", NOT_SEEDED, 0 },
};

/* What tenants work off is bounded by its size: a shard that is drained, or away, for a quarter of an hour finds all that it has not
 * read, at thousands a second. Of the others the last ones are kept. */
#define TENANTS_BYTES (G_GINT64_CONSTANT (1) << 30)
#define LAST_MESSAGES 100000

static const struct
{
  const char *name, *subject;
  gint64 max_messages, max_bytes; /* -1: any */
} streams[N_STREAMS] = {
  { "AGGREGATE_EVENTS", "tenant.*.aggregate.*.*", -1, TENANTS_BYTES },
  { "WORKFLOW_COMMANDS", "tenant.*.workflow.command.*", -1, TENANTS_BYTES },
  { "WORKFLOW_EVENTS", "tenant.*.workflow.event.*", LAST_MESSAGES, -1 },
  { "AUDIT", "audit.>", LAST_MESSAGES, -1 },
  { "EVENTS", "fleet.events.>", LAST_MESSAGES, -1 },
  { "JOBS", "jobs.>", LAST_MESSAGES, -1 },
};

/* The first tenants have names, the others numbers. */
static const char *const names[] = {
  "acme", "globex", "initech", "umbrella", "hooli", "soylent", "wonka", "stark", "wayne", "tyrell", "cyberdyne", "massive-dynamic",
  "vandelay", "dunder-mifflin", "sterling-cooper", "bluth", "gringotts", "monsters-inc", "oscorp", "virtucon",
};

typedef struct
{
  LabNats *nats;
  char *problem;
} Report;

static gboolean
ready_cb (gpointer user_data)
{
  Report *report = user_data;

  report->nats->ready (report->nats->server, report->problem);
  g_free (report->problem);
  g_free (report);
  return G_SOURCE_REMOVE;
}

static void
tell (LabNats *nats, const char *problem)
{
  Report *report = g_new0 (Report, 1);

  report->nats = nats;
  report->problem = g_strdup (problem);
  g_idle_add_full (G_PRIORITY_DEFAULT, ready_cb, report, NULL);
}

static gboolean
is_stopping (LabNats *nats)
{
  gboolean stop;

  g_mutex_lock (&nats->lock);
  stop = nats->stop;
  g_mutex_unlock (&nats->lock);
  return stop;
}

/* nats-server takes a moment to listen; JetStream a little longer. */
static natsStatus
dial_until (LabNats *nats)
{
  natsStatus status = NATS_TIMEOUT;

  for (guint i = 0; i < READY_TRIES && !is_stopping (nats); i++)
    {
      status = lab_dial (&nats->dial, &nats->connection);
      if (status == NATS_OK)
        return status;
      g_usleep (25000);
    }
  return status;
}

static natsStatus
make_stream (LabNats *nats, guint i)
{
  const char *subject = streams[i].subject;
  jsStreamConfig config;
  jsErrCode code = 0;
  natsStatus status;

  jsStreamConfig_Init (&config);
  config.Name = streams[i].name;
  config.Subjects = &subject;
  config.SubjectsLen = 1;
  config.MaxMsgs = streams[i].max_messages;
  config.MaxBytes = streams[i].max_bytes;
  config.Discard = js_DiscardOld;
  config.Replicas = nats->server->options->nats_servers;
  /* What was said is not unsaid: not even the lab takes it out. */
  config.DenyDelete = config.DenyPurge = g_str_equal (config.Name, "AUDIT");
  /* So that who may not read a stream may be let ask for the last message of a subject. */
  config.AllowDirect = true;
  status = js_AddStream (NULL, nats->js, &config, NULL, &code);
  /* The run before had other bounds. */
  if (code == JSStreamNameExistErr)
    status = js_UpdateStream (NULL, nats->js, &config, NULL, &code);
  return status;
}

guint
lab_nats_spread (const LabOptions *options)
{
  return (guint) (options->placed_on > 0 ? options->placed_on : options->shards > 0 ? options->shards : LAB_DEFAULT_SHARDS);
}

char *
lab_nats_tenant (guint i)
{
  return i < G_N_ELEMENTS (names) ? g_strdup_printf ("tenant-%s", names[i]) : g_strdup_printf ("tenant-%04u", i + 1);
}

/* Neighbours together, as many on each shard. */
static char *
name_shard (const LabOptions *options, guint i)
{
  return g_strdup_printf ("shard-%u", 1 + i * lab_nats_spread (options) / (guint) options->tenants);
}

static natsStatus
seed_map (kvStore *kv, const LabOptions *options)
{
  g_autoptr (GString) map = g_string_new ("{");
  guint64 revision;

  for (guint i = 0; i < (guint) options->tenants; i++)
    {
      g_autofree char *tenant = lab_nats_tenant (i), *shard = name_shard (options, i);

      lab_json_string (map, tenant, shard);
    }
  g_string_append_c (map, '}');
  return kvStore_PutString (&revision, kv, "aggregate_placement", map->str);
}

static natsStatus
seed_tenants (kvStore *kv, const LabOptions *options)
{
  natsStatus status = NATS_OK;
  guint64 revision;

  for (guint i = 0; status == NATS_OK && i < (guint) options->tenants; i++)
    {
      g_autofree char *tenant = lab_nats_tenant (i), *shard = name_shard (options, i);

      status = kvStore_PutString (&revision, kv, tenant, shard);
    }
  return status;
}

static natsStatus
put (kvStore *kv, const char *key, const char *value)
{
  guint64 revision;

  return kvStore_PutString (&revision, kv, key, value);
}

/* What is set for all, and what two tenants have otherwise. */
static natsStatus
seed_config (kvStore *kv)
{
  static const struct { const char *key, *value; } documents[] = {
    { "global.path-thresholds", "{\"latency_ms\":150,\"packet_loss_pct\":2,\"jitter_ms\":30}" },
    { "global.limits", "{\"concurrency\":8,\"batch\":200,\"payload_kb\":256}" },
    { "global.drain", "{\"max_in_flight\":50,\"max_lag\":1000,\"timeout_s\":60}" },
    { "global.slo", "{\"max_lag\":500,\"max_in_flight\":50}" },
    { "tenant.tenant-acme.limits", "{\"concurrency\":16,\"burst\":40}" },
    { "tenant.tenant-globex.drain", "{\"timeout_s\":120}" },
  };
  natsStatus status = NATS_OK;

  for (guint i = 0; status == NATS_OK && i < G_N_ELEMENTS (documents); i++)
    status = put (kv, documents[i].key, documents[i].value);
  return status;
}

/* Two versions of a bundle, and which of them each tenant has: every third the older. */
static natsStatus
seed_definitions (kvStore *kv, const LabOptions *options)
{
  natsStatus status = put (kv, "bundle.core.1.4.0", LAB_BUNDLE_OLD);

  if (status == NATS_OK)
    status = put (kv, "bundle.core.1.5.0", LAB_BUNDLE_NEW);
  for (guint i = 0; status == NATS_OK && i < (guint) options->tenants; i++)
    {
      g_autofree char *tenant = lab_nats_tenant (i), *key = g_strconcat ("applied.", tenant, NULL);

      status = put (kv, key, i % 3 == 1 ? LAB_APPLIED_OLD : LAB_APPLIED_NEW);
    }
  return status;
}

/* Whether nothing was ever put there: what clients did in the run before stays as it is, what they deleted deleted. */
static gboolean
is_new (LabNats *nats, const char *bucket)
{
  g_autofree char *stream = g_strconcat ("KV_", bucket, NULL);
  jsStreamInfo *info = NULL;
  gboolean new;

  if (js_GetStreamInfo (&info, nats->js, stream, NULL, NULL) != NATS_OK)
    return FALSE;
  new = info->State.LastSeq == 0;
  jsStreamInfo_Destroy (info);
  return new;
}

/* In seconds; 0: what is there stays. */
static gint64
age_of (const LabOptions *options, guint i)
{
  return options->lease > 0 && g_str_equal (buckets[i].name, "JOB_LEASES") ? options->lease : buckets[i].max_age_s;
}

static natsStatus
make_bucket (LabNats *nats, guint i)
{
  const LabOptions *options = nats->server->options;
  kvConfig config;
  kvStore *kv = NULL;
  natsStatus status;

  kvConfig_Init (&config);
  config.Bucket = buckets[i].name;
  config.History = 5;
  config.TTL = age_of (options, i) * G_GINT64_CONSTANT (1000000000);
  config.Replicas = options->nats_servers;
  status = js_CreateKeyValue (&kv, nats->js, &config);
  if (status != NATS_OK)
    status = js_KeyValue (&kv, nats->js, buckets[i].name);
  if (status == NATS_OK && is_new (nats, buckets[i].name))
    nats->fresh[i] = TRUE;
  if (status == NATS_OK && nats->fresh[i])
    {
      if (buckets[i].seeding == SEED_MAP)
        status = seed_map (kv, options);
      else if (buckets[i].seeding == SEED_TENANTS)
        status = seed_tenants (kv, options);
      else if (buckets[i].seeding == SEED_CONFIG)
        status = seed_config (kv);
      else if (buckets[i].seeding == SEED_DEFINITIONS)
        status = seed_definitions (kv, options);
      nats->fresh[i] = status != NATS_OK;
    }
  kvStore_Destroy (kv);
  return status;
}

typedef struct
{
  LabNats *nats;
  guint index;                  /* of a stream, then of a bucket */
  natsStatus status;
  char *problem;                /* what was answered, where it is not well */
  GThread *thread;
} Making;

static gpointer
make_thread (gpointer data)
{
  Making *making = data;

  if (making->index < N_STREAMS)
    making->status = make_stream (making->nats, making->index);
  else
    making->status = make_bucket (making->nats, making->index - N_STREAMS);
  /* Of this thread's last call. */
  if (making->status != NATS_OK)
    making->problem = g_strdup (nats_GetLastError (NULL));
  nats_ReleaseThreadMemory ();
  return NULL;
}

/* All at once: in a cluster each waits most of its time, for its copies to agree on who leads them. */
static natsStatus
furnish (LabNats *nats)
{
  natsStatus status = natsConnection_JetStream (&nats->js, nats->connection, NULL);
  Making making[N_STREAMS + N_BUCKETS];

  if (status != NATS_OK)
    return status;
  for (guint i = 0; i < G_N_ELEMENTS (making); i++)
    {
      making[i] = (Making) { .nats = nats, .index = i };
      making[i].thread = g_thread_new ("lab-nats-make", make_thread, &making[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (making); i++)
    {
      g_thread_join (making[i].thread);
      if (status == NATS_OK && making[i].status != NATS_OK)
        {
          status = making[i].status;
          g_free (nats->problem);
          nats->problem = g_steal_pointer (&making[i].problem);
        }
      g_free (making[i].problem);
    }
  return status;
}

static gboolean
restart_cb (gpointer user_data)
{
  LabNats *nats = user_data;

  lab_nats_servers_restart (nats->children, nats->n_restarts++ % lab_nats_servers_count (nats->children));
  return G_SOURCE_REMOVE;
}

/* Servers of 2.10 that find one another at the same moment may have agreed on a leader, which yet hears nothing of what room the
 * others have, one start in thirty: only a new connection ends that. */
static void
help (LabNats *nats, gint64 *since)
{
  gint64 now = g_get_monotonic_time ();

  if (lab_nats_servers_count (nats->children) < 2 || nats->problem == NULL || strstr (nats->problem, "no suitable peers") == NULL)
    *since = now;
  else if (now - *since > DEAF_S * G_USEC_PER_SEC)
    {
      *since = now;
      g_idle_add (restart_cb, nats);
    }
}

static natsStatus
furnish_until (LabNats *nats)
{
  gint64 since = g_get_monotonic_time (), until = since + FURNISH_S * G_USEC_PER_SEC;
  natsStatus status = NATS_TIMEOUT;

  while (!is_stopping (nats) && g_get_monotonic_time () < until)
    {
      status = furnish (nats);
      if (status == NATS_OK)
        return status;
      jsCtx_Destroy (g_steal_pointer (&nats->js));
      help (nats, &since);
      g_usleep (FURNISH_MS * 1000);
    }
  return status;
}

/* Before the subject of a message that is only taken where there is none of that subject yet; no subject begins so. */
#define FIRST_MARK '\n'

static natsStatus
publish_first (LabNats *nats, const LabFrame *frame)
{
  natsMsg *message = NULL;
  natsStatus status = natsMsg_Create (&message, frame->data + 1, NULL, lab_frame_text (frame), (int) frame->length);

  if (status == NATS_OK)
    status = natsMsgHeader_Set (message, "Nats-Expected-Last-Subject-Sequence", "0");
  if (status == NATS_OK)
    status = natsConnection_PublishMsg (nats->connection, message);
  natsMsg_Destroy (message);
  return status;
}

static void
publish (LabNats *nats, const LabFrame *frame)
{
  natsStatus status;

  if (*frame->data == FIRST_MARK)
    status = publish_first (nats, frame);
  else
    status = natsConnection_Publish (nats->connection, frame->data, lab_frame_text (frame), (int) frame->length);
  if (status != NATS_OK)
    nats->dropped++;
}

/* Waits for work; FALSE when it is time to stop. Takes over what is queued. */
static gboolean
take_work (LabNats *nats, GQueue *batches, GQueue *events)
{
  gboolean go;

  g_mutex_lock (&nats->lock);
  while (!nats->stop && g_queue_is_empty (&nats->batches) && g_queue_is_empty (&nats->events))
    g_cond_wait (&nats->wake, &nats->lock);
  go = !nats->stop;
  *batches = nats->batches;
  *events = nats->events;
  g_queue_init (&nats->batches);
  g_queue_init (&nats->events);
  g_mutex_unlock (&nats->lock);
  return go;
}

static void
give_back (LabNats *nats, GQueue *events)
{
  gpointer frame;

  g_mutex_lock (&nats->lock);
  while ((frame = g_queue_pop_tail (events)) != NULL)
    g_queue_push_head (&nats->events, frame);
  while (g_queue_get_length (&nats->events) > MAX_EVENTS)
    g_free (g_queue_pop_head (&nats->events));
  g_mutex_unlock (&nats->lock);
}

static void
work (LabNats *nats)
{
  GQueue batches, events;

  while (take_work (nats, &batches, &events))
    {
      gboolean connected = natsConnection_Status (nats->connection) == NATS_CONN_STATUS_CONNECTED;
      GPtrArray *frames;
      LabFrame *event;

      while ((frames = g_queue_pop_head (&batches)) != NULL)
        {
          for (guint i = 0; connected && i < frames->len; i++)
            publish (nats, g_ptr_array_index (frames, i));
          g_ptr_array_unref (frames);
        }
      if (!connected)
        {
          give_back (nats, &events);
          g_usleep (50000);
          continue;
        }
      while ((event = g_queue_pop_head (&events)) != NULL)
        {
          publish (nats, event);
          g_free (event);
        }
    }
  g_queue_clear_full (&batches, (GDestroyNotify) g_ptr_array_unref);
  g_queue_clear_full (&events, g_free);
}

/* The connection was away, and may be one to another server now. */
static void
again_cb (gpointer data)
{
  LabNats *nats = data;

  g_mutex_lock (&nats->lock);
  for (guint i = 0; i < N_WATCHED; i++)
    if (nats->watches[i] != NULL)
      lab_bucket_watch_again (nats->watches[i]);
  g_mutex_unlock (&nats->lock);
}

static void
watch_buckets (LabNats *nats)
{
  guint again_s = nats->server->options->nats_servers > 1 ? WATCH_CLUSTER_S : WATCH_S;

  g_mutex_lock (&nats->lock);
  for (guint i = 0; i < N_WATCHED && lab_scale_buckets[i] != NULL; i++)
    nats->watches[i] = lab_bucket_watch_new (nats->connection, lab_scale_buckets[i], again_s, lab_scale_heard, nats->server->scale);
  g_mutex_unlock (&nats->lock);
}

static void
end_watches (LabNats *nats)
{
  LabBucketWatch *watches[N_WATCHED];

  g_mutex_lock (&nats->lock);
  memcpy (watches, nats->watches, sizeof watches);
  memset (nats->watches, 0, sizeof nats->watches);
  g_mutex_unlock (&nats->lock);
  for (guint i = 0; i < N_WATCHED; i++)
    if (watches[i] != NULL)
      lab_bucket_watch_free (watches[i]);
}

static gpointer
nats_thread (gpointer user_data)
{
  LabNats *nats = user_data;
  natsStatus status = dial_until (nats);

  if (status == NATS_OK)
    status = furnish_until (nats);
  if (status == NATS_OK)
    watch_buckets (nats);
  if (!is_stopping (nats))
    tell (nats, status == NATS_OK ? NULL : nats->problem ? nats->problem : natsStatus_GetText (status));
  if (status == NATS_OK)
    work (nats);
  /* A watch that waits for what comes sees that nothing will. */
  natsConnection_Close (nats->connection);
  end_watches (nats);
  jsCtx_Destroy (nats->js);
  natsConnection_Destroy (nats->connection);
  nats_ReleaseThreadMemory ();
  return NULL;
}

/* Those of the run before, from its credentials file: clients that reconnect still know them. The
 * lab's own is new each time. */
static void
settle_passwords (LabNats *nats)
{
  g_autofree char *file = g_build_filename (nats->server->state_dir, "credentials.json", NULL);
  g_autofree char *data = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *users = NULL;
  gsize length;

  if (g_file_get_contents (file, &data, &length, NULL) && (root = lab_json_parse (data, length, NULL)) != NULL &&
      JSON_NODE_HOLDS_OBJECT (root))
    users = lab_json_get_object (json_node_get_object (root), "nats");
  nats->lab_password = lab_random_hex (16);
  for (guint i = 0; i < LAB_N_ROLES; i++)
    {
      JsonObject *user = users != NULL ? lab_json_get_object (users, lab_role_name (i)) : NULL;
      const char *password = user != NULL ? lab_json_get_string (user, "password", NULL) : NULL;

      nats->passwords[i] = password != NULL ? g_strdup (password) : lab_random_hex (16);
    }
}

LabNats *
lab_nats_new (LabServer *server, LabNatsReadyFunc ready, GError **error)
{
  LabNats *nats = g_new0 (LabNats, 1);

  nats->server = server;
  nats->ready = ready;
  g_mutex_init (&nats->lock);
  g_cond_init (&nats->wake);
  g_queue_init (&nats->batches);
  g_queue_init (&nats->events);
  settle_passwords (nats);
  nats->children = lab_nats_servers_new (server->state_dir, (guint) server->options->nats_servers, nats->passwords, nats->lab_password, error);
  if (nats->children == NULL)
    {
      lab_nats_free (nats);
      return NULL;
    }
  for (guint i = 0; i < MIN (lab_nats_servers_count (nats->children), MAX_SERVERS); i++)
    nats->urls[i] = g_strdup_printf ("nats://127.0.0.1:%u", lab_nats_servers_port (nats->children, i));
  nats->monitor = g_strdup_printf ("http://127.0.0.1:%u", lab_nats_servers_http (nats->children, 0));
  lab_nats_describe (nats, &nats->dial);
  nats->dial.name = "quarterdeck-lab";
  nats->dial.again = again_cb;
  nats->dial.data = nats;
  nats->thread = g_thread_new ("lab-nats", nats_thread, nats);
  return nats;
}

void
lab_nats_free (LabNats *nats)
{
  g_mutex_lock (&nats->lock);
  nats->stop = TRUE;
  g_cond_signal (&nats->wake);
  g_mutex_unlock (&nats->lock);
  g_clear_pointer (&nats->thread, g_thread_join);
  while (g_idle_remove_by_data (nats))
    ;
  g_clear_pointer (&nats->children, lab_nats_servers_free);
  g_queue_clear_full (&nats->batches, (GDestroyNotify) g_ptr_array_unref);
  g_queue_clear_full (&nats->events, g_free);
  for (guint i = 0; i < LAB_N_ROLES; i++)
    g_free (nats->passwords[i]);
  for (guint i = 0; i < MAX_SERVERS; i++)
    g_free (nats->urls[i]);
  g_free (nats->monitor);
  g_free (nats->lab_password);
  g_free (nats->problem);
  g_mutex_clear (&nats->lock);
  g_cond_clear (&nats->wake);
  g_free (nats);
}

const char *
lab_nats_url (LabNats *nats)
{
  return nats->urls[0];
}

void
lab_nats_describe (LabNats *nats, LabDial *dial)
{
  dial->urls = (const char *const *) nats->urls;
  dial->n_urls = g_strv_length (nats->urls);
  dial->user = "lab";
  dial->password = nats->lab_password;
}

const char *const *
lab_nats_urls (LabNats *nats)
{
  return (const char *const *) nats->urls;
}

static void
write_server (const LabNats *nats, GString *out, guint i)
{
  int pid = lab_nats_servers_pid (nats->children, i);

  lab_json_begin (out, NULL, '{');
  lab_json_string (out, "name", lab_nats_servers_name (nats->children, i));
  lab_json_string (out, "url", nats->urls[i]);
  if (pid != 0)
    lab_json_int (out, "pid", pid);
  else
    lab_json_null (out, "pid");
  lab_json_end (out, '}');
}

void
lab_nats_list (LabRequest *request)
{
  LabNats *nats = request->server->nats;
  GString *out = request->out;

  lab_json_begin (out, NULL, '{');
  lab_json_begin (out, "items", '[');
  for (guint i = 0; nats != NULL && i < lab_nats_servers_count (nats->children); i++)
    write_server (nats, out, i);
  lab_json_end (out, ']');
  lab_json_end (out, '}');
}

const char *
lab_nats_monitor (LabNats *nats)
{
  return nats->monitor;
}

const char *
lab_nats_password (LabNats *nats, LabRole role)
{
  return nats->passwords[role];
}

void
lab_nats_frames (LabNats *nats, GPtrArray *frames)
{
  g_mutex_lock (&nats->lock);
  g_queue_push_tail (&nats->batches, frames);
  while (g_queue_get_length (&nats->batches) > MAX_QUEUED)
    g_ptr_array_unref (g_queue_pop_head (&nats->batches));
  g_cond_signal (&nats->wake);
  g_mutex_unlock (&nats->lock);
}

void
lab_nats_publish (LabNats *nats, const char *subject, const char *text)
{
  LabFrame *frame = lab_frame_new (subject, text, strlen (text));

  g_mutex_lock (&nats->lock);
  g_queue_push_tail (&nats->events, frame);
  while (g_queue_get_length (&nats->events) > MAX_EVENTS)
    g_free (g_queue_pop_head (&nats->events));
  g_cond_signal (&nats->wake);
  g_mutex_unlock (&nats->lock);
}

void
lab_nats_define (LabNats *nats, const char *tenant)
{
  g_autofree char *subject = g_strdup_printf ("%c$KV.DEFINITIONS.applied.%s", FIRST_MARK, tenant);
  char now[32];
  g_autofree char *text = NULL;

  lab_time_format (now, g_get_real_time ());
  text = g_strdup_printf ("{\"bundle\":\"core\",\"version\":\"1.5.0\",\"at\":\"%s\",\"by\":\"quarterdeck-lab\"}", now);
  lab_nats_publish (nats, subject, text);
}

void
lab_nats_event (LabNats *nats, guint64 seq, const char *type, const char *text)
{
  g_autofree char *subject = g_strdup_printf ("fleet.events.%s", type);

  lab_nats_publish (nats, subject, text);
}
