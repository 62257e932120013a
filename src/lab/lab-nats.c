/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-nats.h"

#include <nats/nats.h>
#include <openssl/crypto.h>
#include <string.h>

#include "lab-frame.h"
#include "lab-json.h"

#define MAX_QUEUED  4000        /* batches of frames: twenty seconds at one each 5 ms */
#define MAX_EVENTS  20000
#define READY_TRIES 400

struct LabNats
{
  LabServer *server;
  LabNatsServer *child;
  LabNatsReadyFunc ready;
  char *url, *monitor, *lab_password;
  char *passwords[LAB_N_ROLES];
  GThread *thread;
  GMutex lock;
  GCond wake;
  GQueue batches;               /* GPtrArray of LabFrame */
  GQueue events;                /* LabFrame */
  gboolean stop;
  guint64 dropped;

  /* The thread's own. */
  natsConnection *connection;
  jsCtx *js;
};

static const struct
{
  const char *name, *seed_key, *seed;
  gint64 max_age_s;
} buckets[] = {
  { "AGGREGATE_PLACEMENT", "aggregate_placement",
    "{\"tenant-acme\":\"shard-1\",\"tenant-globex\":\"shard-1\",\"tenant-initech\":\"shard-2\",\"tenant-umbrella\":\"shard-2\"}", 0 },
  { "RUNNER_PLACEMENT", NULL, NULL, 0 },
  { "PROJECTION_PLACEMENT", NULL, NULL, 0 },
  { "CONFIG", "global.path-thresholds", "{\"latency_ms\":150,\"packet_loss_pct\":2,\"jitter_ms\":30}", 0 },
  { "DEFINITIONS", NULL, NULL, 0 },
  { "JOB_LEASES", NULL, NULL, 60 },
};

static const struct
{
  const char *name, *subject;
} streams[] = {
  { "AGGREGATE_EVENTS", "tenant.*.aggregate.*.*" },
  { "WORKFLOW_COMMANDS", "tenant.*.workflow.command.*" },
  { "WORKFLOW_EVENTS", "tenant.*.workflow.event.*" },
  { "AUDIT", "audit.>" },
  { "EVENTS", "fleet.events.>" },
  { "JOBS", "jobs.>" },
};

