/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "edit-check.h"
#include "edit-model-admin.h"

/* The policies of administrators: changed by splices of their text, and by hand in a model that knows nothing of text. What their API would
 * refuse is asked for too: then nothing may change. */

/* --- Changes, in both ------------------------------------------------------------------------------------------- */

static gboolean
is_cluster (Change *self)
{
  return self->model->kind == QD_POLICY_CLUSTER_NETWORK;
}

static gboolean
has_domains (Rule *rule)
{
  for (guint i = 0; i < rule->peers->len; i++)
    if (((Peer *) rule->peers->pdata[i])->form == QD_PEER_FORM_DOMAINS)
      return TRUE;
  return FALSE;
}

static gboolean
change_names (Change *self)
{
  static const char *const names[] = { "default", "on", "a.b", "1" };
  const char *name = PICK (self->rand, names);

  qd_policy_edit_set_name (self->edit, name);
  self->refused = self->model->kind == QD_POLICY_BASELINE_ADMIN && !g_str_equal (name, "default");
  if (!self->refused)
    g_set_str (&self->model->name, name);
  return TRUE;
}

/* Where it stands among others; and what only a NetworkPolicy has. */
static gboolean
change_standing (Change *self)
{
  int priority = g_rand_int_range (self->rand, -1, 1002), what = g_rand_int_range (self->rand, 0, 6);
  g_autofree char *text = g_strdup_printf ("%d", priority);

  if (what == 0)
    {
      self->refused = TRUE;
      qd_policy_edit_set_namespace (self->edit, "shop");
    }
  else if (what == 1)
    {
      self->refused = TRUE;
      qd_policy_edit_set_types (self->edit, TRUE, TRUE);
    }
  else if (what == 2)
    {
      self->refused = !is_cluster (self);
      self->model->tier = !self->refused ? g_rand_boolean (self->rand) ? QD_POLICY_TIER_ADMIN : QD_POLICY_TIER_BASELINE : self->model->tier;
      qd_policy_edit_set_tier (self->edit, (QdPolicyTier) self->model->tier);
    }
  else
    {
      self->refused = self->model->kind == QD_POLICY_BASELINE_ADMIN || priority < 0 || priority > 1000;
      if (!self->refused)
        self->model->priority = priority;
      qd_policy_edit_set_priority (self->edit, text);
    }
  return TRUE;
}

static gboolean
change_subject (Change *self)
{
  gboolean pods = g_rand_boolean (self->rand);

  self->loses = TRUE;
  if (self->model->pods.there && !pods)
    {
      g_array_set_size (self->model->pods.labels, 0);
      g_array_set_size (self->model->pods.expressions, 0);
    }
  self->model->pods.there = pods;
  qd_policy_edit_set_subject (self->edit, pods);
  return TRUE;
}

/* A selector and its place, or NULL. */
static Selector *
pick_selector (Change *self, char **path)
{
  Peer *peer = g_rand_int_range (self->rand, 0, 4) > 0 ? edit_pick_peer (self) : NULL;
  Selector *namespaces = peer != NULL ? &peer->namespaces : &self->model->namespaces, *pods = peer != NULL ? &peer->pods : &self->model->pods;
  g_autofree char *at = peer != NULL ? qd_policy_path_peer (self->d, self->rule, self->peer) : g_strdup ("/spec/subject");
  gboolean of_pods = pods->there && g_rand_boolean (self->rand);

  if (peer != NULL && peer->nodes.there)
    {
      *path = g_strconcat (at, "/nodes", NULL);
      return &peer->nodes;
    }
  if (!namespaces->there)
    return NULL;
  *path = g_strconcat (at, of_pods ? "/pods/podSelector" : pods->there ? "/pods/namespaceSelector" : "/namespaces", NULL);
  return of_pods ? pods : namespaces;
}

static gboolean
change_selector (Change *self)
{
  g_autofree char *path = NULL;
  Selector *selector = pick_selector (self, &path);

  if (selector == NULL)
    return FALSE;
  edit_change_selector (self, selector, path);
  return TRUE;
}

