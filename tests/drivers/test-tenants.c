/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tenants between the node-api driver and the real lab: what is there, what happens to them, who was quicker; and a server without them. */
#include "config.h"

#include <libsoup/soup.h>
#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

static TestModel *
model_of (TestLab *lab, const char *user)
{
  g_autoptr (QdEndpoint) endpoint = test_lab_endpoint (lab, "node-api", user);

  return test_model_new (endpoint);
}

static gboolean
offers (TestModel *model, const char *feature)
{
  QdEntity *connection = test_model_find (model, QD_KIND_CONNECTION, model->id);
  const char *text = connection ? qd_entity_get_string (connection, QD_CONNECTION_OFFERS) : NULL;
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", feature);

  return g_str_equal (test_model_state (model), "live") && text && strstr (text, quoted);
}

/* Whether @field of the tenant holds @wanted, or what contains it. */
static gboolean
says (TestModel *model, const char *id, guint field, const char *wanted)
{
  QdEntity *tenant = test_model_find (model, QD_KIND_TENANT, id);
  const char *text = tenant ? qd_entity_get_string (tenant, field) : NULL;

  return text && strstr (text, wanted);
}

static void
run (TestModel *model, const char *verb, char *args)
{
  g_autofree char *owned = args;
  g_autoptr (GError) error = NULL;
  JsonNode *node = test_model_command (model, verb, owned, &error);

  g_assert_no_error (error);
  json_node_unref (node);
}

static void
refused (TestModel *model, const char *verb, const char *args, QdDriverError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (test_model_command (model, verb, args, &error));
  g_assert_error (error, QD_DRIVER_ERROR, (int) code);
}

