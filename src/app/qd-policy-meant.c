/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-app"

#include "config.h"

#include "qd-policy-meant.h"

#include <glib/gi18n.h>

#include "qd-policy-who.h"

#define MAX_NAMED 5

typedef struct { QdPolicyMany all; GArray *peers; } Rule;

struct _QdPolicyMeant {
  gatomicrefcount refs;
  QdPolicyDraft *draft;
  QdPolicyWorld *world;
  QdPolicyOptions options;
  guint n_selected;
  GPtrArray *selected;                     /* of const QdPolicyWorkload */
  GArray *rules[QD_POLICY_N_DIRECTIONS];   /* of Rule */
};

static void
clear_many (gpointer data)
{
  g_free (((QdPolicyMany *) data)->names);
}

static void
clear_rule (gpointer data)
{
  Rule *rule = data;

  clear_many (&rule->all);
  g_array_unref (rule->peers);
}

/* --- On the worker ------------------------------------------------------------------------------- */

static QdPolicyMany
name (GPtrArray *workloads)
{
  guint shown = MIN (workloads->len, MAX_NAMED), more = workloads->len - shown;
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < shown; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", ((const QdPolicyWorkload *) workloads->pdata[i])->text);
  if (more > 0)
    g_string_append_printf (text, ngettext (" and %u more", " and %u more", more), more);
  return (QdPolicyMany) { workloads->len, g_string_free (text, shown == 0) };
}

static void
add_rule (QdPolicyMeant *self, const QdPolicy *policy, QdPolicyDirection direction, const QdPolicyRule *rule)
{
  g_autoptr (GPtrArray) all = qd_policy_find_meant (self->world, policy, rule, &self->options);
  Rule meant = { name (all), g_array_new (FALSE, FALSE, sizeof (QdPolicyMany)) };

  g_array_set_clear_func (meant.peers, clear_many);
  for (guint i = 0; i < MIN (rule->peers->len, QD_POLICY_MEANT_PEERS); i++)
    {
      /* One peer means what its rule does. */
      g_autoptr (GPtrArray) of_peer = rule->peers->len == 1 ? g_ptr_array_ref (all)
                                                            : qd_policy_find_peer (self->world, policy, rule->peers->pdata[i], &self->options);
      QdPolicyMany many = name (of_peer);

      g_array_append_val (meant.peers, many);
    }
  g_array_append_val (self->rules[direction], meant);
}

static void
find (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  QdPolicyMeant *self = data;
  const QdPolicy *policy = qd_policy_draft_get_policy (self->draft);
  g_autoptr (GPtrArray) selected = qd_policy_find_selected (self->world, policy, &self->options);

  self->n_selected = selected->len;
  for (guint i = 0; i < MIN (selected->len, QD_POLICY_MEANT_SELECTED); i++)
    g_ptr_array_add (self->selected, selected->pdata[i]);
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    for (guint i = 0; i < MIN (policy->rules[d]->len, QD_POLICY_MEANT_RULES) && !g_cancellable_is_cancelled (cancellable); i++)
      add_rule (self, policy, d, policy->rules[d]->pdata[i]);
  g_atomic_ref_count_inc (&self->refs);
  g_task_return_pointer (task, self, (GDestroyNotify) qd_policy_meant_unref);
}

/* --- Public -------------------------------------------------------------------------------------- */

void
qd_policy_meant_find (QdPolicyDraft *draft, QdPolicyWorld *world, const QdPolicyOptions *options, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  QdPolicyMeant *self = g_new0 (QdPolicyMeant, 1);
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_return_if_fail (qd_policy_draft_get_policy (draft) != NULL);
  g_atomic_ref_count_init (&self->refs);
  self->draft = qd_policy_draft_ref (draft);
  self->world = qd_policy_world_ref (world);
  self->options = *options;
  self->selected = g_ptr_array_new ();
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    {
      self->rules[d] = g_array_new (FALSE, FALSE, sizeof (Rule));
      g_array_set_clear_func (self->rules[d], clear_rule);
    }
  g_task_set_task_data (task, self, (GDestroyNotify) qd_policy_meant_unref);
  g_task_run_in_thread (task, find);
}

QdPolicyMeant *
qd_policy_meant_find_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
qd_policy_meant_unref (QdPolicyMeant *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint d = 0; d < QD_POLICY_N_DIRECTIONS; d++)
    g_array_unref (self->rules[d]);
  g_ptr_array_unref (self->selected);
  qd_policy_draft_unref (self->draft);
  qd_policy_world_unref (self->world);
  g_free (self);
}

QdPolicyDraft *
qd_policy_meant_get_draft (QdPolicyMeant *self)
{
  return self->draft;
}

guint
qd_policy_meant_get_n_selected (QdPolicyMeant *self)
{
  return self->n_selected;
}

GPtrArray *
qd_policy_meant_get_selected (QdPolicyMeant *self)
{
  return self->selected;
}

const QdPolicyMany *
qd_policy_meant_get_rule (QdPolicyMeant *self, QdPolicyDirection direction, guint rule)
{
  return rule < self->rules[direction]->len ? &g_array_index (self->rules[direction], Rule, rule).all : NULL;
}

const QdPolicyMany *
qd_policy_meant_get_peer (QdPolicyMeant *self, QdPolicyDirection direction, guint rule, guint peer)
{
  const GArray *peers = rule < self->rules[direction]->len ? g_array_index (self->rules[direction], Rule, rule).peers : NULL;

  return peers != NULL && peer < peers->len ? &g_array_index (peers, QdPolicyMany, peer) : NULL;
}
