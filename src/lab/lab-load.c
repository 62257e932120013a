/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-lab"
#include "config.h"

#include "lab-load.h"

#include <string.h>

#include "lab-bucket.h"
#include "lab-json.h"
#include "lab-nats.h"
#include "lab-placement.h"

#define BURST      256          /* as many wait for their acknowledgement at once */
#define TICK_MS    20
#define ACK_MS     1500
#define AGAIN_MS   100
/* The stream has no leader for now: what else was answered is on its way, and every answer is taken out of the queue. */
#define NOBODY_MS  50

typedef enum { TO_EVENTS, TO_COMMANDS, N_STREAMS } Stream;

static const struct { const char *name, *last, *label; } streams[N_STREAMS] = {
  { "AGGREGATE_EVENTS", "tenant.%s.aggregate.>", "events" },
  { "WORKFLOW_COMMANDS", "tenant.%s.workflow.command.>", "commands" },
};

typedef struct
{
  char *id;
  gboolean known;               /* how far it had come was asked for; set under the lock */
  guint turn;
  guint64 last[N_STREAMS];      /* the number that was given out last; the thread's */
  guint64 published[N_STREAMS]; /* the number up to which all is acknowledged; under the lock */
} Tenant;

typedef struct
{
  Tenant *tenant;
  Stream stream;
  guint64 n;
  natsMsg *message;
  gboolean acked;
  gboolean refused;             /* the last attempt was answered by an error */
} Slot;

struct LabLoad
{
  LabServer *server;
  GThread *thread;
  GMutex lock;
  GCond wake;
  gboolean stop;
  guint rate;
  GHashTable *tenants;          /* id → Tenant: all that there ever were, so that their numbers go on */
  GPtrArray *turns;             /* Tenant: those who are placed */
  gboolean strangers;           /* some of them are not known yet */
  guint64 total;

  /* The thread's. */
  natsConnection *connection;
  jsCtx *js;
  natsSubscription *acks;
  char *inbox;
  Slot slots[BURST];
  guint next;                   /* whose turn it is */
  guint burst;                  /* counts them: a late answer is of one before */
};

static void
free_tenant (gpointer data)
{
  Tenant *tenant = data;

  g_free (tenant->id);
  g_free (tenant);
}

/* --- The thread --- */

static natsStatus
open_connection (LabLoad *load)
{
  LabDial dial = { .name = "quarterdeck-lab-load" };
  g_autofree char *subject = NULL;
  natsInbox *inbox = NULL;
  natsStatus status;

  lab_nats_describe (load->server->nats, &dial);
  status = lab_dial (&dial, &load->connection);
  if (status == NATS_OK)
    status = natsConnection_JetStream (&load->js, load->connection, NULL);
  if (status == NATS_OK)
    status = natsInbox_Create (&inbox);
  if (status == NATS_OK)
    {
      load->inbox = g_strdup (inbox);
      subject = g_strdup_printf ("%s.*", inbox);
      status = natsConnection_SubscribeSync (&load->acks, load->connection, subject);
    }
  natsInbox_Destroy (inbox);
  return status;
}

static void
close_connection (LabLoad *load)
{
  natsSubscription_Destroy (g_steal_pointer (&load->acks));
  jsCtx_Destroy (g_steal_pointer (&load->js));
  natsConnection_Destroy (g_steal_pointer (&load->connection));
  g_clear_pointer (&load->inbox, g_free);
}

/* Where the run before left off. FALSE: it cannot be told now. */
static gboolean
learn (LabLoad *load, Tenant *tenant)
{
  for (guint i = 0; !tenant->known && i < N_STREAMS; i++)
    {
      g_autofree char *subject = g_strdup_printf (streams[i].last, tenant->id);
      natsMsg *message = NULL;
      natsStatus status = js_GetLastMsg (&message, load->js, streams[i].name, subject, NULL, NULL);

      if (status == NATS_OK)
        {
          g_autoptr (JsonNode) root = lab_json_parse (natsMsg_GetData (message), (gsize) natsMsg_GetDataLength (message), NULL);

          if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
            tenant->last[i] = (guint64) MAX (0, lab_json_get_int (json_node_get_object (root), "n", 0));
          natsMsg_Destroy (message);
        }
      else if (status != NATS_NOT_FOUND)
        return FALSE;
    }
  g_mutex_lock (&load->lock);
  for (guint i = 0; !tenant->known && i < N_STREAMS; i++)
    tenant->published[i] = tenant->last[i];
  tenant->known = TRUE;
  g_mutex_unlock (&load->lock);
  return TRUE;
}

