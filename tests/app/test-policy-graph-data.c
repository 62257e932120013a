/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a picture of a change shows, beside the plain answer for each pair, on random worlds. */
#include "config.h"

#include <locale.h>
#include <string.h>

#include "manifests.h"
#include "qd-policy-diff.h"
#include "qd-policy-graph-scene.h"
#include "qd-policy-graph-words.h"
#include "worlds.h"

#define WORLDS 250
#define NO_CONNECTION QD_POLICY_N_CELL_CHANGES

/* --- The plain answer ---------------------------------------------------------------------------- */

typedef struct {
  QdPolicyEval *now, *before;   /* before: NULL: there is none */
  QdPolicyEnds *ends;
  guint n;
  guint8 *change;               /* by pair: QdPolicyCellChange, or NO_CONNECTION */
  const QdPortSet **ports, **lost;
  QdPortStore *store;
  QdPolicyDiff *diff;
} Plain;

static const QdPortSet *
get_ports (QdPolicyEval *eval, guint from, guint to)
{
  return eval != NULL && from != QD_POLICY_NO_END && to != QD_POLICY_NO_END ? qd_policy_eval_get (eval, from, to) : NULL;
}

/* As differences call it. */
static char *
name_end (Plain *plain, guint i)
{
  const QdPolicyEnd *end = qd_policy_ends_get (plain->ends, i);
  g_auto (GStrv) words = NULL;

  if (!end->outside)
    return g_strdup (qd_policy_eval_get_text (end->now != QD_POLICY_NO_END ? plain->now : plain->before, end->now != QD_POLICY_NO_END ? end->now : end->before));
  words = g_strsplit (end->key, " ", -1);
  return g_strdup_printf ("%s-%s[External]", words[1], words[2]);
}

static const QdPortSet *
keep (Plain *plain, const QdPortSet *ports)
{
  return qd_port_store_get (plain->store, qd_port_store_add (plain->store, ports));
}

/* What is the same is asked one by one, what is not comes out of the list of differences. */
static void
fill_pair (Plain *plain, GHashTable *changes, guint src, guint dst)
{
  const QdPolicyEnd *a = qd_policy_ends_get (plain->ends, src), *b = qd_policy_ends_get (plain->ends, dst);
  g_autofree char *from = name_end (plain, src), *to = name_end (plain, dst), *key = g_strdup_printf ("%s > %s", from, to);
  const QdPolicyChange *change = g_hash_table_lookup (changes, key);
  const QdPortSet *ports = get_ports (plain->now, a->now, b->now);
  guint at = src * plain->n + dst;

  plain->change[at] = NO_CONNECTION;
  if (src == dst || (a->outside && b->outside))
    return;
  if (change != NULL)
    {
      gboolean more = !qd_port_set_is_none (change->allowed), less = !qd_port_set_is_none (change->denied);

      plain->change[at] = more ? less ? QD_POLICY_CELL_MIXED : QD_POLICY_CELL_ALLOWED : QD_POLICY_CELL_DENIED;
      plain->ports[at] = keep (plain, more ? change->allowed : change->denied);
      plain->lost[at] = keep (plain, change->denied);
    }
  else if (ports != NULL && !qd_port_set_is_none (ports))
    {
      plain->change[at] = QD_POLICY_CELL_SAME;
      plain->ports[at] = keep (plain, ports);
    }
}

static Plain
plain_new (QdPolicyEval *now, QdPolicyEval *before)
{
  Plain plain = { now, before, qd_policy_ends_new (now, before) };
  g_autoptr (GHashTable) changes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *list;
  guint found = 0;

  plain.n = qd_policy_ends_get_n (plain.ends);
  plain.change = g_new (guint8, plain.n * plain.n);
  plain.ports = g_new0 (const QdPortSet *, plain.n * plain.n);
  plain.lost = g_new0 (const QdPortSet *, plain.n * plain.n);
  plain.store = qd_port_store_new ();
  plain.diff = qd_policy_diff_new (before != NULL ? before : now, now);
  list = qd_policy_diff_get_changes (plain.diff);
  for (guint i = 0; i < list->len; i++)
    {
      const QdPolicyChange *change = g_ptr_array_index (list, i);

      g_hash_table_insert (changes, g_strdup_printf ("%s > %s", change->src, change->dst), (gpointer) change);
    }
  for (guint i = 0; i < plain.n; i++)
    for (guint k = 0; k < plain.n; k++)
      {
        fill_pair (&plain, changes, i, k);
        found += plain.change[i * plain.n + k] != NO_CONNECTION && plain.change[i * plain.n + k] != QD_POLICY_CELL_SAME;
      }
  /* None of them was called otherwise. */
  g_assert_cmpuint (found, ==, list->len);
  return plain;
}

