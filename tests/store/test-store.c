/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept comes back as it was. */
#include "config.h"

#include <math.h>

#include "qd-store-row.h"
#include "store-testing.h"

#define MINUTE_US (60 * G_USEC_PER_SEC)

/* --- State ----------------------------------------------------------------------------------- */

static QdValue
random_value (GRand *rand, QdType type)
{
  static const char *const words[] = { "", "HQ", "Zürich → Genève", "a\nb\"c\\", "x\t\xf0\x9f\x9a\xa2", "0" };
  g_autofree char *json = NULL;

  switch (type)
    {
    case QD_VALUE_BOOL:
      return qd_value_bool (g_rand_boolean (rand));
    case QD_VALUE_INT:
      return qd_value_int ((gint64) ((guint64) g_rand_int (rand) << 32 | g_rand_int (rand)) >> g_rand_int_range (rand, 0, 60));
    case QD_VALUE_DOUBLE:
      return qd_value_double (g_rand_boolean (rand) ? g_rand_double_range (rand, -1e9, 1e9) : g_rand_double (rand));
    case QD_VALUE_TIME:
      return qd_value_time (g_rand_int (rand) * (gint64) 1000);
    case QD_VALUE_STATUS:
      return qd_value_status (g_rand_int_range (rand, QD_STATUS_NONE, QD_STATUS_DOWN + 1));
    case QD_VALUE_JSON:
      json = g_strdup_printf ("{\"n\":[%u,null,\"%s\"]}", g_rand_int (rand), "é");
      return qd_value_json (json);
    case QD_VALUE_STRING:
      return qd_value_string (words[g_rand_int_range (rand, 0, G_N_ELEMENTS (words))]);
    case QD_VALUE_NONE:
    default:
      return QD_NO_VALUE;
    }
}

static QdDelta *
random_delta (GRand *rand, QdKind kind, const char *connection, const char *id)
{
  const QdSchema *schema = qd_schema_get (kind);
  QdDelta *delta = qd_delta_new (connection, kind, id, QD_DELTA_UPSERT);

  for (guint i = 0; i < schema->n_fields; i++)
    /* What the fleet derives, nobody sets. */
    if (g_rand_boolean (rand) && !(kind == QD_KIND_SITE && i == QD_SITE_PATHS))
      qd_delta_set (delta, i, random_value (rand, schema->fields[i].type));
  return delta;
}

static char *
describe (QdEntity *entity)
{
  GString *text = g_string_new (NULL);
  const QdSchema *schema = qd_entity_get_schema (entity);

  g_string_append_printf (text, "%s/%s/%s", qd_entity_get_connection (entity), schema->id, qd_entity_get_id (entity));
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const QdValue *value = qd_entity_get (entity, i);
      g_autofree char *shown = qd_value_to_text (value, &schema->fields[i]);

      /* A connection that was read from the disk is stale, and says so. */
      if (schema->kind == QD_KIND_CONNECTION && i != QD_FIELD_NAME && i != QD_CONNECTION_URL && i != QD_CONNECTION_SEQ)
        continue;
      if (value->type != QD_VALUE_NONE)
        g_string_append_printf (text, " %s=%d:%s", schema->fields[i].id, value->type, shown);
    }
  return g_string_free (text, FALSE);
}

/* Of all that is kept. */
static GPtrArray *
describe_all (QdFleet *fleet)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);

  for (guint kind = 0; kind < QD_N_KINDS; kind++)
    {
      QdEntityList *list = qd_fleet_get_list (fleet, kind);

      /* These have a journal of their own. */
      if (kind == QD_KIND_AUDIT)
        continue;
      for (guint i = 0; i < qd_entity_list_get_length (list); i++)
        g_ptr_array_add (all, describe (qd_entity_list_peek (list, i)));
    }
  g_ptr_array_sort_values (all, (GCompareFunc) strcmp);
  return all;
}