static void
set_headers (natsMsg *message, const Tenant *tenant, Stream stream, guint64 n)
{
  g_autofree char *id = g_strdup_printf ("%s-%s-%" G_GUINT64_FORMAT, tenant->id, streams[stream].label, n);
  g_autofree char *correlation = g_uuid_string_random ();
  g_autoptr (GString) trace = g_string_new (NULL);
  g_autofree char *parent = NULL;

  for (guint i = 0; i < 4; i++)
    g_string_append_printf (trace, "%08x", g_random_int ());
  parent = g_strdup_printf ("00-%s-%08x%08x-01", trace->str, g_random_int () | 1, g_random_int ());
  natsMsgHeader_Set (message, "Nats-Msg-Id", id);
  natsMsgHeader_Set (message, "tenant-id", tenant->id);
  natsMsgHeader_Set (message, "x-correlation-id", correlation);
  natsMsgHeader_Set (message, "correlation-id", correlation);
  natsMsgHeader_Set (message, "traceparent", parent);
  natsMsgHeader_Set (message, "trace-id", trace->str);
}

static gboolean
fill_slot (LabLoad *load, guint i, Tenant *tenant)
{
  Slot *slot = &load->slots[i];
  g_autofree char *reply = g_strdup_printf ("%s.%u-%u", load->inbox, load->burst, i);
  g_autofree char *subject = NULL, *body = NULL;

  slot->tenant = tenant;
  slot->stream = tenant->turn % 4 == 3 ? TO_COMMANDS : TO_EVENTS;
  slot->n = tenant->last[slot->stream] + 1;
  slot->acked = slot->refused = FALSE;
  if (slot->stream == TO_COMMANDS)
    subject = g_strdup_printf ("tenant.%s.workflow.command.fulfilment", tenant->id);
  else
    subject = g_strdup_printf ("tenant.%s.aggregate.account.acc-%u", tenant->id, (guint) (slot->n % 16));
  body = g_strdup_printf ("{\"tenant\":\"%s\",\"n\":%" G_GUINT64_FORMAT ",\"amount\":%u}", tenant->id, slot->n,
                          (guint) (slot->n * 7919 % 1000));
  if (natsMsg_Create (&slot->message, subject, reply, body, (int) strlen (body)) != NATS_OK)
    return FALSE;
  set_headers (slot->message, tenant, slot->stream, slot->n);
  tenant->turn++;
  tenant->last[slot->stream]++;
  return TRUE;
}

/* Takes @n tenants, in turn; fewer where it is not known how far one had come. */
static guint
fill_burst (LabLoad *load, guint n)
{
  guint filled = 0;

  load->burst++;
  for (guint i = 0; i < n; i++)
    {
      Tenant *tenant = NULL;

      g_mutex_lock (&load->lock);
      if (load->turns->len > 0)
        tenant = g_ptr_array_index (load->turns, load->next++ % load->turns->len);
      g_mutex_unlock (&load->lock);
      if (tenant == NULL || !learn (load, tenant) || !fill_slot (load, filled, tenant))
        break;
      filled++;
    }
  return filled;
}

static gboolean
is_stopping (LabLoad *load)
{
  gboolean stop;

  g_mutex_lock (&load->lock);
  stop = load->stop;
  g_mutex_unlock (&load->lock);
  return stop;
}

/* An answer without "error" is an acknowledgement, of a duplicate, too. One of a burst before is passed over. */
static void
take_answer (LabLoad *load, guint n, natsMsg *answer)
{
  const char *dot = strrchr (natsMsg_GetSubject (answer), '.'), *dash = dot != NULL ? strchr (dot, '-') : NULL;
  guint64 i = dash != NULL && g_ascii_strtoull (dot + 1, NULL, 10) == load->burst ? g_ascii_strtoull (dash + 1, NULL, 10) : n;
  g_autoptr (JsonNode) root = lab_json_parse (natsMsg_GetData (answer), (gsize) natsMsg_GetDataLength (answer), NULL);

  if (i >= n)
    return;
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root) && json_object_has_member (json_node_get_object (root), "seq") &&
      !json_object_has_member (json_node_get_object (root), "error"))
    load->slots[i].acked = TRUE;
  else
    load->slots[i].refused = TRUE;
}

