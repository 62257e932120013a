/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "plan-fixture.h"

#include <stdarg.h>
#include <string.h>

#include "qd-policy-object.h"

char *
policy_yaml (const char *name, const char *app, int port, const char *comment)
{
  return g_strdup_printf ("# %s\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: %s\nspec:\n  podSelector:\n"
                          "    matchLabels:\n      app: %s\n  policyTypes: [Ingress]\n  ingress:\n    - from:\n        - podSelector: {}\n"
                          "      ports:\n        - protocol: TCP\n          port: %d\n", comment, name, app, port);
}

JsonNode *
policy_of (const char *yaml)
{
  g_autoptr (GBytes) bytes = g_bytes_new (yaml, strlen (yaml));
  g_autoptr (GError) error = NULL;
  JsonNode *node = qd_policy_object_from_text ("policy", bytes, &error);

  g_assert_no_error (error);
  return node;
}

Server *
server_new (void)
{
  Server *self = g_new0 (Server, 1);

  self->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_node_unref);
  self->revisions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
server_free (Server *self)
{
  g_hash_table_unref (self->objects);
  g_hash_table_unref (self->revisions);
  g_free (self);
}

void
server_set (Server *self, JsonNode *object)
{
  char *key = qd_policy_object_dup_key (object);

  g_assert_nonnull (key);
  g_hash_table_insert (self->revisions, g_strdup (key), g_strdup_printf ("%u", ++self->n));
  g_hash_table_insert (self->objects, key, json_node_ref (object));
}

void
server_remove (Server *self, const char *key)
{
  g_assert_true (g_hash_table_remove (self->objects, key));
  g_hash_table_remove (self->revisions, key);
}

JsonNode *
server_find (Server *self, const char *key)
{
  return g_hash_table_lookup (self->objects, key);
}

GPtrArray *
server_list (Server *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_policy_theirs_free);
  GHashTableIter iter;
  gpointer key, object;

  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, &key, &object))
    {
      QdPolicyTheirs *one = g_new0 (QdPolicyTheirs, 1);

      one->key = g_strdup (key);
      one->id = g_ascii_strdown (key, -1);
      one->revision = g_strdup (g_hash_table_lookup (self->revisions, key));
      one->enabled = TRUE;
      one->object = json_node_ref (object);
      g_ptr_array_add (all, one);
    }
  return all;
}

/* What a server with If-Match does. */
QdPolicyApplied *
server_apply (Server *self, QdPolicyPlan *plan, QdRemoteSet *bases)
{
  g_autofree char *job = g_uuid_string_random ();
  QdPolicyApplied *applied = qd_policy_applied_new (plan, job, "because");

  for (guint i = 0; i < applied->steps->len; i++)
    {
      QdAppliedStep *step = g_ptr_array_index (applied->steps, i);

      g_assert_cmpint (step->kind == QD_PLAN_CREATE, ==, server_find (self, step->key) == NULL);
      if (step->kind != QD_PLAN_CREATE)
        g_assert_cmpstr (step->revision_before, ==, g_hash_table_lookup (self->revisions, step->key));
      if (step->after)
        server_set (self, step->after);
      else
        server_remove (self, step->key);
      step->state = QD_APPLIED_DONE;
      g_set_str (&step->revision, g_hash_table_lookup (self->revisions, step->key));
    }
  applied->ended = TRUE;
  qd_policy_applied_note_bases (applied, bases);
  return applied;
}

gboolean
server_equal (Server *a, Server *b)
{
  GHashTableIter iter;
  gpointer key, object;

  g_hash_table_iter_init (&iter, a->objects);
  while (g_hash_table_iter_next (&iter, &key, &object))
    if (!qd_policy_object_equal (object, server_find (b, key)))
      return FALSE;
  return g_hash_table_size (a->objects) == g_hash_table_size (b->objects);
}

Server *
server_copy (Server *self)
{
  Server *copy = server_new ();
  GHashTableIter iter;
  gpointer object;

  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    server_set (copy, object);
  return copy;
}

QdPolicyPlan *
plan_of (Server *server, QdRemoteSet *bases, ...)
{
  g_autoptr (GArray) texts = g_array_new (FALSE, FALSE, sizeof (QdAnalysisText));
  g_autoptr (GPtrArray) theirs = server_list (server);
  QdPolicyPlan *plan;
  const char *name;
  va_list list;

  va_start (list, bases);
  while ((name = va_arg (list, const char *)))
    {
      const char *text = va_arg (list, const char *);
      QdAnalysisText one = { name, g_bytes_new (text, strlen (text)), NULL };

      g_array_append_val (texts, one);
    }
  va_end (list);
  plan = qd_policy_plan_new ((QdAnalysisText *) texts->data, texts->len, bases, theirs);
  for (guint i = 0; i < texts->len; i++)
    g_bytes_unref (g_array_index (texts, QdAnalysisText, i).mine);
  return plan;
}

void
result_cb (GObject *source, GAsyncResult *result, gpointer place)
{
  g_set_object ((GAsyncResult **) place, result);
}