static void
assert_same (QdFleet *one, QdFleet *two)
{
  g_autoptr (GPtrArray) a = describe_all (one), b = describe_all (two);

  if (a->len != b->len)
    for (guint i = 0; i < MAX (a->len, b->len); i++)
      g_test_message ("%s | %s", i < a->len ? (char *) a->pdata[i] : "", i < b->len ? (char *) b->pdata[i] : "");
  for (guint i = 0; i < MIN (a->len, b->len); i++)
    g_assert_cmpstr (g_ptr_array_index (a, i), ==, g_ptr_array_index (b, i));
  g_assert_cmpuint (a->len, ==, b->len);
}

/* Things come, change and go at random; what is read back is what was there. */
static void
test_state (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());
  Place place;

  place_init (&place);
  for (guint round = 0; round < 4; round++)
    {
      g_autoptr (QdFleet) fleet = NULL, again = NULL;
      g_autoptr (QdStore) store = qd_store_new (place.path), reader = NULL;

      fleet = load_fleet (store, NULL);
      qd_store_record (store, fleet);
      for (guint step = 0; step < 400; step++)
        {
          g_autofree char *id = g_strdup_printf ("thing-%u", g_rand_int_range (rand, 0, 40));
          QdKind kind = g_rand_int_range (rand, 0, QD_N_KINDS);
          const char *connection = g_rand_boolean (rand) ? "one" : "two";

          if (kind == QD_KIND_EVENT)
            {
              g_autofree char *once = g_strdup_printf ("%s-%u-%u", id, round, step);

              g_set_str (&id, once);
            }
          if (kind != QD_KIND_EVENT && g_rand_int_range (rand, 0, 4) == 0)
            apply (fleet, qd_delta_new (connection, kind, id, QD_DELTA_REMOVE));
          else
            apply (fleet, random_delta (rand, kind, connection, id));
          if (step % 50 == 0)
            g_main_context_iteration (NULL, FALSE);
        }
      if (round == 3)
        {
          qd_fleet_forget_connection (fleet, "two");
          g_assert_cmpuint (qd_entity_list_get_length (qd_fleet_get_list (fleet, QD_KIND_SITE)), >, 0);
        }
      qd_store_close (store);
      reader = qd_store_new (place.path);
      again = load_fleet (reader, NULL);
      g_assert_cmpuint (qd_fleet_count (again, QD_KIND_AUDIT), ==, 0);
      if (round < 3)
        assert_same (fleet, again);
      else
        g_assert_cmpuint (qd_entity_list_get_length (qd_fleet_get_list (fleet, QD_KIND_PATH)), ==,
                          qd_entity_list_get_length (qd_fleet_get_list (again, QD_KIND_PATH)));
      qd_store_close (reader);
    }
  g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM gap"), ==, 0);
  place_clear (&place);
}

