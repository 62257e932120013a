/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buckets and streams of a real nats-server: who is quicker, what is lost, what is refused, what is large. */
#define G_LOG_DOMAIN "qd-wire-test"
#include "config.h"

#include "qd-nats.h"

#include <string.h>
#include <nats/nats.h>

#include "nats-fixture.h"
#include "wire-test.h"

#define MIB (1024 * 1024)

/* --- The client ---------------------------------------------------------------------------- */

typedef struct
{
  QdNats *nats;
  QdNatsState state;
  guint lives;                 /* how often it came to life */
  gboolean destroyed;
} Client;

static void
state_cb (QdNats *nats, QdNatsState state, const GError *error, gpointer data)
{
  Client *self = data;

  TELL (self->state = state; self->lives += state == QD_NATS_LIVE);
}

static void
destroyed_cb (gpointer data)
{
  TELL (((Client *) data)->destroyed = TRUE);
}

static Client *
client_new (const char *url, const char *user)
{
  static const QdNatsEvents events = { state_cb, NULL };
  QdNatsOptions options = { .url = url, .user = user, .password = user, .name = "test" };
  Client *self = g_new0 (Client, 1);

  self->nats = qd_nats_new (&options, &events, self, destroyed_cb);
  AWAIT (self->state == QD_NATS_LIVE);
  return self;
}

static void
client_free (Client *self)
{
  qd_nats_unref (self->nats);
  AWAIT (self->destroyed);
  g_free (self);
}

/* --- Answers ---------------------------------------------------------------------------------- */

typedef struct
{
  guint answers;
  guint64 seq;
  gboolean duplicate, more;
  QdNatsMessage *message;
  GPtrArray *messages;
  QdNatsStreamInfo info;
  GError *error;
} Reply;

static void
reply_clear (Reply *self)
{
  g_clear_error (&self->error);
  g_clear_pointer (&self->message, qd_nats_message_unref);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  *self = (Reply) { 0 };
}

static void
take (Reply *self, const GError *error)
{
  self->error = error ? g_error_copy (error) : NULL;
  TELL (self->answers++);
}

static void
stored_cb (guint64 seq, gboolean duplicate, const GError *error, gpointer data)
{
  Reply *self = data;

  self->seq = seq;
  self->duplicate = duplicate;
  take (self, error);
}

static void
found_cb (QdNatsMessage *message, const GError *error, gpointer data)
{
  Reply *self = data;

  self->message = message ? qd_nats_message_ref (message) : NULL;
  take (self, error);
}

static void
read_cb (GPtrArray *messages, gboolean more, const GError *error, gpointer data)
{
  Reply *self = data;

  self->messages = messages ? g_ptr_array_ref (messages) : NULL;
  self->more = more;
  take (self, error);
}

static void
info_cb (const QdNatsStreamInfo *info, const GError *error, gpointer data)
{
  Reply *self = data;

  if (info)
    self->info = *info;
  take (self, error);
}

static void
may_cb (const GError *error, gpointer data)
{
  take (data, error);
}

static void
put_bytes (Client *client, const char *bucket, const char *key, GBytes *bytes, guint64 expected, Reply *reply)
{
  reply_clear (reply);
  qd_nats_kv_put (client->nats, bucket, key, NULL, bytes, expected, stored_cb, reply);
  AWAIT (reply->answers == 1);
}

static void
put (Client *client, const char *bucket, const char *key, const char *text, guint64 expected, Reply *reply)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  put_bytes (client, bucket, key, bytes, expected, reply);
}

static void
get (Client *client, const char *bucket, const char *key, Reply *reply)
{
  reply_clear (reply);
  qd_nats_kv_get (client->nats, bucket, key, found_cb, reply);
  AWAIT (reply->answers == 1);
}

static void
read_bucket (Client *client, const char *bucket, const char *key, Reply *reply)
{
  reply_clear (reply);
  qd_nats_kv_read (client->nats, bucket, key, read_cb, reply);
  AWAIT (reply->answers == 1);
}

