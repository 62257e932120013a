/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"
#include "config.h"

#include "compare.h"

#include <string.h>

#include "qd-policy-lint.h"

/*
 * What lint says, asked of the lab's evaluator: each flow that is to prove a finding gets the verdicts that
 * it claims, each fix leaves a file that can be read and does what it says, and all that is said to change
 * nothing can be taken away at once.
 */

typedef enum
{
  ANY,
  NO,
  YES
} Want;

/* What a fix does to the verdicts. */
typedef enum
{
  NO_FIX,
  SAME,          /* nothing */
  SAME_IN_ALL,   /* nothing that comes of both directions */
  MORE           /* the flow is let out now, and nothing is lost */
} Effect;

typedef struct
{
  const char *code;
  Want egress, ingress;
  Effect effect;
  gboolean must_prove;          /* where no two pods of a workload differ */
} Claim;

static const Claim claims[] = {
  { "selects-nothing", ANY, ANY, NO_FIX, FALSE },
  { "selects-everything", ANY, ANY, NO_FIX, FALSE },
  { "peer-nothing", ANY, ANY, NO_FIX, FALSE },
  { "peer-everything", ANY, ANY, NO_FIX, FALSE },
  { "empty-list", ANY, ANY, NO_FIX, FALSE },
  { "unresolved-port", ANY, ANY, NO_FIX, FALSE },
  { "rules-without-type", ANY, ANY, SAME, FALSE },
  { "type-without-rules", ANY, ANY, SAME, FALSE },
  { "egress-not-isolated", YES, ANY, NO_FIX, FALSE },
  { "isolates-by-default", ANY, NO, SAME, FALSE },
  { "isolates-bystander", ANY, NO, NO_FIX, TRUE },
  /* Where these are about a workload and itself alone, no flow between two shows it. */
  { "shadowed-rule", ANY, ANY, SAME, FALSE },
  { "unreachable-rule", ANY, ANY, SAME, FALSE },
  { "redundant-policy", ANY, ANY, SAME, FALSE },
  { "ingress-without-egress", NO, YES, NO_FIX, TRUE },
  { "egress-without-ingress", YES, NO, NO_FIX, TRUE },
  { "dns-forgotten", NO, ANY, MORE, TRUE },
};

G_STATIC_ASSERT (G_N_ELEMENTS (claims) == COMPARE_N_CODES);

const char *
compare_lint_code (guint i)
{
  return claims[i].code;
}

static int
find_claim (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (claims); i++)
    if (g_str_equal (claims[i].code, code))
      return (int) i;
  return -1;
}

/* --- A world that is looked at --- */

typedef struct
{
  GBytes *bytes;
  QdYamlFile *file;
  GPtrArray *findings;
  LabCluster *cluster;          /* NULL: the lab refuses it */
} Looked;

static void
looked_free (Looked *self)
{
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_clear_pointer (&self->file, qd_yaml_file_unref);
  g_clear_pointer (&self->cluster, lab_cluster_free);
  g_bytes_unref (self->bytes);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Looked, looked_free)

/* NULL: it cannot be read. */
static Looked *
look (GBytes *bytes, const LabSwitches *switches)
{
  g_autoptr (Looked) self = g_new0 (Looked, 1);
  QdPolicyOptions options = compare_options (switches);
  g_autofree char *text = g_strndup (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));

  self->bytes = g_bytes_ref (bytes);
  self->file = qd_yaml_file_new ("world.yaml", bytes, NULL);
  if (self->file == NULL)
    return NULL;
  self->findings = qd_policy_lint (&self->file, 1, NULL, 0, &options);
  self->cluster = compare_read_lab (text, NULL);
  return g_steal_pointer (&self);
}

static guint
count_of (const Looked *self, const char *code)
{
  guint n = 0;

  for (guint i = 0; i < self->findings->len; i++)
    n += g_str_equal (((const QdPolicyFinding *) g_ptr_array_index (self->findings, i))->code, code);
  return n;
}

/* --- Flows --- */