static void
test_stale (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new (), again = NULL;
  g_autoptr (QdStore) store = NULL, reader = NULL;
  QdEntity *connection;
  gint64 as_of;
  QdDelta *delta = qd_delta_new ("c", QD_KIND_CONNECTION, "c", QD_DELTA_UPSERT);
  Place place;
  struct stat info;

  place_init (&place);
  store = qd_store_new (place.path);
  qd_store_record (store, fleet);
  qd_delta_set (delta, QD_CONNECTION_STATE, qd_value_string ("live"));
  apply (fleet, delta);
  qd_store_close (store);
  g_assert_cmpint (stat (place.path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);

  reader = qd_store_new (place.path);
  again = load_fleet (reader, NULL);
  connection = qd_fleet_lookup (again, "c", QD_KIND_CONNECTION, "c");
  g_assert_nonnull (connection);
  g_assert_cmpstr (qd_entity_get_string (connection, QD_CONNECTION_STATE), ==, "stale");
  g_assert_true (qd_entity_get_int (connection, QD_CONNECTION_AS_OF, &as_of));
  g_assert_cmpint (ABS (g_get_real_time () - as_of), <, MINUTE_US);
  qd_store_close (reader);
  g_assert_finalize_object (g_steal_pointer (&store));
  g_assert_finalize_object (g_steal_pointer (&fleet));
  place_clear (&place);
}

/* What is on paper is in a file of its own: here are neither it nor its figures nor its history. */
static void
test_paper (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new (), again = NULL;
  g_autoptr (QdStore) store = NULL, reader = NULL;
  const char *paper = g_intern_static_string ("paper:1");
  Place place;

  place_init (&place);
  store = qd_store_new (place.path);
  qd_store_record (store, fleet);
  for (guint i = 0; i < 4; i++)
    {
      QdDelta *delta = qd_delta_new (i % 2 ? paper : "c", QD_KIND_PATH, "p", QD_DELTA_PATCH);

      qd_delta_set (delta, QD_PATH_LATENCY_MS, qd_value_double (i));
      qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (i < 2 ? QD_STATUS_WELL : QD_STATUS_DOWN));
      apply (fleet, delta);
    }
  apply (fleet, qd_delta_new (paper, QD_KIND_CONNECTION, paper, QD_DELTA_PATCH));
  apply (fleet, qd_delta_new (paper, QD_KIND_PATH, "p", QD_DELTA_REMOVE));
  qd_store_close (store);
  reader = qd_store_new (place.path);
  again = load_fleet (reader, NULL);
  g_assert_cmpuint (qd_fleet_count (again, QD_KIND_PATH), ==, 1);
  g_assert_nonnull (qd_fleet_lookup (again, "c", QD_KIND_PATH, "p"));
  g_assert_cmpuint (qd_fleet_count (again, QD_KIND_CONNECTION), ==, 0);
  qd_store_close (reader);
  g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM transition"), ==, 1);
  g_assert_cmpint (ask_file (place.path, "SELECT count(DISTINCT n) FROM minute"), ==, 1);
  place_clear (&place);
}

/* --- Samples --------------------------------------------------------------------------------- */

typedef struct { guint n; double sum, min, max, last; } Naive;

static GArray *
read_samples (QdStore *store, QdEntity *entity, guint field, gint64 from, gint64 to)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GArray *samples;

  qd_store_samples_async (store, qd_entity_get_key (entity), field, from, to, NULL, result_cb, &result);
  wait_until (result != NULL);
  samples = qd_store_samples_finish (store, result, &error);
  g_assert_no_error (error);
  return samples;
}

static void
assert_near (double a, double b)
{
  g_assert_cmpfloat (fabs (a - b), <=, 1e-6 * MAX (1, fabs (b)));
}