static void
read_stream (Client *client, const char *subject, guint64 after, guint limit, gboolean last_each, Reply *reply)
{
  reply_clear (reply);
  qd_nats_stream_read (client->nats, "EVENTS", subject, after, limit, last_each, read_cb, reply);
  AWAIT (reply->answers == 1);
}

static void
publish (Client *client, const char *subject, const char *const *headers, const char *text, guint64 expected, Reply *reply)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  reply_clear (reply);
  qd_nats_stream_publish (client->nats, "EVENTS", subject, headers, bytes, expected, stored_cb, reply);
  AWAIT (reply->answers == 1);
}

static char *
text_of (QdNatsMessage *message)
{
  gsize length;
  const char *data = g_bytes_get_data (message->payload, &length);

  return g_strndup (data ? data : "", length);
}

#define assert_text(message, wanted) \
  G_STMT_START { g_autofree char *text_ = text_of (message); g_assert_cmpstr (text_, ==, wanted); } G_STMT_END

/* --- The server -------------------------------------------------------------------------------- */

/* A bucket BUCKET with a history of ten, and a stream EVENTS of "a.>". */
static TestNats *
server_new (const char *authorization, const char *user)
{
  TestNats *server = test_nats_new (authorization);
  g_autofree char *url = user ? g_strdup_printf ("nats://%s:%s@127.0.0.1:%u", user, user, server->port) : g_strdup (server->url);
  natsConnection *nc = NULL;
  jsCtx *js = NULL;
  kvStore *kv = NULL;
  kvConfig bucket;
  jsStreamConfig stream;
  const char *subject = "a.>";

  kvConfig_Init (&bucket);
  bucket.Bucket = "BUCKET";
  bucket.History = 10;
  jsStreamConfig_Init (&stream);
  stream.Name = "EVENTS";
  stream.Subjects = &subject;
  stream.SubjectsLen = 1;
  g_assert_cmpint (natsConnection_ConnectTo (&nc, url), ==, NATS_OK);
  g_assert_cmpint (natsConnection_JetStream (&js, nc, NULL), ==, NATS_OK);
  g_assert_cmpint (js_CreateKeyValue (&kv, js, &bucket), ==, NATS_OK);
  g_assert_cmpint (js_AddStream (NULL, js, &stream, NULL, NULL), ==, NATS_OK);
  kvStore_Destroy (kv);
  jsCtx_Destroy (js);
  natsConnection_Destroy (nc);
  return server;
}

/* --- Who is quicker ------------------------------------------------------------------------------ */

