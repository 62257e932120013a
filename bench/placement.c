/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-bench"
#include "config.h"

#include <stdlib.h>

#include "in-window.h"
#include "qd-application.h"
#include "qd-placement-page.h"

/* placement TENANTS SHARDS: how long the page of placements takes from being asked for to its first painted frame, with all that it shows, in a
 * window that shows another page; beside a page of the same window that has nothing to show. One JSON line. Needs a display. */

#define CONTROL "harbour"
#define NATS "harbour-nats"

typedef struct {
  QdHub *hub;
  QdWindow *window;
  guint n_tenants, n_shards;
} Bench;

static void
apply (QdHub *hub, QdDelta *delta)
{
  qd_fleet_apply (qd_hub_get_fleet (hub), delta);
  qd_delta_unref (delta);
}

static void
add_shard (QdHub *hub, guint n, guint capacity)
{
  g_autofree char *shard = g_strdup_printf ("shard-%u", n), *id = g_strdup_printf ("runner.%s", shard);
  QdDelta *delta = qd_delta_new (CONTROL, QD_KIND_SHARD, id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
  qd_delta_set (delta, QD_FIELD_STATUS_TEXT, qd_value_string ("ready"));
  qd_delta_set (delta, QD_SHARD_KIND, qd_value_string ("runner"));
  qd_delta_set (delta, QD_SHARD_SHARD, qd_value_string (shard));
  qd_delta_set (delta, QD_SHARD_REGION, qd_value_string (n % 2 ? "north" : "south"));
  qd_delta_set (delta, QD_SHARD_VERSION, qd_value_string ("1.4.2"));
  qd_delta_set (delta, QD_SHARD_CAPACITY, qd_value_int (capacity));
  qd_delta_set (delta, QD_SHARD_LOAD, qd_value_double (n * 10.0));
  apply (hub, delta);
}

static void
add_tenant (QdHub *hub, guint n, guint n_shards)
{
  g_autofree char *tenant = g_strdup_printf ("tenant-%05u", n), *id = g_strdup_printf ("RUNNER_PLACEMENT/%s", tenant);
  g_autofree char *shard = g_strdup_printf ("shard-%u", n % n_shards + 1);
  QdDelta *delta = qd_delta_new (CONTROL, QD_KIND_TENANT, tenant, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (tenant));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
  apply (hub, delta);
  delta = qd_delta_new (NATS, QD_KIND_KV_ENTRY, id, QD_DELTA_UPSERT);
  qd_delta_set (delta, QD_KV_BUCKET, qd_value_string ("RUNNER_PLACEMENT"));
  qd_delta_set (delta, QD_KV_KEY, qd_value_string (tenant));
  qd_delta_set (delta, QD_KV_VALUE, qd_value_string (shard));
  qd_delta_set (delta, QD_KV_REVISION, qd_value_int (n + 1));
  apply (hub, delta);
}

static void
fill (Bench *self)
{
  g_autoptr (QdEndpoint) endpoint = qd_endpoint_new (NATS, "Harbour NATS", "nats", "nats://127.0.0.1:1");

  endpoint->feeds = g_strdup (CONTROL);
  qd_hub_add (self->hub, endpoint, FALSE, NULL);
  qd_fleet_begin (qd_hub_get_fleet (self->hub));
  for (guint i = 1; i <= self->n_shards; i++)
    add_shard (self->hub, i, self->n_tenants / self->n_shards + 5);
  for (guint i = 0; i < self->n_tenants; i++)
    add_tenant (self->hub, i, self->n_shards);
  qd_fleet_commit (qd_hub_get_fleet (self->hub));
}

static guint
count_widgets (GtkWidget *widget)
{
  guint n = 1;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_widgets (child);
  return n;
}

int
main (int argc, char **argv)
{
  Bench self = { .n_tenants = argc == 3 ? (guint) atoi (argv[1]) : 0, .n_shards = argc == 3 ? (guint) atoi (argv[2]) : 0 };
  double empty, opened, processor;

  if (self.n_tenants < 1 || self.n_tenants > 100000 || self.n_shards < 1 || self.n_shards > 5000)
    {
      g_printerr ("usage: bench-placement TENANTS SHARDS\n");
      return 2;
    }
  adw_init ();
  qd_app_init ();
  /* the kind that has tenants is the one that is shown first */
  self.hub = qd_hub_new (NULL);
  fill (&self);
  self.window = bench_window_new (self.hub);
  empty = bench_window_show (self.window, "drafts");
  bench_window_show (self.window, "overview");
  processor = bench_get_processor_ms ();
  opened = bench_window_show (self.window, "placement");
  processor = bench_get_processor_ms () - processor;
  g_print ("{\"opened_ms\":%.2f,\"processor_ms\":%.2f,\"floor_ms\":%.2f,\"widgets\":%u}\n", opened, processor, empty, count_widgets (GTK_WIDGET (qd_window_get_page (self.window))));
  gtk_window_destroy (GTK_WINDOW (self.window));
  qd_hub_stop (self.hub);
  g_object_unref (self.hub);
  return 0;
}