/* Of every minute: that it was recorded, and what the figure was then. */
static void
check_moments (QdStore *store, GHashTable *naive, gint64 now)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) minutes = NULL;

  qd_store_minutes_async (store, now - 10 * MINUTE_US, now + MINUTE_US, NULL, result_cb, &result);
  wait_until (result != NULL);
  minutes = qd_store_minutes_finish (store, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (minutes->len, ==, g_hash_table_size (naive));
  for (guint i = 0; i < minutes->len; i++)
    {
      gint64 at = g_array_index (minutes, gint64, i), minute = at / MINUTE_US;
      Naive *sum = g_hash_table_lookup (naive, &minute);
      g_autoptr (GArray) moment = NULL;

      g_clear_object (&result);
      qd_store_moment_async (store, QD_KIND_PATH, QD_PATH_LATENCY_MS, at + 7, NULL, result_cb, &result);
      wait_until (result != NULL);
      moment = qd_store_moment_finish (store, result, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (moment->len, ==, 1);
      g_assert_cmpstr (g_array_index (moment, QdMoment, 0).key.id, ==, "7");
      assert_near (g_array_index (moment, QdMoment, 0).mean, sum->sum / sum->n);
    }
  g_clear_object (&result);
  qd_store_moment_async (store, QD_KIND_SITE, QD_PATH_LATENCY_MS, now, NULL, result_cb, &result);
  wait_until (result != NULL);
  {
    g_autoptr (GArray) none = qd_store_moment_finish (store, result, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (none->len, ==, 0);
  }
}

/* Measurements at random times, over two runs of the program, against sums kept by hand. */
static void
test_samples (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());
  g_autoptr (GHashTable) naive = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (QdStore) reader = NULL;
  g_autoptr (GArray) samples = NULL, none = NULL;
  gint64 now = g_get_real_time (), at = now - 6 * MINUTE_US;
  Place place;

  place_init (&place);
  for (guint run = 0; run < 2; run++)
    {
      g_autoptr (QdStore) store = qd_store_new (place.path);

      qd_store_record (store, fleet);
      for (guint i = 0; i < 300; i++)
        {
          QdDelta *delta = qd_delta_new ("c", QD_KIND_PATH, "7", QD_DELTA_PATCH);
          double latency = g_rand_double_range (rand, 0.1, 300);
          gint64 minute = (at += 500000) / MINUTE_US;
          Naive *sum = g_hash_table_lookup (naive, &minute);

          if (sum == NULL)
            {
              sum = g_new0 (Naive, 1);
              sum->min = G_MAXDOUBLE;
              g_hash_table_insert (naive, g_memdup2 (&minute, sizeof minute), sum);
            }
          sum->n++;
          sum->sum += latency;
          sum->min = MIN (sum->min, latency);
          sum->max = MAX (sum->max, latency);
          sum->last = latency;
          qd_delta_set (delta, QD_PATH_LATENCY_MS, qd_value_double (latency));
          qd_delta_set (delta, QD_PATH_MEASURED_AT, qd_value_time (at));
          apply (fleet, delta);
          /* The same measurement told again, with other news, is not another measurement. */
          delta = qd_delta_new ("c", QD_KIND_PATH, "7", QD_DELTA_PATCH);
          qd_delta_set (delta, QD_PATH_INTERFACE, qd_value_string (i % 2 ? "wg0" : "wg1"));
          apply (fleet, delta);
        }
      qd_store_close (store);
    }
  reader = qd_store_new (place.path);
  samples = read_samples (reader, qd_fleet_lookup (fleet, "c", QD_KIND_PATH, "7"), QD_PATH_LATENCY_MS,
                          now - 10 * MINUTE_US, now + MINUTE_US);
  g_assert_cmpuint (samples->len, ==, g_hash_table_size (naive));
  for (guint i = 0; i < samples->len; i++)
    {
      QdSample *sample = &g_array_index (samples, QdSample, i);
      gint64 minute = sample->at_us / MINUTE_US;
      Naive *sum = g_hash_table_lookup (naive, &minute);

      g_assert_nonnull (sum);
      assert_near (sample->min, sum->min);
      assert_near (sample->max, sum->max);
      assert_near (sample->last, sum->last);
      assert_near (sample->mean, sum->sum / sum->n);
      g_assert_true (i == 0 || sample->at_us > g_array_index (samples, QdSample, i - 1).at_us);
    }
  none = read_samples (reader, qd_fleet_lookup (fleet, "c", QD_KIND_PATH, "7"), QD_PATH_JITTER_MS, 0, now);
  g_assert_cmpuint (none->len, ==, 0);
  check_moments (reader, naive, now);
  qd_store_close (reader);
  place_clear (&place);
}

/* --- Events and transitions -------------------------------------------------------------------- */

static void
set_status (QdFleet *fleet, const char *id, QdStatus status)
{
  QdDelta *delta = qd_delta_new ("c", QD_KIND_SITE, id, QD_DELTA_PATCH);

  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (status));
  apply (fleet, delta);
}

