/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-test"

#include "config.h"

#include "edit-check.h"

/* Policies are changed by splices of their text, and by hand in a model that knows nothing of text. After each change the text is
 * read, and must say what the model says. */

/* --- Changes, in both ------------------------------------------------------------------------------------------- */

/* A selector and its place, or NULL. */
static Selector *
pick_selector (Change *self, char **path)
{
  Peer *peer = g_rand_int_range (self->rand, 0, 4) > 0 ? edit_pick_peer (self) : NULL;
  g_autofree char *at = NULL;

  if (peer == NULL)
    {
      *path = g_strdup ("/spec/podSelector");
      return &self->model->pods;
    }
  if (peer->cidr != NULL)
    return NULL;
  at = qd_policy_path_peer (self->d, self->rule, self->peer);
  *path = g_strconcat (at, peer->pods.there ? "/podSelector" : "/namespaceSelector", NULL);
  return peer->pods.there ? &peer->pods : &peer->namespaces;
}

static gboolean
change_names (Change *self)
{
  static const char *const names[] = { "allow-web", "deny-all", "on", "a.b", "1" };
  const char *name = PICK (self->rand, names);

  if (g_rand_boolean (self->rand))
    {
      g_free (self->model->name);
      self->model->name = g_strdup (name);
      qd_policy_edit_set_name (self->edit, name);
      return TRUE;
    }
  if (g_rand_int_range (self->rand, 0, 3) == 0)
    name = NULL;
  /* A namespace is called by one label. */
  if (g_strcmp0 (name, "a.b") == 0)
    name = "a-b";
  self->loses = name == NULL;
  g_free (self->model->namespace);
  self->model->namespace = g_strdup (name);
  qd_policy_edit_set_namespace (self->edit, name);
  return TRUE;
}