typedef struct
{
  gboolean egress, ingress, allowed;
} Answer;

static GPtrArray *
ends_of (const LabCluster *cluster, const char *name, GArray *address)
{
  LabAddress parsed;

  if (strchr (name, '[') != NULL)
    return lab_cluster_find (cluster, name);
  if (lab_address_parse (name, &parsed))
    g_array_append_val (address, parsed);
  return NULL;
}

/* What the lab says of a flow between workloads or addresses: what any two of their pods may. */
static gboolean
ask (const LabCluster *cluster, const LabSwitches *switches, const QdPolicyProof *proof, Answer *answer)
{
  static const LabProtocol protocols[] = { [QD_PROTOCOL_TCP] = LAB_TCP, [QD_PROTOCOL_UDP] = LAB_UDP, [QD_PROTOCOL_SCTP] = LAB_SCTP };
  g_autoptr (GArray) src_address = g_array_new (FALSE, FALSE, sizeof (LabAddress)), dst_address = g_array_new (FALSE, FALSE, sizeof (LabAddress));
  g_autoptr (GPtrArray) src = ends_of (cluster, proof->from, src_address), dst = ends_of (cluster, proof->to, dst_address);
  guint n = src != NULL ? src->len : src_address->len, m = dst != NULL ? dst->len : dst_address->len;

  *answer = (Answer){ FALSE, FALSE, FALSE };
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < m; k++)
      {
        LabEnd from = src != NULL ? lab_end_of_pod (g_ptr_array_index (src, i)) : (LabEnd){ NULL, src_address, FALSE };
        LabEnd to = dst != NULL ? lab_end_of_pod (g_ptr_array_index (dst, k)) : (LabEnd){ NULL, dst_address, FALSE };
        LabVerdict verdict = lab_policy_verdict (cluster, switches, &from, &to, protocols[proof->protocol], proof->port);

        answer->egress |= verdict.way[LAB_EGRESS].allow;
        answer->ingress |= verdict.way[LAB_INGRESS].allow;
        answer->allowed |= verdict.allow;
      }
  return n > 0 && m > 0;
}

static gboolean
is_wanted (Want want, gboolean is)
{
  return want == ANY || (want == YES) == is;
}

static gboolean
check_proof (const Looked *looked, const LabSwitches *switches, const QdPolicyFinding *finding, const Claim *claim, GString *why)
{
  const QdPolicyProof *proof = finding->proof;
  g_autofree char *text = qd_policy_proof_to_text (proof), *where = qd_policy_finding_to_text (finding);
  Answer answer;

  if (!ask (looked->cluster, switches, proof, &answer))
    g_string_append_printf (why, "%s [%s]: the lab does not know an end of %s", where, finding->code, text);
  else if (answer.egress != proof->egress || answer.ingress != proof->ingress || answer.allowed != proof->allowed)
    g_string_append_printf (why, "%s [%s]: %s, and the lab says egress %d, ingress %d, allowed %d", where, finding->code, text, answer.egress, answer.ingress,
                            answer.allowed);
  else if (!is_wanted (claim->egress, proof->egress) || !is_wanted (claim->ingress, proof->ingress))
    g_string_append_printf (why, "%s [%s]: %s does not prove it", where, finding->code, text);
  else if (g_str_equal (finding->code, "type-without-rules") && proof->egress && proof->ingress)
    g_string_append_printf (why, "%s [%s]: %s is denied by nobody", where, finding->code, text);
  return why->len == 0;
}

/* --- Who is selected --- */