static void
test_transitions (void)
{
  static const QdStatus story[] = { QD_STATUS_WELL, QD_STATUS_DEGRADED, QD_STATUS_DOWN, QD_STATUS_WELL };
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (QdStore) store = NULL, reader = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) found = NULL;
  gint64 before = g_get_real_time ();
  Place place;

  place_init (&place);
  store = qd_store_new (place.path);
  qd_store_record (store, fleet);
  for (guint i = 0; i < G_N_ELEMENTS (story); i++)
    set_status (fleet, "hq", story[i]);
  qd_store_close (store);
  reader = qd_store_new (place.path);
  qd_store_transitions_async (reader, before, g_get_real_time (), NULL, result_cb, &result);
  wait_until (result != NULL);
  found = qd_store_transitions_finish (reader, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, G_N_ELEMENTS (story) - 1);
  for (guint i = 0; i < found->len; i++)
    {
      QdTransition *one = &g_array_index (found, QdTransition, i);

      g_assert_cmpint (one->before, ==, story[i]);
      g_assert_cmpint (one->after, ==, story[i + 1]);
      g_assert_cmpstr (one->key.id, ==, "hq");
      g_assert_true (one->key.connection == g_intern_string ("c"));
      g_assert_cmpint (one->key.kind, ==, QD_KIND_SITE);
    }
  qd_store_close (reader);
  place_clear (&place);
}

static void
add_event (QdFleet *fleet, guint seq)
{
  g_autofree char *id = g_strdup_printf ("event-%u", seq);
  QdDelta *delta = qd_delta_new ("c", QD_KIND_EVENT, id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_EVENT_SEQ, qd_value_int (seq));
  qd_delta_set (delta, QD_EVENT_AT, qd_value_time (g_get_real_time () + seq));
  apply (fleet, delta);
}

/* Told twice, an event is kept once; the newest come back in order. */
static void
test_events (void)
{
  g_autoptr (QdFleet) again = NULL;
  g_autoptr (QdStore) reader = NULL;
  QdEntityList *list;
  Place place;

  place_init (&place);
  for (guint run = 0; run < 2; run++)
    {
      g_autoptr (QdFleet) fleet = qd_fleet_new ();
      g_autoptr (QdStore) store = qd_store_new (place.path);

      qd_store_record (store, fleet);
      for (guint seq = run * 500; seq < 1000 + run * 500; seq++)
        add_event (fleet, seq);
      qd_store_close (store);
    }
  g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM event"), ==, 1500);
  reader = qd_store_new (place.path);
  again = load_fleet (reader, NULL);
  list = qd_fleet_get_list (again, QD_KIND_EVENT);
  g_assert_cmpuint (qd_entity_list_get_length (list), ==, 1000);
  for (guint i = 0; i < 1000; i++)
    {
      gint64 seq;

      g_assert_true (qd_entity_get_int (qd_entity_list_peek (list, i), QD_EVENT_SEQ, &seq));
      g_assert_cmpint (seq, ==, 500 + i);
    }
  qd_store_close (reader);
  place_clear (&place);
}

/* Of a hundred thousand flows, some are kept, and only the latest. */
static void
test_flows (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new (), again = NULL;
  g_autoptr (QdStore) store = NULL, reader = NULL;
  Place place;

  place_init (&place);
  store = qd_store_new (place.path);
  qd_store_record (store, fleet);
  qd_fleet_begin (fleet);
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *id = g_strdup_printf ("tcp-%u", i);
      QdDelta *delta = qd_delta_new ("c", QD_KIND_FLOW, id, QD_DELTA_UPSERT);

      qd_delta_set (delta, QD_FLOW_SRC_PORT, qd_value_int (i));
      qd_fleet_apply (fleet, delta);
      qd_delta_unref (delta);
    }
  qd_fleet_commit (fleet);
  qd_store_close (store);
  reader = qd_store_new (place.path);
  again = load_fleet (reader, NULL);
  g_assert_cmpuint (qd_entity_list_get_length (qd_fleet_get_list (again, QD_KIND_FLOW)), ==, 2000);
  g_assert_nonnull (qd_fleet_lookup (again, "c", QD_KIND_FLOW, "tcp-4999"));
  g_assert_null (qd_fleet_lookup (again, "c", QD_KIND_FLOW, "tcp-0"));
  qd_store_close (reader);
  place_clear (&place);
}

/* --- Settings, journal, erase ------------------------------------------------------------------ */