static void
test_verbs (void)
{
  TestLab *lab = test_lab_new ("--sites 4 --paths 6 --flows 10 --rate 0 --no-nats");
  g_autoptr (GError) error = NULL;
  TestModel *model, *other;
  JsonNode *node;
  double on;

  if (lab == NULL)
    return;
  model = model_of (lab, "admin");
  other = model_of (lab, "operator");
  test_until (offers (model, "tenants.write") && test_model_count (model, QD_KIND_TENANT) == 4, 20);
  test_until (offers (other, "tenants.write") && test_model_count (other, QD_KIND_TENANT) == 4, 20);
  g_assert_true (says (model, "tenant-acme", QD_TENANT_PLAN, "enterprise"));
  /* Nobody has measured it. */
  g_assert_cmpint (qd_entity_get (test_model_find (model, QD_KIND_TENANT, "tenant-acme"), QD_TENANT_LAG)->type, ==, QD_VALUE_NONE);

  node = test_model_command (model, "tenant.create", "{\"id\":\"tenant-x\",\"name\":\"X\",\"plan\":\"free\",\"dry_run\":true}", &error);
  g_assert_no_error (error);
  g_assert_nonnull (qd_json_get_array (qd_json_object (node), "plan"));
  json_node_unref (node);
  g_assert_null (test_model_find (model, QD_KIND_TENANT, "tenant-x"));
  run (model, "tenant.create", g_strdup ("{\"id\":\"tenant-x\",\"name\":\"X\",\"plan\":\"free\",\"quotas\":{\"users\":3},\"contacts\":[{\"name\":\"Ada\",\"email\":\"ada@x.example\"}]}"));
  test_until (says (model, "tenant-x", QD_TENANT_QUOTAS, "\"users\":3") && says (other, "tenant-x", QD_TENANT_CONTACTS, "Ada"), 20);

  run (model, "tenant.update", g_strdup ("{\"id\":\"tenant-x\",\"revision\":\"1\",\"changes\":{\"plan\":\"team\",\"quotas\":{\"users\":9}}}"));
  test_until (says (other, "tenant-x", QD_TENANT_PLAN, "team"), 20);
  /* What is there now comes with the refusal. */
  g_assert_null (test_model_command (other, "tenant.update", "{\"id\":\"tenant-x\",\"revision\":\"1\",\"changes\":{\"plan\":\"free\"}}", &error));
  g_assert_error (error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_cmpstr (qd_json_get_string (qd_json_object (qd_driver_error_get_current (error)), "plan", ""), ==, "team");
  g_clear_error (&error);
  refused (model, "tenant.update", "{\"id\":\"tenant-x\",\"changes\":{\"plan\":\"free\"}}", QD_DRIVER_ERROR_INVALID);
  refused (model, "tenant.update", "{\"id\":\"tenant-x\",\"revision\":\"2\",\"changes\":{\"quotas\":{\"users\":-1}}}", QD_DRIVER_ERROR_INVALID);

  refused (model, "tenant.archive", "{\"id\":\"tenant-acme\",\"reason\":\"over\"}", QD_DRIVER_ERROR_CONFLICT);
  run (model, "tenant.suspend", g_strdup ("{\"id\":\"tenant-x\",\"reason\":\"unpaid\"}"));
  test_until (says (other, "tenant-x", QD_FIELD_STATUS_TEXT, "suspended"), 20);
  run (model, "tenant.resume", g_strdup ("{\"id\":\"tenant-x\",\"reason\":\"paid\"}"));
  test_until (says (other, "tenant-x", QD_FIELD_STATUS_TEXT, "active"), 20);
  run (other, "tenant.kill-switch", g_strdup ("{\"id\":\"tenant-x\",\"enabled\":true,\"reason\":\"it floods\"}"));
  test_until (qd_entity_get_double (test_model_find (model, QD_KIND_TENANT, "tenant-x"), QD_TENANT_KILL_SWITCH, &on) && on != 0, 20);
  refused (model, "tenant.kill-switch", "{\"id\":\"tenant-x\",\"reason\":\"x\"}", QD_DRIVER_ERROR_INVALID);
  refused (model, "tenant.suspend", "{\"id\":\"nobody\",\"reason\":\"x\"}", QD_DRIVER_ERROR_MISSING);
  refused (other, "tenant.create", "{\"name\":\"Y\",\"plan\":\"free\"}", QD_DRIVER_ERROR_REFUSED);
  run (model, "tenant.suspend", g_strdup ("{\"id\":\"tenant-x\",\"reason\":\"over\"}"));
  run (model, "tenant.archive", g_strdup ("{\"id\":\"tenant-x\",\"reason\":\"over\"}"));
  test_until (says (other, "tenant-x", QD_FIELD_STATUS_TEXT, "archived"), 20);
  g_assert_cmpint (qd_entity_get_status (test_model_find (other, QD_KIND_TENANT, "tenant-x")), ==, QD_STATUS_NONE);
  test_model_free (other);

  other = model_of (lab, "support");
  test_until (offers (other, "tenants") && test_model_count (other, QD_KIND_TENANT) == 1, 20);
  g_assert_nonnull (test_model_find (other, QD_KIND_TENANT, "tenant-acme"));
  test_model_free (other);
  test_model_free (model);
  test_lab_free (lab);
}

/* How many requests the one rule of faults has met. */
static gint64
count_met (TestLab *lab)
{
  g_autoptr (JsonNode) node = test_lab_request (lab, "GET", "/lab/v1/faults", NULL);
  gint64 hits = 0;

  g_assert_true (qd_json_get_int (qd_json_object (node), "hits", &hits));
  return hits;
}

/* A list that was asked for before a change, and comes after it, does not show for a while what is over. */
static void
test_late_list (void)
{
  static const struct { const char *verb, *state; } changes[] = { { "tenant.suspend", "suspended" }, { "tenant.resume", "active" } };
  TestLab *lab = test_lab_new ("--sites 4 --paths 6 --flows 10 --rate 0 --no-nats");
  TestModel *model;

  if (lab == NULL)
    return;
  model = model_of (lab, "admin");
  run (model, "tenant.create", g_strdup ("{\"id\":\"tenant-x\",\"name\":\"X\",\"plan\":\"team\"}"));
  test_until (test_model_find (model, QD_KIND_TENANT, "tenant-x") != NULL, 20);
  test_lab_set_faults (lab, "/admin/v1/tenants:hold=1500");
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      gint64 before = count_met (lab), until;

      test_until (count_met (lab) > before, 40);
      run (model, changes[i].verb, g_strdup ("{\"id\":\"tenant-x\",\"reason\":\"x\"}"));
      test_until (says (model, "tenant-x", QD_FIELD_STATUS_TEXT, changes[i].state), 20);
      for (until = g_get_monotonic_time () + 3 * G_USEC_PER_SEC; g_get_monotonic_time () < until;)
        {
          g_main_context_iteration (NULL, FALSE);
          g_assert_true (says (model, "tenant-x", QD_FIELD_STATUS_TEXT, changes[i].state));
          g_usleep (2000);
        }
    }
  test_model_free (model);
  test_lab_free (lab);
}

