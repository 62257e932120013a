/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is recorded of what is done and refused, when, and how it comes into a stream. */
#include "config.h"

#include "fake-driver.h"
#include "qd-audit-export.h"
#include "qd-audit-facts.h"
#include "qd-audit-private.h"
#include "qd-audit-show.h"
#include "qd-credentials.h"
#include "qd-hub-private.h"
#include "qd-json.h"
#include "store-testing.h"

#define ALL "[\"sites.write\",\"paths.test\",\"paths.failover\",\"flows.search\",\"jobs\",\"jobs.cancel\"]"
#define MAY "[\"sdwan.sites.manage\",\"sdwan.paths.*\",\"sdwan.flows.view\",\"jobs.cancel\"]"
#define SECRET "hunter2-correct-horse"

typedef struct {
  Place place;
  char *journal;
  QdHub *hub;
  FakeDriver *driver;
  GAsyncResult *result;
} Fixture;

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  qd_credentials_clear_finish (result, NULL);
  *(gboolean *) data = TRUE;
}

static void
begin_hub (Fixture *fixture)
{
  fixture->hub = qd_hub_new (NULL);
  qd_hub_keep_audit (fixture->hub, fixture->journal);
  fixture->driver = fake_driver_add (fixture->hub, "c", "dev", ALL, MAY);
}

static void
end_hub (Fixture *fixture)
{
  qd_hub_stop (fixture->hub);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&fixture->result);
  g_assert_finalize_object (fixture->hub);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  gboolean cleared = FALSE;

  place_init (&fixture->place);
  fixture->journal = g_build_filename (fixture->place.folder, "audit.jsonl", NULL);
  qd_credentials_clear ("audit", NULL, cleared_cb, &cleared);
  wait_until (cleared);
  begin_hub (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  end_hub (fixture);
  place_clear (&fixture->place);
  g_free (fixture->journal);
}

static GPtrArray *
lines_of (Fixture *fixture)
{
  GPtrArray *lines = qd_audit_journal_after (fixture->journal, 0, 100000, NULL);

  g_assert_nonnull (lines);
  return lines;
}

/* A member of the nth record on the disk, now. */
static char *
member (Fixture *fixture, guint nth, const char *name)
{
  g_autoptr (GPtrArray) lines = lines_of (fixture);

  g_assert_cmpuint (nth, <, lines->len);
  return qd_audit_line_dup (lines->pdata[nth], strlen (lines->pdata[nth]), name);
}

#define assert_member(fixture, nth, name, text)                          \
  G_STMT_START                                                           \
    {                                                                    \
      g_autofree char *member_text = member (fixture, nth, name);        \
      g_assert_cmpstr (member_text, ==, text);                           \
    }                                                                    \
  G_STMT_END

static guint
count (Fixture *fixture)
{
  g_autoptr (GPtrArray) lines = lines_of (fixture);

  return lines->len;
}

static gboolean
has_trouble (Fixture *fixture)
{
  g_autofree char *trouble = qd_audit_dup_trouble (qd_hub_get_audit (fixture->hub));

  return trouble != NULL;
}

static char *
run (Fixture *fixture, const char *verb, const char *reason)
{
  g_autoptr (JsonObject) args = json_object_new ();

  json_object_set_string_member (args, "id", "7");
  json_object_set_string_member (args, "password", SECRET);
  json_object_set_string_member (args, "url", "https://ada:" SECRET "@host/x");
  g_clear_object (&fixture->result);
  return qd_hub_run (fixture->hub, "c", verb, args, "Do it", reason, NULL, result_cb, &fixture->result);
}

static void
end_run (Fixture *fixture, gboolean well)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = NULL;

  wait_until (fixture->result != NULL);
  answer = qd_hub_run_finish (fixture->hub, fixture->result, &error);
  g_assert_true (well == (answer != NULL));
}

/* --- What is recorded ------------------------------------------------------------------------------------------ */