static guint
count_open (const LabLoad *load, guint n, gboolean refused)
{
  guint count = 0;

  for (guint i = 0; i < n; i++)
    count += !load->slots[i].acked && (refused || !load->slots[i].refused);
  return count;
}

/* Sends what is not acknowledged, in order, and waits for the answers. */
static void
send_once (LabLoad *load, guint n)
{
  gint64 until = g_get_monotonic_time () + ACK_MS * 1000, left;

  for (guint i = 0; i < n; i++)
    {
      load->slots[i].refused = FALSE;
      if (!load->slots[i].acked && natsConnection_PublishMsg (load->connection, load->slots[i].message) != NATS_OK)
        load->slots[i].refused = TRUE;
    }
  while (count_open (load, n, FALSE) > 0 && (left = (until - g_get_monotonic_time ()) / 1000) > 0)
    {
      natsMsg *answer = NULL;
      natsStatus status = natsSubscription_NextMsg (&answer, load->acks, left);

      if (status == NATS_OK)
        take_answer (load, n, answer);
      else if (status == NATS_NO_RESPONDERS)
        until = MIN (until, g_get_monotonic_time () + NOBODY_MS * 1000);
      else if (status != NATS_SLOW_CONSUMER)
        break;
      natsMsg_Destroy (answer);
    }
}

/* Publishes the burst, however long it takes: what comes after has to wait, so that no number is left out. */
static void
send_burst (LabLoad *load, guint n)
{
  send_once (load, n);
  while (count_open (load, n, TRUE) > 0 && !is_stopping (load))
    {
      g_usleep (AGAIN_MS * 1000);
      send_once (load, n);
    }
  g_mutex_lock (&load->lock);
  for (guint i = 0; i < n; i++)
    if (load->slots[i].acked)
      {
        load->slots[i].tenant->published[load->slots[i].stream] = load->slots[i].n;
        load->total++;
      }
  g_mutex_unlock (&load->lock);
  for (guint i = 0; i < n; i++)
    {
      natsMsg_Destroy (load->slots[i].message);
      load->slots[i].message = NULL;
    }
}

/* Asks how far those had come who are new. */
static void
learn_all (LabLoad *load)
{
  g_autoptr (GPtrArray) strangers = g_ptr_array_new ();

  g_mutex_lock (&load->lock);
  for (guint i = 0; load->strangers && i < load->turns->len; i++)
    if (!((Tenant *) g_ptr_array_index (load->turns, i))->known)
      g_ptr_array_add (strangers, g_ptr_array_index (load->turns, i));
  load->strangers = FALSE;
  g_mutex_unlock (&load->lock);
  for (guint i = 0; i < strangers->len; i++)
    if (is_stopping (load) || !learn (load, g_ptr_array_index (strangers, i)))
      {
        g_mutex_lock (&load->lock);
        load->strangers = TRUE;
        g_mutex_unlock (&load->lock);
        g_usleep (AGAIN_MS * 1000);
        return;
      }
}

/* Waits until something is due; FALSE when it is time to stop. @due counts in fractions of events; @n is 0 where somebody is
 * to be asked about. */
static gboolean
wait_due (LabLoad *load, double *due, gint64 *since, guint *n)
{
  gboolean on;

  g_mutex_lock (&load->lock);
  for (*n = 0; !load->stop && !load->strangers && *n == 0;)
    {
      gint64 now = g_get_monotonic_time ();

      if (load->rate == 0 || load->turns->len == 0)
        {
          g_cond_wait (&load->wake, &load->lock);
          *since = g_get_monotonic_time ();
          continue;
        }
      *due += (double) (now - *since) * load->rate / G_USEC_PER_SEC;
      /* What could not be sent in time is not made up for without end. */
      *due = MIN (*due, load->rate * 2.0 + 1);
      *since = now;
      *n = (guint) MIN (*due, BURST);
      if (*n == 0)
        g_cond_wait_until (&load->wake, &load->lock,
                           now + MAX (TICK_MS * 1000, (gint64) ((1 - *due) * G_USEC_PER_SEC / load->rate)));
    }
  on = !load->stop;
  g_mutex_unlock (&load->lock);
  return on;
}

