/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* What the wire tests share: waiting for other threads, and servers in threads of their own. */

#include <gio/gio.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* One lock for whatever callbacks on other threads tell the test. */
extern GMutex told_lock;
extern GCond told_cond;
#define TELL(statement) \
  G_STMT_START { g_mutex_lock (&told_lock); statement; g_cond_broadcast (&told_cond); g_mutex_unlock (&told_lock); } G_STMT_END
/* Waits until @condition holds, at most @ms; fails the test when it never does. */
#define AWAIT_MS(condition, ms) \
  G_STMT_START { \
    gint64 until_ = g_get_monotonic_time () + (ms) * (gint64) 1000; \
    g_mutex_lock (&told_lock); \
    while (!(condition)) \
      if (!g_cond_wait_until (&told_cond, &told_lock, until_)) \
        break; \
    if (!(condition)) \
      g_error ("%s:%d: never came true: %s", __FILE__, __LINE__, #condition); \
    g_mutex_unlock (&told_lock); \
  } G_STMT_END
/* Sanitizers slow us down: what would never come true takes longer to be sure of. */
#ifdef __SANITIZE_ADDRESS__
#define PATIENCE_S 60
#else
#define PATIENCE_S 15
#endif
#define AWAIT(condition) AWAIT_MS (condition, PATIENCE_S * 1000)

/* A context that a thread of its own runs. */
typedef struct { GMainContext *context; GMainLoop *loop; GThread *thread; } TestThread;
TestThread *test_thread_new (void);
void test_thread_free (TestThread *self);
/* Runs @func there and returns when it has returned. */
void test_thread_call (TestThread *self, void (*func) (gpointer), gpointer data);

/* A libsoup server on a free loopback port. */
typedef struct { TestThread *thread; SoupServer *server; char *url; guint port; GTlsCertificate *certificate; SoupServerCallback handler; gpointer data; } TestServer;
TestServer *test_server_new (GTlsCertificate *certificate, SoupServerCallback handler, gpointer data);
void test_server_free (TestServer *self);

/* A server that reads a request's head and then does as @script says, byte by byte. */
typedef void (*RawScript) (GIOStream *stream, const char *head, gpointer data);
typedef struct { GSocketService *service; char *url; RawScript script; gpointer data; TestThread *thread; int stop; } RawServer;
RawServer *raw_server_new (RawScript script, gpointer data);
void raw_server_free (RawServer *self);
void raw_write (GIOStream *stream, const char *text, gssize length);
/* The answer that opens a WebSocket, for the request @head. */
char *raw_websocket_accept (const char *head);

/* Self-signed, for @host (a name or an IP address); the PEM file's name goes to @file, if given. */
GTlsCertificate *test_certificate_new (const char *host, char **file, char **sha256);

guint test_free_port (void);

G_END_DECLS