static void
test_compare_and_set (void)
{
  static const char *const headers[] = { "Quarterdeck-Who", "Zoë", "Quarterdeck-Why", "a test: of headers", NULL };
  static const QdKvOperation operations[] = { QD_KV_PUT, QD_KV_PUT, QD_KV_DELETE, QD_KV_PUT };
  TestNats *server;
  Client *client;
  Reply reply = { 0 };
  guint64 first, second, marker;

  if (test_nats_is_missing ())
    return;
  server = server_new ("", NULL);
  client = client_new (server->url, NULL);

  get (client, "BUCKET", "tenant", &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (reply.error->message, "tenant"));
  put (client, "BUCKET", "tenant", "one", 0, &reply);
  g_assert_no_error (reply.error);
  first = reply.seq;
  put (client, "BUCKET", "tenant", "again", 0, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT);
  put (client, "BUCKET", "tenant", "two", first, &reply);
  g_assert_no_error (reply.error);
  second = reply.seq;
  put (client, "BUCKET", "tenant", "late", first, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT);
  g_assert_cmpuint (reply.seq, ==, 0);

  reply_clear (&reply);
  qd_nats_kv_delete (client->nats, "BUCKET", "tenant", NULL, first, stored_cb, &reply);
  AWAIT (reply.answers == 1);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT);
  reply_clear (&reply);
  qd_nats_kv_delete (client->nats, "BUCKET", "tenant", headers, second, stored_cb, &reply);
  AWAIT (reply.answers == 1);
  g_assert_no_error (reply.error);
  marker = reply.seq;
  get (client, "BUCKET", "tenant", &reply);
  g_assert_no_error (reply.error);
  g_assert_cmpint (qd_nats_message_get_operation (reply.message), ==, QD_KV_DELETE);
  g_assert_cmpuint (reply.message->seq, ==, marker);
  g_assert_cmpstr (qd_nats_message_get_header (reply.message, "quarterdeck-who"), ==, "Zoë");
  g_assert_cmpstr (qd_nats_message_get_header (reply.message, "Quarterdeck-Why"), ==, "a test: of headers");
  g_assert_cmpint (ABS (reply.message->at_us - g_get_real_time ()), <, 600 * G_USEC_PER_SEC);

  put (client, "BUCKET", "tenant", "new", 0, &reply);
  g_assert_no_error (reply.error);
  g_assert_cmpuint (reply.seq, >, marker);
  read_bucket (client, "BUCKET", "tenant", &reply);
  g_assert_no_error (reply.error);
  g_assert_cmpuint (reply.messages->len, ==, G_N_ELEMENTS (operations));
  for (guint i = 0; i < reply.messages->len; i++)
    {
      QdNatsMessage *message = g_ptr_array_index (reply.messages, i);

      g_assert_cmpint (qd_nats_message_get_operation (message), ==, operations[i]);
      g_assert_cmpint (ABS (message->at_us - g_get_real_time ()), <, 600 * G_USEC_PER_SEC);
    }
  assert_text (g_ptr_array_index (reply.messages, 1), "two");
  g_assert_cmpstr (qd_nats_message_get_header (g_ptr_array_index (reply.messages, 2), "Quarterdeck-Who"), ==, "Zoë");

  reply_clear (&reply);
  client_free (client);
  test_nats_free (server);
}