static gboolean
change_types (Change *self)
{
  self->model->types = g_rand_int_range (self->rand, 1, 4);
  self->loses = TRUE;
  qd_policy_edit_set_types (self->edit, self->model->types & 2, self->model->types & 1);
  return TRUE;
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

static Peer *
plain_peer (QdPeerForm form)
{
  Peer *peer = model_peer_new ();

  peer->namespaces.there = form == QD_PEER_FORM_NAMESPACES || form == QD_PEER_FORM_BOTH;
  peer->pods.there = form == QD_PEER_FORM_PODS || form == QD_PEER_FORM_BOTH;
  peer->cidr = form == QD_PEER_FORM_BLOCK ? g_strdup ("192.0.2.0/24") : NULL;
  return peer;
}

static gboolean
change_rules (Change *self)
{
  Rule *rule = edit_pick_rule (self);
  GPtrArray *rules = self->model->rules[self->d];
  int what = g_rand_int_range (self->rand, 0, 4);

  self->touches = what == 3;
  if (what == 0 || rule == NULL)
    {
      QdPeerForm form = (QdPeerForm) g_rand_int_range (self->rand, 0, 4);
      guint at = (guint) g_rand_int_range (self->rand, 0, (int) rules->len + 1);

      rule = model_rule_new ();
      g_ptr_array_add (rule->peers, plain_peer (form));
      g_ptr_array_insert (rules, (int) at, rule);
      qd_policy_edit_add_rule (self->edit, self->d, at, form);
    }
  else if (what == 1)
    {
      g_ptr_array_insert (rules, (int) self->rule + 1, model_copy_rule (rule));
      qd_policy_edit_duplicate_rule (self->edit, self->d, self->rule);
    }
  else if (what == 2)
    {
      guint to = (guint) g_rand_int_range (self->rand, 0, (int) rules->len);

      g_ptr_array_insert (rules, (int) to, g_ptr_array_steal_index (rules, self->rule));
      qd_policy_edit_move_rule (self->edit, self->d, self->rule, to);
    }
  else
    {
      self->loses = TRUE;
      g_ptr_array_remove_index (rules, self->rule);
      /* What was isolated stays so. */
      if (self->d == 0 && rules->len == 0 && self->model->types == 0)
        self->model->types = 3;
      qd_policy_edit_remove_rule (self->edit, self->d, self->rule);
    }
  return TRUE;
}

static gboolean
change_peers (Change *self)
{
  Rule *rule = edit_pick_rule (self);
  QdPeerForm form = (QdPeerForm) g_rand_int_range (self->rand, 0, 4);
  int what = g_rand_int_range (self->rand, 0, 4);

  if (rule == NULL)
    return FALSE;
  self->loses = what != 0;
  if (what == 0)
    {
      g_ptr_array_add (rule->peers, plain_peer (form));
      qd_policy_edit_add_peer (self->edit, self->d, self->rule, form);
      return TRUE;
    }
  if (what == 1)
    {
      g_ptr_array_set_size (rule->peers, 0);
      qd_policy_edit_set_anyone (self->edit, self->d, self->rule);
      return TRUE;
    }
  if (rule->peers->len < 2)
    return FALSE;
  self->peer = (guint) g_rand_int_range (self->rand, 0, (int) rule->peers->len);
  if (what == 2)
    {
      g_ptr_array_remove_index (rule->peers, self->peer);
      qd_policy_edit_remove_peer (self->edit, self->d, self->rule, self->peer);
    }
  else
    {
      Peer *old = rule->peers->pdata[self->peer], *new = plain_peer (form);

      if (new->pods.there && old->pods.there)
        model_copy_selector (&new->pods, &old->pods);
      if (new->namespaces.there && old->namespaces.there)
        model_copy_selector (&new->namespaces, &old->namespaces);
      if (new->cidr != NULL && old->cidr != NULL)
        {
          g_free (new->cidr);
          new->cidr = g_strdup (old->cidr);
          for (guint k = 0; k < old->excepts->len; k++)
            g_ptr_array_add (new->excepts, g_strdup (old->excepts->pdata[k]));
        }
      g_ptr_array_remove_index (rule->peers, self->peer);
      g_ptr_array_insert (rule->peers, (int) self->peer, new);
      qd_policy_edit_set_peer_form (self->edit, self->d, self->rule, self->peer, form);
    }
  return TRUE;
}

static gboolean
change_block (Change *self)
{
  Peer *peer = edit_pick_peer (self);
  int block = 0;
  const char *except;

  if (peer == NULL || peer->cidr == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (model_blocks); i++)
    if (g_str_equal (model_blocks[i], peer->cidr))
      block = (int) i;
  if (peer->excepts->len == 0 && (g_rand_boolean (self->rand) || g_str_equal (peer->cidr, "192.0.2.0/24")))
    {
      g_free (peer->cidr);
      peer->cidr = g_strdup (PICK (self->rand, model_blocks));
      qd_policy_edit_set_block (self->edit, self->d, self->rule, self->peer, peer->cidr);
      return TRUE;
    }
  except = PICK (self->rand, model_parts[block]);
  if (peer->excepts->len > 0 && g_rand_boolean (self->rand))
    {
      guint at = (guint) g_rand_int_range (self->rand, 0, (int) peer->excepts->len);

      g_ptr_array_remove_index (peer->excepts, at);
      if (g_rand_boolean (self->rand))
        {
          self->loses = TRUE;
          qd_policy_edit_remove_except (self->edit, self->d, self->rule, self->peer, at);
        }
      else
        {
          g_ptr_array_insert (peer->excepts, (int) at, g_strdup (except));
          qd_policy_edit_set_except (self->edit, self->d, self->rule, self->peer, at, except);
        }
    }
  else
    {
      g_ptr_array_add (peer->excepts, g_strdup (except));
      qd_policy_edit_set_except (self->edit, self->d, self->rule, self->peer, QD_YAML_END, except);
    }
  return TRUE;
}

static gboolean
change_ports (Change *self)
{
  Rule *rule = edit_pick_rule (self);
  int protocol = g_rand_int_range (self->rand, 0, 3);
  const char *text = PICK (self->rand, model_port_texts);
  guint at;

  if (rule == NULL)
    return FALSE;
  if (rule->ports->len == 0 || g_rand_boolean (self->rand))
    {
      g_ptr_array_add (rule->ports, model_port_new (protocol, text));
      qd_policy_edit_set_port (self->edit, self->d, self->rule, QD_YAML_END, (QdProtocol) protocol, text);
      return TRUE;
    }
  self->loses = TRUE;
  at = (guint) g_rand_int_range (self->rand, 0, (int) rule->ports->len);
  if (g_rand_int_range (self->rand, 0, 5) == 0)
    {
      g_ptr_array_set_size (rule->ports, 0);
      qd_policy_edit_set_every_port (self->edit, self->d, self->rule);
    }
  else if (rule->ports->len > 1 && g_rand_boolean (self->rand))
    {
      g_ptr_array_remove_index (rule->ports, at);
      qd_policy_edit_remove_port (self->edit, self->d, self->rule, at);
    }
  else
    {
      g_ptr_array_remove_index (rule->ports, at);
      g_ptr_array_insert (rule->ports, (int) at, model_port_new (protocol, text));
      qd_policy_edit_set_port (self->edit, self->d, self->rule, at, (QdProtocol) protocol, text);
    }
  return TRUE;
}

static gboolean (*const changes[]) (Change *self) = {
  change_names, change_types, change_selector, change_selector, change_rules, change_peers, change_block, change_ports,
};

/* --- The property ------------------------------------------------------------------------------------------------- */

static void
test_random (void)
{
  guint done = 0;

  for (guint round = 0; round < 600; round++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
      Model *model = model_random (rand);
      g_autoptr (JsonNode) json = model_to_json (model, rand);

      done += edit_check (model, json, rand, changes, G_N_ELEMENTS (changes), model_tell, model_tell_policy);
      model_free (model);
    }
  g_test_message ("%u changes", done);
  g_assert_cmpuint (done, >, 4000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/edit/random", test_random);
  return g_test_run ();
}