/* The lab's policy that a finding is about: of the client's, the one that it stands in. */
static const LabNetworkPolicy *
find_policy (const Looked *looked, const QdPolicyFinding *finding)
{
  g_autoptr (QdPolicyWorld) world = qd_policy_world_new (&looked->file, 1, NULL);
  GPtrArray *policies = qd_policy_world_get_policies (world);
  QdYamlSpan at = qd_yaml_node_get_span (finding->place.node);

  for (guint i = 0; i < policies->len; i++)
    {
      const QdPolicy *policy = g_ptr_array_index (policies, i);
      QdYamlSpan span = qd_yaml_node_get_span (policy->place.node);

      if (at.start < span.start || at.end > span.end)
        continue;
      for (guint k = 0; k < looked->cluster->policies->len; k++)
        {
          const LabNetworkPolicy *theirs = g_ptr_array_index (looked->cluster->policies, k);

          if (g_str_equal (theirs->name, policy->name) && g_str_equal (theirs->kind, qd_policy_kind_to_string (policy->kind)) &&
              g_strcmp0 (theirs->namespace, policy->namespace) == 0)
            return theirs;
        }
    }
  return NULL;
}

/* "selects-nothing": the lab says so of every pod. */
static gboolean
check_selection (const Looked *looked, const LabSwitches *switches, const QdPolicyFinding *finding, GString *why)
{
  const LabNetworkPolicy *policy = find_policy (looked, finding);

  /* A selector behind an alias stands elsewhere. */
  for (guint i = 0; policy != NULL && i < looked->cluster->pods->len; i++)
    {
      const LabPod *pod = g_ptr_array_index (looked->cluster->pods, i);

      if (lab_policy_selects (policy, pod, switches))
        g_string_append_printf (why, "%s %s selects %s/%s, and is said to select nothing", policy->kind, policy->name, pod->namespace, pod->name);
    }
  return why->len == 0;
}

/* --- Everything --- */

static GArray *
list_ends (const LabCluster *cluster, GArray *addresses)
{
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (LabEnd));

  for (guint i = 0; i < cluster->pods->len; i++)
    {
      LabEnd end = lab_end_of_pod (g_ptr_array_index (cluster->pods, i));

      g_array_append_val (ends, end);
    }
  for (guint i = 0; i < addresses->len; i++)
    {
      GArray *one = g_array_new (FALSE, FALSE, sizeof (LabAddress));
      LabEnd end = { NULL, one, FALSE };

      g_array_append_val (one, g_array_index (addresses, LabAddress, i));
      g_array_append_val (ends, end);
    }
  return ends;
}

static void
free_ends (GArray *ends, guint n_pods)
{
  for (guint i = n_pods; i < ends->len; i++)
    g_array_unref ((GArray *) g_array_index (ends, LabEnd, i).addresses);
  g_array_unref (ends);
}

static gboolean
differs (const LabVerdict *before, const LabVerdict *after, Effect effect)
{
  if (effect == SAME_IN_ALL)
    return before->allow != after->allow;
  for (guint way = 0; way < LAB_N_DIRECTIONS; way++)
    if (effect == SAME ? before->way[way].allow != after->way[way].allow : before->way[way].allow && !after->way[way].allow)
      return TRUE;
  return FALSE;
}

/* Every pod and address with every other, every protocol and port: the lab says of @b what @effect makes of what it says of @a, of both directions. */
static gboolean
compare_all (const LabCluster *a, const LabCluster *b, const LabSwitches *switches, Effect effect, const char *what, GString *why)
{
  const LabCluster *more = effect == MORE ? b : a;
  g_autoptr (GArray) addresses = compare_addresses (more), ports = compare_ports (more);
  GArray *before = list_ends (a, addresses), *after = list_ends (b, addresses);

  if (before->len != after->len)
    g_string_append_printf (why, "%s: %u ends became %u", what, before->len, after->len);
  for (guint i = 0; why->len == 0 && i < before->len; i++)
    for (guint k = 0; why->len == 0 && k < before->len; k++)
      for (guint p = 0; (i < a->pods->len || k < a->pods->len) && p < ports->len * LAB_N_PROTOCOLS; p++)
        {
          guint port = g_array_index (ports, guint, p / LAB_N_PROTOCOLS);
          LabProtocol protocol = p % LAB_N_PROTOCOLS;
          LabVerdict was = lab_policy_verdict (a, switches, &g_array_index (before, LabEnd, i), &g_array_index (before, LabEnd, k), protocol, port);
          LabVerdict is = lab_policy_verdict (b, switches, &g_array_index (after, LabEnd, i), &g_array_index (after, LabEnd, k), protocol, port);

          if (!differs (&was, &is, effect))
            continue;
          g_string_append_printf (why, "%s: end %u to end %u, %s %u: egress %d, ingress %d became %d, %d", what, i, k, lab_protocol_text (protocol), port,
                                  was.way[LAB_EGRESS].allow, was.way[LAB_INGRESS].allow, is.way[LAB_EGRESS].allow, is.way[LAB_INGRESS].allow);
          break;
        }
  free_ends (before, a->pods->len);
  free_ends (after, b->pods->len);
  return why->len == 0;
}