/* What cannot be: told at once, each for what it is. */
static void
test_wrong (void)
{
  static const char *const broken[] = { "Quarterdeck-Why", "two\r\nlines", NULL };
  TestNats *server;
  Client *client;
  Reply reply = { 0 };
  g_autofree char *large = g_strnfill (5 * MIB, 'x');

  if (test_nats_is_missing ())
    return;
  server = server_new ("", NULL);
  client = client_new (server->url, NULL);
  put (client, "NOTHING", "k", "v", 0, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (reply.error->message, "NOTHING"));
  get (client, "NOTHING", "k", &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (reply.error->message, "NOTHING"));
  read_bucket (client, "NOTHING", NULL, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  read_bucket (client, "BUCKET", NULL, &reply);
  g_assert_no_error (reply.error);
  g_assert_cmpuint (reply.messages->len, ==, 0);
  read_bucket (client, "BUCKET", "never", &reply);
  g_assert_no_error (reply.error);
  g_assert_cmpuint (reply.messages->len, ==, 0);
  put (client, "BUCKET", "bad key", "v", 0, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID);
  put (client, "BUCKET", "a..b", "v", 0, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID);
  put (client, "BAD.BUCKET", "k", "v", 0, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID);
  get (client, "BUCKET", "*", &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID);
  put (client, "BUCKET", "k", large, 0, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_TOO_LARGE);
  publish (client, "a.b", broken, "v", QD_NATS_ANY, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID);
  publish (client, "a.*", NULL, "v", QD_NATS_ANY, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID);
  /* A subject of another stream, and one of none. */
  publish (client, "$KV.BUCKET.k", NULL, "v", QD_NATS_ANY, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_INVALID);
  get (client, "BUCKET", "k", &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  reply_clear (&reply);
  qd_nats_stream_last (client->nats, "EVENTS", "a.never", found_cb, &reply);
  AWAIT (reply.answers == 1);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  reply_clear (&reply);
  client_free (client);
  test_nats_free (server);
}

/* Bytes as they are, a mebibyte of them, and more in a bucket than one answer brings. */
static void
test_large (void)
{
  TestNats *server;
  Client *client;
  Reply reply = { 0 };
  guchar *data = g_malloc (MIB);
  g_autoptr(GBytes) bytes = NULL;
  const guint n = 36;

  if (test_nats_is_missing ())
    {
      g_free (data);
      return;
    }
  for (guint i = 0; i < MIB; i++)
    data[i] = (guchar) g_test_rand_int ();
  data[7] = 0;
  data[8] = 0xff;
  bytes = g_bytes_new_take (data, MIB);
  server = server_new ("", NULL);
  client = client_new (server->url, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("large.%u", i);

      put_bytes (client, "BUCKET", key, bytes, 0, &reply);
      g_assert_no_error (reply.error);
    }
  get (client, "BUCKET", "large.17", &reply);
  g_assert_no_error (reply.error);
  g_assert_true (g_bytes_equal (reply.message->payload, bytes));
  read_bucket (client, "BUCKET", NULL, &reply);
  g_assert_no_error (reply.error);
  g_assert_cmpuint (reply.messages->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      QdNatsMessage *message = g_ptr_array_index (reply.messages, i);
      g_autofree char *subject = g_strdup_printf ("$KV.BUCKET.large.%u", i);

      g_assert_cmpstr (message->subject, ==, subject);
      g_assert_true (g_bytes_equal (message->payload, bytes));
    }
  reply_clear (&reply);
  client_free (client);
  test_nats_free (server);
}

/* --- Streams ---------------------------------------------------------------------------------------- */

static void
test_publish (void)
{
  static const char *const once[] = { "Nats-Msg-Id", "just-once", NULL };
  TestNats *server;
  Client *client;
  Reply reply = { 0 };
  guint64 first;

  if (test_nats_is_missing ())
    return;
  server = server_new ("", NULL);
  client = client_new (server->url, NULL);
  publish (client, "a.job", once, "one", 0, &reply);
  g_assert_no_error (reply.error);
  g_assert_false (reply.duplicate);
  first = reply.seq;
  /* Sent again, although the sequence is another one now: it is known. */
  publish (client, "a.job", once, "one", 0, &reply);
  g_assert_no_error (reply.error);
  g_assert_true (reply.duplicate);
  g_assert_cmpuint (reply.seq, ==, first);
  publish (client, "a.job", NULL, "other", 0, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT);
  publish (client, "a.other", NULL, "beside", 0, &reply);
  g_assert_no_error (reply.error);
  publish (client, "a.job", NULL, "two", first, &reply);
  g_assert_no_error (reply.error);

  reply_clear (&reply);
  qd_nats_stream_last (client->nats, "EVENTS", "a.job", found_cb, &reply);
  AWAIT (reply.answers == 1);
  g_assert_no_error (reply.error);
  assert_text (reply.message, "two");
  g_assert_cmpuint (reply.message->seq, ==, 3);
  reply_clear (&reply);
  qd_nats_stream_info (client->nats, "EVENTS", info_cb, &reply);
  AWAIT (reply.answers == 1);
  g_assert_cmpuint (reply.info.first_seq, ==, 1);
  g_assert_cmpuint (reply.info.last_seq, ==, 3);
  g_assert_cmpuint (reply.info.messages, ==, 3);
  g_assert_cmpuint (reply.info.n_subjects, ==, 2);
  g_assert_cmpuint (reply.info.bytes, >, 0);
  reply_clear (&reply);
  client_free (client);
  test_nats_free (server);
}

/* All, in pieces, from somewhere on, and of each subject the last: as counted while they were sent. */
static void
test_read (void)
{
  TestNats *server;
  Client *client;
  Reply reply = { 0 }, sent[2500] = { 0 };
  guint64 after = 0;
  guint n = 0;

  if (test_nats_is_missing ())
    return;
  server = server_new ("", NULL);
  client = client_new (server->url, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sent); i++)
    {
      g_autofree char *subject = g_strdup_printf ("a.%u.x", i % 5);
      g_autofree char *text = g_strdup_printf ("%u", i);
      g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

      qd_nats_stream_publish (client->nats, "EVENTS", subject, NULL, bytes, QD_NATS_ANY, stored_cb, &sent[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sent); i++)
    {
      AWAIT (sent[i].answers == 1);
      g_assert_cmpuint (sent[i].seq, ==, i + 1);
    }
  do
    {
      read_stream (client, "a.>", after, 700, FALSE, &reply);
      g_assert_no_error (reply.error);
      for (guint i = 0; i < reply.messages->len; i++, n++)
        {
          g_autofree char *text = g_strdup_printf ("%u", n);

          assert_text (g_ptr_array_index (reply.messages, i), text);
          after = ((QdNatsMessage *) g_ptr_array_index (reply.messages, i))->seq;
        }
      g_assert_cmpint (reply.more, ==, n < G_N_ELEMENTS (sent));
    }
  while (reply.more);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (sent));

  read_stream (client, "a.3.*", 0, 0, FALSE, &reply);
  g_assert_cmpuint (reply.messages->len, ==, G_N_ELEMENTS (sent) / 5);
  g_assert_false (reply.more);
  read_stream (client, "a.3.*", 0, 2000, FALSE, &reply);
  g_assert_cmpuint (reply.messages->len, ==, G_N_ELEMENTS (sent) / 5);
  read_stream (client, ">", G_N_ELEMENTS (sent), 10, FALSE, &reply);
  g_assert_no_error (reply.error);
  g_assert_cmpuint (reply.messages->len, ==, 0);
  read_stream (client, "a.>", 0, 100, TRUE, &reply);
  g_assert_cmpuint (reply.messages->len, ==, 5);
  assert_text (g_ptr_array_index (reply.messages, 4), "2499");
  assert_text (g_ptr_array_index (reply.messages, 0), "2495");
  reply_clear (&reply);
  client_free (client);
  test_nats_free (server);
}

/* --- What is not permitted ----------------------------------------------------------------------------- */

#define USERS \
  "authorization { users: [\n" \
  "  { user: \"writer\", password: \"writer\" }\n" \
  "  { user: \"reader\", password: \"reader\", permissions: { publish: [\"$JS.API.STREAM.>\", \"$JS.API.CONSUMER.>\", \"a.mine\"], subscribe: [\">\"] } }\n" \
  "  { user: \"narrow-1\", password: \"narrow-1\", permissions: { publish: [\"$JS.API.DIRECT.GET.KV_BUCKET.$KV.BUCKET.tenant\"," \
  " \"$JS.API.DIRECT.GET.KV_BUCKET.$KV.BUCKET.absent\"], subscribe: [\"_INBOX.narrow-1.>\"] } }\n" \
  "] }"

static void
test_refused (void)
{
  TestNats *server;
  Client *writer, *reader, *narrow;
  Reply reply = { 0 }, other = { 0 };
  g_autofree char *key = g_strnfill (400, 'k');
  g_autoptr(GBytes) bytes = g_bytes_new ("x", 1);
  gint64 before;

  if (test_nats_is_missing ())
    return;
  server = server_new (USERS, "writer");
  writer = client_new (server->url, "writer");
  reader = client_new (server->url, "reader");
  narrow = client_new (server->url, "narrow-1");
  put (writer, "BUCKET", "tenant", "one", 0, &reply);
  g_assert_no_error (reply.error);

  /* At once: not when the time is over; and others are not taken for it. */
  before = g_get_monotonic_time ();
  qd_nats_stream_publish (reader->nats, "EVENTS", "a.mine", NULL, bytes, QD_NATS_ANY, stored_cb, &other);
  put (reader, "BUCKET", "tenant", "mine", 1, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_FORBIDDEN);
  AWAIT (other.answers == 1);
  g_assert_no_error (other.error);
  put (reader, "BUCKET", key, "mine", 0, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_FORBIDDEN);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 5 * G_USEC_PER_SEC);
  get (reader, "BUCKET", "tenant", &reply);
  g_assert_no_error (reply.error);
  assert_text (reply.message, "one");
  read_bucket (reader, "BUCKET", NULL, &reply);
  g_assert_cmpuint (reply.messages->len, ==, 1);

  /* Who may ask for the last message of some subjects alone, and hears the answers to itself alone. */
  get (narrow, "BUCKET", "tenant", &reply);
  assert_text (reply.message, "one");
  g_assert_cmpuint (reply.message->seq, ==, 1);
  g_assert_cmpstr (reply.message->subject, ==, "$KV.BUCKET.tenant");
  g_assert_cmpint (ABS (reply.message->at_us - g_get_real_time ()), <, 60 * G_USEC_PER_SEC);
  get (narrow, "BUCKET", "absent", &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  get (narrow, "BUCKET", "other", &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_FORBIDDEN);

  /* Asked beforehand, and nothing was stored by asking. */
  reply_clear (&reply);
  qd_nats_stream_may_publish (reader->nats, "$KV.BUCKET.tenant", may_cb, &reply);
  AWAIT (reply.answers == 1);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_FORBIDDEN);
  reply_clear (&reply);
  qd_nats_stream_may_publish (writer->nats, "$KV.BUCKET.tenant", may_cb, &reply);
  AWAIT (reply.answers == 1);
  g_assert_no_error (reply.error);
  reply_clear (&reply);
  qd_nats_stream_may_publish (writer->nats, "nobody.takes.this", may_cb, &reply);
  AWAIT (reply.answers == 1);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_NOT_FOUND);
  read_bucket (writer, "BUCKET", "tenant", &reply);
  g_assert_cmpuint (reply.messages->len, ==, 1);
  reply_clear (&reply);
  reply_clear (&other);
  client_free (writer);
  client_free (reader);
  client_free (narrow);
  test_nats_free (server);
}