static gboolean
has_form (Change *self, QdPeerForm form)
{
  if (form == QD_PEER_FORM_PODS)
    return FALSE;
  if (form <= QD_PEER_FORM_BOTH)
    return TRUE;
  return self->d == 0 && (form != QD_PEER_FORM_DOMAINS || self->model->kind != QD_POLICY_BASELINE_ADMIN);
}

static QdPeerForm
any_form (Change *self)
{
  return (QdPeerForm) g_rand_int_range (self->rand, 0, QD_N_PEER_FORMS);
}

static void
add_rule (Change *self, GPtrArray *rules)
{
  QdPeerForm form = any_form (self);
  guint at = (guint) g_rand_int_range (self->rand, 0, (int) rules->len + 1);
  Rule *rule;

  qd_policy_edit_add_rule (self->edit, self->d, at, form);
  self->touches = FALSE;
  self->refused = !has_form (self, form);
  if (self->refused)
    return;
  rule = model_rule_new ();
  g_ptr_array_add (rule->peers, admin_peer_new ((int) form));
  g_ptr_array_insert (rules, (int) at, rule);
}

static gboolean
change_rules (Change *self)
{
  Rule *rule = edit_pick_rule (self);
  GPtrArray *rules = self->model->rules[self->d];
  int what = g_rand_int_range (self->rand, 0, 5);

  if (what == 0 || rule == NULL)
    add_rule (self, rules);
  else if (what == 1)
    {
      self->touches = FALSE;
      g_ptr_array_insert (rules, (int) self->rule + 1, model_copy_rule (rule));
      qd_policy_edit_duplicate_rule (self->edit, self->d, self->rule);
    }
  else if (what < 4)
    {
      guint to = (guint) g_rand_int_range (self->rand, 0, (int) rules->len);

      self->touches = FALSE;
      g_ptr_array_insert (rules, (int) to, g_ptr_array_steal_index (rules, self->rule));
      qd_policy_edit_move_rule (self->edit, self->d, self->rule, to);
    }
  else
    {
      self->loses = TRUE;
      g_ptr_array_remove_index (rules, self->rule);
      qd_policy_edit_remove_rule (self->edit, self->d, self->rule);
    }
  return TRUE;
}

static gboolean
change_action (Change *self)
{
  static const char *const names[] = { "let in", "", "1", "yes" };
  Rule *rule = edit_pick_rule (self);
  int action = g_rand_int_range (self->rand, 0, 3);
  const char *name = PICK (self->rand, names);

  if (rule == NULL)
    return FALSE;
  if (g_rand_boolean (self->rand))
    {
      g_set_str (&rule->name, *name != '\0' ? name : NULL);
      self->loses = TRUE;
      qd_policy_edit_set_rule_name (self->edit, self->d, self->rule, name);
      return TRUE;
    }
  self->refused = (action == 2 && self->model->kind == QD_POLICY_BASELINE_ADMIN) || (action != 0 && has_domains (rule));
  if (!self->refused)
    rule->action = action;
  qd_policy_edit_set_action (self->edit, self->d, self->rule, (QdPolicyAction) action);
  return TRUE;
}

/* What both forms have stays. */
static Peer *
convert_peer (Peer *old, QdPeerForm form)
{
  Peer *new = admin_peer_new ((int) form);

  if (new->namespaces.there && old->namespaces.there)
    model_copy_selector (&new->namespaces, &old->namespaces);
  if (new->pods.there && old->pods.there)
    model_copy_selector (&new->pods, &old->pods);
  if (new->nodes.there && old->nodes.there)
    model_copy_selector (&new->nodes, &old->nodes);
  if (new->form == old->form)
    {
      g_ptr_array_set_size (new->words, 0);
      for (guint i = 0; i < old->words->len; i++)
        g_ptr_array_add (new->words, g_strdup (old->words->pdata[i]));
    }
  return new;
}

