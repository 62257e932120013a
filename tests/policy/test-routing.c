/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <math.h>
#include <string.h>

#include "qd-policy-lint.h"
#include "qd-policy-schema.h"
#include "qd-routing-private.h"
#include "worlds.h"

static QdYamlFile *
read_file (const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  QdYamlFile *file = qd_yaml_file_new (name, bytes, &error);

  g_assert_no_error (error);
  return file;
}

static QdRoutingSet *
read_set (const char *name, const char *text)
{
  g_autoptr (QdYamlFile) file = read_file (name, text);

  return qd_routing_set_new (&file, 1);
}

/* "LINE:COLUMN CODE", a line each, in the order of their places. */
static char *
codes_of (GPtrArray *findings)
{
  GString *codes = g_string_new (NULL);

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);
      QdYamlSpan span = qd_yaml_node_get_span (finding->place.node);

      g_assert_true (*finding->message && g_utf8_validate (finding->message, -1, NULL));
      g_string_append_printf (codes, "%u:%u %s\n", span.line, span.column, finding->code);
    }
  return g_string_free (codes, FALSE);
}

static void
expect_codes (const char *text, const char *codes)
{
  g_autoptr (QdRoutingSet) set = read_set ("a.routing.yaml", text);
  g_autofree char *found = codes_of (qd_routing_set_get_findings (set));

  g_assert_cmpstr (found, ==, codes);
}

static const QdRoutingPolicy *
policy_at (QdRoutingSet *set, guint i)
{
  return g_ptr_array_index (qd_routing_set_get_policies (set), i);
}

/* --- Reading ------------------------------------------------------------------------------------------------------ */

#define VOIP \
  "id: policy-voip\nname: VoIP\npriority: 10\nenabled: true\nmatch: {src_cidr: 10.0.0.0/8, dst_cidr: null, src_port: 5060, dst_port_range: 5060-5090, " \
  "protocol: udp, application_class: voice, dscp: 46}\npath_preference: {custom: {latency: 3, loss: 1.5}}\n" \
  "failover: {primary: p1, backups: [p2, p3], threshold: 70, failback: false, delay_s: 2.5}\n"

static void
test_read (void)
{
  g_autoptr (QdRoutingSet) set = read_set ("any.yaml", VOIP "---\n{name: rest, priority: 1000, path_preference: LowestCost}\n");
  const QdRoutingPolicy *voip = policy_at (set, 0), *rest = policy_at (set, 1);
  g_autofree char *text = qd_routing_match_to_text (&voip->match), *every = qd_routing_match_to_text (&rest->match);

  g_assert_cmpuint (qd_routing_set_get_findings (set)->len, ==, 0);
  g_assert_cmpstr (voip->id, ==, "policy-voip");
  g_assert_cmpint (voip->priority, ==, 10);
  g_assert_cmpuint (voip->match.src.first.bytes[0], ==, 10);
  g_assert_null (voip->match.dst_cidr);
  g_assert_cmpuint (voip->match.dst_first, ==, 5060);
  g_assert_cmpuint (voip->match.dst_last, ==, 5090);
  g_assert_cmpint (voip->match.dscp, ==, 46);
  g_assert_cmpint (voip->preference, ==, QD_ROUTING_CUSTOM);
  g_assert_cmpuint (voip->weights->len, ==, 2);
  g_assert_cmpfloat (g_array_index (voip->weights, QdRoutingWeight, 1).weight, ==, 1.5);
  g_assert_cmpstr (voip->failover.primary, ==, "p1");
  g_assert_cmpstr (voip->failover.backups[1], ==, "p3");
  g_assert_cmpfloat (voip->failover.threshold, ==, 70);
  g_assert_false (voip->failover.failback);
  g_assert_cmpfloat (voip->failover.delay_s, ==, 2.5);
  g_assert_cmpstr (text, ==, "UDP, from 10.0.0.0/8, from port 5060, to port 5060-5090, class voice, DSCP 46");
  g_assert_cmpstr (every, ==, "every flow");
  g_assert_true (rest->enabled && rest->failover.failback && isnan (rest->failover.threshold) && rest->failover.place.node == NULL);
  g_assert_cmpuint (rest->document, ==, 1);
}