/* --- A bad line ------------------------------------------------------------------------------------------- */

/* Stands between client and server, and can swallow what the server says. */
typedef struct
{
  GSocketService *service;
  TestThread *thread;
  char *url;
  guint port;
  gboolean deaf;               /* atomic: nothing of the server's goes on */
  GMutex lock;
  GPtrArray *sockets;
} Line;

static gboolean
pump (GSocket *from, GSocket *to, gboolean *deaf)
{
  char buffer[16384];
  gssize n = g_socket_receive (from, buffer, sizeof buffer, NULL, NULL);

  if (n <= 0)
    return FALSE;
  for (gssize done = 0; done < n && !(deaf && g_atomic_int_get (deaf));)
    {
      gssize sent = g_socket_send (to, buffer + done, (gsize) (n - done), NULL, NULL);

      if (sent <= 0)
        return FALSE;
      done += sent;
    }
  return TRUE;
}

typedef struct { Line *line; GSocket *client, *server; } Pair;

static gpointer
back_main (gpointer data)
{
  Pair *pair = data;

  while (pump (pair->server, pair->client, &pair->line->deaf))
    ;
  g_socket_shutdown (pair->client, TRUE, TRUE, NULL);
  return NULL;
}

static gboolean
line_run_cb (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  Line *self = data;
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GSocketConnection) onward = g_socket_client_connect_to_host (client, "127.0.0.1", (guint16) self->port, NULL, NULL);
  Pair pair = { self, g_socket_connection_get_socket (connection), NULL };
  GThread *back;

  if (onward == NULL)
    return FALSE;
  pair.server = g_socket_connection_get_socket (onward);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->sockets, g_object_ref (pair.client));
  g_mutex_unlock (&self->lock);
  back = g_thread_new ("back", back_main, &pair);
  while (pump (pair.client, pair.server, NULL))
    ;
  g_socket_shutdown (pair.server, TRUE, TRUE, NULL);
  g_thread_join (back);
  return FALSE;
}

