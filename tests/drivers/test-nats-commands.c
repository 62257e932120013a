/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buckets and streams by the NATS driver's verbs, against the lab's nats-server, as its roles. */
#include "config.h"

#include <string.h>

#include "driver-fixture.h"
#include "qd-json.h"

typedef struct { TestLab *lab; TestModel *model; JsonNode *node; JsonObject *answer; GError *error; } Fixture;

static gboolean
begin (Fixture *self, const char *user)
{
  g_autoptr (QdEndpoint) endpoint = NULL;

  *self = (Fixture) { test_lab_new ("--sites 4 --paths 4 --flows 4 --rate 5") };
  if (self->lab == NULL)
    return FALSE;
  endpoint = test_lab_endpoint (self->lab, "nats", user);
  self->model = test_model_new (endpoint);
  test_until (g_str_equal (test_model_state (self->model), "live"), 30);
  return TRUE;
}

static void
forget (Fixture *self)
{
  g_clear_pointer (&self->node, json_node_unref);
  g_clear_error (&self->error);
  self->answer = NULL;
}

static void
end (Fixture *self)
{
  forget (self);
  test_model_free (self->model);
  test_lab_free (self->lab);
}

static void
run (Fixture *self, const char *verb, const char *args)
{
  forget (self);
  self->node = test_model_command (self->model, verb, args, &self->error);
  self->answer = self->node ? qd_json_object (self->node) : NULL;
}

/* @format: of the arguments' JSON, with "'" for the quotes. */
static void G_GNUC_PRINTF (3, 4)
runf (Fixture *self, const char *verb, const char *format, ...)
{
  g_autofree char *args = NULL;
  va_list list;

  va_start (list, format);
  args = g_strdup_vprintf (format, list);
  va_end (list);
  g_strdelimit (args, "'", '"');
  run (self, verb, args);
}

static gint64
number_of (Fixture *self, const char *name)
{
  gint64 value = -1;

  g_assert_no_error (self->error);
  qd_json_get_int (self->answer, name, &value);
  return value;
}

static const char *
current_of (Fixture *self, const char *name)
{
  JsonNode *current = qd_driver_error_get_current (self->error);

  g_assert_nonnull (current);
  return qd_json_get_string (qd_json_object (current), name, NULL);
}