static gboolean
change_peers (Change *self)
{
  Rule *rule = edit_pick_rule (self);
  QdPeerForm form = any_form (self);
  int what = g_rand_int_range (self->rand, 0, 4);
  gboolean allowed;

  if (rule == NULL)
    return FALSE;
  allowed = has_form (self, form) && (form != QD_PEER_FORM_DOMAINS || rule->action == 0) && (form < QD_PEER_FORM_BLOCK || !admin_names_ports (rule));
  self->peer = (guint) g_rand_int_range (self->rand, 0, (int) rule->peers->len);
  if (what == 0)
    {
      self->refused = !allowed;
      if (allowed)
        g_ptr_array_add (rule->peers, admin_peer_new ((int) form));
      qd_policy_edit_add_peer (self->edit, self->d, self->rule, form);
    }
  else if (what == 1)
    {
      self->refused = TRUE;
      qd_policy_edit_set_anyone (self->edit, self->d, self->rule);
    }
  else if (what == 2)
    {
      self->loses = TRUE;
      self->refused = rule->peers->len == 1;
      if (!self->refused)
        g_ptr_array_remove_index (rule->peers, self->peer);
      qd_policy_edit_remove_peer (self->edit, self->d, self->rule, self->peer);
    }
  else
    {
      self->loses = TRUE;
      self->refused = !allowed;
      if (allowed)
        {
          Peer *made = convert_peer (rule->peers->pdata[self->peer], form);

          g_ptr_array_remove_index (rule->peers, self->peer);
          g_ptr_array_insert (rule->peers, (int) self->peer, made);
        }
      qd_policy_edit_set_peer_form (self->edit, self->d, self->rule, self->peer, form);
    }
  return TRUE;
}

static gboolean
change_words (Change *self)
{
  Peer *peer = edit_pick_peer (self);
  guint at = peer != NULL ? (guint) g_rand_int_range (self->rand, 0, (int) peer->words->len + 1) : 0;
  const char *word;

  if (peer == NULL)
    return FALSE;
  self->loses = TRUE;
  if (peer->words->len == 0 || g_rand_boolean (self->rand))
    {
      self->refused = at >= peer->words->len || peer->words->len == 1;
      if (!self->refused)
        g_ptr_array_remove_index (peer->words, at);
      qd_policy_edit_remove_word (self->edit, self->d, self->rule, self->peer, at);
      return TRUE;
    }
  word = peer->form == QD_PEER_FORM_BLOCK ? PICK (self->rand, model_networks) : PICK (self->rand, model_domains);
  if (g_rand_int_range (self->rand, 0, 5) == 0)
    word = peer->form == QD_PEER_FORM_BLOCK ? "10.0.0.1" : "nowhere";
  self->refused = g_str_equal (word, "10.0.0.1") || g_str_equal (word, "nowhere");
  qd_policy_edit_set_word (self->edit, self->d, self->rule, self->peer, at < peer->words->len ? at : QD_YAML_END, word);
  if (self->refused)
    return TRUE;
  if (at < peer->words->len)
    g_ptr_array_remove_index (peer->words, at);
  g_ptr_array_insert (peer->words, (int) at, g_strdup (word));
  return TRUE;
}