/* As the server answers, in a list, and in a sequence; ids are strings whatever their type. */
static void
test_lists (void)
{
  g_autoptr (QdRoutingSet) answer = read_set ("answer.json",
    "{\"items\":[{\"name\":\"b\",\"priority\":20,\"match\":{\"dscp\":null},\"path_preference\":\"LowestLatency\",\"id\":11529215046068469760,\"revision\":1,\"enabled\":true,"
    "\"failover\":{\"primary\":null,\"backups\":[],\"threshold\":null,\"failback\":true,\"delay_s\":0}},"
    "{\"name\":\"a\",\"priority\":10,\"path_preference\":\"LowestCost\",\"match\":{\"protocol\":\"icmp\"}}],\"total\":2,\"next\":null,\"as_of_seq\":1,\"epoch\":\"x\"}");
  g_autoptr (QdRoutingSet) sequence = read_set ("b.yaml", "- name: a\n  priority: 1\n  path_preference: LowestCost\n- null\n");

  g_assert_cmpuint (qd_routing_set_get_findings (answer)->len, ==, 0);
  g_assert_cmpstr (policy_at (answer, 0)->name, ==, "a");
  g_assert_cmpstr (policy_at (answer, 0)->path, ==, "/items/1");
  g_assert_cmpstr (policy_at (answer, 1)->id, ==, "11529215046068469760");
  g_assert_cmpstr (policy_at (sequence, 0)->path, ==, "/0");
  g_assert_cmpuint (qd_routing_set_get_policies (sequence)->len, ==, 1);
}

static void
expect_document (const char *name, const char *text, gboolean is)
{
  g_autoptr (QdYamlFile) file = read_file (name, text);

  g_assert_cmpint (qd_routing_is_document (qd_yaml_file_get_document (file, 0)), ==, is);
}

static void
test_recognised (void)
{
  expect_document ("a.yaml", "path_preference: x\n", TRUE);
  expect_document ("a.yaml", "match: {}\npriority: 1\n", TRUE);
  expect_document ("a.yaml", "match: {}\n", FALSE);
  expect_document ("a.yaml", "[1, {path_preference: x}]\n", TRUE);
  expect_document ("a.yaml", "policies: [{path_preference: x}]\n", TRUE);
  expect_document ("a.yaml", "kind: List\nitems: [{path_preference: x}]\n", FALSE);
  expect_document ("a.yaml", "kind: X\npath_preference: x\n", FALSE);
  /* A row of Patronus' database. */
  expect_document ("a.yaml", "match_rules: {}\npath_preference: LowestCost\npriority: 1\n", FALSE);
  expect_document ("a.routing.yml", "name: x\n", TRUE);
  expect_document ("a.routing.json", "[]", TRUE);
  expect_document ("a.routing.yaml", "apiVersion: v1\nkind: Pod\n", FALSE);
}

