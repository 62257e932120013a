/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a shard keeps of a tenant, and who is placed where: the parts of it that know no server. */
#define G_LOG_DOMAIN "qd-lab-test"
#include "config.h"

#include <string.h>

#include "lab-shard.h"

#define MESSAGES 200
#define WORLDS   300

static void
payload_of (guint64 seq, char *text, gsize size)
{
  g_snprintf (text, size, "{\"n\":%" G_GUINT64_FORMAT "}", seq);
}

/* Writes the state down and reads it again, as a shard does that dies here. */
static void
die_and_come_back (LabShardState *state)
{
  g_autofree char *text = lab_shard_state_write (state);

  lab_shard_state_clear (state);
  g_assert_true (lab_shard_state_read (state, text, strlen (text)));
}

/* Owners that die anywhere, of which some had written and none acknowledged: each message counts once. */
static void
test_once (void)
{
  for (guint world = 0; world < WORLDS; world++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (world);
      LabShardState kept = { 0 };
      guint64 sum = 0;
      char text[64];

      while (kept.seq < MESSAGES)
        {
          LabShardState mine;
          guint64 back = (guint64) g_rand_int_range (rand, 0, 20), more = (guint64) g_rand_int_range (rand, 1, 40);
          guint64 from = kept.seq - MIN (kept.seq, back), to = MIN (MESSAGES, from + more);

          lab_shard_state_copy (&mine, &kept);
          for (guint64 seq = from + 1; seq <= to; seq++)
            {
              payload_of (seq, text, sizeof text);
              lab_shard_state_apply (&mine, seq, text, strlen (text));
            }
          /* What was not written was for nothing. */
          if (g_rand_boolean (rand))
            {
              lab_shard_state_clear (&kept);
              lab_shard_state_copy (&kept, &mine);
              die_and_come_back (&kept);
            }
          lab_shard_state_clear (&mine);
        }
      for (guint64 seq = 1; seq <= MESSAGES; seq++)
        {
          payload_of (seq, text, sizeof text);
          sum += lab_shard_digest (text, strlen (text));
        }
      g_assert_cmpuint (kept.count, ==, MESSAGES);
      g_assert_cmpuint (kept.sum, ==, sum);
      lab_shard_state_clear (&kept);
    }
}

static void
test_replay (void)
{
  static const struct { LabReplay mode; guint64 count; } modes[] = {
    { LAB_REPLAY_CHECKPOINT, MESSAGES + 1 }, { LAB_REPLAY_DEDUPE, 2 * MESSAGES + 1 }, { LAB_REPLAY_FULL, MESSAGES + 1 },
  };
  char text[64];

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      LabShardState state = { 0 };

      for (guint64 seq = 1; seq <= MESSAGES; seq++)
        {
          payload_of (seq, text, sizeof text);
          g_assert_true (lab_shard_state_apply (&state, seq, text, strlen (text)));
        }
      lab_shard_state_replay (&state, modes[i].mode);
      g_assert_cmpuint (state.seq, ==, 0);
      /* It dies half way, and one more comes behind what there was. */
      for (guint64 seq = 1; seq <= MESSAGES + 1; seq++)
        {
          if (seq == MESSAGES / 2)
            die_and_come_back (&state);
          payload_of (seq, text, sizeof text);
          lab_shard_state_apply (&state, seq, text, strlen (text));
        }
      g_assert_cmpuint (state.count, ==, modes[i].count);
      g_assert_cmpuint (state.seq, ==, MESSAGES + 1);
      g_assert_cmpuint (state.done, ==, MESSAGES + 1);
      lab_shard_state_clear (&state);
    }
}

static void
test_digest (void)
{
  /* sha256("abc") begins with ba7816bf8f01cfea. */
  g_assert_cmpuint (lab_shard_digest ("abc", 3), ==, G_GUINT64_CONSTANT (0xba7816bf8f01cfea));
}