/* It is on the disk before it is told. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = run (fixture, "site.delete", "because");

  end_run (fixture, FALSE);
  g_assert_cmpuint (count (fixture), ==, 1);
  assert_member (fixture, 0, "outcome", "refused");
  assert_member (fixture, 0, "what", "site.delete");
  assert_member (fixture, 0, "on", "7");
  assert_member (fixture, 0, "why", "because");
  assert_member (fixture, 0, "who", "olga");
  assert_member (fixture, 0, "connection", "c");
  {
    g_autofree char *cause = member (fixture, 0, "error");

    g_assert_nonnull (strstr (cause, "sdwan.sites.delete"));
  }
}

/* It has begun before it is sent, and has ended before that is told. */
static void
test_job (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = run (fixture, "path.failover", "fibre cut"), *trace = NULL, *text = NULL;

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  g_assert_cmpuint (count (fixture), ==, 1);
  assert_member (fixture, 0, "outcome", "begun");
  g_assert_cmpstr (qd_json_get_string (fake_driver_get_args (fixture->driver, 0), "request_id", NULL), ==, id);
  fake_driver_answer (fixture->driver, "{}", 0, NULL);
  end_run (fixture, TRUE);
  g_assert_cmpuint (count (fixture), ==, 2);
  trace = qd_audit_trace_of (id);
  for (guint i = 0; i < 2; i++)
    {
      assert_member (fixture, i, "what", "path.failover");
      assert_member (fixture, i, "job", id);
      assert_member (fixture, i, "request_id", id);
      assert_member (fixture, i, "trace_id", trace);
      assert_member (fixture, i, "why", "fibre cut");
      assert_member (fixture, i, "summary", "Do it");
    }
  assert_member (fixture, 1, "outcome", "succeeded");
  g_assert_true (g_file_get_contents (fixture->journal, &text, NULL, NULL));
  g_assert_null (strstr (text, SECRET));
}

static void
test_failed (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = run (fixture, "path.failover", "fibre cut"), *again = NULL;

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_answer (fixture->driver, NULL, QD_DRIVER_ERROR_FAILED, "it is on fire");
  end_run (fixture, FALSE);
  assert_member (fixture, 1, "outcome", "failed");
  assert_member (fixture, 1, "error", "it is on fire");
  again = run (fixture, "path.failover", "again");
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  qd_hub_cancel_job (fixture->hub, again);
  end_run (fixture, FALSE);
  wait_until (count (fixture) == 5);
  assert_member (fixture, 3, "what", "job.cancel");
  assert_member (fixture, 3, "on", again);
  assert_member (fixture, 4, "outcome", "cancelled");
}

/* Before and after: of what is known here, only what changes. */
static void
test_before (Fixture *fixture, gconstpointer data)
{
  QdDelta *delta = qd_delta_new ("c", QD_KIND_SITE, "7", QD_DELTA_UPSERT);
  g_autoptr (JsonNode) args = qd_json_parse ("{\"id\":\"7\",\"revision\":\"3\",\"changes\":{\"location\":\"Oslo\"}}", -1, "test", NULL);
  g_autoptr (GPtrArray) lines = NULL;

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string ("HQ"));
  qd_delta_set (delta, QD_SITE_LOCATION, qd_value_string ("Bergen"));
  apply (qd_hub_get_fleet (fixture->hub), delta);
  g_free (qd_hub_run (fixture->hub, "c", "site.update", json_node_get_object (args), "Edit HQ", NULL, NULL, result_cb, &fixture->result));
  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  lines = lines_of (fixture);
  g_assert_nonnull (strstr (lines->pdata[0], "\"before\":{\"location\":\"Bergen\"}"));
  g_assert_nonnull (strstr (lines->pdata[0], "\"after\":{\"location\":\"Oslo\"}"));
  fake_driver_answer (fixture->driver, "{}", 0, NULL);
  end_run (fixture, TRUE);
}

