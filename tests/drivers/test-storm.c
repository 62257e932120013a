/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults in a row that nobody clears hold nothing up. */
#include "config.h"

#include <string.h>

#include "driver-fixture.h"

static const char *const routes[] = { "/api/v1/sites", "/api/v1/paths", "/api/v1/nodes", "/api/v1/flows", "/admin/v1/jobs" };
static const char *const faults[] = { "500", "html", "close", "truncate", "garble", "big", "401", "close" };

/* Each fault befalls each list; nothing is cleared in between, and nothing waits to be seen but the
 * list's own message. What the client asks beside that has an answer soon: it once had to wait for
 * ever, since what libsoup sends again by itself upsets its queue. */
static void
test_storm (void)
{
  TestLab *lab = test_lab_new ("--sites 10 --paths 30 --flows 50 --rate 20 --no-nats");
  g_autoptr (QdEndpoint) endpoint = NULL;
  TestModel *model;

  if (lab == NULL)
    return;
  endpoint = test_lab_endpoint (lab, "node-api", "admin");
  model = test_model_new (endpoint);
  test_until (g_str_equal (test_model_state (model), "live"), 20);
  for (guint i = 0; i < G_N_ELEMENTS (routes) * G_N_ELEMENTS (faults); i++)
    {
      const char *fault = faults[i % G_N_ELEMENTS (faults)], *route = routes[i / G_N_ELEMENTS (faults)];
      g_autofree char *spec = g_strdup_printf ("%s:%s", route, fault);
      gint64 began = g_get_monotonic_time ();

      test_lab_set_faults (lab, spec);
      qd_driver_refresh (model->driver);
      test_until (strstr (test_model_detail (model), route), 15);
      g_test_message ("%s: %.2f s", spec, (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC);
    }
  test_lab_set_faults (lab, "");
  test_until (g_str_equal (test_model_state (model), "live"), 20);
  test_model_free (model);
  test_lab_free (lab);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/storm", test_storm);
  return g_test_run ();
}
