/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire-test"
#include "config.h"

#include "qd-nats.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <nats/nats.h>
#include <openssl/crypto.h>

#include "nats-fixture.h"
#include "qd-nats-private.h"
#include "qd-nkey.h"
#include "wire-test.h"

/* --- The client ---------------------------------------------------------------------------- */

typedef struct
{
  QdNats *nats;
  QdNatsState state;
  guint n_states;              /* how often it was told */
  gboolean seen_reconnecting;
  GError *error;
  char *subject;               /* of the last problem */
  gboolean destroyed;
} Client;

static void
state_cb (QdNats *nats, QdNatsState state, const GError *error, gpointer data)
{
  Client *self = data;

  TELL (self->state = state; self->n_states++;
        self->seen_reconnecting = self->seen_reconnecting || state == QD_NATS_RECONNECTING;
        if (error != NULL) { g_clear_error (&self->error); self->error = g_error_copy (error); });
}

static void
problem_cb (QdNats *nats, const char *subject, const GError *error, gpointer data)
{
  Client *self = data;

  TELL (g_set_str (&self->subject, subject); g_clear_error (&self->error); self->error = g_error_copy (error));
}

static void
client_destroyed_cb (gpointer data)
{
  TELL (((Client *) data)->destroyed = TRUE);
}

static Client *
client_new (const char *url, const char *user, const char *password)
{
  static const QdNatsEvents events = { state_cb, problem_cb };
  QdNatsOptions options = { .url = url, .user = user, .password = password, .name = "test" };
  Client *self = g_new0 (Client, 1);

  self->nats = qd_nats_new (&options, &events, self, client_destroyed_cb);
  return self;
}

static void
client_free (Client *self)
{
  qd_nats_unref (self->nats);
  AWAIT (self->destroyed);
  g_assert_cmpint (self->state, ==, QD_NATS_CLOSED);
  g_clear_error (&self->error);
  g_free (self->subject);
  g_free (self);
}

typedef struct
{
  guint count;
  guint64 dropped;
  char *last;
  gboolean destroyed;
  gboolean held;   /* who is told first waits until it is no more */
} Inbox;

static void
message_cb (const char *subject, const char *reply, const char *payload, gsize length, guint64 dropped, gpointer data)
{
  Inbox *self = data;

  g_mutex_lock (&told_lock);
  while (self->held)
    g_cond_wait (&told_cond, &told_lock);
  g_mutex_unlock (&told_lock);
  TELL (self->dropped += dropped;
        if (subject != NULL) { self->count++; g_free (self->last); self->last = g_strdup_printf ("%s=%.*s", subject, (int) length, payload); });
}

static void
inbox_destroyed_cb (gpointer data)
{
  TELL (((Inbox *) data)->destroyed = TRUE);
}

static void
inbox_clear (Inbox *self)
{
  g_clear_pointer (&self->last, g_free);
}

static void
publish (QdNats *nats, const char *subject, const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  qd_nats_publish (nats, subject, bytes);
}

/* Publishes until something arrives: a subscription of another connection takes a moment. */
#define PUBLISH_UNTIL(nats, subject, text, condition) \
  G_STMT_START { \
    for (guint i_ = 0; i_ < 2000; i_++) \
      { \
        gboolean met_; \
        g_mutex_lock (&told_lock); met_ = (condition); g_mutex_unlock (&told_lock); \
        if (met_) break; \
        publish (nats, subject, text); \
        g_usleep (5000); \
      } \
    AWAIT (condition); \
  } G_STMT_END

static void
test_subscribe (void)
{
  TestNats *server;
  Client *client;
  Inbox inbox = { 0 };
  guint id;

  if (test_nats_is_missing ())
    return;
  server = test_nats_new ("");
  client = client_new (server->url, NULL, NULL);
  id = qd_nats_subscribe (client->nats, "fleet.>", message_cb, &inbox, inbox_destroyed_cb);
  AWAIT (client->state == QD_NATS_LIVE);
  g_assert_cmpint (qd_nats_get_state (client->nats), ==, QD_NATS_LIVE);
  publish (client->nats, "fleet.a", "one");
  AWAIT (inbox.count == 1);
  g_assert_cmpstr (inbox.last, ==, "fleet.a=one");
  for (guint i = 0; i < 10000; i++)
    publish (client->nats, "fleet.b", "many");
  AWAIT (inbox.count == 10001);
  g_assert_cmpuint (inbox.dropped, ==, 0);

  qd_nats_unsubscribe (client->nats, id);
  AWAIT (inbox.destroyed);
  publish (client->nats, "fleet.a", "late");

  /* Closed with a subscription in place: its data is freed too, and what comes after is refused. */
  inbox.destroyed = FALSE;
  qd_nats_subscribe (client->nats, "fleet.>", message_cb, &inbox, inbox_destroyed_cb);
  qd_nats_close (client->nats);
  AWAIT (inbox.destroyed && client->destroyed);
  inbox.destroyed = FALSE;
  qd_nats_subscribe (client->nats, "fleet.>", message_cb, &inbox, inbox_destroyed_cb);
  AWAIT (inbox.destroyed);
  g_assert_cmpuint (inbox.count, ==, 10001);
  inbox_clear (&inbox);
  client_free (client);
  test_nats_free (server);
}