static void
test_unlock (Fixture *fixture, gconstpointer data)
{
  qd_hub_unlock (fixture->hub, "c", 15);
  qd_hub_unlock (fixture->hub, "c", 0);
  qd_hub_unlock (fixture->hub, "c", 0);
  wait_until (count (fixture) == 2);
  assert_member (fixture, 0, "what", "connection.unlock");
  assert_member (fixture, 1, "what", "connection.lock");
}

/* Looking is no action; that it was refused is heard of once. */
static void
test_query (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = run (fixture, "flows.search", NULL), *refused = NULL;

  fake_driver_answer (fixture->driver, "{\"items\":[]}", 0, NULL);
  end_run (fixture, TRUE);
  g_assert_cmpuint (count (fixture), ==, 0);
  for (guint i = 0; i < 3; i++)
    {
      g_clear_pointer (&refused, g_free);
      refused = run (fixture, "path.history", NULL);
      end_run (fixture, FALSE);
    }
  g_assert_cmpuint (count (fixture), ==, 1);
  assert_member (fixture, 0, "outcome", "refused");
  assert_member (fixture, 0, "what", "path.history");
}

/* What the server does not let anybody do was refused, whoever it is that says so; it is asked for its own opinion by a dry run too. */
static void
test_refused_there (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = run (fixture, "path.failover", "fibre cut");
  g_autoptr (JsonObject) args = json_object_new ();

  wait_until (fake_driver_get_n_waiting (fixture->driver) == 1);
  fake_driver_answer (fixture->driver, NULL, QD_DRIVER_ERROR_REFUSED, "403: not you");
  end_run (fixture, FALSE);
  g_assert_cmpuint (count (fixture), ==, 2);
  assert_member (fixture, 0, "outcome", "begun");
  assert_member (fixture, 1, "outcome", "refused");
  assert_member (fixture, 1, "error", "403: not you");
  assert_member (fixture, 1, "job", id);
  json_object_set_string_member (args, "id", "7");
  for (guint i = 0; i < 2; i++)
    {
      g_clear_object (&fixture->result);
      qd_hub_dry_run (fixture->hub, "c", i == 0 ? "path.failover" : "site.delete", args, NULL, NULL, result_cb, &fixture->result);
      if (i == 0)
        {
          guint nth = fake_driver_get_n_commands (fixture->driver) - 1;

          g_assert_true (json_object_get_boolean_member (fake_driver_get_args (fixture->driver, nth), "dry_run"));
          fake_driver_answer (fixture->driver, NULL, QD_DRIVER_ERROR_REFUSED, "403: nor that");
        }
      end_run (fixture, FALSE);
    }
  /* Nothing was sent of what is not allowed. */
  g_assert_cmpuint (fake_driver_get_n_commands (fixture->driver), ==, 2);
  g_assert_false (json_object_has_member (args, "dry_run"));
  g_assert_cmpuint (count (fixture), ==, 4);
  assert_member (fixture, 2, "outcome", "refused");
  assert_member (fixture, 2, "error", "403: nor that");
  assert_member (fixture, 3, "what", "site.delete");
}

static JsonNode *
random_json (guint depth)
{
  static const char *const names[] = { "password", "Token", "api_key", "client_secret", "Authorization", "name", "value", "nested", "private_key" };
  JsonObject *object;
  JsonNode *node;

  if (depth == 0)
    return json_node_init_string (json_node_alloc (), g_test_rand_bit () ? "nats://u:" SECRET "@h" : "plain");
  object = json_object_new ();
  for (int i = g_test_rand_int_range (1, 4); i > 0; i--)
    {
      guint at = (guint) g_test_rand_int_range (0, G_N_ELEMENTS (names));

      if (at < 5 || at == 8)
        json_object_set_string_member (object, names[at], SECRET);
      else
        json_object_set_member (object, names[at], random_json (depth - 1));
    }
  node = json_node_init_object (json_node_alloc (), object);
  json_object_unref (object);
  if (g_test_rand_bit ())
    return node;
  /* A text that is JSON hides nothing either. */
  g_autofree char *text = qd_json_to_text (node, FALSE);
  json_node_unref (node);
  return json_node_init_string (json_node_alloc (), text);
}

