/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routing policies taken apart into fields: what a change is as a patch, what two changes are together, and which
 * numbers make an order. Each against a slower and simpler answer on generated ones. */
#include "config.h"

#include <string.h>

#include "qd-json.h"
#include "qd-routing-fields.h"
#include "qd-routing-order.h"
#include "qd-routing-weights.h"
#include "qd-routing-words.h"

#define ROUNDS 2000

static JsonObject *
parse (const char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  g_assert_nonnull (node);
  return json_object_ref (json_node_get_object (node));
}

/* One of a few values for a field, so that changes meet. */
static JsonNode *
random_value (GRand *rand, QdRoutingAt at)
{
  static const char *const words[] = { "LowestLatency", "LowestCost", NULL };
  static const char *const objects[] = { "{\"custom\":{\"latency_weight\":1}}", "{\"custom\":{\"latency_weight\":2.0,\"cost_weight\":1}}", "{\"custom\":{\"cost_weight\":1}}" };
  int n = g_rand_int_range (rand, 0, 4);
  g_autofree char *text = g_strdup_printf ("v%d", n);

  switch (at)
    {
    case QD_ROUTING_AT_PRIORITY:
    case QD_ROUTING_AT_DELAY:
      return n % 2 ? json_node_init_int (json_node_alloc (), n) : json_node_init_double (json_node_alloc (), n);
    case QD_ROUTING_AT_ENABLED:
    case QD_ROUTING_AT_FAILBACK:
      return json_node_init_boolean (json_node_alloc (), n % 2);
    case QD_ROUTING_AT_BACKUPS:
      return json_from_string (n == 0 ? "[]" : n == 1 ? "[\"a\"]" : n == 2 ? "[\"a\",\"b\"]" : "[\"b\",\"a\"]", NULL);
    case QD_ROUTING_AT_PREFERENCE:
      return n < 3 ? json_from_string (objects[n], NULL) : json_node_init_string (json_node_alloc (), words[g_rand_int_range (rand, 0, 2)]);
    default:
      return n == 0 && at != QD_ROUTING_AT_NAME ? NULL : json_node_init_string (json_node_alloc (), text);
    }
}

static JsonObject *
random_change (GRand *rand, JsonObject *of)
{
  JsonObject *object = qd_routing_object_normalize (of);

  for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
    if (g_rand_int_range (rand, 0, 4) == 0)
      qd_routing_object_set (object, at, random_value (rand, at));
  return object;
}

/* RFC 7396 as it stands there. */
static JsonNode *
apply_patch (JsonNode *target, JsonNode *patch)
{
  g_autoptr (JsonObject) result = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (!JSON_NODE_HOLDS_OBJECT (patch))
    return json_node_copy (patch);
  result = json_object_new ();
  if (target && JSON_NODE_HOLDS_OBJECT (target))
    {
      json_object_iter_init (&iter, json_node_get_object (target));
      while (json_object_iter_next (&iter, &name, &value))
        json_object_set_member (result, name, json_node_copy (value));
    }
  json_object_iter_init (&iter, json_node_get_object (patch));
  while (json_object_iter_next (&iter, &name, &value))
    if (!JSON_NODE_HOLDS_NULL (value))
      json_object_set_member (result, name, apply_patch (json_object_get_member (result, name), value));
    else if (json_object_has_member (result, name))
      json_object_remove_member (result, name);
  return json_node_init_object (json_node_alloc (), result);
}

/* The patch makes the one of the other, and speaks of nothing else. */
static void
test_patch (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autoptr (JsonObject) nothing = qd_routing_object_new ();

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (JsonObject) before = random_change (rand, nothing), after = random_change (rand, before);
      g_autoptr (JsonObject) patch = qd_routing_object_patch (before, after);
      g_autoptr (JsonNode) of_before = json_node_init_object (json_node_alloc (), before), of_patch = json_node_init_object (json_node_alloc (), patch);
      g_autoptr (JsonNode) got = apply_patch (of_before, of_patch);
      guint changed = qd_routing_object_diff (before, after);

      g_assert_cmpuint (qd_routing_object_diff (json_node_get_object (got), after), ==, 0);
      g_assert_cmpuint (qd_routing_object_diff (before, before), ==, 0);
      g_assert_true ((json_object_get_size (patch) == 0) == (changed == 0));
      g_assert_true (json_object_has_member (patch, "priority") == ((changed & 1u << QD_ROUTING_AT_PRIORITY) != 0));
    }
}