static void
plain_clear (Plain *plain)
{
  qd_policy_diff_free (plain->diff);
  qd_port_store_unref (plain->store);
  qd_policy_ends_unref (plain->ends);
  g_free (plain->change);
  g_free (plain->ports);
  g_free (plain->lost);
}

/* --- The picture beside it ----------------------------------------------------------------------- */

/* Takes every pair of @line from what is @left. */
static void
take_line (Plain *plain, QdPolicyGraph *graph, const QdPolicyGraphLine *line, guint8 *left)
{
  guint64 n[QD_POLICY_GRAPH_N_WAYS] = { 0 };
  guint ports[QD_POLICY_GRAPH_N_WAYS] = { 0 }, lost[QD_POLICY_GRAPH_N_WAYS] = { 0 };
  gboolean uniform[QD_POLICY_GRAPH_N_WAYS] = { TRUE, TRUE };

  for (guint i = 0; i < plain->n; i++)
    for (guint k = 0; k < plain->n; k++)
      {
        guint at = i * plain->n + k, a = qd_policy_graph_find_end (graph, i), b = qd_policy_graph_find_end (graph, k), set, gone;
        gboolean back = line->a != line->b && a == line->b && b == line->a;

        if (plain->change[at] != line->change || !(back || (a == line->a && b == line->b)))
          continue;
        g_assert_true (left[at]);
        left[at] = FALSE;
        set = qd_port_set_get_id (plain->ports[at]);
        gone = line->change == QD_POLICY_CELL_MIXED ? qd_port_set_get_id (plain->lost[at]) : QD_PORTS_NONE;
        uniform[back] &= n[back] == 0 || (set == ports[back] && gone == lost[back]);
        ports[back] = qd_port_store_union (plain->store, ports[back], set);
        lost[back] = qd_port_store_union (plain->store, lost[back], gone);
        n[back]++;
      }
  for (guint way = 0; way < QD_POLICY_GRAPH_N_WAYS; way++)
    {
      guint pair = line->src[way] * plain->n + line->dst[way];

      g_assert_cmpuint (line->n[way], ==, n[way]);
      if (n[way] == 0)
        continue;
      g_assert_true (qd_port_set_equal (line->ports[way], qd_port_store_get (plain->store, ports[way])));
      g_assert_true (qd_port_set_equal (line->lost[way], qd_port_store_get (plain->store, lost[way])));
      g_assert_cmpint (line->uniform[way], ==, uniform[way]);
      /* The one that stands for them is one of them. */
      g_assert_cmpuint (plain->change[pair], ==, line->change);
      g_assert_cmpuint (qd_policy_graph_find_end (graph, line->src[way]), ==, way == QD_POLICY_GRAPH_THERE ? line->a : line->b);
      g_assert_true (qd_port_set_equal (line->first[way], plain->ports[pair]));
    }
}

static void
check_lines (Plain *plain, QdPolicyGraph *graph, const QdPolicyGraphScope *scope)
{
  const QdPolicyGraphTally *tally = qd_policy_graph_get_tally (graph);
  guint n_lines, n_left[NO_CONNECTION + 1] = { 0 };
  const QdPolicyGraphLine *lines = qd_policy_graph_get_lines (graph, &n_lines);
  g_autofree guint8 *left = g_new (guint8, plain->n * plain->n);
  gboolean only = scope->only_changes && plain->before != NULL;

  memset (left, TRUE, plain->n * plain->n);
  for (guint i = 0; i < n_lines; i++)
    {
      g_assert_cmpuint (lines[i].a, <=, lines[i].b);
      g_assert_cmpuint (lines[i].n[0] + lines[i].n[1], >, 0);
      take_line (plain, graph, &lines[i], left);
    }
  for (guint i = 0; i < plain->n * plain->n; i++)
    if (left[i])
      n_left[plain->change[i]]++;
  g_assert_cmpuint (tally->lines_drawn, ==, n_lines);
  if (tally->lines_drawn == tally->lines)
    g_assert_true (n_left[QD_POLICY_CELL_SAME] == 0 || only);
  /* What has changed is the last to be left out. */
  if (n_left[QD_POLICY_CELL_ALLOWED] + n_left[QD_POLICY_CELL_DENIED] + n_left[QD_POLICY_CELL_MIXED] > 0)
    {
      g_assert_cmpuint (n_lines, ==, scope->max_lines);
      for (guint i = 0; i < n_lines; i++)
        g_assert_cmpuint (lines[i].change, !=, QD_POLICY_CELL_SAME);
    }
  if (only)
    for (guint i = 0; i < n_lines; i++)
      g_assert_cmpuint (lines[i].change, !=, QD_POLICY_CELL_SAME);
}