static void
line_start (gpointer data)
{
  Line *self = data;
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) got = NULL;

  self->service = g_threaded_socket_service_new (8);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), wanted, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &got, NULL);
  self->url = g_strdup_printf ("nats://127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got)));
  g_signal_connect (self->service, "run", G_CALLBACK (line_run_cb), self);
  g_socket_service_start (self->service);
}

static Line *
line_new (guint port)
{
  Line *self = g_new0 (Line, 1);

  self->port = port;
  g_mutex_init (&self->lock);
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->thread = test_thread_new ();
  test_thread_call (self->thread, line_start, self);
  return self;
}

static void
line_cut (Line *self)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->sockets->len; i++)
    g_socket_shutdown (g_ptr_array_index (self->sockets, i), TRUE, TRUE, NULL);
  g_ptr_array_set_size (self->sockets, 0);
  g_mutex_unlock (&self->lock);
}

static void
line_stop (gpointer data)
{
  Line *self = data;

  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
}

static void
line_free (Line *self)
{
  line_cut (self);
  test_thread_call (self->thread, line_stop, self);
  test_thread_free (self->thread);
  g_ptr_array_unref (self->sockets);
  g_mutex_clear (&self->lock);
  g_free (self->url);
  g_free (self);
}

/* Waits until @revision of the key is on the server. */
static guint64
await_change (Client *client, const char *key, guint64 revision)
{
  Reply reply = { 0 };
  gint64 until = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
  guint64 seq = revision;

  while (seq == revision && g_get_monotonic_time () < until)
    {
      get (client, "BUCKET", key, &reply);
      seq = reply.message ? reply.message->seq : 0;
    }
  reply_clear (&reply);
  return seq;
}