static void
test_findings (void)
{
#define GOOD "name: x\npriority: 1\npath_preference: LowestCost\n"
  expect_codes (GOOD, "");
  expect_codes ("{}\n", "1:1 required\n1:1 required\n1:1 required\n");
  expect_codes ("priority: 65536\nname: ''\npath_preference: Fastest\n", "2:7 name\n1:11 priority\n3:18 preference\n");
  expect_codes ("name: 5\npriority: '1'\npath_preference: {custom: {}}\n", "1:7 unquoted\n2:11 type\n3:18 preference\n");
  expect_codes ("name: a\npriority: 1\npath_preference: {custom: {a: 1001, b: x, c: null}}\n", "3:31 weight\n3:40 weight\n3:43 weight\n");
  expect_codes (GOOD "prioritiy: 2\nmatch: {src_cdr: 10.0.0.0/8}\n", "4:1 unknown-field\n5:9 unknown-field\n");
  expect_codes (GOOD "match: {src_cidr: 10.0.0.1, dst_cidr: x}\n", "4:19 cidr\n4:39 cidr\n");
  expect_codes (GOOD "match: {src_port: 0, dst_port_range: 443}\n", "4:38 unquoted\n4:19 port\n");
  expect_codes (GOOD "match: {src_port: 65536, dst_port_range: 9-8}\n", "4:19 port\n4:42 port\n");
  expect_codes (GOOD "match: {dst_port_range: ''}\n", "4:25 port\n");
  expect_codes (GOOD "match: {dst_port_range: 1-65536}\n", "4:25 port\n");
  expect_codes (GOOD "match: {protocol: TCP, application_class: '', dscp: 64}\n", "4:19 protocol\n4:43 text\n4:53 dscp\n");
  expect_codes (GOOD "match: {protocol: icmp, dst_port_range: '1'}\n", "4:19 never-matches\n");
  expect_codes (GOOD "match: {src_cidr: 10.0.0.0/8, dst_cidr: 'fd00::/8'}\n", "4:41 mixed-families\n");
  expect_codes (GOOD "failover: {primary: a, backups: [a, b, b, null, ''], threshold: 101, delay_s: -1}\n",
                "4:34 backup\n4:40 backup\n4:43 backup\n4:49 backup\n4:65 threshold\n4:79 delay\n");
  expect_codes (GOOD "failover: {threshold: 50}\n", "4:23 no-backup\n");
  expect_codes (GOOD "id: a\n---\nid: a\n" GOOD, "6:1 duplicate\n6:1 duplicate\n");
  expect_codes ("hello\n", "1:1 type\n");
#undef GOOD
}

/* In files as lint sees them: routing policies are no objects of Kubernetes, and nothing is said twice. */
static void
test_lint (void)
{
  g_autoptr (QdYamlFile) file = read_file ("it.yaml", "name: x\npriority: 70000\npath_preference: LowestCost\nmatch: {dst_prt_range: '1'}\n");
  g_autoptr (GPtrArray) findings = qd_policy_lint (&file, 1, NULL, 0, NULL);
  g_autofree char *codes = codes_of (findings);
  const QdPolicySchema *schema = qd_policy_schema_of_document (qd_yaml_file_get_document (file, 0));

  g_assert_cmpstr (codes, ==, "2:11 priority\n4:9 unknown-field\n");
  g_assert_nonnull (strstr (((QdPolicyFinding *) g_ptr_array_index (findings, 1))->message, "dst_port_range"));
  g_assert_nonnull (qd_policy_schema_follow (schema, "/match/dscp", NULL));
}

/* --- Which one is taken -------------------------------------------------------------------------------------------- */

static QdRoutingFlow
make_flow (const char *src, const char *dst, const char *protocol, guint dst_port, const char *class, int dscp)
{
  QdRoutingFlow flow = { .protocol = protocol, .src_port = 50000, .dst_port = dst_port, .application_class = class, .dscp = dscp };

  flow.has_src = src && qd_address_parse (src, &flow.src);
  flow.has_dst = dst && qd_address_parse (dst, &flow.dst);
  return flow;
}

static void
expect_taken (QdRoutingSet *set, QdRoutingFlow flow, const char *name, gboolean certain, guint n_steps)
{
  g_autoptr (QdRoutingAnswer) answer = qd_routing_ask (set, &flow);

  g_assert_cmpstr (answer->policy ? answer->policy->name : NULL, ==, name);
  g_assert_cmpint (answer->certain, ==, certain);
  g_assert_cmpuint (answer->steps->len, ==, n_steps);
  g_assert_true (*answer->text);
}

