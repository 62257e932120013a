/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tenants between the node-api driver and the real lab: what is there, what happens to them, who was quicker; and a server without them. */
#include "config.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/tenants/verbs", test_verbs);
  g_test_add_func ("/drivers/tenants/absent", test_absent);
  return g_test_run ();
}
