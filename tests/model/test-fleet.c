/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <string.h>

#include "qd-event-text.h"
#include "qd-fleet.h"
#include "qd-json.h"

static void
put (QdFleet *fleet, QdKind kind, const char *id, QdDeltaOp op, guint field, QdValue value)
{
  g_autoptr (QdDelta) delta = qd_delta_new ("c", kind, id, op);

  if (value.type != QD_VALUE_NONE)
    qd_delta_set (delta, field, value);
  qd_fleet_apply (fleet, delta);
}

static void
put_path (QdFleet *fleet, const char *id, const char *from, const char *to)
{
  g_autoptr (QdDelta) delta = qd_delta_new ("c", QD_KIND_PATH, id, QD_DELTA_PATCH);

  qd_delta_set (delta, QD_PATH_SRC, qd_value_string (from));
  qd_delta_set (delta, QD_PATH_DST, qd_value_string (to));
  qd_fleet_apply (fleet, delta);
}

static const char *
name_of (QdFleet *fleet, QdKind kind, const char *id)
{
  return qd_entity_get_name (qd_fleet_lookup (fleet, "c", kind, id));
}

static gint64
paths_of (QdFleet *fleet, const char *site)
{
  gint64 n = -1;

  qd_entity_get_int (qd_fleet_lookup (fleet, "c", QD_KIND_SITE, site), QD_SITE_PATHS, &n);
  return n;
}

static void
test_derived (void)
{
  QdFleet *fleet = qd_fleet_new ();

  qd_fleet_begin (fleet);
  put_path (fleet, "1", "a", "b");
  put (fleet, QD_KIND_SITE, "a", QD_DELTA_UPSERT, QD_FIELD_NAME, qd_value_string ("HQ"));
  qd_fleet_commit (fleet);
  g_assert_cmpstr (name_of (fleet, QD_KIND_PATH, "1"), ==, "HQ → b");
  g_assert_cmpint (paths_of (fleet, "a"), ==, 1);

  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_SITE, "b", QD_DELTA_PATCH, QD_FIELD_NAME, qd_value_string ("East"));
  put_path (fleet, "2", "b", "a");
  put_path (fleet, "3", "b", "b");
  qd_fleet_commit (fleet);
  g_assert_cmpstr (name_of (fleet, QD_KIND_PATH, "1"), ==, "HQ → East");
  g_assert_cmpint (paths_of (fleet, "a"), ==, 2);
  g_assert_cmpint (paths_of (fleet, "b"), ==, 3);
  g_assert_cmpuint (qd_fleet_get_edges (fleet, qd_fleet_lookup (fleet, "c", QD_KIND_SITE, "b"))->len, ==, 3);
  g_assert_true (qd_fleet_get_end (fleet, qd_fleet_lookup (fleet, "c", QD_KIND_PATH, "1"), TRUE) ==
                 qd_fleet_lookup (fleet, "c", QD_KIND_SITE, "b"));

  /* An UPSERT clears what it does not carry, but not what we derive. */
  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_SITE, "a", QD_DELTA_UPSERT, QD_SITE_KIND, qd_value_string ("hq"));
  qd_fleet_commit (fleet);
  g_assert_cmpstr (name_of (fleet, QD_KIND_SITE, "a"), ==, "a");
  g_assert_cmpstr (name_of (fleet, QD_KIND_PATH, "1"), ==, "a → East");
  g_assert_cmpint (paths_of (fleet, "a"), ==, 2);

  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_PATH, "2", QD_DELTA_REMOVE, 0, QD_NO_VALUE);
  put (fleet, QD_KIND_SITE, "b", QD_DELTA_REMOVE, 0, QD_NO_VALUE);
  qd_fleet_commit (fleet);
  g_assert_cmpint (paths_of (fleet, "a"), ==, 1);
  g_assert_cmpstr (name_of (fleet, QD_KIND_PATH, "1"), ==, "a → b");
  g_assert_finalize_object (fleet);
}

/* --- Deltas that have room for everything --- */

static const QdKind kinds[] = { QD_KIND_SITE, QD_KIND_NODE, QD_KIND_PATH, QD_KIND_LINK, QD_KIND_FLOW, QD_KIND_JOB, QD_KIND_ROUTING, QD_KIND_EVENT };