static void
test_ask (void)
{
  g_autoptr (QdRoutingSet) set = read_set ("a.yaml",
    "- {name: off, priority: 0, enabled: false, path_preference: LowestCost}\n"
    "- {name: bad, priority: 1, match: {dscp: 99}, path_preference: LowestCost}\n"
    "- {name: voice, priority: 10, match: {protocol: udp, application_class: voice}, path_preference: LowestLatency}\n"
    "- {name: web, priority: 20, match: {dst_port_range: '443', dst_cidr: 10.0.0.0/8}, path_preference: LowestPacketLoss}\n"
    "- {name: rest, priority: 1000, path_preference: LowestCost}\n");
  QdRoutingFlow web = make_flow ("192.0.2.1", "10.1.1.1", "TCP", 443, NULL, -1);
  g_autoptr (QdRoutingAnswer) answer = qd_routing_ask (set, &web);

  expect_taken (set, web, "web", TRUE, 4);
  expect_taken (set, make_flow ("192.0.2.1", "10.1.1.1", "udp", 5060, "voice", 46), "voice", TRUE, 3);
  expect_taken (set, make_flow ("192.0.2.1", "10.1.1.1", "udp", 5060, "Voice", 46), "rest", TRUE, 5);
  /* What was observed has no class. */
  expect_taken (set, make_flow ("192.0.2.1", "10.1.1.1", "udp", 5060, NULL, -1), "rest", FALSE, 5);
  expect_taken (set, make_flow ("192.0.2.1", NULL, "tcp", 443, NULL, -1), "rest", FALSE, 5);
  expect_taken (set, make_flow ("192.0.2.1", "10.1.1.1", "icmp", 0, NULL, -1), "rest", TRUE, 5);
  g_assert_cmpint (((QdRoutingStep *) g_ptr_array_index (answer->steps, 0))->outcome, ==, QD_ROUTING_DISABLED);
  g_assert_cmpint (((QdRoutingStep *) g_ptr_array_index (answer->steps, 1))->outcome, ==, QD_ROUTING_INVALID);
  g_assert_cmpint (((QdRoutingStep *) g_ptr_array_index (answer->steps, 2))->part, ==, QD_ROUTING_PART_PROTOCOL);
  g_assert_cmpstr (((QdRoutingStep *) g_ptr_array_index (answer->steps, 2))->text, ==, "“voice” does not fit: it asks for UDP");
  g_assert_cmpstr (answer->text, ==, "“web” is taken: it is the first that fits");
}

/* --- Against the plainest answer, on generated policies and flows ----------------------------------------------------- */

/* Addresses are 10.0.0.0 to 10.0.0.15, and fd00:: to fd00::f as 16 to 31; a block is a beginning and a length of a power of two. */
typedef struct { int first, n; } Block;
typedef struct { Block src, dst; guint src_port, port_first, port_last, protocol, class; int dscp, priority; gboolean on; } Plain;   /* n 0, 0, 0, -1: any */
typedef struct { int src, dst; guint src_port, port, protocol, class; int dscp; } PlainFlow;

static const char *const protocols[] = { NULL, "tcp", "udp", "icmp" };
static const char *const classes[] = { NULL, "voice", "saas" };
static const guint edges[] = { 1, 2, 80, 81, 443, 65534, 65535 };

static void
address_text (int number, char *text)
{
  g_snprintf (text, 32, number < 16 ? "10.0.0.%d" : "fd00::%x", number % 16);
}

static Block
draw_block (Dice *dice)
{
  guint bits = dice_below (dice, 4);

  if (dice_chance (dice, 50))
    return (Block) { 0, 0 };
  return (Block) { (int) (((dice_below (dice, 8) ? 0 : 16) + dice_below (dice, 16)) >> bits << bits), 1 << bits };
}

