/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "qd-workspace"

#include "config.h"

#include "qd-policy-impact.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* What a worker is given: it touches nothing else. */
typedef struct {
  GArray *texts;             /* QdAnalysisText, its members owned */
  GBytes *live;
  QdPolicyOptions options;
} Order;

static void
order_free (gpointer data)
{
  Order *self = data;

  g_array_unref (self->texts);
  g_bytes_unref (self->live);
  g_free (self);
}

void
qd_policy_impact_free (QdPolicyImpact *self)
{
  g_clear_pointer (&self->before, qd_policy_eval_unref);
  g_clear_pointer (&self->after, qd_policy_eval_unref);
  g_ptr_array_unref (self->allowed);
  g_ptr_array_unref (self->denied);
  g_free (self->fault);
  g_free (self);
}

/* --- On a worker ------------------------------------------------------------------------------------ */

/* An end without its kind: "shop/web[Deployment]" is "shop/web" to people. */
static char *
dup_bare (const char *end)
{
  const char *bracket = strrchr (end, '[');

  return bracket ? g_strndup (end, (gsize) (bracket - end)) : g_strdup (end);
}

static void
note (GPtrArray *lines, guint *n, const QdPolicyChange *change, const QdPortSet *ports)
{
  g_autofree char *src = NULL, *dst = NULL, *text = NULL;

  if (qd_port_set_is_none (ports) || ++*n > QD_POLICY_IMPACT_SHOWN)
    return;
  src = dup_bare (change->src);
  dst = dup_bare (change->dst);
  text = qd_port_set_to_text (ports);
  g_ptr_array_add (lines, g_strdup_printf ("%s → %s: %s", src, dst, text));
}

static char *
find_fault (QdPolicyWorld *world)
{
  GPtrArray *findings = qd_policy_world_get_findings (world);

  for (guint i = 0; i < findings->len; i++)
    if (((QdPolicyFinding *) findings->pdata[i])->severity == QD_POLICY_ERROR)
      return g_strdup (((QdPolicyFinding *) findings->pdata[i])->message);
  return NULL;
}

/* Of the texts of now or of then. NULL with @fault. */
static QdPolicyEval *
evaluate (const Order *order, gboolean then, QdYamlFile *live, QdPolicyEval *previous, char **fault)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) qd_yaml_file_unref);
  const QdPolicyCluster cluster = { live, QD_POLICY_LIVE_INSTEAD, NULL };
  g_autoptr (QdPolicyWorld) world = NULL;

  for (guint i = 0; i < order->texts->len; i++)
    {
      const QdAnalysisText *text = &g_array_index (order->texts, QdAnalysisText, i);
      g_autoptr (GError) error = NULL;
      GBytes *bytes = then ? text->mine : text->before;
      QdYamlFile *file = bytes ? qd_yaml_file_new (text->name, bytes, &error) : NULL;

      if (error)
        {
          *fault = g_strdup (error->message);
          return NULL;
        }
      if (file)
        g_ptr_array_add (files, file);
    }
  world = qd_policy_world_new_live ((QdYamlFile *const *) files->pdata, files->len, &cluster, NULL);
  if (qd_policy_world_is_invalid (world))
    *fault = find_fault (world);
  else if (qd_policy_world_get_workloads (world)->len == 0)
    *fault = g_strdup (_("the connection has no workloads"));
  return *fault ? NULL : qd_policy_eval_new (world, &order->options, previous);
}

static void
list_changes (QdPolicyImpact *self)
{
  g_autoptr (QdPolicyDiff) diff = qd_policy_diff_new (self->before, self->after);
  GPtrArray *changes = qd_policy_diff_get_changes (diff);

  for (guint i = 0; i < changes->len; i++)
    {
      const QdPolicyChange *change = changes->pdata[i];

      note (self->allowed, &self->n_allowed, change, change->allowed);
      note (self->denied, &self->n_denied, change, change->denied);
    }
}

static void
compare (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Order *order = data;
  QdPolicyImpact *self = g_new0 (QdPolicyImpact, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (QdYamlFile) live = qd_yaml_file_new (_("Workloads"), order->live, &error);

  self->allowed = g_ptr_array_new_with_free_func (g_free);
  self->denied = g_ptr_array_new_with_free_func (g_free);
  if (live == NULL)
    self->fault = g_strdup (error->message);
  else
    self->before = evaluate (order, FALSE, live, NULL, &self->fault);
  if (self->before)
    self->after = evaluate (order, TRUE, live, self->before, &self->fault);
  if (self->after)
    list_changes (self);
  g_task_return_pointer (task, self, (GDestroyNotify) qd_policy_impact_free);
}

/* --- Asking ----------------------------------------------------------------------------------------- */

/* A policy that is switched off on the server says nothing there, before and after. */
static void
add_text (GArray *texts, const QdPlanStep *step)
{
  gboolean changes = step->included && (step->kind == QD_PLAN_CREATE || step->kind == QD_PLAN_UPDATE || step->kind == QD_PLAN_DELETE);
  GBytes *after = changes ? step->result : step->theirs;
  QdAnalysisText text = { NULL };

  if ((step->theirs && !step->enabled) || (step->theirs == NULL && after == NULL))
    return;
  text.name = g_strconcat (step->key, ".yaml", NULL);
  text.mine = after ? g_bytes_ref (after) : g_bytes_new (NULL, 0);
  text.before = step->theirs ? g_bytes_ref (step->theirs) : NULL;
  g_array_append_val (texts, text);
}

void
qd_policy_impact_async (QdPolicyPlan *plan, GBytes *live, const QdPolicyOptions *options, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  Order *order = g_new0 (Order, 1);

  order->texts = g_array_new (FALSE, FALSE, sizeof (QdAnalysisText));
  g_array_set_clear_func (order->texts, (GDestroyNotify) qd_analysis_text_clear);
  order->live = g_bytes_ref (live);
  order->options = *options;
  for (guint i = 0; i < qd_policy_plan_get_n_steps (plan); i++)
    add_text (order->texts, qd_policy_plan_get_step (plan, i));
  g_task_set_task_data (task, order, order_free);
  g_task_run_in_thread (task, compare);
}

QdPolicyImpact *
qd_policy_impact_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