static void
test_restart (void)
{
  TestNats *server;
  Client *client;
  Inbox inbox = { 0 };

  if (test_nats_is_missing ())
    return;
  server = test_nats_new ("");
  client = client_new (server->url, NULL, NULL);
  qd_nats_subscribe (client->nats, "a.*", message_cb, &inbox, NULL);
  AWAIT (client->state == QD_NATS_LIVE);
  for (guint round = 0; round < 3; round++)
    {
      guint before = inbox.count;

      client->seen_reconnecting = FALSE;
      test_nats_kill (server);
      AWAIT (client->seen_reconnecting);
      g_assert_nonnull (client->error);
      g_assert_nonnull (strstr (client->error->message, server->url));
      test_nats_start (server);
      AWAIT_MS (client->state == QD_NATS_LIVE, 30000);
      publish (client->nats, "a.b", "again");
      AWAIT (inbox.count == before + 1);
    }
  inbox_clear (&inbox);
  client_free (client);
  test_nats_free (server);
}

/* The server comes after the client, with everything asked for meanwhile. */
static void
test_late_server (void)
{
  TestNats *server;
  Client *client;
  Inbox inbox = { 0 };

  if (test_nats_is_missing ())
    return;
  server = test_nats_new ("");
  test_nats_kill (server);
  client = client_new (server->url, NULL, NULL);
  qd_nats_subscribe (client->nats, "a.*", message_cb, &inbox, NULL);
  AWAIT (client->error != NULL);
  g_assert_error (client->error, QD_WIRE_ERROR, QD_WIRE_ERROR_UNREACHABLE);
  g_assert_cmpint (client->state, ==, QD_NATS_CONNECTING);
  test_nats_start (server);
  AWAIT_MS (client->state == QD_NATS_LIVE, 30000);
  PUBLISH_UNTIL (client->nats, "a.b", "x", inbox.count > 0);
  client_free (client);
  inbox_clear (&inbox);

  /* Closed while it cannot connect. */
  test_nats_kill (server);
  client = client_new (server->url, NULL, NULL);
  AWAIT (client->error != NULL);
  client_free (client);
  test_nats_free (server);
}

/* --- Who may --------------------------------------------------------------------------------- */

static const char two_users[] =
  "authorization { users: [ {user: good, password: right},"
  " {user: narrow, password: right, permissions: {subscribe: [\"a.>\", \"_INBOX.>\"], publish: [\"a.>\"]}} ] }";

static void
test_refused (void)
{
  TestNats *server;
  Client *client;
  Inbox inbox = { 0 };

  if (test_nats_is_missing ())
    return;
  server = test_nats_new (two_users);
  client = client_new (server->url, "good", "wrong-secret");
  AWAIT (client->state == QD_NATS_REFUSED);
  g_assert_error (client->error, QD_WIRE_ERROR, QD_WIRE_ERROR_UNAUTHORIZED);
  g_assert_null (strstr (client->error->message, "wrong-secret"));
  client_free (client);

  client = client_new (server->url, "good", "right");
  AWAIT (client->state == QD_NATS_LIVE);
  /* Refused later, because the server came back with another password. */
  test_nats_kill (server);
  test_nats_configure (server, "authorization { user: good, password: changed }");
  test_nats_start (server);
  AWAIT_MS (client->state == QD_NATS_REFUSED, 45000);
  client_free (client);

  test_nats_kill (server);
  test_nats_configure (server, two_users);
  test_nats_start (server);
  client = client_new (server->url, "narrow", "right");
  AWAIT (client->state == QD_NATS_LIVE);
  /* Each refusal is told with what it is about, however close they are, and is no change of state. */
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *subject = g_strdup_printf ("b.%u.>", i);

      qd_nats_subscribe (client->nats, subject, message_cb, &inbox, NULL);
      if (i % 2 == 0)
        continue;
      AWAIT (g_strcmp0 (client->subject, subject) == 0);
      g_assert_error (client->error, QD_WIRE_ERROR, QD_WIRE_ERROR_FORBIDDEN);
      g_assert_nonnull (strstr (client->error->message, subject));
      g_assert_cmpint (client->state, ==, QD_NATS_LIVE);
    }
  g_assert_cmpuint (client->n_states, ==, 1);
  publish (client->nats, "c", "x");
  AWAIT (g_strcmp0 (client->subject, "c") == 0);
  client_free (client);
  inbox_clear (&inbox);
  test_nats_free (server);
}

