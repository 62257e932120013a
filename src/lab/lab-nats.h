/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab-bucket.h"
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
/* Those of all servers, NULL-terminated. */
const char *const *lab_nats_urls (LabNats *nats);
const char *lab_nats_monitor  (LabNats *nats);
const char *lab_nats_password (LabNats *nats, LabRole role);

/* Where the servers are and who the lab is there, for connections of its own making; what is set lives as long as @nats. */
void        lab_nats_describe (LabNats *nats, LabDial *dial);

/* The shards that tenants are placed on at first: those that run, else what --placed-on says. */
guint       lab_nats_spread   (const LabOptions *options);

/* The id of the tenant that is placed as the @i th at first. (owned) */
char       *lab_nats_tenant   (guint i);

/* Publishes @text under @subject once; kept while there is no connection. */
void        lab_nats_publish  (LabNats *nats, const char *subject, const char *text);

/* @tenant has the newest definitions, unless it has some. */
void        lab_nats_define   (LabNats *nats, const char *tenant);

/* GET /lab/v1/nats. */
void        lab_nats_list     (LabRequest *request);

/* Publishes LabFrames; takes @frames. What comes while there is no connection is dropped: live is live. */
void        lab_nats_frames   (LabNats *nats, GPtrArray *frames);

/* Publishes an event; kept while there is no connection. */
void        lab_nats_event    (LabNats *nats, guint64 seq, const char *type, const char *text);

/* lab-nats-server.c: one server, or some that form a cluster. */
typedef struct LabNatsServers LabNatsServers;

LabNatsServers *lab_nats_servers_new  (const char *state_dir, guint n, char *const *passwords, const char *lab_password, GError **error);
void            lab_nats_servers_free (LabNatsServers *servers);
guint           lab_nats_servers_count (const LabNatsServers *servers);
const char     *lab_nats_servers_name (const LabNatsServers *servers, guint index);
guint           lab_nats_servers_port (const LabNatsServers *servers, guint index);
guint           lab_nats_servers_http (const LabNatsServers *servers, guint index);
/* 0: it is not running at the moment. */
int             lab_nats_servers_pid  (const LabNatsServers *servers, guint index);
/* Ends it; it is started again, as whenever one has ended. */
void            lab_nats_servers_restart (LabNatsServers *servers, guint index);

/* lab-nats-roles.c: the accounts of a server's configuration. The lab's own has the streams; each role has one of its own beside it. */
#define LAB_NATS_ACCOUNT "lab"
void            lab_nats_write_accounts (GString *out, char *const *passwords, const char *lab_password);

G_END_DECLS
