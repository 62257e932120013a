/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A real nats-server with JetStream, in a folder and on a loopback port of its own. */
typedef struct {
  char *folder;
  char *config;
  char *authorization;
  char *url;
  guint port;
  GSubprocess *process;
} TestNats;

/* TRUE, and the test is skipped, where nats-server is not installed. */
gboolean test_nats_is_missing (void);
/* @authorization: lines for its configuration. */
TestNats *test_nats_new (const char *authorization);
void test_nats_configure (TestNats *self, const char *authorization);   /* between kill and start */
void test_nats_move (TestNats *self, guint port);                       /* likewise */
void test_nats_start (TestNats *self);
void test_nats_kill (TestNats *self);                                   /* -9 */
void test_nats_stop (TestNats *self);                                   /* in order: its streams are on the disk */
void test_nats_free (TestNats *self);

G_END_DECLS