static void
test_secrets (void)
{
  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (JsonNode) node = random_json (4), clean = qd_audit_clean (node);
      g_autofree char *text = qd_json_to_text (clean, FALSE);

      g_assert_null (strstr (text, SECRET));
    }
}

/* --- Into a stream --------------------------------------------------------------------------------------------- */

/* What a server would keep: the messages of each subject, and their sequences. */
typedef struct { char *subject, *payload, *id; } Message;
typedef struct { GPtrArray *messages; guint n_lost, n_conflicts; gboolean refuses; } Stream;

static void
message_free (gpointer data)
{
  Message *message = data;

  g_free (message->subject);
  g_free (message->payload);
  g_free (message->id);
  g_free (message);
}

static gint64
last_of (Stream *stream, const char *subject)
{
  for (guint i = stream->messages->len; i > 0; i--)
    if (g_str_equal (((Message *) stream->messages->pdata[i - 1])->subject, subject))
      return i;
  return 0;
}

static char *
publish (Stream *stream, JsonObject *args)
{
  Message *message = g_new (Message, 1);

  *message = (Message) { g_strdup (json_object_get_string_member (args, "subject")), g_strdup (json_object_get_string_member (args, "payload")),
                         g_strdup (json_object_get_string_member (args, "message_id")) };
  g_ptr_array_add (stream->messages, message);
  return g_strdup_printf ("{\"seq\":%u,\"duplicate\":false}", stream->messages->len);
}

static char *
tell_last (Stream *stream, gint64 seq)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  json_object_set_int_member (object, "seq", seq);
  json_object_set_string_member (object, "payload", ((Message *) stream->messages->pdata[seq - 1])->payload);
  return qd_json_to_text (node, FALSE);
}

/* (transfer full) all of @subject behind @after. */
static char *
tell_all (Stream *stream, const char *subject, gint64 after)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  JsonArray *items = json_array_new ();

  for (guint i = (guint) after; i < stream->messages->len; i++)
    {
      Message *message = stream->messages->pdata[i];
      JsonObject *item;

      if (!g_str_equal (message->subject, subject))
        continue;
      item = json_object_new ();
      json_object_set_int_member (item, "seq", i + 1);
      json_object_set_string_member (item, "payload", message->payload);
      json_array_add_object_element (items, item);
    }
  json_object_set_array_member (object, "items", items);
  return qd_json_to_text (node, FALSE);
}

/* Answers what waits, as a server would; now and then its answer gets lost after it has done it, or another one was quicker. */
static void
serve (Stream *stream, FakeDriver *driver)
{
  while (fake_driver_get_n_waiting (driver) > 0)
    {
      guint nth = fake_driver_get_n_commands (driver) - fake_driver_get_n_waiting (driver);
      JsonObject *args = fake_driver_get_args (driver, nth);
      const char *subject = json_object_get_string_member (args, "subject");
      gint64 last = last_of (stream, subject);
      gboolean is_publish = g_str_equal (fake_driver_get_verb (driver, nth), "stream.publish");
      g_autofree char *answer = NULL;

      if (stream->refuses)
        fake_driver_answer (driver, NULL, QD_DRIVER_ERROR_REFUSED, "not allowed");
      else if (is_publish && g_ascii_strtoll (json_object_get_string_member (args, "expect_last"), NULL, 10) != last)
        {
          stream->n_conflicts++;
          fake_driver_answer (driver, NULL, QD_DRIVER_ERROR_CONFLICT, "wrong last sequence");
        }
      else if (is_publish && g_test_rand_int_range (0, 6) == 0)
        {
          g_free (publish (stream, args));
          stream->n_lost++;
          fake_driver_answer (driver, NULL, g_test_rand_bit () ? QD_DRIVER_ERROR_CONFLICT : QD_DRIVER_ERROR_UNREACHABLE, "no answer");
        }
      else if (is_publish)
        fake_driver_answer (driver, answer = publish (stream, args), 0, NULL);
      else if (g_str_equal (fake_driver_get_verb (driver, nth), "stream.read"))
        fake_driver_answer (driver, answer = tell_all (stream, subject, g_ascii_strtoll (json_object_get_string_member (args, "after"), NULL, 10)), 0, NULL);
      else if (last == 0)
        fake_driver_answer (driver, NULL, QD_DRIVER_ERROR_MISSING, "nothing there");
      else
        fake_driver_answer (driver, answer = tell_last (stream, last), 0, NULL);
    }
}

