/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buckets and streams by the NATS driver's verbs, against the lab's nats-server, as its roles. */
#include "config.h"

#include <signal.h>
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
  /* A role reads the buckets that are named for it: of others it is not told whether they are there. */
  run (&f, "kv.get", "{\"bucket\":\"NONE\",\"key\":\"new\"}");
  g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_REFUSED);
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

/* --- A cluster whose servers are killed ------------------------------------------------------------- */

static void
kill_server (TestLab *lab, guint nth)
{
  g_autoptr (JsonNode) node = test_lab_request (lab, "GET", "/lab/v1/nats", NULL);
  JsonArray *items = qd_json_list (node, "servers");
  JsonObject *server = qd_json_object (json_array_get_element (items, nth % json_array_get_length (items)));
  gint64 pid = 0;

  if (qd_json_get_int (server, "pid", &pid) && pid > 1)
    kill ((pid_t) pid, SIGKILL);
}

/* What is there now, whatever it takes to hear it. */
static gint64
look (Fixture *f, gint64 *revision)
{
  gint64 until = g_get_monotonic_time () + 90 * G_USEC_PER_SEC;

  do
    run (f, "kv.get", "{\"bucket\":\"CONFIG\",\"key\":\"counter\"}");
  while (f->error && g_error_matches (f->error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE) && g_get_monotonic_time () < until);
  *revision = number_of (f, "revision");
  return g_ascii_strtoll (qd_json_get_string (f->answer, "value", "-1"), NULL, 10);
}

/* Somebody counts by compare-and-set while one server after another is killed: nothing that was told of as stored is gone, nothing
 * is counted twice, and nothing but a lost answer or an unreachable server stands in the way. */
static void
test_cluster (void)
{
  TestLab *lab = test_lab_new ("--sites 3 --paths 3 --flows 3 --rate 5 --nats-servers 3");
  g_autoptr (QdEndpoint) endpoint = NULL;
  Fixture f = { lab };
  gint64 revision, count = 0, longest = 0;
  guint lost = 0, unreachable = 0;

  if (lab == NULL)
    return;
  endpoint = test_lab_endpoint (lab, "nats", "admin");
  f.model = test_model_new (endpoint);
  test_until (g_str_equal (test_model_state (f.model), "live"), 60);
  run (&f, "kv.put", "{\"bucket\":\"CONFIG\",\"key\":\"counter\",\"value\":\"0\",\"revision\":\"0\"}");
  revision = number_of (&f, "revision");
  for (guint round = 0; round < 60; round++)
    {
      gint64 before = g_get_monotonic_time ();

      if (round % 15 == 5)
        kill_server (lab, round / 15);
      runf (&f, "kv.put", "{'bucket':'CONFIG','key':'counter','value':'%" G_GINT64_FORMAT "','revision':'%" G_GINT64_FORMAT "'}", count + 1,
            revision);
      longest = MAX (longest, g_get_monotonic_time () - before);
      if (f.error == NULL)
        {
          count++;
          g_assert_cmpint (number_of (&f, "revision"), >, revision);
          revision = number_of (&f, "revision");
          continue;
        }
      g_test_message ("%s", f.error->message);
      g_assert_error (f.error, QD_DRIVER_ERROR, QD_DRIVER_ERROR_UNREACHABLE);
      if (qd_driver_error_is_lost (f.error))
        {
          gint64 now = look (&f, &revision);

          g_assert_true (now == count || now == count + 1);
          count = now;
          lost++;
        }
      else
        {
          g_assert_cmpint (look (&f, &revision), ==, count);
          unreachable++;
        }
    }
  g_assert_cmpint (look (&f, &revision), ==, count);
  g_assert_cmpint (longest, <, 20 * G_USEC_PER_SEC);
  g_test_message ("%" G_GINT64_FORMAT " counted, %u lost answers, %u times unreachable; the longest took %.1f s", count, lost, unreachable,
                  (double) longest / G_USEC_PER_SEC);
  g_assert_cmpint (count, >, 30);
  end (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/drivers/nats-commands/entries", test_entries);
  g_test_add_func ("/drivers/nats-commands/streams", test_streams);
  g_test_add_func ("/drivers/nats-commands/roles", test_roles);
  g_test_add_func ("/drivers/nats-commands/cluster", test_cluster);
  return g_test_run ();
}