static Plain
draw_policy (Dice *dice)
{
  Plain it = { .src = draw_block (dice), .dst = draw_block (dice), .dscp = -1, .priority = (int) dice_below (dice, 4), .on = dice_chance (dice, 90) };

  it.src_port = dice_chance (dice, 10) ? edges[dice_below (dice, 3)] : 0;
  if (dice_chance (dice, 50))
    {
      guint a = dice_below (dice, G_N_ELEMENTS (edges)), b = dice_below (dice, G_N_ELEMENTS (edges));

      it.port_first = edges[MIN (a, b)];
      it.port_last = edges[MAX (a, b)];
    }
  it.protocol = dice_chance (dice, 40) ? 1 + dice_below (dice, 3) : 0;
  it.class = dice_chance (dice, 20) ? 1 + dice_below (dice, 2) : 0;
  it.dscp = dice_chance (dice, 20) ? (int) dice_below (dice, 2) : -1;
  return it;
}

static void
write_block (GString *text, const char *name, const Block *block)
{
  char address[32];

  if (block->n == 0)
    return;
  address_text (block->first, address);
  g_string_append_printf (text, "%s: '%s/%d', ", name, address, (block->first < 16 ? 32 : 128) - g_bit_nth_msf ((gulong) block->n, -1));
}

static void
write_plain (GString *text, const Plain *it, guint i)
{
  g_string_append_printf (text, "- {name: p%u, priority: %d, enabled: %s, path_preference: {custom: {w%u: 1}}, match: {", i, it->priority, it->on ? "true" : "false", i);
  write_block (text, "src_cidr", &it->src);
  write_block (text, "dst_cidr", &it->dst);
  if (it->src_port)
    g_string_append_printf (text, "src_port: %u, ", it->src_port);
  if (it->port_first)
    g_string_append_printf (text, it->port_first == it->port_last ? "dst_port_range: '%u', " : "dst_port_range: %u-%u, ", it->port_first, it->port_last);
  if (it->protocol)
    g_string_append_printf (text, "protocol: %s, ", protocols[it->protocol]);
  if (it->class)
    g_string_append_printf (text, "application_class: %s, ", classes[it->class]);
  if (it->dscp >= 0)
    g_string_append_printf (text, "dscp: %d, ", it->dscp);
  g_string_append (text, "}}\n");
}

static gboolean
in_block (const Block *block, int address)
{
  return block->n == 0 || (address >= block->first && address < block->first + block->n);
}

static gboolean
fits (const Plain *it, const PlainFlow *flow)
{
  gboolean ports = flow->protocol != 3;

  return in_block (&it->src, flow->src) && in_block (&it->dst, flow->dst) && (it->src_port == 0 || (ports && it->src_port == flow->src_port)) &&
         (it->port_first == 0 || (ports && flow->port >= it->port_first && flow->port <= it->port_last)) &&
         (it->protocol == 0 || it->protocol == flow->protocol) && (it->class == 0 || it->class == flow->class) && (it->dscp < 0 || it->dscp == flow->dscp);
}

static PlainFlow
draw_flow (Dice *dice)
{
  int family = dice_chance (dice, 15) ? 16 : 0;

  return (PlainFlow) { family + (int) dice_below (dice, 16), family + (int) dice_below (dice, 16), edges[dice_below (dice, 3)], edges[dice_below (dice, G_N_ELEMENTS (edges))],
                       1 + dice_below (dice, 3), 1 + dice_below (dice, 2), (int) dice_below (dice, 3) };
}

static QdRoutingFlow
flow_of (const PlainFlow *plain)
{
  QdRoutingFlow flow = { .has_src = TRUE, .has_dst = TRUE, .dscp = plain->dscp, .protocol = protocols[plain->protocol], .application_class = classes[plain->class] };
  char text[32];

  address_text (plain->src, text);
  g_assert_true (qd_address_parse (text, &flow.src));
  address_text (plain->dst, text);
  g_assert_true (qd_address_parse (text, &flow.dst));
  if (plain->protocol != 3)
    {
      flow.src_port = plain->src_port;
      flow.dst_port = plain->port;
    }
  return flow;
}

#define N_POLICIES 6

/* The number behind its name. */
static guint
number_of (const QdRoutingPolicy *policy)
{
  return (guint) g_ascii_strtoull (policy->name + 1, NULL, 10);
}