/* --- Fixes --- */

static Looked *
apply (const Looked *looked, const QdPolicyFinding *finding, const LabSwitches *switches, LintTally *tally, GString *why)
{
  g_auto (QdYamlSplice) splice = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) changed = qd_policy_fix_apply (finding->fix, &splice, &error);
  g_autoptr (GBytes) spliced = NULL;
  Looked *after;

  if (changed == NULL)
    {
      tally->refused++;
      return NULL;
    }
  tally->fixes++;
  spliced = qd_yaml_splice_apply (&splice, looked->bytes);
  if (!g_bytes_equal (spliced, qd_yaml_file_get_bytes (changed)))
    g_string_append_printf (why, "[%s]: what is to be exchanged does not make the file of the fix", finding->code);
  after = look (qd_yaml_file_get_bytes (changed), switches);
  if (after == NULL)
    g_string_append_printf (why, "[%s]: after the fix it cannot be read", finding->code);
  return after;
}

static gboolean
check_fix (const Looked *looked, const LabSwitches *switches, const QdPolicyFinding *finding, Effect effect, LintTally *tally, GString *why)
{
  g_autoptr (Looked) after = apply (looked, finding, switches, tally, why);
  g_autofree char *what = g_strdup_printf ("“%s” [%s]", qd_policy_fix_get_title (finding->fix), finding->code);
  Answer answer;

  if (after == NULL || why->len > 0)
    return why->len == 0;
  if (after->cluster == NULL)
    g_string_append_printf (why, "%s: after it the lab refuses the world", what);
  else if (count_of (after, finding->code) >= count_of (looked, finding->code))
    g_string_append_printf (why, "%s: after it there are %u of them, and %u before", what, count_of (after, finding->code),
                            count_of (looked, finding->code));
  /* Where nobody answers for names, there is nobody yet whom the fix lets it ask. */
  else if (effect == MORE && finding->proof != NULL && strchr (finding->proof->to, '[') != NULL && (!ask (after->cluster, switches, finding->proof, &answer) || !answer.egress))
    g_string_append_printf (why, "%s: it does not let %s ask", what, finding->proof->from);
  else if (compare_all (looked->cluster, after->cluster, switches, effect, what, why))
    tally->compared++;
  return why->len == 0;
}

/* Of a world that is refused: a fix takes what it is for away. What was not looked at before, because it was of the wrong type, may be wrong, too. */
static gboolean
check_repair (const Looked *looked, const LabSwitches *switches, const QdPolicyFinding *finding, LintTally *tally, GString *why)
{
  g_autoptr (Looked) after = apply (looked, finding, switches, tally, why);
  guint before = count_of (looked, finding->code);

  if (after != NULL && count_of (after, finding->code) >= before)
    g_string_append_printf (why, "“%s” [%s]: %u of them became %u", qd_policy_fix_get_title (finding->fix), finding->code, before,
                            count_of (after, finding->code));
  return why->len == 0;
}

/* --- All that changes nothing, at once --- */

static gboolean
changes_nothing (const QdPolicyFinding *finding)
{
  return g_str_equal (finding->code, "shadowed-rule") || g_str_equal (finding->code, "unreachable-rule") || g_str_equal (finding->code, "redundant-policy");
}

static gboolean
is_empty_list (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) || (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) == 0);
}