static void
test_entries (void)
{
  Fixture f;
  gint64 first, second, marker;
  JsonArray *items;

  if (!begin (&f, "operator"))
    return;
  run (&f, "kv.get", "{\"bucket\":\"CONFIG\",\"key\":\"new\"}");
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  run (&f, "kv.get", "{\"bucket\":\"NONE\",\"key\":\"new\"}");
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  run (&f, "kv.put", "{\"bucket\":\"CONFIG\",\"key\":\"new\",\"value\":\"one\"}");
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  run (&f, "kv.put", "{\"bucket\":\"CONFIG\",\"key\":\"new\",\"value\":\"one\",\"revision\":\"minus one\"}");
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_INVALID);
  run (&f, "kv.put", "{\"bucket\":\"CONFIG\",\"key\":\"new\",\"value\":\"one\",\"revision\":\"0\",\"headers\":{\"Quarterdeck-Who\":\"me\"}}");
  first = number_of (&f, "revision");
  run (&f, "kv.put", "{\"bucket\":\"CONFIG\",\"key\":\"new\",\"value\":\"again\",\"revision\":\"0\"}");
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_cmpstr (current_of (&f, "value"), ==, "one");
  g_assert_cmpstr (current_of (&f, "operation"), ==, "put");
  g_assert_false (qd_driver_error_is_lost (f.error));
  runf (&f, "kv.put", "{'bucket':'CONFIG','key':'new','value_base64':'/wD+','revision':'%" G_GINT64_FORMAT "'}", first);
  second = number_of (&f, "revision");
  run (&f, "kv.get", "{\"bucket\":\"CONFIG\",\"key\":\"new\"}");
  g_assert_cmpint (number_of (&f, "revision"), ==, second);
  g_assert_cmpstr (qd_json_get_string (f.answer, "value_base64", NULL), ==, "/wD+");
  g_assert_false (json_object_has_member (f.answer, "value"));
  g_assert_false (json_object_has_member (f.answer, "headers"));

  runf (&f, "kv.delete", "{'bucket':'CONFIG','key':'new','revision':'%" G_GINT64_FORMAT "'}", first);
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_cmpstr (current_of (&f, "value_base64"), ==, "/wD+");
  runf (&f, "kv.delete", "{'bucket':'CONFIG','key':'new','revision':'%" G_GINT64_FORMAT "'}", second);
  marker = number_of (&f, "revision");
  run (&f, "kv.get", "{\"bucket\":\"CONFIG\",\"key\":\"new\"}");
  g_assert_cmpstr (qd_json_get_string (f.answer, "operation", NULL), ==, "delete");
  g_assert_cmpint (number_of (&f, "revision"), ==, marker);
  runf (&f, "kv.put", "{'bucket':'CONFIG','key':'new','value':'late','revision':'%" G_GINT64_FORMAT "'}", second);
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_cmpstr (current_of (&f, "operation"), ==, "delete");

  run (&f, "kv.history", "{\"bucket\":\"CONFIG\",\"key\":\"new\"}");
  items = qd_json_get_array (f.answer, "items");
  g_assert_cmpuint (json_array_get_length (items), ==, 3);
  g_assert_cmpstr (qd_json_get_string (json_array_get_object_element (items, 0), "value", NULL), ==, "one");
  g_assert_cmpstr (qd_json_get_string (qd_json_get_object (json_array_get_object_element (items, 0), "headers"), "Quarterdeck-Who", NULL), ==,
                   "me");
  run (&f, "kv.all", "{\"bucket\":\"RUNNER_PLACEMENT\"}");
  items = qd_json_get_array (f.answer, "items");
  g_assert_cmpuint (json_array_get_length (items), >=, 4);
  g_assert_cmpstr (qd_json_get_string (json_array_get_object_element (items, 0), "key", NULL), ==, "tenant-acme");
  run (&f, "kv.all", "{\"bucket\":\"CONFIG\"}");
  g_assert_cmpuint (json_array_get_length (qd_json_get_array (f.answer, "items")), >=, 1);
  run (&f, "kv.nothing", "{\"bucket\":\"CONFIG\"}");
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_NOT_OFFERED);
  end (&f);
}

static void
test_streams (void)
{
  Fixture f;
  gint64 first;
  JsonArray *items;

  if (!begin (&f, "operator"))
    return;
  run (&f, "stream.last", "{\"stream\":\"JOBS\",\"subject\":\"jobs.1\"}");
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  run (&f, "stream.publish", "{\"stream\":\"JOBS\",\"subject\":\"jobs.1\",\"payload\":\"a\",\"expect_last\":\"0\",\"message_id\":\"m\","
                             "\"headers\":{\"Attempt\":\"1\"}}");
  first = number_of (&f, "seq");
  g_assert_false (qd_json_get_bool (f.answer, "duplicate", TRUE));
  run (&f, "stream.publish", "{\"stream\":\"JOBS\",\"subject\":\"jobs.1\",\"payload\":\"a\",\"message_id\":\"m\"}");
  g_assert_true (qd_json_get_bool (f.answer, "duplicate", FALSE));
  g_assert_cmpint (number_of (&f, "seq"), ==, first);
  run (&f, "stream.publish", "{\"stream\":\"JOBS\",\"subject\":\"jobs.1\",\"payload\":\"b\",\"expect_last\":\"0\"}");
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_CONFLICT);
  g_assert_cmpstr (current_of (&f, "payload"), ==, "a");
  runf (&f, "stream.publish", "{'stream':'JOBS','subject':'jobs.1','payload_base64':'gA==','expect_last':'%" G_GINT64_FORMAT "'}", first);
  g_assert_cmpint (number_of (&f, "seq"), >, first);
  run (&f, "stream.read", "{\"stream\":\"JOBS\",\"subject\":\"jobs.>\",\"limit\":\"1\"}");
  items = qd_json_get_array (f.answer, "items");
  g_assert_cmpuint (json_array_get_length (items), ==, 1);
  g_assert_true (qd_json_get_bool (f.answer, "more", FALSE));
  g_assert_cmpint (number_of (&f, "last_seq"), ==, first);
  g_assert_cmpstr (qd_json_get_string (qd_json_get_object (json_array_get_object_element (items, 0), "headers"), "Attempt", NULL), ==, "1");
  runf (&f, "stream.read", "{'stream':'JOBS','subject':'jobs.>','after':'%" G_GINT64_FORMAT "'}", first);
  items = qd_json_get_array (f.answer, "items");
  g_assert_cmpuint (json_array_get_length (items), ==, 1);
  g_assert_cmpstr (qd_json_get_string (json_array_get_object_element (items, 0), "payload_base64", NULL), ==, "gA==");
  g_assert_false (qd_json_get_bool (f.answer, "more", TRUE));
  run (&f, "stream.info", "{\"stream\":\"JOBS\"}");
  g_assert_cmpint (number_of (&f, "messages"), ==, 2);
  g_assert_cmpint (number_of (&f, "n_subjects"), ==, 1);
  run (&f, "stream.info", "{\"stream\":\"NONE\"}");
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_MISSING);
  end (&f);
}