static const char *const placed[][2] = {
  { "tenant-acme", "shard-1" }, { "tenant-globex", "shard-1" }, { "tenant-initech", "shard-2" }, { "tenant-umbrella", "shard-2" },
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

static natsStatus
dial (LabNats *nats)
{
  natsOptions *options = NULL;
  natsStatus status;

  /* Else OpenSSL takes itself apart as the lab ends, under the feet of threads that still end. */
  OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
  status = natsOptions_Create (&options);
  if (status == NATS_OK)
    status = natsOptions_SetURL (options, nats->url);
  if (status == NATS_OK)
    status = natsOptions_SetUserInfo (options, "lab", nats->lab_password);
  if (status == NATS_OK)
    status = natsOptions_SetName (options, "quarterdeck-lab");
  if (status == NATS_OK)
    status = natsOptions_SetMaxReconnect (options, -1);
  if (status == NATS_OK)
    status = natsOptions_SetReconnectWait (options, 100);
  if (status == NATS_OK)
    status = natsOptions_SetTimeout (options, 2000);
  if (status == NATS_OK)
    status = natsConnection_Connect (&nats->connection, options);
  natsOptions_Destroy (options);
  return status;
}

/* nats-server takes a moment to listen; JetStream a little longer. */
static natsStatus
dial_until (LabNats *nats)
{
  natsStatus status = NATS_TIMEOUT;

  for (guint i = 0; i < READY_TRIES && !is_stopping (nats); i++)
    {
      status = dial (nats);
      if (status == NATS_OK)
        return status;
      g_usleep (25000);
    }
  return status;
}

static natsStatus
make_stream (LabNats *nats, const char *name, const char *subject)
{
  jsStreamConfig config;
  jsErrCode code = 0;
  natsStatus status;

  jsStreamConfig_Init (&config);
  config.Name = name;
  config.Subjects = &subject;
  config.SubjectsLen = 1;
  config.MaxMsgs = 100000;
  config.Discard = js_DiscardOld;
  status = js_AddStream (NULL, nats->js, &config, NULL, &code);
  return code == JSStreamNameExistErr ? NATS_OK : status;
}

static natsStatus
make_bucket (LabNats *nats, guint i)
{
  kvConfig config;
  kvStore *kv = NULL;
  natsStatus status;
  guint64 revision;

  kvConfig_Init (&config);
  config.Bucket = buckets[i].name;
  config.History = 5;
  config.TTL = buckets[i].max_age_s * G_GINT64_CONSTANT (1000000000);
  status = js_CreateKeyValue (&kv, nats->js, &config);
  if (status != NATS_OK)
    status = js_KeyValue (&kv, nats->js, buckets[i].name);
  /* What is there from the run before stays as it is: creating a key that exists fails, and may. */
  if (status == NATS_OK && buckets[i].seed_key != NULL)
    kvStore_CreateString (&revision, kv, buckets[i].seed_key, buckets[i].seed);
  if (status == NATS_OK && g_str_has_suffix (buckets[i].name, "_PLACEMENT") && buckets[i].seed_key == NULL)
    for (guint k = 0; k < G_N_ELEMENTS (placed); k++)
      kvStore_CreateString (&revision, kv, placed[k][0], placed[k][1]);
  kvStore_Destroy (kv);
  return status;
}

static natsStatus
furnish (LabNats *nats)
{
  natsStatus status = natsConnection_JetStream (&nats->js, nats->connection, NULL);

  for (guint i = 0; status == NATS_OK && i < G_N_ELEMENTS (streams); i++)
    status = make_stream (nats, streams[i].name, streams[i].subject);
  for (guint i = 0; status == NATS_OK && i < G_N_ELEMENTS (buckets); i++)
    status = make_bucket (nats, i);
  return status;
}

static natsStatus
furnish_until (LabNats *nats)
{
  natsStatus status = NATS_TIMEOUT;

  for (guint i = 0; i < 20 && !is_stopping (nats); i++)
    {
      status = furnish (nats);
      if (status == NATS_OK)
        return status;
      jsCtx_Destroy (g_steal_pointer (&nats->js));
      g_usleep (100000);
    }
  return status;
}

static void
publish (LabNats *nats, const LabFrame *frame)
{
  if (natsConnection_Publish (nats->connection, frame->data, lab_frame_text (frame), (int) frame->length) != NATS_OK)
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

static gpointer
nats_thread (gpointer user_data)
{
  LabNats *nats = user_data;
  natsStatus status = dial_until (nats);

  if (status == NATS_OK)
    status = furnish_until (nats);
  if (!is_stopping (nats))
    tell (nats, status == NATS_OK ? NULL : natsStatus_GetText (status));
  if (status == NATS_OK)
    work (nats);
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
  nats->child = lab_nats_server_new (server->state_dir, nats->passwords, nats->lab_password, error);
  if (nats->child == NULL)
    {
      lab_nats_free (nats);
      return NULL;
    }
  nats->url = g_strdup_printf ("nats://127.0.0.1:%u", lab_nats_server_port (nats->child));
  nats->monitor = g_strdup_printf ("http://127.0.0.1:%u", lab_nats_server_http (nats->child));
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
  g_clear_pointer (&nats->child, lab_nats_server_free);
  g_queue_clear_full (&nats->batches, (GDestroyNotify) g_ptr_array_unref);
  g_queue_clear_full (&nats->events, g_free);
  for (guint i = 0; i < LAB_N_ROLES; i++)
    g_free (nats->passwords[i]);
  g_free (nats->url);
  g_free (nats->monitor);
  g_free (nats->lab_password);
  g_mutex_clear (&nats->lock);
  g_cond_clear (&nats->wake);
  g_free (nats);
}

const char *
lab_nats_url (LabNats *nats)
{
  return nats->url;
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
lab_nats_event (LabNats *nats, guint64 seq, const char *type, const char *text)
{
  g_autofree char *subject = g_strdup_printf ("fleet.events.%s", type);
  LabFrame *frame = lab_frame_new (subject, text, strlen (text));

  g_mutex_lock (&nats->lock);
  g_queue_push_tail (&nats->events, frame);
  while (g_queue_get_length (&nats->events) > MAX_EVENTS)
    g_free (g_queue_pop_head (&nats->events));
  g_cond_signal (&nats->wake);
  g_mutex_unlock (&nats->lock);
}