/* The value at @node without what is in @gone. A NetworkPolicy that loses its last rule of egress has to say that it is about egress. */
static JsonNode *
without (const QdYamlNode *node, GHashTable *gone)
{
  JsonNode *json;

  if (qd_yaml_node_get_type (node) == QD_YAML_SEQ)
    {
      JsonArray *array = json_array_new ();

      for (guint i = 0; i < qd_yaml_node_get_length (node); i++)
        if (!g_hash_table_contains (gone, qd_yaml_node_get_item (node, i)))
          json_array_add_element (array, without (qd_yaml_node_get_item (node, i), gone));
      json = json_node_new (JSON_NODE_ARRAY);
      json_node_take_array (json, array);
    }
  else if (qd_yaml_node_get_type (node) == QD_YAML_MAP)
    {
      JsonObject *object = json_object_new ();

      for (guint i = 0; i < qd_yaml_node_get_length (node); i++)
        json_object_set_member (object, qd_yaml_node_get_string (qd_yaml_node_get_key (node, i)), without (qd_yaml_node_get_value (node, i), gone));
      if (!json_object_has_member (object, "subject") && json_object_has_member (object, "egress") && is_empty_list (object, "egress") &&
          qd_yaml_node_get_length (qd_yaml_node_get (node, "egress")) > 0 && is_empty_list (object, "policyTypes"))
        {
          JsonArray *types = json_array_new ();

          json_array_add_string_element (types, "Ingress");
          json_array_add_string_element (types, "Egress");
          json_object_set_array_member (object, "policyTypes", types);
        }
      json = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (json, object);
    }
  else
    return qd_yaml_node_to_json (node);
  return json;
}

static char *
plain_text (GPtrArray *documents)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < documents->len; i++)
    {
      g_autofree char *one = json_to_string (g_ptr_array_index (documents, i), FALSE);

      g_string_append_printf (text, "---\n%s\n", one);
    }
  return g_string_free_and_steal (text);
}

/* Without what is in @gone, the lab decides as before. */
static gboolean
check_without (const Looked *looked, GHashTable *gone, const LabSwitches *switches, Effect effect, const char *what, GString *why)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  g_autoptr (LabCluster) after = NULL;
  g_autofree char *rest = NULL;

  for (guint i = 0; i < qd_yaml_file_get_n_documents (looked->file); i++)
    if (!g_hash_table_contains (gone, qd_yaml_file_get_document (looked->file, i)))
      g_ptr_array_add (left, without (qd_yaml_file_get_document (looked->file, i), gone));
  rest = plain_text (left);
  after = compare_read_lab (rest, NULL);
  if (after == NULL)
    g_string_append_printf (why, "%s, the lab refuses the world", what);
  else
    compare_all (looked->cluster, after, switches, effect, what, why);
  return why->len == 0;
}

/* What to take away so that a peer is gone: a rule without any would mean everyone. */
static const QdYamlNode *
peer_or_rule (const QdPolicy *policy, const QdYamlNode *node)
{
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    for (guint r = 0; r < policy->rules[d]->len; r++)
      {
        const QdPolicyRule *rule = g_ptr_array_index (policy->rules[d], r);

        for (guint p = 0; p < rule->peers->len; p++)
          if (((const QdPolicyPeer *) g_ptr_array_index (rule->peers, p))->place.node == node)
            return rule->peers->len > 1 ? node : rule->place.node;
      }
  return NULL;
}

/* "ingress-without-egress" and the other: the peer lets nothing through, so that nothing is lost without it. */
static gboolean
check_blocked (const Looked *looked, const QdPolicyFinding *finding, const LabSwitches *switches, GString *why)
{
  g_autoptr (QdPolicyWorld) world = qd_policy_world_new (&looked->file, 1, NULL);
  GPtrArray *policies = qd_policy_world_get_policies (world);
  g_autoptr (GHashTable) gone = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < policies->len; i++)
    {
      const QdYamlNode *node = peer_or_rule (g_ptr_array_index (policies, i), finding->place.node);

      if (node != NULL)
        g_hash_table_add (gone, (gpointer) node);
    }
  if (g_hash_table_size (gone) != 1)
    g_string_append_printf (why, "[%s] is about no peer", finding->code);
  return why->len == 0 && check_without (looked, gone, switches, SAME_IN_ALL, "without a peer that lets nothing through", why);
}

