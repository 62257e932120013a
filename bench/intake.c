/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <nats/nats.h>

#include "qd-hub.h"

/* intake bare|ours URL MESSAGES SUBJECTS: takes in what flood publishes. "bare" is a nats.c
 * subscriber that only counts; "ours" the whole way into the model and the store: taken in means
 * that the entity's sequence number says so. Prints "ready", then, when all has come or nothing
 * more does, when the last came and how many were lost. */

#define QUIET_US (2 * G_USEC_PER_SEC)
#define CONNECTION "bench"

static int counted;            /* atomic */
static gint64 last_us;
static gint64 stall_us;

/* --- Bare ---------------------------------------------------------------------------------- */

static void
count_cb (natsConnection *nc, natsSubscription *sub, natsMsg *msg, void *closure)
{
  natsMsg_Destroy (msg);
  g_atomic_int_inc (&counted);
}

static int
run_bare (const char *url, guint messages)
{
  natsConnection *nc = NULL;
  natsSubscription *sub = NULL;
  natsOptions *options = NULL;
  int seen = 0;

  natsOptions_Create (&options);
  natsOptions_SetURL (options, url);
  natsOptions_SetIOBufSize (options, 64 * 1024);
  if (natsConnection_Connect (&nc, options) != NATS_OK || natsConnection_Subscribe (&sub, nc, "fleet.metrics.path.>", count_cb, NULL) != NATS_OK)
    return 3;
  natsOptions_Destroy (options);
  natsSubscription_SetPendingLimits (sub, 65536, 64 * 1024 * 1024);
  natsConnection_Flush (nc);
  g_print ("ready\n");
  last_us = g_get_monotonic_time ();
  while ((guint) g_atomic_int_get (&counted) < messages && (seen == 0 || g_get_monotonic_time () - last_us < QUIET_US))
    {
      int now = g_atomic_int_get (&counted);
      if (now != seen)
        last_us = g_get_monotonic_time ();
      seen = now;
      g_usleep (500);
    }
  seen = g_atomic_int_get (&counted);
  if ((guint) seen == messages)
    last_us = g_get_monotonic_time ();
  g_print ("{\"last_us\":%" G_GINT64_FORMAT ",\"taken\":%d}\n", last_us, seen);
  natsSubscription_Destroy (sub);
  natsConnection_Destroy (nc);
  return 0;
}

/* --- Ours ---------------------------------------------------------------------------------- */

typedef struct { QdHub *hub; guint subjects; guint messages; gboolean done; guint reached; gint64 iteration_us; } Ours;

static void
make_paths (QdHub *hub, guint n)
{
  QdDrain *drain = qd_hub_get_drain (hub);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("p-%05u", i);
      QdDelta *delta = qd_delta_new (g_intern_string (CONNECTION), QD_KIND_PATH, id, QD_DELTA_UPSERT);

      qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (id));
      qd_drain_push (drain, delta);
      if (i % 1000 == 999)
        qd_drain_flush (drain);
    }
  qd_drain_flush (drain);
}

/* How many messages the sequence numbers say were taken in, counting the merged ones. */
static guint
count_taken (Ours *self)
{
  QdEntityList *list = qd_fleet_get_list (qd_hub_get_fleet (self->hub), QD_KIND_PATH);
  guint total = 0;

  for (guint i = 0; i < qd_entity_list_get_length (list); i++)
    {
      gint64 seq = 0;
      if (qd_entity_get_int (qd_entity_list_peek (list, i), QD_PATH_METRIC_SEQ, &seq))
        total += (guint) seq;
    }
  return total;
}

static void
drained_cb (QdDrain *drain, guint applied, gint64 sent_us, Ours *self)
{
  self->reached += applied;
  last_us = g_get_monotonic_time ();
}

static gboolean
look_cb (gpointer data)
{
  Ours *self = data;
  gint64 last = last_us;

  if (self->reached > 0 && (count_taken (self) == self->messages || g_get_monotonic_time () - last > QUIET_US))
    self->done = TRUE;
  last_us = last;
  return G_SOURCE_CONTINUE;
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;

  if (!qd_hub_start_finish (QD_HUB (source), result, &error))
    g_error ("%s", error->message);
  *(gboolean *) data = TRUE;
}

static gboolean
is_live (QdHub *hub)
{
  QdEntity *connection = qd_fleet_lookup (qd_hub_get_fleet (hub), "nats", QD_KIND_CONNECTION, "nats");

  return connection != NULL && g_strcmp0 (qd_entity_get_string (connection, QD_CONNECTION_STATE), "live") == 0;
}

static void
iterate (void)
{
  gint64 start;

  /* The wait is not a stall: poll first, then time the dispatch. */
  while (!g_main_context_pending (NULL))
    g_usleep (300);
  start = g_get_monotonic_time ();
  g_main_context_iteration (NULL, FALSE);
  stall_us = MAX (stall_us, g_get_monotonic_time () - start);
}

static int
run_ours (const char *url, guint messages, guint subjects)
{
  g_autofree char *folder = g_dir_make_tmp ("qd-bench-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "store.db", NULL);
  g_autoptr(QdStore) store = qd_store_new (file);
  g_autoptr(QdHub) hub = qd_hub_new (store);
  g_autoptr(QdTicker) ticker = qd_timer_ticker_new (16);
  g_autoptr(QdEndpoint) endpoint = qd_endpoint_new ("nats", "nats", "nats", url);
  g_autoptr(GError) error = NULL;
  Ours self = { hub, subjects, messages };
  gboolean started = FALSE;

  qd_drain_set_ticker (qd_hub_get_drain (hub), ticker);
  qd_hub_start_async (hub, NULL, started_cb, &started);
  while (!started)
    g_main_context_iteration (NULL, TRUE);
  make_paths (hub, subjects);
  endpoint->feeds = g_strdup (CONNECTION);
  if (!qd_hub_add (hub, endpoint, FALSE, &error))
    g_error ("%s", error->message);
  while (!is_live (hub))
    g_main_context_iteration (NULL, TRUE);
  g_signal_connect (qd_hub_get_drain (hub), "drained", G_CALLBACK (drained_cb), &self);
  g_timeout_add (50, look_cb, &self);
  g_print ("ready\n");
  stall_us = 0;
  while (!self.done)
    iterate ();
  g_print ("{\"last_us\":%" G_GINT64_FORMAT ",\"taken\":%u,\"applied\":%u,\"stall_us\":%" G_GINT64_FORMAT "}\n", last_us, count_taken (&self), self.reached, stall_us);
  qd_hub_stop (hub);
  qd_store_close (store);
  g_spawn_sync (NULL, (char *[]) { (char *) "rm", (char *) "-rf", folder, NULL }, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc != 5)
    return 2;
  if (g_str_equal (argv[1], "bare"))
    return run_bare (argv[2], (guint) atoi (argv[3]));
  return run_ours (argv[2], (guint) atoi (argv[3]), (guint) atoi (argv[4]));
}