static gboolean
has_changed (Plain *plain, guint end)
{
  for (guint i = 0; i < plain->n; i++)
    {
      guint8 there = plain->change[end * plain->n + i], back = plain->change[i * plain->n + end];

      if ((there != NO_CONNECTION && there != QD_POLICY_CELL_SAME) || (back != NO_CONNECTION && back != QD_POLICY_CELL_SAME))
        return TRUE;
    }
  return FALSE;
}

/* Each end is in one node, and what is not there by itself is counted. */
static void
check_nodes (Plain *plain, QdPolicyGraph *graph, const QdPolicyGraphScope *scope)
{
  const QdPolicyGraphTally *tally = qd_policy_graph_get_tally (graph);
  const guint *members = qd_policy_graph_get_members (graph);
  guint n_nodes, workloads = 0, ranges = 0, apart[2] = { 0 }, together[2] = { 0 };
  const QdPolicyGraphNode *nodes = qd_policy_graph_get_nodes (graph, &n_nodes);
  g_autofree guint8 *seen = g_new0 (guint8, plain->n);
  gboolean only = scope->only_changes && plain->before != NULL;

  for (guint i = 0; i < n_nodes; i++)
    {
      g_assert_cmpuint (qd_policy_graph_find_node (graph, nodes[i].id), ==, i);
      for (guint k = 0; k < nodes[i].n; k++)
        {
          guint end = members[nodes[i].first + k];

          g_assert_false (seen[end]);
          seen[end] = TRUE;
          g_assert_cmpuint (qd_policy_graph_find_end (graph, end), ==, i);
          g_assert_cmpint (qd_policy_ends_get (plain->ends, end)->outside, ==, nodes[i].outside);
          (nodes[i].n > 1 ? together : apart)[nodes[i].outside]++;
        }
    }
  for (guint i = 0; i < plain->n; i++)
    {
      *(qd_policy_ends_get (plain->ends, i)->outside ? &ranges : &workloads) += 1;
      g_assert_cmpint (seen[i], ==, !only || has_changed (plain, i));
    }
  g_assert_cmpuint (tally->workloads, ==, workloads);
  g_assert_cmpuint (tally->drawn, ==, apart[0]);
  g_assert_cmpuint (tally->together, ==, together[0]);
  g_assert_cmpuint (tally->drawn + tally->together + tally->filtered, ==, workloads);
  g_assert_cmpuint (tally->ranges_drawn, ==, apart[1]);
  g_assert_cmpuint (tally->ranges_together, ==, together[1]);
  g_assert_cmpuint (tally->ranges_drawn + tally->ranges_together + tally->ranges_filtered, ==, ranges);
}

static void
check_pairs (Plain *plain, QdPolicyGraph *graph)
{
  guint64 pairs[NO_CONNECTION + 1] = { 0 };

  for (guint i = 0; i < plain->n * plain->n; i++)
    pairs[plain->change[i]]++;
  for (guint i = 0; i < NO_CONNECTION; i++)
    g_assert_cmpuint (qd_policy_graph_get_tally (graph)->pairs[i], ==, pairs[i]);
}