static void
test_nkey (void)
{
  static const char seed[] = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
  static const char *const bad[] = { "", "SU", "not base32!", "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4",
                                     "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VX" };
  g_autofree char *public = qd_nkey_public_of_seed (seed);
  g_autofree char *users = NULL;
  TestNats *server;
  Client *client;

  g_assert_cmpstr (public, ==, "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (qd_nkey_public_of_seed (bad[i]));
  if (test_nats_is_missing ())
    return;
  users = g_strdup_printf ("authorization { users: [ { nkey: %s } ] }", public);
  server = test_nats_new (users);
  client = g_new0 (Client, 1);
  {
    static const QdNatsEvents events = { state_cb };
    QdNatsOptions options = { .url = server->url, .nkey_seed = seed };
    client->nats = qd_nats_new (&options, &events, client, client_destroyed_cb);
  }
  AWAIT (client->state == QD_NATS_LIVE);
  client_free (client);
  test_nats_free (server);
}

/* --- Requests ------------------------------------------------------------------------------ */

typedef struct { gboolean done; GError *error; char *text; guint64 revision; } Reply;

static void
reply_cb (GBytes *payload, const GError *error, gpointer data)
{
  Reply *self = data;

  self->error = error ? g_error_copy (error) : NULL;
  self->text = payload ? g_strndup (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload)) : NULL;
  TELL (self->done = TRUE);
}

static void
stored_cb (guint64 revision, gboolean duplicate, const GError *error, gpointer data)
{
  Reply *self = data;

  self->error = error ? g_error_copy (error) : NULL;
  self->revision = revision;
  TELL (self->done = TRUE);
}

static void
reply_clear (Reply *self)
{
  g_clear_error (&self->error);
  g_clear_pointer (&self->text, g_free);
  *self = (Reply) { 0 };
}

static void
request (QdNats *nats, const char *subject, guint ms, Reply *reply)
{
  reply_clear (reply);
  qd_nats_request (nats, subject, NULL, ms, reply_cb, reply);
  AWAIT (reply->done);
}

static void
responder_cb (const char *subject, const char *reply, const char *payload, gsize length, guint64 dropped, gpointer data)
{
  if (reply != NULL && g_str_equal (subject, "svc.echo"))
    publish (data, reply, "pong");
}

static void
test_request (void)
{
  TestNats *server;
  Client *client;
  Reply reply = { 0 };
  Reply many[50] = { 0 };
  gint64 start;

  if (test_nats_is_missing ())
    return;
  server = test_nats_new ("");
  client = client_new (server->url, NULL, NULL);
  qd_nats_subscribe (client->nats, "svc.*", responder_cb, client->nats, NULL);
  request (client->nats, "svc.echo", 5000, &reply);
  g_assert_no_error (reply.error);
  g_assert_cmpstr (reply.text, ==, "pong");
  request (client->nats, "svc.mute", 200, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (reply.error->message, "svc.mute"));
  request (client->nats, "nobody.there", 5000, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  request (client->nats, "$JS.API.INFO", 5000, &reply);
  g_assert_no_error (reply.error);
  g_assert_nonnull (strstr (reply.text, "\"streams\""));

  /* They wait side by side. */
  start = g_get_monotonic_time ();
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    qd_nats_request (client->nats, "svc.mute", NULL, 300, reply_cb, &many[i]);
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    AWAIT (many[i].done);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    reply_clear (&many[i]);

  test_nats_kill (server);
  AWAIT (client->state == QD_NATS_RECONNECTING);
  request (client->nats, "svc.echo", 200, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_UNREACHABLE);
  /* One that waits is told of the end. */
  reply_clear (&reply);
  qd_nats_request (client->nats, "svc.echo", NULL, 20000, reply_cb, &reply);
  client_free (client);
  AWAIT (reply.done);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED);
  reply_clear (&reply);
  test_nats_free (server);
}

