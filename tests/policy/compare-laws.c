/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"
#include "config.h"

#include "compare.h"

#include <string.h>

#include "qd-policy-diff.h"

static QdPolicyEval *
evaluate (GPtrArray *documents, guint64 seed, const LabSwitches *switches, QdPolicyEval *previous)
{
  g_autofree char *yaml = worlds_to_yaml (documents, seed);
  g_autoptr (QdPolicyWorld) world = compare_read (yaml);
  QdPolicyOptions options = compare_options (switches);

  return qd_policy_world_is_invalid (world) ? NULL : qd_policy_eval_new (world, &options, previous);
}

/* The end of another evaluation that is called the same; ranges are cut alike where the policies are. */
static guint
same_end (QdPolicyEval *from, guint end, QdPolicyEval *to)
{
  for (guint i = 0; i < qd_policy_eval_get_n_ends (to); i++)
    if (g_str_equal (qd_policy_eval_get_text (from, end), qd_policy_eval_get_text (to, i)))
      return i;
  return QD_POLICY_NO_END;
}

static gboolean
same_answers (QdPolicyEval *a, QdPolicyEval *b, const char *law, GString *why)
{
  guint n = qd_policy_eval_get_n_ends (a);
  g_autofree guint *ends = g_new (guint, n + 1);

  if (n != qd_policy_eval_get_n_ends (b))
    {
      g_string_append_printf (why, "%s: %u ends and %u", law, n, qd_policy_eval_get_n_ends (b));
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    ends[i] = same_end (a, i, b);
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k++)
      if (ends[i] == QD_POLICY_NO_END || ends[k] == QD_POLICY_NO_END ||
          !qd_port_set_equal (qd_policy_eval_get (a, i, k), qd_policy_eval_get (b, ends[i], ends[k])))
        {
          g_string_append_printf (why, "%s: %s -> %s", law, qd_policy_eval_get_text (a, i), qd_policy_eval_get_text (a, k));
          return FALSE;
        }
  return TRUE;
}

/* Every port of @a is in @b. */
static gboolean
is_within (const QdPortSet *a, const QdPortSet *b)
{
  for (guint protocol = 0; protocol < QD_N_PROTOCOLS; protocol++)
    {
      guint n;
      const QdPortRange *ranges = qd_port_set_get_ranges (a, protocol, &n);

      for (guint i = 0; i < n; i++)
        if (!qd_port_set_contains (b, protocol, ranges[i].first) || !qd_port_set_contains (b, protocol, ranges[i].last))
          return FALSE;
    }
  return TRUE;
}

static gboolean
is_network_policy (JsonNode *document)
{
  JsonObject *object = json_node_get_object (document);

  return g_strcmp0 (json_object_get_string_member_with_default (object, "kind", ""), "NetworkPolicy") == 0;
}

/* Whether all that @policy isolates is isolated by others, too. */
static gboolean
isolates_nothing_new (const LabCluster *cluster, const LabNetworkPolicy *policy, const LabSwitches *switches)
{
  for (guint i = 0; i < cluster->pods->len * LAB_N_DIRECTIONS; i++)
    {
      const LabPod *pod = g_ptr_array_index (cluster->pods, i / LAB_N_DIRECTIONS);
      LabDirection way = i % LAB_N_DIRECTIONS;
      gboolean isolated = FALSE;

      if (!policy->isolates[way] || !lab_policy_selects (policy, pod, switches))
        continue;
      for (guint k = 0; k < cluster->policies->len; k++)
        {
          const LabNetworkPolicy *other = g_ptr_array_index (cluster->policies, k);

          isolated = isolated || (other != policy && other->tier == LAB_TIER_NETWORK && other->isolates[way] &&
                                  lab_policy_selects (other, pod, switches));
        }
      if (!isolated)
        return FALSE;
    }
  return TRUE;
}