static guint
count_messages (Stream *stream, const char *subject)
{
  guint n = 0;

  for (guint i = 0; i < stream->messages->len; i++)
    n += g_str_equal (((Message *) stream->messages->pdata[i])->subject, subject);
  return n;
}

/* Each record of this fleet once, in order, as it is on the disk. */
static void
assert_published (Fixture *fixture, Stream *stream)
{
  g_autoptr (GPtrArray) lines = lines_of (fixture);
  g_autofree char *subject = g_strconcat ("audit.", qd_audit_get_desk (qd_hub_get_audit (fixture->hub)), NULL);
  guint at = 0;

  for (guint i = 0; i < stream->messages->len; i++)
    {
      Message *message = stream->messages->pdata[i];

      if (!g_str_equal (message->subject, subject))
        continue;
      for (; at < lines->len; at++)
        {
          g_autofree char *connection = qd_audit_line_dup (lines->pdata[at], strlen (lines->pdata[at]), "connection");

          if (g_strcmp0 (connection, "elsewhere") != 0)
            break;
        }
      g_assert_cmpuint (at, <, lines->len);
      g_assert_cmpstr (message->payload, ==, lines->pdata[at++]);
    }
}

static void
record_some (Fixture *fixture, guint n)
{
  QdAudit *audit = qd_hub_get_audit (fixture->hub);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DexFuture) future = qd_audit_note (audit, &(QdAuditFacts) { .what = "path.test", .outcome = "succeeded",
                                                                             .connection = i % 4 == 3 ? "elsewhere" : "c" });

      wait_until (!dex_future_is_pending (future));
      g_assert_true (dex_future_is_resolved (future));
    }
}

static void
go_live (Fixture *fixture, FakeDriver *nats, const char *state)
{
  fake_driver_send_state (nats, state);
  qd_drain_flush (qd_hub_get_drain (fixture->hub));
}

/* Goes away and comes back until nothing more has to be published. */
static void
settle (Fixture *fixture, FakeDriver *nats, Stream *stream, guint expected)
{
  QdAudit *audit = qd_hub_get_audit (fixture->hub);

  wait_until (qd_audit_get_desk (audit) != NULL);
  g_autofree char *subject = g_strconcat ("audit.", qd_audit_get_desk (audit), NULL), *anchor = g_strconcat ("audit.anchor.", qd_audit_get_desk (audit), NULL);
  gint64 until = g_get_monotonic_time () + WAIT_US;

  while (count_messages (stream, subject) < expected || count_messages (stream, anchor) == 0 || has_trouble (fixture))
    {
      serve (stream, nats);
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      if (fake_driver_get_n_waiting (nats) == 0 && has_trouble (fixture))
        {
          go_live (fixture, nats, "connecting");
          go_live (fixture, nats, "live");
        }
    }
  g_assert_cmpuint (count_messages (stream, subject), ==, expected);
}

