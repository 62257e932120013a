/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The NATS driver and events that its subscription did not bring, against a real nats-server of this
 * test's own, which nobody but the test writes to. */
#include "config.h"

#include <string.h>

#include <nats/nats.h>

#include "driver-fixture.h"
#include "nats-fixture.h"
#include "wire-test.h"

/* What the model keeps; the queue before the drain and the library's own queue hold as many each. */
#define KEPT 10000
#define QUEUED 65536

typedef struct {
  TestNats *server;
  natsConnection *nc;
  gint64 seq;              /* of the last event that was published */
  gboolean kept;           /* a stream takes the events in */
} Sender;

#define STREAM "WHATEVER"

static void
sender_connect (Sender *self, gboolean stream)
{
  const char *subjects[] = { "fleet.events.>" };
  jsStreamConfig config;
  jsCtx *js = NULL;

  g_assert_cmpint (natsConnection_ConnectTo (&self->nc, self->server->url), ==, NATS_OK);
  if (!stream)
    return;
  self->kept = TRUE;
  jsStreamConfig_Init (&config);
  config.Name = STREAM;
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  g_assert_cmpint (natsConnection_JetStream (&js, self->nc, NULL), ==, NATS_OK);
  g_assert_cmpint (js_AddStream (NULL, js, &config, NULL, NULL), ==, NATS_OK);
  jsCtx_Destroy (js);
}

/* The server confirms what it received before its stream has written it; a server that ends in between
 * forgets it. */
static void
wait_until_kept (Sender *self)
{
  gint64 until = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  gint64 last = 0;
  jsCtx *js = NULL;

  g_assert_cmpint (natsConnection_JetStream (&js, self->nc, NULL), ==, NATS_OK);
  while (last < self->seq && g_get_monotonic_time () < until)
    {
      jsStreamInfo *info = NULL;

      if (js_GetStreamInfo (&info, js, STREAM, NULL, NULL) == NATS_OK)
        last = (gint64) info->State.LastSeq;
      jsStreamInfo_Destroy (info);
      g_usleep (2000);
    }
  jsCtx_Destroy (js);
  g_assert_cmpint (last, ==, self->seq);
}

static void
sender_send (Sender *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      gint64 seq = ++self->seq;
      g_autofree char *text = g_strdup_printf ("{\"id\":\"e%" G_GINT64_FORMAT "\",\"seq\":%" G_GINT64_FORMAT ",\"type\":\"test\",\"timestamp\":%" G_GINT64_FORMAT "}",
                                               seq, seq, 1700000000 + seq);

      g_assert_cmpint (natsConnection_PublishString (self->nc, "fleet.events.test", text), ==, NATS_OK);
    }
  g_assert_cmpint (natsConnection_FlushTimeout (self->nc, 60000), ==, NATS_OK);
  if (self->kept)
    wait_until_kept (self);
}

static void
sender_disconnect (Sender *self)
{
  natsConnection_Destroy (g_steal_pointer (&self->nc));
}

/* How many of the events from @first to the last one are in the model. */
static gint64
count_from (TestModel *model, Sender *sender, gint64 first)
{
  gint64 n = 0;

  for (gint64 seq = first; seq <= sender->seq; seq++)
    {
      g_autofree char *id = g_strdup_printf ("e%" G_GINT64_FORMAT, seq);

      n += test_model_find (model, QD_KIND_EVENT, id) != NULL;
    }
  return n;
}

static gboolean
has_all_from (TestModel *model, Sender *sender, gint64 first)
{
  return count_from (model, sender, first) == sender->seq - first + 1;
}

/* The library says how many it dropped, once. */
static int drops_said;   /* atomic */

static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  if (strstr (message, "came faster than they could be taken"))
    g_atomic_int_inc (&drops_said);
  g_test_message ("%s", message);
}

static TestModel *
model_new (Sender *self)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new ("nats", "nats", "nats", self->server->url);
  TestModel *model = test_model_new (endpoint);

  test_until (g_str_equal (test_model_state (model), "live"), 20);
  return model;
}

/* More events than all queues hold, while the window is busy: the newest do not fit. */
static void
make_it_drop (Sender *sender, TestModel *model)
{
  guint handler = g_log_set_handler ("qd-drivers", G_LOG_LEVEL_MESSAGE, log_cb, NULL);

  g_atomic_int_set (&drops_said, 0);
  sender_send (sender, 10);
  test_until (has_all_from (model, sender, 1), 10);
  /* All this while the main context does not turn. */
  sender_send (sender, 2 * QUEUED + 6000);
  test_until (g_atomic_int_get (&drops_said) > 0, 60);
  g_log_remove_handler ("qd-drivers", handler);
}