/* Few, so that ends, policies and jobs meet. */
static QdValue
random_value (GRand *rand, QdType type)
{
  g_autofree char *text = g_strdup_printf ("%d", g_rand_int_range (rand, 0, 12));

  switch (type)
    {
    case QD_VALUE_BOOL:
      return qd_value_bool (g_rand_boolean (rand));
    case QD_VALUE_INT:
      return qd_value_int (g_rand_int_range (rand, 0, 5));
    case QD_VALUE_DOUBLE:
      return qd_value_double (g_rand_double (rand));
    case QD_VALUE_TIME:
      return qd_value_time (g_rand_int_range (rand, 1, 5));
    case QD_VALUE_STATUS:
      return qd_value_status ((QdStatus) g_rand_int_range (rand, 0, QD_STATUS_DOWN + 1));
    case QD_VALUE_STRING:
      return qd_value_string (g_rand_int_range (rand, 0, 4) == 0 ? "active" : text);
    case QD_VALUE_JSON:
      return qd_value_json (text);
    case QD_VALUE_NONE:
      break;
    }
  return QD_NO_VALUE;
}

static QdDelta *
random_delta (guint32 seed, gboolean whole)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  QdKind kind = kinds[g_rand_int_range (rand, 0, G_N_ELEMENTS (kinds))];
  const QdSchema *schema = qd_schema_get (kind);
  const char *connection = g_intern_string (g_rand_boolean (rand) ? "1" : "2");
  g_autofree char *text = g_strdup_printf ("%d", g_rand_int_range (rand, 0, 12));
  g_autoptr (GRefString) id = g_ref_string_new (text);
  QdDelta *delta = whole ? qd_delta_new_whole (&(QdKey) { connection, kind, id }) : qd_delta_new (connection, kind, text, QD_DELTA_PATCH);

  for (guint i = 0; i < schema->n_fields; i++)
    if (g_rand_int_range (rand, 0, 3) > 0)
      qd_delta_set (delta, i, g_rand_int_range (rand, 0, 9) == 0 ? QD_NO_VALUE : random_value (rand, schema->fields[i].type));
  qd_delta_set_stamp (delta, 1 + g_rand_int_range (rand, 0, 1000));
  return delta;
}

static void
assert_same (QdFleet *a, QdFleet *b)
{
  for (guint kind = 0; kind < QD_N_KINDS; kind++)
    {
      QdEntityList *xs = qd_fleet_get_list (a, kind), *ys = qd_fleet_get_list (b, kind);

      g_assert_cmpuint (qd_entity_list_get_length (xs), ==, qd_entity_list_get_length (ys));
      for (guint i = 0; i < qd_entity_list_get_length (xs); i++)
        for (guint field = 0; field < qd_schema_get (kind)->n_fields; field++)
          g_assert_true (qd_value_equal (qd_entity_get (qd_entity_list_peek (xs, i), field),
                                         qd_entity_get (qd_entity_list_peek (ys, i), field)));
    }
}

/* Whether a thing takes its values as they are or one by one, it is the same, and so is all that is derived of it. */
static void
test_whole (void)
{
  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (QdFleet) plain = qd_fleet_new (), other = qd_fleet_new ();

      for (guint batch = 0; batch < 4; batch++)
        {
          qd_fleet_begin (plain);
          qd_fleet_begin (other);
          for (guint i = 0; i < 60; i++)
            {
              guint32 seed = (guint32) g_test_rand_int ();
              g_autoptr (QdDelta) a = random_delta (seed, FALSE), b = random_delta (seed, TRUE);

              qd_fleet_apply (plain, a);
              qd_fleet_apply (other, b);
            }
          qd_fleet_commit (plain);
          qd_fleet_commit (other);
          assert_same (plain, other);
        }
    }
}