static const LabNetworkPolicy *
find_policy (const LabCluster *cluster, JsonNode *document)
{
  JsonObject *metadata = json_object_get_object_member (json_node_get_object (document), "metadata");
  const char *name = json_object_get_string_member (metadata, "name");

  for (guint i = 0; i < cluster->policies->len; i++)
    {
      const LabNetworkPolicy *policy = g_ptr_array_index (cluster->policies, i);

      if (policy->tier == LAB_TIER_NETWORK && g_str_equal (policy->name, name))
        return policy;
    }
  return NULL;
}

/* Workloads alone: with the policy other ranges of addresses are told apart. */
static gboolean
takes_nothing_away (QdPolicyEval *without, QdPolicyEval *with, const char *name, GString *why)
{
  guint n = qd_policy_eval_get_n_workloads (without);

  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k++)
      {
        const QdPortSet *before = qd_policy_eval_get (without, i, k), *after = qd_policy_eval_get (with, i, k);

        if (is_within (before, after))
          continue;
        g_string_append_printf (why, "adding %s takes away %s -> %s", name, qd_policy_eval_get_text (with, i), qd_policy_eval_get_text (with, k));
        return FALSE;
      }
  return TRUE;
}

/* Adding a NetworkPolicy takes no allowed flow away where what it isolates was isolated before. */
static gboolean
law_of_addition (GPtrArray *documents, guint64 seed, const LabSwitches *switches, QdPolicyEval *with, GString *why)
{
  g_autofree char *yaml = worlds_to_yaml (documents, seed);
  g_autoptr (LabCluster) cluster = compare_read_lab (yaml, NULL);

  for (guint i = 0; cluster != NULL && i < documents->len; i++)
    {
      const LabNetworkPolicy *policy = is_network_policy (g_ptr_array_index (documents, i)) ? find_policy (cluster, g_ptr_array_index (documents, i)) : NULL;
      g_autoptr (GPtrArray) less = NULL;
      g_autoptr (QdPolicyEval) without = NULL;

      if (policy == NULL || !isolates_nothing_new (cluster, policy, switches))
        continue;
      less = worlds_copy (documents);
      g_ptr_array_remove_index (less, i);
      without = evaluate (less, seed, switches, NULL);
      if (without != NULL && !takes_nothing_away (without, with, policy->name, why))
        return FALSE;
    }
  return TRUE;
}

/* allowed(s, d) is what egress of s and ingress of d both allow; of workloads with pods that differ it is the
 * sum over their pods, and then at most that. */
static gboolean
law_of_both_ways (QdPolicyEval *eval, GString *why)
{
  guint n = qd_policy_eval_get_n_workloads (eval);

  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k++)
      {
        const QdPortSet *both = qd_policy_eval_get (eval, i, k);

        if (i == k || (is_within (both, qd_policy_eval_get_direction (eval, QD_POLICY_EGRESS, i, k)) &&
                       is_within (both, qd_policy_eval_get_direction (eval, QD_POLICY_INGRESS, i, k))))
          continue;
        g_string_append_printf (why, "more than one way allows: %s -> %s", qd_policy_eval_get_text (eval, i), qd_policy_eval_get_text (eval, k));
        return FALSE;
      }
  return TRUE;
}

/* The change of a pair, or NULL. */
static const QdPolicyChange *
find_change (QdPolicyDiff *diff, const char *src, const char *dst)
{
  GPtrArray *changes = qd_policy_diff_get_changes (diff);

  for (guint i = 0; i < changes->len; i++)
    {
      const QdPolicyChange *change = g_ptr_array_index (changes, i);

      if (g_str_equal (change->src, src) && g_str_equal (change->dst, dst))
        return change;
    }
  return NULL;
}

