/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-server.h"

G_BEGIN_DECLS

/*
 * The nats-server child and the one thread that talks to it. Nothing here blocks the caller:
 * every call into nats.c is made on that thread.
 */

/* Called on the main thread once the buckets and streams are there, or with what went wrong. */
typedef void (*LabNatsReadyFunc) (LabServer *server, const char *problem);

LabNats    *lab_nats_new      (LabServer *server, LabNatsReadyFunc ready, GError **error);
void        lab_nats_free     (LabNats *nats);
const char *lab_nats_url      (LabNats *nats);
const char *lab_nats_monitor  (LabNats *nats);
const char *lab_nats_password (LabNats *nats, LabRole role);

/* Publishes LabFrames; takes @frames. What comes while there is no connection is dropped: live is live. */
void        lab_nats_frames   (LabNats *nats, GPtrArray *frames);

/* Publishes an event; kept while there is no connection. */
void        lab_nats_event    (LabNats *nats, guint64 seq, const char *type, const char *text);

/* lab-nats-server.c */
typedef struct LabNatsServer LabNatsServer;

LabNatsServer *lab_nats_server_new  (const char *state_dir, char *const *passwords, const char *lab_password, GError **error);
void           lab_nats_server_free (LabNatsServer *server);
guint          lab_nats_server_port (LabNatsServer *server);
guint          lab_nats_server_http (LabNatsServer *server);

G_END_DECLS