static gboolean
offers (Fixture *self, const char *feature)
{
  QdEntity *connection = test_model_find (self->model, QD_KIND_CONNECTION, self->model->id);
  const char *text = qd_entity_get_string (connection, QD_CONNECTION_OFFERS);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", feature);

  return text != NULL && strstr (text, quoted) != NULL;
}

/* What each role may do is known once the connection is live, and is what the server lets it do. */
static void
test_roles (void)
{
  static const struct { const char *user; gboolean places, configures, jobs; } roles[] = {
    { "admin", TRUE, TRUE, TRUE },        { "operator", TRUE, TRUE, TRUE },    { "developer", FALSE, TRUE, FALSE },
    { "viewer", FALSE, FALSE, FALSE },    { "read-only", FALSE, FALSE, FALSE }, { "support", FALSE, FALSE, FALSE },
    { "break-glass", TRUE, TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    {
      Fixture f;

      if (!begin (&f, roles[i].user))
        return;
      g_test_message ("%s", roles[i].user);
      g_assert_true (offers (&f, "kv") && offers (&f, "streams") && offers (&f, "streams.write:AUDIT"));
      g_assert_cmpint (offers (&f, "placement.write"), ==, roles[i].places);
      g_assert_cmpint (offers (&f, "kv.write"), ==, roles[i].configures || roles[i].places);
      g_assert_cmpint (offers (&f, "kv.write:CONFIG"), ==, roles[i].configures);
      g_assert_cmpint (offers (&f, "kv.write:JOB_LEASES"), ==, roles[i].jobs);
      g_assert_cmpint (offers (&f, "streams.write:JOBS"), ==, roles[i].jobs);
      run (&f, "kv.put", "{\"bucket\":\"RUNNER_PLACEMENT\",\"key\":\"tenant-new\",\"value\":\"shard-1\",\"revision\":\"0\"}");
      if (roles[i].places)
        g_assert_no_error (f.error);
      else
        g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
      run (&f, "stream.publish", "{\"stream\":\"AUDIT\",\"subject\":\"audit.desk\",\"payload\":\"{}\"}");
      g_assert_no_error (f.error);
      run (&f, "kv.history", "{\"bucket\":\"AGGREGATE_PLACEMENT\",\"key\":\"aggregate_placement\"}");
      g_assert_no_error (f.error);
      g_assert_cmpuint (json_array_get_length (qd_json_get_array (f.answer, "items")), >=, 1);
      end (&f);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/nats-commands/entries", test_entries);
  g_test_add_func ("/drivers/nats-commands/streams", test_streams);
  g_test_add_func ("/drivers/nats-commands/roles", test_roles);
  return g_test_run ();
}