/* Each field of a merge is what one of the two made of it; what nobody changed is as it was; what both did is told. */
static void
test_merge (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  g_autoptr (JsonObject) nothing = qd_routing_object_new ();
  guint met = 0;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (JsonObject) base = random_change (rand, nothing), mine = random_change (rand, base), theirs = random_change (rand, base), merged = NULL;
      guint conflicts, of_mine = qd_routing_object_diff (base, mine), of_theirs = qd_routing_object_diff (base, theirs);
      guint from_mine, from_theirs;

      merged = qd_routing_object_merge (base, mine, theirs, &conflicts);
      from_mine = ~qd_routing_object_diff (merged, mine);
      from_theirs = ~qd_routing_object_diff (merged, theirs);
      for (QdRoutingAt at = 0; at < QD_ROUTING_N_AT; at++)
        {
          guint bit = 1u << at;

          if (of_mine & bit)
            g_assert_true (from_mine & bit);
          else
            g_assert_true (from_theirs & bit);
          g_assert_true (((conflicts & bit) != 0) == ((of_mine & bit) && (of_theirs & bit) && (qd_routing_object_diff (mine, theirs) & bit)));
        }
      met += conflicts != 0;
    }
  g_assert_cmpuint (met, >, 10);
}

/* A draft's text is read back as what was written. */
static void
test_text (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (JsonObject) nothing = qd_routing_object_new ();

  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (JsonObject) object = random_change (rand, nothing);
      g_autofree char *text = qd_routing_object_to_text (object), *words = qd_routing_tell (object, NULL, NULL);
      g_autoptr (JsonObject) read = parse (text), again = qd_routing_object_normalize (read);

      g_assert_cmpuint (qd_routing_object_diff (object, again), ==, 0);
      g_assert_true (g_utf8_validate (words, -1, NULL) && *words != '\0');
    }
}

/* What a server may send that is none of ours is shown, and harms nothing. */
static void
test_odd (void)
{
  static const char *const odd[] = {
    "{}", "{\"match\":7,\"failover\":\"x\"}", "{\"match\":{\"src_port\":\"a\",\"dscp\":-4,\"dst_port_range\":\"9-1\"}}", "{\"path_preference\":[1,2]}",
    "{\"path_preference\":{\"custom\":[]},\"failover\":{\"backups\":[1,null,{}],\"threshold\":\"high\",\"primary\":4}}", "{\"name\":null,\"priority\":\"x\",\"enabled\":3}",
    "{\"path_preference\":{\"custom\":{\"a\":\"b\"}},\"match\":{\"protocol\":9}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr (JsonObject) read = parse (odd[i]), object = qd_routing_object_normalize (read), nothing = qd_routing_object_new ();
      g_autofree char *words = qd_routing_tell (object, NULL, NULL), *told = qd_routing_object_describe (object, nothing, NULL, NULL);

      g_assert_nonnull (words);
      g_assert_nonnull (told);
    }
}

static void
test_words (void)
{
  g_autoptr (JsonObject) object = parse ("{\"name\":\"Voice\",\"priority\":1,\"enabled\":true,\"match\":{\"src_cidr\":\"10.1.0.0/16\",\"protocol\":\"udp\",\"application_class\":\"voice\"},"
                                         "\"path_preference\":\"LowestLatency\",\"failover\":{\"primary\":\"p1\",\"backups\":[\"p2\",\"p3\"],\"threshold\":70,\"failback\":true,\"delay_s\":30}}");
  g_autofree char *words = qd_routing_tell (object, NULL, NULL);
  static const char *const parts[] = { "10.1.0.0/16", "voice", "lowest latency", "p1", "Below a score of 70 it fails over to p2, then p3.", "It comes back after 30 s." };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strstr (words, parts[i]) == NULL)
      g_error ("“%s” is not in: %s", parts[i], words);
}

