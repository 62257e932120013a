/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <nats/nats.h>

G_BEGIN_DECLS

/*
 * What the lab and its shards have in common of NATS: a connection that comes back by itself, and a bucket
 * that is watched. All of it blocks: never on a main thread.
 */
typedef struct
{
  const char *const *urls;
  guint n_urls;
  const char *user, *password;
  const char *name;             /* by which the server lists the connection */
  gboolean pooled;              /* all callbacks of the process on one thread */
  void (*again) (gpointer data);/* the connection is back after it was lost; on a thread of nats.c. May be NULL */
  gpointer data;
} LabDial;

/* One attempt. */
natsStatus lab_dial (const LabDial *dial, natsConnection **connection);

typedef enum
{
  LAB_BUCKET_BEGIN,             /* what follows up to SYNCED is all that there is */
  LAB_BUCKET_PUT,
  LAB_BUCKET_GONE,              /* deleted or purged */
  LAB_BUCKET_SYNCED,
} LabBucketWhat;

/* Runs on the watch's thread. @key is NULL with BEGIN and SYNCED, @value but with PUT; both are the watch's. */
typedef void (*LabBucketFunc) (const char *bucket, LabBucketWhat what, const char *key, const char *value, gpointer data);

typedef struct LabBucketWatch LabBucketWatch;

/*
 * Watches @bucket on a thread of its own until it is freed; begins anew each @again_s seconds and whenever it is
 * told to, since a server that dies takes the watch's consumer with it and says nothing.
 */
LabBucketWatch *lab_bucket_watch_new   (natsConnection *connection, const char *bucket, guint again_s,
                                        LabBucketFunc func, gpointer data);

/* Begins anew soon: another BEGIN, and SYNCED once all was read. From any thread. */
void            lab_bucket_watch_again (LabBucketWatch *watch);

/* Waits for the thread, up to a second where the connection was not closed before. */
void            lab_bucket_watch_free  (LabBucketWatch *watch);

G_END_DECLS