/* It was stored, and the answer never came: that is what is told, and soon after there is a connection again. */
static void
test_lost_answer (void)
{
  TestNats *server;
  Client *direct, *client;
  Line *line;
  Reply reply = { 0 };
  g_autoptr(GBytes) bytes = g_bytes_new ("two", 3);
  guint64 first;
  guint lives;

  if (test_nats_is_missing ())
    return;
  server = server_new ("", NULL);
  line = line_new (server->port);
  direct = client_new (server->url, NULL);
  client = client_new (line->url, NULL);
  put (client, "BUCKET", "tenant", "one", 0, &reply);
  g_assert_no_error (reply.error);
  first = reply.seq;

  g_atomic_int_set (&line->deaf, TRUE);
  reply_clear (&reply);
  qd_nats_kv_put (client->nats, "BUCKET", "tenant", NULL, bytes, first, stored_cb, &reply);
  g_assert_cmpuint (await_change (direct, "tenant", first), >, first);
  g_assert_cmpuint (reply.answers, ==, 0);
  lives = client->lives;
  g_atomic_int_set (&line->deaf, FALSE);
  line_cut (line);
  AWAIT_MS (client->lives > lives, 30000);
  AWAIT_MS (reply.answers == 1, 5000);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (reply.error->message, "look before"));

  /* And what was never sent is not told of as lost: it goes when there is a line. */
  put (client, "BUCKET", "tenant", "late", first, &reply);
  g_assert_error (reply.error, QD_WIRE_ERROR, QD_WIRE_ERROR_CONFLICT);
  get (client, "BUCKET", "tenant", &reply);
  assert_text (reply.message, "two");
  reply_clear (&reply);
  client_free (client);
  client_free (direct);
  line_free (line);
  test_nats_free (server);
}

/* The server is killed while many are under way: each is told of once, what is told of as stored is there, and what is
 * told of as not stored is not. */