/* The lowest priority, then the name. */
static int
first_fit (const Plain *plain, const PlainFlow *flow)
{
  int best = -1;

  for (int i = 0; i < N_POLICIES; i++)
    if (plain[i].on && fits (&plain[i], flow) && (best < 0 || plain[i].priority < plain[best].priority))
      best = i;
  return best;
}

static void
check_pairs (QdRoutingSet *set, const Plain *plain, Dice *dice)
{
  for (guint a = 0; a < N_POLICIES; a++)
    for (guint b = 0; b < N_POLICIES; b++)
      {
        const QdRoutingPolicy *left = policy_at (set, a), *right = policy_at (set, b);
        QdRoutingFlow flow;
        gboolean covers = qd_routing_match_covers (&left->match, &right->match), meet = qd_routing_match_meet (&left->match, &right->match, &flow);

        if (meet)
          {
            gboolean dormant = !left->enabled || !right->enabled;

            g_assert_true (dormant || (qd_routing_policy_match (left, &flow, NULL) == QD_ROUTING_MATCHED &&
                                       qd_routing_policy_match (right, &flow, NULL) == QD_ROUTING_MATCHED));
          }
        for (guint i = 0; i < 40; i++)
          {
            PlainFlow one = draw_flow (dice);
            gboolean fits_left = fits (&plain[number_of (left)], &one), fits_right = fits (&plain[number_of (right)], &one);

            g_assert_true (!covers || !fits_right || fits_left);
            g_assert_true (meet || !fits_left || !fits_right);
          }
      }
}

static gboolean
has_finding (QdRoutingSet *set, const char *code, const QdRoutingPolicy *policy)
{
  GPtrArray *findings = qd_routing_set_get_findings (set);

  for (guint i = 0; i < findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (findings, i);

      if (finding->place.node == policy->place.node && g_str_equal (finding->code, code))
        return TRUE;
    }
  return FALSE;
}

static void
test_generated (void)
{
  guint taken = 0, shadowed = 0;

  for (guint64 seed = 1; seed <= 1500; seed++)
    {
      Dice dice = { seed };
      Plain plain[N_POLICIES];
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (QdRoutingSet) set = NULL;

      for (guint i = 0; i < N_POLICIES; i++)
        {
          plain[i] = draw_policy (&dice);
          write_plain (text, &plain[i], i);
        }
      set = read_set ("it.yaml", text->str);
      g_assert_false (qd_routing_set_is_invalid (set));
      check_pairs (set, plain, &dice);
      for (guint i = 0; i < 40; i++)
        {
          PlainFlow one = draw_flow (&dice);
          QdRoutingFlow flow = flow_of (&one);
          g_autoptr (QdRoutingAnswer) answer = qd_routing_ask (set, &flow);

          g_assert_true (answer->certain);
          g_assert_cmpint (answer->policy ? (int) number_of (answer->policy) : -1, ==, first_fit (plain, &one));
          /* What is said never to be taken never is. */
          g_assert_false (answer->policy && has_finding (set, "shadowed", answer->policy));
          taken += answer->policy != NULL;
        }
      for (guint i = 0; i < N_POLICIES; i++)
        shadowed += has_finding (set, "shadowed", policy_at (set, i));
    }
  g_assert_cmpuint (taken, >, 500);
  g_assert_cmpuint (shadowed, >, 150);
}