/* There is always something to do: two that post each other anew, so that the queue is never empty. */
typedef struct
{
  gboolean stop;               /* atomic */
  guint under_way;
} Busy;

static void
busy_over_cb (gpointer data, const GError *error)
{
  TELL (((Busy *) data)->under_way--);
}

static void
busy_cb (QdNats *nats, gpointer data)
{
  if (g_atomic_int_get (&((Busy *) data)->stop))
    busy_over_cb (data, NULL);
  else
    qd_nats_do (nats, busy_cb, busy_over_cb, data);
}

static void
test_request_while_busy (void)
{
  Busy busy = { FALSE, 2 };
  TestNats *server;
  Client *client;
  Reply reply = { 0 };

  if (test_nats_is_missing ())
    return;
  server = test_nats_new ("");
  client = client_new (server->url, NULL, NULL);
  qd_nats_subscribe (client->nats, "svc.*", responder_cb, client->nats, NULL);
  request (client->nats, "svc.echo", 5000, &reply);
  g_assert_no_error (reply.error);
  for (guint i = 0; i < 2; i++)
    qd_nats_do (client->nats, busy_cb, busy_over_cb, &busy);
  request (client->nats, "svc.mute", 200, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_TIMEOUT);
  request (client->nats, "svc.echo", 5000, &reply);
  g_assert_no_error (reply.error);
  g_atomic_int_set (&busy.stop, TRUE);
  AWAIT (busy.under_way == 0);
  reply_clear (&reply);
  client_free (client);
  test_nats_free (server);
}

/* --- Key and value --------------------------------------------------------------------------- */

typedef struct
{
  guint initials;
  guint errors;
  GHashTable *values;
  GError *error;
  guint64 revision;
  gboolean destroyed;
} Bucket;

static void
kv_cb (const char *bucket, const char *key, const char *value, gsize length, guint64 revision,
       QdKvOperation operation, gint64 at_us, const GError *error, gpointer data)
{
  Bucket *self = data;

  g_mutex_lock (&told_lock);
  if (error != NULL)
    {
      g_clear_error (&self->error);
      self->error = g_error_copy (error);
      self->errors++;
    }
  else if (key == NULL)
    self->initials++;
  else
    {
      g_assert_cmpint (ABS (at_us - g_get_real_time ()), <, 600 * G_USEC_PER_SEC);
      self->revision = revision;
      if (operation == QD_KV_PUT)
        g_hash_table_insert (self->values, g_strdup (key), g_strndup (value, length));
      else
        g_hash_table_remove (self->values, key);
    }
  g_cond_broadcast (&told_cond);
  g_mutex_unlock (&told_lock);
}

static void
bucket_destroyed_cb (gpointer data)
{
  TELL (((Bucket *) data)->destroyed = TRUE);
}

static void
put (QdNats *nats, const char *bucket, const char *key, const char *text, guint64 expected, Reply *reply)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  reply_clear (reply);
  qd_nats_kv_put (nats, bucket, key, NULL, bytes, expected, stored_cb, reply);
  AWAIT (reply->done);
}

static void
delete_key (QdNats *nats, const char *subject)
{
  /* As any client does it: a message with the header of a delete. */
  natsConnection *nc = NULL;
  jsCtx *js = NULL;
  kvStore *kv = NULL;

  g_assert_cmpint (natsConnection_ConnectTo (&nc, subject), ==, NATS_OK);
  g_assert_cmpint (natsConnection_JetStream (&js, nc, NULL), ==, NATS_OK);
  g_assert_cmpint (js_KeyValue (&kv, js, "BUCKET"), ==, NATS_OK);
  g_assert_cmpint (kvStore_Delete (kv, "tenant.a"), ==, NATS_OK);
  kvStore_Destroy (kv);
  jsCtx_Destroy (js);
  natsConnection_Destroy (nc);
}

static void
make_bucket (const char *url)
{
  natsConnection *nc = NULL;
  jsCtx *js = NULL;
  kvStore *kv = NULL;
  kvConfig config;

  kvConfig_Init (&config);
  config.Bucket = "BUCKET";
  config.History = 5;
  g_assert_cmpint (natsConnection_ConnectTo (&nc, url), ==, NATS_OK);
  g_assert_cmpint (natsConnection_JetStream (&js, nc, NULL), ==, NATS_OK);
  g_assert_cmpint (js_CreateKeyValue (&kv, js, &config), ==, NATS_OK);
  kvStore_Destroy (kv);
  jsCtx_Destroy (js);
  natsConnection_Destroy (nc);
}