static void
test_broken_state (void)
{
  static const char *const texts[] = {
    "", "{", "[]", "null", "{}", "{\"seq\":1,\"count\":1,\"epoch\":1}", "{\"seq\":-1,\"count\":1,\"epoch\":1,\"checksum\":\"00\"}",
    "{\"seq\":\"1\",\"count\":1,\"epoch\":1,\"checksum\":\"00\"}", "{\"seq\":1,\"count\":1,\"epoch\":1,\"checksum\":\"xyz\"}",
    "{\"seq\":1,\"count\":1,\"epoch\":1,\"checksum\":\"11112222333344445\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      LabShardState state;

      g_assert_false (lab_shard_state_read (&state, texts[i], strlen (texts[i])));
      lab_shard_state_clear (&state);
    }
}

static const char *
place_of (LabPlacement *placement, const char *tenant)
{
  return g_hash_table_lookup (lab_placement_table (placement), tenant);
}

static void
test_placement (void)
{
  g_autoptr (LabPlacement) placement = lab_placement_new ();

  g_assert_false (lab_placement_hear (placement, LAB_BUCKET_BEGIN, NULL, NULL));
  g_assert_false (lab_placement_hear (placement, LAB_BUCKET_PUT, "aggregate_placement", " {\"a\":\"shard-1\",\"b\":2,\"c\":\"shard-2\"}"));
  g_assert_false (lab_placement_hear (placement, LAB_BUCKET_PUT, "d", "shard-3\n"));
  g_assert_false (lab_placement_synced (placement));
  g_assert_cmpuint (g_hash_table_size (lab_placement_table (placement)), ==, 0);
  g_assert_true (lab_placement_hear (placement, LAB_BUCKET_SYNCED, NULL, NULL));
  g_assert_true (lab_placement_synced (placement));
  g_assert_cmpstr (place_of (placement, "a"), ==, "shard-1");
  g_assert_null (place_of (placement, "b"));
  g_assert_cmpstr (place_of (placement, "c"), ==, "shard-2");
  g_assert_cmpstr (place_of (placement, "d"), ==, "shard-3");
  /* While it is read anew, what was there holds; what is there no more is gone afterwards. */
  lab_placement_hear (placement, LAB_BUCKET_BEGIN, NULL, NULL);
  lab_placement_hear (placement, LAB_BUCKET_PUT, "d", "shard-4");
  g_assert_cmpstr (place_of (placement, "d"), ==, "shard-3");
  g_assert_cmpstr (place_of (placement, "a"), ==, "shard-1");
  lab_placement_hear (placement, LAB_BUCKET_SYNCED, NULL, NULL);
  g_assert_cmpstr (place_of (placement, "d"), ==, "shard-4");
  g_assert_null (place_of (placement, "a"));
  g_assert_true (lab_placement_hear (placement, LAB_BUCKET_GONE, "d", NULL));
  g_assert_null (place_of (placement, "d"));
  /* What is broken places nobody, and hurts nobody else. */
  lab_placement_hear (placement, LAB_BUCKET_PUT, "aggregate_placement", "{\"a\":");
  lab_placement_hear (placement, LAB_BUCKET_PUT, "e", "");
  lab_placement_hear (placement, LAB_BUCKET_PUT, "f", "shard-1");
  g_assert_cmpuint (g_hash_table_size (lab_placement_table (placement)), ==, 1);
  g_assert_cmpstr (place_of (placement, "f"), ==, "shard-1");
}

static void
test_names (void)
{
  g_autofree char *long_name = g_strnfill (121, 'x');

  g_assert_true (lab_placement_names ("tenant-acme"));
  g_assert_true (lab_placement_names ("58b2e84d-2855-4303-8681-c985c3b25282"));
  g_assert_false (lab_placement_names (""));
  g_assert_false (lab_placement_names ("a.b"));
  g_assert_false (lab_placement_names ("*"));
  g_assert_false (lab_placement_names ("a>"));
  g_assert_false (lab_placement_names ("a b"));
  g_assert_false (lab_placement_names ("m\303\274ller"));
  g_assert_false (lab_placement_names (long_name));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/shard/once", test_once);
  g_test_add_func ("/lab/shard/replay", test_replay);
  g_test_add_func ("/lab/shard/digest", test_digest);
  g_test_add_func ("/lab/shard/broken-state", test_broken_state);
  g_test_add_func ("/lab/shard/placement", test_placement);
  g_test_add_func ("/lab/shard/names", test_names);
  return g_test_run ();
}