/* The words never fail, and the flow that is picked is what the line says. */
static void
check_words (Plain *plain, QdPolicyGraph *graph)
{
  guint n_lines, n_nodes;
  const QdPolicyGraphLine *lines = qd_policy_graph_get_lines (graph, &n_lines);

  qd_policy_graph_get_nodes (graph, &n_nodes);
  for (guint i = 0; i < n_nodes; i++)
    {
      g_autofree char *text = qd_policy_graph_describe_node (graph, i);

      g_assert_true (g_utf8_validate (text, -1, NULL) && *text != '\0');
    }
  for (guint i = 0; i < n_lines; i++)
    {
      g_autofree char *text = qd_policy_graph_describe_line (graph, i), *label = qd_policy_graph_label_line (graph, i);
      QdProtocol protocol = QD_PROTOCOL_TCP;
      guint src, dst, port;
      gboolean passes;

      g_assert_true (g_utf8_validate (text, -1, NULL) && *text != '\0');
      g_assert_true (label != NULL || lines[i].change == QD_POLICY_CELL_SAME);
      if (!qd_policy_graph_pick_flow (graph, i, &src, &dst, &protocol, &port))
        {
          g_assert_cmpuint (lines[i].change, ==, QD_POLICY_CELL_DENIED);
          continue;
        }
      passes = qd_port_set_contains (qd_policy_eval_get (plain->now, src, dst), protocol, port > 0 ? port : 1);
      g_assert_cmpint (passes, ==, lines[i].change != QD_POLICY_CELL_DENIED);
    }
}

static void
check_graph (Plain *plain, const QdPolicyGraphScope *scope)
{
  g_autoptr (QdPolicyGraph) graph = qd_policy_graph_new (plain->now, plain->before, scope, NULL);

  check_nodes (plain, graph, scope);
  check_lines (plain, graph, scope);
  check_pairs (plain, graph);
  check_words (plain, graph);
}

/* --- Worlds -------------------------------------------------------------------------------------- */

static GHashTable *
draw_groups (Plain *plain, Dice *dice)
{
  GHashTable *names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < qd_policy_ends_get_n_groups (plain->ends); i++)
    if (dice_chance (dice, 30))
      g_hash_table_add (names, (gpointer) qd_policy_ends_get_group (plain->ends, i));
  return names;
}

static void
check_all (QdPolicyEval *now, QdPolicyEval *before, guint64 seed)
{
  Plain plain = plain_new (now, before);
  Dice dice = { seed };

  for (guint round = 0; round < 6; round++)
    {
      g_autoptr (GHashTable) folded = draw_groups (&plain, &dice), open = draw_groups (&plain, &dice);
      const QdPolicyGraphScope scope = { .only_changes = round % 2 == 1, .folded = round > 1 ? folded : NULL, .open = round > 1 ? open : NULL,
                                         .max_nodes = round > 3 ? 1 + dice_below (&dice, 12) : 0, .max_lines = round > 3 ? 1 + dice_below (&dice, 20) : 0 };

      check_graph (&plain, &scope);
    }
  plain_clear (&plain);
}

static QdPolicyEval *
eval_documents (GPtrArray *documents, guint64 seed)
{
  g_autofree char *yaml = worlds_to_yaml (documents, seed);

  return make_eval (yaml, NULL);
}

static void
test_small_worlds (void)
{
  for (guint64 seed = 1; seed <= WORLDS; seed++)
    {
      g_autoptr (GPtrArray) documents = worlds_make (seed), others = seed % 3 == 0 ? worlds_make (seed + WORLDS) : worlds_without_policy (documents, seed);
      g_autoptr (QdPolicyEval) before = eval_documents (documents, seed), now = others != NULL ? eval_documents (others, seed) : NULL;

      check_all (before, NULL, seed);
      if (now != NULL)
        check_all (now, before, seed);
    }
}

static const char *const tiers[] = { "front", "back", "data" };
static const char *const spaces[] = { "shop", "bank", "lab", "ops" };

/* Many workloads of few sorts. */
static QdPolicyEval *
make_crowd (guint64 seed, guint n, guint edit)
{
  g_autoptr (GString) out = g_string_new (NULL);
  Dice dice = { seed };

  for (guint i = 0; i < n; i++)
    {
      const char *space = spaces[dice_below (&dice, 4)], *tier = tiers[dice_below (&dice, 3)];

      g_string_append_printf (out, POD ("%s", "pod-%u", "tier: %s, v: '%u'"), i, space, tier, dice_below (&dice, 2));
    }
  dice.state += edit;
  for (guint i = 0; i < 5; i++)
    g_string_append_printf (out, NP ("%s", "p%u", "{podSelector: {matchLabels: {tier: %s}}, ingress: [{from: [{podSelector: {matchLabels: {tier: %s}}}, {ipBlock: {cidr: 10.%u.0.0/16}}], ports: [{port: %u}]}]}"),
                            i, spaces[dice_below (&dice, 4)], tiers[dice_below (&dice, 3)], tiers[dice_below (&dice, 3)], dice_below (&dice, 4), 80 + dice_below (&dice, 2));
  return make_eval (out->str, NULL);
}