static void
test_stream (Fixture *fixture, gconstpointer data)
{
  Stream stream = { g_ptr_array_new_with_free_func (message_free) };
  FakeDriver *nats;
  guint before;

  record_some (fixture, 40);
  nats = fake_driver_add_nats (fixture->hub, "n", "c");
  go_live (fixture, nats, "live");
  settle (fixture, nats, &stream, 30);
  assert_published (fixture, &stream);
  /* Another run of the program goes on where this one ended, and publishes nothing twice. */
  end_hub (fixture);
  begin_hub (fixture);
  nats = fake_driver_add_nats (fixture->hub, "n", "c");
  go_live (fixture, nats, "live");
  settle (fixture, nats, &stream, 30);
  record_some (fixture, 8);
  settle (fixture, nats, &stream, 36);
  assert_published (fixture, &stream);
  before = stream.messages->len;
  /* Who may not publish does not stop anybody. */
  stream.refuses = TRUE;
  record_some (fixture, 1);
  wait_until ((serve (&stream, nats), has_trouble (fixture)));
  g_assert_cmpuint (stream.messages->len, ==, before);
  g_ptr_array_unref (stream.messages);
}

/* The program ends at any moment of it, just after an answer came too. */
static void
test_ends (Fixture *fixture, gconstpointer data)
{
  Stream stream = { g_ptr_array_new_with_free_func (message_free) };
  FakeDriver *nats = fake_driver_add_nats (fixture->hub, "n", "c");

  record_some (fixture, 3);
  go_live (fixture, nats, "live");
  settle (fixture, nats, &stream, 3);
  for (guint n = 0; n < 60; n++)
    {
      end_hub (fixture);
      begin_hub (fixture);
      nats = fake_driver_add_nats (fixture->hub, "n", "c");
      go_live (fixture, nats, "live");
      wait_until (qd_audit_get_desk (qd_hub_get_audit (fixture->hub)) != NULL);
      for (guint i = 0; i < n / 3; i++)
        {
          g_main_context_iteration (NULL, FALSE);
          serve (&stream, nats);
        }
      for (guint i = 0; i < n % 3; i++)
        g_main_context_iteration (NULL, FALSE);
    }
  g_ptr_array_unref (stream.messages);
}

static QdAuditState
verify (Fixture *fixture, FakeDriver *nats, Stream *stream)
{
  QdAudit *audit = qd_hub_get_audit (fixture->hub);
  const QdAuditVerdict *verdict;

  g_clear_object (&fixture->result);
  qd_audit_verify_async (audit, NULL, result_cb, &fixture->result);
  wait_until (((nats ? serve (stream, nats) : (void) 0), fixture->result != NULL));
  verdict = qd_audit_verify_finish (audit, fixture->result, NULL);
  g_assert_nonnull (verdict);
  g_assert_true (verdict == qd_audit_get_verdict (audit));
  return verdict->state;
}

/* What was cut off the end is known from the stream. */
static void
test_verify (Fixture *fixture, gconstpointer data)
{
  Stream stream = { g_ptr_array_new_with_free_func (message_free) };
  FakeDriver *nats = fake_driver_add_nats (fixture->hub, "n", "c");
  g_autofree char *text = NULL;
  gsize length;

  record_some (fixture, 6);
  go_live (fixture, nats, "live");
  settle (fixture, nats, &stream, 5);
  g_assert_cmpint (verify (fixture, nats, &stream), ==, QD_AUDIT_INTACT);
  g_assert_cmpuint (qd_audit_get_verdict (qd_hub_get_audit (fixture->hub))->n_anchors, >=, 2);
  g_assert_true (g_file_get_contents (fixture->journal, &text, &length, NULL));
  *(char *) memrchr (text, '\n', length - 1) = '\0';
  g_assert_true (g_file_set_contents (fixture->journal, text, -1, NULL));
  {
    g_autofree char *cut = g_strconcat (text, "\n", NULL);

    g_assert_true (g_file_set_contents (fixture->journal, cut, -1, NULL));
  }
  g_assert_cmpint (verify (fixture, nats, &stream), ==, QD_AUDIT_CUT_OFF);
  g_assert_cmpint (qd_audit_get_verdict (qd_hub_get_audit (fixture->hub))->place, ==, 6);
  g_ptr_array_unref (stream.messages);
}