static void
test_dropped (void)
{
  TestNats *server;
  Client *client;
  Reply replies[400] = { 0 }, all = { 0 };
  g_autoptr(GHashTable) there = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GBytes) bytes = g_bytes_new ("v", 1);
  guint stored = 0, lost = 0;

  if (test_nats_is_missing ())
    return;
  server = server_new ("", NULL);
  client = client_new (server->url, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      g_autofree char *key = g_strdup_printf ("k%u", i);

      qd_nats_kv_put (client->nats, "BUCKET", key, NULL, bytes, 0, stored_cb, &replies[i]);
      if (i != G_N_ELEMENTS (replies) / 2)
        continue;
      /* However slow the machine is: it has begun to store them. */
      AWAIT_MS (replies[0].answers > 0, 30000);
      test_nats_kill (server);
    }
  test_nats_start (server);
  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    AWAIT_MS (replies[i].answers > 0, 30000);
  AWAIT_MS (client->state == QD_NATS_LIVE, 30000);
  read_bucket (client, "BUCKET", NULL, &all);
  g_assert_no_error (all.error);
  for (guint i = 0; i < all.messages->len; i++)
    g_hash_table_add (there, g_strdup (((QdNatsMessage *) g_ptr_array_index (all.messages, i))->subject + strlen ("$KV.BUCKET.")));
  for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
    {
      g_autofree char *key = g_strdup_printf ("k%u", i);

      g_assert_cmpuint (replies[i].answers, ==, 1);
      if (replies[i].error == NULL)
        g_assert_true (g_hash_table_contains (there, key));
      else if (g_error_matches (replies[i].error, QD_WIRE_ERROR, QD_WIRE_ERROR_UNREACHABLE) ||
               g_error_matches (replies[i].error, QD_WIRE_ERROR, QD_WIRE_ERROR_BUSY))
        g_assert_false (g_hash_table_contains (there, key));
      else
        lost++;
      stored += replies[i].error == NULL;
      g_clear_error (&replies[i].error);
    }
  g_test_message ("%u stored, %u lost on the way", stored, lost);
  g_assert_cmpuint (stored, >, 0);
  reply_clear (&all);
  client_free (client);
  test_nats_free (server);
}

/* Nobody is there any more: what is under way is told of once, not never and not twice. */
static void
test_closed (void)
{
  TestNats *server;
  g_autoptr(GBytes) bytes = g_bytes_new ("v", 1);

  if (test_nats_is_missing ())
    return;
  server = server_new ("", NULL);
  for (guint round = 0; round < 20; round++)
    {
      Client *client = client_new (server->url, NULL);
      Reply replies[5] = { 0 };

      qd_nats_kv_put (client->nats, "BUCKET", "k", NULL, bytes, QD_NATS_ANY, stored_cb, &replies[0]);
      qd_nats_kv_get (client->nats, "BUCKET", "k", found_cb, &replies[1]);
      qd_nats_kv_read (client->nats, "BUCKET", NULL, read_cb, &replies[2]);
      qd_nats_kv_put (client->nats, "NOTHING", "k", NULL, bytes, 0, stored_cb, &replies[3]);
      g_usleep (round * round * 20);
      qd_nats_close (client->nats);
      qd_nats_kv_get (client->nats, "BUCKET", "k", found_cb, &replies[4]);
      for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
        AWAIT (replies[i].answers > 0);
      g_assert_error (replies[4].error, QD_WIRE_ERROR, QD_WIRE_ERROR_CANCELLED);
      client_free (client);
      for (guint i = 0; i < G_N_ELEMENTS (replies); i++)
        {
          g_assert_cmpuint (replies[i].answers, ==, 1);
          reply_clear (&replies[i]);
        }
    }
  test_nats_free (server);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/nats-streams/compare-and-set", test_compare_and_set);
  g_test_add_func ("/wire/nats-streams/wrong", test_wrong);
  g_test_add_func ("/wire/nats-streams/large", test_large);
  g_test_add_func ("/wire/nats-streams/publish", test_publish);
  g_test_add_func ("/wire/nats-streams/read", test_read);
  g_test_add_func ("/wire/nats-streams/refused", test_refused);
  g_test_add_func ("/wire/nats-streams/lost-answer", test_lost_answer);
  g_test_add_func ("/wire/nats-streams/dropped", test_dropped);
  g_test_add_func ("/wire/nats-streams/closed", test_closed);
  status = g_test_run ();
  nats_CloseAndWait (5000);
  return status;
}