static void
test_settings (void)
{
  g_autoptr (QdStore) store = NULL, reader = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  Place place;

  place_init (&place);
  store = qd_store_new (place.path);
  g_assert_null (get_setting (store, "cards", &error));
  g_assert_no_error (error);
  g_assert_true (set_setting (store, "cards", "[1]", &error));
  g_assert_true (set_setting (store, "cards", "[2,\"ü\"]", &error));
  g_assert_true (set_setting (store, "gone", "{}", &error));
  g_assert_true (set_setting (store, "gone", NULL, &error));
  g_assert_no_error (error);
  qd_store_close (store);
  reader = qd_store_new (place.path);
  text = get_setting (reader, "cards", &error);
  g_assert_cmpstr (text, ==, "[2,\"ü\"]");
  g_assert_null (get_setting (reader, "gone", &error));
  g_assert_no_error (error);
  qd_store_close (reader);
  place_clear (&place);
}

static void
test_journal (void)
{
  g_autoptr (QdStore) store = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  Place place;

  place_init (&place);
  store = qd_store_new (place.path);
  g_assert_true (journal (store, "a", "send", "running", &error));
  g_assert_true (journal (store, "b", "send", "running", &error));
  g_assert_true (journal (store, "a", "end", "succeeded", &error));
  g_assert_true (journal (store, "b", "follow", "running", &error));
  g_assert_true (journal (store, "c", "end", "interrupted", &error));
  g_assert_no_error (error);
  entries = unfinished (store);
  g_assert_cmpuint (entries->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      QdJournalEntry *entry = g_ptr_array_index (entries, i);

      g_assert_cmpstr (entry->job, ==, "b");
      g_assert_cmpstr (entry->step, ==, i ? "follow" : "send");
    }
  qd_store_close (store);
  g_assert_false (journal (store, "d", "send", "running", &error));
  g_assert_error (error, QD_STORE_ERROR, QD_STORE_ERROR_FAILED);
  place_clear (&place);
}