/* What is not known of a flow leaves open just what some value of it would decide. */
static void
test_unknown (void)
{
  for (guint64 seed = 1; seed <= 2000; seed++)
    {
      Dice dice = { seed };
      Plain plain = draw_policy (&dice);
      PlainFlow one = draw_flow (&dice);
      QdRoutingFlow flow = flow_of (&one);
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (QdRoutingSet) set = NULL;
      gboolean some = FALSE, all = TRUE;
      QdRoutingOutcome outcome;

      plain.on = TRUE;
      write_plain (text, &plain, 0);
      set = read_set ("it.yaml", text->str);
      flow.application_class = NULL;
      flow.dscp = -1;
      for (guint class = 1; class <= 2; class++)
        for (int dscp = 0; dscp < 3; dscp++)
          {
            PlainFlow known = one;

            known.class = class;
            known.dscp = dscp;
            some |= fits (&plain, &known);
            all &= fits (&plain, &known);
          }
      outcome = qd_routing_policy_match (policy_at (set, 0), &flow, NULL);
      g_assert_cmpint (outcome, ==, all ? QD_ROUTING_MATCHED : some ? QD_ROUTING_DEPENDS : QD_ROUTING_MISSED);
    }
}

/* --- Beside one another ------------------------------------------------------------------------------------------------- */

#define RULE(name, priority, match, preference) "- {name: " name ", priority: " #priority ", match: {" match "}, path_preference: " preference "}\n"

static void
test_compare (void)
{
  /* Special before general is how it is meant. */
  expect_codes (RULE ("a", 1, "protocol: udp", "LowestCost") RULE ("b", 2, "", "LowestLatency"), "");
  expect_codes (RULE ("a", 1, "", "LowestCost") RULE ("b", 2, "protocol: udp", "LowestLatency"), "2:3 shadowed\n");
  expect_codes (RULE ("a", 1, "", "LowestCost") RULE ("b", 1, "protocol: udp", "LowestLatency"), "2:3 same-priority\n");
  expect_codes (RULE ("a", 1, "", "LowestCost") RULE ("b", 1, "protocol: udp", "LowestCost"), "");
  expect_codes (RULE ("a", 1, "protocol: udp", "LowestCost") RULE ("b", 2, "src_cidr: 10.0.0.0/8", "LowestLatency"), "2:3 overlap\n");
  expect_codes (RULE ("a", 1, "protocol: udp", "LowestCost") RULE ("b", 2, "protocol: tcp", "LowestLatency"), "");
  /* All of one family, where the other end says which. */
  expect_codes (RULE ("a", 1, "src_cidr: 0.0.0.0/0", "LowestCost") RULE ("b", 2, "dst_cidr: 10.0.0.0/8", "LowestLatency"), "2:3 shadowed\n");
  expect_codes (RULE ("a", 1, "dst_port_range: 1-65535", "LowestCost") RULE ("b", 2, "protocol: tcp", "LowestLatency"), "2:3 shadowed\n");
  expect_codes (RULE ("a", 1, "dst_port_range: 1-65535", "LowestCost") RULE ("b", 2, "dscp: 3", "LowestLatency"), "2:3 overlap\n");
}

/* A file of very many costs what it must, and says where it stopped comparing. */
static void
test_many (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (QdRoutingSet) set = NULL;

  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (text, "- {name: p%u, priority: %u, match: {dst_cidr: 10.%u.%u.0/24}, path_preference: LowestCost}\n", i, i, i / 256, i % 256);
  set = read_set ("it.yaml", text->str);
  g_assert_cmpuint (qd_routing_set_get_policies (set)->len, ==, 5000);
  g_assert_cmpuint (qd_routing_set_get_findings (set)->len, ==, 1);
  g_assert_cmpstr (((QdPolicyFinding *) g_ptr_array_index (qd_routing_set_get_findings (set), 0))->code, ==, "too-many");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/routing/read", test_read);
  g_test_add_func ("/policy/routing/lists", test_lists);
  g_test_add_func ("/policy/routing/recognised", test_recognised);
  g_test_add_func ("/policy/routing/findings", test_findings);
  g_test_add_func ("/policy/routing/lint", test_lint);
  g_test_add_func ("/policy/routing/ask", test_ask);
  g_test_add_func ("/policy/routing/generated", test_generated);
  g_test_add_func ("/policy/routing/unknown", test_unknown);
  g_test_add_func ("/policy/routing/compare", test_compare);
  g_test_add_func ("/policy/routing/many", test_many);
  return g_test_run ();
}