/* What somebody else holds too is not taken from him. */
static void
test_whole_shared (void)
{
  QdFleet *fleet = qd_fleet_new ();
  g_autoptr (GRefString) id = g_ref_string_new ("a");
  QdDelta *delta = qd_delta_new_whole (&(QdKey) { g_intern_string ("c"), QD_KIND_SITE, id });
  g_autoptr (QdDelta) held = qd_delta_ref (delta);
  guint field;

  qd_delta_set (delta, QD_FIELD_NAME, qd_value_string ("HQ"));
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, delta);
  qd_delta_unref (delta);
  qd_fleet_commit (fleet);
  g_assert_cmpstr (name_of (fleet, QD_KIND_SITE, "a"), ==, "HQ");
  g_assert_cmpuint (qd_delta_get_n_fields (held), ==, 1);
  g_assert_cmpstr (qd_delta_get_nth (held, 0, &field)->v.s, ==, "HQ");
  g_assert_cmpuint (field, ==, QD_FIELD_NAME);
  g_assert_finalize_object (fleet);
}

/* A link has a name of its own or one that follows from its ends, whatever order that was told in. */
static void
test_link_names (void)
{
  QdFleet *fleet = qd_fleet_new ();
  g_autoptr (QdDelta) named = qd_delta_new ("c", QD_KIND_LINK, "1", QD_DELTA_UPSERT);
  g_autoptr (QdDelta) plain = qd_delta_new ("c", QD_KIND_LINK, "1", QD_DELTA_UPSERT);
  QdDelta *both[] = { named, plain };

  qd_delta_set (named, QD_FIELD_NAME, qd_value_string ("Trunk"));
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      qd_delta_set (both[i], QD_LINK_SRC, qd_value_string ("a"));
      qd_delta_set (both[i], QD_LINK_DST, qd_value_string ("b"));
    }
  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_NODE, "a", QD_DELTA_UPSERT, QD_FIELD_NAME, qd_value_string ("A"));
  qd_fleet_apply (fleet, named);
  qd_fleet_commit (fleet);
  g_assert_cmpstr (name_of (fleet, QD_KIND_LINK, "1"), ==, "Trunk");

  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, plain);
  qd_fleet_commit (fleet);
  g_assert_cmpstr (name_of (fleet, QD_KIND_LINK, "1"), ==, "A → b");

  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, named);
  qd_fleet_commit (fleet);
  g_assert_cmpstr (name_of (fleet, QD_KIND_LINK, "1"), ==, "Trunk");
  g_assert_finalize_object (fleet);
}

static void
put_flow (QdFleet *fleet, const char *id, const char *policy, const char *state)
{
  g_autoptr (QdDelta) delta = qd_delta_new ("c", QD_KIND_FLOW, id, QD_DELTA_UPSERT);

  qd_delta_set (delta, QD_FLOW_POLICY, qd_value_string (policy));
  qd_delta_set (delta, QD_FLOW_STATE, qd_value_string (state));
  qd_fleet_apply (fleet, delta);
}

/* -1: not known */
static gint64
carried_by (QdFleet *fleet, const char *policy)
{
  gint64 n;

  return qd_entity_get_int (qd_fleet_lookup (fleet, "c", QD_KIND_ROUTING, policy), QD_ROUTING_FLOWS, &n) ? n : -1;
}

/* How many flows run by a policy is what counting them says, whatever came and went in which order. */
static void
test_carried (void)
{
  static const char *const policies[] = { "a", "b", "c", NULL }, *const states[] = { "active", "Active", "idle", "blocked", "closed" };
  QdFleet *fleet = qd_fleet_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  const char *of[40] = { NULL }, *state[40] = { NULL };
  guint known = 0;

  for (guint round = 0; round < 400; round++)
    {
      guint nth = (guint) g_rand_int_range (rand, 0, G_N_ELEMENTS (of));
      g_autofree char *id = g_strdup_printf ("f%u", nth);

      qd_fleet_begin (fleet);
      if (round == 20 || round == 200)
        for (guint i = 0; i < 3; i++)
          put (fleet, QD_KIND_ROUTING, policies[i], QD_DELTA_UPSERT, QD_ROUTING_PRIORITY, qd_value_int ((gint64) i));
      if (g_rand_int_range (rand, 0, 4) == 0 || round > 390)
        {
          put (fleet, QD_KIND_FLOW, id, QD_DELTA_REMOVE, 0, QD_NO_VALUE);
          known -= state[nth] != NULL;
          of[nth] = state[nth] = NULL;
        }
      else
        {
          known += state[nth] == NULL;
          of[nth] = policies[g_rand_int_range (rand, 0, G_N_ELEMENTS (policies))];
          state[nth] = states[g_rand_int_range (rand, 0, G_N_ELEMENTS (states))];
          put_flow (fleet, id, of[nth], state[nth]);
        }
      qd_fleet_commit (fleet);
      for (guint i = 0; round >= 20 && i < 3; i++)
        {
          gint64 n = 0;

          for (guint j = 0; j < G_N_ELEMENTS (of); j++)
            n += g_strcmp0 (of[j], policies[i]) == 0 && g_ascii_strcasecmp (state[j], "active") == 0;
          g_assert_cmpint (carried_by (fleet, policies[i]), ==, known > 0 ? n : -1);
        }
    }
  /* Without any flow nothing is known of how many there are. */
  qd_fleet_forget_connection (fleet, "c");
  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_ROUTING, "a", QD_DELTA_UPSERT, QD_ROUTING_PRIORITY, qd_value_int (1));
  qd_fleet_commit (fleet);
  g_assert_cmpint (carried_by (fleet, "a"), ==, -1);
  g_assert_finalize_object (fleet);
}