/* A server that has no such routes is whole without them. */
static void
test_absent (void)
{
  TestLab *lab = test_lab_new ("--sites 4 --paths 6 --flows 10 --rate 0 --no-nats --faults /admin/v1/tenants*:404");
  TestModel *model;

  if (lab == NULL)
    return;
  model = model_of (lab, "admin");
  test_until (g_str_equal (test_model_state (model), "live"), 20);
  g_assert_false (offers (model, "tenants"));
  g_assert_cmpuint (test_model_count (model, QD_KIND_TENANT), ==, 0);
  test_model_free (model);
  test_lab_free (lab);
}

/* What happens to other tenants is neither told to who looks after one, nor missed by the numbers. */
static void
test_scoped (void)
{
  TestLab *lab = test_lab_new ("--sites 4 --paths 6 --flows 10 --rate 0 --no-nats");
  TestModel *model, *admin;
  gint64 before = -1, after = -1;
  QdEntityList *events;

  if (lab == NULL)
    return;
  model = model_of (lab, "support");
  admin = model_of (lab, "admin");
  test_until (offers (model, "tenants") && test_model_count (model, QD_KIND_TENANT) == 1, 20);
  test_until (offers (admin, "tenants.write") && test_model_count (admin, QD_KIND_TENANT) == 4, 20);
  qd_entity_get_int (test_model_find (model, QD_KIND_CONNECTION, model->id), QD_CONNECTION_SEQ, &before);
  run (admin, "tenant.suspend", g_strdup ("{\"id\":\"tenant-globex\",\"reason\":\"unpaid\"}"));
  run (admin, "tenant.resume", g_strdup ("{\"id\":\"tenant-globex\",\"reason\":\"paid\"}"));
  run (admin, "tenant.suspend", g_strdup ("{\"id\":\"tenant-acme\",\"reason\":\"unpaid\"}"));
  test_until (says (model, "tenant-acme", QD_FIELD_STATUS_TEXT, "suspended"), 20);
  test_until (qd_entity_get_int (test_model_find (model, QD_KIND_CONNECTION, model->id), QD_CONNECTION_SEQ, &after) && after >= before + 3, 20);
  g_assert_cmpstr (test_model_state (model), ==, "live");
  events = qd_fleet_get_list (model->fleet, QD_KIND_EVENT);
  g_assert_cmpuint (qd_entity_list_get_length (events), >, 0);
  for (guint i = 0; i < qd_entity_list_get_length (events); i++)
    {
      QdEntity *event = qd_entity_list_peek (events, i);
      const char *type = qd_entity_get_string (event, QD_EVENT_TYPE);

      g_assert_cmpstr (type, !=, "withheld");
      if (g_str_has_prefix (type, "tenant_"))
        g_assert_cmpstr (qd_entity_get_string (event, QD_EVENT_SUBJECT_ID), ==, "tenant-acme");
    }
  g_assert_cmpuint (test_model_count (model, QD_KIND_TENANT), ==, 1);
  test_model_free (admin);
  test_model_free (model);
  test_lab_free (lab);
}