/* Cuts the journal off behind its first @n records. */
static void
cut_off (Fixture *fixture, guint n)
{
  g_autoptr (GPtrArray) lines = lines_of (fixture);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s\n", (char *) lines->pdata[i]);
  g_assert_true (g_file_set_contents (fixture->journal, text->str, (gssize) text->len, NULL));
}

/* Who cuts off the end and lets others grow over it is found out all the same, and what was recorded since is in the stream. */
static void
test_grown_over (Fixture *fixture, gconstpointer data)
{
  Stream stream = { g_ptr_array_new_with_free_func (message_free) };
  FakeDriver *nats = fake_driver_add_nats (fixture->hub, "n", "c");
  g_autofree char *subject = NULL;
  gint64 until;

  record_some (fixture, 6);
  go_live (fixture, nats, "live");
  settle (fixture, nats, &stream, 5);
  end_hub (fixture);
  cut_off (fixture, 3);
  begin_hub (fixture);
  nats = fake_driver_add_nats (fixture->hub, "n", "c");
  record_some (fixture, 10);
  subject = g_strconcat ("audit.", qd_audit_get_desk (qd_hub_get_audit (fixture->hub)), NULL);
  go_live (fixture, nats, "live");
  until = g_get_monotonic_time () + WAIT_US;
  while (count_messages (&stream, subject) < 13)
    {
      serve (&stream, nats);
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      /* An answer that was lost is asked for again when it comes back. */
      if (fake_driver_get_n_waiting (nats) == 0 && has_trouble (fixture))
        {
          go_live (fixture, nats, "connecting");
          go_live (fixture, nats, "live");
        }
    }
  g_assert_cmpuint (count_messages (&stream, subject), ==, 13);
  wait_until ((serve (&stream, nats), has_trouble (fixture)));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (verify (fixture, nats, &stream), ==, QD_AUDIT_ALTERED);
      g_assert_cmpint (qd_audit_get_verdict (qd_hub_get_audit (fixture->hub))->place, ==, 6);
      record_some (fixture, 1);
    }
  g_ptr_array_unref (stream.messages);
}

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Recorded into, and noted by the keyring, a little after the last record. */
static void
record_with_keyring (Fixture *fixture, guint n)
{
  /* Nothing else wakes who waits for what the keyring holds. */
  guint tick = g_timeout_add (50, tick_cb, NULL);

  record_some (fixture, n);
  wait_until (verify (fixture, NULL, NULL) == QD_AUDIT_INTACT && qd_audit_get_verdict (qd_hub_get_audit (fixture->hub))->n_anchors == 1);
  g_source_remove (tick);
}

/* The same where only the keyring knows. */
static void
test_grown_over_keyring (Fixture *fixture, gconstpointer data)
{
  record_with_keyring (fixture, 6);
  end_hub (fixture);
  cut_off (fixture, 3);
  begin_hub (fixture);
  record_some (fixture, 6);
  wait_until (qd_hub_get_audit (fixture->hub)->doubted);
  g_assert_cmpint (verify (fixture, NULL, NULL), ==, QD_AUDIT_ALTERED);
  g_assert_cmpint (qd_audit_get_verdict (qd_hub_get_audit (fixture->hub))->place, ==, 6);
}

/* Two journals of one user, as of a packaged and a built program, are no copies of each other. */
static void
test_two_journals (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = g_strdup (fixture->journal), *second = g_strconcat (fixture->journal, ".other", NULL);

  record_with_keyring (fixture, 6);
  end_hub (fixture);
  g_set_str (&fixture->journal, second);
  begin_hub (fixture);
  record_with_keyring (fixture, 3);
  end_hub (fixture);
  g_set_str (&fixture->journal, first);
  begin_hub (fixture);
  record_with_keyring (fixture, 1);
}

static gboolean
was_trimmed (Fixture *fixture)
{
  g_autoptr (QdAuditVerdict) verdict = qd_audit_verify (fixture->journal, NULL, NULL, NULL);

  g_assert_cmpint (verdict->state, ==, QD_AUDIT_INTACT);
  return verdict->n_removed > 0;
}