static void
mark (QdFleet *fleet, QdDeltaOp op)
{
  put (fleet, QD_KIND_SITE, "", op, 0, QD_NO_VALUE);
}

static void
test_snapshot (void)
{
  QdFleet *fleet = qd_fleet_new ();
  g_autoptr (QdDelta) elsewhere = qd_delta_new ("d", QD_KIND_SITE, "x", QD_DELTA_PATCH);

  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_SITE, "old", QD_DELTA_PATCH, QD_FIELD_NAME, qd_value_string ("Old"));
  put (fleet, QD_KIND_SITE, "kept", QD_DELTA_PATCH, QD_FIELD_NAME, qd_value_string ("Kept"));
  put (fleet, QD_KIND_NODE, "node", QD_DELTA_PATCH, QD_FIELD_NAME, qd_value_string ("Node"));
  qd_fleet_apply (fleet, elsewhere);
  mark (fleet, QD_DELTA_SNAPSHOT_END);
  qd_fleet_commit (fleet);
  g_assert_nonnull (qd_fleet_lookup (fleet, "c", QD_KIND_SITE, "old"));

  /* A snapshot may come over several batches; metrics that come meanwhile do not keep a thing alive. */
  qd_fleet_begin (fleet);
  mark (fleet, QD_DELTA_SNAPSHOT_BEGIN);
  put (fleet, QD_KIND_SITE, "kept", QD_DELTA_PATCH, QD_FIELD_NAME, qd_value_string ("Kept"));
  qd_fleet_commit (fleet);
  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_SITE, "new", QD_DELTA_UPSERT, QD_FIELD_NAME, qd_value_string ("New"));
  put (fleet, QD_KIND_SITE, "old", QD_DELTA_UPDATE, QD_SITE_KIND, qd_value_string ("hq"));
  mark (fleet, QD_DELTA_SNAPSHOT_END);
  qd_fleet_commit (fleet);
  g_assert_null (qd_fleet_lookup (fleet, "c", QD_KIND_SITE, "old"));
  g_assert_nonnull (qd_fleet_lookup (fleet, "c", QD_KIND_SITE, "kept"));
  g_assert_nonnull (qd_fleet_lookup (fleet, "c", QD_KIND_SITE, "new"));
  g_assert_nonnull (qd_fleet_lookup (fleet, "c", QD_KIND_NODE, "node"));
  g_assert_nonnull (qd_fleet_lookup (fleet, "d", QD_KIND_SITE, "x"));

  qd_fleet_forget_connection (fleet, "c");
  g_assert_cmpuint (qd_entity_list_get_length (qd_fleet_get_list (fleet, QD_KIND_SITE)), ==, 1);
  g_assert_null (qd_fleet_lookup (fleet, "c", QD_KIND_NODE, "node"));
  g_assert_finalize_object (fleet);
}

static void
put_latency (QdFleet *fleet, double latency, gint64 stamp, QdDeltaOp op)
{
  g_autoptr (QdDelta) delta = qd_delta_new ("c", QD_KIND_PATH, "1", op);

  qd_delta_set (delta, QD_PATH_LATENCY_MS, qd_value_double (latency));
  qd_delta_set (delta, QD_PATH_INTERFACE, qd_value_string (stamp % 2 ? "wg1" : "wg0"));
  qd_delta_set_stamp (delta, stamp);
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, delta);
  qd_fleet_commit (fleet);
}