static void
test_erase (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (QdStore) store = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = NULL;
  Place place;

  place_init (&place);
  aside = g_strconcat (place.path, ".damaged-20200101T000000", NULL);
  g_assert_true (g_file_set_contents (aside, "old", -1, NULL));
  store = qd_store_new (place.path);
  g_assert_true (set_setting (store, "name", "\"secret-word\"", &error));
  qd_store_erase_async (store, result_cb, &result);
  wait_until (result != NULL);
  g_assert_true (qd_store_erase_finish (store, result, &error));
  g_assert_no_error (error);
  g_assert_null (get_setting (store, "name", &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (aside, G_FILE_TEST_EXISTS));
  /* It goes on keeping. */
  g_assert_true (set_setting (store, "name", "1", &error));
  qd_store_close (store);
  g_assert_cmpint (ask_file (place.path, "SELECT count(*) FROM setting"), ==, 1);
  place_clear (&place);
}

/* --- Speed ----------------------------------------------------------------------------------- */

static QdDelta *
path_delta (guint i)
{
  g_autofree char *id = g_strdup_printf ("path-%05u", i), *src = g_strdup_printf ("site-%04u", i % 1000),
                  *dst = g_strdup_printf ("site-%04u", (i * 7 + 1) % 1000),
                  *address = g_strdup_printf ("10.%u.%u.1:51820", i / 250, i % 250);
  QdDelta *delta = qd_delta_new ("c", QD_KIND_PATH, id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_PATH_SRC, qd_value_string (src));
  qd_delta_set (delta, QD_PATH_DST, qd_value_string (dst));
  qd_delta_set (delta, QD_PATH_SRC_ENDPOINT, qd_value_string (address));
  qd_delta_set (delta, QD_PATH_DST_ENDPOINT, qd_value_string (address));
  qd_delta_set (delta, QD_PATH_INTERFACE, qd_value_string ("wg0"));
  qd_delta_set (delta, QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
  for (guint field = QD_PATH_LATENCY_MS; field <= QD_PATH_CAPACITY_MBPS; field++)
    qd_delta_set (delta, field, qd_value_double (i * 0.37));
  qd_delta_set (delta, QD_PATH_MTU, qd_value_int (1420));
  qd_delta_set (delta, QD_PATH_MEASURED_AT, qd_value_time (g_get_real_time ()));
  return delta;
}

/* A thousand sites and ten thousand paths are there quickly. The bound is generous: this test runs
 * beside others; the figure is in its output. */
static void
test_speed (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (QdStore) store = NULL, reader = NULL;
  g_autoptr (GPtrArray) deltas = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_delta_unref);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begun, took = G_MAXINT64;
  Place place;

  place_init (&place);
  store = qd_store_new (place.path);
  qd_store_record (store, fleet);
  qd_fleet_begin (fleet);
  for (guint i = 0; i < 11000; i++)
    {
      g_autofree char *id = g_strdup_printf ("site-%04u", i);
      QdDelta *delta = i < 1000 ? qd_delta_new ("c", QD_KIND_SITE, id, QD_DELTA_UPSERT) : path_delta (i);

      if (i < 1000)
        qd_delta_set (delta, QD_FIELD_NAME, qd_value_string (id));
      qd_fleet_apply (fleet, delta);
      qd_delta_unref (delta);
    }
  qd_fleet_commit (fleet);
  qd_store_close (store);
  for (guint i = 0; i < 3; i++)
    {
      g_clear_object (&reader);
      g_clear_object (&result);
      g_ptr_array_set_size (deltas, 0);
      begun = g_get_monotonic_time ();
      reader = qd_store_new (place.path);
      qd_store_load_async (reader, collect_delta, deltas, NULL, result_cb, &result);
      wait_until (result != NULL);
      took = MIN (took, g_get_monotonic_time () - begun);
      g_assert_true (qd_store_load_finish (reader, result, NULL, NULL, &error));
      g_assert_cmpuint (deltas->len, ==, 11000);
      qd_store_close (reader);
    }
  g_test_message ("opened and loaded 11000 things in %.1f ms", took / 1000.0);
  g_test_minimized_result (took / 1000.0, "milliseconds to open and load 11000 things: %.1f", took / 1000.0);
  g_assert_cmpint (took, <, 500000);
  place_clear (&place);
}

/* --- Texts of rows --- */

static void
assert_text (QdStoreTexts *texts, const char *text, gsize length)
{
  g_autoptr (GRefString) taken = qd_store_texts_take (texts, text, length);

  g_assert_cmpmem (taken, g_ref_string_length (taken), text, length);
}

/* What is taken is what was asked for, whatever was taken before; short ones are kept once. */
static void
test_texts (void)
{
  g_autoptr (QdStoreTexts) texts = qd_store_texts_new ();
  g_autoptr (GRefString) first = qd_store_texts_take (texts, "site-1, site-2", 6), second = qd_store_texts_take (texts, "site-1", 6);
  g_autofree char *longer = g_strnfill (1000, 'a');

  g_assert_true (first == second);
  g_assert_cmpstr (first, ==, "site-1");
  assert_text (texts, "", 0);
  assert_text (texts, longer, 1000);
  /* as only a damaged file has it */
  assert_text (texts, "a", 1);
  assert_text (texts, "a\0b", 3);
  assert_text (texts, "a\0c", 3);
  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < 50000; i++)
      {
        g_autofree char *text = g_strdup_printf ("%u", i);

        assert_text (texts, text, strlen (text));
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/texts", test_texts);
  g_test_add_func ("/store/state", test_state);
  g_test_add_func ("/store/stale", test_stale);
  g_test_add_func ("/store/paper", test_paper);
  g_test_add_func ("/store/samples", test_samples);
  g_test_add_func ("/store/transitions", test_transitions);
  g_test_add_func ("/store/events", test_events);
  g_test_add_func ("/store/flows", test_flows);
  g_test_add_func ("/store/settings", test_settings);
  g_test_add_func ("/store/journal", test_journal);
  g_test_add_func ("/store/erase", test_erase);
  g_test_add_func ("/store/speed", test_speed);
  return g_test_run ();
}