static void
test_weights (void)
{
  static const char *const good[] = { "latency_weight=3, cost_weight=0.5", " a = 1000 ", "x=0,", NULL };
  static const char *const bad[] = { "", "a", "=1", "a=", "a=x", "a=-1", "a=1001", "a=1 b=2", "a=nan", ",", NULL };

  for (guint i = 0; good[i]; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = qd_routing_weights_parse (good[i], &error), again = NULL;
      g_autofree char *text = node ? qd_routing_weights_to_text (node) : NULL;

      g_assert_no_error (error);
      again = qd_routing_weights_parse (text, &error);
      g_assert_no_error (error);
      g_assert_true (json_node_equal (node, again));
    }
  for (guint i = 0; bad[i]; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (qd_routing_weights_parse (bad[i], &error));
      g_assert_nonnull (error);
    }
}

/* The length of the longest subsequence that grows, the slow way. */
static guint
longest (const guint *before, guint n)
{
  g_autofree guint *best = g_new0 (guint, n);
  guint most = 0;

  for (guint i = 0; i < n; i++)
    {
      best[i] = 1;
      for (guint j = 0; j < i; j++)
        if (before[j] < before[i])
          best[i] = MAX (best[i], best[j] + 1);
      most = MAX (most, best[i]);
    }
  return most;
}

/* In the order that is wanted the numbers grow (or, where two had one number and keep it, do not fall); none is out of
 * bounds; and as few change as can, unless there was no room. */
static void
test_order (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);

  for (guint round = 0; round < ROUNDS; round++)
    {
      guint n = (guint) g_rand_int_range (rand, 0, 24), changed = 0;
      int spread = g_rand_int_range (rand, 0, 3) == 0 ? 3 : 5000;
      g_autofree int *sorted = g_new0 (int, n), *now = g_new0 (int, n), *wanted = g_new0 (int, n);
      g_autofree guint *before = g_new0 (guint, n);
      gboolean renumbered;

      for (guint i = 0; i < n; i++)
        sorted[i] = (i > 0 ? sorted[i - 1] : 0) + g_rand_int_range (rand, 0, spread / MAX ((int) n, 1) + 2);
      for (guint i = 0; i < n; i++)
        before[i] = i;
      for (guint moves = (guint) g_rand_int_range (rand, 0, 5); n > 0 && moves > 0; moves--)
        {
          guint from = (guint) g_rand_int_range (rand, 0, (int) n), to = (guint) g_rand_int_range (rand, 0, (int) n), which = before[from];

          memmove (before + from, before + from + 1, (n - from - 1) * sizeof *before);
          memmove (before + to + 1, before + to, (n - to - 1) * sizeof *before);
          before[to] = which;
        }
      for (guint i = 0; i < n; i++)
        now[i] = sorted[before[i]];
      qd_routing_order_assign (now, before, n, wanted);
      for (guint i = 0; i < n; i++)
        {
          g_assert_cmpint (wanted[i], >=, 0);
          g_assert_cmpint (wanted[i], <=, QD_ROUTING_MAX_PRIORITY);
          changed += wanted[i] != now[i];
          if (i > 0 && wanted[i] == wanted[i - 1])
            g_assert_true (wanted[i] == now[i] && wanted[i - 1] == now[i - 1] && before[i - 1] < before[i]);
          else if (i > 0)
            g_assert_cmpint (wanted[i - 1], <, wanted[i]);
        }
      renumbered = n > 0;
      for (guint i = 0; i < n; i++)
        renumbered = renumbered && wanted[i] == 10 * (int) (i + 1);
      g_assert_true (renumbered || changed <= n - longest (before, n));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/routing-fields/patch", test_patch);
  g_test_add_func ("/routing-fields/merge", test_merge);
  g_test_add_func ("/routing-fields/text", test_text);
  g_test_add_func ("/routing-fields/odd", test_odd);
  g_test_add_func ("/routing-fields/words", test_words);
  g_test_add_func ("/routing-fields/weights", test_weights);
  g_test_add_func ("/routing-fields/order", test_order);
  return g_test_run ();
}