static void
test_stamps (void)
{
  QdFleet *fleet = qd_fleet_new ();
  double latency;

  put_latency (fleet, 9, 9, QD_DELTA_UPDATE);
  g_assert_cmpuint (qd_fleet_get_n_dropped (fleet), ==, 1);
  put_latency (fleet, 1, 10, QD_DELTA_PATCH);
  put_latency (fleet, 2, 5, QD_DELTA_UPDATE);
  QdEntity *path = qd_fleet_lookup (fleet, "c", QD_KIND_PATH, "1");
  g_assert_true (qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency));
  g_assert_cmpfloat (latency, ==, 1);
  g_assert_cmpstr (qd_entity_get_string (path, QD_PATH_INTERFACE), ==, "wg1");
  put_latency (fleet, 3, 0, QD_DELTA_UPDATE);
  qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency);
  g_assert_cmpfloat (latency, ==, 3);
  put_latency (fleet, 4, 11, QD_DELTA_UPDATE);
  qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency);
  g_assert_cmpfloat (latency, ==, 4);
  g_assert_finalize_object (fleet);
}

/* A page of a list that was written before a frame came and is read after it sets nothing back. */
static void
test_late_page (void)
{
  const gint64 now = G_GINT64_CONSTANT (1700000000000000);
  QdFleet *fleet = qd_fleet_new ();
  g_autoptr (QdDelta) frame = qd_delta_new ("c", QD_KIND_PATH, "1", QD_DELTA_PATCH);
  QdEntity *path;
  double latency = 0;
  gint64 seq = 0;

  put_latency (fleet, 1, now - 5, QD_DELTA_UPSERT);
  qd_delta_set (frame, QD_PATH_LATENCY_MS, qd_value_double (2));
  qd_delta_set (frame, QD_PATH_LOSS_PCT, qd_value_double (3));
  qd_delta_set (frame, QD_PATH_METRIC_SEQ, qd_value_int (7));
  qd_delta_set_stamp (frame, now);
  qd_fleet_begin (fleet);
  qd_fleet_apply (fleet, frame);
  qd_fleet_commit (fleet);
  put_latency (fleet, 9, now - 1, QD_DELTA_UPSERT);
  path = qd_fleet_lookup (fleet, "c", QD_KIND_PATH, "1");
  g_assert_true (qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency));
  g_assert_cmpfloat (latency, ==, 2);
  /* Neither changed nor taken away; what is no measurement is the page's. */
  g_assert_true (qd_entity_get_double (path, QD_PATH_LOSS_PCT, &latency));
  g_assert_true (qd_entity_get_int (path, QD_PATH_METRIC_SEQ, &seq));
  g_assert_cmpint (seq, ==, 7);
  g_assert_cmpstr (qd_entity_get_string (path, QD_PATH_INTERFACE), ==, "wg1");
  put_latency (fleet, 8, now - 2, QD_DELTA_PATCH);
  qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency);
  g_assert_cmpfloat (latency, ==, 2);

  /* A server that was started again counts on, even where it stamps what it took up earlier. */
  {
    g_autoptr (QdDelta) page = qd_delta_new ("c", QD_KIND_PATH, "1", QD_DELTA_UPSERT);

    qd_delta_set (page, QD_PATH_LATENCY_MS, qd_value_double (11));
    qd_delta_set (page, QD_PATH_LOSS_PCT, qd_value_double (3));
    qd_delta_set (page, QD_PATH_METRIC_SEQ, qd_value_int (8));
    qd_delta_set_stamp (page, now - 1);
    qd_fleet_begin (fleet);
    qd_fleet_apply (fleet, page);
    qd_fleet_commit (fleet);
    qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency);
    g_assert_cmpfloat (latency, ==, 11);
  }

  /* A newer page stands alone, and so does one of a server whose clock was set back. */
  put_latency (fleet, 4, now + 2, QD_DELTA_UPSERT);
  qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency);
  g_assert_cmpfloat (latency, ==, 4);
  g_assert_false (qd_entity_get_double (path, QD_PATH_LOSS_PCT, &latency));
  put_latency (fleet, 5, now - 3600 * (gint64) G_USEC_PER_SEC, QD_DELTA_UPSERT);
  qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency);
  g_assert_cmpfloat (latency, ==, 5);
  put_latency (fleet, 6, now - 3599 * (gint64) G_USEC_PER_SEC, QD_DELTA_PATCH);
  qd_entity_get_double (path, QD_PATH_LATENCY_MS, &latency);
  g_assert_cmpfloat (latency, ==, 6);
  g_assert_finalize_object (fleet);
}