static gboolean
change_ports (Change *self)
{
  Rule *rule = edit_pick_rule (self);
  int protocol = g_rand_int_range (self->rand, 0, 3), what = g_rand_int_range (self->rand, 0, 8);
  const char *text = PICK (self->rand, model_port_texts);
  guint at;

  if (rule == NULL)
    return FALSE;
  self->loses = TRUE;
  at = (guint) g_rand_int_range (self->rand, 0, (int) rule->ports->len + 1);
  if (what == 0)
    {
      g_ptr_array_set_size (rule->ports, 0);
      qd_policy_edit_set_every_port (self->edit, self->d, self->rule);
      return TRUE;
    }
  if (what < 3)
    {
      self->refused = at >= rule->ports->len || rule->ports->len == 1;
      if (!self->refused)
        g_ptr_array_remove_index (rule->ports, at);
      qd_policy_edit_remove_port (self->edit, self->d, self->rule, at);
      return TRUE;
    }
  self->refused = g_str_equal (text, "http") && !admin_may_name_ports (rule);
  qd_policy_edit_set_port (self->edit, self->d, self->rule, at < rule->ports->len ? at : QD_YAML_END, (QdProtocol) protocol, text);
  if (self->refused)
    return TRUE;
  if (at < rule->ports->len)
    g_ptr_array_remove_index (rule->ports, at);
  g_ptr_array_insert (rule->ports, (int) at, model_port_new (protocol, text));
  return TRUE;
}

static const ChangeFunc changes[] = {
  change_names, change_standing, change_subject, change_selector, change_selector, change_rules, change_rules, change_action, change_peers, change_words,
  change_ports, change_ports,
};

/* --- The property ------------------------------------------------------------------------------------------------- */

static void
test_random (gconstpointer data)
{
  QdPolicyKind kind = (QdPolicyKind) GPOINTER_TO_UINT (data);
  guint done = 0;

  for (guint round = 0; round < 400; round++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
      Model *model = admin_model_random (rand, kind);
      g_autoptr (JsonNode) json = admin_model_to_json (model, rand);

      done += edit_check (model, json, rand, changes, G_N_ELEMENTS (changes), admin_model_tell, admin_model_tell_policy);
      model_free (model);
    }
  g_test_message ("%u changes", done);
  g_assert_cmpuint (done, >, 3500);
}

/* The API's bound is one of the builder's, too. */
static void
test_bounds (void)
{
  g_autoptr (GString) text = g_string_new ("apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\n"
                                           "spec:\n  tier: Admin\n  priority: 1\n  subject: {namespaces: {}}\n  egress:\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (QdYamlFile) file = NULL, changed = NULL;
  g_autoptr (QdPolicyEdit) edit = NULL;
  QdYamlSplice splice = { 0 };

  for (guint i = 0; i < 25; i++)
    g_string_append (text, "  - {action: Accept, to: [{domainNames: [example.com]}]}\n");
  bytes = g_bytes_new (text->str, text->len);
  file = qd_yaml_file_new ("f.yaml", bytes, &error);
  g_assert_no_error (error);
  edit = qd_policy_edit_new (file, 0);
  qd_policy_edit_add_rule (edit, QD_POLICY_EGRESS, QD_YAML_END, QD_PEER_FORM_NAMESPACES);
  changed = qd_policy_edit_end (edit, &splice, &error);
  g_assert_null (changed);
  g_assert_cmpstr (error->message, ==, "“egress” may have no more than 25 entries in a ClusterNetworkPolicy");
  g_clear_error (&error);
  qd_policy_edit_free (g_steal_pointer (&edit));
  edit = qd_policy_edit_new (file, 0);
  for (guint i = 0; i < 25; i++)
    qd_policy_edit_set_word (edit, QD_POLICY_EGRESS, 24, 0, QD_YAML_END, "example.org");
  changed = qd_policy_edit_end (edit, &splice, &error);
  g_assert_null (changed);
  g_assert_cmpstr (error->message, ==, "“domainNames” may have no more than 25 entries in a ClusterNetworkPolicy");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/policy/edit-admin/admin", GUINT_TO_POINTER (QD_POLICY_ADMIN_NETWORK), test_random);
  g_test_add_data_func ("/policy/edit-admin/baseline", GUINT_TO_POINTER (QD_POLICY_BASELINE_ADMIN), test_random);
  g_test_add_data_func ("/policy/edit-admin/cluster", GUINT_TO_POINTER (QD_POLICY_CLUSTER_NETWORK), test_random);
  g_test_add_func ("/policy/edit-admin/bounds", test_bounds);
  return g_test_run ();
}
