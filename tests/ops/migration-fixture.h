/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fake-fleet.h"
#include "qd-migration.h"
#include "store-testing.h"

G_BEGIN_DECLS

#define FROM "runner.shard-1"
#define TO "runner.shard-2"

typedef struct {
  FakeFleet *fleet;
  QdHub *hub;
  GAsyncResult *result;
  GCancellable *cancellable;
  /* What the fleet's func does: at the nth command of that name (or any that changes something) … */
  const char *at_verb, *at_key;
  guint at, n_seen;
  gboolean carried_out, cancels;
  QdHub *dies;
  guint n_under_way, most_under_way;
} Fixture;

/* What the clock of leases says. */
extern gint64 fake_now_us;

void set_up (Fixture *fixture, gconstpointer data);
/* Lets what is due happen. */
void turn (void);
void end_hub (QdHub *hub);
void tear_down (Fixture *fixture, gconstpointer data);
QdMigrationPlan *plan_for (Fixture *fixture, QdHub *hub, const char *const *tenants, guint n);
void run (Fixture *fixture, QdHub *hub, QdMigrationPlan *plan, guint at_once, guint wait_s);
GPtrArray *outcomes (Fixture *fixture, QdHub *hub);
/* Moves acme; the state that it ended in, and *@error (both of the one outcome). */
char *move_acme (Fixture *fixture, const QdMigrationBounds *bounds, char **error);
GPtrArray *list_jobs (QdHub *hub);
QdMigrationOutcome *go_on (QdHub *hub, const char *job, QdMigrationStep step, QdMigrationWay way, GError **error);
void assert_moved (Fixture *fixture);
void assert_at_home (Fixture *fixture);
/* Every record of a job: an attempt's steps are begun in order, none twice, each under a lease that is not older than the one before. */
void assert_orderly (Fixture *fixture, const char *job);
/* Another process moves the first @n of @tenants, @at_once at a time, and @func says when it ends or falls asleep. (transfer full): its hub */
QdHub *begin_elsewhere (Fixture *fixture, FakeFleetFunc func, const char *const *tenants, guint n, guint at_once);
/* It dies at change @nth (or as the fixture says). FALSE: there were not so many. Its leases are there still. */
gboolean die_elsewhere (Fixture *fixture, guint nth, const char *const *tenants, guint n, guint at_once);
/* It falls asleep with change @nth on its way, and sleeps until its leases have gone and the clock has gone on. (transfer full) */
QdHub *sleep_elsewhere (Fixture *fixture, guint nth, const char *const *tenants, guint n, guint at_once);
/* For fake_fleet_set_func(): the process ends there, or cancels. */
gboolean at_command (FakeFleet *fleet, const char *verb, JsonObject *args, gboolean changes, gpointer data);
/* The same: it falls asleep. */
gboolean sleep_at (FakeFleet *fleet, const char *verb, JsonObject *args, gboolean changes, gpointer data);

G_END_DECLS