typedef struct { guint changed, updated, transitions, committed; guint64 mask; int before, after; } Heard;

static void
changed_cb (QdEntity *entity, guint64 mask, Heard *heard)
{
  heard->changed++;
  heard->mask = mask;
}

static void
updated_cb (QdEntityList *list, GPtrArray *items, Heard *heard)
{
  heard->updated += items->len;
}

static void
transition_cb (QdFleet *fleet, QdEntity *entity, int before, int after, Heard *heard)
{
  heard->transitions++;
  heard->before = before;
  heard->after = after;
}

static void
committed_cb (QdFleet *fleet, Heard *heard)
{
  heard->committed++;
}

/* However often a thing changes in one batch, each listener hears once, of the outcome. */
static void
test_told_once (void)
{
  QdFleet *fleet = qd_fleet_new ();
  Heard heard = { 0 };
  gint64 since;

  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_SITE, "a", QD_DELTA_PATCH, QD_FIELD_STATUS, qd_value_status (QD_STATUS_WELL));
  qd_fleet_commit (fleet);
  QdEntity *site = qd_fleet_lookup (fleet, "c", QD_KIND_SITE, "a");
  g_signal_connect (site, "changed", G_CALLBACK (changed_cb), &heard);
  g_signal_connect (qd_fleet_get_list (fleet, QD_KIND_SITE), "items-updated", G_CALLBACK (updated_cb), &heard);
  g_signal_connect (fleet, "status-changed", G_CALLBACK (transition_cb), &heard);
  g_signal_connect (fleet, "committed", G_CALLBACK (committed_cb), &heard);

  g_autoptr (QdDelta) down = qd_delta_new ("c", QD_KIND_SITE, "a", QD_DELTA_PATCH);
  qd_delta_set (down, QD_FIELD_STATUS, qd_value_status (QD_STATUS_DOWN));
  qd_delta_set_stamp (down, 4242);
  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_SITE, "a", QD_DELTA_PATCH, QD_SITE_KIND, qd_value_string ("hq"));
  put (fleet, QD_KIND_SITE, "a", QD_DELTA_PATCH, QD_SITE_KIND, qd_value_string ("branch"));
  qd_fleet_apply (fleet, down);
  qd_fleet_commit (fleet);
  g_assert_cmpuint (heard.changed, ==, 1);
  g_assert_cmpuint (heard.updated, ==, 1);
  g_assert_cmpuint (heard.transitions, ==, 1);
  g_assert_cmpint (heard.before, ==, QD_STATUS_WELL);
  g_assert_cmpint (heard.after, ==, QD_STATUS_DOWN);
  g_assert_cmpuint (heard.committed, ==, 1);
  g_assert_cmpuint (heard.mask, ==, 1u << QD_SITE_KIND | 1u << QD_FIELD_STATUS | 1u << QD_FIELD_SINCE);
  g_assert_true (qd_entity_get_int (site, QD_FIELD_SINCE, &since));
  g_assert_cmpint (since, ==, 4242);

  /* Saying again what is so changes nothing. */
  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_SITE, "a", QD_DELTA_PATCH, QD_SITE_KIND, qd_value_string ("branch"));
  qd_fleet_commit (fleet);
  g_assert_cmpuint (heard.changed, ==, 1);
  g_assert_finalize_object (fleet);
}