static void
test_kv (void)
{
  TestNats *server;
  Client *client;
  Reply reply = { 0 };
  Bucket bucket = { .values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };
  guint64 first;
  guint before;

  if (test_nats_is_missing ())
    return;
  server = test_nats_new ("");
  client = client_new (server->url, NULL, NULL);

  /* Watched before it exists. */
  qd_nats_kv_watch (client->nats, "BUCKET", kv_cb, &bucket, bucket_destroyed_cb);
  AWAIT (bucket.errors == 1);
  g_assert_error (bucket.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  put (client->nats, "BUCKET", "k", "v", QD_NATS_ANY, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  make_bucket (server->url);
  AWAIT (bucket.initials == 1);
  g_assert_cmpuint (bucket.errors, ==, 1);

  put (client->nats, "BUCKET", "tenant.a", "one", 0, &reply);
  g_assert_no_error (reply.error);
  first = reply.revision;
  g_assert_cmpuint (first, >, 0);
  AWAIT (bucket.revision == first);
  put (client->nats, "BUCKET", "tenant.a", "two", first, &reply);
  g_assert_no_error (reply.error);
  /* Lost races: JetStream's 10071. */
  put (client->nats, "BUCKET", "tenant.a", "three", first, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT);
  put (client->nats, "BUCKET", "tenant.a", "three", 0, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT);
  put (client->nats, "BUCKET", "tenant.b", "b", QD_NATS_ANY, &reply);
  g_assert_no_error (reply.error);
  AWAIT (g_hash_table_size (bucket.values) == 2 && bucket.revision == reply.revision);
  g_assert_cmpstr (g_hash_table_lookup (bucket.values, "tenant.a"), ==, "two");
  put (client->nats, "BUCKET", "bad key", "b", QD_NATS_ANY, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID);

  /* What was deleted may be created again. */
  delete_key (client->nats, server->url);
  AWAIT (g_hash_table_size (bucket.values) == 1);
  put (client->nats, "BUCKET", "tenant.a", "new", 0, &reply);
  g_assert_no_error (reply.error);
  AWAIT (g_hash_table_size (bucket.values) == 2);

  /* After a reconnect all is told anew, and what changes then arrives. */
  before = bucket.initials;
  test_nats_kill (server);
  g_hash_table_remove_all (bucket.values);
  test_nats_start (server);
  AWAIT_MS (bucket.initials > before, 40000);
  AWAIT (g_hash_table_size (bucket.values) == 2);
  put (client->nats, "BUCKET", "tenant.c", "c", 0, &reply);
  g_assert_no_error (reply.error);
  AWAIT (g_hash_table_size (bucket.values) == 3);

  client_free (client);
  AWAIT (bucket.destroyed);
  reply_clear (&reply);
  g_clear_error (&bucket.error);
  g_hash_table_unref (bucket.values);
  test_nats_free (server);
}

/* --- Too much ------------------------------------------------------------------------------ */

/* Whether each of @total messages comes, or is told of as dropped, before half a second is over. */
static gboolean
has_told (Inbox *inbox, guint total)
{
  gint64 until = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
  gboolean all;

  g_mutex_lock (&told_lock);
  while (!(all = inbox->count + inbox->dropped == total))
    if (!g_cond_wait_until (&told_cond, &told_lock, until))
      break;
  g_mutex_unlock (&told_lock);
  return all;
}

static gboolean
has_come (Inbox *inbox)
{
  gboolean any;

  g_mutex_lock (&told_lock);
  any = inbox->count > 0;
  g_mutex_unlock (&told_lock);
  return any;
}

static void
test_slow_consumer (void)
{
  TestNats *server;
  Client *client, *other, *sender;
  Inbox inbox = { .held = TRUE }, seen = { 0 }, ready[2] = { { 0 } };
  g_autofree char *text = g_strnfill (200, 'x');
  const guint total = 90000;

  if (test_nats_is_missing ())
    return;
  server = test_nats_new ("");
  client = client_new (server->url, NULL, NULL);
  other = client_new (server->url, NULL, NULL);
  sender = client_new (server->url, NULL, NULL);
  AWAIT (client->state == QD_NATS_LIVE && other->state == QD_NATS_LIVE && sender->state == QD_NATS_LIVE);
  qd_nats_subscribe (client->nats, "a", message_cb, &inbox, NULL);
  qd_nats_subscribe (other->nats, "a", message_cb, &seen, NULL);
  /* What was said before is in effect once this is heard: else the first messages are not for them. */
  qd_nats_subscribe (client->nats, "ready", message_cb, &ready[0], NULL);
  qd_nats_subscribe (other->nats, "ready", message_cb, &ready[1], NULL);
  for (guint i = 0; i < 600 && !(has_come (&ready[0]) && has_come (&ready[1])); i++)
    {
      publish (sender->nats, "ready", "");
      g_usleep (50000);
    }
  for (guint i = 0; i < total; i++)
    publish (sender->nats, "a", text);
  /* However slow the machine is, all of them have come before the first is taken. */
  for (guint i = 0; i < 600 && !has_told (&seen, total); i++)
    g_usleep (100000);
  g_usleep (500000);
  TELL (inbox.held = FALSE);
  /* Nothing is lost without a word, though no message comes after the last that was dropped. */
  for (guint i = 0; i < 600 && !has_told (&inbox, total); i++)
    g_usleep (100000);
  g_test_message ("%u sent, %u came, %" G_GUINT64_FORMAT " dropped, connections %s; last problems: %s, %s", total, inbox.count,
                  inbox.dropped, client->seen_reconnecting || sender->seen_reconnecting ? "broke" : "held",
                  client->error ? client->error->message : "none", sender->error ? sender->error->message : "none");
  g_assert_true (has_told (&inbox, total));
  g_assert_cmpuint (inbox.dropped, >, 0);
  client_free (client);
  client_free (other);
  client_free (sender);
  inbox_clear (&inbox);
  inbox_clear (&seen);
  inbox_clear (&ready[0]);
  inbox_clear (&ready[1]);
  test_nats_free (server);
}

static void
torn_down_cb (void)
{
  static const char words[] = "OpenSSL takes itself apart\n";

  if (write (STDOUT_FILENO, words, sizeof words - 1) < 0)
    _exit (1);
}

/* While the process ends, threads of a connection may still be at work with OpenSSL: it is left alone. */
static void
test_end (void)
{
  if (g_test_subprocess ())
    {
      Client *client = client_new ("nats://127.0.0.1:1", NULL, NULL);

      /* It has tried, and so uses OpenSSL. */
      AWAIT (client->error != NULL);
      OPENSSL_atexit (torn_down_cb);
      client_free (client);
      exit (0);
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stdout_unmatched ("*takes itself apart*");
}

/* Opened and closed at all kinds of moments. */
static void
test_close_early (void)
{
  TestNats *server;

  if (test_nats_is_missing ())
    return;
  server = test_nats_new ("");
  for (guint i = 0; i < 30; i++)
    {
      Client *client = client_new (server->url, NULL, NULL);
      Inbox inbox = { 0 };
      Bucket bucket = { .values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };

      qd_nats_subscribe (client->nats, "a.>", message_cb, &inbox, inbox_destroyed_cb);
      qd_nats_kv_watch (client->nats, "BUCKET", kv_cb, &bucket, bucket_destroyed_cb);
      publish (client->nats, "a.b", "x");
      g_usleep (i * i * 20);
      client_free (client);
      AWAIT (inbox.destroyed && bucket.destroyed);
      inbox_clear (&inbox);
      g_clear_error (&bucket.error);
      g_hash_table_unref (bucket.values);
    }
  test_nats_free (server);
}

int
main (int argc, char **argv)
{
  int status;
  natsStatus closed;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/nats/subscribe", test_subscribe);
  g_test_add_func ("/wire/nats/restart", test_restart);
  g_test_add_func ("/wire/nats/late-server", test_late_server);
  g_test_add_func ("/wire/nats/refused", test_refused);
  g_test_add_func ("/wire/nats/nkey", test_nkey);
  g_test_add_func ("/wire/nats/request", test_request);
  g_test_add_func ("/wire/nats/request-while-busy", test_request_while_busy);
  g_test_add_func ("/wire/nats/kv", test_kv);
  g_test_add_func ("/wire/nats/slow-consumer", test_slow_consumer);
  g_test_add_func ("/wire/nats/close-early", test_close_early);
  g_test_add_func ("/wire/nats/end", test_end);
  status = g_test_run ();
  /* All threads of the library end, so that a leak checker sees what is left. */
  closed = nats_CloseAndWait (10000);
  if (closed != NATS_OK && closed != NATS_NOT_INITIALIZED)
    g_error ("nats.c did not shut down: something still holds it");
  return status;
}