/* A server that lists sites and tenants and nothing else, and shows each as far as it is told to. */
typedef struct { SoupServer *server; char *url; gboolean sites, tenants; } Stub;

static void
stub_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Stub *stub = data;
  gboolean sites = g_str_equal (path, "/api/v1/sites"), known = sites || g_str_equal (path, "/admin/v1/tenants");
  guint status = !known ? 404 : (sites ? stub->sites : stub->tenants) ? 200 : 403;
  const char *body = status == 404 ? "{\"title\":\"not here\"}" : status == 403 ? "{\"title\":\"not for you\"}"
                     : sites ? "{\"items\":[{\"id\":\"s1\",\"name\":\"HQ\",\"status\":\"active\"}],\"next\":null}"
                             : "{\"items\":[{\"id\":\"t1\",\"name\":\"Acme\",\"status\":\"active\"},{\"id\":\"t2\",\"name\":\"Globex\"}],\"next\":null}";

  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, body, strlen (body));
}

/* A list that is refused takes nothing from the others, and it is said which; what was seen of it before goes. */
static void
test_forbidden (void)
{
  Stub stub = { soup_server_new ("server-header", "stub", NULL), NULL, TRUE, FALSE };
  g_autoptr (GSList) uris = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (QdEndpoint) endpoint = NULL;
  TestModel *model;

  soup_server_add_handler (stub.server, NULL, stub_cb, &stub, NULL);
  g_assert_true (soup_server_listen_local (stub.server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  uris = soup_server_get_uris (stub.server);
  stub.url = g_uri_to_string (uris->data);
  endpoint = qd_endpoint_new ("stub", "Stub", "node-api", stub.url);
  model = test_model_new (endpoint);
  test_until (g_str_equal (test_model_state (model), "live"), 20);
  test_until (test_model_count (model, QD_KIND_SITE) == 1 && g_str_equal (test_model_detail (model), "You may not see: Tenants"), 10);
  g_assert_cmpuint (test_model_count (model, QD_KIND_TENANT), ==, 0);
  /* It is offered, so that what is missing is the permission. */
  g_assert_true (offers (model, "tenants"));

  stub.tenants = TRUE;
  qd_driver_refresh (model->driver);
  test_until (test_model_count (model, QD_KIND_TENANT) == 2 && *test_model_detail (model) == '\0', 20);
  stub.tenants = FALSE;
  qd_driver_refresh (model->driver);
  test_until (test_model_count (model, QD_KIND_TENANT) == 0 && g_str_equal (test_model_detail (model), "You may not see: Tenants"), 20);
  g_assert_cmpstr (test_model_state (model), ==, "live");
  /* Nothing at all: that is no connection which is well. */
  stub.sites = FALSE;
  qd_driver_refresh (model->driver);
  test_until (g_str_equal (test_model_state (model), "refused"), 20);
  stub.sites = TRUE;
  qd_driver_refresh (model->driver);
  test_until (g_str_equal (test_model_state (model), "live") && test_model_count (model, QD_KIND_SITE) == 1, 20);
  test_model_free (model);
  soup_server_disconnect (stub.server);
  g_object_unref (stub.server);
  g_slist_free_full (g_steal_pointer (&uris), (GDestroyNotify) g_uri_unref);
  g_free (stub.url);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/tenants/verbs", test_verbs);
  g_test_add_func ("/drivers/tenants/late-list", test_late_list);
  g_test_add_func ("/drivers/tenants/absent", test_absent);
  g_test_add_func ("/drivers/tenants/scoped", test_scoped);
  g_test_add_func ("/drivers/tenants/forbidden", test_forbidden);
  return g_test_run ();
}