/* Between the workloads that both have, newly allowed is what the one has and the other has not. */
static gboolean
tells_the_difference (QdPolicyDiff *diff, QdPolicyEval *before, QdPolicyEval *after, GArray *ports, GString *why)
{
  guint n = qd_policy_eval_get_n_workloads (before);

  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k++)
      {
        const char *src = qd_policy_eval_get_text (before, i), *dst = qd_policy_eval_get_text (before, k);
        const QdPolicyChange *change = i != k ? find_change (diff, src, dst) : NULL;
        const QdPortSet *old = qd_policy_eval_get (before, i, k), *new = qd_policy_eval_get (after, i, k);

        for (guint p = 0; i != k && p < ports->len * QD_N_PROTOCOLS; p++)
          {
            QdProtocol protocol = p % QD_N_PROTOCOLS;
            guint port = g_array_index (ports, guint, p / QD_N_PROTOCOLS);
            gboolean was = qd_port_set_contains (old, protocol, port), is = qd_port_set_contains (new, protocol, port);

            if ((change != NULL && qd_port_set_contains (change->allowed, protocol, port)) == (is && !was) &&
                (change != NULL && qd_port_set_contains (change->denied, protocol, port)) == (was && !is))
              continue;
            g_string_append_printf (why, "the difference is another: %s -> %s %s %u", src, dst, qd_protocol_to_string (protocol), port);
            return FALSE;
          }
      }
  return TRUE;
}

/* Each change of the one is one of the other, allowed and denied exchanged. */
static gboolean
mirrors (QdPolicyDiff *diff, QdPolicyDiff *back, GString *why)
{
  GPtrArray *changes = qd_policy_diff_get_changes (diff);

  for (guint i = 0; i < changes->len; i++)
    {
      const QdPolicyChange *change = g_ptr_array_index (changes, i), *other = find_change (back, change->src, change->dst);

      if (other != NULL && qd_port_set_equal (change->allowed, other->denied) && qd_port_set_equal (change->denied, other->allowed))
        continue;
      g_string_append_printf (why, "the way back is no mirror: %s -> %s", change->src, change->dst);
      return FALSE;
    }
  if (changes->len != qd_policy_diff_get_changes (back)->len)
    g_string_append (why, "the way back has more changes");
  return changes->len == qd_policy_diff_get_changes (back)->len;
}

/* Between a world and the same one without one of its policies. */
static gboolean
law_of_difference (GPtrArray *documents, guint64 seed, const LabSwitches *switches, QdPolicyEval *eval, GString *why)
{
  g_autofree char *yaml = worlds_to_yaml (documents, seed);
  g_autoptr (LabCluster) cluster = compare_read_lab (yaml, NULL);
  g_autoptr (QdPolicyDiff) none = qd_policy_diff_new (eval, eval);
  g_autoptr (GPtrArray) less = worlds_without_policy (documents, seed);
  g_autoptr (QdPolicyEval) other = less != NULL ? evaluate (less, seed, switches, NULL) : NULL;
  g_autoptr (QdPolicyDiff) diff = NULL, back = NULL;
  g_autoptr (GArray) ports = NULL;

  if (qd_policy_diff_get_changes (none)->len != 0)
    {
      g_string_append (why, "a world differs from itself");
      return FALSE;
    }
  if (other == NULL || cluster == NULL)
    return TRUE;
  ports = compare_ports (cluster);
  diff = qd_policy_diff_new (eval, other);
  back = qd_policy_diff_new (other, eval);
  return tells_the_difference (diff, eval, other, ports, why) && mirrors (diff, back, why);
}

/* --- Edits --- */

/* Of so many worlds one is edited: that costs as much as all else together. */
#define EDITED 5

/* A state of a folder that has a file for each document, and what was made of it. */
typedef struct
{
  GPtrArray *texts, *files;
  QdPolicyWorld *world;
  QdPolicyEval *eval;           /* NULL: it is invalid */
} State;

