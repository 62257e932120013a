/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the command line asks for. A negative count means "not given". */
typedef struct
{
  int sites;
  int paths;
  int flows;
  gint64 seed;
  int rate;
  int port;
  int shards;                   /* of each kind; 0: none */
  int tenants;
  int placed_on;                /* how many shards the tenants are placed on at first; 0: those that run */
  int lease;                    /* seconds that a job's lease lives */
  int events;                   /* a second, over all tenants */
  int nats_servers;             /* 1, or so many that form a cluster */
  int step_up;                  /* seconds that a login is fresh enough for sensitive routes; 0: always */
  char *address;
  char *load;
  char *state;
  char *faults;
  gboolean tls;
  gboolean strict;
  gboolean no_nats;
  gboolean mixed_versions;      /* the last shard of each kind says that it runs another version */
  gboolean die_with_parent;
  gboolean version;
} LabOptions;

#define LAB_DEFAULT_SITES 42
#define LAB_DEFAULT_PATHS 160
#define LAB_DEFAULT_FLOWS 2000
#define LAB_DEFAULT_SEED  1
#define LAB_DEFAULT_RATE  200
#define LAB_DEFAULT_STEP_UP 300

#define LAB_DEFAULT_SHARDS 2
#define LAB_DEFAULT_TENANTS 4
#define LAB_DEFAULT_EVENTS 4
#define LAB_DEFAULT_LEASE 60

#define LAB_MAX_SHARDS 20
#define LAB_MAX_TENANTS 10000
#define LAB_MAX_PLACED_ON 1000
#define LAB_MAX_EVENTS 20000
#define LAB_MIN_LEASE 2
#define LAB_MAX_LEASE 3600
#define LAB_MAX_NATS_SERVERS 5
#define LAB_MAX_SITES 5000
#define LAB_MAX_PATHS 20000
#define LAB_MAX_FLOWS 100000
#define LAB_MAX_RATE  100000
#define LAB_MAX_STEP_UP 86400

void     lab_options_init  (LabOptions *options);
void     lab_options_clear (LabOptions *options);

/* Parses @argv; FALSE with @error set when it does not make sense. --help prints and exits. */
gboolean lab_options_parse (LabOptions *options, char ***argv, GError **error);

G_END_DECLS