static void
mirror_cb (GListModel *model, guint position, guint removed, guint added, GPtrArray *mirror)
{
  if (removed > 0)
    g_ptr_array_remove_range (mirror, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (mirror, (int) (position + i), g_list_model_get_item (model, position + i));
  g_assert_cmpuint (mirror->len, ==, g_list_model_get_n_items (model));
}

/* A list mirrored from its signals, against a set of ids. */
static void
test_list_mirror (void)
{
  QdFleet *fleet = qd_fleet_new ();
  QdEntityList *list = qd_fleet_get_list (fleet, QD_KIND_SITE);
  g_autoptr (GPtrArray) mirror = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_signal_connect (list, "items-changed", G_CALLBACK (mirror_cb), mirror);
  for (guint round = 0; round < 500; round++)
    {
      guint n = (guint) g_test_rand_int_range (1, round % 20 == 0 ? 400 : 12);

      qd_fleet_begin (fleet);
      for (guint i = 0; i < n; i++)
        {
          char *id = g_strdup_printf ("s%d", g_test_rand_int_range (0, 200));
          gboolean removes = g_test_rand_bit ();

          put (fleet, QD_KIND_SITE, id, removes ? QD_DELTA_REMOVE : QD_DELTA_PATCH, 0, QD_NO_VALUE);
          if (removes)
            {
              g_hash_table_remove (ids, id);
              g_free (id);
            }
          else
            g_hash_table_add (ids, id);
        }
      qd_fleet_commit (fleet);
      g_assert_cmpuint (mirror->len, ==, g_hash_table_size (ids));
      for (guint i = 0; i < mirror->len; i++)
        {
          g_assert_true (mirror->pdata[i] == qd_entity_list_peek (list, i));
          g_assert_true (g_hash_table_contains (ids, qd_entity_get_id (mirror->pdata[i])));
        }
    }
  g_ptr_array_set_size (mirror, 0);
  g_assert_finalize_object (fleet);
}

static void
test_json (void)
{
  g_autoptr (QdFleet) fleet = qd_fleet_new ();
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  qd_fleet_begin (fleet);
  put (fleet, QD_KIND_SITE, "18446744073709551615", QD_DELTA_PATCH, QD_SITE_ENDPOINTS, qd_value_json ("[{\"a\":1}]"));
  put (fleet, QD_KIND_SITE, "18446744073709551615", QD_DELTA_PATCH, QD_FIELD_STATUS, qd_value_status (QD_STATUS_DOWN));
  put (fleet, QD_KIND_SITE, "18446744073709551615", QD_DELTA_PATCH, QD_FIELD_LABELS, qd_value_json ("not json"));
  qd_fleet_commit (fleet);
  qd_entity_add_json (qd_entity_list_peek (qd_fleet_get_list (fleet, QD_KIND_SITE), 0), builder);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  JsonObject *object = qd_json_object (node);
  g_assert_cmpstr (qd_json_get_string (object, "id", NULL), ==, "18446744073709551615");
  g_assert_cmpstr (qd_json_get_string (object, "status", NULL), ==, "down");
  g_assert_cmpstr (qd_json_get_string (object, "labels", NULL), ==, "not json");
  g_assert_cmpuint (json_array_get_length (qd_json_get_array (object, "endpoints")), ==, 1);
}

/* What happened is said in words: those that we have, or those that the server's name for it is made of. */
static void
test_event_types (void)
{
  static const struct { const char *type, *label; } types[] = {
    { "policy_block", "Stopped by a policy" }, { "POLICY_CREATED", "Policy created" }, { "site_status_change", "State of a site" },
    { "disk_nearly.full", "Disk nearly full" }, { "x", "X" }, { "", "" }, { NULL, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *label = qd_event_type_dup_label (types[i].type);

      g_assert_cmpstr (label, ==, types[i].label);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/fleet/derived", test_derived);
  g_test_add_func ("/model/fleet/whole", test_whole);
  g_test_add_func ("/model/fleet/whole-shared", test_whole_shared);
  g_test_add_func ("/model/fleet/link-names", test_link_names);
  g_test_add_func ("/model/fleet/carried", test_carried);
  g_test_add_func ("/model/fleet/snapshot", test_snapshot);
  g_test_add_func ("/model/fleet/stamps", test_stamps);
  g_test_add_func ("/model/fleet/late-page", test_late_page);
  g_test_add_func ("/model/fleet/told-once", test_told_once);
  g_test_add_func ("/model/fleet/list-mirror", test_list_mirror);
  g_test_add_func ("/model/entity/json", test_json);
  g_test_add_func ("/model/event/types", test_event_types);
  return g_test_run ();
}