static void
free_state (State *state)
{
  g_ptr_array_unref (state->texts);
  g_ptr_array_unref (state->files);
  qd_policy_world_unref (state->world);
  g_clear_pointer (&state->eval, qd_policy_eval_unref);
  g_free (state);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (State, free_state)

/* The file that @before has of the very same text, or a new one. */
static QdYamlFile *
file_of (const State *before, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  QdYamlFile *file;

  for (guint i = 0; before != NULL && i < before->texts->len; i++)
    if (g_str_equal (g_ptr_array_index (before->texts, i), text))
      return qd_yaml_file_ref (g_ptr_array_index (before->files, i));
  file = qd_yaml_file_new ("part.yaml", bytes, NULL);
  g_assert_nonnull (file);
  return file;
}

/* What comes after @before, of which all that has not changed is taken over; NULL: it is the first. */
static State *
new_state (GPtrArray *documents, guint64 seed, const LabSwitches *switches, const State *before)
{
  State *state = g_new0 (State, 1);
  QdPolicyOptions options = compare_options (switches);

  state->texts = g_ptr_array_new_with_free_func (g_free);
  state->files = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_yaml_file_unref);
  for (guint i = 0; i < documents->len; i++)
    {
      g_autoptr (GPtrArray) one = g_ptr_array_new ();

      g_ptr_array_add (one, g_ptr_array_index (documents, i));
      g_ptr_array_add (state->texts, worlds_to_yaml (one, seed));
      g_ptr_array_add (state->files, file_of (before, g_ptr_array_index (state->texts, i)));
    }
  state->world = qd_policy_world_new ((QdYamlFile *const *) state->files->pdata, state->files->len, before != NULL ? before->world : NULL);
  if (!qd_policy_world_is_invalid (state->world))
    state->eval = qd_policy_eval_new (state->world, &options, before != NULL ? before->eval : NULL);
  return state;
}

/* What was carried over from one state to the next says what is found anew. */
static gboolean
is_as_new (const State *state, GPtrArray *documents, guint64 seed, const LabSwitches *switches, const char *edit, GString *why)
{
  g_autoptr (State) anew = new_state (documents, seed, switches, NULL);

  if ((state->eval == NULL) == (anew->eval == NULL))
    return state->eval == NULL || same_answers (anew->eval, state->eval, edit, why);
  g_string_append_printf (why, "%s: it is %s, and found anew it is not", edit, state->eval == NULL ? "invalid" : "valid");
  return FALSE;
}

/* An edit that spoils a field, perhaps into something valid; it is taken back; a policy is removed; another order. */
static gboolean
law_of_edits (GPtrArray *documents, guint64 seed, const LabSwitches *switches, GString *why)
{
  g_autoptr (GPtrArray) spoilt = worlds_spoil (documents, seed), removed = worlds_without_policy (documents, seed);
  g_autoptr (GPtrArray) shuffled = worlds_shuffle (documents, seed);
  GPtrArray *states[] = { documents, spoilt, documents, removed, documents, shuffled };
  static const char *const edits[] = { "the first", "a field is edited", "the edit is taken back", "a policy is removed", "it comes back", "files change places" };
  g_autoptr (State) state = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (states[i] != NULL)
      {
        g_autoptr (State) before = g_steal_pointer (&state);

        state = new_state (states[i], seed, switches, before);
        if (!is_as_new (state, states[i], seed, switches, edits[i], why))
          return FALSE;
      }
  return TRUE;
}

gboolean
compare_laws (GPtrArray *documents, guint64 seed, const LabSwitches *switches, GString *why)
{
  g_autoptr (GPtrArray) shuffled = worlds_shuffle (documents, seed);
  g_autoptr (QdPolicyEval) eval = evaluate (documents, seed, switches, NULL);
  g_autoptr (QdPolicyEval) other = NULL, again = NULL;
  g_autofree char *yaml = worlds_to_yaml (documents, seed);

  if (eval == NULL)
    return TRUE;
  if (compare_lint_errors (yaml) != 0)
    {
      g_string_append (why, "lint finds an error in what is valid");
      return FALSE;
    }
  other = evaluate (shuffled, seed + 1, switches, NULL);
  if (other == NULL)
    {
      g_string_append (why, "in another order it is invalid");
      return FALSE;
    }
  again = evaluate (documents, seed, switches, other);
  return same_answers (eval, other, "the order does not matter", why) &&
         same_answers (eval, again, "what came before does not matter", why) && law_of_both_ways (eval, why) &&
         (seed % EDITED != 0 || law_of_edits (documents, seed, switches, why)) && law_of_difference (documents, seed, switches, eval, why) &&
         law_of_addition (documents, seed, switches, eval, why);
}