static void
test_limits (Fixture *fixture, gconstpointer data)
{
  QdAudit *audit = qd_hub_get_audit (fixture->hub);

  record_some (fixture, 60);
  qd_audit_set_limits (audit, &(QdAuditLimits) { 0, 8000 });
  g_assert_cmpint (qd_audit_get_limits (audit).max_bytes, ==, 8000);
  wait_until (count (fixture) < 60);
  wait_until (was_trimmed (fixture));
}

/* --- Shown, and taken elsewhere -------------------------------------------------------------------------------- */

static void
test_show (Fixture *fixture, gconstpointer data)
{
  QdEntityList *list = qd_fleet_get_list (qd_hub_get_fleet (fixture->hub), QD_KIND_AUDIT);
  g_autoptr (QdAuditShow) show = NULL;
  QdEntity *entity;

  record_some (fixture, 300);
  show = qd_audit_show_new (fixture->hub);
  wait_until (qd_entity_list_get_length (list) == 300);
  record_some (fixture, 1);
  wait_until (qd_entity_list_get_length (list) == 301);
  wait_until (!qd_audit_show_is_loading (show));
  entity = qd_entity_list_peek (list, 0);
  g_assert_cmpstr (qd_entity_get_string (entity, QD_AUDIT_WHAT), ==, "path.test");
  g_assert_cmpstr (qd_entity_get_name (entity), ==, "Test path");
  g_assert_cmpstr (qd_entity_get_place (entity), ==, "elsewhere");
  g_clear_object (&show);
}

static void
test_export (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->place.folder, "out", NULL), *text = NULL, *journal = NULL, *csv = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GAsyncResult) result = NULL, second = NULL, third = NULL;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  guint n;

  record_some (fixture, 12);
  lines = lines_of (fixture);
  qd_audit_export_async (lines, QD_AUDIT_JSONL, file, NULL, NULL, NULL, result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (qd_audit_export_finish (result, &n, NULL));
  g_assert_cmpuint (n, ==, 12);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_file_get_contents (fixture->journal, &journal, NULL, NULL));
  g_assert_cmpstr (text, ==, journal);
  /* Cancelled, nothing has happened to it. */
  g_cancellable_cancel (cancelled);
  qd_audit_export_async (lines, QD_AUDIT_CSV, file, NULL, NULL, cancelled, result_cb, &second);
  wait_until (second != NULL);
  g_assert_false (qd_audit_export_finish (second, NULL, NULL));
  g_clear_pointer (&text, g_free);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, journal);
  qd_audit_export_async (lines, QD_AUDIT_CSV, file, NULL, NULL, NULL, result_cb, &third);
  wait_until (third != NULL);
  g_assert_true (qd_audit_export_finish (third, NULL, NULL));
  g_assert_true (g_file_get_contents (path, &csv, NULL, NULL));
  g_assert_true (g_str_has_prefix (csv, "at,who,what,on,outcome,"));
  {
    g_auto (GStrv) rows = g_strsplit (csv, "\r\n", -1);

    g_assert_cmpuint (g_strv_length (rows), ==, 14);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/audit/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("refused", test_refused);
  ADD ("refused-there", test_refused_there);
  ADD ("job", test_job);
  ADD ("failed", test_failed);
  ADD ("before", test_before);
  ADD ("unlock", test_unlock);
  ADD ("query", test_query);
  ADD ("stream", test_stream);
  ADD ("ends", test_ends);
  ADD ("verify", test_verify);
  ADD ("grown-over", test_grown_over);
  ADD ("grown-over-keyring", test_grown_over_keyring);
  ADD ("two-journals", test_two_journals);
  ADD ("limits", test_limits);
  ADD ("show", test_show);
  ADD ("export", test_export);
  g_test_add_func ("/audit/secrets", test_secrets);
  return g_test_run ();
}
