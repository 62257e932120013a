/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-wire-test"
#include "config.h"

#include "wire-test.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <glib/gstdio.h>

GMutex told_lock;
GCond told_cond;

/* --- Threads ------------------------------------------------------------------------------- */

static gpointer
thread_main (gpointer data)
{
  TestThread *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

TestThread *
test_thread_new (void)
{
  TestThread *self = g_new0 (TestThread, 1);

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("test-server", thread_main, self);
  return self;
}

void
test_thread_free (TestThread *self)
{
  g_main_loop_quit (self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self);
}

typedef struct { void (*func) (gpointer); gpointer data; gboolean done; } Call;

static gboolean
call_cb (gpointer data)
{
  Call *call = data;

  call->func (call->data);
  TELL (call->done = TRUE);
  return G_SOURCE_REMOVE;
}

void
test_thread_call (TestThread *self, void (*func) (gpointer), gpointer data)
{
  Call call = { func, data, FALSE };
  g_autoptr(GSource) source = g_idle_source_new ();

  g_source_set_callback (source, call_cb, &call, NULL);
  g_source_attach (source, self->context);
  AWAIT (call.done);
}

/* --- A libsoup server ---------------------------------------------------------------------- */

static void
start_server (gpointer data)
{
  TestServer *self = data;
  g_autoptr(GError) error = NULL;
  GSList *uris;

  self->server = soup_server_new (NULL, NULL);
  if (self->certificate != NULL)
    soup_server_set_tls_certificate (self->server, self->certificate);
  soup_server_add_handler (self->server, NULL, self->handler, self->data, NULL);
  soup_server_listen_local (self->server, 0,
                            SOUP_SERVER_LISTEN_IPV4_ONLY | (self->certificate ? SOUP_SERVER_LISTEN_HTTPS : 0), &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->port = (guint) g_uri_get_port (uris->data);
  self->url = g_strdup_printf ("%s://127.0.0.1:%u", self->certificate ? "https" : "http", self->port);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static void
stop_server (gpointer data)
{
  TestServer *self = data;

  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
}

TestServer *
test_server_new (GTlsCertificate *certificate, SoupServerCallback handler, gpointer data)
{
  TestServer *self = g_new0 (TestServer, 1);

  self->thread = test_thread_new ();
  self->certificate = certificate;
  self->handler = handler;
  self->data = data;
  test_thread_call (self->thread, start_server, self);
  return self;
}

void
test_server_free (TestServer *self)
{
  test_thread_call (self->thread, stop_server, self);
  test_thread_free (self->thread);
  g_free (self->url);
  g_free (self);
}

/* --- A raw server -------------------------------------------------------------------------- */

/* What the service's threads need: a connection may still be served when the server is let go. */
typedef struct {
  RawScript script;
  gpointer data;
} RawRun;

static void
run_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

static gboolean
run_cb (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  RawRun *self = data;
  g_autoptr(GString) head = g_string_new (NULL);
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  char c;

  while (strstr (head->str, "\r\n\r\n") == NULL && g_input_stream_read (in, &c, 1, NULL, NULL) == 1)
    g_string_append_c (head, c);
  self->script (G_IO_STREAM (connection), head->str, self->data);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

static void
start_raw (gpointer data)
{
  RawServer *self = data;
  RawRun *run = g_new0 (RawRun, 1);
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) got = NULL;

  self->service = g_threaded_socket_service_new (16);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), wanted, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &got, NULL);
  run->script = self->script;
  run->data = self->data;
  g_signal_connect_data (self->service, "run", G_CALLBACK (run_cb), run, run_free, 0);
  self->url = g_strdup_printf ("http://127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got)));
  g_socket_service_start (self->service);
}

RawServer *
raw_server_new (RawScript script, gpointer data)
{
  RawServer *self = g_new0 (RawServer, 1);

  self->script = script;
  self->data = data;
  self->thread = test_thread_new ();
  test_thread_call (self->thread, start_raw, self);
  return self;
}

static void
stop_raw (gpointer data)
{
  RawServer *self = data;

  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
}

void
raw_server_free (RawServer *self)
{
  test_thread_call (self->thread, stop_raw, self);
  test_thread_free (self->thread);
  g_free (self->url);
  g_free (self);
}

void
raw_write (GIOStream *stream, const char *text, gssize length)
{
  GOutputStream *out = g_io_stream_get_output_stream (stream);

  /* A client that went away is what some tests want. */
  g_output_stream_write_all (out, text, length < 0 ? strlen (text) : (gsize) length, NULL, NULL, NULL);
}

char *
raw_websocket_accept (const char *head)
{
  const char *key = strcasestr (head, "sec-websocket-key:");
  g_autofree char *joined = NULL;
  g_autofree char *accept = NULL;
  g_autoptr(GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize n = sizeof digest;

  if (key == NULL)
    return g_strdup ("");      /* gone before it had asked */
  key += strlen ("sec-websocket-key:");
  joined = g_strndup (key, strcspn (key, "\r"));
  g_strstrip (joined);
  g_checksum_update (sum, (const guchar *) joined, -1);
  g_checksum_update (sum, (const guchar *) "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", -1);
  g_checksum_get_digest (sum, digest, &n);
  accept = g_base64_encode (digest, n);
  return g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
}

/* --- Certificates -------------------------------------------------------------------------- */

static void
sign (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const char *host)
{
  struct in_addr ip;
  guint8 serial = 1;

  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_serial (certificate, &serial, 1);
  gnutls_x509_crt_set_activation_time (certificate, time (NULL) - 3600);
  gnutls_x509_crt_set_expiration_time (certificate, time (NULL) + 3600);
  gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, host, (unsigned) strlen (host));
  if (inet_pton (AF_INET, host, &ip) == 1)
    gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, &ip, 4, GNUTLS_FSAN_SET);
  else
    gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, host, (unsigned) strlen (host), GNUTLS_FSAN_SET);
  gnutls_x509_crt_set_basic_constraints (certificate, 1, -1);
  gnutls_x509_crt_set_key (certificate, key);
  gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
}

GTlsCertificate *
test_certificate_new (const char *host, char **file, char **sha256)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
  gnutls_datum_t cert_pem = { 0 }, key_pem = { 0 }, der = { 0 };
  g_autofree char *pem = NULL;
  g_autoptr(GError) error = NULL;
  GTlsCertificate *result;

  gnutls_x509_privkey_init (&key);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0), ==, 0);
  gnutls_x509_crt_init (&certificate);
  sign (certificate, key, host);
  gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &cert_pem);
  gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der);
  gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key_pem);
  pem = g_strdup_printf ("%s%s", cert_pem.data, key_pem.data);
  result = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_assert_no_error (error);
  if (file != NULL)
    {
      int fd = g_file_open_tmp ("qd-cert-XXXXXX.pem", file, &error);
      g_assert_no_error (error);
      g_close (fd, NULL);
      g_file_set_contents (*file, (char *) cert_pem.data, -1, &error);
      g_assert_no_error (error);
    }
  if (sha256 != NULL)
    *sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der.data, der.size);
  gnutls_free (cert_pem.data);
  gnutls_free (key_pem.data);
  gnutls_free (der.data);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  return result;
}

guint
test_free_port (void)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
}