/* Spelled without anchors, so that what is taken away in one place is taken away in no other. */
static gboolean
check_all_at_once (GPtrArray *documents, const LabSwitches *switches, LintTally *tally, GString *why)
{
  g_autofree char *text = plain_text (documents);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (Looked) looked = look (bytes, switches);
  g_autoptr (GHashTable) gone = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < looked->findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (looked->findings, i);

      if (changes_nothing (finding))
        g_hash_table_add (gone, (gpointer) finding->place.node);
      if ((g_str_equal (finding->code, "ingress-without-egress") || g_str_equal (finding->code, "egress-without-ingress")) &&
          !check_blocked (looked, finding, switches, why))
        return FALSE;
    }
  if (g_hash_table_size (gone) == 0)
    return TRUE;
  if (check_without (looked, gone, switches, SAME, "without all that changes nothing", why))
    tally->at_once++;
  return why->len == 0;
}

/* --- One world --- */

/* Whether some workload has pods that differ: then no flow between workloads may show what is so of one pod. */
static gboolean
has_unlike_pods (const LabCluster *cluster)
{
  for (guint i = 0; i < cluster->pods->len; i++)
    for (guint k = 0; k < i; k++)
      {
        const LabPod *a = g_ptr_array_index (cluster->pods, i), *b = g_ptr_array_index (cluster->pods, k);

        if (g_str_equal (a->name, b->name) && g_str_equal (a->namespace, b->namespace) && g_str_equal (a->kind, b->kind))
          return TRUE;
      }
  return FALSE;
}

static gboolean
check_finding (const Looked *looked, const LabSwitches *switches, const QdPolicyFinding *finding, LintTally *tally, GString *why)
{
  int number = find_claim (finding->code);
  const Claim *claim = number < 0 ? NULL : &claims[number];

  if (claim == NULL)
    return finding->proof == NULL;
  tally->codes[number]++;
  tally->findings++;
  if (g_str_equal (finding->code, "selects-nothing") && !check_selection (looked, switches, finding, why))
    return FALSE;
  if (finding->proof != NULL)
    {
      tally->proofs++;
      if (!check_proof (looked, switches, finding, claim, why))
        return FALSE;
    }
  else if (claim->must_prove || changes_nothing (finding))
    {
      tally->unproven++;
      if (claim->must_prove && !has_unlike_pods (looked->cluster))
        {
          g_autofree char *text = qd_policy_finding_to_text (finding);

          g_string_append_printf (why, "%s [%s]: no flow proves it", text, finding->code);
          return FALSE;
        }
    }
  return finding->fix == NULL || check_fix (looked, switches, finding, claim->effect, tally, why);
}

gboolean
compare_lint (GPtrArray *documents, guint64 seed, const LabSwitches *switches, GString *why, LintTally *tally)
{
  g_autofree char *yaml = worlds_to_yaml (documents, seed);
  g_autoptr (GBytes) bytes = g_bytes_new (yaml, strlen (yaml));
  g_autoptr (Looked) looked = look (bytes, switches);
  LintTally none = { 0 };

  if (looked == NULL)
    return TRUE;
  tally = tally != NULL ? tally : &none;
  tally->worlds++;
  for (guint i = 0; why->len == 0 && i < looked->findings->len; i++)
    {
      const QdPolicyFinding *finding = g_ptr_array_index (looked->findings, i);

      if (looked->cluster != NULL)
        check_finding (looked, switches, finding, tally, why);
      else if (finding->fix != NULL)
        check_repair (looked, switches, finding, tally, why);
    }
  if (why->len == 0 && looked->cluster != NULL)
    check_all_at_once (documents, switches, tally, why);
  return why->len == 0;
}
