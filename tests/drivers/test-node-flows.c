/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flows are read again and again: what did not change costs the model nothing, what did is there. */
#include "config.h"

#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

/* What the driver sends, on its way to a model. */
typedef struct {
  QdDrain *drain;
  int flows;          /* deltas about flows, the ends of snapshots among them; atomic */
} Counter;

static void
delta_cb (gpointer data, QdDelta *delta)
{
  Counter *counter = data;

  if (qd_delta_get_key (delta)->kind == QD_KIND_FLOW)
    g_atomic_int_inc (&counter->flows);
  qd_drain_push (counter->drain, delta);
}

static gint64
as_of (QdFleet *fleet, const char *id)
{
  QdEntity *connection = qd_fleet_lookup (fleet, id, QD_KIND_CONNECTION, id);

  return connection ? qd_entity_get (connection, QD_CONNECTION_AS_OF)->v.i : 0;
}

/* An independent reading of the same list, compared field by field of those that move. */
static gboolean
is_as_the_lab_says (QdFleet *fleet, const char *id, TestLab *lab)
{
  g_autoptr (GHashTable) flows = test_lab_list (lab, "/api/v1/flows");
  GHashTableIter iter;
  gpointer name, object;

  if (g_hash_table_size (flows) != qd_entity_list_get_length (qd_fleet_get_list (fleet, QD_KIND_FLOW)))
    return FALSE;
  g_hash_table_iter_init (&iter, flows);
  while (g_hash_table_iter_next (&iter, &name, &object))
    {
      QdEntity *flow = qd_fleet_lookup (fleet, id, QD_KIND_FLOW, name);
      gint64 ours = 0, theirs = 0;

      if (flow == NULL || !qd_entity_get_int (flow, QD_FLOW_BYTES_TX, &ours) || !qd_json_get_int (object, "bytes_tx", &theirs) ||
          ours != theirs)
        return FALSE;
    }
  return TRUE;
}

/* Two pages, in a lab that stands still and then does not. */
static void
test_unchanged (void)
{
  TestLab *lab = test_lab_new ("--sites 5 --paths 10 --flows 1200 --rate 0");
  g_autoptr (QdEndpoint) endpoint = NULL;
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (QdTicker) ticker = qd_timer_ticker_new (10);
  g_autoptr (QdDriver) driver = NULL;
  g_autoptr (JsonNode) ignored = NULL;
  g_autoptr (JsonNode) ignored_too = NULL;
  g_autoptr (GError) error = NULL;
  Counter counter = { 0 };
  const QdSink sink = { delta_cb, &counter };
  gint64 before;
  int told;

  if (lab == NULL)
    return;
  counter.drain = qd_drain_new (fleet);
  qd_drain_set_ticker (counter.drain, ticker);
  endpoint = test_lab_endpoint (lab, "node-api", "admin");
  driver = qd_driver_new_for_endpoint (endpoint, &sink, &error);
  g_assert_no_error (error);
  qd_driver_start (driver);
  test_until (is_as_the_lab_says (fleet, endpoint->id, lab), 20);

  /* The connection says that it is fresh after each list, whatever that brought: two more readings. */
  told = g_atomic_int_get (&counter.flows);
  for (guint i = 0; i < 2; i++)
    {
      before = as_of (fleet, endpoint->id);
      test_until (as_of (fleet, endpoint->id) > before, 40);
    }
  g_assert_cmpint (g_atomic_int_get (&counter.flows), ==, told);

  /* It moves, and stands still elsewhere. */
  ignored = test_lab_request (lab, "POST", "/lab/v1/rate", "{\"rate\":50}");
  test_spin (2500);
  ignored_too = test_lab_request (lab, "POST", "/lab/v1/rate", "{\"rate\":0}");
  test_until (is_as_the_lab_says (fleet, endpoint->id, lab), 60);
  g_assert_cmpint (g_atomic_int_get (&counter.flows), >, told);

  /* Asked for, all is told anew. */
  told = g_atomic_int_get (&counter.flows);
  qd_driver_refresh (driver);
  test_until (g_atomic_int_get (&counter.flows) >= told + 1200, 20);

  qd_driver_stop (driver);
  test_spin (50);
  qd_drain_close (counter.drain);
  g_clear_object (&counter.drain);
  test_lab_free (lab);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/node-flows/unchanged", test_unchanged);
  return g_test_run ();
}