static void
test_crowds (void)
{
  for (guint64 seed = 1; seed <= 30; seed++)
    {
      g_autoptr (QdPolicyEval) before = make_crowd (seed, 40, 0), now = make_crowd (seed, 40 + (guint) (seed % 2), 1 + (guint) seed);

      check_all (now, before, seed);
    }
}

/* A picture's worth of workloads stands apart; more stand together, and the limits hold. */
static void
test_bounds (void)
{
  g_autoptr (QdPolicyEval) now = make_crowd (7, 400, 0), before = make_crowd (7, 400, 1);
  const QdPolicyGraphScope all = { .max_nodes = 100, .max_lines = 300 }, few = { .max_nodes = 3, .max_lines = 2 };
  g_autoptr (QdPolicyGraph) graph = qd_policy_graph_new (now, before, &all, NULL);
  g_autoptr (QdPolicyGraph) small = qd_policy_graph_new (now, before, &few, NULL);
  const QdPolicyGraphTally *tally = qd_policy_graph_get_tally (graph);
  guint n, m;

  qd_policy_graph_get_nodes (graph, &n);
  qd_policy_graph_get_lines (graph, &m);
  g_assert_cmpuint (n, <=, 100);
  g_assert_cmpuint (m, <=, 300);
  g_assert_cmpuint (tally->lines_drawn, ==, tally->lines);
  g_assert_cmpuint (tally->together, >, 0);
  qd_policy_graph_get_lines (small, &m);
  g_assert_cmpuint (m, ==, 2);
  g_assert_cmpuint (qd_policy_graph_get_tally (small)->lines, >, 2);
}

static void
test_cancel (void)
{
  g_autoptr (QdPolicyEval) now = make_crowd (7, 60, 0);
  const QdPolicyGraphScope scope = { 0 };
  int cancelled = 1;

  g_assert_null (qd_policy_graph_new (now, NULL, &scope, &cancelled));
}

/* --- Places -------------------------------------------------------------------------------------- */

static QdPlaces *
note (QdPolicyGraphPicture *picture)
{
  QdPlaces *places = qd_places_new ();

  qd_policy_graph_note_places (places, picture->graph, picture->positions);
  return places;
}

/* The same input has the same picture; an edit moves nobody, and one who comes in little. */
static void
test_places (void)
{
  g_autoptr (QdPolicyEval) before = make_crowd (3, 40, 0), now = make_crowd (3, 40, 1), more = make_crowd (3, 41, 1);
  const QdPolicyGraphWish first = { before, NULL };
  g_autoptr (QdPolicyGraphPicture) one = qd_policy_graph_draw (&first, NULL), two = qd_policy_graph_draw (&first, NULL);
  g_autoptr (QdPlaces) places = note (one);
  const QdPolicyGraphWish edited = { now, before, .places = places }, grown = { more, before, .places = places };
  g_autoptr (QdPolicyGraphPicture) next = qd_policy_graph_draw (&edited, NULL), last = qd_policy_graph_draw (&grown, NULL);
  guint n, m, moved = 0;
  const QdGraphNode *nodes = qd_graph_nodes (one->graph, &n);

  g_assert_cmpmem (one->positions, n * sizeof (QdPoint), two->positions, n * sizeof (QdPoint));
  nodes = qd_graph_nodes (next->graph, &m);
  for (guint i = 0; i < m; i++)
    {
      QdPoint at;

      if (!qd_places_get_key (places, nodes[i].id, &at))
        continue;
      moved += at.x != next->positions[i].x || at.y != next->positions[i].y;
    }
  g_assert_cmpuint (moved, ==, 0);
  nodes = qd_graph_nodes (last->graph, &m);
  for (guint i = 0; i < m; i++)
    {
      QdPoint at;

      if (qd_places_get_key (places, nodes[i].id, &at))
        moved += at.x != last->positions[i].x || at.y != last->positions[i].y;
    }
  g_assert_cmpuint (moved, ==, 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy-graph-data/small-worlds", test_small_worlds);
  g_test_add_func ("/policy-graph-data/crowds", test_crowds);
  g_test_add_func ("/policy-graph-data/bounds", test_bounds);
  g_test_add_func ("/policy-graph-data/cancel", test_cancel);
  g_test_add_func ("/policy-graph-data/places", test_places);
  return g_test_run ();
}