static void
test_dropped (void)
{
  Sender sender = { 0 };
  TestModel *model;

  if (test_nats_is_missing ())
    return;
  sender.server = test_nats_new ("");
  sender_connect (&sender, TRUE);
  model = model_new (&sender);
  make_it_drop (&sender, model);
  test_until (has_all_from (model, &sender, sender.seq - KEPT + 1), 60);
  g_assert_cmpuint (test_model_count (model, QD_KIND_EVENT), ==, KEPT);
  g_assert_cmpstr (test_model_state (model), ==, "live");
  g_assert_cmpstr (test_model_detail (model), ==, "");
  test_model_free (model);
  sender_disconnect (&sender);
  test_nats_free (sender.server);
}

/* What no stream keeps is gone, and that is said. */
static void
test_no_stream (void)
{
  Sender sender = { 0 };
  TestModel *model;

  if (test_nats_is_missing ())
    return;
  sender.server = test_nats_new ("");
  sender_connect (&sender, FALSE);
  model = model_new (&sender);
  make_it_drop (&sender, model);
  test_until (*test_model_detail (model) != '\0', 60);
  g_assert_nonnull (strstr (test_model_detail (model), "fleet.events.>"));
  g_assert_cmpstr (test_model_state (model), ==, "live");
  g_assert_false (has_all_from (model, &sender, sender.seq - KEPT + 1));
  test_model_free (model);
  sender_disconnect (&sender);
  test_nats_free (sender.server);
}

/* What was said while the connection was broken: the server is elsewhere meanwhile, with its streams. */
static void
test_broken (void)
{
  Sender sender = { 0 };
  TestModel *model;
  guint port;

  if (test_nats_is_missing ())
    return;
  sender.server = test_nats_new ("");
  sender_connect (&sender, TRUE);
  sender_send (&sender, 100);
  model = model_new (&sender);
  /* It begins with what is said from now on. */
  sender_send (&sender, 1);
  test_until (has_all_from (model, &sender, 101), 10);
  sender_disconnect (&sender);
  test_nats_stop (sender.server);
  test_until (g_str_equal (test_model_state (model), "stale"), 20);

  port = sender.server->port;
  test_nats_move (sender.server, test_free_port ());
  test_nats_start (sender.server);
  sender_connect (&sender, FALSE);
  sender_send (&sender, 500);
  sender_disconnect (&sender);
  test_nats_stop (sender.server);
  test_nats_move (sender.server, port);
  test_nats_start (sender.server);
  test_until (g_str_equal (test_model_state (model), "live"), 30);
  /* What came before is told as well where the connection broke before it was known where the stream ends. */
  test_until (has_all_from (model, &sender, 101), 60);
  test_model_free (model);
  test_nats_free (sender.server);
}

static gboolean
offers (QdEntity *connection, const char *feature)
{
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", feature);
  const char *list = qd_entity_get_string (connection, QD_CONNECTION_OFFERS);

  return list != NULL && strstr (list, quoted) != NULL;
}

/* What may not be heard is not offered, and the connection says so while it is live. */
static void
test_forbidden (void)
{
  TestNats *server;
  g_autoptr (QdEndpoint) endpoint = NULL;
  TestModel *model;
  QdEntity *connection;

  if (test_nats_is_missing ())
    return;
  server = test_nats_new ("authorization { users: [ {user: narrow, password: right,"
                          " permissions: {subscribe: [\"fleet.metrics.>\", \"_INBOX.>\"], publish: [\"$JS.API.>\"]}} ] }");
  endpoint = qd_endpoint_new ("nats", "nats", "nats", server->url);
  endpoint->user = g_strdup ("narrow");
  endpoint->password = g_strdup ("right");
  model = test_model_new (endpoint);
  test_until (g_str_equal (test_model_state (model), "live") && *test_model_detail (model) != '\0', 20);
  g_assert_nonnull (strstr (test_model_detail (model), "fleet.events.>"));
  connection = test_model_find (model, QD_KIND_CONNECTION, model->id);
  test_until (offers (connection, "kv") && offers (connection, "metrics") && !offers (connection, "events"), 10);

  /* Permitted after all. */
  test_nats_kill (server);
  test_nats_configure (server, "authorization { user: narrow, password: right }");
  test_nats_start (server);
  test_until (g_str_equal (test_model_state (model), "live") && *test_model_detail (model) == '\0', 30);
  test_until (offers (connection, "events") && offers (connection, "kv") && offers (connection, "metrics"), 10);
  test_model_free (model);
  test_nats_free (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/nats-events/dropped", test_dropped);
  g_test_add_func ("/drivers/nats-events/no-stream", test_no_stream);
  g_test_add_func ("/drivers/nats-events/broken", test_broken);
  g_test_add_func ("/drivers/nats-events/forbidden", test_forbidden);
  return g_test_run ();
}