static gpointer
load_thread (gpointer data)
{
  LabLoad *load = data;
  gint64 since = g_get_monotonic_time ();
  double due = 0;
  guint n;

  while (wait_due (load, &due, &since, &n))
    {
      if (load->connection == NULL && open_connection (load) != NATS_OK)
        {
          close_connection (load);
          g_usleep (AGAIN_MS * 1000);
          continue;
        }
      learn_all (load);
      if (n == 0)
        continue;
      due -= n;
      n = fill_burst (load, n);
      if (n > 0)
        send_burst (load, n);
      else
        g_usleep (AGAIN_MS * 1000);
      /* Bursts of a tick, not one message at a time. */
      if (n < BURST && !is_stopping (load))
        g_usleep (TICK_MS * 1000);
    }
  close_connection (load);
  nats_ReleaseThreadMemory ();
  return NULL;
}

/* --- The main thread --- */

LabLoad *
lab_load_new (LabServer *server, guint rate)
{
  LabLoad *load = g_new0 (LabLoad, 1);

  load->server = server;
  load->rate = rate;
  load->tenants = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_tenant);
  load->turns = g_ptr_array_new ();
  g_mutex_init (&load->lock);
  g_cond_init (&load->wake);
  load->thread = g_thread_new ("lab-load", load_thread, load);
  return load;
}

void
lab_load_free (LabLoad *load)
{
  g_mutex_lock (&load->lock);
  load->stop = TRUE;
  g_cond_signal (&load->wake);
  g_mutex_unlock (&load->lock);
  g_thread_join (load->thread);
  g_ptr_array_unref (load->turns);
  g_hash_table_unref (load->tenants);
  g_mutex_clear (&load->lock);
  g_cond_clear (&load->wake);
  g_free (load);
}

static Tenant *
find_tenant (LabLoad *load, const char *id)
{
  Tenant *tenant = g_hash_table_lookup (load->tenants, id);

  if (tenant != NULL)
    return tenant;
  tenant = g_new0 (Tenant, 1);
  tenant->id = g_strdup (id);
  g_hash_table_insert (load->tenants, tenant->id, tenant);
  load->strangers = TRUE;
  return tenant;
}

void
lab_load_set_tenants (LabLoad *load, const char *const *tenants)
{
  g_mutex_lock (&load->lock);
  g_ptr_array_set_size (load->turns, 0);
  for (guint i = 0; tenants[i] != NULL; i++)
    if (lab_placement_names (tenants[i]))
      g_ptr_array_add (load->turns, find_tenant (load, tenants[i]));
  g_cond_signal (&load->wake);
  g_mutex_unlock (&load->lock);
}

static gboolean
has_load (LabRequest *request)
{
  if (request->server->load != NULL)
    return TRUE;
  lab_request_problem (request, SOUP_STATUS_NOT_FOUND, "there is no load: the lab runs without NATS");
  return FALSE;
}

void
lab_load_get (LabRequest *request)
{
  LabLoad *load = request->server->load;
  GString *out = request->out;
  GHashTableIter iter;
  gpointer value;

  if (!has_load (request))
    return;
  g_mutex_lock (&load->lock);
  lab_json_begin (out, NULL, '{');
  lab_json_int (out, "rate", load->rate);
  lab_json_int (out, "published", (gint64) load->total);
  lab_json_begin (out, "tenants", '[');
  g_hash_table_iter_init (&iter, load->tenants);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Tenant *tenant = value;

      lab_json_begin (out, NULL, '{');
      lab_json_string (out, "id", tenant->id);
      for (guint k = 0; k < N_STREAMS; k++)
        if (tenant->known)
          lab_json_int (out, streams[k].label, (gint64) tenant->published[k]);
        else
          lab_json_null (out, streams[k].label);
      lab_json_end (out, '}');
    }
  lab_json_end (out, ']');
  lab_json_end (out, '}');
  g_mutex_unlock (&load->lock);
}

void
lab_load_set (LabRequest *request)
{
  gint64 rate;

  if (!has_load (request) || !lab_request_need_body (request))
    return;
  rate = lab_json_get_int (request->object, "rate", -1);
  if (rate < 0 || rate > LAB_MAX_EVENTS)
    {
      lab_request_invalid (request, "/rate", "rate must be from 0 to %d events a second", LAB_MAX_EVENTS);
      return;
    }
  g_mutex_lock (&request->server->load->lock);
  request->server->load->rate = (guint) rate;
  g_cond_signal (&request->server->load->wake);
  g_mutex_unlock (&request->server->load->lock);
  lab_load_get (request);
}
